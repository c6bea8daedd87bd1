# SPDX-License-Identifier: GPL-2.0-only
"""Transfers between kernels, offloads on, off and mixed on their devices and the balancer's."""
import contextlib
import errno
import hashlib
import socket
import struct

import netns
from cases import Skip, both, eventually, main, same
from cluster import (CLIENT, CLIENT_NS, LADDR, LB, SERVER_NS, VIP, Task, balancer, connect, fresh_socket, listen,
                     server_addr, service)
from features import ALL, features

slb = balancer()
SRV = SERVER_NS[0]
SIZE = 600000
PATTERN = b"".join(struct.pack("!I", i * 2654435761 & 0xffffffff) for i in range(SIZE // 4))
ON = [word for name in ALL for word in (name, True)]
OFF = [word for name in ALL for word in (name, False)]
# A socket with UDP_SEGMENT wants the device to have checksums.
CUT = ["tso", False, "gso", False, "udp-gso", False]
CLIENT_DEV, FRONT, BACK, SERVER_DEV = (CLIENT_NS, "eth0"), (LB, "c0"), (LB, "s1"), (SRV, "eth0")


def before():
    slb.flush()
    slb.defaults()


def read_all(sock, size):
    digest, left = hashlib.sha256(), size
    while left:
        data = sock.recv(min(left, 1 << 18))
        assert data, f"{left} bytes are missing"
        digest.update(data)
        left -= len(data)
    return digest.digest()


def counts():
    return slb.counters()[0]


def transfer(v, size=SIZE):
    """size bytes each way over one connection, intact; (packets seen while they went up, while they went down)."""
    pattern = PATTERN[:size] * max(1, size // len(PATTERN))
    want = hashlib.sha256(pattern).digest()
    with listen(v) as listener, connect(v) as client:
        start = counts()
        sender = Task(client.sendall, pattern)          # at once: the first data is a big aggregate
        server, _ = listener.accept()
        with server:
            same(read_all(server, len(pattern)), want, "what came up")
            sender.result()
            middle = counts()
            sender = Task(server.sendall, pattern)
            same(read_all(client, len(pattern)), want, "what came down")
            sender.result()
    end = counts()
    assert middle["toa-inserted"] > start["toa-inserted"], "no address was inserted"
    return middle["seen"] - start["seen"], end["seen"] - middle["seen"]


@contextlib.contextmanager
def set_all(pairs):
    with contextlib.ExitStack() as stack:
        for (namespace, dev), words in pairs:
            stack.enter_context(features(namespace, dev, *words))
        yield


MIXES = {
    "everything on": [(CLIENT_DEV, ON), (FRONT, ON), (BACK, ON), (SERVER_DEV, ON)],
    "everything off": [(CLIENT_DEV, OFF), (FRONT, OFF), (BACK, OFF), (SERVER_DEV, OFF)],
    "on at the client's side, off at the server's": [(CLIENT_DEV, ON), (FRONT, ON), (BACK, OFF), (SERVER_DEV, OFF)],
    "off at the client's side, on at the server's": [(CLIENT_DEV, OFF), (FRONT, OFF), (BACK, ON), (SERVER_DEV, ON)],
    "the ends segment, the balancer puts together": [(CLIENT_DEV, OFF), (FRONT, ON), (BACK, ON), (SERVER_DEV, OFF)],
    "the ends put together, the balancer segments": [(CLIENT_DEV, ON), (FRONT, OFF), (BACK, OFF), (SERVER_DEV, ON)],
    "no checksum offload at the client": [(CLIENT_DEV, ["tx", False, "rx", False])],
    "no checksum offload at the balancer": [(FRONT, ["tx", False, "rx", False]), (BACK, ["tx", False, "rx", False])],
    "no scatter-gather at the balancer": [(FRONT, ["sg", False]), (BACK, ["sg", False])],
    "lists instead of segments": [(CLIENT_DEV, ["tso", False]), (FRONT, ON + ["gro-list", True]),
                                  (BACK, ON + ["gro-list", True]), (SERVER_DEV, ["tso", False])],
    "lists, cut again where they leave": [(CLIENT_DEV, ["tso", False]),
                                          (FRONT, ["gro", True, "gro-list", True, "tso", False, "gso-list", False]),
                                          (BACK, ["gro", True, "gro-list", True, "tso", False, "gso-list", False]),
                                          (SERVER_DEV, ["tso", False])],
}
# Where packets larger than the MTU must be seen: bytes in fewer packets than segments.
AGGREGATED = ("everything on", "the ends segment, the balancer puts together", "lists instead of segments")

for what, pairs in MIXES.items():
    @both(f"TCP: {what}")
    def _(v, name=what, mix=pairs):
        service(slb, v)
        with set_all(mix):
            up, down = transfer(v)
            if name in AGGREGATED:
                least = 2 * SIZE / 1448         # with an ACK for every other segment it would be 1.5
                assert up < least / 3 and down < least / 3, f"{up} packets up, {down} down: not aggregated"


def mtus(client, server):
    for namespace, dev, size in ((CLIENT_NS, "eth0", client), (LB, "c0", client), (LB, "s1", server), (SRV, "eth0", server)):
        netns.run(namespace, "ip", "link", "set", dev, "mtu", str(size))


@both("TCP: the sides' MTUs differ")
def _(v):
    service(slb, v)
    try:
        for client, server in ((9000, 1500), (1500, 9000), (1500, 1300)):
            mtus(client, server)
            for mix in ("everything on", "everything off"):
                with set_all(MIXES[mix]):
                    transfer(v)
    finally:
        mtus(1500, 1500)


@both("TCP: aggregates of more than 64 KiB (BIG TCP)")
def _(v):
    service(slb, v)
    word = ("gso_ipv4_max_size", "gro_ipv4_max_size") if v == 4 else ("gso_max_size", "gro_max_size")

    def sizes(value):
        for namespace, dev in (CLIENT_DEV, FRONT, BACK, SERVER_DEV):
            netns.run(namespace, "ip", "link", "set", dev, word[0], str(value), word[1], str(value))

    try:
        sizes(150000)
    except AssertionError as error:
        raise Skip("no such setting here") from error
    refused = slb.counters()[1]["too-big"]
    try:
        for mix in ("everything on", "the ends put together, the balancer segments",
                    "the ends segment, the balancer puts together"):
            with set_all(MIXES[mix]):
                transfer(v, 10 * SIZE)
                same(slb.counters()[1]["too-big"], refused, f"packets refused as too big, {mix}")
    finally:
        sizes(65536)


UDP_SEGMENT = 103


def udp_service(v):
    slb.laddr(LADDR[v])
    slb.svc(VIP[v], 80, socket.IPPROTO_UDP)
    slb.srv((VIP[v], 80, socket.IPPROTO_UDP), server_addr(v), 8080)


def datagrams(v, size, count):
    """One send() of many datagrams; they arrive as many, and so do as many answers."""
    whole = PATTERN[:size * (count - 1) + size // 2]
    want = [whole[at:at + size] for at in range(0, len(whole), size)]
    with fresh_socket(SRV, v, socket.SOCK_DGRAM) as server, fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM) as client:
        server.bind(("", 8080))
        client.connect((VIP[v], 80))
        client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        start = counts()["seen"]
        client.send(whole)
        got = [server.recvfrom(9000) for _ in want]
        same([data for data, _ in got], want, "datagrams")
        same(len({peer for _, peer in got}), 1, "local ports")
        up = counts()["seen"] - start
        server.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        server.sendto(whole, got[0][1])
        same([client.recv(9000) for _ in want], want, "answers")
        return up


UDP_MIXES = {
    "everything on": (MIXES["everything on"], 1),
    "the client segments": ([(CLIENT_DEV, CUT), (FRONT, ["gro", False])], 20),
    "the balancer segments": ([(FRONT, CUT), (BACK, CUT)], 1),
    "the balancer segments, without checksum offload": ([(FRONT, OFF), (BACK, OFF)], 1),
    "the balancer puts together": ([(CLIENT_DEV, CUT), (FRONT, ON + ["udp-gro", True]), (SERVER_DEV, CUT),
                                    (BACK, ON + ["udp-gro", True])], 1),
    "the balancer makes lists": ([(CLIENT_DEV, CUT), (FRONT, ON + ["gro-list", True]), (SERVER_DEV, CUT),
                                  (BACK, ON + ["gro-list", True])], 1),
    "lists, cut again where they leave": ([(CLIENT_DEV, CUT), (FRONT, OFF + ["gro", True, "gro-list", True]),
                                           (SERVER_DEV, CUT), (BACK, OFF + ["gro", True, "gro-list", True])], 1),
}

for what, (pairs, packets) in UDP_MIXES.items():
    @both(f"UDP segmentation: {what}")
    def _(v, mix=pairs, most=packets):
        udp_service(v)
        with set_all(mix):
            seen = datagrams(v, 1200, 20)
            # What GRO puts together depends on when the packets come.
            assert seen == 20 if most == 20 else seen < 10, f"{seen} packets seen"


@both("UDP: a datagram for a larger MTU: the client is told, and the next arrives in fragments")
def _(v):
    udp_service(v)
    mtus(9000, 1500)
    try:
        with fresh_socket(SRV, v, socket.SOCK_DGRAM) as server, fresh_socket(CLIENT_NS, v, socket.SOCK_DGRAM) as client:
            server.bind(("", 8080))
            client.connect((VIP[v], 80))

            client.send(PATTERN[:8000])
            eventually(lambda: client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.EMSGSIZE, "word of the MTU")
            client.send(PATTERN[:8000])
            same(server.recv(9000), PATTERN[:8000])
    finally:
        mtus(1500, 1500)
        for family in ("-4", "-6"):
            netns.run(CLIENT_NS, "ip", family, "route", "flush", "cache")


@both("tunnelled clients, whose packets have been summed up on the way")
def _(v):
    ends = ((CLIENT_NS, CLIENT[4], "10.9.1.1"), (LB, "10.9.1.1", CLIENT[4]))
    source = "10.77.0.2" if v == 4 else "fd00:77::2"
    bits = ("10.77.0.1/24", "10.77.0.2/24") if v == 4 else ("fd00:77::1/64", "fd00:77::2/64")
    service(slb, v)
    try:
        for namespace, local, remote in ends:
            netns.run(namespace, "ip", "link", "add", "gre1", "type", "gre", "local", local, "remote", remote, "csum")
            netns.run(namespace, "ip", "link", "set", "gre1", "up")
    except AssertionError as error:
        raise Skip("no GRE here") from error
    try:
        for (namespace, _, _), addr in zip(ends, (bits[1], bits[0])):
            netns.run(namespace, "ip", "addr", "add", addr, "dev", "gre1", *(["nodad"] if v == 6 else []))
        netns.run(CLIENT_NS, "ip", "route", "add", VIP[v], "dev", "gre1", "src", source)
        with set_all(MIXES["everything off"]):
            transfer(v)
    finally:
        for namespace, _, _ in ends:
            netns.run(namespace, "ip", "link", "del", "gre1")


main(before=before)
