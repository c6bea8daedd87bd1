// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the schedulers: shares, smoothness, changes while running, wlc and lc against a walk over
 * all, and picks on all CPUs together; sched_methods.c has what single methods promise.
 *
 * Shares of what is hashed or drawn are right to within chance: of so many clients that fall on a
 * server independently of each other, their number's standard deviation is at most its square root.
 * Six of them are allowed for, which is missed once in 500 million times.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include "check.h"
#include "../slb_sched_hash.h"

#define SLB_ST_SRVS	200
#define SLB_ST_PICKS	10000
#define SLB_ST_THREADS	8u

/* A group with as much of a namespace as the schedulers look at. */
struct slb_st {
	struct slb_net		*sn;
	struct slb_group	*group;
	struct slb_srv		*srv;		/* SLB_ST_SRVS of them */
	struct slb_ep		*ep;		/* theirs */
	int			*home;		/* server by client, for comparison */
	atomic_t		clients;	/* so far */
	atomic_t		*picks;		/* of each */
	struct rnd_state	rnd;
	struct completion	done;
	atomic_t		running;
	int			fails;
};

static void slb_st_weight(struct slb_st *st, unsigned int i, u32 weight)
{
	mutex_lock(&st->sn->cfg_mutex);
	slb_sched_weight_locked(st->group, &st->srv[i], weight);
	mutex_unlock(&st->sn->cfg_mutex);
}

static void slb_st_add(struct slb_st *st, unsigned int i, u32 weight)
{
	struct slb_srv *srv = &st->srv[i];

	mutex_lock(&st->sn->cfg_mutex);
	slb_check(&st->fails, !slb_sched_reserve_locked(st->group, st->group->nservers + 1));
	srv->group = st->group;
	srv->ep = &st->ep[i];
	list_add_tail_rcu(&srv->list, &st->group->servers);
	st->group->nservers++;
	slb_sched_weight_locked(st->group, srv, weight);
	mutex_unlock(&st->sn->cfg_mutex);
}

static void slb_st_method_sized(struct slb_st *st, u8 id, u32 table_size)
{
	struct slb_group_conf conf;

	slb_group_conf_init(&conf);
	conf.sched = id;
	conf.table_size = table_size;
	mutex_lock(&st->sn->cfg_mutex);
	slb_check(&st->fails, !slb_sched_set_locked(st->group, &conf));
	slb_check(&st->fails, slb_sched_id_locked(st->group) == id);
	mutex_unlock(&st->sn->cfg_mutex);
}

static void slb_st_method(struct slb_st *st, u8 id)
{
	slb_st_method_sized(st, id, SLB_MH_SIZE);
}

/* An empty group with a method; the servers are forgotten, not freed. */
static void slb_st_begin(struct slb_st *st, u8 id)
{
	mutex_lock(&st->sn->cfg_mutex);
	slb_sched_retire(st->group);
	INIT_LIST_HEAD(&st->group->servers);
	st->group->nservers = 0;
	st->group->set.slow_start_s = 0;
	memset(st->srv, 0, SLB_ST_SRVS * sizeof(*st->srv));
	memset(st->picks, 0, SLB_ST_SRVS * sizeof(*st->picks));
	atomic_set(&st->clients, 0);
	mutex_unlock(&st->sn->cfg_mutex);
	slb_st_method(st, id);
}

static bool slb_st_is_mh(u8 id)
{
	return id == SLB_SCHED_MH || id == SLB_SCHED_MH_PORT;
}

/*
 * mh: a new table now, whether or not it is time for one; or not before @late ns have passed. wrr: its
 * cycle is written down now.
 */
static void slb_st_settle(struct slb_st *st, u64 late)
{
	mutex_lock(&st->sn->cfg_mutex);
	slb_sched_locked(st->group)->mh.due = late ? ktime_get_ns() + late : 0;
	slb_sched_locked(st->group)->wrr.changed = jiffies - HZ;
	slb_sched_settle_locked(st->group);
	mutex_unlock(&st->sn->cfg_mutex);
}

