# SPDX-License-Identifier: GPL-2.0-only
"""What the balancer remembers of routes follows the routes, and holds no device."""
import copy
import select
import socket
import struct
import subprocess
import threading
import time

import netns
from cases import both, case, eventually, main, same
from wire import ACK, CLIENT, LB, SERVER, SLOW, UDP, VIP, Flow, Link, Pkt, Rig, checksum

rig = Rig()
SERVER_WIRES = rig.server, Link("tw", "02:00:00:00:03:02", "02:00:00:00:03:01")
CLIENT_WIRES = rig.client, Link("dw", "02:00:00:00:04:02", "02:00:00:00:04:01")
GATEWAYS = {4: {"server": ("10.200.2.2", "10.200.3.2"), "client": ("10.200.1.2", "10.200.4.2")},
            6: {"server": ("fd00:c2::2", "fd00:c3::2"), "client": ("fd00:c1::2", "fd00:c4::2")}}
NETS = {4: {"server": "10.1.0.0/16", "client": "10.9.0.0/16"}, 6: {"server": "fd00:1::/32", "client": "fd00:9::/32"}}


def ip(*words, check=True):
    return netns.run(LB, "ip", *words, check=check)


def batch(text, check=True):
    netns.run(LB, "ip", "-force", "-batch", "-", stdin=text, check=check)


def restore():
    """All addresses, neighbours and routes as they were."""
    text = ""
    for dev, n in (("c0", 1), ("s0", 2), ("t0", 3), ("d0", 4)):
        text += f"""link set {dev} up
addr replace 10.200.{n}.1/30 dev {dev}
addr replace fd00:c{n}::1/64 dev {dev} nodad
neigh replace 10.200.{n}.2 lladdr 02:00:00:00:0{n}:02 nud permanent dev {dev}
neigh replace fd00:c{n}::2 lladdr 02:00:00:00:0{n}:02 nud permanent dev {dev}
"""
    for v in (4, 6):
        for side in ("server", "client"):
            text += f"route replace {NETS[v][side]} via {GATEWAYS[v][side][0]}\n"
    batch(text)


def before():
    rig.fresh()
    for link in (*SERVER_WIRES, *CLIENT_WIRES):
        link.drain()


def lookups():
    return slb_count("route-lookup")


def slb_count(name):
    return rig.slb.counters()[0][name]


def through(server=0, client=0):
    other = copy.copy(rig)
    other.server, other.client = SERVER_WIRES[server], CLIENT_WIRES[client]
    return other


@both("a route is replaced: the next packet takes the new way, at either side, and costs one lookup")
def _(v):
    rig.service(v, UDP)
    rig.service(v, laddrs=())
    flow = Flow(rig, v).open().data()
    for side in ("server", "client"):
        for turn in (1, 0, 1, 0):
            ip("route", "replace", NETS[v][side], "via", GATEWAYS[v][side][turn])
            flow.rig = through(**{side: turn})
            earlier = lookups()
            for _ in range(5):
                flow.data()
            cost = lookups() - earlier
            assert 1 <= cost <= 2, f"{cost} lookups"    # IPv4: any change concerns both directions
    flow.close()


@both("a better route comes and goes")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    for side, addr in (("server", flow.saddr), ("client", flow.caddr)):
        ip("route", "add", addr, "via", GATEWAYS[v][side][1])
        flow.rig = through(**{side: 1})
        flow.data()
        ip("route", "del", addr)
        flow.rig = rig
        flow.data()


@both("a rule comes and goes")
def _(v):
    rig.service(v)
    option = "-6" if v == 6 else "-4"
    flow = Flow(rig, v).open().data()
    ip(option, "route", "add", flow.saddr, "via", GATEWAYS[v]["server"][1], "table", "77")
    flow.data()
    ip(option, "rule", "add", "from", flow.laddr, "lookup", "77")
    flow.rig = through(server=1)
    flow.data()
    ip(option, "rule", "del", "from", flow.laddr, "lookup", "77")
    flow.rig = rig
    flow.data()
    ip(option, "route", "flush", "table", "77")


@both("a route comes to a table that had none: IPv4 follows at once, IPv6 with the next change of its own table")
def _(v):
    rig.service(v)
    option = "-6" if v == 6 else "-4"
    flow = Flow(rig, v)
    ip(option, "rule", "add", "to", NETS[v]["server"], "lookup", "79")
    try:
        flow.open().data()
        ip(option, "route", "add", "default", "via", GATEWAYS[v]["server"][1], "table", "79")
        if v == 6:
            flow.data()
            ip("route", "replace", NETS[v]["server"], "via", GATEWAYS[v]["server"][0])
        flow.rig = through(server=1)
        flow.data()
    finally:
        ip(option, "rule", "del", "to", NETS[v]["server"], "lookup", "79")
        ip(option, "route", "flush", "table", "79")


