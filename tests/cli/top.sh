#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slbadm top on a terminal, with readings from a file instead of the module: see top.py and top_host.c.
# lanes: host
# timeout: 120
. "$(dirname "$0")/../net/helpers/topo.sh"
need python3
/usr/bin/python3 -c 'import pyte' 2>/dev/null || skip_all "needs python3-pyte"
plan
program=$SLB_TOP/build/tool-asan/top-host
[ -x "$program" ] || make -s -C "$SLB_TOP/tool" ASAN=1 top-host >&2 || bail "it does not build"
export SLB_TOP_HOST=$program SLBADM=${SLBADM:-slbadm}
lb='' run_cases '' "$(dirname "$0")/top.py" "$@"
