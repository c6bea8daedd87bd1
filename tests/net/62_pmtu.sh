#!/bin/bash
# Narrow links behind routers on both sides: path MTU discovery through the balancer, and traceroute to a service.
# timeout: 150
. "$(dirname "$0")/helpers/topo.sh"
plan

# $client -- $near -- $lb -- $far -- $srv1. Only the routers know how little they may send to the outer
# side: it is their routes' MTU, not the devices'.
load_slb
topo_ns client near lb far srv1
topo_link "$client" eth0 "$near" c0
topo_link "$near" l0 "$lb" c0
topo_link "$lb" s1 "$far" l0
topo_link "$far" s0 "$srv1" eth0
topo_do "$client" "addr add 10.9.1.2/24 dev eth0" "addr add fd00:9:1::2/64 dev eth0 nodad" \
	"route add default via 10.9.1.1" "route add default via fd00:9:1::1"
topo_do "$near" "addr add 10.9.1.1/24 dev c0" "addr add fd00:9:1::1/64 dev c0 nodad" \
	"addr add 10.8.0.2/24 dev l0" "addr add fd00:8::2/64 dev l0 nodad" \
	"route replace 10.9.1.0/24 dev c0 mtu 1400" "route add fd00:9:1::/64 dev c0 mtu 1400 metric 100" \
	"route add default via 10.8.0.1" "route add default via fd00:8::1"
topo_do "$lb" "addr add 10.8.0.1/24 dev c0" "addr add fd00:8::1/64 dev c0 nodad" \
	"addr add 10.7.0.1/24 dev s1" "addr add fd00:7::1/64 dev s1 nodad" \
	"route add 10.9.0.0/16 via 10.8.0.2" "route add fd00:9::/32 via fd00:8::2" \
	"route add 10.1.0.0/16 via 10.7.0.2" "route add fd00:1::/32 via fd00:7::2"
topo_do "$far" "addr add 10.7.0.2/24 dev l0" "addr add fd00:7::2/64 dev l0 nodad" \
	"addr add 10.1.1.1/24 dev s0" "addr add fd00:1:1::1/64 dev s0 nodad" \
	"route replace 10.1.1.0/24 dev s0 mtu 1280" "route add fd00:1:1::/64 dev s0 mtu 1280 metric 100" \
	"route add default via 10.7.0.1" "route add default via fd00:7::1"
topo_do "$srv1" "addr add 10.1.1.11/24 dev eth0" "addr add fd00:1:1::11/64 dev eth0 nodad" \
	"route add default via 10.1.1.1" "route add default via fd00:1:1::1"
lb_addresses
topo_make
lb_all+=("$lb")
for ns in "$near" "$far"; do
	near "$ns" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	# Every error counts here.
	near "$ns" sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
done
export SLB_CLIENT=$client SLB_SERVERS=$srv1 SLB_NEAR=$near SLB_FAR=$far
run_cases "$client" "$helpers/pmtu.py"
