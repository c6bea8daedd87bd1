#!/bin/bash
# Ranges of ports, all ports and marks as slbadm has them: switched off and on, saved and restored, in JSON, with
# access lists, with warnings; what is refused; and the fast path where packets have marks.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
need nft
plan
rig
near "$lb" nft -f - <<-END
	table inet marks {
		chain pre {
			type filter hook prerouting priority raw;
			ip daddr 10.77.0.0/16 meta mark set 5
			ip6 daddr fd00:77::/32 meta mark set 5
		}
	}
END
run_cases "$wire" "$helpers/listeners.py"
