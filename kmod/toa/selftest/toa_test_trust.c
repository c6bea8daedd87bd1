// SPDX-License-Identifier: GPL-2.0-only
/* The trust list: texts with known meanings, then random lists compared with a
 * walk over all prefixes, bit by bit.
 */
#include <linux/random.h>
#include <net/ipv6.h>
#include "toa_test.h"

#include "../toa_trust.c"

#define SLB_TOA_TEST_PREFIXES	24

static const struct {
	const char	*text;
	int		err;
	u8		family;
	u8		len;
} slb_toa_trust_texts[] = {
	{ "10.0.0.1", 0, AF_INET, 32 },
	{ "10.0.0.0/8", 0, AF_INET, 8 },
	{ "0.0.0.0/0", 0, AF_INET, 0 },
	{ "10.1.0.0/16", 0, AF_INET, 16 },
	{ "2001:db8::1", 0, AF_INET6, 128 },
	{ "2001:db8::/32", 0, AF_INET6, 32 },
	{ "2001:db8:0:0:8000::/65", 0, AF_INET6, 65 },
	{ "::/0", 0, AF_INET6, 0 },
	{ "10.0.0.1/8", -EINVAL },
	{ "2001:db8::1/127", -EINVAL },
	{ "2001:db8::1/64", -EINVAL },
	{ "2001:db8:1::/32", -EINVAL },
	{ "10.0.0.0/33", -ERANGE },
	{ "2001:db8::/129", -ERANGE },
	{ "10.0.0.0/", -EINVAL },
	{ "10.0.0.0/x", -EINVAL },
	{ "10.0.0.0/+8", -EINVAL },
	{ "10.0.0.0/8/8", -EINVAL },
	{ "10.0.0.0/300", -EINVAL },
	{ "10.0.0", -EINVAL },
	{ "10.0.0.0.0", -EINVAL },
	{ "10.0.0.256", -EINVAL },
	{ "2001:db8", -EINVAL },
	{ "2001::db8::", -EINVAL },
	{ "localhost", -EINVAL },
	{ "", -EINVAL },
	{ "/8", -EINVAL },
	{ " 10.0.0.1", -EINVAL },
};

static bool slb_toa_test_trust_text(void)
{
	struct slb_toa_prefix prefix;
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slb_toa_trust_texts); i++) {
		const char *text = slb_toa_trust_texts[i].text;
		int err = slb_toa_prefix_parse(&prefix, text);

		SLB_TOA_CHECK(ok, err == slb_toa_trust_texts[i].err,
			      "'%s': %d", text, err);
		if (err)
			continue;
		SLB_TOA_CHECK(ok, prefix.family == slb_toa_trust_texts[i].family &&
			      prefix.len == slb_toa_trust_texts[i].len,
			      "'%s': family %u length %u", text, prefix.family,
			      prefix.len);
	}
	return ok;
}

static bool slb_toa_test_bit(const u8 *addr, unsigned int bit)
{
	return addr[bit / 8] & (0x80 >> bit % 8);
}

/* Addresses close together, so that prefixes often meet and cover. */
static u8 slb_toa_test_trust_addr(u8 *addr)
{
	u8 family = get_random_u32() & 1 ? AF_INET : AF_INET6;
	unsigned int bytes = family == AF_INET ? 4 : 16;
	unsigned int i;

	for (i = 0; i < bytes; i++) {
		u32 rnd = get_random_u32();

		addr[i] = rnd & 0x300 ? (rnd & 0x400 ? 0xff : 0) :
					(rnd & 0x800 ? rnd : 0x80);
	}
	return family;
}

static void slb_toa_test_trust_prefix(struct slb_toa_prefix *prefix)
{
	u8 addr[16];
	u8 family = slb_toa_test_trust_addr(addr);
	unsigned int bits = family == AF_INET ? 32 : 128;
	unsigned int len = get_random_u32() % (bits + 1);
	unsigned int i;

	for (i = len; i < bits; i++)
		addr[i / 8] &= ~(0x80 >> i % 8);
	WARN_ON(slb_toa_prefix_set(prefix, addr, family, len));
}

