// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about servers. */

#include "slb_limit.h"
#include "slb_nl.h"
#include "slb_sched.h"

/* A server as a request names it. */
struct slb_nl_srv {
	struct slb_group	*group;		/* valid under sn->cfg_mutex */
	struct in6_addr		addr;
	__be16			port;
	bool			v6;
};

/* What a request says in words; the reason is kept where a comment would be. */
struct slb_nl_srv_text {
	struct slb_label	label;
	struct slb_label	reason;
};

/* Whose server it is: its group, or the service that has the group for its own. */
static int slb_nl_srv_put_group(struct sk_buff *skb, const struct slb_group *group)
{
	struct nlattr *nest;

	if (slb_group_is_named(group))
		return nla_put_string(skb, SLB_A_SRV_GROUP, group->name);
	nest = nla_nest_start(skb, SLB_A_SRV_SERVICE);
	if (!nest || slb_nl_put_svc_key(skb, &group->owner->key))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int slb_nl_srv_put_key(struct sk_buff *skb, const struct slb_nl_srv *key)
{
	if (slb_nl_srv_put_group(skb, key->group) ||
	    slb_nl_put_addr(skb, SLB_A_SRV_ADDR, &key->addr, key->v6) ||
	    nla_put_be16(skb, SLB_A_SRV_PORT, key->port))
		return -EMSGSIZE;
	return 0;
}

/* Tier, state and what people call it. */
static int slb_nl_srv_put_state(struct sk_buff *skb, const struct slb_srv *srv)
{
	bool ends = srv->draining || !srv->weight;
	u32 left = ends && !srv->gone ? slb_drain_left_locked(srv) : SLB_DELAY_KEEP;

	if (slb_label_put_locked(skb, &srv->label, SLB_A_SRV_NAME, SLB_A_SRV_COMMENT) ||
	    nla_put_u8(skb, SLB_A_SRV_OWNER, srv->label.owner) ||
	    nla_put_u8(skb, SLB_A_SRV_PRIORITY, srv->priority) ||
	    nla_put_u8(skb, SLB_A_SRV_DOWN, srv->down) ||
	    slb_nl_health_put(skb, srv) ||
	    (srv->draining && nla_put_flag(skb, SLB_A_SRV_DRAINING)) ||
	    (left != SLB_DELAY_KEEP && nla_put_u32(skb, SLB_A_SRV_LEFT, left)) ||
	    (srv->usable && !srv->sched.in && nla_put_flag(skb, SLB_A_SRV_STANDBY)))
		return -EMSGSIZE;
	return 0;
}

/**
 * slb_nl_srv_put() - write a server
 * @skb: the message
 * @srv: the server
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_srv_put(struct sk_buff *skb, const struct slb_srv *srv)
{
	struct slb_nl_srv key = {
		.group = srv->group,
		.addr = srv->ep->key.addr,
		.port = srv->ep->key.port,
		.v6 = srv->ep->key.v6,
	};

	if (slb_nl_srv_put_key(skb, &key) ||
	    nla_put_u32(skb, SLB_A_SRV_WEIGHT, srv->weight) ||
	    nla_put_u8(skb, SLB_A_SRV_FWD, srv->fwd) ||
	    nla_put_u32(skb, SLB_A_SRV_ACTIVE, max(atomic_read(&srv->active), 0)) ||
	    nla_put_u32(skb, SLB_A_SRV_INACTIVE, max(atomic_read(&srv->inactive), 0)) ||
	    slb_nl_put_srv_limits(skb, srv) ||
	    slb_nl_put_stats(skb, SLB_A_SRV_STATS, srv->stats, &srv->base) ||
	    (srv->sched.ramps &&
	     nla_put_u8(skb, SLB_A_SRV_RAMP, slb_sched_ramp_percent_locked(srv))))
		return -EMSGSIZE;
	return slb_nl_srv_put_state(skb, srv);
}

/* @srv is NULL when the server is gone: only its key is told. */
static void slb_nl_srv_notify(struct genl_info *info, const struct slb_srv *srv,
			      const struct slb_nl_srv *key)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_SRV_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, srv ? slb_nl_srv_put(skb, srv)
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

/* The group that a request names, by its name or by a service. */
static struct slb_group *slb_nl_srv_group_locked(struct slb_net *sn, struct nlattr **tb,
						 struct netlink_ext_ack *extack)
{
	const struct nlattr *nest = tb[SLB_A_SRV_SERVICE];
	struct slb_svc_key key;
	struct slb_svc *svc;
	int err;

	if (tb[SLB_A_SRV_GROUP] && nest)
		return slb_nl_refuse(extack, tb[SLB_A_SRV_GROUP], ERR_PTR(-EINVAL),
				     "a server is one of a service or of a group, not both");
	if (tb[SLB_A_SRV_GROUP])
		return slb_nl_group_find_locked(sn, tb[SLB_A_SRV_GROUP], extack);
	err = slb_nl_srv_svc_key(nest, extack, &key);
	if (err)
		return ERR_PTR(err);
	svc = slb_nl_svc_find_locked(sn, &key, extack, nest);
	return svc ? slb_svc_group_locked(svc) : ERR_PTR(-ENOENT);
}

static int slb_nl_srv_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			       const struct slb_srv *srv)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_SRV_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (slb_nl_srv_put(skb, srv)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* The servers of one group from cursor->sub on, which is left where to go on. */
static int slb_nl_srv_dump_group(struct sk_buff *skb, struct netlink_callback *cb,
				 const struct slb_group *group)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_srv *srv;
	u32 sub = 0;

	list_for_each_entry(srv, &group->servers, list) {
		if (sub++ < cursor->sub)
			continue;
		if (slb_nl_srv_dump_one(skb, cb, srv))
			return -EMSGSIZE;
		cursor->sub = sub;
	}
	cursor->sub = 0;
	return 0;
}

