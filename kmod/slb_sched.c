// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all scheduling methods share: the array of servers that can be picked, kept as a heap
 * where the method has an order, and its replacement when a group grows or gets another method.
 *
 * The array belongs to group->lock. A replacement is filled and published under that lock, so a
 * method that takes the lock never works on an old array; one that does not take it reads an old
 * one at most until the end of its RCU section, after which the old one is freed.
 */
#include <linux/overflow.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_sched.h"

#define SLB_SCHED_CAP_MIN	8

static const struct slb_sched_ops *const slb_sched_table[] = {
	[SLB_SCHED_RR]	= &slb_sched_rr,
	[SLB_SCHED_WRR]	= &slb_sched_wrr,
	[SLB_SCHED_WLC]	= &slb_sched_wlc,
	[SLB_SCHED_LC]	= &slb_sched_lc,
	[SLB_SCHED_SH]	= &slb_sched_sh,
	[SLB_SCHED_SH_PORT] = &slb_sched_sh_port,
	[SLB_SCHED_MH]	= &slb_sched_mh,
	[SLB_SCHED_MH_PORT] = &slb_sched_mh_port,
	[SLB_SCHED_FO]	= &slb_sched_fo,
	[SLB_SCHED_P2C]	= &slb_sched_p2c,
};

static_assert(ARRAY_SIZE(slb_sched_table) == SLB_SCHED_COUNT);

/* WRITE_ONCE() pairs with slb_sched_rr_pick() and slb_sched_other_rcu(), which take no lock. */
static void slb_sched_place(struct slb_roster *sched, u32 i, struct slb_srv *srv)
{
	WRITE_ONCE(srv->sched.index, i);
	WRITE_ONCE(sched->srv[i], srv);
}

/**
 * slb_sched_array_enter() - put a server at the end of the array
 * @sched: has a free place
 * @srv: is not in it
 *
 * Context: caller holds group->lock.
 */
void slb_sched_array_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	if (WARN_ON_ONCE(sched->n >= sched->cap))
		return;
	slb_sched_place(sched, sched->n, srv);
	/* Its place before the count; pairs with slb_sched_rr_pick(). */
	smp_store_release(&sched->n, sched->n + 1);
}

/**
 * slb_sched_array_leave() - fill a server's place with the last one
 * @sched: holds it
 * @srv: the server
 *
 * Context: caller holds group->lock.
 */
void slb_sched_array_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 last = sched->n - 1;

	if (WARN_ON_ONCE(!sched->n || sched->srv[srv->sched.index] != srv))
		return;
	slb_sched_place(sched, srv->sched.index, sched->srv[last]);
	WRITE_ONCE(sched->n, last);
	WRITE_ONCE(sched->srv[last], NULL);
}

static void slb_sched_heap_up(struct slb_roster *sched, struct slb_srv *srv,
			      slb_sched_before_t before)
{
	u32 i = srv->sched.index;

	while (i) {
		struct slb_srv *parent = sched->srv[(i - 1) / 2];

		if (!before(srv, parent))
			break;
		slb_sched_place(sched, i, parent);
		i = (i - 1) / 2;
	}
	slb_sched_place(sched, i, srv);
}

static void slb_sched_heap_down(struct slb_roster *sched, struct slb_srv *srv,
				slb_sched_before_t before)
{
	u32 i = srv->sched.index;
	u32 child;

	while ((child = 2 * i + 1) < sched->n) {
		if (child + 1 < sched->n && before(sched->srv[child + 1], sched->srv[child]))
			child++;
		if (!before(sched->srv[child], srv))
			break;
		slb_sched_place(sched, i, sched->srv[child]);
		i = child;
	}
	slb_sched_place(sched, i, srv);
}

/**
 * slb_sched_heap_moved() - restore the heap after one server's order changed
 * @sched: holds it
 * @srv: the server
 * @before: the order
 *
 * Context: caller holds group->lock.
 */
void slb_sched_heap_moved(struct slb_roster *sched, struct slb_srv *srv, slb_sched_before_t before)
{
	slb_sched_heap_up(sched, srv, before);
	slb_sched_heap_down(sched, srv, before);
}

/**
 * slb_sched_heap_enter() - put a server into the heap
 * @sched: has a free place
 * @srv: is not in it
 * @before: the order
 *
 * Context: caller holds group->lock.
 */
void slb_sched_heap_enter(struct slb_roster *sched, struct slb_srv *srv, slb_sched_before_t before)
{
	slb_sched_array_enter(sched, srv);
	slb_sched_heap_up(sched, srv, before);
}

/**
 * slb_sched_heap_leave() - take a server out of the heap
 * @sched: holds it
 * @srv: the server
 * @before: the order
 *
 * Context: caller holds group->lock.
 */
