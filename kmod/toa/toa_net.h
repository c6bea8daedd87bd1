/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_NET_H
#define _SLB_TOA_NET_H

#include <linux/mutex.h>
#include <linux/percpu.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <uapi/linux/slb_toa.h>
#include "toa_store.h"
#include "toa_trust.h"

/* One count per CPU and entry of enum slb_toa_count. */
struct slb_toa_counts {
	unsigned long	nr[SLB_TOA_COUNT_COUNT];
};

/**
 * struct slb_toa_net - all state of one network namespace
 * @trust: whose options are believed; r: RCU, w: @cfg_mutex; never NULL
 * @kinds: option kinds to recognise, one in each byte; READ_ONCE/WRITE_ONCE
 * @counts: counters
 * @store: the clients of the living connections
 * @cfg_mutex: held by every netlink writer; sleeps; the only lock of ours that
 *	is visible here (a bucket's bit lock inside @store's table is innermost)
 * @cfg_gen: changes of @trust so far, for dumps; guarded by @cfg_mutex
 *
 * A connection's hooks find this from its socket. Only sockets that hold a
 * reference on their namespace are recorded, so it outlives all of them.
 */
struct slb_toa_net {
	struct slb_toa_trust __rcu	*trust;
	u64				kinds;
	struct slb_toa_counts __percpu	*counts;
	struct slb_toa_store		store;

	struct mutex			cfg_mutex;	/* protects the change of @trust */
	u32				cfg_gen;
};

extern unsigned int slb_toa_net_id;

static inline struct slb_toa_net *slb_toa_net(const struct net *net)
{
	return net_generic(net, slb_toa_net_id);
}

static inline void slb_toa_count(struct slb_toa_net *tn,
				 enum slb_toa_count count)
{
	this_cpu_inc(tn->counts->nr[count]);
}

int slb_toa_net_register(u64 kinds);
void slb_toa_net_unregister(void);
u64 slb_toa_net_count_sum(const struct slb_toa_net *tn,
			  enum slb_toa_count count);
struct slb_toa_trust *slb_toa_net_trust_locked(struct slb_toa_net *tn)
	__must_hold(&tn->cfg_mutex);
void slb_toa_net_trust_swap_locked(struct slb_toa_net *tn,
				   struct slb_toa_trust *trust)
	__must_hold(&tn->cfg_mutex);
int slb_toa_kinds_pack(u64 *kinds, const u8 *list, unsigned int nr);

#endif /* _SLB_TOA_NET_H */
