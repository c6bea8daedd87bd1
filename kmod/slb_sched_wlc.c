// SPDX-License-Identifier: GPL-2.0-only
/*
 * wlc: the server with the least (256 * active + inactive) / weight; among equals the one that
 * was picked longest ago.
 */
#include "slb_sched_least.h"

static bool slb_sched_wlc_before(const struct slb_srv *a, const struct slb_srv *b)
{
	u64 left = a->sched.key * b->sched.share;
	u64 right = b->sched.key * a->sched.share;

	return left != right ? left < right : a->sched.turn < b->sched.turn;
}

static void slb_sched_wlc_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_least_enter(sched, srv, slb_sched_wlc_before);
}

static void slb_sched_wlc_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_heap_leave(sched, srv, slb_sched_wlc_before);
}

static void slb_sched_wlc_reshare(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	slb_sched_heap_moved(sched, srv, slb_sched_wlc_before);
}

static void slb_sched_wlc_load(struct slb_group *group, struct slb_srv *srv)
{
	slb_sched_least_load(group, srv, &slb_sched_wlc, slb_sched_wlc_before);
}

static struct slb_srv *slb_sched_wlc_pick(struct slb_group *group, struct slb_roster *sched,
					  const struct slb_pkt *pkt)
{
	return slb_sched_least_pick(group, &slb_sched_wlc, slb_sched_wlc_before);
}

const struct slb_sched_ops slb_sched_wlc = {
	.id	= SLB_SCHED_WLC,
	.enter	= slb_sched_wlc_enter,
	.leave	= slb_sched_wlc_leave,
	.reshare = slb_sched_wlc_reshare,
	.load	= slb_sched_wlc_load,
	.pick	= slb_sched_wlc_pick,
};
