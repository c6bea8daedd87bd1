#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything: packages, gates, builds, both test lanes. The last line is "N passed, N failed".
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

mkdir -p build/results
rm -f build/results/*.ktap
scripts/deps.sh build tests style || { echo "0 passed, 1 failed"; exit 1; }

# What the modules are built against is fetched or built first, or the gates would wait for it.
for kernel in 6.1 6.12 uml; do
	scripts/kdir.sh "$kernel" >/dev/null || { echo "0 passed, 1 failed"; exit 1; }
done
scripts/style.sh | tee build/results/style.ktap
scripts/check-install.sh | tee build/results/install.ktap
lanes=(uml qemu-6.1 qemu-6.12)
mapfile -t tests < <(make -s --no-print-directory -C tests list)
tests/lanes.sh "${lanes[@]}" -- "${tests[@]}"
scripts/total.sh style.ktap install.ktap "${lanes[@]/%/.ktap}"
