# SPDX-License-Identifier: GPL-2.0-only
"""Services with a range of ports, or all of them."""
import errno
import random
import struct

from cases import both, case, eventually, main, same
from slbnl import ENUM, NLM_F_DUMP, NLM_F_REPLACE, Refused, cmd, encode
from wire import (ACK, CLIENT, ICMP, ICMP6, LADDR, RST, SERVER, SERVER2, SYN, TCP, UDP, VIP, Flow, Pkt, Rig)

rig = Rig()
VIP2 = {4: "10.0.0.81", 6: "fd00::81"}
SERVER3 = {4: "10.1.0.13", 6: "fd00:1::13"}
FULLNAT, NAT = ENUM["SLB_FWD_FULLNAT"], ENUM["SLB_FWD_NAT"]


def span(v, first, last=None, proto=TCP, addr=None):
    """What names a service of these ports; 0 is all of them."""
    key = {"proto": proto, "addr": addr or VIP[v], "port": first}
    return {**key, "port-last": last} if last is not None else key


def listener(v, key, server=None, port=0, fwd=FULLNAT, **fields):
    rig.slb.listen(key, **fields)
    rig.slb.serve(key, server or SERVER[v], port, fwd=fwd)
    return key


def local(v, **fields):
    rig.slb.laddr(LADDR[v], **fields)


def lands(v, vport, server, sport, vip=None):
    """A connection to this port is opened towards this server."""
    flow = Flow(rig, v, vport=vport, vip=vip)
    flow.syn()
    same((flow.saddr, flow.sport), (server, sport), f"port {vport}")
    return flow


def live():
    info = rig.slb.info()
    return info["created"] - info["destroyed"]


def datagram(v, vport, answer=True, cport=None):
    """A datagram to the service and the answer; what the server saw."""
    sent = Pkt(CLIENT[v], VIP[v], cport or rig.next_port(), vport, UDP, data=b"question")
    rig.client.send(sent)
    got = rig.server.expect("datagram")
    same(got.data, b"question")
    if answer:
        rig.server.send(Pkt(got.dst, got.src, got.dport, got.sport, UDP, data=b"answer"))
        back = rig.client.expect("answer")
        same((back.src, back.sport, back.dst, back.dport, back.data),
             (VIP[v], vport, CLIENT[v], sent.sport, b"answer"))
    return got


# These begin with an empty table, so they come first.
@both("one client port to many ports of the service: as many flows, endpoints and leases, which all go")
def _(v):
    rig.settle()
    local(v)
    listener(v, span(v, 0, proto=UDP), idle=10)
    before = live()
    for vport in range(1000, 1040):
        same(datagram(v, vport, cport=31000).dport, vport)
    same(len(rig.slb.conns(client_port=31000)), 40)
    assert live() >= before + 80, "an endpoint and a map for each port"
    rig.slb.listen(span(v, 0, proto=UDP), NLM_F_REPLACE, timeouts={"udp": 1}, idle=0)
    eventually(lambda: not rig.slb.info()["conns"], "the flows' end")
    eventually(lambda: live() == before, "the endpoints' end")


@both("nat: a server that is itself a range of this balancer is served by fullNAT")
def _(v):
    rig.settle()
    local(v)
    listener(v, span(v, 80), VIP2[v], 8500, fwd=NAT)
    listener(v, span(v, 8000, 8999, addr=VIP2[v]))
    flow = lands(v, 80, SERVER[v], 8500)
    rig.server.send(flow.spkt(SYN | ACK))
    got = rig.client.expect("SYN/ACK")
    same((got.src, got.sport, got.dport, got.flags), (VIP[v], 80, flow.cport, SYN | ACK))
    same(sorted(conn["laddr"] for conn in rig.slb.conns()), [LADDR[v]] * 2)


@both("ranges that lead to each other: the circle ends at once")
def _(v):
    rig.settle()
    local(v)
    listener(v, span(v, 0), VIP2[v])
    listener(v, span(v, 8000, 8999, addr=VIP2[v]), VIP[v])
    rig.mark()
    flow = Flow(rig, v, vport=8765)
    flow.syn(check=False)
    same(rig.client.expect("RST").flags & RST, RST)
    same(rig.counted().get("drop:loop"), 1)
    rig.server.quiet()


