// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and zeroing of per-CPU counters. A counter only ever grows; zeroing remembers what it
 * was, so the CPUs that count need not be disturbed.
 */
#include "slb_net.h"

#define SLB_STATS_WORDS		(sizeof(struct slb_stats) / sizeof(u64))
#define SLB_COUNTERS_WORDS	(sizeof(struct slb_counters) / sizeof(u64))

static void slb_stats_add(u64 *sum, const u64 *part, unsigned int n)
{
	while (n--)
		sum[n] += READ_ONCE(part[n]);
}

static void slb_stats_sub(u64 *sum, const u64 *base, unsigned int n)
{
	while (n--)
		sum[n] -= base[n];
}

/**
 * slb_stats_sum() - a service's or server's counters since it was added
 * @stats: per CPU
 * @sum: the answer
 *
 * Context: any.
 */
void slb_stats_sum(const struct slb_stats __percpu *stats, struct slb_stats *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu)
		slb_stats_add((u64 *)sum, (const u64 *)per_cpu_ptr(stats, cpu), SLB_STATS_WORDS);
}

/**
 * slb_stats_since() - a service's or server's counters since they were zeroed
 * @stats: per CPU
 * @base: the sums then
 * @since: the answer
 *
 * Context: caller holds what guards @base.
 */
void slb_stats_since(const struct slb_stats __percpu *stats, const struct slb_stats *base,
		     struct slb_stats *since)
{
	slb_stats_sum(stats, since);
	slb_stats_sub((u64 *)since, (const u64 *)base, SLB_STATS_WORDS);
}

/**
 * slb_stats_conns() - the connections that a service has
 * @stats: per CPU
 *
 * They are opened and ended on any CPU. The ended are read first: one that ends meanwhile was opened
 * before, and is counted then.
 *
 * Context: any.
 * Return: their number.
 */
u32 slb_stats_conns(const struct slb_stats __percpu *stats)
{
	s64 conns = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		conns -= READ_ONCE(per_cpu_ptr(stats, cpu)->ended);
	for_each_possible_cpu(cpu)
		conns += READ_ONCE(per_cpu_ptr(stats, cpu)->conns);
	return clamp_t(s64, conns, 0, U32_MAX);
}

/**
 * slb_counters_sum() - the namespace's counters since it began
 * @sn: the namespace's balancer
 * @sum: the answer
 *
 * Context: any.
 */
void slb_counters_sum(const struct slb_net *sn, struct slb_counters *sum)
{
	/* Pairs with slb_net_alloc(). */
	const struct slb_counters __percpu *counters = smp_load_acquire(&sn->counters);
	int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!counters)
		return;
	for_each_possible_cpu(cpu)
		slb_stats_add((u64 *)sum, (const u64 *)per_cpu_ptr(counters, cpu),
			      SLB_COUNTERS_WORDS);
	/* The fast path counts its packets once. */
	sum->count[SLB_COUNT_SEEN] += sum->count[SLB_COUNT_FAST];
	sum->count[SLB_COUNT_FORWARDED] += sum->count[SLB_COUNT_FAST];
	sum->count[SLB_COUNT_TABLE_SPLIT] += READ_ONCE(sn->table.splits);
	sum->count[SLB_COUNT_TABLE_NOMEM] += READ_ONCE(sn->table.nomem);
}

/**
 * slb_counters_since_locked() - the namespace's counters since they were zeroed
 * @sn: the namespace's balancer
 * @since: the answer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_counters_since_locked(const struct slb_net *sn, struct slb_counters *since)
{
	lockdep_assert_held(&sn->cfg_mutex);
	slb_counters_sum(sn, since);
	slb_stats_sub((u64 *)since, (const u64 *)&sn->base, SLB_COUNTERS_WORDS);
}

/**
 * slb_counters_zero_locked() - let the namespace's counters begin anew
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_counters_zero_locked(struct slb_net *sn)
{
	lockdep_assert_held(&sn->cfg_mutex);
	slb_counters_sum(sn, &sn->base);
}
