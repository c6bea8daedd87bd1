/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the methods share that choose by the client's address: the hash, and servers in the order of
 * their addresses and ports, whichever was added first.
 *
 * Nothing here depends on the machine, its start or its past: balancers with the same servers and
 * weights choose the same. Therefore the keys are constants.
 */
#ifndef _SLB_SCHED_HASH_H
#define _SLB_SCHED_HASH_H

#include <linux/siphash.h>
#include "slb_lease.h"
#include "slb_pkt.h"
#include "slb_sched.h"

/**
 * struct slb_mh_table - who serves which hash
 * @rcu: once it is replaced
 * @n: servers it was filled for
 * @size: entries, a prime: every step walks through all of them
 * @entry: index in @srv; behind @srv
 * @srv: NULL once the server has left; w: group->lock. A packet that reads a server here is inside
 *	RCU since before the server was struck out, which is before its last reference is put
 */
struct slb_mh_table {
	struct rcu_head		rcu;
	u32			n;
	u32			size;
	u16			*entry;
	struct slb_srv		*srv[];
};

/* By address, then by port. */
static inline int slb_sched_compare(const struct slb_srv *a, const struct slb_srv *b)
{
	int diff = memcmp(&a->ep->key.addr, &b->ep->key.addr, sizeof(a->ep->key.addr));

	return diff ?: memcmp(&a->ep->key.port, &b->ep->key.port, sizeof(a->ep->key.port));
}

/* Of an address and a port, the same on every machine. */
static inline u64 slb_sched_hash(const void *addr, bool v6, __be16 port, const siphash_key_t *key)
{
	if (v6)
		return siphash_3u64(get_unaligned_be64(addr), get_unaligned_be64(addr + 8),
				    be16_to_cpu(port), key);
	return siphash_1u64((u64)get_unaligned_be32(addr) << 16 | be16_to_cpu(port), key);
}

/* Of a packet's client, with its port or without. */
static inline u32 slb_sched_hash_client(const struct slb_pkt *pkt, bool port)
{
	static const siphash_key_t key = { { 0x736c62a0636c6965ull, 0x6e74206164647265ull } };

	return slb_sched_hash(&pkt->tuple.v6[0], pkt->v6, port ? pkt->tuple.sport : 0, &key);
}

u32 slb_sched_sorted_find(const struct slb_roster *sched, const struct slb_srv *srv);
void slb_sched_sorted_enter(struct slb_roster *sched, struct slb_srv *srv, u32 at);
void slb_sched_sorted_leave(struct slb_roster *sched, u32 at);

#endif
