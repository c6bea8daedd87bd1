# SPDX-License-Identifier: GPL-2.0-only
"""ICMP errors that quote a packet of a connection, from either end, from routers and from the host."""
import socket
import struct

import netns
from cases import both, case, main, same
from wire import (ACK, CLIENT, ICMP, ICMP6, LB, NOPS, PSH, SERVER, SYN, UDP, VIP, Flow, Pkt, Rig,
                  checksum, opt_mss, opt_sack, opt_ts, pad)

rig = Rig()
ROUTER = {4: "10.1.99.1", 6: "fd00:1:99::1"}          # between the balancer and the servers
FAR_ROUTER = {4: "10.9.99.1", 6: "fd00:9:99::1"}      # between the clients and the balancer
KINDS = {  # what it is called: (type, code, second word) for each family
    "unreachable": {4: (3, 1, 0), 6: (1, 3, 0)},
    "port unreachable": {4: (3, 3, 0), 6: (1, 4, 0)},
    "too big": {4: (3, 4, 1400), 6: (2, 0, 1400)},
    "time exceeded": {4: (11, 0, 0), 6: (3, 0, 0)},
    "parameter problem": {4: (12, 0, 9 << 24), 6: (4, 0, 6)},
}


def error(v, src, dst, what, quoted, **fields):
    """An ICMP error; @what is a name of KINDS or type, code and second word."""
    kind, code, word = KINDS[what][v] if isinstance(what, str) else what
    return Pkt(src, dst, proto=ICMP6 if v == 6 else ICMP,
               data=struct.pack("!BBHI", kind, code, 0, word) + quoted, df=False, **fields)


def quote(pkt, length=None):
    """What a router quotes of a packet that it got."""
    raw = pkt.raw or pkt.build()
    return raw[:length] if length else raw


def check_quote(got, sent, exact=True):
    """The error quotes the packet as its sender sent it, but for the hops."""
    quoted = bytearray(got.data[8:])
    raw = bytearray(sent.build())
    if quoted[0] >> 4 == 4:
        same(checksum(bytes(quoted[:20])), 0, "the quoted IP header's checksum")
        quoted[8], quoted[10:12] = raw[8], raw[10:12]
    else:
        quoted[7] = raw[7]
    if exact:
        same(bytes(quoted).hex(), bytes(raw[:len(quoted)]).hex(), "quoted")
    return bytes(quoted)


def to_client(flow, what, quoted, src=None):
    """An error from the server's side; what the client gets."""
    rig.server.send(error(flow.v, src or flow.saddr, flow.laddr, what, quoted))
    got = rig.client.expect(f"error: {what}")
    same((got.proto, got.dst), (ICMP6 if flow.v == 6 else ICMP, flow.caddr))
    same(got.data[:2], bytes((KINDS[what][flow.v] if isinstance(what, str) else what)[:2]), "type and code")
    return got


def to_server(flow, what, quoted, src=None):
    rig.client.send(error(flow.v, src or flow.caddr, flow.vip, what, quoted))
    got = rig.server.expect(f"error: {what}")
    same((got.proto, got.dst), (ICMP6 if flow.v == 6 else ICMP, flow.saddr))
    return got


@both("every kind of error about a client's packet reaches the client, quoting what it sent")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    sent = flow.cpkt(ACK | PSH, b"to be reported")
    at_server = flow.c(ACK | PSH, b"to be reported")
    before = flow.state()
    rig.mark()
    for what in KINDS:
        got = to_client(flow, what, quote(at_server))
        same(got.src, VIP[v], "the server speaks as the service")
        check_quote(got, sent)
    counted = rig.counted()
    same((counted["forwarded"], counted["icmp-translated"]), (len(KINDS), len(KINDS)))
    same(flow.state(), before)
    flow.s(ACK | PSH, b"goes on")


