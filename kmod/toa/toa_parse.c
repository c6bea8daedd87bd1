// SPDX-License-Identifier: GPL-2.0-only
/* Find and judge the client's address among a segment's TCP options.
 *
 * Pure: no state, no locks, no packet. Every byte looked at comes from the
 * network, so no length is believed before it is compared with what is there.
 */
#include <linux/in.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include "toa_parse.h"

/* Kind and length, then what a client is: a port and an address. */
enum {
	SLB_TOA_OFF_PORT	= 2,
	SLB_TOA_OFF_ADDR	= SLB_TOA_OFF_PORT + sizeof(__be16),
	SLB_TOA_LEN_V4		= SLB_TOA_OFF_ADDR + sizeof(struct in_addr),
	SLB_TOA_LEN_V6		= SLB_TOA_OFF_ADDR + sizeof(struct in6_addr),
};

/* NOP NOP TIMESTAMP 10: what nearly every segment carries and nothing else. */
#define SLB_TOA_TS_ONLY	(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | \
			 TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP)

static bool slb_toa_kind_match(u64 kinds, u8 kind)
{
	for (; kinds; kinds >>= 8)
		if ((u8)kinds == kind)
			return true;
	return false;
}

static bool slb_toa_v4_usable(__be32 addr)
{
	return (addr & htonl(IN_CLASSA_NET)) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr) &&
	       !ipv4_is_linklocal_169(addr);
}

static bool slb_toa_v6_usable(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_loopback(addr) &&
	       !ipv6_addr_is_multicast(addr) && !ipv6_addr_v4mapped(addr) &&
	       !(ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL);
}

static enum slb_toa_count slb_toa_addr_read(const u8 *opt,
					    struct slb_toa_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->port = get_unaligned((__be16 *)(opt + SLB_TOA_OFF_PORT));
	if (!addr->port)
		return SLB_TOA_COUNT_BAD_PORT;

	if (opt[1] == SLB_TOA_LEN_V4) {
		addr->family = AF_INET;
		memcpy(&addr->in, opt + SLB_TOA_OFF_ADDR, sizeof(addr->in));
		if (!slb_toa_v4_usable(addr->in.s_addr))
			return SLB_TOA_COUNT_BAD_ADDRESS;
	} else {
		addr->family = AF_INET6;
		memcpy(&addr->in6, opt + SLB_TOA_OFF_ADDR, sizeof(addr->in6));
		if (!slb_toa_v6_usable(&addr->in6))
			return SLB_TOA_COUNT_BAD_ADDRESS;
	}
	return SLB_TOA_COUNT_RECORDED;
}

/**
 * slb_toa_parse() - find the client's address in a segment's options
 * @opt: the first byte behind the fixed TCP header
 * @len: bytes of options
 * @kinds: option kinds to recognise, one in each byte, unused bytes 0
 * @addr: filled when SLB_TOA_COUNT_RECORDED is returned, else undefined
 *
 * A list that is broken before any of our options appears is the stack's
 * business and counts as no option. One that is broken behind it is not what a
 * balancer sends, so the address is not believed either.
 *
 * Context: any.
 * Return: SLB_TOA_COUNT_RECORDED, SLB_TOA_COUNT_NONE, or what is wrong.
 */
enum slb_toa_count slb_toa_parse(const u8 *opt, unsigned int len, u64 kinds,
				 struct slb_toa_addr *addr)
{
	const u8 *found = NULL;

	if (len == TCPOLEN_TSTAMP_ALIGNED &&
	    get_unaligned_be32(opt) == SLB_TOA_TS_ONLY)
		return SLB_TOA_COUNT_NONE;

	while (len && *opt != TCPOPT_EOL) {
		bool ours;

		if (*opt == TCPOPT_NOP) {
			opt++;
			len--;
			continue;
		}
		ours = slb_toa_kind_match(kinds, *opt);
		if (len < 2 || opt[1] < 2 || opt[1] > len)
			return ours || found ? SLB_TOA_COUNT_BAD_OPTIONS :
					       SLB_TOA_COUNT_NONE;
		if (ours && found)
			return SLB_TOA_COUNT_DUPLICATE;
		if (ours && opt[1] != SLB_TOA_LEN_V4 &&
		    opt[1] != SLB_TOA_LEN_V6)
			return SLB_TOA_COUNT_BAD_LENGTH;
		if (ours)
			found = opt;
		len -= opt[1];
		opt += opt[1];
	}
	return found ? slb_toa_addr_read(found, addr) : SLB_TOA_COUNT_NONE;
}
