/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a connection's numbers start towards the server, so that the balancer looks like one
 * well-behaved host however many clients stand behind it.
 */
#ifndef _SLB_ISN_H
#define _SLB_ISN_H

#include <linux/types.h>

struct slb_conn;
struct slb_lease;
struct slb_net;

u32 slb_isn_seq(const struct slb_net *sn, const struct slb_conn *conn,
		const struct slb_lease *lease);
u32 slb_isn_ts(const struct slb_net *sn, const struct slb_conn *conn,
	       const struct slb_lease *lease);

#endif
