# SPDX-License-Identifier: GPL-2.0-only
"""Captures on both sides of the balancer map one to one.

Real hosts, loss and reordering on both links before the balancer, so that SACK is in use. Every
packet of one side must be found on the other once, translated by constants that the SYN shows.
"""
import hashlib
import os
import socket
import time
from collections import Counter

import netns
from cases import both, main, same
from cluster import (CLIENT, CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, listen, server_addr,
                     service)
from wire import ACK, M32, SYN, TCP, Pkt

slb = balancer()
LENGTH = 600_000 if os.environ["SLB_LANE"] == "uml" else 300_000


def before():
    slb.defaults()
    slb.flush()


class Capture:
    """All TCP packets of one of the balancer's devices."""

    def __init__(self, dev):
        with netns.inside(LB):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)     # SO_RCVBUFFORCE
        self.sock.bind((dev, 3))
        self.sock.setblocking(False)
        self.packets = []

    def read(self):
        """How many have come since the last call."""
        count = 0
        try:
            while True:
                pkt = Pkt.parse(self.sock.recv(1 << 17))
                count += 1
                if pkt and pkt.proto == TCP:
                    self.packets.append(pkt)
        except BlockingIOError:
            return count
        finally:
            received, dropped = self.statistics()
            assert not dropped, f"the capture missed {dropped} of {received} packets"

    def statistics(self):
        raw = self.sock.getsockopt(263, 6, 8)                    # PACKET_STATISTICS
        return int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:], "little")


def settle(*captures):
    """Reads until none has anything more: what came while another was read is in both then."""
    while sum([capture.read() for capture in captures]):
        time.sleep(0.1)


def netem(*words):
    for namespace in (CLIENT_NS, SERVER_NS[0]):
        netns.run(namespace, "tc", "qdisc", "replace", "dev", "eth0", "root", "netem", *words)



def send_all(sock, seed):
    total = hashlib.sha256()
    chunk = bytes((seed + i * 7) & 0xff for i in range(8192))
    left = LENGTH
    while left:
        part = chunk[:min(left, len(chunk))]
        sock.sendall(part)
        total.update(part)
        left -= len(part)
    sock.shutdown(socket.SHUT_WR)
    return total.hexdigest()


def recv_all(sock):
    total = hashlib.sha256()
    while True:
        part = sock.recv(1 << 16)
        if not part:
            return total.hexdigest()
        total.update(part)


def exchange(v):
    """Data both ways at the same time."""
    with listen(v) as listener:
        client = connect(v)
        server, _ = listener.accept()
        server.settimeout(60)
        client.settimeout(60)
        sums = [Task(send_all, client, 1), Task(recv_all, server), Task(send_all, server, 2), Task(recv_all, client)]
        sent_c, got_s, sent_s, got_c = (task.result(120) for task in sums)
        same((got_s, got_c), (sent_c, sent_s), "checksums")
        client.close()
        server.close()


def shifted(value, by):
    return (value + by) & M32


def normal(pkt, seq=0, ack=0, tsval=0, tsecr=0, sack=0, strip=()):
    """What must be equal on both sides: everything but addresses, ports, MSS, TOA and padding."""
    opts = []
    for kind, value in pkt.options():
        if kind in (2, 253, 254, *strip):
            continue
        if kind == 8:
            val, echo = pkt.ts()
            value = (shifted(val, tsval), shifted(echo, tsecr) if echo else 0)
        elif kind == 5:
            value = tuple(shifted(edge, sack) for edge in pkt.sack())
        opts.append((kind, value))
    return (shifted(pkt.seq, seq), shifted(pkt.ack, ack) if pkt.flags & ACK else 0, pkt.flags, pkt.window, pkt.urg,
            tuple(opts), len(pkt.data), hashlib.md5(pkt.data).digest())


