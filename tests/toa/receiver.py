# SPDX-License-Identifier: GPL-2.0-only
"""What programs are told about their clients when slb_toa is loaded.

    receiver.py --count GROUP     how many test points GROUP has
    receiver.py GROUP             runs them in this network namespace, one line each:
                                  ok|not ok, tab, name, tab, what went wrong

The programs' side is Python's plain socket module: accept(), getpeername(), getsockopt().
"""
import contextlib
import errno
import functools
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import time

from genl import NLM_F_CREATE, NLM_F_EXCL, Refused, Toa, attr, nest
from peer import ACK, HOST4, NOP, PSH, SLOW, Link, Peer, timestamps, toa

BALANCER4, BALANCER6 = "10.0.0.2", "2001:db8::2"
STRANGER4, STRANGER6 = "10.9.0.2", "2001:db8:9::2"
CLIENT4, CLIENT6 = ("192.168.3.11", 54321), ("2a00:1450::1234", 443)
TRUSTED = ("10.0.0.0/24", "2001:db8::/64")
SO_PEERNAME = 28
SO_MAP, SO_PEER6, SO_PEER = 2048, 4096, 4097
IPPROTO_MPTCP, TCP_FASTOPEN, TCP_ULP = 262, 23, 31

CASES = []
link = None
family = None


def case(group, name):
    def add(function):
        CASES.append((group, name, function))
        return function
    return add


def same(got, want, what="got"):
    if got != want:
        raise AssertionError(f"{what} {got!r}, wanted {want!r}")


def sysctl(name, value):
    path = "/proc/sys/" + name.replace(".", "/")
    with open(path, "r+", encoding="ascii") as file:
        old = file.read().strip()
        file.seek(0)
        file.write(str(value))
    return old


@contextlib.contextmanager
def sysctls(**values):
    old = {name: sysctl(name.replace("__", "."), value) for name, value in values.items()}
    try:
        yield
    finally:
        for name, value in old.items():
            sysctl(name.replace("__", "."), value)


@contextlib.contextmanager
def listener(kind, proto=0, defer=0, fastopen=0):
    """A listening socket: v4, v6 (IPv6 only) or dual; its port."""
    sock = socket.socket(socket.AF_INET if kind == "v4" else socket.AF_INET6, socket.SOCK_STREAM, proto)
    with sock:
        if kind != "v4":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, kind == "v6")
        if defer:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, defer)
        if fastopen:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, fastopen)
        sock.bind(("0.0.0.0" if kind == "v4" else "::", 0))
        sock.listen(64)
        sock.settimeout(3 * SLOW)
        yield sock


def mapped(client):
    return "::ffff:" + client[0], client[1]


def accepted(sock):
    """(connection, address that accept() gave)"""
    conn, addr = sock.accept()
    return conn, addr[:2]


def peername(conn):
    raw = conn.getsockopt(socket.SOL_SOCKET, SO_PEERNAME, 16 if conn.family == socket.AF_INET else 28)
    if struct.unpack_from("H", raw)[0] == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, raw[4:8]), struct.unpack_from("!H", raw, 2)[0]
    same(struct.unpack_from("I", raw, 24)[0], 0, "scope")
    return socket.inet_ntop(socket.AF_INET6, raw[8:24]), struct.unpack_from("!H", raw, 2)[0]


def told(conn, first):
    """The peer by every way there is; they must agree."""
    name = conn.getpeername()
    if len(name) == 4:
        same(name[2:], (0, 0), "flow and scope")
    same(name[:2], first, "getpeername() after accept():")
    same(peername(conn), first, "SO_PEERNAME after accept():")
    return first


def so_peer(conn, level=socket.IPPROTO_IP):
    raw = conn.getsockopt(level, SO_PEER, 128)
    if struct.unpack_from("H", raw)[0] == socket.AF_INET:
        same(len(raw), 16, "length")
        return socket.inet_ntop(socket.AF_INET, raw[4:8]), struct.unpack_from("!H", raw, 2)[0]
    same(len(raw), 28, "length")
    return socket.inet_ntop(socket.AF_INET6, raw[8:24]), struct.unpack_from("!H", raw, 2)[0]


def fails(number, function, *args):
    try:
        got = function(*args)
    except OSError as error:
        same(errno.errorcode.get(error.errno), errno.errorcode[number])
        return error
    raise AssertionError(f"no error but {got!r}")


@contextlib.contextmanager
def counted(**want):
    """These counters move by so much, and no other of those that tell one outcome from another."""
    before = family.counters()
    yield
    after = family.counters()
    moved = {name: after[name] - before[name] for name in after}
    for name in moved:
        if name not in ("reported", "other-family", "forgotten"):
            same(moved[name], want.get(name.replace("-", "_"), 0), name)
    for name, value in want.items():
        same(moved[name.replace("_", "-")], value, name)


@contextlib.contextmanager
def connection(sock, addr, options=b"", syn_options=b""):
    """A connection from @addr; (peer, accepted socket, what accept() said)."""
    peer = Peer(link, addr, sock.getsockname()[1])
    peer.open(options, syn_options)
    conn, first = accepted(sock)
    try:
        with conn:
            yield peer, conn, first
    finally:
        peer.reset()


