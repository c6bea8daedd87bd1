# SPDX-License-Identifier: GPL-2.0-only
"""Local ports: uniqueness, exhaustion, reclaiming, removal, the host's own."""
import errno
import socket
import struct
import time

import netns
from cases import both, case, eventually, main, same
from wire import (ACK, CLIENT, FIN, LADDR, LADDR2, LB, M32, RST, SERVER, SERVER2, SYN, UDP, VIP, Flow, Pkt, Rig,
                  opt_mss)

rig = Rig()
TEN = {"port_first": 5000, "port_last": 5009}


def laddr_of(v, addr=LADDR):
    found = [a for a in rig.slb.laddrs() if a["addr"] == addr[v]]
    return found[0] if found else None


def refused(v):
    """One more client; it must get its RST at once."""
    pkt = Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN, seq=99, opts=opt_mss(1400))
    rig.client.send(pkt)
    got = rig.client.expect("RST")
    same((got.flags, got.dport, got.ack), (RST | ACK, pkt.sport, 100))
    rig.server.quiet()


def fill(v, n=10, **fields):
    rig.service(v, laddr_args=TEN, **fields)
    return [Flow(rig, v).open().data() for _ in range(n)]


@both("ten ports serve ten connections, the next client gets a RST at once and the counters say why")
def _(v):
    rig.slb.settings(reset_rate=1)
    flows = fill(v)
    same(sorted(flow.lport for flow in flows), list(range(5000, 5010)), "ports")
    rig.mark()
    refused(v)
    refused(v)
    same(rig.counted(), {"seen": 2, "rst-sent": 2, "drop:no-port": 2})
    same((laddr_of(v)["leases"], laddr_of(v)["exhausted"]), (10, 2))
    text = rig.slbadm("-L", "--stats", "-n")
    line = [row for row in text.splitlines() if row.split()[:1] == ["no-port"]]
    assert line and "every local port towards the chosen server is in use" in line[0], text
    row = [row for row in rig.slbadm("-G", "-n").splitlines() if LADDR[v] in row.split()]
    same(row[0].split()[1:6], [LADDR[v], "5000-5009", "10", "2", "0"], "-G")
    for flow in flows:
        flow.data()


@both("a second local address serves the next ones")
def _(v):
    fill(v)
    refused(v)
    rig.slb.laddr(LADDR2[v], port_first=6000, port_last=6000)
    flow = Flow(rig, v).open().data()
    same((flow.laddr, flow.lport), (LADDR2[v], 6000))
    refused(v)


@both("the same ports serve another server")
def _(v):
    first = fill(v)
    rig.slb.svc(VIP[v], 81)
    rig.slb.srv((VIP[v], 81), SERVER2[v], 8080)
    second = [Flow(rig, v, vport=81).open().data() for _ in range(10)]
    same({f.lport for f in first}, {f.lport for f in second})
    # Two services with the same server share its ports.
    rig.slb.svc(VIP[v], 82)
    rig.slb.srv((VIP[v], 82), SERVER[v], 8080)
    Flow(rig, v, vport=82).syn(check=False)
    assert rig.client.expect("RST").flags & RST
    # TCP and UDP do not.
    rig.service(v, UDP, laddrs=())
    rig.client.send(Pkt(CLIENT[v], VIP[v], 1234, 80, UDP, data=b"?"))
    assert rig.server.expect("datagram").sport in range(5000, 5010)


@both("a port freed rests a whole turn before it is leased again")
def _(v):
    rig.service(v, laddr_args=TEN)
    rig.slb.settings(timeouts={"close": 1})
    order = []
    for _ in range(20):
        flow = Flow(rig, v).open()
        flow.c(RST | ACK)
        order.append(flow.lport)
    assert all(len(set(order[i:i + 10])) == 10 for i in range(11)), order


def later(new, old):
    return 0 < (new - old) & M32 < 1 << 31


