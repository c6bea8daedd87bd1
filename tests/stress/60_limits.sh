#!/bin/bash
# Limits: a memory cgroup's, conn-max, those of module parameters; and a CPU that goes and comes back.
# lanes: uml qemu-6.12
# timeout: 120
. "$(dirname "$0")/helpers/stress.sh"
plan

#
# The configuration is charged to the memory cgroup of who makes it.
#

root=/sys/fs/cgroup
group=$root/slb-limits-$RANDOM
file=$SLB_TMP/conf
said=$SLB_TMP/said

# in_group COMMAND...: in the balancer's namespace, charged to the group.
in_group() {
	# shellcheck disable=SC2016 # the inner shell's
	near "$lb" bash -c 'echo 0 >"$1"/cgroup.procs && shift && exec "$@"' sh "$group" "$@"
}

# Writing what it says is not to take memory either.
restore() {
	head -c 100000 /dev/zero >"$said"
	in_group slbadm -R "$file" 1<>"$said" 2>&1
}

# charged: in bytes, without what the CPUs have in hand.
charged() {
	echo 0 >"$group/memory.high"
	echo max >"$group/memory.high"
	cat "$group/memory.current"
}

charged_below() {
	[ "$(charged)" -lt "$1" ]
}

# ballast: should slbadm itself need a page when there is none, this is killed before it.
ballast() {
	# shellcheck disable=SC2016
	spawn_near "$lb" bash -c 'echo 0 >"$1"/cgroup.procs && echo 1000 >/proc/self/oom_score_adj &&
		printf -v ballast %0300000d 0 && echo ready && read -r <>"$2"' sh "$group" "$SLB_TMP/nap"
	wait_for test -s "$spawned_log"
}

# lines: services and servers that are there, one in each line.
lines() {
	slb -S -n | grep -E '^-[Aa] '
}

cgroup_limits() {
	local i j k all peak base kept status cut

	# What warns of a foreign address has used all that it takes to say no.
	for i in {1..240}; do
		j=10.0.1.1:$i
		[ "$i" -le 120 ] || j="[fd00::1:1]:$i"
		echo "-A -t $j -s wrr"
		for k in 1 2 3; do
			[ "$i" -le 120 ] && echo "-a -t $j -r 10.1.0.$k:80 -b -w 1" ||
				echo "-a -t $j -r [fd00:1::$k]:80 -b -w 1"
		done
	done >"$file"
	# What a namespace has once its first object was made stays until its end.
	slb -P $laddr4
	slb -C
	ballast
	base=$(charged)
	restore
	is "a configuration is restored in a memory cgroup" $? 0
	all=$(lines)
	is "all of it" "$(wc -l <<<"$all")" 960
	kept=$(($(charged) - base))
	peak=$(cat "$group/memory.peak")
	diag "$peak bytes at most, $kept kept"
	is "which is charged for it" "$((kept > 960 * 200))" 1
	slb -C
	check "until it is removed" wait_for charged_below $((base + kept / 4))

	# Half of the room, or less: part of the peak are pages of slbadm's file, which the kernel takes back.
	for ((cut = kept / 2; cut <= 2 * kept; cut += kept / 4)); do
		[ -d /proc/"$spawned" ] || ballast
		echo $((peak - cut)) >"$group/memory.max"
		restore
		status=$?
		i=$(lines | wc -l)
		[ "$i" = 960 ] || break
		slb -C
		wait_for charged_below $((base + kept / 4))
	done
	# The shell may have told of the ballast.
	tr -d '\0' <"$said" | grep ^slbadm: | tail -n 1 >"$said.last"
	diag "$(<"$said.last"), after $i"
	is "at its limit a command is refused" $status 1
	matches "and told why" "$(<"$said.last")" "^slbadm: .*$file:$((i + 1)): add (service|server) .*: no memory for the (service|server)"
	is "there is what was made before, and no more" \
		"$(diff <(lines) <(head -n "$i" <<<"$all") | head -n 5)" ""
	check "who is not in the group goes on" slb -A -u 10.0.1.1:1000
	check "and changes what was made in it" slb -a -t 10.0.1.1:1 -r 10.1.0.9:80 -b
	check "the group can remove a server" in_group slbadm -d -t 10.0.1.1:1 -r 10.1.0.1:80
	check "and a service" in_group slbadm -D -t 10.0.1.1:2
	is "they are gone" "$(slb -S -n | grep -cE '10.0.1.1:(1 -r 10.1.0.1|2 ):')" 0
	check "and all" in_group slbadm -C
	check "nothing is charged any more" wait_for charged_below $((base + kept / 4))
	echo max >"$group/memory.max"
	run_cases "$wire" "$stress/limits.py" memory "$group"
	stop "$spawned"
	check "the group can go" wait_for rmdir "$group"
	# Had the ballast to go, the log has the stack, some of whose functions have names that alarm.
	is "the log tells of nothing else" "$(log_since_mark | grep -v ' \[<' | grep -E "$LOG_ALARMS")" ""
	mark_log
}

rig
if echo +memory >$root/cgroup.subtree_control && mkdir "$group"; then
	cgroup_limits
else
	skip "memory cgroup" "this kernel has none"
fi

run_cases "$wire" "$stress/limits.py" conn-max
if [ -w /sys/devices/system/cpu/cpu1/online ]; then
	run_cases "$wire" "$stress/limits.py" cpu
else
	skip "a CPU goes and comes back" "there is only one"
fi

#
# Module parameters
#

parameters=$(modinfo "$SLB_BUILD/slb.ko" | grep -a ^par)
is "slb has no parameter that could be wrong" "$parameters" ""
toa=$SLB_BUILD/slb_toa.ko
[ "$SLB_LANE" != uml ] || toa=$SLB_BUILD_SELFTEST/slb_toa.ko	# without ftrace

# refused NAME VALUE [ERE]: the module does not load, and the log says why.
refused() {
	local name=$1 value=$2 range=${3-}

	insmod "$toa" "$name=$value" 2>/dev/null
	if [ -d /sys/module/slb_toa ]; then
		not_ok "$name=$value is refused" "it loads"
		rmmod slb_toa
	else
		matches "${name}='${value:0:40}' is refused" "$(log_since_mark | tail -n 2)" \
			"slb_toa: parameter $name: '${value//./\\.}' is not ${range}"
	fi
}

if [ -f "$toa" ]; then
	for value in 256 2 254,254 "254," '' 254x 200,201,202,203,204,205,206,207,208; do
		refused kinds "$value" "a list of 1 to 8 different numbers from 0 to 255"
	done
	for value in 10.0.0.1/8 2001:db8::/129 example; do
		refused trusted "$value" "a prefix ADDRESS\[/LENGTH\] of up to 32 or 128 bits"
	done
	many=$(printf '10.0.0.%d,' {0..255})10.0.1.0
	insmod "$toa" "trusted=$many" 2>/dev/null
	matches "257 prefixes are refused" "$(log_since_mark | tail -n 3)" "trusted: can only take 256 arguments"
	check "and the module does not load" test ! -d /sys/module/slb_toa
	check "it loads with what is right" insmod "$toa" kinds=200,0xc9,254 "trusted=${many%,*}"
	is "and tells it" "$(cat /sys/module/slb_toa/parameters/kinds)" 200,0xc9,254
	check "it unloads" rmmod slb_toa
else
	skip "slb_toa's parameters" "$toa is not built (make SELFTEST=1)"
fi
