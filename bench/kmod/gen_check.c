// SPDX-License-Identifier: GPL-2.0-only
/* Looks at what came out: exactly one packet, at the other device, with the right
 * addresses, ports, hop limit, numbers, options, payload and checksums. A balancer that
 * is fast because it is wrong does not get a figure.
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

enum gen_check_value {
	GEN_TTL_OUT		= 63,	/* of a packet sent on */
	GEN_TTL_MADE		= 64,	/* of a packet of the balancer's own */
	GEN_TOA_KIND		= 254
};

/* A packet taken apart. */
struct gen_seen {
	struct gen_tuple	tuple;
	const u8		*l4;
	u32			l4_len;
	const u8		*payload;
	u32			payload_len;
	const u8		*ts;		/* the timestamp option's values, or NULL */
	const u8		*toa;		/* the TOA option, or NULL */
	u32			mss;		/* 0: none */
};

static struct {
	char	error[GEN_ERROR_MAX];
	u64	toa;
} gen_checked;

/**
 * gen_check_error() - why a packet was not right
 *
 * Return: the first complaint since gen_check_reset(), or an empty string.
 */
const char *gen_check_error(void)
{
	return gen_checked.error;
}

/**
 * gen_check_toa() - packets that carried a client's address
 *
 * Return: how many since gen_check_reset().
 */
u64 gen_check_toa(void)
{
	return gen_checked.toa;
}

/**
 * gen_check_reset() - forget complaints and counts
 */
void gen_check_reset(void)
{
	memset(&gen_checked, 0, sizeof(gen_checked));
}

static int gen_bad(const struct gen_pkt *pkt, const char *what)
{
	if (!gen_checked.error[0])
		snprintf(gen_checked.error, sizeof(gen_checked.error),
			 "%s packet %s, TCP flags %02x: %s",
			 pkt->flow->proto == IPPROTO_TCP ? "TCP" : "UDP",
			 pkt->dir == GEN_TO_SERVER ? "to server" : "to client",
			 pkt->flags, what);
	return -EIO;
}

static bool gen_tuple_equal(const struct gen_tuple *a, const struct gen_tuple *b)
{
	return nf_inet_addr_cmp(&a->src, &b->src) && nf_inet_addr_cmp(&a->dst, &b->dst) &&
	       a->sport == b->sport && a->dport == b->dport;
}

static void gen_tuple_invert(struct gen_tuple *to, const struct gen_tuple *from)
{
	to->src = from->dst;
	to->dst = from->src;
	to->sport = from->dport;
	to->dport = from->sport;
}

static int gen_see_ip4(const struct gen_pkt *pkt, struct sk_buff *skb, struct gen_seen *seen)
{
	const struct iphdr *iph = (void *)(skb->data + ETH_HLEN);

	if (skb->len < ETH_HLEN + sizeof(*iph) || iph->version != 4 || iph->ihl != 5)
		return gen_bad(pkt, "no plain IPv4 header");
	if (ip_fast_csum(iph, iph->ihl))
		return gen_bad(pkt, "wrong IPv4 header checksum");
	if (ntohs(iph->tot_len) != skb->len - ETH_HLEN)
		return gen_bad(pkt, "wrong IPv4 length");
	if (iph->ttl != (pkt->made ? GEN_TTL_MADE : GEN_TTL_OUT) || iph->protocol != pkt->flow->proto ||
	    iph->frag_off != htons(IP_DF) || iph->tos)
		return gen_bad(pkt, "wrong TTL, protocol, TOS or fragment field");
	seen->tuple.src.ip = iph->saddr;
	seen->tuple.dst.ip = iph->daddr;
	seen->l4 = (const u8 *)(iph + 1);
	return 0;
}

static int gen_see_ip6(const struct gen_pkt *pkt, struct sk_buff *skb, struct gen_seen *seen)
{
	const struct ipv6hdr *ip6h = (void *)(skb->data + ETH_HLEN);

	if (skb->len < ETH_HLEN + sizeof(*ip6h) || ip6h->version != 6)
		return gen_bad(pkt, "no IPv6 header");
	if (ntohs(ip6h->payload_len) != skb->len - ETH_HLEN - sizeof(*ip6h))
		return gen_bad(pkt, "wrong IPv6 length");
	if (ip6h->hop_limit != (pkt->made ? GEN_TTL_MADE : GEN_TTL_OUT) || ip6h->nexthdr != pkt->flow->proto)
		return gen_bad(pkt, "wrong hop limit or next header");
	seen->tuple.src.in6 = ip6h->saddr;
	seen->tuple.dst.in6 = ip6h->daddr;
	seen->l4 = (const u8 *)(ip6h + 1);
	return 0;
}