@both("the exact port comes before a range, a range before all ports; the server is met on the same port")
def _(v):
    local(v)
    listener(v, span(v, 0), SERVER3[v])
    listener(v, span(v, 8000, 8999), SERVER2[v])
    listener(v, span(v, 8005), SERVER[v], 8080)
    for vport, server, sport in ((8005, SERVER[v], 8080), (8000, SERVER2[v], 8000), (8004, SERVER2[v], 8004),
                                 (8006, SERVER2[v], 8006), (8999, SERVER2[v], 8999), (7999, SERVER3[v], 7999),
                                 (9000, SERVER3[v], 9000), (1, SERVER3[v], 1), (65535, SERVER3[v], 65535)):
        lands(v, vport, server, sport)
    # Without the exact one its port is the range's, without that all ports'; and there is UDP of its own.
    rig.slb.svc_del(VIP[v], 8005)
    rig.client.drain()
    rig.server.drain()
    lands(v, 8005, SERVER2[v], 8005)
    rig.slb.listen_del(span(v, 8000, 8999))
    rig.client.drain()
    rig.server.drain()
    lands(v, 8005, SERVER3[v], 8005)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], 777, 8005, UDP))
    rig.server.quiet()
    same(rig.counted(), {"seen": 1, "passed": 1})
    rig.client.drain()


@both("a whole connection through a range, the same port, with the client's address")
def _(v):
    local(v)
    listener(v, span(v, 8000, 8999))
    flow = Flow(rig, v, vport=8123, ts=True).open()
    same(flow.sport, 8123)
    flow.s()
    same(flow.entry()["srv-port"], 8123)
    flow.data()
    flow.close()
    same(flow.state(), "time-wait")


@both("a fixed port of the server, for a range and for all ports")
def _(v):
    local(v)
    listener(v, span(v, 8000, 8999), SERVER[v], 8080)
    listener(v, span(v, 0), SERVER2[v], 9090)
    one, two = lands(v, 8000, SERVER[v], 8080), lands(v, 8999, SERVER[v], 8080)
    for flow in one, two, lands(v, 22, SERVER2[v], 9090):
        flow.data_after_open()
    assert (one.laddr, one.lport) != (two.laddr, two.lport), "two connections, one lease"


@both("the server is told the client's address on the way to the same port")
def _(v):
    local(v)
    listener(v, span(v, 0))
    flow = Flow(rig, v, vport=4711)
    flow.syn()
    flow.synack()
    rig.client.send(flow.cpkt())
    got = rig.server.expect("ACK with TOA")
    toa = got.option(254)
    same(struct.unpack("!H", toa[:2])[0], flow.cport)
    same(len(toa), 18 if v == 6 else 6)


@both("TCP and UDP on the same ports are two services")
def _(v):
    local(v)
    listener(v, span(v, 5000, 5999), SERVER[v])
    listener(v, span(v, 5000, 5999, UDP), SERVER2[v])
    lands(v, 5500, SERVER[v], 5500)
    got = datagram(v, 5500)
    same((got.dst, got.dport), (SERVER2[v], 5500))
    rig.slb.listen_del(span(v, 5000, 5999))
    rig.client.drain()
    rig.server.drain()
    datagram(v, 5999)


@both("a service of one port and a range lead to one server's port: the leases are shared")
def _(v):
    local(v, port_first=20000, port_last=20001)
    listener(v, span(v, 80), SERVER[v], 8000)
    listener(v, span(v, 8000, 8999))
    one, two = lands(v, 80, SERVER[v], 8000), lands(v, 8000, SERVER[v], 8000)
    same({one.lport, two.lport}, {20000, 20001})
    for flow in one, two:
        flow.data_after_open()
    rig.mark()
    Flow(rig, v, vport=8000).syn(check=False)
    rig.server.quiet()
    same(rig.counted().get("drop:no-port"), 1)
    same(rig.client.expect("RST").flags & RST, RST)
    # Another port of the server has leases of its own.
    same({lands(v, 8001, SERVER[v], 8001).lport, lands(v, 8001, SERVER[v], 8001).lport}, {20000, 20001})


@both("leases of an endpoint that nobody configured are taken back from closing connections")
def _(v):
    local(v, port_first=20000, port_last=20000)
    listener(v, span(v, 0))
    Flow(rig, v, vport=99).open().data().close()
    rig.mark()
    lands(v, 99, SERVER[v], 99).data_after_open()
    same(rig.counted().get("reclaimed"), 1)


@both("no local port at all: refused, and nothing is left behind")
def _(v):
    local(v, port_first=20000, port_last=20000)
    listener(v, span(v, 0))
    flow = lands(v, 99, SERVER[v], 99)
    flow.data_after_open()
    before = live()
    for _ in range(3):
        Flow(rig, v, vport=99).syn(check=False)
        same(rig.client.expect("RST").flags & RST, RST)
    rig.server.quiet()
    assert live() <= before, "maps or endpoints without a lease"


def icmp_error(v, quoted, src, dst):
    """Port unreachable from src about the first bytes of a packet."""
    if v == 4:
        return Pkt(src, dst, proto=ICMP, data=struct.pack("!BBHI", 3, 3, 0, 0) + quoted)
    return Pkt(src, dst, proto=ICMP6, data=struct.pack("!BBHI", 1, 4, 0, 0) + quoted)


