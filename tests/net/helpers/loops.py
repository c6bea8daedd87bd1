# SPDX-License-Identifier: GPL-2.0-only
"""Hairpins and loops, with real sockets."""
import socket

import netns
from cases import Skip, both, case, eventually, main, same
from cluster import (CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, fresh_socket, server_addr)
from slbnl import NLM_F_CREATE, Refused
from wire import SLOW, TCP, UDP

slb = balancer()
SECOND = {4: "10.0.0.81", 6: "fd00::81"}
THIRD = {4: "10.0.0.82", 6: "fd00::82"}
LOCAL_SERVER = {4: "10.3.0.1", 6: "fd00:3::1"}
KINDS = {TCP: socket.SOCK_STREAM, UDP: socket.SOCK_DGRAM}


def before():
    slb.settings(timeouts={"close": 1})
    slb.flush()
    slb.defaults()


def services(v, *pairs, protos=(TCP, UDP)):
    """Each pair is a service's address and its server's address and port."""
    slb.laddr(LADDR[v])
    for proto in protos:
        for vip, server, port in pairs:
            slb.svc(vip, 80, proto)
            slb.srv((vip, 80, proto), server, port)


def bound(namespace, addr, proto, port=8080):
    sock = fresh_socket(namespace, 6 if ":" in addr else 4, KINDS[proto])
    sock.bind((addr, port))
    if proto == TCP:
        sock.listen(16)
    return sock


def send_all(sock, size):
    sock.sendall(b"m" * size)
    sock.shutdown(socket.SHUT_WR)


def drain(sock):
    total = 0
    while True:
        part = sock.recv(1 << 17)
        if not part:
            return total
        total += len(part)


def stream(client_ns, server_ns, v, server, vip=None, src=None, size=1 << 18):
    """A quarter of a megabyte each way; the server sees a local address."""
    with bound(server_ns, server, TCP) as listener, fresh_socket(client_ns, v) as client:
        if src:
            client.bind((src, 0))
        client.connect((vip or VIP[v], 80))
        conn, peer = listener.accept()
        with conn:
            conn.settimeout(20 * SLOW)
            same(peer[0], LADDR[v])
            Task(send_all, client, size)
            Task(send_all, conn, size)
            tasks = [Task(drain, client), Task(drain, conn)]
            same([task.result() for task in tasks], [size] * 2)


def datagrams(client_ns, server_ns, v, server, sizes=(1, 1400), vip=None, src=None):
    with bound(server_ns, server, UDP) as listener, fresh_socket(client_ns, v, socket.SOCK_DGRAM) as client:
        if src:
            client.bind((src, 0))
        client.connect((vip or VIP[v], 80))
        for size in sizes:
            client.send(b"q" * size)
            data, peer = listener.recvfrom(1 << 16)
            same((len(data), peer[0]), (size, LADDR[v]))
            listener.sendto(b"a" * size, peer)
            same(len(client.recv(1 << 16)), size)


def converse(*words, **more):
    stream(*words, **more)
    datagrams(*words, **more)


@both("a server is a client of its own service and gets itself")
def _(v):
    services(v, (VIP[v], server_addr(v), 8080))
    converse(SERVER_NS[0], SERVER_NS[0], v, server_addr(v))


@both("a server is a client and gets the other server")
def _(v):
    services(v, (VIP[v], server_addr(v, 2), 8080))
    converse(SERVER_NS[0], SERVER_NS[1], v, server_addr(v, 2))


@both("the server is on the balancer")
def _(v):
    services(v, (VIP[v], LOCAL_SERVER[v], 8080))
    converse(CLIENT_NS, LB, v, LOCAL_SERVER[v])


@both("the server is on the balancer, at the service's own address")
def _(v):
    services(v, (VIP[v], VIP[v], 8080))
    converse(CLIENT_NS, LB, v, VIP[v])


@both("the server is on the balancer, at the local address")
def _(v):
    services(v, (VIP[v], LADDR[v], 8080))
    converse(CLIENT_NS, LB, v, LADDR[v])


@both("client and server are both on the balancer")
def _(v):
    services(v, (VIP[v], LOCAL_SERVER[v], 8080))
    stream(LB, LB, v, LOCAL_SERVER[v])
    datagrams(LB, LB, v, LOCAL_SERVER[v], sizes=(1, 1400, 20000))


@both("client, service and server share the balancer's one address")
def _(v):
    services(v, (VIP[v], VIP[v], 8080))
    stream(LB, LB, v, VIP[v], src=VIP[v])
    datagrams(LB, LB, v, VIP[v], sizes=(1, 1400, 20000), src=VIP[v])


@both("the client on the balancer uses the local address itself")
def _(v):
    services(v, (VIP[v], server_addr(v), 8080))
    converse(LB, SERVER_NS[0], v, server_addr(v), src=LADDR[v])


