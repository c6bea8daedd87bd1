// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups of servers. Found by name and changed under sn->cfg_mutex; packets come to a group through
 * their service, under RCU.
 *
 * When a service moves to another group, packets that read the old pointer still choose there, and
 * their connections live on like those opened before. A named group is there for them as ever. A
 * service's own group that is left behind loses its servers at once for the configuration, but for
 * packets only a grace period later.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_sched.h"

/**
 * slb_group_conf_init() - a new group's defaults
 * @conf: the answer
 *
 * Context: any.
 */
void slb_group_conf_init(struct slb_group_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->sched = SLB_SCHED_WLC;
	conf->on_down = SLB_ON_DOWN_KEEP;
	conf->zero_delay = SLB_DELAY_KEEP;
	conf->min_alive = 1;
	conf->table_size = SLB_MH_SIZE;
}

/**
 * slb_group_conf_read_locked() - what a group's configuration is
 * @group: the group
 * @conf: the answer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_group_conf_read_locked(const struct slb_group *group, struct slb_group_conf *conf)
{
	*conf = group->set;
	conf->sched = slb_sched_id_locked(group);
}

/* A group without servers, one reference. */
static struct slb_group *slb_group_new(struct slb_net *sn, const char *name, u8 proto,
				       const struct slb_group_conf *conf)
{
	size_t len = strlen(name) + 1;
	struct slb_group *group = slb_alloc(kzalloc(struct_size(group, name, len),
						    SLB_GFP_CONFIG));

	if (!group)
		return NULL;
	spin_lock_init(&group->lock);
	INIT_LIST_HEAD(&group->servers);
	INIT_LIST_HEAD(&group->late);
	group->index = RB_ROOT;
	group->sn = sn;
	group->proto = proto;
	group->set = *conf;
	memcpy(group->name, name, len);
	refcount_set(&group->ref, 1);
	if (slb_sched_set_locked(group, conf)) {
		kfree(group);
		return NULL;
	}
	atomic64_inc(&sn->created);
	return group;
}

/**
 * slb_group_put() - put a reference
 * @group: the group
 *
 * Context: any.
 */
void slb_group_put(struct slb_group *group)
{
	if (!refcount_dec_and_test(&group->ref))
		return;
	slb_label_free(&group->label);
	atomic64_inc(&group->sn->destroyed);
	kfree_rcu(group, rcu);
}

/**
 * slb_group_own_locked() - make a service a group of its own
 * @svc: the service
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: the group, one reference, or NULL if there is no memory.
 */
struct slb_group *slb_group_own_locked(const struct slb_svc *svc,
				       const struct slb_group_conf *conf)
{
	struct slb_group *group = slb_group_new(svc->sn, "", svc->key.proto, conf);

	if (!group)
		return NULL;
	group->v6 = svc->key.v6;
	group->users = 1;
	group->owner = svc;
	return group;
}

/*
 * Servers out of the configuration; packets may still choose one. Whose they are is untouched. If their
 * connections live on, so do the times that some of those have.
 */
static void slb_group_forget_locked(struct slb_group *group, bool live_on)
{
	struct slb_srv *srv;

	list_for_each_entry(srv, &group->servers, list) {
		if (live_on)
			slb_drain_leave_locked(srv);
		else
			list_del_init(&srv->drain);
		atomic_dec(&group->sn->n_srvs);
	}
	list_del_init(&group->late);	/* the method has nothing to do later any more */
	group->index = RB_ROOT;
	group->nservers = 0;
	group->owner = NULL;
}

/* No packet chooses here any more. Not under sn->cfg_mutex: nobody else knows the group. */
static void slb_group_dissolve(struct slb_group *group)
{
	struct slb_srv *srv, *next;

	slb_sched_retire(group);
	list_for_each_entry_safe(srv, next, &group->servers, list) {
		list_del(&srv->list);
		slb_srv_put(srv);
	}
}

/**
 * slb_group_disown_locked() - a removed service's own group loses its servers
 * @group: the group; its servers are marked gone and their connections reset
 *
 * The reference of the service stays.
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_group_disown_locked(struct slb_group *group)
{
	slb_group_forget_locked(group, false);
	slb_group_dissolve(group);
}

static void slb_group_left_rcu(struct rcu_head *rcu)
{
	struct slb_group *group = container_of(rcu, struct slb_group, rcu);

	slb_group_dissolve(group);
	slb_group_put(group);
}

/**
 * slb_group_leave_locked() - a service uses another group from now on
 * @group: the one before; the service's reference goes over to this function
 *
 * Connections keep their servers, also those of an own group, which goes.
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_group_leave_locked(struct slb_group *group)
{
	group->users--;
	if (slb_group_is_named(group)) {
		slb_group_put(group);
		return;
	}
	slb_group_forget_locked(group, true);
	call_rcu(&group->rcu, slb_group_left_rcu);
}

/**
 * slb_group_use_locked() - a service is about to use a named group
 * @group: the group; slb_group_fits_locked() says yes
 * @v6: the service's family
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: @group, with a reference for the service.
 */
