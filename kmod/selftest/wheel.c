// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the expiry wheel: months of ticks go by in a loop, beside exact 64-bit times.
 */
#include "check.h"

#define SLB_WT_CONNS	64
#define SLB_WT_MANY	1200
#define SLB_WT_STRIDE	(sizeof(struct slb_conn) + 2 * SLB_WAY4_SIZE)

/* One connection's exact times, in ticks. */
struct slb_wt_conn {
	u64		last;		/* packet of either direction */
	u64		quiet;		/* no packets from then on */
	u32		period;		/* between packets */
	int		dir;
	struct slb_svc	*svc;
};

struct slb_wt {
	struct slb_wheel	*w;
	char			*mem;
	struct slb_wt_conn	*c;
	u64			now;
	u64			expired;
	struct rnd_state	rnd;
	int			fails;
};

static struct slb_conn *slb_wt_conn(const struct slb_wt *wt, unsigned int i)
{
	return (struct slb_conn *)(wt->mem + i * SLB_WT_STRIDE);
}

static u16 slb_wt_timeout(const struct slb_wt_conn *c)
{
	return c->svc->ticks[SLB_STATE_NONE];
}

/* A new life: a timeout, and packets in one direction for a while, sometimes longer than 2^16. */
static void slb_wt_start(struct slb_wt *wt, unsigned int i)
{
	struct slb_conn *conn = slb_wt_conn(wt, i);
	struct slb_wt_conn *c = &wt->c[i];
	u32 longest = slb_tick_from_s(SLB_TIMEOUT_MAX_S);
	u16 timeout;

	timeout = 1 + slb_check_random(&wt->rnd, slb_check_random(&wt->rnd, 2) ? longest : 400);
	c->svc->ticks[SLB_STATE_NONE] = timeout;
	c->period = 1 + slb_check_random(&wt->rnd, timeout);
	c->quiet = wt->now + slb_check_random(&wt->rnd, 150000);
	c->dir = slb_check_random(&wt->rnd, 2);
	c->last = wt->now;
	conn->svc = c->svc;
	slb_conn_way(conn, SLB_DIR_ORIG)->seen = wt->now;
	slb_conn_way(conn, SLB_DIR_REPLY)->seen = wt->now;
	if (!wt->w->entries++)
		wt->w->tick = rounddown((u16)wt->now, SLB_WHEEL_TICKS);
	slb_wheel_link(wt->w, conn, slb_wheel_dist(wt->w, (u16)wt->now + timeout));
}

static void slb_wt_packets(struct slb_wt *wt)
{
	unsigned int i;

	for (i = 0; i < SLB_WT_CONNS; i++) {
		struct slb_wt_conn *c = &wt->c[i];

		if (wt->now >= c->quiet || wt->now - c->last < c->period)
			continue;
		c->last = wt->now;
		slb_conn_way(slb_wt_conn(wt, i), c->dir)->seen = wt->now;
	}
}

static void slb_wt_expire(struct slb_wt *wt, unsigned int step)
{
	struct slb_conn *due[SLB_WHEEL_DUE];
	unsigned int budget = SLB_WHEEL_BATCH;
	unsigned int i, n;

	while ((n = slb_wheel_collect(wt->w, wt->now, &budget, due))) {
		while (n--) {
			u64 idle, timeout;

			i = ((char *)due[n] - wt->mem) / SLB_WT_STRIDE;
			idle = wt->now - wt->c[i].last;
			timeout = slb_wt_timeout(&wt->c[i]);
			slb_check(&wt->fails, idle >= timeout);
			slb_check(&wt->fails, idle <= timeout + SLB_WHEEL_TICKS + step);
			slb_check(&wt->fails, hlist_unhashed(&due[n]->wheel));
			wt->expired++;
			slb_wt_start(wt, i);
		}
	}
}

/* Nothing ends early, nothing ends late, whatever wraps. */
static void slb_wt_long(struct slb_wt *wt)
{
	u64 end = wt->now + 1000000;
	unsigned int i, step;

	for (i = 0; i < SLB_WT_CONNS; i++)
		slb_wt_start(wt, i);
	while (wt->now < end) {
		/* The timer is late at times, but never by the thousand ticks it may be. */
		step = slb_check_random(&wt->rnd, 100) ? 1 + slb_check_random(&wt->rnd, 6) :
		       slb_check_random(&wt->rnd, 900);
		wt->now += step;
		slb_wt_expire(wt, step);
		slb_wt_packets(wt);
		if (step == 1)
			cond_resched();
	}
	slb_check(&wt->fails, wt->w->entries == SLB_WT_CONNS);
	slb_check(&wt->fails, wt->expired > 500);
	for (i = 0; i < SLB_WT_CONNS; i++)
		hlist_del_init(&slb_wt_conn(wt, i)->wheel);
	wt->w->entries = 0;
}

