// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about local addresses, and the one that removes everything. */

#include "slb_nl.h"

/* A local address as a request names it. */
struct slb_nl_laddr {
	char		pool[SLB_NAME_MAX + 1];
	struct in6_addr	addr;
	bool		v6;
	u32		vrf;
};

static int slb_nl_laddr_put_key(struct sk_buff *skb, const struct slb_nl_laddr *key)
{
	if (nla_put_string(skb, SLB_A_LADDR_POOL, key->pool) ||
	    slb_nl_put_addr(skb, SLB_A_LADDR_ADDR, &key->addr, key->v6) ||
	    (key->vrf && nla_put_u32(skb, SLB_A_LADDR_VRF, key->vrf)))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_laddr_put(struct sk_buff *skb, const struct slb_laddr *laddr)
{
	struct slb_nl_laddr key = {
		.addr = laddr->addr,
		.v6 = laddr->v6,
		.vrf = laddr->vrf,
	};

	strscpy(key.pool, laddr->pool_name, sizeof(key.pool));
	if (slb_nl_laddr_put_key(skb, &key) ||
	    nla_put_u8(skb, SLB_A_LADDR_DEDICATED, laddr->dedicated) ||
	    nla_put_u8(skb, SLB_A_LADDR_OWNER, laddr->owner) ||
	    nla_put_u16(skb, SLB_A_LADDR_PORT_FIRST, laddr->port_first) ||
	    nla_put_u16(skb, SLB_A_LADDR_PORT_LAST, laddr->port_last) ||
	    nla_put_u32(skb, SLB_A_LADDR_PORTS, slb_lease_ports(laddr)) ||
	    nla_put_u32(skb, SLB_A_LADDR_LEASES, max(atomic_read(&laddr->leases), 0)) ||
	    nla_put_u64_64bit(skb, SLB_A_LADDR_EXHAUSTED, atomic64_read(&laddr->exhausted),
			      SLB_A_LADDR_PAD) ||
	    nla_put_u64_64bit(skb, SLB_A_LADDR_RECLAIMED, atomic64_read(&laddr->reclaimed),
			      SLB_A_LADDR_PAD) ||
	    (!laddr->pool && nla_put_flag(skb, SLB_A_LADDR_DYING)))
		return -EMSGSIZE;
	return 0;
}

/* @laddr is NULL when the address is gone: only its key is told. */
static void slb_nl_laddr_notify(struct genl_info *info, const struct slb_laddr *laddr,
				const struct slb_nl_laddr *key)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_LADDR_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, laddr ? slb_nl_laddr_put(skb, laddr)
						      : slb_nl_laddr_put_key(skb, key));
}

static int slb_nl_laddr_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
				 const struct slb_laddr *laddr)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_LADDR_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (slb_nl_laddr_put(skb, laddr)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* By serial, not by position: a dying address may leave the list at any time. */
static void slb_nl_laddr_dump(struct sk_buff *skb, struct netlink_callback *cb, struct slb_net *sn,
			      const char *pool)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	const struct slb_laddr *laddr;

	list_for_each_entry(laddr, &sn->laddrs, list) {
		if (laddr->serial <= cursor->at || (pool && strcmp(pool, laddr->pool_name)))
			continue;
		/* Removed, and just not freed yet. */
		if (laddr->dying && !atomic_read(&laddr->leases))
			continue;
		if (slb_nl_laddr_dump_one(skb, cb, laddr))
			break;
		cursor->at = laddr->serial;
	}
}

/**
 * slb_nl_laddr_get_dumpit() - SLB_CMD_LADDR_GET
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_laddr_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *attr = genl_info_dump(cb)->attrs[SLB_A_LADDR_POOL];
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	char pool[SLB_NAME_MAX + 1];
	int err;

	err = slb_nl_pool_name(attr, cb->extack, pool);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	spin_lock_bh(&sn->laddr_lock);
	slb_nl_laddr_dump(skb, cb, sn, attr ? pool : NULL);
	spin_unlock_bh(&sn->laddr_lock);
	mutex_unlock(&sn->cfg_mutex);
	return skb->len;
}

static int slb_nl_laddr_key(struct genl_info *info, struct slb_nl_laddr *key)
{
	struct nlattr **tb = info->attrs;
	int err;

	memset(key, 0, sizeof(*key));
	if (slb_nl_missing(info->extack, NULL, tb, SLB_A_LADDR_ADDR,
			   "the local address is missing"))
		return -EINVAL;
	err = slb_nl_addr(tb[SLB_A_LADDR_ADDR], info->extack, &key->addr, &key->v6) ?:
	      slb_nl_pool_name(tb[SLB_A_LADDR_POOL], info->extack, key->pool);
	key->vrf = tb[SLB_A_LADDR_VRF] ? nla_get_u32(tb[SLB_A_LADDR_VRF]) : 0;
	return err;
}

/* What the request gives, over what @conf has. */
static int slb_nl_laddr_conf(struct genl_info *info, struct slb_laddr_conf *conf)
{
	struct nlattr *first = info->attrs[SLB_A_LADDR_PORT_FIRST];
	struct nlattr *last = info->attrs[SLB_A_LADDR_PORT_LAST];

	if (info->attrs[SLB_A_LADDR_DEDICATED])
		conf->dedicated = nla_get_u8(info->attrs[SLB_A_LADDR_DEDICATED]);
	slb_nl_owner(info->attrs[SLB_A_LADDR_OWNER], &conf->owner);
	if (first)
		conf->port_first = nla_get_u16(first);
	if (last)
		conf->port_last = nla_get_u16(last);
	if (conf->port_first < SLB_LPORT_FIRST || conf->port_first > SLB_LPORT_LAST)
		return slb_nl_refuse(info->extack, first, -ERANGE,
				     "ports to lease are within 1024-60999");
	if (conf->port_last < SLB_LPORT_FIRST || conf->port_last > SLB_LPORT_LAST)
		return slb_nl_refuse(info->extack, last, -ERANGE,
				     "ports to lease are within 1024-60999");
	if (conf->port_first > conf->port_last)
		return slb_nl_refuse(info->extack, first ?: last, -EINVAL,
				     "the first port to lease is above the last");
	return 0;
}

