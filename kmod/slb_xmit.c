// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything ip_forward() and ip6_forward() would have done to a packet, and out.
 */
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/xfrm.h>
#include "slb_alloc.h"
#include "slb_path.h"
#include "slb_route.h"

/*
 * An aggregate that cannot be sent. One that is a list of whole packets is cut up anew instead of
 * along its list: only addresses and ports of the first are passed on to the others, not numbers
 * and options. Its checksum is the first packet's, so no device may take it for the aggregate's.
 */
static bool slb_xmit_is_bad_aggregate(struct slb_pkt *pkt)
{
	struct sk_buff *skb = pkt->skb;

	if (unlikely(skb_warn_if_lro(skb))) {
		pkt->reason = SLB_DROP_LRO;
		return true;
	}
	if (likely(!(skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST)) || pkt->proto != IPPROTO_TCP)
		return false;
	if (slb_attempt(-ENOMEM, skb_unclone(skb, GFP_ATOMIC))) {
		pkt->reason = SLB_DROP_NO_MEMORY;
		return true;
	}
	skb_shinfo(skb)->gso_type &= ~SKB_GSO_FRAGLIST;
	skb_shinfo(skb)->gso_type |= SKB_GSO_DODGY;
	skb->ip_summed = CHECKSUM_NONE;
	return false;
}

/* What may forbid forwarding, judged on the untranslated packet. */
static __always_inline bool slb_xmit_forbidden(struct slb_pkt *pkt)
{
	struct sk_buff *skb = pkt->skb;

	if (skb_is_nonlinear(skb) && slb_xmit_is_bad_aggregate(pkt))
		return true;
	if (pkt->v6 ? !xfrm6_policy_check(NULL, XFRM_POLICY_FWD, skb)
		    : !xfrm4_policy_check(NULL, XFRM_POLICY_FWD, skb)) {
		pkt->reason = SLB_DROP_POLICY;
		return true;
	}
	return false;
}

/*
 * A packet taken from a bridge's hook: what leaves is no bridged packet any more. The bridge shows
 * netfilter a VLAN's packets with their tag still on (filter-vlan-tagged), which is the way in's.
 */
static void slb_xmit_unbridge(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	if (unlikely(nf_bridge_info_exists(skb))) {
		__vlan_hwaccel_clear_tag(skb);
		skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
	}
#endif
}

/**
 * slb_xmit_prepare() - make a packet ours to change
 * @pkt: the packet, untranslated
 * @dst: its route
 *
 * The layer-4 header with its options lies in the linear part since parsing, so making that part
 * private is enough. Header pointers are void afterwards.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: 0; else pkt->reason is set.
 */
__always_inline int slb_xmit_prepare(struct slb_pkt *pkt, const struct dst_entry *dst)
{
	struct sk_buff *skb = pkt->skb;
	unsigned int room;

	slb_xmit_unbridge(skb);
	if (likely(!pkt->local)) {
		if (slb_xmit_forbidden(pkt))
			return -EPERM;
		skb_forward_csum(skb);
		skb_clear_tstamp(skb);
		skb_orphan(skb);
	}
	room = LL_RESERVED_SPACE(dst->dev) + dst->header_len + pkt->toa_len;
	if (unlikely(slb_attempt(-ENOMEM, skb_cow(skb, room)))) {
		pkt->reason = SLB_DROP_NO_MEMORY;
		return -ENOMEM;
	}
	return 0;
}

static __always_inline void slb_xmit_header4(struct slb_pkt *pkt)
{
	struct iphdr *iph = ip_hdr(pkt->skb);

	if (unlikely(pkt->local))	/* is not forwarded; its socket has set the priority */
		return;
	ip_decrease_ttl(iph);
	IPCB(pkt->skb)->flags |= IPSKB_FORWARDED;
	if (READ_ONCE(pkt->net->ipv4.sysctl_ip_fwd_update_priority))
		pkt->skb->priority = rt_tos2priority(iph->tos);
	__IP_INC_STATS(pkt->net, IPSTATS_MIB_OUTFORWDATAGRAMS);
}

static __always_inline void slb_xmit_header6(struct slb_pkt *pkt)
{
	if (unlikely(pkt->local))
		return;
	ipv6_hdr(pkt->skb)->hop_limit--;
	IP6CB(pkt->skb)->flags |= IP6SKB_FORWARDED;
	__IP6_INC_STATS(pkt->net, NULL, IPSTATS_MIB_OUTFORWDATAGRAMS);
}

/**
 * slb_xmit_extra() - send a packet of our own that takes another's way
 * @pkt: the packet, translated, its header complete but for TTL
 * @dst: its route; valid until rcu_read_unlock()
 *
 * Whatever queues the packet beyond the RCU section takes its own reference (skb_dst_force()).
 *
 * Context: softirq or BH off, inside RCU.
 */
__always_inline void slb_xmit_extra(struct slb_pkt *pkt, struct dst_entry *dst)
{
	struct sk_buff *skb = pkt->skb;

	if (likely(!pkt->v6))
		slb_xmit_header4(pkt);
	else
		slb_xmit_header6(pkt);
	slb_skb_set_untracked(skb);
	if (likely(skb_dst(skb) != dst)) {
		skb_dst_drop(skb);
		skb_dst_set_noref(skb, dst);
	}
	dst_output(pkt->net, pkt->local ? skb->sk : NULL, skb);
}

/**
 * slb_xmit() - send a translated packet
 * @pkt: the packet
 * @dst: its route; valid until rcu_read_unlock(), or held by the packet already
 *
 * Context: softirq or BH off, inside RCU.
 * Return: NF_STOLEN.
 */
__always_inline unsigned int slb_xmit(struct slb_pkt *pkt, struct dst_entry *dst)
{
	slb_count(pkt->sn, SLB_COUNT_FORWARDED);
	slb_xmit_extra(pkt, dst);
	return NF_STOLEN;
}

#ifdef SLB_SELFTEST
#include "selftest/xmit.c"
#endif
