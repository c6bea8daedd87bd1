# SPDX-License-Identifier: GPL-2.0-only
"""nat mode packet by packet: what is changed and what not, conflicts of tuples, ends, bystanders."""
import struct

import netns
from cases import both, case, eventually, main, same
from wire import (ACK, CLIENT, FIN, ICMP, ICMP6, LADDR, LB, NOP, NOPS, PSH, RST, SACK_OK, SERVER, SERVER2, SYN, TCP,
                  UDP, VIP, Flow, Pkt, Rig, addr_raw, opt_mss, opt_sack, opt_toa, opt_ts)

FULLNAT, NAT = 0, 1
VIP2 = {4: "10.0.0.81", 6: "fd00::81"}
rig = Rig()


def service(v, proto=TCP, port=80, servers=(SERVER,), fwd=NAT, vip=None, **fields):
    addr = (vip or VIP)[v]
    rig.slb.svc(addr, port, proto, **fields)
    for server in servers:
        rig.slb.srv((addr, port, proto), server[v], 8080, fwd=fwd)


def at_server(flow):
    """Address and port that the server sees."""
    return flow.laddr, flow.lport


def own(flow):
    return flow.caddr, flow.cport


def judged():
    """What has become of packets since rig.mark()."""
    return {name: n for name, n in rig.counted().items()
            if name in ("seen", "forwarded", "passed") or name.startswith("drop:")}


def forwarding(on):
    netns.sysctl(LB, "ipv4.ip_forward", on)
    netns.sysctl(LB, "ipv6.conf.all.forwarding", on)


def before():
    rig.fresh()
    forwarding(0)


@both("only the client's destination and the server's source change; no local address is needed")
def _(v):
    service(v)
    rig.mark()
    flow = Flow(rig, v, ts=True)
    got = flow.syn(opts=opt_mss(1400) + SACK_OK + opt_ts(4711, 0))
    same(at_server(flow), own(flow))
    same((flow.shift, flow.tshift, got.opts), (0, (4711 - flow.cclock) & 0xffffffff,
                                               opt_mss(1400) + SACK_OK + opt_ts(4711, 0)))
    flow.tshift = 0
    flow.synack()
    flow.c()
    sent = flow.cpkt(ACK | PSH, b"request", opts=NOPS + opt_ts(4712, 7) + NOPS + opt_sack(1000, 2000))
    rig.client.send(sent)
    got = rig.server.expect("request")
    same((got.opts, got.data), (sent.opts, sent.data), "no address, nothing shifted")
    flow.cseq = sent.end()
    same(flow.s(ACK | PSH, b"answer", opts=NOPS + opt_ts(8, 4712) + NOPS + opt_sack(5, 9)).opts,
         NOPS + opt_ts(8, 4712) + NOPS + opt_sack(5, 9))
    entry = flow.entry()
    same((entry["laddr"], entry["lport"], entry["seq-shift"], entry["ts-shift"], entry.get("toa-pending")),
         (flow.caddr, flow.cport, 0, 0, None))
    listed = rig.slbadm("-L", "-c", "-n").splitlines()[-1].split()
    same(listed[5], listed[3], "the local column is the client")
    flow.data()
    flow.close()
    same(flow.state(), "time-wait")
    counted = rig.counted()
    same(counted["seen"], counted["forwarded"])
    same([name for name in counted if name.startswith(("drop:", "toa-"))], [])


@both("UDP both ways, with and without answer")
def _(v):
    service(v, UDP)
    port = rig.next_port()
    for data in (b"", b"q" * 1400):
        rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=data))
        got = rig.server.expect("question")
        same((got.src, got.sport, got.dst, got.dport, got.data), (CLIENT[v], port, SERVER[v], 8080, data))
    rig.server.send(Pkt(SERVER[v], CLIENT[v], 8080, port, UDP, data=b"answer"))
    got = rig.client.expect("answer")
    same((got.src, got.sport, got.dst, got.dport, got.data), (VIP[v], 80, CLIENT[v], port, b"answer"))


