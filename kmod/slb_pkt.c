// SPDX-License-Identifier: GPL-2.0-only
/*
 * Validate once: from an skb to a struct slb_pkt. Bounds are checked before bytes are read; what
 * is not TCP or UDP in a plain shape is left to the host.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include "slb_net.h"
#include "slb_path.h"
#include "slb_pkt.h"
#include "slb_route.h"

/* A hop-by-hop header and two with destination options is what RFC 8200 section 4.1 knows. */
#define SLB_PKT_EXT_HEADERS	4

/*
 * Index of the VRF the packet belongs to, 0 without one. What the host itself sends to an address
 * that is local in a VRF leaves by the VRF's own device.
 */
static __always_inline u32 slb_pkt_vrf(const struct slb_pkt *pkt)
{
	if (likely(pkt->in))	/* the VRF's own device is not looked at: its pass is the second */
		return netif_is_l3_slave(pkt->in) ? l3mdev_master_ifindex_rcu(pkt->in) : 0;
	return l3mdev_master_ifindex_rcu(skb_dst(pkt->skb)->dev);
}

/* @tuple.scope of an IPv4 packet; @proto is set. */
static __always_inline u32 slb_pkt_scope4(const struct slb_pkt *pkt)
{
	return slb_scope(slb_pkt_vrf(pkt), pkt->proto);
}

/* The same for IPv6; the addresses in @tuple are set. A link-local peer's scope is its link. */
static __always_inline u32 slb_pkt_scope6(const struct slb_pkt *pkt)
{
	u32 ifindex = slb_pkt_vrf(pkt);

	if (unlikely(ipv6_addr_type(&pkt->tuple.v6[0]) & IPV6_ADDR_LINKLOCAL) && pkt->in)
		ifindex = pkt->in->ifindex;
	return slb_scope(ifindex, pkt->proto);
}

/* The layer-4 header; @rest is what the IP header promises from pkt->l4 on. */
static __always_inline enum slb_parse slb_pkt_parse_l4(struct slb_pkt *pkt, u32 rest)
{
	struct sk_buff *skb = pkt->skb;
	const struct tcphdr *th;
	const struct udphdr *uh;

	if (pkt->proto == IPPROTO_UDP) {
		if (rest < sizeof(*uh) || !pskb_may_pull(skb, pkt->l4 + sizeof(*uh)))
			return slb_pkt_lie(pkt, SLB_DROP_MALFORMED_L4);
		uh = slb_pkt_udp(pkt);
		if (unlikely(ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > rest) &&
		    !skb_is_gso(skb))
			return slb_pkt_lie(pkt, SLB_DROP_MALFORMED_L4);
		pkt->tuple.sport = uh->source;
		pkt->tuple.dport = uh->dest;
		pkt->l4_hlen = sizeof(*uh);
		pkt->tcp_flags = 0;
		pkt->dlen = rest - sizeof(*uh);
		return SLB_PARSE_OK;
	}

	if (rest < sizeof(*th) || !pskb_may_pull(skb, pkt->l4 + sizeof(*th)))
		return slb_pkt_lie(pkt, SLB_DROP_MALFORMED_L4);
	th = slb_pkt_tcp(pkt);
	pkt->l4_hlen = th->doff * 4;
	if (pkt->l4_hlen < sizeof(*th) || pkt->l4_hlen > rest ||
	    !pskb_may_pull(skb, pkt->l4 + pkt->l4_hlen))
		return slb_pkt_lie(pkt, SLB_DROP_MALFORMED_L4);
	th = slb_pkt_tcp(pkt);
	pkt->tuple.sport = th->source;
	pkt->tuple.dport = th->dest;
	pkt->tcp_flags = tcp_flag_byte(th);
	pkt->seq = ntohl(th->seq);
	pkt->ack = ntohl(th->ack_seq);
	pkt->dlen = rest - pkt->l4_hlen;
	return SLB_PARSE_OK;
}

/*
 * What speaks against an IPv4 header with options. They are compiled only behind PRE_ROUTING, so
 * nobody has looked at them. A source route would lead the packet past the server, which the host
 * itself forbids as a rule; other options go on as they are.
 */
