/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands as text and their execution: -S, -R, --dry-run. */
#ifndef SLB_CONF_H
#define SLB_CONF_H

#include "opts.h"

void slb_conf_req_print(const struct slb_req *req);
int slb_conf_save(struct slb_nl *nl, const struct slb_req *req);
int slb_conf_restore(const struct slb_req *req);
int slb_sync(const struct slb_req *req);
int slb_import(const struct slb_req *req);
int slb_control_reload(const struct slb_req *req);
bool slb_set_reduce(struct slb_settings *want, const struct slb_settings *have);

/* Parts of lines, as -S writes them. */
void slb_conf_word_print(const char *word);
void slb_conf_key_print(const struct slb_svc_key *key);
void slb_conf_timeouts_print(const struct slb_timeouts *timeouts);
void slb_svc_persist_print(const struct slb_svc *svc);
void slb_svc_acl_print(const struct slb_svc *svc);
void slb_conf_limits_print(const struct slb_limits *limits, bool srv);
void slb_conf_limits_shorten(struct slb_limits *limits);
void slb_conf_srv_print(const struct slb_srv *srv);
void slb_conf_srv_save(struct slb_srv *srv);
void slb_conf_label_print(const struct slb_label *label);
void slb_conf_owner_print(__u32 owner);
void slb_label_default(struct slb_label *label);

int slb_req_apply(struct slb_nl *nl, struct slb_req *req, __u16 flags);
int slb_req_said(struct slb_nl *nl, const struct slb_req *req, int err);
__u16 slb_req_flags(const struct slb_req *req);
int slb_req_open(struct slb_nl *nl, const struct slb_req *req);

#endif
