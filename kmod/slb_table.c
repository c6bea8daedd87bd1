// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection table's writers and walk. slb_table.h says how buckets are numbered, how
 * chains may change and why readers miss nothing.
 */
#include <linux/bitops.h>
#include <linux/bitrev.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_table.h"

#ifdef SLB_SELFTEST
#define SLB_TABLE_DIR_FIRST	4u	/* tests come to its end soon */
#define SLB_TABLE_RAM_SHIFT	(BITS_PER_LONG - 1)
#define SLB_TABLE_PAGES_FIRST	1u
#else
/* An empty table takes a 2^14th of the machine's memory, at least 64 KiB, at most 1 MiB. */
#define SLB_TABLE_RAM_SHIFT	14
#define SLB_TABLE_PAGES_FIRST	16u
/* The first directory fills a page; a quarter of a million ways fit in before it is replaced. */
#define SLB_TABLE_DIR_FIRST \
	((u32)((PAGE_SIZE - sizeof(struct slb_table_dir)) / sizeof(unsigned long *)))
#endif
#define SLB_TABLE_DIR_FACTOR	4
#define SLB_TABLE_PAGES_MOST	(SLB_TABLE_DIR_FIRST / 2)

/* Nulls markers have 31 bits, and no machine holds more ways. */
#define SLB_TABLE_SIZE_MAX	0x40000000U

/* An insert adds two ways; a third split makes up for those that found @grow_lock taken. */
#define SLB_TABLE_SPLITS	3

static u32 slb_way_hash(const struct slb_table *tab, const struct slb_way *way)
{
	u64 ports = slb_table_word(&way->scope);

	if (slb_way_fixed(way) & SLB_WAY_V6)
		return slb_table_sip6(tab, ports, way->addr);
	return slb_table_sip4(tab, ports, slb_table_word(way->addr));
}

/* The same of a linked way. A UDP connection remembers it; TCP's numbers leave no room for that. */
static u32 slb_conn_hash(const struct slb_table *tab, const struct slb_conn *conn, int dir)
{
	const struct slb_way *way = slb_conn_way(conn, dir);

	return slb_way_is_udp(way) ? conn->hash[dir] : slb_way_hash(tab, way);
}

static bool slb_way_same(const struct slb_way *a, const struct slb_way *b)
{
	u64 ports = slb_table_word(&b->scope);

	if (slb_way_fixed(b) & SLB_WAY_V6)
		return slb_way_is6(a, ports, b->addr);
	return slb_way_is4(a, ports, slb_table_word(b->addr));
}

/* @hash's chain; the caller holds its lock, so it stays the same while the table grows. */
static unsigned long *slb_table_chain(const struct slb_table *tab, u32 hash)
{
	u32 bucket = slb_table_bucket(hash, slb_table_size(tab));

	lockdep_assert_held(&tab->lock[hash % SLB_TABLE_LOCKS]);
	return slb_table_head(rcu_dereference_bh(tab->dir), bucket);
}

/* Both hashes' locks, in index order. */
static void slb_table_lock_pair(struct slb_table *tab, u32 hash0, u32 hash1)
	__acquires(first) __acquires(second)
{
	u32 a = hash0 % SLB_TABLE_LOCKS;
	u32 b = hash1 % SLB_TABLE_LOCKS;

	spin_lock(&tab->lock[min(a, b)]);
	if (a != b)
		spin_lock_nested(&tab->lock[max(a, b)], SINGLE_DEPTH_NESTING);
	else
		__acquire(second);	/* for sparse: one lock is both */
}

static void slb_table_unlock_pair(struct slb_table *tab, u32 hash0, u32 hash1)
	__releases(second) __releases(first)
{
	u32 a = hash0 % SLB_TABLE_LOCKS;
	u32 b = hash1 % SLB_TABLE_LOCKS;

	if (a != b)
		spin_unlock(&tab->lock[max(a, b)]);
	else
		__release(second);
	spin_unlock(&tab->lock[min(a, b)]);
}

/**
 * slb_table_find_locked() - find a way where a reader without lock was led astray
 * @tab: the namespace's table
 * @t: the packet's tuple
 * @hash: its hash
 * @v6: its family
 *
 * Context: softirq or process, inside rcu_read_lock(), no lock of the table held.
 * Return: the way, valid until rcu_read_unlock(), or NULL.
 */
