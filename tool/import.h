/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of slbadm import share. */
#ifndef SLB_IMPORT_H
#define SLB_IMPORT_H

#include <linux/types.h>
#include <stdio.h>

#include "err.h"
#include "keepalived.h"

/* import_text.c */
void slb_ka_tell_of(const char *name);
void slb_ka_told_free(void);
__printf(2, 3) void slb_ka_lost(const struct slb_ka *ka, const char *fmt, ...);
void slb_ka_text(FILE *out, const char *text);
void slb_ka_judge(const char *text);
bool slb_ka_number(const struct slb_ka *ka, __u32 min, __u32 max, __u32 *value);
void slb_ka_option(FILE *out, const struct slb_ka *in, const char *keyword, const char *name,
		   __u32 min, __u32 max);
void slb_ka_option_text(FILE *out, const struct slb_ka *in, const char *keyword, const char *name);
void slb_ka_rest(const struct slb_ka *in, const char * const *known);

/* import_check.c */
char *slb_ka_srv_check(const struct slb_ka *srv, const struct slb_ka *svc);

#endif
