/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection entry: one cache line (IPv4) or two (IPv6) for each direction, behind one line
 * that both share.
 *
 *	IPv4:  [ slb_conn 64 ][ way 0: 64 ][ way 1: 64 ]		192 bytes
 *	IPv6:  [ slb_conn 64 ][ way 0: 128 ][ way 1: 128 ]		320 bytes
 *
 * With the setting accounting a new entry has a line of counters of its own behind them, 256 and
 * 384 bytes then.
 *
 * Way 0 holds what a client's packet needs, way 1 what a server's packet needs. A packet writes
 * only to its own way; the shared line is read by packets and written when the connection opens,
 * changes state or ends.
 *
 * Lifetime: a way is found under rcu_read_lock() and lives at least until rcu_read_unlock(),
 * because slb_conn_end() unlinks it from the table first and frees it by call_rcu(). @svc, @srv
 * and @lease are references that the RCU callback puts, so they outlive every packet that can see
 * the entry.
 */
#ifndef _SLB_CONN_H
#define _SLB_CONN_H

#include <linux/processor.h>	/* for the next; 6.12's does not include it */
#include <linux/bit_spinlock.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/minmax.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <net/dst.h>
#include <uapi/linux/slb.h>

struct slb_lease_map;
struct slb_net;
struct slb_srv;
struct slb_svc;

/* A tick is the unit of all idle times: 64/250, 256/1000, 32/100, 128/300 of a second. */
#define SLB_TICK_SHIFT	(HZ >= 1000 ? 8 : HZ > 256 ? 7 : HZ >= 200 ? 6 : 5)

static inline u16 slb_tick_now(void)
{
	u64 now = get_jiffies_64();

	return (u16)(now >> SLB_TICK_SHIFT);
}

/* Rounded up, so that a timeout is never shorter than asked for. */
static inline u16 slb_tick_from_s(u32 seconds)
{
	return (u16)((((u64)seconds * HZ) >> SLB_TICK_SHIFT) + 1);
}

static inline u32 slb_tick_to_s(u16 ticks)
{
	return (u32)(((u64)ticks << SLB_TICK_SHIFT) / HZ);
}

/* Longest timeout; 14 400 s in ticks stay below 2^16, so that a u16 stamp cannot wrap unseen. */
#define SLB_TIMEOUT_MAX_S	14400

enum slb_dir {
	SLB_DIR_ORIG,		/* client to service */
	SLB_DIR_REPLY,		/* server to local address */
};

/*
 * slb_way.bits; those of SLB_WAY_FIXED are set before the entry is linked, the others change under
 * the lock
 */
#define SLB_WAY_REPLY	0x01	/* this is way 1 */
#define SLB_WAY_V6	0x02
#define SLB_WAY_SHAPED	0x04	/* the service limits this direction's bandwidth */
#define SLB_WAY_TOA	0x08	/* the server has not yet shown that it left SYN_RECV (both ways) */
#define SLB_WAY_ENDED	0x10	/* ended by us: packets are answered by a RST, not forwarded */
#define SLB_WAY_TS	0x20	/* timestamps are shifted */
#define SLB_WAY_TRUSTED	0x40	/* the client's own TOA passes */
#define SLB_WAY_RESTING	0x80	/* way 0 is out of the table; only the lease rests */
#define SLB_WAY_FIXED	(SLB_WAY_REPLY | SLB_WAY_V6 | SLB_WAY_TS | SLB_WAY_TRUSTED)

/**
 * struct slb_way - one direction of a connection: what finds it, and the precomputed answer
 * @next: next entry of the bucket's chain, or the bucket's nulls marker (odd value)
 * @dst: route of this direction's packets; NULL until the first packet needs it. Holds a reference.
 *	Replaced by cmpxchg(); readers are inside RCU and dst_release() frees behind RCU.
 * @scope: VRF or, for link-local clients, ingress interface index, times two, plus one for UDP
 * @sport: source port as received
 * @dport: destination port as received
 * @new_sport: source port as sent
 * @new_dport: destination port as sent
 * @seq_shift: ORIG: added to the sequence number. REPLY: added to acknowledgment and SACK edges
 * @ts_shift: ORIG: added to TSval. REPLY: added to TSecr
 * @end: highest sequence number end (with SYN and FIN) received from this side, its own numbers
 * @ack: last acknowledgment received from this side, as it stood in its packet
 * @seen: tick of the last packet of this direction
 * @state: enum slb_state; equal in both ways, written under the lock
 * @bits: SLB_WAY_*
 * @addr: IPv4: source, destination, new source, new destination. IPv6: the same, four words each,
 *	then the route's cookie.
 *
 * The fields from @scope to @dport and the first two addresses are the key and never change while
 * the way is linked.
 */
