// SPDX-License-Identifier: GPL-2.0-only
/* ping: the server answers an ICMP echo. */
#include "echo.h"
#include "sched.h"

static void slbd_ping_answered(void *data)
{
	slbd_probe_done(data, SLBD_OK, "answered");
}

static void slbd_ping_start(struct slbd_check *check)
{
	struct slbd_echo *echo = check->probe;
	int err;

	echo->answered = slbd_ping_answered;
	echo->data = check;
	err = slbd_echo_send(echo, &check->conf);
	if (err)
		slbd_probe_errno(check, "", -err);
}

static void slbd_ping_stop(struct slbd_check *check)
{
	slbd_echo_stop(check->probe);
}

const struct slbd_probe_ops slbd_probe_ping = {
	.size = sizeof(struct slbd_echo), .start = slbd_ping_start, .stop = slbd_ping_stop,
};
