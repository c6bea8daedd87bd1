// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes of translated packets: an output lookup on the packet as it leaves. FLOWI_FLAG_ANYSRC,
 * because the source need not be local (an input lookup would refuse it as martian, an output
 * lookup without the flag because it is not ours).
 */
#include <net/flow.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include "slb_net.h"
#include "slb_path.h"
#include "slb_pkt.h"
#include "slb_route.h"

static struct dst_entry *slb_route_lookup4(struct slb_net *sn, const struct slb_route_key *key)
{
	struct flowi4 fl4 = {
		.flowi4_oif = slb_scope_ifindex(key->scope),
		.flowi4_mark = key->mark,
		.flowi4_tos = RT_TOS(key->tos),
		.flowi4_proto = slb_scope_proto(key->scope),
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.saddr = key->v4[0],
		.daddr = key->v4[1],
		.fl4_sport = key->sport,
		.fl4_dport = key->dport,
	};
	struct rtable *rt = ip_route_output_flow(sn->net, &fl4, NULL);

	return IS_ERR(rt) ? NULL : &rt->dst;
}

static struct dst_entry *slb_route_lookup6(struct slb_net *sn, const struct slb_route_key *key)
{
	struct flowi6 fl6 = {
		.flowi6_oif = slb_scope_ifindex(key->scope),
		.flowi6_mark = key->mark,
		.flowlabel = ip6_make_flowinfo(key->tos, 0),
		.flowi6_proto = slb_scope_proto(key->scope),
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
		.saddr = key->v6[0],
		.daddr = key->v6[1],
		.fl6_sport = key->sport,
		.fl6_dport = key->dport,
	};
	struct dst_entry *dst = ip6_dst_lookup_flow(sn->net, NULL, &fl6, NULL);

	return IS_ERR(dst) ? NULL : dst;
}

/**
 * slb_route_lookup() - look a route up
 * @sn: the namespace's balancer
 * @key: the packet as it leaves
 *
 * Context: BH off, inside RCU.
 * Return: a route with a reference, or NULL.
 */
struct dst_entry *slb_route_lookup(struct slb_net *sn, const struct slb_route_key *key)
{
	slb_count(sn, SLB_COUNT_ROUTE_LOOKUP);
	return key->v6_family ? slb_route_lookup6(sn, key) : slb_route_lookup4(sn, key);
}

/**
 * slb_route_key_from_way() - the route of packets that leave by @way
 * @key: filled here
 * @conn: its connection
 * @way: the direction
 *
 * The client's side lies in the service's VRF, the server's side in the local address's.
 *
 * Context: any, inside RCU.
 */
void slb_route_key_from_way(struct slb_route_key *key, const struct slb_conn *conn,
			    const struct slb_way *way)
{
	int other = !slb_way_dir(way);

	key->scope = slb_conn_way(conn, other)->scope;
	key->mark = conn->mark;
	key->sport = way->new_sport;
	key->dport = way->new_dport;
	key->tos = 0;
	key->v6_family = slb_way_fixed(way) & SLB_WAY_V6;
	if (key->v6_family) {
		key->v6[0] = *slb_way_addr6(way, 2);
		key->v6[1] = *slb_way_addr6(way, 3);
	} else {
		key->v4[0] = way->addr[2];
		key->v4[1] = way->addr[3];
	}
}

/**
 * slb_route_get() - the route of a packet of our own that takes a connection's way
 * @sn: the namespace's balancer
 * @key: the packet as it leaves; from slb_route_key_from_way()
 * @way: the direction
 *
 * The one that the direction's packets take; looked up, and not kept, when there is none.
 *
 * Context: BH off, inside RCU.
 * Return: a route with a reference, or NULL.
 */
struct dst_entry *slb_route_get(struct slb_net *sn, const struct slb_route_key *key,
				const struct slb_way *way)
{
	struct dst_entry *dst = READ_ONCE(way->dst);
	u32 cookie = 0;

	if (key->v6_family)
		cookie = (__force u32)READ_ONCE(way->addr[SLB_WAY6_COOKIE]);
	if (dst && dst_check(dst, cookie) && dst_hold_safe(dst))
		return dst;
	return slb_route_lookup(sn, key);
}

/* The route of packets without a mark or traffic class hangs on the map that their ports are from. */
static bool slb_route_is_plain(const struct slb_pkt *pkt)
{
	return !pkt->skb->mark && !(pkt->tos & ~INET_ECN_MASK);
}

/* Does the namespace route by addresses alone, and not by ports too? */
static bool slb_route_is_shared(const struct net *net, bool v6)
{
#ifdef CONFIG_XFRM
	if (net->xfrm.policy_count[XFRM_POLICY_OUT])
		return false;
#endif
	if (v6) {
#ifdef CONFIG_IPV6_MULTIPLE_TABLES
		if (READ_ONCE(net->ipv6.fib6_rules_require_fldissect))
			return false;
#endif
		return !READ_ONCE(net->ipv6.sysctl.multipath_hash_policy);
	}
#ifdef CONFIG_IP_MULTIPLE_TABLES
	if (READ_ONCE(net->ipv4.fib_rules_require_fldissect))
		return false;
#endif
#ifdef CONFIG_IP_ROUTE_MULTIPATH
	return !READ_ONCE(net->ipv4.sysctl_fib_multipath_hash_policy);
#else
	return true;
#endif
}

