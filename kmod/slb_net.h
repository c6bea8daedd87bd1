/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All state of one network namespace.
 *
 * Locks, outermost first:
 *   sn->cfg_mutex	process; every configuration change; may sleep
 *   conn->flags lock	BH off; a connection's state (bit lock)
 *   clients->lock[]	BH off; connections of client prefixes
 *   group->lock	BH off; a scheduler's data
 *   map->lock		BH off; the ports of one (laddr, endpoint)
 *   ep->lock		BH off; the maps of one endpoint
 *   tab->grow_lock	BH off; one bucket split at a time; only ever tried from packets
 *   tab->lock[]	BH off; chains; two of them in index order
 *   wheel->lock	BH off; one CPU's expiry slots
 *   filter->lock	BH off; reference counts of the bystander filter
 *   flow->lock		BH off; messages of the flow log
 *   sn->laddr_lock	BH off; the list of local addresses
 *   sn->persist->lock	BH off; what persistence remembers
 *
 * The packet path takes none of them to find things and none for a packet that changes no state:
 * it walks under RCU. An object dies in this order: unlink, reset or outlive its connections,
 * last put, call_rcu(), free.
 */
#ifndef _SLB_NET_H
#define _SLB_NET_H

#include <linux/mutex.h>
#include <linux/rhashtable-types.h>
#include <linux/idr.h>
#include <linux/jump_label.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "slb_acl.h"
#include "slb_conn.h"
#include "slb_fast.h"
#include "slb_filter.h"
#include "slb_flow.h"
#include "slb_hostaddr.h"
#include "slb_laddr.h"
#include "slb_lease.h"
#include "slb_persist.h"
#include "slb_stats.h"
#include "slb_svc.h"
#include "slb_table.h"
#include "slb_wheel.h"

struct slb_clients;

/* Prefixes whose TOA passes; replaced as a whole. */
struct slb_prefixes {
	struct rcu_head		rcu;
	u32			n;
	struct slb_prefix {
		struct in6_addr	addr;
		u8		v6;
		u8		len;
	} prefix[];
};

/**
 * struct slb_settings - settings of the namespace
 * @timeout_s: by state, seconds
 * @reclaim_unanswered: ticks
 * @reclaim_udp: ticks
 * @reclaim_unanswered_s: the same in seconds, as set
 * @reclaim_udp_s: the same in seconds, as set
 * @accounting: new connections have counters of their own
 * @idle_reset: an established connection that expires is reset at both ends
 * @conn_max: most connections at a time, 0 is no limit
 * @reset_rate: most answers a second to packets that fit no connection
 * @persist_max: most client prefixes that persistence remembers
 * @fastpath_force: hooks of others do not keep the fast path off
 * @trusted: prefixes whose TOA passes; NULL is empty; r: RCU, w: sn->cfg_mutex
 */
struct slb_settings {
	u32				timeout_s[SLB_STATE_COUNT];
	u16				reclaim_unanswered;
	u16				reclaim_udp;
	u32				reclaim_unanswered_s;
	u32				reclaim_udp_s;
	bool				idle_reset;
	bool				accounting;
	u32				conn_max;
	u32				reset_rate;
	u32				persist_max;
	bool				fastpath_force;
	struct slb_prefixes __rcu	*trusted;
};

