// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first packet of a connection: service, server, local port, entry. The only place that knows
 * them all.
 *
 * A server or service may be removed on another CPU meanwhile. The entry is linked first and then
 * looks whether they are gone; the remover marks them gone first and then walks the table. Full
 * barriers on both sides make sure that at least one of them sees the other.
 *
 * Towards a server in nat mode the client's own address and port are used, and another connection
 * may have them already: that of another service to the same server. Then another server of the
 * service is taken, or else another port of the client's address.
 */
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include "slb_limit.h"
#include "slb_open.h"
#include "slb_path.h"
#include "slb_reset.h"
#include "slb_sched.h"
#include "slb_tcpopt.h"

#define SLB_OPEN_SERVERS	8	/* other servers looked at when the tuple is taken */
#define SLB_OPEN_PORTS		16	/* other ports of the client's address likewise */
#define SLB_OPEN_PORT_FIRST	1024	/* they lie below what clients choose themselves */
#define SLB_OPEN_PORT_LAST	32767

/* A refused client is told, and the reason counted. */
static unsigned int slb_open_refuse(struct slb_pkt *pkt, enum slb_drop reason)
{
	slb_reset_refuse(pkt);
	return slb_path_drop(pkt, reason);
}

/* A TCP packet to a service that fits no connection and is no SYN. */
static unsigned int slb_open_unknown(struct slb_pkt *pkt, const struct slb_svc *svc)
{
	u8 policy = READ_ONCE(svc->unknown);

	if (policy == SLB_UNKNOWN_PASS)
		return slb_path_pass(pkt);
	if (policy == SLB_UNKNOWN_RESET && !slb_pkt_martian(pkt) && slb_reset_allowed(pkt->sn))
		slb_reset_answer(pkt);
	return slb_path_drop(pkt, SLB_DROP_UNKNOWN_TCP);
}

/* An access list keeps the client out: it gets no answer, whatever it sends. */
static noinline unsigned int slb_open_deny(struct slb_pkt *pkt, const struct slb_svc *svc)
{
	this_cpu_inc(svc->stats->denied_pkts);
	this_cpu_add(svc->stats->denied_bytes, pkt->len);
	return slb_path_drop(pkt, SLB_DROP_DENIED);
}

/* Services of one host in a row, the most that is followed. */
#define SLB_OPEN_CHAIN	8

static bool slb_open_from_us(const struct slb_pkt *pkt)
{
	return pkt->v6 ? slb_filter_hit6(&pkt->sn->filter, &pkt->tuple.v6[0])
		       : slb_filter_hit4(&pkt->sn->filter, pkt->tuple.v4[0]);
}

/*
 * Has the packet been through this service already? One service may be the server of another; then
 * the client is a leased local port, that is another connection's packet translated, whose client
 * may be one in turn. Only the way back to the same service has no end but the TTL's, and opens
 * a connection at each turn.
 */
static noinline bool slb_open_is_loop(const struct slb_pkt *pkt, const struct slb_svc *svc)
{
	struct slb_pkt client = *pkt;
	const struct slb_conn *conn;
	const struct slb_way *way;
	int i;

	for (i = 0; i < SLB_OPEN_CHAIN; i++) {
		slb_tuple_reverse(&client.tuple, pkt->v6);
		way = slb_path_find_rcu(&client);
		if (!way || slb_way_dir(way) != SLB_DIR_REPLY)
			return false;
		conn = slb_way_conn(way);
		if (conn->svc == svc)
			return true;
		way = slb_conn_way(conn, SLB_DIR_ORIG);
		client.tuple.scope = way->scope;
		client.tuple.sport = way->sport;
		client.tuple.dport = way->dport;
		memcpy(client.tuple.v6, way->addr, 2 * (pkt->v6 ? sizeof(struct in6_addr)
							       : sizeof(__be32)));
	}
	return true;
}

/* What speaks against a new connection before a server is chosen; SLB_DROP_NONE if nothing does. */
static enum slb_drop slb_open_forbidden(struct slb_pkt *pkt, struct slb_opening *open)
{
	struct slb_net *sn = pkt->sn;
	u32 conn_max = READ_ONCE(sn->set.conn_max);

