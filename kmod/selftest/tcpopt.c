// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the TCP option editor, against a twin that first lists a block's options and then
 * judges each by itself, a byte at a time.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include "check.h"

/* How many options the exhaustive test puts behind one another. */
#ifndef SLB_TOPT_DEPTH
#define SLB_TOPT_DEPTH	3
#endif
#define SLB_TOPT_RANDOM	20000

/* The options of a block: where they are, NOPs among them, and how the list ends. */
struct slb_topt_list {
	u8	at[SLB_TCPOPT_MAX];
	u8	n;
	u8	end;		/* of the list: EOL, an impossible option or the block's end */
	bool	bad;
};

/* One block under test, in pieces that are too big for the stack. */
struct slb_topt {
	struct slb_topt_list	list;
	struct slb_topt_list	after;
	struct slb_tcpopt_req	req;
	struct slb_tcpopt_res	res;
	u8			in[SLB_TCPOPT_MAX + 1];	/* one more, so that odd offsets exist */
	u8			want[SLB_TCPOPT_MAX];
	u8			*out;	/* SLB_TCPOPT_MAX bytes by themselves */
	u64			blocks;
	int			fails;
	struct rnd_state	rnd;
};

static const u8 slb_topt_palette[][26] = {
	{ 1 },
	{ 0 },
	{ 2, 4, 0x05, 0xb4 },					/* MSS 1460 */
	{ 2, 4, 0x02, 0x18 },					/* MSS 536 */
	{ 3, 3, 7 },						/* window scale */
	{ 4, 2 },						/* SACK permitted */
	{ 8, 10, 0xff, 0xff, 0xff, 0x00, 0x12, 0x34, 0x56, 0x78 },
	{ 8, 10, 1, 2, 3, 4, 0, 0, 0, 0 },			/* TSecr 0 */
	{ 5, 10, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 1 },		/* one SACK block */
	{ 5, 18, 1, 2, 3, 4, 5, 6, 7, 8, 0xff, 1, 2, 3, 0xff, 5, 6, 7 },
	{ 5, 26, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 1, 5, 4 },
	{ 254, 8, 0xd4, 0x31, 192, 168, 3, 11 },		/* a client's TOA */
	{ 254, 8, 0xf9, 0x89, 192, 168, 3, 11 },		/* from port 63881, or a cookie */
	{ 253, 20, 0xd4, 0x31, 0x20, 0x01, 0x0d, 0xb8 },
	{ 200, 8, 0x12, 0x34, 10, 0, 0, 1 },
	{ 254, 4, 0xf9, 0x89 },					/* Fast Open, the experiment */
	{ 254, 2 },
	{ 34, 2 },						/* Fast Open: a cookie, please */
	{ 34, 10, 1, 2, 3, 4, 5, 6, 7, 8 },
	{ 30, 4, 0x01, 0x01 },					/* MP_CAPABLE */
	{ 30, 12, 0x10, 1, 254, 8, 1, 1, 254, 8 },		/* MP_JOIN, a TOA's bytes inside */
	{ 19, 18, 254, 8, 254, 8 },				/* TCP-MD5 */
	{ 29, 16, 1, 1, 253, 20 },				/* TCP-AO */
	{ 77, 5, 254, 8, 0 },
	{ 8, 6, 1, 2, 3, 4 },					/* lengths that are not theirs */
	{ 5, 6, 1, 2, 3, 4 },
	{ 2, 3, 0xff },
};

#define SLB_TOPT_ALL	(SLB_TCPOPT_NO_TS | SLB_TCPOPT_NO_TFO | SLB_TCPOPT_NO_MPTCP)

static const struct slb_tcpopt_req slb_topt_reqs[] = {
	{ .room = 40 },
	{ .shift = { 5, 6, 0x01020304, 254 }, .room = 40 },
	{ .shift = { 0x80000001, 0xfffffff0, 0xdeadbeef, 0 }, .mss = 1200, .room = 40 },
	{ .shift = { 0x100, 0, 0, 254 }, .room = 40, .toa_len = 8 },
	{ .shift = { 0x100, 0, 0, 200 }, .room = 40, .toa_len = 20 },
	{ .shift = { 7, 8, 9, 254 }, .room = 27, .toa_len = 8 },
	{ .shift = { 7, 8, 9, 254 }, .room = 0, .toa_len = 20 },
	{ .shift = { 7, 0, 9, 200 }, .room = 255, .toa_len = 8, .flags = SLB_TCPOPT_TRUSTED },
	{ .shift = { 7, 0, 0, 254 }, .room = 40, .mss = 536, .flags = SLB_TOPT_ALL },
	{ .shift = { 7, 0, 0, 200 }, .room = 40, .mss = 1459, .toa_len = 20,
	  .flags = SLB_TOPT_ALL },
	{ .shift = { 7, 0, 0, 254 }, .room = 40, .mss = 1460, .toa_len = 8,
	  .flags = SLB_TCPOPT_TRUSTED | SLB_TCPOPT_NO_TFO },
	{ .shift = { 7, 8, 9, 30 }, .room = 40 },	/* not a TOA's kind: left alone */
};

