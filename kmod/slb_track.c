// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet tells about its connection: stamps, numbers, state, statistics. A packet of an
 * established connection that changes no state takes no lock and writes only to its own way.
 *
 * Anybody can send packets with a client's addresses and ports. What such a packet says counts
 * only if its numbers could be the endpoint's, by the same rules by which the other endpoint judges
 * it (RFC 9293 section 3.10.7.4, RFC 5961). Any other is forwarded, for the endpoints to judge,
 * and nothing is learnt from it.
 */
#include "slb_path.h"
#include "slb_state.h"
#include "slb_tcpopt.h"
#include "slb_trace.h"

static __always_inline void slb_track_stats(const struct slb_pkt *pkt, const struct slb_conn *conn, int dir)
{
	struct slb_stats __percpu *svc = conn->svc->stats;
	struct slb_stats __percpu *srv = conn->srv->stats;

	__this_cpu_inc(svc->pkts[dir]);
	__this_cpu_add(svc->bytes[dir], pkt->len);
	__this_cpu_inc(srv->pkts[dir]);
	__this_cpu_add(srv->bytes[dir], pkt->len);
	if (static_branch_unlikely(&slb_acct_key) && test_bit(SLB_CONN_ACCT, &conn->flags))
		slb_conn_count(conn, dir, pkt->len);
}

static u32 slb_track_end(const struct slb_pkt *pkt)
{
	return pkt->seq + pkt->dlen + !!(pkt->tcp_flags & TCPHDR_SYN) +
	       !!(pkt->tcp_flags & TCPHDR_FIN);
}

/**
 * struct slb_track - a packet's connection, unfolded once
 * @conn: the connection
 * @way: the packet's direction
 * @other: the direction of what it acknowledges
 * @dir: enum slb_dir of @way
 */
struct slb_track {
	struct slb_conn	*conn;
	struct slb_way	*way;
	struct slb_way	*other;
	int		dir;
};

static struct slb_track slb_track_unfold(struct slb_way *way)
{
	struct slb_track t = { .conn = slb_way_conn(way), .way = way, .dir = slb_way_dir(way) };

	t.other = slb_conn_way(t.conn, !t.dir);
	return t;
}

/* An acknowledgment of the packet's side in the numbers of the side that it acknowledges. */
static u32 slb_track_acked(const struct slb_track *t, u32 ack)
{
	return t->dir == SLB_DIR_REPLY ? ack + t->way->seq_shift : ack;
}

static bool slb_track_has_acked(const struct slb_track *t, int dir)
{
	return READ_ONCE(t->conn->flags) >> (SLB_CONN_ACKED + dir) & 1;
}

/*
 * The widest window that @dir's side can announce: the field's largest value, scaled if both sides
 * have offered that (RFC 7323 section 2.2).
 */
static u32 slb_track_window(const struct slb_track *t, int dir)
{
	unsigned long scales = READ_ONCE(t->conn->flags) >> SLB_CONN_WSCALE;
	u8 scale = scales >> 4 * dir & 0xf;

	return scale && scales >> 4 * !dir & 0xf ? 65535U << (scale - 1) : 65535;
}

static u32 slb_track_min(u32 a, u32 b)
{
	return before(a, b) ? a : b;
}

/*
 * How much of the packet's side's numbers the other side has acknowledged; while that is nothing:
 * how much has been sent.
 */
static u32 slb_track_una(const struct slb_track *t)
{
	u32 ack = READ_ONCE(t->other->ack);
	u32 end = READ_ONCE(t->way->end);

	if (!slb_track_has_acked(t, !t->dir))
		return end;
	return slb_track_min(t->dir == SLB_DIR_REPLY ? ack : ack + t->other->seq_shift, end);
}

/*
 * The oldest acknowledgment to be believed: a window below the last one (RFC 5961 section 5.2).
 * The first must be of the SYN, and of no less than all that was sent, so that nobody completes a
 * handshake blindly; but a server that has taken a SYN's data (RFC 7413) may have sent a SYN's
 * window of its own since.
 */
static u32 slb_track_oldest_ack(const struct slb_track *t, u32 una)
{
	u32 isn = READ_ONCE(t->conn->isn);
	u32 sent = READ_ONCE(t->other->end);

	if (slb_track_has_acked(t, t->dir))
		return slb_track_min(slb_track_acked(t, READ_ONCE(t->way->ack)), sent) -
		       slb_track_window(t, t->dir);
	if (t->dir == SLB_DIR_REPLY)
		return isn + 1;
	return after(una, isn + 1) ? sent - 65535 : sent;
}

