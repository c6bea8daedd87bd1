// SPDX-License-Identifier: GPL-2.0-only
/* The option parser: a table of segments with known answers, then random ones
 * compared with a slow parser written another way.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include "toa_test.h"

#include "../toa_parse.c"

#define V4(kind) (kind), 8, 0xd4, 0x31, 0xc0, 0xa8, 0x03, 0x0b
#define V6(kind) (kind), 20, 0x01, 0xbb, 0x20, 0x01, 0x0d, 0xb8, \
		 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define V4_ADDR(a, b, c, d) 254, 8, 0x12, 0x34, (a), (b), (c), (d)
#define V6_ADDR(a, b, c, d) 254, 20, 0x12, 0x34, (a), (b), 0, 0, 0, 0, 0, 0, \
			    0, 0, (c), (d), 0, 0, 0, 1
#define TS 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8

#define SLB_TOA_TEST_OPT_MAX	40

static const struct slb_toa_parse_case {
	const char		*name;
	enum slb_toa_count	want;
	u8			len;
	u8			family;
	u8			opt[SLB_TOA_TEST_OPT_MAX];
} slb_toa_parse_cases[] = {
	{ "nothing", SLB_TOA_COUNT_NONE, 0 },
	{ "timestamps", SLB_TOA_COUNT_NONE, 12, 0, { TS } },
	{ "IPv4 alone", SLB_TOA_COUNT_RECORDED, 8, AF_INET, { V4(254) } },
	{ "IPv6 alone", SLB_TOA_COUNT_RECORDED, 20, AF_INET6, { V6(254) } },
	{ "IPv4 first", SLB_TOA_COUNT_RECORDED, 20, AF_INET, { V4(254), TS } },
	{ "IPv4 last", SLB_TOA_COUNT_RECORDED, 20, AF_INET, { TS, V4(254) } },
	{ "IPv6 last", SLB_TOA_COUNT_RECORDED, 32, AF_INET6, { TS, V6(254) } },
	{ "odd offset", SLB_TOA_COUNT_RECORDED, 12, AF_INET, { 1, V4(254), 1, 1, 1 } },
	{ "second kind", SLB_TOA_COUNT_RECORDED, 8, AF_INET, { V4(200) } },
	{ "other kind", SLB_TOA_COUNT_NONE, 8, 0, { V4(253) } },
	{ "behind the end", SLB_TOA_COUNT_NONE, 12, 0, { 0, 0, 0, 0, V4(254) } },
	{ "end behind it", SLB_TOA_COUNT_RECORDED, 12, AF_INET, { V4(254), 0, 254, 8, 9 } },
	{ "twice", SLB_TOA_COUNT_DUPLICATE, 16, 0, { V4(254), V4(254) } },
	{ "two kinds", SLB_TOA_COUNT_DUPLICATE, 16, 0, { V4(254), V4(200) } },
	{ "both families", SLB_TOA_COUNT_DUPLICATE, 28, 0, { V4(254), V6(254) } },
	{ "length 7", SLB_TOA_COUNT_BAD_LENGTH, 8, 0, { 254, 7, 1, 1, 1, 1, 1, 1 } },
	{ "length 2", SLB_TOA_COUNT_BAD_LENGTH, 4, 0, { 254, 2, 1, 1 } },
	{ "length 12", SLB_TOA_COUNT_BAD_LENGTH, 12, 0, { 254, 12, 1, 1, 1, 1 } },
	{ "length 1", SLB_TOA_COUNT_BAD_OPTIONS, 4, 0, { 254, 1, 1, 1 } },
	{ "length 0", SLB_TOA_COUNT_BAD_OPTIONS, 4, 0, { 254, 0, 1, 1 } },
	{ "length too long", SLB_TOA_COUNT_BAD_OPTIONS, 4, 0, { 254, 8, 1, 1 } },
	{ "kind alone", SLB_TOA_COUNT_BAD_OPTIONS, 4, 0, { 1, 1, 1, 254 } },
	{ "length 255", SLB_TOA_COUNT_BAD_OPTIONS, 20, 0, { 254, 255 } },
	{ "broken before", SLB_TOA_COUNT_NONE, 12, 0, { 3, 0, 1, 1, V4(254) } },
	{ "broken behind", SLB_TOA_COUNT_BAD_OPTIONS, 12, 0, { V4(254), 3, 9, 1, 1 } },
	{ "port 0", SLB_TOA_COUNT_BAD_PORT, 8, 0, { 254, 8, 0, 0, 192, 0, 2, 1 } },
	{ "0.0.0.0", SLB_TOA_COUNT_BAD_ADDRESS, 8, 0, { V4_ADDR(0, 0, 0, 0) } },
	{ "0.1.2.3", SLB_TOA_COUNT_BAD_ADDRESS, 8, 0, { V4_ADDR(0, 1, 2, 3) } },
	{ "127.0.0.1", SLB_TOA_COUNT_BAD_ADDRESS, 8, 0, { V4_ADDR(127, 0, 0, 1) } },
	{ "224.0.0.1", SLB_TOA_COUNT_BAD_ADDRESS, 8, 0, { V4_ADDR(224, 0, 0, 1) } },
	{ "broadcast", SLB_TOA_COUNT_BAD_ADDRESS, 8, 0, { V4_ADDR(255, 255, 255, 255) } },
	{ "169.254.1.1", SLB_TOA_COUNT_BAD_ADDRESS, 8, 0, { V4_ADDR(169, 254, 1, 1) } },
	{ "1.0.0.0", SLB_TOA_COUNT_RECORDED, 8, AF_INET, { V4_ADDR(1, 0, 0, 0) } },
	{ "::", SLB_TOA_COUNT_BAD_ADDRESS, 20, 0, { 254, 20, 1, 1 } },
	{ "::1", SLB_TOA_COUNT_BAD_ADDRESS, 20, 0, { V6_ADDR(0, 0, 0, 0) } },
	{ "fe80::", SLB_TOA_COUNT_BAD_ADDRESS, 20, 0, { V6_ADDR(0xfe, 0x80, 0, 0) } },
	{ "febf::", SLB_TOA_COUNT_BAD_ADDRESS, 20, 0, { V6_ADDR(0xfe, 0xbf, 0, 0) } },
	{ "ff02::", SLB_TOA_COUNT_BAD_ADDRESS, 20, 0, { V6_ADDR(0xff, 2, 0, 0) } },
	{ "::ffff:0.0.0.1", SLB_TOA_COUNT_BAD_ADDRESS, 20, 0, { V6_ADDR(0, 0, 0xff, 0xff) } },
	{ "fd00::", SLB_TOA_COUNT_RECORDED, 20, AF_INET6, { V6_ADDR(0xfd, 0, 0, 0) } },
	{ "full header", SLB_TOA_COUNT_RECORDED, 40, AF_INET6, { V6(254), TS, 1, 1, 1, 1, 5, 2, 1, 1 } },
};

static const u64 slb_toa_test_kinds = 254 | 200 << 8;

/* A copy that ends where the options end, so that KASAN sees a byte too far. */
static enum slb_toa_count slb_toa_test_parse_at(const u8 *opt, unsigned int len,
						struct slb_toa_addr *addr)
{
	enum slb_toa_count count;
	u8 *copy = kmemdup(opt, len, GFP_KERNEL);