struct slb_way {
	unsigned long		next;
	struct dst_entry	*dst;
	u32			scope;
	__be16			sport;
	__be16			dport;
	__be16			new_sport;
	__be16			new_dport;
	u32			seq_shift;
	u32			ts_shift;
	u32			end;
	u32			ack;
	u16			seen;
	u8			state;
	u8			bits;
	__be32			addr[];
};

#define SLB_WAY4_SIZE	64
#define SLB_WAY6_SIZE	128
static_assert(sizeof(struct slb_way) == 48);

/* slb_conn.flags, bit numbers; some are set without the lock, so all changes are atomic */
enum {
	SLB_CONN_LOCK,		/* bit lock: guards state, bits and flags of both ways */
	SLB_CONN_DEAD,		/* slb_conn_end() has begun; whoever sets it does the work */
	SLB_CONN_ANSWERED,	/* the server has sent something */
	SLB_CONN_ACTIVE,	/* counted in srv->active, else in srv->inactive */
	SLB_CONN_RST_REPLY,	/* the RST that led to CLOSE came from the server */
	SLB_CONN_LINKED0,	/* way 0 is in the table */
	SLB_CONN_RST_LOOSE,	/* that RST fell between what is acknowledged and what is sent */
	SLB_CONN_REPLY_SEQ,	/* way 1's @end is known */
	SLB_CONN_OLD_STATE = 8,	/* 4 bits: state before CLOSE */
	SLB_CONN_ACKED = 12,	/* plus enum slb_dir: that way's @ack is known */
	SLB_CONN_ACCT = 14,	/* has a struct slb_acct; set before it is linked */
	SLB_CONN_WSCALE = 16,	/* 4 bits for each direction: window scale + 1, 0: none offered */
	SLB_CONN_COUNTED0 = 24,	/* counted in svc->counted[0]; see slb_limit.c */
	SLB_CONN_COUNTED1,	/* counted in svc->counted[1] */
	SLB_CONN_CLIENT,	/* counted there for its client's prefix, too */
	SLB_CONN_WHY = 28,	/* 4 bits: enum slb_why, where the state does not tell */
	SLB_CONN_OPENED = 32,	/* 32 bits: slb_conn_clock() when it was made */
};

/**
 * struct slb_conn - the line both directions share
 * @svc: service; holds a reference
 * @srv: server; holds a reference
 * @lease: map in which way 1's destination port is leased; holds a reference; never NULL for
 *	fullNAT, always for nat, where way 1's destination is the client itself
 * @wheel: link in the expiry wheel's slot, under the wheel's lock
 * @rcu: once the entry is dead
 * @flags: SLB_CONN_*
 * @mark: mark of the packet that opened the connection; routes cached in the ways are for it
 * @isn: TCP: client's initial sequence number, client's numbers; its last SYN's while in SYN_SENT
 * @last_ts: TCP: highest TSval sent to the server outside of ESTABLISHED and in SYN, FIN and RST
 * @hash: UDP instead of the two: hashes of both ways' keys, while they are linked
 * @cpu: CPU whose wheel holds the entry; under that wheel's lock
 * @slot: slot of that wheel; under that wheel's lock
 */
struct slb_conn {
	struct slb_svc		*svc;
	struct slb_srv		*srv;
	struct slb_lease_map	*lease;
	union {
		struct hlist_node	wheel;
		struct rcu_head		rcu;
	};
	unsigned long		flags;
	u32			mark;
	union {
		struct {
			u32	isn;
			u32	last_ts;
		};
		u32		hash[2];
	};
	u16			cpu;
	u16			slot;
};

static_assert(sizeof(struct slb_conn) == 64);

/**
 * struct slb_acct - behind the ways of a connection with SLB_CONN_ACCT
 * @pkts: by direction
 * @bytes: by direction, layer 3 as received
 *
 * Exact, because a flow log is what somebody pays by; only those who ask for it pay the atomics.
 */