struct slb_way *slb_table_find_locked(struct slb_table *tab, const struct slb_tuple *t,
				      u32 hash, bool v6)
{
	spinlock_t *lock = &tab->lock[hash % SLB_TABLE_LOCKS];
	u64 ports = slb_table_word(&t->scope);
	u64 addrs = slb_table_word(t->v4);
	struct slb_way *found = NULL;
	unsigned long next;

	spin_lock_bh(lock);
	for (next = *slb_table_chain(tab, hash); !(next & 1) && !found;) {
		struct slb_way *way = (struct slb_way *)next;

		if (v6 ? slb_way_is6(way, ports, t->v6) : slb_way_is4(way, ports, addrs))
			found = way;
		next = way->next;
	}
	spin_unlock_bh(lock);
	return found;
}

/*
 * Is another connection's way with the same key linked? A dead one is about to be unlinked and
 * does not count: the new way goes in front of it, so readers find the new one.
 */
static bool slb_chain_has(const unsigned long *head, const struct slb_way *way)
{
	unsigned long next;

	for (next = *head; !(next & 1);) {
		struct slb_way *other = (struct slb_way *)next;

		if (slb_way_same(other, way) &&
		    !test_bit(SLB_CONN_DEAD, &slb_way_conn(other)->flags))
			return true;
		next = other->next;
	}
	return false;
}

static void slb_chain_add(unsigned long *head, struct slb_way *way)
{
	way->next = *head;
	/* Pairs with the address dependency of lookups: the way is complete. */
	smp_store_release(head, (unsigned long)way);
}

static bool slb_chain_del(unsigned long *head, const struct slb_way *way)
{
	while (!(*head & 1)) {
		struct slb_way *other = (struct slb_way *)*head;

		if (other == way) {
			WRITE_ONCE(*head, way->next);
			return true;
		}
		head = &other->next;
	}
	return false;
}

/*
 * The page of bucket @bucket, which is the next to come into being. NULL when there is no
 * memory for it or the directory is full; a larger directory is asked for when half of this one
 * is used.
 */
static unsigned long *slb_table_page_get(struct slb_table *tab, struct slb_table_dir *dir,
					 u32 bucket)
{
	u32 i = bucket / SLB_TABLE_PAGE;

	if (i >= dir->npages / 2 && bucket % SLB_TABLE_PAGE == 0)
		schedule_work(&tab->grow_work);
	if (i >= dir->npages)
		return NULL;
	if (!dir->page[i])	/* readers look at it once a larger size is published */
		dir->page[i] = slb_alloc(kmalloc(PAGE_SIZE, GFP_ATOMIC | __GFP_NOWARN));
	return dir->page[i];
}

/*
 * Moves the part of bucket @from whose hashes have bit @half to bucket @to, in order. Readers
 * of @from that stand on a way while it moves end at @to's marker; readers of @to do not exist
 * yet.
 */
static void slb_table_move(struct slb_table *tab, const struct slb_table_dir *dir, u32 from,
			   u32 to, u32 half)
{
	unsigned long *head = slb_table_head(dir, from);
	unsigned long *tail = slb_table_head(dir, to);

	WRITE_ONCE(*tail, slb_table_nulls(to));
	while (!(*head & 1)) {
		struct slb_way *way = (struct slb_way *)*head;

		if (!(slb_way_hash(tab, way) & half)) {
			head = &way->next;
			continue;
		}
		WRITE_ONCE(*head, way->next);
		WRITE_ONCE(way->next, slb_table_nulls(to));
		/* As in slb_chain_add(): @next is set before readers can come this way. */
		smp_store_release(tail, (unsigned long)way);
		tail = &way->next;
	}
}

static bool slb_table_split(struct slb_table *tab)
	__must_hold(&tab->grow_lock)
{
	struct slb_table_dir *dir;
	u32 size = tab->size;
	u32 half = rounddown_pow_of_two(size);
	u32 from = size - half;
	spinlock_t *lock = &tab->lock[from % SLB_TABLE_LOCKS];

	dir = rcu_dereference_protected(tab->dir, lockdep_is_held(&tab->grow_lock));
	if (size >= SLB_TABLE_SIZE_MAX || !slb_table_page_get(tab, dir, size)) {
		WRITE_ONCE(tab->nomem, tab->nomem + 1);	/* read by slb_counters_sum() */
		return false;
	}
	spin_lock(lock);
	write_seqcount_begin(&tab->seq);
	slb_table_move(tab, dir, from, size, half);
	smp_store_release(&tab->size, size + 1);	/* pairs with smp_load_acquire() */
	write_seqcount_end(&tab->seq);
	spin_unlock(lock);
	WRITE_ONCE(tab->splits, tab->splits + 1);	/* read by slb_counters_sum() */
	return true;
}

