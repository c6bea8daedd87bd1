# SPDX-License-Identifier: GPL-2.0-only
"""slbd reads slb.conf: what it changes in the kernel, and what it leaves alone."""
import json
import os
import re
import signal
import subprocess
import tempfile

from cases import case, eventually, main, same
from cluster import LADDR, VIP, balancer, listen, pair, server_addr, talk
from wire import SLOW

slb = balancer()
DIR = tempfile.mkdtemp(dir=os.environ.get("SLB_TMP"))
CONF = f"{DIR}/slb.conf"
LOG = f"{DIR}/log"
MANY = 5000


def write(services=MANY, weight=7, extra="", head=""):
    """A file with that many services, and one of each family that is used."""
    lines = [head, f"laddrs: [{LADDR[4]}, '{LADDR[6]}']", "services:"]
    for v in (4, 6):
        vip, srv = (VIP[v], server_addr(v)) if v == 4 else (f"[{VIP[v]}]", f"[{server_addr(v)}]")
        lines += [f"  - listen: tcp {vip}:80", "    servers:", f"      - address: '{srv}:8080'"]
    for i in range(services):
        lines += [f"  - listen: tcp 10.{100 + i // 250 // 250}.{i // 250 % 250}.{i % 250 + 1}:80",
                  "    scheduler: wrr", "    servers:", f"      - address: {server_addr(4)}:8080",
                  f"        weight: {weight if i == services // 2 else i % 7 + 1}"]
    with open(CONF, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n" + extra)


def log():
    with open(LOG, encoding="utf-8") as file:
        return file.read()


class Daemon:
    """slbd, whose messages go to LOG."""

    def __init__(self):
        with open(LOG, "w", encoding="utf-8") as out:
            self.program = subprocess.Popen(["slbd", "-f", "-c", CONF], stderr=out)
        self.wait("is ready")

    def wait(self, text, count=1):
        eventually(lambda: self.program.poll() is not None or log().count(text) >= count, text, 60)
        assert log().count(text) >= count, log()

    def reload(self):
        seen = log().count("reloaded")
        self.program.send_signal(signal.SIGHUP)
        self.wait("reloaded", seen + 1)

    def end(self, how=signal.SIGTERM):
        self.program.send_signal(how)
        return self.program.wait(20 * SLOW)


class Changes:
    """What the kernel tells of changes meanwhile."""

    def __enter__(self):
        self.monitor = subprocess.Popen(["slbadm", "monitor", "--json"], stdout=subprocess.PIPE,
                                        encoding="ascii")
        assert "start" in self.monitor.stdout.readline()
        return self

    def __exit__(self, *unused):
        self.monitor.kill()
        self.monitor.wait()

    def all(self):
        # The last one is our own, so all before it have come.
        subprocess.run(["slbadm", "--set", "conn-max=0"], check=True)
        lines = []
        while True:
            line = json.loads(self.monitor.stdout.readline())
            if line["event"] == "settings":
                return lines
            lines.append(line)


def tool(*words):
    done = subprocess.run(["slbadm", *words], capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


write()
daemon = Daemon()
listeners = {v: listen(v) for v in (4, 6)}
pairs = {}


def connections_go_on():
    for client, server in pairs.values():
        talk(client, server)


@case("5000 services come with the start, as the file's own")
def _():
    listed = tool("-S")[1]
    same(len(re.findall(r"^-A .*--owner conf", listed, re.M)), MANY + 2)
    for v in (4, 6):
        pairs[v] = pair(v, listeners[v])


@case("a changed weight is one change in the kernel, and no connection is disturbed")
def _():
    write(weight=9)
    with Changes() as changes:
        daemon.reload()
        told = changes.all()
    same(len(told), 1, told)
    same((told[0]["event"], told[0]["weight"]), ("server", 9))
    assert "changes that were made: 1" in log(), log()
    connections_go_on()


@case("the file again changes nothing")
def _():
    with Changes() as changes:
        daemon.reload()
        same(changes.all(), [])


@case("a broken file changes nothing and is told with its place, by signal")
def _():
    write(weight=3, extra="  - listen: tcp 10.0.0.99:80\n    weight: 5\n")
    with Changes() as changes:
        daemon.program.send_signal(signal.SIGHUP)
        daemon.wait("what was read before stays in force")
        same(changes.all(), [])
    connections_go_on()


@case("and by slbadm reload, which prints it")
def _():
    with Changes() as changes:
        code, _, errors = tool("reload")
        same(changes.all(), [])
    same(code, 1)
    assert re.search(r"slbadm: slbd: .*slb\.conf:\d+:5: there is no key `weight' here", errors), errors


@case("what the kernel refuses leaves everything as it was")
def _():
    before = tool("-S")[1]
    write(weight=4, extra="  - listen: tcp 10.0.0.99:80\n    servers: [10.0.0.99:80]\n")
    code, _, errors = tool("reload")
    same(code, 1)
    assert re.search(r"slb\.conf:\d+:\d+: add server 10\.0\.0\.99:80 ", errors), errors
    assert "nothing was changed" in errors, errors
    same(tool("-S")[1], before)
    connections_go_on()


@case("slbadm reload is done when it ends")
def _():
    write(weight=5)
    code, _, errors = tool("reload")
    same((code, errors), (0, ""))
    same(tool("--check", "--conf", CONF)[:2], (0, ""))


@case("what is made by hand stays, what the file no longer has goes")
def _():
    subprocess.run(["slbadm", "-A", "-t", "10.0.0.98:80"], check=True, stderr=subprocess.DEVNULL)
    write(services=MANY - 10, weight=5)
    same(tool("reload")[0], 0)
    listed = tool("-S")[1]
    same(len(re.findall(r"^-A ", listed, re.M)), MANY - 10 + 3)
    assert "-A -t 10.0.0.98:80" in listed
    connections_go_on()


@case("there is one slbd in a network namespace")
def _():
    done = subprocess.run(["slbd", "-f", "-c", CONF], capture_output=True, encoding="utf-8", check=False,
                          timeout=60 * SLOW)
    same(done.returncode, 1)
    assert "another slbd runs" in done.stderr, done.stderr


@case("kill -9 loses nothing, and the next start changes nothing")
def _():
    global daemon  # pylint: disable=global-statement
    daemon.end(signal.SIGKILL)
    connections_go_on()
    with Changes() as changes:
        daemon = Daemon()
        same(changes.all(), [])
    connections_go_on()


@case("an end leaves traffic running")
def _():
    same(daemon.end(), 0)
    connections_go_on()
    for v in (4, 6):
        for sock in pair(v, listeners[v]):
            sock.close()
    code, _, errors = tool("reload")
    same(code, 1)
    assert "slbd does not run here" in errors, errors


@case("slbd does not start with a broken file, and --check says why")
def _():
    before = tool("-S")[1]
    with open(CONF, "w", encoding="ascii") as file:
        file.write("services:\n  - listen: tcp 10.0.0.80\n")
    for words in (["-f", "-c", CONF], ["--check", CONF]):
        done = subprocess.run(["slbd", *words], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode, done
        assert "slb.conf:2:13: -t: `10.0.0.80': the port is missing" in done.stderr, done.stderr
    same(tool("-S")[1], before)


main()
