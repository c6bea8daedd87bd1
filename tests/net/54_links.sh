#!/bin/bash
# VLANs, a bond whose active link fails, a bridge that filters VLANs with netfilter in it; LRO goes off.
# timeout: 90
. "$(dirname "$0")/helpers/topo.sh"
need ethtool bridge
plan
modprobe -q br_netfilter || skip_all "no br_netfilter"
modprobe -q bonding max_bonds=0 || skip_all "no bonding"
rig
topo_ns lro plain
# One more cable for the bridge, two for the bond; link_to DEVICE NUMBER gives addresses and the way to the
# clients or servers behind it, 10.NUMBER/16 and fd00:NUMBER::/32.
topo_link "$lb" p0 "$wire" pw
topo_link "$lb" b1 "$wire" b1w
topo_link "$lb" b2 "$wire" b2w
for dev in pw b1w b2w; do
	topo_do "$wire" "addr flush dev $dev"
done
link_to() {
	topo_do "$lb" "link set $1 addrgenmode none" "link set $1 up" \
		"addr add 10.200.$2.1/30 dev $1" "addr add fd00:c$2::1/64 dev $1 nodad" \
		"neigh add 10.200.$2.2 lladdr $3 dev $1" "neigh add fd00:c$2::2 lladdr $3 dev $1" \
		"route add 10.$2.0.0/16 via 10.200.$2.2" "route add fd00:$2::/32 via fd00:c$2::2"
}
topo_do "$lb" "link add link c0 name cv type vlan id 10" "link add link s0 name sv type vlan id 20" \
	"link add bond0 address 02:00:00:00:09:01 type bond mode active-backup miimon 50" \
	"addr flush dev p0" "addr flush dev b1" "addr flush dev b2" \
	"link set b1 down" "link set b2 down" "link set b1 master bond0" "link set b2 master bond0" \
	"link add br0 address 02:00:00:00:09:02 type bridge vlan_filtering 1" "link set p0 master br0" "link set br0 up" \
	"link add link br0 name bv type vlan id 10"
link_to cv 19 02:00:00:00:01:02
link_to sv 11 02:00:00:00:02:02
link_to bond0 29 02:00:00:00:04:02
link_to br0 39 02:00:00:00:03:02
link_to bv 49 02:00:00:00:03:02
topo_make
near "$lb" bridge vlan add dev p0 vid 10 || skip_all "no VLANs in bridges"
near "$lb" bridge vlan add dev br0 vid 10 self
run_cases "$wire" "$helpers/links.py"

# A bond without members is a device that can do LRO.
lro_of() {
	near "$1" ethtool -k "$2" | sed -n 's/^large-receive-offload: \(o[nf]*\).*/\1/p'
}
ip -n "$lro" link add early type bond
ip -n "$plain" link add never type bond
if [ "$(lro_of "$lro" early)" != on ]; then
	skip "LRO" "a bond's LRO is not on here"
else
	near "$lro" slbadm -P 10.0.0.9 2>/dev/null
	is "a local address alone leaves LRO on" "$(lro_of "$lro" early)" on
	near "$lro" slbadm -A -t 10.0.0.8:80 2>/dev/null
	is "the first service turns LRO off" "$(lro_of "$lro" early)" off
	ip -n "$lro" link add late type bond
	is "a device that comes later has it off" "$(lro_of "$lro" late)" off
	is "other namespaces keep it" "$(lro_of "$plain" never)" on
fi
