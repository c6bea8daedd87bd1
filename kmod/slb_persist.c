// SPDX-License-Identifier: GPL-2.0-only
/*
 * Persistence: new connections of a client prefix go to the server that the last one went to, as
 * long as that can be used and less than the service's time has passed since. Connections end
 * without regard to it.
 *
 * A bond of prefix and server is looked up under RCU, and a hit writes nothing but the time, once a
 * second. Only a prefix's first connection takes the namespace's lock. Bonds are filed in slots by
 * the second in which their time may be over; work in process context comes to each slot, and one
 * whose client was back meanwhile is filed again, so nothing ever walks over all of them.
 *
 * A service or server may be removed on another CPU meanwhile. The bond is linked first and then
 * looks whether they are gone; the remover marks them gone first and then walks over the bonds: at
 * least one of them sees the other.
 */
#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/ipv6.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_persist.h"
#include "slb_pkt.h"
#include "slb_sched.h"

#define SLB_PERSIST_BATCH	256	/* bonds looked at with BH off */

static struct kmem_cache *slb_persist_cache __read_mostly;

static u32 slb_persist_now(void)
{
	return ktime_get_seconds();
}

/* Bonds are removed with their service, so its address names it. */
static u32 slb_persist_hash(const struct slb_persist *p, const struct slb_svc *svc,
			    const struct in6_addr *prefix)
{
	const __be32 *word = prefix->s6_addr32;
	u32 hash;

	if (svc->key.v6)
		hash = hsiphash_4u32((__force u32)word[0], (__force u32)word[1],
				     (__force u32)word[2], (__force u32)word[3], &p->key);
	else
		hash = hsiphash_1u32((__force u32)word[0], &p->key);
	return (hash ^ hash_ptr(svc, SLB_PERSIST_BITS)) & (SLB_PERSIST_BUCKETS - 1);
}

static struct slb_bond *slb_persist_find_rcu(struct slb_persist *p, u32 hash,
					     const struct slb_svc *svc,
					     const struct in6_addr *prefix)
{
	struct slb_bond *bond;

	hlist_for_each_entry_rcu(bond, &p->bucket[hash], node, lockdep_is_held(&p->lock))
		if (bond->svc == svc && ipv6_addr_equal(&bond->prefix, prefix))
			return bond;
	return NULL;
}

/* The part of the client's address that counts. */
static struct in6_addr slb_persist_prefix(const struct slb_svc *svc, const struct slb_pkt *pkt)
{
	u8 len = READ_ONCE(svc->persist_len);
	struct in6_addr prefix = {};

	if (svc->key.v6)
		ipv6_addr_prefix(&prefix, &pkt->tuple.v6[0], len);
	else
		prefix.s6_addr32[0] = pkt->tuple.v4[0] & inet_make_mask(len);
	return prefix;
}

/**
 * slb_persist_left() - how long a bond holds if its client does not come back
 * @bond: found under RCU or p->lock
 *
 * Context: any.
 * Return: seconds; 0: it is over.
 */
u32 slb_persist_left(const struct slb_bond *bond)
{
	u32 idle = slb_persist_now() - READ_ONCE(bond->used);
	u32 time = READ_ONCE(bond->svc->persist_s);

	return idle < time ? time - idle : 0;
}

/* May new connections of the service go to the server? */
static bool slb_persist_usable(const struct slb_group *group, const struct slb_srv *srv)
{
	return READ_ONCE(srv->sched.in) && !READ_ONCE(srv->gone) && srv->group == group;
}

static void slb_persist_free_rcu(struct rcu_head *rcu)
{
	struct slb_bond *bond = container_of(rcu, struct slb_bond, rcu);

	slb_srv_put(bond->srv);
	slb_svc_put(bond->svc);
	kmem_cache_free(slb_persist_cache, bond);
}

/* Of several removers one does the work. Under p->lock. */
static void slb_persist_remove_held(struct slb_persist *p, struct slb_bond *bond)
{
	lockdep_assert_held(&p->lock);
	if (hlist_unhashed(&bond->node))
		return;
	hlist_del_init_rcu(&bond->node);
	list_del(&bond->slot);
	WRITE_ONCE(p->n, p->n - 1);
	call_rcu(&bond->rcu, slb_persist_free_rcu);
}

