# SPDX-License-Identifier: GPL-2.0-only
"""Limits met while the balancer works: limits.py WHAT [ARGUMENT], in the namespace "wire" of rig.

    memory CGROUP   this process enters a memory cgroup that is full: what it makes is refused, what it
                    removes goes
    conn-max        lowered below the number of living connections, and raised again
    cpu             CPU 1 goes and comes back while packets pass
"""
import errno
import os
import sys
import threading

import cases
from cases import both, case, eventually, same
from slbnl import Refused
from wire import CLIENT, ICMP, ICMP6, RST, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, opt_mss

WHAT, ARGUMENT = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
rig = Rig()


class Group:
    """A memory cgroup; memory that this process has already stays where it is charged."""

    def __init__(self, path):
        self.inside = os.open(path + "/cgroup.procs", os.O_WRONLY)
        self.outside = os.open("/sys/fs/cgroup/cgroup.procs", os.O_WRONLY)
        self.current = os.open(path + "/memory.current", os.O_RDONLY)
        self.max = os.open(path + "/memory.max", os.O_WRONLY)

    def __enter__(self):
        os.write(self.inside, b"0")

    def __exit__(self, *_):
        os.write(self.outside, b"0")

    def fill(self):
        """No page more than there is."""
        os.write(self.max, os.pread(self.current, 32, 0))

    def free(self):
        os.write(self.max, b"max")


def until_refused(make):
    """How many are made before one is refused, and with what words."""
    for n in range(5000):
        try:
            make(n)
        except Refused as error:
            return n, error
    return 5000, None


KINDS = {
    # what it is called in the refusal: how it is made and removed, and those there are
    "local address": (lambda n: rig.slb.laddr(f"10.3.{n >> 8}.{n & 255}"),
                      lambda n: rig.slb.laddr_del(f"10.3.{n >> 8}.{n & 255}"), rig.slb.laddrs),
    "service": (lambda n: rig.slb.svc(VIP[6], 1000 + n, UDP),
                lambda n: rig.slb.svc_del(VIP[6], 1000 + n, UDP), rig.slb.services),
    "server": (lambda n: rig.slb.srv((VIP[4], 80), "10.1.0.12", 1000 + n),
               lambda n: rig.slb.srv_del((VIP[4], 80), "10.1.0.12", 1000 + n), rig.slb.servers),
}


def at_the_limit():
    """(what, made, error, removals' error) of each kind, in a group that is full."""
    met = []
    group = Group(ARGUMENT)
    with group:
        # All that is used at the limit has been used once.
        for make, remove, _ in KINDS.values():
            make(0)
            until_refused(lambda _, make=make: make(0))
            remove(0)
        group.fill()
        for what, (make, remove, _) in KINDS.items():
            made, error = until_refused(make)
            gone = until_refused(lambda n, remove=remove, made=made: remove(n if n < made else 4999))
            met.append((what, made, error, gone))
        group.free()
    return met


if WHAT == "memory":
    @case("in a full memory cgroup each kind of object is refused, and can be removed")
    def _():
        rig.service(4)
        flow = Flow(rig, 4).open()
        before = {what: len(there()) for what, (_, _, there) in KINDS.items()}
        for what, made, error, gone in at_the_limit():
            print("#", f"{what}: {made} are made in the rest of the last pages", sep="\t")
            assert error, f"{what}: never refused"
            same((error.errno, error.message), (errno.ENOMEM, f"no memory for the {what}"), what)
            # All but one that never was.
            same((gone[0], gone[1].errno), (made, errno.ENOENT), f"removing the {what}s")
        same({what: len(there()) for what, (_, _, there) in KINDS.items()}, before, "objects")
        flow.data()
        Flow(rig, 4).open().data().close()


#
# conn-max
#

def datagram(v, port):
    rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=b"question"))


def answered(v, port):
    """The first or another datagram of a flow, there and back."""
    datagram(v, port)
    got = rig.server.expect("datagram")
    rig.server.send(Pkt(got.dst, got.src, got.dport, got.sport, UDP, data=b"answer"))
    got = rig.client.expect("answer")
    same((got.src, got.dport, got.data), (VIP[v], port, b"answer"))


def refused_both(v):
    """A new client of either protocol is told."""
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, opts=opt_mss(1400)))
    assert rig.client.expect("RST").flags & RST
    datagram(v, rig.next_port())
    same(rig.client.expect("ICMP error").proto, ICMP6 if v == 6 else ICMP)
    rig.quiet()
    same(rig.counted().get("drop:conn-max"), 2)


