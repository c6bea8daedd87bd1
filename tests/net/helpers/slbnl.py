# SPDX-License-Identifier: GPL-2.0-only
"""A client of the generic netlink family "slb", independent of slbadm; names come from the header."""
import os
import re
import socket
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(TOP, "tests", "toa"))
# pylint: disable=wrong-import-position
from genl import (NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, Genl, Refused, attr, attrs,  # noqa: E402,F401
                  nest)


def header_enums():
    """Enumerators of the UAPI header: {"SLB_A_SVC_PROTO": 1, ...}."""
    with open(os.path.join(TOP, "include/uapi/linux/slb.h"), encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    values = {}
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, re.S):
        number = -1
        for name, value in re.findall(r"^\s*(\w+)(?: = ([^,\n]+))?,?$", body, re.M):
            if value is None or value == "":
                number += 1
            elif value.isdigit():
                number = int(value)
            else:
                continue
            values[name] = number
    return values


ENUM = header_enums()


def names(prefix):
    """{number: "time-wait"} of the enumerators with a prefix."""
    return {v: n[len(prefix):].lower().replace("_", "-") for n, v in ENUM.items()
            if n.startswith(prefix) and not n.endswith("_COUNT")}


STATES = names("SLB_STATE_")
COUNTS = names("SLB_COUNT_")
DROPS = names("SLB_DROP_")


def cmd(name):
    return ENUM["SLB_CMD_" + name]


