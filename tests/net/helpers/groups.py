# SPDX-License-Identifier: GPL-2.0-only
"""Named groups of servers under real connections."""
import errno
import ipaddress
import time

from cases import both, case, main, same
from cluster import LADDR, VIP, Task, balancer, connect, listen, server_addr
from groups_util import ends, refused, talk

slb = balancer()


def before():
    slb.flush()
    slb.defaults()
    same(slb.groups(), [], "groups after a flush")


def pair(v):
    """Two groups, one with each server."""
    slb.laddr(LADDR[v])
    for index, name in ((1, "one"), (2, "two")):
        slb.group(name, sched="rr")
        slb.srv(name, server_addr(v, index), 8080)


@both("one group serves two services; its method is its own")
def _(v):
    pair(v)
    slb.srv("one", server_addr(v, 2), 8080)
    for port in (80, 81):
        slb.svc(VIP[v], port, group="one")
    same([(g["name"], g["servers"], g["services"]) for g in slb.groups()], [("one", 2, 2), ("two", 1, 0)])
    same([s["group"] for s in slb.services()], ["one", "one"])
    same([len(slb.servers(x)) for x in ("one", (VIP[v], 80), (VIP[v], 81), "two")], [2, 2, 2, 1])
    same(sorted(s["group"] for s in slb.servers()), ["one", "one", "two"])
    with listen(v, 1) as first, listen(v, 2) as second:
        held = []
        for port in (80, 81, 80, 81):
            held.append(connect(v, port))
        got = [first.accept()[0], first.accept()[0], second.accept()[0], second.accept()[0]]
        same(len(got), 4, "round robin over both services together")
    slb.group_edit("one", sched="wrr")
    slb.srv_edit("one", server_addr(v, 2), 8080, weight=0)
    with listen(v, 1) as first:
        for port in (80, 81):
            talk(connect(v, port), first.accept()[0])
    refused(errno.EINVAL, "belongs to the group", slb.svc_edit, VIP[v], 80, sched="rr")
    refused(errno.EINVAL, "named group", slb.srv_edit, (VIP[v], 80), server_addr(v, 1), 8080, weight=2)


@both("a service moves to another group: new connections follow, the old stay")
def _(v):
    pair(v)
    slb.svc(VIP[v], 80, group="one")
    with listen(v, 1) as first, listen(v, 2) as second:
        old = connect(v)
        old_end = first.accept()[0]
        talk(old, old_end)
        slb.svc_edit(VIP[v], 80, group="two")
        new = connect(v)
        new_end = second.accept()[0]
        talk(new, new_end)
        talk(old, old_end, b"still here")
        refused(errno.EBUSY, "services use", slb.group_del, "two")
        talk(old, old_end, b"and here")
        slb.group_del("one")
        same(ends(old), None, "a removed group's connections are reset")
        same(ends(old_end), None)
        talk(new, new_end, b"not me")
    same([g["name"] for g in slb.groups()], ["two"])


@both("from its own group to a named one and back; what was left behind ends by itself")
def _(v):
    pair(v)
    slb.svc(VIP[v], 80, sched="rr")
    slb.srv((VIP[v], 80), server_addr(v, 1), 8080)
    with listen(v, 1) as first, listen(v, 2) as second:
        old = connect(v)
        old_end = first.accept()[0]
        slb.svc_edit(VIP[v], 80, group="two")
        same(slb.info()["servers"], 2)
        new = connect(v)
        new_end = second.accept()[0]
        talk(old, old_end)
        slb.svc_edit(VIP[v], 80, group="")
        same([("group" in s, s["servers"]) for s in slb.services()], [(False, 0)])
        talk(old, old_end)
        talk(new, new_end)
        slb.srv((VIP[v], 80), server_addr(v, 1), 8080)
        again = connect(v)
        again_end = first.accept()[0]
        talk(again, again_end)
        slb.svc_del(VIP[v], 80)
        for sock in (old, new, again):
            same(ends(sock), None, "the service's removal resets them all")


@both("what does not fit is refused and changes nothing")
def _(v):
    other = 10 - v
    pair(v)
    slb.group("dns", 17)
    slb.svc(VIP[v], 80, group="one")
    was = (slb.services(), slb.groups(), [s["addr"] for s in slb.servers()])
    refused(errno.EEXIST, "exists already", slb.group, "one")
    refused(errno.ENOENT, "no such group", slb.group_edit, "three", sched="rr")
    refused(errno.ENOENT, "no such group", slb.group_del, "three")
    refused(errno.ENOENT, "no such group", slb.svc, VIP[v], 81, group="three")
    refused(errno.EPROTOTYPE, "cannot be changed", slb.group_edit, "one", 17)
    refused(errno.EINVAL, "protocol is missing", slb.group, "three", None)
    refused(errno.ERANGE, "", slb.group, "three", 132)
    refused(errno.EPROTOTYPE, "another protocol", slb.svc_edit, VIP[v], 80, group="dns")
    refused(errno.EAFNOSUPPORT, "address families", slb.svc, VIP[other], 80, group="one")
    refused(errno.EAFNOSUPPORT, "address families", slb.srv, "one", server_addr(other), 8080)
    refused(errno.EEXIST, "has this server", slb.srv, "one", server_addr(v, 1), 8080)
    refused(errno.ENOENT, "the group has no such server", slb.srv_del, "one", server_addr(v, 2), 8080)
    refused(errno.ELOOP, "service that uses", slb.srv, "one", VIP[v], 80)
    for name in ("", "-x", "a b", "ü", "a/b"):
        refused(errno.EINVAL, "name", slb.group, name)
    refused(errno.EINVAL, "", slb.group, "n" * 81)
    slb.srv("two", VIP[v], 81)
    refused(errno.ELOOP, "itself is a server", slb.svc, VIP[v], 81, group="two")
    slb.srv_del("two", VIP[v], 81)
    same((slb.services(), slb.groups(), [s["addr"] for s in slb.servers()]), was)
    # An empty group that nobody uses takes either family.
    slb.group("n" * 80)
    slb.svc(VIP[v], 82, group="n" * 80)
    slb.svc_del(VIP[v], 82)
    slb.svc(VIP[other], 82, group="n" * 80)


