// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the leases, against a twin that looks at one port after the other.
 */
#include "check.h"

struct slb_lt {
	struct slb_net		*sn;
	struct slb_laddr	*laddr;
	struct slb_lease_map	*map;
	struct slb_lease_range	range;
	unsigned long		*reserved;
	bool			*used;		/* by port */
	unsigned int		nused;
	unsigned int		next;		/* where the twin goes on */
	struct rnd_state	rnd;
	int			fails;
};

static bool slb_lt_allowed(const struct slb_lt *lt, unsigned int port)
{
	return port >= lt->range.first && port <= lt->range.last &&
	       (port < lt->range.low || port > lt->range.high) &&
	       !(lt->range.reserved && test_bit(port, lt->reserved));
}

static int slb_lt_twin(const struct slb_lt *lt)
{
	unsigned int i;

	for (i = 0; i < 65536; i++) {
		unsigned int port = (lt->next + i) % 65536;

		if (!lt->used[port] && slb_lt_allowed(lt, port))
			return port;
	}
	return -ENOSPC;
}

static int slb_lt_take(struct slb_lt *lt)
{
	int want = slb_lt_twin(lt);
	int port;

	local_bh_disable();
	port = slb_lease_take_run(lt->map);
	local_bh_enable();
	if (port < 0)
		port = slb_lease_take(lt->map, &lt->range, -1);
	slb_check(&lt->fails, port == want);
	if (port < 0)
		return port;
	lt->used[port] = true;
	lt->nused++;
	lt->next = port + 1;
	return port;
}

/* Other ports may be leased from now on. */
static void slb_lt_changed(struct slb_lt *lt)
{
	lt->range.changes = ++lt->laddr->changes;
}

static void slb_lt_release(struct slb_lt *lt, unsigned int port)
{
	slb_lease_release(lt->map, htons(port));
	lt->used[port] = false;
	lt->nused--;
}

/* The @i-th port in use, from a random one on. */
static unsigned int slb_lt_any(struct slb_lt *lt)
{
	unsigned int port = slb_check_random(&lt->rnd, 65536);

	while (!lt->used[port])
		port = (port + 1) % 65536;
	return port;
}

static void slb_lt_check_map(struct slb_lt *lt)
{
	unsigned int c, port, n = 0, empty = 0;

	for (c = 0; c < SLB_LEASE_CHUNKS; c++) {
		unsigned int used = 0;

		for (port = c * SLB_LEASE_CHUNK_BITS; port < (c + 1) * SLB_LEASE_CHUNK_BITS; port++)
			used += lt->used[port];
		n += used;
		slb_check(&lt->fails, lt->map->chunk_used[c] == used);
		slb_check(&lt->fails, !used || lt->map->chunk[c]);
		if (!used && lt->map->chunk[c]) {
			empty++;
			slb_check(&lt->fails, c == lt->map->cursor / SLB_LEASE_CHUNK_BITS);
		}
	}
	slb_check(&lt->fails, empty <= 1);
	slb_check(&lt->fails, n == lt->map->used);
	slb_check(&lt->fails, n == atomic_read(&lt->laddr->leases));
}

/* A new map, with the cursor at a random port of the range. */
static bool slb_lt_begin(struct slb_lt *lt, struct slb_ep *ep, u16 first, u16 last)
{
	lt->laddr->port_first = first;
	lt->laddr->port_last = last;
	lt->range.first = first;
	lt->range.last = last;
	lt->map = slb_lease_map_make(ep, lt->laddr);
	slb_check(&lt->fails, !IS_ERR(lt->map));
	if (IS_ERR(lt->map))
		return false;
	slb_check(&lt->fails, lt->map->cursor_unset);
	slb_lease_begin(lt->map, &lt->range);
	slb_check(&lt->fails, !lt->map->cursor_unset);
	slb_check(&lt->fails, lt->map->cursor >= first && lt->map->cursor <= last);
	slb_check(&lt->fails, lt->range.low > lt->range.high ||
		  lt->map->cursor < lt->range.low || lt->map->cursor > lt->range.high);
	lt->next = lt->map->cursor;
	return true;
}

static void slb_lt_end(struct slb_lt *lt)
{
	while (lt->nused)
		slb_lt_release(lt, slb_lt_any(lt));
	slb_lt_check_map(lt);
	lt->laddr->dying = true;
	slb_lease_forget_laddr(lt->sn, lt->laddr);
	lt->laddr->dying = false;
}

