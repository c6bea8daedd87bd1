// SPDX-License-Identifier: GPL-2.0-only
/* Tests of slb_filter: what was added is found, and what is gone leaves no bit. */
#include "check.h"

#define SLB_FT_ADDRS	500

static struct in6_addr slb_ft_addr(u32 i, bool v6)
{
	struct in6_addr addr = {};

	addr.s6_addr32[0] = htonl(0x0a000000 + i * 7);
	if (v6)
		addr.s6_addr32[3] = htonl(i);
	return addr;
}

static bool slb_ft_hit(const struct slb_filter *f, u32 i, bool v6)
{
	struct in6_addr addr = slb_ft_addr(i, v6);

	return v6 ? slb_filter_hit6(f, &addr) : slb_filter_hit4(f, addr.s6_addr32[0]);
}

static void slb_ft_change(struct slb_filter *f, u32 i, bool add)
{
	struct in6_addr addr = slb_ft_addr(i / 2, i % 2);

	if (add)
		slb_filter_add(f, &addr, i % 2);
	else
		slb_filter_del(f, &addr, i % 2);
}

/**
 * slb_selftest_filter() - tests of slb_filter
 *
 * Context: module load.
 * Return: how many expectations were broken.
 */
int slb_selftest_filter(void)
{
	struct slb_filter *f = kzalloc(sizeof(*f), GFP_KERNEL);
	unsigned int strange = 0;
	int fails = 0;
	u32 i;

	slb_check(&fails, f && !slb_filter_init(f));
	if (fails)
		goto out;
	/* Each twice, then once less: still there. */
	for (i = 0; i < 4 * SLB_FT_ADDRS; i++)
		slb_ft_change(f, i % (2 * SLB_FT_ADDRS), true);
	for (i = 0; i < 2 * SLB_FT_ADDRS; i++)
		slb_ft_change(f, i, false);
	for (i = 0; i < 2 * SLB_FT_ADDRS; i++)
		slb_check(&fails, slb_ft_hit(f, i / 2, i % 2));
	/* Strangers: about as many hits as bits are set. */
	for (i = 0; i < 4096; i++)
		strange += slb_ft_hit(f, 1000000 + i, i % 2);
	slb_check(&fails, strange < 2048);
	for (i = 0; i < 2 * SLB_FT_ADDRS; i++)
		slb_ft_change(f, i, false);
	slb_check(&fails, bitmap_empty(f->bits, SLB_FILTER_BITS));
	slb_filter_exit(f);
out:
	kfree(f);
	return fails;
}
