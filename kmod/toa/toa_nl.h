/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SLB_TOA_NL_H
#define _SLB_TOA_NL_H

int slb_toa_nl_register(void);
void slb_toa_nl_unregister(void);

#endif /* _SLB_TOA_NL_H */