/* Fills up, works at 99 % and refills, with holes in the range and a range that moves. */
static void slb_lt_full(struct slb_lt *lt, struct slb_ep *ep)
{
	unsigned int i, port, room = 0;

	lt->range.low = 3000;
	lt->range.high = 4500;
	lt->range.reserved = lt->reserved;
	for (i = 0; i < 500; i++)
		__set_bit(1900 + slb_check_random(&lt->rnd, 7000), lt->reserved);
	if (!slb_lt_begin(lt, ep, 2000, 8999))
		return;
	for (port = 0; port < 65536; port++)
		room += slb_lt_allowed(lt, port);
	for (i = 0; i < room; i++)
		slb_lt_take(lt);
	slb_check(&lt->fails, lt->nused == room);
	slb_check(&lt->fails, slb_lt_take(lt) == -ENOSPC);
	slb_lt_check_map(lt);
	for (i = 0; i < room / 100; i++)
		slb_lt_release(lt, slb_lt_any(lt));
	for (i = 0; i < 1500; i++) {
		slb_lt_take(lt);
		slb_lt_release(lt, slb_lt_any(lt));
	}
	slb_lt_check_map(lt);
	cond_resched();
	/* Some ports may not be leased any more, but are; others may from now on. */
	lt->range.first = 2500;
	lt->range.last = 12000;
	slb_lt_changed(lt);
	for (i = 0; i < 3000; i++) {
		slb_lt_release(lt, slb_lt_any(lt));
		if (i % 3)
			slb_lt_take(lt);
	}
	/* Ports get reserved behind the allocator's back. */
	bitmap_set(lt->reserved, 5000, 1000);
	slb_lt_changed(lt);
	for (i = 0; i < 1000; i++)
		slb_lt_take(lt);
	slb_lt_check_map(lt);
	slb_lt_end(lt);
	lt->range.low = 1;
	lt->range.high = 0;
	lt->range.reserved = NULL;
}

/* A released port rests until each other one has had its turn. */
static void slb_lt_turns(struct slb_lt *lt, struct slb_ep *ep, u16 first, u16 last)
{
	unsigned int turn, i, room = last - first + 1;

	if (!slb_lt_begin(lt, ep, first, last))
		return;
	for (turn = 0; turn < 3; turn++) {
		bitmap_zero(lt->reserved, 65536);	/* the ports of this turn */
		for (i = 0; i < room; i++) {
			int port = slb_lt_take(lt);

			slb_check(&lt->fails, port >= first && port <= last);
			slb_check(&lt->fails, !__test_and_set_bit(port & 0xffff, lt->reserved));
			slb_lt_release(lt, port);
		}
		slb_lt_check_map(lt);
	}
	bitmap_zero(lt->reserved, 65536);
	slb_lt_end(lt);
}

/* Ten ports: ten leases, no eleventh, and a list of all ten for the reclaimer. */
static void slb_lt_ten(struct slb_lt *lt, struct slb_ep *ep)
{
	u16 ports[64];
	unsigned int i, n;

	if (!slb_lt_begin(lt, ep, 4090, 4099))
		return;
	for (i = 0; i < 10; i++)
		slb_check(&lt->fails, slb_lt_take(lt) >= 0);
	slb_check(&lt->fails, slb_lt_take(lt) == -ENOSPC);
	n = slb_lease_list(lt->map, &lt->range, ports, ARRAY_SIZE(ports));
	slb_check(&lt->fails, n >= 10);
	for (i = 0; i < 10; i++)
		slb_check(&lt->fails, ports[i] == 4090 + (lt->next - 4090 + i) % 10);
	/* The next one begins after those that were looked at. */
	n = slb_lease_list(lt->map, &lt->range, ports, 3);
	slb_check(&lt->fails, n == 3);
	slb_check(&lt->fails, lt->map->cursor == ports[2] + 1);
	lt->next = lt->map->cursor;
	slb_lt_release(lt, 4095);
	slb_check(&lt->fails, slb_lease_take(lt->map, &lt->range, 4094) == -EBUSY);
	slb_check(&lt->fails, slb_lease_take(lt->map, &lt->range, 4095) == 4095);
	lt->used[4095] = true;
	lt->nused++;
	lt->next = 4096;
	slb_check(&lt->fails, slb_lt_take(lt) == -ENOSPC);
	slb_lt_end(lt);
}

