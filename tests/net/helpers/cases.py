# SPDX-License-Identifier: GPL-2.0-only
"""Test points written in Python: functions that return or raise.

    @case("what is shown")            one test point
    @both("what is shown")            one for each family; the function gets 4 or 6

main() runs them, or those whose names contain its argument, and writes a line for each:
ok|not ok|skip, tab, name, tab, what went wrong. run_cases of topo.sh makes KTAP of that.
"""
import sys
import time
import traceback

from wire import SLOW

CASES = []


class Skip(Exception):
    """The point cannot be shown here."""


def case(name):
    def add(function):
        CASES.append((name, function, ()))
        return function
    return add


def both(name):
    def add(function):
        for v in (4, 6):
            CASES.append((f"IPv{v}: {name}", function, (v,)))
        return function
    return add


def same(got, want, what="got"):
    assert got == want, f"{what}: {got!r}, wanted {want!r}"


def eventually(condition, what, timeout=5.0, pause=0.02):
    """Waits for a condition; its last value."""
    deadline = time.monotonic() + timeout * SLOW
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(pause)


def emit(result, name, detail=""):
    detail = " | ".join(line.strip() for line in detail.splitlines())
    print(result, name, detail.replace("\t", " "), sep="\t", flush=True)


def where(error):
    """The lines of the test itself that led to a failure."""
    frames = traceback.extract_tb(error.__traceback__)
    return ", ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames[1:])


def main(rig=None, before=None):
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, function, args in CASES:
        if wanted not in name:
            continue
        try:
            if before:
                before()
            function(*([rig] if rig else []), *args)
        except Skip as reason:
            emit("skip", name, str(reason))
        except Exception as error:  # pylint: disable=broad-except
            emit("not ok", name, f"{type(error).__name__}: {error} ({where(error)})")
        else:
            emit("ok", name)
