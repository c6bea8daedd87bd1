# SPDX-License-Identifier: GPL-2.0-only
"""Health as the kernel keeps it: unproved servers, all of them down, why and since when, who is told."""
import errno
import json
import socket
import subprocess

import netns
from cases import both, eventually, main, same
from cluster import CLIENT_NS, LB, SERVER_NS, VIP, connect, fresh_socket, listen, server_addr
from groups_util import ends, refused, talk
from monitor import Monitor
from pool import GROUP, before, edit, listed, setup, slb
from wire import SLOW


def unproved(v):
    return [bool(listed(v, index).get("unproved")) for index in (1, 2)]


def lands(v, listeners, n=6):
    """Which of the listeners new connections come to."""
    for one in listeners:
        one.settimeout(0.0)
    met = set()
    for _ in range(n):
        with connect(v) as client:
            def taken():
                for index, one in enumerate(listeners, 1):
                    try:
                        return index, one.accept()[0]
                    except BlockingIOError:
                        continue
                return None
            index, server = eventually(taken, "a server to be chosen")
            server.setblocking(True)
            with server:
                talk(client, server)
            met.add(index)
    return met


def is_refused(v):
    try:
        connect(v).close()
    except ConnectionRefusedError:
        return True
    return False


@both("a server added to a checked group takes nothing until it is said to be up, unless no other can")
def _(v):
    setup(v, checked=1)
    same(unproved(v), [True, True])
    with listen(v, 1) as first, listen(v, 2) as second:
        both_of = [first, second]
        same(lands(v, both_of), {1, 2}, "nobody is proved")
        edit(v, 2, down=0)
        same(unproved(v), [True, False])
        same(lands(v, both_of), {2}, "one is")
        edit(v, 2, down=1)
        same(lands(v, both_of), {1}, "and is down")
        edit(v, 2, weight=0)
        edit(v, 2, down=0)
        same(lands(v, both_of), {1}, "and is up with weight 0")
        edit(v, 2, weight=1)
        same(lands(v, both_of), {2}, "and 1")
        edit(v, 1, down=0)
        same(lands(v, both_of), {1, 2}, "both are")
        slb.srv_del(GROUP, server_addr(v, 1), 8080)
        slb.srv(GROUP, server_addr(v, 1), 8080)
        same(unproved(v), [True, False], "added anew")
        same(lands(v, both_of), {2})
        slb.srv_del(GROUP, server_addr(v, 2), 8080)
        same(lands(v, both_of), {1}, "it is alone")


@both("a group that is no longer checked trusts its servers; one that becomes checked goes on to")
def _(v):
    setup(v)
    slb.group_edit(GROUP, checked=1)
    same(unproved(v), [False, False])
    slb.srv_del(GROUP, server_addr(v, 1), 8080)
    slb.srv(GROUP, server_addr(v, 1), 8080, weight=3, priority=0)
    same(unproved(v), [True, False])
    with listen(v, 1) as first, listen(v, 2) as second:
        same(lands(v, [first, second]), {2})
        slb.group_edit(GROUP, checked=0)
        same(unproved(v), [False, False])
        same(listed(v, 1)["weight"], 3)
        same(lands(v, [first, second]), {1, 2})


@both("an unproved server of the first tier leaves the traffic to the second")
def _(v):
    setup(v, checked=1)
    edit(v, 2, priority=1, down=0)
    with listen(v, 1) as first, listen(v, 2) as second:
        same(lands(v, [first, second]), {2})
        edit(v, 1, down=0)
        same(lands(v, [first, second]), {1})
        same(slb.groups()[0]["tier"], 0)


@both("all servers down: refused, or served as if all were up, until one is")
def _(v):
    setup(v)
    with listen(v, 1) as first, listen(v, 2) as second:
        both_of = [first, second]
        edit(v, 1, down=1)
        same(lands(v, both_of), {2})
        edit(v, 2, down=1)
        assert is_refused(v)
        slb.group_edit(GROUP, all_down=1)
        same(lands(v, both_of), {1, 2}, "any")
        edit(v, 1, down=0)
        same(lands(v, both_of), {1}, "one is up")
        edit(v, 1, down=1)
        same(lands(v, both_of), {1, 2}, "none is")
        edit(v, 1, weight=0)
        same(lands(v, both_of), {2}, "weight 0 is never served")
        slb.group_edit(GROUP, all_down=0)
        assert is_refused(v)


@both("with all-down any and on-down reset connections live while everything is down, not when one is up")
def _(v):
    setup(v, all_down=1, on_down=1)
    with listen(v, 1) as first, listen(v, 2) as second:
        edit(v, 1, down=1)
        with connect(v) as client, second.accept()[0] as server:
            edit(v, 2, down=1)
            talk(client, server)
            clients = [connect(v), connect(v)]
            ports = [sock.getsockname()[1] for sock in clients]
            at = {c["client-port"]: c["srv-addr"] for c in slb.conns() if c["client-port"] in ports}
            same(set(at.values()), {server_addr(v, 1), server_addr(v, 2)})
            if at[ports[0]] != server_addr(v, 1):
                clients.reverse()
            servers = [first.accept()[0], second.accept()[0]]
            edit(v, 1, down=0)
            same(ends(client), None, "of the second, from before")
            same(ends(clients[1]), None, "of the second, since")
            same(ends(servers[1]), None)
            talk(clients[0], servers[0])
            for sock in clients + servers:
                sock.close()


