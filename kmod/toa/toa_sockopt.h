/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_SOCKOPT_H
#define _SLB_TOA_SOCKOPT_H

int slb_toa_sockopt_register(void);
void slb_toa_sockopt_unregister(void);

#endif /* _SLB_TOA_SOCKOPT_H */
