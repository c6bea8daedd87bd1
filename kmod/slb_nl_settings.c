// SPDX-License-Identifier: GPL-2.0-only
/* Netlink commands about the namespace: settings, counters, what the module is and holds. */

#include "slb_alloc.h"
#include "slb_limit.h"
#include "slb_nl.h"

/* A prefix in its nest; 16 bytes of address at most. */
#define SLB_NL_PREFIX_SIZE	(3 * NLA_HDRLEN + 16 + NLA_ALIGN(1))

/* A name; an interface's nest with two names of hooks. */
#define SLB_NL_IFNAME_SIZE	(NLA_HDRLEN + IFNAMSIZ)
#define SLB_NL_FAST_SIZE	(7 * NLA_HDRLEN + IFNAMSIZ + 2 * NLA_ALIGN(1) + 2 * SLB_FAST_HOOK_TEXT)

static const struct slb_prefixes *slb_nl_trusted_locked(struct slb_net *sn)
{
	return rcu_dereference_protected(sn->set.trusted, lockdep_is_held(&sn->cfg_mutex));
}

static int slb_nl_settings_put_trusted(struct sk_buff *skb, const struct slb_prefixes *list)
{
	u32 i;

	for (i = 0; list && i < list->n; i++)
		if (slb_nl_put_prefix(skb, SLB_A_SET_TOA_TRUSTED, &list->prefix[i]))
			return -EMSGSIZE;
	return 0;
}

static int slb_nl_settings_put_fastpath(struct sk_buff *skb, struct slb_net *sn)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = slb_fast_name_locked(sn, i)); i++)
		if (nla_put_string(skb, SLB_A_SET_FASTPATH, name))
			return -EMSGSIZE;
	return 0;
}

static int slb_nl_settings_put(struct sk_buff *skb, struct slb_net *sn)
{
	const struct slb_settings *set = &sn->set;

	if (slb_nl_put_timeouts(skb, SLB_A_SET_TIMEOUTS, set->timeout_s) ||
	    nla_put_u8(skb, SLB_A_SET_IDLE_RESET, set->idle_reset) ||
	    nla_put_u32(skb, SLB_A_SET_RECLAIM_UNANSWERED, set->reclaim_unanswered_s) ||
	    nla_put_u32(skb, SLB_A_SET_RECLAIM_UDP, set->reclaim_udp_s) ||
	    nla_put_u32(skb, SLB_A_SET_CONN_MAX, set->conn_max) ||
	    nla_put_u32(skb, SLB_A_SET_RESET_RATE, set->reset_rate) ||
	    nla_put_u32(skb, SLB_A_SET_PERSIST_MAX, set->persist_max) ||
	    nla_put_u8(skb, SLB_A_SET_FASTPATH_FORCE, set->fastpath_force) ||
	    nla_put_u8(skb, SLB_A_SET_ACCOUNTING, set->accounting) ||
	    slb_nl_settings_put_trusted(skb, slb_nl_trusted_locked(sn)))
		return -EMSGSIZE;
	return slb_nl_settings_put_fastpath(skb, sn);
}

/**
 * slb_nl_settings_get_doit() - SLB_CMD_SETTINGS_GET
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_settings_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = slb_nl_reply_new(info, SLB_TRUSTED_MAX * SLB_NL_PREFIX_SIZE +
				 SLB_FASTPATH_MAX * SLB_NL_IFNAME_SIZE, SLB_CMD_SETTINGS_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&sn->cfg_mutex);
	err = slb_nl_settings_put(reply, sn);
	mutex_unlock(&sn->cfg_mutex);
	return slb_nl_reply_send(info, reply, hdr, err);
}

/* The list that the request gives, or NULL for an empty one, in @list. */
static int slb_nl_settings_trusted(struct genl_info *info, struct slb_prefixes **list)
{
	const struct nlattr *attr;
	int rem, err = 0;

	*list = NULL;
	if (!info->attrs[SLB_A_SET_TOA_TRUSTED])
		return 0;
	if (info->attrs[SLB_A_SET_TOA_TRUSTED_NONE])
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_SET_TOA_TRUSTED_NONE], -EINVAL,
				     "prefixes are given and the list is to be emptied");
	*list = slb_alloc(kvzalloc(struct_size(*list, prefix, SLB_TRUSTED_MAX), SLB_GFP_CONFIG));
	if (!*list)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the prefixes");
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != SLB_A_SET_TOA_TRUSTED)
			continue;
		if ((*list)->n == SLB_TRUSTED_MAX)
			err = slb_nl_refuse(info->extack, attr, -E2BIG,
					    "more prefixes than the list holds");
		else
			err = slb_nl_prefix(attr, info->extack, &(*list)->prefix[(*list)->n]);
		if (err)
			break;
		(*list)->n++;
	}
	if (err) {
		kvfree(*list);
		*list = NULL;
	}
	return err;
}

/* One name more. */
static int slb_nl_settings_ifname(const struct nlattr *attr, struct netlink_ext_ack *extack,
				  struct slb_fast_names *list)
{
	char *name = list->name[list->n];
	unsigned int i;

