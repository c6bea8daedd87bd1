// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expiry wheels. An entry is in the slot at which it is to be looked at: never later than the slot
 * of its deadline, often earlier, because packets that move the deadline on do not touch it.
 *
 * Who moves an entry? Holders of the connection's lock file it (or its maker, before anybody sees
 * it), the one who set DEAD removes it, and the timer takes it out or moves it on within its wheel.
 * So conn->cpu changes only under the connection's lock, and an entry that is on no wheel stays so
 * until a holder of that lock files it.
 *
 * Stamps (way->seen) have 16 bits: 65 536 ticks, more than four hours. An entry is looked at once
 * in SLB_WHEEL_SLOTS slots at least, whatever its timeout, and a stamp older than SLB_WHEEL_OLD is
 * pulled along each time. So no stamp gets older than the two together, which leaves a thousand
 * ticks for a timer that comes late: an old stamp never wraps and looks fresh. And no timeout is
 * longer than SLB_WHEEL_OLD, so pulling it along does not keep an idle entry alive.
 */
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include "slb_alloc.h"
#include "slb_conn.h"
#include "slb_net.h"
#include "slb_table.h"
#include "slb_wheel.h"

#define SLB_WHEEL_OLD		60000
#define SLB_WHEEL_HORIZON	(SLB_WHEEL_SLOTS * SLB_WHEEL_TICKS)
#define SLB_WHEEL_DUE		32	/* entries that end between two holds of the lock */
#define SLB_WHEEL_RESET		5	/* one that ends with two RSTs counts as so many in a batch */
#define SLB_WHEEL_AHEAD		64	/* ticks that another CPU may have read the clock later */

static_assert(SLB_WHEEL_OLD + SLB_WHEEL_HORIZON + 1000 < U16_MAX);
static_assert((((u64)SLB_TIMEOUT_MAX_S * HZ) >> SLB_TICK_SHIFT) + 1 < SLB_WHEEL_OLD - 1000);
static_assert(65536 / SLB_WHEEL_TICKS % SLB_WHEEL_SLOTS == 0);

/* Slots from the last one worked off to the one for @deadline, within the wheel's reach. */
static unsigned int slb_wheel_dist(const struct slb_wheel *w, u16 deadline)
{
	u16 ticks = deadline - w->tick;

	if (ticks > SLB_WHEEL_OLD)	/* it has passed */
		return 1;
	return clamp((ticks + SLB_WHEEL_TICKS - 1u) / SLB_WHEEL_TICKS, 1u, SLB_WHEEL_SLOTS - 1u);
}

static unsigned int slb_wheel_slot(const struct slb_wheel *w, unsigned int dist)
{
	return (w->tick / SLB_WHEEL_TICKS + dist) % SLB_WHEEL_SLOTS;
}

/* However late it is: a machine that was stopped may find hours gone by. */
static bool slb_wheel_is_due(const struct slb_wheel *w, u16 now)
{
	u16 late = now - w->tick;

	return late >= SLB_WHEEL_TICKS && late < (u16)-SLB_WHEEL_AHEAD;
}

/* At the next jiffy if a slot is due already, else when the next slot is. */
static void slb_wheel_arm(struct slb_wheel *w)
	__must_hold(&w->lock)
{
	unsigned long now = jiffies;
	unsigned long at = now + 1;

	if (w->stopped)
		return;
	if (!slb_wheel_is_due(w, now >> SLB_TICK_SHIFT)) {
		at = now >> SLB_TICK_SHIFT;
		at += (u16)(w->tick + SLB_WHEEL_TICKS - at);
		at <<= SLB_TICK_SHIFT;
	}
	mod_timer(&w->timer, at);
}

static void slb_wheel_link(struct slb_wheel *w, struct slb_conn *conn, unsigned int dist)
	__must_hold(&w->lock)
{
	conn->slot = slb_wheel_slot(w, dist);
	hlist_add_head(&conn->wheel, &w->slot[conn->slot]);
}

/* The wheel an entry is or was on, locked. */
static struct slb_wheel *slb_wheel_of(struct slb_net *sn, const struct slb_conn *conn)
	__acquires(&w->lock)
{
	struct slb_wheel *w;
	u16 cpu;

	for (;;) {
		cpu = READ_ONCE(conn->cpu);
		w = per_cpu_ptr(sn->wheel, cpu);
		spin_lock(&w->lock);
		if (likely(conn->cpu == cpu))
			return w;
		spin_unlock(&w->lock);
	}
}

