#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The gates a change must pass before any test runs: style.sh [GATE]...
# Each prints one KTAP line, with what is wrong before it; the last line is the total.
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

# files PATTERN...: the tree's own files, also those not committed yet.
files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@" | sort -u
	else
		local pattern
		for pattern; do
			find . -path ./build -prune -o -path "./$pattern" -type f -print
		done | sed 's,^\./,,' | sort -u
	fi | while read -r file; do [ -f "$file" ] && echo "$file"; done
}

# kernel_scripts: where checkpatch.pl and kernel-doc are; taken out of the kernel's source once.
kernel_scripts() {
	local tarball=/usr/src/linux-source-6.1.tar.xz dir ver

	ver=$(dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null) || die "linux-source-6.1 is not installed"
	dir=$SLB_CACHE/scripts-$ver
	if [ ! -x "$dir/scripts/checkpatch.pl" ]; then
		rm -rf "$dir.tmp" && mkdir -p "$dir.tmp" || return
		tar -C "$dir.tmp" --strip-components=1 -xf "$tarball" --occurrence=1 \
			linux-source-6.1/scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch,kernel-doc} || return
		rm -rf "$dir" && mv "$dir.tmp" "$dir"
	fi
	echo "$dir/scripts"
}

# Everything below prints what is wrong, and nothing when all is well.

gate_spec() {
	include/slb-gen.py --check 2>&1 || echo "generated files and spec differ: run include/slb-gen.py"
}

gate_version() {
	local spec dkms deb

	spec=$(scripts/version.sh)
	dkms=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' dkms.conf)
	deb=$(sed -n '1s/^slb (\(.*\)) .*/\1/p' debian/changelog)
	[ "$spec" = "$deb" ] || echo "debian/changelog says '$deb', include/slb.yaml says '$spec'"
	[ "$spec" = "$dkms" ] || echo "dkms.conf says '$dkms', include/slb.yaml says '$spec'"
}

gate_readme() {
	local file

	[ -f README.md ] || { echo "there is no README.md"; return; }
	for file in $(files 'kmod/*.c' 'kmod/*.h'); do
		grep -q -F "${file##*/}" README.md || echo "README.md does not name $file"
	done
}

gate_compat() {
	# shellcheck disable=SC2046 # a list of files
	grep -n LINUX_VERSION_CODE $(files 'kmod/*.[ch]' | grep -v kmod/slb_compat.h) /dev/null
}

# A reason that nothing gives would have people look for it in vain.
gate_reasons() {
	local reason

	sed -n 's/^\tSLB_DROP_\([A-Z0-9_]*\),.*/\1/p' include/uapi/linux/slb.h | while read -r reason; do
		[ "$reason" = NONE ] || grep -qw "SLB_DROP_$reason" kmod/slb_*.c ||
			echo "no code drops a packet for SLB_DROP_$reason"
	done
}