def addr_bytes(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def addr_text(raw):
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


# How each attribute is read and written: u8, be16, u16, u32, u64, addr, str, flag.
KINDS = {
    "SVC": {"proto": "u8", "addr": "addr", "port": "be16", "vrf": "u32", "sched": "u8", "slow-start": "u32", "enabled": "u8",
            "toa": "u8", "toa-kind": "u8", "timestamps": "u8", "unknown": "u8", "pool": "str",
            "idle": "u32", "timeouts": "TO", "stats": "STATS", "servers": "u32", "acl": "str", "acl-none": "flag",
            "purge": "flag", "group": "str", "name": "str", "comment": "str",
            "zero-delay": "u32", "removal-delay": "u32", "on-down": "u8", "min-alive": "u32",
            "persist": "u32", "persist-len": "u8",
            "port-last": "be16", "fwmark": "u32", "ipv6": "flag"},
    "SRV": {"service": "SVC", "addr": "addr", "port": "be16", "weight": "u32", "fwd": "u8",
            "active": "u32", "inactive": "u32", "ramp": "u8", "stats": "STATS", "group": "str", "name": "str",
            "comment": "str", "priority": "u8", "down": "u8", "draining": "flag", "left": "u32", "standby": "flag"},
    "GROUP": {"name": "str", "proto": "u8", "sched": "u8", "servers": "u32", "services": "u32", "comment": "str",
              "zero-delay": "u32", "removal-delay": "u32", "on-down": "u8", "min-alive": "u32", "slow-start": "u32", "tier": "u8"},
    "LADDR": {"pool": "str", "addr": "addr", "vrf": "u32", "dedicated": "u8", "port-first": "u16",
              "port-last": "u16", "leases": "u32", "exhausted": "u64", "reclaimed": "u64", "dying": "flag"},
    "TO": dict.fromkeys(("syn-sent", "syn-recv", "established", "fin-wait", "close-wait", "last-ack",
                         "time-wait", "close", "udp"), "u32"),
    "SET": {"timeouts": "TO", "idle-reset": "u8", "reclaim-unanswered": "u32", "reclaim-udp": "u32",
            "conn-max": "u32", "reset-rate": "u32", "toa-trusted": "PREFIX", "toa-trusted-none": "flag",
            "fastpath-force": "u8", "fastpath": "str", "fastpath-none": "flag",
            "persist-max": "u32", "accounting": "u8"},
    "PREFIX": {"addr": "addr", "len": "u8"},
    "STATS": dict.fromkeys(("conns", "in-pkts", "out-pkts", "in-bytes", "out-bytes", "syn-unanswered",
                            "syn-reset", "server-rst", "client-rst", "idle-reset", "denied-pkts",
                            "denied-bytes"), "u64"),
    "ACL": {"name": "str", "mode": "u8", "op": "u8", "prefix": "PREFIX", "more": "flag", "purge": "flag",
            "entries": "u32", "services": "u32"},
    "CONN": {"proto": "u8", "client-addr": "addr", "client-port": "be16", "client-len": "u8",
             "svc-addr": "addr", "svc-port": "be16", "vrf": "u32", "laddr": "addr", "lport": "be16",
             "srv-addr": "addr", "srv-port": "be16", "state": "u8", "expires": "u32",
             "seq-shift": "u32", "ts-shift": "u32", "toa-pending": "flag", "all": "flag", "ended": "u32",
             "reason": "u8", "duration": "u64", "in-pkts": "u64", "out-pkts": "u64", "in-bytes": "u64",
             "out-bytes": "u64", "lost": "u64", "svc-port-last": "be16", "fwmark": "u32"},
    "BOND": {"proto": "u8", "svc-addr": "addr", "svc-port": "be16", "vrf": "u32", "client-addr": "addr",
             "client-len": "u8", "srv-addr": "addr", "srv-port": "be16", "expires": "u32"},
    "INFO": {"version": "str", "features": "u32", "services": "u32", "servers": "u32", "laddrs": "u32",
             "conns": "u32", "created": "u64", "destroyed": "u64", "buckets": "u32",
             "conn-bytes4": "u32", "conn-bytes6": "u32", "acls": "u32", "persistent": "u32"},
}
# Attributes that may come more than once, which make a list.
MANY = {("ACL", "prefix"), ("SVC", "acl")}
KINDS["LIM"] = {**dict.fromkeys(("conns", "rate", "conns-low", "client-conns", "client-rate", "bandwidth-in",
                                 "bandwidth-out", "now"), "u32"), "client-len4": "u8", "client-len6": "u8", "name": "str"}
KINDS["LIMIT"] = {"name": "str", "conns": "u32", "rate": "u32", "now": "u32", "services": "u32", "limit-conns": "u64",
                  "limit-rate": "u64"}
KINDS["EXPLAIN"] = {"proto": "u8", "client-addr": "addr", "client-port": "be16", "svc-addr": "addr", "svc-port": "be16"}
KINDS["CLIENT"] = {"service": "SVC", "addr": "addr", "len": "u8", "conns": "u32", "full": "flag"}
KINDS["SVC"]["limits"] = KINDS["SRV"]["limits"] = "LIM"
KINDS["INFO"]["limit-clients"] = "u32"
KINDS["STATS"].update(dict.fromkeys(("limit-conns", "limit-rate", "limit-client", "limit-server", "in-limited",
                                     "out-limited"), "u64"))
for _set in ("SVC", "GROUP"):
    KINDS[_set].update({"all-down": "u8", "checked": "u8", "table-size": "u32"})
KINDS["SRV"].update({"reason": "str", "since": "u32", "unproved": "flag"})
FORMAT = {"u8": "B", "be16": "!H", "u16": "H", "u32": "I", "u64": "Q"}


def number_of(group, name):
    group = {"BOND": "PERSIST"}.get(group, group)
    return ENUM[f"SLB_A_{group}_{name.upper().replace('-', '_')}"]


def encode(group, fields):
    data = b""
    for name, value in fields.items():
        kind, number = KINDS[group][name], number_of(group, name)
        for one in value if isinstance(value, list) else [value]:
            if kind in KINDS:
                data += nest(number, encode(kind, one))
            elif kind == "addr":
                data += attr(number, addr_bytes(one))
            elif kind == "str":
                data += attr(number, one.encode() + b"\0")
            elif kind == "flag":
                data += attr(number, b"")
            else:
                data += attr(number, struct.pack(FORMAT[kind], one))
    return data


def decode(group, message):
    by_number = {number_of(group, name): (name, kind) for name, kind in KINDS[group].items()}
    fields = {}
    for number, value in message:
        if number not in by_number:
            continue
        name, kind = by_number[number]
        if kind in KINDS:
            value = decode(kind, attrs(value))
        elif kind == "addr":
            value = addr_text(value)
        elif kind == "str":
            value = value.rstrip(b"\0").decode()
        elif kind == "flag":
            value = True
        else:
            value = struct.unpack(FORMAT[kind], value)[0]
        if (group, name) in MANY:
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = value
    return fields


def prefix(text):
    """{"addr": ..., "len": ...} of ADDR or ADDR/LEN."""
    addr, _, length = text.partition("/")
    return {"addr": addr, "len": int(length or (128 if ":" in addr else 32))}


TIMEOUTS = {"syn-sent": 30, "syn-recv": 30, "established": 900, "fin-wait": 60, "close-wait": 60,
            "last-ack": 30, "time-wait": 60, "close": 10, "udp": 300}
SETTINGS = {"timeouts": TIMEOUTS, "idle-reset": 1, "reclaim-unanswered": 3, "reclaim-udp": 10,
            "conn-max": 0, "reset-rate": 1000, "persist-max": 262144, "toa-trusted-none": True}


class Slb(Genl):
    """The balancer of the namespace in which the object is made."""

    def __init__(self):
        super().__init__("slb")

    def change(self, command, group, fields, flags):
        return self.call(cmd(command), encode(group, fields), flags)

    def svc(self, addr, port, proto=6, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        for name in ("sched", "timestamps", "unknown"):
            if isinstance(fields.get(name), str):
                fields[name] = ENUM[f"SLB_{name}_{fields[name]}".upper().replace("-", "_")]
        self.change("SVC_NEW", "SVC", {"proto": proto, "addr": addr, "port": port, **fields}, flags)

    def svc_edit(self, addr, port, proto=6, **fields):
        self.svc(addr, port, proto, NLM_F_REPLACE, **fields)

    def svc_del(self, addr, port, proto=6):
        self.change("SVC_DEL", "SVC", {"proto": proto, "addr": addr, "port": port}, 0)

    def group(self, name, proto=6, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if isinstance(fields.get("sched"), str):
            fields["sched"] = ENUM[f"SLB_SCHED_{fields['sched'].upper().replace('-', '_')}"]
        proto = {"proto": proto} if proto else {}
        self.change("GROUP_NEW", "GROUP", {"name": name, **proto, **fields}, flags)

    def group_edit(self, name, proto=None, **fields):
        self.group(name, proto, NLM_F_REPLACE, **fields)

    def group_del(self, name):
        self.change("GROUP_DEL", "GROUP", {"name": name}, 0)

    @staticmethod
    def owner(svc):
        """svc is (address, port[, proto]), or the name of a group."""
        if isinstance(svc, str):
            return {"group": svc}
        return {"service": {"proto": svc[2] if len(svc) > 2 else 6, "addr": svc[0], "port": svc[1]}}

    def srv(self, svc, addr, port, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        self.change("SRV_NEW", "SRV", {**self.owner(svc), "addr": addr, "port": port, **fields}, flags)

    def srv_edit(self, svc, addr, port, **fields):
        self.srv(svc, addr, port, NLM_F_REPLACE, **fields)

    def srv_del(self, svc, addr, port):
        self.change("SRV_DEL", "SRV", {**self.owner(svc), "addr": addr, "port": port}, 0)

    # Services with several ports or by mark: key is a dictionary of what names one.
    def listen(self, key, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        self.change("SVC_NEW", "SVC", {**key, **fields}, flags)

    def listen_del(self, key):
        self.change("SVC_DEL", "SVC", key, 0)

    def serve(self, key, addr, port=0, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        self.change("SRV_NEW", "SRV", {"service": key, "addr": addr, "port": port, **fields}, flags)

    def zero(self, key):
        self.change("ZERO", "SVC", key, 0)

    def laddr(self, addr, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        self.change("LADDR_NEW", "LADDR", {"addr": addr, **fields}, flags)

    def acl(self, name, prefixes=(), flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        """mode and op by name."""
        for key in ("mode", "op"):
            if isinstance(fields.get(key), str):
                fields[key] = ENUM[f"SLB_ACL_{key.upper()}_{fields[key].upper()}"]
        self.change("ACL_NEW", "ACL", {"name": name, **fields, "prefix": [prefix(p) for p in prefixes]}, flags)

    def acl_edit(self, name, prefixes=(), **fields):
        self.acl(name, prefixes, NLM_F_REPLACE, **fields)

    def acl_del(self, name):
        self.change("ACL_DEL", "ACL", {"name": name}, 0)

    def acls(self, **fields):
        return [decode("ACL", m) for m in self.call(cmd("ACL_GET"), encode("ACL", fields), NLM_F_DUMP)]

    def acl_entries(self, **fields):
        """{name: [(address, length)]}"""
        found = {}
        for message in self.call(cmd("ACL_ENTRY_GET"), encode("ACL", fields), NLM_F_DUMP):
            part = decode("ACL", message)
            found.setdefault(part["name"], []).extend((p["addr"], p["len"]) for p in part.get("prefix", []))
        return found

    def bonds(self, **filters):
        """What persistence remembers."""
        filters = {name.replace("_", "-"): value for name, value in filters.items()}
        return [decode("BOND", m) for m in
                self.call(cmd("PERSIST_GET"), encode("BOND", filters), flags=NLM_F_DUMP)]

    def bonds_flush(self, **filters):
        filters = {name.replace("_", "-"): value for name, value in filters.items()}
        self.change("PERSIST_FLUSH", "BOND", filters, 0)

    def laddr_del(self, addr, pool=""):
        self.change("LADDR_DEL", "LADDR", {"pool": pool, "addr": addr}, 0)

    def laddrs(self):
        return [decode("LADDR", m) for m in self.call(cmd("LADDR_GET"), flags=NLM_F_DUMP)]

    def servers(self, svc=None):
        """All, or those of a service or group."""
        key = encode("SRV", self.owner(svc)) if svc else b""
        return [decode("SRV", m) for m in self.call(cmd("SRV_GET"), key, flags=NLM_F_DUMP)]

    def groups(self):
        return [decode("GROUP", m) for m in self.call(cmd("GROUP_GET"), flags=NLM_F_DUMP)]

    def services(self):
        return [decode("SVC", m) for m in self.call(cmd("SVC_GET"), flags=NLM_F_DUMP)]

    def conns(self, **filters):
        filters = {name.replace("_", "-"): value for name, value in filters.items()}
        found = [decode("CONN", m) for m in
                 self.call(cmd("CONN_GET"), encode("CONN", filters), flags=NLM_F_DUMP)]
        for conn in found:
            conn["state"] = STATES[conn["state"]]
        return found

    def limit(self, name, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
        self.change("LIMIT_NEW", "LIMIT", {"name": name, **fields}, flags)

    def limit_del(self, name):
        self.change("LIMIT_DEL", "LIMIT", {"name": name}, 0)

    def clients(self, **fields):
        """What client prefixes have of a service; service by what names it."""
        return [decode("CLIENT", m) for m in self.call(cmd("CLIENT_GET"), encode("CLIENT", fields), flags=NLM_F_DUMP)]

    def limits(self):
        return {m["name"]: m for m in (decode("LIMIT", m) for m in self.call(cmd("LIMIT_GET"), flags=NLM_F_DUMP))}

    def settings(self, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        self.change("SETTINGS_SET", "SET", fields, 0)

    def defaults(self):
        self.change("SETTINGS_SET", "SET", SETTINGS, 0)

    def flush(self):
        self.call(cmd("FLUSH"))

    def info(self):
        return decode("INFO", self.call(cmd("INFO_GET"))[0])

    def counters(self):
        """Counters and drops by name, in one dictionary each."""
        answer = dict(self.call(cmd("COUNTER_GET"))[0])
        result = []
        for attribute, known in (("SLB_A_CTR_COUNTS", COUNTS), ("SLB_A_CTR_DROPS", DROPS)):
            raw = answer[ENUM[attribute]]
            values = struct.unpack(f"{len(raw) // 8}Q", raw)
            result.append({known[i]: value for i, value in enumerate(values)})
        return result
