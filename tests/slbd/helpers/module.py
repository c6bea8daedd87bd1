# SPDX-License-Identifier: GPL-2.0-only
"""The module under slbd is removed and loaded again."""
import os
import subprocess
import time

from cases import case, eventually, main, same
from cluster import LADDR, VIP, connect, server_addr
from servers import TMP, Listener, Slbd, health

CONF = f"{TMP}/slb.conf"
state = {}


def write(*more):
    lines = [f"laddrs: [{LADDR[4]}, '{LADDR[6]}']", "services:"]
    for v in (4, 6):
        host = "{}:{}" if v == 4 else "[{}]:{}"
        lines += [f"  - listen: tcp {host.format(VIP[v], 80)}",
                  "    check: {type: tcp, interval: 1, timeout: 4, rise: 2, fall: 3}", "    servers:"]
        lines += [f"      - '{host.format(server_addr(v, index), 8080)}'" for index in (1, 2)]
    with open(CONF, "w", encoding="ascii") as file:
        file.write("\n".join([*lines, *more]) + "\n")


def tool(*words):
    return subprocess.run(["slbadm", *words], capture_output=True, encoding="utf-8", check=True).stdout


def states():
    return sorted((address, s) for (address, _, _), (s, _) in health().items())


WANT = sorted([(server_addr(v, 1), "up") for v in (4, 6)] + [(server_addr(v, 2), "down") for v in (4, 6)])


def asked_for_modules():
    """From now on the kernel asks for modules in vain; the answer tells which."""
    program, asked = f"{TMP}/modprobe", f"{TMP}/asked"
    with open(program, "w", encoding="ascii") as file:
        file.write(f'#!/bin/sh\necho "$@" >>{asked}\nexit 1\n')
    os.chmod(program, 0o755)
    with open(asked, "w", encoding="ascii"):
        pass
    with open("/proc/sys/kernel/modprobe", "w", encoding="ascii") as file:
        file.write(program)

    def names():
        with open(asked, encoding="ascii") as file:
            return file.read().split()
    return names


def removed():
    eventually(lambda: not subprocess.run(["rmmod", "slb"], stderr=subprocess.DEVNULL, check=False).returncode,
               "the module to go", 20)


def loaded():
    subprocess.run(["insmod", os.environ["SLB_BUILD"] + "/slb.ko"], check=True)


@case("slbd begins: who answers is up, who refuses is down")
def _():
    write()
    for v in (4, 6):
        state["listener", v] = Listener(v, 8080)
    state["slbd"] = Slbd((), "--config", CONF)
    eventually(lambda: states() == WANT, "the states", 20)
    state["saved"] = tool("-S")


@case("the module is removed: that is said once, and slbd waits; nobody who waits loads it")
def _():
    mark = time.monotonic()
    asked = asked_for_modules()
    removed()
    slbd = state["slbd"]
    slbd.wait("the slb module was removed", 10, mark)
    seen = {v: len(state["listener", v].peers) for v in (4, 6)}
    eventually(lambda: all(len(state["listener", v].peers) > seen[v] + 1 for v in (4, 6)), "checks to go on", 10)
    same(len(slbd.has("module|ERR|cannot|does not", mark)), 1, slbd.log[-9:])
    assert slbd.process.poll() is None
    tool("--version")
    assert not [name for name in asked() if "family-slb" in name], asked()
    # The kernel does ask for it when it is meant.
    subprocess.run(["slbadm", "-L"], capture_output=True, check=False)
    assert [name for name in asked() if "family-slb" in name], asked()


@case("it is loaded again: what slb.conf has is put back, with what checks know")
def _():
    mark = time.monotonic()
    loaded()
    slbd = state["slbd"]
    slbd.wait("the slb module is loaded again", 10, mark)
    slbd.wait("reloaded", 10, mark)
    same(tool("-S"), state["saved"])
    # Three failures each take a second more than this.
    eventually(lambda: states() == WANT, "the states", 1.5)
    for v in (4, 6):
        connect(v).close()


@case("changes are heard and checks decide, as before")
def _():
    mark = time.monotonic()
    tool("-a", "-t", f"{VIP[4]}:80", "-r", f"{server_addr(4)}:8099")
    state["slbd"].wait("8099 is down: refused", 20, mark)
    state["listener", 4].close()
    state["slbd"].wait(f"{server_addr(4)}:8080 is down: refused", 20, mark)
    state["listener", 4].open()
    state["slbd"].wait(f"{server_addr(4)}:8080 is up: connected", 20, mark)


@case("removed and loaded while slbd stands still: it finds another module, and does the same")
def _():
    slbd = state["slbd"]
    mark = time.monotonic()
    known = health()
    slbd.process.send_signal(19)
    same(health(), known, "what can be told without slbd")
    removed()
    loaded()
    slbd.process.send_signal(18)
    slbd.wait("the slb module is loaded again", 10, mark)
    eventually(lambda: states() == WANT, "the states", 10)


def back_with_a_wrong_file(slbd):
    mark = time.monotonic()
    write("nonsense: 1")
    removed()
    loaded()
    slbd.wait("nonsense", 10, mark)


@case("a file that is wrong meanwhile is said, and read again when it is right")
def _():
    slbd = state["slbd"]
    back_with_a_wrong_file(slbd)
    same(health(), {})
    write()
    tool("reload")
    same(tool("-S"), state["saved"])
    eventually(lambda: states() == WANT, "the states", 10)
    mark = time.monotonic()
    tool("-a", "-t", f"{VIP[4]}:80", "-r", f"{server_addr(4)}:8099")
    slbd.wait("8099 is down: refused", 15, mark)


@case("or without being told to, though the checks' results find no server meanwhile")
def _():
    slbd = state["slbd"]
    back_with_a_wrong_file(slbd)
    write()
    eventually(lambda: states() == WANT, "the states", 30)
    same(slbd.stop(), 0)


main()