@both("a router's error keeps the router's address, so that a path can be traced")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    sent = flow.cpkt(SYN, opts=opt_mss(1400), seq=flow.cisn, ttl=2)
    at_server = flow.syn(ttl=2)
    got = to_client(flow, "time exceeded", quote(at_server, 28 if v == 4 else None), ROUTER[v])
    same((got.src, got.ttl), (ROUTER[v], 63))
    check_quote(got, sent)


@both("an error about a server's packet reaches the server, quoting what it sent")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    sent = flow.spkt(ACK | PSH, b"answer that does not fit")
    at_client = flow.s(ACK | PSH, b"answer that does not fit")
    for what in KINDS:
        got = to_server(flow, what, quote(at_client))
        same(got.src, flow.laddr, "the client speaks as the local address")
        check_quote(got, sent)
        got = to_server(flow, what, quote(at_client), FAR_ROUTER[v])
        same(got.src, FAR_ROUTER[v])


@both("numbers in quoted options are those of the quoted packet's sender")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open().data()
    sent = flow.cpkt(ACK | PSH, b"x")
    rig.client.send(sent)
    got = to_client(flow, "too big", quote(rig.server.expect("data")))
    check_quote(got, sent)
    answer = flow.spkt(ACK, opts=pad(NOPS + opt_ts(flow.sclock, flow.cclock + flow.tshift)
                                     + opt_sack(flow.cseq + flow.shift + 10, flow.cseq + flow.shift + 20)))
    rig.server.send(answer)
    got = to_server(flow, "unreachable", quote(rig.client.expect("SACK")))
    check_quote(got, answer)


@both("an error may quote just 8 bytes behind the IP header")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    head = 40 if v == 6 else 20
    sent = flow.cpkt(ACK, b"z")
    at_server = flow.c(ACK, b"z")
    for length in (8, 13, 14, 16, 18, 19, 20, 21):     # half a checksum cannot be right
        check_quote(to_client(flow, "unreachable", quote(at_server, head + length)), sent)
    at_client = flow.s(ACK, b"y")
    for length in (8, 12, 13):
        quoted = check_quote(to_server(flow, "unreachable", quote(at_client, head + length)), flow.spkt(), exact=False)
        same(struct.unpack_from("!HH", quoted, head), (flow.sport, flow.lport))


@both("UDP: port unreachable, with and without a checksum in the quoted datagram")
def _(v):
    rig.service(v, UDP)
    port = rig.next_port()
    for zero in (False, True):
        sent = bytearray(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=b"question").build())
        l4 = 40 if v == 6 else 20
        if zero:
            sent[l4 + 6:l4 + 8] = b"\0\0"
        rig.client.send(bytes(sent))
        at_server = rig.server.expect("datagram")
        rig.server.send(error(v, SERVER[v], at_server.src, "port unreachable", at_server.raw))
        got = rig.client.expect("port unreachable")
        same((got.src, got.dst), (VIP[v], CLIENT[v]))
        same(got.data[8 + l4:].hex(), bytes(sent[l4:]).hex(), "quoted datagram")


@case("IPv6: what is quoted may be the first of a packet's fragments, not a later one")
def _():
    rig.service(6, UDP)
    rig.client.send(Pkt(CLIENT[6], VIP[6], rig.next_port(), 80, UDP, data=b"q" * 64))
    raw = rig.server.expect("datagram").raw
    for offset, there in ((0, True), (8, False)):
        quoted = bytearray(raw[:40]) + struct.pack("!BBHI", UDP, 0, offset | 1, 77) + raw[40:]
        quoted[6] = 44
        rig.mark()
        rig.server.send(error(6, ROUTER[6], socket.inet_ntop(socket.AF_INET6, raw[8:24]), "too big", bytes(quoted)))
        if there:
            got = rig.client.expect("too big")
            same(got.data[8 + 40:8 + 48].hex(), bytes(quoted[40:48]).hex(), "fragment header")
            same(got.data[8 + 8:8 + 24], socket.inet_pton(socket.AF_INET6, CLIENT[6]))
        else:
            rig.client.quiet()
            same(rig.counted().get("passed"), 1)


