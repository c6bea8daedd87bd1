// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a connection entry: allocated and filled by slb_open.c, linked here, ended here.
 *
 * Who can still hold an entry when it is freed? A packet that found it in the table (inside RCU),
 * the expiry timer (took it off its wheel under the wheel's lock), a walk (inside RCU), a lease
 * being reclaimed (inside RCU). slb_conn_end() takes it out of the table and the wheel before
 * call_rcu(), and the DEAD bit lets exactly one caller do so; hence none of them when the
 * callback runs.
 */
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_flow.h"
#include "slb_isn.h"
#include "slb_limit.h"
#include "slb_net.h"
#include "slb_pkt.h"
#include "slb_reset.h"
#include "slb_state.h"
#include "slb_trace.h"

DEFINE_STATIC_KEY_FALSE(slb_acct_key);

static struct kmem_cache *slb_conn_cache4;
static struct kmem_cache *slb_conn_cache6;
static struct kmem_cache *slb_conn_cache4_acct;
static struct kmem_cache *slb_conn_cache6_acct;

static_assert(SLB_CONN4_SIZE == 192);
static_assert(SLB_CONN6_SIZE == 320);
static_assert(sizeof(struct slb_acct) == 64);
static_assert(BITS_PER_LONG == 64);	/* slb_conn.flags */

/**
 * slb_conn_cache_init() - create the slab caches
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int slb_conn_cache_init(void)
{
	slb_conn_cache4 = slb_alloc(kmem_cache_create("slb_conn4", SLB_CONN4_SIZE, 64,
						      SLAB_HWCACHE_ALIGN, NULL));
	slb_conn_cache6 = slb_alloc(kmem_cache_create("slb_conn6", SLB_CONN6_SIZE, 64,
						      SLAB_HWCACHE_ALIGN, NULL));
	slb_conn_cache4_acct = slb_alloc(kmem_cache_create("slb_conn4_acct", SLB_CONN4_SIZE +
							   sizeof(struct slb_acct), 64,
							   SLAB_HWCACHE_ALIGN, NULL));
	slb_conn_cache6_acct = slb_alloc(kmem_cache_create("slb_conn6_acct", SLB_CONN6_SIZE +
							   sizeof(struct slb_acct), 64,
							   SLAB_HWCACHE_ALIGN, NULL));
	if (slb_conn_cache4 && slb_conn_cache6 && slb_conn_cache4_acct && slb_conn_cache6_acct)
		return 0;
	slb_conn_cache_exit();
	return -ENOMEM;
}

/**
 * slb_conn_cache_exit() - destroy the slab caches
 *
 * Context: module unload, after rcu_barrier(), so that no callback still frees into them.
 */
void slb_conn_cache_exit(void)
{
	kmem_cache_destroy(slb_conn_cache4);
	kmem_cache_destroy(slb_conn_cache6);
	kmem_cache_destroy(slb_conn_cache4_acct);
	kmem_cache_destroy(slb_conn_cache6_acct);
}

static struct kmem_cache *slb_conn_cache(bool v6, bool acct)
{
	if (unlikely(acct))
		return v6 ? slb_conn_cache6_acct : slb_conn_cache4_acct;
	return v6 ? slb_conn_cache6 : slb_conn_cache4;
}

/**
 * slb_conn_alloc() - a zeroed entry with the family and direction bits set
 * @sn: the namespace's balancer
 * @v6: family
 *
 * Context: softirq.
 * Return: the entry, to be linked or given to slb_conn_free_unlinked(), or NULL.
 */
struct slb_conn *slb_conn_alloc(const struct slb_net *sn, bool v6)
{
	bool acct = static_branch_unlikely(&slb_acct_key) && READ_ONCE(sn->set.accounting);
	struct slb_conn *conn;
	u8 bits = v6 ? SLB_WAY_V6 : 0;

	conn = slb_alloc(kmem_cache_zalloc(slb_conn_cache(v6, acct), GFP_ATOMIC | __GFP_NOWARN));
	if (!conn)
		return NULL;
	conn->flags = (unsigned long)slb_conn_clock() << SLB_CONN_OPENED |
		      (unsigned long)acct << SLB_CONN_ACCT;
	slb_conn_way4(conn, SLB_DIR_ORIG)->bits = bits;
	slb_conn_way(conn, SLB_DIR_REPLY)->bits = bits | SLB_WAY_REPLY;
	return conn;
}

/**
 * slb_conn_free_empty() - free an entry that holds nothing yet
 * @conn: fresh from slb_conn_alloc()
 *
 * Context: softirq.
 */
void slb_conn_free_empty(struct slb_conn *conn)
{
	kmem_cache_free(slb_conn_cache(slb_conn_is_v6(conn),
				       test_bit(SLB_CONN_ACCT, &conn->flags)), conn);
}

/* Puts all that the entry holds. */
static void slb_conn_empty(struct slb_conn *conn)
{
	if (unlikely(conn->svc->key.mark))
		slb_listen_end_mark(conn);
	dst_release(slb_conn_way(conn, SLB_DIR_ORIG)->dst);
	dst_release(slb_conn_way(conn, SLB_DIR_REPLY)->dst);
	slb_srv_put(conn->srv);
	slb_svc_put(conn->svc);
}

static void slb_conn_free(struct slb_conn *conn)
{
	slb_conn_empty(conn);
	slb_conn_free_empty(conn);
}

static void slb_conn_free_rcu(struct rcu_head *rcu)
{
	slb_conn_free(container_of(rcu, struct slb_conn, rcu));
}

static void slb_grave_free_rcu(struct rcu_head *rcu)
{
	struct slb_grave *grave = container_of(rcu, struct slb_grave, rcu);
	unsigned int i, n4 = 0;

	for (i = 0; i < grave->n; i++) {
		slb_conn_empty(grave->conn[i]);
		if (!slb_conn_is_v6(grave->conn[i])) {
			swap(grave->conn[i], grave->conn[n4]);
			n4++;
		}
	}
	kmem_cache_free_bulk(slb_conn_cache4, n4, (void **)grave->conn);
	kmem_cache_free_bulk(slb_conn_cache6, grave->n - n4, (void **)grave->conn + n4);
	kfree(grave);
}

/**
 * slb_grave_close() - free what lies in a grave once nobody can hold it
 * @grave: NULL does nothing
 *
 * Context: BH off.
 */
void slb_grave_close(struct slb_grave *grave)
{
	if (grave)
		call_rcu(&grave->rcu, slb_grave_free_rcu);
}

/* Frees a dead entry behind RCU: with others if there is an open grave or memory for one. */
static void slb_conn_bury(struct slb_conn *conn, struct slb_grave **grave)
{
	/* Those of a grave are freed to two caches by their family. */
	if (unlikely(test_bit(SLB_CONN_ACCT, &conn->flags)))
		grave = NULL;
	if (grave && !*grave) {
		*grave = slb_alloc(kmalloc(sizeof(**grave), GFP_ATOMIC | __GFP_NOWARN));
		if (*grave)
			(*grave)->n = 0;
	}
	if (!grave || !*grave) {
		call_rcu(&conn->rcu, slb_conn_free_rcu);
		return;
	}
	(*grave)->conn[(*grave)->n++] = conn;
	if ((*grave)->n == SLB_GRAVE_CONNS) {
		slb_grave_close(*grave);
		*grave = NULL;
	}
}

static void slb_conn_release_lease(struct slb_conn *conn)
{
	if (slb_conn_is_nat(conn))
		return;
	slb_lease_release(conn->lease, slb_conn_way(conn, SLB_DIR_REPLY)->dport);
}

/**
 * slb_conn_free_unlinked() - free an entry that never was in the table
 * @sn: the namespace's balancer
 * @conn: has svc, srv and, for fullNAT, lease set
 *
 * Context: softirq.
 */
void slb_conn_free_unlinked(struct slb_net *sn, struct slb_conn *conn)
{
	slb_conn_release_lease(conn);
	slb_conn_free(conn);
}

/* Moves the entry's one count between the server's active and inactive. Under the conn's lock. */
static void slb_conn_account(struct slb_conn *conn, bool active)
{
	if (active == test_bit(SLB_CONN_ACTIVE, &conn->flags))
		return;
	if (active) {
		set_bit(SLB_CONN_ACTIVE, &conn->flags);
		slb_srv_count(conn->srv, 1, -1);
	} else {
		clear_bit(SLB_CONN_ACTIVE, &conn->flags);
		slb_srv_count(conn->srv, -1, 1);
	}
}

/**
 * slb_conn_link() - make a filled entry visible
 * @sn: the namespace's balancer
 * @conn: complete: both ways, svc, srv, lease
 * @hash: of way 0's key, see slb_table_insert()
 *
 * Filed on the wheel before the table, so that whoever finds it in the table can end it.
 *
 * Context: softirq, inside RCU.
 * Return: 0, -EEXIST if the client's tuple is linked already, -EADDRINUSE if the server's is;
 * then the entry is not linked and the caller frees it.
 */
int slb_conn_link(struct slb_net *sn, struct slb_conn *conn, u32 hash)
{
	u8 state = slb_conn_way4(conn, SLB_DIR_ORIG)->state;
	bool active = slb_state_active(state);
	int err;

	if (active)
		__set_bit(SLB_CONN_ACTIVE, &conn->flags);	/* nobody else sees it yet */
	slb_srv_count(conn->srv, active, !active);
	atomic_inc(&sn->conns);
	slb_wheel_file(sn, conn, slb_tick_now() + slb_conn_timeout(conn));
	err = slb_table_insert(&sn->table, conn, hash);
	if (!err) {
		slb_count(sn, SLB_COUNT_CONN_CREATED);
		trace_slb_conn_new(sn, conn, SLB_STATE_NONE, state);
		slb_flow_opened(sn, conn);
		return 0;
	}

	slb_wheel_remove(sn, conn);
	atomic_dec(&sn->conns);
	slb_srv_count(conn->srv, -active, -!active);
	return err;
}

/* See slb_conn_end(). */
static void slb_conn_end_into(struct slb_net *sn, struct slb_conn *conn, struct slb_grave **grave)
{
	bool active, dead;

	/* Under the lock, so that nobody files a dead entry on a wheel, or counts it anew. */
	slb_conn_lock(conn);
	dead = test_and_set_bit(SLB_CONN_DEAD, &conn->flags);
	active = test_bit(SLB_CONN_ACTIVE, &conn->flags);
	if (unlikely(!dead && conn->flags & (BIT(SLB_CONN_COUNTED0) | BIT(SLB_CONN_COUNTED1))))
		slb_limit_forget(conn);
	slb_conn_unlock(conn);
	if (dead)
		return;

	trace_slb_conn_end(sn, conn, slb_conn_way4(conn, SLB_DIR_ORIG)->state, SLB_STATE_NONE);
	slb_flow_closed(sn, conn);
	slb_table_remove(&sn->table, conn);
	if (!hlist_unhashed_lockless(&conn->wheel))	/* nobody files it any more */
		slb_wheel_remove(sn, conn);
	slb_srv_count(conn->srv, active ? -1 : 0, active ? 0 : -1);

	slb_conn_release_lease(conn);
	slb_count(sn, SLB_COUNT_CONN_DESTROYED);
	this_cpu_inc(conn->svc->stats->ended);
	atomic_dec(&sn->conns);
	slb_conn_bury(conn, grave);
}

/**
 * slb_conn_end() - take an entry out and free it behind RCU
 * @sn: the namespace's balancer
 * @conn: linked; found under RCU or taken off the wheel
 *
 * Of concurrent callers one does the work; the others return at once.
 *
 * Context: any with BH off, inside RCU; not under the table's or the wheel's locks.
 */
void slb_conn_end(struct slb_net *sn, struct slb_conn *conn)
{
	slb_conn_end_into(sn, conn, NULL);
}

/**
 * slb_conn_set_state() - enter a state
 * @sn: the namespace's balancer
 * @conn: the entry
 * @state: enum slb_state
 *
 * Files the entry again when the new state's timeout ends earlier than the old one's.
 *
 * Context: BH off, inside RCU, caller holds the conn's lock.
 */
void slb_conn_set_state(struct slb_net *sn, struct slb_conn *conn, u8 state)
{
	u16 before = slb_conn_timeout(conn);
	u8 old = slb_conn_way4(conn, SLB_DIR_ORIG)->state;

	if (old == state || test_bit(SLB_CONN_DEAD, &conn->flags))
		return;
	if (state == SLB_STATE_CLOSE)
		set_mask_bits(&conn->flags, 0xful << SLB_CONN_OLD_STATE,
			      (unsigned long)old << SLB_CONN_OLD_STATE);
	WRITE_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->state, state);
	WRITE_ONCE(slb_conn_way(conn, SLB_DIR_REPLY)->state, state);
	trace_slb_conn_state(sn, conn, old, state);
	slb_conn_account(conn, slb_state_active(state));
	if (slb_conn_timeout(conn) < before)
		slb_wheel_refile(sn, conn, slb_tick_now() + slb_conn_timeout(conn));
}

