// SPDX-License-Identifier: GPL-2.0-only
/*
 * wrr: smooth weighted round robin as earliest deadline first. A server's deadline lies U32_MAX /
 * weight after its last one; the earliest is picked. So each server is picked in even steps, and
 * after any number of picks each has had its share to within one pick.
 *
 * Deadlines wrap; they are compared by their difference, which is below 2^32.
 */
#include <linux/math64.h>
#include "slb_sched.h"

static bool slb_sched_wrr_before(const struct slb_srv *a, const struct slb_srv *b)
{
	s64 diff = (s64)(a->sched.key - b->sched.key);

	return diff ? diff < 0 : a->sched.turn < b->sched.turn;
}

/* Half a step from now: neither first at once nor last, so that many that enter together mix. */
static void slb_sched_wrr_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	srv->sched.pass = U32_MAX / srv->weight;
	srv->sched.key = sched->clock + srv->sched.pass / 2;
	srv->sched.turn = sched->turn;
	slb_sched_heap_enter(sched, srv, slb_sched_wrr_before);
}

static void slb_sched_wrr_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_heap_leave(sched, srv, slb_sched_wrr_before);
}

/* What is left of the step shrinks or grows with it, so changing weights often favours nobody. */
static void slb_sched_wrr_weigh(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	u64 left = srv->sched.key - sched->clock;

	srv->sched.pass = U32_MAX / srv->weight;
	srv->sched.key = sched->clock + div_u64(left * old, srv->weight);
	slb_sched_heap_moved(sched, srv, slb_sched_wrr_before);
}

static struct slb_srv *slb_sched_wrr_pick(struct slb_group *group, struct slb_roster *sched,
					  const struct slb_pkt *pkt)
{
	struct slb_srv *srv = NULL;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, &slb_sched_wrr);
	if (sched && sched->n) {
		srv = sched->srv[0];
		sched->clock = srv->sched.key;
		srv->sched.key += srv->sched.pass;
		srv->sched.turn = ++sched->turn;
		slb_sched_heap_moved(sched, srv, slb_sched_wrr_before);
	}
	spin_unlock(&group->lock);
	return srv;
}

const struct slb_sched_ops slb_sched_wrr = {
	.id	= SLB_SCHED_WRR,
	.enter	= slb_sched_wrr_enter,
	.leave	= slb_sched_wrr_leave,
	.weigh	= slb_sched_wrr_weigh,
	.pick	= slb_sched_wrr_pick,
};
