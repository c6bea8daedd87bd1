# SPDX-License-Identifier: GPL-2.0-only
"""slbadm top on a terminal of 80x24 and others: what is shown, and what keys and signals do."""
import os
import re
import signal
import subprocess

from cases import case, main, same
from terminal import Terminal

PROGRAM = os.environ["SLB_TOP_HOST"]
FILE = os.path.join(os.environ["SLB_TMP"], "readings")
ROWS = range(4, 20)     # lines with services or servers
LONG6 = "[2001:db8:1111:2222:3333:4444:5555:6666]:65000"

terminals = []


def before():
    while terminals:
        terminals.pop().close()


def reading(*lines):
    with open(FILE + ".new", "w", encoding="utf-8") as stream:
        stream.write("".join(line + "\n" for line in lines))
    os.rename(FILE + ".new", FILE)


def three(ms, factor):
    """Three services; the second has the most connections, the third the most bytes and a sick server."""
    n = factor
    return (f"ms {ms}", "conns 77",
            f"{10 * n} {100 * n} {50 * n} 1000 1000 0 0 -A -t 10.0.0.80:80 -s wrr --name shop",
            f"{10 * n} {100 * n} {50 * n} 1000 1000 5 3 -a -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 1",
            f"{200 * n} {2000 * n} 0 {125 * n} 0 0 0 -A -u 10.0.0.81:53",
            f"{200 * n} {2000 * n} 0 {125 * n} 0 40 0 -a -u 10.0.0.81:53 -r 10.1.0.11:53",
            f"{n} {10 * n} 0 0 {125000000 * n} 0 0 -A -t {LONG6} --group web",
            f"{n} {10 * n} 0 0 {125000000 * n} 3 1 -a --group web -r [2001:db8::11]:80",
            "0 0 0 0 0 0 0 -a --group web -r [2001:db8::12]:80 --down --reason refused")


def start(*lines, timeout=10, interval=3600, **options):
    reading(*lines)
    terminal = Terminal([PROGRAM, FILE, str(interval)], **options)
    terminals.append(terminal)
    terminal.until("?:help", "the first screen", timeout)
    return terminal


def again(terminal, *lines, timeout=10):
    """One more reading; it is shown when its connections are."""
    again.count += 1
    reading(*lines, f"conns {again.count}")
    terminal.key(" ")
    terminal.until(f"{again.count} connections", "the next reading", timeout)


again.count = 1000


def names(terminal, rows=ROWS):
    return [terminal.line(i).split("  ")[0] for i in rows if terminal.line(i)]


def cells(terminal, name):
    """What stands behind a name."""
    return terminal.find(name).split(name)[1].split()


def pure(what, text, more="0"):
    return subprocess.run([PROGRAM, "--pure", what, text, more], check=True, capture_output=True,
                          text=True).stdout.rstrip("\n")


@case("numbers have six columns at most")
def _():
    for number, text in ((0, "0"), (9999, "9999"), (10000, "10.0k"), (12345, "12.3k"), (999999, "999k"),
                         (1000000, "1.00M"), (1234567890, "1.23G"), (99999999999, "99.9G"),
                         (2 ** 64 - 1, "18.4E")):
        same(pure("number", str(number)), text)


@case("a long name keeps its end")
def _():
    same(pure("short", "tcp 10.0.0.80:80", "16"), "tcp 10.0.0.80:80")
    same(pure("short", "tcp 10.0.0.80:80", "10"), "tcp ..0:80")
    same(pure("short", "abc", "2"), "ab")
    same(pure("short", "abc", "0"), "")


@case("a bar is as high as its highest, and shows what is not 0")
def _():
    same(pure("bar", "1,2,4,8", "6"), "002358")
    same(pure("bar", "0,0,0", "4"), "0000")
    same(pure("bar", "1,1000000", "2"), "18")
    same(pure("bar", ",".join(str(i) for i in range(1, 31)), "20"), "44445555566667777888")