/* The services' own groups, then the named ones. */
static void slb_nl_srv_dump_all(struct sk_buff *skb, struct netlink_callback *cb,
				struct slb_net *sn)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	const struct slb_group *group;
	struct rb_node *node;
	struct slb_svc *svc;
	u32 at = 0;

	list_for_each_entry(svc, &sn->svc_list, list) {
		group = slb_svc_group_locked(svc);
		if (at++ < cursor->at || slb_group_is_named(group))
			continue;
		if (slb_nl_srv_dump_group(skb, cb, group))
			return;
		cursor->at = at;
	}
	for (node = rb_first(&sn->groups); node; node = rb_next(node)) {
		if (at++ < cursor->at)
			continue;
		if (slb_nl_srv_dump_group(skb, cb, rb_entry(node, struct slb_group, node)))
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
	struct nlattr **tb = genl_info_dump(cb)->attrs;
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	struct slb_group *group;
	int err = 0;

	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	if (!tb[SLB_A_SRV_SERVICE] && !tb[SLB_A_SRV_GROUP]) {
		slb_nl_srv_dump_all(skb, cb, sn);
	} else if (!cursor->at) {
		group = slb_nl_srv_group_locked(sn, tb, cb->extack);
		if (IS_ERR(group))
			err = PTR_ERR(group);
		else if (!slb_nl_srv_dump_group(skb, cb, group))
			cursor->at = 1;	/* all said */
	}
	mutex_unlock(&sn->cfg_mutex);
	return err ?: skb->len;
}

/* All of a request's @key but the group. */
static int slb_nl_srv_key(struct genl_info *info, struct slb_nl_srv *key)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **tb = info->attrs;
	int err;

	if ((!tb[SLB_A_SRV_GROUP] && slb_nl_missing(extack, NULL, tb, SLB_A_SRV_SERVICE,
						    "the service or group is missing")) ||
	    slb_nl_missing(extack, NULL, tb, SLB_A_SRV_ADDR, "the server's address is missing") ||
	    slb_nl_missing(extack, NULL, tb, SLB_A_SRV_PORT, "the server's port is missing"))
		return -EINVAL;
	err = slb_nl_addr(tb[SLB_A_SRV_ADDR], extack, &key->addr, &key->v6);
	if (err)
		return err;
	key->port = nla_get_be16(tb[SLB_A_SRV_PORT]);
	return 0;
}

/* A request's group, which must be the service's own if that is how it is named. */
static int slb_nl_srv_key_group_locked(struct genl_info *info, struct slb_net *sn,
				       struct slb_nl_srv *key)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **tb = info->attrs;
	bool named = tb[SLB_A_SRV_GROUP];

	key->group = slb_nl_srv_group_locked(sn, tb, extack);
	if (IS_ERR(key->group))
		return PTR_ERR(key->group);
	if (!named && slb_group_is_named(key->group))
		return slb_nl_refuse(extack, tb[SLB_A_SRV_SERVICE], -EINVAL,
				     "the service uses a named group, change its servers there");
	if (slb_group_fits_locked(key->group, key->v6))
		return 0;
	return named ? slb_nl_refuse(extack, tb[SLB_A_SRV_ADDR], -EAFNOSUPPORT,
				     "server and group are of different address families")
		     : slb_nl_refuse(extack, tb[SLB_A_SRV_ADDR], -EAFNOSUPPORT,
				     "server and service are of different address families");
}

