# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by those who source it
# Sourced by the scripts of this folder and by tests/vm/boot.sh: where things are kept.

SLB_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SLB_CACHE=${SLB_CACHE:-${HOME:-/root}/.cache/slb}

# The lowest priority, so that a long build leaves the machine usable.
NICE=()
command -v nice >/dev/null && NICE=(nice -n 10)

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

say() {
	echo "# ${0##*/}: $*" >&2
}

# locked NAME COMMAND... : runs COMMAND while nobody else holds the lock NAME.
locked() {
	local name=$1 fd rc
	shift
	mkdir -p "$SLB_CACHE"
	exec {fd}>"$SLB_CACHE/.lock.$name"
	flock "$fd" || die "cannot lock $SLB_CACHE/.lock.$name"
	"$@"
	rc=$?
	exec {fd}>&-
	return "$rc"
}

# apt_lists: makes sure that apt knows its packages. Debian's containers come without lists.
apt_lists() {
	[ -n "$(apt-cache show --no-all-versions linux-image-amd64 2>/dev/null)" ] && return
	[ "$(id -u)" = 0 ] || die "apt has no package lists; run 'apt-get update' as root"
	apt-get -q update >&2
}
