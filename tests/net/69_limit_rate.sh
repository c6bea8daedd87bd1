#!/bin/bash
# How exactly rates of new connections are held, from all CPUs; and limits switched on, off and from one
# to the other in a flood of new connections lose no count.
# timeout: 150
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/limit_rate.py"
