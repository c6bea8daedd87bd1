# SPDX-License-Identifier: GPL-2.0-only
"""The client's address in a TCP option: when it is there, where, and what becomes of a client's own."""
import struct

import netns
from cases import both, main, same
from wire import (ACK, CLIENT, FIN, LB, M32, NOP, NOPS, PSH, RST, SACK_OK, SYN, VIP, Flow, Rig, opt_mss, opt_sack,
                  opt_toa, opt_ts, opt_wscale, options, pad)

rig = Rig()
DATA = b"GET / HTTP/1.0\r\n\r\n"


def wanted(flow, kind=254):
    return opt_toa(kind, flow.caddr, flow.cport)


def has(flow, got, kind=254, opts=b""):
    """The packet carries the client's address as its first option and then what it carried before."""
    toa = wanted(flow, kind)
    assert got.opts.startswith(toa), f"no address of {flow.name()} in front: {got}"
    rest = got.opts[len(toa):]
    # Timestamps are shifted; that has test points of its own.
    same([(k, k != 8 and o) for k, o in options(rest)], [(k, k != 8 and o) for k, o in options(opts)],
         "the other options")


def has_not(got):
    for kind, value in got.options():
        assert kind not in (253, 254), f"option {kind} {value.hex()} in {got}"


def counts(**wanted_counts):
    counted = rig.counted()
    found = {name: counted.get(name.replace("_", "-"), 0) for name in wanted_counts}
    same(found, wanted_counts, "counters")


@both("never on the SYN; on every packet of the client until the server has shown that it has taken it")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    rig.mark()
    has_not(flow.syn())
    has_not(flow.synack())
    has(flow, flow.c())
    has(flow, flow.c(ACK | PSH, DATA))
    # A bare ACK of the SYN alone may still come from SYN_RECV.
    has_not(flow.s(ack=flow.cisn + 1))
    same(flow.entry().get("toa-pending"), True)
    has(flow, flow.c(ACK | PSH, DATA))
    counts(toa_inserted=3, toa_ahead=0, toa_no_room=0)
    has_not(flow.s())
    same(flow.entry().get("toa-pending"), None)
    has_not(flow.c(ACK | PSH, DATA))
    counts(toa_inserted=3)


@both("server data ends the window")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    flow.s(ACK | PSH, b"220 ready", ack=flow.cisn + 1)
    has_not(flow.c(ACK, DATA))


@both("a server's FIN ends the window")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    flow.s(FIN | ACK, ack=flow.cisn + 1)
    has_not(flow.c())


@both("a repeated SYN/ACK does not end the window: the server defers accept until data comes")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    flow.s(SYN | ACK, seq=flow.sisn, ack=flow.cisn + 1, opts=opt_mss(1400))
    has(flow, flow.c())
    has(flow, flow.c(ACK | PSH, DATA))
    flow.s()
    has_not(flow.c(ACK | PSH, DATA))


@both("the handshake's ACK is lost: the data that completes it carries the address")
def _(v):
    rig.service(v)
    flow = Flow(rig, v)
    flow.syn()
    flow.synack()
    has(flow, flow.c(ACK | PSH, DATA))


@both("retransmissions inside the window carry it, FIN too, RST does not")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open()
    for _ in range(3):
        has(flow, flow.c(ACK | PSH, DATA, seq=flow.cisn + 1))
    has(flow, flow.c(FIN | ACK))
    flow = Flow(rig, v).open()
    has_not(flow.c(RST | ACK))


@both("a long upload is tagged only until the server's first acknowledgement")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open()
    rig.mark()
    for _ in range(4):
        has(flow, flow.c(ACK, b"u" * 1200), opts=NOPS + opt_ts(flow.cclock + flow.tshift, flow.sclock))
    flow.s()
    for _ in range(20):
        has_not(flow.c(ACK, b"u" * 1200))
    counts(toa_inserted=4)


@both("next to timestamps and SACK blocks, which are shifted as ever")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open()
    opts = NOPS + opt_ts(777, flow.sclock) + (b"" if v == 6 else NOPS + opt_sack(flow.sseq + 100, flow.sseq + 200))
    got = flow.c(ACK, opts=opts)
    has(flow, got, opts=NOPS + opt_ts(777 + flow.tshift, flow.sclock)
        + (b"" if v == 6 else NOPS + opt_sack(flow.sseq + 100, flow.sseq + 200)))


