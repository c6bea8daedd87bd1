# SPDX-License-Identifier: GPL-2.0-only
"""Each allocation of each command fails once: faults.py in the balancer's namespace.

The n-th allocation of the calling thread fails (/proc/thread-self/fail-nth); a command that was refused has
changed nothing, and works when asked again.
"""
import errno
import os
import socket
import struct

from slbnl import Refused, Slb
from wire import LADDR, LADDR2, SERVER, SERVER2, VIP

DEBUG = "/sys/kernel/debug/"

slb = Slb()
slb.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 2, 0))
nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)


def report(good, what, detail=""):
    print("ok" if good else "not ok", what, str(detail).replace("\n", " "), sep="\t", flush=True)


def state():
    """The configuration without counters."""
    svcs = [{k: v for k, v in s.items() if k != "stats"} for s in slb.services()]
    srvs = [{k: v for k, v in s.items() if k != "stats"} for s in slb.servers()]
    return sorted(map(str, svcs)), sorted(map(str, srvs)), sorted(map(str, slb.laddrs()))


def differs(before):
    after = state()
    return [(kind, sorted(set(old) ^ set(new))) for kind, (old, new) in enumerate(zip(before, after)) if old != new]


def once(step, n):
    """With its n-th allocation failing: was it reached, and what did the command say."""
    said = None
    os.pwrite(nth, str(n).encode(), 0)
    try:
        step()
    except (Refused, OSError) as error:
        said = error
    return not disarm(), said


def disarm():
    """Faults left to come. Copying to and from the kernel is made to fail too, here as well."""
    left = None
    while True:
        try:
            if left is None:
                left = int(os.pread(nth, 16, 0))
            os.pwrite(nth, b"0", 0)
            return left
        except OSError:
            left = left or 0


def expose(what, step, undo):
    """What undoes the step is tolerant of there being nothing to undo."""
    faults, refused = 0, 0
    for n in range(1, 200):
        before = state()
        reached, said = once(step, n)
        if not reached:
            undo()
            break
        faults += 1
        # An answer that finds no memory is no refusal: the command may have been carried out.
        if isinstance(said, Refused):
            refused += 1
            if said.errno not in (errno.ENOMEM, errno.EFAULT):
                return report(False, what, f"allocation {n}: {said}")
            if state() != before:
                return report(False, what, f"refused at allocation {n}, but changed: {differs(before)}")
        try:
            undo()
        except Refused:
            pass
        if state() != before:
            return report(False, what, f"allocation {n}, {said!r}: not as before: {differs(before)}")
    return report(faults and said is None, f"{what}: {faults} allocations fail, {refused} refuse the command", said)


def main():
    base = {v: (VIP[v], 80) for v in (4, 6)}
    for v in (4, 6):
        slb.laddr(LADDR[v])
        slb.svc(*base[v], sched="WRR")
        slb.srv(base[v], SERVER[v], 8080)
    for v in (4, 6):
        expose(f"IPv{v}: add a service", lambda v=v: slb.svc(VIP[v], 81), lambda v=v: slb.svc_del(VIP[v], 81))
        expose(f"IPv{v}: add a server", lambda v=v: slb.srv(base[v], SERVER2[v], 8080),
               lambda v=v: slb.srv_del(base[v], SERVER2[v], 8080))
        expose(f"IPv{v}: add a local address", lambda v=v: slb.laddr(LADDR2[v]), lambda v=v: slb.laddr_del(LADDR2[v]))
        expose(f"IPv{v}: add one to a new pool", lambda v=v: slb.laddr(LADDR2[v], pool="other"),
               lambda v=v: slb.laddr_del(LADDR2[v], "other"))
        expose(f"IPv{v}: change the scheduler", lambda v=v: slb.svc_edit(*base[v], sched="WLC"),
               lambda v=v: slb.svc_edit(*base[v], sched="WRR"))
        expose(f"IPv{v}: change a weight", lambda v=v: slb.srv_edit(base[v], SERVER[v], 8080, weight=7),
               lambda v=v: slb.srv_edit(base[v], SERVER[v], 8080, weight=1))
        expose(f"IPv{v}: delete a server", lambda v=v: slb.srv_del(base[v], SERVER[v], 8080),
               lambda v=v: slb.srv(base[v], SERVER[v], 8080))
        expose(f"IPv{v}: delete a local address", lambda v=v: slb.laddr_del(LADDR[v]), lambda v=v: slb.laddr(LADDR[v]))
    expose("change settings", lambda: slb.settings(toa_trusted={"addr": "10.0.0.0", "len": 8}, reset_rate=5),
           slb.defaults)
    for what, step in (("services", slb.services), ("servers", slb.servers), ("local addresses", slb.laddrs),
                       ("connections", slb.conns), ("counters", slb.counters), ("info", slb.info)):
        expose(f"dump {what}", step, lambda: None)
    slb.flush()
    # The first service and the last bring hooks and their users.
    slb.defaults()
    expose("the first service", lambda: slb.svc(VIP[4], 80), lambda: slb.svc_del(VIP[4], 80))
    slb.svc(VIP[4], 80)
    expose("remove everything", slb.flush, lambda: slb.svc(VIP[4], 80))
    slb.flush()


def switch(path, value):
    if os.path.exists(DEBUG + path):
        with open(DEBUG + path, "w", encoding="ascii") as file:
            file.write(value)


for kind in ("failslab", "fail_page_alloc", "fail_usercopy"):
    switch(kind + "/verbose", "0")
switch("failslab/ignore-gfp-wait", "N")
try:
    main()
finally:
    disarm()
    switch("failslab/ignore-gfp-wait", "Y")
