// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about servers. */

#include "slb_nl.h"

/* A server as a request names it. */
struct slb_nl_srv {
	struct slb_svc_key	svc;
	struct in6_addr		addr;
	__be16			port;
};

static int slb_nl_srv_put_key(struct sk_buff *skb, const struct slb_nl_srv *key)
{
	struct nlattr *nest = nla_nest_start(skb, SLB_A_SRV_SERVICE);

	if (!nest || slb_nl_put_svc_key(skb, &key->svc))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	if (slb_nl_put_addr(skb, SLB_A_SRV_ADDR, &key->addr, key->svc.v6) ||
	    nla_put_be16(skb, SLB_A_SRV_PORT, key->port))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_srv_put(struct sk_buff *skb, const struct slb_svc *svc, const struct slb_srv *srv)
{
	struct slb_nl_srv key = {
		.svc = svc->key,
		.addr = srv->ep->key.addr,
		.port = srv->ep->key.port,
	};

	if (slb_nl_srv_put_key(skb, &key) ||
	    nla_put_u32(skb, SLB_A_SRV_WEIGHT, srv->weight) ||
	    nla_put_u8(skb, SLB_A_SRV_FWD, srv->fwd) ||
	    nla_put_u32(skb, SLB_A_SRV_ACTIVE, max(atomic_read(&srv->active), 0)) ||
	    nla_put_u32(skb, SLB_A_SRV_INACTIVE, max(atomic_read(&srv->inactive), 0)) ||
	    slb_nl_put_stats(skb, SLB_A_SRV_STATS, srv->stats, &srv->base))
		return -EMSGSIZE;
	return 0;
}

/* @srv is NULL when the server is gone: only its key is told. */
static void slb_nl_srv_notify(struct genl_info *info, const struct slb_svc *svc,
			      const struct slb_srv *srv, const struct slb_nl_srv *key)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_SRV_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, srv ? slb_nl_srv_put(skb, svc, srv)
						    : slb_nl_srv_put_key(skb, key));
}

static int slb_nl_srv_svc_key(const struct nlattr *nest, struct netlink_ext_ack *extack,
			      struct slb_svc_key *key)
{
	struct nlattr *tb[SLB_A_SVC_MAX + 1];
	int err;

	err = nla_parse_nested(tb, SLB_A_SVC_MAX, nest, NULL, extack);
	return err ?: slb_nl_svc_key(tb, nest, extack, key);
}

static int slb_nl_srv_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			       const struct slb_svc *svc, const struct slb_srv *srv)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_SRV_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (slb_nl_srv_put(skb, svc, srv)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* The servers of one service from cursor->sub on, which is left where to go on. */
static int slb_nl_srv_dump_svc(struct sk_buff *skb, struct netlink_callback *cb,
			       const struct slb_svc *svc)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_srv *srv;
	u32 sub = 0;

	list_for_each_entry(srv, &slb_svc_group_locked(svc)->servers, list) {
		if (sub++ < cursor->sub)
			continue;
		if (slb_nl_srv_dump_one(skb, cb, svc, srv))
			return -EMSGSIZE;
		cursor->sub = sub;
	}
	cursor->sub = 0;
	return 0;
}

static void slb_nl_srv_dump_all(struct sk_buff *skb, struct netlink_callback *cb,
				struct slb_net *sn)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_svc *svc;
	u32 at = 0;

	list_for_each_entry(svc, &sn->svc_list, list) {
		if (at++ < cursor->at)
			continue;
		if (slb_nl_srv_dump_svc(skb, cb, svc))
			return;
		cursor->at = at;
	}
}

/**
 * slb_nl_srv_get_dumpit() - SLB_CMD_SRV_GET
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_srv_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *nest = genl_info_dump(cb)->attrs[SLB_A_SRV_SERVICE];
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_svc_key key;
	struct slb_svc *svc;
	int err;

	err = nest ? slb_nl_srv_svc_key(nest, cb->extack, &key) : 0;
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	if (!nest) {
		slb_nl_srv_dump_all(skb, cb, sn);
	} else if (!cursor->at) {
		svc = slb_nl_svc_find_locked(sn, &key, cb->extack, nest);
		if (!svc)
			err = -ENOENT;
		else if (!slb_nl_srv_dump_svc(skb, cb, svc))
			cursor->at = 1;	/* all said */
	}
	mutex_unlock(&sn->cfg_mutex);
	return err ?: skb->len;
}

