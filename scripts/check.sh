#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything: packages, gates, builds, both test lanes. The last line is "N passed, N failed".
set -u
. "$(dirname "$0")/common.sh"
cd "$SLB_TOP" || exit 1

give_up() {
	echo "not ok 1 $*"
	echo "0 passed, 1 failed" | tee build/results/total
	exit 1
}

mkdir -p build/results
rm -f build/results/*.ktap build/results/total
scripts/deps.sh build tests style || give_up "packages are missing"
scripts/fetch-kernels.sh || give_up "the stock kernels cannot be fetched"

# The sanitizer kernel takes minutes when it is not in the cache: build it beside the gates.
scripts/build-uml.sh >/dev/null &
uml=$!
trap 'kill "$uml" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
scripts/style.sh | tee build/results/style.ktap
scripts/check-install.sh | tee build/results/install.ktap
make -s --no-print-directory -C tool check | tee build/results/tool.ktap
wait "$uml" || give_up "the sanitizer kernel does not build"
trap - EXIT INT TERM

lanes=(qemu-6.12 uml qemu-6.1 time)
mapfile -t tests < <(make -s --no-print-directory -C tests list)
tests/lanes.sh "${lanes[@]}" -- "${tests[@]}"
set -o pipefail
scripts/total.sh style.ktap install.ktap tool.ktap "${lanes[@]/%/.ktap}" | tee build/results/total
