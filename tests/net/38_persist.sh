#!/bin/bash
# Persistence: clients come back to their server.
# timeout: 180
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/persist.py"
