// SPDX-License-Identifier: GPL-2.0-only
/*
 * wrr: smooth weighted round robin as earliest deadline first. A server's deadline lies U32_MAX /
 * share after its last one; the earliest is picked. So each server is picked in even steps, and
 * after any number of picks each has had its share to within one pick.
 *
 * The order is a heap with four children to a node: the keys of siblings lie side by side, and a
 * pick moves the first server down half as many levels as it would in a heap of two. A key is the
 * deadline above the number of the last pick: of servers with the same deadline the one that has
 * waited longest comes first. Both wrap. Deadlines are compared by their difference, which is below
 * 2^32; when the picks' number wraps, some equals are picked in another order once.
 *
 * The order repeats after as many picks as the shares, divided by what divides them all, add up to.
 * When nothing has changed for a while and the cycle is not too long, it is written down; from then
 * on a pick is a counter modulo its length and takes no lock, and the heap rests. Any change throws
 * the cycle away, and the heap goes on where it was.
 */
#include <linux/gcd.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_sched.h"

#define SLB_WRR_TURN_BITS	24
#define SLB_WRR_CHILDREN	4
#define SLB_WRR_CYCLE_MOST	16384u	/* picks; 128 KiB, and a millisecond or so to write down */
#define SLB_WRR_CYCLE_TIME	BIT_ULL(37)
#define SLB_WRR_QUIET		(HZ / 4)

/**
 * struct slb_wrr_cycle - whom picks fall on, one after the other
 * @rcu: once something has changed
 * @n: picks, at least one
 * @srv: the servers; a server leaves the cycle before it leaves the group
 */
struct slb_wrr_cycle {
	struct rcu_head		rcu;
	u32			n;
	struct slb_srv		*srv[];
};

/* Half a step before the end there is the last turn of each server, and half a step behind it the next. */
static_assert(SLB_WRR_CYCLE_TIME / (2 * SLB_WRR_CYCLE_MOST) > 2 * SLB_WRR_CYCLE_MOST + 1);
static_assert(2 * SLB_WRR_CYCLE_TIME < BIT_ULL(63 - SLB_WRR_TURN_BITS));

static u64 slb_wrr_key(u64 deadline, u64 turn)
{
	return deadline << SLB_WRR_TURN_BITS | (turn & (BIT(SLB_WRR_TURN_BITS) - 1));
}

static bool slb_wrr_before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/* WRITE_ONCE() pairs with slb_sched_other_rcu(), which takes no lock. */
static void slb_wrr_place(struct slb_roster *sched, u32 i, struct slb_srv *srv, u64 key)
{
	sched->key[i] = key;
	WRITE_ONCE(sched->srv[i], srv);
}

/* @srv with @key belongs at place @i, which is free, or nearer to the top. */
static void slb_wrr_up(struct slb_roster *sched, u32 i, struct slb_srv *srv, u64 key)
{
	while (i) {
		u32 parent = (i - 1) / SLB_WRR_CHILDREN;

		if (!slb_wrr_before(key, sched->key[parent]))
			break;
		slb_wrr_place(sched, i, sched->srv[parent], sched->key[parent]);
		i = parent;
	}
	slb_wrr_place(sched, i, srv, key);
}

/* The first of up to four siblings from @i on, one of which exists. */
static __always_inline u32 slb_wrr_first(const struct slb_roster *sched, u32 i)
{
	const u64 *key = &sched->key[i];
	u32 left = sched->n - i;
	u32 a, b;

	if (unlikely(left < SLB_WRR_CHILDREN)) {
		for (a = 0, b = 1; b < left; b++)
			a = slb_wrr_before(key[b], key[a]) ? b : a;
		return i + a;
	}
	a = slb_wrr_before(key[1], key[0]);
	b = 2 + slb_wrr_before(key[3], key[2]);
	return i + (slb_wrr_before(key[b], key[a]) ? b : a);
}

/* The same further from the top. */
static void slb_wrr_down(struct slb_roster *sched, u32 i, struct slb_srv *srv, u64 key)
{
	u32 child;

	while ((child = SLB_WRR_CHILDREN * i + 1) < sched->n) {
		child = slb_wrr_first(sched, child);
		if (!slb_wrr_before(sched->key[child], key))
			break;
		slb_wrr_place(sched, i, sched->srv[child], sched->key[child]);
		i = child;
	}
	slb_wrr_place(sched, i, srv, key);
}

