# SPDX-License-Identifier: GPL-2.0-only
"""Access lists."""
import errno
import ipaddress
import struct
import time

import netns
from cases import both, case, main, same
from genl import CTRL_CMD_GETFAMILY, GENL_ID_CTRL
from slbnl import ENUM, NLM_F_CREATE, NLM_F_REPLACE, Refused, Slb, attr, attrs, decode
from wire import ACK, CLIENT, FIN, LB, RST, SLOW, SYN, UDP, VIP, Flow, Pkt, Rig, opt_mss

rig = Rig()
NET = {4: "10.9.0.0/24", 6: "fd00:9::/64"}
ELSEWHERE = {4: "10.9.7.2", 6: "fd00:9:7::2"}


def refused(error, words, function, *args, **fields):
    try:
        function(*args, **fields)
    except Refused as why:
        same(errno.errorcode[why.errno], error)
        assert words in (why.message or ""), f"the words are: {why.message}"
        return
    raise AssertionError("not refused")


def passes(v, client, proto=6):
    """Whether a new connection of the client reaches the server; nothing is ever answered."""
    port = rig.next_port()
    if proto == UDP:
        rig.client.send(Pkt(client, VIP[v], port, 80, UDP, data=b"?"))
    else:
        rig.client.send(Pkt(client, VIP[v], port, 80, flags=SYN, opts=opt_mss(1400)))
    got = rig.server.recv(0.05)
    rig.client.quiet()
    return bool(got)


def stats(v, proto=6):
    return next(s["stats"] for s in rig.slb.services() if s["addr"] == VIP[v] and s["proto"] == proto)


@both("deny: who is on the list gets no answer, and is counted; others pass")
def _(v):
    rig.slb.acl("bad", [NET[v]], mode="deny")
    rig.service(v, acl="bad")
    rig.mark()
    assert not passes(v, CLIENT[v]) and passes(v, ELSEWHERE[v])
    same(rig.counted().get("drop:denied"), 1)
    told = stats(v)
    same((told["denied-pkts"], told["denied-bytes"]), (1, 64 if v == 6 else 44))
    same(told["conns"], 1)


@both("deny: what is no SYN gets no RST either")
def _(v):
    rig.slb.acl("bad", [NET[v]], mode="deny")
    rig.service(v, acl="bad")
    for flags in (ACK, FIN | ACK, RST, SYN | ACK):
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=flags))
    rig.quiet()
    same(stats(v)["denied-pkts"], 4)


@both("allow: members only")
def _(v):
    rig.slb.acl("good", [NET[v]], mode="allow")
    rig.service(v, acl="good")
    assert passes(v, CLIENT[v]) and not passes(v, ELSEWHERE[v])


@both("an empty list that allows passes nobody, nor one of the other family; an empty one that denies, everybody")
def _(v):
    rig.slb.acl("good", [], mode="allow")
    rig.slb.acl("bad", [], mode="deny")
    rig.service(v, acl="good")
    assert not passes(v, CLIENT[v])
    rig.slb.acl_edit("good", ["::/0" if v == 4 else "0.0.0.0/0"])
    assert not passes(v, CLIENT[v])
    rig.slb.acl_edit("good", ["::/0", "0.0.0.0/0"])
    assert passes(v, CLIENT[v])
    rig.slb.svc_edit(VIP[v], 80, acl="bad")
    assert passes(v, CLIENT[v])


@both("deny wins over allow")
def _(v):
    rig.slb.acl("good", [NET[v]], mode="allow")
    rig.slb.acl("bad", [CLIENT[v]], mode="deny")
    rig.service(v, acl=["bad", "good"])
    third = "10.9.0.3" if v == 4 else "fd00:9::3"
    same([passes(v, c) for c in (CLIENT[v], third, ELSEWHERE[v])], [False, True, False])
    same([s["acl"] for s in rig.slb.services()], [["good", "bad"]], "lists of the service")
    rig.slb.svc_edit(VIP[v], 80, acl_none=True)
    same([passes(v, c) for c in (CLIENT[v], third, ELSEWHERE[v])], [True] * 3)


