// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the packet fit where it goes? Looked at before anything is changed: an error quotes what
 * its sender sent, and a packet that does not fit changes no state and refreshes no timer.
 */
#include <net/ip.h>
#include <net/ip6_route.h>
#include "slb_icmp.h"
#include "slb_path.h"

/**
 * slb_fit_segments() - do the segments of an aggregate fit?
 * @skb: the aggregate
 * @l4: offset of its layer-4 header
 * @v6: its family
 * @mtu: of its route
 *
 * Their length is told from where the layer-4 header is; behind IPv6 options that is not known yet.
 * The jumbo option of one beyond 64 KiB is none of theirs: segmentation takes it away.
 *
 * Context: softirq or BH off.
 * Return: true if so.
 */
bool slb_fit_segments(struct sk_buff *skb, unsigned int l4, bool v6, u32 mtu)
{
	skb_set_transport_header(skb, l4);
	if (v6 && unlikely(ipv6_has_hopopt_jumbo(skb))) {
		mtu += sizeof(struct hop_jumbo_hdr);
		IP6CB(skb)->flags |= IP6SKB_FAKEJUMBO;	/* for the output, which asks again */
	}
	return skb_gso_validate_network_len(skb, mtu);
}

/* May the packet leave in fragments, or is it an aggregate whose segments fit? */
static bool slb_fit_may_exceed(const struct slb_pkt *pkt, u32 mtu)
{
	struct sk_buff *skb = pkt->skb;

	if (skb_is_gso(skb) && slb_fit_segments(skb, pkt->l4, pkt->v6, mtu))
		return true;
	if (pkt->v6)
		return IP6CB(skb)->frag_max_size <= mtu && skb->ignore_df;
	if (!(ip_hdr(skb)->frag_off & htons(IP_DF)))
		return true;
	return IPCB(skb)->frag_max_size <= mtu && skb->ignore_df;
}

/**
 * slb_fit() - check TTL and MTU, decide whether the TOA fits too
 * @pkt: the packet; @toa may turn from INLINE to AHEAD
 * @dst: its route
 *
 * The address of a packet that fits without it stays in the packet: padding may make room, and if
 * not, slb_toa_edit() sends it ahead. An aggregate with a TOA is not sent ahead: its segments are
 * made shorter where they must be. One that the option would make longer than a length field can
 * tell goes as it is, behind the ACK.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: true if it fits; else the sender was told and pkt->reason is set.
 */
__always_inline bool slb_fit(struct slb_pkt *pkt, const struct dst_entry *dst)
{
	u8 ttl = pkt->v6 ? ipv6_hdr(pkt->skb)->hop_limit : ip_hdr(pkt->skb)->ttl;
	u32 mtu = dst_mtu(dst);

	if (unlikely(ttl <= 1 && !pkt->local)) {
		slb_icmp_time_exceeded(pkt);
		pkt->reason = SLB_DROP_TTL;
		return false;
	}
	if (likely(pkt->len + pkt->toa_len <= mtu))
		return true;
	if (pkt->toa == SLB_TOA_INLINE &&
	    (skb_is_gso(pkt->skb) ? pkt->len + pkt->toa_len > IP_MAX_MTU : pkt->len > mtu))
		pkt->toa = SLB_TOA_AHEAD;
	if (pkt->len <= mtu || slb_fit_may_exceed(pkt, mtu))
		return true;
	slb_icmp_too_big(pkt, mtu);
	pkt->reason = SLB_DROP_TOO_BIG;
	return false;
}
