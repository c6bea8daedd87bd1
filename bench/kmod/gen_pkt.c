// SPDX-License-Identifier: GPL-2.0-only
/* Packets as a network card with checksum offload hands them over: complete, linear, with
 * the usual headroom and CHECKSUM_UNNECESSARY.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <asm/unaligned.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>
#include "gen.h"

enum gen_pkt_value {
	GEN_TTL		= 64,
	GEN_MSS		= 1460,
	GEN_WSCALE	= 7,
	GEN_WINDOW	= 65535
};

/**
 * gen_addr_add() - the n-th address of a range
 * @addr: result
 * @base: first address
 * @v6: family
 * @n: number
 */
void gen_addr_add(union nf_inet_addr *addr, const union nf_inet_addr *base, u8 v6, u32 n)
{
	*addr = *base;
	if (v6)
		addr->ip6[3] = htonl(ntohl(base->ip6[3]) + n);
	else
		addr->ip = htonl(ntohl(base->ip) + n);
}

/**
 * gen_pkt_ack() - the acknowledgment a packet carries, in its sender's view of its peer
 * @pkt: the packet
 *
 * Return: the number, 0 without ACK flag.
 */
u32 gen_pkt_ack(const struct gen_pkt *pkt)
{
	const struct gen_side *peer = &pkt->flow->side[!pkt->dir];

	return pkt->flags & GEN_ACK ? peer->seq + peer->seq_shift : 0;
}

/**
 * gen_pkt_tsecr() - the timestamp a packet echoes, in its sender's view of its peer
 * @pkt: the packet
 *
 * Return: the number, 0 without ACK flag.
 */
u32 gen_pkt_tsecr(const struct gen_pkt *pkt)
{
	const struct gen_side *peer = &pkt->flow->side[!pkt->dir];

	return pkt->flags & GEN_ACK ? peer->tsval + peer->ts_shift : 0;
}

/**
 * gen_tcp_options() - the TCP options of a packet
 * @pkt: the packet
 * @to: 40 bytes, or NULL to learn the length only
 *
 * Return: bytes, a multiple of four.
 */
u32 gen_tcp_options(const struct gen_pkt *pkt, u8 *to)
{
	u8 opt[40];
	u32 n = 0;

	if (pkt->flags & GEN_SYN) {
		opt[n++] = TCPOPT_MSS;
		opt[n++] = TCPOLEN_MSS;
		put_unaligned_be16(GEN_MSS, opt + n);
		n += 2;
		opt[n++] = TCPOPT_NOP;
		opt[n++] = TCPOPT_WINDOW;
		opt[n++] = TCPOLEN_WINDOW;
		opt[n++] = GEN_WSCALE;
		opt[n++] = TCPOPT_NOP;
		opt[n++] = TCPOPT_NOP;
		opt[n++] = TCPOPT_SACK_PERM;
		opt[n++] = TCPOLEN_SACK_PERM;
	}
	if (pkt->flow->timestamps) {
		opt[n++] = TCPOPT_NOP;
		opt[n++] = TCPOPT_NOP;
		opt[n++] = TCPOPT_TIMESTAMP;
		opt[n++] = TCPOLEN_TIMESTAMP;
		put_unaligned_be32(pkt->flow->side[pkt->dir].tsval, opt + n);
		put_unaligned_be32(gen_pkt_tsecr(pkt), opt + n + 4);
		n += 8;
	}
	if (to)
		memcpy(to, opt, n);
	return n;
}

static void gen_pkt_udp(struct sk_buff *skb, const struct gen_pkt *pkt)
{
	const struct gen_tuple *t = &pkt->flow->side[pkt->dir].tuple;
	struct udphdr *uh = skb_put(skb, sizeof(*uh));

	uh->source = t->sport;
	uh->dest = t->dport;
	uh->len = htons(sizeof(*uh) + pkt->payload);
	uh->check = 0;
	skb_put_data(skb, gen_pattern, pkt->payload);
}

