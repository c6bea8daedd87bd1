#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Looks for races between two CPUs; the last line is "N passed, N failed":
#
#   check-smp.sh [kasan|kcsan]...        default: both
#
# Two kernels are built from Debian's source (about a quarter of an hour each, once): one with KASAN,
# lockdep and the like, preemptible, and one with KCSAN, which reports data races. In each,
# every test of tests/smp and the stress tests that tear down and reconfigure are repeated for
# SLB_SMP_MINUTES (default 10).
#
# QEMU emulates both CPUs, each in a thread of its own. Emulation that takes turns (the
# other lanes') leaves a CPU only every 100 ms or when it idles, so that two are hardly ever
# between the same two instructions; with threads they are truly side by side, as far as the host has
# CPUs. QEMU 7.2 then may run stale code when a kernel patches its own text; these kernels do not: no
# jump labels, kprobes, BPF JIT or dynamic preemption. Loading slb_toa does (the function tracer),
# so its part takes turns; there a spinning CPU, and with KCSAN each one that watches,
# hands over at once.
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

minutes=${SLB_SMP_MINUTES:-10}
variants=("$@")
[ $# -gt 0 ] || variants=(kasan kcsan)
tests=(smp/10_expiry.sh smp/20_config.sh smp/30_unload.sh stress/30_teardown.sh stress/40_churn.sh)
results=$SLB_TOP/build/results
mkdir -p "$results"
ktaps=()

# part NAME VARIANT MODE TEST...
part() {
	local name=$1 variant=$2 mode=$3

	shift 3
	ktaps+=("$name.ktap")
	# A repetition that has begun comes to its end; leaks are looked for after the last one.
	"${NICE[@]}" tests/vm/boot.sh --smp-kernel "$variant" --tcg "$mode" --no-build \
		--timeout $((($# * (minutes + 25) + 10) * 60)) --out "build/vm/$name" -- \
		tests/run.sh --for "$minutes" "$@" 2>&1 | tee "$results/$name.ktap"
	case ${PIPESTATUS[0]} in
	0 | 1) ;;
	*) printf '%s\n' "not ok 1 $name: the machine did not come to its end" "0 passed, 1 failed" |
		tee -a "$results/$name.ktap" ;;
	esac
}

"${NICE[@]}" make -s -C tool || die "the tool does not build"
for variant in "${variants[@]}"; do
	scripts/build-modules.sh --quiet "smp-$variant" >/dev/null || die "no modules for the $variant kernel"
	part "smp-$variant" "$variant" multi "${tests[@]}"
	part "smp-$variant-toa" "$variant" single toa/20_unload.sh
done
scripts/total.sh "${ktaps[@]}"
