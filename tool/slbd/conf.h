/* SPDX-License-Identifier: GPL-2.0-only */
/* The file slb.conf as the daemon takes it, and who may have it read again. */
#ifndef SLBD_CONF_H
#define SLBD_CONF_H

#include "../file.h"
#include "check.h"

struct ev_loop;

/* conf.c */
int slbd_conf_read(const char *name, struct slb_file *file, struct slbd_conf *conf);
int slbd_conf_apply(struct slb_file *file);
int slbd_conf_judge(const char *name);
void slbd_conf_name(const struct slb_file *file, struct slbd_conf *conf);

/* control.c */
int slbd_control_open(struct ev_loop *loop, int (*reload)(void));
void slbd_control_close(void);

#endif
