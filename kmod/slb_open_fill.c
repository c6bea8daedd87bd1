// SPDX-License-Identifier: GPL-2.0-only
/*
 * A new connection's entry is filled: both ways' keys and answers, numbers, what is done to options.
 */
#include <net/ipv6.h>
#include "slb_isn.h"
#include "slb_limit.h"
#include "slb_open.h"
#include "slb_path.h"
#include "slb_route.h"
#include "slb_state.h"

/*
 * Both ways' keys and answers. With fullNAT the server's packets come back to the leased port, in its
 * address' VRF; with nat to the client, in the service's VRF.
 */
static void slb_open_fill_tuples(struct slb_conn *conn, const struct slb_pkt *pkt,
				 const struct slb_opening *open)
{
	struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_way *reply = slb_conn_way(conn, SLB_DIR_REPLY);
	const struct slb_ep_key *ep = open->to;

	orig->scope = pkt->tuple.scope;
	orig->sport = pkt->tuple.sport;
	orig->dport = pkt->tuple.dport;
	orig->new_sport = open->sport;
	orig->new_dport = ep->port;
	reply->scope = slb_scope(open->vrf, pkt->proto);
	reply->sport = ep->port;
	reply->dport = open->sport;
	reply->new_sport = pkt->tuple.dport;
	reply->new_dport = pkt->tuple.sport;

	if (pkt->v6) {
		*slb_way_addr6(orig, 0) = pkt->tuple.v6[0];
		*slb_way_addr6(orig, 1) = pkt->tuple.v6[1];
		*slb_way_addr6(orig, 2) = *open->src;
		*slb_way_addr6(orig, 3) = ep->addr;
		*slb_way_addr6(reply, 0) = ep->addr;
		*slb_way_addr6(reply, 1) = *open->src;
		*slb_way_addr6(reply, 2) = pkt->tuple.v6[1];
		*slb_way_addr6(reply, 3) = pkt->tuple.v6[0];
	} else {
		orig->addr[0] = pkt->tuple.v4[0];
		orig->addr[1] = pkt->tuple.v4[1];
		orig->addr[2] = open->src->s6_addr32[0];
		orig->addr[3] = ep->addr.s6_addr32[0];
		reply->addr[0] = ep->addr.s6_addr32[0];
		reply->addr[1] = open->src->s6_addr32[0];
		reply->addr[2] = pkt->tuple.v4[1];
		reply->addr[3] = pkt->tuple.v4[0];
	}
}

static bool slb_open_trusted(const struct slb_pkt *pkt)
{
	const struct slb_prefixes *list = rcu_dereference(pkt->sn->set.trusted);
	struct in6_addr addr = {};
	u32 i;

	if (!list)
		return false;
	if (pkt->v6)
		addr = pkt->tuple.v6[0];
	else
		addr.s6_addr32[0] = pkt->tuple.v4[0];
	for (i = 0; i < list->n; i++)
		if (list->prefix[i].v6 == pkt->v6 &&
		    ipv6_prefix_equal(&addr, &list->prefix[i].addr, list->prefix[i].len))
			return true;
	return false;
}

/*
 * What makes many clients one well-behaved host, and tells the server who the client is. In nat
 * mode the server meets the client itself: nothing is shifted or inserted.
 */
static void slb_open_fill_shifts(struct slb_conn *conn, const struct slb_pkt *pkt,
				 const struct slb_opening *open)
{
	struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_way *reply = slb_conn_way(conn, SLB_DIR_REPLY);
	const struct slb_svc *svc = open->svc;

	orig->seq_shift = slb_isn_seq(pkt->sn, conn, &open->lease) - pkt->seq;
	reply->seq_shift = -orig->seq_shift;
	if (READ_ONCE(svc->timestamps) == SLB_TIMESTAMPS_TRANSLATE && open->opts.seen & SLB_TCPOPT_TS) {
		orig->ts_shift = slb_isn_ts(pkt->sn, conn, &open->lease) - open->opts.tsval;
		reply->ts_shift = -orig->ts_shift;
		orig->bits |= SLB_WAY_TS;
		reply->bits |= SLB_WAY_TS;
	}
	if (READ_ONCE(svc->toa)) {
		orig->bits |= SLB_WAY_TOA;
		reply->bits |= SLB_WAY_TOA;
	}
}

/* Numbers, and what is done to the options of later packets. */
static void slb_open_fill_tcp(struct slb_conn *conn, const struct slb_pkt *pkt,
			      const struct slb_opening *open)
{
	struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);

	conn->isn = pkt->seq;
	orig->end = pkt->seq + pkt->dlen + 1;
	if (!open->nat)
		slb_open_fill_shifts(conn, pkt, open);
	if (slb_open_trusted(pkt))
		orig->bits |= SLB_WAY_TRUSTED;
}

/* The entry, holding service, server and any lease. NULL: nothing was taken over. */
static struct slb_conn *slb_open_fill(const struct slb_pkt *pkt, const struct slb_opening *open)
{
	struct slb_conn *conn = slb_conn_alloc(pkt->sn, pkt->v6);
	struct slb_way *orig, *reply;
	bool udp = pkt->proto == IPPROTO_UDP;

	if (!conn)
		return NULL;
	if (!slb_svc_get(open->svc))
		goto err_free;
	if (!slb_srv_get(open->srv))
		goto err_put_svc;
	conn->svc = open->svc;
	conn->srv = open->srv;
	conn->lease = open->nat ? NULL : open->lease.map;
	if (unlikely(open->svc->key.mark))
		slb_listen_use_mark(pkt);
	conn->mark = pkt->skb->mark;

	orig = slb_conn_way(conn, SLB_DIR_ORIG);
	reply = slb_conn_way(conn, SLB_DIR_REPLY);
	slb_open_fill_tuples(conn, pkt, open);
	orig->state = udp ? SLB_STATE_UDP : SLB_STATE_SYN_SENT;
	reply->state = orig->state;
	orig->seen = slb_tick_now();
	reply->seen = orig->seen;
	if (!udp)
		slb_open_fill_tcp(conn, pkt, open);
	if (!open->nat)
		slb_route_take_shared(pkt, conn->lease, orig);
	if (unlikely(open->counted))
		slb_limit_mark(conn, open->limits, open->counted);
	return conn;

err_put_svc:
	slb_svc_put(open->svc);
err_free:
	slb_conn_free_empty(conn);
	return NULL;
}