	if (!READ_ONCE(open->svc->enabled) || READ_ONCE(sn->dead))
		return SLB_DROP_DISABLED;
	if (conn_max && atomic_read(&sn->conns) >= conn_max)
		return SLB_DROP_CONN_MAX;
	if (open->opts.seen & SLB_TCPOPT_AUTH)
		return SLB_DROP_AUTH_OPTION;
	return SLB_DROP_NONE;
}

/* Is the client one that a server could not answer through here, or not at all? */
static bool slb_open_is_near(const struct slb_pkt *pkt, const struct slb_ep_key *ep)
{
	if (pkt->v6)
		return ipv6_addr_equal(&pkt->tuple.v6[0], &ep->addr) ||
		       ipv6_addr_type(&pkt->tuple.v6[0]) & (IPV6_ADDR_LINKLOCAL |
							    IPV6_ADDR_LOOPBACK);
	return pkt->tuple.v4[0] == ep->addr.s6_addr32[0] || ipv4_is_loopback(pkt->tuple.v4[0]);
}

/*
 * Can the client's address be kept? Not when the server is the client itself, which would answer
 * itself; not when the client's address means nothing at the server; and not when the server is
 * another service here: its answer would be that one's to translate, and leave untranslated by us.
 * For such a connection the server is served by fullNAT.
 */
static noinline bool slb_open_can_nat(const struct slb_pkt *pkt, const struct slb_opening *open)
{
	const struct slb_ep_key *ep = open->to;
	const struct slb_svc_key here = {
		.addr = ep->addr,
		.port = ep->port,
		.proto = ep->proto,
		.v6 = ep->v6,
		.vrf = open->svc->key.vrf,
	};

	return !slb_open_is_near(pkt, ep) && !slb_svc_find_rcu(pkt->sn, &here);
}

/* A server on the port that the client asks for, or for both protocols. */
static noinline void slb_open_spread(const struct slb_pkt *pkt, struct slb_opening *open)
{
	open->spread = *open->to;
	open->spread.proto = pkt->proto;
	if (!open->spread.port)
		open->spread.port = pkt->tuple.dport;
	open->to = &open->spread;
}

/*
 * Where the chosen server is met and its mode for this connection; with nat the client's own address
 * and port.
 */
static void slb_open_set_mode(const struct slb_pkt *pkt, struct slb_opening *open)
{
	open->to = &open->srv->ep->key;
	if (unlikely(open->srv->spread))
		slb_open_spread(pkt, open);
	open->nat = READ_ONCE(open->srv->fwd) == SLB_FWD_NAT && slb_open_can_nat(pkt, open);
	if (open->nat) {
		open->src = &pkt->tuple.v6[0];	/* an IPv4 address is its first word */
		open->sport = pkt->tuple.sport;
		open->vrf = open->svc->key.vrf;
	}
}

/*
 * A local port towards the chosen server. Each connection starts at the next address of the pool;
 * all of them are tried.
 */
static enum slb_drop slb_open_lease(struct slb_pkt *pkt, struct slb_opening *open)
{
	const struct slb_pool *pool = rcu_dereference(open->svc->pool);
	struct slb_laddr_set *set = rcu_dereference(pool->set[pkt->v6]);
	struct slb_ep *ep = open->srv->ep;
	struct slb_laddr *laddr = NULL;
	int err = -ENOSPC;
	u32 i, at;

	if (!set || !set->n)
		return SLB_DROP_NO_LADDR;
	if (unlikely(open->to == &open->spread))
		ep = slb_ep_borrow_rcu(pkt->sn, open->to);
	if (unlikely(!ep))
		return SLB_DROP_NO_MEMORY;
	at = READ_ONCE(set->next);
	WRITE_ONCE(set->next, at + 1);
	for (i = 0; i < set->n && err == -ENOSPC; i++) {
		laddr = set->laddr[(at + i) % set->n];
		err = slb_lease_take_rcu(pkt->sn, ep, laddr, &open->lease);
	}
	if (unlikely(open->to == &open->spread))
		slb_ep_return(ep);
	if (err == -ENOSPC)
		return SLB_DROP_NO_PORT;
	if (err)
		return SLB_DROP_NO_MEMORY;
	open->src = &laddr->addr;
	open->sport = open->lease.port;
	open->vrf = laddr->vrf;
	return SLB_DROP_NONE;
}

