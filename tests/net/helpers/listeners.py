# SPDX-License-Identifier: GPL-2.0-only
"""What slbadm and bad requests make of services with several ports or a mark. 10.77/16 is marked with 5."""
import errno
import json

from cases import both, case, main, same
from slbnl import NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, Refused
from wire import ACK, CLIENT, LADDR, PSH, RST, SERVER, SYN, TCP, UDP, VIP, Flow, Pkt, Rig

rig = Rig()
ANY = {4: "10.77.3.4", 6: "fd00:77::304"}


def host(v, addr=None):
    return (addr or VIP[v]) if v == 4 else f"[{addr or VIP[v]}]"


def kinds(v):
    """How slbadm names one of each kind, and what a client asks for: address, port."""
    return ((["-t", f"{host(v)}:8000-8999"], VIP[v], 8123), (["-t", f"{host(v)}:0"], VIP[v], 77),
            (["-f", "5"] + (["-6"] if v == 6 else []), ANY[v], 443))


def adm(*words):
    return rig.slbadm(*words)


def build(v, *options):
    adm("-P", LADDR[v])
    for name, _, _ in kinds(v):
        adm("-A", *name, *options)
        adm("-a", *name, "-r", SERVER[v])


def asks(v, addr, port, client=None):
    """Sends a SYN; how it was counted."""
    rig.mark()
    rig.client.send(Pkt(client or CLIENT[v], addr, rig.next_port(), port, flags=SYN, seq=7))


def drops():
    return {name: n for name, n in rig.counted().items() if name.startswith("drop:")}


@both("--disable: old connections go on, new ones are reset; --enable takes them again")
def _(v):
    build(v)
    for name, addr, port in kinds(v):
        old = Flow(rig, v, vip=addr, vport=port).open().data()
        adm("-E", *name, "--disable")
        asks(v, addr, port)
        same(rig.client.expect("RST").flags & RST, RST, str(name))
        same(drops(), {"drop:disabled": 1}, str(name))
        old.data()
        assert "--disable" in adm("-S", "-n")
        adm("-E", *name, "--enable")
        new = Flow(rig, v, vip=addr, vport=port).open().data()
        same((new.saddr, new.sport), (SERVER[v], port))
        old.data().close()
        assert "--disable" not in adm("-S", "-n")


@both("-S, -R, -S: equal to the byte, whatever the listeners have")
def _(v):
    adm("--add-acl", "good", "--allow", CLIENT[v])
    adm("--add-limit", "gold", "--max-conns", "100")
    adm("--add-group", "web", "-s", "mh")
    build(v, "-s", "wrr", "--idle", "60", "--acl", "good", "--limit", "gold", "--max-rate", "50", "-p", "60", "--comment", "a b",
          "--unknown", "drop", "--min-alive", "2")
    adm("-A", "-u", f"{host(v)}:8000-8999", "--group", "", "-s", "sh", "--disable", "--name", "name of it")
    adm("-A", "-t", f"{host(v)}:9000-9001", "--group", "web")
    adm("-a", "--group", "web", "-r", f"{host(v, SERVER[v])}:80")
    adm("-a", "-u", f"{host(v)}:8000-8999", "-r", f"{host(v, SERVER[v])}:53", "-m", "-w", "7")
    saved = adm("-S", "-n")
    for name, _, _ in kinds(v):
        assert f"-A {' '.join(name)} " in saved, saved
    rig.slb.flush()
    same(adm("-S", "-n") == saved, False)
    rig.slbadm("-R", stdin=saved)
    same(adm("-S", "-n"), saved)
    rig.slbadm("--sync", stdin=saved)
    same(rig.slbadm("--check", stdin=saved), "")


@both("JSON and text say what a listener is")
def _(v):
    build(v)
    listed = json.loads(adm("-L", "-n", "--json"))["services"]
    key = {"address": VIP[v], "proto": "tcp"}
    same([{name: svc.get(name) for name in ("proto", "address", "port", "port-last", "fwmark", "family")} for svc in listed],
         [{"proto": None, "address": None, "port": None, "port-last": None, "fwmark": 5, "family": f"ipv{v}"},
          {**key, "port": 0, "port-last": None, "fwmark": None, "family": None},
          {**key, "port": 8000, "port-last": 8999, "fwmark": None, "family": None}])
    same([[(srv["address"], srv["port"]) for srv in svc["servers"]] for svc in listed], [[(SERVER[v], 0)]] * 3)
    text = adm("-L", "-n")
    for words in (f"TCP  {host(v)}:8000-8999 ", f"TCP  {host(v)}:0 ", "FWM  5 IPv6 " if v == 6 else "FWM  5 "):
        assert words in text, (words, text)


@both("access lists keep clients out of ranges, all ports and marks, without an answer")
def _(v):
    other = CLIENT[v][:-1] + "9"
    adm("--add-acl", "bad", "--deny", CLIENT[v])
    build(v, "--acl", "bad")
    for name, addr, port in kinds(v):
        asks(v, addr, port)
        rig.client.quiet()
        same(drops(), {"drop:denied": 1}, str(name))
        Flow(rig, v, vip=addr, vport=port, client=other).open().data()
    same([svc["stats"]["denied-pkts"] for svc in rig.slb.services()], [1] * 3)