/* Who keeps an endpoint and a map, and that both go. */
static void slb_lt_lives(struct slb_lt *lt, const struct slb_ep_key *key)
{
	struct slb_ep *ep = slb_ep_get(lt->sn, key);
	struct slb_ep *same = slb_ep_get(lt->sn, key);
	struct slb_lease a, b;

	slb_check(&lt->fails, ep && ep == same);
	if (!ep || ep != same)
		return;
	slb_ep_put(same);
	lt->laddr->port_first = 2000;
	lt->laddr->port_last = 2999;
	lt->laddr->dedicated = true;
	local_bh_disable();
	rcu_read_lock();
	slb_check(&lt->fails, !slb_lease_take_rcu(lt->sn, ep, lt->laddr, &a));
	slb_check(&lt->fails, !slb_lease_take_rcu(lt->sn, ep, lt->laddr, &b));
	slb_check(&lt->fails, a.map == b.map && a.port != b.port && !a.reused);
	/* The address goes, but not what is leased, and comes back. */
	lt->laddr->dying = true;
	slb_lease_forget_laddr(lt->sn, lt->laddr);
	slb_check(&lt->fails, slb_lease_map_find_rcu(ep, lt->laddr->id) == a.map);
	slb_lease_release(a.map, a.port);
	slb_check(&lt->fails, slb_lease_map_find_rcu(ep, lt->laddr->id) == b.map);
	slb_lease_release(b.map, b.port);
	slb_check(&lt->fails, !slb_lease_map_find_rcu(ep, lt->laddr->id));
	slb_check(&lt->fails, slb_lease_take_rcu(lt->sn, ep, lt->laddr, &a) == -ENOSPC);
	lt->laddr->dying = false;
	slb_check(&lt->fails, !slb_lease_take_rcu(lt->sn, ep, lt->laddr, &a));
	/* The last server goes, but not what is leased. */
	slb_ep_put(ep);
	rcu_read_unlock();
	local_bh_enable();
	same = slb_ep_get(lt->sn, key);
	slb_check(&lt->fails, same == ep);
	if (!same)
		return;
	slb_ep_put(same);
	slb_check(&lt->fails, atomic_read(&lt->sn->eps.nelems) == 1);
	slb_lease_release(a.map, a.port);
	slb_check(&lt->fails, atomic_read(&lt->sn->eps.nelems) == 0);
	lt->laddr->dedicated = false;
}

/* The reclaimer finds a lease's connection by the server's tuple. */
static void slb_lt_conn(struct slb_lt *lt, const struct slb_ep_key *key)
{
	struct slb_conn *conn = kzalloc(sizeof(*conn) + 2 * SLB_WAY6_SIZE, GFP_KERNEL);
	struct slb_ep *ep = slb_ep_get(lt->sn, key);
	struct slb_tuple none = { .scope = slb_scope(0, key->proto) };	/* way 0 has no key else */
	struct slb_way *way;
	u32 hash;

	if (!conn || !ep || !slb_lt_begin(lt, ep, 2000, 2999)) {
		lt->fails++;
		goto out;
	}
	slb_conn_way4(conn, SLB_DIR_ORIG)->bits = key->v6 ? SLB_WAY_V6 : 0;
	slb_conn_way4(conn, SLB_DIR_ORIG)->scope = none.scope;
	way = slb_conn_way(conn, SLB_DIR_REPLY);
	way->bits = SLB_WAY_REPLY | (key->v6 ? SLB_WAY_V6 : 0);
	way->scope = slb_scope(lt->laddr->vrf, key->proto);
	way->sport = key->port;
	way->dport = htons(2345);
	memcpy(way->addr, &key->addr, key->v6 ? 16 : 4);
	memcpy(way->addr + (key->v6 ? 4 : 1), &lt->laddr->addr, key->v6 ? 16 : 4);
	conn->lease = lt->map;
	hash = key->v6 ? slb_table_hash6(&lt->sn->table, &none) :
			 slb_table_hash4(&lt->sn->table, &none);
	local_bh_disable();
	slb_check(&lt->fails, !slb_table_insert(&lt->sn->table, conn, hash));
	rcu_read_lock();
	slb_check(&lt->fails, slb_lease_conn_rcu(lt->sn, lt->map, 2345) == conn);
	slb_check(&lt->fails, !slb_lease_conn_rcu(lt->sn, lt->map, 2346));
	conn->lease = NULL;
	slb_check(&lt->fails, !slb_lease_conn_rcu(lt->sn, lt->map, 2345));
	rcu_read_unlock();
	slb_table_remove(&lt->sn->table, conn);
	local_bh_enable();
	slb_lt_end(lt);
out:
	kfree(conn);
	if (ep)
		slb_ep_put(ep);
}

