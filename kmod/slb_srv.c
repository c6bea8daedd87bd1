// SPDX-License-Identifier: GPL-2.0-only
/*
 * Servers of a group. The life of a server is told in slb_svc.c.
 */
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_sched.h"

/**
 * slb_srv_get() - take a reference
 * @srv: found under RCU
 *
 * Context: any, inside RCU.
 * Return: false if the last reference has been put already.
 */
bool slb_srv_get(struct slb_srv *srv)
{
	return refcount_inc_not_zero(&srv->ref);
}

static void slb_srv_free_rcu(struct rcu_head *rcu)
{
	struct slb_srv *srv = container_of(rcu, struct slb_srv, rcu);

	atomic64_inc(&srv->sn->destroyed);
	slb_label_free(&srv->label);
	kfree(srv->health_reason);
	free_percpu(srv->stats);
	kfree(srv);
}

/**
 * slb_srv_put() - put a reference
 * @srv: the server
 *
 * Packets inside RCU may still look at a server whose last reference is put, and through it at its
 * endpoint and group: those are freed behind RCU too.
 *
 * Context: any but hard interrupts.
 */
void slb_srv_put(struct slb_srv *srv)
{
	if (!refcount_dec_and_test(&srv->ref))
		return;
	if (srv->nat_listed)
		slb_filter_del(&srv->sn->nat, &srv->ep->key.addr, srv->ep->key.v6);
	slb_ep_put(srv->ep);
	slb_group_put(srv->group);
	call_rcu(&srv->rcu, slb_srv_free_rcu);
}

/**
 * slb_srv_count() - a server's connections changed
 * @srv: the server
 * @active: added to the active ones
 * @inactive: added to the inactive ones
 *
 * Context: BH off, inside RCU.
 */
void slb_srv_count(struct slb_srv *srv, int active, int inactive)
{
	const struct slb_roster *sched;

	if (active)
		atomic_add(active, &srv->active);
	if (inactive)
		atomic_add(inactive, &srv->inactive);
	sched = rcu_dereference(srv->group->sched);
	if (sched && sched->ops->load)
		sched->ops->load(srv->group, srv);
}

static struct slb_ep_key slb_srv_ep_key(const struct slb_group *group, const struct in6_addr *addr,
					__be16 port, bool v6)
{
	return (struct slb_ep_key) {
		.addr = *addr,
		.port = port,
		.proto = group->proto,
		.v6 = v6,
	};
}

/**
 * slb_srv_find_locked() - find a server of a group
 * @group: the group
 * @addr: IPv4 in the first word
 * @port: network byte order
 * @v6: family
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the server, valid as long as the mutex is held, or NULL.
 */
struct slb_srv *slb_srv_find_locked(const struct slb_group *group, const struct in6_addr *addr,
				    __be16 port, bool v6)
{
	const struct slb_ep_key key = slb_srv_ep_key(group, addr, port, v6);
	const struct slb_ep *ep;

	/* Only compared below: a server that is configured holds its endpoint. */
	rcu_read_lock();
	ep = slb_ep_find_rcu(group->sn, &key);
	rcu_read_unlock();
	return ep ? slb_group_srv_find_locked(group, ep) : NULL;
}

/*
 * The mode of new connections. In nat mode the server's packets are known by their source; its
 * address is listed before the first of them can come, and stays listed as long as a connection of
 * the server lives, whatever becomes of its mode.
 */
static int slb_srv_set_fwd_locked(struct slb_srv *srv, u8 fwd)
{
	const struct slb_ep_key *key = &srv->ep->key;
	struct slb_net *sn = srv->sn;

	if (fwd == SLB_FWD_NAT && !srv->nat_listed) {
		if (slb_net_use_nat_locked(sn))
			return -ENOMEM;
		slb_filter_add(&sn->nat, &key->addr, key->v6);
		srv->nat_listed = true;
	}
	WRITE_ONCE(srv->fwd, fwd);
	return 0;
}

static struct slb_srv *slb_srv_alloc(struct slb_net *sn, const struct slb_ep_key *key)
{
	struct slb_srv *srv = slb_alloc(kzalloc(sizeof(*srv), SLB_GFP_CONFIG));

	if (!srv)
		return NULL;
	srv->stats = slb_alloc(alloc_percpu_gfp(struct slb_stats, SLB_GFP_CONFIG));
	if (!srv->stats)
		goto err_free;
	srv->ep = slb_ep_get(sn, key);
	if (!srv->ep)
		goto err_free_stats;
	srv->spread = !key->port || !key->proto;
	srv->sn = sn;
	INIT_LIST_HEAD(&srv->drain);
	srv->since = get_jiffies_64();
	srv->rank = SLB_RANK_OUT;
	refcount_set(&srv->ref, 1);
	return srv;

err_free_stats:
	free_percpu(srv->stats);
err_free:
	kfree(srv);
	return NULL;
}

