# SPDX-License-Identifier: GPL-2.0-only
"""slbadm kill, and what slbadm monitor says about connections and the configuration."""
import json
import os
import socket
import subprocess
import time

import netns
from cases import both, case, eventually, main, same
from cluster import (CLIENT, CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen, pair,
                     server_addr, service, told)
from monitor import Monitor
from slbnl import ENUM, NLM_F_REPLACE, Refused, cmd, encode

slb = balancer()
SLBADM = os.environ.get("SLBADM", "slbadm")


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()
    slb.settings(accounting=0)


def adm(*words):
    """(exit status, what it printed)"""
    with netns.inside(LB):
        done = subprocess.run([SLBADM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
    return done.returncode, done.stdout


def ended(*words):
    status, text = adm("kill", *words, "--json")
    same(status, 0, text)
    return json.loads(text)["ended"]


def vip(v, port=80):
    return f"{VIP[v]}:{port}" if v == 4 else f"[{VIP[v]}]:{port}"


@both("kill by client, by server and by state: both ends see ECONNRESET, others go on")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client, server = pair(v, listener)
        same(ended("--client", "203.0.113.0/24" if v == 4 else "2001:db8:f::/64"), 0, "another prefix")
        same(ended("--server", server_addr(v, 2)), 0, "another server")
        same(ended("--state", "time-wait"), 0, "another state")
        client.sendall(b"still there")
        same(server.recv(100), b"still there")
        waiting = [Task(told, client), Task(told, server)]
        same(ended("--client", CLIENT[v] + ("/32" if v == 4 else "/128"), "--server", server_addr(v), "--state",
                   "established"), 1)
        same([task.result() for task in waiting], ["reset", "reset"])
        same(ended("--client", CLIENT[v]), 0, "nothing is ended twice")


@both("kill by service: one service's connections of two")
def _(v):
    service(slb, v)
    slb.svc(VIP[v], 81)
    slb.srv((VIP[v], 81), server_addr(v), 8080)
    with listen(v) as listener:
        first = pair(v, listener)
        other = connect(v, port=81)
        other_server, _ = listener.accept()
        waiting = [Task(told, first[0]), Task(told, first[1])]
        same(ended("-t", vip(v)), 1)
        same([task.result() for task in waiting], ["reset", "reset"])
        other.sendall(b"on")
        other_server.settimeout(20)
        same(other_server.recv(10), b"on")
        same(slb.counters()[0]["killed"] > 0, True)


@both("kill --all: TCP and UDP, 200 at once")
def _(v):
    service(slb, v)
    slb.svc(VIP[v], 80, proto=17)
    slb.srv((VIP[v], 80, 17), server_addr(v), 8080)
    with listen(v) as listener:
        pairs = [pair(v, listener) for _ in range(200)]
        datagrams = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
        datagrams.connect((VIP[v], 80))
        datagrams.send(b"x")
        eventually(lambda: len(slb.conns()) == 201, "the flows")
        same(ended("--all"), 201)
        same({told(sock) for ends in pairs for sock in ends}, {"reset"})
        for ends in pairs:
            for sock in ends:
                sock.close()
        eventually(lambda: not slb.conns(), "the end of the entries", timeout=15)


@case("kill without a filter, with a filter and --all: refused in words, nothing ends")
def _():
    service(slb, 4)
    with listen(4) as listener:
        client, server = pair(4, listener)
        for words, say in (((), "no filter"), (("--all", "--client", CLIENT[4]), "all are to be ended")):
            status, text = adm("kill", *words)
            same((status, say in text), (1, True), text)
        client.sendall(b"on")
        same(server.recv(10), b"on")


@case("bad requests to conn-del: refused with words and the attribute")
def _():
    for fields, say in (({"client-len": 8}, "needs the client's address"),
                        ({"client-addr": "10.0.0.1", "client-len": 33}, "longer than an address"),
                        ({"client-addr": "10.0.0.1", "client-len": 8}, "behind its prefix")):
        try:
            slb.call(cmd("CONN_DEL"), encode("CONN", fields))
        except Refused as refused:
            assert say in str(refused), refused
        else:
            raise AssertionError(f"{fields} was taken")


@case("kill and the flow log without CAP_NET_ADMIN: refused in words")
def _():
    for words in (("kill", "--all"), ("monitor", "-c")):
        with netns.inside(LB):
            result = subprocess.run(["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", SLBADM, *words],
                                    capture_output=True, text=True, timeout=60, check=False)
        same(result.returncode, 1, result.stderr)
        assert "CAP_NET_ADMIN is needed" in result.stderr, result.stderr


@both("flow log: opened and closed, who with whom, why, how long, packets and bytes")
def _(v):
    service(slb, v)
    slb.settings(accounting=1, timeouts={"time-wait": 1})
    with listen(v) as listener, Monitor("-c") as monitor:
        client, server = pair(v, listener)
        port = client.getsockname()[1]
        opened = monitor.until("open", **{"client-port": port})
        same((opened["client"], opened["address"], opened["port"], opened["server"], opened["server-port"]),
             (CLIENT[v], VIP[v], 80, server_addr(v), 8080))
        begin = time.monotonic()
        time.sleep(1.5)
        client.sendall(b"x" * 1000)
        assert server.recv(2000)
        live = [c for c in slb.conns() if c["client-port"] == port][0]
        took = time.monotonic() - begin
        assert 1000 <= live["duration"] <= took * 1000 + 1000, (live, took)
        client.close()
        same(server.recv(2000), b"")
        server.close()
        closed = monitor.until("close", **{"client-port": port})
        same(closed["reason"], "closed")
        assert closed["in-pkts"] >= 5 and closed["out-pkts"] >= 4, closed
        # The data and a header for each packet, which has options.
        headers = 40 if v == 4 else 60
        low = 1007 + closed["in-pkts"] * headers
        assert low <= closed["in-bytes"] <= low + closed["in-pkts"] * 40, closed
        assert closed["duration-ms"] >= 1000, closed


@both("flow log with accounting: many flows that expire together are all told, and nothing is left of them")
def _(v):
    slb.laddr(LADDR[v])
    slb.svc(VIP[v], 80, proto=17)
    slb.srv((VIP[v], 80, 17), server_addr(v), 8080)
    slb.settings(accounting=1)
    start = slb.info()
    sinks = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
    sinks.bind(("", 8080))
    with Monitor("-c") as monitor:
        socks = [fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM) for _ in range(400)]
        for sock in socks:
            sock.connect((VIP[v], 80))
            sock.send(b"x" * 100)
        ports = {sock.getsockname()[1] for sock in socks}
        # Two of them may share a port, and a flow.
        same(slb.info()["conns"] - start["conns"], len(ports))
        slb.settings(timeouts={"udp": 1})
        told_of = {}
        while len(told_of) < len(ports):
            found = monitor.next()
            if found["event"] == "close":
                told_of[found["client-port"]] = found["reason"], found["in-pkts"], found["in-bytes"]
        same(set(told_of), ports)
        same({reason for reason, _, _ in told_of.values()}, {"timeout"})
        same([sum(column) for column in list(zip(*told_of.values()))[1:]], [400, 400 * (128 if v == 4 else 148)], "packets, bytes")
    for sock in (*socks, sinks):
        sock.close()
    slb.svc_del(VIP[v], 80, proto=17)
    slb.laddr_del(LADDR[v])

    def balance():
        now = slb.info()
        return now["created"] - now["destroyed"] <= start["created"] - start["destroyed"]

    eventually(balance, "the end of the objects", timeout=15)
    slb.settings(timeouts={"udp": 300})


@both("flow log: each way a connection ends has its reason")
def _(v):
    service(slb, v)
    slb.settings(timeouts={"close": 1, "syn-sent": 1, "established": 600})
    with Monitor("-c") as monitor:
        def reason(port):
            return monitor.until("close", **{"client-port": port})["reason"]

        sock = fresh_socket(CLIENT_NS, v)
        sock.bind(("", 0))
        try:
            sock.connect((VIP[v], 80))
        except ConnectionRefusedError:
            pass
        same(reason(sock.getsockname()[1]), "refused")
        with listen(v) as listener:
            for name in ("client-rst", "server-rst", "killed", "timeout", "removed"):
                client, server = pair(v, listener)
                port = client.getsockname()[1]
                if name in ("client-rst", "server-rst"):
                    end = client if name == "client-rst" else server
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    end.close()
                elif name == "killed":
                    same(ended("--client", CLIENT[v]), 1)
                elif name == "timeout":
                    slb.settings(timeouts={"established": 1})
                else:
                    slb.settings(timeouts={"established": 600})
                    slb.srv_del((VIP[v], 80), server_addr(v), 8080)
                found = monitor.until("close", **{"client-port": port})
                same((found["reason"], "in-pkts" in found), (name, False), "without accounting")


@case("flow log: 2 000 connections at once, each opened and closed is there or told as lost")
def _():
    slb.laddr("10.2.0.1")
    slb.svc(VIP[4], 80, proto=17)
    slb.srv((VIP[4], 80, 17), server_addr(4), 8080)
    with Monitor("-c") as monitor:
        socks = [fresh_socket(CLIENT_NS, 4, socket.SOCK_DGRAM) for _ in range(500)]
        earlier = slb.counters()[0]
        for port, sock in enumerate(socks, 20000):
            sock.bind(("", port))

        def flows():
            """Sends again until all have arrived: a queue may be full."""
            for sock in socks:
                sock.sendto(b"x", (VIP[4], 80))
            return len(slb.conns(proto=17))

        for _ in range(4):
            eventually(lambda: flows() == 500, "the flows", timeout=20)
            assert ended("-u", vip(4)) >= 500
        eventually(lambda: not ended("-u", vip(4)), "the end of the flows")
        created = slb.counters()[0]["conn-created"] - earlier["conn-created"]
        for sock in socks:
            sock.close()
        got = {"open": 0, "close": 0}
        lost = 0
        while sum(got.values()) + lost < 2 * created:
            event = monitor.next()
            if event["event"] == "lost":
                lost += event["lost"]
            elif event["proto"] == "udp":
                got[event["event"]] += 1
        assert created >= 2000 and max(got.values()) <= created, (got, lost, created)
        same(slb.counters()[0]["flow-lost"] - earlier["flow-lost"], lost)


@both("monitor: services, servers, local addresses and settings as they change")
def _(v):
    with Monitor() as monitor:
        service(slb, v)
        same(monitor.next()["event"], "laddr")
        found = monitor.next()
        same((found["event"], found["address"], found["scheduler"]), ("service", VIP[v], "wlc"))
        found = monitor.next()
        same((found["event"], found["server"], found["weight"]), ("server", server_addr(v), 1))
        slb.srv_edit((VIP[v], 80), server_addr(v), 8080, weight=7)
        same(monitor.next()["weight"], 7)
        slb.settings(conn_max=0)
        same(monitor.next()["event"], "settings")
        slb.srv_del((VIP[v], 80), server_addr(v), 8080)
        same(monitor.next()["deleted"], True)
        slb.flush()
        same(monitor.until("flush")["event"], "flush")


@case("monitor: groups, access lists and named limits as they come, change and go")
def _():
    with Monitor() as monitor:
        for kind, make, change, drop, shown in (
                ("group", lambda: slb.group("web", sched="rr"), lambda: slb.group_edit("web", sched="wrr"),
                 lambda: slb.group_del("web"), ("scheduler", "rr", "wrr")),
                ("acl", lambda: slb.acl("web", ["10.0.0.0/8"], mode="deny"),
                 lambda: slb.acl("web", ["11.0.0.0/8"], NLM_F_REPLACE, op="add"), lambda: slb.acl_del("web"),
                 ("entries", 1, 2)),
                ("limit", lambda: slb.limit("web", conns=5), lambda: slb.limit("web", NLM_F_REPLACE, conns=6),
                 lambda: slb.limit_del("web"), ("max-conns", 5, 6))):
            for step, value in (make, shown[1]), (change, shown[2]):
                step()
                found = monitor.next()
                same((found["event"], found["name"], found[shown[0]]), (kind, "web", value))
            drop()
            found = monitor.next()
            same((found["event"], found["name"], found["deleted"]), (kind, "web", True))


@both("-L --share and --rate: weights beside what they have led to, and what a second brings")
def _(v):
    service(slb, v, servers=(1, 2), sched=ENUM["SLB_SCHED_WRR"])
    slb.srv_edit((VIP[v], 80), server_addr(v, 1), 8080, weight=3)
    with listen(v, 1), listen(v, 2):
        socks = [connect(v) for _ in range(8)]
        status, text = adm("-L", "--share", "--json", "-t", vip(v))
        same(status, 0, text)
        shares = [[server[key] for key in ("weight-share", "new-share", "active-share")]
                  for server in json.loads(text)["services"][0]["servers"]]
        same(shares, [["75.00"] * 3, ["25.00"] * 3])
        assert "ActiveConn  Share%" in adm("-L", "-n", "--share")[1]
        for sock in socks:
            sock.close()
        with netns.inside(LB):
            process = subprocess.Popen([SLBADM, "-L", "--rate", "--json"], stdout=subprocess.PIPE, text=True)
        opened = 0
        while process.poll() is None:
            if opened < 100:        # nobody accepts them
                connect(v).close()
                opened += 1
            time.sleep(0.01)
        rate = json.loads(process.stdout.read())["services"][0]["rate"]
        process.stdout.close()
        assert 0 < rate["conns"] <= opened and rate["in-pkts"] > rate["conns"], (opened, rate)
        same(adm("-L", "--rate", "--share")[0], 1)


@case("-L --watch lists again and again")
def _():
    with netns.inside(LB):
        process = subprocess.Popen([SLBADM, "-L", "--watch", "1", "--json"], stdout=subprocess.PIPE, text=True)
    views = [json.loads(process.stdout.readline()) for _ in range(3)]
    process.kill()
    process.wait()
    process.stdout.close()
    same([view["services"] for view in views], [[]] * 3)


main(before=before)
