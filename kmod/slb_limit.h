/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of connections, of new connections a second, and of bandwidth: of a service, of a client's
 * prefix at a service, of a server, and named ones that services share.
 */
#ifndef _SLB_LIMIT_H
#define _SLB_LIMIT_H

#include <linux/cache.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include "slb_gcra.h"
#include "slb_svc.h"

struct slb_clients;
struct slb_conn;
struct slb_group;
struct slb_net;
struct slb_pkt;
struct slb_way;

#define SLB_LIMIT_SERVERS	64	/* other servers looked at when the chosen one is at its limit */

/**
 * struct slb_quota - connections and new connections a second
 * @conns_max: most at a time, 0 is no limit; READ_ONCE
 * @rate: most new ones a second, 0 is no limit; READ_ONCE
 * @per: @rate as it is counted
 * @gcra: new ones so far
 * @conns: connections counted
 */
struct slb_quota {
	u32			conns_max;
	u32			rate;
	struct slb_gcra_rate	per;
	struct slb_gcra		gcra;
	atomic_t		conns;
};

/**
 * struct slb_limit - a named limit
 * @quota: the limit
 * @refused_conns: connections that it refused, or would not have fitted
 * @refused_rate: likewise
 * @list: in sn->limits; under sn->cfg_mutex
 * @users: services that are configured with it; under sn->cfg_mutex
 * @sn: the namespace's balancer
 * @ref: one from the configuration, one per struct slb_limits
 * @rcu: once the last reference is put
 * @owner: enum slb_owner; under sn->cfg_mutex
 * @name: immutable
 */
struct slb_limit {
	struct slb_quota	quota ____cacheline_aligned;
	atomic64_t		refused_conns ____cacheline_aligned;
	atomic64_t		refused_rate;
	struct list_head	list;
	u32			users;
	struct slb_net		*sn;
	refcount_t		ref;
	struct rcu_head		rcu;
	u8			owner;
	char			name[SLB_NAME_MAX + 1];
};

/**
 * struct slb_client_rule - what each client prefix of a service may have
 * @conns_max: connections at a time, 0 is no limit; READ_ONCE
 * @rate: new ones a second, 0 is no limit; READ_ONCE
 * @per: @rate as it is counted
 * @len: length of the prefixes in bits, by family
 * @id: of the service's entries in the table of clients
 */
struct slb_client_rule {
	u32			conns_max;
	u32			rate;
	struct slb_gcra_rate	per;
	u8			len[2];
	u64			id;
};

/**
 * struct slb_bandwidth - the bandwidth of one direction
 * @gcra: bytes so far
 * @per: @kbit as it is counted
 * @kbit: kbit/s, 0 is no limit; READ_ONCE
 */
struct slb_bandwidth {
	struct slb_gcra		gcra;
	struct slb_gcra_rate	per;
	u32			kbit;
} ____cacheline_aligned;

/**
 * struct slb_limits - the limits of a service
 * @own: the service's own
 * @shared: the named limit, or NULL; holds a reference; immutable
 * @client: of each client prefix
 * @has_client: @client is in force; immutable
 * @slot: svc->counted[@slot] is this; immutable
 * @shaped: by direction: @bandwidth is in force; immutable
 * @bandwidth: by direction
 * @sn: the namespace's balancer
 * @rcu: once no connection is counted in it
 *
 * Where they come from, and who can hold them, is told in slb_limit.c.
 */
struct slb_limits {
	struct slb_quota	own;
	struct slb_limit	*shared;
	struct slb_client_rule	client;
	bool			has_client;
	u8			slot;
	bool			shaped[2];
	struct slb_bandwidth	bandwidth[2];
	struct slb_net		*sn;
	struct rcu_head		rcu;
};

/**
 * struct slb_limit_conf - the limits of a service or server, checked; 0 is no limit
 * @conns_max: connections at a time
 * @conns_low: server: at its limit it takes new ones again below this, 0 is three quarters of it
 * @rate: new connections a second
 * @shared: service: the named limit, or NULL; under sn->cfg_mutex
 * @client_conns: service: connections at a time of a client prefix
 * @client_rate: service: new connections a second of a client prefix
 * @client_len: service: length of these prefixes, by family
 * @kbit: service: bandwidth by direction, kbit/s
 */