@both("nobody listens on the balancer: the client is refused")
def _(v):
    services(v, (VIP[v], LOCAL_SERVER[v], 8080))
    for namespace in (CLIENT_NS, LB):
        refused(namespace, v)


def refused(namespace, v, vip=None):
    with fresh_socket(namespace, v) as client:
        try:
            client.connect((vip or VIP[v], 80))
        except ConnectionRefusedError:
            return
    raise AssertionError("connected")


@both("a service is the server of another, wherever the client is")
def _(v):
    services(v, (VIP[v], SECOND[v], 80), (SECOND[v], server_addr(v), 8080))
    earlier = slb.counters()[1]
    # The strictest reverse path filter does not look at what the host sends to itself.
    netns.sysctl(LB, "ipv4.conf.all.rp_filter", 1)
    try:
        for namespace in (CLIENT_NS, SERVER_NS[1], LB):
            converse(namespace, SERVER_NS[0], v, server_addr(v))
    finally:
        netns.sysctl(LB, "ipv4.conf.all.rp_filter", 0)
    same(slb.counters()[1], earlier, "drops")


def loops(v, ring):
    """Clients of the first service are refused, each at the cost of one connection a service."""
    services(v, *((one, two, 80) for one, two in zip(ring, ring[1:] + ring[:1])))
    for namespace in (CLIENT_NS, LB):
        earlier = slb.counters()
        refused(namespace, v)
        with fresh_socket(namespace, v, socket.SOCK_DGRAM) as client:
            client.connect((VIP[v], 80))
            client.send(b"round and round")
            eventually(lambda before=earlier: slb.counters()[1]["loop"] >= before[1]["loop"] + 2, "the end of the loop")
        later = slb.counters()
        same(later[1]["loop"] - earlier[1]["loop"], 2)
        same(later[1]["ttl"], earlier[1]["ttl"])
        same(later[0]["conn-created"] - earlier[0]["conn-created"], 2 * len(ring), "connections")


@both("two services that are each other's servers")
def _(v):
    loops(v, [VIP[v], SECOND[v]])


@both("three services in a ring")
def _(v):
    option = () if v == 4 else ("nodad",)
    netns.run(LB, "ip", "addr", "add", THIRD[v] + ("/32" if v == 4 else "/128"), "dev", "lo", *option)
    try:
        loops(v, [VIP[v], SECOND[v], THIRD[v]])
    finally:
        netns.run(LB, "ip", "addr", "del", THIRD[v] + ("/32" if v == 4 else "/128"), "dev", "lo")


@both("a ring in which some servers are real serves the others' share")
def _(v):
    services(v, (VIP[v], SECOND[v], 80), (SECOND[v], VIP[v], 80), protos=(TCP,))
    # wlc fills equals in turn: of two clients one goes round, and is refused.
    slb.srv((SECOND[v], 80), server_addr(v), 8080)
    served = 0
    with bound(SERVER_NS[0], server_addr(v), TCP) as listener:
        for _ in range(4):
            with fresh_socket(CLIENT_NS, v) as client:
                try:
                    client.connect((VIP[v], 80))
                except ConnectionRefusedError:
                    continue
                listener.accept()[0].close()
                served += 1
    assert 1 <= served <= 3, f"{served} of 4 served"


@both("two balancers that are each other's servers: the TTL ends it")
def _(v):
    option, length = ((), "/32") if v == 4 else (("nodad",), "/128")
    own = server_addr(v)
    netns.run(SERVER_NS[0], "ip", "addr", "add", SECOND[v] + length, "dev", "lo", *option)
    netns.run(LB, "ip", "addr", "del", SECOND[v] + length, "dev", "lo")
    netns.run(LB, "ip", "route", "add", SECOND[v] + length, "via", own)
    with netns.inside(SERVER_NS[0]):
        other = type(slb)()
    try:
        other.laddr(own)
        other.svc(SECOND[v], 80, UDP)
        other.srv((SECOND[v], 80, UDP), VIP[v], 80)
        services(v, (VIP[v], SECOND[v], 80), protos=(UDP,))
        ends = [one.counters()[1]["ttl"] for one in (slb, other)]
        made = [one.counters()[0]["conn-created"] for one in (slb, other)]
        with fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM) as client:
            client.connect((VIP[v], 80))
            client.send(b"back and forth")
            eventually(lambda: sum(one.counters()[1]["ttl"] for one in (slb, other)) > sum(ends), "the end")
        made = [one.counters()[0]["conn-created"] - old for one, old in zip((slb, other), made)]
        assert 60 <= sum(made) <= 64, made
        same(sum(one.counters()[1]["ttl"] for one in (slb, other)) - sum(ends), 1)
    finally:
        other.flush()
        netns.run(SERVER_NS[0], "ip", "addr", "del", SECOND[v] + length, "dev", "lo")
        netns.run(LB, "ip", "route", "del", SECOND[v] + length, "via", own)
        netns.run(LB, "ip", "addr", "add", SECOND[v] + length, "dev", "lo", *option)


