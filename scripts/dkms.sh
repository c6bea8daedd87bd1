#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Puts the modules under DKMS and takes them out:
#
#   dkms.sh install VERSION KERNEL...
#   dkms.sh remove VERSION
#
# SLB_DKMS_ARGS are handed to dkms, for example --dkmstree and --sourcetree.
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

command=$1
version=$2
shift 2
read -ra args <<<"${SLB_DKMS_ARGS:-}"
src=/usr/src/slb-$version
for ((i = 0; i < ${#args[@]}; i++)); do
	[ "${args[i]}" = --sourcetree ] && src=${args[i + 1]}/slb-$version
done
command -v dkms >/dev/null || scripts/deps.sh dkms || exit 1

remove() {
	[ -z "$(dkms status "${args[@]}" -m slb -v "$version")" ] ||
		dkms remove "${args[@]}" -m slb -v "$version" --all || return
	rm -rf "$src"
}

# What a build reads, and no more: no tests, no tool.
sources() {
	echo Kbuild dkms.conf LICENSE
	find kmod include/uapi \( -name '*.[ch]' ! -name '*.mod.c' \)
}

case $command in
install)
	[ $# -gt 0 ] || die "for which kernel?"
	remove || exit 1
	for file in $(sources); do
		install -D -m 644 "$file" "$src/$file" || exit 1
	done
	dkms add "${args[@]}" -m slb -v "$version" || exit 1
	for kernel; do
		dkms build "${args[@]}" -m slb -v "$version" -k "$kernel" || exit 1
		dkms install "${args[@]}" -m slb -v "$version" -k "$kernel" || exit 1
	done
	;;
remove) remove ;;
*) die "unknown command '$command'" ;;
esac