/* Where the bond is looked at next: not before its time is over, unless that is too far away. */
static void slb_persist_file_held(struct slb_persist *p, struct slb_bond *bond, u32 due)
{
	u32 ahead = clamp_t(s32, due - p->hand, 1, SLB_PERSIST_SLOTS - 1);

	list_add_tail(&bond->slot, &p->slot[(p->hand + ahead) % SLB_PERSIST_SLOTS]);
}

static struct slb_bond *slb_persist_alloc(struct slb_svc *svc, struct slb_srv *srv,
					  const struct in6_addr *prefix)
{
	struct slb_bond *bond;

	bond = slb_alloc(kmem_cache_zalloc(slb_persist_cache, GFP_ATOMIC | __GFP_NOWARN));
	if (!bond)
		return NULL;
	if (!slb_svc_get(svc))
		goto err_free;
	if (!slb_srv_get(srv))
		goto err_put;
	bond->svc = svc;
	bond->srv = srv;
	bond->prefix = *prefix;
	bond->used = slb_persist_now();
	return bond;

err_put:
	slb_svc_put(svc);
err_free:
	kmem_cache_free(slb_persist_cache, bond);
	return NULL;
}

/*
 * The bond, or the one that another CPU has linked for the prefix meanwhile, in which case this one
 * is freed. NULL: there are as many as there may be.
 */
static struct slb_bond *slb_persist_link(struct slb_persist *p, struct slb_bond *bond, u32 hash)
{
	struct slb_bond *other;
	bool first = false;

	spin_lock_bh(&p->lock);
	other = slb_persist_find_rcu(p, hash, bond->svc, &bond->prefix);
	if (!other && p->n < READ_ONCE(p->sn->set.persist_max)) {
		first = !p->n;
		if (first)
			p->hand = bond->used;
		WRITE_ONCE(p->n, p->n + 1);
		slb_persist_file_held(p, bond, bond->used + READ_ONCE(bond->svc->persist_s));
		hlist_add_head_rcu(&bond->node, &p->bucket[hash]);
		other = bond;
	}
	spin_unlock_bh(&p->lock);
	if (other != bond)
		slb_persist_free_rcu(&bond->rcu);	/* nobody has seen it */
	else if (first)
		queue_delayed_work(system_power_efficient_wq, &p->work, HZ);
	return other;
}

/* The remover has marked its object before it walks over the bonds: see slb_persist_flush(). */
static void slb_persist_look_back(struct slb_persist *p, struct slb_bond *bond)
{
	smp_mb();	/* linked before the look; pairs with the one behind "gone" */
	if (likely(!READ_ONCE(bond->svc->gone) && !READ_ONCE(bond->srv->gone) &&
		   !READ_ONCE(bond->srv->draining) &&
		   !READ_ONCE(p->sn->dead)))
		return;
	spin_lock_bh(&p->lock);
	slb_persist_remove_held(p, bond);
	spin_unlock_bh(&p->lock);
}

/* A prefix without a bond, or whose bond cannot be used: the method chooses, and that is kept. */
static noinline struct slb_srv *slb_persist_bind(struct slb_persist *p, struct slb_svc *svc,
						 struct slb_group *group, const struct slb_pkt *pkt,
						 struct slb_bond *bond, u32 hash,
						 const struct in6_addr *prefix)
{
	struct slb_srv *srv = slb_sched_pick_rcu(group, pkt);
	struct slb_srv *old, *now;

	if (!srv)
		return NULL;
	if (!bond) {
		bond = slb_persist_alloc(svc, srv, prefix);
		if (bond)
			bond = slb_persist_link(p, bond, hash);
		if (!bond) {
			slb_count(pkt->sn, SLB_COUNT_PERSIST_FULL);
			return srv;
		}
		slb_persist_look_back(p, bond);
		now = READ_ONCE(bond->srv);
		return slb_persist_usable(group, now) ? now : srv;
	}
	old = READ_ONCE(bond->srv);
	if (old != srv) {
		if (!slb_srv_get(srv))
			return srv;
		now = cmpxchg(&bond->srv, old, srv);
		slb_srv_put(now == old ? old : srv);
		if (now != old && slb_persist_usable(group, now))
			srv = now;	/* another CPU was first */
	}
	WRITE_ONCE(bond->used, slb_persist_now());
	slb_persist_look_back(p, bond);
	return srv;
}

