/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of the kernel as its pure files need, for programs. Included before every file; the
 * headers that the files name are empty ones made by run.sh.
 */
#ifndef _SLB_FUZZ_KERNEL_H
#define _SLB_FUZZ_KERNEL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef u16 __be16;
typedef u32 __be32;
typedef u16 __sum16;

#define __force
#define CSUM_MANGLED_0		((__sum16)0xffff)

#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define BIT_ULL(n)		(1ULL << (n))
#define __ffs64(n)		__builtin_ctzll(n)
#define ALIGN(n, to)		(((n) + (to) - 1) / (to) * (to))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define cpu_to_be16(n)		htons(n)
#define cpu_to_be32(n)		htonl(n)
#define be16_to_cpu(n)		ntohs(n)
#define be32_to_cpu(n)		ntohl(n)

#define get_unaligned(p)						\
({									\
	const struct {							\
		__typeof__(*(p)) v;					\
	} __attribute__((packed)) *_u = (const void *)(p);		\
	_u->v;								\
})
#define put_unaligned(n, p)						\
do {									\
	__typeof__(*(p)) _n = (n);					\
	memcpy(p, &_n, sizeof(_n));					\
} while (0)
#define get_unaligned_be16(p)	ntohs(get_unaligned((const u16 *)(p)))
#define get_unaligned_be32(p)	ntohl(get_unaligned((const u32 *)(p)))
#define put_unaligned_be16(n, p) put_unaligned(htons(n), (u16 *)(p))
#define put_unaligned_be32(n, p) put_unaligned(htonl(n), (u32 *)(p))

static inline u32 rol32(u32 n, unsigned int by)
{
	return n << by | n >> (32 - by);
}

static inline u64 rol64(u64 n, unsigned int by)
{
	return n << by | n >> (64 - by);
}

static inline const void *memchr_inv(const void *start, int c, size_t len)
{
	const u8 *p = start;

	for (; len; len--, p++)
		if (*p != (u8)c)
			return p;
	return NULL;
}

/* What <net/tcp.h> says of options. */
enum {
	TCPOPT_EOL			= 0,
	TCPOPT_NOP			= 1,
	TCPOPT_MSS			= 2,
	TCPOPT_WINDOW			= 3,
	TCPOPT_SACK			= 5,
	TCPOPT_TIMESTAMP		= 8,
	TCPOPT_MD5SIG			= 19,
	TCPOPT_MPTCP			= 30,
	TCPOPT_FASTOPEN			= 34,
	TCPOPT_EXP			= 254,
	TCPOPT_FASTOPEN_MAGIC		= 0xf989,
	TCPOLEN_WINDOW			= 3,
	TCP_MAX_WSCALE			= 14,
	TCPOLEN_MSS			= 4,
	TCPOLEN_SACK_BASE		= 2,
	TCPOLEN_SACK_PERBLOCK		= 8,
	TCPOLEN_TIMESTAMP		= 10,
	TCPOLEN_TSTAMP_ALIGNED		= 12,
	TCPOLEN_EXP_FASTOPEN_BASE	= 4,
};

/* What <linux/in.h> and <net/ipv6.h> say of addresses. */
#define ipv4_is_loopback(a)	(ntohl(a) >> 24 == 127)
#define ipv4_is_multicast(a)	(ntohl(a) >> 28 == 14)
#define ipv4_is_lbcast(a)	((a) == 0xffffffff)
#define ipv4_is_linklocal_169(a) (ntohl(a) >> 16 == 0xa9fe)
#define ipv6_addr_any(a)	IN6_IS_ADDR_UNSPECIFIED(a)
#define ipv6_addr_loopback(a)	IN6_IS_ADDR_LOOPBACK(a)
#define ipv6_addr_is_multicast(a) IN6_IS_ADDR_MULTICAST(a)
#define ipv6_addr_v4mapped(a)	IN6_IS_ADDR_V4MAPPED(a)
#define ipv6_addr_type(a)	(IN6_IS_ADDR_LINKLOCAL(a) ? IPV6_ADDR_LINKLOCAL : 0)
#define IPV6_ADDR_LINKLOCAL	0x20

/* What the self tests need beyond that. */
#define pr_err(...)		fprintf(stderr, __VA_ARGS__)
#define pr_info(...)		printf("# " __VA_ARGS__)
#define kzalloc(size, gfp)	calloc(1, size)
#define kmalloc(size, gfp)	malloc(size)
#define kfree(p)		free(p)
#define cond_resched()		do { } while (0)

struct rnd_state {
	u64	s;
};

static inline void prandom_seed_state(struct rnd_state *rnd, u64 seed)
{
	rnd->s = seed;
}

static inline u32 prandom_u32_state(struct rnd_state *rnd)
{
	rnd->s = rnd->s * 6364136223846793005ULL + 1442695040888963407ULL;
	return rnd->s >> 32;
}

static inline void prandom_bytes_state(struct rnd_state *rnd, void *buf, size_t len)
{
	u8 *p = buf;

	while (len--)
		*p++ = prandom_u32_state(rnd) >> 24;
}

#endif
