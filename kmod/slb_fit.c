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

/* dst_mtu() of a route without a tunnel: its own, or else its device's, unless something was learned. */
static __always_inline u32 slb_fit_plain_mtu(const struct dst_entry *dst, bool v6)
{
	const struct rtable *rt4 = (const struct rtable *)dst;
	const struct net_device *dev = READ_ONCE(dst->dev);
	u32 mtu = dst_metric_raw(dst, RTAX_MTU);
	const struct inet6_dev *idev;

	if (!v6) {
		if (unlikely(rt4->rt_pmtu || rt4->rt_mtu_locked ||
			     dst_metric_locked(dst, RTAX_MTU)))
			return dst_mtu(dst);
		return mtu ?: READ_ONCE(dev->mtu);
	}
	if (mtu)
		return mtu;
	idev = __in6_dev_get(dev);
	return likely(idev) ? READ_ONCE(idev->cnf.mtu6) : IPV6_MIN_MTU;
}

/* Any route's, at less than dst_mtu() costs. */
static __always_inline u32 slb_fit_mtu(const struct dst_entry *dst, bool v6)
{
	if (unlikely(dst->lwtstate || dst_xfrm(dst)))
		return dst_mtu(dst);
	return min_t(u32, slb_fit_plain_mtu(dst, v6), v6 ? IP6_MAX_MTU : IP_MAX_MTU);
}

/**
 * slb_fit() - check TTL and MTU, decide whether the TOA fits too
 * @pkt: the packet; @toa may turn from INLINE to AHEAD
 * @dst: its route
 * @v6: pkt->v6
 *
 * The address of a packet that fits without it stays in the packet: padding may make room, and if
 * not, slb_toa_edit() sends it ahead. An aggregate with a TOA is not sent ahead: its segments are
 * made shorter where they must be. One that the option would make longer than a length field can
 * tell goes as it is, behind the ACK.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: true if it fits; else the sender was told and pkt->reason is set.
 */
__always_inline bool slb_fit(struct slb_pkt *pkt, const struct dst_entry *dst, bool v6)
{
	u8 ttl = v6 ? ipv6_hdr(pkt->skb)->hop_limit : ip_hdr(pkt->skb)->ttl;
	u32 mtu = slb_fit_mtu(dst, v6);

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
