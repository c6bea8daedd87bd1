#!/bin/bash
# 10 000 new connections by each scheduling method from two CPUs: every server has its weight's share.
# timeout: 200
# lanes: qemu-6.12
. "$(dirname "$0")/helpers/topo.sh"
need gcc
plan
rig
gcc -O2 -Wall -Wextra -pthread -o "$SLB_TMP/shares" "$helpers/shares.c" || bail "shares.c does not compile"
run_cases "$wire" "$helpers/shares.py"
