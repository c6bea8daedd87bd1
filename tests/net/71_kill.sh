#!/bin/bash
# Connections ended by hand, and the flow log: who, how long, how much, why - and who may do and see that.
# timeout: 180
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 2
run_cases "$lb" "$helpers/kill.py"
