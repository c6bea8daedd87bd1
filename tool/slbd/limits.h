/* SPDX-License-Identifier: GPL-2.0-only */
/* How many probes may be under way at once. */
#ifndef SLBD_LIMITS_H
#define SLBD_LIMITS_H

#include <stddef.h>

void slbd_limits_raise(void);
void slbd_limits_drop(void);
size_t slbd_limits_probes(void);
void slbd_limits_programs_set(size_t most);
size_t slbd_limits_programs(void);

#endif
