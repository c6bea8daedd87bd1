// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local addresses and their pools.
 *
 * Who can hold a local address? Its pool while it is a member, and each lease map made for it,
 * hence each connection that leases one of its ports. Removal takes it out of its pool's set. When no
 * packet sees that set any more, a work lets the lease maps go that no connection uses: nobody who
 * removes addresses waits for that. The rest follow with their connections, and with the last of
 * them the address.
 *
 * A removed address that is added again while connections hold it is the same object again,
 * because the ports they lease must not be leased twice.
 */
#include <linux/slab.h>
#include <net/ipv6.h>
#include "slb_alloc.h"
#include "slb_net.h"

/**
 * slb_laddr_get() - take a reference
 * @laddr: the address
 *
 * Context: any, inside RCU or with a reference held.
 * Return: false if the last reference has been put already.
 */
bool slb_laddr_get(struct slb_laddr *laddr)
{
	return refcount_inc_not_zero(&laddr->ref);
}

static void slb_laddr_free_rcu(struct rcu_head *rcu)
{
	struct slb_laddr *laddr = container_of(rcu, struct slb_laddr, rcu);

	atomic64_inc(&laddr->sn->destroyed);
	kfree(laddr);
}

/**
 * slb_laddr_put() - put a reference
 * @laddr: the address
 *
 * Context: any but hard interrupts.
 */
void slb_laddr_put(struct slb_laddr *laddr)
{
	struct slb_net *sn = laddr->sn;

	if (!refcount_dec_and_test(&laddr->ref))
		return;
	spin_lock_bh(&sn->laddr_lock);
	list_del(&laddr->list);
	spin_unlock_bh(&sn->laddr_lock);
	slb_filter_del(&sn->filter, &laddr->addr, laddr->v6);
	ida_free(&sn->laddr_ids, laddr->id);
	call_rcu(&laddr->rcu, slb_laddr_free_rcu);
}

static struct slb_pool *slb_pool_find_locked(struct slb_net *sn, const char *name)
{
	struct slb_pool *pool;

	lockdep_assert_held(&sn->cfg_mutex);
	list_for_each_entry(pool, &sn->pools, list)
		if (!strcmp(pool->name, name))
			return pool;
	return NULL;
}

/**
 * slb_pool_get_locked() - use a pool, which comes into being with its first user
 * @sn: the namespace's balancer
 * @name: its name; empty is the default pool
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the pool, or NULL if there is no memory.
 */
struct slb_pool *slb_pool_get_locked(struct slb_net *sn, const char *name)
{
	struct slb_pool *pool = slb_pool_find_locked(sn, name);

	if (!pool) {
		pool = slb_alloc(kzalloc(sizeof(*pool), SLB_GFP_CONFIG));
		if (!pool)
			return NULL;
		strscpy(pool->name, name, sizeof(pool->name));
		list_add_tail(&pool->list, &sn->pools);
	}
	pool->users++;
	return pool;
}

/**
 * slb_pool_put_locked() - stop to use a pool, which goes with its last user
 * @sn: the namespace's balancer
 * @pool: the pool
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_pool_put_locked(struct slb_net *sn, struct slb_pool *pool)
{
	lockdep_assert_held(&sn->cfg_mutex);
	if (--pool->users)
		return;
	list_del(&pool->list);
	kfree_rcu(pool, rcu);
}

static struct slb_laddr_set *slb_pool_set_locked(struct slb_net *sn, struct slb_pool *pool, bool v6)
{
	return rcu_dereference_protected(pool->set[v6], lockdep_is_held(&sn->cfg_mutex));
}

/*
 * A copy of the pool's set with one member more or one less, NULL in @set when that leaves none.
 * Returns 0 or -ENOMEM.
 */
static int slb_pool_copy_set(const struct slb_laddr_set *old, struct slb_laddr *add,
			     const struct slb_laddr *del, struct slb_laddr_set **set)
{
	u32 n = (old ? old->n : 0) + (add ? 1 : 0) - (del ? 1 : 0);
	/* The copy for a removal is smaller than what it replaces. */
	gfp_t gfp = add ? SLB_GFP_CONFIG : GFP_KERNEL;
	struct slb_laddr_set *copy;
	u32 i;

	*set = NULL;
	if (!n)
		return 0;
	copy = slb_alloc(kvzalloc(struct_size(copy, laddr, n), gfp));
	if (!copy)
		return -ENOMEM;
	for (i = 0; old && i < old->n; i++)
		if (old->laddr[i] != del)
			copy->laddr[copy->n++] = old->laddr[i];
	if (add)
		copy->laddr[copy->n++] = add;
	if (old)
		copy->next = READ_ONCE(old->next);
	*set = copy;
	return 0;
}

