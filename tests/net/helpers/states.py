# SPDX-License-Identifier: GPL-2.0-only
"""States of connections, seen from both wires and in the list."""
import time

from cases import both, case, eventually, main, same
from wire import (ACK, FIN, M32, PSH, RST, SERVER, SERVER2, SLOW, SYN, UDP, VIP, CLIENT, Flow, Pkt, Rig)

rig = Rig()
DISTINCT = {"syn-sent": 101, "syn-recv": 102, "established": 103, "fin-wait": 104, "close-wait": 105,
            "last-ack": 106, "time-wait": 107, "close": 108, "udp": 109}


def in_state(v, name, **args):
    """A connection that has come to a state in the ordinary way."""
    flow = Flow(rig, v, **args)
    flow.syn()
    if name == "syn-sent":
        return flow
    flow.synack()
    if name == "syn-recv":
        return flow
    flow.c()
    if name == "established":
        return flow
    flow.data()
    if name == "close":
        flow.c(RST | ACK)
        return flow
    if name == "fin-wait":
        flow.s(FIN | ACK)
        flow.c()
        return flow
    flow.c(FIN | ACK)
    if name == "close-wait":
        flow.s()
        return flow
    flow.s(FIN | ACK)
    if name == "last-ack":
        return flow
    flow.c()
    assert name == "time-wait"
    return flow


TCP_STATES = ("syn-sent", "syn-recv", "established", "fin-wait", "close-wait", "last-ack", "time-wait", "close")


def reset_at_client(flow):
    """The RST that the client got must be acceptable to it, exactly."""
    got = rig.client.expect("RST at the client")
    assert got.flags & RST and not got.data, got
    same((got.src, got.sport, got.dst, got.dport), (flow.vip, flow.vport, flow.caddr, flow.cport), "RST's addresses")
    return got


def reset_at_server(flow):
    got = rig.server.expect("RST at the server")
    assert got.flags & RST and not got.data, got
    same((got.src, got.sport, got.dst, got.dport), (flow.laddr, flow.lport, flow.saddr, flow.sport), "RST's addresses")
    return got


def both_reset(flow):
    """Both ends of an established connection got a RST with the number they expect next."""
    same(reset_at_client(flow).seq, flow.sseq, "RST to the client: seq")
    same(reset_at_server(flow).seq, (flow.cseq + flow.shift) & M32, "RST to the server: seq")
    rig.quiet()


def gone(flow, timeout=6):
    eventually(lambda: not flow.entry(), f"the end of {flow.name()}", timeout)


@both("each state has its name and its time")
def _(v):
    rig.service(v)
    rig.slb.settings(timeouts=DISTINCT)
    for name in TCP_STATES:
        flow = in_state(v, name)
        entry = flow.entry()
        same(entry["state"], name)
        assert DISTINCT[name] - 2 <= entry["expires"] <= DISTINCT[name], (name, entry["expires"])


@both("a life in which the server closes first")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.open().data()
    flow.s(FIN | ACK)
    same(flow.state(), "fin-wait")
    flow.c()
    flow.c(ACK | PSH, b"more of the request")
    same(flow.state(), "fin-wait", "half closed, the client still sends")
    flow.s()
    flow.c(FIN | ACK)
    same(flow.state(), "last-ack")
    flow.s()
    same(flow.state(), "time-wait")


@both("a life in which both close at once")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.open().data()
    cseq, sseq = flow.cseq, flow.sseq
    flow.c(FIN | ACK)
    flow.s(FIN | ACK, ack=cseq)
    same(flow.state(), "last-ack")
    flow.c(ack=sseq + 1)
    flow.s()
    same(flow.state(), "time-wait")


