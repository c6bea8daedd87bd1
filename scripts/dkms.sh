#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Puts the modules under DKMS and takes them out:
#
#   dkms.sh install VERSION KERNEL...     also for the kernels that have this version already
#   dkms.sh remove VERSION
#   dkms.sh sources DIRECTORY             puts there what DKMS builds from
#
# SLB_DKMS_ARGS are handed to dkms, for example --dkmstree and --sourcetree.
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

# What a build reads, and no more: no tests, no tool.
sources() {
	echo Kbuild dkms.conf LICENSE
	find kmod include/uapi -name '*.[ch]' ! -name '*.mod.c' ! -path '*/selftest/*.c'
}

# copy DIRECTORY
copy() {
	local file

	for file in $(sources); do
		install -D -m 644 "$file" "$1/$file" || return
	done
}

command=$1
version=$2
shift 2
if [ "$command" = sources ]; then
	copy "$version"
	exit
fi
read -ra args <<<"${SLB_DKMS_ARGS:-}"
args+=(-m slb -v "$version")
src=/usr/src/slb-$version
for ((i = 0; i < ${#args[@]}; i++)); do
	[ "${args[i]}" = --sourcetree ] && src=${args[i + 1]}/slb-$version
done
command -v dkms >/dev/null || scripts/deps.sh dkms || exit 1

# The kernels that have it: "slb/0.1.0, 6.1.0-1-amd64, x86_64: installed".
kernels() {
	dkms status "${args[@]}" | sed -n 's/^[^,]*, \([^,]*\), .*/\1/p'
}

remove() {
	[ -z "$(dkms status "${args[@]}")" ] || dkms remove "${args[@]}" --all || return
	rm -rf "$src"
}

case $command in
install)
	[ $# -gt 0 ] || die "for which kernel?"
	mapfile -t list < <(printf '%s\n' "$@" "$(kernels)" | grep . | sort -u)
	remove || exit 1
	copy "$src" || exit 1
	dkms add "${args[@]}" || exit 1
	for kernel in "${list[@]}"; do
		dkms build "${args[@]}" -k "$kernel" || exit 1
		dkms install "${args[@]}" -k "$kernel" || exit 1
	done
	;;
remove) remove ;;
*) die "unknown command '$command'" ;;
esac
