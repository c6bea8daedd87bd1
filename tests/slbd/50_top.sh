#!/bin/bash
# slbadm top with the module: real connections, a server that is down, the module taken out and put in again.
# timeout: 90
# lanes: uml
. "$(dirname "$0")/../net/helpers/topo.sh"
need slbadm
plan
cluster 1
run_cases "$lb" "$SLB_TOP/tests/slbd/helpers/top.py"
