// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the schedulers: shares, smoothness, changes while running, wlc against a walk over
 * all, and picks on all CPUs together.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include "check.h"

#define SLB_ST_SRVS	200
#define SLB_ST_PICKS	10000
#define SLB_ST_THREADS	8u

/* A group with as much of a namespace as the schedulers look at. */
struct slb_st {
	struct slb_net		*sn;
	struct slb_group	*group;
	struct slb_srv		*srv;		/* SLB_ST_SRVS of them */
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
	list_add_tail_rcu(&srv->list, &st->group->servers);
	st->group->nservers++;
	slb_sched_weight_locked(st->group, srv, weight);
	mutex_unlock(&st->sn->cfg_mutex);
}

static void slb_st_method(struct slb_st *st, u8 id)
{
	mutex_lock(&st->sn->cfg_mutex);
	slb_check(&st->fails, !slb_sched_set_locked(st->group, id));
	slb_check(&st->fails, slb_sched_id_locked(st->group) == id);
	mutex_unlock(&st->sn->cfg_mutex);
}

/* An empty group with a method; the servers are forgotten, not freed. */
static void slb_st_begin(struct slb_st *st, u8 id)
{
	mutex_lock(&st->sn->cfg_mutex);
	slb_sched_retire_locked(st->group);
	INIT_LIST_HEAD(&st->group->servers);
	st->group->nservers = 0;
	memset(st->srv, 0, SLB_ST_SRVS * sizeof(*st->srv));
	memset(st->picks, 0, SLB_ST_SRVS * sizeof(*st->picks));
	mutex_unlock(&st->sn->cfg_mutex);
	slb_st_method(st, id);
}

/* The index of the server picked, or -1. */
static int slb_st_pick(struct slb_st *st)
{
	struct slb_srv *srv;
	int i = -1;

	local_bh_disable();
	rcu_read_lock();
	srv = slb_sched_pick_rcu(st->group, NULL);
	if (srv) {
		i = srv - st->srv;
		slb_check(&st->fails, srv->weight);
		atomic_inc(&st->picks[i]);
	}
	rcu_read_unlock();
	local_bh_enable();
	return i;
}

static void slb_st_count(struct slb_st *st, unsigned int i, int active, int inactive)
{
	local_bh_disable();
	rcu_read_lock();
	slb_srv_count(&st->srv[i], active, inactive);
	rcu_read_unlock();
	local_bh_enable();
}

/* Every server's picks are its share of @total to within one pick and 1 %. */
static void slb_st_shares(struct slb_st *st, unsigned int n, u32 total)
{
	u64 weights = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		weights += st->srv[i].weight;
	for (i = 0; i < n; i++) {
		s64 want = div64_u64((u64)total * st->srv[i].weight, weights);
		s64 diff = abs(atomic_read(&st->picks[i]) - want);

		slb_check(&st->fails, diff <= 1 + want / 100);
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
	if (id == SLB_SCHED_WLC)
		return;
	memset(st->picks, 0, SLB_ST_SRVS * sizeof(*st->picks));
	for (i = 0; i < 10 * SLB_ST_PICKS; i++)
		slb_st_pick(st);
	slb_st_shares(st, n, 10 * SLB_ST_PICKS);
}

static void slb_st_wrr(struct slb_st *st)
{
	static const u32 weights[] = { 1, 2, 3, 10, 84, 65535, 0, 7 };
	unsigned int i, run = 0;
	int last = -1;

	slb_st_begin(st, SLB_SCHED_WRR);
	for (i = 0; i < ARRAY_SIZE(weights); i++)
		slb_st_add(st, i, weights[i]);
	for (i = 0; i < 7 * SLB_ST_PICKS; i++)
		slb_st_pick(st);
	slb_st_shares(st, ARRAY_SIZE(weights), 7 * SLB_ST_PICKS);

	/* 5:1:1 is smooth: never more than five of the first in a row, the others never twice. */
	slb_st_begin(st, SLB_SCHED_WRR);
	for (i = 0; i < 3; i++)
		slb_st_add(st, i, i ? 1 : 5);
	for (i = 0; i < 700; i++) {
		int picked = slb_st_pick(st);

		run = picked == last ? run + 1 : 1;
		slb_check(&st->fails, run <= (picked ? 1 : 5));
		last = picked;
	}
	slb_st_shares(st, 3, 700);
}

/* The picked one against a walk over all, with counts that rise and fall at random. */
static void slb_st_wlc(struct slb_st *st)
{
	unsigned int i, k, n = 50;

	slb_st_begin(st, SLB_SCHED_WLC);
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
			slb_check(&st->fails, (u64)(256 * atomic_read(&best->active) +
				  atomic_read(&best->inactive)) * srv->weight <=
				  (u64)(256 * atomic_read(&srv->active) +
				  atomic_read(&srv->inactive)) * best->weight);
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

static int slb_st_thread(void *arg)
{
	struct slb_st *st = arg;
	unsigned int i;

	for (i = 0; i < SLB_ST_PICKS; i++) {
		slb_st_pick(st);
		cond_resched();
	}
	if (atomic_dec_and_test(&st->running))
		complete(&st->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* All CPUs pick at once while the method, and what does not matter to the shares, changes. */
static void slb_st_parallel(struct slb_st *st, u8 id)
{
	unsigned int threads = min(num_online_cpus() + 1, SLB_ST_THREADS);
	struct task_struct *task[SLB_ST_THREADS];
	unsigned int i;

	slb_st_begin(st, id);
	for (i = 0; i < 10; i++)
		slb_st_add(st, i, id == SLB_SCHED_RR ? 1 : 1 + i);
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
	slb_st_shares(st, 10, threads * SLB_ST_PICKS);
}

static void slb_st_all(struct slb_st *st)
{
	u8 id;

	for (id = 0; id < SLB_SCHED_COUNT; id++) {
		slb_st_empty(st, id);
		slb_st_change(st, id);
		if (id != SLB_SCHED_WLC)
			slb_st_parallel(st, id);
	}
	slb_st_wrr(st);
	slb_st_wlc(st);
	/* From method to method with servers in place. */
	for (id = 0; id < 3 * SLB_SCHED_COUNT; id++) {
		slb_st_method(st, id % SLB_SCHED_COUNT);
		slb_check(&st->fails, slb_st_pick(st) >= 0);
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
	slb_check(&st->fails, st->sn && st->group && st->srv && st->picks);
	if (!st->fails) {
		prandom_seed_state(&st->rnd, 20240229);
		mutex_init(&st->sn->cfg_mutex);
		spin_lock_init(&st->group->lock);
		INIT_LIST_HEAD(&st->group->servers);
		st->group->sn = st->sn;
		slb_st_all(st);
		mutex_lock(&st->sn->cfg_mutex);
		slb_sched_retire_locked(st->group);
		mutex_unlock(&st->sn->cfg_mutex);
		synchronize_rcu();
	}
	kvfree(st->picks);
	kvfree(st->srv);
	kfree(st->group);
	kvfree(st->sn);
	fails = st->fails;
	kfree(st);
	return fails;
}
