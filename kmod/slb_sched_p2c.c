// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2c: of two servers drawn at random the one with the fewer connections for its weight. A server
 * is drawn as often as its weight says, the second among all but the first. No lock.
 *
 * The running sums of what weights count for (slb_sched_ramp.c) are kept as a Fenwick tree in
 * sched->key: the sum of all is its last word; drawing and changing one cost O(log n). A draw that
 * meets a change may come to any server, or to none: then the first one is taken.
 */
#include <linux/math64.h>
#include <linux/random.h>
#include "slb_sched_least.h"

/* WRITE_ONCE() pairs with slb_p2c_at(). */
static void slb_p2c_add(struct slb_roster *sched, u32 i, s64 share)
{
	for (i++; i <= sched->cap; i += i & -i)
		WRITE_ONCE(sched->key[i - 1], sched->key[i - 1] + share);
}

/* The place where the running sum first exceeds @point; @before: the sum of those before it. */
static u32 slb_p2c_at(const struct slb_roster *sched, u64 point, u64 *before)
{
	u32 step, i = 0;
	u64 sum = 0;

	for (step = sched->cap; step; step >>= 1) {
		u64 part = i + step <= sched->cap ? READ_ONCE(sched->key[i + step - 1]) : U64_MAX;

		if (part <= point - sum) {
			i += step;
			sum += part;
		}
	}
	*before = sum;
	return min(i, sched->cap - 1);
}

static u64 slb_p2c_below(u64 n)
{
	return mul_u64_u32_shr(n, get_random_u32(), 32);
}

static void slb_sched_p2c_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_array_enter(sched, srv);
	slb_p2c_add(sched, srv->sched.index, srv->sched.share);
}

static void slb_sched_p2c_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 last = sched->n - 1;
	u32 i = srv->sched.index;
	s64 moves = i == last ? 0 : sched->srv[last]->sched.share;

	slb_sched_array_leave(sched, srv);
	slb_p2c_add(sched, i, moves - srv->sched.share);
	if (moves)
		slb_p2c_add(sched, last, -moves);
}

static void slb_sched_p2c_reshare(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	slb_p2c_add(sched, srv->sched.index, (s64)srv->sched.share - old);
}

static void slb_sched_p2c_grown(struct slb_roster *sched)
{
	u32 i;

	memset(sched->key, 0, array_size(sched->cap, sizeof(*sched->key)));
	for (i = 0; i < sched->n; i++)
		slb_p2c_add(sched, i, sched->srv[i]->sched.share);
}

static struct slb_srv *slb_sched_p2c_pick(struct slb_group *group, struct slb_roster *sched,
					  const struct slb_pkt *pkt)
{
	u64 total = READ_ONCE(sched->key[sched->cap - 1]);
	u64 point, before, ignored;
	struct slb_srv *a, *b;
	u32 share;

	if (!total)
		return NULL;
	a = READ_ONCE(sched->srv[slb_p2c_at(sched, slb_p2c_below(total), &before)]);
	if (unlikely(!a))
		return READ_ONCE(sched->srv[0]);
	share = READ_ONCE(a->sched.share);
	if (share >= total)
		return a;
	point = slb_p2c_below(total - share);
	if (point >= before)
		point += share;	/* behind the first one */
	b = READ_ONCE(sched->srv[slb_p2c_at(sched, point, &ignored)]);
	if (!b)
		return a;
	return slb_sched_load_of(b) * share < slb_sched_load_of(a) * READ_ONCE(b->sched.share) ? b : a;
}

const struct slb_sched_ops slb_sched_p2c = {
	.id	= SLB_SCHED_P2C,
	.enter	= slb_sched_p2c_enter,
	.leave	= slb_sched_p2c_leave,
	.reshare = slb_sched_p2c_reshare,
	.grown	= slb_sched_p2c_grown,
	.pick	= slb_sched_p2c_pick,
};
