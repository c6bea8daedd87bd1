# SPDX-License-Identifier: GPL-2.0-only
"""The balancer is a host on a bridge whose packets netfilter sees twice."""
import time

from cases import both, main, same
from wire import ACK, CLIENT, SYN, UDP, VIP, Flow, Link, Pkt, Rig, opt_mss

rig = Rig()
other = Link("xw", "02:00:00:00:05:02", "02:00:00:00:01:01")
# The client talks to that other host, by its address on layer 2.
past = Link("cw", "02:00:00:00:01:02", "02:00:00:00:05:02")
# A bridge begins to forward when its port has learned to.
deadline = time.monotonic() + 10
while True:
    past.send(Pkt("10.9.0.9", "10.9.0.10", 1, 2, UDP, data=b"up?"))
    if other.recv(0.1) or time.monotonic() > deadline:
        break


def before():
    rig.fresh()
    other.drain()


@both("a client behind the bridge is served, connection by connection")
def _(v):
    rig.service(v)
    for _ in range(3):
        flow = Flow(rig, v, ts=True).open().data()
        flow.c(ACK, b"x" * 1300)
        flow.close()


@both("UDP too")
def _(v):
    rig.service(v, UDP)
    rig.client.send(Pkt(CLIENT[v], VIP[v], 99, 80, UDP, data=b"question"))
    got = rig.server.expect("question")
    rig.server.send(Pkt(got.dst, got.src, 8080, got.sport, UDP, data=b"answer"))
    same(rig.client.expect("answer").data, b"answer")


@both("packets to the service's address for another host on the bridge pass untouched")
def _(v):
    rig.service(v)
    rig.mark()
    for flags in (SYN, ACK):
        sent = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=flags, seq=5, opts=opt_mss(9000))
        past.send(sent)
        got = other.expect("bridged packet")
        same(got.raw, sent.build())
    rig.server.quiet()
    same(rig.counted(), {})


@both("such packets of a connection of ours pass untouched too")
def _(v):
    rig.service(v)
    flow = Flow(rig, v).open().data()
    rig.mark()
    sent = flow.cpkt(ACK, b"to the other")
    past.send(sent)
    same(other.expect("bridged packet").raw, sent.build())
    rig.server.quiet()
    same(rig.counted(), {})
    flow.data()


main(before=before)