@both("the kind can be chosen")
def _(v):
    for kind in (253, 200, 252):
        rig.fresh()
        rig.service(v, toa_kind=kind)
        flow = Flow(rig, v).open()
        has(flow, flow.c(ACK, DATA), kind)


@both("switched off: nothing is inserted, a client's own goes all the same")
def _(v):
    rig.service(v)
    rig.slbadm("-E", "-t", f"[{VIP[v]}]:80" if v == 6 else f"{VIP[v]}:80", "--toa", "off")
    rig.mark()
    flow = Flow(rig, v).open()
    has_not(flow.c(ACK, DATA))
    has_not(flow.c(ACK, DATA, opts=pad(opt_toa(254, "192.0.2.66", 6666))))
    counts(toa_inserted=0, toa_stripped=1)


@both("a client's own option is removed wherever it is, on every packet, and ours inserted in the window")
def _(v):
    rig.service(v, toa_kind=252)
    evil4, evil6 = ("192.0.2.66", 6666), ("2001:db8::66", 6666)
    for kind in (252, 253, 254):
        for evil in (evil4, evil6):
            own = opt_toa(kind, *evil)
            for block in (pad(own), pad(NOP + own), pad(NOPS + NOP + own),
                          pad(NOPS + opt_ts(5, 6) + own) if len(own) == 8 else pad(own),
                          pad(own + own) if len(own) == 8 else pad(own)):
                rig.mark()
                flow = Flow(rig, v)
                got = flow.syn(opts=block)
                assert not [k for k, _ in got.options() if k in (252, 253, 254)], f"SYN with {block.hex()}: {got}"
                flow.synack(opts=opt_mss(1400))
                got = flow.c(ACK, DATA, opts=block)
                has(flow, got, 252, opts=bytes(block).replace(own, NOP * len(own)))
                counts(toa_stripped=2, toa_inserted=1)
                flow.s()
                got = flow.c(ACK, DATA, opts=block)
                assert not [k for k, _ in got.options() if k in (252, 253, 254)], f"data with {block.hex()}: {got}"
                counts(toa_stripped=3, toa_inserted=1)


@both("options of those kinds with odd lengths go too")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    for own in (b"\xfe\x02", b"\xfe\x03\x01", b"\xfd\x04\x01\x02", b"\xfe\x28" + bytes(38), b"\xfe\x0c" + bytes(10)):
        has_not(flow.c(ACK, b"x", opts=pad(own)))


@both("a full option space is no way around: 40 bytes of the client's own")
def _(v):
    rig.service(v)
    own = opt_toa(254, "192.0.2.66", 6666) * 5
    rig.mark()
    flow = Flow(rig, v).open()
    flow.s(ack=flow.cisn + 1)
    has(flow, flow.c(ACK, DATA, opts=own))
    own6 = opt_toa(254, "2001:db8::66", 6666) * 2
    has(flow, flow.c(ACK, DATA, opts=own6))
    counts(toa_stripped=2, toa_ahead=0, toa_no_room=0)


@both("padding gives way: 36 bytes of options of which 12 are NOPs")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open()
    opts = NOPS + opt_ts(7, flow.sclock) + NOP * 24
    has(flow, flow.c(ACK, DATA, opts=opts), opts=opt_ts(7 + flow.tshift, flow.sclock))


def ahead(flow, data, opts, **fields):
    """The packet arrives unchanged but translated, behind an ACK without payload that has the address."""
    sent = flow.cpkt(ACK | PSH, data, opts=opts, **fields)
    rig.client.send(sent)
    flow.cseq = sent.end()
    first = rig.server.expect("ACK ahead of the data")
    same((first.flags, first.data), (ACK, b""), "the ACK ahead")
    same((first.seq, first.ack, first.window), ((sent.seq + flow.shift) & M32, sent.ack, sent.window))
    assert first.opts.startswith(wanted(flow)), first
    got = rig.server.expect("the data")
    flow.check_at_server(sent, got)
    has_not(got)
    return first, got


@both("without room in the header an ACK with the address goes ahead of the data")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open()
    blocks = opt_sack(*(flow.sseq + n for n in (100, 200, 300, 400, 500, 600)))
    opts = NOPS + opt_ts(99, flow.sclock) + NOPS + blocks
    same(len(opts), 40)
    rig.mark()
    first, got = ahead(flow, DATA, opts)
    same(got.opts, NOPS + opt_ts(99 + flow.tshift, flow.sclock) + NOPS + blocks)
    same(first.ts(), ((99 + flow.tshift) & M32, flow.sclock & M32), "timestamps of the ACK ahead")
    counts(toa_ahead=1, toa_no_room=0, toa_inserted=0)


