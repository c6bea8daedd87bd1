// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments of what may be ours are put together, by the kernel's own reassembly, before anybody
 * looks at ports. Those of others go on as they are: what only passes through is not held back for
 * its missing pieces. With a service by mark any may be ours, because marks come later, and by ports.
 *
 * Where conntrack is loaded, its reassembly has the same priority and the same queues; whichever
 * comes first takes a fragment.
 */
#include <linux/netfilter_bridge.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include "slb_hook.h"
#include "slb_path.h"
#include "slb_route.h"

/* Reassembly has refused a fragment that was for us. */
static void slb_frag_refused(struct slb_net *sn, struct sk_buff *skb, const struct nf_hook_state *state,
			     const void *addrs, bool v6)
{
	struct slb_pkt pkt = {
		.skb = skb, .sn = sn, .net = state->net, .in = state->in, .v6 = v6,
	};

	memcpy(v6 ? (void *)pkt.tuple.v6 : pkt.tuple.v4, addrs,
	       2 * (v6 ? sizeof(struct in6_addr) : sizeof(__be32)));
	slb_count(sn, SLB_COUNT_SEEN);
	slb_path_drop(&pkt, SLB_DROP_FRAGMENT);
}

/* Cut by us for the host itself, which puts it together; or merely passing through a bridge. */
static bool slb_frag_is_spared(struct sk_buff *skb)
{
	return slb_skb_is_untracked(skb) || !slb_hook_for_us(skb);
}

static noinline unsigned int slb_frag_gather4(struct slb_net *sn, struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	const __be32 addrs[] = { iph->saddr, iph->daddr };
	u32 user = state->hook == NF_INET_LOCAL_OUT ? IP_DEFRAG_CONNTRACK_OUT :
		   nf_bridge_in_prerouting(skb) ? IP_DEFRAG_CONNTRACK_BRIDGE_IN :
		   IP_DEFRAG_CONNTRACK_IN;
	int err;

	if (slb_frag_is_spared(skb) ||
	    !(slb_filter_hit4(&sn->filter, iph->daddr) || slb_hook_is_nat4(sn, iph) ||
	      slb_hook_may_mark(sn)))
		return NF_ACCEPT;
	local_bh_disable();	/* LOCAL_OUT is process context */
	err = ip_defrag(state->net, skb, user);
	if (!err)
		skb->ignore_df = 1;	/* it leaves in fragments as it came */
	else if (err != -EINPROGRESS)
		slb_frag_refused(sn, skb, state, addrs, false);	/* freed: only its address is told */
	local_bh_enable();
	return err ? NF_STOLEN : NF_ACCEPT;
}

/**
 * slb_frag_in4() - an IPv4 packet before everybody else, who want whole ones
 * @priv: the namespace's balancer
 * @skb: the packet
 * @state: the hook's
 *
 * Context: softirq, or process in LOCAL_OUT; inside RCU.
 * Return: a netfilter verdict; NF_STOLEN as long as pieces are missing.
 */
unsigned int slb_frag_in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (likely(!ip_is_fragment(ip_hdr(skb))))
		return NF_ACCEPT;
	return slb_frag_gather4(priv, skb, state);
}

static noinline unsigned int slb_frag_gather6(struct slb_net *sn, struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct in6_addr addrs[] = { ip6h->saddr, ip6h->daddr };
	u32 user = state->hook == NF_INET_LOCAL_OUT ? IP6_DEFRAG_CONNTRACK_OUT :
		   nf_bridge_in_prerouting(skb) ? IP6_DEFRAG_CONNTRACK_BRIDGE_IN :
		   IP6_DEFRAG_CONNTRACK_IN;
	int err = 0;

	if (!ipv6_ext_hdr(ip6h->nexthdr) || slb_frag_is_spared(skb) ||
	    !(slb_filter_hit6(&sn->filter, &ip6h->daddr) || slb_hook_is_nat6(sn, ip6h) ||
	      slb_hook_may_mark(sn)))
		return NF_ACCEPT;
#if IS_ENABLED(CONFIG_IPV6)
	local_bh_disable();
	err = nf_ct_frag6_gather(state->net, skb, user);
	if (err && err != -EINPROGRESS)
		slb_frag_refused(sn, skb, state, addrs, true);
	local_bh_enable();
#endif
	return !err ? NF_ACCEPT : err == -EINPROGRESS ? NF_STOLEN : NF_DROP;
}

/**
 * slb_frag_in6() - the same for IPv6
 * @priv: the namespace's balancer
 * @skb: the packet
 * @state: the hook's
 *
 * A fragment header may stand behind other extension headers, so all that begin with one are looked
 * through; any other packet is whole (RFC 8200 section 4.5).
 *
 * Context: softirq, or process in LOCAL_OUT; inside RCU.
 * Return: a netfilter verdict; NF_STOLEN as long as pieces are missing.
 */
unsigned int slb_frag_in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	u8 next = ipv6_hdr(skb)->nexthdr;

	if (likely(next == NEXTHDR_TCP || next == NEXTHDR_UDP))
		return NF_ACCEPT;
	return slb_frag_gather6(priv, skb, state);
}
