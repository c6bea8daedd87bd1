#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module's pure files as programs: their self tests go deeper there, and libFuzzer tries them.
# SLB_FUZZ_SECONDS says for how long; SLB_FUZZ_CORPUS keeps what it learns.
# lanes: uml
# timeout: 300
. "$(dirname "$0")/../lib.sh"

need gcc
plan 4
here=$SLB_TOP/tests/fuzz
seconds=${SLB_FUZZ_SECONDS:-30}
corpus=${SLB_FUZZ_CORPUS:-$SLB_TMP/corpus}
flags=(-O2 -g -Wall -Wextra -Wno-sign-compare -Wno-unused-parameter -DSLB_SELFTEST
	-I"$SLB_TMP/include" -I"$SLB_TOP/kmod" -include "$here/kernel.h" "$here/tcpopt_fuzz.c")

# The kernel's headers are named in the files, and all they need of them is in kernel.h.
mkdir -p "$SLB_TMP"/include/{linux,net} "$corpus"
touch "$SLB_TMP"/include/linux/{bitops,minmax,prandom,printk,sched,slab}.h \
	"$SLB_TMP"/include/net/{checksum,tcp}.h

# AddressSanitizer wants more address space than user-mode Linux has.
sanitize=address,undefined
echo 'int main(void) { return 0; }' >"$SLB_TMP/empty.c"
gcc -fsanitize=address -o "$SLB_TMP/empty" "$SLB_TMP/empty.c" 2>/dev/null &&
	"$SLB_TMP/empty" >/dev/null 2>&1 || sanitize=undefined

check "tcpopt builds with the sanitizers" gcc "${flags[@]}" -DSLB_TOPT_DEPTH=4 \
	-fsanitize="$sanitize" -fno-sanitize-recover=all -o "$SLB_TMP/selftest"
out=$("$SLB_TMP/selftest" 2>&1)
matches "tcpopt edits every sequence of 4 options as the twin does" "$out" "^ok 1 "
matches "checksums of random packets come out as summed in full" "$out" "^ok 2 "

fuzz() {
	"$SLB_TMP/fuzzer" -max_len=56 -max_total_time="$seconds" -timeout=10 -verbosity=0 \
		-print_final_stats=1 -use_value_profile=1 -artifact_prefix="$SLB_TMP/" "$corpus" ||
		{ od -An -tx1 "$SLB_TMP"/{crash,timeout,leak,oom}-* 2>/dev/null; false; }
}

if ! why=$(clang "${flags[@]}" -DSLB_LIBFUZZER -fsanitize=fuzzer,"$sanitize" \
	-fno-sanitize-recover=all -o "$SLB_TMP/fuzzer" 2>&1); then
	command -v clang >/dev/null && diag "$why"
	skip "libFuzzer finds nothing in $seconds s" "needs clang with libFuzzer"
else
	check "libFuzzer finds nothing in $seconds s" fuzz
fi