def reclaim(v, end, ts=True):
    """All ports' connections come to an end in which they may be reclaimed; new ones take them over."""
    rig.service(v, laddr_args=TEN)
    old = {}
    for _ in range(10):
        flow = Flow(rig, v, ts=ts)
        flow.cclock = 0x00100000
        flow.open().data()
        end(flow)
        old[flow.lport] = flow
    same(len(old), 10)
    rig.mark()
    for _ in range(10):
        flow = Flow(rig, v, ts=ts)
        flow.cclock = 0x00000100
        got = flow.syn()
        before = old.pop(flow.lport)
        last = (before.cseq + before.shift) & M32
        assert later(got.seq, last + 65536), f"new number {got.seq} after {last}"
        if ts:
            assert later(got.ts()[0], before.cclock + before.tshift), "timestamps go back"
        flow.data_after_open()
    same((rig.counted()["reclaimed"], rig.counted().get("drop:no-port")), (10, None))
    same(laddr_of(v)["reclaimed"], 10)
    refused(v)


@both("ports of connections in TIME_WAIT are reclaimed, with numbers behind the old ones")
def _(v):
    reclaim(v, Flow.close)


@both("ports of connections in CLOSE are reclaimed")
def _(v):
    reclaim(v, lambda flow: flow.c(RST | ACK))


@both("ports of connections in LAST_ACK are reclaimed")
def _(v):
    def end(flow):
        flow.c(FIN | ACK)
        flow.s(FIN | ACK)
    reclaim(v, end, ts=False)


@both("the port of a SYN without answer is reclaimed after its time, not before")
def _(v):
    rig.service(v, laddr_args=TEN)
    rig.slb.settings(reclaim_unanswered=2)
    for _ in range(10):
        Flow(rig, v).syn()
    begin = time.monotonic()
    refused(v)
    if time.monotonic() - begin > 1:
        return
    time.sleep(max(0, 2.6 - (time.monotonic() - begin)))
    flow = Flow(rig, v)
    flow.syn()
    flow.data_after_open()
    assert laddr_of(v)["reclaimed"] >= 1


@both("the port of an idle UDP flow is reclaimed after its time, not before")
def _(v):
    rig.service(v, UDP, laddr_args=TEN)
    rig.slb.settings(reclaim_udp=2)

    def ask():
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, UDP, data=b"?"))
        return rig.server.recv(0.2)

    begin = time.monotonic()
    assert all([ask() for _ in range(10)])
    if time.monotonic() - begin < 1.5:
        same(ask(), None, "the eleventh")
    rig.client.drain()
    time.sleep(2.6)
    assert ask(), "nothing was reclaimed"


@both("no port of a connection that lives is ever reclaimed")
def _(v):
    rig.service(v, laddr_args=TEN)
    flows = [Flow(rig, v).open().data() for _ in range(8)]
    half = Flow(rig, v).open().data()
    half.c(FIN | ACK)
    half.s()
    answered = Flow(rig, v)
    answered.syn()
    answered.synack()
    for _ in range(5):
        refused(v)
    answered.c()
    half.s(ACK, b"the rest")
    for flow in flows:
        flow.data()


@both("a local address in use can be removed: its connections go on, new ones avoid it")
def _(v):
    rig.service(v, laddr_args=TEN)
    flow = Flow(rig, v).open().data()
    rig.slb.laddr_del(LADDR[v])
    same((laddr_of(v) or {}).get("dying"), True)
    assert "dying" in rig.slbadm("-G", "-n")
    flow.data()
    refused(v)
    rig.slb.laddr(LADDR2[v], **TEN)
    other = Flow(rig, v).open().data()
    same(other.laddr, LADDR2[v])
    rig.slb.settings(timeouts={"time-wait": 1})
    flow.data().close()
    eventually(lambda: laddr_of(v) is None, "the end of the removed address")
    other.data()


@both("a removed local address can be added again while it is in use")
def _(v):
    rig.service(v, laddr_args=TEN)
    flow = Flow(rig, v).open().data()
    rig.slb.laddr_del(LADDR[v])
    rig.slb.laddr(LADDR[v], **TEN)
    others = []
    for _ in range(9):
        others.append(Flow(rig, v).open().data())
    flow.data()
    lports = [f.lport for f in others + [flow]]
    same(len(set(lports)), 10, f"no port twice: {lports}")


