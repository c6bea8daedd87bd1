/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access lists: named sets of prefixes that services let in or keep out.
 */
#ifndef _SLB_ACL_H
#define _SLB_ACL_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <uapi/linux/slb.h>

struct slb_conn;
struct slb_net;
struct slb_pkt;
struct slb_prefix;
struct slb_svc;

/* An IPv6 address as a number. */
struct slb_acl_at6 {
	u64	hi;
	u64	lo;
};

/**
 * struct slb_acl_set - what an access list holds; immutable
 * @rcu: once it is replaced
 * @n: entries in @prefix
 * @n4: entries in @at4
 * @n6: entries in @at6
 * @at6: IPv6 addresses where it changes whether they are members, in order: the first of a range,
 *	the first behind it, and so on. Ranges neither overlap nor touch
 * @at4: likewise IPv4 addresses
 * @prefix: as configured, sorted, each once
 */
struct slb_acl_set {
	struct rcu_head		rcu;
	u32			n;
	u32			n4;
	u32			n6;
	struct slb_acl_at6	*at6;
	u32			*at4;
	struct slb_prefix	*prefix;
};

/**
 * struct slb_acl - an access list
 * @list: in sn->acls, in order of addition; under sn->cfg_mutex
 * @set: r: RCU, w: sn->cfg_mutex; never NULL
 * @rcu: once it is removed
 * @serial: grows with each list that is added
 * @users: services; under sn->cfg_mutex
 * @mode: enum slb_acl_mode; changes only while there are no @users
 * @owner: enum slb_owner; under sn->cfg_mutex
 * @name: immutable
 *
 * A packet finds it through its service and holds it by RCU: it is removed only when no service has
 * it, and freed behind RCU.
 */
struct slb_acl {
	struct list_head		list;
	struct slb_acl_set __rcu	*set;
	struct rcu_head			rcu;
	u32				serial;
	u32				users;
	u8				mode;
	u8				owner;
	char				name[SLB_NAME_MAX + 1];
};

bool slb_acl_denies_rcu(const struct slb_svc *svc, const __be32 *addr, bool v6);
bool slb_acl_denies_conn_rcu(const struct slb_conn *conn);

struct slb_acl *slb_acl_find_locked(struct slb_net *sn, const char *name);
struct slb_acl *slb_acl_of_locked(const struct slb_svc *svc, u8 mode);
struct slb_acl_set *slb_acl_set_locked(const struct slb_net *sn, const struct slb_acl *acl);
void slb_acl_use_locked(struct slb_svc *svc, struct slb_acl *const acl[SLB_ACL_MODE_COUNT]);
bool slb_acl_has_locked(const struct slb_net *sn, const struct slb_acl *acl,
			const struct slb_prefix *prefix);
struct slb_acl *slb_acl_add_locked(struct slb_net *sn, const char *name, u8 mode,
				   struct slb_prefix *prefix, u32 n);
int slb_acl_change_locked(struct slb_net *sn, struct slb_acl *acl, u8 op,
			  struct slb_prefix *prefix, u32 n);
void slb_acl_remove_locked(struct slb_net *sn, struct slb_acl *acl);
void slb_acl_remove_all_locked(struct slb_net *sn);

void slb_nl_acl_forget_locked(struct slb_net *sn);
int slb_nl_acl_init(void);
void slb_nl_acl_exit(void);

#endif
