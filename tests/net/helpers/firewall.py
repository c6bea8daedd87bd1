# SPDX-License-Identifier: GPL-2.0-only
"""nftables, tc and XDP around the balancer: who sees a packet, translated or not, and who can stop it."""
import ctypes
import json
import os
import socket
import struct

import netns
from cases import both, case, main, same
from wire import (ACK, CLIENT, LB, PSH, SERVER, SLOW, SYN, TCP, UDP, VIP, Flow, Pkt, Rig, opt_mss)

rig = Rig()
LADDRS = {4: "10.2.0.0/16", 6: "fd00:2::/32"}
# A chain for each place: its hook and priority; nat chains see the first packets of what conntrack knows.
CHAINS = {
    "pre-raw": "filter hook prerouting priority -300",
    "pre-last": "filter hook prerouting priority -211",
    "pre-behind": "filter hook prerouting priority -209",
    "pre-mangle": "filter hook prerouting priority -150",
    "pre-nat": "nat hook prerouting priority -100",
    "input": "filter hook input priority 0",
    "forward": "filter hook forward priority 0",
    "out-last": "filter hook output priority -211",
    "out-behind": "filter hook output priority -209",
    "output": "filter hook output priority 0",
    "post-mangle": "filter hook postrouting priority -150",
    "post-nat": "nat hook postrouting priority 100",
    "post-last": "filter hook postrouting priority 300",
}
DEVICE_CHAINS = {f"{hook}-{dev}": f"filter hook {hook} device {dev} priority 0"
                 for hook in ("ingress", "egress") for dev in ("c0", "s0")}
# client to service, translated to server, server to local address, translated to client
KINDS = ("c", "ct", "s", "st")


def matches(v):
    name = "ip6" if v == 6 else "ip"
    return {"c": f"{name} saddr {CLIENT[v]} {name} daddr {VIP[v]}",
            "ct": f"{name} saddr {LADDRS[v]} {name} daddr {SERVER[v]}",
            "s": f"{name} saddr {SERVER[v]} {name} daddr {LADDRS[v]}",
            "st": f"{name} saddr {VIP[v]} {name} daddr {CLIENT[v]}"}


def nft(text):
    """What is loaded is the whole ruleset."""
    netns.run(LB, "nft", "-f", "-", stdin="flush ruleset\n" + text)


def counting(v):
    """A ruleset that counts everywhere, with rules for conntrack, NAT and masquerading in place."""
    text = ""
    for family, chains in (("inet", CHAINS), ("netdev", DEVICE_CHAINS)):
        text += f"table {family} seen {{\n"
        for chain, hook in chains.items():
            text += f"chain {chain.replace('-', '_')} {{ type {hook};\n"
            for kind, match in matches(v).items():
                text += f'{match} counter comment "{chain} {kind}"\n'
                if chain.startswith("post"):
                    text += f'{match} ct state untracked counter comment "{chain} {kind}-untracked"\n'
            if chain == "pre-nat":
                text += f"{matches(v)['c']} dnat {'ip6' if v == 6 else 'ip'} to {VIP[v]}\n"
            if chain == "post-nat":
                text += "masquerade\n"
            text += "}\n"
        text += "}\n"
    nft(text)


def counted():
    """{place: {kind: packets}} without zeros."""
    result = {}
    for item in json.loads(netns.run(LB, "nft", "-j", "list", "ruleset"))["nftables"]:
        rule = item.get("rule", {})
        if "comment" in rule:
            place, kind = rule["comment"].split()
            packets = sum(part["counter"]["packets"] for part in rule["expr"] if "counter" in part)
            if packets:
                result.setdefault(place, {})[kind] = packets
    return result


PLACES = (("c0", "ingress", "c"), ("s0", "egress", "ct"), ("s0", "ingress", "s"), ("c0", "egress", "st"))


def tc_rules(v, action="pass", places=PLACES):
    """Rules of tc at these places and no others."""
    addresses = {"c": (CLIENT[v], VIP[v]), "ct": (LADDRS[v], SERVER[v]), "s": (SERVER[v], LADDRS[v]),
                 "st": (VIP[v], CLIENT[v])}
    text = "".join(f"qdisc del dev {dev} clsact\n" for dev in TC_DEVICES)
    TC_DEVICES.clear()
    TC_DEVICES.update(dev for dev, _, _ in places)
    text += "".join(f"qdisc add dev {dev} clsact\n" for dev in TC_DEVICES)
    for dev, way, kind in places:
        src, dst = addresses[kind]
        text += f"filter add dev {dev} {way} protocol {'ipv6' if v == 6 else 'ip'} " \
                f"flower src_ip {src} dst_ip {dst} action {action}\n"
    netns.run(LB, "tc", "-batch", "-", stdin=text)


