// SPDX-License-Identifier: GPL-2.0-only
/* The module comes and goes: generic netlink's controller tells of families that do. */
#include <errno.h>
#include <ev.h>
#include <linux/genetlink.h>
#include <string.h>

#include "../nl.h"
#include "family.h"
#include "log.h"

#define SLBD_FAMILY_ANSWER	8192

static struct {
	struct mnl_socket	*sock;
	struct ev_loop		*loop;
	ev_io			io;
	void			(*moved)(void);
} slbd_family;

/* Is it about our module? */
static bool slbd_family_is_ours(const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != GENL_ID_CTRL || mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    (genl->cmd != CTRL_CMD_NEWFAMILY && genl->cmd != CTRL_CMD_DELFAMILY))
		return false;
	slb_nl_index(nlh, attrs, CTRL_ATTR_MAX);
	return slb_nl_names(&slb_nl_slb, attrs);
}

static void slbd_family_read(struct ev_loop *loop, ev_io *io, int events)
{
	char buf[SLBD_FAMILY_ANSWER] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh;
	bool ours = false;
	int len;

	(void)loop;
	(void)io;
	(void)events;
	while ((len = mnl_socket_recvfrom(slbd_family.sock, buf, sizeof(buf))) >= 0 ||
	       errno == ENOBUFS) {
		/* What was lost may have been about it. */
		ours |= len < 0;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			ours |= slbd_family_is_ours(nlh);
	}
	if (ours)
		slbd_family.moved();
}

/**
 * slbd_family_open() - hear when the module comes and goes
 * @loop: the event loop
 * @moved: called when it may have
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_family_open(struct ev_loop *loop, void (*moved)(void))
{
	slbd_family.loop = loop;
	slbd_family.moved = moved;
	slbd_family.sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	/* The group of the controller's news has its own number. */
	if (!slbd_family.sock ||
	    mnl_socket_bind(slbd_family.sock, 1U << (GENL_ID_CTRL - 1), MNL_SOCKET_AUTOPID) < 0) {
		slbd_log(LOG_ERR, "netlink: %s", strerror(errno));
		slbd_family_close();
		return -1;
	}
	ev_io_init(&slbd_family.io, slbd_family_read, mnl_socket_get_fd(slbd_family.sock), EV_READ);
	ev_io_start(loop, &slbd_family.io);
	return 0;
}

/** slbd_family_close() - hear no more of it */
void slbd_family_close(void)
{
	if (ev_is_active(&slbd_family.io))
		ev_io_stop(slbd_family.loop, &slbd_family.io);
	if (slbd_family.sock)
		mnl_socket_close(slbd_family.sock);
	slbd_family.sock = NULL;
}
