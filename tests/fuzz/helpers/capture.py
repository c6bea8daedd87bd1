#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the packet fuzzer's corpus: what real kernels send each other, recorded on the way.

    tests/vm/boot.sh --uml --out DIR -- unshare -m tests/fuzz/helpers/capture.py DIR/corpus

A client, a router and a server, each a network namespace; the router records what comes in on
either side, and the errors that it sends itself, with the offload header that its driver gave.
One file for each conversation, one line for each packet:

    c|s VNET HEX[*COUNT]...

c came from the client's side and s from the server's; VNET is a struct virtio_net_hdr in hex, or -.
HEX*COUNT is a byte that is repeated. Addresses and ports are those of the recording, which corpus.py
knows; it makes of these files what the kernel module reads.
"""
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../net/helpers"))
# pylint: disable=wrong-import-position
import netns  # noqa: E402

CLIENT = {4: "192.0.2.1", 6: "2001:db8:c::1"}
SERVER = {4: "198.51.100.1", 6: "2001:db8:5::1"}
ROUTER_C = {4: "192.0.2.254", 6: "2001:db8:c::fe"}
ROUTER_S = {4: "198.51.100.254", 6: "2001:db8:5::fe"}
AF = {4: socket.AF_INET, 6: socket.AF_INET6}
TCP_PORT, UDP_PORT, CLOSED_PORT = 80, 53, 81
SOL_PACKET, PACKET_VNET_HDR, PACKET_OUTGOING = 263, 15, 4
SO_NO_CHECK, SO_TIMESTAMPNS = 11, 35
TCP_MD5SIG, TCP_FASTOPEN, MSG_FASTOPEN, IPPROTO_MPTCP, UDP_SEGMENT = 14, 23, 0x20000000, 262, 103
IPV6_HOPOPTS, IPV6_DSTOPTS = 54, 59
IP_OPTIONS, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_DO = 4, 10, 23, 2
MOST = 24  # packets of a conversation

next_port = [40000]


def run(line):
    subprocess.run(line.split(), check=True)


def topology():
    names = {name: f"{name}{os.getpid()}" for name in ("client", "router", "server")}
    for ns in names.values():
        run(f"ip netns add {ns}")
        run(f"ip -n {ns} link set lo up")
    c, r, s = names.values()
    for ns, dev, mine, theirs in ((c, "c", CLIENT, ROUTER_C), (s, "s", SERVER, ROUTER_S)):
        run(f"ip link add e netns {ns} type veth peer name {dev} netns {r}")
        # A struct virtio_net_hdr has no word for UDP's segments.
        run(f"ip netns exec {ns} ethtool -K e tx-udp-segmentation off")
        for where, name, addrs in ((ns, "e", mine), (r, dev, theirs)):
            run(f"ip -n {where} link set {name} up")
            run(f"ip -n {where} addr add {addrs[4]}/24 dev {name}")
            run(f"ip -n {where} addr add {addrs[6]}/64 dev {name} nodad")
        run(f"ip -n {ns} route add default via {theirs[4]}")
        run(f"ip -n {ns} -6 route add default via {theirs[6]}")
    sysctl(r, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.accept_source_route=1",
           "net.ipv4.conf.c.accept_source_route=1", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
    sysctl(s, "net.ipv4.conf.all.accept_source_route=1", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
    return names


def sysctl(ns, *settings):
    run(f"ip netns exec {ns} sysctl -qw {' '.join(settings)}")


class Recorder(threading.Thread):
    """What enters the router, in order."""

    def __init__(self, ns):
        super().__init__(daemon=True)
        self.socks, self.packets, self.stop = {}, [], False
        with netns.inside(ns):
            for dev in "cs":
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
                sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
                sock.bind((dev, 3))
                self.socks[sock] = dev
        self.start()

    def run(self):
        while not self.stop or select.select(self.socks, [], [], 0)[0]:
            for sock in select.select(self.socks, [], [], 0.1)[0]:
                data, ancillary, _, addr = sock.recvmsg(70000, 100)
                stamp = struct.unpack("qq", ancillary[0][2])
                self.packets.append((stamp, self.socks[sock], addr[2] == PACKET_OUTGOING, data))

    def lines(self):
        self.stop = True
        self.join()
        for _, dev, out, data in sorted(self.packets, key=lambda p: p[0]):
            vnet, proto, packet = data[:10], data[22:24], data[24:]
            version = {b"\x08\x00": 4, b"\x86\xdd": 6}.get(proto)
            if not version:
                continue
            at, size = (12, 4) if version == 4 else (8, 16)
            src, dst = (socket.inet_ntop(AF[version], packet[at + i * size:at + (i + 1) * size]) for i in (0, 1))
            ends = {CLIENT[version], SERVER[version]}
            if out and src in (ROUTER_C[version], ROUTER_S[version]) and dst in ends:
                dev = "s" if dev == "c" else "c"
            elif out or not {src, dst} <= ends:
                continue
            yield f"{dev} {vnet.hex() if any(vnet) else '-'} {squeezed(packet)}"


def squeezed(data):
    words, at = [], 0
    for run_of in re.finditer(rb"(.)\1{15,}", data, re.S):
        words += [data[at:run_of.start()].hex(), f"{run_of[1].hex()}*{len(run_of[0])}"]
        at = run_of.end()
    return " ".join(word for word in [*words, data[at:].hex()] if word)


class Ends:
    """Sockets of both ends of one conversation."""

    def __init__(self, names, version):
        self.names, self.v = names, version
        next_port[0] += 1
        self.port = next_port[0]

    def socket(self, end, kind, addr, port, proto=0):
        with netns.inside(self.names[end]):
            sock = socket.socket(AF[self.v], kind, proto)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(20)
        sock.bind((addr[self.v], port))
        return sock

    def udp(self, port=UDP_PORT):
        server = self.socket("server", socket.SOCK_DGRAM, SERVER, UDP_PORT)
        client = self.socket("client", socket.SOCK_DGRAM, CLIENT, self.port)
        client.connect((SERVER[self.v], port))
        return client, server

    def tcp(self, proto=0, setup=lambda client, listener: None):
        listener = self.socket("server", socket.SOCK_STREAM, SERVER, TCP_PORT, proto)
        client = self.socket("client", socket.SOCK_STREAM, CLIENT, self.port, proto)
        setup(client, listener)
        listener.listen(1)
        client.connect((SERVER[self.v], TCP_PORT))
        server = listener.accept()[0]
        server.settimeout(5)
        listener.close()
        return client, server

    def sysctl(self, *settings):
        for end in ("client", "server"):
            sysctl(self.names[end], *settings)


def drain(sock, size):
    while size > 0:
        size -= len(sock.recv(min(size, 65536)))


def talk(client, server, up=100, down=3000):
    for sender, receiver, size in ((client, server, up), (server, client, down)):
        thread = threading.Thread(target=sender.sendall, args=(b"a" * size,))
        thread.start()
        drain(receiver, size)
        thread.join()


def over(first, second):
    first.shutdown(socket.SHUT_WR)
    drain_end(second)
    second.close()
    drain_end(first)
    first.close()


def drain_end(sock):
    try:
        while sock.recv(65536):
            pass
    except OSError:
        pass


def tcp_plain(e):
    c, s = e.tcp()
    talk(c, s)
    over(c, s)


def tcp_server_closes(e):
    c, s = e.tcp()
    talk(c, s, 1448, 10)
    over(s, c)


def tcp_half_closed(e):
    c, s = e.tcp()
    c.shutdown(socket.SHUT_WR)
    s.sendall(b"a" * 2000)
    drain(c, 2000)
    s.close()
    c.close()


def tcp_without(e, option):
    e.sysctl(f"net.ipv4.tcp_{option}=0")
    tcp_plain(e)
    e.sysctl(f"net.ipv4.tcp_{option}=1")


def tcp_bulk_up(e):
    c, s = e.tcp()
    talk(c, s, 200000, 10)
    over(c, s)


def tcp_bulk_down(e):
    c, s = e.tcp()
    talk(c, s, 10, 200000)
    over(c, s)


def lossy(e, action):
    for dev in "cs":
        run(f"ip netns exec {e.names['router']} tc qdisc add dev {dev} root netem delay 2ms loss 7%")
    try:
        action(e)
    finally:
        for dev in "cs":
            run(f"ip netns exec {e.names['router']} tc qdisc del dev {dev} root")


def offloads(e, on, action):
    for end in ("client", "server"):
        run(f"ip netns exec {e.names[end]} ethtool -K e tso {on} gso {on} tx {on}")
    try:
        action(e)
    finally:
        if on == "off":
            offloads(e, "on", lambda e: None)


def tcp_aborts(e):
    c, s = e.tcp()
    talk(c, s)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()
    drain_end(s)


def tcp_reset_by_server(e):
    c, s = e.tcp()
    c.sendall(b"q" * 100)
    time.sleep(0.1)
    s.close()
    drain_end(c)


def tcp_refused(e):
    c = e.socket("client", socket.SOCK_STREAM, CLIENT, e.port)
    try:
        c.connect((SERVER[e.v], TCP_PORT))
    except OSError:
        pass


def tcp_urgent(e):
    c, s = e.tcp()
    c.send(b"!", socket.MSG_OOB)
    talk(c, s)
    over(c, s)


def tcp_ecn(e):
    e.sysctl("net.ipv4.tcp_ecn=1")
    tcp_plain(e)
    e.sysctl("net.ipv4.tcp_ecn=2")


def tcp_fast_open(e):
    e.sysctl("net.ipv4.tcp_fastopen=3")
    for _ in range(2):
        listener = e.socket("server", socket.SOCK_STREAM, SERVER, TCP_PORT)
        listener.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 5)
        listener.listen(1)
        c = e.socket("client", socket.SOCK_STREAM, CLIENT, e.port)
        try:
            c.sendto(b"q" * 100, MSG_FASTOPEN, (SERVER[e.v], TCP_PORT))
        except BlockingIOError:  # it has no cookie yet
            time.sleep(0.1)
            c.sendall(b"q" * 100)
        s = listener.accept()[0]
        s.sendall(b"a" * 100)
        drain(c, 100)
        s.close()
        c.close()
        listener.close()
        time.sleep(0.1)
        next_port[0] += 1
        e.port = next_port[0]


def tcp_md5(e):
    def key(sock, peer):
        addr = struct.pack("H2x4s", AF[4], socket.inet_pton(AF[4], peer[4])) if e.v == 4 else \
            struct.pack("HHI16sI", AF[6], 0, 0, socket.inet_pton(AF[6], peer[6]), 0)
        sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, addr.ljust(128, b"\0") +
                        struct.pack("BBHI", 0, 0, 4, 0) + b"key!".ljust(80, b"\0"))

    c, s = e.tcp(setup=lambda c, l: (key(c, SERVER), key(l, CLIENT)))
    talk(c, s)
    over(c, s)


def tcp_mptcp(e):
    c, s = e.tcp(IPPROTO_MPTCP)
    talk(c, s)
    over(c, s)


def dns_name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def udp_dns(e):
    c, s = e.udp()
    for size in (1, 30):
        query = struct.pack("!6H", 0x1234, 0x100, 1, 0, 0, 0) + dns_name("www.example.org") + struct.pack("!HH", 1, 1)
        c.send(query)
        _, peer = s.recvfrom(2000)
        record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + bytes(4)
        s.sendto(b"\x12\x34\x81\x80" + struct.pack("!4H", 1, size, 0, 0) + query[12:] + record * size, peer)
        c.recv(4000)


def udp_sizes(e, *sizes):
    c, s = e.udp()
    for size in sizes:
        c.send(b"d" * size)
        _, peer = s.recvfrom(65536)
        s.sendto(b"D" * size, peer)
        c.recv(65536)


def udp_no_sum(e):
    c, s = e.udp()
    for sock in (c, s):
        sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    c.send(b"d" * 33)
    s.sendto(b"D" * 40, s.recvfrom(100)[1])
    c.recv(100)


def udp_segments(e):
    c, s = e.udp()
    c.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 500)
    c.send(b"d" * 3300)
    peer = None
    for _ in range(7):
        _, peer = s.recvfrom(4000)
    s.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1200)
    s.sendto(b"D" * 9000, peer)
    c.recv(4000)


def udp_refused(e):
    c, _ = e.udp(CLOSED_PORT)
    for size in (4, 1000):
        c.send(b"d" * size)
        try:
            c.recv(10)
        except OSError:
            pass


def udp_client_gone(e):
    c, s = e.udp()
    c.send(b"d" * 10)
    peer = s.recvfrom(100)[1]
    c.close()
    s.sendto(b"D" * 600, peer)
    time.sleep(0.1)


def far(e, action, *ends):
    """With a hop limit that ends at the router."""
    level, name = (socket.IPPROTO_IP, socket.IP_TTL) if e.v == 4 else (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)
    c, s = action()
    for sock, other in ((c, s), (s, c)):
        if (sock is c) not in ends:
            continue
        sock.setsockopt(level, name, 1)
        if sock.type == socket.SOCK_DGRAM and sock is s:
            c.send(b"d")
            sock.sendto(b"D" * 300, s.recvfrom(10)[1])
        else:
            sock.send(b"x" * 300)
        time.sleep(0.1)
        sock.setsockopt(level, name, 64)
    if c.type == socket.SOCK_STREAM:
        over(c, s)


def narrow(e, dev, action):
    """One of the router's links has a small MTU: path MTU discovery."""
    run(f"ip -n {e.names['router']} link set {dev} mtu 1300")
    action(e)
    run(f"ip -n {e.names['router']} link set {dev} mtu 1500")
    for end in ("client", "server"):
        for version in (4, 6):
            run(f"ip -n {e.names[end]} -{version} route flush cache")


