// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of the steps. A packet is found, routed, fitted, translated, tracked and sent; each
 * step either goes on or ends in a verdict with its reason.
 */
#include "slb_icmp.h"
#include "slb_limit.h"
#include "slb_path.h"
#include "slb_reset.h"
#include "slb_route.h"
#include "slb_state.h"
#include "slb_trace.h"

/**
 * slb_path_drop() - the end of a packet, with its reason
 * @pkt: the packet
 * @reason: counted and traced
 *
 * Context: softirq, inside RCU.
 * Return: NF_DROP.
 */
unsigned int slb_path_drop(struct slb_pkt *pkt, enum slb_drop reason)
{
	this_cpu_inc(pkt->sn->counters->drop[reason]);
	trace_slb_drop(pkt, reason);
	return NF_DROP;
}

/**
 * slb_path_pass() - leave a packet to the host
 * @pkt: the packet
 *
 * Context: softirq, inside RCU.
 * Return: NF_ACCEPT.
 */
unsigned int slb_path_pass(const struct slb_pkt *pkt)
{
	slb_count(pkt->sn, SLB_COUNT_PASSED);
	return NF_ACCEPT;
}

/* See slb_path_find_rcu(). */
static __always_inline struct slb_way *slb_path_find(struct slb_pkt *pkt, bool v6)
{
	const struct slb_table *tab = &pkt->sn->table;

	if (v6) {
		pkt->hash = slb_table_hash6(tab, &pkt->tuple);
		return slb_table_at6_rcu(tab, &pkt->tuple, pkt->hash);
	}
	pkt->hash = slb_table_hash4(tab, &pkt->tuple);
	return slb_table_at4_rcu(tab, &pkt->tuple, pkt->hash);
}

/**
 * slb_path_find_rcu() - the way a packet belongs to
 * @pkt: the packet; its hash is set
 *
 * Context: softirq, inside RCU.
 * Return: valid until rcu_read_unlock(), or NULL.
 */
struct slb_way *slb_path_find_rcu(struct slb_pkt *pkt)
{
	return slb_path_find(pkt, pkt->v6);
}

/**
 * slb_path_refuse() - a packet in a shape that cannot be translated
 * @pkt: the packet; @reason is set
 *
 * Left to the host it would be answered in the server's place, so what is a connection's or a
 * service's is dropped. Anything else to one of our addresses is the host's.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: NF_DROP or NF_ACCEPT.
 */
unsigned int slb_path_refuse(struct slb_pkt *pkt)
{
	if (slb_path_find_rcu(pkt) || slb_listen_rcu(pkt))
		return slb_path_drop(pkt, pkt->reason);
	return slb_path_pass(pkt);
}

/*
 * A client's SYN for a tuple that is still known. Where both ends have finished it opens afresh,
 * and where the server has gone down before it answered. Elsewhere it is forwarded translated: one
 * spoofed SYN must not kill a download, half closed or not, and the server's challenge ACK tells
 * whether the client has restarted.
 */
static bool slb_path_reopens(const struct slb_pkt *pkt, const struct slb_way *way)
{
	if ((pkt->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK | TCPHDR_RST)) != TCPHDR_SYN ||
	    slb_way_dir(way) != SLB_DIR_ORIG)
		return false;
	return READ_ONCE(way->bits) & (SLB_WAY_ENDED | SLB_WAY_RESTING) ||
	       slb_conn_reopens(slb_way_conn(way), READ_ONCE(way->state));
}

/* A packet of a connection that we have ended, or whose client has moved on. */
static unsigned int slb_path_late(struct slb_pkt *pkt)
{
	slb_reset_answer(pkt);
	return slb_path_drop(pkt, SLB_DROP_CLOSED);
}

/* See slb_path_route_rcu(). */
static __always_inline struct dst_entry *slb_path_route(struct slb_pkt *pkt, struct slb_way *way,
							bool v6)
{
	struct dst_entry *dst = READ_ONCE(way->dst);
	u32 cookie = v6 ? (__force u32)READ_ONCE(way->addr[SLB_WAY6_COOKIE]) : 0;

	if (likely(dst && dst_check(dst, cookie) &&
		   pkt->skb->mark == slb_way_conn_of(way, v6)->mark))
		return dst;
	return slb_route_slow_rcu(pkt, way);
}

