/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Services and servers. What is between them is in slb_group.h.
 */
#ifndef _SLB_SVC_H
#define _SLB_SVC_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>
#include <uapi/linux/slb.h>
#include "slb_gcra.h"
#include "slb_group.h"
#include "slb_stats.h"

struct slb_acl;
struct slb_ep;
struct slb_limits;
struct slb_net;
struct slb_pkt;
struct slb_pool;

/**
 * struct slb_svc_key - what names a service
 * @addr: IPv4 in the first word, the rest 0; with @mark it is that in the first word
 * @port: the first port, network byte order; 0 is all of them
 * @proto: IPPROTO_TCP or IPPROTO_UDP; 0 with @mark: both
 * @v6: family
 * @vrf: interface index of the VRF device, 0 is the main one
 * @last: the last port, network byte order; @port unless there are several
 * @mark: takes packets with this mark, whatever their address, protocol and port; 0: not by mark
 *
 * The first three words are what a packet says, and what it is looked up by (slb_listen.c).
 */
struct slb_svc_key {
	struct in6_addr		addr;
	__be16			port;
	u8			proto;
	u8			v6;
	u32			vrf;
	__be16			last;
	u32			mark;
};


/* Does it have one port? Then a server has one too. */
static inline bool slb_svc_key_is_single(const struct slb_svc_key *key)
{
	return key->port && key->last == key->port;
}

/* Would a packet to @port of @addr be for the service? Port 0 is any of its own. */
static inline bool slb_svc_key_covers(const struct slb_svc_key *key, const struct in6_addr *addr,
				      __be16 port)
{
	if (key->mark || memcmp(&key->addr, addr, sizeof(*addr)))
		return false;
	return !port || !key->port ||
	       (ntohs(port) >= ntohs(key->port) && ntohs(port) <= ntohs(key->last));
}

/* Bits of slb_svc.features: what a new connection must look at. */
#define SLB_SVC_ACL	0x1
#define SLB_SVC_PERSIST	0x2

/**
 * struct slb_svc - a service
 * @node: in sn->svcs, keyed by @key, unless it has a range of ports (slb_listen.c)
 * @key: immutable
 * @ticks: timeout by state, in ticks, resolved from the overrides and the namespace's; READ_ONCE
 * @enabled: takes new connections; READ_ONCE
 * @toa: insert the client's address
 * @toa_kind: TCP option kind
 * @timestamps: enum slb_timestamps
 * @unknown: enum slb_unknown
 * @gone: removed from the configuration; set before its connections are reset
 * @features: SLB_SVC_*, 0 for a service without any; READ_ONCE, w: sn->cfg_mutex
 * @persist_len: bits of a client's address that count for persistence; READ_ONCE
 * @persist_s: seconds for which the server of a client is remembered, 0: it is not; READ_ONCE
 * @pool: where local addresses come from; r: RCU, w: sn->cfg_mutex; never NULL. A service that is
 *	gone has the default pool, which lives as long as the namespace
 * @group: r: RCU, w: sn->cfg_mutex; never NULL; holds a reference
 * @acl: access lists by mode; r: RCU, w: sn->cfg_mutex; NULL is none
 * @limits: its limits, NULL if it has none; r: RCU, w: sn->cfg_mutex
 * @counted: limits by slot; one is @limits, in the other connections may still be counted
 * @limits_slot: the slot used last; under sn->cfg_mutex
 * @limits_vacated: when the other slot may be used again; under sn->cfg_mutex
 * @stats: per CPU
 * @sn: the namespace's balancer
 * @ref: one from the configuration, one per connection
 * @label: what people call it
 * @list: in sn->svc_list, in order of addition; under sn->cfg_mutex
 * @timeout_s: overrides by state in seconds, 0 is none; under sn->cfg_mutex
 * @idle_s: override of ESTABLISHED or UDP in seconds, 0 is none; under sn->cfg_mutex
 * @base: sums of @stats at the last zeroing; under sn->cfg_mutex
 * @rcu: once the last reference is put
 *
 * Its address stays in the bystander filter until the last reference is put. A service by mark has
 * none; there each connection's is listed.
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
	u8				features;
	u8				persist_len;
	u32				persist_s;
	struct slb_pool __rcu		*pool;
	struct slb_group __rcu		*group;
	struct slb_acl __rcu		*acl[SLB_ACL_MODE_COUNT];
	struct slb_limits __rcu		*limits;
	struct slb_stats __percpu	*stats;
	struct slb_net			*sn;

	refcount_t			ref;
	u8				limits_slot;
	struct slb_limits __rcu		*counted[2];
	unsigned long			limits_vacated;
	struct slb_label		label;
	struct list_head		list;
	u32				timeout_s[SLB_STATE_COUNT];
	u32				idle_s;
	struct slb_stats		base;
	struct rcu_head			rcu;
};

/**
 * struct slb_cap - the limits of a server; w: sn->cfg_mutex, r: READ_ONCE
 * @on: there are any
 * @full: it has reached @conns_max, and not yet fallen below @conns_low; w: any
 * @conns_max: most connections at a time, 0 is no limit
 * @conns_low: see @full; 0 is three quarters of @conns_max
 * @rate: most new connections a second, 0 is no limit
 * @per: @rate as it is counted
 * @gcra: new connections so far
 */