@both("one list for several services, TCP and UDP, and both families")
def _(v):
    rig.slb.acl("bad", [NET[4], NET[6]], mode="deny")
    rig.service(v, acl="bad")
    rig.service(v, UDP, acl="bad", laddrs=())
    same([passes(v, c, p) for c in (CLIENT[v], ELSEWHERE[v]) for p in (6, UDP)], [False, False, True, True])
    same([a["services"] for a in rig.slb.acls()], [2])
    same(stats(v, UDP)["denied-pkts"], 1)


@both("a living connection goes on when its client is denied; --purge resets it, and no other")
def _(v):
    rig.slb.acl("bad", [], mode="deny")
    rig.service(v, acl="bad")
    rig.service(v, port=81, laddrs=())
    flows = [Flow(rig, v).open().data(), Flow(rig, v, client=ELSEWHERE[v]).open().data(),
             Flow(rig, v, vport=81).open().data()]
    rig.slb.acl_edit("bad", [NET[v]])
    flows[0].data()
    rig.slb.acl_edit("bad", op="add", purge=True)
    for link, name in ((rig.server, "server"), (rig.client, "client")):
        got = link.expect(f"RST at the {name}")
        assert got.flags & RST, f"{got}"
        assert flows[0].cport in (got.dport, got.sport) or got.dport == flows[0].sport, f"{got}"
    rig.quiet()
    flows[1].data()
    flows[2].data()
    # Late packets of the one that was reset are answered while it is in CLOSE; a new one is denied.
    assert not passes(v, CLIENT[v])


@both("--purge with the service's own change, and of UDP")
def _(v):
    rig.slb.acl("good", [ELSEWHERE[v]], mode="allow")
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    flow, other = Flow(rig, v).open().data(), Flow(rig, v, client=ELSEWHERE[v]).open().data()
    assert passes(v, CLIENT[v], UDP)
    port = rig.port
    rig.slb.svc_edit(VIP[v], 80, acl="good")
    flow.data()
    rig.slb.svc_edit(VIP[v], 80, UDP, acl="good", purge=True)   # its own and that of the TCP service
    assert rig.server.expect("RST").flags & RST and rig.client.expect("RST").flags & RST
    other.data()
    rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=b"again"))
    rig.quiet()
    same(len(rig.slb.conns(proto=UDP)), 0)


@case("many requests, one change: nothing is seen of them before the last")
def _():
    slb = rig.slb
    slb.acl("bad", ["192.0.2.0/24"], mode="deny")
    rig.service(4, acl="bad")
    slb.acl_edit("bad", ["10.9.0.0/25"], more=True)
    slb.acl_edit("bad", ["10.9.0.128/25"], more=True)
    same(slb.acl_entries(), {"bad": [("192.0.2.0", 24)]})
    assert passes(4, CLIENT[4])
    slb.acl_edit("bad", ["10.9.7.0/24"])
    same(slb.acl_entries(), {"bad": [("10.9.0.0", 25), ("10.9.0.128", 25), ("10.9.7.0", 24)]})
    assert not passes(4, CLIENT[4])


@case("an error in the middle drops what was sent and leaves the list as it was")
def _():
    slb = rig.slb
    slb.acl("bad", ["192.0.2.0/24"], mode="deny")
    slb.acl_edit("bad", ["10.9.0.0/24"], more=True)
    refused("EINVAL", "bits set", slb.acl_edit, "bad", ["10.9.0.1/8"], more=True)
    slb.acl_edit("bad", ["10.9.7.0/24"], op="add")
    same(slb.acl_entries(), {"bad": [("10.9.7.0", 24), ("192.0.2.0", 24)]})
    for other in ({"op": "add"}, {"name": "other"}):
        slb.acl_edit("bad", ["10.9.0.0/24"], more=True)
        name = other.pop("name", "bad")
        refused("EINVAL", "something else", slb.acl, name, [], NLM_F_REPLACE | NLM_F_CREATE, mode="deny", **other)
    same(len(slb.acls()), 1)


@case("a socket's end drops what it has sent; another socket's is its own")
def _():
    with netns.inside(LB):
        first, second = Slb(), Slb()
    rig.slb.acl("bad", [], mode="deny")
    first.acl_edit("bad", ["10.0.0.1"], more=True)
    second.acl_edit("bad", ["10.0.0.2"], more=True)
    first.close()
    second.acl_edit("bad", ["10.0.0.3"])
    same(rig.slb.acl_entries(), {"bad": [("10.0.0.2", 32), ("10.0.0.3", 32)]})
    second.acl_edit("bad", ["10.0.0.4"], more=True)
    second.close()