static void slb_topt_list(struct slb_topt_list *list, const u8 *opt, unsigned int len)
{
	unsigned int left = len;

	memset(list, 0, sizeof(*list));
	while (left) {
		const u8 *p = opt + len - left;

		if (*p == 0)
			break;
		if (*p != 1 && (left < 2 || p[1] < 2 || p[1] > left)) {
			list->bad = true;
			break;
		}
		list->at[list->n++] = len - left;
		left -= *p == 1 ? 1 : p[1];
	}
	list->end = len - left;
}

static bool slb_topt_is_toa(const struct slb_tcpopt_req *req, u8 kind)
{
	switch (req->shift.toa_kind) {
	case 0:
		return false;
	default:
		return kind == 253 || kind == 254 ||
		       (kind == req->shift.toa_kind && kind > 34);
	}
}

/* Add to a number, least significant byte first. */
static void slb_topt_add(u8 *p, u32 shift)
{
	unsigned int carry = 0;
	int i;

	for (i = 3; i >= 0; i--) {
		carry += p[i] + (shift & 0xff);
		p[i] = carry;
		carry >>= 8;
		shift >>= 8;
	}
}

static bool slb_topt_is_moved(const u8 *p)
{
	return (p[0] == 8 && p[1] == 10) ||
	       (p[0] == 5 && (p[1] == 10 || p[1] == 18 || p[1] == 26 || p[1] == 34));
}

static void slb_topt_move(u8 *p, const struct slb_tcpopt_shift *shift)
{
	int i;

	if (!slb_topt_is_moved(p))
		return;
	if (p[0] == 8) {
		slb_topt_add(p + 2, shift->tsval);
		if (p[6] || p[7] || p[8] || p[9])
			slb_topt_add(p + 6, shift->tsecr);
		return;
	}
	for (i = 0; i < (p[1] - 2) / 4; i++)
		slb_topt_add(p + 2 + 4 * i, shift->sack);
}

/* Why an option goes; SLB_TCPOPT_PASSED and 0 stay. */
static u16 slb_topt_fate(const struct slb_tcpopt_req *req, const u8 *p)
{
	bool trusted = req->flags & SLB_TCPOPT_TRUSTED;
	bool tfo = p[0] == 34;

	if (p[0] == 254 && p[1] >= 4 && p[2] == 0xf9 && p[3] == 0x89)
		tfo = !(trusted && (p[1] == 8 || p[1] == 20));
	if (tfo && req->flags & SLB_TCPOPT_NO_TFO)
		return SLB_TCPOPT_TFO_GONE;
	if (slb_topt_is_toa(req, p[0]))
		return trusted ? SLB_TCPOPT_PASSED : SLB_TCPOPT_STRIPPED;
	if (p[0] == 8 && req->flags & SLB_TCPOPT_NO_TS)
		return SLB_TCPOPT_TS_GONE;
	return p[0] == 30 && req->flags & SLB_TCPOPT_NO_MPTCP ? SLB_TCPOPT_MPTCP_GONE : 0;
}

/* The block as it ought to be before anything is inserted; returns what ought to be reported. */
static u16 slb_topt_want(struct slb_topt *t, unsigned int len)
{
	u16 did = 0, fate;
	u8 *p;
	int i;

	memset(t->want, 0, sizeof(t->want));
	memcpy(t->want, t->in, t->list.end);
	for (i = 0; i < t->list.n; i++) {
		p = t->want + t->list.at[i];
		if (p[0] == 1)
			continue;
		fate = slb_topt_fate(&t->req, p);
		did |= fate;
		if (fate && fate != SLB_TCPOPT_PASSED) {
			memset(p, 1, p[1]);
		} else if (!fate) {
			slb_topt_move(p, &t->req.shift);
			if (p[0] == 2 && p[1] == 4 && t->req.mss &&
			    p[2] * 256 + p[3] > t->req.mss) {
				p[2] = t->req.mss / 256;
				p[3] = t->req.mss % 256;
				did |= SLB_TCPOPT_MSS_CLAMPED;
			}
			did |= p[0] == 8 && p[1] == 10 ? SLB_TCPOPT_TS : 0;
			did |= p[0] == 19 || p[0] == 29 ? SLB_TCPOPT_AUTH : 0;
		}
	}
	return did;
}