@case("-A warns of protocols that tell addresses in their data, once for each, and of no others")
def _():
    odd = "tells addresses in its data"
    for kind, ports, names in (("-t", "21", ["FTP"]), ("-u", "21", []), ("-u", "69", ["TFTP"]), ("-t", "69", []),
                               ("-t", "1720", ["H.323"]), ("-u", "1720", []), ("-t", "5060", ["SIP"]), ("-u", "5060", ["SIP"]),
                               ("-t", "5061", ["SIP"]), ("-t", "5000-5999", ["SIP"]), ("-t", "20-1720", ["FTP", "H.323"]),
                               ("-u", "1-100", ["TFTP"]), ("-t", "22-1719", []), ("-t", "0", []), ("-t", "80", [])):
        text = adm("-A", kind, f"10.0.0.80:{ports}")
        same([line.split(": ")[-1].split()[0] for line in text.splitlines() if odd in line], names, f"{kind} {ports}: {text}")
        same(text.count("warning"), len(names), text)
        adm("-D", kind, f"10.0.0.80:{ports}")
    same(adm("-A", "-f", "3"), "")


def refused(key, error, words, flags=NLM_F_CREATE | NLM_F_EXCL, **fields):
    before = rig.slb.services()
    try:
        rig.slb.change("SVC_NEW", "SVC", {**key, **fields}, flags)
    except Refused as why:
        same((why.errno, words in str(why)), (error, True), str(why))
        same(rig.slb.services(), before, "services")
        return
    raise AssertionError(f"not refused: {key} {words}")


@both("services by mark: what they cannot be, or already are, is refused in words")
def _(v):
    six = {"ipv6": True} if v == 6 else {}
    mark = {"fwmark": 5, **six}
    nothing_else = "has no protocol, address and port"
    for more in ({"proto": TCP}, {"addr": VIP[v]}, {"port": 80}, {"port-last": 90}, {"proto": UDP, "addr": VIP[v], "port": 53}):
        refused({**mark, **more}, errno.EINVAL, nothing_else)
    refused({"fwmark": 0, **six}, errno.ERANGE, "")
    refused({"proto": TCP, "addr": VIP[v], "port": 80, "ipv6": True}, errno.EINVAL, "an address tells its family itself")
    refused(mark, errno.ENOENT, "", NLM_F_REPLACE)
    rig.slb.listen(mark)
    refused(mark, errno.EEXIST, "exists already")
    for key, words in (({"addr": VIP[v], "port": 80}, "protocol is missing"), ({"proto": TCP, "port": 80}, "address is missing"),
                       ({"proto": TCP, "addr": VIP[v]}, "port is missing"),
                       ({"proto": TCP, "addr": VIP[v], "port": 9000, "port-last": 8999}, "comes before the first"),
                       ({"proto": TCP, "addr": VIP[v], "port": 0, "port-last": 8999}, "is all ports, and no range"),
                       ({"port-last": 8999}, "protocol is missing")):
        refused(key, errno.EINVAL, words)
    other = SERVER[10 - v]
    for addr, port, error, words in ((other, 0, errno.EAFNOSUPPORT, "of different address families"), (SERVER[v], 80, 0, "")):
        try:
            rig.slb.serve(mark, addr, port)
            same(error, 0)
        except Refused as why:
            same((why.errno, words in str(why)), (error, True), str(why))
    same([srv["addr"] for srv in rig.slb.servers()], [SERVER[v]])
    for bad in ({"fwmark": 6, **six}, {"fwmark": 5, **({} if v == 6 else {"ipv6": True})}):
        try:
            rig.slb.listen_del(bad)
        except Refused as why:
            same((why.errno, "no such service" in str(why)), (errno.ENOENT, True), str(why))
        else:
            raise AssertionError(bad)


@both("the fast path takes connections by mark: what comes later needs no mark, what opens one is left to the rules")
def _(v):
    # By itself it stays off where rules would miss packets.
    rig.slb.settings(**{"fastpath": ["c0", "s0"], "fastpath-force": 1})
    try:
        build(v)
        name, addr, port = kinds(v)[2]
        flow = Flow(rig, v, vip=addr, vport=port).open().data()
        before = rig.slb.counters()[0]
        for _ in range(5):
            flow.c(ACK | PSH, b"question")
            flow.s(ACK | PSH, b"answer")
        after = rig.slb.counters()[0]
        same((after["fast"] - before["fast"], after["forwarded"] - before["forwarded"]), (10, 10), "fast, forwarded")
        same(flow.entry()["fwmark"], 5)
        flow.close()
        # The range beside it, on the same wires.
        whole = Flow(rig, v, vport=8123).open().data()
        start = rig.slb.counters()[0]["fast"]
        whole.c(ACK | PSH, b"question")
        whole.s(ACK | PSH, b"answer")
        same(rig.slb.counters()[0]["fast"] - start, 2)
        adm("-E", *name, "--disable")
        asks(v, addr, port)
        same(rig.client.expect("RST").flags & RST, RST)
        same(drops(), {"drop:disabled": 1})
    finally:
        rig.slb.settings(**{"fastpath-none": True, "fastpath-force": 0})


main(before=rig.fresh)
