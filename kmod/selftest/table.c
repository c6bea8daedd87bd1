// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the connection table, against a twin that keeps an array and looks at all of it.
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>
#include "slb_pkt.h"
#include "check.h"

#define SLB_TT_STRIDE	(sizeof(struct slb_conn) + 2 * SLB_WAY6_SIZE)
#define SLB_TT_MANY	26000	/* two ways each: the table grows to more than 50 000 buckets */
#define SLB_TT_FEW	192

/* Entries in one vmalloc()ed piece; @state says what the table ought to hold of each. */
struct slb_tt {
	struct slb_table	*tab;
	char			*mem;
	u8			*state;		/* bit 0, 1: that way is linked; bit 2: visited */
	unsigned int		n;
	struct rnd_state	rnd;
	int			fails;

	/* of the reader */
	unsigned long		looked;
	unsigned long		missed;

	/* of the walk */
	u64			last;
	unsigned int		refuse;		/* one in so many visits is refused; 0 is none */
	u64			refused;	/* position, plus one */
};

static struct slb_conn *slb_tt_conn(const struct slb_tt *tt, unsigned int i)
{
	return (struct slb_conn *)(tt->mem + i * SLB_TT_STRIDE);
}

static void slb_tt_tuple(const struct slb_way *way, struct slb_tuple *t)
{
	memset(t, 0, sizeof(*t));
	t->scope = way->scope;
	t->sport = way->sport;
	t->dport = way->dport;
	memcpy(t->v6, way->addr, way->bits & SLB_WAY_V6 ? sizeof(t->v6) : sizeof(t->v4));
}

static struct slb_way *slb_tt_find(const struct slb_tt *tt, const struct slb_tuple *t, bool v6)
{
	struct slb_way *way;

	rcu_read_lock();
	way = v6 ? slb_table_find6_rcu(tt->tab, t) : slb_table_find4_rcu(tt->tab, t);
	rcu_read_unlock();
	return way;
}

/* A key out of few, so that equal ones meet, also across the families. */
static void slb_tt_key_few(struct slb_tt *tt, struct slb_way *way)
{
	int i, words = way->bits & SLB_WAY_V6 ? 8 : 2;

	way->scope = slb_scope(slb_check_random(&tt->rnd, 2), IPPROTO_TCP);
	way->sport = htons(1);
	way->dport = htons(slb_check_random(&tt->rnd, 4));
	for (i = 0; i < words; i++)
		way->addr[i] = htonl(i % 4 == 1 ? slb_check_random(&tt->rnd, 4) : 7);
}

/* Keys that differ in their number @i only. */
static void slb_tt_key_many(struct slb_way *way, u32 i)
{
	bool v6 = way->bits & SLB_WAY_V6;

	way->scope = 0;
	way->sport = htons(i);
	way->dport = htons(way->bits & SLB_WAY_REPLY ? 5000 : 80);
	memset(way->addr, 0, v6 ? sizeof(struct in6_addr[2]) : sizeof(__be32[2]));
	way->addr[v6 ? 3 : 0] = htonl(0x0a000000 | i >> 16);
	way->addr[v6 ? 7 : 1] = htonl(0x0a010001);
}

static void slb_tt_conn_init(struct slb_tt *tt, unsigned int i, bool v6)
{
	struct slb_conn *conn = slb_tt_conn(tt, i);

	memset(conn, 0, SLB_TT_STRIDE);
	slb_conn_way4(conn, SLB_DIR_ORIG)->bits = v6 ? SLB_WAY_V6 : 0;
	slb_conn_way(conn, SLB_DIR_REPLY)->bits = SLB_WAY_REPLY | (v6 ? SLB_WAY_V6 : 0);
}

/* The twin's lookup: every linked way, one by one. */
static struct slb_way *slb_tt_twin(const struct slb_tt *tt, const struct slb_tuple *t, bool v6)
{
	struct slb_tuple other;
	unsigned int i;
	int dir;

	for (i = 0; i < tt->n; i++) {
		for (dir = 0; dir < 2; dir++) {
			struct slb_way *way = slb_conn_way(slb_tt_conn(tt, i), dir);

			if (!(tt->state[i] & BIT(dir)) || !!(way->bits & SLB_WAY_V6) != v6)
				continue;
			slb_tt_tuple(way, &other);
			if (!memcmp(&other, t, v6 ? sizeof(*t) : offsetof(struct slb_tuple, v4[2])))
				return way;
		}
	}
	return NULL;
}

static int slb_tt_insert(struct slb_tt *tt, struct slb_conn *conn)
{
	int err;

	local_bh_disable();
	err = slb_table_insert(tt->tab, conn,
			       slb_way_hash(tt->tab, slb_conn_way(conn, SLB_DIR_ORIG)));
	local_bh_enable();
	return err;
}

