// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balancer of a namespace: its beginning and its end.
 *
 * The end, of a namespace or of all of them when the module is unloaded:
 * 1. pre_exit: @dead, and the hooks are unregistered. The core waits for RCU afterwards, so no
 *    packet is inside the path any more and none comes. Timers may still run and end connections.
 * 2. The wheels and the work that looks after draining servers stop: nothing runs on its own any more. (Netlink cannot run: a namespace ends
 *    without sockets, and before unloading the family is unregistered.)
 * 3. Connections end; services, servers and local addresses are unlinked and lose their
 *    configuration's reference. What is still held is held by RCU callbacks only: a connection's
 *    puts its server and service, a lease map's its local address and endpoint; each last put
 *    queues one more callback. SLB_NET_DEPTH is the length of that chain.
 *    What methods do later is over: no group is left that wants it.
 * 4. rcu_barrier() that many times: everything is freed, nothing points to the namespace's state.
 * 5. The empty tables are freed, and behind this function the state itself.
 *
 * A namespace that never had a service or a local address has no counters, wheels, connection
 * table and filter: sn->counters is NULL then.
 */
#include <linux/percpu.h>
#include <linux/random.h>
#include "slb_alloc.h"
#include "slb_hook.h"
#include "slb_limit.h"
#include "slb_net.h"
#include "slb_sched.h"

/* Connection, or group left by its service; lease map, service or server; endpoint, group or local address; one to spare. */
#define SLB_NET_DEPTH	4

unsigned int slb_net_id __read_mostly;

DEFINE_STATIC_KEY_FALSE(slb_nat_key);

static int slb_net_alloc(struct slb_net *sn)
{
	struct slb_counters __percpu *counters = slb_alloc(alloc_percpu_gfp(struct slb_counters, SLB_GFP_CONFIG));
	int err = -ENOMEM;

	if (!counters)
		return -ENOMEM;
	err = slb_filter_init(&sn->filter);
	if (err)
		goto err_counters;
	err = slb_wheel_init(sn);
	if (err)
		goto err_filter;
	err = slb_table_init(&sn->table);
	if (err)
		goto err_wheel;
	/* Pairs with slb_counters_sum(), which may run without the mutex. */
	smp_store_release(&sn->counters, counters);
	return 0;

err_wheel:
	slb_wheel_exit(sn);
err_filter:
	slb_filter_exit(&sn->filter);
err_counters:
	free_percpu(counters);
	return err;
}

/**
 * slb_net_furnish_locked() - a service or local address is about to be added
 * @sn: the namespace's balancer
 *
 * Before the first one there are neither counters nor wheels, table and filter, which take tens of
 * kilobytes and more for each CPU: most namespaces never have one. They stay until the namespace
 * ends.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0 or -ENOMEM.
 */
int slb_net_furnish_locked(struct slb_net *sn)
{
	lockdep_assert_held(&sn->cfg_mutex);
	return sn->counters ? 0 : slb_net_alloc(sn);
}

/**
 * slb_net_activate_locked() - a service is about to be added
 * @sn: the namespace's balancer
 *
 * Before the first one there are no hooks, so namespaces without a balancer pay nothing. They stay
 * until the namespace ends, because connections outlive their service.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0 or a negative error.
 */
int slb_net_activate_locked(struct slb_net *sn)
{
	return slb_net_furnish_locked(sn) ?: slb_hook_get(sn);
}

/**
 * slb_net_use_nat_locked() - a server is about to be in nat mode
 * @sn: the namespace's balancer; has a service
 *
 * From the first one on packets' sources are looked at too, until the namespace ends: connections
 * outlive their server, and its mode.
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 * Return: 0 or -ENOMEM.
 */
int slb_net_use_nat_locked(struct slb_net *sn)
{
	int err;

	lockdep_assert_held(&sn->cfg_mutex);
	if (sn->nat_used)
		return 0;
	err = slb_filter_init(&sn->nat);
	if (err)
		return err;
	static_branch_inc(&slb_nat_key);
	WRITE_ONCE(sn->nat_used, true);
	return 0;
}

/**
 * slb_net_flush_locked() - remove every service, group, access list, local address and named limit
 * @sn: the namespace's balancer
 *
 * Context: process, caller holds sn->cfg_mutex; sleeps.
 */
void slb_net_flush_locked(struct slb_net *sn)
{
	slb_svc_remove_all_locked(sn);
	slb_acl_remove_all_locked(sn);
	slb_group_remove_all_locked(sn);
	slb_laddr_remove_all_locked(sn);
	slb_limit_remove_all_locked(sn);
}

