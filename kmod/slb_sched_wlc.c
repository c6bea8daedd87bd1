// SPDX-License-Identifier: GPL-2.0-only
/*
 * wlc: the server with the least (256 * active + inactive) / weight; among equals the one that
 * was picked longest ago.
 *
 * The heap is ordered by srv->sched.key, which is never above the server's load once all is
 * quiet: counts that rise leave it alone and take no lock; counts that fall below it lower it. A
 * server that comes to the top with a key below its load gets its load as key and sinks, until
 * the top one's key is true. Each rise of a load causes at most one such sinking, so a pick costs
 * O(log n) over time. Where all loads have risen since, one pick would pay for all: after so many
 * sinkings it takes the best of the servers that it has met, and the next ones go on.
 *
 * Raising a key (pick) and lowering a load (load) may cross. Each writes its own word, then reads
 * the other's with a full barrier between: at least one of them sees both and sets the key right.
 */
#include "slb_sched.h"

#define SLB_SCHED_WLC_SETTLE	64	/* servers that may sink in one pick */

static u64 slb_sched_wlc_load_of(const struct slb_srv *srv)
{
	int active = atomic_read(&srv->active);
	int inactive = atomic_read(&srv->inactive);

	/* A connection moves from one to the other in two steps and may be missing in between. */
	return max(active, 0) * 256ull + max(inactive, 0);
}

static bool slb_sched_wlc_before(const struct slb_srv *a, const struct slb_srv *b)
{
	u64 left = a->sched.key * b->weight;
	u64 right = b->sched.key * a->weight;

	return left != right ? left < right : a->sched.turn < b->sched.turn;
}

static void slb_sched_wlc_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	WRITE_ONCE(srv->sched.key, 0);	/* a lower bound that needs no barrier */
	srv->sched.turn = sched->turn;
	slb_sched_heap_enter(sched, srv, slb_sched_wlc_before);
}

static void slb_sched_wlc_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	slb_sched_heap_leave(sched, srv, slb_sched_wlc_before);
}

static void slb_sched_wlc_weigh(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	slb_sched_heap_moved(sched, srv, slb_sched_wlc_before);
}

static void slb_sched_wlc_load(struct slb_group *group, struct slb_srv *srv)
{
	struct slb_roster *sched;

	smp_mb();	/* counts before key; pairs with slb_sched_wlc_settle() */
	if (slb_sched_wlc_load_of(srv) >= READ_ONCE(srv->sched.key))
		return;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, &slb_sched_wlc);
	if (sched && srv->weight) {
		WRITE_ONCE(srv->sched.key, min(srv->sched.key, slb_sched_wlc_load_of(srv)));
		slb_sched_heap_moved(sched, srv, slb_sched_wlc_before);
	}
	spin_unlock(&group->lock);
}

/* Gives the top server its load as key. Returns true if it stays at the top. */
static bool slb_sched_wlc_settle(struct slb_roster *sched, struct slb_srv *srv)
{
	u64 load = slb_sched_wlc_load_of(srv);

	if (load <= srv->sched.key)
		return true;
	WRITE_ONCE(srv->sched.key, load);
	smp_mb();	/* key before counts; pairs with slb_sched_wlc_load() */
	WRITE_ONCE(srv->sched.key, min(load, slb_sched_wlc_load_of(srv)));
	slb_sched_heap_moved(sched, srv, slb_sched_wlc_before);
	return sched->srv[0] == srv;
}

/* The server with the least load, or nearly so. */
static struct slb_srv *slb_sched_wlc_least(struct slb_roster *sched)
{
	struct slb_srv *best = NULL;
	struct slb_srv *srv;
	unsigned int i;

	for (i = 0; i < SLB_SCHED_WLC_SETTLE; i++) {
		srv = sched->srv[0];
		if (slb_sched_wlc_settle(sched, srv))
			return srv;
		if (!best || slb_sched_wlc_before(srv, best))
			best = srv;
	}
	return best;
}

static struct slb_srv *slb_sched_wlc_pick(struct slb_group *group, struct slb_roster *sched,
					  const struct slb_pkt *pkt)
{
	struct slb_srv *srv = NULL;

	spin_lock(&group->lock);
	sched = slb_sched_mine(group, &slb_sched_wlc);
	if (sched && sched->n) {
		srv = slb_sched_wlc_least(sched);
		srv->sched.turn = ++sched->turn;
		slb_sched_heap_moved(sched, srv, slb_sched_wlc_before);
	}
	spin_unlock(&group->lock);
	return srv;
}

const struct slb_sched_ops slb_sched_wlc = {
	.id	= SLB_SCHED_WLC,
	.enter	= slb_sched_wlc_enter,
	.leave	= slb_sched_wlc_leave,
	.weigh	= slb_sched_wlc_weigh,
	.load	= slb_sched_wlc_load,
	.pick	= slb_sched_wlc_pick,
};