static bool slb_table_is_loaded(const struct slb_table *tab)
{
	return atomic_long_read(&tab->ways) > READ_ONCE(tab->size);
}

static void slb_table_grow(struct slb_table *tab)
{
	int i;

	if (!slb_table_is_loaded(tab) || !spin_trylock(&tab->grow_lock))
		return;
	for (i = 0; i < SLB_TABLE_SPLITS && slb_table_is_loaded(tab); i++)
		if (!slb_table_split(tab))
			break;
	spin_unlock(&tab->grow_lock);
}

/* Packets go on splitting while the larger copy is made, so the pages are copied under the lock. */
static void slb_table_grow_work(struct work_struct *work)
{
	struct slb_table *tab = container_of(work, struct slb_table, grow_work);
	struct slb_table_dir *old, *dir;
	u32 npages;

	/* Nobody else replaces it, and a work item does not run twice at a time. */
	old = rcu_dereference_protected(tab->dir, true);
	npages = old->npages * SLB_TABLE_DIR_FACTOR;
	dir = slb_alloc(kvzalloc(struct_size(dir, page, npages), GFP_KERNEL | __GFP_NOWARN));
	if (!dir)
		return;		/* the next page asks again */
	dir->npages = npages;
	spin_lock_bh(&tab->grow_lock);
	memcpy(dir->page, old->page, flex_array_size(old, page, old->npages));
	rcu_assign_pointer(tab->dir, dir);
	spin_unlock_bh(&tab->grow_lock);
	kvfree_rcu(old, rcu);
}

static void slb_table_key(struct slb_table *tab)
{
	siphash_key_t key;

	get_random_bytes(&key, sizeof(key));
	tab->key.v0 = SIPHASH_CONST_0 ^ key.key[0];
	tab->key.v1 = SIPHASH_CONST_1 ^ key.key[1];
	tab->key.v2 = SIPHASH_CONST_2 ^ key.key[0];
	tab->key.v3 = SIPHASH_CONST_3 ^ key.key[1];
	memzero_explicit(&key, sizeof(key));
}

static void slb_table_dir_free(struct slb_table_dir *dir)
{
	u32 i;

	for (i = 0; i < dir->npages; i++)
		kfree(dir->page[i]);
	kvfree(dir);
}

/**
 * slb_table_init() - make an empty table
 * @tab: memory of the table, zeroed
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int slb_table_init(struct slb_table *tab)
{
	const u32 npages = clamp_t(unsigned long, totalram_pages() >> SLB_TABLE_RAM_SHIFT,
				   SLB_TABLE_PAGES_FIRST, SLB_TABLE_PAGES_MOST);
	const u32 size = npages * SLB_TABLE_PAGE;
	struct slb_table_dir *dir;
	unsigned int i;

	dir = slb_alloc(kvzalloc(struct_size(dir, page, SLB_TABLE_DIR_FIRST), SLB_GFP_CONFIG));
	if (!dir)
		return -ENOMEM;
	dir->npages = SLB_TABLE_DIR_FIRST;
	for (i = 0; i < npages; i++) {
		dir->page[i] = slb_alloc(kmalloc(PAGE_SIZE, SLB_GFP_CONFIG));
		if (!dir->page[i]) {
			slb_table_dir_free(dir);
			return -ENOMEM;
		}
	}
	for (i = 0; i < size; i++)
		*slb_table_head(dir, i) = slb_table_nulls(i);
	for (i = 0; i < SLB_TABLE_LOCKS; i++)
		spin_lock_init(&tab->lock[i]);
	spin_lock_init(&tab->grow_lock);
	seqcount_spinlock_init(&tab->seq, &tab->grow_lock);
	INIT_WORK(&tab->grow_work, slb_table_grow_work);
	atomic_long_set(&tab->ways, 0);
	slb_table_key(tab);
	tab->splits = 0;
	tab->nomem = 0;
	RCU_INIT_POINTER(tab->dir, dir);
	/* Pairs with slb_table_size(): a walk may look already. */
	smp_store_release(&tab->size, size);
	return 0;
}

/**
 * slb_table_exit() - free an empty table
 * @tab: the table; no connection is linked and no reader left
 *
 * Context: process, may sleep.
 */
void slb_table_exit(struct slb_table *tab)
{
	struct slb_table_dir *dir;

	cancel_work_sync(&tab->grow_work);
	WARN_ON_ONCE(atomic_long_read(&tab->ways));
	dir = rcu_dereference_protected(tab->dir, true);
	RCU_INIT_POINTER(tab->dir, NULL);
	slb_table_dir_free(dir);
}

