// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slow start: a server that comes in, because it is new, was up again or had weight 0, counts for little
 * at first and for its whole weight after the group's slow-start time. What counts is
 * srv->sched.share, in parts of SLB_SCHED_PARTS to a weight of 1, so that small weights ramp too; it
 * grows about once a second. Methods that choose by connections or in turns look at it: wrr, wlc, p2c.
 * The others either have no use for weights, or promise the same choice on every balancer.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include "slb_net.h"
#include "slb_sched.h"

/* What counts of the server's weight in the group now. */
static u32 slb_sched_ramp_share(const struct slb_group *group, struct slb_srv *srv, u32 weight)
{
	unsigned long all = group->set.slow_start_s * HZ;
	unsigned long since = jiffies - srv->sched.since;
	u32 share = weight * SLB_SCHED_PARTS;

	if (since >= all)
		srv->sched.ramps = false;
	if (!srv->sched.ramps)
		return share;
	return max_t(u32, weight, div64_ul((u64)share * since, all));
}

/**
 * slb_sched_ramp_locked() - what a server counts for with another weight
 * @group: its group
 * @srv: the server; srv->sched.in says whether it was in so far
 * @weight: its new weight
 * @in: whether it can be picked from now on
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: its share.
 */
u32 slb_sched_ramp_locked(struct slb_group *group, struct slb_srv *srv, u32 weight, bool in)
{
	if (!in) {
		srv->sched.ramps = false;
	} else if (!srv->sched.in && group->set.slow_start_s) {
		srv->sched.since = jiffies;
		srv->sched.ramps = true;
		group->ramps = true;
	}
	return slb_sched_ramp_share(group, srv, weight);
}

/**
 * slb_sched_ramps_locked() - a group's servers count for as much as is due now
 * @group: has a method
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_sched_ramps_locked(struct slb_group *group)
{
	struct slb_srv *srv;

	if (!group->ramps)
		return;
	group->ramps = false;
	list_for_each_entry(srv, &group->servers, list) {
		if (!srv->sched.ramps)
			continue;
		slb_sched_put_locked(group, srv, srv->weight, true);
		group->ramps |= srv->sched.ramps;
	}
}

/**
 * slb_sched_ramp_percent_locked() - how far a server is
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: percent of its weight that count, 100 where it does not ramp.
 */
u32 slb_sched_ramp_percent_locked(const struct slb_srv *srv)
{
	return srv->sched.ramps ? 100ull * srv->sched.share / (srv->weight * SLB_SCHED_PARTS) : 100;
}
