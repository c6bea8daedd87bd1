# SPDX-License-Identifier: GPL-2.0-only
"""Is the balance even? balance.py NAMESPACE...

Every packet seen was forwarded, passed or dropped; when everything is removed, every object that
was created has been destroyed. Removes the namespaces' configuration. Says what is wrong.
"""
import os
import sys
import time

import netns
from slbnl import TIMEOUTS, Slb
from wire import SLOW


def until(condition, seconds):
    deadline = time.monotonic() + seconds * SLOW
    while True:
        wrong = condition()
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(0.05)


def packets(slb):
    counts, drops = slb.counters()
    ended = counts["forwarded"] + counts["passed"] + sum(drops.values())
    if counts["seen"] == ended:
        return ""
    return f"{counts['seen']} packets seen, but {counts['forwarded']} forwarded, {counts['passed']} passed, " \
           f"{sum(drops.values())} dropped: {({n: v for n, v in drops.items() if v})}"


def objects(slb):
    info = slb.info()
    counts, _ = slb.counters()
    if info["conns"]:
        return f"{info['conns']} connections are left: {slb.conns()[:5]}"
    if info["created"] != info["destroyed"]:
        return f"{info['created']} objects created, {info['destroyed']} destroyed: {info}"
    if counts["conn-created"] != counts["conn-destroyed"]:
        return f"{counts['conn-created']} connections created, {counts['conn-destroyed']} destroyed"
    return ""


def check(name):
    if not os.path.exists(f"/run/netns/{name}"):
        return []
    with netns.inside(name):
        slb = Slb()
    wrong = [until(lambda: packets(slb), 3)]
    slb.settings(timeouts=dict.fromkeys(TIMEOUTS, 1))
    slb.flush()
    wrong.append(until(lambda: objects(slb), 12))
    slb.close()
    return [f"{name}: {text}" for text in wrong if text]


def main():
    wrong = [line for name in sys.argv[1:] for line in check(name)]
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
