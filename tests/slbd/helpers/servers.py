# SPDX-License-Identifier: GPL-2.0-only
"""Servers to be checked, in the namespace of the first server of a cluster, and slbd itself."""
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import netns
from cases import eventually
from cluster import LADDR, LB, SERVER_NS, fresh_socket, server_addr
from wire import SLOW

TMP = os.environ["SLB_TMP"]
NGINX = """
daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 512; }}
http {{
	log_format probe '$remote_addr $remote_port $server_port $request_method $uri $server_protocol "$http_host" "$http_user_agent"';
	access_log {dir}/access.log probe;
	client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
	uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
	root {dir}/html;
	server {{ listen 8080; listen [::]:8080 ipv6only=on; location /busy {{ return 503; }} }}
	server {{
		listen 8443 ssl; listen [::]:8443 ssl ipv6only=on;
		ssl_certificate {tmp}/cert.pem; ssl_certificate_key {tmp}/cert.key;
	}}
	server {{
		listen 8444 ssl; listen [::]:8444 ssl ipv6only=on;
		ssl_certificate {tmp}/cert.old; ssl_certificate_key {tmp}/cert.key;
	}}
}}
"""


def inside(*command, **more):
    with netns.inside(SERVER_NS[0]):
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def put(name, text):
    with open(f"{TMP}/nginx/html/{name}", "w", encoding="utf-8") as out:
        out.write(text)


def nginx():
    directory = f"{TMP}/nginx"
    os.makedirs(f"{directory}/html", exist_ok=True)
    with open(f"{directory}/conf", "w", encoding="utf-8") as out:
        out.write(NGINX.format(dir=directory, tmp=TMP))
    process = inside("nginx", "-p", directory, "-c", f"{directory}/conf", "-e", f"{directory}/error.log")
    eventually(lambda: os.path.exists(f"{directory}/pid") and os.path.getsize(f"{directory}/pid"), "nginx", 20)
    return process


def access_log():
    with open(f"{TMP}/nginx/access.log", encoding="utf-8") as log:
        return log.read().splitlines()


def dnsmasq():
    return inside("dnsmasq", "-k", "-p", "53", "-R", "--no-hosts", "--conf-file=/dev/null", "--local=/#/",
                  "--address=/www.example.org/192.0.2.1", "--pid-file=", "-u", "root")


class Listener:
    """A TCP server of one family that accepts and says nothing; what it saw of each connection."""

    def __init__(self, v, port, accepts=True):
        self.v, self.port, self.accepts = v, port, accepts
        self.peers, self.ends = [], []
        self.open()

    def open(self):
        self.sock = fresh_socket(SERVER_NS[0], self.v)
        if self.v == 6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.sock.bind(("", self.port))
        self.sock.listen(64)
        if self.accepts:
            threading.Thread(target=self.run, args=(self.sock,), daemon=True).start()

    def run(self, sock):
        sock.settimeout(None)
        while True:
            try:
                conn, peer = sock.accept()
            except OSError:
                return
            self.peers.append(peer[:2])
            threading.Thread(target=self.wait, args=(conn,), daemon=True).start()

    def wait(self, conn):
        conn.settimeout(None)
        try:
            while conn.recv(1000):
                pass
            self.ends.append("closed")
        except OSError:
            self.ends.append("reset")
        conn.close()

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


class Datagrams:
    """A UDP server that answers nothing, or always the same."""

    def __init__(self, v, port, answer=None):
        self.v, self.port, self.answer = v, port, answer
        self.got = []
        self.open()

    def open(self):
        self.sock = fresh_socket(SERVER_NS[0], self.v, socket.SOCK_DGRAM)
        if self.v == 6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.sock.bind(("", self.port))
        threading.Thread(target=self.run, args=(self.sock,), daemon=True).start()

    def run(self, sock):
        sock.settimeout(0.2)
        while sock.fileno() >= 0:
            try:
                text, peer = sock.recvfrom(2000)
                self.got.append((text, peer[:2]))
                if self.answer:
                    sock.sendto(self.answer, peer)
            except TimeoutError:
                continue
            except OSError:
                return

    def close(self):
        self.sock.close()


def nft(text):
    with netns.inside(SERVER_NS[0]):
        subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


class Slbd:
    """The daemon in the balancer's namespace; its log."""

    def __init__(self, checks, *options, dry=False):
        self.file = f"{TMP}/checks"
        self.write(checks)
        self.log = []
        options = [*options] if "--config" in options else ["--checks", self.file, *options]
        with netns.inside(LB):
            self.process = subprocess.Popen(["slbd", "-f", "--log", "stderr", *options],
                                            stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        eventually(lambda: self.has("is ready") or self.process.poll() is not None, "slbd", 20)
        assert self.process.poll() is None, self.log

    def write(self, checks):
        with open(self.file, "w", encoding="utf-8") as out:
            out.write("".join(line + "\n" for line in checks))

    def read(self):
        for line in self.process.stderr:
            self.log.append((time.monotonic(), line.rstrip("\n")))

    def has(self, pattern, since=0.0):
        return [(when, line) for when, line in list(self.log) if when >= since and re.search(pattern, line)]

    def wait(self, pattern, seconds, since=0.0):
        """The moment and the line that matches."""
        return eventually(lambda: self.has(pattern, since), f"slbd to say {pattern!r}", seconds)[0]

    def reload(self, checks):
        self.write(checks)
        mark = time.monotonic()
        self.process.send_signal(signal.SIGHUP)
        self.wait("reloaded|stays in force", 10, mark)

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        status = self.process.wait(20 * SLOW)
        self.process.stderr.close()
        return status


def end(v, port):
    return f"{server_addr(v)}:{port}" if v == 4 else f"[{server_addr(v)}]:{port}"


def health():
    """{(address, port, group): (state, reason)}"""
    with netns.inside(LB):
        text = subprocess.run(["slbadm", "health", "--json"], capture_output=True, text=True, check=True).stdout
    return {(s["address"], s["port"], s.get("group")): (s["state"], s.get("reason")) for s in json.loads(text)["servers"]}
