// SPDX-License-Identifier: GPL-2.0-only
/* Limits as they are configured; how they are held, and how long they live, is told in slb_limit.c. */

#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_limit.h"
#include "slb_net.h"

#define SLB_LIMIT_BURST_MIN	10	/* connections; but never more than a second's */
/* Rates are held within a percent over ten seconds: a tenth of a second may come at once. */
#define SLB_LIMIT_BURST		(SLB_GCRA_SECOND / 10)

static void slb_limit_set_rate(struct slb_gcra_rate *per, u32 rate)
{
	u32 burst = max(rate / 10, min_t(u32, rate, SLB_LIMIT_BURST_MIN));

	/* The first goes without; as many more as fit into the depth follow it. */
	slb_gcra_set(per, rate, rate ? div_u64((burst - 1) * SLB_GCRA_SECOND, rate) : 0, 1);
}

static void slb_quota_set(struct slb_quota *quota, u32 conns_max, u32 rate)
{
	WRITE_ONCE(quota->conns_max, conns_max);
	slb_limit_set_rate(&quota->per, rate);
	WRITE_ONCE(quota->rate, rate);
}

static struct slb_limits *slb_limits_locked(const struct slb_svc *svc)
{
	return rcu_dereference_protected(svc->limits, lockdep_is_held(&svc->sn->cfg_mutex));
}

/**
 * slb_limit_conf_init() - no limits
 * @conf: the answer
 *
 * Context: any.
 */
void slb_limit_conf_init(struct slb_limit_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->client_len[0] = 32;
	conf->client_len[1] = 64;
}

/**
 * slb_limit_conf_read_locked() - what a service's limits are
 * @svc: the service
 * @conf: the answer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_conf_read_locked(const struct slb_svc *svc, struct slb_limit_conf *conf)
{
	const struct slb_limits *limits = slb_limits_locked(svc);

	slb_limit_conf_init(conf);
	if (!limits)
		return;
	conf->conns_max = limits->own.conns_max;
	conf->rate = limits->own.rate;
	conf->shared = limits->shared;
	conf->client_conns = limits->client.conns_max;
	conf->client_rate = limits->client.rate;
	memcpy(conf->client_len, limits->client.len, sizeof(conf->client_len));
	conf->kbit[SLB_DIR_ORIG] = limits->bandwidth[SLB_DIR_ORIG].kbit;
	conf->kbit[SLB_DIR_REPLY] = limits->bandwidth[SLB_DIR_REPLY].kbit;
}

static bool slb_limit_conf_has_client(const struct slb_limit_conf *conf)
{
	return conf->client_conns || conf->client_rate;
}

/* Lengths alone are kept, too: they count again with the next limit of clients. */
static bool slb_limit_conf_is_empty(const struct slb_limit_conf *conf)
{
	return !conf->conns_max && !conf->rate && !conf->shared &&
	       !slb_limit_conf_has_client(conf) && !conf->kbit[0] && !conf->kbit[1] &&
	       conf->client_len[0] == 32 && conf->client_len[1] == 64;
}

/* Do other numbers in the old place do? */
static bool slb_limit_conf_fits(const struct slb_limits *limits, const struct slb_limit_conf *conf)
{
	if (!limits || slb_limit_conf_is_empty(conf))
		return !limits && slb_limit_conf_is_empty(conf);
	return limits->shared == conf->shared &&
	       limits->has_client == slb_limit_conf_has_client(conf) &&
	       !memcmp(limits->client.len, conf->client_len, sizeof(conf->client_len)) &&
	       limits->shaped[0] == !!conf->kbit[0] && limits->shaped[1] == !!conf->kbit[1];
}

static void slb_limit_set_numbers(struct slb_limits *limits, const struct slb_limit_conf *conf)
{
	struct slb_bandwidth *bandwidth;
	int dir;

	slb_quota_set(&limits->own, conf->conns_max, conf->rate);
	WRITE_ONCE(limits->client.conns_max, conf->client_conns);
	slb_limit_set_rate(&limits->client.per, conf->client_rate);
	WRITE_ONCE(limits->client.rate, conf->client_rate);
	for (dir = SLB_DIR_ORIG; dir <= SLB_DIR_REPLY; dir++) {
		bandwidth = &limits->bandwidth[dir];
		slb_gcra_set(&bandwidth->per, conf->kbit[dir] * 125ull, SLB_LIMIT_BURST,
			     SLB_GCRA_MOST);
		WRITE_ONCE(bandwidth->kbit, conf->kbit[dir]);
	}
}

