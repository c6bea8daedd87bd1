#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Downloads Debian's stock kernels with their headers and unpacks them in the cache, without
# installing anything:
#
#   fetch-kernels.sh [--update] [6.1|6.12]...
#
# leaves, for each,
#   $SLB_CACHE/kernels/6.1/release           the kernel's release, one line
#   $SLB_CACHE/kernels/6.1/vmlinuz           its image
#   $SLB_CACHE/kernels/6.1/lib/modules/REL   its modules; "build" there leads to its headers
#
# What is there is not fetched again, except with --update when Debian has a newer one.
set -u
. "$(dirname "$0")/common.sh"

update=0
kernels=()
for arg; do
	case $arg in
	--update) update=1 ;;
	6.1 | 6.12) kernels+=("$arg") ;;
	*) die "usage: fetch-kernels.sh [--update] [6.1|6.12]..." ;;
	esac
done
[ ${#kernels[@]} -gt 0 ] || kernels=(6.1 6.12)

# depends PACKAGE PATTERN: the packages PACKAGE depends on whose names match.
depends() {
	apt-cache show --no-all-versions "$1" | sed -n 's/^Depends: //p' | tr ',|' '\n' |
		sed 's/^ *//; s/[ (].*//' | grep -E "$2"
}

# 6.1 is bookworm's own kernel and has no version in its metapackages' names.
packages() {
	local infix image headers

	infix=-$1
	[ "$1" = 6.1 ] && infix=
	image=$(depends "linux-image$infix-amd64" '^linux-image-.*-amd64$' | head -n 1)
	headers=$(depends "linux-headers$infix-amd64" '^linux-headers-.*-amd64$' | head -n 1)
	[ -n "$image" ] && [ -n "$headers" ] || return 1
	echo "$image $headers"
	depends "$headers" '^linux-(headers-.*-common|kbuild-.*)$' | tr '\n' ' '
}

# The headers' Makefile and the "build" links name absolute places: make them lead into the
# copy. tools and scripts are relative links already.
mend() {
	local dir=$1 rel=$2 final=$3 hdr common

	hdr=$dir/usr/src/linux-headers-$rel
	common=$(sed -n 's,^include /usr/src/\(.*\)/Makefile$,\1,p' "$hdr/Makefile")
	[ -n "$common" ] || die "$hdr/Makefile: no include of the common headers"
	echo "include $final/usr/src/$common/Makefile" >"$hdr/Makefile"
	ln -sfn "$final/usr/src/linux-headers-$rel" "$dir/lib/modules/$rel/build"
	ln -sfn "$final/usr/src/$common" "$dir/lib/modules/$rel/source"
	ln -sfn "boot/vmlinuz-$rel" "$dir/vmlinuz"
	depmod -b "$dir" "$rel" || die "depmod failed for $rel"
	echo "$rel" >"$dir/release"
}

fetch() {
	local ver=$1 dir=$SLB_CACHE/kernels/$1 tmp pkgs rel stamp deb

	[ -s "$dir/release" ] && [ "$update" = 0 ] && return
	apt_lists
	pkgs=$(packages "$ver") || die "apt knows no linux-image for $ver (is bookworm-security enabled?)"
	# shellcheck disable=SC2086 # a list of words
	stamp=$(apt-cache show --no-all-versions $pkgs | grep -E '^(Package|Version|SHA256):')
	[ -s "$dir/release" ] && [ "$stamp" = "$(cat "$dir/stamp" 2>/dev/null)" ] && return

	tmp=$SLB_CACHE/kernels/.$ver.$$
	mkdir -p "$tmp/deb" "$tmp/root" || die "cannot write $SLB_CACHE"
	say "fetching ${pkgs//$'\n'/ }"
	# shellcheck disable=SC2086
	(cd "$tmp/deb" && apt-get -q -o APT::Sandbox::User=root download $pkgs) >&2 ||
		die "download failed"
	for deb in "$tmp"/deb/*.deb; do
		dpkg-deb -x "$deb" "$tmp/root" || die "cannot unpack $deb"
	done
	rel=$(basename "$tmp"/root/boot/vmlinuz-*)
	rel=${rel#vmlinuz-}
	mend "$tmp/root" "$rel" "$dir"
	echo "$stamp" >"$tmp/root/stamp"
	rm -rf "$tmp/deb" "$dir"
	mv "$tmp/root" "$dir" && rmdir "$tmp"
	say "$ver is $rel in $dir"
}

for ver in "${kernels[@]}"; do
	locked "kernel-$ver" fetch "$ver" || exit 1
done
