#!/bin/bash
# Servers in nat mode: the client's address is kept, and what happens when that cannot be.
# timeout: 180
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$helpers/natwire.py"
cluster 2
# The servers' way to everybody leads through the balancer.
for i in 1 2; do
	ns=srv$i
	ip -n "${!ns}" -batch - <<-END || bail "no default routes"
		route add default via 10.1.$i.1
		route add default via fd00:1:$i::1
	END
done
run_cases "$lb" "$helpers/nat.py"
