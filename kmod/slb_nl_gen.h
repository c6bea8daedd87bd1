/* SPDX-License-Identifier: GPL-2.0-only */
/* Generated from include/slb.yaml by include/slb-gen.py. Do not edit. */
#ifndef _SLB_NL_GEN_H
#define _SLB_NL_GEN_H

#include <net/genetlink.h>
#include <uapi/linux/slb.h>

int slb_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_svc_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_svc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_svc_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_svc_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_srv_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_srv_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_srv_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_laddr_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_laddr_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_laddr_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_conn_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_settings_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_settings_set_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_counter_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_zero_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_flush_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_acl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_acl_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_acl_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_acl_entry_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_group_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_group_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_group_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_persist_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_persist_flush_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_limit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_nl_limit_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_limit_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_explain_doit(struct sk_buff *skb, struct genl_info *info);
int slb_nl_client_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	SLB_NL_MCGRP_CONFIG,
	SLB_NL_MCGRP_HEALTH,
	SLB_NL_MCGRP_CONN,
};

#define show_slb_drop(value) __print_symbolic(value, \
	{ 0, "none" }, \
	{ 1, "malformed-ip" }, \
	{ 2, "malformed-l4" }, \
	{ 3, "malformed-option" }, \
	{ 4, "martian" }, \
	{ 5, "rp-filter" }, \
	{ 6, "fragment" }, \
	{ 7, "unknown-tcp" }, \
	{ 8, "disabled" }, \
	{ 9, "no-server" }, \
	{ 10, "no-laddr" }, \
	{ 11, "no-port" }, \
	{ 12, "conn-max" }, \
	{ 13, "no-memory" }, \
	{ 14, "tuple-conflict" }, \
	{ 15, "no-route" }, \
	{ 16, "ttl" }, \
	{ 17, "too-big" }, \
	{ 18, "policy" }, \
	{ 19, "lro" }, \
	{ 20, "local-clash" }, \
	{ 21, "server-gone" }, \
	{ 22, "closed" }, \
	{ 23, "udp-unreach" }, \
	{ 24, "auth-option" }, \
	{ 25, "source-route" }, \
	{ 26, "ext-header" }, \
	{ 27, "loop" }, \
	{ 28, "denied" }, \
	{ 29, "limit-conns" }, \
	{ 30, "limit-rate" }, \
	{ 31, "limit-client" }, \
	{ 32, "limit-server" }, \
	{ 33, "bandwidth" })

#define show_slb_state(value) __print_symbolic(value, \
	{ 0, "none" }, \
	{ 1, "syn-sent" }, \
	{ 2, "syn-recv" }, \
	{ 3, "established" }, \
	{ 4, "fin-wait" }, \
	{ 5, "close-wait" }, \
	{ 6, "last-ack" }, \
	{ 7, "time-wait" }, \
	{ 8, "close" }, \
	{ 9, "udp" })

extern struct genl_family slb_nl_family;

#endif /* _SLB_NL_GEN_H */
