#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slbadm top on a terminal, with readings from a file instead of the module: see top.py and top_host.c.
# lanes: host
# timeout: 120
. "$(dirname "$0")/../lib.sh"
need python3
/usr/bin/python3 -c 'import pyte' 2>/dev/null || skip_all "needs python3-pyte"
plan
here=$(cd "$(dirname "$0")" && pwd)
program=$SLB_TOP/build/tool-asan/top-host
[ -x "$program" ] || make -s -C "$SLB_TOP/tool" ASAN=1 top-host >&2 || bail "it does not build"
while IFS=$'\t' read -r result name detail; do
	case $result in
	ok) ok "$name" ;;
	"not ok") not_ok "$name" "$detail" ;;
	exit) is "top.py came to its end" "$name" 0 ;;
	*) diag "$result $name $detail" ;;
	esac
done < <(SLB_TOP_HOST=$program SLBADM=${SLBADM:-slbadm} PYTHONPATH=$SLB_TOP/tests/net/helpers \
	/usr/bin/python3 "$here/top.py" "$@" 2>&1
	printf 'exit\t%s\n' $?)
