// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of what single methods promise: fo, p2c, the hashes, Maglev's table, slow start. Included by
 * sched.c.
 */

/* The index of the nth server in the place of another one, or -1. */
static int slb_st_other(struct slb_st *st, u32 client, unsigned int chosen, u32 nth)
{
	struct slb_pkt pkt = { .tuple.v4[0] = cpu_to_be32(0x0a000000 + client) };
	struct slb_srv *srv;

	local_bh_disable();
	rcu_read_lock();
	srv = slb_sched_other_rcu(st->group, &pkt, &st->srv[chosen], nth);
	rcu_read_unlock();
	local_bh_enable();
	return srv ? srv - st->srv : -1;
}

/* fo: the next ones by weight, whoever was chosen, also when some have left. */
static void slb_st_fo_others(struct slb_st *st)
{
	unsigned int i;

	slb_st_begin(st, SLB_SCHED_FO);
	for (i = 0; i < 100; i++)
		slb_st_add(st, i, 1 + (i * 37) % 100);
	for (i = 1; i <= 64; i++)
		slb_check(&st->fails, st->srv[slb_st_other(st, 0, slb_st_pick(st), i)].weight == 100 - i);
	i = slb_st_other(st, 0, slb_st_pick(st), 2);
	slb_check(&st->fails, slb_st_other(st, 0, i, 1) == slb_st_pick(st));
	slb_check(&st->fails, st->srv[slb_st_other(st, 0, i, 3)].weight == 97);
	slb_st_weight(st, i, 0);
	slb_check(&st->fails, st->srv[slb_st_other(st, 0, slb_st_pick(st), 2)].weight == 97);
	for (i = 0; i < 100; i++)
		slb_st_weight(st, i, i < 3);
	for (i = 1; i <= 4; i++)
		slb_check(&st->fails, slb_st_other(st, 0, slb_st_pick(st), i) ==
				      (i < 3 ? slb_st_pick(st) + (int)i : -1));
}

/* mh: the clients of a full server are shared by weight, each has its substitute, and all are met. */
static void slb_st_mh_others(struct slb_st *st, unsigned int n)
{
	unsigned int client, i, heavy = 0, all = 0, met;
	int chosen, other;

	slb_st_begin(st, SLB_SCHED_MH);
	for (i = 0; i < n; i++)
		slb_st_add(st, i, i ? 1 : n - 1);
	slb_st_settle(st, 0);
	for (client = 0; client < 2000; client++) {
		chosen = slb_st_pick_for(st, client);
		other = slb_st_other(st, client, chosen, 1);
		slb_check(&st->fails, other == slb_st_other(st, client, chosen, 1));
		all += chosen && other != chosen;
		heavy += chosen && !other;
	}
	/* Half of all weight, of about as many clients as are not its own. */
	slb_check(&st->fails, n == 2 || abs((int)(2 * heavy - all)) < 12 * int_sqrt(all));
	for (client = 0, met = 0; client < 20; client++, met = 0) {
		chosen = slb_st_pick_for(st, client);
		memset(st->home, 0, n * sizeof(*st->home));
		for (i = 1; (other = slb_st_other(st, client, chosen, i)) >= 0; i++)
			met += other != chosen && !st->home[other]++;
		slb_check(&st->fails, met == n - 1);
	}
}

/* The highest weight takes all; of equals the first by address. */
static void slb_st_fo(struct slb_st *st)
{
	unsigned int i;

	slb_st_begin(st, SLB_SCHED_FO);
	for (i = 10; i--;)
		slb_st_add(st, i, 1 + i / 2);
	for (i = 10; i; i -= 2) {
		slb_check(&st->fails, slb_st_pick(st) == i - 2);
		slb_st_weight(st, i - 2, 0);
		slb_check(&st->fails, slb_st_pick(st) == i - 1);
		slb_st_weight(st, i - 1, 0);
	}
	slb_check(&st->fails, slb_st_pick(st) < 0);
	slb_st_weight(st, 3, 7);
	slb_st_weight(st, 5, 8);
	slb_check(&st->fails, slb_st_pick(st) == 5);
	slb_st_weight(st, 5, 6);
	slb_check(&st->fails, slb_st_pick(st) == 3);
}

