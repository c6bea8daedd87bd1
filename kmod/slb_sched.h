/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Schedulers: each is one file with one struct slb_sched_ops; adding one means that file, its
 * line in slb_sched.c's table, in Kbuild and in slb.yaml.
 */
#ifndef _SLB_SCHED_H
#define _SLB_SCHED_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/types.h>
#include "slb_svc.h"

#define SLB_SCHED_PARTS	16	/* a server's share is that much of a weight of 1, or less: slow start */

struct slb_mh_fill;
struct slb_mh_table;
struct slb_wrr_cycle;

/**
 * struct slb_mh - what mh keeps for a group besides
 * @size: entries of a table, a prime; immutable
 * @table: NULL until there is a server to fill it for; r: RCU, w: sn->cfg_mutex
 * @fill: memory for the next table; under sn->cfg_mutex
 * @due: as if all filling so far had been spread over the time allowed for it, when that ends, ns;
 *	under sn->cfg_mutex
 * @stale: servers or weights are not those of @table; under sn->cfg_mutex
 */
struct slb_mh {
	u32				size;
	struct slb_mh_table __rcu	*table;
	struct slb_mh_fill		*fill;
	u64				due;
	bool				stale;
};

/**
 * struct slb_wrr - what wrr keeps for a group besides
 * @cycle: its picks written down; NULL after a change; r: RCU, w: sn->cfg_mutex, and group->lock when
 *	something changes
 * @changed: jiffies of the last change; under sn->cfg_mutex
 * @stale: the cycle is to be written; under sn->cfg_mutex
 */
struct slb_wrr {
	struct slb_wrr_cycle __rcu	*cycle;
	unsigned long			changed;
	bool				stale;
};

/**
 * struct slb_roster - what a method keeps for one group
 * @ops: the method; immutable
 * @rcu: once it is replaced
 * @n: servers in @srv, all with a weight above 0; w: group->lock
 * @cap: places in @srv; never below group->nservers, so that only adding a server needs memory
 * @clock: the method's own time; under group->lock
 * @turn: picks so far; under group->lock, where the method takes it
 * @next: picks so far, where the method takes no lock; wrr: of all cycles
 * @top: fo: the server that takes all; w: group->lock
 * @seq: sh: odd while @key and @srv change
 * @mh: see there
 * @wrr: see there
 * @key: a number for each place: what wrr orders @srv by, so that a pick reads no other server; sums of
 *	weights with sh and p2c; fo: servers by rank; behind @srv
 * @srv: the servers that can be picked, in the method's order; places from @n on are NULL
 *
 * A server is at @srv[server->sched.index], but for wrr, sh and mh, which do not keep count. It is
 * taken out under group->lock before it is removed, so a pointer read inside RCU is good until rcu_read_unlock().
 */
struct slb_roster {
	const struct slb_sched_ops	*ops;
	struct rcu_head			rcu;
	u32				n;
	u32				cap;
	u64				clock;
	u64				turn;
	atomic_t			next;
	struct slb_srv			*top;
	seqcount_spinlock_t		seq;
	struct slb_mh			mh;
	struct slb_wrr			wrr;
	u64				*key;
	struct slb_srv			*srv[];
};

/**
 * struct slb_sched_ops - a scheduling method
 * @id: enum slb_sched
 * @enter: @srv with a weight above 0 comes in. Process context, group->lock.
 * @leave: @srv goes. Process context, group->lock.
 * @weigh: the weight of @srv changed from @old to its present one, both above 0; NULL where the
 *	method does not care. Process context, group->lock.
 * @reshare: srv->sched.share changed from @old to its present value, both above 0; NULL where the
 *	method does not care. Process context, group->lock.
 * @grown: @sched is a copy of the group's that has more places; NULL where the method does not care.
 *	Process context, group->lock.
 * @ready: a change is about to be made, after which at most @n servers can be picked: the memory that
 *	@settle will need. 0 or -ENOMEM. NULL where it needs none. Process context, sn->cfg_mutex.
 * @settle: the change was made. What it returns is 0, or after how many jiffies @settle is to be
 *	called again. NULL where the method is done before. Process context, sn->cfg_mutex.
 * @drop: @sched was replaced, or is of no use: let go of what it points to. NULL where that is
 *	nothing. Process context or softirq; nobody else changes it.
 * @load: the server's connection counts moved; NULL where the method does not care. BH off,
 *	inside RCU.
 * @pick: a server with a weight above 0 for a new connection, or NULL if there is none or the
 *	group has just got another method. Softirq, inside RCU, any CPU.
 * @other: the @nth server, from 1 on, in the place of @chosen, which cannot be used, or NULL if there
 *	are no more; @chosen itself where there is none at that place. NULL where it is just any. As @pick.
 *
 * @load, @pick and @other run beside a change of the method. Those that take group->lock must look there
 * what the group's present one is: slb_sched_mine().
 */
