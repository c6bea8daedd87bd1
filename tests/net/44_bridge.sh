#!/bin/bash
# Clients behind a bridge that calls netfilter: ours are translated, what the bridge only passes on is not touched.
# timeout: 60
. "$(dirname "$0")/helpers/topo.sh"
plan
modprobe -q br_netfilter || skip_all "no br_netfilter"
rig
# The clients' wire becomes a port of a bridge, the other port leads to somebody else.
topo_mac=4
topo_link "$lb" x0 "$wire" xw
topo_do "$wire" "addr flush dev xw"
topo_do "$lb" "link add br0 address 02:00:00:00:01:01 type bridge" "link set c0 address 02:00:00:00:09:01" \
	"addr flush dev c0" "link set c0 master br0" "link set x0 master br0" "link set br0 up" \
	"addr add 10.200.1.1/30 dev br0" "addr add fd00:c1::1/64 dev br0 nodad" \
	"neigh add 10.200.1.2 lladdr 02:00:00:00:01:02 dev br0" "neigh add fd00:c1::2 lladdr 02:00:00:00:01:02 dev br0" \
	"route replace 10.9.0.0/16 via 10.200.1.2" "route replace fd00:9::/32 via fd00:c1::2"
topo_make
for family in ip ip6; do
	near "$lb" sysctl -qw "net.bridge.bridge-nf-call-${family}tables=1" || bail "br_netfilter does not work here"
done
run_cases "$wire" "$helpers/bridge.py"
