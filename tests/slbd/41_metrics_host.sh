#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slbd's metrics on this kernel, without the module: HTTP by friend and foe, reload to other addresses, what promtool
# says, and that manual and dashboard know the same ones. With sanitizers.
# lanes: host
# timeout: 120
[ -n "${SLB_ALONE-}" ] || SLB_ALONE=1 exec unshare -n -m "$0" "$@"
. "$(dirname "$0")/../net/helpers/topo.sh"
need promtool
SLBD=${SLBD_ASAN:-$SLB_TOP/build/tool-asan/slbd}
[ -x "$SLBD" ] || skip_all "make -C tool ASAN=1 was not run"
export SLBD
plan
ip link set lo up
ip addr add 10.0.0.1/32 dev lo
lb='' run_cases '' "$(dirname "$0")/helpers/metrics_host.py"
