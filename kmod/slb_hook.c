// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where packets come in: the netfilter hooks, with the reason for each priority, and the tests
 * that send what is not ours on its way for as little as possible.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <net/l3mdev.h>
#include "slb_alloc.h"
#include "slb_hook.h"
#include "slb_lro.h"
#include "slb_net.h"
#include "slb_path.h"

/* Parsed or not, every packet that comes here is seen, and ends passed, forwarded or dropped. */
static __always_inline unsigned int slb_hook_judge(struct slb_pkt *pkt, enum slb_parse parsed,
						   bool v6)
{
	slb_count(pkt->sn, SLB_COUNT_SEEN);
	if (likely(parsed == SLB_PARSE_OK))
		return slb_path(pkt, v6);
	if (parsed == SLB_PARSE_REFUSE)
		return slb_path_refuse(pkt);
	if (parsed == SLB_PARSE_QUOTE)
		return slb_quote(pkt);
	if (parsed == SLB_PARSE_DROP)
		return slb_path_drop(pkt, pkt->reason);
	return slb_path_pass(pkt);
}

/*
 * A packet that may come from a server in nat mode. Only one of a connection is ours: any other goes
 * on uncounted and, whatever is wrong with it, unjudged.
 */
static noinline unsigned int slb_hook_nat(struct slb_pkt *pkt)
{
	enum slb_parse parsed = pkt->v6 ? slb_pkt_parse6(pkt) : slb_pkt_parse4(pkt);
	struct slb_way *way;

	if (parsed == SLB_PARSE_PASS || parsed == SLB_PARSE_DROP)
		return NF_ACCEPT;
	way = slb_path_find_rcu(pkt);
	if (!way)
		return NF_ACCEPT;
	slb_count(pkt->sn, SLB_COUNT_SEEN);
	if (unlikely(parsed == SLB_PARSE_REFUSE))
		return slb_path_drop(pkt, pkt->reason);
	if (unlikely(parsed == SLB_PARSE_QUOTE))
		return slb_quote(pkt);
	return slb_path_known(pkt, way, pkt->v6);
}

/*
 * A marked packet that a service takes by its mark, wherever it goes: one that has a single
 * destination. Before it is known to be ours nothing else of it is judged.
 */
static noinline bool slb_hook_takes_mark(const struct slb_net *sn, const struct sk_buff *skb,
					 const struct net_device *dev, bool v6)
{
	__be32 daddr = v6 ? 0 : ip_hdr(skb)->daddr;

	if (v6 ? ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr) :
	    ipv4_is_multicast(daddr) || ipv4_is_lbcast(daddr))
		return false;
	return slb_svc_find_mark_rcu(sn, skb->mark, v6, l3mdev_master_ifindex_rcu(dev));
}

static __always_inline bool slb_hook_is_marked(const struct slb_net *sn, const struct sk_buff *skb,
					       const struct net_device *dev, bool v6)
{
	return static_branch_unlikely(&slb_mark_key) && skb->mark &&
	       slb_hook_takes_mark(sn, skb, dev, v6);
}

/*
 * A packet that may be ours. @to_us: its destination may be; else its source may be a server's in nat
 * mode.
 */
static __always_inline unsigned int slb_hook_in(struct slb_net *sn, struct sk_buff *skb,
						const struct nf_hook_state *state, bool to_us,
						bool v6)
{
	struct slb_pkt pkt __uninitialized;

	/*
	 * With a VRF the hook runs for the slave and again for the master: the slave's pass
	 * decides.
	 */
	if (!slb_hook_for_us(skb) || netif_is_l3_master(state->in))
		return NF_ACCEPT;
	slb_pkt_init(&pkt, sn, skb, v6);
	pkt.net = state->net;
	pkt.in = state->in;
	if (unlikely(!to_us))
		return slb_hook_nat(&pkt);
	return slb_hook_judge(&pkt, v6 ? slb_pkt_parse6(&pkt) : slb_pkt_parse4(&pkt), v6);
}

/* In functions of their own, so that a bystander does not pay for the stack that they take. */
static noinline unsigned int slb_hook_in4(struct slb_net *sn, struct sk_buff *skb,
					  const struct nf_hook_state *state, bool to_us)
{
	return slb_hook_in(sn, skb, state, to_us, false);
}

static noinline unsigned int slb_hook_in6(struct slb_net *sn, struct sk_buff *skb,
					  const struct nf_hook_state *state, bool to_us)
{
	return slb_hook_in(sn, skb, state, to_us, true);
}

/**
 * slb_hook_pre4() - an IPv4 packet at PRE_ROUTING
 * @priv: the namespace's balancer
 * @skb: the packet
 * @state: the hook's
 *
 * Context: softirq, inside RCU.
 * Return: a netfilter verdict.
 */
