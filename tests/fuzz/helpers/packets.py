#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Drives the packet fuzzer in the balancer's namespace: rounds of packets, and between their quarters
changes of the configuration, all of which follow from the seed.

    packets.py SEED SECONDS PACKETS       until either is reached; 0 is no limit
    packets.py --replay SEED:N            the round that packet N is in, up to N

Prints what run_cases of topo.sh makes test points of.
"""
import random
import sys
import time

from cases import emit
from slbnl import NLM_F_CREATE, NLM_F_REPLACE, TIMEOUTS, Refused, Slb
from wire import SLOW

ROUND, QUARTERS = 4096, 4
PROC = "/proc/slb_fuzz"
VIPS, QUIET = ("10.0.0.80", "fd00::80"), ("10.0.178.65", "fd00::b241:4100")
LADDRS = (("10.2.0.1", "10.2.0.2"), ("fd00:2::1", "fd00:2::2"))
SERVERS = ("10.1.0.1%d", "fd00:1::1%d")
QUIET_SERVERS = ("10.1.86.2%d", "fd00:1::562%d")
PROTOS = ((6, 80, 8080), (17, 53, 8053))
SHORT = dict.fromkeys(TIMEOUTS, 1)
# A conversation that is left in peace outlives a pause of the machine.
LONG = {"syn-sent": 60, "syn-recv": 60, "established": 60, "udp": 60,
        "fin-wait": 60, "close-wait": 60, "last-ack": 30, "time-wait": 30, "close": 10}


class Fuzz:
    def __init__(self, seed):
        self.slb, self.seed, self.refused, self.changes = Slb(), seed, 0, 0

    def run(self, number, first, last):
        try:
            with open(PROC, "w", encoding="ascii") as file:
                file.write(f"{self.seed} {number} {first} {last}")
        except InterruptedError:
            pass

    def figures(self):
        with open(PROC, encoding="ascii") as file:
            return dict((line.rstrip("\n").split(" ", 1) + [""])[:2] for line in file)

    def configure(self):
        """What the changes may have left behind does not reach into the next round."""
        slb = self.slb
        slb.flush()
        slb.defaults()
        slb.settings(timeouts=SHORT, reclaim_udp=1, reclaim_unanswered=1)
        for v in (0, 1):
            for addr in LADDRS[v]:
                slb.laddr(addr)
            for proto, vport, rport in PROTOS:
                slb.svc(VIPS[v], vport, proto, timeouts=SHORT)
                slb.svc(QUIET[v], vport, proto, timeouts=LONG, sched="wrr")
                for n in (1, 2, 3):
                    slb.srv((VIPS[v], vport, proto), SERVERS[v] % n, rport)
                for n in (1, 2):
                    slb.srv((QUIET[v], vport, proto), QUIET_SERVERS[v] % n, rport)

    def end(self):
        """Nothing keeps what is removed for longer than the frame waits."""
        for v in (0, 1):
            for proto, vport, _ in PROTOS:
                self.slb.svc_edit(QUIET[v], vport, proto, timeouts=SHORT)

    def change(self, rng):
        """One change to what is not left in peace; it may be refused."""
        slb, v = self.slb, rng.randrange(2)
        proto, vport, rport = rng.choice(PROTOS)
        svc = (VIPS[v], vport, proto)
        server = SERVERS[v] % rng.randrange(1, 5)
        either = NLM_F_CREATE | NLM_F_REPLACE
        choice = rng.randrange(12)
        self.changes += 1
        try:
            if choice < 4:
                slb.srv(svc, server, rport, either, weight=rng.choice((0, 1, 1, 1, 100, 65535)))
            elif choice < 6:
                slb.srv_del(svc, server, rport)
            elif choice == 6:
                slb.svc_del(*svc)
            elif choice < 9:
                fields = {"sched": rng.randrange(3), "enabled": rng.random() < 0.8,
                          "unknown": rng.randrange(3), "timeouts": {rng.choice(list(TIMEOUTS)): rng.randrange(3)}}
                if proto == 6 and rng.random() < 0.5:
                    fields |= {"toa": rng.randrange(2), "toa-kind": rng.choice((253, 254, 200)),
                               "timestamps": rng.randrange(3)}
                slb.svc(*svc, either, **fields)
                for n in (1, 2):
                    slb.srv(svc, SERVERS[v] % n, rport, either)
            elif choice == 9:
                # The second one only, so that there always is one.
                if rng.random() < 0.5:
                    slb.laddr_del(LADDRS[v][1])
                else:
                    slb.laddr(LADDRS[v][1], either, dedicated=rng.randrange(2))
            elif choice == 10:
                slb.settings(idle_reset=rng.randrange(2), reset_rate=rng.choice((0, 10, 1000000)))
            else:
                prefix = ({"addr": "10.9.0.0", "len": 17}, {"addr": "fd00:9::", "len": 64})[v]
                slb.settings(**rng.choice(({"toa-trusted": [prefix]}, {"toa-trusted-none": True})))
        except Refused:
            self.refused += 1

    def round(self, number, last=ROUND):
        self.configure()
        rng = random.Random(f"{self.seed} {number}")
        step = ROUND // QUARTERS
        for first in range(0, last, step):
            self.run(number, first, min(first + step, last))
            for _ in range(rng.randrange(4)):
                self.change(rng)


def balanced(slb):
    counts, drops = slb.counters()
    ended = counts["forwarded"] + counts["passed"] + sum(drops.values())
    return "" if counts["seen"] == ended else f"seen {counts['seen']}, ended {ended}: {counts} {drops}"


def fuzz(seed, seconds, packets):
    f, number, begin = Fuzz(seed), 0, time.monotonic()
    name = f"seed {seed}: nothing wrong"
    wrong = ""
    print("#", f"packets from seed {seed}", "", sep="\t", flush=True)
    while not wrong:
        f.round(number)
        figures = f.figures()
        wrong = figures["failure"] or balanced(f.slb)
        number += 1
        if number % 100 == 0:
            print("#", f"seed {seed}: {number * ROUND} packets, {time.monotonic() - begin:.0f} s", "",
                  sep="\t", flush=True)
        if seconds and time.monotonic() - begin > seconds or packets and number * ROUND >= packets:
            break
    detail = " ".join(f"{key} {value}" for key, value in figures.items() if key != "failure")
    print("#", f"{time.monotonic() - begin:.0f} s, {number} rounds, {detail} changes {f.changes} "
          f"refused {f.refused}", "", sep="\t")
    drops = {name: value for name, value in f.slb.counters()[1].items() if value}
    print("#", f"dropped {drops}", "", sep="\t")
    counts = {name: value for name, value in f.slb.counters()[0].items() if value}
    print("#", f"counted {counts}", "", sep="\t")
    if wrong:
        emit("not ok", name, f"{wrong}; again: tests/fuzz/10_packets.sh --replay {seed}:{number * ROUND - 1}")
    else:
        emit("ok", name)
    f.end()


def main():
    if sys.argv[1] == "--replay":
        seed, packet = (int(word) for word in sys.argv[2].split(":"))
        f = Fuzz(seed)
        f.round(packet // ROUND, packet % ROUND + 1)
        wrong = f.figures()["failure"] or balanced(f.slb)
        emit("not ok" if wrong else "ok", f"packet {packet} of seed {seed} again", wrong)
        f.end()
        return
    seed, seconds, packets = (int(word) for word in sys.argv[1:])
    fuzz(seed, seconds * SLOW, packets)


if __name__ == "__main__":
    main()
