// SPDX-License-Identifier: GPL-2.0-only
/*
 * sh: the client's address decides; sh-port: its address and port. The hash is a point on a line on
 * which each server has a stretch as long as its weight, in the order of their addresses; the ends
 * of the stretches are sched->key. A change moves all stretches behind it, and the clients on them:
 * mh moves fewer.
 *
 * No lock: a pick that meets a change looks again.
 */
#include "slb_sched_hash.h"

/* From place @i on by @by; the caller has written what is there. READ_ONCE() is in slb_sh_at(). */
static void slb_sh_shift(struct slb_roster *sched, u32 i, s64 by)
{
	for (; i < sched->n; i++)
		WRITE_ONCE(sched->key[i], sched->key[i] + by);
}

static void slb_sched_sh_enter(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 at = slb_sched_sorted_find(sched, srv);
	u32 i;

	write_seqcount_begin(&sched->seq);
	slb_sched_sorted_enter(sched, srv, at);
	for (i = sched->n - 1; i > at; i--)
		WRITE_ONCE(sched->key[i], sched->key[i - 1]);
	WRITE_ONCE(sched->key[at], at ? sched->key[at - 1] : 0);
	slb_sh_shift(sched, at, srv->weight);
	write_seqcount_end(&sched->seq);
}

static void slb_sched_sh_leave(struct slb_roster *sched, struct slb_srv *srv)
{
	u32 at = slb_sched_sorted_find(sched, srv);
	u32 i;

	write_seqcount_begin(&sched->seq);
	slb_sched_sorted_leave(sched, at);
	for (i = at; i < sched->n; i++)
		WRITE_ONCE(sched->key[i], sched->key[i + 1]);
	slb_sh_shift(sched, at, -(s64)srv->weight);
	write_seqcount_end(&sched->seq);
}

static void slb_sched_sh_weigh(struct slb_roster *sched, struct slb_srv *srv, u32 old)
{
	write_seqcount_begin(&sched->seq);
	slb_sh_shift(sched, slb_sched_sorted_find(sched, srv), (s64)srv->weight - old);
	write_seqcount_end(&sched->seq);
}

/* Whose stretch the hash falls on. What is read may be torn; what is returned is used only if not. */
static struct slb_srv *slb_sh_at(const struct slb_roster *sched, u32 hash)
{
	u32 low = 0, high = READ_ONCE(sched->n);
	u64 point;

	if (!high)
		return NULL;
	point = ((u64)hash * (u32)READ_ONCE(sched->key[--high])) >> 32;
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (READ_ONCE(sched->key[mid]) <= point)
			low = mid + 1;
		else
			high = mid;
	}
	return READ_ONCE(sched->srv[low]);
}

static __always_inline struct slb_srv *slb_sh_pick(const struct slb_roster *sched, u32 hash)
{
	struct slb_srv *srv;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&sched->seq);
		srv = slb_sh_at(sched, hash);
	} while (read_seqcount_retry(&sched->seq, seq));
	return srv;
}

static struct slb_srv *slb_sched_sh_pick(struct slb_group *group, struct slb_roster *sched,
					 const struct slb_pkt *pkt)
{
	return slb_sh_pick(sched, slb_sched_hash_client(pkt, false));
}

static struct slb_srv *slb_sched_sh_port_pick(struct slb_group *group, struct slb_roster *sched,
					      const struct slb_pkt *pkt)
{
	return slb_sh_pick(sched, slb_sched_hash_client(pkt, true));
}

const struct slb_sched_ops slb_sched_sh = {
	.id	= SLB_SCHED_SH,
	.enter	= slb_sched_sh_enter,
	.leave	= slb_sched_sh_leave,
	.weigh	= slb_sched_sh_weigh,
	.pick	= slb_sched_sh_pick,
};

const struct slb_sched_ops slb_sched_sh_port = {
	.id	= SLB_SCHED_SH_PORT,
	.enter	= slb_sched_sh_enter,
	.leave	= slb_sched_sh_leave,
	.weigh	= slb_sched_sh_weigh,
	.pick	= slb_sched_sh_port_pick,
};