@both("without room in the MTU an ACK with the address goes ahead of the data")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open()
    size = 1500 - (40 if v == 6 else 20) - 32
    rig.mark()
    ahead(flow, b"m" * size, None)
    counts(toa_ahead=1, toa_inserted=0)
    has(flow, flow.c(ACK | PSH, b"m" * (size - (20 if v == 6 else 8))),
        opts=NOPS + opt_ts(flow.cclock + flow.tshift, flow.sclock))
    counts(toa_ahead=1, toa_inserted=1)


@both("trusted sources' options pass as they are, others' do not")
def _(v):
    rig.service(v)
    inside, outside = ("10.9.7.1", "10.9.8.1") if v == 4 else ("fd00:9:7::1", "fd00:9:8::1")
    rig.slbadm("--set", "toa-trusted=10.9.7.0/24,fd00:9:7::/48")
    own = opt_toa(254, "192.0.2.1", 1111)
    rig.mark()
    flow = Flow(rig, v, client=inside).open()
    same(flow.c(ACK, DATA, opts=own).opts, own)
    has(flow, flow.c(ACK, DATA))
    counts(toa_passed=1, toa_stripped=0)
    flow = Flow(rig, v, client=outside).open()
    has(flow, flow.c(ACK, DATA, opts=own), opts=NOP * 8)
    counts(toa_passed=1, toa_stripped=1)
    rig.slbadm("--set", "toa-trusted=none")
    flow = Flow(rig, v, client=inside).open()
    has(flow, flow.c(ACK, DATA, opts=own), opts=NOP * 8)


@both("a Fast Open request becomes NOPs where the service has the address sent")
def _(v):
    rig.service(v)
    rig.mark()
    for tfo in (b"\x22\x02", b"\x22\x0a" + b"cookie!!", b"\xfe\x04\xf9\x89", b"\xfe\x0c\xf9\x89" + b"cookie!!"):
        flow = Flow(rig, v)
        got = flow.syn(opts=pad(opt_mss(1400) + tfo))
        same([kind for kind, _ in got.options()], [2], f"after {tfo.hex()}")
    counts(tfo_stripped=4)
    rig.slb.svc_edit(VIP[v], 80, toa=0)
    got = Flow(rig, v).syn(opts=pad(opt_mss(1400) + b"\x22\x02"))
    same([kind for kind, _ in got.options()], [2, 34], "without address")


@both("MP_CAPABLE becomes NOPs where the service has the address sent")
def _(v):
    rig.service(v)
    rig.mark()
    capable = struct.pack("!BBBB", 30, 4, 0x01, 0x81)
    got = Flow(rig, v).syn(opts=opt_mss(1400) + capable)
    same([kind for kind, _ in got.options()], [2])
    counts(mptcp_stripped=1)
    rig.slb.svc_edit(VIP[v], 80, toa=0)
    got = Flow(rig, v).syn(opts=opt_mss(1400) + capable)
    same([kind for kind, _ in got.options()], [2, 30])


@both("a client port that reads as Fast Open's number does no harm")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, cport=63881).open()
    has(flow, flow.c(ACK, DATA))


@both("timestamps remove: NOPs in the SYN; the other options stay")
def _(v):
    rig.service(v, timestamps="remove")
    flow = Flow(rig, v)
    opts = opt_mss(1400) + SACK_OK + opt_ts(1234, 0) + NOP + opt_wscale(7)
    got = flow.syn(opts=opts)
    same(got.opts, opt_mss(1400) + SACK_OK + NOP * 10 + NOP + opt_wscale(7))
    flow.synack(opts=opt_mss(1400))
    flow.c()
    flow.data()


@both("timestamps keep: as they are, both ways")
def _(v):
    rig.service(v, timestamps="keep")
    flow = Flow(rig, v)
    got = flow.syn(opts=opt_mss(1400) + SACK_OK + opt_ts(1234, 0))
    same(got.ts(), (1234, 0))
    same(flow.synack(opts=opt_mss(1400) + SACK_OK + opt_ts(99, 1234)).ts(), (99, 1234))
    flow.c(opts=NOPS + opt_ts(1235, 99))
    flow.s(ACK, b"x", opts=NOPS + opt_ts(100, 1235))
    same(flow.c(opts=NOPS + opt_ts(1236, 100)).ts(), (1236, 100))


