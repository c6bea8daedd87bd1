// SPDX-License-Identifier: GPL-2.0-only
/*
 * Large receive offload and forwarding do not go together: the segments are lost. The kernel
 * turns LRO off on interfaces that forward; packets taken before that decision oblige us to do
 * the same.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include "slb_alloc.h"
#include "slb_lro.h"
#include "slb_net.h"

/**
 * slb_lro_disable() - turn LRO off on every device of a namespace
 * @sn: the namespace's balancer
 *
 * Context: process; takes the RTNL lock inside sn->cfg_mutex. Nothing takes them the other way
 * round.
 */
void slb_lro_disable(struct slb_net *sn)
{
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(sn->net, dev)
		dev_disable_lro(dev);
	rtnl_unlock();
}

/* A device that comes later, into a namespace with hooks. Process context, under the RTNL lock. */
static int slb_lro_device_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	/* Pairs with the WRITE_ONCE in slb_hook_get(), which turns LRO off after it. */
	if (event == NETDEV_REGISTER && READ_ONCE(slb_net(dev_net(dev))->hooks))
		dev_disable_lro(dev);
	return NOTIFY_DONE;
}

static struct notifier_block slb_lro_notifier = {
	.notifier_call = slb_lro_device_event,
};

/**
 * slb_lro_init() - begin to watch for devices
 *
 * Context: module load, after the namespaces' state exists.
 * Return: 0 or a negative error.
 */
int slb_lro_init(void)
{
	return slb_attempt(-ENOMEM, register_netdevice_notifier(&slb_lro_notifier));
}

/**
 * slb_lro_exit() - no longer watch for devices
 *
 * Context: module unload, before the namespaces' state goes.
 */
void slb_lro_exit(void)
{
	unregister_netdevice_notifier(&slb_lro_notifier);
}
