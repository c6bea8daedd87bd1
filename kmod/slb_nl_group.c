// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about named groups of servers, and what names a group in other commands. */

#include "slb_nl.h"
#include "slb_sched.h"

/* The settings of groups, by their attributes: of a named group, or of a service's own. */
struct slb_nl_group_at {
	u8	sched;
	u8	zero_delay;
	u8	removal_delay;
	u8	on_down;
	u8	min_alive;
	u8	slow_start;
	u8	all_down;
	u8	checked;
	u8	table_size;
};

static const struct slb_nl_group_at slb_nl_group_at = {
	.sched		= SLB_A_GROUP_SCHED,
	.zero_delay	= SLB_A_GROUP_ZERO_DELAY,
	.removal_delay	= SLB_A_GROUP_REMOVAL_DELAY,
	.on_down	= SLB_A_GROUP_ON_DOWN,
	.min_alive	= SLB_A_GROUP_MIN_ALIVE,
	.slow_start	= SLB_A_GROUP_SLOW_START,
	.all_down	= SLB_A_GROUP_ALL_DOWN,
	.checked	= SLB_A_GROUP_CHECKED,
	.table_size	= SLB_A_GROUP_TABLE_SIZE,
};

static const struct slb_nl_group_at slb_nl_group_at_svc = {
	.sched		= SLB_A_SVC_SCHED,
	.zero_delay	= SLB_A_SVC_ZERO_DELAY,
	.removal_delay	= SLB_A_SVC_REMOVAL_DELAY,
	.on_down	= SLB_A_SVC_ON_DOWN,
	.min_alive	= SLB_A_SVC_MIN_ALIVE,
	.slow_start	= SLB_A_SVC_SLOW_START,
	.all_down	= SLB_A_SVC_ALL_DOWN,
	.checked	= SLB_A_SVC_CHECKED,
	.table_size	= SLB_A_SVC_TABLE_SIZE,
};

static int slb_nl_group_put_conf(struct sk_buff *skb, const struct slb_nl_group_at *at,
				 const struct slb_group_conf *conf)
{
	if (nla_put_u8(skb, at->sched, conf->sched) ||
	    nla_put_u32(skb, at->zero_delay, conf->zero_delay) ||
	    nla_put_u32(skb, at->removal_delay, conf->removal_delay) ||
	    nla_put_u8(skb, at->on_down, conf->on_down) ||
	    nla_put_u32(skb, at->min_alive, conf->min_alive) ||
	    nla_put_u32(skb, at->slow_start, conf->slow_start_s) ||
	    nla_put_u8(skb, at->all_down, conf->all_down) ||
	    nla_put_u8(skb, at->checked, conf->checked) ||
	    nla_put_u32(skb, at->table_size, conf->table_size))
		return -EMSGSIZE;
	return 0;
}

/**
 * slb_nl_group_put_svc_conf() - write the settings of a service's group
 * @skb: the message
 * @conf: the settings
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_group_put_svc_conf(struct sk_buff *skb, const struct slb_group_conf *conf)
{
	return slb_nl_group_put_conf(skb, &slb_nl_group_at_svc, conf);
}

static int slb_nl_group_put(struct sk_buff *skb, const struct slb_group *group)
{
	struct slb_group_conf conf;

	slb_group_conf_read_locked(group, &conf);
	if (nla_put_string(skb, SLB_A_GROUP_NAME, group->name) ||
	    nla_put_u8(skb, SLB_A_GROUP_PROTO, group->proto) ||
	    slb_nl_group_put_conf(skb, &slb_nl_group_at, &conf) ||
	    nla_put_u8(skb, SLB_A_GROUP_TIER, group->tier) ||
	    slb_label_put_locked(skb, &group->label, 0, SLB_A_GROUP_COMMENT) ||
	    nla_put_u8(skb, SLB_A_GROUP_OWNER, group->label.owner) ||
	    nla_put_u32(skb, SLB_A_GROUP_SERVERS, group->nservers) ||
	    nla_put_u32(skb, SLB_A_GROUP_SERVICES, group->users))
		return -EMSGSIZE;
	return 0;
}

static void slb_nl_group_notify(struct genl_info *info, const struct slb_group *group)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_GROUP_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, slb_nl_group_put(skb, group));
}

static void slb_nl_group_notify_removed(struct genl_info *info, const char *name)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_GROUP_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, nla_put_string(skb, SLB_A_GROUP_NAME, name));
}

/**
 * slb_nl_group_find_locked() - find a named group that must exist
 * @sn: the namespace's balancer
 * @attr: its name
 * @extack: for the sentence
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the group, or an ERR_PTR() with the sentence said.
 */