/* Whatever needs no undoing. */
static void slb_net_prepare(struct slb_net *sn, struct net *net)
{
	sn->net = net;
	sn->cfg_gen = 1;
	mutex_init(&sn->cfg_mutex);
	spin_lock_init(&sn->laddr_lock);
	spin_lock_init(&sn->reset_lock);
	INIT_LIST_HEAD(&sn->svc_list);
	sn->groups = RB_ROOT;
	slb_drain_init(sn);
	slb_laddr_init(sn);
	INIT_LIST_HEAD(&sn->pools);
	INIT_LIST_HEAD(&sn->acls);
	INIT_LIST_HEAD(&sn->acl_stages);
	INIT_LIST_HEAD(&sn->laddrs);
	INIT_LIST_HEAD(&sn->limits);
	INIT_LIST_HEAD(&sn->fast.devs);
	ida_init(&sn->laddr_ids);
	slb_settings_init(&sn->set);
	slb_sched_late_init(sn);
	slb_flow_init(&sn->flow);
	get_random_bytes(&sn->seq_key, sizeof(sn->seq_key));
}

static int slb_net_default_pool(struct slb_net *sn)
{
	mutex_lock(&sn->cfg_mutex);
	sn->pool_default = slb_pool_get_locked(sn, "");
	mutex_unlock(&sn->cfg_mutex);
	return sn->pool_default ? 0 : -ENOMEM;
}

static int __net_init slb_net_init(struct net *net)
{
	struct slb_net *sn = slb_net(net);
	int err;

	slb_net_prepare(sn, net);
	err = slb_ep_init(sn);
	if (err)
		return err;
	err = slb_listen_init(sn);
	if (err)
		goto err_eps;
	err = slb_net_default_pool(sn);
	if (err)
		goto err_svcs;
	return 0;

err_svcs:
	slb_listen_exit(sn);
err_eps:
	slb_ep_exit(sn);
	return err;
}

static void __net_exit slb_net_pre_exit(struct net *net)
{
	struct slb_net *sn = slb_net(net);

	WRITE_ONCE(sn->dead, true);
	slb_fast_off(sn);
	slb_hook_put(sn);
}

static void __net_exit slb_net_empty(struct slb_net *sn)
{
	slb_drain_stop(sn);
	slb_laddr_stop(sn);
	if (sn->counters) {
		slb_wheel_stop(sn);
		slb_conn_end_all(sn);
	}
	slb_persist_exit(sn);
	slb_flow_exit(&sn->flow);
	mutex_lock(&sn->cfg_mutex);
	slb_net_flush_locked(sn);
	slb_nl_acl_forget_locked(sn);
	slb_pool_put_locked(sn, sn->pool_default);
	mutex_unlock(&sn->cfg_mutex);
	slb_sched_late_exit(sn);
}

static void __net_exit slb_net_free(struct slb_net *sn)
{
	WARN_ON_ONCE(atomic_read(&sn->conns));
	WARN_ON_ONCE(atomic64_read(&sn->created) != atomic64_read(&sn->destroyed));
	slb_listen_exit(sn);
	slb_ep_exit(sn);
	slb_settings_exit(&sn->set);
	slb_persist_free(sn);
	slb_client_exit(sn);
	if (sn->acct_used)
		static_branch_dec(&slb_acct_key);
	ida_destroy(&sn->laddr_ids);
	if (!sn->counters)
		return;
	slb_wheel_exit(sn);
	slb_table_exit(&sn->table);
	slb_filter_exit(&sn->filter);
	if (sn->nat_used) {
		static_branch_dec(&slb_nat_key);
		slb_filter_exit(&sn->nat);
	}
	free_percpu(sn->counters);
}

static void __net_exit slb_net_exit_batch(struct list_head *nets)
{
	bool furnished = false;
	struct net *net;
	int i;

	list_for_each_entry(net, nets, exit_list) {
		slb_net_empty(slb_net(net));
		furnished |= !!slb_net(net)->counters;
	}
	for (i = 0; furnished && i < SLB_NET_DEPTH; i++)
		rcu_barrier();
	list_for_each_entry(net, nets, exit_list)
		slb_net_free(slb_net(net));
}

static struct pernet_operations slb_net_ops = {
	.init		= slb_net_init,
	.pre_exit	= slb_net_pre_exit,
	.exit_batch	= slb_net_exit_batch,
	.id		= &slb_net_id,
	.size		= sizeof(struct slb_net),
};

/**
 * slb_net_register() - a balancer in every namespace, now and later
 *
 * Context: module load.
 * Return: 0 or a negative error.
 */
int slb_net_register(void)
{
	return slb_attempt(-ENOMEM, register_pernet_subsys(&slb_net_ops));
}

/**
 * slb_net_unregister() - end every namespace's balancer
 *
 * Context: module unload.
 */
void slb_net_unregister(void)
{
	unregister_pernet_subsys(&slb_net_ops);
}