/*
 * What no server may be: a service that it serves. What a port that depends on the client's leads to
 * shows with the client's packet only.
 */
static int slb_nl_srv_check_locked(struct genl_info *info, struct slb_net *sn,
				   const struct slb_nl_srv *key)
{
	const struct nlattr *attr = info->attrs[SLB_A_SRV_ADDR];
	const struct slb_svc *owner = key->group->owner;
	const struct slb_svc_key here = {
		.addr = key->addr,
		.port = key->port,
		.proto = key->group->proto,
		.v6 = key->v6,
	};
	const struct slb_svc *svc;

	if (!key->port && owner && slb_svc_key_is_single(&owner->key))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SRV_PORT], -EINVAL,
				     "a port is 1-65535");
	if (owner && slb_svc_key_covers(&owner->key, &key->addr, key->port))
		return slb_nl_refuse(info->extack, attr, -ELOOP,
				     "the server is the service itself");
	rcu_read_lock();	/* it stays as long as the mutex is held */
	svc = slb_svc_find_rcu(sn, &here);
	rcu_read_unlock();
	if (svc && slb_svc_group_locked(svc) == key->group)
		return slb_nl_refuse(info->extack, attr, -ELOOP,
				     "the server is a service that uses the group");
	return slb_nl_unicast(attr, info->extack, &key->addr, key->v6, true);
}

static int slb_nl_srv_none(struct genl_info *info, const struct slb_group *group)
{
	const struct nlattr *attr = info->attrs[SLB_A_SRV_ADDR];

	if (slb_group_is_named(group))
		return slb_nl_refuse(info->extack, attr, -ENOENT, "the group has no such server");
	return slb_nl_refuse(info->extack, attr, -ENOENT, "the service has no such server");
}

/* What the request gives, over what @conf has. */
static void slb_nl_srv_conf(struct genl_info *info, struct slb_srv_conf *conf)
{
	struct nlattr **tb = info->attrs;

	if (tb[SLB_A_SRV_WEIGHT])
		conf->weight = nla_get_u32(tb[SLB_A_SRV_WEIGHT]);
	if (tb[SLB_A_SRV_FWD])
		conf->fwd = nla_get_u8(tb[SLB_A_SRV_FWD]);
	if (tb[SLB_A_SRV_PRIORITY])
		conf->priority = nla_get_u8(tb[SLB_A_SRV_PRIORITY]);
	if (tb[SLB_A_SRV_DOWN]) {
		conf->down = nla_get_u8(tb[SLB_A_SRV_DOWN]);
		conf->unproved = false;
	}
}

/* A new one, or @srv, which was removed and drains. */
static int slb_nl_srv_add_locked(struct genl_info *info, struct slb_srv *srv,
				 const struct slb_nl_srv *key, struct slb_nl_srv_text *text)
{
	struct slb_srv_conf conf = {
		.weight = 1,
		.fwd = SLB_FWD_FULLNAT,
		.unproved = key->group->set.checked,
	};
	struct slb_limit_conf limits;
	int err;

	if (!slb_nl_may_add(info))
		return slb_nl_srv_none(info, key->group);
	slb_limit_conf_init(&limits);
	err = slb_nl_srv_limits(info->attrs[SLB_A_SRV_LIMITS], info->extack, &limits);
	if (err)
		return err;
	slb_nl_srv_conf(info, &conf);
	if (!srv)
		srv = slb_srv_add_locked(key->group, &key->addr, key->port, key->v6, &conf);
	else if (slb_srv_change_locked(srv, &conf))
		srv = NULL;
	if (!srv)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the server");
	slb_limit_srv_set_locked(srv, &limits);
	slb_label_change_locked(&srv->label, &text->label);
	srv->label.owner = SLB_OWNER_HAND;	/* one that drains was somebody's */
	slb_nl_owner(info->attrs[SLB_A_SRV_OWNER], &srv->label.owner);
	slb_health_take_locked(srv, &text->reason.comment, info->attrs[SLB_A_SRV_DOWN]);
	slb_nl_srv_notify(info, srv, key);
	return 0;
}

static int slb_nl_srv_exists(struct genl_info *info, const struct slb_group *group)
{
	const struct nlattr *attr = info->attrs[SLB_A_SRV_ADDR];

	if (slb_group_is_named(group))
		return slb_nl_refuse(info->extack, attr, -EEXIST,
				     "the group has this server already");
	return slb_nl_refuse(info->extack, attr, -EEXIST,
			     "the service has this server already");
}