/**
 * slb_table_insert() - link both ways of a connection
 * @tab: the namespace's table
 * @conn: the connection, complete but for its links; nobody else sees it yet
 * @hash0: slb_table_hash4() or 6() of way 0's key, known from the lookup that did not find it
 *
 * Readers may find either way before the function returns. Sets SLB_CONN_LINKED0.
 *
 * Context: BH off, no lock of the table held.
 * Return: 0; -EEXIST when a living connection has a way with way 0's key; -EADDRINUSE the same
 * for way 1. Nothing has been linked then.
 */
int slb_table_insert(struct slb_table *tab, struct slb_conn *conn, u32 hash0)
{
	struct slb_way *way0 = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_way *way1 = slb_conn_way(conn, SLB_DIR_REPLY);
	u32 hash1 = slb_way_hash(tab, way1);
	unsigned long *head0, *head1;
	int err = 0;

	if (slb_way_is_udp(way0)) {
		conn->hash[SLB_DIR_ORIG] = hash0;
		conn->hash[SLB_DIR_REPLY] = hash1;
	}
	slb_table_lock_pair(tab, hash0, hash1);
	head0 = slb_table_chain(tab, hash0);
	head1 = slb_table_chain(tab, hash1);
	if (slb_chain_has(head0, way0)) {
		err = -EEXIST;
	} else if (slb_way_same(way0, way1) || slb_chain_has(head1, way1)) {
		err = -EADDRINUSE;
	} else {
		set_bit(SLB_CONN_LINKED0, &conn->flags);
		slb_chain_add(head0, way0);
		slb_chain_add(head1, way1);
		atomic_long_add(2, &tab->ways);
	}
	slb_table_unlock_pair(tab, hash0, hash1);
	if (!err)
		slb_table_grow(tab);
	return err;
}

/**
 * slb_table_remove() - unlink what is linked of a connection
 * @tab: the namespace's table
 * @conn: the connection; readers may stand on it until an RCU grace period has passed
 *
 * Context: BH off, no lock of the table held.
 */
void slb_table_remove(struct slb_table *tab, struct slb_conn *conn)
{
	struct slb_way *way0 = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_way *way1 = slb_conn_way(conn, SLB_DIR_REPLY);
	u32 hash0 = slb_conn_hash(tab, conn, SLB_DIR_ORIG);
	u32 hash1 = slb_conn_hash(tab, conn, SLB_DIR_REPLY);
	int gone;

	slb_table_lock_pair(tab, hash0, hash1);
	gone = slb_chain_del(slb_table_chain(tab, hash1), way1);
	if (test_and_clear_bit(SLB_CONN_LINKED0, &conn->flags))
		gone += slb_chain_del(slb_table_chain(tab, hash0), way0);
	slb_table_unlock_pair(tab, hash0, hash1);
	atomic_long_sub(gone, &tab->ways);
}

/**
 * slb_table_remove_orig() - unlink way 0, so that the client's tuple can be used afresh
 * @tab: the namespace's table
 * @conn: the connection; its way 1 stays linked
 *
 * Context: softirq or process, no lock of the table held.
 */
void slb_table_remove_orig(struct slb_table *tab, struct slb_conn *conn)
{
	struct slb_way *way = slb_conn_way(conn, SLB_DIR_ORIG);
	u32 hash = slb_conn_hash(tab, conn, SLB_DIR_ORIG);
	spinlock_t *lock = &tab->lock[hash % SLB_TABLE_LOCKS];
	int gone = 0;

	spin_lock_bh(lock);
	if (test_and_clear_bit(SLB_CONN_LINKED0, &conn->flags))
		gone = slb_chain_del(slb_table_chain(tab, hash), way);
	spin_unlock_bh(lock);
	atomic_long_sub(gone, &tab->ways);
}

/*
 * The walk. A bucket is a range of bit-reversed hashes, and its two halves after a split are
 * the halves of that range. So a cursor in reversed-hash order means the same whatever the
 * size: behind it everything has been visited, before it nothing.
 */
#define SLB_TABLE_BATCH	16

struct slb_table_batch {
	unsigned int	n;
	u64		end;	/* what lies before it and is not in @entry was not there */
	struct {
		struct slb_conn	*conn;
		u64		pos;
	} entry[SLB_TABLE_BATCH];
};

/* Keeps the lowest positions, in order; @end falls to the lowest that found no room. */
static void slb_table_batch_add(struct slb_table_batch *b, struct slb_conn *conn, u64 pos)
{
	unsigned int i;

	if (b->n == SLB_TABLE_BATCH) {
		if (pos >= b->entry[b->n - 1].pos) {
			b->end = min(b->end, pos);
			return;
		}
		b->n--;
		b->end = b->entry[b->n].pos;
	}
	for (i = b->n++; i > 0 && b->entry[i - 1].pos > pos; i--)
		b->entry[i] = b->entry[i - 1];
	b->entry[i].conn = conn;
	b->entry[i].pos = pos;
}

