// SPDX-License-Identifier: GPL-2.0-only
/* The rows of the benchmark: what is sent, how often, and what is made of the samples. */
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include "gen.h"

enum gen_kind {
	GEN_ESTABLISHED,	/* packets of flows that both sides have talked in */
	GEN_NEW,		/* the first packet of a flow */
	GEN_LIFE		/* all packets of a TCP connection, added up */
};

enum gen_amount {
	GEN_FLOWS		= 64,	/* established flows, used in turn */
	GEN_WARM		= 512,	/* packets or flows before the first sample */
	GEN_WARM_LIFE		= 64,
	GEN_SAMPLES		= 2048,
	GEN_SAMPLES_LIFE	= 512,
	GEN_ANSWER		= 8,	/* packets per answer of the peer */
	GEN_PACE_US		= 10000,	/* between two packets of a flow */
	GEN_RESULTS_MAX		= 32768
};

/* A row's name is its prefix, 4 or 6, and its suffix. */
struct gen_row {
	const char	*prefix;
	const char	*suffix;
	u8		kind;
	u8		proto;
	u8		dir;
	bool		timestamps;
	bool		bystander;
};

static const struct gen_row gen_rows[] = {
	{ "udp", "-to-server", GEN_ESTABLISHED, IPPROTO_UDP, GEN_TO_SERVER },
	{ "udp", "-to-client", GEN_ESTABLISHED, IPPROTO_UDP, GEN_TO_CLIENT },
	{ "tcp", "-to-server", GEN_ESTABLISHED, IPPROTO_TCP, GEN_TO_SERVER },
	{ "tcp", "-to-client", GEN_ESTABLISHED, IPPROTO_TCP, GEN_TO_CLIENT },
	{ "tcp", "ts-to-server", GEN_ESTABLISHED, IPPROTO_TCP, GEN_TO_SERVER, true },
	{ "tcp", "ts-to-client", GEN_ESTABLISHED, IPPROTO_TCP, GEN_TO_CLIENT, true },
	{ "udp", "-new", GEN_NEW, IPPROTO_UDP, GEN_TO_SERVER },
	{ "tcp", "-new", GEN_NEW, IPPROTO_TCP, GEN_TO_SERVER },
	{ "tcp", "ts-new", GEN_NEW, IPPROTO_TCP, GEN_TO_SERVER, true },
	{ "tcp", "-life", GEN_LIFE, IPPROTO_TCP, GEN_TO_SERVER },
	{ "tcp", "ts-life", GEN_LIFE, IPPROTO_TCP, GEN_TO_SERVER, true },
	{ "other", "", GEN_ESTABLISHED, IPPROTO_UDP, GEN_TO_SERVER, false, true },
};

/* A row in one address family, while it runs. */
struct gen_run {
	const struct gen_row	*row;
	const char		*name;
	u8			v6;
};

static struct gen_flow gen_flows[GEN_FLOWS];
static u32 *gen_samples;
static char *gen_results;
static size_t gen_results_len;

static void gen_row_flow(const struct gen_run *run, struct gen_flow *flow)
{
	const struct gen_row *row = run->row;

	gen_flow_init(flow, run->v6, row->proto, row->timestamps, row->bystander);
}

static int gen_row_data(const struct gen_row *row, struct gen_flow *flow, bool measure, u32 *cost)
{
	bool tcp = row->proto == IPPROTO_TCP;

	return gen_flow_send(flow, row->dir, tcp ? GEN_ACK : 0,
			     tcp ? GEN_TCP_PAYLOAD : GEN_UDP_PAYLOAD, measure, cost);
}

/* The answer keeps TCP windows open and flows alive on both sides. */
static int gen_row_answer(const struct gen_row *row, struct gen_flow *flow)
{
	bool tcp = row->proto == IPPROTO_TCP;

	return gen_flow_send(flow, !row->dir, tcp ? GEN_ACK : 0, tcp ? 0 : GEN_UDP_PAYLOAD,
			     false, NULL);
}

/* Packets of one flow are apart in time, as on a wire: a timer or timestamp that only moves
 * with the clock has to be moved for each. Virtual time, so waiting costs nothing.
 */
static int gen_row_established(const struct gen_run *run, u32 *samples)
{
	const struct gen_row *row = run->row;
	struct gen_flow *flow;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < GEN_FLOWS; i++) {
		gen_row_flow(run, &gen_flows[i]);
		err = gen_flow_open(&gen_flows[i]);
	}
	for (i = 0; !err && i < GEN_WARM + GEN_SAMPLES; i++) {
		bool warm = i < GEN_WARM;
		u32 cost = 0;

		if (i % GEN_FLOWS == 0)
			usleep_range(GEN_PACE_US, GEN_PACE_US + 1);
		flow = &gen_flows[i % GEN_FLOWS];
		err = gen_row_data(row, flow, !warm, &cost);
		if (!warm)
			samples[i - GEN_WARM] = cost;
		if (!err && i / GEN_FLOWS % GEN_ANSWER == 0)
			err = gen_row_answer(row, flow);
	}
	return err ?: GEN_SAMPLES;
}

