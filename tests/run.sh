#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs tests one by one on the running kernel and merges their KTAP:
#
#   run.sh [--for MINUTES | --second-try] [TEST]...     paths relative to this directory; default: all
#
# With --for each test is repeated until so many minutes have passed. With --second-try what failed is
# run once more when all others have ended, since hours of work beside another machine can starve any
# deadline: only what fails twice has failed, and what does not is named before the last line. There is no
# second try for what the kernel itself complains of, nor for what is left behind.
# Only the tests meant for this lane are run. Each is killed at its timeout. The last line is
# "N passed, N failed[, N skipped]", which counts the tests' own points. Exit status 1 when
# something failed or nothing ran.
set -u

cd "$(dirname "$0")" || exit 1
tests=$PWD
lane=${SLB_LANE:-host}
passed=0
failed=0
skipped=0
number=0
minutes=0
second_try=false
retry=()
unsteady=()

# setting TEST NAME DEFAULT: from a comment in the test's head.
setting() {
	local value

	value=$(sed -n "2,20s/^# *$2: *//p" "$1" | head -n 1)
	echo "${value:-$3}"
}

# The sanitizer kernel is a 6.1: what needs no more of the stock one than it has runs there and on 6.12,
# and on the stock 6.1 with SLB_FULL=1.
lanes_default() {
	case $1 in
	toa/*) echo qemu ;;
	stress/*) echo uml ;;
	net/* | slbd/* | pkt/*) echo uml "${SLB_FULL:+qemu}" qemu-6.12 ;;
	*) echo uml qemu ;;
	esac
}

wanted() {
	local l

	for l in $(setting "$1" lanes "$(lanes_default "$1")"); do
		case $lane in
		"$l" | "$l"-*) return 0 ;;
		esac
	done
	return 1
}

# count FILE REGEX
count() {
	grep -cE "$2" "$1"
}

# run_one TEST [last]: unless it is the last time, what fails may be put off to $retry.
run_one() {
	local test=$1 seconds status out good bad none clean begin=$SECONDS

	seconds=$(setting "$test" timeout "$(sed -n 's/^timeout=//p' settings)")
	case $lane in
	qemu*) seconds=$((seconds * 3)) ;;
	smp*) seconds=$((seconds * 10)) ;;
	esac
	out=$(mktemp)
	number=$((number + 1))
	echo "# $test"
	cd "$tests/${test%/*}" || exit 1
	timeout -k 10 "$seconds" "./${test##*/}" </dev/null 2>&1 | tee "$out" | sed -u 's/^/    /'
	status=${PIPESTATUS[0]}
	cd "$tests" || exit 1

	none=$(count "$out" '^ok .*# (SKIP|skip)|^1\.\.0 # SKIP')
	good=$(($(count "$out" '^ok ') - $(count "$out" '^ok .*# (SKIP|skip)')))
	bad=$(count "$out" '^not ok ')
	clean=$(count "$out" '^ok [0-9]+ nothing is left behind$')
	rm -f "$out"
	case $status in
	0) ;;
	4) [ "$none" -gt 0 ] || none=1 ;;
	124 | 137)
		echo "# $test: killed after $seconds s"
		bad=$((bad + 1))
		;;
	*)
		# It may have failed without a test point that says so.
		[ "$bad" -gt 0 ] || bad=1
		;;
	esac
	if [ "$status" = 0 ] && [ $((good + bad + none)) = 0 ]; then
		echo "# $test: says nothing"
		bad=1
	fi
	if $second_try && [ "${2-}" != last ] && [ "$bad" -gt 0 ] && [ "$clean" = 1 ]; then
		retry+=("$test")
		number=$((number - 1))
		echo "# $test: $bad failed after $((SECONDS - begin)) s; it gets a second try"
		return
	fi
	[ "${2-}" != last ] || [ "$bad" -gt 0 ] || unsteady+=("$test")
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + none))
	if [ "$bad" -gt 0 ]; then
		echo "not ok $number $test # $((SECONDS - begin)) s, status $status"
	elif [ "$status" = 4 ]; then
		echo "ok $number $test # SKIP"
	else
		echo "ok $number $test # $((SECONDS - begin)) s"
	fi
}

# What only the whole run can show.
leaks() {
	local out

	[ -w /sys/kernel/debug/kmemleak ] || return
	number=$((number + 1))
	if out=$(./leaks.sh 2>&1); then
		echo "ok $number kmemleak finds nothing"
		passed=$((passed + 1))
	else
		printf '# %s\n' "${out//$'\n'/$'\n'# }"
		echo "not ok $number kmemleak finds nothing"
		failed=$((failed + 1))
	fi
}

case ${1-} in
--for) minutes=$2 && shift 2 ;;
--second-try) second_try=true && shift ;;
esac
[ $# -gt 0 ] || mapfile -t all < <(make -s --no-print-directory list)
list=()
for test in "${@:-${all[@]}}"; do
	test=${test#tests/}
	[ -x "$test" ] || { echo "not ok 1 $test # no such test"; echo "0 passed, 1 failed"; exit 1; }
	wanted "$test" && list+=("$test")
done
echo "KTAP version 1"
echo "# lane $lane, kernel $(uname -r)"
for test in "${list[@]}"; do
	begun=$SECONDS
	run_one "$test"
	while [ $((SECONDS - begun)) -lt $((minutes * 60)) ]; do
		run_one "$test"
	done
done
for test in "${retry[@]}"; do
	run_one "$test" last
done
[ $((passed + failed)) -gt 0 ] && leaks
echo "1..$number"
[ ${#unsteady[@]} = 0 ] || echo "# $lane, passed at the second try: ${unsteady[*]}"
line="$passed passed, $failed failed"
[ "$skipped" -gt 0 ] && line+=", $skipped skipped"
echo "$line"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
