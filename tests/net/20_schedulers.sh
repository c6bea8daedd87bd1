#!/bin/bash
# Which server a new connection gets - every method, weights, changes while running.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/schedulers.py"
