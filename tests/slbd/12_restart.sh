#!/bin/bash
# slbd killed under traffic: no connection is lost, and a new one changes nothing that a check does not say.
# timeout: 100
# lanes: uml qemu-6.12
. "$(dirname "$0")/../net/helpers/topo.sh"
plan
cluster 2
SLB_TMP=$SLB_TMP run_cases "$lb" "$SLB_TOP/tests/slbd/helpers/restart.py"