def real(peer, kind):
    """What the kernel itself says."""
    return mapped((peer.addr, peer.sport)) if kind != "v4" and "." in peer.addr else (peer.addr, peer.sport)


# Who is told what

MATRIX = (
    # listener, balancer, client, what is told; None is the balancer
    ("v4", BALANCER4, CLIENT4, CLIENT4),
    ("v4", BALANCER4, None, None),
    ("v4", BALANCER4, CLIENT6, None),
    ("v6", BALANCER6, CLIENT6, CLIENT6),
    ("v6", BALANCER6, CLIENT4, mapped(CLIENT4)),
    ("v6", BALANCER6, None, None),
    ("dual", BALANCER4, CLIENT4, mapped(CLIENT4)),
    ("dual", BALANCER4, CLIENT6, CLIENT6),
    ("dual", BALANCER4, None, None),
    ("dual", BALANCER6, CLIENT6, CLIENT6),
    ("dual", BALANCER6, CLIENT4, mapped(CLIENT4)),
)


def label(kind, balancer, client):
    who = "no client" if client is None else "an IPv4 client" if "." in client[0] else "an IPv6 client"
    return f"{kind} listener, IPv{'6' if ':' in balancer else '4'} balancer, {who}"


def matrix(group, prefix, run):
    for kind, balancer, client, want in MATRIX:
        def function(kind=kind, balancer=balancer, client=client, want=want):
            run(kind, balancer, toa(*client) if client else b"", client, want)
        case(group, f"{prefix}: {label(kind, balancer, client)}")(function)


def plain(kind, balancer, options, client, want):
    with listener(kind) as sock, counted(recorded=1 if client else 0, none=0 if client else 1):
        with connection(sock, balancer, options) as (peer, conn, first):
            same(told(conn, first), want or real(peer, kind))
            if client:
                same(so_peer(conn), client, "SO_PEER")
            else:
                fails(errno.ENOENT, so_peer, conn)


def lost_ack(kind, balancer, options, client, want):
    """The handshake's last ACK never arrives; the first data, with the option, completes it."""
    with listener(kind) as sock, counted(recorded=1 if client else 0, none=0 if client else 1):
        peer = Peer(link, balancer, sock.getsockname()[1])
        peer.syn()
        peer.data(b"hello", options)
        conn, first = accepted(sock)
        with conn:
            same(told(conn, first), want or real(peer, kind))
            same(conn.recv(16), b"hello")
        peer.reset()


def cookies(kind, balancer, options, client, want):
    with sysctls(net__ipv4__tcp_syncookies=2):
        plain(kind, balancer, options, client, want)


def fast_open(kind, balancer, options, client, want):
    """The connection is created by a SYN with data; the option is on that SYN."""
    with sysctls(net__ipv4__tcp_fastopen=0x203), listener(kind, fastopen=16) as sock:
        with counted(recorded=1 if client else 0, none=0 if client else 1):
            peer = Peer(link, balancer, sock.getsockname()[1])
            peer.syn(options, b"early")
            conn, first = accepted(sock)
            with conn:
                same(conn.recv(16), b"early")
                same(told(conn, first), want or real(peer, kind))
                # The ACK that follows belongs to a connection that is there already.
                peer.send(ACK, toa("198.51.100.1", 1))
                same(conn.getpeername()[:2], want or real(peer, kind))
            peer.reset()


matrix("report", "handshake", plain)
matrix("report", "ACK lost", lost_ack)
matrix("report", "SYN cookie", cookies)
matrix("report", "fast open", fast_open)


@case("report", "ACK lost, SYN cookie: the first data names the client")
def _():
    with sysctls(net__ipv4__tcp_syncookies=2):
        for kind, balancer, client, want in MATRIX:
            lost_ack(kind, balancer, toa(*client) if client else b"", client, want)


@case("report", "a server that defers accept takes the client from the first data")
def _():
    for balancer, client in ((BALANCER4, CLIENT4), (BALANCER6, CLIENT6)):
        kind = "v6" if ":" in balancer else "v4"
        with listener(kind, defer=5) as sock, counted(recorded=1):
            peer = Peer(link, balancer, sock.getsockname()[1])
            peer.open(toa(*client))
            peer.data(b"x", toa(*client))
            conn, first = accepted(sock)
            with conn:
                same(told(conn, first), client)
            peer.reset()


@case("report", "an option on later segments changes nothing")
def _():
    with listener("v4") as sock, counted(none=1, recorded=1):
        with connection(sock, BALANCER4) as (peer, conn, first):
            same(first, (peer.addr, peer.sport))
            peer.data(b"x", toa(*CLIENT4))
            same(conn.recv(1), b"x")
            same(told(conn, first), (peer.addr, peer.sport))
        with connection(sock, BALANCER4, toa(*CLIENT4)) as (peer, conn, first):
            peer.data(b"x", toa("198.51.100.1", 1))
            same(conn.recv(1), b"x")
            same(told(conn, first), CLIENT4)