/* On this CPU's wheel; @conn is on none. */
static void slb_wheel_add(struct slb_net *sn, struct slb_conn *conn, u16 deadline)
{
	struct slb_wheel *w = this_cpu_ptr(sn->wheel);

	spin_lock(&w->lock);
	if (!w->entries)	/* it stood still */
		w->tick = rounddown(slb_tick_now(), SLB_WHEEL_TICKS);
	WRITE_ONCE(conn->cpu, smp_processor_id());
	slb_wheel_link(w, conn, slb_wheel_dist(w, deadline));
	if (!w->entries++)
		slb_wheel_arm(w);
	spin_unlock(&w->lock);
}

/**
 * slb_wheel_file() - look at a connection when its deadline comes
 * @sn: the namespace's balancer
 * @conn: not dead; nobody else sees it yet, or the caller holds its lock. It may be filed already.
 * @deadline: tick
 *
 * Context: BH off.
 */
void slb_wheel_file(struct slb_net *sn, struct slb_conn *conn, u16 deadline)
{
	/*
	 * Stable: only the timer could change it now, from filed to not filed; by
	 * hlist_del_init_rcu(), whose store pairs with this load.
	 */
	if (unlikely(!hlist_unhashed_lockless(&conn->wheel)))
		slb_wheel_remove(sn, conn);
	slb_wheel_add(sn, conn, deadline);
}

/**
 * slb_wheel_refile() - a connection's deadline may have become earlier
 * @sn: the namespace's balancer
 * @conn: not dead; the caller holds its lock
 * @deadline: tick
 *
 * Does nothing when the connection is looked at early enough as it is.
 *
 * Context: BH off.
 */
void slb_wheel_refile(struct slb_net *sn, struct slb_conn *conn, u16 deadline)
{
	struct slb_wheel *w = slb_wheel_of(sn, conn);
	bool filed = !hlist_unhashed(&conn->wheel);

	if (filed) {
		unsigned int want = slb_wheel_dist(w, deadline);
		unsigned int have = (conn->slot - slb_wheel_slot(w, 0)) % SLB_WHEEL_SLOTS;

		if (want < have) {
			hlist_del(&conn->wheel);
			slb_wheel_link(w, conn, want);
		}
	}
	spin_unlock(&w->lock);
	if (!filed)	/* the timer has just found it due by the old deadline */
		slb_wheel_add(sn, conn, deadline);
}

/**
 * slb_wheel_remove() - take a connection off its wheel, if it is on one
 * @sn: the namespace's balancer
 * @conn: the caller holds its lock or has set DEAD under it, or nobody else sees it
 *
 * Context: BH off.
 */
void slb_wheel_remove(struct slb_net *sn, struct slb_conn *conn)
{
	struct slb_wheel *w = slb_wheel_of(sn, conn);

	if (!hlist_unhashed(&conn->wheel)) {
		hlist_del_init_rcu(&conn->wheel);
		w->entries--;
	}
	spin_unlock(&w->lock);
}

/* Packets write the stamp at any time; theirs wins. */
static void slb_wheel_age_way(struct slb_way *way, u16 now)
{
	u16 seen = READ_ONCE(way->seen);
	u16 idle = now - seen;

	if (idle > SLB_WHEEL_OLD && idle <= SLB_WHEEL_OLD + SLB_WHEEL_HORIZON + 1000)
		cmpxchg(&way->seen, seen, (u16)(now - SLB_WHEEL_OLD));
}

static noinline void slb_wheel_age(struct slb_conn *conn, u16 now)
{
	slb_wheel_age_way(slb_conn_way(conn, SLB_DIR_ORIG), now);
	slb_wheel_age_way(slb_conn_way(conn, SLB_DIR_REPLY), now);
}

/*
 * Works off the slots that are due, until all are, the @budget of entries is spent or @due is full.
 * An entry whose time is not over is moved on. Returns the number of those whose time is over; they
 * are in @due and off the wheel.
 */
