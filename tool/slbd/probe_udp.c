// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp: no ICMP error comes back until the time is over, or the expected answer comes. Before it the
 * server has to answer an ICMP echo: a host that is dead sends no errors either. dns: a query has to be
 * answered, by more than an error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "echo.h"
#include "sched.h"
#include "sock.h"

#define SLBD_DNS_HEADER		12

/**
 * struct slbd_udp - a probe
 * @io: of its socket
 * @open: there is one
 * @echo: before it
 * @id: dns: what query and answer have in common
 */
struct slbd_udp {
	ev_io			io;
	bool			open;
	struct slbd_echo	echo;
	__u16			id;
};

static void slbd_udp_stop(struct slbd_check *check)
{
	struct slbd_udp *udp = check->probe;

	slbd_echo_stop(&udp->echo);
	if (udp->open) {
		ev_io_stop(slbd_loop, &udp->io);
		close(udp->io.fd);
	}
	udp->open = false;
}

/* A query for the name server records of a name; recursion is wanted. */
static size_t slbd_dns_query(__u8 *b, __u16 id, const char *name)
{
	static const __u8 end[] = { 0, 0, 2, 0, 1 };	/* root, type NS, class IN */
	const char *label = name ? name : ".";
	size_t at = SLBD_DNS_HEADER;
	size_t len;

	memset(b, 0, SLBD_DNS_HEADER);
	b[0] = id >> 8;
	b[1] = id;
	b[2] = 1;
	b[5] = 1;
	while (*label) {
		len = strcspn(label, ".");
		if (len) {
			b[at++] = len;
			memcpy(b + at, label, len);
			at += len;
		}
		label += len + (label[len] == '.');
	}
	memcpy(b + at, end, sizeof(end));
	return at + sizeof(end);
}

/* That a name does not exist is an answer too. */
static void slbd_dns_judge(struct slbd_check *check, const __u8 *b)
{
	static const char * const code[16] = {
		[1] = "format error", [2] = "server failure", [4] = "not implemented", [5] = "refused",
	};
	unsigned int rcode = b[3] & 15;

	slbd_udp_stop(check);
	if (!rcode || rcode == 3)
		slbd_probe_done(check, SLBD_OK, "answered");
	else
		slbd_probe_done(check, SLBD_FAILED, "answer: %s", code[rcode] ? code[rcode] : "error");
}

/* Something came; what is not the answer is passed by. */
static void slbd_udp_judge(struct slbd_check *check, const __u8 *b, size_t len)
{
	const struct slbd_bytes *expect = check->conf.expect;
	struct slbd_udp *udp = check->probe;

	if (check->conf.type == SLBD_CHECK_DNS) {
		if (len >= SLBD_DNS_HEADER && (b[0] << 8 | b[1]) == udp->id && b[2] & 0x80)
			slbd_dns_judge(check, b);
		return;
	}
	if (!expect)
		return;
	slbd_udp_stop(check);
	if (memmem(b, len, expect->b, expect->len))
		slbd_probe_done(check, SLBD_OK, "answered");
	else
		slbd_probe_done(check, SLBD_FAILED, "another answer than expected");
}

static void slbd_udp_read(struct ev_loop *loop, ev_io *io, int events)
{
	struct slbd_check *check = io->data;
	__u8 b[65536];
	ssize_t len = recv(io->fd, b, sizeof(b), MSG_DONTWAIT);

	(void)loop;
	(void)events;
	if (len >= 0) {
		slbd_udp_judge(check, b, len);
	} else if (errno != EAGAIN && errno != EINTR) {
		int err = errno;

		slbd_udp_stop(check);
		if (err == ECONNREFUSED)
			slbd_probe_done(check, SLBD_FAILED, "port unreachable");
		else
			slbd_probe_errno(check, "", err);
	}
}

static int slbd_udp_send(struct slbd_check *check, int fd)
{
	const struct slbd_bytes *request = check->conf.request;
	struct slbd_udp *udp = check->probe;
	__u8 query[SLBD_DNS_HEADER + 260];

	if (check->conf.type == SLBD_CHECK_DNS) {
		udp->id = random();
		return send(fd, query, slbd_dns_query(query, udp->id, check->conf.query), 0);
	}
	return send(fd, request ? request->b : query, request ? request->len : 0, 0);
}

static void slbd_udp_go(void *data)
{
	struct slbd_check *check = data;
	struct slbd_udp *udp = check->probe;
	int fd = slbd_sock_connect(&check->conf, SOCK_DGRAM, NULL);
	int err;

	if (fd < 0) {
		slbd_probe_errno(check, "", -fd);
		return;
	}
	if (slbd_udp_send(check, fd) < 0) {
		err = errno;
		close(fd);
		slbd_probe_errno(check, "", err);
		return;
	}
	ev_io_init(&udp->io, slbd_udp_read, fd, EV_READ);
	udp->io.data = check;
	udp->open = true;
	ev_io_start(slbd_loop, &udp->io);
}

static void slbd_udp_start(struct slbd_check *check)
{
	struct slbd_udp *udp = check->probe;
	int err;

	if (!check->conf.ping) {
		slbd_udp_go(check);
		return;
	}
	udp->echo.answered = slbd_udp_go;
	udp->echo.data = check;
	err = slbd_echo_send(&udp->echo, &check->conf);
	if (err)
		slbd_probe_errno(check, "ping: ", -err);
}

static enum slbd_result slbd_udp_timeout(struct slbd_check *check, const char **reason)
{
	const struct slbd_udp *udp = check->probe;

	if (udp->echo.waits) {
		*reason = "ping: timeout";
		return SLBD_FAILED;
	}
	if (check->conf.expect || check->conf.type == SLBD_CHECK_DNS)
		return SLBD_FAILED;
	*reason = "no error";
	return SLBD_OK;
}

const struct slbd_probe_ops slbd_probe_udp = {
	.size = sizeof(struct slbd_udp), .start = slbd_udp_start, .stop = slbd_udp_stop,
	.timeout = slbd_udp_timeout,
};