static void slb_tt_remove(struct slb_tt *tt, struct slb_conn *conn)
{
	local_bh_disable();
	slb_table_remove(tt->tab, conn);
	local_bh_enable();
}

static void slb_tt_try_insert(struct slb_tt *tt, unsigned int i)
{
	bool v6 = slb_check_random(&tt->rnd, 2);
	struct slb_conn *conn = slb_tt_conn(tt, i);
	struct slb_tuple t0, t1;
	int dir, want = 0;

	slb_tt_conn_init(tt, i, v6);
	for (dir = 0; dir < 2; dir++)
		slb_tt_key_few(tt, slb_conn_way(conn, dir));
	slb_tt_tuple(slb_conn_way(conn, 0), &t0);
	slb_tt_tuple(slb_conn_way(conn, 1), &t1);
	if (slb_tt_twin(tt, &t0, v6))
		want = -EEXIST;
	else if (!memcmp(&t0, &t1, sizeof(t0)) || slb_tt_twin(tt, &t1, v6))
		want = -EADDRINUSE;
	slb_check(&tt->fails, slb_tt_insert(tt, conn) == want);
	slb_check(&tt->fails, test_bit(SLB_CONN_LINKED0, &conn->flags) == !want);
	tt->state[i] = want ? 0 : 3;
}

/* Random inserts, removals and lookups among few keys. */
static void slb_tt_random(struct slb_tt *tt)
{
	struct slb_conn *key = slb_tt_conn(tt, SLB_TT_FEW);	/* never linked */
	unsigned int step, i, linked = 0;
	struct slb_tuple t;
	bool v6;

	tt->n = SLB_TT_FEW;
	for (step = 0; step < 20000; step++) {
		i = slb_check_random(&tt->rnd, SLB_TT_FEW);
		if (!tt->state[i]) {
			slb_tt_try_insert(tt, i);
		} else if (tt->state[i] == 3 && slb_check_random(&tt->rnd, 3) == 0) {
			slb_table_remove_orig(tt->tab, slb_tt_conn(tt, i));
			tt->state[i] = 2;
		} else if (slb_check_random(&tt->rnd, 2)) {
			slb_tt_remove(tt, slb_tt_conn(tt, i));
			tt->state[i] = 0;
		}
		v6 = slb_check_random(&tt->rnd, 2);
		slb_tt_conn_init(tt, SLB_TT_FEW, v6);
		slb_tt_key_few(tt, slb_conn_way(key, 0));
		slb_tt_tuple(slb_conn_way(key, 0), &t);
		slb_check(&tt->fails, slb_tt_find(tt, &t, v6) == slb_tt_twin(tt, &t, v6));
		if (step % 256 == 0)
			cond_resched();
	}
	for (i = 0; i < SLB_TT_FEW; i++)
		linked += hweight8(tt->state[i] & 3);
	slb_check(&tt->fails, linked > 50);
	slb_check(&tt->fails, atomic_long_read(&tt->tab->ways) == linked);
	for (i = 0; i < SLB_TT_FEW; i++) {
		if (tt->state[i])
			slb_tt_remove(tt, slb_tt_conn(tt, i));
		tt->state[i] = 0;
	}
	slb_check(&tt->fails, atomic_long_read(&tt->tab->ways) == 0);
}

/* A dead connection that is still linked gives way to a new one with its key. */
static void slb_tt_dead(struct slb_tt *tt)
{
	struct slb_conn *old = slb_tt_conn(tt, 0);
	struct slb_conn *new = slb_tt_conn(tt, 1);
	struct slb_tuple t;
	int i;

	for (i = 0; i < 2; i++) {
		slb_tt_conn_init(tt, i, false);
		slb_tt_key_many(slb_conn_way(slb_tt_conn(tt, i), 0), 1);
		slb_tt_key_many(slb_conn_way(slb_tt_conn(tt, i), 1), i);
	}
	slb_tt_tuple(slb_conn_way(old, 0), &t);
	slb_check(&tt->fails, !slb_tt_insert(tt, old));
	slb_check(&tt->fails, slb_tt_insert(tt, new) == -EEXIST);
	set_bit(SLB_CONN_DEAD, &old->flags);
	slb_check(&tt->fails, !slb_tt_insert(tt, new));
	slb_check(&tt->fails, slb_tt_find(tt, &t, false) == slb_conn_way(new, 0));
	slb_tt_remove(tt, old);
	slb_check(&tt->fails, slb_tt_find(tt, &t, false) == slb_conn_way(new, 0));
	slb_tt_remove(tt, new);
	slb_check(&tt->fails, !slb_tt_find(tt, &t, false));
}

