// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocator of local ports. Next fit: a search begins after the port leased last, so a port
 * that was released rests until the search has gone round. Per chunk of the bitmap it is known
 * how many ports are in use and how many there could be, so full chunks are passed over and at
 * most two are looked into: the rest of the one where the search begins, and the first other
 * that has room.
 *
 * Who can still use a map or endpoint that goes? A packet that found it under RCU. It takes the
 * map's lock and sees @gone; the memory is freed behind RCU.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ip.h>
#include "slb_alloc.h"
#include "slb_net.h"
#include "slb_pkt.h"

#define SLB_LEASE_WORDS		(SLB_LEASE_CHUNK_BITS / BITS_PER_LONG)
#define SLB_LEASE_UNCOUNTED	U16_MAX
#define SLB_LEASE_COUNT_S	5	/* newly reserved ports are noticed so late */
#define SLB_LEASE_RUN_S		1	/* other changes of the host's ports likewise */
#define SLB_LEASE_RECLAIM	64	/* leases looked at without a free port */
#define SLB_LEASE_TRIES		4	/* another CPU may be faster at a port */

/**
 * struct slb_lease_range - what may be leased of a local address
 * @first: lowest port, host byte order, like the next three
 * @last: highest port
 * @low: first port of the hole that the host uses itself
 * @high: last port of the hole; below @low if there is none
 * @changes: of the local address when it was read
 * @reserved: bitmap of ports not to use, or NULL
 */
struct slb_lease_range {
	u16			first;
	u16			last;
	u16			low;
	u16			high;
	u32			changes;
	const unsigned long	*reserved;
};

static void slb_lease_range_get(const struct slb_laddr *laddr, struct slb_lease_range *range)
{
	struct net *net = laddr->sn->net;
	int low = 1, high = 0;

	/* Before what it counts the changes of; pairs with slb_laddr_change_locked(). */
	range->changes = smp_load_acquire(&laddr->changes);
	if (!READ_ONCE(laddr->dedicated))
		inet_get_local_port_range(net, &low, &high);
	range->first = READ_ONCE(laddr->port_first);
	range->last = READ_ONCE(laddr->port_last);
	range->low = low;
	range->high = high;
	range->reserved = READ_ONCE(net->ipv4.sysctl_local_reserved_ports);
}

/* Bits of word @i that stand for ports from @first to @last. */
static unsigned long slb_lease_mask(unsigned int i, unsigned int first, unsigned int last)
{
	unsigned int base = i * BITS_PER_LONG;

	if (first > last || first >= base + BITS_PER_LONG || last < base)
		return 0;
	return GENMASK(min_t(unsigned int, last - base, BITS_PER_LONG - 1),
		       first > base ? first - base : 0);
}

/* Bits of word @i that stand for ports that may be leased. */
static unsigned long slb_lease_allowed(const struct slb_lease_range *range, unsigned int i)
{
	unsigned long mask;

	mask = slb_lease_mask(i, range->first, range->last);
	mask &= ~slb_lease_mask(i, range->low, range->high);
	if (range->reserved)
		mask &= ~READ_ONCE(range->reserved[i]);
	return mask;
}

/**
 * slb_lease_ports() - how many ports of a local address may be leased towards one server
 * @laddr: the address
 *
 * Context: any.
 * Return: their number.
 */
u32 slb_lease_ports(const struct slb_laddr *laddr)
{
	struct slb_lease_range range;
	unsigned int i;
	u32 n = 0;

	slb_lease_range_get(laddr, &range);
	for (i = 0; i < SLB_LEASE_CHUNKS * SLB_LEASE_WORDS; i++)
		n += hweight_long(slb_lease_allowed(&range, i));
	return n;
}

/* Ports of chunk @c that are in use or may be. */
static unsigned int slb_lease_count(const struct slb_lease_map *map,
				    const struct slb_lease_range *range, unsigned int c)
{
	const unsigned long *chunk = map->chunk[c];
	unsigned int i, n = 0;

	for (i = 0; i < SLB_LEASE_WORDS; i++)
		n += hweight_long(slb_lease_allowed(range, c * SLB_LEASE_WORDS + i) |
				  (chunk ? chunk[i] : 0));
	return n;
}

static bool slb_lease_is_full(struct slb_lease_map *map, const struct slb_lease_range *range,
			      unsigned int c)
{
	if (map->chunk_room[c] == SLB_LEASE_UNCOUNTED)
		map->chunk_room[c] = slb_lease_count(map, range, c);
	return map->chunk_used[c] >= map->chunk_room[c];
}

