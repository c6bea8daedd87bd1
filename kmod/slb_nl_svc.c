// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about services. */

#include <net/tcp.h>
#include "slb_limit.h"
#include "slb_nl.h"

static int slb_nl_svc_put(struct sk_buff *skb, const struct slb_svc *svc)
{
	struct slb_svc_conf conf;

	slb_svc_conf_read_locked(svc, &conf);
	if (slb_nl_put_svc_key(skb, &svc->key) ||
	    slb_nl_group_put_svc_conf(skb, &conf.own) ||
	    slb_label_put_locked(skb, &svc->label, SLB_A_SVC_NAME, SLB_A_SVC_COMMENT) ||
	    nla_put_u8(skb, SLB_A_SVC_OWNER, svc->label.owner) ||
	    nla_put_u8(skb, SLB_A_SVC_ENABLED, conf.enabled) ||
	    nla_put_string(skb, SLB_A_SVC_POOL, conf.pool) ||
	    nla_put_u32(skb, SLB_A_SVC_IDLE, conf.idle_s) ||
	    slb_nl_put_timeouts(skb, SLB_A_SVC_TIMEOUTS, conf.timeout_s) ||
	    slb_nl_put_svc_limits(skb, svc) ||
	    slb_nl_put_stats(skb, SLB_A_SVC_STATS, svc->stats, &svc->base) ||
	    nla_put_u32(skb, SLB_A_SVC_CONNS, slb_stats_conns(svc->stats)) ||
	    nla_put_u32(skb, SLB_A_SVC_SERVERS, slb_svc_group_locked(svc)->nservers) ||
	    (conf.group && nla_put_string(skb, SLB_A_SVC_GROUP, conf.group->name)) ||
	    slb_nl_acl_put_svc(skb, svc) ||
	    nla_put_u32(skb, SLB_A_SVC_PERSIST, conf.persist_s) ||
	    nla_put_u8(skb, SLB_A_SVC_PERSIST_LEN, conf.persist_len))
		return -EMSGSIZE;
	if (svc->key.proto == IPPROTO_UDP)
		return 0;
	if (nla_put_u8(skb, SLB_A_SVC_TOA, conf.toa) ||
	    nla_put_u8(skb, SLB_A_SVC_TOA_KIND, conf.toa_kind) ||
	    nla_put_u8(skb, SLB_A_SVC_TIMESTAMPS, conf.timestamps) ||
	    nla_put_u8(skb, SLB_A_SVC_UNKNOWN, conf.unknown))
		return -EMSGSIZE;
	return 0;
}

static void slb_nl_svc_notify(struct genl_info *info, const struct slb_svc *svc)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_SVC_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, slb_nl_svc_put(skb, svc));
}

static void slb_nl_svc_notify_removed(struct genl_info *info, const struct slb_svc_key *key)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_SVC_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, slb_nl_put_svc_key(skb, key));
}

/**
 * slb_nl_svc_get_doit() - SLB_CMD_SVC_GET, one service
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_svc_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_svc_key key;
	struct sk_buff *reply;
	struct slb_svc *svc;
	void *hdr;
	int err;

	err = slb_nl_svc_key(info->attrs, NULL, info->extack, &key);
	if (err)
		return err;
	reply = slb_nl_reply_new(info, 0, SLB_CMD_SVC_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&sn->cfg_mutex);
	svc = slb_nl_svc_find_locked(sn, &key, info->extack, info->attrs[SLB_A_SVC_ADDR]);
	err = svc ? slb_nl_svc_put(reply, svc) : -ENOENT;
	mutex_unlock(&sn->cfg_mutex);
	if (err == -ENOENT) {
		nlmsg_free(reply);
		return err;
	}
	return slb_nl_reply_send(info, reply, hdr, err);
}

static int slb_nl_svc_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			       const struct slb_svc *svc)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_SVC_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (slb_nl_svc_put(skb, svc)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * slb_nl_svc_get_dumpit() - SLB_CMD_SVC_GET, all services or those of one protocol
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_svc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **tb = genl_info_dump(cb)->attrs;
	u8 proto = tb[SLB_A_SVC_PROTO] ? nla_get_u8(tb[SLB_A_SVC_PROTO]) : 0;
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_svc *svc;
	u32 at = 0;

	tb[SLB_A_SVC_PROTO] = NULL;
	if (slb_nl_has_svc_key(tb)) {
		NL_SET_ERR_MSG(cb->extack, "a dump of services is filtered by protocol only");
		return -EINVAL;
	}
	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	list_for_each_entry(svc, &sn->svc_list, list) {
		if (at++ < cursor->at || (proto && svc->key.proto != proto))
			continue;
		if (slb_nl_svc_dump_one(skb, cb, svc)) {
			at--;
			break;
		}
	}
	cursor->at = at;
	mutex_unlock(&sn->cfg_mutex);
	return skb->len;
}

/* Up to here kinds belong to TCP: an option of ours by such a number would be taken for theirs. */
#define SLB_NL_KIND_TCP_LAST	TCPOPT_FASTOPEN

