# SPDX-License-Identifier: GPL-2.0-only
"""Each type of check, of both families at once: well, failing, well again; what the servers saw."""
import os
import re
import time

import netns
from cases import both, case, eventually, main, same
from cluster import LADDR, SERVER_NS, VIP, balancer, server_addr
from servers import (SLOW, TMP, Datagrams, Listener, Slbd, access_log, dnsmasq, end, health, inside, nft, nginx,
                     put)

slb = balancer()
FAST = "interval=1 timeout=4 rise=2 fall=2"
SLACK = 12 * SLOW

# name: port, protocol, settings, why it is up, why it is down once its server is broken
WELL = {
    "tcp": (9001, 6, "type=tcp", "connected", "refused"),
    "syn": (9002, 6, "type=syn", "answered", "timeout"),
    "http": (8080, 6, "type=http path=/alive codes=2xx host=www.example.org:81", "code 200", "code 404"),
    "body": (8080, 6, "type=http path=/text body=fine version=1.0", "code 200", "code 200 without the expected text"),
    "https": (8443, 6, f"type=https ca={TMP}/cert.pem sni=www.example.org path=/alive interval=3", "code 200", "code 404"),
    "insecure": (8444, 6, "type=https path=/alive interval=3", "code 200", "code 404"),
    "dns": (53, 17, "type=dns query=www.example.org ping=off", "answered", "port unreachable"),
    "udp": (9003, 17, "type=udp ping=off timeout=2", "no error", "port unreachable"),
    "expect": (9004, 17, "type=udp ping=off request=hello expect=hex:776f726c64", "answered", "another answer than expected"),
    "udpping": (9003, 17, "type=udp timeout=2", "no error", "ping: timeout"),
    "ping": (9005, 6, "type=ping", "answered", "timeout"),
    "exec": (9006, 6, f"type=exec command=/usr/bin/test command=-e command={TMP}/flag", "exit status 0", "exit status 1"),
    "weight0": (9001, 6, "type=tcp", "connected", "refused"),
}
# These fail from the beginning.
ILL = {
    "expired": (8444, 6, f"type=https verify=on ca={TMP}/cert.old sni=www.example.org path=/alive interval=3", "certificate expired"),
    "unknown": (8443, 6, f"type=https ca={TMP}/cert.old sni=www.example.org path=/alive interval=3", "certificate"),
    "name": (8443, 6, f"type=https ca={TMP}/cert.pem sni=other.example.org path=/alive interval=3", "name"),
    "busy": (8080, 6, "type=http path=/busy", "code 503"),
    "dumb": (9001, 6, "type=http", "timeout"),
    "nobody": (9009, 6, "type=tcp", "refused"),
    "silent": (9010, 6, "type=tcp", "timeout"),
}
# The emulated CPU takes longer for a TLS handshake than the checks may.
TLS = not os.environ["SLB_LANE"].startswith("qemu")
if not TLS:
    WELL = {name: what for name, what in WELL.items() if "type=https" not in what[2]}
    ILL = {name: what for name, what in ILL.items() if "type=https" not in what[2]}
# What does not depend on the kernel is shown on one.
once = case if TLS else lambda name: lambda function: function
RULES = """
table inet fw {
	chain in {
		type filter hook input priority 0
		tcp dport 9010 drop
	}
}
"""
BREAK = """
add rule inet fw in tcp dport 9002 drop
add rule inet fw in icmp type echo-request ip length 36 drop
add rule inet fw in icmpv6 type echo-request drop
"""
state = {}


def group(name, v):
    return f"{name}{v}"


def ill(v):
    """One family's certificates are as good as the other's."""
    return {name: what for name, what in ILL.items() if v == 4 or "ca=" not in what[2]}


def checks():
    for v in (4, 6):
        for name, (_, _, settings, *_) in {**WELL, **ill(v)}.items():
            kind, _, rest = settings.partition(" ")
            yield f"--group {group(name, v)} {kind} {FAST} {rest}"


def longest(name):
    """As slbd says it."""
    said = state["slbd"].has(f"group {name}: .* noticed after at most ")
    return float(said[0][1].split()[-2])


