// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs of our own. Each is built from nothing, routed like the packets it goes with and sent without
 * LOCAL_OUT: its addresses are not the host's to filter, and our own hook there must not see it.
 */
#include <linux/ktime.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/tcp.h>
#include "slb_alloc.h"
#include "slb_icmp.h"
#include "slb_path.h"
#include "slb_reset.h"
#include "slb_route.h"

/**
 * struct slb_rst - a RST to be sent
 * @route: addresses, ports, scope and mark of the RST itself
 * @seq: sequence number, host byte order
 * @ack: acknowledgment number, valid with @with_ack
 * @with_ack: set the ACK flag
 */
struct slb_rst {
	struct slb_route_key	route;
	u32			seq;
	u32			ack;
	bool			with_ack;
};

static void slb_reset_fill_tcp(struct sk_buff *skb, const struct slb_rst *rst)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->source = rst->route.sport;
	th->dest = rst->route.dport;
	th->seq = htonl(rst->seq);
	th->doff = sizeof(*th) / 4;
	th->rst = 1;
	if (rst->with_ack) {
		th->ack = 1;
		th->ack_seq = htonl(rst->ack);
	}
}

static void slb_reset_fill4(struct sk_buff *skb, const struct slb_rst *rst, u8 ttl)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));
	struct tcphdr *th;

	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*iph));
	slb_reset_fill_tcp(skb, rst);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->ttl = ttl;
	iph->protocol = IPPROTO_TCP;
	iph->frag_off = htons(IP_DF);
	iph->tot_len = htons(skb->len);
	iph->saddr = rst->route.v4[0];
	iph->daddr = rst->route.v4[1];
	ip_send_check(iph);
	th = tcp_hdr(skb);
	th->check = tcp_v4_check(sizeof(*th), iph->saddr, iph->daddr,
				 csum_partial(th, sizeof(*th), 0));
	skb->protocol = htons(ETH_P_IP);
}

static void slb_reset_fill6(struct sk_buff *skb, const struct slb_rst *rst, u8 hop_limit)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));
	struct tcphdr *th;

	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*ip6h));
	slb_reset_fill_tcp(skb, rst);
	ip6h->version = 6;
	ip6h->payload_len = htons(sizeof(*th));
	ip6h->nexthdr = IPPROTO_TCP;
	ip6h->hop_limit = hop_limit;
	ip6h->saddr = rst->route.v6[0];
	ip6h->daddr = rst->route.v6[1];
	th = tcp_hdr(skb);
	th->check = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, sizeof(*th), IPPROTO_TCP,
				    csum_partial(th, sizeof(*th), 0));
	skb->protocol = htons(ETH_P_IPV6);
}

/* Takes the reference to @dst, which may be NULL: no route. Context: BH off, inside RCU. */
static void slb_reset_send(struct slb_net *sn, const struct slb_rst *rst, struct dst_entry *dst)
{
	struct sk_buff *skb;

	if (!dst)
		return;
	skb = slb_alloc(alloc_skb(LL_MAX_HEADER + sizeof(struct ipv6hdr) + sizeof(struct tcphdr),
				  GFP_ATOMIC | __GFP_NOWARN));
	if (!skb) {
		dst_release(dst);
		return;
	}
	skb_reserve(skb, LL_MAX_HEADER);
	if (rst->route.v6_family)
		slb_reset_fill6(skb, rst, ip6_dst_hoplimit(dst));
	else
		slb_reset_fill4(skb, rst, ip4_dst_hoplimit(dst));
	skb->mark = rst->route.mark;
	skb->dev = dst->dev;
	skb_dst_set(skb, dst);
	slb_skb_set_untracked(skb);
	slb_count(sn, SLB_COUNT_RST_SENT);
	dst_output(sn->net, NULL, skb);
}

/*
 * The numbers a RST to one end must carry. Its sequence number is what that end has last
 * acknowledged, so that it is exactly the next one expected; but nothing has been sent beyond the
 * other side's highest end, whatever was acknowledged. An end that has acknowledged nothing yet is
 * the client in SYN_SENT, which looks at the ACK alone (RFC 9293 section 3.10.7.3), or the server,
 * which expects the client's initial number + 1.
 */
