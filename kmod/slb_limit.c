// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits: taken when a connection opens, given back when it ends; bandwidth is taken by each packet.
 * A service without limits has no struct slb_limits, a connection of it no bit, and its packets come
 * nowhere near here.
 *
 * What is counted where. A connection that is counted carries the bit of the slot in which the
 * service keeps the struct slb_limits that it is counted in, and one more if its client's prefix
 * counts it too. Both are set before it is linked and change under its lock only; whoever ends it
 * clears them and gives back.
 *
 * Numbers are changed in place. Anything else (the first limit, the last, another named limit, other
 * prefixes, bandwidth on or off) makes a new struct slb_limits in the other slot, and one walk over
 * the connections moves each to it: afterwards the new one counts all that live, however they came.
 * A connection that is opened beside that is linked first and looks afterwards whether its service
 * has other limits now; the new ones are published before the walk. Full barriers on both sides see
 * to it that one of the two moves it, and the second finds nothing to do.
 *
 * Who can still hold the old one then? A packet that opens a connection or ends one, inside RCU. It is
 * freed behind RCU, and its slot is used again behind RCU only, or a latecomer would give back to its
 * successor what it has taken from it.
 */
#include <linux/udp.h>
#include "slb_limit.h"
#include "slb_net.h"
#include "slb_pkt.h"
#include "slb_sched.h"

#define SLB_CONN_COUNTED	(BIT(SLB_CONN_COUNTED0) | BIT(SLB_CONN_COUNTED1) | BIT(SLB_CONN_CLIENT))

/* A new connection of a rate; @asks: it is not there, and takes nothing. */
static __always_inline bool slb_limit_rate_allows(struct slb_gcra *gcra,
						  const struct slb_gcra_rate *per, bool asks)
{
	return asks ? slb_gcra_allows(gcra, per) : slb_gcra_take(gcra, per, 1, slb_gcra_now());
}

/* May a connection be one of @conns? @asks: as above. */
static __always_inline enum slb_drop slb_quota_judge(struct slb_quota *quota, u32 conns, bool asks)
{
	u32 conns_max = READ_ONCE(quota->conns_max);

	if (conns_max && conns > conns_max)
		return SLB_DROP_LIMIT_CONNS;
	if (READ_ONCE(quota->rate) && !slb_limit_rate_allows(&quota->gcra, &quota->per, asks))
		return SLB_DROP_LIMIT_RATE;
	return SLB_DROP_NONE;
}

/* Counted first and judged then, so that no two CPUs take the last place. */
static enum slb_drop slb_quota_take(struct slb_quota *quota)
{
	enum slb_drop reason = slb_quota_judge(quota, atomic_inc_return(&quota->conns), false);

	if (reason)
		atomic_dec(&quota->conns);
	return reason;
}

/**
 * slb_quota_ask() - would a new connection be refused?
 * @quota: the limit
 *
 * Context: any, inside RCU.
 * Return: the reason, or SLB_DROP_NONE.
 */
enum slb_drop slb_quota_ask(struct slb_quota *quota)
{
	return slb_quota_judge(quota, atomic_read(&quota->conns) + 1, true);
}

static void slb_quota_give(struct slb_quota *quota)
{
	atomic_dec(&quota->conns);
	if (READ_ONCE(quota->rate))
		slb_gcra_give(&quota->gcra, &quota->per, 1);
}

/* A packet's bytes as they came: each segment of an aggregate had headers of its own. */
static u32 slb_limit_bytes(const struct slb_pkt *pkt)
{
	const struct skb_shared_info *info = skb_shinfo(pkt->skb);
	u32 head = pkt->l4 + (pkt->proto == IPPROTO_TCP ? pkt->l4_hlen : sizeof(struct udphdr));
	u32 segs;

	if (likely(!skb_is_gso(pkt->skb)) || pkt->len <= head)
		return pkt->len;
	segs = DIV_ROUND_UP(pkt->len - head, info->gso_size);
	return min_t(u32, pkt->len + (segs - 1) * head, SLB_GCRA_MOST);
}

