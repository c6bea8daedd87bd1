# SPDX-License-Identifier: GPL-2.0-only
"""Aggregates and checksums, byte for byte: what a network card, GRO or a virtual device hands over."""
import select
import socket
import struct
import subprocess
import time

import netns
from cases import Skip, both, case, eventually, main, same
from features import features
from wire import (ACK, CLIENT, LB, PSH, SLOW, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, checksum, opt_mss, opt_toa)

rig = Rig()
NEEDS_CSUM, GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4 = 1, 1, 4, 5
HEAD = {4: 20, 6: 40}


def pseudo(raw, proto, length):
    if raw[0] >> 4 == 6:
        return raw[8:40] + struct.pack("!II", length, proto)
    return raw[12:20] + struct.pack("!HH", proto, length)


def aggregate(dev, link, pkt, size, gso=None):
    """Sends a packet as a virtual device hands it over: segments of size bytes, checksums for others to make."""
    raw = bytearray(pkt.build())
    l4 = HEAD[6 if pkt.v6 else 4]
    field = 16 if pkt.proto == TCP else 6
    struct.pack_into("!H", raw, l4 + field, 0xffff & ~checksum(pseudo(raw, pkt.proto, len(raw) - l4)))
    kind = gso or (GSO_TCPV6 if pkt.v6 else GSO_TCPV4)
    head = l4 + (20 + len(pkt.opts) if pkt.proto == TCP else 8)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        sock.setsockopt(263, 15, 1)                         # PACKET_VNET_HDR
        sock.setsockopt(socket.SOL_SOCKET, 32, 1 << 20)     # SO_SNDBUFFORCE
        sock.bind((dev, 0))
        sock.send(struct.pack("=BBHHHH", NEEDS_CSUM, kind, 14 + head, size, 14 + l4, field) + link.head
                  + (b"\x86\xdd" if pkt.v6 else b"\x08\0") + bytes(raw))


def plain_out(dev="s0"):
    """Everything leaves this device of the balancer as it would be on a wire: cut, and with whole checksums."""
    return features(LB, dev, "tx", False, "tso", False, "gso", False, "udp-gso", False, "gso-list", False)


def burst_ready():
    """Packets of priority 6 on either wire wait until the next slot, and leave at once."""
    for dev in ("cw", "sw"):
        subprocess.run(["tc", "-batch", "-"], check=True, text=True, input=f"""
qdisc add dev {dev} root handle 1: prio bands 3 priomap 0 0 0 0 0 0 2 0 0 0 0 0 0 0 0 0
qdisc add dev {dev} parent 1:3 netem limit 1000 delay 1ms slot 60ms 60ms packets 500
""")


def batch(dev, link, pkts):
    """The packets arrive at once, so that the balancer's receiver sees them as one burst."""
    with features(None, dev, "tso", False):     # else veth takes the way without NAPI
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 6)
        for pkt in pkts:
            link.send(pkt)
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 0)
        sink = rig.server if link is rig.client else rig.client
        assert select.select([sink.sock], [], [], 2 * SLOW)[0], "nothing of the burst arrives"


def burst(dev, link, make, fewer):
    """make() is sent until fewer packets were seen than sent; returns what was sent last."""
    for _ in range(3):
        rig.mark()
        pkts = make()
        batch(dev, link, pkts)
        seen = eventually(lambda: rig.counted().get("seen"), "the burst")   # a neighbour's word may come first
        if seen <= fewer(len(pkts)):
            return pkts
        time.sleep(0.1)
        for sink in (rig.client, rig.server):
            sink.drain()
    raise AssertionError(f"{len(pkts)} packets are not aggregated: {seen} were seen")


def collect(link, count):
    got = [link.expect(f"segment {i + 1} of {count}") for i in range(count)]
    return got


#
# The client's address in an aggregate
#

@both("the first data of a big upload is one aggregate: each segment has the address and fits the MTU")
def _(v):
    rig.service(v)
    toa = 20 if v == 6 else 8
    with plain_out():
        for opts in (b"", b"\1\1\x08\x0a" + bytes(8)):
            flow = Flow(rig, v)
            flow.syn()
            flow.synack()
            full = 1500 - HEAD[v] - 20 - len(opts)
            sent = flow.cpkt(ACK | PSH, bytes(i * 13 & 0xff for i in range(full * 7 + 11)), opts=opts)
            rig.mark()
            aggregate("cw", rig.client, sent, full)
            data = b""
            while len(data) < len(sent.data):
                got = rig.server.expect("segment")
                assert len(got.raw) <= 1500, f"a segment of {len(got.raw)} bytes"
                same(got.option(254), opt_toa(254, flow.caddr, flow.cport)[2:])
                same(got.seq, (sent.seq + flow.shift + len(data)) & 0xffffffff)
                assert len(data) + len(got.data) == len(sent.data) or len(got.data) == full - toa, len(got.data)
                data += got.data
            same(data, sent.data)
            counted = rig.counted()
            same((counted["seen"], counted["toa-inserted"]), (1, 1))