static int gen_row_new(const struct gen_run *run, u32 *samples)
{
	struct gen_flow *flow = &gen_flows[0];
	bool tcp = run->row->proto == IPPROTO_TCP;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < GEN_WARM + GEN_SAMPLES; i++) {
		bool warm = i < GEN_WARM;
		u32 cost = 0;

		gen_row_flow(run, flow);
		err = gen_flow_send(flow, GEN_TO_SERVER, tcp ? GEN_SYN : 0,
				    tcp ? 0 : GEN_UDP_PAYLOAD, !warm, &cost);
		if (!warm)
			samples[i - GEN_WARM] = cost;
		if (!err)
			err = gen_flow_send(flow, GEN_TO_CLIENT, tcp ? GEN_SYN | GEN_ACK : 0,
					    tcp ? 0 : GEN_UDP_PAYLOAD, false, NULL);
	}
	return err ?: GEN_SAMPLES;
}

static int gen_row_life(const struct gen_run *run, u32 *samples)
{
	struct gen_flow *flow = &gen_flows[0];
	int err = 0;
	u32 i;

	for (i = 0; !err && i < GEN_WARM_LIFE + GEN_SAMPLES_LIFE; i++) {
		bool warm = i < GEN_WARM_LIFE;
		u32 cost = 0;

		gen_row_flow(run, flow);
		err = gen_flow_life(flow, !warm, &cost);
		if (!warm)
			samples[i - GEN_WARM_LIFE] = cost;
	}
	return err ?: GEN_SAMPLES_LIFE;
}

static int gen_sample_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a;
	u32 y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

__printf(1, 2)
static void gen_result(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	gen_results_len += vscnprintf(gen_results + gen_results_len,
				      GEN_RESULTS_MAX - gen_results_len, fmt, args);
	va_end(args);
}

/* One line of JSON per row. */
static void gen_row_report(const struct gen_run *run, u32 *samples, u32 n)
{
	u64 sum = 0;
	u32 i;

	sort(samples, n, sizeof(*samples), gen_sample_cmp, NULL);
	for (i = 0; i < n; i++)
		sum += samples[i];
	gen_result("{\"row\":\"%s\",\"n\":%u,\"min\":%u,\"median\":%u,\"mean\":%llu,",
		   run->name, n, samples[0], samples[n / 2], div_u64(sum + n / 2, n));
	gen_result("\"p99\":%u,\"max\":%u,\"toa\":%llu}\n",
		   samples[n * 99 / 100], samples[n - 1], gen_check_toa());
}

/* Finds the row and the family that a name stands for. */
static bool gen_row_find(struct gen_run *run, const char *name)
{
	const struct gen_row *row;
	size_t len;

	for (row = gen_rows; row < gen_rows + ARRAY_SIZE(gen_rows); row++) {
		len = str_has_prefix(name, row->prefix);
		if (len && (name[len] == '4' || name[len] == '6') &&
		    !strcmp(name + len + 1, row->suffix)) {
			run->row = row;
			run->name = name;
			run->v6 = name[len] == '6';
			return true;
		}
	}
	return false;
}

/**
 * gen_row_run() - measure one row
 * @name: its name
 *
 * The result is appended to gen_row_results().
 *
 * Context: process, one at a time.
 * Return: 0; -ENOENT: no such row; -EIO: a packet was not right.
 */
int gen_row_run(const char *name)
{
	struct gen_run run;
	int n;

	if (!gen_row_find(&run, name))
		return -ENOENT;
	gen_check_reset();
	if (run.row->kind == GEN_ESTABLISHED)
		n = gen_row_established(&run, gen_samples);
	else if (run.row->kind == GEN_NEW)
		n = gen_row_new(&run, gen_samples);
	else
		n = gen_row_life(&run, gen_samples);
	if (n > 0) {
		gen_row_report(&run, gen_samples, n);
		return 0;
	}
	gen_result("{\"row\":\"%s\",\"error\":\"%s\"}\n", name,
		   gen_check_error()[0] ? gen_check_error() : "no memory");
	return n;
}

/**
 * gen_row_results() - what was measured so far
 *
 * Return: lines of JSON, one per row that ran.
 */
const char *gen_row_results(void)
{
	return gen_results;
}

/**
 * gen_row_init() - get memory for samples and results
 *
 * Return: 0 or -ENOMEM.
 */
int gen_row_init(void)
{
	gen_samples = vmalloc(array_size(GEN_SAMPLES, sizeof(*gen_samples)));
	gen_results = vzalloc(GEN_RESULTS_MAX);
	if (gen_samples && gen_results)
		return 0;
	gen_row_exit();
	return -ENOMEM;
}

/**
 * gen_row_exit() - give the memory back
 */
void gen_row_exit(void)
{
	vfree(gen_samples);
	vfree(gen_results);
}
