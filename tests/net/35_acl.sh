#!/bin/bash
# Access lists: who may open a connection, what becomes of those who may not any more, changes as a whole.
# timeout: 180
. "$(dirname "$0")/helpers/topo.sh"
plan
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/acl.py"
