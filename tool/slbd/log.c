// SPDX-License-Identifier: GPL-2.0-only
/* Where messages go. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "detach.h"
#include "log.h"
#include "notify.h"

#define SLBD_LOG_TEXT	1024

static enum slbd_log_to slbd_log_to = SLBD_LOG_STDERR;
static int slbd_log_level = LOG_INFO;

/* What slbadm's code would print. */
static void slbd_log_err(const char *text)
{
	slbd_log(LOG_ERR, "%s", text);
}

/**
 * slbd_log_init() - say where messages go from now on
 * @to: where
 * @foreground: stderr is of use
 * @level: LOG_*; what is less important is not said
 */
void slbd_log_init(enum slbd_log_to to, bool foreground, int level)
{
	if (to == SLBD_LOG_AUTO && slbd_notify_is_journal(STDERR_FILENO))
		to = SLBD_LOG_JOURNAL;
	else if (to == SLBD_LOG_AUTO)
		to = foreground ? SLBD_LOG_STDERR : SLBD_LOG_SYSLOG;
	slbd_log_to = to;
	slbd_log_level = level;
	if (to == SLBD_LOG_SYSLOG)
		openlog("slbd", LOG_PID, LOG_DAEMON);
	if (to != SLBD_LOG_STDERR)
		slb_err_to(slbd_log_err);
}

/**
 * slbd_log_wants() - whether a message would go anywhere
 * @priority: LOG_*
 *
 * Return: false where it is not worth making.
 */
bool slbd_log_wants(int priority)
{
	return priority <= slbd_log_level;
}

static void slbd_log_journal(int priority, const struct slbd_field *field, const char *text)
{
	char buf[SLBD_FIELDS + 3][SLBD_LOG_TEXT + 32];
	struct iovec iov[SLBD_FIELDS + 3];
	int count = 0;

	snprintf(buf[count++], sizeof(buf[0]), "MESSAGE=%s", text);
	snprintf(buf[count++], sizeof(buf[0]), "PRIORITY=%d", priority);
	snprintf(buf[count++], sizeof(buf[0]), "SYSLOG_IDENTIFIER=slbd");
	for (; field && field->name && count < SLBD_FIELDS + 3; field++)
		snprintf(buf[count++], sizeof(buf[0]), "%s=%s", field->name, field->value);
	for (int i = 0; i < count; i++)
		iov[i] = (struct iovec) { .iov_base = buf[i], .iov_len = strlen(buf[i]) };
	sd_journal_sendv(iov, count);
}

static void slbd_log_stderr(const char *text)
{
	struct timespec now;
	struct tm tm;
	char when[32];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%F %T", &tm);
	fprintf(stderr, "%s.%03ld slbd: %s\n", when, now.tv_nsec / 1000000, text);
}

/**
 * slbd_log_fields() - say something that has parts
 * @priority: LOG_*
 * @field: the parts, for the journal
 * @text: all of it as a sentence
 */
void slbd_log_fields(int priority, const struct slbd_field *field, const char *text)
{
	if (!slbd_log_wants(priority))
		return;
	/* Whoever waits for it to be ready does not look elsewhere for what went wrong. */
	if (slbd_detach_waits() && slbd_log_to != SLBD_LOG_STDERR && priority <= LOG_WARNING)
		fprintf(stderr, "slbd: %s\n", text);
	switch (slbd_log_to) {
	case SLBD_LOG_JOURNAL:
		slbd_log_journal(priority, field, text);
		break;
	case SLBD_LOG_SYSLOG:
		syslog(priority, "%s", text);
		break;
	default:
		slbd_log_stderr(text);
	}
}

/**
 * slbd_log() - say something
 * @priority: LOG_*
 * @fmt: printf format of the sentence, without the newline
 */
void slbd_log(int priority, const char *fmt, ...)
{
	char text[SLBD_LOG_TEXT];
	va_list ap;

	if (!slbd_log_wants(priority))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	slbd_log_fields(priority, NULL, text);
}