	if (!copy && len)
		return SLB_TOA_COUNT_NO_MEMORY;
	count = slb_toa_parse(copy, len, slb_toa_test_kinds, addr);
	kfree(copy);
	return count;
}

/* The same by marking where each option begins, in two passes. */
static enum slb_toa_count slb_toa_test_parse_slow(const u8 *opt, int len,
						  const u8 **found)
{
	int starts[SLB_TOA_TEST_OPT_MAX];
	enum slb_toa_count count = SLB_TOA_COUNT_NONE;
	bool broken = false;
	int nr = 0;
	int at = 0;
	int i;

	while (at < len && opt[at] != 0 && !broken) {
		starts[nr++] = at;
		if (opt[at] == 1)
			at += 1;
		else if (at + 1 >= len || opt[at + 1] < 2 || at + opt[at + 1] > len)
			broken = true;
		else
			at += opt[at + 1];
	}

	*found = NULL;
	for (i = 0; i < nr; i++) {
		const u8 *o = opt + starts[i];
		bool ours = *o == 254 || *o == 200;

		if (broken && i == nr - 1)
			return ours || *found ? SLB_TOA_COUNT_BAD_OPTIONS : count;
		if (!ours)
			continue;
		if (*found)
			return SLB_TOA_COUNT_DUPLICATE;
		if (o[1] != 8 && o[1] != 20)
			return SLB_TOA_COUNT_BAD_LENGTH;
		*found = o;
	}
	return *found ? SLB_TOA_COUNT_RECORDED : count;
}

