# SPDX-License-Identifier: GPL-2.0-only
"""Tables of packets, made by scapy.

    @row("what is shown", at="...", svc={...})
    def _(c):
        return INPUT, OUTPUT[, OUTPUT...]

Each row runs once for each family. INPUT is the packet as its sender sends it; the OUTPUTs are all the
packets that must come out, byte for byte with all checksums, but for the bytes that a row lists as
open. `at` is how far the connection has come before: "new" (nothing was sent), "synsent", "synrecv",
"established" (the server has shown nothing yet) or "data" (it has). `c` knows the tuple and the shifts
of the connection; numbers are written as offsets from each end's initial number.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net", "helpers"))
# pylint: disable=wrong-import-position
from scapy.layers.inet import (IP, TCP, UDP, IPOption, IPOption_NOP, IPOption_Router_Alert, IPOption_RR,  # noqa: E402
                               IPOption_Timestamp)
from scapy.layers.inet6 import HBHOptUnknown, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN  # noqa: E402
from scapy.packet import Raw  # noqa: E402

import wire  # noqa: E402
from cases import CASES, main  # noqa: E402
from wire import M32, SERVER, VIP, Flow, Rig  # noqa: E402

rig = Rig()
# Bytes that may differ: (header, offset in it, bytes)
SPORT, DPORT, SEQ, TCP_SUM, UDP_SUM = ("l4", 0, 2), ("l4", 2, 2), ("l4", 4, 4), ("l4", 16, 2), ("l4", 6, 2)
# A new connection's local port and number are the balancer's choice.
NEW_TCP, NEW_UDP = (SPORT, SEQ, TCP_SUM), (SPORT, UDP_SUM)


class Context:
    """The connection of a row, and packets of its four corners."""

    def __init__(self, v, flow):
        self.v, self.flow = v, flow
        self.toa = struct.pack("!H", flow.cport) + wire.addr_raw(flow.caddr)

    def ip(self, src, dst, ttl, tos=0, **fields):
        if self.v == 6:
            return IPv6(src=src, dst=dst, hlim=ttl, tc=tos, **fields)
        return IP(src=src, dst=dst, ttl=ttl, tos=tos, id=fields.pop("id", 7), flags=fields.pop("flags", "DF"), **fields)

    def _tcp(self, sport, dport, seq, ack, flags, options, fields):
        return TCP(sport=sport, dport=dport, seq=seq & M32, ack=ack & M32, flags=flags, options=options or [],
                   window=fields.pop("window", 1000), **fields)

    # The client's packet as it sends it and as the server must get it; seq and ack count from the
    # initial numbers.
    def from_client(self, flags, seq=1, ack=1, options=None, data=b"", ip=None, **fields):
        f = self.flow
        return self.ip(f.caddr, f.vip, 64, **(ip or {})) / self._tcp(
            f.cport, f.vport, f.cisn + seq, f.sisn + ack if "A" in flags else 0, flags, options, fields) / Raw(data)

    def to_server(self, flags, seq=1, ack=1, options=None, data=b"", ip=None, **fields):
        f = self.flow
        return self.ip(f.laddr or wire.LADDR[self.v], SERVER[self.v], 63, **(ip or {})) / self._tcp(
            f.lport or 0, 8080, f.cisn + seq + (f.shift or 0), f.sisn + ack if "A" in flags else 0, flags, options,
            fields) / Raw(data)

    def from_server(self, flags, seq=1, ack=1, options=None, data=b"", ip=None, **fields):
        f = self.flow
        return self.ip(f.saddr, f.laddr, 64, **(ip or {})) / self._tcp(
            8080, f.lport, f.sisn + seq, f.cisn + ack + f.shift if "A" in flags else 0, flags, options,
            fields) / Raw(data)

    def to_client(self, flags, seq=1, ack=1, options=None, data=b"", ip=None, **fields):
        f = self.flow
        return self.ip(f.vip, f.caddr, 63, **(ip or {})) / self._tcp(
            f.vport, f.cport, f.sisn + seq, f.cisn + ack if "A" in flags else 0, flags, options, fields) / Raw(data)

    def cval(self, value):
        """A timestamp of the client as the server sees it."""
        return (value + self.flow.tshift) & M32


def wrong_sum(pkt, by=1):
    """The packet with a checksum that is off by so much."""
    raw = bytearray(bytes(pkt))
    at = len(raw) - len(bytes(pkt[TCP] if TCP in pkt else pkt[UDP])) + (16 if TCP in pkt else 6)
    value = struct.unpack_from("!H", raw, at)[0] + by
    struct.pack_into("!H", raw, at, (value & 0xffff) + (value >> 16))
    return bytes(raw)


class WrongBy:
    """An expected TCP packet with open bytes, whose checksum is off by so much all the same."""

    def __init__(self, pkt, by):
        self.pkt, self.by = pkt, by

    def fill(self, raw):
        """With the port and the number that came."""
        at = l4_offset(raw)
        self.pkt[TCP].sport = struct.unpack_from("!H", raw, at)[0]
        self.pkt[TCP].seq = struct.unpack_from("!I", raw, at + 4)[0]
        return wrong_sum(self.pkt, self.by)


def l4_offset(raw):
    if raw[0] >> 4 == 4:
        return (raw[0] & 15) * 4
    proto, at = raw[6], 40
    while proto in (0, 60):
        proto, at = raw[at], at + 8 + 8 * raw[at + 1]
    return at


def masked(raw, holes):
    raw = bytearray(raw)
    base = l4_offset(raw)
    for header, at, size in holes:
        start = at + (base if header == "l4" else 0)
        raw[start:start + size] = b"\xee" * size
    return bytes(raw)


def differ(got, want):
    return ", ".join(f"{i}: {got[i]:02x} for {want[i]:02x}" for i in range(min(len(got), len(want)))
                     if got[i] != want[i]) + (f", {len(got)} bytes for {len(want)}" if len(got) != len(want) else "")


def short(raw):
    return raw.hex() if len(raw) <= 200 else f"{raw[:200].hex()}..."


def compare(pkts, wanted, holes):
    for number, want in enumerate(wanted):
        assert number < len(pkts), f"packet {number + 1} of {len(wanted)} did not come"
        want = want.fill(pkts[number].raw) if isinstance(want, WrongBy) else bytes(want)
        got, want = masked(pkts[number].raw, holes), masked(want, holes)
        assert got == want, f"packet {number + 1} differs at {differ(got, want)}: got {short(got)} wanted {short(want)}"
    assert len(pkts) == len(wanted), f"{pkts[len(wanted):]} came too"


def prepare(v, at, ts, nat):
    flow = Flow(rig, v, ts=ts)
    if nat:                     # known before the first packet
        flow.laddr, flow.lport, flow.shift, flow.tshift = flow.caddr, flow.cport, 0, 0
    if at != "new":
        flow.syn()
    if at in ("synrecv", "established", "data"):
        flow.synack()
    if at in ("established", "data"):
        flow.c()
    if at == "data":
        # The server acknowledges a byte of data, which the row's packet sends again.
        rig.server.send(flow.spkt(wire.ACK, ack=flow.cseq + 1))
        rig.client.expect("ACK")
    return Context(v, flow)


def row(name, at="data", svc=None, ts=False, open_bytes=(), back=False, only=(4, 6), proto=wire.TCP, answer=False,
        nat=False):
    """back: the input is the server's; answer: the outputs go back to the input's sender."""
    def add(function):
        def run(v):
            if nat:
                rig.service(v, proto, servers=(), laddrs=(), **(svc or {}))
                rig.slb.srv((VIP[v], 80, proto), SERVER[v], 8080, fwd=1)
            else:
                rig.service(v, proto, **(svc or {}))
            context = prepare(v, at, ts, nat) if proto == wire.TCP else Context(v, Flow(rig, v))
            sent, *wanted = function(context)
            source, sink = (rig.server, rig.client) if back else (rig.client, rig.server)
            sink = source if answer else sink
            source.send(sent if isinstance(sent, bytes) else bytes(sent))
            came = []
            while len(came) <= len(wanted):
                pkt = sink.recv(1 if len(came) < len(wanted) else 0.05 / wire.SLOW)
                if not pkt:
                    break
                came.append(pkt)
            compare(came, wanted, open_bytes)
        for v in only:
            CASES.append((f"IPv{v}: {name}", run, (v,)))
        return function
    return add


MSS = ("MSS", 1400)
NOP = ("NOP", None)
LINUX = [MSS, ("SAckOK", b""), ("Timestamp", (1000, 0)), NOP, ("WScale", 7)]


#
# SYN
#

@row("SYN without options", at="new", open_bytes=NEW_TCP)
def _(c):
    return c.from_client("S", 0), c.to_server("S", 0)


@row("SYN with the options of Linux, timestamps kept", at="new", svc={"timestamps": "keep"}, open_bytes=NEW_TCP)
def _(c):
    return c.from_client("S", 0, options=LINUX), c.to_server("S", 0, options=LINUX)


@row("SYN with the options of Linux, timestamps translated", at="new",
     open_bytes=(*NEW_TCP, ("l4", 20 + 8, 4)))
def _(c):
    return c.from_client("S", 0, options=LINUX), c.to_server("S", 0, options=LINUX)


@row("SYN with the options of Linux, timestamps removed", at="new", svc={"timestamps": "remove"}, open_bytes=NEW_TCP)
def _(c):
    return (c.from_client("S", 0, options=LINUX),
            c.to_server("S", 0, options=[MSS, ("SAckOK", b"")] + [NOP] * 11 + [("WScale", 7)]))


@row("SYN whose MSS is too large for the link", at="new", open_bytes=NEW_TCP)
def _(c):
    return (c.from_client("S", 0, options=[("MSS", 65535)]),
            c.to_server("S", 0, options=[("MSS", 1440 if c.v == 6 else 1460)]))


@row("SYN with a small MSS keeps it", at="new", open_bytes=NEW_TCP)
def _(c):
    return c.from_client("S", 0, options=[("MSS", 88)]), c.to_server("S", 0, options=[("MSS", 88)])


@row("SYN with a Fast Open cookie", at="new", open_bytes=NEW_TCP)
def _(c):
    return (c.from_client("S", 0, options=[MSS, (34, b"12345678"), NOP, NOP]),
            c.to_server("S", 0, options=[MSS] + [NOP] * 12))


@row("SYN with MP_CAPABLE", at="new", open_bytes=NEW_TCP)
def _(c):
    return (c.from_client("S", 0, options=[MSS, (30, b"\x01\x81" + b"k" * 8)]),
            c.to_server("S", 0, options=[MSS] + [NOP] * 12))


@row("SYN with a client's own address option", at="new", open_bytes=NEW_TCP)
def _(c):
    return (c.from_client("S", 0, options=[(254, b"\x1a\x0a\xc0\x00\x02\x42"), MSS]),
            c.to_server("S", 0, options=[NOP] * 8 + [MSS]))


@row("SYN with bytes behind the end of the option list: they become zeros", at="new", open_bytes=NEW_TCP)
def _(c):
    pkt = bytearray(bytes(c.from_client("S", 0, options=[MSS, NOP, ("EOL", None), NOP, NOP])))
    return bytes(pkt), c.to_server("S", 0, options=[MSS, NOP, ("EOL", None), ("EOL", None), ("EOL", None)])


@row("SYN with ECN setup", at="new", open_bytes=NEW_TCP)
def _(c):
    return c.from_client("SEC", 0, options=[MSS]), c.to_server("SEC", 0, options=[MSS])


@row("SYN with data", at="new", open_bytes=NEW_TCP)
def _(c):
    return c.from_client("S", 0, data=b"early"), c.to_server("S", 0, data=b"early")


@row("SYN/ACK", at="synsent", back=True)
def _(c):
    return c.from_server("SA", 0, options=[MSS]), c.to_client("SA", 0, options=[MSS])


@row("SYN/ACK with timestamps", at="synsent", ts=True, back=True)
def _(c):
    return (c.from_server("SA", 0, options=[MSS, ("SAckOK", b""), ("Timestamp", (9, c.cval(0x1000)))]),
            c.to_client("SA", 0, options=[MSS, ("SAckOK", b""), ("Timestamp", (9, 0x1000))]))


@row("SYN/ACK whose MSS leaves no room for the address", at="synsent", back=True)
def _(c):
    return (c.from_server("SA", 0, options=[("MSS", 1460)]),
            c.to_client("SA", 0, options=[("MSS", 1500 - 60 - 20 if c.v == 6 else 1500 - 40 - 8)]))


@row("RST in answer to the SYN", at="synsent", back=True)
def _(c):
    return (c.from_server("RA", -c.flow.sisn, window=0), c.to_client("RA", -c.flow.sisn, window=0))


#
# The client's address
#

@row("the handshake's ACK carries the address", at="synrecv")
def _(c):
    return c.from_client("A"), c.to_server("A", options=[(254, c.toa)])


@row("the handshake's ACK with timestamps", at="synrecv", ts=True)
def _(c):
    return (c.from_client("A", options=[NOP, NOP, ("Timestamp", (1, 2))]),
            c.to_server("A", options=[(254, c.toa), NOP, NOP, ("Timestamp", (c.cval(1), 2))]))


@row("first data of odd length", at="synrecv")
def _(c):
    return c.from_client("PA", data=b"GET /\n\n"), c.to_server("PA", options=[(254, c.toa)], data=b"GET /\n\n")


@row("another kind", at="synrecv", svc={"toa_kind": 200})
def _(c):
    return c.from_client("PA", data=b"x"), c.to_server("PA", options=[(200, c.toa)], data=b"x")


@row("switched off", at="synrecv", svc={"toa": 0})
def _(c):
    return c.from_client("PA", data=b"x"), c.to_server("PA", data=b"x")


@row("ours and a client's own", at="synrecv")
def _(c):
    return (c.from_client("PA", options=[(253, b"\x1a\x0a\xc0\x00\x02\x42")], data=b"x"),
            c.to_server("PA", options=[(254, c.toa)] + [NOP] * 8, data=b"x"))


@row("FIN in the window", at="synrecv")
def _(c):
    return c.from_client("FA", data=b"all of it"), c.to_server("FA", options=[(254, c.toa)], data=b"all of it")


@row("no room: padding is dropped", at="synrecv", ts=True)
def _(c):
    return (c.from_client("A", options=[NOP, NOP, ("Timestamp", (1, 2))] + [NOP] * 28),
            c.to_server("A", options=[(254, c.toa)] + ([NOP, NOP] if (4 + len(c.toa) - 2) % 4 == 0 else [])
                        + [("Timestamp", (c.cval(1), 2))]
                        + [("EOL", None)] * (40 - (2 + len(c.toa)) - (2 if (2 + len(c.toa)) % 4 == 0 else 0) - 10)))


@row("no room: an ACK with the address goes ahead", at="synrecv")
def _(c):
    block = ("SAck", tuple(c.flow.sisn + n for n in (10, 20, 30, 40, 50, 60, 70, 80)))
    return (c.from_client("PA", options=[NOP, NOP, block, NOP, NOP], data=b"x" * 33),
            c.to_server("A", options=[(254, c.toa)]),
            c.to_server("PA", options=[NOP, NOP, block, NOP, NOP], data=b"x" * 33))


@row("no room in the MTU: an ACK with address and timestamps goes ahead", at="synrecv", ts=True)
def _(c):
    size = 1500 - (40 if c.v == 6 else 20) - 32
    return (c.from_client("A", options=[NOP, NOP, ("Timestamp", (1, 2))], data=b"m" * size),
            c.to_server("A", options=[(254, c.toa), NOP, NOP, ("Timestamp", (c.cval(1), 2))]),
            c.to_server("A", options=[NOP, NOP, ("Timestamp", (c.cval(1), 2))], data=b"m" * size))


@row("no room in the MTU: padding is dropped before an ACK goes ahead", at="synrecv")
def _(c):
    data = b"m" * (1500 - (40 if c.v == 6 else 20) - 40)
    return (c.from_client("PA", options=[NOP] * 20, data=data),
            c.to_server("PA", options=[(254, c.toa)] + [("EOL", None)] * (20 - 2 - len(c.toa)), data=data))


@row("an ACK ahead has none of the packet's IP options or extension headers", at="synrecv")
def _(c):
    size = 1500 - (48 if c.v == 6 else 28) - 20
    return (dressed(c.from_client("PA", data=b"m" * size)), c.to_server("A", options=[(254, c.toa)]),
            dressed(c.to_server("PA", data=b"m" * size)))


#
# An established connection
#

@row("data")
def _(c):
    return c.from_client("PA", 1, data=b"0123456789"), c.to_server("PA", 1, data=b"0123456789")


@row("data of the server", back=True)
def _(c):
    return c.from_server("PA", 1, data=b"0123456789"), c.to_client("PA", 1, data=b"0123456789")


@row("one byte")
def _(c):
    return c.from_client("A", data=b"\xff"), c.to_server("A", data=b"\xff")


@row("a full segment")
def _(c):
    size = 1500 - (60 if c.v == 6 else 40)
    return c.from_client("A", data=b"f" * size), c.to_server("A", data=b"f" * size)


@row("timestamps of the client", ts=True)
def _(c):
    return (c.from_client("A", options=[NOP, NOP, ("Timestamp", (5000, 6000))], data=b"x"),
            c.to_server("A", options=[NOP, NOP, ("Timestamp", (c.cval(5000), 6000))], data=b"x"))


@row("timestamps of the server", ts=True, back=True)
def _(c):
    return (c.from_server("A", options=[NOP, NOP, ("Timestamp", (5000, c.cval(6000)))], data=b"x"),
            c.to_client("A", options=[NOP, NOP, ("Timestamp", (5000, 6000))], data=b"x"))


@row("timestamps at an odd place", ts=True)
def _(c):
    return (c.from_client("A", options=[NOP, ("Timestamp", (M32, 6000)), NOP], data=b"x"),
            c.to_server("A", options=[NOP, ("Timestamp", (c.cval(M32), 6000)), NOP], data=b"x"))


@row("an echo of 0 stays", ts=True, back=True)
def _(c):
    return (c.from_server("A", options=[NOP, NOP, ("Timestamp", (5, 0))]),
            c.to_client("A", options=[NOP, NOP, ("Timestamp", (5, 0))]))


@row("SACK of the client")
def _(c):
    block = ("SAck", (c.flow.sisn + 10, c.flow.sisn + 20))
    return c.from_client("A", options=[NOP, NOP, block]), c.to_server("A", options=[NOP, NOP, block])


@row("SACK of the server: three blocks beside timestamps", ts=True, back=True)
def _(c):
    edges = [c.flow.cisn + n for n in (10, 20, 30, 40, 50, 60)]
    return (c.from_server("A", options=[NOP, NOP, ("Timestamp", (5, c.cval(6))), NOP, NOP,
                                        ("SAck", tuple((e + c.flow.shift) & M32 for e in edges))]),
            c.to_client("A", options=[NOP, NOP, ("Timestamp", (5, 6)), NOP, NOP, ("SAck", tuple(edges))]))


@row("SACK of the server: four blocks", back=True)
def _(c):
    edges = [c.flow.cisn + n for n in (10, 20, 30, 40, 50, 60, 70, 80)]
    return (c.from_server("A", options=[NOP, NOP, ("SAck", tuple((e + c.flow.shift) & M32 for e in edges))]),
            c.to_client("A", options=[NOP, NOP, ("SAck", tuple(edges))]))


@row("SACK across the end of the numbers, at an odd place", back=True)
def _(c):
    return (c.from_server("A", options=[NOP, ("SAck", (c.flow.shift - 1 & M32, c.flow.shift + 1 & M32)), NOP]),
            c.to_client("A", options=[NOP, ("SAck", (M32, 1)), NOP]))


@row("an option nobody knows stays")
def _(c):
    opts = [(99, b"whatever"), NOP, NOP]
    return c.from_client("A", options=opts, data=b"x"), c.to_server("A", options=opts, data=b"x")


@row("urgent data, all flags")
def _(c):
    return (c.from_client("PAUEC", urgptr=3, data=b"urgent", window=0),
            c.to_server("PAUEC", urgptr=3, data=b"urgent", window=0))


@row("reserved bits of the TCP header")
def _(c):
    return c.from_client("A", reserved=5, data=b"x"), c.to_server("A", reserved=5, data=b"x")


@row("FIN of the server with data", back=True)
def _(c):
    return c.from_server("FPA", data=b"bye"), c.to_client("FPA", data=b"bye")


@row("RST of the client")
def _(c):
    return c.from_client("R", 2), c.to_server("R", 2)


@row("RST of the server", back=True)
def _(c):
    return c.from_server("RA", 1), c.to_client("RA", 1)


@row("a client's own address option far in the connection")
def _(c):
    return (c.from_client("A", options=[(254, b"\x1a\x0a\xc0\x00\x02\x42")], data=b"x"),
            c.to_server("A", options=[NOP] * 8, data=b"x"))


@row("40 bytes of a client's own address options")
def _(c):
    return (c.from_client("A", options=[(254, b"\x1a\x0a\xc0\x00\x02\x42")] * 5, data=b"x"),
            c.to_server("A", options=[NOP] * 40, data=b"x"))


@row("a server's option of that kind is its own affair", back=True)
def _(c):
    opts = [(254, b"\x1a\x0a\xc0\x00\x02\x42")]
    return c.from_server("A", options=opts, data=b"x"), c.to_client("A", options=opts, data=b"x")


@row("a wrong checksum stays as wrong as it was")
def _(c):
    return wrong_sum(c.from_client("A", data=b"x" * 9)), wrong_sum(c.to_server("A", data=b"x" * 9))


@row("a wrong checksum of the server", back=True, ts=True)
def _(c):
    return (wrong_sum(c.from_server("A", options=[NOP, NOP, ("Timestamp", (5, c.cval(6)))], data=b"x" * 9), 77),
            wrong_sum(c.to_client("A", options=[NOP, NOP, ("Timestamp", (5, 6))], data=b"x" * 9), 77))


@row("a wrong checksum of a SYN whose options are edited", at="new", open_bytes=(SPORT, SEQ), svc={"timestamps": "keep"})
def _(c):
    sent = wrong_sum(c.from_client("S", 0, options=[("MSS", 65535), (34, b"12345678"), (254, b"\x1a\x0a\xc0\x00\x02\x42")]), 9)
    want = c.to_server("S", 0, options=[("MSS", 1440 if c.v == 6 else 1460)] + [NOP] * 18)
    return sent, WrongBy(want, 9)


@row("a wrong checksum of a SYN/ACK whose MSS is lowered", at="synsent", back=True)
def _(c):
    return (wrong_sum(c.from_server("SA", 0, options=[("MSS", 1460)]), 4),
            wrong_sum(c.to_client("SA", 0, options=[("MSS", 1500 - 60 - 20 if c.v == 6 else 1500 - 40 - 8)]), 4))


@row("a wrong checksum where a client's own address option goes")
def _(c):
    return (wrong_sum(c.from_client("A", options=[(254, b"\x1a\x0a\xc0\x00\x02\x42")], data=b"xyz")),
            wrong_sum(c.to_server("A", options=[NOP] * 8, data=b"xyz")))


@row("a wrong checksum where padding makes room for the address", at="synrecv")
def _(c):
    return (wrong_sum(c.from_client("PA", options=[NOP] * 40, data=b"x"), 300),
            wrong_sum(c.to_server("PA", options=[(254, c.toa)] + [("EOL", None)] * (38 - len(c.toa)), data=b"x"), 300))


@row("a wrong checksum of a packet whose address goes ahead", at="synrecv")
def _(c):
    size = 1500 - (40 if c.v == 6 else 20) - 20
    return (wrong_sum(c.from_client("PA", data=b"m" * size)), c.to_server("A", options=[(254, c.toa)]),
            wrong_sum(c.to_server("PA", data=b"m" * size)))


@row("a wrong checksum where the address is inserted", at="synrecv")
def _(c):
    return (wrong_sum(c.from_client("A", data=b"x" * 9), 512),
            wrong_sum(c.to_server("A", options=[(254, c.toa)], data=b"x" * 9), 512))


#
# The IP header
#

@row("identification, TOS and DF stay", only=(4,))
def _(c):
    head = {"id": 0xbeef, "tos": 0xb9, "flags": 0}
    return c.from_client("A", data=b"x", ip=head), c.to_server("A", data=b"x", ip=head)


@row("traffic class and flow label stay", only=(6,))
def _(c):
    head = {"fl": 0xabcde, "tos": 0xb9}
    return c.from_client("A", data=b"x", ip=head), c.to_server("A", data=b"x", ip=head)


@row("IP options stay", only=(4,))
def _(c):
    head = {"options": [IPOption_NOP()] * 4}
    return c.from_client("A", data=b"x", ip=head), c.to_server("A", data=b"x", ip=head)


@row("IP options and the client's address", at="synrecv", only=(4,))
def _(c):
    head = {"options": [IPOption_NOP()] * 4}
    return c.from_client("A", data=b"x", ip=head), c.to_server("A", options=[(254, c.toa)], data=b"x", ip=head)


def extended(pkt, header):
    return IPv6(src=pkt.src, dst=pkt.dst, hlim=pkt.hlim, tc=pkt.tc) / header / pkt[TCP]


@row("hop-by-hop and destination options stay", only=(6,))
def _(c):
    header = IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 12)])
    return extended(c.from_client("A", data=b"x"), header), extended(c.to_server("A", data=b"x"), header)


@row("destination options and the client's address", at="synrecv", only=(6,))
def _(c):
    header = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)])
    return (extended(c.from_client("A", data=b"x"), header),
            extended(c.to_server("A", options=[(254, c.toa)], data=b"x"), header))


def dressed(pkt):
    """The packet with 8 bytes of options in its IP header, or of extension headers."""
    if IPv6 in pkt:
        return extended(pkt, IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]))
    pkt[IP].options = [IPOption_Router_Alert()] + [IPOption_NOP()] * 4
    return pkt


RECORDS = {"options": [IPOption_RR(routers=["10.9.0.2", "0.0.0.0"], pointer=8), IPOption_NOP(),
                       IPOption_Timestamp(length=12, pointer=9, flg=1, internet_address="10.9.0.2", timestamp=5),
                       IPOption_Router_Alert()]}


@row("record route, timestamp and router alert stay as they are", only=(4,))
def _(c):
    return c.from_client("A", data=b"x", ip=RECORDS), c.to_server("A", data=b"x", ip=RECORDS)


@row("record route, timestamp and router alert of the server", only=(4,), back=True)
def _(c):
    return c.from_server("A", data=b"x", ip=RECORDS), c.to_client("A", data=b"x", ip=RECORDS)


@row("options of a kind that nobody knows, 40 bytes", only=(4,))
def _(c):
    head = {"options": [IPOption(bytes([0x5e, 39]) + bytes(range(37))), IPOption_NOP()]}
    return c.from_client("A", data=b"x", ip=head), c.to_server("A", data=b"x", ip=head)


@row("hop-by-hop and destination options of the server", only=(6,), back=True)
def _(c):
    header = IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)]) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 12)])
    return extended(c.from_server("A", data=b"x"), header), extended(c.to_client("A", data=b"x"), header)


@row("a destination option that no host knows is for the server to judge", only=(6,))
def _(c):
    header = IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0xde, optdata=b"\xc9\x10\xc9\x10")])
    return extended(c.from_client("A", data=b"x"), header), extended(c.to_server("A", data=b"x"), header)


@row("destination options of more than a kilobyte", only=(6,))
def _(c):
    header = IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x1e, optdata=b"\xc9" * 250)] * 5)
    return extended(c.from_client("A", data=b"x"), header), extended(c.to_server("A", data=b"x"), header)


@row("padding of the link is cut off")
def _(c):
    return bytes(c.from_client("A")) + b"pad" * 5, c.to_server("A")


#
# UDP
#

def udp(c, data, sport=None):
    f = c.flow
    return (c.ip(f.caddr, f.vip, 64) / UDP(sport=sport or f.cport, dport=80) / Raw(data),
            c.ip(wire.LADDR[c.v], SERVER[c.v], 63) / UDP(sport=0, dport=8080) / Raw(data))


@row("a datagram", proto=wire.UDP, open_bytes=NEW_UDP)
def _(c):
    return udp(c, b"question")


@row("an empty datagram", proto=wire.UDP, open_bytes=NEW_UDP)
def _(c):
    return udp(c, b"")


@row("a datagram of odd length that fills the MTU", proto=wire.UDP, open_bytes=NEW_UDP)
def _(c):
    return udp(c, b"u" * (1500 - (48 if c.v == 6 else 28) - 1))


def known(c):
    """The flow's local port, learned from a first datagram."""
    first, _ = udp(c, b"first")
    rig.client.send(bytes(first))
    return rig.server.expect("first datagram").sport