static void slb_reset_numbers(struct slb_rst *rst, const struct slb_conn *conn, int to)
{
	const struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	const struct slb_way *reply = slb_conn_way(conn, SLB_DIR_REPLY);
	bool answered = test_bit(SLB_CONN_REPLY_SEQ, &conn->flags);
	bool acked = test_bit(SLB_CONN_ACKED + !to, &conn->flags);
	u32 end, ack;

	if (to == SLB_DIR_ORIG) {
		end = READ_ONCE(orig->end) + orig->seq_shift;
		ack = acked ? READ_ONCE(reply->ack) : conn->isn + 1 + orig->seq_shift;
		rst->ack = READ_ONCE(reply->end);
		rst->with_ack = answered;
	} else {
		end = READ_ONCE(reply->end);
		ack = acked ? READ_ONCE(orig->ack) : end;
		rst->ack = READ_ONCE(orig->end);
		rst->with_ack = true;
	}
	rst->seq = before(end, ack) ? end : ack;
}

/**
 * slb_reset_conn() - send a RST to one end of a connection
 * @sn: the namespace's balancer
 * @conn: a TCP connection
 * @to: SLB_DIR_ORIG sends it the client's way, to the server; SLB_DIR_REPLY to the client
 *
 * Context: BH off, inside RCU.
 */
void slb_reset_conn(struct slb_net *sn, struct slb_conn *conn, int to)
{
	const struct slb_way *way = slb_conn_way(conn, to);
	struct slb_rst rst = {};

	slb_route_key_from_way(&rst.route, conn, way);
	slb_reset_numbers(&rst, conn, to);
	slb_reset_send(sn, &rst, slb_route_get(sn, &rst.route, way));
}

/**
 * slb_reset_answer() - answer a TCP packet with the RST of RFC 9293 section 3.10.7.1
 * @pkt: the packet; a RST is not answered
 *
 * Context: softirq, inside RCU.
 */
void slb_reset_answer(const struct slb_pkt *pkt)
{
	struct slb_rst rst = {
		.route = {
			.scope = pkt->tuple.scope,
			.sport = pkt->tuple.dport,
			.dport = pkt->tuple.sport,
			.v6_family = pkt->v6,
			.mark = slb_listen_mark(pkt),
			.tos = pkt->tos,
		},
	};

	if (pkt->tcp_flags & TCPHDR_RST)
		return;
	if (pkt->v6) {
		rst.route.v6[0] = pkt->tuple.v6[1];
		rst.route.v6[1] = pkt->tuple.v6[0];
	} else {
		rst.route.v4[0] = pkt->tuple.v4[1];
		rst.route.v4[1] = pkt->tuple.v4[0];
	}
	if (pkt->tcp_flags & TCPHDR_ACK) {
		rst.seq = pkt->ack;
	} else {
		rst.ack = pkt->seq + pkt->dlen + !!(pkt->tcp_flags & TCPHDR_SYN) +
			  !!(pkt->tcp_flags & TCPHDR_FIN);
		rst.with_ack = true;
	}
	slb_reset_send(pkt->sn, &rst, slb_route_lookup(pkt->sn, &rst.route));
}

/**
 * slb_reset_allowed() - is there room under the rate limit for one more answer?
 * @sn: the namespace's balancer
 *
 * A token bucket of one second's depth over the setting reset-rate. Only packets that fit no
 * connection come here, so a lock is taken.
 *
 * Context: BH off.
 * Return: true if the answer may be sent.
 */
bool slb_reset_allowed(struct slb_net *sn)
{
	u64 rate = READ_ONCE(sn->set.reset_rate);
	u64 now = ktime_get_ns();
	bool allowed = false;
	u64 elapsed;

	spin_lock(&sn->reset_lock);
	elapsed = min_t(u64, now - sn->reset_stamp, NSEC_PER_SEC);
	sn->reset_stamp = now;
	/* Tokens are nanoseconds times answers a second. */
	sn->reset_tokens = min(sn->reset_tokens + elapsed * rate, rate * NSEC_PER_SEC);
	if (sn->reset_tokens >= NSEC_PER_SEC) {
		sn->reset_tokens -= NSEC_PER_SEC;
		allowed = true;
	}
	spin_unlock(&sn->reset_lock);
	if (!allowed)
		slb_count(sn, SLB_COUNT_RST_LIMITED);
	return allowed;
}

/**
 * slb_reset_refuse() - tell a client that its connection or datagram is refused
 * @pkt: the first packet; untouched
 *
 * TCP: a RST. UDP: ICMP port unreachable.
 *
 * Context: softirq, inside RCU.
 */
void slb_reset_refuse(const struct slb_pkt *pkt)
{
	if (pkt->proto == IPPROTO_TCP)
		slb_reset_answer(pkt);
	else
		slb_icmp_port_unreach(pkt);
}
