// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interfaces with a fast path. A name stands for whatever interface of the namespace has it: the
 * hook is set when one appears or is given the name, and goes when it vanishes, is renamed or moves
 * to another namespace.
 *
 * Lifetime: the hook's operations and the list they are in are struct slb_fast_dev. It is unhooked
 * under RTNL, on the interface's NETDEV_UNREGISTER at the latest, so @dev needs no reference, and
 * freed behind RCU, because lists of hooks are read there (nfnetlink_hook). A packet inside the hook
 * uses the namespace's balancer alone, which the core frees after a grace period behind pre_exit.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "slb_alloc.h"
#include "slb_net.h"

/**
 * struct slb_fast_dev - an interface that is to have a fast path
 * @list: in slb_fastpath.devs
 * @dev: the interface with the hook on it, or NULL; RTNL
 * @failed: there is an interface, but no memory for its hook; RTNL
 * @name: the interface's
 * @ops: the hook
 * @rcu: once it is out of the list
 */
struct slb_fast_dev {
	struct list_head	list;
	struct net_device	*dev;
	bool			failed;
	char			name[IFNAMSIZ];
	struct nf_hook_ops	ops;
	struct rcu_head		rcu;
};

/* By its name proper: an alternative one may be in use for another interface by tomorrow. */
static struct net_device *slb_fast_dev_named(const struct slb_net *sn, const char *name)
{
	struct net_device *dev = __dev_get_by_name(sn->net, name);

	return dev && !strcmp(dev->name, name) ? dev : NULL;
}

static struct slb_fast_dev *slb_fast_find(const struct list_head *devs, const char *name)
{
	struct slb_fast_dev *fdev;

	list_for_each_entry(fdev, devs, list)
		if (!strcmp(fdev->name, name))
			return fdev;
	return NULL;
}

/*
 * Sets the hook, behind all others of the interface: what they drop, or take, we do not see. Packets
 * on the loopback device have been routed already.
 */
static int slb_fast_bind(struct slb_net *sn, struct slb_fast_dev *fdev, struct net_device *dev)
{
	int err;

	ASSERT_RTNL();
	fdev->failed = false;
	if (fdev->dev || dev->flags & IFF_LOOPBACK)
		return 0;
	fdev->ops = (struct nf_hook_ops) {
		.hook		= slb_fast_hook,
		.dev		= dev,
		.priv		= sn,
		.pf		= NFPROTO_NETDEV,
		.hooknum	= NF_NETDEV_INGRESS,
		.priority	= INT_MAX,
	};
	err = slb_attempt(-ENOMEM, nf_register_net_hook(sn->net, &fdev->ops));
	fdev->failed = err;
	if (!err)
		fdev->dev = dev;
	return err;
}

static void slb_fast_unbind(struct slb_net *sn, struct slb_fast_dev *fdev)
{
	ASSERT_RTNL();
	fdev->failed = false;
	if (!fdev->dev)
		return;
	nf_unregister_net_hook(sn->net, &fdev->ops);
	fdev->dev = NULL;
}

static void slb_fast_free(struct slb_net *sn, struct list_head *devs)
{
	struct slb_fast_dev *fdev, *next;

	list_for_each_entry_safe(fdev, next, devs, list) {
		slb_fast_unbind(sn, fdev);
		list_del(&fdev->list);
		kfree_rcu(fdev, rcu);
	}
}

/* One more name, in @devs; its interface gets the hook if it is there. */
static int slb_fast_add(struct slb_net *sn, struct list_head *devs, const char *name)
{
	struct slb_fast_dev *fdev = slb_alloc(kzalloc(sizeof(*fdev), SLB_GFP_CONFIG));
	struct net_device *dev;

	if (!fdev)
		return -ENOMEM;
	strscpy(fdev->name, name, sizeof(fdev->name));
	list_add_tail(&fdev->list, devs);
	dev = slb_fast_dev_named(sn, name);
	return dev ? slb_fast_bind(sn, fdev, dev) : 0;
}

/**
 * slb_fast_set_locked() - replace the list of interfaces with a fast path
 * @sn: the namespace's balancer
 * @names: without doubles
 *
 * An interface that is in both lists keeps its hook: its packets go on.
 *
 * Context: process, caller holds sn->cfg_mutex; takes RTNL inside it, sleeps.
 * Return: 0, or a negative error with nothing changed.
 */
