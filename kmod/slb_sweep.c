// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done to many connections at once: walks over the whole table in process context, in
 * steps that let packets and other work go on between them.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "slb_limit.h"
#include "slb_net.h"

/*
 * A step is done with BH off: about 70 instructions for a bucket and its connection that is not
 * meant, 1500 for one that is ended, 7000 with two RSTs. So a packet waits for some 130 000 of
 * them at most.
 */
#define SLB_SWEEP_BUCKETS	256	/* per step */
#define SLB_SWEEP_ENDED		16	/* per step */
#define SLB_SWEEP_RESETS	100	/* connections, two RSTs each, before the sweep sleeps */
#define SLB_SWEEP_SLEEP_US	500
#define SLB_SWEEP_SLEEPS	20	/* at most, while softirqs are behind */

/**
 * struct slb_sweep - a walk over all connections
 * @sn: the namespace's balancer
 * @svc: only connections of this service; NULL: of any
 * @srv: only connections to this server; NULL: to any
 * @gone: only connections to servers that are gone
 * @match: only connections of which this is true; NULL: any
 * @arg: for @match
 * @ended: connections that were ended
 * @step: connections that were ended in this step
 * @resets: connections that were reset since the sweep has slept
 */
struct slb_sweep {
	struct slb_net		*sn;
	const struct slb_svc	*svc;
	const struct slb_srv	*srv;
	bool			gone;
	bool			(*match)(const struct slb_conn *conn, const void *arg);
	const void		*arg;
	u32			ended;
	unsigned int		step;
	unsigned int		resets;
};

static bool slb_sweep_softirqs_behind(void)
{
	bool behind;

	preempt_disable();
	behind = local_softirq_pending();
	preempt_enable();
	return behind;
}

/*
 * RSTs are made faster than they are worked off where the next device is a virtual one and its queue
 * this CPU's backlog, which holds 1000 packets of whomever. Process context.
 */
static void slb_sweep_sleep(struct slb_sweep *sweep)
{
	unsigned int n = 0;

	if (sweep->resets < SLB_SWEEP_RESETS) {
		cond_resched();
		return;
	}
	do {
		usleep_range(SLB_SWEEP_SLEEP_US, 2 * SLB_SWEEP_SLEEP_US);
	} while (slb_sweep_softirqs_behind() && ++n < SLB_SWEEP_SLEEPS);
	sweep->resets = 0;
}

/* Every connection that lives from before the call to its end is visited. Process context. */
static void slb_sweep(struct slb_sweep *sweep, slb_table_visit_t visit)
{
	u64 cursor = 0;
	bool over;

	do {
		sweep->step = 0;
		local_bh_disable();
		over = slb_table_walk(&sweep->sn->table, &cursor, SLB_SWEEP_BUCKETS, visit, sweep);
		local_bh_enable();
		slb_sweep_sleep(sweep);
	} while (!over && !(sweep->match && fatal_signal_pending(current)));
}

static bool slb_sweep_recount_one(struct slb_conn *conn, void *arg)
{
	const struct slb_sweep *sweep = arg;

	if (conn->svc == sweep->svc)
		slb_limit_recount(conn);
	return true;
}

/**
 * slb_conn_recount_matching() - a service has other limits: count its connections there
 * @sn: the namespace's balancer
 * @svc: the service
 *
 * Context: process, sn->cfg_mutex held.
 */
void slb_conn_recount_matching(struct slb_net *sn, const struct slb_svc *svc)
{
	struct slb_sweep sweep = { .sn = sn, .svc = svc };

	lockdep_assert_held(&sn->cfg_mutex);
	slb_sweep(&sweep, slb_sweep_recount_one);
}

static bool slb_sweep_refile_one(struct slb_conn *conn, void *arg)
{
	const struct slb_sweep *sweep = arg;
	u16 now = slb_tick_now();

	if (sweep->svc && conn->svc != sweep->svc)
		return true;
	slb_conn_lock(conn);
	if (!test_bit(SLB_CONN_DEAD, &conn->flags))
		slb_wheel_refile(sweep->sn, conn,
				 now - slb_conn_idle(conn, now) + slb_conn_timeout(conn));
	slb_conn_unlock(conn);
	return true;
}

/**
 * slb_conn_refile_matching() - timeouts have changed: file what now ends earlier
 * @sn: the namespace's balancer
 * @svc: only connections of this service; NULL: all
 *
 * Context: process, sn->cfg_mutex held.
 */
void slb_conn_refile_matching(struct slb_net *sn, const struct slb_svc *svc)
{
	struct slb_sweep sweep = { .sn = sn, .svc = svc };

	lockdep_assert_held(&sn->cfg_mutex);
	slb_sweep(&sweep, slb_sweep_refile_one);
}

