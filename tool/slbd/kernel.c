// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: one socket for requests, another that hears of changes. A change is looked at a moment
 * later, together with those that follow it.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <string.h>

#include "../nl.h"
#include "../wire.h"
#include "kernel.h"
#include "log.h"
#include "../slb_names_gen.h"

#define SLBD_KERNEL_DELAY	0.1	/* seconds */

static struct slb_nl slbd_kernel_nl;
static struct slb_nl slbd_kernel_events;
static struct ev_loop *slbd_kernel_loop;
static ev_io slbd_kernel_io;
static ev_timer slbd_kernel_timer;
static void (*slbd_kernel_changed)(void);

static int slbd_kernel_event(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	if (!nlh)
		slbd_log(LOG_NOTICE, "the module's messages came faster than they were read");
	if (!ev_is_active(&slbd_kernel_timer)) {
		ev_timer_set(&slbd_kernel_timer, SLBD_KERNEL_DELAY, 0);
		ev_timer_start(slbd_kernel_loop, &slbd_kernel_timer);
	}
	return 0;
}

static void slbd_kernel_read(struct ev_loop *loop, ev_io *io, int events)
{
	int err = slb_nl_take(&slbd_kernel_events, slbd_kernel_event, NULL);

	(void)io;
	(void)events;
	if (err) {
		slbd_log(LOG_ERR, "the module's messages cannot be read: %s",
			 slbd_kernel_events.words);
		ev_break(loop, EVBREAK_ALL);
	}
}

static void slbd_kernel_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	slbd_kernel_changed();
}

static int slbd_kernel_listen(struct slb_nl *nl)
{
	int err = slb_nl_open(nl, &slb_nl_slb);

	if (err)
		return err;
	err = slb_nl_join(nl, SLB_MCGRP_CONFIG);
	if (!err)
		slb_nl_roomy(nl);
	return err;
}

/**
 * slbd_kernel_open() - open the way to the module and hear of changes
 * @loop: the event loop
 * @changed: called when the configuration has changed
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_kernel_open(struct ev_loop *loop, void (*changed)(void))
{
	int fd;

	slbd_kernel_loop = loop;
	slbd_kernel_changed = changed;
	ev_init(&slbd_kernel_timer, slbd_kernel_due);
	if (slb_nl_open(&slbd_kernel_nl, &slb_nl_slb)) {
		slbd_log(LOG_ERR, "%s", slbd_kernel_nl.words);
		return -1;
	}
	if (slbd_kernel_listen(&slbd_kernel_events)) {
		slbd_log(LOG_ERR, "%s", slbd_kernel_events.words);
		slbd_kernel_close();
		return -1;
	}
	fd = mnl_socket_get_fd(slbd_kernel_events.sock);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	ev_io_init(&slbd_kernel_io, slbd_kernel_read, fd, EV_READ);
	ev_io_start(loop, &slbd_kernel_io);
	return 0;
}

/** slbd_kernel_close() - close the way to the module */
void slbd_kernel_close(void)
{
	if (ev_is_active(&slbd_kernel_io))
		ev_io_stop(slbd_kernel_loop, &slbd_kernel_io);
	if (ev_is_active(&slbd_kernel_timer))
		ev_timer_stop(slbd_kernel_loop, &slbd_kernel_timer);
	slb_nl_close(&slbd_kernel_events);
	slb_nl_close(&slbd_kernel_nl);
}

/**
 * slbd_kernel_load() - fetch what there is to check
 * @config: result, to be freed by slb_config_free()
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_kernel_load(struct slb_config *config)
{
	if (!slb_config_load(&slbd_kernel_nl, config, SLB_LOAD_SERVICES | SLB_LOAD_LADDRS))
		return 0;
	slbd_log(LOG_ERR, "the configuration cannot be read: %s", slbd_kernel_nl.words);
	return -1;
}
