/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How slbadm speaks to slbd: by a Unix socket with an abstract name, which is one of the network
 * namespace. The request is a line; the answer is the messages, and a last line with an exit status.
 */
#ifndef SLB_CONTROL_H
#define SLB_CONTROL_H

#include <stdbool.h>

#define SLB_CONTROL_REQUEST	64
#define SLB_CONTROL_RELOAD	"reload\n"

int slb_control_socket(bool listen_there);

#endif
