# SPDX-License-Identifier: GPL-2.0-only
"""The places where slb.ko can lack memory (kmod/slb_alloc.h), in a self test build: each lacks it once.

    places.py load FILE.ko      loading the module; it is loaded before and afterwards
    places.py run CALLS         in the namespace "wire" of rig: everything else; CALLS is how many calls at
                                each place fail, one after the other, in each step

A step is taken once undisturbed, to see which places it comes to, and then for each of them with memory
missing. A refused command says so and has changed nothing. A packet that is not sent has a reason. The same
again, with memory, succeeds.
"""
import errno
import itertools
import os
import select
import struct
import subprocess
import sys
import time

import netns
from cases import emit, eventually, same
from slbnl import Refused, Slb, attr, attrs, cmd, encode
from wire import (ACK, CLIENT, ICMP, ICMP6, LADDR, LADDR2, LB, NOPS, PSH, RST, SERVER, SERVER2, TCP, UDP, VIP, Flow,
                  Link, Pkt, Rig, opt_sack, opt_ts)

CTRL_CMD_GETFAMILY, GENL_ID_CTRL = 3, 16
KEEP = 0xffffffff
PARAM = "/sys/module/slb/parameters/fault"
# What no packet made here comes to.
ELSEWHERE = {"slb_xmit_is_bad_aggregate"}	# GRO makes lists of TCP segments from 6.10 on, on some devices
STEPS = []
came_to = set()


class Place:
    """One of them, by its number."""

    def __init__(self, number):
        self.number = number
        self.calls, self.failed, self.name = self.read()

    def read(self):
        with open(PARAM, "w", encoding="ascii") as file:
            file.write(str(self.number))
        with open(PARAM, encoding="ascii") as file:
            _, calls, failed, name, *_ = file.read().split()
        return int(calls), failed == "1", name

    def arm(self, nth):
        with open(PARAM, "w", encoding="ascii") as file:
            file.write(f"{self.number}:{nth}")

    def disarm(self):
        """Has it lacked memory?"""
        failed = self.read()[1]
        self.arm(0)
        return failed


def places():
    with open(PARAM, encoding="ascii") as file:
        count = int(file.read().split()[0].split("/")[1])
    return [Place(n) for n in range(count)]


