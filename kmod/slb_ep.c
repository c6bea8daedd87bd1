// SPDX-License-Identifier: GPL-2.0-only
/*
 * Server endpoints and their maps of leased ports: found, made and given up here; what is inside
 * a map is slb_lease.c's.
 *
 * Who can still use a map or endpoint that goes? A packet that found it under RCU. It takes the
 * map's lock and sees @gone; the memory is freed behind RCU.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_net.h"

#define SLB_LEASE_MAPS_MIN	8
#define SLB_LEASE_MAPS_MAX	65536	/* local addresses in a namespace */
#define SLB_EP_TRIES		256	/* to find or make one that other CPUs take out or make */

/* An endpoint's maps by laddr id; replaced by a larger copy. */
struct slb_lease_maps {
	struct rcu_head			rcu;
	u32				n;
	struct slb_lease_map __rcu	*map[];
};

static const struct rhashtable_params slb_ep_params = {
	.head_offset = offsetof(struct slb_ep, node),
	.key_offset = offsetof(struct slb_ep, key),
	.key_len = sizeof(struct slb_ep_key),
	.automatic_shrinking = true,
};

static_assert(sizeof(struct slb_ep_key) == 20);	/* no holes: hashed and compared as bytes */

/**
 * slb_lease_map_find_rcu() - the map of an endpoint for a local address
 * @ep: the endpoint
 * @id: the local address' id
 *
 * Context: any, inside RCU.
 * Return: the map, valid until rcu_read_unlock() though it may be gone from @ep by then, or NULL.
 */
struct slb_lease_map *slb_lease_map_find_rcu(const struct slb_ep *ep, u32 id)
{
	const struct slb_lease_maps *maps = rcu_dereference(ep->maps);

	return maps && id < maps->n ? rcu_dereference(maps->map[id]) : NULL;
}

/* Room for index @id; a larger array takes over what there is. */
static struct slb_lease_maps *slb_lease_maps_grow(struct slb_ep *ep, u32 id)
	__must_hold(&ep->lock)
{
	struct slb_lease_maps *old, *maps;
	u32 i, n;

	old = rcu_dereference_protected(ep->maps, lockdep_is_held(&ep->lock));
	if (old && id < old->n)
		return old;
	if (id >= SLB_LEASE_MAPS_MAX)
		return NULL;
	n = roundup_pow_of_two(max_t(u32, id + 1, SLB_LEASE_MAPS_MIN));
	maps = slb_alloc(kzalloc(struct_size(maps, map, n), GFP_ATOMIC | __GFP_NOWARN));
	if (!maps)
		return NULL;
	maps->n = n;
	for (i = 0; old && i < old->n; i++)
		RCU_INIT_POINTER(maps->map[i], rcu_access_pointer(old->map[i]));
	rcu_assign_pointer(ep->maps, maps);
	if (old)
		kfree_rcu(old, rcu);
	return maps;
}

/* Without references and not linked yet. */
static struct slb_lease_map *slb_lease_map_alloc(struct slb_ep *ep, struct slb_laddr *laddr)
{
	struct slb_lease_map *map = slb_alloc(kzalloc(sizeof(*map), GFP_ATOMIC | __GFP_NOWARN));

	if (!map)
		return NULL;
	spin_lock_init(&map->lock);
	map->laddr = laddr;
	map->ep = ep;
	map->cursor_unset = true;
	return map;
}

/*
 * Behind the last reference it is still found for a moment, which slb_ep_borrow_rcu() sits out; so no
 * packet comes in between on this CPU.
 */
static void slb_ep_put_ref(struct slb_ep *ep)
{
	struct slb_net *sn = ep->sn;
	struct slb_lease_maps *maps;
	bool last;

	local_bh_disable();
	last = refcount_dec_and_test(&ep->ref);
	if (last)
		rhashtable_remove_fast(&sn->eps, &ep->node, slb_ep_params);
	local_bh_enable();
	if (!last)
		return;
	atomic64_inc(&sn->destroyed);
	maps = rcu_dereference_protected(ep->maps, true);	/* nobody else is left */
	if (maps)
		kfree_rcu(maps, rcu);
	kfree_rcu(ep, rcu);
}

/* The map for @laddr, made if there is none; then it takes the caller's references. */
static struct slb_lease_map *slb_lease_map_enter(struct slb_ep *ep, struct slb_laddr *laddr,
						 bool *made)
	__must_hold(&ep->lock)
{
	struct slb_lease_maps *maps = slb_lease_maps_grow(ep, laddr->id);
	struct slb_lease_map *map;

	if (!maps)
		return ERR_PTR(-ENOMEM);
	map = rcu_dereference_protected(maps->map[laddr->id], lockdep_is_held(&ep->lock));
	if (map)	/* another CPU was faster */
		return map;
	if (READ_ONCE(laddr->dying))
		return ERR_PTR(-ENOSPC);
	map = slb_lease_map_alloc(ep, laddr);
	if (!map)
		return ERR_PTR(-ENOMEM);
	atomic64_inc(&ep->sn->created);
	rcu_assign_pointer(maps->map[laddr->id], map);
	*made = true;
	return map;
}