/* Have its ends ended the connection themselves, or is it over with them already? */
static bool slb_conn_is_over(u8 state)
{
	return state == SLB_STATE_TIME_WAIT || state == SLB_STATE_LAST_ACK ||
	       state == SLB_STATE_CLOSE;
}

/**
 * slb_conn_note() - say why a connection is about to be ended
 * @conn: the entry
 * @why: enum slb_why; what was said first stands, and what the connection's ends have ended
 *	themselves is theirs
 *
 * Context: any, inside RCU.
 */
void slb_conn_note(struct slb_conn *conn, u8 why)
{
	if (slb_conn_is_over(READ_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->state)) ||
	    READ_ONCE(conn->flags) >> SLB_CONN_WHY & 0xf)
		return;
	set_mask_bits(&conn->flags, 0xful << SLB_CONN_WHY, (unsigned long)why << SLB_CONN_WHY);
}

static u8 slb_conn_why_reset(unsigned long flags)
{
	if (!(flags & BIT(SLB_CONN_RST_REPLY)))
		return SLB_WHY_CLIENT_RST;
	return (flags >> SLB_CONN_OLD_STATE & 0xf) == SLB_STATE_SYN_SENT ? SLB_WHY_REFUSED :
									  SLB_WHY_SERVER_RST;
}

