#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the Debian packages in build/deb/ and shows that they are right:
#
#   build-deb.sh [--check]        with --check: KTAP; the last line is the total
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1
scripts/deps.sh package || exit 1

version=$(scripts/version.sh)
out=$SLB_TOP/build/deb
tree=$out/slb-$version

# The tree's own files, as they are now.
build() {
	rm -rf "$out" && mkdir -p "$tree" || return
	git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
		[ ! -e "$file" ] || cp --parents -P "$file" "$tree" || return
	done
	(cd "$tree" && "${NICE[@]}" dpkg-buildpackage -us -uc -b) >"$out/log" 2>&1 || {
		tail -n 40 "$out/log"
		return 1
	}
}

if [ "${1-}" != --check ]; then
	build || exit 1
	ls "$out"/*.deb
	exit
fi

count=0
failed=0

# point DESCRIPTION COMMAND...
point() {
	local description=$1 text
	shift
	count=$((count + 1))
	if text=$("$@" 2>&1); then
		echo "ok $count $description"
	else
		failed=$((failed + 1))
		echo "$text" | tail -n 40 | sed 's/^/# /'
		echo "not ok $count $description"
	fi
}

# has PACKAGE FILE...
has() {
	local list file

	list=$(dpkg-deb --fsys-tarfile "$out/$1"_*.deb | tar -t | sed 's,^\./,,')
	shift
	for file; do
		grep -qx -- "$file" <<<"$list" || { echo "$file is missing; there are:"; echo "$list"; return 1; }
	done
}

echo "KTAP version 1"
echo "1..6"
point "the packages are built" build
point "slbadm has the tool, its manual, completion, the unit" has slbadm usr/sbin/slbadm \
	usr/share/man/man8/slbadm.8.gz usr/share/man/man7/slb.7.gz usr/share/man/man7/slb-ha.7.gz \
	usr/share/man/man7/slb-ipvsadm.7.gz usr/share/bash-completion/completions/slbadm \
	'\(usr/\)\?lib/systemd/system/slb-restore.service'
point "slbd has the daemon, its manual, unit, user, what loads the module, examples" has slbd usr/sbin/slbd usr/share/man/man8/slbd.8.gz \
	usr/share/man/man5/slb.conf.5.gz '\(usr/\)\?lib/systemd/system/slbd.service' usr/lib/sysusers.d/slbd.conf \
	'usr/share/doc/slbd/examples/slb.conf\(\.gz\)\?' 'usr/share/doc/slbd/examples/ha/keepalived/slb.conf\(\.gz\)\?' \
	'usr/share/doc/slbd/examples/l7/nginx.conf\(\.gz\)\?' 'usr/share/doc/slbd/examples/grafana/slb.json\(\.gz\)\?' etc/slb/ \
	usr/lib/modules-load.d/slb.conf usr/lib/sysctl.d/60-slb.conf
point "slb-dkms has what DKMS builds from" has slb-dkms "usr/src/slb-$version/dkms.conf" "usr/src/slb-$version/Kbuild" \
	"usr/src/slb-$version/kmod/slb_main.c" "usr/src/slb-$version/kmod/toa/toa_main.c" "usr/src/slb-$version/include/uapi/linux/slb.h"
point "lintian finds no error" lintian --allow-root --fail-on error --tag-display-limit 0 "$out/slb_${version}_$(dpkg --print-architecture).changes"
tool_runs() {
	mkdir -p "$out/root" && dpkg-deb -x "$out"/slbadm_*.deb "$out/root" && dpkg-deb -x "$out"/slbd_*.deb "$out/root" &&
		"$out/root/usr/sbin/slbd" --check examples/slb.conf && "$out/root/usr/sbin/slbadm" --help >/dev/null
}
point "their programs run" tool_runs
echo "$((count - failed)) passed, $failed failed"
[ "$failed" = 0 ]
