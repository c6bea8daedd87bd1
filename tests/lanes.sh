#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds what the lanes need, runs the tests in each and adds up:
#
#   lanes.sh LANE... -- TEST...
#
# A lane's machine keeps one CPU busy, so two lanes run at a time, begun in the order given: the longest
# first. Each lane's KTAP is kept in build/results/LANE.ktap. One lane's is printed as it comes; of several
# there is a line for each test, and all of it when they have ended.
set -u
. "$(dirname "$0")/../scripts/common.sh"

lanes=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	lanes+=("$1")
	shift
done
shift
[ ${#lanes[@]} -gt 0 ] || die "usage: lanes.sh LANE... -- TEST..."
[ $# -gt 0 ] || die "there are no tests"
results=$SLB_TOP/build/results
mkdir -p "$results"

# A lane that cannot be built or whose machine dies counts as one failure.
failure() {
	echo "not ok 1 $1"
	echo "0 passed, 1 failed"
}

build() {
	local kernel=${1#qemu-} self

	[ "$kernel" = time ] && kernel=uml
	for self in 0 1; do
		SELFTEST=$self "$SLB_TOP/scripts/build-modules.sh" --quiet "$kernel" >/dev/null || return
	done
}

run() {
	local lane=$1 vm

	shift
	case $lane in
	uml | time) vm=("--$lane") ;;
	*) vm=(--qemu "${lane#qemu-}") ;;
	esac
	"$SLB_TOP/tests/vm/boot.sh" "${vm[@]}" --no-build --timeout "${SLB_LANE_TIMEOUT:-3300}" -- \
		"$SLB_TOP/tests/run.sh" --second-try "$@"
	# The exit status is in the results' last line, unless there is none.
	case $? in
	0 | 1) ;;
	*) failure "$lane: the machine did not come to its end" ;;
	esac
}

[ ! -f "$SLB_TOP/tool/Makefile" ] || "${NICE[@]}" make -s -C "$SLB_TOP/tool" || die "the tool does not build"
# running: keeps those of $jobs that still do.
jobs=()
running() {
	local job still=()

	for job in "${jobs[@]}"; do
		if kill -0 "$job" 2>/dev/null; then still+=("$job"); fi
	done
	jobs=("${still[@]}")
}

trap '[ ${#jobs[@]} = 0 ] || kill "${jobs[@]}" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
for lane in "${lanes[@]}"; do
	rm -f "$results/$lane.ktap"
	if ! build "$lane"; then
		failure "$lane: build" >"$results/$lane.ktap"
		continue
	fi
	while running && [ ${#jobs[@]} -ge 2 ]; do
		wait -n "${jobs[@]}"
	done
	: >"$results/$lane.ktap"
	run "$lane" "$@" >"$results/$lane.ktap" 2>&1 &
	jobs+=($!)
	tail -q -s 0.2 -n +1 -f --pid=$! "$results/$lane.ktap" |
		if [ ${#lanes[@]} = 1 ]; then cat; else sed -un "s/^\(not \)*ok /# $lane: &/p"; fi &
done
wait
jobs=()
[ ${#lanes[@]} = 1 ] || for lane in "${lanes[@]}"; do
	cat "$results/$lane.ktap"
done
"$SLB_TOP/scripts/total.sh" "${lanes[@]/%/.ktap}"
