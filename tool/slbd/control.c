// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket by which slbadm speaks to the daemon: it may ask for the file to be read again, and which
 * servers cannot be checked.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../control.h"
#include "conf.h"
#include "health.h"
#include "log.h"

#define SLBD_CONTROL_MAX	16	/* askers at a time */

/* Somebody who asks. */
struct slbd_asker {
	ev_io	io;
	ev_timer patience;
	char	request[SLB_CONTROL_REQUEST];
	size_t	len;
};

static struct {
	ev_io			io;
	bool			open;
	int			askers;
	int			(*reload)(void);
	FILE			*answer;
	int			lock;
	struct sockaddr_un	name;
} slbd_control = { .lock = -1 };

static void slbd_asker_end(struct ev_loop *loop, struct slbd_asker *asker)
{
	ev_io_stop(loop, &asker->io);
	ev_timer_stop(loop, &asker->patience);
	close(asker->io.fd);
	free(asker);
	slbd_control.askers--;
}

/* What is said meanwhile goes to the log, and to the asker. */
static void slbd_control_said(const char *text)
{
	slbd_log(LOG_ERR, "%s", text);
	fprintf(slbd_control.answer, "%s\n", text);
}

static int slbd_control_reload(void)
{
	void (*before)(const char *text) = slb_err_to(slbd_control_said);
	int ret = slbd_control.reload();

	slb_err_to(before);
	return ret ? SLB_EXIT_REFUSED : SLB_EXIT_DONE;
}

static int slbd_control_health(void)
{
	slbd_health_doubts(slbd_control.answer);
	return SLB_EXIT_DONE;
}

/* What can be asked for. */
static const struct {
	const char	*request;
	int		(*answer)(void);
} slbd_control_requests[] = {
	{ SLB_CONTROL_RELOAD, slbd_control_reload },
	{ SLB_CONTROL_HEALTH, slbd_control_health },
};

/* One who does not read does not hold us up, and misses the rest. */
static void slbd_control_send(int fd, const char *text, size_t len)
{
	struct timeval patience = { .tv_usec = 200000 };
	ssize_t sent = 1;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	for (; len && sent > 0; text += sent, len -= sent)
		sent = send(fd, text, len, MSG_NOSIGNAL);
	if (sent < 0)
		slbd_log(LOG_INFO, "whoever asked is gone");
}

static void slbd_control_answer(struct slbd_asker *asker)
{
	char *text = NULL;
	size_t len = 0;
	size_t i;

	slbd_control.answer = open_memstream(&text, &len);
	if (!slbd_control.answer)
		return;
	for (i = 0; i < sizeof(slbd_control_requests) / sizeof(*slbd_control_requests); i++)
		if (!strcmp(asker->request, slbd_control_requests[i].request))
			fprintf(slbd_control.answer, "%d\n", slbd_control_requests[i].answer());
	fclose(slbd_control.answer);
	slbd_control_send(asker->io.fd, text, len);
	free(text);
}

static void slbd_control_read(struct ev_loop *loop, ev_io *io, int events)
{
	struct slbd_asker *asker = (struct slbd_asker *)io;
	ssize_t len;

	(void)events;
	len = recv(io->fd, asker->request + asker->len, sizeof(asker->request) - asker->len - 1,
		   MSG_DONTWAIT);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0) {
		asker->len += len;
		asker->request[asker->len] = '\0';
		if (!strchr(asker->request, '\n') && asker->len < sizeof(asker->request) - 1)
			return;
		slbd_control_answer(asker);
	}
	slbd_asker_end(loop, asker);
}

static void slbd_control_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)events;
	slbd_asker_end(loop, timer->data);
}

/* Root may ask, and the daemon's own user. */
static bool slbd_control_may(int fd)
{
	struct ucred cred = { .uid = -1 };
	socklen_t len = sizeof(cred);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) &&
	       (!cred.uid || cred.uid == geteuid());
}

/*
 * Whoever has the lock is the slbd of this network namespace, until it ends however that comes; a socket
 * that lies there is its predecessor's then. Returns 0 or a negative errno.
 */
static int slbd_control_lock(void)
{
	struct sockaddr_un name;
	int err = slb_control_name(&name, "lock");

	if (err)
		return err;
	if (mkdir(slb_control_dir(), 0755) && errno != EEXIST)
		return -errno;
	slbd_control.lock = open(name.sun_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (slbd_control.lock < 0)
		return -errno;
	return flock(slbd_control.lock, LOCK_EX | LOCK_NB) ? -errno : 0;
}

/* Returns the file descriptor, or a negative errno. */
static int slbd_control_listen(void)
{
	int err = slb_control_name(&slbd_control.name, "socket");
	mode_t mask;
	int fd;

	if (err)
		return err;
	if (unlink(slbd_control.name.sun_path) && errno != ENOENT)
		return -errno;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&slbd_control.name, sizeof(slbd_control.name));
	err = err || listen(fd, 4) ? -errno : 0;
	umask(mask);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static void slbd_control_accept(struct ev_loop *loop, ev_io *io, int events)
{
	int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct slbd_asker *asker;

	(void)events;
	if (fd < 0)
		return;
	if (slbd_control.askers == SLBD_CONTROL_MAX || !slbd_control_may(fd)) {
		close(fd);
		return;
	}
	asker = slb_mem_grow(NULL, sizeof(*asker));
	memset(asker, 0, sizeof(*asker));
	ev_io_init(&asker->io, slbd_control_read, fd, EV_READ);
	ev_timer_init(&asker->patience, slbd_control_late, 5, 0);
	asker->patience.data = asker;
	ev_io_start(loop, &asker->io);
	ev_timer_start(loop, &asker->patience);
	slbd_control.askers++;
}

/**
 * slbd_control_open() - be there for slbadm
 * @loop: the event loop
 * @reload: reads the file again; returns 0, or says what is wrong
 *
 * Return: 0, or -1 after saying what is wrong: there is another slbd in the network namespace.
 */
int slbd_control_open(struct ev_loop *loop, int (*reload)(void))
{
	int fd = slbd_control_lock();

	if (fd == -EWOULDBLOCK) {
		slbd_log(LOG_ERR, "another slbd runs in this network namespace");
		return -1;
	}
	if (!fd)
		fd = slbd_control_listen();
	if (fd < 0) {
		slbd_log(LOG_ERR, "no socket for slbadm in %s: %s", slb_control_dir(), strerror(-fd));
		return -1;
	}
	slbd_control.reload = reload;
	slbd_control.open = true;
	ev_io_init(&slbd_control.io, slbd_control_accept, fd, EV_READ);
	ev_io_start(loop, &slbd_control.io);
	return 0;
}

/**
 * slbd_control_close() - be no longer there
 */
void slbd_control_close(void)
{
	if (slbd_control.open) {
		ev_io_stop(ev_default_loop(0), &slbd_control.io);
		close(slbd_control.io.fd);
		/* While the lock is ours, so is the name. */
		unlink(slbd_control.name.sun_path);
		slbd_control.open = false;
	}
	if (slbd_control.lock >= 0)
		close(slbd_control.lock);
	slbd_control.lock = -1;
}