struct slb_cap {
	bool			on;
	bool			full;
	u32			conns_max;
	u32			conns_low;
	u32			rate;
	struct slb_gcra_rate	per;
	struct slb_gcra		gcra;
};

/**
 * struct slb_srv - a server of a group
 * @list: in group->servers
 * @node: in group->index
 * @ep: its endpoint; holds a reference
 * @group: holds a reference
 * @drain: in sn->draining; under sn->cfg_mutex
 * @since: jiffies when its weight became 0 or it was removed; under sn->cfg_mutex
 * @grace: RCU's state when it was removed; under sn->cfg_mutex
 * @label: what people call it
 * @priority: its tier; under sn->cfg_mutex
 * @down: operational state; w: sn->cfg_mutex
 * @unproved: nobody has said yet whether it is up; under sn->cfg_mutex
 * @rank: enum slb_rank; likewise
 * @health_since: jiffies when @down or @unproved changed, 0 if never; likewise
 * @health_reason: why, or NULL; likewise
 * @draining: removed from the configuration, and still here for its connections; likewise
 * @usable: could take new connections if its tier does; likewise
 * @left: its group is out of the configuration, and sn->draining has a reference to it; likewise
 * @weight: READ_ONCE; 0 takes no new connections
 * @fwd: enum slb_fwd; READ_ONCE; what new connections get
 * @spread: where it is met depends on the packet: @ep has port 0, the port that the client asks for,
 *	or protocol 0, the client's; immutable
 * @nat_listed: its address is in sn->nat, until the last reference is put; w: sn->cfg_mutex
 * @gone: removed, or none of its connections is to live on; set before they are reset
 * @cap: its limits
 * @active: connections in ESTABLISHED and UDP
 * @inactive: all others
 * @sched: what the scheduling method keeps for it; under group->lock, changed with sn->cfg_mutex too but
 *	for what picks change; @sched.key and @sched.share are also read without
 * @stats: per CPU
 * @sn: the namespace's balancer
 * @ref: one from the group, one per connection
 * @base: sums of @stats at the last zeroing; under sn->cfg_mutex
 * @rcu: once the last reference is put
 */
struct slb_srv {
	struct list_head		list;
	struct rb_node			node;
	struct list_head		drain;
	u64				since;
	unsigned long			grace;
	struct slb_label		label;
	u8				priority;
	bool				down;
	bool				unproved;
	u8				rank;
	bool				draining;
	bool				usable;
	bool				left;
	u64				health_since;
	char				*health_reason;
	struct slb_ep			*ep;
	struct slb_group		*group;
	u32				weight;
	u8				fwd;
	bool				spread;
	bool				nat_listed;
	bool				gone;
	struct slb_cap			cap;
	atomic_t			active;
	atomic_t			inactive;
	struct {
		u64			key;	/* wlc: what it orders by */
		u64			turn;	/* wlc: when it was picked last, for equals */
		u32			index;	/* place in the method's array, or the first */
		u32			pass;	/* wrr: added to its deadline; mh: its slot */
		u32			share;	/* of weight, that counts; see slb_sched_ramp.c */
		bool			in;	/* the method chooses it; also under cfg_mutex */
		bool			ramps;	/* @share is not its weight's yet */
		unsigned long		since;	/* jiffies, when it came in */
	} sched;
	struct slb_stats __percpu	*stats;
	struct slb_net			*sn;
	refcount_t			ref;
	struct slb_stats		base;
	struct rcu_head			rcu;
};

