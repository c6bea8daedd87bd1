# SPDX-License-Identifier: GPL-2.0-only
"""Offloads of network devices, as ethtool -K sets them, without starting a program."""
import contextlib
import ctypes
import fcntl
import socket
import struct

import netns
from cases import Skip

SIOCETHTOOL = 0x8946
GSTRINGS, GSSET_INFO, GFEATURES, SFEATURES = 0x1b, 0x37, 0x3a, 0x3b
SS_FEATURES = 4
UNSUPPORTED = 1

# The words of ethtool, and some more.
GROUPS = {
    "tx": ("tx-checksum-ip-generic",),
    "rx": ("rx-checksum",),
    "sg": ("tx-scatter-gather", "tx-scatter-gather-fraglist"),
    "tso": ("tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-mangleid-segmentation"),
    "gso": ("tx-generic-segmentation",),
    "gro": ("rx-gro",),
    "udp-gso": ("tx-udp-segmentation",),
    "gso-list": ("tx-gso-list",),
    "gro-list": ("rx-gro-list",),
    "udp-gro": ("rx-udp-gro-forwarding",),
}
ALL = ("tx", "rx", "sg", "tso", "gso", "gro", "udp-gso", "gso-list")


class Device:
    """A device of a namespace, None for this one."""

    def __init__(self, namespace, dev):
        self.dev = dev.encode()
        with netns.inside(namespace) if namespace else contextlib.nullcontext():
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        count = struct.unpack_from("I", self._call(struct.pack("IIQI", GSSET_INFO, 0, 1 << SS_FEATURES, 0)), 16)[0]
        names = self._call(struct.pack("III", GSTRINGS, SS_FEATURES, count) + bytes(32 * count))
        self.bit = {names[12 + 32 * i:44 + 32 * i].split(b"\0")[0].decode(): i for i in range(count)}
        self.blocks = (count + 31) // 32

    def _call(self, request):
        data = ctypes.create_string_buffer(request, len(request))
        self.last = fcntl.ioctl(self.sock, SIOCETHTOOL, struct.pack("16sQ16x", self.dev, ctypes.addressof(data)))
        return data.raw

    def wanted(self):
        """Names of what was asked for, whether or not something else forbids it now."""
        got = self._call(struct.pack("II", GFEATURES, self.blocks) + bytes(16 * self.blocks))
        return {name for name, i in self.bit.items() if struct.unpack_from("I", got, 8 + i // 32 * 16 + 4)[0] >> i % 32 & 1}

    def set(self, values):
        """{name: on or off}; what the device does not have is skipped, unless it is to be on."""
        request = bytearray(struct.pack("II", SFEATURES, self.blocks) + bytes(8 * self.blocks))
        for name, value in values.items():
            if name not in self.bit:
                if value:
                    raise Skip(f"no device has {name}")
                continue
            at, mask = 8 + self.bit[name] // 32 * 8, 1 << self.bit[name] % 32
            valid, asked = struct.unpack_from("II", request, at)
            struct.pack_into("II", request, at, valid | mask, asked | mask if value else asked)
        self._call(bytes(request))
        missing = {name for name, value in values.items() if value} - self.wanted()
        if missing:
            raise Skip(f"{self.dev.decode()} cannot: {' '.join(missing)}")


def expand(words):
    """"tso", False, "gro", True ... as {name of the kernel: on or off}."""
    return {name: value for word, value in zip(words[::2], words[1::2]) for name in GROUPS[word]}


@contextlib.contextmanager
def features(namespace, dev, *words):
    """Offloads of a device for a while: "tso", False, "gro", True ... Skipped where the device has none such."""
    device = Device(namespace, dev)
    before = device.wanted()
    values = expand(words)
    try:
        device.set(values)
        yield
    finally:
        device.set({name: name in before for name in values})
        device.sock.close()