int slb_fast_set_locked(struct slb_net *sn, const struct slb_fast_names *names)
{
	struct slb_fast_dev *fdev;
	LIST_HEAD(fresh);
	LIST_HEAD(whole);
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&sn->cfg_mutex);
	rtnl_lock();
	for (i = 0; i < names->n && !err; i++)
		if (!slb_fast_find(&sn->fast.devs, names->name[i]))
			err = slb_fast_add(sn, &fresh, names->name[i]);
	if (err) {
		slb_fast_free(sn, &fresh);
		rtnl_unlock();
		return err;
	}
	for (i = 0; i < names->n; i++) {
		fdev = slb_fast_find(&sn->fast.devs, names->name[i]) ?:
		       slb_fast_find(&fresh, names->name[i]);
		list_move_tail(&fdev->list, &whole);
	}
	slb_fast_free(sn, &sn->fast.devs);
	list_splice(&whole, &sn->fast.devs);
	rtnl_unlock();
	return 0;
}

/**
 * slb_fast_off() - end every interface's fast path
 * @sn: the namespace's balancer
 *
 * Context: process, namespace pre_exit; takes RTNL.
 */
void slb_fast_off(struct slb_net *sn)
{
	if (list_empty(&sn->fast.devs))	/* nobody changes the settings any more */
		return;
	rtnl_lock();
	slb_fast_free(sn, &sn->fast.devs);
	rtnl_unlock();
}

/**
 * slb_fast_name_locked() - the names of the setting, in their order
 * @sn: the namespace's balancer
 * @at: which, from 0
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the name, or NULL behind the last.
 */
const char *slb_fast_name_locked(struct slb_net *sn, unsigned int at)
{
	struct slb_fast_dev *fdev;

	lockdep_assert_held(&sn->cfg_mutex);
	list_for_each_entry(fdev, &sn->fast.devs, list)
		if (!at--)
			return fdev->name;
	return NULL;
}

/* What does not depend on the packet's family. */
static u8 slb_fast_dev_state(struct slb_net *sn, const struct slb_fast_dev *fdev)
{
	const struct net_device *dev = slb_fast_dev_named(sn, fdev->name);

	if (!dev)
		return SLB_FAST_NO_DEVICE;
	if (fdev->failed)
		return SLB_FAST_NO_MEMORY;
	if (!fdev->dev)
		return SLB_FAST_LOOPBACK;
	if (netif_is_l3_slave(dev))
		return SLB_FAST_VRF;
	return rcu_access_pointer(dev->rx_handler) ? SLB_FAST_ENSLAVED : SLB_FAST_ON;
}

/**
 * slb_fast_next_locked() - what an interface's fast path does
 * @sn: the namespace's balancer
 * @at: which of the setting's, from 0
 * @state: filled here
 *
 * Context: process, caller holds sn->cfg_mutex; takes RTNL.
 * Return: false behind the last.
 */
bool slb_fast_next_locked(struct slb_net *sn, unsigned int at, struct slb_fast_state *state)
{
	const char *name = slb_fast_name_locked(sn, at);
	int v6;

	if (!name)
		return false;
	strscpy(state->name, name, sizeof(state->name));
	rtnl_lock();
	state->state[0] = slb_fast_dev_state(sn, slb_fast_find(&sn->fast.devs, name));
	rtnl_unlock();
	state->state[1] = state->state[0];
	for (v6 = 0; v6 < 2 && state->state[v6] == SLB_FAST_ON; v6++) {
		if (!slb_fast_has_no_policy(sn->net))
			state->state[v6] = SLB_FAST_POLICY;
		else if (!sn->set.fastpath_force &&
			 slb_fast_rival_locked(sn, v6, state->hook[v6]))
			state->state[v6] = SLB_FAST_HOOK;
	}
	return true;
}

/* The interface has, or has lost, its name or its place in the namespace. Under RTNL. */
static int slb_fast_dev_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	struct slb_net *sn = slb_net(dev_net(dev));
	struct slb_fast_dev *fdev;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;
	if (event != NETDEV_REGISTER)
		list_for_each_entry(fdev, &sn->fast.devs, list)
			if (fdev->dev == dev)
				slb_fast_unbind(sn, fdev);
	fdev = event != NETDEV_UNREGISTER ? slb_fast_find(&sn->fast.devs, dev->name) : NULL;
	if (fdev && slb_fast_bind(sn, fdev, dev))
		netdev_warn(dev, "no memory for the fast path\n");
	return NOTIFY_DONE;
}

static struct notifier_block slb_fast_dev_notifier = {
	.notifier_call = slb_fast_dev_event,
};

/**
 * slb_fast_dev_init() - begin to watch for interfaces
 *
 * Context: module load, after the namespaces' state exists.
 * Return: 0 or a negative error.
 */
int slb_fast_dev_init(void)
{
	return slb_attempt(-ENOMEM, register_netdevice_notifier(&slb_fast_dev_notifier));
}

/**
 * slb_fast_dev_exit() - no longer watch for interfaces
 *
 * It is told that each of them goes, so all hooks are gone, too.
 *
 * Context: module unload, before the namespaces' state goes.
 */
void slb_fast_dev_exit(void)
{
	unregister_netdevice_notifier(&slb_fast_dev_notifier);
}
