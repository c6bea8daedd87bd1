/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP options: shift numbers in place, or write an edited block of options.
 *
 * Pure functions on buffers. An option block is what follows a TCP header's fixed 20 bytes:
 * doff * 4 - 20 bytes, so 0 to 40 and a multiple of 4. Checksum differences are as in slb_csum.h,
 * and of the transport header alone: none of them is part of the pseudo header.
 */
#ifndef _SLB_TCPOPT_H
#define _SLB_TCPOPT_H

#include <linux/in6.h>
#include <linux/types.h>
#include "slb_csum.h"

#define SLB_TCPOPT_MAX		40	/* bytes */
#define SLB_TCPOPT_TOA4_LEN	8	/* kind, length, port, IPv4 address */
#define SLB_TCPOPT_TOA6_LEN	20	/* kind, length, port, IPv6 address */
#define SLB_TCPOPT_PLAIN_LEN	12	/* NOP NOP TIMESTAMP */

/**
 * struct slb_tcpopt_shift - what an established connection's packet needs
 * @tsval: added to TSval
 * @tsecr: added to TSecr unless that is 0; leave 0 when the segment has no ACK
 * @sack: added to both edges of each SACK block
 * @toa_kind: the service's TOA kind, above 34: it, 253 and 254 are TOA options. 0: nothing is one
 *
 * All are modulo 2^32 in host byte order; 0 changes nothing.
 */
struct slb_tcpopt_shift {
	u32	tsval;
	u32	tsecr;
	u32	sack;
	u8	toa_kind;
};

/* slb_tcpopt_req.flags */
#define SLB_TCPOPT_TRUSTED	0x01	/* TOA options pass and keep ours out */
#define SLB_TCPOPT_NO_TS	0x02	/* timestamps become NOPs */
#define SLB_TCPOPT_NO_TFO	0x04	/* Fast Open becomes NOPs */
#define SLB_TCPOPT_NO_MPTCP	0x08	/* MPTCP becomes NOPs, whatever its subtype */

/**
 * struct slb_tcpopt_req - what slb_tcpopt_edit() is to do
 * @shift: numbers to shift, and which options are TOA
 * @mss: highest MSS to let through, bytes; 0: any
 * @flags: SLB_TCPOPT_*
 * @room: most bytes that the new block may have, for the path's MTU; 40: no other limit
 * @toa_len: bytes of @toa; 0: insert nothing
 * @toa: option to insert, see slb_tcpopt_toa4_set() and slb_tcpopt_toa6_set()
 */
struct slb_tcpopt_req {
	struct slb_tcpopt_shift	shift;
	u16	mss;
	u8	flags;
	u8	room;
	u8	toa_len;
	u8	toa[SLB_TCPOPT_TOA6_LEN];
};

/* What is in a block, or what was done to it: slb_tcpopt_info.seen, slb_tcpopt_res.did */
#define SLB_TCPOPT_TS		0x0001	/* a timestamp is there (and was not removed) */
#define SLB_TCPOPT_AUTH		0x0002	/* TCP-MD5 or TCP-AO: translation breaks it */
#define SLB_TCPOPT_TOA		0x0004	/* seen only: a TOA option is there */
#define SLB_TCPOPT_INSERTED	0x0008	/* our TOA is the first option */
#define SLB_TCPOPT_NO_ROOM	0x0010	/* our TOA did not fit; everything else was done */
#define SLB_TCPOPT_COMPACTED	0x0020	/* padding was dropped to make it fit */
#define SLB_TCPOPT_STRIPPED	0x0040	/* TOA options became NOPs */
#define SLB_TCPOPT_PASSED	0x0080	/* a trusted TOA option was left, ours not inserted */
#define SLB_TCPOPT_TS_GONE	0x0100	/* timestamps became NOPs */
#define SLB_TCPOPT_TFO_GONE	0x0200	/* a Fast Open option became NOPs */
#define SLB_TCPOPT_MPTCP_GONE	0x0400	/* an MPTCP option became NOPs */
#define SLB_TCPOPT_MSS_CLAMPED	0x0800	/* the MSS was lowered */

/**
 * struct slb_tcpopt_res - what slb_tcpopt_edit() has done
 * @diff: checksum difference between the old block and the new one
 * @tsval: TSval as written, host byte order, when SLB_TCPOPT_TS is set
 * @did: SLB_TCPOPT_*
 * @len: bytes of the new block; a multiple of 4, never less than the old one's
 * @wscale: window scale + 1; 0 when there is none
 */
