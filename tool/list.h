/* SPDX-License-Identifier: GPL-2.0-only */
/* Views: what slbadm prints of the balancer. Each prints its part of the document out.h writes. */
#ifndef SLB_LIST_H
#define SLB_LIST_H

#include "opts.h"

int slb_list(struct slb_nl *nl, const struct slb_req *req);
int slb_list_conns(struct slb_nl *nl, const struct slb_req *req);
int slb_list_acls(struct slb_nl *nl, const struct slb_req *req);
int slb_list_persist(struct slb_nl *nl, const struct slb_req *req);
int slb_list_laddrs(struct slb_nl *nl, const struct slb_req *req);
int slb_list_limits(struct slb_nl *nl, const struct slb_req *req);
int slb_list_settings(struct slb_nl *nl, const struct slb_req *req);
int slb_list_timeouts(struct slb_nl *nl);
int slb_list_info(struct slb_nl *nl, const struct slb_req *req);
const char *slb_health_owner_text(char *buf, const char *group, const struct slb_svc_key *svc);
int slb_health_list(struct slb_nl *nl, const struct slb_req *req);
void slb_health_event(const struct nlmsghdr *nlh);
int slb_list_groups(struct slb_nl *nl, const struct slb_req *req);
void slb_list_servers_head(const struct slb_req *req);
void slb_list_srv(const struct slb_srv *srv, const struct slb_req *req);
void slb_owner_print(__u32 owner);
void slb_label_print(const struct slb_label *label, bool flags);
int slb_drain_run(const struct slb_req *req);
int slb_counters_print(struct slb_nl *nl);
void slb_svc_key_print(const struct slb_svc_key *key, int width);
void slb_pool_print(const char *fmt, const char *pool);

__u64 slb_rate_now_ms(void);
__u64 slb_rate(__u64 now, __u64 before, __u64 ms);
int slb_rate_load(struct slb_nl *nl, struct slb_config *config, unsigned int seconds);
int slb_watch(struct slb_nl *nl, const struct slb_req *req);
int slb_explain(struct slb_nl *nl, const struct slb_req *req);
int slb_list_clients(struct slb_nl *nl, const struct slb_req *req);
int slb_kill(struct slb_nl *nl, const struct slb_req *req);
void slb_conn_event(const struct nlmsghdr *nlh, bool closed);
void slb_svc_print(const struct slb_svc *svc, bool stats, bool exact);
void slb_svc_key_print(const struct slb_svc_key *key, int width);
int slb_monitor(const struct slb_req *req);

/* family.c */
int slb_main_version(const struct slb_req *req);

void slb_list_version(struct slb_nl *nl, bool loaded);

/* top/: slbadm's only; slbd, which has no screen, is linked without */
int slb_top_run(const struct slb_req *req) __attribute((__weak__));

/* toa.c: the receiver's family */
int slb_toa_run(const struct slb_req *req);
void slb_toa_help(bool names);

#endif
