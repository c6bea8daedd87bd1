# SPDX-License-Identifier: GPL-2.0-only
"""The shares of 10 000 new connections, made on two CPUs at once, by method."""
import math
import os
import subprocess

from cases import case, eventually, main, same
from wire import LADDR, UDP, VIP, Rig

rig = Rig()
COUNT = 10000
WEIGHTS = (1, 2, 3, 5, 8, 13, 21, 34)
SERVERS = {4: "10.1.0.{0}", 6: "fd00:1::{0:x}"}


def send(v):
    subprocess.run([os.path.join(os.environ["SLB_TMP"], "shares"), "cw", "02:00:00:00:01:01", VIP[v], "80",
                    str(COUNT)], check=True)


def shares(v, sched):
    """Connections by server, in the order of WEIGHTS."""
    rig.slb.laddr(LADDR[v])
    rig.slb.svc(VIP[v], 80, UDP, sched=sched)
    for n, weight in enumerate(WEIGHTS):
        rig.slb.srv((VIP[v], 80, UDP), SERVERS[v].format(n + 1), 8080, weight=weight)
    send(v)
    eventually(lambda: sum(found()) >= COUNT, f"{COUNT} connections")
    got = found()
    same(sum(got), COUNT, f"connections of {got}")
    return got


def found():
    by_addr = {srv["addr"]: srv["stats"]["conns"] for srv in rig.slb.servers()}
    return [by_addr[SERVERS[6 if ":" in min(by_addr) else 4].format(n + 1)] for n in range(len(WEIGHTS))]


def judge(got, bound, weights=WEIGHTS):
    """bound(share) is how far from its share a server may be."""
    for n, weight in enumerate(weights):
        share = COUNT * weight / sum(weights)
        assert abs(got[n] - share) <= bound(share), f"{got[n]} of {share:.0f}: {got}"


def by_chance(share):
    """Four standard deviations of a number of clients that fall where they like."""
    return 4 * math.sqrt(share)


def method(sched, v, what, bound, weights=WEIGHTS):
    @case(f"IPv{v}: {sched}: {what}")
    def _():
        judge(shares(v, sched), bound, weights)


method("rr", 4, "the same to all, to within one", lambda share: 1, (1,) * 8)
method("wrr", 6, "within 1 %", lambda share: 1 + share / 100)
method("wlc", 4, "within 1 % of those open", lambda share: 2 + share / 100)
method("lc", 6, "the same to all, to within two", lambda share: 2, (1,) * 8)
method("p2c", 4, "within 5 % of those open", lambda share: 5 + share / 20)
method("sh", 6, "by chance", by_chance)
method("sh-port", 4, "by chance", by_chance)
method("mh", 6, "by chance, with a table that is right to within an entry", lambda share: 1 + by_chance(share))
method("mh-port", 4, "the same", lambda share: 1 + by_chance(share))
method("fo", 4, "all to the highest weight", lambda share: 0, (0,) * 7 + (1,))

main(before=rig.fresh)
