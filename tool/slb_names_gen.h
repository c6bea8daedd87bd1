/* SPDX-License-Identifier: GPL-2.0-only */
/* Generated from include/slb.yaml by include/slb-gen.py. Do not edit. */
#ifndef SLB_NAMES_GEN_H
#define SLB_NAMES_GEN_H

#include <linux/slb.h>
#include "names.h"

extern const struct slb_name slb_proto_names[18];
extern const struct slb_name slb_sched_names[SLB_SCHED_COUNT];
extern const struct slb_name slb_fwd_names[SLB_FWD_COUNT];
extern const struct slb_name slb_on_down_names[SLB_ON_DOWN_COUNT];
extern const struct slb_name slb_all_down_names[SLB_ALL_DOWN_COUNT];
extern const struct slb_name slb_timestamps_names[SLB_TIMESTAMPS_COUNT];
extern const struct slb_name slb_unknown_names[SLB_UNKNOWN_COUNT];
extern const struct slb_name slb_fast_names[SLB_FAST_COUNT];
extern const struct slb_name slb_state_names[SLB_STATE_COUNT];
extern const struct slb_name slb_why_names[SLB_WHY_COUNT];
extern const struct slb_name slb_step_names[SLB_STEP_COUNT];
extern const struct slb_name slb_drop_names[SLB_DROP_COUNT];
extern const struct slb_name slb_count_names[SLB_COUNT_COUNT];
extern const struct slb_name slb_acl_mode_names[SLB_ACL_MODE_COUNT];
extern const struct slb_name slb_acl_op_names[SLB_ACL_OP_COUNT];
extern const struct slb_name slb_owner_names[SLB_OWNER_COUNT];
extern const struct slb_attr_set slb_service_attrs;
extern const struct slb_attr_set slb_service_key_attrs;
extern const struct slb_attr_set slb_server_attrs;
extern const struct slb_attr_set slb_laddr_attrs;
extern const struct slb_attr_set slb_timeouts_attrs;
extern const struct slb_attr_set slb_settings_attrs;
extern const struct slb_attr_set slb_prefix_attrs;
extern const struct slb_attr_set slb_stats_attrs;
extern const struct slb_attr_set slb_conn_attrs;
extern const struct slb_attr_set slb_counter_attrs;
extern const struct slb_attr_set slb_info_attrs;
extern const struct slb_attr_set slb_fastpath_attrs;
extern const struct slb_attr_set slb_acl_attrs;
extern const struct slb_attr_set slb_persist_attrs;
extern const struct slb_attr_set slb_limits_attrs;
extern const struct slb_attr_set slb_limit_attrs;
extern const struct slb_attr_set slb_group_attrs;
extern const struct slb_attr_set slb_explain_attrs;
extern const struct slb_attr_set slb_step_attrs;
extern const struct slb_attr_set slb_client_attrs;
extern const struct slb_cmd_name slb_cmd_names[__SLB_CMD_MAX];

#endif /* SLB_NAMES_GEN_H */
