# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus' text format, read strictly, and whoever asks for it."""
import http.client
import re
import subprocess

from wire import SLOW

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
PORT = 9468


def labels(text):
    found = {}
    while text:
        match = LABEL.match(text)
        assert match, f"bad labels {text!r}"
        assert match[1] not in found, f"label {match[1]} twice"
        found[match[1]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], match[2])
        text = text[match.end():]
    return found


class Metrics:
    """What an answer says: {family: type}, and numbers by name and labels."""

    def __init__(self, text):
        self.text, self.types, self.helps, self.values = text, {}, {}, {}
        family = None
        assert text.endswith("\n"), text[-100:]
        for line in text[:-1].split("\n"):
            if line.startswith("# HELP "):
                family, sentence = line[7:].split(" ", 1)
                assert family not in self.helps, f"{family} comes twice"
                assert sentence and NAME.fullmatch(family), line
                self.helps[family] = sentence
            elif line.startswith("# TYPE "):
                name, kind = line[7:].split(" ")
                assert name == family and name not in self.types, line
                assert kind in ("counter", "gauge", "histogram"), line
                assert kind != "counter" or name.endswith("_total"), line
                self.types[name] = kind
            else:
                self.sample(line, family)
        assert self.types.keys() == self.helps.keys()

    def sample(self, line, family):
        match = re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (\d+(?:\.\d+)?)", line)
        assert match, f"bad line {line!r}"
        name = match[1]
        if self.types[family] == "histogram":
            name = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name == family, f"{line!r} in {family}"
        key = (match[1], frozenset(labels(match[2] or "").items()))
        assert key not in self.values, f"{line!r} comes twice"
        self.values[key] = float(match[3])

    def get(self, name, /, **want):
        return self.values[name, frozenset(want.items())]

    def all(self, name):
        return {tuple(sorted(key[1])): value for key, value in self.values.items() if key[0] == name}

    def sum(self, name, /, **want):
        """Of all that have these labels, among others."""
        return sum(value for (have, has), value in self.values.items() if have == name and has >= set(want.items()))


def ask(path="/metrics", method="GET", host="127.0.0.1", port=PORT, **more):
    """Status, headers and body."""
    conn = http.client.HTTPConnection(host, port, timeout=30 * SLOW)
    try:
        conn.request(method, path, **more)
        answer = conn.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        conn.close()


def scrape(**where):
    status, headers, text = ask(**where)
    assert status == 200, (status, text)
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
    return Metrics(text)


def lint(text):
    """What promtool has to say."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, encoding="utf-8", check=False)
    return f"{done.stdout}{done.stderr}" + (f"status {done.returncode}" if done.returncode else "")