static bool slb_bandwidth_take(struct slb_bandwidth *bandwidth, const struct slb_pkt *pkt)
{
	return slb_gcra_take(&bandwidth->gcra, &bandwidth->per, slb_limit_bytes(pkt),
			     slb_gcra_now());
}

/**
 * slb_limit_passes() - may a packet of a connection go on, by its service's bandwidth?
 * @pkt: the packet
 * @way: its direction
 *
 * Context: softirq or BH off, inside RCU.
 * Return: false if it is to be dropped; the service's counter says so.
 */
bool slb_limit_passes(const struct slb_pkt *pkt, const struct slb_way *way)
{
	const struct slb_svc *svc = slb_way_conn(way)->svc;
	struct slb_limits *limits = rcu_dereference(svc->limits);
	int dir = slb_way_dir(way);

	if (!limits || !limits->shaped[dir] || slb_bandwidth_take(&limits->bandwidth[dir], pkt))
		return true;
	this_cpu_inc(svc->stats->limited[dir]);
	return false;
}

static enum slb_drop slb_limit_take_shared(struct slb_limit *shared)
{
	enum slb_drop reason = slb_quota_take(&shared->quota);

	if (reason)
		atomic64_inc(reason == SLB_DROP_LIMIT_CONNS ? &shared->refused_conns
							    : &shared->refused_rate);
	return reason;
}

/* The client's, then the first packet's own bandwidth: what is dropped leaves nothing taken. */
static enum slb_drop slb_limit_take_client(const struct slb_pkt *pkt, struct slb_limits *limits,
					   u32 *flags)
{
	enum slb_drop reason = SLB_DROP_NONE;
	bool counted = false;

	if (limits->has_client)
		reason = slb_client_take(pkt->sn, &limits->client, &pkt->tuple.v6[0], pkt->v6,
					 &counted);
	if (reason)
		return reason;
	*flags = BIT(SLB_CONN_COUNTED0 + limits->slot) | (counted ? BIT(SLB_CONN_CLIENT) : 0);
	if (!limits->shaped[SLB_DIR_ORIG] ||
	    slb_bandwidth_take(&limits->bandwidth[SLB_DIR_ORIG], pkt))
		return SLB_DROP_NONE;
	if (counted)
		slb_client_put(pkt->sn, &limits->client, &pkt->tuple.v6[0], pkt->v6, true);
	return SLB_DROP_BANDWIDTH;
}

static void slb_limit_tell(const struct slb_svc *svc, enum slb_drop reason)
{
	switch (reason) {
	case SLB_DROP_LIMIT_CONNS:
		this_cpu_inc(svc->stats->limit_conns);
		break;
	case SLB_DROP_LIMIT_RATE:
		this_cpu_inc(svc->stats->limit_rate);
		break;
	case SLB_DROP_LIMIT_CLIENT:
		this_cpu_inc(svc->stats->limit_client);
		break;
	default:
		this_cpu_inc(svc->stats->limited[SLB_DIR_ORIG]);
	}
}

/**
 * slb_limit_take() - may a connection be opened, by the limits of its service?
 * @pkt: the packet that opens it
 * @svc: the service
 * @limits: its limits
 * @flags: the answer: bits for the connection's flags, never 0
 *
 * Context: softirq, inside RCU.
 * Return: SLB_DROP_NONE: it is counted, and the bits go into the entry or to slb_limit_give(). Else
 * the reason, which is counted with the service, and nothing was taken.
 */
enum slb_drop slb_limit_take(const struct slb_pkt *pkt, const struct slb_svc *svc,
			     struct slb_limits *limits, u32 *flags)
{
	struct slb_limit *shared = limits->shared;
	enum slb_drop reason;

	reason = slb_quota_take(&limits->own);
	if (reason)
		goto out;
	if (shared) {
		reason = slb_limit_take_shared(shared);
		if (reason)
			goto out_own;
	}
	reason = slb_limit_take_client(pkt, limits, flags);
	if (!reason)
		return SLB_DROP_NONE;
	if (shared)
		slb_quota_give(&shared->quota);
out_own:
	slb_quota_give(&limits->own);
out:
	slb_limit_tell(svc, reason);
	return reason;
}

