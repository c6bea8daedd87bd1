# SPDX-License-Identifier: GPL-2.0-only
"""Senders in processes of their own, one for each CPU, and what passes while they send."""
import contextlib
import os
import signal
import time

WINDOW = 10.0


@contextlib.contextmanager
def senders(send):
    """send(i) in an endless loop in each of at least two processes, spread over the CPUs."""
    cpus = sorted(os.sched_getaffinity(0))
    pids = []
    try:
        for i in range(max(2, len(cpus))):
            pid = os.fork()
            if not pid:
                try:
                    os.sched_setaffinity(0, {cpus[i % len(cpus)]})
                    step = send(i)
                    while True:
                        step()
                finally:
                    os._exit(1)     # pylint: disable=protected-access
            pids.append(pid)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def window(read, seconds=WINDOW):
    """What read(), a dictionary of numbers, grows by, and the time that it took by the clock here."""
    before, first = read(), time.monotonic()
    time.sleep(seconds)
    after, last = read(), time.monotonic()
    return {name: after[name] - before[name] for name in after}, last - first


def near(rate, want, told):
    """Within 3 %, or what is wrong. A machine that stands still for a while loses what it cannot make up."""
    if rate > want * 1.03:
        raise AssertionError(f"{told}: {rate:.0f} is more than 3 % above {want}")
    return rate >= want * 0.97