/* With connections that stay each server has its share of them nearly exactly. */
static void slb_st_p2c(struct slb_st *st)
{
	unsigned int i, weights = 0, n = 20;

	slb_st_begin(st, SLB_SCHED_P2C);
	for (i = 0; i < n; i++) {
		slb_st_add(st, i, 1 + i);
		weights += 1 + i;
	}
	for (i = 0; i < SLB_ST_PICKS; i++)
		slb_st_count(st, slb_st_pick(st), 1, 0);
	for (i = 0; i < n; i++) {
		int share = SLB_ST_PICKS * (1 + i) / weights;

		slb_check(&st->fails,
			  abs(atomic_read(&st->srv[i].active) - share) <= 5 + share / 20);
	}
}

/* Who serves the clients now. */
static void slb_st_homes(struct slb_st *st)
{
	unsigned int i;

	for (i = 0; i < SLB_ST_PICKS; i++)
		st->home[i] = slb_st_pick_for(st, i);
}

/* How many clients have another server than then, those of server @but not counted. */
static unsigned int slb_st_moved(struct slb_st *st, int but)
{
	unsigned int i, moved = 0;

	for (i = 0; i < SLB_ST_PICKS; i++)
		moved += st->home[i] != but && st->home[i] != slb_st_pick_for(st, i);
	return moved;
}

/* The same servers and weights are the same choice, whichever came first, whatever was before. */
static void slb_st_hash(struct slb_st *st, u8 id)
{
	unsigned int i, n = 100;

	slb_st_begin(st, id);
	for (i = 0; i < n; i++)
		slb_st_add(st, i, 1 + i % 3);
	slb_st_settle(st, 0);
	slb_st_homes(st);
	slb_check(&st->fails, !slb_st_moved(st, -1));

	slb_st_begin(st, id);
	for (i = n; i--;)
		slb_st_add(st, i, i % 2);
	for (i = 0; i < n; i++)
		slb_st_weight(st, i, 0);
	slb_st_settle(st, 0);
	for (i = 0; i < n; i++)
		slb_st_weight(st, i * 7 % n, 5);
	for (i = 0; i < n; i++)
		slb_st_weight(st, i * 7 % n, 1 + i * 7 % n % 3);
	slb_st_settle(st, 0);
	slb_check(&st->fails, !slb_st_moved(st, -1));
}

/* Entries of the table by server: never more than one from the share, and never none. */
static void slb_st_mh_entries(struct slb_st *st, unsigned int n, u32 size)
{
	const struct slb_mh_table *table;
	u64 weights = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		weights += st->srv[i].weight;
	memset(st->picks, 0, SLB_ST_SRVS * sizeof(*st->picks));
	rcu_read_lock();
	table = rcu_dereference(rcu_dereference(st->group->sched)->mh.table);
	slb_check(&st->fails, table->size == size);
	for (i = 0; i < table->size; i++)
		atomic_inc(&st->picks[table->srv[table->entry[i]] - st->srv]);
	rcu_read_unlock();
	for (i = 0; i < n; i++) {
		s64 share = div64_u64((u64)size * st->srv[i].weight, weights);
		int entries = atomic_read(&st->picks[i]);

		slb_check(&st->fails, entries >= max_t(s64, share - 1, 1) && entries <= share + 2);
	}
}

/* Tables of other sizes, and the first one again: each client has the server that it had. */
static void slb_st_mh_sizes(struct slb_st *st, unsigned int n)
{
	static const u32 size[] = { 1009, 131101, SLB_MH_SIZE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		slb_st_method_sized(st, SLB_SCHED_MH, size[i]);
		slb_st_mh_entries(st, n, size[i]);
	}
	slb_check(&st->fails, !slb_st_moved(st, -1));
}