struct slb_acct {
	atomic64_t	pkts[2];
	atomic64_t	bytes[2];
} __aligned(64);

#define SLB_CONN4_SIZE	(sizeof(struct slb_conn) + 2 * SLB_WAY4_SIZE)
#define SLB_CONN6_SIZE	(sizeof(struct slb_conn) + 2 * SLB_WAY6_SIZE)

/* Some namespace has, or had, the setting accounting. */
DECLARE_STATIC_KEY_FALSE(slb_acct_key);

/* The clock of SLB_CONN_OPENED: 8 ms (HZ 300: 7, 100: 10), which last for a year and more. */
#define SLB_CONN_CLOCK_SHIFT	(HZ >= 1000 ? 3 : HZ > 100 ? 1 : 0)

static inline u32 slb_conn_clock(void)
{
	u64 now = get_jiffies_64();

	return now >> SLB_CONN_CLOCK_SHIFT;
}

static inline struct slb_way *slb_conn_way4(const struct slb_conn *conn, int dir)
{
	return (struct slb_way *)((char *)conn + sizeof(*conn) + dir * SLB_WAY4_SIZE);
}

static inline struct slb_way *slb_conn_way6(const struct slb_conn *conn, int dir)
{
	return (struct slb_way *)((char *)conn + sizeof(*conn) + dir * SLB_WAY6_SIZE);
}

/* Bits that do not change, although others in the same byte may be changing. */
static inline u8 slb_way_fixed(const struct slb_way *way)
{
	/* Whatever else is stored meanwhile, these are in it. */
	return data_race(way->bits) & SLB_WAY_FIXED;
}

/* Way 0 starts at the same place in both families, so its bits tell the family. */
static inline bool slb_conn_is_v6(const struct slb_conn *conn)
{
	return slb_way_fixed(slb_conn_way4(conn, SLB_DIR_ORIG)) & SLB_WAY_V6;
}

static inline struct slb_way *slb_conn_way(const struct slb_conn *conn, int dir)
{
	return slb_conn_is_v6(conn) ? slb_conn_way6(conn, dir) : slb_conn_way4(conn, dir);
}

/* Its own counters; only with SLB_CONN_ACCT. */
static inline struct slb_acct *slb_conn_acct(const struct slb_conn *conn)
{
	return (struct slb_acct *)((char *)conn + (slb_conn_is_v6(conn) ? SLB_CONN6_SIZE :
									  SLB_CONN4_SIZE));
}

/* Is the client's address kept? Not from the server's mode, which may have changed since. */
static inline bool slb_conn_is_nat(const struct slb_conn *conn)
{
	return !conn->lease;
}

static inline bool slb_way_is_udp(const struct slb_way *way)
{
	return way->scope & 1;	/* slb_scope() */
}

static inline int slb_way_dir(const struct slb_way *way)
{
	return slb_way_fixed(way) & SLB_WAY_REPLY;
}

static inline struct slb_conn *slb_way_conn(const struct slb_way *way)
{
	size_t size = slb_way_fixed(way) & SLB_WAY_V6 ? SLB_WAY6_SIZE : SLB_WAY4_SIZE;

	return (struct slb_conn *)((char *)way - slb_way_dir(way) * size - sizeof(struct slb_conn));
}

/* Addresses of an IPv6 way, by index: 0 source, 1 destination, 2 new source, 3 new destination. */
static inline struct in6_addr *slb_way_addr6(const struct slb_way *way, int i)
{
	return (struct in6_addr *)&way->addr[4 * i];
}

#define SLB_WAY6_COOKIE	16	/* index in @addr */

/**
 * struct slb_tuple - a packet's own key
 * @scope: as slb_way.scope
 * @sport: source port
 * @dport: destination port
 * @v4: source and destination
 * @v6: source and destination
 */
struct slb_tuple {
	u32			scope;
	__be16			sport;
	__be16			dport;
	union {
		__be32		v4[2];
		struct in6_addr	v6[2];
	};
};

/* The key of an answer to a packet with this key. */
static inline void slb_tuple_reverse(struct slb_tuple *tuple, bool v6)
{
	swap(tuple->sport, tuple->dport);
	if (v6)
		swap(tuple->v6[0], tuple->v6[1]);
	else
		swap(tuple->v4[0], tuple->v4[1]);
}

