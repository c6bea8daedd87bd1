# SPDX-License-Identifier: GPL-2.0-only
"""Persistence."""
import errno
import json

from cases import both, case, eventually, main, same
from slbnl import ENUM, NLM_F_REPLACE, Refused
from wire import CLIENT, SERVER, SERVER2, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, opt_mss

rig = Rig()


def client(v, net, host=2):
    return f"10.9.{net}.{host}" if v == 4 else f"fd00:9:{net:x}::{host:x}"


def went(v, addr, proto=TCP, port=80):
    """The server that a new connection of the client reaches."""
    sport = rig.next_port()
    if proto == UDP:
        rig.client.send(Pkt(addr, VIP[v], sport, port, UDP, data=b"?"))
    else:
        rig.client.send(Pkt(addr, VIP[v], sport, port, flags=SYN, opts=opt_mss(1400)))
    return rig.server.expect("first packet").dst


def bonds(**filters):
    return rig.slb.bonds(**filters)


def setup(v, proto=TCP, servers=(SERVER, SERVER2), **fields):
    rig.service(v, proto, servers=servers, **{"sched": "rr", "persist": 300, **fields})


@both("a client's connections go to one server, TCP and UDP; others' by turns")
def _(v):
    setup(v)
    setup(v, UDP, laddrs=())
    for proto in (TCP, UDP):
        first = went(v, CLIENT[v], proto)
        other = next(s for s in (SERVER[v], SERVER2[v]) if s != first)
        same(went(v, client(v, 7), proto), other, "the next client's")
        for _i in range(3):
            same(went(v, CLIENT[v], proto), first, "the first client's")
            same(went(v, client(v, 7), proto), other, "the next client's")
    same(len(bonds()), 4)
    same(rig.slb.info()["persistent"], 4)


@both("it outlives the connection, and each new one starts the time anew")
def _(v):
    setup(v)
    flow = Flow(rig, v).open().data()
    flow.close()
    bond = bonds()[0]
    same((bond["client-addr"], bond["client-len"], bond["srv-addr"], bond["svc-port"], bond["proto"]),
         (CLIENT[v], 128 if v == 6 else 32, flow.saddr, 80, 6))
    eventually(lambda: bonds()[0]["expires"] < 299, "the time to pass")
    same(went(v, CLIENT[v]), flow.saddr)
    assert bonds()[0]["expires"] >= 299, "the time starts anew"


@both("clients of one prefix share a server")
def _(v):
    setup(v, persist_len=24 if v == 4 else 64)
    first = went(v, client(v, 1, 2))
    same({went(v, client(v, 1, host)) for host in range(3, 9)}, {first})
    assert went(v, client(v, 2, 2)) != first
    same(sorted(b["client-addr"] for b in bonds()),
         ["10.9.1.0", "10.9.2.0"] if v == 4 else ["fd00:9:1::", "fd00:9:2::"])


@both("weight 0, and removal: another server, and it stays with that one")
def _(v):
    setup(v)
    key = VIP[v], 80
    first = went(v, CLIENT[v])
    other = next(s for s in (SERVER[v], SERVER2[v]) if s != first)
    rig.slb.srv_edit(key, first, 8080, weight=0)
    same(went(v, CLIENT[v]), other)
    rig.slb.srv_edit(key, first, 8080, weight=1)
    same([went(v, CLIENT[v]) for _i in range(3)], [other] * 3, "after the first is back")
    same([b["srv-addr"] for b in bonds()], [other])
    rig.slb.srv_del(key, other, 8080)
    same(len(bonds()), 0, "bonds to a server that is removed")
    rig.server.drain()
    same(went(v, CLIENT[v]), first)


@both("nat mode too; a port that is taken at the server is translated rather than another server chosen")
def _(v):
    for port in (80, 81):
        rig.slb.svc(VIP[v], port, sched=0, persist=300)
        for server in (SERVER, SERVER2):
            rig.slb.srv((VIP[v], port), server[v], 8080, fwd=1)
    first = went(v, CLIENT[v])
    while went(v, CLIENT[v], port=81) != first:
        rig.slb.bonds_flush(svc_port=81)
    for port in (80, 81):
        rig.client.send(Pkt(CLIENT[v], VIP[v], 40000, port, flags=SYN))
        got = rig.server.expect("SYN")
        same(got.dst, first)
        same(got.sport == 40000, port == 80, "the client's own port")


