# SPDX-License-Identifier: GPL-2.0-only
"""Generic netlink, as little of it as the tests need, written independently of slbadm."""
import os
import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 270, 10, 11, 12
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
NLM_F_CAPPED, NLM_F_ACK_TLVS, NLM_F_DUMP_INTR = 0x100, 0x200, 0x10
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED, NLA_TYPE = 0x8000, 0x3fff
CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 3, 1, 2
GENL_ID_CTRL = 16


class Refused(OSError):
    """The kernel's answer: errno, sentence, offset of the attribute to blame."""

    def __init__(self, number, message, offset):
        super().__init__(number, message or os.strerror(number))
        self.message = message
        self.offset = offset


def attr(kind, value):
    data = struct.pack("HH", 4 + len(value), kind) + value
    return data + bytes(-len(data) % 4)


def nest(kind, *attrs):
    return attr(kind | NLA_F_NESTED, b"".join(attrs))


def attrs(data):
    """[(type, value)] in their order."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        found.append((kind & NLA_TYPE, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


class Genl:
    def __init__(self, family):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.bind((0, 0))
        self.seq = 0
        self.id = GENL_ID_CTRL
        reply = self.call(CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, family.encode() + b"\0"))
        self.id = struct.unpack("H", dict(reply[0])[CTRL_ATTR_FAMILY_ID])[0]

    def close(self):
        self.sock.close()

    def raw(self, message):
        self.sock.send(message)

    def call(self, cmd, payload=b"", flags=0, version=1, reserved=0):
        """Sends a request; the answers' attributes, one list for each message."""
        self.seq += 1
        body = struct.pack("BBH", cmd, version, reserved) + payload
        self.sock.send(struct.pack("IHHII", 16 + len(body), self.id, flags | NLM_F_REQUEST | NLM_F_ACK,
                                   self.seq, 0) + body)
        answers = []
        while True:
            data = self.sock.recv(1 << 17)
            while data:
                length, kind, mflags, seq, _ = struct.unpack_from("IHHII", data)
                message, data = data[16:length], data[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                if kind == NLMSG_ERROR:
                    self.judge(message, mflags)
                    return answers
                if kind == NLMSG_DONE:
                    self.judge(message, mflags, 4)
                    return answers
                answers.append(attrs(message[4:]))

    @staticmethod
    def judge(message, flags, head=20):
        """head: where a message of this kind has its attributes."""
        number = -struct.unpack_from("i", message)[0]
        if not number:
            return
        text, offset = None, None
        if flags & NLM_F_ACK_TLVS:
            # With CAP_ACK only the request's header is echoed.
            for kind, value in attrs(message[head:]):
                if kind == 1:
                    text = value.rstrip(b"\0").decode()
                elif kind == 2:
                    offset = struct.unpack("I", value)[0]
        raise Refused(number, text, offset)


class Toa(Genl):
    """Family slb_toa."""
    INFO, SETTINGS, SETTINGS_SET, COUNTERS, TRUST, TRUST_NEW, TRUST_DEL, TRUST_SET = range(1, 9)
    COUNTS = ("recorded", "none", "untrusted", "reported", "other-family", "bad-length", "bad-options",
              "duplicate", "bad-port", "bad-address", "table-full", "no-memory", "forgotten")

    def __init__(self):
        super().__init__("slb_toa")

    @staticmethod
    def prefix(text):
        addr, _, length = text.partition("/")
        raw = socket.inet_pton(socket.AF_INET6 if ":" in addr else socket.AF_INET, addr)
        return nest(1, attr(1, raw), attr(2, bytes([int(length or 8 * len(raw))])))

    def trust(self, *prefixes):
        self.call(self.TRUST_SET, b"".join(self.prefix(p) for p in prefixes))

    def add(self, prefix, flags=NLM_F_CREATE | NLM_F_EXCL):
        self.call(self.TRUST_NEW, self.prefix(prefix), flags)

    def delete(self, prefix):
        self.call(self.TRUST_DEL, self.prefix(prefix))

    def list(self):
        found = []
        for message in self.call(self.TRUST, flags=NLM_F_DUMP):
            fields = dict(attrs(dict(message)[1]))
            addr = fields[1]
            family = socket.AF_INET if len(addr) == 4 else socket.AF_INET6
            found.append(f"{socket.inet_ntop(family, addr)}/{fields[2][0]}")
        return found

    def set(self, kinds=None, clients_max=None):
        payload = b""
        if kinds is not None:
            payload += attr(1, bytes(kinds))
        if clients_max is not None:
            payload += attr(2, struct.pack("I", clients_max))
        self.call(self.SETTINGS_SET, payload)

    def settings(self):
        fields = dict(self.call(self.SETTINGS)[0])
        return list(fields[1]), struct.unpack("I", fields[2])[0]

    def clients(self):
        return struct.unpack("I", dict(self.call(self.INFO)[0])[3])[0]

    def info(self):
        fields = dict(self.call(self.INFO)[0])
        return fields[1].rstrip(b"\0").decode(), struct.unpack("I", fields[2])[0], \
            struct.unpack("I", fields[3])[0]

    def counters(self):
        raw = dict(self.call(self.COUNTERS)[0])[1]
        return dict(zip(self.COUNTS, struct.unpack(f"{len(raw) // 8}Q", raw)))
