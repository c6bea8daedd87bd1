/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon says: to stderr, syslog, or the journal with fields. */
#ifndef SLBD_LOG_H
#define SLBD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include "../err.h"

#define SLBD_FIELDS	8

/* MESSAGE_ID in the journal: a server went down, and one went up. */
#define SLBD_LOG_ID_DOWN	"6b1d2f0c1ea14c8cb8a51fb6f3f0c5d1"
#define SLBD_LOG_ID_UP		"a4c7be7a3a4d4a7bb62b0d6fd5b5e2ef"

enum slbd_log_to {
	SLBD_LOG_AUTO,		/* the journal if stderr leads there, else syslog, or stderr with -f */
	SLBD_LOG_STDERR,
	SLBD_LOG_SYSLOG,
	SLBD_LOG_JOURNAL,
};

/* A field of the journal; a name of NULL ends a list. */
struct slbd_field {
	const char	*name;
	const char	*value;
};

void slbd_log_init(enum slbd_log_to to, bool foreground, int level);
bool slbd_log_wants(int priority);
__printf(2, 3) void slbd_log(int priority, const char *fmt, ...);
void slbd_log_fields(int priority, const struct slbd_field *field, const char *text);

#endif
