// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the incremental checksums: random packets are translated and their checksums compared
 * with those of a twin that sums the whole packet, byte by byte, in the order in which they lie
 * there.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include "check.h"

#define SLB_TCSUM_PACKETS	20000
#define SLB_TCSUM_PAYLOAD	64	/* most bytes behind the options */

/* Where things are in a transport header. */
enum {
	SLB_TCSUM_SPORT		= 0,
	SLB_TCSUM_UDP_LEN	= 4,
	SLB_TCSUM_SEQ		= 4,
	SLB_TCSUM_UDP_CHECK	= 6,
	SLB_TCSUM_ACK		= 8,
	SLB_TCSUM_DOFF		= 12,
	SLB_TCSUM_TCP_CHECK	= 16,
	SLB_TCSUM_OPTIONS	= 20,
};

struct slb_tcsum {
	struct slb_tcpopt_req	req;
	struct slb_tcpopt_res	res;
	struct rnd_state	rnd;
	__be32			addr[8];	/* source and destination, four words each if @v6 */
	__be32			to[8];
	u8			l4[SLB_TCSUM_OPTIONS + SLB_TCPOPT_MAX + SLB_TCSUM_PAYLOAD];
	u8			out[SLB_TCPOPT_MAX];
	unsigned int		len;		/* of @l4, bytes */
	u8			proto;
	bool			v6;
	int			fails;
};

/* The folded sum, not inverted; bytes at even places are the upper ones. */
static u32 slb_tcsum_add(u32 sum, const void *buf, unsigned int len)
{
	const u8 *p = buf;
	unsigned int i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? p[i] : p[i] << 8;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return sum;
}

static u32 slb_tcsum_pseudo(const struct slb_tcsum *t)
{
	__be32 tail[2] = { htonl(t->len), htonl(t->proto) };

	return slb_tcsum_add(slb_tcsum_add(0, t->addr, t->v6 ? 32 : 8), tail, sizeof(tail));
}

static u8 *slb_tcsum_check(struct slb_tcsum *t)
{
	return t->l4 + (t->proto == IPPROTO_TCP ? SLB_TCSUM_TCP_CHECK : SLB_TCSUM_UDP_CHECK);
}

/* What the checksum field has to hold; whatever is in it is left out of the sum. */
static __sum16 slb_tcsum_full(struct slb_tcsum *t)
{
	__be16 *check = (__be16 *)slb_tcsum_check(t);
	__be16 old = *check;
	u16 sum;

	*check = 0;
	sum = ~slb_tcsum_add(slb_tcsum_pseudo(t), t->l4, t->len);
	*check = old;
	if (!sum && t->proto == IPPROTO_UDP)
		sum = 0xffff;
	return (__force __sum16)htons(sum);
}

static void slb_tcsum_make(struct slb_tcsum *t, u8 proto, bool v6)
{
	unsigned int opt = slb_check_random(&t->rnd, 11) * 4;

	t->proto = proto;
	t->v6 = v6;
	prandom_bytes_state(&t->rnd, t->addr, sizeof(t->addr));
	prandom_bytes_state(&t->rnd, t->to, sizeof(t->to));
	prandom_bytes_state(&t->rnd, t->l4, sizeof(t->l4));
	/* Words of all ones and of zeros are where one's complement errs. */
	if (!slb_check_random(&t->rnd, 4)) {
		memset(t->addr, slb_check_random(&t->rnd, 2) ? 0xff : 0, sizeof(t->addr));
		memset(t->l4, slb_check_random(&t->rnd, 2) ? 0xff : 0, sizeof(t->l4));
	}
	if (!slb_check_random(&t->rnd, 4))
		memset(t->to, slb_check_random(&t->rnd, 2) ? 0xff : 0, sizeof(t->to));
	if (proto == IPPROTO_UDP) {
		t->len = 8 + slb_check_random(&t->rnd, SLB_TCSUM_PAYLOAD + 1);
		put_unaligned_be16(t->len, t->l4 + SLB_TCSUM_UDP_LEN);
		return;
	}
	t->len = SLB_TCSUM_OPTIONS + opt + slb_check_random(&t->rnd, SLB_TCSUM_PAYLOAD + 1);
	t->l4[SLB_TCSUM_DOFF] = (SLB_TCSUM_OPTIONS + opt) << 2;
	memset(t->l4 + SLB_TCSUM_OPTIONS, 1, opt);
	if (opt >= SLB_TCPOPT_PLAIN_LEN)
		put_unaligned_be32(0x0101080a, t->l4 + SLB_TCSUM_OPTIONS);
	if (opt == SLB_TCPOPT_MAX)
		put_unaligned_be32(0x01051201, t->l4 + SLB_TCSUM_OPTIONS + 16);
}