/**
 * slb_limit_prepare_locked() - what a change of limits needs memory for
 * @sn: the namespace's balancer
 * @svc: the service, or NULL for one that is about to be added
 * @conf: checked
 * @fresh: the answer, NULL where none is needed; for slb_limit_attach_locked(),
 *	slb_limit_change_locked() or slb_limit_discard()
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0 or -ENOMEM.
 */
int slb_limit_prepare_locked(struct slb_net *sn, const struct slb_svc *svc,
			     const struct slb_limit_conf *conf, struct slb_limits **fresh)
{
	struct slb_limits *limits;

	*fresh = NULL;
	if (slb_limit_conf_is_empty(conf) ||
	    slb_limit_conf_fits(svc ? slb_limits_locked(svc) : NULL, conf))
		return 0;
	if (slb_limit_conf_has_client(conf) && slb_client_furnish_locked(sn))
		return -ENOMEM;
	limits = slb_alloc(kzalloc(sizeof(*limits), SLB_GFP_CONFIG));
	if (!limits)
		return -ENOMEM;
	limits->sn = sn;
	limits->shared = conf->shared;
	if (limits->shared)
		refcount_inc(&limits->shared->ref);
	limits->has_client = slb_limit_conf_has_client(conf);
	memcpy(limits->client.len, conf->client_len, sizeof(conf->client_len));
	limits->client.id = ++sn->limit_serial;
	limits->shaped[0] = conf->kbit[0];
	limits->shaped[1] = conf->kbit[1];
	slb_limit_set_numbers(limits, conf);
	atomic64_inc(&sn->created);
	*fresh = limits;
	return 0;
}

static void slb_limit_put(struct slb_limit *limit)
{
	if (!limit || !refcount_dec_and_test(&limit->ref))
		return;
	WARN_ON_ONCE(atomic_read(&limit->quota.conns));
	atomic64_inc(&limit->sn->destroyed);
	kfree_rcu(limit, rcu);
}

/**
 * slb_limit_discard() - free limits in which no connection was ever counted, or none is any more
 * @fresh: from slb_limit_prepare_locked(), or NULL
 *
 * Context: any.
 */
void slb_limit_discard(struct slb_limits *fresh)
{
	if (!fresh)
		return;
	WARN_ON_ONCE(atomic_read(&fresh->own.conns));
	slb_limit_put(fresh->shared);
	atomic64_inc(&fresh->sn->destroyed);
	kfree(fresh);
}

static void slb_limits_free_rcu(struct rcu_head *rcu)
{
	slb_limit_discard(container_of(rcu, struct slb_limits, rcu));
}

/**
 * slb_limit_attach_locked() - give a service its limits
 * @svc: a service that has none, and no connection yet that a walk would have to find
 * @fresh: from slb_limit_prepare_locked(), or NULL
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_limit_attach_locked(struct slb_svc *svc, struct slb_limits *fresh)
{
	if (!fresh)
		return;
	if (svc->limits_vacated)
		cond_synchronize_rcu(svc->limits_vacated);
	fresh->slot = !svc->limits_slot;
	svc->limits_slot = fresh->slot;
	if (fresh->shared)
		fresh->shared->users++;
	rcu_assign_pointer(svc->counted[fresh->slot], fresh);
	rcu_assign_pointer(svc->limits, fresh);
}

/**
 * slb_limit_change_locked() - give a service other limits
 * @svc: the service
 * @conf: checked
 * @fresh: what slb_limit_prepare_locked() has made for @conf
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_limit_change_locked(struct slb_svc *svc, const struct slb_limit_conf *conf,
			     struct slb_limits *fresh)
{
	struct slb_limits *old = slb_limits_locked(svc);

	if (slb_limit_conf_fits(old, conf)) {
		if (old)
			slb_limit_set_numbers(old, conf);
		return;
	}
	if (fresh)
		slb_limit_attach_locked(svc, fresh);
	else
		RCU_INIT_POINTER(svc->limits, NULL);
	smp_mb();	/* the limits before the walk; pairs with slb_open_go() */
	slb_conn_recount_matching(svc->sn, svc);
	if (!old)
		return;
	if (old->shared)
		old->shared->users--;
	svc->limits_vacated = get_state_synchronize_rcu();
	call_rcu(&old->rcu, slb_limits_free_rcu);
}