@both("the host's own packets from a leased port stay here, TCP and UDP, to servers far and near")
def _(v):
    for proto in (TCP, UDP):
        for server_ns, server in ((SERVER_NS[0], server_addr(v)), (LB, LOCAL_SERVER[v])):
            before()
            services(v, (VIP[v], server, 8080), protos=(proto,))
            earlier = slb.counters()[1]["local-clash"]
            with bound(server_ns, server, proto) as listener, fresh_socket(CLIENT_NS, v, KINDS[proto]) as client:
                client.connect((VIP[v], 80))
                client.send(b"x")
                conn = listener.accept()[0] if proto == TCP else listener
                conn.settimeout(20 * SLOW)
                data, peer = conn.recvfrom(10)
                peer = peer or conn.getpeername()
                own = fresh_socket(LB, v, KINDS[proto])
                own.setblocking(False)
                own.bind(peer[:2])
                refused_here = own.connect_ex((server, 8080))
                if proto == UDP:
                    try:
                        own.send(b"own")
                    except PermissionError:
                        refused_here = True
                assert refused_here
                assert slb.counters()[1]["local-clash"] > earlier
                own.close()
                # And the connection goes on.
                client.send(b"y")
                same((data, conn.recv(10)), (b"x", b"y"))
                if proto == TCP:
                    conn.close()


def vrf_make(v, own):
    """The VRF blue with an address of its own, and a way out; its index."""
    family, length, option = ("inet", "/32", "") if v == 4 else ("inet6", "/128", "nodad")
    try:
        netns.run(LB, "ip", "link", "add", "blue", "type", "vrf", "table", "10")
    except AssertionError as error:
        raise Skip("no VRF here") from error
    netns.run(LB, "ip", "-batch", "-", stdin=f"""link set blue up
link add toblue type veth peer name nowhere
link set toblue master blue
link set toblue up
link set nowhere up
addr add {own}{length} dev blue {option}
""")
    netns.run(LB, "ip", "-family", family, "route", "add", "default", "dev", "toblue", "vrf", "blue")
    with netns.inside(LB):
        return socket.if_nametoindex("blue")


def ask_from_blue(v, proto, own, vip, listener):
    with fresh_socket(LB, v, KINDS[proto]) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"blue")
        client.bind((own, 0))
        client.connect((vip, 80))
        client.send(b"from blue")
        conn = listener.accept()[0] if proto == TCP else listener
        conn.settimeout(20 * SLOW)
        data, peer = conn.recvfrom(20)
        same(data, b"from blue")
        if proto == TCP:
            conn.send(b"to blue")
        else:
            conn.sendto(b"to blue", peer)
        same(client.recv(20), b"to blue")
        if proto == TCP:
            conn.close()


@both("a client on the balancer in a VRF, the service's address there or elsewhere")
def _(v):
    own = "10.9.9.9" if v == 4 else "fd00:9:9::9"
    try:
        index = vrf_make(v, own)
        slb.laddr(LADDR[v])
        for vip in (THIRD[v], own):
            for proto in (TCP, UDP):
                slb.svc(vip, 80, proto, vrf=index)
                slb.change("SRV_NEW", "SRV", {"service": {"proto": proto, "addr": vip, "port": 80, "vrf": index},
                                              "addr": server_addr(v), "port": 8080}, NLM_F_CREATE)
        earlier = slb.counters()[0]
        for proto in (TCP, UDP):
            with bound(SERVER_NS[0], server_addr(v), proto) as listener:
                for vip in (THIRD[v], own):
                    ask_from_blue(v, proto, own, vip, listener)
        later = slb.counters()[0]
        same(later["passed"] - earlier["passed"], 0, "left to the host")
        same(later["seen"] - earlier["seen"], later["forwarded"] - earlier["forwarded"], "seen")
    finally:
        netns.run(LB, "ip", "link", "del", "blue", check=False)
        netns.run(LB, "ip", "link", "del", "toblue", check=False)


@case("a server that is the service itself is refused in words")
def _():
    for v in (4, 6):
        slb.laddr(LADDR[v])
        slb.svc(VIP[v], 80)
        try:
            slb.srv((VIP[v], 80), VIP[v], 80)
        except Refused as error:
            assert "the server is the service itself" in str(error), error
        else:
            raise AssertionError("not refused")
        same(slb.servers(), [])


main(before=before)