/* A checksum of options, the slow way; 0 and 0xffff are the same number. */
static u32 slb_topt_sum(const u8 *p, unsigned int len)
{
	u32 sum = 0;
	unsigned int i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] * 256;
	return sum % 0xffff;
}

/* Is @diff the difference between two blocks? It sums 16-bit words as the host reads them. */
static bool slb_topt_diff_ok(u64 diff, const u8 *from, unsigned int from_len,
			     const u8 *to, unsigned int to_len)
{
	u32 sum = slb_topt_sum(from, from_len) + be16_to_cpu((__force __be16)slb_csum_fold(diff));

	return sum % 0xffff == slb_topt_sum(to, to_len);
}

/* Behind our TOA: the same options in the same order, and padding that hides nothing. */
static void slb_topt_compacted(struct slb_topt *t, unsigned int len, unsigned int room)
{
	unsigned int pos = t->req.toa_len;
	bool aligned = true;
	int i, j = 0;
	u8 *p, *q;

	slb_topt_list(&t->list, t->want, len);
	slb_topt_list(&t->after, t->out, t->res.len);
	slb_check(&t->fails, !t->after.bad);
	slb_check(&t->fails, t->after.n && t->after.at[0] == 0);
	for (i = 0; i < t->list.n; i++) {
		p = t->want + t->list.at[i];
		if (p[0] == 1)
			continue;
		do {
			j++;
		} while (j < t->after.n && t->out[t->after.at[j]] == 1);
		slb_check(&t->fails, j < t->after.n);
		if (j >= t->after.n)
			return;
		q = t->out + t->after.at[j];
		slb_check(&t->fails, p[1] == q[1] && !memcmp(p, q, p[1]));
		if (slb_topt_is_moved(p)) {
			pos += (2 - pos) & 3;
			aligned &= t->after.at[j] % 4 == 2;
		}
		pos += p[1];
	}
	while (++j < t->after.n)
		slb_check(&t->fails, t->out[t->after.at[j]] == 1);
	slb_check(&t->fails, aligned || pos > room);
	slb_check(&t->fails, !memchr_inv(t->out + t->after.end, 0, t->res.len - t->after.end));
}

static void slb_topt_inserted(struct slb_topt *t, unsigned int len, u16 did)
{
	unsigned int room = t->req.room / 4 * 4, toa = t->req.toa_len, net = 0;
	int i;

	room = room > 40 ? 40 : room;
	room = room < len ? len : room;
	slb_topt_list(&t->list, t->want, len);
	for (i = 0; i < t->list.n; i++)
		net += t->want[t->list.at[i]] == 1 ? 0 : t->want[t->list.at[i] + 1];

	if (len + toa <= room)
		did |= SLB_TCPOPT_INSERTED;
	else if (net + toa <= room)
		did |= SLB_TCPOPT_INSERTED | SLB_TCPOPT_COMPACTED;
	else
		did |= SLB_TCPOPT_NO_ROOM;
	slb_check(&t->fails, t->res.did == did);
	slb_check(&t->fails, t->res.len % 4 == 0 && t->res.len >= len && t->res.len <= room);
	if (t->res.did & SLB_TCPOPT_NO_ROOM) {
		slb_check(&t->fails, t->res.len == len && !memcmp(t->out, t->want, len));
		return;
	}
	slb_check(&t->fails, !memcmp(t->out, t->req.toa, toa));
	if (t->res.did & SLB_TCPOPT_COMPACTED) {
		slb_topt_compacted(t, len, room);
		return;
	}
	slb_check(&t->fails, t->res.len == len + toa);
	slb_check(&t->fails, !memcmp(t->out + toa, t->want, len));
}

/* No TOA but ours may be in what is sent, nor anything behind the list's end. */
static void slb_topt_nothing_left(struct slb_topt *t)
{
	int i;

	slb_topt_list(&t->after, t->out, t->res.len);
	slb_check(&t->fails, !memchr_inv(t->out + t->after.end, 0, t->res.len - t->after.end));
	for (i = t->res.did & SLB_TCPOPT_INSERTED ? 1 : 0; i < t->after.n; i++)
		slb_check(&t->fails, !slb_topt_is_toa(&t->req, t->out[t->after.at[i]]));
}

