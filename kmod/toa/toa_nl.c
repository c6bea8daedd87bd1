// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family slb_toa: one function for each command. The attributes
 * have passed the generated policies when these are called.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <uapi/linux/slb.h>
#include "slb_alloc.h"
#include "toa_net.h"
#include "toa_nl.h"
#include "toa_nl_gen.h"

static struct slb_toa_net *slb_toa_nl_net(const struct genl_info *info)
{
	return slb_toa_net(genl_info_net((struct genl_info *)info));
}

static struct sk_buff *slb_toa_nl_reply_new(struct genl_info *info, void **hdr)
{
	struct sk_buff *reply = slb_alloc(genlmsg_new(NLMSG_DEFAULT_SIZE,
						      GFP_KERNEL));

	if (!reply) {
		GENL_SET_ERR_MSG(info, "no memory for the answer");
		return NULL;
	}
	/* There is room for a header in an empty message. */
	*hdr = genlmsg_put_reply(reply, info, &slb_toa_nl_family, 0,
				 info->genlhdr->cmd);
	return reply;
}

static int slb_toa_nl_reply_send(struct genl_info *info, struct sk_buff *reply,
				 void *hdr, int err)
{
	if (err) {
		GENL_SET_ERR_MSG(info, "the answer does not fit a message");
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

int slb_toa_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	struct sk_buff *reply;
	u32 prefixes;
	void *hdr;
	int err;

	reply = slb_toa_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;

	rcu_read_lock();
	prefixes = rcu_dereference(tn->trust)->nr;
	rcu_read_unlock();

	err = nla_put_string(reply, SLB_TOA_A_INFO_VERSION, SLB_RELEASE) ?:
	      nla_put_u32(reply, SLB_TOA_A_INFO_PREFIXES, prefixes) ?:
	      nla_put_u32(reply, SLB_TOA_A_INFO_CLIENTS,
			  slb_toa_store_count(&tn->store));
	return slb_toa_nl_reply_send(info, reply, hdr, err);
}

int slb_toa_nl_settings_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	u8 kinds[SLB_TOA_KINDS_MAX];
	struct sk_buff *reply;
	unsigned int nr = 0;
	u64 packed;
	void *hdr;
	int err;

	for (packed = READ_ONCE(tn->kinds); packed; packed >>= BITS_PER_BYTE)
		kinds[nr++] = packed;

	reply = slb_toa_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	err = nla_put(reply, SLB_TOA_A_SET_KINDS, nr, kinds) ?:
	      nla_put_u32(reply, SLB_TOA_A_SET_CLIENTS_MAX,
			  READ_ONCE(tn->store.max));
	return slb_toa_nl_reply_send(info, reply, hdr, err);
}

int slb_toa_nl_settings_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *clients = info->attrs[SLB_TOA_A_SET_CLIENTS_MAX];
	struct nlattr *kinds = info->attrs[SLB_TOA_A_SET_KINDS];
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	u64 packed;

	if (!clients && !kinds) {
		GENL_SET_ERR_MSG(info, "no setting is given");
		return -EINVAL;
	}
	if (kinds && slb_toa_kinds_pack(&packed, nla_data(kinds),
					nla_len(kinds))) {
		NL_SET_ERR_MSG_ATTR(info->extack, kinds,
				    "1 to 8 different option kinds that TCP itself does not use");
		return -EINVAL;
	}

	mutex_lock(&tn->cfg_mutex);
	if (kinds)
		WRITE_ONCE(tn->kinds, packed);
	if (clients)
		WRITE_ONCE(tn->store.max, nla_get_u32(clients));
	mutex_unlock(&tn->cfg_mutex);
	return 0;
}

int slb_toa_nl_counter_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	u64 counts[SLB_TOA_COUNT_COUNT];
	struct sk_buff *reply;
	unsigned int i;
	void *hdr;
	int err;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		counts[i] = slb_toa_net_count_sum(tn, i);

	reply = slb_toa_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	err = nla_put(reply, SLB_TOA_A_CTR_COUNTS, sizeof(counts), counts);
	return slb_toa_nl_reply_send(info, reply, hdr, err);
}