/* Where the range of a bucket ends; @hash is one of it. */
static u64 slb_table_range_end(u32 size, u32 hash)
{
	u32 half = rounddown_pow_of_two(size);
	u32 bucket = slb_table_bucket(hash, size);

	/* A bucket that is split, or came from a split, has one hash bit more. */
	return bitrev32(bucket) + (BIT_ULL(32) >> ilog2(half)) /
	       (bucket >= half || bucket < size - half ? 2 : 1);
}

/* Most buckets of a large table are empty: a walk passes them without their locks, as readers do. */
static bool slb_table_walk_past(struct slb_table *tab, u64 *cursor)
{
	unsigned int seq = raw_read_seqcount(&tab->seq);
	u32 hash = bitrev32((u32)*cursor);
	u32 size = slb_table_size(tab);
	u32 bucket = slb_table_bucket(hash, size);

	if (slb_table_first_rcu(tab, bucket) != slb_table_nulls(bucket) || seq & 1 ||
	    read_seqcount_retry(&tab->seq, seq))
		return false;
	*cursor = slb_table_range_end(size, hash);
	return true;
}

/* The connections whose way 1 is in the bucket of position @pos, from @pos on. */
static void slb_table_batch_fill(struct slb_table *tab, u64 pos, struct slb_table_batch *b)
{
	u32 hash = bitrev32((u32)pos);
	spinlock_t *lock = &tab->lock[hash % SLB_TABLE_LOCKS];
	unsigned long next;

	b->n = 0;
	spin_lock_bh(lock);
	/* The size may grow now, but not by splitting this bucket. */
	b->end = slb_table_range_end(slb_table_size(tab), hash);
	for (next = *slb_table_chain(tab, hash); !(next & 1);) {
		struct slb_way *way = (struct slb_way *)next;
		u64 at;

		next = way->next;
		if (!(slb_way_fixed(way) & SLB_WAY_REPLY))
			continue;
		at = bitrev32(slb_way_hash(tab, way));
		if (at >= pos)
			slb_table_batch_add(b, slb_way_conn(way), at);
	}
	spin_unlock_bh(lock);
}

static bool slb_table_walk_bucket(struct slb_table *tab, u64 *cursor, slb_table_visit_t visit,
				  void *arg)
{
	struct slb_table_batch b;
	unsigned int i;

	if (slb_table_walk_past(tab, cursor))
		return true;
	slb_table_batch_fill(tab, *cursor, &b);
	/* More than a batch of one and the same hash does not happen; if it did, skip the rest. */
	if (b.end == *cursor)
		b.end++;
	for (i = 0; i < b.n && b.entry[i].pos < b.end; i++) {
		*cursor = b.entry[i].pos;
		if (!visit(b.entry[i].conn, arg))
			return false;
	}
	*cursor = b.end;
	return true;
}

/**
 * slb_table_walk() - visit connections in an order that growth preserves
 * @tab: the namespace's table
 * @cursor: 0 to begin, then what the last call left; SLB_TABLE_WALK_END when the walk is over
 * @max_buckets: return after so many buckets, to let others run
 * @visit: called for each connection, see slb_table_visit_t
 * @arg: for @visit
 *
 * The order is that of the bit-reversed hash of way 1, which is linked as long as the
 * connection is. A connection that is linked from the first call to the last is visited,
 * whatever is inserted, removed or split meanwhile; once, unless @visit had stopped at another
 * of the very same hash.
 *
 * Nothing is visited in zeroed memory that slb_table_init() has not seen yet.
 *
 * Context: softirq or process, no lock of the table held; enters RCU itself.
 * Return: true when the walk is over; false when @visit or @max_buckets stopped it.
 */
bool slb_table_walk(struct slb_table *tab, u64 *cursor, unsigned int max_buckets,
		    slb_table_visit_t visit, void *arg)
{
	if (!slb_table_size(tab))	/* the table is not made yet */
		return true;
	while (*cursor < SLB_TABLE_WALK_END) {
		bool go;

		if (!max_buckets--)
			return false;
		rcu_read_lock();
		go = slb_table_walk_bucket(tab, cursor, visit, arg);
		rcu_read_unlock();
		if (!go)
			return false;
	}
	return true;
}

#ifdef SLB_SELFTEST
#include "selftest/table.c"
#endif