@row("a later datagram", proto=wire.UDP)
def _(c):
    lport = known(c)
    sent, want = udp(c, b"second, odd")
    want[UDP].sport = lport
    return sent, want


@row("without checksum it stays without", proto=wire.UDP)
def _(c):
    lport = known(c)
    sent, want = udp(c, b"unsummed")
    sent[UDP].chksum = want[UDP].chksum = 0
    want[UDP].sport = lport
    return sent, want


@row("a checksum that becomes 0 is sent as 0xffff", proto=wire.UDP)
def _(c):
    lport = known(c)
    _, want = udp(c, b"\0\0")
    want[UDP].sport = lport
    data = bytes(want)[-2 - 2:-2]
    sent, want = udp(c, data)
    want[UDP].sport = lport
    assert bytes(want)[-4:-2] == b"\xff\xff", f"the row is wrong: {bytes(want)[-4:-2].hex()}"
    return sent, want


@row("a wrong UDP checksum stays wrong", proto=wire.UDP)
def _(c):
    lport = known(c)
    sent, want = udp(c, b"damaged")
    want[UDP].sport = lport
    return wrong_sum(sent, 3), wrong_sum(want, 3)


@row("a wrong UDP checksum of the server stays wrong", proto=wire.UDP, back=True)
def _(c):
    lport = known(c)
    f = c.flow
    return (wrong_sum(c.ip(SERVER[c.v], wire.LADDR[c.v], 64) / UDP(sport=8080, dport=lport) / Raw(b"answer"), 1),
            wrong_sum(c.ip(f.vip, f.caddr, 63) / UDP(sport=80, dport=f.cport) / Raw(b"answer"), 1))


