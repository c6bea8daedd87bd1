# SPDX-License-Identifier: GPL-2.0-only
"""slb's packets under IPsec policies, with real sockets; what is on the wire is looked at."""
import errno
import socket
import struct
import time

import netns
from cases import both, eventually, main, same
from cluster import (CLIENT, CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen,
                     server_addr, service)
from wire import SLOW, TCP, UDP, Pkt

slb = balancer()
ESP = 50
KEY = "0x" + "5a" * 20


DIRTY = set()


def plain():
    """No policy anywhere."""
    for namespace in list(DIRTY):
        xfrm(namespace, "policy flush", "state flush")
    DIRTY.clear()


def before():
    plain()
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()


def xfrm(namespace, *lines):
    DIRTY.add(namespace)
    netns.run(namespace, "ip", "-batch", "-", stdin="".join(f"xfrm {line}\n" for line in lines))


def net(addr):
    return addr + ("/128" if ":" in addr else "/32")


def protect(near, far, near_end, far_end, mode, forwards):
    """Lines for one host: what it sends from near to far and back goes through ESP between the two ends."""
    aead = f"aead rfc4106(gcm(aes)) {KEY} 128"
    lines = []
    for src, dst, spi in ((near_end, far_end, 1), (far_end, near_end, 2)):
        number = spi if near_end < far_end else 3 - spi
        lines.append(f"state add src {src} dst {dst} proto esp spi {number} reqid 7 mode {mode} {aead}")
    there = f"tmpl src {near_end} dst {far_end} proto esp reqid 7 mode {mode}"
    back = f"tmpl src {far_end} dst {near_end} proto esp reqid 7 mode {mode}"
    lines.append(f"policy add src {net(near)} dst {net(far)} dir out {there}")
    for direction in ("in", "fwd") if forwards else ("in",):
        lines.append(f"policy add src {net(far)} dst {net(near)} dir {direction} {back}")
    return lines


def to_server(v, mode):
    """Between a local address and the server."""
    laddr, server = LADDR[v], server_addr(v)
    ends = (laddr, server) if mode == "transport" else ("10.1.1.1" if v == 4 else "fd00:1:1::1", server)
    xfrm(LB, *protect(laddr, server, *ends, mode, True))
    xfrm(SERVER_NS[0], *protect(server, laddr, *reversed(ends), mode, False))


class Tap:
    """Protocols of what leaves by a device, and the largest packet."""

    def __init__(self, namespace, dev):
        with netns.inside(namespace):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
            self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)
            self.sock.bind((dev, 3))
        self.sock.setblocking(False)

    def protocols(self):
        seen, largest = {}, 0
        while True:
            try:
                raw, where = self.sock.recvfrom(1 << 16)
            except BlockingIOError:
                return seen, largest
            pkt = Pkt.parse(raw)
            # Neighbour discovery goes on in the clear.
            if pkt and where[2] == socket.PACKET_OUTGOING and pkt.proto != 58:
                seen[pkt.proto] = seen.get(pkt.proto, 0) + 1
                largest = max(largest, len(pkt.raw))


def drain(sock):
    total = 0
    while True:
        part = sock.recv(1 << 16)
        if not part:
            return total
        total += len(part)


