#!/bin/bash
# Local ports - narrow pools, more addresses, reclaiming, removal, the host's own use.
# timeout: 200
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/leases.py"