struct slb_group *slb_nl_group_find_locked(struct slb_net *sn, const struct nlattr *attr,
					   struct netlink_ext_ack *extack)
{
	char name[SLB_NAME_MAX + 1];
	struct slb_group *group;
	int err;

	err = slb_nl_name(attr, extack, name);
	if (err)
		return ERR_PTR(err);
	group = slb_group_find_locked(sn, name);
	if (!group)
		return slb_nl_refuse(extack, attr, ERR_PTR(-ENOENT), "no such group");
	return group;
}

/* Is the service a server of the group? */
static bool slb_nl_group_has_svc_locked(const struct slb_group *group,
					const struct slb_svc_key *key)
{
	const struct slb_srv *srv;

	if (slb_svc_key_is_single(key))
		return slb_srv_find_locked(group, &key->addr, key->port, key->v6);
	list_for_each_entry(srv, &group->servers, list)
		if (slb_svc_key_covers(key, &srv->ep->key.addr, srv->ep->key.port))
			return true;
	return false;
}

static int slb_nl_group_delay(const struct nlattr *attr, struct netlink_ext_ack *extack, u32 *delay)
{
	if (!attr)
		return 0;
	*delay = nla_get_u32(attr);
	if (*delay > SLB_DELAY_MAX && *delay != SLB_DELAY_KEEP)
		return slb_nl_refuse(extack, attr, -ERANGE,
				     "a delay is 0-3600 seconds, or the connections are kept");
	return 0;
}

static bool slb_nl_is_prime(u32 n)
{
	u32 i;

	for (i = 2; i * i <= n; i++)
		if (n % i == 0)
			return false;
	return true;
}

static int slb_nl_group_table_size(const struct nlattr *attr, struct netlink_ext_ack *extack,
				   u32 *size)
{
	if (!attr)
		return 0;
	*size = nla_get_u32(attr);	/* in the policy's range */
	if (!slb_nl_is_prime(*size))
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "the size of the table must be a prime, as 65537 is");
	return 0;
}

/* What the request gives, over what @conf has. */
static int slb_nl_group_conf(struct genl_info *info, const struct slb_nl_group_at *at,
			     struct slb_group_conf *conf)
{
	struct nlattr **tb = info->attrs;

	if (tb[at->sched])
		conf->sched = nla_get_u8(tb[at->sched]);
	if (tb[at->on_down])
		conf->on_down = nla_get_u8(tb[at->on_down]);
	if (tb[at->min_alive])
		conf->min_alive = nla_get_u32(tb[at->min_alive]);
	if (tb[at->slow_start])
		conf->slow_start_s = nla_get_u32(tb[at->slow_start]);
	if (tb[at->all_down])
		conf->all_down = nla_get_u8(tb[at->all_down]);
	if (tb[at->checked])
		conf->checked = nla_get_u8(tb[at->checked]);
	return slb_nl_group_delay(tb[at->zero_delay], info->extack, &conf->zero_delay) ?:
	       slb_nl_group_delay(tb[at->removal_delay], info->extack, &conf->removal_delay) ?:
	       slb_nl_group_table_size(tb[at->table_size], info->extack, &conf->table_size);
}

