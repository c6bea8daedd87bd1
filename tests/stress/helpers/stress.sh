# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the stress tests share; sourced instead of topo.sh. SLB_FULL=1 asks for the full numbers in
# the sanitizer lane, which take minutes.

# shellcheck source=tests/net/helpers/topo.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../net/helpers/topo.sh"

stress=$SLB_TOP/tests/stress/helpers

# amount UML QEMU FULL: the one for this run.
amount() {
	case $SLB_LANE in
	qemu* | smp*) echo "$2" ;;
	*) [ "${SLB_FULL:-0}" = 1 ] && echo "$3" || echo "$1" ;;
	esac
}

# compile NAME...: programs from here into $SLB_TMP.
compile() {
	local name

	for name; do
		gcc -O2 -Wall -Wextra -o "$SLB_TMP/$name" "$stress/$name.c" || bail "$name does not compile"
	done
}

# field FILE NAME: the word after NAME.
field() {
	awk -v name="$2" '{ for (i = 1; i < NF; i++) if ($i == name) { print $(i + 1); exit } }' "$1"
}

# nap SECONDS: without starting a program.
nap() {
	read -rt "$1" <>"$SLB_TMP/nap"
	return 0
}

mkfifo "$SLB_TMP/nap"
