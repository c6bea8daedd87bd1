#!/bin/bash
# Named groups of servers: shared by services, left and joined under traffic, removed, ten thousand servers.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 2
run_cases "$lb" "$helpers/groups.py"
