# SPDX-License-Identifier: GPL-2.0-only
"""What lies between the IP layer and the wire: VLANs, a bond, a bridge with VLANs that calls netfilter."""
import copy
import struct

import netns
from cases import both, case, eventually, main, same
from wire import (ACK, LB, SERVER, TCP, UDP, VIP, Flow, Link, Pkt, Rig)

rig = Rig()


def through(client=None, server=None):
    """A rig whose wires are others."""
    other = copy.copy(rig)
    other.client, other.server = client or rig.client, server or rig.server
    return other


def host(v, net):
    return f"10.{net}.0.9" if v == 4 else f"fd00:{net}::9"


BOND = Link("b1w", "02:00:00:00:04:02", "02:00:00:00:09:01"), Link("b2w", "02:00:00:00:05:02", "02:00:00:00:09:01")
BRIDGE = Link("pw", "02:00:00:00:03:02", "02:00:00:00:09:02")
SYSCTLS = ("call-iptables", "call-ip6tables", "filter-vlan-tagged", "pass-vlan-input-dev")


def bridge_calls(*wanted):
    for name in SYSCTLS:
        netns.sysctl(LB, "bridge.bridge-nf-" + name, int(name in wanted or name.startswith("call-ip") and bool(wanted)))


def before():
    bridge_calls()
    rig.fresh()
    for link in (*BOND, BRIDGE):
        link.drain()


def whole_life(wires, v, net, server=None):
    """A TCP connection and a datagram each way, between a client of a network and a server."""
    server = server or SERVER[v]
    wires.slb.laddr("10.2.0.1" if v == 4 else "fd00:2::1")
    for proto in (TCP, UDP):
        wires.slb.svc(VIP[v], 80, proto)
        wires.slb.srv((VIP[v], 80, proto), server, 8080)
    flow = Flow(wires, v, client=host(v, net), ts=True).open().data()
    flow.c(ACK, b"x" * 1300)
    flow.s(ACK, b"y" * 1300)
    flow.close()
    wires.client.send(Pkt(host(v, net), VIP[v], 99, 80, UDP, data=b"question"))
    got = wires.server.expect("question")
    wires.server.send(Pkt(got.dst, got.src, 8080, got.sport, UDP, data=b"answer"))
    same(wires.client.expect("answer").data, b"answer")


@both("clients in a VLAN, servers without")
def _(v):
    whole_life(through(rig.client.tagged(10)), v, 19)


@both("clients without, servers in a VLAN")
def _(v):
    whole_life(through(server=rig.server.tagged(20)), v, 9, host(v, 11))


@both("clients in one VLAN, servers in another")
def _(v):
    whole_life(through(rig.client.tagged(10), rig.server.tagged(20)), v, 19, host(v, 11))


@both("a VLAN's priority code alone is no VLAN")
def _(v):
    prio = rig.client.tagged(0)
    prio.tag, prio.vlan = struct.pack("!HH", 0x8100, 5 << 13), None
    whole_life(through(prio), v, 9)


def bond():
    """The active link, and those that are up."""
    with netns.inside(LB):
        with open("/proc/thread-self/net/bonding/bond0", encoding="ascii") as file:
            head, *links = file.read().split("Slave Interface: ")
    found = [line.split(": ")[1] for line in head.splitlines() if line.startswith("Currently Active Slave")]
    return found[0], [link.split()[0] for link in links if "MII Status: up" in link]


@both("the active link of a bond fails and comes back while connections live")
def _(v):
    bonds = dict(zip(("b1", "b2"), BOND))
    eventually(lambda: len(bond()[1]) == 2, "both links")
    name = bond()[0]
    wires = through(bonds[name])
    wires.service(v)
    flow = Flow(wires, v, client=host(v, 29)).open().data()
    for _ in range(2):
        old, name = name, "b1" if name == "b2" else "b2"
        netns.run(LB, "ip", "link", "set", old, "down")
        eventually(lambda want=name: bond()[0] == want, "the other link")
        wires.client = bonds[name]
        flow.data()
        netns.run(LB, "ip", "link", "set", old, "up")
        eventually(lambda: len(bond()[1]) == 2, "both links")
        flow.data()
    flow.close()


# A bridge passes a tagged frame on to netfilter by itself only if it is told to; else it comes by the VLAN's device.
for calls in ((), ("call-iptables",), ("filter-vlan-tagged",), ("filter-vlan-tagged", "pass-vlan-input-dev")):
    text = ", ".join(calls) or "no netfilter"

    @both(f"a VLAN on a bridge that filters VLANs ({text})")
    def _(v, calls=calls):
        bridge_calls(*calls)
        whole_life(through(BRIDGE.tagged(10)), v, 49)
        BRIDGE.drain()

    @both(f"beside it, the bridge itself ({text})")
    def _(v, calls=calls):
        bridge_calls(*calls)
        whole_life(through(BRIDGE), v, 39)
        BRIDGE.drain()


@case("IPv4: a client in a VLAN on a bridge is told what is too big in that VLAN")
def _():
    bridge_calls("filter-vlan-tagged", "pass-vlan-input-dev")
    wires = through(BRIDGE.tagged(10))
    wires.service(4, toa=0)
    flow = Flow(wires, 4, client=host(4, 49)).open().data()
    netns.run(LB, "ip", "link", "set", "s0", "mtu", "1400")
    try:
        wires.client.send(flow.cpkt(ACK, b"b" * 1400))
        got = wires.client.expect("too big")
        same((got.proto, got.data[0], got.data[1]), (1, 3, 4))
    finally:
        netns.run(LB, "ip", "link", "set", "s0", "mtu", "1500")


# A bridge begins to forward when its port has learned to.
def up():
    BRIDGE.send(Pkt(host(4, 39), "10.200.39.1", 1, 2, UDP, data=b"up?"))
    return BRIDGE.recv(0.1)


eventually(up, "the bridge")
main(before=before)