def compare(here, there, what):
    """Both are Counters; one to one means equal."""
    only_here, only_there = here - there, there - here
    assert not only_here and not only_there, \
        f"{what}: {sum(only_here.values())} of {sum(here.values())} packets have no partner, " \
        f"{sum(only_there.values())} of {sum(there.values())} come from nowhere: " \
        f"{[p[:6] for p in list(only_here)[:3]]} / {[p[:6] for p in list(only_there)[:3]]}"


def run(v, mode, want_sack=True):
    service(slb, v, timestamps=mode)
    front, back = Capture("c0"), Capture("s1")
    exchange(v)
    settle(front, back)
    front, back = front.packets, back.packets
    c_front = [p for p in front if p.dst == VIP[v]]
    s_front = [p for p in front if p.src == VIP[v]]
    c_back = [p for p in back if p.src == LADDR[v]]
    s_back = [p for p in back if p.dst == LADDR[v]]
    assert {p.src for p in c_front} == {CLIENT[v]} and {p.dst for p in c_back} == {server_addr(v)}

    syn, out = [p for p in c_front if p.flags & SYN][0], [p for p in c_back if p.flags & SYN][0]
    shift = shifted(out.seq, -syn.seq)
    assert shift, "the sequence numbers are not translated"
    tshift, strip = 0, ()
    if mode == "remove":
        strip = (8,)
        same([p for p in back if p.ts()], [], "timestamps behind the balancer")
        assert syn.ts(), "the client offers none"
    else:
        tshift = shifted(out.ts()[0], -syn.ts()[0])
        same(bool(tshift), mode == "translate", "timestamp shift")
    compare(Counter(normal(p, seq=shift, tsval=tshift, strip=strip) for p in c_front),
            Counter(normal(p, strip=strip) for p in c_back), "client to server")
    compare(Counter(normal(p, ack=-shift, sack=-shift, tsecr=-tshift) for p in s_back),
            Counter(normal(p) for p in s_front), "server to client")

    sacks = sum(bool(p.sack()) for p in c_front), sum(bool(p.sack()) for p in s_back)
    if want_sack:
        assert all(sacks), f"no SACK was in use: {sacks} packets"
    tagged = [p for p in c_back if p.option(254)]
    assert tagged and not any(p.flags & SYN for p in tagged)
    for pkt in tagged:
        value = pkt.option(254)
        same((int.from_bytes(value[:2], "big"), value[2:]),
             (c_front[0].sport, socket.inet_pton(socket.AF_INET6 if v == 6 else socket.AF_INET, CLIENT[v])), "TOA")
    assert len(tagged) < 20 or len(tagged) < len(c_back) // 4, f"{len(tagged)} of {len(c_back)} packets are tagged"


@both("single segments, loss and reordering, timestamps translated")
def _(v):
    for namespace in (CLIENT_NS, SERVER_NS[0]):
        netns.run(namespace, "ip", "link", "set", "eth0", "gso_max_segs", "1")
    netem("delay", "1ms", "loss", "2%", "reorder", "5%")
    run(v, "translate")


@both("timestamps removed")
def _(v):
    run(v, "remove")


@both("timestamps kept")
def _(v):
    run(v, "keep")


@both("aggregates of many segments")
def _(v):
    for namespace in (CLIENT_NS, SERVER_NS[0]):
        netns.run(namespace, "ip", "link", "set", "eth0", "gso_max_segs", "64")
    netem("delay", "1ms")
    run(v, "translate", want_sack=False)


@both("a narrower link behind the balancer: MSS is clamped and full segments fit")
def _(v):
    netem("limit", "10000")
    try:
        netns.run(LB, "ip", "link", "set", "s1", "mtu", "1400")
        earlier = slb.counters()
        run(v, "translate", want_sack=False)
        now = slb.counters()
        same(now[1]["too-big"] - earlier[1]["too-big"], 0, "packets too big")
        assert now[0]["mss-clamped"] > earlier[0]["mss-clamped"]
    finally:
        netns.run(LB, "ip", "link", "set", "s1", "mtu", "1500")


main(before=before)