/**
 * slb_persist_peek_rcu() - which server would persistence choose?
 * @svc: a persistent service
 * @group: its group
 * @pkt: says who the client is; has no packet
 *
 * Context: BH off, inside RCU.
 * Return: a server, valid until rcu_read_unlock(), or NULL where the scheduling method chooses.
 */
struct slb_srv *slb_persist_peek_rcu(struct slb_svc *svc, const struct slb_group *group,
				     const struct slb_pkt *pkt)
{
	struct slb_persist *p = READ_ONCE(pkt->sn->persist);
	struct in6_addr prefix;
	struct slb_bond *bond;
	struct slb_srv *srv;

	if (!p)
		return NULL;
	prefix = slb_persist_prefix(svc, pkt);
	bond = slb_persist_find_rcu(p, slb_persist_hash(p, svc, &prefix), svc, &prefix);
	if (!bond || !slb_persist_left(bond))
		return NULL;
	srv = READ_ONCE(bond->srv);
	return slb_persist_usable(group, srv) ? srv : NULL;
}

/**
 * slb_persist_pick_rcu() - choose a server for a new connection to a persistent service
 * @svc: the service
 * @group: its group
 * @pkt: the packet that opens it
 *
 * Context: softirq or BH off, inside RCU.
 * Return: a server, valid until rcu_read_unlock(), or NULL.
 */
struct slb_srv *slb_persist_pick_rcu(struct slb_svc *svc, struct slb_group *group,
				     const struct slb_pkt *pkt)
{
	struct slb_persist *p = READ_ONCE(pkt->sn->persist);
	struct in6_addr prefix;
	struct slb_bond *bond;
	struct slb_srv *srv;
	u32 hash, now;

	if (unlikely(!p))	/* not seen yet, though the service has become persistent */
		return slb_sched_pick_rcu(group, pkt);
	prefix = slb_persist_prefix(svc, pkt);
	hash = slb_persist_hash(p, svc, &prefix);
	bond = slb_persist_find_rcu(p, hash, svc, &prefix);
	if (bond && slb_persist_left(bond)) {
		srv = READ_ONCE(bond->srv);
		if (slb_persist_usable(group, srv)) {
			now = slb_persist_now();
			if (READ_ONCE(bond->used) != now)
				WRITE_ONCE(bond->used, now);
			slb_count(pkt->sn, SLB_COUNT_PERSISTED);
			return srv;
		}
	}
	return slb_persist_bind(p, svc, group, pkt, bond, hash, &prefix);
}

/* One bond of the slot that the hand points to; false: the slot is empty. Under p->lock. */
static bool slb_persist_work_one_held(struct slb_persist *p)
{
	struct slb_bond *bond;

	bond = list_first_entry_or_null(&p->slot[p->hand % SLB_PERSIST_SLOTS], struct slb_bond,
					slot);
	if (!bond)
		return false;
	if (!slb_persist_left(bond)) {
		slb_persist_remove_held(p, bond);
		return true;
	}
	list_del(&bond->slot);
	slb_persist_file_held(p, bond, READ_ONCE(bond->used) + READ_ONCE(bond->svc->persist_s));
	return true;
}

/* Once a second while there are bonds. */
static void slb_persist_work(struct work_struct *work)
{
	struct slb_persist *p = container_of(work, struct slb_persist, work.work);
	u32 now = slb_persist_now();
	unsigned int n;
	bool left;

	do {
		spin_lock_bh(&p->lock);
		for (n = 0; n < SLB_PERSIST_BATCH && (s32)(now - p->hand) >= 0; n++)
			if (!slb_persist_work_one_held(p))
				p->hand++;
		left = (s32)(now - p->hand) >= 0;
		n = p->n;
		spin_unlock_bh(&p->lock);
		cond_resched();
	} while (left && n);
	if (n)
		queue_delayed_work(system_power_efficient_wq, &p->work, HZ);
}

/**
 * slb_persist_furnish_locked() - a service is about to be persistent
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0 or -ENOMEM.
 */
int slb_persist_furnish_locked(struct slb_net *sn)
{
	struct slb_persist *p = sn->persist;
	int i;

	lockdep_assert_held(&sn->cfg_mutex);
	if (p)
		return 0;
	p = slb_alloc(kvzalloc(sizeof(*p), SLB_GFP_CONFIG));
	if (!p)
		return -ENOMEM;
	for (i = 0; i < SLB_PERSIST_SLOTS; i++)
		INIT_LIST_HEAD(&p->slot[i]);
	get_random_bytes(&p->key, sizeof(p->key));
	spin_lock_init(&p->lock);
	INIT_DELAYED_WORK(&p->work, slb_persist_work);
	p->sn = sn;
	/* Pairs with the reads of who has found a persistent service, or asks for its bonds. */
	smp_store_release(&sn->persist, p);
	return 0;
}

