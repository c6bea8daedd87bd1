/* SPDX-License-Identifier: GPL-2.0-only */
/* Becoming a daemon: whoever started it hears whether it serves. */
#ifndef SLBD_DETACH_H
#define SLBD_DETACH_H

#include <stdbool.h>

void slbd_detach_fill(void);
int slbd_detach(void);
bool slbd_detach_waits(void);
void slbd_detach_ready(bool keep_stderr);

#endif
