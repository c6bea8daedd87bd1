# SPDX-License-Identifier: GPL-2.0-only
"""Packets that are allowed but odd."""
import errno
import socket
import struct
import subprocess

import netns
from cases import Skip, both, case, main, same
from wire import (ACK, CLIENT, ICMP, ICMP6, LADDR, LB, PSH, RST, SERVER, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, checksum,
                  opt_mss, opt_toa)

rig = Rig()
NEEDS_CSUM, GSO_TCPV4, GSO_TCPV6 = 1, 1, 4


class Offload:
    """Sends on the client's wire as a virtual device does: checksums and segments for others to make."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(263, 15, 1)                         # PACKET_VNET_HDR
        self.sock.setsockopt(socket.SOL_SOCKET, 32, 1 << 20)     # SO_SNDBUFFORCE
        self.sock.bind(("cw", 0))

    def send(self, raw, start, offset, gso=(0, 0, 0)):
        """start: of the header whose checksum is missing, from the IP header; offset: of the field in it."""
        kind = b"\x86\xdd" if raw[0] >> 4 == 6 else b"\x08\0"
        try:
            self.sock.send(struct.pack("=BBHHHH", NEEDS_CSUM, gso[0], gso[1] and 14 + gso[1], gso[2], 14 + start, offset)
                           + rig.client.head + kind + raw)
        except OSError as why:
            if why.errno != errno.EINVAL:
                raise
            raise Skip("this kernel takes no such packet from a program") from why


def pseudo(raw, proto, length):
    if raw[0] >> 4 == 6:
        return raw[8:40] + struct.pack("!II", length, proto)
    return raw[12:20] + struct.pack("!HH", proto, length)


def complete(raw, start, offset):
    """What the device would make of CHECKSUM_PARTIAL."""
    raw = bytearray(raw)
    raw[start + offset:start + offset + 2] = struct.pack("!H", checksum(bytes(raw[start:])))
    return bytes(raw)


def conns():
    return rig.slb.info()["conns"]


def opens_nothing(flow, reason, **fields):
    before = conns()
    rig.mark()
    flow.syn(check=False, **fields)
    rig.server.quiet()
    same(rig.counted().get(f"drop:{reason}"), 1)
    same(conns(), before, "connections")
    counted = rig.counted()
    same(counted.get("conn-created"), counted.get("conn-destroyed"))


@both("a SYN whose TTL runs out opens nothing, and the next one does")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    opens_nothing(flow, "ttl", ttl=1)
    same(rig.client.expect("time exceeded").proto, 58 if v == 6 else 1)
    flow.syn()
    flow.data_after_open()


@both("a SYN to a server without route opens nothing")
def _(v):
    rig.service(v, servers=())
    rig.slb.srv((VIP[v], 80), "192.0.2.1" if v == 4 else "2001:db8::1", 8080)
    opens_nothing(Flow(rig, v), "no-route")
    rig.client.drain()


def with_options(pkt, block):
    """The IPv4 packet with an option block."""
    raw = pkt.build()
    head = bytearray(raw[:20] + block)
    head[0] = 0x40 | len(head) // 4
    head[2:4] = struct.pack("!H", len(raw) + len(block))
    head[10:12] = b"\0\0"
    head[10:12] = struct.pack("!H", checksum(bytes(head)))
    return bytes(head) + raw[20:]


@case("IPv4 source routes are refused, whatever the packet; other options pass")
def _():
    rig.service(4)
    flow = Flow(rig, 4).open()
    rig.mark()
    for block in (b"\x83\x07\x04\x0a\x00\x09\x09\x00", b"\x01\x89\x07\x04\x0a\x00\x09\x09"):
        rig.client.send(with_options(flow.cpkt(ACK, b"x"), block))
        rig.client.send(with_options(Pkt(CLIENT[4], VIP[4], 777, 80, flags=SYN), block))
    rig.server.quiet()
    same(rig.counted(), {"seen": 4, "drop:source-route": 4})
    rig.client.send(with_options(flow.cpkt(ACK, b"x"), b"\x07\x07\x04\0\0\0\0\x01"))
    got = rig.server.expect("packet with record route")
    same((got.data, got.sums_ok), (b"x", True))


@both("a second attempt with another number, while nobody has answered, is the one that counts")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.cisn += 100000
    flow.syn()
    flow.synack()
    flow.c()
    rig.mark()
    flow.s()          # a bare ACK: the server may still be in SYN_RECV
    flow.rig.client.send(flow.cpkt(ACK | PSH, b"first"))
    got = rig.server.expect("first data")
    same(got.option(254), opt_toa(254, flow.caddr, flow.cport)[2:], "the client's address")
    flow = Flow(rig, v)
    flow.syn()
    flow.cisn += 100000
    flow.syn()
    flow.s(RST | ACK, seq=0)
    same(flow.state(), "close")


@both("a RST that acknowledges a SYN's data counts, one that acknowledges more does not")
def _(v):
    rig.service(v)
    for beyond, state in ((0, "close"), (1, "syn-sent")):
        flow = Flow(rig, v)
        sent = flow.cpkt(SYN, b"early", opts=opt_mss(1400))
        rig.client.send(sent)
        flow.learn(rig.server.expect("SYN with data"))
        flow.cseq = sent.end() + beyond
        flow.s(RST | ACK, seq=0)
        same(flow.state(), state)


def tunnel(v, outer, size=40):
    """A datagram with a TCP header inside, whose checksum is left to the device."""
    inner = struct.pack("!HHIIBBHHH", 1, 2, 3, 4, 0x50, 0x10, 5, 0x1234, 0) + bytes(range(size))
    raw = bytearray(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"tunnel__" + inner).build())
    l4 = 40 if v == 6 else 20
    if outer == "none":
        raw[l4 + 6:l4 + 8] = b"\0\0"
    else:                       # right for the packet whose inner checksum is complete
        raw[l4 + 6:l4 + 8] = b"\0\0"
        whole = complete(raw, l4 + 16, 16)
        raw[l4 + 6:l4 + 8] = struct.pack("!H", checksum(pseudo(whole, UDP, len(whole) - l4) + whole[l4:]) or 0xffff)
    return bytes(raw), l4


@both("a tunnel's own UDP checksum, with offload inside, is kept right")
def _(v):
    rig.service(v, UDP)
    for outer in ("none", "whole"):
        raw, l4 = tunnel(v, outer)
        Offload().send(raw, l4 + 16, 16)
        got = rig.server.recv()
        assert got, "nothing arrived"
        field = struct.unpack_from("!H", got.raw, l4 + 6)[0]
        if outer == "none":
            same(field, 0, "no checksum")
            continue
        whole = complete(got.raw, l4 + 16, 16)
        same(checksum(pseudo(whole, UDP, len(whole) - l4) + whole[l4:]), 0, "the outer checksum's error")


@both("a datagram whose checksum the device completes")
def _(v):
    rig.service(v, UDP)
    raw = bytearray(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"question").build())
    l4 = 40 if v == 6 else 20
    raw[l4 + 6:l4 + 8] = struct.pack("!H", 0xffff & ~checksum(pseudo(raw, UDP, len(raw) - l4)))
    Offload().send(bytes(raw), l4, 6)
    got = rig.server.recv()
    whole = complete(got.raw, l4, 6)
    same(checksum(pseudo(whole, UDP, len(whole) - l4) + whole[l4:]), 0, "the checksum's error")


@both("a checksum that is to be written over addresses or ports is not")
def _(v):
    l4 = 40 if v == 6 else 20
    netns.run(LB, "ethtool", "-K", "s0", "tx", "off")   # so that the kernel writes it
    for proto in (TCP, UDP):
        rig.service(v, proto, laddrs=(LADDR,) if proto == TCP else ())
        for start, offset in ((0, 8 if v == 6 else 12), (4, l4 - 6), (l4, 0), (l4, 2), (l4 - 2, 4)):
            port = rig.next_port()
            Offload().send(Pkt(CLIENT[v], VIP[v], port, 80, proto, SYN).build(), start, offset)
            got = rig.server.expect(f"first packet with its checksum at {start} + {offset}")
            found = rig.slb.conns(client_addr=CLIENT[v], client_port=port)[0]
            same((got.src, got.dst, got.sport, got.dport), (LADDR[v], SERVER[v], found["lport"], 8080))
    # The same with an error of the client.
    rig.client.send(Pkt(CLIENT[v], VIP[v], 1999, 80, UDP))
    got = rig.server.expect("question")
    rig.server.send(Pkt(got.dst, got.src, got.dport, got.sport, UDP, data=b"answer"))
    head = bytes([1, 4] if v == 6 else [3, 3]) + bytes(6)
    error = Pkt(CLIENT[v], VIP[v], proto=ICMP6 if v == 6 else ICMP, data=head + rig.client.expect("answer").raw).build()
    for start, offset in ((0, 8 if v == 6 else 12), (4, l4 - 6), (l4, 4), (l4 - 2, 4), (l4 + 8, 8)):
        Offload().send(error, start, offset)
        found = rig.server.expect(f"error with its checksum at {start} + {offset}")
        same((found.src, found.dst), (LADDR[v], SERVER[v]))
    netns.run(LB, "ethtool", "-K", "s0", "tx", "on")


@both("an aggregate of nearly 64 KiB follows an ACK with the client's address")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.synack()
    l4 = 40 if v == 6 else 20
    total = 65535 - 3
    data = bytes(total - l4 - 20)
    raw = bytearray(flow.cpkt(ACK, data).build())
    raw[l4 + 16:l4 + 18] = struct.pack("!H", 0xffff & ~checksum(pseudo(raw, TCP, len(raw) - l4)))
    subprocess.run(["ip", "link", "set", "cw", "gso_max_size", "131072"], check=False)
    rig.mark()
    Offload().send(bytes(raw), l4, 16, (GSO_TCPV6 if v == 6 else GSO_TCPV4, l4 + 20, 1400))
    got = rig.server.expect("ACK ahead")
    if rig.counted()["seen"] > 1:
        rig.server.drain()
        raise Skip("the sending device has cut it into segments")
    same((got.data, got.option(254)), (b"", opt_toa(254, flow.caddr, flow.cport)[2:]))
    arrived = 0
    while arrived < len(data):
        got = rig.server.expect(f"data behind {arrived}")
        same((got.seq, got.option(254)), ((flow.cseq + arrived + flow.shift) & 0xffffffff, None))
        arrived += len(got.data)
    same(arrived, len(data))
    same(rig.counted().get("toa-ahead"), 1)


main(before=rig.fresh)
