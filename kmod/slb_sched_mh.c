// SPDX-License-Identifier: GPL-2.0-only
/*
 * mh: Maglev hashing of the client's address; mh-port: of its address and port. A table with a prime
 * number of entries names a server for each value of the hash. Each server has its own permutation of
 * the entries; the servers take turns, in which each takes the first entry of its permutation that is
 * free, until none is. So each has its share to within an entry or so, and when one goes, little but
 * its own entries changes hands.
 *
 * With weights, turns come as in wrr: a server's next one lies 1 / weight after its last. The first
 * lies half a step from the start, so that shares are rounded to the nearest entry, but never so late
 * that the server would get none. Permutations follow from the servers' addresses, and so does the
 * order among equals: neither the order in which servers were added nor the machine matters.
 *
 * The table is filled anew after a change, in process context, which takes some milliseconds
 * whatever the number of servers (more if it is a larger one), and published by RCU. Many changes in a row share a filling: after
 * SLB_MH_BURST of filling, the next ones wait until no more than one part in SLB_MH_PART of the time
 * has been spent so. Until then the old table serves. A server that has left is struck out of it at
 * once; clients whose entry is struck out go to the server of the next entry that is not.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_sched_hash.h"

#define SLB_MH_SERVERS	32768u		/* the most in any table */
#define SLB_MH_FREE	U16_MAX
#define SLB_MH_TRIES	8		/* entries that are looked at when the first ones are struck out */
#define SLB_MH_STEP	BIT_ULL(27)	/* between turns of a server with weight 1 */
#define SLB_MH_RANK	16		/* bits; order among equal turns */
#define SLB_MH_CHILDREN	4
#define SLB_MH_PART	8
#define SLB_MH_BURST	(250 * NSEC_PER_MSEC)
#define SLB_MH_NO_SLOT	U32_MAX

#define SLB_MH_SIZE_BITS	20	/* the largest table */

static_assert(SLB_MH_SERVERS <= SLB_MH_FREE && SLB_MH_SERVERS <= BIT(SLB_MH_RANK));
static_assert(SLB_MH_STEP << SLB_MH_SIZE_BITS <= BIT_ULL(63 - SLB_MH_RANK));

/* Where in its permutation a server is. */
struct slb_mh_row {
	u32			next;
	u32			skip;
	u64			step;	/* between its turns */
};

/**
 * struct slb_mh_fill - what filling a table needs
 * @table: the new table
 * @n: servers it is big enough for
 * @turn: heap of (time of the next turn << SLB_MH_RANK | index in @row)
 * @row: by server
 */
struct slb_mh_fill {
	struct slb_mh_table	*table;
	u32			n;
	u64			*turn;
	struct slb_mh_row	row[];
};

/* How many servers can have an entry each, and half a table to share. */
static u32 slb_mh_servers(const struct slb_roster *sched)
{
	return min(sched->mh.size / 2, SLB_MH_SERVERS);
}

static struct slb_mh_table *slb_mh_table_alloc(u32 size, u32 n)
{
	struct slb_mh_table *table;

	table = slb_alloc(kvmalloc(size_add(struct_size(table, srv, n),
					    array_size(size, sizeof(*table->entry))), SLB_GFP_CONFIG));
	if (!table)
		return NULL;
	table->size = size;
	table->entry = (u16 *)&table->srv[n];
	return table;
}

static void slb_mh_fill_free(struct slb_roster *sched)
{
	if (sched->mh.fill)
		kvfree(sched->mh.fill->table);
	kvfree(sched->mh.fill);
	sched->mh.fill = NULL;
}

/* Before a change, so that it can be refused. What is left over goes when the table is filled. */
static int slb_sched_mh_ready(struct slb_roster *sched, u32 n)
{
	struct slb_mh_fill *fill = sched->mh.fill;

	if (!n)
		return 0;
	/* With room to spare: adding servers one by one does not take as many allocations. */
	n = min_t(unsigned long, roundup_pow_of_two(n), slb_mh_servers(sched));
	if (fill && fill->n >= n)
		return 0;
	slb_mh_fill_free(sched);
	fill = slb_alloc(kvmalloc(size_add(struct_size(fill, row, n),
					   array_size(n, sizeof(*fill->turn))), SLB_GFP_CONFIG));
	if (!fill)
		return -ENOMEM;
	fill->n = n;
	fill->turn = (u64 *)&fill->row[n];
	fill->table = slb_mh_table_alloc(sched->mh.size, n);
	if (!fill->table) {
		kvfree(fill);
		return -ENOMEM;
	}
	sched->mh.fill = fill;
	return 0;
}

