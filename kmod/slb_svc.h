/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Services, their group of servers, and the servers.
 */
#ifndef _SLB_SVC_H
#define _SLB_SVC_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>
#include <uapi/linux/slb.h>
#include "slb_stats.h"

struct slb_ep;
struct slb_net;
struct slb_pkt;
struct slb_pool;
struct slb_sched_ops;

struct slb_svc_key {
	struct in6_addr		addr;		/* IPv4 in the first word, the rest 0 */
	__be16			port;
	u8			proto;
	u8			v6;
	u32			vrf;
};

/**
 * struct slb_group - the servers a service chooses from
 * @lock: BH off; guards @sched_data where a scheduler needs a lock
 * @sched: method; r: RCU, w: sn->cfg_mutex
 * @sched_data: the method's own, freed by it behind RCU
 * @servers: r: RCU, w: sn->cfg_mutex
 * @nservers: length of @servers
 * @ref: one from the service, one per server
 */
struct slb_group {
	spinlock_t				lock;
	const struct slb_sched_ops __rcu	*sched;
	void __rcu				*sched_data;
	struct list_head			servers;
	u32					nservers;
	refcount_t				ref;
	struct rcu_head				rcu;
};

/**
 * struct slb_svc - a service
 * @node: in sn->svcs, keyed by @key
 * @key: immutable
 * @ticks: timeout by state, in ticks, resolved from the overrides and the namespace's; READ_ONCE
 * @enabled: takes new connections; READ_ONCE
 * @toa: insert the client's address
 * @toa_kind: TCP option kind
 * @timestamps: enum slb_timestamps
 * @unknown: enum slb_unknown
 * @gone: removed from the configuration; set before its connections are reset
 * @pool: where local addresses come from; r: RCU, w: sn->cfg_mutex; never NULL
 * @group: r: RCU, w: sn->cfg_mutex; never NULL
 * @stats: per CPU
 * @ref: one from the configuration, one per connection, one per server
 * @timeout_s: overrides by state in seconds, 0 is none; under sn->cfg_mutex
 * @idle_s: override of ESTABLISHED or UDP in seconds, 0 is none; under sn->cfg_mutex
 *
 * Its address stays in the bystander filter until the last reference is put.
 */
struct slb_svc {
	struct rhash_head		node;
	struct slb_svc_key		key;
	u16				ticks[SLB_STATE_COUNT];
	bool				enabled;
	bool				toa;
	u8				toa_kind;
	u8				timestamps;
	u8				unknown;
	bool				gone;
	struct slb_pool __rcu		*pool;
	struct slb_group __rcu		*group;
	struct slb_stats __percpu	*stats;
	struct slb_net			*sn;

	refcount_t			ref;
	struct list_head		list;		/* sn->svc_list, in order of addition, cfg_mutex */
	u32				timeout_s[SLB_STATE_COUNT];
	u32				idle_s;
	struct rcu_head			rcu;
};

/**
 * struct slb_srv - a server of a group
 * @list: in group->servers
 * @ep: its endpoint; holds a reference
 * @group: holds a reference
 * @weight: READ_ONCE; 0 takes no new connections
 * @fwd: enum slb_fwd
 * @gone: removed; set before its connections are reset
 * @active: connections in ESTABLISHED and UDP
 * @inactive: all others
 * @sched: what the scheduler keeps for it, under group->lock
 * @stats: per CPU
 * @ref: one from the group, one per connection
 */
struct slb_srv {
	struct list_head		list;
	struct slb_ep			*ep;
	struct slb_group		*group;
	u32				weight;
	u8				fwd;
	bool				gone;
	atomic_t			active;
	atomic_t			inactive;
	union {
		struct {
			u64		deadline;
			u64		pass;
			u32		index;
		};
		struct list_head	bucket;
	} sched;
	struct slb_stats __percpu	*stats;
	struct slb_net			*sn;
	refcount_t			ref;
	struct rcu_head			rcu;
};

struct slb_svc *slb_svc_find_rcu(const struct slb_net *sn, const struct slb_svc_key *key);
bool slb_svc_get(struct slb_svc *svc);
void slb_svc_put(struct slb_svc *svc);
bool slb_srv_get(struct slb_srv *srv);
void slb_srv_put(struct slb_srv *srv);
void slb_srv_count(struct slb_srv *srv, int active, int inactive);

#endif