/**
 * slb_lease_map_make() - the map of an endpoint for a local address, made if there is none
 * @ep: the endpoint
 * @laddr: the local address
 *
 * Context: softirq or BH off, inside RCU.
 * Return: as slb_lease_map_find_rcu(), or ERR_PTR(-ENOSPC) for an address that is being removed or an
 * endpoint that has ended, or ERR_PTR(-ENOMEM).
 */
struct slb_lease_map *slb_lease_map_make(struct slb_ep *ep, struct slb_laddr *laddr)
{
	struct slb_lease_map *map = ERR_PTR(-ENOSPC);
	bool made = false;

	/* The server was chosen under RCU: it may have ended, and its endpoint with it. */
	if (!refcount_inc_not_zero(&ep->ref))
		return map;
	if (!slb_laddr_get(laddr))
		goto out_ep;
	spin_lock_bh(&ep->lock);
	map = slb_lease_map_enter(ep, laddr, &made);
	spin_unlock_bh(&ep->lock);
	if (made)
		return map;
	slb_laddr_put(laddr);
out_ep:
	slb_ep_put_ref(ep);
	return map;
}

/**
 * slb_lease_map_unlink() - let a map leave its endpoint when it is empty and nobody will lease
 * from it
 * @map: the map
 *
 * Context: BH off, caller holds @map's lock.
 * Return: true if it has left; then slb_lease_map_free() is to be called without the lock.
 */
bool slb_lease_map_unlink(struct slb_lease_map *map)
	__must_hold(&map->lock)
{
	struct slb_ep *ep = map->ep;
	struct slb_lease_maps *maps;

	if (map->gone || map->used)
		return false;
	if (atomic_read(&ep->servers) && !READ_ONCE(map->laddr->dying))
		return false;
	map->gone = true;
	/* The only chunk that may stay while empty is that of the cursor. */
	kfree(map->chunk[map->cursor / SLB_LEASE_CHUNK_BITS]);
	map->chunk[map->cursor / SLB_LEASE_CHUNK_BITS] = NULL;
	spin_lock(&ep->lock);
	maps = rcu_dereference_protected(ep->maps, lockdep_is_held(&ep->lock));
	RCU_INIT_POINTER(maps->map[map->laddr->id], NULL);
	spin_unlock(&ep->lock);
	return true;
}

/**
 * slb_lease_map_free() - free a map behind RCU and put what it holds
 * @map: slb_lease_map_unlink() said true
 *
 * Context: any but hard interrupts, without @map's lock.
 */
void slb_lease_map_free(struct slb_lease_map *map)
{
	struct slb_laddr *laddr = map->laddr;
	struct slb_ep *ep = map->ep;

	atomic64_inc(&ep->sn->destroyed);
	dst_release(map->dst);	/* gone: nobody stores another */
	kfree_rcu(map, rcu);
	slb_laddr_put(laddr);
	slb_ep_put_ref(ep);
}

/**
 * slb_lease_map_retire() - let a map go if it is empty and nobody will lease from it
 * @map: the map
 *
 * Context: any but hard interrupts, inside RCU, without @map's lock.
 */
void slb_lease_map_retire(struct slb_lease_map *map)
{
	bool gone;

	spin_lock_bh(&map->lock);
	gone = slb_lease_map_unlink(map);
	spin_unlock_bh(&map->lock);
	if (gone)
		slb_lease_map_free(map);
}

/**
 * slb_lease_forget_laddr() - a local address was removed: let its empty maps go
 * @sn: the namespace's balancer
 * @laddr: dying, and no packet thinks otherwise any more; maps in use go with their last lease
 *
 * Context: process, sn->cfg_mutex held.
 */