def run(*words):
    return subprocess.run(words, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


#
# Loading
#

def load(module, *words):
    done = run("insmod", module, "selftest=0", *words)
    same(done.returncode == 0, os.path.exists("/sys/module/slb"), "loaded")
    return done.stdout


def unload():
    done = run("rmmod", "slb")
    assert not done.returncode, done.stdout


def loading(module):
    unload()
    assert not load(module)
    met = [(p.number, nth, p.name) for p in places() for nth in range(1, min(p.calls, 2) + 1)]
    unload()
    for number, nth, name in met:
        said = load(module, f"fault={number}:{nth}")
        if os.path.exists("/sys/module/slb"):
            raise AssertionError(f"loads although {name} lacked memory")
        assert "Cannot allocate memory" in said, f"{name}: {said}"
    assert not load(module)
    emit("ok", f"loading fails cleanly {len(met)} times, and succeeds then")


#
# Steps
#

class Step:  # pylint: disable=too-many-instance-attributes
    """prepare() makes what act() is given; undo() may find nothing to undo."""

    def __init__(self, name, act, prepare, undo, drops=None):
        self.name, self.act, self.prepare, self.undo = name, act, prepare, undo
        # Reasons for which packets may be dropped beside no-memory; None: this is about commands.
        self.drops = drops


def config(name, undo=lambda slb: None, prepare=None):
    """A command, given a client of the family and what undoes it."""
    def add(act):
        STEPS.append(Step(name, act, prepare or (lambda: rig.slb), undo))
        return act
    return add


def packets(name, prepare, drops=()):
    """For both families."""
    def add(act):
        for v in (4, 6):
            STEPS.append(Step(f"IPv{v}: {name}", act, lambda v=v: prepare(v), lambda _: fresh(), drops))
        return act
    return add


class QuickLink(Link):
    """What the balancer sends is there as soon as what caused it was sent."""
    patience = None

    def recv(self, timeout=2.0):
        return super().recv(self.patience or timeout)


def patient(yes):
    QuickLink.patience = None if yes else 0.05


def fresh():
    """As rig's, for as many turns as it takes."""
    rig.turn %= 250
    rig.fresh()


def state(slb):
    plain = [[{k: v for k, v in s.items() if k != "stats"} for s in objects]
             for objects in (slb.services(), slb.servers(), slb.laddrs(), slb.acls())]
    plain.append(sorted(slb.acl_entries().items()))
    return [sorted(map(str, objects)) for objects in plain]


def judge_command(step, before, given, said):
    slb = given if isinstance(given, Slb) else rig.slb
    assert isinstance(said, Refused), f"{type(said).__name__}: {said}"
    same(said.errno, errno.ENOMEM, "error")
    assert said.message, "no words"
    same(state(slb), before, f"configuration after {step.name} was refused")


def judge_packets(step, said):
    counts, drops = rig.slb.counters()
    same(counts["seen"], counts["forwarded"] + counts["passed"] + sum(drops.values()), "packets seen")
    changed = {n: v - rig.before[1][n] for n, v in drops.items() if v != rig.before[1][n]}
    stray = set(changed) - {"no-memory"} - set(step.drops)
    assert not stray, f"dropped for {stray} ({said})"
    if said and not changed and not step.drops:
        raise AssertionError(f"not dropped, yet {said}")


def once(step, place, nth):
    """With memory missing, and again with memory. Returns whether it was missing."""
    given = step.prepare()
    before = None
    if step.drops is None:
        before = state(given if isinstance(given, Slb) else rig.slb)
    else:
        rig.mark()
    patient(False)
    place.arm(nth)
    said = None
    try:
        step.act(given)
    except (Refused, AssertionError) as error:
        said = error
    failed = place.disarm()
    patient(True)
    if said and not failed:
        raise said
    if step.drops is not None:
        judge_packets(step, said)
        rig.client.drain()
        rig.server.drain()
        step.act(given)
    elif said:
        judge_command(step, before, given, said)
        step.act(given)
    step.undo(given)
    return failed


def undisturbed(step):
    given = step.prepare()
    before = {p.number: p.calls for p in places()}
    step.act(given)
    after = places()
    step.undo(given)
    met = [(p, p.calls - before[p.number]) for p in after if p.calls != before[p.number]]
    came_to.update(p.name for p, _ in met)
    return met


def take(step, most):
    failures = 0
    try:
        for place, calls in undisturbed(step):
            for nth in range(1, min(calls, most) + 1):
                try:
                    failures += once(step, place, nth)
                except (Refused, AssertionError, OSError) as error:
                    raise AssertionError(f"call {nth} at {place.name}: {error}") from error
    except (Refused, AssertionError, OSError) as error:
        patient(True)
        places()[0].arm(0)
        emit("not ok", step.name, str(error))
        fresh()
        return
    emit("ok" if failures else "not ok", f"{step.name}: {failures} failures", "" if failures else "nothing failed")


#
# Namespaces and the first objects in them
#

@config("a network namespace is made")
def _(_):
    done = run("unshare", "-n", "true")
    if done.returncode:
        assert "Cannot allocate memory" in done.stdout, done.stdout
        raise Refused(errno.ENOMEM, done.stdout.strip(), 0)


def new_namespace():
    name = f"young-{os.getpid()}"
    run("ip", "netns", "add", name)
    with netns.inside(name):
        slb = Slb()
    slb.name = name
    return slb


def delete_namespace(slb):
    slb.close()
    run("ip", "netns", "del", slb.name)


for what in ("service", "local address"):
    @config(f"the first {what} of a namespace", delete_namespace, new_namespace)
    def _(slb, what=what):
        if what == "service":
            slb.svc(VIP[4], 80)
        else:
            slb.laddr(LADDR[6])


@config("the first persistent service of a namespace", delete_namespace, new_namespace)
def _(slb):
    slb.svc(VIP[4], 80, persist=300)


def young_with_service():
    slb = new_namespace()
    slb.svc(VIP[4], 80)
    return slb


@config("the first service to become persistent", delete_namespace, young_with_service)
def _(slb):
    slb.svc_edit(VIP[4], 80, persist=300)


@config("the first service to limit its clients", delete_namespace, young_with_service)
def _(slb):
    slb.svc_edit(VIP[4], 80, limits={"client-conns": 5})


#
# Commands
#

def tolerant(undo):
    def call(given):
        try:
            undo(given)
        except Refused as error:
            same(error.errno, errno.ENOENT)
    return call


def commands(v):
    svc = (VIP[v], 80)

    def with_service():
        fresh()
        rig.slb.laddr(LADDR[v])
        rig.slb.svc(*svc, sched="WRR")
        for port in range(1, 9):
            rig.slb.srv(svc, SERVER[v], port)
        return rig.slb

    def add(name, act, undo, prepare=with_service):
        config(f"IPv{v}: {name}", tolerant(undo), prepare)(act)

    add("add a service", lambda slb: slb.svc(VIP[v], 81), lambda slb: slb.svc_del(VIP[v], 81))
    add("add a service that uses a new pool", lambda slb: slb.svc(VIP[v], 81, pool="new"),
        lambda slb: slb.svc_del(VIP[v], 81))
    add("add the ninth server", lambda slb: slb.srv(svc, SERVER2[v], 8080),
        lambda slb: slb.srv_del(svc, SERVER2[v], 8080))
    add("add a local address", lambda slb: slb.laddr(LADDR2[v]), lambda slb: slb.laddr_del(LADDR2[v]))
    add("add one to a new pool", lambda slb: slb.laddr(LADDR2[v], pool="new"),
        lambda slb: slb.laddr_del(LADDR2[v], "new"))
    add("change the scheduler", lambda slb: slb.svc_edit(*svc, sched="WLC"),
        lambda slb: slb.svc_edit(*svc, sched="WRR"))
    add("change to a method that needs a table", lambda slb: slb.svc_edit(*svc, sched="MH"),
        lambda slb: slb.svc_edit(*svc, sched="WRR"))

    def with_table():
        slb = with_service()
        slb.svc_edit(*svc, sched="MH")
        return slb

    add("add a server to a table", lambda slb: slb.srv(svc, SERVER2[v], 8080),
        lambda slb: slb.srv_del(svc, SERVER2[v], 8080), with_table)
    add("change a weight in a table", lambda slb: slb.srv_edit(svc, SERVER[v], 1, weight=7),
        lambda slb: slb.srv_edit(svc, SERVER[v], 1, weight=1), with_table)
    add("change the pool", lambda slb: slb.svc_edit(*svc, pool="new", sched="RR"),
        lambda slb: slb.svc_edit(*svc, pool="", sched="WRR"))

    add("name a service and comment it", lambda slb: slb.svc_edit(*svc, name="web", comment="of the shop"),
        lambda slb: slb.svc_edit(*svc, name="", comment=""))
    add("limit a service", lambda slb: slb.svc_edit(*svc, limits={"conns": 5}),
        lambda slb: slb.svc_edit(*svc, limits={"conns": 0}))
    add("add a named limit", lambda slb: slb.limit("shared", conns=5), lambda slb: slb.limit_del("shared"))
    ports = {"proto": TCP, "addr": VIP[v], "port": 8000, "port-last": 8999}
    add("add a range of ports", lambda slb: slb.listen(ports), lambda slb: slb.listen_del(ports))
    asked = encode("EXPLAIN", {"proto": TCP, "client-addr": CLIENT[v], "svc-addr": VIP[v], "svc-port": 80})
    add("explain", lambda slb: slb.call(cmd("EXPLAIN"), asked), lambda slb: None)

    def with_list():
        with_service()
        rig.slb.acl("kept", PREFIXES[:2], mode="deny")
        return rig.slb

    add("add a service with an access list", lambda slb: slb.svc(VIP[v], 81, acl="kept"),
        lambda slb: slb.svc_del(VIP[v], 81), with_list)

    def two_addresses():
        slb = with_service()
        slb.laddr(LADDR2[v])
        return slb

    add("remove one of two local addresses", lambda slb: slb.laddr_del(LADDR2[v]), lambda slb: None, two_addresses)


PREFIXES = [f"10.0.{n}.0/24" for n in range(100)]


def access_list():
    fresh()
    rig.slb.acl("list", PREFIXES[:10], mode="deny")
    return rig.slb


@config("add an access list", tolerant(lambda slb: slb.acl_del("list")), lambda: (fresh(), rig.slb)[1])
def _(slb):
    slb.acl("list", PREFIXES, mode="deny")


@config("replace, extend and shrink an access list", lambda slb: slb.acl_del("list"), access_list)
def _(slb):
    """Each time to what it was, as far as it gets."""
    slb.acl_edit("list", PREFIXES[:10])
    slb.acl_edit("list", PREFIXES[:10], op="add")
    slb.acl_edit("list", [], op="remove")


@config("prefixes whose TOA passes", lambda slb: slb.defaults())
def _(slb):
    slb.settings(toa_trusted=[{"addr": "10.0.0.0", "len": 8}, {"addr": "fd00::", "len": 16}], reset_rate=5)


@config("interfaces with a fast path, of which one is there", lambda slb: slb.settings(fastpath_none=True))
def _(slb):
    slb.settings(fastpath=["c0", "later"])


for what in ("get_settings", "counters", "info"):
    @config(f"ask for {what.replace('_', ' ')}")
    def _(slb, what=what):
        if what == "get_settings":
            slb.call(SETTINGS_GET)
        else:
            getattr(slb, what)()


def listens():
    """A socket that hears of everything."""
    with netns.inside(LB):
        hears = Slb()
    hears.sock.settimeout(2)
    hears.id, number = GENL_ID_CTRL, hears.id
    groups = dict(hears.call(CTRL_CMD_GETFAMILY, attr(2, b"slb\0"))[0])[7]
    for _, group in attrs(groups):
        hears.sock.setsockopt(270, 1, int.from_bytes(dict(attrs(group))[2], sys.byteorder))
    hears.id = number
    time.sleep(0.5)         # the flow log asks once a tick whether somebody listens
    return hears


def listener():
    """Beside the client a socket that hears of changes."""
    fresh()
    rig.slb.svc(VIP[4], 80)
    return listens()


@config("tell of a change", lambda hears: hears.close(), listener)
def _(hears):
    rig.slb.svc_edit(VIP[4], 80, idle=60)
    try:
        assert hears.sock.recv(1 << 16)
    except OSError as error:
        same(error.errno, errno.ENOBUFS, "the listener learns that it has missed something")


def heard_server():
    """A listener, and a server whose health changes."""
    fresh()
    rig.slb.svc(VIP[4], 80)
    rig.slb.srv((VIP[4], 80), SERVER[4], 8080)
    return listens()


@config("tell that a server is down", lambda hears: (hears.close(), rig.slb.srv_edit((VIP[4], 80), SERVER[4], 8080, down=0)),
        heard_server)
def _(_hears):
    rig.slb.srv_edit((VIP[4], 80), SERVER[4], 8080, down=1, reason="refused")


def draining():
    """A listener, and a server that stays for its one flow."""
    fresh()
    rig.service(4, UDP, removal_delay=KEEP)
    rig.client.send(Pkt(CLIENT[4], VIP[4], rig.next_port(), 80, UDP, data=b"question"))
    rig.server.expect("datagram")
    hears = listens()
    rig.slb.srv_del((VIP[4], 80, UDP), SERVER[4], 8080)
    same(len(rig.slb.servers()), 1, "servers")
    return hears


@config("log a flow's end, and tell that its server is gone", lambda hears: (hears.close(), fresh()), draining)
def _(_):
    rig.slb.call(cmd("CONN_DEL"), encode("CONN", {"all": True}))
    eventually(lambda: not rig.slb.servers(), "the end of the server", 15)
    time.sleep(0.1)	# what the log could not say is told a little later


#
# Packets
#

def datagrams(v):
    rig.service(v, UDP)
    return Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"question")


