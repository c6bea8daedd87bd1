# SPDX-License-Identifier: GPL-2.0-only
"""The fast path: each packet either takes it, or comes out as it would without."""
import copy
import json
import os
import socket
import struct

import netns
from cases import both, case, eventually, main, same
from slbnl import ENUM, attrs, cmd
from wire import (ACK, CLIENT, FIN, ICMP, ICMP6, LB, NOPS, PSH, RST, SERVER, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, checksum,
                  opt_mss, opt_sack, opt_toa)

rig = Rig()
OTHER = os.environ["SLB_OTHER"]
DEVICES = "c0", "s0", "cv", "sv"
STATES = {value: name[9:].lower().replace("_", "-") for name, value in ENUM.items() if name.startswith("SLB_FAST_")}
GATEWAY = {4: "10.200.2.2", 6: "fd00:c2::2"}
SERVERS = {4: "10.1.0.0/16", 6: "fd00:1::/32"}


def ip(*words, check=True):
    return netns.run(LB, "ip", *words, check=check)


def nft(text):
    """What is loaded is the whole ruleset."""
    netns.run(LB, "nft", "-f", "-", stdin="flush ruleset\n" + text.replace("{ ", "{\n").replace("; ", ";\n")
              .replace(" }", "\n}"))


def states():
    """{interface: (IPv4, IPv6)}."""
    told = {}
    for number, value in rig.slb.call(cmd("INFO_GET"))[0]:
        if number == ENUM["SLB_A_INFO_FASTPATH"]:
            fields = dict(attrs(value))
            told[fields[ENUM["SLB_A_FAST_NAME"]].rstrip(b"\0").decode()] = \
                tuple(STATES[fields[ENUM[f"SLB_A_FAST_STATE{v}"]][0]] for v in (4, 6))
    return told


def on(*devices, force=0):
    if devices:
        rig.slb.settings(**{"fastpath": list(devices), "fastpath-force": force})
    else:
        rig.slb.settings(**{"fastpath-none": True, "fastpath-force": force})


def before():
    nft("")
    rig.fresh()
    on(*DEVICES)


