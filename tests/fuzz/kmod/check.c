// SPDX-License-Identifier: GPL-2.0-only
/* What comes out: nothing that leaves may show addresses it should not, what was right comes out
 * right, and what was left in peace comes out whole.
 */
#include <linux/icmp.h>
#include <linux/vmalloc.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include "fuzz.h"

static u8 *fuzz_copy;	/* of the packet that is looked at */

static void fuzz_parse_tcp(const u8 *data, struct fuzz_info *info)
{
	const u8 *th = data + info->l4;
	u32 head = (th[12] >> 4) * 4, at = 20;

	info->seq = get_unaligned_be32(th + 4);
	info->ack = get_unaligned_be32(th + 8);
	info->flags = th[13];
	info->has_l4 = head >= 20 && info->l4 + head <= info->len;
	if (!info->has_l4)
		return;
	info->payload = info->l4 + head;
	while (at + 1 < head && th[at] != TCPOPT_EOL) {
		if (th[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (th[at + 1] < 2 || at + th[at + 1] > head)
			return;
		if (th[at] == TCPOPT_TIMESTAMP && th[at + 1] == 10) {
			info->has_ts = true;
			info->tsval = get_unaligned_be32(th + at + 2);
			info->tsecr = get_unaligned_be32(th + at + 6);
		}
		at += th[at + 1];
	}
}

static bool fuzz_parse4(const u8 *data, u32 len, struct fuzz_info *info)
{
	const struct iphdr *iph = (const void *)data;

	if (len < sizeof(*iph) || iph->ihl < 5 || iph->ihl * 4 > len)
		return false;
	info->src.s6_addr32[0] = iph->saddr;
	info->dst.s6_addr32[0] = iph->daddr;
	info->proto = iph->protocol;
	info->fragment = ip_is_fragment(iph);
	info->len = min_t(u32, ntohs(iph->tot_len), len);
	info->l4 = iph->ihl * 4;
	return true;
}

static bool fuzz_parse6(const u8 *data, u32 len, struct fuzz_info *info)
{
	const struct ipv6hdr *ip6h = (const void *)data;
	u32 step;

	if (len < sizeof(*ip6h))
		return false;
	info->src = ip6h->saddr;
	info->dst = ip6h->daddr;
	info->proto = ip6h->nexthdr;
	info->len = ip6h->payload_len ? min_t(u32, ntohs(ip6h->payload_len) + sizeof(*ip6h), len)
				      : len;
	info->l4 = sizeof(*ip6h);
	while (info->proto == IPPROTO_HOPOPTS || info->proto == IPPROTO_DSTOPTS ||
	       info->proto == IPPROTO_ROUTING || info->proto == IPPROTO_FRAGMENT) {
		if (info->l4 + 8 > info->len)
			return true;
		info->fragment |= info->proto == IPPROTO_FRAGMENT;
		step = info->proto == IPPROTO_FRAGMENT ? 8 : 8 + data[info->l4 + 1] * 8;
		info->proto = data[info->l4];
		info->l4 += step;
	}
	return true;
}

/**
 * fuzz_parse() - what a packet's headers say
 * @data: bytes from layer 3 on
 * @len: how many
 * @v6: family
 * @info: filled
 *
 * Return: false if there is no IP header.
 */
bool fuzz_parse(const u8 *data, u32 len, bool v6, struct fuzz_info *info)
{
	memset(info, 0, sizeof(*info));
	info->v6 = v6;
	if (v6 ? !fuzz_parse6(data, len, info) : !fuzz_parse4(data, len, info))
		return false;
	if (info->fragment || info->l4 + 8 > info->len)
		return true;
	if (info->proto != IPPROTO_TCP && info->proto != IPPROTO_UDP)
		return true;
	memcpy(&info->sport, data + info->l4, 2);
	memcpy(&info->dport, data + info->l4 + 2, 2);
	if (info->proto == IPPROTO_TCP && info->l4 + 20 <= info->len) {
		fuzz_parse_tcp(data, info);
	} else if (info->proto == IPPROTO_UDP) {
		info->has_l4 = true;
		info->payload = info->l4 + 8;
	}
	return true;
}

static void fuzz_fail_pkt(const char *what, const struct fuzz_info *info)
{
	if (info->v6)
		fuzz_fail("%s: [%pI6c]:%u -> [%pI6c]:%u proto %u flags %x len %u", what, &info->src,
			  ntohs(info->sport), &info->dst, ntohs(info->dport), info->proto,
			  info->flags, info->len);
	else
		fuzz_fail("%s: %pI4:%u -> %pI4:%u proto %u flags %x len %u", what, &info->src,
			  ntohs(info->sport), &info->dst, ntohs(info->dport), info->proto,
			  info->flags, info->len);
}

static bool fuzz_is_icmp(const struct fuzz_info *info)
{
	return info->proto == IPPROTO_ICMP || info->proto == IPPROTO_ICMPV6;
}

/*
 * An error that is passed on quotes what its receiver has sent: neither end is shown what the other
 * is called. What the host itself has to say is about what it got.
 */
static void fuzz_check_quote(const u8 *data, u32 len, const struct fuzz_info *info,
			     enum fuzz_side side)
{
	u8 type = info->l4 < len ? data[info->l4] : 255;
	struct fuzz_info quoted;
	u32 at = info->l4 + 8;

	if (fuzz_is_device(info->v6, &info->src) || info->fragment)
		return;
	if (info->v6 ? type >= 128 : type != ICMP_DEST_UNREACH && type != ICMP_TIME_EXCEEDED &&
				     type != ICMP_PARAMETERPROB)
		return;
	if (at > len || !fuzz_parse(data + at, len - at, info->v6, &quoted))
		return;
	if (side == FUZZ_CLIENT ? fuzz_is_server(info->v6, &quoted.src) ||
				  fuzz_is_server(info->v6, &quoted.dst)
				: fuzz_is_client(info->v6, &quoted.src) ||
				  fuzz_is_client(info->v6, &quoted.dst))
		fuzz_fail_pkt("an error quotes the other side's addresses", &quoted);
}

/*
 * Nothing is forwarded here but by the balancer, so each source is one of its own addresses. TCP
 * (but for RSTs) and UDP come from a service, or from a local address to a server. An error may
 * come from a router on the way.
 */
static void fuzz_check_addrs(const struct fuzz_info *info, enum fuzz_side side)
{
	bool flow = info->proto == IPPROTO_UDP ||
		    (info->proto == IPPROTO_TCP && !(info->flags & TCPHDR_RST));
	bool icmp = fuzz_is_icmp(info);

	if (fuzz.injecting == FUZZ_LOCAL)	/* a raw socket may say what it wants */
		return;
	if (!icmp && !fuzz_is_own(info->v6, &info->src)) {
		fuzz_fail_pkt("leaves with a source that is not ours", info);
		return;
	}
	if (icmp || !flow || info->fragment || !info->has_l4)
		return;
	if (fuzz_is_vip(info->v6, &info->src)) {
		if (info->sport != htons(info->proto == IPPROTO_TCP ? 80 : 53))
			fuzz_fail_pkt("leaves from a port without a service", info);
		return;
	}
	if (side == FUZZ_CLIENT || !fuzz_is_laddr(info->v6, &info->src) ||
	    !fuzz_is_server(info->v6, &info->dst) ||
	    info->dport != htons(info->proto == IPPROTO_TCP ? 8080 : 8053))
		fuzz_fail_pkt("leaves without being translated", info);
}

static bool fuzz_sum_partial(const struct sk_buff *skb, const u8 *data,
			     const struct fuzz_info *info)
{
	u32 off = info->l4 + (info->proto == IPPROTO_TCP ? 16 : 6), len = info->len - info->l4;
	__sum16 field, want;

	memcpy(&field, data + off, sizeof(field));
	if (info->v6)
		want = ~csum_ipv6_magic(&info->src, &info->dst, len, info->proto, 0);
	else
		want = ~csum_tcpudp_magic(info->src.s6_addr32[0], info->dst.s6_addr32[0], len,
					  info->proto, 0);
	return csum_fold((__force __wsum)(u32)(__force u16)field) ==
	       csum_fold((__force __wsum)(u32)(__force u16)want) &&
	       skb_checksum_start_offset(skb) - skb_network_offset(skb) == (int)info->l4 &&
	       skb->csum_offset == off - info->l4;
}

/* Are the checksums right? */
static void fuzz_check_sums(const struct sk_buff *skb, const u8 *data,
			    const struct fuzz_info *info)
{
	u32 len = info->len - info->l4;
	bool right = true;
	__sum16 field = 0;
	__wsum sum;

	if (!info->v6 && ip_fast_csum(data, info->l4 / 4))
		fuzz_fail_pkt("wrong IP checksum", info);
	if (info->fragment)
		return;
	if (info->has_l4) {
		if (info->proto == IPPROTO_UDP)
			memcpy(&field, data + info->l4 + 6, 2);
		if (skb->ip_summed == CHECKSUM_PARTIAL) {
			right = fuzz_sum_partial(skb, data, info);
		} else if (info->proto != IPPROTO_UDP || field) {
			sum = csum_partial(data + info->l4, len, 0);
			right = info->v6 ? !csum_ipv6_magic(&info->src, &info->dst, len,
							    info->proto, sum)
					 : !csum_tcpudp_magic(info->src.s6_addr32[0],
							      info->dst.s6_addr32[0], len,
							      info->proto, sum);
		}
	} else if (info->proto == IPPROTO_ICMP && !info->v6) {
		right = !csum_fold(csum_partial(data + info->l4, len, 0));
	} else if (info->proto == IPPROTO_ICMPV6 && info->v6) {
		right = !csum_ipv6_magic(&info->src, &info->dst, len, info->proto,
					 csum_partial(data + info->l4, len, 0));
	}
	if (!right)
		fuzz_fail_pkt(skb->ip_summed == CHECKSUM_PARTIAL ? "wrong partial checksum" :
							   "wrong checksum", info);
}

/* Copies the packet from layer 3 on; false if it is none of IP. */
static bool fuzz_look(struct sk_buff *skb, struct fuzz_info *info)
{
	int at = skb_network_offset(skb);
	bool v6 = skb->protocol == htons(ETH_P_IPV6);
	u32 len = skb->len - at;

	if (!v6 && skb->protocol != htons(ETH_P_IP))
		return false;
	if (at < 0 || len > FUZZ_MAX || skb_copy_bits(skb, at, fuzz_copy, len)) {
		fuzz_fail("a packet leaves with a network header at %d, %u bytes", at, skb->len);
		return false;
	}
	if (!fuzz_parse(fuzz_copy, len, v6, info)) {
		fuzz_fail("a packet leaves without an IP header");
		return false;
	}
	return true;
}

/**
 * fuzz_check_stray() - a packet that came out by itself, from a timer
 * @skb: the packet
 * @side: where
 *
 * Context: any; may interrupt a look at another packet, so the copy is not used.
 */
void fuzz_check_stray(struct sk_buff *skb, enum fuzz_side side)
{
	u8 head[sizeof(struct ipv6hdr) + 60 + 40];
	int at = skb_network_offset(skb);
	u32 len = min_t(u32, skb->len - at, sizeof(head));
	struct fuzz_info info;

	if ((skb->protocol != htons(ETH_P_IP) && skb->protocol != htons(ETH_P_IPV6)) ||
	    at < 0 || skb_copy_bits(skb, at, head, len))
		return;
	if (fuzz_parse(head, len, skb->protocol == htons(ETH_P_IPV6), &info))
		fuzz_check_addrs(&info, side);
}

static u32 fuzz_hash_bytes(u32 hash, const u8 *data, u32 len)
{
	while (len--)
		hash = (hash ^ *data++) * 16777619;
	return hash;
}

/* What comes out of a conversation that is left in peace, next to what went in. */
struct fuzz_sum {
	struct fuzz_info	in;
	u32			payload;
	u32			hash;
	u32			packets;
};

static void fuzz_strict_one(struct fuzz_flow *flow, struct fuzz_sum *sum, enum fuzz_side in,
			    enum fuzz_side side, const struct fuzz_info *info)
{
	const struct fuzz_view *from = &flow->view[in], *to = &flow->view[!in];
	const struct fuzz_info *was = &sum->in;
	u32 seq = was->seq + to->base[in] - from->base[in];
	u32 ack = was->ack + to->base[!in] - from->base[!in];
	u32 tsval = was->tsval + to->base[2 + in] - from->base[2 + in];

	/* A timer has had something else sent meanwhile. */
	if (!flow->learned)
		return;
	if (!ipv6_addr_equal(&info->dst, &to->addr[!in]) &&
	    !ipv6_addr_equal(&info->dst, &from->addr[in]))
		return;
	if (side == in || info->fragment || !info->has_l4 || info->proto != was->proto) {
		fuzz_fail_pkt("something else came out", info);
		return;
	}
	if (!ipv6_addr_equal(&info->src, &to->addr[in]) ||
	    !ipv6_addr_equal(&info->dst, &to->addr[!in]) || info->sport != to->port[in] ||
	    info->dport != to->port[!in])
		fuzz_fail_pkt("came out as another's", info);
	if (info->proto == IPPROTO_TCP) {
		if (info->seq != seq + sum->payload)
			fuzz_fail_pkt("wrong sequence number", info);
		if (info->flags & TCPHDR_ACK && info->ack != ack)
			fuzz_fail_pkt("wrong acknowledgment", info);
		if (was->has_ts && (!info->has_ts || info->tsval != tsval))
			fuzz_fail_pkt("wrong timestamp", info);
	}
	sum->hash =
		fuzz_hash_bytes(sum->hash, fuzz_copy + info->payload, info->len - info->payload);
	sum->payload += info->len - info->payload;
	sum->packets++;
}

static void fuzz_check_one(struct fuzz_flow *flow, const struct fuzz_pkt *pkt,
			   struct fuzz_sum *sum, bool strict, struct sk_buff *skb)
{
	enum fuzz_side side = fuzz_dev_is(skb->dev, FUZZ_SERVER);
	enum fuzz_side in = pkt->side == FUZZ_LOCAL ? FUZZ_CLIENT : pkt->side;
	struct fuzz_info info;

	if (!fuzz_look(skb, &info))
		return;
	fuzz_check_addrs(&info, side);
	if (fuzz_is_icmp(&info) && fuzz_is_icmp(&sum->in) && pkt->side != FUZZ_LOCAL)
		fuzz_check_quote(fuzz_copy, info.len, &info, side);
	if (pkt->valid)
		fuzz_check_sums(skb, fuzz_copy, &info);
	flow->head_len[side] = min_t(u32, info.len, FUZZ_HEAD);
	memcpy(flow->head[side], fuzz_copy, flow->head_len[side]);
	if (pkt->valid && in == FUZZ_CLIENT && side == FUZZ_SERVER && info.has_l4 &&
	    info.proto == sum->in.proto && (!flow->learned || sum->in.flags & TCPHDR_SYN) &&
	    !(info.flags & TCPHDR_RST))
		fuzz_flow_learn(flow, &sum->in, &info);
	if (strict)
		fuzz_strict_one(flow, sum, in, side, &info);
}

/**
 * fuzz_check() - look at what came out
 * @flow: the conversation
 * @pkt: what went in
 * @strict: it must have come out whole
 * @out: what came out; empty afterwards
 */
void fuzz_check(struct fuzz_flow *flow, const struct fuzz_pkt *pkt, bool strict,
		struct sk_buff_head *out)
{
	struct fuzz_sum sum = {};
	struct sk_buff *skb;

	fuzz_parse(pkt->data, pkt->len, pkt->v6, &sum.in);
	while ((skb = __skb_dequeue(out))) {
		fuzz_check_one(flow, pkt, &sum, strict, skb);
		kfree_skb(skb);
	}
	if (!strict)
		return;
	fuzz.strict++;
	if (!sum.packets)
		fuzz_fail_pkt("nothing came out", &sum.in);
	else if (sum.payload != sum.in.len - sum.in.payload ||
		 sum.hash != fuzz_hash_bytes(0, pkt->data + sum.in.payload, sum.payload))
		fuzz_fail_pkt("the payload was changed", &sum.in);
}

/**
 * fuzz_check_init() - make room for a packet
 *
 * Return: 0 or a negative error.
 */
int fuzz_check_init(void)
{
	fuzz_copy = vmalloc(FUZZ_MAX + 1);
	return fuzz_copy ? 0 : -ENOMEM;
}

/**
 * fuzz_check_exit() - give it back
 */
void fuzz_check_exit(void)
{
	vfree(fuzz_copy);
}