/* An edited option block takes the old one's place; the payload moves by what it has grown. */
static u64 slb_tcsum_options(struct slb_tcsum *t, u64 *pseudo)
{
	unsigned int opt = (t->l4[SLB_TCSUM_DOFF] >> 4) * 4 - SLB_TCSUM_OPTIONS;
	unsigned int payload = t->len - SLB_TCSUM_OPTIONS - opt, from = t->len;
	u8 *p = t->l4 + SLB_TCSUM_OPTIONS;

	memset(&t->req, 0, sizeof(t->req));
	t->req.shift.tsval = prandom_u32_state(&t->rnd);
	t->req.shift.sack = prandom_u32_state(&t->rnd);
	t->req.shift.toa_kind = 254;
	t->req.room = SLB_TCPOPT_MAX;
	if (!slb_check_random(&t->rnd, 4)) {
		u64 diff = 0;

		slb_check(&t->fails, !slb_tcpopt_shift(p, opt, &t->req.shift, &diff));
		return diff;
	}
	if (slb_check_random(&t->rnd, 2))
		slb_tcpopt_toa4_set(&t->req, 254, *(__be16 *)t->l4, t->addr[0]);
	else
		slb_tcpopt_toa6_set(&t->req, 254, *(__be16 *)t->l4, (struct in6_addr *)t->addr);
	slb_check(&t->fails, !slb_tcpopt_edit(&t->req, p, opt, t->out, &t->res));

	memmove(p + t->res.len, p + opt, payload);
	memcpy(p, t->out, t->res.len);
	t->len += t->res.len - opt;
	t->l4[SLB_TCSUM_DOFF] += (t->res.len - opt) << 2;
	*pseudo = slb_csum_diff32(*pseudo, htonl(from), htonl(t->len));
	return slb_tcpopt_diff_doff(t->res.diff, opt, t->res.len);
}

/* Everything translation changes; the pseudo header's difference goes to @pseudo. */
static u64 slb_tcsum_translate(struct slb_tcsum *t, u64 *pseudo)
{
	__be32 ports = *(__be32 *)(t->l4 + SLB_TCSUM_SPORT);
	__be32 to = (__force __be32)prandom_u32_state(&t->rnd);
	u64 rest = 0;

	*pseudo = t->v6 ? slb_csum_diff_addrs6(0, t->addr, t->to) :
			  slb_csum_diff_addrs4(0, t->addr, t->to);
	if (t->v6)
		slb_check(&t->fails,
			  slb_csum_fold(slb_csum_diff_addr6(slb_csum_diff_addr6(0, t->addr, t->to),
							    t->addr + 4, t->to + 4)) ==
			  slb_csum_fold(*pseudo));
	memcpy(t->addr, t->to, sizeof(t->addr));

	rest = slb_csum_diff32(rest, ports, to);
	*(__be32 *)(t->l4 + SLB_TCSUM_SPORT) = to;
	if (t->proto == IPPROTO_TCP) {
		rest = slb_csum_shift32(rest, t->l4 + SLB_TCSUM_SEQ, prandom_u32_state(&t->rnd));
		rest = slb_csum_shift32(rest, t->l4 + SLB_TCSUM_ACK, prandom_u32_state(&t->rnd));
		rest += slb_tcsum_options(t, pseudo);
	}
	return rest;
}

/* A complete checksum, right or wrong: it ends as right or as wrong as it was. */
static void slb_tcsum_complete(struct slb_tcsum *t, u8 proto, bool v6)
{
	bool wrong = !slb_check_random(&t->rnd, 8);
	__sum16 *check;
	u64 pseudo;
	u64 rest;

	slb_tcsum_make(t, proto, v6);
	check = (__sum16 *)slb_tcsum_check(t);
	*check = slb_tcsum_full(t);
	if (wrong)
		*check = (__force __sum16)((__force u16)*check ^ 0x1234);

	rest = slb_tcsum_translate(t, &pseudo);
	if (proto == IPPROTO_TCP)
		slb_csum_apply(check, pseudo + rest);
	else
		slb_csum_apply_udp(check, pseudo + rest);
	slb_check(&t->fails, (*check == slb_tcsum_full(t)) == !wrong);
}

/* The device's part is done here: sum from the transport header on, over the field as it is. */
static void slb_tcsum_partial(struct slb_tcsum *t, u8 proto, bool v6)
{
	__sum16 *check;
	u64 pseudo;
	u16 sum;

	slb_tcsum_make(t, proto, v6);
	check = (__sum16 *)slb_tcsum_check(t);
	*check = (__force __sum16)htons(slb_tcsum_pseudo(t));

	slb_tcsum_translate(t, &pseudo);
	slb_csum_apply_partial(check, pseudo);
	sum = ~slb_tcsum_add(0, t->l4, t->len);
	if (!sum && proto == IPPROTO_UDP)
		sum = 0xffff;
	*check = (__force __sum16)htons(sum);
	slb_check(&t->fails, *check == slb_tcsum_full(t));
}

