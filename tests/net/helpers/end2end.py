# SPDX-License-Identifier: GPL-2.0-only
"""What accept() and getpeername() of a server behind the balancer say of the client."""
import socket

import netns
from cases import both, main, same
from cluster import CLIENT, CLIENT_NS, SERVER_NS, balancer, connect, fresh_socket, listen, service

slb = balancer()
TCP_DEFER_ACCEPT = 9
# Bare ACKs of the client; they are lost where a rule says so.
ACKS = "tcp flags & (fin | syn | rst | psh | ack) == ack drop"


def before():
    slb.flush()
    for namespace in (CLIENT_NS, SERVER_NS[0]):
        netns.run(namespace, "nft", "flush", "ruleset")
    netns.sysctl(SERVER_NS[0], "ipv4.tcp_syncookies", 1)


def lose_acks(namespace, chain, port):
    netns.run(namespace, "nft", "-f", "-", stdin=f"""
table inet lose {{
    chain c {{
        type filter hook {chain} priority raw
        tcp dport {port} {ACKS}
    }}
}}
""")


def dual(port=8080):
    sock = fresh_socket(SERVER_NS[0], 6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", port))
    sock.listen(64)
    return sock


def plain(addr):
    return addr[0].removeprefix("::ffff:"), addr[1]


def told(v, listener, n=4):
    """Each accepted connection's peer is the client itself, by accept() and by getpeername()."""
    with listener:
        for i in range(n):
            src = CLIENT[v][:-1] + str(2 + i % 4)
            client = connect(v, 80, src)
            client.sendall(b"hello")
            conn, addr = listener.accept()
            conn.settimeout(20)
            own = client.getsockname()[:2]
            same((plain(addr), plain(conn.getpeername())), (own, own), "peer")
            same(conn.recv(100), b"hello")
            conn.sendall(b"bye")
            same(client.recv(100), b"bye")
            same(plain(conn.getpeername()), own, "peer after data")
            client.close()
            conn.close()


@both("listener of its family: accept() and getpeername() give the client")
def _(v):
    service(slb, v)
    told(v, listen(v))


@both("listener for both families")
def _(v):
    service(slb, v)
    told(v, dual())


@both("a listener that defers accept until data comes")
def _(v):
    service(slb, v)
    listener = listen(v)
    listener.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 5)
    told(v, listener)


@both("the handshake's ACK is lost before the balancer: the data that completes it carries the address")
def _(v):
    service(slb, v)
    lose_acks(CLIENT_NS, "output", 80)
    told(v, listen(v), 2)


@both("the handshake's ACK is lost behind the balancer")
def _(v):
    service(slb, v)
    lose_acks(SERVER_NS[0], "prerouting", 8080)
    told(v, listen(v), 2)


@both("SYN cookies forced on the server")
def _(v):
    service(slb, v)
    netns.sysctl(SERVER_NS[0], "ipv4.tcp_syncookies", 2)
    told(v, listen(v))


@both("SYN cookies forced, listener for both families, the handshake's ACK lost")
def _(v):
    service(slb, v)
    netns.sysctl(SERVER_NS[0], "ipv4.tcp_syncookies", 2)
    lose_acks(CLIENT_NS, "output", 80)
    told(v, dual(), 2)


@both("with the option switched off the peer is the balancer")
def _(v):
    service(slb, v, toa=0)
    with listen(v) as listener:
        client = connect(v)
        conn, addr = listener.accept()
        same(plain(addr)[0], "10.2.0.1" if v == 4 else "fd00:2::1")
        conn.close()
        client.close()


@both("a server that does not trust the balancer sees the balancer")
def _(v):
    service(slb, v)
    netns.run(SERVER_NS[0], "slbadm", "toa", "flush")
    try:
        with listen(v) as listener:
            client = connect(v)
            conn, addr = listener.accept()
            same(plain(addr)[0], "10.2.0.1" if v == 4 else "fd00:2::1")
            conn.close()
            client.close()
    finally:
        netns.run(SERVER_NS[0], "slbadm", "toa", "replace", "10.2.0.0/16", "fd00:2::/32")


@both("many clients at once, each sees itself named")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        clients = [connect(v, 80, CLIENT[v][:-1] + str(2 + i % 4)) for i in range(40)]
        peers = {plain(listener.accept()[1]) for _ in clients}
        same(peers, {client.getsockname()[:2] for client in clients})


main(before=before)
