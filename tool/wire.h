/* SPDX-License-Identifier: GPL-2.0-only */
/* The family's requests and answers, to and from the structs of model.h. */
#ifndef SLB_WIRE_H
#define SLB_WIRE_H

#include <linux/slb.h>

#include "model.h"
#include "nl.h"

/**
 * struct slb_fast_state - the fast path of an interface
 * @name: the interface
 * @state: enum slb_fast, of IPv4 and of IPv6
 * @hook: with SLB_FAST_HOOK the hook that is in its way
 */
struct slb_fast_state {
	char		name[IFNAMSIZ];
	unsigned int	state[2];
	char		hook[2][128];
};

/**
 * struct slb_info - the module, its limits and live objects
 * @version: module's version
 * @value: numbers by SLB_A_INFO_*
 * @fast: interfaces of the setting fastpath
 * @fast_count: entries in @fast
 */
struct slb_info {
	char		version[64];
	__u64		value[SLB_A_INFO_MAX + 1];
	struct slb_fast_state	fast[SLB_FASTPATH_MAX];
	size_t		fast_count;
};

/**
 * struct slb_conn - a connection
 * @svc: where the client went, and the mark of its service
 * @client: the client
 * @laddr: local address and port towards the server
 * @srv: the server
 * @state: SLB_STATE_*
 * @expires: seconds left if no packet comes
 * @seq_shift: added to the client's sequence numbers
 * @ts_shift: added to the client's timestamps
 * @toa_pending: the client's packets still carry its address
 * @reason: SLB_END_*, of one that has ended
 * @duration: milliseconds
 * @counted: it has counters of its own
 * @pkts: from the client, from the server
 * @bytes: from the client, from the server
 */
struct slb_conn {
	struct slb_svc_key	svc;
	struct slb_end		client;
	struct slb_end		laddr;
	struct slb_end		srv;
	__u8			state;
	__u32			expires;
	__u32			seq_shift;
	__u32			ts_shift;
	bool			toa_pending;
	__u8			reason;
	__u64			duration;
	bool			counted;
	__u64			pkts[2];
	__u64			bytes[2];
};

/**
 * struct slb_filter - which connections to list
 * @svc: to the address and ports of this service, if its protocol is set; of this one by mark, if that is
 *	set
 * @client: of clients in this prefix, if it has an address
 * @srv: to this server, if it has an address; port 0 is any
 * @state: in this state, if it is not negative
 */
struct slb_filter {
	struct slb_svc_key	svc;
	struct slb_prefix	client;
	struct slb_end		srv;
	int			state;
};

/**
 * struct slb_counters - counters of the namespace
 * @count: by SLB_COUNT_*
 * @drop: by SLB_DROP_*
 */
struct slb_counters {
	__u64	count[SLB_COUNT_COUNT];
	__u64	drop[SLB_DROP_COUNT];
};

struct slb_req;

/* What slb_config_load() fetches. */
#define SLB_LOAD_SERVICES	0x1
#define SLB_LOAD_LADDRS		0x2
#define SLB_LOAD_SETTINGS	0x4
#define SLB_LOAD_ACLS		0x8
#define SLB_LOAD_LIMITS		0x10
#define SLB_LOAD_ALL		(~0U)

int slb_svc_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_svc *svc);
void slb_svc_get(struct slb_svc *svc, const struct nlmsghdr *nlh);
void slb_srv_get(struct slb_srv *srv, const struct nlmsghdr *nlh);
void slb_laddr_get(struct slb_laddr *laddr, const struct nlmsghdr *nlh);
void slb_limit_get(struct slb_limit *limit, const struct nlmsghdr *nlh);
void slb_info_get(struct slb_info *info, const struct nlmsghdr *nlh);
void slb_counters_get(struct slb_counters *counters, const struct nlmsghdr *nlh);
int slb_srv_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_srv *srv);
int slb_laddr_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_laddr *laddr);
int slb_settings_send(struct slb_nl *nl, const struct slb_settings *settings);
int slb_plain_send(struct slb_nl *nl, __u8 cmd);

int slb_svc_fetch(struct slb_nl *nl, struct slb_svc *svc);
int slb_svc_walk(struct slb_nl *nl, void (*each)(const struct slb_svc *svc, void *data), void *data);
int slb_srv_walk(struct slb_nl *nl, void (*each)(const struct slb_srv *srv, void *data), void *data);
int slb_info_fetch(struct slb_nl *nl, struct slb_info *info);
int slb_counters_fetch(struct slb_nl *nl, struct slb_counters *counters);
int slb_config_load(struct slb_nl *nl, struct slb_config *config, unsigned int what);
void slb_conn_get(struct slb_conn *conn, const struct nlmsghdr *nlh);
int slb_conn_kill(struct slb_nl *nl, const struct slb_req *req, __u64 *ended);
int slb_conn_walk(struct slb_nl *nl, const struct slb_filter *filter,
		  void (*each)(const struct slb_conn *conn, void *data), void *data);

void slb_addr_put(struct nlmsghdr *nlh, __u16 type, const struct slb_addr *addr);
void slb_addr_get(struct slb_addr *addr, const struct nlattr *attr);
void slb_end_get(struct slb_end *end, const struct nlattr *addr, const struct nlattr *port);
void slb_string_get(char *buf, size_t size, const struct nlattr *attr);
void slb_svc_acl_put(struct nlmsghdr *nlh, const struct slb_svc *svc);
void slb_svc_acl_get(struct slb_svc *svc, const struct nlmsghdr *nlh);
void slb_svc_persist_put(struct nlmsghdr *nlh, const struct slb_svc *svc);
void slb_svc_persist_get(struct slb_svc *svc, const struct nlattr **attrs);
void slb_label_put(struct nlmsghdr *nlh, const struct slb_label *label, __u16 name, __u16 comment);
void slb_label_get(struct slb_label *label, const struct nlattr *name,
		   const struct nlattr *comment);
void slb_srv_owner_put(struct nlmsghdr *nlh, const struct slb_srv *srv);
void slb_stats_get(struct slb_stats *stats, const struct nlattr *nest);
void slb_fields_put(struct nlmsghdr *nlh, const struct slb_field *field, __u64 given,
		    const __u32 *value);
void slb_fields_get(const struct slb_field *field, __u64 *given, __u32 *value,
		    const struct nlattr **attrs);
void slb_timeouts_put(struct nlmsghdr *nlh, __u16 type, const struct slb_timeouts *timeouts);
void slb_timeouts_get(struct slb_timeouts *timeouts, const struct nlattr *nest);
void slb_limits_put(struct nlmsghdr *nlh, __u16 type, const struct slb_limits *limits);
void slb_limits_get(struct slb_limits *limits, const struct nlattr *nest, bool srv);
void slb_svc_key_put(struct nlmsghdr *nlh, const struct slb_svc_key *key);
void slb_svc_key_get(struct slb_svc_key *key, const struct nlattr **attrs);
void slb_prefix_put(struct nlmsghdr *nlh, __u16 type, __u16 addr_type, __u16 len_type,
		    const struct slb_prefix *prefix);
bool slb_prefix_get(struct slb_prefix *prefix, const struct nlattr *addr,
		    const struct nlattr *len);

#endif
