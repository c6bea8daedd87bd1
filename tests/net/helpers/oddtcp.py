# SPDX-License-Identifier: GPL-2.0-only
"""TCP at its edges, both ends played by hand; see 51_oddtcp.sh."""
from cases import both, eventually, main, same
from wire import (ACK, CLIENT, FIN, M32, NOPS, PSH, RST, SACK_OK, SERVER, SYN, URG, VIP, Flow, Pkt, Rig, opt_mss,
                  opt_sack, opt_toa, opt_wscale, pad)

rig = Rig()
ECE, CWR = 64, 128
WSCALE = pad(opt_mss(1400) + opt_wscale(7))
BULK = b"x" * 100


def flow_in(v, name, **args):
    """A connection that has come to a state in the ordinary way."""
    flow = Flow(rig, v, **args)
    flow.syn()
    if name == "syn-sent":
        return flow
    flow.synack()
    if name == "syn-recv":
        return flow
    flow.c()
    flow.data()
    steps = {"established": "", "fin-wait": "Sc", "close-wait": "Cs", "last-ack": "CS", "time-wait": "CSc",
             "close": "R"}
    for step in steps[name]:
        if step == "R":
            flow.c(RST | ACK)
        else:
            (flow.c if step in "Cc" else flow.s)(FIN | ACK if step.isupper() else ACK)
    same(flow.state(), name)
    return flow


def scaled(v, cisn=None, sisn=None):
    """An established connection whose ends have offered to scale windows by 7."""
    flow = Flow(rig, v)
    flow.cisn = flow.cisn if cisn is None else cisn
    flow.sisn = flow.sisn if sisn is None else sisn
    flow.syn(opts=WSCALE)
    flow.synack(opts=WSCALE)
    flow.c()
    return flow.data()


def at(value, offset):
    return value + offset & M32


def resets(flow):
    """The balancer ends the connection: both ends must get exactly the number that they expect next."""
    rig.slb.srv_del((VIP[flow.v], 80), SERVER[flow.v], 8080)
    got = rig.client.expect("RST at the client")
    same((got.flags & RST, got.seq), (RST, flow.sseq), "RST to the client")
    got = rig.server.expect("RST at the server")
    same((got.flags & RST, got.seq), (RST, at(flow.cseq, flow.shift)), "RST to the server")


class Side:
    """Either side of a flow as the one that sends, with its number and what it says to the other."""

    def __init__(self, flow, name):
        self.flow, self.name = flow, name
        self.send, self.answer = (flow.c, flow.s) if name == "client" else (flow.s, flow.c)

    @property
    def seq(self):
        return self.flow.cseq if self.name == "client" else self.flow.sseq

    @property
    def ack(self):
        return self.flow.sseq if self.name == "client" else self.flow.cseq


def sides(v, make=flow_in, name="established"):
    for side in ("client", "server"):
        rig.fresh()
        rig.service(v)
        yield Side(make(v, name) if make is flow_in else make(v), side)


#
# Numbers that are not the sender's
#

# Offset of sequence number and of acknowledgment, for ends that do not scale their windows.
WILD = [(70000, 0), (-70000, 0), (1 << 30, 0), (-1 << 30, 0), (1 << 31, 0), (0, 1), (0, 5000), (0, 300000), (0, 1 << 31),
        (0, -70000), (0x12345678, 0x3456789a), (-200000, 200000)]


@both("a FIN with numbers that cannot be its sender's passes and changes nothing")
def _(v):
    for side in sides(v):
        for seq, ack in WILD:
            rig.mark()
            side.send(FIN | ACK, seq=at(side.seq, seq), ack=at(side.ack, ack))
            same(side.flow.state(), "established", f"the {side.name}'s FIN at {seq:+}, ack {ack:+}")
            same(rig.counted().get("out-of-window"), 1)
        # Without ACK no packet of an established connection is valid (RFC 9293 section 3.10.7.4).
        side.send(FIN, seq=side.seq)
        same(side.flow.state(), "established")
        side.send(FIN | ACK)
        same(side.flow.state(), "close-wait" if side.name == "client" else "fin-wait", "the true FIN")


