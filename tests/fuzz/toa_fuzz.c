// SPDX-License-Identifier: GPL-2.0-only
/* Feeds kmod/toa/toa_parse.c, the receiver's reader of TCP options, with options that were changed
 * or made up, or with what libFuzzer thinks of, and compares it with a twin that is written
 * another way. Each list lies in memory of its own, so that a sanitizer sees a byte too far.
 *
 *	toa_fuzz ROUNDS SEED
 */
#include <time.h>
#include "toa/toa_parse.c"

enum {
	FUZZ_OPTIONS_MAX = 40,
	FUZZ_KINDS = 8
};

/* One of each kind that somebody sends, whole. */
static const u8 fuzz_options[][FUZZ_OPTIONS_MAX] = {
	{ 1 }, { 1, 1 }, { 0 },
	{ 2, 4, 5, 180 },
	{ 3, 3, 7 },
	{ 4, 2 },
	{ 5, 10, 1, 2, 3, 4, 5, 6, 7, 8 },
	{ 8, 10, 1, 2, 3, 4, 5, 6, 7, 8 },
	{ 19, 18, 9 },
	{ 34, 10, 1, 2, 3, 4, 5, 6, 7, 8 },
	{ 30, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
	{ 254, 8, 0xd4, 0x31, 192, 168, 3, 11 },
	{ 254, 20, 1, 187, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
	{ 254, 20, 1, 187, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1 },
	{ 254, 20, 1, 187, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
	{ 254, 8, 0, 0, 192, 168, 3, 11 },
	{ 254, 8, 1, 1, 127, 0, 0, 1 },
	{ 254, 8, 1, 1, 224, 0, 0, 1 },
	{ 254, 8, 1, 1, 169, 254, 0, 1 },
	{ 254, 7, 1, 1, 1, 1, 1 },
	{ 200, 8, 0xd4, 0x31, 10, 0, 0, 1 },
	{ 253, 8, 0xd4, 0x31, 10, 0, 0, 2 },
};

static bool fuzz_is_client4(const u8 *a)
{
	return a[0] && a[0] != 127 && (a[0] < 224 || a[0] >= 240) &&
	       !(a[0] == 169 && a[1] == 254) && (a[0] & a[1] & a[2] & a[3]) != 255;
}

static bool fuzz_is_client6(const u8 *a)
{
	static const u8 zero[12], mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool low = !memcmp(a, zero, 12) && !a[12] && !a[13] && !a[14] && a[15] < 2;

	return !low && memcmp(a, mapped, 12) && a[0] != 0xff &&
	       !(a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
}

/* What the list says: broken or not comes first, then what is ours. */
static enum slb_toa_count fuzz_twin(const u8 *opt, unsigned int len, u64 kinds,
				    struct slb_toa_addr *addr)
{
	unsigned int at = 0, ours = 0;
	const u8 *o = NULL;
	bool is_ours;
	int i;

	for (; at < len && opt[at]; at += opt[at] == 1 ? 1 : opt[at + 1]) {
		if (opt[at] == 1)
			continue;
		is_ours = false;
		for (i = 0; i < FUZZ_KINDS; i++)
			is_ours |= (kinds >> 8 * i & 0xff) == opt[at];
		if (at + 1 >= len || opt[at + 1] < 2 || at + opt[at + 1] > len)
			return ours || is_ours ? SLB_TOA_COUNT_BAD_OPTIONS : SLB_TOA_COUNT_NONE;
		if (!is_ours)
			continue;
		if (ours++)
			return SLB_TOA_COUNT_DUPLICATE;
		if (opt[at + 1] != 8 && opt[at + 1] != 20)
			return SLB_TOA_COUNT_BAD_LENGTH;
		o = opt + at;
	}
	if (!o)
		return SLB_TOA_COUNT_NONE;
	if (!o[2] && !o[3])
		return SLB_TOA_COUNT_BAD_PORT;
	memcpy(&addr->port, o + 2, 2);
	addr->family = o[1] == 8 ? AF_INET : AF_INET6;
	memcpy(o[1] == 8 ? (void *)&addr->in : (void *)&addr->in6, o + 4, o[1] - 4);
	if (o[1] == 8 ? !fuzz_is_client4(o + 4) : !fuzz_is_client6(o + 4))
		return SLB_TOA_COUNT_BAD_ADDRESS;
	return SLB_TOA_COUNT_RECORDED;
}

static void fuzz_one(const u8 *data, unsigned int len, u64 kinds)
{
	struct slb_toa_addr got = {}, want = {};
	enum slb_toa_count count, twin;
	u8 *opt = malloc(len ?: 1);
	unsigned int i;

	if (!opt)
		abort();
	memcpy(opt, data, len);
	count = slb_toa_parse(opt, len, kinds, &got);
	twin = fuzz_twin(opt, len, kinds, &want);
	if (memcmp(opt, data, len) || count != twin ||
	    (count == SLB_TOA_COUNT_RECORDED &&
	     (got.port != want.port || got.family != want.family ||
	      memcmp(&got.in6, &want.in6, got.family == AF_INET ? 4 : 16)))) {
		printf("# %d, but the twin says %d, kinds %llx:", count, twin, kinds);
		for (i = 0; i < len; i++)
			printf(" %02x", data[i]);
		printf("\n");
		fflush(stdout);
		abort();
	}
	free(opt);
}

/* Input: how many and which kinds are ours, then the list. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u64 kinds = 0;

	if (size < 9 || size > 9 + FUZZ_OPTIONS_MAX)
		return 0;
	memcpy(&kinds, data + 1, 8);
	kinds = data[0] & 1 ? 254 : kinds >> (data[0] >> 5) * 8;
	fuzz_one(data + 9, size - 9, kinds);
	return 0;
}

#ifndef SLB_LIBFUZZER
static struct rnd_state fuzz_rnd;

static unsigned int fuzz_below(unsigned int n)
{
	return prandom_u32_state(&fuzz_rnd) % n;
}

/* A list of such options, a few of whose bytes are something else. */
static unsigned int fuzz_list(u8 *list)
{
	unsigned int len = 0, n, i, end = fuzz_below(3) ? FUZZ_OPTIONS_MAX : fuzz_below(41);
	const u8 *opt;

	for (i = fuzz_below(8); i && len < end; i--) {
		opt = fuzz_options[fuzz_below(ARRAY_SIZE(fuzz_options))];
		n = opt[0] < 2 ? 1 : opt[1];
		n = min_t(unsigned int, n, end - len);
		memcpy(list + len, opt, n);
		len += n;
	}
	while (fuzz_below(2) && len)
		list[fuzz_below(len)] = fuzz_below(2) ? fuzz_below(256) : fuzz_below(22);
	return len;
}

int main(int argc, char **argv)
{
	static const u64 kinds[] = { 254, 254 | 200 << 8, 253 | 254 << 8 | 200 << 16, ~0ULL, 0 };
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (u64)time(NULL);
	u8 list[FUZZ_OPTIONS_MAX];
	unsigned long i;

	printf("# seed %llu\n", seed);
	prandom_seed_state(&fuzz_rnd, seed);
	for (i = 0; i < rounds; i++)
		fuzz_one(list, fuzz_list(list), kinds[fuzz_below(ARRAY_SIZE(kinds))]);
	printf("# %lu lists\n", rounds);
	return 0;
}
#endif