@case("report", "an option on the SYN alone is not taken")
def _():
    with listener("v4") as sock, counted(none=1):
        with connection(sock, BALANCER4, syn_options=toa(*CLIENT4)) as (peer, conn, first):
            same(told(conn, first), (peer.addr, peer.sport))


@case("report", "the option's place among the others does not matter")
def _():
    with listener("v4") as sock, listener("v6") as sock6:
        syn = timestamps(1000)
        for options in (toa(*CLIENT4) + timestamps(1001), timestamps(1001) + toa(*CLIENT4),
                        NOP + toa(*CLIENT4) + NOP * 3 + timestamps(1001),
                        timestamps(1001) + NOP * 20 + toa(*CLIENT4)):
            with connection(sock, BALANCER4, options, syn) as (_, conn, first):
                same(told(conn, first), CLIENT4)
        for options in (toa(*CLIENT6) + timestamps(1001), timestamps(1001) + NOP * 7 + toa(*CLIENT6) + NOP):
            with connection(sock6, BALANCER6, options, syn) as (_, conn, first):
                same(told(conn, first), CLIENT6)


@case("report", "an MPTCP listener's plain TCP connection")
def _():
    try:
        with listener("v4", IPPROTO_MPTCP) as sock:
            with connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, first):
                same(told(conn, first), CLIENT4)
    except OSError as error:
        if error.errno not in (errno.EPROTONOSUPPORT, errno.ENOPROTOOPT):
            raise


@case("report", "kernel TLS on a connection with a client")
def _():
    subprocess.run(["modprobe", "-q", "tls"], check=False)
    with listener("v4") as sock:
        with connection(sock, BALANCER4, toa(*CLIENT4)) as (peer, conn, first):
            conn.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
            # AES-GCM-128, TLS 1.2
            conn.setsockopt(282, 1, struct.pack("HH", 0x303, 51) + bytes(36))
            conn.send(b"secret")
            _, _, _, _, data = peer.wait(PSH)
            same(data[:3], b"\x17\x03\x03")
            same(told(conn, first), CLIENT4)
    same(clients(0), 0, "clients left")


@case("report", "a program's own connections and sockets are its own")
def _():
    with listener("dual") as sock:
        port = sock.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as out:
            conn, first = accepted(sock)
            with conn:
                same(out.getpeername()[:2], ("127.0.0.1", port))
                same(first, mapped(out.getsockname()))
        with connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, _):
            same(conn.getsockname()[:2], ("::ffff:" + HOST4, port))
    with socket.socketpair()[0] as unix:
        same(unix.getpeername(), "")


@case("report", "a socket that is disconnected and used again")
def _():
    with listener("v4") as sock, listener("v4") as other:
        peer = Peer(link, BALANCER4, sock.getsockname()[1])
        peer.open(toa(*CLIENT4))
        conn, first = accepted(sock)
        with conn:
            same(told(conn, first), CLIENT4)
            peer.reset()
            link.poll(0.1)
            disconnect(conn)
            fails(errno.ENOTCONN, conn.getpeername)
            conn.connect(("127.0.0.1", other.getsockname()[1]))
            same(conn.getpeername(), ("127.0.0.1", other.getsockname()[1]))
    same(clients(0), 0, "clients left")


def disconnect(sock):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    addr = struct.pack("H14x", socket.AF_UNSPEC)
    if libc.connect(sock.fileno(), addr, len(addr)):
        raise OSError(ctypes.get_errno(), "connect(AF_UNSPEC)")


@case("report", "a closed connection is told as before")
def _():
    with listener("v4") as sock:
        with connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, first):
            conn.shutdown(socket.SHUT_WR)
            same(told(conn, first), CLIENT4)


HOOKED = "tcp_init_transfer inet_sock_destruct inet_getname inet6_getname"


@functools.lru_cache(None)
def tracefs():
    """Where it is mounted; "ip netns exec" hides the usual place."""
    where = tempfile.mkdtemp()
    subprocess.run(["mount", "-t", "tracefs", "trace", where], check=True)
    return where + "/"


def tracing(name, text):
    with open(tracefs() + name, "w", encoding="ascii") as file:
        file.write(text)


def all_kinds():
    for kind, balancer, client, want in MATRIX:
        plain(kind, balancer, toa(*client) if client else b"", client, want)


@case("report", "other tracers on the same functions")
def _():
    for tracer in ("function", "function_graph"):
        tracing("set_ftrace_filter", HOOKED)
        tracing("set_graph_function", HOOKED if tracer == "function_graph" else "")
        tracing("current_tracer", tracer)
        try:
            all_kinds()
        finally:
            tracing("current_tracer", "nop")
            tracing("set_graph_function", "")
            tracing("set_ftrace_filter", "")


@case("report", "kprobes on the same functions")
def _():
    tracing("kprobe_events", "".join(f"p:slb/{name} {name}\nr:slb/{name}_ret {name}\n" for name in HOOKED.split()))
    tracing("events/slb/enable", "1")
    try:
        all_kinds()
    finally:
        tracing("events/slb/enable", "0")
        tracing("kprobe_events", "")


