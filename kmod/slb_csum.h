/* SPDX-License-Identifier: GPL-2.0-only */
/* Incremental Internet checksums: add up what changed, apply the sum once.
 *
 * A difference is what is new less what is old, summed 32 bits at a time in 64 bits, modulo
 * 2^64. It starts at 0. A checksum is a sum modulo 2^16 - 1, in which 2^16, 2^32 and 2^64 (but
 * for the sign, see SLB_CSUM_BIAS) weigh 1, so no step carries anything around: a call adds less
 * than 2^46 either way, and only slb_csum_fold() brings the sum to 16 bits. Values are taken as
 * they lie in the packet.
 *
 * A transport checksum needs two differences. @pseudo holds what is in the pseudo header
 * (addresses, length), @rest what is in the transport header (ports, numbers, options). A
 * complete checksum covers both: apply @pseudo + @rest. A CHECKSUM_PARTIAL field holds the
 * pseudo header's sum alone, and the device adds the rest as it finds it: apply @pseudo with
 * slb_csum_apply_partial(). An IPv4 header's own checksum covers the addresses too, so their
 * difference is computed once and used twice.
 */
#ifndef _SLB_CSUM_H
#define _SLB_CSUM_H

#include <linux/bitops.h>
#include <linux/types.h>
#include <net/checksum.h>

/* A multiple of 2^16 - 1 that outweighs every negative difference. */
#define SLB_CSUM_BIAS	(0xffffULL << 44)

/**
 * slb_csum_diff16() - a 16-bit value at an even offset is replaced
 * @diff: difference so far
 * @from: old value
 * @to: new value
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_csum_diff16(u64 diff, __be16 from, __be16 to)
{
	return diff + (__force u16)to - (__force u16)from;
}

/**
 * slb_csum_diff32() - a 32-bit value, or two adjacent ports, at an even offset is replaced
 * @diff: difference so far
 * @from: old value
 * @to: new value
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_csum_diff32(u64 diff, __be32 from, __be32 to)
{
	return diff + (__force u32)to - (__force u32)from;
}

/**
 * slb_csum_diff_addrs4() - source and destination of an IPv4 packet are replaced
 * @diff: difference so far
 * @from: the two old addresses
 * @to: the two new addresses
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_csum_diff_addrs4(u64 diff, const __be32 *from, const __be32 *to)
{
	return slb_csum_diff32(slb_csum_diff32(diff, from[0], to[0]), from[1], to[1]);
}

/* A sum modulo 2^64 - 1: the carry comes around. */
static inline u64 slb_csum_sum64(u64 sum, const __be32 *p)
{
	u64 value = get_unaligned((const u64 *)p);

	sum += value;
	return sum + (sum < value);
}

/* Such sums, of what is old and of what is new, become a difference. */
static inline u64 slb_csum_diff_sum64(u64 diff, u64 from, u64 to)
{
	u64 sum = to - from - (to < from);

	return diff + (u32)sum + (sum >> 32);
}

/**
 * slb_csum_diff_addr6() - one IPv6 address is replaced
 * @diff: difference so far
 * @from: the old address, four words
 * @to: the new address, four words
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_csum_diff_addr6(u64 diff, const __be32 *from, const __be32 *to)
{
	return slb_csum_diff_sum64(diff, slb_csum_sum64(slb_csum_sum64(0, from), from + 2),
				   slb_csum_sum64(slb_csum_sum64(0, to), to + 2));
}

/* Source and destination. */
static inline u64 slb_csum_sum_addrs6(const __be32 *p)
{
	u64 sum = slb_csum_sum64(slb_csum_sum64(0, p), p + 2);

	return slb_csum_sum64(slb_csum_sum64(sum, p + 4), p + 6);
}

/**
 * slb_csum_diff_addrs6() - source and destination of an IPv6 packet are replaced
 * @diff: difference so far
 * @from: the two old addresses, eight words
 * @to: the two new addresses, eight words
 *
 * Context: any.
 * Return: the new difference.
 */
