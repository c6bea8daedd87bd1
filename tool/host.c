// SPDX-License-Identifier: GPL-2.0-only
/* Asks the host's routes whether packets to an address would reach it. */
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <time.h>

#include "err.h"
#include "list.h"

/* Whether the routes say that an address is the host's own; also true if they cannot be asked. */
static bool slb_host_is_local(const struct slb_addr *addr, __u32 vrf)
{
	union {
		char		buf[8192];
		struct nlmsghdr	align;
	} msg;
	struct mnl_socket *sock;
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	bool local = true;
	ssize_t len;

	sock = mnl_socket_open(NETLINK_ROUTE);
	if (!sock)
		return true;
	nlh = mnl_nlmsg_put_header(msg.buf);
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = addr->len == 4 ? AF_INET : AF_INET6;
	rtm->rtm_dst_len = addr->len * 8;
	mnl_attr_put(nlh, RTA_DST, addr->len, addr->b);
	if (vrf)
		mnl_attr_put_u32(nlh, RTA_OIF, vrf);
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) >= 0 &&
	    mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) >= 0) {
		len = mnl_socket_recvfrom(sock, msg.buf, sizeof(msg.buf));
		/* An error says that there is no route at all. */
		if (len >= (ssize_t)sizeof(*nlh) && mnl_nlmsg_ok(nlh, len))
			local = nlh->nlmsg_type == RTM_NEWROUTE && rtm->rtm_type == RTN_LOCAL;
	}
	mnl_socket_close(sock);
	return local;
}

/**
 * slb_host_check() - warn if packets to an address would not reach this host
 * @addr: address of a service or a local address
 * @vrf: interface index of its VRF, or 0
 *
 * It is only a warning: an address may be added later, by keepalived for one.
 */
void slb_host_check(const struct slb_addr *addr, __u32 vrf)
{
	char text[SLB_END_TEXT];

	if (!slb_host_is_local(addr, vrf))
		slb_err_warn("%s is neither an address of this host nor routed to it",
			     slb_addr_text(text, addr));
}