@both("connections to one server share what one lookup has found, until the routes change")
def _(v):
    rig.service(v)
    for _ in range(2):
        earlier = lookups()
        flows = [Flow(rig, v).open().data() for _ in range(5)]
        same(lookups() - earlier, 6)    # one for each client's side, one for all at the server's
        ip("route", "replace", NETS[v]["server"], "via", GATEWAYS[v]["server"][1])
        for flow in flows:
            flow.rig = through(server=1)
            flow.data()
        ip("route", "replace", NETS[v]["server"], "via", GATEWAYS[v]["server"][0])


@both("a rule that asks for ports: each connection has its own route")
def _(v):
    rig.service(v, laddr_args={"port_first": 2000, "port_last": 2009})
    option = "-6" if v == 6 else "-4"
    ip(option, "route", "add", "default", "via", GATEWAYS[v]["server"][1], "table", "77")
    ip(option, "rule", "add", "ipproto", "tcp", "sport", "2000-2004", "lookup", "77")
    try:
        low = 0
        for _ in range(10):
            Flow(rig, v).syn(check=False)
            pkts = [link.recv(0.2) for link in SERVER_WIRES]
            assert [pkt for pkt in pkts if pkt] == [pkts[pkts[0] is None]], f"{pkts}"
            sport = pkts[pkts[0] is None].sport
            same(pkts[1] is not None, sport <= 2004)
            low += sport <= 2004
        same(low, 5)
    finally:
        ip(option, "rule", "del", "ipproto", "tcp", "sport", "2000-2004", "lookup", "77")
        ip(option, "route", "flush", "table", "77")


@both("a connection keeps the way of the TOS for which it was looked up, as a socket does")
def _(v):
    rig.service(v)
    option = "-6" if v == 6 else "-4"
    ip(option, "route", "add", "default", "via", GATEWAYS[v]["server"][1], "table", "78")
    ip(option, "rule", "add", "to", NETS[v]["server"], "tos", "0x10", "lookup", "78")
    try:
        flow = Flow(rig, v).open().data()
        flow.c(ACK, b"x", tos=0x10)
        flow.data()
        special = Flow(through(server=1), v)
        special.syn(tos=0x10)
        special.data_after_open()
        special.c(ACK, b"x", tos=0x10)
    finally:
        ip(option, "rule", "del", "to", NETS[v]["server"], "tos", "0x10", "lookup", "78")
        ip(option, "route", "flush", "table", "78")


def ether_to(link, want):
    """The link-layer address the next packet is sent to."""
    link.sock.settimeout(2 * SLOW)
    while True:
        frame = link.sock.recv(1 << 16)
        pkt = Pkt.parse(frame[14:])
        if pkt and pkt.sport == want:
            return frame[:6]


def announce(v, link, gateway, mac):
    """The gateway says by itself that it has another address: gratuitous ARP, or a neighbour advertisement."""
    raw = bytes.fromhex(mac.replace(":", ""))
    if v == 4:
        addr = socket.inet_aton(gateway)
        link.sock.send(b"\xff" * 6 + raw + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x800, 6, 4, 2) + raw + addr + raw + addr)
        return
    body = struct.pack("!BBHI", 136, 0, 0, 0x20000000) + socket.inet_pton(socket.AF_INET6, gateway) + b"\x02\x01" + raw
    src, dst = socket.inet_pton(socket.AF_INET6, gateway), socket.inet_pton(socket.AF_INET6, "ff02::1")
    value = checksum(src + dst + struct.pack("!II", len(body), 58) + body)
    body = body[:2] + struct.pack("!H", value) + body[4:]
    link.sock.send(b"\x33\x33\0\0\0\x01" + raw + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(body), 58, 255)
                   + src + dst + body)


@both("a gateway's address on the link changes: by hand, and by its own word")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    gateway = GATEWAYS[v]["server"][0]

    def goes_to():
        rig.client.send(flow.cpkt(ACK, b"where"))
        return ether_to(rig.server, flow.lport).hex(":")

    same(goes_to(), "02:00:00:00:02:02")
    ip("neigh", "replace", gateway, "lladdr", "02:00:00:00:02:33", "nud", "permanent", "dev", "s0")
    same(goes_to(), "02:00:00:00:02:33")
    if v == 4:
        netns.sysctl(LB, "ipv4.neigh.s0.locktime", 0)
    ip("neigh", "replace", gateway, "lladdr", "02:00:00:00:02:33", "nud", "reachable", "dev", "s0")
    announce(v, rig.server, gateway, "02:00:00:00:02:44")
    eventually(lambda: goes_to() == "02:00:00:00:02:44", "the new address", timeout=2)
    restore()
    same(goes_to(), "02:00:00:00:02:02")


