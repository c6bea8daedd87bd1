// SPDX-License-Identifier: GPL-2.0-only
/* TCP options: shift numbers in place, or write an edited block of options.
 *
 * Every byte comes from the network, so nothing is changed before the whole list has been
 * followed to its end. An option of a known kind but another length than its own is an unknown
 * option: hosts ignore it, and it stays as it is. Kind 254 is TOA's, Fast Open's before it had a
 * kind, and that of any other experiment; from a client all of them go, because a receiver may
 * take each for a TOA.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <net/tcp.h>
#include "slb_tcpopt.h"

/* Why an option may go. */
#define SLB_TCPOPT_GONE	(SLB_TCPOPT_STRIPPED | SLB_TCPOPT_TS_GONE | SLB_TCPOPT_TFO_GONE | \
			 SLB_TCPOPT_MPTCP_GONE)

/* Kinds that <net/tcp.h> does not have in 6.1, and offsets inside options. */
enum {
	SLB_TCPOPT_KIND_AO	= 29,
	SLB_TCPOPT_KIND_TOA	= 253,	/* and 254, TCPOPT_EXP */
	SLB_TCPOPT_OFF_VALUE	= 2,
	SLB_TCPOPT_OFF_ADDR	= 4,
	SLB_TCPOPT_OFF_TSECR	= 6,
	SLB_TCPOPT_PLAIN_TS	= 2,	/* in a plain block */
};

/**
 * slb_tcpopt_toa4_set() - have slb_tcpopt_edit() insert an IPv4 client
 * @req: request
 * @kind: option kind
 * @port: client's port
 * @addr: client's address
 *
 * Context: any.
 */
void slb_tcpopt_toa4_set(struct slb_tcpopt_req *req, u8 kind, __be16 port, __be32 addr)
{
	req->toa_len = SLB_TCPOPT_TOA4_LEN;
	req->toa[0] = kind;
	req->toa[1] = SLB_TCPOPT_TOA4_LEN;
	put_unaligned(port, (__be16 *)(req->toa + SLB_TCPOPT_OFF_VALUE));
	put_unaligned(addr, (__be32 *)(req->toa + SLB_TCPOPT_OFF_ADDR));
}

/**
 * slb_tcpopt_toa6_set() - have slb_tcpopt_edit() insert an IPv6 client
 * @req: request
 * @kind: option kind
 * @port: client's port
 * @addr: client's address
 *
 * Context: any.
 */
void slb_tcpopt_toa6_set(struct slb_tcpopt_req *req, u8 kind, __be16 port,
			 const struct in6_addr *addr)
{
	req->toa_len = SLB_TCPOPT_TOA6_LEN;
	req->toa[0] = kind;
	req->toa[1] = SLB_TCPOPT_TOA6_LEN;
	put_unaligned(port, (__be16 *)(req->toa + SLB_TCPOPT_OFF_VALUE));
	memcpy(req->toa + SLB_TCPOPT_OFF_ADDR, addr, sizeof(*addr));
}

/* Bytes from the option at @at to the next one; 0: impossible. EOL is the caller's. */
static unsigned int slb_tcpopt_step(const u8 *opt, unsigned int len, unsigned int at)
{
	if (opt[at] == TCPOPT_NOP)
		return 1;
	if (at + 1 >= len || opt[at + 1] < 2 || opt[at + 1] > len - at)
		return 0;
	return opt[at + 1];
}

/* Kinds that TCP has a use for itself are none of ours, whatever is configured. */
static bool slb_tcpopt_is_toa(u8 kind, u8 toa_kind)
{
	return kind > TCPOPT_FASTOPEN && toa_kind &&
	       (kind == toa_kind || kind == SLB_TCPOPT_KIND_TOA || kind == TCPOPT_EXP);
}

static bool slb_tcpopt_is_ts(const u8 *opt)
{
	return opt[0] == TCPOPT_TIMESTAMP && opt[1] == TCPOLEN_TIMESTAMP;
}