@both("a service's own timeouts come before the namespace's, idle before both")
def _(v):
    rig.service(v, timeouts={"syn-sent": 44, "established": 55}, idle=0)
    same(in_state(v, "syn-sent").entry()["expires"] in (43, 44), True, "syn-sent")
    flow = in_state(v, "established")
    assert flow.entry()["expires"] in (54, 55), flow.entry()
    assert in_state(v, "syn-recv").entry()["expires"] in (29, 30)
    rig.slb.svc_edit(VIP[v], 80, idle=66)
    assert flow.entry()["expires"] in (64, 65, 66), flow.entry()
    rig.slb.svc_edit(VIP[v], 80, idle=0, timeouts={"established": 0})
    assert flow.entry()["expires"] > 890, flow.entry()


@both("timeouts are honoured in every state, also when lowered while connections live")
def _(v):
    rig.settle()
    rig.service(v)
    flows = {name: in_state(v, name) for name in TCP_STATES}
    rig.slb.settings(idle_reset=0)
    begin = time.monotonic()
    rig.mark()
    rig.slb.settings(timeouts=dict.fromkeys(DISTINCT, 3))
    ended = {}
    while len(ended) < len(flows) and time.monotonic() < begin + 12 * SLOW:
        for name, flow in flows.items():
            if name not in ended and not flow.entry():
                ended[name] = time.monotonic() - begin
        time.sleep(0.05)
    same(sorted(set(flows) - set(ended)), [], "still there")
    # Idle time counts from the last packet, which was a moment before.
    slack = 2.5 * SLOW
    assert all(3 - slack <= t <= 4 + slack for t in ended.values()), ended
    same(rig.counted()["conn-expired"], len(flows))
    rig.quiet()


@both("packets of either side keep a connection alive")
def _(v):
    rig.service(v)
    rig.slb.settings(timeouts={"established": 2})
    flow = in_state(v, "established")
    for i in range(8):
        time.sleep(0.5)
        if i % 2:
            flow.c(ACK, b"c")
        else:
            flow.s(ACK, b"s")
    same(flow.state(), "established")


@both("idle expiry resets both ends with the exact numbers and answers challenge ACKs")
def _(v):
    rig.service(v)
    flow = in_state(v, "established").data()
    rig.mark()
    rig.slb.settings(timeouts={"established": 1, "close": 4})
    eventually(lambda: flow.state() == "close", "the idle connection's reset")
    both_reset(flow)
    counted = rig.counted()
    same((counted["idle-reset"], counted["rst-sent"]), (1, 2))
    # An end that finds the number not exact asks by a challenge ACK, RFC 5961 section 3.2.
    rig.client.send(flow.cpkt(ACK))
    got = reset_at_client(flow)
    same((got.seq, got.flags), (flow.sseq, RST))
    rig.server.quiet()
    rig.server.send(flow.spkt(ACK))
    got = reset_at_server(flow)
    same((got.seq, got.flags), ((flow.cseq + flow.shift) & M32, RST))
    rig.client.quiet()
    same(rig.counted()["drop:closed"], 2)
    # A RST is not answered.
    rig.client.send(flow.cpkt(RST | ACK))
    rig.quiet()
    gone(flow)
    stats = rig.slb.servers()[0]["stats"]
    same(stats["idle-reset"], 1, "the server's counter")


@both("idle expiry without a word when idle-reset is off")
def _(v):
    rig.service(v)
    flow = in_state(v, "established").data()
    rig.slb.settings(timeouts={"established": 1}, idle_reset=0)
    gone(flow)
    rig.quiet()
    # A late packet fits no connection any more.
    rig.client.send(flow.cpkt(ACK, b"late"))
    got = reset_at_client(flow)
    same((got.seq, got.flags), (flow.sseq, RST))
    rig.server.quiet()


@both("a reset with data in flight has the receiver's last ACK as number")
def _(v):
    rig.service(v)
    flow = in_state(v, "established").data()
    cseq, sseq = flow.cseq, flow.sseq
    flow.c(ACK, b"x" * 100)
    flow.s(ACK, b"y" * 200, ack=cseq)
    rig.slb.srv_del((VIP[v], 80), SERVER[v], 8080)
    same(reset_at_client(flow).seq, sseq, "the client has acknowledged nothing of the 200 bytes")
    same(reset_at_server(flow).seq, (cseq + flow.shift) & M32, "nor the server of the 100")


