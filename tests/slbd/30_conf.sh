#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# slb.conf by slbadm: applied by its difference, what was made by hand stays, saved it is the same again.
# timeout: 120
[ -n "${SLB_TEST_NS:-}" ] || exec unshare -n env SLB_TEST_NS=1 "$0" "$@"
. "$(dirname "$0")/../lib.sh"

need slbadm python3 jq
plan 39
load_slb
ip link set lo up
ip addr add 10.1.0.2 dev lo
tmp=$SLB_TMP
example=$SLB_TOP/examples/slb.conf

told_conn_max=1000000	# as in the example

sync_conf() {
	slbadm --sync --conf "$1" 2>"$tmp/err" && return
	cat "$tmp/err"
	false
}

# The example, which has everything.
check "the example is applied" sync_conf "$example"
is "nothing differs then" "$(slbadm --check --conf "$example"; echo "status $?")" "status 0"
is "and applying it again sends nothing" "$(told sync_conf "$example")" 0
matches "a service is the file's" "$(slbadm -L -n)" '^TCP  10.0.0.80:80 wrr.* owner=conf|^TCP  10.0.0.80:80.* owner=conf'
matches "and so is a server" "$(slbadm -L -n)" '10.1.0.11:8443 .* owner=conf'
matches "a group" "$(slbadm -L -n --groups)" '^web .* owner=conf'
matches "a local address" "$(slbadm -G -n)" '10.1.0.3 .* owner=conf'
matches "an access list" "$(slbadm --get-acl)" '^office .* owner=conf'
matches "a limit" "$(slbadm --list-limits)" '^gold .* owner=conf'

# Saved and read again it is the same, with nothing left out.
slbadm -S >"$tmp/before"
check "it is saved as slb.conf" eval "slbadm -S --conf >'$tmp/saved.conf'"
is "which does not differ" "$(slbadm --check --conf "$tmp/saved.conf" 2>&1; echo "status $?")" "status 0"
is "and is understood as the same lines" \
	"$(slbadm -R --conf --dry-run "$tmp/saved.conf" 2>&1 | sort)" \
	"$(sort "$tmp/before")"
slbadm -C
check "into an empty kernel" sync_conf "$tmp/saved.conf"
is "it brings everything back" "$(slbadm -S)" "$(cat "$tmp/before")"

# One change is one message.
sed 's/weight: 3/weight: 4/' "$example" >"$tmp/weight"
is "one weight differs" "$(slbadm --check --conf "$tmp/weight")" \
	"$(slbadm --check --conf "$tmp/weight" | grep -- '-w 4')"
is "which is status 1" "$(slbadm --check --conf "$tmp/weight" >/dev/null; echo $?)" 1
is "and one message" "$(told sync_conf "$tmp/weight")" 1
is "for the new weight" "$(slbadm -S | grep -c -- '-w 4')" 1

# What was made by hand stays.
slbadm -A -t 10.0.0.90:80 -s rr 2>/dev/null
slbadm -a -t 10.0.0.90:80 -r 10.1.0.11:80
slbadm -a -t 10.0.0.80:443 -r 10.1.0.99:443
slbadm --add-acl mine --deny 10.0.0.0/8
slbadm --add-group mine
slbadm --add-limit mine --max-conns 5
slbadm -P 10.1.0.9 --pool mine 2>/dev/null
is "what was made by hand is no difference" "$(told sync_conf "$tmp/weight")" 0
printf 'services:\n  - listen: tcp 10.0.0.80:443\n    pool: blue\n' >"$tmp/few"
check "a file with one service is applied" sync_conf "$tmp/few"
is "all that the file had is gone, and nothing else" "$(slbadm -S | tail -n +2)" \
"-P 10.1.0.9 --pool mine
--add-acl mine --deny 10.0.0.0/8
--add-group mine --proto tcp -s wlc
--add-limit mine --max-conns 5
-A -t 10.0.0.80:443 -s wlc --owner conf --pool blue
-a -t 10.0.0.80:443 -r 10.1.0.99:443 -b -w 1
-A -t 10.0.0.90:80 -s rr
-a -t 10.0.0.90:80 -r 10.1.0.11:80 -b -w 1"

# A file may claim what is there.
printf 'services:\n  - listen: tcp 10.0.0.90:80\n    scheduler: rr\n    servers: [10.1.0.11:80]\n' >"$tmp/claim"
cat "$tmp/few" >"$tmp/both"
sed 1d "$tmp/claim" >>"$tmp/both"
is "that things become the file's is no difference" \
	"$(slbadm --check --conf "$tmp/both"; echo "status $?")" \
	"# objects made by hand that become the file's: 2
status 0"
is "but it is told once" "$(told sync_conf "$tmp/both")" 2
is "and no more" "$(told sync_conf "$tmp/both")" 0
check "the file lets go of it" sync_conf "$tmp/few"
is "which deletes it" "$(slbadm -S | grep -c 10.0.0.90)" 0
slbadm -E -t 10.0.0.80:443 --owner hand
printf 'services: []\n' >"$tmp/none"
is "what is taken back by hand stays" "$(told sync_conf "$tmp/none")" 0
is "as it is" "$(slbadm -S | grep -c 10.0.0.80:443)" 2

# A mistake changes nothing, whoever finds it.
before=$(slbadm -S)
sed 's/scheduler: wrr/scheduler: wrx/' "$example" >"$tmp/wrong"
out=$(slbadm --sync --conf "$tmp/wrong" 2>&1)
is "a file with a mistake is a usage error" "$?" 2
matches "with its place" "$out" "wrong:[0-9]+:16: -s: \`wrx' is not one of"
is "and changes nothing" "$(slbadm -S)" "$before"
sed 's/- 10.1.0.11:8080/- 10.0.0.80:80/' "$example" >"$tmp/refused"
out=$(slbadm --sync --conf "$tmp/refused" 2>&1)
is "what the kernel refuses is an error" "$?" 1
matches "with its place" "$out" 'refused:[0-9]+:[0-9]+: add se(rver|rvice) .*: '
matches "and the rest is taken back" "$out" 'nothing was changed'
is "completely" "$(slbadm -S)" "$before"

# What was deleted before a change was refused comes back as healthy as it was.
slbadm -C
slbadm -A -t 10.0.0.91:80-90 2>/dev/null
cat >"$tmp/health" <<END
services:
  - listen: tcp 10.0.0.92:80
    checked: on
    servers: [10.1.0.11:80, 10.1.0.12:80, 10.1.0.13:80]
END
check "a file with three servers is applied" sync_conf "$tmp/health"
slbadm -e -t 10.0.0.92:80 -r 10.1.0.11:80 --down --reason "code 503"
slbadm -e -t 10.0.0.92:80 -r 10.1.0.12:80 --up --reason "code 200"
before=$(slbadm health --json | jq -c '.servers[] | del(.since)')
printf 'services:\n  - listen: tcp 10.0.0.91:85-95\n' >"$tmp/overlaps"
matches "one whose service is in the way of another is refused" "$(slbadm --sync --conf "$tmp/overlaps" 2>&1)" \
	'nothing was changed'
is "which leaves servers down, up and unproved" "$(slbadm health --json | jq -c '.servers[] | del(.since)')" "$before"
slbadm -C
check_fails "an empty file is refused" slbadm --sync --conf /dev/null
