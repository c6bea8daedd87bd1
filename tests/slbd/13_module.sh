#!/bin/bash
# The module is removed and loaded again under a running slbd: it says so, what slb.conf has is put back, checks go on.
# timeout: 150
# lanes: uml qemu-6.12
. "$(dirname "$0")/../net/helpers/topo.sh"
need slbd
plan
cluster 2
on_exit "echo $(cat /proc/sys/kernel/modprobe) >/proc/sys/kernel/modprobe"
SLB_TMP=$SLB_TMP run_cases "$lb" "$SLB_TOP/tests/slbd/helpers/module.py"
