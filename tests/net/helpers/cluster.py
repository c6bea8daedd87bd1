# SPDX-License-Identifier: GPL-2.0-only
"""Sockets of the clients and servers of a cluster (see topo.sh), all in one process."""
import os
import socket
import threading

import netns
from cases import same
from slbnl import Slb
from wire import SLOW

LB, CLIENT_NS = os.environ["SLB_LB"], os.environ["SLB_CLIENT"]
SERVER_NS = os.environ["SLB_SERVERS"].split()
VIP = {4: "10.0.0.80", 6: "fd00::80"}
LADDR = {4: "10.2.0.1", 6: "fd00:2::1"}
CLIENT = {4: "10.9.1.2", 6: "fd00:9:1::2"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


def server_addr(v, index=1):
    return f"10.1.{index}.11" if v == 4 else f"fd00:1:{index}::11"


def balancer():
    with netns.inside(LB):
        return Slb()


def fresh_socket(namespace, v, kind=socket.SOCK_STREAM):
    with netns.inside(namespace):
        sock = socket.socket(FAMILY[v], kind)
    sock.settimeout(20 * SLOW)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return sock


def listen(v, index=1, port=8080, backlog=512):
    """A listening socket of server number index."""
    sock = fresh_socket(SERVER_NS[index - 1], v)
    if v == 6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(("", port))
    sock.listen(backlog)
    return sock


def connect(v, port=80, src=None):
    sock = fresh_socket(CLIENT_NS, v)
    if src:
        sock.bind((src, 0))
    sock.connect((VIP[v], port))
    return sock


def talk(client, server):
    client.sendall(b"request")
    same(server.recv(100), b"request")
    server.sendall(b"answer")
    same(client.recv(100), b"answer")


def pair(v, listener, **args):
    """A connection through the balancer over which both have spoken: the client's end, the server's."""
    client = connect(v, **args)
    server, _ = listener.accept()
    server.settimeout(20 * SLOW)
    talk(client, server)
    return client, server


def told(sock):
    """What a program that waits for data is told."""
    try:
        return sock.recv(100)
    except ConnectionResetError:
        return "reset"


def service(slb, v, servers=(1,), **fields):
    slb.laddr(LADDR[v], **fields.pop("laddr_args", {}))
    slb.svc(VIP[v], 80, **fields)
    for index in servers:
        slb.srv((VIP[v], 80, fields.get("proto", socket.IPPROTO_TCP)), server_addr(v, index), 8080)


class Task(threading.Thread):
    """A function in a thread; result() returns what it returned or raises what it raised."""

    def __init__(self, function, *args):
        super().__init__(daemon=True)
        self.function, self.args = function, args
        self.value = self.error = None
        self.start()

    def run(self):
        try:
            self.value = self.function(*self.args)
        except BaseException as error:  # pylint: disable=broad-except
            self.error = error

    def result(self, timeout=60):
        self.join(timeout * SLOW)
        assert not self.is_alive(), f"{self.function.__name__} does not end"
        if self.error:
            raise self.error
        return self.value