static enum slb_drop slb_pkt_options4(const struct iphdr *iph)
{
	const u8 *opt = (const u8 *)(iph + 1);
	unsigned int len = iph->ihl * 4 - sizeof(*iph);
	unsigned int at, step;

	for (at = 0; at < len && opt[at] != IPOPT_END; at += step) {
		step = opt[at] == IPOPT_NOOP ? 1 : at + 1 < len ? opt[at + 1] : 0;
		if (step < 1 || (step < 2 && opt[at] != IPOPT_NOOP) || step > len - at)
			return SLB_DROP_MALFORMED_IP;
		if (opt[at] == IPOPT_LSRR || opt[at] == IPOPT_SSRR)
			return SLB_DROP_SOURCE_ROUTE;
	}
	return SLB_DROP_NONE;
}

/* Neither TCP nor UDP: an ICMP error may be about them. */
static noinline enum slb_parse slb_pkt_other4(struct slb_pkt *pkt)
{
	enum slb_parse said = SLB_PARSE_PASS;

	if (pkt->proto == IPPROTO_ICMP)
		said = slb_quote_parse4(pkt);
	if (said == SLB_PARSE_QUOTE)
		pkt->tuple.scope = slb_pkt_scope4(pkt);
	return said;
}

/**
 * slb_pkt_parse4() - fill @pkt from an IPv4 packet
 * @pkt: @skb, @sn, @net, @in, @local are set; the rest is filled here
 *
 * ip_rcv() has checked version, header length, header checksum and total length and trimmed the
 * packet; packets of the host itself are well-formed, but for those of raw sockets, which hold
 * what they please behind the first 20 bytes.
 *
 * Context: softirq (or BH off), inside RCU.
 * Return: enum slb_parse.
 */
__always_inline enum slb_parse slb_pkt_parse4(struct slb_pkt *pkt)
{
	const struct iphdr *iph = ip_hdr(pkt->skb);
	u32 hlen = iph->ihl * 4;

	pkt->proto = iph->protocol;
	if (unlikely(pkt->proto != IPPROTO_TCP && pkt->proto != IPPROTO_UDP))
		return slb_pkt_other4(pkt);
	if (unlikely(hlen != sizeof(*iph))) {
		pkt->reason = hlen < sizeof(*iph) || skb_headlen(pkt->skb) < hlen ?
			      SLB_DROP_MALFORMED_IP : slb_pkt_options4(iph);
		if (pkt->reason)
			return SLB_PARSE_DROP;
	}
	if (unlikely(ip_is_fragment(iph))) {
		/* cut by us for the host itself, which puts it together */
		if (slb_skb_is_untracked(pkt->skb))
			return SLB_PARSE_PASS;
		return slb_pkt_lie(pkt, SLB_DROP_FRAGMENT);
	}

	pkt->tuple.v4[0] = iph->saddr;
	pkt->tuple.v4[1] = iph->daddr;
	pkt->tuple.scope = slb_pkt_scope4(pkt);
	pkt->tos = iph->tos;
	pkt->l4 = hlen;
	pkt->len = pkt->skb->len;
	return slb_pkt_parse_l4(pkt, pkt->len - hlen);
}

/*
 * What speaks against a destination options header of @len bytes. With a Home Address option its
 * source is not the one in the IP header, and the checksum covers the other (RFC 6275 section
 * 6.3). Whatever else is in it is for the server to judge.
 */
static enum slb_drop slb_pkt_dest_options6(const u8 *hdr, unsigned int len)
{
	unsigned int at, step;

	for (at = sizeof(struct ipv6_opt_hdr); at < len; at += step) {
		step = 1;
		if (hdr[at] == IPV6_TLV_PAD1)
			continue;
		if (at + 1 >= len || hdr[at + 1] + 2 > len - at)
			return SLB_DROP_MALFORMED_IP;
		if (hdr[at] == IPV6_TLV_HAO)
			return SLB_DROP_EXT_HEADER;
		step = hdr[at + 1] + 2;
	}
	return SLB_DROP_NONE;
}

/*
 * The extension header at @at, of a kind that a host steps over: its length is in @len. A routing
 * header with segments left is on its way to somewhere else, which the host may judge.
 */
static enum slb_parse slb_pkt_ext_header6(struct slb_pkt *pkt, u8 kind, u32 at, u32 *len)
{
	struct sk_buff *skb = pkt->skb;
	enum slb_drop reason;
	const u8 *hdr;

