#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Command lines and restore files of slbadm, as far as no module is needed: parse.t and restore.t.
# It needs no privileges; `make -C tool check' runs it on the host, with the sanitizers' build.
# lanes: host
# timeout: 300
. "$(dirname "$0")/../lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
slbadm=${SLBADM:-slbadm}
need "$slbadm"
for module in slb slb_toa; do
	[ -d /sys/module/$module ] && skip_all "$module is loaded"
done

cases=$(cat "$here/parse.t" "$here/restore.t" "$here/slbconf.t" | grep -cE '^[0-9]')
plan $((cases + 18))

# verdict NAME STATUS OUTPUT WANTED_STATUS WANTED_TEXT...
verdict() {
	local name=$1 status=$2 out=$3 code=$4 text

	shift 4
	if [ "$status" != "$code" ]; then
		not_ok "$name" "exit status $status, wanted $code
$out"
		return
	fi
	for text; do
		[[ $out == *"$text"* ]] && continue
		not_ok "$name" "got:
$out
wanted: $text"
		return
	done
	ok "$name"
}

# One case of parse.t.
parse_case() {
	local code=$1 line=$2 text=$3 out status
	local -a words

	eval "words=($line)"
	[ "${code%!}" = "$code" ] && words=(--dry-run "${words[@]}")
	out=$("$slbadm" "${words[@]}" 2>&1 </dev/null)
	status=$?
	verdict "slbadm $line" "$status" "$out" "${code%!}" ${text:+"$text"}
}

code=
while read -r -u 3 first rest; do
	case $first in
	'#'* | '') ;;
	'>')
		parse_case "$code" "$line" "$rest"
		code=
		;;
	*)
		[ -z "$code" ] || parse_case "$code" "$line" ""
		code=$first
		line=$rest
		;;
	esac
done 3<"$here/parse.t"
[ -z "$code" ] || parse_case "$code" "$line" ""

# One case of a table of files.
restore_case() {
	local out status
	local -a words

	eval "words=($options)"
	out=$(printf '%s' "$file" | "$slbadm" -R --dry-run "${words[@]}" 2>&1)
	status=$?
	verdict "slbadm -R, up to line $number of $table" "$status" "$out" "$code" "${wanted[@]}"
}

# restore_table FILE OPTIONS
restore_table() {
	local table=$1 line code='' number=0 file options
	local -a wanted

	while IFS= read -r -u 3 line; do
		number=$((number + 1))
		case $line in
		'< '*) file+=${line#< }$'\n' ;;
		'<') file+=$'\n' ;;
		'> '*) wanted+=("${line#> }") ;;
		[0-9]*)
			[ -z "$code" ] || restore_case
			code=${line%% *}
			options="$2 ${line#"$code"}"
			file=
			wanted=()
			;;
		esac
	done 3<"$here/$table"
	restore_case
}
restore_table restore.t ''
restore_table slbconf.t '--conf -'

# A file and what it includes: patterns are sorted and relative to the file they stand in.
mkdir -p "$SLB_TMP/slb.d/more"
printf 'include: [slb.d/*.conf]\nservices:\n  - listen: tcp 10.0.0.80:80\n' >"$SLB_TMP/slb.conf"
printf 'services:\n  - listen: tcp 10.0.0.80:82\n' >"$SLB_TMP/slb.d/b.conf"
printf 'include: more/c.conf\nservices:\n  - listen: tcp 10.0.0.80:81\n' >"$SLB_TMP/slb.d/a.conf"
printf 'groups:\n  - name: web\n' >"$SLB_TMP/slb.d/more/c.conf"
is "files are included" "$("$slbadm" -R --conf --dry-run "$SLB_TMP/slb.conf" 2>&1)" \
"--add-group web --owner conf
-A -t 10.0.0.80:80 --owner conf
-A -t 10.0.0.80:81 --owner conf
-A -t 10.0.0.80:82 --owner conf"
printf 'include: ../b.conf\n' >"$SLB_TMP/slb.d/more/c.conf"
matches "each of them once" "$("$slbadm" -R --conf --dry-run "$SLB_TMP/slb.conf" 2>&1)" \
	'slb.d/more/c.conf:1:10: .*/more/../b.conf is read already'
printf 'groups:\n  - name: web\n    scheduler: x\n' >"$SLB_TMP/slb.d/more/c.conf"
matches "a mistake is in the file that was included" \
	"$("$slbadm" -R --conf --dry-run "$SLB_TMP/slb.conf" 2>&1)" 'slb.d/more/c.conf:3:16: -s: `x'