def wanted(v, names, what):
    return {group(name, v): what(name) for name in names}


def states(v, names):
    got = {key[2]: value for key, value in health().items()}
    return {group(name, v): got[group(name, v)] for name in names}


@case("slbd starts: each check is said in words, with the longest time until a dead server is noticed")
def _():
    put_all()
    state["nginx"], state["dnsmasq"] = nginx(), dnsmasq()
    nft(RULES)
    # Several checks of the one server live on its ICMP errors.
    netns.sysctl(SERVER_NS[0], "ipv4.icmp_ratelimit", 0)
    netns.sysctl(SERVER_NS[0], "ipv6.icmp.ratelimit", 0)
    for v in (4, 6):
        state["tcp", v], state["syn", v] = Listener(v, 9001), Listener(v, 9002)
        state["udp", v], state["expect", v] = Datagrams(v, 9003), Datagrams(v, 9004, b"hello world")
        slb.laddr(LADDR[v])
        for name, (port, proto, *_) in {**WELL, **ill(v)}.items():
            slb.group(group(name, v), proto, checked=int(name != "exec"))
            slb.srv(group(name, v), server_addr(v), port, weight=0 if name == "weight0" else 1)
    state["slbd"] = Slbd(checks())
    state["slbd"].wait("group tcp4: tcp every 1 s, timeout 4 s, rise 2, fall 2: a dead server is noticed after at most "
                       "9 s", 10)
    same([g["checked"] for g in slb.groups()], [1] * len(slb.groups()))


def put_all():
    os.makedirs(f"{TMP}/nginx/html", exist_ok=True)
    put("alive", "yes\n")
    put("text", "x" * 30000 + "all is fine\n")
    open(f"{TMP}/flag", "w", encoding="utf-8").close()


@both("well servers are proved, others go down, with the reason")
def _(v):
    eventually(lambda: {s for s, _ in states(v, WELL).values()} == {"up"}, "all to be up", 30)
    slbd = state["slbd"]
    for name, (_, _, _, up, _) in WELL.items():
        if name == "exec":		# its server was there before the group was checked
            continue
        slbd.wait(f"group {group(name, v)} -> .* is up: {up}", 20)
    eventually(lambda: {s for s, _ in states(v, ill(v)).values()} == {"down"}, "the others to be down", 30)
    for name, (_, _, _, why) in ill(v).items():
        assert why in states(v, [name])[group(name, v)][1], states(v, [name])
    same([s for s in slb.servers("weight0%d" % v)][0]["weight"], 0)


@both("what the servers saw: connections from the local address and the kept ports; of syn nothing")
def _(v):
    tcp, syn = state["tcp", v], state["syn", v]
    eventually(lambda: len(tcp.peers) > 3 and len(tcp.ends) > 2, "connections")
    same({peer[0] for peer in tcp.peers}, {LADDR[v]})
    assert all(61000 <= peer[1] <= 65535 for peer in tcp.peers), tcp.peers
    assert "reset" in tcp.ends, tcp.ends
    same(syn.peers, [])
    got = eventually(lambda: state["expect", v].got, "a request")
    same({text for text, _ in got}, {b"hello"})
    same({text for text, _ in state["udp", v].got}, {b""})
    assert all(peer[0] == LADDR[v] and peer[1] >= 61000 for _, peer in got), got
    lines = [line for line in access_log() if line.startswith(LADDR[v] + " ")]
    assert all(61000 <= int(line.split()[1]) <= 65535 for line in lines)
    for want in ('8080 HEAD /alive HTTP/1.1 "www.example.org:81" "slbd/', '8080 GET /text HTTP/1.0 "' + end(v, 8080),
                 "8080 HEAD /busy", *(('8443 HEAD /alive HTTP/1.1 "', "8444 HEAD /alive") if TLS else ())):
        assert any(want in line for line in lines), (want, lines[-5:])


@once("equal checks of a server are made once, in each family those of two groups")
def _():
    servers = len(slb.servers())
    assert state["slbd"].has(f"slbd: {servers} servers, {servers - 2} different checks"), servers


