// SPDX-License-Identifier: GPL-2.0-only
/*
 * lc: the server with the least 256 * active + inactive, whatever its weight; among equals the one
 * that was picked longest ago.
 */
#include "slb_sched_least.h"

static bool slb_sched_lc_before(const struct slb_srv *a, const struct slb_srv *b)
{
	return a->sched.key != b->sched.key ? a->sched.key < b->sched.key
					    : a->sched.turn < b->sched.turn;
}

static void slb_sched_lc_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_least_enter(sched, srv, slb_sched_lc_before);
}

static void slb_sched_lc_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_heap_leave(sched, srv, slb_sched_lc_before);
}

static void slb_sched_lc_load(struct slb_group *group, struct slb_srv *srv)
{
	slb_sched_least_load(group, srv, &slb_sched_lc, slb_sched_lc_before);
}

static struct slb_srv *slb_sched_lc_pick(struct slb_group *group, struct slb_roster *sched,
					 const struct slb_pkt *pkt)
{
	return slb_sched_least_pick(group, &slb_sched_lc, slb_sched_lc_before);
}

const struct slb_sched_ops slb_sched_lc = {
	.id	= SLB_SCHED_LC,
	.enter	= slb_sched_lc_enter,
	.leave	= slb_sched_lc_leave,
	.load	= slb_sched_lc_load,
	.pick	= slb_sched_lc_pick,
};
