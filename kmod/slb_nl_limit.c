// SPDX-License-Identifier: GPL-2.0-only
/* Netlink: the limits of services and servers, and the commands about named limits. */

#include "slb_limit.h"
#include "slb_nl.h"

/* What has been given of connections and rate, over what @conf has. */
static int slb_nl_limit_numbers(struct nlattr **tb, struct netlink_ext_ack *extack,
				struct slb_limit_conf *conf)
{
	if (tb[SLB_A_LIM_CONNS])
		conf->conns_max = nla_get_u32(tb[SLB_A_LIM_CONNS]);
	if (tb[SLB_A_LIM_RATE])
		conf->rate = nla_get_u32(tb[SLB_A_LIM_RATE]);
	if (tb[SLB_A_LIM_NOW])
		return slb_nl_refuse(extack, tb[SLB_A_LIM_NOW], -EINVAL,
				     "how many there are is not to be set");
	return 0;
}

static int slb_nl_limit_shared(const struct nlattr *attr, struct netlink_ext_ack *extack,
			       struct slb_net *sn, struct slb_limit_conf *conf)
{
	char name[SLB_NAME_MAX + 1];

	nla_strscpy(name, attr, sizeof(name));
	conf->shared = *name ? slb_limit_find_locked(sn, name) : NULL;
	if (*name && !conf->shared)
		return slb_nl_refuse(extack, attr, -ENOENT, "no limit has this name");
	return 0;
}

static int slb_nl_limit_bandwidth(const struct nlattr *attr, struct netlink_ext_ack *extack,
				  u32 *kbit)
{
	if (!attr)
		return 0;
	*kbit = nla_get_u32(attr);
	if (*kbit && (*kbit < 1000 || *kbit > 100000000))
		return slb_nl_refuse(extack, attr, -ERANGE,
				     "the bandwidth is 1 Mbit/s to 100 Gbit/s, or 0 for no limit");
	return 0;
}

static int slb_nl_limit_client(struct nlattr **tb, struct netlink_ext_ack *extack,
			       struct slb_limit_conf *conf)
{
	if (tb[SLB_A_LIM_CLIENT_CONNS])
		conf->client_conns = nla_get_u32(tb[SLB_A_LIM_CLIENT_CONNS]);
	if (tb[SLB_A_LIM_CLIENT_RATE])
		conf->client_rate = nla_get_u32(tb[SLB_A_LIM_CLIENT_RATE]);
	if (tb[SLB_A_LIM_CLIENT_LEN4])
		conf->client_len[0] = nla_get_u8(tb[SLB_A_LIM_CLIENT_LEN4]);
	if (tb[SLB_A_LIM_CLIENT_LEN6])
		conf->client_len[1] = nla_get_u8(tb[SLB_A_LIM_CLIENT_LEN6]);
	return 0;
}

/**
 * slb_nl_svc_limits_locked() - read the limits of a service
 * @attr: nest of enum slb_a_lim, checked by its policy; NULL changes nothing
 * @extack: for the sentence
 * @sn: the namespace's balancer
 * @conf: what they are; only the given ones are written
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or a negative error.
 */
int slb_nl_svc_limits_locked(const struct nlattr *attr, struct netlink_ext_ack *extack,
			     struct slb_net *sn, struct slb_limit_conf *conf)
{
	struct nlattr *tb[SLB_A_LIM_MAX + 1];
	int err;

	if (!attr)
		return 0;
	err = nla_parse_nested(tb, SLB_A_LIM_MAX, attr, NULL, extack);
	if (err)
		return err;
	if (tb[SLB_A_LIM_CONNS_LOW])
		return slb_nl_refuse(extack, tb[SLB_A_LIM_CONNS_LOW], -EINVAL,
				     "only a server has a lower limit");
	err = slb_nl_limit_numbers(tb, extack, conf) ?: slb_nl_limit_client(tb, extack, conf);
	if (!err && tb[SLB_A_LIM_NAME])
		err = slb_nl_limit_shared(tb[SLB_A_LIM_NAME], extack, sn, conf);
	return err ?: slb_nl_limit_bandwidth(tb[SLB_A_LIM_BANDWIDTH_IN], extack,
					     &conf->kbit[SLB_DIR_ORIG]) ?:
		      slb_nl_limit_bandwidth(tb[SLB_A_LIM_BANDWIDTH_OUT], extack,
					     &conf->kbit[SLB_DIR_REPLY]);
}

