// SPDX-License-Identifier: GPL-2.0-only
/* Rows about many connections: filling the table, packets of flows in random order, what the
 * kernel does while they idle, and their removal.
 */
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/ktime.h>
#include "gen_row.h"

enum gen_load_amount {
	GEN_IDLE_S		= 60,
	GEN_REFRESH_S		= 100,	/* in which each flow gets one packet */
	GEN_REFRESH_WARM	= 2,	/* rounds of that, before the first deadline */
	GEN_REFRESH_ROUNDS	= 3,
	GEN_BURSTS		= 10,	/* of refreshing packets, per second */
	GEN_RANDOM_MIN		= 8192,
	GEN_RANDOM_MAX		= 50000
};

/* UDP flows are answered unless told otherwise; TCP flows have shaken hands, and talked where
 * @talked.
 */
static int gen_load_open_one(struct gen_flow *flow, bool talked, bool measure, u32 *cost)
{
	int err;

	if (flow->proto == IPPROTO_TCP)
		return gen_flow_shake(flow, talked, measure, cost);
	err = gen_flow_send(flow, GEN_TO_SERVER, 0, GEN_UDP_PAYLOAD, measure, cost);
	if (err || !gen_conf.answer)
		return err;
	return gen_flow_send(flow, GEN_TO_CLIENT, 0, GEN_UDP_PAYLOAD, false, NULL);
}

/**
 * gen_load_open() - open as many flows as the guest was told to, and store them
 * @run: the row
 * @talked: TCP flows have sent data each way
 * @measure: the model sees their first packets
 * @sum: what the first packets cost
 *
 * Return: 0 or a negative error.
 */
int gen_load_open(const struct gen_run *run, bool talked, bool measure, struct gen_sum *sum)
{
	u32 n = gen_conf.conns;
	int err;
	u32 i;

	err = gen_store_open(run, n);
	gen_sum_init(sum, n);
	for (i = 0; !err && i < n; i++) {
		u32 cost = 0;

		if (i == n / 2)
			gen_dev_model_reset();
		err = gen_load_open_one(gen_store_new(i), talked, measure, &cost);
		gen_sum_add(sum, cost);
		gen_store_put(i);
	}
	return err;
}

/**
 * gen_row_fill() - the first packets of as many flows as the parameter conns says
 * @run: the row
 *
 * The flows stay stored for rows that follow.
 *
 * Return: 0 or a negative error.
 */
int gen_row_fill(const struct gen_run *run)
{
	struct gen_load load;
	struct gen_sum sum;
	int err;

	err = gen_trace_start();
	if (err)
		return err;
	err = gen_load_open(run, true, true, &sum);
	gen_trace_stop(&load);
	if (err)
		return err;
	gen_sum_report(run, &sum);
	gen_result(",\"softirq\":%llu,\"own\":%llu", load.softirq, gen_store_bytes());
	if (gen_conf.model)
		gen_result(",\"model\":%u,\"modelled\":%llu", gen_dev_model_report(),
			   sum.n - sum.n / 2);
	return 0;
}

/**
 * gen_row_random() - packets of the stored flows in random order, either direction
 * @run: the row; if no flows of its kind are stored, they are opened first
 *
 * Return: 0 or a negative error.
 */
int gen_row_random(const struct gen_run *run)
{
	bool tcp = run->row->proto == IPPROTO_TCP;
	u32 samples = clamp_t(u32, gen_conf.conns, GEN_RANDOM_MIN, GEN_RANDOM_MAX);
	struct gen_sum sum;
	u32 state = 1;
	int err = 0;
	u32 i;

	if (!gen_store_has(run))
		err = gen_load_open(run, true, false, &sum);
	gen_sum_init(&sum, samples);
	for (i = 0; !err && i < 2 * samples; i++) {
		bool warm = i < samples;
		struct gen_flow *flow;
		u32 cost = 0;

		if (i == samples)
			gen_dev_model_reset();
		if (i % GEN_FLOWS == 0)
			usleep_range(GEN_PACE_US, GEN_PACE_US + 1);
		state = state * 1664525 + 1013904223;
		flow = gen_store_get((u64)state * gen_store_count() >> 32);
		err = gen_flow_send(flow, state >> 16 & 1, tcp ? GEN_ACK : 0,
				    tcp ? GEN_TCP_PAYLOAD : GEN_UDP_PAYLOAD,
				    !warm || gen_conf.model, &cost);
		if (!warm)
			gen_sum_add(&sum, cost);
	}
	if (!err)
		gen_sum_report(run, &sum);
	if (!err && gen_conf.model)
		gen_result(",\"model\":%u,\"modelled\":%llu", gen_dev_model_report(), sum.n);
	return err;
}

