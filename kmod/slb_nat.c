// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rewrite: addresses, ports, sequence numbers and timestamps from the connection's
 * precomputed answer, checksums by what changed. A wrong checksum stays as wrong as it was.
 */
#include <net/ip.h>
#include "slb_path.h"
#include "slb_tcpopt.h"

/*
 * Writes the new addresses, and a TTL less by one if it goes one @hop further; returns the addresses'
 * checksum difference, which also is the pseudo header's.
 */
static __always_inline u64 slb_nat_addrs(struct slb_pkt *pkt, const struct slb_way *way, bool hop,
					 bool v6)
{
	struct ipv6hdr *ip6h;
	struct iphdr *iph;
	u64 diff;

	if (v6) {
		ip6h = slb_pkt_ip6(pkt);
		diff = slb_csum_diff_addrs6(0, ip6h->saddr.s6_addr32, &way->addr[8]);
		ip6h->saddr = *slb_way_addr6(way, 2);
		ip6h->daddr = *slb_way_addr6(way, 3);
		ip6h->hop_limit -= hop;
		return diff;
	}
	iph = slb_pkt_ip4(pkt);
	diff = slb_csum_diff_addrs4(0, &iph->saddr, &way->addr[2]);
	iph->saddr = way->addr[2];
	iph->daddr = way->addr[3];
	iph->ttl -= hop;
	/* the TTL is the upper half of its word */
	slb_csum_apply(&iph->check, hop ? diff - (__force u16)htons(0x0100) : diff);
	return diff;
}

/* Writes the new ports, which are the first in both headers; returns their difference. */
static __always_inline u64 slb_nat_ports(void *ports, const struct slb_way *way)
{
	__be32 from = get_unaligned((__be32 *)ports);
	__be32 to = get_unaligned((const __be32 *)&way->new_sport);

	BUILD_BUG_ON(offsetof(struct slb_way, new_dport) != offsetof(struct slb_way, new_sport) + 2);
	put_unaligned(to, (__be32 *)ports);
	return slb_csum_diff32(0, from, to);
}

/*
 * CHECKSUM_PARTIAL about another place than this header's checksum. In a tunnel's packet it is about
 * the inner header: the outer checksum is complete, unless segmentation is to compute it. Anything
 * else is a lie (a guest or a program wrote it) that would have the device write over our addresses
 * or ports: it is forgotten, and the checksum taken for complete.
 */
static noinline bool slb_nat_odd_partial(struct sk_buff *skb, bool inner)
{
	if (inner)
		return skb_is_gso(skb);
	skb->ip_summed = CHECKSUM_NONE;
	return false;
}

/* Does the checksum at @offset of the layer-4 header hold the sum of the pseudo header alone? */
static __always_inline bool slb_nat_is_partial(const struct slb_pkt *pkt, u16 offset)
{
	struct sk_buff *skb = pkt->skb;
	int start;

	if (likely(skb->ip_summed != CHECKSUM_PARTIAL))
		return false;
	start = skb_checksum_start_offset(skb);
	if (likely(start == pkt->l4 && skb->csum_offset == offset))
		return true;
	return slb_nat_odd_partial(skb, pkt->proto == IPPROTO_UDP &&
					start >= pkt->l4 + pkt->l4_hlen);
}

static __always_inline void slb_nat_udp(struct slb_pkt *pkt, const struct slb_way *way, u64 pseudo)
{
	struct udphdr *uh = slb_pkt_udp(pkt);
	u64 rest = slb_nat_ports(uh, way);

	if (slb_nat_is_partial(pkt, offsetof(struct udphdr, check)))
		slb_csum_apply_partial(&uh->check, pseudo);
	else	/* leaves a zero alone: the sender computed none */
		slb_csum_apply_udp(&uh->check, pseudo + rest);
}

/* The timestamp of a block that slb_tcpopt_is_plain(); the new difference. */
static __always_inline u64 slb_nat_timestamp(const struct slb_pkt *pkt, const struct slb_way *way,
					     u64 rest)
{
	u8 *opt = (u8 *)(slb_pkt_tcp(pkt) + 1);

	if (!(slb_way_fixed(way) & SLB_WAY_TS))
		return rest;
	return slb_way_dir(way) == SLB_DIR_ORIG ?
	       slb_tcpopt_plain_tsval(rest, opt, way->ts_shift) :
	       slb_tcpopt_plain_tsecr(rest, opt, way->ts_shift);
}

/*
 * Options of an established connection's packet, in place. 0, or -EINVAL when they are malformed,
 * -EKEYREJECTED when one is a signature, or -E2BIG when they call for slb_toa_edit().
 */