	if (!pskb_may_pull(skb, at + sizeof(struct ipv6_opt_hdr)))
		return slb_pkt_lie(pkt, SLB_DROP_MALFORMED_IP);
	*len = ipv6_optlen((struct ipv6_opt_hdr *)(skb->data + at));
	if (!pskb_may_pull(skb, at + *len))
		return slb_pkt_lie(pkt, SLB_DROP_MALFORMED_IP);
	hdr = skb->data + at;
	if (kind == NEXTHDR_ROUTING) {
		if (((const struct ipv6_rt_hdr *)hdr)->segments_left)
			return SLB_PARSE_PASS;
		pkt->reason = SLB_DROP_EXT_HEADER;
	} else if (kind == NEXTHDR_DEST) {
		reason = slb_pkt_dest_options6(hdr, *len);
		if (reason == SLB_DROP_MALFORMED_IP)
			return slb_pkt_lie(pkt, reason);
		if (reason)
			pkt->reason = reason;
	}
	return SLB_PARSE_OK;
}

/*
 * Finds TCP, UDP or an ICMPv6 error behind extension headers: @proto and @l4. What hides its ports
 * (AH, ESP) comes again when the host has undone it, and what a host does not step over it answers
 * itself. A fragment header is one that reassembly did not take, or taken, one inside a fragment;
 * only a packet that has been through here before is cut for the host's own reassembly.
 */
static noinline enum slb_parse slb_pkt_ext6(struct slb_pkt *pkt)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);
	u32 at = sizeof(*ip6h), len;
	u8 next = ip6h->nexthdr;
	enum slb_parse said;
	int headers;

	/* A length of 0 is a jumbogram's, which no server's path will take, or an aggregate's. */
	if (!ip6h->payload_len && !skb_is_gso(pkt->skb))
		pkt->reason = SLB_DROP_EXT_HEADER;
	for (headers = 0; next != NEXTHDR_TCP && next != NEXTHDR_UDP; headers++) {
		if (next == NEXTHDR_FRAGMENT && !slb_skb_is_untracked(pkt->skb))
			return slb_pkt_lie(pkt, SLB_DROP_FRAGMENT);
		if (next == NEXTHDR_ICMP && !pkt->reason) {
			pkt->l4 = at;
			said = slb_quote_parse6(pkt);
			if (said == SLB_PARSE_QUOTE)
				pkt->tuple.scope = slb_pkt_scope6(pkt);
			return said;
		}
		if (next != NEXTHDR_DEST && next != NEXTHDR_ROUTING &&
		    (next != NEXTHDR_HOP || headers))
			return SLB_PARSE_PASS;
		if (headers == SLB_PKT_EXT_HEADERS)
			return slb_pkt_lie(pkt, SLB_DROP_EXT_HEADER);
		said = slb_pkt_ext_header6(pkt, next, at, &len);
		if (said != SLB_PARSE_OK)
			return said;
		next = pkt->skb->data[at];
		at += len;
	}
	pkt->proto = next;
	pkt->l4 = at;
	return pkt->reason ? SLB_PARSE_REFUSE : SLB_PARSE_OK;
}

/**
 * slb_pkt_parse6() - fill @pkt from an IPv6 packet
 * @pkt: @skb, @sn, @net, @in, @local are set; the rest is filled here
 *
 * ipv6_rcv() has checked version and payload length and trimmed the packet.
 *
 * Context: softirq (or BH off), inside RCU.
 * Return: enum slb_parse.
 */
__always_inline enum slb_parse slb_pkt_parse6(struct slb_pkt *pkt)
{
	enum slb_parse shape = SLB_PARSE_OK, said;
	const struct ipv6hdr *ip6h;

	pkt->proto = ipv6_hdr(pkt->skb)->nexthdr;
	pkt->l4 = sizeof(*ip6h);
	if (unlikely(pkt->proto != NEXTHDR_TCP && pkt->proto != NEXTHDR_UDP)) {
		shape = slb_pkt_ext6(pkt);
		if (shape != SLB_PARSE_OK && shape != SLB_PARSE_REFUSE)
			return shape;
	}
	ip6h = ipv6_hdr(pkt->skb);
	pkt->tuple.v6[0] = ip6h->saddr;
	pkt->tuple.v6[1] = ip6h->daddr;
	pkt->tuple.scope = slb_pkt_scope6(pkt);
	pkt->tos = ipv6_get_dsfield(ip6h);
	pkt->len = pkt->skb->len;
	said = slb_pkt_parse_l4(pkt, pkt->len - pkt->l4);
	return said == SLB_PARSE_OK ? shape : said;
}

