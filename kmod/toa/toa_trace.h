/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM slb_toa

#if !defined(_SLB_TOA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SLB_TOA_TRACE_H

#include <linux/tracepoint.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include "toa_parse.h"

/* What became of a connection's client: each entry of enum slb_toa_count but
 * FORGOTTEN is passed here when it is counted. @client is NULL when none was
 * believed.
 */
TRACE_EVENT(slb_toa_conn,
	TP_PROTO(const struct sock *sk, enum slb_toa_count count,
		 const struct slb_toa_addr *client),

	TP_ARGS(sk, count, client),

	TP_STRUCT__entry(
		__field(const void *, sk)
		__field(int, count)
		__field(__u16, sport)
		__field(__u16, client_port)
		__array(__u8, client, sizeof(struct in6_addr))
	),

	TP_fast_assign(
		struct in6_addr *in6 = (struct in6_addr *)__entry->client;

		__entry->sk = sk;
		__entry->count = count;
		__entry->sport = sk->sk_num;
		__entry->client_port = client ? ntohs(client->port) : 0;
		memset(in6, 0, sizeof(*in6));
		if (client && client->family == AF_INET6)
			*in6 = client->in6;
		else if (client)
			ipv6_addr_set_v4mapped(client->in.s_addr, in6);
	),

	TP_printk("sk=%p count=%d sport=%u client=%pI6c client_port=%u",
		  __entry->sk, __entry->count, __entry->sport, __entry->client,
		  __entry->client_port)
);

#endif /* _SLB_TOA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE toa_trace
#include <trace/define_trace.h>