/* A crowded slot is worked off in batches, and the wheel does not go on before it is empty. */
static void slb_wt_batches(struct slb_wt *wt)
{
	struct slb_conn *due[SLB_WHEEL_DUE];
	unsigned int i, n, budget, total = 0, turns = 0;
	u16 before;

	wt->now = 0xfff0;	/* and the ticks wrap */
	wt->c[0].svc->ticks[SLB_STATE_NONE] = 40;
	wt->w->tick = rounddown((u16)wt->now, SLB_WHEEL_TICKS);
	for (i = 0; i < SLB_WT_MANY; i++) {
		struct slb_conn *conn = slb_wt_conn(wt, i);

		conn->svc = wt->c[0].svc;
		slb_conn_way(conn, SLB_DIR_ORIG)->seen = wt->now;
		slb_conn_way(conn, SLB_DIR_REPLY)->seen = wt->now;
		slb_wheel_link(wt->w, conn, slb_wheel_dist(wt->w, (u16)wt->now + 40));
	}
	wt->w->entries = SLB_WT_MANY;
	budget = SLB_WHEEL_BATCH;
	slb_check(&wt->fails, !slb_wheel_collect(wt->w, wt->now + 39, &budget, due));
	slb_check(&wt->fails, budget == SLB_WHEEL_BATCH);
	before = wt->w->tick;
	slb_check(&wt->fails, before == (u16)(wt->now + 36));
	while (wt->w->entries && turns++ < 100) {
		unsigned int got = 0;

		budget = SLB_WHEEL_BATCH;
		while ((n = slb_wheel_collect(wt->w, wt->now + 40, &budget, due)))
			got += n;
		slb_check(&wt->fails, got == min_t(u32, SLB_WT_MANY - total, SLB_WHEEL_BATCH));
		slb_check(&wt->fails, total + got == SLB_WT_MANY || wt->w->tick == before);
		total += got;
	}
	slb_check(&wt->fails, total == SLB_WT_MANY);
	slb_check(&wt->fails, turns == DIV_ROUND_UP(SLB_WT_MANY, SLB_WHEEL_BATCH));
}

/*
 * The timer comes @late ticks late: whose time is over ends now, the others stay filed, and no entry
 * is looked at again and again on the way.
 */
static void slb_wt_late(struct slb_wt *wt, u16 late)
{
	const u16 timeout[] = { 3600, 40000 };
	unsigned int budget = SLB_WHEEL_BATCH;
	struct slb_conn *due[SLB_WHEEL_DUE];
	unsigned int i, n, ended = 0, want = 0;

	wt->now += 12345;
	wt->w->tick = rounddown((u16)wt->now, SLB_WHEEL_TICKS);
	for (i = 0; i < 200; i++) {
		struct slb_conn *conn = slb_wt_conn(wt, i);

		conn->svc = wt->c[i % 2].svc;
		conn->svc->ticks[SLB_STATE_NONE] = timeout[i % 2];
		slb_conn_way(conn, SLB_DIR_ORIG)->seen = wt->now;
		slb_conn_way(conn, SLB_DIR_REPLY)->seen = wt->now;
		slb_wheel_link(wt->w, conn, slb_wheel_dist(wt->w, (u16)wt->now + timeout[i % 2]));
		want += late >= timeout[i % 2];
	}
	wt->w->entries = 200;
	wt->now += late;
	while ((n = slb_wheel_collect(wt->w, wt->now, &budget, due)))
		ended += n;
	slb_check(&wt->fails, ended == want);
	slb_check(&wt->fails, wt->w->entries == 200 - want);
	slb_check(&wt->fails, budget >= SLB_WHEEL_BATCH - 400);
	slb_check(&wt->fails, !slb_wheel_is_due(wt->w, wt->now));
	for (i = 0; i < 200; i++)
		hlist_del_init(&slb_wt_conn(wt, i)->wheel);
	wt->w->entries = 0;
}