@both("wild numbers in each half-closed state: neither FIN nor ACK moves it on")
def _(v):
    for name in ("fin-wait", "close-wait", "last-ack"):
        for side in sides(v, name=name):
            for seq, ack in WILD:
                for flags in (FIN | ACK, ACK):
                    side.send(flags, seq=at(side.seq, seq), ack=at(side.ack, ack))
                    same(side.flow.state(), name, f"the {side.name}'s {flags} at {seq:+}, ack {ack:+}")


@both("a FIN behind data that was lost on its way counts, as far as the window may reach")
def _(v):
    for side in sides(v):
        side.send(FIN | ACK, BULK, seq=at(side.seq, 60000))
        same(side.flow.state(), "close-wait" if side.name == "client" else "fin-wait")
    for side in sides(v, scaled):
        side.send(FIN | ACK, BULK, seq=at(side.seq, 8_500_000))
        same(side.flow.state(), "established", "beyond 65535 << 7")
        side.send(FIN | ACK, BULK, seq=at(side.seq, 8_000_000))
        same(side.flow.state(), "close-wait" if side.name == "client" else "fin-wait")


@both("data and ACKs of a stranger do not poison the numbers: our RSTs and the ends' own are exact")
def _(v):
    for name in ("client", "server"):
        for last in ("us", "client", "server"):
            rig.fresh()
            rig.service(v)
            flow = flow_in(v, "established")
            side = Side(flow, name)
            rig.mark()
            for seq, ack in WILD:
                side.send(ACK | PSH, BULK, seq=at(side.seq, seq), ack=at(side.ack, ack))
            side.send(PSH, BULK, seq=side.seq)
            if last == "us":
                resets(flow)
                continue
            (flow.c if last == "client" else flow.s)(RST, opts=b"")
            same(flow.state(), "close", f"after the {last}'s RST")
            same(rig.counted().get("rst-ignored"), None)


@both("what was poisoned by a good guess heals with the next packet of the true end")
def _(v):
    for side in sides(v):
        # In the right place, but it acknowledges what was never sent: near the last ACK nobody looks.
        side.send(ACK, seq=side.seq, ack=at(side.ack, 200000))
        side.send(FIN | ACK)
        same(side.flow.state(), "close-wait" if side.name == "client" else "fin-wait")
        side.answer()
        resets(side.flow)


@both("data far ahead of a gap, and what is sent again far back, count: windows are that wide")
def _(v):
    for side in sides(v, scaled):
        rig.mark()
        far = 7_000_000
        start = side.seq
        side.send(ACK, BULK, seq=at(start, far))
        side.send(ACK, BULK, seq=start)
        side.send(ACK, BULK, seq=at(start, far + 100))
        same(rig.counted().get("out-of-window"), None)
        side.answer(ACK, ack=at(start, far + 200))
        side.send(RST, seq=at(start, far + 200), opts=b"")
        same(side.flow.state(), "close", "the highest end is known")


@both("a handshake is not completed blindly")
def _(v):
    rig.service(v)
    flow = flow_in(v, "syn-recv")
    rig.slb.settings(timeouts={"syn-recv": 77, "established": 999})
    wild = [(0, -1), (0, 1), (0, -60000), (0, 1 << 31), (70000, 0), (-70000, 0), (1 << 31, 0)]
    for seq, ack in wild:
        flow.c(ACK, seq=at(flow.cseq, seq), ack=at(flow.sseq, ack))
        flow.c(FIN | ACK, BULK, seq=at(flow.cseq, seq), ack=at(flow.sseq, ack))
        same(flow.state(), "syn-recv", f"after an ACK at {seq:+}, ack {ack:+}")
    assert flow.entry()["expires"] <= 77, flow.entry()
    flow.c()
    same(flow.state(), "established")
    flow.data()
    resets(flow)


