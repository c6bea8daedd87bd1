/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets of probes: from the right address and port, with the mark, in the VRF. */
#ifndef SLBD_SOCK_H
#define SLBD_SOCK_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "check.h"

#define SLBD_SOCK_CONTROL	256

/* Packets of a raw socket read at a time: whoever floods us does not keep us from everything else. */
#define SLBD_SOCK_BATCH		256

/* An address of either family. */
union slbd_sockaddr {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

socklen_t slbd_sockaddr(union slbd_sockaddr *to, const struct slb_addr *addr, __u16 port);
int slbd_sock_open(const struct slbd_check_conf *conf, int type);
int slbd_sock_connect(const struct slbd_check_conf *conf, int type, int (*prepare)(int fd));
__u16 slbd_sock_port(void);
void slbd_sock_control(struct msghdr *msg, const struct slbd_check_conf *conf);
ssize_t slbd_sock_receive(int fd, void *buf, size_t size, struct slb_addr *from, size_t *skip);

#endif