/* Notes the options that have to be compared; -EIO when they do not parse. */
static int gen_see_options(const struct gen_pkt *pkt, const u8 *opt, const u8 *end,
			   struct gen_seen *seen)
{
	while (opt < end && *opt != TCPOPT_EOL) {
		if (*opt == TCPOPT_NOP) {
			opt++;
			continue;
		}
		if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
			return gen_bad(pkt, "malformed TCP options");
		if (*opt == TCPOPT_TIMESTAMP && opt[1] == TCPOLEN_TIMESTAMP)
			seen->ts = opt + 2;
		if (*opt == TCPOPT_MSS && opt[1] == TCPOLEN_MSS)
			seen->mss = get_unaligned_be16(opt + 2);
		if (*opt == GEN_TOA_KIND)
			seen->toa = opt;
		opt += opt[1];
	}
	return 0;
}

static int gen_see_l4(const struct gen_pkt *pkt, struct sk_buff *skb, struct gen_seen *seen)
{
	const struct tcphdr *th = (void *)seen->l4;
	const struct udphdr *uh = (void *)seen->l4;
	u32 hlen = sizeof(*uh);

	seen->l4_len = skb_tail_pointer(skb) - seen->l4;
	if (pkt->flow->proto == IPPROTO_TCP)
		hlen = seen->l4_len < sizeof(*th) ? sizeof(*th) : th->doff * 4;
	if (seen->l4_len < hlen)
		return gen_bad(pkt, "truncated");
	seen->tuple.sport = uh->source;
	seen->tuple.dport = uh->dest;
	seen->payload = seen->l4 + hlen;
	seen->payload_len = seen->l4_len - hlen;
	if (pkt->flow->proto == IPPROTO_TCP)
		return gen_see_options(pkt, seen->l4 + sizeof(*th), seen->l4 + hlen, seen);
	if (ntohs(uh->len) != seen->l4_len)
		return gen_bad(pkt, "wrong UDP length");
	return 0;
}

static int gen_check_csum(const struct gen_pkt *pkt, struct sk_buff *skb,
			  const struct gen_seen *seen)
{
	const struct gen_tuple *t = &seen->tuple;
	u8 proto = pkt->flow->proto;
	__wsum sum = 0;
	__sum16 check;
	u16 field;

	if (proto == IPPROTO_TCP)
		field = (__force u16)((struct tcphdr *)seen->l4)->check;
	else
		field = (__force u16)((struct udphdr *)seen->l4)->check;
	if (!field && proto == IPPROTO_UDP)
		return gen_bad(pkt, "UDP checksum removed");

	/* A packet whose sum the device completes holds the pseudo header's sum only. */
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		sum = csum_partial(seen->l4, seen->l4_len, 0);
	if (pkt->flow->v6)
		check = csum_ipv6_magic(&t->src.in6, &t->dst.in6, seen->l4_len, proto, sum);
	else
		check = csum_tcpudp_magic(t->src.ip, t->dst.ip, seen->l4_len, proto, sum);
	if (skb->ip_summed == CHECKSUM_PARTIAL ? (u16)~(__force u16)check != field : !!check)
		return gen_bad(pkt, "wrong transport checksum");
	return 0;
}

/* Towards the server the translation is the balancer's choice until it was learned. */
static int gen_check_tuple(const struct gen_pkt *pkt, const struct gen_seen *seen)
{
	const struct gen_tuple *in = &pkt->flow->side[pkt->dir].tuple;
	const struct gen_tuple *back = &pkt->flow->side[!pkt->dir].tuple;
	const struct gen_tuple *t = &seen->tuple;
	const struct gen_conf *conf = &gen_conf;
	struct gen_flow *flow = pkt->flow;
	struct gen_tuple want;
	u32 n;

	if (pkt->dir == GEN_TO_CLIENT || flow->learned) {
		gen_tuple_invert(&want, back);
		return gen_tuple_equal(&want, t) ? 0 : gen_bad(pkt, "wrong addresses or ports");
	}
	if (flow->bystander || conf->direct) {
		if (!gen_tuple_equal(in, t))
			return gen_bad(pkt, "addresses or ports changed");
	} else {
		n = flow->v6 ? ntohl(t->dst.ip6[3]) - ntohl(conf->server[1].ip6[3]) :
			       ntohl(t->dst.ip) - ntohl(conf->server[0].ip);
		if (n >= conf->servers || t->dport != conf->rport ||
		    (flow->v6 && memcmp(t->dst.ip6, conf->server[1].ip6, 12)))
			return gen_bad(pkt, "not sent to a server");
		if (conf->snat && !nf_inet_addr_cmp(&t->src, &conf->laddr[flow->v6]))
			return gen_bad(pkt, "not sent from the local address");
		if (!conf->snat && (!nf_inet_addr_cmp(&t->src, &in->src) || t->sport != in->sport))
			return gen_bad(pkt, "client's address or port changed");
	}
	gen_tuple_invert(&flow->side[GEN_TO_CLIENT].tuple, t);
	flow->learned = true;
	return 0;
}

