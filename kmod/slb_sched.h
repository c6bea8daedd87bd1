/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Schedulers: each is one file with one struct slb_sched_ops; adding one means that file, its line in
 * slb_sched.c's table, in Kbuild and in slb.yaml.
 */
#ifndef _SLB_SCHED_H
#define _SLB_SCHED_H

#include "slb_svc.h"

/**
 * struct slb_sched_ops - a scheduling method
 * @id: enum slb_sched
 * @init: prepares @group for the method from its list of servers. Process context, sn->cfg_mutex.
 * @exit: undoes @init; packets may still be inside @pick: frees behind RCU. Process, sn->cfg_mutex.
 * @change: a server was added (@old_weight 0, on the list already), removed (its weight is 0 now, off the
 *	list) or got another weight. Process context, sn->cfg_mutex. Returns 0 or -ENOMEM, and then has
 *	changed nothing.
 * @load: the server's connection counts moved; NULL where the method does not care. BH off.
 * @pick: a server with weight > 0 for a new connection, or NULL. Softirq, inside RCU, any CPU.
 */
struct slb_sched_ops {
	u8		id;
	int		(*init)(struct slb_group *group);
	void		(*exit)(struct slb_group *group);
	int		(*change)(struct slb_group *group, struct slb_srv *srv, u32 old_weight);
	void		(*load)(struct slb_group *group, struct slb_srv *srv);
	struct slb_srv	*(*pick)(struct slb_group *group, const struct slb_pkt *pkt);
};

extern const struct slb_sched_ops slb_sched_rr;
extern const struct slb_sched_ops slb_sched_wrr;
extern const struct slb_sched_ops slb_sched_wlc;

const struct slb_sched_ops *slb_sched_by_id(u8 id);
struct slb_srv *slb_sched_pick_rcu(struct slb_group *group, const struct slb_pkt *pkt);

#endif
