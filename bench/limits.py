# SPDX-License-Identifier: GPL-2.0-only
"""What slb shall cost at most, and what the peers of the same run cost."""

PEERS = ("plain", "ipvs", "ipvs-masq", "nft", "nft-flow")


def median(*names):
    """The dearest of some rows."""
    return lambda rows: max(rows[name]["median"] for name in names)


def field(key, *names):
    """The largest value of a field in some rows."""
    return lambda rows: max(rows[name][key] for name in names)


def ratio(row, base, key="median"):
    """One row's figure in terms of another's; with several bases the first that was run."""
    bases = (base,) if isinstance(base, str) else base
    return lambda rows: (rows[row][key] /
                         next(rows[name] for name in bases if name in rows)[key])


def extra(row, base, key="median"):
    """What a row costs more than another one of its mode."""
    return lambda rows: rows[row][key] - rows[base][key]


def established(family):
    """All rows of established flows without timestamps."""
    return [f"{proto}{family}-to-{end}" for proto in ("udp", "tcp") for end in ("server", "client")]


class Limit:
    """A figure of one mode with the most it may be, and the same figure of the peers. What less()
    makes of plain forwarding's rows is subtracted from both."""

    # pylint: disable=too-few-public-methods
    def __init__(self, title, most, value, peer=None, mode="slb", less=None):
        # pylint: disable=too-many-arguments,too-many-positional-arguments
        self.title, self.most, self.value, self.mode = title, most, value, mode
        self.peer = peer or value
        self.less = less

    def figure(self, result, mode):
        """The mode's figure in this run, or None."""
        value = self.value if mode.startswith("slb") else self.peer
        try:
            figure = value(result[mode])
            return figure - self.less(result["plain"]) if self.less else figure
        except (KeyError, StopIteration, ValueError):
            return None