@both("a named pool serves the services that name it")
def _(v):
    rig.slb.laddr(LADDR[v])
    rig.slb.laddr(LADDR2[v], pool="blue")
    rig.slb.svc(VIP[v], 80, pool="blue")
    rig.slb.srv((VIP[v], 80), SERVER[v], 8080)
    for _ in range(3):
        same(Flow(rig, v).open().laddr, LADDR2[v])
    rig.slb.svc_edit(VIP[v], 80, pool="")
    same(Flow(rig, v).open().laddr, LADDR[v])


@both("several local addresses take turns")
def _(v):
    rig.service(v, laddrs=(LADDR, LADDR2))
    used = [Flow(rig, v).open().laddr for _ in range(6)]
    same((used.count(LADDR[v]), used.count(LADDR2[v])), (3, 3))


def own_connect(v, port):
    """The host itself connects from a local address and port to the server."""
    with netns.inside(LB):
        sock = socket.socket(socket.AF_INET6 if v == 6 else socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LADDR[v], port))
    try:
        sock.connect((SERVER[v], 8080))
    except OSError as error:
        assert error.errno in (errno.EINPROGRESS, errno.EPERM), error
    return sock


@both("the host's own packet from a leased port does not leave, from another it does")
def _(v):
    rig.settle()
    rig.service(v, laddr_args=TEN)
    flow = Flow(rig, v).open().data()
    rig.mark()
    with own_connect(v, flow.lport):
        rig.server.quiet(0.2)
        assert rig.counted().get("drop:local-clash"), rig.counted()
    with own_connect(v, 5500):
        got = rig.server.expect("SYN of the host")
        same((got.src, got.sport), (LADDR[v], 5500))
        # Its answers are its own.
        rig.server.send(Pkt(SERVER[v], LADDR[v], 8080, 5500, flags=RST | ACK, ack=got.seq + 1))
    flow.data()


def ports_used(v, **args):
    rig.service(v, laddr_args={"port_first": 32760, "port_last": 32775, **args})
    used = []
    for _ in range(17):
        flow = Flow(rig, v)
        flow.syn(check=False)
        got = rig.server.recv(0.2)
        if not got:
            break
        used.append(got.sport)
    return sorted(used)


@both("a shared address leaves ip_local_port_range to the host, a dedicated one does not")
def _(v):
    netns.sysctl(LB, "ipv4.ip_local_port_range", "32768 60999")
    same(ports_used(v), list(range(32760, 32768)), "shared")
    rig.fresh()
    same(ports_used(v, dedicated=1), list(range(32760, 32776)), "dedicated")


@both("reserved ports are never leased")
def _(v):
    try:
        netns.sysctl(LB, "ipv4.ip_local_reserved_ports", "5003,5007-5008")
        rig.service(v, laddr_args=TEN)
        flows = [Flow(rig, v).open() for _ in range(7)]
        same(sorted(f.lport for f in flows), [5000, 5001, 5002, 5004, 5005, 5006, 5009])
        refused(v)
    finally:
        netns.sysctl(LB, "ipv4.ip_local_reserved_ports", "")


@case("the ports of health checks cannot be given")
def _():
    out = rig.slbadm("-P", LADDR[4], "--ports", "5000-61000", check=False)
    same([a for a in rig.slb.laddrs() if not a.get("dying")], [], out)
    assert "61000" in out or "60999" in out or "port" in out, out


@both("lines of the tool: -P with ports, -G, -Q")
def _(v):
    rig.slbadm("-P", LADDR[v], "--ports", "7000-7001")
    rig.slb.svc(VIP[v], 80)
    rig.slb.srv((VIP[v], 80), SERVER[v], 8080)
    same(sorted(Flow(rig, v).open().lport for _ in range(2)), [7000, 7001])
    refused(v)
    rig.slbadm("-Q", LADDR[v])
    same([a for a in rig.slb.laddrs() if not a.get("dying")], [])


main(before=rig.fresh)