@both("who says up or down says why; since when is counted; the group health is told")
def _(v):
    setup(v)
    assert "since" not in listed(v, 1) and "reason" not in listed(v, 1)
    with Monitor() as monitor:
        edit(v, 1, down=1, reason="refused")
        event = monitor.until("health")
        same((event["group"], event["server"], event["server-port"], event["state"], event["reason"]),
             (GROUP, server_addr(v, 1), 8080, "down", "refused"))
        edit(v, 1, down=1, reason="timeout")		# no news, but another reason
        same(listed(v, 1)["reason"], "timeout")
        edit(v, 1, down=0)
        event = monitor.until("health")
        same((event["state"], event.get("reason")), ("up", None))
    assert listed(v, 1)["since"] < 60 and "since" not in listed(v, 2)
    edit(v, 1, down=1, reason="r" * 255)
    same(listed(v, 1)["reason"], "r" * 255)
    refused(errno.ERANGE, "too long", edit, v, 1, down=0, reason="r" * 256)
    refused(errno.EINVAL, "control", edit, v, 1, down=0, reason="a\nb")
    refused(errno.EINVAL, "with a state", edit, v, 1, reason="why")
    same((listed(v, 1)["down"], listed(v, 1)["reason"]), (1, "r" * 255))


def tool(*words):
    with netns.inside(LB):
        return subprocess.run(["slbadm", *words], capture_output=True, text=True, check=True).stdout


@both("slbadm: --down --reason, -L, health, all-down and checked in -S")
def _(v):
    name = f"[{server_addr(v)}]:8080" if v == 6 else f"{server_addr(v)}:8080"
    setup(v, checked=1)
    tool("-e", "--group", GROUP, "-r", name, "--down", "--reason", "by hand")
    tool("--edit-group", GROUP, "--all-down", "any")
    shown = [line for line in tool("-L", "-n", "--group", GROUP).splitlines() if name in line]
    assert len(shown) == 1 and 'down reason="by hand"' in shown[0], shown
    lines = tool("health", "-n").splitlines()
    same([line.split()[1] for line in lines[1:]], ["down", "unproved"])
    assert lines[1].endswith(f"group {GROUP}: by hand"), lines
    got = json.loads(tool("health", "--json"))["servers"]
    same([(s["state"], s.get("reason"), s["group"]) for s in got],
         [("down", "by hand", GROUP), ("unproved", None, GROUP)])
    saved = [line for line in tool("-S", "-n").splitlines() if line.startswith("--add-group")]
    assert saved[0].endswith("--all-down any --checked on"), saved
    assert "--down" not in tool("-S", "-n") and "reason" not in tool("-S", "-n")
    service = [slb.svc(VIP[v], 81, checked=1, all_down=1)] and slb.services()
    same([(s.get("checked"), s.get("all-down")) for s in service], [(1, 1), (1, 1)])
    slb.srv((VIP[v], 81, 6), server_addr(v), 8081)
    got = json.loads(tool("health", "--json"))["servers"][0]
    same((got["address"], got["port"], got["service"]),
         (server_addr(v), 8081, {"proto": "tcp", "address": VIP[v], "port": 81}))
    refused(errno.EINVAL, "belongs to the group", slb.svc_edit, VIP[v], 80, checked=0)


@both("UDP: a flow leaves a server that is down; when all are and any is wanted it is served")
def _(v):
    setup(v, 17, all_down=1)
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    socks = [fresh_socket(SERVER_NS[i], v, socket.SOCK_DGRAM) for i in (0, 1)]
    for sock in socks:
        sock.bind(("", 8080))
    client.send(b"a")
    here = 1 if [s["addr"] for s in slb.servers(GROUP) if s["active"]] == [server_addr(v, 1)] else 2
    same(socks[here - 1].recv(10), b"a")
    edit(v, here, down=1)
    client.send(b"b")
    same(socks[2 - here].recv(10), b"b")
    edit(v, 3 - here, down=1)
    client.send(b"c")
    same(socks[2 - here].recv(10), b"c")
    edit(v, here, down=0)
    client.send(b"d")
    same(socks[here - 1].recv(10), b"d")


@both("a client whose SYN nobody has answered meets another server once that one is down")
def _(v):
    setup(v)
    edit(v, 2, down=1)
    silent = "add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c tcp dport 8080 drop"
    netns.run(SERVER_NS[0], "nft", silent)
    earlier = slb.counters()[0]["conn-reopened"]
    try:
        with listen(v, 2) as second, fresh_socket(CLIENT_NS, v) as client:
            client.setblocking(False)
            client.connect_ex((VIP[v], 80))
            eventually(lambda: listed(v, 1)["inactive"] == 1, "the SYN")
            edit(v, 2, down=0)
            edit(v, 1, down=1)
            client.settimeout(20 * SLOW)
            server = second.accept()[0]
            with server:
                talk(client, server)
            assert slb.counters()[0]["conn-reopened"] > earlier, "not counted"
    finally:
        netns.run(SERVER_NS[0], "nft", "delete table inet t")


main(before=before)