static int slb_pool_change_locked(struct slb_net *sn, struct slb_pool *pool, bool v6,
				  struct slb_laddr *add, const struct slb_laddr *del)
{
	struct slb_laddr_set *old = slb_pool_set_locked(sn, pool, v6);
	struct slb_laddr_set *set;
	int err;

	err = slb_pool_copy_set(old, add, del, &set);
	if (err)
		return err;
	rcu_assign_pointer(pool->set[v6], set);
	kvfree_rcu(old, rcu);
	return 0;
}

/**
 * slb_laddr_find_locked() - find a local address, also a dying one
 * @sn: the namespace's balancer
 * @addr: IPv4 in the first word
 * @v6: family
 * @vrf: its VRF
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the address with a reference for the caller, or NULL.
 */
struct slb_laddr *slb_laddr_find_locked(struct slb_net *sn, const struct in6_addr *addr, bool v6,
					u32 vrf)
{
	struct slb_laddr *found = NULL;
	struct slb_laddr *laddr;

	lockdep_assert_held(&sn->cfg_mutex);
	spin_lock_bh(&sn->laddr_lock);
	list_for_each_entry(laddr, &sn->laddrs, list) {
		if (laddr->v6 == v6 && laddr->vrf == vrf && ipv6_addr_equal(&laddr->addr, addr) &&
		    slb_laddr_get(laddr)) {
			found = laddr;
			break;
		}
	}
	spin_unlock_bh(&sn->laddr_lock);
	return found;
}

static struct slb_laddr *slb_laddr_alloc(struct slb_net *sn, const struct in6_addr *addr, bool v6,
					 u32 vrf)
{
	struct slb_laddr *laddr = slb_alloc(kzalloc(sizeof(*laddr), SLB_GFP_CONFIG));
	int id;

	if (!laddr)
		return NULL;
	id = slb_attempt(-ENOMEM, ida_alloc(&sn->laddr_ids, SLB_GFP_CONFIG));
	if (id < 0) {
		kfree(laddr);
		return NULL;
	}
	laddr->id = id;
	laddr->serial = ++sn->laddr_serial;
	laddr->addr = *addr;
	laddr->v6 = v6;
	laddr->vrf = vrf;
	laddr->dying = true;
	laddr->sn = sn;
	INIT_LIST_HEAD(&laddr->left);
	refcount_set(&laddr->ref, 1);
	atomic64_inc(&sn->created);
	slb_filter_add(&sn->filter, addr, v6);
	spin_lock_bh(&sn->laddr_lock);
	list_add_tail(&laddr->list, &sn->laddrs);
	spin_unlock_bh(&sn->laddr_lock);
	return laddr;
}

/**
 * slb_laddr_change_locked() - change how an address is leased; leases in use stay
 * @laddr: the address
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_laddr_change_locked(struct slb_laddr *laddr, const struct slb_laddr_conf *conf)
{
	laddr->owner = conf->owner;
	WRITE_ONCE(laddr->dedicated, conf->dedicated);
	WRITE_ONCE(laddr->port_first, conf->port_first);
	WRITE_ONCE(laddr->port_last, conf->port_last);
	/* Pairs with slb_lease_run_get(): who does not see the new number may lease as before. */
	smp_store_release(&laddr->changes, laddr->changes + 1);
	slb_net_changed_locked(laddr->sn);
}

/**
 * slb_laddr_add_locked() - add a local address to a pool
 * @sn: the namespace's balancer
 * @pool_name: the pool; it comes into being when needed
 * @addr: IPv4 in the first word; no live local address of @vrf
 * @v6: family
 * @vrf: VRF towards the servers, 0 is the main one
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the address, or NULL if there is no memory.
 */
struct slb_laddr *slb_laddr_add_locked(struct slb_net *sn, const char *pool_name,
				       const struct in6_addr *addr, bool v6, u32 vrf,
				       const struct slb_laddr_conf *conf)
{
	struct slb_laddr *laddr = slb_laddr_find_locked(sn, addr, v6, vrf);
	struct slb_pool *pool;

	/* From here on one reference is ours; it becomes the pool's. */
	if (!laddr && !slb_net_furnish_locked(sn))
		laddr = slb_laddr_alloc(sn, addr, v6, vrf);
	if (!laddr)
		return NULL;
	pool = slb_pool_get_locked(sn, pool_name);
	if (!pool)
		goto err_put;
	slb_laddr_change_locked(laddr, conf);
	WRITE_ONCE(laddr->dying, false);
	if (slb_pool_change_locked(sn, pool, v6, laddr, NULL))
		goto err_put_pool;
	laddr->pool = pool;
	strscpy(laddr->pool_name, pool->name, sizeof(laddr->pool_name));
	atomic_inc(&sn->n_laddrs);
	return laddr;

err_put_pool:
	WRITE_ONCE(laddr->dying, true);
	slb_pool_put_locked(sn, pool);
err_put:
	slb_laddr_put(laddr);
	return NULL;
}

