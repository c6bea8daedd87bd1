#!/bin/bash
# Services by mark: any address, port and protocol; later packets without the mark; the mark is used up.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
need nft
plan
rig
# Mark 5 for whatever goes to these networks, mark 6 for first packets only, mark 9 that is nobody's. A counter
# tells which TCP and UDP packets leave with a mark.
near "$lb" nft -f - <<-END
	table inet marks {
		chain pre {
			type filter hook prerouting priority raw;
			ip daddr 10.77.0.0/16 meta mark set 5
			ip6 daddr fd00:77::/32 meta mark set 5
			ip daddr 10.78.0.0/16 tcp flags syn / syn,ack meta mark set 6
			ip6 daddr fd00:78::/32 tcp flags syn / syn,ack meta mark set 6
			ip daddr 10.79.0.0/16 meta mark set 9
			ip6 daddr fd00:79::/32 meta mark set 9
			ip daddr 10.0.0.81 meta mark set 7
			ip6 daddr fd00::81 meta mark set 7
			ip daddr 224.0.0.0/4 meta mark set 5
		}
		chain post {
			type filter hook postrouting priority 0;
			meta l4proto { tcp, udp } meta mark != 0 counter
		}
	}
END
# The host would deliver what has the mark to itself, as IPVS needs it; addresses that are routed elsewhere.
for option in -4 -6; do
	near "$lb" ip $option rule add fwmark 5 lookup 100
	near "$lb" ip $option route add local default dev lo table 100
done
run_cases "$wire" "$SLB_TOP/tests/net/helpers/fwmark.py"