@both("a stranger's SYN between SYN and SYN/ACK does not confuse the numbers")
def _(v):
    for offset in (1 << 20, -1 << 20, 1 << 31):
        rig.fresh()
        rig.service(v)
        flow = flow_in(v, "syn-sent")
        flow.c(SYN, seq=at(flow.cisn, offset), opts=WSCALE)
        flow.synack()
        flow.c()
        same(flow.state(), "established", f"a SYN at {offset:+}")
        flow.data()
        resets(flow)


@both("a server's challenge out of an older connection, in answer to the SYN, tells nothing")
def _(v):
    rig.service(v)
    flow = flow_in(v, "syn-sent")
    # Acknowledges more than the SYN, as a server does that has left SYN_RECV.
    flow.s(ACK, seq=0x31415926, ack=at(flow.cseq, 100000))
    flow.s(ACK | PSH, BULK, seq=0x31415926, ack=at(flow.cseq, 100000))
    # The client resets what it has forgotten; that is not this connection.
    flow.c(RST, seq=at(flow.cseq, 100000), opts=b"")
    same(flow.state(), "syn-sent")
    flow.synack()
    got = flow.c()
    same(got.option(254), opt_toa(254, flow.caddr, flow.cport)[2:], "the client's address")
    flow.data()
    resets(flow)


@both("a SYN/ACK that comes again with another number counts only if it answers the SYN")
def _(v):
    rig.service(v)
    flow = flow_in(v, "syn-recv")
    rig.mark()
    flow.s(SYN | ACK, seq=at(flow.sisn, 1 << 20), ack=at(flow.cseq, 5))
    same(rig.counted().get("out-of-window"), 1)
    # The server has forgotten the first one and answers the SYN once more.
    flow.sisn = at(flow.sisn, 1 << 24)
    flow.synack()
    flow.c()
    same(flow.state(), "established")
    flow.data()
    resets(flow)


#
# RST
#

def in_flight(side):
    """300 bytes of this side that the other has not acknowledged; where they begin."""
    start = side.seq
    side.send(ACK | PSH, b"f" * 300)
    return start


# Place in 300 bytes in flight, state then, does the receiver's next ACK revive it?
PLACES = [(-1, "established", False), (0, "close", False), (1, "close", True), (299, "close", True),
          (300, "close", False), (301, "established", False), (-70000, "established", False),
          (70000, "established", False), (1 << 31, "established", False)]


@both("a RST at each place of the window: which ones count, and who can revive the connection")
def _(v):
    for place, state, revives in PLACES:
        for side in sides(v):
            rig.slb.settings(timeouts={"established": 777, "close": 55})
            start = in_flight(side)
            rig.mark()
            side.send(RST, seq=at(start, place), opts=b"")
            what = f"after the {side.name}'s RST at {place:+}"
            same(side.flow.state(), state, what)
            same(rig.counted().get("rst-ignored"), 1 if state != "close" else None, what)
            if state != "close":
                continue
            assert side.flow.entry()["expires"] <= 55, side.flow.entry()
            # The receiver's challenge, or its last words: an ACK of what it has had before.
            side.answer(ACK, ack=start)
            same(side.flow.state(), "established" if revives else "close", f"{what}, and an ACK of its receiver")
            if revives:
                assert side.flow.entry()["expires"] > 700, side.flow.entry()
                side.flow.data()


@both("a RST that is not meant: its sender's data or new ACK revive the connection, an old ACK does not")
def _(v):
    for side in sides(v):
        for how in ("data", "ack", "fin"):
            side.answer(ACK | PSH, BULK)
            side.send(RST, opts=b"", seq=side.seq)
            same(side.flow.state(), "close")
            side.send(ACK, ack=at(side.ack, -100))
            same(side.flow.state(), "close", "an ACK that was sent before the RST")
            if how == "data":
                side.send(ACK, BULK, ack=at(side.ack, -100))
            elif how == "ack":
                side.send(ACK)
            else:
                side.send(FIN | ACK)
            half = "close-wait" if side.name == "client" else "fin-wait"
            same(side.flow.state(), half if how == "fin" else "established", how)
            side.send()
            side.answer()
        resets(side.flow)