/* Keep what a search has learned about the ports behind the one it found. */
static void slb_lease_run_set(struct slb_lease_map *map, unsigned int word, unsigned long mask,
			      u32 changes)
{
	map->run = mask;
	map->run_word = word;
	map->run_changes = changes;
	map->run_until = slb_tick_now() + slb_tick_from_s(SLB_LEASE_RUN_S);
}

/* The next port of the run, or -1 if it is over or too old. */
static int slb_lease_run_get(struct slb_lease_map *map)
{
	unsigned long run = map->run;

	if (!run || (s16)(map->run_until - slb_tick_now()) < 0 ||
	    map->run_changes != READ_ONCE(map->laddr->changes))
		return -1;
	map->run = run & (run - 1);
	return map->run_word * BITS_PER_LONG + __ffs(run);
}

/* The first port from @first to @last, in one chunk, that may be leased and is free, or -1. */
static int slb_lease_search(struct slb_lease_map *map, const struct slb_lease_range *range,
			    unsigned int first, unsigned int last)
{
	const unsigned long *chunk = map->chunk[first / SLB_LEASE_CHUNK_BITS];
	unsigned int i;

	for (i = first / BITS_PER_LONG; i <= last / BITS_PER_LONG; i++) {
		unsigned long mask = slb_lease_allowed(range, i) & slb_lease_mask(i, first, last);

		if (chunk)
			mask &= ~chunk[i % SLB_LEASE_WORDS];
		if (mask) {
			slb_lease_run_set(map, i, mask & (mask - 1), range->changes);
			return i * BITS_PER_LONG + __ffs(mask);
		}
	}
	return -1;
}

/* What was counted once may have changed: the bounds, or at times the reserved ports. */
static void slb_lease_recount(struct slb_lease_map *map, const struct slb_lease_range *range)
{
	u64 ports = range->first | (u64)range->last << 16 | (u64)range->low << 32 |
		    (u64)range->high << 48;
	u16 now = slb_tick_now();

	if (map->ports == ports && (u16)(now - map->counted) < slb_tick_from_s(SLB_LEASE_COUNT_S))
		return;
	map->ports = ports;
	map->counted = now;
	memset(map->chunk_room, 0xff, sizeof(map->chunk_room));
}

/* A new map's first search begins anywhere among the ports that may be leased. */
static void slb_lease_begin(struct slb_lease_map *map, const struct slb_lease_range *range)
{
	unsigned int low = max(range->low, range->first);
	unsigned int high = min(range->high, range->last);
	unsigned int hole = low <= high ? high - low + 1 : 0;
	unsigned int n = max(range->last, range->first) - range->first + 1;

	map->cursor = range->first + reciprocal_scale(get_random_u32(), n > hole ? n - hole : n);
	if (hole && map->cursor >= low)
		map->cursor += hole;
	map->cursor_unset = false;
}

/* The first free port from the cursor on, round the range, or -1. */
static int slb_lease_next(struct slb_lease_map *map, const struct slb_lease_range *range)
{
	unsigned int begin;
	unsigned int i;
	int port = -1;

	if (unlikely(map->cursor_unset))
		slb_lease_begin(map, range);
	begin = map->cursor / SLB_LEASE_CHUNK_BITS;
	slb_lease_recount(map, range);
	/* The chunk of the cursor comes first and last: from the cursor on, then from its start. */
	for (i = 0; i <= SLB_LEASE_CHUNKS && port < 0; i++) {
		unsigned int c = (begin + i) % SLB_LEASE_CHUNKS;
		unsigned int first = c * SLB_LEASE_CHUNK_BITS;

		if (slb_lease_is_full(map, range, c))
			continue;
		port = slb_lease_search(map, range, i ? first : map->cursor,
					first + SLB_LEASE_CHUNK_BITS - 1);
		if (port < 0 && i)	/* ports have been reserved since the count */
			map->chunk_room[c] = SLB_LEASE_UNCOUNTED;
	}
	return port;
}

static void slb_lease_chunk_free(struct slb_lease_map *map, unsigned int c)
{
	kfree(map->chunk[c]);
	map->chunk[c] = NULL;
}

/* One chunk may be empty and stay, that of the cursor: the next port is likely to be there. */
static void slb_lease_set_cursor(struct slb_lease_map *map, unsigned int port)
{
	unsigned int c = map->cursor / SLB_LEASE_CHUNK_BITS;

	map->cursor = port;
	if (c != map->cursor / SLB_LEASE_CHUNK_BITS && !map->chunk_used[c])
		slb_lease_chunk_free(map, c);
}

