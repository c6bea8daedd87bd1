/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the data structures share: a counted expectation and repeatable randomness.
 */
#ifndef _SLB_SELFTEST_CHECK_H
#define _SLB_SELFTEST_CHECK_H

#include <linux/printk.h>
#include <linux/prandom.h>

/* Counts a broken expectation in @fails and names it; quiet after the tenth. */
#define slb_check(fails, cond)							\
do {										\
	if (!(cond) && (*(fails))++ < 10)					\
		pr_err("%s:%d: not so: %s\n", __func__, __LINE__, #cond);	\
} while (0)

/* Below @n. */
static inline u32 slb_check_random(struct rnd_state *rnd, u32 n)
{
	return (u32)(((u64)prandom_u32_state(rnd) * n) >> 32);
}

int slb_selftest_table(void);
int slb_selftest_acl(void);
int slb_selftest_wheel(void);
int slb_selftest_xmit(void);
int slb_selftest_lease(void);
int slb_selftest_open(void);
int slb_selftest_state(void);
int slb_selftest_sched(void);
int slb_selftest_filter(void);
int slb_selftest_tcpopt(void);
int slb_selftest_pkt(void);
int slb_selftest_quote(void);
int slb_selftest_csum(void);
int slb_selftest_gcra(void);

#endif