@both("an exact RST behind a loose one is believed, whoever has sent either")
def _(v):
    for side in sides(v):
        start = in_flight(side)
        side.send(RST, seq=at(start, 50), opts=b"")
        side.send(RST, seq=side.seq, opts=b"")
        side.answer(ACK, ack=start)
        same(side.flow.state(), "close", "the sender's own")
    for side in sides(v):
        start = in_flight(side)
        side.send(RST, seq=at(start, 50), opts=b"")
        side.answer(RST, opts=b"")
        same(side.flow.state(), "close", "the receiver's")


@both("RSTs in the handshake: a server's, a client's, a stranger's")
def _(v):
    for name, answer in (("syn-sent", None), ("syn-recv", "c"), ("syn-recv", "s")):
        rig.fresh()
        rig.service(v)
        flow = flow_in(v, name)
        for offset in (2, 1000, -1000, 1 << 31):
            flow.c(RST, seq=at(flow.cseq, offset), opts=b"")
            same(flow.state(), name, f"the client's at {offset:+}")
            if name == "syn-recv":
                flow.s(RST, seq=at(flow.sseq, offset), opts=b"")
                same(flow.state(), name, f"the server's at {offset:+}")
        (flow.s if answer == "s" else flow.c)(RST, opts=b"")
        same(flow.state(), "close")


@both("half open: a restarted server resets, and the client's next SYN opens afresh")
def _(v):
    rig.service(v)
    flow = flow_in(v, "established")
    flow.c(ACK | PSH, BULK)
    # It knows nothing, so the number is what the client has acknowledged (RFC 9293 section 3.10.7.1).
    flow.s(RST, seq=flow.sseq, opts=b"")
    same(flow.state(), "close")
    again = Flow(rig, v, client=flow.caddr, cport=flow.cport)
    again.cisn = at(flow.cseq, 1 << 24)
    again.open().data()
    same(again.state(), "established")


#
# SYN
#

REOPEN = ("last-ack", "time-wait", "close")


@both("a SYN on a connection: each state, the same number, a higher and a lower one")
def _(v):
    rig.service(v)
    for name in ("syn-sent", "syn-recv", "established", "fin-wait", "close-wait", *REOPEN):
        for what, offset in (("same", None), ("next", 0), ("higher", 1 << 20), ("much higher", 0x60000000),
                             ("lower", -1 << 20)):
            flow = flow_in(v, name)
            number = flow.cisn if offset is None else at(flow.cseq, offset)
            rig.mark()
            rig.client.send(flow.cpkt(SYN, seq=number, opts=opt_mss(1400)))
            got = rig.server.expect("SYN")
            reopened = rig.counted().get("conn-reopened", 0)
            where = f"a SYN in {name} with {what} number"
            same(reopened, 1 if name in REOPEN else 0, where)
            if name in REOPEN:
                assert got.sport != flow.lport or got.src != flow.laddr, f"{where}: a new lease"
                continue
            same((got.sport, got.src, got.seq), (flow.lport, flow.laddr, at(number, flow.shift)), where)
            same(flow.state(), name, where)


@both("a download goes on past a stranger's SYNs, half closed or not")
def _(v):
    for name in ("established", "close-wait"):
        rig.fresh()
        rig.service(v)
        flow = flow_in(v, name)
        for i in range(12):
            flow.s(ACK, b"d" * 1000)
            rig.client.send(flow.cpkt(SYN, seq=0x11111111 * (i + 1), opts=b""))
            rig.server.expect("the stranger's SYN")
            flow.s()        # the challenge ACK, which the client takes for any other
            flow.c()
        same(flow.state(), name)
        flow.s(FIN | ACK)
        same(flow.state(), "last-ack" if name == "close-wait" else "fin-wait")


