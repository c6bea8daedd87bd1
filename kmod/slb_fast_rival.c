// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks of others that the fast path would pass by: those at PRE_ROUTING before ours and those at
 * POST_ROUTING. Any of them keeps a family's packets on the normal way, unless it is known to do
 * nothing to them or fastpath-force says that it does not matter.
 *
 * There is no telling when hooks come and go, so each packet compares the functions that are hooked
 * now with those that were judged at the same position. Not the address of their array, which may be
 * another array's by now: a function means the same for as long as its module is there, and when
 * one is loaded everything is judged anew.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include "slb_alloc.h"
#include "slb_hook.h"
#include "slb_net.h"

/*
 * Functions of the kernel that let our packets go on as they are, with their module where they are
 * not built in. Reassembly: fragments go the normal way. ip_sabotage_in: so do bridged packets.
 * conntrack and NAT: packets that we take are none of theirs (UNTRACKED). AppArmor: only packets of a
 * socket. accept_all: a hook that has been removed.
 */
static const char * const slb_fast_harmless[] = {
	"accept_all",
	"slb_frag_in4 [slb]",
	"slb_frag_in6 [slb]",
	"ipv4_conntrack_defrag [nf_defrag_ipv4]",
	"ipv6_defrag [nf_defrag_ipv6]",
	"ip_sabotage_in [br_netfilter]",
	"ipv4_confirm [nf_conntrack]",	/* 6.1 */
	"ipv6_confirm [nf_conntrack]",
	"nf_confirm [nf_conntrack]",
	"nf_nat_ipv4_out [nf_nat]",
	"nf_nat_ipv6_out [nf_nat]",
	"apparmor_ip_postroute",
};

static bool slb_fast_is_harmless(nf_hookfn *hook)
{
	char text[SLB_FAST_HOOK_TEXT];
	const char *known;
	int i;

	snprintf(text, sizeof(text), "%ps", hook);
	for (i = 0; i < ARRAY_SIZE(slb_fast_harmless); i++) {
		known = slb_fast_harmless[i];
		if (!strcmp(text, known) ||
		    (strlen(text) == strcspn(known, " ") && !strncmp(text, known, strlen(text))))
			return true;
	}
	return false;
}

static const struct nf_hook_entries *slb_fast_entries_rcu(const struct net *net, bool v6,
							  enum slb_fast_place place)
{
	int hooknum = place == SLB_FAST_PRE ? NF_INET_PRE_ROUTING : NF_INET_POST_ROUTING;

	return v6 ? rcu_dereference(net->nf.hooks_ipv6[hooknum]) :
	       rcu_dereference(net->nf.hooks_ipv4[hooknum]);
}

/*
 * The first hook, from *@at on, that our packets would miss; NULL if there is none. *@at: where it
 * is.
 */
static nf_hookfn *slb_fast_next_rcu(const struct nf_hook_entries *entries, bool v6,
				    enum slb_fast_place place, unsigned int *at)
{
	nf_hookfn *hook;

	if (!entries || *at >= entries->num_hook_entries)
		return NULL;
	/* Replaced in place by one that accepts when it is removed. */
	hook = READ_ONCE(entries->hooks[*at].hook);
	if (place == SLB_FAST_PRE && hook == (v6 ? slb_hook_pre6 : slb_hook_pre4))
		return NULL;
	return hook;
}

/**
 * slb_fast_judge() - a packet has met a hook that is not known at its position
 * @sn: the namespace's balancer
 * @v6: the packet's family
 * @place: where
 *
 * Context: softirq, inside RCU.
 * Return: true if all that are hooked there do nothing to the fast path's packets.
 */
bool slb_fast_judge(struct slb_net *sn, bool v6, enum slb_fast_place place)
{
	const struct nf_hook_entries *entries = slb_fast_entries_rcu(sn->net, v6, place);
	struct slb_fast_seen *seen = &sn->fast.seen[v6][place];
	nf_hookfn *hook;
	unsigned int at;

	for (at = 0; (hook = slb_fast_next_rcu(entries, v6, place, &at)); at++) {
		if (at == SLB_FAST_HOOKS || hook == READ_ONCE(seen->foreign))
			return false;
		if (hook == READ_ONCE(seen->harmless[at]))
			continue;
		if (!slb_fast_is_harmless(hook)) {
			WRITE_ONCE(seen->foreign, hook);
			return false;
		}
		WRITE_ONCE(seen->harmless[at], hook);
	}
	return true;
}

/**
 * slb_fast_rival_locked() - which hook of somebody else keeps a family off?
 * @sn: the namespace's balancer
 * @v6: the family
 * @text: SLB_FAST_HOOK_TEXT bytes: the function, its module and the place; for people
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: true if there is one.
 */
bool slb_fast_rival_locked(struct slb_net *sn, bool v6, char *text)
{
	enum slb_fast_place place;
	nf_hookfn *hook = NULL;
	unsigned int at;

	rcu_read_lock();
	/* Before the first service there is no hook of ours that others could come before. */
	for (place = sn->hooks ? SLB_FAST_PRE : SLB_FAST_POST;
	     place < SLB_FAST_PLACES && !hook; place++) {
		const struct nf_hook_entries *entries = slb_fast_entries_rcu(sn->net, v6, place);

		for (at = 0; (hook = slb_fast_next_rcu(entries, v6, place, &at)); at++)
			if (at == SLB_FAST_HOOKS || !slb_fast_is_harmless(hook))
				break;
		if (hook)
			snprintf(text, SLB_FAST_HOOK_TEXT, "%ps at %s", hook,
				 place == SLB_FAST_PRE ? "PRE_ROUTING" : "POST_ROUTING");
	}
	rcu_read_unlock();
	return hook;
}

/*
 * A module's functions may be where another's were. That one's are not hooked any more, and no packet
 * judges them: modules are freed behind RCU.
 */
static int slb_fast_module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct slb_fast_seen *seen;
	struct net *net;
	int i, at;

	if (event != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	rcu_read_lock();
	for_each_net_rcu(net) {
		seen = &slb_net(net)->fast.seen[0][0];
		for (i = 0; i < 2 * SLB_FAST_PLACES; i++) {
			WRITE_ONCE(seen[i].foreign, NULL);
			for (at = 0; at < SLB_FAST_HOOKS; at++)
				WRITE_ONCE(seen[i].harmless[at], NULL);
		}
	}
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block slb_fast_module_notifier = {
	.notifier_call = slb_fast_module_event,
};

/**
 * slb_fast_rival_init() - begin to watch for modules
 *
 * Context: module load, after the namespaces' state exists.
 * Return: 0 or a negative error.
 */
int slb_fast_rival_init(void)
{
	return slb_attempt(-ENOMEM, register_module_notifier(&slb_fast_module_notifier));
}

/**
 * slb_fast_rival_exit() - no longer watch for modules
 *
 * Context: module unload, before the namespaces' state goes.
 */
void slb_fast_rival_exit(void)
{
	unregister_module_notifier(&slb_fast_module_notifier);
}
