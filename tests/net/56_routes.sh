#!/bin/bash
# Routes, neighbours, MTUs and devices that change under living connections; a route that flaps under load; devices that go.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
modprobe -q dummy
rig
# A second way to the servers and to the clients.
topo_link "$lb" t0 "$wire" tw
topo_link "$lb" d0 "$wire" dw
topo_do "$wire" "addr flush dev tw" "addr flush dev dw"
topo_do "$lb" \
	"addr add 10.200.3.1/30 dev t0" "addr add fd00:c3::1/64 dev t0 nodad" \
	"addr add 10.200.4.1/30 dev d0" "addr add fd00:c4::1/64 dev d0 nodad" \
	"neigh add 10.200.3.2 lladdr 02:00:00:00:03:02 dev t0" "neigh add fd00:c3::2 lladdr 02:00:00:00:03:02 dev t0" \
	"neigh add 10.200.4.2 lladdr 02:00:00:00:04:02 dev d0" "neigh add fd00:c4::2 lladdr 02:00:00:00:04:02 dev d0"
topo_make
run_cases "$wire" "$helpers/routes.py"