/* Cannot @addr be the source of an IPv6 packet? @lo: the loopback device brought it. */
static bool slb_pkt_martian6(const struct slb_pkt *pkt, const struct in6_addr *addr, bool lo)
{
	int type = ipv6_addr_type(addr);

	if (type == IPV6_ADDR_ANY || type & (IPV6_ADDR_MULTICAST | IPV6_ADDR_MAPPED))
		return true;
	return !lo && (type & IPV6_ADDR_LOOPBACK || ipv6_chk_addr(pkt->net, addr, NULL, 0));
}

/* The same for IPv4. */
static bool slb_pkt_martian4(const struct slb_pkt *pkt, __be32 addr, bool lo)
{
	int type;

	if (ipv4_is_zeronet(addr) || ipv4_is_multicast(addr) || ipv4_is_lbcast(addr))
		return true;
	if (lo)
		return false;
	if (ipv4_is_loopback(addr))
		return true;
	if (likely(!slb_hostaddr_maybe(&pkt->sn->host, addr)))
		return false;
	/* Whichever device has it: service addresses are usually on lo. */
	type = inet_addr_type_table(pkt->net, addr,
				    l3mdev_fib_table_rcu(pkt->in) ?: RT_TABLE_LOCAL);
	return type == RTN_LOCAL || type == RTN_BROADCAST;
}

/**
 * slb_pkt_martian() - can the source not be a peer?
 * @pkt: a parsed packet, not translated, that would open a connection or is an ICMP error
 *
 * The packet is taken before the kernel validates its source, so what RFC 1812 section 5.3.7 and
 * RFC 4291 section 2.5 forbid as a source is refused here. So is an IPv4-mapped one, as the kernel's
 * own TCP does: told to a server, it would be somebody's IPv4 address.
 *
 * Context: softirq, inside RCU.
 * Return: true for loopback and the host's own addresses off the loopback device, multicast,
 * broadcast, IPv4-mapped and unspecified sources.
 */
bool slb_pkt_martian(const struct slb_pkt *pkt)
{
	bool lo = !pkt->in || pkt->in->flags & IFF_LOOPBACK;

	return pkt->v6 ? slb_pkt_martian6(pkt, &ipv6_hdr(pkt->skb)->saddr, lo)
		       : slb_pkt_martian4(pkt, ip_hdr(pkt->skb)->saddr, lo);
}

/**
 * slb_pkt_rp_filter_refuses() - would the interface's rp_filter drop the packet?
 * @pkt: a parsed packet that would open a connection
 *
 * What comes by the loopback device has a source that the host gave it.
 *
 * Context: softirq, inside RCU.
 * Return: true when rp_filter is on for an IPv4 packet's interface and the input lookup refuses
 * its source.
 */
bool slb_pkt_rp_filter_refuses(const struct slb_pkt *pkt)
{
	struct sk_buff *skb = pkt->skb;
	struct in_device *in_dev;
	int err;

	if (pkt->v6 || !pkt->in || pkt->in->flags & IFF_LOOPBACK)
		return false;
	in_dev = __in_dev_get_rcu(pkt->in);
	if (!in_dev || !IN_DEV_RPFILTER(in_dev))
		return false;
	err = ip_route_input_noref(skb, pkt->tuple.v4[1], pkt->tuple.v4[0], pkt->tos, pkt->in);
	/*
	 * A service's address need neither be the host's nor be forwarded by it. Then the lookup
	 * ended before the source was looked at, which it always is in a broadcast.
	 */
	if (!err && skb_dst(skb)->error)
		err = ip_route_input_noref(skb, htonl(INADDR_BROADCAST), pkt->tuple.v4[0],
					   pkt->tos, pkt->in);
	skb_dst_drop(skb);
	return err;
}

#ifdef SLB_SELFTEST
#include "selftest/pkt.c"
#endif
