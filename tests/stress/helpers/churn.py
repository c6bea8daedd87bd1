# SPDX-License-Identifier: GPL-2.0-only
"""Changes the configuration all the time: churn.py SECONDS, in the balancer's namespace.

The services on port 80 keep both of their servers and a local address, so nothing that is done here
may cost them a packet; those on port 81 are taken apart in every way. Prints how often what was done.
"""
import collections
import random
import subprocess
import sys
import time

from slbnl import Refused, Slb
from wire import LADDR, LADDR2, VIP

SERVERS = {4: ("10.1.1.11", "10.1.2.11"), 6: ("fd00:1:1::11", "fd00:1:2::11")}
SCHEDS = ("RR", "WRR", "WLC", "LC", "SH", "SH_PORT", "MH", "MH_PORT", "FO", "P2C")

slb = Slb()
rand = random.Random(4711)
did = collections.Counter()
OPS = []


def op(function):
    OPS.append(function)
    return function


def family():
    return rand.choice((4, 6))


@op
def weigh(v):
    """Weights of the stable service."""
    slb.srv_edit((VIP[v], 80), rand.choice(SERVERS[v]), 8080, weight=rand.randint(1, 9))


@op
def edit(v):
    """Attributes of the stable service; those of living connections do not change."""
    slb.svc_edit(VIP[v], 80, sched=rand.choice(SCHEDS), toa=rand.randint(0, 1),
                 timestamps=rand.choice(("TRANSLATE", "KEEP", "REMOVE")), unknown=rand.choice(("RESET", "DROP")),
                 idle=rand.choice((0, 60, 4000)))


@op
def laddrs(v):
    """A second local address comes, and goes under its connections."""
    slb.laddr(LADDR2[v], port_first=rand.randint(1024, 5000), port_last=rand.randint(5000, 30000))
    slb.laddr_del(LADDR2[v])


@op
def settings(_):
    slb.settings(timeouts={"established": rand.randint(60, 900), "time-wait": rand.randint(1, 9),
                           "close": rand.randint(1, 9), "fin-wait": rand.randint(20, 60)},
                 idle_reset=rand.randint(0, 1), reset_rate=rand.choice((1, 1000)))


@op
def other_server(v):
    """A server of the other service goes with its connections, and comes back."""
    server = rand.choice(SERVERS[v])
    slb.srv_del((VIP[v], 81), server, 8081)
    if rand.random() < 0.2:
        slb.srv_del((VIP[v], 81), [s for s in SERVERS[v] if s != server][0], 8081)


@op
def other_server_back(v):
    slb.srv((VIP[v], 81), rand.choice(SERVERS[v]), 8081, weight=rand.randint(0, 3))


@op
def other_service(v):
    slb.svc_del(VIP[v], 81)


@op
def other_service_back(v):
    slb.svc(VIP[v], 81, sched=rand.choice(SCHEDS))
    for server in SERVERS[v]:
        slb.srv((VIP[v], 81), server, 8081)


@op
def other_off(v):
    slb.svc_edit(VIP[v], 81, enabled=rand.randint(0, 1))


@op
def bystanders(v):
    """Services without traffic, more than fit a bucket."""
    for port in range(1000, 1020):
        slb.svc(VIP[v], port, proto=rand.choice((6, 17)))
    for svc in slb.services():
        if svc["port"] >= 1000:
            slb.svc_del(svc["addr"], svc["port"], svc["proto"])


@op
def dump(_):
    slb.servers()
    slb.laddrs()
    slb.conns()
    slb.counters()


@op
def programs(v):
    """Zeroing is one service's: the balance at the end needs the namespace's counters."""
    service = f"[{VIP[v]}]:80" if v == 6 else f"{VIP[v]}:80"
    if rand.random() < 0.1:
        for words in (["-S", "-n"], ["-L", "-c", "-n"], ["-Z", "-t", service], ["-L", "--stats", "-n"]):
            subprocess.run(["slbadm", *words], check=True, stdout=subprocess.DEVNULL)


def main():
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        function = rand.choice(OPS)
        try:
            function(family())
            did[function.__name__] += 1
        except Refused:
            did["refused"] += 1
        time.sleep(0.002)
    slb.settings(idle_reset=1)
    for v in (4, 6):
        assert any(a["addr"] == LADDR[v] for a in slb.laddrs())
    print(dict(did))


main()
