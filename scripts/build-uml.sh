#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the user-mode-linux kernel of the sanitizer lane from Debian's linux-source-6.1 and
# tests/vm/um.config and um.patch, unless the cache has it, and prints its build directory (the KDIR for
# modules), which also holds
#
#   linux              the kernel, an ordinary program
#   release            its release, one line
#   lib/modules/REL    its modules
#
# The directory's name is a hash of the source's version, the patch and the configuration.
set -u
. "$(dirname "$0")/common.sh"

config=$SLB_TOP/tests/vm/um.config
patch=$SLB_TOP/tests/vm/um.patch
tarball=${SLB_LINUX_TARBALL:-/usr/src/linux-source-6.1.tar.xz}
log=$SLB_CACHE/uml-build.log

source_version() {
	dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null || sha256sum "$tarball"
}

# Unpacked once; kernels are built outside of it.
unpack_source() {
	local dir=$1 tmp=$SLB_CACHE/src/.tmp.$$

	[ -f "$dir/Makefile" ] && return
	say "unpacking $tarball"
	mkdir -p "$tmp" || die "cannot write $SLB_CACHE"
	"${NICE[@]}" tar -C "$tmp" -xf "$tarball" || die "cannot unpack $tarball"
	patch -s -d "$tmp/linux-source-6.1" -p1 <"$patch" || die "$patch does not apply"
	rm -rf "$dir"
	mv "$tmp"/linux-source-6.1 "$dir" && rmdir "$tmp"
}

# Each line of the fragment must stand in the result: Kconfig drops what lacks a dependency
# without a word, and a test would run without what it needs.
check_config() {
	local line name bad=0

	while read -r line; do
		case $line in
		CONFIG_*=n)
			name=${line%=n}
			grep -q "^$name=" "$1" || continue
			;;
		CONFIG_*)
			grep -qxF "$line" "$1" && continue
			;;
		*) continue ;;
		esac
		say "um.config: $line was not honoured"
		bad=1
	done <"$config"
	return "$bad"
}

build() {
	local out=$1 src=$2 rel
	local -a mk

	[ -s "$out/release" ] && return
	[ -f "$tarball" ] || die "$tarball is missing: apt-get install linux-source-6.1"
	unpack_source "$src"
	mkdir -p "$out"
	mk=("${NICE[@]}" make -C "$src" O="$out" ARCH=um "-j$(nproc)")
	say "building the UML kernel in $out (about 6 minutes on 2 CPUs; log in $log)"
	if ! { "${mk[@]}" KCONFIG_ALLCONFIG="$config" allnoconfig &&
		check_config "$out/.config" &&
		"${mk[@]}" linux modules &&
		"${mk[@]}" modules_install INSTALL_MOD_PATH="$out"; } >"$log" 2>&1; then
		grep -E 'error:|Error|not honoured' "$log" >&2
		tail -n 5 "$log" >&2
		die "the UML kernel does not build"
	fi
	rel=$(cat "$out/include/config/kernel.release")
	# Objects are not needed to build modules and are most of the size.
	find "$out" -name '*.o' -not -path '*/scripts/*' -not -path '*/tools/*' -delete
	echo "$rel" >"$out/release"
}

ver=$(source_version) || die "no linux-source-6.1 found: apt-get install linux-source-6.1"
src=$({ echo "$ver"; cat "$patch"; } | sha256sum | cut -c 1-12)
out=$SLB_CACHE/uml/$({ echo "$src"; grep -v '^#' "$config"; } | sha256sum | cut -c 1-12)
locked uml build "$out" "$SLB_CACHE/src/linux-6.1-$src" || exit 1
echo "$out"
