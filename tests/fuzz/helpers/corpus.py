#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes one file for the packet fuzzer's module out of the recorded conversations:

    corpus.py DIRECTORY OUTPUT

Numbers become offsets from the beginning of their side's, and each place that depends on who talks
is noted, so that the module has nothing to parse. Layout: ../kmod/corpus.h.
"""
import os
import socket
import struct
import sys

from capture import AF, CLIENT, ROUTER_C, ROUTER_S, SERVER

KIND = {name: number for number, name in enumerate(
    ("caddr", "saddr", "raddr", "cport", "sport", "cseq", "sseq", "cts", "sts"))}
PARTIAL, ICMP, STRICT = 1, 2, 4
IP, L4, INNER_IP, INNER_L4 = 1, 2, 4, 8  # checksums that a place is in
NONE = 0xffff
TCP, UDP, ICMP4, ICMP6 = 6, 17, 1, 58
MTU = 1500


def addr(version, text):
    return socket.inet_pton(AF[version], text)


class Flow:
    """One conversation: its client's port and the first numbers of both sides."""

    def __init__(self, name, port):
        self.name, self.port = name, port
        self.version = int(name[-1])
        self.first, self.packets, self.proto = {}, [], 0

    def number(self, name, value):
        """Relative to the first one of its kind that its owner sent."""
        return (value - self.first.setdefault(name, value)) & 0xffffffff

    def learn(self, side, packet):
        """The SYN's numbers come first, whatever is quoted before."""
        head = Header(packet, 0, self.version)
        if head.proto == TCP and head.fragment == 0 and packet[head.l4 + 13] & 2:
            self.first.setdefault(side + "seq", struct.unpack_from("!I", packet, head.l4 + 4)[0])
            for kind, at, size in head.options(packet):
                if kind == 8 and size == 10:
                    self.first.setdefault(side + "ts", struct.unpack_from("!I", packet, at + 2)[0])


class Header:
    """Where things are in a packet, or in one that an error quotes."""

    def __init__(self, packet, at, version):
        self.at, self.version, self.fragment, self.end = at, version, 0, len(packet)
        if version == 4:
            self.addrs, size = at + 12, 4
            self.ttl, self.proto = packet[at + 8], packet[at + 9]
            self.l4 = at + (packet[at] & 15) * 4
            field = struct.unpack_from("!H", packet, at + 6)[0]
            self.fragment, self.more = field & 0x1fff, bool(field & 0x2000)
        else:
            self.addrs, size, self.more = at + 8, 16, False
            self.proto, self.ttl = packet[at + 6], packet[at + 7]
            self.l4 = at + 40
            while self.proto in (0, 43, 44, 60) and self.l4 + 8 <= self.end:
                if self.proto == 44:
                    field = struct.unpack_from("!H", packet, self.l4 + 2)[0]
                    self.fragment, self.more = field >> 3, bool(field & 1)
                length = 8 if self.proto == 44 else 8 + packet[self.l4 + 1] * 8
                self.proto, self.l4 = packet[self.l4], self.l4 + length
        self.size = size
        self.src = packet[self.addrs:self.addrs + size]
        self.dst = packet[self.addrs + size:self.addrs + 2 * size]

    def options(self, packet):
        at, end = self.l4 + 20, min(self.l4 + (packet[self.l4 + 12] >> 4) * 4, self.end)
        while at < end and packet[at]:
            if packet[at] == 1:
                at += 1
                continue
            if at + 1 >= end or packet[at + 1] < 2 or at + packet[at + 1] > end:
                return
            yield packet[at], at, packet[at + 1]
            at += packet[at + 1]