@case("prefixes come in and go; each once, in order")
def _():
    slb = rig.slb
    slb.acl("bad", ["10.2.0.0/16", "fd00::/8", "10.1.0.0/16", "10.1.0.0/24", "10.2.0.0/16"], mode="deny")
    entries = [("10.1.0.0", 16), ("10.1.0.0", 24), ("10.2.0.0", 16), ("fd00::", 8)]
    same(slb.acl_entries(), {"bad": entries})
    slb.acl_edit("bad", ["10.1.0.0/24", "1.2.3.4"], op="add")
    same(slb.acl_entries(), {"bad": [("1.2.3.4", 32)] + entries})
    refused("ENOENT", "does not have", slb.acl_edit, "bad", ["1.2.3.4", "10.1.0.0/20"], op="remove")
    slb.acl_edit("bad", ["1.2.3.4", "10.1.0.0/16"], op="remove")
    same(slb.acl_entries(), {"bad": entries[1:]})
    same([(a["name"], a["mode"], a["entries"], a["services"]) for a in slb.acls()], [("bad", 1, 3, 0)])


def bad_inputs():
    slb, change = rig.slb, rig.slb.change
    slb.acl("good", mode="allow")
    slb.acl("fine", mode="allow")
    slb.acl("bad", mode="deny")
    rig.service(4, acl="bad")
    svc = {"proto": 6, "addr": VIP[4], "port": 80}
    both_ways = NLM_F_REPLACE | NLM_F_CREATE
    return [
        ("EINVAL", "name is missing", change, "ACL_NEW", "ACL", {"mode": 0}, 0),
        ("EINVAL", "has a name", slb.acl, "", (), 0),
        ("EINVAL", "made of", slb.acl, "a b", (), 0),
        ("EINVAL", "made of", slb.acl, "a,b", (), 0),
        ("EINVAL", "made of", slb.acl, "\u00e4", (), 0),
        ("EINVAL", "begin with", slb.acl, "-a", (), 0),
        ("EINVAL", "", slb.acl, "a" * 81, (), 0),
        ("EINVAL", "mode is missing", slb.acl, "new"),
        ("ERANGE", "", change, "ACL_NEW", "ACL", {"name": "new", "mode": 2}, 0),
        ("ERANGE", "", change, "ACL_NEW", "ACL", {"name": "new", "mode": 0, "op": 3}, 0),
        ("ENOENT", "no such access list", slb.acl_edit, "new"),
        ("ENOENT", "no such access list", slb.acl_del, "new"),
        ("EINVAL", "name is missing", change, "ACL_DEL", "ACL", {}, 0),
        ("EEXIST", "exists already", slb.acl, "bad"),
        ("EBUSY", "services use", slb.acl_del, "bad"),
        ("EBUSY", "stays what it is for", change, "ACL_NEW", "ACL", {"name": "bad", "mode": 0}, both_ways),
        ("EINVAL", "address is missing", change, "ACL_NEW", "ACL", {"name": "bad", "prefix": {"len": 1}}, both_ways),
        ("EINVAL", "length is missing", change, "ACL_NEW", "ACL", {"name": "bad", "prefix": {"addr": "::"}},
         both_ways),
        ("ERANGE", "longer than", slb.acl_edit, "bad", ["10.0.0.0/33"]),
        ("EINVAL", "bits set", slb.acl_edit, "bad", ["10.0.0.0/6"]),
        ("EINVAL", "", change, "ACL_NEW", "ACL", {"name": "bad", "entries": 1}, both_ways),
        ("ENOENT", "no such access list", change, "SVC_NEW", "SVC", {**svc, "acl": "new"}, NLM_F_REPLACE),
        ("EINVAL", "one list that allows", change, "SVC_NEW", "SVC", {**svc, "acl": ["good", "fine"]}, NLM_F_REPLACE),
        ("EINVAL", "one list that allows", change, "SVC_NEW", "SVC", {**svc, "acl": ["bad", "bad"]}, NLM_F_REPLACE),
        ("EINVAL", "taken away", change, "SVC_NEW", "SVC", {**svc, "acl": "good", "acl-none": True}, NLM_F_REPLACE),
    ]


