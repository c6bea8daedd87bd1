/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routes of translated packets.
 */
#ifndef _SLB_ROUTE_H
#define _SLB_ROUTE_H

#include <linux/in6.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <linux/netfilter/nf_conntrack_common.h>

struct slb_conn;
struct slb_lease_map;
struct slb_net;
struct slb_pkt;
struct slb_way;

/**
 * struct slb_route_key - what a route depends on: the packet as it leaves
 * @scope: as slb_way.scope; gives the VRF (or link) and the protocol
 * @mark: packet's mark
 * @sport: source port
 * @dport: destination port
 * @tos: TOS or traffic class
 * @v6_family: family
 * @v4: source and destination
 * @v6: source and destination
 */
struct slb_route_key {
	u32			scope;
	u32			mark;
	__be16			sport;
	__be16			dport;
	u8			tos;
	bool			v6_family;
	union {
		__be32		v4[2];
		struct in6_addr	v6[2];
	};
};

/* conntrack leaves the packet alone wherever it meets it after us. */
static inline void slb_skb_set_untracked(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	nf_reset_ct(skb);
	skb_set_nfct(skb, IP_CT_UNTRACKED);
#endif
}

/* Has a packet come back over the loopback device that left here? It is not reassembled then. */
static inline bool slb_skb_is_untracked(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	return skb->_nfct == IP_CT_UNTRACKED;
#else
	return false;
#endif
}

void slb_route_key_from_way(struct slb_route_key *key, const struct slb_conn *conn,
			    const struct slb_way *way);
struct dst_entry *slb_route_lookup(struct slb_net *sn, const struct slb_route_key *key);
struct dst_entry *slb_route_get(struct slb_net *sn, const struct slb_route_key *key,
				const struct slb_way *way);
void slb_route_take_shared(const struct slb_pkt *pkt, const struct slb_lease_map *map,
			   struct slb_way *way);
struct dst_entry *slb_route_slow_rcu(struct slb_pkt *pkt, struct slb_way *way);

#endif