/*
 * Another CPU has just linked an entry for the same client: go on with that. One that is about to
 * go is of no use, and a RST would hit the one that is about to come; the client will try again.
 */
static unsigned int slb_open_join(struct slb_pkt *pkt)
{
	struct slb_way *way = slb_path_find_rcu(pkt);

	if (!way || READ_ONCE(way->bits) & (SLB_WAY_ENDED | SLB_WAY_RESTING))
		return slb_path_drop(pkt, SLB_DROP_TUPLE_CONFLICT);
	return slb_path_forward(pkt, way);
}

/*
 * A linked entry for the server and source that @open names, or NULL and @open's reason.
 * SLB_DROP_TUPLE_CONFLICT: another entry has the client's tuple (@open->raced) or the server's.
 */
static struct slb_conn *slb_open_try(struct slb_pkt *pkt, struct slb_opening *open)
{
	struct slb_conn *conn;
	int err;

	open->raced = false;
	open->reason = open->nat ? SLB_DROP_NONE : slb_open_lease(pkt, open);
	if (open->reason)
		return NULL;
	conn = slb_open_fill(pkt, open);
	if (!conn) {
		if (!open->nat)
			slb_lease_release(open->lease.map, open->lease.port);
		open->reason = SLB_DROP_NO_MEMORY;
		return NULL;
	}
	err = slb_conn_link(pkt->sn, conn, pkt->hash);
	if (!err) {
		open->counted = 0;	/* the entry's now */
		return conn;
	}
	slb_conn_free_unlinked(pkt->sn, conn);
	open->raced = err == -EEXIST;
	open->reason = SLB_DROP_TUPLE_CONFLICT;
	return NULL;
}

/* nat: has another connection the key of the server's packets? Linking has the last word. */
static bool slb_open_is_taken(const struct slb_pkt *pkt, const struct slb_opening *open)
{
	const struct slb_ep_key *ep = open->to;
	struct slb_tuple t = {
		.scope = slb_scope(open->vrf, pkt->proto),
		.sport = ep->port,
		.dport = open->sport,
	};

	if (pkt->v6) {
		t.v6[0] = ep->addr;
		t.v6[1] = *open->src;
		return slb_table_find6_rcu(&pkt->sn->table, &t);
	}
	t.v4[0] = ep->addr.s6_addr32[0];
	t.v4[1] = open->src->s6_addr32[0];
	return slb_table_find4_rcu(&pkt->sn->table, &t);
}

/* May another candidate be better? */
static bool slb_open_goes_on(const struct slb_opening *open)
{
	return open->reason != SLB_DROP_NO_MEMORY && !open->raced;
}

/* The tuple is taken at the server chosen: one of the next ones. */
static struct slb_conn *slb_open_elsewhere(struct slb_pkt *pkt, struct slb_opening *open)
{
	struct slb_group *group = rcu_dereference(open->svc->group);
	const struct slb_srv *chosen = open->srv;
	struct slb_conn *conn = NULL;
	u32 nth;

	for (nth = 1; nth <= SLB_OPEN_SERVERS && !conn && slb_open_goes_on(open); nth++) {
		open->srv = slb_sched_other_rcu(group, pkt, chosen, nth);
		if (!open->srv)
			break;
		if (READ_ONCE(open->srv->cap.on) && !slb_limit_srv_takes(open->srv))
			continue;
		slb_open_set_mode(pkt, open);
		if (!open->nat || !slb_open_is_taken(pkt, open))
			conn = slb_open_try(pkt, open);
	}
	return conn;
}

