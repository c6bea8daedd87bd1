# SPDX-License-Identifier: GPL-2.0-only
"""Martians and rp_filter: what may open a connection, and that nothing else is asked of one that is open."""
import contextlib

import netns
from cases import both, case, main, same
from wire import ACK, CLIENT, LB, SERVER, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, opt_mss

rig = Rig()
# What the kernel itself drops before any hook is "early".
MARTIANS = {
    4: {"loopback": ("127.0.0.1", "127.1.2.3"), "unspecified": ("0.0.0.0",),
        "multicast": ("224.0.0.5", "239.255.255.250"), "broadcast": ("255.255.255.255", "10.200.1.3"),
        "the host's own": ("10.200.1.1", "10.200.2.1", "10.2.0.1", "10.0.0.81"), "the service's own": ("10.0.0.80",)},
    6: {"loopback, early": ("::1",), "unspecified": ("::",), "multicast, early": ("ff02::1", "ff0e::5"),
        "IPv4-mapped": ("::ffff:10.9.0.2",), "the host's own": ("fd00:c1::1", "fd00:c2::1", "fd00:2::1", "fe80::1:1"),
        "the service's own": ("fd00::80",)},
}


def before():
    rp_filter()
    netns.sysctl(LB, "ipv4.ip_forward", 0)
    rig.fresh()


def rp_filter(every=0, client=0):
    netns.sysctl(LB, "ipv4.conf.all.rp_filter", every)
    netns.sysctl(LB, "ipv4.conf.c0.rp_filter", client)


def first(src, vip, proto, flags=SYN):
    if proto == UDP:
        return Pkt(src, vip, rig.next_port(), 80, UDP, data=b"?")
    return Pkt(src, vip, rig.next_port(), 80, flags=flags, opts=opt_mss(1400) if flags == SYN else b"")


@both("nothing with an impossible source opens a connection or is answered")
def _(v):
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    for kind, sources in MARTIANS[v].items():
        for src in sources:
            rig.mark()
            for proto, flags in ((TCP, SYN), (TCP, ACK), (UDP, 0)):
                rig.client.send(first(src, VIP[v], proto, flags))
            got = rig.server.recv(0.03) or rig.client.recv(0.03)
            assert not got, f"{kind} {src} leads to {got}"
            drops = {} if "early" in kind else {"drop:martian": 2, "drop:unknown-tcp": 1, "seen": 3}
            same(rig.counted(), drops, f"{kind} {src}")


@both("nor are such packets refused where nobody would serve them")
def _(v):
    rig.service(v, servers=())
    rig.service(v, UDP, laddrs=(), servers=())
    rig.mark()
    for proto in (TCP, UDP):
        rig.client.send(first(VIP[v], VIP[v], proto))
    rig.quiet()
    same(rig.counted(), {"drop:martian": 2, "seen": 2})


@case("an address is the host's own from when it comes until it goes, one or a whole network")
def _():
    rig.service(4)
    for src, words in (("10.9.77.1", ("addr", "{} 10.9.77.1/32 dev lo")),
                       ("10.9.78.255", ("addr", "{} 10.9.78.1/24 broadcast 10.9.78.255 dev c0")),
                       ("10.9.79.5", ("route", "{} local 10.9.79.0/24 dev lo")),
                       ("10.9.80.5", ("route", "{} local 10.9.80.5 dev lo table 80"))):
        own = "table" not in words[1]    # a VRF's table, and the packet is in none
        for _ in range(2):
            assert opens(src), src
            netns.run(LB, "ip", words[0], *words[1].format("add").split())
            rig.mark()
            rig.client.send(first(src, VIP[4], TCP))
            assert bool(rig.server.recv(0.03)) != own, src
            same(rig.counted().get("drop:martian", 0), int(own), src)
            netns.run(LB, "ip", words[0], *words[1].format("del").split())
    assert opens("10.9.81.1")