static inline u64 slb_csum_diff_addrs6(u64 diff, const __be32 *from, const __be32 *to)
{
	return slb_csum_diff_sum64(diff, slb_csum_sum_addrs6(from), slb_csum_sum_addrs6(to));
}

/**
 * slb_csum_diff_byte_swap() - values at an odd offset are replaced
 * @diff: difference of these values alone, less than 2^38, computed as if at an even offset
 *
 * The bytes lie in the other half of their 16-bit words; modulo 2^16 - 1 that is a factor of 256.
 *
 * Context: any.
 * Return: a difference to add to the others.
 */
static inline u64 slb_csum_diff_byte_swap(u64 diff)
{
	return diff * 256;
}

/**
 * slb_csum_shift32() - add to a 32-bit number in a packet, at an even offset
 * @diff: difference so far
 * @p: the number, of any alignment in memory
 * @shift: what to add, modulo 2^32, host byte order
 *
 * For sequence numbers, acknowledgements and timestamps.
 *
 * Context: any; the caller made @p writable.
 * Return: the new difference.
 */
static inline u64 slb_csum_shift32(u64 diff, void *p, u32 shift)
{
	__be32 from = get_unaligned((__be32 *)p);
	__be32 to = cpu_to_be32(be32_to_cpu(from) + shift);

	put_unaligned(to, (__be32 *)p);
	return slb_csum_diff32(diff, from, to);
}

/**
 * slb_csum_fold() - bring a difference to 16 bits
 * @diff: difference
 *
 * Adding a number to itself with its halves exchanged leaves their sum, with the end-around carry
 * done, in the upper half.
 *
 * Context: any.
 * Return: the one's complement sum, never 0: a multiple of 2^16 - 1 is 0xffff.
 */
static inline u16 slb_csum_fold(u64 diff)
{
	u32 sum;

	diff += SLB_CSUM_BIAS;
	sum = (diff + rol64(diff, 32)) >> 32;
	return (sum + rol32(sum, 16)) >> 16;
}

/**
 * slb_csum_header_ok() - is an IPv4 header's checksum right?
 * @header: 20 bytes, without options
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool slb_csum_header_ok(const __be32 *header)
{
	u64 sum = slb_csum_sum64(slb_csum_sum64((__force u32)header[4], header), header + 2);
	u32 half;

	sum += rol64(sum, 32);	/* the upper half has both, with the carry */
	half = sum >> 32;
	half += rol32(half, 16);
	return half >> 16 == 0xffff;
}

/**
 * slb_csum_apply() - change a checksum by a difference: TCP, ICMP or the IPv4 header's
 * @check: checksum field
 * @diff: difference of everything it covers
 *
 * A wrong checksum stays as wrong as it was.
 *
 * Context: any.
 */
static inline void slb_csum_apply(__sum16 *check, u64 diff)
{
	*check = (__force __sum16)~slb_csum_fold(diff - (__force u16)*check);
}

/**
 * slb_csum_apply_udp() - change a UDP checksum by a difference
 * @check: checksum field
 * @diff: difference of everything it covers
 *
 * Zero says that there is no checksum, and stays; a computed zero is sent as its twin. In IPv6 a
 * zero is left to the receiver's judgement too (RFC 6935).
 *
 * Context: any.
 */
static inline void slb_csum_apply_udp(__sum16 *check, u64 diff)
{
	if (!*check)
		return;
	slb_csum_apply(check, diff);
	if (!*check)
		*check = CSUM_MANGLED_0;
}

/**
 * slb_csum_apply_partial() - change the checksum field of a CHECKSUM_PARTIAL packet
 * @check: checksum field; TCP or UDP, a zero has no meaning of its own here
 * @pseudo: difference of the pseudo header: addresses and length
 *
 * Context: any.
 */
static inline void slb_csum_apply_partial(__sum16 *check, u64 pseudo)
{
	*check = (__force __sum16)slb_csum_fold(pseudo + (__force u16)*check);
}

#endif /* _SLB_CSUM_H */