@both("both open at once")
def _(v):
    rig.service(v)
    flow = flow_in(v, "syn-sent")
    flow.sseq = flow.sisn
    flow.s(SYN, opts=opt_mss(1400))
    same(flow.state(), "syn-recv")
    got = flow.c(SYN | ACK, seq=flow.cisn, opts=opt_mss(1400))
    same(got.option(254), None, "the client's address on a SYN/ACK")
    same(flow.state(), "syn-recv")
    flow.s(SYN | ACK, seq=flow.sisn, opts=opt_mss(1400))
    same(flow.state(), "syn-recv")
    flow.c()
    same(flow.state(), "established")
    flow.data()
    flow.close()
    same(flow.state(), "time-wait")
    flow = flow_in(v, "syn-sent")
    flow.sseq = flow.sisn
    flow.s(SYN, opts=b"")
    flow.c(SYN | ACK, seq=flow.cisn, opts=b"")
    flow.s()                # the server's own SYN/ACK was lost
    flow.c()
    flow.data()
    resets(flow)


#
# Ends of half-closed connections
#

@both("half closed and idle: both ends are reset, as those of an open connection are")
def _(v):
    rig.service(v)
    flows = [flow_in(v, "fin-wait"), flow_in(v, "close-wait")]
    rig.mark()
    rig.slb.settings(timeouts={"fin-wait": 1, "close-wait": 1})
    eventually(lambda: [flow.state() for flow in flows] == ["close", "close"], "the end of both")
    client = {got.dport: got for got in (rig.client.expect("RST"), rig.client.expect("RST"))}
    server = {got.sport: got for got in (rig.server.expect("RST"), rig.server.expect("RST"))}
    for flow in flows:
        same((client[flow.cport].flags & RST, client[flow.cport].seq), (RST, flow.sseq))
        same((server[flow.lport].flags & RST, server[flow.lport].seq), (RST, at(flow.cseq, flow.shift)))
    same(rig.counted().get("idle-reset"), 2)
    rig.slb.settings(idle_reset=0)
    flow = flow_in(v, "close-wait")
    eventually(lambda: not flow.entry(), "the end without a word")
    rig.quiet()


#
# Data where it is rare
#

@both("data in the SYN, the SYN/ACK and behind it, before the client's ACK: Fast Open without TOA")
def _(v):
    rig.service(v, toa=0)
    cookie = pad(opt_mss(1400) + b"\x22\x0a" + b"12345678")
    flow = Flow(rig, v)
    flow.cseq = flow.cisn
    sent = flow.cpkt(SYN, b"early request", opts=cookie)
    rig.client.send(sent)
    got = rig.server.expect("SYN with data")
    same((got.data, got.opts), (b"early request", cookie))
    flow.learn(got)
    flow.cseq = sent.end()
    rig.mark()
    flow.synack()
    same(flow.state(), "syn-recv")
    flow.s(ACK | PSH, b"a" * 1400)
    flow.s(ACK | PSH, b"b" * 1400)
    same(flow.state(), "syn-recv")
    flow.c(ACK, ack=at(flow.sseq, -1400))
    same(flow.state(), "established", "an ACK of a part of it")
    flow.c()
    same(rig.counted().get("out-of-window"), None)
    flow.data()
    resets(flow)


@both("data in the SYN that the server does not take, and the SYN again without it")
def _(v):
    for again in (False, True):
        for taken in (False, True):
            rig.fresh()
            rig.service(v)
            flow = Flow(rig, v)
            flow.cseq = flow.cisn
            sent = flow.cpkt(SYN, b"early", opts=b"")
            rig.client.send(sent)
            flow.learn(rig.server.expect("SYN with data"))
            if again:
                flow.syn(opts=b"")
            flow.cseq = sent.end() if taken else at(flow.cisn, 1)
            rig.mark()
            flow.synack()
            flow.c()
            same(flow.state(), "established", f"again {again}, taken {taken}")
            flow.data()
            same(rig.counted().get("out-of-window"), None)
            resets(flow)