/**
 * slb_path_route_rcu() - the route for a way's packets; the cached one costs no reference
 * @pkt: the packet
 * @way: its direction
 *
 * Context: softirq or BH off, inside RCU.
 * Return: valid until rcu_read_unlock() or held by the packet, or NULL.
 */
struct dst_entry *slb_path_route_rcu(struct slb_pkt *pkt, struct slb_way *way)
{
	return slb_path_route(pkt, way, pkt->v6);
}

/* See slb_path_forward(). */
static __always_inline unsigned int slb_path_go(struct slb_pkt *pkt, struct slb_way *way, bool v6)
{
	struct dst_entry *dst = slb_path_route(pkt, way, v6);
	int err;

	if (unlikely(!dst)) {
		slb_icmp_host_unreach(pkt);
		return slb_path_drop(pkt, SLB_DROP_NO_ROUTE);
	}
	slb_toa_decide(pkt, way);
	if (!slb_fit(pkt, dst, v6))
		return slb_path_drop(pkt, pkt->reason);
	err = slb_xmit_prepare(pkt, dst);
	if (!err)
		err = slb_nat(pkt, way, dst, v6);
	if (unlikely(err))
		return slb_path_drop(pkt, pkt->reason);
	slb_track(pkt, way, v6);
	if (unlikely(pkt->toa == SLB_TOA_AHEAD))
		slb_toa_send_ahead(pkt, way, dst);
	return slb_xmit(pkt, dst, v6);
}

/**
 * slb_path_forward() - translate a packet of a known connection and send it
 * @pkt: the packet
 * @way: its direction
 *
 * @way and its connection live until rcu_read_unlock(); the route likewise, or the packet holds
 *	it. Translation comes before tracking, so that a packet that is refused on the way changes no
 *	state; both work on the numbers that parsing has copied.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: NF_STOLEN or NF_DROP.
 */
unsigned int slb_path_forward(struct slb_pkt *pkt, struct slb_way *way)
{
	return pkt->v6 ? slb_path_go(pkt, way, true) : slb_path_go(pkt, way, false);
}

/* A packet of a connection that has ended, or whose service's bandwidth is limited. */
static noinline unsigned int slb_path_special(struct slb_pkt *pkt, struct slb_way *way)
{
	if (READ_ONCE(way->bits) & (SLB_WAY_ENDED | SLB_WAY_RESTING))
		return slb_path_late(pkt);
	if (!slb_limit_passes(pkt, way))
		return slb_path_drop(pkt, SLB_DROP_BANDWIDTH);
	return slb_path_forward(pkt, way);
}

/**
 * slb_path_known() - a parsed packet of a known connection
 * @pkt: the packet
 * @way: its direction, from slb_path_find_rcu()
 * @v6: pkt->v6
 *
 * Context: softirq or BH off, inside RCU.
 * Return: a netfilter verdict.
 */
__always_inline unsigned int slb_path_known(struct slb_pkt *pkt, struct slb_way *way, bool v6)
{
	if (unlikely(pkt->tcp_flags & TCPHDR_SYN) && slb_path_reopens(pkt, way) &&
	    slb_conn_rest(pkt->sn, slb_way_conn(way)))
		return slb_open(pkt);
	if (unlikely(READ_ONCE(way->bits) & (SLB_WAY_ENDED | SLB_WAY_RESTING | SLB_WAY_SHAPED)))
		return slb_path_special(pkt, way);
	return slb_path_go(pkt, way, v6);
}

/**
 * slb_path() - a parsed packet to an address of ours
 * @pkt: the packet
 * @v6: pkt->v6
 *
 * Context: softirq or BH off, inside RCU.
 * Return: a netfilter verdict.
 */
__always_inline unsigned int slb_path(struct slb_pkt *pkt, bool v6)
{
	struct slb_way *way = slb_path_find(pkt, v6);

	return way ? slb_path_known(pkt, way, v6) : slb_open(pkt);
}
