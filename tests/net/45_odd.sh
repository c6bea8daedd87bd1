#!/bin/bash
# Packets that are allowed but odd: offloads, options, second attempts, first packets that cannot leave.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/odd.py"
