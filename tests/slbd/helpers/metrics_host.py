# SPDX-License-Identifier: GPL-2.0-only
"""slbd's HTTP endpoint on this kernel."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

from cases import case, eventually, main, same
from prom import PORT, ask, lint, scrape
from wire import SLOW

TOP, TMP, SLBD = (os.environ[name] for name in ("SLB_TOP", "SLB_TMP", "SLBD"))
CONF, LOG = f"{TMP}/slb.conf", f"{TMP}/log"
SERVERS = """
groups:
  - name: "a \\"b\\" \\\\ c"
    check: {type: tcp, interval: 1}
    servers: ["127.0.0.1:9468", "127.0.0.1:9"]
services:
  - listen: tcp 10.0.0.80:80
    check: {type: tcp, interval: 1}
    servers: ["127.0.0.1:9"]
"""
LIFE = 20
state = {}


def log(name=LOG):
    with open(name, encoding="utf-8") as file:
        return file.read()


def conf(metrics):
    with open(CONF, "w", encoding="ascii") as file:
        file.write(f"metrics: {metrics}\n{SERVERS}")


def start(*options, to=LOG):
    with open(to, "w", encoding="utf-8") as out:
        program = subprocess.Popen([SLBD, "-f", "-n", "-c", CONF, *options], stderr=out)
    eventually(lambda: program.poll() is not None or "is ready" in log(to), "slbd", 20)
    return program


def reload(metrics):
    seen = len(re.findall("reloaded|stays in force", log()))
    conf(metrics)
    slbd.send_signal(signal.SIGHUP)
    eventually(lambda: len(re.findall("reloaded|stays in force", log())) > seen, "reload", 20)


def descriptors():
    return len(os.listdir(f"/proc/{slbd.pid}/fd"))


def connect(host="127.0.0.1", port=PORT):
    sock = socket.create_connection((host, port), timeout=LIFE + 30 * SLOW)
    return sock


def ends(sock):
    """Waits for the other side to close."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass
    sock.close()


def refused(host="127.0.0.1", port=PORT):
    try:
        connect(host, port).close()
    except ConnectionRefusedError:
        return True
    return False


def drip():
    """A header that never ends, a byte each second."""
    begin = time.monotonic()
    sock = connect()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        sock.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
        while time.monotonic() < begin + LIFE + 30:
            sock.sendall(b"x")
            time.sleep(0.5)
    except OSError:
        pass
    sock.close()
    state["drip"] = time.monotonic() - begin


conf(PORT)
slbd = start()
dripper = threading.Thread(target=drip, daemon=True)


@case("slbd answers, and has no more open files than before")
def _():
    eventually(lambda: "is down" in log(), "a check", 20)
    same(ask()[0], 200)
    eventually(lambda: state.setdefault("fds", descriptors()) == descriptors(), "the end of that", 10)


