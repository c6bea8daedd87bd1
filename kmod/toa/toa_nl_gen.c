// SPDX-License-Identifier: GPL-2.0-only
/* Generated from include/slb_toa.yaml by include/slb-gen.py. Do not edit. */
#include <linux/module.h>
#include "toa_nl_gen.h"

static struct netlink_range_validation slb_toa_nl_range_1_16777216 = {
	.min = 1,
	.max = 16777216,
};

static const struct nla_policy slb_toa_nl_prefix_policy[SLB_TOA_A_PREFIX_MAX + 1] = {
	[SLB_TOA_A_PREFIX_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_TOA_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

static const struct nla_policy slb_toa_nl_settings_set_policy[SLB_TOA_A_SET_MAX + 1] = {
	[SLB_TOA_A_SET_KINDS] = { .type = NLA_BINARY, .len = 8 },
	[SLB_TOA_A_SET_CLIENTS_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_toa_nl_range_1_16777216),
};

static const struct nla_policy slb_toa_nl_trust_new_policy[SLB_TOA_A_TRUST_MAX + 1] = {
	[SLB_TOA_A_TRUST_PREFIX] = NLA_POLICY_NESTED(slb_toa_nl_prefix_policy),
};

static const struct nla_policy slb_toa_nl_trust_del_policy[SLB_TOA_A_TRUST_MAX + 1] = {
	[SLB_TOA_A_TRUST_PREFIX] = NLA_POLICY_NESTED(slb_toa_nl_prefix_policy),
};

static const struct nla_policy slb_toa_nl_trust_set_policy[SLB_TOA_A_TRUST_MAX + 1] = {
	[SLB_TOA_A_TRUST_PREFIX] = NLA_POLICY_NESTED(slb_toa_nl_prefix_policy),
};

/* Of commands that take no attribute: every one is refused. */
static const struct nla_policy slb_toa_nl_none_policy[2];

static const struct genl_ops slb_toa_nl_ops[] = {
	{
		.cmd = SLB_TOA_CMD_INFO_GET,
		.doit = slb_toa_nl_info_get_doit,
		.policy = slb_toa_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_TOA_CMD_SETTINGS_GET,
		.doit = slb_toa_nl_settings_get_doit,
		.policy = slb_toa_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_TOA_CMD_SETTINGS_SET,
		.doit = slb_toa_nl_settings_set_doit,
		.policy = slb_toa_nl_settings_set_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_settings_set_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_TOA_CMD_COUNTER_GET,
		.doit = slb_toa_nl_counter_get_doit,
		.policy = slb_toa_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_TOA_CMD_TRUST_GET,
		.dumpit = slb_toa_nl_trust_get_dumpit,
		.policy = slb_toa_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_TOA_CMD_TRUST_NEW,
		.doit = slb_toa_nl_trust_new_doit,
		.policy = slb_toa_nl_trust_new_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_trust_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_TOA_CMD_TRUST_DEL,
		.doit = slb_toa_nl_trust_del_doit,
		.policy = slb_toa_nl_trust_del_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_trust_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_TOA_CMD_TRUST_SET,
		.doit = slb_toa_nl_trust_set_doit,
		.policy = slb_toa_nl_trust_set_policy,
		.maxattr = ARRAY_SIZE(slb_toa_nl_trust_set_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

static int slb_toa_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			       struct genl_info *info)
{
	u16 known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO;

	if (info->genlhdr->cmd == SLB_TOA_CMD_TRUST_NEW)
		known |= NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE;
	if (info->nlhdr->nlmsg_flags & ~known || info->genlhdr->reserved) {
		GENL_SET_ERR_MSG(info, "unknown nlmsg_flags, or reserved bytes not 0");
		return -EINVAL;
	}
	return 0;
}

/* The core's check of the header knows no NLM_F_CREATE; pre_doit stands in for it. */
struct genl_family slb_toa_nl_family __ro_after_init = {
	.name = SLB_TOA_FAMILY_NAME,
	.version = SLB_TOA_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.pre_doit = slb_toa_nl_pre_doit,
	.ops = slb_toa_nl_ops,
	.n_ops = ARRAY_SIZE(slb_toa_nl_ops),
	.resv_start_op = __SLB_TOA_CMD_MAX,
};