class Took:
    """What the fast path has taken and left since then."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        counts = rig.slb.counters()[0]
        return counts["fast"], counts["fast-left"], counts["seen"], counts["forwarded"]

    def is_(self, fast, left=0):
        """All packets that were taken, and of those that were left all that the normal way then forwarded."""
        got = tuple(now - then for now, then in zip(self.now(), self.start))
        same(got[:2], (fast, left), "fast, left")
        self.start = self.now()
        return got[2:]


def opened(v, ts=False, wires=None, **fields):
    rig.service(v)
    return Flow(wires or rig, v, ts=ts, **fields).open().data()


def host(v, net):
    return f"10.{net}.0.9" if v == 4 else f"fd00:{net}::9"


def traffic(flow, packets=3):
    for i in range(packets):
        flow.c(ACK | PSH, b"c" * (i + 1))
        flow.s(ACK | PSH, b"s" * 1300)
        flow.c()


@both("data and acknowledgments of an established connection take it, both ways")
def _(v):
    for ts in (False, True):
        flow = opened(v, ts)
        took = Took()
        traffic(flow)
        same(took.is_(9), (9, 9), "seen, forwarded")
        stats = [rig.slb.services()[0]["stats"], rig.slb.servers()[0]["stats"]]
        same([(s["in-pkts"], s["out-pkts"]) for s in stats], 2 * [(4 + 6, 2 + 3)], "packets")
        flow.close()
        same(flow.state(), "time-wait")
        before()


@both("so do datagrams, with a checksum and without")
def _(v):
    rig.service(v, proto=UDP)
    ask = Pkt(CLIENT[v], VIP[v], 99, 80, UDP, data=b"question")
    rig.client.send(ask)
    got = rig.server.expect("question")
    answer = Pkt(got.dst, got.src, 8080, got.sport, UDP, data=b"answer", ttl=9, tos=0x28)
    rig.server.send(answer)
    rig.client.expect("answer")
    took = Took()
    rig.client.send(ask)
    same(rig.server.expect("question").data, b"question")
    rig.server.send(answer)
    got = rig.client.expect("answer")
    same((got.src, got.dst, got.ttl, got.tos, got.data), (VIP[v], CLIENT[v], 8, 0x28, b"answer"))
    raw = bytearray(ask.build())
    at = 40 if v == 6 else 20
    raw[at + 6:at + 8] = b"\0\0"
    rig.client.send(bytes(raw))
    got = rig.server.recv()
    same((got.data, got.raw[at + 6:at + 8]), (b"question", b"\0\0"))
    took.is_(3)


@both("what opens, closes or resets a connection, or carries the client's address, is left")
def _(v):
    rig.service(v)
    took = Took()
    flow = Flow(rig, v).open()
    took.is_(0, 3)
    got = flow.rig.client.send(flow.cpkt(ACK | PSH, b"first")) or rig.server.expect("first data")
    same(got.option(254), opt_toa(254, flow.caddr, flow.cport)[2:], "the client's address")
    flow.cseq += 5
    flow.s(ACK | PSH, b"answer")
    took.is_(0, 2)
    flow.c()
    took.is_(1)
    flow.c(FIN | ACK)
    flow.s()
    flow.s(FIN | ACK)
    flow.c()
    took.is_(0, 4)
    same(flow.state(), "time-wait")
    flow = Flow(rig, v).open().data()
    took = Took()
    flow.s(RST | ACK)
    took.is_(0, 1)
    same(flow.state(), "close")


@both("options that are not just a timestamp are left: SACK, a client's own TOA, malformed ones")
def _(v):
    flow = opened(v)
    took = Took()
    flow.s(ACK | PSH, b"x" * 100)
    sent = flow.spkt(ACK, opts=NOPS + opt_sack(flow.cseq + flow.shift + 10, flow.cseq + flow.shift + 20))
    rig.server.send(sent)
    same(rig.client.expect("SACK").sack(), (flow.cseq + 10, flow.cseq + 20), "edges")
    took.is_(1, 1)
    rig.client.send(flow.cpkt(ACK, b"y", opts=opt_toa(254, "1.2.3.4", 5)))
    same(rig.server.expect("data").option(254), None, "a client's own TOA")
    rig.mark()
    rig.client.send(flow.cpkt(ACK, b"y", opts=b"\x08\x0b\0\0"))
    rig.server.quiet()
    same(rig.counted(), {"seen": 1, "drop:malformed-option": 1})
    took.is_(0, 2)


@both("a packet at the end of its life, and one too long for its way, are left and answered")
def _(v):
    flow = opened(v)
    took = Took()
    rig.client.send(flow.cpkt(ACK, b"x", ttl=1))
    same(rig.client.expect("time exceeded").proto, ICMP6 if v == 6 else ICMP)
    took.is_(0, 1)
    ip("link", "set", "s0", "mtu", "1400")
    try:
        flow.c()        # all routes of IPv4 are looked up anew
        took = Took()
        flow.c(ACK, b"z" * (1400 - (60 if v == 6 else 40)))
        rig.client.send(flow.cpkt(ACK, b"z" * 1380))
        same(rig.client.expect("too big").proto, ICMP6 if v == 6 else ICMP)
        rig.server.quiet()
        took.is_(1, 1)
    finally:
        ip("link", "set", "s0", "mtu", "1500")
    flow.c()
    took = Took()
    flow.c(ACK, b"z" * 1380)
    took.is_(1)


def unseen():
    """The normal way has not seen a packet since rig.mark()."""
    same([name for name in rig.counted() if not name.startswith("conn-")], [], "counters")


@case("IPv4: options, fragments and bad headers are left to those who judge them")
def _():
    flow = opened(4)
    took = Took()
    raw = flow.cpkt(ACK, b"x" * 64).build()
    head = bytearray(raw[:20] + b"\x07\x04\x04\0")
    head[0], head[2:4], head[10:12] = 0x46, struct.pack("!H", len(raw) + 4), b"\0\0"
    head[10:12] = struct.pack("!H", checksum(bytes(head)))
    rig.client.send(bytes(head) + raw[20:])
    same(rig.server.expect("packet with options").data, b"x" * 64)
    took.is_(0, 1)

    def part(first, last, more):
        head = bytearray(raw[:20])
        head[2:4], head[6:8], head[10:12] = struct.pack("!H", 20 + last - first), \
            struct.pack("!H", first // 8 | more << 13), b"\0\0"
        head[10:12] = struct.pack("!H", checksum(bytes(head)))
        return bytes(head) + raw[20 + first:20 + last]
    rig.client.send(part(0, 40, 1))
    rig.client.send(part(40, len(raw) - 20, 0))
    eventually(lambda: took.now()[3] > took.start[3], "the whole")
    rig.server.drain()
    took.is_(0, 2)

    def changed(at, value, right=True):
        """The packet with other bytes in its header, whose checksum is then right, or not."""
        head = bytearray(raw[:20])
        head[at:at + len(value)] = value
        if right:
            head[10:12] = b"\0\0"
            head[10:12] = struct.pack("!H", checksum(bytes(head)))
        return bytes(head) + raw[20:]
    rig.mark()
    for bad in (changed(10, b"\x12\x34", False), changed(8, b"\x3f", False), changed(2, b"\xff\xff"),
                changed(2, b"\0\x13"), changed(0, b"\x55"), changed(0, b"\x44")):
        rig.client.send(bad)
    rig.quiet()
    unseen()
    took.is_(0, 6)
    rig.client.send(raw)
    rig.server.expect("the packet as it was")
    took.is_(1)


@case("IPv6: extension headers and bad headers are left to those who judge them")
def _():
    flow = opened(6)
    took = Took()
    raw = flow.cpkt(ACK, b"x" * 64).build()
    ext = raw[:4] + struct.pack("!HB", len(raw) - 40 + 8, 60) + raw[7:40] + b"\x06\0\x01\x04\0\0\0\0" + raw[40:]
    rig.client.send(ext)
    same(rig.server.expect("packet with an extension header").data, b"x" * 64)
    took.is_(0, 1)
    rig.mark()
    rig.client.send(raw[:4] + struct.pack("!H", len(raw) - 39) + raw[6:])    # promises more than there is
    rig.client.sock.send(rig.client.head + b"\x86\xdd\x50" + raw[1:])        # version 5
    rig.quiet()
    unseen()
    took.is_(0, 2)


@both("padding behind the packet does not leave the balancer")
def _(v):
    flow = opened(v)
    took = Took()
    rig.server.drain()
    for junk in (b"", b"\0" * 6, b"\xff" * 700):
        rig.client.send(flow.cpkt(ACK, b"x").build() + junk)
        frame = rig.server.sock.recv(4096)
        same(len(frame), 14 + (60 if v == 6 else 40) + 1, "bytes of the frame")
        assert Pkt.parse(frame[14:]).sums_ok
    took.is_(3)


@both("packets for others on the wire, and those that a rule has marked, are left")
def _(v):
    flow = opened(v)
    took = Took()
    stranger = copy.copy(rig.client)
    stranger.head = bytes.fromhex("0200000000ee") + stranger.head[6:]
    ip("link", "set", "c0", "promisc", "on")
    stranger.send(flow.cpkt(ACK, b"x"))
    rig.server.quiet()
    ip("link", "set", "c0", "promisc", "off")
    took.is_(0, 1)
    nft("table netdev t { chain c { type filter hook ingress device c0 priority 0; meta mark set 7; } }")
    flow.c(ACK | PSH, b"marked")
    took.is_(0, 1)
    nft("")
    flow.c(ACK | PSH, b"not marked")
    took.is_(1)
    nft("table netdev t { chain c { type filter hook ingress device c0 priority 0; drop; } }")
    rig.client.send(flow.cpkt(ACK, b"x"))
    rig.server.quiet()
    took.is_(0)


@both("VLANs: tagged packets take it at their own interface, both ways")
def _(v):
    tagged = copy.copy(rig)
    tagged.client, tagged.server = rig.client.tagged(10), rig.server.tagged(20)
    rig.service(v, servers=())
    rig.slb.srv((VIP[v], 80), host(v, 11), 8080)
    flow = Flow(tagged, v, client=host(v, 19)).open().data()
    took = Took()
    traffic(flow)
    took.is_(9)
    on("c0", "s0")
    took = Took()
    traffic(flow)
    took.is_(0)


NAT = 1
PRE, POST = "hook prerouting priority", "hook postrouting priority"


@both("hooks of others that would miss packets switch a family off, unless it is forced")
def _(v):
    family = "ip6" if v == 6 else "ip"
    flow = opened(v)
    took = Took()
    for text, off in ((f"type filter {PRE} -300;", True), (f"type filter {PRE} -211;", True),
                      (f"type filter {PRE} -209;", False), (f"type filter {POST} -150;", True),
                      (f"type filter {POST} 300;", True), ("type filter hook forward priority 0; ct state new;", False),
                      (f"type nat {POST} 100; masquerade;", False)):
        nft(f"table {family} t {{ chain c {{ {text} }} }}")
        traffic(flow, 1)
        took.is_(*((0, 3) if off else (3,)))
        same(states()["c0"][v == 6], "hook" if off else "on", text)
        same(states()["c0"][v == 4], "on", "the other family")
        on(*DEVICES, force=1)
        traffic(flow, 1)
        took.is_(3)
        same(states()["c0"], ("on", "on"))
        on(*DEVICES)
    nft(f"table {family} t {{ chain c {{ type filter {PRE} -300; }} }}")
    assert "nft_do_chain" in rig.slbadm("info"), "the hook is named"
    nft("")
    traffic(flow, 1)
    took.is_(3)


def state_of(name):
    return states()[name][0]


@case("interfaces come, go, are renamed and move; the fast path follows the name")
def _():
    on("c0", "s0", "new", "lo", "d9")
    same({name: state_of(name) for name in ("c0", "new", "lo", "d9")},
         {"c0": "on", "new": "no-device", "lo": "loopback", "d9": "no-device"})
    told = json.loads(rig.slbadm("info", "--json"))["fastpath"]
    same({dev["name"]: (dev["ipv4"], dev["ipv6"]) for dev in told}, states(), "what slbadm tells")
    flow = opened(4)
    for _ in range(2):
        ip("link", "add", "d9", "type", "dummy")
        same(state_of("d9"), "on")
        ip("link", "set", "d9", "name", "d7")
        same((state_of("d9"), state_of("new")), ("no-device", "no-device"))
        ip("link", "set", "d7", "name", "new")
        same((state_of("d9"), state_of("new")), ("no-device", "on"))
        ip("link", "set", "new", "name", "d9")
        same((state_of("d9"), state_of("new")), ("on", "no-device"))
        ip("link", "del", "d9")
        same(state_of("d9"), "no-device")
    ip("link", "add", "d9", "type", "dummy")
    ip("link", "set", "d9", "netns", OTHER)
    same(state_of("d9"), "no-device")
    netns.run(OTHER, "ip", "link", "set", "d9", "netns", LB)
    same(state_of("d9"), "on")
    ip("link", "set", "d9", "master", "br0")
    same(state_of("d9"), "enslaved")
    ip("link", "set", "d9", "nomaster")
    same(state_of("d9"), "on")
    ip("link", "set", "d9", "master", "vrf0")
    same(state_of("d9"), "vrf")
    ip("link", "set", "d9", "netns", OTHER, "name", "d8")
    netns.run(OTHER, "ip", "link", "del", "d8")
    traffic(flow, 1)        # IPv4 routes are looked up anew
    took = Took()
    traffic(flow, 1)
    took.is_(3)
    on()
    same(states(), {})
    traffic(flow, 1)
    took.is_(0)


@both("a route that changes is followed at once, and so is one that goes")
def _(v):
    flow = opened(v)
    tagged = copy.copy(rig)
    tagged.server = rig.server.tagged(20)
    took = Took()
    fam = f"-{v}"
    try:
        ip(fam, "route", "replace", SERVERS[v], "via", "10.200.11.2" if v == 4 else "fd00:c11::2")
        flow.rig = tagged
        flow.c(ACK | PSH, b"by the VLAN")
        flow.c(ACK | PSH, b"again")
        flow.s()
        took.is_(*((2, 1) if v == 6 else (1, 2)))
        ip(fam, "route", "replace", "prohibit", SERVERS[v])
        rig.client.send(flow.cpkt(ACK, b"x"))
        same(rig.client.expect("unreachable").proto, ICMP6 if v == 6 else ICMP)
        took.is_(0, 1)
    finally:
        ip(fam, "route", "del", SERVERS[v], check=False)
        ip(fam, "route", "replace", SERVERS[v], "via", GATEWAY[v])
    flow.rig = rig
    flow.c(ACK | PSH, b"as before")
    flow.c(ACK | PSH, b"again")
    took.is_(1, 1)


def neighbour(v, *words):
    ip("neigh", "replace", GATEWAY[v], "dev", "s0", *words)


@both("a neighbour's new address is used at once, a stale one is asked, an unknown one is left")
def _(v):
    flow = opened(v)
    took = Took()
    try:
        neighbour(v, "lladdr", "02:00:00:00:02:77", "nud", "permanent")
        rig.client.send(flow.cpkt(ACK, b"x"))
        same(rig.server.sock.recv(4096)[:6].hex(), "020000000277", "destination on the wire")
        took.is_(1)
        neighbour(v, "lladdr", "02:00:00:00:02:02", "nud", "stale")
        rig.client.send(flow.cpkt(ACK, b"x"))
        rig.server.expect("packet")
        took.is_(1)
        told = ip("neigh", "show", "to", GATEWAY[v], "dev", "s0")
        assert "DELAY" in told or "PROBE" in told, told
        ip("neigh", "del", GATEWAY[v], "dev", "s0")
        rig.client.send(flow.cpkt(ACK, b"waits"))
        frame = rig.server.sock.recv(4096)
        same(frame[12:14] == b"\x08\x06" or frame[20] == ICMP6, True, "who is asked for")
        took.is_(0, 1)
        neighbour(v, "lladdr", "02:00:00:00:02:02", "nud", "permanent")
        same(rig.server.expect("packet that waited").data, b"waits")
    finally:
        neighbour(v, "lladdr", "02:00:00:00:02:02", "nud", "permanent")
    flow.c(ACK | PSH, b"x")
    took.is_(1)


@case("IPsec policies keep it off")
def _():
    flow = opened(4)
    took = Took()
    ip("xfrm", "policy", "add", "src", "10.77.0.0/16", "dst", "10.78.0.0/16", "dir", "fwd", "action", "block")
    try:
        same(states()["c0"], ("policy", "policy"))
        traffic(flow, 1)
        took.is_(0, 3)
    finally:
        ip("xfrm", "policy", "flush")
    traffic(flow, 1)
    took.is_(3)


@case("servers in nat mode: their answers are known by the source")
def _():
    rig.slb.svc(VIP[4], 80)
    rig.slb.srv((VIP[4], 80), SERVER[4], 8080, fwd=NAT)
    cport = rig.next_port()
    def c(flags, seq, ack, data=b""):
        rig.client.send(Pkt(CLIENT[4], VIP[4], cport, 80, TCP, flags, seq, ack, data=data))
        return rig.server.expect("packet of the client")
    def s(flags, seq, ack, data=b""):
        rig.server.send(Pkt(SERVER[4], CLIENT[4], 8080, cport, TCP, flags, seq, ack, data=data))
        return rig.client.expect("packet of the server")
    c(SYN, 100, 0)
    s(SYN | ACK, 500, 101)
    c(ACK, 101, 501)
    took = Took()
    c(ACK | PSH, 101, 501, b"request")
    same(s(ACK | PSH, 501, 108, b"answer").src, VIP[4])
    took.is_(2)
    rig.server.send(Pkt(SERVER[4], CLIENT[4], 53, 5353, UDP, data=b"its own affair"))
    took.is_(0)


@case("names are checked, and a list that is refused leaves the old one")
def _():
    for names in (["c0", "c0"], [""], ["a/b"], ["."], [f"d{i}" for i in range(65)]):
        try:
            rig.slb.settings(fastpath=names)
        except OSError:
            pass
        else:
            raise AssertionError(f"{names} is accepted")
        same(sorted(states()), sorted(DEVICES))


main(before=before)
