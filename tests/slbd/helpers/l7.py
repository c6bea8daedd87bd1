# SPDX-License-Identifier: GPL-2.0-only
"""examples/l7 as a client sees it, from the client's namespace: see ../80_l7.sh."""
import base64
import concurrent.futures
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time

import netns
from cases import both, case, emit, eventually, main, same
from wire import SLOW

TMP = os.environ["SLB_TMP"]
VIP = {4: "10.0.0.80", 6: "2001:db8:a::80"}
CLIENT = {4: "10.0.0.11", 6: "2001:db8:a::11"}
PATIENCE = 30 * SLOW
LATE = int(os.environ["LATE"])      # seconds, in place of the example's 60
IDLE = int(os.environ["IDLE"])      # in place of 15
APPS = {"shop1": "10.2.0.11", "shop2": "10.2.0.12", "api": "10.2.0.21", "img": "10.2.0.31"}

with netns.inside(os.environ["APPS"]):
    # pylint: disable-next=consider-using-with
    apps = subprocess.Popen(["/usr/bin/python3", os.path.join(os.path.dirname(os.path.abspath(__file__)), "app.py"),
                             *(f"{n}={a}" for n, a in APPS.items())],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
apps.stdout.readline()


def toggle(name):
    apps.stdin.write(name + "\n")
    apps.stdin.flush()
    apps.stdout.readline()


def trusting():
    context = ssl.create_default_context(cafile=f"{TMP}/ca.pem")
    context.set_alpn_protocols(["http/1.1"])
    return context


CONTEXT = trusting()


def connect(v, port):
    return socket.create_connection((VIP[v], port), PATIENCE)


def secure(v, name="shop.example", session=None, context=CONTEXT):
    sock = connect(v, 443)
    try:
        return context.wrap_socket(sock, server_hostname=name, session=session)
    except OSError:
        sock.close()
        raise


def send(sock, path, host="shop.example", headers=()):
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {h}" for k, h in headers), "", ""]
    sock.sendall("\r\n".join(lines).encode())
    answer = http.client.HTTPResponse(sock)
    answer.begin()
    answer.text = answer.read().decode()
    return answer


def get(v, path="/", host="shop.example", headers=(), name=None):
    with secure(v, name or host) as sock:
        return send(sock, path, host, headers)


def asked(answer):
    same(answer.status, 200, "status")
    return json.loads(answer.text)


def cookie_of(answer):
    found = re.match(r"slb_shop=([ab]);", answer.getheader("Set-Cookie", ""))
    return found and found[1]


def with_cookie(cookie):
    return [("Cookie", f"other=1; slb_shop={cookie}")]


def log(n):
    with open(f"{TMP}/px{n}/access.log", encoding="utf-8") as lines:
        return lines.read().splitlines()


@both("HTTP leads to HTTPS, with its URL")
def _(v):
    with connect(v, 80) as sock:
        answer = send(sock, "/a/b?c=d")
    same((answer.status, answer.getheader("Location")), (308, "https://shop.example/a/b?c=d"))


# What many applications take for one of these headers.
DISGUISED = [("X_Forwarded_For", "192.0.2.3"), ("X-Real_IP", "192.0.2.4"), ("Forwarded", "for=192.0.2.5")]


def of_client(headers):
    return {k: headers[k] for k in headers if k[:2] in ("x-", "x_") or k == "forwarded"}


@both("the application learns the client's own address, whatever the client says")
def _(v):
    spoofed = [("X-Forwarded-For", "192.0.2.1"), ("X-Real-IP", "192.0.2.2"), ("X-Forwarded-Proto", "gopher"),
               ("X-Forwarded-Port", "70"), ("X-Forwarded-Host", "evil.example"), *DISGUISED]
    got = asked(get(v, "/x", headers=spoofed))["headers"]
    same(of_client(got), {"x-real-ip": CLIENT[v], "x-forwarded-for": CLIENT[v], "x-forwarded-proto": "https",
                          "x-forwarded-port": "443", "x-forwarded-host": "shop.example"})
    same(got["host"], "shop.example")


@case("HAProxy: the application learns nothing that the client says of itself")
def _():
    claims = [f"-H{k}: {h}" for k, h in (("X-Forwarded-For", "192.0.2.1"), ("X-Real-IP", "192.0.2.2"), *DISGUISED)]
    curl = ["curl", "-sS", "-f", "-m", str(PATIENCE), *claims, "http://10.2.0.1:81/ws"]
    def answer():
        text = netns.run(os.environ["APPS"], *curl, check=False)
        return text.startswith("{") and json.loads(text)
    # It takes a moment until HAProxy has found the servers up.
    same(of_client(eventually(answer, "HAProxy's answer", 20, 0.5)["headers"]),
         {"x-real-ip": "10.2.0.11", "x-forwarded-for": "10.2.0.11", "x-forwarded-proto": "http",
          "x-forwarded-port": "81", "x-forwarded-host": "10.2.0.1:81"})


@case("the proxies' logs have the clients' addresses and no other")
def _():
    same({line.split()[0] for n in (1, 2) for line in log(n)}, set(CLIENT.values()))


@case("domain and URL decide who is asked")
def _():
    same(asked(get(4, "/api/users?x=1"))["name"], "api")
    same(asked(get(4, "/api/users?x=1"))["path"], "/api/users?x=1")
    same(asked(get(4, "/apis"))["name"][:4], "shop")
    same(asked(get(4, "/api/users", "img.example"))["name"], "img")


@case("the certificate is that of the name; a name that is not ours has none")
def _():
    with secure(4, "img.example") as sock:
        same(dict(sock.getpeercert()["subject"][0])["commonName"], "img.example")
    try:
        secure(4, "other.example").close()
    except ssl.SSLError as refused:
        assert "UNRECOGNIZED_NAME" in str(refused), refused
    else:
        raise AssertionError("a handshake for a stranger")


@case("a handshake for our name is no way to another")
def _():
    same(get(4, "/", "other.example", name="shop.example").status, 421)


@case("a ticket of one proxy is good at both")
def _():
    before = [len(log(n)) for n in (1, 2)]
    context = trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with secure(4, context=context) as sock:
        asked(send(sock, "/api/1"))
        session = sock.session
    same((session.has_ticket, session.ticket_lifetime_hint), (True, 300))
    for _ in range(3):
        with secure(4, session=session, context=context) as sock:
            assert sock.session_reused, "not resumed"
            asked(send(sock, "/api/2"))
    # The logs are written when a request has ended.
    eventually(lambda: all(any(line.endswith(" r") for line in log(n)[before[n - 1]:]) for n in (1, 2)),
               "both proxies to resume", 10)


@case("TLS 1.3 resumes too")
def _():
    with secure(4) as sock:
        same(sock.version(), "TLSv1.3")
        asked(send(sock, "/api/1"))
        session = sock.session
    with secure(4, session=session) as sock:
        assert sock.session_reused, "not resumed"


@case("curl speaks HTTP/2")
def _():
    done = subprocess.run(["curl", "-sS", "-m", str(PATIENCE), "--cacert", f"{TMP}/ca.pem", "--resolve",
                           f"shop.example:443:{VIP[4]}", "-w", "\n%{http_version}", "https://shop.example/api/2"],
                          check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    same((json.loads(done[0])["headers"]["x-forwarded-host"], done[1]), ("shop.example", "2"))


@case("a client stays with its server by a cookie")
def _():
    first = get(4, "/")
    cookie = cookie_of(first)
    assert cookie, f"no cookie: {first.getheaders()}"
    same(asked(first)["name"], {"a": "shop1", "b": "shop2"}[cookie])
    for which, name in (("a", "shop1"), ("b", "shop2")):
        for _ in range(3):
            answer = get(4, "/", headers=with_cookie(which))
            same((asked(answer)["name"], cookie_of(answer)), (name, None))


def websocket(sock, v, text):
    answer = http.client.HTTPResponse(sock)
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(f"GET /ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    answer.begin()
    same((answer.status, answer.getheader("Upgrade")), (101, "websocket"))
    for n in range(2):
        message = f"{text}{n}".encode()
        sock.sendall(bytes((0x81, 0x80 | len(message), 0, 0, 0, 0)) + message)
        head = answer.fp.read(2)
        said = answer.fp.read(head[1]).decode()
        same(said.split()[1:], [CLIENT[v], message.decode()])
        # Nobody asks more than what was answered.
        time.sleep(0.1)


@both("ws and wss: a WebSocket speaks to a server")
def _(v):
    with connect(v, 80) as sock:
        websocket(sock, v, "plain")
    with secure(v) as sock:
        websocket(sock, v, "secure")


@case("a connection has 100 requests, and is closed when idle")
def _():
    with secure(4) as sock:
        for n in range(1, 101):
            answer = send(sock, "/alive404" if n % 2 else "/api/n")
            same((n, answer.getheader("Connection")), (n, "close" if n == 100 else "keep-alive"))
        same(sock.recv(1), b"")
    with secure(4) as sock:
        asked(send(sock, "/api/1"))
        begin = time.monotonic()
        same(sock.recv(1), b"")
        assert time.monotonic() - begin > IDLE - 0.5, "closed too early"


@case("a server that refuses: the next one is asked, and the cookie changes")
def _():
    toggle("shop1")
    try:
        for _ in range(2):
            same(asked(get(4, "/"))["name"], "shop2")
        answer = get(4, "/", headers=with_cookie("a"))
        same((asked(answer)["name"], cookie_of(answer)), ("shop2", "b"))
    finally:
        toggle("shop1")


@case("a server that is silent: the next one is asked after 5 s")
def _():
    rule = "add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c ip daddr 10.2.0.12 drop"
    # Proxies have connections to it that would not have to be made.
    toggle("shop2")
    toggle("shop2")
    netns.run(os.environ["APPS"], "nft", rule)
    try:
        begin = time.monotonic()
        answer = get(6, "/", headers=with_cookie("b"))
        took = time.monotonic() - begin
        same((asked(answer)["name"], cookie_of(answer)), ("shop1", "a"))
        assert 4.5 < took < 5 + 10 * SLOW, f"it took {took:.1f} s"
    finally:
        netns.run(os.environ["APPS"], "nft", "delete table ip t")


@case("nobody is left, or answers in time: 503 and a page")
def _():
    toggle("img")
    try:
        answer = get(4, "/", "img.example")
        same((answer.status, "Not available" in answer.text), (503, True))
    finally:
        toggle("img")
    too_slow("/api/slow", 1)


def too_slow(path, count, headers=()):
    """So many at a time get a 503 when their time is over."""
    def one(_):
        begin = time.monotonic()
        answer = get(4, path, headers=headers)
        took = time.monotonic() - begin
        assert took > LATE - 0.5, f"it took {took:.1f} s"
        return answer.status, "Not available" in answer.text
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        same(list(pool.map(one, range(count))), [(503, True)] * count)


@case("a URL that is too slow: nobody else is asked, and others are served")
def _():
    def logged():
        return [line.split('" 503 ')[1].rsplit(" ", 1)[0] for n in (1, 2) for line in log(n) if '"GET /slow ' in line]
    # Enough for both proxies to have done with both servers.
    too_slow("/slow", 16)
    eventually(lambda: len(logged()) == 16, "the logs", 10)
    same(set(logged()), {"10.2.0.11:8080", "10.2.0.12:8080"}, "asked")
    for cookie in (None, None, None, None, "a", "a", "b", "b"):
        asked(get(4, "/", headers=with_cookie(cookie) if cookie else ()))


@case("a proxy that dies costs no new connection")
def _():
    results, late, end = [], [], threading.Event()

    def client():
        while not end.is_set():
            begin = time.monotonic()
            try:
                with connect(4, 443) as sock:
                    results.append(None)
                    sock.close()
            except OSError as why:
                results.append(why)
            late.append(time.monotonic() - begin)
            end.wait(0.05)

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    netns.run(os.environ["PROXY"], "ip", "link", "set", "eth0", "down")
    try:
        health = lambda: netns.run(os.environ["SLB_LB"], "slbadm", "health", "-n")
        eventually(lambda: len(re.findall(r"^10\.1\.0\.12:\S+ +down ", health(), re.M)) == 2, "slbd to notice", 30)
        count = len(results)
        eventually(lambda: len(results) > count + 20, "connections after that", 30)
    finally:
        end.set()
        for thread in threads:
            thread.join(PATIENCE + 5)
    emit("#", f"{len(results)} connections were made, the slowest in {max(late):.1f} s")
    same([str(r) for r in results if r], [], "failed")
    # A SYN that the dead one has not answered is repeated 1, 3, 7, 15 and 31 s later, and answered by the other one.
    assert max(late) < 15 + 13 * SLOW, "waited until the balancer forgot the dead proxy's SYN"
    assert asked(get(4, "/api/1"))


main()
apps.kill()
