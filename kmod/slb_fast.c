// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path: an interface's ingress hook takes plain packets of established connections whose
 * route and neighbour are known, checks of the IP header what ip_rcv() and ip6_rcv_core() would,
 * translates and tracks them by the same steps as the normal way, and hands them to the neighbour,
 * or rather to its device's queue: what netfilter and the stack would do to such packets is nothing.
 *
 * Whatever is not plain is left as it is, and comes again by the normal way a moment later. So
 * nothing is answered here, and nothing dropped but for lack of memory, and no test needs to be
 * exact: what is in doubt is left.
 *
 * Lifetime: all is found inside the core's RCU section. A way and its connection live until its end
 * (slb_conn.h), so do the route, whose last reference is dropped behind RCU, and its device; a
 * neighbour found there is freed behind RCU too, and its output function copes with one that died
 * meanwhile. Before the packet is queued anywhere, who does so takes references of its own.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <net/arp.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>
#include "slb_hook.h"
#include "slb_path.h"
#include "slb_tcpopt.h"
#include "slb_xmit.h"

/*
 * Is it addressed to us and nobody else's, and has nothing with it that calls for the normal way:
 * IPsec's, a bridge's or a switch's notes, a tunnel's or somebody's route? And does the interface
 * belong to nobody (bridge, bond, VRF)?
 */
static __always_inline bool slb_fast_is_bare(struct sk_buff *skb, const struct net_device *dev)
{
	return likely(skb->pkt_type == PACKET_HOST && !skb_shared(skb) &&
		      !skb_has_extensions(skb) && !skb_dst(skb) &&
		      !rcu_access_pointer(dev->rx_handler) && !netif_is_l3_slave(dev));
}

/* What ip_rcv() would check, and what else makes an IPv4 header plain. */
static __always_inline bool slb_fast_parse4(struct slb_pkt *pkt)
{
	const struct iphdr *iph = slb_pkt_ip4(pkt);
	u32 len = ntohs(iph->tot_len);

	if (unlikely(*(const u8 *)iph != 0x45 || ip_is_fragment(iph) || iph->ttl <= 1 ||
		     len < sizeof(*iph) || len > pkt->skb->len ||
		     (iph->protocol != IPPROTO_TCP && iph->protocol != IPPROTO_UDP) ||
		     !slb_csum_header_ok((const __be32 *)iph)))
		return false;
	pkt->proto = iph->protocol;
	pkt->l4 = sizeof(*iph);
	pkt->len = len;
	return slb_pkt_parse_l4(pkt, len - sizeof(*iph)) == SLB_PARSE_OK;
}

/*
 * Addresses that ip6_rcv_core() or the normal way looks at twice: loopback and unspecified ones, and
 * link-local sources, whose scope is their link.
 */
