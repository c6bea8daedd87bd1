// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of probes. Their ports are those that the module never leases, so that one rule of a firewall
 * covers checks and traffic. Several sockets may share one towards different servers.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sock.h"

#define SLBD_PORT_FIRST		61000
#define SLBD_PORT_COUNT		(65536 - SLBD_PORT_FIRST)
#define SLBD_PORT_TRIES		16

/**
 * slbd_sockaddr() - an address as the system has it
 * @to: the answer
 * @addr: the address
 * @port: the port in host byte order
 *
 * Return: its length.
 */
socklen_t slbd_sockaddr(union slbd_sockaddr *to, const struct slb_addr *addr, __u16 port)
{
	memset(to, 0, sizeof(*to));
	if (addr->len == 4) {
		to->in.sin_family = AF_INET;
		to->in.sin_port = htons(port);
		memcpy(&to->in.sin_addr, addr->b, 4);
		return sizeof(to->in);
	}
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = htons(port);
	memcpy(&to->in6.sin6_addr, addr->b, 16);
	return sizeof(to->in6);
}

static int slbd_sock_vrf(int fd, __u32 vrf)
{
	char name[IF_NAMESIZE];

	if (!vrf)
		return 0;
	if (!if_indextoname(vrf, name))
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name));
}

/**
 * slbd_sock_port() - the next port for a probe
 *
 * Ports follow one another from a random one on: one that was used rests as long as possible.
 *
 * Return: the port, one of those that the module never leases.
 */
__u16 slbd_sock_port(void)
{
	static unsigned int next;

	if (!next)
		next = 1 + random() % SLBD_PORT_COUNT;
	return SLBD_PORT_FIRST + next++ % SLBD_PORT_COUNT;
}

static int slbd_sock_bind(int fd, const struct slbd_check_conf *conf)
{
	const struct slb_addr any = { .len = conf->addr.len };
	union slbd_sockaddr from;
	int tries = SLBD_PORT_TRIES;
	socklen_t len;

	do {
		len = slbd_sockaddr(&from, conf->source.len ? &conf->source : &any,
				    slbd_sock_port());
		if (!bind(fd, &from.sa, len))
			return 0;
	} while (errno == EADDRINUSE && --tries);
	return -1;
}

/**
 * slbd_sock_open() - make a socket for a probe
 * @conf: the check
 * @type: SOCK_STREAM or SOCK_DGRAM
 *
 * Return: the file descriptor, which does not block, or a negative errno.
 */
int slbd_sock_open(const struct slbd_check_conf *conf, int type)
{
	int fd = socket(conf->addr.len == 4 ? AF_INET : AF_INET6,
			type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;
	int err;

	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    (!conf->mark ||
	     !setsockopt(fd, SOL_SOCKET, SO_MARK, &conf->mark, sizeof(conf->mark))) &&
	    !slbd_sock_vrf(fd, conf->vrf) && !slbd_sock_bind(fd, conf))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * slbd_sock_connect() - make a socket and connect it to the server
 * @conf: the check
 * @type: SOCK_STREAM or SOCK_DGRAM
 * @prepare: called before, returns 0 or -1 with errno; or NULL
 *
 * A port may be taken towards this server by a connection that is not quite over.
 *
 * Return: the file descriptor, or a negative errno. A stream may still be connecting.
 */
int slbd_sock_connect(const struct slbd_check_conf *conf, int type, int (*prepare)(int fd))
{
	int tries = SLBD_PORT_TRIES;
	union slbd_sockaddr to;
	socklen_t len;
	int err;
	int fd;

	len = slbd_sockaddr(&to, &conf->addr, conf->port);
	do {
		fd = slbd_sock_open(conf, type);
		if (fd < 0)
			return fd;
		if ((!prepare || !prepare(fd)) &&
		    (!connect(fd, &to.sa, len) || errno == EINPROGRESS))
			return fd;
		err = errno;
		close(fd);
	} while ((err == EADDRNOTAVAIL || err == EADDRINUSE) && --tries);
	return -err;
}

/**
 * slbd_sock_receive() - read a packet from a raw socket
 * @fd: the socket
 * @buf: for the packet
 * @size: bytes in @buf
 * @from: the answer: its sender
 * @skip: the answer: bytes of the IP header before the rest, which IPv6 sockets do not have; may be more
 *	than there are
 *
 * Return: bytes read, or -1 if there is no packet.
 */
ssize_t slbd_sock_receive(int fd, void *buf, size_t size, struct slb_addr *from, size_t *skip)
{
	union slbd_sockaddr addr;
	socklen_t room = sizeof(addr);
	ssize_t len = recvfrom(fd, buf, size, MSG_DONTWAIT, &addr.sa, &room);

	if (len < 0)
		return -1;
	*from = (struct slb_addr){};
	*skip = 0;
	if (addr.sa.sa_family == AF_INET) {
		from->len = 4;
		memcpy(from->b, &addr.in.sin_addr, 4);
		*skip = len ? (*(__u8 *)buf & 15) * 4 : 0;
	} else {
		from->len = 16;
		memcpy(from->b, &addr.in6.sin6_addr, 16);
	}
	return len;
}

/**
 * slbd_sock_control() - say where a packet of a raw socket comes from, and with which mark
 * @msg: the packet; its @msg_control has room for SLBD_SOCK_CONTROL bytes, aligned and zeroed
 * @conf: the check
 */
void slbd_sock_control(struct msghdr *msg, const struct slbd_check_conf *conf)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct in6_pktinfo info6 = { .ipi6_ifindex = conf->vrf };
	struct in_pktinfo info = { .ipi_ifindex = conf->vrf };
	bool v6 = conf->addr.len == 16;

	memcpy(v6 ? (void *)&info6.ipi6_addr : (void *)&info.ipi_spec_dst, conf->source.b,
	       conf->source.len);
	cmsg->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	cmsg->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(v6 ? sizeof(info6) : sizeof(info));
	memcpy(CMSG_DATA(cmsg), v6 ? (void *)&info6 : (void *)&info,
	       v6 ? sizeof(info6) : sizeof(info));
	msg->msg_controllen = CMSG_SPACE(v6 ? sizeof(info6) : sizeof(info));
	if (!conf->mark)
		return;
	cmsg = (struct cmsghdr *)((char *)cmsg + msg->msg_controllen);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SO_MARK;
	cmsg->cmsg_len = CMSG_LEN(sizeof(conf->mark));
	memcpy(CMSG_DATA(cmsg), &conf->mark, sizeof(conf->mark));
	msg->msg_controllen += CMSG_SPACE(sizeof(conf->mark));
}