@both("named groups: another group is chosen from anew; no hash as long as a persistent service uses it")
def _(v):
    rig.slb.laddr("10.2.0.9" if v == 4 else "fd00:2::9")
    for name, server in (("one", SERVER), ("two", SERVER2)):
        rig.slb.group(name, sched="RR")
        rig.slb.srv(name, server[v], 8080)
    rig.slb.svc(VIP[v], 80, group="one", persist=300)
    same(went(v, CLIENT[v]), SERVER[v])
    try:
        rig.slb.group_edit("one", sched="SH")
    except Refused as why:
        assert "exclude each other" in why.message, why.message
    else:
        raise AssertionError("sh is not refused")
    rig.slb.group_edit("two", sched="MH")
    try:
        rig.slb.svc_edit(VIP[v], 80, group="two")
    except Refused as why:
        assert "exclude each other" in why.message, why.message
    else:
        raise AssertionError("a group with mh is not refused")
    rig.slb.group_edit("two", sched="RR")
    rig.slb.svc_edit(VIP[v], 80, group="two")
    same([bonds(), went(v, CLIENT[v])], [[], SERVER2[v]])
    rig.slb.group_edit("one", sched="SH")
    rig.slb.svc_del(VIP[v], 80)
    rig.slb.group_del("two")
    same(rig.slb.info()["persistent"], 0)


@both("when the time is over the method chooses, and nothing is left")
def _(v):
    setup(v, persist=1)
    first = went(v, CLIENT[v])
    eventually(lambda: not rig.slb.info()["persistent"], "the entry to go", timeout=10)
    assert went(v, CLIENT[v]) != first, "the method's next server is another one"


@both("deleted service, no persistence any more, another prefix length: forgotten")
def _(v):
    setup(v)
    for change in ({"persist": 0}, {"persist_len": 20}):
        went(v, CLIENT[v])
        same(rig.slb.info()["persistent"], 1)
        rig.slb.svc_edit(VIP[v], 80, **change)
        same(rig.slb.info()["persistent"], 0)
        rig.slb.svc_edit(VIP[v], 80, persist=300)
    went(v, CLIENT[v])
    rig.slb.svc_edit(VIP[v], 80, persist=200)
    same([b["expires"] <= 200 for b in bonds()], [True], "another time holds for what is there")
    rig.slb.svc_del(VIP[v], 80)
    same(rig.slb.info()["persistent"], 0)


@case("persist-max bounds it: who comes later chooses each time, and is counted")
def _():
    rig.slb.settings(persist_max=2)
    setup(4)
    first = [went(4, client(4, net)) for net in (1, 2)]
    rig.mark()
    same(len({went(4, client(4, 3)) for _i in range(2)}), 2, "servers of the third client")
    same({k: v for k, v in rig.counted().items() if k.startswith("persist")}, {"persist-full": 2})
    same([went(4, client(4, net)) for net in (1, 2)], first)
    same(rig.counted()["persisted"], 2)
    same(len(bonds()), 2)


@case("5000 clients: listed each once, by filters too; forgotten by filters")
def _():
    rig.slb.settings(timeouts={"udp": 1})
    for v in (4, 6):
        setup(v, UDP)
        for i in range(2500):
            addr = f"10.9.{i // 250}.{i % 250 + 1}" if v == 4 else f"fd00:9:{i // 250:x}::{i % 250 + 1:x}"
            rig.client.send(Pkt(addr, VIP[v], 5000, 80, UDP, data=b"?"))
    eventually(lambda: rig.slb.info()["persistent"] == 5000, "5000 entries")
    found = [b["client-addr"] for b in bonds()]
    same((len(found), len(set(found))), (5000, 5000))
    same(len(bonds(svc_addr=VIP[6])), 2500)
    same(len(bonds(client_addr="10.9.3.0", client_len=24)), 250)
    same(len(bonds(client_addr="fd00:9:3::7")), 1)
    same(len(bonds(srv_addr=SERVER[4])) + len(bonds(srv_addr=SERVER2[4])), 2500)
    same(len(bonds(proto=TCP)), 0)
    rig.slb.bonds_flush(client_addr="10.9.3.0", client_len=24)
    same(rig.slb.info()["persistent"], 4750)
    rig.slb.bonds_flush(srv_addr=SERVER[6], srv_port=8080)
    left = rig.slb.info()["persistent"]
    assert 2250 < left < 4750 and not bonds(srv_addr=SERVER[6]), f"{left} are left"
    rig.slb.bonds_flush()
    same((rig.slb.info()["persistent"], bonds()), (0, []))
    rig.server.drain()


