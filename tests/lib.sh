# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests share. A test is a bash program that sources this file and reads
#
#	#!/bin/bash
#	# One line that says what is shown.
#	# lanes: uml qemu		(optional: where it runs; time, qemu-6.1, qemu-6.12, smp; default
#						the first two)
#	# timeout: 60			(optional: seconds; three times that in QEMU, ten times where
#						races are looked for; default 300)
#	. "$(dirname "$0")/../lib.sh"
#	plan 2
#	setup_ns client lb
#	veth "$client" eth0 "$lb" eth0
#	load_slb
#	check "the balancer answers" in_ns "$client" ping -c 1 10.0.0.1
#	...
#
# It writes KTAP, and exits 0, 1 (failed) or 4 (skipped). At its end, however that comes, what it
# made is undone, and one more test point says whether it left anything behind.
# Each test runs alone, in this project's machines or under virtme-ng.

set -u

SLB_TOP=${SLB_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
SLB_BUILD=${SLB_BUILD:-$SLB_TOP/build/$(uname -r)}
SLB_BUILD_SELFTEST=${SLB_BUILD_SELFTEST:-$SLB_BUILD-selftest}
if [ -z "${SLB_LANE:-}" ]; then
	case $(uname -r) in
	*-uml-*) SLB_LANE=uml ;;
	*-smp-*) SLB_LANE=smp-$(uname -r | sed 's/.*-smp-//; s/-slb$//') ;;
	*) SLB_LANE=qemu-$(uname -r | cut -d . -f 1-2) ;;
	esac
fi
# Emulated processors are several times slower; waiting takes that into account.
case $SLB_LANE in
qemu*) SLB_SLOW=${SLB_SLOW:-3} ;;
smp-kasan) SLB_SLOW=${SLB_SLOW:-10} ;;
smp-*) SLB_SLOW=${SLB_SLOW:-6} ;;
*) SLB_SLOW=${SLB_SLOW:-1} ;;
esac
SLB_TMP=$(mktemp -d "${TMPDIR:-/tmp}/slb-test.XXXXXX")
export SLB_TOP SLB_BUILD SLB_LANE SLB_SLOW SLB_TMP
case :$PATH: in
*":$SLB_TOP/build/tool:"*) ;;
*) export PATH=$SLB_TOP/build/tool:$PATH ;;
esac

#
# KTAP
#

tap_planned=
tap_count=0
tap_failed=0

# plan [N]: N test points follow; the last one is added here. Without N the plan comes at the end.
plan() {
	echo "KTAP version 1"
	[ $# -gt 0 ] || return 0
	tap_planned=$(($1 + 1))
	echo "1..$tap_planned"
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count $*"
}

# not_ok DESCRIPTION [DETAIL]
not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count $1"
	[ $# -lt 2 ] || diag "$2"
	return 1
}

# skip DESCRIPTION REASON: one test point that cannot be run here.
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count $1 # SKIP $2"
}

# skip_all REASON: the whole test cannot run here.
skip_all() {
	echo "KTAP version 1"
	echo "1..0 # SKIP $*"
	tap_planned=skipped
	exit 4
}

# bail REASON: going on makes no sense.
bail() {
	diag "giving up: $*"
	exit 1
}

# check DESCRIPTION COMMAND...: ok if the command succeeds; its output is shown if not.
check() {
	local description=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$description"
	else
		not_ok "$description" "failed with status $?: $*
$out"
	fi
}

# check_fails DESCRIPTION COMMAND...: ok if the command fails.
check_fails() {
	local description=$1 out
	shift
	if out=$("$@" 2>&1); then
		not_ok "$description" "succeeded: $*
$out"
	else
		ok "$description"
	fi
}

# is DESCRIPTION GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:
$2
wanted:
$3"
	fi
}

# matches DESCRIPTION GOT ERE: ok if some line of GOT matches.
matches() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		ok "$1"
	else
		not_ok "$1" "got:
$2
wanted a line like: $3"
	fi
}

# need COMMAND...: skips the test where one is not installed.
need() {
	local cmd

	for cmd; do
		command -v "$cmd" >/dev/null || skip_all "$cmd is not installed"
	done
}

#
# Waiting: for a condition, never for a time.
#

