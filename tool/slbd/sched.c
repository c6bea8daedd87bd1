// SPDX-License-Identifier: GPL-2.0-only
/*
 * When probes are made. The first of a check is at a random moment within its interval, the others
 * follow in intervals of that: moments that are drawn as multiples of the golden ratio, from a random
 * beginning, lie evenly however many checks there are, so that probes never come in a bunch. A probe
 * that takes longer than the interval leaves moments out.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "health.h"
#include "limits.h"
#include "log.h"
#include "sched.h"

#define SLBD_SCHED_BUCKETS	16384
#define SLBD_SCHED_GOLDEN	0.6180339887498949
#define SLBD_SCHED_LATE		0.1	/* seconds */
#define SLBD_SCHED_GRUMBLE	60.0	/* seconds between two complaints about limits */

struct ev_loop *slbd_loop;

static struct slbd_check *slbd_sched_table[SLBD_SCHED_BUCKETS];
static size_t slbd_sched_count;
static double slbd_sched_phase;
static double slbd_sched_hurry;
static double slbd_sched_grumbled;

/**
 * struct slbd_lane - probes that share what there is only so much of
 * @most: how many may be under way at once
 * @what: they are
 * @hint: what to do for more
 * @checks: how many checks make such probes
 * @running: probes under way
 * @first: of the checks that wait
 * @end: where the next is to wait
 * @grumbled: when that was said last
 */
struct slbd_lane {
	size_t			(*most)(void);
	const char		*what;
	const char		*hint;
	size_t			checks;
	size_t			running;
	struct slbd_check	*first;
	struct slbd_check	**end;
	double			grumbled;
};

static struct slbd_lane slbd_sched_sockets = {
	.most = slbd_limits_probes, .what = "probes",
	.hint = "raise the limit of open files (ulimit -n, LimitNOFILE=)",
};

static struct slbd_lane slbd_sched_programs = {
	.most = slbd_limits_programs, .what = "programs of checks", .hint = "--programs",
};

static const struct slbd_probe_ops *const slbd_sched_types[SLBD_CHECK_TYPES] = {
	[SLBD_CHECK_TCP] = &slbd_probe_tcp,
	[SLBD_CHECK_SYN] = &slbd_probe_syn,
	[SLBD_CHECK_HTTP] = &slbd_probe_http,
	[SLBD_CHECK_HTTPS] = &slbd_probe_http,
	[SLBD_CHECK_UDP] = &slbd_probe_udp,
	[SLBD_CHECK_DNS] = &slbd_probe_udp,
	[SLBD_CHECK_PING] = &slbd_probe_ping,
	[SLBD_CHECK_EXEC] = &slbd_probe_exec,
};

static void slbd_lane_init(struct slbd_lane *lane)
{
	lane->end = &lane->first;
	lane->grumbled = -SLBD_SCHED_GRUMBLE;
}

/**
 * slbd_sched_init() - begin
 * @loop: the event loop
 * @hurry: time passes so much faster for checks
 */
void slbd_sched_init(struct ev_loop *loop, unsigned int hurry)
{
	__u32 random;

	slbd_loop = loop;
	slbd_sched_hurry = hurry;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = time(NULL);
	slbd_sched_phase = random / 4294967296.0;
	srandom(random);
	slbd_sched_grumbled = -SLBD_SCHED_GRUMBLE;
	slbd_lane_init(&slbd_sched_sockets);
	slbd_lane_init(&slbd_sched_programs);
}

/**
 * slbd_now() - the time that nobody sets
 *
 * Return: seconds.
 */
double slbd_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/**
 * slbd_sched_checks() - how many different checks there are
 *
 * Return: the number.
 */
size_t slbd_sched_checks(void)
{
	return slbd_sched_count;
}

/**
 * slbd_sched_probes() - how many probes are under way
 *
 * Return: the number.
 */
size_t slbd_sched_probes(void)
{
	return slbd_sched_sockets.running + slbd_sched_programs.running;
}

static double slbd_sched_seconds(__u32 ms)
{
	return ms / 1000.0 / slbd_sched_hurry;
}

static void slbd_timer_set(ev_timer *timer, double after)
{
	/* The loop's time is that of its last turn, which may have been a long one. */
	ev_now_update(slbd_loop);
	ev_timer_stop(slbd_loop, timer);
	ev_timer_set(timer, after > 0 ? after : 0, 0);
	ev_timer_start(slbd_loop, timer);
}