@both("Fast Open and MPTCP pass, MSS is clamped without room for an address, a client's own address goes")
def _(v):
    service(v)
    flow = Flow(rig, v)
    opts = opt_mss(9000) + b"\x22\x0a12345678" + NOPS + b"\x1e\x0c\x01\x81" + b"k" * 8
    got = flow.syn(opts=opts, data=b"early")
    limit = 1500 - (60 if v == 6 else 40)
    same((got.opts, got.data), (opt_mss(limit) + opts[4:], b"early"))
    flow.cseq = (flow.cseq + 5) & 0xffffffff
    got = flow.synack(opts=opt_mss(9000))
    same(got.mss(), limit)
    flow.c()
    for kind in (253, 254):
        toa = opt_toa(kind, "192.0.2.66", 6666)
        got = flow.c(ACK | PSH, b"x", opts=toa)
        same(got.opts, NOP * len(toa))
    got = Flow(rig, v).syn(opts=opt_toa(254, "192.0.2.66", 6666) + opt_mss(1000))
    same(got.opts, NOP * 8 + opt_mss(1000))


@both("timestamps remove is obeyed in nat mode too")
def _(v):
    service(v, timestamps="remove")
    got = Flow(rig, v).syn(opts=opt_mss(1400) + NOPS + opt_ts(1, 0))
    same(got.opts, opt_mss(1400) + NOP * 12)


@both("one client port again: after an orderly end, half closed, and while it is established")
def _(v):
    service(v)
    flow = Flow(rig, v).open().data().close()
    again = Flow(rig, v, cport=flow.cport)
    again.cisn = flow.cisn - 100000         # whatever its number: the server is asked
    again.syn()
    same(at_server(again), own(again))
    again.synack()
    again.c()
    again.data()
    same(len(rig.slb.conns(client_addr=flow.caddr, client_port=flow.cport)), 1, "nothing rests")
    # Half closed or established: the SYN is forwarded, for the server to answer with a challenge.
    for state in ("established", "fin-wait"):
        same(again.state(), state)
        rig.client.send(again.cpkt(SYN, seq=again.cseq + 70000))
        same((rig.server.expect("SYN").flags, again.state()), (SYN, state))
        if state == "established":
            again.s(FIN | ACK)


@both("two services and one server: the same client port goes to another server")
def _(v):
    service(v, port=80)
    service(v, port=81, servers=(SERVER, SERVER2), sched="rr")
    rig.mark()
    for _i in range(4):
        a = Flow(rig, v).open()
        b = Flow(rig, v, vport=81, cport=a.cport).open()
        same((a.saddr, b.saddr), (SERVER[v], SERVER2[v]))
        same((at_server(b)), own(b))
        a.data()
        b.data()
    same(rig.counted().get("nat-port-changed"), None)


def ports(port):
    """What the balancer tries in a client port's place."""
    return [1024 + (port + i * 1984) % 31744 for i in range(16)]


@both("two services and one server: its port is translated")
def _(v):
    service(v, port=80)
    service(v, port=81)
    rig.mark()
    a = Flow(rig, v).open().data()
    b = Flow(rig, v, vport=81, cport=a.cport).open().data()
    same(at_server(b), (b.caddr, ports(b.cport)[0]))
    same((b.shift, b.entry()["lport"]), (0, ports(b.cport)[0]))
    # The same client comes with that very port itself: one step on.
    c = Flow(rig, v, vport=81, cport=ports(a.cport)[0]).open().data()
    same(at_server(c), (c.caddr, ports(c.cport)[0]))
    a.data()
    b.data()
    b.close()
    a.close()
    same(rig.counted()["nat-port-changed"], 2)


@case("UDP: a translated port is the same again when the flow has expired")
def _():
    v = 4
    service(v, UDP, 80)
    service(v, UDP, 81, timeouts={"udp": 1})
    port = rig.next_port()
    seen = []
    for _i in range(2):
        rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=b"a"))
        same(rig.server.expect("first service").sport, port)
        rig.client.send(Pkt(CLIENT[v], VIP[v], port, 81, UDP, data=b"b"))
        seen.append(rig.server.expect("second service").sport)
        rig.server.send(Pkt(SERVER[v], CLIENT[v], 8080, seen[-1], UDP, data=b"c"))
        got = rig.client.expect("answer")
        same((got.src, got.sport, got.dport), (VIP[v], 81, port))
        eventually(lambda: not rig.slb.conns(svc_addr=VIP[v], svc_port=81), "the flow's end")
    same(seen, [ports(port)[0]] * 2)


