// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last object of a module: memory that is missing on demand. Each module of a self test build
 * has the parameter "fault":
 *
 *	write N:K	the K-th call from now on at place N fails; 0: none does
 *	write N		only choose what is to be read
 *	read		N/PLACES CALLS FAILED FUNCTION:LINE CALL
 *
 * FAILED tells whether the failure that was asked for last has come about. At load it is a parameter
 * like others, so that loading itself can be made to fail.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>
#include "../slb_alloc.h"
#include "alloc.h"

struct slb_alloc_site *slb_alloc_last[1] __used __section(SLB_ALLOC_SECTION);

static struct slb_alloc_site *slb_alloc_armed;
static atomic_t slb_alloc_left;
static bool slb_alloc_failed;
static unsigned int slb_alloc_chosen;

static unsigned int slb_alloc_places(void)
{
	return slb_alloc_last - slb_alloc_first - 1;
}

/**
 * slb_alloc_fails() - is memory to be missing here, now?
 * @site: the place
 *
 * Context: any.
 * Return: true if the call is not to be made.
 */
bool slb_alloc_fails(struct slb_alloc_site *site)
{
	atomic_inc(&site->calls);
	if (READ_ONCE(slb_alloc_armed) != site || atomic_dec_return(&slb_alloc_left))
		return false;
	WRITE_ONCE(slb_alloc_failed, true);
	pr_info("no memory on demand: %s:%d\n", site->func, site->line);
	return true;
}

static int slb_alloc_param_set(const char *val, const struct kernel_param *kp)
{
	unsigned int place, nth;
	int n = sscanf(val, "%u:%u", &place, &nth);

	if (n < 1 || place >= slb_alloc_places())
		return -EINVAL;
	slb_alloc_chosen = place;
	if (n == 1)
		return 0;
	WRITE_ONCE(slb_alloc_armed, NULL);
	atomic_set(&slb_alloc_left, nth);
	WRITE_ONCE(slb_alloc_failed, false);
	smp_wmb();	/* the count before who counts; slb_alloc_fails() depends on it */
	WRITE_ONCE(slb_alloc_armed, nth ? slb_alloc_first[place + 1] : NULL);
	return 0;
}

static int slb_alloc_param_get(char *buf, const struct kernel_param *kp)
{
	const struct slb_alloc_site *site = slb_alloc_first[slb_alloc_chosen + 1];

	return sysfs_emit(buf, "%u/%u %d %d %s:%d %s\n", slb_alloc_chosen, slb_alloc_places(),
			  atomic_read(&site->calls), READ_ONCE(slb_alloc_failed), site->func,
			  site->line, site->call);
}

static const struct kernel_param_ops slb_alloc_param_ops = {
	.set	= slb_alloc_param_set,
	.get	= slb_alloc_param_get,
};

module_param_cb(fault, &slb_alloc_param_ops, NULL, 0600);
MODULE_PARM_DESC(fault, "N:K: the K-th call at place N that could lack memory does");