@case("80x24: what is shown of two readings")
def _():
    terminal = start(*three(1000, 1))
    same(cells(terminal, "10.0.0.80:80 shop"), ["1/1", "up", "-", "-", "-", "5"])
    again(terminal, *three(3000, 3))
    same(terminal.line(0)[:61].rstrip(), "slb test: 3 services, 1 unwell; 4 servers, 3 of 4 up")
    same(terminal.line(1)[:70].rstrip(), f"211 conn/s, 2160 pkt/s, in 1000 out 1.00G bit/s; {again.count} connections")
    same(terminal.line(2), "3 of 3 services by conn/s; bars: conn/s")
    same(terminal.line(3).split(), ["Service", "State", "Conn/s", "Pkt/s", "Bit/s", "Active", "History"])
    # The most connections first.
    same([name.split()[1] for name in names(terminal)],
         ["10.0.0.81:53", "10.0.0.80:80", "[2001:db8:1..55:6666]:65000"])
    same(cells(terminal, "udp 10.0.0.81:53"), ["1/1", "up", "200", "2000", "1000", "40", "█"])
    same(cells(terminal, "10.0.0.80:80 shop"), ["1/1", "up", "10", "150", "0", "5", "█"])
    same(cells(terminal, ":65000"), ["1/2", "up", "1", "10", "1.00G", "3", "█"])
    # All of the row under the cursor, which is the first.
    same(terminal.line(20), "udp 10.0.0.81:53 wlc 1/1 up")
    same(terminal.line(22), "in 2000 pkt/s 1000 bit/s, out 0 pkt/s 0 bit/s; 40 active, 0 not")
    terminal.key("b")
    terminal.until("by bit/s; bars: bit/s", "another order")
    same([name.split()[1] for name in names(terminal)],
         ["[2001:db8:1..55:6666]:65000", "10.0.0.81:53", "10.0.0.80:80"])
    same(terminal.line(20), f"tcp {LONG6} group web 1/2 up")
    assert all(len(line) <= 80 for line in terminal.text().split("\n"))


@case("each key sorts, r turns round")
def _():
    terminal = start(*three(1000, 1))
    again(terminal, *three(2000, 2))
    for key, first in (("n", "10.0.0.80:80"), ("s", "[2001"), ("a", "10.0.0.81:53"), ("p", "10.0.0.81:53"),
                       ("c", "10.0.0.81:53")):
        terminal.key(key)
        terminal.until(lambda want=first: want in terminal.line(4), f"{first} first by {key}")
    terminal.key("r")
    terminal.until(lambda: "reversed" in terminal.line(2) and "[2001" in terminal.line(4), "the other way round")


@case("bars follow readings, with and without Unicode")
def _():
    for locale, want in (("C.UTF-8", "▂▅█"), ("C", ":+@")):
        terminal = start("ms 1000", "0 0 0 0 0 0 0 -A -t 10.0.0.80:80", locale=locale)
        total = 0
        for i, rate in enumerate((100, 400, 800)):
            total += rate
            again(terminal, f"ms {2000 + 1000 * i}", f"{total} 0 0 0 0 0 0 -A -t 10.0.0.80:80")
        same(cells(terminal, "10.0.0.80:80")[-1], want)
        same(terminal.line(1)[70:], " " * 7 + want)
        before()


@case("filters: a text in any case, only what is unwell")
def _():
    terminal = start(*three(1000, 1))
    terminal.key("/SHO")
    terminal.until("only rows with: SHO_", "the filter that is written")
    terminal.until("1 of 3 services", "the list that follows it")
    same(len(names(terminal)), 1)
    terminal.key("x")
    terminal.until("0 of 3 services", "no row")
    terminal.key("\x7f\r")
    terminal.until("only with SHO", "the filter that is set")
    same([name.split()[1] for name in names(terminal)], ["10.0.0.80:80"])
    terminal.key("/web\x1b")
    terminal.until(lambda: "only rows" not in terminal.text(), "escape")
    assert "only with SHO" in terminal.line(2), terminal.line(2)
    terminal.key("/\x15\r")
    terminal.until("3 of 3 services", "all again")
    terminal.key("u")
    terminal.until("1 of 3 services by conn/s; bars: conn/s; only unwell", "what is unwell")
    terminal.key("u")
    terminal.until("3 of 3 services", "all")


@case("the servers of a service, of a group, all of them, and back")
def _():
    terminal = start(*three(1000, 1))
    again(terminal, *three(2000, 2))
    terminal.key("s\r")
    terminal.until("2 of 4 servers of tcp [2001", "the group's servers")
    same(cells(terminal, "[2001:db8::12]:80"), ["down", "0", "0", "0", "0"])
    same(cells(terminal, "[2001:db8::11]:80")[:2], ["up", "1"])
    same(terminal.line(20), "[2001:db8::12]:80 of group web down: refused")
    terminal.key("\x1b")
    terminal.until("3 of 3 services", "the services")
    terminal.key("n")
    terminal.until("by name", "by name")
    # The cursor is where it was, wherever that is now.
    terminal.until(lambda: LONG6 in terminal.line(20), "the cursor on the service that was opened")
    terminal.key("\t")
    terminal.until("4 of 4 servers by name", "all servers")
    terminal.key("/of udp\r")
    terminal.until("1 of 4 servers by name", "those of udp services")
    terminal.key("\t")
    terminal.until("3 of 3 services", "services again")


