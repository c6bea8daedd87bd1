#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Collects the guests' results, prints the tables, writes result.json and compares it with the
baseline. Exit status 1: slb costs more than the baseline or than IPVS, or a packet was wrong."""

import argparse
import json
import os
import subprocess
import sys

TOLERANCE = 0.01

TITLES = {
    "udp%s-to-server": "UDP established, to server",
    "udp%s-to-client": "UDP established, to client",
    "tcp%s-to-server": "TCP data 1400 B, to server",
    "tcp%s-to-client": "TCP data 1400 B, to client",
    "tcp%sts-to-server": "TCP with timestamps, to server",
    "tcp%sts-to-client": "TCP with timestamps, to client",
    "udp%s-new": "UDP new, first packet",
    "tcp%s-new": "TCP new, SYN",
    "tcp%sts-new": "TCP with timestamps, SYN",
    "tcp%s-life": "TCP whole life, 11 packets",
    "tcp%sts-life": "the same with timestamps",
    "other%s": "a routed packet that is not ours, extra",
}


def collect(build, modes):
    """Reads MODE.json of each mode: {mode: {row: figures}}, and the complaints met."""
    result, errors = {}, []
    for mode in modes:
        result[mode] = {}
        with open(os.path.join(build, mode + ".json"), encoding="ascii") as lines:
            for line in lines:
                record = json.loads(line)
                if "error" in record:
                    errors.append(f"{mode}: {record['row']}: {record['error']}")
                elif "row" in record:
                    result[mode][record.pop("row")] = record
    return result, errors


def cell(result, mode, row):
    """One figure of a table; empty where it means nothing."""
    figures = result[mode].get(row)
    if not figures:
        return "-"
    median = figures["median"]
    if row.startswith("other"):
        floor = result.get("plain", {}).get(row)
        return f"{median - floor['median']:+d}" if floor else str(median)
    if "-new" in row:
        if mode == "plain":
            return "-"
        return f"{median} ({figures['mean']}, {figures['p99']})"
    return str(median)


def print_tables(result, modes, rows):
    """One table per address family."""
    for family in "46":
        lines = [["IPv%s" % family] + modes]
        for pattern, title in TITLES.items():
            row = pattern % family
            if row in rows:
                lines.append([title] + [cell(result, mode, row) for mode in modes])
        if len(lines) == 1:
            continue
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        for line in lines:
            print(line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:])),
                  sep="  ")
        print()
    print("Instructions per packet, medians; new flows: median (mean, 99th percentile).\n"
          "Cache and TLB misses, the price of atomics, the card and GRO are not in them.")


def compare(result, baseline):
    """Differences of more than TOLERANCE from the baseline: (worse rows of slb, remarks)."""
    worse, remarks, unknown = [], [], []
    for mode, rows in result.items():
        for row, figures in rows.items():
            old = baseline.get("modes", {}).get(mode, {}).get(row)
            new = figures["median"]
            if old is None:
                unknown.append(f"{mode}:{row}")
            elif abs(new - old) > TOLERANCE * old:
                text = f"{mode}: {row}: {old} -> {new} ({100 * (new - old) / old:+.1f} %)"
                if mode.startswith("slb") and new > old:
                    worse.append(text)
                else:
                    remarks.append(text)
    if unknown:
        remarks.append("not in the baseline: " + " ".join(unknown))
    return worse, remarks


def dearer_than_ipvs(result):
    """Rows of established flows in which slb costs more than IPVS in the same run."""
    ipvs = result.get("ipvs", {})
    return [f"{mode}: {row}: {figures['median']}, IPVS {ipvs[row]['median']}"
            for mode, rows in result.items() if mode.startswith("slb")
            for row, figures in rows.items() if "-to-" in row and row in ipvs
            and figures["median"] > ipvs[row]["median"]]


def update_baseline(path, release, result, baseline):
    """Writes the medians; modes and rows that were not measured stay as they were."""
    modes = baseline.get("modes", {})
    for mode, rows in result.items():
        modes.setdefault(mode, {}).update({row: f["median"] for row, f in rows.items()})
    with open(path, "w", encoding="ascii") as file:
        json.dump({"release": release, "modes": modes}, file, indent="\t", sort_keys=True)
        file.write("\n")


def main():
    """The whole report; the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--modes", required=True)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    modes = args.modes.split(",")

    result, errors = collect(args.build, modes)
    print_tables(result, modes, args.rows.split(","))
    qemu = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True,
                          check=True).stdout.splitlines()[0]
    path = os.path.join(args.build, "result.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"release": args.release, "qemu": qemu, "modes": result}, file, indent="\t")
        file.write("\n")
    print(f"Written to {path}.")

    baseline = {}
    if os.path.exists(args.baseline):
        with open(args.baseline, encoding="ascii") as file:
            baseline = json.load(file)
    if args.update:
        if not errors:
            update_baseline(args.baseline, args.release, result, baseline)
        worse = []
    else:
        if baseline.get("release", args.release) != args.release:
            print(f"The baseline is of kernel {baseline['release']}, this is {args.release}.")
        worse, remarks = compare(result, baseline)
        for remark in remarks:
            print("note:", remark)
    for text in errors:
        print("WRONG:", text)
    for text in worse:
        print("WORSE THAN BASELINE:", text)
    dearer = dearer_than_ipvs(result)
    for text in dearer:
        print("DEARER THAN IPVS:", text)
    return 1 if errors or worse or dearer else 0


if __name__ == "__main__":
    sys.exit(main())