/* The index of the server picked, or -1. */
static int slb_st_pick_for(struct slb_st *st, u32 client)
{
	struct slb_pkt pkt = {
		.tuple.v4[0] = cpu_to_be32(0x0a000000 + client),
		.tuple.sport = cpu_to_be16(client),
	};
	struct slb_srv *srv;
	int i = -1;

	local_bh_disable();
	rcu_read_lock();
	srv = slb_sched_pick_rcu(st->group, &pkt);
	if (srv) {
		i = srv - st->srv;
		slb_check(&st->fails, srv->weight);
		atomic_inc(&st->picks[i]);
	}
	rcu_read_unlock();
	local_bh_enable();
	return i;
}

static int slb_st_pick(struct slb_st *st)
{
	return slb_st_pick_for(st, atomic_inc_return(&st->clients));
}

static void slb_st_count(struct slb_st *st, unsigned int i, int active, int inactive)
{
	local_bh_disable();
	rcu_read_lock();
	slb_srv_count(&st->srv[i], active, inactive);
	rcu_read_unlock();
	local_bh_enable();
}

/* How far from its share of @total a server's picks may be. */
static s64 slb_st_bound(u8 id, u32 total, s64 share)
{
	if (id == SLB_SCHED_RR || id == SLB_SCHED_WRR || id == SLB_SCHED_WLC)
		return 1 + share / 100;
	/* mh: and an entry of the table more or less */
	return 1 + 6 * (int_sqrt64(share) + 1) + (slb_st_is_mh(id) ? total / SLB_MH_SIZE + 1 : 0);
}

static void slb_st_shares(struct slb_st *st, u8 id, unsigned int n, u32 total)
{
	u64 weights = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		weights += st->srv[i].weight;
	for (i = 0; i < n; i++) {
		s64 want = div64_u64((u64)total * st->srv[i].weight, weights);
		s64 diff = abs(atomic_read(&st->picks[i]) - want);

		slb_check(&st->fails, diff <= slb_st_bound(id, total, want));
	}
}

static void slb_st_empty(struct slb_st *st, u8 id)
{
	slb_st_begin(st, id);
	slb_check(&st->fails, slb_st_pick(st) < 0);
	slb_st_add(st, 0, 0);
	slb_check(&st->fails, slb_st_pick(st) < 0);
	slb_st_weight(st, 0, 1);
	slb_check(&st->fails, slb_st_pick(st) == 0);
	slb_st_weight(st, 0, 0);
	slb_check(&st->fails, slb_st_pick(st) < 0);
}

/* Methods that look at nothing but connections. */
static bool slb_st_counts(u8 id)
{
	return id == SLB_SCHED_WLC || id == SLB_SCHED_LC;
}

/* Random weight changes, also to and from 0; no server without weight is picked. */
static void slb_st_change(struct slb_st *st, u8 id)
{
	unsigned int i, n = 0;

	slb_st_begin(st, id);
	for (i = 0; i < 4 * SLB_ST_PICKS; i++) {
		if (n < SLB_ST_SRVS && !slb_check_random(&st->rnd, 20)) {
			slb_st_add(st, n, slb_check_random(&st->rnd, 5));
			n++;
		}
		if (n && !slb_check_random(&st->rnd, 5))
			slb_st_weight(st, slb_check_random(&st->rnd, n),
				      slb_check_random(&st->rnd, 2) *
				      slb_check_random(&st->rnd, 65536));
		slb_st_pick(st);
	}
	/* However it came to be, with these weights the shares are right. */
	for (i = 0; i < n; i++)
		slb_st_weight(st, i, id == SLB_SCHED_RR ? 1 : 1 + i % 10);
	for (i = 0; i < 2 * n && id == SLB_SCHED_WRR; i++)
		slb_st_pick(st);
	slb_st_settle(st, 0);
	if (slb_st_counts(id) || id == SLB_SCHED_FO)
		return;
	memset(st->picks, 0, SLB_ST_SRVS * sizeof(*st->picks));
	for (i = 0; i < 10 * SLB_ST_PICKS; i++)
		slb_st_pick(st);
	slb_st_shares(st, id, n, 10 * SLB_ST_PICKS);
}

