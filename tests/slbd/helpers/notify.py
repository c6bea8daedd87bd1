# SPDX-License-Identifier: GPL-2.0-only
"""What slbd tells the service manager and the journal."""
import os
import signal
import socket
import statistics
import struct
import subprocess
import time

from cases import case, eventually, main, same
from wire import SLOW

TMP = os.environ["SLB_TMP"]
CHECKS = f"{TMP}/checks"
FLAG = f"{TMP}/well"
JOURNAL = "/run/systemd/journal/socket"
started = []


def before():
    while started:
        slbd = started.pop()
        slbd.kill()
        slbd.wait()


def receiver(path):
    if os.path.exists(path):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(path)
    os.chmod(path, 0o666)
    sock.settimeout(20)
    return sock


def checks(*commands):
    """A server for each command."""
    with open(CHECKS, "w", encoding="utf-8") as stream:
        for i, command in enumerate(commands):
            stream.write(f"-t 10.0.0.80:80 -r 10.1.0.{i + 1}:80 type=exec interval=1 rise=1 fall=1 command=/bin/sh "
                         f"command=-c command=\"{command}\"\n")
    os.chmod(CHECKS, 0o644)


def start(*words, stderr=None, **env):
    """As the service manager does; words come before slbd's own."""
    slbd = subprocess.Popen([*words, os.environ["SLBD"], "-f", "-n", "--checks", CHECKS], stderr=stderr,
                            env=dict(os.environ, **{k: str(v) for k, v in env.items()}))
    started.append(slbd)
    return slbd


def until(sock, wanted):
    """Messages up to the one that begins with a text."""
    messages = []
    while not messages or not messages[-1].startswith(wanted):
        messages.append(sock.recv(65536).decode())
    return messages


@case("ready, status, reloading with its time, ready again, stopping")
def _():
    sock = receiver(f"{TMP}/notify")
    checks("exit 0", "exit 1")
    slbd = start(NOTIFY_SOCKET=f"{TMP}/notify")
    same(until(sock, "READY=1"), ["READY=1"])
    same(until(sock, "STATUS=")[-1], "STATUS=2 servers, 0 of them down")
    same(until(sock, "STATUS=2 servers, 1")[-1], "STATUS=2 servers, 1 of them down")
    checks("exit 0", "exit 1", "exit 0")
    begin = time.monotonic_ns() // 1000
    slbd.send_signal(signal.SIGHUP)
    first, usec = until(sock, "RELOADING=1")[-1].split("\n")
    same(first, "RELOADING=1")
    assert usec.startswith("MONOTONIC_USEC=") and begin <= int(usec[15:]) <= time.monotonic_ns() // 1000, usec
    same(until(sock, "READY=1"), ["READY=1"])
    same(until(sock, "STATUS=")[-1][:17], "STATUS=3 servers,")
    # A file that is wrong is also an end of reloading.
    with open(CHECKS, "a", encoding="utf-8") as stream:
        stream.write("nonsense\n")
    slbd.send_signal(signal.SIGHUP)
    until(sock, "RELOADING=1")
    until(sock, "READY=1")
    same(slbd.poll(), None)
    slbd.send_signal(signal.SIGTERM)
    until(sock, "STOPPING=1")
    same(slbd.wait(20), 0)