@row("without checksum the answer stays without", proto=wire.UDP, back=True)
def _(c):
    lport = known(c)
    f = c.flow
    return (c.ip(SERVER[c.v], wire.LADDR[c.v], 64) / UDP(sport=8080, dport=lport, chksum=0) / Raw(b"answer"),
            c.ip(f.vip, f.caddr, 63) / UDP(sport=80, dport=f.cport, chksum=0) / Raw(b"answer"))


@row("the answer", proto=wire.UDP, back=True)
def _(c):
    lport = known(c)
    f = c.flow
    return (c.ip(SERVER[c.v], wire.LADDR[c.v], 64) / UDP(sport=8080, dport=lport) / Raw(b"answer"),
            c.ip(f.vip, f.caddr, 63) / UDP(sport=80, dport=f.cport) / Raw(b"answer"))


#
# nat mode: nothing is open, and numbers, timestamps and options are the client's own
#

@row("nat: SYN with the options of Linux", at="new", nat=True)
def _(c):
    return c.from_client("S", 0, options=LINUX), c.to_server("S", 0, options=LINUX)


@row("nat: SYN with Fast Open and MP_CAPABLE, and an MSS too large for the link", at="new", nat=True)
def _(c):
    rest = [(34, b"12345678"), NOP, NOP, (30, b"\x01\x81" + b"k" * 8)]
    return (c.from_client("S", 0, options=[("MSS", 65535)] + rest, data=b"early"),
            c.to_server("S", 0, options=[("MSS", 1440 if c.v == 6 else 1460)] + rest, data=b"early"))