struct slb_group *slb_group_use_locked(struct slb_group *group, bool v6)
{
	refcount_inc(&group->ref);
	group->users++;
	group->v6 = v6;
	return group;
}

/**
 * slb_group_fits_locked() - may a group take servers and services of a family?
 * @group: the group
 * @v6: the family
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if so.
 */
bool slb_group_fits_locked(const struct slb_group *group, bool v6)
{
	return group->v6 == v6 || (!group->users && !group->nservers);
}

/**
 * slb_group_find_locked() - find a group by its name
 * @sn: the namespace's balancer
 * @name: the name
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the group, valid as long as the mutex is held, or NULL.
 */
struct slb_group *slb_group_find_locked(const struct slb_net *sn, const char *name)
{
	struct rb_node *node = sn->groups.rb_node;

	lockdep_assert_held(&sn->cfg_mutex);
	while (node) {
		struct slb_group *group = rb_entry(node, struct slb_group, node);
		int order = strcmp(name, group->name);

		if (!order)
			return group;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static bool slb_group_before(struct rb_node *a, const struct rb_node *b)
{
	return strcmp(rb_entry(a, struct slb_group, node)->name,
		      rb_entry(b, struct slb_group, node)->name) < 0;
}

/**
 * slb_group_add_locked() - add a named group
 * @sn: the namespace's balancer
 * @name: no group has it; not empty
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @conf: checked
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: the group, or NULL with nothing changed if there is no memory.
 */
struct slb_group *slb_group_add_locked(struct slb_net *sn, const char *name, u8 proto,
				       const struct slb_group_conf *conf)
{
	struct slb_group *group;

	if (slb_net_furnish_locked(sn))
		return NULL;
	group = slb_group_new(sn, name, proto, conf);
	if (!group)
		return NULL;
	rb_add(&group->node, &sn->groups, slb_group_before);
	slb_net_changed_locked(sn);
	return group;
}

/*
 * The first tier with enough usable servers; if none has enough, the one with most, the first of
 * those.
 */
static u8 slb_group_choose_tier(const struct slb_group *group)
{
	u8 best = 0;
	u8 i;

	for (i = 0; i < SLB_TIERS; i++)
		if (group->usable[i] >= group->set.min_alive)
			return i;
	for (i = 1; i < SLB_TIERS; i++)
		if (group->usable[i] > group->usable[best])
			best = i;
	return best;
}

static bool slb_group_is_in_tier(const struct slb_group *group, const struct slb_srv *srv)
{
	return srv->usable && srv->priority == group->tier;
}

/* Lets all but @except in that belong to the tier, or out that do not. To be settled. */
static void slb_group_sort_out(struct slb_group *group, const struct slb_srv *except, bool in)
{
	struct slb_srv *srv;

	list_for_each_entry(srv, &group->servers, list)
		if (srv != except && srv->sched.in != in && slb_group_is_in_tier(group, srv) == in)
			slb_sched_put_locked(group, srv, srv->weight, in);
}

/*
 * Another tier's servers come before the old one's go: packets meanwhile find some of either. @moves:
 * others than @srv come or go anyway.
 */
static void slb_group_retier_locked(struct slb_group *group, const struct slb_srv_conf *conf,
				    struct slb_srv *srv, bool moves)
{
	u8 tier = slb_group_choose_tier(group);

	moves |= tier != group->tier;
	group->tier = tier;
	if (moves)
		slb_group_sort_out(group, srv, true);
	if (srv)
		slb_sched_place_locked(group, srv, conf->weight, slb_group_is_in_tier(group, srv));
	if (!moves)
		return;
	slb_group_sort_out(group, srv, false);
	slb_sched_settle_locked(group);
}

/**
 * slb_group_place_locked() - give a server its weight, tier and state, and choose the group's tier
 * @srv: the server; has a place reserved in its group's roster
 * @conf: as it is to be
 * @draining: removed, and still there for its connections
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if other servers are usable, or no longer: slb_group_review_locked() is to follow.
 */
bool slb_group_place_locked(struct slb_srv *srv, const struct slb_srv_conf *conf, bool draining)
{
	struct slb_group *group = srv->group;
	bool others;

	WRITE_ONCE(srv->down, conf->down);
	srv->unproved = conf->unproved;
	WRITE_ONCE(srv->draining, draining);
	others = slb_health_rerank_locked(srv, slb_health_rank(conf, draining), conf->priority);
	slb_group_retier_locked(group, conf, srv, others);
	return others;
}

/**
 * slb_group_review_locked() - see to the connections of servers that are usable now, or no longer
 * @group: the group
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_group_review_locked(struct slb_group *group)
{
	struct slb_srv *srv;
	bool any = false;

	list_for_each_entry(srv, &group->servers, list)
		any |= slb_drain_review_locked(srv);
	if (any)
		slb_drain_reset_locked(group->sn);
}

/**
 * slb_group_change_locked() - change a group
 * @group: the group
 * @conf: checked; all of it is taken over
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int slb_group_change_locked(struct slb_group *group, const struct slb_group_conf *conf)
{
	/* Once the method is another one nothing may fail. */
	if (slb_sched_reserve_locked(group, group->nservers) || slb_sched_set_locked(group, conf))
		return -ENOMEM;
	group->set = *conf;
	slb_group_retier_locked(group, NULL, NULL, slb_health_group_locked(group));
	slb_group_review_locked(group);
	slb_net_changed_locked(group->sn);
	return 0;
}

/**
 * slb_group_condemn_locked() - mark a group's servers gone, before a walk that resets or ends
 * @group: the group
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_group_condemn_locked(struct slb_group *group)
{
	struct slb_srv *srv;

	list_for_each_entry(srv, &group->servers, list)
		WRITE_ONCE(srv->gone, true);
}

/* Behind that walk. */
static void slb_group_release_locked(struct slb_group *group)
{
	rb_erase(&group->node, &group->sn->groups);
	slb_net_changed_locked(group->sn);
	slb_group_disown_locked(group);
	slb_group_put(group);
}

/**
 * slb_group_remove_locked() - remove a named group and its servers
 * @group: the group; no service uses it
 *
 * What connections its servers still have, of services that have moved, is reset.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_group_remove_locked(struct slb_group *group)
{
	WARN_ON_ONCE(group->users);
	slb_group_condemn_locked(group);
	if (group->nservers) {
		smp_mb();	/* "gone" before the walk; pairs with slb_open_go() */
		slb_conn_reset_gone(group->sn);
		slb_persist_forget_gone(group->sn);
	}
	slb_group_release_locked(group);
}

