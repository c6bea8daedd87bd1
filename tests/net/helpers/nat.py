# SPDX-License-Identifier: GPL-2.0-only
"""nat mode with real sockets: servers see the clients, wherever client and server are."""
import socket

import netns
from cases import both, eventually, main, same
from cluster import (CLIENT, CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen,
                     server_addr, told)
from wire import SLOW

FULLNAT, NAT = 0, 1
HOST = {4: "10.1.1.1", 6: "fd00:1:1::1"}        # the balancer itself, on its first servers' link
slb = balancer()


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()
    forwarding(0)


def forwarding(on):
    netns.sysctl(LB, "ipv4.ip_forward", on)
    netns.sysctl(LB, "ipv6.conf.all.forwarding", on)


def service(v, servers, proto=6, **fields):
    slb.svc(VIP[v], 80, proto, **fields)
    for addr in servers:
        slb.srv((VIP[v], 80, proto), addr, 8080, fwd=NAT)


def mega(sock):
    for _ in range(16):
        sock.sendall(b"m" * 65536)
    sock.shutdown(socket.SHUT_WR)


def drain(sock):
    total = 0
    while True:
        part = sock.recv(1 << 16)
        if not part:
            return total
        total += len(part)


def both_ways(client, server):
    """A megabyte each way at once, and an orderly end."""
    server.settimeout(20 * SLOW)
    tasks = [Task(mega, client), Task(mega, server), Task(drain, client), Task(drain, server)]
    same([task.result() for task in tasks][2:], [16 * 65536] * 2)
    client.close()
    server.close()


def own_listener(v, addr):
    """A listening socket of the balancer itself."""
    sock = fresh_socket(LB, v)
    sock.bind((addr, 8080))
    sock.listen(64)
    return sock


@both("TCP: the server sees the client's address and port, whatever ip_forward is")
def _(v):
    service(v, [server_addr(v)])
    with listen(v) as listener:
        for on in (0, 1):
            forwarding(on)
            client = connect(v)
            server, peer = listener.accept()
            same(peer[:2], client.getsockname()[:2])
            same(client.getpeername()[:2], (VIP[v], 80))
            both_ways(client, server)


@both("UDP: the server sees the client's address and port")
def _(v):
    service(v, [server_addr(v)], socket.IPPROTO_UDP)
    server = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
    server.bind(("", 8080))
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    for size in (1, 1400, 4000):                # the last one in fragments
        client.send(b"q" * size)
        data, peer = server.recvfrom(65536)
        same((len(data), peer[:2]), (size, client.getsockname()[:2]))
        server.sendto(b"a" * size, peer)
        same(len(client.recv(65536)), size)


@both("two services, one server, one client port: both connections work")
def _(v):
    service(v, [server_addr(v)])
    slb.svc(VIP[v], 81)
    slb.srv((VIP[v], 81), server_addr(v), 8080, fwd=NAT)
    with listen(v) as listener:
        pairs = []
        for port in (80, 81):
            client = fresh_socket(CLIENT_NS, v)
            client.bind((CLIENT[v], 45000))
            client.connect((VIP[v], port))
            pairs.append((client, *listener.accept()))
        same([peer[:2] == (CLIENT[v], 45000) for _, _, peer in pairs], [True, False])
        same([peer[0] for _, _, peer in pairs], [CLIENT[v]] * 2)
        for client, server, _ in pairs:
            both_ways(client, server)


@both("a server on the balancer itself: TCP")
def _(v):
    service(v, [HOST[v]])
    with own_listener(v, HOST[v]) as listener:
        client = connect(v)
        server, peer = listener.accept()
        same((peer[:2], client.getpeername()[:2]), (client.getsockname()[:2], (VIP[v], 80)))
        both_ways(client, server)


@both("a server on the balancer itself: UDP")
def _(v):
    service(v, [HOST[v]], socket.IPPROTO_UDP)
    server = fresh_socket(LB, v, socket.SOCK_DGRAM)
    server.bind((HOST[v], 8080))
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    for size in (1, 1400):
        client.send(b"q" * size)
        data, peer = server.recvfrom(4096)
        same((len(data), peer[:2]), (size, client.getsockname()[:2]))
        server.sendto(b"a" * size, peer)
        same(len(client.recv(4096)), size)


