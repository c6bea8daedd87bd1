/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection table: linear hashing over a directory of pages. An insert splits a few
 * buckets while the table is loaded, so no insert rehashes more than a few chains. Chains end
 * in a nulls marker that names their bucket: a reader that was led astray by a split sees a
 * foreign marker and looks again.
 *
 * Buckets: with 2^n <= size < 2^(n+1), bucket(h) is the low n + 1 bits of h, or its low n bits
 * if there is no such bucket yet. A split adds a bucket at the end and moves there what belongs
 * into it from the bucket 2^n before it. The size is never below SLB_TABLE_LOCKS, a power of
 * two, so a bucket's number and the hashes in it agree in their low bits: one lock guards an
 * entry's chain for ever, and both halves of a split.
 *
 * Writers change a chain under its lock in these ways only:
 *	insert	at the head
 *	remove	out of the middle; the removed way keeps its own @next
 *	split	takes a way out of the middle, then appends it to the new bucket's tail
 *
 * Why a reader terminates: a chain is finite, and the pointer it follows out of a way leads to
 * a way that was later in the same chain, or into the chain of a younger bucket. There it is
 * again among later ways or led to a still younger bucket, of which only as many exist as there
 * are splits during the walk.
 *
 * Why a reader misses no way that is linked all the while it looks: it reads @seq, then the
 * size, then the head of the bucket W that the size gives, and at the end @seq again.
 * - If a split of the way's bucket had begun but not ended when @seq was read, that was odd. If
 *   one began later and the reader saw any of its stores, it sees @seq moved. If it saw none of
 *   them, then for this reader the split is not yet.
 * - Otherwise W is the way's bucket and stays it. Each way before it in the chain leads towards
 *   it while linked in W; a removed one leads to what followed it when it was removed; one that
 *   moved on leads to its new bucket's marker, which is not W's.
 *
 * So a reader that ends at W's marker with @seq even and unmoved has passed every such way. One
 * that does not looks again under the bucket's lock, where nothing moves: no retries, no
 * starvation.
 */
#ifndef _SLB_TABLE_H
#define _SLB_TABLE_H

#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "slb_conn.h"

#define SLB_TABLE_LOCKS		256
#define SLB_TABLE_PAGE		(PAGE_SIZE / sizeof(unsigned long))

/* State of a SipHash. */
struct slb_sip {
	u64	v0;
	u64	v1;
	u64	v2;
	u64	v3;
};

struct slb_table_dir {
	struct rcu_head		rcu;
	u32			npages;		/* capacity of @page */
	unsigned long		*page[];	/* each SLB_TABLE_PAGE chain heads */
};

/**
 * struct slb_table - connection table of one namespace
 * @dir: directory; r: RCU, w: @grow_lock; replaced by a larger copy from @grow_work
 * @size: number of buckets; r: any, w: @grow_lock inside @seq
 * @seq: odd while a bucket splits; a reader that found nothing rechecks it
 * @key: hash key, as the state a hash starts from
 * @grow_lock: one split at a time; only ever tried from packets
 * @grow_work: replaces @dir in process context, before it is full
 * @ways: linked ways
 * @splits: buckets split since the start; under @grow_lock
 * @nomem: splits put off for lack of memory; under @grow_lock
 * @lock: bucket i is guarded by lock i % SLB_TABLE_LOCKS
 */
struct slb_table {
	struct slb_table_dir __rcu	*dir;
	u32				size;
	seqcount_spinlock_t		seq;
	struct slb_sip			key;

	/* The rest is written when a connection opens or ends. */
	spinlock_t			grow_lock ____cacheline_aligned_in_smp; /* BH off */
	struct work_struct		grow_work;
	atomic_long_t			ways;
	u64				splits;
	u64				nomem;
	spinlock_t			lock[SLB_TABLE_LOCKS];	/* BH off */
};

/*
 * SipHash-1-3, which the kernel calls hsiphash(), over whole words; inline for the packet path. The
 * length is fixed by the family, so there is no block with the length.
 */
static __always_inline void slb_sip_round(struct slb_sip *s)
{
	SIPHASH_PERMUTATION(s->v0, s->v1, s->v2, s->v3);
}

static __always_inline void slb_sip_add(struct slb_sip *s, u64 word)
{
	s->v3 ^= word;
	slb_sip_round(s);
	s->v0 ^= word;
}

static __always_inline u32 slb_sip_end(struct slb_sip *s)
{
	s->v2 ^= 0xff;
	slb_sip_round(s);
	slb_sip_round(s);
	slb_sip_round(s);
	return (u32)(s->v0 ^ s->v1 ^ s->v2 ^ s->v3);
}

/* Scope and both ports are adjacent in tuple and way; so are the two addresses of the key. */
static_assert(offsetof(struct slb_tuple, dport) == offsetof(struct slb_tuple, scope) + 6);
static_assert(offsetof(struct slb_way, dport) == offsetof(struct slb_way, scope) + 6);

static __always_inline u64 slb_table_word(const void *p)
{
	return get_unaligned((const u64 *)p);
}

