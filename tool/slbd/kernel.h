/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon hears from the module and tells it. */
#ifndef SLBD_KERNEL_H
#define SLBD_KERNEL_H

#include "../model.h"

struct ev_loop;
struct slbd_subject;

/**
 * struct slbd_kernel_ops - who hears of the module
 * @changed: its configuration has changed, or the host's addresses
 * @back: it was removed and is loaded again, with nothing in it: returns 0 once it has what it is to have
 */
struct slbd_kernel_ops {
	void	(*changed)(void);
	int	(*back)(void);
};

int slbd_kernel_open(struct ev_loop *loop, const struct slbd_kernel_ops *ops);
void slbd_kernel_close(void);
void slbd_kernel_checked(const struct slb_config *config);
int slbd_kernel_load(struct slb_config *config);
int slbd_kernel_health(const struct slbd_subject *subject, bool down, const char *reason);

#endif