/* Bytes that look like options more often than not. */
static u8 slb_toa_test_byte(void)
{
	static const u8 usual[] = { 0, 1, 1, 1, 2, 3, 4, 5, 8, 8, 10, 20, 20,
				    200, 254, 254, 254, 255, 127, 224 };
	u32 rnd = get_random_u32();

	return rnd & 0x100 ? rnd : usual[(rnd >> 16) % ARRAY_SIZE(usual)];
}

static bool slb_toa_test_parse_random(void)
{
	u8 opt[SLB_TOA_TEST_OPT_MAX];
	enum slb_toa_count want;
	enum slb_toa_count got;
	struct slb_toa_addr addr;
	const u8 *found;
	bool ok = true;
	int len;
	int i;

	len = get_random_u32() % (sizeof(opt) + 1);
	for (i = 0; i < len; i++)
		opt[i] = slb_toa_test_byte();
	want = slb_toa_test_parse_slow(opt, len, &found);
	got = slb_toa_test_parse_at(opt, len, &addr);

	/* The slow one does not judge addresses. */
	if (want == SLB_TOA_COUNT_RECORDED &&
	    (got == SLB_TOA_COUNT_BAD_PORT || got == SLB_TOA_COUNT_BAD_ADDRESS))
		return true;
	SLB_TOA_CHECK(ok, got == want, "got %d, wanted %d: %*ph", got, want,
		      len, opt);
	if (ok && got == SLB_TOA_COUNT_RECORDED) {
		SLB_TOA_CHECK(ok, !memcmp(&addr.port, found + 2, 2),
			      "port: %*ph", len, opt);
		SLB_TOA_CHECK(ok, !memcmp(&addr.in6, found + 4, found[1] - 4),
			      "address: %*ph", len, opt);
	}
	return ok;
}

/**
 * slb_toa_test_parse() - test the option parser
 * @rounds: hundreds of random segments
 *
 * Context: process, may sleep.
 * Return: whether all is well.
 */
bool slb_toa_test_parse(unsigned int rounds)
{
	struct slb_toa_addr addr;
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slb_toa_parse_cases); i++) {
		const struct slb_toa_parse_case *c = &slb_toa_parse_cases[i];
		enum slb_toa_count got;

		got = slb_toa_test_parse_at(c->opt, c->len, &addr);
		SLB_TOA_CHECK(ok, got == c->want, "%s: got %d, wanted %d",
			      c->name, got, c->want);
		if (got == SLB_TOA_COUNT_RECORDED)
			SLB_TOA_CHECK(ok, addr.family == c->family,
				      "%s: family %u", c->name, addr.family);
	}
	for (i = 0; ok && i < rounds * 100; i++)
		ok = slb_toa_test_parse_random();
	return ok;
}