/**
 * slb_conn_why() - why did a connection end?
 * @conn: the entry, about to go
 *
 * Context: any, inside RCU.
 * Return: enum slb_why.
 */
u8 slb_conn_why(const struct slb_conn *conn)
{
	unsigned long flags = READ_ONCE(conn->flags);
	u8 why = flags >> SLB_CONN_WHY & 0xf;

	if (why)
		return why;
	switch (READ_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->state)) {
	case SLB_STATE_CLOSE:
		return slb_conn_why_reset(flags);
	case SLB_STATE_TIME_WAIT:
	case SLB_STATE_LAST_ACK:
		return SLB_WHY_CLOSED;
	case SLB_STATE_SYN_SENT:
		return flags & BIT(SLB_CONN_ANSWERED) ? SLB_WHY_TIMEOUT : SLB_WHY_UNANSWERED;
	default:
		return SLB_WHY_TIMEOUT;
	}
}

/**
 * slb_conn_age_ms() - time from a connection's first packet to its last
 * @conn: the entry
 *
 * To a tick, a quarter of a second, where the last packet was long ago.
 *
 * Context: any, inside RCU.
 * Return: milliseconds; a connection is forgotten long before the clock wraps, after 417 days, unless
 *	it is never idle.
 */
u64 slb_conn_age_ms(const struct slb_conn *conn)
{
	u32 opened = READ_ONCE(conn->flags) >> SLB_CONN_OPENED;
	u64 age = (u64)(u32)(slb_conn_clock() - opened) << SLB_CONN_CLOCK_SHIFT;
	u64 idle = (u64)slb_conn_idle(conn, slb_tick_now()) << SLB_TICK_SHIFT;

	return age > idle ? div_u64(jiffies64_to_nsecs(age - idle), NSEC_PER_MSEC) : 0;
}