static bool slb_toa_test_trust_slow(const struct slb_toa_prefix *list, u32 nr,
				    const u8 *addr, u8 family)
{
	u8 start[16];
	u32 i;
	u32 bit;

	for (i = 0; i < nr; i++) {
		if (list[i].family != family)
			continue;
		slb_toa_prefix_addr(&list[i], start);
		for (bit = 0; bit < list[i].len; bit++)
			if (slb_toa_test_bit(start, bit) !=
			    slb_toa_test_bit(addr, bit))
				break;
		if (bit == list[i].len)
			return true;
	}
	return false;
}

static bool slb_toa_test_trust_same(const struct slb_toa_trust *trust,
				    const struct slb_toa_prefix *list, u32 nr)
{
	bool ok = true;
	u8 addr[16];
	u8 family;
	int i;

	for (i = 0; ok && i < 64; i++) {
		if (nr && i & 1) {
			const struct slb_toa_prefix *near =
				&list[get_random_u32() % nr];

			/* At a prefix's edges. */
			family = near->family;
			slb_toa_prefix_addr(near, addr);
			addr[family == AF_INET ? 3 : 15] += (i & 2) - 1;
		} else {
			family = slb_toa_test_trust_addr(addr);
		}
		SLB_TOA_CHECK(ok, slb_toa_trust_match(trust, addr, family) ==
			      slb_toa_test_trust_slow(list, nr, addr, family),
			      "%*ph of %u prefixes", family == AF_INET ? 4 : 16,
			      addr, nr);
	}
	return ok;
}

/* Adds up to @nr prefixes one by one, takes them away again; at each step the
 * list must be what the array says.
 */
static bool slb_toa_test_trust_random(u32 nr)
{
	struct slb_toa_prefix list[SLB_TOA_TEST_PREFIXES];
	struct slb_toa_trust *trust = slb_toa_trust_create(NULL, 0);
	struct slb_toa_trust *next;
	bool ok = !!trust;
	u32 have = 0;

	while (ok && have < nr) {
		slb_toa_test_trust_prefix(&list[have]);
		next = slb_toa_trust_add(trust, &list[have]);
		if (PTR_ERR_OR_ZERO(next) == -EEXIST)
			break;
		if (IS_ERR(next)) {
			ok = false;
			break;
		}
		kvfree(trust);
		trust = next;
		have++;
		SLB_TOA_CHECK(ok, trust->nr == have, "%u of %u", trust->nr, have);
		ok &= slb_toa_test_trust_same(trust, list, have);
	}
	while (ok && have) {
		u32 at = get_random_u32() % have;

		next = slb_toa_trust_del(trust, &list[at]);
		if (IS_ERR(next)) {
			ok = false;
			break;
		}
		kvfree(trust);
		trust = next;
		list[at] = list[--have];
		SLB_TOA_CHECK(ok, trust->nr == have, "%u of %u", trust->nr, have);
		ok &= slb_toa_test_trust_same(trust, list, have);
	}
	if (ok && !have)
		SLB_TOA_CHECK(ok, PTR_ERR_OR_ZERO(slb_toa_trust_del(trust, list)) ==
			      -ENOENT, "removed twice");
	kvfree(trust);
	return ok;
}

/* A list of doubles is as long as what is different in it. */
static bool slb_toa_test_trust_doubles(void)
{
	struct slb_toa_prefix list[SLB_TOA_TEST_PREFIXES];
	struct slb_toa_trust *trust;
	bool ok = true;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		slb_toa_prefix_parse(&list[i], i & 1 ? "2001:db8::/32" :
						       "10.0.0.0/8");
	trust = slb_toa_trust_create(list, ARRAY_SIZE(list));
	if (!trust)
		return false;
	SLB_TOA_CHECK(ok, trust->nr == 2, "%u prefixes", trust->nr);
	ok &= slb_toa_test_trust_same(trust, list, 2);
	kvfree(trust);
	return ok;
}

/**
 * slb_toa_test_trust() - test the trust list
 * @rounds: random lists
 *
 * Context: process, may sleep.
 * Return: whether all is well.
 */
bool slb_toa_test_trust(unsigned int rounds)
{
	bool ok = slb_toa_test_trust_text() && slb_toa_test_trust_doubles();
	unsigned int i;

	for (i = 0; ok && i < rounds; i++) {
		ok = slb_toa_test_trust_random(get_random_u32() %
					       (SLB_TOA_TEST_PREFIXES + 1));
		cond_resched();
	}
	return ok;
}
