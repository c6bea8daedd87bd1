#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `slbadm toa' and the receiver's module.
# lanes: qemu
# timeout: 120

# A namespace of its own: lists and counters begin empty.
[ -n "${SLB_TEST_NS:-}" ] || exec unshare -n env SLB_TEST_NS=1 "$0" "$@"
. "$(dirname "$0")/../lib.sh"

need slbadm python3 setpriv
plan 22

# refused DESCRIPTION TEXT ARGUMENTS...
refused() {
	local description=$1 text=$2 out status

	shift 2
	out=$("$@" 2>&1)
	status=$?
	if [ $status = 1 ] && [[ $out == *"$text"* ]]; then
		ok "$description"
	else
		not_ok "$description" "status $status
$out"
	fi
}

json() {
	local expression=$1

	shift
	slbadm "$@" --json | python3 -c "import json, sys; d = json.load(sys.stdin); print($expression)" 2>&1
}

load_toa
is "the list is empty at first" "$(json 'd["trusted"]' toa)" "[]"
matches "and the text says so" "$(slbadm toa show)" '^trusted     none$'
is "defaults" "$(json 'd["kinds"], d["clients"], d["clients-max"]' toa show)" "[254] 0 1048576"
check "an IPv4 prefix is added" slbadm toa add 10.1.0.0/24
check "an IPv6 prefix is added" slbadm toa add 2001:db8:1::/64
check "an address is added" slbadm toa add 10.9.9.9
is "they are listed in order" "$(json 'd["trusted"]' toa)" \
	"['10.1.0.0/24', '10.9.9.9', '2001:db8:1::/64']"
refused "not twice" "slbadm: toa add 10.1.0.0/24: " slbadm toa add 10.1.0.0/24
refused "what is not there is not deleted" "slbadm: toa del 10.2.0.0/24: " slbadm toa del 10.2.0.0/24
check "one is deleted" slbadm toa del 10.9.9.9
is "the others stay" "$(json 'd["trusted"]' toa)" "['10.1.0.0/24', '2001:db8:1::/64']"
check "the list is replaced" slbadm toa replace 192.0.2.0/24 198.51.100.1
is "as a whole" "$(json 'd["trusted"]' toa)" "['192.0.2.0/24', '198.51.100.1']"
check "settings are changed" slbadm toa set kinds=254,253,200 clients-max=1000
is "and shown" "$(json 'd["kinds"], d["clients-max"]' toa)" "[254, 253, 200] 1000"
refused "TCP's own kinds are refused" "slbadm: toa set kinds=5: " slbadm toa set kinds=5
refused "others may not change it" "Operation not permitted, CAP_NET_ADMIN is needed" \
	setpriv --bounding-set=-net_admin --inh-caps=-net_admin slbadm toa add 10.3.0.0/16
is "which left everything as it was" "$(json 'd["kinds"], d["trusted"]' toa)" \
	"[254, 253, 200] ['192.0.2.0/24', '198.51.100.1']"
check "the list is flushed" slbadm toa flush
is "it is empty" "$(json 'd["trusted"]' toa)" "[]"
is "counters are there" "$(json 'd["counters"]["recorded"]' toa stats)" 0
matches "each with its sentence" "$(slbadm toa stats)" '^untrusted +[0-9]+  an address came'