@case("report", "the tracepoint tells what became of a connection")
def _():
    tracing("trace", "")
    tracing("events/slb_toa/enable", "1")
    try:
        with listener("v4") as sock, connection(sock, BALANCER4, toa(*CLIENT4)):
            port = sock.getsockname()[1]
    finally:
        tracing("events/slb_toa/enable", "0")
    with open(tracefs() + "trace", encoding="ascii") as file:
        lines = [line.split("slb_toa_conn: ")[1].split(" ", 1)[1].strip() for line in file if "slb_toa_conn" in line]
    recorded, reported = (f"count={count} sport={port} client=::ffff:192.168.3.11 client_port=54321" for count in (0, 3))
    same(lines[:2], [recorded, reported])


# Who is believed

@case("trust", "an option from a stranger is not believed")
def _():
    for kind, addr, client in (("v4", STRANGER4, CLIENT4), ("v6", STRANGER6, CLIENT6),
                               ("dual", STRANGER4, CLIENT4), ("v4", STRANGER4, CLIENT6)):
        with listener(kind) as sock, counted(untrusted=1):
            with connection(sock, addr, toa(*client)) as (peer, conn, first):
                same(told(conn, first), real(peer, kind))
                fails(errno.ENOENT, so_peer, conn)


@case("trust", "a stranger without an option counts as none, a malformed one as untrusted")
def _():
    with listener("v4") as sock:
        with counted(none=1), connection(sock, STRANGER4):
            pass
        with counted(untrusted=1), connection(sock, STRANGER4, toa("0.0.0.0", 1)):
            pass


@case("trust", "an empty list believes nobody")
def _():
    family.trust()
    with listener("v4") as sock, counted(untrusted=1):
        with connection(sock, BALANCER4, toa(*CLIENT4)) as (peer, conn, first):
            same(told(conn, first), (peer.addr, peer.sport))


@case("trust", "a change applies to the next connection and leaves the living alone")
def _():
    with listener("v4") as sock:
        with connection(sock, BALANCER4, toa(*CLIENT4)) as (_, old, first):
            family.delete("10.0.0.0/24")
            same(told(old, first), CLIENT4)
            with connection(sock, BALANCER4, toa(*CLIENT4)) as (peer, conn, first2):
                same(told(conn, first2), (peer.addr, peer.sport))
            family.add("10.0.0.2/32")
            with connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, first2):
                same(told(conn, first2), CLIENT4)
            same(told(old, first), CLIENT4)


@case("trust", "::/0 believes no IPv4 balancer, 0.0.0.0/0 no IPv6 one")
def _():
    family.trust("::/0")
    with listener("dual") as sock:
        with counted(untrusted=1), connection(sock, BALANCER4, toa(*CLIENT4)):
            pass
        with counted(recorded=1), connection(sock, BALANCER6, toa(*CLIENT4)):
            pass
        family.trust("0.0.0.0/0")
        with counted(recorded=1), connection(sock, BALANCER4, toa(*CLIENT4)):
            pass
        with counted(untrusted=1), connection(sock, BALANCER6, toa(*CLIENT4)):
            pass


@case("trust", "each network namespace has a list of its own")
def _():
    same(sorted(family.list()), sorted(TRUSTED))
    out = subprocess.run(["unshare", "-n", sys.executable, "-c", "import genl; print(genl.Toa().list())"],
                         cwd=os.path.dirname(os.path.abspath(__file__)), capture_output=True, text=True,
                         check=True)
    same(out.stdout, "[]\n")


MALFORMED = {
    "bad-length": (b"\xfe\x07" + bytes(5), b"\xfe\x02", b"\xfe\x0c" + bytes(10), b"\xfe\x28" + bytes(38)),
    "bad-options": (b"\xfe\0\1\1", b"\xfe\1\1\1", b"\xfe\x08\x12\x34", b"\xfe\xff\1\1", NOP * 3 + b"\xfe",
                    toa(*CLIENT4) + b"\3\0\1\1", toa(*CLIENT4) + b"\x63\x09\1\1"),
    "duplicate": (toa(*CLIENT4) * 2, toa(*CLIENT4) + toa(*CLIENT6), toa(*CLIENT6) + NOP * 4 + toa(*CLIENT4)),
    "bad-port": (toa(CLIENT4[0], 0), toa(CLIENT6[0], 0)),
    "bad-address": tuple(toa(addr, 5) for addr in (
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "224.0.0.1", "239.1.1.1", "255.255.255.255",
        "169.254.1.1", "::", "::1", "fe80::1", "febf::1", "ff02::1", "::ffff:1.2.3.4")),
}


def malformed(name, options):
    for kind, balancer in (("v4", BALANCER4), ("dual", BALANCER6)):
        with listener(kind) as sock:
            for option in options:
                with counted(**{name.replace("-", "_"): 1}):
                    with connection(sock, balancer, option) as (peer, conn, first):
                        same(told(conn, first), real(peer, kind), option.hex())


