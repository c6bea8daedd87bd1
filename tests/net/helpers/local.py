# SPDX-License-Identifier: GPL-2.0-only
"""The balancer as client, its own traffic beside, one client port again and again, marks, counters."""
import socket
import time

import netns
from cases import Skip, both, case, main, same
from cluster import (CLIENT, CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen,
                     server_addr, service)
from wire import SLOW

slb = balancer()


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()


def mega(sock, n):
    for _ in range(n):
        sock.sendall(b"m" * 65536)
    sock.shutdown(socket.SHUT_WR)


def drain(sock):
    total = 0
    while True:
        part = sock.recv(1 << 16)
        if not part:
            return total
        total += len(part)


@both("the balancer itself is a client of its service over TCP, both ways a megabyte")
def _(v):
    service(slb, v)
    earlier = slb.counters()[0]
    with listen(v) as listener:
        client = fresh_socket(LB, v)
        client.connect((VIP[v], 80))
        server, peer = listener.accept()
        server.settimeout(20)
        same(peer[0], LADDR[v])
        tasks = [Task(mega, client, 16), Task(mega, server, 16), Task(drain, client), Task(drain, server)]
        same([task.result() for task in tasks][2:], [16 * 65536] * 2)
        client.close()
        server.close()
    assert slb.counters()[0]["forwarded"] > earlier["forwarded"] + 20


@both("the balancer itself is a client over UDP")
def _(v):
    service(slb, v, proto=17)
    server = fresh_socket(SERVER_NS[0], v, socket.SOCK_DGRAM)
    server.bind(("", 8080))
    client = fresh_socket(LB, v, socket.SOCK_DGRAM)
    client.connect((VIP[v], 80))
    for size in (1, 1000, 1401):
        client.send(b"q" * size)
        data, peer = server.recvfrom(4096)
        same((len(data), peer[0]), (size, LADDR[v]))
        server.sendto(b"a" * size, peer)
        same(len(client.recv(4096)), size)
    server.close()
    client.close()


@both("without server the balancer's own connect() is refused at once")
def _(v):
    service(slb, v, servers=())
    client = fresh_socket(LB, v)
    begin = time.monotonic()
    try:
        client.connect((VIP[v], 80))
        refused = False
    except ConnectionRefusedError:
        refused = True
    same(refused, True)
    assert time.monotonic() - begin < 0.9 * SLOW


@both("what the host itself serves on a local address stays reachable from the servers")
def _(v):
    service(slb, v)
    own = fresh_socket(LB, v)
    own.bind((LADDR[v], 999))
    own.listen(5)
    sock = fresh_socket(SERVER_NS[0], v)
    sock.connect((LADDR[v], 999))
    conn, _ = own.accept()
    conn.sendall(b"host")
    same(sock.recv(10), b"host")
    # And on another port of the service's address for clients.
    other = fresh_socket(LB, v)
    other.bind((VIP[v], 99))
    other.listen(5)
    client = connect(v, 99)
    other.accept()[0].sendall(b"vip")
    same(client.recv(10), b"vip")


@both("the host's own connections to a server beside those of its clients")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        clients = []
        for i in range(20):
            clients.append(connect(v))
            same(listener.accept()[1][0], LADDR[v])
            own = fresh_socket(LB, v)
            own.connect((server_addr(v), 8080))
            listener.accept()[0].sendall(b"x")
            same(own.recv(1), b"x", f"round {i}")
            own.close()


@both("one client port again and again, at once: the server closes first")
def _(v):
    service(slb, v)
    earlier = slb.counters()[0]
    rounds = 30
    with listen(v) as listener:
        port = 0
        for i in range(rounds):
            client = fresh_socket(CLIENT_NS, v)
            client.bind((CLIENT[v], port))
            port = client.getsockname()[1]
            begin = time.monotonic()
            client.connect((VIP[v], 80))
            took = time.monotonic() - begin
            assert took < 0.9 * SLOW, f"round {i}: {took:.2f} s"
            server, _ = listener.accept()
            server.sendall(b"%d" % i)
            server.close()
            same(client.recv(10), b"%d" % i)
            same(client.recv(10), b"")
            client.close()
    reopened = slb.counters()[0]["conn-reopened"] - earlier["conn-reopened"]
    same(reopened, rounds - 1, "SYNs that opened afresh")


