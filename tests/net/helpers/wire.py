# SPDX-License-Identifier: GPL-2.0-only
"""Packets made and taken apart, and two wires with the balancer between them.

A test that plays both ends itself runs in the namespace "wire", which holds the far ends of the
balancer's two links and has no address, so that no kernel answers for it:

    wire: cw  <->  c0 :balancer: s0  <->  sw :wire

Any address in 10.9/16 and fd00:9::/32 is behind cw, any in 10.1/16 and fd00:1::/32 behind sw.
"""
import copy
import os
import select
import socket
import struct
import time

import netns
from slbnl import Slb

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
TCP, UDP, ICMP, ICMP6, FRAGMENT = 6, 17, 1, 58, 44
SLOW = float(os.environ.get("SLB_SLOW", "1"))
LB = os.environ.get("SLB_LB", "")
M32 = 0xffffffff

VIP = {4: "10.0.0.80", 6: "fd00::80"}
LADDR = {4: "10.2.0.1", 6: "fd00:2::1"}
LADDR2 = {4: "10.2.0.2", 6: "fd00:2::2"}
SERVER = {4: "10.1.0.11", 6: "fd00:1::11"}
SERVER2 = {4: "10.1.0.12", 6: "fd00:1::12"}
CLIENT = {4: "10.9.0.2", 6: "fd00:9::2"}

NOP = b"\x01"
NOPS = b"\x01\x01"
SACK_OK = b"\x04\x02"


def opt_mss(value):
    return struct.pack("!BBH", 2, 4, value)


def opt_wscale(value):
    return struct.pack("!BBB", 3, 3, value)


def opt_ts(value, echo):
    return struct.pack("!BBII", 8, 10, value & M32, echo & M32)


def opt_sack(*edges):
    return struct.pack(f"!BB{len(edges)}I", 5, 2 + 4 * len(edges), *(e & M32 for e in edges))


def addr_raw(addr):
    return socket.inet_pton(socket.AF_INET6 if ":" in addr else socket.AF_INET, addr)


def opt_toa(kind, addr, port):
    raw = addr_raw(addr)
    return struct.pack("!BBH", kind, 4 + len(raw), port) + raw


def pad(options):
    return options + NOP * (-len(options) % 4)


def options(block):
    """[(kind, value bytes)] without padding; what is malformed ends the list as (None, rest)."""
    found = []
    at = 0
    while at < len(block):
        kind = block[at]
        if kind == 0:
            break
        if kind == 1:
            at += 1
            continue
        if at + 1 >= len(block) or not 2 <= block[at + 1] <= len(block) - at:
            found.append((None, block[at:]))
            break
        found.append((kind, block[at + 2:at + block[at + 1]]))
        at += block[at + 1]
    return found


