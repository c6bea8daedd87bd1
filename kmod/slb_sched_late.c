// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the methods do some time after a change, and slow start, in process context under sn->cfg_mutex: one work for
 * a namespace, a list of the groups that want it.
 */
#include <linux/ktime.h>
#include "slb_net.h"
#include "slb_sched.h"

#define SLB_SCHED_LATE_NS	(20 * NSEC_PER_MSEC)	/* then commands have their turn */

/* A group for which there is something to do later still is on the list afterwards. */
static unsigned long slb_sched_late_one(struct slb_net *sn, struct slb_group *group)
{
	struct slb_roster *sched = rcu_dereference_protected(group->sched,
							     lockdep_is_held(&sn->cfg_mutex));
	unsigned long wait = sched->ops->settle ? sched->ops->settle(group, sched) : 0;

	if (group->ramps)
		wait = min_not_zero(wait, (unsigned long)HZ);
	if (wait)
		list_move_tail(&group->late, &sn->late);
	else
		list_del_init(&group->late);
	return wait;
}

/* In that many jiffies, or sooner if it is to be sooner already. */
static void slb_sched_late_in(struct slb_net *sn, unsigned long wait)
{
	struct delayed_work *work = &sn->late_work;

	if (!delayed_work_pending(work) || time_before(jiffies + wait, work->timer.expires))
		mod_delayed_work(system_long_wq, work, wait);
}

/**
 * slb_sched_settle_locked() - servers or weights have changed
 * @group: has a method
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_sched_settle_locked(struct slb_group *group)
{
	unsigned long wait = slb_sched_late_one(group->sn, group);

	if (wait)
		slb_sched_late_in(group->sn, wait);
}

static void slb_sched_late_work(struct work_struct *work)
{
	struct slb_net *sn = container_of(to_delayed_work(work), struct slb_net, late_work);
	u64 end = ktime_get_ns() + SLB_SCHED_LATE_NS;
	unsigned long soonest = 0;
	LIST_HEAD(now);

	mutex_lock(&sn->cfg_mutex);
	list_splice_init(&sn->late, &now);
	while (!list_empty(&now)) {
		struct slb_group *group = list_first_entry(&now, struct slb_group, late);

		if (ktime_get_ns() > end) {
			soonest = 1;
			break;
		}
		slb_sched_ramps_locked(group);
		soonest = min_not_zero(soonest, slb_sched_late_one(sn, group));
	}
	list_splice(&now, &sn->late);	/* first the next time */
	if (soonest)
		slb_sched_late_in(sn, soonest);
	mutex_unlock(&sn->cfg_mutex);
}

/**
 * slb_sched_late_init() - a namespace begins
 * @sn: its balancer
 *
 * Context: process.
 */
void slb_sched_late_init(struct slb_net *sn)
{
	INIT_LIST_HEAD(&sn->late);
	INIT_DELAYED_WORK(&sn->late_work, slb_sched_late_work);
}

/**
 * slb_sched_late_exit() - a namespace ends
 * @sn: its balancer; no group is left
 *
 * Context: process; sleeps.
 */
void slb_sched_late_exit(struct slb_net *sn)
{
	WARN_ON_ONCE(!list_empty(&sn->late));
	cancel_delayed_work_sync(&sn->late_work);
}