@both("a server on the balancer, on another port of the service's own address")
def _(v):
    service(v, [VIP[v]])
    with own_listener(v, VIP[v]) as listener:
        client = connect(v)
        server, peer = listener.accept()
        same((peer[:2], client.getpeername()[:2]), (client.getsockname()[:2], (VIP[v], 80)))
        both_ways(client, server)


@both("a server on the balancer talks to others as ever")
def _(v):
    service(v, [HOST[v]])
    with listen(v) as there, own_listener(v, HOST[v]) as here:
        earlier = slb.counters()[0]["seen"]
        out = fresh_socket(LB, v)
        out.bind((HOST[v], 8081))
        out.connect((server_addr(v), 8080))
        server, peer = there.accept()
        same(peer[:2], (HOST[v], 8081))
        both_ways(out, server)
        back = fresh_socket(SERVER_NS[0], v)
        back.connect((HOST[v], 8080))
        server, _ = here.accept()
        both_ways(back, server)
        same(slb.counters()[0]["seen"], earlier, "none of that was ours")


@both("the balancer is a client of servers in nat mode, elsewhere and on itself")
def _(v):
    service(v, [server_addr(v)])
    slb.svc(VIP[v], 81)
    slb.srv((VIP[v], 81), HOST[v], 8080, fwd=NAT)
    with listen(v) as there, own_listener(v, HOST[v]) as here:
        for listener, port in ((there, 80), (here, 81)):
            client = fresh_socket(LB, v)
            client.connect((VIP[v], port))
            server, peer = listener.accept()
            same(peer[:2], client.getsockname()[:2])
            both_ways(client, server)


@both("a server that is a client of its own service: fullNAT if there is a local address, refused if not")
def _(v):
    service(v, [server_addr(v)])
    with listen(v) as listener:
        client = fresh_socket(SERVER_NS[0], v)
        try:
            client.connect((VIP[v], 80))
            refused = False
        except ConnectionRefusedError:
            refused = True
        same(refused, True)
        slb.laddr(LADDR[v])
        client = fresh_socket(SERVER_NS[0], v)
        client.connect((VIP[v], 80))
        server, peer = listener.accept()
        same(peer[0], LADDR[v])
        both_ways(client, server)


@both("one server is a client of a service that is the other's")
def _(v):
    service(v, [server_addr(v, 2)])
    with listen(v, 2) as listener:
        client = fresh_socket(SERVER_NS[0], v)
        client.connect((VIP[v], 80))
        server, peer = listener.accept()
        same(peer[:2], client.getsockname()[:2])
        both_ways(client, server)


@both("idle, or its server removed: both programs are told")
def _(v):
    service(v, [server_addr(v), HOST[v]], sched="rr")
    with listen(v) as there, own_listener(v, HOST[v]) as here:
        ends = [connect(v) for _ in range(4)]
        servers = [listener.accept()[0] for listener in (there, here) for _ in range(2)]
        for sock in ends:
            sock.sendall(b"hello")
        for sock in servers:
            sock.settimeout(20 * SLOW)
            same(sock.recv(5), b"hello")
        waiting = [Task(told, sock) for sock in ends + servers]
        slb.srv_del((VIP[v], 80), HOST[v], 8080)
        slb.settings(timeouts={"established": 1})
        same([task.result() for task in waiting], ["reset"] * 8)


@both("another mode while data flows: the connection goes on")
def _(v):
    slb.laddr(LADDR[v])
    service(v, [server_addr(v)])
    with listen(v) as listener:
        client = connect(v)
        server, peer = listener.accept()
        same(peer[0], CLIENT[v])
        for fwd, seen in ((FULLNAT, LADDR), (NAT, CLIENT)):
            slb.srv_edit((VIP[v], 80), server_addr(v), 8080, fwd=fwd)
            other = connect(v)
            conn, peer = listener.accept()
            same(peer[0], seen[v])
            both_ways(other, conn)
        both_ways(client, server)
    eventually(lambda: all(c["state"] != "established" for c in slb.conns(svc_addr=VIP[v])), "their ends")


main(before=before)