/*
 * Does the packet follow the last ones of its direction within so many bytes? Valid once the
 * direction has acknowledged something.
 */
static __always_inline bool slb_track_near(const struct slb_pkt *pkt, const struct slb_way *way, u32 within)
{
	/* Another CPU may be storing; any of its values will do. */
	return data_race(way->end) - pkt->seq <= within && pkt->ack - data_race(way->ack) <= within;
}

/* slb_track_fits() for a packet that acknowledges nothing that was never sent. */
static noinline bool slb_track_fits_far(const struct slb_pkt *pkt, const struct slb_track *t,
					u32 acked)
{
	u32 window = slb_track_window(t, !t->dir);
	u32 una = slb_track_una(t);

	return test_bit(SLB_CONN_REPLY_SEQ, &t->conn->flags) &&
	       !before(acked, slb_track_oldest_ack(t, una)) &&
	       !after(pkt->seq, una + window) && !before(slb_track_end(pkt), una - window);
}

/*
 * Could the packet be its sender's? It must acknowledge nothing that was never sent, and lie within
 * a window of what the receiver has acknowledged, on either side: a zero-window probe, a keep-alive
 * and what is sent again lie below, what follows a lost packet above. All of that is known here as
 * well as to the endpoints, because whatever reaches them has passed.
 */
static inline bool slb_track_fits(const struct slb_pkt *pkt, const struct slb_track *t)
{
	u32 acked = slb_track_acked(t, pkt->ack);

	if (!(pkt->tcp_flags & TCPHDR_ACK) || after(acked, READ_ONCE(t->other->end)))
		return false;
	return (slb_track_has_acked(t, t->dir) && slb_track_near(pkt, t->way, 65535)) ||
	       slb_track_fits_far(pkt, t, acked);
}

/*
 * The highest end and the last ACK of this side; the packet fits. An ACK of what was never sent
 * gives way. Two CPUs with packets of one direction may store in the wrong order; the next packet
 * mends it.
 */
static inline void slb_track_numbers(const struct slb_pkt *pkt, const struct slb_track *t)
{
	u32 end = slb_track_end(pkt);

	if (after(end, READ_ONCE(t->way->end)))
		WRITE_ONCE(t->way->end, end);
	if (unlikely(!slb_track_has_acked(t, t->dir))) {
		WRITE_ONCE(t->way->ack, pkt->ack);
		set_bit(SLB_CONN_ACKED + t->dir, &t->conn->flags);
	} else if (after(pkt->ack, READ_ONCE(t->way->ack)) ||
		   after(slb_track_acked(t, READ_ONCE(t->way->ack)), READ_ONCE(t->other->end))) {
		WRITE_ONCE(t->way->ack, pkt->ack);
	}
}

/* The server's packet acknowledges the SYN alone, or some of the data that came with it, too. */
static bool slb_track_acks_syn(const struct slb_pkt *pkt, const struct slb_track *t)
{
	u32 acked = slb_track_acked(t, pkt->ack);

	return after(acked, READ_ONCE(t->conn->isn)) && !after(acked, READ_ONCE(t->other->end));
}

/* The lowest number that a RST may have: what its receiver has acknowledged. */
static u32 slb_track_rst_lowest(const struct slb_track *t)
{
	if (t->dir == SLB_DIR_ORIG && !slb_track_has_acked(t, SLB_DIR_REPLY))
		return READ_ONCE(t->conn->isn);
	return slb_track_una(t);
}

/*
 * Does a RST count? Its number must lie between the receiver's last ACK and the sender's highest
 * end, and in SYN_SENT the server's must acknowledge the SYN (RFC 9293 section 3.10.7.3). Any
 * other is forwarded, for the endpoint to judge, and changes nothing here.
 */
static bool slb_track_rst_valid(const struct slb_pkt *pkt, const struct slb_track *t)
{
	if (t->dir == SLB_DIR_REPLY && READ_ONCE(t->way->state) == SLB_STATE_SYN_SENT)
		return pkt->tcp_flags & TCPHDR_ACK && slb_track_acks_syn(pkt, t);
	return !before(pkt->seq, slb_track_rst_lowest(t)) &&
	       !after(pkt->seq, READ_ONCE(t->way->end));
}

/*
 * Its receiver believes a RST only if it has exactly the number expected next, else it answers by a
 * challenge ACK (RFC 5961 section 3.2). That number is one of the two ends as a rule: nothing is on
 * its way, or all of it arrives first.
 */