static void slbd_sched_begin(struct slbd_check *check)
{
	check->running = true;
	check->lane->running++;
	check->late = false;
	check->began = slbd_now();
	check->end = check->began + slbd_sched_seconds(slbd_check_timeout(&check->conf));
	slbd_timer_set(&check->expiry, check->end - check->began);
	check->ops->start(check);
}

static void slbd_sched_wait(struct slbd_check *check)
{
	struct slbd_lane *lane = check->lane;
	double now = slbd_now();

	check->waits = true;
	check->queue = NULL;
	check->queue_at = lane->end;
	*lane->end = check;
	lane->end = &check->queue;
	if (now - lane->grumbled < SLBD_SCHED_GRUMBLE)
		return;
	lane->grumbled = now;
	slbd_log(LOG_WARNING, "%s wait for others to end, %zu at once are the most: %s", lane->what,
		 lane->most(), lane->hint);
}

static void slbd_sched_unwait(struct slbd_check *check)
{
	*check->queue_at = check->queue;
	if (check->queue)
		check->queue->queue_at = check->queue_at;
	else
		check->lane->end = check->queue_at;
	check->waits = false;
}

static void slbd_sched_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct slbd_check *check = timer->data;

	(void)loop;
	(void)events;
	if (check->lane->running < check->lane->most())
		slbd_sched_begin(check);
	else
		slbd_sched_wait(check);
}

/* The first of its moments that is not over. */
static void slbd_sched_next(struct slbd_check *check)
{
	double interval = slbd_sched_seconds(slbd_check_interval(&check->conf));
	double late = slbd_now() - check->at;

	check->at += late > interval ? ceil(late / interval) * interval : interval;
	slbd_timer_set(&check->due, check->at - slbd_now());
}

static void slbd_sched_count_result(struct slbd_check *check, enum slbd_result result)
{
	check->last = result;
	check->results[result]++;
	if (result == SLBD_OK) {
		check->failed = 0;
		if (check->ok < check->conf.rise)
			check->ok++;
	} else if (result == SLBD_FAILED) {
		check->ok = 0;
		if (check->failed < check->conf.fall)
			check->failed++;
	}
}

/* Our own trouble: said, but not again and again. */
static void slbd_sched_grumble(const struct slbd_check *check)
{
	double now = slbd_now();
	char end[SLB_END_TEXT];
	struct slb_end to = { .addr = check->conf.addr, .port = check->conf.port };

	if (now - slbd_sched_grumbled < SLBD_SCHED_GRUMBLE)
		return;
	slbd_sched_grumbled = now;
	slbd_log(LOG_WARNING, "a check of %s could not be made, which says nothing about the server: %s",
		 slb_end_text(end, &to), check->reason);
}

/* A probe less is under way: the first that waits for that begins. */
static void slbd_sched_go_on(struct slbd_lane *lane)
{
	struct slbd_check *next = lane->first;

	if (!next || lane->running >= lane->most())
		return;
	slbd_sched_unwait(next);
	slbd_timer_set(&next->due, 0);
}

/* A reason may have words of the server's, such as names in its certificate: they end no line. */
static void slbd_sched_plain(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			*text = '?';
}

/**
 * slbd_probe_done() - a probe has ended
 * @check: the check; what its type has for the probe is put away
 * @result: how
 * @fmt: printf format of the reason
 */
void slbd_probe_done(struct slbd_check *check, enum slbd_result result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(check->reason, sizeof(check->reason), fmt, ap);
	va_end(ap);
	slbd_sched_plain(check->reason);
	ev_timer_stop(slbd_loop, &check->expiry);
	check->running = false;
	check->lane->running--;
	check->took = slbd_now() - check->began;
	slbd_sched_count_result(check, result);
	slbd_sched_next(check);
	if (result == SLBD_UNKNOWN)
		slbd_sched_grumble(check);
	else
		slbd_health_result(check, result);
	slbd_sched_go_on(check->lane);
}

/* What the system says of a connection in one or two words. */
static const char *slbd_errno_text(int err)
{
	switch (err) {
	case ECONNREFUSED:
		return "refused";
	case ETIMEDOUT:
		return "timeout";
	case ECONNRESET:
		return "reset";
	case EHOSTUNREACH:
		return "host unreachable";
	case ENETUNREACH:
		return "network unreachable";
	default:
		return strerror(err);
	}
}

/* Has it nothing to do with the server? */
static bool slbd_errno_is_ours(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOBUFS || err == ENOMEM || err == EPERM ||
	       err == EACCES || err == EADDRNOTAVAIL || err == EADDRINUSE || err == EAGAIN ||
	       err == ENODEV;
}

