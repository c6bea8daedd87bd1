# SPDX-License-Identifier: GPL-2.0-only
"""A question for slb.test without UDP checksum (IPv4; IPv6 demands one): nosum.py SERVER."""
import socket
import sys

SO_NO_CHECK = 11
question = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\3slb\4test\0\0\1\0\1"
sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
if sock.family == socket.AF_INET:
    sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
sock.settimeout(5)
sock.sendto(question, (sys.argv[1], 53))
answer = sock.recv(512)
print("answered" if answer[:2] == b"\x12\x34" and b"\xc0\x00\x02" in answer else answer)