/* Lease @port, unless it is leased. */
static int slb_lease_mark(struct slb_lease_map *map, unsigned int port)
	__must_hold(&map->lock)
{
	unsigned int c = port / SLB_LEASE_CHUNK_BITS;

	if (!map->chunk[c])
		map->chunk[c] = slb_alloc(bitmap_zalloc(SLB_LEASE_CHUNK_BITS,
							GFP_ATOMIC | __GFP_NOWARN));
	if (!map->chunk[c])
		return -ENOMEM;
	if (__test_and_set_bit(port % SLB_LEASE_CHUNK_BITS, map->chunk[c]))
		return -EBUSY;
	map->used++;
	map->chunk_used[c]++;
	slb_lease_set_cursor(map, port + 1);
	atomic_inc(&map->laddr->leases);
	return 0;
}

/*
 * Lease @port, or the next free one if it is negative. Returns the port, -ENOSPC, -EBUSY,
 * -ENOMEM, or -ESTALE for a map that is gone.
 */
static int slb_lease_take(struct slb_lease_map *map, const struct slb_lease_range *range, int port)
{
	int err = -ESTALE;

	spin_lock_bh(&map->lock);
	if (!map->gone) {
		if (port < 0)
			port = slb_lease_next(map, range);
		else
			map->run = 0;	/* the cursor jumps */
		err = port < 0 ? -ENOSPC : slb_lease_mark(map, port);
	}
	spin_unlock_bh(&map->lock);
	return err ? err : port;
}

/* The next port of the run, without a search, or a negative number. */
static int slb_lease_take_run(struct slb_lease_map *map)
{
	int port = -1;

	spin_lock(&map->lock);
	if (likely(!map->gone)) {
		port = slb_lease_run_get(map);
		if (port >= 0 && unlikely(slb_lease_mark(map, port)))
			port = -1;
	}
	spin_unlock(&map->lock);
	return port;
}

/* Up to @max leased ports of the range from the cursor on, which moves behind them. */
static unsigned int slb_lease_list(struct slb_lease_map *map, const struct slb_lease_range *range,
				   u16 *ports, unsigned int max)
{
	unsigned int passed, n = 0;

	spin_lock_bh(&map->lock);
	for (passed = 0; passed < 65536 && n < max;) {
		unsigned int port = (map->cursor + passed) % 65536;
		unsigned int word = port / BITS_PER_LONG;
		unsigned long *chunk = map->chunk[port / SLB_LEASE_CHUNK_BITS];
		unsigned long mask;

		if (!chunk) {
			passed += SLB_LEASE_CHUNK_BITS - port % SLB_LEASE_CHUNK_BITS;
			continue;
		}
		mask = chunk[word % SLB_LEASE_WORDS] & slb_lease_allowed(range, word) &
		       ~0UL << port % BITS_PER_LONG;
		for (; mask && n < max; mask &= mask - 1)
			ports[n++] = word * BITS_PER_LONG + __ffs(mask);
		passed += BITS_PER_LONG - port % BITS_PER_LONG;
	}
	if (n) {
		map->run = 0;
		slb_lease_set_cursor(map, ports[n - 1] + 1);
	}
	spin_unlock_bh(&map->lock);
	return n;
}

/* The connection that leases @port, by the tuple of its server's packets. */
static struct slb_conn *slb_lease_conn_rcu(struct slb_net *sn, const struct slb_lease_map *map,
					   u16 port)
{
	const struct slb_laddr *laddr = map->laddr;
	const struct slb_ep_key *key = &map->ep->key;
	struct slb_tuple t = {
		.scope = slb_scope(laddr->vrf, key->proto),
		.sport = key->port,
		.dport = htons(port),
	};
	struct slb_conn *conn;
	struct slb_way *way;

	if (key->v6) {
		t.v6[0] = key->addr;
		t.v6[1] = laddr->addr;
		way = slb_table_find6_rcu(&sn->table, &t);
	} else {
		t.v4[0] = key->addr.s6_addr32[0];
		t.v4[1] = laddr->addr.s6_addr32[0];
		way = slb_table_find4_rcu(&sn->table, &t);
	}
	if (!way || slb_way_dir(way) != SLB_DIR_REPLY)
		return NULL;
	conn = slb_way_conn(way);
	return conn->lease == map ? conn : NULL;
}