/**
 * slb_conn_count() - count a packet of a connection that has counters of its own
 * @conn: the entry
 * @dir: enum slb_dir
 * @bytes: its length at layer 3
 *
 * Context: softirq or BH off, inside RCU.
 */
void slb_conn_count(const struct slb_conn *conn, int dir, u32 bytes)
{
	struct slb_acct *acct = slb_conn_acct(conn);

	atomic64_inc(&acct->pkts[dir]);
	atomic64_add(bytes, &acct->bytes[dir]);
}

/* Both ways' bits under the lock; packets read them without. */
static void slb_conn_set_bits(struct slb_conn *conn, u8 bits)
	__must_hold(&conn->flags)
{
	struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_way *reply = slb_conn_way(conn, SLB_DIR_REPLY);

	WRITE_ONCE(orig->bits, orig->bits | bits);
	WRITE_ONCE(reply->bits, reply->bits | bits);
}

/**
 * slb_conn_toa_done() - the server has the client's address or will never ask
 * @conn: the entry
 *
 * Context: BH off, inside RCU.
 */
void slb_conn_toa_done(struct slb_conn *conn)
{
	struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_way *reply = slb_conn_way(conn, SLB_DIR_REPLY);

	slb_conn_lock(conn);
	WRITE_ONCE(orig->bits, orig->bits & ~SLB_WAY_TOA);
	WRITE_ONCE(reply->bits, reply->bits & ~SLB_WAY_TOA);
	slb_conn_unlock(conn);
}

