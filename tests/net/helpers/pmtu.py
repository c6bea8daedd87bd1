# SPDX-License-Identifier: GPL-2.0-only
"""Real transfers over links that are narrower than the ends know, and the path as traceroute sees it."""
import hashlib
import socket

import netns
from cases import both, main, same
from cluster import (CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen, server_addr,
                     service)

slb = balancer()
MEGABYTES = 1
IP_MTU, IPV6_MTU = 14, 24
NARROW = {"client": 1400, "server": 1280}      # towards them


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()
    for name in (LB, CLIENT_NS, *SERVER_NS):
        for option in ("-4", "-6"):
            netns.run(name, "ip", option, "route", "flush", "cache")


def send(sock):
    digest = hashlib.sha1()
    for i in range(MEGABYTES * 16):
        part = bytes([i & 0xff]) * 65536
        digest.update(part)
        sock.sendall(part)
    sock.shutdown(socket.SHUT_WR)
    return digest.hexdigest()


def receive(sock):
    digest, total = hashlib.sha1(), 0
    while True:
        part = sock.recv(1 << 16)
        if not part:
            same(total, MEGABYTES << 20, "bytes")
            return digest.hexdigest()
        digest.update(part)
        total += len(part)


def mtu(sock, v):
    return sock.getsockopt(*((socket.IPPROTO_IPV6, IPV6_MTU) if v == 6 else (socket.IPPROTO_IP, IP_MTU)))


def transfer(v, begin=None):
    """Both ways at once; the ends' path MTUs."""
    with listen(v) as listener:
        client = connect(v)
        server, _ = listener.accept()
        if begin:
            begin()
        tasks = [Task(send, client), Task(receive, server), Task(send, server), Task(receive, client)]
        results = [task.result() for task in tasks]
        same(results[0], results[1], "to the server")
        same(results[2], results[3], "to the client")
        known = mtu(client, v), mtu(server, v)
        client.close()
        server.close()
    return known


@both("a transfer over narrow links on both sides finishes, and both ends have learned the MTU")
def _(v):
    service(slb, v)
    earlier = slb.counters()[0]
    same(transfer(v), (NARROW["server"], NARROW["client"]))
    counts = slb.counters()[0]
    assert counts["icmp-translated"] - earlier["icmp-translated"] >= 2, counts
    assert counts["toa-inserted"] + counts["toa-ahead"] > earlier["toa-inserted"] + earlier["toa-ahead"]


@both("the very first data fills the narrow link: the client's address still arrives, and the data too")
def _(v):
    service(slb, v)
    # The client knows the MTU already; the balancer does not.
    netns.run(CLIENT_NS, "ip", "route", "replace", VIP[v], "via", "10.9.1.1" if v == 4 else "fd00:9:1::1", "mtu", "1280")
    earlier = slb.counters()[0]
    try:
        same(transfer(v)[0], NARROW["server"])
    finally:
        netns.run(CLIENT_NS, "ip", "route", "del", VIP[v], "via", "10.9.1.1" if v == 4 else "fd00:9:1::1")
    counts = slb.counters()[0]
    same(counts["toa-no-room"], earlier["toa-no-room"])


@both("the balancer's own route becomes narrow: it tells the client itself")
def _(v):
    service(slb, v)
    route = server_addr(v), "via", "10.7.0.2" if v == 4 else "fd00:7::2"
    earlier = slb.counters()

    def narrow():
        netns.run(LB, "ip", "route", "replace", *route, "mtu", "1300")

    try:
        same(transfer(v, narrow), (NARROW["server"], NARROW["client"]))
        assert slb.counters()[1]["too-big"] > earlier[1]["too-big"]
    finally:
        netns.run(LB, "ip", "route", "del", *route)


@both("UDP: a datagram that must not be fragmented and is too long is reported to its sender")
def _(v):
    service(slb, v, proto=17)
    server = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
    server.bind(("", 8080))
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    level, option = (socket.IPPROTO_IPV6, 23) if v == 6 else (socket.IPPROTO_IP, 10)
    client.setsockopt(level, option, 2)         # MTU_DISCOVER: DO
    if v == 6:
        client.setsockopt(level, 62, 1)         # DONTFRAG
    client.connect((VIP[v], 80))
    for refused in range(20):
        try:
            client.send(b"q" * 1400)
            client.settimeout(0.2)
            client.recv(10)
        except TimeoutError:
            continue
        except OSError as error:
            same(error.errno, 90, "EMSGSIZE")
            break
    else:
        raise AssertionError("nobody told the client")
    assert refused < 19
    same(mtu(client, v), NARROW["server"])
    client.settimeout(20)
    client.send(b"q" * 1200)
    data, peer = server.recvfrom(2000)
    same((len(data), peer[0]), (1200, LADDR[v]))
    server.close()
    client.close()


def exchange(send_it, receiver, expected):
    """Sends until it arrives: each fragment that is too long teaches its sender. Who sent it."""
    for _ in range(20):
        try:
            send_it()
            data, peer = receiver.recvfrom(5000)
        except OSError:
            continue
        same(data, expected)
        return peer
    raise AssertionError("it never arrives")


@both("UDP: a datagram in fragments gets over the narrow link in smaller ones")
def _(v):
    service(slb, v, proto=17)
    server = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
    server.bind(("", 8080))
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    server.settimeout(1)
    client.settimeout(1)
    peer = exchange(lambda: client.send(b"q" * 4000), server, b"q" * 4000)
    exchange(lambda: server.sendto(b"a" * 4000, peer), client, b"a" * 4000)
    server.close()
    client.close()


def hops(v, *options):
    """What traceroute shows, without the times."""
    out = netns.run(CLIENT_NS, "traceroute", f"-{v}", "-n", "-q", "1", "-N", "1", "-w", "3", "-m", "6", *options, VIP[v])
    return [line.split()[1] for line in out.splitlines()[1:]]


PATH = {4: ["10.9.1.1", "10.8.0.1", "10.7.0.2", VIP[4]], 6: ["fd00:9:1::1", "fd00:8::1", "fd00:7::2", VIP[6]]}


@both("traceroute by TCP to a service: router, balancer, router, service")
def _(v):
    service(slb, v)
    with listen(v):
        same(hops(v, "-T", "-p", "80"), PATH[v])


@both("traceroute by UDP to a service whose server does not listen: the last hop is the service")
def _(v):
    service(slb, v, proto=17)
    same(hops(v, "-U", "-p", "80"), PATH[v])


@both("ping to the service is answered by the host")
def _(v):
    service(slb, v)
    out = netns.run(CLIENT_NS, "ping", f"-{v}", "-n", "-c", "2", "-i", "0.2", VIP[v])
    assert " 0% packet loss" in out, out


@both("a client hears at once that nobody listens on the server's port")
def _(v):
    service(slb, v, proto=17)
    client = fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    client.send(b"anybody?")
    try:
        client.recv(10)
        raise AssertionError("an answer")
    except ConnectionRefusedError:
        pass
    client.close()


main(before=before)
