#!/bin/bash
# The fast path: what it takes, what it leaves to the normal way with the same result, what switches it off.
# timeout: 150
. "$(dirname "$0")/helpers/topo.sh"
need nft jq curl nginx
plan
modprobe -q nf_conntrack
rig
topo_ns other
topo_do "$lb" "link add link c0 name cv type vlan id 10" "link add link s0 name sv type vlan id 20" \
	"link set cv addrgenmode none" "link set cv up" "link set sv addrgenmode none" "link set sv up" \
	"link add br0 type bridge" "link add vrf0 type vrf table 100" "link set vrf0 up"
for n in 19:cv:02:00:00:00:01:02 11:sv:02:00:00:00:02:02; do
	IFS=: read -r net dev mac <<<"$n"
	topo_do "$lb" "addr add 10.200.$net.1/30 dev $dev" "addr add fd00:c$net::1/64 dev $dev nodad" \
		"neigh add 10.200.$net.2 lladdr $mac dev $dev" "neigh add fd00:c$net::2 lladdr $mac dev $dev" \
		"route add 10.$net.0.0/16 via 10.200.$net.2" "route add fd00:$net::/32 via fd00:c$net::2"
done
topo_make
# shellcheck disable=SC2154 # made by topo_ns
SLB_OTHER=$other run_cases "$wire" "$helpers/fastpath.py"

# Real transfers: aggregates, acknowledgments that skip some, an end in order.
cluster 1
serve 1
head -c 8M /dev/urandom >"$SLB_TMP/srv1/html/big"
slb_conf <<END
--set fastpath=c0,s1
-P $laddr4
-P $laddr6
-A -t $vip4:80 -s rr
-a -t $vip4:80 -r 10.1.1.11:8080
-A -t [$vip6]:80 -s rr
-a -t [$vip6]:80 -r [fd00:1:1::11]:8080
END
# fast COUNT: the namespace's counter
fast() {
	slb -L --stats --json | jq ".counters.\"$1\""
}
for vip in $vip4 "[$vip6]"; do
	before=$(fast fast)
	near "$client" curl -s -o "$SLB_TMP/got" "http://$vip/big"
	check "8 MiB arrive from $vip" cmp "$SLB_TMP/got" "$SLB_TMP/srv1/html/big"
	near "$client" curl -s -o /dev/null -T "$SLB_TMP/got" "http://$vip/up"
	check "most of their packets went the fast path" \
		test $(($(fast fast) - before)) -gt 200
done
check "hardly one of the others did not" test "$(fast fast-left)" -lt 100
