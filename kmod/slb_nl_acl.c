// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink commands about access lists.
 *
 * A list of many prefixes does not fit into one request. What a socket sends is kept for it, and the
 * last request publishes all of it; until then nothing has changed. A refused request and the end of
 * the socket drop what was kept.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_nl.h"

/**
 * struct slb_nl_stage - what a socket has sent of an access list so far
 * @list: in sn->acl_stages
 * @portid: the socket
 * @op: enum slb_acl_op
 * @n: entries in @prefix
 * @cap: places in @prefix
 * @prefix: in the order they came
 * @name: of the access list
 *
 * Lives under sn->cfg_mutex.
 */
struct slb_nl_stage {
	struct list_head	list;
	u32			portid;
	u8			op;
	u32			n;
	u32			cap;
	struct slb_prefix	*prefix;
	char			name[SLB_NAME_MAX + 1];
};

static void slb_nl_stage_free(struct slb_nl_stage *stage)
{
	list_del(&stage->list);
	kvfree(stage->prefix);
	kfree(stage);
}

static struct slb_nl_stage *slb_nl_stage_find_locked(struct slb_net *sn, u32 portid)
{
	struct slb_nl_stage *stage;

	lockdep_assert_held(&sn->cfg_mutex);
	list_for_each_entry(stage, &sn->acl_stages, list)
		if (stage->portid == portid)
			return stage;
	return NULL;
}

/**
 * slb_nl_acl_forget_locked() - drop what all sockets have sent of access lists
 * @sn: the namespace's balancer; no request comes any more
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_nl_acl_forget_locked(struct slb_net *sn)
{
	struct slb_nl_stage *stage, *next;

	list_for_each_entry_safe(stage, next, &sn->acl_stages, list)
		slb_nl_stage_free(stage);
}

/* A socket is closed. One that has sent nothing of an access list costs a look at the list. */
static int slb_nl_acl_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netlink_notify *notify = ptr;
	struct slb_nl_stage *stage;
	struct slb_net *sn;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	sn = slb_net(notify->net);
	if (list_empty(&sn->acl_stages))
		return NOTIFY_DONE;
	mutex_lock(&sn->cfg_mutex);
	stage = slb_nl_stage_find_locked(sn, notify->portid);
	if (stage)
		slb_nl_stage_free(stage);
	mutex_unlock(&sn->cfg_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block slb_nl_acl_nb = {
	.notifier_call = slb_nl_acl_event,
};

/**
 * slb_nl_acl_init() - learn of sockets that are closed
 *
 * Context: module load, before requests can come.
 * Return: 0 or a negative error.
 */
int slb_nl_acl_init(void)
{
	return slb_attempt(-ENOMEM, netlink_register_notifier(&slb_nl_acl_nb));
}

/**
 * slb_nl_acl_exit() - the opposite of slb_nl_acl_init()
 *
 * Context: module unload, when no requests come any more.
 */
void slb_nl_acl_exit(void)
{
	netlink_unregister_notifier(&slb_nl_acl_nb);
}

static int slb_nl_acl_name(const struct nlattr *attr, struct netlink_ext_ack *extack, char *name)
{
	const char *c;

	nla_strscpy(name, attr, SLB_NAME_MAX + 1);
	/* isalnum() takes Latin-1's letters too, which are no UTF-8, hence no JSON. */
	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("._:-", *c)))
			return slb_nl_refuse(extack, attr, -EINVAL,
					     "an access list's name is made of letters, digits, '.', '_', ':' and '-'");
	if (!name[0])
		return slb_nl_refuse(extack, attr, -EINVAL, "an access list has a name");
	if (name[0] == '-')
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "an access list's name does not begin with '-'");
	return 0;
}

static int slb_nl_acl_name_of(struct genl_info *info, char *name)
{
	if (slb_nl_missing(info->extack, NULL, info->attrs, SLB_A_ACL_NAME,
			   "the access list's name is missing"))
		return -EINVAL;
	return slb_nl_acl_name(info->attrs[SLB_A_ACL_NAME], info->extack, name);
}

static int slb_nl_acl_put(struct sk_buff *skb, const struct slb_net *sn, const struct slb_acl *acl)
{
	if (nla_put_string(skb, SLB_A_ACL_NAME, acl->name) ||
	    nla_put_u8(skb, SLB_A_ACL_MODE, acl->mode) ||
	    nla_put_u8(skb, SLB_A_ACL_OWNER, acl->owner) ||
	    nla_put_u32(skb, SLB_A_ACL_ENTRIES, slb_acl_set_locked(sn, acl)->n) ||
	    nla_put_u32(skb, SLB_A_ACL_SERVICES, acl->users))
		return -EMSGSIZE;
	return 0;
}

