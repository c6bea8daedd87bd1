#!/bin/bash
# From the client through the balancer to the server's accept(), getpeername() and nginx's log: the client's address.
# lanes: qemu
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
need nginx curl nft
plan

cluster 2
load_toa
slb_conf <<END
-P $laddr4
-P $laddr6
-A -t $vip4:81 -s rr
-a -t $vip4:81 -r 10.1.1.11:8080
-a -t $vip4:81 -r 10.1.2.11:8080
-A -t [$vip6]:81 -s rr
-a -t [$vip6]:81 -r [fd00:1:1::11]:8080
-a -t [$vip6]:81 -r [fd00:1:2::11]:8080
-A -t $vip4:82 -s rr
-a -t $vip4:82 -r 10.1.1.11:8081
-A -t [$vip6]:82 -s rr
-a -t [$vip6]:82 -r [fd00:1:1::11]:8081
END
for ns in "$srv1" "$srv2"; do
	near "$ns" slbadm toa replace 10.2.0.0/16 fd00:2::/32 || bail "the receiver does not take the prefixes"
done
serve 1 2
# nginx on a socket for both families
dir=$SLB_TMP/dual
mkdir -p "$dir/tmp"
sed -e "s,$SLB_TMP/srv1,$dir,g" -e 's/listen 8080.*/listen [::]:8081 ipv6only=off;/' "$SLB_TMP/srv1/nginx.conf" >"$dir/nginx.conf"
spawn_near "$srv1" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
wait_listen "$srv1" tcp 8081

# requests URL [CURL-OPTION]...: eight requests; what nginx says of its peer beside what curl knows
requests() {
	local url=$1

	shift
	near "$client" curl -sS --max-time "$((20 * SLB_SLOW))" -H 'Connection: close' "$@" -w '%{local_ip} %{local_port}\n' \
		"$url" "$url" "$url" "$url" "$url" "$url" "$url" "$url" 2>&1
}

# equal: each answer "srvN ADDRESS PORT" is followed by the same address and port
equal() {
	awk 'NR % 2 { sub(/^srv[0-9] (::ffff:)?/, ""); want = $0; next }
		$0 != want { print "nginx said " want ", it was " $0; bad = 1 } END { exit bad || NR != 16 }'
}

for v in 4 6; do
	[ $v = 4 ] && host=$vip4 from=10.9.1. || host=[$vip6] from=fd00:9:1::
	check "IPv$v: nginx names the client's address and port" equal < <(requests "http://$host:81/who")
	check "IPv$v: another address of the client" equal < <(requests "http://$host:81/who" --interface "${from}5")
	check "IPv$v: nginx on a socket for both families" equal < <(requests "http://$host:82/who")
	is "IPv$v: the logs have the clients' addresses and no other" \
		"$(cat "$SLB_TMP"/srv[12]/access.log | cut -d ' ' -f 1 | grep "^$from" | sort | uniq -c | xargs)" \
		"8 ${from}2 8 ${from}5"
done
is "no log has a local address of the balancer" "$(cat "$SLB_TMP"/*/access.log | grep -cE '^(::ffff:)?(10\.2\.|fd00:2:)')" 0
matches "the receiver has counted" "$(near "$srv1" slbadm toa stats)" 'recorded +[1-9]'

# Now servers of our own on the same ports.
for pid in "${pids_all[@]}"; do
	stop "$pid"
done
run_cases "$lb" "$helpers/end2end.py"