/* Counts while nothing is sent. */
static int gen_load_watch(u32 seconds, bool measure, struct gen_load *load)
{
	int err = gen_trace_start();

	if (err)
		return err;
	if (measure)
		gen_dev_profile(true);
	msleep_interruptible(seconds * MSEC_PER_SEC);
	if (measure)
		gen_dev_profile(false);
	gen_trace_stop(load);
	return 0;
}

/**
 * gen_row_expiry() - instructions per connection that ends by its timeout
 * @run: the row
 *
 * What the kernel does in as long a time without connections is subtracted. The parameter wait
 * tells how long that is; the modes' timeouts are shorter.
 *
 * Return: 0 or a negative error.
 */
int gen_row_expiry(const struct gen_run *run)
{
	bool tcp = run->row->proto == IPPROTO_TCP;
	struct gen_load quiet, load;
	struct gen_sum sum;
	u64 each;
	int err;

	err = gen_load_watch(gen_conf.wait, false, &quiet);
	if (!err)
		err = gen_load_open(run, false, false, &sum);
	if (!err && tcp)
		err = gen_store_expect_resets();
	if (!err)
		err = gen_load_watch(gen_conf.wait, true, &load);
	if (!err && gen_check_error()[0])
		err = -EIO;
	if (!err) {
		each = div_u64(load.busy - min(load.busy, quiet.busy) + sum.n / 2, sum.n);
		gen_result("\"n\":%llu,\"median\":%llu,\"softirq\":%llu,\"resets\":%u",
			   sum.n, each, load.softirq, gen_store_resets());
	}
	gen_store_close();
	return err;
}

/**
 * gen_row_idle() - what the kernel does in a second while the stored flows idle
 * @run: the row
 *
 * Return: 0 or a negative error.
 */
int gen_row_idle(const struct gen_run *run)
{
	struct gen_load load;
	int err;

	err = gen_load_watch(GEN_IDLE_S, true, &load);
	if (!err)
		gen_result("\"n\":%u,\"median\":%llu,\"softirq\":%llu,\"wakeups\":%llu",
			   gen_store_count(), div_u64(load.busy, GEN_IDLE_S), load.softirq,
			   load.wakeups);
	return err;
}

static void gen_load_sleep_until(ktime_t at)
{
	s64 us = ktime_us_delta(at, ktime_get());

	if (us > 0)
		usleep_range(us, us + 1);
}

/* One packet for each stored flow, evenly over GEN_REFRESH_S. */
static int gen_load_refresh(const struct gen_row *row)
{
	u32 n = gen_store_count();
	u32 bursts = GEN_REFRESH_S * GEN_BURSTS;
	ktime_t at = ktime_get();
	u32 i = 0;
	u32 burst;
	int err = 0;

	for (burst = 1; !err && burst <= bursts; burst++) {
		u32 end = div_u64((u64)n * burst, bursts);

		gen_trace_own_begin();
		for (; !err && i < end; i++)
			err = gen_row_data(row, gen_store_get(i), false, NULL);
		gen_trace_own_end();
		at = ktime_add_us(at, USEC_PER_SEC / GEN_BURSTS);
		gen_load_sleep_until(at);
	}
	return err;
}

/**
 * gen_row_refresh() - what the kernel does in a second while each stored flow gets a packet in time
 * @run: the row
 *
 * Rounds of GEN_REFRESH_S. After the first ones, the flows' first deadlines come.
 *
 * Return: 0 or a negative error.
 */
int gen_row_refresh(const struct gen_run *run)
{
	struct gen_load load = {};
	u64 start, seconds;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < GEN_REFRESH_WARM; i++)
		err = gen_load_refresh(run->row);
	if (!err)
		err = gen_trace_start();
	if (err)
		return err;
	start = ktime_get_ns();
	for (i = 0; !err && i < GEN_REFRESH_ROUNDS; i++)
		err = gen_load_refresh(run->row);
	seconds = div_u64(ktime_get_ns() - start + NSEC_PER_SEC / 2, NSEC_PER_SEC);
	gen_trace_stop(&load);
	if (!err)
		gen_result("\"n\":%u,\"median\":%llu,\"softirq\":%llu,\"wakeups\":%llu",
			   gen_store_count(), div_u64(load.busy, seconds), load.softirq,
			   load.wakeups);
	return err;
}
