/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fast path: packets of established connections are taken at an interface's ingress hook.
 */
#ifndef _SLB_FAST_H
#define _SLB_FAST_H

#include <linux/if.h>
#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/types.h>
#include <linux/xfrm.h>
#include <net/net_namespace.h>
#include <uapi/linux/slb.h>

struct slb_net;

/* Hooks before ours, and behind, that may be there without keeping the fast path off. */
#define SLB_FAST_HOOKS	8

/**
 * struct slb_fast_seen - hooks of others that were judged, at one place of one family
 * @harmless: by position, functions that do nothing to the packets that the fast path takes
 * @foreign: a function that might
 *
 * Each field stands for itself: it says of a function what is true as long as no module is loaded
 * in its place. So packets on any CPU read and replace them without order.
 */
struct slb_fast_seen {
	nf_hookfn	*harmless[SLB_FAST_HOOKS];
	nf_hookfn	*foreign;
};

enum slb_fast_place {
	SLB_FAST_PRE,
	SLB_FAST_POST,
	SLB_FAST_PLACES,
};

/**
 * struct slb_fastpath - a namespace's fast path
 * @devs: struct slb_fast_dev of each interface that is named; changed under sn->cfg_mutex and RTNL
 * @seen: by family (1 is IPv6) and place; any
 */
struct slb_fastpath {
	struct list_head	devs;
	struct slb_fast_seen	seen[2][SLB_FAST_PLACES];
};

/* Names of interfaces, as a request gives them. */
struct slb_fast_names {
	unsigned int	n;
	char		name[SLB_FASTPATH_MAX][IFNAMSIZ];
};

#define SLB_FAST_HOOK_TEXT	128

/**
 * struct slb_fast_state - what an interface's fast path does; by family
 * @name: the interface
 * @state: enum slb_fast
 * @hook: with SLB_FAST_HOOK the function and its place
 */
struct slb_fast_state {
	char	name[IFNAMSIZ];
	u8	state[2];
	char	hook[2][SLB_FAST_HOOK_TEXT];
};

/* Is there no IPsec policy about forwarded packets? What is sent by IPsec is told by its route. */
static inline bool slb_fast_has_no_policy(const struct net *net)
{
#ifdef CONFIG_XFRM
	return !READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_FWD]) &&
	       READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_FWD]) == XFRM_USERPOLICY_ACCEPT;
#else
	return true;
#endif
}

/* slb_fast.c: packets */
unsigned int slb_fast_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

/* slb_fast_rival.c: hooks of others */
bool slb_fast_judge(struct slb_net *sn, bool v6, enum slb_fast_place place);
bool slb_fast_rival_locked(struct slb_net *sn, bool v6, char *text);
int slb_fast_rival_init(void);
void slb_fast_rival_exit(void);

/* slb_fast_dev.c: interfaces */
int slb_fast_set_locked(struct slb_net *sn, const struct slb_fast_names *names);
void slb_fast_off(struct slb_net *sn);
bool slb_fast_next_locked(struct slb_net *sn, unsigned int at, struct slb_fast_state *state);
const char *slb_fast_name_locked(struct slb_net *sn, unsigned int at);
int slb_fast_dev_init(void);
void slb_fast_dev_exit(void);

#endif
