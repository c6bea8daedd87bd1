# SPDX-License-Identifier: GPL-2.0-only
"""Limits of a service, of a server, of client prefixes, and named ones that services share."""
import json
import time

from cases import both, case, eventually, main, same
from slbnl import Refused
from wire import ACK, CLIENT, ICMP, ICMP6, LADDR, RST, SERVER, SERVER2, SYN, TCP, UDP, VIP, Flow, Pkt, Rig

rig = Rig()


def svc_name(v, port=80):
    return f"[{VIP[6]}]:{port}" if v == 6 else f"{VIP[4]}:{port}"


def end_name(addr, port=8080):
    return f"[{addr}]:{port}" if ":" in addr else f"{addr}:{port}"


def edit(v, *words, port=80):
    rig.slbadm("-E", "-t", svc_name(v, port), *words)


def counted(port=80):
    """How many connections the service's limits count; None: it has none."""
    for svc in rig.slb.services():
        if svc["port"] == port:
            return svc["limits"]["now"] if "limits" in svc else None
    raise AssertionError("no such service")


def stats(port=80, proto=TCP):
    return next(svc["stats"] for svc in rig.slb.services() if (svc["port"], svc["proto"]) == (port, proto))


def refused(v, name, port=80, client=None, stat=None):
    """A SYN is answered by a RST, and the reason counted."""
    before = stats(port)[stat or name]
    rig.mark()
    rig.client.send(Pkt(client or CLIENT[v], VIP[v], rig.next_port(), port, flags=SYN, seq=7))
    got = rig.client.expect("RST")
    same((got.flags & RST, got.ack), (RST, 8))
    rig.server.quiet()
    same({n: d for n, d in rig.counted().items() if n.startswith("drop:")}, {"drop:" + name: 1})
    same(stats(port)[stat or name] - before, 1, "the service's counter")


def end(flow):
    """The client resets; the entry is gone a second later."""
    flow.c(RST | ACK)
    eventually(lambda: not flow.entry(), "the end")


@both("connections: the one above the limit is refused, and let in when another has ended")
def _(v):
    rig.slb.settings(timeouts={"close": 1})
    rig.service(v)
    edit(v, "--max-conns", "2")
    flows = [Flow(rig, v).open().data() for _ in range(2)]
    refused(v, "limit-conns")
    same(counted(), 2)
    flows[0].data()
    end(flows[0])
    same(counted(), 1)
    Flow(rig, v).open()
    refused(v, "limit-conns")
    told = rig.slbadm("-L", "-n", "--stats")
    assert "limit-conns 2" in told, told


@both("connections: switched on, off and on again while some live, the count is theirs")
def _(v):
    rig.slb.settings(timeouts={"close": 1})
    rig.service(v)
    flows = [Flow(rig, v).open().data() for _ in range(3)]
    same(counted(), None)
    edit(v, "--max-conns", "4")
    same(counted(), 3)
    flows.append(Flow(rig, v).open().data())
    refused(v, "limit-conns")
    edit(v, "--max-conns", "0")
    same(counted(), None)
    flows.append(Flow(rig, v).open().data())
    end(flows.pop(0))
    edit(v, "--max-conns", "2", "--max-rate", "1000")
    same(counted(), 4)
    refused(v, "limit-conns")
    for flow in flows:      # nobody was turned out
        flow.data()
    for flow in flows[:3]:
        end(flow)
    same(counted(), 1)
    Flow(rig, v).open()
    refused(v, "limit-conns")


@both("connections: what does not come about is not counted")
def _(v):
    rig.service(v, servers=())
    edit(v, "--max-conns", "1", "--client-conns", "1")
    for _ in range(3):
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, flags=SYN))
        rig.client.expect("RST")
    same((counted(), stats()["limit-conns"], rig.slb.info()["limit-clients"]), (0, 0, 0))


def offer(v, proto, n=30):
    """So many new connections at once: how many came through, how many were refused, in which time."""
    before = stats(80, proto)
    begin = time.monotonic()
    for _ in range(n):
        rig.client.send(Pkt(CLIENT[v], VIP[v], rig.next_port(), 80, proto, flags=SYN))
    eventually(lambda: sum(stats(80, proto)[k] - before[k] for k in ("conns", "limit-rate")) == n, "all to be judged")
    spent = time.monotonic() - begin
    after = stats(80, proto)
    return after["conns"] - before["conns"], after["limit-rate"] - before["limit-rate"], spent


