// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which service is a packet for? The one of its mark; else the one of its address and port; else the
 * one whose range of ports the port lies in; else the one of all ports of the address.
 *
 * The first, the second and the last are in one hash table: a service of all ports has port 0 there,
 * one by mark the mark in the place of its address and protocol 0. So 50 000 services are found as
 * fast as one. Ranges are kept by address, as an array in the order of their ports; those of one
 * address, protocol and VRF do not overlap. A namespace without such services does not look for them.
 *
 * Who can hold a service found here when it is removed? Told in slb_svc.c. An array is replaced by
 * a larger one and freed behind RCU; in one that stays, a removed service's place becomes NULL,
 * because removing must not need memory.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include "slb_alloc.h"
#include "slb_path.h"

DEFINE_STATIC_KEY_FALSE(slb_mark_key);

/* Ports of an address that one service has; @svc is NULL once it is removed. */
struct slb_range {
	u16			first;
	u16			last;
	struct slb_svc __rcu	*svc;
};

/**
 * struct slb_ranges - all ranges of one address, protocol and VRF
 * @node: in sn->ranges, keyed by @key
 * @key: port 0
 * @rcu: once it is replaced or empty
 * @live: entries whose service is not removed; under sn->cfg_mutex
 * @n: entries in @range
 * @range: in the order of their ports
 */
struct slb_ranges {
	struct rhash_head	node;
	struct slb_svc_key	key;
	struct rcu_head		rcu;
	u32			live;
	u32			n;
	struct slb_range	range[];
};

/* What is compared has no padding, and both kinds of objects have it at the same place. */
#define SLB_LISTEN_WORDS	(offsetof(struct slb_svc_key, last) / sizeof(u64))
static_assert(SLB_LISTEN_WORDS == 3 && offsetof(struct slb_svc_key, last) == 24);
static_assert(offsetof(struct slb_svc, node) == offsetof(struct slb_ranges, node));
static_assert(offsetof(struct slb_svc, key) == offsetof(struct slb_ranges, key));

/*
 * Every packet that opens a connection looks: inline, and two products, which do for the operator's
 * keys. What differs in them, the last byte of an address or port, lies at the top of a little-endian
 * word, and a product moves it no further down: hence the shifts, and the port below.
 */
static u32 slb_listen_hash(const void *data, u32 len, u32 seed)
{
	const struct slb_svc_key *key = data;
	const __be32 *addr = key->addr.s6_addr32;
	u32 hash = (__force u32)(addr[0] ^ addr[1] ^ addr[2] ^ addr[3]) ^ seed ^ key->vrf;

	hash *= GOLDEN_RATIO_32;
	hash ^= hash >> 16;
	hash ^= (__force u32)key->port | key->proto << 16 | key->v6 << 24;
	hash *= GOLDEN_RATIO_32;
	return hash ^ hash >> 16;
}

static int slb_listen_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const u64 *a = arg->key;
	const u64 *b = (const u64 *)&((const struct slb_svc *)obj)->key;

	return get_unaligned(a) != get_unaligned(b) ||
	       get_unaligned(a + 1) != get_unaligned(b + 1) ||
	       get_unaligned(a + 2) != get_unaligned(b + 2);
}

static const struct rhashtable_params slb_listen_params = {
	.key_len		= SLB_LISTEN_WORDS * sizeof(u64),
	.key_offset		= offsetof(struct slb_svc, key),
	.head_offset		= offsetof(struct slb_svc, node),
	.hashfn			= slb_listen_hash,
	.obj_cmpfn		= slb_listen_differs,
	.automatic_shrinking	= true,
};

/**
 * slb_listen_init() - empty tables of services
 * @sn: the namespace's balancer
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int slb_listen_init(struct slb_net *sn)
{
	int err = slb_attempt(-ENOMEM, rhashtable_init(&sn->svcs, &slb_listen_params));

	if (err)
		return err;
	err = slb_attempt(-ENOMEM, rhashtable_init(&sn->ranges, &slb_listen_params));
	if (err)
		rhashtable_destroy(&sn->svcs);
	return err;
}

/**
 * slb_listen_exit() - free the tables of services
 * @sn: the namespace's balancer; it has no services and no packets come any more
 *
 * Context: process.
 */
void slb_listen_exit(struct slb_net *sn)
{
	WARN_ON_ONCE(sn->wide || sn->marks || atomic_read(&sn->ranges.nelems));
	rhashtable_destroy(&sn->svcs);
	rhashtable_destroy(&sn->ranges);
}