class Traffic:
    """Two servers that answer, two clients that ask at the port in .port until .stop()."""

    def __init__(self, v, port, tolerant=False):
        self.v, self.port, self.tolerant = v, port, tolerant
        self.over = self.closed = False
        self.listeners = [listen(v, 1), listen(v, 2)]
        for listener in self.listeners:
            listener.settimeout(0.2)
        self.servers = [Task(self.accept, listener) for listener in self.listeners]
        self.clients = [Task(self.ask), Task(self.ask)]

    def accept(self, listener):
        while not self.closed:
            try:
                sock = listener.accept()[0]
                sock.sendall(b"hi")
                sock.close()
            except (TimeoutError, ConnectionError):
                continue

    @staticmethod
    def hear(sock):
        try:
            return sock.recv(2)
        except TimeoutError:
            port = sock.getsockname()[1]
            raise AssertionError(f"no answer: {slb.conns(client_port=port)}") from None

    def ask(self):
        good = 0
        while not self.over:
            try:
                with connect(self.v, self.port) as sock:
                    same(self.hear(sock), b"hi")
                    good += 1
            except ConnectionError:
                if not self.tolerant:
                    raise
        return good

    def stop(self):
        """Waits for everybody; how many answers came."""
        time.sleep(0.05)
        self.over = True
        answers = sum(task.result() for task in self.clients)
        self.closed = True
        for task in self.servers:
            task.result()
        for listener in self.listeners:
            listener.close()
        return answers


@both("services change their group and the groups' methods change: no client notices")
def _(v):
    pair(v)
    slb.svc(VIP[v], 80, group="one")
    for i in range(20):
        slb.svc(VIP[v], 100 + i, sched=i % 3)
        slb.srv((VIP[v], 100 + i), server_addr(v, 1), 8080)
    traffic = Traffic(v, 80)
    for i in range(40):
        slb.svc_edit(VIP[v], 80, group=("two", "one")[i % 2])
        slb.group_edit("one", sched=("rr", "wrr", "wlc")[i % 3])
        time.sleep(0.005)
    for i in range(20):
        traffic.port = 100 + i
        time.sleep(0.01)
        slb.svc_edit(VIP[v], 100 + i, group="two")
    answers = traffic.stop()
    assert answers > 30, answers
    same(slb.info()["servers"], 2, "own groups that were left behind are gone")


@both("groups are removed just after their service has left them, under traffic")
def _(v):
    pair(v)
    slb.svc(VIP[v], 80, group="two")
    traffic = Traffic(v, 80, tolerant=True)
    for i in range(40):
        slb.group("brief", sched=i % 3)
        slb.srv("brief", server_addr(v, 1), 8080)
        slb.svc_edit(VIP[v], 80, group="brief")
        time.sleep(0.005)
        slb.svc_edit(VIP[v], 80, group="two")
        slb.group_del("brief")
    answers = traffic.stop()
    assert answers > 5, answers
    same([s["addr"] for s in slb.servers()], [server_addr(v, 1), server_addr(v, 2)])


@both("a thousand services whose addresses and ports are neighbours")
def _(v):
    for last in range(1, 33):
        for port in range(100, 132):
            slb.svc(VIP[v][:-2] + str(last), port)
    same(len(slb.services()), 1024)


@case("ten thousand servers in two groups, added and found in little time")
def _():
    begin = time.monotonic()
    base = int(ipaddress.ip_address("10.128.0.1"))
    addresses = [str(ipaddress.ip_address(base + i)) for i in range(2500)]
    for name in ("a", "b"):
        slb.group(name, sched="rr")
    marks = []
    for name in ("a", "b"):
        for port in (1, 2):
            for address in addresses:
                slb.srv(name, address, port)
            marks.append(time.monotonic() - begin)
            begin = time.monotonic()
    same([g["servers"] for g in slb.groups()], [5000, 5000])
    for address in addresses:
        slb.srv_edit("a", address, 2, weight=7)
    marks.append(time.monotonic() - begin)
    begin = time.monotonic()
    same(sum(s["weight"] for s in slb.servers("a")), 2500 + 2500 * 7)
    assert max(marks[1:]) < 6 * marks[0] + 1, marks
    slb.group_del("a")
    slb.group_del("b")
    same(slb.info()["servers"], 0)


main(before=before)
