// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of connections whose server takes no new ones: it is down, has weight 0 or was
 * removed. They are kept, or have a time to end by themselves, after which both ends are reset.
 *
 * A server that was removed and may still drain stays in its group, for the configuration to see and
 * to take back, and in sn->draining; so does one of weight 0 with a time to end. A work looks at
 * these once a second. They stay there when their service has moved and taken the group out of the
 * configuration.
 *
 * "gone" is set before the walk that resets, and stays set until the server is usable again: a packet
 * that chose it before looks at the mark once its connection is linked (slb_open.c).
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include "slb_net.h"
#include "slb_nl.h"

#define SLB_DRAIN_PERIOD	HZ

static u32 slb_drain_delay(const struct slb_srv *srv)
{
	return srv->draining ? srv->group->set.removal_delay : srv->group->set.zero_delay;
}

static u64 slb_drain_deadline(const struct slb_srv *srv)
{
	return srv->since + (u64)slb_drain_delay(srv) * HZ;
}

static bool slb_drain_is_due(const struct slb_srv *srv)
{
	return slb_drain_delay(srv) != SLB_DELAY_KEEP &&
	       time_after_eq64(get_jiffies_64(), slb_drain_deadline(srv));
}

/**
 * slb_drain_left_locked() - until when a server's connections may stay
 * @srv: a server that drains, or has weight 0
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: seconds, SLB_DELAY_KEEP if they may stay for ever.
 */
u32 slb_drain_left_locked(const struct slb_srv *srv)
{
	u64 now = get_jiffies_64();

	if (slb_drain_delay(srv) == SLB_DELAY_KEEP)
		return SLB_DELAY_KEEP;
	if (slb_drain_is_due(srv))
		return 0;
	return div_u64(slb_drain_deadline(srv) - now + HZ - 1, HZ);
}

static void slb_drain_watch(struct slb_srv *srv)
{
	if (list_empty(&srv->drain))
		list_add_tail(&srv->drain, &srv->sn->draining);
	schedule_delayed_work(&srv->sn->drain_work, SLB_DRAIN_PERIOD);
}

/* Is it down and its connections not to outlive that? A datagram never sticks to a dead end. */
static bool slb_drain_is_down(const struct slb_srv *srv)
{
	return srv->down && (srv->group->set.on_down == SLB_ON_DOWN_RESET ||
			     srv->group->proto == IPPROTO_UDP);
}

/**
 * slb_drain_review_locked() - a server or its group's settings changed
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if slb_drain_reset_locked() is to follow.
 */
bool slb_drain_review_locked(struct slb_srv *srv)
{
	u32 delay = slb_drain_delay(srv);
	bool ends = srv->draining || !srv->weight;

	if (srv->usable) {
		WRITE_ONCE(srv->gone, false);
		list_del_init(&srv->drain);
		return false;
	}
	if (slb_drain_is_down(srv) || (ends && !delay)) {
		if (srv->draining)
			slb_drain_watch(srv);
		else
			list_del_init(&srv->drain);
		if (srv->gone)
			return false;	/* done when it became so */
		WRITE_ONCE(srv->gone, true);
		return true;
	}
	if (srv->draining || (ends && delay != SLB_DELAY_KEEP))
		slb_drain_watch(srv);
	else
		list_del_init(&srv->drain);
	return false;
}

/**
 * slb_drain_reset_locked() - reset the connections of the servers that are marked gone
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_drain_reset_locked(struct slb_net *sn)
{
	smp_mb();	/* "gone" before the walk; pairs with slb_open_go() */
	slb_conn_reset_gone(sn);
}

/**
 * slb_drain_begin_locked() - a server was removed and may drain
 * @srv: the server; no new connection chooses it
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_drain_begin_locked(struct slb_srv *srv)
{
	srv->since = get_jiffies_64();
	srv->grace = get_state_synchronize_rcu();
	smp_mb();	/* "draining" before the bonds are forgotten; pairs with slb_persist.c */
	slb_drain_watch(srv);
}

/**
 * slb_drain_leave_locked() - a server's group goes, its connections stay
 * @srv: the server
 *
 * They keep the time that they have, if they have one: then the list has a reference to the server.
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_drain_leave_locked(struct slb_srv *srv)
{
	if (list_empty(&srv->drain))
		return;
	if (slb_drain_delay(srv) == SLB_DELAY_KEEP || !slb_srv_get(srv)) {
		list_del_init(&srv->drain);
		return;
	}
	srv->left = true;
	srv->grace = get_state_synchronize_rcu();
}

/*
 * No connection holds it, and no packet can still choose it. The reference that is left is the
 * group's, or the list's.
 */
static bool slb_drain_is_empty(const struct slb_srv *srv)
{
	return refcount_read(&srv->ref) == 1 && poll_state_synchronize_rcu(srv->grace);
}

static void slb_drain_finish_locked(struct slb_srv *srv)
{
	list_del_init(&srv->drain);
	if (srv->left) {
		slb_srv_put(srv);
		return;
	}
	if (!srv->draining)
		return;
	WRITE_ONCE(srv->gone, true);
	slb_nl_srv_notify_drained(srv);
	slb_net_changed_locked(srv->sn);
	slb_group_unlink_locked(srv);
	slb_srv_put(srv);
}

static void slb_drain_work(struct work_struct *work)
{
	struct slb_net *sn = container_of(to_delayed_work(work), struct slb_net, drain_work);
	struct slb_srv *srv, *next;
	bool any = false;

	mutex_lock(&sn->cfg_mutex);
	list_for_each_entry(srv, &sn->draining, drain) {
		if (!slb_drain_is_due(srv))
			continue;
		WRITE_ONCE(srv->gone, true);
		any = true;
	}
	if (any)
		slb_drain_reset_locked(sn);
	list_for_each_entry_safe(srv, next, &sn->draining, drain) {
		if (slb_drain_is_due(srv) ||
		    ((srv->draining || srv->left) && slb_drain_is_empty(srv)))
			slb_drain_finish_locked(srv);
	}
	if (!list_empty(&sn->draining))
		schedule_delayed_work(&sn->drain_work, SLB_DRAIN_PERIOD);
	mutex_unlock(&sn->cfg_mutex);
}

/**
 * slb_drain_init() - nothing drains yet
 * @sn: the namespace's balancer
 *
 * Context: process.
 */
void slb_drain_init(struct slb_net *sn)
{
	INIT_LIST_HEAD(&sn->draining);
	INIT_DELAYED_WORK(&sn->drain_work, slb_drain_work);
}

/**
 * slb_drain_stop() - the namespace goes
 * @sn: the namespace's balancer; no request comes any more
 *
 * Context: process, sn->cfg_mutex not held; sleeps.
 */
void slb_drain_stop(struct slb_net *sn)
{
	struct slb_srv *srv, *next;

	cancel_delayed_work_sync(&sn->drain_work);
	mutex_lock(&sn->cfg_mutex);
	list_for_each_entry_safe(srv, next, &sn->draining, drain)
		if (srv->left)
			slb_drain_finish_locked(srv);
	mutex_unlock(&sn->cfg_mutex);
}