static __always_inline bool slb_fast_is_odd6(const struct ipv6hdr *ip6h)
{
	return !slb_table_word(&ip6h->saddr) || !slb_table_word(&ip6h->daddr) ||
	       (ip6h->saddr.s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

/* The same for IPv6. */
static __always_inline bool slb_fast_parse6(struct slb_pkt *pkt)
{
	const struct ipv6hdr *ip6h = slb_pkt_ip6(pkt);
	const struct inet6_dev *idev = __in6_dev_get(pkt->in);
	u32 rest = ntohs(ip6h->payload_len);

	if (unlikely(*(const u8 *)ip6h >> 4 != 6 || ip6h->hop_limit <= 1 ||
		     rest + sizeof(*ip6h) > pkt->skb->len ||
		     (ip6h->nexthdr != NEXTHDR_TCP && ip6h->nexthdr != NEXTHDR_UDP) ||
		     slb_fast_is_odd6(ip6h) || !idev || READ_ONCE(idev->cnf.disable_ipv6)))
		return false;
	pkt->proto = ip6h->nexthdr;
	pkt->l4 = sizeof(*ip6h);
	pkt->len = rest + sizeof(*ip6h);
	return slb_pkt_parse_l4(pkt, rest) == SLB_PARSE_OK;
}

/* Scope and ports as they lie in a tuple and in a way. */
static __always_inline u64 slb_fast_ports(const struct slb_pkt *pkt)
{
	struct {
		u32	scope;
		__be32	ports;
	} key;

	key.scope = slb_scope(0, pkt->proto);
	key.ports = get_unaligned((__be32 *)(pkt->skb->data + pkt->l4));
	return slb_table_word(&key);
}

static __always_inline struct slb_way *slb_fast_find_rcu(const struct slb_pkt *pkt, bool v6)
{
	const struct slb_table *tab = &pkt->sn->table;
	u64 ports = slb_fast_ports(pkt);

	return v6 ? slb_table_peek6_rcu(tab, ports, &slb_pkt_ip6(pkt)->saddr) :
	       slb_table_peek4_rcu(tab, ports, slb_table_word(&slb_pkt_ip4(pkt)->saddr));
}

/*
 * Does the packet leave its connection as it is, and its options need no more than a shift? No SYN, FIN
 * and RST, nothing far from the last; no TOA, nor the packet that ends its time; no limited bandwidth.
 */
static __always_inline bool slb_fast_is_steady(const struct slb_pkt *pkt,
					       const struct slb_way *way)
{
	const struct tcphdr *th = slb_pkt_tcp(pkt);

	/* What changes meanwhile, changed behind this packet. */
	if (unlikely(READ_ONCE(way->bits) & (SLB_WAY_ENDED | SLB_WAY_RESTING | SLB_WAY_TOA |
						   SLB_WAY_SHAPED)))
		return false;
	if (pkt->proto == IPPROTO_UDP)
		return true;
	if (unlikely(!slb_track_is_steady(pkt, way) || !slb_track_near(pkt, way, SLB_TRACK_NEAR)))
		return false;
	return pkt->l4_hlen == sizeof(*th) ||
	       (pkt->l4_hlen == sizeof(*th) + SLB_TCPOPT_PLAIN_LEN &&
		slb_tcpopt_is_plain((const u8 *)(th + 1)));
}

/* A route that leads to a neighbour and nowhere else: no tunnel, IPsec, blackhole or the host. */
static __always_inline bool slb_fast_is_direct(const struct dst_entry *dst, bool v6)
{
	const struct rt6_info *rt6 = (const struct rt6_info *)dst;
	const struct rtable *rt4 = (const struct rtable *)dst;

	if (unlikely(dst->lwtstate || dst->output != (v6 ? ip6_output : ip_output)))
		return false;
	return v6 ? !(rt6->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) : rt4->rt_type == RTN_UNICAST;
}

/* Is the route still good? Of IPv4's as ipv4_dst_check() has it, which is what dst_check() calls. */
static __always_inline bool slb_fast_is_valid(const struct slb_pkt *pkt,
					      const struct slb_way *way,
					      struct dst_entry *dst, bool v6)
{
	if (v6)
		return dst_check(dst, (__force u32)READ_ONCE(way->addr[SLB_WAY6_COOKIE]));
	return READ_ONCE(dst->obsolete) == DST_OBSOLETE_FORCE_CHK &&
	       ((struct rtable *)dst)->rt_genid == rt_genid_ipv4(pkt->net);
}

/* The cached route, if it is still good, for this packet, and such that it can be taken here. */
static __always_inline struct dst_entry *slb_fast_route(const struct slb_pkt *pkt,
							const struct slb_way *way, bool v6)
{
	struct dst_entry *dst = READ_ONCE(way->dst);

	if (unlikely(!dst || !slb_fast_is_valid(pkt, way, dst, v6) ||
		     pkt->skb->mark != slb_way_conn_of(way, v6)->mark || !slb_fast_is_direct(dst, v6)))
		return NULL;
	return dst;
}

/* An aggregate, or too long. */
static noinline bool slb_fast_fits_in_parts(struct sk_buff *skb, unsigned int l4, u32 mtu, bool v6)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	return skb_is_gso(skb) && type && !(type & SKB_GSO_FRAGLIST) &&
	       slb_fit_segments(skb, l4, v6, mtu);
}

static __always_inline bool slb_fast_fits(const struct slb_pkt *pkt, const struct dst_entry *dst,
					  bool v6)
{
	u32 mtu = slb_fit_plain_mtu(dst, v6);

	if (likely(!skb_is_gso(pkt->skb) && pkt->len <= mtu))
		return true;
	return slb_fast_fits_in_parts(pkt->skb, pkt->l4, mtu, v6);
}

/* The neighbour that the route leads to, if its address is known. */
static __always_inline struct neighbour *slb_fast_neigh(const struct slb_way *way,
							const struct dst_entry *dst, bool v6)
{
	const struct rt6_info *rt6 = (const struct rt6_info *)dst;
	const struct rtable *rt4 = (const struct rtable *)dst;
	struct net_device *dev = READ_ONCE(dst->dev);
	struct neighbour *neigh;
	__be32 hop4;

	if (v6) {
		neigh = __ipv6_neigh_lookup_noref(dev, rt6_nexthop(rt6, slb_way_addr6(way, 3)));
	} else {
		if (rt4->rt_gw_family == AF_INET)
			hop4 = rt4->rt_gw4;
		else if (likely(!rt4->rt_gw_family))
			hop4 = way->addr[3];
		else	/* an IPv6 gateway */
			return NULL;
		neigh = __ipv4_neigh_lookup_noref(dev, (__force u32)hop4);
	}
	return likely(neigh && READ_ONCE(neigh->nud_state) & NUD_VALID) ? neigh : NULL;
}

/* Is there, before our own hook, at most the one that is known to be harmless there? */
static __always_inline bool slb_fast_knows_pre(const struct nf_hook_entries *entries,
					       const struct slb_fast_seen *seen, nf_hookfn *own)
{
	return likely(entries->num_hook_entries > 1 && READ_ONCE(entries->hooks[1].hook) == own &&
		      READ_ONCE(entries->hooks[0].hook) == READ_ONCE(seen->harmless[0]));
}

/* Is there no other than the one that is known to be harmless there? */
static __always_inline bool slb_fast_knows_post(const struct nf_hook_entries *entries,
						const struct slb_fast_seen *seen)
{
	return likely(entries->num_hook_entries == 1 &&
		      READ_ONCE(entries->hooks[0].hook) == READ_ONCE(seen->harmless[0]));
}

/* Would no hook of somebody else and no IPsec policy see the packet on the normal way? */
static __always_inline bool slb_fast_misses_nothing(struct slb_net *sn, const struct net *net,
						    bool v6)
{
	struct nf_hook_entries __rcu * const *hooks = v6 ? net->nf.hooks_ipv6 : net->nf.hooks_ipv4;
	const struct nf_hook_entries *pre = rcu_dereference(hooks[NF_INET_PRE_ROUTING]);
	const struct nf_hook_entries *post = rcu_dereference(hooks[NF_INET_POST_ROUTING]);
	const struct slb_fast_seen *seen = sn->fast.seen[v6];

	if (unlikely(!slb_fast_has_no_policy(net)))
		return false;
	if (unlikely(READ_ONCE(sn->set.fastpath_force)))
		return true;
	if (unlikely(!pre))	/* not even ours is left: the namespace ends */
		return false;
	return (slb_fast_knows_pre(pre, &seen[SLB_FAST_PRE], v6 ? slb_hook_pre6 : slb_hook_pre4) ||
		slb_fast_judge(sn, v6, SLB_FAST_PRE)) &&
	       (!post || slb_fast_knows_post(post, &seen[SLB_FAST_POST]) ||
		slb_fast_judge(sn, v6, SLB_FAST_POST));
}

/*
 * What ip_rcv_core() and ip6_rcv_core() do to a packet that they find good, and what lets us change
 * it. False if there is no memory.
 */
static __always_inline bool slb_fast_own(struct slb_pkt *pkt, const struct dst_entry *dst, bool v6)
{
	struct sk_buff *skb = pkt->skb;

	if (unlikely(pskb_trim_rcsum(skb, pkt->len)))
		return false;
	if (v6) {
		memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
		IP6CB(skb)->iif = skb->skb_iif;
		IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	} else {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		IPCB(skb)->iif = skb->skb_iif;
	}
	skb_reset_redirect(skb);
	skb_set_transport_header(skb, pkt->l4);
	slb_xmit_strip(skb);
	return !slb_xmit_own(skb, LL_RESERVED_SPACE(dst->dev));
}

/*
 * No memory. The packet, which the compiler has in registers as nobody else takes its address, is
 * put together again.
 */
static noinline unsigned int slb_fast_drop(struct slb_net *sn, struct sk_buff *skb,
					   const struct slb_way *way)
{
	struct slb_pkt pkt = {
		.skb = skb, .sn = sn, .net = sn->net, .in = skb->dev, .len = skb->len,
		.proto = slb_scope_proto(way->scope), .v6 = slb_way_fixed(way) & SLB_WAY_V6,
		.tuple = { .scope = way->scope, .sport = way->sport, .dport = way->dport },
	};

	if (pkt.v6) {
		pkt.tuple.v6[0] = *slb_way_addr6(way, 0);
		pkt.tuple.v6[1] = *slb_way_addr6(way, 1);
	} else {
		pkt.tuple.v4[0] = way->addr[0];
		pkt.tuple.v4[1] = way->addr[1];
	}
	slb_count(sn, SLB_COUNT_SEEN);
	return slb_path_drop(&pkt, SLB_DROP_NO_MEMORY);
}

/* From here on the packet is ours. */
static __always_inline unsigned int slb_fast_take(struct slb_pkt *pkt, struct slb_way *way,
						  struct dst_entry *dst, struct neighbour *neigh,
						  bool v6)
{
	if (unlikely(!slb_fast_own(pkt, dst, v6)))
		return slb_fast_drop(pkt->sn, pkt->skb, way);
	slb_nat_steady(pkt, way);
	slb_track_seen(pkt, way, slb_way_conn_of(way, v6));
	if (pkt->proto == IPPROTO_TCP)
		slb_track_steady(pkt, way);
	slb_count(pkt->sn, SLB_COUNT_FAST);	/* seen and forwarded, too */
	slb_xmit_forwarded(pkt, v6);
	slb_skb_set_untracked(pkt->skb);
	skb_dst_set_noref(pkt->skb, dst);
	pkt->skb->dev = neigh->dev;
	neigh_output(neigh, pkt->skb, false);
	return NF_STOLEN;
}

/* A packet of @way that goes on if it is steady, and its route, neighbour and the hooks allow it. */
static __always_inline unsigned int slb_fast_known(struct slb_pkt *pkt, struct slb_way *way, bool v6)
{
	struct neighbour *neigh;
	struct dst_entry *dst;

	if (unlikely(!slb_fast_is_steady(pkt, way)))
		return NF_ACCEPT;
	dst = slb_fast_route(pkt, way, v6);
	if (unlikely(!dst || !slb_fast_fits(pkt, dst, v6)))
		return NF_ACCEPT;
	neigh = slb_fast_neigh(way, dst, v6);
	if (unlikely(!neigh || !slb_fast_misses_nothing(pkt->sn, pkt->net, v6)))
		return NF_ACCEPT;
	return slb_fast_take(pkt, way, dst, neigh, v6);
}

/*
 * A packet that may be ours. @to_us: its destination may be; else its source may be a server's in nat
 * mode. The steps behind the lookup are compiled for each protocol.
 */
static __always_inline unsigned int slb_fast_in(struct slb_net *sn, struct sk_buff *skb,
						const struct nf_hook_state *state, bool to_us,
						bool v6)
{
	struct slb_pkt pkt = {
		.skb = skb, .sn = sn, .net = state->net, .in = state->in, .v6 = v6,
	};
	unsigned int verdict = NF_ACCEPT;
	struct slb_way *way = NULL;

	if (unlikely(!slb_fast_is_bare(skb, state->in) ||
		     !(v6 ? slb_fast_parse6(&pkt) : slb_fast_parse4(&pkt))))
		goto leave;
	way = slb_fast_find_rcu(&pkt, v6);
	if (unlikely(!way))
		goto leave;
	if (pkt.proto == IPPROTO_TCP) {
		pkt.proto = IPPROTO_TCP;	/* known to the compiler from here on */
		verdict = slb_fast_known(&pkt, way, v6);
	} else {
		pkt.proto = IPPROTO_UDP;
		verdict = slb_fast_known(&pkt, way, v6);
	}
leave:
	if (unlikely(verdict == NF_ACCEPT) && (to_us || way))
		slb_count(sn, SLB_COUNT_FAST_LEFT);
	return verdict;
}

/*
 * In functions of their own, so that a bystander does not pay for the stack that they take; with all
 * that they call in one piece.
 */
static noinline __flatten unsigned int slb_fast_in4(struct slb_net *sn, struct sk_buff *skb,
						    const struct nf_hook_state *state, bool to_us)
{
	return slb_fast_in(sn, skb, state, to_us, false);
}

static noinline __flatten unsigned int slb_fast_in6(struct slb_net *sn, struct sk_buff *skb,
						    const struct nf_hook_state *state, bool to_us)
{
	return slb_fast_in(sn, skb, state, to_us, true);
}

/**
 * slb_fast_hook() - a packet at an interface's ingress
 * @priv: the namespace's balancer
 * @skb: the packet; skb->data is the network header
 * @state: the hook's
 *
 * Before there is a service both filters are empty, and nothing else of the balancer is looked at.
 *
 * Context: softirq, inside RCU.
 * Return: NF_STOLEN, NF_DROP, or NF_ACCEPT for what goes the normal way.
 */
unsigned int slb_fast_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct slb_net *sn = priv;

	if (skb_vlan_tag_present(skb))	/* it comes again by the VLAN's own interface */
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP) && likely(pskb_may_pull(skb, sizeof(struct iphdr)))) {
		if (slb_filter_hit4(&sn->filter, ip_hdr(skb)->daddr))
			return slb_fast_in4(sn, skb, state, true);
		if (slb_hook_is_nat4(sn, ip_hdr(skb)))
			return slb_fast_in4(sn, skb, state, false);
	} else if (skb->protocol == htons(ETH_P_IPV6) &&
		   likely(pskb_may_pull(skb, sizeof(struct ipv6hdr)))) {
		if (slb_filter_hit6(&sn->filter, &ipv6_hdr(skb)->daddr))
			return slb_fast_in6(sn, skb, state, true);
		if (slb_hook_is_nat6(sn, ipv6_hdr(skb)))
			return slb_fast_in6(sn, skb, state, false);
	}
	return NF_ACCEPT;
}