static __always_inline u32 slb_table_sip4(const struct slb_table *tab, u64 ports, u64 addrs)
{
	struct slb_sip s = tab->key;

	slb_sip_add(&s, ports);
	slb_sip_add(&s, addrs);
	return slb_sip_end(&s);
}

static __always_inline u32 slb_table_sip6(const struct slb_table *tab, u64 ports,
					  const void *addrs)
{
	struct slb_sip s = tab->key;

	slb_sip_add(&s, ports);
	slb_sip_add(&s, slb_table_word(addrs));
	slb_sip_add(&s, slb_table_word(addrs + 8));
	slb_sip_add(&s, slb_table_word(addrs + 16));
	slb_sip_add(&s, slb_table_word(addrs + 24));
	return slb_sip_end(&s);
}

static __always_inline u32 slb_table_hash4(const struct slb_table *tab, const struct slb_tuple *t)
{
	return slb_table_sip4(tab, slb_table_word(&t->scope), slb_table_word(t->v4));
}

static __always_inline u32 slb_table_hash6(const struct slb_table *tab, const struct slb_tuple *t)
{
	return slb_table_sip6(tab, slb_table_word(&t->scope), t->v6);
}

/* What bucket @bucket's chain ends with; odd, so no way's address. */
static inline unsigned long slb_table_nulls(u32 bucket)
{
	return ((unsigned long)bucket << 1) | 1;
}

/* @size is at least 2. */
static inline u32 slb_table_bucket(u32 hash, u32 size)
{
	u32 mask = ~0U >> __builtin_clz(size - 1);
	u32 bucket = hash & mask;

	return bucket < size ? bucket : hash & (mask >> 1);
}

/* For readers and for holders of a bucket's lock. */
static inline u32 slb_table_size(const struct slb_table *tab)
{
	/* Pairs with the release in slb_table_split(): a directory and heads read afterwards have
	 * each bucket below the size.
	 */
	return smp_load_acquire(&tab->size);
}

static inline unsigned long *slb_table_head(const struct slb_table_dir *dir, u32 bucket)
{
	return &dir->page[bucket / SLB_TABLE_PAGE][bucket % SLB_TABLE_PAGE];
}

static __always_inline bool slb_way_is4(const struct slb_way *way, u64 ports, u64 addrs)
{
	return slb_table_word(&way->scope) == ports && slb_table_word(way->addr) == addrs &&
	       !(slb_way_fixed(way) & SLB_WAY_V6);
}

static __always_inline bool slb_way_is6(const struct slb_way *way, u64 ports, const void *addrs)
{
	/* The family before the addresses: an IPv4 way ends before an IPv6 one's. */
	return slb_table_word(&way->scope) == ports && (slb_way_fixed(way) & SLB_WAY_V6) &&
	       slb_table_word(&way->addr[6]) == slb_table_word(addrs + 24) &&
	       slb_table_word(&way->addr[2]) == slb_table_word(addrs + 8) &&
	       slb_table_word(&way->addr[4]) == slb_table_word(addrs + 16) &&
	       slb_table_word(&way->addr[0]) == slb_table_word(addrs);
}

struct slb_way *slb_table_find_locked(struct slb_table *tab, const struct slb_tuple *t,
				      u32 hash, bool v6);

/* 6.1's accessors of a seqcount with a lock take no pointer to const. */
static inline struct slb_table *slb_table_cast(const struct slb_table *tab)
{
	return (struct slb_table *)tab;
}

/* The end of a lookup that found nothing: believe it, or look again under the lock. */
static __always_inline struct slb_way *
slb_table_miss(const struct slb_table *tab, const struct slb_tuple *t, u32 hash, bool v6,
	       unsigned long nulls, u32 bucket, unsigned int seq)
{
	struct slb_table *mtab = slb_table_cast(tab);

	if (likely(nulls == slb_table_nulls(bucket) && !(seq & 1) &&
		   !read_seqcount_retry(&mtab->seq, seq)))
		return NULL;
	return slb_table_find_locked(mtab, t, hash, v6);
}

/*
 * The way with such a key in a chain, whose first link is *@next; NULL with the marker that ends it
 * there.
 */
static __always_inline struct slb_way *slb_table_chain4(unsigned long *next, u64 ports, u64 addrs)
{
	while (!(*next & 1)) {
		struct slb_way *way = (struct slb_way *)*next;

		if (slb_way_is4(way, ports, addrs))
			return way;
		*next = READ_ONCE(way->next);
	}
	return NULL;
}

static __always_inline struct slb_way *slb_table_chain6(unsigned long *next, u64 ports,
							const void *addrs)
{
	while (!(*next & 1)) {
		struct slb_way *way = (struct slb_way *)*next;

		if (slb_way_is6(way, ports, addrs))
			return way;
		*next = READ_ONCE(way->next);
	}
	return NULL;
}

static __always_inline unsigned long slb_table_first_rcu(const struct slb_table *tab, u32 bucket)
{
	return READ_ONCE(*slb_table_head(rcu_dereference(tab->dir), bucket));
}