static void slb_nl_acl_notify(struct genl_info *info, const struct slb_acl *acl)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_ACL_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, slb_nl_acl_put(skb, slb_nl_net(info), acl));
}

static void slb_nl_acl_notify_removed(struct genl_info *info, const char *name)
{
	void *hdr;
	struct sk_buff *skb = slb_nl_ntf_new(info, SLB_CMD_ACL_NTF, &hdr);

	if (skb)
		slb_nl_ntf_send(info, skb, hdr, nla_put_string(skb, SLB_A_ACL_NAME, name));
}

/* May the request do to the list of that name, or to none, what it asks for? */
static int slb_nl_acl_judge(struct genl_info *info, const struct slb_acl *acl, u8 op)
{
	struct nlattr **tb = info->attrs;

	if (acl && !slb_nl_may_change(info))
		return slb_nl_refuse(info->extack, tb[SLB_A_ACL_NAME], -EEXIST,
				     "the access list exists already");
	if (!acl && (!slb_nl_may_add(info) || op == SLB_ACL_OP_REMOVE))
		return slb_nl_refuse(info->extack, tb[SLB_A_ACL_NAME], -ENOENT,
				     "no such access list");
	if (!acl && slb_nl_missing(info->extack, NULL, tb, SLB_A_ACL_MODE,
				   "the access list's mode is missing: allow or deny"))
		return -EINVAL;
	if (acl && acl->users && tb[SLB_A_ACL_MODE] && nla_get_u8(tb[SLB_A_ACL_MODE]) != acl->mode)
		return slb_nl_refuse(info->extack, tb[SLB_A_ACL_MODE], -EBUSY,
				     "services use the access list, so it stays what it is for");
	return 0;
}

/* What the socket has sent so far, to be gone on with; NULL with @err set if that cannot be. */
static struct slb_nl_stage *slb_nl_stage_get_locked(struct genl_info *info, struct slb_net *sn,
						    const char *name, u8 op, int *err)
{
	struct slb_nl_stage *stage = slb_nl_stage_find_locked(sn, info->snd_portid);

	*err = 0;
	if (!stage) {
		stage = slb_alloc(kzalloc(sizeof(*stage), SLB_GFP_CONFIG));
		if (!stage) {
			*err = slb_nl_refuse(info->extack, NULL, -ENOMEM,
					     "no memory for the prefixes");
			return NULL;
		}
		stage->portid = info->snd_portid;
		stage->op = op;
		strscpy(stage->name, name, sizeof(stage->name));
		list_add(&stage->list, &sn->acl_stages);
	}
	if (stage->op == op && !strcmp(stage->name, name))
		return stage;
	slb_nl_stage_free(stage);
	*err = slb_nl_refuse(info->extack, info->attrs[SLB_A_ACL_NAME], -EINVAL,
			     "the last request was to go on, and this one is about something else");
	return NULL;
}

static int slb_nl_stage_grow(struct slb_nl_stage *stage)
{
	u32 cap = min_t(u32, max(stage->cap * 2, 64u), SLB_ACL_ENTRIES_MAX);
	struct slb_prefix *prefix;

	prefix = slb_alloc(kvmalloc_array(cap, sizeof(*prefix), SLB_GFP_CONFIG));
	if (!prefix)
		return -ENOMEM;
	if (stage->n)
		memcpy(prefix, stage->prefix, stage->n * sizeof(*prefix));
	kvfree(stage->prefix);
	stage->prefix = prefix;
	stage->cap = cap;
	return 0;
}

static int slb_nl_stage_add_locked(struct genl_info *info, struct slb_net *sn,
				   struct slb_nl_stage *stage, const struct slb_acl *acl,
				   const struct nlattr *attr)
{
	struct slb_prefix *prefix;
	int err;

	if (stage->n == SLB_ACL_ENTRIES_MAX)
		return slb_nl_refuse(info->extack, attr, -E2BIG,
				     "more prefixes than an access list holds (200000)");
	if (stage->n == stage->cap && slb_nl_stage_grow(stage))
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the prefixes");
	prefix = &stage->prefix[stage->n];
	err = slb_nl_prefix(attr, info->extack, prefix);
	if (err)
		return err;
	if (stage->op == SLB_ACL_OP_REMOVE && !slb_acl_has_locked(sn, acl, prefix))
		return slb_nl_refuse(info->extack, attr, -ENOENT,
				     "the access list does not have the prefix");
	stage->n++;
	return 0;
}

