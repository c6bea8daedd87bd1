// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser: what is in a packet, and which lies it notices.
 */
#include "check.h"

/* One packet: a change to a well-formed one, and what the parser must say. */
struct slb_pt_row {
	const char	*what;
	bool		v6;
	u8		proto;
	u16		keep;		/* bytes left of the packet; 0: all */
	u16		at;		/* byte to change, from the IP header; 0: none */
	u8		to;
	enum slb_parse	say;
	u8		reason;
};

#define SLB_PT_PAYLOAD	10

static const struct slb_pt_row slb_pt_rows[] = {
	{ "IPv4 TCP", false, IPPROTO_TCP, 0, 0, 0, SLB_PARSE_OK, 0 },
	{ "IPv4 UDP", false, IPPROTO_UDP, 0, 0, 0, SLB_PARSE_OK, 0 },
	{ "IPv6 TCP", true, IPPROTO_TCP, 0, 0, 0, SLB_PARSE_OK, 0 },
	{ "IPv6 UDP", true, IPPROTO_UDP, 0, 0, 0, SLB_PARSE_OK, 0 },
	{ "IPv4 ICMP", false, IPPROTO_TCP, 0, 9, IPPROTO_ICMP, SLB_PARSE_PASS, 0 },
	{ "IPv4 SCTP", false, IPPROTO_TCP, 0, 9, IPPROTO_SCTP, SLB_PARSE_PASS, 0 },
	{ "IPv6 ESP", true, IPPROTO_TCP, 0, 6, NEXTHDR_ESP, SLB_PARSE_PASS, 0 },
	{ "IPv6 AH", true, IPPROTO_TCP, 0, 6, NEXTHDR_AUTH, SLB_PARSE_PASS, 0 },
	{ "IPv6 no next header", true, IPPROTO_TCP, 0, 6, NEXTHDR_NONE, SLB_PARSE_PASS, 0 },
	{ "IPv6 fragment header", true, IPPROTO_TCP, 0, 6, NEXTHDR_FRAGMENT, SLB_PARSE_DROP,
	  SLB_DROP_FRAGMENT },
	{ "IPv6 header behind the end", true, IPPROTO_TCP, 0, 6, NEXTHDR_DEST, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_IP },
	{ "first fragment", false, IPPROTO_UDP, 0, 6, 0x20, SLB_PARSE_DROP, SLB_DROP_FRAGMENT },
	{ "later fragment", false, IPPROTO_UDP, 0, 7, 1, SLB_PARSE_DROP, SLB_DROP_FRAGMENT },
	{ "no IPv4 TCP header", false, IPPROTO_TCP, 20, 0, 0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "part of a TCP header", false, IPPROTO_TCP, 39, 0, 0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "a bare TCP header", false, IPPROTO_TCP, 40, 0, 0, SLB_PARSE_OK, 0 },
	{ "part of a UDP header", false, IPPROTO_UDP, 27, 0, 0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "no IPv6 TCP header", true, IPPROTO_TCP, 40, 0, 0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "part of an IPv6 TCP header", true, IPPROTO_TCP, 59, 0, 0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "data offset 4", false, IPPROTO_TCP, 0, 32, 0x40, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "data offset behind the end", false, IPPROTO_TCP, 0, 32, 0xf0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
	{ "data offset up to the end", false, IPPROTO_TCP, 0, 32, 0x70, SLB_PARSE_OK, 0 },
	{ "UDP length 7", false, IPPROTO_UDP, 0, 25, 7, SLB_PARSE_DROP, SLB_DROP_MALFORMED_L4 },
	{ "UDP length behind the end", false, IPPROTO_UDP, 0, 25, 8 + SLB_PT_PAYLOAD + 1,
	  SLB_PARSE_DROP, SLB_DROP_MALFORMED_L4 },
	{ "UDP length short of the end", false, IPPROTO_UDP, 0, 25, 8, SLB_PARSE_OK, 0 },
	{ "IPv6 UDP length 0", true, IPPROTO_UDP, 0, 45, 0, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_L4 },
};

static unsigned int slb_pt_l4(bool v6)
{
	return v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static void slb_pt_put_ip(struct sk_buff *skb, bool v6, u8 proto, unsigned int l4_len)
{
	struct ipv6hdr *ip6h;
	struct iphdr *iph;

	skb_reset_network_header(skb);
	if (v6) {
		ip6h = skb_put_zero(skb, sizeof(*ip6h));
		ip6h->version = 6;
		ip6h->nexthdr = proto;
		ip6h->payload_len = htons(l4_len);
		ip6h->saddr.s6_addr32[0] = htonl(0x20010db8);
		ip6h->saddr.s6_addr32[3] = htonl(1);
		ip6h->daddr.s6_addr32[0] = htonl(0x20010db8);
		ip6h->daddr.s6_addr32[3] = htonl(2);
	} else {
		iph = skb_put_zero(skb, sizeof(*iph));
		iph->version = 4;
		iph->ihl = 5;
		iph->protocol = proto;
		iph->tot_len = htons(sizeof(*iph) + l4_len);
		iph->saddr = htonl(0x0a000001);
		iph->daddr = htonl(0x0a000002);
	}
}

/* Well-formed, with SLB_PT_PAYLOAD bytes behind the layer-4 header. */
static struct sk_buff *slb_pt_make(bool v6, u8 proto)
{
	unsigned int l4_len = SLB_PT_PAYLOAD + (proto == IPPROTO_TCP ? sizeof(struct tcphdr)
								     : sizeof(struct udphdr));
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct tcphdr *th;
	struct udphdr *uh;

	if (!skb)
		return NULL;
	slb_pt_put_ip(skb, v6, proto, l4_len);
	if (proto == IPPROTO_TCP) {
		th = skb_put_zero(skb, sizeof(*th));
		th->source = htons(1234);
		th->dest = htons(80);
		th->seq = htonl(7);
		th->ack_seq = htonl(9);
		th->doff = sizeof(*th) / 4;
		th->ack = 1;
		th->psh = 1;
	} else {
		uh = skb_put_zero(skb, sizeof(*uh));
		uh->source = htons(1234);
		uh->dest = htons(80);
		uh->len = htons(l4_len);
	}
	skb_put_zero(skb, SLB_PT_PAYLOAD);
	return skb;
}

static enum slb_parse slb_pt_parse(struct slb_pkt *pkt)
{
	enum slb_parse said;

	rcu_read_lock();
	said = pkt->v6 ? slb_pkt_parse6(pkt) : slb_pkt_parse4(pkt);
	rcu_read_unlock();
	return said;
}

/* All that a well-formed packet's fields must be. */
static bool slb_pt_fields_right(const struct slb_pkt *pkt, u8 proto)
{
	bool tcp = proto == IPPROTO_TCP;

	if (pkt->proto != proto || pkt->l4 != slb_pt_l4(pkt->v6) ||
	    pkt->l4_hlen != (tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr)) ||
	    pkt->dlen != SLB_PT_PAYLOAD || pkt->len != pkt->skb->len ||
	    pkt->tuple.scope != slb_scope(0, proto) || pkt->tuple.sport != htons(1234) ||
	    pkt->tuple.dport != htons(80))
		return false;
	if (tcp && (pkt->seq != 7 || pkt->ack != 9 ||
		    pkt->tcp_flags != (TCPHDR_ACK | TCPHDR_PSH)))
		return false;
	if (pkt->v6)
		return pkt->tuple.v6[0].s6_addr32[3] == htonl(1) &&
		       pkt->tuple.v6[1].s6_addr32[3] == htonl(2);
	return pkt->tuple.v4[0] == htonl(0x0a000001) && pkt->tuple.v4[1] == htonl(0x0a000002);
}

static void slb_pt_row(int *fails, const struct slb_pt_row *row)
{
	struct slb_pkt pkt = { .v6 = row->v6, .in = init_net.loopback_dev };
	struct sk_buff *skb = slb_pt_make(row->v6, row->proto);
	enum slb_parse said;
	bool right;

	slb_check(fails, skb);
	if (!skb)
		return;
	if (row->at)
		skb->data[row->at] = row->to;
	if (row->keep)
		skb_trim(skb, row->keep);
	pkt.skb = skb;
	said = slb_pt_parse(&pkt);
	right = said == row->say && (said != SLB_PARSE_DROP || pkt.reason == row->reason);
	if (right && said == SLB_PARSE_OK && !row->at && !row->keep)
		right = slb_pt_fields_right(&pkt, row->proto);
	if (!right)
		pr_info("pkt: %s: verdict %u, reason %u\n", row->what, said, pkt.reason);
	slb_check(fails, right);
	kfree_skb(skb);
}

/* IPv4 options, and the reason for which they are refused. */
static const struct {
	const char	*what;
	u8		opt[8];
	u8		reason;
} slb_pt_options[] = {
	{ "NOP", { 1, 1, 1, 1, 1, 1, 1, 1 }, 0 },
	{ "end of list, then anything", { 1, 0, 131, 7, 131, 0, 0, 0 }, 0 },
	{ "router alert", { 148, 4, 0, 0, 0, 0, 0, 0 }, 0 },
	{ "an unknown one up to the end", { 99, 8, 131, 7, 4, 0, 0, 0 }, 0 },
	{ "loose source route", { 131, 7, 4, 10, 0, 0, 9, 0 }, SLB_DROP_SOURCE_ROUTE },
	{ "strict source route behind NOP", { 1, 137, 7, 4, 10, 0, 0, 9 }, SLB_DROP_SOURCE_ROUTE },
	{ "length 0", { 7, 0, 0, 0, 0, 0, 0, 0 }, SLB_DROP_MALFORMED_IP },
	{ "length 1", { 7, 1, 0, 0, 0, 0, 0, 0 }, SLB_DROP_MALFORMED_IP },
	{ "length behind the end", { 1, 7, 8, 4, 0, 0, 0, 0 }, SLB_DROP_MALFORMED_IP },
	{ "no length", { 1, 1, 1, 1, 1, 1, 1, 7 }, SLB_DROP_MALFORMED_IP },
};

static void slb_pt_option(int *fails, size_t i)
{
	u8 bytes[sizeof(struct iphdr) + sizeof(slb_pt_options[i].opt)] __aligned(4) = {};
	struct iphdr *iph = (struct iphdr *)bytes;

	iph->ihl = sizeof(bytes) / 4;
	memcpy(iph + 1, slb_pt_options[i].opt, sizeof(slb_pt_options[i].opt));
	if (slb_pkt_options4(iph) != slb_pt_options[i].reason)
		pr_info("pkt: options: %s\n", slb_pt_options[i].what);
	slb_check(fails, slb_pkt_options4(iph) == slb_pt_options[i].reason);
}

/* IPv6 extension headers between the fixed header and a TCP header. */
static const struct {
	const char	*what;
	u8		first;
	u8		len;
	u8		ext[40];
	enum slb_parse	say;
	u8		reason;
} slb_pt_exts[] = {
	{ "hop-by-hop, destination options", 0, 16, { 60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4 },
	  SLB_PARSE_OK, 0 },
	{ "four headers", 0, 32, { 60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	  60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4 }, SLB_PARSE_OK, 0 },
	{ "five headers", 0, 40, { 60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0,
	  60, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4 }, SLB_PARSE_DROP,
	  SLB_DROP_EXT_HEADER },
	{ "hop-by-hop not first", 60, 16, { 0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4 }, SLB_PARSE_PASS,
	  0 },
	{ "home address", 60, 24, { 6, 2, 201, 16 }, SLB_PARSE_REFUSE, SLB_DROP_EXT_HEADER },
	{ "home address behind padding", 60, 24, { 6, 2, 0, 1, 0, 201, 16 }, SLB_PARSE_REFUSE,
	  SLB_DROP_EXT_HEADER },
	{ "an option that says 201 inside", 60, 8, { 6, 0, 30, 4, 201, 201, 201, 201 },
	  SLB_PARSE_OK, 0 },
	{ "an option behind the end", 60, 8, { 6, 0, 30, 5 }, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_IP },
	{ "an option without length", 60, 8, { 6, 0, 1, 3, 0, 0, 0, 30 }, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_IP },
	{ "routing header, 1 segment left", 43, 8, { 6, 0, 4, 1 }, SLB_PARSE_PASS, 0 },
	{ "routing header at its end", 43, 8, { 6, 0, 4, 0 }, SLB_PARSE_REFUSE,
	  SLB_DROP_EXT_HEADER },
	{ "routing header, destination options", 43, 16, { 60, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1, 4 },
	  SLB_PARSE_REFUSE, SLB_DROP_EXT_HEADER },
	{ "fragment behind options", 60, 16, { 44, 0, 1, 4, 0, 0, 0, 0, 6 }, SLB_PARSE_DROP,
	  SLB_DROP_FRAGMENT },
	{ "nothing behind options", 60, 8, { 59, 0, 1, 4 }, SLB_PARSE_PASS, 0 },
	{ "a header up to the end", 60, 8, { 6, 3, 30, 28 }, SLB_PARSE_DROP,
	  SLB_DROP_MALFORMED_IP },
};

static struct sk_buff *slb_pt_make_ext(size_t i)
{
	unsigned int total = slb_pt_exts[i].len + sizeof(struct tcphdr);
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct tcphdr *th;

	if (!skb)
		return NULL;
	slb_pt_put_ip(skb, true, slb_pt_exts[i].first, total);
	skb_put_data(skb, slb_pt_exts[i].ext, slb_pt_exts[i].len);
	th = skb_put_zero(skb, sizeof(*th));
	th->doff = sizeof(*th) / 4;
	return skb;
}

/* @jumbo: without a length in the fixed header, which only an aggregate may lack. */
static void slb_pt_ext(int *fails, size_t i, bool jumbo)
{
	enum slb_parse say = slb_pt_exts[i].say;
	struct slb_pkt pkt = { .v6 = true, .in = init_net.loopback_dev };
	enum slb_parse said;
	bool right;

	pkt.skb = slb_pt_make_ext(i);
	slb_check(fails, pkt.skb);
	if (!pkt.skb)
		return;
	if (jumbo) {
		ipv6_hdr(pkt.skb)->payload_len = 0;
		if (say == SLB_PARSE_OK)
			say = SLB_PARSE_REFUSE;
	}
	said = slb_pt_parse(&pkt);
	right = said == say;
	if (said == SLB_PARSE_DROP)
		right &= pkt.reason == slb_pt_exts[i].reason;
	if (said == SLB_PARSE_REFUSE)
		right &= pkt.reason == SLB_DROP_EXT_HEADER;
	if (said == SLB_PARSE_OK || said == SLB_PARSE_REFUSE)
		right &= pkt.l4 == sizeof(struct ipv6hdr) + slb_pt_exts[i].len &&
			 pkt.proto == IPPROTO_TCP;
	if (!right)
		pr_info("pkt: %s: verdict %u, reason %u\n", slb_pt_exts[i].what, said, pkt.reason);
	slb_check(fails, right);
	kfree_skb(pkt.skb);
}

/* Every cut and any bytes: no report from the sanitizers, and no offset beyond the end. */
static void slb_pt_random(int *fails)
{
	struct rnd_state rnd;
	unsigned int i, j;

	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 20000; i++) {
		bool v6 = i & 1;
		struct slb_pkt pkt = { .v6 = v6, .in = init_net.loopback_dev };
		struct sk_buff *skb = slb_pt_make(v6, i & 2 ? IPPROTO_TCP : IPPROTO_UDP);

		if (!skb)
			continue;
		for (j = slb_check_random(&rnd, 8); j; j--)
			skb->data[4 + slb_check_random(&rnd, skb->len - 4)] =
				slb_check_random(&rnd, 256);
		skb_trim(skb, slb_pt_l4(v6) +
			 slb_check_random(&rnd, skb->len - slb_pt_l4(v6) + 1));
		if (!v6)
			ip_hdr(skb)->ihl = i & 4 ? 5 : slb_check_random(&rnd, 16);
		else if (i & 4)
			ipv6_hdr(skb)->nexthdr = i & 8 ? NEXTHDR_DEST : NEXTHDR_HOP;
		pkt.skb = skb;
		if (slb_pt_parse(&pkt) == SLB_PARSE_OK)
			slb_check(fails, pkt.l4 + pkt.l4_hlen + pkt.dlen == skb->len &&
				  pkt.l4 + pkt.l4_hlen <= skb_headlen(skb));
		kfree_skb(skb);
	}
}

int slb_selftest_pkt(void)
{
	int fails = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(slb_pt_rows); i++)
		slb_pt_row(&fails, &slb_pt_rows[i]);
	for (i = 0; i < ARRAY_SIZE(slb_pt_options); i++)
		slb_pt_option(&fails, i);
	for (i = 0; i < ARRAY_SIZE(slb_pt_exts); i++) {
		slb_pt_ext(&fails, i, false);
		slb_pt_ext(&fails, i, true);
	}
	slb_pt_random(&fails);
	return fails;
}
