// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services, and what their servers (slb_srv.c) share with them: found under RCU, changed under
 * sn->cfg_mutex.
 *
 * Removal: the object leaves every table and list, is marked gone, and then its connections are
 * reset by a walk over the connection table. A packet that found the object before may open one
 * more connection: it links that first and looks at the mark afterwards (slb_open.c), so either
 * the walk meets the connection or the packet meets the mark.
 *
 * Who can hold a service or server then? Its connections, until the callback that frees them
 * behind RCU. With the last of them the address leaves the bystander filter, and the memory
 * follows behind RCU, when no packet that found it in the table or list can still look at it.
 */
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_limit.h"
#include "slb_net.h"
#include "slb_sched.h"

/**
 * slb_svc_group_locked() - a service's group
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the group.
 */
struct slb_group *slb_svc_group_locked(const struct slb_svc *svc)
{
	return rcu_dereference_protected(svc->group, lockdep_is_held(&svc->sn->cfg_mutex));
}

/**
 * slb_svc_pool_locked() - a service's pool of local addresses
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the pool.
 */
struct slb_pool *slb_svc_pool_locked(const struct slb_svc *svc)
{
	return rcu_dereference_protected(svc->pool, lockdep_is_held(&svc->sn->cfg_mutex));
}

/**
 * slb_svc_get() - take a reference
 * @svc: found under RCU
 *
 * Context: any, inside RCU.
 * Return: false if the last reference has been put already.
 */
bool slb_svc_get(struct slb_svc *svc)
{
	return refcount_inc_not_zero(&svc->ref);
}

static void slb_svc_free_rcu(struct rcu_head *rcu)
{
	struct slb_svc *svc = container_of(rcu, struct slb_svc, rcu);

	slb_group_put(rcu_dereference_protected(svc->group, true));
	slb_limit_svc_free(svc);
	atomic64_inc(&svc->sn->destroyed);
	slb_label_free(&svc->label);
	free_percpu(svc->stats);
	kfree(svc);
}

/* Packets to its address are looked at; those to a service by mark come with the mark. */
static void slb_svc_list_addr(struct slb_svc *svc)
{
	if (!svc->key.mark)
		slb_filter_add(&svc->sn->filter, &svc->key.addr, svc->key.v6);
}

static void slb_svc_unlist_addr(struct slb_svc *svc)
{
	if (!svc->key.mark)
		slb_filter_del(&svc->sn->filter, &svc->key.addr, svc->key.v6);
}

/**
 * slb_svc_put() - put a reference
 * @svc: the service
 *
 * Context: any but hard interrupts.
 */
void slb_svc_put(struct slb_svc *svc)
{
	if (!refcount_dec_and_test(&svc->ref))
		return;
	slb_svc_unlist_addr(svc);
	call_rcu(&svc->rcu, slb_svc_free_rcu);
}

/**
 * slb_svc_conf_init() - a new service's defaults
 * @conf: the answer
 * @proto: IPPROTO_TCP, IPPROTO_UDP, or 0 for both
 * @v6: its family
 *
 * Context: any.
 */
void slb_svc_conf_init(struct slb_svc_conf *conf, u8 proto, bool v6)
{
	memset(conf, 0, sizeof(*conf));
	slb_group_conf_init(&conf->own);
	conf->enabled = true;
	conf->toa = proto != IPPROTO_UDP;
	conf->toa_kind = SLB_TOA_KIND_DEFAULT;
	conf->timestamps = SLB_TIMESTAMPS_TRANSLATE;
	conf->unknown = SLB_UNKNOWN_RESET;
	conf->persist_len = v6 ? 128 : 32;
}

/**
 * slb_svc_conf_read_locked() - what a service's configuration is
 * @svc: the service
 * @conf: the answer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_svc_conf_read_locked(const struct slb_svc *svc, struct slb_svc_conf *conf)
{
	struct slb_group *group = slb_svc_group_locked(svc);

	memset(conf, 0, sizeof(*conf));
	memcpy(conf->timeout_s, svc->timeout_s, sizeof(conf->timeout_s));
	conf->idle_s = svc->idle_s;
	strscpy(conf->pool, slb_svc_pool_locked(svc)->name, sizeof(conf->pool));
	conf->group = slb_group_is_named(group) ? group : NULL;
	slb_group_conf_read_locked(group, &conf->own);
	conf->enabled = svc->enabled;
	conf->toa = svc->toa;
	conf->toa_kind = svc->toa_kind;
	conf->timestamps = svc->timestamps;
	conf->unknown = svc->unknown;
	conf->persist_s = svc->persist_s;
	conf->persist_len = svc->persist_len;
	conf->acl[SLB_ACL_MODE_ALLOW] = slb_acl_of_locked(svc, SLB_ACL_MODE_ALLOW);
	conf->acl[SLB_ACL_MODE_DENY] = slb_acl_of_locked(svc, SLB_ACL_MODE_DENY);
}

/**
 * slb_svc_resolve_timeouts_locked() - compute what a service's timeouts come to
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if one is shorter than before: slb_conn_refile_matching() is to follow. Connections that
 * may stay longer are found out when their time comes.
 */
