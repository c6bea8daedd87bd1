// SPDX-License-Identifier: GPL-2.0-only
/* Netlink messages about the health of servers. */

#include "slb_nl.h"

/**
 * slb_nl_health_put() - write since when and why a server is up or down
 * @skb: the message
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_health_put(struct sk_buff *skb, const struct slb_srv *srv)
{
	u64 since = srv->health_since;

	if ((srv->unproved && nla_put_flag(skb, SLB_A_SRV_UNPROVED)) ||
	    (srv->health_reason && nla_put_string(skb, SLB_A_SRV_REASON, srv->health_reason)) ||
	    (since && nla_put_u32(skb, SLB_A_SRV_SINCE,
				  jiffies64_to_nsecs(get_jiffies_64() - since) / NSEC_PER_SEC)))
		return -EMSGSIZE;
	return 0;
}

/**
 * slb_nl_health_notify() - tell the group "health" that a server went up or down
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex, so that listeners see changes in their order.
 */
void slb_nl_health_notify(const struct slb_srv *srv)
{
	slb_nl_tell_srv(srv, SLB_NL_MCGRP_HEALTH, SLB_CMD_HEALTH_NTF, slb_nl_srv_put);
}
