# SPDX-License-Identifier: GPL-2.0-only
"""Many connections at once: living.py COUNT FILE, in the namespace "wire" of rig.

COUNT connections are opened, half of them UDP flows, half half-open TCP connections, both families; while
more come, slbadm dumps the table into FILE; each that was there before must be in it, once, and all
of them answer to a packet afterwards. Then everything is removed.
"""
import collections
import json
import os
import socket
import struct
import sys
import time

import netns
from wire import LADDR, LADDR2, LB, SLOW, SYN, TCP, UDP, VIP, Pkt
from slbnl import Slb

COUNT, FILE = int(sys.argv[1]), sys.argv[2]
SERVERS = {4: [f"10.1.0.{i}" for i in range(11, 17)], 6: [f"fd00:1::{i}" for i in range(11, 17)]}

with netns.inside(LB):
    slb = Slb()
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
sock.bind(("cw", 0))


def configure():
    slb.settings(timeouts={"syn-sent": 3600, "udp": 3600})
    for v in (4, 6):
        for addr in (LADDR[v], LADDR2[v]):
            slb.laddr(addr, dedicated=1)
        for proto in (TCP, UDP):
            slb.svc(VIP[v], 80, proto, sched="RR")
            for server in SERVERS[v]:
                slb.srv((VIP[v], 80, proto), server, 8080)


def template(v, proto):
    """A frame, and where its source address' last 3 bytes and port are; the checksum follows them."""
    src = "10.9.0.0" if v == 4 else "fd00:9::"
    pkt = Pkt(src, VIP[v], 0, 80, proto, flags=SYN, seq=1)
    raw = pkt.build()
    ether = bytes.fromhex("020000000101") + bytes.fromhex("020000000102") + struct.pack("!H", 0x800 if v == 4 else 0x86dd)
    return bytearray(ether + raw)


def fold(total):
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Maker:
    """Packets of flow number n: source address and port are made from it, checksums follow."""

    def __init__(self, v, proto):
        self.v, self.proto = v, proto
        self.frame = template(v, proto)
        self.at = 14 + 14 if v == 4 else 14 + 22	# last 16 bits of the source
        self.port = 14 + (20 if v == 4 else 40)
        self.sum = self.port + (16 if proto == TCP else 6)
        self.base = ~struct.unpack_from("!H", self.frame, self.sum)[0] & 0xffff
        self.ipbase = ~struct.unpack_from("!H", self.frame, 24)[0] & 0xffff

    def make(self, n):
        host, port = n // 50 + 2, 1024 + n % 50
        struct.pack_into("!H", self.frame, self.at, host)
        struct.pack_into("!H", self.frame, self.port, port)
        struct.pack_into("!H", self.frame, self.sum, (~fold(self.base + host + port) & 0xffff) or 0xffff)
        if self.v == 4:
            struct.pack_into("!H", self.frame, 24, ~fold(self.ipbase + host) & 0xffff)
        return self.frame

    def name(self, n):
        host, port = n // 50 + 2, 1024 + n % 50
        addr = f"10.9.{host >> 8}.{host & 255}" if self.v == 4 else \
            socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, f"fd00:9::{host:x}"))
        return ("tcp" if self.proto == TCP else "udp", addr, port)


MAKERS = [Maker(v, proto) for v in (4, 6) for proto in (TCP, UDP)]


def send(n):
    sock.send(MAKERS[n & 3].make(n >> 2))


def name(n):
    return MAKERS[n & 3].name(n >> 2)


def report(good, what, detail=""):
    print("ok" if good else "not ok", what, str(detail).replace("\n", " "), sep="\t", flush=True)


def settle(condition, seconds):
    end = time.monotonic() + seconds * SLOW
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def dump():
    """slbadm in the background: its process, inside the balancer's namespace."""
    pid = os.fork()
    if pid:
        return pid
    fd = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(fd, 1)
    os.execvp("nsenter", ["nsenter", f"--net=/run/netns/{LB}", "slbadm", "-L", "-c", "-n", "--json"])
    return 0


def listed():
    with open(FILE, encoding="utf-8") as file:
        conns = json.load(file)["connections"]
    return collections.Counter((c["proto"], c["client"], c["client-port"]) for c in conns)


def main():
    begun = time.monotonic()
    configure()
    for n in range(COUNT):
        send(n)
    # Another CPU may still be at the last packets, here and below.
    settle(lambda: slb.info()["conns"] == COUNT, 5)
    info = slb.info()
    print("#", f"opened in {time.monotonic() - begun:.1f} s, {info['buckets']} buckets", sep="\t")
    report(info["conns"] == COUNT, f"{COUNT} connections live", info)
    report(info["buckets"] >= COUNT // 4, "the table has grown", info)

    begun = time.monotonic()
    pid, more = dump(), COUNT
    while not os.waitpid(pid, os.WNOHANG)[0]:
        for _ in range(20):
            send(more)
            more += 1
        time.sleep(0.001)
    print("#", f"dumped in {time.monotonic() - begun:.1f} s, {more - COUNT} more came meanwhile", sep="\t")
    found = listed()
    missing = [name(n) for n in range(COUNT) if name(n) not in found]
    report(not missing, "a dump while more come has each that lived through it", f"{len(missing)} are missing: {missing[:5]}")
    twice = [key for key, times in found.items() if times > 1]
    report(not twice, "and none twice", f"{len(twice)}: {twice[:5]}")

    before = slb.counters()[0]
    for n in range(0, COUNT, 97):
        send(n)
    again = before["forwarded"] + len(range(0, COUNT, 97))
    settle(lambda: slb.counters()[0]["forwarded"] == again, 5)
    after = slb.counters()[0]
    report(after["forwarded"] == again and after["conn-created"] == before["conn-created"],
           "later packets find their connections", (before, after))

    begun = time.monotonic()
    slb.flush()
    gone = settle(lambda: slb.info()["conns"] == 0, 60)
    print("#", f"removed in {time.monotonic() - begun:.1f} s", sep="\t")
    report(gone, "removing everything removes them all", slb.info())
    even = settle(lambda: slb.counters()[0]["conn-created"] == slb.counters()[0]["conn-destroyed"], 30)
    report(even, "as many are destroyed as were created", slb.counters())


main()