def check_numbers(flows, at_client, at_server):
    for flow in flows:
        client, server = at_client[flow.cport], at_server[flow.lport]
        assert client.flags & RST and server.flags & RST, (client, server)
        same(server.seq, (flow.cseq + flow.shift) & M32, f"RST to the server of {flow.name()}")
        if flow.answered:
            same(client.seq, flow.sseq, f"RST to the client of {flow.name()}")
        else:
            # In SYN_SENT a client believes a RST only if it acknowledges the SYN.
            assert client.flags & ACK, client
            same(client.ack, flow.cseq, "RST in SYN_SENT")


def collect(flows):
    at_client = {p.dport: p for p in (rig.client.expect("RST at the client") for _ in flows)}
    at_server = {p.sport: p for p in (rig.server.expect("RST at the server") for _ in flows)}
    rig.quiet()
    return at_client, at_server


def several(v):
    flows = []
    for name in ("established", "fin-wait", "close-wait", "syn-recv", "syn-sent") * 2:
        flow = in_state(v, name)
        flow.answered = name != "syn-sent"
        flows.append(flow)
    # In TIME_WAIT and CLOSE there is nobody left to be told.
    quiet = [in_state(v, "time-wait"), in_state(v, "close")]
    return flows, quiet


@both("a removed server's connections are reset at both ends, in every state")
def _(v):
    rig.service(v, servers=(SERVER, SERVER2), sched="rr")
    flows, _ = several(v)
    mine = [flow for flow in flows if flow.saddr == SERVER[v]]
    other = [flow for flow in flows if flow.saddr != SERVER[v]]
    same((len(mine), len(other)), (5, 5), "rr")
    rig.slb.srv_del((VIP[v], 80), SERVER[v], 8080)
    check_numbers(mine, *collect(mine))
    for flow in other:
        if flow.state() == "established":
            flow.c(ACK, b"not disturbed")
            flow.s(ACK, b"at all")
    same(all(flow.state() == "close" for flow in mine), True, "they rest in CLOSE")


@both("a removed service's connections are reset at both ends, another service's are not")
def _(v):
    rig.service(v)
    rig.slb.svc(VIP[v], 81, sched="rr")
    rig.slb.srv((VIP[v], 81), SERVER[v], 8080)
    bystander = in_state(v, "established", vport=81)
    flows, _ = several(v)
    rig.slb.svc_del(VIP[v], 80)
    check_numbers(flows, *collect(flows))
    bystander.c(ACK, b"x")
    bystander.s(ACK, b"y")
    # The entries answer challenges although their service is gone.
    flow = flows[0]
    rig.client.send(flow.cpkt(ACK))
    same(reset_at_client(flow).seq, flow.sseq)


@both("clearing everything resets both ends")
def _(v):
    rig.service(v)
    flow = in_state(v, "established").data()
    rig.slbadm("-C")
    both_reset(flow)
    same(rig.slb.services(), [])


@both("a client's RST inside the window closes, and both can go on if nobody believed it")
def _(v):
    rig.service(v)
    flow = in_state(v, "established").data()
    flow.c(RST | ACK)
    same(flow.state(), "close")
    same(rig.slb.servers()[0]["stats"]["client-rst"], 1)
    flow.s(ACK, b"data of the other side")
    same(flow.state(), "close", "the receiver of the RST says nothing about it")
    flow.c(ACK, b"data of the sender of the RST")
    same(flow.state(), "established")
    flow.s(RST, opts=b"")
    same(flow.state(), "close")
    same(rig.slb.servers()[0]["stats"]["server-rst"], 1)