static bool slb_tcpopt_is_sack(const u8 *opt)
{
	return opt[0] == TCPOPT_SACK && opt[1] > TCPOLEN_SACK_BASE &&
	       (opt[1] - TCPOLEN_SACK_BASE) % TCPOLEN_SACK_PERBLOCK == 0;
}

/* The difference is as at an even offset, here and below. */
static u64 slb_tcpopt_shift_ts(u8 *opt, const struct slb_tcpopt_shift *shift)
{
	u64 diff = slb_csum_shift32(0, opt + SLB_TCPOPT_OFF_VALUE, shift->tsval);

	if (!get_unaligned((__be32 *)(opt + SLB_TCPOPT_OFF_TSECR)))
		return diff;
	return slb_csum_shift32(diff, opt + SLB_TCPOPT_OFF_TSECR, shift->tsecr);
}

static u64 slb_tcpopt_shift_sack(u8 *opt, const struct slb_tcpopt_shift *shift)
{
	unsigned int i;
	u64 diff = 0;

	if (shift->sack)
		for (i = SLB_TCPOPT_OFF_VALUE; i < opt[1]; i += sizeof(u32))
			diff = slb_csum_shift32(diff, opt + i, shift->sack);
	return diff;
}

static u64 slb_tcpopt_shift_one(u8 *opt, const struct slb_tcpopt_shift *shift)
{
	if (slb_tcpopt_is_ts(opt))
		return slb_tcpopt_shift_ts(opt, shift);
	return slb_tcpopt_is_sack(opt) ? slb_tcpopt_shift_sack(opt, shift) : 0;
}

/* Bytes that need no walk: NOP NOP TIMESTAMP at the beginning, or none. */
static unsigned int slb_tcpopt_skip_plain(const u8 *opt, unsigned int len)
{
	return len >= SLB_TCPOPT_PLAIN_LEN && slb_tcpopt_is_plain(opt) ? SLB_TCPOPT_PLAIN_LEN : 0;
}

/* Is there something behind the end of the list that could be taken for an option? */
static bool slb_tcpopt_tail(const u8 *opt, unsigned int len, unsigned int at)
{
	return memchr_inv(opt + at, 0, len - at);
}

/**
 * slb_tcpopt_shift() - shift the numbers in an option block in place
 * @opt: block, writable
 * @len: its bytes
 * @shift: what to add to what
 * @diff: checksum difference to add to
 *
 * Where a TOA option or something behind the end of the list has to go, nothing is changed, so
 * that slb_tcpopt_edit() can do all of it.
 *
 * Context: any.
 * Return: SLB_TCPOPT_SHIFTED; SLB_TCPOPT_EDIT or SLB_TCPOPT_SIGNED, whichever option comes first;
 * or -EINVAL, with nothing changed, when an option's length before that is impossible.
 */
int slb_tcpopt_shift(u8 *opt, unsigned int len, const struct slb_tcpopt_shift *shift, u64 *diff)
{
	unsigned int at, step;
	u64 one, found = 0;	/* places of the options to shift */

	if (len > SLB_TCPOPT_MAX)
		return -EINVAL;
	at = slb_tcpopt_skip_plain(opt, len);
	if (at)
		found = BIT_ULL(SLB_TCPOPT_PLAIN_TS);
	for (; at < len && opt[at] != TCPOPT_EOL; at += step) {
		step = slb_tcpopt_step(opt, len, at);
		if (!step)
			return -EINVAL;
		if (opt[at] == TCPOPT_TIMESTAMP || opt[at] == TCPOPT_SACK)
			found |= BIT_ULL(at);
		else if (opt[at] == TCPOPT_MD5SIG || opt[at] == SLB_TCPOPT_KIND_AO)
			return SLB_TCPOPT_SIGNED;
		else if (slb_tcpopt_is_toa(opt[at], shift->toa_kind))
			return SLB_TCPOPT_EDIT;
	}
	if (at < len && shift->toa_kind && slb_tcpopt_tail(opt, len, at))
		return SLB_TCPOPT_EDIT;

	for (; found; found &= found - 1) {
		at = __ffs64(found);
		one = slb_tcpopt_shift_one(opt + at, shift);
		*diff += at & 1 ? slb_csum_diff_byte_swap(one) : one;
	}
	return SLB_TCPOPT_SHIFTED;
}