/**
 * slb_conn_reset() - end a connection that its endpoints have not ended
 * @sn: the namespace's balancer
 * @conn: the entry
 *
 * TCP: both ends get a RST they accept, and the entry stays in CLOSE to answer a challenge ACK
 * (RFC 5961 section 3.2) with the exact number. UDP, and TCP whose ends have closed already: the
 * entry just ends.
 *
 * Context: BH off, inside RCU.
 * Return: whether RSTs were sent.
 */
bool slb_conn_reset(struct slb_net *sn, struct slb_conn *conn)
{
	struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	u8 state;

	slb_conn_lock(conn);
	state = orig->state;
	if (orig->bits & SLB_WAY_ENDED || test_bit(SLB_CONN_DEAD, &conn->flags)) {
		slb_conn_unlock(conn);
		return false;
	}
	if (state == SLB_STATE_UDP || state == SLB_STATE_TIME_WAIT || state == SLB_STATE_CLOSE ||
	    orig->bits & SLB_WAY_RESTING) {
		slb_conn_unlock(conn);
		slb_conn_note(conn, SLB_WHY_REMOVED);
		slb_conn_end(sn, conn);
		return false;
	}
	slb_conn_note(conn, SLB_WHY_REMOVED);
	slb_conn_set_bits(conn, SLB_WAY_ENDED);
	/* The whole of CLOSE's timeout to answer in, however long the connection has idled. */
	WRITE_ONCE(orig->seen, slb_tick_now());
	slb_conn_set_state(sn, conn, SLB_STATE_CLOSE);
	slb_conn_unlock(conn);
	slb_reset_conn(sn, conn, SLB_DIR_REPLY);
	slb_reset_conn(sn, conn, SLB_DIR_ORIG);
	return true;
}

/**
 * slb_conn_reopens() - does a client's SYN open afresh?
 * @conn: an entry that has not ended
 * @state: its state
 *
 * In SYN_SENT nothing has been heard of the server. If that has gone down since, the client's
 * repeated SYN would go there in vain, until the client gives up; another server can answer it.
 *
 * Context: any, inside RCU; the entry holds its server.
 * Return: true when nothing of the old connection is left to lose.
 */
bool slb_conn_reopens(const struct slb_conn *conn, u8 state)
{
	return slb_state_reopens(state) ||
	       (state == SLB_STATE_SYN_SENT && READ_ONCE(conn->srv->down));
}

/**
 * slb_conn_rest() - give a client's tuple free and let only the lease rest
 * @sn: the namespace's balancer
 * @conn: an entry whose client opens afresh
 *
 * The server may hold the old tuple in TIME_WAIT, so its local port stays leased until the
 * entry's deadline or until it is reclaimed, which hands the old numbers to the next user. In nat
 * mode the server meets the client itself, whose numbers are its own affair: the entry ends, so
 * that the same server can be chosen again.
 *
 * Context: softirq, inside RCU.
 * Return: false if the entry has come to life again since the packet looked, and stays.
 */
