# SPDX-License-Identifier: GPL-2.0-only
"""Two kernels that speak TCP past its edges, with the balancer in between; see 52_oddtcp_real.sh."""
import hashlib
import os
import random
import socket
import time

import netns
from cases import Skip, both, eventually, main, same
from cluster import (CLIENT_NS, FAMILY, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen,
                     pair, server_addr, service, talk, told)
from wire import ACK, FIN, M32, PSH, RST, SYN, TCP, Pkt

slb = balancer()
SERVER = SERVER_NS[0]
UML = os.environ["SLB_LANE"] == "uml"
TCP_CORK, TCP_REPAIR, TCP_FASTOPEN, MSG_FASTOPEN, MPTCP = 3, 19, 23, 0x20000000, 262
ONE_PORT = {"port_first": 5000, "port_last": 5000}


shaped = set()


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()
    for namespace, dev in list(shaped):
        unshaped(namespace, dev)
    for namespace in (CLIENT_NS, SERVER):
        # A challenge ACK is worth one for each packet here.
        netns.sysctl(namespace, "ipv4.tcp_invalid_ratelimit", 0)
        netns.sysctl(namespace, "ipv4.tcp_timestamps", 1)
        netns.sysctl(namespace, "ipv4.tcp_ecn", 2)


def netem(namespace, dev, *words):
    shaped.add((namespace, dev))
    netns.run(namespace, "tc", "qdisc", "replace", "dev", dev, "root", "netem", *words)


def unshaped(namespace, dev):
    netns.run(namespace, "tc", "qdisc", "del", "dev", dev, "root")
    shaped.discard((namespace, dev))


def mib(namespace, name):
    """A counter of a kernel's TCP or MPTCP."""
    with netns.inside(namespace):
        with open("/proc/thread-self/net/netstat", encoding="ascii") as file:
            lines = [line.split() for line in file]
    for names, values in zip(lines[::2], lines[1::2]):
        if name in names:
            return int(values[names.index(name)])
    raise Skip(f"no counter {name}")


def count(name):
    return slb.counters()[0][name]


def leased(v, port):
    return [conn for conn in slb.conns(svc_addr=VIP[v]) if conn["lport"] == port]


def entry(v, client):
    found = slb.conns(client_port=client.getsockname()[1], svc_addr=VIP[v])
    found = [conn for conn in found if conn["state"] != "close"] or found
    return found[0] if found else None


def state(v, client):
    conn = entry(v, client)
    return conn["state"] if conn else None


def move(source, sink, length):
    """Data from one socket to the other, which must come out as they went in."""
    def send():
        data = random.randbytes(65536)
        total = hashlib.sha256()
        for at in range(0, length, len(data)):
            part = data[:length - at]
            source.sendall(part)
            total.update(part)
        return total.digest()

    def recv():
        total, left = hashlib.sha256(), length
        while left:
            part = sink.recv(min(left, 1 << 16))
            assert part, f"the end, {left} bytes early"
            total.update(part)
            left -= len(part)
        return total.digest()

    sent, got = Task(send), Task(recv)
    same(got.result(120), sent.result(120), "checksum")


class Watch:
    """What passes on the client's link: the numbers of one connection, the client's own on both sides."""

    def __init__(self, v, client):
        self.v, self.port = v, client.getsockname()[1]
        self.sockname = client.getsockname()[0]
        with netns.inside(LB):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.sock.bind(("c0", 3))
        self.sock.setblocking(False)

    def packets(self):
        found = []
        try:
            while True:
                pkt = Pkt.parse(self.sock.recv(1 << 17))
                if pkt and pkt.proto == TCP and self.port in (pkt.sport, pkt.dport):
                    found.append(pkt)
        except BlockingIOError:
            return found

    def last(self, client, server):
        """Both ends' next numbers, learned from a little talk."""
        talk(client, server)
        found = {}

        def settled():
            for pkt in self.packets():
                found["client" if pkt.sport == self.port else "server"] = pkt
            return len(found) == 2 and found["client"].ack == found["server"].end() and \
                found["server"].ack == found["client"].end()
        eventually(settled, "the talk's last ACK")
        return found["client"].end(), found["server"].end()

    def client_pkt(self, flags, seq, ack=0, **args):
        return Pkt(self.sockname, VIP[self.v], self.port, 80, TCP, flags, seq, ack, **args)

    def server_pkt(self, conn, flags, seq, ack=0, **args):
        return Pkt(server_addr(self.v), conn["laddr"], 8080, conn["lport"], TCP, flags, seq,
                   at(ack, conn["seq-shift"]) if flags & ACK else 0, **args)