@case("help goes and comes")
def _():
    terminal = start(*three(1000, 1))
    for key in "?h":
        terminal.key(key)
        terminal.until("slbadm top: keys", "the help")
        assert all(len(line) <= 80 for line in terminal.text().split("\n"))
        assert "all that the group's servers have." in terminal.text(), terminal.text()
        terminal.key("x")
        terminal.until("3 of 3 services", "the list")


@case("the help stays when the terminal gets another size")
def _():
    terminal = start(*three(1000, 1))
    terminal.key("?")
    terminal.until("slbadm top: keys", "the help")
    terminal.resize(100, 30)
    terminal.until("slbadm top: keys", "the help on the larger terminal")
    assert "slbadm top: keys" in terminal.text(), terminal.text()
    terminal.key("x")
    terminal.until("3 of 3 services", "the list")


@case("services come and go; the cursor stays with its own")
def _():
    def some(ms, *ports):
        return (f"ms {ms}", *(f"{p * ms} 0 0 0 0 0 0 -A -t 10.0.0.80:{p}" for p in ports))

    terminal = start(*some(1000, 81, 82, 83))
    again(terminal, *some(2000, 81, 82, 83))
    terminal.key("j")
    terminal.until(lambda: "10.0.0.80:82" in terminal.line(20), "the cursor")
    again(terminal, *some(3000, 80, 82, 83, 99))
    terminal.until(lambda: "10.0.0.80:82" in terminal.line(20), "the cursor where its service is")
    # One that has just come has no rate yet, whatever its counters say.
    same(cells(terminal, "10.0.0.80:99")[2], "0")
    same(cells(terminal, "10.0.0.80:82")[2], "82.0k")
    again(terminal, *some(4000, 80, 99))
    same(names(terminal), ["tcp 10.0.0.80:99", "tcp 10.0.0.80:80"])
    again(terminal, "ms 5000")
    same(names(terminal), [])
    terminal.key("j\r\x1b")
    again(terminal, *some(6000, 81))
    same(len(names(terminal)), 1)


@case("counters that were set to zero begin anew")
def _():
    terminal = start("ms 1000", "5000 0 0 0 0 0 0 -A -t 10.0.0.80:80")
    again(terminal, "ms 2000", "70 0 0 0 0 0 0 -A -t 10.0.0.80:80")
    same(cells(terminal, "10.0.0.80:80")[2:3], ["70"])


@case("the module goes and comes")
def _():
    terminal = start(*three(1000, 1))
    reading("fail the slb module is not loaded")
    terminal.key(" ")
    terminal.until("the slb module is not loaded", "what is wrong")
    same(names(terminal), [])
    terminal.key("j\r\x1b?x/a\r\t\tuu")
    again(terminal, *three(2000, 2))
    terminal.until("?:help", "the list again")
    same(cells(terminal, "10.0.0.80:80 shop")[2], "-")


@case("names cannot speak to the terminal")
def _():
    terminal = start("ms 1000", "0 0 0 0 0 0 0 -A -t 10.0.0.80:80 --name a\x1b[31m\x07b\xff")
    same(terminal.find("10.0.0.80:80").split("  ")[0][17:], "a?[31m?b\xff")
    before()
    terminal = start("ms 1000", "0 0 0 0 0 0 0 -A -t 10.0.0.80:80 --name \xe4", locale="C")
    same(terminal.find("10.0.0.80:80").split("  ")[0][17:], "??")


@case("50 000 services: scrolled, filtered, and little is written for each key")
def _():
    terminal = start("ms 1", "many 50000", timeout=60)
    assert terminal.line(2).startswith("50000 of 50000 services"), terminal.line(2)
    again(terminal, "ms 2", "many 50000", timeout=60)
    same(names(terminal)[0], "tcp 10.0.195.79:80")
    terminal.read(0.1)
    earlier = terminal.written
    for _i in range(3):
        terminal.key("\x1b[6~")
    terminal.until(lambda: "tcp 10.0.195.31:80" in terminal.line(20), "the third page")
    written = terminal.written - earlier
    assert written < 3 * 24 * 80 + 1000, f"{written} bytes for three pages"
    earlier = terminal.written
    terminal.key("\x1b[A")
    terminal.until(lambda: "tcp 10.0.195.32:80" in terminal.line(20), "one line up")
    written = terminal.written - earlier
    assert written < 600, f"{written} bytes for one line"
    terminal.key("\x1b[4~")
    terminal.until(lambda: "tcp 10.0.0.0:80" in terminal.line(20), "the last")
    same(len(names(terminal)), len(ROWS))
    terminal.key("/0.77.\r")
    terminal.until("256 of 50000", "some of them")
    terminal.key("\t")
    terminal.until("100000 of 100000 servers", "all servers")


