// SPDX-License-Identifier: GPL-2.0-only
/* tcp: a connection is made, and reset. */
#include <errno.h>
#include <unistd.h>

#include "sched.h"
#include "sock.h"

/**
 * struct slbd_tcp - a probe
 * @io: of its socket
 */
struct slbd_tcp {
	ev_io	io;
};

/* Closing resets. */
static int slbd_tcp_prepare(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void slbd_tcp_stop(struct slbd_check *check)
{
	struct slbd_tcp *tcp = check->probe;

	ev_io_stop(slbd_loop, &tcp->io);
	close(tcp->io.fd);
}

static void slbd_tcp_ready(struct ev_loop *loop, ev_io *io, int events)
{
	struct slbd_check *check = io->data;
	socklen_t len = sizeof(int);
	int err = 0;

	(void)loop;
	(void)events;
	if (getsockopt(io->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	slbd_tcp_stop(check);
	if (err)
		slbd_probe_errno(check, "", err);
	else
		slbd_probe_done(check, SLBD_OK, "connected");
}

static void slbd_tcp_start(struct slbd_check *check)
{
	struct slbd_tcp *tcp = check->probe;
	int fd = slbd_sock_connect(&check->conf, SOCK_STREAM, slbd_tcp_prepare);

	if (fd < 0) {
		slbd_probe_errno(check, "", -fd);
		return;
	}
	ev_io_init(&tcp->io, slbd_tcp_ready, fd, EV_WRITE);
	tcp->io.data = check;
	ev_io_start(slbd_loop, &tcp->io);
}

const struct slbd_probe_ops slbd_probe_tcp = {
	.size = sizeof(struct slbd_tcp), .start = slbd_tcp_start, .stop = slbd_tcp_stop,
};
