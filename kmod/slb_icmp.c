// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP and ICMPv6 errors of our own. They quote the packet as its sender sent it, so they are
 * sent before anything is rewritten.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/dst_metadata.h>
#include <net/addrconf.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>
#include "slb_icmp.h"
#include "slb_net.h"
#include "slb_pkt.h"
#include "slb_route.h"

/*
 * __icmp_send() does nothing for a packet without a route, and a packet has none in PRE_ROUTING:
 * give it one. If there is none, no error is sent. What a tunnel may have hung on it is no route.
 */
static void slb_icmp_send4(const struct slb_pkt *pkt, u8 type, u8 code, __be32 info)
{
	struct sk_buff *skb = pkt->skb;

	if (!skb_valid_dst(skb) && ip_route_input_noref(skb, pkt->tuple.v4[1],
							pkt->tuple.v4[0], pkt->tos, skb->dev))
		return;
	icmp_send(skb, type, code, info);
}

/**
 * slb_icmp_port_unreach() - no server for a datagram
 * @pkt: the packet, untouched
 *
 * Context: softirq, inside RCU.
 */
void slb_icmp_port_unreach(const struct slb_pkt *pkt)
{
	slb_count(pkt->sn, SLB_COUNT_UNREACH_SENT);
	if (pkt->v6)
		icmpv6_send(pkt->skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	else
		slb_icmp_send4(pkt, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
}

/**
 * slb_icmp_host_unreach() - no route to the translated destination
 * @pkt: the packet, untouched
 *
 * Context: softirq, inside RCU.
 */
void slb_icmp_host_unreach(const struct slb_pkt *pkt)
{
	slb_count(pkt->sn, SLB_COUNT_UNREACH_SENT);
	if (pkt->v6)
		icmpv6_send(pkt->skb, ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE, 0);
	else
		slb_icmp_send4(pkt, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
}

/*
 * The way back to the sender, as a packet's route. With it the error's source is chosen as a
 * router's, the address of the interface that it leaves by; with the route to the service's own
 * address it would be that address.
 */
static bool slb_icmp_route_back4(const struct slb_pkt *pkt)
{
	const struct slb_route_key back = {
		.scope = pkt->tuple.scope,
		.mark = pkt->skb->mark,
		.v4 = { pkt->tuple.v4[1], pkt->tuple.v4[0] },
	};
	struct dst_entry *dst = slb_route_lookup(pkt->sn, &back);

	if (!dst)
		return false;
	skb_dst_drop(pkt->skb);
	skb_dst_set(pkt->skb, dst);
	return true;
}

static void slb_icmp_time_exceeded6(const struct slb_pkt *pkt)
{
#if IS_BUILTIN(CONFIG_IPV6)
	struct sk_buff *skb = pkt->skb;
	struct in6_addr saddr;

	if (!ipv6_dev_get_saddr(pkt->net, skb->dev, &pkt->tuple.v6[0], 0, &saddr)) {
		icmp6_send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0, &saddr, IP6CB(skb));
		return;
	}
#endif
	icmpv6_send(pkt->skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
}

/**
 * slb_icmp_time_exceeded() - the TTL or hop limit ran out here
 * @pkt: the packet, untouched
 *
 * Sent in the balancer's own name, so that traceroute shows it as the hop it is. All other errors
 * come from the service's address, which every filter on the way back lets through.
 *
 * Context: softirq, inside RCU.
 */
void slb_icmp_time_exceeded(const struct slb_pkt *pkt)
{
	if (pkt->v6)
		slb_icmp_time_exceeded6(pkt);
	else if (slb_icmp_route_back4(pkt))
		icmp_send(pkt->skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
}

/**
 * slb_icmp_too_big() - the packet exceeds the MTU and must not be fragmented
 * @pkt: the packet, untouched
 * @mtu: bytes
 *
 * Context: softirq, inside RCU.
 */
void slb_icmp_too_big(const struct slb_pkt *pkt, u32 mtu)
{
	if (pkt->v6)
		icmpv6_send(pkt->skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		slb_icmp_send4(pkt, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
}
