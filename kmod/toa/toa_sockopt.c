// SPDX-License-Identifier: GPL-2.0-only
/* getsockopt() for programs that want to know the client by another way than
 * getpeername(): the family-neutral option, and two that servers patched for
 * other receivers use. None needs a privilege: it is the program's own socket.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/uaccess.h>
#include <net/ipv6.h>
#include "slb_alloc.h"
#include "toa_conn.h"
#include "toa_sockopt.h"

/* SLB_TOA_SO_PEER6. */
struct slb_toa_peer6 {
	struct in6_addr	addr;
	__be16		port;
	u8		pad[2];
};

static_assert(sizeof(struct slb_toa_peer6) == 20);

/* SLB_TOA_SO_MAP: the part before @real_family is the question. */
struct slb_toa_map {
	__u16	family;
	u8	saddr[16];
	u8	daddr[16];
	__be16	sport;
	__be16	dport;
	__u16	real_family;
	u8	real_addr[16];
	__be16	real_port;
} __packed;

static_assert(sizeof(struct slb_toa_map) == 58);

static int slb_toa_sockopt_copy(void __user *user, int *len, const void *answer,
				int size)
{
	if (*len < size)
		return -EINVAL;
	if (copy_to_user(user, answer, size))
		return -EFAULT;
	*len = size;
	return 0;
}

static int slb_toa_sockopt_peer(const struct slb_toa_addr *addr,
				void __user *user, int *len)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family	= AF_INET6,
		.sin6_port	= addr->port,
		.sin6_addr	= addr->in6,
	};
	struct sockaddr_in sin = {
		.sin_family	= AF_INET,
		.sin_port	= addr->port,
		.sin_addr	= addr->in,
	};

	if (addr->family == AF_INET)
		return slb_toa_sockopt_copy(user, len, &sin, sizeof(sin));
	return slb_toa_sockopt_copy(user, len, &sin6, sizeof(sin6));
}

static int slb_toa_sockopt_peer6(const struct slb_toa_addr *addr,
				 void __user *user, int *len)
{
	struct slb_toa_peer6 peer6 = {
		.addr	= addr->in6,
		.port	= addr->port,
	};

	if (addr->family != AF_INET6)
		return -ENOENT;
	return slb_toa_sockopt_copy(user, len, &peer6, sizeof(peer6));
}

static int slb_toa_sockopt_map(const struct slb_toa_addr *addr,
			       void __user *user, int *len)
{
	struct slb_toa_map map;

	if (*len < sizeof(map))
		return -EINVAL;
	if (copy_from_user(&map, user, sizeof(map)))
		return -EFAULT;
	map.real_family = addr->family;
	map.real_port = addr->port;
	memset(map.real_addr, 0, sizeof(map.real_addr));
	if (addr->family == AF_INET)
		memcpy(map.real_addr, &addr->in, sizeof(addr->in));
	else
		memcpy(map.real_addr, &addr->in6, sizeof(addr->in6));
	return slb_toa_sockopt_copy(user, len, &map, sizeof(map));
}

static int slb_toa_sockopt_get(struct sock *sk, int option, void __user *user,
			       int *len)
{
	struct slb_toa_addr addr;

	if (sk->sk_protocol != IPPROTO_TCP || !slb_toa_conn_client(sk, &addr))
		return -ENOENT;

	switch (option) {
	case SLB_TOA_SO_PEER:
		return slb_toa_sockopt_peer(&addr, user, len);
	case SLB_TOA_SO_PEER6:
		return slb_toa_sockopt_peer6(&addr, user, len);
	case SLB_TOA_SO_MAP:
		return slb_toa_sockopt_map(&addr, user, len);
	default:
		return -ENOPROTOOPT;
	}
}

static struct nf_sockopt_ops slb_toa_sockopt_v4 = {
	.pf		= PF_INET,
	.get_optmin	= SLB_TOA_SO_PEER6,
	.get_optmax	= SLB_TOA_SO_PEER + 1,
	.get		= slb_toa_sockopt_get,
	.owner		= THIS_MODULE,
};

static struct nf_sockopt_ops slb_toa_sockopt_v6 = {
	.pf		= PF_INET6,
	.get_optmin	= SLB_TOA_SO_PEER,
	.get_optmax	= SLB_TOA_SO_PEER + 1,
	.get		= slb_toa_sockopt_get,
	.owner		= THIS_MODULE,
};

static struct nf_sockopt_ops slb_toa_sockopt_legacy = {
	.pf		= PF_INET,
	.get_optmin	= SLB_TOA_SO_MAP,
	.get_optmax	= SLB_TOA_SO_MAP + 1,
	.get		= slb_toa_sockopt_get,
	.owner		= THIS_MODULE,
};

/**
 * slb_toa_sockopt_register() - offer the socket options
 *
 * Context: process, may sleep.
 * Return: 0, or -EBUSY when another module has the numbers, with a message in
 * the log.
 */
int __init slb_toa_sockopt_register(void)
{
	int err;

	err = slb_attempt(-ENOMEM, nf_register_sockopt(&slb_toa_sockopt_v4));
	if (err)
		goto err_message;
	err = slb_attempt(-ENOMEM, nf_register_sockopt(&slb_toa_sockopt_v6));
	if (err)
		goto err_v4;
	err = slb_attempt(-ENOMEM, nf_register_sockopt(&slb_toa_sockopt_legacy));
	if (err)
		goto err_v6;
	return 0;

err_v6:
	nf_unregister_sockopt(&slb_toa_sockopt_v6);
err_v4:
	nf_unregister_sockopt(&slb_toa_sockopt_v4);
err_message:
	pr_err("another module serves the socket options %u, %u or %u; unload the other receiver\n",
	       SLB_TOA_SO_MAP, SLB_TOA_SO_PEER6, SLB_TOA_SO_PEER);
	return err;
}

/**
 * slb_toa_sockopt_unregister() - undo slb_toa_sockopt_register()
 *
 * Context: process, may sleep. A call in progress holds a reference on the
 * module, so none is.
 */
void slb_toa_sockopt_unregister(void)
{
	nf_unregister_sockopt(&slb_toa_sockopt_legacy);
	nf_unregister_sockopt(&slb_toa_sockopt_v6);
	nf_unregister_sockopt(&slb_toa_sockopt_v4);
}
