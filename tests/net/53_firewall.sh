#!/bin/bash
# Every row of README's table "Firewall on the balancer": what each place sees of slb's packets, and whether it can stop them.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
need nft tc
plan
modprobe -q nf_conntrack
rig
run_cases "$wire" "$helpers/firewall.py"