/**
 * slb_tcpopt_scan() - what is in an option block
 * @opt: block
 * @len: its bytes
 * @toa_kind: as slb_tcpopt_shift.toa_kind
 * @info: filled; of repeated options the last counts, as it does for hosts
 *
 * Context: any.
 * Return: 0, or -EINVAL when an option's length is impossible.
 */
int slb_tcpopt_scan(const u8 *opt, unsigned int len, u8 toa_kind, struct slb_tcpopt_info *info)
{
	unsigned int at, step;

	memset(info, 0, sizeof(*info));
	for (at = 0; at < len && opt[at] != TCPOPT_EOL; at += step) {
		const u8 *value = opt + at + SLB_TCPOPT_OFF_VALUE;
		u8 kind = opt[at];

		step = slb_tcpopt_step(opt, len, at);
		if (!step)
			return -EINVAL;
		if (slb_tcpopt_is_toa(kind, toa_kind)) {
			info->seen |= SLB_TCPOPT_TOA;
		} else if (kind == TCPOPT_TIMESTAMP && step == TCPOLEN_TIMESTAMP) {
			info->seen |= SLB_TCPOPT_TS;
			info->tsval = get_unaligned_be32(value);
			info->tsecr = get_unaligned_be32(value + sizeof(u32));
		} else if (kind == TCPOPT_MSS && step == TCPOLEN_MSS) {
			info->mss = get_unaligned_be16(value);
		} else if (kind == TCPOPT_MD5SIG || kind == SLB_TCPOPT_KIND_AO) {
			info->seen |= SLB_TCPOPT_AUTH;
		}
	}
	return 0;
}

/* Kind 254 with Fast Open's number. A trusted balancer's client may have that number as its
 * port.
 */
static bool slb_tcpopt_is_tfo(const struct slb_tcpopt_req *req, const u8 *opt)
{
	if (opt[0] != TCPOPT_EXP || opt[1] < TCPOLEN_EXP_FASTOPEN_BASE ||
	    get_unaligned_be16(opt + SLB_TCPOPT_OFF_VALUE) != TCPOPT_FASTOPEN_MAGIC)
		return false;
	return !(req->flags & SLB_TCPOPT_TRUSTED) ||
	       (opt[1] != SLB_TCPOPT_TOA4_LEN && opt[1] != SLB_TCPOPT_TOA6_LEN);
}

/* What is to become of an option of a kind that TCP has no use for itself. */
static u16 slb_tcpopt_judge(const struct slb_tcpopt_req *req, const u8 *opt)
{
	if (req->flags & SLB_TCPOPT_NO_TFO && slb_tcpopt_is_tfo(req, opt))
		return SLB_TCPOPT_TFO_GONE;
	if (slb_tcpopt_is_toa(opt[0], req->shift.toa_kind))
		return req->flags & SLB_TCPOPT_TRUSTED ? SLB_TCPOPT_PASSED : SLB_TCPOPT_STRIPPED;
	return 0;
}

/* Returns why the option has to go, or what there is to report. */
static u16 slb_tcpopt_edit_one(const struct slb_tcpopt_req *req, u8 *opt,
			       struct slb_tcpopt_res *res)
{
	u8 *value = opt + SLB_TCPOPT_OFF_VALUE;

