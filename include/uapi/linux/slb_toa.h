/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Generated from include/slb_toa.yaml by include/slb-gen.py. Do not edit. */
#ifndef _UAPI_LINUX_SLB_TOA_H
#define _UAPI_LINUX_SLB_TOA_H

/*
 * Configuration and counters of the receiver of client addresses in the caller's network
 * namespace.
 *
 * slb_toa runs on the servers behind a balancer. It reads the TCP option that carries the
 * client's address (TOA) from the segment that creates a connection and gives that address to
 * accept(), getpeername() and SO_PEERNAME. An option is believed only if the segment's source
 * lies in the network namespace's trust list; the list is empty at first.
 *
 * Programs can also ask by getsockopt(), level IPPROTO_IP or IPPROTO_IPV6, for SLB_TOA_SO_PEER:
 * the answer is the client as struct sockaddr_in or sockaddr_in6, whatever the socket's own
 * family (an IPv4 socket cannot name an IPv6 client through getpeername(), which then keeps
 * telling the balancer). It fails with ENOENT when the connection brought no address that was
 * believed, with EINVAL when the buffer is too short. At level IPPROTO_IP the two numbers used
 * by servers patched for other receivers work as well: SLB_TOA_SO_PEER6 answers for IPv6
 * clients with 20 bytes (struct in6_addr, __be16 port, 2 bytes of padding); SLB_TOA_SO_MAP
 * takes and gives 58 packed bytes (asked: __u16 family, 16 bytes source, 16 bytes destination,
 * __be16 source port, __be16 destination port; answered behind them: __u16 family, 16 bytes
 * client, __be16 port); the socket itself says which connection is meant.
 *
 * TRUST_NEW honours NLM_F_EXCL: without it, adding a prefix that is in the list is no error. A
 * refused request changes nothing. Each error carries a sentence and, where one is to blame,
 * the attribute.
 */

#define SLB_TOA_FAMILY_NAME	"slb_toa"
#define SLB_TOA_FAMILY_VERSION	1

/* most option kinds that are recognised at a time */
#define SLB_TOA_KINDS_MAX	8

/* most prefixes in the trust list of a namespace */
#define SLB_TOA_TRUST_MAX	1024

/* addresses held at a time unless set otherwise */
#define SLB_TOA_CLIENTS_DEFAULT	1048576

/* largest value of clients-max */
#define SLB_TOA_CLIENTS_MAX	16777216

/* getsockopt(IPPROTO_IP): the client, in the form of another system's 58-byte map */
#define SLB_TOA_SO_MAP	2048

/* getsockopt(IPPROTO_IP): the IPv6 client, in the form of another system's 20 bytes */
#define SLB_TOA_SO_PEER6	4096

/* getsockopt(IPPROTO_IP or IPPROTO_IPV6): the client as struct sockaddr_in or sockaddr_in6 */
#define SLB_TOA_SO_PEER	4097

/**
 * enum slb_toa_count - what became of the connections accepted in the namespace
 * @SLB_TOA_COUNT_RECORDED: a client's address was taken from a trusted balancer's segment
 * @SLB_TOA_COUNT_NONE: the segment that created the connection carried no address
 * @SLB_TOA_COUNT_UNTRUSTED: an address came from a source that is not in the trust list
 * @SLB_TOA_COUNT_REPORTED: a program was told the client in place of the balancer
 * @SLB_TOA_COUNT_OTHER_FAMILY: an IPv4 socket was asked for its IPv6 client and told the
 *	balancer
 * @SLB_TOA_COUNT_BAD_LENGTH: the option's length is neither 8 (IPv4) nor 20 (IPv6)
 * @SLB_TOA_COUNT_BAD_OPTIONS: the list of options is broken at or behind the address
 * @SLB_TOA_COUNT_DUPLICATE: two addresses in one segment
 * @SLB_TOA_COUNT_BAD_PORT: the client's port is 0
 * @SLB_TOA_COUNT_BAD_ADDRESS: no client can have the address: 0/8, 127/8, multicast, broadcast,
 *	::, ::1, link-local, IPv4-mapped
 * @SLB_TOA_COUNT_TABLE_FULL: not recorded because as many addresses are held as clients-max
 *	allows
 * @SLB_TOA_COUNT_NO_MEMORY: not recorded for lack of memory
 * @SLB_TOA_COUNT_FORGOTTEN: recorded addresses that went with their connection
 * @SLB_TOA_COUNT_COUNT: (how many)
 */
enum slb_toa_count {
	SLB_TOA_COUNT_RECORDED,
	SLB_TOA_COUNT_NONE,
	SLB_TOA_COUNT_UNTRUSTED,
	SLB_TOA_COUNT_REPORTED,
	SLB_TOA_COUNT_OTHER_FAMILY,
	SLB_TOA_COUNT_BAD_LENGTH,
	SLB_TOA_COUNT_BAD_OPTIONS,
	SLB_TOA_COUNT_DUPLICATE,
	SLB_TOA_COUNT_BAD_PORT,
	SLB_TOA_COUNT_BAD_ADDRESS,
	SLB_TOA_COUNT_TABLE_FULL,
	SLB_TOA_COUNT_NO_MEMORY,
	SLB_TOA_COUNT_FORGOTTEN,

	SLB_TOA_COUNT_COUNT
};

