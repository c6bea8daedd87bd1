// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sender of the client's address (TOA), and with it every edit that writes a packet's TCP
 * options anew: SYN and SYN/ACK (MSS, timestamps, Fast Open, MPTCP), and packets that carry a
 * client's own TOA.
 *
 * The address goes with each client packet from the one behind the SYN on, until the server has
 * shown that it left SYN_RECV; receivers read it from the packet that completes the handshake.
 */
#include <linux/bitops.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>
#include "slb_alloc.h"
#include "slb_path.h"
#include "slb_route.h"
#include "slb_tcpopt.h"

/**
 * slb_toa_decide() - does the packet carry the client's address?
 * @pkt: the packet; @toa and @toa_len are set
 * @way: its direction
 *
 * Context: softirq or BH off, inside RCU.
 */
__always_inline void slb_toa_decide(struct slb_pkt *pkt, const struct slb_way *way)
{
	u8 bits = READ_ONCE(way->bits);

	pkt->toa = SLB_TOA_NONE;
	pkt->toa_len = 0;
	if (likely((bits & (SLB_WAY_TOA | SLB_WAY_REPLY)) != SLB_WAY_TOA) ||
	    pkt->tcp_flags & (TCPHDR_SYN | TCPHDR_RST))
		return;
	pkt->toa = SLB_TOA_INLINE;
	pkt->toa_len = pkt->v6 ? SLB_TCPOPT_TOA6_LEN : SLB_TCPOPT_TOA4_LEN;
}

/* The client's address and port, from the packet's own key. */
static void slb_toa_set(struct slb_tcpopt_req *req, const struct slb_pkt *pkt, u8 kind)
{
	if (pkt->v6)
		slb_tcpopt_toa6_set(req, kind, pkt->tuple.sport, &pkt->tuple.v6[0]);
	else
		slb_tcpopt_toa4_set(req, kind, pkt->tuple.sport, pkt->tuple.v4[0]);
}

/*
 * The highest MSS that either end may hear: a full segment must fit both links, and one from the
 * client must fit towards the server with a TOA in it. Never raises one.
 */
