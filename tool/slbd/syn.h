/* SPDX-License-Identifier: GPL-2.0-only */
/* What checks by half-open connections share. */
#ifndef SLBD_SYN_H
#define SLBD_SYN_H

void slbd_syn_end(void);

#endif
