#!/bin/bash
# Where probes come from: a local address that is this host's own, the host's own where it is another's, one that is
# set; with a mark, in a VRF.
# timeout: 150
# lanes: uml qemu-6.12
. "$(dirname "$0")/../net/helpers/topo.sh"
need slbd nft
plan
cluster 1
modprobe -q vrf
export SLB_VRF=
if ip -n "$lb" link add blue type vrf table 10 2>/dev/null; then
	SLB_VRF=blue
	ip -n "$lb" link set blue up
	veth "$srv1" eth1 "$lb" v0
	ip -n "$lb" link set v0 master blue
	addr "$lb" v0 10.3.1.1/24 fd00:3:1::1/64
	addr "$lb" blue 10.3.2.1/32 fd00:3:2::1/128
	addr "$srv1" eth1 10.3.1.11/24 fd00:3:1::11/64
	ip -n "$srv1" route add 10.3.2.0/24 via 10.3.1.1
	ip -n "$srv1" route add fd00:3:2::/64 via fd00:3:1::1
fi
SLB_TMP=$SLB_TMP run_cases "$lb" "$SLB_TOP/tests/slbd/helpers/sources.py"
