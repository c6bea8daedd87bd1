# SPDX-License-Identifier: GPL-2.0-only
"""Clients that come again and again: clients.py PATIENCE DIRECTORY HOST...

Asks each host for /who in a loop, a new connection for each request, and writes to DIRECTORY/asked.N, a line
for each: when it began, when it ended (seconds), 0 or 1 if nobody answered in time, and the answer."""
import socket
import sys
import threading
import time


def ask(host, patience):
    with socket.create_connection((host, 80), patience) as sock:
        sock.sendall(f"GET /who HTTP/1.0\r\nHost: {'[' * (':' in host)}{host}{']' * (':' in host)}\r\n\r\n".encode())
        text = b""
        while piece := sock.recv(4096):
            text += piece
    head, _, body = text.decode().partition("\r\n\r\n")
    if " 200 " not in head.splitlines()[0]:
        raise OSError(head)
    return body.strip()


def loop(host, patience, name):
    with open(name, "w", buffering=1, encoding="utf-8") as out:
        while True:
            begin = time.time()
            try:
                result = f"0 {ask(host, patience)}"
            except (OSError, IndexError) as why:
                result = f"1 {str(why).splitlines()[:1]}"
            out.write(f"{begin:.6f} {time.time():.6f} {result}\n")
            time.sleep(0.1)


for n, one in enumerate(sys.argv[3:]):
    threading.Thread(target=loop, args=(one, float(sys.argv[1]), f"{sys.argv[2]}/asked.{n}")).start()
