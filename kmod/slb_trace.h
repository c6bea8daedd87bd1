/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: conn_new, conn_state, conn_end, drop.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM slb

#if !defined(_SLB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SLB_TRACE_H

#include <linux/tracepoint.h>
#include <net/ipv6.h>
#include "slb_net.h"
#include "slb_nl_gen.h"
#include "slb_pkt.h"

#ifndef _SLB_TRACE_ADDR
#define _SLB_TRACE_ADDR

/* All addresses are 16 bytes, those of IPv4 as ::ffff:a.b.c.d, so that one reader does for both. */
static inline void slb_trace_addr(u8 *to, const void *addr, bool v6)
{
	if (v6)
		memcpy(to, addr, sizeof(struct in6_addr));
	else
		ipv6_addr_set_v4mapped(*(const __be32 *)addr, (struct in6_addr *)to);
}

#endif

DECLARE_EVENT_CLASS(slb_conn_class,
	TP_PROTO(const struct slb_net *sn, const struct slb_conn *conn, u8 from, u8 to),
	TP_ARGS(sn, conn, from, to),
	TP_STRUCT__entry(
		__field(const void *, conn)
		__field(unsigned int, netns)
		__field(u8, proto)
		__field(u8, from)
		__field(u8, to)
		__field(u16, client_port)
		__field(u16, service_port)
		__field(u16, lport)
		__field(u16, server_port)
		__array(u8, client, 16)
		__array(u8, service, 16)
		__array(u8, laddr, 16)
		__array(u8, server, 16)
	),
	TP_fast_assign(
		const struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
		bool v6 = slb_conn_is_v6(conn);
		const u8 *addr = (const u8 *)orig->addr;
		u32 size = v6 ? 16 : 4;

		__entry->conn = conn;
		__entry->netns = sn->net->ns.inum;
		__entry->proto = slb_scope_proto(orig->scope);
		__entry->from = from;
		__entry->to = to;
		__entry->client_port = ntohs(orig->sport);
		__entry->service_port = ntohs(orig->dport);
		__entry->lport = ntohs(orig->new_sport);
		__entry->server_port = ntohs(orig->new_dport);
		slb_trace_addr(__entry->client, addr, v6);
		slb_trace_addr(__entry->service, addr + size, v6);
		slb_trace_addr(__entry->laddr, addr + 2 * size, v6);
		slb_trace_addr(__entry->server, addr + 3 * size, v6);
	),
	TP_printk("netns=%u conn=%p proto=%u client=[%pI6c]:%u service=[%pI6c]:%u laddr=[%pI6c]:%u server=[%pI6c]:%u state=%s->%s",
		  __entry->netns, __entry->conn, __entry->proto,
		  __entry->client, __entry->client_port, __entry->service, __entry->service_port,
		  __entry->laddr, __entry->lport, __entry->server, __entry->server_port,
		  show_slb_state(__entry->from), show_slb_state(__entry->to))
);

DEFINE_EVENT(slb_conn_class, slb_conn_new,
	TP_PROTO(const struct slb_net *sn, const struct slb_conn *conn, u8 from, u8 to),
	TP_ARGS(sn, conn, from, to)
);

DEFINE_EVENT(slb_conn_class, slb_conn_state,
	TP_PROTO(const struct slb_net *sn, const struct slb_conn *conn, u8 from, u8 to),
	TP_ARGS(sn, conn, from, to)
);

DEFINE_EVENT(slb_conn_class, slb_conn_end,
	TP_PROTO(const struct slb_net *sn, const struct slb_conn *conn, u8 from, u8 to),
	TP_ARGS(sn, conn, from, to)
);

TRACE_EVENT(slb_drop,
	TP_PROTO(const struct slb_pkt *pkt, u8 reason),
	TP_ARGS(pkt, reason),
	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(unsigned int, netns)
		__field(u8, reason)
		__field(u8, proto)
		__field(u16, sport)
		__field(u16, dport)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
	),
	TP_fast_assign(
		__entry->skb = pkt->skb;
		__entry->netns = pkt->net->ns.inum;
		__entry->reason = reason;
		__entry->proto = pkt->proto;
		__entry->sport = ntohs(pkt->tuple.sport);
		__entry->dport = ntohs(pkt->tuple.dport);
		slb_trace_addr(__entry->saddr, pkt->v6 ? (const void *)&pkt->tuple.v6[0]
						       : &pkt->tuple.v4[0], pkt->v6);
		slb_trace_addr(__entry->daddr, pkt->v6 ? (const void *)&pkt->tuple.v6[1]
						       : &pkt->tuple.v4[1], pkt->v6);
	),
	TP_printk("netns=%u skb=%p reason=%s proto=%u [%pI6c]:%u -> [%pI6c]:%u",
		  __entry->netns, __entry->skb, show_slb_drop(__entry->reason), __entry->proto,
		  __entry->saddr, __entry->sport, __entry->daddr, __entry->dport)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE slb_trace
#include <trace/define_trace.h>