@both("data in the FIN, and FINs that cross and are sent again")
def _(v):
    rig.service(v)
    flow = flow_in(v, "established")
    cseq, sseq = flow.cseq, flow.sseq
    flow.c(FIN | ACK | PSH, b"last words")
    same(flow.state(), "close-wait")
    flow.s(FIN | ACK | PSH, b"mine too", ack=cseq)
    same(flow.state(), "last-ack")
    flow.c(FIN | ACK | PSH, b"last words", seq=cseq, ack=sseq)
    flow.s(FIN | ACK | PSH, b"mine too", seq=sseq)
    flow.c(ACK)
    same(flow.state(), "time-wait")


@both("urgent data: flag and pointer are kept, next to the client's address too")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    got = flow.c(ACK | PSH | URG, b"now!", urg=4)
    assert got.option(254), "the client's address"
    flow.s(ACK | PSH | URG, b"at once", urg=0xffff)
    flow.c(ACK | URG, b"", urg=1)
    flow.c(ACK | PSH, b"an urgent pointer without flag", urg=77)


@both("a closed window and its probes, and keep-alive probes")
def _(v):
    for side in sides(v):
        side.answer(ACK, window=0)
        rig.mark()
        for _ in range(3):
            side.send(ACK, seq=at(side.seq, -1))            # Linux probes with an old number
            side.answer(ACK, window=0)
            side.send(ACK, b"p", seq=side.seq)              # others with a byte that does not fit
            side.answer(ACK, window=0)
            side.send(ACK, b"\0", seq=at(side.seq, -1))     # a keep-alive of old
            side.answer(ACK)
        same(rig.counted().get("out-of-window"), None)
        same(side.flow.state(), "established")
        side.flow.data()


#
# Numbers that wrap
#

EDGES = (0xfffffff0, 0xfffffffe, 0xffffffff, 0, 0x7ffffff0)


@both("numbers that wrap, the client's, the server's, and the client's as the server sees them")
def _(v):
    for which in ("client", "server", "sum"):
        for edge in EDGES:
            rig.fresh()
            rig.service(v)
            rig.mark()
            flow = Flow(rig, v, ts=True)
            if which == "client":
                flow.cisn = edge
            elif which == "server":
                flow.sisn = edge
            flow.syn()
            if which == "sum":
                # A second attempt keeps the shift.
                flow.cisn = at(edge, -flow.shift)
                same(flow.syn().seq, edge)
            flow.synack()
            flow.c()
            for _ in range(3):
                flow.data()
            where = f"{which} at {edge:#x}"
            same(flow.state(), "established", where)
            same(rig.counted().get("out-of-window"), None, where)
            if edge & 1:
                resets(flow)
                continue
            flow.close()
            same(flow.state(), "time-wait", where)


@both("RSTs right behind a handshake whose numbers are all about to wrap")
def _(v):
    for edge in (0xfffffffe, 0xffffffff):
        for name in ("syn-recv", "established"):
            rig.fresh()
            rig.service(v)
            flow = Flow(rig, v)
            flow.cisn = flow.sisn = edge
            flow.syn()
            flow.synack()
            if name == "established":
                flow.c()
            resets(flow)


@both("SACK and D-SACK of the server: edges are shifted across the wrap, below the ACK too")
def _(v):
    rig.service(v)
    for base in (0xfffffff8, 0x10):
        flow = Flow(rig, v, ts=True)
        flow.syn()
        flow.cisn = at(base, -flow.shift)
        flow.syn()
        flow.synack(opts=pad(opt_mss(1400) + SACK_OK))
        flow.c()
        flow.data()
        flow.c(ACK, b"u" * 40)
        # The first block reports what came twice: below the ACK, or inside the second (RFC 2883).
        for edges in ((-15, -5), (-15, -5, 10, 40), (20, 30, 10, 40), (10, 20, 25, 30, 35, 40)):
            own = [at(flow.cseq, e - 40) for e in edges]
            got = flow.s(ACK, ack=at(flow.cseq, -40),
                         opts=NOPS + opt_sack(*(e + flow.shift for e in own)))
            same(list(got.sack()), own, f"edges {edges}")
            # The client's own are the server's numbers, which are not translated.
            edges = [at(flow.sseq, e) for e in edges]
            same(list(flow.c(ACK, opts=NOPS + opt_sack(*edges)).sack()), edges)


