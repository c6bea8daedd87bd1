/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bystander test: might an address be a service's or a local one of ours (slb_net.filter), or a
 * server's in nat mode (slb_net.nat)? One bit per hash value, no false negatives. An address has as
 * many references as objects that hold it.
 */
#ifndef _SLB_FILTER_H
#define _SLB_FILTER_H

#include <linux/bitops.h>
#include <linux/in6.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define SLB_FILTER_BITS	4096

struct slb_filter {
	unsigned long	bits[SLB_FILTER_BITS / BITS_PER_LONG];	/* r: any, w: @lock */
	spinlock_t	lock;				/* BH off */
	u32		*count;				/* by bit; under @lock */
};

static inline u32 slb_filter_hash4(__be32 addr)
{
	return ((__force u32)addr * 0x9e3779b1u) >> (32 - 12);
}

static inline u32 slb_filter_hash6(const struct in6_addr *addr)
{
	u32 fold = (__force u32)(addr->s6_addr32[0] ^ addr->s6_addr32[1] ^ addr->s6_addr32[2]);

	return slb_filter_hash4((__force __be32)(fold * 31 + (__force u32)addr->s6_addr32[3]));
}

static inline bool slb_filter_hit4(const struct slb_filter *f, __be32 addr)
{
	return test_bit(slb_filter_hash4(addr), f->bits);
}

static inline bool slb_filter_hit6(const struct slb_filter *f, const struct in6_addr *addr)
{
	return test_bit(slb_filter_hash6(addr), f->bits);
}

int slb_filter_init(struct slb_filter *f);
void slb_filter_exit(struct slb_filter *f);
void slb_filter_add(struct slb_filter *f, const struct in6_addr *addr, bool v6);
void slb_filter_del(struct slb_filter *f, const struct in6_addr *addr, bool v6);

#endif
