# SPDX-License-Identifier: GPL-2.0-only
"""A service whose named group has two servers of a cluster."""
from cluster import LADDR, VIP, balancer, server_addr

slb = balancer()
GROUP = "pool"


def before():
    slb.flush()
    slb.defaults()


def setup(v, proto=6, **fields):
    slb.laddr(LADDR[v])
    slb.group(GROUP, proto, sched="rr", **fields)
    for index in (1, 2):
        slb.srv(GROUP, server_addr(v, index), 8080)
    slb.svc(VIP[v], 80, proto, group=GROUP)


def edit(v, index, **fields):
    slb.srv_edit(GROUP, server_addr(v, index), 8080, **fields)


def listed(v, index):
    """What the group says of a server, or None."""
    found = [s for s in slb.servers(GROUP) if s["addr"] == server_addr(v, index)]
    return found[0] if found else None
