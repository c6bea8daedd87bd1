/* SPDX-License-Identifier: GPL-2.0-only */
/* Hears when the module comes and goes. */
#ifndef SLBD_FAMILY_H
#define SLBD_FAMILY_H

struct ev_loop;

int slbd_family_open(struct ev_loop *loop, void (*moved)(void));
void slbd_family_close(void);

#endif
