// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's own IPv4 addresses, as its routes tell them: each is a local route to one address, in
 * whatever table, and so are broadcast addresses. Nothing is forgotten when a route goes: the bit then
 * costs a lookup, whose answer is right.
 */
#include <linux/inetdevice.h>
#include <net/fib_notifier.h>
#include <net/ip_fib.h>
#include "slb_alloc.h"
#include "slb_hostaddr.h"

/* Is the route about the loopback network, which no packet comes from? */
static bool slb_hostaddr_is_loopback(const struct fib_entry_notifier_info *entry)
{
	return entry->dst_len >= 8 && ipv4_is_loopback(htonl(entry->dst));
}

/* Under RTNL, or inside RCU while the routes that are there already are told. */
static int slb_hostaddr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct slb_hostaddr *host = container_of(nb, struct slb_hostaddr, nb);
	const struct fib_notifier_info *info = ptr;
	const struct fib_entry_notifier_info *entry;

	if (info->family != AF_INET || event != FIB_EVENT_ENTRY_REPLACE)
		return NOTIFY_DONE;
	entry = container_of(info, struct fib_entry_notifier_info, info);
	if ((entry->type != RTN_LOCAL && entry->type != RTN_BROADCAST) ||
	    slb_hostaddr_is_loopback(entry))
		return NOTIFY_DONE;
	if (entry->dst_len == 32)
		set_bit(slb_filter_hash4(htonl(entry->dst)), host->bits);
	else
		WRITE_ONCE(host->wide, true);
	return NOTIFY_DONE;
}

/**
 * slb_hostaddr_get() - learn a namespace's addresses, and follow them
 * @host: zeroed
 * @net: the namespace
 *
 * If that fails, because the routes change faster than they can be told, every source is looked up.
 *
 * Context: process, without RTNL.
 */
void slb_hostaddr_get(struct slb_hostaddr *host, struct net *net)
{
	host->nb.notifier_call = slb_hostaddr_event;
	if (!slb_attempt(-ENOMEM, register_fib_notifier(net, &host->nb, NULL, NULL)))
		return;
	host->nb.notifier_call = NULL;
	WRITE_ONCE(host->wide, true);
}

/**
 * slb_hostaddr_put() - follow a namespace's addresses no more
 * @host: slb_hostaddr_get() has been called
 * @net: the namespace
 *
 * Waits for a callback that runs.
 *
 * Context: process, may sleep.
 */
void slb_hostaddr_put(struct slb_hostaddr *host, struct net *net)
{
	if (host->nb.notifier_call)
		unregister_fib_notifier(net, &host->nb);
}
