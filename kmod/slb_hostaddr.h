/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Might an IPv4 address be one of the host's own, or a broadcast address? A cheap answer for nearly
 * every source, so that only the others need a lookup of the local routes.
 */
#ifndef _SLB_HOSTADDR_H
#define _SLB_HOSTADDR_H

#include <linux/notifier.h>
#include "slb_filter.h"

struct net;

/**
 * struct slb_hostaddr - what is known of a namespace's local and broadcast routes
 * @bits: by slb_filter_hash4(); set when a route to one address appears, never cleared
 * @wide: there was a local route to more than one address other than 127.0.0.0/8, or they are unknown
 * @nb: on the namespace's chain of route changes
 */
struct slb_hostaddr {
	unsigned long		bits[SLB_FILTER_BITS / BITS_PER_LONG];
	bool			wide;
	struct notifier_block	nb;
};

/**
 * slb_hostaddr_maybe() - does an address have to be looked up?
 * @host: the namespace's
 * @addr: address
 *
 * Context: any.
 * Return: false if it certainly is neither the host's own nor a broadcast address.
 */
static inline bool slb_hostaddr_maybe(const struct slb_hostaddr *host, __be32 addr)
{
	return READ_ONCE(host->wide) || test_bit(slb_filter_hash4(addr), host->bits);
}

void slb_hostaddr_get(struct slb_hostaddr *host, struct net *net);
void slb_hostaddr_put(struct slb_hostaddr *host, struct net *net);

#endif