static void gen_pkt_tcp(struct sk_buff *skb, const struct gen_pkt *pkt)
{
	const struct gen_side *side = &pkt->flow->side[pkt->dir];
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));
	u32 len = gen_tcp_options(pkt, NULL);

	th->source = side->tuple.sport;
	th->dest = side->tuple.dport;
	th->seq = htonl(side->seq);
	th->ack_seq = htonl(gen_pkt_ack(pkt));
	th->window = htons(GEN_WINDOW);
	gen_tcp_options(pkt, skb_put(skb, len));
	th->doff = (sizeof(*th) + len) / 4;
	((u8 *)th)[13] = pkt->flags;
	skb_put_data(skb, gen_pattern, pkt->payload);
}

static void gen_pkt_ip4(struct sk_buff *skb, const struct gen_pkt *pkt)
{
	const struct gen_tuple *t = &pkt->flow->side[pkt->dir].tuple;
	struct iphdr *iph = skb_push(skb, sizeof(*iph));
	static u16 id;

	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(skb->len);
	iph->id = htons(++id);
	iph->frag_off = htons(IP_DF);
	iph->ttl = GEN_TTL;
	iph->protocol = pkt->flow->proto;
	iph->saddr = t->src.ip;
	iph->daddr = t->dst.ip;
	ip_send_check(iph);
}

static void gen_pkt_ip6(struct sk_buff *skb, const struct gen_pkt *pkt)
{
	const struct gen_tuple *t = &pkt->flow->side[pkt->dir].tuple;
	u16 len = skb->len;
	struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));

	memset(ip6h, 0, sizeof(*ip6h));
	ip6h->version = 6;
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = pkt->flow->proto;
	ip6h->hop_limit = GEN_TTL;
	ip6h->saddr = t->src.in6;
	ip6h->daddr = t->dst.in6;
}

/* The transport checksum, over the linear packet whose data starts there. */
static void gen_pkt_csum(struct sk_buff *skb, const struct gen_pkt *pkt)
{
	const struct gen_tuple *t = &pkt->flow->side[pkt->dir].tuple;
	__wsum sum = csum_partial(skb->data, skb->len, 0);
	u8 proto = pkt->flow->proto;
	__sum16 check;

	if (pkt->flow->v6)
		check = csum_ipv6_magic(&t->src.in6, &t->dst.in6, skb->len, proto, sum);
	else
		check = csum_tcpudp_magic(t->src.ip, t->dst.ip, skb->len, proto, sum);
	if (proto == IPPROTO_TCP)
		((struct tcphdr *)skb->data)->check = check;
	else
		((struct udphdr *)skb->data)->check = check ?: CSUM_MANGLED_0;
}

static void gen_pkt_eth(struct sk_buff *skb, const struct gen_pkt *pkt)
{
	struct net_device *dev = gen_dev(pkt->dir);
	struct ethhdr *eth = skb_push(skb, sizeof(*eth));

	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth_zero_addr(eth->h_source);
	eth->h_source[0] = 0x02;
	eth->h_proto = pkt->flow->v6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	skb->protocol = eth_type_trans(skb, dev);
}

/**
 * gen_pkt_build() - make a packet
 * @pkt: what it shall be
 *
 * Return: the packet as a driver hands it to netif_receive_skb(), or NULL.
 */
struct sk_buff *gen_pkt_build(const struct gen_pkt *pkt)
{
	struct sk_buff *skb;

	skb = netdev_alloc_skb_ip_align(gen_dev(pkt->dir), ETH_FRAME_LEN);
	if (!skb)
		return NULL;
	skb_reserve(skb, ETH_HLEN + (pkt->flow->v6 ? 40 : 20));
	if (pkt->flow->proto == IPPROTO_TCP)
		gen_pkt_tcp(skb, pkt);
	else
		gen_pkt_udp(skb, pkt);
	gen_pkt_csum(skb, pkt);
	if (pkt->flow->v6)
		gen_pkt_ip6(skb, pkt);
	else
		gen_pkt_ip4(skb, pkt);
	gen_pkt_eth(skb, pkt);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}
