#!/bin/bash
# Servers that take no new connections: weight 0, removed, down, of another tier; and what people call them.
# timeout: 150
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 2
run_cases "$lb" "$helpers/drain.py"
