/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call that can fail for lack of memory is marked as such: slb_alloc() around an allocation,
 * slb_attempt() around a call that allocates inside. An ordinary build sees the bare call. In a
 * self test build each of them can be made to fail (selftest/alloc.c), and is, one after the other.
 */
#ifndef _SLB_ALLOC_H
#define _SLB_ALLOC_H

#include <linux/gfp.h>

/*
 * For what an operator makes, and can make any number of: services, servers, local addresses, pools,
 * prefixes, and what a namespace has for them. It is charged to the memory cgroup of the process that
 * asks. A cgroup at its limit has the request refused, in words, instead of a process in it killed; so
 * has a machine without memory. What a removal needs for a moment is not charged, so that one who is
 * at the limit can remove.
 *
 * What packets make is charged to nobody: connections, lease maps, the table's pages and the receiver's
 * clients are made in softirq, in whatever process was interrupted. Settings bound them: conn-max,
 * slb_toa's clients.
 */
#define SLB_GFP_CONFIG	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#ifdef SLB_SELFTEST

#include <linux/atomic.h>
#include <linux/compiler.h>

/**
 * struct slb_alloc_site - a place in the source where memory can be missing
 * @func: function
 * @call: what is called there
 * @line: where that is
 * @calls: how often it was come to
 */
struct slb_alloc_site {
	const char	*func;
	const char	*call;
	int		line;
	atomic_t	calls;
};

bool slb_alloc_fails(struct slb_alloc_site *site);

/* The pointers of all sites are one array, between those of the first and the last object. */
#define SLB_ALLOC_SECTION	"slb_alloc_sites"

#define slb_alloc_site_fails(text)						\
({										\
	static struct slb_alloc_site site = {					\
		.func = __func__, .call = text, .line = __LINE__,		\
	};									\
	static struct slb_alloc_site *ptr __used __section(SLB_ALLOC_SECTION) = &site; \
										\
	slb_alloc_fails(ptr);							\
})

/* NULL, or what @call returns. */
#define slb_alloc(call)		(slb_alloc_site_fails(#call) ? NULL : (call))
/* @err, or what @call returns. */
#define slb_attempt(err, call)	(slb_alloc_site_fails(#call) ? (err) : (call))

#else

#define slb_alloc(call)		(call)
#define slb_attempt(err, call)	(call)

#endif

#endif
