# SPDX-License-Identifier: GPL-2.0-only
"""Services by mark. The balancer marks what goes to 10.77/16 with 5, SYNs to 10.78/16 with 6, 10.79/16 with 9."""
import struct

import netns
from cases import both, case, eventually, main, same
from slbnl import ENUM, NLM_F_REPLACE, cmd, decode, encode
from wire import (ACK, CLIENT, ICMP, ICMP6, LADDR, LB, RST, SERVER, SERVER2, SYN, TCP, UDP, Flow, Pkt, Rig, checksum)

rig = Rig()
NAT = ENUM["SLB_FWD_NAT"]
ANY = {4: "10.77.3.4", 6: "fd00:77::304"}
ANY2 = {4: "10.77.200.1", 6: "fd00:77:1::1"}
FIRST = {4: "10.78.3.4", 6: "fd00:78::304"}
OTHER = {4: "10.79.3.4", 6: "fd00:79::304"}
SECOND = {4: "10.0.0.81", 6: "fd00::81"}        # marked with 7
FRESH = {4: "10.77.99.9", 6: "fd00:77:9::9"}


def by_mark(v, mark=5):
    return {"fwmark": mark, **({"ipv6": True} if v == 6 else {})}


def marked(v, mark=5, servers=(SERVER,), port=0, **fields):
    """A service by mark with its servers."""
    srv = {"fwd": fields.pop("fwd")} if "fwd" in fields else {}
    rig.slb.laddr(LADDR[v])
    rig.slb.listen(by_mark(v, mark), **fields)
    for server in servers:
        rig.slb.serve(by_mark(v, mark), server[v], port, **srv)
    return by_mark(v, mark)


def left_marked():
    """Packets that have left the balancer with a mark."""
    text = netns.run(LB, "nft", "list", "chain", "inet", "marks", "post")
    return int(text.split("packets ")[1].split()[0])


def lands(v, vip, vport, server, sport, **fields):
    flow = Flow(rig, v, vip=vip[v], vport=vport, **fields)
    flow.syn()
    same((flow.saddr, flow.sport), (server[v], sport))
    return flow


def datagram(v, vip, vport, server, sport):
    sent = Pkt(CLIENT[v], vip[v], rig.next_port(), vport, UDP, data=b"question")
    rig.client.send(sent)
    got = rig.server.expect("datagram")
    same((got.dst, got.dport, got.data), (server[v], sport, b"question"))
    rig.server.send(Pkt(got.dst, got.src, got.dport, got.sport, UDP, data=b"answer"))
    back = rig.client.expect("answer")
    same((back.src, back.sport, back.dst, back.dport), (vip[v], vport, sent.src, sent.sport))
    return sent, got


def foreign(v, vip, proto=TCP, **fields):
    """A packet that is none of the balancer's."""
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], vip[v], rig.next_port(), 80, proto, **fields))
    rig.server.quiet()
    # Connections of earlier tests may end meanwhile.
    same({name: n for name, n in rig.counted().items() if not name.startswith("conn-")}, {})
    rig.client.drain()


@both("TCP and UDP, any address and port, on the same port of one server")
def _(v):
    marked(v)
    before = left_marked()
    for vip, vport in ((ANY, 80), (ANY, 443), (ANY2, 80), (ANY2, 65535)):
        lands(v, vip, vport, SERVER, vport).data_after_open().close()
        datagram(v, vip, vport, SERVER, vport)
    same(left_marked(), before, "packets that left with the mark")


@both("a fixed port of the server, both protocols; the client's address is told")
def _(v):
    marked(v, port=8080)
    flow = lands(v, ANY, 80, SERVER, 8080)
    flow.synack()
    rig.client.send(flow.cpkt())
    toa = rig.server.expect("ACK with TOA").option(254)
    same(struct.unpack("!H", toa[:2])[0], flow.cport)
    datagram(v, ANY, 53, SERVER, 8080)


