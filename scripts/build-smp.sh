#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds a kernel that looks for races between CPUs, from Debian's linux-source-6.1 and
# tests/vm/smp.config and smp-VARIANT.config (and net.config for kasan), unless the cache has it, and prints its
# build directory (the KDIR for modules):
#
#   build-smp.sh kasan|kcsan
#
# It also holds
#
#   vmlinuz            the kernel
#   release            its release, one line
#   lib/modules/REL    its modules
#
# The directory's name is a hash of the source's version and the configuration.
set -u
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/linux.sh"

variant=${1-}
args=(ARCH=x86_64)
case $variant in
kasan) config=("$SLB_TOP"/tests/vm/{smp,net,smp-kasan}.config) ;;
kcsan)
	config=("$SLB_TOP"/tests/vm/{smp,smp-kcsan}.config)
	# Only modules are watched, that is ours: every report is about their code, and the emulated
	# kernel is several times faster than one that watches itself. What the modules' locks are made
	# of tells KCSAN of its barriers.
	args+=(KCSAN_SANITIZE=n)
	for obj in spinlock qspinlock qrwlock mutex rwsem; do
		args+=("KCSAN_INSTRUMENT_BARRIERS_$obj.o=y")
	done
	;;
*) die "usage: build-smp.sh kasan|kcsan" ;;
esac
log=$SLB_CACHE/smp-$variant-build.log

build() {
	local out=$1

	[ -s "$out/release" ] && return
	say "building the $variant kernel in $out (about 12 minutes on 2 CPUs; log in $log)"
	mkdir -p "$out" || die "cannot write $SLB_CACHE"
	ln -sfn arch/x86/boot/bzImage "$out/vmlinuz"
	echo "$variant ${out##*/}" >"$out/stamp"
	linux_build "$out" "$log" bzImage "${args[@]}" -- "${config[@]}" ||
		die "the $variant kernel does not build"
	rm -f "$out"/vmlinux*.o "$out/vmlinux"
}

linux_source
out=$(linux_out "smp/$variant" "${config[@]}")
locked "smp-$variant" build "$out" || exit 1
echo "$out"
