// SPDX-License-Identifier: GPL-2.0-only
/*
 * Initial sequence numbers and timestamp offsets (RFC 6528, RFC 7323 section 5.4), from a keyed
 * hash of the server's side of the connection and a clock.
 */
#include <linux/ktime.h>
#include <linux/random.h>
#include <net/tcp.h>
#include "slb_isn.h"
#include "slb_net.h"

/* Way 1's key is (server, laddr) with both ports; @ports false leaves the ports out. */
static u64 slb_isn_hash(const struct slb_net *sn, const struct slb_conn *conn, bool ports)
{
	const struct slb_way *way = slb_conn_way(conn, SLB_DIR_REPLY);
	u32 port = ports ? (__force u32)way->sport << 16 | (__force u16)way->dport : 0;
	u64 in[5] = { (u64)port << 32 | way->scope };

	if (!slb_conn_is_v6(conn))
		return siphash_2u64(in[0], get_unaligned((const u64 *)way->addr), &sn->seq_key);
	memcpy(in + 1, way->addr, 4 * sizeof(in[0]));
	return siphash(in, sizeof(in), &sn->seq_key);
}

/**
 * slb_isn_seq() - initial sequence number towards the server
 * @sn: the namespace's balancer
 * @conn: way 1's key is filled in
 * @lease: the port's lease; a reused port brings its old connection's highest end
 *
 * The 4 us clock of RFC 6528 is outrun by an upload of 250 kB/s, hence 64 ns. A server that still
 * has the old connection in TIME_WAIT accepts a SYN only above its last number, so a reused port
 * never starts below the old end + 65 537.
 *
 * Context: softirq.
 * Return: host byte order.
 */
u32 slb_isn_seq(const struct slb_net *sn, const struct slb_conn *conn,
		const struct slb_lease *lease)
{
	u32 isn = (u32)slb_isn_hash(sn, conn, true) + (u32)(ktime_get_ns() >> 6);

	if (lease->reused && before(isn, lease->old_end + 65537))
		isn = lease->old_end + 65537 + get_random_u16();
	return isn;
}

/**
 * slb_isn_ts() - first timestamp towards the server
 * @sn: the namespace's balancer
 * @conn: way 1's key is filled in
 * @lease: the port's lease; a reused port brings its old connection's last timestamp
 *
 * Milliseconds of the balancer's clock with one offset for each pair of addresses, so that
 * timestamps from a local address rise over all its connections, as those of one host do.
 *
 * Context: softirq.
 * Return: host byte order.
 */
u32 slb_isn_ts(const struct slb_net *sn, const struct slb_conn *conn,
	       const struct slb_lease *lease)
{
	u32 ts = (u32)slb_isn_hash(sn, conn, false) + (u32)ktime_to_ms(ktime_get());

	if (lease->reused && lease->old_has_ts && before(ts, lease->old_ts + 1))
		ts = lease->old_ts + 1;
	return ts;
}