@both("only the first packet has the mark, and the connection goes on; what has none opens nothing")
def _(v):
    marked(v, mark=6)
    flow = Flow(rig, v, vip=FIRST[v], ts=True).open().data()
    flow.data()
    entry = flow.entry()
    same((entry["fwmark"], entry["svc-addr"], entry["srv-port"]), (6, FIRST[v], 80))
    flow.close()
    # And again: in TIME_WAIT the client may open afresh.
    flow.cisn += 1 << 20
    flow.open().data()
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], FIRST[v], 777, 80, flags=ACK, ack=1))
    rig.server.quiet()
    same(rig.counted(), {"seen": 1, "passed": 1}, "a packet to an address with a connection")
    rig.client.drain()


@both("routes are looked up once for each direction, not for each packet")
def _(v):
    marked(v)
    flow = Flow(rig, v, vip=ANY[v]).open().data()
    counts = rig.slb.counters()[0]["route-lookup"]
    for _ in range(20):
        flow.data()
    same(rig.slb.counters()[0]["route-lookup"], counts)


@both("an ICMP error about an answer comes without the mark and finds its way")
def _(v):
    marked(v)
    sent, got = datagram(v, ANY, 53, SERVER, 53)
    rig.server.send(Pkt(got.dst, got.src, got.dport, got.sport, UDP, data=b"more"))
    answer = rig.client.expect("answer")
    if v == 4:
        error = Pkt(sent.src, ANY[v], proto=ICMP, data=struct.pack("!BBHI", 3, 3, 0, 0) + answer.raw)
    else:
        error = Pkt(sent.src, ANY[v], proto=ICMP6, data=struct.pack("!BBHI", 1, 4, 0, 0) + answer.raw)
    rig.client.send(error)
    back = rig.server.expect("ICMP error")
    same(back.dst, SERVER[v])
    quoted = Pkt.parse(back.data[8:])
    same((quoted.src, quoted.sport), (SERVER[v], 53))


@both("the mark comes before the address; without it the address' own service is found")
def _(v):
    rig.slb.svc(SECOND[v], 80)
    rig.slb.laddr(LADDR[v])
    rig.slb.srv((SECOND[v], 80), SERVER2[v], 8080)
    old = lands(v, SECOND, 80, SERVER2, 8080)
    rig.slb.listen(by_mark(v, 7))
    rig.slb.serve(by_mark(v, 7), SERVER[v])
    lands(v, SECOND, 80, SERVER, 80).data_after_open()
    old.data_after_open()       # its packets have the mark now
    rig.slb.listen_del(by_mark(v, 7))
    eventually(lambda: rig.client.recv(0.1) is None, "the RSTs")
    rig.server.drain()
    lands(v, SECOND, 80, SERVER2, 8080)
    old.data()


@both("other marks, the other family and multicast are not taken, nor is anything before there is a service")
def _(v):
    foreign(v, FRESH)
    marked(v)
    foreign(v, OTHER, flags=SYN)
    foreign(10 - v, FRESH, flags=SYN)
    foreign(v, OTHER, UDP)
    if v == 4:
        foreign(v, {4: "224.1.2.3"}, UDP)


@both("when its connections are over, an address is nobody's again")
def _(v):
    rig.settle()
    marked(v, mark=6, timeouts={"close": 1, "syn-sent": 1})
    lands(v, FIRST, 80, SERVER, 80)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], FIRST[v], 777, 81, UDP))
    eventually(lambda: rig.counted().get("seen") == 1, "a packet that is looked at")
    eventually(lambda: not rig.slb.info()["conns"], "the end")

    def gone():
        rig.mark()
        rig.client.send(Pkt(CLIENT[v], FIRST[v], 777, 81, UDP))
        rig.server.quiet()
        return not rig.counted()
    eventually(gone, "an address that is not looked at")
    rig.client.drain()


@both("disabled, without server, and what is no connection: refused as ever")
def _(v):
    key = marked(v, servers=())
    for enabled, counted in ((1, "drop:no-server"), (0, "drop:disabled")):
        rig.slb.listen(key, NLM_F_REPLACE, enabled=enabled)
        rig.mark()
        rig.client.send(Pkt(CLIENT[v], ANY[v], rig.next_port(), 80, flags=SYN))
        got = rig.client.expect("RST")
        same((got.src, got.sport, got.flags & RST), (ANY[v], 80, RST))
        same(rig.counted().get(counted), 1)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], ANY[v], rig.next_port(), 80, flags=ACK, ack=7))
    same(rig.client.expect("RST").flags & RST, RST)
    same(rig.counted().get("drop:unknown-tcp"), 1)


