// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP and ICMPv6 errors that quote a packet of a connection, from an endpoint, from a router in
 * between or from the host itself. The quoted packet is one that we have sent, so its tuple turned
 * round is the key of the direction that leads back to its sender: the error goes that way, with
 * the quoted packet as its sender knows it.
 *
 * An error changes no state and refreshes no timer.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "slb_path.h"
#include "slb_tcpopt.h"

#define SLB_QUOTE_HLEN	8	/* an error's own header, either family */
#define SLB_QUOTE_PULL	192	/* the quoted headers that are looked at lie in so many bytes */
#define SLB_QUOTE_L4	8	/* RFC 792: what is quoted at least behind the IP header */

/* Offsets in a quoted TCP header, of which only the first 8 bytes are always there. */
#define SLB_QUOTE_TCP_FLAGS_END	14
#define SLB_QUOTE_TCP_CHECK_END	18

/* Where the linear part of the error ends. */
static u32 slb_quote_end(const struct slb_pkt *pkt)
{
	return skb_headlen(pkt->skb);
}

/* What both families have in common: the quoted ports and the number, and the error's own shape. */
static enum slb_parse slb_quote_parse_l4(struct slb_pkt *pkt)
{
	const __be16 *ports = (const __be16 *)(pkt->skb->data + pkt->quote_l4);

	pkt->tuple.sport = get_unaligned(ports + 1);
	pkt->tuple.dport = get_unaligned(ports);
	pkt->seq = get_unaligned_be32(ports + 2);
	pkt->len = pkt->skb->len;
	pkt->l4_hlen = SLB_QUOTE_HLEN;
	pkt->tcp_flags = 0;
	return SLB_PARSE_QUOTE;
}

/* Is there anything to look at, in the linear part? */
static bool slb_quote_pull(struct slb_pkt *pkt, u32 least)
{
	struct sk_buff *skb = pkt->skb;
	u32 at = pkt->l4 + SLB_QUOTE_HLEN;

	return skb->len >= at + least + SLB_QUOTE_L4 &&
	       pskb_may_pull(skb, min_t(u32, skb->len, at + SLB_QUOTE_PULL));
}

