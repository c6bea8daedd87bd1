/* SPDX-License-Identifier: GPL-2.0-only */
/* Which addresses are this host's. */
#ifndef SLBD_LOCAL_H
#define SLBD_LOCAL_H

#include "../addr.h"

struct ev_loop;

int slbd_local_open(struct ev_loop *loop, void (*changed)(void));
void slbd_local_close(void);
void slbd_local_forget(void);
bool slbd_local_has(const struct slb_addr *addr, __u32 vrf);

#endif
