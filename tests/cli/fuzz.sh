#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libFuzzer on slbadm's readers: restore files and the kernel's answers, see fuzz.c; slb.conf and
# keepalived.conf, see fuzz_conf.c.
# SLB_FUZZ_SECONDS says for how long, SLB_FUZZ_CORPUS keeps what it learns.
# lanes: host
# timeout: 300
. "$(dirname "$0")/../lib.sh"

plan 2
here=$(cd "$(dirname "$0")" && pwd)
tool=$SLB_TOP/tool
seconds=${SLB_FUZZ_SECONDS:-20}
corpus=${SLB_FUZZ_CORPUS:-$SLB_TMP/corpus}
mkdir -p "$corpus" "$SLB_TMP/seed"

# Every file of restore.t is a beginning, as fullNAT or not.
awk -v dir="$SLB_TMP/seed" '
	/^[0-9]/ { n++ }
	/^</ { sub(/^< ?/, ""); line[n] = line[n] $0 "\n" }
	END { for (i in line) printf "%c%s", i % 2 ? 1 : 3, line[i] >(dir "/restore" i) }
' "$here/restore.t"
printf -- '\1--set established=5 toa-trusted=10.0.0.0/8,::/0\n-P 10.1.0.2 --ports 2000-3000\n' \
	>"$SLB_TMP/seed/set"

# build PROGRAM
build() {
	# The rest of the tool; what fuzz.c includes or replaces is not linked once more.
	local skip file source=()

	skip=main.c:$(sed -n 's/^#include "\(.*\.c\)"$/\1/p' "$here/$1.c" | paste -sd:)
	[ "$1" = fuzz ] && skip+=:err.c
	for file in "$tool"/*.c; do
		[[ :$skip: == *:${file##*/}:* ]] || source+=("$file")
	done
	clang -std=gnu11 -D_GNU_SOURCE -g -O1 -w -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -I"$tool" -I"$SLB_TOP/include/uapi" -o "$SLB_TMP/$1" \
		"$here/$1.c" "${source[@]}" "$tool"/slbd/{check,setting}.c -lmnl -lyaml
}

# fuzz PROGRAM SEEDS SECONDS
fuzz() {
	mkdir -p "$corpus/$1"
	"$SLB_TMP/$1" -max_len=600 -max_total_time="$3" -timeout=10 -verbosity=0 \
		-artifact_prefix="$SLB_TMP/" "$corpus/$1" "$2" || {
		head -c 600 "$SLB_TMP"/{crash,timeout,leak,oom}-* 2>/dev/null | cat -v
		false
	}
}

# Every file of slbconf.t, and keepalived.conf.
mkdir -p "$SLB_TMP/seed_conf"
awk -v dir="$SLB_TMP/seed_conf" '
	/^[0-9]/ { n++ }
	/^</ { sub(/^< ?/, ""); line[n] = line[n] $0 "\n" }
	END { for (i in line) printf "%c%s", 2, line[i] >(dir "/conf" i) }
' "$here/slbconf.t"
{ printf '\1' && head -n 40 "$here/keepalived.conf"; } >"$SLB_TMP/seed_conf/keepalived"

# one PROGRAM SEEDS SECONDS
one() {
	local why

	if ! command -v clang >/dev/null; then
		skip "$1: libFuzzer finds nothing in $3 s" "needs clang"
	elif ! why=$(build "$1" 2>&1); then
		not_ok "$1: libFuzzer finds nothing in $3 s" "$why"
	else
		check "$1: libFuzzer finds nothing in $3 s" fuzz "$1" "$2" "$3"
	fi
}
one fuzz "$SLB_TMP/seed" "$seconds"
one fuzz_conf "$SLB_TMP/seed_conf" "$seconds"