@both("segments that are short enough keep their size")
def _(v):
    rig.service(v)
    with plain_out():
        flow = Flow(rig, v)
        flow.syn()
        flow.synack()
        sent = flow.cpkt(ACK | PSH, bytes(5000))
        aggregate("cw", rig.client, sent, 1000)
        same([len(got.data) for got in collect(rig.server, 5)], [1000] * 5)


@both("an aggregate of the client's with an address option of its own: it goes from each segment")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    with plain_out():
        sent = flow.cpkt(ACK, bytes(range(250)) * 16, opts=opt_toa(254, "192.0.2.66" if v == 4 else "2001:db8::66", 6666))
        aggregate("cw", rig.client, sent, 1000)
        for got in collect(rig.server, 4):
            same(set(got.opts), {1})
            same(got.data, bytes(range(250)) * 4)


@both("an aggregate whose segments are too long for the way out is refused, the sender told")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    netns.run(LB, "ip", "link", "set", "s0", "mtu", "1400")
    try:
        rig.mark()
        aggregate("cw", rig.client, flow.cpkt(ACK, bytes(8000)), 1500 - HEAD[v] - 20)
        got = rig.client.expect("too big")
        same((got.proto, got.data[0]), (58, 2) if v == 6 else (1, 3))
        same(rig.counted().get("drop:too-big"), 1)
        rig.server.quiet()
        with plain_out():
            aggregate("cw", rig.client, flow.cpkt(ACK, bytes(8000)), 1400 - HEAD[v] - 20)
            same(max(len(got.raw) for got in collect(rig.server, 6)), 1400)
    finally:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1500")
    rig.server.drain()


#
# What GRO puts together
#