@case("servers that break go down in time, for the right reason, and nobody else does")
def _():
    slbd = state["slbd"]
    mark = state["broken"] = time.monotonic()
    for v in (4, 6):
        state["tcp", v].close()
        state["udp", v].close()
        state["expect", v].answer = b"hell"
    for name in ("alive", "text"):
        put(name, "nothing\n")
    os.unlink(f"{TMP}/nginx/html/alive")
    os.unlink(f"{TMP}/flag")
    state["dnsmasq"].kill()
    state["dnsmasq"].wait()
    nft(BREAK)
    for v in (4, 6):
        for name, (_, _, _, _, why) in WELL.items():
            when, line = slbd.wait(f"group {group(name, v)} -> .* is down: {why}$", 40, mark)
            assert when - mark < longest(group(name, v)) + SLACK, f"{line} after {when - mark:.1f} s"


@both("they are down in the kernel too, with the reason")
def _(v):
    got = states(v, WELL)
    same({name: s for name, (s, _) in got.items()}, {name: "down" for name in got})
    same((got[group("tcp", v)][1], got[group("http", v)][1]), ("refused", "code 404"))


@case("servers that are well again come up")
def _():
    slbd = state["slbd"]
    mark = time.monotonic()
    put_all()
    nft("flush table inet fw\nadd rule inet fw in tcp dport 9010 drop\n")
    state["dnsmasq"] = dnsmasq()
    for v in (4, 6):
        state["tcp", v].open()
        state["udp", v].open()
        state["expect", v].answer = b"hello world"
    for v in (4, 6):
        for name in WELL:
            slbd.wait(f"group {group(name, v)} -> .* is up:", 30, mark)
    same(slbd.has("group (nobody|silent|busy).* is up", mark), [])


@once("a file that is wrong changes nothing; equal checks go on; none brings up, manual leaves alone")
def _():
    slbd = state["slbd"]
    slbd.reload(["--group tcp4 type=tcp interval=0"])
    slbd.wait("checks:1: interval `0': an interval is 1-50 seconds", 5)
    same(states(4, ["tcp"])["tcp4"][0], "up")
    mark = time.monotonic()
    slbd.reload([line.replace(line, "--group nobody4 type=none") if "nobody4" in line else
                 "--group busy4 type=manual" if "busy4" in line else line for line in checks()])
    slbd.wait("group nobody4 -> .* is up: not checked", 5, mark)
    time.sleep(1)
    same(states(4, ["busy", "nobody"]), {"busy4": ("down", "code 503"), "nobody4": ("up", "not checked")})
    same([line for _, line in slbd.has(" is (up|down)", mark) if "nobody4" not in line], [])


@once("a server that flaps faster than rise and fall does not change")
def _():
    slbd = state["slbd"]
    listener = state["tcp", 4]
    slbd.reload(["--group tcp4 type=tcp interval=1 timeout=4 rise=4 fall=4"])
    mark = time.monotonic()
    for _ in range(3):
        listener.close()
        time.sleep(1.5)
        listener.open()
        time.sleep(1.5)
    same(slbd.has(" is (up|down)", mark), [])
    same(states(4, ["tcp"])["tcp4"][0], "up")


@once("servers come and go: a new one is checked at once, a removed one no longer")
def _():
    slbd = state["slbd"]
    slb.srv("tcp4", server_addr(4), 9010)
    mark = time.monotonic()
    slbd.wait(f"tcp4 -> {re.escape(end(4, 9010))} is down: timeout", 30, mark)
    slb.srv_del("tcp4", server_addr(4), 9010)
    time.sleep(0.5)
    slb.srv("tcp4", server_addr(4), 9001 + 8, weight=5)
    slbd.wait(f"tcp4 -> {re.escape(end(4, 9009))} is down: refused", 30, mark)


@case("ended by a signal it leaves all as it is")
def _():
    before = health()
    same(state["slbd"].stop(), 0)
    same(health(), before)
    for name in ("nginx", "dnsmasq"):
        state[name].kill()
        state[name].wait()


main()