void slb_sched_heap_leave(struct slb_roster *sched, struct slb_srv *srv, slb_sched_before_t before)
{
	u32 i = srv->sched.index;

	slb_sched_array_leave(sched, srv);
	if (i < sched->n)
		slb_sched_heap_moved(sched, sched->srv[i], before);
}

/**
 * slb_sched_alloc() - an empty roster
 * @group: the group
 * @ops: the method
 * @n: servers it has room for
 *
 * Context: process, may sleep.
 * Return: the roster, for kvfree(), or NULL.
 */
struct slb_roster *slb_sched_alloc(struct slb_group *group, const struct slb_sched_ops *ops, u32 n)
{
	struct slb_roster *sched;
	u32 cap = max_t(u32, SLB_SCHED_CAP_MIN, roundup_pow_of_two(n));

	sched = slb_alloc(kvzalloc(size_add(struct_size(sched, srv, cap),
					    array_size(cap, sizeof(*sched->key))), SLB_GFP_CONFIG));
	if (!sched)
		return NULL;
	sched->ops = ops;
	sched->key = (u64 *)&sched->srv[cap];
	sched->cap = cap;
	seqcount_spinlock_init(&sched->seq, &group->lock);
	return sched;
}

static int slb_sched_ready(struct slb_roster *sched, u32 n)
{
	return sched->ops->ready ? sched->ops->ready(sched, n) : 0;
}

/* The group has another by now, or none. */
static void slb_sched_drop(struct slb_group *group, struct slb_roster *sched)
{
	if (sched && sched->ops->drop)
		sched->ops->drop(group, sched);
	kvfree_rcu(sched, rcu);
}

static struct slb_roster *slb_sched_locked(const struct slb_group *group)
{
	return rcu_dereference_protected(group->sched, lockdep_is_held(&group->sn->cfg_mutex));
}

/**
 * slb_sched_set_locked() - give a group a method
 * @group: the group; may have one already
 * @conf: says which, and the size of its table if it has one
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int slb_sched_set_locked(struct slb_group *group, const struct slb_group_conf *conf)
{
	struct slb_roster *old = slb_sched_locked(group);
	struct slb_roster *sched;
	struct slb_srv *srv;

	if (old && old->ops->id == conf->sched &&
	    (old->mh.size == conf->table_size || !old->ops->ready))
		return 0;
	sched = slb_sched_alloc(group, slb_sched_table[conf->sched], group->nservers);
	if (!sched)
		return -ENOMEM;
	sched->mh.size = conf->table_size;
	if (slb_sched_ready(sched, group->nservers)) {
		kvfree(sched);
		return -ENOMEM;
	}

	spin_lock_bh(&group->lock);
	list_for_each_entry(srv, &group->servers, list) {
		if (srv->sched.in)
			sched->ops->enter(sched, srv);
	}
	rcu_assign_pointer(group->sched, sched);
	spin_unlock_bh(&group->lock);
	slb_sched_drop(group, old);
	slb_sched_settle_locked(group);
	return 0;
}

/**
 * slb_sched_retire() - take a group's method away
 * @group: a group that is out of the configuration
 *
 * Context: process, or softirq.
 */
void slb_sched_retire(struct slb_group *group)
{
	struct slb_roster *old;

	spin_lock_bh(&group->lock);
	old = rcu_replace_pointer(group->sched, NULL, lockdep_is_held(&group->lock));
	spin_unlock_bh(&group->lock);
	list_del_init(&group->late);
	slb_sched_drop(group, old);
}

/**
 * slb_sched_reserve_locked() - get the memory that adding servers or changing weights will need
 * @group: a group with a method
 * @n: servers in all, whatever their weight
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -ENOMEM.
 */
int slb_sched_reserve_locked(struct slb_group *group, u32 n)
{
	struct slb_roster *old = slb_sched_locked(group);
	struct slb_roster *sched;

	if (n <= old->cap)
		return slb_sched_ready(old, n);
	sched = slb_sched_alloc(group, old->ops, n);
	if (!sched)
		return -ENOMEM;

	spin_lock_bh(&group->lock);
	sched->n = old->n;
	sched->clock = old->clock;
	sched->turn = old->turn;
	atomic_set(&sched->next, atomic_read(&old->next));
	sched->top = old->top;
	sched->mh = old->mh;
	sched->wrr = old->wrr;
	memcpy(sched->srv, old->srv, array_size(old->n, sizeof(old->srv[0])));
	memcpy(sched->key, old->key, array_size(old->n, sizeof(old->key[0])));
	if (sched->ops->grown)
		sched->ops->grown(sched);
	rcu_assign_pointer(group->sched, sched);
	spin_unlock_bh(&group->lock);
	kvfree_rcu(old, rcu);
	return slb_sched_ready(sched, n);
}

