#!/bin/bash
# Which server a new connection would get, and why: what explain says comes true, and asking changes nothing.
# timeout: 120
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 2
run_cases "$lb" "$helpers/explain.py"