@both("a RST outside the window passes and changes nothing")
def _(v):
    rig.service(v)
    flow = in_state(v, "established").data()
    rig.mark()
    for seq in (flow.cseq + 1, flow.cseq - 100000, flow.cseq + 0x40000000):
        flow.c(RST, seq=seq & M32)
        same(flow.state(), "established", f"after the client's RST at {seq - flow.cseq:+}")
    for seq in (flow.sseq + 1, flow.sseq - 100000, flow.sseq + 0x40000000):
        flow.s(RST, seq=seq & M32)
        same(flow.state(), "established", f"after the server's RST at {seq - flow.sseq:+}")
    same(rig.counted().get("rst-ignored"), 6)
    flow.data()


@both("a RST in answer to the SYN counts only if it acknowledges it")
def _(v):
    rig.service(v)
    flow = in_state(v, "syn-sent")
    flow.s(RST | ACK, seq=0, ack=flow.cseq + 5)
    same(flow.state(), "syn-sent")
    flow.s(RST | ACK, seq=0)
    same(flow.state(), "close")
    same(rig.slb.servers()[0]["stats"]["syn-reset"], 1)


@both("a SYN without answer is counted when its time is over")
def _(v):
    rig.service(v)
    flow = in_state(v, "syn-sent")
    rig.slb.settings(timeouts={"syn-sent": 1})
    gone(flow)
    same(rig.slb.servers()[0]["stats"]["syn-unanswered"], 1)


@both("a retransmitted SYN keeps its translation")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    first = flow.entry()
    for _ in range(2):
        rig.client.send(flow.cpkt(SYN, seq=flow.cisn, opts=b""))
        got = rig.server.expect("retransmitted SYN")
        same((got.seq, got.src, got.sport, got.dst), ((flow.cisn + flow.shift) & M32, flow.laddr, flow.lport, flow.saddr))
    flow.synack()
    rig.client.send(flow.cpkt(SYN, seq=flow.cisn, opts=b""))
    same(rig.server.expect("SYN after the SYN/ACK").seq, (flow.cisn + flow.shift) & M32)
    flow.c()
    same(flow.entry()["lport"], first["lport"])
    same(flow.state(), "established")


def reopened(flow, seq):
    """The client's next SYN opens a connection of its own."""
    rig.mark()
    again = Flow(rig, flow.v, client=flow.caddr, cport=flow.cport)
    again.cisn = seq & M32
    rig.client.send(again.cpkt(SYN, seq=again.cisn))
    got = rig.server.expect("SYN")
    same(got.flags, SYN)
    again.cseq = again.cisn + 1 & M32
    again.learn(got)
    same(rig.counted().get("conn-reopened"), 1)
    same(rig.counted().get("conn-created"), 1)
    same(again.state(), "syn-sent")
    assert again.lport != flow.lport or again.saddr != flow.saddr, "the lease is a new one"
    return again


for STATE in ("last-ack", "time-wait", "close"):
    @both(f"a SYN in {STATE.upper()} opens afresh, whatever its number")
    def _(v, name=STATE):
        for offset in (1000, -1000, 0x60000000):
            rig.fresh()
            rig.service(v)
            flow = in_state(v, name)
            reopened(flow, flow.cseq + offset).data_after_open()


for STATE in ("fin-wait", "close-wait"):
    @both(f"a SYN in {STATE.upper()} changes nothing, whatever its number; a restarted client gets through")
    def _(v, name=STATE):
        rig.service(v)
        flow = in_state(v, name)
        rig.mark()
        for offset in (-5000, 0, 5000, 0x40000000):
            flow.c(SYN, seq=flow.cseq + offset & M32, opts=b"")
            same(flow.state(), name)
            # The server's challenge ACK comes back; the true client does not care and goes on.
            flow.s()
            if name == "close-wait":
                flow.s(ACK, b"z" * 1000)
                flow.c()
            else:
                flow.c(ACK, b"z" * 1000)
                flow.s()
            same(flow.state(), name)
        same(rig.counted().get("conn-reopened"), None)
        # A restarted client answers the challenge by a RST with the number it acknowledges.
        flow.s()
        flow.c(RST, opts=b"")
        same(flow.state(), "close")
        reopened(flow, flow.cseq - 5000)


