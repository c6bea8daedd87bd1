#!/bin/bash
# Services with a range of ports or all of them: which one a packet finds, on which port its server is met, and the end.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/ranges.py"
