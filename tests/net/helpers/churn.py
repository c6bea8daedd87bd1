# SPDX-License-Identifier: GPL-2.0-only
"""A thousand short connections over ten local ports, against a real server with TIME_WAIT."""
import os
import socket

import netns
from cases import both, main, same
from cluster import CLIENT_NS, LADDR, Task, balancer, connect, listen, service

slb = balancer()
TOTAL = 1000 if os.environ["SLB_LANE"] == "uml" else 300


def before():
    slb.defaults()
    slb.flush()


def serve(listener, n, first):
    for _ in range(n):
        conn, _ = listener.accept()
        data = conn.recv(64)
        conn.sendall(b"re:" + data)
        if not first:
            same(conn.recv(64), b"", "end of the request")
        conn.close()


def repeated():
    """SYNs that the client had to send again: the server's TIME_WAIT swallowed them."""
    with netns.inside(CLIENT_NS), open("/proc/thread-self/net/netstat", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("TcpExt:")]
    return int(values[names.index("TCPSynRetrans")])


def ask(v, number, first):
    sock = connect(v)
    text = b"%d" % number
    sock.sendall(text)
    got = b""
    while len(got) < 3 + len(text):
        part = sock.recv(64)
        assert part, f"connection {number} ended early: {got}"
        got += part
    same(got, b"re:" + text)
    if first:
        same(sock.recv(64), b"", "end of the answer")
    sock.close()


def churn(v, first):
    service(slb, v, laddr_args={"port_first": 5000, "port_last": 5009})
    earlier = slb.counters()[0]
    before = repeated()
    with listen(v) as listener:
        server = Task(serve, listener, TOTAL, first)
        for number in range(TOTAL):
            ask(v, number, first)
        server.result()
    counts, drops = slb.counters()
    same(drops["no-port"], 0, "refused for want of a port")
    same(counts["conn-created"] - earlier["conn-created"], TOTAL, "connections")
    reclaimed = counts["reclaimed"] - earlier["reclaimed"]
    assert reclaimed >= TOTAL - 100, f"only {reclaimed} reclaimed"
    same(repeated() - before, 0, "SYNs sent again")
    laddr = [a for a in slb.laddrs() if a["addr"] == LADDR[v]][0]
    assert laddr["leases"] <= 10, laddr


@both("the server closes first: its TIME_WAIT takes the next SYN on the port")
def _(v):
    churn(v, True)


@both("the client closes first")
def _(v):
    churn(v, False)


@both("the server resets instead of closing")
def _(v):
    service(slb, v, laddr_args={"port_first": 5000, "port_last": 5009})
    with listen(v) as listener:
        for _ in range(100):
            sock = connect(v)
            conn, _ = listener.accept()
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            conn.close()
            try:
                same(sock.recv(1), "a reset")
            except ConnectionResetError:
                pass
            sock.close()
    same(slb.counters()[1]["no-port"], 0)


main(before=before)