@both("an error with a wrong checksum stays wrong by as much")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    at_server = flow.c(ACK, b"z")
    raw = bytearray(error(v, flow.saddr, flow.laddr, "unreachable", quote(at_server)).build())
    raw[-1] ^= 0x20
    rig.server.send(bytes(raw))
    got = rig.client.recv()
    same((got.dst, got.sums_ok), (flow.caddr, False))


def strangers(flow, v):
    """Errors that quote nothing of ours, or lie."""
    raw = bytearray(quote(flow.c(ACK, b"z")))
    l4 = 40 if v == 6 else 20
    yield "another port", bytes(raw[:l4]) + struct.pack("!H", flow.lport ^ 1) + bytes(raw[l4 + 2:])
    yield "short by a byte", bytes(raw[:l4 + 7])
    yield "no layer 4", bytes(raw[:l4])
    yield "half an IP header", bytes(raw[:12])
    yield "nothing", b""
    other = bytearray(raw)
    other[0] = other[0] & 15 | 0x50
    yield "another version", bytes(other)
    other = bytearray(raw)
    other[6 if v == 6 else 9] = 132
    yield "another protocol", bytes(other)
    if v == 4:
        other = bytearray(raw)
        other[0] = 0x44
        yield "header length 4", bytes(other)
        other = bytearray(raw[:l4 + 8])
        other[0] = 0x4f
        yield "header length behind the end", bytes(other)
        other = bytearray(raw)
        other[7] = 1
        yield "a later fragment", bytes(other)
    else:
        other = bytearray(raw)
        other[6], other[40], other[41] = 60, 6, 255
        yield "options behind the end", bytes(other)
        other = bytearray(raw)
        other[6] = 43
        yield "a routing header", bytes(other)


@both("errors that quote nothing of ours, or too little, go on to the host")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    for what, quoted in strangers(flow, v):
        rig.mark()
        rig.server.send(error(v, flow.saddr, flow.laddr, "unreachable", quoted))
        rig.client.quiet(0.02)
        counted = rig.counted()
        same((counted.get("seen"), counted.get("passed")), (1, 1), what)
    rig.mark()
    # Sent to another address than the quoted packet's source.
    rig.server.send(error(v, flow.saddr, VIP[v], "unreachable", quote(flow.c(ACK, b"z"))))
    rig.client.quiet()
    same(rig.counted().get("passed"), 1)


@both("redirects and pings are the host's")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    at_server = flow.c(ACK, b"z")
    rig.mark()
    if v == 4:
        rig.server.send(error(v, "10.200.2.2", flow.laddr, (5, 1, 0x0ac80202), quote(at_server)))
        rig.client.quiet()
        same(rig.counted().get("passed"), 1)
    rig.client.send(error(v, CLIENT[v], VIP[v], (128, 0, 1) if v == 6 else (8, 0, 1), b"ping"))
    got = rig.client.expect("echo reply")
    same((got.src, got.data[0]), (VIP[v], 129 if v == 6 else 0))


@both("an error from an impossible source is dropped")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    at_server = flow.c(ACK, b"z")
    rig.mark()
    for src in ("10.200.2.1" if v == 4 else "fd00:c2::1", "127.0.0.1" if v == 4 else "::"):
        rig.server.send(error(v, src, flow.laddr, "unreachable", quote(at_server)))
    rig.client.quiet()
    same(rig.counted().get("drop:martian"), 2)


@both("an error whose own TTL runs out goes no further, and nobody is told")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    at_server = flow.c(ACK, b"z")
    rig.mark()
    rig.server.send(error(v, flow.saddr, flow.laddr, "unreachable", quote(at_server), ttl=1))
    rig.quiet()
    same(rig.counted().get("drop:ttl"), 1)


