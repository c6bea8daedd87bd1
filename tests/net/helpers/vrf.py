# SPDX-License-Identifier: GPL-2.0-only
"""VRFs: the same addresses in two of them are two clients and two services."""
import copy
import json

import netns
from cases import both, main, same
from wire import ACK, LB, RST, SERVER, SERVER2, SYN, VIP, Flow, Link, Pkt, Rig, opt_mss

blue = Rig()
red = copy.copy(blue)
red.client = Link("rw", "02:00:00:00:03:02", "02:00:00:00:03:01")
# Its pool is in the VRF "back": servers are behind another wire.
green = copy.copy(blue)
green.server = Link("bw", "02:00:00:00:04:02", "02:00:00:00:04:01")


def text(addr, port):
    return f"[{addr}]:{port}" if ":" in addr else f"{addr}:{port}"


def setup(v, laddr="10.2.0.1", laddr6="fd00:2::1"):
    blue.fresh()
    red.client.drain()
    lines = [f"-P {laddr if v == 4 else laddr6}"]
    for vrf, server in (("blue", SERVER[v]), ("red", SERVER2[v])):
        lines += [f"-A -t {text(VIP[v], 80)} --vrf {vrf} -s rr",
                  f"-a -t {text(VIP[v], 80)} --vrf {vrf} -r {text(server, 8080)}"]
    blue.slbadm("-R", stdin="\n".join(lines) + "\n")


@both("the same client and service in two VRFs are two connections")
def _(v):
    setup(v)
    a = Flow(blue, v, cport=4000)
    b = Flow(red, v, cport=4000)
    for flow, server in ((a, SERVER[v]), (b, SERVER2[v])):
        flow.syn()
        same(flow.saddr, server)
        flow.data_after_open()
    a.data()
    b.data()
    listed = json.loads(blue.slbadm("-L", "-c", "--json"))["connections"]
    same(sorted(c["vrf"] for c in listed if (c["client-port"], c["address"]) == (4000, VIP[v])), ["blue", "red"])
    a.close()
    b.data()


@both("without a service in a VRF its packets are the host's")
def _(v):
    setup(v)
    blue.slbadm("-D", "-t", text(VIP[v], 80), "--vrf", "red")
    red.client.send(Pkt("10.9.0.2" if v == 4 else "fd00:9::2", VIP[v], 4001, 80, flags=SYN, opts=opt_mss(1400)))
    blue.server.quiet()
    Flow(blue, v).open().data()


@both("a removed service's clients are reset in its own VRF")
def _(v):
    setup(v)
    a = Flow(blue, v, cport=4002).open().data()
    b = Flow(red, v, cport=4002).open().data()
    blue.slbadm("-D", "-t", text(VIP[v], 80), "--vrf", "red")
    got = red.client.expect("RST")
    assert got.flags & RST and got.seq == b.sseq, got
    blue.client.quiet()
    assert blue.server.expect("RST").flags & RST
    a.data()


@both("a pool in a VRF leads to servers there")
def _(v):
    blue.fresh()
    green.server.drain()
    back = {4: "10.2.0.2", 6: "fd00:2::2"}[v]
    blue.slbadm("-R", stdin=f"""
-P {back} --pool back --vrf back
-A -t {text(VIP[v], 80)} --vrf blue -s rr --pool back
-a -t {text(VIP[v], 80)} --vrf blue -r {text(SERVER[v], 8080)}
""")
    flow = Flow(green, v)
    flow.syn()
    same(flow.laddr, back)
    flow.data_after_open()
    blue.server.quiet()
    flow.c(ACK, b"more")


@both("a server in nat mode is in the VRF of its service")
def _(v):
    blue.fresh()
    route = ["route", "replace", "10.1.0.0/16" if v == 4 else "fd00:1::/32", "vrf", "blue", "via",
             "10.200.1.2" if v == 4 else "fd00:c1::2"]
    netns.run(LB, "ip", *route)
    blue.slbadm("-R", stdin=f"""
-A -t {text(VIP[v], 80)} --vrf blue -s rr
-a -t {text(VIP[v], 80)} --vrf blue -r {text(SERVER[v], 8080)} -m
""")
    here = copy.copy(blue)
    here.server = blue.client
    flow = Flow(here, v)
    flow.syn()
    same((flow.laddr, flow.saddr), (flow.caddr, SERVER[v]))
    flow.data_after_open()
    # From another VRF it is somebody else.
    blue.mark()
    red.client.send(flow.spkt(ACK, b"not ours"))
    blue.client.quiet()
    same(blue.counted().get("forwarded"), None)
    netns.run(LB, "ip", "route", "del", *route[2:])


@both("saved and restored with their VRFs")
def _(v):
    setup(v)
    saved = blue.slbadm("-S", "-n")
    assert saved.count("--vrf blue") == 2 and saved.count("--vrf red") == 2, saved
    blue.slbadm("-C")
    blue.slbadm("-R", stdin=saved)
    same(blue.slbadm("-S", "-n"), saved)


main()
