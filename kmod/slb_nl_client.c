// SPDX-License-Identifier: GPL-2.0-only
/* The netlink command that lists what the client prefixes of a service have. */

#include "slb_limit.h"
#include "slb_nl.h"

/**
 * struct slb_nl_client_dump - a message of a dump
 * @skb: the message
 * @cb: the dump
 * @want: only clients in this prefix, or around it; of length 0: all
 * @len: length of the clients' prefixes
 * @v6: their family
 */
struct slb_nl_client_dump {
	struct sk_buff			*skb;
	struct netlink_callback		*cb;
	struct slb_prefix		want;
	u8				len;
	bool				v6;
};

static bool slb_nl_client_matches(const struct slb_nl_client_dump *dump,
				  const struct slb_client_view *view)
{
	return !dump->want.len ||
	       (dump->want.v6 == dump->v6 &&
		ipv6_prefix_equal(&dump->want.addr, &view->prefix, min(dump->want.len, dump->len)));
}

static bool slb_nl_client_visit(const struct slb_client_view *view, void *arg)
{
	const struct slb_nl_client_dump *dump = arg;
	struct sk_buff *skb = dump->skb;
	void *hdr;

	if (!slb_nl_client_matches(dump, view))
		return true;
	hdr = genlmsg_put(skb, NETLINK_CB(dump->cb->skb).portid, dump->cb->nlh->nlmsg_seq,
			  &slb_nl_family, NLM_F_MULTI, SLB_CMD_CLIENT_GET);
	if (!hdr)
		return false;
	if (slb_nl_put_addr(skb, SLB_A_CLIENT_ADDR, &view->prefix, dump->v6) ||
	    nla_put_u8(skb, SLB_A_CLIENT_LEN, dump->len) ||
	    nla_put_u32(skb, SLB_A_CLIENT_CONNS, view->conns) ||
	    (view->full && nla_put_flag(skb, SLB_A_CLIENT_FULL))) {
		genlmsg_cancel(skb, hdr);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

/*
 * Buckets are told whole, because entries come and go: what does not fit is begun anew with the next
 * message. One that does not fit into a message of its own is cut off; a bucket has few entries.
 */
static void slb_nl_client_dump(struct slb_net *sn, const struct slb_client_rule *rule,
			       struct slb_nl_client_dump *dump)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(dump->cb);
	struct sk_buff *skb = dump->skb;

	for (; cursor->at < SLB_CLIENT_BUCKETS; cursor->at++) {
		u32 before = skb->len;

		if (!slb_client_visit_bucket(sn, rule, cursor->at, slb_nl_client_visit, dump) &&
		    before) {
			skb_trim(skb, before);
			return;
		}
	}
}

static struct slb_svc *slb_nl_client_svc_locked(struct slb_net *sn, const struct nlattr *nest,
						struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SLB_A_SVC_MAX + 1];
	struct slb_svc_key key;
	struct slb_svc *svc;
	int err;

	err = nla_parse_nested(tb, SLB_A_SVC_MAX, nest, NULL, extack);
	err = err ?: slb_nl_svc_key(tb, nest, extack, &key);
	if (err)
		return ERR_PTR(err);
	svc = slb_nl_svc_find_locked(sn, &key, extack, nest);
	return svc ?: ERR_PTR(-ENOENT);
}

/**
 * slb_nl_client_get_dumpit() - SLB_CMD_CLIENT_GET
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_client_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **tb = genl_info_dump(cb)->attrs;
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_client_dump dump = { .skb = skb, .cb = cb };
	const struct slb_limits *limits;
	struct slb_svc *svc;
	int err = 0;

	if (slb_nl_missing(cb->extack, NULL, tb, SLB_A_CLIENT_SERVICE, "the service is missing"))
		return -EINVAL;
	if (tb[SLB_A_CLIENT_ADDR])
		err = slb_nl_prefix_of(tb[SLB_A_CLIENT_ADDR], tb[SLB_A_CLIENT_LEN], cb->extack,
				       &dump.want);
	else if (tb[SLB_A_CLIENT_LEN])
		err = slb_nl_refuse(cb->extack, tb[SLB_A_CLIENT_LEN], -EINVAL,
				    "a prefix length needs the client's address");
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	svc = slb_nl_client_svc_locked(sn, tb[SLB_A_CLIENT_SERVICE], cb->extack);
	if (IS_ERR(svc)) {
		mutex_unlock(&sn->cfg_mutex);
		return PTR_ERR(svc);
	}
	limits = rcu_dereference_protected(svc->limits, lockdep_is_held(&sn->cfg_mutex));
	if (limits && limits->has_client) {
		dump.v6 = svc->key.v6;
		dump.len = limits->client.len[dump.v6];
		slb_nl_client_dump(sn, &limits->client, &dump);
	}
	mutex_unlock(&sn->cfg_mutex);
	return skb->len;
}
