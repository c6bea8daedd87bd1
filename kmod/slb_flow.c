// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow log. Somebody listens or nothing is done. A connection that opens or ends writes its
 * message behind others into a buffer; a work item sends the buffers, a little later and many
 * messages at once, so that no packet waits for a listener. What finds no room is counted, and the
 * listeners are told how much it was. What a listener does not read in time its own socket counts.
 */
#include "slb_alloc.h"
#include "slb_flow.h"
#include "slb_nl.h"

#define SLB_FLOW_DELAY		(HZ / 20)
#define SLB_FLOW_QUEUE		256	/* buffers of a page, about 20 messages each */
#define SLB_FLOW_HURRY		32	/* buffers that are sent at once */

static void slb_flow_send(struct slb_net *sn, struct sk_buff *skb)
{
	genlmsg_multicast_netns(&slb_nl_family, sn->net, skb, 0, SLB_NL_MCGRP_CONN, GFP_KERNEL);
}

/* How many could not be told. Process context. */
static void slb_flow_tell_lost(struct slb_net *sn, u64 lost)
{
	struct sk_buff *skb = slb_alloc(genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL));
	void *hdr = NULL;

	if (skb)
		hdr = genlmsg_put(skb, 0, 0, &slb_nl_family, 0, SLB_CMD_CONN_LOST_NTF);
	if (!hdr || nla_put_u64_64bit(skb, SLB_A_CONN_LOST, lost, SLB_A_CONN_PAD)) {
		nlmsg_free(skb);
		genl_set_err(&slb_nl_family, sn->net, 0, SLB_NL_MCGRP_CONN, -ENOBUFS);
		return;
	}
	genlmsg_end(skb, hdr);
	slb_flow_send(sn, skb);
}

static void slb_flow_work(struct work_struct *work)
{
	struct slb_flow *flow = container_of(to_delayed_work(work), struct slb_flow, work);
	struct slb_net *sn = container_of(flow, struct slb_net, flow);
	struct sk_buff_head list;
	struct sk_buff *skb;
	u64 lost;

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	skb_queue_splice_tail_init(&flow->full, &list);
	if (flow->skb)
		__skb_queue_tail(&list, flow->skb);
	flow->skb = NULL;
	lost = flow->lost;
	flow->lost = 0;
	spin_unlock_bh(&flow->lock);

	while ((skb = __skb_dequeue(&list))) {
		slb_flow_send(sn, skb);
		cond_resched();
	}
	/* What was lost came after what was kept. */
	if (lost)
		slb_flow_tell_lost(sn, lost);
}

static int slb_flow_put(struct sk_buff *skb, const struct slb_conn *conn, u8 cmd)
{
	void *hdr = genlmsg_put(skb, 0, 0, &slb_nl_family, 0, cmd);

	if (!hdr)
		return -EMSGSIZE;
	if (slb_nl_conn_put_ends(skb, conn) ||
	    (cmd == SLB_CMD_CONN_CLOSE_NTF &&
	     (nla_put_u8(skb, SLB_A_CONN_REASON, slb_conn_why(conn)) ||
	      slb_nl_conn_put_sums(skb, conn)))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* An empty buffer in place of the full one; NULL if there is no room or memory. */
static struct sk_buff *slb_flow_next_locked(struct slb_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->skb && skb_queue_len(&flow->full) >= SLB_FLOW_QUEUE)
		return NULL;
	if (flow->skb)
		__skb_queue_tail(&flow->full, flow->skb);
	flow->skb = slb_alloc(genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC | __GFP_NOWARN));
	return flow->skb;
}

/* Only when somebody listens. Context: BH off, inside RCU. */
static noinline void slb_flow_write(struct slb_net *sn, const struct slb_conn *conn, u8 cmd)
{
	struct slb_flow *flow = &sn->flow;
	bool hurry;

	spin_lock(&flow->lock);
	if ((!flow->skb || slb_flow_put(flow->skb, conn, cmd)) &&
	    (!slb_flow_next_locked(flow) || slb_flow_put(flow->skb, conn, cmd))) {
		flow->lost++;
		slb_count(sn, SLB_COUNT_FLOW_LOST);
	}
	hurry = skb_queue_len(&flow->full) == SLB_FLOW_HURRY;
	spin_unlock(&flow->lock);
	if (hurry)
		mod_delayed_work(system_unbound_wq, &flow->work, 0);
	else
		queue_delayed_work(system_unbound_wq, &flow->work, SLB_FLOW_DELAY);
}

/*
 * Does somebody listen? Asked once a tick; a listener is heard a tick after it has come. CPUs that ask
 * at the same time write the same.
 */
static bool slb_flow_is_heard(struct slb_net *sn)
{
	struct slb_flow *flow = &sn->flow;
	u16 now = slb_tick_now();

	if (unlikely(READ_ONCE(flow->asked) != now)) {
		WRITE_ONCE(flow->heard,
			   genl_has_listeners(&slb_nl_family, sn->net, SLB_NL_MCGRP_CONN));
		WRITE_ONCE(flow->asked, now);
	}
	return READ_ONCE(flow->heard);
}

/**
 * slb_flow_opened() - a connection was opened
 * @sn: the namespace's balancer
 * @conn: the entry, linked
 *
 * Context: BH off, inside RCU.
 */
void slb_flow_opened(struct slb_net *sn, const struct slb_conn *conn)
{
	if (unlikely(slb_flow_is_heard(sn)))
		slb_flow_write(sn, conn, SLB_CMD_CONN_OPEN_NTF);
}

/**
 * slb_flow_closed() - a connection has ended
 * @sn: the namespace's balancer
 * @conn: the entry, which holds all that it did
 *
 * Context: BH off, inside RCU.
 */
void slb_flow_closed(struct slb_net *sn, const struct slb_conn *conn)
{
	if (unlikely(slb_flow_is_heard(sn)))
		slb_flow_write(sn, conn, SLB_CMD_CONN_CLOSE_NTF);
}

/**
 * slb_flow_init() - nothing to be sent, nobody listens
 * @flow: zeroed
 *
 * Context: process.
 */
void slb_flow_init(struct slb_flow *flow)
{
	flow->asked = slb_tick_now();
	spin_lock_init(&flow->lock);
	__skb_queue_head_init(&flow->full);
	INIT_DELAYED_WORK(&flow->work, slb_flow_work);
}

/**
 * slb_flow_exit() - the namespace goes
 * @flow: no connection writes to it any more
 *
 * Context: process; sleeps.
 */
void slb_flow_exit(struct slb_flow *flow)
{
	cancel_delayed_work_sync(&flow->work);
	__skb_queue_purge(&flow->full);
	kfree_skb(flow->skb);
	flow->skb = NULL;
}
