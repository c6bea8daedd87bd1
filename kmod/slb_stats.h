/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, all per CPU. Written with BH off on the owning CPU, read by anyone and summed.
 */
#ifndef _SLB_STATS_H
#define _SLB_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/slb.h>

/**
 * struct slb_stats - counters of a service or server, one CPU's part
 * @pkts: by direction (enum slb_dir)
 * @bytes: by direction, layer 3 as received
 */
struct slb_stats {
	u64	pkts[2];
	u64	bytes[2];
	u64	conns;
	u64	syn_unanswered;
	u64	syn_reset;
	u64	server_rst;
	u64	client_rst;
	u64	idle_reset;
};

struct slb_counters {
	u64	count[SLB_COUNT_COUNT];
	u64	drop[SLB_DROP_COUNT];
};

#endif
