/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What would become of a new connection, step by step.
 */
#ifndef _SLB_EXPLAIN_H
#define _SLB_EXPLAIN_H

#include <linux/types.h>
#include <net/ipv6.h>

#define SLB_EXPLAIN_TEXT	128
#define SLB_EXPLAIN_STEPS	12

struct slb_pkt;

/**
 * struct slb_explain_step - one step
 * @step: enum slb_step
 * @drop: enum slb_drop: why it ends here; SLB_DROP_NONE goes on
 * @text: what was found
 */
struct slb_explain_step {
	u8	step;
	u8	drop;
	char	text[SLB_EXPLAIN_TEXT];
};

/**
 * struct slb_explanation - all steps
 * @n: steps in @step
 * @drop: why there will be no connection, or SLB_DROP_NONE
 * @found: @addr and @port are set
 * @addr: the server's address
 * @port: the server's port
 * @step: the steps
 */
struct slb_explanation {
	unsigned int		n;
	u8			drop;
	bool			found;
	struct in6_addr		addr;
	__be16			port;
	struct slb_explain_step	step[SLB_EXPLAIN_STEPS];
};

void slb_explain_rcu(struct slb_pkt *pkt, u32 mark, struct slb_explanation *ex);

#endif
