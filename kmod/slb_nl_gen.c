// SPDX-License-Identifier: GPL-2.0-only
/* Generated from include/slb.yaml by include/slb-gen.py. Do not edit. */
#include <linux/module.h>
#include "slb_nl_gen.h"

static struct netlink_range_validation slb_nl_range_0_65535 = {
	.max = 65535,
};

static struct netlink_range_validation slb_nl_range_0_86400 = {
	.max = 86400,
};

static struct netlink_range_validation slb_nl_range_0_1000000 = {
	.max = 1000000,
};

static struct netlink_range_validation slb_nl_range_0_4194304 = {
	.max = 4194304,
};

static struct netlink_range_validation slb_nl_range_0_10000000 = {
	.max = 10000000,
};

static struct netlink_range_validation slb_nl_range_0_2147483647 = {
	.max = 2147483647,
};

static struct netlink_range_validation slb_nl_range_1_65535 = {
	.min = 1,
	.max = 65535,
};

static struct netlink_range_validation slb_nl_range_1_4294967295 = {
	.min = 1,
	.max = 4294967295,
};

static struct netlink_range_validation slb_nl_range_251_1048573 = {
	.min = 251,
	.max = 1048573,
};

static const struct nla_policy slb_nl_prefix_policy[SLB_A_PREFIX_MAX + 1] = {
	[SLB_A_PREFIX_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

static const struct nla_policy slb_nl_service_key_policy[SLB_A_SVC_MAX + 1] = {
	[SLB_A_SVC_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_SVC_VRF] = { .type = NLA_U32 },
	[SLB_A_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_SVC_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_SVC_IPV6] = { .type = NLA_FLAG },
};

static const struct nla_policy slb_nl_limits_policy[SLB_A_LIM_MAX + 1] = {
	[SLB_A_LIM_CONNS] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_2147483647),
	[SLB_A_LIM_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_10000000),
	[SLB_A_LIM_CONNS_LOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_2147483647),
	[SLB_A_LIM_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_LIM_CLIENT_CONNS] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_2147483647),
	[SLB_A_LIM_CLIENT_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_10000000),
	[SLB_A_LIM_CLIENT_LEN4] = NLA_POLICY_MAX(NLA_U8, 32),
	[SLB_A_LIM_CLIENT_LEN6] = NLA_POLICY_MAX(NLA_U8, 128),
	[SLB_A_LIM_BANDWIDTH_IN] = { .type = NLA_U32 },
	[SLB_A_LIM_BANDWIDTH_OUT] = { .type = NLA_U32 },
	[SLB_A_LIM_NOW] = { .type = NLA_U32 },
};

static const struct nla_policy slb_nl_timeouts_policy[SLB_A_TO_MAX + 1] = {
	[SLB_A_TO_SYN_SENT] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_SYN_RECV] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_ESTABLISHED] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_FIN_WAIT] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_CLOSE_WAIT] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_LAST_ACK] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_TIME_WAIT] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_CLOSE] = NLA_POLICY_MAX(NLA_U32, 14400),
	[SLB_A_TO_UDP] = NLA_POLICY_MAX(NLA_U32, 14400),
};

static const struct nla_policy slb_nl_svc_get_policy[SLB_A_SVC_MAX + 1] = {
	[SLB_A_SVC_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_SVC_VRF] = { .type = NLA_U32 },
	[SLB_A_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_SVC_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_SVC_IPV6] = { .type = NLA_FLAG },
};