/* UDP without a checksum stays so; one that comes out as zero is sent as all ones. */
static void slb_tcsum_udp_zero(struct slb_tcsum *t, bool v6)
{
	__sum16 *check;
	u64 pseudo;
	u64 rest;
	u16 sum;

	slb_tcsum_make(t, IPPROTO_UDP, v6);
	check = (__sum16 *)slb_tcsum_check(t);
	*check = 0;
	rest = slb_tcsum_translate(t, &pseudo);
	slb_csum_apply_udp(check, pseudo + rest);
	slb_check(&t->fails, !*check);

	/* Choose the port so that the sum is all ones. */
	*check = slb_tcsum_full(t);
	sum = ntohs((__force __be16)*check);
	rest = slb_csum_diff16(0, *(__be16 *)t->l4,
			       htons(slb_tcsum_add(sum, t->l4, sizeof(__be16))));
	*(__be16 *)t->l4 = htons(slb_tcsum_add(sum, t->l4, sizeof(__be16)));
	slb_csum_apply_udp(check, rest);
	slb_check(&t->fails, *check == CSUM_MANGLED_0 && *check == slb_tcsum_full(t));
}

/* An IPv4 header with its own checksum: addresses, length, TTL. */
static void slb_tcsum_ip(struct slb_tcsum *t)
{
	__be16 h[10], word;
	__sum16 *check = (__sum16 *)&h[5];
	__be32 from[2];
	u64 diff;

	slb_tcsum_make(t, IPPROTO_UDP, false);
	prandom_bytes_state(&t->rnd, h, sizeof(h));
	h[0] = htons(0x4500);
	h[5] = 0;
	*check = (__force __sum16)htons((u16)~slb_tcsum_add(0, h, sizeof(h)));

	memcpy(from, &h[6], sizeof(from));
	diff = slb_csum_diff_addrs4(0, from, t->to);
	memcpy(&h[6], t->to, sizeof(from));
	word = (__force __be16)prandom_u32_state(&t->rnd);
	diff = slb_csum_diff16(diff, h[1], word);
	h[1] = word;
	word = htons(ntohs(h[4]) - 0x0100);
	diff = slb_csum_diff16(diff, h[4], word);
	h[4] = word;
	slb_csum_apply(check, diff);
	slb_check(&t->fails, slb_tcsum_add(0, h, sizeof(h)) == 0xffff);
	slb_check(&t->fails, (__force u16)*check != 0xffff);
}

/* Values at any place, from and to the extremes. */
static void slb_tcsum_odd(struct slb_tcsum *t)
{
	static const u32 values[] = { 0, 1, 0xff, 0xff00, 0xffff, 0x10000, 0xffff0000, 0xffffffff };
	u32 from = values[slb_check_random(&t->rnd, ARRAY_SIZE(values))];
	u32 shift = values[slb_check_random(&t->rnd, ARRAY_SIZE(values))];
	unsigned int at = slb_check_random(&t->rnd, 60);
	__sum16 check;
	u64 diff;

	prandom_bytes_state(&t->rnd, t->l4, 64);
	if (slb_check_random(&t->rnd, 2))
		put_unaligned_be32(from, t->l4 + at);
	if (slb_check_random(&t->rnd, 2))
		shift = prandom_u32_state(&t->rnd);
	t->l4[at ? 0 : 5] = 1;	/* the sum of nothing but zeros has no complement */
	check = (__force __sum16)htons((u16)~slb_tcsum_add(0, t->l4, 64));
	diff = slb_csum_shift32(0, t->l4 + at, shift);
	slb_csum_apply(&check, at & 1 ? slb_csum_diff_byte_swap(diff) : diff);
	slb_check(&t->fails, check == (__force __sum16)htons((u16)~slb_tcsum_add(0, t->l4, 64)));
}

/**
 * slb_selftest_csum() - test the incremental checksums
 *
 * Context: process; at module load, before anything is registered.
 * Return: number of failures, or -ENOMEM.
 */
int slb_selftest_csum(void)
{
	struct slb_tcsum *t = kzalloc(sizeof(*t), GFP_KERNEL);
	int i, fails;

	if (!t)
		return -ENOMEM;
	prandom_seed_state(&t->rnd, 1071);
	for (i = 0; i < SLB_TCSUM_PACKETS; i++) {
		u8 proto = i & 1 ? IPPROTO_TCP : IPPROTO_UDP;

		slb_tcsum_complete(t, proto, i & 2);
		slb_tcsum_partial(t, proto, i & 2);
		slb_tcsum_udp_zero(t, i & 2);
		slb_tcsum_ip(t);
		slb_tcsum_odd(t);
		cond_resched();
	}
	fails = t->fails;
	kfree(t);
	return fails;
}