/**
 * enum slb_toa_a_prefix - An address prefix.
 * @SLB_TOA_A_PREFIX_ADDR: (binary) address of 4 or 16 bytes with no bit set behind the prefix
 * @SLB_TOA_A_PREFIX_LEN: (u8) length in bits
 * @__SLB_TOA_A_PREFIX_MAX: (one more)
 * @SLB_TOA_A_PREFIX_MAX: (the last)
 */
enum slb_toa_a_prefix {
	SLB_TOA_A_PREFIX_ADDR = 1,
	SLB_TOA_A_PREFIX_LEN,

	__SLB_TOA_A_PREFIX_MAX,
	SLB_TOA_A_PREFIX_MAX = __SLB_TOA_A_PREFIX_MAX - 1
};

/**
 * enum slb_toa_a_trust - The balancers whose addresses are believed.
 * @SLB_TOA_A_TRUST_PREFIX: (nest of enum slb_toa_a_prefix, any number) a prefix of the list
 * @__SLB_TOA_A_TRUST_MAX: (one more)
 * @SLB_TOA_A_TRUST_MAX: (the last)
 */
enum slb_toa_a_trust {
	SLB_TOA_A_TRUST_PREFIX = 1,

	__SLB_TOA_A_TRUST_MAX,
	SLB_TOA_A_TRUST_MAX = __SLB_TOA_A_TRUST_MAX - 1
};

/**
 * enum slb_toa_a_set - Settings of the namespace.
 * @SLB_TOA_A_SET_KINDS: (binary) TCP option kinds that are recognised, a byte each, 2-254, no
 *	kind of the standard options; default 254
 * @SLB_TOA_A_SET_CLIENTS_MAX: (u32) most addresses held at a time; default 1048576
 * @__SLB_TOA_A_SET_MAX: (one more)
 * @SLB_TOA_A_SET_MAX: (the last)
 */
enum slb_toa_a_set {
	SLB_TOA_A_SET_KINDS = 1,
	SLB_TOA_A_SET_CLIENTS_MAX,

	__SLB_TOA_A_SET_MAX,
	SLB_TOA_A_SET_MAX = __SLB_TOA_A_SET_MAX - 1
};

/**
 * enum slb_toa_a_ctr - Counters of the namespace.
 * @SLB_TOA_A_CTR_COUNTS: (binary) u64 for each entry of enum count, in its order
 * @__SLB_TOA_A_CTR_MAX: (one more)
 * @SLB_TOA_A_CTR_MAX: (the last)
 */
enum slb_toa_a_ctr {
	SLB_TOA_A_CTR_COUNTS = 1,

	__SLB_TOA_A_CTR_MAX,
	SLB_TOA_A_CTR_MAX = __SLB_TOA_A_CTR_MAX - 1
};

/**
 * enum slb_toa_a_info - The module and the namespace's state.
 * @SLB_TOA_A_INFO_VERSION: (string) version of the module
 * @SLB_TOA_A_INFO_PREFIXES: (u32) prefixes in the trust list
 * @SLB_TOA_A_INFO_CLIENTS: (u32) addresses held now
 * @__SLB_TOA_A_INFO_MAX: (one more)
 * @SLB_TOA_A_INFO_MAX: (the last)
 */
enum slb_toa_a_info {
	SLB_TOA_A_INFO_VERSION = 1,
	SLB_TOA_A_INFO_PREFIXES,
	SLB_TOA_A_INFO_CLIENTS,

	__SLB_TOA_A_INFO_MAX,
	SLB_TOA_A_INFO_MAX = __SLB_TOA_A_INFO_MAX - 1
};

/**
 * enum slb_toa_cmd - commands
 * @SLB_TOA_CMD_INFO_GET: Version and fill.
 * @SLB_TOA_CMD_SETTINGS_GET: The namespace's settings.
 * @SLB_TOA_CMD_SETTINGS_SET: Changes the settings that are given; they apply to connections
 *	accepted from then on. Request: kinds, clients-max. Needs CAP_NET_ADMIN.
 * @SLB_TOA_CMD_COUNTER_GET: The namespace's counters.
 * @SLB_TOA_CMD_TRUST_GET: A dump of the trust list, one prefix in a message.
 * @SLB_TOA_CMD_TRUST_NEW: Adds one prefix. Request: prefix. Needs CAP_NET_ADMIN.
 * @SLB_TOA_CMD_TRUST_DEL: Removes one prefix; addresses already recorded stay. Request: prefix.
 *	Needs CAP_NET_ADMIN.
 * @SLB_TOA_CMD_TRUST_SET: Replaces the whole list at once by the prefixes given; none empties
 *	it. Request: prefix. Needs CAP_NET_ADMIN.
 * @__SLB_TOA_CMD_MAX: (one more)
 * @SLB_TOA_CMD_MAX: (the last)
 */
enum slb_toa_cmd {
	SLB_TOA_CMD_INFO_GET = 1,
	SLB_TOA_CMD_SETTINGS_GET,
	SLB_TOA_CMD_SETTINGS_SET,
	SLB_TOA_CMD_COUNTER_GET,
	SLB_TOA_CMD_TRUST_GET,
	SLB_TOA_CMD_TRUST_NEW,
	SLB_TOA_CMD_TRUST_DEL,
	SLB_TOA_CMD_TRUST_SET,

	__SLB_TOA_CMD_MAX,
	SLB_TOA_CMD_MAX = __SLB_TOA_CMD_MAX - 1
};

#endif /* _UAPI_LINUX_SLB_TOA_H */