bool slb_conn_rest(struct slb_net *sn, struct slb_conn *conn)
{
	struct slb_way *orig = slb_conn_way4(conn, SLB_DIR_ORIG);

	slb_conn_lock(conn);
	if (test_bit(SLB_CONN_DEAD, &conn->flags) || orig->bits & SLB_WAY_RESTING) {
		slb_conn_unlock(conn);
		return true;
	}
	if (!(orig->bits & SLB_WAY_ENDED) && !slb_conn_reopens(conn, orig->state)) {
		slb_conn_unlock(conn);
		return false;
	}
	slb_conn_set_bits(conn, SLB_WAY_RESTING);
	slb_conn_unlock(conn);

	if (slb_conn_is_nat(conn))
		slb_conn_end(sn, conn);
	else
		slb_table_remove_orig(&sn->table, conn);
	slb_count(sn, SLB_COUNT_CONN_REOPENED);
	return true;
}

/* Back on a wheel until @state's timeout, unless somebody ends the entry. */
static void slb_conn_file_again(struct slb_net *sn, struct slb_conn *conn, u8 state)
{
	slb_conn_lock(conn);
	if (!test_bit(SLB_CONN_DEAD, &conn->flags))
		slb_wheel_file(sn, conn, slb_tick_now() + READ_ONCE(conn->svc->ticks[state]));
	slb_conn_unlock(conn);
}

/**
 * slb_conn_expire() - an entry's time is over
 * @sn: the namespace's balancer
 * @conn: taken off its wheel
 * @grave: where it is put if it ends; the caller closes the last one
 *
 * Ends that may still have something to say to each other are told, half closed ones too: a
 * program that waits for an answer after its own FIN would wait for ever.
 *
 * Context: timer softirq, inside RCU.
 * Return: whether RSTs were sent.
 */
bool slb_conn_expire(struct slb_net *sn, struct slb_conn *conn, struct slb_grave **grave)
{
	u8 state = READ_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->state);

	if (slb_state_open(state) && READ_ONCE(sn->set.idle_reset)) {
		slb_count(sn, SLB_COUNT_IDLE_RESET);
		slb_conn_note(conn, SLB_WHY_TIMEOUT);
		this_cpu_inc(conn->svc->stats->idle_reset);
		this_cpu_inc(conn->srv->stats->idle_reset);
		slb_conn_file_again(sn, conn, SLB_STATE_CLOSE);
		return slb_conn_reset(sn, conn);
	}
	if (state == SLB_STATE_SYN_SENT && !test_bit(SLB_CONN_ANSWERED, &conn->flags)) {
		this_cpu_inc(conn->svc->stats->syn_unanswered);
		this_cpu_inc(conn->srv->stats->syn_unanswered);
	}
	slb_count(sn, SLB_COUNT_CONN_EXPIRED);
	slb_conn_end_into(sn, conn, grave);
	return false;
}

/**
 * slb_conn_reclaimable() - may the entry's lease be taken for a new connection?
 * @sn: the namespace's balancer
 * @conn: the entry
 * @now: slb_tick_now()
 *
 * Context: softirq, inside RCU.
 * Return: true in CLOSE, TIME_WAIT and LAST_ACK, for an unanswered SYN and an idle UDP flow.
 */
bool slb_conn_reclaimable(const struct slb_net *sn, const struct slb_conn *conn, u16 now)
{
	const struct slb_way *reply = slb_conn_way(conn, SLB_DIR_REPLY);

	switch (READ_ONCE(reply->state)) {
	case SLB_STATE_CLOSE:
	case SLB_STATE_TIME_WAIT:
	case SLB_STATE_LAST_ACK:
		return true;
	case SLB_STATE_SYN_SENT:
		return !test_bit(SLB_CONN_ANSWERED, &conn->flags) &&
		       (u16)(now - READ_ONCE(reply->seen)) >= READ_ONCE(sn->set.reclaim_unanswered);
	case SLB_STATE_UDP:
		return slb_conn_idle(conn, now) >= READ_ONCE(sn->set.reclaim_udp);
	default:
		return false;
	}
}