static int gen_check_toa_option(const struct gen_pkt *pkt, const struct gen_seen *seen)
{
	const struct gen_tuple *in = &pkt->flow->side[GEN_TO_SERVER].tuple;
	u32 alen = pkt->flow->v6 ? 16 : 4;

	if (!seen->toa)
		return 0;
	gen_checked.toa++;
	if (pkt->dir != GEN_TO_SERVER || seen->toa[1] != 4 + alen ||
	    memcmp(seen->toa + 2, &in->sport, 2) || memcmp(seen->toa + 4, &in->src, alen))
		return gen_bad(pkt, "wrong client address option");
	return 0;
}

static int gen_check_ts(const struct gen_pkt *pkt, const struct gen_seen *seen)
{
	struct gen_side *side = &pkt->flow->side[pkt->dir];
	struct gen_side *peer = &pkt->flow->side[!pkt->dir];

	if (!pkt->flow->timestamps)
		return seen->ts ? gen_bad(pkt, "timestamps appeared") : 0;
	if (!seen->ts)
		return gen_bad(pkt, "timestamps removed");
	if (pkt->flags & GEN_SYN)
		side->ts_shift = get_unaligned_be32(seen->ts) - side->tsval;
	if (get_unaligned_be32(seen->ts) != side->tsval + side->ts_shift)
		return gen_bad(pkt, "wrong timestamp");
	if ((pkt->flags & GEN_ACK) && get_unaligned_be32(seen->ts + 4) != peer->tsval)
		return gen_bad(pkt, "wrong timestamp echo");
	return 0;
}

static int gen_check_tcp(const struct gen_pkt *pkt, const struct gen_seen *seen)
{
	const struct tcphdr *th = (void *)seen->l4;
	struct gen_side *side = &pkt->flow->side[pkt->dir];
	struct gen_side *peer = &pkt->flow->side[!pkt->dir];
	u32 toa = seen->toa ? seen->toa[1] : 0;
	int err;

	if (seen->l4[13] != pkt->flags)
		return gen_bad(pkt, "wrong TCP flags");
	if (pkt->flags & GEN_SYN)
		side->seq_shift = ntohl(th->seq) - side->seq;
	if (ntohl(th->seq) != side->seq + side->seq_shift)
		return gen_bad(pkt, "wrong sequence number");
	if ((pkt->flags & GEN_ACK) && ntohl(th->ack_seq) != peer->seq)
		return gen_bad(pkt, "wrong acknowledgment");
	err = gen_check_toa_option(pkt, seen);
	if (err)
		return err;
	if (th->doff * 4 != sizeof(*th) + gen_tcp_options(pkt, NULL) + toa)
		return gen_bad(pkt, "wrong length of TCP options");
	if (!(pkt->flags & GEN_SYN) != !seen->mss || seen->mss > 1460)
		return gen_bad(pkt, "wrong MSS");
	return gen_check_ts(pkt, seen);
}

static int gen_check_one(const struct gen_pkt *pkt, struct sk_buff *skb)
{
	const struct ethhdr *eth = (void *)skb->data;
	struct net_device *dev = gen_dev(!pkt->dir);
	struct gen_seen seen = {};
	int err;

	if (skb->dev != dev)
		return gen_bad(pkt, "left by the wrong device");
	if (skb_is_nonlinear(skb) || !ether_addr_equal(eth->h_source, dev->dev_addr) ||
	    eth->h_dest[0] != 0x02 || ether_addr_equal(eth->h_dest, dev->dev_addr) ||
	    eth->h_proto != (pkt->flow->v6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP)))
		return gen_bad(pkt, "wrong Ethernet header");
	err = pkt->flow->v6 ? gen_see_ip6(pkt, skb, &seen) : gen_see_ip4(pkt, skb, &seen);
	if (!err)
		err = gen_see_l4(pkt, skb, &seen);
	if (!err)
		err = gen_check_csum(pkt, skb, &seen);
	if (!err)
		err = gen_check_tuple(pkt, &seen);
	if (!err && pkt->flow->proto == IPPROTO_TCP)
		err = gen_check_tcp(pkt, &seen);
	if (err)
		return err;
	if (seen.payload_len != pkt->payload || memcmp(seen.payload, gen_pattern, pkt->payload))
		return gen_bad(pkt, "payload changed");
	return 0;
}

/**
 * gen_check() - compare what came out with what went in, and learn from it
 * @pkt: the packet that went in
 * @out: what came out; emptied
 *
 * Return: 0, or -EIO with gen_check_error() set.
 */
int gen_check(const struct gen_pkt *pkt, struct sk_buff_head *out)
{
	struct sk_buff *skb;
	int err;

	if (skb_queue_len(out) == 1)
		err = gen_check_one(pkt, skb_peek(out));
	else
		err = gen_bad(pkt, skb_queue_empty(out) ? "nothing came out" :
							  "several packets came out");
	while ((skb = __skb_dequeue(out)))
		kfree_skb(skb);
	return err;
}
