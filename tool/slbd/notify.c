// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the service manager hears: that the daemon is ready, reloads or ends, that its event loop goes
 * round, and how many servers it has. Without one (no NOTIFY_SOCKET) nothing is sent.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "health.h"
#include "notify.h"

#define SLBD_NOTIFY_EVERY	1.0	/* seconds from a change to the status, for all changes meanwhile */

static struct ev_loop *slbd_notify_loop;
static ev_timer slbd_notify_alive_timer;
static ev_timer slbd_notify_status_timer;

static void slbd_notify_alive(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	sd_notify(0, "WATCHDOG=1");
}

static void slbd_notify_status(struct ev_loop *loop, ev_timer *timer, int events)
{
	size_t down;
	size_t all = slbd_health_count(&down);

	(void)loop;
	(void)timer;
	(void)events;
	sd_notifyf(0, "STATUS=%zu servers, %zu of them down", all, down);
}

/**
 * slbd_notify_begin() - begin to tell that the event loop goes round, if anybody wants to know
 * @loop: the event loop
 *
 * Twice in the time after which the service manager would lose patience.
 */
void slbd_notify_begin(struct ev_loop *loop)
{
	uint64_t usec;

	slbd_notify_loop = loop;
	ev_init(&slbd_notify_alive_timer, slbd_notify_alive);
	ev_timer_init(&slbd_notify_status_timer, slbd_notify_status, SLBD_NOTIFY_EVERY, 0);
	if (sd_watchdog_enabled(0, &usec) <= 0)
		return;
	slbd_notify_alive_timer.repeat = usec / 2e6;
	ev_timer_again(loop, &slbd_notify_alive_timer);
}

/**
 * slbd_notify_reloading() - tell that the file is read again
 *
 * slbd_notify_ready() ends that, however it came out.
 */
void slbd_notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000);
}

/** slbd_notify_ready() - tell that the daemon serves, and its state */
void slbd_notify_ready(void)
{
	sd_notify(0, "READY=1");
	slbd_notify_status(NULL, NULL, 0);
}

/** slbd_notify_changed() - a server went up or down: the state will be told soon */
void slbd_notify_changed(void)
{
	if (slbd_notify_loop && !ev_is_active(&slbd_notify_status_timer)) {
		ev_timer_set(&slbd_notify_status_timer, SLBD_NOTIFY_EVERY, 0);
		ev_timer_start(slbd_notify_loop, &slbd_notify_status_timer);
	}
}

/**
 * slbd_notify_end() - tell that the daemon ends
 * @loop: the event loop
 */
void slbd_notify_end(struct ev_loop *loop)
{
	sd_notify(0, "STOPPING=1");
	ev_timer_stop(loop, &slbd_notify_alive_timer);
	ev_timer_stop(loop, &slbd_notify_status_timer);
	slbd_notify_loop = NULL;
}

/**
 * slbd_notify_is_journal() - whether a file descriptor leads to the journal
 * @fd: the file descriptor
 *
 * The service manager says which file it has made for that; a stream that was redirected since is another.
 *
 * Return: true if so.
 */
bool slbd_notify_is_journal(int fd)
{
	const char *text = getenv("JOURNAL_STREAM");
	uintmax_t dev;
	uintmax_t ino;
	struct stat st;

	return text && sscanf(text, "%ju:%ju", &dev, &ino) == 2 && !fstat(fd, &st) &&
	       st.st_dev == dev && st.st_ino == ino;
}