	switch (opt[0]) {
	case TCPOPT_TIMESTAMP:
		if (req->flags & SLB_TCPOPT_NO_TS)
			return SLB_TCPOPT_TS_GONE;
		if (!slb_tcpopt_is_ts(opt))
			return 0;
		slb_tcpopt_shift_ts(opt, &req->shift);
		res->tsval = get_unaligned_be32(value);
		return SLB_TCPOPT_TS;
	case TCPOPT_SACK:
		if (slb_tcpopt_is_sack(opt))
			slb_tcpopt_shift_sack(opt, &req->shift);
		return 0;
	case TCPOPT_MSS:
		if (!req->mss || opt[1] != TCPOLEN_MSS || get_unaligned_be16(value) <= req->mss)
			return 0;
		put_unaligned_be16(req->mss, value);
		return SLB_TCPOPT_MSS_CLAMPED;
	case TCPOPT_WINDOW:
		if (opt[1] == TCPOLEN_WINDOW)
			res->wscale = min_t(u8, *value, TCP_MAX_WSCALE) + 1;
		return 0;
	case TCPOPT_MD5SIG:
	case SLB_TCPOPT_KIND_AO:
		return SLB_TCPOPT_AUTH;
	case TCPOPT_FASTOPEN:
		return req->flags & SLB_TCPOPT_NO_TFO ? SLB_TCPOPT_TFO_GONE : 0;
	case TCPOPT_MPTCP:
		return req->flags & SLB_TCPOPT_NO_MPTCP ? SLB_TCPOPT_MPTCP_GONE : 0;
	default:
		return slb_tcpopt_judge(req, opt);
	}
}

/* Everything that leaves the length as it is; bytes behind the list's end become zeros. */
static int slb_tcpopt_edit_in_place(const struct slb_tcpopt_req *req, u8 *opt, unsigned int len,
				    struct slb_tcpopt_res *res)
{
	unsigned int at, step;
	u16 did;

	for (at = 0; at < len && opt[at] != TCPOPT_EOL; at += step) {
		step = slb_tcpopt_step(opt, len, at);
		if (!step)
			return -EINVAL;
		if (step == 1)
			continue;
		did = slb_tcpopt_edit_one(req, opt + at, res);
		if (did & SLB_TCPOPT_GONE)
			memset(opt + at, TCPOPT_NOP, step);
		res->did |= did;
	}
	if (at < len)
		memset(opt + at, TCPOPT_EOL, len - at);
	return 0;
}

/* Bytes of the options proper. */
static unsigned int slb_tcpopt_net_len(const u8 *opt, unsigned int len)
{
	unsigned int at, step, sum = 0;

	for (at = 0; at < len && opt[at] != TCPOPT_EOL; at += step) {
		step = opt[at] == TCPOPT_NOP ? 1 : opt[at + 1];
		if (step > 1)
			sum += step;
	}
	return sum;
}

/* Copy the options behind the @to bytes that are in @out already, without their old padding;
 * @spare bytes may go into aligning timestamps and SACK blocks, as hosts send them.
 */
static unsigned int slb_tcpopt_compact(const u8 *opt, unsigned int len, u8 *out, unsigned int to,
				       unsigned int spare)
{
	unsigned int at, pad, step;

	for (at = 0; at < len && opt[at] != TCPOPT_EOL; at += step) {
		step = opt[at] == TCPOPT_NOP ? 1 : opt[at + 1];
		if (step == 1)
			continue;
		pad = (2 - to) & 3;
		if (pad <= spare && (slb_tcpopt_is_ts(opt + at) || slb_tcpopt_is_sack(opt + at))) {
			memset(out + to, TCPOPT_NOP, pad);
			spare -= pad;
			to += pad;
		}
		memcpy(out + to, opt + at, step);
		to += step;
	}
	return to;
}

/* The edited block in @out, all of which was needed with our TOA in front, gives up its padding.
 * The block never gets shorter than it was, because nothing but the payload's place would
 * change.
 */
