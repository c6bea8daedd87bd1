#!/bin/bash
# Fragments in both families and directions: put together, translated, cut again; hostile ones reach nobody.
# timeout: 180
. "$(dirname "$0")/helpers/topo.sh"
need dnsmasq dig
plan

rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/fragments.py"

# The same with real hosts.
cluster 1
slb_conf <<END
-A -u $vip4:53 -s rr
-a -u $vip4:53 -r 10.1.1.11:5353
-A -u [$vip6]:53 -s rr
-a -u [$vip6]:53 -r [fd00:1:1::11]:5353
-A -u $vip4:54 -s rr
-a -u $vip4:54 -r 10.1.1.1:5454
-A -u [$vip6]:54 -s rr
-a -u [$vip6]:54 -r [fd00:1:1::1]:5454
-P $laddr4
-P $laddr6
END
size=3697
part=,$(printf 'z%.0s' {1..200})
records=()
for i in 1 2 3; do
	records+=("--txt-record=big.test,$i$part$part$part$part$part$part")
done
# shellcheck disable=SC2154 # set by cluster
for at in "$srv1 5353" "$lb 5454"; do
	spawn_near "${at% *}" dnsmasq -d -C /dev/null -u root -p "${at#* }" --edns-packet-max=4096 --no-resolv --no-hosts "${records[@]}"
	wait_listen "${at% *}" udp "${at#* }"
done

# answer NS ADDRESS PORT: how long the answer is
answer() {
	near "$1" dig "@$2" -p "$3" "+time=$((2 * SLB_SLOW))" +tries=2 +bufsize=4096 +ignore +notcp big.test TXT |
		sed -n 's/^;; MSG SIZE *rcvd: //p'
}

for v in 4 6; do
	[ $v = 4 ] && vip=$vip4 || vip=$vip6
	# shellcheck disable=SC2154 # set by cluster
	is "IPv$v: a DNS answer in three fragments" "$(answer "$client" "$vip" 53)" $size
	is "IPv$v: the same to the balancer itself" "$(answer "$lb" "$vip" 53)" $size
	is "IPv$v: the same from the balancer itself" "$(answer "$client" "$vip" 54)" $size
done
# A smaller MTU on the client's side: the answer is cut anew in IPv4, in IPv6 the server is told.
ip -n "$lb" link set c0 mtu 1400
ip -n "$client" link set eth0 mtu 1400
answered() {
	[ "$(answer "$client" "$1" 53)" = $size ]
}
for v in 4 6; do
	[ $v = 4 ] && vip=$vip4 || vip=$vip6
	check "IPv$v: through a smaller MTU" wait_for answered "$vip"
done