static const struct nla_policy slb_nl_svc_new_policy[SLB_A_SVC_MAX + 1] = {
	[SLB_A_SVC_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_SVC_VRF] = { .type = NLA_U32 },
	[SLB_A_SVC_SCHED] = NLA_POLICY_MAX(NLA_U8, SLB_SCHED_COUNT - 1),
	[SLB_A_SVC_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_SVC_TOA] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_SVC_TOA_KIND] = NLA_POLICY_RANGE(NLA_U8, 2, 255),
	[SLB_A_SVC_TIMESTAMPS] = NLA_POLICY_MAX(NLA_U8, SLB_TIMESTAMPS_COUNT - 1),
	[SLB_A_SVC_UNKNOWN] = NLA_POLICY_MAX(NLA_U8, SLB_UNKNOWN_COUNT - 1),
	[SLB_A_SVC_POOL] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_SVC_IDLE] = { .type = NLA_U32 },
	[SLB_A_SVC_TIMEOUTS] = NLA_POLICY_NESTED(slb_nl_timeouts_policy),
	[SLB_A_SVC_ACL] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_SVC_ACL_NONE] = { .type = NLA_FLAG },
	[SLB_A_SVC_PURGE] = { .type = NLA_FLAG },
	[SLB_A_SVC_GROUP] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_SVC_PERSIST] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_86400),
	[SLB_A_SVC_PERSIST_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[SLB_A_SVC_LIMITS] = NLA_POLICY_NESTED(slb_nl_limits_policy),
	[SLB_A_SVC_NAME] = { .type = NLA_NUL_STRING, .len = 320 },
	[SLB_A_SVC_COMMENT] = { .type = NLA_NUL_STRING, .len = 1020 },
	[SLB_A_SVC_ZERO_DELAY] = { .type = NLA_U32 },
	[SLB_A_SVC_REMOVAL_DELAY] = { .type = NLA_U32 },
	[SLB_A_SVC_ON_DOWN] = NLA_POLICY_MAX(NLA_U8, SLB_ON_DOWN_COUNT - 1),
	[SLB_A_SVC_MIN_ALIVE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_65535),
	[SLB_A_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_SVC_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_SVC_IPV6] = { .type = NLA_FLAG },
	[SLB_A_SVC_SLOW_START] = NLA_POLICY_MAX(NLA_U32, 3600),
	[SLB_A_SVC_OWNER] = NLA_POLICY_MAX(NLA_U8, SLB_OWNER_COUNT - 1),
	[SLB_A_SVC_ALL_DOWN] = NLA_POLICY_MAX(NLA_U8, SLB_ALL_DOWN_COUNT - 1),
	[SLB_A_SVC_CHECKED] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_SVC_TABLE_SIZE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_251_1048573),
};

static const struct nla_policy slb_nl_svc_del_policy[SLB_A_SVC_MAX + 1] = {
	[SLB_A_SVC_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_SVC_VRF] = { .type = NLA_U32 },
	[SLB_A_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_SVC_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_SVC_IPV6] = { .type = NLA_FLAG },
};

static const struct nla_policy slb_nl_srv_get_policy[SLB_A_SRV_MAX + 1] = {
	[SLB_A_SRV_SERVICE] = NLA_POLICY_NESTED(slb_nl_service_key_policy),
	[SLB_A_SRV_GROUP] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_srv_new_policy[SLB_A_SRV_MAX + 1] = {
	[SLB_A_SRV_SERVICE] = NLA_POLICY_NESTED(slb_nl_service_key_policy),
	[SLB_A_SRV_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SRV_PORT] = { .type = NLA_BE16 },
	[SLB_A_SRV_WEIGHT] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_65535),
	[SLB_A_SRV_FWD] = NLA_POLICY_MAX(NLA_U8, SLB_FWD_COUNT - 1),
	[SLB_A_SRV_GROUP] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_SRV_LIMITS] = NLA_POLICY_NESTED(slb_nl_limits_policy),
	[SLB_A_SRV_NAME] = { .type = NLA_NUL_STRING, .len = 320 },
	[SLB_A_SRV_COMMENT] = { .type = NLA_NUL_STRING, .len = 1020 },
	[SLB_A_SRV_PRIORITY] = NLA_POLICY_MAX(NLA_U8, 15),
	[SLB_A_SRV_DOWN] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_SRV_OWNER] = NLA_POLICY_MAX(NLA_U8, SLB_OWNER_COUNT - 1),
	[SLB_A_SRV_REASON] = { .type = NLA_NUL_STRING, .len = 1020 },
};

static const struct nla_policy slb_nl_srv_del_policy[SLB_A_SRV_MAX + 1] = {
	[SLB_A_SRV_SERVICE] = NLA_POLICY_NESTED(slb_nl_service_key_policy),
	[SLB_A_SRV_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SRV_PORT] = { .type = NLA_BE16 },
	[SLB_A_SRV_GROUP] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_laddr_get_policy[SLB_A_LADDR_MAX + 1] = {
	[SLB_A_LADDR_POOL] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_laddr_new_policy[SLB_A_LADDR_MAX + 1] = {
	[SLB_A_LADDR_POOL] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_LADDR_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_LADDR_VRF] = { .type = NLA_U32 },
	[SLB_A_LADDR_DEDICATED] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_LADDR_PORT_FIRST] = { .type = NLA_U16 },
	[SLB_A_LADDR_PORT_LAST] = { .type = NLA_U16 },
	[SLB_A_LADDR_OWNER] = NLA_POLICY_MAX(NLA_U8, SLB_OWNER_COUNT - 1),
};

