/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Persistence: a client's new connections go to the server it had last.
 */
#ifndef _SLB_PERSIST_H
#define _SLB_PERSIST_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <uapi/linux/slb.h>

struct slb_group;
struct slb_net;
struct slb_pkt;
struct slb_srv;
struct slb_svc;

#define SLB_PERSIST_BITS	16
#define SLB_PERSIST_BUCKETS	(1u << SLB_PERSIST_BITS)
#define SLB_PERSIST_SLOTS	512	/* of a second each */
#define SLB_PERSIST_DEFAULT	262144	/* entries */

/**
 * struct slb_bond - a client prefix and its server
 * @node: in its bucket; unhashed once it is removed; w: p->lock
 * @slot: in the slot where it is looked at again; under p->lock
 * @prefix: of clients; IPv4 in the first word
 * @svc: the service; holds a reference
 * @srv: the server; holds a reference; r: RCU, w: cmpxchg()
 * @used: when the last connection opened, seconds of ktime_get_seconds(); READ_ONCE
 * @rcu: once it is removed
 *
 * A packet finds it under RCU; it is freed, and its references put, behind RCU. A server that it no
 * longer names is put at once, and freed behind RCU itself.
 */
struct slb_bond {
	struct hlist_node	node;
	struct list_head	slot;
	struct in6_addr		prefix;
	struct slb_svc		*svc;
	struct slb_srv		*srv;
	u32			used;
	struct rcu_head		rcu;
};

/**
 * struct slb_persist - all bonds of a namespace
 * @bucket: by service and prefix; r: RCU, w: @lock
 * @slot: bonds by the second in which they are looked at, modulo SLB_PERSIST_SLOTS; @lock
 * @key: of the hash
 * @lock: BH off
 * @n: bonds; w: @lock
 * @hand: seconds; slots before it have been worked off; @lock
 * @work: works slots off, once a second while there are bonds
 * @sn: the namespace's balancer
 *
 * Made with the first service that is persistent; lives until the namespace ends.
 */
struct slb_persist {
	struct hlist_head	bucket[SLB_PERSIST_BUCKETS];
	struct list_head	slot[SLB_PERSIST_SLOTS];
	hsiphash_key_t		key;
	spinlock_t		lock;		/* buckets and slots */
	u32			n;
	u32			hand;
	struct delayed_work	work;
	struct slb_net		*sn;
};

/* A method that goes by a hash of the client leads it to its server without remembering anything. */
static inline bool slb_persist_fits(u8 sched)
{
	return sched != SLB_SCHED_SH && sched != SLB_SCHED_SH_PORT && sched != SLB_SCHED_MH &&
	       sched != SLB_SCHED_MH_PORT;
}

struct slb_srv *slb_persist_peek_rcu(struct slb_svc *svc, const struct slb_group *group,
				     const struct slb_pkt *pkt);
struct slb_srv *slb_persist_pick_rcu(struct slb_svc *svc, struct slb_group *group,
				     const struct slb_pkt *pkt);

int slb_persist_furnish_locked(struct slb_net *sn);
u32 slb_persist_left(const struct slb_bond *bond);
u32 slb_persist_count(const struct slb_net *sn);
typedef bool (*slb_persist_match_t)(const struct slb_bond *bond, const void *arg);
void slb_persist_flush(struct slb_net *sn, slb_persist_match_t match, const void *arg);
void slb_persist_forget_svc(struct slb_svc *svc);
void slb_persist_forget_srv(struct slb_srv *srv);
void slb_persist_forget_gone(struct slb_net *sn);
void slb_persist_exit(struct slb_net *sn);
void slb_persist_free(struct slb_net *sn);
int slb_persist_cache_init(void);
void slb_persist_cache_exit(void);

#endif
