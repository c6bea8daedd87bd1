# SPDX-License-Identifier: GPL-2.0-only
"""Changes everything that can be changed: change.py SECONDS SEED, in the balancer's namespace of rig.

Several of it may run at once, so that what one of them wants may be gone already. Every refusal that says
so is all right; any other error is not. Prints how often what was done.
"""
import collections
import errno
import os
import random
import subprocess
import sys
import time

from slbnl import Refused, Slb
from wire import LADDR, LADDR2, TCP, UDP, VIP

SERVERS = {4: [f"10.1.0.{i}" for i in (11, 12, 13)], 6: [f"fd00:1::{i}" for i in (11, 12, 13)]}
SCHEDS = ("RR", "WRR", "WLC", "LC", "SH", "SH_PORT", "MH", "MH_PORT", "FO", "P2C")
POOLS = ("", "", "", "one")
STATES = ("syn-sent", "syn-recv", "established", "fin-wait", "close-wait", "last-ack", "time-wait", "close", "udp")

slb = Slb()
rand = random.Random(int(sys.argv[2]))
did = collections.Counter()
OPS = []


def op(times):
    """Weighs an operation."""
    def add(function):
        OPS.extend([function] * times)
        return function
    return add


def some():
    """A family, a protocol and a port."""
    return rand.choice((4, 6)), rand.choice((TCP, UDP)), rand.choice((80, 81))


def attempt(function, *args, **fields):
    """Somebody else may have been faster."""
    try:
        function(*args, **fields)
    except Refused as refused:
        if refused.errno not in (errno.ENOENT, errno.EEXIST, errno.EBUSY, errno.EINTR):
            raise
        did["refused"] += 1


@op(6)
def service():
    v, proto, port = some()
    attempt(slb.svc, VIP[v], port, proto, sched=rand.choice(SCHEDS), pool=rand.choice(POOLS))
    for server in SERVERS[v][:2]:
        attempt(slb.srv, (VIP[v], port, proto), server, 8080)


@op(3)
def service_edit():
    v, proto, port = some()
    fields = {"sched": rand.choice(SCHEDS), "enabled": int(rand.random() < 0.97), "pool": rand.choice(POOLS),
              "idle": rand.choice((0, 10, 4000))}
    if proto == TCP:
        fields.update(toa=rand.randint(0, 1), timestamps=rand.choice(("TRANSLATE", "KEEP", "REMOVE")),
                      unknown=rand.choice(("RESET", "DROP", "PASS")))
    attempt(slb.svc_edit, VIP[v], port, proto, **fields)


@op(1)
def service_del():
    v, proto, port = some()
    attempt(slb.svc_del, VIP[v], port, proto)


@op(3)
def server():
    v, proto, port = some()
    attempt(slb.srv, (VIP[v], port, proto), rand.choice(SERVERS[v]), 8080, weight=rand.randint(0, 4))


@op(3)
def server_edit():
    v, proto, port = some()
    attempt(slb.srv_edit, (VIP[v], port, proto), rand.choice(SERVERS[v]), 8080, weight=rand.randint(0, 4))


@op(3)
def server_del():
    v, proto, port = some()
    attempt(slb.srv_del, (VIP[v], port, proto), rand.choice(SERVERS[v]), 8080)


@op(4)
def laddr():
    """Few ports at times, so that they have to be reclaimed; a removed address comes back in use."""
    v = rand.choice((4, 6))
    first = rand.randint(1024, 50000)
    attempt(slb.laddr, rand.choice((LADDR, LADDR2))[v], pool=rand.choice(POOLS), dedicated=rand.randint(0, 1),
            port_first=first, port_last=first + rand.choice((3, 40, 5000)))


@op(2)
def laddr_del():
    v = rand.choice((4, 6))
    attempt(slb.laddr_del, rand.choice((LADDR, LADDR2))[v], rand.choice(POOLS))


@op(2)
def settings():
    slb.settings(timeouts={state: rand.choice((1, 2, 5, 60)) for state in STATES}, idle_reset=rand.randint(0, 1),
                 reset_rate=rand.choice((1, 1000)), conn_max=rand.choice((0,) * 9 + (50,)),
                 reclaim_unanswered=rand.randint(1, 3), reclaim_udp=rand.randint(1, 3))


@op(1)
def trust():
    if rand.random() < 0.5:
        slb.settings(toa_trusted_none=True)
    else:
        subprocess.run(["slbadm", "--set", rand.choice(("toa-trusted=10.9.0.0/16", "toa-trusted=fd00:9::/32,10.0.0.0/8"))],
                       check=True)


@op(3)
def dump():
    rand.choice((slb.servers, slb.laddrs, slb.conns, slb.services, slb.counters, slb.info))()


@op(1)
def ports():
    """What the kernel lets its own programs have."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
        file.write(rand.choice(("32768 60999", "1024 2000", "20000 20001")))
    with open("/proc/sys/net/ipv4/ip_local_reserved_ports", "w", encoding="ascii") as file:
        file.write(rand.choice(("\n", "1024-30000", "5000,6000-6100")))


@op(1)
def routes():
    """Every cached route is invalid then."""
    lines = rand.choice((
        "route replace 10.1.0.0/24 via 10.200.2.2\nroute replace fd00:1::/64 via fd00:c2::2\n",
        "route flush 10.1.0.0/24\nroute flush fd00:1::/64\n",
        "route replace 10.9.0.0/16 via 10.200.1.2 mtu lock 600\nroute replace fd00:9::/32 via fd00:c1::2 mtu 1300\n",
        "route replace 10.9.0.0/16 via 10.200.1.2\nroute replace fd00:9::/32 via fd00:c1::2\n"))
    subprocess.run(["ip", "-force", "-batch", "-"], input=lines.encode(), check=False, stderr=subprocess.DEVNULL)


def flush():
    slb.flush()
    for _ in range(8):
        laddr()
        service()


def main():
    end = time.monotonic() + float(sys.argv[1])
    flushed = time.monotonic()
    while time.monotonic() < end:
        function = rand.choice(OPS)
        if time.monotonic() - flushed > 10:
            function, flushed = flush, time.monotonic()
        try:
            function()
        except Refused as refused:
            sys.exit(f"{function.__name__}: {os.strerror(refused.errno)}: {refused}")
        did[function.__name__] += 1
    print(dict(did))


main()
