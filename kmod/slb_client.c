// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each client prefix has of the services that limit it: one table for the namespace, keyed by
 * service and prefix. An entry is there as long as it says anything: while connections are counted in
 * it, or its rate is not what it is after a pause.
 *
 * All is done under the bucket's lock, which 256 buckets of the table's share; an entry is never held
 * without it. Only opening and ending a connection of such a service comes here.
 *
 * The table holds SLB_CLIENT_MAX entries. Clients beyond that are not limited and not counted, which
 * has a counter: else whoever invents enough addresses would lock everybody out.
 */
#include <linux/inetdevice.h>
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include "slb_alloc.h"
#include "slb_limit.h"
#include "slb_net.h"

#define SLB_CLIENT_LOCKS	256
#define SLB_CLIENT_MAX		262144	/* entries */
#define SLB_CLIENT_SWEEP	(5 * HZ)

/**
 * struct slb_client - a client prefix of a service
 * @node: in its bucket
 * @rule: slb_client_rule.id
 * @prefix: IPv4 in the first word; no bit set behind the prefix
 * @v6: family
 * @conns: connections counted
 * @per: as the rule's when it was used last, so that a sweep can judge
 * @gcra: new ones so far
 */
struct slb_client {
	struct hlist_node	node;
	u64			rule;
	struct in6_addr		prefix;
	bool			v6;
	u32			conns;
	struct slb_gcra_rate	per;
	struct slb_gcra		gcra;
};

/**
 * struct slb_clients - the clients of a namespace
 * @key: of the hash; the clients choose their addresses
 * @count: entries
 * @sweep: frees entries that say nothing; queued while there are any
 * @lock: BH off; of the buckets with that number modulo SLB_CLIENT_LOCKS
 * @bucket: lists of entries
 */
struct slb_clients {
	siphash_key_t		key;
	atomic_t		count;
	struct delayed_work	sweep;
	spinlock_t		lock[SLB_CLIENT_LOCKS];	/* buckets */
	struct hlist_head	bucket[SLB_CLIENT_BUCKETS];
};

/* A key, and where it is found. */
struct slb_client_key {
	struct in6_addr	prefix;
	u64		rule;
	u32		bucket;
	bool		v6;
};

static u64 slb_client_hash4(const struct slb_clients *clients, const struct slb_client_key *key)
{
	return siphash_1u64((__force u64)key->prefix.s6_addr32[0] << 32 | (u32)key->rule,
			    &clients->key);
}

static u64 slb_client_hash6(const struct slb_clients *clients, const struct slb_client_key *key)
{
	return siphash_3u64((__force u64)key->prefix.s6_addr32[0] << 32 |
			    (__force u32)key->prefix.s6_addr32[1],
			    (__force u64)key->prefix.s6_addr32[2] << 32 |
			    (__force u32)key->prefix.s6_addr32[3], key->rule, &clients->key);
}

static struct slb_client_key slb_client_key(const struct slb_clients *clients,
					    const struct slb_client_rule *rule, const __be32 *addr,
					    bool v6)
{
	struct slb_client_key key = { .rule = rule->id, .v6 = v6 };
	u64 hash;

	if (v6) {
		ipv6_addr_prefix(&key.prefix, (const struct in6_addr *)addr, rule->len[1]);
		hash = slb_client_hash6(clients, &key);
	} else {
		key.prefix.s6_addr32[0] = *addr & inet_make_mask(rule->len[0]);
		hash = slb_client_hash4(clients, &key);
	}
	key.bucket = hash % SLB_CLIENT_BUCKETS;
	return key;
}

static spinlock_t *slb_client_lock(struct slb_clients *clients, u32 bucket)
{
	return &clients->lock[bucket % SLB_CLIENT_LOCKS];
}

static struct slb_client *slb_client_find(const struct slb_clients *clients,
					  const struct slb_client_key *key)
{
	struct slb_client *client;

	hlist_for_each_entry(client, &clients->bucket[key->bucket], node)
		if (client->rule == key->rule && client->v6 == key->v6 &&
		    ipv6_addr_equal(&client->prefix, &key->prefix))
			return client;
	return NULL;
}

/* NULL if there is no room or no memory. */
static struct slb_client *slb_client_make(struct slb_clients *clients,
					  const struct slb_client_key *key)
{
	struct slb_client *client;

	if (atomic_inc_return(&clients->count) > SLB_CLIENT_MAX)
		goto err;
	client = slb_alloc(kzalloc(sizeof(*client), GFP_ATOMIC | __GFP_NOWARN));
	if (!client)
		goto err;
	client->rule = key->rule;
	client->prefix = key->prefix;
	client->v6 = key->v6;
	hlist_add_head(&client->node, &clients->bucket[key->bucket]);
	queue_delayed_work(system_power_efficient_wq, &clients->sweep, SLB_CLIENT_SWEEP);
	return client;
err:
	atomic_dec(&clients->count);
	return NULL;
}