@packets("a datagram and its answer", datagrams)
def _(asked):
    rig.client.send(asked)
    got = rig.server.expect("datagram")
    same(got.data, b"question")
    rig.server.send(Pkt(got.dst, got.src, got.dport, got.sport, UDP, data=b"answer"))
    same(rig.client.expect("answer").data, b"answer")


def persistent(v):
    rig.service(v, UDP, persist=300)
    return Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"question")


@packets("a datagram to a persistent service", persistent)
def _(asked):
    rig.client.send(asked)
    same(rig.server.expect("datagram").data, b"question")


def weighted(v):
    rig.service(v, UDP, sched="WRR")
    return v, itertools.count(2), Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"question")


@packets("a method that settles after a change", weighted)
def _(given):
    """What it writes down 250 ms after the last change only makes it cheaper."""
    v, weights, asked = given
    rig.slb.srv_edit((VIP[v], 80, UDP), SERVER[v], 8080, weight=next(weights))
    time.sleep(0.7)
    rig.client.send(asked)
    same(rig.server.expect("datagram").data, b"question")


def limited(v):
    rig.service(v, UDP, limits={"client-conns": 5})
    return Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"question")


@packets("a datagram to a service that limits its clients", limited)
def _(asked):
    rig.client.send(asked)
    same(rig.server.expect("datagram").data, b"question")