/* A service with a named group cannot give it settings. */
static int slb_nl_group_of_others(struct genl_info *info)
{
	const struct slb_nl_group_at *at = &slb_nl_group_at_svc;
	const u8 attrs[] = { at->zero_delay, at->removal_delay, at->on_down, at->min_alive,
			     at->slow_start, at->all_down, at->checked, at->table_size };
	struct nlattr **tb = info->attrs;
	int i;

	if (tb[at->sched])
		return slb_nl_refuse(info->extack, tb[at->sched], -EINVAL,
				     "the method belongs to the group, change it there");
	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		if (tb[attrs[i]])
			return slb_nl_refuse(info->extack, tb[attrs[i]], -EINVAL,
					     "the setting belongs to the group, change it there");
	return 0;
}

/**
 * slb_nl_group_of_svc_locked() - which group of servers a request gives a service, and its settings
 * @info: the request
 * @sn: the namespace's balancer
 * @key: the service
 * @conf: what it has; @conf->group and @conf->own are written
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0, or a negative error with the sentence said.
 */
int slb_nl_group_of_svc_locked(struct genl_info *info, struct slb_net *sn,
			       const struct slb_svc_key *key, struct slb_svc_conf *conf)
{
	const struct nlattr *attr = info->attrs[SLB_A_SVC_GROUP];
	struct netlink_ext_ack *extack = info->extack;
	struct slb_group *group;

	/* An empty string has its terminating zero, or not. */
	if (attr && (!nla_len(attr) || !*(const char *)nla_data(attr))) {
		conf->group = NULL;
	} else if (attr) {
		group = slb_nl_group_find_locked(sn, attr, extack);
		if (IS_ERR(group))
			return PTR_ERR(group);
		if (group->proto != key->proto)
			return slb_nl_refuse(extack, attr, -EPROTOTYPE,
					     "the group is for another protocol");
		if (group != conf->group && !slb_group_fits_locked(group, key->v6))
			return slb_nl_refuse(extack, attr, -EAFNOSUPPORT,
					     "service and group are of different address families");
		if (slb_nl_group_has_svc_locked(group, key))
			return slb_nl_refuse(extack, attr, -ELOOP,
					     "the service itself is a server of the group");
		conf->group = group;
	}
	return conf->group ? slb_nl_group_of_others(info)
			   : slb_nl_group_conf(info, &slb_nl_group_at_svc, &conf->own);
}

