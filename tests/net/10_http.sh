#!/bin/bash
# HTTP from a client through the balancer to nginx, IPv4 and IPv6: answers, addresses, lists, counters.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need nginx curl jq nft
plan

modprobe nf_conntrack
cluster 3
slb_conf <<END
-A -t $vip4:80 -s rr
-a -t $vip4:80 -r 10.1.1.11:8080 -b -w 1
-a -t $vip4:80 -r 10.1.2.11:8080 -b -w 1
-a -t $vip4:80 -r 10.1.3.11:8080 -b -w 1
-A -t [$vip6]:80 -s rr
-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
-a -t [$vip6]:80 -r [fd00:1:2::11]:8080
-a -t [$vip6]:80 -r [fd00:1:3::11]:8080
-P $laddr4
-P $laddr6
END
# Conntrack works in a namespace only where a rule asks for it.
near "$lb" nft -f - <<-END
	table inet watch {
		chain pre {
			type filter hook prerouting priority 0
			meta l4proto tcp ct state new counter comment "host"
		}
		chain post {
			type filter hook postrouting priority 0
			meta l4proto tcp ct state untracked counter comment "ours"
			meta l4proto tcp ct state new,established counter comment "tracked"
		}
	}
END
serve 1 2 3

# get FAMILY URL [CURL-OPTION]...
get() {
	local v=$1 url=$2

	shift 2
	near "$client" curl -sS --max-time "$((10 * SLB_SLOW))" "-$v" "$@" "$url"
}

for v in 4 6; do
	[ $v = 4 ] && url=http://$vip4 own=10.9.1.3 local=$laddr4 || url="http://[$vip6]" own=fd00:9:1::3 local=$laddr6
	out=$(get $v "$url/who" "$url/who" "$url/who" --no-keepalive -H 'Connection: close' 2>&1)
	is "IPv$v: three requests reach three servers" "$(cut -d ' ' -f 1 <<<"$out" | sort | xargs)" "srv1 srv2 srv3"
	is "IPv$v: a server sees the local address" "$(cut -d ' ' -f 2 <<<"$out" | sort -u)" "$local"
	is "IPv$v: from another address of the client too" \
		"$(get $v "$url/who" --interface "$own" | cut -d ' ' -f 2)" "$local"
	matches "IPv$v: a port without service is refused by the host" \
		"$(get $v "$url:81/" 2>&1)" "refused|Couldn't connect|Failed to connect"
done

head -c 3000000 /dev/urandom >"$SLB_TMP/big"
for i in 1 2 3; do
	cp "$SLB_TMP/big" "$SLB_TMP/srv$i/html/big"
done
for v in 4 6; do
	[ $v = 4 ] && url=http://$vip4 || url="http://[$vip6]"
	check "IPv$v: a download of 3 MB arrives intact" cmp "$SLB_TMP/big" <(get $v "$url/big")
done

# A connection that stays open is listed with its state and time.
spawn_near "$client" "$python" "$helpers/hold.py" "$SLB_TMP/held" "$vip4" "$vip6"
wait_for test -s "$SLB_TMP/held" || bail "no connection was established"
slb -L --json >"$SLB_TMP/list"
slb -L -c --json --state established >"$SLB_TMP/conns"
slb -L -c -n >"$SLB_TMP/conns.txt"
slb -L -n >"$SLB_TMP/list.txt"
slb -L -n --stats --exact >"$SLB_TMP/stats.txt"
slb -L --stats --json >"$SLB_TMP/stats"
for v in 4 6; do
	[ $v = 4 ] && vip=$vip4 local=$laddr4 who=10.9.1.2 shown=10.9.1.2 || vip=$vip6 local=$laddr6 who=fd00:9:1::2 shown='\[fd00:9:1::2\]'
	is "IPv$v: an open connection is listed, with both sides" "$(jq -r --arg a "$vip" '.connections[] |
		select(.address == $a) | [.proto, .client, .port, .laddr, ."server-port"] | join(" ")' "$SLB_TMP/conns")" \
		"tcp $who 80 $local 8080"
	is "IPv$v: its time left is that of ESTABLISHED" "$(jq -r --arg a "$vip" '.connections[] |
		select(.address == $a) | .expires > 880 and .expires <= 900' "$SLB_TMP/conns")" true
	matches "IPv$v: -L -c shows it as text" "$(cat "$SLB_TMP/conns.txt")" "^TCP +1[45]:[0-9]+ +ESTABLISHED +$shown:[0-9]+ "
	is "IPv$v: one active connection in the list" "$(jq --arg a "$vip" '[.services[] |
		select(.address == $a) | .servers[].active] | add' "$SLB_TMP/list")" 1
	is "IPv$v: the service has counted its connections" "$(jq --arg a "$vip" '.services[] |
		select(.address == $a) | .stats.conns' "$SLB_TMP/stats")" 6
	is "IPv$v: the servers' counters add up to the service's" "$(jq --arg a "$vip" '.services[] |
		select(.address == $a) | . as $s | [.servers[].stats] | map(.conns) == [2, 2, 2] and
		(map(."in-pkts") | add) == $s.stats."in-pkts" and (map(."in-bytes") | add) == $s.stats."in-bytes" and
		(map(."out-pkts") | add) == $s.stats."out-pkts" and (map(."out-bytes") | add) == $s.stats."out-bytes"' \
		"$SLB_TMP/stats")" true
	is "IPv$v: 3 MB went out and little came in" "$(jq --arg a "$vip" '.services[] | select(.address == $a) |
		.stats | ."out-bytes" > 3000000 and ."out-bytes" < 3400000 and ."in-bytes" < 200000' "$SLB_TMP/stats")" true
done
matches "-L shows the service as ipvsadm does" "$(cat "$SLB_TMP/list.txt")" "^TCP +$vip4:80 rr"
matches "-L shows a server as ipvsadm does" "$(cat "$SLB_TMP/list.txt")" \
	'^  -> 10\.1\.1\.11:8080 +FullNAT +1 +[01] +[0-9]+$'
matches "-L --stats shows the counters in ipvsadm's order" "$(cat "$SLB_TMP/stats.txt")" \
	"^TCP +$vip4:80 +6 +[0-9]+ +[0-9]+ +[0-9]+ +3[0-9]+"

# counted NAME: packets of the rule with that comment
counted() {
	near "$lb" nft -j list table inet watch |
		jq --arg name "$1" '.nftables[].rule // empty | select(.comment == $name) | .expr[].counter // empty | .packets'
}

# The two SYNs to port 81 were the host's.
is "conntrack works here: it has seen what went to the host" "$(counted host)" 2
is "conntrack takes no notice of ours" "$(($(counted ours) > 100))" 1
is "what it has tracked on the way out are the host's two RSTs" "$(counted tracked)" 2
is "it has no entry" "$(near "$lb" cat /proc/sys/net/netfilter/nf_conntrack_count)" 0