def many_addresses(v):
    for n in range(12):
        rig.slb.laddr(f"10.3.{rig.turn}.{n + 1}" if v == 4 else f"fd00:3:{rig.turn}::{n + 1}")
    rig.slb.svc(VIP[v], 80, UDP)
    rig.slb.srv((VIP[v], 80, UDP), SERVER[v], 8080)
    rig.port = rig.port + 100 if rig.port < 50000 else 20000
    return [Pkt(CLIENT[v], VIP[v], rig.port + n, 80, UDP, data=b"q") for n in range(12)]


@packets("datagrams by twelve local addresses", many_addresses)
def _(asked):
    for pkt in asked:
        rig.client.send(pkt)
    for n in range(len(asked)):
        rig.server.expect(f"datagram {n} of {len(asked)}")


def syn(v):
    rig.service(v)
    return Flow(rig, v, ts=True)


@packets("a SYN", syn)
def _(flow):
    flow.syn()
    flow.synack()


def opened(v):
    return syn(v).open()


@packets("data with the client's address", opened)
def _(flow):
    sent = flow.cpkt(ACK | PSH, b"request")
    rig.client.send(sent)
    flow.check_at_server(sent, rig.server.expect("data"))


@packets("data of the server", opened)
def _(flow):
    sent = flow.spkt(ACK | PSH, b"answer")
    rig.server.send(sent)
    flow.check_at_client(sent, rig.client.expect("data"))