@both("an ICMP error about a flow of a range names the port that the client knows")
def _(v):
    local(v)
    listener(v, span(v, 7000, 7999, UDP))
    got = datagram(v, 7654, answer=False)
    rig.server.send(icmp_error(v, got.raw, got.dst, got.src))
    back = rig.client.expect("ICMP error")
    same((back.src, back.dst), (VIP[v], CLIENT[v]))
    quoted = Pkt.parse(back.data[8:])
    same((quoted.dst, quoted.dport), (VIP[v], 7654))


@both("nat: the client itself on the same port; two services and one server's port, the port is changed")
def _(v):
    key = listener(v, span(v, 0), fwd=NAT)
    other = listener(v, span(v, 1, 65535, addr=VIP2[v]), fwd=NAT)
    flow = lands(v, 555, SERVER[v], 555)
    same((flow.laddr, flow.lport), (CLIENT[v], flow.cport))
    flow.data_after_open()
    rig.mark()
    twin = Flow(rig, v, vport=555, vip=VIP2[v], cport=flow.cport)
    twin.syn()
    same((twin.laddr, twin.saddr, twin.sport), (CLIENT[v], SERVER[v], 555))
    assert twin.lport != flow.cport, "one tuple for two connections"
    same(rig.counted().get("nat-port-changed"), 1)
    twin.data_after_open()
    flow.data()
    # To another port there is no conflict.
    third = Flow(rig, v, vport=556, vip=VIP2[v], cport=flow.cport)
    third.syn()
    same((third.lport, third.sport), (flow.cport, 556))
    rig.slb.listen_del(key)
    rig.slb.listen_del(other)


@both("what is no connection of a range: a RST, or whatever the service says")
def _(v):
    local(v)
    key = listener(v, span(v, 8000, 8999))
    for policy, answered, counted in (("RESET", True, {"drop:unknown-tcp": 1}), ("DROP", False, {"drop:unknown-tcp": 1}),
                                      ("PASS", None, {"passed": 1})):
        rig.slb.listen(key, NLM_F_REPLACE, unknown=ENUM["SLB_UNKNOWN_" + policy])
        rig.mark()
        rig.client.send(Pkt(CLIENT[v], VIP[v], 777, 8001, flags=ACK, ack=5))
        if answered:
            same(rig.client.expect("RST").flags, RST)
        elif answered is False:
            rig.client.quiet()
        same({name: n for name, n in rig.counted().items() if name in ("drop:unknown-tcp", "passed")}, counted)
        rig.client.drain()


@both("disabled: old connections go on, new ones are refused and counted; enabled again they come")
def _(v):
    local(v)
    key = listener(v, span(v, 8000, 8999))
    flow = Flow(rig, v, vport=8100).open().data()
    rig.slb.listen(key, NLM_F_REPLACE, enabled=0)
    flow.data()
    rig.mark()
    Flow(rig, v, vport=8100).syn(check=False)
    same(rig.client.expect("RST").flags & RST, RST)
    rig.server.quiet()
    same(rig.counted().get("drop:disabled"), 1)
    flow.data()
    rig.slb.listen(key, NLM_F_REPLACE, enabled=1)
    lands(v, 8100, SERVER[v], 8100)


@both("a range that is deleted resets its connections; its ports are nobody's, or all ports'")
def _(v):
    local(v)
    listener(v, span(v, 0), SERVER2[v])
    key = listener(v, span(v, 8000, 8999))
    flow, other = Flow(rig, v, vport=8100).open().data(), Flow(rig, v, vport=7000).open().data()
    rig.slb.listen_del(key)
    same(rig.client.expect("RST").flags & RST, RST)
    same(rig.server.expect("RST").flags & RST, RST)
    other.data()
    lands(v, 8100, SERVER2[v], 8100)
    same(flow.state(), "close")


@both("counters, zeroing and lists of a range; its connections by address and ports")
def _(v):
    local(v)
    key, rest = listener(v, span(v, 8000, 8999)), listener(v, span(v, 0))
    for vport in (8000, 8999, 9000):
        Flow(rig, v, vport=vport).open()
    listed = {(svc["port"], svc.get("port-last")): svc for svc in rig.slb.services()}
    same(sorted(listed), [(0, None), (8000, 8999)])
    same(listed[8000, 8999]["stats"]["conns"], 2)
    rig.slb.zero(key)
    listed = {svc["port"]: svc["stats"]["conns"] for svc in rig.slb.services()}
    same(listed, {8000: 0, 0: 1})
    for ports, want in (((8000, 8999), [8000, 8999]), ((8999, None), [8999]), ((0, None), [8000, 8999, 9000]),
                        ((8000, 8998), [8000])):
        filters = {"svc_port": ports[0], **({"svc_port_last": ports[1]} if ports[1] else {})}
        found = rig.slb.conns(svc_addr=VIP[v], state=3, **filters)
        same(sorted(conn["svc-port"] for conn in found), want, f"ports {ports}")
    rig.slb.zero(rest)
    same({(srv["addr"], srv["port"]) for srv in rig.slb.servers()}, {(SERVER[v], 0)})


