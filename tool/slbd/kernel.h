/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon hears from the module and tells it. */
#ifndef SLBD_KERNEL_H
#define SLBD_KERNEL_H

#include "../model.h"

struct ev_loop;
struct slbd_subject;

int slbd_kernel_open(struct ev_loop *loop, void (*changed)(void));
void slbd_kernel_close(void);
void slbd_kernel_checked(const struct slb_config *config);
int slbd_kernel_load(struct slb_config *config);
int slbd_kernel_health(const struct slbd_subject *subject, bool down, const char *reason);

#endif