@both("new connections a second: a burst, then the rate; who is refused is told by a RST or by ICMP")
def _(v):
    rig.service(v)
    rig.service(v, UDP, laddrs=())
    for name, proto in ("-t", TCP), ("-u", UDP):
        rig.slbadm("-E", name, svc_name(v), "--max-rate", "5")
        rig.mark()
        passed, refusals, spent = offer(v, proto)
        assert 5 <= passed <= 6 + spent * 5 and refusals, (passed, refusals, spent)
        same(rig.counted()["drop:limit-rate"], refusals)
        got = rig.client.expect("refusal")
        same(got.proto == TCP and got.flags & RST or got.proto, RST if proto == TCP else ICMP6 if v == 6 else ICMP)
        rig.client.drain()
        rig.server.drain()


@both("a named limit: services share it, each can have one of its own too, and it moves with them")
def _(v):
    rig.slb.settings(timeouts={"close": 1})
    rig.slbadm("--add-limit", "gold", "--max-conns", "3")
    rig.slbadm("--add-limit", "iron", "--profile", "5k")
    for port in 80, 81:
        rig.service(v, port=port, laddrs=(LADDR,) if port == 80 else ())
        edit(v, "--limit", "gold", port=port)
    edit(v, "--max-conns", "2")
    flows = [Flow(rig, v, port).open().data() for port in (80, 80, 81)]
    refused(v, "limit-conns", 81)
    refused(v, "limit-conns", 80)
    same([rig.slb.limits()["gold"][n] for n in ("now", "services", "limit-conns")], [3, 2, 1])
    same(counted(), 2)
    told = json.loads(rig.slbadm("--list-limits", "--json"))["limits"]
    same([(l["name"], l["max-conns"], l["max-rate"], l["counted"], l["limit-conns"]) for l in told],
         [("gold", 3, 0, 3, 1), ("iron", 5000, 3000, 0, 0)])
    edit(v, "--limit", "iron", port=80)
    same([rig.slb.limits()[n]["now"] for n in ("gold", "iron")], [1, 2])
    Flow(rig, v, 81).open()
    rig.slbadm("--edit-limit", "gold", "--max-conns", "1")
    refused(v, "limit-conns", 81)
    end(flows[0])
    same([rig.slb.limits()[n]["now"] for n in ("gold", "iron")], [2, 1])
    edit(v, "--limit", "", port=80)
    same([rig.slb.limits()[n]["now"] for n in ("gold", "iron")], [2, 0])
    rig.slbadm("--del-limit", "iron")
    try:
        rig.slb.limit_del("gold")
        raise AssertionError("a limit in use was deleted")
    except Refused as error:
        assert "a service uses the limit" in str(error), error
    # A removed service's connections may still be counted; the limit can go.
    rig.slb.svc_del(VIP[v], 81)
    rig.slb.limit_del("gold")


@both("a server at its limit: another one is tried; one that was full stays so down to the lower limit")
def _(v):
    rig.slb.settings(timeouts={"close": 1})
    rig.service(v, servers=(SERVER, SERVER2), sched="rr")
    for server, words in ((SERVER, ("-x", "2", "-y", "1")), (SERVER2, ("-x", "3", "--max-rate", "1000"))):
        rig.slbadm("-e", "-t", svc_name(v), "-r", end_name(server[v]), *words)
    flows = [Flow(rig, v).open().data() for _ in range(5)]
    at = [sum(f.saddr == s[v] for f in flows) for s in (SERVER, SERVER2)]
    same(at, [2, 3])
    refused(v, "limit-server")
    first = [f for f in flows if f.saddr == SERVER[v]]
    end(first[0])
    refused(v, "limit-server")          # one is left, and 1 is not below 1
    end(first[1])
    same(Flow(rig, v).open().saddr, SERVER[v])
    second = [f for f in flows if f.saddr == SERVER2[v]]
    Flow(rig, v).open()
    refused(v, "limit-server")
    end(second[0])                       # two of three: below three quarters
    same(Flow(rig, v).open().saddr, SERVER2[v])
    assert sum(s["stats"]["limit-conns"] for s in rig.slb.servers()) >= 5


