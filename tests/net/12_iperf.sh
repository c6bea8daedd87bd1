#!/bin/bash
# iperf3 through the balancer: TCP and UDP, both ways, IPv4 and IPv6.
# lanes: qemu
# timeout: 60
. "$(dirname "$0")/helpers/topo.sh"
need iperf3 jq
plan

cluster 1
slb_conf <<END
-P $laddr4
-P $laddr6
-A -t $vip4:5201 -s rr
-a -t $vip4:5201 -r 10.1.1.11:5201
-A -u $vip4:5201 -s rr
-a -u $vip4:5201 -r 10.1.1.11:5201
-A -t [$vip6]:5201 -s rr
-a -t [$vip6]:5201 -r [fd00:1:1::11]:5201
-A -u [$vip6]:5201 -s rr
-a -u [$vip6]:5201 -r [fd00:1:1::11]:5201
END
spawn_near "$srv1" iperf3 -s
wait_listen "$srv1" tcp 5201

# measure ARGUMENT...: iperf3's report
measure() {
	near "$client" timeout 60 iperf3 -J "$@" >"$SLB_TMP/iperf" 2>&1
}

for v in 4 6; do
	[ $v = 4 ] && vip=$vip4 || vip=$vip6
	for way in "" -R; do
		# The receiver stops counting when the sender says that it is done.
		# shellcheck disable=SC2086 # no word at all if it is empty
		measure -c "$vip" -n 16M -P 2 $way
		is "IPv$v: TCP${way:+, the server sends}: 16 MiB over two connections" \
			"$(jq '.error // (.end | .sum_sent.bytes >= 16777216 and .sum_received.bytes > 8000000)' "$SLB_TMP/iperf")" true
		# shellcheck disable=SC2086
		measure -c "$vip" -u -b 10M -t 1 $way
		is "IPv$v: UDP${way:+, the server sends}: hardly a datagram is lost" \
			"$(jq '.error // (.end.sum | .packets > 50 and .lost_percent < 5)' "$SLB_TMP/iperf")" true
	done
done
is "nothing was dropped" "$(slb -L --stats --json | jq '[.drops[]] | add')" 0