static bool slb_st_has_cycle(const struct slb_st *st)
{
	struct slb_roster *sched = rcu_dereference_protected(st->group->sched, true);

	return rcu_access_pointer(sched->wrr.cycle);
}

/* 5:1:1 is smooth: never more than five of the first in a row, the others never twice. */
static void slb_st_wrr_smooth(struct slb_st *st, u32 factor, bool cycle)
{
	unsigned int i, run = 0;
	int last = -1;

	slb_st_begin(st, SLB_SCHED_WRR);
	for (i = 0; i < 3; i++)
		slb_st_add(st, i, (i ? 1 : 5) * factor);
	if (cycle)
		slb_st_settle(st, 0);
	slb_check(&st->fails, slb_st_has_cycle(st) == cycle);
	for (i = 0; i < 700; i++) {
		int picked = slb_st_pick(st);

		run = picked == last ? run + 1 : 1;
		slb_check(&st->fails, run <= (picked ? 1 : 5));
		last = picked;
	}
	slb_st_shares(st, SLB_SCHED_WRR, 3, 700);
}

/* A cycle is written down when it is short enough, and forgotten with every change. */
static void slb_st_wrr_cycle(struct slb_st *st)
{
	static const u32 weights[] = { 1, 2, 3, 10, 84, 6553, 0, 7 };
	unsigned int i;

	slb_st_begin(st, SLB_SCHED_WRR);
	slb_st_settle(st, 0);
	slb_check(&st->fails, !slb_st_has_cycle(st));
	for (i = 0; i < ARRAY_SIZE(weights); i++)
		slb_st_add(st, i, weights[i]);
	slb_check(&st->fails, !slb_st_has_cycle(st));
	slb_st_settle(st, 0);
	slb_check(&st->fails, slb_st_has_cycle(st));
	for (i = 0; i < 7 * SLB_ST_PICKS; i++)
		slb_st_pick(st);
	slb_st_shares(st, SLB_SCHED_WRR, ARRAY_SIZE(weights), 7 * SLB_ST_PICKS);

	slb_st_weight(st, 5, 0);
	slb_check(&st->fails, !slb_st_has_cycle(st));
	slb_st_settle(st, 0);
	slb_check(&st->fails, slb_st_has_cycle(st));
	for (i = 0; i < SLB_ST_PICKS; i++)
		slb_check(&st->fails, slb_st_pick(st) != 5);
	slb_st_weight(st, 0, 65535);
	slb_st_settle(st, 0);
	slb_check(&st->fails, !slb_st_has_cycle(st));
	slb_check(&st->fails, slb_st_pick(st) >= 0);
}

static void slb_st_wrr(struct slb_st *st)
{
	static const u32 weights[] = { 1, 2, 3, 10, 84, 65535, 0, 7 };
	unsigned int i;

	slb_st_begin(st, SLB_SCHED_WRR);
	for (i = 0; i < ARRAY_SIZE(weights); i++)
		slb_st_add(st, i, weights[i]);
	for (i = 0; i < 7 * SLB_ST_PICKS; i++)
		slb_st_pick(st);
	slb_st_shares(st, SLB_SCHED_WRR, ARRAY_SIZE(weights), 7 * SLB_ST_PICKS);
	slb_st_wrr_smooth(st, 1, false);
	slb_st_wrr_smooth(st, 1, true);
	slb_st_wrr_smooth(st, 13000, true);
	slb_st_wrr_cycle(st);
}

static u64 slb_st_load(const struct slb_srv *srv)
{
	return 256 * atomic_read(&srv->active) + atomic_read(&srv->inactive);
}