@row("nat: SYN/ACK; its MSS is clamped without room for an address", at="synsent", back=True, nat=True)
def _(c):
    return (c.from_server("SA", 0, options=[("MSS", 65535), ("SAckOK", b""), ("Timestamp", (7, 1000))]),
            c.to_client("SA", 0, options=[("MSS", 1440 if c.v == 6 else 1460), ("SAckOK", b""),
                                          ("Timestamp", (7, 1000))]))


@row("nat: the packet behind the handshake carries no address", at="synrecv", nat=True)
def _(c):
    return c.from_client("PA", data=b"first"), c.to_server("PA", data=b"first")


@row("nat: the client's data with timestamps and SACK", ts=True, nat=True)
def _(c):
    options = [NOP, NOP, ("Timestamp", (2000, 3000)), NOP, NOP, ("SAck", (c.flow.sisn + 100, c.flow.sisn + 200))]
    return c.from_client("PA", options=options, data=b"data"), c.to_server("PA", options=options, data=b"data")


@row("nat: the server's data with timestamps and SACK", ts=True, back=True, nat=True)
def _(c):
    options = [NOP, NOP, ("Timestamp", (3000, 2000)), NOP, NOP, ("SAck", (c.flow.cisn + 100, c.flow.cisn + 200))]
    return c.from_server("PA", options=options, data=b"data"), c.to_client("PA", options=options, data=b"data")


