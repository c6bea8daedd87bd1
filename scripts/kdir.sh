#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Prints the directory to build modules against:
#
#   kdir.sh            the running kernel's headers, else the newest installed, else stock 6.1
#   kdir.sh RELEASE    that kernel's headers, installed or in the cache
#   kdir.sh 6.1|6.12   the stock kernel's of that series from the cache (see fetch-kernels.sh)
#   kdir.sh uml        the user-mode-linux kernel's (see build-uml.sh)
#   kdir.sh smp-kasan|smp-kcsan    a kernel's that looks for races (see build-smp.sh)
#
# Kernels that are to be in the cache are fetched or built when missing.
set -u
. "$(dirname "$0")/common.sh"

stock() {
	"$SLB_TOP/scripts/fetch-kernels.sh" "$1" || exit 1
	echo "$SLB_CACHE/kernels/$1/lib/modules/$(cat "$SLB_CACHE/kernels/$1/release")/build"
}

installed() {
	local rel

	for rel in "$(uname -r)" $(find /lib/modules -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -rV); do
		[ -f "/lib/modules/$rel/build/Makefile" ] || continue
		echo "/lib/modules/$rel/build"
		return
	done
	return 1
}

case ${1-} in
'') dir=$(installed) || dir=$(stock 6.1) ;;
6.1 | 6.12) dir=$(stock "$1") ;;
uml) dir=$("$SLB_TOP/scripts/build-uml.sh") ;;
smp-*) dir=$("$SLB_TOP/scripts/build-smp.sh" "${1#smp-}") ;;
*)
	for dir in "/lib/modules/$1/build" "$SLB_CACHE"/kernels/*/lib/modules/"$1"/build; do
		[ -f "$dir/Makefile" ] && break
	done
	;;
esac || exit 1
[ -f "$dir/Makefile" ] || die "no headers of kernel '${1-}' found"
realpath "$dir"