static int slb_toa_nl_prefix_put(struct sk_buff *skb,
				 const struct slb_toa_prefix *prefix)
{
	u8 addr[sizeof(struct in6_addr)];
	struct nlattr *nest;

	nest = nla_nest_start(skb, SLB_TOA_A_TRUST_PREFIX);
	if (!nest)
		return -EMSGSIZE;
	slb_toa_prefix_addr(prefix, addr);
	if (nla_put(skb, SLB_TOA_A_PREFIX_ADDR,
		    prefix->family == AF_INET ? sizeof(struct in_addr) :
						sizeof(struct in6_addr),
		    addr) ||
	    nla_put_u8(skb, SLB_TOA_A_PREFIX_LEN, prefix->len))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* cb->args[0] is the index of the next prefix. A change of the list in between
 * moves indexes; the reader is told by NLM_F_DUMP_INTR and starts again.
 */
int slb_toa_nl_trust_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct slb_toa_net *tn = slb_toa_net(sock_net(skb->sk));
	const struct slb_toa_trust *trust;
	void *hdr;

	mutex_lock(&tn->cfg_mutex);
	trust = slb_toa_net_trust_locked(tn);
	cb->seq = tn->cfg_gen;
	for (; cb->args[0] < trust->nr; cb->args[0]++) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &slb_toa_nl_family,
				  NLM_F_MULTI, SLB_TOA_CMD_TRUST_GET);
		if (!hdr)
			break;
		genl_dump_check_consistent(cb, hdr);
		if (slb_toa_nl_prefix_put(skb, &trust->all[cb->args[0]])) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	mutex_unlock(&tn->cfg_mutex);
	return skb->len;
}

/* Read one prefix; its attributes have passed their policy, one by one. */
static int slb_toa_nl_prefix_get(struct genl_info *info,
				 const struct nlattr *nest,
				 struct slb_toa_prefix *prefix)
{
	struct nlattr *tb[SLB_TOA_A_PREFIX_MAX + 1];
	struct nlattr *addr;
	struct nlattr *len;
	int err;

	err = nla_parse_nested(tb, SLB_TOA_A_PREFIX_MAX, nest, NULL,
			       info->extack);
	if (err)
		return err;
	addr = tb[SLB_TOA_A_PREFIX_ADDR];
	len = tb[SLB_TOA_A_PREFIX_LEN];
	if (!addr || !len) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "a prefix has an address and a length");
		return -EINVAL;
	}

	switch (nla_len(addr)) {
	case sizeof(struct in_addr):
		err = slb_toa_prefix_set(prefix, nla_data(addr), AF_INET,
					 nla_get_u8(len));
		break;
	case sizeof(struct in6_addr):
		err = slb_toa_prefix_set(prefix, nla_data(addr), AF_INET6,
					 nla_get_u8(len));
		break;
	default:
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	if (err == -ERANGE)
		NL_SET_ERR_MSG_ATTR(info->extack, len,
				    "the prefix length exceeds the address");
	else if (err)
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "the address has bits set behind the prefix length");
	return err;
}

/* Read the prefixes of a request into memory that the caller kfree()s. */
static struct slb_toa_prefix *slb_toa_nl_prefixes_get(struct genl_info *info,
						      u32 *nr, u32 max)
{
	struct slb_toa_prefix *list;
	struct nlattr *attr;
	int err = 0;
	int rem;

	list = slb_alloc(kvcalloc(max, sizeof(*list), GFP_KERNEL));
	if (!list) {
		GENL_SET_ERR_MSG(info, "no memory for the prefixes");
		return ERR_PTR(-ENOMEM);
	}

	*nr = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (*nr == max) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "too many prefixes");
			err = -E2BIG;
			break;
		}
		err = slb_toa_nl_prefix_get(info, attr, &list[(*nr)++]);
		if (err)
			break;
	}
	if (err) {
		kvfree(list);
		return ERR_PTR(err);
	}
	return list;
}

