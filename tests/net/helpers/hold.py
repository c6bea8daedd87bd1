# SPDX-License-Identifier: GPL-2.0-only
"""Holds a connection open to port 80 of each address: hold.py FILE ADDRESS...; FILE appears when all are."""
import socket
import sys
import time

held = []
for address in sys.argv[2:]:
    held.append(socket.create_connection((address, 80), timeout=30))
    held[-1].sendall(b"GET /who HTTP/1.1\r\nHost: x\r\n\r\n")
    assert held[-1].recv(4096)
with open(sys.argv[1], "w", encoding="ascii") as done:
    done.write("\n".join(str(s.getsockname()[1]) for s in held))
time.sleep(3600)