@both("a SYN in ESTABLISHED passes translated; a restarted client gets through")
def _(v):
    for offset in (5000, -5000):
        rig.fresh()
        rig.service(v)
        flow = in_state(v, "established").data()
        rig.mark()
        flow.c(SYN, seq=flow.cseq + offset, opts=b"")
        same(flow.state(), "established")
        flow.s()
        flow.data()
        same(rig.counted().get("conn-reopened"), None)
        flow.s()
        flow.c(RST, opts=b"")
        same(flow.state(), "close")
        reopened(flow, flow.cseq + offset)


@both("late packets in TIME_WAIT pass and change nothing")
def _(v):
    rig.service(v)
    flow = in_state(v, "time-wait")
    flow.s(FIN | ACK, seq=flow.sseq - 1)
    flow.c()
    flow.c(ACK, b"old", seq=flow.cseq - 10)
    same(flow.state(), "time-wait")


@both("the list can be asked for one state, client, server")
def _(v):
    rig.service(v)
    flow = in_state(v, "established")
    in_state(v, "syn-sent")
    text = rig.slbadm("-L", "-c", "-n", "--state", "established")
    same((text.count("ESTABLISHED"), text.count("SYN_SENT")), (1, 0), text)
    length = 128 if v == 6 else 32
    text = rig.slbadm("-L", "-c", "-n", "--client", f"{CLIENT[v]}/{length}")
    same((text.count("ESTABLISHED"), text.count("SYN_SENT")), (1, 1), text)
    same(rig.slbadm("-L", "-c", "-n", "--client", "192.0.2.0/24").count("ESTABLISHED"), 0)
    text = rig.slbadm("-L", "-c", "-n", "--server", f"[{SERVER[v]}]:8080" if v == 6 else f"{SERVER[v]}:8080")
    same(text.count("ESTABLISHED"), 1, text)
    assert str(flow.lport) in text, text


@both("a UDP flow lives from its last datagram on and chooses anew when its server is gone")
def _(v):
    rig.service(v, UDP, servers=(SERVER, SERVER2), sched="rr")
    rig.slb.settings(timeouts={"udp": 50})
    port = rig.next_port()

    def ask(data):
        rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, UDP, data=data))
        got = rig.server.expect("datagram at the server")
        same(got.data, data)
        return got

    got = ask(b"one")
    first = got.dst
    same(ask(b"two").sport, got.sport, "the same flow")
    rig.server.send(Pkt(got.dst, got.src, 8080, got.sport, UDP, data=b"answer"))
    back = rig.client.expect("answer")
    same((back.src, back.sport, back.dport, back.data), (VIP[v], 80, port, b"answer"))
    conns = rig.slb.conns(client_port=port)
    same((len(conns), conns[0]["state"], conns[0]["expires"] in (49, 50)), (1, "udp", True))
    rig.slb.srv_del((VIP[v], 80, UDP), first, 8080)
    same(ask(b"three").dst != first, True, "another server")
    rig.slb.settings(timeouts={"udp": 1})
    eventually(lambda: not rig.slb.conns(client_port=port), "the end of the flow")


@case("counters show the whole life: created, expired, destroyed")
def _():
    rig.settle()
    rig.service(4)
    rig.mark()
    flows = [in_state(4, "time-wait") for _ in range(5)]
    rig.slb.settings(timeouts={"time-wait": 1})
    for flow in flows:
        gone(flow)
    counted = rig.counted()
    same([counted.get(n) for n in ("conn-created", "conn-expired", "conn-destroyed")], [5, 5, 5])


main(before=rig.fresh)
