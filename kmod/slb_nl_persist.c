// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about what persistence remembers. */

#include "slb_nl.h"
#include "slb_sched.h"

#define SLB_NL_PERSIST_HASH \
	"persistence and methods that go by a hash (sh, sh-port, mh, mh-port) exclude each other"

/* What a request asks for. */
struct slb_nl_persist_filter {
	struct nlattr	**tb;
	struct slb_prefix client;
	struct in6_addr	svc;
	struct in6_addr	srv;
	bool		svc_v6;
	bool		srv_v6;
};

/**
 * slb_nl_persist_svc_conf_locked() - how persistent a request makes a service
 * @info: the request
 * @conf: what the service has, with the group and the method that the request gives
 * @v6: its family
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or a negative error.
 */
int slb_nl_persist_svc_conf_locked(struct genl_info *info, struct slb_svc_conf *conf, bool v6)
{
	u8 sched = conf->group ? slb_sched_id_locked(conf->group) : conf->own.sched;
	struct nlattr *time = info->attrs[SLB_A_SVC_PERSIST];
	struct nlattr *len = info->attrs[SLB_A_SVC_PERSIST_LEN];

	if (time)
		conf->persist_s = nla_get_u32(time);
	if (len)
		conf->persist_len = nla_get_u8(len);
	if (conf->persist_s && !slb_persist_fits(sched))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SVC_SCHED] ?: time, -EINVAL,
				     SLB_NL_PERSIST_HASH);
	if (conf->persist_len && conf->persist_len <= (v6 ? 128 : 32))
		return 0;
	if (v6)
		return slb_nl_refuse(info->extack, len, -ERANGE,
				     "of an IPv6 client's address 1-128 bits count");
	return slb_nl_refuse(info->extack, len, -ERANGE,
			     "of an IPv4 client's address 1-32 bits count");
}

/**
 * slb_nl_persist_group_conf_locked() - may a group get a method, for its services' persistence?
 * @info: the request
 * @group: the group
 * @sched: enum slb_sched
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EINVAL.
 */
int slb_nl_persist_group_conf_locked(struct genl_info *info, const struct slb_group *group, u8 sched)
{
	const struct slb_svc *svc;

	if (slb_persist_fits(sched))
		return 0;
	list_for_each_entry(svc, &group->sn->svc_list, list)
		if (svc->persist_s && slb_svc_group_locked(svc) == group)
			return slb_nl_refuse(info->extack, info->attrs[SLB_A_GROUP_SCHED], -EINVAL,
					     SLB_NL_PERSIST_HASH);
	return 0;
}

static int slb_nl_persist_filter_read(struct slb_nl_persist_filter *f, struct nlattr **tb,
				      struct netlink_ext_ack *extack)
{
	int err = 0;

	f->tb = tb;
	if (tb[SLB_A_PERSIST_SVC_ADDR])
		err = slb_nl_addr(tb[SLB_A_PERSIST_SVC_ADDR], extack, &f->svc, &f->svc_v6);
	if (!err && tb[SLB_A_PERSIST_SRV_ADDR])
		err = slb_nl_addr(tb[SLB_A_PERSIST_SRV_ADDR], extack, &f->srv, &f->srv_v6);
	if (!err && tb[SLB_A_PERSIST_CLIENT_ADDR])
		err = slb_nl_prefix_of(tb[SLB_A_PERSIST_CLIENT_ADDR], tb[SLB_A_PERSIST_CLIENT_LEN],
				       extack, &f->client);
	else if (!err && tb[SLB_A_PERSIST_CLIENT_LEN])
		err = slb_nl_refuse(extack, tb[SLB_A_PERSIST_CLIENT_LEN], -EINVAL,
				    "a prefix length needs the client's address");
	return err;
}

/* Does the bond's prefix lie in the one asked for, or the other way round? */
static bool slb_nl_persist_is_client(const struct slb_nl_persist_filter *f,
				     const struct slb_bond *bond)
{
	u8 len = min(f->client.len, READ_ONCE(bond->svc->persist_len));

	return f->client.v6 == bond->svc->key.v6 &&
	       ipv6_prefix_equal(&f->client.addr, &bond->prefix, len);
}

/* Is the service the one that the ports or the mark name? */
static bool slb_nl_persist_is_svc(struct nlattr **tb, const struct slb_svc_key *svc)
{
	const struct nlattr *first = tb[SLB_A_PERSIST_SVC_PORT];
	const struct nlattr *last = tb[SLB_A_PERSIST_SVC_PORT_LAST] ?: first;

	if (tb[SLB_A_PERSIST_FWMARK])
		return nla_get_u32(tb[SLB_A_PERSIST_FWMARK]) == svc->mark &&
		       !!tb[SLB_A_PERSIST_IPV6] == svc->v6;
	return !first || (!svc->mark && nla_get_be16(first) == svc->port &&
			  nla_get_be16(last) == svc->last);
}