void slb_lease_forget_laddr(struct slb_net *sn, struct slb_laddr *laddr)
{
	struct rhashtable_iter iter;
	struct slb_lease_map *map;
	struct slb_ep *ep;

	rhashtable_walk_enter(&sn->eps, &iter);
	rhashtable_walk_start(&iter);
	while ((ep = rhashtable_walk_next(&iter))) {
		if (IS_ERR(ep))		/* it was resized, and the walk goes on */
			continue;
		map = slb_lease_map_find_rcu(ep, laddr->id);
		if (map)
			slb_lease_map_retire(map);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
}

/*
 * A new endpoint, with the caller's reference. ERR_PTR(-EEXIST): another CPU was faster, or it is just
 * being taken out.
 */
static struct slb_ep *slb_ep_make(struct slb_net *sn, const struct slb_ep_key *key, int servers,
				  gfp_t gfp)
{
	struct slb_ep *ep = slb_alloc(kzalloc(sizeof(*ep), gfp));
	int err;

	if (!ep)
		return ERR_PTR(-ENOMEM);
	ep->key = *key;
	ep->sn = sn;
	spin_lock_init(&ep->lock);
	refcount_set(&ep->ref, 1);
	atomic_set(&ep->servers, servers);
	atomic64_inc(&sn->created);	/* before it is found, and may end on another CPU */
	err = slb_attempt(-ENOMEM, rhashtable_lookup_insert_fast(&sn->eps, &ep->node,
								 slb_ep_params));
	if (err) {
		atomic64_inc(&sn->destroyed);
		kfree(ep);
		return ERR_PTR(err == -EEXIST ? -EEXIST : -ENOMEM);
	}
	return ep;
}

/**
 * slb_ep_find_rcu() - the endpoint with a key
 * @sn: the namespace's balancer
 * @key: its key
 *
 * Context: any, inside RCU.
 * Return: the endpoint, valid until rcu_read_unlock(), or NULL. That of a server which is configured
 * is always found.
 */
struct slb_ep *slb_ep_find_rcu(struct slb_net *sn, const struct slb_ep_key *key)
{
	return rhashtable_lookup(&sn->eps, key, slb_ep_params);
}

/**
 * slb_ep_get() - the endpoint of a new server
 * @sn: the namespace's balancer
 * @key: its key
 *
 * Context: process, sn->cfg_mutex held.
 * Return: the endpoint, to be given back by slb_ep_put(), or NULL if there is no memory.
 */
struct slb_ep *slb_ep_get(struct slb_net *sn, const struct slb_ep_key *key)
{
	struct slb_ep *ep;
	bool got;

	for (;;) {
		rcu_read_lock();
		ep = slb_ep_find_rcu(sn, key);
		got = ep && refcount_inc_not_zero(&ep->ref);
		if (got)
			atomic_inc(&ep->servers);
		rcu_read_unlock();
		if (got)
			return ep;
		ep = slb_ep_make(sn, key, 1, SLB_GFP_CONFIG);
		if (PTR_ERR_OR_ZERO(ep) != -EEXIST)
			return IS_ERR(ep) ? NULL : ep;
		cond_resched();		/* another CPU is just taking it out, or has made it */
	}
}

/**
 * slb_ep_borrow_rcu() - the endpoint that a packet leads to, made if there is none
 * @sn: the namespace's balancer
 * @key: its key
 *
 * Nobody configured it, so it counts no server, and its maps go with their last lease: then, or with
 * slb_ep_return() if nothing was leased, it goes too. So there are no more of them than connections, and
 * none without one but for packets on their way.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: the endpoint, to be given back by slb_ep_return(), or NULL if there is no memory.
 */
struct slb_ep *slb_ep_borrow_rcu(struct slb_net *sn, const struct slb_ep_key *key)
{
	struct slb_ep *ep;
	int tries;

	for (tries = 0; tries < SLB_EP_TRIES; tries++) {
		ep = slb_ep_find_rcu(sn, key);
		if (ep && refcount_inc_not_zero(&ep->ref))
			return ep;
		ep = slb_ep_make(sn, key, 0, GFP_ATOMIC | __GFP_NOWARN);
		if (PTR_ERR_OR_ZERO(ep) != -EEXIST)
			return IS_ERR(ep) ? NULL : ep;
		cpu_relax();	/* another CPU is just taking it out, or has made it */
	}
	return NULL;
}

/**
 * slb_ep_return() - give a borrowed endpoint back
 * @ep: from slb_ep_borrow_rcu(); stays as long as something is leased
 *
 * Context: softirq or BH off.
 */
void slb_ep_return(struct slb_ep *ep)
{
	slb_ep_put_ref(ep);
}

/**
 * slb_ep_put() - a server has ended
 * @ep: its endpoint
 *
 * Context: any but hard interrupts; no connection of the server is left.
 */
void slb_ep_put(struct slb_ep *ep)
{
	struct slb_lease_maps *maps;
	struct slb_lease_map *map;
	u32 i;

	if (atomic_dec_and_test(&ep->servers)) {
		rcu_read_lock();
		maps = rcu_dereference(ep->maps);
		for (i = 0; maps && i < maps->n; i++) {
			map = rcu_dereference(maps->map[i]);
			if (map)
				slb_lease_map_retire(map);
		}
		rcu_read_unlock();
	}
	slb_ep_put_ref(ep);
}

/**
 * slb_ep_init() - make the namespace's table of endpoints
 * @sn: the namespace's balancer
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error.
 */
int slb_ep_init(struct slb_net *sn)
{
	return slb_attempt(-ENOMEM, rhashtable_init(&sn->eps, &slb_ep_params));
}

/**
 * slb_ep_exit() - free the namespace's table of endpoints
 * @sn: the namespace's balancer; no endpoint is left
 *
 * Context: process, may sleep.
 */
void slb_ep_exit(struct slb_net *sn)
{
	WARN_ON_ONCE(atomic_read(&sn->eps.nelems));
	rhashtable_destroy(&sn->eps);
}
