/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How slbadm speaks to slbd: by a Unix socket in a directory that is root's, or slbd's user's; its name
 * has the number of the network namespace. The request is a line; the answer is lines, the last of them
 * an exit status.
 */
#ifndef SLB_CONTROL_H
#define SLB_CONTROL_H

#include <sys/un.h>

/* The environment may name another. */
#define SLB_CONTROL_DIR		"/run/slb"
#define SLB_CONTROL_ENV		"SLB_RUN_DIR"

#define SLB_CONTROL_REQUEST	64
#define SLB_CONTROL_RELOAD	"reload\n"
#define SLB_CONTROL_HEALTH	"health\n"

const char *slb_control_dir(void);
int slb_control_name(struct sockaddr_un *to, const char *ending);
int slb_control_ask(const char *request, void (*each)(const char *line, void *data), void *data);

#endif
