#!/bin/bash
# Hairpins: servers as clients, clients and servers on the balancer, services behind services; and loops, which end.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
modprobe -q vrf
cluster 2
# Addresses of the balancer for servers on it; servers that know the way to services; a VRF without links.
near "$lb" ip -batch - <<-END
	addr add 10.3.0.1/32 dev lo
	addr add fd00:3::1/128 dev lo nodad
END
for i in 1 2; do
	ns=srv$i
	near "${!ns}" ip -batch - <<-END
		route add 10.0.0.0/24 via 10.1.$i.1
		route add fd00::/64 via fd00:1:$i::1
	END
done
run_cases "$lb" "$helpers/loops.py"