/* What was sent becomes the list, or changes it. */
static int slb_nl_acl_commit_locked(struct genl_info *info, struct slb_net *sn,
				    struct slb_acl *acl, struct slb_nl_stage *stage)
{
	struct nlattr **tb = info->attrs;
	int err = 0;

	if (!acl)
		acl = slb_acl_add_locked(sn, stage->name, nla_get_u8(tb[SLB_A_ACL_MODE]),
					 stage->prefix, stage->n);
	else
		err = slb_acl_change_locked(sn, acl, stage->op, stage->prefix, stage->n);
	if (!acl || err == -ENOMEM)
		return slb_nl_refuse(info->extack, NULL, -ENOMEM, "no memory for the access list");
	if (err == -E2BIG)
		return slb_nl_refuse(info->extack, NULL, err,
				     "more prefixes than an access list holds (200000)");
	if (err)
		return slb_nl_refuse(info->extack, NULL, err,
				     "the access list does not have one of the prefixes");
	if (tb[SLB_A_ACL_MODE])
		acl->mode = nla_get_u8(tb[SLB_A_ACL_MODE]);
	slb_nl_owner(tb[SLB_A_ACL_OWNER], &acl->owner);
	if (tb[SLB_A_ACL_PURGE] && acl->users)
		slb_conn_reset_denied(sn);
	slb_nl_acl_notify(info, acl);
	return 0;
}

static int slb_nl_acl_new_locked(struct genl_info *info, struct slb_net *sn, const char *name)
{
	struct nlattr *op = info->attrs[SLB_A_ACL_OP];
	struct slb_acl *acl = slb_acl_find_locked(sn, name);
	struct slb_nl_stage *stage;
	const struct nlattr *attr;
	int rem, err;

	stage = slb_nl_stage_get_locked(info, sn, name, op ? nla_get_u8(op) : SLB_ACL_OP_REPLACE,
					&err);
	if (!stage)
		return err;
	err = slb_nl_acl_judge(info, acl, stage->op);
	if (err)
		goto out;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != SLB_A_ACL_PREFIX)
			continue;
		err = slb_nl_stage_add_locked(info, sn, stage, acl, attr);
		if (err)
			goto out;
	}
	if (info->attrs[SLB_A_ACL_MORE])
		return 0;
	err = slb_nl_acl_commit_locked(info, sn, acl, stage);
out:
	slb_nl_stage_free(stage);
	return err;
}

/**
 * slb_nl_acl_new_doit() - SLB_CMD_ACL_NEW
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_nl_acl_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_nl_stage *stage;
	char name[SLB_NAME_MAX + 1];
	int err = slb_nl_acl_name_of(info, name);

	mutex_lock(&sn->cfg_mutex);
	stage = err ? slb_nl_stage_find_locked(sn, info->snd_portid) : NULL;
	if (stage)
		slb_nl_stage_free(stage);
	if (!err)
		err = slb_nl_acl_new_locked(info, sn, name);
	mutex_unlock(&sn->cfg_mutex);
	return err;
}

/**
 * slb_nl_acl_del_doit() - SLB_CMD_ACL_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_acl_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct nlattr *attr = info->attrs[SLB_A_ACL_NAME];
	char name[SLB_NAME_MAX + 1];
	struct slb_acl *acl;
	int err;

	err = slb_nl_acl_name_of(info, name);
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	acl = slb_acl_find_locked(sn, name);
	if (!acl) {
		err = slb_nl_refuse(info->extack, attr, -ENOENT, "no such access list");
	} else if (acl->users) {
		err = slb_nl_refuse(info->extack, attr, -EBUSY, "services use the access list");
	} else {
		slb_acl_remove_locked(sn, acl);
		slb_nl_acl_notify_removed(info, name);
	}
	mutex_unlock(&sn->cfg_mutex);
	return err;
}

static int slb_nl_acl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			       const struct slb_net *sn, const struct slb_acl *acl)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
				NLM_F_MULTI, SLB_CMD_ACL_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (slb_nl_acl_put(skb, sn, acl)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* One message with as many of the list's prefixes, from cursor->sub on, as fit. */