@both("a device's MTU and a route's MTU change, down and up")
def _(v):
    rig.service(v, toa=0)
    flow = Flow(rig, v).open().data()
    head = 60 if v == 6 else 40
    gateway = GATEWAYS[v]["server"][0]
    for narrow, wide in ((("link", "set", "s0", "mtu", "1400"), ("link", "set", "s0", "mtu", "1500")),
                         (("route", "replace", NETS[v]["server"], "via", gateway, "mtu", "1400"),
                          ("route", "replace", NETS[v]["server"], "via", gateway))):
        flow.c(ACK, b"w" * (1500 - head))
        ip(*narrow)
        try:
            flow.c(ACK, b"n" * (1400 - head))
            rig.client.send(flow.cpkt(ACK, b"b" * (1401 - head)))
            got = rig.client.expect("too big").data
            same(struct.unpack("!I", got[4:8])[0], 1400)
            rig.server.quiet()
        finally:
            ip(*wide)
        flow.c(ACK, b"w" * (1500 - head))


class Routes:
    """Replaces routes by netlink: starting a program takes longer than a flap."""

    def __init__(self):
        with netns.inside(LB):
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.bind((0, 0))

    def replace(self, v, prefix, gateway):
        family = socket.AF_INET6 if v == 6 else socket.AF_INET
        addr, length = prefix.split("/")
        body = struct.pack("8BI", family, int(length), 0, 0, 254, 3, 0, 1, 0)   # main, boot, universe, unicast
        for kind, value in ((1, addr), (5, gateway)):
            raw = socket.inet_pton(family, value)
            body += struct.pack("HH", 4 + len(raw), kind) + raw
        # RTM_NEWROUTE: request, acknowledged, replaced or created
        self.sock.send(struct.pack("IHHII", 16 + len(body), 24, 0x505, 1, 0) + body)
        error = struct.unpack_from("i", self.sock.recv(1 << 16), 16)[0]
        same(error, 0, "error of a route's replacement")


@both("a route flaps ten times a second under load: no packet is lost, lookups are as few as changes")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    routes = Routes()
    changes, sent, got = 20, 0, 0
    earlier = lookups()
    for turn in range(changes):
        for side in ("server", "client"):
            routes.replace(v, NETS[v][side], GATEWAYS[v][side][turn & 1 ^ 1])
        until = time.monotonic() + 0.1
        while True:
            rig.client.send(flow.cpkt(ACK, b"to the server"))
            rig.server.send(flow.spkt(ACK, b"to the client"))
            sent += 2
            got += receive(2)
            if time.monotonic() > until:
                break
    same(got + receive(sent - got), sent)
    # One for each direction and change, and one more where a packet came between the two.
    cost = lookups() - earlier
    assert 2 * changes <= cost <= 4 * changes, f"{cost} lookups for {changes} changes and {sent} packets"
    routes.sock.close()
    restore()


def receive(n):
    """How many packets of connections come out on whichever wire, at most n."""
    count = 0
    socks = [link.sock for link in (*SERVER_WIRES, *CLIENT_WIRES)]
    while count < n:
        ready = select.select(socks, [], [], 1 * SLOW)[0]
        if not ready:
            break
        for sock in ready:
            frame = sock.recv(1 << 16)
            pkt = Pkt.parse(frame[14:])
            count += bool(pkt and pkt.data in (b"to the server", b"to the client"))
    return count


@both("a device goes down and comes up again: the sender is told, then the connection goes on")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rig.mark()
    ip("link", "set", "s0", "down")
    rig.client.send(flow.cpkt(ACK, b"lost"))
    same(rig.client.expect("unreachable").proto, 58 if v == 6 else 1)
    same(rig.counted().get("drop:no-route"), 1)
    restore()
    flow.data()
    ip("link", "set", "c0", "down")
    rig.server.send(flow.spkt(ACK, b"lost"))
    eventually(lambda: rig.counted().get("drop:no-route") == 2, "no route")
    rig.server.drain()
    restore()
    flow.data()
    flow.close()


# Devices that come and go: how they are made, which wire brings their packets, whether by a VLAN's tag.
KINDS = {
    "vlan": ("link add link s0 name gone address 02:00:00:00:0a:01 type vlan id 30", "sw", 30),
    "veth": ("link add gone address 02:00:00:00:0a:01 type veth peer name gonew netns {wire}", "gonew", None),
    "dummy": ("link add gone address 02:00:00:00:0a:01 type dummy", None, None),
}


def wire_name():
    return next(ns for ns in netns.run(LB, "ip", "netns").split() if ns.startswith("wire-"))


