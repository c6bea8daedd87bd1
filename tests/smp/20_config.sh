#!/bin/bash
# Everything that can be configured changes, from two sides, while every CPU sends packets.
# lanes: smp
# timeout: 120
. "$(dirname "$0")/helpers/smp.sh"
plan 5

rig
deaf
{ services wlc; echo "-P $laddr4"; echo "-P $laddr6"; } | slb_conf
collide -t 600 -f 512 -w 16 -s 1500,3000 -x "$SLB_TMP/over"
pids=()
logs=()
for seed in 1 2; do
	spawn_near "$lb" env PYTHONPATH="$helpers" "$python" "$smp/change.py" "$seconds" $((RANDOM * 2 + seed))
	pids+=("$spawned")
	logs+=("$spawned_log")
done
for i in 0 1; do
	wait "${pids[i]}"
	is "changes from side $((i + 1)) are refused for good reasons only" $? 0
	diag "$(cat "${logs[i]}")"
done
: >"$SLB_TMP/over"
wait "$collider"
is "packets were sent all the time" $? 0
diag "$(cat "$collided")" "$(counters)"
is "connections were opened" "$(($(counter conn-created) > 100))" 1
slb -C
empty() {
	[ "$(slb info --json | jq -c '[.conns, .services, .laddrs]')" = "[0,0,0]" ]
}
check "nothing is left when all was removed" wait_for -t 60 empty