def refused(what, error, words):
    try:
        what()
    except Refused as why:
        same((why.errno, words in str(why)), (error, True), str(why))
        return
    raise AssertionError(f"not refused: {words}")


@case("a range of ports without its first is refused, to list connections and to end them")
def _():
    for command in "CONN_GET", "CONN_DEL":
        refused(lambda command=command: rig.slb.call(cmd(command), encode("CONN", {"svc-port-last": 9000}),
                                                     NLM_F_DUMP if command == "CONN_GET" else 0),
                errno.EINVAL, "needs its first")


@both("what overlaps, or cannot be, is refused in words and changes nothing")
def _(v):
    add = rig.slb.listen
    key = listener(v, span(v, 8000, 8999))
    listener(v, span(v, 9100, 9199))
    listener(v, span(v, 0))
    overlap, exists = "the ports overlap those of another service", "the service exists already"
    before = rig.slb.services()
    for first, last, words in ((8000, 8999, exists), (0, None, exists), (7000, 8000, overlap), (8999, 9000, overlap),
                               (8500, 8501, overlap), (1, 65535, overlap), (8000, 8001, overlap),
                               (8998, 8999, overlap), (9199, 9200, overlap), (9050, 9100, overlap),
                               (9000, 8999, "the last port comes before the first"),
                               (0, 5, "port 0 is all ports, and no range")):
        refused(lambda: add(span(v, first, last)),  # pylint: disable=cell-var-from-loop
                errno.EEXIST if words in (overlap, exists) else errno.EINVAL, words)
    for first, last in ((8000, 8998), (8000, None), (1, None)):
        refused(lambda: rig.slb.listen_del(span(v, first, last)), errno.ENOENT,  # pylint: disable=cell-var-from-loop
                "no such service")
    itself = "the server is the service itself"
    for port in (0, 8000, 8999):
        refused(lambda: rig.slb.serve(key, VIP[v], port), errno.ELOOP, itself)  # pylint: disable=cell-var-from-loop
    refused(lambda: rig.slb.serve(span(v, 0), VIP[v], 7), errno.ELOOP, itself)
    rig.slb.serve(key, VIP[v], 9000)
    listener(v, span(v, 80), SERVER[v], 8080)
    refused(lambda: rig.slb.serve(span(v, 80), SERVER2[v], 0), errno.EINVAL, "a port is 1-65535")
    same([svc["port"] for svc in rig.slb.services()], [svc["port"] for svc in before] + [80])
    # Beside each other, in the other protocol, in one that is a single port, they may.
    for other in (span(v, 9000, 9099), span(v, 7000, 7999), span(v, 8500), span(v, 8500, 8501, UDP),
                  span(v, 8000, 8999, addr=VIP2[v]), span(v, 9200, 65535)):
        add(other)


@case("sixty ranges in any order, some removed, some added again: each port finds its own")
def _():
    local(4)
    chance = random.Random(31)
    spans = [(first, first + 49) for first in range(2000, 8000, 100)]
    chance.shuffle(spans)
    have = set()
    for at, (first, last) in enumerate(spans):
        rig.slb.listen(span(4, first, last))
        have.add((first, last))
        if at % 3 == 0:
            gone = chance.choice(sorted(have))
            rig.slb.listen_del(span(4, *gone))
            have.discard(gone)
        if at % 9 == 0 and gone not in have:
            rig.slb.listen(span(4, *gone))
            have.add(gone)
    same({(svc["port"], svc["port-last"]) for svc in rig.slb.services()}, have)
    for first, last in spans:
        for vport, inside in ((first - 1, False), (first, True), (last, True), (last + 1, False)):
            rig.mark()
            rig.client.send(Pkt(CLIENT[4], VIP[4], 777, vport, flags=SYN))
            counted = eventually(lambda: rig.counted().get("seen") and rig.counted(), "the SYN")
            # Without a server it is refused.
            want = "drop:no-server" if inside and (first, last) in have else "passed"
            same(counted.get(want), 1, f"port {vport}, {counted}, {want}")
    rig.client.drain()
    for first, last in sorted(have):
        rig.slb.listen_del(span(4, first, last))
    same(rig.slb.services(), [])


main(before=rig.fresh)