def checksum(data):
    if len(data) & 1:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Pkt:  # pylint: disable=too-many-instance-attributes
    """A TCP, UDP or ICMP packet. Fields not given have harmless values."""

    def __init__(self, src, dst, sport=0, dport=0, proto=TCP, flags=ACK, seq=0, ack=0, opts=b"", data=b"",
                 window=65000, ttl=64, tos=0, urg=0, ident=0, df=True, flow=0, res=0):
        self.src, self.dst, self.sport, self.dport, self.proto = src, dst, sport, dport, proto
        self.flags, self.seq, self.ack, self.opts, self.data = flags, seq & M32, ack & M32, opts, data
        self.window, self.ttl, self.tos, self.urg, self.ident = window, ttl, tos, urg, ident
        self.df, self.flow = df, flow
        self.res = res      # what lies between data offset and flags: AE is its lowest bit
        self.sums_ok = True
        self.vlan = None
        self.raw = b""

    def __repr__(self):
        flags = "".join(c for i, c in enumerate("FSRPAUEC") if self.flags >> i & 1)
        if self.proto == TCP:
            what = f"TCP {flags} seq={self.seq} ack={self.ack} opts={self.opts.hex()}"
        else:
            what = {UDP: "UDP", ICMP: "ICMP", ICMP6: "ICMPv6"}.get(self.proto, str(self.proto))
        return f"<{self.src}.{self.sport} > {self.dst}.{self.dport} {what} len={len(self.data)}" \
               f"{'' if self.sums_ok else ' BAD CHECKSUM'}>"

    @property
    def v6(self):
        return ":" in self.src

    def options(self):
        return options(self.opts)

    def option(self, kind):
        for k, value in self.options():
            if k == kind:
                return value
        return None

    def ts(self):
        value = self.option(8)
        return struct.unpack("!II", value) if value is not None and len(value) == 8 else None

    def sack(self):
        value = self.option(5)
        return struct.unpack(f"!{len(value) // 4}I", value) if value is not None else None

    def mss(self):
        value = self.option(2)
        return struct.unpack("!H", value)[0] if value is not None else None

    def end(self):
        return (self.seq + len(self.data) + bool(self.flags & SYN) + bool(self.flags & FIN)) & M32

    def _l4(self):
        if self.proto == TCP:
            assert len(self.opts) % 4 == 0, "options are whole words"
            return struct.pack("!HHIIBBHHH", self.sport, self.dport, self.seq, self.ack,
                               (5 + len(self.opts) // 4) << 4 | self.res, self.flags, self.window, 0, self.urg) \
                + self.opts + self.data, 16
        if self.proto == UDP:
            return struct.pack("!HHHH", self.sport, self.dport, 8 + len(self.data), 0) + self.data, 6
        return self.data, 2

    def build(self):
        """The whole IP packet."""
        family = socket.AF_INET6 if self.v6 else socket.AF_INET
        src, dst = socket.inet_pton(family, self.src), socket.inet_pton(family, self.dst)
        l4, at = self._l4()
        pseudo = src + dst + struct.pack("!II", len(l4), self.proto)
        if self.proto == ICMP:
            pseudo = b""
        value = checksum(pseudo + l4)
        if self.proto == UDP and not value:
            value = 0xffff
        l4 = l4[:at] + struct.pack("!H", value) + l4[at + 2:]
        if self.v6:
            head = struct.pack("!IHBB", 6 << 28 | self.tos << 20 | self.flow, len(l4), self.proto, self.ttl)
            return head + src + dst + l4
        head = struct.pack("!BBHHHBBH", 0x45, self.tos, 20 + len(l4), self.ident, 0x4000 if self.df else 0,
                           self.ttl, self.proto, 0) + src + dst
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + l4

    @classmethod
    def parse(cls, raw):  # pylint: disable=too-many-locals
        """From an IP packet; None if it is none. sums_ok says whether all checksums are right."""
        if len(raw) < 20:
            return None
        sums_ok = True
        if raw[0] >> 4 == 4:
            head = (raw[0] & 15) * 4
            total = struct.unpack_from("!H", raw, 2)[0]
            proto, ttl, tos = raw[9], raw[8], raw[1]
            src, dst = socket.inet_ntop(socket.AF_INET, raw[12:16]), socket.inet_ntop(socket.AF_INET, raw[16:20])
            sums_ok = checksum(raw[:head]) == 0
            l4 = raw[head:total]
            pseudo = raw[12:20] + struct.pack("!II", len(l4), proto)
        elif raw[0] >> 4 == 6 and len(raw) >= 40:
            total = 40 + struct.unpack_from("!H", raw, 4)[0]
            proto, ttl, tos = raw[6], raw[7], struct.unpack_from("!H", raw)[0] >> 4 & 0xff
            src, dst = socket.inet_ntop(socket.AF_INET6, raw[8:24]), socket.inet_ntop(socket.AF_INET6, raw[24:40])
            at = 40
            while proto in (0, 60) and at + 8 <= total:
                proto, at = raw[at], at + 8 + 8 * raw[at + 1]
            l4 = raw[at:total]
            pseudo = raw[8:40] + struct.pack("!II", len(l4), proto)
        else:
            return None
        pkt = cls(src, dst, proto=proto, ttl=ttl, tos=tos)
        pkt.raw = raw[:total]
        pkt.df = raw[0] >> 4 == 6 or bool(raw[6] & 0x40)
        if proto == ICMP:
            pseudo = b""
        zero_udp = proto == UDP and l4[6:8] == b"\0\0"
        pkt.sums_ok = sums_ok and (zero_udp or checksum(pseudo + l4) == 0)
        if proto == TCP and len(l4) >= 20:
            (pkt.sport, pkt.dport, pkt.seq, pkt.ack, offset, pkt.flags, pkt.window, _, pkt.urg) = \
                struct.unpack_from("!HHIIBBHHH", l4)
            length, pkt.res = (offset >> 4) * 4, offset & 15
            pkt.opts, pkt.data = l4[20:length], l4[length:]
        elif proto == UDP and len(l4) >= 8:
            pkt.sport, pkt.dport = struct.unpack_from("!HH", l4)
            pkt.data = l4[8:]
        else:
            pkt.data = l4
        return pkt


class Link:
    """One end of a wire; packets are seen in both directions but only those received are returned."""

    def __init__(self, dev, own, peer):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(263, 23, 1)                         # PACKET_IGNORE_OUTGOING
        self.sock.setsockopt(263, 8, 1)                          # PACKET_AUXDATA
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)     # SO_RCVBUFFORCE
        self.sock.bind((dev, 0))
        self.head = bytes.fromhex(peer.replace(":", "")) + bytes.fromhex(own.replace(":", ""))
        self.tag = b""              # between the addresses and the type of what is sent
        self.vlan = None            # tag that all that is received must have

    def tagged(self, vid):
        """The same wire as a VLAN on it: packets of others fail its tests."""
        other = copy.copy(self)
        other.tag, other.vlan = struct.pack("!HH", 0x8100, vid), vid
        return other

    def send(self, pkt):
        raw = pkt if isinstance(pkt, bytes) else pkt.build()
        self.sock.settimeout(10 * SLOW)         # the last recv() may have left next to nothing
        self.sock.send(self.head + self.tag + (b"\x86\xdd" if raw[0] >> 4 == 6 else b"\x08\0") + raw)

    def recv(self, timeout=2.0):
        """The next TCP, UDP or ICMP packet or IPv6 fragment, None at the timeout."""
        deadline = time.monotonic() + timeout * SLOW
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.sock.settimeout(left)
            try:
                frame, extra, _, _ = self.sock.recvmsg(1 << 17, 64)
            except (TimeoutError, BlockingIOError):
                return None
            if frame[12:14] not in (b"\x08\0", b"\x86\xdd"):
                continue
            pkt = Pkt.parse(frame[14:])
            if not pkt or pkt.proto not in (TCP, UDP, ICMP, ICMP6, FRAGMENT):
                continue
            for level, _, data in extra:
                if level == 263:
                    status, tag = struct.unpack_from("I12xH", data)
                    # A host's own packet whose checksum its device would complete.
                    pkt.sums_ok |= bool(status & 8)
                    pkt.vlan = tag if status & 16 else None
            # Neighbour and router discovery, multicast listeners.
            if pkt.proto == ICMP6 and pkt.data[:1] and 130 <= pkt.data[0] <= 143:
                continue
            return pkt

    def expect(self, what="a packet", timeout=2.0):
        pkt = self.recv(timeout)
        assert pkt, f"no {what} arrived"
        assert pkt.sums_ok, f"checksum of {pkt}"
        assert pkt.vlan == self.vlan, f"VLAN tag {pkt.vlan} on {pkt}"
        return pkt

    def quiet(self, timeout=0.03):
        """Nothing arrives. What the balancer sends is there as soon as what caused it was sent."""
        pkt = self.recv(timeout / SLOW)
        assert not pkt, f"unexpected {pkt}"

    def drain(self):
        self.sock.setblocking(False)
        try:
            while True:
                self.sock.recv(1 << 17)
        except BlockingIOError:
            pass


# Counts that depend on more than the packets of a test.
UNTOLD = "route-lookup", "table-split", "expire-late", "fast", "fast-left"


class Rig:
    """The balancer and its two wires, with a service for each family."""

    def __init__(self):
        self.client = Link("cw", "02:00:00:00:01:02", "02:00:00:00:01:01")
        self.server = Link("sw", "02:00:00:00:02:02", "02:00:00:00:02:01")
        with netns.inside(LB):
            self.slb = Slb()
        self.port = 20000
        self.turn = 0
        self.before = None

    def slbadm(self, *words, check=True, stdin=None):
        return netns.run(LB, "slbadm", *words, check=check, stdin=stdin)

    def fresh(self):
        """Nothing configured, everything at its default, the wires empty, local addresses not used before."""
        # A removed service's connections keep the timeouts they had.
        self.slb.settings(timeouts={"close": 1})
        self.slb.flush()
        self.slb.defaults()
        # RSTs of what the flush has ended.
        while select.select([self.client.sock, self.server.sock], [], [], 0.04)[0]:
            self.client.drain()
            self.server.drain()
        self.turn += 1
        for v, form in ((4, "10.2.{0}.{1}"), (6, "fd00:2:{0}::{1}")):
            LADDR[v], LADDR2[v] = form.format(self.turn, 1), form.format(self.turn, 2)

    def quiet(self):
        """Nothing arrives on either side."""
        if select.select([self.client.sock, self.server.sock], [], [], 0.03)[0]:
            self.client.quiet()
            self.server.quiet()

    def settle(self):
        """Waits until nothing is left of what was ended; then the balancer's own local addresses are free."""
        deadline = time.monotonic() + 20 * SLOW
        while self.slb.info()["conns"]:
            assert time.monotonic() < deadline, f"these do not end: {self.slb.conns()}"
            time.sleep(0.05)
        LADDR.update({4: "10.2.0.1", 6: "fd00:2::1"})

    def service(self, v, proto=TCP, port=80, servers=(SERVER,), laddrs=(LADDR,), laddr_args=None, **fields):
        """One service with its servers on port 8080 of the service's family."""
        for laddr in laddrs:
            self.slb.laddr(laddr[v], **(laddr_args or {}))
        self.slb.svc(VIP[v], port, proto, **fields)
        for server in servers:
            self.slb.srv((VIP[v], port, proto), server[v], 8080)

    def next_port(self):
        self.port = self.port + 1 if self.port < 60000 else 20001
        return self.port

    def mark(self):
        """Counters from here on are what counted() tells."""
        counts, drops = self.slb.counters()
        self.before = (counts, drops)

    def counted(self):
        """What has changed since mark(), as {name: difference}; drops are "drop:NAME"."""
        counts, drops = self.slb.counters()
        changed = {n: v - self.before[0][n] for n, v in counts.items()
                   if v != self.before[0][n] and n not in UNTOLD}
        changed.update({"drop:" + n: v - self.before[1][n] for n, v in drops.items()
                        if v != self.before[1][n]})
        return changed


class Flow:  # pylint: disable=too-many-instance-attributes
    """One connection with both ends played by the test. Numbers are each end's own."""

    def __init__(self, rig, v, vport=80, client=None, cport=None, server=None, ts=False, sport=8080, vip=None):
        self.rig, self.v, self.ts = rig, v, ts
        self.caddr, self.cport = client or CLIENT[v], cport or rig.next_port()
        self.vip, self.vport = vip or VIP[v], vport
        self.saddr, self.sport = server, sport
        self.laddr = self.lport = self.shift = None
        self.tshift = None
        self.cseq = self.cisn = 0x11110000 + rig.port
        self.sseq = self.sisn = 0x77770000 + rig.port
        self.cclock, self.sclock = 0x1000, 0x50000000

    def name(self):
        return f"[{self.caddr}]:{self.cport}"

    # What each end puts into its options when nothing else is asked for.
    def _copts(self):
        if not self.ts:
            return b""
        self.cclock += 1
        return NOPS + opt_ts(self.cclock, self.sclock)

    def _sopts(self):
        if not self.ts:
            return b""
        self.sclock += 1
        return NOPS + opt_ts(self.sclock, self.cclock + (self.tshift or 0))

    def cpkt(self, flags=ACK, data=b"", seq=None, ack=None, opts=None, **fields):
        """A packet of the client as it leaves it."""
        return Pkt(self.caddr, self.vip, self.cport, self.vport, TCP, flags,
                   self.cseq if seq is None else seq,
                   (self.sseq if flags & ACK else 0) if ack is None else ack,
                   self._copts() if opts is None else opts, data, **fields)

    def spkt(self, flags=ACK, data=b"", seq=None, ack=None, opts=None, **fields):
        """A packet of the server as it leaves it; ack in the client's own numbers."""
        ack = self.cseq if ack is None else ack
        return Pkt(self.saddr, self.laddr, self.sport, self.lport, TCP, flags,
                   self.sseq if seq is None else seq,
                   (ack + self.shift) & M32 if flags & ACK else 0,
                   self._sopts() if opts is None else opts, data, **fields)

    def check_at_server(self, sent, got):
        assert (got.src, got.sport, got.dst, got.dport) == (self.laddr, self.lport, self.saddr, self.sport), \
            f"at the server: {got}"
        assert got.flags == sent.flags and got.data == sent.data and got.window == sent.window, \
            f"sent {sent}, got {got}"
        assert got.seq == (sent.seq + self.shift) & M32, f"sequence shift {got.seq - sent.seq & M32} is not {self.shift}"
        assert got.ack == sent.ack, f"ack changed: sent {sent}, got {got}"
        assert (got.urg, got.res) == (sent.urg, sent.res), f"urgent or reserved: sent {sent}, got {got}"
        assert got.ttl == sent.ttl - 1 and got.tos == sent.tos, f"sent {sent}, got {got}"

    def check_at_client(self, sent, got):
        assert (got.src, got.sport, got.dst, got.dport) == (self.vip, self.vport, self.caddr, self.cport), \
            f"at the client: {got}"
        assert got.flags == sent.flags and got.data == sent.data and got.window == sent.window, \
            f"sent {sent}, got {got}"
        assert got.seq == sent.seq, f"seq changed: sent {sent}, got {got}"
        assert (got.urg, got.res) == (sent.urg, sent.res), f"urgent or reserved: sent {sent}, got {got}"
        if sent.flags & ACK:
            assert got.ack == (sent.ack - self.shift) & M32, f"sent {sent}, got {got}, shift {self.shift}"
        assert got.ttl == sent.ttl - 1 and got.tos == sent.tos, f"sent {sent}, got {got}"

    def syn(self, opts=None, check=True, **fields):
        """The client's SYN; what comes out at the server."""
        if opts is None:
            opts = opt_mss(1400) + (SACK_OK + opt_ts(self.cclock, 0) if self.ts else b"")
        self.cseq = self.cisn
        self.rig.client.send(self.cpkt(SYN, opts=opts, **fields))
        self.cseq = (self.cisn + 1) & M32
        if not check:
            return None
        got = self.rig.server.expect("SYN")
        assert got.flags == SYN, f"{got}"
        self.learn(got)
        return got

    def learn(self, got):
        """How the balancer translates, from the SYN that came out at the server."""
        self.laddr, self.lport, self.saddr, self.sport = got.src, got.sport, got.dst, got.dport
        self.shift = (got.seq - self.cisn) & M32
        if self.ts and got.ts():
            self.tshift = (got.ts()[0] - self.cclock) & M32

    def synack(self, opts=None):
        if opts is None:
            opts = opt_mss(1400) + (SACK_OK + opt_ts(self.sclock, self.cclock + (self.tshift or 0))
                                    if self.ts else b"")
        self.sseq = self.sisn
        sent = self.spkt(SYN | ACK, opts=opts)
        self.rig.server.send(sent)
        self.sseq = (self.sisn + 1) & M32
        got = self.rig.client.expect("SYN/ACK")
        self.check_at_client(sent, got)
        return got

    def open(self):
        self.syn()
        self.synack()
        self.c()
        return self

    def c(self, flags=ACK, data=b"", **fields):
        """A packet of the client, which the server must get translated; returns what it got."""
        sent = self.cpkt(flags, data, **fields)
        self.rig.client.send(sent)
        if "seq" not in fields:
            self.cseq = sent.end()
        got = self.rig.server.expect(f"packet of the client: {sent}")
        self.check_at_server(sent, got)
        return got

    def s(self, flags=ACK, data=b"", **fields):
        """A packet of the server, which the client must get translated; returns what it got."""
        sent = self.spkt(flags, data, **fields)
        self.rig.server.send(sent)
        if "seq" not in fields:
            self.sseq = sent.end()
        got = self.rig.client.expect(f"packet of the server: {sent}")
        self.check_at_client(sent, got)
        return got

    def entry(self):
        """The balancer's entry, None if there is none."""
        found = self.rig.slb.conns(client_addr=self.caddr, client_port=self.cport,
                                   client_len=128 if self.v == 6 else 32)
        # An entry whose client has opened afresh is listed until its lease is free.
        found = [conn for conn in found if self.lport in (None, conn["lport"])]
        return found[0] if found else None

    def state(self):
        entry = self.entry()
        return entry["state"] if entry else None

    def data(self):
        """Data both ways, so that the server is known to have left SYN_RECV."""
        self.c(ACK | PSH, b"request")
        self.s(ACK | PSH, b"answer")
        self.c()
        return self

    def data_after_open(self):
        """The rest of the handshake, and data both ways, on a connection whose SYN has passed."""
        self.synack()
        self.c()
        return self.data()

    def close(self):
        """An orderly end, the client first."""
        self.c(FIN | ACK)
        self.s(FIN | ACK)
        self.c()
        return self
