#!/bin/bash
# Entries expire, are reclaimed, opened afresh, split and dumped while every CPU sends packets of theirs.
# lanes: smp
# timeout: 120
. "$(dirname "$0")/helpers/smp.sh"
plan

rig
deaf
part=$((seconds / 3))

# round NAME OPTION...: packets for a third of the time, and dumps beside them.
round() {
	local name=$1 status dumper dumped

	shift
	rm -f "$SLB_TMP/over"
	spawn dumps "$SLB_TMP/over"
	dumper=$spawned dumped=$spawned_log
	collide -t $part "$@"
	wait "$collider"
	status=$?
	: >"$SLB_TMP/over"
	wait "$dumper" && is "$name: packets were sent, and the table dumped" "$status" 0
	diag "$(cat "$collided" "$dumped")"
}

# Everything ends after a second; a flow is met again when one to two and a half have passed.
{
	echo "--set syn-sent=1 syn-recv=1 established=1 fin-wait=1 close-wait=1 last-ack=1 time-wait=1 close=1 udp=1"
	services wlc
	echo "-P $laddr4"
	echo "-P $laddr6"
} | slb_conf
round "expiry" -f 64 -w 2 -s 900,2600
diag "$(counters)"
is "connections expired, some at both ends" \
	"$(($(counter conn-expired) > 50)) $(($(counter idle-reset) > 5))" "1 1"

# Sixteen ports towards each server for many more flows.
slb -C
{
	echo "--set syn-sent=30 syn-recv=30 established=3 fin-wait=30 close-wait=30 last-ack=30 time-wait=60 close=10 udp=30"
	echo "--set reclaim-unanswered=1 reclaim-udp=1"
	services rr
	echo "-P $laddr4 --ports 2000-2015"
	echo "-P $laddr6 --ports 2000-2015"
} | slb_conf
round "few ports" -f 256 -w 4 -s 1500,2500
diag "$(counters)"
is "ports were reclaimed" "$(($(counter reclaimed) > 20))" 1

# As many connections as come, in a table that has never held so many; then all go at once.
slb -C
{
	echo "--set established=60 fin-wait=60 close-wait=60 udp=60 syn-recv=60 close=1"
	services wrr
	echo "-P $laddr4 --dedicated"
	echo "-P $laddr6 --dedicated"
} | slb_conf
before=$(counter conn-created)
round "growth" -f 60000 -w 64 -s $((part * 1000)),$((part * 1000 + 1))
is "the table grew" "$(($(counter conn-created) - before > 500))" 1
collide -t 600 -f 4096 -w 4096 -x "$SLB_TMP/flushed"
nap 1
slb -C
: >"$SLB_TMP/flushed"
wait "$collider"
diag "$(counters)"

empty() {
	[ "$(slb info --json | jq -c '[.conns, .services, .laddrs]')" = "[0,0,0]" ]
}
check "nothing is left when all was removed" wait_for -t 20 empty
