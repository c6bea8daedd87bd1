#!/bin/bash
# The client's address in a TCP option - when, where, and what clients cannot do.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/toa_sender.py"