/* Index of the first range that ends at @port or behind it; @n if there is none. */
static u32 slb_ranges_search(const struct slb_ranges *ranges, u16 port)
{
	u32 low = 0, high = ranges->n;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (ranges->range[middle].last < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct slb_svc *slb_ranges_find_rcu(const struct slb_ranges *ranges, u16 port)
{
	u32 i = slb_ranges_search(ranges, port);

	return i < ranges->n && ranges->range[i].first <= port ?
	       rcu_dereference(ranges->range[i].svc) : NULL;
}

/* A service, or ranges, by key. One copy, so that the compiler puts hash and comparison into it. */
static noinline void *slb_listen_lookup_rcu(const struct rhashtable *table,
					    const struct slb_svc_key *key)
{
	return rhashtable_lookup((struct rhashtable *)table, key, slb_listen_params);
}

/* No service has just this port. */
static noinline struct slb_svc *slb_svc_find_wide_rcu(const struct slb_net *sn,
						      const struct slb_svc_key *key)
{
	struct slb_svc_key all = *key;
	const struct slb_ranges *ranges;
	struct slb_svc *svc = NULL;

	all.port = 0;
	ranges = slb_listen_lookup_rcu(&sn->ranges, &all);
	if (ranges)
		svc = slb_ranges_find_rcu(ranges, ntohs(key->port));
	return svc ?: slb_listen_lookup_rcu(&sn->svcs, &all);
}

/**
 * slb_svc_find_rcu() - find the service that has an address and port
 * @sn: the namespace's balancer
 * @key: one port; what lies behind @vrf does not matter
 *
 * Context: any, inside RCU.
 * Return: the service, valid until rcu_read_unlock(), or NULL.
 */
struct slb_svc *slb_svc_find_rcu(const struct slb_net *sn, const struct slb_svc_key *key)
{
	struct slb_svc *svc = slb_listen_lookup_rcu(&sn->svcs, key);

	if (svc || likely(!READ_ONCE(sn->wide)))
		return svc;
	return slb_svc_find_wide_rcu(sn, key);
}

/**
 * slb_svc_find_mark_rcu() - find the service that takes packets with a mark
 * @sn: the namespace's balancer
 * @mark: the packet's, not 0
 * @v6: family
 * @vrf: the packet's VRF
 *
 * Context: any, inside RCU.
 * Return: the service, valid until rcu_read_unlock(), or NULL.
 */
struct slb_svc *slb_svc_find_mark_rcu(const struct slb_net *sn, u32 mark, bool v6, u32 vrf)
{
	const struct slb_svc_key key = {
		.addr.s6_addr32[0] = (__force __be32)mark,
		.v6 = v6,
		.vrf = vrf,
	};

	if (!READ_ONCE(sn->marks))
		return NULL;
	return slb_listen_lookup_rcu(&sn->svcs, &key);
}

/* The VRF of the service that a packet to it finds. */
static u32 slb_listen_vrf(const struct slb_pkt *pkt)
{
	/* A link-local client's scope is its link, not a VRF. */
	if (pkt->v6 && ipv6_addr_type(&pkt->tuple.v6[0]) & IPV6_ADDR_LINKLOCAL)
		return pkt->in && netif_is_l3_slave(pkt->in) ?
		       l3mdev_master_ifindex_rcu(pkt->in) : 0;
	return slb_scope_ifindex(pkt->tuple.scope);
}

static __always_inline struct slb_svc *slb_listen(const struct slb_pkt *pkt, u32 mark)
{
	struct slb_svc_key key = {
		.port = pkt->tuple.dport,
		.proto = pkt->proto,
		.v6 = pkt->v6,
		.vrf = slb_listen_vrf(pkt),
	};
	struct slb_svc *svc;

	if (pkt->v6)
		key.addr = pkt->tuple.v6[1];
	else
		key.addr.s6_addr32[0] = pkt->tuple.v4[1];
	if (mark) {
		svc = slb_svc_find_mark_rcu(pkt->sn, mark, pkt->v6, key.vrf);
		if (svc)
			return svc;
	}
	return slb_svc_find_rcu(pkt->sn, &key);
}

/**
 * slb_listen_rcu() - the service that a packet is for
 * @pkt: a parsed packet
 *
 * Context: any, inside RCU.
 * Return: the service, whatever it would do with the packet, valid until rcu_read_unlock(), or NULL.
 */
struct slb_svc *slb_listen_rcu(const struct slb_pkt *pkt)
{
	return slb_listen(pkt, static_branch_unlikely(&slb_mark_key) ? pkt->skb->mark : 0);
}

/**
 * slb_listen_marked_rcu() - the service that a packet would be for
 * @pkt: @sn, @v6, @proto and @tuple; no packet
 * @mark: its mark
 *
 * Context: any, inside RCU.
 * Return: as slb_listen_rcu().
 */
struct slb_svc *slb_listen_marked_rcu(const struct slb_pkt *pkt, u32 mark)
{
	return slb_listen(pkt, mark);
}

/**
 * slb_listen_mark() - the mark of an answer to a packet
 * @pkt: the packet
 *
 * Context: any, inside RCU.
 * Return: the packet's own, or 0 if that chooses a service, see slb_listen_use_mark().
 */
u32 slb_listen_mark(const struct slb_pkt *pkt)
{
	u32 mark = pkt->skb->mark;

	if (static_branch_unlikely(&slb_mark_key) && mark &&
	    slb_svc_find_mark_rcu(pkt->sn, mark, pkt->v6, slb_listen_vrf(pkt)))
		return 0;
	return mark;
}

/**
 * slb_listen_use_mark() - a packet opens a connection to a service by mark
 * @pkt: the packet
 *
 * The mark has done its work with the choice of the service and is not to choose the route too, which
 * often leads into the host, nor to make the packets of one connection differ. The address it went
 * to may be any: it is listed until slb_listen_end_mark(), for what comes without the mark.
 *
 * Context: softirq or BH off.
 */
void slb_listen_use_mark(const struct slb_pkt *pkt)
{
	struct in6_addr addr = {};

	if (pkt->v6)
		addr = pkt->tuple.v6[1];
	else
		addr.s6_addr32[0] = pkt->tuple.v4[1];
	slb_filter_add(&pkt->sn->filter, &addr, pkt->v6);
	pkt->skb->mark = 0;
}

/**
 * slb_listen_end_mark() - a connection to a service by mark is freed
 * @conn: the entry; slb_listen_use_mark() was called for it
 *
 * Context: any but hard interrupts.
 */
void slb_listen_end_mark(const struct slb_conn *conn)
{
	const struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	bool v6 = slb_conn_is_v6(conn);
	struct in6_addr addr = {};

	if (v6)
		addr = *slb_way_addr6(orig, 1);
	else
		addr.s6_addr32[0] = orig->addr[1];
	slb_filter_del(&conn->svc->sn->filter, &addr, v6);
}

static bool slb_svc_has_range(const struct slb_svc_key *key)
{
	return key->last != key->port;
}

/* The same for who holds sn->cfg_mutex: what is found stays. */
static void *slb_listen_lookup_locked(const struct slb_net *sn, const struct rhashtable *table,
				      const struct slb_svc_key *key)
{
	void *found;

	lockdep_assert_held(&sn->cfg_mutex);
	rcu_read_lock();
	found = slb_listen_lookup_rcu(table, key);
	rcu_read_unlock();
	return found;
}

static struct slb_ranges *slb_ranges_locked(struct slb_net *sn, const struct slb_svc_key *key)
{
	struct slb_svc_key all = *key;

	all.port = 0;
	return slb_listen_lookup_locked(sn, &sn->ranges, &all);
}

static struct slb_svc *slb_range_svc_locked(const struct slb_net *sn,
					    const struct slb_range *range)
{
	return rcu_dereference_protected(range->svc, lockdep_is_held(&sn->cfg_mutex));
}

/* The entry of the range that begins and ends as @key says, or NULL. */
static struct slb_range *slb_range_locked(struct slb_net *sn, struct slb_ranges *ranges,
					  const struct slb_svc_key *key)
{
	u32 i = ranges ? slb_ranges_search(ranges, ntohs(key->last)) : 0;

	if (!ranges || i == ranges->n || ranges->range[i].first != ntohs(key->port) ||
	    ranges->range[i].last != ntohs(key->last) ||
	    !slb_range_svc_locked(sn, &ranges->range[i]))
		return NULL;
	return &ranges->range[i];
}

/**
 * slb_svc_find_locked() - find the service with a key
 * @sn: the namespace's balancer
 * @key: its key, to the last bit: a port inside a range does not name the range
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the service, valid as long as the mutex is held, or NULL.
 */
struct slb_svc *slb_svc_find_locked(struct slb_net *sn, const struct slb_svc_key *key)
{
	const struct slb_range *range;

	lockdep_assert_held(&sn->cfg_mutex);
	if (!slb_svc_has_range(key))
		return slb_listen_lookup_locked(sn, &sn->svcs, key);
	range = slb_range_locked(sn, slb_ranges_locked(sn, key), key);
	return range ? slb_range_svc_locked(sn, range) : NULL;
}

/* Does a range that has a service share a port with @key? */
static bool slb_ranges_overlap_locked(const struct slb_net *sn, const struct slb_ranges *ranges,
				      const struct slb_svc_key *key)
{
	u32 i;

	for (i = slb_ranges_search(ranges, ntohs(key->port)); i < ranges->n; i++) {
		if (ranges->range[i].first > ntohs(key->last))
			return false;
		if (slb_range_svc_locked(sn, &ranges->range[i]))
			return true;
	}
	return false;
}

static void slb_ranges_append(struct slb_ranges *ranges, const struct slb_svc_key *key,
			      struct slb_svc *svc)
{
	struct slb_range *range = &ranges->range[ranges->n++];

	range->first = ntohs(key->port);
	range->last = ntohs(key->last);
	RCU_INIT_POINTER(range->svc, svc);
}

/* Those of @old that have a service, if there is an @old, and @svc's. */
static struct slb_ranges *slb_ranges_with(const struct slb_ranges *old, struct slb_svc *svc)
{
	const struct slb_svc_key *key = &svc->key;
	u32 live = old ? old->live + 1 : 1, i;
	struct slb_ranges *ranges;
	bool placed = false;
	struct slb_svc *one;

	ranges = slb_alloc(kvzalloc(struct_size(ranges, range, live), SLB_GFP_CONFIG));
	if (!ranges)
		return NULL;
	ranges->key = *key;
	ranges->key.port = 0;
	ranges->live = live;
	for (i = 0; old && i < old->n; i++) {
		one = slb_range_svc_locked(svc->sn, &old->range[i]);
		if (!placed && old->range[i].first > ntohs(key->port)) {
			slb_ranges_append(ranges, key, svc);
			placed = true;
		}
		if (one)
			slb_ranges_append(ranges, &one->key, one);
	}
	if (!placed)
		slb_ranges_append(ranges, key, svc);
	return ranges;
}

static int slb_listen_add_range_locked(struct slb_svc *svc)
{
	struct slb_net *sn = svc->sn;
	struct slb_ranges *old = slb_ranges_locked(sn, &svc->key);
	struct slb_ranges *ranges;
	int err;

	if (old && slb_ranges_overlap_locked(sn, old, &svc->key))
		return -EEXIST;
	ranges = slb_ranges_with(old, svc);
	if (!ranges)
		return -ENOMEM;
	if (old)
		err = rhashtable_replace_fast(&sn->ranges, &old->node, &ranges->node,
					      slb_listen_params);
	else
		err = slb_attempt(-ENOMEM, rhashtable_insert_fast(&sn->ranges, &ranges->node,
								  slb_listen_params));
	if (err) {
		kvfree(ranges);
		return err;
	}
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

static void slb_listen_del_range_locked(struct slb_svc *svc)
{
	struct slb_net *sn = svc->sn;
	struct slb_ranges *ranges = slb_ranges_locked(sn, &svc->key);
	struct slb_range *range = slb_range_locked(sn, ranges, &svc->key);

	if (WARN_ON_ONCE(!range))
		return;
	RCU_INIT_POINTER(range->svc, NULL);
	if (--ranges->live)
		return;
	rhashtable_remove_fast(&sn->ranges, &ranges->node, slb_listen_params);
	kvfree_rcu(ranges, rcu);
}

/* How many services of its kind packets are to look for beyond the first lookup. */
static void slb_listen_count_locked(struct slb_svc *svc, int change)
{
	struct slb_net *sn = svc->sn;

	if (svc->key.mark) {
		WRITE_ONCE(sn->marks, sn->marks + change);
		if (change > 0)
			static_branch_inc(&slb_mark_key);
		else
			static_branch_dec(&slb_mark_key);
	} else if (!slb_svc_key_is_single(&svc->key)) {
		WRITE_ONCE(sn->wide, sn->wide + change);
	}
}

/**
 * slb_listen_add_locked() - let packets find a service
 * @svc: complete; no other has its key
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0, -EEXIST if another range shares a port with its, or -ENOMEM.
 */
int slb_listen_add_locked(struct slb_svc *svc)
{
	struct slb_net *sn = svc->sn;
	int err;

	lockdep_assert_held(&sn->cfg_mutex);
	if (slb_svc_has_range(&svc->key))
		err = slb_listen_add_range_locked(svc);
	else
		err = slb_attempt(-ENOMEM, rhashtable_insert_fast(&sn->svcs, &svc->node,
								  slb_listen_params));
	if (!err)
		slb_listen_count_locked(svc, 1);
	return err;
}

/**
 * slb_listen_del_locked() - let no packet find a service any more
 * @svc: found so far
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps, and needs no memory.
 */
void slb_listen_del_locked(struct slb_svc *svc)
{
	struct slb_net *sn = svc->sn;

	lockdep_assert_held(&sn->cfg_mutex);
	slb_listen_count_locked(svc, -1);
	if (slb_svc_has_range(&svc->key))
		slb_listen_del_range_locked(svc);
	else
		rhashtable_remove_fast(&sn->svcs, &svc->node, slb_listen_params);
}
