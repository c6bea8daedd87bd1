/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leases: which local ports of a local address are in use towards one server endpoint.
 *
 * A lease must be unique only per (laddr:lport, server:port, protocol), so there is a bitmap for
 * each (laddr, endpoint) pair in use. An endpoint is a server's address, port and protocol,
 * shared by all services that lead to it.
 */
#ifndef _SLB_LEASE_H
#define _SLB_LEASE_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct dst_entry;
struct slb_laddr;
struct slb_net;

#define SLB_LEASE_CHUNK_BITS	2048
#define SLB_LEASE_CHUNKS	(65536 / SLB_LEASE_CHUNK_BITS)

/**
 * struct slb_ep_key - what names an endpoint
 * @addr: IPv4 in the first word, the rest 0
 * @port: network byte order
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @v6: family
 *
 * The VRF towards the servers is a local address's, and maps are kept by local address. The endpoint
 * of a server that is met where the client's packet says (slb_srv.spread) has port or protocol 0 and
 * only names it; the one that a packet leads to is made when it is first needed.
 */
struct slb_ep_key {
	struct in6_addr		addr;
	__be16			port;
	u8			proto;
	u8			v6;
};

/**
 * struct slb_ep - a server endpoint
 * @node: in sn->eps, keyed by @key, until the last reference is put
 * @key: immutable
 * @ref: one per server object, per map, and per packet that has borrowed it
 * @servers: server objects; without any, maps go as soon as they are empty
 * @lock: BH off; guards @maps
 * @maps: by laddr id; r: RCU, w: @lock; NULL until the first lease
 * @sn: the namespace's balancer
 * @rcu: once the last reference is put
 */
struct slb_ep {
	struct rhash_head		node;
	struct slb_ep_key		key;
	refcount_t			ref;
	atomic_t			servers;
	spinlock_t			lock;		/* BH off */
	struct slb_lease_maps __rcu	*maps;
	struct slb_net			*sn;
	struct rcu_head			rcu;
};

/**
 * struct slb_lease_map - ports of one laddr in use towards one endpoint
 * @lock: BH off; guards everything up to @chunk
 * @used: ports in use
 * @cursor: where the next search begins
 * @cursor_unset: there was no search yet
 * @gone: out of @ep's maps, and empty for good
 * @run: free ports after the cursor that may be leased, bits of word @run_word; what is known of them
 *	holds until tick @run_until and while @laddr's @changes are @run_changes
 * @run_word: see @run
 * @run_until: see @run
 * @run_changes: see @run
 * @ports: what @room was counted for: bounds of the range and of the hole in it
 * @counted: tick when @room was begun anew
 * @chunk_used: ports in use, by chunk
 * @chunk_room: ports in use or free to lease, by chunk; SLB_LEASE_UNCOUNTED until looked at
 * @chunk: bitmaps of ports in use; NULL is empty
 * @dst: route of packets that leave from @laddr to @ep, or NULL; holds a reference; see slb_route.c.
 *	r: RCU, w: @lock
 * @dst_cookie: IPv6: of @dst; likewise
 * @laddr: holds a reference
 * @ep: holds a reference
 * @rcu: once it is gone
 *
 * It stays while any port is in use, so a connection needs no reference, and an address or server
 * that is removed and added again meanwhile finds what is still leased. After that it goes when its
 * laddr is dying or its endpoint has no server.
 */
struct slb_lease_map {
	spinlock_t		lock;		/* BH off */
	u32			used;
	u16			cursor;
	bool			cursor_unset;
	bool			gone;
	unsigned long		run;
	u16			run_word;
	u16			run_until;
	u32			run_changes;
	u64			ports;
	u16			counted;
	u16			chunk_used[SLB_LEASE_CHUNKS];
	u16			chunk_room[SLB_LEASE_CHUNKS];
	unsigned long		*chunk[SLB_LEASE_CHUNKS];

	struct dst_entry	*dst;
	u32			dst_cookie;
	struct slb_laddr	*laddr;
	struct slb_ep		*ep;
	struct rcu_head		rcu;
};

/**
 * struct slb_lease - answer of the allocator
 * @map: stays until the port is released
 * @port: the leased port
 * @reused: the port was reclaimed; @old_end and @old_ts are its old connection's
 * @old_has_ts: @old_ts is valid
 * @old_end: highest sequence number end, server's view
 * @old_ts: highest TSval sent to the server
 */
struct slb_lease {
	struct slb_lease_map	*map;
	__be16			port;
	bool			reused;
	bool			old_has_ts;
	u32			old_end;
	u32			old_ts;
};

/* slb_ep.c */
int slb_ep_init(struct slb_net *sn);
void slb_ep_exit(struct slb_net *sn);
struct slb_ep *slb_ep_find_rcu(struct slb_net *sn, const struct slb_ep_key *key);
struct slb_ep *slb_ep_get(struct slb_net *sn, const struct slb_ep_key *key);
void slb_ep_put(struct slb_ep *ep);
struct slb_ep *slb_ep_borrow_rcu(struct slb_net *sn, const struct slb_ep_key *key);
void slb_ep_return(struct slb_ep *ep);
struct slb_lease_map *slb_lease_map_find_rcu(const struct slb_ep *ep, u32 id);
struct slb_lease_map *slb_lease_map_make(struct slb_ep *ep, struct slb_laddr *laddr);
bool slb_lease_map_unlink(struct slb_lease_map *map) __must_hold(&map->lock);
void slb_lease_map_free(struct slb_lease_map *map);
void slb_lease_map_retire(struct slb_lease_map *map);
void slb_lease_forget_laddr(struct slb_net *sn, struct slb_laddr *laddr);

/* slb_lease.c */
u32 slb_lease_ports(const struct slb_laddr *laddr);
int slb_lease_take_rcu(struct slb_net *sn, struct slb_ep *ep, struct slb_laddr *laddr,
		       struct slb_lease *lease);
void slb_lease_release(struct slb_lease_map *map, __be16 port);

#endif