@packets("data behind an ACK with the client's address", opened, ("no-memory",))
def _(flow):
    blocks = opt_sack(*(flow.sseq + n for n in (100, 200, 300, 400, 500, 600)))
    sent = flow.cpkt(ACK | PSH, b"request", opts=NOPS + opt_ts(99, flow.sclock) + NOPS + blocks)
    rig.client.send(sent)
    got = rig.server.expect("ACK or data")
    if not got.data:
        got = rig.server.expect("data")
    elif QuickLink.patience is None:
        raise AssertionError("no ACK with the address")
    flow.check_at_server(sent, got)


def service(v):
    rig.service(v)
    return v


@packets("a RST to an unknown packet", service, ("unknown-tcp",))
def _(v):
    rig.client.send(Pkt(CLIENT[v], VIP[v], 4444, 80, TCP, ACK, 7, 8))
    same(rig.client.expect("RST").flags & RST, RST)


def no_servers(v):
    rig.service(v, servers=())
    rig.service(v, UDP, servers=(), laddrs=())
    return v


@packets("a refused client", no_servers, ("no-server", "udp-unreach"))
def _(v):
    rig.client.send(Flow(rig, v).cpkt(2))
    same(rig.client.expect("RST").flags & RST, RST)
    rig.client.send(Pkt(CLIENT[v], VIP[v], 4444, 80, UDP, data=b"q"))
    same(rig.client.expect("unreachable").proto, ICMP6 if v == 6 else ICMP)


@packets("RSTs at a server's removal", opened, ("closed",))
def _(flow):
    """Who has missed his RST is told with his next packet."""
    slb, v = rig.slb, flow.v
    if slb.servers():
        slb.srv_del((VIP[v], 80), SERVER[v], 8080)
    else:
        rig.client.send(flow.cpkt())
        rig.server.send(flow.spkt())
    same(rig.client.expect("RST").flags & RST, RST, "at the client")
    same(rig.server.expect("RST").flags & RST, RST, "at the server")


def crowd(v):
    rig.service(v, UDP)
    return v, {}, [Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=struct.pack("!H", port)).build()
                   for port in range(2000, 3400)]


@packets("a table that has to grow", crowd)
def _(given):
    """Each datagram arrives, and comes from the same local port as before."""
    v, ports, frames = given
    at = 14 + (40 if v == 6 else 20)
    arrived = set()
    for first in range(0, len(frames), 100):
        for frame in frames[first:first + 100]:
            rig.client.send(frame)
        while len(arrived) < len(frames) and select.select([rig.server.sock], [], [], 0 if first < 1300 else 1.5)[0]:
            lport, _, _, _, port = struct.unpack_from("!5H", rig.server.sock.recv(2048), at)
            same(ports.setdefault(port, lport), lport, f"local port of {port}")
            arrived.add(port)
    same(len(arrived), len(frames), "datagrams that arrived")


def all_of_them():
    missing = [p.name for p in places() if not p.calls and p.name.split(":")[0] not in ELSEWHERE]
    emit("not ok" if missing else "ok", "every place was come to", ", ".join(missing))


def settled():
    info = rig.slb.info()
    return info["conns"] == 0 and info["created"] == info["destroyed"]


if sys.argv[1] == "load":
    loading(sys.argv[2])
else:
    SETTINGS_GET = cmd("SETTINGS_GET")
    rig = Rig()
    for key in ("ipv4.icmp_ratelimit", "ipv6.icmp.ratelimit"):
        netns.sysctl(LB, key, 0)
    rig.client.__class__ = rig.server.__class__ = QuickLink
    for family in (4, 6):
        commands(family)
    for one in STEPS:
        take(one, int(sys.argv[2]))
    all_of_them()
    fresh()
    eventually(settled, "objects to be destroyed", 15)
    emit("ok", "as many objects are destroyed as were created")
