// SPDX-License-Identifier: GPL-2.0-only
/*
 * fo: the server with the highest weight takes all; of equals the one with the lowest address and
 * port, so that every balancer with this configuration takes the same. A heap by weight; its top is
 * kept apart, because it changes in one store while the heap is being rearranged.
 *
 * Where the top cannot be used the next one in this order is, and so on: sched->key has the first
 * SLB_FO_RANKS servers, written after each change. One that leaves is struck out at once.
 */
#include "slb_limit.h"
#include "slb_sched_hash.h"

#define SLB_FO_RANKS	(SLB_LIMIT_SERVERS + 1)

static bool slb_sched_fo_before(const struct slb_srv *a, const struct slb_srv *b)
{
	return a->weight != b->weight ? a->weight > b->weight : slb_sched_compare(a, b) < 0;
}

/* WRITE_ONCE() pairs with slb_sched_fo_pick(). */
static void slb_sched_fo_crown(struct slb_roster *sched)
{
	WRITE_ONCE(sched->top, sched->n ? sched->srv[0] : NULL);
}

static void slb_sched_fo_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_heap_enter(sched, srv, slb_sched_fo_before);
	slb_sched_fo_crown(sched);
}

static u32 slb_fo_ranks(const struct slb_roster *sched)
{
	return min_t(u32, sched->cap, SLB_FO_RANKS);
}

/* Read without a lock: a server that is read here has not left, or its readers are inside RCU. */
static struct slb_srv *slb_fo_ranked(const struct slb_roster *sched, u32 rank)
{
	return (struct slb_srv *)(unsigned long)READ_ONCE(sched->key[rank]);
}

static void slb_sched_fo_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 i;

	for (i = 0; i < slb_fo_ranks(sched); i++)
		if (slb_fo_ranked(sched, i) == srv)
			WRITE_ONCE(sched->key[i], 0);
	slb_sched_heap_leave(sched, srv, slb_sched_fo_before);
	slb_sched_fo_crown(sched);
}

static void slb_sched_fo_weigh(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	slb_sched_heap_moved(sched, srv, slb_sched_fo_before);
	slb_sched_fo_crown(sched);
}

static struct slb_srv *slb_sched_fo_pick(struct slb_group *group, struct slb_roster *sched,
					 const struct slb_pkt *pkt)
{
	return READ_ONCE(sched->top);
}

/*
 * The first ones of the heap in their order: those that may come next are the children of those that
 * have come. Only who holds sn->cfg_mutex changes the heap.
 */
static unsigned long slb_sched_fo_settle(struct slb_group *group, struct slb_roster *sched)
{
	u32 next[SLB_FO_RANKS + 1] = {};
	u32 n = !!sched->n, rank, child, best, i;
	struct slb_srv *srv;

	for (rank = 0; rank < slb_fo_ranks(sched); rank++) {
		if (!n) {
			WRITE_ONCE(sched->key[rank], 0);
			continue;
		}
		for (best = 0, i = 1; i < n; i++)
			if (slb_sched_fo_before(sched->srv[next[i]], sched->srv[next[best]]))
				best = i;
		srv = sched->srv[next[best]];
		child = 2 * next[best] + 1;
		next[best] = next[--n];
		for (i = child; i < child + 2 && i < sched->n; i++)
			next[n++] = i;
		WRITE_ONCE(sched->key[rank], (unsigned long)srv);
	}
	return 0;
}

static struct slb_srv *slb_sched_fo_other(const struct slb_roster *sched, const struct slb_pkt *pkt,
					  const struct slb_srv *chosen, u32 nth)
{
	struct slb_srv *srv;
	u32 rank;

	for (rank = 0; rank < slb_fo_ranks(sched); rank++) {
		srv = slb_fo_ranked(sched, rank);
		if (srv && srv != chosen && !--nth)
			return srv;
	}
	return NULL;
}

const struct slb_sched_ops slb_sched_fo = {
	.id	= SLB_SCHED_FO,
	.enter	= slb_sched_fo_enter,
	.leave	= slb_sched_fo_leave,
	.weigh	= slb_sched_fo_weigh,
	.settle	= slb_sched_fo_settle,
	.pick	= slb_sched_fo_pick,
	.other	= slb_sched_fo_other,
};