@both("two services and one server: with all ports taken the client is refused, tuple-conflict")
def _(v):
    for proto in (TCP, UDP):
        service(v, proto, 80)
        service(v, proto, 81)
        port = 40000
        for taken in [port] + ports(port):
            if proto == UDP:
                rig.client.send(Pkt(CLIENT[v], VIP[v], taken, 80, UDP, data=b"?"))
            else:
                rig.client.send(Pkt(CLIENT[v], VIP[v], taken, 80, flags=SYN))
            same(rig.server.expect("first service's").sport, taken)
        rig.mark()
        if proto == UDP:
            rig.client.send(Pkt(CLIENT[v], VIP[v], port, 81, UDP, data=b"?"))
        else:
            rig.client.send(Pkt(CLIENT[v], VIP[v], port, 81, flags=SYN, seq=9))
        got = rig.client.expect("refusal")
        rig.server.quiet()
        same(rig.counted()["drop:tuple-conflict"], 1)
        if proto == TCP:
            same((got.flags, got.ack, got.sport), (RST | ACK, 10, 81))
        else:
            same((got.proto, got.data[:2]), (ICMP6, b"\x01\x04") if v == 6 else (ICMP, b"\x03\x03"))


@both("two services and one server: in a mixed group a fullNAT server is another server")
def _(v):
    service(v, port=80)
    service(v, port=81)
    rig.slb.laddr(LADDR[v])
    rig.slb.srv((VIP[v], 81), SERVER2[v], 8080, fwd=FULLNAT)
    rig.slb.svc_edit(VIP[v], 81, sched="rr")
    for _i in range(2):
        a = Flow(rig, v).open()
        b = Flow(rig, v, vport=81, cport=a.cport).open().data()
        same((b.saddr, b.laddr), (SERVER2[v], LADDR[v]))


@both("a mixed group: each server in its mode")
def _(v):
    rig.slb.laddr(LADDR[v])
    service(v, servers=(SERVER,), sched="rr")
    rig.slb.srv((VIP[v], 80), SERVER2[v], 8080, fwd=FULLNAT)
    seen = {}
    for _i in range(4):
        flow = Flow(rig, v)
        flow.syn()
        flow.synack()
        first = flow.c(ACK | PSH, b"first")
        flow.s(ACK | PSH, b"answer")
        seen.setdefault(flow.saddr, []).append((flow.laddr, first.option(254)))
    same(seen[SERVER[v]], [(CLIENT[v], None)] * 2)
    same([laddr for laddr, _ in seen[SERVER2[v]]], [LADDR[v]] * 2)
    assert all(toa for _, toa in seen[SERVER2[v]]), seen
    # Without local address only the nat server can serve.
    same(sorted(srv["fwd"] for srv in rig.slb.servers()), [FULLNAT, NAT])


@both("another mode by -e is for new connections; the old ones go on as they began")
def _(v):
    rig.slb.laddr(LADDR[v])
    service(v)
    a = Flow(rig, v).open().data()
    key = ("-t", f"[{VIP[v]}]:80" if v == 6 else f"{VIP[v]}:80", "-r",
           f"[{SERVER[v]}]:8080" if v == 6 else f"{SERVER[v]}:8080")
    rig.slbadm("-e", *key, "-b")
    b = Flow(rig, v).open().data()
    same((at_server(a), b.laddr), (own(a), LADDR[v]))
    a.data()
    rig.slbadm("-e", *key, "-w", "7")
    same(rig.slb.servers()[0]["fwd"], FULLNAT, "a weight alone changes no mode")
    rig.slbadm("-e", *key, "-m")
    c = Flow(rig, v).open().data()
    same(at_server(c), own(c))
    for flow in (a, b, c):
        flow.data().close()


@both("a server that is its own client is served by fullNAT")
def _(v):
    service(v)
    rig.mark()
    hair = Flow(rig, v, client=SERVER[v])
    # Its packets come and go by the servers' link.
    rig.server.send(hair.cpkt(SYN, seq=hair.cisn, opts=opt_mss(1400)))
    got = rig.server.expect("refusal without local address")
    same((got.flags, got.dport, rig.counted()["drop:no-laddr"]), (RST | ACK, hair.cport, 1))
    rig.slb.laddr(LADDR[v])
    rig.server.send(hair.cpkt(SYN, seq=hair.cisn, opts=opt_mss(1400)))
    got = rig.server.expect("SYN")
    same((got.src, got.dst, got.dport), (LADDR[v], SERVER[v], 8080))
    hair.learn(got)
    rig.server.send(hair.spkt(SYN | ACK, seq=7, ack=hair.cisn + 1))
    got = rig.server.expect("SYN/ACK")
    same((got.src, got.sport, got.dst, got.dport, got.ack), (VIP[v], 80, SERVER[v], hair.cport, hair.cisn + 1))
    # Another client as ever.
    flow = Flow(rig, v).open().data()
    same(at_server(flow), own(flow))