unsigned int slb_hook_pre4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct slb_net *sn = priv;

	if (unlikely(slb_filter_hit4(&sn->filter, iph->daddr)))
		return slb_hook_in4(sn, skb, state, true);
	if (slb_hook_is_marked(sn, skb, state->in, false))
		return slb_hook_in4(sn, skb, state, true);
	if (slb_hook_is_nat4(sn, iph))
		return slb_hook_in4(sn, skb, state, false);
	return NF_ACCEPT;
}

/**
 * slb_hook_pre6() - an IPv6 packet at PRE_ROUTING
 * @priv: the namespace's balancer
 * @skb: the packet
 * @state: the hook's
 *
 * Context: softirq, inside RCU.
 * Return: a netfilter verdict.
 */
unsigned int slb_hook_pre6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct slb_net *sn = priv;

	if (unlikely(slb_filter_hit6(&sn->filter, &ip6h->daddr)))
		return slb_hook_in6(sn, skb, state, true);
	if (slb_hook_is_marked(sn, skb, state->in, true))
		return slb_hook_in6(sn, skb, state, true);
	if (slb_hook_is_nat6(sn, ip6h))
		return slb_hook_in6(sn, skb, state, false);
	return NF_ACCEPT;
}

/* A packet of the host itself to a service; BH is off from here on, as the path expects. */
static unsigned int slb_hook_out(struct slb_net *sn, struct sk_buff *skb,
				 const struct nf_hook_state *state, bool v6)
{
	struct slb_pkt pkt = {
		.skb = skb, .sn = sn, .net = state->net, .local = true, .v6 = v6,
	};
	unsigned int verdict;

	local_bh_disable();
	verdict = slb_hook_judge(&pkt, v6 ? slb_pkt_parse6(&pkt) : slb_pkt_parse4(&pkt), v6);
	local_bh_enable();
	return verdict;
}

/* The host is a server in nat mode itself: its answer, if it is one. */
static unsigned int slb_hook_out_nat(struct slb_net *sn, struct sk_buff *skb,
				     const struct nf_hook_state *state, bool v6)
{
	struct slb_pkt pkt = {
		.skb = skb, .sn = sn, .net = state->net, .local = true, .v6 = v6,
	};
	unsigned int verdict;

	local_bh_disable();
	verdict = slb_hook_nat(&pkt);
	local_bh_enable();
	return verdict;
}

/*
 * A packet that the host sends from a local port that is leased towards the same server: its
 * answer would be taken for the connection's, so it does not leave.
 */
static unsigned int slb_hook_clash(struct slb_net *sn, struct sk_buff *skb,
				   const struct nf_hook_state *state, bool v6)
{
	struct slb_pkt pkt = {
		.skb = skb, .sn = sn, .net = state->net, .local = true, .v6 = v6,
	};
	unsigned int verdict = NF_ACCEPT;
	const struct slb_way *way;

	if ((v6 ? slb_pkt_parse6(&pkt) : slb_pkt_parse4(&pkt)) != SLB_PARSE_OK)
		return NF_ACCEPT;
	slb_tuple_reverse(&pkt.tuple, v6);

	local_bh_disable();
	way = slb_path_find_rcu(&pkt);
	if (way && slb_way_dir(way) == SLB_DIR_REPLY) {
		slb_count(sn, SLB_COUNT_SEEN);
		verdict = slb_path_drop(&pkt, SLB_DROP_LOCAL_CLASH);
	}
	local_bh_enable();
	return verdict;
}

/*
 * With a VRF the hook runs for the master and again for the slave by which the packet leaves: the
 * slave's pass decides. What stays in the host passes once, by the master.
 */
static bool slb_hook_is_first_pass(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	return netif_is_l3_master(state->out) && skb_dst(skb)->dev != state->out;
}

static unsigned int slb_hook_out4(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int verdict = NF_ACCEPT;
	struct slb_net *sn = priv;

	if (slb_filter_hit4(&sn->filter, iph->daddr) ||
	    slb_hook_is_marked(sn, skb, skb_dst(skb)->dev, false))
		return slb_hook_is_first_pass(skb, state) ? NF_ACCEPT :
		       slb_hook_out(sn, skb, state, false);
	if (slb_hook_is_nat4(sn, iph) && !slb_hook_is_first_pass(skb, state))
		verdict = slb_hook_out_nat(sn, skb, state, false);
	if (verdict == NF_ACCEPT && slb_filter_hit4(&sn->filter, ip_hdr(skb)->saddr))
		return slb_hook_clash(sn, skb, state, false);
	return verdict;
}