struct slb_limit_conf {
	u32			conns_max;
	u32			conns_low;
	u32			rate;
	struct slb_limit	*shared;
	u32			client_conns;
	u32			client_rate;
	u8			client_len[2];
	u32			kbit[2];
};

/* Packets. */
enum slb_drop slb_limit_take(const struct slb_pkt *pkt, const struct slb_svc *svc,
			     struct slb_limits *limits, u32 *flags);
void slb_limit_give(const struct slb_pkt *pkt, struct slb_limits *limits, u32 flags);
void slb_limit_mark(struct slb_conn *conn, const struct slb_limits *limits, u32 flags);
void slb_limit_recount(struct slb_conn *conn);
void slb_limit_forget(struct slb_conn *conn);
bool slb_limit_passes(const struct slb_pkt *pkt, const struct slb_way *way);
bool slb_limit_srv_takes(struct slb_srv *srv);
struct slb_srv *slb_limit_other_rcu(struct slb_group *group, const struct slb_pkt *pkt,
				    struct slb_srv *chosen, bool asks);

/* The same decisions for somebody who only asks. */
enum slb_drop slb_quota_ask(struct slb_quota *quota);
enum slb_drop slb_limit_srv_ask(struct slb_srv *srv);

/* Configuration. */
void slb_limit_conf_init(struct slb_limit_conf *conf);
void slb_limit_conf_read_locked(const struct slb_svc *svc, struct slb_limit_conf *conf);
int slb_limit_prepare_locked(struct slb_net *sn, const struct slb_svc *svc,
			     const struct slb_limit_conf *conf, struct slb_limits **fresh);
void slb_limit_discard(struct slb_limits *fresh);
void slb_limit_attach_locked(struct slb_svc *svc, struct slb_limits *fresh);
void slb_limit_change_locked(struct slb_svc *svc, const struct slb_limit_conf *conf,
			     struct slb_limits *fresh);
void slb_limit_release_locked(struct slb_svc *svc);
void slb_limit_svc_free(struct slb_svc *svc);
void slb_limit_srv_read(const struct slb_srv *srv, struct slb_limit_conf *conf);
void slb_limit_srv_set_locked(struct slb_srv *srv, const struct slb_limit_conf *conf);

/* Named limits. */
struct slb_limit *slb_limit_find_locked(struct slb_net *sn, const char *name);
struct slb_limit *slb_limit_add_locked(struct slb_net *sn, const char *name, u32 conns_max,
				       u32 rate);
void slb_limit_set_locked(struct slb_limit *limit, u32 conns_max, u32 rate);
void slb_limit_remove_locked(struct slb_limit *limit);
void slb_limit_remove_all_locked(struct slb_net *sn);
void slb_limit_zero_locked(struct slb_net *sn);

/* slb_client.c: the connections of each client prefix. */
int slb_client_furnish_locked(struct slb_net *sn);
void slb_client_exit(struct slb_net *sn);
enum slb_drop slb_client_take(struct slb_net *sn, const struct slb_client_rule *rule,
			      const void *addr, bool v6, bool *counted);
enum slb_drop slb_client_ask(struct slb_net *sn, const struct slb_client_rule *rule,
			     const void *addr, bool v6, u32 *conns);
bool slb_client_add(struct slb_net *sn, const struct slb_client_rule *rule, const void *addr,
		    bool v6);
void slb_client_put(struct slb_net *sn, const struct slb_client_rule *rule, const void *addr,
		    bool v6, bool refund);
u32 slb_client_count(const struct slb_net *sn);

/**
 * struct slb_client_view - what a client prefix has
 * @prefix: IPv4 in the first word
 * @conns: connections counted
 * @full: it could not open another one now
 */
struct slb_client_view {
	struct in6_addr	prefix;
	u32		conns;
	bool		full;
};

/* Says false when it has no room for it. BH off, the bucket locked. */
typedef bool (*slb_client_visit_t)(const struct slb_client_view *view, void *arg);

#define SLB_CLIENT_BITS		16
#define SLB_CLIENT_BUCKETS	(1U << SLB_CLIENT_BITS)

bool slb_client_visit_bucket(struct slb_net *sn, const struct slb_client_rule *rule, u32 bucket,
			     slb_client_visit_t visit, void *arg);

#endif