/* The last window scale of a block, as the edit reports it. */
static u8 slb_topt_wscale(const struct slb_topt *t)
{
	const u8 *p;
	u8 scale = 0;
	int i;

	for (i = 0; i < t->list.n; i++) {
		p = t->in + t->list.at[i];
		if (p[0] == 3 && p[1] == 3)
			scale = p[2] > 14 ? 15 : p[2] + 1;
	}
	return scale;
}

static void slb_topt_edit(struct slb_topt *t, unsigned int len)
{
	u16 did;
	int err;
	u8 *p;

	memset(t->out, 0xee, SLB_TCPOPT_MAX);
	err = slb_tcpopt_edit(&t->req, t->in, len, t->out, &t->res);
	slb_topt_list(&t->list, t->in, len);
	slb_check(&t->fails, (err == -EINVAL) == (t->list.bad || len % 4));
	slb_check(&t->fails, !err || err == -EINVAL);
	if (err)
		return;

	did = slb_topt_want(t, len);
	slb_check(&t->fails, t->res.wscale == slb_topt_wscale(t));
	if (did & SLB_TCPOPT_TS) {
		p = t->want + t->list.at[0];
		for (err = 0; err < t->list.n; err++)
			if (t->want[t->list.at[err]] == 8 && t->want[t->list.at[err] + 1] == 10)
				p = t->want + t->list.at[err];
		slb_check(&t->fails, t->res.tsval == get_unaligned_be32(p + 2));
	}
	if (t->req.toa_len && !(did & SLB_TCPOPT_PASSED)) {
		slb_topt_inserted(t, len, did);
	} else {
		slb_check(&t->fails, t->res.did == did && t->res.len == len);
		slb_check(&t->fails, !memcmp(t->out, t->want, len));
	}
	slb_check(&t->fails, slb_topt_diff_ok(t->res.diff, t->in, len, t->out, t->res.len));
	if (!(t->req.flags & SLB_TCPOPT_TRUSTED))
		slb_topt_nothing_left(t);
}

static void slb_topt_shift(struct slb_topt *t, unsigned int len)
{
	u8 *p = t->out + SLB_TCPOPT_MAX - len;	/* the block ends where the buffer does */
	int i, ret, want = SLB_TCPOPT_SHIFTED;
	u64 diff = 12345;

	slb_topt_list(&t->list, t->in, len);
	memcpy(t->want, t->in, len);
	memcpy(p, t->in, len);
	for (i = 0; i < t->list.n && want == SLB_TCPOPT_SHIFTED; i++)
		if (slb_topt_is_toa(&t->req, t->in[t->list.at[i]]))
			want = SLB_TCPOPT_EDIT;
		else if (t->in[t->list.at[i]] == 19 || t->in[t->list.at[i]] == 29)
			want = SLB_TCPOPT_SIGNED;
	if (want == SLB_TCPOPT_SHIFTED && t->list.bad)
		want = -EINVAL;
	if (want == SLB_TCPOPT_SHIFTED && t->req.shift.toa_kind)
		for (i = t->list.end; i < len; i++)
			want = t->in[i] ? SLB_TCPOPT_EDIT : want;
	if (want == SLB_TCPOPT_SHIFTED)
		for (i = 0; i < t->list.n; i++)
			if (t->in[t->list.at[i]] != 1)
				slb_topt_move(t->want + t->list.at[i], &t->req.shift);

	ret = slb_tcpopt_shift(p, len, &t->req.shift, &diff);
	slb_check(&t->fails, ret == want);
	slb_check(&t->fails, !memcmp(p, t->want, len));
	slb_check(&t->fails, want == SLB_TCPOPT_SHIFTED || diff == 12345);
	slb_check(&t->fails, slb_topt_diff_ok(diff - 12345, t->in, len, p, len));

	if (len != SLB_TCPOPT_PLAIN_LEN || !slb_tcpopt_is_plain(t->in))
		return;
	memcpy(p, t->in, len);
	diff = slb_tcpopt_plain_tsval(0, p, t->req.shift.tsval);
	diff = slb_tcpopt_plain_tsecr(diff, p, t->req.shift.tsecr);
	slb_check(&t->fails, !memcmp(p, t->want, len));
	slb_check(&t->fails, slb_topt_diff_ok(diff, t->in, len, p, len));
}

