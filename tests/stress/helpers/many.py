# SPDX-License-Identifier: GPL-2.0-only
"""Many connections end at once: many.py FLOOD COUNT FILE.ko, in the namespace "wire" of rig.

COUNT connections live, half of them half-open TCP ones, both families. Then everything is removed, or one of
two servers, or the module is unloaded, while a probe goes round and round beside it: it must not wait long.
"""
import ctypes
import os
import socket
import struct
import subprocess
import sys
import time

import netns
from cases import emit, eventually, same
from slbnl import Slb
from wire import CLIENT, ICMP, LB, SERVER, SERVER2, SLOW, TCP, UDP, VIP, Link, Pkt, Rig

FLOOD, COUNT, MODULE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
LASTS = (20 + COUNT / 2000) * SLOW	# seconds
GAP = 1.0 * SLOW	# a probe's way, on a machine that has other things to do


def configure():
    """Two servers at each service, twelve local addresses: a port is not hard to find."""
    rig.slb.settings(timeouts={"syn-sent": 3600, "udp": 3600, "close": 1})
    for v in (4, 6):
        for n in range(1, 13):
            rig.slb.laddr(f"10.3.0.{n}" if v == 4 else f"fd00:3::{n:x}", dedicated=1)
        for proto in (TCP, UDP):
            rig.slb.svc(VIP[v], 80, proto, sched="RR")
            for server in (SERVER[v], SERVER2[v]):
                rig.slb.srv((VIP[v], 80, proto), server, 8080)
    rig.slb.svc(VIP[4], 81, UDP)
    rig.slb.srv((VIP[4], 81, UDP), SERVER[4], 8081)


def flood(first=0):
    done = subprocess.run([FLOOD, "cw", str(first), str(COUNT)], check=True, stdout=subprocess.PIPE, text=True)
    rig.server.drain()
    rig.client.drain()
    print("#", done.stdout.strip(), sep="\t")


def only(link, *program):
    """A link's second socket, which a filter keeps free of the many RSTs; program: (code, jt, jf, k)."""
    link.drain()
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code)
    link.sock.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer)))
    link.drain()
    return link


def echo():
    """A ping of the service's address, which the host itself answers."""
    probe["client"].send(Pkt(CLIENT[4], VIP[4], proto=ICMP, data=bytes.fromhex("08000000") + b"ping" * 4))
    got = probe["client"].recv(5)
    assert got and got.proto == ICMP and got.data[0] == 0, "no echo"


def bystander():
    """A datagram of another service's flow."""
    probe["client"].send(Pkt(CLIENT[4], VIP[4], 7777, 81, UDP, data=b"bystander"))
    got = probe["server"].recv(5)
    assert got and got.data == b"bystander", "no datagram"


def lost():
    """Packets that found their CPU's backlog full."""
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        return sum(int(line.split()[1], 16) for line in file)


def beside(turn, *words):
    """Runs a program in the balancer's namespace; how long it took, and the longest way of a probe meanwhile."""
    begun, before = time.monotonic(), lost()
    with subprocess.Popen(["nsenter", f"--net=/run/netns/{LB}", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        longest = probes = 0
        while process.poll() is None:
            at = time.monotonic()
            turn()
            longest = max(longest, time.monotonic() - at)
            probes += 1
        said = process.stdout.read()
    lasted = time.monotonic() - begun
    print("#", f"{' '.join(words)}: {lasted:.2f} s, {probes} probes meanwhile, the longest took {longest:.3f} s", sep="\t")
    assert not process.returncode, said
    same(lost() - before, 0, "packets lost in a full backlog")
    assert lasted < LASTS, f"took {lasted:.1f} s"
    assert longest < GAP, f"a probe took {longest:.2f} s"


def gone(count=0):
    """Entries that were reset answer for a second more."""
    eventually(lambda: rig.slb.info()["conns"] <= count, "connections to end", 60, 0.1)


def even():
    """In a namespace that has no configuration any more."""
    gone()
    eventually(lambda: rig.slb.info()["created"] == rig.slb.info()["destroyed"], "objects to be destroyed", 30, 0.1)


def live():
    same(rig.slb.info()["conns"], COUNT, "connections")


def removing_everything():
    configure()
    flood()
    live()
    before = rig.slb.counters()[0]["rst-sent"]
    beside(echo, "slbadm", "-C")
    same(rig.slb.counters()[0]["rst-sent"] - before, COUNT, "RSTs, one to each end of each TCP connection")
    even()


def removing_a_server():
    configure()
    flood()
    bystander()
    name = {4: f"{VIP[4]}:80", 6: f"[{VIP[6]}]:80"}
    server = {4: f"{SERVER[4]}:8080", 6: f"[{SERVER[6]}]:8080"}
    for v in (4, 6):
        for letter in "tu":
            beside(bystander, "slbadm", "-d", f"-{letter}", name[v], "-r", server[v])
    gone(COUNT // 2 + 1)
    same(rig.slb.info()["conns"], COUNT // 2 + 1, "those of the other server and the bystander")
    same({s["addr"] for s in rig.slb.servers() if s["port"] == 8080}, {SERVER2[4], SERVER2[6]})
    created = rig.slb.counters()[0]["conn-created"]
    flood()		# half of them are known, half choose anew
    same(rig.slb.counters()[0]["conn-created"] - created, COUNT // 2, "made anew")
    rig.slb.flush()
    even()


def lowering_timeouts():
    """Every entry is filed anew, and all of them expire in the same second."""
    configure()
    flood()
    begun = time.monotonic()
    beside(bystander, "slbadm", "--set", "syn-sent=1", "udp=1")
    gone(1)
    print("#", f"all expired after {time.monotonic() - begun:.1f} s, {rig.slb.counters()[0]['expire-late']} late", sep="\t")
    rig.slb.flush()
    even()


def unloading():
    configure()
    flood()
    live()
    rig.slb.close()
    beside(echo, "rmmod", "slb")
    same(os.path.exists("/sys/module/slb"), False, "still loaded")
    subprocess.run(["insmod", MODULE], check=True)
    with netns.inside(LB):
        rig.slb = Slb()
    same(rig.slb.info()["conns"], 0)


rig = Rig()
probe = {
    # IPv4's protocol is ICMP
    "client": only(Link("cw", "02:00:00:00:01:02", "02:00:00:00:01:01"),
                   (0x30, 0, 0, 23), (0x15, 0, 1, ICMP), (6, 0, 0, 1 << 17), (6, 0, 0, 0)),
    # UDP's destination behind a plain IPv4 header is the bystander's server
    "server": only(Link("sw", "02:00:00:00:02:02", "02:00:00:00:02:01"),
                   (0x28, 0, 0, 36), (0x15, 0, 1, 8081), (6, 0, 0, 1 << 17), (6, 0, 0, 0)),
}
for way in (removing_everything, removing_a_server, lowering_timeouts, unloading):
    try:
        way()
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        emit("not ok", way.__name__.replace("_", " "), str(error))
        rig.slb.flush()
    else:
        emit("ok", f"{COUNT} connections: {way.__name__.replace('_', ' ')}")