for reason, samples in MALFORMED.items():
    case("trust", f"malformed: {reason}")(lambda name=reason, options=samples: malformed(name, options))


@case("trust", "a list broken before the option is the stack's business")
def _():
    with listener("v4") as sock, counted(none=1):
        with connection(sock, BALANCER4, b"\3\0\1\1" + toa(*CLIENT4)) as (peer, conn, first):
            same(told(conn, first), (peer.addr, peer.sport))


@case("trust", "other kinds when they are set, and only those")
def _():
    family.set(kinds=[200, 253])
    same(family.settings()[0], [200, 253])
    with listener("dual") as sock:
        for kind in (200, 253):
            with counted(recorded=1), connection(sock, BALANCER4, toa(*CLIENT4, kind)) as (_, conn, first):
                same(told(conn, first), mapped(CLIENT4))
            with counted(recorded=1), connection(sock, BALANCER6, toa(*CLIENT6, kind)) as (_, conn, first):
                same(told(conn, first), CLIENT6)
        with counted(none=1), connection(sock, BALANCER4, toa(*CLIENT4)):
            pass
        with counted(duplicate=1), connection(sock, BALANCER4, toa(*CLIENT4, 200) + toa(*CLIENT4, 253)):
            pass


@case("trust", "no more clients than clients-max")
def _():
    family.set(clients_max=2)
    same(family.settings()[1], 2)
    with listener("v4") as sock, contextlib.ExitStack() as stack:
        for _ in range(2):
            _, conn, first = stack.enter_context(connection(sock, BALANCER4, toa(*CLIENT4)))
            same(told(conn, first), CLIENT4)
        same(family.clients(), 2)
        with counted(table_full=1), connection(sock, BALANCER4, toa(*CLIENT4)) as (peer, conn, first):
            same(told(conn, first), (peer.addr, peer.sport))
    same(clients(0), 0)
    with listener("v4") as sock, connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, first):
        same(told(conn, first), CLIENT4)


def clients(want):
    """Waits until so many are held: sockets are destroyed a grace period after their end."""
    end = time.monotonic() + 5 * SLOW
    while family.clients() != want and time.monotonic() < end:
        time.sleep(0.05)
        link.poll(0)
    return family.clients()


@case("trust", "clients are forgotten with their connections")
def _():
    before = family.counters()
    with listener("v4") as sock, contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connection(sock, BALANCER4, toa(*CLIENT4)))
        same(family.clients(), 50)
    same(clients(0), 0)
    same(family.counters()["forgotten"] - before["forgotten"], 50)
    # Handshakes that complete and are never accepted.
    with listener("v4") as sock:
        peers = [Peer(link, BALANCER4, sock.getsockname()[1], 1024 + i) for i in range(20)]
        for peer in peers:
            peer.open(toa(*CLIENT4))
        same(family.clients(), 20)
        for peer in peers:
            peer.forget()
    same(clients(0), 0)


# Socket options

@case("options", "SO_PEER at both levels and families")
def _():
    for kind, balancer, client, _ in MATRIX:
        with listener(kind) as sock, connection(sock, balancer, toa(*client) if client else b"") as (_, conn, _):
            for level in (socket.IPPROTO_IP, socket.IPPROTO_IPV6):
                if level == socket.IPPROTO_IPV6 and kind == "v4":
                    continue
                if client:
                    same(so_peer(conn, level), client)
                else:
                    fails(errno.ENOENT, so_peer, conn, level)


@case("options", "a short buffer is refused, a long one is filled as far as the answer goes")
def _():
    with listener("v4") as sock, connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, _):
        for size in (1, 15):
            fails(errno.EINVAL, conn.getsockopt, 0, SO_PEER, size)
        same(len(conn.getsockopt(0, SO_PEER, 16)), 16)
        same(len(conn.getsockopt(0, SO_PEER, 1000)), 16)
        fails(errno.ENOENT, conn.getsockopt, 0, SO_PEER6, 20)
        fails(errno.EINVAL, conn.getsockopt, 0, SO_MAP, 57)
    with listener("v6") as sock, connection(sock, BALANCER6, toa(*CLIENT6)) as (_, conn, _):
        fails(errno.EINVAL, conn.getsockopt, 0, SO_PEER, 27)
        fails(errno.EINVAL, conn.getsockopt, 0, SO_PEER6, 19)


@case("options", "4096 answers with 20 bytes for IPv6 clients")
def _():
    for kind, balancer in (("v4", BALANCER4), ("dual", BALANCER4), ("v6", BALANCER6)):
        with listener(kind) as sock, connection(sock, balancer, toa(*CLIENT6)) as (_, conn, _):
            raw = conn.getsockopt(0, SO_PEER6, 64)
            same(raw, socket.inet_pton(socket.AF_INET6, CLIENT6[0]) + struct.pack("!H2x", CLIENT6[1]))