static int slb_nl_svc_conf_tcp(struct genl_info *info, struct slb_svc_conf *conf, u8 proto)
{
	static const u8 tcp_only[] = {
		SLB_A_SVC_TOA, SLB_A_SVC_TOA_KIND, SLB_A_SVC_TIMESTAMPS, SLB_A_SVC_UNKNOWN,
	};
	struct nlattr **tb = info->attrs;
	int i;

	for (i = 0; i < ARRAY_SIZE(tcp_only) && proto == SLB_PROTO_UDP; i++)
		if (tb[tcp_only[i]])
			return slb_nl_refuse(info->extack, tb[tcp_only[i]], -EINVAL,
					     "only a TCP service has this setting");
	if (tb[SLB_A_SVC_TOA])
		conf->toa = nla_get_u8(tb[SLB_A_SVC_TOA]);
	if (tb[SLB_A_SVC_TOA_KIND])
		conf->toa_kind = nla_get_u8(tb[SLB_A_SVC_TOA_KIND]);
	if (conf->toa_kind <= SLB_NL_KIND_TCP_LAST || conf->toa_kind == U8_MAX)
		return slb_nl_refuse(info->extack, tb[SLB_A_SVC_TOA_KIND], -EINVAL,
				     "the kind is 35-254; TCP itself uses those below");
	if (tb[SLB_A_SVC_TIMESTAMPS])
		conf->timestamps = nla_get_u8(tb[SLB_A_SVC_TIMESTAMPS]);
	if (tb[SLB_A_SVC_UNKNOWN])
		conf->unknown = nla_get_u8(tb[SLB_A_SVC_UNKNOWN]);
	return 0;
}

/* What the request gives, over what @conf has. */
static int slb_nl_svc_conf(struct genl_info *info, struct slb_svc_conf *conf, u8 proto, bool v6)
{
	struct nlattr **tb = info->attrs;
	int err;

	if (tb[SLB_A_SVC_ENABLED])
		conf->enabled = nla_get_u8(tb[SLB_A_SVC_ENABLED]);
	if (tb[SLB_A_SVC_IDLE])
		conf->idle_s = nla_get_u32(tb[SLB_A_SVC_IDLE]);
	if (conf->idle_s && (conf->idle_s < 10 || conf->idle_s > 4000))
		return slb_nl_refuse(info->extack, tb[SLB_A_SVC_IDLE], -ERANGE,
				     "the idle time is 10-4000 seconds, or 0 for the namespace's");
	err = tb[SLB_A_SVC_POOL] ?
	      slb_nl_pool_name(tb[SLB_A_SVC_POOL], info->extack, conf->pool) : 0;
	if (!err && tb[SLB_A_SVC_TIMEOUTS])
		err = slb_nl_timeouts(tb[SLB_A_SVC_TIMEOUTS], info->extack, conf->timeout_s, 0);
	return err ?: slb_nl_acl_svc_conf_locked(info, conf) ?:
	       slb_nl_persist_svc_conf_locked(info, conf, v6) ?:
	       slb_nl_svc_conf_tcp(info, conf, proto);
}

static int slb_nl_svc_change_locked(struct genl_info *info, struct slb_svc *svc,
				    struct slb_label *label)
{
	struct slb_limit_conf limits;
	struct slb_svc_conf conf;
	int err;

	if (!slb_nl_may_change(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SVC_ADDR], -EEXIST,
				     "the service exists already");
	slb_svc_conf_read_locked(svc, &conf);
	slb_limit_conf_read_locked(svc, &limits);
	err = slb_nl_group_of_svc_locked(info, svc->sn, &svc->key, &conf) ?:
	      slb_nl_svc_conf(info, &conf, svc->key.proto, svc->key.v6) ?:
	      slb_nl_svc_limits_locked(info->attrs[SLB_A_SVC_LIMITS], info->extack, svc->sn,
				       &limits);
	if (err)
		return err;
	if (slb_limit_prepare_locked(svc->sn, svc, &limits, &conf.limits) ||
	    slb_svc_change_locked(svc, &conf)) {
		slb_limit_discard(conf.limits);
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the change");
	}
	slb_limit_change_locked(svc, &limits, conf.limits);
	slb_label_change_locked(&svc->label, label);
	slb_nl_owner(info->attrs[SLB_A_SVC_OWNER], &svc->label.owner);
	if (info->attrs[SLB_A_SVC_PURGE])
		slb_conn_reset_denied(svc->sn);
	slb_nl_svc_notify(info, svc);
	return 0;
}

