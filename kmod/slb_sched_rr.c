// SPDX-License-Identifier: GPL-2.0-only
/*
 * rr: the servers in turn, whatever their weight. No lock: a counter modulo the array of servers
 * that have a weight at all.
 */
#include "slb_sched.h"

static struct slb_srv *slb_sched_rr_pick(struct slb_group *group, struct slb_roster *sched,
					 const struct slb_pkt *pkt)
{
	u32 n = smp_load_acquire(&sched->n);	/* pairs with slb_sched_array_enter() */
	struct slb_srv *srv;

	if (!n)
		return NULL;
	srv = READ_ONCE(sched->srv[(u32)atomic_inc_return_relaxed(&sched->next) % n]);
	/* A server left since @n was read, and the last one moved to its place. */
	if (unlikely(!srv))
		srv = READ_ONCE(sched->srv[0]);
	return srv;
}

const struct slb_sched_ops slb_sched_rr = {
	.id	= SLB_SCHED_RR,
	.enter	= slb_sched_array_enter,
	.leave	= slb_sched_array_leave,
	.pick	= slb_sched_rr_pick,
};