static int slb_nl_laddr_change_locked(struct genl_info *info, struct slb_laddr *laddr,
				      const struct slb_nl_laddr *key)
{
	struct slb_laddr_conf conf = {
		.dedicated = laddr->dedicated,
		.owner = laddr->owner,
		.port_first = laddr->port_first,
		.port_last = laddr->port_last,
	};
	int err;

	if (strcmp(laddr->pool_name, key->pool))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_LADDR_ADDR], -EEXIST,
				     "another pool has this local address");
	if (!slb_nl_may_change(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_LADDR_ADDR], -EEXIST,
				     "the pool has this local address already");
	err = slb_nl_laddr_conf(info, &conf);
	if (err)
		return err;
	slb_laddr_change_locked(laddr, &conf);
	slb_nl_laddr_notify(info, laddr, key);
	return 0;
}

static int slb_nl_laddr_add_locked(struct genl_info *info, struct slb_net *sn,
				   const struct slb_nl_laddr *key)
{
	struct slb_laddr_conf conf = {
		.port_first = SLB_LPORT_FIRST,
		.port_last = SLB_LPORT_LAST,
	};
	struct slb_laddr *laddr;
	int err;

	if (!slb_nl_may_add(info))
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_LADDR_ADDR], -ENOENT,
				     "the pool has no such local address");
	err = slb_nl_laddr_conf(info, &conf);
	if (err)
		return err;
	laddr = slb_laddr_add_locked(sn, key->pool, &key->addr, key->v6, key->vrf, &conf);
	if (!laddr)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM,
				     "no memory for the local address");
	slb_nl_warn_foreign(info, &key->addr, key->v6, key->vrf);
	slb_nl_laddr_notify(info, laddr, key);
	return 0;
}

/**
 * slb_nl_laddr_new_doit() - SLB_CMD_LADDR_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_laddr_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_laddr *laddr;
	struct slb_nl_laddr key;
	int err;

	err = slb_nl_laddr_key(info, &key) ?:
	      slb_nl_vrf(info->attrs[SLB_A_LADDR_VRF], info, &key.vrf) ?:
	      slb_nl_unicast(info->attrs[SLB_A_LADDR_ADDR], info->extack, &key.addr, key.v6, false);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	laddr = slb_laddr_find_locked(sn, &key.addr, key.v6, key.vrf);
	err = laddr && laddr->pool ? slb_nl_laddr_change_locked(info, laddr, &key)
				   : slb_nl_laddr_add_locked(info, sn, &key);
	mutex_unlock(&sn->cfg_mutex);
	if (laddr)
		slb_laddr_put(laddr);
	return err;
}

/**
 * slb_nl_laddr_del_doit() - SLB_CMD_LADDR_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_laddr_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_laddr *laddr;
	struct slb_nl_laddr key;
	int err;

	err = slb_nl_laddr_key(info, &key);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	laddr = slb_laddr_find_locked(sn, &key.addr, key.v6, key.vrf);
	if (laddr && laddr->pool && !strcmp(laddr->pool_name, key.pool)) {
		err = slb_laddr_remove_locked(laddr);
		if (err)
			GENL_SET_ERR_MSG(info, "no memory for the change");
		else
			slb_nl_laddr_notify(info, NULL, &key);
	} else {
		err = slb_nl_refuse(info->extack, info->attrs[SLB_A_LADDR_ADDR], -ENOENT,
				    "the pool has no such local address");
	}
	mutex_unlock(&sn->cfg_mutex);
	if (laddr)
		slb_laddr_put(laddr);
	return err;
}

/**
 * slb_nl_flush_doit() - SLB_CMD_FLUSH
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0.
 */
int slb_nl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct sk_buff *ntf;
	void *hdr;

	mutex_lock(&sn->cfg_mutex);
	slb_net_flush_locked(sn);
	ntf = slb_nl_ntf_new(info, SLB_CMD_FLUSH_NTF, &hdr);
	slb_nl_ntf_send(info, ntf, hdr, 0);
	mutex_unlock(&sn->cfg_mutex);
	return 0;
}
