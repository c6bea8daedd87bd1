/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Schedulers: each is one file with one struct slb_sched_ops; adding one means that file, its
 * line in slb_sched.c's table, in Kbuild and in slb.yaml.
 */
#ifndef _SLB_SCHED_H
#define _SLB_SCHED_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include "slb_svc.h"

/**
 * struct slb_roster - what a method keeps for one group
 * @ops: the method; immutable
 * @rcu: once it is replaced
 * @n: servers in @srv, all with a weight above 0; w: group->lock
 * @cap: places in @srv; never below group->nservers, so that only adding a server needs memory
 * @clock: the method's own time; under group->lock
 * @turn: picks so far; under group->lock, where the method takes it
 * @next: picks so far, where the method takes no lock
 * @key: what wrr orders @srv by, place by place, so that a pick reads no other server; behind @srv
 * @srv: the servers that can be picked, in the method's order; places from @n on are NULL
 *
 * A server is at @srv[server->sched.index], but for wrr, which does not keep count. It is taken out under group->lock before it is
 * removed, so a pointer read inside RCU is good until rcu_read_unlock().
 */
struct slb_roster {
	const struct slb_sched_ops	*ops;
	struct rcu_head			rcu;
	u32				n;
	u32				cap;
	u64				clock;
	u64				turn;
	atomic_t			next;
	u64				*key;
	struct slb_srv			*srv[];
};

/**
 * struct slb_sched_ops - a scheduling method
 * @id: enum slb_sched
 * @enter: @srv with a weight above 0 comes in, at the end. Process context, group->lock.
 * @leave: @srv goes. Process context, group->lock.
 * @weigh: the weight of @srv changed from @old to its present one, both above 0; NULL where the
 *	method does not care. Process context, group->lock.
 * @load: the server's connection counts moved; NULL where the method does not care. BH off,
 *	inside RCU.
 * @pick: a server with a weight above 0 for a new connection, or NULL if there is none or the
 *	group has just got another method. Softirq, inside RCU, any CPU.
 *
 * @load and @pick run beside a change of the method. Those that take group->lock must look there
 * what the group's present one is: slb_sched_mine().
 */
struct slb_sched_ops {
	u8		id;
	void		(*enter)(struct slb_roster *sched, struct slb_srv *srv);
	void		(*leave)(struct slb_roster *sched, struct slb_srv *srv);
	void		(*weigh)(struct slb_roster *sched, struct slb_srv *srv, u32 old);
	void		(*load)(struct slb_group *group, struct slb_srv *srv);
	struct slb_srv	*(*pick)(struct slb_group *group, struct slb_roster *sched,
				 const struct slb_pkt *pkt);
};

extern const struct slb_sched_ops slb_sched_rr;
extern const struct slb_sched_ops slb_sched_wrr;
extern const struct slb_sched_ops slb_sched_wlc;

/* What the group keeps, if it is for the method @ops; under group->lock. */
static inline struct slb_roster *slb_sched_mine(const struct slb_group *group,
					       const struct slb_sched_ops *ops)
{
	struct slb_roster *sched;

	sched = rcu_dereference_protected(group->sched, lockdep_is_held(&group->lock));
	return sched && sched->ops == ops ? sched : NULL;
}

/* true: @a is to be picked before @b; under group->lock */
typedef bool (*slb_sched_before_t)(const struct slb_srv *a, const struct slb_srv *b);

void slb_sched_array_enter(struct slb_roster *sched, struct slb_srv *srv);
void slb_sched_array_leave(struct slb_roster *sched, struct slb_srv *srv);
void slb_sched_heap_enter(struct slb_roster *sched, struct slb_srv *srv, slb_sched_before_t before);
void slb_sched_heap_leave(struct slb_roster *sched, struct slb_srv *srv, slb_sched_before_t before);
void slb_sched_heap_moved(struct slb_roster *sched, struct slb_srv *srv, slb_sched_before_t before);

int slb_sched_set_locked(struct slb_group *group, u8 id);
void slb_sched_retire_locked(struct slb_group *group);
int slb_sched_reserve_locked(struct slb_group *group, u32 n);
void slb_sched_weight_locked(struct slb_group *group, struct slb_srv *srv, u32 weight);
u8 slb_sched_id_locked(const struct slb_group *group);
struct slb_srv *slb_sched_pick_rcu(struct slb_group *group, const struct slb_pkt *pkt);
struct slb_srv *slb_sched_other_rcu(const struct slb_group *group, const struct slb_srv *srv,
				    u32 nth);

#endif