# wait_for [-t SECONDS] COMMAND...: until the command succeeds, 10 s at most (30 s in QEMU).
wait_for() {
	local seconds=10 end

	[ "$1" = -t ] && seconds=$2 && shift 2
	end=$((SECONDS + seconds * SLB_SLOW))
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { diag "waited in vain for: $*"; return 1; }
		sleep 0.05
	done
}

# wait_listen NS tcp|udp PORT: until somebody listens there.
wait_listen() {
	local ns=$1 proto=$2 port=$3

	wait_for listens "$ns" "$proto" "$port"
}

listens() {
	in_ns "$1" ss -Hln "--$2" "sport = :$3" | grep -q .
}

#
# Namespaces. A name in a test, say "client", becomes the variable $client that holds the real
# name, which is random, so that tests can run side by side.
#

ns_all=()

# setup_ns NAME...
setup_ns() {
	local name ns

	for name; do
		ns=$name-$RANDOM$RANDOM
		ip netns add "$ns" || bail "cannot make the namespace $ns"
		ns_all+=("$ns")
		printf -v "$name" %s "$ns"
		ip -n "$ns" link set lo up
		# Addresses are to be usable at once.
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	done
}

# delete_ns NS...: now, instead of at the end.
delete_ns() {
	local ns

	for ns; do
		ip netns del "$ns"
	done
}

in_ns() {
	local ns=$1

	shift
	ip netns exec "$ns" "$@"
}

# forwarding NS: makes it a router for both families.
forwarding() {
	in_ns "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# veth NS1 DEV1 NS2 DEV2: a cable between two namespaces, both ends up.
veth() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" || bail "cannot link $1 and $3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# addr NS DEV ADDRESS/LENGTH...
addr() {
	local ns=$1 dev=$2 a

	shift 2
	for a; do
		case $a in
		*:*) ip -n "$ns" addr add "$a" dev "$dev" nodad ;;
		*) ip -n "$ns" addr add "$a" dev "$dev" ;;
		esac || bail "cannot add $a to $dev in $ns"
	done
}

#
# Processes in the background
#

pids_all=()

