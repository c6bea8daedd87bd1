#!/bin/bash
# Each reason for dropping a packet, its counter and its sentence.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/drops.py"
