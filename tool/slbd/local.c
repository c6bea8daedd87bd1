// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which addresses are this host's: those that it would deliver packets for to itself. That a socket can
 * be bound to one says nothing where net.ipv4.ip_nonlocal_bind or net.ipv6.ip_nonlocal_bind is set.
 */
#include <errno.h>
#include <ev.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "../model.h"
#include "local.h"
#include "log.h"

#define SLBD_LOCAL_DELAY	0.1	/* seconds from the news to the question */
#define SLBD_LOCAL_ANSWER	8192

/**
 * struct slbd_known - an address that was asked for
 * @addr: the address
 * @vrf: interface index of the VRF, or 0
 * @local: the answer
 */
struct slbd_known {
	struct slb_addr	addr;
	__u32		vrf;
	bool		local;
};

static struct {
	struct mnl_socket	*ask;
	struct mnl_socket	*news;
	struct ev_loop		*loop;
	ev_io			io;
	ev_timer		timer;
	void			(*changed)(void);
	struct slbd_known	*known;
	size_t			known_count;
	__u32			seq;
} slbd_local;

/* One route, as the kernel would take it. */
static bool slbd_local_talk(char *buf, const struct nlmsghdr *request)
{
	const struct nlmsghdr *nlh = (void *)buf;
	const struct rtmsg *rtm;
	int len;

	if (mnl_socket_sendto(slbd_local.ask, request, request->nlmsg_len) < 0)
		return false;
	do {
		len = mnl_socket_recvfrom(slbd_local.ask, buf, SLBD_LOCAL_ANSWER);
		if (len < 0 && errno != EINTR)
			return false;
	} while (len < 0 || !mnl_nlmsg_ok(nlh, len) || nlh->nlmsg_seq != slbd_local.seq);
	rtm = mnl_nlmsg_get_payload(nlh);
	return nlh->nlmsg_type == RTM_NEWROUTE && mnl_nlmsg_get_payload_len(nlh) >= sizeof(*rtm) &&
	       rtm->rtm_type == RTN_LOCAL;
}

static bool slbd_local_ask(const struct slb_addr *addr, __u32 vrf)
{
	char buf[SLBD_LOCAL_ANSWER] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;

	if (!slbd_local.ask) {
		slbd_local.ask = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
		if (!slbd_local.ask)
			return false;
	}
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++slbd_local.seq;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = addr->len == 4 ? AF_INET : AF_INET6;
	rtm->rtm_dst_len = addr->len * 8;
	mnl_attr_put(nlh, RTA_DST, addr->len, addr->b);
	if (vrf)
		mnl_attr_put_u32(nlh, RTA_OIF, vrf);
	return slbd_local_talk(buf, nlh);
}

/**
 * slbd_local_has() - is an address one of this host?
 * @addr: the address
 * @vrf: interface index of the VRF, or 0
 *
 * The answer is known until slbd_local_forget(), and looked after when addresses change.
 *
 * Return: true if so.
 */
bool slbd_local_has(const struct slb_addr *addr, __u32 vrf)
{
	struct slbd_known *known;
	size_t i;

	for (i = 0; i < slbd_local.known_count; i++) {
		known = &slbd_local.known[i];
		if (known->vrf == vrf && !slb_addr_compare(&known->addr, addr))
			return known->local;
	}
	slbd_local.known = slb_list_add(slbd_local.known, &slbd_local.known_count, sizeof(*known));
	known = &slbd_local.known[slbd_local.known_count - 1];
	known->addr = *addr;
	known->vrf = vrf;
	known->local = slbd_local_ask(addr, vrf);
	return known->local;
}

/** slbd_local_forget() - ask anew from now on */
void slbd_local_forget(void)
{
	free(slbd_local.known);
	slbd_local.known = NULL;
	slbd_local.known_count = 0;
}

/* Addresses come and go for many reasons: only those matter that were asked for. */
static void slbd_local_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct slbd_known *known;
	bool changed = false;
	size_t i;

	(void)loop;
	(void)timer;
	(void)events;
	for (i = 0; i < slbd_local.known_count && !changed; i++) {
		known = &slbd_local.known[i];
		changed = slbd_local_ask(&known->addr, known->vrf) != known->local;
	}
	if (changed)
		slbd_local.changed();
}

/* The kernel tells of an IPv4 address before it changes the routes that we ask. */
static void slbd_local_read(struct ev_loop *loop, ev_io *io, int events)
{
	char buf[SLBD_LOCAL_ANSWER];

	(void)io;
	(void)events;
	while (mnl_socket_recvfrom(slbd_local.news, buf, sizeof(buf)) >= 0 || errno == ENOBUFS)
		;
	if (ev_is_active(&slbd_local.timer))
		return;
	ev_timer_set(&slbd_local.timer, SLBD_LOCAL_DELAY, 0);
	ev_timer_start(loop, &slbd_local.timer);
}

/**
 * slbd_local_open() - hear of addresses that come and go
 * @loop: the event loop
 * @changed: called when one that was asked for has
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_local_open(struct ev_loop *loop, void (*changed)(void))
{
	slbd_local.loop = loop;
	slbd_local.changed = changed;
	slbd_local.news = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!slbd_local.news ||
	    mnl_socket_bind(slbd_local.news, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
			    MNL_SOCKET_AUTOPID) < 0) {
		slbd_log(LOG_ERR, "netlink: %s", strerror(errno));
		slbd_local_close();
		return -1;
	}
	ev_init(&slbd_local.timer, slbd_local_due);
	ev_io_init(&slbd_local.io, slbd_local_read, mnl_socket_get_fd(slbd_local.news), EV_READ);
	ev_io_start(loop, &slbd_local.io);
	return 0;
}

/** slbd_local_close() - hear no more of them */
void slbd_local_close(void)
{
	if (ev_is_active(&slbd_local.io))
		ev_io_stop(slbd_local.loop, &slbd_local.io);
	if (ev_is_active(&slbd_local.timer))
		ev_timer_stop(slbd_local.loop, &slbd_local.timer);
	if (slbd_local.news)
		mnl_socket_close(slbd_local.news);
	if (slbd_local.ask)
		mnl_socket_close(slbd_local.ask);
	slbd_local.news = NULL;
	slbd_local.ask = NULL;
	slbd_local_forget();
}
