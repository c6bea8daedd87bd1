# SPDX-License-Identifier: GPL-2.0-only
"""Sockets in other network namespaces, and programs there."""
import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(path):
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(fd)


@contextlib.contextmanager
def inside(name):
    """The calling thread is in the namespace; sockets made meanwhile stay there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(f"/run/netns/{name}")
        yield
    finally:
        if _libc.setns(home, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns back")
        os.close(home)


def sysctl(name, key, value):
    """Sets net.KEY in a namespace."""
    with inside(name):
        with open("/proc/sys/net/" + key.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(str(value))


def run(name, *words, check=True, timeout=60, stdin=None):
    """Runs a program there; returns what it printed."""
    done = subprocess.run(["nsenter", f"--net=/run/netns/{name}", *words], input=stdin, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, text=True)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)}: status {done.returncode}: {done.stdout.strip()}")
    return done.stdout
