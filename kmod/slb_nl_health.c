// SPDX-License-Identifier: GPL-2.0-only
/* Netlink messages about the health of servers. */

#include "slb_alloc.h"
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
 * @info: the request that led to it
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex, so that listeners see changes in their order.
 */
void slb_nl_health_notify(struct genl_info *info, const struct slb_srv *srv)
{
	struct net *net = genl_info_net(info);
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&slb_nl_family, net, SLB_NL_MCGRP_HEALTH))
		return;
	skb = slb_alloc(genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL));
	if (!skb) {
		genl_set_err(&slb_nl_family, net, 0, SLB_NL_MCGRP_HEALTH, -ENOBUFS);
		return;
	}
	hdr = genlmsg_put(skb, 0, 0, &slb_nl_family, 0, SLB_CMD_HEALTH_NTF);
	if (WARN_ON_ONCE(slb_nl_srv_put(skb, srv))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&slb_nl_family, net, skb, 0, SLB_NL_MCGRP_HEALTH, GFP_KERNEL);
}
