/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_PARSE_H
#define _SLB_TOA_PARSE_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <uapi/linux/slb_toa.h>

/**
 * struct slb_toa_addr - a client, as its balancer saw it
 * @in6: address, when @family is AF_INET6
 * @in: address, when @family is AF_INET
 * @port: port
 * @family: AF_INET or AF_INET6
 */
struct slb_toa_addr {
	union {
		struct in6_addr	in6;
		struct in_addr	in;
	};
	__be16			port;
	u8			family;
};

enum slb_toa_count slb_toa_parse(const u8 *opt, unsigned int len, u64 kinds,
				 struct slb_toa_addr *addr);

#endif /* _SLB_TOA_PARSE_H */
