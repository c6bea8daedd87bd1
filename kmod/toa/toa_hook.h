/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_HOOK_H
#define _SLB_TOA_HOOK_H

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/printk.h>

#if IS_ENABLED(CONFIG_FUNCTION_TRACER)

int slb_toa_hook_register(void);
void slb_toa_hook_unregister(void);

#else

/* The selftest build goes on without, so that the rest of the module can be
 * exercised on kernels made for debugging.
 */
#ifdef SLB_SELFTEST
#define SLB_TOA_HOOK_MISSING	0
#else
#define SLB_TOA_HOOK_MISSING	(-EOPNOTSUPP)
#endif

static inline int slb_toa_hook_register(void)
{
	pr_err("this kernel was built without CONFIG_FUNCTION_TRACER, without which connections cannot be seen\n");
	return SLB_TOA_HOOK_MISSING;
}

static inline void slb_toa_hook_unregister(void)
{
}

#endif /* CONFIG_FUNCTION_TRACER */
#endif /* _SLB_TOA_HOOK_H */
