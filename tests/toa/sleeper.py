# SPDX-License-Identifier: GPL-2.0-only
"""A task sleeps inside getpeername() while slb_toa is unloaded: unloading waits for it and says so.

    sleeper.py

A second task holds the socket's lock: it sends from memory that userfaultfd withholds.
"""
import ctypes
import fcntl
import mmap
import os
import struct
import subprocess
import sys
import threading
import time

from receiver import BALANCER4, CLIENT4, connection, listener
from genl import Toa
from peer import Link, toa
import receiver

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
LIBC.send.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
SYS_USERFAULTFD, UFFDIO_API, UFFDIO_REGISTER, UFFDIO_ZEROPAGE = 323, 0xc018aa3f, 0xc020aa00, 0xc020aa04
PAGE = mmap.PAGESIZE


def withheld_page():
    """(userfaultfd, address of a page that nobody can read until it is given)"""
    uffd = LIBC.syscall(SYS_USERFAULTFD, os.O_CLOEXEC)
    if uffd < 0:
        raise OSError(ctypes.get_errno(), "userfaultfd")
    fcntl.ioctl(uffd, UFFDIO_API, struct.pack("QQQ", 0xaa, 0, 0))
    addr = LIBC.mmap(None, PAGE, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    fcntl.ioctl(uffd, UFFDIO_REGISTER, struct.pack("QQQQ", addr, PAGE, 1, 0))
    return uffd, addr


def main():
    receiver.link = Link()
    family = receiver.family = Toa()
    family.trust("10.0.0.0/8")
    got = []
    with listener("v4") as sock, connection(sock, BALANCER4, toa(*CLIENT4)) as (_, conn, _):
        uffd, addr = withheld_page()
        sender = threading.Thread(target=LIBC.send, args=(conn.fileno(), addr, 100, 0))
        sender.start()
        time.sleep(0.5)
        asker = threading.Thread(target=lambda: got.append(conn.getpeername()))
        asker.start()
        time.sleep(0.5)
        family.close()
        rmmod = subprocess.Popen(["rmmod", "slb_toa"])
        end = time.monotonic() + 120
        while "unloading waits for 1 " not in subprocess.run(["dmesg"], capture_output=True, text=True,
                                                            check=True).stdout:
            if rmmod.poll() is not None or time.monotonic() > end:
                print("rmmod did not wait, or did not say so")
                os._exit(1)
            time.sleep(0.5)
        if got:
            print("getpeername() did not sleep")
            os._exit(1)
        fcntl.ioctl(uffd, UFFDIO_ZEROPAGE, struct.pack("QQQq", addr, PAGE, 0, 0))
        sender.join()
        asker.join()
        print("rmmod", rmmod.wait(), "told", got)
        sys.exit(rmmod.returncode != 0 or got[0] not in (CLIENT4, conn.getpeername()))


if __name__ == "__main__":
    main()
