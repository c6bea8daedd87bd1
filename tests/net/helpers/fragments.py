# SPDX-License-Identifier: GPL-2.0-only
"""Fragments by hand: put together before they are judged, and cut again no larger than they came."""
import socket
import struct

import netns
from cases import both, case, eventually, main, same
from wire import (ACK, CLIENT, FRAGMENT, ICMP, ICMP6, LB, PSH, SERVER, SLOW, TCP, UDP, VIP, Flow, Pkt, Rig, checksum, opt_toa)

rig = Rig()
DF, MF = 0x4000, 0x2000
# Payload of a full fragment. An IPv6 host cuts no smaller than 1280 bytes.
STEP = {4: 800, 6: 1240}
FULL = {4: 820, 6: 1288}
IDENT = [100]


def ip_sum(head):
    head = bytearray(head)
    head[10:12] = b"\0\0"
    head[10:12] = struct.pack("!H", checksum(bytes(head)))
    return bytes(head)


def piece(raw, at, size, more, ident, flags=0, skip=None):
    """One fragment of an IP packet: size bytes of the payload from at on. skip: bytes of the IPv6 packet that are
    before the fragment header, and where the first byte behind them is announced."""
    if raw[0] >> 4 == 4:
        part = raw[20 + at:20 + at + size]
        return ip_sum(raw[:2] + struct.pack("!HHH", 20 + len(part), ident, flags | at >> 3 | (MF if more else 0))
                      + raw[8:20]) + part
    head, announced = skip or (40, 6)
    part = raw[head + at:head + at + size]
    ext = struct.pack("!BBHI", raw[announced], 0, at | more, ident)
    front = bytearray(raw[:head])
    front[announced] = FRAGMENT
    struct.pack_into("!H", front, 4, head - 40 + 8 + len(part))
    return bytes(front) + ext + part


def cut(pkt, step, flags=0, skip=None):
    """All fragments of a packet."""
    raw = pkt if isinstance(pkt, bytes) else pkt.build()
    head = 20 if raw[0] >> 4 == 4 else (skip or (40,))[0]
    IDENT[0] += 1
    return [piece(raw, at, step, at + step < len(raw) - head, IDENT[0], flags, skip)
            for at in range(0, len(raw) - head, step)]


def fragment_of(raw):
    """(offset, more, identification, payload, the header it would have as a whole)."""
    if raw[0] >> 4 == 4:
        assert checksum(raw[:20]) == 0, f"header checksum of {raw.hex()}"
        total, ident, bits = struct.unpack_from("!HHH", raw, 2)
        return (bits & 0x1fff) * 8, bool(bits & MF), ident, raw[20:total], raw[:20]
    at, announced = 40, 6
    while raw[announced] in (0, 60):
        announced, at = at, at + 8 + raw[at + 1] * 8
    same(raw[announced], FRAGMENT, "next header")
    nxt, reserved, bits, ident = struct.unpack_from("!BBHI", raw, at)
    same((reserved, bits & 6), (0, 0), "reserved bits")
    head = bytearray(raw[:at])
    head[announced] = nxt
    return bits & ~7, bool(bits & 1), ident, raw[at + 8:], bytes(head)


def gather(link, limit):
    """The packet that the next fragments make, none longer than limit bytes; checked as a host would."""
    offset, ident, data, head, count, more = 0, None, b"", None, 0, True
    while more:
        pkt = link.recv()
        assert pkt, f"fragment {count + 1} did not come"
        assert len(pkt.raw) <= limit, f"a fragment of {len(pkt.raw)} bytes, {limit} are allowed"
        at, more, number, part, front = fragment_of(pkt.raw)
        same(at, offset, "offset")
        if ident is None:
            ident, head = number, front
        same(number, ident, "identification")
        data += part
        offset += len(part)
        count += 1
    if head[0] >> 4 == 4:
        head = ip_sum(head[:2] + struct.pack("!HHH", 20 + len(data), ident, 0) + head[8:])
    else:
        head = head[:4] + struct.pack("!H", len(head) - 40 + len(data)) + head[6:]
    assert count > 1, "one fragment only"
    return Pkt.parse(head + data)


