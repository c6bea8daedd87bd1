# SPDX-License-Identifier: GPL-2.0-only
"""Flows whose every packet is numbered, TCP and UDP of both families, beside changes of the configuration."""
import os
import resource
import selectors
import socket
import struct
import subprocess
import sys
import threading
import time

import netns
from cases import case, eventually, main
from cluster import CLIENT_NS, FAMILY, LADDR, LB, SERVER_NS, VIP, balancer, server_addr
from wire import SLOW

SECONDS = int(sys.argv.pop(1))
FLOWS = 1000
CHANGES = 1000		# a second
BATCH = 50
SLBADM = os.environ.get("SLBADM", "slbadm")
KINDS = [(v, kind) for v in (4, 6) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]

resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
slb = balancer()


def sockets(namespace, v, kind, number):
    with netns.inside(namespace):
        return [socket.socket(FAMILY[v], kind) for _ in range(number)]


class Echo(threading.Thread):
    """A server: answers with its own number in front of what came."""

    def __init__(self, index):
        super().__init__(daemon=True)
        self.mark = struct.pack("!I", index)
        self.wake = selectors.DefaultSelector()
        self.over = False
        for v, kind in KINDS:
            sock, = sockets(SERVER_NS[index - 1], v, kind, 1)
            if v == 6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("", 8080))
            if kind == socket.SOCK_STREAM:
                sock.listen(1024)
            self.wake.register(sock, selectors.EVENT_READ, "accept" if kind == socket.SOCK_STREAM else "udp")

    def run(self):
        while not self.over:
            for key, _ in self.wake.select(0.5):
                self.serve(key.fileobj, key.data)

    def serve(self, sock, what):
        if what == "accept":
            conn, _ = sock.accept()
            self.wake.register(conn, selectors.EVENT_READ, "tcp")
        elif what == "udp":
            data, peer = sock.recvfrom(100)
            sock.sendto(self.mark + data, peer)
        else:
            try:
                data = sock.recv(8)
            except ConnectionResetError:
                data = b""
            if data:
                sock.sendall(self.mark + data)
            else:
                self.wake.unregister(sock)
                sock.close()


class Flow:
    """A client's socket; what it sent last and who answers it."""

    def __init__(self, sock, v, kind, number):
        self.sock, self.tcp, self.number = sock, kind == socket.SOCK_STREAM, number
        self.count, self.server = 0, None
        sock.settimeout(20 * SLOW)
        sock.connect((VIP[v], 80))

    def ask(self):
        self.count += 1
        self.sock.sendall(struct.pack("!II", self.number, self.count))

    def check(self):
        data = b""
        while len(data) < 12:
            part = self.sock.recv(12 - len(data))
            assert part, f"flow {self.number} was closed"
            data += part
        server, number, count = struct.unpack("!III", data)
        assert (number, count) == (self.number, self.count), (number, count, self.number, self.count)
        assert self.server in (None, server), f"flow {number} went from server {self.server} to {server}"
        self.server = server


def lines():
    """A second's changes as slbadm reads them; they end where they began."""
    out = []
    for nth in range(CHANGES // 10):
        v = 4 if nth % 2 else 6
        name = VIP[4] if v == 4 else f"[{VIP[6]}]"
        servers = [server_addr(v, i) if v == 4 else f"[{server_addr(v, i)}]" for i in (1, 2)]
        proto = "-t" if nth % 4 < 2 else "-u"
        out += [f"-e {proto} {name}:80 -r {servers[nth % 2]}:8080 -w {nth % 9 + 1}",
                f"-E {proto} {name}:80 -s {('rr', 'wrr', 'wlc')[nth % 3]} --idle {60 + nth}",
                f"-A {proto} {name}:{1000 + nth} -s wrr",
                f"-a {proto} {name}:{1000 + nth} -r {servers[0]}:8080 -w 2",
                f"-e {proto} {name}:{1000 + nth} -r {servers[0]}:8080 -w 0",
                f"-d {proto} {name}:{1000 + nth} -r {servers[0]}:8080",
                f"-D {proto} {name}:{1000 + nth}",
                f"--set established={600 + nth}",
                f"-P {'10.2.9.9' if v == 4 else 'fd00:2::99'} --pool spare",
                f"-Q {'10.2.9.9' if v == 4 else 'fd00:2::99'} --pool spare"]
    return "\n".join(out) + "\n"


class Changer(threading.Thread):
    """A thousand changes at the beginning of each second, or as many as the machine does."""

    def __init__(self):
        super().__init__(daemon=True)
        self.did, self.over, self.wrong, self.took = 0, False, "", 0.0

    def run(self):
        text = lines()
        while not self.over and not self.wrong:
            begin = time.monotonic()
            with netns.inside(LB):
                done = subprocess.Popen([SLBADM, "-R"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
            said, _ = done.communicate(text)
            took = time.monotonic() - begin
            if done.returncode:
                self.wrong = said
            self.did += CHANGES
            self.took += took
            time.sleep(max(0.0, 1 - took))


def services():
    for v, kind in KINDS:
        proto = 6 if kind == socket.SOCK_STREAM else 17
        slb.svc(VIP[v], 80, proto=proto)
        for index in (1, 2):
            slb.srv((VIP[v], 80, proto), server_addr(v, index), 8080)
    for v in (4, 6):
        slb.laddr(LADDR[v])


@case(f"{FLOWS} flows during changes: no packet lost, none reset, none moved")
def _():
    services()
    servers = [Echo(1), Echo(2)]
    for server in servers:
        server.start()
    flows = []
    for v, kind in KINDS:
        for sock in sockets(CLIENT_NS, v, kind, FLOWS // len(KINDS)):
            flows.append(Flow(sock, v, kind, len(flows)))
    changer = Changer()
    changer.start()
    end = time.monotonic() + SECONDS
    rounds = 0
    while time.monotonic() < end or rounds < 3 or (changer.did < CHANGES and not changer.wrong):
        for at in range(0, len(flows), BATCH):
            for flow in flows[at:at + BATCH]:
                flow.ask()
            for flow in flows[at:at + BATCH]:
                flow.check()
        rounds += 1
    changer.over = True
    changer.join()
    print(f"# {changer.did} changes, {changer.did / changer.took:.0f} a second while they were made; "
          f"{rounds * len(flows)} packets asked and answered", file=sys.stderr)
    assert not changer.wrong, changer.wrong
    assert changer.did >= CHANGES, changer.did
    assert {flow.server for flow in flows} == {1, 2}
    for flow in flows:
        flow.sock.close()
    eventually(lambda: {c["state"] for c in slb.conns()} <= {"time-wait", "close", "udp", "last-ack"},
               "the end of the connections", timeout=20)
    for server in servers:
        server.over = True
        server.join()
    slb.flush()


main()
