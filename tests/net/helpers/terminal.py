# SPDX-License-Identifier: GPL-2.0-only
"""A program on a terminal of its own, and what it shows there."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

from wire import SLOW


class Terminal:
    def __init__(self, argv, columns=80, lines=24, locale="C.UTF-8", term="linux"):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.written = 0        # bytes that came
        self.status = None
        self.ended = False
        self.master, slave = pty.openpty()
        self.size(columns, lines)
        self.before = termios.tcgetattr(slave)
        env = dict(os.environ, TERM=term, LC_ALL=locale)
        for name in ("LINES", "COLUMNS"):
            env.pop(name, None)
        # A session has a leader, as a shell is, so that the program can be stopped.
        self.pipe, child = os.pipe()
        self.leader = os.fork()
        if not self.leader:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            self.lead(child, slave, argv, env)
        os.close(child)
        self.pid = int(os.read(self.pipe, 100))
        self.slave = slave      # kept, so that its settings can be looked at

    def lead(self, pipe, slave, argv, env):
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(slave, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.write(pipe, str(os.getpid()).encode())
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            try:
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        status = os.waitpid(pid, 0)[1]
        os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)

    def size(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns, lines):
        self.read()
        self.screen.resize(lines, columns)
        # It is empty, so that what is seen was drawn since.
        self.screen.reset()
        self.size(columns, lines)

    def read(self, seconds=0):
        """Takes in what was written; waits for the first of it."""
        while select.select([self.master], [], [], seconds)[0]:
            data = os.read(self.master, 65536)
            self.written += len(data)
            self.stream.feed(data)
            seconds = 0

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, number):
        return self.screen.display[number].rstrip()

    def find(self, text):
        """The first line with a text."""
        return next((line.rstrip() for line in self.screen.display if text in line), None)

    def until(self, condition, what, timeout=10):
        """Waits until what is shown is as wanted; condition is a text or a function."""
        deadline = time.monotonic() + timeout * SLOW
        while True:
            self.read(0.02)
            if condition in self.text() if isinstance(condition, str) else condition():
                self.settle(deadline)
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}: {self.text()!r}")

    def settle(self, deadline):
        """Waits until the program waits, too, and all it wrote has come."""
        before = -1
        while self.written != before and time.monotonic() < deadline:
            before = self.written
            self.read(0.03)
            try:
                with open(f"/proc/{self.pid}/stat", encoding="utf-8") as stat:
                    if stat.read().rsplit(")", 1)[1].split()[0] in "RD":
                        before = -1
            except FileNotFoundError:
                pass            # it has ended

    def key(self, keys):
        os.write(self.master, keys.encode())

    def kill(self, sig):
        os.kill(self.pid, sig)

    def wait(self, timeout=10):
        """The program's end; its exit status, negative: by a signal."""
        deadline = time.monotonic() + timeout * SLOW
        while self.status is None:
            self.read(0.02)
            if select.select([self.pipe], [], [], 0)[0]:
                self.status = int(os.read(self.pipe, 100))
            assert time.monotonic() < deadline, f"it does not end: {self.text()!r}"
        self.read(0.02)
        return self.status

    def restored(self):
        """Whether the terminal is set as it was, and shows the cursor again."""
        return termios.tcgetattr(self.slave) == self.before and not self.screen.cursor.hidden

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.leader, 0)
        os.close(self.pipe)
        os.close(self.slave)
        os.close(self.master)
