#!/bin/bash
# Limits of connections, of new connections a second and of bandwidth: what is refused, by whom, how it
# is counted, and that switching them under traffic loses no count.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/limits.py"