def at(value, offset):
    return value + offset & M32


def raw_socket(namespace, v):
    with netns.inside(namespace):
        return socket.socket(FAMILY[v], socket.SOCK_RAW, socket.IPPROTO_RAW)


def spoof(namespace, pkt):
    """A packet in somebody's name, from his own network."""
    with raw_socket(namespace, 6 if pkt.v6 else 4) as sock:
        sock.sendto(pkt.build(), (pkt.dst, 0))


def alive(v, client, server):
    talk(client, server)
    eventually(lambda: state(v, client) == "established", "the state")


@both("a RST inside the window that is not exact is challenged: both programs and the entry survive; the exact one ends all")
def _(v):
    service(slb, v)
    for victim in ("server", "client"):
        with listen(v) as listener:
            client, server = pair(v, listener)
            watch = Watch(v, client)
            namespace = SERVER if victim == "server" else CLIENT_NS
            for offset in (1, 5, 1000, 20000, -1):
                cseq, sseq = watch.last(client, server)
                challenges = mib(namespace, "TCPChallengeACK")
                conn = entry(v, client)
                if victim == "server":
                    spoof(CLIENT_NS, watch.client_pkt(RST, at(cseq, offset)))
                else:
                    spoof(SERVER, watch.server_pkt(conn, RST, at(sseq, offset)))
                if offset > 0:
                    eventually(lambda: mib(namespace, "TCPChallengeACK") > challenges, f"a challenge by the {victim}")
                same(state(v, client), "established", f"the entry after a RST at {offset:+}")
                alive(v, client, server)
            cseq, sseq = watch.last(client, server)
            conn = entry(v, client)
            task = Task(told, server if victim == "server" else client)
            if victim == "server":
                spoof(CLIENT_NS, watch.client_pkt(RST, cseq))
            else:
                spoof(SERVER, watch.server_pkt(conn, RST, sseq))
            same(task.result(), "reset")
            eventually(lambda: state(v, client) == "close", "the end of the entry")
            client.close()
            server.close()


@both("a RST amid lost data: the entry is closed, the challenge ACK brings it back with its whole time")
def _(v):
    service(slb, v)
    slb.settings(timeouts={"established": 555})
    with listen(v) as listener:
        client, server = pair(v, listener)
        watch = Watch(v, client)
        cseq, _ = watch.last(client, server)
        netem(LB, "s1", "loss", "100%")
        client.sendall(b"l" * 300)
        eventually(lambda: any(p.end() == at(cseq, 300) for p in watch.packets()), "the data that is lost")
        challenges = mib(SERVER, "TCPChallengeACK")
        unshaped(LB, "s1")
        spoof(CLIENT_NS, watch.client_pkt(RST, at(cseq, 200)))
        eventually(lambda: mib(SERVER, "TCPChallengeACK") > challenges, "the challenge")
        eventually(lambda: state(v, client) == "established", "the entry's return")
        assert entry(v, client)["expires"] > 500, entry(v, client)
        same(server.recv(1000), b"l" * 300)
        alive(v, client, server)


