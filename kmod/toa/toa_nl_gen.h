/* SPDX-License-Identifier: GPL-2.0-only */
/* Generated from include/slb_toa.yaml by include/slb-gen.py. Do not edit. */
#ifndef _SLB_TOA_NL_GEN_H
#define _SLB_TOA_NL_GEN_H

#include <net/genetlink.h>
#include <uapi/linux/slb_toa.h>

int slb_toa_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_toa_nl_settings_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_toa_nl_settings_set_doit(struct sk_buff *skb, struct genl_info *info);
int slb_toa_nl_counter_get_doit(struct sk_buff *skb, struct genl_info *info);
int slb_toa_nl_trust_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int slb_toa_nl_trust_new_doit(struct sk_buff *skb, struct genl_info *info);
int slb_toa_nl_trust_del_doit(struct sk_buff *skb, struct genl_info *info);
int slb_toa_nl_trust_set_doit(struct sk_buff *skb, struct genl_info *info);

extern struct genl_family slb_toa_nl_family;

#endif /* _SLB_TOA_NL_GEN_H */
