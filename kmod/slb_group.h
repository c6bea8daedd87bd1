/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups of servers: a service's own, which lives and dies with it, or a named one that several
 * services share.
 */
#ifndef _SLB_GROUP_H
#define _SLB_GROUP_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <uapi/linux/slb.h>

struct slb_ep;
struct slb_net;
struct slb_roster;
struct slb_srv;
struct slb_srv_conf;
struct slb_svc;

/**
 * struct slb_label - what people say of an object
 * @name: NULL is none
 * @comment: NULL is none
 * @owner: enum slb_owner; who configures it
 *
 * Under sn->cfg_mutex.
 */
struct slb_label {
	char	*name;
	char	*comment;
	u8	owner;
};

/* What is known of a server, the best first; see slb_health.c. */
enum slb_rank {
	SLB_RANK_UP,
	SLB_RANK_UNPROVED,
	SLB_RANK_DOWN,
	SLB_RANK_OUT,
};

#define SLB_MH_SIZE	65537u	/* entries of mh's table where nothing else is said */

/**
 * struct slb_group_conf - the changeable part of a group, checked
 * @sched: enum slb_sched
 * @on_down: enum slb_on_down
 * @zero_delay: seconds that connections of a server with weight 0 may stay, or SLB_DELAY_KEEP
 * @removal_delay: the same of a removed server
 * @min_alive: servers that a tier must have
 * @slow_start_s: seconds until a server that comes in has its whole share, 0-3600
 * @all_down: enum slb_all_down
 * @checked: servers that are added are unproved until somebody says that they are up
 * @table_size: of mh: entries of its table, a prime
 */
struct slb_group_conf {
	u8	sched;
	u8	on_down;
	u32	zero_delay;
	u32	removal_delay;
	u32	min_alive;
	u32	slow_start_s;
	u8	all_down;
	bool	checked;
	u32	table_size;
};

/**
 * struct slb_group - the servers that services choose from
 * @lock: BH off; guards the inside of @sched where the method needs a lock, and srv->sched
 * @sched: the method and what it keeps; NULL once the group is retired; r: RCU, w: sn->cfg_mutex
 * @servers: in order of addition; under sn->cfg_mutex
 * @index: the same by endpoint; under sn->cfg_mutex
 * @nservers: length of @servers, draining ones too; under sn->cfg_mutex
 * @late: in sn->late while there is something to do later; under sn->cfg_mutex
 * @ramps: one of @servers, or more, has not its whole share yet; under sn->cfg_mutex
 * @proto: IPPROTO_TCP or IPPROTO_UDP; immutable
 * @v6: family; a group with neither servers nor services takes the next one's; under sn->cfg_mutex
 * @tier: priority of the servers that @sched has; under sn->cfg_mutex
 * @set: as configured, but for the method; under sn->cfg_mutex
 * @usable: by priority, servers that could take connections; under sn->cfg_mutex
 * @ranks: by rank, servers; under sn->cfg_mutex
 * @level: rank of the usable servers; under sn->cfg_mutex
 * @label: a named one's comment
 * @users: services that use it; under sn->cfg_mutex
 * @owner: the service whose own it is, as long as it is; NULL for a named one; under sn->cfg_mutex
 * @sn: the namespace's balancer
 * @ref: one from the configuration (a named group's name, or the service it is the own one of), one
 *	per service that uses a named one, one per server
 * @node: a named one's place in sn->groups; under sn->cfg_mutex
 * @rcu: once the last reference is put; before that, when a service leaves its own group
 * @name: empty for a service's own; immutable
 */
struct slb_group {
	spinlock_t			lock;		/* inside of @sched */
	struct slb_roster __rcu		*sched;
	struct list_head		servers;
	struct rb_root			index;
	u32				nservers;
	struct list_head		late;
	bool				ramps;
	u8				proto;
	bool				v6;
	u8				tier;
	struct slb_group_conf		set;
	u32				usable[SLB_TIERS];
	u32				ranks[SLB_RANK_OUT];
	u8				level;
	struct slb_label		label;
	u32				users;
	const struct slb_svc		*owner;
	struct slb_net			*sn;
	refcount_t			ref;
	struct rb_node			node;
	struct rcu_head			rcu;
	char				name[];
};

void slb_group_conf_init(struct slb_group_conf *conf);
void slb_group_conf_read_locked(const struct slb_group *group, struct slb_group_conf *conf);
void slb_group_put(struct slb_group *group);

struct slb_group *slb_group_own_locked(const struct slb_svc *svc,
				       const struct slb_group_conf *conf);
void slb_group_disown_locked(struct slb_group *group);
void slb_group_leave_locked(struct slb_group *group);
struct slb_group *slb_group_use_locked(struct slb_group *group, bool v6);

struct slb_group *slb_group_find_locked(const struct slb_net *sn, const char *name);
struct slb_group *slb_group_add_locked(struct slb_net *sn, const char *name, u8 proto,
				       const struct slb_group_conf *conf);
int slb_group_change_locked(struct slb_group *group, const struct slb_group_conf *conf);
void slb_group_condemn_locked(struct slb_group *group);
void slb_group_remove_locked(struct slb_group *group);
void slb_group_remove_all_locked(struct slb_net *sn);
bool slb_group_fits_locked(const struct slb_group *group, bool v6);

struct slb_srv *slb_group_srv_find_locked(const struct slb_group *group, const struct slb_ep *ep);
void slb_group_link_locked(struct slb_group *group, struct slb_srv *srv);
void slb_group_unlink_locked(struct slb_srv *srv);
bool slb_group_place_locked(struct slb_srv *srv, const struct slb_srv_conf *conf, bool draining);
void slb_group_review_locked(struct slb_group *group);

enum slb_rank slb_health_rank(const struct slb_srv_conf *conf, bool draining);
bool slb_health_relevel_locked(struct slb_group *group);
bool slb_health_rerank_locked(struct slb_srv *srv, enum slb_rank rank, u8 priority);
bool slb_health_group_locked(struct slb_group *group);
void slb_health_take_locked(struct slb_srv *srv, char **reason, bool changed);

void slb_label_free(struct slb_label *label);

void slb_drain_init(struct slb_net *sn);
void slb_drain_stop(struct slb_net *sn);
u32 slb_drain_left_locked(const struct slb_srv *srv);
bool slb_drain_review_locked(struct slb_srv *srv);
void slb_drain_reset_locked(struct slb_net *sn);
void slb_drain_begin_locked(struct slb_srv *srv);
void slb_drain_leave_locked(struct slb_srv *srv);

/* Has it a name of its own, for services to share? */
static inline bool slb_group_is_named(const struct slb_group *group)
{
	return group->name[0];
}

#endif
