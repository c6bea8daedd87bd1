// SPDX-License-Identifier: GPL-2.0-only
/*
 * syn: a connection is begun, and the server's answer tells. Its application never hears of it: SYNs are
 * sent by a raw socket, so the system knows of no connection and answers the server's SYN/ACK with a RST
 * by itself, at once, however busy we are.
 *
 * There is one socket for each family. The lower half of a SYN's sequence number is the number of its
 * probe, the upper half is random.
 */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "sched.h"
#include "sock.h"
#include "syn.h"

#define SLBD_SYN_SLOTS	65536
#define SLBD_SYN_AGAIN	1.0	/* seconds until a SYN is sent again */
#define SLBD_SYN_MSS	1220

/**
 * struct slbd_syn - a probe
 * @again: sends the SYN again
 * @from: where it comes from
 * @port: likewise
 * @number: its sequence number
 * @waits: it is under way
 */
struct slbd_syn {
	ev_timer	again;
	struct slb_addr	from;
	__u16		port;
	__u32		number;
	bool		waits;
};

/**
 * struct slbd_syn_sock - the socket of a family
 * @io: of the socket
 * @open: there is one
 */
struct slbd_syn_sock {
	ev_io	io;
	bool	open;
};

static struct slbd_syn_sock slbd_syn_socks[2];
static struct slbd_check *slbd_syns[SLBD_SYN_SLOTS];
static __u16 slbd_syn_next;

static void slbd_syn_stop(struct slbd_check *check)
{
	struct slbd_syn *syn = check->probe;

	if (syn->waits)
		slbd_syns[syn->number % SLBD_SYN_SLOTS] = NULL;
	syn->waits = false;
	ev_timer_stop(slbd_loop, &syn->again);
}

static void slbd_syn_take(const struct slb_addr *from, const struct tcphdr *tcp)
{
	__u32 number = ntohl(tcp->ack_seq) - 1;
	struct slbd_check *check = slbd_syns[number % SLBD_SYN_SLOTS];
	const struct slbd_syn *syn;

	if (!check || !tcp->ack)
		return;
	syn = check->probe;
	if (syn->number != number || ntohs(tcp->dest) != syn->port ||
	    ntohs(tcp->source) != check->conf.port || slb_addr_compare(from, &check->conf.addr))
		return;
	if (!tcp->rst && !tcp->syn)
		return;
	slbd_syn_stop(check);
	if (tcp->rst)
		slbd_probe_errno(check, "", ECONNREFUSED);
	else
		slbd_probe_done(check, SLBD_OK, "answered");
}

static void slbd_syn_read(struct ev_loop *loop, ev_io *io, int events)
{
	struct slb_addr from;
	struct tcphdr tcp;
	__u8 buf[256];
	size_t skip;
	ssize_t len;
	int i;

	(void)loop;
	(void)events;
	for (i = 0; i < SLBD_SOCK_BATCH; i++) {
		len = slbd_sock_receive(io->fd, buf, sizeof(buf), &from, &skip);
		if (len < 0)
			return;
		if ((size_t)len < skip + sizeof(tcp))
			continue;
		memcpy(&tcp, buf + skip, sizeof(tcp));
		slbd_syn_take(&from, &tcp);
	}
}