static bool slb_quote_is_error4(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

/**
 * slb_quote_parse4() - fill @pkt from an ICMP error
 * @pkt: an IPv4 packet of protocol ICMP; @skb, @sn, @net, @in, @local are set
 *
 * @tuple becomes the quoted one turned round, but for its scope; @proto and @seq are the quoted
 * packet's. Redirects
 * are for the host, and so is all that does not quote the first 8 bytes of TCP or UDP or was not
 * sent to the quoted packet's source.
 *
 * Context: softirq (or BH off), inside RCU.
 * Return: SLB_PARSE_QUOTE or SLB_PARSE_PASS.
 */
enum slb_parse slb_quote_parse4(struct slb_pkt *pkt)
{
	const struct iphdr *iph = ip_hdr(pkt->skb);
	const struct iphdr *quoted;

	pkt->l4 = iph->ihl * 4;
	if (pkt->l4 < sizeof(*iph) || ip_is_fragment(iph) || !slb_quote_pull(pkt, sizeof(*iph)))
		return SLB_PARSE_PASS;
	if (!slb_quote_is_error4(*(pkt->skb->data + pkt->l4)))
		return SLB_PARSE_PASS;

	iph = ip_hdr(pkt->skb);
	pkt->quote = pkt->l4 + SLB_QUOTE_HLEN;
	quoted = (const struct iphdr *)(pkt->skb->data + pkt->quote);
	pkt->quote_l4 = pkt->quote + quoted->ihl * 4;
	if (quoted->version != 4 || quoted->ihl < 5 || quoted->frag_off & htons(IP_OFFSET) ||
	    (quoted->protocol != IPPROTO_TCP && quoted->protocol != IPPROTO_UDP) ||
	    pkt->quote_l4 + SLB_QUOTE_L4 > slb_quote_end(pkt) || quoted->saddr != iph->daddr)
		return SLB_PARSE_PASS;

	pkt->proto = quoted->protocol;
	pkt->tos = iph->tos;
	pkt->tuple.v4[0] = quoted->daddr;
	pkt->tuple.v4[1] = quoted->saddr;
	return slb_quote_parse_l4(pkt);
}

/*
 * Finds TCP or UDP behind the quoted IPv6 header: a quoted fragment has its header there, and only
 * the first one has ports.
 */
static bool slb_quote_find_l4_6(struct slb_pkt *pkt)
{
	const u8 *data = pkt->skb->data;
	u32 at = pkt->quote + sizeof(struct ipv6hdr);
	u8 next = ((const struct ipv6hdr *)(data + pkt->quote))->nexthdr;
	const struct frag_hdr *frag;
	int headers;

	for (headers = 0; headers < 4; headers++) {
		if (at + SLB_QUOTE_L4 > slb_quote_end(pkt))
			return false;
		if (next == NEXTHDR_TCP || next == NEXTHDR_UDP) {
			pkt->proto = next;
			pkt->quote_l4 = at;
			return true;
		}
		if (next == NEXTHDR_FRAGMENT) {
			frag = (const struct frag_hdr *)(data + at);
			if (frag->frag_off & htons(IP6_OFFSET))
				return false;
			next = frag->nexthdr;
			at += sizeof(*frag);
		} else if (next == NEXTHDR_HOP || next == NEXTHDR_DEST) {
			next = data[at];
			at += ipv6_optlen((const struct ipv6_opt_hdr *)(data + at));
		} else {
			return false;
		}
	}
	return false;
}

/**
 * slb_quote_parse6() - fill @pkt from an ICMPv6 error
 * @pkt: an IPv6 packet whose ICMPv6 header begins at @l4; @skb, @sn, @net, @in, @local are set
 *
 * As slb_quote_parse4().
 *
 * Context: softirq (or BH off), inside RCU.
 * Return: SLB_PARSE_QUOTE or SLB_PARSE_PASS.
 */
enum slb_parse slb_quote_parse6(struct slb_pkt *pkt)
{
	const struct ipv6hdr *quoted;
	u8 type;

	if (!slb_quote_pull(pkt, sizeof(*quoted)))
		return SLB_PARSE_PASS;
	type = *(pkt->skb->data + pkt->l4);
	if (type < ICMPV6_DEST_UNREACH || type > ICMPV6_PARAMPROB)
		return SLB_PARSE_PASS;

	pkt->quote = pkt->l4 + SLB_QUOTE_HLEN;
	quoted = (const struct ipv6hdr *)(pkt->skb->data + pkt->quote);
	if (quoted->version != 6 || !slb_quote_find_l4_6(pkt) ||
	    !ipv6_addr_equal(&quoted->saddr, &ipv6_hdr(pkt->skb)->daddr))
		return SLB_PARSE_PASS;

	pkt->tos = ipv6_get_dsfield(ipv6_hdr(pkt->skb));
	pkt->tuple.v6[0] = quoted->daddr;
	pkt->tuple.v6[1] = quoted->saddr;
	return slb_quote_parse_l4(pkt);
}

/* The MTU that the error reports, 0 if it is about something else. */
static u32 slb_quote_mtu(const struct slb_pkt *pkt)
{
	const u8 *head = pkt->skb->data + pkt->l4;

	if (pkt->v6)
		return head[0] == ICMPV6_PKT_TOOBIG ? get_unaligned_be32(head + 4) : 0;
	return head[0] == ICMP_DEST_UNREACH && head[1] == ICMP_FRAG_NEEDED ?
	       get_unaligned_be16(head + 6) : 0;
}

/* Could the quoted packet be on its way? RFC 5927 section 4: a TCP number tells blind forgeries. */
static bool slb_quote_is_plausible(const struct slb_pkt *pkt, const struct slb_way *way)
{
	const struct slb_conn *conn = slb_way_conn(way);
	const struct slb_way *sent = slb_conn_way(conn, !slb_way_dir(way));
	bool any = test_bit(SLB_CONN_ACKED + slb_way_dir(way), &conn->flags);
	u32 acked = READ_ONCE(way->ack);
	u32 seq = pkt->seq;

	if (pkt->proto == IPPROTO_UDP)
		return true;
	if (slb_way_dir(way) == SLB_DIR_REPLY) {	/* the client's, with numbers shifted */
		seq += way->seq_shift;
		acked = any ? acked + way->seq_shift : READ_ONCE(conn->isn);
	} else if (!any) {
		return false;
	}
	return !before(seq, acked) && !after(seq, READ_ONCE(sent->end));
}

/*
 * The path is narrower than the route knew. The route learns it, as it would for a packet of the
 * host itself, because what fits depends on what we add: the sender alone cannot avoid that its
 * packet with a TOA is too long. The quoted packet, not yet rewritten, names the path.
 */
static void slb_quote_learn_mtu(struct slb_pkt *pkt, const struct slb_way *way)
{
	const struct slb_way *sent = slb_conn_way(slb_way_conn(way), !slb_way_dir(way));
	struct dst_entry *dst = READ_ONCE(sent->dst);
	u32 cookie = pkt->v6 ? (__force u32)READ_ONCE(sent->addr[SLB_WAY6_COOKIE]) : 0;
	int offset = skb_network_offset(pkt->skb);
	struct net_device *dev = pkt->skb->dev;
	u32 mtu = slb_quote_mtu(pkt);

	if (!mtu || !slb_quote_is_plausible(pkt, way))
		return;
	/* @dst lives as long as the RCU section: see slb_way.dst. */
	if (!dst || !dst_check(dst, cookie) || mtu >= dst_mtu(dst))
		return;
	pkt->skb->dev = dst->dev;
	skb_set_network_header(pkt->skb, pkt->quote);
	dst->ops->update_pmtu(dst, NULL, pkt->skb, mtu, false);
	skb_set_network_header(pkt->skb, offset);
	pkt->skb->dev = dev;
	slb_count(pkt->sn, SLB_COUNT_PMTU_LEARNED);
}

/* The quoted addresses become those that the quoted packet's sender knows; their difference. */
static u64 slb_quote_rewrite_addrs(struct slb_pkt *pkt, const struct slb_way *way)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)(pkt->skb->data + pkt->quote);
	struct iphdr *iph = (struct iphdr *)(pkt->skb->data + pkt->quote);
	u64 diff;

	if (pkt->v6) {
		diff = slb_csum_diff_addr6(0, ip6h->saddr.s6_addr32, &way->addr[12]);
		diff = slb_csum_diff_addr6(diff, ip6h->daddr.s6_addr32, &way->addr[8]);
		ip6h->saddr = *slb_way_addr6(way, 3);
		ip6h->daddr = *slb_way_addr6(way, 2);
		return diff;
	}
	diff = slb_csum_diff32(0, iph->saddr, way->addr[3]);
	diff = slb_csum_diff32(diff, iph->daddr, way->addr[2]);
	iph->saddr = way->addr[3];
	iph->daddr = way->addr[2];
	slb_csum_apply(&iph->check, diff);
	return diff;
}