def opens(src, vip=VIP[4], proto=TCP):
    """Does the packet open a connection; if not, is rp-filter why?"""
    rig.mark()
    rig.client.send(first(src, vip, proto))
    got = rig.server.recv(0.3)
    counted = rig.counted()
    same(counted.get("drop:rp-filter", 0), 0 if got else 1, f"rp-filter, {src}")
    return bool(got)


ELSEWHERE, NOWHERE = "10.1.0.77", "192.0.2.9"


@case("rp_filter is the stricter of the interface's and all's, for TCP and UDP")
def _():
    rig.service(4)
    rig.service(4, UDP, laddrs=())
    for every, client, want in ((0, 0, [True, True, True]), (0, 1, [True, False, False]), (1, 0, [True, False, False]),
                                (0, 2, [True, True, False]), (2, 0, [True, True, False]), (1, 2, [True, True, False]),
                                (2, 1, [True, True, False]), (1, 1, [True, False, False])):
        rp_filter(every, client)
        for proto in (TCP, UDP):
            same([opens(src, proto=proto) for src in (CLIENT[4], ELSEWHERE, NOWHERE)], want, f"all {every}, own {client}")


@case("the kernel's own judgement is the same")
def _():
    # A UDP socket of the host stands in for the service.
    for every, client, want in ((0, 0, [True, True]), (0, 1, [True, False]), (1, 2, [True, True])):
        rp_filter(every, client)
        got = []
        for src in (CLIENT[4], ELSEWHERE):
            rig.client.drain()
            rig.server.drain()
            rig.client.send(Pkt(src, "10.200.1.1", 7, 7777, UDP, data=b"?"))
            link = rig.client if src == CLIENT[4] else rig.server
            got.append(bool(link.recv(0.3)))    # port unreachable, if it was let in
        same(got, want, f"all {every}, own {client}")


@case("it does not matter whether the service's address is the host's, nor whether that forwards")
def _():
    vip = "10.77.0.80"
    rig.service(4)
    rig.slb.svc(vip, 80)
    rig.slb.srv((vip, 80), SERVER[4], 8080)
    rp_filter(client=1)
    for route in ((), ("unreachable", vip), (vip, "via", "10.200.2.2")):
        with added_route(route):
            for forward in (0, 1):
                netns.sysctl(LB, "ipv4.ip_forward", forward)
                same([opens(src, vip) for src in (CLIENT[4], ELSEWHERE, NOWHERE)], [True, False, False],
                     f"route {' '.join(route)}, ip_forward {forward}")


@contextlib.contextmanager
def added_route(words):
    if words:
        netns.run(LB, "ip", "route", "add", *words)
    try:
        yield
    finally:
        if words:
            netns.run(LB, "ip", "route", "del", *words)


@case("only the first packet is judged")
def _():
    rig.service(4)
    flow = Flow(rig, 4, client=ELSEWHERE)
    flow.syn()
    rp_filter(1, 1)
    # The way back to that client is the other wire.
    back = Flow(rig, 4)
    rig.server.send(flow.spkt(flags=SYN | ACK))
    got = rig.server.expect("SYN/ACK")
    same((got.src, got.dst, got.dport), (VIP[4], ELSEWHERE, flow.cport))
    flow.c(ACK, ack=1)
    back.open().data()


@case("one interface is filtered, another is not")
def _():
    rig.service(4)
    netns.sysctl(LB, "ipv4.conf.s0.rp_filter", 1)
    same([opens(src) for src in (CLIENT[4], ELSEWHERE, NOWHERE)], [True, True, True])
    rig.mark()
    rig.server.send(Pkt(CLIENT[4], VIP[4], 5, 80, flags=SYN, opts=opt_mss(1400)))
    rig.quiet()
    same(rig.counted().get("drop:rp-filter"), 1)
    netns.sysctl(LB, "ipv4.conf.s0.rp_filter", 0)


main(before=before)