# Each call that can lack memory stands in slb_alloc() or slb_attempt(), or no test would make it fail.
gate_memory() {
	local calls='k[mz]alloc(_array|_node)?|kv[mzc]alloc(_array)?|kcalloc|k(mem|str)n?dup|alloc_percpu(_gfp)?|vmalloc|vzalloc'

	calls+='|kmem_cache_(z?alloc|create(_usercopy)?)|KMEM_CACHE|bitmap_z?alloc|ida_alloc\w*|idr_alloc\w*|xa_(alloc|store|insert)\w*'
	calls+='|rhashtable_init|rhltable_init|\w*rhashtable_\w*insert\w*|(nlmsg|genlmsg)_new|(__)?(netdev_|napi_)?alloc_skb\w*'
	calls+='|p?skb_(cow\w*|unclone\w*|clone\w*|copy|copy_expand|realloc_headroom|expand_head|ensure_writable|share_check|linearize\w*|segment)|skb_gso_segment'
	calls+='|(nf_)?register_\w+|(gen)?nl_register_\w+|genl_register_family|kthread_(run|create)|alloc_(ordered_)?workqueue|(metadata_)?dst_alloc'
	# shellcheck disable=SC2016 # Perl's
	files 'kmod/slb_*.[ch]' 'kmod/toa/toa_*.[ch]' | grep -v /selftest/ | calls=$calls xargs perl -0777 -ne '
		s,/\*.*?\*/,$& =~ tr/\n//cdr,gse;
		s/(slb_alloc\(|slb_attempt\(-\w+,)(\s*)(?=\w)/$2#/g;
		while (/(?<![\w.>#])($ENV{calls})\(/g) {
			print "$ARGV:", 1 + (substr($_, 0, $-[0]) =~ tr/\n//), ": $1() stands outside of slb_alloc() and slb_attempt()\n";
		}'
}

gate_shellcheck() {
	local -a list

	mapfile -t list < <(files | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*.*) ;;
		*) head -n 1 "$file" | grep -qE '^#!.*\b(sh|bash)\b' && echo "$file" ;;
		esac
	done)
	shellcheck "${list[@]}" 2>&1
}

gate_codespell() {
	files | grep -vxE 'LICENSE|.*\.(json|pcap|png|svg)' | tr '\n' '\0' |
		xargs -0 codespell -L "$(grep -v '^#' scripts/codespell-ignore | paste -sd,)" 2>&1
}

# checkpatch TYPES: the files on standard input, without remarks of these types.
checkpatch() {
	xargs -r "${NICE[@]}" "$(kernel_scripts)/checkpatch.pl" --no-tree --strict --terse --showfile \
		--no-summary --ignore "$1" -f 2>&1 | grep -vE ': CHECK:|^total:'
	rm -f .checkpatch-camelcase.*
}

gate_checkpatch() {
	local in_kernel='^(kmod|bench/kmod|tests/fuzz/kmod|include)/'

	kernel_scripts >/dev/null || { echo "no checkpatch.pl"; return; }
	files '*.[ch]' | grep -E "$in_kernel" | grep -vx kmod/slb_compat.h | checkpatch FILE_PATH_CHANGES
	# The one file whose job are kernel versions.
	files kmod/slb_compat.h | checkpatch LINUX_VERSION_CODE,CONSTANT_COMPARISON
	# Programs have neither the kernel's attribute macros nor every header.
	files '*.[ch]' | grep -vE "$in_kernel" | checkpatch PREFER_DEFINED_ATTRIBUTE_MACRO,AVOID_EXTERNS,VOLATILE,EMBEDDED_FUNCTION_NAME
}

gate_kernel_doc() {
	local dir

	dir=$(kernel_scripts) || { echo "no kernel-doc"; return; }
	# shellcheck disable=SC2046 # a list of files
	"$dir/kernel-doc" -none $(files 'kmod/*.[ch]' | grep -v _gen) 2>&1
}

gate_sparse() {
	local build

	build=$(scripts/build-modules.sh --suffix -sparse --clean --quiet 6.1 C=2 W=1 2>/dev/null) ||
		echo "the modules do not build"
	build=${build:-$SLB_TOP/build/$(cat "$SLB_CACHE/kernels/6.1/release")-sparse}
	[ -s "$build/.log" ] || echo "there is no build log"
	grep -E ': (warning|error|note):|undefined!' "$build/.log" | sed "s,$build/,,"
}

declare -A title=(
	[spec]="generated files match the spec"
	[version]="one version everywhere"
	[readme]="README.md names every file of kmod/"
	[compat]="kernel versions are known to slb_compat.h only"
	[reasons]="every reason to drop is given somewhere"
	[memory]="what can lack memory is marked, so that it is tested"
	[shellcheck]="shellcheck"
	[codespell]="codespell"
	[checkpatch]="checkpatch: no errors, no warnings"
	[kernel_doc]="kernel-doc"
	[sparse]="sparse and W=1: no lines"
)
[ $# -gt 0 ] || set -- spec version readme compat reasons memory shellcheck codespell checkpatch kernel_doc sparse

passed=0
failed=0
echo "KTAP version 1"
echo "1..$#"
for gate; do
	[ -n "${title[$gate]-}" ] || die "unknown gate '$gate'; there are ${!title[*]}"
	wrong=$("gate_$gate")
	if [ -z "$wrong" ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $gate: ${title[$gate]}"
	else
		failed=$((failed + 1))
		echo "$wrong" | head -n 60 | sed 's/^/# /'
		echo "not ok $((passed + failed)) $gate: ${title[$gate]}"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
