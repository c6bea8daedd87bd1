#!/bin/bash
# Packets that fit no connection, services without servers, sources that cannot be.
# timeout: 120
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/unknown.py"
