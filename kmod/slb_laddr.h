/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Local addresses of fullNAT and the named pools that hold them.
 */
#ifndef _SLB_LADDR_H
#define _SLB_LADDR_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <uapi/linux/slb.h>

struct slb_net;
struct slb_pool;

/**
 * struct slb_laddr - a local address
 * @addr: IPv4 in the first word, the rest 0
 * @v6: family
 * @dedicated: the host does not use the address; ip_local_port_range is leased too
 * @dying: removed by the operator; no new leases
 * @owner: enum slb_owner; under sn->cfg_mutex
 * @port_first: lowest port leased, host byte order
 * @port_last: highest port leased, host byte order
 * @vrf: interface index of the VRF towards the servers, 0 is the main one
 * @id: small number, unique in the namespace: index into an endpoint's maps
 * @changes: how often the ports that are leased have changed; w: sn->cfg_mutex
 * @serial: grows with each address added; where a dump goes on
 * @ref: one from the pool, one per lease map
 * @leases: leases in use
 * @exhausted: connections refused for want of a port here
 * @reclaimed: leases taken back
 * @sn: the namespace's balancer
 * @pool: where it is a member; NULL when dying; under sn->cfg_mutex
 * @pool_name: name of the pool where it is or was a member; under sn->cfg_mutex
 * @left: in sn->laddrs_left, with a reference, from removal until no packet sees it in a set any more;
 *	under sn->cfg_mutex
 * @grace: RCU's state when it was removed last; under sn->cfg_mutex
 * @list: in sn->laddrs until the last reference is put; under sn->laddr_lock
 * @rcu: once the last reference is put
 *
 * Its address stays in the bystander filter until the last reference is put, so that packets of
 * connections that outlive the removal are still recognised.
 */
struct slb_laddr {
	struct in6_addr		addr;
	bool			v6;
	bool			dedicated;
	bool			dying;
	u8			owner;
	u16			port_first;
	u16			port_last;
	u32			vrf;
	u32			id;
	u32			changes;
	u32			serial;
	refcount_t		ref;
	atomic_t		leases;
	atomic64_t		exhausted;
	atomic64_t		reclaimed;
	struct slb_net		*sn;
	struct slb_pool		*pool;
	char			pool_name[SLB_NAME_MAX + 1];
	struct list_head	left;
	unsigned long		grace;
	struct list_head	list;
	struct rcu_head		rcu;
};

/**
 * struct slb_laddr_set - the members of one pool and family, as packets see them
 * @rcu: once it is replaced
 * @n: how many
 * @next: where the next connection starts looking; racy on purpose
 * @laddr: the members
 *
 * Replaced as a whole under sn->cfg_mutex; the old one is freed by kvfree_rcu(). The members are
 * referenced by the pool, whose reference is put behind RCU.
 */
struct slb_laddr_set {
	struct rcu_head		rcu;
	u32			n;
	u32			next;
	struct slb_laddr	*laddr[];
};

/**
 * struct slb_pool - a named pool
 * @list: in sn->pools, under sn->cfg_mutex
 * @name: the default pool's is empty
 * @set: by family, [0] IPv4, [1] IPv6; NULL is empty; r: RCU, w: sn->cfg_mutex
 * @users: services that use it, plus members; under sn->cfg_mutex; freed behind RCU when 0
 * @rcu: once it has no users
 */
struct slb_pool {
	struct list_head		list;
	char				name[SLB_NAME_MAX + 1];
	struct slb_laddr_set __rcu	*set[2];
	unsigned int			users;
	struct rcu_head			rcu;
};

/* The changeable part of a local address, as in struct slb_laddr. */
struct slb_laddr_conf {
	bool	dedicated;
	u8	owner;
	u16	port_first;
	u16	port_last;
};

bool slb_laddr_get(struct slb_laddr *laddr);
void slb_laddr_put(struct slb_laddr *laddr);

struct slb_pool *slb_pool_get_locked(struct slb_net *sn, const char *name);
void slb_pool_put_locked(struct slb_net *sn, struct slb_pool *pool);

struct slb_laddr *slb_laddr_find_locked(struct slb_net *sn, const struct in6_addr *addr, bool v6,
					u32 vrf);
struct slb_laddr *slb_laddr_add_locked(struct slb_net *sn, const char *pool,
				       const struct in6_addr *addr, bool v6, u32 vrf,
				       const struct slb_laddr_conf *conf);
void slb_laddr_change_locked(struct slb_laddr *laddr, const struct slb_laddr_conf *conf);
int slb_laddr_remove_locked(struct slb_laddr *laddr);
void slb_laddr_remove_all_locked(struct slb_net *sn);
void slb_laddr_init(struct slb_net *sn);
void slb_laddr_stop(struct slb_net *sn);

#endif
