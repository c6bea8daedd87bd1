# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of groups share."""
from cases import same
from slbnl import Refused


def refused(code, words, function, *args, **fields):
    try:
        function(*args, **fields)
    except Refused as error:
        assert words in str(error), f"{error}, wanted {words!r}"
        same(error.errno, code)
        return
    raise AssertionError(f"not refused: {words}")


def talk(client, server, text=b"x"):
    client.sendall(text)
    same(server.recv(64), text)
    server.sendall(text * 2)
    same(client.recv(64), text * 2)


def ends(sock):
    """Waits until a connection is reset."""
    try:
        return sock.recv(1)
    except ConnectionResetError:
        return None