/* Under the bucket's lock: an entry that says nothing goes. */
static void slb_client_relax(struct slb_clients *clients, struct slb_client *client, u64 now)
{
	if (client->conns || !slb_gcra_is_idle(&client->gcra, &client->per, now))
		return;
	hlist_del(&client->node);
	kfree(client);
	atomic_dec(&clients->count);
}

/* May the client open another connection? @asks: it takes nothing. Under the bucket's lock. */
static enum slb_drop slb_client_judge(struct slb_client *client,
				      const struct slb_client_rule *rule, bool asks)
{
	u32 conns_max = READ_ONCE(rule->conns_max);

	if (conns_max && client->conns >= conns_max)
		return SLB_DROP_LIMIT_CLIENT;
	if (!READ_ONCE(rule->rate) ||
	    (asks ? slb_gcra_allows(&client->gcra, &rule->per) :
		    slb_gcra_take(&client->gcra, &client->per, 1, slb_gcra_now())))
		return SLB_DROP_NONE;
	return SLB_DROP_LIMIT_CLIENT;
}

/**
 * slb_client_take() - may a client open a connection?
 * @sn: the namespace's balancer
 * @rule: what it may have
 * @addr: the client's address, 4 or 16 bytes
 * @v6: family
 * @counted: the answer: it is counted, and slb_client_put() is to be called
 *
 * Context: softirq.
 * Return: SLB_DROP_NONE or SLB_DROP_LIMIT_CLIENT; then nothing was taken.
 */
enum slb_drop slb_client_take(struct slb_net *sn, const struct slb_client_rule *rule,
			      const void *addr, bool v6, bool *counted)
{
	struct slb_clients *clients = sn->clients;
	struct slb_client_key key = slb_client_key(clients, rule, addr, v6);
	spinlock_t *lock = slb_client_lock(clients, key.bucket);
	enum slb_drop reason = SLB_DROP_NONE;
	struct slb_client *client;

	spin_lock(lock);
	client = slb_client_find(clients, &key) ?: slb_client_make(clients, &key);
	if (client) {
		client->per = rule->per;
		reason = slb_client_judge(client, rule, false);
		client->conns += !reason;
	}
	spin_unlock(lock);
	if (!client)
		slb_count(sn, SLB_COUNT_CLIENT_UNCOUNTED);
	*counted = client && !reason;
	return reason;
}

/**
 * slb_client_ask() - would a client's connection be refused?
 * @sn: the namespace's balancer
 * @rule: what it may have
 * @addr: the client's address, 4 or 16 bytes
 * @v6: family
 * @conns: the answer: what its prefix has
 *
 * Context: BH off.
 * Return: SLB_DROP_NONE or SLB_DROP_LIMIT_CLIENT.
 */
enum slb_drop slb_client_ask(struct slb_net *sn, const struct slb_client_rule *rule,
			     const void *addr, bool v6, u32 *conns)
{
	struct slb_clients *clients = sn->clients;
	struct slb_client_key key = slb_client_key(clients, rule, addr, v6);
	spinlock_t *lock = slb_client_lock(clients, key.bucket);
	enum slb_drop reason = SLB_DROP_NONE;
	struct slb_client *client;

	spin_lock(lock);
	client = slb_client_find(clients, &key);
	*conns = client ? client->conns : 0;
	if (client)
		reason = slb_client_judge(client, rule, true);
	spin_unlock(lock);
	return reason;
}

/**
 * slb_client_add() - count a connection that lives already
 * @sn: the namespace's balancer
 * @rule: what its client may have
 * @addr: the client's address, 4 or 16 bytes
 * @v6: family
 *
 * Context: BH off.
 * Return: false if there is no room: it is not counted.
 */
bool slb_client_add(struct slb_net *sn, const struct slb_client_rule *rule, const void *addr,
		    bool v6)
{
	struct slb_clients *clients = sn->clients;
	struct slb_client_key key = slb_client_key(clients, rule, addr, v6);
	spinlock_t *lock = slb_client_lock(clients, key.bucket);
	struct slb_client *client;

	spin_lock(lock);
	client = slb_client_find(clients, &key) ?: slb_client_make(clients, &key);
	if (client)
		client->conns++;
	spin_unlock(lock);
	if (!client)
		slb_count(sn, SLB_COUNT_CLIENT_UNCOUNTED);
	return client;
}

/**
 * slb_client_put() - a connection that was counted ends
 * @sn: the namespace's balancer
 * @rule: the rule by which it was counted
 * @addr: the client's address, 4 or 16 bytes
 * @v6: family
 * @refund: it never came about
 *
 * Context: BH off.
 */
