// SPDX-License-Identifier: GPL-2.0-only
/* The receiver's state in one network namespace. */
#include <linux/cache.h>
#include <linux/slab.h>
#include <net/tcp.h>
#include "slb_alloc.h"
#include "toa_net.h"

unsigned int slb_toa_net_id __ro_after_init;
static u64 slb_toa_net_kinds __ro_after_init;

static int __net_init slb_toa_net_init(struct net *net)
{
	struct slb_toa_net *tn = slb_toa_net(net);
	struct slb_toa_trust *trust;
	int err;

	mutex_init(&tn->cfg_mutex);
	/* 0 would tell a dump that the list cannot change. */
	tn->cfg_gen = 1;
	tn->kinds = slb_toa_net_kinds;

	trust = slb_toa_trust_create(NULL, 0);
	if (!trust)
		return -ENOMEM;
	RCU_INIT_POINTER(tn->trust, trust);

	tn->counts = slb_alloc(alloc_percpu_gfp(struct slb_toa_counts, SLB_GFP_CONFIG));
	if (!tn->counts) {
		err = -ENOMEM;
		goto err_trust;
	}

	err = slb_toa_store_init(&tn->store, SLB_TOA_CLIENTS_DEFAULT);
	if (err)
		goto err_counts;
	return 0;

err_counts:
	free_percpu(tn->counts);
err_trust:
	kvfree(trust);
	return err;
}

/* No socket of the namespace is left, or the hooks are gone for good. */
static void __net_exit slb_toa_net_exit(struct net *net)
{
	struct slb_toa_net *tn = slb_toa_net(net);

	slb_toa_store_exit(&tn->store);
	free_percpu(tn->counts);
	kvfree(rcu_dereference_protected(tn->trust, true));
}

static struct pernet_operations slb_toa_net_ops = {
	.init	= slb_toa_net_init,
	.exit	= slb_toa_net_exit,
	.id	= &slb_toa_net_id,
	.size	= sizeof(struct slb_toa_net),
};

/**
 * slb_toa_net_register() - give every network namespace its state
 * @kinds: option kinds that namespaces start with, as slb_toa_kinds_pack() says
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int __init slb_toa_net_register(u64 kinds)
{
	slb_toa_net_kinds = kinds;
	return slb_attempt(-ENOMEM, register_pernet_subsys(&slb_toa_net_ops));
}

/**
 * slb_toa_net_unregister() - undo slb_toa_net_register()
 *
 * Context: process, may sleep.
 */
void slb_toa_net_unregister(void)
{
	unregister_pernet_subsys(&slb_toa_net_ops);
}

/**
 * slb_toa_net_count_sum() - read a counter
 * @tn: the network namespace's state
 * @count: which
 *
 * Context: any.
 * Return: events since the module or the namespace came up.
 */
u64 slb_toa_net_count_sum(const struct slb_toa_net *tn,
			  enum slb_toa_count count)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(tn->counts, cpu)->nr[count]);
	return sum;
}

/**
 * slb_toa_net_trust_locked() - a writer's view of the trust list
 * @tn: the network namespace's state
 *
 * Context: process, @tn->cfg_mutex held.
 * Return: the list, valid until the mutex is released.
 */
struct slb_toa_trust *slb_toa_net_trust_locked(struct slb_toa_net *tn)
{
	return rcu_dereference_protected(tn->trust,
					 lockdep_is_held(&tn->cfg_mutex));
}

/**
 * slb_toa_net_trust_swap_locked() - put a new trust list in force
 * @tn: the network namespace's state
 * @trust: the list; it belongs to @tn from now on
 *
 * Context: process, @tn->cfg_mutex held.
 */
void slb_toa_net_trust_swap_locked(struct slb_toa_net *tn,
				   struct slb_toa_trust *trust)
{
	struct slb_toa_trust *old = slb_toa_net_trust_locked(tn);

	rcu_assign_pointer(tn->trust, trust);
	tn->cfg_gen++;
	kvfree_rcu(old, rcu);
}

/* Kinds that TCP itself reads, which can carry no client. */
static bool slb_toa_kind_reserved(u8 kind)
{
	switch (kind) {
	case TCPOPT_EOL:
	case TCPOPT_NOP:
	case TCPOPT_MSS:
	case TCPOPT_WINDOW:
	case TCPOPT_SACK_PERM:
	case TCPOPT_SACK:
	case TCPOPT_TIMESTAMP:
	case TCPOPT_MD5SIG:
	case TCPOPT_MPTCP:
	case TCPOPT_FASTOPEN:
	case U8_MAX:
		return true;
	default:
		return false;
	}
}

/**
 * slb_toa_kinds_pack() - check a list of option kinds
 * @kinds: filled with one kind in each byte, the first in the lowest
 * @list: the kinds
 * @nr: how many
 *
 * Context: any.
 * Return: 0, -E2BIG, or -EINVAL for none, a double or a kind that TCP itself
 * uses.
 */
int slb_toa_kinds_pack(u64 *kinds, const u8 *list, unsigned int nr)
{
	u64 packed = 0;
	unsigned int i;

	if (nr > SLB_TOA_KINDS_MAX)
		return -E2BIG;
	if (!nr)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		if (slb_toa_kind_reserved(list[i]) ||
		    memchr(list, list[i], i))
			return -EINVAL;
		packed |= (u64)list[i] << (i * BITS_PER_BYTE);
	}
	*kinds = packed;
	return 0;
}