/* A split at @size moves hashes to the new bucket from one other, and no others anywhere. */
static void slb_tt_buckets(struct slb_tt *tt)
{
	u32 size, i, hash, before, after;

	for (size = 512; size < 2100; size++) {
		for (i = 0; i < 64; i++) {
			hash = prandom_u32_state(&tt->rnd);
			before = slb_table_bucket(hash, size);
			after = slb_table_bucket(hash, size + 1);
			slb_check(&tt->fails, before < size);
			slb_check(&tt->fails, before == after ||
				  (after == size && before == size - rounddown_pow_of_two(size)));
			slb_check(&tt->fails, after % SLB_TABLE_LOCKS == hash % SLB_TABLE_LOCKS);
		}
		cond_resched();
	}
}

/* Looks for connections that stay linked, on another CPU or between the writer's steps. */
static int slb_tt_reader(void *arg)
{
	struct slb_tt *tt = arg;
	struct rnd_state rnd;
	struct slb_tuple t;

	prandom_seed_state(&rnd, 3);
	while (!kthread_should_stop()) {
		u32 i = slb_check_random(&rnd, 512);
		/* slb_tt_walk() unlinks some of the ways 0 */
		int dir = i % 7 ? i / 2 % 2 : SLB_DIR_REPLY;
		struct slb_way *way = slb_conn_way(slb_tt_conn(tt, i), dir);

		slb_tt_tuple(way, &t);
		if (slb_tt_find(tt, &t, way->bits & SLB_WAY_V6) != way)
			tt->missed++;
		t.scope = slb_scope(1, IPPROTO_TCP);
		if (slb_tt_find(tt, &t, way->bits & SLB_WAY_V6))
			tt->missed++;
		WRITE_ONCE(tt->looked, tt->looked + 1);
		if (i % 64 == 0)
			cond_resched();
	}
	return 0;
}

static void slb_tt_insert_many(struct slb_tt *tt, unsigned int from, unsigned int to)
{
	unsigned int i, dir;

	for (i = from; i < to; i++) {
		slb_tt_conn_init(tt, i, i & 1);
		for (dir = 0; dir < 2; dir++)
			slb_tt_key_many(slb_conn_way(slb_tt_conn(tt, i), dir), i);
		slb_check(&tt->fails, !slb_tt_insert(tt, slb_tt_conn(tt, i)));
		tt->state[i] = 3;
		if (i % 64 == 0)
			cond_resched();
	}
}

static bool slb_tt_visit(struct slb_conn *conn, void *arg)
{
	struct slb_tt *tt = arg;
	unsigned int i = ((char *)conn - tt->mem) / SLB_TT_STRIDE;
	u64 pos = bitrev32(slb_way_hash(tt->tab, slb_conn_way(conn, SLB_DIR_REPLY)));

	slb_check(&tt->fails, !tt->refused || tt->refused == pos + 1);
	tt->refused = 0;
	if (tt->refuse && slb_check_random(&tt->rnd, tt->refuse) == 0) {
		tt->refused = pos + 1;
		return false;
	}
	slb_check(&tt->fails, pos >= tt->last);
	slb_check(&tt->fails, tt->state[i] & 2);
	/* Twice only when another of the very same hash was refused between. */
	slb_check(&tt->fails, !(tt->state[i] & 4) || pos == tt->last);
	tt->last = pos;
	tt->state[i] |= 4;
	return true;
}

/* Walks the whole table while it grows by @grow connections, some of them resting. */
static void slb_tt_walk(struct slb_tt *tt, unsigned int have, unsigned int grow)
{
	unsigned int i, next = have, turns = 0;
	u64 cursor = 0;

	tt->last = 0;
	tt->refused = 0;
	for (i = 0; i < have; i += 7) {
		slb_table_remove_orig(tt->tab, slb_tt_conn(tt, i));
		tt->state[i] &= ~1;
	}
	while (!slb_table_walk(tt->tab, &cursor, 16, slb_tt_visit, tt)) {
		unsigned int to = min(next + 20, have + grow);

		slb_tt_insert_many(tt, next, to);
		next = to;
		turns++;
		cond_resched();
	}
	slb_check(&tt->fails, cursor == SLB_TABLE_WALK_END);
	slb_check(&tt->fails, turns > 16);
	for (i = 0; i < have; i++)
		slb_check(&tt->fails, tt->state[i] & 4);
	slb_tt_insert_many(tt, next, have + grow);
	for (i = 0; i < have + grow; i++)
		tt->state[i] &= ~4;
}

/*
 * Splits are put off while the work item has the lock, if its CPU is taken away then, for any number of
 * inserts: each later one splits once more than it must. Nothing else may keep the table behind. A larger
 * directory may be due on the way, hence the turns.
 */