@both("strangers' packets during a transfer: nothing breaks, and our own RSTs are exact afterwards")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client, server = pair(v, listener)
        watch = Watch(v, client)
        chance = random.Random(v)
        transfer = Task(move, client, server, 400_000)
        with raw_socket(CLIENT_NS, v) as sock:
            for i in range(150):
                flags = (ACK, ACK | PSH, FIN | ACK, RST, SYN, RST | ACK)[i % 6]
                pkt = watch.client_pkt(flags, chance.getrandbits(32), chance.getrandbits(32), data=b"evil" * (i % 2))
                sock.sendto(pkt.build(), (VIP[v], 0))
        transfer.result()
        move(server, client, 100_000)
        alive(v, client, server)
        assert count("out-of-window") and count("rst-ignored")
        waiting = [Task(told, client), Task(told, server)]
        slb.srv_del((VIP[v], 80), server_addr(v), 8080)
        same([task.result() for task in waiting], ["reset", "reset"])


@both("strangers' SYNs do not stop a half-closed download")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client, server = pair(v, listener)
        watch = Watch(v, client)
        client.shutdown(socket.SHUT_WR)
        same(server.recv(10), b"")
        eventually(lambda: state(v, client) == "close-wait", "the half-closed state")
        reopened = count("conn-reopened")
        challenges = mib(SERVER, "TCPSYNChallenge")
        for i in range(8):
            spoof(CLIENT_NS, watch.client_pkt(SYN, 0x1fffffff * i & M32))
            move(server, client, 20_000)
        eventually(lambda: mib(SERVER, "TCPSYNChallenge") >= challenges + 8, "the challenges")
        same((count("conn-reopened"), state(v, client)), (reopened, "close-wait"))
        server.close()
        same(client.recv(10), b"")
        client.close()