/**
 * slb_route_take_shared() - the route that another connection to the same server has found
 * @pkt: the packet that opens a connection
 * @map: the map that its local port is leased from: one local address and one server
 * @way: way 0 of the connection, not linked yet; gets the route with a reference, if there is one
 *
 * The lease keeps the map; RCU the route, whose last reference dst_release() puts behind it. The
 * cookie is that of the route which is still there after it was read.
 *
 * Context: softirq or BH off, inside RCU.
 */
void slb_route_take_shared(const struct slb_pkt *pkt, const struct slb_lease_map *map,
			   struct slb_way *way)
{
	struct dst_entry *dst = READ_ONCE(map->dst);
	u32 cookie;

	if (!dst || !slb_route_is_plain(pkt) || !slb_route_is_shared(pkt->net, pkt->v6))
		return;
	cookie = READ_ONCE(map->dst_cookie);
	smp_rmb(); /* pairs with slb_route_share() */
	if (READ_ONCE(map->dst) != dst || !dst_check(dst, cookie) || !dst_hold_safe(dst))
		return;
	way->dst = dst;
	if (pkt->v6)
		way->addr[SLB_WAY6_COOKIE] = (__force __be32)cookie;
}

/*
 * A route that was just looked up, for the connections to come, in place of @old, which was read
 * before. The packet's connection may have ended since, and the map with it: then it takes no more.
 */
static void slb_route_share(const struct slb_pkt *pkt, struct slb_lease_map *map,
			    struct dst_entry *old, struct dst_entry *dst, u32 cookie)
{
	if (!slb_route_is_plain(pkt) || !slb_route_is_shared(pkt->net, pkt->v6) ||
	    !dst_hold_safe(dst))
		return;
	spin_lock(&map->lock);
	if (!map->gone && map->dst == old) {
		WRITE_ONCE(map->dst, dst);
		smp_wmb(); /* pairs with slb_route_take_shared() */
		WRITE_ONCE(map->dst_cookie, cookie);
		dst = old;
	}
	spin_unlock(&map->lock);
	dst_release(dst);
}

/**
 * slb_route_slow_rcu() - a packet whose way has no valid cached route for it
 * @pkt: the packet
 * @way: its direction
 *
 * The new route replaces the cached one unless the packet's mark is not the connection's. Of two
 * CPUs that replace at once, one wins; dst_release() frees behind RCU, so the loser's readers are
 * safe. What is replaced was read before the lookup, so that an older answer never replaces a newer
 * one, and only a winner writes its cookie: a cookie beside another's route makes that one invalid,
 * never an outdated one valid.
 *
 * Context: softirq, inside RCU.
 * Return: a route that lives until rcu_read_unlock(), or NULL. A route that is not cached is hung
 * on the packet, which then holds the reference.
 */
struct dst_entry *slb_route_slow_rcu(struct slb_pkt *pkt, struct slb_way *way)
{
	struct slb_conn *conn = slb_way_conn(way);
	struct slb_lease_map *map = slb_way_dir(way) == SLB_DIR_ORIG ? conn->lease : NULL;
	struct dst_entry *old = READ_ONCE(way->dst);
	struct dst_entry *shared = map ? READ_ONCE(map->dst) : NULL;
	struct slb_route_key key;
	struct dst_entry *dst;
	u32 cookie;

	/* The mark that has chosen the service chooses no route; see slb_listen_use_mark(). */
	if (pkt->skb->mark && pkt->skb->mark == conn->svc->key.mark) {
		pkt->skb->mark = 0;
		return slb_path_route_rcu(pkt, way);
	}
	slb_route_key_from_way(&key, conn, way);
	key.tos = pkt->tos;
	key.mark = pkt->skb->mark;
	dst = slb_route_lookup(pkt->sn, &key);
	if (!dst)
		return NULL;
	cookie = pkt->v6 ? rt6_get_cookie((struct rt6_info *)dst) : 0;
	if (map)
		slb_route_share(pkt, map, shared, dst, cookie);
	if (pkt->skb->mark == conn->mark && cmpxchg(&way->dst, old, dst) == old) {
		if (pkt->v6)
			WRITE_ONCE(way->addr[SLB_WAY6_COOKIE], (__force __be32)cookie);
		dst_release(old);
		return dst;
	}
	/* Another mark, or another CPU was first; this packet keeps its own. */
	skb_dst_drop(pkt->skb);
	skb_dst_set(pkt->skb, dst);
	return dst;
}