/**
 * slb_nl_group_get_doit() - SLB_CMD_GROUP_GET, one group
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_group_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_group *group;
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_GROUP_NAME,
			   "the group's name is missing"))
		return -EINVAL;
	reply = slb_nl_reply_new(info, 0, SLB_CMD_GROUP_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&sn->cfg_mutex);
	group = slb_nl_group_find_locked(sn, info->attrs[SLB_A_GROUP_NAME], info->extack);
	err = IS_ERR(group) ? 0 : slb_nl_group_put(reply, group);
	mutex_unlock(&sn->cfg_mutex);
	if (IS_ERR(group)) {
		nlmsg_free(reply);
		return PTR_ERR(group);
	}
	return slb_nl_reply_send(info, reply, hdr, err);
}

static int slb_nl_group_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
				 const struct slb_group *group)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_GROUP_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (slb_nl_group_put(skb, group)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * slb_nl_group_get_dumpit() - SLB_CMD_GROUP_GET, all groups by name
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct rb_node *node;
	u32 at = 0;

	if (genl_info_dump(cb)->attrs[SLB_A_GROUP_NAME]) {
		NL_SET_ERR_MSG(cb->extack, "a dump of groups has no filter");
		return -EINVAL;
	}
	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	for (node = rb_first(&sn->groups); node; node = rb_next(node)) {
		if (at++ < cursor->at)
			continue;
		if (slb_nl_group_dump_one(skb, cb, rb_entry(node, struct slb_group, node))) {
			at--;
			break;
		}
	}
	cursor->at = at;
	mutex_unlock(&sn->cfg_mutex);
	return skb->len;
}

static int slb_nl_group_change_locked(struct genl_info *info, struct slb_group *group,
				      struct slb_label *label)
{
	struct nlattr *proto = info->attrs[SLB_A_GROUP_PROTO];
	struct slb_group_conf conf;
	int err;

	if (!slb_nl_may_change(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_GROUP_NAME], -EEXIST,
				     "the group exists already");
	if (proto && nla_get_u8(proto) != group->proto)
		return slb_nl_refuse(info->extack, proto, -EPROTOTYPE,
				     "the group's protocol cannot be changed");
	slb_group_conf_read_locked(group, &conf);
	err = slb_nl_group_conf(info, &slb_nl_group_at, &conf) ?:
	      slb_nl_persist_group_conf_locked(info, group, conf.sched);
	if (err)
		return err;
	if (slb_group_change_locked(group, &conf))
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the change");
	slb_label_change_locked(&group->label, label);
	slb_nl_owner(info->attrs[SLB_A_GROUP_OWNER], &group->label.owner);
	slb_nl_group_notify(info, group);
	return 0;
}

static int slb_nl_group_add_locked(struct genl_info *info, struct slb_net *sn, const char *name,
				   struct slb_label *label)
{
	struct nlattr **tb = info->attrs;
	struct slb_group_conf conf;
	struct slb_group *group;
	u8 proto;
	int err;

	if (!slb_nl_may_add(info))
		return slb_nl_refuse(info->extack, tb[SLB_A_GROUP_NAME], -ENOENT, "no such group");
	if (slb_nl_missing(info->extack, NULL, tb, SLB_A_GROUP_PROTO,
			   "the group's protocol is missing"))
		return -EINVAL;
	proto = nla_get_u8(tb[SLB_A_GROUP_PROTO]);
	if (proto != SLB_PROTO_TCP && proto != SLB_PROTO_UDP)
		return slb_nl_refuse(info->extack, tb[SLB_A_GROUP_PROTO], -EPROTONOSUPPORT,
				     "the protocol is neither TCP nor UDP");
	slb_group_conf_init(&conf);
	err = slb_nl_group_conf(info, &slb_nl_group_at, &conf);
	if (err)
		return err;
	group = slb_group_add_locked(sn, name, proto, &conf);
	if (!group)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the group");
	slb_label_change_locked(&group->label, label);
	slb_nl_owner(info->attrs[SLB_A_GROUP_OWNER], &group->label.owner);
	slb_nl_group_notify(info, group);
	return 0;
}

/**
 * slb_nl_group_new_doit() - SLB_CMD_GROUP_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_group_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	char name[SLB_NAME_MAX + 1];
	struct slb_group *group;
	struct slb_label label;
	int err;

	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_GROUP_NAME,
			   "the group's name is missing"))
		return -EINVAL;
	err = slb_nl_name(info->attrs[SLB_A_GROUP_NAME], info->extack, name);
	if (err)
		return err;
	err = slb_label_read(&label, NULL, info->attrs[SLB_A_GROUP_COMMENT], info->extack);
	if (err)
		goto out;
	mutex_lock(&sn->cfg_mutex);
	group = slb_group_find_locked(sn, name);
	err = group ? slb_nl_group_change_locked(info, group, &label)
		    : slb_nl_group_add_locked(info, sn, name, &label);
	mutex_unlock(&sn->cfg_mutex);
out:
	slb_label_free(&label);
	return err;
}

/**
 * slb_nl_group_del_doit() - SLB_CMD_GROUP_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_group_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	char name[SLB_NAME_MAX + 1];
	struct slb_group *group;
	int err = 0;

	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_GROUP_NAME,
			   "the group's name is missing"))
		return -EINVAL;
	mutex_lock(&sn->cfg_mutex);
	group = slb_nl_group_find_locked(sn, info->attrs[SLB_A_GROUP_NAME], info->extack);
	if (IS_ERR(group)) {
		err = PTR_ERR(group);
	} else if (group->users) {
		err = slb_nl_refuse(info->extack, info->attrs[SLB_A_GROUP_NAME], -EBUSY,
				    "services use the group");
	} else {
		strscpy(name, group->name, sizeof(name));
		slb_group_remove_locked(group);
		slb_nl_group_notify_removed(info, name);
	}
	mutex_unlock(&sn->cfg_mutex);
	return err;
}