/**
 * slb_limit_give() - the connection did not come about
 * @pkt: the packet that would have opened it
 * @limits: as slb_limit_take() got them
 * @flags: its answer
 *
 * Context: softirq, still inside the same RCU section.
 */
void slb_limit_give(const struct slb_pkt *pkt, struct slb_limits *limits, u32 flags)
{
	if (flags & BIT(SLB_CONN_CLIENT))
		slb_client_put(pkt->sn, &limits->client, &pkt->tuple.v6[0], pkt->v6, true);
	if (limits->shared)
		slb_quota_give(&limits->shared->quota);
	slb_quota_give(&limits->own);
}

/* Which directions are looked at; under the connection's lock, or before it is linked. */
static void slb_limit_shape(struct slb_conn *conn, const struct slb_limits *limits)
{
	struct slb_way *way;
	int dir;

	for (dir = SLB_DIR_ORIG; dir <= SLB_DIR_REPLY; dir++) {
		way = slb_conn_way(conn, dir);
		if (limits && limits->shaped[dir])
			WRITE_ONCE(way->bits, way->bits | SLB_WAY_SHAPED);
		else
			WRITE_ONCE(way->bits, way->bits & ~SLB_WAY_SHAPED);
	}
}

/**
 * slb_limit_mark() - an entry is to carry what slb_limit_take() took
 * @conn: filled, not linked yet
 * @limits: the limits
 * @flags: slb_limit_take()'s answer
 *
 * Context: softirq, inside RCU.
 */
void slb_limit_mark(struct slb_conn *conn, const struct slb_limits *limits, u32 flags)
{
	conn->flags |= flags;
	slb_limit_shape(conn, limits);
}

/* The client's address: IPv4 in the first word. */
static const void *slb_limit_client(const struct slb_conn *conn)
{
	return slb_conn_way4(conn, SLB_DIR_ORIG)->addr;
}

static struct slb_limits *slb_limit_of_rcu(const struct slb_conn *conn)
{
	if (test_bit(SLB_CONN_COUNTED0, &conn->flags))
		return rcu_dereference(conn->svc->counted[0]);
	if (test_bit(SLB_CONN_COUNTED1, &conn->flags))
		return rcu_dereference(conn->svc->counted[1]);
	return NULL;
}

static void slb_limit_uncount(struct slb_conn *conn, struct slb_limits *limits)
{
	if (test_bit(SLB_CONN_CLIENT, &conn->flags))
		slb_client_put(limits->sn, &limits->client, slb_limit_client(conn),
			       slb_conn_is_v6(conn), false);
	if (limits->shared)
		atomic_dec(&limits->shared->quota.conns);
	atomic_dec(&limits->own.conns);
	set_mask_bits(&conn->flags, SLB_CONN_COUNTED, 0);
}

/* What lives is counted whatever the limits say, and nobody is turned out. */
static void slb_limit_count(struct slb_conn *conn, struct slb_limits *limits)
{
	unsigned long flags = BIT(SLB_CONN_COUNTED0 + limits->slot);

	atomic_inc(&limits->own.conns);
	if (limits->shared)
		atomic_inc(&limits->shared->quota.conns);
	if (limits->has_client && slb_client_add(limits->sn, &limits->client,
						 slb_limit_client(conn), slb_conn_is_v6(conn)))
		flags |= BIT(SLB_CONN_CLIENT);
	set_mask_bits(&conn->flags, 0, flags);
}

/**
 * slb_limit_forget() - a connection ends: give back what it is counted for
 * @conn: the entry; its first end
 *
 * Context: BH off, inside RCU, caller holds the conn's lock.
 */
void slb_limit_forget(struct slb_conn *conn)
{
	struct slb_limits *limits = slb_limit_of_rcu(conn);

	if (limits)
		slb_limit_uncount(conn, limits);
}

/**
 * slb_limit_recount() - its service has other limits: count a connection there
 * @conn: linked
 *
 * The limits are read under the lock: the last one who comes here sees the last change.
 *
 * Context: BH off, inside RCU.
 */