TC_DEVICES = set()


def tc_counted(dev, way):
    filters = json.loads(netns.run(LB, "tc", "-j", "-s", "filter", "show", "dev", dev, way))
    return sum(action["stats"]["packets"] for f in filters for action in f.get("options", {}).get("actions", ()))


def before():
    nft("")
    if TC_DEVICES:
        tc_rules(4, places=())
    netns.sysctl(LB, "ipv4.ip_forward", 0)
    netns.sysctl(LB, "ipv6.conf.all.forwarding", 0)
    rig.fresh()


def traffic(v):
    """7 packets of the client, 4 of the server."""
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    Flow(rig, v).open().data().close()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"?"))
    got = rig.server.expect("datagram")
    rig.server.send(Pkt(got.dst, got.src, 8080, got.sport, UDP, data=b"!"))
    rig.client.expect("answer")


ARRIVED, LEFT = {"c": 7, "s": 4}, {"ct": 7, "st": 4}


@both("PREROUTING up to -211 sees all as they arrive; behind it, mangle, nat, INPUT, FORWARD and OUTPUT see nothing")
def _(v):
    counting(v)
    traffic(v)
    got = {place: kinds for place, kinds in counted().items() if place.startswith(("pre", "in", "for", "out"))
           and not place.startswith("ingress")}
    same(got, {"pre-raw": ARRIVED, "pre-last": ARRIVED})


@both("POSTROUTING sees all, translated, and untracked: neither SNAT nor masquerading changes them")
def _(v):
    counting(v)
    traffic(v)      # which checks the addresses
    got = counted()
    for place in ("post-mangle", "post-last"):
        same(got[place], {**LEFT, **{kind + "-untracked": n for kind, n in LEFT.items()}}, place)
    same(got.get("post-nat"), None, "nat chain in POSTROUTING")


@both("nft netdev ingress sees all as they arrive, egress all translated")
def _(v):
    counting(v)
    traffic(v)
    got = {place: kinds for place, kinds in counted().items() if place in DEVICE_CHAINS}
    same(got, {"ingress-c0": {"c": 7}, "ingress-s0": {"s": 4}, "egress-s0": {"ct": 7}, "egress-c0": {"st": 4}})


@both("tc ingress sees all as they arrive, tc egress all translated")
def _(v):
    tc_rules(v)
    traffic(v)
    same([tc_counted(dev, way) for way in ("ingress", "egress") for dev in ("c0", "s0")], [7, 4, 4, 7])


@both("tcpdump sees all as they arrive and as they leave")
def _(v):
    with netns.inside(LB):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    traffic(v)
    seen = {kind: 0 for kind in KINDS}
    tap.setblocking(False)
    while True:
        try:
            raw, _ = tap.recvfrom(1 << 16)
        except BlockingIOError:
            break
        pkt = Pkt.parse(raw)
        if pkt and pkt.proto in (TCP, UDP):
            kind = {(CLIENT[v], VIP[v]): "c", (VIP[v], CLIENT[v]): "st"}.get((pkt.src, pkt.dst))
            kind = kind or ("ct" if pkt.dst == SERVER[v] else "s" if pkt.src == SERVER[v] else None)
            seen[kind] += 1
    tap.close()
    same(seen, {**ARRIVED, **LEFT})


def served(v):
    """Does a new client get through to the server? And has slb seen it?"""
    rig.mark()
    rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, opts=opt_mss(1400)))
    got = rig.server.recv(0.1 / SLOW)
    return bool(got), bool(rig.counted().get("seen"))


def stop(hook, rules, family="inet"):
    nft(f"table {family} stop {{ chain c {{ type {hook}; {rules} }}\n}}\n")


@both("a rule that drops stops clients in PREROUTING up to -211, and is not asked behind it")
def _(v):
    rig.service(v)
    same(served(v), (True, True))
    for place in ("pre-raw", "pre-last"):
        stop(CHAINS[place], f"{matches(v)['c']} drop;")
        same(served(v), (False, False), place)
    # All the others at once, whatever comes.
    nft("table inet stop {\n" + "".join(f"chain {place.replace('-', '_')} {{ type {CHAINS[place]}; policy drop; }}\n"
                                        for place in CHAINS if not place.startswith(("post", "pre-raw", "pre-last"))) + "}\n")
    same(served(v), (True, True))
    Flow(rig, v).open().data()


@both("a rule that drops in POSTROUTING stops the translated packet")
def _(v):
    rig.service(v)
    stop(CHAINS["post-last"], f"{matches(v)['ct']} drop;")
    same(served(v), (False, True))


