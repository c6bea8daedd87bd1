/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where packets come in.
 */
#ifndef _SLB_HOOK_H
#define _SLB_HOOK_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <net/ipv6.h>
#include "slb_net.h"

unsigned int slb_frag_in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int slb_frag_in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int slb_hook_pre4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int slb_hook_pre6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
int slb_hook_get(struct slb_net *sn);
void slb_hook_put(struct slb_net *sn);

/* Addressed to us on layer 2 and not merely passing through a bridge that calls netfilter? */
static __always_inline bool slb_hook_for_us(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *bridged;

	if (unlikely(nf_bridge_info_exists(skb))) {
		bridged = nf_bridge_info_get(skb);
		if (bridged && bridged->pkt_otherhost)
			return false;
	}
#endif
	return skb->pkt_type == PACKET_HOST;
}

/*
 * In nat mode a server's answer goes to the client, so it is known by its source; an ICMP error about
 * a packet to such a server may have any. Most packets from there are not ours all the same: the
 * server has other things to do, and its route leads through here.
 */
static __always_inline bool slb_hook_is_nat4(const struct slb_net *sn, const struct iphdr *iph)
{
	return static_branch_unlikely(&slb_nat_key) && READ_ONCE(sn->nat_used) &&
	       (slb_filter_hit4(&sn->nat, iph->saddr) || iph->protocol == IPPROTO_ICMP);
}

static __always_inline bool slb_hook_is_nat6(const struct slb_net *sn, const struct ipv6hdr *ip6h)
{
	return static_branch_unlikely(&slb_nat_key) && READ_ONCE(sn->nat_used) &&
	       (slb_filter_hit6(&sn->nat, &ip6h->saddr) || ip6h->nexthdr == NEXTHDR_ICMP);
}

/* Is there a service by mark, so that a packet to anywhere may be ours? */
static __always_inline bool slb_hook_may_mark(const struct slb_net *sn)
{
	return static_branch_unlikely(&slb_mark_key) && READ_ONCE(sn->marks);
}

#endif