/**
 * slb_sched_put_locked() - what slb_sched_place_locked() does, but for what may come later
 * @group: its group, with a method
 * @srv: the server; has a place reserved
 * @weight: 0-65535
 * @in: whether the method chooses it; never with weight 0
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_sched_put_locked(struct slb_group *group, struct slb_srv *srv, u32 weight, bool in)
{
	struct slb_roster *sched = slb_sched_locked(group);
	u32 share = slb_sched_ramp_locked(group, srv, weight, in);
	u32 old_share = srv->sched.share;
	bool was = srv->sched.in;
	u32 old = srv->weight;

	spin_lock_bh(&group->lock);
	/* A method's order depends on them: leave by the old ones, enter by the new ones. */
	if (was && !in)
		sched->ops->leave(sched, srv);
	WRITE_ONCE(srv->weight, weight);
	WRITE_ONCE(srv->sched.share, share);
	WRITE_ONCE(srv->sched.in, in);	/* packets with a remembered server look */
	if (!was && in)
		sched->ops->enter(sched, srv);
	else if (in && old != weight && sched->ops->weigh)
		sched->ops->weigh(sched, srv, old);
	else if (in && old_share != share && sched->ops->reshare)
		sched->ops->reshare(sched, srv, old_share);
	spin_unlock_bh(&group->lock);
}

/**
 * slb_sched_place_locked() - give a server another weight, let it in or out
 * @group: its group, with a method
 * @srv: the server; has a place reserved
 * @weight: 0-65535
 * @in: whether the method chooses it; never with weight 0
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_sched_place_locked(struct slb_group *group, struct slb_srv *srv, u32 weight, bool in)
{
	slb_sched_put_locked(group, srv, weight, in && weight);
	slb_sched_settle_locked(group);
}

/**
 * slb_sched_weight_locked() - give a server another weight, which alone decides whether it is in
 * @group: its group, with a method
 * @srv: the server; has a place reserved
 * @weight: 0-65535; from and to 0 it enters and leaves the method's choice
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_sched_weight_locked(struct slb_group *group, struct slb_srv *srv, u32 weight)
{
	slb_sched_place_locked(group, srv, weight, true);
}

/**
 * slb_sched_id_locked() - a group's method
 * @group: a group with a method
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: enum slb_sched.
 */
u8 slb_sched_id_locked(const struct slb_group *group)
{
	return slb_sched_locked(group)->ops->id;
}

/**
 * slb_sched_pick_rcu() - choose a server for a new connection
 * @group: the service's group
 * @pkt: the packet that opens it
 *
 * Context: softirq, inside RCU.
 * Return: a server with a weight above 0, valid until rcu_read_unlock(), or NULL.
 */
struct slb_srv *slb_sched_pick_rcu(struct slb_group *group, const struct slb_pkt *pkt)
{
	struct slb_roster *sched = rcu_dereference(group->sched);
	struct slb_roster *seen;
	struct slb_srv *srv;

	while (sched) {
		srv = sched->ops->pick(group, sched, pkt);
		if (srv)
			return srv;
		/* None, or the method was replaced while it chose. */
		seen = sched;
		sched = rcu_dereference(group->sched);
		if (sched == seen)
			break;
	}
	return NULL;
}

/**
 * slb_sched_other_rcu() - another server, because the one that was chosen cannot be used
 * @group: the service's group
 * @pkt: the packet
 * @srv: the server that was chosen
 * @nth: 1 is the next one, and so on
 *
 * A method whose promise is which server a client gets has an order for this too. The others are not
 * asked again: their choice counts for the server that it fell on. Servers that change places
 * meanwhile may be met twice or not at all.
 *
 * Context: softirq, inside RCU.
 * Return: a server with a weight above 0, which may be @srv again, valid until rcu_read_unlock(), or
 * NULL when there are no more.
 */
struct slb_srv *slb_sched_other_rcu(struct slb_group *group, const struct slb_pkt *pkt,
				    const struct slb_srv *srv, u32 nth)
{
	const struct slb_roster *sched = rcu_dereference(group->sched);
	u32 n = sched ? smp_load_acquire(&sched->n) : 0; /* pairs with slb_sched_array_enter() */

	if (sched && sched->ops->other)
		return nth <= n + 1 ? sched->ops->other(sched, pkt, srv, nth) : NULL;
	if (nth >= n)
		return NULL;
	return READ_ONCE(sched->srv[(READ_ONCE(srv->sched.index) + nth) % n]);
}

#ifdef SLB_SELFTEST
#include "selftest/sched.c"
#endif