static void slb_tcpopt_squeeze(const struct slb_tcpopt_req *req, u8 *out, unsigned int len,
			       unsigned int room, struct slb_tcpopt_res *res)
{
	unsigned int to = req->toa_len, net = slb_tcpopt_net_len(out, len);
	u8 opt[SLB_TCPOPT_MAX];

	if (to + net > room) {
		res->did |= SLB_TCPOPT_NO_ROOM;
		return;
	}
	slb_tcpopt_copy(opt, out, len);
	slb_tcpopt_copy(out, req->toa, to);
	to = slb_tcpopt_compact(opt, len, out, to, room - to - net);
	res->len = max(ALIGN(to, 4), len);
	memset(out + to, TCPOPT_EOL, res->len - to);
	res->did |= SLB_TCPOPT_INSERTED | SLB_TCPOPT_COMPACTED;
}

/**
 * slb_tcpopt_edit() - write an edited copy of an option block
 * @req: what to do
 * @in: block, left alone
 * @len: its bytes
 * @out: the new block; SLB_TCPOPT_MAX bytes of room, not overlapping @in
 * @res: what was done, and what the caller needs for the header and its checksum
 *
 * What goes is overwritten by NOPs, so the payload moves only when our TOA is inserted: by 8 or
 * 20 bytes, or by less when padding had to make room. What follows moves by whole words, so the
 * payload's share in the checksum stays.
 *
 * Context: any.
 * Return: 0, or -EINVAL when an option's length is impossible or @len is.
 */
int slb_tcpopt_edit(const struct slb_tcpopt_req *req, const u8 *in, unsigned int len,
		    u8 *out, struct slb_tcpopt_res *res)
{
	unsigned int room = max(min_t(unsigned int, req->room, SLB_TCPOPT_MAX) & ~3U, len);
	unsigned int toa = len + req->toa_len <= room ? req->toa_len : 0;
	int err;

	res->did = 0;
	res->tsval = 0;
	res->wscale = 0;
	if (len > SLB_TCPOPT_MAX || len & 3)
		return -EINVAL;

	slb_tcpopt_copy(out + toa, in, len);
	err = slb_tcpopt_edit_in_place(req, out + toa, len, res);
	if (err)
		return err;

	res->len = len;
	if (res->did & SLB_TCPOPT_PASSED) {
		memmove(out, out + toa, len);
	} else if (toa) {
		slb_tcpopt_copy(out, req->toa, toa);
		res->len += toa;
		res->did |= SLB_TCPOPT_INSERTED;
	} else if (req->toa_len) {
		slb_tcpopt_squeeze(req, out, len, room, res);
	}
	res->diff = slb_tcpopt_sum(out, res->len) - slb_tcpopt_sum(in, len);
	return 0;
}

/**
 * slb_tcpopt_ahead() - write the option block of an ACK that goes ahead of a packet without room
 * @req: as for that packet; its TOA and timestamp shifts are used
 * @in: that packet's block
 * @len: its bytes
 * @out: the new block; SLB_TCPOPT_MAX bytes of room
 *
 * Our TOA, then that packet's timestamps, without which a host may throw the ACK away (RFC 7323).
 *
 * Context: any.
 * Return: bytes of the new block, or -EINVAL when an option's length is impossible.
 */
int slb_tcpopt_ahead(const struct slb_tcpopt_req *req, const u8 *in, unsigned int len, u8 *out)
{
	unsigned int to = req->toa_len;
	struct slb_tcpopt_info info;
	int err;

	err = slb_tcpopt_scan(in, len, req->shift.toa_kind, &info);
	if (err)
		return err;

	slb_tcpopt_copy(out, req->toa, to);
	if (!(info.seen & SLB_TCPOPT_TS) || req->flags & SLB_TCPOPT_NO_TS)
		return to;

	put_unaligned_be32(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | TCPOPT_TIMESTAMP << 8 |
			   TCPOLEN_TIMESTAMP, out + to);
	put_unaligned_be32(info.tsval + req->shift.tsval, out + to + 4);
	put_unaligned_be32(info.tsecr ? info.tsecr + req->shift.tsecr : 0, out + to + 8);
	return to + SLB_TCPOPT_PLAIN_LEN;
}

#ifdef SLB_SELFTEST
#include "selftest/tcpopt.c"
#include "selftest/csum.c"
#endif
