# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of connections of servers that take no new ones; tiers; names and comments."""
import errno
import socket
import subprocess

import netns
from cases import both, eventually, main, same
from cluster import LB, SERVER_NS, VIP, CLIENT_NS, connect, fresh_socket, listen, server_addr
from groups_util import ends, refused, talk
from pool import GROUP, before, edit, listed, setup, slb

KEEP = 0xffffffff


def remove(v, index):
    slb.srv_del(GROUP, server_addr(v, index), 8080)


def pair(v, first, second):
    """A connection to each server; their ends in that order."""
    clients = [connect(v), connect(v)]
    servers = [first.accept()[0], second.accept()[0]]
    ports = [sock.getsockname()[1] for sock in clients]
    conns = {c["client-port"]: c["srv-addr"] for c in slb.conns() if c["client-port"] in ports}
    if conns[ports[0]] != server_addr(v, 1):
        clients.reverse()
    return clients, servers


def lands(v, listener, n=4):
    """New connections all come to one server."""
    for _ in range(n):
        with connect(v) as client, listener.accept()[0] as server:
            talk(client, server)


@both("weight 0 keeps connections, or resets them after a time, or at once")
def _(v):
    setup(v)
    with listen(v, 1) as first, listen(v, 2) as second:
        clients, servers = pair(v, first, second)
        edit(v, 1, weight=0)
        talk(clients[0], servers[0])
        lands(v, second)
        assert "left" not in listed(v, 1)
        slb.group_edit(GROUP, zero_delay=1)
        same(ends(clients[0]), None, "reset after a second")
        same(ends(servers[0]), None)
        talk(clients[1], servers[1])
        slb.group_edit(GROUP, zero_delay=0)
        edit(v, 1, weight=1)
        clients, servers = pair(v, first, second)
        edit(v, 1, weight=0)
        same(ends(clients[0]), None, "reset at once")
        talk(clients[1], servers[1])
        edit(v, 1, weight=1)
        clients, servers = pair(v, first, second)
        talk(clients[0], servers[0])


@both("a removed server drains: listed until it is empty, and taken back meanwhile")
def _(v):
    setup(v, removal_delay=3600)
    slb.settings(timeouts={"close": 1})
    with listen(v, 1) as first, listen(v, 2) as second:
        clients, servers = pair(v, first, second)
        remove(v, 1)
        got = listed(v, 1)
        assert got["draining"] and 3500 < got["left"] <= 3600, got
        lands(v, second)
        talk(clients[0], servers[0])
        refused(errno.EALREADY, "drains", remove, v, 1)
        refused(errno.ENOENT, "no such server", edit, v, 1, weight=5)
        slb.srv(GROUP, server_addr(v, 1), 8080)
        assert "draining" not in listed(v, 1)
        talk(clients[0], servers[0])
        more, ends_of = pair(v, first, second)
        talk(more[0], ends_of[0])
        more[0].close()
        remove(v, 1)
        slb.group_edit(GROUP, removal_delay=KEEP)
        assert "left" not in listed(v, 1)
        for sock in (clients[0], servers[0], ends_of[0]):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
        eventually(lambda: listed(v, 1) is None, "the empty server to go", 20)
        talk(clients[1], servers[1])


@both("when the time of a removed server is over its connections are reset")
def _(v):
    setup(v, removal_delay=1)
    with listen(v, 1) as first, listen(v, 2) as second:
        clients, servers = pair(v, first, second)
        remove(v, 1)
        assert listed(v, 1)["draining"]
        same(ends(clients[0]), None)
        same(ends(servers[0]), None)
        eventually(lambda: listed(v, 1) is None, "it to go", 10)
        talk(clients[1], servers[1])
        remove(v, 2)
        slb.svc_del(VIP[v], 80)
        slb.group_del(GROUP)
        same(ends(clients[1]), None, "with the group all goes")


@both("a service that moves to another group leaves its draining servers' connections their time, and no more")
def _(v):
    setup(v)
    before_it = slb.info()
    slb.svc_edit(VIP[v], 80, group="")
    slb.svc_edit(VIP[v], 80, removal_delay=2, zero_delay=2, sched="rr")
    for index in (1, 2):
        slb.srv((VIP[v], 80), server_addr(v, index), 8080)
    with listen(v, 1) as first, listen(v, 2) as second:
        clients, servers = pair(v, first, second)
        third, fourth = pair(v, first, second)
        slb.srv_del((VIP[v], 80), server_addr(v, 1), 8080)
        slb.srv_edit((VIP[v], 80), server_addr(v, 2), 8080, weight=0)
        slb.svc_edit(VIP[v], 80, group=GROUP)
        same(slb.info()["servers"], before_it["servers"], "the own group's servers are nobody's")
        talk(clients[0], servers[0])
        talk(clients[1], servers[1])
        lands_on = connect(v)
        for sock in (*clients, *servers, *third, *fourth):
            same(ends(sock), None, "reset when the time is over")
        with (first.accept()[0] if [s for s in slb.servers(GROUP) if s["active"]][0]["addr"] == server_addr(v, 1)
              else second.accept()[0]) as server:
            talk(lands_on, server)
        lands_on.close()
    slb.settings(timeouts={"close": 1})