static unsigned int slb_wheel_collect(struct slb_wheel *w, u16 now, unsigned int *budget,
				      struct slb_conn **due)
{
	unsigned int n = 0;

	spin_lock_bh(&w->lock);
	/* Later than a whole turn: one turn looks at every entry. */
	if (unlikely((u16)(now - w->tick) > SLB_WHEEL_HORIZON) && slb_wheel_is_due(w, now))
		w->tick = rounddown((u16)(now - SLB_WHEEL_HORIZON), SLB_WHEEL_TICKS);
	while (slb_wheel_is_due(w, now)) {
		struct hlist_head *head = &w->slot[slb_wheel_slot(w, 1)];

		while (!hlist_empty(head)) {
			struct slb_conn *conn = hlist_entry(head->first, struct slb_conn, wheel);
			u16 longer, idle = slb_conn_idle_longer(conn, now, &longer);
			u16 timeout = slb_conn_timeout(conn);

			if (!*budget || n == SLB_WHEEL_DUE)
				goto out;
			--*budget;
			hlist_del_init_rcu(&conn->wheel);
			if (idle >= timeout) {
				due[n++] = conn;
				w->entries--;
				continue;
			}
			if (unlikely(longer > SLB_WHEEL_OLD))
				slb_wheel_age(conn, now);
			slb_wheel_link(w, conn, slb_wheel_dist(w, now - idle + timeout));
		}
		w->tick += SLB_WHEEL_TICKS;
	}
out:
	spin_unlock_bh(&w->lock);
	return n;
}

static void slb_wheel_timer(struct timer_list *timer)
{
	struct slb_wheel *w = from_timer(w, timer, timer);
	struct slb_conn *due[SLB_WHEEL_DUE];
	struct slb_grave *grave = NULL;
	unsigned int budget = SLB_WHEEL_BATCH;
	u16 now = slb_tick_now();
	unsigned int i, n;

	/* Off the wheel an entry may be ended by others; RCU keeps it until we are done. */
	rcu_read_lock();
	while ((n = slb_wheel_collect(w, now, &budget, due))) {
		for (i = 0; i < n; i++) {
			if (slb_conn_idle(due[i], now) >
			    slb_conn_timeout(due[i]) + slb_tick_from_s(2))
				slb_count(w->sn, SLB_COUNT_EXPIRE_LATE);
			if (slb_conn_expire(w->sn, due[i], &grave))
				budget -= min(budget, SLB_WHEEL_RESET - 1u);
		}
	}
	slb_grave_close(grave);
	rcu_read_unlock();

	spin_lock(&w->lock);
	if (w->entries)
		slb_wheel_arm(w);
	spin_unlock(&w->lock);
}

/**
 * slb_wheel_init() - make the namespace's wheels
 * @sn: the namespace's balancer
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int slb_wheel_init(struct slb_net *sn)
{
	int cpu;

	sn->wheel = slb_alloc(alloc_percpu_gfp(struct slb_wheel, SLB_GFP_CONFIG));
	if (!sn->wheel)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct slb_wheel *w = per_cpu_ptr(sn->wheel, cpu);

		spin_lock_init(&w->lock);
		timer_setup(&w->timer, slb_wheel_timer, TIMER_PINNED);
		w->sn = sn;
	}
	return 0;
}

/**
 * slb_wheel_stop() - no connection expires any more
 * @sn: the namespace's balancer
 *
 * Filing and removing still work. When this returns, no timer runs.
 *
 * Context: process, may sleep.
 */
void slb_wheel_stop(struct slb_net *sn)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct slb_wheel *w = per_cpu_ptr(sn->wheel, cpu);

		spin_lock_bh(&w->lock);
		w->stopped = true;
		spin_unlock_bh(&w->lock);
		del_timer_sync(&w->timer);
	}
}

/**
 * slb_wheel_exit() - free the namespace's wheels
 * @sn: the namespace's balancer; its wheels are stopped and empty
 *
 * Context: process, may sleep.
 */
void slb_wheel_exit(struct slb_net *sn)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WARN_ON_ONCE(per_cpu_ptr(sn->wheel, cpu)->entries);
	free_percpu(sn->wheel);
	sn->wheel = NULL;
}

#ifdef SLB_SELFTEST
#include "selftest/wheel.c"
#endif