/**
 * slb_table_peek4_rcu() - find the way that an IPv4 packet travels, or not
 * @tab: the namespace's table
 * @ports: scope and both ports, as they lie in a tuple
 * @addrs: both addresses, likewise
 *
 * Context: softirq or process, inside rcu_read_lock().
 * Return: the way, valid until rcu_read_unlock(), or NULL, also where a split interferes.
 */
static __always_inline struct slb_way *slb_table_peek4_rcu(const struct slb_table *tab, u64 ports,
							   u64 addrs)
{
	u32 hash = slb_table_sip4(tab, ports, addrs);
	unsigned long next = slb_table_first_rcu(tab, slb_table_bucket(hash, slb_table_size(tab)));

	return slb_table_chain4(&next, ports, addrs);
}

/**
 * slb_table_peek6_rcu() - find the way that an IPv6 packet travels, or not
 * @tab: the namespace's table
 * @ports: scope and both ports, as they lie in a tuple
 * @addrs: both addresses
 *
 * Context: softirq or process, inside rcu_read_lock().
 * Return: the way, valid until rcu_read_unlock(), or NULL, also where a split interferes.
 */
static __always_inline struct slb_way *slb_table_peek6_rcu(const struct slb_table *tab, u64 ports,
							   const void *addrs)
{
	u32 hash = slb_table_sip6(tab, ports, addrs);
	unsigned long next = slb_table_first_rcu(tab, slb_table_bucket(hash, slb_table_size(tab)));

	return slb_table_chain6(&next, ports, addrs);
}

/**
 * slb_table_at4_rcu() - find the way that an IPv4 packet travels
 * @tab: the namespace's table
 * @t: the packet's tuple
 * @hash: slb_table_hash4() of it
 *
 * Context: softirq or process, inside rcu_read_lock(). Takes a bucket's lock if a split
 * interferes.
 * Return: the way, valid until rcu_read_unlock(), or NULL.
 */
static __always_inline struct slb_way *
slb_table_at4_rcu(const struct slb_table *tab, const struct slb_tuple *t, u32 hash)
{
	u64 ports = slb_table_word(&t->scope);
	u64 addrs = slb_table_word(t->v4);
	unsigned int seq = raw_read_seqcount(&slb_table_cast(tab)->seq);
	u32 bucket = slb_table_bucket(hash, slb_table_size(tab));
	unsigned long next = slb_table_first_rcu(tab, bucket);
	struct slb_way *way = slb_table_chain4(&next, ports, addrs);

	return way ?: slb_table_miss(tab, t, hash, false, next, bucket, seq);
}

/**
 * slb_table_at6_rcu() - find the way that an IPv6 packet travels
 * @tab: the namespace's table
 * @t: the packet's tuple
 * @hash: slb_table_hash6() of it
 *
 * Context: softirq or process, inside rcu_read_lock(). Takes a bucket's lock if a split
 * interferes.
 * Return: the way, valid until rcu_read_unlock(), or NULL.
 */
static __always_inline struct slb_way *
slb_table_at6_rcu(const struct slb_table *tab, const struct slb_tuple *t, u32 hash)
{
	u64 ports = slb_table_word(&t->scope);
	unsigned int seq = raw_read_seqcount(&slb_table_cast(tab)->seq);
	u32 bucket = slb_table_bucket(hash, slb_table_size(tab));
	unsigned long next = slb_table_first_rcu(tab, bucket);
	struct slb_way *way = slb_table_chain6(&next, ports, t->v6);

	return way ?: slb_table_miss(tab, t, hash, true, next, bucket, seq);
}

/* The same for who has no use for the hash. */
static inline struct slb_way *slb_table_find4_rcu(const struct slb_table *tab,
						  const struct slb_tuple *t)
{
	return slb_table_at4_rcu(tab, t, slb_table_hash4(tab, t));
}

static inline struct slb_way *slb_table_find6_rcu(const struct slb_table *tab,
						  const struct slb_tuple *t)
{
	return slb_table_at6_rcu(tab, t, slb_table_hash6(tab, t));
}

int slb_table_init(struct slb_table *tab);
void slb_table_exit(struct slb_table *tab);
int slb_table_insert(struct slb_table *tab, struct slb_conn *conn, u32 hash0);
void slb_table_remove(struct slb_table *tab, struct slb_conn *conn);
void slb_table_remove_orig(struct slb_table *tab, struct slb_conn *conn);

/* Cursor of slb_table_walk() once it has been everywhere; it starts at 0. */
#define SLB_TABLE_WALK_END	BIT_ULL(32)

/*
 * Callback of a walk, inside RCU and with no lock of the table held: it may end connections, but
 * not sleep. @conn may be dead already. True goes on, false stops before this very connection.
 */
typedef bool (*slb_table_visit_t)(struct slb_conn *conn, void *arg);
bool slb_table_walk(struct slb_table *tab, u64 *cursor, unsigned int max_buckets,
		    slb_table_visit_t visit, void *arg);

#endif
