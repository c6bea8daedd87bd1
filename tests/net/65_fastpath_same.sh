#!/bin/bash
# Other tests' points hold with the fast path on, too.
# timeout: 200
. "$(dirname "$0")/../lib.sh"
plan

# same TEST: its points become ours.
same() {
	local line last=0

	while IFS= read -r line; do
		line=${line#"${line%%[! ]*}"}
		case $line in
		"ok "*" # SKIP"*) skip "$1: ${line#ok * }" "see there" ;;
		"ok "*) ok "$1: ${line#ok * }" ;;
		"not ok "*) not_ok "$1: ${line#not ok * }" ;;
		"exit "*) last=${line#exit } ;;
		"# "*) echo "$line" ;;
		esac
	done < <(SLB_FASTPATH=1 bash "$SLB_TOP/tests/net/$1.sh" 2>&1; echo "exit $?")
	[ "$last" = 0 ] || [ "$last" = 4 ] || not_ok "$1 came to its end" "status $last"
}

for name in 45_odd 48_offload 30_seqts; do
	same "$name"
done
