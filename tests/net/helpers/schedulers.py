# SPDX-License-Identifier: GPL-2.0-only
"""Distribution of new connections over servers."""
import errno
import time
from collections import Counter

from cases import both, case, eventually, main, same
from groups_util import refused
from wire import ACK, RST, SERVER, SYN, TCP, UDP, VIP, Flow, LADDR, Pkt, Rig, opt_mss, CLIENT

rig = Rig()
THREE = {v: [SERVER[v][:-1] + str(i) for i in (1, 2, 3)] for v in (4, 6)}
ROUND = (1, 2, 3)
CLIENTS = {4: [f"10.9.{i // 100 + 1}.{i % 100 + 1}" for i in range(120)],
           6: [f"fd00:9:{i // 100:x}::{i % 100 + 1:x}" for i in range(120)]}


def setup(v, sched, weights, proto=TCP):
    rig.slb.settings(timeouts={"close": 1})
    rig.slb.laddr(LADDR[v])
    rig.slb.svc(VIP[v], 80, proto, sched=sched)
    for addr, weight in zip(THREE[v], weights):
        rig.slb.srv((VIP[v], 80, proto), addr, 8080, weight=weight)


def setup_again(v, *how):
    rig.fresh()
    setup(v, *how)


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


def knock_from(v, clients, port=80, sport=30000):
    """A SYN of each client; whichever is under way already is ended by a RST."""
    chosen = []
    for client in clients:
        rig.client.send(Pkt(client, VIP[v], sport, port, TCP, SYN, 1000, opts=opt_mss(1400)))
        got = rig.server.recv(0.5)
        chosen.append(THREE[v].index(got.dst) if got else None)
        rig.client.send(Pkt(client, VIP[v], sport, port, TCP, RST, 1001))
        rig.server.expect("RST")
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


def follows_load(v, spread):
    """Of two servers the one whose connections end gets the next ones."""
    flows = [Flow(rig, v).open() for _ in range(12)]
    got = counts(THREE[v].index(flow.saddr) for flow in flows)
    assert got[2] == 0 and abs(got[0] - 6) <= spread, got
    for flow in flows:
        if flow.saddr == THREE[v][0]:
            flow.c(RST | ACK)
    same(counts(knock(v, 5))[0], 5, "new connections to the server whose connections ended")


@both("wlc shares open connections by weight")
def _(v):
    setup(v, "wlc", ROUND)
    for got, want in zip(counts(knock(v, 120)), (20, 40, 60)):
        assert abs(got - want) <= 1, (got, want)


@both("wlc prefers the server with fewer active connections")
def _(v):
    setup(v, "wlc", (1, 1, 0))
    follows_load(v, 0)


@both("wlc follows a slow server: its connections stay, and it gets few more")
def _(v):
    setup(v, "wlc", (1, 1, 1))
    chosen = []
    for _ in range(60):
        flow = Flow(rig, v).open()
        chosen.append(THREE[v].index(flow.saddr))
        if chosen[-1]:
            flow.c(RST | ACK)
    got = counts(chosen)
    assert 1 <= got[0] <= 3 and abs(got[1] - got[2]) <= 4, got


def ramp(v, index):
    return {srv["addr"]: srv for srv in rig.slb.servers()}[THREE[v][index]].get("ramp", 100)


@both("slow start: a server that comes back counts for little at first, and for its weight in the end")
def _(v):
    for sched in ("wrr", "wlc", "p2c"):
        setup_again(v, sched, (10, 10, 0))
        rig.slb.svc_edit(VIP[v], 80, slow_start=3600)
        weigh(v, 2, 20)
        same(ramp(v, 2), 6, "ramp")
        # A sixteenth of 20 beside 10 and 10.
        got = counts(knock(v, 170))[2]
        assert abs(got - 10) <= (10 if sched == "p2c" else 2), (sched, got)
        weigh(v, 2, 10)
        same(ramp(v, 2), 6, "ramp with another weight")
        assert "ramp=6%" in rig.slbadm("-L", "-n"), rig.slbadm("-L", "-n")
        rig.slb.svc_edit(VIP[v], 80, slow_start=3)
        eventually(lambda: ramp(v, 2) == 100, "the end of the ramp", timeout=12, pause=0.2)
        got = counts(knock(v, 90))[2]
        # Methods that look at connections give it what it lacks.
        assert abs(got - 30) <= 2 if sched == "wrr" else got >= 45, (sched, got)


@both("slow start of a named group: a new server ramps up, one that leaves does not")
def _(v):
    rig.slb.laddr(LADDR[v])
    rig.slbadm("--add-group", "slow", "-s", "wrr", "--slow-start", "3600")
    rig.slbadm("-A", "-t", f"{VIP[v] if v == 4 else '[' + VIP[v] + ']'}:80", "--group", "slow")
    for addr in THREE[v]:
        rig.slbadm("-a", "--group", "slow", "-r", f"{addr if v == 4 else '[' + addr + ']'}:8080")
    same([ramp(v, i) for i in range(3)], [6] * 3)
    same(counts(knock(v, 30)), [10, 10, 10], "all are new")
    assert "--add-group slow --proto tcp -s wrr --slow-start 3600" in rig.slbadm("-S", "-n"), rig.slbadm("-S", "-n")
    rig.slbadm("--edit-group", "slow", "--slow-start", "0")
    eventually(lambda: [ramp(v, i) for i in range(3)] == [100] * 3, "the end of slow start")


@both("lc shares open connections evenly, whatever the weights")
def _(v):
    setup(v, "lc", (1, 50, 7))
    for got in counts(knock(v, 120)):
        assert abs(got - 40) <= 1, got


