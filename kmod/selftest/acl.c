// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of slb_acl: ranges and their search against a walk over all prefixes. Addresses have few
 * different bits, so that prefixes nest, touch and repeat.
 */
#include <net/ipv6.h>
#include "check.h"

#define SLB_AT_PREFIXES	60
#define SLB_AT_ROUNDS	150
#define SLB_AT_PROBES	120
#define SLB_AT_MANY	20000

static struct in6_addr slb_at_addr(struct rnd_state *rnd, bool v6)
{
	struct in6_addr addr = {};
	int i, words = v6 ? 4 : 1;

	for (i = 0; i < words; i++) {
		u32 word = prandom_u32_state(rnd);

		/* Often the first or the last address there is, or near it. */
		switch (slb_check_random(rnd, 4)) {
		case 0:
			word = 0;
			break;
		case 1:
			word = U32_MAX;
			break;
		case 2:
			word &= 0xc0000003;
			break;
		}
		addr.s6_addr32[i] = htonl(word);
	}
	return addr;
}

static struct slb_prefix slb_at_prefix(struct rnd_state *rnd)
{
	struct slb_prefix prefix = { .v6 = slb_check_random(rnd, 2) };
	struct in6_addr addr = slb_at_addr(rnd, prefix.v6);

	prefix.len = slb_check_random(rnd, (prefix.v6 ? 128 : 32) + 1);
	if (slb_check_random(rnd, 3) == 0)
		prefix.len = prefix.v6 ? 128 : 32;
	ipv6_addr_prefix(&prefix.addr, &addr, prefix.len);
	return prefix;
}

static bool slb_at_naive(const struct slb_prefix *prefix, u32 n, const struct in6_addr *addr, bool v6)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (prefix[i].v6 == v6 && ipv6_prefix_equal(addr, &prefix[i].addr, prefix[i].len))
			return true;
	return false;
}

/* An address right before a prefix (-1), its first or last (0, 1), or right behind it (2). */
static struct in6_addr slb_at_edge(const struct slb_prefix *prefix, int edge)
{
	struct slb_acl_at6 at = edge > 0 ? slb_acl_last(prefix) : slb_acl_first(prefix);
	struct in6_addr addr = {};

	if (edge == 2)
		at.hi += !++at.lo;
	if (edge < 0)
		at.hi -= !at.lo--;
	if (!prefix->v6) {
		addr.s6_addr32[0] = htonl((u32)at.lo);
		return addr;
	}
	addr.s6_addr32[0] = htonl(at.hi >> 32);
	addr.s6_addr32[1] = htonl((u32)at.hi);
	addr.s6_addr32[2] = htonl(at.lo >> 32);
	addr.s6_addr32[3] = htonl((u32)at.lo);
	return addr;
}

static void slb_at_compare(int *fails, const struct slb_acl_set *set, struct rnd_state *rnd)
{
	u32 i;
	int edge;

	for (i = 0; i < set->n; i++) {
		const struct slb_prefix *prefix = &set->prefix[i];

		for (edge = -1; edge <= 2; edge++) {
			struct in6_addr addr = slb_at_edge(prefix, edge);

			slb_check(fails, slb_acl_set_has(set, addr.s6_addr32, prefix->v6) ==
					 slb_at_naive(set->prefix, set->n, &addr, prefix->v6));
		}
	}
	for (i = 0; i < SLB_AT_PROBES; i++) {
		struct in6_addr addr = slb_at_addr(rnd, i & 1);

		slb_check(fails, slb_acl_set_has(set, addr.s6_addr32, i & 1) ==
				 slb_at_naive(set->prefix, set->n, &addr, i & 1));
	}
}

static void slb_at_round(int *fails, struct slb_prefix *prefix, struct rnd_state *rnd)
{
	u32 i, n = slb_check_random(rnd, SLB_AT_PREFIXES + 1);
	struct slb_acl_set *set, *with, *without;

	for (i = 0; i < n; i++)
		prefix[i] = slb_at_prefix(rnd);
	n = slb_acl_sort(prefix, n);
	set = slb_acl_set_make(prefix, n / 2, GFP_KERNEL);
	if (!set) {
		slb_check(fails, set);
		return;
	}
	slb_at_compare(fails, set, rnd);
	with = slb_acl_set_with(set, prefix + n / 2, n - n / 2);
	if (with) {
		slb_check(fails, with->n == n && !memcmp(with->prefix, prefix, n * sizeof(*prefix)));
		slb_at_compare(fails, with, rnd);
		without = slb_acl_set_without(with, prefix + n / 2, n - n / 2);
		slb_check(fails, !IS_ERR_OR_NULL(without));
		if (!IS_ERR_OR_NULL(without)) {
			slb_check(fails, without->n == set->n && without->n4 == set->n4 &&
				  without->n6 == set->n6);
			slb_at_compare(fails, without, rnd);
			kvfree(without);
		}
		if (n - n / 2)
			slb_check(fails, slb_acl_set_without(set, prefix + n / 2, n - n / 2) ==
					 ERR_PTR(-ENOENT));
		kvfree(with);
	}
	kvfree(set);
}

/* As many ranges as there are prefixes, none of which touch; every second address is a member. */
static void slb_at_many(int *fails)
{
	struct slb_prefix *prefix = kvcalloc(SLB_AT_MANY, sizeof(*prefix), GFP_KERNEL);
	struct slb_acl_set *set = NULL;
	u32 i;

	slb_check(fails, prefix);
	for (i = 0; prefix && i < SLB_AT_MANY; i++) {
		prefix[i].addr.s6_addr32[0] = htonl(0x0a000000 + 2 * (SLB_AT_MANY - i));
		prefix[i].len = 32;
	}
	if (prefix)
		set = slb_acl_set_make(prefix, slb_acl_sort(prefix, SLB_AT_MANY), GFP_KERNEL);
	slb_check(fails, set && set->n4 == 2 * SLB_AT_MANY);
	for (i = 0; set && i < 2 * SLB_AT_MANY; i++) {
		__be32 addr = htonl(0x0a000002 + i);

		slb_check(fails, slb_acl_set_has(set, &addr, false) == !(i & 1));
	}
	kvfree(set);
	kvfree(prefix);
}

/**
 * slb_selftest_acl() - tests of slb_acl
 *
 * Context: module load.
 * Return: how many expectations were broken.
 */
int slb_selftest_acl(void)
{
	struct slb_prefix *prefix = kcalloc(SLB_AT_PREFIXES, sizeof(*prefix), GFP_KERNEL);
	struct rnd_state rnd;
	int fails = 0;
	int i;

	slb_check(&fails, prefix);
	prandom_seed_state(&rnd, 7);
	for (i = 0; prefix && i < SLB_AT_ROUNDS; i++)
		slb_at_round(&fails, prefix, &rnd);
	slb_at_many(&fails);
	kfree(prefix);
	return fails;
}
