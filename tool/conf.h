/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands as text and their execution: -S, -R, --dry-run. */
#ifndef SLB_CONF_H
#define SLB_CONF_H

#include "opts.h"

void slb_conf_req_print(const struct slb_req *req);
int slb_conf_save(struct slb_nl *nl);
int slb_conf_restore(struct slb_nl *nl, const struct slb_req *req);

int slb_req_apply(struct slb_nl *nl, struct slb_req *req, __u16 flags);
__u16 slb_req_flags(const struct slb_req *req);
int slb_req_open(struct slb_nl *nl, const struct slb_req *req);

#endif