@case("what is wrong is refused in words and changes nothing")
def _():
    rows = bad_inputs()
    before = rig.slb.acls(), [s["acl"] for s in rig.slb.services()]
    for row in rows:
        try:
            refused(*row)
        except AssertionError as error:
            raise AssertionError(f"{row[1:2] + row[3:]}: {error}") from error
    same((rig.slb.acls(), [s["acl"] for s in rig.slb.services()]), before)


@case("a list is in use until its service is gone or has another; a free one may change its mode")
def _():
    slb = rig.slb
    slb.acl("one", mode="deny")
    rig.service(4, acl="one")
    slb.svc_edit(VIP[4], 80, acl_none=True)
    slb.acl_edit("one", ["10.9.0.0/16"], mode="allow")
    slb.svc_edit(VIP[4], 80, acl="one")
    assert passes(4, CLIENT[4])
    slb.svc_del(VIP[4], 80)
    slb.acl_del("one")
    same((slb.acls(), slb.info()["acls"]), ([], 0))
    slb.acl("two", mode="deny")
    slb.flush()
    same(slb.acls(), [])


MANY = 100000 if SLOW <= 1 else 20000     # elsewhere slbadm sends as many, which is quicker


def many():
    """Every second /26 from 11.0.0.0 on, and some of IPv6."""
    first = int(ipaddress.IPv4Address("11.0.0.0"))
    prefixes = [f"{ipaddress.IPv4Address(first + i * 128)}/26" for i in range(MANY - 1000)]
    return prefixes + [f"fd00:9:{i:x}::/48" for i in range(1000)]


@case(f"{MANY} prefixes: replaced, listed and obeyed")
def _():
    slb = rig.slb
    slb.acl("bad", ["10.9.0.0/24", "fd00:9::/48"], mode="deny")
    for v in (4, 6):
        rig.service(v, acl="bad")
    prefixes = many()
    assert not passes(4, CLIENT[4]) and not passes(6, CLIENT[6])
    begun = time.monotonic()
    for at in range(0, MANY, 1000):
        slb.acl_edit("bad", prefixes[at:at + 1000], more=True)
    assert not passes(4, CLIENT[4])
    slb.acl_edit("bad")
    print(f"# replaced in {time.monotonic() - begun:.1f} s", flush=True)
    assert passes(4, CLIENT[4])
    same([passes(6, f"fd00:9:{i:x}::2") for i in (0, 999, 1000)], [False, False, True])
    begun = time.monotonic()
    got = slb.acl_entries()["bad"]
    print(f"# listed in {time.monotonic() - begun:.1f} s", flush=True)
    same(len(got), MANY)
    assert [f"{a}/{n}" for a, n in got[:MANY - 1000]] == prefixes[:MANY - 1000], "not what was sent"
    slb.acl_edit("bad", prefixes[:2000] + ["10.9.0.0/24"], op="add")
    same(slb.acls()[0]["entries"], MANY + 1)
    slb.acl_edit("bad", prefixes[:2000], op="remove")
    same(slb.acls()[0]["entries"], MANY - 1999)
    assert not passes(4, CLIENT[4])


@case("changes are told to who listens")
def _():
    out = []
    with netns.inside(LB):
        listener = Slb()
    listener.sock.setsockopt(270, 1, group("config"))
    listener.sock.settimeout(5)
    rig.slb.acl("bad", ["10.0.0.1"], mode="deny")
    rig.slb.acl_edit("bad", ["10.0.0.2"], op="add")
    rig.slb.acl_del("bad")
    while len(out) < 3:
        data = listener.sock.recv(1 << 16)
        if data[16] == ENUM["SLB_CMD_ACL_NTF"]:
            out.append(decode("ACL", attrs(data[20:struct.unpack_from("I", data)[0]])))
    same([(m["name"], m.get("entries")) for m in out], [("bad", 1), ("bad", 2), ("bad", None)])
    listener.close()


def group(name):
    """Number of a multicast group, from the controller."""
    family, rig.slb.id = rig.slb.id, GENL_ID_CTRL
    try:
        answer = dict(rig.slb.call(CTRL_CMD_GETFAMILY, attr(2, b"slb\0"))[0])
    finally:
        rig.slb.id = family
    for _, one in attrs(answer[7]):
        fields = dict(attrs(one))
        if fields[1].rstrip(b"\0").decode() == name:
            return struct.unpack("I", fields[2])[0]
    raise AssertionError("no such group")


main(before=rig.fresh)