static int slb_nl_srv_change_locked(struct genl_info *info, struct slb_srv *srv,
				    const struct slb_nl_srv *key, struct slb_nl_srv_text *text)
{
	struct slb_limit_conf limits;
	struct slb_srv_conf conf;
	bool health;
	int err;

	if (!slb_nl_may_change(info))
		return slb_nl_srv_exists(info, key->group);
	slb_limit_srv_read(srv, &limits);
	err = slb_nl_srv_limits(info->attrs[SLB_A_SRV_LIMITS], info->extack, &limits);
	if (err)
		return err;
	slb_srv_conf_read_locked(srv, &conf);
	slb_nl_srv_conf(info, &conf);
	health = conf.down != srv->down || conf.unproved != srv->unproved;
	if (slb_srv_change_locked(srv, &conf))
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the server");
	slb_limit_srv_set_locked(srv, &limits);
	slb_label_change_locked(&srv->label, &text->label);
	slb_nl_owner(info->attrs[SLB_A_SRV_OWNER], &srv->label.owner);
	slb_health_take_locked(srv, &text->reason.comment, health);
	slb_nl_srv_notify(info, srv, key);
	if (health)
		slb_nl_health_notify(srv);
	return 0;
}

/* The texts of a request, to be freed by slb_nl_srv_text_free() also when this fails. */
static int slb_nl_srv_text_read(struct genl_info *info, struct slb_nl_srv_text *text)
{
	const struct nlattr *reason = info->attrs[SLB_A_SRV_REASON];
	struct nlattr **tb = info->attrs;

	memset(text, 0, sizeof(*text));
	if (reason && !tb[SLB_A_SRV_DOWN])
		return slb_nl_refuse(info->extack, reason, -EINVAL,
				     "a reason comes with a state, up or down");
	return slb_label_read(&text->label, tb[SLB_A_SRV_NAME], tb[SLB_A_SRV_COMMENT],
			      info->extack) ?:
	       slb_label_read(&text->reason, NULL, reason, info->extack);
}

static void slb_nl_srv_text_free(struct slb_nl_srv_text *text)
{
	slb_label_free(&text->label);
	slb_label_free(&text->reason);
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
	struct slb_nl_srv_text text;
	struct slb_nl_srv key;
	struct slb_srv *srv;
	int err;

	err = slb_nl_srv_key(info, &key);
	if (err)
		return err;
	err = slb_nl_srv_text_read(info, &text);
	if (err)
		goto out_free;
	mutex_lock(&sn->cfg_mutex);
	err = slb_nl_srv_key_group_locked(info, sn, &key) ?:
	      slb_nl_srv_check_locked(info, sn, &key);
	if (err)
		goto out;
	srv = slb_srv_find_locked(key.group, &key.addr, key.port, key.v6);
	err = srv && !srv->draining ? slb_nl_srv_change_locked(info, srv, &key, &text)
				    : slb_nl_srv_add_locked(info, srv, &key, &text);
out:
	mutex_unlock(&sn->cfg_mutex);
out_free:
	slb_nl_srv_text_free(&text);
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
	struct slb_nl_srv key;
	struct slb_srv *srv;
	int err;

	err = slb_nl_srv_key(info, &key);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	err = slb_nl_srv_key_group_locked(info, sn, &key);
	if (err)
		goto out;
	srv = slb_srv_find_locked(key.group, &key.addr, key.port, key.v6);
	if (srv && srv->draining) {
		err = slb_nl_refuse(info->extack, info->attrs[SLB_A_SRV_ADDR], -EALREADY,
				    "the server is removed already and drains");
	} else if (srv) {
		slb_nl_srv_notify(info, slb_srv_remove_locked(srv) ? srv : NULL, &key);
	} else {
		err = slb_nl_srv_none(info, key.group);
	}
out:
	mutex_unlock(&sn->cfg_mutex);
	return err;
}

static int slb_nl_srv_put_gone(struct sk_buff *skb, const struct slb_srv *srv)
{
	const struct slb_nl_srv key = {
		.group = srv->group,
		.addr = srv->ep->key.addr,
		.port = srv->ep->key.port,
		.v6 = srv->ep->key.v6,
	};

	return slb_nl_srv_put_key(skb, &key);
}

/**
 * slb_nl_srv_notify_drained() - tell that a server that drained is gone now
 * @srv: the server, still in its group
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_nl_srv_notify_drained(const struct slb_srv *srv)
{
	slb_nl_tell_srv(srv, SLB_NL_MCGRP_CONFIG, SLB_CMD_SRV_NTF, slb_nl_srv_put_gone);
}
