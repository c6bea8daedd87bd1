// SPDX-License-Identifier: GPL-2.0-only
/* Which client belongs to which connection.
 *
 * The key is the socket's cookie: 64 bits that the kernel gives out once and
 * never again, so an entry that outlived its socket could answer for no other.
 * An entry never changes; it is linked when the connection is created, read
 * under RCU, unlinked when the socket is destroyed and freed a grace period
 * later. Nothing outside this file holds a pointer to one.
 */
#include <linux/hash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "toa_store.h"

struct slb_toa_entry {
	struct rhash_head	node;
	u64			cookie;
	struct slb_toa_addr	addr;
	struct rcu_head		rcu;
};

/* Multiply-shift: cheap, and nobody who does not know the table's seed can keep
 * just those connections that meet in one bucket.
 */
static u32 slb_toa_entry_hash(const void *key, u32 len, u32 seed)
{
	return (*(const u64 *)key * (seed * GOLDEN_RATIO_64 | 1)) >> 32;
}

static int slb_toa_entry_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct slb_toa_entry *entry = obj;

	return entry->cookie != *(const u64 *)arg->key;
}

static const struct rhashtable_params slb_toa_store_params = {
	.key_len		= sizeof_field(struct slb_toa_entry, cookie),
	.key_offset		= offsetof(struct slb_toa_entry, cookie),
	.head_offset		= offsetof(struct slb_toa_entry, node),
	.hashfn			= slb_toa_entry_hash,
	.obj_cmpfn		= slb_toa_entry_cmp,
	.automatic_shrinking	= true,
};

static struct kmem_cache *slb_toa_entry_cache;

/**
 * slb_toa_store_cache_create() - make the slab cache that all stores share
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int slb_toa_store_cache_create(void)
{
	slb_toa_entry_cache = slb_alloc(KMEM_CACHE(slb_toa_entry,
						   SLAB_HWCACHE_ALIGN));
	return slb_toa_entry_cache ? 0 : -ENOMEM;
}

/**
 * slb_toa_store_cache_destroy() - undo slb_toa_store_cache_create()
 *
 * Every store is gone; the entries they gave to RCU are waited for here.
 *
 * Context: process, may sleep.
 */
void slb_toa_store_cache_destroy(void)
{
	rcu_barrier();
	kmem_cache_destroy(slb_toa_entry_cache);
}

static void slb_toa_entry_free(void *ptr, void *unused)
{
	kmem_cache_free(slb_toa_entry_cache, ptr);
}

static void slb_toa_entry_free_rcu(struct rcu_head *rcu)
{
	slb_toa_entry_free(container_of(rcu, struct slb_toa_entry, rcu), NULL);
}

/**
 * slb_toa_store_init() - make a store
 * @store: memory for it
 * @max: most entries at a time
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int slb_toa_store_init(struct slb_toa_store *store, u32 max)
{
	store->max = max;
	return slb_attempt(-ENOMEM, rhashtable_init(&store->table,
						    &slb_toa_store_params));
}

/**
 * slb_toa_store_exit() - free a store and what is in it
 * @store: a store that nobody adds to or reads from any more
 *
 * Context: process, may sleep.
 */
void slb_toa_store_exit(struct slb_toa_store *store)
{
	rhashtable_free_and_destroy(&store->table, slb_toa_entry_free, NULL);
}

/**
 * slb_toa_store_add() - remember a connection's client
 * @store: the namespace's store
 * @cookie: cookie of the connection's socket
 * @addr: its client
 *
 * The limit is checked without a lock, so CPUs that add at the same moment may
 * exceed it by one entry each.
 *
 * Context: any but hard interrupt; does not sleep.
 * Return: 0, -ENOSPC when the limit is reached, -EEXIST, or -ENOMEM.
 */
int slb_toa_store_add(struct slb_toa_store *store, u64 cookie,
		      const struct slb_toa_addr *addr)
{
	struct slb_toa_entry *entry;
	int err;

	if (slb_toa_store_count(store) >= READ_ONCE(store->max))
		return -ENOSPC;

	entry = slb_alloc(kmem_cache_alloc(slb_toa_entry_cache,
					   GFP_ATOMIC | __GFP_NOWARN));
	if (!entry)
		return -ENOMEM;
	entry->cookie = cookie;
	entry->addr = *addr;

	err = slb_attempt(-ENOMEM,
			  rhashtable_lookup_insert_fast(&store->table,
							&entry->node,
							slb_toa_store_params));
	if (!err)
		return 0;
	slb_toa_entry_free(entry, NULL);
	/* A table that cannot grow answers -E2BIG or -EBUSY. */
	return err == -EEXIST ? err : -ENOMEM;
}

/**
 * slb_toa_store_get() - look a connection's client up
 * @store: the namespace's store
 * @cookie: cookie of the connection's socket
 * @addr: filled when found
 *
 * Context: any.
 * Return: whether the connection has a client other than its peer.
 */
bool slb_toa_store_get(struct slb_toa_store *store, u64 cookie,
		       struct slb_toa_addr *addr)
{
	const struct slb_toa_entry *entry;

	rcu_read_lock();
	entry = rhashtable_lookup(&store->table, &cookie, slb_toa_store_params);
	if (entry)
		*addr = entry->addr;
	rcu_read_unlock();
	return entry;
}

/**
 * slb_toa_store_del() - forget a connection's client
 * @store: the namespace's store
 * @cookie: cookie of the connection's socket
 *
 * Context: any but hard interrupt; does not sleep.
 * Return: whether there was one.
 */
bool slb_toa_store_del(struct slb_toa_store *store, u64 cookie)
{
	struct slb_toa_entry *entry;
	bool ours = false;

	rcu_read_lock();
	entry = rhashtable_lookup(&store->table, &cookie, slb_toa_store_params);
	if (entry)
		ours = !rhashtable_remove_fast(&store->table, &entry->node,
					       slb_toa_store_params);
	rcu_read_unlock();
	if (ours)
		call_rcu(&entry->rcu, slb_toa_entry_free_rcu);
	return ours;
}

/**
 * slb_toa_store_count() - how many clients are remembered
 * @store: the namespace's store
 *
 * Context: any.
 * Return: entries in the store.
 */
u32 slb_toa_store_count(const struct slb_toa_store *store)
{
	return atomic_read(&store->table.nelems);
}
