// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors: whatever is in them, nothing is read or written beyond their end, and a checksum that
 * was right stays right, a wrong one wrong by as much.
 */
#include <net/ip6_checksum.h>
#include "check.h"

#define SLB_QT_TCP_LEN	32	/* a quoted TCP header with timestamps */

static u8 *slb_qt_put_quoted(struct sk_buff *skb, bool v6, u8 proto)
{
	struct ipv6hdr *ip6h;
	struct iphdr *iph;
	u8 *l4;

	if (v6) {
		ip6h = skb_put_zero(skb, sizeof(*ip6h));
		ip6h->version = 6;
		ip6h->nexthdr = proto;
		ip6h->saddr.s6_addr32[3] = htonl(2);
		ip6h->daddr.s6_addr32[3] = htonl(1);
	} else {
		iph = skb_put_zero(skb, sizeof(*iph));
		iph->version = 4;
		iph->ihl = 5;
		iph->protocol = proto;
		iph->saddr = htonl(2);
		iph->daddr = htonl(1);
		ip_send_check(iph);
	}
	l4 = skb_put_zero(skb, SLB_QT_TCP_LEN);
	l4[12] = 0x80;
	l4[13] = TCPHDR_ACK;
	memcpy(l4 + 20, "\1\1\10\12", 4);
	return l4;
}

/* An error from 1 to 2 that quotes a packet from 2 to 1. */
static struct sk_buff *slb_qt_make(bool v6, u8 proto)
{
	struct sk_buff *skb = alloc_skb(192, GFP_KERNEL);
	struct ipv6hdr *ip6h;
	struct iphdr *iph;

	if (!skb)
		return NULL;
	skb_reset_network_header(skb);
	if (v6) {
		ip6h = skb_put_zero(skb, sizeof(*ip6h));
		ip6h->version = 6;
		ip6h->nexthdr = NEXTHDR_ICMP;
		ip6h->saddr.s6_addr32[3] = htonl(1);
		ip6h->daddr.s6_addr32[3] = htonl(2);
	} else {
		iph = skb_put_zero(skb, sizeof(*iph));
		iph->version = 4;
		iph->ihl = 5;
		iph->protocol = IPPROTO_ICMP;
		iph->saddr = htonl(1);
		iph->daddr = htonl(2);
	}
	*(u8 *)skb_put_zero(skb, SLB_QUOTE_HLEN) = v6 ? ICMPV6_DEST_UNREACH : ICMP_DEST_UNREACH;
	slb_qt_put_quoted(skb, v6, proto);
	if (v6)
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(*ip6h));
	return skb;
}

/* What the checksum says of the whole message; 0 if it is right. */
static u16 slb_qt_error(const struct slb_pkt *pkt)
{
	u32 len = pkt->skb->len - pkt->l4;
	__wsum sum = csum_partial(pkt->skb->data + pkt->l4, len, 0);
	const struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);

	if (pkt->v6)
		return (__force u16)csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
						    IPPROTO_ICMPV6, sum);
	return (__force u16)csum_fold(sum);
}

/* A direction with answers that differ from every key. */
static struct slb_way *slb_qt_way(struct slb_conn *conn, bool v6, bool reply)
{
	int dir = reply ? SLB_DIR_REPLY : SLB_DIR_ORIG;
	struct slb_way *way;
	int i;

	slb_conn_way4(conn, SLB_DIR_ORIG)->bits = v6 ? SLB_WAY_V6 : 0;
	way = slb_conn_way(conn, dir);
	way->bits = (reply ? SLB_WAY_REPLY : 0) | (v6 ? SLB_WAY_V6 : 0) | SLB_WAY_TS;
	way->new_sport = htons(80);
	way->new_dport = htons(40000);
	way->seq_shift = 0xfedcba98;
	way->ts_shift = 0x12345678;
	for (i = 0; i < (v6 ? 16 : 4); i++)
		way->addr[i] = htonl(0x0a000000 + i * 77);
	return way;
}

static void slb_qt_one(int *fails, struct slb_pkt *pkt, struct slb_way *way)
{
	enum slb_parse said;
	u16 before;

	rcu_read_lock();
	said = pkt->v6 ? slb_pkt_parse6(pkt) : slb_pkt_parse4(pkt);
	rcu_read_unlock();
	if (said != SLB_PARSE_QUOTE)
		return;
	slb_check(fails, pkt->quote_l4 + SLB_QUOTE_L4 <= skb_headlen(pkt->skb));
	before = slb_qt_error(pkt);
	slb_quote_rewrite(pkt, way);
	slb_check(fails, slb_qt_error(pkt) == before);
}

/* Any bytes and every cut, both families and directions; what is not spoilt is translated. */
static void slb_qt_random(int *fails, struct slb_conn *conn)
{
	unsigned int i, j, whole = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 2);
	for (i = 0; i < 20000; i++) {
		bool v6 = i & 1;
		struct slb_pkt pkt = { .v6 = v6, .in = init_net.loopback_dev };
		unsigned int outer = v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
		struct sk_buff *skb = slb_qt_make(v6, i & 2 ? IPPROTO_TCP : IPPROTO_UDP);

		if (!skb)
			continue;
		for (j = i & 8 ? slb_check_random(&rnd, 6) : 0; j; j--)
			skb->data[outer + 1 + slb_check_random(&rnd, skb->len - outer - 1)] =
				slb_check_random(&rnd, 256);
		if (i & 16)
			skb_trim(skb, outer + slb_check_random(&rnd, skb->len - outer + 1));
		pkt.skb = skb;
		slb_qt_one(fails, &pkt, slb_qt_way(conn, v6, i & 4));
		whole += pkt.quote_l4 && !(i & 24);
		kfree_skb(skb);
	}
	slb_check(fails, whole > 4000);
}

int slb_selftest_quote(void)
{
	struct slb_conn *conn = kzalloc(SLB_CONN6_SIZE, GFP_KERNEL);
	int fails = 0;

	slb_check(&fails, conn);
	if (conn)
		slb_qt_random(&fails, conn);
	kfree(conn);
	return fails;
}