static bool slb_track_rst_loose(const struct slb_pkt *pkt, const struct slb_track *t)
{
	return READ_ONCE(t->way->state) != SLB_STATE_SYN_SENT &&
	       pkt->seq != READ_ONCE(t->way->end) &&
	       pkt->seq != slb_track_rst_lowest(t);
}

/* Who reset whom, and when. */
static void slb_track_reset(const struct slb_conn *conn, u8 old, int dir)
{
	struct slb_stats __percpu *svc = conn->svc->stats;
	struct slb_stats __percpu *srv = conn->srv->stats;

	if (dir == SLB_DIR_ORIG) {
		__this_cpu_inc(svc->client_rst);
		__this_cpu_inc(srv->client_rst);
	} else if (old == SLB_STATE_SYN_SENT) {
		__this_cpu_inc(svc->syn_reset);
		__this_cpu_inc(srv->syn_reset);
	} else {
		__this_cpu_inc(svc->server_rst);
		__this_cpu_inc(srv->server_rst);
	}
}

/*
 * In CLOSE: does the packet, which fits, show that the RST was not believed or not meant? Data or a
 * new acknowledgment of its sender do. Its receiver answers a number that is not exact by a
 * challenge ACK, which looks like any other ACK, so all it sends shows that it lives.
 */
static bool slb_track_revives(const struct slb_pkt *pkt, const struct slb_track *t)
{
	if (test_bit(SLB_CONN_RST_REPLY, &t->conn->flags) != (t->dir == SLB_DIR_REPLY))
		return test_bit(SLB_CONN_RST_LOOSE, &t->conn->flags);
	return pkt->dlen || pkt->tcp_flags & TCPHDR_FIN || !slb_track_has_acked(t, t->dir) ||
	       after(pkt->ack, READ_ONCE(t->way->ack));
}

/* State after an event that counts. */
static u8 slb_track_next(const struct slb_track *t, u8 state, enum slb_event event, bool revives)
{
	if (state == SLB_STATE_CLOSE && revives)
		state = READ_ONCE(t->conn->flags) >> SLB_CONN_OLD_STATE & 0xf;
	return slb_state_next(state, t->dir, event);
}

/*
 * The timestamp a later user of the local port must not fall below; options are translated by
 * now.
 */
static noinline void slb_track_last_ts(const struct slb_pkt *pkt, struct slb_conn *conn)
{
	u32 last = READ_ONCE(conn->last_ts);
	struct slb_tcpopt_info info;

	if (slb_tcpopt_scan((u8 *)(slb_pkt_tcp(pkt) + 1), pkt->l4_hlen - sizeof(struct tcphdr), 0,
			    &info))
		return;
	if (info.seen & SLB_TCPOPT_TS && (!last || after(info.tsval, last)))
		WRITE_ONCE(conn->last_ts, info.tsval);
}

/* Who is to be believed after a RST. */
static void slb_track_note_rst(const struct slb_pkt *pkt, const struct slb_track *t)
{
	unsigned long *flags = &t->conn->flags;

	if (t->dir == SLB_DIR_REPLY)
		set_bit(SLB_CONN_RST_REPLY, flags);
	else
		clear_bit(SLB_CONN_RST_REPLY, flags);
	if (slb_track_rst_loose(pkt, t))
		set_bit(SLB_CONN_RST_LOOSE, flags);
	else
		clear_bit(SLB_CONN_RST_LOOSE, flags);
}

/* The state table says that something changes: once more, under the lock. */
static void slb_track_change(struct slb_pkt *pkt, const struct slb_track *t, enum slb_event event,
			     bool revives)
{
	u8 state, next;

	slb_conn_lock(t->conn);
	/* Ended by us since the packet looked: what we have decided stands. */
	if (unlikely(t->way->bits & (SLB_WAY_ENDED | SLB_WAY_RESTING))) {
		slb_conn_unlock(t->conn);
		return;
	}
	state = t->way->state;
	next = slb_track_next(t, state, event, revives);
	if (event == SLB_EVENT_RST)
		slb_track_note_rst(pkt, t);
	if (next == SLB_STATE_CLOSE && state != SLB_STATE_CLOSE)
		slb_track_reset(t->conn, state, t->dir);
	slb_conn_set_state(pkt->sn, t->conn, next);
	slb_conn_unlock(t->conn);
}

/* The largest of the window scales that a side's SYNs have offered. */
static void slb_track_wscale(const struct slb_pkt *pkt, const struct slb_track *t)
{
	unsigned int shift = SLB_CONN_WSCALE + 4 * t->dir;

	if (pkt->wscale > (READ_ONCE(t->conn->flags) >> shift & 0xf))
		set_mask_bits(&t->conn->flags, 0xful << shift, (unsigned long)pkt->wscale << shift);
}