@both("slbadm lists it, as text and JSON, and forgets it")
def _(v):
    setup(v, persist_len=24 if v == 4 else 64)
    first = went(v, CLIENT[v])
    went(v, client(v, 7))
    vip = f"{VIP[4]}:80" if v == 4 else f"[{VIP[6]}]:80"
    net = "10.9.0.0/24" if v == 4 else "fd00:9::/64"
    line = next(x.split() for x in rig.slbadm("-L", "-n", "--persistence").splitlines() if net in x)
    same((line[0], line[2:4]), ("TCP", [net, vip]))
    assert line[4] == (f"{first}:8080" if v == 4 else f"[{first}]:8080"), f"{line}"
    told = json.loads(rig.slbadm("-L", "--persistent-conn", "--json", "--client", CLIENT[v]))["persistence"]
    same([(b["client"], b["address"], b["port"], b["server"], b["server-port"]) for b in told],
         [(net, VIP[v], 80, first, 8080)])
    rig.slbadm("--flush-persistence", "-t", vip, "--client", CLIENT[v])
    same([b["client-addr"] for b in bonds()], [("10.9.7.0" if v == 4 else "fd00:9:7::")])
    rig.slbadm("-E", "-t", vip, "--no-persist")
    same(bonds(), [])
    rig.slbadm("-E", "-t", vip, "-p", "360")
    text = next(x for x in rig.slbadm("-L", "-n").splitlines() if vip in x)
    assert f"rr persistent 360 mask {'255.255.255.0' if v == 4 else '64'}" in text, text


@case("what is wrong is refused in words")
def _():
    setup(4)
    rig.slb.svc(VIP[6], 80)
    rig.slb.svc(VIP[4], 81, sched="SH")
    change = rig.slb.change
    key = {"proto": 6, "addr": VIP[4], "port": 80}
    for number, words, *call in (
            ("ERANGE", "", "SVC_NEW", "SVC", {**key, "persist": 86401}, NLM_F_REPLACE),
            ("ERANGE", "1-32 bits", "SVC_NEW", "SVC", {**key, "persist-len": 33}, NLM_F_REPLACE),
            ("ERANGE", "1-32 bits", "SVC_NEW", "SVC", {**key, "persist-len": 0}, NLM_F_REPLACE),
            ("ERANGE", "1-128 bits", "SVC_NEW", "SVC", {**key, "addr": VIP[6], "persist-len": 0}, NLM_F_REPLACE),
            ("ERANGE", "", "SVC_NEW", "SVC", {**key, "persist-len": 129}, NLM_F_REPLACE),
            *(("EINVAL", "exclude each other", "SVC_NEW", "SVC", {**key, "sched": ENUM["SLB_SCHED_" + method]},
               NLM_F_REPLACE) for method in ("SH", "SH_PORT", "MH", "MH_PORT")),
            ("EINVAL", "exclude each other", "SVC_NEW", "SVC", {**key, "port": 81, "persist": 5}, NLM_F_REPLACE),
            ("EINVAL", "exclude each other", "SVC_NEW", "SVC",
             {**key, "port": 82, "persist": 5, "sched": ENUM["SLB_SCHED_MH"]}, 0),
            ("ERANGE", "", "SETTINGS_SET", "SET", {"persist-max": 4194305}, 0),
            ("EINVAL", "bits set", "PERSIST_FLUSH", "BOND", {"client-addr": "10.9.0.1", "client-len": 24}, 0),
            ("ERANGE", "longer than", "PERSIST_FLUSH", "BOND", {"client-addr": "10.9.0.1", "client-len": 33}, 0),
            ("EINVAL", "needs the client", "PERSIST_FLUSH", "BOND", {"client-len": 24}, 0),
            ("EINVAL", "", "PERSIST_FLUSH", "BOND", {"expires": 24}, 0)):
        try:
            change(*call)
        except Refused as why:
            same(errno.errorcode[why.errno], number, f"{call}")
            assert words in (why.message or ""), f"{call}: {why.message}"
        else:
            raise AssertionError(f"{call} is not refused")
    same([(s["persist"], s["persist-len"]) for s in rig.slb.services()], [(300, 32), (0, 128), (0, 32)])


main(before=rig.fresh)
