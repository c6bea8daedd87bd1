#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the kernel modules outside of the source tree and prints the directory they are in:
#
#   build-modules.sh [--suffix SUFFIX] [--clean] [--quiet] [--install ROOT] [KERNEL [C=|W=|V=...]]
#
# KERNEL is what kdir.sh takes; KDIR in the environment names a build directory instead. The
# sources are mirrored as symbolic links into build/RELEASE[SUFFIX]/ and built there, so that
# builds for several kernels never mix. SELFTEST=1 in the environment (or on make's command line)
# builds the self tests in and adds "-selftest". --install also installs them below ROOT.
set -u
. "$(dirname "$0")/common.sh"

suffix=
clean=0
quiet=0
install=0
root=
while :; do
	case ${1-} in
	--suffix) suffix=$2 && shift ;;
	--clean) clean=1 ;;
	--quiet) quiet=1 ;;
	--install) install=1 root=$2 && shift ;;
	*) break ;;
	esac
	shift
done
[ "${SELFTEST:-0}" = 1 ] && suffix=-selftest$suffix

kernel=${1-}
[ $# -eq 0 ] || shift
args=("$@")
kdir=${KDIR:-}
[ -n "$kdir" ] || kdir=$("$SLB_TOP/scripts/kdir.sh" "$kernel") || exit 1
[ -d "$kdir" ] || die "$kdir is no directory"
# Not include/config/kernel.release, which is without Debian's suffix in 6.1's headers.
release=$(sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' "$kdir/include/generated/utsrelease.h" 2>/dev/null)
[ -n "$release" ] ||
	die "$kdir: not a configured kernel build directory"
# Newer headers bring what it takes to give modules type information, but not the program that does.
# What they bring may be an empty file.
if [ ! -s "$kdir/vmlinux" ] || ! command -v pahole >/dev/null; then
	args+=(CONFIG_DEBUG_INFO_BTF_MODULES=)
fi
arch=()
grep -q '^CONFIG_UML=y' "$kdir/include/config/auto.conf" && arch=(ARCH=um)
build=$SLB_TOP/build/$release$suffix

# Every source is a link; a link whose source is gone goes too.
mirror() {
	local file

	mkdir -p "$build"
	[ "$clean" = 1 ] && find "$build" -mindepth 1 ! -name .lock ! -name .log -delete
	ln -sfn ../../Kbuild "$build/Kbuild"
	ln -sfn ../../include "$build/include"
	while read -r file; do
		mkdir -p "$build/${file%/*}"
		[ -L "$build/$file" ] || ln -s "$(realpath --relative-to="$build/${file%/*}" "$SLB_TOP/$file")" "$build/$file"
	done < <(cd "$SLB_TOP" && find kmod tests/fuzz/kmod -name '*.[ch]' ! -name '*.mod.c')
	find "$build" -xtype l -delete
}

build() {
	mirror
	"${NICE[@]}" make -C "$kdir" M="$build" "${arch[@]}" "${args[@]}" modules || return
	[ "$install" = 0 ] && return
	# Debian's configuration asks for signatures, but only Debian has the key.
	make -C "$kdir" M="$build" "${arch[@]}" INSTALL_MOD_PATH="$root" INSTALL_MOD_DIR=updates/net \
		CONFIG_MODULE_SIG_ALL= modules_install || return
	[ -n "$root" ] || depmod "$release"
}

mkdir -p "$build"
exec 9>"$build/.lock"
flock 9
if [ "$quiet" = 1 ]; then
	build 9>&- >"$build/.log" 2>&1 || { cat "$build/.log" >&2; exit 1; }
else
	build 9>&- >&2 || exit 1
fi
echo "$build"