@both("a server that is another service here: fullNAT to that one, which keeps to its own mode")
def _(v):
    rig.settle()                # the way from one service to the other needs an address of the host
    service(v, vip=VIP2)
    rig.slb.svc(VIP[v], 80)
    rig.slb.srv((VIP[v], 80), VIP2[v], 80, fwd=NAT)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
    rig.client.expect("refusal")
    same(rig.counted()["drop:no-laddr"], 1)
    rig.slb.laddr(LADDR[v])
    flow = Flow(rig, v)
    flow.syn(opts=opt_mss(1400))
    same((flow.laddr, flow.saddr), (LADDR[v], SERVER[v]), "the first service's local address is a client")
    for flags, data in ((SYN | ACK, b""), (ACK | PSH, b"answer")):
        sent = flow.spkt(flags, data, opts=b"")
        rig.server.send(sent)
        flow.sseq = sent.end()
        got = rig.client.expect("answer")
        same((got.src, got.sport, got.dst, got.dport, got.seq, got.ack, got.ttl, got.data),
             (VIP[v], 80, CLIENT[v], flow.cport, sent.seq, flow.cseq, 62, data))
        sent = flow.cpkt(ACK | PSH, b"data")
        rig.client.send(sent)
        flow.cseq = sent.end()
        got = rig.server.expect("data")
        same((got.src, got.sport, got.data), (flow.laddr, flow.lport, b"data"))


@both("services that are each other's servers do not go round")
def _(v):
    rig.settle()
    rig.slb.svc(VIP[v], 80)
    rig.slb.svc(VIP2[v], 80)
    rig.slb.srv((VIP[v], 80), VIP2[v], 80, fwd=NAT)
    rig.slb.srv((VIP2[v], 80), VIP[v], 80, fwd=NAT)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
    same(rig.client.expect("refusal").flags, RST | ACK)
    same(rig.counted()["drop:no-laddr"], 1)
    rig.slb.laddr(LADDR[v])
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
    same(rig.client.expect("refusal").flags & RST, RST)
    same((rig.counted()["drop:loop"], rig.counted()["conn-created"]), (1, 2))


@both("a nat server's other packets are the host's: as they are, uncounted")
def _(v):
    service(v)
    flow = Flow(rig, v).open().data()
    bad = bytearray(Pkt(SERVER[v], CLIENT[v], 8080, 9, opts=opt_mss(1)).build())
    bad[-12] = 0xf0                                          # data offset behind the end
    strange = [Pkt(SERVER[v], CLIENT[v], 8080, flow.cport + 1, flags=SYN | ACK, data=b"other port"),
               Pkt(SERVER[v], CLIENT[v], 8081, flow.cport, flags=ACK, data=b"other source port"),
               Pkt(SERVER[v], CLIENT[v], 8080, flow.cport, UDP, data=b"other protocol"),
               Pkt(SERVER2[v], CLIENT[v], 8080, flow.cport, data=b"other server"),
               Pkt(SERVER[v], CLIENT[v], proto=ICMP6 if v == 6 else ICMP,
                   data=struct.pack("!BBHHH", 129 if v == 6 else 0, 0, 0, 1, 1)),
               bytes(bad)]
    if v == 4:
        raw = strange[0].build()
        head = bytearray(raw[:20])
        head[0] = 0x47
        head[2:4] = struct.pack("!H", len(raw) + 8)
        head += b"\x83\x07\x08" + addr_raw("10.9.0.1") + b"\0"   # a source route that has been gone
        head[10:12] = b"\0\0"
        head[10:12] = struct.pack("!H", sum_of(head))
        strange.append(bytes(head) + raw[20:])
        for dev in ("all", "s0"):
            netns.sysctl(LB, f"ipv4.conf.{dev}.accept_source_route", 1)
    rig.mark()
    for on in (1, 0):
        forwarding(on)
        for pkt in strange:
            raw = pkt if isinstance(pkt, bytes) else pkt.build()
            rig.server.send(raw)
            if not on:
                continue
            got = rig.client.recv()
            assert got, f"{pkt} was not forwarded"
            at = 8 if v == 4 else 7
            want = bytearray(raw)
            want[at] -= 1
            if v == 4:
                want[10:12] = b"\0\0"
                want[10:12] = struct.pack("!H", sum_of(want[:4 * (want[0] & 15)]))
            same(got.raw.hex(), bytes(want).hex())
    rig.client.quiet()
    same(judged(), {})
    flow.data()