static unsigned int slb_hook_out6(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	unsigned int verdict = NF_ACCEPT;
	struct slb_net *sn = priv;

	if (slb_filter_hit6(&sn->filter, &ip6h->daddr) ||
	    slb_hook_is_marked(sn, skb, skb_dst(skb)->dev, true))
		return slb_hook_is_first_pass(skb, state) ? NF_ACCEPT :
		       slb_hook_out(sn, skb, state, true);
	if (slb_hook_is_nat6(sn, ip6h) && !slb_hook_is_first_pass(skb, state))
		verdict = slb_hook_out_nat(sn, skb, state, true);
	if (verdict == NF_ACCEPT && slb_filter_hit6(&sn->filter, &ipv6_hdr(skb)->saddr))
		return slb_hook_clash(sn, skb, state, true);
	return verdict;
}

/*
 * Reassembly before raw (-300), as conntrack has it, so that no rule has to judge a piece. Packets are
 * taken behind raw, whose rules therefore see them untranslated, and before conntrack (-200), which
 * must never see ours; in LOCAL_OUT likewise.
 */
#define SLB_HOOK_FRAG_PRIORITY	NF_IP_PRI_CONNTRACK_DEFRAG
#define SLB_HOOK_PRIORITY	(NF_IP_PRI_CONNTRACK - 10)
static_assert((int)NF_IP_PRI_CONNTRACK_DEFRAG == (int)NF_IP6_PRI_CONNTRACK_DEFRAG);
static_assert((int)NF_IP_PRI_CONNTRACK == (int)NF_IP6_PRI_CONNTRACK);

static const struct nf_hook_ops slb_hook_ops[] = {
	{
		.hook		= slb_frag_in4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= SLB_HOOK_FRAG_PRIORITY,
	},
	{
		.hook		= slb_frag_in6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= SLB_HOOK_FRAG_PRIORITY,
	},
	{
		.hook		= slb_frag_in4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= SLB_HOOK_FRAG_PRIORITY,
	},
	{
		.hook		= slb_frag_in6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= SLB_HOOK_FRAG_PRIORITY,
	},
	{
		.hook		= slb_hook_pre4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= SLB_HOOK_PRIORITY,
	},
	{
		.hook		= slb_hook_pre6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= SLB_HOOK_PRIORITY,
	},
	{
		.hook		= slb_hook_out4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= SLB_HOOK_PRIORITY,
	},
	{
		.hook		= slb_hook_out6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= SLB_HOOK_PRIORITY,
	},
};

/* The registered copy; its lists of hooks may be read under RCU (nfnetlink_hook). */
struct slb_hooks {
	struct nf_hook_ops	ops[ARRAY_SIZE(slb_hook_ops)];
	struct rcu_head		rcu;
};

/**
 * slb_hook_get() - let packets of the namespace come here
 * @sn: the namespace's balancer
 *
 * The first call registers the hooks, later ones do nothing; they stay until slb_hook_put().
 *
 * Context: process, sn->cfg_mutex held.
 * Return: 0 or a negative error.
 */
int slb_hook_get(struct slb_net *sn)
{
	struct slb_hooks *hooks;
	int err, i;

	lockdep_assert_held(&sn->cfg_mutex);
	if (sn->hooks)
		return 0;
	hooks = slb_alloc(kzalloc(sizeof(*hooks), SLB_GFP_CONFIG));
	if (!hooks)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(slb_hook_ops); i++) {
		hooks->ops[i] = slb_hook_ops[i];
		hooks->ops[i].priv = sn;
	}
	slb_hostaddr_get(&sn->host, sn->net);
	err = slb_attempt(-ENOMEM,
			  nf_register_net_hooks(sn->net, hooks->ops, ARRAY_SIZE(hooks->ops)));
	if (err) {
		slb_hostaddr_put(&sn->host, sn->net);
		kfree(hooks);
		return err;
	}
	WRITE_ONCE(sn->hooks, hooks);	/* read by slb_lro.c */
	slb_lro_disable(sn);
	return 0;
}

/**
 * slb_hook_put() - let no packet come here any more
 * @sn: the namespace's balancer
 *
 * Packets that are inside the hooks leave before the namespace's state is freed: each hook runs
 * inside RCU, and the core waits for that between pre_exit and exit.
 *
 * Context: process, namespace pre_exit.
 */
void slb_hook_put(struct slb_net *sn)
{
	struct slb_hooks *hooks = sn->hooks;

	if (!hooks)
		return;
	WRITE_ONCE(sn->hooks, NULL);
	nf_unregister_net_hooks(sn->net, hooks->ops, ARRAY_SIZE(hooks->ops));
	slb_hostaddr_put(&sn->host, sn->net);
	kfree_rcu(hooks, rcu);
}
