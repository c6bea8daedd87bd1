#!/bin/bash
# Two tenants in VRFs with the same client and service addresses, servers in the main VRF and in one of their own.
# timeout: 60
. "$(dirname "$0")/helpers/topo.sh"
plan
load_slb
topo_ns lb wire
modprobe -q vrf
topo_do "$lb" "link add blue type vrf table 10" "link add red type vrf table 20" "link add back type vrf table 30" \
	"link set blue up" "link set red up" "link set back up"
topo_link "$lb" c0 "$wire" cw
topo_link "$lb" s0 "$wire" sw
topo_link "$lb" r0 "$wire" rw
topo_link "$lb" b0 "$wire" bw
for dev in cw sw rw bw; do
	topo_do "$wire" "addr flush dev $dev"
done
# vrf_link DEVICE VRF NUMBER NETWORK4 NETWORK6
vrf_link() {
	[ "$2" = main ] || topo_do "$lb" "link set $1 master $2"
	topo_do "$lb" "addr add 10.200.$3.1/30 dev $1" "addr add fd00:c$3::1/64 dev $1 nodad" \
		"neigh add 10.200.$3.2 lladdr 02:00:00:00:0$3:02 dev $1" "neigh add fd00:c$3::2 lladdr 02:00:00:00:0$3:02 dev $1"
	[ "$2" = main ] && topo_do "$lb" "route add $4 via 10.200.$3.2" "route add $5 via fd00:c$3::2"
	[ "$2" = main ] || topo_do "$lb" "route add $4 via 10.200.$3.2 vrf $2" "route add $5 via fd00:c$3::2 vrf $2"
}
vrf_link c0 blue 1 10.9.0.0/16 fd00:9::/32
vrf_link s0 main 2 10.1.0.0/16 fd00:1::/32
vrf_link r0 red 3 10.9.0.0/16 fd00:9::/32
vrf_link b0 back 4 10.1.0.0/16 fd00:1::/32
for dev in blue red; do
	topo_do "$lb" "addr add $vip4/32 dev $dev" "addr add $vip6/128 dev $dev nodad"
done
topo_do "$lb" "addr add $laddr4/32 dev lo" "addr add $laddr6/128 dev lo nodad" \
	"addr add $second4/32 dev back" "addr add $second6/128 dev back nodad"
if ! topo_make; then
	skip_all "no VRF here"
fi
lb_all+=("$lb")
run_cases "$wire" "$helpers/vrf.py"
