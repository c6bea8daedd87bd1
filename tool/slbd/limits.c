// SPDX-License-Identifier: GPL-2.0-only
/* File descriptors: as many as the system gives; what is left for probes. Programs of checks. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "limits.h"
#include "log.h"

#define SLBD_LIMITS_WANT	65536
#define SLBD_LIMITS_OWN		64	/* for sockets of our own, files and programs */

static size_t slbd_limits_fds = 1024;
static size_t slbd_limits_most_programs = 64;

/** slbd_limits_raise() - get more file descriptors, if that is allowed */
void slbd_limits_raise(void)
{
	struct rlimit limit;
	struct rlimit want;

	if (getrlimit(RLIMIT_NOFILE, &limit)) {
		slbd_log(LOG_WARNING, "the limit of open files is unknown: %s", strerror(errno));
		return;
	}
	want.rlim_cur = SLBD_LIMITS_WANT;
	want.rlim_max = limit.rlim_max > want.rlim_cur ? limit.rlim_max : want.rlim_cur;
	if (limit.rlim_cur < want.rlim_cur) {
		if (setrlimit(RLIMIT_NOFILE, &want)) {
			want = limit;
			want.rlim_cur = limit.rlim_max;
			setrlimit(RLIMIT_NOFILE, &want);
		}
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	slbd_limits_fds = limit.rlim_cur > SLBD_LIMITS_WANT ? SLBD_LIMITS_WANT : limit.rlim_cur;
}

/**
 * slbd_limits_drop() - keep capabilities from programs that are started
 *
 * A daemon that is not root's has them from the service manager, for itself: what the checks of type exec
 * run is not to configure the network.
 */
void slbd_limits_drop(void)
{
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/**
 * slbd_limits_probes() - how many probes may be under way at once
 *
 * Return: the number, at least 1.
 */
size_t slbd_limits_probes(void)
{
	return slbd_limits_fds > SLBD_LIMITS_OWN ? slbd_limits_fds - SLBD_LIMITS_OWN : 1;
}

/**
 * slbd_limits_programs_set() - say how many programs of checks may run at once
 * @most: the number
 */
void slbd_limits_programs_set(size_t most)
{
	slbd_limits_most_programs = most;
}

/**
 * slbd_limits_programs() - how many programs of checks may run at once
 *
 * Return: the number.
 */
size_t slbd_limits_programs(void)
{
	return slbd_limits_most_programs;
}