@both("client prefixes: each has its own count, which is gone with its connections")
def _(v):
    rig.slb.settings(timeouts={"close": 1})
    rig.service(v)
    a, b, other = ("10.9.0.2", "10.9.0.77", "10.9.1.2") if v == 4 else ("fd00:9::2", "fd00:9::1:2", "fd00:9:0:1::2")
    edit(v, "--client-conns", "2")
    if v == 4:
        edit(v, "--client-prefix4", "24")
    flows = [Flow(rig, v, client=addr).open().data() for addr in (a, b, other)]
    same(rig.slb.info()["limit-clients"], 2)
    refused(v, "limit-client", client=a)
    refused(v, "limit-client", client=b)
    flows.append(Flow(rig, v, client=other).open())
    end(flows[0])
    flows[0] = Flow(rig, v, client=a).open()
    refused(v, "limit-client", client=b)
    # Other prefixes: those who live are counted by theirs.
    edit(v, "--client-prefix4", "32", "--client-prefix6", "128")
    flows.append(Flow(rig, v, client=a).open().data())
    refused(v, "limit-client", client=a)
    flows.append(Flow(rig, v, client=b).open())
    same(rig.slb.info()["limit-clients"], 3)
    edit(v, "--client-conns", "0")
    same(rig.slb.info()["limit-clients"], 0)
    edit(v, "--client-conns", "2")
    same(rig.slb.info()["limit-clients"], 3)
    rig.slb.svc_del(VIP[v], 80)
    rig.settle()
    same(rig.slb.info()["limit-clients"], 0)


@both("client prefixes: their rate, each its own")
def _(v):
    rig.service(v)
    edit(v, "--client-rate", "1")
    rig.mark()
    for client in ("10.9.0.2", "10.9.1.9") if v == 4 else ("fd00:9::2", "fd00:9:0:9::1"):
        for _ in range(20):
            rig.client.send(Pkt(client, VIP[v], rig.next_port(), 80, flags=SYN))
        eventually(lambda: rig.counted().get("drop:limit-client"), "a refusal")
        same(rig.server.expect("SYN").flags, SYN)
    rig.client.drain()
    rig.server.drain()


def blast(flow, n, size, server=False, proto=TCP):
    """How many of @n packets with @size bytes pass, and in which time."""
    way = "out" if server else "in"
    before = stats(80, proto)
    begin = time.monotonic()
    for _ in range(n):
        if server:
            rig.server.send(flow.spkt(ACK, b"s" * size))
        elif flow:
            rig.client.send(flow.cpkt(ACK, b"c" * size))
        else:
            rig.client.send(Pkt(CLIENT[4], VIP[4], rig.next_port(), 80, UDP, data=b"x" * size))
    eventually(lambda: sum(stats(80, proto)[way + k] - before[way + k] for k in ("-pkts", "-limited")) == n, "all")
    spent = time.monotonic() - begin
    rig.client.drain()
    rig.server.drain()
    after = stats(80, proto)
    return after[way + "-pkts"] - before[way + "-pkts"], spent


def cut(passed, spent, size):
    """The burst of 12500 bytes, then 125 bytes a millisecond."""
    assert 12500 // size <= passed <= 14 + spent * 125000 / size, (passed, spent)


@both("bandwidth: what is above it is dropped, in its direction, also of connections that lived before")
def _(v):
    rig.service(v, toa=0)
    flow = Flow(rig, v).open().data()
    same(blast(flow, 30, 1000)[0], 30)
    edit(v, "--bandwidth-in", "1M")
    rig.mark()
    passed, spent = blast(flow, 150, 1000)
    cut(passed, spent, 1040)
    same(rig.counted().get("drop:bandwidth", 0), 150 - passed)
    same(blast(flow, 30, 1000, server=True)[0], 30)
    edit(v, "--bandwidth-in", "0", "--bandwidth-out", "1M")
    same(blast(flow, 30, 1000)[0], 30)
    passed, spent = blast(flow, 150, 1000, server=True)
    cut(passed, spent, 1040)
    edit(v, "--bandwidth-out", "0")
    same(blast(flow, 30, 1000, server=True)[0], 30)
    same(counted(), None)


