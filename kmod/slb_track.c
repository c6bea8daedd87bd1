// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet tells about its connection: stamps, numbers, state, statistics. A packet of an
 * established connection that changes no state takes no lock and writes only to its own way.
 */
#include "slb_path.h"
#include "slb_state.h"
#include "slb_tcpopt.h"
#include "slb_trace.h"

static void slb_track_stats(const struct slb_pkt *pkt, const struct slb_conn *conn, int dir)
{
	struct slb_stats *stats = this_cpu_ptr(conn->svc->stats);

	stats->pkts[dir]++;
	stats->bytes[dir] += pkt->len;
	stats = this_cpu_ptr(conn->srv->stats);
	stats->pkts[dir]++;
	stats->bytes[dir] += pkt->len;
}

static u32 slb_track_end(const struct slb_pkt *pkt)
{
	return pkt->seq + pkt->dlen + !!(pkt->tcp_flags & TCPHDR_SYN) +
	       !!(pkt->tcp_flags & TCPHDR_FIN);
}

/*
 * The highest end and the last ACK of this side. @first: the numbers are the first of their side,
 * there is nothing to compare with. Two CPUs with packets of one direction may store in the wrong
 * order; the next packet mends it.
 */
static void slb_track_numbers(const struct slb_pkt *pkt, struct slb_way *way, bool first)
{
	u32 end = slb_track_end(pkt);

	if (first || after(end, way->end))
		WRITE_ONCE(way->end, end);
	if (pkt->tcp_flags & TCPHDR_ACK && (first || !way->ack || after(pkt->ack, way->ack)))
		WRITE_ONCE(way->ack, pkt->ack);
}

/* The packet's acknowledgment in the numbers of the side it acknowledges. */
static u32 slb_track_acked(const struct slb_pkt *pkt, const struct slb_way *way)
{
	return slb_way_dir(way) == SLB_DIR_REPLY ? pkt->ack + way->seq_shift : pkt->ack;
}

/* The SYN alone, or some of the data that came with it, too. */
static bool slb_track_acks_syn(const struct slb_pkt *pkt, const struct slb_way *way,
			       const struct slb_way *other)
{
	u32 acked = slb_track_acked(pkt, way);

	return after(acked, READ_ONCE(slb_way_conn(way)->isn)) &&
	       !after(acked, READ_ONCE(other->end));
}

/*
 * Does a RST count? Its number must lie between the receiver's last ACK and the sender's highest
 * end, and in SYN_SENT the server's must acknowledge the SYN (RFC 9293 section 3.10.7.3). Any
 * other is forwarded, for the endpoint to judge, and changes nothing here.
 */
static bool slb_track_rst_valid(const struct slb_pkt *pkt, const struct slb_way *way,
				const struct slb_way *other)
{
	u32 end = READ_ONCE(way->end);
	u32 acked;

	if (slb_way_dir(way) == SLB_DIR_REPLY) {
		if (way->state == SLB_STATE_SYN_SENT)
			return pkt->tcp_flags & TCPHDR_ACK && slb_track_acks_syn(pkt, way, other);
		acked = READ_ONCE(other->ack) ?: end;
	} else {
		acked = READ_ONCE(other->ack) ? READ_ONCE(other->ack) + other->seq_shift
					      : slb_way_conn(way)->isn;
	}
	return !before(pkt->seq, acked) && !after(pkt->seq, end);
}

/* SLB_EVENT_COUNT: nothing that the table should hear of. */
static enum slb_event slb_track_event(const struct slb_pkt *pkt, const struct slb_way *way,
				      const struct slb_way *other)
{
	u8 flags = pkt->tcp_flags;

	if (flags & TCPHDR_RST) {
		if (slb_track_rst_valid(pkt, way, other))
			return SLB_EVENT_RST;
		slb_count(pkt->sn, SLB_COUNT_RST_IGNORED);
		return SLB_EVENT_COUNT;
	}
	if (flags & TCPHDR_SYN)
		return flags & TCPHDR_ACK ? SLB_EVENT_SYNACK : SLB_EVENT_SYN;
	if (flags & TCPHDR_FIN)
		return SLB_EVENT_FIN;
	if (flags & TCPHDR_ACK && !before(slb_track_acked(pkt, way), READ_ONCE(other->end)))
		return SLB_EVENT_ACK_FIN;
	return SLB_EVENT_ACK;
}

/* Who reset whom, and when. */
static void slb_track_reset(const struct slb_conn *conn, u8 old, int dir)
{
	struct slb_stats *svc = this_cpu_ptr(conn->svc->stats);
	struct slb_stats *srv = this_cpu_ptr(conn->srv->stats);

	if (dir == SLB_DIR_ORIG) {
		svc->client_rst++;
		srv->client_rst++;
	} else if (old == SLB_STATE_SYN_SENT) {
		svc->syn_reset++;
		srv->syn_reset++;
	} else {
		svc->server_rst++;
		srv->server_rst++;
	}
}

/*
 * State after the packet; in CLOSE, data from the RST's sender shows that nobody believed the
 * RST.
 */
static u8 slb_track_next(const struct slb_pkt *pkt, const struct slb_conn *conn, u8 state, int dir,
			 enum slb_event event)
{
	bool by_reply = test_bit(SLB_CONN_RST_REPLY, &conn->flags);

