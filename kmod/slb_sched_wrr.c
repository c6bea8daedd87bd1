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
 */
#include <linux/math64.h>
#include "slb_sched.h"

#define SLB_WRR_TURN_BITS	24
#define SLB_WRR_CHILDREN	4

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

/* Half a step from now: neither first at once nor last, so that many that enter together mix. */
static void slb_sched_wrr_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 i = sched->n;

	srv->sched.pass = U32_MAX / srv->sched.share;
	slb_sched_array_enter(sched, srv);
	slb_wrr_up(sched, i, srv, slb_wrr_key(sched->clock + srv->sched.pass / 2, sched->turn));
}

static void slb_sched_wrr_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 i = slb_wrr_find(sched, srv);

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

	srv->sched.pass = U32_MAX / srv->sched.share;
	slb_wrr_move(sched, i, srv,
		     slb_wrr_key(sched->clock + div_u64(left * old, srv->sched.share), key));
}

static struct slb_srv *slb_sched_wrr_pick(struct slb_group *group, struct slb_roster *sched,
					  const struct slb_pkt *pkt)
{
	struct slb_srv *srv = NULL;

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

const struct slb_sched_ops slb_sched_wrr = {
	.id	= SLB_SCHED_WRR,
	.enter	= slb_sched_wrr_enter,
	.leave	= slb_sched_wrr_leave,
	.reshare = slb_sched_wrr_reshare,
	.pick	= slb_sched_wrr_pick,
};