@case("the watchdog is fed while the event loop goes round, and no longer")
def _():
    sock = receiver(f"{TMP}/notify")
    checks("exit 0")
    begin = time.monotonic()
    slbd = start("sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "sh", NOTIFY_SOCKET=f"{TMP}/notify", WATCHDOG_USEC=400000)
    until(sock, "READY=1")
    times = []
    for _i in range(6):
        until(sock, "WATCHDOG=1")
        times.append(time.monotonic())
    took = times[-1] - begin
    assert took > 1.1, f"six of them within {took} s: that is too often"
    gap = statistics.median(later - earlier for earlier, later in zip(times, times[1:]))
    assert gap < 0.4 * SLOW, f"{gap} s between two of them: the service manager would have lost patience"
    slbd.send_signal(signal.SIGSTOP)
    eventually(lambda: open(f"/proc/{slbd.pid}/stat").read().rsplit(")", 1)[1].split()[0] == "T", "standing still")
    sock.settimeout(0.1)
    try:
        while True:
            sock.recv(65536)
    except TimeoutError:
        pass
    sock.settimeout(1.5)
    try:
        same(sock.recv(65536), "nothing")
    except TimeoutError:
        pass
    slbd.send_signal(signal.SIGCONT)
    sock.settimeout(20)
    until(sock, "WATCHDOG=1")


@case("a watchdog for another process, or none, is not fed")
def _():
    sock = receiver(f"{TMP}/notify")
    checks("exit 0")
    slbd = start(NOTIFY_SOCKET=f"{TMP}/notify", WATCHDOG_USEC=100000, WATCHDOG_PID=1)
    until(sock, "READY=1")
    time.sleep(0.5)
    slbd.send_signal(signal.SIGTERM)
    same([m for m in until(sock, "STOPPING=1") if m.startswith("WATCHDOG")], [])


def fields(message):
    """The journal's own format: KEY=value, or KEY, length, value."""
    found = {}
    while message:
        key, message = message.split(b"\n", 1)
        if b"=" in key:
            key, value = key.split(b"=", 1)
        else:
            length = struct.unpack("<Q", message[:8])[0]
            value, message = message[8:8 + length], message[9 + length:]
        found[key.decode()] = value.decode()
    return found


def journal(sock, state):
    while True:
        found = fields(sock.recv(65536))
        if found.get("SLB_STATE") == state:
            return found


@case("the journal gets fields, where stderr leads there")
def _():
    sock = receiver(JOURNAL)
    checks(f"test -e {FLAG}")
    with open(f"{TMP}/stream", "w", encoding="utf-8") as stream:
        stat = os.fstat(stream.fileno())
        start(stderr=stream, JOURNAL_STREAM=f"{stat.st_dev}:{stat.st_ino}")
    down = journal(sock, "down")
    same({key: down.get(key) for key in ("SLB_SERVICE", "SLB_SERVER", "SLB_REASON", "PRIORITY", "SYSLOG_IDENTIFIER")},
         {"SLB_SERVICE": "tcp 10.0.0.80:80", "SLB_SERVER": "10.1.0.1:80", "SLB_REASON": "exit status 1",
          "PRIORITY": "4", "SYSLOG_IDENTIFIER": "slbd"})
    same(down["MESSAGE"], "tcp 10.0.0.80:80 -> 10.1.0.1:80 is down: exit status 1")
    with open(FLAG, "w", encoding="utf-8"):
        up = journal(sock, "up")
    os.unlink(FLAG)
    same(up["PRIORITY"], "5")
    assert len(up["MESSAGE_ID"]) == len(down["MESSAGE_ID"]) == 32 and up["MESSAGE_ID"] != down["MESSAGE_ID"]
    same(os.path.getsize(f"{TMP}/stream"), 0, "bytes on stderr")


@case("and lines where stderr was led elsewhere since")
def _():
    receiver(JOURNAL)
    checks("exit 1")
    with open(f"{TMP}/stream", "w", encoding="utf-8") as stream:
        start(stderr=stream, JOURNAL_STREAM="8:1")
    eventually(lambda: "10.1.0.1:80 is down: exit status 1" in open(f"{TMP}/stream").read(), "a line", 20)


@case("with the unit's user and capabilities; programs of checks have none of those")
def _():
    sock = receiver(f"{TMP}/notify")
    os.chmod(TMP, 0o755)
    checks("test $(id -u) = 65534 && grep -q 'CapEff:.0*$' /proc/self/status")
    with open(CHECKS, "a", encoding="utf-8") as stream:
        stream.write("-t 10.0.0.80:81 -r 127.0.0.1:80 type=ping interval=1 rise=1 fall=1\n")
        # Needs a raw socket, and is answered by a RST.
        stream.write("-t 10.0.0.80:82 -r 127.0.0.1:82 type=syn interval=1 rise=1 fall=1\n")
    with open(f"{TMP}/stream", "w", encoding="utf-8") as stream:
        slbd = start(*os.environ["SLB_UNIT_SETPRIV"].split(), stderr=stream, NOTIFY_SOCKET=f"{TMP}/notify")
    until(sock, "READY=1")
    text = lambda: open(f"{TMP}/stream", encoding="utf-8").read()    # noqa: E731
    for line in ("10.1.0.1:80 is up: exit status 0", "127.0.0.1:80 is up", "127.0.0.1:82 is down: refused"):
        eventually(lambda want=line: want in text(), line, 20)
    slbd.send_signal(signal.SIGTERM)
    same(slbd.wait(20), 0)


main(before=before)
before()