static const struct nla_policy slb_nl_laddr_del_policy[SLB_A_LADDR_MAX + 1] = {
	[SLB_A_LADDR_POOL] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_LADDR_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_LADDR_VRF] = { .type = NLA_U32 },
};

static const struct nla_policy slb_nl_conn_get_policy[SLB_A_CONN_MAX + 1] = {
	[SLB_A_CONN_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_CONN_CLIENT_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CONN_CLIENT_PORT] = { .type = NLA_BE16 },
	[SLB_A_CONN_CLIENT_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[SLB_A_CONN_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CONN_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_CONN_VRF] = { .type = NLA_U32 },
	[SLB_A_CONN_SRV_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CONN_SRV_PORT] = { .type = NLA_BE16 },
	[SLB_A_CONN_STATE] = NLA_POLICY_MAX(NLA_U8, SLB_STATE_COUNT - 1),
	[SLB_A_CONN_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_CONN_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
};

static const struct nla_policy slb_nl_settings_set_policy[SLB_A_SET_MAX + 1] = {
	[SLB_A_SET_TIMEOUTS] = NLA_POLICY_NESTED(slb_nl_timeouts_policy),
	[SLB_A_SET_IDLE_RESET] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_SET_RECLAIM_UNANSWERED] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[SLB_A_SET_RECLAIM_UDP] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[SLB_A_SET_CONN_MAX] = { .type = NLA_U32 },
	[SLB_A_SET_RESET_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_1000000),
	[SLB_A_SET_TOA_TRUSTED] = NLA_POLICY_NESTED(slb_nl_prefix_policy),
	[SLB_A_SET_TOA_TRUSTED_NONE] = { .type = NLA_FLAG },
	[SLB_A_SET_FASTPATH_FORCE] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_SET_FASTPATH] = { .type = NLA_NUL_STRING, .len = 15 },
	[SLB_A_SET_FASTPATH_NONE] = { .type = NLA_FLAG },
	[SLB_A_SET_PERSIST_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_4194304),
	[SLB_A_SET_ACCOUNTING] = NLA_POLICY_MAX(NLA_U8, 1),
};

static const struct nla_policy slb_nl_zero_policy[SLB_A_SVC_MAX + 1] = {
	[SLB_A_SVC_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_SVC_VRF] = { .type = NLA_U32 },
	[SLB_A_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_SVC_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_SVC_IPV6] = { .type = NLA_FLAG },
};

