#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The receiver's reader of TCP options as a program: lists that were changed or made up, under the
# sanitizers and next to a twin; then libFuzzer, where clang has it.
# SLB_FUZZ_ROUNDS and SLB_FUZZ_SECONDS say for how long, SLB_FUZZ_SEED where the lists begin;
# SLB_FUZZ_CORPUS keeps what libFuzzer learns.
# lanes: uml
# timeout: 120
. "$(dirname "$0")/../lib.sh"

need gcc
plan 4
here=$SLB_TOP/tests/fuzz
rounds=${SLB_FUZZ_ROUNDS:-3000000}
seconds=${SLB_FUZZ_SECONDS:-8}
corpus=${SLB_FUZZ_CORPUS:-$SLB_TMP/corpus}
flags=(-O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -I"$SLB_TMP/include" -I"$SLB_TOP/kmod"
	-I"$SLB_TOP/include" -include "$here/kernel.h" "$here/toa_fuzz.c")

mkdir -p "$SLB_TMP"/include/{linux,net} "$corpus"
touch "$SLB_TMP"/include/linux/{in,in6,string,types}.h "$SLB_TMP"/include/net/{ipv6,tcp}.h

# AddressSanitizer wants more address space than user-mode Linux has.
sanitize=address,undefined
echo 'int main(void) { return 0; }' >"$SLB_TMP/empty.c"
gcc -fsanitize=address -o "$SLB_TMP/empty" "$SLB_TMP/empty.c" 2>/dev/null &&
	"$SLB_TMP/empty" >/dev/null 2>&1 || sanitize=undefined

check "toa_parse builds with the sanitizers" gcc "${flags[@]}" -fsanitize="$sanitize" \
	-fno-sanitize-recover=all -o "$SLB_TMP/lists"
check "$rounds lists that are always the same" "$SLB_TMP/lists" "$rounds" 1
check "$rounds lists that are new" "$SLB_TMP/lists" "$rounds" "${SLB_FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))}"

fuzz() {
	"$SLB_TMP/fuzzer" -max_len=49 -max_total_time="$seconds" -timeout=10 -verbosity=0 \
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
