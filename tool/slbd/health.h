/* SPDX-License-Identifier: GPL-2.0-only */
/* Servers and what is known of their health. */
#ifndef SLBD_HEALTH_H
#define SLBD_HEALTH_H

#include <stdio.h>

#include "sched.h"

void slbd_health_init(bool dry);
void slbd_health_changed(void);
bool slbd_health_checks(const char *name, const struct slb_svc_key *svc);
size_t slbd_health_count(size_t *down);
bool slbd_health_knows(const struct slb_srv *srv);
unsigned int slbd_health_generation(void);
const struct slbd_subject *slbd_health_subject(size_t i);
void slbd_health_result(struct slbd_check *check, enum slbd_result result);
void slbd_health_doubts(FILE *out);
void slbd_health_forget(void);
void slbd_health_free(void);

#endif
