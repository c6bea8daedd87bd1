/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows: what is sent, how often, and what is told about it. */
#ifndef _SLBGEN_ROW_H
#define _SLBGEN_ROW_H

#include "gen.h"

enum gen_amount {
	GEN_FLOWS		= 64,	/* established flows, used in turn */
	GEN_WARM		= 512,	/* packets or flows before the first sample */
	GEN_WARM_LIFE		= 64,
	GEN_WARM_SERVER		= 4,	/* flows for each server, before new ones are measured */
	GEN_SAMPLES		= 2048,
	GEN_SAMPLES_LIFE	= 512,
	GEN_SAMPLES_LONG	= 16384,
	GEN_SAMPLES_MAX		= 65536,
	GEN_ANSWER		= 8,	/* packets per answer of the peer */
	GEN_PACE_US		= 10000	/* between two packets of a flow */
};

/**
 * struct gen_row - a row; its name is @prefix, 4 or 6, and @suffix
 * @prefix: first part of the name
 * @suffix: last part of the name
 * @run: measures it
 * @proto: IPPROTO_UDP or IPPROTO_TCP
 * @dir: direction of the measured packets
 * @timestamps: TCP packets have timestamps
 * @bystander: the flows are addressed past every service
 * @samples: how many
 */
struct gen_run;
struct gen_row {
	const char	*prefix;
	const char	*suffix;
	int		(*run)(const struct gen_run *run);
	u8		proto;
	u8		dir;
	bool		timestamps;
	bool		bystander;
	u32		samples;
};

/**
 * struct gen_run - a row in one address family, while it runs
 * @row: the row
 * @name: its whole name
 * @v6: 1 for IPv6
 */
struct gen_run {
	const struct gen_row	*row;
	const char		*name;
	u8			v6;
};

/**
 * struct gen_sum - samples of which not all are kept
 * @n: how many there were
 * @sum: their sum
 * @max: the largest
 * @stride: each so many one is kept
 */
struct gen_sum {
	u64	n;
	u64	sum;
	u32	max;
	u32	stride;
};

/* gen_row.c */
void gen_sum_init(struct gen_sum *sum, u64 expected);
void gen_sum_add(struct gen_sum *sum, u32 sample);
void gen_sum_report(const struct gen_run *run, const struct gen_sum *sum);
__printf(1, 2) void gen_result(const char *fmt, ...);

/* gen_sample.c */
int gen_row_established(const struct gen_run *run);
int gen_row_new(const struct gen_run *run);
int gen_row_life(const struct gen_run *run);
int gen_row_data(const struct gen_row *row, struct gen_flow *flow, bool measure, u32 *cost);
int gen_row_answer(const struct gen_row *row, struct gen_flow *flow);

/* gen_store.c */
int gen_store_open(const struct gen_run *run, u32 n);
void gen_store_close(void);
u32 gen_store_count(void);
u64 gen_store_bytes(void);
bool gen_store_has(const struct gen_run *run);
struct gen_flow *gen_store_new(u32 i);
struct gen_flow *gen_store_get(u32 i);
void gen_store_put(u32 i);
int gen_store_expect_resets(void);
u32 gen_store_resets(void);

/* gen_load.c */
int gen_load_open(const struct gen_run *run, bool talked, bool measure, struct gen_sum *sum);
int gen_row_fill(const struct gen_run *run);
int gen_row_random(const struct gen_run *run);
int gen_row_expiry(const struct gen_run *run);
int gen_row_idle(const struct gen_run *run);
int gen_row_refresh(const struct gen_run *run);

/* gen_wait.c */
int gen_row_walk(const struct gen_run *run);
int gen_row_resets(const struct gen_run *run);

/* gen_lines.c */
int gen_row_lines_own(const struct gen_run *run);
int gen_row_lines_both(const struct gen_run *run);
int gen_row_lines_new(const struct gen_run *run);

#endif /* _SLBGEN_ROW_H */
