#!/bin/bash
# The tracepoints: what they print, and the bpftrace lines of slb(7).
# lanes: qemu
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
events=/sys/kernel/tracing/events/slb
cluster 1
slb_conf <<END
-P 10.2.0.1
-P fd00:2::1
-A -t $vip4:80 -s rr
-a -t $vip4:80 -r 10.1.1.11:8080
-A -t [$vip6]:80 -s rr
-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
-A -u $vip4:53
END
serve 1

# A request and a datagram for which there is no server, in both families.
traffic() {
	near "$client" curl -s -o /dev/null "http://$vip4/who"
	near "$client" curl -s -o /dev/null "http://[$vip6]/who"
	echo x | near "$client" nc -u -q 0 -w 1 $vip4 53
}

echo >/sys/kernel/tracing/trace
echo 1 >$events/enable
traffic
echo 0 >$events/enable
trace=$(cat /sys/kernel/tracing/trace)
check "a connection of IPv4, with addresses" grep -qE \
	'slb_conn_new: netns=[0-9]+ conn=\S+ proto=6 client=\[::ffff:10\.9\.1\.2\]:[0-9]+ service=\[::ffff:10\.0\.0\.80\]:80 laddr=\[::ffff:10\.2\.0\.1\]:[0-9]+ server=\[::ffff:10\.1\.1\.11\]:8080' <<<"$trace"
check "a connection of IPv6" grep -qE 'slb_conn_new: .*client=\[fd00:9:1::2\]:.*server=\[fd00:1:1::11\]:8080' <<<"$trace"
check "states by name" grep -qE 'slb_conn_state: .* state=syn-recv->established' <<<"$trace"
check "a drop, with its reason" grep -qE 'slb_drop: .* reason=udp-unreach proto=17 \[::ffff:10\.9\.1\.2\]:[0-9]+ -> \[::ffff:10\.0\.0\.80\]:53' <<<"$trace"
is "the namespace's number" "$(grep -o 'netns=[0-9]*' <<<"$trace" | sort -u)" \
	"netns=$(stat -L -c %i "/run/netns/$lb")"

# Every line that the manual shows is run.
lines=()
while read -r line; do
	line=${line//\\-/-}
	line=${line//\\e/\\}
	line=${line#bpftrace -e \'}
	lines+=("${line%\'}")
done < <(grep '^bpftrace ' "$SLB_TOP/tool/slb.7")
is "one for each tracepoint" "$(grep -o 'tracepoint:slb:[a-z_]*' <<<"${lines[*]}" | sort -u | wc -l)" \
	"$(find $events -mindepth 1 -type d | wc -l)"
logs=()
tracers=()
for line in "${lines[@]}"; do
	spawn bpftrace -B line -e "$line"
	tracers+=("$spawned") logs+=("$spawned_log")
done
# attached LOG
attached() {
	grep -q '^Attaching' "$1"
}
for log in "${logs[@]}"; do
	wait_for -t 30 attached "$log" || diag "$(cat "$log")"
done
sleep 1
traffic
# A reset by the client, and the ends of all.
near "$client" "$python" -c "
import socket, struct
s = socket.create_connection(('$vip4', 80))
s.sendall(b'GET /who HTTP/1.1\r\nHost: a\r\n\r\n')
s.recv(1000)
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
"
slb -C
sleep 1
kill -INT "${tracers[@]}"
wait "${tracers[@]}" 2>/dev/null
out=$(cat "${logs[@]}")
check "new connections by server" grep -qE '@\[(::ffff:)?10\.1\.1\.11, 8080\]: 2' <<<"$out"
check "who resets" grep -qE '^(::ffff:)?10\.9\.1\.2 (::ffff:)?10\.1\.1\.11$' <<<"$out"
check "lifetimes" grep -qE '@ms:' <<<"$out"
check "drops by reason and source" grep -qE '@\[23, (::ffff:)?10\.9\.1\.2\]: 1' <<<"$out"
[ "$tap_failed" = 0 ] || diag "$out"