/*
 * A client's SYN while nobody has answered. One with other numbers is a new attempt by the client,
 * which has forgotten the old one. One that comes again may have left its data behind, which does
 * not unsay them.
 */
static void slb_track_syn(const struct slb_pkt *pkt, const struct slb_track *t)
{
	u32 end = slb_track_end(pkt);

	slb_track_wscale(pkt, t);
	if (pkt->seq != READ_ONCE(t->conn->isn) || after(end, READ_ONCE(t->way->end)))
		WRITE_ONCE(t->way->end, end);
	WRITE_ONCE(t->conn->isn, pkt->seq);
}

/*
 * A server's SYN, with or without ACK, before the handshake is over: its numbers are the first of
 * their side, there is nothing to compare with. In SYN_SENT the server knows which SYN it answers:
 * the last that came past may have been a stranger's. Later only one that acknowledges that SYN
 * counts.
 */
static bool slb_track_synack(const struct slb_pkt *pkt, const struct slb_track *t, u8 state)
{
	unsigned long known = BIT(SLB_CONN_ANSWERED) | BIT(SLB_CONN_REPLY_SEQ);
	u32 acked = slb_track_acked(t, pkt->ack);

	if (pkt->tcp_flags & TCPHDR_ACK) {
		if (!slb_track_acks_syn(pkt, t)) {
			if (state != SLB_STATE_SYN_SENT)
				return false;
			WRITE_ONCE(t->conn->isn, acked - 1);
			WRITE_ONCE(t->other->end, acked);
		}
		WRITE_ONCE(t->way->ack, pkt->ack);
		known |= BIT(SLB_CONN_ACKED + SLB_DIR_REPLY);
	}
	WRITE_ONCE(t->way->end, slb_track_end(pkt));
	slb_track_wscale(pkt, t);
	set_mask_bits(&t->conn->flags, 0, known);
	return true;
}

/*
 * A SYN, with or without ACK. The numbers of one that opens a connection were taken then; once the
 * handshake is over, SYNs are the endpoints' affair. A client's never changes the state.
 */
static noinline void slb_track_any_syn(struct slb_pkt *pkt, const struct slb_track *t, u8 state)
{
	bool ack = pkt->tcp_flags & TCPHDR_ACK;

	if (state > SLB_STATE_SYN_RECV)
		return;
	if (t->dir == SLB_DIR_ORIG) {
		if (!ack && state == SLB_STATE_SYN_SENT)
			slb_track_syn(pkt, t);
		else if (ack && slb_track_fits(pkt, t))
			slb_track_numbers(pkt, t);	/* both have opened at once */
	} else if (!slb_track_synack(pkt, t, state)) {
		slb_count(pkt->sn, SLB_COUNT_OUT_OF_WINDOW);
	} else if (state == SLB_STATE_SYN_SENT) {
		slb_track_change(pkt, t, ack ? SLB_EVENT_SYNACK : SLB_EVENT_SYN, false);
	}
}

static noinline void slb_track_rst(struct slb_pkt *pkt, const struct slb_track *t)
{
	if (!slb_track_rst_valid(pkt, t)) {
		slb_count(pkt->sn, SLB_COUNT_RST_IGNORED);
		return;
	}
	if (t->dir == SLB_DIR_REPLY)
		set_bit(SLB_CONN_ANSWERED, &t->conn->flags);
	slb_track_change(pkt, t, SLB_EVENT_RST, false);
}

/* Every TCP packet that is not plain data or ACK of an established connection. */
static noinline void slb_track_slow(struct slb_pkt *pkt, struct slb_way *way)
{
	const struct slb_track t = slb_track_unfold(way);
	u8 state = READ_ONCE(way->state);
	enum slb_event event;
	bool revives;

	if (t.dir == SLB_DIR_ORIG && slb_way_fixed(way) & SLB_WAY_TS)
		slb_track_last_ts(pkt, t.conn);
	if (pkt->tcp_flags & TCPHDR_RST)
		return slb_track_rst(pkt, &t);
	if (pkt->tcp_flags & TCPHDR_SYN)
		return slb_track_any_syn(pkt, &t, state);
	if (state == SLB_STATE_SYN_SENT) {
		/* A server's challenge out of an older connection (RFC 5961), or a mistake. */
		if (t.dir == SLB_DIR_REPLY)
			set_bit(SLB_CONN_ANSWERED, &t.conn->flags);
		return;
	}
	if (!slb_track_fits(pkt, &t)) {
		slb_count(pkt->sn, SLB_COUNT_OUT_OF_WINDOW);
		return;
	}
	event = pkt->tcp_flags & TCPHDR_FIN ? SLB_EVENT_FIN :
		slb_track_acked(&t, pkt->ack) == READ_ONCE(t.other->end) ? SLB_EVENT_ACK_FIN :
		SLB_EVENT_ACK;
	revives = state == SLB_STATE_CLOSE && slb_track_revives(pkt, &t);
	slb_track_numbers(pkt, &t);
	if (slb_track_next(&t, state, event, revives) != state)
		slb_track_change(pkt, &t, event, revives);
}