@both("a packet's mark chooses the route, and is kept")
def _(v):
    name = "ip6" if v == 6 else "ip"
    service(slb, v)
    gateway = server_addr(v, 2)
    option = "-6" if v == 6 else "-4"
    try:
        # Marked packets to the server go to the other one, who has the server's address too.
        netns.run(LB, "ip", option, "rule", "add", "fwmark", "7", "table", "77")
        netns.run(LB, "ip", option, "route", "add", server_addr(v), "via", gateway, "table", "77")
        nodad = ("nodad",) if v == 6 else ()
        netns.run(SERVER_NS[1], "ip", "addr", "add", server_addr(v) + ("/128" if v == 6 else "/32"), "dev", "lo", *nodad)
        netns.run(LB, "nft", "-f", "-", stdin=f"""
table {name} marks {{
    chain c {{
        type filter hook prerouting priority raw
        {name} saddr {CLIENT[v][:-1]}3 meta mark set 7
    }}
}}
""")
        with listen(v, 1) as first, listen(v, 2) as second:
            plain = connect(v)
            marked = connect(v, src=CLIENT[v][:-1] + "3")
            a, _ = first.accept()
            b, _ = second.accept()
            for i in range(3):
                a.sendall(b"a")
                same(plain.recv(1), b"a", f"unmarked {i}")
                marked.sendall(b"m")
                same(b.recv(1), b"m")
                b.sendall(b"b")
                same(marked.recv(1), b"b", f"marked {i}")
    except AssertionError as error:
        if "Operation not supported" in str(error):
            raise Skip("no policy routing here") from error
        raise
    finally:
        netns.run(LB, "ip", option, "rule", "del", "fwmark", "7", check=False)
        netns.run(LB, "nft", "flush", "ruleset")
        netns.run(SERVER_NS[1], "ip", "addr", "del", server_addr(v) + ("/128" if v == 6 else "/32"), "dev", "lo",
                  check=False)


@both("counters are set to zero while connections live, and count on")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client = connect(v)
        server, _ = listener.accept()
        client.sendall(b"x")
        same(server.recv(1), b"x")
        assert slb.services()[0]["stats"]["in-pkts"] >= 2
        netns.run(LB, "slbadm", "-Z", "-t", f"[{VIP[v]}]:80" if v == 6 else f"{VIP[v]}:80")
        same(set(slb.services()[0]["stats"].values()), {0})
        same(set(slb.servers()[0]["stats"].values()), {0})
        same(slb.servers()[0]["active"], 1, "the connection lives")
        server.sendall(b"y")
        same(client.recv(1), b"y")
        stats = slb.services()[0]["stats"]
        assert stats["conns"] == 0 and stats["out-pkts"] >= 1, stats


@both("routes that change while a connection lives are followed")
def _(v):
    service(slb, v)
    with listen(v) as listener:
        client = connect(v)
        server, _ = listener.accept()
        client.sendall(b"1")
        same(server.recv(1), b"1")
        host = CLIENT[v] + ("/128" if v == 6 else "/32")
        # The way back to the client is cut, and found again.
        netns.run(LB, "ip", "route", "add", "unreachable", host, *(("metric", "1") if v == 6 else ()))
        server.sendall(b"2")
        time.sleep(0.1)
        netns.run(LB, "ip", "route", "del", "unreachable", host, *(("metric", "1") if v == 6 else ()))
        same(client.recv(1), b"2", "sent again by the server")
        netns.run(LB, "ip", "link", "set", "s1", "mtu", "1300")
        client.sendall(b"3" * 100)
        same(len(server.recv(200)), 100)
        netns.run(LB, "ip", "link", "set", "s1", "mtu", "1500")
    assert slb.counters()[1]["no-route"] >= 1


@case("IPv6: a client on the balancer's link, by its link-local address")
def _():
    v = 6
    service(slb, v)
    with netns.inside(CLIENT_NS):
        index = socket.if_nametoindex("eth0")
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            local = [line.split()[0] for line in file if line.startswith("fe80") and line.split()[-1] == "eth0"][0]
    addr = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(local))
    with listen(v) as listener:
        client = fresh_socket(CLIENT_NS, v)
        client.bind((addr, 0, 0, index))
        client.connect((VIP[v], 80))
        server, _ = listener.accept()
        client.sendall(b"near")
        same(server.recv(10), b"near")
        server.sendall(b"by")
        same(client.recv(10), b"by")
        same(slb.conns(svc_addr=VIP[v])[0]["client-addr"], addr)


main(before=before)
