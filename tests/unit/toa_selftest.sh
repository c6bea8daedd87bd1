#!/bin/bash
# The receiver's option parser, address store and trust list do what slower ones do.
# timeout: 300
. "$(dirname "$0")/../lib.sh"

module=$SLB_BUILD_SELFTEST/slb_toa_test.ko
[ -f "$module" ] || skip_all "$module is not built (make SELFTEST=1)"
plan 4

rounds=1000
[ "$SLB_LANE" = uml ] && rounds=500
load_module "$module" "rounds=$rounds"
status=$?
while read -r result; do
	case $result in
	"ok "*) ok "${result#ok [0-9]* }" ;;
	"not ok "*) not_ok "${result#not ok [0-9]* }" "$(log_since_mark | grep slb_toa_test: | tail -n 20)" ;;
	esac
done < <(log_since_mark | sed -n 's/.*slb_toa_test: \(\(not \)\?ok .*\)/\1/p')
is "the module with the tests loads" "$status" 0