@both("fragments to any address are put together first")
def _(v):
    marked(v)
    sent = Pkt(CLIENT[v], FRESH[v], rig.next_port(), 53, UDP, data=bytes(range(256)) * 8, df=False)
    for part in fragments(sent.build(), 1024):
        rig.client.send(part)
    same(rig.server.recv().dst, SERVER[v])      # a fragment of it
    rig.server.drain()
    same([(conn["svc-addr"], conn["svc-port"]) for conn in rig.slb.conns(client_port=sent.sport)], [(FRESH[v], 53)])


def fragments(raw, size):
    """The packet in two pieces, cut behind size bytes of what follows the IP header."""
    if raw[0] >> 4 == 4:
        head, body = bytearray(raw[:20]), raw[20:]
        pieces = []
        for at, part, more in ((0, body[:size], 0x2000), (size, body[size:], 0)):
            head[2:4] = struct.pack("!H", 20 + len(part))
            head[4:8] = struct.pack("!HH", 4711, more | at // 8)
            head[10:12] = b"\0\0"
            head[10:12] = struct.pack("!H", checksum(bytes(head)))
            pieces.append(bytes(head) + part)
        return pieces
    head, body = bytearray(raw[:40]), raw[40:]
    proto, pieces = head[6], []
    for at, part, more in ((0, body[:size], 1), (size, body[size:], 0)):
        head[4:7] = struct.pack("!HB", 8 + len(part), 44)
        pieces.append(bytes(head) + struct.pack("!BBHI", proto, 0, at | more, 4711) + part)
    return pieces


@both("nat: the client itself, both protocols")
def _(v):
    marked(v, fwd=NAT)
    flow = lands(v, ANY, 80, SERVER, 80)
    same((flow.laddr, flow.lport), (CLIENT[v], flow.cport))
    flow.data_after_open()
    _, got = datagram(v, ANY, 53, SERVER, 53)
    same(got.src, CLIENT[v])
    # The same client port to another address: the server could not tell the two apart.
    rig.mark()
    twin = Flow(rig, v, vip=ANY2[v], cport=flow.cport)
    twin.syn()
    same((twin.laddr, twin.saddr), (CLIENT[v], SERVER[v]))
    assert twin.lport != flow.cport, "one tuple for two connections"
    same(rig.counted().get("nat-port-changed"), 1)


def ended(count, **filters):
    """conn-del ends so many."""
    answer = rig.slb.call(cmd("CONN_DEL"), encode("CONN", filters))
    same(decode("CONN", answer[0])["ended"], count, "connections ended")


@both("deleted: both ends of its connections are reset, and its packets are nobody's")
def _(v):
    key = marked(v)
    flow = Flow(rig, v, vip=ANY[v]).open().data()
    rig.slb.listen_del(key)
    same(rig.client.expect("RST").flags & RST, RST)
    same(rig.server.expect("RST").flags & RST, RST)
    same(flow.state(), "close")
    same(rig.slb.services(), [])
    rig.mark()
    foreign(v, FRESH, flags=SYN)


@both("its connections are ended by the mark, with a RST to both ends; others stay")
def _(v):
    marked(v)
    flow = Flow(rig, v, vip=ANY[v]).open().data()
    ended(fwmark=7, count=0)
    same(flow.state(), "established")
    ended(fwmark=5, count=1)
    same(rig.client.expect("RST").flags & RST, RST)
    same(rig.server.expect("RST").flags & RST, RST)


@case("one mark is a service of each family, with its own servers and counters")
def _():
    for v in (4, 6):
        marked(v)
        lands(v, ANY, 80, SERVER, 80)
    listed = {bool(svc.get("ipv6")): (svc["fwmark"], svc["stats"]["conns"]) for svc in rig.slb.services()}
    same(listed, {False: (5, 1), True: (5, 1)})
    rig.slb.zero(by_mark(6))
    same({bool(svc.get("ipv6")): svc["stats"]["conns"] for svc in rig.slb.services()}, {False: 1, True: 0})
    same(len(rig.slb.conns(fwmark=5, state=1)), 2)
    same(rig.slb.conns(fwmark=7), [])


main(before=rig.fresh)
