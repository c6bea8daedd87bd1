#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fuzzes a generic netlink family by what its specification says, and blindly.

    netlink.py slb|slb_toa SEED SECONDS MODE...

policy   requests of every command, mostly right: values at and beyond their limits, attributes that are
         missing, twice, unknown, too short or long, in other commands' places, other flags and versions.
         A refusal has words; one that comes from our own code has them whatever was sent. What was
         refused has changed nothing.
blind    bits flipped in such requests, random bytes behind a header, random headers, several at once, cut
dumps    dumps with filters that are left half read, while others change what is dumped
denied   as policy, without CAP_NET_ADMIN: no change is allowed
own-namespace    no run of its own: what follows happens in new user and network namespaces

Afterwards a plain request must still be answered. Prints what run_cases of topo.sh makes test points of;
the seed is printed first, and what was sent last when something is wrong.
"""
import ctypes
import errno
import os
import random
import select
import socket
import struct
import sys
import time
import yaml

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
sys.path[:0] = [os.path.join(TOP, "tests/net/helpers"), os.path.join(TOP, "tests/toa")]
# pylint: disable=wrong-import-position
from cases import emit  # noqa: E402
from genl import (NETLINK_GENERIC, NLM_F_ACK, NLM_F_ACK_TLVS, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL,  # noqa: E402
                  NLM_F_REPLACE, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, Genl, attr, attrs)
from wire import SLOW  # noqa: E402

NLMSG_NOOP = 1
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NESTED, NET_BYTEORDER = 0x8000, 0x4000
BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}
FORMAT = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
# Few of each, so that requests meet what others have made.
ADDRS = [socket.inet_aton(a) for a in ("10.0.0.80", "10.0.0.81", "10.1.0.11", "10.2.0.1", "10.9.0.0")] + \
    [socket.inet_pton(socket.AF_INET6, a) for a in ("fd00::80", "fd00:1::11", "fd00:2::1", "fd00:9::")]
USUAL = {"service": ADDRS[::5], "server": ADDRS[2::4], "laddr": ADDRS[3::4]}
ODD_ADDRS = [socket.inet_aton(a) for a in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255")] + \
    [socket.inet_pton(socket.AF_INET6, a) for a in ("::", "::1", "ff02::1", "fe80::1", "::ffff:10.0.0.1")]
PORTS = (0, 1, 53, 80, 80, 80, 8080, 8080, 60999, 61000, 65535)


class Spec:
    """A specification: commands, their attributes, numbers."""

    def __init__(self, name):
        with open(os.path.join(TOP, "include", name + ".yaml"), encoding="utf-8") as file:
            spec = yaml.safe_load(file)
        self.enums = {d["name"]: d["entries"] for d in spec["definitions"] if d["type"] == "enum"}
        self.sets, self.number = {}, {}
        for a_set in spec["attribute-sets"]:
            self.sets[a_set["name"]] = a_set
            if "subset-of" in a_set:
                whole = self.sets[a_set["subset-of"]]
                names = [a["name"] for a in a_set["attributes"]]
                a_set["attributes"] = [a for a in whole["attributes"] if a["name"] in names]
            for i, a in enumerate(a_set["attributes"]):
                a.setdefault("number", i + 1)
                a.setdefault("set", a_set["name"])
        self.ops = []
        for number, op in enumerate(spec["operations"]["list"], 1):
            for mode in ("do", "dump"):
                if mode in op:
                    names = (op[mode].get("request") or {}).get("attributes", [])
                    attributes = self.sets[op["attribute-set"]]["attributes"]
                    self.ops.append({"name": op["name"], "number": number, "dump": mode == "dump",
                                     "admin": bool(op.get("flags")), "whole": attributes,
                                     "attributes": [a for a in attributes if a["name"] in names]})
        self.commands = len(spec["operations"]["list"])


class Writer:
    """Makes requests; self.plain tells whether anything about the last one's shape was wrong."""

    def __init__(self, spec, rng):
        self.spec, self.rng, self.plain, self.sloppy = spec, rng, True, False

    def odd(self, one_in):
        """Half of all requests have nothing odd about them."""
        return self.sloppy and not self.rng.randrange(one_in)

    def number(self, a):
        bits, checks, rng = BITS[a["type"]], a.get("checks", {}), self.rng
        low, high = checks.get("min", 0), checks.get("max", (1 << bits) - 1)
        if "enum" in a:
            entries = self.spec.enums[a["enum"]]
            values = [e.get("value", i) for i, e in enumerate(entries)]
            return rng.choice(values) if not self.odd(12) else rng.choice((max(values) + 1, 255, 0))
        if "port" in a["name"] or a["name"].endswith("lport"):
            return (rng.choice(PORTS) if self.odd(2) else rng.choice((80, 8080))) & (1 << bits) - 1
        if a["name"] == "vrf":
            return rng.choice((0, 1, 77, 0xffffffff)) if self.odd(4) else 0
        if self.odd(10):
            return rng.choice((low - 1, high + 1, (1 << bits) - 1, 0)) & (1 << bits) - 1
        return rng.choice((low, high, min(high, low + 1), rng.randint(low, high), min(high, low + 5)))

    def value(self, a):
        rng, kind, most = self.rng, a["type"], a.get("checks", {}).get("max-len", 16)
        if kind == "nest":
            return self.attributes(self.spec.sets[a["nested-attributes"]]["attributes"])
        if kind == "binary":
            if "addr" in a["name"]:
                if self.odd(12):
                    return rng.choice(ODD_ADDRS)
                return rng.choice(USUAL.get(a["set"], ADDRS) if rng.randrange(6) else ADDRS)
            return rng.randbytes(rng.randint(0, most + 1)) if self.odd(3) else rng.choice((b"\xfe", b"\xc8\xfe"))
        if kind == "string":
            text = rng.choice((b"", b"", b"a", b"pool.1", b"x" * most))
            if self.odd(4):
                text = rng.choice((b"x" * (most + 1), b"-a", b"a b", b"\xff"))
            return text + b"\0" * (not self.odd(20))
        if kind in ("flag", "pad"):
            return b"" if not self.odd(12) else b"x"
        order = ">" if a.get("byte-order") == "big-endian" else "="
        return struct.pack(order + FORMAT[kind], self.number(a))

    def one(self, a):
        number, value = a["number"], self.value(a)
        if a["type"] == "nest":
            number |= NESTED
        if self.odd(60):
            self.plain = False
            number ^= self.rng.choice((NESTED, NET_BYTEORDER))
        if self.odd(60):
            self.plain = False
            value = self.rng.choice((b"", value[:-1], value + b"\0", value * 2, self.rng.randbytes(300)))
        if self.odd(200):
            self.plain = False
            number = self.rng.choice((0, 99, 0x3fff, number + 1))
        data = attr(number, value)
        if self.odd(200):
            self.plain = False
            data = struct.pack("H", self.rng.choice((0, 1, 3, 4, len(data) + 1, 0xffff))) + data[2:]
        return data

    def attributes(self, known, most=1):
        data = b""
        for a in known:
            needed = a["name"] in ("proto", "addr", "port", "service", "prefix", "len")
            if not self.odd(30) if needed else self.rng.randrange(2):
                data += self.one(a)
            count = self.rng.randrange(most) if a.get("multi-attr") else self.odd(80)
            for _ in range(count):
                data += self.one(a)
        return data

    def request(self, op):
        """Command, flags, version and attributes."""
        rng = self.rng
        self.plain, self.sloppy = True, rng.random() < 0.5
        flags = rng.choice((0, NLM_F_CREATE, NLM_F_CREATE | NLM_F_EXCL, NLM_F_REPLACE, NLM_F_CREATE | NLM_F_REPLACE)) \
            if op["name"].endswith("-new") else 0
        if op["dump"]:
            flags |= NLM_F_DUMP
        if self.odd(40):
            flags ^= 1 << rng.randrange(1, 12)
        known = op["attributes"]
        if self.odd(60):
            self.plain = False
            known = op["whole"]
        payload = self.attributes(known, 70 if self.odd(30) else 4)
        version, reserved = 1, 0
        if self.odd(60):
            version, reserved = rng.randrange(4), rng.choice((0, 1, 0xffff))
        if self.odd(60):
            self.plain = False
            payload += rng.randbytes(rng.randrange(9))
        return op["number"], flags, version, reserved, payload