/* Ends the first connection after the cursor that may be, and takes its port. */
static int slb_lease_reclaim(struct slb_net *sn, struct slb_lease_map *map,
			     const struct slb_lease_range *range, struct slb_lease *lease)
{
	u16 now = slb_tick_now();
	u16 ports[SLB_LEASE_RECLAIM];
	unsigned int i, n;

	n = slb_lease_list(map, range, ports, SLB_LEASE_RECLAIM);
	for (i = 0; i < n; i++) {
		struct slb_conn *conn = slb_lease_conn_rcu(sn, map, ports[i]);
		struct slb_way *orig;

		if (!conn || test_bit(SLB_CONN_DEAD, &conn->flags) ||
		    !slb_conn_reclaimable(sn, conn, now))
			continue;
		slb_conn_note(conn, SLB_WHY_RECLAIMED);
		slb_conn_end(sn, conn);
		orig = slb_conn_way(conn, SLB_DIR_ORIG);
		lease->reused = true;
		lease->old_end = READ_ONCE(orig->end) + orig->seq_shift;
		lease->old_ts = READ_ONCE(conn->last_ts);
		lease->old_has_ts = slb_way_fixed(orig) & SLB_WAY_TS && lease->old_ts;
		atomic64_inc(&map->laddr->reclaimed);
		slb_count(sn, SLB_COUNT_RECLAIMED);
		return slb_lease_take(map, range, ports[i]);
	}
	return -ENOSPC;
}

/* The run is over, or there is no map yet, or no port is free. */
static noinline int slb_lease_take_slow(struct slb_net *sn, struct slb_ep *ep,
					struct slb_laddr *laddr, struct slb_lease *lease)
{
	struct slb_lease_range range;
	struct slb_lease_map *map;
	int tries, port = -ENOSPC;

	slb_lease_range_get(laddr, &range);
	for (tries = 0; tries < SLB_LEASE_TRIES; tries++) {
		lease->reused = false;
		map = slb_lease_map_find_rcu(ep, laddr->id);
		if (!map)
			map = slb_lease_map_make(ep, laddr);
		if (IS_ERR(map)) {
			port = PTR_ERR(map);
			break;
		}
		port = slb_lease_take(map, &range, -1);
		if (port == -ENOSPC)
			port = slb_lease_reclaim(sn, map, &range, lease);
		if (port >= 0) {
			lease->map = map;
			lease->port = htons(port);
			return 0;
		}
		if (port == -ENOSPC || port == -ENOMEM) {
			slb_lease_map_retire(map);	/* made for this and never used */
			break;
		}
	}
	if (port == -ENOMEM)
		return -ENOMEM;
	atomic64_inc(&laddr->exhausted);
	return -ENOSPC;
}

/**
 * slb_lease_take_rcu() - lease a local port
 * @sn: the namespace's balancer
 * @ep: the server's endpoint
 * @laddr: the local address
 * @lease: the answer, valid when 0 is returned; to be given back by slb_lease_release()
 *
 * With no free port it may end a closing or unanswered connection that leases one.
 *
 * Context: softirq or BH off, inside RCU; no connection's lock held.
 * Return: 0; -ENOSPC when every port is in use; -ENOMEM.
 */
int slb_lease_take_rcu(struct slb_net *sn, struct slb_ep *ep, struct slb_laddr *laddr,
		       struct slb_lease *lease)
{
	struct slb_lease_map *map = slb_lease_map_find_rcu(ep, laddr->id);
	int port = map ? slb_lease_take_run(map) : -1;

	if (unlikely(port < 0))
		return slb_lease_take_slow(sn, ep, laddr, lease);
	lease->map = map;
	lease->port = htons(port);
	lease->reused = false;
	return 0;
}

/**
 * slb_lease_release() - give a leased port back
 * @map: the lease's map, which may be freed behind RCU by this
 * @port: the lease's port
 *
 * Context: any but hard interrupts.
 */
void slb_lease_release(struct slb_lease_map *map, __be16 port)
{
	unsigned int bit = ntohs(port) % SLB_LEASE_CHUNK_BITS;
	unsigned int c = ntohs(port) / SLB_LEASE_CHUNK_BITS;
	bool gone = false;

	spin_lock_bh(&map->lock);
	if (!WARN_ON_ONCE(!map->chunk[c] || !__test_and_clear_bit(bit, map->chunk[c]))) {
		map->used--;
		atomic_dec(&map->laddr->leases);
		if (ntohs(port) / BITS_PER_LONG == map->run_word)
			map->run = 0;	/* it may be the next one */
		if (!--map->chunk_used[c] && c != map->cursor / SLB_LEASE_CHUNK_BITS)
			slb_lease_chunk_free(map, c);
		gone = slb_lease_map_unlink(map);
	}
	spin_unlock_bh(&map->lock);
	if (gone)
		slb_lease_map_free(map);
}

#ifdef SLB_SELFTEST
#include "selftest/lease.c"
#endif
