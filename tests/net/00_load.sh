#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module loads, stays when a namespace comes and goes, unloads, and does so again.
# timeout: 60
# lanes: uml qemu
. "$(dirname "$0")/../lib.sh"
plan 10

load_slb
check "slb is loaded" test -d /sys/module/slb
setup_ns early
check "a namespace can be deleted" delete_ns "$early"

# Most namespaces never have a service: theirs is to be next to nothing, and every view works.
setup_ns idle
buckets() {
	in_ns "$idle" slbadm info --json | sed 's/.*"buckets":\([0-9]*\).*/\1/'
}
views() {
	in_ns "$idle" slbadm -L --stats && in_ns "$idle" slbadm -L -c && in_ns "$idle" slbadm -G &&
		in_ns "$idle" slbadm -S && in_ns "$idle" slbadm -Z &&
		in_ns "$idle" slbadm --set established=100 && in_ns "$idle" slbadm -C
}
is "a namespace without services has no connection table" "$(buckets)" 0
check "and every view of it works" views
check "the first local address" in_ns "$idle" slbadm -P 10.1.0.2
is "makes the table" "$([ "$(buckets)" -gt 0 ] && echo made)" made
check "the namespace can be deleted" delete_ns "$idle"

setup_ns late
check "slb unloads while a namespace lives" unload_slb
check "slb is gone" test ! -e /sys/module/slb
load_slb
check "slb loads again" test -d /sys/module/slb
