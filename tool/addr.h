/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses, endpoints and prefixes of both families: reading, printing, comparing. */
#ifndef SLB_ADDR_H
#define SLB_ADDR_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for any endpoint: a host name of 255 bytes in brackets, a colon and a service name. */
#define SLB_END_TEXT	304

/**
 * struct slb_addr - an address of either family
 * @len: bytes in use: 4 (IPv4), 16 (IPv6), 0 (none)
 * @b: the address in network byte order
 */
struct slb_addr {
	__u8	len;
	__u8	b[16];
};

/**
 * struct slb_end - an address with a port
 * @addr: the address
 * @port: the port in host byte order; 0 is none
 */
struct slb_end {
	struct slb_addr	addr;
	__u16		port;
};

/**
 * struct slb_prefix - an address prefix
 * @addr: the address, no bit set behind @len
 * @len: length in bits
 */
struct slb_prefix {
	struct slb_addr	addr;
	__u8		len;
};

const char *slb_addr_parse(struct slb_addr *addr, const char *text, __u8 like);
const char *slb_end_colon(const char *text);
const char *slb_end_parse(struct slb_end *end, const char *text, __u8 proto, __u8 like);
const char *slb_local_parse(struct slb_end *end, const char *text);
const char *slb_prefix_parse(struct slb_prefix *prefix, const char *text);
const char *slb_port_parse(__u16 *port, const char *text, __u8 proto);
bool slb_number_parse(__u32 *value, const char *text, __u32 min, __u32 max);

int slb_addr_compare(const struct slb_addr *a, const struct slb_addr *b);
int slb_end_compare(const struct slb_end *a, const struct slb_end *b);

const char *slb_addr_text(char *buf, const struct slb_addr *addr);
const char *slb_end_text(char *buf, const struct slb_end *end);
const char *slb_end_name(char *buf, const struct slb_end *end, __u8 proto);
const char *slb_prefix_text(char *buf, const struct slb_prefix *prefix);

/* listen.c: an address with one port, several or all. */
const char *slb_ports_parse(struct slb_end *end, __u16 *last, const char *text, __u8 proto,
			    __u8 like);
const char *slb_ports_text(char *buf, const struct slb_end *end, __u16 last);

#endif
