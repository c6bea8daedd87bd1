# SPDX-License-Identifier: GPL-2.0-only
"""A balancer made of Python: behind a tun device, it opens TCP connections to this host segment by
segment, with whatever options the test wants.

The host's end is TUN (addresses HOST4 and HOST6); everything else in 10/8 and 2001:db8::/32 is here.
"""
import fcntl
import itertools
import os
import random
import select
import socket
import struct
import subprocess
import time

HOST4, HOST6 = "10.0.0.1", "2001:db8::1"
TUN = "toa0"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
NOP, EOL = b"\1", b"\0"
SPORTS = itertools.cycle(range(20000, 60000))  # no two living connections have the same
SLOW = int(os.environ.get("SLB_SLOW", "1"))


def family(addr):
    return socket.AF_INET6 if ":" in addr else socket.AF_INET


def pton(addr):
    return socket.inet_pton(family(addr), addr)


def toa(client, port, kind=254):
    body = struct.pack("!H", port) + pton(client)
    return bytes([kind, 2 + len(body)]) + body


def timestamps(value, echo=0):
    return NOP + NOP + struct.pack("!BBII", 8, 10, value, echo)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Link:
    """The tun device of the namespace this runs in."""

    def __init__(self):
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, 0x400454ca, struct.pack("16sH", TUN.encode(), 0x1001))
        for line in (f"link set {TUN} up mtu 1500",
                     f"addr add {HOST4}/8 dev {TUN}",
                     f"-6 addr add {HOST6}/32 dev {TUN} nodad"):
            subprocess.run(["ip"] + line.split(), check=True)
        self.peers = {}

    def send(self, packet):
        os.write(self.fd, packet)

    def poll(self, seconds):
        """Takes in what the host sent; whether there was anything."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        packet = os.read(self.fd, 65536)
        if packet[0] >> 4 == 4:
            head, proto = (packet[0] & 15) * 4, packet[9]
            src, dst = packet[12:16], packet[16:20]
        else:
            head, proto = 40, packet[6]
            src, dst = packet[8:24], packet[24:40]
        if proto == 6:
            sport, dport, seq, ack, off, flags = struct.unpack_from("!HHIIBB", packet, head)
            peer = self.peers.get((dst, dport, src, sport))
            if peer:
                data = packet[head + (off >> 4) * 4:]
                peer.got.append((flags, seq, ack, packet[head + 20:head + (off >> 4) * 4], data))
        return True


class Peer:
    """One connection from @addr to a port of the host."""

    def __init__(self, link, addr, port, sport=None):
        self.link = link
        self.src, self.dst = pton(addr), pton(HOST6 if ":" in addr else HOST4)
        self.addr = addr
        self.sport = sport or next(SPORTS)
        self.dport = port
        self.seq = random.getrandbits(32)
        self.ack = 0
        self.got = []
        link.peers[self.src, self.sport, self.dst, port] = self

    def forget(self):
        self.link.peers.pop((self.src, self.sport, self.dst, self.dport), None)

    def send(self, flags, options=b"", data=b"", seq=None):
        options += EOL * (-len(options) % 4)
        seq = self.seq if seq is None else seq
        tcp = struct.pack("!HHIIBBHHH", self.sport, self.dport, seq & 0xffffffff, self.ack & 0xffffffff,
                          (5 + len(options) // 4) << 4, flags, 65535, 0, 0) + options + data
        if len(self.src) == 4:
            pseudo = self.src + self.dst + struct.pack("!HH", 6, len(tcp))
        else:
            pseudo = self.src + self.dst + struct.pack("!II", len(tcp), 6)
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        if len(self.src) == 4:
            head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + self.src + self.dst
            head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        else:
            head = struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + self.src + self.dst
        self.link.send(head + tcp)

    def wait(self, flags, seconds=2):
        """The next segment with these flags; RuntimeError when none comes."""
        end = time.monotonic() + seconds * SLOW
        while True:
            while self.got:
                segment = self.got.pop(0)
                if segment[0] & flags == flags:
                    return segment
            left = end - time.monotonic()
            if left <= 0:
                raise RuntimeError(f"no segment with flags {flags:#x}")
            self.link.poll(left)

    def syn(self, options=b"", data=b""):
        self.send(SYN, options + bytes([2, 4]) + struct.pack("!H", 1400), data)
        _, seq, ack, _, _ = self.wait(SYN | ACK)
        self.seq = ack
        self.ack = seq + 1

    def open(self, options=b"", syn_options=b""):
        """The handshake, with @options on the segment that completes it."""
        self.syn(syn_options)
        self.send(ACK, options)

    def data(self, data, options=b""):
        self.send(ACK | PSH, options, data)
        self.seq += len(data)

    def until_fin(self):
        """Acknowledges everything until the host closes its half; the data."""
        data, start = b"", self.ack
        while True:
            flags, seq, _, _, part = self.wait(ACK, 10)
            offset = (seq - start) & 0xffffffff
            if offset <= len(data):
                data = data[:offset] + part + data[offset + len(part):]
            self.ack = start + len(data) + bool(flags & FIN)
            if part or flags & FIN:
                self.send(ACK)
            if flags & FIN:
                return data

    def reset(self):
        self.send(RST | ACK)
        self.forget()
