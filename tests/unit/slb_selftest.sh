#!/bin/bash
# The parts of slb.ko do what slower ones do: the module loads only if its own tests pass.
# timeout: 300
. "$(dirname "$0")/../lib.sh"

module=$SLB_BUILD_SELFTEST/slb.ko
[ -f "$module" ] || skip_all "$module is not built (make SELFTEST=1)"
# One for each part; their number stands in the table of tests.
plan $(($(grep -c '^	{ "' "$SLB_TOP/kmod/selftest/run.c") + 1))

load_module "$module"
status=$?
while read -r result; do
	case $result in
	"ok "*) ok "${result#ok [0-9]* }" ;;
	"not ok "*) not_ok "${result#not ok [0-9]* }" "$(log_since_mark | grep slb: | tail -n 20)" ;;
	esac
done < <(log_since_mark | sed -n 's/.*slb: \(\(not \)\?ok .*\)/\1/p')
is "the module with the tests loads" "$status" 0
