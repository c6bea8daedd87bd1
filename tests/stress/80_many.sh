#!/bin/bash
# Many connections end at once, by removal, expiry or unloading, and nobody else has to wait for it.
# lanes: uml qemu
# timeout: 600
. "$(dirname "$0")/helpers/stress.sh"
need gcc
plan

compile flood
rig
run_cases "$wire" "$stress/many.py" "$SLB_TMP/flood" "$(amount 30000 10000 100000)" "$SLB_BUILD/slb.ko"