@case("IPv6: a nat server's packet in a shape that cannot be translated is dropped only if it is a connection's")
def _():
    v = 6
    service(v)
    flow = Flow(rig, v).open().data()
    forwarding(1)
    home = bytes((TCP, 2, 1, 2, 0, 0, 0xc9, 16)) + addr_raw("fd00:1::99")
    for sport, dropped in ((8080, 1), (8081, 0)):
        raw = bytearray(Pkt(SERVER[v], CLIENT[v], sport, flow.cport, data=b"from home").build())
        raw[4:6] = struct.pack("!H", len(raw) - 40 + len(home))
        raw[6] = 60
        rig.mark()
        rig.server.send(bytes(raw[:40]) + home + bytes(raw[40:]))
        if dropped:
            rig.client.quiet()
        else:
            assert rig.client.recv(), "not forwarded by the host"
        same(judged(), {"seen": 1, "drop:ext-header": 1} if dropped else {})


def sum_of(head):
    total = sum(struct.unpack(f"!{len(head) // 2}H", bytes(head)))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


@both("what is addressed to another host on layer 2 is left alone")
def _(v):
    service(v)
    flow = Flow(rig, v).open().data()
    rig.mark()
    head = rig.server.head
    try:
        rig.server.head = bytes.fromhex("0200000002ff") + head[6:]
        rig.server.send(flow.spkt(ACK, b"seen in passing"))
    finally:
        rig.server.head = head
    rig.client.quiet()
    same(judged(), {})
    flow.data()


def expect_rst(link, flow, server):
    got = link.expect("RST")
    assert got.flags & RST, got
    if server:
        same((got.src, got.sport, got.dst, got.dport), (flow.laddr, flow.lport, flow.saddr, flow.sport))
        same(got.seq, flow.cseq)
    else:
        same((got.src, got.sport, got.dst, got.dport), (flow.vip, flow.vport, flow.caddr, flow.cport))
        same(got.seq, flow.sseq)


@both("server removed: both ends are reset, late packets too; then its packets are the host's")
def _(v):
    service(v)
    rig.slb.settings(timeouts={"close": 1})
    flow = Flow(rig, v).open().data()
    rig.slb.srv_del((VIP[v], 80), SERVER[v], 8080)
    expect_rst(rig.server, flow, True)
    expect_rst(rig.client, flow, False)
    rig.server.send(flow.spkt(ACK))
    expect_rst(rig.server, flow, True)
    eventually(lambda: not flow.entry(), "the end of the entry")
    forwarding(1)
    rig.mark()
    sent = flow.spkt(ACK, b"late")
    rig.server.send(sent)
    got = rig.client.expect("the host to forward it")
    same((got.src, got.sport, got.dst, got.dport), (sent.src, sent.sport, sent.dst, sent.dport))
    same(judged(), {})


@both("idle connections are reset at both ends")
def _(v):
    service(v)
    flow = Flow(rig, v).open().data()
    rig.slb.settings(timeouts={"established": 1})
    got = {link: link.expect("RST", 6) for link in (rig.client, rig.server)}
    same({(p.src, p.dst) for p in got.values()}, {(VIP[v], flow.caddr), (flow.caddr, SERVER[v])})
    same([p.flags & RST for p in got.values()], [RST, RST])


@both("a client's RST and the server's count, others do not")
def _(v):
    service(v)
    flow = Flow(rig, v).open().data()
    flow.s(RST, seq=flow.sseq + 100000)
    same(flow.state(), "established")
    flow.s(RST)
    same(flow.state(), "close")
    flow = Flow(rig, v).open().data()
    flow.c(RST)
    same(flow.state(), "close")
    flow = Flow(rig, v)
    flow.syn()
    flow.s(RST | ACK, seq=0)
    same(flow.state(), "close")


@both("a nat service without servers refuses")
def _(v):
    service(v, servers=())
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
    same((rig.client.expect("refusal").flags, rig.counted()["drop:no-server"]), (RST | ACK, 1))


main(before=before)