@both("GRO: a burst of the client's is one packet here and the same segments behind")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open().data()

    def make():
        opts = flow._copts()    # pylint: disable=protected-access
        pkts = [flow.cpkt(ACK | (PSH if i == 39 else 0), bytes([i]) * 1400, seq=flow.cseq + 1400 * i, opts=opts, ident=i)
                for i in range(40)]
        flow.cseq += 1400 * 40
        return pkts

    with features(LB, "c0", "gro", True), plain_out():
        pkts = burst("cw", rig.client, make, lambda n: n // 4)
        for sent, got in zip(pkts, collect(rig.server, len(pkts))):
            flow.check_at_server(sent, got)


def upload_arrives(flow, want):
    """The first data at the server: segments with the address, or behind an ACK with it if it came alone."""
    data, first, ahead = b"", None, False
    while len(data) < len(want):
        got = rig.server.expect("segment")
        assert len(got.raw) <= 1500, f"a segment of {len(got.raw)} bytes"
        first = got.seq if first is None else first
        same(got.option(254), None if ahead else opt_toa(254, flow.caddr, flow.cport)[2:])
        same(got.seq - first & 0xffffffff, len(data))
        ahead = not got.data
        data += got.data
    same(data, want)


@both("GRO: a burst while the address is sent: each segment has it and fits the MTU")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.synack()
    full = 1500 - HEAD[v] - 20

    def make():
        pkts = [flow.cpkt(ACK | (PSH if i == 39 else 0), bytes([i]) * full, seq=flow.cseq + full * i, ident=i)
                for i in range(40)]
        flow.cseq += full * 40
        return pkts

    with features(LB, "c0", "gro", True), plain_out():
        pkts = burst("cw", rig.client, make, lambda n: n // 4)
        upload_arrives(flow, b"".join(pkt.data for pkt in pkts))


@both("GRO: a burst of the server's")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open().data()

    def make():
        opts = flow._sopts()    # pylint: disable=protected-access
        pkts = [flow.spkt(ACK | (PSH if i == 29 else 0), bytes([i]) * 1400, seq=flow.sseq + 1400 * i, opts=opts, ident=i)
                for i in range(30)]
        flow.sseq += 1400 * 30
        return pkts

    with features(LB, "s0", "gro", True), plain_out("c0"):
        pkts = burst("sw", rig.server, make, lambda n: n // 4)
        for sent, got in zip(pkts, collect(rig.client, len(pkts))):
            flow.check_at_client(sent, got)


def damaged(pkt, by):
    """With a checksum that is off by so much."""
    raw = bytearray(pkt.build())
    at = HEAD[6 if pkt.v6 else 4] + (16 if pkt.proto == TCP else 6)
    value = struct.unpack_from("!H", raw, at)[0] + by
    struct.pack_into("!H", raw, at, (value & 0xffff) + (value >> 16))
    return bytes(raw)


def error_of(raw, proto):
    """By how much the checksum is off."""
    l4 = HEAD[raw[0] >> 4]
    return checksum(pseudo(raw, proto, len(raw) - l4) + raw[l4:]) % 0xffff


@both("GRO: a damaged segment in a burst arrives, as damaged as it was, and nothing else is")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rest = {}

    def make():
        pkts = [flow.cpkt(ACK, bytes([i]) * 1000, seq=flow.cseq + 1000 * i, ident=i) for i in range(12)]
        flow.cseq += 12000
        rest["plain"] = list(pkts)
        pkts[5] = damaged(pkts[5], 7)
        return pkts

    with features(LB, "c0", "gro", True), plain_out():
        sent = burst("cw", rig.client, make, lambda n: n // 2)
        # GRO holds back what it may still add to: a damaged one overtakes.
        got = sorted((rig.server.recv() for _ in sent), key=lambda pkt: pkt.seq)
        same([pkt.sums_ok for pkt in got], [i != 5 for i in range(12)])
        same([pkt.data for pkt in got], [pkt.data for pkt in rest["plain"]])
        same(error_of(got[5].raw, TCP), error_of(sent[5], TCP), "the error")


def datagrams(v, port, count=20, size=1200):
    return [Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=bytes([i]) * (size if i < count - 1 else size // 3), ident=i)
            for i in range(count)]


@both("GRO for UDP, as segments and as a list: the datagrams behind are those before")
def _(v):
    rig.service(v, UDP)
    for how in ("udp-gro", "gro-list"):
        port = rig.next_port()
        with features(LB, "c0", "gro", True, how, True), plain_out():
            pkts = burst("cw", rig.client, lambda port=port: datagrams(v, port), lambda n: n // 4)
            for sent, got in zip(pkts, collect(rig.server, len(pkts))):
                same((got.dst, got.dport, got.data, got.sums_ok), ("10.1.0.11" if v == 4 else "fd00:1::11", 8080, sent.data, True))
            rig.server.quiet()


@both("GRO for UDP towards the client")
def _(v):
    rig.service(v, UDP)
    for how in ("udp-gro", "gro-list"):
        ask = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"?")
        rig.client.send(ask)
        got = rig.server.expect("question")
        answers = [Pkt(got.dst, got.src, 8080, got.sport, UDP, data=bytes([i]) * 1300, ident=i) for i in range(20)]
        with features(LB, "s0", "gro", True, how, True), plain_out("c0"):
            pkts = burst("sw", rig.server, lambda answers=answers: answers, lambda n: n // 4)
            for sent, got in zip(pkts, collect(rig.client, len(pkts))):
                same((got.src, got.sport, got.dst, got.dport, got.data, got.sums_ok),
                     (VIP[v], 80, ask.src, ask.sport, sent.data, True))


@both("GRO for UDP: without checksum and with a wrong one they stay alone and as they are")
def _(v):
    rig.service(v, UDP)
    for how in ("udp-gro", "gro-list"):
        with features(LB, "c0", "gro", True, how, True), plain_out():
            plain = datagrams(v, rig.next_port(), 4)
            field = HEAD[v] + 6
            none = [pkt.build()[:field] + b"\0\0" + pkt.build()[field + 2:] for pkt in plain]
            wrong = [damaged(pkt, 5) for pkt in plain]
            rig.mark()
            batch("cw", rig.client, none + wrong)
            got = [rig.server.recv() for _ in range(8)]
            same(sorted(pkt.data for pkt in got), sorted([pkt.data for pkt in plain] * 2))
            same([struct.unpack_from("!H", pkt.raw, field)[0] for pkt in got[:4]], [0] * 4)
            same([error_of(pkt.raw, UDP) for pkt in got[4:]], [error_of(raw, UDP) for raw in wrong])
            same(rig.counted()["seen"], 8)


@both("GRO for TCP as a list: numbers and options of all segments are translated")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open().data()

    def make():
        opts = flow._copts()    # pylint: disable=protected-access
        pkts = [flow.cpkt(ACK | (PSH if i == 19 else 0), bytes([i]) * 1400, seq=flow.cseq + 1400 * i, opts=opts, ident=i)
                for i in range(20)]
        flow.cseq += 1400 * 20
        return pkts

    with features(LB, "c0", "gro", True, "gro-list", True), plain_out():
        pkts = burst("cw", rig.client, make, lambda n: n // 4)
        for sent, got in zip(pkts, collect(rig.server, len(pkts))):
            flow.check_at_server(sent, got)


@both("GRO for TCP as a list while the address is sent")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.synack()
    full = 1500 - HEAD[v] - 20

    def make():
        pkts = [flow.cpkt(ACK | (PSH if i == 19 else 0), bytes([i]) * full, seq=flow.cseq + full * i, ident=i)
                for i in range(20)]
        flow.cseq += full * 20
        return pkts

    with features(LB, "c0", "gro", True, "gro-list", True), plain_out():
        pkts = burst("cw", rig.client, make, lambda n: n // 4)
        upload_arrives(flow, b"".join(pkt.data for pkt in pkts))


@both("UDP segmentation: a virtual device's aggregate of datagrams")
def _(v):
    rig.service(v, UDP)
    pkt = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=bytes(i * 3 & 0xff for i in range(5000)))
    with plain_out():
        rig.mark()
        try:
            aggregate("cw", rig.client, pkt, 1200, GSO_UDP_L4)
        except OSError as error:
            raise Skip("the kernel's virtual header has no such thing") from error
        got = collect(rig.server, 5)
        same((b"".join(part.data for part in got), [len(part.data) for part in got]), (pkt.data, [1200] * 4 + [200]))
        same(rig.counted()["seen"], 1)


#
# Checksums that the device has verified, or has not
#

@case("IPv4: with a wrong header checksum a packet ends in the kernel")
def _():
    rig.service(4)
    flow = Flow(rig, 4).open().data()
    raw = bytearray(flow.cpkt(ACK, b"x").build())
    raw[10] ^= 1
    rig.mark()
    rig.client.send(bytes(raw))
    rig.server.quiet()
    same(rig.counted().get("seen"), None)


def outer(inner):
    """A GRE packet with a checksum that covers all of it: what is inside has been summed up when it comes out."""
    body = struct.pack("!HHHH", 0x8000, 0x86dd if inner[0] >> 4 == 6 else 0x0800, 0, 0) + inner
    body = body[:4] + struct.pack("!H", checksum(body)) + body[6:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, 47, 0, socket.inet_aton("10.200.1.2"),
                       socket.inet_aton("10.200.1.1"))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


@both("a packet whose sum the device has told: right stays right, wrong stays wrong")
def _(v):
    try:
        netns.run(LB, "ip", "link", "add", "gre1", "type", "gre", "local", "10.200.1.1", "remote", "10.200.1.2", "icsum")
    except AssertionError as error:
        raise Skip("no GRE here") from error
    try:
        netns.run(LB, "ip", "link", "set", "gre1", "up")
        netns.sysctl(LB, "ipv6.conf.gre1.disable_ipv6", 0)
        rig.service(v)
        flow = Flow(rig, v)
        for by in (0, 9):
            syn = flow.cpkt(SYN, opts=opt_mss(65535), seq=flow.cisn)
            rig.client.send(outer(damaged(syn, by) if by else syn.build()))
            got = rig.server.recv()
            assert got and got.flags == SYN, f"{got}"
            same((got.sums_ok, error_of(got.raw, TCP)), (not by, error_of(damaged(syn, by), TCP) if by else 0))
        flow.learn(got)
        flow.cseq = flow.cisn + 1
        flow.synack()
        for by in (0, 300):
            sent = flow.cpkt(ACK | PSH, b"data of odd length")
            rig.client.send(outer(damaged(sent, by) if by else sent.build()))
            got = rig.server.recv()
            same((got.data, got.option(254)), (sent.data, opt_toa(254, flow.caddr, flow.cport)[2:]))
            same((got.sums_ok, error_of(got.raw, TCP)), (not by, error_of(damaged(sent, by), TCP) if by else 0))
    finally:
        netns.run(LB, "ip", "link", "del", "gre1")


burst_ready()
main(before=rig.fresh)
