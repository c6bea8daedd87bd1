#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module loads, stays when a namespace comes and goes, unloads, and does so again.
# timeout: 60
. "$(dirname "$0")/../lib.sh"
plan 5

load_slb
check "slb is loaded" test -d /sys/module/slb
setup_ns early
check "a namespace can be deleted" delete_ns "$early"
setup_ns late
check "slb unloads while a namespace lives" unload_slb
check "slb is gone" test ! -e /sys/module/slb
load_slb
check "slb loads again" test -d /sys/module/slb
