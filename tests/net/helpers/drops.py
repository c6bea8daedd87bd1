# SPDX-License-Identifier: GPL-2.0-only
"""Each reason for dropping a packet: brought about once, counted once, explained by the tool."""
import os
import re
import struct

import netns
from cases import Skip, both, case, main, same
from slbnl import DROPS, TOP
from wire import (ACK, CLIENT, ICMP, ICMP6, LB, SERVER, SYN, UDP, VIP, Flow, Pkt, Rig, opt_mss)

rig = Rig()


def sentences():
    """Reason and sentence as the specification has them."""
    with open(os.path.join(TOP, "include/slb.yaml"), encoding="utf-8") as file:
        text = file.read()
    block = text[text.index("name: drop\n"):]
    block = block[:block.index("name: count\n")]
    return {name: doc.strip('"') for name, doc in re.findall(r"\{name: ([\w-]+), doc: (.*?)\}\n", block)}


SENTENCES = sentences()


def why(name, count=1):
    """Exactly this was counted, and the tool says it in the words of the specification."""
    changed = {n: v for n, v in rig.counted().items() if n.startswith("drop:")}
    same(changed, {"drop:" + name: count})
    lines = [line.split(None, 2) for line in rig.slbadm("-L", "--stats", "-n").splitlines()]
    told = [line[2] for line in lines if len(line) == 3 and line[0] == name and line[1].isdigit()]
    same(told, [SENTENCES[name]], "what slbadm -L --stats says")


def raw(v, l4, proto=6):
    """An IP packet around any bytes."""
    pkt = Pkt(CLIENT[v], VIP[v], proto=132, data=b"\0\0\0\0" + l4).build()
    head = bytearray(pkt[:40 if v == 6 else 20])
    if v == 6:
        head[6] = proto
        struct.pack_into("!H", head, 4, len(l4))
    else:
        head[9] = proto
        struct.pack_into("!HHHBBH", head, 2, 20 + len(l4), 0, 0x4000, 64, proto, 0)
        total = sum(struct.unpack("!10H", head))
        total = (total & 0xffff) + (total >> 16)
        struct.pack_into("!H", head, 10, ~((total & 0xffff) + (total >> 16)) & 0xffff)
    return bytes(head) + l4


@case("the tool knows a sentence for every reason")
def _():
    same(sorted(SENTENCES), sorted(DROPS.values()))


@both("malformed-l4: a TCP header that is cut off")
def _(v):
    rig.service(v)
    rig.mark()
    rig.client.send(raw(v, struct.pack("!HHII", 1, 80, 0, 0)))
    rig.server.quiet()
    why("malformed-l4")


@both("malformed-l4: a data offset below 5 or behind the end")
def _(v):
    rig.service(v)
    rig.mark()
    rig.client.send(raw(v, struct.pack("!HHIIBBHHH", 1, 80, 0, 0, 4 << 4, SYN, 1, 0, 0)))
    rig.client.send(raw(v, struct.pack("!HHIIBBHHH", 1, 80, 0, 0, 15 << 4, SYN, 1, 0, 0) + b"\1" * 8))
    rig.server.quiet()
    why("malformed-l4", 2)


@both("malformed-l4: a UDP length that lies")
def _(v):
    rig.service(v, UDP)
    rig.mark()
    rig.client.send(raw(v, struct.pack("!HHHH", 1, 80, 100, 0) + b"short", UDP))
    rig.client.send(raw(v, struct.pack("!HHHH", 1, 80, 7, 0) + b"short", UDP))
    rig.server.quiet()
    why("malformed-l4", 2)


@both("malformed-option: in the SYN")
def _(v):
    rig.service(v)
    rig.mark()
    for block in (b"\x02\x00\x05\xb4", b"\x01\x01\x01\x08", b"\x02\x28\x05\xb4"):
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, opts=block))
    rig.server.quiet()
    why("malformed-option", 3)
    same(rig.slb.info()["conns"], len([c for c in rig.slb.conns() if c["svc-addr"] != VIP[v] or c["state"] == "close"]))


@both("malformed-option: in data, which changes no state")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rig.mark()
    rig.client.send(flow.cpkt(ACK, b"x", opts=b"\x05\x01\x01\x01"))
    rig.server.quiet()
    why("malformed-option")
    flow.data()


@both("martian")
def _(v):
    rig.service(v)
    rig.mark()
    rig.client.send(Pkt("10.200.1.1" if v == 4 else "fd00:c1::1", VIP[v], 5, 80, flags=SYN))
    rig.server.quiet()
    why("martian")


@case("rp-filter")
def _():
    rig.service(4)
    netns.sysctl(LB, "ipv4.conf.c0.rp_filter", 1)
    try:
        rig.mark()
        rig.client.send(Pkt("10.1.0.77", VIP[4], 5, 80, flags=SYN))
        rig.server.quiet()
        why("rp-filter")
    finally:
        netns.sysctl(LB, "ipv4.conf.c0.rp_filter", 0)


