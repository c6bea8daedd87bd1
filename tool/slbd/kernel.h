/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon hears from the module and tells it. */
#ifndef SLBD_KERNEL_H
#define SLBD_KERNEL_H

#include "../model.h"

struct ev_loop;

int slbd_kernel_open(struct ev_loop *loop, void (*changed)(void));
void slbd_kernel_close(void);
int slbd_kernel_load(struct slb_config *config);

#endif
