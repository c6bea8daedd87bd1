/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection table: linear hashing over a directory of pages. One bucket splits per insert while the
 * table is loaded, so no insert rehashes more than one chain. Chains end in a nulls marker that names
 * their bucket: a reader that was led astray by a split sees a foreign marker and starts again.
 */
#ifndef _SLB_TABLE_H
#define _SLB_TABLE_H

#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "slb_conn.h"

#define SLB_TABLE_LOCKS		256
#define SLB_TABLE_PAGE		(PAGE_SIZE / sizeof(unsigned long))

struct slb_table_dir {
	struct rcu_head		rcu;
	u32			npages;		/* capacity of @page */
	unsigned long		*page[];	/* each SLB_TABLE_PAGE chain heads */
};

/**
 * struct slb_table - connection table of one namespace
 * @dir: directory; r: RCU, w: @grow_lock; replaced by a larger copy from @grow_work
 * @size: number of buckets, 2^level + split pointer; r: any, w: @grow_lock inside @seq
 * @seq: odd while a bucket splits; a reader that found nothing rechecks it
 * @key: hash key
 */
struct slb_table {
	struct slb_table_dir __rcu	*dir;
	u32				size;
	seqcount_spinlock_t		seq;
	hsiphash_key_t			key;

	spinlock_t			grow_lock;	/* BH off; one split at a time */
	struct work_struct		grow_work;
	atomic_long_t			ways;		/* linked ways */
	u64				splits;		/* under @grow_lock */
	u64				nomem;		/* under @grow_lock */
	spinlock_t			lock[SLB_TABLE_LOCKS];	/* BH off; bucket i: i % SLB_TABLE_LOCKS */
};

int slb_table_init(struct slb_table *tab);
void slb_table_exit(struct slb_table *tab);
u32 slb_table_hash4(const struct slb_table *tab, const struct slb_tuple *t);
u32 slb_table_hash6(const struct slb_table *tab, const struct slb_tuple *t);
struct slb_way *slb_table_find4_rcu(const struct slb_table *tab, const struct slb_tuple *t);
struct slb_way *slb_table_find6_rcu(const struct slb_table *tab, const struct slb_tuple *t);
int slb_table_insert(struct slb_table *tab, struct slb_conn *conn);
void slb_table_remove(struct slb_table *tab, struct slb_conn *conn);
void slb_table_remove_orig(struct slb_table *tab, struct slb_conn *conn);

/* Return value of a walk's callback: true goes on, false stops before this entry's bucket. */
typedef bool (*slb_table_visit_t)(struct slb_conn *conn, void *arg);
bool slb_table_walk(struct slb_table *tab, u64 *cursor, unsigned int max_buckets,
		    slb_table_visit_t visit, void *arg);

#endif
