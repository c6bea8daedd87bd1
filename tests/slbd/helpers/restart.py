# SPDX-License-Identifier: GPL-2.0-only
"""kill -9 of slbd under traffic; its return; a server that dies gets no new connections within a second."""
import re
import signal
import socket
import threading
import time

from cases import both, case, eventually, main, same
from cluster import LADDR, VIP, balancer, connect, listen, server_addr
from monitor import Monitor
from servers import Slbd, health

slb = balancer()
CHECKS = ["--group web4 type=tcp interval=1 timeout=4 rise=2 fall=2", "--group web6 type=tcp interval=1 timeout=4 rise=2 fall=2"]
state = {}


class Echo:
    """Answers what it gets; counts what it accepts and that said something."""

    def __init__(self, v, index):
        self.v, self.index, self.talked = v, index, []
        self.open()

    def open(self):
        self.sock = listen(self.v, self.index)
        threading.Thread(target=self.run, args=(self.sock,), daemon=True).start()

    def run(self, sock):
        sock.settimeout(None)
        while True:
            try:
                conn = sock.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.echo, args=(conn,), daemon=True).start()

    def echo(self, conn):
        conn.settimeout(None)
        try:
            first = True
            while True:
                text = conn.recv(1000)
                if not text:
                    return
                if first:
                    self.talked.append(time.monotonic())
                first = False
                conn.sendall(text)
        except OSError:
            return

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def ask(sock):
    sock.sendall(b"hello")
    same(sock.recv(10), b"hello")


def up(v):
    return sorted(s for (_, _, group), (s, _) in health().items() if group == f"web{v}")


@case("slbd begins: servers that answer are up")
def _():
    for v in (4, 6):
        slb.laddr(LADDR[v])
        slb.group(f"web{v}", 6, sched="rr", checked=1)
        for index in (1, 2):
            state[v, index] = Echo(v, index)
            slb.srv(f"web{v}", server_addr(v, index), 8080)
        slb.svc(VIP[v], 80, 6, group=f"web{v}")
    state["slbd"] = Slbd(CHECKS)
    for v in (4, 6):
        eventually(lambda: up(v) == ["up", "up"], "both to be up", 20)


@case("killed under traffic: no connection is lost, new ones go on; its successor changes nothing")
def _():
    old = {v: [connect(v) for _ in range(10)] for v in (4, 6)}
    errors, stop, count = [], threading.Event(), [0]

    def traffic(v):
        while not stop.is_set():
            try:
                with connect(v) as client:
                    ask(client)
                count[0] += 1
            except (OSError, AssertionError) as error:
                errors.append(error)

    threads = [threading.Thread(target=traffic, args=(v,)) for v in (4, 6)]
    for thread in threads:
        thread.start()
    with Monitor() as monitor:
        said = []
        threading.Thread(target=lambda: [said.append(e) for e in iter(monitor.next, None)], daemon=True).start()
        before = {key: s for key, (s, _) in health().items()}
        same(state["slbd"].stop(signal.SIGKILL), -signal.SIGKILL)
        for clients in old.values():
            for client in clients:
                ask(client)
        state["slbd"] = Slbd(CHECKS)
        mark = count[0]
        time.sleep(4)
        same({key: s for key, (s, _) in health().items()}, before)
        same([e for e in said if e["event"] in ("health", "server", "group")], [])
    stop.set()
    for thread in threads:
        thread.join()
    same(errors, [])
    assert count[0] > mark + 5, count
    for clients in old.values():
        for client in clients:
            ask(client)
            client.close()
    same(state["slbd"].has(" is (up|down): "), [])


@both("a server that dies while nobody looks is found, and gets no new connections")
def _(v):
    state["slbd"].stop(signal.SIGKILL)
    state[v, 1].close()
    state["slbd"] = slbd = Slbd(CHECKS)
    when, _ = slbd.wait(f"group web{v} -> {re.escape(server_addr(v))}.* is down: refused" if v == 4 else
                        f"group web{v} -> .*{re.escape(server_addr(v))}.* is down: refused", 20)
    assert time.monotonic() - when < 30
    for _ in range(6):
        with connect(v) as client:
            ask(client)
    state[v, 1].open()
    slbd.wait(f"group web{v} -> .*{re.escape(server_addr(v))}.* is up: connected", 20, when)
    state[v, 1].talked.clear()
    for _ in range(6):
        with connect(v) as client:
            ask(client)
    assert state[v, 1].talked, "it takes connections again"


@both("a server that dies gets no new connection later than a second after the deciding probe")
def _(v):
    slbd, tried, stop = state["slbd"], [], threading.Event()

    def traffic():
        """When each connection was begun, and whether the dead server refused it."""
        while not stop.is_set():
            begun = time.monotonic()
            try:
                connect(v).close()
                tried.append((begun, True))
            except OSError:
                tried.append((begun, False))

    thread = threading.Thread(target=traffic)
    thread.start()
    mark = time.monotonic()
    state[v, 1].close()
    # It says so when the module has taken it; what was refused before is not our concern.
    when, _ = slbd.wait(f"group web{v} -> .*{re.escape(server_addr(v))}.* is down: refused", 20, mark)
    eventually(lambda: sum(begun > when + 1 for begun, _ in tried) > 20, "connections after that", 20)
    stop.set()
    thread.join()
    late = [begun - when for begun, well in tried if not well and begun > when]
    same([moment for moment in late if moment > 1], [])
    assert any(not well for _, well in tried), "the dead server had connections before"
    state[v, 1].open()
    slbd.wait(f"group web{v} -> .*{re.escape(server_addr(v))}.* is up: connected", 20, when)


@case("ended by a signal")
def _():
    same(state["slbd"].stop(), 0)


main()
