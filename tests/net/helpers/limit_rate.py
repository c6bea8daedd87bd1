# SPDX-License-Identifier: GPL-2.0-only
"""Rates of new connections, measured by the guest's clock, and counts in a flood of them."""
import itertools
import time

from cases import Skip, case, eventually, main, same
from load import near, senders, window
from wire import LADDR, LADDR2, SERVER, SERVER2, UDP, VIP, Link, Pkt, Rig

rig = Rig()
PORTS = 80, 81, 82


def setup(limits):
    for laddr in LADDR, LADDR2:
        rig.slb.laddr(laddr[4], dedicated=1)
    for port in PORTS:
        rig.slb.svc(VIP[4], port, UDP, sched="rr", idle=10, limits=limits.get(port, {}))
        for server in SERVER, SERVER2:
            rig.slb.srv((VIP[4], port, UDP), server[4], 8080)


def sender(i):
    """New clients again and again, prebuilt as far as possible; services in turn."""
    link = Link("cw", "02:00:00:00:01:02", "02:00:00:00:01:01")
    frames = [link.head + b"\x08\0" + Pkt(f"10.9.{100 + i}.{n}", VIP[4], sport, port, UDP, data=b"?").build()
              for sport in range(1000, 1040) for n in range(1, 60) for port in PORTS]
    raw = [bytearray(frame) for frame in frames]
    count = itertools.count()

    def step():
        turn = next(count)
        frame = raw[turn % len(raw)]
        # Another source port in each round; a checksum of 0 is none.
        port = 1024 + turn // len(raw) * 40 % 60000 + turn % 40
        frame[34:36] = port.to_bytes(2, "big")
        frame[40:42] = b"\0\0"
        link.sock.send(frame)
    return step


def read():
    return {(svc["port"], name): svc["stats"][name] for svc in rig.slb.services()
            for name in ("conns", "limit-rate")}


@case("a service's rate, and one that two services share, from all CPUs: within 3 % over ten seconds")
def _():
    setup({})
    with senders(sender):
        window(read, 0.5)
        grown, spent = window(read, 1.0)
        offered = sum(grown.values()) / spent / 3
    rate = int(offered / 3) // 100 * 100
    if rate < 100:
        raise Skip(f"the machine opens {offered:.0f} connections a second only")
    rig.fresh()
    rig.slb.limit("both", rate=rate)
    setup({80: {"rate": rate}, 81: {"name": "both"}, 82: {"name": "both"}})
    good = False
    with senders(sender):
        window(read, 1.0)
        for _ in range(3):
            grown, spent = window(read)
            alone = grown[80, "conns"] / spent
            both = (grown[81, "conns"] + grown[82, "conns"]) / spent
            print(f"# {rate} a second: {alone:.1f} alone, {both:.1f} shared", flush=True)
            good = near(alone, rate, "alone") & near(both, rate, "shared")
            if good:
                break
    assert good, "more than 3 % below"


@case("limits switched on, off and from one to the other in a flood: each count is what there is")
def _():
    setup({})
    for name in "one", "two":
        rig.slb.limit(name, conns=1000000)
    forms = ({"conns": 1000000}, {"name": "one"}, {"client-conns": 1000000}, {"conns": 0, "client-conns": 0},
             {"name": "two", "client-conns": 100000, "client-len4": 24}, {"name": "two", "client-len4": 16},
             {"name": "", "conns": 5, "client-conns": 0, "client-len4": 32}, {"conns": 0},
             {"bandwidth-in": 1000000}, {"bandwidth-in": 0, "rate": 1000000}, {"rate": 0, "name": "one"})
    end = time.monotonic() + 4
    with senders(sender):
        for limits in itertools.cycle(forms):
            rig.slb.svc_edit(VIP[4], 80, UDP, limits=limits)
            if time.monotonic() > end:
                break
    rig.slb.svc_edit(VIP[4], 80, UDP, limits={"name": "one", "conns": 0, "rate": 0, "client-conns": 1000000,
                                              "bandwidth-in": 0, "client-len4": 32})

    def counts():
        svc = next(svc for svc in rig.slb.services() if svc["port"] == 80)
        conns = len(rig.slb.conns(proto=UDP, svc_addr=VIP[4], svc_port=80))
        return conns, svc["limits"]["now"], rig.slb.limits()["one"]["now"]

    # They expire meanwhile.
    eventually(lambda: len(set(counts())) == 1, "equal counts", 30)
    same(rig.slb.limits()["two"]["now"], 0)
    rig.slb.limit_del("two")
    rig.fresh()
    eventually(lambda: not rig.slb.info()["conns"], "the end", 40)
    same(rig.slb.info()["limit-clients"], 0)


main(before=rig.fresh)