/**
 * slb_nl_srv_limits() - read the limits of a server
 * @attr: nest of enum slb_a_lim, checked by its policy; NULL changes nothing
 * @extack: for the sentence
 * @conf: what they are; only the given ones are written
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_srv_limits(const struct nlattr *attr, struct netlink_ext_ack *extack,
		      struct slb_limit_conf *conf)
{
	static const u8 svc_only[] = {
		SLB_A_LIM_NAME, SLB_A_LIM_CLIENT_CONNS, SLB_A_LIM_CLIENT_RATE,
		SLB_A_LIM_CLIENT_LEN4, SLB_A_LIM_CLIENT_LEN6, SLB_A_LIM_BANDWIDTH_IN,
		SLB_A_LIM_BANDWIDTH_OUT,
	};
	struct nlattr *tb[SLB_A_LIM_MAX + 1];
	int err, i;

	if (!attr)
		return 0;
	err = nla_parse_nested(tb, SLB_A_LIM_MAX, attr, NULL, extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(svc_only); i++)
		if (tb[svc_only[i]])
			return slb_nl_refuse(extack, tb[svc_only[i]], -EINVAL,
					     "only a service has this limit");
	if (tb[SLB_A_LIM_CONNS_LOW])
		conf->conns_low = nla_get_u32(tb[SLB_A_LIM_CONNS_LOW]);
	err = slb_nl_limit_numbers(tb, extack, conf);
	if (!conf->conns_max && !tb[SLB_A_LIM_CONNS_LOW])
		conf->conns_low = 0;
	if (!err && conf->conns_low > conf->conns_max)
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "the lower limit is above the upper one");
	return err;
}

/**
 * slb_nl_put_svc_limits() - write the limits of a service
 * @skb: the message
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_svc_limits(struct sk_buff *skb, const struct slb_svc *svc)
{
	const struct slb_limits *limits;
	struct slb_limit_conf conf;
	struct nlattr *nest;

	limits = rcu_dereference_protected(svc->limits, lockdep_is_held(&svc->sn->cfg_mutex));
	if (!limits)
		return 0;
	slb_limit_conf_read_locked(svc, &conf);
	nest = nla_nest_start(skb, SLB_A_SVC_LIMITS);
	if (!nest || nla_put_u32(skb, SLB_A_LIM_CONNS, conf.conns_max) ||
	    nla_put_u32(skb, SLB_A_LIM_RATE, conf.rate) ||
	    nla_put_string(skb, SLB_A_LIM_NAME, conf.shared ? conf.shared->name : "") ||
	    nla_put_u32(skb, SLB_A_LIM_CLIENT_CONNS, conf.client_conns) ||
	    nla_put_u32(skb, SLB_A_LIM_CLIENT_RATE, conf.client_rate) ||
	    nla_put_u8(skb, SLB_A_LIM_CLIENT_LEN4, conf.client_len[0]) ||
	    nla_put_u8(skb, SLB_A_LIM_CLIENT_LEN6, conf.client_len[1]) ||
	    nla_put_u32(skb, SLB_A_LIM_BANDWIDTH_IN, conf.kbit[SLB_DIR_ORIG]) ||
	    nla_put_u32(skb, SLB_A_LIM_BANDWIDTH_OUT, conf.kbit[SLB_DIR_REPLY]) ||
	    nla_put_u32(skb, SLB_A_LIM_NOW, atomic_read(&limits->own.conns)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * slb_nl_put_srv_limits() - write the limits of a server
 * @skb: the message
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_srv_limits(struct sk_buff *skb, const struct slb_srv *srv)
{
	struct nlattr *nest;

	if (!srv->cap.on)
		return 0;
	nest = nla_nest_start(skb, SLB_A_SRV_LIMITS);
	if (!nest || nla_put_u32(skb, SLB_A_LIM_CONNS, srv->cap.conns_max) ||
	    nla_put_u32(skb, SLB_A_LIM_RATE, srv->cap.rate) ||
	    nla_put_u32(skb, SLB_A_LIM_CONNS_LOW, srv->cap.conns_low))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int slb_nl_limit_put(struct sk_buff *skb, const struct slb_limit *limit)
{
	const struct slb_quota *quota = &limit->quota;

	if (nla_put_string(skb, SLB_A_LIMIT_NAME, limit->name) ||
	    nla_put_u32(skb, SLB_A_LIMIT_CONNS, quota->conns_max) ||
	    nla_put_u32(skb, SLB_A_LIMIT_RATE, quota->rate) ||
	    nla_put_u32(skb, SLB_A_LIMIT_NOW, atomic_read(&quota->conns)) ||
	    nla_put_u32(skb, SLB_A_LIMIT_SERVICES, limit->users) ||
	    nla_put_u8(skb, SLB_A_LIMIT_OWNER, limit->owner) ||
	    nla_put_u64_64bit(skb, SLB_A_LIMIT_LIMIT_CONNS, atomic64_read(&limit->refused_conns),
			      SLB_A_LIMIT_PAD) ||
	    nla_put_u64_64bit(skb, SLB_A_LIMIT_LIMIT_RATE, atomic64_read(&limit->refused_rate),
			      SLB_A_LIMIT_PAD))
		return -EMSGSIZE;
	return 0;
}

/* @limit is NULL when it is gone: only its name is told. */
static void slb_nl_limit_notify(struct genl_info *info, const struct slb_limit *limit,
				const char *name)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_LIMIT_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, limit ? slb_nl_limit_put(skb, limit) :
				nla_put_string(skb, SLB_A_LIMIT_NAME, name));
}

