# SPDX-License-Identifier: GPL-2.0-only
"""Where probes come from."""
import json
import os
import subprocess
import time

import netns
from cases import Skip, both, case, eventually, main, same
from cluster import LADDR, LB, VIP, server_addr
from servers import Listener, Slbd, end, health

FAST = "interval=1 timeout=2 rise=1 fall=2"
OWN = {4: "10.1.1.1", 6: "fd00:1:1::1"}
BLUE = {4: "10.3.2.1", 6: "fd00:3:2::1"}
BLUE_OWN = {4: "10.3.1.1", 6: "fd00:3:1::1"}
BLUE_SERVER = {4: "10.3.1.11", 6: "fd00:3:1::11"}
VRF = os.environ["SLB_VRF"]
PORTS = {"web": 8080, "set": 8081, "foreign": 8082, "mark": 8083, "none": 8084}
state = {}


def tool(*words):
    subprocess.run(["slbadm", *words], check=True, stderr=subprocess.DEVNULL)


def bracket(addr):
    return f"[{addr}]" if ":" in addr else addr


def sources(name, v):
    return {peer[0] for peer in state[name, v].peers}


def of(name, v):
    return [value for key, value in health().items() if key[2] == f"{name}{v}"][0]


def laddr(v, how, addr=None, dev="lo"):
    subprocess.run(["ip", "addr", how, f"{addr or LADDR[v]}/{32 if v == 4 else 128}", "dev", dev] +
                   (["nodad"] if v == 6 and how == "add" else []), check=True)


def settle(*want):
    """Of each name: the probes under way come to their end, and all further ones come from there."""
    wanted = {(name, v): addr[v] for name, addr in want for v in (4, 6)}
    for key, addr in wanted.items():
        eventually(lambda: state[key].peers and state[key].peers[-1][0] == addr, f"{key} to be probed from {addr}", 10)
        state[key].peers.clear()
    for key, addr in wanted.items():
        eventually(lambda: len(state[key].peers) > 1, "further probes", 10)
        same(sources(*key), {addr}, key)


def all_up(name):
    eventually(lambda: {of(name, v)[0] for v in (4, 6)} == {"up"}, f"{name} to be up", 10)


def nobody_down(since):
    same(state["slbd"].has("(web|blue).* is down", since), [])


LATER = {v: f"{LADDR[v]}9" for v in (4, 6)}


@case("slbd begins: what its servers are and how they are checked")
def _():
    netns.run(LB, "nft", "-f", "-", stdin="""
        table inet fw {
            chain out {
                type filter hook output priority 0
                tcp dport 8083 ip version 4 meta mark 7 counter
                tcp dport 8083 ip version 4 meta mark != 7 counter
                tcp dport 8083 ip6 version 6 meta mark 7 counter
                tcp dport 8083 ip6 version 6 meta mark != 7 counter
            }
        }""")
    checks = []
    for v in (4, 6):
        tool("-P", LADDR[v])
        for name, port in PORTS.items():
            state[name, v] = Listener(v, port)
            tool("--add-group", f"{name}{v}")
            tool("-a", "--group", f"{name}{v}", "-r", end(v, port))
        more = {"set": f"source={OWN[v]}", "foreign": f"source={LATER[v]}", "mark": "mark=7"}
        checks += [f"--group {name}{v} type=tcp {FAST} {more.get(name, '')}" for name in PORTS if name != "none"]
        checks.append(f"--group none{v} type=exec {FAST} command=/no/such/program")
        if not VRF:
            continue
        tool("-P", BLUE[v], "--pool", "blue", "--vrf", VRF)
        tool("--add-group", f"blue{v}")
        tool("-A", "-t", f"{bracket(VIP[v])}:81", "--group", f"blue{v}", "--pool", "blue")
        state["blue", v] = Listener(v, 8090)
        tool("-a", "--group", f"blue{v}", "-r", f"{bracket(BLUE_SERVER[v])}:8090")
        checks.append(f"--group blue{v} type=tcp {FAST}")
    state["slbd"] = Slbd(checks)


@case("probes come from a local address, or from the source that is set")
def _():
    all_up("web")
    all_up("set")
    settle(("web", LADDR), ("set", OWN))


@both("a source that is no address of this host says nothing about the server")
def _(v):
    assert state["slbd"].has(f"foreign{v} -> .* cannot be checked: the source of its check is no address"), \
        state["slbd"].log
    same(state["foreign", v].peers, [])
    assert of("foreign", v)[0] != "down"


@both("slbadm health tells which servers cannot be checked, and why")
def _(v):
    def unchecked():
        servers = json.loads(netns.run(LB, "slbadm", "health", "--json"))["servers"]
        return {s["group"]: s["unchecked"] for s in servers if "unchecked" in s and s["group"].endswith(str(v))}

    eventually(lambda: len(unchecked()) == 2, "those two", 10)
    same(unchecked(), {f"foreign{v}": "the source of its check is no address of this host",
                       f"none{v}": "/no/such/program: No such file or directory"})
    text = [line for line in netns.run(LB, "slbadm", "health", "-n").splitlines() if f"none{v}" in line]
    assert text[0].endswith("; cannot be checked: /no/such/program: No such file or directory"), text


@both("probes have the mark that is set")
def _(v):
    eventually(lambda: of("mark", v)[0] == "up", "the server to be up", 10)
    lines = [line.split() for line in netns.run(LB, "nft", "list", "table", "inet", "fw").splitlines()
             if "counter" in line and f"version {v}" in line]
    count = {"plain" if "!=" in line else "marked": int(line[line.index("packets") + 1]) for line in lines}
    assert count["marked"] > 1, count
    # The answers to what the server sends after the end of a connection have the socket's mark no longer.
    assert count["marked"] > count["plain"], count


@case("in a VRF they come from the address that the VRF has")
def _():
    if not VRF:
        raise Skip("no VRF here")
    all_up("blue")
    settle(("blue", BLUE))


@case("the local address moves to another balancer: probes come from the host's own, though sockets could be bound")
def _():
    mark = time.monotonic()
    for v in (4, 6):
        netns.sysctl(LB, f"ipv{v}.ip_nonlocal_bind", 1)
        laddr(v, "del")
        if VRF:
            laddr(v, "del", BLUE[v], VRF)
    settle(("web", OWN), *([("blue", BLUE_OWN)] if VRF else []))
    # Longer than two probes may take.
    time.sleep(5)
    nobody_down(mark)
    same([of("web", v)[0] for v in (4, 6)], ["up", "up"])


@case("a new slbd, on the balancer that stands by, knows it too")
def _():
    same(state["slbd"].stop(), 0)
    with open(state["slbd"].file, encoding="utf-8") as file:
        state["slbd"] = Slbd(file.read().splitlines())
    settle(("web", OWN))


@case("the local address comes: probes come from there, and from a source that comes too")
def _():
    mark = time.monotonic()
    for v in (4, 6):
        laddr(v, "add")
        laddr(v, "add", LATER[v])
        if VRF:
            laddr(v, "add", BLUE[v], VRF)
    settle(("web", LADDR), ("foreign", LATER), *([("blue", BLUE)] if VRF else []))
    nobody_down(mark)


@case("ended by a signal")
def _():
    same(state["slbd"].stop(), 0)


main()