/* Filing, moving and removing on wheels that run, with deadlines too far off to come. */
static void slb_wt_file(struct slb_wt *wt, struct slb_net *sn)
{
	struct slb_conn *conn = slb_wt_conn(wt, 0);
	struct slb_wheel *w;
	u16 now = slb_tick_now();
	u16 slot, cpu;

	memset(conn, 0, SLB_WT_STRIDE);
	conn->svc = wt->c[0].svc;
	slb_conn_way(conn, SLB_DIR_ORIG)->seen = now;
	slb_conn_way(conn, SLB_DIR_REPLY)->seen = now;
	local_bh_disable();
	slb_wheel_remove(sn, conn);	/* from none */
	slb_wheel_file(sn, conn, now + 2000);
	cpu = conn->cpu;
	slot = conn->slot;
	w = per_cpu_ptr(sn->wheel, cpu);
	slb_check(&wt->fails, w->entries == 1);
	slb_check(&wt->fails, timer_pending(&w->timer));
	slb_wheel_refile(sn, conn, now + 2500);
	slb_check(&wt->fails, conn->slot == slot && conn->cpu == cpu);
	slb_wheel_refile(sn, conn, now + 1000);
	slb_check(&wt->fails, conn->slot == (slot - 1000u / SLB_WHEEL_TICKS) % SLB_WHEEL_SLOTS);
	slb_check(&wt->fails, w->entries == 1);
	slb_wheel_file(sn, conn, now + 3000);	/* while it is filed */
	w = per_cpu_ptr(sn->wheel, conn->cpu);
	slb_check(&wt->fails, w->entries == 1);
	slb_wheel_remove(sn, conn);
	slb_check(&wt->fails, w->entries == 0 && hlist_unhashed(&conn->wheel));
	slb_wheel_refile(sn, conn, now + 1000);	/* while the timer has it, so to say */
	slb_check(&wt->fails, !hlist_unhashed(&conn->wheel));
	slb_wheel_remove(sn, conn);
	local_bh_enable();
	slb_wheel_stop(sn);
	local_bh_disable();
	slb_wheel_file(sn, conn, now + 1000);
	w = per_cpu_ptr(sn->wheel, conn->cpu);
	slb_check(&wt->fails, w->entries == 1 && !timer_pending(&w->timer));
	slb_wheel_remove(sn, conn);
	local_bh_enable();
}

static int slb_wt_run(struct slb_wt *wt)
{
	struct slb_net *sn = kvzalloc(sizeof(*sn), GFP_KERNEL);
	unsigned int i;

	if (!sn || slb_wheel_init(sn)) {
		kvfree(sn);
		return 1;
	}
	for (i = 0; i < SLB_WT_MANY; i++)
		slb_conn_way4(slb_wt_conn(wt, i), SLB_DIR_REPLY)->bits = SLB_WAY_REPLY;
	spin_lock_init(&wt->w->lock);
	prandom_seed_state(&wt->rnd, 2);
	wt->now = 65000;
	slb_wt_long(wt);
	slb_wt_batches(wt);
	for (i = 1000; i < 65000; i += 3999)
		slb_wt_late(wt, i);
	slb_wt_file(wt, sn);
	slb_wheel_exit(sn);
	kvfree(sn);
	return wt->fails;
}

/**
 * slb_selftest_wheel() - tests of slb_wheel
 *
 * Context: process, at module load.
 * Return: number of broken expectations.
 */
int slb_selftest_wheel(void)
{
	struct slb_svc *svc = kvcalloc(SLB_WT_CONNS, sizeof(*svc), GFP_KERNEL);
	struct slb_wt *wt = kzalloc(sizeof(*wt), GFP_KERNEL);
	unsigned int i;
	int fails = 1;

	if (!wt || !svc)
		goto out;
	wt->w = kvzalloc(sizeof(*wt->w), GFP_KERNEL);
	wt->mem = kvcalloc(SLB_WT_MANY, SLB_WT_STRIDE, GFP_KERNEL);
	wt->c = kcalloc(SLB_WT_CONNS, sizeof(*wt->c), GFP_KERNEL);
	if (wt->w && wt->mem && wt->c) {
		for (i = 0; i < SLB_WT_CONNS; i++)
			wt->c[i].svc = &svc[i];
		fails = slb_wt_run(wt);
	}
	kvfree(wt->w);
	kvfree(wt->mem);
	kfree(wt->c);
out:
	kfree(wt);
	kvfree(svc);
	return fails;
}