static int slb_toa_nl_prefix_get_one(struct genl_info *info,
				     struct slb_toa_prefix *prefix)
{
	struct slb_toa_prefix *list;
	u32 nr;

	if (GENL_REQ_ATTR_CHECK(info, SLB_TOA_A_TRUST_PREFIX)) {
		GENL_SET_ERR_MSG(info, "no prefix is given");
		return -EINVAL;
	}
	list = slb_toa_nl_prefixes_get(info, &nr, 1);
	if (IS_ERR(list))
		return PTR_ERR(list);
	*prefix = list[0];
	kvfree(list);
	return 0;
}

/* Put @trust in force unless it is an error; say why not. */
static int slb_toa_nl_trust_change_locked(struct genl_info *info,
					  struct slb_toa_net *tn,
					  struct slb_toa_trust *trust)
	__must_hold(&tn->cfg_mutex)
{
	struct nlattr *attr = info->attrs[SLB_TOA_A_TRUST_PREFIX];

	switch (PTR_ERR_OR_ZERO(trust)) {
	case 0:
		slb_toa_net_trust_swap_locked(tn, trust);
		return 0;
	case -EEXIST:
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the prefix is in the trust list already");
		return -EEXIST;
	case -ENOENT:
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the prefix is not in the trust list");
		return -ENOENT;
	case -ENOSPC:
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the trust list is full");
		return -ENOSPC;
	default:
		GENL_SET_ERR_MSG(info, "no memory for the trust list");
		return -ENOMEM;
	}
}

int slb_toa_nl_trust_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	struct slb_toa_prefix prefix;
	struct slb_toa_trust *trust;
	int err;

	err = slb_toa_nl_prefix_get_one(info, &prefix);
	if (err)
		return err;

	mutex_lock(&tn->cfg_mutex);
	trust = slb_toa_trust_add(slb_toa_net_trust_locked(tn), &prefix);
	if (PTR_ERR_OR_ZERO(trust) == -EEXIST &&
	    !(info->nlhdr->nlmsg_flags & NLM_F_EXCL))
		err = 0;
	else
		err = slb_toa_nl_trust_change_locked(info, tn, trust);
	mutex_unlock(&tn->cfg_mutex);
	return err;
}

int slb_toa_nl_trust_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	struct slb_toa_prefix prefix;
	struct slb_toa_trust *trust;
	int err;

	err = slb_toa_nl_prefix_get_one(info, &prefix);
	if (err)
		return err;

	mutex_lock(&tn->cfg_mutex);
	trust = slb_toa_trust_del(slb_toa_net_trust_locked(tn), &prefix);
	err = slb_toa_nl_trust_change_locked(info, tn, trust);
	mutex_unlock(&tn->cfg_mutex);
	return err;
}

int slb_toa_nl_trust_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_toa_net *tn = slb_toa_nl_net(info);
	struct slb_toa_trust *trust;
	struct slb_toa_prefix *list;
	u32 nr;
	int err;

	list = slb_toa_nl_prefixes_get(info, &nr, SLB_TOA_TRUST_MAX);
	if (IS_ERR(list))
		return PTR_ERR(list);
	trust = slb_toa_trust_create(list, nr);
	kvfree(list);

	mutex_lock(&tn->cfg_mutex);
	err = slb_toa_nl_trust_change_locked(info, tn,
					     trust ?: ERR_PTR(-ENOMEM));
	mutex_unlock(&tn->cfg_mutex);
	return err;
}

/**
 * slb_toa_nl_register() - offer the family
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error.
 */
int __init slb_toa_nl_register(void)
{
	return slb_attempt(-ENOMEM, genl_register_family(&slb_toa_nl_family));
}

/**
 * slb_toa_nl_unregister() - undo slb_toa_nl_register()
 *
 * Context: process, may sleep. No command is running when it returns.
 */
void slb_toa_nl_unregister(void)
{
	genl_unregister_family(&slb_toa_nl_family);
}

MODULE_ALIAS_GENL_FAMILY(SLB_TOA_FAMILY_NAME);
