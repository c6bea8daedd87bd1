#!/bin/bash
# Servers inside the kernel see their real peer.
# lanes: qemu
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/group.sh"
[ -f "$SLB_BUILD_SELFTEST/slb_toa_test.ko" ] || skip_all "the self test modules are not built"
run_group kernel