/**
 * slb_group_remove_all_locked() - remove every named group
 * @sn: the namespace's balancer; no service is left
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_group_remove_all_locked(struct slb_net *sn)
{
	struct rb_node *node;

	if (RB_EMPTY_ROOT(&sn->groups))
		return;
	for (node = rb_first(&sn->groups); node; node = rb_next(node))
		slb_group_condemn_locked(rb_entry(node, struct slb_group, node));
	smp_mb();	/* "gone" before the walk; pairs with slb_open_go() */
	slb_conn_reset_gone(sn);
	while ((node = rb_first(&sn->groups)))
		slb_group_release_locked(rb_entry(node, struct slb_group, node));
}

/**
 * slb_group_srv_find_locked() - find a server of a group
 * @group: the group
 * @ep: the server's endpoint; only compared
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the server, valid as long as the mutex is held, or NULL.
 */
struct slb_srv *slb_group_srv_find_locked(const struct slb_group *group, const struct slb_ep *ep)
{
	struct rb_node *node = group->index.rb_node;

	while (node) {
		struct slb_srv *srv = rb_entry(node, struct slb_srv, node);

		if (ep == srv->ep)
			return srv;
		node = ep < srv->ep ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static bool slb_group_srv_before(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct slb_srv, node)->ep < rb_entry(b, struct slb_srv, node)->ep;
}

/**
 * slb_group_link_locked() - take a server in
 * @group: the group
 * @srv: its group is not set yet; the group's first reference to it goes over
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_group_link_locked(struct slb_group *group, struct slb_srv *srv)
{
	refcount_inc(&group->ref);
	srv->group = group;
	group->v6 = srv->ep->key.v6;
	list_add_tail(&srv->list, &group->servers);
	rb_add(&srv->node, &group->index, slb_group_srv_before);
	group->nservers++;
	atomic_inc(&group->sn->n_srvs);
}

/**
 * slb_group_unlink_locked() - take a server out
 * @srv: the server; no new connection finds it; the group's reference to it goes to the caller
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_group_unlink_locked(struct slb_srv *srv)
{
	struct slb_group *group = srv->group;

	list_del(&srv->list);
	list_del_init(&srv->drain);
	rb_erase(&srv->node, &group->index);
	group->nservers--;
	atomic_dec(&group->sn->n_srvs);
}