@case("options", "2048 answers in the form of a map")
def _():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    for client, af in ((CLIENT4, socket.AF_INET), (CLIENT6, socket.AF_INET6)):
        with listener("v4") as sock, connection(sock, BALANCER4, toa(*client)) as (_, conn, _):
            asked = struct.pack("H", af) + bytes(range(36))
            buffer = ctypes.create_string_buffer(asked + bytes(20), 58)
            size = ctypes.c_uint(58)
            same(libc.getsockopt(conn.fileno(), 0, SO_MAP, buffer, ctypes.byref(size)), 0)
            raw = socket.inet_pton(af, client[0])
            same(buffer.raw, asked + struct.pack("H", af) + raw + bytes(16 - len(raw)) +
                 struct.pack("!H", client[1]))


@case("options", "other sockets have no client, other numbers are nobody's")
def _():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for option, size in ((SO_PEER, 28), (SO_PEER6, 20), (SO_MAP, 58)):
            fails(errno.ENOENT, sock.getsockopt, 0, option, size)
    with listener("v4") as sock:
        fails(errno.ENOENT, sock.getsockopt, 0, SO_PEER, 28)
        for option in (SO_MAP - 1, SO_MAP + 1, SO_PEER6 - 1, SO_PEER + 1):
            fails(errno.ENOPROTOOPT, sock.getsockopt, 0, option, 64)


# The netlink family

def refused(number, pattern, cmd, payload=b"", offset=True, **header):
    error = fails(number, lambda: family.call(cmd, payload, **header))
    if not error.message or pattern not in error.message:
        raise AssertionError(f"said {error.message!r}, not '{pattern}'")
    same(error.offset is not None, offset, "attribute to blame")


def prefix(addr, length):
    return nest(1, attr(1, addr), attr(2, bytes([length])))


GOOD = prefix(b"\x0a\0\0\0", 24)


@case("netlink", "the list is what was added, in order and without doubles")
def _():
    family.trust("2001:db8::/32", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8", "::/0", "0.0.0.0/0")
    same(family.list(), ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "::/0", "2001:db8::/32"])
    family.delete("10.0.0.0/8")
    family.add("192.0.2.1/32")
    same(family.list(), ["0.0.0.0/0", "10.1.0.0/16", "192.0.2.1/32", "::/0", "2001:db8::/32"])
    same(family.info()[1], 5)
    family.trust()
    same(family.list(), [])


@case("netlink", "as many prefixes as trust-max, dumped in several messages")
def _():
    many = [f"10.{i // 256}.{i % 256}.0/24" for i in range(1024)]
    family.trust(*many)
    same(family.list(), many)
    refused(errno.ENOSPC, "full", Toa.TRUST_NEW, Toa.prefix("192.0.2.0/24"), flags=NLM_F_CREATE)
    refused(errno.E2BIG, "too many", Toa.TRUST_SET, b"".join(Toa.prefix(p) for p in many) + GOOD)
    same(family.list(), many)


@case("netlink", "adding twice and removing what is not there")
def _():
    family.add("192.0.2.0/24")
    refused(errno.EEXIST, "already", Toa.TRUST_NEW, Toa.prefix("192.0.2.0/24"),
            flags=NLM_F_CREATE | NLM_F_EXCL)
    family.add("192.0.2.0/24", NLM_F_CREATE)
    family.add("192.0.2.0/24", 0)
    family.delete("192.0.2.0/24")
    refused(errno.ENOENT, "not in the trust list", Toa.TRUST_DEL, Toa.prefix("192.0.2.0/24"))
    refused(errno.ENOENT, "not in the trust list", Toa.TRUST_DEL, Toa.prefix("10.0.0.0/25"))


@case("netlink", "bad prefixes are refused with a reason and change nothing")
def _():
    for cmd in (Toa.TRUST_NEW, Toa.TRUST_DEL, Toa.TRUST_SET):
        refused(errno.EINVAL, "bits set", cmd, prefix(b"\x0a\0\0\1", 24))
        refused(errno.EINVAL, "bits set", cmd, prefix(b"\x20\1" + bytes(13) + b"\1", 127))
        refused(errno.ERANGE, "exceeds", cmd, prefix(b"\x0a\0\0\0", 33))
        refused(errno.ERANGE, "", cmd, prefix(bytes(16), 129))
        refused(errno.EINVAL, "4 or 16 bytes", cmd, prefix(b"\x0a\0\0", 8))
        refused(errno.EINVAL, "4 or 16 bytes", cmd, prefix(b"", 0))
        refused(errno.ERANGE, "", cmd, prefix(bytes(17), 0))
        refused(errno.EINVAL, "an address and a length", cmd, nest(1, attr(1, b"\x0a\0\0\0")))
        refused(errno.EINVAL, "an address and a length", cmd, nest(1, attr(2, b"\0")))
        refused(errno.EINVAL, "", cmd, nest(1, attr(1, b"\x0a\0\0\0"), attr(2, b"\x08"), attr(3, b"")))
        refused(errno.EINVAL, "", cmd, nest(2, attr(1, b"\x0a\0\0\0")))
        refused(errno.EINVAL, "", cmd, attr(1, b"\x0a\0\0\0"))
    for cmd in (Toa.TRUST_NEW, Toa.TRUST_DEL):
        refused(errno.EINVAL, "no prefix", cmd, offset=False)
        refused(errno.E2BIG, "too many", cmd, GOOD + GOOD)
    same(sorted(family.list()), sorted(TRUSTED))


