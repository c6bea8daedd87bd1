// SPDX-License-Identifier: GPL-2.0-only
/* Included by slb_limit_conf.c: rates are held, also where the clock and the numbers end. */

#include "check.h"

#define SLB_GCRA_TEST_S		10

/* Tokens of @n each that get through in @seconds, offered every @step units from @start on. */
static u64 slb_gcra_test_run(const struct slb_gcra_rate *rate, u64 start, u64 step, u32 n,
			     u32 seconds)
{
	struct slb_gcra gcra = { ATOMIC64_INIT(start) };
	u64 end = seconds * SLB_GCRA_SECOND;
	u64 at, taken = 0;

	for (at = 0; at < end; at += step)
		taken += slb_gcra_take(&gcra, rate, n, start + at) ? n : 0;
	return taken;
}

static bool slb_gcra_test_near(u64 got, u64 want, u32 permille)
{
	return got * 1000 >= want * (1000 - permille) && got * 1000 <= want * (1000 + permille);
}

/* Over ten seconds, offered twice as much: within 3 %, wherever the clock stands. */
static void slb_gcra_test_bandwidth(int *fails, u32 kbit, u32 bytes)
{
	static const u64 starts[] = { 0, 1, S64_MAX - 5, S64_MIN, U64_MAX - SLB_GCRA_SECOND };
	u64 want = kbit * 125ull * SLB_GCRA_TEST_S;
	struct slb_gcra_rate rate;
	u64 got;
	int i;

	slb_gcra_set(&rate, kbit * 125ull, SLB_LIMIT_BURST, SLB_GCRA_MOST);
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		got = slb_gcra_test_run(&rate, starts[i], slb_gcra_cost(rate.per, bytes) / 2, bytes,
					SLB_GCRA_TEST_S);
		if (!slb_gcra_test_near(got, want, 30))
			pr_err("%u kbit/s, %u bytes from %llu: %llu\n", kbit, bytes, starts[i], got);
		slb_check(fails, slb_gcra_test_near(got, want, 30));
	}
}

static void slb_gcra_test_conns(int *fails)
{
	static const u32 rates[] = { 1, 2, 5, 10, 99, 100, 3000, 100000 };
	struct slb_gcra_rate rate;
	u64 got;
	int i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		u32 burst = max(rates[i] / 10, min(rates[i], 10u));
		/* Where nothing may come ahead of its time, what is offered late is lost. */
		u64 step = SLB_GCRA_SECOND / rates[i] / (rates[i] < 10 ? 64 : 3);

		slb_limit_set_rate(&rate, rates[i]);
		got = slb_gcra_test_run(&rate, 77, step, 1, SLB_GCRA_TEST_S);
		/* The burst, then the rate; one more or less for where it ends. */
		slb_check(fails, got + 1 >= SLB_GCRA_TEST_S * rates[i]);
		slb_check(fails, got <= SLB_GCRA_TEST_S * rates[i] + burst);
		if (rates[i] >= 100)
			slb_check(fails, slb_gcra_test_near(got, SLB_GCRA_TEST_S * rates[i], 30));
	}
}

static void slb_gcra_test_idle(int *fails)
{
	struct slb_gcra_rate rate;
	struct slb_gcra gcra;
	u64 now;
	int i;

	slb_limit_set_rate(&rate, 5);
	/* However long it has idled, of which the longest look like the future: a burst, no more. */
	for (i = 0; i <= 64; i++) {
		now = 1000 + (i < 64 ? 1ULL << i : 3ULL << 62);
		if (now - 1000 <= rate.far && i > 0)
			continue;
		atomic64_set(&gcra.tat, 1000);
		slb_check(fails, slb_gcra_is_idle(&gcra, &rate, now));
		slb_check(fails, slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, !slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, !slb_gcra_is_idle(&gcra, &rate, now));
		/* Given back is as never taken. */
		slb_gcra_give(&gcra, &rate, 1);
		slb_check(fails, slb_gcra_take(&gcra, &rate, 1, now));
		slb_check(fails, !slb_gcra_take(&gcra, &rate, 1, now));
		/* A CPU whose clock is behind refuses, it does not begin anew. */
		slb_check(fails, !slb_gcra_take(&gcra, &rate, 1, now - 1000));
	}
}

/* The extremes of what is configured: no product overflows. */
static void slb_gcra_test_extremes(int *fails)
{
	struct slb_gcra_rate rate;
	struct slb_gcra gcra = {};

	slb_gcra_set(&rate, 125000, SLB_LIMIT_BURST, SLB_GCRA_MOST);
	slb_check(fails, slb_gcra_cost(rate.per, 125000) == SLB_GCRA_SECOND);
	slb_check(fails, slb_gcra_cost(rate.per, 1250) == SLB_GCRA_SECOND / 100);
	slb_check(fails, slb_gcra_cost(rate.per, SLB_GCRA_MOST) / (SLB_GCRA_SECOND / 1000) == 8388);
	/* One of the largest aggregates at the lowest rate holds up the rest for its eight seconds. */
	slb_check(fails, slb_gcra_take(&gcra, &rate, SLB_GCRA_MOST, 0));
	slb_check(fails, !slb_gcra_take(&gcra, &rate, 1, 8 * SLB_GCRA_SECOND));
	slb_check(fails, slb_gcra_take(&gcra, &rate, 1, 9 * SLB_GCRA_SECOND));

	slb_gcra_set(&rate, 12500000000ull, SLB_LIMIT_BURST, SLB_GCRA_MOST);
	slb_check(fails, slb_gcra_test_near(slb_gcra_cost(rate.per, 1500), 7680, 1));
	slb_check(fails, slb_gcra_test_near(slb_gcra_cost(rate.per, 40), 205, 3));
	slb_check(fails, slb_gcra_test_near(slb_gcra_cost(rate.per, SLB_GCRA_MOST), 5368709, 1));

	slb_limit_set_rate(&rate, 1);
	slb_check(fails, slb_gcra_cost(rate.per, 1) == SLB_GCRA_SECOND && !rate.depth);
	slb_limit_set_rate(&rate, 10000000);
	slb_check(fails, slb_gcra_cost(rate.per, 1) == 6400);
	slb_limit_set_rate(&rate, 0);
	slb_check(fails, !rate.per && !rate.depth);
}

/**
 * slb_selftest_gcra() - the arithmetic of rates
 *
 * Context: process.
 * Return: broken expectations.
 */
int slb_selftest_gcra(void)
{
	int fails = 0;

	slb_gcra_test_bandwidth(&fails, 1000, 40);
	slb_gcra_test_bandwidth(&fails, 10000, 1500);
	slb_gcra_test_bandwidth(&fails, 100000, 1500);
	slb_gcra_test_bandwidth(&fails, 1000000, 65535);
	slb_gcra_test_bandwidth(&fails, 100000000, SLB_GCRA_MOST / 2);
	slb_gcra_test_conns(&fails);
	slb_gcra_test_idle(&fails);
	slb_gcra_test_extremes(&fails);
	return fails;
}