/*
 * Source ports to try in place of a client's own. They follow from it, so that a datagram flow which
 * has expired gets the same again, and lie far apart, because a client's ports follow each other.
 */
static __be16 slb_open_port(__be16 sport, unsigned int nth)
{
	const unsigned int n = SLB_OPEN_PORT_LAST - SLB_OPEN_PORT_FIRST + 1;

	return htons(SLB_OPEN_PORT_FIRST + (ntohs(sport) + nth * (n / SLB_OPEN_PORTS)) % n);
}

/* The tuple is taken at all servers looked at: another port at the one chosen. */
static struct slb_conn *slb_open_translate_port(struct slb_pkt *pkt, struct slb_opening *open)
{
	struct slb_conn *conn = NULL;
	unsigned int nth;

	for (nth = 0; nth < SLB_OPEN_PORTS && !conn && slb_open_goes_on(open); nth++) {
		open->sport = slb_open_port(pkt->tuple.sport, nth);
		if (!slb_open_is_taken(pkt, open))
			conn = slb_open_try(pkt, open);
	}
	if (conn)
		slb_count(pkt->sn, SLB_COUNT_NAT_PORT_CHANGED);
	return conn;
}

/*
 * The key of the chosen server's packets is taken. With fullNAT the balancer itself uses the local
 * port as a client in nat mode; the next lease is another one.
 */
static noinline struct slb_conn *slb_open_conflict(struct slb_pkt *pkt, struct slb_opening *open)
{
	struct slb_opening chosen = *open;
	struct slb_conn *conn = NULL;

	if (!open->nat)
		return slb_open_try(pkt, open);
	if (!(READ_ONCE(open->svc->features) & SLB_SVC_PERSIST))
		conn = slb_open_elsewhere(pkt, open);
	if (conn || !slb_open_goes_on(open))
		return conn;
	*open = chosen;
	return slb_open_translate_port(pkt, open);
}

/* The entry is linked: the packet goes on with it. */
static unsigned int slb_open_go(struct slb_pkt *pkt, struct slb_opening *open,
				struct slb_conn *conn)
{
	unsigned int verdict;

	this_cpu_inc(open->svc->stats->conns);
	this_cpu_inc(open->srv->stats->conns);
	smp_mb(); /* pairs with the one between "gone", or other limits, and the walk */
	if (unlikely(rcu_access_pointer(open->svc->limits) != open->limits))
		slb_limit_recount(conn);
	if (unlikely(READ_ONCE(open->svc->gone) || READ_ONCE(open->srv->gone) ||
		     READ_ONCE(pkt->sn->dead))) {
		slb_conn_note(conn, SLB_WHY_REMOVED);
		slb_conn_end(pkt->sn, conn);
		return slb_open_refuse(pkt, SLB_DROP_SERVER_GONE);
	}
	verdict = slb_path_forward(pkt, slb_conn_way(conn, SLB_DIR_ORIG));
	if (unlikely(verdict != NF_STOLEN)) {	/* a packet that does not leave changes no state */
		slb_conn_note(conn, SLB_WHY_FAILED);
		slb_conn_end(pkt->sn, conn);
	}
	return verdict;
}

static struct slb_srv *slb_open_pick(struct slb_pkt *pkt, struct slb_svc *svc)
{
	struct slb_group *group = rcu_dereference(svc->group);

	if (unlikely(READ_ONCE(svc->features) & SLB_SVC_PERSIST))
		return slb_persist_pick_rcu(svc, group, pkt);
	return slb_sched_pick_rcu(group, pkt);
}

/* The chosen server has limits: it, or another one that takes the connection. */
static noinline bool slb_open_has_room(const struct slb_pkt *pkt, struct slb_opening *open)
{
	open->srv = slb_limit_other_rcu(rcu_dereference(open->svc->group), pkt, open->srv, false);
	if (!open->srv)
		this_cpu_inc(open->svc->stats->limit_server);
	return open->srv;
}