@both("p2c shares open connections by weight, and prefers the server with fewer active ones")
def _(v):
    setup(v, "p2c", ROUND)
    for got, want in zip(counts(knock(v, 240)), (40, 80, 120)):
        assert abs(got - want) <= 8, (got, want)
    setup_again(v, "p2c", (1, 1, 0))
    follows_load(v, 1)


@both("fo gives all to the highest weight, and to the next when that is 0 or gone")
def _(v):
    setup(v, "fo", (5, 7, 6))
    same(counts(knock(v, 10)), [0, 10, 0])
    weigh(v, 1, 0)
    same(counts(knock(v, 10)), [0, 0, 10])
    rig.slb.srv_del((VIP[v], 80), THREE[v][2], 8080)
    rig.server.drain()
    same(counts(knock(v, 10)), [10, 0, 0])
    weigh(v, 1, 5)
    same(counts(knock(v, 10)), [10, 0, 0], "of equals the one with the lowest address")
    weigh(v, 1, 6)
    same(counts(knock(v, 10)), [0, 10, 0])


@both("sh and mh follow the client's address, on every service; -port ones its port too")
def _(v):
    homes = {}
    for sched in ("sh", "mh", "sh-port", "mh-port"):
        setup_again(v, sched, ROUND)
        # Another service, its servers added the other way round.
        rig.slb.svc(VIP[v], 81, sched=sched)
        for addr, weight in reversed(list(zip(THREE[v], ROUND))):
            rig.slb.srv((VIP[v], 81), addr, 8080, weight=weight)
        homes[sched] = by_table(sched, lambda: knock_from(v, CLIENTS[v]))
        same(by_table(sched, lambda: knock_from(v, CLIENTS[v], port=81)), homes[sched], f"{sched}: another service")
        other = knock_from(v, CLIENTS[v], sport=40000)
        if sched.endswith("-port"):
            assert sum(a != b for a, b in zip(other, homes[sched])) > 25, (sched, other)
        else:
            same(other, homes[sched], f"{sched}: another port")
        # 120 clients, shares of a sixth, a third and a half: three times their standard deviation.
        for got, want in zip(counts(homes[sched]), (20, 40, 60)):
            assert abs(got - want) <= 16, (sched, counts(homes[sched]))
    assert homes["sh"] != homes["sh-port"] and homes["mh"] != homes["mh-port"]


def by_table(sched, ask):
    """With mh a change may have to wait for its table: until two rounds of questions agree."""
    before = ask()
    if sched.startswith("mh"):
        for _ in range(50):
            time.sleep(0.1)
            now = ask()
            if now == before:
                break
            before = now
    return before


@both("mh with a table of another size: a prime, saved, and it goes back to the same servers")
def _(v):
    setup(v, "mh", ROUND)
    before = by_table("mh", lambda: knock_from(v, CLIENTS[v]))
    rig.slb.svc_edit(VIP[v], 80, table_size=1009)
    by_table("mh", lambda: knock_from(v, CLIENTS[v]))
    assert "--table-size 1009" in rig.slbadm("-S", "-n"), rig.slbadm("-S", "-n")
    refused(errno.EINVAL, "must be a prime", rig.slb.svc_edit, VIP[v], 80, table_size=1008)
    for size in (250, 1048574):
        refused(errno.ERANGE, "range", rig.slb.svc_edit, VIP[v], 80, table_size=size)
    assert "--table-size 1009" in rig.slbadm("-S", "-n")
    rig.slb.svc_edit(VIP[v], 80, table_size=65537)
    same(by_table("mh", lambda: knock_from(v, CLIENTS[v])), before)


@both("mh: who goes takes few others along, and finds its clients when it is back")
def _(v):
    setup(v, "mh", ROUND)
    before = by_table("mh", lambda: knock_from(v, CLIENTS[v]))
    weigh(v, 1, 0)
    after = by_table("mh", lambda: knock_from(v, CLIENTS[v]))
    assert 1 not in after, after
    moved = sum(a != b for a, b in zip(before, after) if a != 1)
    assert moved <= len(before) // 50, moved
    weigh(v, 1, ROUND[1])
    same(by_table("mh", lambda: knock_from(v, CLIENTS[v])), before)
    # Removed for good, each client is served at once, whether or not there is a new table.
    rig.slb.srv_del((VIP[v], 80), THREE[v][1], 8080)
    rig.server.drain()
    assert set(knock_from(v, CLIENTS[v])) == {0, 2}


@both("mh: a hundred changes in a row are all in the table soon after")
def _(v):
    setup(v, "mh", (1, 0, 0))
    for i in range(100):
        weigh(v, 1, i % 7)
        weigh(v, 2, i % 5)
    weigh(v, 0, 0)
    weigh(v, 1, 3)
    weigh(v, 2, 1)
    eventually(lambda: abs(counts(knock_from(v, CLIENTS[v]))[1] - 90) <= 14, "shares of 90 and 30", pause=0.3)


@case("slbadm's names, and ipvsadm's flags")
def _():
    setup(4, "rr", ())
    for words, name in (("lc", "lc"), ("sh", "sh"), ("sh -b sh-port,sh-fallback", "sh-port"), ("mh", "mh"),
                        ("mh -b mh-port", "mh-port"), ("mh-port", "mh-port"), ("fo", "fo"), ("p2c", "p2c")):
        rig.slbadm("-E", "-t", f"{VIP[4]}:80", "-s", *words.split())
        assert f"-s {name}\n" in rig.slbadm("-S", "-n") + "\n", rig.slbadm("-S", "-n")


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