/**
 * struct slb_net - the balancer of one network namespace
 * @table: connections by tuple; made with the first service or local address
 * @filter: is an address ours at all; made likewise
 * @nat: addresses of servers that are, or were, in nat mode
 * @acct_used: the setting accounting was on: connections may have counters; @cfg_mutex
 * @nat_used: there was one, and @nat has its counts; r: READ_ONCE, w: @cfg_mutex
 * @host: the host's own addresses; kept up to date while @hooks are there
 * @counters: per CPU; made likewise, as the last of these, and NULL before
 * @wheel: per CPU; made likewise
 * @fast: see there
 * @flow: messages about connections on their way to listeners
 * @set: settings; r: READ_ONCE, w: @cfg_mutex
 * @persist: what persistence remembers; NULL before the first persistent service
 * @svcs: services by key; r: RCU, w: @cfg_mutex
 * @ranges: those with a range of ports, by address; likewise
 * @wide: services with more than one port, but for those by mark; r: READ_ONCE, w: @cfg_mutex
 * @marks: services by mark; likewise
 * @eps: endpoints by key; r: RCU, w: any context
 * @net: the namespace
 * @seq_key: key of the initial sequence numbers and timestamp offsets
 * @dead: the namespace is being dismantled: no new connections
 * @cfg_mutex: guards the configuration
 * @late: groups whose method has something to do later; @cfg_mutex
 * @late_work: does it
 * @svc_list: services in order of addition; @cfg_mutex
 * @groups: named groups by name; @cfg_mutex
 * @draining: servers whose connections may stay for a time; @cfg_mutex
 * @drain_work: looks after them
 * @pools: pools; @cfg_mutex
 * @laddrs: local addresses, dying ones too; @laddr_lock, additions also @cfg_mutex
 * @laddr_lock: BH off
 * @laddrs_left: removed ones that a packet may still see in its pool's set; @cfg_mutex
 * @left_work: looks after them
 * @pool_default: exists as long as the namespace
 * @laddr_ids: has its own lock
 * @laddr_serial: of the address added last; @cfg_mutex
 * @acls: access lists; @cfg_mutex
 * @acl_stages: what sockets have sent of access lists so far; @cfg_mutex
 * @acl_serial: of the access list added last; @cfg_mutex
 * @n_acls: entries in @acls; @cfg_mutex
 * @limits: named limits, in order of addition; @cfg_mutex
 * @limit_serial: of the limits of a service made last; @cfg_mutex
 * @clients: connections of client prefixes; NULL before the first service that limits them; stays
 * @cfg_gen: grows with each change, never 0: consistency of dumps; @cfg_mutex
 * @hooks: NULL while they are not registered; @cfg_mutex
 * @conns: live connections
 * @n_svcs: services that are configured
 * @n_srvs: servers that are configured
 * @n_laddrs: local addresses that are configured
 * @created: services, groups, servers, local addresses, lease maps and endpoints ever made
 * @destroyed: of those, freed
 * @base: sums of @counters at the last zeroing; @cfg_mutex
 * @reset_tokens: see slb_reset.c; @reset_lock
 * @reset_stamp: likewise
 * @reset_lock: BH off
 */
struct slb_net {
	struct slb_table		table;
	struct slb_filter		filter;
	struct slb_filter		nat;
	bool				nat_used;
	bool				acct_used;
	struct slb_hostaddr		host;
	struct slb_counters __percpu	*counters;
	struct slb_wheel __percpu	*wheel;
	struct slb_fastpath		fast;
	struct slb_flow			flow;
	struct slb_settings		set;
	struct slb_persist		*persist;
	struct rhashtable		svcs;
	struct rhashtable		ranges;
	struct rhashtable		eps;
	u32				wide;
	u32				marks;
	struct net			*net;
	siphash_key_t			seq_key;
	bool				dead;

	struct mutex			cfg_mutex;	/* the configuration */
	struct list_head		late;
	struct delayed_work		late_work;
	struct list_head		svc_list;
	struct rb_root			groups;
	struct list_head		draining;
	struct delayed_work		drain_work;
	struct list_head		pools;
	struct list_head		laddrs;
	spinlock_t			laddr_lock;	/* @laddrs */
	struct list_head		laddrs_left;
	struct work_struct		left_work;
	struct slb_pool			*pool_default;
	struct ida			laddr_ids;
	u32				laddr_serial;
	struct list_head		acls;
	struct list_head		acl_stages;
	u32				acl_serial;
	u32				n_acls;
	struct list_head		limits;
	u64				limit_serial;
	struct slb_clients		*clients;
	unsigned int			cfg_gen;
	struct slb_hooks		*hooks;
	atomic_t			conns;
	atomic_t			n_svcs;
	atomic_t			n_srvs;
	atomic_t			n_laddrs;
	atomic64_t			created;
	atomic64_t			destroyed;
	struct slb_counters		base;
	u64				reset_tokens;
	u64				reset_stamp;
	spinlock_t			reset_lock;	/* the two above */
};

extern unsigned int slb_net_id;

/* Some namespace has, or had, a server in nat mode: sources are looked at too. */
DECLARE_STATIC_KEY_FALSE(slb_nat_key);

static inline struct slb_net *slb_net(const struct net *net)
{
	return net_generic(net, slb_net_id);
}

int slb_net_register(void);
void slb_net_unregister(void);
int slb_net_furnish_locked(struct slb_net *sn);
int slb_net_activate_locked(struct slb_net *sn);
int slb_net_use_nat_locked(struct slb_net *sn);
void slb_net_flush_locked(struct slb_net *sn);

/* The configuration changed: a dump that is under way is told that it is not consistent. */
static inline void slb_net_changed_locked(struct slb_net *sn)
{
	lockdep_assert_held(&sn->cfg_mutex);
	if (!++sn->cfg_gen)
		sn->cfg_gen = 1;	/* 0 would mean "not checked" */
}

void slb_settings_init(struct slb_settings *set);
void slb_settings_exit(struct slb_settings *set);
void slb_settings_change_locked(struct slb_net *sn, const struct slb_settings *new);
void slb_settings_trust_locked(struct slb_net *sn, struct slb_prefixes *list);

static inline void slb_count(const struct slb_net *sn, enum slb_count what)
{
	this_cpu_inc(sn->counters->count[what]);
}

#endif