#
# ECN, MPTCP, signatures
#

def ecn_bits():
    """AE, CWR and ECE in all combinations."""
    for bits in range(8):
        yield bits >> 2, (CWR if bits & 2 else 0) | (ECE if bits & 1 else 0)


@both("ECN and AccECN: every combination of AE, CWR and ECE in SYN, SYN/ACK, ACK and data")
def _(v):
    rig.service(v)
    for ae, ecn in ecn_bits():
        flow = Flow(rig, v)
        flow.cseq = flow.cisn
        sent = flow.cpkt(SYN | ecn, opts=opt_mss(1400), res=ae)
        rig.client.send(sent)
        got = rig.server.expect("SYN")
        same((got.flags, got.res), (SYN | ecn, ae))
        flow.learn(got)
        flow.cseq = sent.end()
        flow.sseq = flow.sisn
        # The other end answers with another combination.
        flow.s(SYN | ACK | (ecn ^ ECE), opts=opt_mss(1400), res=ae ^ 1)
        assert flow.c(ACK | ecn, res=ae).option(254)
        flow.c(ACK | PSH | ecn, b"c", res=ae)
        flow.s(ACK | PSH | ecn, b"s", res=ae)
        flow.c(ACK | PSH | ecn, b"c", res=ae)


@both("reserved bits and the IP header's codepoints are kept on every packet")
def _(v):
    rig.service(v)
    for tos in (0, 1, 2, 3, 0xb8 | 2):
        flow = Flow(rig, v)
        flow.syn(tos=tos)
        flow.synack()
        assert flow.c(ACK | PSH, b"c", tos=tos, res=14).option(254)
        flow.s(ACK | PSH, b"s", tos=tos, res=15)
        flow.c(ACK | PSH, b"c", tos=tos, res=15)
        flow.s(ACK | FIN, tos=tos, res=8)


@both("the ACK ahead repeats AE, CWR and ECE and is not ECN-capable itself")
def _(v):
    rig.service(v)
    for ae, ecn in ecn_bits():
        flow = Flow(rig, v).open()
        opts = pad(NOPS + opt_sack(*range(flow.sseq + 10, flow.sseq + 90, 10)))
        sent = flow.cpkt(ACK | PSH | ecn, b"data", opts=opts, tos=0xb8 | 3, res=ae | 8)
        rig.client.send(sent)
        first, second = rig.server.expect("ACK ahead"), rig.server.expect("data")
        same((first.data, first.flags, first.res, first.tos), (b"", ACK | ecn, ae | 8, 0xb8))
        same(first.option(254), opt_toa(254, flow.caddr, flow.cport)[2:])
        flow.check_at_server(sent, second)


MP_CAPABLE, MP_JOIN, DSS = b"\x1e\x0c\x01\x81" + b"k" * 8, b"\x1e\x0c\x10\x00" + b"t" * 8, b"\x1e\x08\x20\x01" + b"a" * 4


@both("MPTCP: MP_CAPABLE and MP_JOIN become NOPs where TOA is sent, so that both ends speak plain TCP")
def _(v):
    rig.service(v)
    rig.mark()
    for option in (MP_CAPABLE, MP_JOIN):
        flow = Flow(rig, v)
        got = flow.syn(opts=opt_mss(1400) + option)
        same((got.mss(), got.options()), (1400, [(2, b"\x05\x78")]))
        rig.client.send(flow.cpkt(SYN, seq=flow.cisn, opts=opt_mss(1400) + option))
        same(rig.server.expect("the SYN again").options(), [(2, b"\x05\x78")])
        flow.data_after_open()
    same(rig.counted()["mptcp-stripped"], 4)


