// SPDX-License-Identifier: GPL-2.0-only
/* The netlink command that explains what would become of a new connection. */

#include "slb_alloc.h"
#include "slb_explain.h"
#include "slb_nl.h"
#include "slb_pkt.h"

static int slb_nl_explain_missing(struct genl_info *info)
{
	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_EXPLAIN_PROTO,
			   "the service's protocol is missing") ||
	    slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_EXPLAIN_CLIENT_ADDR,
			   "the client's address is missing"))
		return -EINVAL;
	if (info->attrs[SLB_A_EXPLAIN_FWMARK])
		return 0;	/* such a service has any address and port */
	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_EXPLAIN_SVC_ADDR,
			   "the service's address is missing") ||
	    slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_EXPLAIN_SVC_PORT,
			   "the service's port is missing"))
		return -EINVAL;
	return 0;
}

/* Who asks for what, as if a packet had said so. */
static int slb_nl_explain_read(struct genl_info *info, struct slb_pkt *pkt)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **tb = info->attrs;
	struct in6_addr client, svc = {};
	bool client_v6;
	int err;

	err = slb_nl_explain_missing(info) ?:
	      slb_nl_addr(tb[SLB_A_EXPLAIN_CLIENT_ADDR], extack, &client, &client_v6) ?:
	      slb_nl_unicast(tb[SLB_A_EXPLAIN_CLIENT_ADDR], extack, &client, client_v6, true);
	if (err)
		return err;
	pkt->v6 = client_v6;
	if (tb[SLB_A_EXPLAIN_SVC_ADDR])
		err = slb_nl_addr(tb[SLB_A_EXPLAIN_SVC_ADDR], extack, &svc, &pkt->v6);
	if (err)
		return err;
	pkt->proto = nla_get_u8(tb[SLB_A_EXPLAIN_PROTO]);
	if (pkt->proto != SLB_PROTO_TCP && pkt->proto != SLB_PROTO_UDP)
		return slb_nl_refuse(extack, tb[SLB_A_EXPLAIN_PROTO], -EPROTONOSUPPORT,
				     "the protocol is neither TCP nor UDP");
	if (client_v6 != pkt->v6)
		return slb_nl_refuse(extack, tb[SLB_A_EXPLAIN_CLIENT_ADDR], -EINVAL,
				     "client and service are of different families");
	pkt->tuple.scope = slb_scope(tb[SLB_A_EXPLAIN_VRF] ? nla_get_u32(tb[SLB_A_EXPLAIN_VRF]) : 0,
				     pkt->proto);
	pkt->tuple.sport = tb[SLB_A_EXPLAIN_CLIENT_PORT] ?
			   nla_get_be16(tb[SLB_A_EXPLAIN_CLIENT_PORT]) : 0;
	pkt->tuple.dport = tb[SLB_A_EXPLAIN_SVC_PORT] ?
			   nla_get_be16(tb[SLB_A_EXPLAIN_SVC_PORT]) : 0;
	if (!pkt->tuple.dport && !tb[SLB_A_EXPLAIN_FWMARK])
		return slb_nl_refuse(extack, tb[SLB_A_EXPLAIN_SVC_PORT], -EINVAL,
				     "no client can ask for port 0");
	if (pkt->v6) {
		pkt->tuple.v6[0] = client;
		pkt->tuple.v6[1] = svc;
	} else {
		pkt->tuple.v4[0] = client.s6_addr32[0];
		pkt->tuple.v4[1] = svc.s6_addr32[0];
	}
	return 0;
}

static int slb_nl_explain_put(struct sk_buff *skb, const struct slb_explanation *ex, bool v6)
{
	unsigned int i;

	for (i = 0; i < ex->n; i++) {
		struct nlattr *nest = nla_nest_start(skb, SLB_A_EXPLAIN_STEP);

		if (!nest || nla_put_u8(skb, SLB_A_STEP_STEP, ex->step[i].step) ||
		    nla_put_u8(skb, SLB_A_STEP_DROP, ex->step[i].drop) ||
		    nla_put_string(skb, SLB_A_STEP_TEXT, ex->step[i].text))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (nla_put_u8(skb, SLB_A_EXPLAIN_DROP, ex->drop))
		return -EMSGSIZE;
	if (ex->found && (slb_nl_put_addr(skb, SLB_A_EXPLAIN_SRV_ADDR, &ex->addr, v6) ||
			  nla_put_be16(skb, SLB_A_EXPLAIN_SRV_PORT, ex->port)))
		return -EMSGSIZE;
	return 0;
}

/**
 * slb_nl_explain_doit() - SLB_CMD_EXPLAIN
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_pkt pkt = { .sn = sn, .net = sn->net, .tcp_flags = TCPHDR_SYN };
	const struct nlattr *mark = info->attrs[SLB_A_EXPLAIN_FWMARK];
	struct slb_explanation *ex;
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = slb_nl_explain_read(info, &pkt);
	if (err)
		return err;
	ex = slb_alloc(kzalloc(sizeof(*ex), GFP_KERNEL));
	if (!ex)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the answer");
	reply = slb_nl_reply_new(info, sizeof(*ex), SLB_CMD_EXPLAIN, &hdr);
	if (!reply) {
		kfree(ex);
		return -ENOMEM;
	}
	if (smp_load_acquire(&sn->counters)) {	/* pairs with slb_net_alloc(): there is a table */
		rcu_read_lock();
		local_bh_disable();
		slb_explain_rcu(&pkt, mark ? nla_get_u32(mark) : 0, ex);
		local_bh_enable();
		rcu_read_unlock();
	} else {
		ex->n = 1;
		ex->step[0].step = SLB_STEP_SERVICE;
		strscpy(ex->step[0].text, "there is none; the packet is left to the host",
			sizeof(ex->step[0].text));
	}
	err = slb_nl_reply_send(info, reply, hdr, slb_nl_explain_put(reply, ex, pkt.v6));
	kfree(ex);
	return err;
}
