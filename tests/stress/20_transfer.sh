#!/bin/bash
# Long transfers each way over a bad network arrive intact; captures of both sides map one to one.
# lanes: uml qemu-6.12
# timeout: 600
. "$(dirname "$0")/helpers/stress.sh"
need gcc tcpdump ethtool nft
plan 30

bytes=$(($(amount 256 32 1024) << 20))
# A lost packet is an aggregate of up to 64 KiB; some are lost in any transfer (none of 600 at 2 %: one in 100 000).
loss=$(amount 0.3% 2% 0.1%)
cluster 1
compile transfer
slb_conf <<CONF
-A -t $vip4:80 -s rr
-a -t $vip4:80 -r 10.1.1.11:8080 -b
-A -t [$vip6]:80 -s rr
-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
-P $laddr4
-P $laddr6
CONF
# shellcheck disable=SC2154 # set by cluster
ends=("$client" "$srv1")
for ns in "${ends[@]}"; do
	near "$ns" tc qdisc add dev eth0 root netem limit 20000 delay 1ms loss "$loss" reorder 1% ||
		bail "no netem"
done

# GRO and GSO on both sides; the balancer puts together what comes in segments.
for at in "$client eth0" "$srv1 eth0" "$lb c0" "$lb s1"; do
	near "${at% *}" ethtool -K "${at#* }" sg on tx on tso on gso on gro on >/dev/null || bail "no ethtool"
done
near "$lb" nft -f - <<'END' || bail "no nft"
table inet sizes {
	chain pre {
		type filter hook prerouting priority raw
		meta length > 1500 counter
	}
}
END

# large: packets longer than any wire's that came to the balancer; inserted: client addresses it has sent
large() {
	near "$lb" nft -j list chain inet sizes pre | sed 's/.*"packets": *\([0-9]*\).*/\1/'
}

inserted() {
	field <(slb -L --stats -n) toa-inserted | grep . || echo 0
}

# tcp_count NS NAME...: the sum of TcpExt counters.
tcp_count() {
	local ns=$1

	shift
	near "$ns" cat /proc/net/netstat | awk -v names="$*" '
		$1 != "TcpExt:" { next }
		!seen++ { split($0, head); next }
		{ n = split(names, want, " ")
		  for (i = 1; i <= NF; i++) for (j = 1; j <= n; j++) if (head[i] == want[j]) sum += $i }
		END { print sum + 0 }'
}

# transfer up|down BYTES FAMILY
report=$SLB_TMP/transfer.out
transfer() {
	local vip=$vip4

	[ "$3" = 4 ] || vip=$vip6
	"$SLB_TMP/transfer" "$1" "$2" "$vip" 80 8080 "${ends[@]}" >"$report" 2>&1
}

# Both ends have closed and said so: nothing of a connection is on its way any more.
all_closed() {
	! near "$lb" slbadm -L -c -n | grep -Eq ' (SYN_|ESTABLISHED|FIN_WAIT|CLOSE_WAIT|LAST_ACK)'
}

for v in 4 6; do
	for way in up down; do
		[ $way = up ] && sender=$client || sender=$srv1
		sacked=$(tcp_count "$sender" TCPSackRecovery TCPSACKReorder)
		before="$(large) $(inserted)"
		check "IPv$v $way: $((bytes >> 20)) MiB arrive intact" transfer $way "$bytes" $v
		diag "$(cat "$report")"
		aggregates=$(($(large) - ${before% *}))
		is "IPv$v $way: most of it came in aggregates ($aggregates)" "$((aggregates > bytes / 65536 / 2))" 1
		is "IPv$v $way: the server was told the client's address" "$(($(inserted) > ${before#* }))" 1
		is "IPv$v $way: with timestamps and SACK" "$(field "$report" timestamps) $(field "$report" sack)" "1 1"
		is "IPv$v $way: SACK told the sender of losses" \
			"$(($(tcp_count "$sender" TCPSackRecovery TCPSACKReorder) > sacked))" 1
	done
done
# An overtaken segment's may be: few are.
old=$(($(tcp_count "$client" PAWSEstab) + $(tcp_count "$srv1" PAWSEstab)))
is "hardly a segment had an old timestamp ($old)" "$((old < 20))" 1

# Packets as they are on a wire, and few.
for ns in "${ends[@]}"; do
	near "$ns" ethtool -K eth0 tso off gso off >/dev/null || bail "no ethtool"
	near "$lb" ethtool -K "$([ "$ns" = "$client" ] && echo c0 || echo s1)" gro off >/dev/null || bail "no ethtool"
	near "$ns" tc qdisc change dev eth0 root netem limit 20000 delay 1ms loss 1% reorder 3%
done

# capture up|down FAMILY: a short transfer, seen from both sides.
capture() {
	local front=$SLB_TMP/front.$2.$1 back=$SLB_TMP/back.$2.$1 one two status

	rm -f "$front" "$back"
	spawn_near "$lb" tcpdump -i c0 -s 2000 -B 8192 -U -w "$front" tcp
	one=$spawned
	spawn_near "$lb" tcpdump -i s1 -s 2000 -B 8192 -U -w "$back" tcp
	two=$spawned
	wait_for -t 20 test -s "$front" -a -s "$back" || bail "no capture"
	transfer "$1" 1000000 "$2"
	status=$?
	# A lost FIN is sent again, at times when one capture has ended already.
	wait_for -t 20 all_closed || diag "the connection does not close"
	nap 1
	stop "$one"
	stop "$two"
	return "$status"
}

# A capture may lack a packet, or none may have been lost on the way: three tries.
for v in 4 6; do
	for way in up down; do
		moved=0 mapped=1
		for _ in 1 2 3; do
			capture "$way" "$v" || moved=1
			"$python" "$stress/pairs.py" "$SLB_TMP/front.$v.$way" "$SLB_TMP/back.$v.$way" 80 8080 \
				>"$report" 2>&1
			mapped=$?
			diag "$(cat "$report")"
			[ "$mapped" = 0 ] && break
		done
		is "IPv$v $way: 1 MB with captures on both sides" "$moved" 0
		is "IPv$v $way: the captures map one to one" "$mapped" 0
	done
done
check "kmemleak finds nothing" kmemleak_check
