# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by build-uml.sh and build-smp.sh after common.sh: kernels made from Debian's
# linux-source-6.1, with tests/vm/um.patch, in the cache.

linux_patch=$SLB_TOP/tests/vm/um.patch
linux_tarball=${SLB_LINUX_TARBALL:-/usr/src/linux-source-6.1.tar.xz}

linux_version() {
	dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null || sha256sum "$linux_tarball"
}

# linux_source: sets $linux_stamp, which names source and patch, and $linux_src, where they are to be.
linux_source() {
	local ver

	ver=$(linux_version) || die "no linux-source-6.1 found: apt-get install linux-source-6.1"
	linux_stamp=$({ echo "$ver"; cat "$linux_patch"; } | sha256sum | cut -c 1-12)
	linux_src=$SLB_CACHE/src/linux-6.1-$linux_stamp
}

# linux_unpack: once; kernels are built outside of it.
linux_unpack() {
	local tmp=$SLB_CACHE/src/.tmp.$$

	[ -f "$linux_src/Makefile" ] && return
	[ -f "$linux_tarball" ] || die "$linux_tarball is missing: apt-get install linux-source-6.1"
	say "unpacking $linux_tarball"
	mkdir -p "$tmp" || die "cannot write $SLB_CACHE"
	"${NICE[@]}" tar -C "$tmp" -xf "$linux_tarball" || die "cannot unpack $linux_tarball"
	patch -s -d "$tmp/linux-source-6.1" -p1 <"$linux_patch" || die "$linux_patch does not apply"
	rm -rf "$linux_src"
	mv "$tmp"/linux-source-6.1 "$linux_src" && rmdir "$tmp"
}

# linux_out KIND FRAGMENT...: the directory of the kernel with this configuration.
linux_out() {
	local kind=$1

	shift
	echo "$SLB_CACHE/$kind/$({ echo "$linux_stamp"; cat "$@" | grep -v '^#'; } | sha256sum | cut -c 1-12)"
}

# linux_config_check CONFIG FRAGMENT...: each line of the fragments must stand in the result: Kconfig
# drops what lacks a dependency without a word, and a test would run without what it needs.
linux_config_check() {
	local config=$1 line name bad=0

	shift
	while read -r line; do
		case $line in
		CONFIG_*=n)
			name=${line%=n}
			grep -q "^$name=" "$config" || continue
			;;
		CONFIG_*)
			grep -qxF "$line" "$config" && continue
			;;
		*) continue ;;
		esac
		say "$line was not honoured"
		bad=1
	done < <(cat "$@")
	return "$bad"
}

# linux_build OUT LOG TARGETS MAKEARG... -- FRAGMENT...: configures and builds; what is left in OUT is
# a KDIR for modules, and
#
#   release            the kernel's release, one line
#   lib/modules/REL    its modules
linux_build() {
	local out=$1 log=$2 targets=$3 rel
	local -a mk

	shift 3
	locked linux-source linux_unpack
	mkdir -p "$out"
	mk=("${NICE[@]}" make -C "$linux_src" O="$out" "-j$(nproc)")
	while [ "$1" != -- ]; do
		mk+=("$1")
		shift
	done
	shift
	cat "$@" >"$out/fragment"
	# shellcheck disable=SC2086 # a list of words
	if ! { "${mk[@]}" KCONFIG_ALLCONFIG="$out/fragment" allnoconfig &&
		linux_config_check "$out/.config" "$@" &&
		"${mk[@]}" $targets modules &&
		"${mk[@]}" modules_install INSTALL_MOD_PATH="$out"; } >"$log" 2>&1; then
		grep -E 'error:|Error|not honoured' "$log" >&2
		tail -n 5 "$log" >&2
		return 1
	fi
	rel=$(cat "$out/include/config/kernel.release")
	# Objects are not needed to build modules and are most of the size.
	find "$out" -name '*.o' -not -path '*/scripts/*' -not -path '*/tools/*' -delete
	echo "$rel" >"$out/release"
}