def hostile_mtu(v, flow, seq, mtu=1300):
    """A forged report about a packet of the client with that number, in the client's numbers."""
    forged = Pkt(flow.laddr, flow.saddr, flow.lport, flow.sport, flags=ACK, seq=seq + flow.shift, data=b"z")
    return error(v, ROUTER[v], flow.laddr, KINDS["too big"][v][:2] + (mtu,), forged.build())


@both("a reported MTU is learned: what is longer is answered here from then on, and a TOA goes ahead")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    sent = flow.cpkt(ACK | PSH, b"f" * 1300)
    flow.c(ACK | PSH, b"f" * 1300)
    rig.mark()
    rig.server.send(hostile_mtu(v, flow, sent.seq))
    rig.client.expect("too big")
    same(rig.counted().get("pmtu-learned"), 1)
    rig.client.send(sent)
    got = rig.client.expect("too big, from the balancer")
    same(struct.unpack_from("!I", got.data, 4)[0] & 0xffff, 1300, "MTU")
    same(rig.counted().get("drop:too-big"), 1)
    # It fits, but not with the client's address in it.
    fits = 1300 - (40 if v == 6 else 20) - 20
    rig.client.send(flow.cpkt(ACK | PSH, b"g" * fits, seq=sent.seq))
    same(rig.server.expect("ACK ahead").data, b"")
    got = rig.server.expect("data")
    same((len(got.data), got.option(254)), (fits, None))


@both("a forged MTU is not learned, wherever its number lies outside of what is on its way")
def _(v):
    rig.service(v, toa=0)
    flow = Flow(rig, v).open().data()
    flow.c(ACK | PSH, b"f" * 1000)
    rig.mark()
    for seq in (flow.cseq + 1, flow.cseq + (1 << 30), flow.cseq - 1001, flow.cseq - (1 << 30)):
        rig.server.send(hostile_mtu(v, flow, seq))
        rig.client.expect("too big")    # the endpoint judges for itself
    same(rig.counted().get("pmtu-learned"), None)
    flow.c(ACK | PSH, b"l" * 1350)
    # Towards the client likewise.
    forged = Pkt(VIP[v], CLIENT[v], 80, flow.cport, flags=ACK, seq=flow.sseq + 99)
    rig.client.send(error(v, FAR_ROUTER[v], VIP[v], KINDS["too big"][v][:2] + (1300,), forged.build()))
    rig.server.expect("too big")
    same(rig.counted().get("pmtu-learned"), None)


@both("an unreachable neighbour of the balancer: the client is told by the service")
def _(v):
    rig.settle()    # the host needs a way to the local address
    rig.service(v, servers=())
    no_neighbour(v, 0)


@both("nat mode: an unreachable neighbour of the balancer")
def _(v):
    rig.slb.svc(VIP[v], 80)
    no_neighbour(v, 1)


def nat_service(v, *ports, proto=6):
    for port in ports:
        rig.slb.svc(VIP[v], port, proto)
        rig.slb.srv((VIP[v], port, proto), SERVER[v], 8080, fwd=1)


@both("nat mode: errors about either end's packets, from that end and from routers, also with another port")
def _(v):
    nat_service(v, 80, 81)
    plain = Flow(rig, v).open().data()
    moved = Flow(rig, v, vport=81, cport=plain.cport).open().data()
    same((plain.lport == plain.cport, moved.lport == moved.cport), (True, False))
    rig.mark()
    for flow in (plain, moved):
        sent = flow.cpkt(ACK | PSH, b"to be reported")
        at_server = flow.c(ACK | PSH, b"to be reported")
        for what in KINDS:
            got = to_client(flow, what, quote(at_server))
            same(got.src, VIP[v], "the server speaks as the service")
            check_quote(got, sent)
            got = to_client(flow, what, quote(at_server), ROUTER[v])
            same(got.src, ROUTER[v])
            check_quote(got, sent)
        sent = flow.spkt(ACK | PSH, b"answer that does not fit")
        at_client = flow.s(ACK | PSH, b"answer that does not fit")
        got = to_server(flow, "too big", quote(at_client))
        same(got.src, flow.caddr)
        check_quote(got, sent)
        check_quote(to_server(flow, "too big", quote(at_client), FAR_ROUTER[v]), sent)
    same(rig.counted()["icmp-translated"], 2 * (2 * len(KINDS) + 2))