struct slb_sched_ops {
	u8		id;
	void		(*enter)(struct slb_roster *sched, struct slb_srv *srv);
	void		(*leave)(struct slb_roster *sched, struct slb_srv *srv);
	void		(*weigh)(struct slb_roster *sched, struct slb_srv *srv, u32 old);
	void		(*reshare)(struct slb_roster *sched, struct slb_srv *srv, u32 old);
	void		(*grown)(struct slb_roster *sched);
	int		(*ready)(struct slb_roster *sched, u32 n);
	unsigned long	(*settle)(struct slb_group *group, struct slb_roster *sched);
	void		(*drop)(struct slb_group *group, struct slb_roster *sched);
	void		(*load)(struct slb_group *group, struct slb_srv *srv);
	struct slb_srv	*(*pick)(struct slb_group *group, struct slb_roster *sched,
				 const struct slb_pkt *pkt);
	struct slb_srv	*(*other)(const struct slb_roster *sched, const struct slb_pkt *pkt,
				  const struct slb_srv *chosen, u32 nth);
};

extern const struct slb_sched_ops slb_sched_rr;
extern const struct slb_sched_ops slb_sched_wrr;
extern const struct slb_sched_ops slb_sched_wlc;
extern const struct slb_sched_ops slb_sched_lc;
extern const struct slb_sched_ops slb_sched_sh;
extern const struct slb_sched_ops slb_sched_sh_port;
extern const struct slb_sched_ops slb_sched_mh;
extern const struct slb_sched_ops slb_sched_mh_port;
extern const struct slb_sched_ops slb_sched_fo;
extern const struct slb_sched_ops slb_sched_p2c;

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

/* slb_sched_late.c */
void slb_sched_late_init(struct slb_net *sn);
void slb_sched_late_exit(struct slb_net *sn);
void slb_sched_settle_locked(struct slb_group *group);

/* slb_sched_ramp.c */
u32 slb_sched_ramp_locked(struct slb_group *group, struct slb_srv *srv, u32 weight, bool in);
void slb_sched_ramps_locked(struct slb_group *group);
u32 slb_sched_ramp_percent_locked(const struct slb_srv *srv);

/* slb_sched_wrr.c */
struct slb_srv *slb_wrr_peek_rcu(struct slb_group *group, const struct slb_roster *sched);

struct slb_roster *slb_sched_alloc(struct slb_group *group, const struct slb_sched_ops *ops, u32 n);
int slb_sched_set_locked(struct slb_group *group, const struct slb_group_conf *conf);
void slb_sched_retire(struct slb_group *group);
int slb_sched_reserve_locked(struct slb_group *group, u32 n);
void slb_sched_put_locked(struct slb_group *group, struct slb_srv *srv, u32 weight, bool in);
void slb_sched_place_locked(struct slb_group *group, struct slb_srv *srv, u32 weight, bool in);
void slb_sched_weight_locked(struct slb_group *group, struct slb_srv *srv, u32 weight);
u8 slb_sched_id_locked(const struct slb_group *group);
struct slb_srv *slb_sched_pick_rcu(struct slb_group *group, const struct slb_pkt *pkt);
struct slb_srv *slb_sched_peek_rcu(struct slb_group *group, const struct slb_pkt *pkt);
struct slb_srv *slb_sched_other_rcu(struct slb_group *group, const struct slb_pkt *pkt,
				    const struct slb_srv *srv, u32 nth);

#endif