# spawn COMMAND...: in the background until the test's end; its number is in $spawned, what it
# says in the file $spawned_log.
spawn() {
	spawned_log=$SLB_TMP/spawn.${#pids_all[@]}
	"$@" >"$spawned_log" 2>&1 </dev/null &
	spawned=$!
	pids_all+=("$spawned")
}

# spawn_ns NS COMMAND...
spawn_ns() {
	spawn ip netns exec "$@"
}

# stop PID: ends a spawned process now and waits for it.
stop() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

#
# Modules
#

loaded_here=()

# load_module FILE.ko [PARAMETER=VALUE]...: with what it depends on; unloaded at the end.
load_module() {
	local ko=$1 name dep

	name=$(basename "$ko" .ko)
	shift
	[ -d "/sys/module/$name" ] && return
	[ -f "$ko" ] || bail "$ko is not built"
	for dep in $(modinfo -F depends "$ko" | tr ',' ' '); do
		modprobe "$dep" || bail "cannot load $dep, which $name needs"
	done
	insmod "$ko" "$@" || return
	loaded_here=("$name" "${loaded_here[@]}")
}

# unload_module NAME: now; open netlink sockets and the like may hold it for a moment.
unload_module() {
	[ -d "/sys/module/$1" ] || return 0
	wait_for rmmod "$1"
}

load_slb() {
	load_module "$SLB_BUILD/slb.ko" "$@" || bail "cannot load slb"
}

unload_slb() {
	unload_module slb
}

# told COMMAND...: how many changes the kernel announces while a command runs. It sets conn-max to
# $told_conn_max, what the test has it at anyway.
told_conn_max=0
told() {
	local pid n

	rm -f "$SLB_TMP/told"
	slbadm monitor --json >"$SLB_TMP/told" &
	pid=$!
	wait_for test -s "$SLB_TMP/told"
	"$@" || echo "status $?"
	# The last message is our own, so all before it have come.
	slbadm --set "conn-max=$told_conn_max"
	wait_for -t 30 grep -q '"settings"' "$SLB_TMP/told"
	n=$(grep -cvE '"start"|"settings"' "$SLB_TMP/told")
	kill "$pid"
	wait "$pid" 2>/dev/null
	echo "$n"
}

load_toa() {
	load_module "$SLB_BUILD/slb_toa.ko" "$@" || bail "cannot load slb_toa"
}

unload_toa() {
	unload_module slb_toa
}

#
# What must be true when a test is over
#

# namespaces with a balancer; if a test names none, any of its namespaces may be one
lb_all=()

# balance_check: in each of them every packet seen was forwarded, passed or dropped, and every object
# that was created has been destroyed once the configuration is gone. Asked when the test's programs
# are gone, before the namespaces are; what outlives those, unloading the module shows: it destroys the
# caches. Says what is wrong.
balance_check() {
	[ -d /sys/module/slb ] || return 0
	[ ${#lb_all[@]} -gt 0 ] || lb_all=("${ns_all[@]}")
	[ ${#lb_all[@]} -eq 0 ] || /usr/bin/python3 -B "$SLB_TOP/tests/net/helpers/balance.py" "${lb_all[@]}"
}

kmsg_mark=

# mark_log: the kernel's log from here on is this test's.
mark_log() {
	kmsg_mark="slb-test: ${0##*/} $$.$RANDOM"
	echo "$kmsg_mark" >/dev/kmsg 2>/dev/null || kmsg_mark=
}

# log_since_mark
log_since_mark() {
	[ -n "$kmsg_mark" ] || { dmesg; return; }
	dmesg | awk -v mark="$kmsg_mark" '
		index($0, mark) { n = 0; next }
		{ line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

# What the kernel says when something is wrong.
LOG_ALARMS='BUG|WARNING|Oops|general protection|lockdep|possible (recursive|circular|irq)|KASAN|UBSAN'
LOG_ALARMS+='|suspicious RCU|kmemleak: [0-9]+ new|unreferenced object|refcount_t|sleeping function'
LOG_ALARMS+='|ODEBUG|list_(add|del) corruption|unregister_netdevice: waiting|blocked for more than'
LOG_ALARMS+='|Objects remaining|rcu_.*self-detected|leaked reference'

# log_check: nothing of the kind since the mark.
log_check() {
	local out

	out=$(log_since_mark | grep -v 'slb-test:' | grep -E -A 25 "$LOG_ALARMS")
	[ -z "$out" ] && return
	echo "the kernel's log:"
	echo "$out" | head -n 120
	return 1
}

# kmemleak_check: unreferenced memory, where the kernel can tell. Takes 6 s; run.sh does it once at
# the end, so only a test that wants to know for itself calls it.
kmemleak_check() {
	"$SLB_TOP/tests/leaks.sh"
}

#
# The end
#

on_exit_all=()

# on_exit COMMAND: a line to be evaluated at the end, the last first.
on_exit() {
	on_exit_all=("$1" "${on_exit_all[@]}")
}

tap_finish() {
	local status=$? left="" line

	trap - EXIT
	trap '' INT TERM
	for line in "${on_exit_all[@]}"; do
		eval "$line"
	done
	[ ${#pids_all[@]} -eq 0 ] || { kill "${pids_all[@]}"; wait "${pids_all[@]}"; } 2>/dev/null
	left+=$(balance_check 2>&1) || left+=" (out of balance)"
	for line in "${ns_all[@]}"; do
		# Whoever is left in there would keep it alive.
		ip netns pids "$line" 2>/dev/null | xargs -r kill -9 2>/dev/null
		ip netns del "$line" 2>/dev/null
	done
	for line in "${loaded_here[@]}"; do
		left+=$(unload_module "$line" 2>&1) || left+=" ($line does not unload)"
	done
	left+=$(log_check)
	rm -rf "$SLB_TMP"

	[ "$tap_planned" = skipped ] && exit "$status"
	if [ -z "$left" ]; then
		ok "nothing is left behind"
	else
		not_ok "nothing is left behind" "$left"
	fi
	[ -n "$tap_planned" ] || { tap_planned=$tap_count; echo "1..$tap_count"; }
	if [ "$tap_count" != "$tap_planned" ]; then
		diag "planned $tap_planned test points but ran $tap_count"
		tap_failed=$((tap_failed + 1))
	fi
	[ "$tap_failed" = 0 ] && [ "$status" = 0 ] && exit 0
	exit 1
}

[ "$(id -u)" = 0 ] || skip_all "needs root"
mark_log
trap tap_finish EXIT
trap 'exit 1' INT TERM
