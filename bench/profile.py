#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Prints where the instructions of a profiled row went, by function.

  profile.py COUNTS RESULTS [--annotate FUNCTION --object slb.ko]

COUNTS is the plugin's output; RESULTS are the guest's: the row's record and the kernel's symbols.
With --annotate, the function's code with the executions per sample before each instruction."""

import argparse
import bisect
import collections
import json
import re
import subprocess
import sys


def read_results(path):
    """The row's record, and the symbols as sorted [(address, name, module)]."""
    record, symbols = None, {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if line.startswith("#"):
                words = line[1:].split()
                module = words[3].strip("[]") if len(words) > 3 else ""
                symbols.setdefault(int(words[0], 16), (words[2], module))
            elif '"error"' in line:
                sys.exit(line)
            elif '"row"' in line:
                record = json.loads(line)
    return record, sorted((addr, *name) for addr, name in symbols.items())


def read_counts(path):
    """Executions by address."""
    counts = collections.Counter()
    with open(path, encoding="ascii") as lines:
        for line in lines:
            addr, count = line.split()
            counts[int(addr, 16)] += int(count)
    return counts


def by_function(counts, symbols):
    """{(name, module): [instructions, calls]}"""
    starts = [symbol[0] for symbol in symbols]
    functions = collections.defaultdict(lambda: [0, 0])
    for addr, count in counts.items():
        start, name, module = symbols[bisect.bisect_right(starts, addr) - 1]
        entry = functions[(name, module)]
        entry[0] += count
        if addr == start:
            entry[1] += count
    return functions


def print_functions(functions, record, what):
    """The profile, dearest function first."""
    n = record.get("modelled", record["n"])
    total = sum(entry[0] for entry in functions.values()) / n
    print(f"{record['row']}: median {record.get('median', '-')}, profiled mean {total:.1f} {what}, "
          f"{n} samples")
    modules = collections.Counter()
    for (_, module), entry in functions.items():
        modules[module or "kernel"] += entry[0]
    print("  ".join(f"{module} {count / n:.1f}" for module, count in modules.most_common()))
    print(f"\n{what:>12} {'sum %':>6} {'calls':>7} {'per call':>8}  function")
    done = 0
    for (name, module), (count, calls) in sorted(functions.items(), key=lambda f: -f[1][0]):
        if count / total / n < 0.0005:
            break
        done += count / n
        each = f"{count / calls:.0f}" if calls else "-"
        print(f"{count / n:12.2f} {100 * done / total:6.1f} {calls / n:7.2f} {each:>8}  {name}"
              + (f" [{module}]" if module else ""))


def annotate(function, path, counts, symbols, n):
    """The function's disassembly from the object, with executions per sample."""
    start = next((addr for addr, name, _ in symbols if name == function), None)
    if start is None:
        sys.exit(f"no function {function}")
    code = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", path], capture_output=True,
                          text=True, check=True).stdout
    base = None
    for line in code.splitlines():
        head = re.match(r"([0-9a-f]+) <(.*)>:$", line)
        if head:
            base = int(head[1], 16) if head[2] == function else None
        elif base is not None:
            insn = re.match(r" *([0-9a-f]+):\t", line)
            count = counts.get(start + int(insn[1], 16) - base) if insn else None
            print(f"{count / n:8.2f}" if count else " " * 8, line)


def main():
    """Reads the arguments and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("counts")
    parser.add_argument("results")
    parser.add_argument("--annotate")
    parser.add_argument("--object")
    parser.add_argument("--what", default="instructions", help="what was counted")
    args = parser.parse_args()
    record, symbols = read_results(args.results)
    if not record or not symbols:
        sys.exit(f"{args.results}: no row or no symbols in it")
    counts = read_counts(args.counts)
    if args.annotate:
        annotate(args.annotate, args.object, counts, symbols, record["n"])
    else:
        print_functions(by_function(counts, symbols), record, args.what)


if __name__ == "__main__":
    main()