bool slb_svc_resolve_timeouts_locked(struct slb_svc *svc)
{
	bool earlier = false;
	u32 seconds;
	u16 ticks;
	int state;

	for (state = 0; state < SLB_STATE_COUNT; state++) {
		seconds = svc->timeout_s[state];
		if (svc->idle_s && (state == SLB_STATE_ESTABLISHED || state == SLB_STATE_UDP))
			seconds = svc->idle_s;
		if (!seconds)
			seconds = svc->sn->set.timeout_s[state];
		ticks = slb_tick_from_s(seconds);
		earlier |= ticks < svc->ticks[state];
		WRITE_ONCE(svc->ticks[state], ticks);
	}
	return earlier;
}

static struct slb_acl *const slb_svc_no_acl[SLB_ACL_MODE_COUNT];

/*
 * Everything but pool and group, which need memory. Packets read single fields. Returns whether a
 * timeout is shorter now.
 */
static bool slb_svc_apply(struct slb_svc *svc, const struct slb_svc_conf *conf)
{
	WRITE_ONCE(svc->enabled, conf->enabled);
	WRITE_ONCE(svc->toa, conf->toa);
	WRITE_ONCE(svc->toa_kind, conf->toa_kind);
	WRITE_ONCE(svc->timestamps, conf->timestamps);
	WRITE_ONCE(svc->unknown, conf->unknown);
	memcpy(svc->timeout_s, conf->timeout_s, sizeof(svc->timeout_s));
	svc->idle_s = conf->idle_s;
	slb_acl_use_locked(svc, conf->acl);
	WRITE_ONCE(svc->persist_s, conf->persist_s);
	WRITE_ONCE(svc->persist_len, conf->persist_len);
	WRITE_ONCE(svc->features, (svc->features & ~SLB_SVC_PERSIST) |
				  (conf->persist_s ? SLB_SVC_PERSIST : 0));
	return slb_svc_resolve_timeouts_locked(svc);
}

/* The group that @conf says, with a reference for the service, or NULL. */
static struct slb_group *slb_svc_choose_group(const struct slb_svc *svc,
					      const struct slb_svc_conf *conf)
{
	return conf->group ? slb_group_use_locked(conf->group, svc->key.v6)
			   : slb_group_own_locked(svc, &conf->own);
}

static struct slb_svc *slb_svc_alloc(struct slb_net *sn, const struct slb_svc_key *key,
				     const struct slb_svc_conf *conf)
{
	struct slb_svc *svc = slb_alloc(kzalloc(sizeof(*svc), SLB_GFP_CONFIG));
	struct slb_group *group;

	if (!svc)
		return NULL;
	svc->stats = slb_alloc(alloc_percpu_gfp(struct slb_stats, SLB_GFP_CONFIG));
	if (!svc->stats)
		goto err_free;
	svc->key = *key;
	svc->sn = sn;
	refcount_set(&svc->ref, 1);
	group = slb_svc_choose_group(svc, conf);
	if (!group)
		goto err_free_stats;
	RCU_INIT_POINTER(svc->group, group);
	return svc;

err_free_stats:
	free_percpu(svc->stats);
err_free:
	kfree(svc);
	return NULL;
}

/**
 * slb_svc_add_locked() - add a service
 * @sn: the namespace's balancer
 * @key: no service has it
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: the service, or an ERR_PTR() with nothing changed; -EEXIST if its ports overlap those of
 * another range.
 */
struct slb_svc *slb_svc_add_locked(struct slb_net *sn, const struct slb_svc_key *key,
				   const struct slb_svc_conf *conf)
{
	struct slb_svc *svc;
	struct slb_pool *pool;
	int err = -ENOMEM;

	if (conf->persist_s && slb_persist_furnish_locked(sn))
		return ERR_PTR(-ENOMEM);
	svc = slb_svc_alloc(sn, key, conf);
	if (!svc)
		return ERR_PTR(-ENOMEM);
	pool = slb_pool_get_locked(sn, conf->pool);
	if (!pool)
		goto err_free;
	RCU_INIT_POINTER(svc->pool, pool);
	slb_svc_apply(svc, conf);
	err = slb_net_activate_locked(sn);
	if (err)
		goto err_put_pool;

	slb_limit_attach_locked(svc, conf->limits);
	slb_svc_list_addr(svc);
	err = slb_listen_add_locked(svc);
	if (err)
		goto err_filter;
	list_add_tail(&svc->list, &sn->svc_list);
	atomic_inc(&sn->n_svcs);
	atomic64_inc(&sn->created);
	slb_net_changed_locked(sn);
	return svc;

err_filter:
	slb_limit_release_locked(svc);
	slb_svc_unlist_addr(svc);
err_put_pool:
	slb_acl_use_locked(svc, slb_svc_no_acl);
	slb_pool_put_locked(sn, pool);
err_free:
	slb_group_leave_locked(slb_svc_group_locked(svc));
	free_percpu(svc->stats);
	kfree(svc);
	return ERR_PTR(err);
}

