#!/bin/bash
# States of a connection and their timeouts, SYNs on old connections, RSTs, removal, late packets.
# timeout: 240
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/states.py"