LIMITS = [
    Limit("UDP and TCP established, IPv4", 1900, median(*established(4))),
    Limit("UDP and TCP established, IPv6", 2200, median(*established(6))),
    Limit("UDP and TCP established, IPv4, fast path", 1250, median(*established(4)), mode="slb-fast"),
    Limit("UDP and TCP established, IPv6, fast path", 1450, median(*established(6)), mode="slb-fast"),
    Limit("new connection, UDP, IPv4, wrr", 3300, median("udp4-new")),
    Limit("new connection, TCP, IPv4, wrr", 3300, median("tcp4-new")),
    Limit("new connection, wlc, 10 000 servers against 100 (peers 1 000)", 1.3,
          ratio("udp4-new@wlc10000", "udp4-new@wlc100"),
          ratio("udp4-new@wlc1000", "udp4-new@wlc100")),
    Limit("TCP whole life, 11 packets, TOA on", 24500, median("tcp4-life")),
    Limit("expiry of a UDP connection", 700, median("udp4-expiry@expiry")),
    Limit("expiry of a TCP connection (slb: with two resets)", 4500, median("tcp4-expiry@expiry")),
    Limit("established packet while a route changes ten times a second, IPv4", 1.1,
          ratio("udp4-routes@routes", "udp4-quiet@routes", "mean")),
    Limit("the same, IPv6", 1.1, ratio("udp6-routes@routes", "udp6-quiet@routes", "mean")),
    Limit("idle background per second, 1 M idle connections", 100000,
          median("udp4-idle@1m4", "udp6-idle@1m6")),
    Limit("the same, each refreshed every 100 s, IPv4", 500000, median("udp4-refresh@1m4"),
          less=extra("udp4-refresh@1m4", "udp4-idle@1m4")),
    Limit("the same, each refreshed every 100 s, IPv6", 500000, median("udp6-refresh@1m6"),
          less=extra("udp6-refresh@1m6", "udp6-idle@1m6")),
    Limit("established packet at 100 k connections against 1 k", 1.1,
          ratio("udp4-random@100k", "udp4-random@1k")),
    Limit("established packet at 1 M connections against 1 k", 1.1,
          ratio("udp4-random@1m4", "udp4-random@1k")),
    Limit("established packet at 10 M connections against 1 k", 1.1,
          ratio("udp4-random@10m", "udp4-random@1k")),
    Limit("bytes per connection at 1 M, IPv4", 256, field("bytes", "udp4-fill@1m4")),
    Limit("bytes per connection at 1 M, IPv6", 384, field("bytes", "udp6-fill@1m6")),
    Limit("bytes per connection at 10 M, IPv4", 256, field("bytes", "udp4-fill@10m")),
    Limit("dearest first packet while the table grows to 100 k", 100000,
          field("max", "udp4-fill@100k")),
    Limit("dearest first packet while the table grows to 1 M", 100000,
          field("max", "udp4-fill@1m4")),
    Limit("dearest first packet while the table grows to 10 M", 100000,
          field("max", "udp4-fill@10m")),
    Limit("longest softirq while the table grows to 10 M", 1000000,
          field("softirq", "udp4-fill@10m")),
    Limit("longest wait of a softirq while 50 000 connections are listed, filtered, killed", 200000,
          field("wait", "udp4-dump@walk", "udp4-filter@walk", "udp4-kill@walk", "tcp4-kill@walk")),
    Limit("the same of 10 M", 200000,
          field("wait", "udp4-dump@walk10m", "udp4-filter@walk10m", "udp4-kill@walk10m")),
    Limit("last-level misses, established, 50 000 flows, UDP", 2.5,
          field("model_last", "udp4-random@cache")),
    Limit("last-level misses, established, 50 000 flows, TCP with timestamps", 3,
          field("model_last", "tcp4ts-random@cache")),
    Limit("last-level misses, new connection", 5, field("model_last", "udp4-fill@cache")),
    Limit("lines between two CPUs, established, own flows", 0.1,
          field("model_bounces", "udp4-lines-own@lines", "tcp4ts-lines-own@lines")),
    Limit("lines between two CPUs, both directions of one flow", 1.0,
          field("model_bounces", "udp4-lines-both@lines", "tcp4ts-lines-both@lines")),
    Limit("TCP established, timestamps translated, extra", 90,
          extra("tcp4ts-to-server", "tcp4-to-server")),
    Limit("the same to the client", 90, extra("tcp4ts-to-client", "tcp4-to-client")),
    Limit("established packet, 50 000 services against 1", 1.1,
          ratio("udp4-to-server@services50000", "udp4-to-server")),
    Limit("new connection, 50 000 services against 1", 1.1,
          ratio("udp4-new@services50000", "udp4-new")),
    Limit("new connection with persistence and 100 000 prefixes against plain", 1.5,
          ratio("udp4-new@access", "udp4-new")),
    Limit("the same, IPv6", 1.5, ratio("udp6-new@access", "udp6-new")),
    Limit("the same with limits of the service and its clients, IPv4", 1.5,
          ratio("udp4-new@limits", "udp4-new")),
    Limit("the same, IPv6", 1.5, ratio("udp6-new@limits", "udp6-new")),
    Limit("new connection, 50 000 services with ranges against 1", 1.2,
          ratio("udp4-new@ranges50000", "udp4-new@ranges1")),
    Limit("established packet, 10 000 servers against 2", 1.1,
          ratio("udp4-to-server@servers10000", "udp4-to-server@servers2")),
    Limit("new connection, 10 000 servers against 2", 1.3,
          ratio("udp4-new@servers10000", "udp4-new@servers2")),
    Limit("a packet that is not ours, extra", 160, median("other4"), less=median("other4")),
    Limit("the same, IPv6", 160, median("other6"), less=median("other6")),
    Limit("the same while slb has no service", 160, median("other4@bare"),
          less=median("other4@bare")),
    Limit("longest softirq, 50 000 UDP connections expire", 1000000,
          field("softirq", "udp4-expiry@expiry", "udp6-expiry@expiry")),
    Limit("longest softirq, 50 000 TCP connections expire", 1000000,
          field("softirq", "tcp4-expiry@expiry", "tcp6-expiry@expiry")),
]


def text(figure):
    """A figure as it is printed."""
    if figure is None:
        return "-"
    return f"{figure:.2f}" if isinstance(figure, float) and figure < 1000 else f"{figure:.0f}"


def lines(result):
    """The table: limits of which the run had the figures."""
    table = [["slb at most", "limit", "here", "", *PEERS]]
    for limit in LIMITS:
        figure = limit.figure(result, limit.mode)
        if figure is None:
            continue
        table.append([limit.title, text(limit.most), text(figure),
                      "met" if figure <= limit.most else "MISSED",
                      *[text(limit.figure(result, peer)) for peer in PEERS]])
    return table
