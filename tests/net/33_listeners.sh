#!/bin/bash
# Ranges of ports, all ports and marks with real programs: nginx and curl, dnsmasq and dig.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need nginx curl dnsmasq dig jq nft
plan

cluster 2
serve_also=(8001 8002 9500)
serve 1 2
slb_conf <<END
-P $laddr4
-P $laddr6
-A -t $vip4:8000-8099 -s rr
-a -t $vip4:8000-8099 -r 10.1.1.11
-a -t $vip4:8000-8099 -r 10.1.2.11
-A -t $vip4:9100-9199 -s rr
-a -t $vip4:9100-9199 -r 10.1.1.11:8080
-A -t $vip4:0 -s rr
-a -t $vip4:0 -r 10.1.2.11
-A -u $vip4:5300-5399 -s rr
-a -u $vip4:5300-5399 -r 10.1.1.11
-A -u $vip4:0 -s rr
-a -u $vip4:0 -r 10.1.2.11:5353
-A -f 9 -s rr
-a -f 9 -r 10.1.1.11
-A -t [$vip6]:8000-8099 -s rr
-a -t [$vip6]:8000-8099 -r [fd00:1:1::11]
-a -t [$vip6]:8000-8099 -r [fd00:1:2::11]
-A -t [$vip6]:9100-9199 -s rr
-a -t [$vip6]:9100-9199 -r [fd00:1:1::11]:8080
-A -t [$vip6]:0 -s rr
-a -t [$vip6]:0 -r [fd00:1:2::11]
-A -u [$vip6]:5300-5399 -s rr
-a -u [$vip6]:5300-5399 -r [fd00:1:1::11]
-A -u [$vip6]:0 -s rr
-a -u [$vip6]:0 -r [fd00:1:2::11]:5353
-A -f 9 -6 -s rr
-a -f 9 -6 -r [fd00:1:1::11]
END
near "$lb" nft -f - <<-END
	table inet marks {
		chain pre {
			type filter hook prerouting priority raw;
			ip daddr 10.77.0.0/16 meta mark set 9
			ip6 daddr fd00:77::/32 meta mark set 9
		}
	}
END
for i in 1 2; do
	ns=srv$i
	spawn_near "${!ns}" dnsmasq -d -C /dev/null -u root -p 5353 --no-resolv --no-hosts "--address=/slb.test/192.0.2.$i"
done
wait_listen "$srv1" udp 5353
wait_listen "$srv2" udp 5353
head -c 2000000 /dev/urandom >"$SLB_TMP/big"
for i in 1 2; do
	cp "$SLB_TMP/big" "$SLB_TMP/srv$i/html/big"
done

# get URL [CURL-OPTION]...
get() {
	near "$client" curl -sS -g --max-time "$((10 * SLB_SLOW))" "$@"
}

# ask SERVER PORT: who answers
ask() {
	near "$client" dig "@$1" -p "$2" "+time=$((2 * SLB_SLOW))" +tries=2 +short slb.test A | sed 's/192.0.2./srv/'
}

for v in 4 6; do
	if [ $v = 4 ]; then
		vip=$vip4 host=$vip4 any=10.77.8.9 anyhost=10.77.8.9
	else
		vip=$vip6 host="[$vip6]" any=fd00:77::89 anyhost="[fd00:77::89]"
	fi
	is "IPv$v: a range: both servers, each on the port that is asked for" \
		"$(for port in 8001 8001 8002 8002; do get "http://$host:$port/who"; done | cut -d ' ' -f 1 | sort | uniq -c | xargs)" \
		"2 srv1 2 srv2"
	is "IPv$v: a range that leads to one port" "$(get "http://$host:9100/who" "http://$host:9199/who" | cut -d ' ' -f 1 | xargs)" \
		"srv1 srv1"
	is "IPv$v: what no range has is of all ports" "$(get "http://$host:9500/who" | cut -d ' ' -f 1)" srv2
	matches "IPv$v: a port on which the server does not listen: its refusal comes back" \
		"$(get "http://$host:8050/who" 2>&1)" "refused|Couldn't connect|Failed to connect"
	check "IPv$v: 2 MB through a range arrive intact" cmp "$SLB_TMP/big" <(get "http://$host:8002/big")
	is "IPv$v: DNS by a range, and by all ports of UDP" "$(ask "$vip" 5353) $(ask "$vip" 7777)" "srv1 srv2"
	is "IPv$v: by mark, any address: HTTP on the same port" "$(get "http://$anyhost:8080/who" | cut -d ' ' -f 1)" srv1
	is "IPv$v: and DNS" "$(ask "$any" 5353)" srv1
	check "IPv$v: 2 MB by mark arrive intact" cmp "$SLB_TMP/big" <(get "http://$anyhost:8001/big")
	is "IPv$v: each service has counted its own" "$(slb -L --stats --json | jq -c --arg a "$vip" --arg f "ipv$v" \
		'[.services[] | select(.address == $a or .family == $f) | .stats.conns]')" '[3,1,6,2,1,1]'
done