/**
 * slbd_probe_errno() - a probe has ended with an error of the system
 * @check: the check
 * @what: in front of the error's words
 * @err: errno
 */
void slbd_probe_errno(struct slbd_check *check, const char *what, int err)
{
	slbd_probe_done(check, slbd_errno_is_ours(err) ? SLBD_UNKNOWN : SLBD_FAILED, "%s%s", what,
			slbd_errno_text(err));
}

static void slbd_sched_expired(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct slbd_check *check = timer->data;
	enum slbd_result result = SLBD_FAILED;
	const char *reason = "timeout";

	(void)loop;
	(void)events;
	/* We stood still: what has come meanwhile is looked at first. */
	if (!check->late && slbd_now() - check->end > SLBD_SCHED_LATE) {
		check->late = true;
		slbd_timer_set(timer, SLBD_SCHED_LATE);
		return;
	}
	if (check->ops->timeout)
		result = check->ops->timeout(check, &reason);
	check->ops->stop(check);
	slbd_probe_done(check, result, "%s", reason);
}

static struct slbd_check *slbd_check_new(const struct slbd_check_conf *conf)
{
	struct slbd_check *check = slb_mem_grow(NULL, sizeof(*check));
	double interval = slbd_sched_seconds(slbd_check_interval(conf));

	memset(check, 0, sizeof(*check));
	slbd_check_copy(&check->conf, conf);
	check->ops = slbd_sched_types[conf->type];
	check->lane = conf->type == SLBD_CHECK_EXEC ? &slbd_sched_programs : &slbd_sched_sockets;
	check->lane->checks++;
	check->probe = slb_mem_grow(NULL, check->ops->size);
	memset(check->probe, 0, check->ops->size);
	ev_init(&check->due, slbd_sched_due);
	ev_init(&check->expiry, slbd_sched_expired);
	check->due.data = check;
	check->expiry.data = check;
	slbd_sched_phase = fmod(slbd_sched_phase + SLBD_SCHED_GOLDEN, 1);
	check->at = slbd_now() + slbd_sched_phase * interval;
	slbd_timer_set(&check->due, check->at - slbd_now());
	return check;
}

/**
 * slbd_check_get() - have an endpoint checked
 * @conf: how, with address and port; copied
 *
 * Return: the check, one reference; an equal one that exists already is shared.
 */
struct slbd_check *slbd_check_get(const struct slbd_check_conf *conf)
{
	struct slbd_check **head = &slbd_sched_table[slbd_check_hash(conf) % SLBD_SCHED_BUCKETS];
	struct slbd_check *check;

	for (check = *head; check; check = check->next)
		if (slbd_check_is_equal(&check->conf, conf))
			break;
	if (!check) {
		check = slbd_check_new(conf);
		check->next = *head;
		*head = check;
		slbd_sched_count++;
	}
	check->refs++;
	return check;
}

/**
 * slbd_check_put() - put a reference
 * @check: the check, which ends with its last reference
 */
void slbd_check_put(struct slbd_check *check)
{
	struct slbd_check **at;

	if (--check->refs)
		return;
	at = &slbd_sched_table[slbd_check_hash(&check->conf) % SLBD_SCHED_BUCKETS];
	while (*at != check)
		at = &(*at)->next;
	*at = check->next;
	slbd_sched_count--;
	check->lane->checks--;
	if (check->waits)
		slbd_sched_unwait(check);
	if (check->running) {
		check->ops->stop(check);
		check->lane->running--;
	}
	/* It may have been running, or the one that was told to go on. One too many only waits again. */
	slbd_sched_go_on(check->lane);
	ev_timer_stop(slbd_loop, &check->due);
	ev_timer_stop(slbd_loop, &check->expiry);
	if (check->ops->free)
		check->ops->free(check);
	free(check->probe);
	slbd_check_free(&check->conf);
	free(check);
}

static void slbd_lane_limit(const struct slbd_lane *lane)
{
	if (lane->checks > lane->most())
		slbd_log(LOG_WARNING,
			 "%zu checks, %zu %s at once are the most; if many servers are silent they wait: %s",
			 lane->checks, lane->most(), lane->what, lane->hint);
}

/** slbd_sched_limit() - say so if there are more checks than may be made at once */
void slbd_sched_limit(void)
{
	slbd_lane_limit(&slbd_sched_sockets);
	slbd_lane_limit(&slbd_sched_programs);
}
