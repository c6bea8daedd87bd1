// SPDX-License-Identifier: GPL-2.0-only
/* ICMP echoes: one raw socket for each family; the sequence number tells whose an answer is. */
#include <errno.h>
#include <ev.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "echo.h"
#include "sched.h"
#include "sock.h"
#include <linux/icmp.h>

/**
 * struct slbd_echo_sock - the socket of a family
 * @io: of the socket
 * @open: there is one
 */
struct slbd_echo_sock {
	ev_io	io;
	bool	open;
};

static struct slbd_echo_sock slbd_echo_socks[2];
static struct slbd_echo *slbd_echoes[65536];
static __u16 slbd_echo_id;
static __u16 slbd_echo_next;

static void slbd_echo_take(const struct slb_addr *from, const __u8 *icmp, size_t len)
{
	struct slbd_echo *echo;
	__u16 number;

	if (len < 8 || icmp[0] != (from->len == 4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY))
		return;
	number = icmp[6] << 8 | icmp[7];
	echo = slbd_echoes[number];
	if ((icmp[4] << 8 | icmp[5]) != slbd_echo_id || !echo || slb_addr_compare(&echo->addr, from))
		return;
	slbd_echo_stop(echo);
	echo->answered(echo->data);
}

static void slbd_echo_read(struct ev_loop *loop, ev_io *io, int events)
{
	struct slb_addr from;
	__u8 buf[2048];
	size_t skip;
	ssize_t len;
	int i;

	(void)loop;
	(void)events;
	for (i = 0; i < SLBD_SOCK_BATCH; i++) {
		len = slbd_sock_receive(io->fd, buf, sizeof(buf), &from, &skip);
		if (len < 0)
			return;
		if ((size_t)len >= skip)
			slbd_echo_take(&from, buf + skip, len - skip);
	}
}

/* Others' packets do not come as far as here. */
static int slbd_echo_filter(int fd, bool v6)
{
	struct icmp_filter filter = { .data = ~(1U << ICMP_ECHOREPLY) };
	struct icmp6_filter filter6;

	if (!v6)
		return setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	ICMP6_FILTER_SETBLOCKALL(&filter6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter6);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
}

static int slbd_echo_open(struct slbd_echo_sock *sock, bool v6)
{
	int room = 4 << 20;
	int fd;

	if (sock->open)
		return 0;
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (slbd_echo_filter(fd, v6)) {
		int err = -errno;

		close(fd);
		return err;
	}
	if (!slbd_echo_id)
		slbd_echo_id = 1 + random() % 65535;
	ev_io_init(&sock->io, slbd_echo_read, fd, EV_READ);
	ev_io_start(slbd_loop, &sock->io);
	sock->open = true;
	return 0;
}

static __u16 slbd_echo_sum(const __u8 *b, size_t len)
{
	__u32 sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += b[i] << 8 | b[i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static int slbd_echo_transmit(int fd, const struct slbd_check_conf *conf, __u16 number)
{
	_Alignas(struct cmsghdr) char control[SLBD_SOCK_CONTROL] = {};
	__u8 icmp[16] = {
		conf->addr.len == 4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST, 0, 0, 0,
		slbd_echo_id >> 8, slbd_echo_id, number >> 8, number,
	};
	union slbd_sockaddr to;
	struct iovec iov = { .iov_base = icmp, .iov_len = sizeof(icmp) };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = slbd_sockaddr(&to, &conf->addr, 0),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	__u16 sum;

	memcpy(icmp + 8, "slbd", 4);
	if (conf->addr.len == 4) {	/* the system has the sum of the other family */
		sum = slbd_echo_sum(icmp, sizeof(icmp));
		icmp[2] = sum >> 8;
		icmp[3] = sum;
	}
	slbd_sock_control(&msg, conf);
	return sendmsg(fd, &msg, 0) < 0 ? -errno : 0;
}

/**
 * slbd_echo_send() - send an echo
 * @echo: @answered and @data are set; must live until it is answered or stopped
 * @conf: to whom, and from where
 *
 * Return: 0 or a negative errno.
 */
int slbd_echo_send(struct slbd_echo *echo, const struct slbd_check_conf *conf)
{
	bool v6 = conf->addr.len == 16;
	int err = slbd_echo_open(&slbd_echo_socks[v6], v6);
	int tries = 65536;

	if (err)
		return err;
	while (slbd_echoes[slbd_echo_next] && --tries)
		slbd_echo_next++;
	if (!tries)
		return -ENOBUFS;
	echo->addr = conf->addr;
	echo->number = slbd_echo_next++;
	echo->waits = true;
	slbd_echoes[echo->number] = echo;
	err = slbd_echo_transmit(slbd_echo_socks[v6].io.fd, conf, echo->number);
	if (err)
		slbd_echo_stop(echo);
	return err;
}

/**
 * slbd_echo_stop() - an answer is of no interest any more
 * @echo: the echo; may have been answered
 */
void slbd_echo_stop(struct slbd_echo *echo)
{
	if (echo->waits)
		slbd_echoes[echo->number] = NULL;
	echo->waits = false;
}

/** slbd_echo_end() - close the sockets */
void slbd_echo_end(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!slbd_echo_socks[i].open)
			continue;
		ev_io_stop(slbd_loop, &slbd_echo_socks[i].io);
		close(slbd_echo_socks[i].io.fd);
		slbd_echo_socks[i].open = false;
	}
}
