/* SPDX-License-Identifier: GPL-2.0-only */
/* Servers and what is known of their health. */
#ifndef SLBD_HEALTH_H
#define SLBD_HEALTH_H

#include <stdbool.h>

void slbd_health_init(bool dry);
void slbd_health_changed(void);
void slbd_health_free(void);

#endif
