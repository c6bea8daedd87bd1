/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of a connection before it exists; slb_open.c, slb_open_fill.c and slb_explain.c. */
#ifndef _SLB_OPEN_H
#define _SLB_OPEN_H

#include "slb_net.h"
#include "slb_lease.h"
#include "slb_tcpopt.h"

/**
 * struct slb_opening - what a connection is made of, before it exists
 * @svc: valid inside RCU, no reference yet
 * @srv: likewise
 * @to: where that is met: @srv's endpoint's key, or @spread
 * @spread: the client's port or protocol in it, where @srv has none
 * @src: source address towards the server: in the packet with nat, else in the local address,
 *	which the lease's map holds
 * @lease: fullNAT: holds the port
 * @opts: what the SYN's options say
 * @vrf: VRF towards the server
 * @sport: source port towards the server
 * @nat: the client's address is kept
 * @raced: another CPU has linked an entry for the same client
 * @reason: why there is no connection, enum slb_drop
 * @limits: the service's limits when the packet came
 * @counted: slb_limit_take()'s flags, until an entry is linked that carries them
 */
struct slb_opening {
	struct slb_svc		*svc;
	struct slb_srv		*srv;
	const struct slb_ep_key	*to;
	struct slb_ep_key	spread;
	const struct in6_addr	*src;
	struct slb_lease	lease;
	struct slb_tcpopt_info	opts;
	u32			vrf;
	__be16			sport;
	bool			nat;
	bool			raced;
	u8			reason;
	u32			counted;
	struct slb_limits	*limits;
};

#endif
