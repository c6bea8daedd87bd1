# SPDX-License-Identifier: GPL-2.0-only
"""What slbd's metrics say of the module: traffic, health, limits, drops."""
import atexit
import json
import os
import shutil
import subprocess

from cases import Skip, both, case, eventually, main, same
from cluster import CLIENT_NS, LADDR, LB, VIP, balancer, connect, fresh_socket, listen, pair, server_addr, talk, told
from prom import ask, lint
from prom import scrape as scrape_here
from servers import Slbd
from wire import SLOW
import netns

slb = balancer()
MANY = 200 if SLOW > 1 else 600
CHECKS = [f"--group web{v} type=tcp interval=1 timeout=4 rise=1 fall=1 port=9000" for v in (4, 6)]
# A request and an answer of 100 KB each way.
BYTES = 100_000
# 1024 to 60999 but for those that the host may use itself.
PORTS = 60999 - 1024 - (60999 - 32768)
state = {}


def tool(*words):
    done = subprocess.run(["slbadm", *words], capture_output=True, encoding="utf-8", check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def scrape():
    with netns.inside(LB):
        return scrape_here()


def ask_here():
    """As fast as it comes: it is not looked at."""
    with netns.inside(LB):
        same(ask()[0], 200)


def service(v, port=80):
    return f"tcp {VIP[v]}:{port}" if v == 4 else f"tcp [{VIP[v]}]:{port}"


def server(v, index=1, port=8080):
    return f"{server_addr(v, index)}:{port}" if v == 4 else f"[{server_addr(v, index)}]:{port}"


def of_server(v, index=1):
    return {"group": f"web{v}", "server": server(v, index)}


def spec(v, port=80):
    return f"{VIP[v]}:{port}" if v == 4 else f"[{VIP[v]}]:{port}"


tool("--add-limit", "gold", "--max-conns", "100", "--max-rate", "1000")
for family in (4, 6):
    tool("-P", LADDR[family])
    tool("--add-group", f"web{family}", "-s", "rr")
    tool("-a", "--group", f"web{family}", "-r", server(family), "-w", "3", "--name", 'one "big" \\ é')
    tool("-A", "-t", spec(family), "--group", f"web{family}", "--limit", "gold", "--name", f"shop {family}")
    tool("-A", "-t", spec(family, 81), "-s", "wrr")
    tool("-a", "-t", spec(family, 81), "-r", server(family))
listeners = {v: listen(v) for v in (4, 6)}
# What is checked is beside what serves, whose connections are counted.
checked = {v: listen(v, port=9000) for v in (4, 6)}
slbd = Slbd(CHECKS, "--metrics", "9468")
atexit.register(slbd.process.kill)


def delta(name, before, after, /, **labels):
    return after.sum(name, **labels) - before.sum(name, **labels)


@both("servers are checked")
def _(v):
    eventually(lambda: scrape().sum("slb_check_results_total", result="ok", **of_server(v)) > 0, "a check", 20)


@both("traffic moves the counters by what was sent, and slbadm tells the same")
def _(v):
    before = scrape()
    client, srv = pair(v, listeners[v])
    client.sendall(b"q" * BYTES)
    srv.sendall(b"a" * BYTES)
    for sock in (client, srv):
        left = BYTES
        while left:
            left -= len(sock.recv(left))
    now = scrape()
    for name, labels in (("service", {"service": service(v)}), ("server", of_server(v))):
        same(delta(f"slb_{name}_connections_total", before, now, **labels), 1)
        for direction, least in (("in", BYTES), ("out", BYTES)):
            amount = delta(f"slb_{name}_bytes_total", before, now, direction=direction, **labels)
            assert least < amount < 1.5 * least, (name, direction, amount)
            assert delta(f"slb_{name}_packets_total", before, now, direction=direction, **labels) > 2
    same(now.get("slb_server_connections", state="active", **of_server(v)), 1)
    same(now.get("slb_service_connections", service=service(v)), 1)
    same(delta("slb_service_connections", before, now), 1)
    same(now.get("slb_laddr_ports", pool="", address=LADDR[v]), PORTS)
    same(now.get("slb_laddr_leases", pool="", address=LADDR[v]), 1)
    assert delta("slb_connections", before, now) >= 1
    assert delta("slb_seen_total", before, now) > 4
    same(delta("slb_conn_created_total", before, now), 1)
    same(now.get("slb_limit_connections", limit="gold"), 1 if v == 4 else 2)
    listed = [s for s in json.loads(tool("-L", "-n", "--stats", "--json"))["services"] if s["address"] == VIP[v] and s["port"] == 80]
    same(listed[0]["stats"]["in-bytes"], now.get("slb_service_bytes_total", service=service(v), direction="in"))
    state[v] = client, srv


@both("an answer has the server's and the service's names, whatever is in them")
def _(v):
    now = scrape()
    same(now.get("slb_service_info", service=service(v), name=f"shop {v}", group=f"web{v}", limit="gold"), 1)
    same(now.get("slb_service_info", service=service(v, 81), scheduler="wrr"), 1)
    same(now.get("slb_server_info", name='one "big" \\ é', forward="fullnat", state="up", **of_server(v)), 1)
    same(now.get("slb_server_weight", **of_server(v)), 3)
    same((now.get("slb_service_servers", service=service(v)), now.get("slb_service_enabled", service=service(v))), (1, 1))


@both("resets are counted by who made them")
def _(v):
    before = scrape()
    client, srv = pair(v, listeners[v])
    srv.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")	# SO_LINGER: its end is a RST
    srv.close()
    same(told(client), "reset")
    client.close()
    now = scrape()
    same(delta("slb_service_resets_total", before, now, service=service(v), by="server"), 1)
    same(delta("slb_server_resets_total", before, now, by="server", **of_server(v)), 1)
    same(delta("slb_service_resets_total", before, now, by="client"), 0)


def knock(v, port):
    """Nobody answers."""
    sock = fresh_socket(CLIENT_NS, v)
    sock.settimeout(0.3)
    try:
        sock.connect((VIP[v], port))
    except TimeoutError:
        pass
    sock.close()


@both("what an access list and a limit refuse")
def _(v):
    tool("--add-acl", f"nobody{v}", "--deny", "10.9.0.0/16" if v == 4 else "fd00:9::/32")
    tool("-E", "-t", spec(v, 81), "--acl", f"nobody{v}")
    before = scrape()
    knock(v, 81)
    now = scrape()
    packets = delta("slb_service_denied_packets_total", before, now, service=service(v, 81))
    assert packets > 0
    assert delta("slb_service_denied_bytes_total", before, now, service=service(v, 81)) >= 40 * packets
    same(delta("slb_dropped_packets_total", before, now, reason="denied"), packets)
    tool("-E", "-t", spec(v, 81), "--no-acl", "--max-conns", "1")
    first = pair(v, listeners[v], port=81)
    try:
        connect(v, 81)
        raise AssertionError("the limit does not hold")
    except ConnectionRefusedError:
        pass
    now = scrape()
    same(now.get("slb_service_refused_connections_total", service=service(v, 81), limit="conns"), 1)
    same(now.get("slb_service_max_connections", service=service(v, 81)), 1)
    same(now.get("slb_service_connections", service=service(v, 81)), 1)
    tool("kill", "-t", spec(v, 81))
    eventually(lambda: scrape().get("slb_service_connections", service=service(v, 81)) == 0, "its end", 30)
    tool("-Z", "-t", spec(v))
    same(scrape().get("slb_service_connections", service=service(v)), 1)
    for end in first:
        end.close()


@both("health: a server dies and comes back")
def _(v):
    now = scrape()
    same(now.get("slb_server_up", **of_server(v)), 1)
    assert now.get("slb_check_results_total", result="ok", **of_server(v)) > 0
    down = now.get("slb_servers", state="down")
    checked[v].close()
    slbd.wait(rf"web{v} .*is down: refused", 20)
    now = scrape()
    same(now.get("slb_server_up", **of_server(v)), 0)
    same(now.get("slb_servers", state="down"), down + 1)
    same(now.get("slb_server_info", name='one "big" \\ é', forward="fullnat", state="down", **of_server(v)), 1)
    assert now.get("slb_check_results_total", result="failed", **of_server(v)) > 0
    checked[v] = listen(v, port=9000)
    eventually(lambda: scrape().get("slb_server_up", **of_server(v)) == 1, "the server to be up", 20)
    assert scrape().get("slb_check_duration_seconds_count", group=f"web{v}") > 2
    talk(*state[v])


@case("the module as a whole")
def _():
    now = scrape()
    same((now.get("slb_up"), now.get("slb_services"), now.get("slb_laddrs")), (1, 4, 2))
    same(now.sum("slb_servers"), 4)
    info = json.loads(tool("info", "--json"))
    same(now.get("slb_table_buckets"), info["buckets"])
    same(now.get("slb_memory_bytes", of="table"), 8 * info["buckets"])
    held = sum(now.sum("slb_service_connections", service=service(v, port)) * info[f"conn-bytes{v}"]
               for v in (4, 6) for port in (80, 81))
    assert held > 0
    same(now.get("slb_memory_bytes", of="connections"), held)
    same(now.get("slb_build_info", version=info["tool"], module=info["module"]), 1)
    drops = {dict(key)["reason"] for key in now.all("slb_dropped_packets_total")}
    assert {"denied", "no-server", "bandwidth"} < drops, drops


@case("promtool finds nothing wrong")
def _():
    text = scrape().text
    with open(os.path.join(os.environ["SLB_TMP"], "metrics"), "w", encoding="utf-8") as file:
        file.write(text)
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed")
    same(lint(text), "")


@case(f"{MANY} services more: each is there, while checks go on and the configuration changes")
def _():
    lines = "".join(f"-A -t 10.100.{i // 250}.{i % 250 + 1}:80 -s rr\n"
                    f"-a -t 10.100.{i // 250}.{i % 250 + 1}:80 -r {server_addr(4)}:8080\n" for i in range(MANY))
    restore = subprocess.Popen(["slbadm", "-R"], stdin=subprocess.PIPE, encoding="ascii", stderr=subprocess.DEVNULL)
    restore.stdin.write(lines)
    restore.stdin.close()
    while restore.poll() is None:
        ask_here()
    same(restore.returncode, 0)
    now = scrape()
    same((now.get("slb_services"), len(now.all("slb_service_connections_total"))), (MANY + 4, MANY + 4))
    same(len(now.all("slb_server_up")), MANY + 4)
    print("note", f"{len(now.text)} bytes for {MANY} services,", f"{now.get('slb_collect_duration_seconds')} s to collect",
          sep="\t", flush=True)
    failed = now.sum("slb_check_results_total", result="failed")
    for _ in range(3):
        ask_here()
    same(scrape().sum("slb_check_results_total", result="failed"), failed)


@case("the end: nothing is left, and nothing was complained of")
def _():
    same(slbd.has("ERROR|Sanitizer|metrics without"), [])
    same(slbd.stop(), 0)
    for v in (4, 6):
        talk(*state[v])


main()