/* The picked one against a walk over all, with counts that rise and fall at random. */
static void slb_st_least(struct slb_st *st, u8 id)
{
	unsigned int i, k, n = 50;
	bool wlc = id == SLB_SCHED_WLC;

	slb_st_begin(st, id);
	for (i = 0; i < n; i++)
		slb_st_add(st, i, i % 7 ? 1 + slb_check_random(&st->rnd, 100) : 0);
	for (i = 0; i < 2 * SLB_ST_PICKS; i++) {
		const struct slb_srv *best, *srv;
		int picked = slb_st_pick(st);

		slb_check(&st->fails, picked >= 0);
		if (picked < 0)
			return;
		best = &st->srv[picked];
		for (k = 0; k < n; k++) {
			srv = &st->srv[k];
			slb_check(&st->fails, !srv->weight ||
				  slb_st_load(best) * (wlc ? srv->weight : 1) <=
				  slb_st_load(srv) * (wlc ? best->weight : 1));
		}
		slb_st_count(st, picked, slb_check_random(&st->rnd, 2), 1);
		k = slb_check_random(&st->rnd, n);
		if (atomic_read(&st->srv[k].active))
			slb_st_count(st, k, -1, 1);
		k = slb_check_random(&st->rnd, n);
		if (atomic_read(&st->srv[k].inactive))
			slb_st_count(st, k, 0, -(int)slb_check_random(&st->rnd, 2));
		if (!slb_check_random(&st->rnd, 100))
			slb_st_weight(st, k, slb_check_random(&st->rnd, 100));
	}
}

#include "sched_methods.c"