if WHAT == "conn-max":
    @both("conn-max below the living connections: they go on, new ones are refused until there is room")
    def _(v):
        rig.service(v, TCP)
        rig.service(v, UDP, laddrs=())
        rig.settle()
        flows = [Flow(rig, v).open() for _ in range(4)]
        ports = [rig.next_port() for _ in range(4)]
        for port in ports:
            answered(v, port)
        rig.slb.settings(conn_max=3)
        same(rig.slb.info()["conns"], 8)
        for flow in flows:
            flow.data()
        for port in ports:
            answered(v, port)
        refused_both(v)
        # Half of them end: there are still more than are allowed.
        for flow in flows:
            flow.s(RST, seq=flow.sseq)
        rig.slb.settings(timeouts={"close": 1})
        eventually(lambda: rig.slb.info()["conns"] == 4, "the reset ones to end", 20)
        refused_both(v)
        rig.slb.settings(conn_max=5)
        flow = Flow(rig, v).open().data()
        refused_both(v)
        rig.slb.settings(conn_max=0)
        for one in [flow] + [Flow(rig, v).open() for _ in range(4)]:
            one.data()


#
# A CPU that goes
#

ONLINE = "/sys/devices/system/cpu/cpu1/online"


def online(yes):
    with open(ONLINE, "w", encoding="ascii") as file:
        file.write("1" if yes else "0")


def pinned(cpu, function):
    """Sent by that CPU, and worked on there: its wheel has the connections, its counters the packets."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        return function()
    finally:
        os.sched_setaffinity(0, everywhere)


class Hotplug(threading.Thread):
    """Takes the CPU away and brings it back, again and again."""

    def __init__(self, rounds):
        super().__init__()
        self.rounds, self.error = rounds, None

    def run(self):
        try:
            for _ in range(self.rounds):
                online(False)
                online(True)
        except OSError as error:
            self.error = error


def there_and_back(v, flows, ports):
    for flow in flows:
        flow.data()
    for port in ports:
        answered(v, port)


if WHAT == "cpu":
    @both("a CPU's connections live on without it, and end in time")
    def _(v):
        rig.service(v, TCP)
        rig.service(v, UDP, laddrs=())
        rig.settle()
        ports = [rig.next_port() for _ in range(40)]
        flows = pinned(1, lambda: [Flow(rig, v).open().data() for _ in range(10)])
        pinned(1, lambda: [answered(v, port) for port in ports])
        before = rig.slb.counters()[0], [s["stats"] for s in rig.slb.services()]
        online(False)
        try:
            same((rig.slb.counters()[0], [s["stats"] for s in rig.slb.services()]), before, "counters")
            same(rig.slb.info()["conns"], 50)
            there_and_back(v, flows, ports)
            # Its wheel is worked off elsewhere; part of it before it comes back, part afterwards.
            rig.slb.settings(timeouts={"udp": 1})
            eventually(lambda: rig.slb.info()["conns"] == 10, "datagram flows to end", 20)
        finally:
            online(True)
        there_and_back(v, flows, [])
        there_and_back(v, pinned(1, lambda: [Flow(rig, v).open()]), [])
        rig.slb.settings(timeouts={"established": 1, "close": 1})
        eventually(lambda: not rig.slb.info()["conns"], "connections to end", 20)

    @both("nothing is lost while it goes and comes")
    def _(v):
        rig.service(v, TCP)
        rig.service(v, UDP, laddrs=())
        rig.settle()
        rig.slb.settings(timeouts={"udp": 2})
        old = [Flow(rig, v).open() for _ in range(5)]
        rig.mark()
        hotplug = Hotplug(4)
        hotplug.start()
        turns = 0
        while hotplug.is_alive() or turns < 5:
            there_and_back(v, old, [rig.next_port() for _ in range(5)])
            Flow(rig, v).open().data().close()
            turns += 1
        hotplug.join()
        assert not hotplug.error, hotplug.error
        counted = rig.counted()
        print("#", f"{turns} turns: {counted}", sep="\t")
        same({n: c for n, c in counted.items() if n.startswith("drop:")}, {}, "dropped")
        same(counted["conn-created"], 6 * turns, "created")
        # TCP's 3 packets each for old flows, 2 each for datagrams, 3 + 3 + 3 for a whole life.
        same(counted["forwarded"], (3 * 5 + 2 * 5 + 9) * turns, "forwarded")


def before_each():
    rig.fresh()


sys.argv[1:] = []
cases.main(before=before_each)
if WHAT == "cpu":
    online(True)
rig.fresh()
