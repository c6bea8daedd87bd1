// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a scheduling method would choose next, for somebody who only asks: nothing moves. A method
 * without a state of its own is simply asked.
 */
#include "slb_net.h"
#include "slb_sched_least.h"

static struct slb_srv *slb_sched_peek_rr(const struct slb_roster *sched)
{
	u32 n = smp_load_acquire(&sched->n);	/* pairs with slb_sched_array_enter() */

	if (!n)
		return NULL;
	return READ_ONCE(sched->srv[((u32)atomic_read(&sched->next) + 1) % n]);
}

/*
 * The least load, with wlc by weight; of equals the one that was picked longest ago. Under
 * group->lock.
 */
static struct slb_srv *slb_sched_peek_least(const struct slb_roster *sched)
{
	bool weighted = sched->ops->id == SLB_SCHED_WLC;
	struct slb_srv *best = NULL;
	u64 left, right;
	u32 i;

	for (i = 0; i < sched->n; i++) {
		struct slb_srv *srv = sched->srv[i];

		if (!best) {
			best = srv;
			continue;
		}
		left = slb_sched_load_of(srv) * (weighted ? best->weight : 1);
		right = slb_sched_load_of(best) * (weighted ? srv->weight : 1);
		if (left < right || (left == right && srv->sched.turn < best->sched.turn))
			best = srv;
	}
	return best;
}

static struct slb_srv *slb_sched_peek_ordered(struct slb_group *group,
					      const struct slb_sched_ops *ops)
{
	struct slb_srv *srv = NULL;
	struct slb_roster *sched;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, ops);
	if (sched && sched->n)
		srv = slb_sched_peek_least(sched);
	spin_unlock(&group->lock);
	return srv;
}

/**
 * slb_sched_peek_rcu() - which server would a new connection get?
 * @group: the service's group
 * @pkt: says who the client is; has no packet
 *
 * Connections that open meanwhile change the answer. Walks over all servers where the method keeps
 * only what a choice needs.
 *
 * Context: BH off, inside RCU.
 * Return: a server, valid until rcu_read_unlock(), or NULL.
 */
struct slb_srv *slb_sched_peek_rcu(struct slb_group *group, const struct slb_pkt *pkt)
{
	struct slb_roster *sched = rcu_dereference(group->sched);

	if (!sched)
		return NULL;
	switch (sched->ops->id) {
	case SLB_SCHED_RR:
		return slb_sched_peek_rr(sched);
	case SLB_SCHED_WRR:
		return slb_wrr_peek_rcu(group, sched);
	case SLB_SCHED_LC:
	case SLB_SCHED_WLC:
		return slb_sched_peek_ordered(group, sched->ops);
	default:
		return sched->ops->pick(group, sched, pkt);
	}
}
