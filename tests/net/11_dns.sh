#!/bin/bash
# DNS over UDP and TCP through the balancer to dnsmasq, IPv4 and IPv6.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need dnsmasq dig jq
plan

cluster 2
slb_conf <<END
-A -u $vip4:53 -s rr
-a -u $vip4:53 -r 10.1.1.11:5353
-a -u $vip4:53 -r 10.1.2.11:5353
-A -t $vip4:53 -s rr
-a -t $vip4:53 -r 10.1.1.11:5353
-A -u [$vip6]:53 -s rr
-a -u [$vip6]:53 -r [fd00:1:1::11]:5353
-a -u [$vip6]:53 -r [fd00:1:2::11]:5353
-A -t [$vip6]:53 -s rr
-a -t [$vip6]:53 -r [fd00:1:1::11]:5353
-P $laddr4
-P $laddr6
END
part=,$(printf 'z%.0s' {1..200})
long=$part$part$part$part$part$part$part
for i in 1 2; do
	ns=srv$i
	spawn_near "${!ns}" dnsmasq -d -C /dev/null -u root -p 5353 --edns-packet-max=4096 --no-resolv --no-hosts --log-queries \
		"--address=/slb.test/192.0.2.$i" "--txt-record=big.test$long"
done
wait_listen "$srv1" udp 5353
wait_listen "$srv2" udp 5353

ask() {
	local server=$1

	shift
	near "$client" dig "@$server" "+time=$((2 * SLB_SLOW))" +tries=2 +short "$@"
}

for v in 4 6; do
	[ $v = 4 ] && vip=$vip4 who=10.9.1.2 || vip=$vip6 who=fd00:9:1::2
	out=$(for i in 1 2 3 4; do echo "slb.test A"; done >"$SLB_TMP/q"; ask "$vip" -f "$SLB_TMP/q")
	is "IPv$v: four questions over UDP reach both servers in turn" "$(sort <<<"$out" | xargs)" \
		"192.0.2.1 192.0.2.1 192.0.2.2 192.0.2.2"
	is "IPv$v: over TCP" "$(ask "$vip" +tcp slb.test A)" 192.0.2.1
	matches "IPv$v: an answer of 1400 bytes over UDP" "$(ask "$vip" +bufsize=4096 +ignore big.test TXT)" 'zzzz'
	is "IPv$v: without checksum too" "$(near "$client" "$python" "$helpers/nosum.py" "$vip")" "answered"
	is "IPv$v: the flows are listed as UDP" "$(slb -L -c --json -u "$([ $v = 6 ] && echo "[$vip]:53" || echo "$vip:53")" |
		jq -r '[.connections[] | [.state, .client, (.expires <= 300 and .expires > 280)] | join(" ")] | unique[]')" \
		"udp $who true"
done
is "the UDP services have counted" "$(slb -L --stats --json | jq -c '[.services[] | select(.proto == "udp") |
	.stats | .conns >= 5 and ."in-pkts" >= 5 and ."out-pkts" >= 5]')" "[true,true]"
