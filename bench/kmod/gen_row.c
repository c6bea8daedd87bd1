// SPDX-License-Identifier: GPL-2.0-only
/* The rows of the benchmark by name, their samples and what is made of them. */
#include <linux/in.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include "gen_row.h"

#define GEN_RESULTS_MAX 65536

#define GEN_ROW(p, s, fn, pr, d, n) { p, s, fn, IPPROTO_##pr, GEN_TO_##d, .samples = n }
#define GEN_ROW_TS(s, fn, d, n) \
	{ "tcp", "ts" s, fn, IPPROTO_TCP, GEN_TO_##d, .timestamps = true, .samples = n }

static const struct gen_row gen_rows[] = {
	GEN_ROW("udp", "-to-server", gen_row_established, UDP, SERVER, GEN_SAMPLES),
	GEN_ROW("udp", "-to-client", gen_row_established, UDP, CLIENT, GEN_SAMPLES),
	GEN_ROW("tcp", "-to-server", gen_row_established, TCP, SERVER, GEN_SAMPLES),
	GEN_ROW("tcp", "-to-client", gen_row_established, TCP, CLIENT, GEN_SAMPLES),
	GEN_ROW_TS("-to-server", gen_row_established, SERVER, GEN_SAMPLES),
	GEN_ROW_TS("-to-client", gen_row_established, CLIENT, GEN_SAMPLES),
	GEN_ROW("udp", "-new", gen_row_new, UDP, SERVER, GEN_SAMPLES),
	GEN_ROW("tcp", "-new", gen_row_new, TCP, SERVER, GEN_SAMPLES),
	GEN_ROW_TS("-new", gen_row_new, SERVER, GEN_SAMPLES),
	GEN_ROW("tcp", "-life", gen_row_life, TCP, SERVER, GEN_SAMPLES_LIFE),
	GEN_ROW_TS("-life", gen_row_life, SERVER, GEN_SAMPLES_LIFE),
	{ "other", "", gen_row_established, IPPROTO_UDP, GEN_TO_SERVER, .bystander = true,
	  .samples = GEN_SAMPLES },
	GEN_ROW("udp", "-routes", gen_row_established, UDP, SERVER, GEN_SAMPLES_LONG),
	GEN_ROW("udp", "-quiet", gen_row_established, UDP, SERVER, GEN_SAMPLES_LONG),
	GEN_ROW("udp", "-fill", gen_row_fill, UDP, SERVER, 0),
	GEN_ROW("tcp", "-fill", gen_row_fill, TCP, SERVER, 0),
	GEN_ROW("udp", "-expiry", gen_row_expiry, UDP, SERVER, 0),
	GEN_ROW("tcp", "-expiry", gen_row_expiry, TCP, SERVER, 0),
	GEN_ROW("udp", "-idle", gen_row_idle, UDP, SERVER, 0),
	GEN_ROW("udp", "-refresh", gen_row_refresh, UDP, SERVER, 0),
	GEN_ROW("udp", "-random", gen_row_random, UDP, SERVER, 0),
	GEN_ROW("tcp", "-random", gen_row_random, TCP, SERVER, 0),
	GEN_ROW_TS("-random", gen_row_random, SERVER, 0),
	GEN_ROW("udp", "-dump", gen_row_walk, UDP, SERVER, 0),
	GEN_ROW("udp", "-filter", gen_row_walk, UDP, SERVER, 0),
	GEN_ROW("udp", "-kill", gen_row_walk, UDP, SERVER, 0),
	GEN_ROW("tcp", "-kill", gen_row_resets, TCP, SERVER, 0),
	GEN_ROW("udp", "-lines-own", gen_row_lines_own, UDP, SERVER, GEN_SAMPLES),
	GEN_ROW("udp", "-lines-both", gen_row_lines_both, UDP, SERVER, GEN_SAMPLES),
	GEN_ROW("udp", "-lines-new", gen_row_lines_new, UDP, SERVER, GEN_SAMPLES),
	GEN_ROW_TS("-lines-own", gen_row_lines_own, SERVER, GEN_SAMPLES),
	GEN_ROW_TS("-lines-both", gen_row_lines_both, SERVER, GEN_SAMPLES),
};

static u32 *gen_samples;
static char *gen_results;
static size_t gen_results_len;

/**
 * gen_result() - append to the results
 * @fmt: as of printf()
 */
void gen_result(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	gen_results_len += vscnprintf(gen_results + gen_results_len,
				      GEN_RESULTS_MAX - gen_results_len, fmt, args);
	va_end(args);
}

/**
 * gen_sum_init() - no samples yet
 * @sum: the sum
 * @expected: how many samples there will be, at most
 */
void gen_sum_init(struct gen_sum *sum, u64 expected)
{
	memset(sum, 0, sizeof(*sum));
	sum->stride = 1 + div_u64(expected, GEN_SAMPLES_MAX);
}

/**
 * gen_sum_add() - take a sample
 * @sum: the sum
 * @sample: instructions
 */
void gen_sum_add(struct gen_sum *sum, u32 sample)
{
	u32 rest;
	u64 i = div_u64_rem(sum->n, sum->stride, &rest);

	if (!rest && i < GEN_SAMPLES_MAX)
		gen_samples[i] = sample;
	sum->n++;
	sum->sum += sample;
	sum->max = max(sum->max, sample);
}

static int gen_sample_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a;
	u32 y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/**
 * gen_sum_report() - the row's figures
 * @run: the row
 * @sum: all its samples
 */
void gen_sum_report(const struct gen_run *run, const struct gen_sum *sum)
{
	u32 n = div_u64(sum->n + sum->stride - 1, sum->stride);

	sort(gen_samples, n, sizeof(*gen_samples), gen_sample_cmp, NULL);
	gen_result("\"n\":%llu,\"min\":%u,\"median\":%u,\"mean\":%llu,\"p99\":%u,\"max\":%u",
		   sum->n, gen_samples[0], gen_samples[n / 2],
		   div64_u64(sum->sum + sum->n / 2, sum->n), gen_samples[n * 99 / 100], sum->max);
	gen_result(",\"toa\":%llu", gen_check_toa());
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
 * The result, a line of JSON, is appended to gen_row_results().
 *
 * Context: process, one at a time.
 * Return: 0; -ENOENT: no such row; -EIO: a packet was not right; or another error.
 */
int gen_row_run(const char *name)
{
	size_t len = gen_results_len;
	struct gen_run run;
	int err;

	if (!gen_row_find(&run, name))
		return -ENOENT;
	gen_check_reset();
	gen_result("{\"row\":\"%s\",", name);
	err = run.row->run(&run);
	if (err) {
		gen_results_len = len;
		gen_result("{\"row\":\"%s\",\"error\":\"", name);
		if (gen_check_error()[0])
			gen_result("%s\"", gen_check_error());
		else
			gen_result("error %d\"", err);
	}
	gen_result("}\n");
	return err;
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
	gen_samples = vmalloc(array_size(GEN_SAMPLES_MAX, sizeof(*gen_samples)));
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
	gen_store_close();
	vfree(gen_samples);
	vfree(gen_results);
}