static u16 slb_toa_mss_limit(const struct slb_pkt *pkt, const struct slb_way *way,
			     const struct dst_entry *dst)
{
	u32 headers = sizeof(struct tcphdr) +
		      (pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	u32 in_mtu = pkt->in ? READ_ONCE(pkt->in->mtu) : IP_MAX_MTU;
	const struct slb_conn *conn = slb_way_conn(way);
	const struct dst_entry *back;
	u32 out_mtu = dst_mtu(dst);

	if (slb_way_dir(way) == SLB_DIR_REPLY) {
		back = READ_ONCE(slb_conn_way(conn, SLB_DIR_ORIG)->dst);
		if (back)
			in_mtu = min(in_mtu, dst_mtu(back));
		if (READ_ONCE(way->bits) & SLB_WAY_TOA)
			in_mtu -= pkt->v6 ? SLB_TCPOPT_TOA6_LEN : SLB_TCPOPT_TOA4_LEN;
	}
	return clamp_t(u32, min(in_mtu, out_mtu), headers + 48, IP_MAX_MTU) - headers;
}

/* What the edit is to do with @pkt's options. */
static void slb_toa_request(struct slb_tcpopt_req *req, const struct slb_pkt *pkt,
			    const struct slb_way *way, const struct dst_entry *dst)
{
	const struct slb_svc *svc = slb_way_conn(way)->svc;
	bool orig = slb_way_dir(way) == SLB_DIR_ORIG;
	u32 fixed;

	memset(req, 0, sizeof(*req));
	req->room = SLB_TCPOPT_MAX;
	if (!orig) {
		req->shift.tsecr = slb_way_fixed(way) & SLB_WAY_TS && pkt->tcp_flags & TCPHDR_ACK ?
				   way->ts_shift : 0;
		req->shift.sack = way->seq_shift;
		req->mss = slb_toa_mss_limit(pkt, way, dst);
		return;
	}

	req->shift.tsval = slb_way_fixed(way) & SLB_WAY_TS ? way->ts_shift : 0;
	req->shift.toa_kind = READ_ONCE(svc->toa_kind);
	if (slb_way_fixed(way) & SLB_WAY_TRUSTED)
		req->flags |= SLB_TCPOPT_TRUSTED;
	if (pkt->tcp_flags & TCPHDR_SYN) {
		req->mss = slb_toa_mss_limit(pkt, way, dst);
		if (READ_ONCE(svc->timestamps) == SLB_TIMESTAMPS_REMOVE)
			req->flags |= SLB_TCPOPT_NO_TS;
		/*
		 * Where a TOA will be inserted, data with the SYN would reach the program before
		 * it, and further subflows come from a local address. In nat mode there is none.
		 */
		if (READ_ONCE(way->bits) & SLB_WAY_TOA)
			req->flags |= SLB_TCPOPT_NO_TFO | SLB_TCPOPT_NO_MPTCP;
	}
	if (pkt->toa != SLB_TOA_INLINE)
		return;
	slb_toa_set(req, pkt, req->shift.toa_kind);
	fixed = pkt->len - (pkt->l4_hlen - sizeof(struct tcphdr));
	if (!skb_is_gso(pkt->skb) && dst_mtu(dst) - fixed < SLB_TCPOPT_MAX)
		req->room = round_down(dst_mtu(dst) - fixed, 4);
}

static void slb_toa_account(struct slb_pkt *pkt, u16 did)
{
	static const u8 count[] = {
		[ilog2(SLB_TCPOPT_INSERTED)] = SLB_COUNT_TOA_INSERTED,
		[ilog2(SLB_TCPOPT_STRIPPED)] = SLB_COUNT_TOA_STRIPPED,
		[ilog2(SLB_TCPOPT_PASSED)] = SLB_COUNT_TOA_PASSED,
		[ilog2(SLB_TCPOPT_TFO_GONE)] = SLB_COUNT_TFO_STRIPPED,
		[ilog2(SLB_TCPOPT_MPTCP_GONE)] = SLB_COUNT_MPTCP_STRIPPED,
		[ilog2(SLB_TCPOPT_MSS_CLAMPED)] = SLB_COUNT_MSS_CLAMPED,
	};
	unsigned long left = did & (SLB_TCPOPT_INSERTED | SLB_TCPOPT_STRIPPED | SLB_TCPOPT_PASSED |
				    SLB_TCPOPT_TFO_GONE | SLB_TCPOPT_MPTCP_GONE |
				    SLB_TCPOPT_MSS_CLAMPED);

	for (; left; left &= left - 1)
		slb_count(pkt->sn, count[__ffs(left)]);
}

/* An aggregate whose segments no longer fit is cut into shorter ones. */
static void slb_toa_shrink_gso(struct slb_pkt *pkt, u32 mtu)
{
	struct sk_buff *skb = pkt->skb;
	u32 over;

	if (!skb_is_gso(skb) || skb_gso_validate_network_len(skb, mtu))
		return;
	over = pkt->l4 + pkt->l4_hlen + skb_shinfo(skb)->gso_size - mtu;
	if (over >= skb_shinfo(skb)->gso_size)
		return;
	skb_decrease_gso_size(skb_shinfo(skb), over);
	skb_shinfo(skb)->gso_type |= SKB_GSO_DODGY;
	skb_shinfo(skb)->gso_segs = 0;
}

/* The headers before the options move down by @grow bytes; slb_xmit_prepare() has made the room. */
static void slb_toa_grow(struct slb_pkt *pkt, unsigned int grow, u64 *pseudo, u64 *rest)
{
	unsigned int fixed = pkt->l4 + sizeof(struct tcphdr);
	unsigned int l4_len = pkt->l4_hlen + pkt->dlen;
	struct sk_buff *skb = pkt->skb;
	struct iphdr *iph;
	__be16 old;

	skb_push(skb, grow);
	memmove(skb->data, skb->data + grow, fixed);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, pkt->l4);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->csum_start -= grow;

	if (pkt->v6) {
		if (ipv6_hdr(skb)->payload_len)
			be16_add_cpu(&ipv6_hdr(skb)->payload_len, grow);
	} else {
		iph = ip_hdr(skb);
		old = iph->tot_len;
		be16_add_cpu(&iph->tot_len, grow);
		slb_csum_apply(&iph->check, slb_csum_diff16(0, old, iph->tot_len));
	}
	*pseudo = slb_csum_diff32(*pseudo, htonl(l4_len), htonl(l4_len + grow));
	*rest = slb_tcpopt_diff_doff(*rest, pkt->l4_hlen - sizeof(struct tcphdr),
				     pkt->l4_hlen - sizeof(struct tcphdr) + grow);
	pkt->l4_hlen += grow;
	slb_pkt_tcp(pkt)->doff = pkt->l4_hlen / 4;
}