/* To where it belongs from place @i, which is its own or free. */
static void slb_wrr_move(struct slb_roster *sched, u32 i, struct slb_srv *srv, u64 key)
{
	if (i && slb_wrr_before(key, sched->key[(i - 1) / SLB_WRR_CHILDREN]))
		slb_wrr_up(sched, i, srv, key);
	else
		slb_wrr_down(sched, i, srv, key);
}

/* Picks keep no count of places; changes by the operator can afford to look. */
static u32 slb_wrr_find(const struct slb_roster *sched, const struct slb_srv *srv)
{
	u32 i = 0;

	while (i < sched->n - 1 && sched->srv[i] != srv)
		i++;
	return i;
}

/* Servers or shares are about to change; under group->lock. */
static void slb_wrr_forget(struct slb_roster *sched)
{
	struct slb_wrr_cycle *old = rcu_dereference_protected(sched->wrr.cycle, true);

	RCU_INIT_POINTER(sched->wrr.cycle, NULL);
	sched->wrr.changed = jiffies;
	sched->wrr.stale = true;
	kvfree_rcu(old, rcu);
}

/* Half a step from now: neither first at once nor last, so that many that enter together mix. */
static void slb_sched_wrr_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 i = sched->n;

	slb_wrr_forget(sched);
	srv->sched.pass = U32_MAX / srv->sched.share;
	slb_sched_array_enter(sched, srv);
	slb_wrr_up(sched, i, srv, slb_wrr_key(sched->clock + srv->sched.pass / 2, sched->turn));
}

static void slb_sched_wrr_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 i = slb_wrr_find(sched, srv);

	slb_wrr_forget(sched);
	WRITE_ONCE(srv->sched.index, i);
	slb_sched_array_leave(sched, srv);
	if (i < sched->n)
		slb_wrr_move(sched, i, sched->srv[i], sched->key[sched->n]);
}

/* What is left of the step shrinks or grows with it, so changing weights often favours nobody. */
static void slb_sched_wrr_reshare(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	u32 i = slb_wrr_find(sched, srv);
	u64 key = sched->key[i];
	u64 left = (key - slb_wrr_key(sched->clock, 0)) >> SLB_WRR_TURN_BITS;

	slb_wrr_forget(sched);
	srv->sched.pass = U32_MAX / srv->sched.share;
	slb_wrr_move(sched, i, srv,
		     slb_wrr_key(sched->clock + div_u64(left * old, srv->sched.share), key));
}

/* The servers as they are, for a heap of their own; picks change their order beside us. */
static struct slb_roster *slb_wrr_copy(struct slb_group *group, const struct slb_roster *sched)
{
	struct slb_roster *copy = slb_sched_alloc(group, sched->ops, sched->n);

	if (!copy)
		return NULL;
	spin_lock_bh(&group->lock);
	memcpy(copy->srv, sched->srv, array_size(sched->n, sizeof(sched->srv[0])));
	copy->n = sched->n;
	spin_unlock_bh(&group->lock);
	return copy;
}

/* Into @unit what divides all shares. Returns how many picks a cycle has; 0: none, or too many. */
static u32 slb_wrr_cycle_length(const struct slb_roster *order, u32 *unit)
{
	u64 sum = 0;
	u32 i;

	*unit = 0;
	for (i = 0; i < order->n; i++) {
		*unit = gcd(*unit, order->srv[i]->sched.share);
		sum += order->srv[i]->sched.share;
	}
	if (!*unit || sum > (u64)SLB_WRR_CYCLE_MOST * *unit)
		return 0;
	return div_u64(sum, *unit);
}

/* A server's k-th turn of w, counted from 0, lies at (k + 1/2) / w of the cycle. */
static u64 slb_wrr_half_step(const struct slb_srv *srv, u32 unit)
{
	return div_u64(SLB_WRR_CYCLE_TIME, 2 * (srv->sched.share / unit));
}