static void slb_tt_caught_up(struct slb_tt *tt)
{
	struct slb_table *tab = tt->tab;
	int turn;

	for (turn = 0; turn < 4 && slb_table_is_loaded(tab); turn++) {
		long behind = atomic_long_read(&tab->ways) - (long)READ_ONCE(tab->size);

		flush_work(&tab->grow_work);
		local_bh_disable();
		for (; behind > 0; behind -= SLB_TABLE_SPLITS)
			slb_table_grow(tab);
		local_bh_enable();
	}
	slb_check(&tt->fails, !slb_table_is_loaded(tab));
}

/*
 * A directory without a free place: nothing splits until a larger one has taken its place, then the
 * table catches up. Inserts the entries from @from to @to.
 */
static void slb_tt_directory(struct slb_tt *tt, unsigned int from, unsigned int to)
{
	struct slb_table *tab = tt->tab;
	struct slb_table_dir *dir;
	u32 npages = DIV_ROUND_UP(tab->size, SLB_TABLE_PAGE);
	u64 nomem;

	flush_work(&tab->grow_work);
	spin_lock_bh(&tab->grow_lock);
	nomem = tab->nomem;
	dir = rcu_dereference_protected(tab->dir, lockdep_is_held(&tab->grow_lock));
	slb_check(&tt->fails, dir->npages >= npages);
	dir->npages = npages;
	spin_unlock_bh(&tab->grow_lock);
	slb_tt_insert_many(tt, from, from + SLB_TABLE_PAGE);
	slb_check(&tt->fails, tab->nomem > nomem);
	flush_work(&tab->grow_work);
	rcu_read_lock();
	dir = rcu_dereference(tab->dir);
	slb_check(&tt->fails, dir->npages >= npages * SLB_TABLE_DIR_FACTOR);
	rcu_read_unlock();
	slb_tt_insert_many(tt, from + SLB_TABLE_PAGE, to);
	slb_tt_caught_up(tt);
}

/* Growth with a reader beside it, complete walks on the way, then every key. */
static void slb_tt_growth(struct slb_tt *tt)
{
	struct slb_table *tab = tt->tab;
	struct task_struct *reader;
	struct slb_tuple t;
	unsigned int i, dir;

	slb_tt_insert_many(tt, 0, 512);
	reader = kthread_run(slb_tt_reader, tt, "slb_selftest");
	slb_check(&tt->fails, !IS_ERR(reader));
	while (!IS_ERR(reader) && !READ_ONCE(tt->looked))
		cond_resched();
	slb_tt_insert_many(tt, 512, 1000);
	tt->refuse = 0;
	slb_tt_walk(tt, 1000, 3000);
	slb_tt_directory(tt, 4000, 8000);
	slb_tt_insert_many(tt, 8000, 20000);
	tt->refuse = 30;
	slb_tt_walk(tt, 20000, SLB_TT_MANY - 20000);
	if (!IS_ERR(reader))
		slb_check(&tt->fails, kthread_stop(reader) == 0);
	slb_check(&tt->fails, tt->missed == 0);

	slb_check(&tt->fails, tab->size > 40000);
	slb_tt_caught_up(tt);
	slb_check(&tt->fails, tab->splits == tab->size - SLB_TABLE_PAGE);
	for (i = 0; i < SLB_TT_MANY; i++) {
		for (dir = 0; dir < 2; dir++) {
			struct slb_way *way = slb_conn_way(slb_tt_conn(tt, i), dir);

			slb_tt_tuple(way, &t);
			slb_check(&tt->fails, slb_tt_find(tt, &t, way->bits & SLB_WAY_V6) ==
				  (tt->state[i] & BIT(dir) ? way : NULL));
		}
		if (i % 64 == 0)
			cond_resched();
	}
}

/**
 * slb_selftest_table() - tests of slb_table
 *
 * Context: process, at module load.
 * Return: number of broken expectations.
 */
int slb_selftest_table(void)
{
	struct slb_tt *tt = kzalloc(sizeof(*tt), GFP_KERNEL);
	unsigned int i;
	int fails = 1;

	if (!tt)
		return 1;
	tt->tab = kvzalloc(sizeof(*tt->tab), GFP_KERNEL);
	tt->mem = vmalloc(SLB_TT_MANY * SLB_TT_STRIDE);
	tt->state = vzalloc(SLB_TT_MANY);
	if (!tt->tab || !tt->mem || !tt->state || slb_table_init(tt->tab))
		goto out;
	prandom_seed_state(&tt->rnd, 1);
	slb_tt_buckets(tt);
	slb_tt_random(tt);
	slb_tt_dead(tt);
	slb_tt_growth(tt);
	for (i = 0; i < SLB_TT_MANY; i++)
		slb_tt_remove(tt, slb_tt_conn(tt, i));
	slb_check(&tt->fails, atomic_long_read(&tt->tab->ways) == 0);
	slb_table_exit(tt->tab);
	fails = tt->fails;
out:
	vfree(tt->state);
	vfree(tt->mem);
	kvfree(tt->tab);
	kfree(tt);
	return fails;
}