/**
 * slb_persist_count() - how many bonds there are
 * @sn: the namespace's balancer
 *
 * Context: any.
 * Return: their number.
 */
u32 slb_persist_count(const struct slb_net *sn)
{
	const struct slb_persist *p = smp_load_acquire(&sn->persist); /* pairs with furnish */

	return p ? READ_ONCE(p->n) : 0;
}

/**
 * slb_persist_flush() - forget bonds
 * @sn: the namespace's balancer
 * @match: which ones; NULL: all
 * @arg: for @match
 *
 * Context: process; sleeps.
 */
void slb_persist_flush(struct slb_net *sn, slb_persist_match_t match, const void *arg)
{
	struct slb_persist *p = smp_load_acquire(&sn->persist); /* pairs with furnish */
	struct hlist_node *next;
	struct slb_bond *bond;
	u32 i;

	for (i = 0; p && i < SLB_PERSIST_BUCKETS && READ_ONCE(p->n); i++) {
		if (hlist_empty(&p->bucket[i]))
			continue;
		spin_lock_bh(&p->lock);
		hlist_for_each_entry_safe(bond, next, &p->bucket[i], node)
			if (!match || match(bond, arg))
				slb_persist_remove_held(p, bond);
		spin_unlock_bh(&p->lock);
		cond_resched();
	}
}

static bool slb_persist_is_svc(const struct slb_bond *bond, const void *arg)
{
	return bond->svc == arg;
}

static bool slb_persist_is_srv(const struct slb_bond *bond, const void *arg)
{
	return READ_ONCE(bond->srv) == arg;
}

static bool slb_persist_is_gone(const struct slb_bond *bond, const void *arg)
{
	return READ_ONCE(READ_ONCE(bond->srv)->gone);
}

/**
 * slb_persist_forget_svc() - a service is removed, or has another group or prefix length
 * @svc: marked gone, with a full barrier behind it, where it is removed
 *
 * Context: process; sleeps.
 */
void slb_persist_forget_svc(struct slb_svc *svc)
{
	slb_persist_flush(svc->sn, slb_persist_is_svc, svc);
}

/**
 * slb_persist_forget_srv() - a server is removed
 * @srv: marked gone, with a full barrier behind it
 *
 * Context: process; sleeps.
 */
void slb_persist_forget_srv(struct slb_srv *srv)
{
	slb_persist_flush(srv->sn, slb_persist_is_srv, srv);
}

/**
 * slb_persist_forget_gone() - servers are removed
 * @sn: the namespace's balancer; they are marked gone, with a full barrier behind it
 *
 * Context: process; sleeps.
 */
void slb_persist_forget_gone(struct slb_net *sn)
{
	slb_persist_flush(sn, slb_persist_is_gone, NULL);
}

/**
 * slb_persist_exit() - the namespace goes: forget all
 * @sn: the namespace's balancer; no packets come any more
 *
 * Context: process; sleeps.
 */
void slb_persist_exit(struct slb_net *sn)
{
	slb_persist_flush(sn, NULL, NULL);
	if (sn->persist)
		cancel_delayed_work_sync(&sn->persist->work);
}

/**
 * slb_persist_free() - free what slb_persist_furnish_locked() has made
 * @sn: the namespace's balancer, behind slb_persist_exit() and RCU
 *
 * Context: process.
 */
void slb_persist_free(struct slb_net *sn)
{
	kvfree(sn->persist);
}

/**
 * slb_persist_cache_init() - where bonds are allocated
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int slb_persist_cache_init(void)
{
	slb_persist_cache = slb_alloc(KMEM_CACHE(slb_bond, 0));
	return slb_persist_cache ? 0 : -ENOMEM;
}

/**
 * slb_persist_cache_exit() - the opposite of slb_persist_cache_init()
 *
 * Context: module unload, when all bonds are freed.
 */
void slb_persist_cache_exit(void)
{
	kmem_cache_destroy(slb_persist_cache);
}