/* Moves the service to another group, or changes its own. */
static int slb_svc_change_group_locked(struct slb_svc *svc, const struct slb_svc_conf *conf)
{
	struct slb_group *old = slb_svc_group_locked(svc);
	struct slb_group *group;

	if (conf->group == old)
		return 0;
	if (!conf->group && !slb_group_is_named(old))
		return slb_group_change_locked(old, &conf->own);
	group = slb_svc_choose_group(svc, conf);
	if (!group)
		return -ENOMEM;
	rcu_assign_pointer(svc->group, group);
	slb_group_leave_locked(old);
	return 0;
}

/**
 * slb_svc_change_locked() - change a service
 * @svc: the service
 * @conf: checked; all of it is taken over
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int slb_svc_change_locked(struct slb_svc *svc, const struct slb_svc_conf *conf)
{
	const struct slb_group *group = slb_svc_group_locked(svc);
	struct slb_pool *old = slb_svc_pool_locked(svc);
	struct slb_net *sn = svc->sn;
	struct slb_pool *pool;
	bool forget, earlier;
	int err;

	if (conf->persist_s && slb_persist_furnish_locked(sn))
		return -ENOMEM;
	pool = slb_pool_get_locked(sn, conf->pool);
	if (!pool)
		return -ENOMEM;
	err = slb_svc_change_group_locked(svc, conf);
	if (err) {
		slb_pool_put_locked(sn, pool);
		return err;
	}
	rcu_assign_pointer(svc->pool, pool);
	slb_pool_put_locked(sn, old);
	forget = svc->persist_s && (!conf->persist_s || conf->persist_len != svc->persist_len ||
				    group != slb_svc_group_locked(svc));
	earlier = slb_svc_apply(svc, conf);
	if (forget)
		slb_persist_forget_svc(svc);
	slb_net_changed_locked(sn);
	if (earlier)
		slb_conn_refile_matching(sn, svc);
	return 0;
}

/* Out of every table and list, its own servers too; nothing new finds it. */
static void slb_svc_unlink_locked(struct slb_svc *svc)
{
	struct slb_group *group = slb_svc_group_locked(svc);
	struct slb_net *sn = svc->sn;

	slb_listen_del_locked(svc);
	list_del(&svc->list);
	atomic_dec(&sn->n_svcs);
	WRITE_ONCE(svc->gone, true);
	if (!slb_group_is_named(group))
		slb_group_condemn_locked(group);
	slb_net_changed_locked(sn);
}

/* Its connections are reset or ended. */
static void slb_svc_release_locked(struct slb_svc *svc)
{
	struct slb_group *group = slb_svc_group_locked(svc);
	struct slb_net *sn = svc->sn;
	struct slb_pool *pool = slb_svc_pool_locked(svc);

	group->users--;
	slb_limit_release_locked(svc);
	if (!slb_group_is_named(group))
		slb_group_disown_locked(group);
	rcu_assign_pointer(svc->pool, sn->pool_default);
	slb_pool_put_locked(sn, pool);
	slb_acl_use_locked(svc, slb_svc_no_acl);
	slb_svc_put(svc);
}

/**
 * slb_svc_remove_locked() - remove a service and reset its connections
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_svc_remove_locked(struct slb_svc *svc)
{
	struct slb_net *sn = svc->sn;

	slb_svc_unlink_locked(svc);
	smp_mb();	/* "gone" before the count and the walk; pairs with slb_open_go() */
	if (refcount_read(&svc->ref) > 1)
		slb_conn_reset_matching(sn, svc, NULL);
	slb_persist_forget_svc(svc);
	slb_svc_release_locked(svc);
}

/**
 * slb_svc_remove_all_locked() - remove every service and reset all connections, by one walk
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_svc_remove_all_locked(struct slb_net *sn)
{
	struct slb_svc *svc, *next;
	LIST_HEAD(gone);

	list_for_each_entry_safe(svc, next, &sn->svc_list, list) {
		slb_svc_unlink_locked(svc);
		list_add_tail(&svc->list, &gone);
	}
	if (list_empty(&gone))
		return;
	smp_mb();	/* "gone" before the walk; pairs with slb_open_go() */
	slb_conn_reset_matching(sn, NULL, NULL);
	slb_persist_flush(sn, NULL, NULL);
	list_for_each_entry_safe(svc, next, &gone, list) {
		list_del(&svc->list);
		slb_svc_release_locked(svc);
	}
}