@case("any size, also while it runs")
def _():
    terminal = start(*three(1000, 1))
    again(terminal, *three(2000, 2))
    for columns, lines in ((140, 50), (60, 12), (33, 7), (20, 5), (5, 2), (1, 1), (200, 3), (80, 24)):
        terminal.resize(columns, lines)
        terminal.kill(signal.SIGWINCH)
        terminal.key("?")
        terminal.read(0.05)
        terminal.key("x")
        if columns >= 20 and lines >= 5:
            terminal.until(lambda c=columns: terminal.screen.display[2].startswith("3 of 3 services"[:c]),
                           f"{columns}x{lines}")
    terminal.until("?:help", "the old size")
    terminal.resize(140, 50)
    terminal.until(lambda: "Inact" in terminal.line(3), "the columns of a wide screen")
    same(cells(terminal, LONG6), ["1/2", "up", "1", "10", "1.00G", "0", "1.00G", "3", "1", "█"])
    terminal.resize(40, 24)
    terminal.until(lambda: terminal.line(3).split() == ["Service", "State", "Conn/s"], "those of a narrow one")


@case("holding still, and the time between readings")
def _():
    terminal = start(*three(1000, 1))
    assert terminal.line(0).endswith("3600s"), terminal.line(0)
    terminal.key("-")
    terminal.until(lambda: terminal.line(0).endswith(" 300s"), "less")
    terminal.key("--" * 5)
    terminal.until(lambda: terminal.line(0).endswith(" 1s"), "least")
    reading(*three(2000, 3), "conns 5001")
    terminal.until("5001 connections", "a reading when it is due")
    terminal.key("P")
    terminal.until(lambda: terminal.line(0).endswith(" 1!"), "standing still")
    terminal.key("P+")
    terminal.until(lambda: terminal.line(0).endswith(" 2s"), "going on")


@case("a time between readings that is longer than + makes it stays")
def _():
    terminal = start(*three(1000, 1), interval=86400)
    assert terminal.line(0).endswith(" 86400s"), terminal.line(0)
    terminal.key("+P")
    terminal.until(lambda: terminal.line(0).endswith("!"), "standing still")
    assert terminal.line(0).endswith(" 86400!"), terminal.line(0)
    terminal.key("P-")
    terminal.until(lambda: terminal.line(0).endswith(" 3600s"), "less")


@case("q, end of the terminal and signals: the terminal is as before")
def _():
    for end, status in (("q", 0), ("\x03", -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM),
                        (signal.SIGHUP, -signal.SIGHUP)):
        terminal = start(*three(1000, 1))
        assert not terminal.restored()
        if isinstance(end, str):
            terminal.key(end)
        else:
            terminal.kill(end)
        same(terminal.wait(), status, f"status after {end!r}")
        assert terminal.restored(), f"after {end!r}"


@case("stopped and continued: the terminal is the shell's meanwhile")
def _():
    terminal = start(*three(1000, 1))
    terminal.kill(signal.SIGTSTP)
    terminal.until(terminal.restored, "a terminal as before")
    terminal.kill(signal.SIGCONT)
    terminal.until(lambda: not terminal.restored(), "the screen again")
    terminal.key("?")
    terminal.until("slbadm top: keys", "keys that are heard")


@case("what is no terminal is refused, in words")
def _():
    slbadm = os.environ["SLBADM"]
    out = subprocess.run([slbadm, "top"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    same((out.returncode, out.stdout), (1, ""))
    assert "standard output is no terminal" in out.stderr, out.stderr
    reading(*three(1000, 1))
    terminal = Terminal([PROGRAM, FILE], term="unheard-of")
    terminals.append(terminal)
    same(terminal.wait(), 1)
    assert re.search("the terminal is unknown: TERM=unheard-of", terminal.text()), terminal.text()
    assert terminal.restored()


main(before=before)
before()