@case("a page, other paths, other methods")
def _():
    status, headers, text = ask("/")
    same((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
    assert "/metrics" in text, text
    for path in ("/metricsx", "/metrics/", "/../metrics", "//metrics", "/%2", "*"):
        same(ask(path)[0], 404, path)
    same(ask("/metrics?x=y")[0], 200)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
        status, headers, _ = ask("/metrics", method, body=b"x" * 100000 if method in ("POST", "PUT") else None)
        same((status, headers["Allow"]), (405, "GET, HEAD"), method)
    status, headers, text = ask("/metrics", "HEAD")
    same((status, text), (200, ""))
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers


@case("several requests by one connection")
def _():
    conn = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30 * SLOW)
    for path, code in (("/metrics", 200), ("/x", 404), ("/metrics", 200), ("/", 200)):
        conn.request("GET", path)
        answer = conn.getresponse()
        answer.read()
        same(answer.status, code)
    conn.close()


@case("the answer is well formed, also for promtool")
def _():
    metrics = scrape()
    state["names"] = set(metrics.types)
    same(lint(metrics.text), "")


@case("the manual has all metrics and no others")
def _():
    with open(f"{TOP}/tool/slbd.8", encoding="utf-8") as file:
        page = file.read().replace("\\-", "-")
    listed = re.findall(r"^\.BR? ((?:slb|process)_\w+)", page, re.M)
    same(len(listed), len(set(listed)))
    same(sorted(set(listed) ^ state["names"]), [])


def strings(value, key):
    """All texts of this key, at any depth."""
    if isinstance(value, list):
        return [text for item in value for text in strings(item, key)]
    if not isinstance(value, dict):
        return []
    here = [value[key]] if isinstance(value.get(key), str) else []
    return here + [text for item in value.values() for text in strings(item, key)]


@case("the dashboard is JSON and asks for metrics that there are, with labels that they have")
def _():
    with open(f"{TOP}/examples/grafana/slb.json", encoding="utf-8") as file:
        board = json.load(file)
    panels = [p for p in board["panels"] if p["type"] != "row"]
    assert len(panels) > 20 and all(p["title"] and p["targets"] for p in panels)
    same(len({p["id"] for p in board["panels"]}), len(board["panels"]))
    for a in panels:
        for b in panels:
            (x, y), (v, w) = ((p["gridPos"]["x"], p["gridPos"]["y"]) for p in (a, b))
            assert a is b or x + a["gridPos"]["w"] <= v or v + b["gridPos"]["w"] <= x or \
                y + a["gridPos"]["h"] <= w or w + b["gridPos"]["h"] <= y, (a["title"], b["title"])
    queries = strings(board, "expr") + strings(board, "definition")
    assert len(queries) > 30, queries
    named = set()
    for query in queries:
        same([query.count(c) for c in "({["], [query.count(c) for c in ")}]"], query)
        names = re.findall(r"\b(?:slb|process)_\w+", re.sub(r'"[^"]*"', "", query))
        assert names, query
        named |= {re.sub("_(bucket|sum|count)$", "", n) if n.startswith("slb_check_duration") else n for n in names}
    same(sorted(named - state["names"]), [])
    # What people want to see first.
    same(sorted({"slb_servers", "slb_service_denied_packets_total", "slb_service_denied_bytes_total", "slb_laddr_leases",
                 "slb_service_refused_connections_total", "slb_limit_refused_connections_total"} - named), [])
    used = set(re.findall(r'(\w+)=~?"', " ".join(queries))) - {"instance", "job"}
    with open(f"{TOP}/tool/slbd/metric.c", encoding="utf-8") as one, open(f"{TOP}/tool/slbd/collect.c", encoding="utf-8") as two:
        code = one.read() + two.read()
    same([label for label in used if not re.search(rf'"{label}(=\\)?"', code)], [])


@case("checks by result and duration, with labels as they must be")
def _():
    group, srv = 'a "b" \\ c', "127.0.0.1:9468"
    before = scrape()
    eventually(lambda: scrape().get("slb_check_results_total", group=group, server=srv, result="ok") >=
               before.get("slb_check_results_total", group=group, server=srv, result="ok") + 2, "two checks", 20)
    now = scrape()
    assert now.get("slb_check_results_total", group=group, server="127.0.0.1:9", result="failed") > 1
    assert now.get("slb_check_results_total", service="tcp 10.0.0.80:80", server="127.0.0.1:9", result="failed") > 1
    assert 0 < now.get("slb_check_last_duration_seconds", group=group, server=srv) < 10
    count = now.get("slb_check_duration_seconds_count", group=group)
    same(now.get("slb_check_duration_seconds_bucket", group=group, le="+Inf"), count)
    buckets = now.all("slb_check_duration_seconds_bucket")
    rising = [buckets[key] for key in sorted((k for k in buckets if ("group", group) in k),
                                             key=lambda k: float(dict(k)["le"]))]
    same((len(rising), rising), (15, sorted(rising)))
    same(count, now.sum("slb_check_results_total", group=group))
    assert 0 < now.get("slb_check_duration_seconds_sum", group=group) < 100
    same((now.get("slb_up"), now.get("slb_checks")), (0, 2))
    assert now.get("process_resident_memory_bytes") > 1e6


@case("what was counted goes on after a reload that leaves the group alone")
def _():
    before = scrape().sum("slb_check_duration_seconds_count")
    reload(PORT)
    assert scrape().sum("slb_check_duration_seconds_count") >= before


@case("reload: off, on, elsewhere, IPv6, all addresses at the same port")
def _():
    reload("off")
    assert refused()
    reload(PORT)
    same(ask()[0], 200)
    reload("10.0.0.1:9469")
    assert refused()
    same(ask(host="10.0.0.1", port=9469)[0], 200)
    reload(f'"[::1]:{PORT}"')
    same(ask(host="::1")[0], 200)
    reload(PORT)
    assert refused("::1")
    reload(f"0.0.0.0:{PORT}")
    same((ask()[0], ask(host="10.0.0.1")[0]), (200, 200))
    reload(f'"[::]:{PORT}"')
    same((ask()[0], ask(host="::1")[0]), (200, 200))
    reload(PORT)
    same(ask()[0], 200)
    assert refused("10.0.0.1")


@case("an address that cannot be had leaves everything where it is, and says why")
def _():
    taken = socket.create_server(("127.0.0.1", 9470))
    for where, why in (("9470", "Address already in use"), ("192.0.2.1:9468", "Cannot assign requested address")):
        seen = log().count("reloaded")
        reload(where)
        same(log().count("reloaded"), seen)
        assert re.search(rf"metrics: \S+: {why}", log()), log()
        same(ask()[0], 200)
    taken.close()
    for wrong in ("0", "99999", "127.0.0.1", "[1, 2]", "{a: b}", "127.0.0.1:x"):
        reload(wrong)
        same(ask()[0], 200)
    reload("9470")
    same(ask(port=9470)[0], 200)
    reload(PORT)


@case("the command line comes before the file, and is judged")
def _():
    other = start("--metrics", "[::1]:9471", to=f"{TMP}/other")
    same(ask(host="::1", port=9471)[0], 200)
    other.send_signal(signal.SIGTERM)
    same(other.wait(20 * SLOW), 0)
    for words, code, why in ((["--metrics", "x:y:z"], 2, "--metrics: `x:y:z'"), (["--metrics", f"{PORT}"], 1, "already in use")):
        done = subprocess.run([SLBD, "-f", "-n", "-c", CONF, *words], capture_output=True, encoding="utf-8", check=False)
        same(done.returncode, code)
        assert why in done.stderr, done.stderr


@case("what is no HTTP is refused")
def _():
    dripper.start()
    for text in (b"\0" * 1000, b"\r\n" * 1000, b"GET\r\n\r\n", b"GET /metrics\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n",
                 b"GET /metrics HTTP/1.1\r\n\r\n", os.urandom(100000), b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n\r\n",
                 b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 50000 + b"\r\n",
                 b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                 b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
                 b"GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                 b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" * 20):
        sock = connect()
        try:
            sock.sendall(text)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        ends(sock)
    same(ask()[0], 200)


@case("nobody who goes away in the middle leaves anything behind")
def _():
    for cut in list(range(0, 40, 3)) + [1000]:
        sock = connect()
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"[:cut] if cut < 1000 else
                     b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 30)
        sock.close()
    same(ask()[0], 200)


