#!/bin/bash
# The module can be unloaded at any moment, however busy its connections are.
# lanes: qemu smp
# timeout: 400
. "$(dirname "$0")/../lib.sh"
export PYTHONDONTWRITEBYTECODE=1
cycles=${CYCLES:-$([ "${SLB_FULL:-0}" = 1 ] && echo 100 || echo 40)}

need python3 unshare
plan 4
modprobe -q tun
setup_ns server asleep
out=$(in_ns "$server" python3 "$SLB_TOP/tests/toa/stress.py" "$SLB_BUILD/slb_toa.ko" "$cycles" 2>&1)
is "$cycles times under load, and no program is told anything strange" $? 0
diag "$out"
load_toa
check "unloading waits for a task that sleeps in getpeername(), and says so" \
	in_ns "$asleep" python3 "$SLB_TOP/tests/toa/sleeper.py"
check "the module is gone" test ! -e /sys/module/slb_toa
load_toa
check "it loads again" test -d /sys/module/slb_toa