/* Of the host's TCP packets only those to the ports of checks, and of them SYN/ACK and RST. */
static int slbd_syn_filter(int fd, bool v6)
{
	/* X is the length of the IP header, which IPv6 sockets do not have. */
	struct sock_filter code[] = {
		v6 ? (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, 0)
		   : (struct sock_filter)BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 61000, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x06, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 256),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = sizeof(code) / sizeof(*code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

static int slbd_syn_open(struct slbd_syn_sock *sock, bool v6)
{
	int sum = 16;	/* where the checksum is, which the system fills in */
	int fd;

	if (sock->open)
		return 0;
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
	if (fd < 0)
		return -errno;
	if (slbd_syn_filter(fd, v6) ||
	    (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &sum, sizeof(sum)))) {
		int err = -errno;

		close(fd);
		return err;
	}
	ev_io_init(&sock->io, slbd_syn_read, fd, EV_READ);
	ev_io_start(slbd_loop, &sock->io);
	sock->open = true;
	return 0;
}

/* The address that the system would take. */
static int slbd_syn_from(struct slb_addr *from, const struct slbd_check_conf *conf)
{
	union slbd_sockaddr name;
	socklen_t len = sizeof(name);
	int fd;

	*from = conf->source;
	if (from->len)
		return 0;
	fd = slbd_sock_connect(conf, SOCK_DGRAM, NULL);
	if (fd < 0)
		return fd;
	if (getsockname(fd, &name.sa, &len)) {
		int err = -errno;

		close(fd);
		return err;
	}
	close(fd);
	from->len = conf->addr.len;
	memcpy(from->b, from->len == 4 ? (void *)&name.in.sin_addr : (void *)&name.in6.sin6_addr,
	       from->len);
	return 0;
}

static __u32 slbd_syn_add(const void *data, size_t len)
{
	const __u8 *b = data;
	__u32 sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += b[i] << 8 | b[i + 1];
	return sum;
}

/* IPv4 only; the system has the sum of the other family. */
static __u16 slbd_syn_sum(const __u8 *tcp, size_t len, const struct slb_addr *from,
			  const struct slb_addr *to)
{
	__u32 sum = slbd_syn_add(tcp, len) + slbd_syn_add(from->b, 4) + slbd_syn_add(to->b, 4) +
		    IPPROTO_TCP + len;

	sum = (sum >> 16) + (sum & 0xffff);
	return htons(~(sum + (sum >> 16)));
}

/* A SYN with the one option that all stacks send. */
struct slbd_syn_packet {
	struct tcphdr	tcp;
	__u8		mss[4];
};

static int slbd_syn_transmit(const struct slbd_check *check)
{
	const struct slbd_check_conf *conf = &check->conf;
	const struct slbd_syn *syn = check->probe;
	struct slbd_check_conf way = *conf;
	struct slbd_syn_packet packet = {
		.tcp = {
			.source = htons(syn->port), .dest = htons(conf->port),
			.seq = htonl(syn->number), .doff = 6, .syn = 1, .window = htons(65535),
		},
		.mss = { TCPOPT_MAXSEG, TCPOLEN_MAXSEG, SLBD_SYN_MSS >> 8, SLBD_SYN_MSS & 255 },
	};
	_Alignas(struct cmsghdr) char control[SLBD_SOCK_CONTROL] = {};
	union slbd_sockaddr to;
	struct iovec iov = { .iov_base = &packet, .iov_len = sizeof(packet) };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = slbd_sockaddr(&to, &conf->addr, 0),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	way.source = syn->from;
	slbd_sock_control(&msg, &way);
	if (conf->addr.len == 4)
		packet.tcp.check = slbd_syn_sum((__u8 *)&packet, sizeof(packet), &syn->from,
						&conf->addr);
	if (sendmsg(slbd_syn_socks[conf->addr.len == 16].io.fd, &msg, 0) < 0)
		return -errno;
	return 0;
}

static void slbd_syn_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	slbd_syn_transmit(timer->data);
}

/* A free number, the upper half random. */
static int slbd_syn_number(__u32 *number)
{
	int tries = SLBD_SYN_SLOTS;
	__u16 upper;

	while (slbd_syns[slbd_syn_next] && --tries)
		slbd_syn_next++;
	if (!tries)
		return -ENOBUFS;
	if (getrandom(&upper, sizeof(upper), 0) != sizeof(upper))
		return -EAGAIN;
	*number = (__u32)upper << 16 | slbd_syn_next++;
	return 0;
}

static void slbd_syn_start(struct slbd_check *check)
{
	bool v6 = check->conf.addr.len == 16;
	struct slbd_syn *syn = check->probe;
	int err;

	ev_timer_init(&syn->again, slbd_syn_again, SLBD_SYN_AGAIN, SLBD_SYN_AGAIN);
	syn->again.data = check;
	err = slbd_syn_open(&slbd_syn_socks[v6], v6);
	if (!err)
		err = slbd_syn_from(&syn->from, &check->conf);
	if (!err)
		err = slbd_syn_number(&syn->number);
	if (err) {
		slbd_probe_errno(check, "", -err);
		return;
	}
	syn->port = slbd_sock_port();
	syn->waits = true;
	slbd_syns[syn->number % SLBD_SYN_SLOTS] = check;
	err = slbd_syn_transmit(check);
	if (err) {
		slbd_syn_stop(check);
		slbd_probe_errno(check, "", -err);
		return;
	}
	ev_timer_start(slbd_loop, &syn->again);
}

/** slbd_syn_end() - close the sockets */
void slbd_syn_end(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!slbd_syn_socks[i].open)
			continue;
		ev_io_stop(slbd_loop, &slbd_syn_socks[i].io);
		close(slbd_syn_socks[i].io.fd);
		slbd_syn_socks[i].open = false;
	}
}

const struct slbd_probe_ops slbd_probe_syn = {
	.size = sizeof(struct slbd_syn), .start = slbd_syn_start, .stop = slbd_syn_stop,
};