@both("unknown-tcp")
def _(v):
    rig.service(v)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], 5, 80, flags=ACK))
    rig.client.expect("RST")
    why("unknown-tcp")


def refusal(v, name, proto=None, **fields):
    rig.mark()
    if proto == UDP:
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"?"))
    else:
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, opts=fields.get("opts", opt_mss(1400))))
    rig.client.expect("refusal")
    rig.server.quiet()
    why(name)


@both("disabled")
def _(v):
    rig.service(v, enabled=0)
    refusal(v, "disabled")


@both("denied: no answer")
def _(v):
    rig.slb.acl("bad", [CLIENT[v]], mode="deny")
    rig.service(v, acl="bad")
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, opts=opt_mss(1400)))
    rig.quiet()
    why("denied")


@both("no-server")
def _(v):
    rig.service(v, servers=())
    refusal(v, "no-server")


@case("ext-header")
def _():
    rig.service(6)
    pkt = Pkt(CLIENT[6], VIP[6], 5, 80, flags=SYN).build()
    routing = struct.pack("!BBBB4x", 6, 0, 0, 0)
    rig.mark()
    rig.client.send(pkt[:4] + struct.pack("!HB", len(pkt) - 32, 43) + pkt[7:40] + routing + pkt[40:])
    rig.server.quiet()
    why("ext-header")


@both("udp-unreach")
def _(v):
    rig.service(v, UDP, servers=())
    refusal(v, "udp-unreach", UDP)


@both("no-laddr")
def _(v):
    rig.service(v, laddrs=())
    refusal(v, "no-laddr")


@both("no-port")
def _(v):
    rig.service(v, laddr_args={"port_first": 5000, "port_last": 5000})
    Flow(rig, v).open().data()
    refusal(v, "no-port")


@both("tuple-conflict: another service's client has the port towards a nat server, and all that would stand in")
def _(v):
    for port in (80, 81):
        rig.slb.svc(VIP[v], port)
        rig.slb.srv((VIP[v], port), SERVER[v], 8080, fwd=1)
    for i in range(-1, 16):
        taken = 40000 if i < 0 else 1024 + (40000 + i * 1984) % 31744
        rig.client.send(Pkt(CLIENT[v], VIP[v], taken, 81, flags=SYN))
        same(rig.server.expect("SYN").sport, taken)
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], 40000, 80, flags=SYN))
    rig.client.expect("refusal")
    why("tuple-conflict")


@both("conn-max")
def _(v):
    rig.service(v)
    Flow(rig, v).open()
    rig.slb.settings(conn_max=1)
    refusal(v, "conn-max")


@both("limit-conns")
def _(v):
    rig.service(v, limits={"conns": 1})
    Flow(rig, v).open()
    refusal(v, "limit-conns")


@both("limit-rate")
def _(v):
    rig.slb.limit("slow", rate=1)
    rig.service(v, limits={"name": "slow"})
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
    rig.server.expect("SYN")
    rig.client.expect("refusal")
    why("limit-rate")


@both("limit-client")
def _(v):
    rig.service(v, limits={"client-conns": 1})
    Flow(rig, v).open()
    refusal(v, "limit-client")


@both("limit-server")
def _(v):
    rig.service(v)
    rig.slb.srv_edit((VIP[v], 80), SERVER[v], 8080, limits={"conns": 1})
    Flow(rig, v).open()
    refusal(v, "limit-server")


@both("bandwidth")
def _(v):
    rig.service(v, UDP, limits={"bandwidth-in": 1000})
    rig.mark()
    for _ in range(100):    # a second's
        rig.client.send(Pkt(CLIENT[v], VIP[v], 5, 80, UDP, data=b"x" * 1250))
    rig.server.drain()
    why("bandwidth", rig.counted().get("drop:bandwidth", 1))


@both("auth-option")
def _(v):
    rig.service(v)
    refusal(v, "auth-option", opts=b"\x13\x12" + bytes(16) + b"\1\1")


@both("no-route: to the server")
def _(v):
    rig.service(v, servers=())
    rig.slb.srv((VIP[v], 80), "192.0.2.1" if v == 4 else "2001:db8::1", 8080)
    refusal(v, "no-route")


@both("ttl: the sender is told, by an error that quotes its packet")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rig.mark()
    sent = flow.cpkt(ACK, b"far away", ttl=1)
    rig.client.send(sent)
    got = rig.client.expect("time exceeded")
    same((got.proto, got.data[0]), (ICMP6, 3) if v == 6 else (ICMP, 11))
    quoted = got.data[8:]
    same(quoted[:len(quoted)], sent.build()[:len(quoted)], "quoted")
    rig.server.quiet()
    why("ttl")
    flow.c(ACK, b"near", ttl=2)