class Peer(Genl):
    """One socket; answers are read until the kernel has dealt with everything sent."""

    def __init__(self, family):
        super().__init__(family)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.settimeout(20 * SLOW)

    def message(self, cmd, flags, version, reserved, payload):
        self.seq += 1
        body = struct.pack("BBH", cmd, version, reserved) + payload
        return struct.pack("IHHII", 16 + len(body), self.id, flags | NLM_F_REQUEST | NLM_F_ACK, self.seq, 0) + body

    def settled(self, data=b""):
        """
        Sends; the errors since, as {seq: (errno, words)}, and the answers, up to that to a message that
        does nothing.
        """
        self.seq += 1
        data += bytes(-len(data) % 4)
        self.sock.send(data + struct.pack("IHHII", 16, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, self.seq, 0))
        errors, answers = {}, []
        while True:
            try:
                data = self.sock.recv(1 << 17)
            except OSError as why:
                if why.errno == errno.ENOBUFS:
                    continue
                raise
            while len(data) >= 16:
                length, kind, flags, seq, _ = struct.unpack_from("IHHII", data)
                message, data = data[16:length], data[(length + 3) & ~3:]
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    if kind == NLMSG_ERROR and seq == self.seq:
                        return errors, answers
                    number = -struct.unpack_from("i", message)[0] if len(message) >= 4 else 0
                    if number:
                        errors[seq] = number, self.words(message, kind, flags)
                else:
                    answers.append(message[4:])

    @staticmethod
    def words(message, kind, flags):
        if not flags & NLM_F_ACK_TLVS:
            return None
        return dict(attrs(message[20 if kind == NLMSG_ERROR else 4:])).get(1)

    def ask(self, *request):
        """(errno, words) or (0, None), and the answers."""
        message = self.message(*request)
        seq = self.seq
        errors, answers = self.settled(message)
        return errors.get(seq, (0, None)), answers