/* No packet sees the address in a set any more, unless it was added again. */
static void slb_laddr_forget_locked(struct slb_laddr *laddr)
{
	list_del_init(&laddr->left);
	if (laddr->dying)
		slb_lease_forget_laddr(laddr->sn, laddr);
	slb_laddr_put(laddr);
}

/* The address is in no set any more. The pool's reference goes over to the list. */
static void slb_laddr_leave_locked(struct slb_laddr *laddr)
{
	struct slb_net *sn = laddr->sn;

	WRITE_ONCE(laddr->dying, true);
	slb_pool_put_locked(sn, laddr->pool);
	laddr->pool = NULL;
	atomic_dec(&sn->n_laddrs);
	laddr->grace = get_state_synchronize_rcu();
	if (list_empty(&laddr->left))
		list_add_tail(&laddr->left, &sn->laddrs_left);
	else
		slb_laddr_put(laddr);	/* it was there already */
}

/* All that were removed meanwhile wait for one grace period together. */
static void slb_laddr_left_work(struct work_struct *work)
{
	struct slb_net *sn = container_of(work, struct slb_net, left_work);
	struct slb_laddr *laddr, *next;

	synchronize_rcu();
	mutex_lock(&sn->cfg_mutex);
	list_for_each_entry_safe(laddr, next, &sn->laddrs_left, left)
		if (poll_state_synchronize_rcu(laddr->grace))
			slb_laddr_forget_locked(laddr);
	if (!list_empty(&sn->laddrs_left))
		queue_work(system_long_wq, work);
	mutex_unlock(&sn->cfg_mutex);
}

/**
 * slb_laddr_init() - a namespace begins
 * @sn: its balancer
 *
 * Context: process.
 */
void slb_laddr_init(struct slb_net *sn)
{
	INIT_LIST_HEAD(&sn->laddrs_left);
	INIT_WORK(&sn->left_work, slb_laddr_left_work);
}

/**
 * slb_laddr_stop() - the namespace goes
 * @sn: the namespace's balancer; no request or packet comes any more
 *
 * Context: process, sn->cfg_mutex not held; sleeps.
 */
void slb_laddr_stop(struct slb_net *sn)
{
	struct slb_laddr *laddr, *next;

	cancel_work_sync(&sn->left_work);
	mutex_lock(&sn->cfg_mutex);
	list_for_each_entry_safe(laddr, next, &sn->laddrs_left, left)
		slb_laddr_forget_locked(laddr);
	mutex_unlock(&sn->cfg_mutex);
}

/**
 * slb_laddr_remove_locked() - lease no more ports of an address
 * @laddr: a member of a pool; the caller holds a reference
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int slb_laddr_remove_locked(struct slb_laddr *laddr)
{
	struct slb_net *sn = laddr->sn;
	int err;

	err = slb_pool_change_locked(sn, laddr->pool, laddr->v6, NULL, laddr);
	if (err)
		return err;
	slb_laddr_leave_locked(laddr);
	slb_net_changed_locked(sn);
	queue_work(system_long_wq, &sn->left_work);
	return 0;
}

/* One after the other, because the list is not ours to walk while references are put. */
static struct slb_laddr *slb_laddr_member_locked(struct slb_net *sn)
{
	struct slb_laddr *laddr, *found = NULL;

	spin_lock_bh(&sn->laddr_lock);
	list_for_each_entry(laddr, &sn->laddrs, list) {
		if (laddr->pool) {
			found = laddr;	/* its pool's reference keeps it */
			break;
		}
	}
	spin_unlock_bh(&sn->laddr_lock);
	return found;
}

/**
 * slb_laddr_remove_all_locked() - empty every pool
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_laddr_remove_all_locked(struct slb_net *sn)
{
	struct slb_laddr *laddr, *next;
	struct slb_pool *pool;
	int v6;

	lockdep_assert_held(&sn->cfg_mutex);
	if (!atomic_read(&sn->n_laddrs))
		return;
	list_for_each_entry(pool, &sn->pools, list) {
		for (v6 = 0; v6 < 2; v6++) {
			struct slb_laddr_set *old = slb_pool_set_locked(sn, pool, v6);

			RCU_INIT_POINTER(pool->set[v6], NULL);
			kvfree_rcu(old, rcu);
		}
	}
	slb_net_changed_locked(sn);
	while ((laddr = slb_laddr_member_locked(sn)))
		slb_laddr_leave_locked(laddr);
	synchronize_rcu();
	list_for_each_entry_safe(laddr, next, &sn->laddrs_left, left)
		slb_laddr_forget_locked(laddr);
}
