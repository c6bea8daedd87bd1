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
 * @conns: connections opened
 * @syn_unanswered: SYNs that no server answered before the timeout
 * @syn_reset: SYNs answered by a RST
 * @server_rst: established connections reset by the server
 * @client_rst: established connections reset by the client
 * @idle_reset: connections reset by us after idling
 * @denied_pkts: packets that an access list keeps out; 0 in servers
 * @denied_bytes: their bytes, layer 3
 * @limit_conns: connections refused because of a limit of connections
 * @limit_rate: connections refused because of a limit of new connections a second
 * @limit_client: service: connections refused because of a limit of the client's prefix
 * @limit_server: service: connections refused because every server was at its limit
 * @limited: service: packets dropped because of its bandwidth, by direction
 * @ended: service: connections that have ended
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
	u64	denied_pkts;
	u64	denied_bytes;
	u64	limit_conns;
	u64	limit_rate;
	u64	limit_client;
	u64	limit_server;
	u64	limited[2];
	u64	ended;
};

/**
 * struct slb_counters - counters of a namespace, one CPU's part
 * @count: by enum slb_count
 * @drop: by enum slb_drop
 */
struct slb_counters {
	u64	count[SLB_COUNT_COUNT];
	u64	drop[SLB_DROP_COUNT];
};

struct slb_net;

void slb_stats_sum(const struct slb_stats __percpu *stats, struct slb_stats *sum);
void slb_stats_since(const struct slb_stats __percpu *stats, const struct slb_stats *base,
		     struct slb_stats *since);
u32 slb_stats_conns(const struct slb_stats __percpu *stats);
void slb_counters_sum(const struct slb_net *sn, struct slb_counters *sum);
void slb_counters_since_locked(const struct slb_net *sn, struct slb_counters *since);
void slb_counters_zero_locked(struct slb_net *sn);

#endif