def send_all(sock, size):
    sock.sendall(b"secret" * (size // 6))
    sock.shutdown(socket.SHUT_WR)


def transfer(client, server, size=6 << 13):
    Task(send_all, client, size)
    Task(send_all, server, size)
    same([Task(drain, client).result(), Task(drain, server).result()], [size] * 2)


for mode_ in ("transport", "tunnel"):
    @both(f"{mode_} mode to the server: all is encrypted and fits, both ways")
    def _(v, mode=mode_):
        to_server(v, mode)
        service(slb, v)
        earlier = slb.counters()
        taps = [Tap(LB, "s1"), Tap(SERVER_NS[0], "eth0")]
        with listen(v) as listener:
            client = connect(v)
            server, peer = listener.accept()
            same(peer[0], LADDR[v])
            transfer(client, server)
        for tap in taps:
            seen, largest = tap.protocols()
            same(set(seen), {ESP}, "protocols on the wire")
            assert seen[ESP] > 10 and largest <= 1500, (seen, largest)
        later = slb.counters()
        same({name: n - earlier[1][name] for name, n in later[1].items() if n != earlier[1][name]}, {}, "drops")

    @both(f"{mode_} mode: a datagram that does not fit is reported with the room there is")
    def _(v, mode=mode_):
        to_server(v, mode)
        service(slb, v, proto=UDP)
        server = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
        server.bind(("", 8080))
        client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
        level, discover, get = (socket.IPPROTO_IP, 10, 14) if v == 4 else (socket.IPPROTO_IPV6, 23, 24)
        client.setsockopt(level, discover, 2)       # PMTUDISC_DO
        client.connect((VIP[v], 80))
        headers = 28 if v == 4 else 48
        client.send(b"s" * 100)
        same(len(server.recv(2000)), 100)
        earlier = slb.counters()[1]["too-big"]
        client.send(b"l" * (1500 - headers))
        same(eventually(lambda: client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), "word of it"), errno.EMSGSIZE)
        room = struct.unpack("I", client.getsockopt(level, get, 4))[0]
        assert 1380 <= room <= 1470, f"told {room}"
        client.send(b"f" * (room - headers))
        same(len(server.recv(2000)), room - headers, "what just fits")
        same(slb.counters()[1]["too-big"], earlier + 1)
        client.close()
        # The client forgets what it has learned.
        netns.run(CLIENT_NS, "ip", "-6" if v == 6 else "-4", "route", "flush", "cache")


@both("a policy that comes while a connection lives is obeyed at once, and so is its end")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client = connect(v)
        server, _ = listener.accept()
        for protected in (False, True, False):
            if protected:
                to_server(v, "transport")
            else:
                plain()
            taps = [Tap(LB, "s1"), Tap(SERVER_NS[0], "eth0")]
            for _ in range(3):
                client.sendall(b"q")
                same(server.recv(1), b"q")
                server.sendall(b"a")
                same(client.recv(1), b"a")
            time.sleep(0.1)     # delayed ACKs
            for tap in taps:
                seen, _ = tap.protocols()
                same(set(seen), {ESP if protected else TCP}, "protocols on the wire")


@both("without keys nothing leaves in the clear")
def _(v):
    xfrm(LB, *[line for line in protect(LADDR[v], server_addr(v), LADDR[v], server_addr(v), "transport", True)
               if line.startswith("policy")])
    service(slb, v, proto=UDP)
    tap = Tap(LB, "s1")
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    try:
        for _ in range(3):
            client.send(b"plain")
    except OSError:
        pass
    same(tap.protocols()[0], {})


@both("clients that must come by IPsec: plain packets are dropped by policy, protected ones served")
def _(v):
    service(slb, v)
    service_udp(v)
    ends = (VIP[v], CLIENT[v])
    xfrm(LB, *protect(*ends, *ends, "transport", True))
    earlier = slb.counters()
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.bind((CLIENT[v], 0))
    client.connect((VIP[v], 80))
    client.send(b"plain")
    later = slb.counters()
    same(later[1]["policy"] - earlier[1]["policy"], 1)
    same(slb.info()["conns"], 0)
    # The client's other address is not concerned.
    with listen(v) as listener:
        other = connect(v, src=CLIENT[v][:-1] + "3")
        listener.accept()[0].close()
        other.close()
        xfrm(CLIENT_NS, *protect(*reversed(ends), *reversed(ends), "transport", False))
        tap = Tap(CLIENT_NS, "eth0")
        client = connect(v, src=CLIENT[v])
        server, _ = listener.accept()
        transfer(client, server)
        seen, _ = tap.protocols()
        same(set(seen), {ESP}, "protocols on the client's wire")
    same(slb.counters()[1]["policy"], later[1]["policy"])


def service_udp(v):
    slb.svc(VIP[v], 80, UDP)
    slb.srv((VIP[v], 80, UDP), server_addr(v), 8080)


@both("the device goes while idle connections remember routes through IPsec")
def _(v):
    to_server(v, "transport" if v == 4 else "tunnel")
    service(slb, v, proto=UDP)
    server = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
    server.bind(("", 8080))
    for _ in range(50):
        client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
        client.connect((VIP[v], 80))
        client.send(b"idle")
        server.recv(10)
        client.close()
    same(slb.info()["conns"], 50)
    begin = time.monotonic()
    netns.run(LB, "ip", "link", "del", "s1")
    took = time.monotonic() - begin
    assert took < 4 * SLOW, f"{took:.1f} s"
    same(slb.info()["conns"], 50)
    restore()


def restore():
    netns.run(SERVER_NS[0], "ip", "-batch", "-", stdin=f"""link add eth0 type veth peer name s1 netns {LB}
link set eth0 up
addr add 10.1.1.11/24 dev eth0
addr add fd00:1:1::11/64 dev eth0 nodad
""")
    netns.run(LB, "ip", "-batch", "-", stdin="""link set s1 up
addr add 10.1.1.1/24 dev s1
addr add fd00:1:1::1/64 dev s1 nodad
""")
    netns.run(SERVER_NS[0], "ip", "-batch", "-", stdin="""route add 10.2.0.0/16 via 10.1.1.1
route add fd00:2::/32 via fd00:1:1::1
""")


main(before=before)
