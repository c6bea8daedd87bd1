/* SPDX-License-Identifier: GPL-2.0-only */
/* How many file descriptors probes may have. */
#ifndef SLBD_LIMITS_H
#define SLBD_LIMITS_H

#include <stddef.h>

void slbd_limits_raise(void);
size_t slbd_limits_probes(void);

#endif
