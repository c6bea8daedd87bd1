#!/bin/bash
# Aggregates and checksum offload, by hand and between kernels with offloads on, off and mixed.
# timeout: 180
# lanes: uml qemu
. "$(dirname "$0")/helpers/topo.sh"
need ethtool tc
plan
modprobe -q ip_gre
rig
run_cases "$wire" "$SLB_TOP/tests/net/helpers/offload.py"

# The same between kernels.
cluster 1
# shellcheck disable=SC2154 # set by cluster
run_cases "$lb" "$SLB_TOP/tests/net/helpers/offload_hosts.py"