static int slb_nl_svc_add_locked(struct genl_info *info, struct slb_net *sn,
				 const struct slb_svc_key *key, struct slb_label *label)
{
	struct slb_limit_conf limits;
	struct slb_svc_conf conf;
	struct slb_svc *svc;
	int err;

	if (!slb_nl_may_add(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SVC_ADDR], -ENOENT,
				     "no such service");
	slb_svc_conf_init(&conf, key->proto, key->v6);
	slb_limit_conf_init(&limits);
	err = slb_nl_group_of_svc_locked(info, sn, key, &conf) ?:
	      slb_nl_svc_conf(info, &conf, key->proto, key->v6) ?:
	      slb_nl_svc_limits_locked(info->attrs[SLB_A_SVC_LIMITS], info->extack, sn, &limits);
	if (err)
		return err;
	err = slb_limit_prepare_locked(sn, NULL, &limits, &conf.limits);
	svc = err ? ERR_PTR(err) : slb_svc_add_locked(sn, key, &conf);
	if (IS_ERR(svc))
		slb_limit_discard(conf.limits);
	if (PTR_ERR_OR_ZERO(svc) == -ENOMEM)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the service");
	if (PTR_ERR_OR_ZERO(svc) == -EEXIST)
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SVC_PORT], -EEXIST,
				     "the ports overlap those of another service");
	if (IS_ERR(svc))
		return slb_nl_refuse(info->extack, NULL, PTR_ERR(svc),
				     "the service could not be set up");
	slb_label_change_locked(&svc->label, label);
	slb_nl_owner(info->attrs[SLB_A_SVC_OWNER], &svc->label.owner);
	if (!key->mark)
		slb_nl_warn_foreign(info, &key->addr, key->v6, key->vrf);
	slb_nl_svc_notify(info, svc);
	return 0;
}

/**
 * slb_nl_svc_new_doit() - SLB_CMD_SVC_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_svc_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_label label;
	struct slb_svc_key key;
	struct slb_svc *svc;
	int err;

	err = slb_nl_svc_key(info->attrs, NULL, info->extack, &key) ?:
	      slb_nl_vrf(info->attrs[SLB_A_SVC_VRF], info, &key.vrf);
	if (!err && !key.mark)
		err = slb_nl_unicast(info->attrs[SLB_A_SVC_ADDR], info->extack, &key.addr, key.v6,
				     false);
	if (err)
		return err;
	err = slb_label_read(&label, info->attrs[SLB_A_SVC_NAME], info->attrs[SLB_A_SVC_COMMENT],
			     info->extack);
	if (err)
		goto out;
	mutex_lock(&sn->cfg_mutex);
	svc = slb_svc_find_locked(sn, &key);
	err = svc ? slb_nl_svc_change_locked(info, svc, &label)
		  : slb_nl_svc_add_locked(info, sn, &key, &label);
	mutex_unlock(&sn->cfg_mutex);
out:
	slb_label_free(&label);
	return err;
}

/**
 * slb_nl_svc_del_doit() - SLB_CMD_SVC_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_svc_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_svc_key key;
	struct slb_svc *svc;
	int err;

	err = slb_nl_svc_key(info->attrs, NULL, info->extack, &key);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	svc = slb_nl_svc_find_locked(sn, &key, info->extack, info->attrs[SLB_A_SVC_ADDR]);
	if (svc) {
		slb_svc_remove_locked(svc);
		slb_nl_svc_notify_removed(info, &key);
	}
	mutex_unlock(&sn->cfg_mutex);
	return svc ? 0 : -ENOENT;
}

static void slb_nl_zero_group_locked(struct slb_group *group)
{
	struct slb_srv *srv;

	list_for_each_entry(srv, &group->servers, list)
		slb_stats_sum(srv->stats, &srv->base);
}

static void slb_nl_zero_svc_locked(struct slb_svc *svc)
{
	struct slb_group *group = slb_svc_group_locked(svc);

	slb_stats_sum(svc->stats, &svc->base);
	if (!slb_group_is_named(group))
		slb_nl_zero_group_locked(group);
}

static void slb_nl_zero_all_locked(struct slb_net *sn)
{
	struct slb_laddr *laddr;
	struct rb_node *node;
	struct slb_svc *svc;

	slb_counters_zero_locked(sn);
	slb_limit_zero_locked(sn);
	list_for_each_entry(svc, &sn->svc_list, list)
		slb_nl_zero_svc_locked(svc);
	for (node = rb_first(&sn->groups); node; node = rb_next(node))
		slb_nl_zero_group_locked(rb_entry(node, struct slb_group, node));
	spin_lock_bh(&sn->laddr_lock);
	list_for_each_entry(laddr, &sn->laddrs, list) {
		atomic64_set(&laddr->exhausted, 0);
		atomic64_set(&laddr->reclaimed, 0);
	}
	spin_unlock_bh(&sn->laddr_lock);
}

/**
 * slb_nl_zero_doit() - SLB_CMD_ZERO
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_zero_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct nlattr **tb = info->attrs;
	struct slb_svc_key key;
	struct slb_svc *svc;
	bool one = slb_nl_has_svc_key(tb);
	int err;

	err = one ? slb_nl_svc_key(tb, NULL, info->extack, &key) : 0;
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	if (!one) {
		slb_nl_zero_all_locked(sn);
	} else {
		svc = slb_nl_svc_find_locked(sn, &key, info->extack, tb[SLB_A_SVC_ADDR]);
		err = svc ? 0 : -ENOENT;
		if (svc)
			slb_nl_zero_svc_locked(svc);
	}
	mutex_unlock(&sn->cfg_mutex);
	return err;
}
