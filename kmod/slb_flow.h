/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow log: what the group "conn" is told when connections open and end.
 */
#ifndef _SLB_FLOW_H
#define _SLB_FLOW_H

#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct slb_conn;
struct slb_net;

/**
 * struct slb_flow - messages on their way to listeners
 * @asked: slb_tick_now() when @heard was found out; READ_ONCE
 * @heard: somebody listens; READ_ONCE
 * @lock: BH off; what follows but @work
 * @skb: is being filled, or NULL
 * @full: wait to be sent
 * @lost: messages that found no room since the listeners were told
 * @work: sends them
 */
struct slb_flow {
	u16			asked;
	bool			heard;
	spinlock_t		lock;	/* what follows but @work */
	struct sk_buff		*skb;
	struct sk_buff_head	full;
	u64			lost;
	struct delayed_work	work;
};

void slb_flow_init(struct slb_flow *flow);
void slb_flow_exit(struct slb_flow *flow);
void slb_flow_opened(struct slb_net *sn, const struct slb_conn *conn);
void slb_flow_closed(struct slb_net *sn, const struct slb_conn *conn);

#endif