def datagram(v, size, **fields):
    data = bytes((i * 7 + i // 256) & 0xff for i in range(size))
    return Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=data, df=False, ident=IDENT[0], **fields)


def ask(v, pkt=None):
    """The local port of a flow's datagram, learned from a short one."""
    pkt = pkt or datagram(v, 8)
    rig.client.send(Pkt(pkt.src, pkt.dst, pkt.sport, pkt.dport, UDP, data=b"q"))
    return rig.server.expect("first datagram")


def send(parts, link=None):
    for part in parts:
        (link or rig.client).send(part)


def counted():
    """Without the ends of connections of tests before."""
    return {name: n for name, n in rig.counted().items() if name not in ("conn-destroyed", "conn-expired")}


def nothing(v, parts, **counts):
    """What these fragments make is no packet; and a good one that follows is."""
    rig.service(v, UDP)
    rig.mark()
    send(parts)
    rig.server.quiet()
    same(counted(), counts)
    rig.client.drain()
    pkt = datagram(v, 3000)
    send(cut(pkt, STEP[v]))
    same(gather(rig.server, FULL[v]).data, pkt.data)


REFUSED = {"seen": 1, "drop:fragment": 1}


@both("a fragmented datagram leaves in fragments no larger than it came in, both ways")
def _(v):
    rig.service(v, UDP)
    rig.mark()
    pkt = datagram(v, 4000, tos=0x48)
    send(cut(pkt, STEP[v]))
    got = gather(rig.server, FULL[v])
    same((got.data, got.sums_ok, got.ttl, got.tos, got.dport), (pkt.data, True, 63, 0x48, 8080))
    answer = Pkt(got.dst, got.src, 8080, got.sport, UDP, data=pkt.data[::-1], df=False)
    send(cut(answer, STEP[v]), rig.server)
    back = gather(rig.client, FULL[v])
    same((back.src, back.sport, back.dst, back.dport), (VIP[v], 80, pkt.src, pkt.sport))
    same((back.data, back.sums_ok, back.ttl), (answer.data, True, 63))
    same((counted()["seen"], counted()["forwarded"]), (2, 2))


@both("fragments in any order, some of them twice")
def _(v):
    rig.service(v, UDP)
    for order in ((3, 2, 1, 0), (1, 0, 3, 2), (0, 0, 1, 1, 2, 2, 3), (2, 0, 2, 1, 1, 3)):
        pkt = datagram(v, 3 * STEP[v] + 100)
        parts = cut(pkt, STEP[v])
        send([parts[i] for i in order])
        got = gather(rig.server, FULL[v])
        same((got.data, got.sums_ok), (pkt.data, True))
    rig.server.quiet()


@both("a datagram whose fragments fit as a whole is not larger than they were")
def _(v):
    rig.service(v, UDP)
    pkt = datagram(v, 1350)
    send(cut(pkt, STEP[v]))
    same(gather(rig.server, FULL[v]).data, pkt.data)


@both("64 KiB in fragments")
def _(v):
    rig.service(v, UDP)
    pkt = datagram(v, 65535 - 8 - (20 if v == 4 else 0))
    send(cut(pkt, STEP[v]))
    got = gather(rig.server, FULL[v])
    same((got.data, got.sums_ok), (pkt.data, True))


@both("TCP segments in fragments, both ways; numbers and checksums are right")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open().data()
    sent = flow.cpkt(ACK | PSH, bytes(range(256)) * 10, df=False)
    send(cut(sent, STEP[v]))
    flow.cseq = sent.end()
    got = gather(rig.server, FULL[v])
    flow.check_at_server(sent, got)
    same(got.sums_ok, True)
    sent = flow.spkt(ACK | PSH, bytes(range(256)) * 10, df=False)
    send(cut(sent, STEP[v]), rig.server)
    flow.sseq = sent.end()
    got = gather(rig.client, FULL[v])
    flow.check_at_client(sent, got)
    same(got.sums_ok, True)
    flow.data()


@both("the client's address goes into a segment that came in fragments and fits the path")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.synack()
    sent = flow.cpkt(ACK | PSH, b"f" * 1340, df=False)
    send(cut(sent, STEP[v]))
    got = gather(rig.server, FULL[v])
    same((got.data, got.sums_ok, got.option(254)), (sent.data, True, opt_toa(254, flow.caddr, flow.cport)[2:]))


@both("the client's address goes ahead of a segment that is longer than the path's MTU")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.synack()
    sent = flow.cpkt(ACK | PSH, b"f" * 2500, df=False)
    send(cut(sent, STEP[v]))
    got = rig.server.expect("ACK ahead")
    same((got.data, got.flags, got.option(254)), (b"", ACK, opt_toa(254, flow.caddr, flow.cport)[2:]))
    got = gather(rig.server, FULL[v])
    same((got.data, got.sums_ok, got.opts), (sent.data, True, b""))


@both("a SYN in fragments")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    sent = flow.cpkt(2, b"e" * 1300, opts=b"", df=False, ack=0)
    send(cut(sent, STEP[v]))
    got = gather(rig.server, FULL[v])
    same((got.flags, got.data, got.sums_ok), (2, sent.data, True))


@both("overlapping fragments are refused")
def _(v):
    step, pkt = STEP[v], datagram(v, 3000).build()
    IDENT[0] += 1
    nothing(v, [piece(pkt, 0, step, True, IDENT[0]), piece(pkt, step - 8, step, True, IDENT[0]),
                piece(pkt, 2 * step - 8, 400, False, IDENT[0])], **REFUSED)


@both("a fragment inside another (teardrop) is refused")
def _(v):
    step, pkt = STEP[v], datagram(v, 3000).build()
    IDENT[0] += 1
    nothing(v, [piece(pkt, 0, step, True, IDENT[0]), piece(pkt, 24, 16, False, IDENT[0])], **REFUSED)


@both("a last fragment that is written over by another last one is refused")
def _(v):
    step, pkt = STEP[v], datagram(v, 3000).build()
    IDENT[0] += 1
    nothing(v, [piece(pkt, 2 * step, 100, False, IDENT[0]), piece(pkt, step, step + 200, False, IDENT[0]),
                piece(pkt, 0, step, True, IDENT[0])], **REFUSED)


@both("fragments beyond 64 KiB are refused")
def _(v):
    pkt = datagram(v, 3000).build()
    head = 20 if v == 4 else 40
    IDENT[0] += 1
    far = bytearray(piece(pkt, 0, 800, False, IDENT[0]))
    if v == 4:
        struct.pack_into("!H", far, 6, 0x1fff)
        far = bytearray(ip_sum(far[:20])) + far[20:]
    else:
        struct.pack_into("!H", far, head + 2, 0xfff8)
    # In IPv4 only the whole is looked at, which does not come about.
    nothing(v, [piece(pkt, 0, 800, True, IDENT[0]), bytes(far)], **(REFUSED if v == 6 else {}))


@both("pieces whose length is no multiple of 8 make no datagram")
def _(v):
    pkt = datagram(v, 3000).build()
    IDENT[0] += 1
    nothing(v, [piece(pkt, 0, 1001, True, IDENT[0]), piece(pkt, 1000, 1200, False, IDENT[0])],
            **{"seen": 1, "drop:fragment" if v == 6 else "drop:malformed-l4": 1})


@both("a first fragment without its whole TCP header: what an IPv4 host must take, an IPv6 host must not")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    sent = flow.cpkt(ACK | PSH, b"t" * 1000, df=False)
    raw = sent.build()
    IDENT[0] += 1
    rig.mark()
    send([piece(raw, 0, 8, True, IDENT[0]), piece(raw, 8, 800, True, IDENT[0]), piece(raw, 808, 800, False, IDENT[0])])
    if v == 6:
        rig.server.quiet()
        same(counted(), {"seen": 1, "drop:fragment": 1})
        rig.client.drain()
        flow.data()
        return
    got = gather(rig.server, 820)
    same((got.data, got.sums_ok, got.src, got.sport), (sent.data, True, flow.laddr, flow.lport))


def frags():
    """IPv4 sets that wait; the kernel does not say it for IPv6."""
    line = [line for line in netns.run(LB, "cat", "/proc/net/sockstat").splitlines() if line.startswith("FRAG")][0]
    return int(line.split()[2])


@both("a flood of sets that are never finished ends with its timeout, and leaves nothing")
def _(v):
    rig.service(v, UDP)
    key = "ipv4.ipfrag_time" if v == 4 else "netfilter.nf_conntrack_frag6_timeout"
    old = frags()
    netns.sysctl(LB, key, 1)
    try:
        rig.mark()
        for _ in range(60):
            send(cut(datagram(v, 3000), STEP[v])[::2])
        same(counted(), {})
        if v == 4:
            assert frags() > old, "the sets are not waited for"
        got = rig.client.expect("time exceeded", 5)
        same((got.proto, got.data[0], got.data[1]), (ICMP6, 3, 1) if v == 6 else (ICMP, 11, 1))
        eventually(lambda: v == 6 or frags() <= old, "the end of the sets")
        while rig.client.recv(0.3):
            pass
        rig.server.quiet()
    finally:
        netns.sysctl(LB, key, 30 if v == 4 else 60)
    pkt = datagram(v, 3000)
    send(cut(pkt, STEP[v]))
    same(gather(rig.server, FULL[v]).data, pkt.data)


@both("later fragments alone reach nobody")
def _(v):
    rig.service(v, UDP)
    rig.mark()
    for _ in range(3):
        send(cut(datagram(v, 3000), STEP[v])[1:])
    rig.server.quiet()
    same(counted(), {})


@both("fragments of others go on one by one, whether or not they will be a packet")
def _(v):
    rig.service(v, UDP)
    netns.sysctl(LB, "ipv4.ip_forward" if v == 4 else "ipv6.conf.all.forwarding", 1)
    rig.mark()
    pkt = Pkt(CLIENT[v], SERVER[v], 5000, 5001, UDP, data=bytes(3000), df=False)
    parts = cut(pkt, STEP[v])[:-1]
    send(parts)
    for part in parts:
        came = rig.server.recv()
        assert came, "a fragment that is not ours was held back"
        same(came.raw[20 if v == 4 else 40:], part[20 if v == 4 else 40:], "behind the IP header")
    same(counted(), {})


@both("no checksum in fragments stays none, a wrong one stays wrong")
def _(v):
    rig.service(v, UDP)
    for wrong in (False, True):
        pkt = datagram(v, 3000)
        raw = bytearray(pkt.build())
        at = (20 if v == 4 else 40) + 6
        value = struct.unpack_from("!H", raw, at)[0]
        struct.pack_into("!H", raw, at, value % 0xfff0 + 5 if wrong else 0)
        send(cut(bytes(raw), STEP[v]))
        got = gather(rig.server, FULL[v])
        same((got.data, got.sums_ok), (pkt.data, not wrong))
        if not wrong:
            same(struct.unpack_from("!H", got.raw, at)[0], 0, "checksum")


def mtu(dev, size):
    netns.run(LB, "ip", "link", "set", dev, "mtu", str(size))


@both("fragments larger than the way out: DF and IPv6 are told, others are cut smaller")
def _(v):
    rig.service(v, UDP)
    pkt = datagram(v, 3000)
    ask(v, pkt)
    mtu("s0", 1300)
    try:
        rig.mark()
        parts = cut(pkt, 1400, DF)
        send(parts)
        got = rig.client.expect("too big")
        if v == 6:
            same((got.proto, got.data[0], struct.unpack("!I", got.data[4:8])[0]), (ICMP6, 2, 1300))
        else:
            same((got.proto, got.data[0], got.data[1], struct.unpack("!H", got.data[6:8])[0]), (ICMP, 3, 4, 1300))
        quoted = Pkt.parse(got.data[8:] + bytes(4000))
        same((quoted.src, quoted.sport, quoted.dst, quoted.dport), (pkt.src, pkt.sport, pkt.dst, pkt.dport), "quoted")
        rig.server.quiet()
        same(counted(), {"seen": 1, "drop:too-big": 1})
        if v == 4:
            send(cut(pkt, 1400))
            same(gather(rig.server, 1300).data, pkt.data)
        send(cut(pkt, 1240, DF))
        same(gather(rig.server, 1288).data, pkt.data)
    finally:
        mtu("s0", 1500)


@both("the same towards the client")
def _(v):
    rig.service(v, UDP)
    pkt = datagram(v, 3000)
    first = ask(v, pkt)
    answer = Pkt(first.dst, first.src, 8080, first.sport, UDP, data=pkt.data, df=False)
    mtu("c0", 1300)
    try:
        rig.mark()
        send(cut(answer, 1400, DF), rig.server)
        got = rig.server.expect("too big")
        same((got.proto, got.data[0]), (ICMP6, 2) if v == 6 else (ICMP, 3))
        same(counted(), {"seen": 1, "drop:too-big": 1})
        if v == 4:
            send(cut(answer, 1400), rig.server)
            same(gather(rig.client, 1300).data, pkt.data)
        send(cut(answer, 1240, DF), rig.server)
        same(gather(rig.client, 1288).data, pkt.data)
    finally:
        mtu("c0", 1500)


@case("IPv6: a fragment of its own (RFC 6946) is a packet")
def _():
    rig.service(6, UDP)
    pkt = datagram(6, 500)
    send(cut(pkt, 1240))
    got = rig.server.expect("datagram")
    same((got.data, got.dport), (pkt.data, 8080))


@case("IPv6: a fragment in a fragment is refused")
def _():
    rig.service(6, UDP)
    rig.mark()
    inner = cut(datagram(6, 500), 1240)[0]
    send(cut(inner, 1240))
    inner = cut(datagram(6, 2500), 1240)
    send([part for whole in inner for part in cut(whole, 640)])
    rig.server.quiet()
    same(counted(), {"seen": 1 + len(inner), "drop:fragment": 1 + len(inner)})
    rig.client.drain()


@case("IPv6: options before the fragment header stay before it, those behind it behind it")
def _():
    rig.service(6, UDP)
    pkt = datagram(6, 3000)
    raw = pkt.build()
    options = b"\0\1\4\0\0\0\0"
    hop, dest = bytes([60]) + options, bytes([UDP]) + options
    raw = raw[:4] + struct.pack("!HB", len(raw) - 40 + 16, 0) + raw[7:40] + hop + dest + raw[40:]
    send(cut(raw, 1240, skip=(48, 40)))
    got = gather(rig.server, 1296)
    same((got.data, got.sums_ok, got.dport), (pkt.data, True, 8080))
    same((got.raw[6], got.raw[40:56]), (0, hop + dest))


@both("what has been cut for a host that is the balancer itself reaches it")
def _(v):
    rig.settle()
    rig.service(v, UDP)
    with netns.inside(LB):
        sock = socket.socket(socket.AF_INET6 if v == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(5 * SLOW)
    with sock:
        # From the service's own address, as a connect() to it chooses.
        sock.connect((VIP[v], 80))
        sock.send(b"question")
        got = rig.server.expect("question")
        answer = Pkt(got.dst, got.src, 8080, got.sport, UDP, data=bytes(range(250)) * 16, df=False)
        send(cut(answer, STEP[v]), rig.server)
        same(sock.recv(9000), answer.data)
        # And the other way the host's own datagram is cut for the server.
        sock.send(answer.data)
        same(gather(rig.server, 1500).data, answer.data)


main(before=rig.fresh)