/* A packet that chose a server under RCU may come to its endpoint when that has ended. */
static void slb_lt_gone(struct slb_lt *lt, const struct slb_ep_key *key)
{
	u64 created = atomic64_read(&lt->sn->created);
	struct slb_ep *ep = slb_ep_get(lt->sn, key);

	slb_check(&lt->fails, ep);
	if (!ep)
		return;
	rcu_read_lock();
	slb_ep_put(ep);
	slb_check(&lt->fails, PTR_ERR(slb_lease_map_make(ep, lt->laddr)) == -ENOSPC);
	rcu_read_unlock();
	slb_check(&lt->fails, atomic64_read(&lt->sn->created) == created + 1);
}

static void slb_lt_run(struct slb_lt *lt)
{
	struct slb_ep_key key = {
		.addr.s6_addr32[0] = htonl(0x0a010002),
		.port = htons(80),
		.proto = IPPROTO_TCP,
	};
	struct slb_ep *ep = slb_ep_get(lt->sn, &key);

	slb_check(&lt->fails, ep);
	if (!ep)
		return;
	lt->range.low = 1;
	lt->range.high = 0;
	slb_lt_full(lt, ep);
	slb_lt_turns(lt, ep, 2000, 2009);
	slb_lt_turns(lt, ep, 4000, 6300);
	slb_lt_ten(lt, ep);
	slb_ep_put(ep);
	slb_check(&lt->fails, atomic_read(&lt->sn->eps.nelems) == 0);

	slb_lt_lives(lt, &key);
	slb_lt_conn(lt, &key);
	slb_lt_gone(lt, &key);
	key.addr.s6_addr32[3] = htonl(1);
	key.v6 = true;
	key.proto = IPPROTO_UDP;
	slb_lt_lives(lt, &key);
	slb_lt_conn(lt, &key);
	slb_check(&lt->fails, atomic64_read(&lt->sn->created) > 8);
	slb_check(&lt->fails, atomic64_read(&lt->sn->created) ==
		  atomic64_read(&lt->sn->destroyed));
	slb_check(&lt->fails, atomic_read(&lt->laddr->leases) == 0);
	slb_check(&lt->fails, refcount_read(&lt->laddr->ref) == 1);
}

/**
 * slb_selftest_lease() - tests of slb_lease
 *
 * Context: process, at module load.
 * Return: number of broken expectations.
 */
int slb_selftest_lease(void)
{
	struct slb_lt *lt = kzalloc(sizeof(*lt), GFP_KERNEL);
	int fails = 1;

	if (!lt)
		return 1;
	prandom_seed_state(&lt->rnd, 4);
	lt->sn = kvzalloc(sizeof(*lt->sn), GFP_KERNEL);
	lt->laddr = kzalloc(sizeof(*lt->laddr), GFP_KERNEL);
	lt->used = kvcalloc(65536, sizeof(*lt->used), GFP_KERNEL);
	lt->reserved = bitmap_zalloc(65536, GFP_KERNEL);
	if (!lt->sn || !lt->laddr || !lt->used || !lt->reserved)
		goto out;
	lt->sn->net = &init_net;
	lt->laddr->sn = lt->sn;
	lt->laddr->id = 11;
	lt->laddr->vrf = 3;
	lt->laddr->addr.s6_addr32[0] = htonl(0x0a010003);
	refcount_set(&lt->laddr->ref, 1);
	if (slb_table_init(&lt->sn->table))
		goto out;
	if (!slb_ep_init(lt->sn)) {
		slb_lt_run(lt);
		slb_ep_exit(lt->sn);
		fails = lt->fails;
	}
	slb_table_exit(&lt->sn->table);
out:
	bitmap_free(lt->reserved);
	kvfree(lt->used);
	kfree(lt->laddr);
	kvfree(lt->sn);
	kfree(lt);
	return fails;
}
