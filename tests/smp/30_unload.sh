#!/bin/bash
# The module is unloaded, and its namespace deleted, while every CPU sends packets.
# lanes: smp
# timeout: 120
. "$(dirname "$0")/helpers/smp.sh"
plan 3

configure() {
	{
		echo "--set established=1 close=1 udp=1 time-wait=1"
		services wlc
		echo "-P $laddr4"
		echo "-P $laddr6"
	} | slb_conf
}

created() {
	[ "$(counter conn-created)" -gt 20 ]
}

rig
deaf
configure
collide -t 600 -f 1024 -w 32 -s 700,1500 -x "$SLB_TMP/over"
end=$((SECONDS + seconds / 2))
n=0
bad=0
while [ $SECONDS -lt $end ] && [ $bad = 0 ]; do
	wait_for -t 20 created || { bad=1; break; }
	# A dump holds on to an entry while all of them go.
	slb -L -c -n >/dev/null &
	dump=$!
	if ((n & 1)); then
		wait "$dump"
		rmmod slb || bad=1
	else
		slb -C
		wait "$dump"
		unload_slb || bad=1
	fi
	insmod "$SLB_BUILD/slb.ko" || bad=1
	configure
	n=$((n + 1))
done
: >"$SLB_TMP/over"
wait "$collider"
diag "unloaded $n times; $(cat "$collided")"
is "unloaded while packets come from every CPU" "$((n > 0)) $bad" "1 0"

end=$((SECONDS + seconds / 2))
n=0
bad=0
while [ $SECONDS -lt $end ] && [ $bad = 0 ]; do
	rm -f "$SLB_TMP/over"
	collide -t 600 -f 1024 -w 32 -s 700,1500 -x "$SLB_TMP/over"
	wait_for -t 20 created || { bad=1; break; }
	ip netns del "$lb"
	: >"$SLB_TMP/over"
	wait "$collider" || bad=1
	ip netns del "$wire"
	topo_mac=0
	rig
	deaf
	configure
	n=$((n + 1))
done
diag "deleted $n times; $(cat "$collided")"
is "the namespace deleted while packets come from every CPU" "$((n > 0)) $bad" "1 0"
collide -t 2 -f 64 -w 64
wait "$collider"
is "a new one works" "$(created && echo yes)" yes
