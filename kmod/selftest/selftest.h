/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests that run when the module is loaded, in builds with SELFTEST=1. */
#ifndef _SLB_SELFTEST_H
#define _SLB_SELFTEST_H

#ifdef SLB_SELFTEST
int slb_selftest_run(void);
#else
static inline int slb_selftest_run(void)
{
	return 0;
}
#endif

#endif