def vanish(sock):
    """What a crash leaves: the socket is gone and nobody was told."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


@both("half open: the client has restarted and takes the same port, the server has restarted")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client, server = pair(v, listener)
        own = client.getsockname()[:2]
        first = entry(v, client)["lport"]
        vanish(client)
        client = fresh_socket(CLIENT_NS, v)
        client.bind(own)
        waiting = Task(told, server)
        client.connect((VIP[v], 80))
        same(waiting.result(), "reset", "the old connection at the server")
        server, _ = listener.accept()
        talk(client, server)
        assert entry(v, client)["lport"] != first
        vanish(server)
        client.sendall(b"anybody there?")
        same(told(client), "reset")
        eventually(lambda: state(v, client) == "close", "the end of the entry")


@both("both open at once")
def _(v):
    service(slb, v, laddr_args=ONE_PORT)
    netem(LB, "s1", "delay", "600ms" if UML else "1500ms")
    client = fresh_socket(CLIENT_NS, v)
    task = Task(client.connect, (VIP[v], 80))
    eventually(lambda: leased(v, 5000), "the client's SYN")
    server = fresh_socket(SERVER, v)
    server.bind((server_addr(v), 8080))
    server.connect((LADDR[v], 5000))
    task.result()
    talk(client, server)
    same(state(v, client), "established")
    server.shutdown(socket.SHUT_WR)
    same(client.recv(10), b"")
    client.close()
    same(server.recv(10), b"")
    server.close()


def close_at_once(v, listener):
    """Both ends close before either can know of the other; the FINs."""
    client, server = pair(v, listener)
    watch = Watch(v, client)
    for sock in (client, server):
        sock.setsockopt(socket.IPPROTO_TCP, TCP_CORK, 1)
        sock.sendall(b"last words")
    for sock in (client, server):
        sock.shutdown(socket.SHUT_WR)
    for sock in (client, server):
        same((sock.recv(100), sock.recv(100)), (b"last words", b""))
    eventually(lambda: state(v, client) == "time-wait", "the end")
    fins = [pkt for pkt in watch.packets() if pkt.flags & FIN]
    client.close()
    server.close()
    return fins


@both("both close at once, with data in their FINs")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        netem(LB, "s1", "delay", "200ms")
        netem(LB, "c0", "delay", "200ms")
        for _turn in range(5):      # a machine that stalls lets the kernel send the data before the FIN
            fins = close_at_once(v, listener)
            if {pkt.data for pkt in fins} == {b"last words"}:
                return
        raise AssertionError(fins)


@both("Fast Open: without TOA the data goes with the SYN; with TOA both ends fall back, counted")
def _(v):
    for namespace in (CLIENT_NS, SERVER):
        netns.sysctl(namespace, "ipv4.tcp_fastopen", 3)
    service(slb, v, toa=0)
    with listen(v) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)

        def ask():
            client = fresh_socket(CLIENT_NS, v)
            client.settimeout(None)         # else the call ends before the connection is there
            same(client.sendto(b"early", MSG_FASTOPEN, (VIP[v], 80)), 5)
            server, _ = listener.accept()
            server.settimeout(30)
            same(server.recv(100), b"early")
            server.sendall(b"answer" * 500)
            server.close()
            got = b""
            while part := client.recv(65536):
                got += part
            same(got, b"answer" * 500)
            client.close()

        ask()           # fetches the cookie, if there is none yet
        taken, stripped, window = mib(SERVER, "TCPFastOpenPassive"), count("tfo-stripped"), count("out-of-window")
        ask()
        same((mib(SERVER, "TCPFastOpenPassive"), count("tfo-stripped")), (taken + 1, stripped), "without TOA")
        slb.svc_edit(VIP[v], 80, toa=1)
        ask()
        same(mib(SERVER, "TCPFastOpenPassive"), taken + 1, "with TOA")
        assert count("tfo-stripped") > stripped
        same(count("out-of-window"), window)


@both("urgent data, first thing after the handshake and later, both ways")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client = connect(v)
        client.send(b"xyz!", socket.MSG_OOB)
        server, _ = listener.accept()
        server.settimeout(30)
        for source, sink, before_it in ((client, server, b"xyz"), (server, client, b"abc"), (client, server, b"")):
            if before_it != b"xyz":
                source.send(before_it + b"!", socket.MSG_OOB)

            def urgent(sink=sink):
                try:
                    return sink.recv(1, socket.MSG_OOB | socket.MSG_DONTWAIT)
                except OSError:
                    return b""
            sink.setblocking(False)
            same(eventually(urgent, "the urgent byte"), b"!")
            sink.settimeout(30)
            if before_it:
                same(sink.recv(100), before_it, "what comes before the mark")
            source.sendall(b"after")
            same(sink.recv(100), b"after")
        client.close()
        server.close()


@both("a closed window: probes pass, and all data arrives once it opens")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        for upload in (True, False):
            client, server = pair(v, listener)
            source, sink, namespace = (client, server, CLIENT_NS) if upload else (server, client, SERVER)
            window, probes = count("out-of-window"), mib(namespace, "TCPWinProbe")
            transfer = Task(source.sendall, b"w" * 1_500_000)
            eventually(lambda: mib(namespace, "TCPWinProbe") >= probes + 2, "two probes", 15)
            same(state(v, client), "established")
            left = 1_500_000
            while left:
                part = sink.recv(1 << 20)
                same(part.strip(b"w"), b"")
                left -= len(part)
            transfer.result()
            same(count("out-of-window"), window)
            client.close()
            server.close()


def aggregates(segments):
    for namespace in (CLIENT_NS, SERVER):
        netns.run(namespace, "ip", "link", "set", "eth0", "gso_max_segs", str(segments))


@both("loss, reordering and duplicates with scaled windows, and again after a rest: D-SACK works, nothing counts as foreign")
def _(v):
    service(slb, v)
    length = 500_000 if UML else 200_000
    foreign = count("out-of-window"), count("rst-ignored")
    aggregates(1)
    for namespace in (CLIENT_NS, SERVER):
        netem(namespace, "eth0", "delay", "2ms", "loss", "1%", "duplicate", "5%", "reorder", "10%", "limit", "5000")
    with listen(v) as listener:
        client, server = pair(v, listener)
        for source, sink, namespace in ((client, server, CLIENT_NS), (server, client, SERVER)):
            told_twice = mib(namespace, "TCPDSACKRecv")
            for _ in range(5):      # it is a matter of chance
                move(source, sink, length)
                if mib(namespace, "TCPDSACKRecv") > told_twice:
                    break
            else:
                raise AssertionError("no D-SACK arrived")
        aggregates(64)
        time.sleep(2)
        for source, sink in ((client, server), (server, client)):
            move(source, sink, length // 4)
        same(state(v, client), "established")
        client.shutdown(socket.SHUT_WR)
        same(server.recv(1), b"")
        server.close()
        same(client.recv(1), b"")
        client.close()
        same((count("out-of-window"), count("rst-ignored")), foreign, "out-of-window, rst-ignored")


@both("ECN: negotiated, marks arrive and their echo comes back")
def _(v):
    service(slb, v)
    for namespace in (CLIENT_NS, SERVER):
        netns.sysctl(namespace, "ipv4.tcp_ecn", 1)
    with listen(v) as listener:
        client, server = pair(v, listener)
        # Marks what is ECN-capable and drops the rest.
        netem(CLIENT_NS, "eth0", "loss", "40%", "ecn")
        echoed = mib(CLIENT_NS, "TCPDeliveredCE")
        move(client, server, 500_000)
        assert mib(CLIENT_NS, "TCPDeliveredCE") > echoed, "no echo arrived"
        client.close()
        server.close()


@both("a local port that is reused at once, the server in TIME_WAIT after an upload: each SYN is taken at once")
def _(v):
    service(slb, v, laddr_args=ONE_PORT)
    length = 3_000_000 if UML else 1_000_000
    with listen(v) as listener:
        for timestamps in (1, 0):
            netns.sysctl(CLIENT_NS, "ipv4.tcp_timestamps", timestamps)
            for turn in range(3):
                again, reclaimed = mib(CLIENT_NS, "TCPSynRetrans"), count("reclaimed")
                client, server = pair(v, listener)
                same(entry(v, client)["lport"], 5000)
                if turn or not timestamps:
                    same(count("reclaimed"), reclaimed + 1)
                move(client, server, length if turn < 2 else 1000)
                server.close()          # the first to close waits
                same(client.recv(1), b"")
                client.close()
                eventually(lambda: [conn["state"] for conn in leased(v, 5000)] == ["time-wait"], "TIME_WAIT")
                same(mib(CLIENT_NS, "TCPSynRetrans"), again, f"SYNs again, timestamps {timestamps}, turn {turn}")


@both("MPTCP: plain TCP at both ends with TOA, counted; without TOA it passes")
def _(v):
    try:
        socket.socket(FAMILY[v], socket.SOCK_STREAM, MPTCP).close()
    except OSError as error:
        raise Skip("this kernel has no MPTCP") from error
    for toa in (1, 0):
        before()
        service(slb, v, toa=toa)
        with netns.inside(SERVER):
            listener = socket.socket(FAMILY[v], socket.SOCK_STREAM, MPTCP)
        with netns.inside(CLIENT_NS):
            client = socket.socket(FAMILY[v], socket.SOCK_STREAM, MPTCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.settimeout(30)
        client.settimeout(30)
        listener.bind(("", 8080))
        listener.listen(8)
        stripped, capable = count("mptcp-stripped"), mib(SERVER, "MPCapableSYNRX")
        client.connect((VIP[v], 80))
        server, _ = listener.accept()
        server.settimeout(30)
        talk(client, server)
        move(client, server, 200_000)
        move(server, client, 200_000)
        same((count("mptcp-stripped") - stripped, mib(SERVER, "MPCapableSYNRX") - capable), (toa, 1 - toa), f"toa {toa}")
        for sock in (client, server, listener):
            sock.close()


main(before=before)
