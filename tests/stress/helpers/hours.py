# SPDX-License-Identifier: GPL-2.0-only
"""Hours go by: hours.py in the namespace "wire" of rig, on a kernel whose clock skips idle time.

Jiffies pass 2^32 300 s after boot, and with them the 16 bits of a connection's stamps, which pass 2^16 again
each 65 536 ticks: 5.8 hours at 100 Hz, 4.7 at 250.
"""
import os
import time

from cases import emit, same
from wire import ACK, FIN, LADDR, M32, PSH, TCP, UDP, CLIENT, VIP, Flow, Pkt, Rig

HZ = 100
TICK = 32 / HZ
WRAP = 300.0			# uptime when the 16 bits pass 0 first
TURN = 65536 * TICK
ACCURACY = 2.0			# seconds that an end may come late


def now():
    return time.monotonic()


def until(when):
    if when > now():
        time.sleep(when - now())


def check(name):
    def run(function):
        begun = now()
        try:
            function()
        except (AssertionError, OSError) as error:
            emit("not ok", name, f"at uptime {now():.1f}: {error}")
        else:
            emit("ok", f"{name} (uptime {begun:.0f} to {now():.0f} s)")
        rig.fresh()
        rig.settle()
    return run


class Datagrams:
    """A flow, and when a packet of it was seen last."""

    def __init__(self, v):
        self.v, self.port = v, rig.next_port()
        self.at = self.back = None
        self.send()

    def send(self):
        rig.client.send(Pkt(CLIENT[self.v], VIP[self.v], self.port, 80, UDP, data=b"question"))
        got = rig.server.expect("datagram")
        assert self.at in (None, got.sport), f"came from port {got.sport}, not {self.at}"
        self.at, self.last = got.sport, now()

    def lives(self):
        found = rig.slb.conns(client_addr=CLIENT[self.v], client_port=self.port, client_len=128 if self.v == 6 else 32)
        return found[0] if found else None


class Stream(Flow):
    """A TCP connection, and when a packet of it was seen last."""

    def __init__(self, v):
        super().__init__(rig, v, ts=True)
        self.open().data()
        self.last = now()

    def send(self):
        self.c(ACK | PSH, b"x")
        self.last = now()

    def lives(self):
        return self.entry()


def ends_after(things, seconds):
    """None of them before its time, each of them within ACCURACY behind it."""
    for thing in sorted(things, key=lambda t: t.last):
        until(thing.last + seconds - 1)
        entry = thing.lives()
        assert entry, f"ended {seconds - (now() - thing.last):.1f} s early"
        assert entry["expires"] <= 2, f"says {entry['expires']} s a second before its end"
    for thing in sorted(things, key=lambda t: t.last):
        until(thing.last + seconds + ACCURACY)
        entry = thing.lives()
        assert not entry or entry["state"] == "close", f"lives {now() - thing.last - seconds:.1f} s too long: {entry}"


def configure(**timeouts):
    rig.slb.settings(timeouts=timeouts)
    for v in (4, 6):
        rig.service(v, TCP)
        rig.service(v, UDP, laddrs=())


def both(kind):
    return [kind(v) for v in (4, 6)]


def next_wrap():
    """Uptime of the next time that stamps begin at 0."""
    at = WRAP
    while at < now() + 30:
        at += TURN
    return at


def idle_over(wrap):
    """Idle connections that were opened before it and end after it, of short and long life."""
    until(wrap - 250)
    configure(established=300, udp=255)
    short = both(Stream) + both(Datagrams)
    ends_after(short[2:], 255)
    ends_after(short[:2], 300)


def reuse_over(wrap):
    """One local port: what the server sees of a client's next connection goes on where the last one ended."""
    until(wrap - 3)
    for v in (4, 6):
        rig.slb.laddr(LADDR[v], dedicated=1, port_first=5000, port_last=5000)
        rig.slb.svc(VIP[v], 80)
        rig.slb.srv((VIP[v], 80), "10.1.0.11" if v == 4 else "fd00:1::11", 8080)
    last = {}
    while now() < wrap + 3:
        for v in (4, 6):
            flow = Flow(rig, v, ts=True).open().data()
            isn, stamp = (flow.cisn + flow.shift) & M32, flow.tshift + 0x1000 & M32
            if v in last:
                assert 0 < (isn - last[v][0] & M32) < 1 << 31, f"number {isn} does not follow {last[v]}"
                assert 0 <= (stamp - last[v][1] & M32) < 1 << 31, f"timestamp {stamp} does not follow {last[v]}"
            flow.close()
            same(flow.state(), "time-wait")
            got = rig.slb.laddrs()
            same({a["leases"] for a in got}, {1} if v == 6 or last else {0, 1}, "leases")
            last[v] = ((flow.cseq + flow.shift) & M32, flow.cclock + flow.tshift & M32)
        time.sleep(0.5)
    assert rig.slb.counters()[0]["reclaimed"] >= 8


rig = Rig()
assert now() < 40, "the test begins too late to be there when jiffies pass 2^32"


@check("idle connections end in time when jiffies pass 2^32")
def _():
    idle_over(WRAP)


@check("connections with the longest timeouts end in time, those with traffic do not")
def _():
    configure(established=14400, udp=14400)
    idle = both(Stream) + both(Datagrams)
    busy = both(Stream) + both(Datagrams)
    begun = now()
    while now() < begun + 14000:
        time.sleep(2000)
        for thing in busy:
            thing.send()
    ends_after(idle, 14400)
    rig.client.drain()	# RSTs
    rig.server.drain()
    for thing in busy:
        assert thing.lives(), "one with traffic ended"
        thing.send()
    ends_after(busy, 14400)


@check("ports and numbers are used again in order when stamps pass 2^16")
def _():
    reuse_over(next_wrap())


@check("idle connections end in time when stamps pass 2^16 again")
def _():
    idle_over(next_wrap())


@check("traffic of one side alone, for more than a turn of the stamps, keeps a connection alive")
def _():
    configure(established=900, udp=900)
    things = both(Stream) + both(Datagrams)
    begun = now()
    while now() < begun + TURN + 2000:
        time.sleep(850)
        for thing in things:
            thing.send()
    ends_after(things, 900)


def a_day():
    configure(established=14400, udp=14400)
    things = both(Stream) + both(Datagrams)
    for _ in range(6):
        time.sleep(14390)
        for thing in things:
            thing.send()
    same(len(rig.slb.conns()), 4)


if os.environ.get("SLB_FULL") == "1":
    check("a day of a packet every four hours")(a_day)


@check("timeouts of every state, after hours")
def _():
    seconds = {"syn-sent": 7, "syn-recv": 9, "fin-wait": 11, "close-wait": 13, "last-ack": 15, "time-wait": 17}
    configure(**seconds)
    flows = {state: [] for state in seconds}
    for v in (4, 6):
        for steps in ("", "s", "sac", "saf", "sacfa", "safc", "sacf"):
            flow = Flow(rig, v)
            flow.syn()
            for step in steps:
                {"s": flow.synack, "a": flow.c, "c": lambda f=flow: f.c(FIN | ACK),
                 "f": lambda f=flow: f.s(FIN | ACK)}[step]()
            flow.last, flow.lives = now(), flow.entry
            flows[flow.state()].append(flow)
    for state, wait in seconds.items():
        assert flows[state], f"no flow is in {state}"
        ends_after(flows[state], wait)
