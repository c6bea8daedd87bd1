/* SPDX-License-Identifier: GPL-2.0-only */
/* What the service manager hears of the daemon, and whether messages go to its journal. */
#ifndef SLBD_NOTIFY_H
#define SLBD_NOTIFY_H

#include <ev.h>
#include <stdbool.h>

void slbd_notify_begin(struct ev_loop *loop);
void slbd_notify_reloading(void);
void slbd_notify_ready(void);
void slbd_notify_changed(void);
void slbd_notify_end(struct ev_loop *loop);
bool slbd_notify_is_journal(int fd);

#endif
