#!/bin/bash
# Which server a new connection gets - rr, wrr and wlc, weights, changes while running.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/schedulers.py"