def udp_df(e):
    c, s = e.udp()
    level, name = (socket.IPPROTO_IP, IP_MTU_DISCOVER) if e.v == 4 else (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER)
    for sock in (c, s):
        sock.setsockopt(level, name, PMTUDISC_DO)
    c.send(b"d" * 10)
    peer = s.recvfrom(100)[1]
    for sock, send in ((c, c.send), (s, lambda data: s.sendto(data, peer))):
        send(b"d" * 1400)
        time.sleep(0.1)
        try:
            send(b"d" * 1400)
        except OSError:
            pass


def udp_options(e, level, name, value):
    c, s = e.udp()
    for sock in (c, s):
        sock.setsockopt(level, name, value)
    c.send(b"d" * 50)
    try:
        _, peer = s.recvfrom(100)
        s.sendto(b"D" * 60, peer)
        c.recv(100)
    except OSError:
        pass


def other_protocol(e, proto, data):
    c = e.socket("client", socket.SOCK_RAW, CLIENT, 0, proto)
    s = e.socket("server", socket.SOCK_RAW, SERVER, 0, proto)
    c.sendto(data, (SERVER[e.v], 0))
    s.sendto(data, (CLIENT[e.v], 0))
    time.sleep(0.05)


def echo(e):
    proto, kind = (1, 8) if e.v == 4 else (58, 128)
    data = struct.pack("!BBHHH", kind, 0, 0, 7, 1) + b"ping" * 10
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    other_protocol(e, proto, data[:2] + struct.pack("!H", ~total & 0xffff) + data[4:])


