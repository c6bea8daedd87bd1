#!/bin/bash
# The balancer as a client of its services, its own traffic beside theirs, one client port over and over, marks, routes.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need nft
plan
cluster 2
run_cases "$lb" "$helpers/local.py"