void slb_client_put(struct slb_net *sn, const struct slb_client_rule *rule, const void *addr,
		    bool v6, bool refund)
{
	struct slb_clients *clients = sn->clients;
	struct slb_client_key key = slb_client_key(clients, rule, addr, v6);
	spinlock_t *lock = slb_client_lock(clients, key.bucket);
	struct slb_client *client;

	spin_lock(lock);
	client = slb_client_find(clients, &key);
	if (!WARN_ON_ONCE(!client || !client->conns)) {
		client->conns--;
		if (refund && READ_ONCE(rule->rate))
			slb_gcra_give(&client->gcra, &client->per, 1);
		slb_client_relax(clients, client, slb_gcra_now());
	}
	spin_unlock(lock);
}

/**
 * slb_client_visit_bucket() - look at the clients of a rule in a bucket
 * @sn: the namespace's balancer
 * @rule: what they may have
 * @bucket: below SLB_CLIENT_BUCKETS
 * @visit: called for each
 * @arg: for @visit
 *
 * Context: process.
 * Return: false if @visit has said so; it has not seen all of them.
 */
bool slb_client_visit_bucket(struct slb_net *sn, const struct slb_client_rule *rule, u32 bucket,
			     slb_client_visit_t visit, void *arg)
{
	struct slb_clients *clients = READ_ONCE(sn->clients);
	struct slb_client_view view;
	struct slb_client *client;
	bool goes_on = true;

	if (!clients || hlist_empty(&clients->bucket[bucket]))
		return true;
	spin_lock_bh(slb_client_lock(clients, bucket));
	hlist_for_each_entry(client, &clients->bucket[bucket], node) {
		if (client->rule != rule->id)
			continue;
		view.prefix = client->prefix;
		view.conns = client->conns;
		view.full = slb_client_judge(client, rule, true);
		goes_on = visit(&view, arg);
		if (!goes_on)
			break;
	}
	spin_unlock_bh(slb_client_lock(clients, bucket));
	return goes_on;
}

static void slb_client_sweep(struct work_struct *work)
{
	struct slb_clients *clients = container_of(work, struct slb_clients, sweep.work);
	struct slb_client *client;
	struct hlist_node *next;
	u32 i;

	for (i = 0; i < SLB_CLIENT_BUCKETS; i++) {
		if (hlist_empty(&clients->bucket[i]))	/* one that comes just now is met next time */
			continue;
		spin_lock_bh(slb_client_lock(clients, i));
		hlist_for_each_entry_safe(client, next, &clients->bucket[i], node)
			slb_client_relax(clients, client, slb_gcra_now());
		spin_unlock_bh(slb_client_lock(clients, i));
		cond_resched();
	}
	if (atomic_read(&clients->count))
		queue_delayed_work(system_power_efficient_wq, &clients->sweep, SLB_CLIENT_SWEEP);
}

/**
 * slb_client_furnish_locked() - a service is about to limit its clients
 * @sn: the namespace's balancer
 *
 * The table, half a megabyte, is made with the first such service and stays until the namespace ends.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0 or -ENOMEM.
 */
int slb_client_furnish_locked(struct slb_net *sn)
{
	struct slb_clients *clients;
	u32 i;

	lockdep_assert_held(&sn->cfg_mutex);
	if (sn->clients)
		return 0;
	clients = slb_alloc(kvzalloc(sizeof(*clients), SLB_GFP_CONFIG));
	if (!clients)
		return -ENOMEM;
	get_random_bytes(&clients->key, sizeof(clients->key));
	INIT_DELAYED_WORK(&clients->sweep, slb_client_sweep);
	for (i = 0; i < SLB_CLIENT_LOCKS; i++)
		spin_lock_init(&clients->lock[i]);
	/* Before the limits that lead packets here are published. */
	WRITE_ONCE(sn->clients, clients);
	return 0;
}

/**
 * slb_client_exit() - free the table
 * @sn: the namespace's balancer; it has no connections any more
 *
 * Context: process.
 */
void slb_client_exit(struct slb_net *sn)
{
	struct slb_clients *clients = sn->clients;
	struct slb_client *client;
	struct hlist_node *next;
	u32 i;

	if (!clients)
		return;
	cancel_delayed_work_sync(&clients->sweep);
	for (i = 0; i < SLB_CLIENT_BUCKETS; i++)
		hlist_for_each_entry_safe(client, next, &clients->bucket[i], node) {
			WARN_ON_ONCE(client->conns);
			kfree(client);
		}
	kvfree(clients);
}

/**
 * slb_client_count() - entries of the table
 * @sn: the namespace's balancer
 *
 * Context: any.
 * Return: how many.
 */
u32 slb_client_count(const struct slb_net *sn)
{
	const struct slb_clients *clients = READ_ONCE(sn->clients);

	return clients ? atomic_read(&clients->count) : 0;
}
