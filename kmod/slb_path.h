/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of a packet's way, one function each, and the verdicts they end in. Those that every
 * packet takes are told the family, which pkt->v6 says too: where they are compiled together
 * (slb_build_path.c), one function for each family comes of it.
 */
#ifndef _SLB_PATH_H
#define _SLB_PATH_H

#include <linux/netfilter.h>
#include "slb_net.h"
#include "slb_pkt.h"

/* slb_way_conn() for who knows the family. */
static __always_inline struct slb_conn *slb_way_conn_of(const struct slb_way *way, bool v6)
{
	size_t size = v6 ? SLB_WAY6_SIZE : SLB_WAY4_SIZE;

	return (struct slb_conn *)((char *)way - slb_way_dir(way) * size - sizeof(struct slb_conn));
}

/* slb_path.c: the order of the steps */
unsigned int slb_path(struct slb_pkt *pkt, bool v6);
unsigned int slb_path_known(struct slb_pkt *pkt, struct slb_way *way, bool v6);
unsigned int slb_path_forward(struct slb_pkt *pkt, struct slb_way *way);
unsigned int slb_path_drop(struct slb_pkt *pkt, enum slb_drop reason);
unsigned int slb_path_pass(const struct slb_pkt *pkt);
unsigned int slb_path_refuse(struct slb_pkt *pkt);
struct slb_way *slb_path_find_rcu(struct slb_pkt *pkt);
struct dst_entry *slb_path_route_rcu(struct slb_pkt *pkt, struct slb_way *way);

/* slb_quote.c: ICMP errors about a connection */
enum slb_parse slb_quote_parse4(struct slb_pkt *pkt);
enum slb_parse slb_quote_parse6(struct slb_pkt *pkt);
unsigned int slb_quote(struct slb_pkt *pkt);

/* slb_open.c: the first packet of a connection */
unsigned int slb_open(struct slb_pkt *pkt);

/* slb_listen.c: the service that a packet is for */
struct slb_svc *slb_listen_rcu(const struct slb_pkt *pkt);
struct slb_svc *slb_listen_marked_rcu(const struct slb_pkt *pkt, u32 mark);
u32 slb_listen_mark(const struct slb_pkt *pkt);
void slb_listen_use_mark(const struct slb_pkt *pkt);

/* slb_fit.c: TTL and MTU */
bool slb_fit_segments(struct sk_buff *skb, unsigned int l4, bool v6, u32 mtu);
bool slb_fit(struct slb_pkt *pkt, const struct dst_entry *dst, bool v6);

/* slb_nat.c: addresses, ports, numbers, checksums */
int slb_nat(struct slb_pkt *pkt, struct slb_way *way, const struct dst_entry *dst, bool v6);

/* slb_toa.c: the client's address, and every other edit of TCP options */
void slb_toa_decide(struct slb_pkt *pkt, const struct slb_way *way);
int slb_toa_edit(struct slb_pkt *pkt, struct slb_way *way, const struct dst_entry *dst,
		 u64 *pseudo, u64 *rest);
void slb_toa_send_ahead(struct slb_pkt *pkt, struct slb_way *way, struct dst_entry *dst);

/* slb_track.c: state, numbers, stamps, statistics */
void slb_track(struct slb_pkt *pkt, struct slb_way *way, bool v6);

/* slb_xmit.c: everything else that forwarding means, and out */
int slb_xmit_prepare(struct slb_pkt *pkt, const struct dst_entry *dst);
void slb_xmit_extra(struct slb_pkt *pkt, struct dst_entry *dst, bool v6);
unsigned int slb_xmit(struct slb_pkt *pkt, struct dst_entry *dst, bool v6);

#endif