@both("nat mode, UDP: port unreachable")
def _(v):
    nat_service(v, 80, proto=UDP)
    sent = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"question")
    rig.client.send(sent)
    at_server = rig.server.expect("datagram")
    same(at_server.src, CLIENT[v])
    rig.server.send(error(v, SERVER[v], CLIENT[v], "port unreachable", at_server.raw))
    got = rig.client.expect("port unreachable")
    same((got.src, got.dst), (VIP[v], CLIENT[v]))
    check_quote(got, sent)


@both("nat mode: errors about other packets through the balancer go on as they are, uncounted")
def _(v):
    nat_service(v, 80)
    flow = Flow(rig, v).open().data()
    other = Pkt(CLIENT[v], SERVER[v], flow.cport, 22, flags=ACK)
    for family in ("4.ip_forward", "6.conf.all.forwarding"):
        netns.sysctl(LB, f"ipv{family}", 1)
    try:
        rig.mark()
        for src in (SERVER[v], ROUTER[v]):
            sent = error(v, src, CLIENT[v], "unreachable", other.build())
            rig.server.send(sent)
            got = rig.client.expect("the error")
            same((got.src, got.data), (src, sent.build()[40 if v == 6 else 20:]))
        same({name: n for name, n in rig.counted().items() if not name.startswith("conn-")}, {})
    finally:
        for family in ("4.ip_forward", "6.conf.all.forwarding"):
            netns.sysctl(LB, f"ipv{family}", 0)


def no_neighbour(v, fwd):
    """A server that does not answer for its address on the balancer's own link."""
    away = "10.1.200.9" if v == 4 else "fd00:c2::3"
    rig.slb.srv((VIP[v], 80), away, 8080, fwd=fwd)
    netns.run(LB, "ip", "route", "replace", "10.1.200.9/32", "dev", "s0")
    netns.sysctl(LB, f"ipv{v}.neigh.s0.mcast_solicit", 1)
    netns.sysctl(LB, f"ipv{v}.neigh.s0.retrans_time_ms", 100)
    try:
        sent = Flow(rig, v).cpkt(SYN, opts=opt_mss(1400))
        rig.client.send(sent)
        got = rig.client.expect("host unreachable", 5.0)
        same((got.src, got.dst, got.data[0]), (VIP[v], CLIENT[v], 1 if v == 6 else 3))
        check_quote(got, sent, exact=False)
        quoted = got.data[8:]
        same(struct.unpack_from("!HH", quoted, 40 if v == 6 else 20), (sent.sport, 80))
        # The RST that ends it does not arrive either.
        rig.slb.flush()
        while rig.client.recv(0.4):
            pass
    finally:
        netns.sysctl(LB, f"ipv{v}.neigh.s0.mcast_solicit", 3)
        netns.sysctl(LB, f"ipv{v}.neigh.s0.retrans_time_ms", 1000)
    rig.server.drain()


@both("an error about a connection that has been ended is the host's")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    at_server = flow.c(ACK, b"z")
    rig.slb.settings(timeouts={"close": 5})
    rig.slb.svc_del(VIP[v], 80)
    rig.client.expect("RST")
    rig.server.expect("RST")
    rig.mark()
    rig.server.send(error(v, flow.saddr, flow.laddr, "unreachable", quote(at_server)))
    rig.client.quiet()
    same(rig.counted().get("passed"), 1)


def before():
    rig.fresh()
    for option in ("-4", "-6"):     # what an earlier case has taught the routes
        netns.run(LB, "ip", option, "route", "flush", "cache")


main(before=before)