@row("nat: a client's own address option goes", at="established", nat=True)
def _(c):
    return (c.from_client("A", options=[(254, b"\x1a\x0a\xc0\x00\x02\x42")]),
            c.to_server("A", options=[NOP] * 8))


@row("nat: a wrong checksum stays as wrong", nat=True)
def _(c):
    return wrong_sum(c.from_client("PA", data=b"damaged"), 5), wrong_sum(c.to_server("PA", data=b"damaged"), 5)


@row("nat: a wrong checksum of the server stays as wrong", back=True, nat=True)
def _(c):
    return wrong_sum(c.from_server("PA", data=b"damaged"), 5), wrong_sum(c.to_client("PA", data=b"damaged"), 5)


@row("nat: UDP", proto=wire.UDP, nat=True)
def _(c):
    f = c.flow
    return (c.ip(f.caddr, f.vip, 64) / UDP(sport=f.cport, dport=80) / Raw(b"question"),
            c.ip(f.caddr, SERVER[c.v], 63) / UDP(sport=f.cport, dport=8080) / Raw(b"question"))


#
# Answers of the balancer itself
#

@row("a packet that fits nothing is answered by a RST", at="new", answer=True)
def _(c):
    f = c.flow
    head = {} if c.v == 6 else {"id": 0}
    return (c.from_client("A", 100, 200),
            c.ip(f.vip, f.caddr, 64, **head) / TCP(sport=f.vport, dport=f.cport, flags="R", seq=f.sisn + 200, ack=0,
                                                   window=0))


@row("a refused SYN is answered by a RST that acknowledges it", at="new", svc={"enabled": 0}, answer=True)
def _(c):
    f = c.flow
    head = {} if c.v == 6 else {"id": 0}
    return (c.from_client("S", 0, options=LINUX),
            c.ip(f.vip, f.caddr, 64, **head) / TCP(sport=f.vport, dport=f.cport, flags="RA", seq=0, ack=f.cisn + 1,
                                                   window=0))


main(before=rig.fresh)
