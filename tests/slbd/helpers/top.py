# SPDX-License-Identifier: GPL-2.0-only
"""slbadm top beside real traffic."""
import os
import subprocess
import time

from cases import case, eventually, main, same
from cluster import VIP, balancer, connect, listen, server_addr, service
from terminal import Terminal
from wire import SLOW

slb = balancer()
terminals = []


def before():
    while terminals:
        terminals.pop().close()
    slb.flush()
    slb.defaults()


def start(*options):
    terminal = Terminal(["slbadm", "top", *options])
    terminals.append(terminal)
    terminal.until("?:help", "the first screen")
    return terminal


def cells(terminal, name):
    """What stands behind a name; nothing as long as it is not there."""
    line = terminal.find(name) or name
    return (line.split(name)[1].split() + [""] * 7)[:7]


def slbadm(*words):
    subprocess.run(["slbadm", *words], check=True)


@case("connections and bytes of both families, in rates and bars")
def _():
    for v in (4, 6):
        service(slb, v)
    terminal = start("--interval", "1")
    open_ones = []
    with listen(4) as four, listen(6) as six:
        deadline = time.monotonic() + 20 * SLOW
        # As long as it takes to be seen: two readings with connections between them.
        while time.monotonic() < deadline:
            for v, listener in ((4, four), (6, six)):
                client = connect(v)
                server, _ = listener.accept()
                server.sendall(b"x" * 10000)
                same(len(client.recv(10000)) > 0, True)
                open_ones.append((client, server))
            terminal.read(0.02)
            row4, row6 = (cells(terminal, f"tcp {name}") for name in (f"{VIP[4]}:80", f"[{VIP[6]}]:80"))
            if row4[6] and row6[6] and "0" not in row4[2:5] + row6[2:5]:
                break
        terminal.until("?:help", "a whole screen")
        for row in (row4, row6):
            same(row[:2], ["1/1", "up"])
            assert row[6][-1] in "▁▂▃▄▅▆▇█", row
        terminal.until(lambda: cells(terminal, f"tcp {VIP[4]}:80")[5] == str(len(open_ones) // 2),
                       "as many active as there are")
        terminal.until(lambda: f"{len(open_ones)} connections" in terminal.line(1), "all of them")
        assert len(open_ones) > 1
        for pair in open_ones:
            for sock in pair:
                sock.close()
    terminal.until(lambda: cells(terminal, f"tcp {VIP[4]}:80")[2] == "0", "no new connections any more")
    terminal.key("q")
    same(terminal.wait(), 0)
    assert terminal.restored()


@case("a server goes down and comes up; a service goes")
def _():
    service(slb, 4)
    terminal = start("--interval", "1")
    one = ("-t", f"{VIP[4]}:80", "-r", f"{server_addr(4)}:8080")
    slbadm("-e", *one, "--down", "--reason", "code 503")
    terminal.until(lambda: cells(terminal, f"tcp {VIP[4]}:80")[:1] == ["0/1"], "a sick service")
    assert "1 unwell" in terminal.line(0), terminal.line(0)
    terminal.key("\r")
    terminal.until(lambda: terminal.line(20).endswith("down: code 503"), "the server and why it is down")
    slbadm("-e", *one, "--up")
    terminal.until(lambda: cells(terminal, f"{server_addr(4)}:8080")[:1] == ["up"], "the server when it is up")
    slbadm("-D", "-t", f"{VIP[4]}:80")
    terminal.until("0 of 0 servers", "nothing")


@case("the module is taken out and put in again")
def _():
    service(slb, 4)
    terminal = start("--interval", "1")
    slb.flush()
    eventually(lambda: not subprocess.run(["rmmod", "slb"], capture_output=True).returncode, "rmmod")
    terminal.until("the slb module is not loaded", "what is wrong")
    subprocess.run(["insmod", os.environ["SLB_BUILD"] + "/slb.ko"], check=True)
    terminal.until("0 of 0 services", "the list")
    terminal.until("?:help", "and no complaint")
    slbadm("-A", "-t", f"{VIP[4]}:80")
    terminal.until("1 of 1 services", "a service")
    slbadm("-C")


main(before=before)
while terminals:
    terminals.pop().close()