@both("a server that is down keeps its connections or not, and comes back")
def _(v):
    setup(v)
    with listen(v, 1) as first, listen(v, 2) as second:
        clients, servers = pair(v, first, second)
        edit(v, 1, down=1)
        same((listed(v, 1)["down"], listed(v, 1)["weight"]), (1, 1))
        talk(clients[0], servers[0])
        lands(v, second)
        edit(v, 1, weight=7)
        same(listed(v, 1)["down"], 1, "a change leaves the state alone")
        slb.group_edit(GROUP, on_down=1)
        same(ends(clients[0]), None)
        edit(v, 1, down=0, weight=1)
        clients, servers = pair(v, first, second)
        edit(v, 2, down=1)
        same(ends(clients[1]), None)
        lands(v, first)
        talk(clients[0], servers[0])


@both("a datagram never sticks to a server that is down")
def _(v):
    setup(v, 17)
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    socks = [fresh_socket(SERVER_NS[i], v, socket.SOCK_DGRAM) for i in (0, 1)]
    for sock in socks:
        sock.bind(("", 8080))
    client.send(b"a")
    at = [s["addr"] for s in slb.servers(GROUP) if s["active"]]
    here = 1 if at == [server_addr(v, 1)] else 2
    same(socks[here - 1].recv(10), b"a")
    edit(v, here, down=1)
    client.send(b"b")
    same(socks[2 - here].recv(10), b"b")


@both("tiers: failover, min-alive, return, and no tier with enough")
def _(v):
    setup(v)
    edit(v, 2, priority=1)
    with listen(v, 1) as first, listen(v, 2) as second:
        lands(v, first)
        assert listed(v, 2)["standby"]
        edit(v, 1, down=1)
        same(slb.groups()[0]["tier"], 1)
        lands(v, second)
        edit(v, 1, down=0)
        lands(v, first)
        edit(v, 1, weight=0)
        lands(v, second)
        edit(v, 1, weight=1)
        remove(v, 1)
        lands(v, second)
        slb.srv(GROUP, server_addr(v, 1), 8080)
        lands(v, first)
        # Nobody has two: the first of those with most.
        slb.group_edit(GROUP, min_alive=2)
        lands(v, first)
        for index in (21, 22):
            slb.srv(GROUP, server_addr(v, 2)[:-2] + str(index), 8080, priority=3)
        same(slb.groups()[0]["tier"], 3)
        for index in (21, 22):
            slb.srv_del(GROUP, server_addr(v, 2)[:-2] + str(index), 8080)
        same(slb.groups()[0]["tier"], 0)
        edit(v, 2, priority=0)
        same([s.get("standby") for s in slb.servers(GROUP)], [None, None])


@both("names and comments of services, groups and servers")
def _(v):
    setup(v, comment="all of them")
    slb.svc_edit(VIP[v], 80, name="n" * 80, comment="für \u4e2d\u6587")
    edit(v, 1, name="\u4e2d" * 80, comment="c" * 255)
    same([(s["name"], s["comment"]) for s in slb.services()], [("n" * 80, "für \u4e2d\u6587")])
    same((listed(v, 1)["name"], listed(v, 1)["comment"]), ("\u4e2d" * 80, "c" * 255))
    same(slb.groups()[0]["comment"], "all of them")
    refused(errno.ERANGE, "too long", slb.svc_edit, VIP[v], 80, name="\u4e2d" * 81)
    refused(errno.ERANGE, "too long", edit, v, 1, comment="\u4e2d" * 256)
    for wrong in ("a\nb", "\x7f", "\x85"):
        refused(errno.EINVAL, "control", edit, v, 1, name=wrong)
    refused(errno.ERANGE, "delay", slb.group_edit, GROUP, zero_delay=3601)
    same(listed(v, 1)["name"], "\u4e2d" * 80)
    edit(v, 1, name="")
    assert "name" not in listed(v, 1) and "comment" in listed(v, 1)


@both("slbadm drain waits until a server is empty, or gives up")
def _(v):
    setup(v)
    slb.settings(timeouts={"close": 1})
    name = f"[{server_addr(v)}]:8080" if v == 6 else f"{server_addr(v)}:8080"
    command = ["slbadm", "drain", "--group", GROUP, "-r", name]
    with listen(v, 1) as first, listen(v, 2) as second:
        clients, servers = pair(v, first, second)
        with netns.inside(LB):
            gave_up = subprocess.run(command + ["--wait", "0"], capture_output=True, text=True, check=False)
            same((gave_up.returncode, gave_up.stdout), (1, "1 connection left\n"))
            assert "connections left after 0 seconds: 1" in gave_up.stderr, gave_up.stderr
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
                same(waiting.stdout.readline(), "1 connection left\n")
                clients[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                clients[0].close()
                same(waiting.stdout.readline(), "0 connections left\n")
                same(waiting.wait(20), 0)
        same(listed(v, 1)["weight"], 0)
        talk(clients[1], servers[1])


main(before=before)