void slb_limit_recount(struct slb_conn *conn)
{
	struct slb_limits *from, *to;

	slb_conn_lock(conn);
	if (!test_bit(SLB_CONN_DEAD, &conn->flags)) {
		from = slb_limit_of_rcu(conn);
		to = rcu_dereference(conn->svc->limits);
		if (from && from != to)
			slb_limit_uncount(conn, from);
		if (to && from != to)
			slb_limit_count(conn, to);
		slb_limit_shape(conn, to);
	}
	slb_conn_unlock(conn);
}

/*
 * A server at its limit stays so until it has fallen below the lower one. Only new connections look,
 * so nothing is missed meanwhile: while it is full none comes.
 */
static bool slb_limit_srv_is_full(const struct slb_srv *srv, u32 conns_max)
{
	u32 conns = max(atomic_read(&srv->active) + atomic_read(&srv->inactive), 0);
	u32 low = READ_ONCE(srv->cap.conns_low) ?: conns_max - conns_max / 4;

	return conns >= conns_max || (READ_ONCE(srv->cap.full) && conns >= low);
}

static __always_inline enum slb_drop slb_limit_srv_judge(struct slb_srv *srv, bool asks)
{
	u32 conns_max = READ_ONCE(srv->cap.conns_max);
	bool full;

	if (conns_max) {
		full = slb_limit_srv_is_full(srv, conns_max);
		if (!asks && full != READ_ONCE(srv->cap.full))
			WRITE_ONCE(srv->cap.full, full);
		if (full)
			return SLB_DROP_LIMIT_CONNS;
	}
	if (READ_ONCE(srv->cap.rate) && !slb_limit_rate_allows(&srv->cap.gcra, &srv->cap.per, asks))
		return SLB_DROP_LIMIT_RATE;
	return SLB_DROP_NONE;
}

/**
 * slb_limit_srv_ask() - would a server refuse a new connection?
 * @srv: the server
 *
 * Context: any, inside RCU.
 * Return: SLB_DROP_LIMIT_CONNS, SLB_DROP_LIMIT_RATE or SLB_DROP_NONE.
 */
enum slb_drop slb_limit_srv_ask(struct slb_srv *srv)
{
	return slb_limit_srv_judge(srv, true);
}

/**
 * slb_limit_srv_takes() - may a server with limits take a new connection?
 * @srv: the server
 *
 * CPUs that ask at the same time may give it one more each than its limit says.
 *
 * Context: softirq, inside RCU.
 * Return: true if so; it has then been taken from its rate. Else the server's counter says why.
 */
bool slb_limit_srv_takes(struct slb_srv *srv)
{
	switch (slb_limit_srv_judge(srv, false)) {
	case SLB_DROP_LIMIT_CONNS:
		this_cpu_inc(srv->stats->limit_conns);
		return false;
	case SLB_DROP_LIMIT_RATE:
		this_cpu_inc(srv->stats->limit_rate);
		return false;
	default:
		return true;
	}
}

static bool slb_limit_srv_may(struct slb_srv *srv, bool asks)
{
	if (!READ_ONCE(srv->cap.on))
		return true;
	return asks ? !slb_limit_srv_ask(srv) : slb_limit_srv_takes(srv);
}

/**
 * slb_limit_other_rcu() - a server that may take a new connection
 * @group: the service's group
 * @pkt: the packet that opens it
 * @chosen: the one that was chosen, and has limits
 * @asks: there is no such packet: take nothing
 *
 * Context: BH off, inside RCU.
 * Return: @chosen, or another one if that is at its limit, valid until rcu_read_unlock(), or NULL.
 */
struct slb_srv *slb_limit_other_rcu(struct slb_group *group, const struct slb_pkt *pkt,
				    struct slb_srv *chosen, bool asks)
{
	struct slb_srv *srv = chosen;
	u32 nth;

	if (slb_limit_srv_may(srv, asks))
		return srv;
	for (nth = 1; nth <= SLB_LIMIT_SERVERS; nth++) {
		srv = slb_sched_other_rcu(group, pkt, chosen, nth);
		if (!srv || (srv != chosen && slb_limit_srv_may(srv, asks)))
			return srv;
	}
	return NULL;
}