IP4 = {"rr": b"\x01\x07\x0b\x04" + bytes(8), "ts": b"\x44\x0c\x05\x00" + bytes(8), "alert": b"\x94\x04\x00\x00"}
PAD = b"\x01\x04\x00\x00\x00\x00"
IP6 = {"hop": (IPV6_HOPOPTS, b"\0\0" + PAD), "dest": (IPV6_DSTOPTS, b"\0\1" + PAD + b"\x01\x06" + bytes(6))}


def conversations(version):
    yield from ((f.__name__, f) for f in (
        tcp_plain, tcp_server_closes, tcp_half_closed, tcp_bulk_up, tcp_bulk_down, tcp_aborts, tcp_reset_by_server,
        tcp_refused, tcp_urgent, tcp_ecn, tcp_fast_open, tcp_md5, tcp_mptcp, udp_dns, udp_segments, udp_refused,
        udp_client_gone, echo))
    for option in ("timestamps", "sack", "window_scaling"):
        yield f"tcp_no_{option}", lambda e, o=option: tcp_without(e, o)
    yield "tcp_lossy_up", lambda e: lossy(e, lambda e: offloads(e, "off", tcp_bulk_up))
    yield "tcp_lossy_down", lambda e: lossy(e, tcp_bulk_down)
    yield "tcp_whole_sums", lambda e: offloads(e, "off", tcp_plain)
    yield "udp_whole_sums", lambda e: offloads(e, "off", lambda e: udp_sizes(e, 0, 1, 100, 1400))
    yield "udp_sizes", lambda e: udp_sizes(e, 0, 1, 512, 1472 if version == 4 else 1452)
    yield "udp_fragments", lambda e: udp_sizes(e, 1500, 4000, 9000)
    yield "tcp_far", lambda e: far(e, e.tcp, True, False)
    yield "udp_far", lambda e: far(e, e.udp, True, False)
    yield "tcp_narrow_up", lambda e: narrow(e, "s", tcp_bulk_up)
    yield "tcp_narrow_down", lambda e: narrow(e, "c", tcp_bulk_down)
    yield "udp_narrow_up", lambda e: narrow(e, "s", udp_df)
    yield "udp_narrow_down", lambda e: narrow(e, "c", udp_df)
    for proto in (47, 132):
        yield f"other_{proto}", lambda e, p=proto: other_protocol(e, p, bytes(range(60)))
    if version == 4:
        yield "udp_no_sum", udp_no_sum
        for name, value in IP4.items():
            yield f"udp_{name}", lambda e, v=value: udp_options(e, socket.IPPROTO_IP, IP_OPTIONS, v)
    else:
        for name, (number, value) in IP6.items():
            yield f"udp_{name}", lambda e, n=number, v=value: udp_options(e, socket.IPPROTO_IPV6, n, v)


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    names = topology()
    for version in (4, 6):
        for name, action in conversations(version):
            recorder = Recorder(names["router"])
            try:
                action(Ends(names, version))
            except OSError as why:
                print(f"# {name}{version}: {why}")
            time.sleep(0.15)
            lines = list(recorder.lines())[:MOST]
            print(f"{name}{version}: {len(lines)} packets")
            with open(f"{out}/{name}{version}", "w", encoding="ascii") as file:
                file.write("\n".join(lines) + "\n")
    for ns in names.values():
        run(f"ip netns del {ns}")


if __name__ == "__main__":
    main()
