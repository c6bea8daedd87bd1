# SPDX-License-Identifier: GPL-2.0-only
"""Programs at both ends learn at once that their connection was ended: ECONNRESET."""
import time

import netns
from cases import both, eventually, main, same
from cluster import LB, VIP, Task, balancer, connect, listen, pair, server_addr, service, told

slb = balancer()


def before():
    slb.defaults()
    slb.flush()


def both_told(v, end, prepare=None, index=1):
    """Connections at rest, half closed by either side, and with unread data; end() ends them all."""
    with listen(v, index) as listener:
        pairs = [pair(v, listener) for _ in range(3)]
        pairs[1][0].shutdown(1)
        same(pairs[1][1].recv(100), b"")
        pairs[2][1].shutdown(1)
        same(pairs[2][0].recv(100), b"")
        waiting = [Task(told, sock) for sock in (pairs[0][0], pairs[0][1], pairs[1][0], pairs[2][1])]
        if prepare:
            prepare()
        begin = time.monotonic()
        end()
        same([task.result() for task in waiting], ["reset"] * 4)
        for client, server in pairs:
            client.close()
            server.close()
        return time.monotonic() - begin


@both("idle connections: both programs see ECONNRESET")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client, server = pair(v, listener)
        waiting = [Task(told, client), Task(told, server)]
        slb.settings(timeouts={"established": 1})
        same([task.result() for task in waiting], ["reset", "reset"])


@both("idle connections with idle-reset off: neither is told, the next to speak learns it")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client, server = pair(v, listener)
        netns.run(LB, "slbadm", "--set", "established=1", "idle-reset=off")
        eventually(lambda: "established" not in [c["state"] for c in slb.conns(svc_addr=VIP[v])],
                   "the end of the entry")
        server.settimeout(0.3)
        try:
            same(server.recv(10), "nothing")
        except TimeoutError:
            pass
        client.sendall(b"anybody there?")
        same(told(client), "reset")
        server.settimeout(20)
        server.sendall(b"hello?")
        same(told(server), "reset", "the host resets the server, whose packet fits nothing")


@both("server removed: both programs see ECONNRESET, also half closed")
def _(v):
    service(slb, v, servers=(1,))
    both_told(v, lambda: slb.srv_del((VIP[v], 80), server_addr(v), 8080))


@both("service removed by -D")
def _(v):
    service(slb, v)
    both_told(v, lambda: netns.run(LB, "slbadm", "-D", "-t", f"[{VIP[v]}]:80" if v == 6 else f"{VIP[v]}:80"))


@both("everything removed by -C")
def _(v):
    service(slb, v)
    both_told(v, lambda: netns.run(LB, "slbadm", "-C"))


@both("a server's neighbours are not disturbed when it is removed")
def _(v):
    service(slb, v, servers=(1, 2), sched="rr")
    with listen(v, 1) as first, listen(v, 2) as second:
        a = connect(v)
        b = connect(v)
        ends = {1: first.accept()[0], 2: second.accept()[0]}
        a.sendall(b"x")
        ends[1].settimeout(2)
        try:
            mine = ends[1].recv(1) == b"x"
        except TimeoutError:
            mine = False
        mine, other = (a, b) if mine else (b, a)
        slb.srv_del((VIP[v], 80), server_addr(v, 1), 8080)
        same((told(mine), told(ends[1])), ("reset", "reset"))
        other.sendall(b"y" * 1000)
        ends[2].settimeout(10)
        same(ends[2].recv(1) in (b"x", b"y"), True)
        ends[2].sendall(b"z")
        same(other.recv(1), b"z")


@both("without any server a client's connect() fails at once: ECONNREFUSED")
def _(v):
    service(slb, v, servers=())
    begin = time.monotonic()
    try:
        connect(v)
        refused = False
    except ConnectionRefusedError:
        refused = True
    same(refused, True)
    assert time.monotonic() - begin < 0.9


main(before=before)
