#!/bin/bash
# Memory is missing at each place that asks for some, one after the other: nothing is lost, all goes on.
# lanes: uml qemu-6.12
# timeout: 200
. "$(dirname "$0")/helpers/stress.sh"

SLB_BUILD=$SLB_BUILD_SELFTEST
[ -f "$SLB_BUILD/slb.ko" ] || skip_all "$SLB_BUILD/slb.ko is not built (make SELFTEST=1)"
plan
load_slb selftest=0
rig
run_cases "$wire" "$stress/places.py" load "$SLB_BUILD/slb.ko"
run_cases "$wire" "$stress/places.py" run "$(amount 2 1 20)"
