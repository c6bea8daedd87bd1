/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where packets come in.
 */
#ifndef _SLB_HOOK_H
#define _SLB_HOOK_H

struct slb_net;

int slb_hook_get(struct slb_net *sn);
void slb_hook_put(struct slb_net *sn);

#endif