static void slb_topt_scan(struct slb_topt *t, unsigned int len)
{
	struct slb_tcpopt_info info, want = {};
	u8 *p, *block = t->out + SLB_TCPOPT_MAX - len, ahead[SLB_TCPOPT_MAX] = {};
	int i, err, to = t->req.toa_len;

	slb_topt_list(&t->list, t->in, len);
	for (i = 0; i < t->list.n; i++) {
		p = t->in + t->list.at[i];
		if (slb_topt_is_toa(&t->req, *p)) {
			want.seen |= SLB_TCPOPT_TOA;
		} else if (*p == 19 || *p == 29) {
			want.seen |= SLB_TCPOPT_AUTH;
		} else if (*p == 2 && p[1] == 4) {
			want.mss = p[2] * 256 + p[3];
		} else if (*p == 8 && p[1] == 10) {
			want.seen |= SLB_TCPOPT_TS;
			want.tsval = get_unaligned_be32(p + 2);
			want.tsecr = get_unaligned_be32(p + 6);
		}
	}
	memcpy(block, t->in, len);
	err = slb_tcpopt_scan(block, len, t->req.shift.toa_kind, &info);
	slb_check(&t->fails, err == (t->list.bad ? -EINVAL : 0));
	slb_check(&t->fails, err || !memcmp(&info, &want, sizeof(info)));

	err = slb_tcpopt_ahead(&t->req, block, len, t->want);
	if (t->list.bad) {
		slb_check(&t->fails, err == -EINVAL);
		return;
	}
	memcpy(ahead, t->req.toa, to);
	if (want.seen & SLB_TCPOPT_TS && !(t->req.flags & SLB_TCPOPT_NO_TS)) {
		memcpy(ahead + to, "\1\1\10\12", 4);
		put_unaligned_be32(want.tsval, ahead + to + 4);
		put_unaligned_be32(want.tsecr, ahead + to + 8);
		slb_topt_move(ahead + to + 2, &t->req.shift);
		to += 12;
	}
	slb_check(&t->fails, err == to && !memcmp(t->want, ahead, to));
}

/* The block in @t->in with the request in @t->req. */
static void slb_topt_case(struct slb_topt *t, unsigned int len)
{
	t->blocks++;
	slb_topt_shift(t, len);
	slb_topt_scan(t, len);
	slb_topt_edit(t, len);
}

/* Request @i of the list, modulo its length, with the client's address in it. */
static void slb_topt_req(struct slb_topt *t, unsigned int i)
{
	u8 kind;

	t->req = slb_topt_reqs[i % ARRAY_SIZE(slb_topt_reqs)];
	kind = t->req.shift.toa_kind;
	if (t->req.toa_len == SLB_TCPOPT_TOA4_LEN)
		slb_tcpopt_toa4_set(&t->req, kind, htons(54321), htonl(0xc0a8030b));
	else if (t->req.toa_len)
		slb_tcpopt_toa6_set(&t->req, kind, htons(54321), &in6addr_loopback);
}

/* With every request of the list. */
static void slb_topt_block(struct slb_topt *t, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slb_topt_reqs); i++) {
		slb_topt_req(t, i);
		slb_topt_case(t, len);
	}
	cond_resched();
}

/* Every sequence of at most @depth options of the palette behind the @used bytes. */
static void slb_topt_sequences(struct slb_topt *t, unsigned int used, int depth)
{
	unsigned int i, len = ALIGN(used, 4);

	memset(t->in + used, 1, len - used);
	slb_topt_block(t, len);
	if (used < len) {
		memset(t->in + used, 0, len - used);
		slb_topt_block(t, len);
	}
	/* A full header, so that nothing is inserted unless this padding goes. */
	memset(t->in + used, 1, SLB_TCPOPT_MAX - used);
	slb_topt_block(t, SLB_TCPOPT_MAX);
	if (!depth)
		return;
	for (i = 0; i < ARRAY_SIZE(slb_topt_palette); i++) {
		const u8 *opt = slb_topt_palette[i];
		unsigned int size = opt[0] < 2 ? 1 : opt[1];

		if (used + size > SLB_TCPOPT_MAX)
			continue;
		memcpy(t->in + used, opt, size);
		slb_topt_sequences(t, used + size, depth - 1);
	}
}

