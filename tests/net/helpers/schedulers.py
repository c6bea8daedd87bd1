# SPDX-License-Identifier: GPL-2.0-only
"""Distribution of new connections over servers."""
from collections import Counter

from cases import both, main, same
from wire import ACK, RST, SERVER, SYN, TCP, UDP, VIP, Flow, LADDR, Pkt, Rig, opt_mss, CLIENT

rig = Rig()
THREE = {v: [SERVER[v][:-1] + str(i) for i in (1, 2, 3)] for v in (4, 6)}
ROUND = (1, 2, 3)


def setup(v, sched, weights, proto=TCP):
    rig.slb.settings(timeouts={"close": 1})
    rig.slb.laddr(LADDR[v])
    rig.slb.svc(VIP[v], 80, proto, sched=sched)
    for addr, weight in zip(THREE[v], weights):
        rig.slb.srv((VIP[v], 80, proto), addr, 8080, weight=weight)


def weigh(v, index, weight):
    rig.slb.srv_edit((VIP[v], 80), THREE[v][index], 8080, weight=weight)


def knock(v, n, proto=TCP):
    """n first packets; the servers in order, as indices, None for a refusal."""
    chosen = []
    for _ in range(n):
        port = rig.next_port()
        if proto == TCP:
            rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, TCP, SYN, port, opts=opt_mss(1400)))
        else:
            rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=b"?"))
        got = rig.server.recv(0.5)
        chosen.append(THREE[v].index(got.dst) if got else None)
    return chosen


def counts(chosen):
    tally = Counter(chosen)
    return [tally[i] for i in range(3)]


@both("rr goes round and does not look at weights")
def _(v):
    setup(v, "rr", (1, 5, 100))
    chosen = knock(v, 90)
    same(counts(chosen), [30, 30, 30])
    assert all(len(set(chosen[i:i + 3])) == 3 for i in range(0, 90, 3)), chosen


@both("rr over UDP")
def _(v):
    setup(v, "rr", (1, 1, 1), UDP)
    same(counts(knock(v, 30, UDP)), [10, 10, 10])


@both("wrr gives each server its weight's share")
def _(v):
    setup(v, "wrr", ROUND)
    chosen = knock(v, 300)
    same(counts(chosen), [50, 100, 150])


@both("wrr is smooth: no bursts on the heavy server")
def _(v):
    setup(v, "wrr", (1, 1, 2))
    chosen = knock(v, 40)
    same(counts(chosen), [10, 10, 20])
    for i in range(0, 40, 4):
        same(counts(chosen[i:i + 4]), [1, 1, 2], f"round {i // 4}")
    for i in range(37):
        assert counts(chosen[i:i + 4])[2] <= 3, f"burst at {i}: {chosen}"


@both("wrr with large, odd weights stays within 1 %")
def _(v):
    weights = (1009, 65535, 3001)
    setup(v, "wrr", weights)
    n = 600
    for got, weight in zip(counts(knock(v, n)), weights):
        assert abs(got - n * weight / sum(weights)) <= max(1, n / 100), (got, weight)


@both("wlc shares open connections by weight")
def _(v):
    setup(v, "wlc", ROUND)
    for got, want in zip(counts(knock(v, 120)), (20, 40, 60)):
        assert abs(got - want) <= 1, (got, want)


@both("wlc prefers the server with fewer active connections")
def _(v):
    setup(v, "wlc", (1, 1, 0))
    flows = [Flow(rig, v).open() for _ in range(12)]
    same(counts(THREE[v].index(flow.saddr) for flow in flows), [6, 6, 0])
    for flow in flows:
        if flow.saddr == THREE[v][0]:
            flow.c(RST | ACK)
    same(counts(knock(v, 5))[0], 5, "new connections to the server whose connections ended")


@both("a changed weight applies to the next connection")
def _(v):
    setup(v, "wrr", (1, 1, 0))
    same(counts(knock(v, 20)), [10, 10, 0])
    weigh(v, 0, 3)
    got = counts(knock(v, 80))
    assert abs(got[0] - 60) <= 2 and abs(got[1] - 20) <= 2, got


@both("weight 0 takes no new connections and keeps the old, and comes back")
def _(v):
    setup(v, "rr", (1, 1, 0))
    flows = [Flow(rig, v).open() for _ in range(2)]
    weigh(v, 0, 0)
    same(counts(knock(v, 20)), [0, 20, 0])
    for flow in flows:
        flow.c(ACK, b"still here")
        flow.s(ACK, b"and so am I")
    weigh(v, 0, 1)
    same(counts(knock(v, 20)), [10, 10, 0])


@both("with all weights 0 the client is refused at once, until one is not")
def _(v):
    setup(v, "wlc", (0, 0, 0))
    rig.mark()
    same(knock(v, 1), [None])
    got = rig.client.expect("RST")
    assert got.flags & RST, got
    same(rig.counted().get("drop:no-server"), 1)
    weigh(v, 2, 1)
    same(knock(v, 2), [2, 2])


@both("a server added and one removed while running")
def _(v):
    setup(v, "rr", (1, 1))
    same(counts(knock(v, 10)), [5, 5, 0])
    rig.slb.srv((VIP[v], 80), THREE[v][2], 8080)
    same(counts(knock(v, 30)), [10, 10, 10])
    rig.slb.srv_del((VIP[v], 80), THREE[v][0], 8080)
    # The removed server's connections were reset; those RSTs are not what is counted.
    rig.server.drain()
    same(counts(knock(v, 20)), [0, 10, 10])


@both("another method while running")
def _(v):
    setup(v, "rr", (1, 2, 3))
    same(counts(knock(v, 6)), [2, 2, 2])
    rig.slb.svc_edit(VIP[v], 80, sched="wrr")
    same(counts(knock(v, 60)), [10, 20, 30])


main(before=rig.fresh)