@case("bandwidth: first packets count, too, and are dropped, not refused")
def _():
    rig.service(4, UDP)
    rig.slbadm("-E", "-u", svc_name(4), "--bandwidth-in", "1M", "--max-conns", "1000")
    rig.mark()
    passed, spent = blast(None, 100, 1000, proto=UDP)
    cut(passed, spent, 1028)
    same((counted(), rig.counted().get("unreach-sent")), (passed, None))


@case("save, restore, save: equal to the byte; JSON says the same")
def _():
    lines = ["--add-limit gold --max-conns 10000 --max-rate 500", "--add-limit zinc",
             f"-A -t {svc_name(4)} -s wlc --idle 77 --timeout syn-sent=3,close=4 --max-conns 50000 --max-rate 5000 "
             "--client-conns 10 --client-rate 3 --client-prefix4 24 --client-prefix6 48 --bandwidth-in 1500k "
             "--bandwidth-out 2G --limit gold",
             f"-a -t {svc_name(4)} -r 10.1.0.11:8080 -b -w 1 -x 100 -y 50 --max-rate 7",
             f"-A -u {svc_name(6)} -s wlc --idle 4000 --client-prefix6 128 --limit zinc"]
    text = "\n".join(lines) + "\n"
    rig.slbadm("-R", stdin=text)
    saved = rig.slbadm("-S", "-n")
    same([l for l in saved.splitlines() if not l.startswith("--set")], lines)
    rig.slbadm("-R", stdin=saved)
    same(rig.slbadm("-S", "-n"), saved)
    # A line means the same whatever was there before.
    rig.slbadm("-R", stdin=f"-A -t {svc_name(4)} -s wlc\n-a -t {svc_name(4)} -r 10.1.0.11:8080 -b\n")
    assert "max-" not in "".join(l for l in rig.slbadm("-S", "-n").splitlines() if l.startswith(("-A -t", "-a")))
    rig.slbadm("-C")
    rig.slbadm("-R", stdin=saved)
    same(rig.slbadm("-S", "-n"), saved)
    svc = next(s for s in json.loads(rig.slbadm("-L", "-n", "--json"))["services"] if s["proto"] == "tcp")
    same(svc["limits"], {"max-conns": 50000, "max-rate": 5000, "client-conns": 10, "client-rate": 3,
                         "client-prefix4": 24, "client-prefix6": 48, "bandwidth-in": 1500000,
                         "bandwidth-out": 2000000000, "limit": "gold", "counted": 0})
    same(svc["servers"][0]["limits"], {"u-threshold": 100, "l-threshold": 50, "max-rate": 7})


@case("what is refused leaves everything as it was")
def _():
    rig.slbadm("--add-limit", "gold")
    rig.slbadm("-A", "-t", svc_name(4), "--limit", "gold", "--max-conns", "5")
    rig.slbadm("-a", "-t", svc_name(4), "-r", "10.1.0.11:8080", "-x", "5")
    saved = rig.slbadm("-S", "-n")
    for words, why in (
            (("--add-limit", "gold"), "the limit exists already"),
            (("--edit-limit", "iron", "--max-rate", "1"), "no limit has this name"),
            (("--del-limit", "iron"), "no limit has this name"),
            (("--del-limit", "gold"), "a service uses the limit"),
            (("--add-limit", "a b"), "a limit's name is made of"),
            (("-E", "-t", svc_name(4), "--limit", "iron"), "no limit has this name"),
            (("-e", "-t", svc_name(4), "-r", "10.1.0.11:8080", "-y", "6"), "the lower limit is above the upper one"),
            (("-A", "-t", svc_name(4, 81), "--limit", "iron"), "no limit has this name")):
        try:
            told = rig.slbadm(*words)
        except AssertionError as error:
            told = str(error)
        assert why in told, (words, told)
    for fields, why in (({"bandwidth-in": 999}, "1 Mbit/s to 100 Gbit/s"), ({"bandwidth-out": 100000001}, "1 Mbit/s"),
                        ({"conns-low": 1}, "only a server has a lower limit"), ({"now": 1}, "is not to be set"),
                        ({"client-len4": 33}, ""), ({"rate": 10000001}, "")):
        try:
            rig.slb.svc_edit(VIP[4], 80, limits=fields)
            raise AssertionError(f"{fields} was taken")
        except Refused as error:
            assert why in str(error), error
    for fields in {"name": "gold"}, {"bandwidth-in": 1000}, {"client-conns": 1}:
        try:
            rig.slb.srv_edit((VIP[4], 80), SERVER[4], 8080, limits=fields)
            raise AssertionError(f"{fields} was taken")
        except Refused as error:
            assert "only a service has this limit" in str(error), error
    same(rig.slbadm("-S", "-n"), saved)


