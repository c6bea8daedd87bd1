/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one packet looks like to the rest of the path. Filled once by slb_pkt_parse4/6(); no later
 * step looks at the wire again except to rewrite it.
 */
#ifndef _SLB_PKT_H
#define _SLB_PKT_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/tcp.h>
#include "slb_conn.h"

/* What parsing found out. */
enum slb_parse {
	SLB_PARSE_OK,		/* the packet may be ours; all fields are valid */
	SLB_PARSE_QUOTE,	/* an ICMP error that may quote a packet of ours */
	SLB_PARSE_PASS,		/* nothing that is translated: the host's */
	SLB_PARSE_REFUSE,	/* all fields are valid, but what is ours cannot be translated */
	SLB_PARSE_DROP,		/* a lie; slb_pkt.reason says which */
};

/* How the client's address goes with this packet. */
enum slb_toa_how {
	SLB_TOA_NONE,
	SLB_TOA_INLINE,		/* as an option of the packet itself */
	SLB_TOA_AHEAD,		/* in an empty ACK sent before it */
};

/**
 * struct slb_pkt - a packet on its way
 * @skb: the packet; skb->data is the IP header
 * @sn: the namespace's balancer
 * @net: the namespace
 * @in: the device it came by; NULL for packets of the host itself
 * @tuple: its own key; of an ICMP error the quoted packet's, turned round
 * @hash: of @tuple; known once slb_path_find_rcu() has looked for it
 * @seq: TCP sequence number, host byte order
 * @ack: TCP acknowledgment number, host byte order
 * @len: layer-3 length as received, bytes
 * @dlen: TCP or UDP payload, bytes; of an aggregate: of all segments
 * @l4: offset of the TCP, UDP or ICMP header from skb->data
 * @l4_hlen: length of that header with options
 * @quote: offset of the IP header that an ICMP error quotes
 * @quote_l4: offset of the TCP or UDP header behind it
 * @proto: IPPROTO_TCP or IPPROTO_UDP; of an error, what it quotes
 * @tcp_flags: TCPHDR_*; 0 for UDP
 * @tos: TOS or traffic class
 * @reason: why it is dropped, enum slb_drop
 * @toa: how the client's address goes with it
 * @toa_len: bytes of the option, 8 or 20
 * @wscale: a SYN's window scale + 1, 0 without; known once its options were edited
 * @v6: family
 * @local: from the host itself (LOCAL_OUT)
 */
struct slb_pkt {
	struct sk_buff		*skb;
	struct slb_net		*sn;
	struct net		*net;
	struct net_device	*in;
	struct slb_tuple	tuple;
	u32			hash;
	u32			seq;
	u32			ack;
	u32			len;
	u32			dlen;
	u16			l4;
	u16			l4_hlen;
	u16			quote;
	u16			quote_l4;
	u8			proto;
	u8			tcp_flags;
	u8			tos;
	u8			reason;
	u8			toa;
	u8			toa_len;
	u8			wscale;
	bool			v6;
	bool			local;
};

/* The scope of a VRF (or of a link-local client's interface) and a protocol. */
static inline u32 slb_scope(u32 ifindex, u8 proto)
{
	return ifindex << 1 | (proto == IPPROTO_UDP);
}

static inline u32 slb_scope_ifindex(u32 scope)
{
	return scope >> 1;
}

static inline u8 slb_scope_proto(u32 scope)
{
	return scope & 1 ? IPPROTO_UDP : IPPROTO_TCP;
}

static inline struct iphdr *slb_pkt_ip4(const struct slb_pkt *pkt)
{
	return (struct iphdr *)pkt->skb->data;
}

static inline struct ipv6hdr *slb_pkt_ip6(const struct slb_pkt *pkt)
{
	return (struct ipv6hdr *)pkt->skb->data;
}

static inline struct tcphdr *slb_pkt_tcp(const struct slb_pkt *pkt)
{
	return (struct tcphdr *)(pkt->skb->data + pkt->l4);
}

static inline struct udphdr *slb_pkt_udp(const struct slb_pkt *pkt)
{
	return (struct udphdr *)(pkt->skb->data + pkt->l4);
}

/* A verdict and its reason in one expression: return slb_pkt_drop(pkt, SLB_DROP_TTL); */
static inline enum slb_parse slb_pkt_lie(struct slb_pkt *pkt, enum slb_drop reason)
{
	pkt->reason = reason;
	return SLB_PARSE_DROP;
}

/**
 * slb_pkt_init() - begin with a packet that has come in
 * @pkt: __uninitialized: all of it is set but @net and @in, @hash, and what parsing fills in for every
 *	packet that it calls good; of the IPv4 tuple no more than there is
 * @sn: the namespace's balancer
 * @skb: the packet
 * @v6: family
 *
 * One by one: the compiler would clear a whole structure of this size by a string instruction, which
 * takes longer to get going than all of these.
 *
 * Context: any.
 */
static __always_inline void slb_pkt_init(struct slb_pkt *pkt, struct slb_net *sn,
					 struct sk_buff *skb, bool v6)
{
	pkt->skb = skb;
	pkt->sn = sn;
	pkt->tuple.scope = 0;
	pkt->tuple.sport = 0;
	pkt->tuple.dport = 0;
	if (v6) {
		pkt->tuple.v6[0] = in6addr_any;
		pkt->tuple.v6[1] = in6addr_any;
	} else {
		pkt->tuple.v4[0] = 0;
		pkt->tuple.v4[1] = 0;
	}
	pkt->len = 0;
	pkt->l4 = 0;
	pkt->l4_hlen = 0;
	pkt->quote = 0;
	pkt->quote_l4 = 0;
	pkt->proto = 0;
	pkt->tcp_flags = 0;
	pkt->tos = 0;
	pkt->reason = SLB_DROP_NONE;
	pkt->toa = SLB_TOA_NONE;
	pkt->toa_len = 0;
	pkt->wscale = 0;
	pkt->v6 = v6;
	pkt->local = false;
}

enum slb_parse slb_pkt_parse4(struct slb_pkt *pkt);
enum slb_parse slb_pkt_parse6(struct slb_pkt *pkt);
bool slb_pkt_martian(const struct slb_pkt *pkt);
bool slb_pkt_rp_filter_refuses(const struct slb_pkt *pkt);

#endif
