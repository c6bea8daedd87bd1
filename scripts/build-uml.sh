#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the user-mode-linux kernel of the sanitizer lane from Debian's linux-source-6.1 and
# tests/vm/um.config, net.config and um.patch, unless the cache has it, and prints its build directory
# (the KDIR for modules), which also holds
#
#   linux              the kernel, an ordinary program
#   release            its release, one line
#   lib/modules/REL    its modules
#
# The directory's name is a hash of the source's version, the patch and the configuration.
set -u
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/linux.sh"

config=("$SLB_TOP/tests/vm/um.config" "$SLB_TOP/tests/vm/net.config")
log=$SLB_CACHE/uml-build.log

build() {
	[ -s "$1/release" ] && return
	say "building the UML kernel in $1 (about 6 minutes on 2 CPUs; log in $log)"
	linux_build "$1" "$log" linux ARCH=um -- "${config[@]}" || die "the UML kernel does not build"
}

linux_source
out=$(linux_out uml "${config[@]}")
locked uml build "$out" || exit 1
echo "$out"