static void slb_wrr_cycle_write(struct slb_wrr_cycle *cycle, struct slb_roster *order, u32 unit)
{
	u64 time;
	u32 i;

	for (i = 0; i < order->n; i++)
		slb_wrr_up(order, i, order->srv[i],
			   slb_wrr_key(slb_wrr_half_step(order->srv[i], unit), i));
	for (i = 0; i < cycle->n; i++) {
		struct slb_srv *srv = order->srv[0];

		cycle->srv[i] = srv;
		time = (order->key[0] >> SLB_WRR_TURN_BITS) + 2 * slb_wrr_half_step(srv, unit);
		slb_wrr_down(order, 0, srv, slb_wrr_key(time, order->n + i));
		if (i % 1024 == 1023)
			cond_resched();
	}
}

static int slb_wrr_cycle_make(struct slb_group *group, struct slb_roster *sched)
{
	struct slb_roster *order = slb_wrr_copy(group, sched);
	struct slb_wrr_cycle *cycle = NULL;
	u32 n, unit;

	if (!order)
		return -ENOMEM;
	n = slb_wrr_cycle_length(order, &unit);
	if (n) {
		cycle = slb_alloc(kvmalloc(struct_size(cycle, srv, n), SLB_GFP_CONFIG));
		if (!cycle) {
			kvfree(order);
			return -ENOMEM;
		}
		cycle->n = n;
		slb_wrr_cycle_write(cycle, order, unit);
	}
	kvfree(order);
	rcu_assign_pointer(sched->wrr.cycle, cycle);	/* it was NULL */
	return 0;
}

static unsigned long slb_sched_wrr_settle(struct slb_group *group, struct slb_roster *sched)
{
	unsigned long quiet = jiffies - sched->wrr.changed;

	if (!sched->wrr.stale)
		return 0;
	if (quiet < SLB_WRR_QUIET)
		return SLB_WRR_QUIET - quiet;
	if (slb_wrr_cycle_make(group, sched))
		return HZ;
	sched->wrr.stale = false;
	return 0;
}

static void slb_sched_wrr_drop(struct slb_group *group, struct slb_roster *sched)
{
	struct slb_wrr_cycle *old = rcu_replace_pointer(sched->wrr.cycle, NULL, true);

	kvfree_rcu(old, rcu);
}

static noinline struct slb_srv *slb_wrr_pick_first(struct slb_group *group)
{
	struct slb_srv *srv = NULL;
	struct slb_roster *sched;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, &slb_sched_wrr);
	if (sched && sched->n) {
		srv = sched->srv[0];
		sched->clock = sched->key[0] >> SLB_WRR_TURN_BITS;
		slb_wrr_down(sched, 0, srv, slb_wrr_key(sched->clock + srv->sched.pass,
							++sched->turn));
	}
	spin_unlock(&group->lock);
	return srv;
}

/* The cycle lives until rcu_read_unlock(), as do the servers in it. */
static struct slb_srv *slb_sched_wrr_pick(struct slb_group *group, struct slb_roster *sched,
					  const struct slb_pkt *pkt)
{
	const struct slb_wrr_cycle *cycle = rcu_dereference(sched->wrr.cycle);

	if (unlikely(!cycle))
		return slb_wrr_pick_first(group);
	return cycle->srv[(u32)atomic_inc_return_relaxed(&sched->next) % cycle->n];
}

/**
 * slb_wrr_peek_rcu() - whom the next pick falls on
 * @group: the group
 * @sched: what it keeps for wrr
 *
 * Context: BH off, inside RCU.
 * Return: a server, valid until rcu_read_unlock(), or NULL.
 */
struct slb_srv *slb_wrr_peek_rcu(struct slb_group *group, const struct slb_roster *sched)
{
	const struct slb_wrr_cycle *cycle = rcu_dereference(sched->wrr.cycle);
	struct slb_srv *srv = NULL;

	if (cycle)
		return cycle->srv[((u32)atomic_read(&sched->next) + 1) % cycle->n];
	spin_lock(&group->lock);
	sched = slb_sched_mine(group, &slb_sched_wrr);
	if (sched && sched->n)
		srv = sched->srv[0];
	spin_unlock(&group->lock);
	return srv;
}

const struct slb_sched_ops slb_sched_wrr = {
	.id	= SLB_SCHED_WRR,
	.enter	= slb_sched_wrr_enter,
	.leave	= slb_sched_wrr_leave,
	.reshare = slb_sched_wrr_reshare,
	.settle	= slb_sched_wrr_settle,
	.drop	= slb_sched_wrr_drop,
	.pick	= slb_sched_wrr_pick,
};