/* Spin locks are taken under the bit lock, which keeps its CPU: with PREEMPT_RT those sleep. */
#ifdef CONFIG_PREEMPT_RT
#error "slb does not run on PREEMPT_RT kernels"
#endif

static inline void slb_conn_lock(struct slb_conn *conn)
	__acquires(&conn->flags)
{
	bit_spin_lock(SLB_CONN_LOCK, &conn->flags);
}

static inline void slb_conn_unlock(struct slb_conn *conn)
	__releases(&conn->flags)
{
	bit_spin_unlock(SLB_CONN_LOCK, &conn->flags);
}

/**
 * slb_conn_idle_longer() - time since the last packet of either direction, and of the other one
 * @conn: the entry
 * @now: slb_tick_now()
 * @longer: of the direction that has been idle for longer, ticks
 *
 * A stamp taken on another CPU after @now was read looks 65 535 ticks old and counts as 0.
 *
 * Context: any, inside RCU or with the entry held by a wheel's lock.
 * Return: ticks.
 */
static inline u16 slb_conn_idle_longer(const struct slb_conn *conn, u16 now, u16 *longer)
{
	u16 orig = now - READ_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->seen);
	u16 reply = now - READ_ONCE(slb_conn_way(conn, SLB_DIR_REPLY)->seen);

	*longer = max(orig, reply);
	if (unlikely(*longer > U16_MAX - 8))
		return 0;
	return min(orig, reply);
}

/* The same where only the shorter time matters. */
static inline u16 slb_conn_idle(const struct slb_conn *conn, u16 now)
{
	u16 longer;

	return slb_conn_idle_longer(conn, now, &longer);
}

#define SLB_GRAVE_CONNS	61	/* half a kilobyte */

/**
 * struct slb_grave - dead entries that are freed together
 * @rcu: once it is closed
 * @n: entries in @conn
 * @conn: out of the table, the wheel and the lease map; packets may hold them until the RCU sections
 *	in which the grave was closed have ended
 */
struct slb_grave {
	struct rcu_head		rcu;
	unsigned int		n;
	struct slb_conn		*conn[SLB_GRAVE_CONNS];
};

void slb_grave_close(struct slb_grave *grave);
int slb_conn_cache_init(void);
void slb_conn_cache_exit(void);
struct slb_conn *slb_conn_alloc(const struct slb_net *sn, bool v6);
void slb_conn_free_empty(struct slb_conn *conn);
void slb_conn_free_unlinked(struct slb_net *sn, struct slb_conn *conn);
int slb_conn_link(struct slb_net *sn, struct slb_conn *conn, u32 hash);
void slb_conn_end(struct slb_net *sn, struct slb_conn *conn);
void slb_conn_set_state(struct slb_net *sn, struct slb_conn *conn, u8 state);
bool slb_conn_expire(struct slb_net *sn, struct slb_conn *conn, struct slb_grave **grave);
bool slb_conn_reset(struct slb_net *sn, struct slb_conn *conn);
bool slb_conn_reopens(const struct slb_conn *conn, u8 state);
bool slb_conn_rest(struct slb_net *sn, struct slb_conn *conn);
void slb_conn_note(struct slb_conn *conn, u8 why);
u8 slb_conn_why(const struct slb_conn *conn);
u64 slb_conn_age_ms(const struct slb_conn *conn);
void slb_conn_count(const struct slb_conn *conn, int dir, u32 bytes);
void slb_conn_toa_done(struct slb_conn *conn);
bool slb_conn_reclaimable(const struct slb_net *sn, const struct slb_conn *conn, u16 now);
void slb_conn_refile_matching(struct slb_net *sn, const struct slb_svc *svc);
void slb_conn_reset_denied(struct slb_net *sn);
void slb_conn_recount_matching(struct slb_net *sn, const struct slb_svc *svc);
void slb_conn_reset_matching(struct slb_net *sn, const struct slb_svc *svc,
			     const struct slb_srv *srv);
void slb_conn_reset_gone(struct slb_net *sn);
u32 slb_conn_kill_matching(struct slb_net *sn,
			   bool (*match)(const struct slb_conn *conn, const void *arg),
			   const void *arg);
void slb_conn_end_all(struct slb_net *sn);

/* slb_listen.c */
void slb_listen_end_mark(const struct slb_conn *conn);

#endif
