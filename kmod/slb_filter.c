// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bystander filter's reference counts. A bit is set while any object has an address that
 * hashes to it, so a packet to a clear bit is certainly not ours.
 */
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_filter.h"

/**
 * slb_filter_init() - an empty filter
 * @f: zeroed
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int slb_filter_init(struct slb_filter *f)
{
	spin_lock_init(&f->lock);
	f->count = slb_alloc(kvcalloc(SLB_FILTER_BITS, sizeof(*f->count), SLB_GFP_CONFIG));
	return f->count ? 0 : -ENOMEM;
}

/**
 * slb_filter_exit() - free what the filter holds
 * @f: no packet looks at it any more
 *
 * Context: process.
 */
void slb_filter_exit(struct slb_filter *f)
{
	kvfree(f->count);
	f->count = NULL;
}

static u32 slb_filter_hash(const struct in6_addr *addr, bool v6)
{
	return v6 ? slb_filter_hash6(addr) : slb_filter_hash4(addr->s6_addr32[0]);
}

/**
 * slb_filter_add() - one more object has an address
 * @f: the filter
 * @addr: IPv4 in the first word
 * @v6: family
 *
 * Context: any but hard interrupts.
 */
void slb_filter_add(struct slb_filter *f, const struct in6_addr *addr, bool v6)
{
	u32 bit = slb_filter_hash(addr, v6);

	spin_lock_bh(&f->lock);
	if (!f->count[bit]++)
		set_bit(bit, f->bits);
	spin_unlock_bh(&f->lock);
}

/**
 * slb_filter_del() - one object less has an address
 * @f: the filter
 * @addr: as it was added
 * @v6: as it was added
 *
 * Context: any but hard interrupts.
 */
void slb_filter_del(struct slb_filter *f, const struct in6_addr *addr, bool v6)
{
	u32 bit = slb_filter_hash(addr, v6);

	spin_lock_bh(&f->lock);
	if (!WARN_ON_ONCE(!f->count[bit]) && !--f->count[bit])
		clear_bit(bit, f->bits);
	spin_unlock_bh(&f->lock);
}

#ifdef SLB_SELFTEST
#include "selftest/filter.c"
#endif