	if (list->n == SLB_FASTPATH_MAX)
		return slb_nl_refuse(extack, attr, -E2BIG, "more interfaces than the list holds");
	if (nla_strscpy(name, attr, IFNAMSIZ) < 0 || !dev_valid_name(name))
		return slb_nl_refuse(extack, attr, -EINVAL, "no interface can have that name");
	for (i = 0; i < list->n; i++)
		if (!strcmp(list->name[i], name))
			return slb_nl_refuse(extack, attr, -EINVAL, "an interface is named twice");
	list->n++;
	return 0;
}

/* The names that the request gives, or NULL for an empty list, in @names. */
static int slb_nl_settings_fastpath(struct genl_info *info, struct slb_fast_names **names)
{
	struct netlink_ext_ack *extack = info->extack;
	struct slb_fast_names *list;
	const struct nlattr *attr;
	int rem, err = 0;

	*names = NULL;
	if (!info->attrs[SLB_A_SET_FASTPATH] && !info->attrs[SLB_A_SET_FASTPATH_NONE])
		return 0;
	if (!IS_ENABLED(CONFIG_NETFILTER_INGRESS))
		return slb_nl_refuse(extack, info->attrs[SLB_A_SET_FASTPATH], -EOPNOTSUPP,
				     "the kernel has no netfilter hook at ingress");
	list = slb_alloc(kzalloc(sizeof(*list), SLB_GFP_CONFIG));
	if (!list)
		return slb_nl_refuse(extack, NULL, -ENOMEM, "no memory for the interfaces");
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != SLB_A_SET_FASTPATH)
			continue;
		err = slb_nl_settings_ifname(attr, extack, list);
		if (err)
			break;
	}
	if (!err && list->n && info->attrs[SLB_A_SET_FASTPATH_NONE])
		err = slb_nl_refuse(extack, info->attrs[SLB_A_SET_FASTPATH_NONE], -EINVAL,
				    "interfaces are given and the list is to be emptied");
	if (err)
		kfree(list);
	else
		*names = list;
	return err;
}

/* What the request gives, over what @set has. */
static int slb_nl_settings_read(struct genl_info *info, struct slb_settings *set)
{
	struct nlattr **tb = info->attrs;

	if (tb[SLB_A_SET_IDLE_RESET])
		set->idle_reset = nla_get_u8(tb[SLB_A_SET_IDLE_RESET]);
	if (tb[SLB_A_SET_RECLAIM_UNANSWERED])
		set->reclaim_unanswered_s = nla_get_u32(tb[SLB_A_SET_RECLAIM_UNANSWERED]);
	if (tb[SLB_A_SET_RECLAIM_UDP])
		set->reclaim_udp_s = nla_get_u32(tb[SLB_A_SET_RECLAIM_UDP]);
	if (tb[SLB_A_SET_CONN_MAX])
		set->conn_max = nla_get_u32(tb[SLB_A_SET_CONN_MAX]);
	if (tb[SLB_A_SET_RESET_RATE])
		set->reset_rate = nla_get_u32(tb[SLB_A_SET_RESET_RATE]);
	if (tb[SLB_A_SET_PERSIST_MAX])
		set->persist_max = nla_get_u32(tb[SLB_A_SET_PERSIST_MAX]);
	if (tb[SLB_A_SET_FASTPATH_FORCE])
		set->fastpath_force = nla_get_u8(tb[SLB_A_SET_FASTPATH_FORCE]);
	if (tb[SLB_A_SET_ACCOUNTING])
		set->accounting = nla_get_u8(tb[SLB_A_SET_ACCOUNTING]);
	if (tb[SLB_A_SET_TIMEOUTS])
		return slb_nl_timeouts(tb[SLB_A_SET_TIMEOUTS], info->extack, set->timeout_s, 1);
	return 0;
}

static void slb_nl_settings_notify(struct genl_info *info, struct slb_net *sn)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_SETTINGS_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, slb_nl_settings_put(skb, sn));
}