@case("netlink", "bad settings are refused with a reason and change nothing")
def _():
    before = family.settings()
    refused(errno.EINVAL, "no setting", Toa.SETTINGS_SET, offset=False)
    for kinds in (b"", bytes([254, 254]), *(bytes([254, kind]) for kind in (0, 1, 2, 3, 4, 5, 8, 19, 30, 34, 255))):
        refused(errno.EINVAL, "different option kinds", Toa.SETTINGS_SET, attr(1, kinds))
    refused(errno.ERANGE, "", Toa.SETTINGS_SET, attr(1, bytes(range(200, 209))))
    for value in (0, 16777217):
        refused(errno.ERANGE, "", Toa.SETTINGS_SET, attr(2, struct.pack("I", value)))
    refused(errno.EINVAL, "", Toa.SETTINGS_SET, attr(2, b"\1"))
    # One bad setting stops the good one.
    refused(errno.EINVAL, "different option kinds", Toa.SETTINGS_SET,
            attr(2, struct.pack("I", 7)) + attr(1, b"\2"))
    same(family.settings(), before)


@case("netlink", "unknown attributes, flags and headers are refused")
def _():
    for cmd in (Toa.INFO, Toa.SETTINGS, Toa.COUNTERS):
        refused(errno.EINVAL, "", cmd, attr(1, b""))
    refused(errno.EINVAL, "", Toa.SETTINGS_SET, attr(3, b""))
    refused(errno.EINVAL, "", Toa.TRUST_SET, GOOD + attr(2, b""))
    refused(errno.EINVAL, "nlmsg_flags", Toa.TRUST_DEL, GOOD, offset=False, flags=NLM_F_EXCL)
    refused(errno.EINVAL, "reserved", Toa.TRUST_DEL, GOOD, offset=False, reserved=1)
    fails(errno.EOPNOTSUPP, family.call, 99)


@case("netlink", "anybody may look, only an administrator may change")
def _():
    script = """
import os, genl
os.setgid(65534); os.setuid(65534)
t = genl.Toa()
t.info(); t.settings(); t.counters(); t.list()
for call in (lambda: t.add("192.0.2.0/24"), lambda: t.delete("10.0.0.0/24"), lambda: t.trust(),
             lambda: t.set(kinds=[254])):
    try:
        call()
        print("allowed")
    except genl.Refused as error:
        print(error.errno)
"""
    out = subprocess.run([sys.executable, "-c", script], cwd=os.path.dirname(os.path.abspath(__file__)),
                         capture_output=True, text=True, check=False)
    same(out.stdout + out.stderr[-300:], f"{errno.EPERM}\n" * 4)


@case("netlink", "garbage is refused and does no harm")
def _():
    rng = random.Random(1)
    good = [GOOD, prefix(bytes(16), 0), attr(1, b"\xfe"), attr(2, struct.pack("I", 7)), b""]
    for _ in range(3000):
        payload = bytearray(b"".join(rng.choices(good, k=rng.randrange(4))))
        for _ in range(rng.randrange(4)):
            if payload:
                payload[rng.randrange(len(payload))] = rng.choice((0, 1, 2, 3, 4, 5, 8, 20, 128, 254, 255))
        payload = payload[:rng.randrange(len(payload) + 1)] if rng.random() < .2 else payload
        try:
            family.call(rng.randrange(0, 10), bytes(payload), rng.choice((0, 0, 0x300, 0x400, 0x600)),
                        rng.choice((1, 1, 1, 0, 2)), rng.choice((0, 0, 0, 1)))
        except Refused:
            pass
    reset()
    same(sorted(family.list()), sorted(TRUSTED))


# Programs that know nothing of all this

def http(port, balancer, client):
    """A request to @port; the response, whole."""
    peer = Peer(link, balancer, port)
    peer.syn()
    peer.send(ACK, toa(*client))
    peer.data(b"GET / HTTP/1.0\r\n\r\n")
    response = peer.until_fin()
    peer.reset()
    return response


@contextlib.contextmanager
def program(port, *command, **kwargs):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **kwargs) as process:
        try:
            end = time.monotonic() + 20 * SLOW
            while not listening(port):
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError(f"{command[0]} does not listen")
                time.sleep(0.05)
            yield process
        finally:
            process.terminate()


def listening(port):
    return subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True, text=True,
                          check=True).stdout.strip()


REQUESTS = ((8080, BALANCER4, CLIENT4, CLIENT4), (8081, BALANCER6, CLIENT6, CLIENT6),
            (8081, BALANCER6, CLIENT4, mapped(CLIENT4)), (8082, BALANCER4, CLIENT4, mapped(CLIENT4)),
            (8082, BALANCER4, CLIENT6, CLIENT6), (8082, BALANCER6, CLIENT6, CLIENT6))