/* All that is known to be allowed: choose, lease, fill, link. */
static unsigned int slb_open_new(struct slb_pkt *pkt, struct slb_opening *open)
{
	struct slb_conn *conn;

	open->srv = slb_open_pick(pkt, open->svc);
	if (!open->srv)
		return slb_open_refuse(pkt, pkt->proto == IPPROTO_UDP ? SLB_DROP_UDP_UNREACH
								       : SLB_DROP_NO_SERVER);
	if (unlikely(READ_ONCE(open->srv->cap.on)) && !slb_open_has_room(pkt, open))
		return slb_open_refuse(pkt, SLB_DROP_LIMIT_SERVER);
	slb_open_set_mode(pkt, open);
	conn = slb_open_try(pkt, open);
	if (unlikely(!conn && open->reason == SLB_DROP_TUPLE_CONFLICT && !open->raced))
		conn = slb_open_conflict(pkt, open);
	if (conn)
		return slb_open_go(pkt, open, conn);
	return open->raced ? slb_open_join(pkt) : slb_open_refuse(pkt, open->reason);
}

/* The service has limits. What is counted is the entry's, or given back. */
static noinline unsigned int slb_open_limited(struct slb_pkt *pkt, struct slb_opening *open)
{
	enum slb_drop reason = slb_limit_take(pkt, open->svc, open->limits, &open->counted);
	unsigned int verdict;

	if (reason == SLB_DROP_BANDWIDTH)
		return slb_path_drop(pkt, reason);
	if (reason)
		return slb_open_refuse(pkt, reason);
	verdict = slb_open_new(pkt, open);
	if (open->counted)
		slb_limit_give(pkt, open->limits, open->counted);
	return verdict;
}

/**
 * slb_open() - a packet that fits no connection
 * @pkt: the packet
 *
 * What is for no service is the host's: another port of a service's address, or a server's late
 * packet to a local address, which the host resets.
 *
 * Context: softirq or BH off, inside RCU.
 * Return: a netfilter verdict.
 */
unsigned int slb_open(struct slb_pkt *pkt)
{
	struct slb_opening open __uninitialized;
	u8 flags = pkt->tcp_flags;
	enum slb_drop reason;

	open.svc = slb_listen_rcu(pkt);
	open.opts.seen = 0;	/* UDP: nothing scans for them */
	if (!open.svc)
		return slb_path_pass(pkt);
	if (unlikely(READ_ONCE(open.svc->features) & SLB_SVC_ACL) &&
	    slb_acl_denies_rcu(open.svc, pkt->v6 ? pkt->tuple.v6[0].s6_addr32 : pkt->tuple.v4, pkt->v6))
		return slb_open_deny(pkt, open.svc);
	if (pkt->proto == IPPROTO_TCP &&
	    (flags & (TCPHDR_SYN | TCPHDR_ACK | TCPHDR_RST | TCPHDR_FIN)) != TCPHDR_SYN)
		return slb_open_unknown(pkt, open.svc);
	if (slb_pkt_martian(pkt))
		return slb_path_drop(pkt, SLB_DROP_MARTIAN);
	if (slb_pkt_rp_filter_refuses(pkt))
		return slb_path_drop(pkt, SLB_DROP_RP_FILTER);
	if (unlikely(slb_open_from_us(pkt)) && slb_open_is_loop(pkt, open.svc))
		return slb_open_refuse(pkt, SLB_DROP_LOOP);
	if (pkt->proto == IPPROTO_TCP &&
	    slb_tcpopt_scan((u8 *)(slb_pkt_tcp(pkt) + 1), pkt->l4_hlen - sizeof(struct tcphdr),
			    READ_ONCE(open.svc->toa_kind), &open.opts))
		return slb_path_drop(pkt, SLB_DROP_MALFORMED_OPTION);
	reason = slb_open_forbidden(pkt, &open);
	if (reason)
		return slb_open_refuse(pkt, reason);
	open.counted = 0;
	open.limits = rcu_dereference(open.svc->limits);
	return unlikely(open.limits) ? slb_open_limited(pkt, &open) : slb_open_new(pkt, &open);
}

#ifdef SLB_SELFTEST
#include "selftest/open.c"
#endif