def make(kind):
    """The device with networks of clients (10.32/16, fd00:32::/32) and servers (10.31, fd00:31) behind it."""
    batch(KINDS[kind][0].format(wire=wire_name()) + """
link set gone addrgenmode none
link set gone up
addr add 10.200.9.1/30 dev gone
addr add fd00:c9::1/64 dev gone nodad
neigh replace 10.200.9.2 lladdr 02:00:00:00:0a:02 nud permanent dev gone
neigh replace fd00:c9::2 lladdr 02:00:00:00:0a:02 nud permanent dev gone
route add 10.31.0.0/16 via 10.200.9.2
route add 10.32.0.0/16 via 10.200.9.2
route add fd00:31::/32 via fd00:c9::2
route add fd00:32::/32 via fd00:c9::2
""")
    if kind == "veth":
        subprocess.run(["ip", "link", "set", "gonew", "up"], check=True)
    if not KINDS[kind][1]:
        return None
    link = Link(KINDS[kind][1], "02:00:00:00:0a:02", "02:00:00:00:0a:01")
    return link.tagged(30) if kind == "vlan" else link


def host(v, network, n=9):
    return f"10.{network}.0.{n}" if v == 4 else f"fd00:{network}::{n}"


def services(v):
    """Port 80 leads to a server behind the device, 81 to the usual one; clients of 81 are behind it."""
    if v == 4:
        rig.slb.laddr("10.2.0.1")
    else:
        rig.slb.laddr("fd00:2::1")
    for port, server in ((80, host(v, 31)), (81, SERVER[v])):
        rig.slb.svc(VIP[v], port, UDP)
        rig.slb.srv((VIP[v], port, UDP), server, 8080)


def fill(kind, link, n):
    """n connections of each family to servers behind the device, and as many of clients behind it."""
    for v in (4, 6):
        for i in range(n):
            rig.client.send(Pkt(CLIENT[v], VIP[v], 3000 + i, 80, UDP, data=b"out"))
            if kind == "dummy":
                continue
            link.send(Pkt(host(v, 32), VIP[v], 3000 + i, 81, UDP, data=b"in"))
            rig.server.drain() if kind == "veth" else None
    conns = rig.slb.conns(proto=UDP)
    # The servers' answers make the way back remembered, too.
    for conn in conns:
        if conn["svc-port"] == 81:
            rig.server.send(Pkt(conn["srv-addr"], conn["laddr"], 8080, conn["lport"], UDP, data=b"back"))
    return len(conns)


def lives_on(kind, link, v):
    """Both sides' connections, with the ports they had."""
    if kind == "dummy":
        return
    old = {conn["svc-port"]: conn for conn in rig.slb.conns(proto=UDP, client_port=3000)
           if (":" in conn["svc-addr"]) == (v == 6)}
    link.drain()
    rig.server.drain()
    rig.client.send(Pkt(CLIENT[v], VIP[v], 3000, 80, UDP, data=b"again"))
    got = take(link, b"again")
    same((got.src, got.sport, got.dst), (old[80]["laddr"], old[80]["lport"], host(v, 31)))
    rig.server.send(Pkt(SERVER[v], old[81]["laddr"], 8080, old[81]["lport"], UDP, data=b"back again"))
    got = take(link, b"back again")
    same((got.src, got.dst, got.dport), (VIP[v], host(v, 32), 3000))


def take(link, data):
    while True:
        got = link.expect(repr(data))
        if got.data == data:
            return got


for kind_ in KINDS:
    @case(f"a {kind_} device goes at once, though a thousand idle connections remember routes by it")
    def _(kind=kind_):
        link = make(kind)
        for v in (4, 6):
            services(v)
        opened = fill(kind, link, 250 if kind != "dummy" else 500)
        same(opened, 1000)
        # More of them come while it goes, and while it is not there.
        stop = threading.Event()
        sender = threading.Thread(target=keep_sending, args=(stop,))
        sender.start()
        try:
            begin = time.monotonic()
            ip("link", "del", "gone")
            took = time.monotonic() - begin
        finally:
            time.sleep(0.1)
            stop.set()
            sender.join()
        assert took < 5 * SLOW, f"{took:.1f} s"
        same(len(rig.slb.conns(proto=UDP)), opened, "connections that live on")
        link = make(kind)
        for v in (4, 6):
            lives_on(kind, link, v)
        ip("link", "del", "gone")
        rig.client.drain()


def keep_sending(stop):
    link = Link("cw", "02:00:00:00:01:02", "02:00:00:00:01:01")
    i = 0
    while not stop.is_set():
        for v in (4, 6):
            link.send(Pkt(CLIENT[v], VIP[v], 3000 + i % 200, 80, UDP, data=b"more"))
        i += 1
        time.sleep(0.002)


main(before=before)
