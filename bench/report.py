#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Collects the guests' results, prints the tables, writes result.json and compares it with the
baseline. Exit status 1: slb costs more than the baseline or than IPVS, or a packet was wrong."""

import argparse
import json
import os
import subprocess
import sys

import limits

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


def add_model(path, rows, suffix):
    """Adds what the model of caches has counted, per packet, to the rows that it was shown."""
    if not os.path.exists(path):
        return
    with open(path, encoding="ascii") as lines:
        reports = [json.loads(line) for line in lines]
    for row, record in rows.items():
        if row.endswith(suffix) and "model" in record:
            for name, count in reports[record.pop("model")].items():
                record["model_" + name] = count / record["modelled"]


def collect(build, guests):
    """Reads MODE@LAB.json of each guest: {mode: {row: figures}}, and the complaints met."""
    result, errors = {}, []
    for guest in guests:
        mode, lab = guest.split("@")
        rows = result.setdefault(mode, {})
        with open(os.path.join(build, guest + ".json"), encoding="ascii") as lines:
            for line in lines:
                if line.startswith("#"): # symbols, left by a profile
                    continue
                record = json.loads(line)
                if "row" not in record:
                    continue
                row = record.pop("row") + ("" if lab == "main" else "@" + lab)
                if "error" in record:
                    errors.append(f"{mode}: {row}: {record['error']}")
                elif record.get("left"):
                    errors.append(f"{mode}: {row}: {record['left']} connections did not end")
                else:
                    rows.setdefault(row, {}).update(record)
        add_model(os.path.join(build, guest + ".model"), rows, "" if lab == "main" else "@" + lab)
    for rows in result.values():
        for record in rows.values():
            if "free_kb" in record and "own" in record:
                record["bytes"] = (record["free_kb"] * 1024 - record["own"]) / record["n"]
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


def print_table(lines):
    """Columns as wide as they must be; the first one is left-aligned."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print(line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:])),
              sep="  ")
    print()


def print_main(result, modes):
    """One table per address family."""
    printed = False
    for family in "46":
        lines = [["IPv%s" % family] + modes]
        for pattern, title in TITLES.items():
            row = pattern % family
            if any(row in rows for rows in result.values()):
                lines.append([title] + [cell(result, mode, row) for mode in modes])
        if len(lines) > 1:
            print_table(lines)
            printed = True
    if printed:
        print("Instructions per packet, medians; new flows: median (mean, 99th percentile).\n"
              "Cache and TLB misses, the price of atomics, the card and GRO are not in them.\n")


def lab_fields(record):
    """What is printed of a row of another lab: {name: figure}."""
    fields = {"": record.get("median")}
    names = {"mean": "mean", "p99": "p99", "max": "max", "softirq": "longest softirq",
             "bytes": "bytes per connection", "model_last": "last-level misses",
             "model_l1d": "first-level data misses", "model_l1i": "first-level instruction misses",
             "model_bounces": "lines from the other CPU", "resets": "resets", "wait": "longest wait of a softirq", "took": "in all", "wakeups": "wake-ups"}
    fields.update({name: record[key] for key, name in names.items()
                   if record.get(key) or key.startswith("model_") and key in record})
    return fields


def print_labs(result, modes):
    """Rows that have a set-up of their own."""
    rows = {row: None for mode in modes for row in result[mode] if "@" in row}
    for lab in {row.split("@")[1]: None for row in rows}:
        mine = [row for row in rows if row.split("@")[1] == lab]
        active = [mode for mode in modes if any(row in result[mode] for row in mine)]
        lines = [[lab] + active]
        for row in mine:
            cells = [lab_fields(result[mode].get(row, {})) for mode in active]
            for name in {name: None for fields in cells for name in fields}:
                lines.append([f"{row.split('@')[0]} {name}".rstrip()] +
                             [limits.text(fields.get(name)) for fields in cells])
        print_table(lines)


def compare(result, baseline):
    """Differences of more than TOLERANCE from the baseline: (worse rows of slb, remarks)."""
    worse, remarks, unknown = [], [], []
    for mode, rows in result.items():
        for row, figures in rows.items():
            old = baseline.get("modes", {}).get(mode, {}).get(row)
            new = figures.get("median")
            if new is None:
                continue
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
        modes.setdefault(mode, {}).update({row: f["median"] for row, f in rows.items()
                                            if "median" in f})
    with open(path, "w", encoding="ascii") as file:
        json.dump({"release": release, "modes": modes}, file, indent="\t", sort_keys=True)
        file.write("\n")


def main():
    """The whole report; the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--guests", required=True)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    result, errors = collect(args.build, args.guests.split())
    modes = list(result)
    main_modes = [mode for mode in modes if any("@" not in row for row in result[mode])]
    print_main(result, main_modes)
    print_labs(result, modes)
    print_table(limits.lines(result))
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