@case("many who are silent, or do not read, keep nobody out for long")
def _():
    silent = []
    for i in range(40):
        try:
            sock = connect()
            if i % 2:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
            silent.append(sock)
        except OSError:
            break
    assert len(silent) > 16
    assert descriptors() < state["fds"] + 25, descriptors()
    begin = time.monotonic()
    same(ask()[0], 200)
    assert time.monotonic() - begin < 25 * SLOW, time.monotonic() - begin
    for sock in silent:
        sock.close()


@case("checks go on meanwhile")
def _():
    assert not re.search(r"9468 is down", log()), log()
    before = scrape().sum("slb_check_results_total")
    eventually(lambda: scrape().sum("slb_check_results_total") > before, "checks", 20)


@case("who asks too slowly is thrown out, and no file stays open")
def _():
    dripper.join(LIFE + 20)
    assert LIFE - 5 < state["drip"] < LIFE + 15, state["drip"]
    eventually(lambda: descriptors() <= state["fds"], "open files to be closed", 20)


@case("it ends well, in the middle of an answer: the sanitizers find nothing")
def _():
    socks = [connect() for _ in range(5)]
    for sock in socks:
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    slbd.send_signal(signal.SIGTERM)
    same(slbd.wait(20 * SLOW), 0)
    assert not re.search("ERROR|runtime error|Sanitizer", log()), log()


main()