class Record:
    def __init__(self, flow, side, vnet, packet):
        self.flow, self.side, self.vnet, self.packet = flow, side, vnet, bytearray(packet)
        self.flags, self.fixes, self.sums = 0, [], [NONE] * 4
        if vnet[0] & 1:
            self.flags |= PARTIAL
        head = Header(packet, 0, flow.version)
        self.header(head, IP, L4)
        if head.proto in (ICMP4, ICMP6) and not head.fragment:
            self.flags |= ICMP
            self.sums[1] = head.l4 + 2
            kind = packet[head.l4]
            if kind in (3, 11, 12) if flow.version == 4 else kind < 128:
                self.header(Header(packet, head.l4 + 8, flow.version), INNER_IP, INNER_L4)
        whole = not head.fragment and not head.more
        if head.proto in (TCP, UDP) and whole and head.ttl > 1 and (vnet[1] or len(packet) <= MTU):
            self.flags |= STRICT

    def fix(self, kind, at, mask):
        self.fixes.append((at, KIND[kind], mask))

    def relative(self, kind, at, mask):
        old = self.packet[at:at + 4]
        struct.pack_into("!I", self.packet, at, self.flow.number(kind, struct.unpack("!I", old)[0]))
        for slot in range(4):
            if mask >> slot & 1 and self.sums[slot] != NONE:
                self.update(self.sums[slot], old, self.packet[at:at + 4])
        self.fix(kind, at, mask)

    def update(self, check, old, new):
        """The checksum at an offset follows a change (RFC 1624)."""
        total = ~struct.unpack_from("!H", self.packet, check)[0] & 0xffff
        for sign, words in ((0xffff, old), (0, new)):
            total += sum(word ^ sign for word in struct.unpack("!2H", words))
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        struct.pack_into("!H", self.packet, check, ~total & 0xffff)

    def header(self, head, ip, l4):
        version, slot = head.version, (ip | l4).bit_length() - 2
        if version == 4:
            self.sums[slot] = head.at + 10
        for at, text in ((head.addrs, head.src), (head.addrs + head.size, head.dst)):
            for kind, known in (("caddr", CLIENT), ("saddr", SERVER), ("raddr", ROUTER_C), ("raddr", ROUTER_S)):
                if text == addr(version, known[version]):
                    self.fix(kind, at, (ip if version == 4 else 0) | (l4 if head.proto in (TCP, UDP) else 0))
        if head.proto not in (TCP, UDP) or head.fragment or head.l4 + 8 > head.end:
            return
        mine, other = ("c", "s") if head.src == addr(version, CLIENT[version]) else ("s", "c")
        rest = 0 if l4 == L4 and self.flags & PARTIAL else l4
        self.fix(mine + "port", head.l4, rest)
        self.fix(other + "port", head.l4 + 2, rest)
        check = head.l4 + (16 if head.proto == TCP else 6)
        if check + 2 <= head.end:
            self.sums[slot + 1] = check
        if head.proto != TCP:
            return
        self.relative(mine + "seq", head.l4 + 4, rest)
        if head.l4 + 20 > head.end:
            return
        if self.packet[head.l4 + 13] & 16:
            self.relative(other + "seq", head.l4 + 8, rest)
        for kind, at, size in list(head.options(self.packet)):
            if at % 2 == 0 and kind == 8 and size == 10:
                self.relative(mine + "ts", at + 2, rest)
                if any(self.packet[at + 6:at + 10]):
                    self.relative(other + "ts", at + 6, rest)
            elif at % 2 == 0 and kind == 5:
                for edge in range(at + 2, at + size, 4):
                    self.relative(other + "seq", edge, rest)

    def packed(self):
        data = struct.pack("<IBBBB10s4H2x", len(self.packet), self.side == "s", self.flags, len(self.fixes), 0,
                           self.vnet, *self.sums)
        data += b"".join(struct.pack("<HBB", *fix) for fix in self.fixes) + self.packet
        return data + bytes(-len(data) % 4)


def without_ethernet(vnet):
    """The header was recorded in front of an Ethernet header."""
    flags, kind, head, size, start, offset = struct.unpack("<BBHHHH", vnet)
    return struct.pack("<BBHHHH", flags, kind, head and head - 14, size, start - 14, offset)


def read(directory):
    for name in sorted(os.listdir(directory)):
        flows, proto = {}, 0
        with open(os.path.join(directory, name), encoding="ascii") as file:
            for line in file:
                side, vnet, *words = line.split()
                packet = b"".join(bytes.fromhex(word.split("*")[0]) * int((word + "*1").split("*")[1])
                                  for word in words)
                vnet = bytes(10) if vnet == "-" else without_ethernet(bytes.fromhex(vnet))
                head = Header(packet, 0, int(name[-1]))
                port = next(iter(flows), 0)
                if head.proto in (TCP, UDP) and not head.fragment:
                    proto = head.proto
                    port = struct.unpack_from("!H", packet, head.l4 + (0 if side == "c" else 2))[0]
                flow = flows.setdefault(port, Flow(name, port))
                flow.proto = proto
                flow.learn(side, packet)
                flow.packets.append((side, vnet, packet))
        for flow in flows.values():
            # Nothing that the server's side sends is known before the client has begun.
            if flow.packets[0][0] == "c":
                yield flow


def main():
    directory, output = sys.argv[1:]
    data = b""
    flows = list(read(directory))
    for flow in flows:
        records = [Record(flow, *packet) for packet in flow.packets]
        data += struct.pack("<HBB28s", len(records), flow.version == 6, flow.proto, flow.name.encode())
        data += b"".join(record.packed() for record in records)
    with open(output, "wb") as file:
        file.write(struct.pack("<4sI", b"SLBF", len(flows)) + data)


if __name__ == "__main__":
    main()
