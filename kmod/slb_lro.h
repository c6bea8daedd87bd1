/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Large receive offload and forwarding do not go together.
 */
#ifndef _SLB_LRO_H
#define _SLB_LRO_H

struct slb_net;

int slb_lro_init(void);
void slb_lro_exit(void);
void slb_lro_disable(struct slb_net *sn);

#endif
