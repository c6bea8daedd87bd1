// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything ip_forward() and ip6_forward() would have done to a packet, and out.
 */
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <net/xfrm.h>
#include "slb_alloc.h"
#include "slb_path.h"
#include "slb_xmit.h"

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
	unsigned int room;

	slb_xmit_unbridge(pkt->skb);
	if (likely(!pkt->local)) {
		if (slb_xmit_forbidden(pkt))
			return -EPERM;
		slb_xmit_strip(pkt->skb);
	}
	room = LL_RESERVED_SPACE(dst->dev) + dst->header_len + pkt->toa_len;
	if (likely(!slb_xmit_own(pkt->skb, room)))
		return 0;
	pkt->reason = SLB_DROP_NO_MEMORY;
	return -ENOMEM;
}

/**
 * slb_xmit_extra() - send a packet of our own that takes another's way
 * @pkt: the packet, translated, its header complete but for TTL
 * @dst: its route; valid until rcu_read_unlock()
 * @v6: pkt->v6
 *
 * Whatever queues the packet beyond the RCU section takes its own reference (skb_dst_force()).
 *
 * Context: softirq or BH off, inside RCU.
 */
__always_inline void slb_xmit_extra(struct slb_pkt *pkt, struct dst_entry *dst, bool v6)
{
	struct sk_buff *skb = pkt->skb;

	if (likely(!pkt->local))	/* else it is not forwarded; its socket has set the priority */
		slb_xmit_header(pkt, v6);
	slb_xmit_route(skb, dst);
	dst_output(pkt->net, pkt->local ? skb->sk : NULL, skb);
}

/**
 * slb_xmit() - send a translated packet
 * @pkt: the packet
 * @dst: its route; valid until rcu_read_unlock(), or held by the packet already
 * @v6: pkt->v6
 *
 * Context: softirq or BH off, inside RCU.
 * Return: NF_STOLEN.
 */
__always_inline unsigned int slb_xmit(struct slb_pkt *pkt, struct dst_entry *dst, bool v6)
{
	slb_count(pkt->sn, SLB_COUNT_FORWARDED);
	slb_xmit_extra(pkt, dst, v6);
	return NF_STOLEN;
}

#ifdef SLB_SELFTEST
#include "selftest/xmit.c"
#endif
