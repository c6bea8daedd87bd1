// SPDX-License-Identifier: GPL-2.0-only
/*
 * The namespace's settings: defaults and changes. Packets read single fields without a lock.
 */
#include <linux/slab.h>
#include "slb_net.h"

static const u32 slb_settings_timeout_s[SLB_STATE_COUNT] = {
	[SLB_STATE_NONE]	= 30,
	[SLB_STATE_SYN_SENT]	= 30,
	[SLB_STATE_SYN_RECV]	= 30,
	[SLB_STATE_ESTABLISHED]	= 900,
	[SLB_STATE_FIN_WAIT]	= 60,
	[SLB_STATE_CLOSE_WAIT]	= 60,
	[SLB_STATE_LAST_ACK]	= 30,
	[SLB_STATE_TIME_WAIT]	= 60,
	[SLB_STATE_CLOSE]	= 10,
	[SLB_STATE_UDP]		= 300,
};

/**
 * slb_settings_init() - defaults
 * @set: zeroed
 *
 * Context: process; nobody else sees @set yet.
 */
void slb_settings_init(struct slb_settings *set)
{
	memcpy(set->timeout_s, slb_settings_timeout_s, sizeof(set->timeout_s));
	set->idle_reset = true;
	set->reclaim_unanswered_s = 3;
	set->reclaim_udp_s = 10;
	set->reclaim_unanswered = slb_tick_from_s(set->reclaim_unanswered_s);
	set->reclaim_udp = slb_tick_from_s(set->reclaim_udp_s);
	set->reset_rate = 1000;
	set->persist_max = SLB_PERSIST_DEFAULT;
}

/**
 * slb_settings_exit() - free what the settings hold
 * @set: no packet reads it any more
 *
 * Context: process.
 */
void slb_settings_exit(struct slb_settings *set)
{
	kvfree(rcu_dereference_protected(set->trusted, true));
	RCU_INIT_POINTER(set->trusted, NULL);
}

/**
 * slb_settings_change_locked() - take over changed settings
 * @sn: the namespace's balancer
 * @new: a changed copy of sn->set; its @trusted and what is in ticks do not count
 *
 * Living connections follow: those that now end earlier are filed again.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_settings_change_locked(struct slb_net *sn, const struct slb_settings *new)
{
	struct slb_settings *set = &sn->set;
	struct slb_svc *svc;
	bool timeouts, earlier = false;

	timeouts = memcmp(set->timeout_s, new->timeout_s, sizeof(set->timeout_s));
	memcpy(set->timeout_s, new->timeout_s, sizeof(set->timeout_s));
	set->reclaim_unanswered_s = new->reclaim_unanswered_s;
	set->reclaim_udp_s = new->reclaim_udp_s;
	WRITE_ONCE(set->reclaim_unanswered, slb_tick_from_s(new->reclaim_unanswered_s));
	WRITE_ONCE(set->reclaim_udp, slb_tick_from_s(new->reclaim_udp_s));
	WRITE_ONCE(set->idle_reset, new->idle_reset);
	if (new->accounting && !sn->acct_used) {
		/* Until the namespace ends: connections keep their counters. */
		static_branch_inc(&slb_acct_key);
		sn->acct_used = true;
	}
	WRITE_ONCE(set->accounting, new->accounting);
	WRITE_ONCE(set->conn_max, new->conn_max);
	WRITE_ONCE(set->reset_rate, new->reset_rate);
	WRITE_ONCE(set->persist_max, new->persist_max);
	WRITE_ONCE(set->fastpath_force, new->fastpath_force);
	slb_net_changed_locked(sn);
	if (!timeouts)
		return;

	list_for_each_entry(svc, &sn->svc_list, list)
		earlier |= slb_svc_resolve_timeouts_locked(svc);
	if (earlier)
		slb_conn_refile_matching(sn, NULL);
}

/**
 * slb_settings_trust_locked() - replace the prefixes whose TOA passes
 * @sn: the namespace's balancer
 * @list: taken over; NULL empties the list
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_settings_trust_locked(struct slb_net *sn, struct slb_prefixes *list)
{
	struct slb_prefixes *old;

	old = rcu_replace_pointer(sn->set.trusted, list, lockdep_is_held(&sn->cfg_mutex));
	kvfree_rcu(old, rcu);
	slb_net_changed_locked(sn);
}
