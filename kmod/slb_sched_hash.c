// SPDX-License-Identifier: GPL-2.0-only
/*
 * The array of servers in the order of their addresses, for methods that choose by a hash. Such
 * methods do not keep srv->sched.index. WRITE_ONCE() pairs with picks and slb_sched_other_rcu(),
 * which take no lock: they may meet a server twice while the array moves, but below n no NULL.
 */
#include "slb_sched_hash.h"

/**
 * slb_sched_sorted_find() - a server's place
 * @sched: holds servers in order
 * @srv: the server
 *
 * Context: caller holds group->lock or sn->cfg_mutex.
 * Return: where it is, or where it belongs.
 */
u32 slb_sched_sorted_find(const struct slb_roster *sched, const struct slb_srv *srv)
{
	u32 low = 0, high = sched->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (slb_sched_compare(sched->srv[mid], srv) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * slb_sched_sorted_enter() - put a server at its place
 * @sched: has a free place
 * @srv: is not in it
 * @at: slb_sched_sorted_find() says so
 *
 * Context: caller holds group->lock.
 */
void slb_sched_sorted_enter(struct slb_roster *sched, struct slb_srv *srv, u32 at)
{
	u32 i;

	if (WARN_ON_ONCE(sched->n >= sched->cap))
		return;
	WRITE_ONCE(srv->sched.index, at);
	for (i = sched->n; i > at; i--)
		WRITE_ONCE(sched->srv[i], sched->srv[i - 1]);
	WRITE_ONCE(sched->srv[at], srv);
	/* Places before the count; pairs with those who pick. */
	smp_store_release(&sched->n, sched->n + 1);
}

/**
 * slb_sched_sorted_leave() - take the server at a place out
 * @sched: holds it
 * @at: the place
 *
 * Context: caller holds group->lock.
 */
void slb_sched_sorted_leave(struct slb_roster *sched, u32 at)
{
	u32 i, last = sched->n - 1;

	if (WARN_ON_ONCE(at >= sched->n))
		return;
	for (i = at; i < last; i++)
		WRITE_ONCE(sched->srv[i], sched->srv[i + 1]);
	WRITE_ONCE(sched->n, last);
	WRITE_ONCE(sched->srv[last], NULL);
}