/* Maglev's promise: who goes takes no others along. Equal weights, and uneven ones. */
static void slb_st_mh(struct slb_st *st, u32 modulo)
{
	unsigned int i, n = 100;

	slb_st_begin(st, SLB_SCHED_MH);
	for (i = 0; i < n; i++)
		slb_st_add(st, i, 1 + i * i % modulo);
	slb_st_settle(st, 0);
	slb_st_mh_entries(st, n, SLB_MH_SIZE);
	slb_st_homes(st);
	slb_st_mh_sizes(st, n);
	for (i = 0; i < n; i += 9) {
		u32 weight = st->srv[i].weight;

		/* Until there is a new table nobody else moves at all. */
		slb_st_settle(st, NSEC_PER_SEC * 3600);
		slb_st_weight(st, i, 0);
		slb_check(&st->fails, !slb_st_moved(st, i));
		slb_st_settle(st, 0);
		slb_check(&st->fails, slb_st_moved(st, i) <= SLB_ST_PICKS / 50);
		slb_st_weight(st, i, weight);
		slb_st_settle(st, 0);
		slb_check(&st->fails, !slb_st_moved(st, -1));
	}
	/* A table of which all have left, and one server that it does not know. */
	slb_st_settle(st, NSEC_PER_SEC * 3600);
	slb_st_add(st, n, 1);
	for (i = 0; i < n; i++)
		slb_st_weight(st, i, 0);
	slb_check(&st->fails, slb_st_pick(st) == n);
	slb_st_weight(st, n, 0);
	slb_check(&st->fails, slb_st_pick(st) < 0);
}

/* As if a server had come in that many seconds before it did. */
static void slb_st_age(struct slb_st *st, unsigned int i, unsigned int s)
{
	mutex_lock(&st->sn->cfg_mutex);
	st->srv[i].sched.since -= s * HZ;
	slb_sched_ramps_locked(st->group);
	slb_sched_settle_locked(st->group);
	mutex_unlock(&st->sn->cfg_mutex);
}

/* Of two servers the last has that percentage of its weight, and of the picks what follows from it. */
static bool slb_st_ramps(struct slb_st *st, u8 id, u32 percent)
{
	u32 a = st->srv[0].sched.share;
	u32 b = st->srv[1].sched.share;
	u32 want = 10 * SLB_ST_PICKS * b / (a + b);
	int i;

	if (slb_sched_ramp_percent_locked(&st->srv[1]) != percent)
		return false;
	atomic_set(&st->picks[1], 0);
	for (i = 0; i < 10 * SLB_ST_PICKS; i++) {
		int picked = slb_st_pick(st);

		if (id == SLB_SCHED_WLC)
			slb_st_count(st, picked, 1, 0);
	}
	for (i = 0; i < 2; i++)
		slb_st_count(st, i, -atomic_read(&st->srv[i].active), 0);
	return abs(atomic_read(&st->picks[1]) - (int)want) <= slb_st_bound(id, 10 * SLB_ST_PICKS, want);
}

/* Nothing is left that the method would do later. */
static bool slb_st_is_done(struct slb_st *st)
{
	slb_st_settle(st, 0);
	return list_empty(&st->group->late);
}

/* Slow start: a server's part grows with its age, by weight, whatever happens in between. */
static void slb_st_slow(struct slb_st *st, u8 id)
{
	slb_st_begin(st, id);
	slb_st_add(st, 0, 10);
	slb_st_add(st, 1, 10);
	slb_check(&st->fails, slb_st_is_done(st) && slb_st_ramps(st, id, 100));
	slb_st_weight(st, 1, 0);
	st->group->set.slow_start_s = 1000;
	slb_st_weight(st, 1, 10);
	slb_check(&st->fails, !slb_st_is_done(st) && slb_st_ramps(st, id, 6));
	slb_st_age(st, 1, 500);
	slb_check(&st->fails, slb_st_ramps(st, id, 50));
	/* The weight changes, and then the server leaves and comes again: from the start. */
	slb_st_weight(st, 1, 20);
	slb_check(&st->fails, slb_st_ramps(st, id, 50));
	slb_st_weight(st, 1, 0);
	slb_check(&st->fails, slb_st_pick(st) == 0);
	slb_st_age(st, 1, 0);
	slb_check(&st->fails, slb_st_is_done(st));
	slb_st_weight(st, 1, 10);
	slb_check(&st->fails, slb_st_ramps(st, id, 6));
	slb_st_age(st, 1, 1000);
	slb_check(&st->fails, slb_st_is_done(st) && slb_st_ramps(st, id, 100));
	/* Without slow start it is over. */
	slb_st_weight(st, 1, 0);
	slb_st_weight(st, 1, 10);
	slb_check(&st->fails, slb_st_ramps(st, id, 6));
	st->group->set.slow_start_s = 0;
	slb_st_age(st, 1, 0);
	slb_check(&st->fails, slb_st_is_done(st) && slb_st_ramps(st, id, 100));
}
