# SPDX-License-Identifier: GPL-2.0-only
"""Packets that fit no connection, and connections that are refused."""
import struct
import time

import netns
from cases import Skip, both, case, main, same
from wire import (ACK, CLIENT, FIN, ICMP, ICMP6, LB, M32, PSH, RST, SYN, UDP, VIP, Flow, Pkt, Rig, opt_mss)

rig = Rig()


def stray(v, flags, data=b"", seq=1000, ack=2000):
    pkt = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=flags, data=data, seq=seq, ack=ack if flags & ACK else 0)
    rig.client.send(pkt)
    return pkt


def refused(pkt):
    """The client's packet was answered by the RST of RFC 9293; nothing reached the servers."""
    got = rig.client.expect("RST")
    same((got.src, got.sport, got.dst, got.dport), (pkt.dst, pkt.dport, pkt.src, pkt.sport))
    if pkt.flags & ACK:
        same((got.flags, got.seq), (RST, pkt.ack))
    else:
        same((got.flags, got.seq, got.ack), (RST | ACK, 0, pkt.end()))
    rig.quiet()


def unreachable(pkt):
    """The datagram was answered by ICMP port unreachable that quotes it."""
    got = rig.client.expect("ICMP port unreachable")
    if pkt.v6:
        same((got.proto, got.data[0], got.data[1]), (ICMP6, 1, 4), "ICMPv6")
    else:
        same((got.proto, got.data[0], got.data[1]), (ICMP, 3, 3), "ICMP")
    same(got.dst, pkt.src)
    quoted = Pkt.parse(got.data[8:] + b"\0" * 8)
    same((quoted.src, quoted.sport, quoted.dst, quoted.dport), (pkt.src, pkt.sport, pkt.dst, pkt.dport), "quoted")
    rig.server.quiet()


def datagram(v, data=b"?"):
    pkt = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=data)
    rig.client.send(pkt)
    return pkt


def syn(v, **fields):
    pkt = Pkt(fields.pop("src", CLIENT[v]), VIP[v], rig.next_port(), 80, flags=SYN, seq=5, opts=opt_mss(1400), **fields)
    rig.client.send(pkt)
    return pkt


@both("reset: every packet that fits nothing is answered by a RST, except a RST")
def _(v):
    rig.service(v)
    rig.mark()
    for flags, data in ((ACK, b""), (ACK | PSH, b"data"), (FIN | ACK, b""), (SYN | ACK, b""), (FIN, b""), (0, b"data"),
                        (FIN | PSH, b"x")):
        refused(stray(v, flags, data))
    stray(v, RST)
    stray(v, RST | ACK)
    rig.quiet()
    counted = rig.counted()
    same((counted["drop:unknown-tcp"], counted["rst-sent"], counted.get("conn-created")), (9, 7, None))


@both("reset: numbers that wrap are answered right")
def _(v):
    rig.service(v)
    refused(stray(v, FIN, b"xyz", seq=M32))
    refused(stray(v, ACK, ack=M32))


@both("drop: no answer")
def _(v):
    rig.service(v, unknown="drop")
    rig.mark()
    stray(v, ACK)
    stray(v, FIN | ACK, b"data")
    rig.quiet()
    same(rig.counted(), {"seen": 2, "drop:unknown-tcp": 2})


@both("pass: the host answers")
def _(v):
    rig.service(v, unknown="pass")
    rig.mark()
    refused(stray(v, ACK))
    same(rig.counted(), {"seen": 1, "passed": 1})


@both("the policy can be changed while running")
def _(v):
    rig.service(v, unknown="drop")
    stray(v, ACK)
    rig.client.quiet()
    rig.slb.svc_edit(VIP[v], 80, unknown="reset")
    refused(stray(v, ACK))


@both("RSTs to strangers are limited in rate")
def _(v):
    rig.service(v)
    time.sleep(1.1)
    rig.slb.settings(reset_rate=10)
    rig.mark()
    begin = time.monotonic()
    for _ in range(60):
        stray(v, ACK)
    answers = 0
    while rig.client.recv(0.05):
        answers += 1
    allowed = 10 + 10 * (time.monotonic() - begin) + 1
    counted = rig.counted()
    assert 10 <= answers <= allowed, (answers, allowed)
    same((counted["rst-sent"], counted["rst-limited"], counted["drop:unknown-tcp"]), (answers, 60 - answers, 60))
    # The limit is for strangers; a refused client is always told.
    rig.slb.srv_edit((VIP[v], 80), rig.slb.servers()[0]["addr"], 8080, weight=0)
    refused(syn(v))


@both("rate 0 sends none")
def _(v):
    rig.service(v)
    rig.slb.settings(reset_rate=0)
    stray(v, ACK)
    rig.client.quiet()


@both("a service without server refuses: RST")
def _(v):
    rig.service(v, servers=())
    rig.mark()
    refused(syn(v))
    same(rig.counted(), {"seen": 1, "rst-sent": 1, "drop:no-server": 1})


@both("a service without server refuses: ICMP port unreachable")
def _(v):
    rig.service(v, UDP, servers=())
    rig.mark()
    unreachable(datagram(v))
    same(rig.counted(), {"seen": 1, "unreach-sent": 1, "drop:udp-unreach": 1})


@both("a service without local address refuses")
def _(v):
    rig.service(v, laddrs=())
    rig.service(v, UDP, laddrs=())
    rig.mark()
    refused(syn(v))
    unreachable(datagram(v))
    same(rig.counted().get("drop:no-laddr"), 2)


