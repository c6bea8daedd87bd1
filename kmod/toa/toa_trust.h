/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_TRUST_H
#define _SLB_TOA_TRUST_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct slb_toa_prefix - an address prefix
 * @hi: the first 64 bits in host order; an IPv4 address is the upper half
 * @lo: the last 64 bits in host order; 0 for IPv4
 * @family: AF_INET or AF_INET6
 * @len: length in bits
 */
struct slb_toa_prefix {
	u64	hi;
	u64	lo;
	u8	family;
	u8	len;
};

/**
 * struct slb_toa_trust - a trust list; never changes, is replaced whole
 * @rcu: for freeing
 * @nr: prefixes in all
 * @nr_v4: length of @v4
 * @nr_v6: length of @v6
 * @v4: the IPv4 prefixes that no other one covers, ascending
 * @v6: the IPv6 prefixes that no other one covers, ascending
 * @all: every prefix: IPv4 first, ascending by address and length
 */
struct slb_toa_trust {
	struct rcu_head		rcu;
	u32			nr;
	u32			nr_v4;
	u32			nr_v6;
	struct slb_toa_prefix	*v4;
	struct slb_toa_prefix	*v6;
	struct slb_toa_prefix	all[];
};

int slb_toa_prefix_set(struct slb_toa_prefix *prefix, const void *addr,
		       u8 family, u8 len);
void slb_toa_prefix_addr(const struct slb_toa_prefix *prefix, void *addr);
int slb_toa_prefix_parse(struct slb_toa_prefix *prefix, const char *text);

struct slb_toa_trust *slb_toa_trust_create(const struct slb_toa_prefix *list,
					   u32 nr);
struct slb_toa_trust *slb_toa_trust_add(const struct slb_toa_trust *trust,
					const struct slb_toa_prefix *prefix);
struct slb_toa_trust *slb_toa_trust_del(const struct slb_toa_trust *trust,
					const struct slb_toa_prefix *prefix);
bool slb_toa_trust_match(const struct slb_toa_trust *trust, const void *addr,
			 u8 family);

#endif /* _SLB_TOA_TRUST_H */
