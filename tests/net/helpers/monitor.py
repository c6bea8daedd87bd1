# SPDX-License-Identifier: GPL-2.0-only
"""What slbadm monitor says."""
import json
import os
import subprocess

import netns
from cases import same
from cluster import LB

SLBADM = os.environ.get("SLBADM", "slbadm")


class Monitor:
    """slbadm monitor in the balancer's namespace; lines as they come."""

    def __init__(self, *words):
        with netns.inside(LB):
            self.process = subprocess.Popen([SLBADM, "monitor", *words, "--json"], stdout=subprocess.PIPE, text=True)
        same(self.next()["event"], "start")

    def next(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None               # it has ended

    def until(self, event, **fields):
        """The next message of a kind that has these fields."""
        while True:
            found = self.next()
            if found["event"] == event and all(found.get(k) == x for k, x in fields.items()):
                return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