@both("MPTCP: without TOA it passes as it is, its mappings are relative to the initial numbers")
def _(v):
    rig.service(v, toa=0)
    rig.mark()
    flow = Flow(rig, v)
    same(flow.syn(opts=opt_mss(1400) + MP_CAPABLE).opts, opt_mss(1400) + MP_CAPABLE)
    same(flow.synack(opts=opt_mss(1400) + MP_CAPABLE).opts, opt_mss(1400) + MP_CAPABLE)
    same(flow.c(ACK, opts=MP_CAPABLE).opts, MP_CAPABLE)
    same(flow.s(ACK | PSH, BULK, opts=DSS).opts, DSS)
    same(flow.c(ACK | PSH, BULK, opts=DSS).opts, DSS)
    same(rig.counted().get("mptcp-stripped"), None)


@both("TCP-MD5 and TCP-AO on a packet of a connection: dropped, with the reason, and nothing is learnt from it")
def _(v):
    for toa in (0, 1):
        rig.fresh()
        rig.service(v, toa=toa)
        for option in (b"\x13\x12" + bytes(16) + NOPS, b"\x1d\x10" + bytes(14), b"\x1d\x04\x01\x02",
                       NOPS + b"\x08\x0a" + bytes(8) + b"\x1d\x0c" + bytes(10)):
            flow = Flow(rig, v)
            flow.syn()
            rig.mark()
            rig.server.send(flow.spkt(SYN | ACK, seq=flow.sisn, opts=option))
            flow.synack()
            rig.client.send(flow.cpkt(ACK, b"tagged", opts=option))
            flow.c()
            rig.client.send(flow.cpkt(ACK | PSH, b"signed", opts=option))
            rig.server.send(flow.spkt(ACK | PSH, b"signed", opts=option))
            rig.client.send(flow.cpkt(FIN | ACK, opts=option))
            flow.data()
            rig.client.send(flow.cpkt(RST | ACK, opts=option))
            rig.server.send(flow.spkt(FIN | ACK, opts=option))
            rig.client.send(flow.cpkt(SYN, seq=flow.cisn, opts=option))
            rig.quiet()
            same(flow.state(), "established")
            same(rig.counted()["drop:auth-option"], 8, f"toa {toa}, {option.hex()}")


@both("MSS, Fast Open and MPTCP follow what the connection was opened with, not what the service says now")
def _(v):
    full = 1500 - (60 if v == 6 else 40)
    room = 20 if v == 6 else 8
    for toa in (1, 0):
        rig.fresh()
        rig.service(v, toa=toa)
        flow = Flow(rig, v)
        flow.syn(opts=opt_mss(1460) + MP_CAPABLE)
        rig.slb.svc_edit(VIP[v], 80, toa=1 - toa)
        rig.client.send(flow.cpkt(SYN, seq=flow.cisn, opts=opt_mss(1460) + MP_CAPABLE))
        same(bool(rig.server.expect("the SYN again").option(30)), not toa, f"MP_CAPABLE, opened with toa {toa}")
        same(flow.synack(opts=opt_mss(1460)).mss(), full - room * toa, f"MSS, opened with toa {toa}")
        same(bool(flow.c().option(254)), bool(toa))


@both("a SYN with strange flags opens nothing, or only what it should")
def _(v):
    rig.service(v)
    for flags, opens in ((SYN | FIN, False), (SYN | RST, False), (SYN | FIN | ACK, False), (SYN | URG | PSH, True),
                         (0, False), (FIN | URG | PSH, False)):
        port = rig.next_port()
        rig.client.send(Pkt(CLIENT[v], VIP[v], port, 80, flags=flags, seq=7, opts=opt_mss(1400)))
        if opens:
            same(rig.server.expect("SYN").flags, flags)
        else:
            rig.server.quiet()
        same(len(rig.slb.conns(client_port=port)), int(opens), f"flags {flags:#x}")
        rig.client.drain()


main(before=rig.fresh)
