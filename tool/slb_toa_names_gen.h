/* SPDX-License-Identifier: GPL-2.0-only */
/* Generated from include/slb_toa.yaml by include/slb-gen.py. Do not edit. */
#ifndef SLB_TOA_NAMES_GEN_H
#define SLB_TOA_NAMES_GEN_H

#include <linux/slb_toa.h>
#include "names.h"

extern const struct slb_name slb_toa_count_names[SLB_TOA_COUNT_COUNT];
extern const struct slb_attr_set slb_toa_prefix_attrs;
extern const struct slb_attr_set slb_toa_trust_attrs;
extern const struct slb_attr_set slb_toa_settings_attrs;
extern const struct slb_attr_set slb_toa_counter_attrs;
extern const struct slb_attr_set slb_toa_info_attrs;
extern const struct slb_cmd_name slb_toa_cmd_names[__SLB_TOA_CMD_MAX];

#endif /* SLB_TOA_NAMES_GEN_H */