/*
 * Most packets that carry the address have no options of their own, or nothing but timestamps, and
 * room for it in the MTU: it goes in front. False: nothing was done.
 */
static bool slb_toa_insert_plain(struct slb_pkt *pkt, const struct slb_way *way,
				 const struct dst_entry *dst, u64 *pseudo, u64 *rest)
{
	unsigned int len = pkt->l4_hlen - sizeof(struct tcphdr);
	u8 *opt = (u8 *)(slb_pkt_tcp(pkt) + 1);
	struct slb_tcpopt_req req __uninitialized;

	if (len && (len != SLB_TCPOPT_PLAIN_LEN || !slb_tcpopt_is_plain(opt)))
		return false;
	if (skb_is_gso(pkt->skb) || pkt->len + pkt->toa_len > dst_mtu(dst))
		return false;
	if (len && slb_way_fixed(way) & SLB_WAY_TS)
		*rest = slb_tcpopt_plain_tsval(*rest, opt, way->ts_shift);
	slb_toa_set(&req, pkt, READ_ONCE(slb_way_conn(way)->svc->toa_kind));
	*rest += slb_tcpopt_sum(req.toa, req.toa_len);
	slb_toa_grow(pkt, req.toa_len, pseudo, rest);
	slb_tcpopt_copy((u8 *)(slb_pkt_tcp(pkt) + 1), req.toa, req.toa_len);
	slb_count(pkt->sn, SLB_COUNT_TOA_INSERTED);
	return true;
}

/**
 * slb_toa_edit() - write a packet's options anew
 * @pkt: the packet; its headers are writable, with @toa_len bytes of headroom to spare
 * @way: its direction
 * @dst: its route
 * @pseudo: checksum difference of the pseudo header so far
 * @rest: checksum difference of the TCP header so far
 *
 * When the address does not fit the options although the packet has room, it is sent ahead.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: 0; -EINVAL when the options are malformed; -EKEYREJECTED when one is a signature, which
 * translation would break.
 */
int slb_toa_edit(struct slb_pkt *pkt, struct slb_way *way, const struct dst_entry *dst,
		 u64 *pseudo, u64 *rest)
{
	unsigned int len = pkt->l4_hlen - sizeof(struct tcphdr);
	struct slb_tcpopt_req req __uninitialized;
	struct slb_tcpopt_res res __uninitialized;
	u8 out[SLB_TCPOPT_MAX] __uninitialized;
	int err;

	if (pkt->toa == SLB_TOA_INLINE && slb_toa_insert_plain(pkt, way, dst, pseudo, rest))
		return 0;
	slb_toa_request(&req, pkt, way, dst);
	err = slb_tcpopt_edit(&req, (u8 *)(slb_pkt_tcp(pkt) + 1), len, out, &res);
	if (err)
		return err;
	if (res.did & SLB_TCPOPT_AUTH)
		return -EKEYREJECTED;
	if (res.did & SLB_TCPOPT_NO_ROOM)
		pkt->toa = SLB_TOA_AHEAD;
	pkt->wscale = res.wscale;
	*rest += res.diff;
	if (res.len != len) {
		slb_toa_grow(pkt, res.len - len, pseudo, rest);
		slb_toa_shrink_gso(pkt, dst_mtu(dst));
	}
	slb_tcpopt_copy((u8 *)(slb_pkt_tcp(pkt) + 1), out, res.len);
	slb_toa_account(pkt, res.did);
	return 0;
}

/* A trusted client's own option says who the client is; ours would contradict it. */
static bool slb_toa_said_already(const struct slb_pkt *pkt, const struct slb_way *way)
{
	struct slb_tcpopt_info info;

	return slb_way_fixed(way) & SLB_WAY_TRUSTED &&
	       !slb_tcpopt_scan((u8 *)(slb_pkt_tcp(pkt) + 1),
				pkt->l4_hlen - sizeof(struct tcphdr),
				READ_ONCE(slb_way_conn(way)->svc->toa_kind), &info) &&
	       info.seen & SLB_TCPOPT_TOA;
}

