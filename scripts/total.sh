#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Adds up the last lines of results in build/results: total.sh FILE... A file without such a line
# is a failure. Names what passed at the second try, prints "N passed, N failed[, N skipped]" and exits 1
# unless all is well.
set -u
. "$(dirname "$0")/common.sh"

cd "$SLB_TOP/build/results" || die "there are no results"
grep -hE '^# .*, passed at the second try: ' "$@" 2>/dev/null
for file; do
	# The machine may have died after the tests: all such lines count.
	grep -E '^[0-9]+ passed, [0-9]+ failed' "$file" 2>/dev/null || {
		echo "# $file has no result" >&2
		echo "0 passed, 1 failed"
	}
done | awk '
	{ passed += $1; failed += $3; skipped += $5 }
	END {
		printf "%d passed, %d failed", passed, failed
		if (skipped)
			printf ", %d skipped", skipped
		print ""
		exit failed || !passed
	}'
