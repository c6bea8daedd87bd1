// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which servers of a group could take connections, by what is known of their health. Each has a rank:
 * up, not proved yet, down, or out for other reasons (weight 0, removed). The servers of the best rank
 * that any of them has are usable: those that are up; if there are none those that nobody has checked
 * yet; and if there are only such as are down, they, where the group wants that. Tiers are chosen among
 * usable servers.
 */
#include <linux/slab.h>
#include "slb_net.h"
#include "slb_sched.h"

/**
 * slb_health_rank() - the rank of a server
 * @conf: the server as it is to be
 * @draining: removed
 *
 * Context: any.
 * Return: its rank.
 */
enum slb_rank slb_health_rank(const struct slb_srv_conf *conf, bool draining)
{
	if (!conf->weight || draining)
		return SLB_RANK_OUT;
	if (conf->down)
		return SLB_RANK_DOWN;
	return conf->unproved ? SLB_RANK_UNPROVED : SLB_RANK_UP;
}

/* The rank whose servers are usable. */
static enum slb_rank slb_health_level(const struct slb_group *group)
{
	if (group->ranks[SLB_RANK_UP])
		return SLB_RANK_UP;
	if (group->ranks[SLB_RANK_UNPROVED])
		return SLB_RANK_UNPROVED;
	return group->set.all_down == SLB_ALL_DOWN_ANY ? SLB_RANK_DOWN : SLB_RANK_UP;
}

static void slb_health_use(struct slb_srv *srv, bool usable)
{
	if (usable == srv->usable)
		return;
	srv->usable = usable;
	if (usable) {
		srv->group->usable[srv->priority]++;
		WRITE_ONCE(srv->gone, false);	/* before packets can choose it */
	} else {
		srv->group->usable[srv->priority]--;
	}
}

/**
 * slb_health_relevel_locked() - find out which servers of a group are usable
 * @group: the group; @ranks and @set are as they are to be
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if servers of another rank are than before.
 */
bool slb_health_relevel_locked(struct slb_group *group)
{
	enum slb_rank level = slb_health_level(group);
	struct slb_srv *srv;

	if (level == group->level)
		return false;
	group->level = level;
	list_for_each_entry(srv, &group->servers, list)
		slb_health_use(srv, srv->rank == level);
	return true;
}

/**
 * slb_health_rerank_locked() - a server has another rank, or another priority
 * @srv: the server
 * @rank: the rank
 * @priority: the priority
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if other servers are usable, or no longer, because of it.
 */
bool slb_health_rerank_locked(struct slb_srv *srv, enum slb_rank rank, u8 priority)
{
	struct slb_group *group = srv->group;
	bool others;

	if (srv->rank != SLB_RANK_OUT)
		group->ranks[srv->rank]--;
	if (srv->usable)
		group->usable[srv->priority]--;
	srv->usable = false;
	srv->rank = rank;
	srv->priority = priority;
	if (rank != SLB_RANK_OUT)
		group->ranks[rank]++;
	others = slb_health_relevel_locked(group);
	slb_health_use(srv, rank == group->level);
	return others;
}

/**
 * slb_health_take_locked() - remember since when and why a server is up or down
 * @srv: the server
 * @reason: goes over to this function if there is one, or is left NULL
 * @changed: it went up or down, or was proved
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_health_take_locked(struct slb_srv *srv, char **reason, bool changed)
{
	if (changed)
		srv->health_since = get_jiffies_64();
	if (!changed && !*reason)
		return;
	kfree(srv->health_reason);
	srv->health_reason = *reason;
	*reason = NULL;
}

/* The servers of a group that nobody has proved count as up from now on. */
static void slb_health_trust_locked(struct slb_group *group)
{
	struct slb_srv_conf conf;
	struct slb_srv *srv;

	list_for_each_entry(srv, &group->servers, list) {
		if (!srv->unproved)
			continue;
		slb_srv_conf_read_locked(srv, &conf);
		conf.unproved = false;
		slb_group_place_locked(srv, &conf, srv->draining);
	}
}

/**
 * slb_health_group_locked() - a group's settings are others
 * @group: the group; @set has the new ones; has places reserved for all of its servers
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if other servers are usable than before.
 */
bool slb_health_group_locked(struct slb_group *group)
{
	if (!group->set.checked)
		slb_health_trust_locked(group);
	return slb_health_relevel_locked(group);
}
