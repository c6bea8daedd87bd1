/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks and when their probes are made.
 *
 * A check is one way to look at one endpoint; equal ones exist once. Each has one probe under way at
 * most. A type of check starts a probe and says once how it ended, by slbd_probe_done(); that may be
 * at once.
 */
#ifndef SLBD_SCHED_H
#define SLBD_SCHED_H

#include <ev.h>

#include "../err.h"
#include "check.h"

#define SLBD_REASON	120

enum slbd_result {
	SLBD_OK,
	SLBD_FAILED,
	SLBD_UNKNOWN,	/* it is our own fault: says nothing about the server */
};

struct slbd_check;
struct slbd_lane;
struct slbd_subject;

/**
 * struct slbd_probe_ops - a type of check
 * @size: bytes that a check has for its probe, zeroed when it is made
 * @start: begins a probe
 * @stop: ends the probe that is under way; it is not heard of again
 * @timeout: the time is over: @stop follows; NULL is a failure
 * @free: the check ends; no probe is under way; may be NULL
 */
struct slbd_probe_ops {
	size_t	size;
	void	(*start)(struct slbd_check *check);
	void	(*stop)(struct slbd_check *check);
	enum slbd_result (*timeout)(struct slbd_check *check, const char **reason);
	void	(*free)(struct slbd_check *check);
};

/**
 * struct slbd_check - a check
 * @conf: what to do, with address, port and source
 * @ops: the type
 * @probe: the type's own
 * @subject: list of the servers that it is about
 * @next: in the table
 * @lane: with whom it shares what there is only so much of
 * @queue: waits for a probe of another check to end: the next that does
 * @queue_at: what points to it there
 * @refs: subjects
 * @due: when the next probe starts
 * @expiry: when the one under way is over
 * @at: when it was due, in seconds
 * @began: when it started
 * @end: when its time is over
 * @late: it has got a moment more, since nobody looked for what had come
 * @running: a probe is under way
 * @waits: in the queue
 * @ok: successes in a row, as far as they count
 * @failed: failures in a row
 * @last: how the last probe ended
 * @results: by enum slbd_result
 * @took: seconds that the last probe took
 * @reason: how it ended
 */
struct slbd_check {
	struct slbd_check_conf		conf;
	const struct slbd_probe_ops	*ops;
	void				*probe;
	struct slbd_subject		*subject;
	struct slbd_check		*next;
	struct slbd_lane		*lane;
	struct slbd_check		*queue;
	struct slbd_check		**queue_at;
	unsigned int			refs;
	ev_timer			due;
	ev_timer			expiry;
	double				at;
	double				began;
	double				end;
	bool				late;
	bool				running;
	bool				waits;
	unsigned int			ok;
	unsigned int			failed;
	enum slbd_result		last;
	__u64				results[SLBD_UNKNOWN + 1];
	double				took;
	char				reason[SLBD_REASON];
};

extern struct ev_loop *slbd_loop;

void slbd_sched_init(struct ev_loop *loop, unsigned int hurry);
double slbd_now(void);
size_t slbd_sched_checks(void);
size_t slbd_sched_probes(void);
struct slbd_check *slbd_check_get(const struct slbd_check_conf *conf);
void slbd_check_put(struct slbd_check *check);
void slbd_sched_limit(void);
__printf(3, 4) void slbd_probe_done(struct slbd_check *check, enum slbd_result result,
				    const char *fmt, ...);
void slbd_probe_errno(struct slbd_check *check, const char *what, int err);

/* The types, in probe_*.c. */
extern const struct slbd_probe_ops slbd_probe_tcp;
extern const struct slbd_probe_ops slbd_probe_syn;
extern const struct slbd_probe_ops slbd_probe_http;
extern const struct slbd_probe_ops slbd_probe_udp;
extern const struct slbd_probe_ops slbd_probe_ping;
extern const struct slbd_probe_ops slbd_probe_exec;

#endif