/**
 * slb_limit_release_locked() - a service is removed; its connections may live on
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_release_locked(struct slb_svc *svc)
{
	const struct slb_limits *limits = slb_limits_locked(svc);

	if (limits && limits->shared)
		limits->shared->users--;
}

/**
 * slb_limit_svc_free() - a service is freed, and has no connection any more
 * @svc: the service
 *
 * Context: RCU callback.
 */
void slb_limit_svc_free(struct slb_svc *svc)
{
	slb_limit_discard(rcu_dereference_protected(svc->limits, true));
}

/**
 * slb_limit_srv_read() - what a server's limits are
 * @srv: the server
 * @conf: the answer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_srv_read(const struct slb_srv *srv, struct slb_limit_conf *conf)
{
	slb_limit_conf_init(conf);
	conf->conns_max = srv->cap.conns_max;
	conf->conns_low = srv->cap.conns_low;
	conf->rate = srv->cap.rate;
}

/**
 * slb_limit_srv_set_locked() - give a server other limits
 * @srv: the server
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_srv_set_locked(struct slb_srv *srv, const struct slb_limit_conf *conf)
{
	lockdep_assert_held(&srv->sn->cfg_mutex);
	WRITE_ONCE(srv->cap.conns_max, conf->conns_max);
	WRITE_ONCE(srv->cap.conns_low, conf->conns_low);
	slb_limit_set_rate(&srv->cap.per, conf->rate);
	WRITE_ONCE(srv->cap.rate, conf->rate);
	WRITE_ONCE(srv->cap.full, false);
	WRITE_ONCE(srv->cap.on, conf->conns_max || conf->rate);
}

/**
 * slb_limit_find_locked() - find a named limit
 * @sn: the namespace's balancer
 * @name: its name
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the limit, valid as long as the mutex is held, or NULL.
 */
struct slb_limit *slb_limit_find_locked(struct slb_net *sn, const char *name)
{
	struct slb_limit *limit;

	lockdep_assert_held(&sn->cfg_mutex);
	list_for_each_entry(limit, &sn->limits, list)
		if (!strcmp(limit->name, name))
			return limit;
	return NULL;
}

/**
 * slb_limit_add_locked() - add a named limit
 * @sn: the namespace's balancer
 * @name: no other one has it
 * @conns_max: connections at a time, 0 is no limit
 * @rate: new connections a second, 0 is no limit
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: the limit, or NULL if there is no memory.
 */
struct slb_limit *slb_limit_add_locked(struct slb_net *sn, const char *name, u32 conns_max,
				       u32 rate)
{
	struct slb_limit *limit = slb_alloc(kzalloc(sizeof(*limit), SLB_GFP_CONFIG));

	if (!limit)
		return NULL;
	strscpy(limit->name, name, sizeof(limit->name));
	limit->sn = sn;
	refcount_set(&limit->ref, 1);
	slb_quota_set(&limit->quota, conns_max, rate);
	list_add_tail(&limit->list, &sn->limits);
	atomic64_inc(&sn->created);
	slb_net_changed_locked(sn);
	return limit;
}

/**
 * slb_limit_set_locked() - change a named limit
 * @limit: the limit
 * @conns_max: connections at a time, 0 is no limit
 * @rate: new connections a second, 0 is no limit
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_set_locked(struct slb_limit *limit, u32 conns_max, u32 rate)
{
	slb_quota_set(&limit->quota, conns_max, rate);
	slb_net_changed_locked(limit->sn);
}

/**
 * slb_limit_remove_locked() - remove a named limit
 * @limit: no service is configured with it; connections of removed ones may still be counted in it
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_remove_locked(struct slb_limit *limit)
{
	list_del(&limit->list);
	slb_net_changed_locked(limit->sn);
	slb_limit_put(limit);
}

/**
 * slb_limit_remove_all_locked() - remove every named limit
 * @sn: the namespace's balancer; it has no services any more
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_remove_all_locked(struct slb_net *sn)
{
	struct slb_limit *limit, *next;

	list_for_each_entry_safe(limit, next, &sn->limits, list)
		slb_limit_remove_locked(limit);
}

/**
 * slb_limit_zero_locked() - let the counters of all named limits begin anew
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_limit_zero_locked(struct slb_net *sn)
{
	struct slb_limit *limit;

	list_for_each_entry(limit, &sn->limits, list) {
		atomic64_set(&limit->refused_conns, 0);
		atomic64_set(&limit->refused_rate, 0);
	}
}

#ifdef SLB_SELFTEST
#include "selftest/gcra.c"
#endif
