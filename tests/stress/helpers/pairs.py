# SPDX-License-Identifier: GPL-2.0-only
"""Captures of one connection on both sides of the balancer map one to one.

pairs.py FRONT.pcap BACK.pcap PORT SRVPORT: constant shifts of sequence numbers, acknowledgements, SACK
edges and timestamps; equal payload, flags and windows; of the options only MSS, the client's address and
its padding differ. Prints what the shifts are, or what is wrong.
"""
import struct
import sys

SYN, RST, ACK = 2, 4, 16
M32 = 0xffffffff
OVERTAKE = 50
MSS, SACK, TS, TOA = 2, 5, 8, 254


class Segment:
    """A TCP segment: ports, numbers, options by kind, payload."""

    def __init__(self, frame):
        ether = struct.unpack_from("!H", frame, 12)[0]
        if ether == 0x0800:
            at, length = 14 + (frame[14] & 15) * 4, struct.unpack_from("!H", frame, 16)[0] - (frame[14] & 15) * 4
            self.ttl, proto = frame[22], frame[23]
        elif ether == 0x86dd:
            at, length = 54, struct.unpack_from("!H", frame, 18)[0]
            self.ttl, proto = frame[21], frame[20]
        else:
            proto = 0
        self.tcp = proto == 6
        if not self.tcp:
            return
        (self.sport, self.dport, self.seq, self.ack, off, self.flags, self.window, _,
         self.urgent) = struct.unpack_from("!HHIIBBHHH", frame, at)
        self.options = self.parse(frame[at + 20:at + (off >> 4) * 4])
        self.length = length - (off >> 4) * 4
        self.payload = frame[at + (off >> 4) * 4:at + length]

    @staticmethod
    def parse(raw):
        found = {}
        while raw:
            if raw[0] < 2:
                raw = raw[1:]
                continue
            assert len(raw) > 1 and 2 <= raw[1] <= len(raw), f"malformed options {raw.hex()}"
            assert raw[0] not in found, f"option {raw[0]} twice"
            found[raw[0]] = raw[2:raw[1]]
            raw = raw[raw[1]:]
        return found


def capture(path, port):
    """The segments of a port, those towards it and those from it."""
    with open(path, "rb") as file:
        raw = file.read()
    order = "<" if raw[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at, towards, back = 24, [], []
    while at < len(raw):
        length = struct.unpack_from(order + "I", raw, at + 8)[0]
        segment = Segment(raw[at + 16:at + 16 + length])
        at += 16 + length
        if segment.tcp and segment.dport == port:
            towards.append(segment)
        elif segment.tcp and segment.sport == port:
            back.append(segment)
    return towards, back


class Shifts:
    """Each named shift is the same in every segment."""

    def __init__(self):
        self.values = {}

    def note(self, name, before, after):
        shift = (after - before) & M32
        assert self.values.setdefault(name, shift) == shift, f"{name} shifts by {self.values[name]} and by {shift}"


def compare(one, other, up, shifts, counts):
    assert one.flags == other.flags and one.window == other.window and one.urgent == other.urgent, "header differs"
    assert one.ttl == other.ttl + 1, f"TTL {one.ttl} became {other.ttl}"
    assert one.length == other.length and one.payload == other.payload, "payload differs"
    shifts.note("seq", one.seq, other.seq)
    if one.flags & ACK:
        shifts.note("ack", one.ack, other.ack)
    left, right = dict(one.options), dict(other.options)
    mss = left.pop(MSS, None), right.pop(MSS, None)
    assert (mss[0] is None) == (mss[1] is None), "MSS appeared or vanished"
    assert mss[0] is None or mss[1] <= mss[0], f"MSS {mss} was raised"
    assert TOA not in left, "the client sent a TOA"
    toa = right.pop(TOA, None) is not None
    assert up or not toa, "a TOA towards the client"
    stamps = left.pop(TS, None), right.pop(TS, None)
    assert (stamps[0] is None) == (stamps[1] is None), "timestamps appeared or vanished"
    if stamps[0] is not None:
        (val1, ecr1), (val2, ecr2) = (struct.unpack("!II", s) for s in stamps)
        shifts.note("tsval", val1, val2)
        if one.flags & ACK:
            shifts.note("tsecr", ecr1, ecr2)
    blocks = left.pop(SACK, b""), right.pop(SACK, b"")
    assert len(blocks[0]) == len(blocks[1]), "SACK blocks appeared or vanished"
    for (edge1,), (edge2,) in zip(*(struct.iter_unpack("!I", b) for b in blocks)):
        shifts.note("sack", edge1, edge2)
    assert left == right, f"options {left} became {right}"
    counts["toa"] += toa
    counts["stamps"] += stamps[0] is not None
    counts["sack"] += len(blocks[0]) // 8


def counterpart(one, candidates, up, shifts, counts, name):
    """Two processors may overtake each other between one wire and the other, but not by much."""
    first = None
    for other in candidates:
        try:
            compare(one, other, up, shifts, counts)
            return other
        except AssertionError as wrong:
            first = first or wrong
    raise AssertionError(f"{name}: {first}")


def direction(name, before, after, up):
    shifts, counts = Shifts(), {"toa": 0, "stamps": 0, "sack": 0}
    assert len(before) == len(after), f"{name}: {len(before)} segments became {len(after)}"
    for i, one in enumerate(before):
        after.remove(counterpart(one, after[:OVERTAKE], up, shifts, counts, f"{name}: segment {i}"))
    assert not after, f"{name}: {len(after)} segments came from nowhere"
    print(name, len(before), *(f"{k} {v}" for k, v in (shifts.values | counts).items()))
    return shifts.values, counts


def check():
    front, back = capture(sys.argv[1], int(sys.argv[3])), capture(sys.argv[2], int(sys.argv[4]))
    up, up_counts = direction("up", front[0], back[0], True)
    down, down_counts = direction("down", back[1], front[1], False)
    assert up["seq"] and up["tsval"], "the client's numbers are not translated"
    assert up["ack"] == 0 and down["seq"] == 0, "the server's numbers are"
    assert (up["seq"] + down["ack"]) & M32 == 0, "sequence shifts are no inverses"
    assert (up["tsval"] + down["tsecr"]) & M32 == 0, "timestamp shifts are no inverses"
    assert up["tsecr"] == 0 and down["tsval"] == 0, "the server's timestamps are translated"
    assert up.get("sack", 0) == 0 and down.get("sack", down["ack"]) == down["ack"], "SACK edges shift otherwise"
    assert up_counts["toa"] and up_counts["stamps"] and down_counts["stamps"], "no TOA or timestamps seen"
    assert up_counts["sack"] + down_counts["sack"], "no SACK block seen"


try:
    check()
except AssertionError as error:
    print(error)
    sys.exit(1)
