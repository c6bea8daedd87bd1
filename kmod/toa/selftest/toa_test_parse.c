// SPDX-License-Identifier: GPL-2.0-only
/* The option parser: a table of segments with known answers, then random ones
 * compared with a slow parser written another way.
 */
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "toa_test.h"

#include "../toa_parse.c"

#define SLB_TOA_TEST_OPT_MAX	40

static const struct slb_toa_parse_case {
	const char		*name;
	enum slb_toa_count	want;
	u8			family;
	const char		*hex;
} slb_toa_parse_cases[] = {
	{ "nothing", SLB_TOA_COUNT_NONE, 0, "" },
	{ "timestamps", SLB_TOA_COUNT_NONE, 0, "0101080a 01020304 05060708" },
	{ "IPv4 alone", SLB_TOA_COUNT_RECORDED, AF_INET, "fe 08 d431 c0a8030b" },
	{ "IPv6 alone", SLB_TOA_COUNT_RECORDED, AF_INET6,
	  "fe 14 01bb 20010db8 00000000 00000000 00000001" },
	{ "IPv4 first", SLB_TOA_COUNT_RECORDED, AF_INET,
	  "fe 08 d431 c0a8030b 0101080a 01020304 05060708" },
	{ "IPv4 last", SLB_TOA_COUNT_RECORDED, AF_INET,
	  "0101080a 01020304 05060708 fe 08 d431 c0a8030b" },
	{ "IPv6 last", SLB_TOA_COUNT_RECORDED, AF_INET6,
	  "0101080a 01020304 05060708 fe 14 01bb 20010db8 00000000 00000000 00000001" },
	{ "odd offset", SLB_TOA_COUNT_RECORDED, AF_INET, "01 fe 08 d431 c0a8030b 01 01 01" },
	{ "second kind", SLB_TOA_COUNT_RECORDED, AF_INET, "c8 08 d431 c0a8030b" },
	{ "other kind", SLB_TOA_COUNT_NONE, 0, "fd 08 d431 c0a8030b" },
	{ "behind the end", SLB_TOA_COUNT_NONE, 0, "00 00 00 00 fe 08 d431 c0a8030b" },
	{ "end behind it", SLB_TOA_COUNT_RECORDED, AF_INET, "fe 08 d431 c0a8030b 00 fe 08 09" },
	{ "twice", SLB_TOA_COUNT_DUPLICATE, 0, "fe 08 d431 c0a8030b fe 08 d431 c0a8030b" },
	{ "two kinds", SLB_TOA_COUNT_DUPLICATE, 0, "fe 08 d431 c0a8030b c8 08 d431 c0a8030b" },
	{ "both families", SLB_TOA_COUNT_DUPLICATE, 0,
	  "fe 08 d431 c0a8030b fe 14 01bb 20010db8 00000000 00000000 00000001" },
	{ "length 7", SLB_TOA_COUNT_BAD_LENGTH, 0, "fe 07 01 01 01 01 01 01" },
	{ "length 2", SLB_TOA_COUNT_BAD_LENGTH, 0, "fe 02 01 01" },
	{ "length 12", SLB_TOA_COUNT_BAD_LENGTH, 0, "fe 0c 01 01 01 01 00 00 00 00 00 00" },
	{ "length 1", SLB_TOA_COUNT_BAD_OPTIONS, 0, "fe 01 01 01" },
	{ "length 0", SLB_TOA_COUNT_BAD_OPTIONS, 0, "fe 00 01 01" },
	{ "length too long", SLB_TOA_COUNT_BAD_OPTIONS, 0, "fe 08 01 01" },
	{ "kind alone", SLB_TOA_COUNT_BAD_OPTIONS, 0, "01 01 01 fe" },
	{ "length 255", SLB_TOA_COUNT_BAD_OPTIONS, 0,
	  "fe ff 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" },
	{ "broken before", SLB_TOA_COUNT_NONE, 0, "03 00 01 01 fe 08 d431 c0a8030b" },
	{ "broken behind", SLB_TOA_COUNT_BAD_OPTIONS, 0, "fe 08 d431 c0a8030b 03 09 01 01" },
	{ "port 0", SLB_TOA_COUNT_BAD_PORT, 0, "fe 08 00 00 c0 00 02 01" },
	{ "0.0.0.0", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 08 1234 00000000" },
	{ "0.1.2.3", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 08 1234 00010203" },
	{ "127.0.0.1", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 08 1234 7f000001" },
	{ "224.0.0.1", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 08 1234 e0000001" },
	{ "broadcast", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 08 1234 ffffffff" },
	{ "169.254.1.1", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 08 1234 a9fe0101" },
	{ "1.0.0.0", SLB_TOA_COUNT_RECORDED, AF_INET, "fe 08 1234 01000000" },
	{ "::", SLB_TOA_COUNT_BAD_ADDRESS, 0,
	  "fe 14 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" },
	{ "::1", SLB_TOA_COUNT_BAD_ADDRESS, 0, "fe 14 1234 00000000 00000000 00000000 00000001" },
	{ "fe80::", SLB_TOA_COUNT_BAD_ADDRESS, 0,
	  "fe 14 1234 fe800000 00000000 00000000 00000001" },
	{ "febf::", SLB_TOA_COUNT_BAD_ADDRESS, 0,
	  "fe 14 1234 febf0000 00000000 00000000 00000001" },
	{ "ff02::", SLB_TOA_COUNT_BAD_ADDRESS, 0,
	  "fe 14 1234 ff020000 00000000 00000000 00000001" },
	{ "::ffff:0.0.0.1", SLB_TOA_COUNT_BAD_ADDRESS, 0,
	  "fe 14 1234 00000000 00000000 0000ffff 00000001" },
	{ "fd00::", SLB_TOA_COUNT_RECORDED, AF_INET6,
	  "fe 14 1234 fd000000 00000000 00000000 00000001" },
	{ "full header", SLB_TOA_COUNT_RECORDED, AF_INET6,
	  "fe1401bb20010db8000000000000000000000001 0101080a0102030405060708 01010101 05020101" },
};

static const u64 slb_toa_test_kinds = 254 | 200 << 8;

/* Returns the number of bytes. */
static unsigned int slb_toa_test_unhex(u8 *opt, const char *hex)
{
	unsigned int len = 0;

	for (; *hex; hex += *hex == ' ' ? 1 : 2)
		if (*hex != ' ' && hex2bin(&opt[len++], hex, 1))
			return UINT_MAX;
	return len;
}

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
		u8 opt[SLB_TOA_TEST_OPT_MAX];
		enum slb_toa_count got;

		got = slb_toa_test_parse_at(opt, slb_toa_test_unhex(opt, c->hex),
					    &addr);
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
