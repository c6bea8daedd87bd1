/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The least loaded server: what wlc, lc and p2c share.
 *
 * wlc and lc keep a heap ordered by srv->sched.key, which is never above the server's load once
 * all is quiet: counts that rise leave it alone and take no lock; counts that fall below it lower
 * it. A server that comes to the top with a key below its load gets its load as key and sinks,
 * until the top one's key is true. Each rise of a load causes at most one such sinking, so a pick
 * costs O(log n) over time. Where all loads have risen since, one pick would pay for all: after so
 * many sinkings it takes the best of the servers that it has met, and the next ones go on.
 *
 * Raising a key (pick) and lowering a load (load) may cross. Each writes its own word, then reads
 * the other's with a full barrier between: at least one of them sees both and sets the key right.
 *
 * Inline, so that each method has its own functions with its own order in them.
 */
#ifndef _SLB_SCHED_LEAST_H
#define _SLB_SCHED_LEAST_H

#include "slb_sched.h"

#define SLB_SCHED_SETTLE	64	/* servers that may sink in one pick */

static inline u64 slb_sched_load_of(const struct slb_srv *srv)
{
	int active = atomic_read(&srv->active);
	int inactive = atomic_read(&srv->inactive);

	/* A connection moves from one to the other in two steps and may be missing in between. */
	return max(active, 0) * 256ull + max(inactive, 0);
}

static __always_inline void slb_sched_least_enter(struct slb_roster *sched, struct slb_srv *srv,
						  slb_sched_before_t before)
{
	WRITE_ONCE(srv->sched.key, 0);	/* a lower bound that needs no barrier */
	srv->sched.turn = sched->turn;
	slb_sched_heap_enter(sched, srv, before);
}

static __always_inline void slb_sched_least_load(struct slb_group *group, struct slb_srv *srv,
						 const struct slb_sched_ops *ops,
						 slb_sched_before_t before)
{
	struct slb_roster *sched;

	smp_mb();	/* counts before key; pairs with slb_sched_least_settle() */
	if (slb_sched_load_of(srv) >= READ_ONCE(srv->sched.key))
		return;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, ops);
	if (sched && srv->sched.in) {
		WRITE_ONCE(srv->sched.key, min(srv->sched.key, slb_sched_load_of(srv)));
		slb_sched_heap_moved(sched, srv, before);
	}
	spin_unlock(&group->lock);
}

/* Gives the top server its load as key. Returns true if it stays at the top. */
static __always_inline bool slb_sched_least_settle(struct slb_roster *sched, struct slb_srv *srv,
						   slb_sched_before_t before)
{
	u64 load = slb_sched_load_of(srv);

	if (load <= srv->sched.key)
		return true;
	WRITE_ONCE(srv->sched.key, load);
	smp_mb();	/* key before counts; pairs with slb_sched_least_load() */
	WRITE_ONCE(srv->sched.key, min(load, slb_sched_load_of(srv)));
	slb_sched_heap_moved(sched, srv, before);
	return sched->srv[0] == srv;
}

/* The server with the least load, or nearly so. */
static __always_inline struct slb_srv *slb_sched_least_of(struct slb_roster *sched,
							  slb_sched_before_t before)
{
	struct slb_srv *best = NULL;
	struct slb_srv *srv;
	unsigned int i;

	for (i = 0; i < SLB_SCHED_SETTLE; i++) {
		srv = sched->srv[0];
		if (slb_sched_least_settle(sched, srv, before))
			return srv;
		if (!best || before(srv, best))
			best = srv;
	}
	return best;
}

static __always_inline struct slb_srv *slb_sched_least_pick(struct slb_group *group,
							    const struct slb_sched_ops *ops,
							    slb_sched_before_t before)
{
	struct slb_srv *srv = NULL;
	struct slb_roster *sched;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, ops);
	if (sched && sched->n) {
		srv = slb_sched_least_of(sched, before);
		srv->sched.turn = ++sched->turn;
		slb_sched_heap_moved(sched, srv, before);
	}
	spin_unlock(&group->lock);
	return srv;
}

#endif