/* A kind with every length at many places; then blocks of every length of one byte. */
static void slb_topt_malformed(struct slb_topt *t)
{
	static const u8 kinds[] = { 0, 1, 2, 3, 5, 8, 19, 30, 34, 77, 200, 253, 254, 255 };
	unsigned int i, len, at, size;

	for (i = 0; i < ARRAY_SIZE(kinds) * SLB_TCPOPT_MAX; i++) {
		len = 1 + i % SLB_TCPOPT_MAX;
		for (at = 0; at < len; at += 1 + at / 4 * 2)
			for (size = 0; size < 256; size += size < len + 2 ? 1 : 43) {
				memset(t->in, 1, sizeof(t->in));
				t->in[at] = kinds[i / SLB_TCPOPT_MAX];
				t->in[at + 1] = size;
				slb_topt_req(t, i + size);
				slb_topt_case(t, len);
			}
		cond_resched();
	}
	for (i = 0; i < 256; i++)
		for (len = 0; len <= SLB_TCPOPT_MAX; len++) {
			memset(t->in, i, sizeof(t->in));
			slb_topt_req(t, i + len);
			slb_topt_case(t, len);
		}
	slb_check(&t->fails, slb_tcpopt_edit(&t->req, t->in, 44, t->out, &t->res) == -EINVAL);
}

/* A forged TOA at every place of a full block, behind NOPs, behind an EOL, or between options. */
static void slb_topt_forged(struct slb_topt *t)
{
	static const u8 toas[][2] = {
		{ 254, 8 }, { 254, 20 }, { 253, 8 }, { 253, 20 }, { 200, 8 },
	};
	unsigned int i, at, len, fill;

	for (i = 0; i < ARRAY_SIZE(toas); i++)
		for (len = toas[i][1]; len <= SLB_TCPOPT_MAX; len += 4)
			for (at = 0; at + toas[i][1] <= len; at++)
				for (fill = 0; fill < 3; fill++) {
					memset(t->in, fill == 2 ? 4 : 1, sizeof(t->in));
					if (fill == 2)
						memset(t->in + at / 2 * 2, 1, at % 2);
					else if (fill && at)
						t->in[at - 1] = 0;
					memset(t->in + at, 2, toas[i][1]);
					memcpy(t->in + at, toas[i], 2);
					slb_topt_block(t, len);
				}
}

/* Pieces of the palette, whole or cut, between random bytes; then a random request. */
static void slb_topt_random(struct slb_topt *t)
{
	unsigned int i, len, n;
	const u8 *opt;

	for (i = 0; i < SLB_TOPT_RANDOM; i++) {
		u8 kind = slb_check_random(&t->rnd, 3) ? 254 : 200;

		prandom_bytes_state(&t->rnd, t->in, sizeof(t->in));
		for (len = 0; len < SLB_TCPOPT_MAX; len += n) {
			opt = slb_topt_palette[slb_check_random(&t->rnd,
								ARRAY_SIZE(slb_topt_palette))];
			n = opt[0] < 2 ? 1 : opt[1];
			n = min_t(unsigned int, n, SLB_TCPOPT_MAX - len);
			if (slb_check_random(&t->rnd, 16))
				memcpy(t->in + len, opt, n);
		}
		prandom_bytes_state(&t->rnd, &t->req, sizeof(t->req));
		if (slb_check_random(&t->rnd, 2))
			slb_tcpopt_toa4_set(&t->req, kind, htons(i), htonl(i * 77));
		else
			slb_tcpopt_toa6_set(&t->req, kind, htons(i), &in6addr_loopback);
		t->req.shift.toa_kind = kind;
		slb_topt_case(t, slb_check_random(&t->rnd, 4) ?
			      slb_check_random(&t->rnd, 11) * 4 : slb_check_random(&t->rnd, 41));
	}
}

/**
 * slb_selftest_tcpopt() - test the TCP option editor
 *
 * Context: process; at module load, before anything is registered.
 * Return: number of failures, or -ENOMEM.
 */
int slb_selftest_tcpopt(void)
{
	struct slb_topt *t = kzalloc(sizeof(*t), GFP_KERNEL);
	int fails;

	if (!t)
		return -ENOMEM;
	t->out = kmalloc(SLB_TCPOPT_MAX, GFP_KERNEL);
	if (!t->out) {
		kfree(t);
		return -ENOMEM;
	}
	prandom_seed_state(&t->rnd, 254);
	slb_topt_sequences(t, 0, SLB_TOPT_DEPTH);
	slb_topt_malformed(t);
	slb_topt_forged(t);
	slb_topt_random(t);
	pr_info("tcpopt: %llu blocks tried\n", t->blocks);
	fails = t->fails;
	kfree(t->out);
	kfree(t);
	return fails;
}