static const struct nla_policy slb_nl_acl_get_policy[SLB_A_ACL_MAX + 1] = {
	[SLB_A_ACL_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_acl_new_policy[SLB_A_ACL_MAX + 1] = {
	[SLB_A_ACL_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_ACL_MODE] = NLA_POLICY_MAX(NLA_U8, SLB_ACL_MODE_COUNT - 1),
	[SLB_A_ACL_OP] = NLA_POLICY_MAX(NLA_U8, SLB_ACL_OP_COUNT - 1),
	[SLB_A_ACL_PREFIX] = NLA_POLICY_NESTED(slb_nl_prefix_policy),
	[SLB_A_ACL_MORE] = { .type = NLA_FLAG },
	[SLB_A_ACL_PURGE] = { .type = NLA_FLAG },
	[SLB_A_ACL_OWNER] = NLA_POLICY_MAX(NLA_U8, SLB_OWNER_COUNT - 1),
};

static const struct nla_policy slb_nl_acl_del_policy[SLB_A_ACL_MAX + 1] = {
	[SLB_A_ACL_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_acl_entry_get_policy[SLB_A_ACL_MAX + 1] = {
	[SLB_A_ACL_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_group_get_policy[SLB_A_GROUP_MAX + 1] = {
	[SLB_A_GROUP_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_group_new_policy[SLB_A_GROUP_MAX + 1] = {
	[SLB_A_GROUP_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_GROUP_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_GROUP_SCHED] = NLA_POLICY_MAX(NLA_U8, SLB_SCHED_COUNT - 1),
	[SLB_A_GROUP_COMMENT] = { .type = NLA_NUL_STRING, .len = 1020 },
	[SLB_A_GROUP_ZERO_DELAY] = { .type = NLA_U32 },
	[SLB_A_GROUP_REMOVAL_DELAY] = { .type = NLA_U32 },
	[SLB_A_GROUP_ON_DOWN] = NLA_POLICY_MAX(NLA_U8, SLB_ON_DOWN_COUNT - 1),
	[SLB_A_GROUP_MIN_ALIVE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_65535),
	[SLB_A_GROUP_SLOW_START] = NLA_POLICY_MAX(NLA_U32, 3600),
	[SLB_A_GROUP_OWNER] = NLA_POLICY_MAX(NLA_U8, SLB_OWNER_COUNT - 1),
	[SLB_A_GROUP_ALL_DOWN] = NLA_POLICY_MAX(NLA_U8, SLB_ALL_DOWN_COUNT - 1),
	[SLB_A_GROUP_CHECKED] = NLA_POLICY_MAX(NLA_U8, 1),
	[SLB_A_GROUP_TABLE_SIZE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_251_1048573),
};

static const struct nla_policy slb_nl_group_del_policy[SLB_A_GROUP_MAX + 1] = {
	[SLB_A_GROUP_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_persist_get_policy[SLB_A_PERSIST_MAX + 1] = {
	[SLB_A_PERSIST_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_PERSIST_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PERSIST_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_PERSIST_VRF] = { .type = NLA_U32 },
	[SLB_A_PERSIST_CLIENT_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PERSIST_CLIENT_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[SLB_A_PERSIST_SRV_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PERSIST_SRV_PORT] = { .type = NLA_BE16 },
	[SLB_A_PERSIST_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_PERSIST_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_PERSIST_IPV6] = { .type = NLA_FLAG },
};

static const struct nla_policy slb_nl_persist_flush_policy[SLB_A_PERSIST_MAX + 1] = {
	[SLB_A_PERSIST_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_PERSIST_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PERSIST_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_PERSIST_VRF] = { .type = NLA_U32 },
	[SLB_A_PERSIST_CLIENT_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PERSIST_CLIENT_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[SLB_A_PERSIST_SRV_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_PERSIST_SRV_PORT] = { .type = NLA_BE16 },
	[SLB_A_PERSIST_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_PERSIST_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
	[SLB_A_PERSIST_IPV6] = { .type = NLA_FLAG },
};

static const struct nla_policy slb_nl_limit_new_policy[SLB_A_LIMIT_MAX + 1] = {
	[SLB_A_LIMIT_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
	[SLB_A_LIMIT_CONNS] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_2147483647),
	[SLB_A_LIMIT_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_0_10000000),
	[SLB_A_LIMIT_OWNER] = NLA_POLICY_MAX(NLA_U8, SLB_OWNER_COUNT - 1),
};

static const struct nla_policy slb_nl_limit_del_policy[SLB_A_LIMIT_MAX + 1] = {
	[SLB_A_LIMIT_NAME] = { .type = NLA_NUL_STRING, .len = 80 },
};

static const struct nla_policy slb_nl_conn_del_policy[SLB_A_CONN_MAX + 1] = {
	[SLB_A_CONN_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_CONN_CLIENT_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CONN_CLIENT_PORT] = { .type = NLA_BE16 },
	[SLB_A_CONN_CLIENT_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[SLB_A_CONN_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CONN_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_CONN_VRF] = { .type = NLA_U32 },
	[SLB_A_CONN_SRV_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CONN_SRV_PORT] = { .type = NLA_BE16 },
	[SLB_A_CONN_STATE] = NLA_POLICY_MAX(NLA_U8, SLB_STATE_COUNT - 1),
	[SLB_A_CONN_ALL] = { .type = NLA_FLAG },
	[SLB_A_CONN_SVC_PORT_LAST] = { .type = NLA_BE16 },
	[SLB_A_CONN_FWMARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &slb_nl_range_1_4294967295),
};

static const struct nla_policy slb_nl_explain_policy[SLB_A_EXPLAIN_MAX + 1] = {
	[SLB_A_EXPLAIN_PROTO] = NLA_POLICY_RANGE(NLA_U8, SLB_PROTO_TCP, SLB_PROTO_UDP),
	[SLB_A_EXPLAIN_CLIENT_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_EXPLAIN_CLIENT_PORT] = { .type = NLA_BE16 },
	[SLB_A_EXPLAIN_SVC_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_EXPLAIN_SVC_PORT] = { .type = NLA_BE16 },
	[SLB_A_EXPLAIN_VRF] = { .type = NLA_U32 },
	[SLB_A_EXPLAIN_FWMARK] = { .type = NLA_U32 },
};

static const struct nla_policy slb_nl_client_get_policy[SLB_A_CLIENT_MAX + 1] = {
	[SLB_A_CLIENT_SERVICE] = NLA_POLICY_NESTED(slb_nl_service_key_policy),
	[SLB_A_CLIENT_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[SLB_A_CLIENT_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* Of commands that take no attribute: every one is refused. */
static const struct nla_policy slb_nl_none_policy[2];

static const struct genl_ops slb_nl_ops[] = {
	{
		.cmd = SLB_CMD_INFO_GET,
		.doit = slb_nl_info_get_doit,
		.policy = slb_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_CMD_SVC_GET,
		.doit = slb_nl_svc_get_doit,
		.dumpit = slb_nl_svc_get_dumpit,
		.policy = slb_nl_svc_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_svc_get_policy) - 1,
	},
	{
		.cmd = SLB_CMD_SVC_NEW,
		.doit = slb_nl_svc_new_doit,
		.policy = slb_nl_svc_new_policy,
		.maxattr = ARRAY_SIZE(slb_nl_svc_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_SVC_DEL,
		.doit = slb_nl_svc_del_doit,
		.policy = slb_nl_svc_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_svc_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_SRV_GET,
		.dumpit = slb_nl_srv_get_dumpit,
		.policy = slb_nl_srv_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_srv_get_policy) - 1,
	},
	{
		.cmd = SLB_CMD_SRV_NEW,
		.doit = slb_nl_srv_new_doit,
		.policy = slb_nl_srv_new_policy,
		.maxattr = ARRAY_SIZE(slb_nl_srv_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_SRV_DEL,
		.doit = slb_nl_srv_del_doit,
		.policy = slb_nl_srv_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_srv_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_LADDR_GET,
		.dumpit = slb_nl_laddr_get_dumpit,
		.policy = slb_nl_laddr_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_laddr_get_policy) - 1,
	},
	{
		.cmd = SLB_CMD_LADDR_NEW,
		.doit = slb_nl_laddr_new_doit,
		.policy = slb_nl_laddr_new_policy,
		.maxattr = ARRAY_SIZE(slb_nl_laddr_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_LADDR_DEL,
		.doit = slb_nl_laddr_del_doit,
		.policy = slb_nl_laddr_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_laddr_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_CONN_GET,
		.dumpit = slb_nl_conn_get_dumpit,
		.policy = slb_nl_conn_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_conn_get_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_SETTINGS_GET,
		.doit = slb_nl_settings_get_doit,
		.policy = slb_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_CMD_SETTINGS_SET,
		.doit = slb_nl_settings_set_doit,
		.policy = slb_nl_settings_set_policy,
		.maxattr = ARRAY_SIZE(slb_nl_settings_set_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_COUNTER_GET,
		.doit = slb_nl_counter_get_doit,
		.policy = slb_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_CMD_ZERO,
		.doit = slb_nl_zero_doit,
		.policy = slb_nl_zero_policy,
		.maxattr = ARRAY_SIZE(slb_nl_zero_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_FLUSH,
		.doit = slb_nl_flush_doit,
		.policy = slb_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_nl_none_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_ACL_GET,
		.dumpit = slb_nl_acl_get_dumpit,
		.policy = slb_nl_acl_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_acl_get_policy) - 1,
	},
	{
		.cmd = SLB_CMD_ACL_NEW,
		.doit = slb_nl_acl_new_doit,
		.policy = slb_nl_acl_new_policy,
		.maxattr = ARRAY_SIZE(slb_nl_acl_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_ACL_DEL,
		.doit = slb_nl_acl_del_doit,
		.policy = slb_nl_acl_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_acl_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_ACL_ENTRY_GET,
		.dumpit = slb_nl_acl_entry_get_dumpit,
		.policy = slb_nl_acl_entry_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_acl_entry_get_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_GROUP_GET,
		.doit = slb_nl_group_get_doit,
		.dumpit = slb_nl_group_get_dumpit,
		.policy = slb_nl_group_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_group_get_policy) - 1,
	},
	{
		.cmd = SLB_CMD_GROUP_NEW,
		.doit = slb_nl_group_new_doit,
		.policy = slb_nl_group_new_policy,
		.maxattr = ARRAY_SIZE(slb_nl_group_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_GROUP_DEL,
		.doit = slb_nl_group_del_doit,
		.policy = slb_nl_group_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_group_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_PERSIST_GET,
		.dumpit = slb_nl_persist_get_dumpit,
		.policy = slb_nl_persist_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_persist_get_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_PERSIST_FLUSH,
		.doit = slb_nl_persist_flush_doit,
		.policy = slb_nl_persist_flush_policy,
		.maxattr = ARRAY_SIZE(slb_nl_persist_flush_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_LIMIT_GET,
		.dumpit = slb_nl_limit_get_dumpit,
		.policy = slb_nl_none_policy,
		.maxattr = ARRAY_SIZE(slb_nl_none_policy) - 1,
	},
	{
		.cmd = SLB_CMD_LIMIT_NEW,
		.doit = slb_nl_limit_new_doit,
		.policy = slb_nl_limit_new_policy,
		.maxattr = ARRAY_SIZE(slb_nl_limit_new_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_LIMIT_DEL,
		.doit = slb_nl_limit_del_doit,
		.policy = slb_nl_limit_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_limit_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_CONN_DEL,
		.doit = slb_nl_conn_del_doit,
		.policy = slb_nl_conn_del_policy,
		.maxattr = ARRAY_SIZE(slb_nl_conn_del_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_EXPLAIN,
		.doit = slb_nl_explain_doit,
		.policy = slb_nl_explain_policy,
		.maxattr = ARRAY_SIZE(slb_nl_explain_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = SLB_CMD_CLIENT_GET,
		.dumpit = slb_nl_client_get_dumpit,
		.policy = slb_nl_client_get_policy,
		.maxattr = ARRAY_SIZE(slb_nl_client_get_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

static int slb_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			   struct genl_info *info)
{
	u16 known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO;

	if (info->genlhdr->cmd == SLB_CMD_SVC_NEW ||
	    info->genlhdr->cmd == SLB_CMD_SRV_NEW ||
	    info->genlhdr->cmd == SLB_CMD_LADDR_NEW ||
	    info->genlhdr->cmd == SLB_CMD_ACL_NEW ||
	    info->genlhdr->cmd == SLB_CMD_GROUP_NEW ||
	    info->genlhdr->cmd == SLB_CMD_LIMIT_NEW)
		known |= NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE;
	if (info->nlhdr->nlmsg_flags & ~known || info->genlhdr->reserved) {
		GENL_SET_ERR_MSG(info, "unknown nlmsg_flags, or reserved bytes not 0");
		return -EINVAL;
	}
	return 0;
}

static const struct genl_multicast_group slb_nl_mcgrps[] = {
	[SLB_NL_MCGRP_CONFIG] = { .name = SLB_MCGRP_CONFIG, },
	[SLB_NL_MCGRP_HEALTH] = { .name = SLB_MCGRP_HEALTH, },
	[SLB_NL_MCGRP_CONN] = { .name = SLB_MCGRP_CONN, .flags = GENL_MCAST_CAP_NET_ADMIN, },
};

/* The core's check of the header knows no NLM_F_CREATE; pre_doit stands in for it. */
struct genl_family slb_nl_family __ro_after_init = {
	.name = SLB_FAMILY_NAME,
	.version = SLB_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.pre_doit = slb_nl_pre_doit,
	.ops = slb_nl_ops,
	.n_ops = ARRAY_SIZE(slb_nl_ops),
	.resv_start_op = __SLB_CMD_MAX,
	.mcgrps = slb_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(slb_nl_mcgrps),
};