@both("timestamps translate: constant offset there and back, an echo of 0 stays 0")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True)
    got = flow.syn()
    same(got.ts()[1], 0)
    assert flow.tshift
    same(flow.entry()["ts-shift"], flow.tshift)
    same(flow.entry()["seq-shift"], flow.shift)
    same(flow.synack().ts(), (flow.sclock, flow.cclock))
    for _ in range(5):
        same(flow.c(ACK, b"a").ts(), ((flow.cclock + flow.tshift) & M32, flow.sclock))
        same(flow.s(ACK, b"b").ts(), (flow.sclock, flow.cclock))
    same(flow.c(ACK, b"wrapped", opts=NOPS + opt_ts(M32 - flow.tshift, 5)).ts(), (M32, 5))
    same(flow.s(ACK, b"w", opts=NOPS + opt_ts(5, flow.tshift - 1)).ts(), (5, M32))


@both("SACK edges of the server are shifted, the client's are not")
def _(v):
    rig.service(v)
    flow = Flow(rig, v, ts=True).open().data()
    edges = [flow.cseq + n for n in (100, 200, 300, 400, 500, 600)]
    got = flow.s(ACK, opts=NOPS + opt_ts(1, flow.tshift) + NOPS + opt_sack(*(e + flow.shift for e in edges)))
    same(got.sack(), tuple(e & M32 for e in edges))
    got = flow.s(ACK, opts=NOPS + opt_sack(*(e + flow.shift for e in edges[:2])))
    same(got.sack(), tuple(edges[:2]))
    # At an odd place, with odd padding, and across the end of the number space.
    got = flow.s(ACK, opts=pad(NOP + opt_sack(M32, 5) + NOP))
    same(got.sack(), ((M32 - flow.shift) & M32, (5 - flow.shift) & M32))
    got = flow.c(ACK, opts=NOPS + opt_sack(flow.sseq + 10, flow.sseq + 20))
    same(got.sack(), (flow.sseq + 10, flow.sseq + 20))


@both("MSS is lowered to what the path takes, with room for the address towards the client, never raised")
def _(v):
    head, toa = (60, 20) if v == 6 else (40, 8)
    rig.service(v)
    rig.mark()
    flow = Flow(rig, v)
    same(flow.syn(opts=opt_mss(9000)).mss(), 1500 - head, "the client's")
    same(flow.synack(opts=opt_mss(9000)).mss(), 1500 - head - toa, "the server's")
    same(rig.counted()["mss-clamped"], 2)
    flow = Flow(rig, v)
    same(flow.syn(opts=opt_mss(1200)).mss(), 1200)
    same(flow.synack(opts=opt_mss(1000)).mss(), 1000)
    same(Flow(rig, v).syn(opts=b"").mss(), None, "none is added")
    same(rig.counted()["mss-clamped"], 2)
    try:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1400")
        flow = Flow(rig, v)
        same(flow.syn(opts=opt_mss(1460)).mss(), 1400 - head, "to a link with MTU 1400")
        same(flow.synack(opts=opt_mss(1460)).mss(), 1400 - head - toa, "from a link with MTU 1400")
        rig.slb.svc_edit(VIP[v], 80, toa=0)
        flow = Flow(rig, v)
        flow.syn()
        same(flow.synack(opts=opt_mss(1460)).mss(), 1400 - head, "without the address")
    finally:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1500")


@both("two connections of one client differ in numbers and timestamps as one host's would")
def _(v):
    rig.service(v)
    first = Flow(rig, v, ts=True)
    a = first.syn()
    second = Flow(rig, v, ts=True)
    b = second.syn()
    assert first.shift != second.shift
    assert a.src == b.src and (b.ts()[0] - a.ts()[0]) & M32 < 10000, "one clock for one pair of addresses"


@both("TOS and DF are kept, the hop limit goes down by one")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    got = flow.c(ACK, b"x", tos=0xb9, ttl=2)
    same((got.tos, got.ttl, got.df), (0xb9, 1, True))


@both("the address is that of the client that is there: another client of the same port has its own")
def _(v):
    rig.service(v)
    addrs = (CLIENT[v], CLIENT[v][:-1] + "77")
    for addr in addrs:
        flow = Flow(rig, v, client=addr, cport=4242).open()
        has(flow, flow.c(ACK, DATA))


main(before=rig.fresh)