	if (event == SLB_EVENT_COUNT)
		return state;
	if (state == SLB_STATE_CLOSE && event != SLB_EVENT_RST) {
		if (pkt->dlen && dir == (by_reply ? SLB_DIR_REPLY : SLB_DIR_ORIG))
			return conn->flags >> SLB_CONN_OLD_STATE & 0xf;
		return state;
	}
	return slb_state_next(state, dir, event);
}

/*
 * The timestamp a later user of the local port must not fall below; options are translated by
 * now.
 */
static void slb_track_last_ts(const struct slb_pkt *pkt, struct slb_conn *conn)
{
	struct slb_tcpopt_info info;

	if (slb_tcpopt_scan((u8 *)(slb_pkt_tcp(pkt) + 1), pkt->l4_hlen - sizeof(struct tcphdr), 0,
			    &info))
		return;
	if (info.seen & SLB_TCPOPT_TS && (!conn->last_ts || after(info.tsval, conn->last_ts)))
		WRITE_ONCE(conn->last_ts, info.tsval);
}

/* The state table says that something changes: once more, under the lock. */
static void slb_track_change(struct slb_pkt *pkt, struct slb_way *way, enum slb_event event)
{
	struct slb_conn *conn = slb_way_conn(way);
	int dir = slb_way_dir(way);
	u8 state, next;

	slb_conn_lock(conn);
	/* Ended by us since the packet looked: what we have decided stands. */
	if (unlikely(way->bits & (SLB_WAY_ENDED | SLB_WAY_RESTING))) {
		slb_conn_unlock(conn);
		return;
	}
	state = way->state;
	next = slb_track_next(pkt, conn, state, dir, event);
	if (next == SLB_STATE_CLOSE && state != SLB_STATE_CLOSE) {
		if (dir == SLB_DIR_REPLY)
			set_bit(SLB_CONN_RST_REPLY, &conn->flags);
		else
			clear_bit(SLB_CONN_RST_REPLY, &conn->flags);
		slb_track_reset(conn, state, dir);
	}
	slb_conn_set_state(pkt->sn, conn, next);
	slb_conn_unlock(conn);
}

/*
 * Every TCP packet that is not plain data or ACK of an established connection. A SYN's numbers
 * were taken when it opened the connection. In SYN_SENT one with other numbers is a new attempt
 * by the client, which has forgotten the old one; later it is the endpoints' affair.
 */
static noinline void slb_track_slow(struct slb_pkt *pkt, struct slb_way *way)
{
	struct slb_conn *conn = slb_way_conn(way);
	int dir = slb_way_dir(way);
	u8 state = READ_ONCE(way->state);
	enum slb_event event = slb_track_event(pkt, way, slb_conn_way(conn, !dir));

	if (dir == SLB_DIR_REPLY && event != SLB_EVENT_COUNT &&
	    !test_bit(SLB_CONN_ANSWERED, &conn->flags))
		set_bit(SLB_CONN_ANSWERED, &conn->flags);
	if (dir == SLB_DIR_ORIG && way->bits & SLB_WAY_TS)
		slb_track_last_ts(pkt, conn);
	if (event == SLB_EVENT_SYN && state == SLB_STATE_SYN_SENT && dir == SLB_DIR_ORIG) {
		WRITE_ONCE(conn->isn, pkt->seq);
		WRITE_ONCE(way->end, slb_track_end(pkt));
	}
	if (event == SLB_EVENT_SYNACK && state <= SLB_STATE_SYN_RECV)
		slb_track_numbers(pkt, way, true);
	else if (event == SLB_EVENT_FIN || event == SLB_EVENT_ACK_FIN || event == SLB_EVENT_ACK)
		slb_track_numbers(pkt, way, false);
	if (slb_track_next(pkt, conn, state, dir, event) != state)
		slb_track_change(pkt, way, event);
}

/*
 * The server has left SYN_RECV once it sends data or FIN or acknowledges more than the SYN; a
 * bare ACK may still come from there.
 */
static bool slb_track_toa_over(const struct slb_pkt *pkt, const struct slb_way *way)
{
	return !(pkt->tcp_flags & (TCPHDR_SYN | TCPHDR_RST)) &&
	       (pkt->dlen || pkt->tcp_flags & TCPHDR_FIN ||
		after(slb_track_acked(pkt, way), slb_way_conn(way)->isn + 1));
}

/**
 * slb_track() - record what a packet tells
 * @pkt: the packet, translated; its parsed fields are those received
 * @way: its direction
 *
 * Context: softirq or BH off, inside RCU.
 */
void slb_track(struct slb_pkt *pkt, struct slb_way *way)
{
	u16 now = slb_tick_now();

	if (way->seen != now)
		WRITE_ONCE(way->seen, now);
	slb_track_stats(pkt, slb_way_conn(way), slb_way_dir(way));
	if (pkt->proto == IPPROTO_UDP)
		return;

	if (unlikely((way->bits & (SLB_WAY_TOA | SLB_WAY_REPLY)) ==
		     (SLB_WAY_TOA | SLB_WAY_REPLY)) && slb_track_toa_over(pkt, way))
		slb_conn_toa_done(slb_way_conn(way));
	if (likely(READ_ONCE(way->state) == SLB_STATE_ESTABLISHED &&
		   !(pkt->tcp_flags & (TCPHDR_SYN | TCPHDR_FIN | TCPHDR_RST))))
		slb_track_numbers(pkt, way, false);
	else
		slb_track_slow(pkt, way);
}