class Fuzz:
    def __init__(self, family, seed):
        self.family, self.seed, self.spec = family, seed, Spec(family)
        self.rng = random.Random(seed)
        self.writer = Writer(self.spec, self.rng)
        self.peer = Peer(family)
        self.sent = self.refused = self.done = 0
        self.last = None
        self.seen = set()

    def config(self):
        """All that can be asked for and does not change by itself, as the kernel tells it."""
        state = []
        for op in self.spec.ops:
            if op["name"].endswith("-get") and not op["name"].startswith(("info", "counter", "conn")):
                if op["dump"] or op["name"] == "settings-get":
                    _, answers = self.peer.ask(op["number"], NLM_F_DUMP if op["dump"] else 0, 1, 0, b"")
                    state += [(op["name"], answer) for answer in answers]
        return state

    def pick(self):
        op = self.rng.choice(self.spec.ops)
        # Some are refused nearly always: what has not been done yet has more turns.
        waiting = [op for op in self.spec.ops if (op["name"], 0) not in self.seen]
        if waiting and not self.rng.randrange(4):
            op = self.rng.choice(waiting)
        # What empties everything would leave nothing to meet.
        if op["name"] in ("flush", "trust-set") and self.rng.randrange(30):
            op = self.rng.choice(self.spec.ops)
        return op

    def policy(self, denied=False):
        op = self.pick()
        self.last = op["name"], self.writer.request(op)
        compare = not self.rng.randrange(8)
        before = self.config() if compare else None
        (number, words), _ = self.peer.ask(*self.last[1])
        self.sent += 1
        self.refused += bool(number)
        self.done += not number
        self.seen.add((op["name"], number))
        assert number not in (errno.EFAULT, errno.ENOTRECOVERABLE), f"errno {number}"
        if denied and op["admin"]:
            assert number, "was allowed"
        if number and self.writer.plain and number not in (errno.EPERM, errno.EOPNOTSUPP):
            assert words, f"refused with {errno.errorcode.get(number, number)} and no words"
        if number and compare:
            assert self.config() == before, f"refused with {errno.errorcode.get(number, number)}, and yet it changed"

    def denied(self):
        self.policy(denied=True)

    def header(self):
        """A header of any content: the length too, but for our family most of the time."""
        rng = self.rng
        body = rng.randbytes(rng.randrange(80))
        kind = self.peer.id if rng.randrange(30) else rng.randrange(0, 16)
        length = 16 + len(body) if rng.randrange(8) else rng.choice((0, 15, 16, 17, 20, 16 + len(body) + 1, 0xffffffff))
        return struct.pack("IHHII", length, kind, rng.getrandbits(16) | NLM_F_REQUEST, 1, 0) + \
            bytes([rng.randrange(self.spec.commands + 3)]) + body

    def flipped(self):
        data = bytearray(self.peer.message(*self.writer.request(self.pick())))
        for _ in range(self.rng.choice((1, 1, 2, 8))):
            at = self.rng.randrange(len(data))
            # Other families' numbers and the length stay out of it: those are not ours to try.
            if at not in (4, 5):
                data[at] ^= 1 << self.rng.randrange(8)
        return bytes(data[:self.rng.randrange(len(data)) + 1] if not self.rng.randrange(12) else data)

    def blind(self):
        data = b""
        for _ in range(self.rng.choice((1, 1, 1, 5))):
            part = self.flipped() if self.rng.randrange(4) else self.header()
            data += part + bytes(-len(part) % 4)
            self.sent += 1
        self.last = "blind", data
        try:
            self.peer.sock.send(data)
        except OSError:
            self.refused += 1
        self.peer.settled()

    def dumps(self):
        """Sockets that are closed in the middle of a dump, and requests while one goes on."""
        op = self.rng.choice([op for op in self.spec.ops if op["dump"]])
        self.last = "dump", self.writer.request(op)
        other = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        other.settimeout(20 * SLOW)
        other.send(self.peer.message(*self.last[1]))
        self.sent += 1
        for _ in range(self.rng.randrange(4)):
            self.policy()
            if not select.select([other], [], [], 0)[0]:
                break
            other.recv(self.rng.choice((1, 100, 1 << 16)))
        other.close()

    def run(self, mode, seconds):
        end = time.monotonic() + seconds * SLOW
        self.sent = self.refused = self.done = 0
        self.seen.clear()
        name = f"{self.family}: {mode}, seed {self.seed}"
        try:
            while time.monotonic() < end:
                getattr(self, mode)()
            (number, _), answers = self.peer.ask(next(op["number"] for op in self.spec.ops if op["name"] == "info-get"),
                                                 0, 1, 0, b"")
            assert not number and answers, "a plain request is not answered any more"
        except (AssertionError, TimeoutError) as why:
            last = self.last[1] if isinstance(self.last[1], bytes) else \
                f"cmd {self.last[1][0]} flags {self.last[1][1]:#x} version {self.last[1][2]} " \
                f"reserved {self.last[1][3]} {self.last[1][4].hex()}"
            emit("not ok", name, f"{why} after {self.sent} requests; the last: {self.last[0]} {last}")
            return
        kinds = len(self.seen)
        print("#", f"{mode}: {self.sent} requests, {self.done} done, {self.refused} refused, "
              f"{kinds} different answers", "", sep="\t")
        if mode == "policy" and self.sent > 5000:
            never = {op["name"] for op in self.spec.ops} - {op for op, number in self.seen if not number}
            if never:
                emit("not ok", name, f"never done: {never}")
                return
        emit("ok", name)


libc = ctypes.CDLL(None, use_errno=True)


def own_namespace():
    """All capabilities, but only over what belongs to the new namespaces."""
    assert libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    for name, text in (("setgroups", "deny"), ("uid_map", "0 0 1"), ("gid_map", "0 0 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def without_rights():
    """No capability is left, as for any user."""
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    assert libc.prctl(38, 1, 0, 0, 0) == 0   # PR_SET_NO_NEW_PRIVS


def main():
    family, seed, seconds, *modes = sys.argv[1:]
    if modes[0] == "own-namespace":
        own_namespace()
        del modes[0]
    fuzz = Fuzz(family, int(seed))
    for mode in modes:
        if mode == "denied":
            without_rights()
            fuzz.peer = Peer(family)
        fuzz.run(mode, float(seconds))


if __name__ == "__main__":
    main()
