#!/bin/bash
# How exactly bandwidth is held: 10, 100 and 1000 Mbit/s at the same time, from all CPUs, as far as the
# machine can carry them.
# timeout: 150
. "$(dirname "$0")/helpers/topo.sh"
plan
cluster 1
run_cases "$lb" "$SLB_TOP/tests/net/helpers/limit_bandwidth.py"