/*
 * Options of the quoted TCP header, if all of it is quoted. What cannot be read stays as it is: it
 * is only quoted.
 */
static u64 slb_quote_rewrite_options(struct tcphdr *th, const struct slb_way *way, u32 avail)
{
	struct slb_tcpopt_shift shift = {};
	u64 rest = 0;

	if (avail < sizeof(*th) || th->doff * 4 <= sizeof(*th) || th->doff * 4 > avail)
		return 0;
	if (slb_way_dir(way) == SLB_DIR_REPLY) {
		shift.tsval = slb_way_fixed(way) & SLB_WAY_TS ? way->ts_shift : 0;
	} else {
		shift.tsecr = slb_way_fixed(way) & SLB_WAY_TS ? way->ts_shift : 0;
		shift.sack = way->seq_shift;
	}
	if (slb_tcpopt_shift((u8 *)(th + 1), th->doff * 4 - sizeof(*th), &shift, &rest))
		return 0;
	return rest;
}

/* Numbers and options of the quoted TCP header, as far as it is quoted; their difference. */
static u64 slb_quote_rewrite_tcp(struct tcphdr *th, const struct slb_way *way, u32 avail)
{
	u64 rest = 0;

	/* An answer's shifts undo those of the direction that the quoted packet went. */
	if (slb_way_dir(way) == SLB_DIR_REPLY)
		rest = slb_csum_shift32(rest, &th->seq, way->seq_shift);
	else if (avail >= SLB_QUOTE_TCP_FLAGS_END && tcp_flag_byte(th) & TCPHDR_ACK)
		rest = slb_csum_shift32(rest, &th->ack_seq, way->seq_shift);
	return rest + slb_quote_rewrite_options(th, way, avail);
}

/* Ports, numbers and checksum of the quoted packet. */
static void slb_quote_rewrite_l4(struct slb_pkt *pkt, const struct slb_way *way, u64 pseudo)
{
	u8 *l4 = pkt->skb->data + pkt->quote_l4;
	u32 avail = slb_quote_end(pkt) - pkt->quote_l4;
	struct tcphdr *th = (struct tcphdr *)l4;
	struct udphdr *uh = (struct udphdr *)l4;
	u64 rest = slb_csum_diff16(0, uh->source, way->new_dport);

	rest = slb_csum_diff16(rest, uh->dest, way->new_sport);
	uh->source = way->new_dport;
	uh->dest = way->new_sport;
	if (pkt->proto == IPPROTO_UDP) {
		slb_csum_apply_udp(&uh->check, pseudo + rest);
		return;
	}
	rest += slb_quote_rewrite_tcp(th, way, avail);
	if (avail >= SLB_QUOTE_TCP_CHECK_END)
		slb_csum_apply(&th->check, pseudo + rest);
}

