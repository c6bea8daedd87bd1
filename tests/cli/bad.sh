#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the module refuses, it refuses with a sentence, and nothing has changed then: bad.t. So it is
# with what the tool refuses itself, parse.t.
# timeout: 240
# A namespace of its own for the whole test saves entering it for each of its many commands.
[ -n "${SLB_TEST_NS:-}" ] || exec unshare -n env SLB_TEST_NS=1 "$0" "$@"
. "$(dirname "$0")/../lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
need slbadm setpriv
cases=$(grep -cE '^[0-9]' "$here/bad.t")
plan $((cases + 3))

load_slb
ip link set lo up
for address in 10.0.0.80/32 10.1.0.2/32 2001:db8::80/128 2001:db8:1::2/128; do
	ip addr add "$address" dev lo
done
slbadm -R - <<'END' || bail "the setup is refused"
-P 10.1.0.2
-P 2001:db8:1::2 --pool blue
-A -t 10.0.0.80:80 -s wrr
-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -w 100
-a -t 10.0.0.80:80 -r 10.1.0.12:8080
-A -u 10.0.0.80:53
--add-group web -s rr
-a --group web -r 10.1.0.21:80
--add-group dns --proto udp
--add-group idle
-A -t 10.0.0.80:8080 --group web
-A -t [2001:db8::80]:80 --pool blue
-a -t [2001:db8::80]:80 -r 2001:db8:1::11
END

# The whole of the configuration, in every form.
state() {
	slbadm -S
	slbadm -L -n --json
	slbadm -L -n --groups --json
	slbadm -G -n --json
}

whole=$(state)
before=$(slbadm -S)

bad_case() {
	local out status after
	local -a words run=()

	eval "words=($line)"
	[ "${code%'~'}" = "$code" ] ||
		run=(setpriv --bounding-set=-net_admin --inh-caps=-net_admin)
	out=$("${run[@]}" slbadm "${words[@]}" 2>&1 </dev/null)
	status=$?
	after=$(slbadm -S)
	if [ "$after" != "$before" ]; then
		not_ok "slbadm $line" "the state changed, it was
$before
and is
$after"
		before=$after
	elif [ "$status" != "${code%'~'}" ]; then
		not_ok "slbadm $line" "exit status $status, wanted $code
$out"
	elif [[ $out != *"$text"* ]]; then
		not_ok "slbadm $line" "got:
$out
wanted: $text"
	elif [[ $status = 1 && ! $out =~ [a-z]$ && ! $out =~ \)$ ]]; then
		not_ok "slbadm $line" "no sentence:
$out"
	else
		ok "slbadm $line"
	fi
}

while read -r -u 3 first rest; do
	case $first in
	'#'* | '') ;;
	'>')
		text=$rest
		bad_case
		;;
	*)
		code=$first
		line=$rest
		;;
	esac
done 3<"$here/bad.t"

# The tool's own refusals leave the module alone. --check compares with it, where there is one.
tool_cases() {
	local line

	while read -r line; do
		eval "slbadm ${line#2* }" >/dev/null 2>&1 </dev/null
		[ $? = 2 ] || echo "slbadm ${line#2* }: exit status is not 2"
	done < <(grep '^2' "$here/parse.t" | grep -v -- ' --check /dev/null')
}
is "what the tool refuses has exit status 2 here, too" "$(tool_cases)" ""
is "and changes nothing, neither did any other" "$(state)" "$whole"
slbadm -C
left() {
	slbadm info | awk '/^created/ { n += $2 } /^destroyed/ { n -= $2 } END { print n }'
}
balanced() {
	[ "$(left)" = 0 ]
}
wait_for balanced
is "what was created is destroyed" "$(left)" 0