static int slb_nl_srv_key(struct genl_info *info, struct slb_nl_srv *key)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **tb = info->attrs;
	bool v6;
	int err;

	if (slb_nl_missing(extack, NULL, tb, SLB_A_SRV_SERVICE, "the service is missing") ||
	    slb_nl_missing(extack, NULL, tb, SLB_A_SRV_ADDR, "the server's address is missing") ||
	    slb_nl_missing(extack, NULL, tb, SLB_A_SRV_PORT, "the server's port is missing"))
		return -EINVAL;
	err = slb_nl_srv_svc_key(tb[SLB_A_SRV_SERVICE], extack, &key->svc) ?:
	      slb_nl_addr(tb[SLB_A_SRV_ADDR], extack, &key->addr, &v6);
	if (err)
		return err;
	if (v6 != key->svc.v6)
		return slb_nl_refuse(extack, tb[SLB_A_SRV_ADDR], -EAFNOSUPPORT,
				     "server and service are of different address families");
	key->port = nla_get_be16(tb[SLB_A_SRV_PORT]);
	if (!key->port)
		return slb_nl_refuse(extack, tb[SLB_A_SRV_PORT], -EINVAL, "a port is 1-65535");
	return 0;
}

/* What no server may be. */
static int slb_nl_srv_check(struct genl_info *info, const struct slb_nl_srv *key)
{
	struct nlattr **tb = info->attrs;

	if (key->port == key->svc.port && ipv6_addr_equal(&key->addr, &key->svc.addr))
		return slb_nl_refuse(info->extack, tb[SLB_A_SRV_ADDR], -ELOOP,
				     "the server is the service itself");
	return slb_nl_unicast(tb[SLB_A_SRV_ADDR], info->extack, &key->addr, key->svc.v6, true);
}

static int slb_nl_srv_add_locked(struct genl_info *info, struct slb_svc *svc,
				 const struct slb_nl_srv *key)
{
	struct nlattr *weight = info->attrs[SLB_A_SRV_WEIGHT];
	struct nlattr *fwd = info->attrs[SLB_A_SRV_FWD];
	struct slb_srv *srv;

	if (!slb_nl_may_add(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SRV_ADDR], -ENOENT,
				     "the service has no such server");
	srv = slb_srv_add_locked(svc, &key->addr, key->port, weight ? nla_get_u32(weight) : 1,
				 fwd ? nla_get_u8(fwd) : SLB_FWD_FULLNAT);
	if (!srv)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the server");
	slb_nl_srv_notify(info, svc, srv, key);
	return 0;
}

static int slb_nl_srv_change_locked(struct genl_info *info, struct slb_svc *svc,
				    struct slb_srv *srv, const struct slb_nl_srv *key)
{
	struct nlattr *weight = info->attrs[SLB_A_SRV_WEIGHT];
	struct nlattr *fwd = info->attrs[SLB_A_SRV_FWD];

	if (!slb_nl_may_change(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SRV_ADDR], -EEXIST,
				     "the service has this server already");
	if (slb_srv_change_locked(srv, weight ? nla_get_u32(weight) : srv->weight,
				  fwd ? nla_get_u8(fwd) : srv->fwd))
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the server");
	slb_nl_srv_notify(info, svc, srv, key);
	return 0;
}

/**
 * slb_nl_srv_new_doit() - SLB_CMD_SRV_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_srv_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_nl_srv key;
	struct slb_svc *svc;
	struct slb_srv *srv;
	int err;

	err = slb_nl_srv_key(info, &key) ?: slb_nl_srv_check(info, &key);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	err = -ENOENT;
	svc = slb_nl_svc_find_locked(sn, &key.svc, info->extack, info->attrs[SLB_A_SRV_SERVICE]);
	if (!svc)
		goto out;
	srv = slb_srv_find_locked(svc, &key.addr, key.port);
	err = srv ? slb_nl_srv_change_locked(info, svc, srv, &key)
		  : slb_nl_srv_add_locked(info, svc, &key);
out:
	mutex_unlock(&sn->cfg_mutex);
	return err;
}

/**
 * slb_nl_srv_del_doit() - SLB_CMD_SRV_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_srv_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_srv *srv = NULL;
	struct slb_nl_srv key;
	struct slb_svc *svc;
	int err;

	err = slb_nl_srv_key(info, &key);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	svc = slb_nl_svc_find_locked(sn, &key.svc, info->extack, info->attrs[SLB_A_SRV_SERVICE]);
	if (!svc)
		goto out;
	srv = slb_srv_find_locked(svc, &key.addr, key.port);
	if (!srv) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[SLB_A_SRV_ADDR],
				    "the service has no such server");
		goto out;
	}
	slb_srv_remove_locked(svc, srv);
	slb_nl_srv_notify(info, svc, NULL, &key);
out:
	mutex_unlock(&sn->cfg_mutex);
	return srv ? 0 : -ENOENT;
}