static int slb_nl_acl_dump_some(struct sk_buff *skb, struct netlink_callback *cb,
				const struct slb_acl_set *set, const struct slb_acl *acl)
{
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	u32 first = cursor->sub;
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
			  NLM_F_MULTI, SLB_CMD_ACL_ENTRY_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (!nla_put_string(skb, SLB_A_ACL_NAME, acl->name))
		while (cursor->sub < set->n &&
		       !slb_nl_put_prefix(skb, SLB_A_ACL_PREFIX, &set->prefix[cursor->sub]))
			cursor->sub++;
	if (cursor->sub == first) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return cursor->sub < set->n ? -EMSGSIZE : 0;
}

/* cursor->at is the serial of the list that is being dumped, cursor->sub the place in it. */
static int slb_nl_acl_dump_entries(struct sk_buff *skb, struct netlink_callback *cb,
				   const struct slb_net *sn, const struct slb_acl *acl)
{
	const struct slb_acl_set *set = slb_acl_set_locked(sn, acl);
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);

	if (acl->serial != cursor->at)
		cursor->sub = 0;
	cursor->at = acl->serial;
	return cursor->sub < set->n ? slb_nl_acl_dump_some(skb, cb, set, acl) : 0;
}

/* Lists are in the order of their serials. */
static int slb_nl_acl_dump(struct sk_buff *skb, struct netlink_callback *cb, bool entries)
{
	const struct nlattr *attr = genl_info_dump(cb)->attrs[SLB_A_ACL_NAME];
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_cursor *cursor = slb_nl_cursor(cb);
	char name[SLB_NAME_MAX + 1] = "";
	struct slb_acl *acl;
	int err;

	err = attr ? slb_nl_acl_name(attr, cb->extack, name) : 0;
	if (err)
		return err;
	mutex_lock(&sn->cfg_mutex);
	cb->seq = sn->cfg_gen;
	list_for_each_entry(acl, &sn->acls, list) {
		if (acl->serial < cursor->at + !entries || (attr && strcmp(name, acl->name)))
			continue;
		if (entries ? slb_nl_acl_dump_entries(skb, cb, sn, acl)
			    : slb_nl_acl_dump_one(skb, cb, sn, acl))
			break;
		cursor->at = acl->serial;
	}
	mutex_unlock(&sn->cfg_mutex);
	return skb->len;
}

/**
 * slb_nl_acl_get_dumpit() - SLB_CMD_ACL_GET, all access lists or one, without prefixes
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_acl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return slb_nl_acl_dump(skb, cb, false);
}

/**
 * slb_nl_acl_entry_get_dumpit() - SLB_CMD_ACL_ENTRY_GET, the prefixes of all access lists or of one
 * @skb: the answer
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_acl_entry_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return slb_nl_acl_dump(skb, cb, true);
}

/**
 * slb_nl_acl_svc_conf_locked() - the access lists that a request gives a service
 * @info: the request
 * @conf: what the service has; the lists given replace it
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or a negative error.
 */
int slb_nl_acl_svc_conf_locked(struct genl_info *info, struct slb_svc_conf *conf)
{
	struct nlattr *none = info->attrs[SLB_A_SVC_ACL_NONE];
	char name[SLB_NAME_MAX + 1];
	const struct nlattr *attr;
	struct slb_acl *acl;
	int rem, err;

	if (!none && !info->attrs[SLB_A_SVC_ACL])
		return 0;
	if (none && info->attrs[SLB_A_SVC_ACL])
		return slb_nl_refuse(info->extack, none, -EINVAL,
				     "access lists are given and are to be taken away");
	memset(conf->acl, 0, sizeof(conf->acl));
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != SLB_A_SVC_ACL)
			continue;
		err = slb_nl_acl_name(attr, info->extack, name);
		if (err)
			return err;
		acl = slb_acl_find_locked(slb_nl_net(info), name);
		if (!acl)
			return slb_nl_refuse(info->extack, attr, -ENOENT, "no such access list");
		if (conf->acl[acl->mode])
			return slb_nl_refuse(info->extack, attr, -EINVAL,
					     "a service takes one list that allows and one that denies");
		conf->acl[acl->mode] = acl;
	}
	return 0;
}

/**
 * slb_nl_acl_put_svc() - write the names of a service's access lists
 * @skb: the message
 * @svc: the service
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_acl_put_svc(struct sk_buff *skb, const struct slb_svc *svc)
{
	const struct slb_acl *acl;
	int mode;

	for (mode = 0; mode < SLB_ACL_MODE_COUNT; mode++) {
		acl = slb_acl_of_locked(svc, mode);
		if (acl && nla_put_string(skb, SLB_A_SVC_ACL, acl->name))
			return -EMSGSIZE;
	}
	return 0;
}
