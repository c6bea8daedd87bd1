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

enum {
	SLB_NL_MCGRP_CONFIG,
	SLB_NL_MCGRP_HEALTH,
	SLB_NL_MCGRP_CONN,
};

extern struct genl_family slb_nl_family;

#endif /* _SLB_NL_GEN_H */
