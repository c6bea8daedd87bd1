# SPDX-License-Identifier: GPL-2.0-only
"""IPv6 extension headers and IPv4 options in front of what a service, or the host itself, is sent."""
import socket
import struct
import subprocess

import netns
from cases import both, case, main, same
from wire import (ACK, CLIENT, ICMP6, LB, PSH, RST, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, checksum, opt_mss, opt_toa)

rig = Rig()
HOP, DEST, ROUTING, FRAGMENT, ESP, AUTH, NONE, MOBILITY = 0, 60, 43, 44, 50, 51, 59, 135
PAD4 = b"\1\4\0\0\0\0"
HOME = b"\xc9\x10" + socket.inet_pton(socket.AF_INET6, "fd00:9::99")


def counted():
    """What rig.counted() tells, without connections of earlier cases that have ended meanwhile."""
    return {name: n for name, n in rig.counted().items() if name not in ("conn-destroyed", "conn-expired")}


def ext(body):
    """An extension header without its first byte."""
    body += b"\0" * (-(2 + len(body)) % 8)
    return struct.pack("!B", (2 + len(body)) // 8 - 1) + body


def chain(pkt, *headers, payload_len=None):
    """The IPv6 packet with extension headers, (kind, bytes from the length on), before its payload."""
    raw = pkt if isinstance(pkt, bytes) else pkt.build()
    out, last = b"", raw[6]
    for kind, body in reversed(headers):
        out = struct.pack("!B", last) + body + out
        last = kind
    size = len(raw) - 40 + len(out) if payload_len is None else payload_len
    return raw[:4] + struct.pack("!HB", size, last) + raw[7:40] + out + raw[40:]


# What no server could be sent: it would be refused there, or means something else than it says.
REFUSED = {
    "a home address": [(DEST, ext(PAD4 + HOME))],
    "a home address behind plain options": [(DEST, ext(PAD4)), (DEST, ext(b"\0" + HOME))],
    "a routing header of type 0 at its end": [(ROUTING, ext(b"\0\0\0\0\0\0"))],
    "a routing header of type 2 at its end": [(ROUTING, ext(b"\2\0\0\0\0\0" + bytes(16)))],
    "a segment routing header at its end": [(ROUTING, ext(b"\4\0\0\0\0\0" + bytes(16)))],
    "five headers": [(DEST, ext(PAD4))] * 5,
}
# What the host has to answer or to undo, or what is on its way to another host.
PASSED = {
    "a routing header with segments left": [(ROUTING, ext(b"\4\1\0\0\0\0" + bytes(16)))],
    "a hop-by-hop header that is not the first": [(DEST, ext(PAD4)), (HOP, ext(PAD4))],
    "AH": [(AUTH, b"\x04\0\0" + struct.pack("!II", 0x1234, 1) + bytes(12))],
    "ESP": [(ESP, struct.pack("!I", 0x1234)[1:] + struct.pack("!I", 1) + bytes(24))],
    "no next header": [(NONE, ext(PAD4))],
    "a mobility header": [(MOBILITY, ext(PAD4))],
    "an unknown header": [(253, ext(PAD4))],
}
MALFORMED = {
    "a destination option that ends behind its header": [(DEST, ext(b"\x1e\7\0\0\0\0"))],
    "a destination option without a length": [(DEST, ext(b"\1\3\0\0\0\x1e"))],
    "a header that ends behind the packet": [(DEST, b"\xff" + PAD4)],
    "routing headers that end behind the packet": [(ROUTING, b"\xff\0\0\0\0\0\0")],
}


def none_answers():
    """Neither side hears anything; a RST of the host would end the client's connection."""
    rig.server.quiet()
    pkt = rig.client.recv(0.03)
    assert not pkt or pkt.proto == ICMP6, f"unexpected {pkt}"
    rig.client.drain()


def shape(headers, want, established):
    """One shape in front of a SYN, of data, of a server's data and of a datagram: want is counted for each."""
    rig.mark()
    rig.client.send(chain(Pkt(CLIENT[6], VIP[6], rig.next_port(), 80, flags=SYN, opts=opt_mss(1400)), *headers))
    rig.client.send(chain(established.cpkt(ACK | PSH, b"data"), *headers))
    rig.client.send(chain(Pkt(CLIENT[6], VIP[6], rig.next_port(), 80, UDP, data=b"?"), *headers))
    none_answers()
    rig.server.send(chain(established.spkt(ACK | PSH, b"data"), *headers))
    pkt = rig.client.recv(0.03)
    assert not pkt, f"unexpected {pkt}"
    pkt = rig.server.recv(0.03)
    assert not pkt or pkt.proto == ICMP6, f"unexpected {pkt}"
    counted = {name: n for name, n in rig.counted().items() if not name.startswith("conn-")}
    same(counted, {"seen": 4, want: 4})
    established.data()


def both_services():
    rig.service(6)
    rig.slb.svc(VIP[6], 80, UDP)
    rig.slb.srv((VIP[6], 80, UDP), "fd00:1::11", 8080)
    return Flow(rig, 6).open().data()


for what, shapes in REFUSED.items():
    @case(f"IPv6: {what} is refused, and nothing ends or opens by it")
    def _(headers=shapes):
        shape(headers, "drop:ext-header", both_services())

for what, shapes in PASSED.items():
    @case(f"IPv6: {what} is the host's affair")
    def _(headers=shapes):
        shape(headers, "passed", both_services())

for what, shapes in MALFORMED.items():
    @case(f"IPv6: {what} is malformed")
    def _(headers=shapes):
        shape(headers, "drop:malformed-ip", both_services())


@case("IPv6: what a service could not be sent is the host's on a port of its own")
def _():
    rig.service(6)
    rig.mark()
    for name, headers in REFUSED.items():
        if name != "five headers":
            rig.client.send(chain(Pkt(CLIENT[6], VIP[6], 7, 22, flags=SYN), *headers))
    rig.server.quiet()
    rig.client.drain()      # what the host says of it
    same(counted(), {"seen": 5, "passed": 5})


@case("IPv6: a packet without a length that is no jumbogram is refused")
def _():
    flow = both_services()
    rig.mark()
    for pkt in (Pkt(CLIENT[6], VIP[6], rig.next_port(), 80, flags=SYN, opts=opt_mss(1400)), flow.cpkt(ACK, b"data")):
        rig.client.send(chain(pkt, (HOP, ext(PAD4)), payload_len=0))
    rig.client.send(chain(Pkt(CLIENT[6], VIP[6], 7, 22, flags=SYN), (HOP, ext(PAD4)), payload_len=0))
    rig.server.quiet()
    same(counted(), {"seen": 3, "drop:ext-header": 2, "passed": 1})
    rig.client.drain()
    flow.data()


@case("IPv6: malformed hop-by-hop options end in the kernel, before anything is looked at")
def _():
    flow = both_services()
    rig.mark()
    for body in (b"\x1e\7\0\0\0\0", b"\1\3\0\0\0\x1e", b"\xc2\4\0\1\0\0", b"\xc2\4\0\0\0\x40"):
        rig.client.send(chain(flow.cpkt(ACK, b"data"), (HOP, ext(body))))
    rig.server.quiet()
    same({n: c for n, c in rig.counted().items() if not n.startswith("conn-")}, {})    # earlier ones may expire
    rig.client.drain()
    flow.data()


@case("IPv6: nothing but options, without the TCP header that they announce")
def _():
    rig.service(6)
    rig.mark()
    raw = Pkt(CLIENT[6], VIP[6], 7, 80, flags=SYN).build()[:40]
    rig.client.send(chain(raw, (DEST, ext(PAD4))))
    rig.client.send(chain(raw + b"\0" * 19, (HOP, ext(PAD4)), (DEST, ext(PAD4))))
    rig.server.quiet()
    same(counted(), {"seen": 2, "drop:malformed-l4": 2})


@case("IPv6: the refusal of a first packet behind options is sent without them")
def _():
    rig.service(6, enabled=0)
    pkt = Pkt(CLIENT[6], VIP[6], rig.next_port(), 80, flags=SYN, seq=77)
    rig.client.send(chain(pkt, (HOP, ext(PAD4)), (DEST, ext(PAD4))))
    got = rig.client.expect("RST")
    same((got.flags, got.ack, got.raw[6]), (RST | ACK, 78, TCP))


def mtu(size):
    for dev in ("c0", "s0"):
        netns.run(LB, "ip", "link", "set", dev, "mtu", str(size))
    for dev in ("cw", "sw"):
        subprocess.run(["ip", "link", "set", dev, "mtu", str(size)], check=True)


@case("IPv6: headers that lie in pages, not in the linear part")
def _():
    mtu(9000)
    try:
        rig.service(6)
        flow = Flow(rig, 6)
        flow.syn()
        flow.synack()
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.setsockopt(263, 15, 1)                         # PACKET_VNET_HDR
        sock.bind(("cw", 0))
        for toa in (True, False):
            sent = flow.cpkt(ACK | PSH, b"d" * 5000)
            headers = [(HOP, ext(PAD4)), (DEST, ext(b"\x1e\xfa" + bytes(250)))]
            raw = chain(sent, *headers)
            # 14 + 40 bytes in the linear part
            sock.send(struct.pack("=BBHHHH", 0, 0, 54, 0, 0, 0) + rig.client.head + b"\x86\xdd" + raw)
            got = rig.server.expect("data")
            same((got.data, got.sums_ok), (sent.data, True))
            same(got.option(254), opt_toa(254, flow.caddr, flow.cport)[2:] if toa else None)
            same(got.raw[40:56], raw[40:56], "headers")
            flow.cseq = sent.end()
            if toa:
                flow.s(ACK | PSH, b"answer")
    finally:
        mtu(1500)


def with_options(pkt, block):
    """The IPv4 packet with an option block."""
    raw = pkt.build()
    head = bytearray(raw[:20] + block)
    head[0] = 0x40 | len(head) // 4
    head[2:4] = struct.pack("!H", len(raw) + len(block))
    head[10:12] = b"\0\0"
    head[10:12] = struct.pack("!H", checksum(bytes(head)))
    return bytes(head) + raw[20:]


OPTIONS = {
    "record route": b"\x07\x0b\x04" + bytes(8) + b"\1",
    "timestamp": b"\x44\x0c\x05\x01" + bytes(8),
    "router alert": b"\x94\x04\0\0",
    "security": b"\x82\x0b" + bytes(9) + b"\0",
    "an unknown option of 40 bytes": b"\x5e\x28" + bytes(38),
    "an end of the list, then a source route": b"\x01\0\x83\x07\x04\x0a\0\x09\x09\0\0\0",
}
BAD_OPTIONS = {
    "an option of length 0": b"\x07\0\0\0",
    "an option of length 1": b"\x07\1\0\0",
    "an option that ends behind the header": b"\x01\x07\x04\x04",
    "an option without a length": b"\1\1\1\x44",
}

for what, block4 in OPTIONS.items():
    @case(f"IPv4: {what} stays as it is, both ways")
    def _(block=block4):
        rig.service(4)
        flow = Flow(rig, 4)
        rig.client.send(with_options(Pkt(flow.caddr, VIP[4], flow.cport, 80, flags=SYN, seq=flow.cisn, opts=opt_mss(1400)),
                                     block))
        flow.learn(rig.server.expect("SYN"))
        flow.cseq = flow.cisn + 1
        flow.synack()
        rig.client.send(with_options(flow.cpkt(ACK | PSH, b"data"), block))
        got = rig.server.expect("data")
        same((got.raw[20:20 + len(block)], got.data), (block, b"data"))
        same(got.option(254), opt_toa(254, flow.caddr, flow.cport)[2:])
        flow.cseq += 4
        rig.server.send(with_options(flow.spkt(ACK | PSH, b"answer"), block))
        got = rig.client.expect("answer")
        same((got.raw[20:20 + len(block)], got.data), (block, b"answer"))

for what, block4 in BAD_OPTIONS.items():
    @case(f"IPv4: {what} is malformed")
    def _(block=block4):
        rig.service(4)
        flow = Flow(rig, 4).open().data()
        rig.mark()
        rig.client.send(with_options(flow.cpkt(ACK, b"x"), block))
        rig.client.send(with_options(Pkt(CLIENT[4], VIP[4], 777, 80, flags=SYN), block))
        rig.server.send(with_options(flow.spkt(ACK, b"x"), block))
        rig.quiet()
        same(counted(), {"seen": 3, "drop:malformed-ip": 3})
        flow.data()


@both("what is neither TCP nor UDP is the host's")
def _(v):
    rig.service(v)
    rig.mark()
    for proto in (4 if v == 4 else 41, 47, 50, 51, 132, 253):
        rig.client.send(Pkt(CLIENT[v], VIP[v], proto=proto, data=bytes(64)))
    rig.server.quiet()
    same(counted(), {"seen": 6, "passed": 6})
    rig.client.drain()


main(before=rig.fresh)
