# SPDX-License-Identifier: GPL-2.0-only
"""slbadm explain beside what a connection then really gets."""
import json
import os
import subprocess

import netns
from cases import both, case, main, same
from cluster import CLIENT, LADDR, LB, VIP, balancer, connect, listen, server_addr, service
from slbnl import ENUM

slb = balancer()
SLBADM = os.environ.get("SLBADM", "slbadm")


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()


def adm(*words):
    with netns.inside(LB):
        done = subprocess.run([SLBADM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
    return done.returncode, done.stdout


def vip(v, port=80):
    return f"{VIP[v]}:{port}" if v == 4 else f"[{VIP[v]}]:{port}"


def client(v, port=0):
    if not port:
        return CLIENT[v]
    return f"{CLIENT[v]}:{port}" if v == 4 else f"[{CLIENT[v]}]:{port}"


def explain(v, port=0, service_port=80):
    status, text = adm("explain", client(v, port), vip(v, service_port), "--json")
    same(status, 0, text)
    return json.loads(text)


def came_to(v, listeners):
    """Opens a connection; the server that it came to, and the client's socket."""
    sock = connect(v)
    sock.sendall(b"x")
    while True:
        for index, listener in listeners.items():
            listener.settimeout(0.05)
            try:
                server, _ = listener.accept()
            except TimeoutError:
                continue
            return server_addr(v, index), sock, server


@both("rr, wrr and wlc: six connections go where explain says, asked once or ten times")
def _(v):
    for method in ("RR", "WRR", "WLC"):
        before()
        service(slb, v, servers=(1, 2), sched=ENUM["SLB_SCHED_" + method])
        slb.srv_edit((VIP[v], 80), server_addr(v, 1), 8080, weight=3)
        slb.srv_edit((VIP[v], 80), server_addr(v, 2), 8080, weight=2)
        with listen(v, 1) as one, listen(v, 2) as two:
            kept = []
            for nth in range(6):
                for _ in range(10 if nth == 3 else 1):
                    answer = explain(v)
                got, *socks = came_to(v, {1: one, 2: two})
                kept += socks
                same((method, nth, answer["server"]), (method, nth, got))
            same([step["step"] for step in answer["steps"]], ["service", "access", "admission", "server", "source"])
            for sock in kept:
                sock.close()


@both("each thing in the way is named: no service, disabled, full, no server, no local address")
def _(v):
    same(explain(v)["steps"][-1]["step"], "service")
    service(slb, v, servers=(1,))
    same(explain(v)["drop"], "none")
    same(explain(v, service_port=81)["steps"][-1]["text"].split(";")[0], "there is none")
    slb.settings(conn_max=1)
    with listen(v) as listener:
        sock = connect(v)
        server, _ = listener.accept()
        same(explain(v)["drop"], "conn-max")
        found = explain(v, port=sock.getsockname()[1])
        same((found["steps"][0]["step"], found["server"]), ("connection", server_addr(v)))
        sock.close()
        server.close()
    slb.settings(conn_max=0)
    slb.svc_edit(VIP[v], 80, enabled=0)
    same(explain(v)["drop"], "disabled")
    slb.svc_edit(VIP[v], 80, enabled=1)
    slb.srv_edit((VIP[v], 80), server_addr(v), 8080, weight=0)
    same(explain(v)["drop"], "no-server")
    slb.srv_edit((VIP[v], 80), server_addr(v), 8080, weight=1)
    slb.laddr_del(LADDR[v])
    same(explain(v)["drop"], "no-laddr")


@both("an access list that keeps the client out")
def _(v):
    service(slb, v)
    same(adm("--add-acl", "bad", "--deny", CLIENT[v])[0], 0)
    same(adm("-E", "-t", vip(v), "--acl", "bad")[0], 0)
    same(explain(v)["drop"], "denied")
    slb.flush()
    adm("--del-acl", "bad")


@both("a persistent service: the server of the client's last connection, whoever's turn it is")
def _(v):
    service(slb, v, servers=(1, 2), sched=ENUM["SLB_SCHED_RR"])
    same(adm("-E", "-t", vip(v), "-p", "60")[0], 0)
    same([step["step"] for step in explain(v)["steps"]][3:], ["persistence", "server", "source"])
    with listen(v, 1) as one, listen(v, 2) as two:
        kept = []
        for _ in range(3):
            got, *socks = came_to(v, {1: one, 2: two})
            kept += socks
            same(explain(v)["server"], got)
        for sock in kept:
            sock.close()


def edit(v, *words):
    status, text = adm("-E", "-t", vip(v), *words)
    same(status, 0, text)


def limits(v, **how):
    """The limits' steps: (drop, text) of each, and the answer."""
    answer = explain(v, **how)
    return [(step.get("drop", "none"), step["text"]) for step in answer["steps"] if step["step"] == "limit"], answer


@both("limits of the service, of several and of the client's prefix: who would refuse, and the numbers")
def _(v):
    service(slb, v)
    same(adm("--add-limit", "gold", "--max-conns", "3")[0], 0)
    bits = 24 if v == 4 else 48
    edit(v, "--max-conns", "2", "--limit", "gold", "--client-conns", "1", f"--client-prefix{v}", str(bits))
    before = slb.info()["limit-clients"]
    with listen(v) as listener:
        steps, answer = limits(v)
        same(steps, [("none", "the service: 0 of 2 connections"), ("none", "limit gold: 0 of 3 connections"),
                     ("none", f"the client's /{bits}: 0 of 1 connections")])
        same((answer["drop"], slb.info()["limit-clients"]), ("none", before), "nothing was counted")
        socks = [connect(v), listener.accept()[0]]
        steps, answer = limits(v)
        same(steps[2], ("limit-client", f"the client's /{bits}: 1 of 1 connections, no more now"))
        same((answer["drop"], "server" in answer), ("limit-client", False))
        edit(v, "--max-conns", "1")
        same(limits(v)[0], [("limit-conns", "the service: 1 of 1 connections, no more now")])
        edit(v, "--max-conns", "0")
        same(adm("--edit-limit", "gold", "--max-conns", "1")[0], 0)
        same(limits(v)[0], [("limit-conns", "limit gold: 1 of 1 connections, no more now")])
        for sock in socks:
            sock.close()


@both("a rate that is used up is named, and asking takes nothing from it")
def _(v):
    service(slb, v)
    edit(v, "--max-rate", "1")
    for _ in range(20):
        same(limits(v)[0], [("none", "the service: 0 connections, at most 1 new ones a second")])
    with listen(v) as listener:
        socks = []
        while explain(v)["drop"] == "none":
            socks += [connect(v), listener.accept()[0]]
        # A slow machine may have waited for the second to be over by now.
        steps = limits(v)[0]
        same(steps[0][1].split(" connections")[1].split(",")[1], " at most 1 new ones a second")
        for sock in socks:
            sock.close()


@both("a full server: another one takes it, or none does")
def _(v):
    service(slb, v, servers=(1, 2), sched=ENUM["SLB_SCHED_FO"])
    for index, weight in ((1, "2"), (2, "1")):
        where = f"{server_addr(v, index)}:8080" if v == 4 else f"[{server_addr(v, index)}]:8080"
        same(adm("-e", "-t", vip(v), "-r", where, "-x", "1", "-w", weight)[0], 0)
    with listen(v, 1) as one, listen(v, 2) as two:
        steps, answer = limits(v)
        same((steps, answer["server"]), ([("none", "the server: 0 of 1 connections")], server_addr(v, 1)))
        got, *socks = came_to(v, {1: one, 2: two})
        same(got, server_addr(v, 1))
        for _ in range(3):
            steps, answer = limits(v)
            same((steps, answer["server"]),
                 ([("none", "the server: 1 of 1 connections, no more now; another one takes it")], server_addr(v, 2)))
        got, *more = came_to(v, {1: one, 2: two})
        same(got, server_addr(v, 2))
        steps, answer = limits(v)
        same((steps[0][0], answer["drop"], "server" in answer), ("limit-server", "limit-server", False))
        same(steps[0][1], "the server: 1 of 1 connections, no more now; nor do others")
        for sock in socks + more:
            sock.close()


@both("a service with a range: the port that the client asks for decides")
def _(v):
    slb.laddr(LADDR[v])
    address = vip(v, "8000-8999")
    same(adm("-A", "-t", address)[0], 0)
    same(adm("-a", "-t", address, "-r", server_addr(v))[0], 0)
    answer = explain(v, service_port=8123)
    same((answer["server"], answer["server-port"]), (server_addr(v), 8123))
    same(explain(v, service_port=9000)["steps"][-1]["step"], "service")
    got, text = adm("explain", client(v), "-t", address)
    same((got, "looks at one port" in text), (2, True), text)


@both("a service by mark, with and without the address and port of the packet")
def _(v):
    slb.laddr(LADDR[v])
    family = ["-6"] if v == 6 else []
    same(adm("-A", "-f", "7", *family)[0], 0)
    same(adm("-a", "-f", "7", *family, "-r", server_addr(v))[0], 0)
    for words, port in (((vip(v, 443),), 443), ((vip(v, 53), "--proto", "udp"), 53), ((), 0)):
        status, text = adm("explain", client(v), "-f", "7", *words, "--json")
        same(status, 0, text)
        answer = json.loads(text)
        same((answer["drop"], answer["server"], answer["server-port"]), ("none", server_addr(v), port))
    status, text = adm("explain", client(v), "-f", "8", "--json")
    same((status, json.loads(text)["steps"][-1]["text"].split(";")[0]), (0, "there is none"))


@case("bad questions are refused in words")
def _():
    service(slb, 4)
    for words, status, say in (
            (("explain", "10.9.1.2"), 2, "explain needs CLIENT"),
            (("explain", "[fd00::1]:5", vip(4)), 1, "of different families"),
            (("explain", "224.0.0.1", vip(4)), 1, "not a unicast address"),
            (("explain", "nonsense:", vip(4)), 2, "client `nonsense:'")):
        got, text = adm(*words)
        same((got, say in text), (status, True), text)


@case("without CAP_NET_ADMIN: refused in words")
def _():
    with netns.inside(LB):
        done = subprocess.run(["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", SLBADM, "explain",
                               CLIENT[4], vip(4)], capture_output=True, text=True, timeout=60, check=False)
    same((done.returncode, "CAP_NET_ADMIN is needed" in done.stderr), (1, True), done.stderr)


main(before=before)