struct slb_tcpopt_res {
	u64	diff;
	u32	tsval;
	u16	did;
	u8	len;
	u8	wscale;
};

/**
 * struct slb_tcpopt_info - what slb_tcpopt_scan() found
 * @tsval: TSval, host byte order, when SLB_TCPOPT_TS is set
 * @tsecr: TSecr likewise
 * @mss: MSS, bytes; 0 when there is none
 * @seen: SLB_TCPOPT_TS, _AUTH, _TOA
 */
struct slb_tcpopt_info {
	u32	tsval;
	u32	tsecr;
	u16	mss;
	u16	seen;
};

/* What slb_tcpopt_shift() returns when it is no error. */
enum {
	SLB_TCPOPT_SHIFTED,	/* done */
	SLB_TCPOPT_EDIT,	/* nothing was changed: a TOA option calls for slb_tcpopt_edit() */
	SLB_TCPOPT_SIGNED,	/* nothing was changed: TCP-MD5 or TCP-AO, translation breaks it */
};

/**
 * slb_tcpopt_is_plain() - is this NOP NOP TIMESTAMP, what nearly every segment carries?
 * @opt: option block of exactly SLB_TCPOPT_PLAIN_LEN bytes
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool slb_tcpopt_is_plain(const u8 *opt)
{
	return get_unaligned((const __be32 *)opt) == cpu_to_be32(0x0101080a);
}

/**
 * slb_tcpopt_plain_tsval() - shift the TSval of a plain block
 * @diff: checksum difference so far
 * @opt: block that slb_tcpopt_is_plain(), writable
 * @shift: what to add
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_tcpopt_plain_tsval(u64 diff, u8 *opt, u32 shift)
{
	return slb_csum_shift32(diff, opt + 4, shift);
}

/**
 * slb_tcpopt_plain_tsecr() - shift the TSecr of a plain block
 * @diff: checksum difference so far
 * @opt: block that slb_tcpopt_is_plain(), writable
 * @shift: what to add unless TSecr is 0, which says that there is none
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_tcpopt_plain_tsecr(u64 diff, u8 *opt, u32 shift)
{
	return get_unaligned((__be32 *)(opt + 8)) ? slb_csum_shift32(diff, opt + 8, shift) : diff;
}

/**
 * slb_tcpopt_copy() - copy options
 * @to: where to
 * @from: where from, not overlapping
 * @len: bytes, whole words; few, so that a call of memcpy() would cost more
 *
 * Context: any.
 */
static inline void slb_tcpopt_copy(u8 *to, const u8 *from, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i += sizeof(u32))
		put_unaligned(get_unaligned((const u32 *)(from + i)), (u32 *)(to + i));
}

/**
 * slb_tcpopt_sum() - options' part in a checksum difference
 * @opt: block
 * @len: bytes, whole words
 *
 * Context: any.
 * Return: what to add for a block that comes, or to subtract for one that goes.
 */
static inline u64 slb_tcpopt_sum(const u8 *opt, unsigned int len)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < len; i += sizeof(u32))
		sum += get_unaligned((const u32 *)(opt + i));
	return sum;
}

/**
 * slb_tcpopt_diff_doff() - the TCP header's data offset follows its option block
 * @diff: checksum difference so far
 * @from: old block's bytes
 * @to: new block's bytes
 *
 * The length in the pseudo header is another difference:
 * slb_csum_diff32(pseudo, htonl(old TCP length), htonl(new TCP length)).
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_tcpopt_diff_doff(u64 diff, unsigned int from, unsigned int to)
{
	/* (20 + bytes) / 4 in the upper four bits */
	return slb_csum_diff16(diff, cpu_to_be16((20 + from) << 10), cpu_to_be16((20 + to) << 10));
}

void slb_tcpopt_toa4_set(struct slb_tcpopt_req *req, u8 kind, __be16 port, __be32 addr);
void slb_tcpopt_toa6_set(struct slb_tcpopt_req *req, u8 kind, __be16 port,
			 const struct in6_addr *addr);
int slb_tcpopt_scan(const u8 *opt, unsigned int len, u8 toa_kind, struct slb_tcpopt_info *info);
int slb_tcpopt_shift(u8 *opt, unsigned int len, const struct slb_tcpopt_shift *shift, u64 *diff);
int slb_tcpopt_edit(const struct slb_tcpopt_req *req, const u8 *in, unsigned int len,
		    u8 *out, struct slb_tcpopt_res *res);
int slb_tcpopt_ahead(const struct slb_tcpopt_req *req, const u8 *in, unsigned int len, u8 *out);

#endif /* _SLB_TCPOPT_H */
