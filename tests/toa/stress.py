# SPDX-License-Identifier: GPL-2.0-only
"""Loads and unloads slb_toa while connections are made and asked for their peers.

    stress.py FILE.ko CYCLES

Prints what it did. Exit status 1 when a program was told neither client nor balancer, or something
stopped working.
"""
import multiprocessing
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

from genl import Toa
from peer import ACK, SYN, Link, Peer, toa

PORT = 8000
CLIENT4, CLIENT6 = ("192.168.3.11", 54321), ("2a00:1450::1234", 443)
CLIENTS = (CLIENT4, CLIENT6, ("::ffff:" + CLIENT4[0], CLIENT4[1]))
SO_PEER = 4097


def balancer(name):
    return name[0] in ("10.0.0.2", "::ffff:10.0.0.2", "2001:db8::2")


def ask(conn, tally):
    """Asks in every way, as programs do that know nothing of what goes on below."""
    try:
        for _ in range(10):
            name = conn.getpeername()[:2]
            if name in CLIENTS:
                tally["client"] += 1
            elif balancer(name):
                tally["balancer"] += 1
            else:
                print("told", name, file=sys.stderr)
                tally["wrong"] += 1
        raw = conn.getsockopt(socket.IPPROTO_IP, SO_PEER, 28)
        if struct.unpack_from("!H", raw, 2)[0] not in (CLIENT4[1], CLIENT6[1]):
            tally["wrong"] += 1
    except OSError:
        pass  # the other end went, or the module did


def serve(sock, stop, results):
    """A program with threads that share each connection."""
    tally = {"client": 0, "balancer": 0, "wrong": 0, "accepted": 0}
    sock.settimeout(0.5)
    while not stop.is_set():
        try:
            conn, name = sock.accept()
        except OSError:
            continue
        tally["accepted"] += 1
        if name[:2] not in CLIENTS and not balancer(name):
            tally["wrong"] += 1
        try:
            with conn:
                threads = [threading.Thread(target=ask, args=(conn, tally)) for _ in range(2)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        except OSError:
            pass  # the other end went
    results.put(tally)


def load(link, stop):
    """Connections without end; some are reset, some are left to the listener's mercy."""
    sport = 1024
    while not stop.is_set():
        sport = sport + 1 if sport < 60000 else 1024
        v6 = sport & 1
        peer = Peer(link, "2001:db8::2" if v6 else "10.0.0.2", PORT, sport)
        try:
            peer.send(SYN)
            _, seq, ack, _, _ = peer.wait(SYN | ACK, 1)
            peer.seq, peer.ack = ack, seq + 1
            peer.send(ACK, toa(*(CLIENT6 if v6 else CLIENT4)))
            link.poll(0)
            if sport % 4:
                peer.wait(1, 0.5)
            peer.reset()
        except RuntimeError:
            pass
        peer.forget()
        time.sleep(0.005)  # leaves the emulated processors some time for loading and unloading


def churn_namespaces(stop):
    while not stop.is_set():
        subprocess.run(["unshare", "-n", "true"], check=True)
        time.sleep(0.2)


def cycle(module):
    subprocess.run(["insmod", module], check=True)
    family = Toa()
    family.trust("10.0.0.0/8", "2001:db8::/32")
    time.sleep(random.random() * 0.4)
    counters = family.counters()
    family.close()
    end = time.monotonic() + 60
    while subprocess.run(["rmmod", "slb_toa"], stderr=subprocess.DEVNULL, check=False).returncode:
        # Somebody is inside getsockopt(), which holds the module.
        if time.monotonic() > end:
            raise RuntimeError("slb_toa does not unload")
    return counters


def main():
    link = Link()
    sock = socket.socket(socket.AF_INET6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", PORT))
    sock.listen(128)
    stop, results = multiprocessing.Event(), multiprocessing.Queue()
    servers = [multiprocessing.Process(target=serve, args=(sock, stop, results)) for _ in range(2)]
    others = [multiprocessing.Process(target=load, args=(link, stop)),
              multiprocessing.Process(target=churn_namespaces, args=(stop,))]
    for process in servers + others:
        process.start()
    os.close(link.fd)

    recorded = reported = 0
    for _ in range(int(sys.argv[2])):
        counters = cycle(sys.argv[1])
        recorded += counters["recorded"]
        reported += counters["reported"]
        if not all(process.is_alive() for process in servers + others):
            raise RuntimeError("a process died")
    stop.set()
    tallies = [results.get(timeout=60) for _ in servers]
    for process in servers + others:
        process.join(60)
    total = {key: sum(tally[key] for tally in tallies) for key in tallies[0]}
    print(f"recorded {recorded}, reported {reported}, programs: {total}")
    sys.exit(bool(total["wrong"]) or not total["client"] or not total["balancer"] or not recorded)


if __name__ == "__main__":
    main()