@both("another port of the service's address is the host's")
def _(v):
    rig.service(v)
    rig.mark()
    pkt = Pkt(CLIENT[v], VIP[v], rig.next_port(), 99, flags=SYN, seq=5)
    rig.client.send(pkt)
    refused(pkt)
    same(rig.counted(), {"seen": 1, "passed": 1})


@both("a server's packet to a local address without connection is the host's, who resets it")
def _(v):
    rig.settle()
    rig.service(v)
    rig.mark()
    pkt = Pkt("10.1.0.11" if v == 4 else "fd00:1::11", "10.2.0.1" if v == 4 else "fd00:2::1", 8080, 4444, flags=ACK,
              seq=1, ack=77, data=b"late")
    rig.server.send(pkt)
    got = rig.server.expect("RST")
    same((got.flags, got.seq, got.dport), (RST, 77, 8080))
    same(rig.counted(), {"seen": 1, "passed": 1})


@both("a disabled service refuses new connections and keeps the old")
def _(v):
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    flow = Flow(rig, v).open().data()
    rig.slbadm("-E", "-t", f"[{VIP[v]}]:80" if v == 6 else f"{VIP[v]}:80", "--disable")
    rig.slb.svc_edit(VIP[v], 80, UDP, enabled=0)
    rig.mark()
    refused(syn(v))
    unreachable(datagram(v))
    same(rig.counted()["drop:disabled"], 2)
    flow.data()
    rig.slb.svc_edit(VIP[v], 80, enabled=1)
    Flow(rig, v).open().data()


@both("sources that cannot be clients open nothing")
def _(v):
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    sources = {4: ("127.0.0.1", "224.0.0.5", "255.255.255.255", "0.0.0.0", "10.200.1.1", VIP[4],
                   "10.200.1.3"),
               6: ("::", "fd00:c1::1", VIP[6], "::1", "ff02::5")}[v]
    # The kernel refuses loopback and multicast sources of IPv6 even before us.
    before_us = 2 if v == 6 else 0
    rig.mark()
    for src in sources:
        syn(v, src=src)
        rig.client.send(Pkt(src, VIP[v], 7, 80, UDP, data=b"?"))
    rig.quiet()
    counted = rig.counted()
    same((counted.get("drop:martian"), counted.get("conn-created")), (2 * (len(sources) - before_us), None))


@both("a stray packet from such a source is not answered")
def _(v):
    rig.service(v)
    src = "10.200.1.1" if v == 4 else "fd00:c1::1"
    rig.client.send(Pkt(src, VIP[v], 9, 80, flags=ACK, seq=1, ack=2))
    rig.quiet()


@case("rp_filter: a first packet by the wrong interface is dropped where the interface says so")
def _():
    rig.service(4)
    try:
        netns.sysctl(LB, "ipv4.conf.c0.rp_filter", 1)
        rig.mark()
        syn(4, src="10.1.0.99")
        rig.quiet()
        same(rig.counted(), {"seen": 1, "drop:rp-filter": 1})
        Flow(rig, 4).open().data()
    finally:
        netns.sysctl(LB, "ipv4.conf.c0.rp_filter", 0)
    flow = Flow(rig, 4, client="10.1.0.99")
    flow.syn()
    same(rig.counted().get("drop:rp-filter"), 1, "not with rp_filter off")


@both("conn-max limits the connections of the namespace")
def _(v):
    rig.settle()    # what ends meanwhile would make room
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    limit = rig.slb.info()["conns"] + 1
    rig.slb.settings(conn_max=limit)
    rig.mark()
    flow = Flow(rig, v).open()
    refused(syn(v))
    unreachable(datagram(v))
    same(rig.counted()["drop:conn-max"], 2)
    flow.data()
    rig.slb.settings(conn_max=0)
    Flow(rig, v).open()


@both("a SYN that asks for TCP-MD5 or TCP-AO is refused")
def _(v):
    rig.service(v)
    rig.mark()
    for option in (b"\x13\x12" + bytes(16), b"\x1d\x10" + bytes(14)):
        pkt = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, seq=5, opts=option + b"\x01" * (-len(option) % 4))
        rig.client.send(pkt)
        refused(pkt)
    same(rig.counted()["drop:auth-option"], 2)


@both("without a route to the server the client is told")
def _(v):
    rig.slb.laddr("10.2.0.1" if v == 4 else "fd00:2::1")
    rig.slb.svc(VIP[v], 80)
    rig.slb.srv((VIP[v], 80), "192.0.2.1" if v == 4 else "2001:db8::1", 8080)
    rig.mark()
    syn(v)
    got = rig.client.recv(0.5)
    same(rig.counted().get("drop:no-route"), 1)
    assert got, "no answer"
    if got.proto in (ICMP, ICMP6):
        same(got.data[0], 1 if v == 6 else 3, "unreachable")


@both("echo to the service's address is answered by the host")
def _(v):
    rig.service(v)
    kind = 128 if v == 6 else 8
    rig.client.send(Pkt(CLIENT[v], VIP[v], proto=ICMP6 if v == 6 else ICMP,
                        data=struct.pack("!BBHHH", kind, 0, 0, 1, 1) + b"ping"))
    got = rig.client.expect("echo reply")
    same((got.src, got.data[0]), (VIP[v], 129 if v == 6 else 0))


@both("a whole packet with wrong checksum keeps it: corruption stays visible")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    sent = flow.cpkt(ACK, b"corrupted on its way")
    raw = bytearray(sent.build())
    raw[-3] ^= 0x40
    rig.client.send(bytes(raw))
    got = rig.server.recv()
    if not got:
        raise Skip("dropped on the way")
    assert not got.sums_ok, f"the checksum was mended: {got}"


main(before=rig.fresh)