/* An established connection's packet that is far from the last of its direction. */
static noinline void slb_track_far(const struct slb_pkt *pkt, struct slb_way *way)
{
	const struct slb_track t = slb_track_unfold(way);

	if (slb_track_fits(pkt, &t))
		slb_track_numbers(pkt, &t);
	else
		slb_count(pkt->sn, SLB_COUNT_OUT_OF_WINDOW);
}

/*
 * The server has left SYN_RECV once it sends data or FIN or acknowledges more than the SYN; a
 * bare ACK may still come from there. Before its SYN/ACK all it sends is out of an older connection.
 */
static bool slb_track_toa_over(const struct slb_pkt *pkt, const struct slb_way *way)
{
	return !(pkt->tcp_flags & (TCPHDR_SYN | TCPHDR_RST)) &&
	       READ_ONCE(way->state) != SLB_STATE_SYN_SENT &&
	       (pkt->dlen || pkt->tcp_flags & TCPHDR_FIN ||
		after(pkt->ack + way->seq_shift, READ_ONCE(slb_way_conn(way)->isn) + 1));
}

/*
 * Within so many bytes of the last packet of its direction nobody looks at the other's line. A
 * stranger hits both numbers once in 2^28 packets, and moves them by no more than this then; whoever
 * uses an ACK does not believe it beyond what was sent.
 */
#define SLB_TRACK_NEAR	(1U << 18)

/* What is recorded of every packet. */
static __always_inline void slb_track_seen(const struct slb_pkt *pkt, struct slb_way *way,
					   const struct slb_conn *conn)
{
	u16 now = slb_tick_now();

	/* What another CPU stores meanwhile is as good. */
	if (data_race(way->seen) != now)
		WRITE_ONCE(way->seen, now);
	slb_track_stats(pkt, conn, slb_way_dir(way));
}

/* A packet with ACK and without SYN, FIN and RST of an established connection? */
static __always_inline bool slb_track_is_steady(const struct slb_pkt *pkt,
						const struct slb_way *way)
{
	return READ_ONCE(way->state) == SLB_STATE_ESTABLISHED &&
	       (pkt->tcp_flags & (TCPHDR_SYN | TCPHDR_FIN | TCPHDR_RST | TCPHDR_ACK)) ==
	       TCPHDR_ACK;
}

/* The numbers of a packet that slb_track_is_steady() and slb_track_near(). */
static __always_inline void slb_track_steady(const struct slb_pkt *pkt, struct slb_way *way)
{
	u32 end = pkt->seq + pkt->dlen;

	/* Two CPUs with packets of one direction may store in the wrong order; the next mends it. */
	if (after(end, data_race(way->end)))
		WRITE_ONCE(way->end, end);
	/* As above. */
	if (pkt->ack != data_race(way->ack))
		WRITE_ONCE(way->ack, pkt->ack);
}

/**
 * slb_track() - record what a packet tells
 * @pkt: the packet, translated; its parsed fields are those received
 * @way: its direction
 * @v6: pkt->v6
 *
 * Context: softirq or BH off, inside RCU.
 */
__always_inline void slb_track(struct slb_pkt *pkt, struct slb_way *way, bool v6)
{
	slb_track_seen(pkt, way, slb_way_conn_of(way, v6));
	if (pkt->proto == IPPROTO_UDP)
		return;

	/* Whoever sees the bit a little longer clears it once more. */
	if (unlikely((data_race(way->bits) & (SLB_WAY_TOA | SLB_WAY_REPLY)) ==
		     (SLB_WAY_TOA | SLB_WAY_REPLY)) && slb_track_toa_over(pkt, way))
		slb_conn_toa_done(slb_way_conn(way));
	if (unlikely(!slb_track_is_steady(pkt, way))) {
		slb_track_slow(pkt, way);
		return;
	}
	if (unlikely(!slb_track_near(pkt, way, SLB_TRACK_NEAR))) {
		slb_track_far(pkt, way);
		return;
	}
	slb_track_steady(pkt, way);
}