@both("-L --clients: what each prefix has and may have, of one service or all, text and JSON")
def _(v):
    bits = 24 if v == 4 else 64
    near, far = ("10.9.0.2", "10.9.7.2") if v == 4 else ("fd00:9::2", "fd00:9:0:7::2")
    prefix = {near: "10.9.0.0" if v == 4 else "fd00:9::", far: "10.9.7.0" if v == 4 else "fd00:9:0:7::"}
    rig.service(v)
    edit(v, "--client-conns", "2", f"--client-prefix{v}", str(bits))
    flows = [Flow(rig, v, client=client).open() for client in (near, near, far)]
    key = {"proto": TCP, "addr": VIP[v], "port": 80}
    rows = [{"addr": prefix[near], "len": bits, "conns": 2, "full": True}, {"addr": prefix[far], "len": bits, "conns": 1}]

    def rows_of(**filters):
        return sorted(rig.slb.clients(service=key, **filters), key=lambda row: -row["conns"])

    same(rows_of(), rows)
    same(rows_of(addr=far, len=128 if v == 6 else 32), rows[1:], "an address in the prefix")
    same(rows_of(addr="10.0.0.0" if v == 4 else "fd00::", len=8), rows, "a prefix around them")
    same(rows_of(addr="192.0.2.0" if v == 4 else "2001:db8::", len=24 if v == 4 else 32), [])
    listed = json.loads(rig.slbadm("-L", "-n", "--clients", "--json"))["clients"]
    want = [{"proto": "tcp", "address": VIP[v], "port": 80, "client": f"{prefix[client]}/{bits}", "conns": conns,
             "max-conns": 2, "max-rate": 0, "full": full} for client, conns, full in ((near, 2, True), (far, 1, False))]
    same(sorted(listed, key=lambda row: -row["conns"]), want)
    text = rig.slbadm("-L", "-n", "--clients", "-t", svc_name(v), "--client", f"{prefix[near]}/{bits}")
    same([line.split()[2:] for line in text.splitlines()[1:]], [[f"{prefix[near]}/{bits}", "2", "2", "0", "full"]], text)
    # A service that limits no client has no list; one that there is not is refused.
    rig.slb.svc(VIP[v], 81)
    same(rig.slb.clients(service={**key, "port": 81}), [])
    for fields, words in (({"service": {**key, "port": 82}}, "no such service"), ({}, "the service is missing"),
                          ({"service": {"proto": TCP}}, "address is missing"),
                          ({"service": key, "len": 8}, "needs the client's address"),
                          ({"service": key, "addr": near, "len": 129 if v == 6 else 33}, "")):
        try:
            rig.slb.clients(**fields)
        except Refused as why:
            same(words in str(why), True, str(why))
        else:
            raise AssertionError(f"not refused: {fields}")
    rig.slb.settings(timeouts={"close": 1})
    for flow in flows:
        end(flow)
    eventually(lambda: rig.slb.clients(service=key) == [], "the end of the entries", timeout=20)


@case("-L --clients: 2 000 prefixes come in many messages, each once")
def _():
    rig.service(4)
    edit(4, "--client-rate", "1")
    clients = {f"10.9.{100 + i // 250}.{i % 250 + 1}" for i in range(2000)}
    for client in sorted(clients):
        rig.client.send(Pkt(client, VIP[4], 4000, 80, flags=SYN, seq=7))
    key = {"proto": TCP, "addr": VIP[4], "port": 80}
    eventually(lambda: stats()["conns"] == 2000, "all connections", timeout=30)
    told = [row["addr"] for row in rig.slb.clients(service=key)]
    same((len(told), set(told)), (2000, clients))
    rig.client.drain()
    rig.server.drain()


main(before=rig.fresh)
