// SPDX-License-Identifier: GPL-2.0-only
/*
 * fo: the server with the highest weight takes all; of equals the one with the lowest address and
 * port, so that every balancer with this configuration takes the same. A heap by weight; its top is
 * kept apart, because it changes in one store while the heap is being rearranged.
 */
#include "slb_sched_hash.h"

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

static void slb_sched_fo_leave(struct slb_roster *sched, struct slb_srv *srv)
{
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

const struct slb_sched_ops slb_sched_fo = {
	.id	= SLB_SCHED_FO,
	.enter	= slb_sched_fo_enter,
	.leave	= slb_sched_fo_leave,
	.weigh	= slb_sched_fo_weigh,
	.pick	= slb_sched_fo_pick,
};