/* @turn belongs at place @i of the heap, which is free, or further from the top. */
static void slb_mh_down(struct slb_mh_fill *fill, u32 n, u32 i, u64 turn)
{
	u32 child;

	while ((child = SLB_MH_CHILDREN * i + 1) < n) {
		u32 end = min(child + SLB_MH_CHILDREN, n);
		u32 first = child;

		while (++child < end)
			if (fill->turn[child] < fill->turn[first])
				first = child;
		if (turn <= fill->turn[first])
			break;
		fill->turn[i] = fill->turn[first];
		i = first;
	}
	fill->turn[i] = turn;
}

/* The servers of @table, each at the start of its permutation; their first turns as a heap. */
static void slb_mh_start(struct slb_mh_fill *fill)
{
	static const siphash_key_t key = { { 0x736c62a06d61676cull, 0x65762073657276ull } };
	struct slb_mh_table *table = fill->table;
	u64 weights = 0, end;
	u32 i;

	for (i = 0; i < table->n; i++)
		weights += table->srv[i]->weight;
	end = div64_u64(table->size * SLB_MH_STEP, weights);
	for (i = 0; i < table->n; i++) {
		const struct slb_ep_key *ep = &table->srv[i]->ep->key;
		u64 hash = slb_sched_hash(&ep->addr, ep->v6, ep->port, &key);
		struct slb_mh_row *row = &fill->row[i];

		row->next = (u32)hash % table->size;
		row->skip = (u32)(hash >> 32) % (table->size - 1) + 1;
		row->step = div_u64(SLB_MH_STEP, table->srv[i]->weight) << SLB_MH_RANK;
		fill->turn[i] = min(row->step >> SLB_MH_RANK, end) / 2 << SLB_MH_RANK | i;
	}
	for (i = table->n / SLB_MH_CHILDREN + 1; i--;)
		if (i < table->n)
			slb_mh_down(fill, table->n, i, fill->turn[i]);
}

static void slb_mh_take_turns(struct slb_mh_fill *fill)
{
	struct slb_mh_table *table = fill->table;
	u32 taken;

	memset(table->entry, 0xff, array_size(table->size, sizeof(*table->entry)));
	for (taken = 0; taken < table->size; taken++) {
		u64 turn = fill->turn[0];
		u16 i = turn & (BIT(SLB_MH_RANK) - 1);
		struct slb_mh_row *row = &fill->row[i];
		u32 at = row->next;

		while (table->entry[at] != SLB_MH_FREE) {
			at += row->skip;
			if (at >= table->size)
				at -= table->size;
		}
		table->entry[at] = i;
		row->next = at;
		slb_mh_down(fill, table->n, 0, turn + row->step);
		if (taken % 16384 == 16383)
			cond_resched();
	}
}

static struct slb_mh_table *slb_mh_table_locked(const struct slb_group *group,
						const struct slb_roster *sched)
{
	return rcu_dereference_protected(sched->mh.table,
					 lockdep_is_held(&group->sn->cfg_mutex));
}

static void slb_mh_publish(struct slb_group *group, struct slb_roster *sched,
			   struct slb_mh_table *table)
{
	struct slb_mh_table *old = slb_mh_table_locked(group, sched);

	rcu_assign_pointer(sched->mh.table, table);
	sched->mh.stale = false;
	kvfree_rcu(old, rcu);
}

/* sn->cfg_mutex keeps servers and weights as they are; packets only read. */
static void slb_mh_fill_table(struct slb_group *group, struct slb_roster *sched)
{
	struct slb_mh_fill *fill = sched->mh.fill;
	struct slb_mh_table *table = fill->table;
	u32 i;

	table->n = min(sched->n, slb_mh_servers(sched));
	for (i = 0; i < table->n; i++) {
		table->srv[i] = sched->srv[i];
		table->srv[i]->sched.pass = i;
	}
	slb_mh_start(fill);
	slb_mh_take_turns(fill);
	fill->table = NULL;
	slb_mh_publish(group, sched, table);
}

/* After a change: a new table, if it is time for one. Returns after how many jiffies to come again. */
static unsigned long slb_sched_mh_settle(struct slb_group *group, struct slb_roster *sched)
{
	struct slb_mh *mh = &sched->mh;
	u64 start = ktime_get_ns();

	if (mh->stale && !sched->n)
		slb_mh_publish(group, sched, NULL);
	if (mh->stale) {
		mh->due = max(mh->due, start);
		if (mh->due - start > SLB_MH_BURST)
			return nsecs_to_jiffies(mh->due - start - SLB_MH_BURST) + 1;
		if (slb_sched_mh_ready(sched, sched->n))
			return HZ;
		slb_mh_fill_table(group, sched);
		mh->due += SLB_MH_PART * (ktime_get_ns() - start);
	}
	slb_mh_fill_free(sched);
	return 0;
}

static void slb_sched_mh_drop(struct slb_group *group, struct slb_roster *sched)
{
	struct slb_mh_table *old = rcu_replace_pointer(sched->mh.table, NULL, true);

	slb_mh_fill_free(sched);
	kvfree_rcu(old, rcu);
}