/**
 * slb_nl_settings_set_doit() - SLB_CMD_SETTINGS_SET
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_settings_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool trust = info->attrs[SLB_A_SET_TOA_TRUSTED] || info->attrs[SLB_A_SET_TOA_TRUSTED_NONE];
	struct slb_net *sn = slb_nl_net(info);
	struct slb_fast_names *names;
	struct slb_settings set;
	struct slb_prefixes *list;
	int err;

	err = slb_nl_settings_trusted(info, &list);
	if (err)
		return err;
	err = slb_nl_settings_fastpath(info, &names);
	if (err)
		goto err_list;
	mutex_lock(&sn->cfg_mutex);
	set = sn->set;
	err = slb_nl_settings_read(info, &set);
	if (!err && names && slb_fast_set_locked(sn, names))
		err = slb_nl_refuse(info->extack, info->attrs[SLB_A_SET_FASTPATH], -ENOMEM,
				    "no memory for the fast path's hooks");
	if (!err) {
		slb_settings_change_locked(sn, &set);
		if (trust)
			slb_settings_trust_locked(sn, list);
		slb_nl_settings_notify(info, sn);
	}
	mutex_unlock(&sn->cfg_mutex);
	kfree(names);
	if (!err)
		return 0;
err_list:
	kvfree(list);
	return err;
}

/**
 * slb_nl_counter_get_doit() - SLB_CMD_COUNTER_GET
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_counter_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_counters sum;
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = slb_nl_reply_new(info, sizeof(sum), SLB_CMD_COUNTER_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&sn->cfg_mutex);
	slb_counters_since_locked(sn, &sum);
	mutex_unlock(&sn->cfg_mutex);
	err = nla_put(reply, SLB_A_CTR_COUNTS, sizeof(sum.count), sum.count) ?:
	      nla_put(reply, SLB_A_CTR_DROPS, sizeof(sum.drop), sum.drop);
	return slb_nl_reply_send(info, reply, hdr, err);
}

static int slb_nl_info_put_fast(struct sk_buff *skb, const struct slb_fast_state *state)
{
	struct nlattr *nest = nla_nest_start(skb, SLB_A_INFO_FASTPATH);

	if (!nest || nla_put_string(skb, SLB_A_FAST_NAME, state->name) ||
	    nla_put_u8(skb, SLB_A_FAST_STATE4, state->state[0]) ||
	    nla_put_u8(skb, SLB_A_FAST_STATE6, state->state[1]) ||
	    (state->state[0] == SLB_FAST_HOOK &&
	     nla_put_string(skb, SLB_A_FAST_HOOK4, state->hook[0])) ||
	    (state->state[1] == SLB_FAST_HOOK &&
	     nla_put_string(skb, SLB_A_FAST_HOOK6, state->hook[1])))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int slb_nl_info_put_fasts(struct sk_buff *skb, struct slb_net *sn)
{
	struct slb_fast_state state;
	unsigned int i;
	int err = 0;

	mutex_lock(&sn->cfg_mutex);
	for (i = 0; !err && slb_fast_next_locked(sn, i, &state); i++)
		err = slb_nl_info_put_fast(skb, &state);
	mutex_unlock(&sn->cfg_mutex);
	return err;
}

static int slb_nl_info_put(struct sk_buff *skb, struct slb_net *sn)
{
	struct slb_counters sum;
	u64 created, destroyed;

	/* The destroyed first: what is destroyed meanwhile was created before it is counted. */
	destroyed = atomic64_read(&sn->destroyed);
	slb_counters_sum(sn, &sum);
	destroyed += sum.count[SLB_COUNT_CONN_DESTROYED];
	created = atomic64_read(&sn->created) + sum.count[SLB_COUNT_CONN_CREATED];

	if (nla_put_string(skb, SLB_A_INFO_VERSION, SLB_RELEASE) ||
	    nla_put_u32(skb, SLB_A_INFO_FEATURES, 0) ||
	    nla_put_u32(skb, SLB_A_INFO_SERVICES, atomic_read(&sn->n_svcs)) ||
	    nla_put_u32(skb, SLB_A_INFO_SERVERS, atomic_read(&sn->n_srvs)) ||
	    nla_put_u32(skb, SLB_A_INFO_LADDRS, atomic_read(&sn->n_laddrs)) ||
	    nla_put_u32(skb, SLB_A_INFO_CONNS, atomic_read(&sn->conns)) ||
	    nla_put_u64_64bit(skb, SLB_A_INFO_CREATED, created, SLB_A_INFO_PAD) ||
	    nla_put_u64_64bit(skb, SLB_A_INFO_DESTROYED, destroyed, SLB_A_INFO_PAD) ||
	    nla_put_u32(skb, SLB_A_INFO_BUCKETS, slb_table_size(&sn->table)) ||
	    nla_put_u32(skb, SLB_A_INFO_CONN_BYTES4, sizeof(struct slb_conn) + 2 * SLB_WAY4_SIZE) ||
	    nla_put_u32(skb, SLB_A_INFO_CONN_BYTES6, sizeof(struct slb_conn) + 2 * SLB_WAY6_SIZE) ||
	    nla_put_u32(skb, SLB_A_INFO_ACLS, READ_ONCE(sn->n_acls)) ||
	    nla_put_u32(skb, SLB_A_INFO_PERSISTENT, slb_persist_count(sn)) ||
	    nla_put_u32(skb, SLB_A_INFO_LIMIT_CLIENTS, slb_client_count(sn)))
		return -EMSGSIZE;
	return slb_nl_info_put_fasts(skb, sn);
}

/**
 * slb_nl_info_get_doit() - SLB_CMD_INFO_GET
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;

	reply = slb_nl_reply_new(info, SLB_FASTPATH_MAX * SLB_NL_FAST_SIZE, SLB_CMD_INFO_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	return slb_nl_reply_send(info, reply, hdr, slb_nl_info_put(reply, slb_nl_net(info)));
}