@both("nft netdev, tc and XDP can stop clients before slb, and tc egress what it sends")
def _(v):
    rig.service(v)
    stop(DEVICE_CHAINS["ingress-c0"], f"{matches(v)['c']} drop;", "netdev")
    same(served(v), (False, False), "netdev ingress")
    stop(DEVICE_CHAINS["egress-s0"], f"{matches(v)['ct']} drop;", "netdev")
    same(served(v), (False, True), "netdev egress")
    nft("")
    tc_rules(v, "drop", [("c0", "ingress", "c")])
    same(served(v), (False, False), "tc ingress")
    tc_rules(v, "drop", [("s0", "egress", "ct")])
    same(served(v), (False, True), "tc egress")
    tc_rules(v, places=())
    link = xdp("c0", 1)
    same(served(v), (False, False), "XDP that drops")
    os.close(link)
    link = xdp("c0", 2)
    same(served(v), (True, True), "XDP that passes")
    Flow(rig, v).open().data()
    os.close(link)


def bpf(command, attr):
    buf = ctypes.create_string_buffer(attr.ljust(144, b"\0"))
    libc = ctypes.CDLL(None, use_errno=True)
    number = 321 if os.uname().machine == "x86_64" else 280
    fd = libc.syscall(number, command, buf, len(buf))
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return fd


def xdp(dev, verdict):
    """A program that answers every packet with the verdict, on a device of the balancer until it is closed."""
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xb7, 0, 0, verdict, 0x95, 0, 0, 0))
    license_ = ctypes.create_string_buffer(b"GPL\0")
    prog = bpf(5, struct.pack("=IIQQ", 6, 2, ctypes.addressof(code), ctypes.addressof(license_)))
    try:
        with netns.inside(LB):
            return bpf(28, struct.pack("=IIII", prog, socket.if_nametoindex(dev), 37, 2))
    finally:
        os.close(prog)


def tracked():
    with netns.inside(LB):
        with open("/proc/sys/net/netfilter/nf_conntrack_count", encoding="ascii") as file:
            return int(file.read())


@both("conntrack knows nothing of slb's connections, and does its work for others: forwarding and masquerading")
def _(v):
    name = "ip6" if v == 6 else "ip"
    netns.sysctl(LB, "ipv4.ip_forward", 1)
    netns.sysctl(LB, "ipv6.conf.all.forwarding", 1)
    nft(f"""table inet gateway {{
    chain forward {{ type filter hook forward priority 0; policy drop; ct state established,related accept
        {name} saddr {CLIENT[v]} ct state new accept
    }}
    chain post {{ type nat hook postrouting priority 100; oif s0 masquerade; }}
}}
""")
    start = tracked()
    traffic(v)
    flow = Flow(rig, v).open().data()
    same(tracked(), start, "entries after slb's connections")
    other = "10.1.0.50" if v == 4 else "fd00:1::50"
    masked = "10.200.2.1" if v == 4 else "fd00:c2::1"
    for proto, flags, answer in ((UDP, 0, 0), (TCP, SYN, SYN | ACK)):
        sent = Pkt(CLIENT[v], other, 4000 + v, 53, proto, flags, seq=7, data=b"" if flags else b"q")
        rig.client.send(sent)
        got = rig.server.expect("masqueraded packet")
        same((got.src, got.dst), (masked, other))
        rig.server.send(Pkt(other, masked, 53, got.sport, proto, answer, seq=9, ack=8, data=b"" if flags else b"a"))
        got = rig.client.expect("answer")
        same((got.src, got.dport), (other, 4000 + v))
        flow.data()
    same(tracked(), start + 2, "entries")
    # What conntrack would call invalid is none of its business: a connection that it has not seen begin.
    stop(CHAINS["post-last"], "ct state invalid drop;")
    flow.c(ACK | PSH, b"in the middle")
    flow.close()


@case("the host's own clients: OUTPUT up to -211 sees them untranslated, and nothing behind it does")
def _():
    for v in (4, 6):
        before()
        rig.service(v, UDP)
        source = "10.200.1.1" if v == 4 else "fd00:c1::1"
        CLIENT[v], kept = source, CLIENT[v]
        try:
            counting(v)
            with netns.inside(LB):
                sock = socket.socket(socket.AF_INET6 if v == 6 else socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((source, 0))
            sock.connect((VIP[v], 80))
            sock.settimeout(5)
            sock.send(b"own")
            got = rig.server.expect("datagram")
            rig.server.send(Pkt(got.dst, got.src, 8080, got.sport, UDP, data=b"back"))
            same(sock.recv(10), b"back")
            sock.close()
            got = counted()
            same({place: kinds for place, kinds in got.items() if place.startswith("out")}, {"out-last": {"c": 1}})
            same((got["post-last"]["ct"], got["post-last"].get("ct-untracked")), (1, 1))
            # The answer enters by lo, translated.
            same(got["input"], {"st": 1})
        finally:
            CLIENT[v] = kept


main(before=before)