/**
 * slb_nl_limit_get_dumpit() - SLB_CMD_LIMIT_GET
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_limit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	const struct slb_limit *limit;
	u32 at = 0;
	void *hdr;

	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	list_for_each_entry(limit, &sn->limits, list) {
		if (at++ < cursor->at)
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &slb_nl_family, NLM_F_MULTI, SLB_CMD_LIMIT_GET);
		if (!hdr)
			break;
		genl_dump_check_consistent(cb, hdr);
		if (slb_nl_limit_put(skb, limit)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		cursor->at = at;
	}
	mutex_unlock(&sn->cfg_mutex);
	return skb->len;
}

static int slb_nl_limit_name(struct genl_info *info, char *name)
{
	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_LIMIT_NAME,
			   "the limit's name is missing"))
		return -EINVAL;
	if (slb_nl_pool_name(info->attrs[SLB_A_LIMIT_NAME], NULL, name) || !*name)
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_LIMIT_NAME], -EINVAL,
				     "a limit's name is made of letters, digits, '.', '_', ':' and '-', and does not begin with '-'");
	return 0;
}

static int slb_nl_limit_new_locked(struct genl_info *info, struct slb_net *sn, const char *name)
{
	struct slb_limit *limit = slb_limit_find_locked(sn, name);
	struct nlattr *conns = info->attrs[SLB_A_LIMIT_CONNS];
	struct nlattr *rate = info->attrs[SLB_A_LIMIT_RATE];
	struct nlattr *attr = info->attrs[SLB_A_LIMIT_NAME];

	if (limit && !slb_nl_may_change(info))
		return slb_nl_refuse(info->extack, attr, -EEXIST, "the limit exists already");
	if (!limit && !slb_nl_may_add(info))
		return slb_nl_refuse(info->extack, attr, -ENOENT, "no limit has this name");
	if (limit)
		slb_limit_set_locked(limit, conns ? nla_get_u32(conns) : limit->quota.conns_max,
				     rate ? nla_get_u32(rate) : limit->quota.rate);
	else
		limit = slb_limit_add_locked(sn, name, conns ? nla_get_u32(conns) : 0,
					     rate ? nla_get_u32(rate) : 0);
	if (!limit)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the limit");
	slb_nl_owner(info->attrs[SLB_A_LIMIT_OWNER], &limit->owner);
	slb_nl_limit_notify(info, limit, name);
	return 0;
}

/**
 * slb_nl_limit_new_doit() - SLB_CMD_LIMIT_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_limit_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	char name[SLB_NAME_MAX + 1];
	int err = slb_nl_limit_name(info, name);

	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	err = slb_nl_limit_new_locked(info, sn, name);
	mutex_unlock(&sn->cfg_mutex);
	return err;
}

static int slb_nl_limit_del_locked(struct genl_info *info, struct slb_net *sn, const char *name)
{
	struct slb_limit *limit = slb_limit_find_locked(sn, name);

	if (!limit)
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_LIMIT_NAME], -ENOENT,
				     "no limit has this name");
	if (limit->users)
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_LIMIT_NAME], -EBUSY,
				     "a service uses the limit");
	slb_limit_remove_locked(limit);
	slb_nl_limit_notify(info, NULL, name);
	return 0;
}

/**
 * slb_nl_limit_del_doit() - SLB_CMD_LIMIT_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_limit_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	char name[SLB_NAME_MAX + 1];
	int err = slb_nl_limit_name(info, name);

	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	err = slb_nl_limit_del_locked(info, sn, name);
	mutex_unlock(&sn->cfg_mutex);
	return err;
}