@both("too-big: the sender is told the MTU, nothing is changed")
def _(v):
    rig.service(v, toa=0)
    flow = Flow(rig, v).open().data()
    try:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1400")
        rig.mark()
        sent = flow.cpkt(ACK, b"b" * 1400)
        rig.client.send(sent)
        got = rig.client.expect("too big")
        if v == 6:
            same((got.data[0], struct.unpack("!I", got.data[4:8])[0]), (2, 1400))
        else:
            same((got.data[0], got.data[1], struct.unpack("!H", got.data[6:8])[0]), (3, 4, 1400))
        quoted = got.data[8:]
        same(quoted[:len(quoted)], sent.build()[:len(quoted)], "quoted")
        rig.server.quiet()
        why("too-big")
        flow.c(ACK, b"b" * 1300)
    finally:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1500")


@case("without DF an IPv4 packet that is too big leaves in fragments")
def _():
    rig.service(4, toa=0)
    flow = Flow(rig, 4).open().data()
    try:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1400")
        rig.mark()
        rig.client.send(flow.cpkt(ACK, b"f" * 1400, df=False))
        parts = [rig.server.recv(), rig.server.recv()]
        assert all(parts), parts
        same(sum(len(p.raw) - 20 for p in parts), 1420)
        same(rig.counted().get("drop:too-big"), None)
    finally:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1500")


@both("closed: a late packet of a connection that was ended")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rig.slb.settings(timeouts={"close": 2})
    rig.slb.svc_del(VIP[v], 80)
    rig.client.expect("RST")
    rig.server.expect("RST")
    rig.mark()
    rig.client.send(flow.cpkt(ACK, b"late"))
    rig.client.expect("RST")
    why("closed")


@both("local-clash")
def _(v):
    rig.settle()
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rig.mark()
    # The host itself cannot know; what leaves by its output path with the leased port is stopped.
    out = netns.run(LB, "/usr/bin/python3", "-c", f"""
import socket
s = socket.socket(socket.{'AF_INET6' if v == 6 else 'AF_INET'}, socket.SOCK_STREAM)
s.setblocking(False)
s.bind(({flow.laddr!r}, {flow.lport}))
s.connect_ex(({flow.saddr!r}, {flow.sport}))
""")
    same(out, "")
    rig.server.quiet()
    why("local-clash", rig.counted().get("drop:local-clash", 1))


@both("loop: services that are each other's servers")
def _(v):
    second = "10.0.0.81" if v == 4 else "fd00::81"
    rig.settle()
    rig.service(v, servers=())
    rig.slb.srv((VIP[v], 80), second, 80)
    rig.slb.svc(second, 80)
    rig.slb.srv((second, 80), VIP[v], 80)
    refusal(v, "loop")
    same(rig.counted()["conn-created"], 2)


@both("fragments are put together before they are judged")
def _(v):
    rig.service(v, UDP)
    rig.mark()
    whole = Pkt(CLIENT[v], VIP[v], 77, 80, UDP, data=bytes(range(256)) * 8, df=False, ident=4711).build()
    head, body = whole[:40 if v == 6 else 20], whole[40 if v == 6 else 20:]
    for at in (0, 800, 1600):
        part = body[at:at + 800]
        more = at + 800 < len(body)
        if v == 6:
            ext = struct.pack("!BBHI", UDP, 0, at | more, 4711)
            new = bytearray(head)
            struct.pack_into("!H", new, 4, 8 + len(part))
            new[6] = 44
            rig.client.send(bytes(new) + ext + part)
        else:
            new = bytearray(head)
            struct.pack_into("!HHHBBH", new, 2, 20 + len(part), 4711, at >> 3 | (0x2000 if more else 0), 64, UDP, 0)
            total = sum(struct.unpack("!10H", new))
            total = (total & 0xffff) + (total >> 16)
            struct.pack_into("!H", new, 10, ~((total & 0xffff) + (total >> 16)) & 0xffff)
            rig.client.send(bytes(new) + part)
    assert rig.server.recv(), "nothing came out"
    counted = rig.counted()
    same((counted["forwarded"], [n for n in counted if n.startswith("drop:")]), (1, []))


@both("policy: an IPsec policy that blocks")
def _(v):
    rig.service(v)
    selector = ("src", CLIENT[v] + ("/128" if v == 6 else "/32"), "dst", VIP[v] + ("/128" if v == 6 else "/32"))
    try:
        netns.run(LB, "ip", "xfrm", "policy", "add", *selector, "dir", "fwd", "action", "block")
    except AssertionError as error:
        raise Skip("no IPsec here") from error
    try:
        rig.mark()
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, opts=opt_mss(1400)))
        rig.server.quiet()
        why("policy")
    finally:
        netns.run(LB, "ip", "xfrm", "policy", "delete", *selector, "dir", "fwd")


main(before=rig.fresh)