/* Context: inside RCU, or p->lock held. */
static bool slb_nl_persist_matches(const struct slb_bond *bond, const void *arg)
{
	const struct slb_ep_key *ep = &READ_ONCE(bond->srv)->ep->key;
	const struct slb_svc_key *svc = &bond->svc->key;
	const struct slb_nl_persist_filter *f = arg;
	struct nlattr **tb = f->tb;

	if ((tb[SLB_A_PERSIST_PROTO] && nla_get_u8(tb[SLB_A_PERSIST_PROTO]) != svc->proto) ||
	    !slb_nl_persist_is_svc(tb, svc) ||
	    (tb[SLB_A_PERSIST_VRF] && nla_get_u32(tb[SLB_A_PERSIST_VRF]) != svc->vrf) ||
	    (tb[SLB_A_PERSIST_SRV_PORT] && nla_get_be16(tb[SLB_A_PERSIST_SRV_PORT]) != ep->port))
		return false;
	if (tb[SLB_A_PERSIST_SVC_ADDR] &&
	    (f->svc_v6 != svc->v6 || !ipv6_addr_equal(&f->svc, &svc->addr)))
		return false;
	if (tb[SLB_A_PERSIST_SRV_ADDR] &&
	    (f->srv_v6 != ep->v6 || !ipv6_addr_equal(&f->srv, &ep->addr)))
		return false;
	return !tb[SLB_A_PERSIST_CLIENT_ADDR] || slb_nl_persist_is_client(f, bond);
}

static int slb_nl_persist_put_svc(struct sk_buff *skb, const struct slb_svc_key *svc)
{
	if (svc->mark)
		return nla_put_u32(skb, SLB_A_PERSIST_FWMARK, svc->mark) ?:
		       svc->v6 ? nla_put_flag(skb, SLB_A_PERSIST_IPV6) : 0;
	if (nla_put_u8(skb, SLB_A_PERSIST_PROTO, svc->proto) ||
	    slb_nl_put_addr(skb, SLB_A_PERSIST_SVC_ADDR, &svc->addr, svc->v6) ||
	    nla_put_be16(skb, SLB_A_PERSIST_SVC_PORT, svc->port) ||
	    (svc->last != svc->port && nla_put_be16(skb, SLB_A_PERSIST_SVC_PORT_LAST, svc->last)))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_persist_put(struct sk_buff *skb, const struct slb_bond *bond)
{
	const struct slb_ep_key *ep = &READ_ONCE(bond->srv)->ep->key;
	const struct slb_svc_key *svc = &bond->svc->key;

	if (slb_nl_persist_put_svc(skb, svc) ||
	    (svc->vrf && nla_put_u32(skb, SLB_A_PERSIST_VRF, svc->vrf)) ||
	    slb_nl_put_addr(skb, SLB_A_PERSIST_CLIENT_ADDR, &bond->prefix, svc->v6) ||
	    nla_put_u8(skb, SLB_A_PERSIST_CLIENT_LEN, READ_ONCE(bond->svc->persist_len)) ||
	    slb_nl_put_addr(skb, SLB_A_PERSIST_SRV_ADDR, &ep->addr, ep->v6) ||
	    nla_put_be16(skb, SLB_A_PERSIST_SRV_PORT, ep->port) ||
	    nla_put_u32(skb, SLB_A_PERSIST_EXPIRES, slb_persist_left(bond)))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_persist_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
				   const struct slb_bond *bond)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_PERSIST_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (slb_nl_persist_put(skb, bond)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/*
 * The bonds of a bucket, from the place @sub on. New ones come in at the front: the place is counted
 * from the end, so that none that lives through the dump is left out. Inside RCU.
 */
static int slb_nl_persist_dump_bucket(struct sk_buff *skb, struct netlink_callback *cb,
				      struct slb_persist *p, const struct slb_nl_persist_filter *f)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct hlist_head *head = &p->bucket[cursor->at];
	struct slb_bond *bond;
	u32 n = 0;

	hlist_for_each_entry_rcu(bond, head, node)
		n++;
	hlist_for_each_entry_rcu(bond, head, node) {
		/* @sub: how many are still to come; 0 when the bucket is begun. */
		if (cursor->sub && n > cursor->sub) {
			n--;
			continue;
		}
		if (slb_persist_left(bond) && slb_nl_persist_matches(bond, f) &&
		    slb_nl_persist_dump_one(skb, cb, bond)) {
			cursor->sub = n;
			return -EMSGSIZE;
		}
		n -= !!n;
	}
	cursor->sub = 0;
	return 0;
}

/**
 * slb_nl_persist_get_dumpit() - SLB_CMD_PERSIST_GET
 * @skb: the answer
 * @cb: the dump
 *
 * Takes no lock, so packets and configuration go on.
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_persist_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_persist *p = smp_load_acquire(&sn->persist); /* pairs with furnish */
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_nl_persist_filter filter = {};
	int err;

	err = slb_nl_persist_filter_read(&filter, genl_info_dump(cb)->attrs, cb->extack);
	if (err)
		return err;
	for (; p && cursor->at < SLB_PERSIST_BUCKETS; cursor->at++) {
		rcu_read_lock();
		err = slb_nl_persist_dump_bucket(skb, cb, p, &filter);
		rcu_read_unlock();
		if (err)
			break;
		if (!(cursor->at % 256))
			cond_resched();
	}
	return skb->len;
}

/**
 * slb_nl_persist_flush_doit() - SLB_CMD_PERSIST_FLUSH
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_persist_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_nl_persist_filter filter = {};
	int err;

	err = slb_nl_persist_filter_read(&filter, info->attrs, info->extack);
	if (!err)
		slb_persist_flush(slb_nl_net(info), slb_nl_persist_matches, &filter);
	return err;
}