static __always_inline int slb_nat_options(struct slb_pkt *pkt, const struct slb_way *way, u64 *rest)
{
	bool orig = slb_way_dir(way) == SLB_DIR_ORIG;
	u8 *opt = (u8 *)(slb_pkt_tcp(pkt) + 1);
	unsigned int len = pkt->l4_hlen - sizeof(struct tcphdr);
	struct slb_tcpopt_shift shift = {};
	int ret;

	if (!len)
		return 0;
	if (likely(len == SLB_TCPOPT_PLAIN_LEN && slb_tcpopt_is_plain(opt))) {
		*rest = slb_nat_timestamp(pkt, way, *rest);
		return 0;
	}
	if (orig) {
		shift.tsval = slb_way_fixed(way) & SLB_WAY_TS ? way->ts_shift : 0;
		/* 253 and 254 always count as TOA, whatever kind the service uses */
		shift.toa_kind = slb_way_fixed(way) & SLB_WAY_TRUSTED ?
				 0 : READ_ONCE(slb_way_conn(way)->svc->toa_kind);
	} else {
		shift.tsecr = slb_way_fixed(way) & SLB_WAY_TS && pkt->tcp_flags & TCPHDR_ACK ?
			      way->ts_shift : 0;
		shift.sack = way->seq_shift;
	}
	ret = slb_tcpopt_shift(opt, len, &shift, rest);
	if (ret == SLB_TCPOPT_EDIT)
		return -E2BIG;
	if (ret == SLB_TCPOPT_SIGNED)
		return -EKEYREJECTED;
	return ret < 0 ? -EINVAL : 0;
}

/* Ports and number; the difference. @ack: the packet has ACK. */
static __always_inline u64 slb_nat_tcp_fixed(const struct slb_pkt *pkt, const struct slb_way *way,
					     bool ack)
{
	struct tcphdr *th = slb_pkt_tcp(pkt);
	u64 rest = slb_nat_ports(th, way);

	if (slb_way_dir(way) == SLB_DIR_ORIG)
		return slb_csum_shift32(rest, &th->seq, way->seq_shift);
	if (ack)
		return slb_csum_shift32(rest, &th->ack_seq, way->seq_shift);
	return rest;
}

static __always_inline void slb_nat_tcp_check(const struct slb_pkt *pkt, u64 pseudo, u64 rest)
{
	struct tcphdr *th = slb_pkt_tcp(pkt);

	if (slb_nat_is_partial(pkt, offsetof(struct tcphdr, check)))
		slb_csum_apply_partial(&th->check, pseudo);
	else
		slb_csum_apply(&th->check, pseudo + rest);
}

static __always_inline int slb_nat_tcp(struct slb_pkt *pkt, struct slb_way *way,
				       const struct dst_entry *dst, u64 pseudo)
{
	u64 rest = slb_nat_tcp_fixed(pkt, way, pkt->tcp_flags & TCPHDR_ACK);
	int err = -E2BIG;

	if (likely(!(pkt->tcp_flags & TCPHDR_SYN) && pkt->toa == SLB_TOA_NONE))
		err = slb_nat_options(pkt, way, &rest);
	if (unlikely(err == -E2BIG))
		err = slb_toa_edit(pkt, way, dst, &pseudo, &rest);
	if (unlikely(err)) {
		pkt->reason = err == -ENOMEM ? SLB_DROP_NO_MEMORY :
			      err == -EKEYREJECTED ? SLB_DROP_AUTH_OPTION :
			      SLB_DROP_MALFORMED_OPTION;
		return err;
	}

	slb_nat_tcp_check(pkt, pseudo, rest);
	return 0;
}

/*
 * The fast path's rewrite: of TCP no SYN, always ACK, no TOA and no options but a plain timestamp; the packet goes
 * one hop further.
 */
static __always_inline void slb_nat_steady(struct slb_pkt *pkt, const struct slb_way *way)
{
	u64 pseudo = slb_nat_addrs(pkt, way, true, pkt->v6);
	u64 rest;

	if (pkt->proto == IPPROTO_UDP) {
		slb_nat_udp(pkt, way, pseudo);
		return;
	}
	rest = slb_nat_tcp_fixed(pkt, way, true);
	if (pkt->l4_hlen != sizeof(struct tcphdr))
		rest = slb_nat_timestamp(pkt, way, rest);
	slb_nat_tcp_check(pkt, pseudo, rest);
}

/**
 * slb_nat() - rewrite a packet
 * @pkt: the packet, its headers writable
 * @way: its direction
 * @dst: its route
 * @v6: pkt->v6
 *
 * Context: softirq or BH off, inside RCU.
 * Return: 0; else pkt->reason is set and the packet is fit only to be dropped.
 */
__always_inline int slb_nat(struct slb_pkt *pkt, struct slb_way *way, const struct dst_entry *dst,
			    bool v6)
{
	u64 pseudo = slb_nat_addrs(pkt, way, false, v6);

	if (pkt->proto == IPPROTO_TCP)
		return slb_nat_tcp(pkt, way, dst, pseudo);
	slb_nat_udp(pkt, way, pseudo);
	return 0;
}