ln -s loop "$SLB_TMP/slb.d/loop"
printf 'include: slb.d/loop/*.conf\nservices: []\n' >"$SLB_TMP/slb.conf"
matches "a directory that cannot be read is not one without files" \
	"$("$slbadm" -R --conf --dry-run "$SLB_TMP/slb.conf" 2>&1)" 'slb.conf:1:10: .*loop/\*.conf: Too many levels'

# What a file says is what it says again.
cat >"$SLB_TMP/all" <<'END'
--set established=5 udp=6 idle-reset=off toa-trusted=10.0.0.0/8
-P 10.1.0.2 --ports 2000-3000 --dedicated
-P 2001:db8:1::2 --pool "two words"
--add-acl bad --deny
--add-acl good --allow \
 10.0.0.0/8 10.1.0.0/16 10.2.0.0/16 10.3.0.0/16 10.4.0.0/16 10.5.0.0/16 \
 2001:db8::/32
-A -t 10.0.0.80:80 -s wrr --disable --toa off --timeout close=5 --pool "two words" --acl good,bad
-a -t 10.0.0.80:80 -r 10.1.0.11:8080 -b -w 100
-A -u [2001:db8::80]:53 -s rr --idle 60
-a -u [2001:db8::80]:53 -r [2001:db8:1::11]:53 -b -w 0
-A -f 5 -6 -s rr
-a -f 5 -6 -r [2001:db8:1::11]:0 -b -w 1
-A -t 10.0.0.80:8000-8999 -s rr
-a -t 10.0.0.80:8000-8999 -r 10.1.0.11:0 -b -w 1
END
is "a file comes out as it went in" "$("$slbadm" -R --dry-run "$SLB_TMP/all" 2>&1)" \
	"$(cat "$SLB_TMP/all")"

printf -- '-A -t 10.0.0.80:80\0\n' >"$SLB_TMP/zero"
matches "a byte 0 in a file is refused" "$("$slbadm" -R --dry-run "$SLB_TMP/zero" 2>&1)" \
	"zero:1: a byte is 0"
printf -- '-A -t 10.0.0.80:80' >"$SLB_TMP/short"
is "the last line needs no newline" "$("$slbadm" -R --dry-run "$SLB_TMP/short" 2>&1)" \
	"-A -t 10.0.0.80:80"

# keepalived's file: what becomes of it, and what is told.
out=$(cd "$here" && "$slbadm" import keepalived keepalived.conf 2>"$SLB_TMP/lost")
is "keepalived.conf is carried over" "$out" "$(sed '/^slbadm:/d' "$here/keepalived.out")"
is "and what could not be is told" "$(cat "$SLB_TMP/lost")" "$(grep ^slbadm: "$here/keepalived.out")"
matches "bytes that are not UTF-8 are told" \
	"$(printf 'virtual_server 10.0.0.1 80 {\n laddr_group_name b\374ro\n}\n' | "$slbadm" import keepalived - 2>&1)" \
	'stdin:2: .*bytes that are not UTF-8; they are taken for Latin-1'
check "what comes of it is understood" "$slbadm" -R --conf --dry-run - <<<"$out"
matches "a block that does not end has its place" \
	"$("$slbadm" import keepalived - 2>&1 <<<$'virtual_server 10.0.0.1 80 {\n a {\n}')" \
	'stdin:4: a block does not end'

check "the example is understood" "$slbadm" -R --conf --dry-run "$SLB_TOP/examples/slb.conf"

# The manual and the completion say what the tables say.
page=$SLB_TOP/tool/slbadm.8
is "the manual's synopsis is current" \
	"$(sed -n '/^\.SH SYNOPSIS/,/^\.fi/p' "$page" | sed '/^\./d; s/\\-/-/g')" \
	"$("$slbadm" --synopsis)"
missing=
for word in $("$slbadm" --help | grep -oE -- '--[a-z-]+' | sort -u); do
	tr -d \\\\ <"$page" | sed '/^\.SH SYNOPSIS/,/^\.fi/d' | grep -qF -- "$word" ||
		missing+=" $word"
done
is "the manual explains every option" "$missing" ""
is "completion knows the methods" \
	"$("$slbadm" --complete -A -t 10.0.0.80:80 -s '' | tr '\n' ' ')" "rr wrr wlc lc sh sh-port mh mh-port fo p2c "
# shellcheck disable=SC1091 # another file
complete_words() {
	(
		PATH=$(dirname "$(command -v "$slbadm")"):$PATH
		. "$SLB_TOP/tool/slbadm.bash"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_slbadm
		echo "${COMPREPLY[*]}"
	)
}
is "and bash is told so" "$(complete_words slbadm -A -t 10.0.0.80:80 -s w)" "wrr wlc"
is "completion proposes only what is legal and not there yet" \
	"$("$slbadm" --complete -d -t 10.0.0.80:80 '' | tr '\n' ' ')" \
	"-r --real-server --vrf --group --dry-run "