static void slb_sched_mh_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_sorted_enter(sched, srv, slb_sched_sorted_find(sched, srv));
	srv->sched.pass = SLB_MH_NO_SLOT;
	sched->mh.stale = true;
}

/* Callers hold sn->cfg_mutex too: the table is the present one. */
static void slb_sched_mh_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	struct slb_mh_table *table = rcu_dereference_protected(sched->mh.table, true);

	slb_sched_sorted_leave(sched, slb_sched_sorted_find(sched, srv));
	if (table && srv->sched.pass != SLB_MH_NO_SLOT)
		WRITE_ONCE(table->srv[srv->sched.pass], NULL);
	sched->mh.stale = true;
}

static void slb_sched_mh_weigh(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	sched->mh.stale = true;
}

/* There is no table yet, or those it names have left: any server, by the hash. */
static noinline struct slb_srv *slb_mh_any(const struct slb_roster *sched, u32 hash)
{
	u32 n = smp_load_acquire(&sched->n);	/* pairs with slb_sched_sorted_enter() */

	return n ? READ_ONCE(sched->srv[hash % n]) ?: READ_ONCE(sched->srv[0]) : NULL;
}

static __always_inline struct slb_srv *slb_mh_pick(const struct slb_roster *sched, u32 hash)
{
	const struct slb_mh_table *table = rcu_dereference(sched->mh.table);
	struct slb_srv *srv;
	unsigned int i;

	for (i = 0; i < SLB_MH_TRIES && table; i++) {
		u32 at = reciprocal_scale(hash, table->size) + i;

		srv = READ_ONCE(table->srv[table->entry[at < table->size ? at : at - table->size]]);
		if (likely(srv))
			return srv;
	}
	return slb_mh_any(sched, hash);
}

/*
 * In the place of a server that cannot be used: the one that another hash of the client leads to, so
 * that its clients are shared by weight and each keeps to its own substitute. Then all in an order that
 * follows from the hash too, for which a prime above the number of servers is the step.
 */
static struct slb_srv *slb_mh_other(const struct slb_roster *sched, u32 hash,
				    const struct slb_srv *chosen, u32 nth)
{
	static const u32 steps[] = { 65537, 65539, 65543, 65551, 65557, 65563, 65579, 65581 };
	u32 again = (hash ^ hash >> 15) * GOLDEN_RATIO_32;
	u32 n = smp_load_acquire(&sched->n);	/* pairs with slb_sched_sorted_enter() */
	struct slb_srv *first = slb_mh_pick(sched, again);
	struct slb_srv *srv;
	u64 at;

	if (nth == 1 || !n)
		return first;
	at = again + (u64)(nth - 2) * steps[hash % ARRAY_SIZE(steps)];
	srv = READ_ONCE(sched->srv[do_div(at, n)]);
	return srv == first ? (struct slb_srv *)chosen : srv;	/* that was tried */
}

static struct slb_srv *slb_sched_mh_other(const struct slb_roster *sched, const struct slb_pkt *pkt,
					  const struct slb_srv *chosen, u32 nth)
{
	return slb_mh_other(sched, slb_sched_hash_client(pkt, false), chosen, nth);
}

static struct slb_srv *slb_sched_mh_port_other(const struct slb_roster *sched,
					       const struct slb_pkt *pkt,
					       const struct slb_srv *chosen, u32 nth)
{
	return slb_mh_other(sched, slb_sched_hash_client(pkt, true), chosen, nth);
}

static struct slb_srv *slb_sched_mh_pick(struct slb_group *group, struct slb_roster *sched,
					 const struct slb_pkt *pkt)
{
	return slb_mh_pick(sched, slb_sched_hash_client(pkt, false));
}

static struct slb_srv *slb_sched_mh_port_pick(struct slb_group *group, struct slb_roster *sched,
					      const struct slb_pkt *pkt)
{
	return slb_mh_pick(sched, slb_sched_hash_client(pkt, true));
}

const struct slb_sched_ops slb_sched_mh = {
	.id	= SLB_SCHED_MH,
	.enter	= slb_sched_mh_enter,
	.leave	= slb_sched_mh_leave,
	.weigh	= slb_sched_mh_weigh,
	.ready	= slb_sched_mh_ready,
	.settle	= slb_sched_mh_settle,
	.drop	= slb_sched_mh_drop,
	.pick	= slb_sched_mh_pick,
	.other	= slb_sched_mh_other,
};

const struct slb_sched_ops slb_sched_mh_port = {
	.id	= SLB_SCHED_MH_PORT,
	.enter	= slb_sched_mh_enter,
	.leave	= slb_sched_mh_leave,
	.weigh	= slb_sched_mh_weigh,
	.ready	= slb_sched_mh_ready,
	.settle	= slb_sched_mh_settle,
	.drop	= slb_sched_mh_drop,
	.pick	= slb_sched_mh_port_pick,
	.other	= slb_sched_mh_port_other,
};