static int slb_st_thread(void *arg)
{
	struct slb_st *st = arg;
	unsigned int i;
	int picked;

	for (i = 0; i < SLB_ST_PICKS; i++) {
		picked = slb_st_pick(st);
		if (picked >= 0)
			slb_st_count(st, picked, 1, 0);
		cond_resched();
	}
	if (atomic_dec_and_test(&st->running))
		complete(&st->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Connections by server after all threads are done; each thread may have had one pick under way. */
static void slb_st_loads(struct slb_st *st, u8 id, unsigned int threads)
{
	int share, i;

	for (i = 0; i < 10; i++) {
		share = threads * SLB_ST_PICKS * (id == SLB_SCHED_LC ? 1 : 1 + i) /
			(id == SLB_SCHED_LC ? 10 : 55);
		slb_check(&st->fails, abs(atomic_read(&st->srv[i].active) - share) <=
				      (int)threads + 1 + (id == SLB_SCHED_P2C ? share / 20 : 0));
	}
}

/* All CPUs pick at once while what does not matter to the shares changes. */
static void slb_st_parallel(struct slb_st *st, u8 id)
{
	unsigned int threads = min(num_online_cpus() + 1, SLB_ST_THREADS);
	struct task_struct *task[SLB_ST_THREADS];
	unsigned int i;

	slb_st_begin(st, id);
	for (i = 0; i < 10; i++)
		slb_st_add(st, i, id == SLB_SCHED_RR ? 1 : 1 + i);
	slb_st_settle(st, 0);
	init_completion(&st->done);
	atomic_set(&st->running, 1);
	for (i = 0; i < threads; i++) {
		atomic_inc(&st->running);
		task[i] = kthread_run(slb_st_thread, st, "slb_selftest");
		slb_check(&st->fails, !IS_ERR(task[i]));
		if (IS_ERR(task[i]))
			atomic_dec(&st->running);
	}
	for (i = 10; i < 100; i++) {
		slb_st_add(st, i, 0);
		cond_resched();
	}
	if (!atomic_dec_and_test(&st->running))
		wait_for_completion(&st->done);
	for (i = 0; i < threads; i++)
		if (!IS_ERR(task[i]))
			kthread_stop(task[i]);
	if (slb_st_counts(id) || id == SLB_SCHED_P2C)
		slb_st_loads(st, id, threads);
	else if (id == SLB_SCHED_FO)
		slb_check(&st->fails, atomic_read(&st->picks[9]) == threads * SLB_ST_PICKS);
	else
		slb_st_shares(st, id, 10, threads * SLB_ST_PICKS);
}

static void slb_st_all(struct slb_st *st)
{
	u8 id;

	for (id = 0; id < SLB_SCHED_COUNT; id++) {
		slb_st_empty(st, id);
		slb_st_change(st, id);
		slb_st_parallel(st, id);
	}
	slb_st_wrr(st);
	slb_st_least(st, SLB_SCHED_WLC);
	slb_st_least(st, SLB_SCHED_LC);
	slb_st_fo(st);
	slb_st_fo_others(st);
	slb_st_mh_others(st, 2);
	slb_st_mh_others(st, 10);
	slb_st_mh_others(st, 60);
	slb_st_p2c(st);
	for (id = SLB_SCHED_SH; id <= SLB_SCHED_MH_PORT; id++)
		slb_st_hash(st, id);
	slb_st_slow(st, SLB_SCHED_WRR);
	slb_st_slow(st, SLB_SCHED_WLC);
	slb_st_slow(st, SLB_SCHED_P2C);
	slb_st_mh(st, 1);
	slb_st_mh(st, 100);
	/* From method to method with servers in place. */
	slb_st_begin(st, 0);
	for (id = 0; id < 50; id++)
		slb_st_add(st, id, id % 4);
	for (id = 0; id < 3 * SLB_SCHED_COUNT; id++) {
		slb_st_method(st, id % SLB_SCHED_COUNT);
		slb_check(&st->fails, slb_st_pick(st) >= 0);
	}
}

/* A quarter of them differs from its neighbours in the port only. */
static void slb_st_endpoints(struct slb_st *st)
{
	unsigned int i;

	for (i = 0; i < SLB_ST_SRVS; i++) {
		st->ep[i].key.addr.s6_addr32[0] = cpu_to_be32(0x0a010000 + i / 4 * 4);
		st->ep[i].key.port = cpu_to_be16(8000 + i % 4);
	}
}

/**
 * slb_selftest_sched() - tests of the schedulers
 *
 * Context: module load.
 * Return: how many expectations were broken.
 */
int slb_selftest_sched(void)
{
	struct slb_st *st = kzalloc(sizeof(*st), GFP_KERNEL);
	int fails;

	if (!st)
		return 1;
	st->sn = kvzalloc(sizeof(*st->sn), GFP_KERNEL);
	st->group = kzalloc(sizeof(*st->group), GFP_KERNEL);
	st->srv = kvcalloc(SLB_ST_SRVS, sizeof(*st->srv), GFP_KERNEL);
	st->picks = kvcalloc(SLB_ST_SRVS, sizeof(*st->picks), GFP_KERNEL);
	st->ep = kvcalloc(SLB_ST_SRVS, sizeof(*st->ep), GFP_KERNEL);
	st->home = kvcalloc(SLB_ST_PICKS, sizeof(*st->home), GFP_KERNEL);
	slb_check(&st->fails, st->sn && st->group && st->srv && st->picks && st->ep && st->home);
	if (!st->fails) {
		prandom_seed_state(&st->rnd, 20240229);
		mutex_init(&st->sn->cfg_mutex);
		spin_lock_init(&st->group->lock);
		slb_sched_late_init(st->sn);
		INIT_LIST_HEAD(&st->group->servers);
		INIT_LIST_HEAD(&st->group->late);
		st->group->sn = st->sn;
		slb_st_endpoints(st);
		slb_st_all(st);
		mutex_lock(&st->sn->cfg_mutex);
		slb_sched_retire(st->group);
		mutex_unlock(&st->sn->cfg_mutex);
		slb_sched_late_exit(st->sn);
		synchronize_rcu();
	}
	kvfree(st->home);
	kvfree(st->ep);
	kvfree(st->picks);
	kvfree(st->srv);
	kfree(st->group);
	kvfree(st->sn);
	fails = st->fails;
	kfree(st);
	return fails;
}
