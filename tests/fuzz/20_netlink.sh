#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Requests of every kind to both generic netlink families, made from what their specifications say and
# blindly, by root, in a user namespace of one's own and without any right; see helpers/netlink.py. The
# configuration survives what is refused, refusals have words, and everything can be removed.
# SLB_FUZZ_SECONDS is for each of the runs, SLB_FUZZ_SEED where they begin.
# lanes: uml qemu-6.12
# timeout: 150
. "$(dirname "$0")/../net/helpers/topo.sh"

seed=${SLB_FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))}
seconds=${SLB_FUZZ_SECONDS:-3}
[ "$SLB_LANE" = uml ] || seconds=${SLB_FUZZ_SECONDS:-0.7}
plan 14
diag "seed $seed"

load_slb
if [ "$SLB_LANE" = uml ]; then
	# Without ftrace only the build with the self tests has the receiver, which sees no connection.
	load_module "$SLB_BUILD_SELFTEST/slb_toa.ko" || bail "cannot load slb_toa"
else
	load_toa
fi
topo_ns lb other
topo_make
lb_all+=("$lb" "$other")

fuzz() {
	run_cases "$1" "$SLB_TOP/tests/fuzz/helpers/netlink.py" "${@:2}"
}

fuzz "$lb" slb "$seed" "$seconds" policy blind dumps
saved=$(slb -S -n)
fuzz "$lb" slb "$seed" "$seconds" denied
is "without rights nothing was changed" "$(slb -S -n)" "$saved"
check "-C removes everything" slb -C
is "nothing is left of it" "$(slb -S -n | grep -v '^--set')" ""

fuzz "$lb" slb_toa "$seed" "$seconds" policy blind dumps denied

# The same as the root of namespaces of one's own, who is nobody outside; they end with the program.
fuzz "$other" slb "$seed" "$seconds" own-namespace policy blind
fuzz "$other" slb_toa "$seed" "$seconds" own-namespace policy
