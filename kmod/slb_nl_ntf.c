// SPDX-License-Identifier: GPL-2.0-only
/* Netlink messages to whoever listens to a multicast group. */

#include "slb_alloc.h"
#include "slb_nl.h"

/* For those who listen to the group, and for its asker when a request led to it and he wants it. */
static struct sk_buff *slb_nl_tell_new(struct net *net, const struct genl_info *info,
				       unsigned int group, u8 cmd, void **hdr)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&slb_nl_family, net, group) &&
	    !(info && nlmsg_report(info->nlhdr)))
		return NULL;
	skb = slb_alloc(genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL));
	if (!skb) {
		genl_set_err(&slb_nl_family, net, 0, group, -ENOBUFS);
		return NULL;
	}
	*hdr = genlmsg_put(skb, info ? info->snd_portid : 0, info ? info->snd_seq : 0,
			   &slb_nl_family, 0, cmd);
	return skb;
}

/* False if it was dropped, for @err says why the message is not complete. */
static bool slb_nl_tell_end(struct sk_buff *skb, void *hdr, int err)
{
	if (!skb)
		return false;
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

/**
 * slb_nl_ntf_new() - begin to tell the group "config" about a change
 * @info: the request that led to it
 * @cmd: enum slb_cmd, one of the "-ntf"
 * @hdr: for slb_nl_ntf_send()
 *
 * Context: process.
 * Return: the message, or NULL if nobody listens or there is no memory.
 */
struct sk_buff *slb_nl_ntf_new(struct genl_info *info, u8 cmd, void **hdr)
{
	return slb_nl_tell_new(genl_info_net(info), info, SLB_NL_MCGRP_CONFIG, cmd, hdr);
}

/**
 * slb_nl_ntf_send() - finish and send a notification, or drop it
 * @info: the request that led to it
 * @skb: from slb_nl_ntf_new(); NULL does nothing
 * @hdr: from slb_nl_ntf_new()
 * @err: 0, or why the message is not complete
 *
 * Context: process, still under sn->cfg_mutex, so that listeners see changes in their order.
 */
void slb_nl_ntf_send(struct genl_info *info, struct sk_buff *skb, void *hdr, int err)
{
	if (slb_nl_tell_end(skb, hdr, err))
		genl_notify(&slb_nl_family, skb, info, SLB_NL_MCGRP_CONFIG, GFP_KERNEL);
}

/**
 * slb_nl_tell_srv() - tell a group of something about a server that no request asks to be told of
 * @srv: the server
 * @group: SLB_NL_MCGRP_*
 * @cmd: enum slb_cmd, one of the "-ntf"
 * @put: writes what there is to say of it; returns 0 or -EMSGSIZE
 *
 * Context: process, caller holds sn->cfg_mutex, so that listeners see changes in their order.
 */
void slb_nl_tell_srv(const struct slb_srv *srv, unsigned int group, u8 cmd,
		     int (*put)(struct sk_buff *skb, const struct slb_srv *srv))
{
	struct net *net = srv->sn->net;
	struct sk_buff *skb;
	void *hdr;

	skb = slb_nl_tell_new(net, NULL, group, cmd, &hdr);
	if (skb && slb_nl_tell_end(skb, hdr, put(skb, srv)))
		genlmsg_multicast_netns(&slb_nl_family, net, skb, 0, group, GFP_KERNEL);
}
