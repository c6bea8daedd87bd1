/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What forwarding means for a packet, in pieces that the normal way and the fast path share.
 */
#ifndef _SLB_XMIT_H
#define _SLB_XMIT_H

#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_pkt.h"
#include "slb_route.h"

/* What a packet that came in has with it that is not to go out. */
static __always_inline void slb_xmit_strip(struct sk_buff *skb)
{
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	skb_orphan(skb);
}

/* Makes the headers private, with so much room before them. 0 or -ENOMEM. */
static __always_inline int slb_xmit_own(struct sk_buff *skb, unsigned int room)
{
	return slb_attempt(-ENOMEM, skb_cow(skb, room));
}

/* A packet that goes one hop further; its TTL says so already. */
static __always_inline void slb_xmit_forwarded(struct slb_pkt *pkt, bool v6)
{
	if (v6) {
		IP6CB(pkt->skb)->flags |= IP6SKB_FORWARDED;
		__IP6_INC_STATS(pkt->net, NULL, IPSTATS_MIB_OUTFORWDATAGRAMS);
		return;
	}
	IPCB(pkt->skb)->flags |= IPSKB_FORWARDED;
	if (READ_ONCE(pkt->net->ipv4.sysctl_ip_fwd_update_priority))
		pkt->skb->priority = rt_tos2priority(slb_pkt_ip4(pkt)->tos);
	__IP_INC_STATS(pkt->net, IPSTATS_MIB_OUTFORWDATAGRAMS);
}

static __always_inline void slb_xmit_header(struct slb_pkt *pkt, bool v6)
{
	if (v6)
		slb_pkt_ip6(pkt)->hop_limit--;
	else
		ip_decrease_ttl(slb_pkt_ip4(pkt));
	slb_xmit_forwarded(pkt, v6);
}

/*
 * The packet's route is @dst, which lives until rcu_read_unlock(). Whatever queues the packet beyond
 * that takes its own reference (skb_dst_force()).
 */
static __always_inline void slb_xmit_route(struct sk_buff *skb, struct dst_entry *dst)
{
	slb_skb_set_untracked(skb);
	if (likely(skb_dst(skb) != dst)) {
		skb_dst_drop(skb);
		skb_dst_set_noref(skb, dst);
	}
}

#endif