/**
 * struct slb_srv_conf - the changeable part of a server, checked
 * @weight: as slb_srv.weight
 * @fwd: as slb_srv.fwd
 * @priority: as slb_srv.priority
 * @down: as slb_srv.down
 * @unproved: as slb_srv.unproved
 */
struct slb_srv_conf {
	u32	weight;
	u8	fwd;
	u8	priority;
	bool	down;
	bool	unproved;
};

/**
 * struct slb_svc_conf - the changeable part of a service, checked
 * @timeout_s: as slb_svc.timeout_s
 * @idle_s: as slb_svc.idle_s
 * @pool: name, empty is the default pool
 * @group: the named group, valid under sn->cfg_mutex; NULL: the service's own
 * @own: of the service's own group
 * @enabled: as slb_svc.enabled
 * @toa: as slb_svc.toa
 * @toa_kind: as slb_svc.toa_kind
 * @timestamps: enum slb_timestamps
 * @unknown: enum slb_unknown
 * @acl: access lists by mode; NULL is none
 * @persist_s: as slb_svc.persist_s
 * @persist_len: as slb_svc.persist_len
 * @limits: adding: what it starts with, or NULL; see slb_limit_prepare_locked()
 */
struct slb_svc_conf {
	u32	timeout_s[SLB_STATE_COUNT];
	u32	idle_s;
	char	pool[SLB_NAME_MAX + 1];
	struct slb_group	*group;
	struct slb_group_conf	own;
	bool	enabled;
	bool	toa;
	u8	toa_kind;
	u8	timestamps;
	u8	unknown;
	struct slb_acl	*acl[SLB_ACL_MODE_COUNT];
	u32	persist_s;
	u8	persist_len;
	struct slb_limits	*limits;
};

/* slb_listen.c */
DECLARE_STATIC_KEY_FALSE(slb_mark_key);
int slb_listen_init(struct slb_net *sn);
void slb_listen_exit(struct slb_net *sn);
int slb_listen_add_locked(struct slb_svc *svc);
void slb_listen_del_locked(struct slb_svc *svc);
struct slb_svc *slb_svc_find_rcu(const struct slb_net *sn, const struct slb_svc_key *key);
struct slb_svc *slb_svc_find_mark_rcu(const struct slb_net *sn, u32 mark, bool v6, u32 vrf);
struct slb_svc *slb_svc_find_locked(struct slb_net *sn, const struct slb_svc_key *key);

/* slb_svc.c, slb_srv.c */
bool slb_svc_get(struct slb_svc *svc);
void slb_svc_put(struct slb_svc *svc);
bool slb_srv_get(struct slb_srv *srv);
void slb_srv_put(struct slb_srv *srv);
void slb_srv_count(struct slb_srv *srv, int active, int inactive);

void slb_svc_conf_init(struct slb_svc_conf *conf, u8 proto, bool v6);
void slb_svc_conf_read_locked(const struct slb_svc *svc, struct slb_svc_conf *conf);
struct slb_svc *slb_svc_add_locked(struct slb_net *sn, const struct slb_svc_key *key,
				   const struct slb_svc_conf *conf);
int slb_svc_change_locked(struct slb_svc *svc, const struct slb_svc_conf *conf);
bool slb_svc_resolve_timeouts_locked(struct slb_svc *svc);
void slb_svc_remove_locked(struct slb_svc *svc);
void slb_svc_remove_all_locked(struct slb_net *sn);
struct slb_group *slb_svc_group_locked(const struct slb_svc *svc);
struct slb_pool *slb_svc_pool_locked(const struct slb_svc *svc);

struct slb_srv *slb_srv_find_locked(const struct slb_group *group, const struct in6_addr *addr,
				    __be16 port, bool v6);
struct slb_srv *slb_srv_add_locked(struct slb_group *group, const struct in6_addr *addr,
				   __be16 port, bool v6, const struct slb_srv_conf *conf);
void slb_srv_conf_read_locked(const struct slb_srv *srv, struct slb_srv_conf *conf);
int slb_srv_change_locked(struct slb_srv *srv, const struct slb_srv_conf *conf);
bool slb_srv_remove_locked(struct slb_srv *srv);

#endif
