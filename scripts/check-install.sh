#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Shows that `make install` and DKMS put everything where it belongs, in a directory of their own.
# KTAP; the last line is the total.
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
count=0
passed=0
failed=0

# point DESCRIPTION COMMAND...
point() {
	local description=$1 out
	shift
	count=$((count + 1))
	if out=$("$@" 2>&1); then
		passed=$((passed + 1))
		echo "ok $count $description"
	else
		failed=$((failed + 1))
		echo "$out" | tail -n 40 | sed 's/^/# /'
		echo "not ok $count $description"
	fi
}

# has FILE...: below the temporary directory
has() {
	local file

	for file; do
		[ -s "$tmp/$file" ] || { echo "$file is missing; there are:"; (cd "$tmp" && find . -type f); return 1; }
	done
}

installed() {
	local mods

	make -s install DESTDIR="$tmp/root" PREFIX=/usr KVER=6.1 || return
	mods=root/lib/modules/$(cat "$SLB_CACHE/kernels/6.1/release")/updates/net
	has root/usr/sbin/slbadm root/usr/include/linux/slb.h root/usr/include/linux/slb_toa.h \
		"$mods/slb.ko" "$mods/slb_toa.ko" root/usr/share/man/man8/slbadm.8 \
		root/usr/share/bash-completion/completions/slbadm
}

# In a mount namespace where the stock kernels look installed and dkms has a tree of its own, so
# that nothing on this host changes.
dkms_built() {
	local rel

	rel=$(cat "$SLB_CACHE/kernels/$1/release") && mkdir -p "$tmp/cow" /lib/modules || return
	# shellcheck disable=SC2016 # for the shell in the namespace
	unshare -m bash -uc '
		tmp=$1 lower=$2 rel=$3
		mount -t tmpfs tmpfs "$tmp/cow" && mkdir "$tmp/cow/"{upper,work,src} &&
			mount -t overlay -o "lowerdir=$lower,upperdir=$tmp/cow/upper,workdir=$tmp/cow/work" \
				overlay /lib/modules &&
			mount -t tmpfs tmpfs /var/lib/dkms || exit 1
		SLB_DKMS_ARGS="--sourcetree $tmp/cow/src" scripts/dkms.sh install "$(scripts/version.sh)" "$rel" || {
			log=$(find /var/lib/dkms -name make.log)
			[ -z "$log" ] || tail -n 30 "$log"
			exit 1
		}
		modinfo -k "$rel" slb slb_toa
	' bash "$tmp" "/lib/modules:$SLB_CACHE/kernels/$1/lib/modules" "$rel"
}

echo "KTAP version 1"
echo "1..3"
point "make install" installed
for ver in 6.1 6.12; do
	if unshare -m true 2>/dev/null; then
		point "dkms build and install for $ver" dkms_built "$ver"
	else
		count=$((count + 1))
		echo "ok $count dkms build and install for $ver # SKIP no mount namespaces for us here"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