static bool slb_sweep_matches(const struct slb_sweep *sweep, const struct slb_conn *conn)
{
	return (!sweep->svc || conn->svc == sweep->svc) &&
	       (!sweep->srv || conn->srv == sweep->srv) && (!sweep->gone || READ_ONCE(conn->srv->gone));
}

/* False ends the step; that the walk comes to @conn again then does no harm: it has ended. */
static bool slb_sweep_end(struct slb_sweep *sweep, struct slb_conn *conn)
{
	sweep->step++;
	if (slb_conn_reset(sweep->sn, conn))
		sweep->resets++;
	return sweep->step < SLB_SWEEP_ENDED;
}

static bool slb_sweep_reset_one(struct slb_conn *conn, void *arg)
{
	struct slb_sweep *sweep = arg;

	return !slb_sweep_matches(sweep, conn) || slb_sweep_end(sweep, conn);
}

/**
 * slb_conn_reset_matching() - a service or server was removed: reset its connections at both ends
 * @sn: the namespace's balancer
 * @svc: only connections of this service; NULL: of any
 * @srv: only connections to this server; NULL: to any
 *
 * Context: process, sn->cfg_mutex held.
 */
void slb_conn_reset_matching(struct slb_net *sn, const struct slb_svc *svc,
			     const struct slb_srv *srv)
{
	struct slb_sweep sweep = { .sn = sn, .svc = svc, .srv = srv };

	lockdep_assert_held(&sn->cfg_mutex);
	slb_sweep(&sweep, slb_sweep_reset_one);
}

static bool slb_sweep_purge_one(struct slb_conn *conn, void *arg)
{
	struct slb_sweep *sweep = arg;

	return !slb_acl_denies_conn_rcu(conn) || slb_sweep_end(sweep, conn);
}

/**
 * slb_conn_reset_denied() - reset the connections of clients that access lists now keep out
 * @sn: the namespace's balancer
 *
 * Context: process, sn->cfg_mutex held; sleeps.
 */
void slb_conn_reset_denied(struct slb_net *sn)
{
	struct slb_sweep sweep = { .sn = sn };

	lockdep_assert_held(&sn->cfg_mutex);
	synchronize_rcu();	/* who passed by the old lists has linked its connection */
	slb_sweep(&sweep, slb_sweep_purge_one);
}

/**
 * slb_conn_reset_gone() - servers were removed: reset their connections at both ends, by one walk
 * @sn: the namespace's balancer
 *
 * Context: process, sn->cfg_mutex held.
 */
void slb_conn_reset_gone(struct slb_net *sn)
{
	struct slb_sweep sweep = { .sn = sn, .gone = true };

	lockdep_assert_held(&sn->cfg_mutex);
	slb_sweep(&sweep, slb_sweep_reset_one);
}

static bool slb_sweep_kill_one(struct slb_conn *conn, void *arg)
{
	u8 bits = READ_ONCE(slb_conn_way4(conn, SLB_DIR_ORIG)->bits);
	struct slb_sweep *sweep = arg;

	if (bits & (SLB_WAY_ENDED | SLB_WAY_RESTING) || test_bit(SLB_CONN_DEAD, &conn->flags) ||
	    !sweep->match(conn, sweep->arg))
		return true;
	slb_conn_note(conn, SLB_WHY_KILLED);
	slb_count(sweep->sn, SLB_COUNT_KILLED);
	sweep->ended++;
	return slb_sweep_end(sweep, conn);
}

/**
 * slb_conn_kill_matching() - end connections because somebody says so
 * @sn: the namespace's balancer
 * @match: whether a connection is meant; BH off, inside RCU
 * @arg: for @match
 *
 * TCP's ends are reset. Takes no lock but the table's, a bucket at a time. A fatal signal stops it.
 *
 * Context: process; sleeps.
 * Return: how many were ended.
 */
u32 slb_conn_kill_matching(struct slb_net *sn,
			   bool (*match)(const struct slb_conn *conn, const void *arg),
			   const void *arg)
{
	struct slb_sweep sweep = { .sn = sn, .match = match, .arg = arg };

	slb_sweep(&sweep, slb_sweep_kill_one);
	return sweep.ended;
}

static bool slb_sweep_end_one(struct slb_conn *conn, void *arg)
{
	struct slb_sweep *sweep = arg;

	slb_conn_end(sweep->sn, conn);
	return ++sweep->step < SLB_SWEEP_ENDED;
}

/**
 * slb_conn_end_all() - the namespace goes: end every connection without a word
 * @sn: the namespace's balancer; its hooks are unregistered, so no packet opens another
 *
 * Context: process.
 */
void slb_conn_end_all(struct slb_net *sn)
{
	struct slb_sweep sweep = { .sn = sn };

	slb_sweep(&sweep, slb_sweep_end_one);
}