/* A server that has never been in a group. */
static void slb_srv_free_unlisted(struct slb_srv *srv)
{
	slb_ep_put(srv->ep);
	free_percpu(srv->stats);
	kfree(srv);
}

/**
 * slb_srv_add_locked() - add a server to a group
 * @group: the group; has no such server
 * @addr: IPv4 in the first word
 * @port: network byte order
 * @v6: family; slb_group_fits_locked() says yes
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: the server, or NULL with nothing changed if there is no memory.
 */
struct slb_srv *slb_srv_add_locked(struct slb_group *group, const struct in6_addr *addr,
				   __be16 port, bool v6, const struct slb_srv_conf *conf)
{
	const struct slb_ep_key key = slb_srv_ep_key(group, addr, port, v6);
	struct slb_net *sn = group->sn;
	struct slb_srv *srv;

	if (slb_sched_reserve_locked(group, group->nservers + 1))
		return NULL;
	srv = slb_srv_alloc(sn, &key);
	if (!srv)
		return NULL;
	if (slb_srv_set_fwd_locked(srv, conf->fwd)) {
		slb_srv_free_unlisted(srv);
		return NULL;
	}
	slb_group_link_locked(group, srv);
	atomic64_inc(&sn->created);
	if (slb_group_place_locked(srv, conf, false))
		slb_group_review_locked(group);
	slb_net_changed_locked(sn);
	return srv;
}

/**
 * slb_srv_conf_read_locked() - what a server's configuration is
 * @srv: the server
 * @conf: the answer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_srv_conf_read_locked(const struct slb_srv *srv, struct slb_srv_conf *conf)
{
	conf->weight = srv->weight;
	conf->fwd = srv->fwd;
	conf->priority = srv->priority;
	conf->down = srv->down;
	conf->unproved = srv->unproved;
}

/* Would it enter or leave the choice, or have another share? */
static bool slb_srv_moves(const struct slb_srv *srv, const struct slb_srv_conf *conf)
{
	return conf->weight != srv->weight || conf->down != srv->down || srv->draining ||
	       conf->priority != srv->priority || conf->unproved != srv->unproved;
}

/**
 * slb_srv_change_locked() - change a server, or take back one that drains
 * @srv: the server
 * @conf: checked; all of it is taken over
 *
 * Its connections stay as they are, unless its weight became 0 or it went down and the group says
 * otherwise.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int slb_srv_change_locked(struct slb_srv *srv, const struct slb_srv_conf *conf)
{
	bool moves = slb_srv_moves(srv, conf);
	int err = moves ? slb_sched_reserve_locked(srv->group, srv->group->nservers) : 0;

	err = err ?: slb_srv_set_fwd_locked(srv, conf->fwd);
	if (err)
		return err;
	if (moves) {
		if (srv->weight && !conf->weight)
			srv->since = get_jiffies_64();
		if (slb_group_place_locked(srv, conf, false))
			slb_group_review_locked(srv->group);
		else if (slb_drain_review_locked(srv))
			slb_drain_reset_locked(srv->sn);
	}
	slb_net_changed_locked(srv->sn);
	return 0;
}

/**
 * slb_srv_remove_locked() - remove a server
 * @srv: the server; does not drain yet
 *
 * If its group gives its connections time and there are any, it drains. Else they are reset.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: true if it drains.
 */
bool slb_srv_remove_locked(struct slb_srv *srv)
{
	struct slb_net *sn = srv->sn;
	struct slb_srv_conf conf;

	slb_srv_conf_read_locked(srv, &conf);
	if (slb_group_place_locked(srv, &conf, true))
		slb_group_review_locked(srv->group);
	slb_net_changed_locked(sn);
	if (srv->group->set.removal_delay && refcount_read(&srv->ref) > 1) {
		slb_drain_begin_locked(srv);
		slb_persist_forget_srv(srv);
		return true;
	}
	slb_group_unlink_locked(srv);
	WRITE_ONCE(srv->gone, true);
	smp_mb();	/* "gone" before the count; a packet counts before it looks: slb_open_go() */
	if (refcount_read(&srv->ref) > 1)
		slb_drain_reset_locked(sn);
	slb_persist_forget_srv(srv);
	slb_srv_put(srv);
	return false;
}
