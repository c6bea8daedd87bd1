/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands of the generic netlink family share.
 */
#ifndef _SLB_NL_H
#define _SLB_NL_H

#include <net/ipv6.h>
#include <net/sock.h>
#include "slb_net.h"
#include "slb_nl_gen.h"

/* An error with its sentence and the attribute to blame: return slb_nl_refuse(...); */
#define slb_nl_refuse(extack, attr, err, msg)			\
({								\
	NL_SET_ERR_MSG_ATTR(extack, attr, msg);			\
	err;							\
})

/* true, and both is said, if @tb has no attribute @type */
#define slb_nl_missing(extack, nest, tb, type, msg)		\
({								\
	bool missing = NL_REQ_ATTR_CHECK(extack, nest, tb, type); \
								\
	if (missing)						\
		NL_SET_ERR_MSG(extack, msg);			\
	missing;						\
})

/* Where a dump goes on: position of a service, and of a server in it. */
struct slb_nl_cursor {
	u32	at;
	u32	sub;
};

static inline struct slb_nl_cursor *slb_nl_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct slb_nl_cursor) > sizeof(cb->ctx));
	return (struct slb_nl_cursor *)cb->ctx;
}

static inline struct slb_net *slb_nl_net(struct genl_info *info)
{
	return slb_net(genl_info_net(info));
}

/* A NEW request: may it add, may it change? Without flags it adds. */
static inline bool slb_nl_may_add(const struct genl_info *info)
{
	return !(info->nlhdr->nlmsg_flags & NLM_F_REPLACE) ||
	       info->nlhdr->nlmsg_flags & NLM_F_CREATE;
}

static inline bool slb_nl_may_change(const struct genl_info *info)
{
	return info->nlhdr->nlmsg_flags & NLM_F_REPLACE;
}

int slb_nl_addr(const struct nlattr *attr, struct netlink_ext_ack *extack, struct in6_addr *addr,
		bool *v6);
int slb_nl_unicast(const struct nlattr *attr, struct netlink_ext_ack *extack,
		   const struct in6_addr *addr, bool v6, bool loopback);
void slb_nl_warn_foreign(struct genl_info *info, const struct in6_addr *addr, bool v6, u32 vrf);
int slb_nl_vrf(const struct nlattr *attr, struct genl_info *info, u32 *vrf);
int slb_nl_name(const struct nlattr *attr, struct netlink_ext_ack *extack, char *name);
int slb_nl_pool_name(const struct nlattr *attr, struct netlink_ext_ack *extack, char *name);
int slb_nl_timeouts(const struct nlattr *attr, struct netlink_ext_ack *extack, u32 *timeout_s,
		    u32 least);
int slb_nl_svc_key(struct nlattr **tb, const struct nlattr *nest, struct netlink_ext_ack *extack,
		   struct slb_svc_key *key);
bool slb_nl_has_svc_key(struct nlattr **tb);
struct slb_svc *slb_nl_svc_find_locked(struct slb_net *sn, const struct slb_svc_key *key,
				       struct netlink_ext_ack *extack, const struct nlattr *attr);
struct slb_group *slb_nl_group_find_locked(struct slb_net *sn, const struct nlattr *attr,
					   struct netlink_ext_ack *extack);
int slb_nl_group_of_svc_locked(struct genl_info *info, struct slb_net *sn,
			       const struct slb_svc_key *key, struct slb_svc_conf *conf);

int slb_nl_prefix_of(const struct nlattr *addr, const struct nlattr *len,
		     struct netlink_ext_ack *extack, struct slb_prefix *prefix);
int slb_nl_prefix(const struct nlattr *attr, struct netlink_ext_ack *extack,
		  struct slb_prefix *prefix);
int slb_nl_put_prefix(struct sk_buff *skb, int type, const struct slb_prefix *prefix);
int slb_nl_acl_svc_conf_locked(struct genl_info *info, struct slb_svc_conf *conf);
int slb_nl_persist_svc_conf_locked(struct genl_info *info, struct slb_svc_conf *conf, bool v6);
int slb_nl_persist_group_conf_locked(struct genl_info *info, const struct slb_group *group, u8 sched);
int slb_nl_acl_put_svc(struct sk_buff *skb, const struct slb_svc *svc);

int slb_nl_group_put_svc_conf(struct sk_buff *skb, const struct slb_group_conf *conf);
void slb_nl_srv_notify_drained(const struct slb_srv *srv);

int slb_label_read(struct slb_label *new, const struct nlattr *name, const struct nlattr *comment,
		   struct netlink_ext_ack *extack);
void slb_label_change_locked(struct slb_label *have, struct slb_label *new);
/* Whose an object is, if a request says so. */
static inline void slb_nl_owner(const struct nlattr *attr, u8 *owner)
{
	if (attr)
		*owner = nla_get_u8(attr);
}

int slb_label_put_locked(struct sk_buff *skb, const struct slb_label *label, int name, int comment);

int slb_nl_put_addr(struct sk_buff *skb, int type, const struct in6_addr *addr, bool v6);
int slb_nl_put_svc_key(struct sk_buff *skb, const struct slb_svc_key *key);
int slb_nl_put_stats(struct sk_buff *skb, int type, const struct slb_stats __percpu *stats,
		     const struct slb_stats *base);
int slb_nl_put_timeouts(struct sk_buff *skb, int type, const u32 *timeout_s);

/* slb_nl_limit.c */
struct slb_limit_conf;
int slb_nl_svc_limits_locked(const struct nlattr *attr, struct netlink_ext_ack *extack,
			     struct slb_net *sn, struct slb_limit_conf *conf);
int slb_nl_srv_limits(const struct nlattr *attr, struct netlink_ext_ack *extack,
		      struct slb_limit_conf *conf);
int slb_nl_put_svc_limits(struct sk_buff *skb, const struct slb_svc *svc);
int slb_nl_srv_put(struct sk_buff *skb, const struct slb_srv *srv);
int slb_nl_health_put(struct sk_buff *skb, const struct slb_srv *srv);
void slb_nl_health_notify(const struct slb_srv *srv);
int slb_nl_put_srv_limits(struct sk_buff *skb, const struct slb_srv *srv);
int slb_nl_conn_put_ends(struct sk_buff *skb, const struct slb_conn *conn);
int slb_nl_conn_put_sums(struct sk_buff *skb, const struct slb_conn *conn);

struct sk_buff *slb_nl_reply_new(struct genl_info *info, size_t extra, u8 cmd, void **hdr);
int slb_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr, int err);

/* slb_nl_ntf.c */
struct sk_buff *slb_nl_ntf_new(struct genl_info *info, u8 cmd, void **hdr);
void slb_nl_ntf_send(struct genl_info *info, struct sk_buff *skb, void *hdr, int err);
void slb_nl_tell_srv(const struct slb_srv *srv, unsigned int group, u8 cmd,
		     int (*put)(struct sk_buff *skb, const struct slb_srv *srv));

#endif