/*
 * The headers of the packet that is sent ahead, from those of the translated one behind it. IPv4
 * options and IPv6 extension headers stay with that one: a jumbo payload's length would be wrong.
 *
 * ECE, CWR and AE stay: together they may be AccECN's counter, which every ACK repeats, and without
 * AccECN an echo or a CWR that comes twice says nothing new. The codepoint in the IP header goes:
 * an empty ACK is not ECN-capable (RFC 3168 section 6.1.4), and the same mark must not be counted
 * twice.
 */
static struct sk_buff *slb_toa_copy_headers(const struct slb_pkt *pkt, const u8 *opt,
					    unsigned int optlen, const struct dst_entry *dst)
{
	unsigned int ip_len = pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	struct sk_buff *skb;
	struct tcphdr *th;

	skb = slb_alloc(alloc_skb(LL_RESERVED_SPACE(dst->dev) + dst->header_len + ip_len +
				  sizeof(*th) + optlen, GFP_ATOMIC | __GFP_NOWARN));
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len);
	skb_reset_network_header(skb);
	skb_put_data(skb, pkt->skb->data, ip_len);
	skb_set_transport_header(skb, ip_len);
	skb_put_data(skb, slb_pkt_tcp(pkt), sizeof(*th));
	skb_put_data(skb, opt, optlen);
	if (pkt->v6)
		ipv6_hdr(skb)->nexthdr = IPPROTO_TCP;
	else
		ip_hdr(skb)->ihl = sizeof(struct iphdr) / 4;
	skb->protocol = pkt->skb->protocol;
	skb->mark = pkt->skb->mark;
	skb->priority = pkt->skb->priority;
	skb->dev = pkt->skb->dev;

	th = tcp_hdr(skb);
	tcp_flag_word(th) &= ~(TCP_FLAG_FIN | TCP_FLAG_PSH | TCP_FLAG_URG | TCP_FLAG_SYN);
	th->doff = (sizeof(*th) + optlen) / 4;
	th->urg_ptr = 0;
	th->check = 0;
	return skb;
}

/**
 * slb_toa_send_ahead() - send an empty ACK that carries the client's address
 * @pkt: the translated packet that had no room for it, about to be sent
 * @way: the client's direction
 * @dst: its route
 *
 * Context: softirq or BH off, inside RCU.
 */
void slb_toa_send_ahead(struct slb_pkt *pkt, struct slb_way *way, struct dst_entry *dst)
{
	struct slb_tcpopt_req req = { .room = SLB_TCPOPT_MAX };
	struct slb_pkt ahead = *pkt;
	u8 opt[SLB_TCPOPT_MAX];
	struct sk_buff *skb;
	struct tcphdr *th;
	u32 tcp_len;
	int optlen;

	if (slb_toa_said_already(pkt, way))
		return;
	req.shift.toa_kind = READ_ONCE(slb_way_conn(way)->svc->toa_kind);
	slb_toa_set(&req, pkt, req.shift.toa_kind);
	optlen = slb_tcpopt_ahead(&req, (u8 *)(slb_pkt_tcp(pkt) + 1),
				  pkt->l4_hlen - sizeof(struct tcphdr), opt);
	skb = pkt->tcp_flags & TCPHDR_ACK && optlen > 0 ?
	      slb_toa_copy_headers(pkt, opt, optlen, dst) : NULL;
	if (!skb) {
		slb_count(pkt->sn, SLB_COUNT_TOA_NO_ROOM);
		return;
	}

	th = tcp_hdr(skb);
	tcp_len = th->doff * 4;
	if (pkt->v6) {
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
		ipv6_change_dsfield(ipv6_hdr(skb), (u8)~INET_ECN_MASK, 0);
		th->check = csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, tcp_len,
					    IPPROTO_TCP, csum_partial(th, tcp_len, 0));
	} else {
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_hdr(skb)->tos &= ~INET_ECN_MASK;
		ip_send_check(ip_hdr(skb));
		th->check = tcp_v4_check(tcp_len, ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
					 csum_partial(th, tcp_len, 0));
	}
	slb_count(pkt->sn, SLB_COUNT_TOA_AHEAD);
	ahead.skb = skb;
	slb_xmit_extra(&ahead, dst, pkt->v6);
}