@case("programs", "nginx logs the client")
def _():
    with tempfile.TemporaryDirectory() as where:
        with open(where + "/nginx.conf", "w", encoding="ascii") as conf:
            conf.write(f"""daemon off; user root; worker_processes 2; pid {where}/pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
    log_format who '$server_port $remote_addr $remote_port';
    access_log {where}/access who;
    server {{ listen 8080; listen [::]:8081 ipv6only=on; listen [::]:8082 ipv6only=off;
              location / {{ return 200 "you are $remote_addr"; }} }}
}}
""")
        with program(8082, "nginx", "-p", where, "-c", where + "/nginx.conf", "-e", "stderr",
                     stderr=subprocess.DEVNULL):
            for port, balancer, client, want in REQUESTS:
                response = http(port, balancer, client).decode()
                same(response.rpartition("\r\n")[2], "you are " + want[0])
        with open(where + "/access", encoding="ascii") as log:
            same(log.read(), "".join(f"{port} {want[0]} {want[1]}\n" for port, _, _, want in REQUESTS))


@case("programs", "socat tells its command the client")
def _():
    for port, kind, balancer, client, want in (
            (9001, "TCP4-LISTEN", BALANCER4, CLIENT4, CLIENT4),
            (9002, "TCP6-LISTEN", BALANCER6, CLIENT6, ("[2a00:1450:0000:0000:0000:0000:0000:1234]", 443))):
        with program(port, "socat", f"{kind}:{port},fork,reuseaddr",
                     "SYSTEM:'echo $SOCAT_PEERADDR $SOCAT_PEERPORT'"):
            same(http(port, balancer, client), f"{want[0]} {want[1]}\n".encode())


@case("programs", "Python's web server logs the client")
def _():
    with tempfile.TemporaryFile() as log:
        with program(9003, sys.executable, "-u", "-m", "http.server", "-b", "0.0.0.0", "9003", stderr=log,
                     stdout=subprocess.DEVNULL):
            http(9003, BALANCER4, CLIENT4)
        log.seek(0)
        same(log.read().split()[0].decode(), CLIENT4[0])


@case("programs", "ss and the kernel's own tables go on telling the balancer")
def _():
    with listener("v4") as sock, connection(sock, BALANCER4, toa(*CLIENT4)) as (peer, _, _):
        out = subprocess.run(["ss", "-Htn", f"sport = :{sock.getsockname()[1]}"], capture_output=True,
                             text=True, check=True).stdout
        same(out.split()[4], f"{peer.addr}:{peer.sport}")


@case("programs", "thousands of connections, each with its own client")
def _():
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    with listener("dual") as sock:
        sock.listen(128)
        port, conns, want = sock.getsockname()[1], [], {}
        for i in range(3000):
            peer = Peer(link, f"10.0.0.{2 + i % 200}" if i % 2 else f"2001:db8::{2 + i % 200:x}", port, 1024 + i)
            client = (f"198.51.{i >> 8}.{i & 255}" if i % 3 else f"2a00:1450::{i + 1:x}", 1 + i)
            peer.open(toa(*client))
            conn, first = accepted(sock)
            conns.append((conn, peer))
            want[conn] = mapped(client) if "." in client[0] else client
            same(first, want[conn])
        same(family.clients(), 3000)
        for conn, peer in conns:
            same(conn.getpeername()[:2], want[conn])
            peer.reset()
            conn.close()
        same(clients(0), 0)


# A server inside the kernel; its port and its module come from the environment

@case("kernel", "a server inside the kernel is told the balancer")
def _():
    with open("/dev/kmsg", "rb", buffering=0) as log:
        os.set_blocking(log.fileno(), False)
        os.lseek(log.fileno(), 0, os.SEEK_END)
        subprocess.run(["insmod", os.environ["SLB_BUILD_SELFTEST"] + "/slb_toa_test.ko", "listen=7777"],
                       check=True)
        try:
            with counted():
                peer = Peer(link, BALANCER4, 7777)
                peer.open(toa(*CLIENT4))
                peer.until_fin()
                peer.reset()
            time.sleep(0.2)
            lines = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    lines.append(os.read(log.fileno(), 8192).decode())
            same([line.split("peer ")[1].strip() for line in lines if "slb_toa_test: peer" in line],
                 [f"{peer.addr}:{peer.sport}"])
        finally:
            subprocess.run(["rmmod", "slb_toa_test"], check=True)


def reset():
    family.trust(*TRUSTED)
    family.set(kinds=[254], clients_max=1 << 20)


def main():
    global link, family
    if sys.argv[1] == "--count":
        print(sum(group == sys.argv[2] for group, _, _ in CASES))
        return
    if sys.argv[1] != "netlink":
        link = Link()
    family = Toa()
    for group, name, function in CASES:
        if group != sys.argv[1]:
            continue
        detail, result = "", "ok"
        try:
            reset()
            function()
        except Exception as error:  # each is a failed test point
            result = "not ok"
            line = error.__traceback__
            while line.tb_next:
                line = line.tb_next
            detail = f"{type(error).__name__}: {error}, line {line.tb_lineno}"
        print(result, name, detail.replace("\n", " "), sep="\t", flush=True)


if __name__ == "__main__":
    main()