/* Who reports it? An endpoint or the host in the service's name, a router in its own. */
static bool slb_quote_is_from_peer(const struct slb_pkt *pkt)
{
	if (pkt->local)
		return true;
	return pkt->v6 ? ipv6_addr_equal(&ipv6_hdr(pkt->skb)->saddr, &pkt->tuple.v6[0])
		       : ip_hdr(pkt->skb)->saddr == pkt->tuple.v4[0];
}

/* The error's own addresses; their difference. */
static u64 slb_quote_rewrite_outer(struct slb_pkt *pkt, const struct slb_way *way)
{
	struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);
	struct iphdr *iph = ip_hdr(pkt->skb);
	u64 diff = 0;

	if (pkt->v6) {
		if (slb_quote_is_from_peer(pkt)) {
			diff = slb_csum_diff_addr6(diff, ip6h->saddr.s6_addr32, &way->addr[8]);
			ip6h->saddr = *slb_way_addr6(way, 2);
		}
		diff = slb_csum_diff_addr6(diff, ip6h->daddr.s6_addr32, &way->addr[12]);
		ip6h->daddr = *slb_way_addr6(way, 3);
		return diff;
	}
	if (slb_quote_is_from_peer(pkt)) {
		diff = slb_csum_diff32(diff, iph->saddr, way->addr[2]);
		iph->saddr = way->addr[2];
	}
	diff = slb_csum_diff32(diff, iph->daddr, way->addr[3]);
	iph->daddr = way->addr[3];
	slb_csum_apply(&iph->check, diff);
	return diff;
}

/*
 * Does the checksum's field hold the sum of the pseudo header alone? As in slb_nat.c, what would have
 * the device write to another place is a lie and forgotten.
 */
static bool slb_quote_is_partial(const struct slb_pkt *pkt)
{
	struct sk_buff *skb = pkt->skb;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return false;
	if (skb_checksum_start_offset(skb) == pkt->l4 &&
	    skb->csum_offset == offsetof(struct icmphdr, checksum))
		return true;
	skb->ip_summed = CHECKSUM_NONE;
	return false;
}

/* The whole error, its headers writable. Its checksum follows by what changed: a wrong one stays. */
static void slb_quote_rewrite(struct slb_pkt *pkt, const struct slb_way *way)
{
	struct sk_buff *skb = pkt->skb;
	u8 *quoted = skb->data + pkt->quote;
	u32 len = slb_quote_end(pkt) - pkt->quote;
	/* Type, code and checksum lie alike in both families. */
	__sum16 *check = &((struct icmphdr *)(skb->data + pkt->l4))->checksum;
	u64 old = (__force u32)csum_partial(quoted, len, 0);
	u64 pseudo, diff;

	slb_quote_rewrite_l4(pkt, way, slb_quote_rewrite_addrs(pkt, way));
	diff = (__force u32)csum_partial(quoted, len, 0) - old;
	pseudo = slb_quote_rewrite_outer(pkt, way);
	if (!pkt->v6)
		pseudo = 0;	/* ICMP has none */
	if (slb_quote_is_partial(pkt))
		slb_csum_apply_partial(check, pseudo);
	else
		slb_csum_apply(check, pseudo + diff);
}

/**
 * slb_quote() - an error that quotes a packet, perhaps one of ours
 * @pkt: the packet, as slb_quote_parse4() or slb_quote_parse6() has filled it
 *
 * One about a connection that has ended, or about none, is the host's.
 *
 * Context: softirq or BH off, inside RCU; the way lives until rcu_read_unlock().
 * Return: a netfilter verdict.
 */
unsigned int slb_quote(struct slb_pkt *pkt)
{
	struct slb_way *way = slb_path_find_rcu(pkt);
	struct dst_entry *dst;

	if (!way || READ_ONCE(way->bits) & (SLB_WAY_ENDED | SLB_WAY_RESTING))
		return slb_path_pass(pkt);
	if (slb_pkt_martian(pkt))
		return slb_path_drop(pkt, SLB_DROP_MARTIAN);
	slb_quote_learn_mtu(pkt, way);
	if (!pkt->skb->mark)	/* the connection's policy holds for its errors */
		pkt->skb->mark = slb_way_conn(way)->mark;
	dst = slb_path_route_rcu(pkt, way);
	if (!dst)
		return slb_path_drop(pkt, SLB_DROP_NO_ROUTE);
	if (!slb_fit(pkt, dst, pkt->v6) || slb_xmit_prepare(pkt, dst))
		return slb_path_drop(pkt, pkt->reason);
	slb_quote_rewrite(pkt, way);
	slb_count(pkt->sn, SLB_COUNT_ICMP_TRANSLATED);
	return slb_xmit(pkt, dst, pkt->v6);
}

#ifdef SLB_SELFTEST
#include "selftest/quote.c"
#endif
