// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: one socket for requests, another that hears of changes. A change is looked at a moment
 * later, together with those that follow it. A module that is removed may come back as another family,
 * with nothing of what it had.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "../nl.h"
#include "../slb_names_gen.h"
#include "../wire.h"
#include "family.h"
#include "health.h"
#include "kernel.h"
#include "local.h"
#include "log.h"
#include "subject.h"

#define SLBD_KERNEL_DELAY	0.1	/* seconds */
#define SLBD_KERNEL_AGAIN	5.0	/* seconds until what has failed is tried again */
#define SLBD_KERNEL_RESTORE	10.0	/* the same of a file that is wrong, or refused */

static struct slb_nl slbd_kernel_nl;
static struct slb_nl slbd_kernel_events;
static struct ev_loop *slbd_kernel_loop;
static ev_io slbd_kernel_io;
static ev_timer slbd_kernel_timer;
static const struct slbd_kernel_ops *slbd_kernel_ops;
static bool slbd_kernel_there;		/* the sockets are those of the module that is loaded */
static bool slbd_kernel_doubt;		/* it may be another, or none */
static bool slbd_kernel_bare;		/* it is back, and does not have yet what it is to have */

/* Does a message only repeat what is known? Each change of health that is asked for comes back. */
static bool slbd_kernel_is_old(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct slb_srv srv = {};

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) || genl->cmd != SLB_CMD_SRV_NTF)
		return false;
	slb_srv_get(&srv, nlh);
	return slbd_health_knows(&srv);
}

/* Soon, if it was to be later; but what could not be put back is not tried at each change. */
static void slbd_kernel_look(double after)
{
	if (ev_is_active(&slbd_kernel_timer) &&
	    (slbd_kernel_bare || ev_timer_remaining(slbd_kernel_loop, &slbd_kernel_timer) <= after))
		return;
	ev_timer_stop(slbd_kernel_loop, &slbd_kernel_timer);
	ev_timer_set(&slbd_kernel_timer, after, 0);
	ev_timer_start(slbd_kernel_loop, &slbd_kernel_timer);
}

static int slbd_kernel_event(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	if (nlh && slbd_kernel_is_old(nlh))
		return 0;
	if (!nlh)
		slbd_log(LOG_NOTICE, "the module's messages came faster than they were read");
	slbd_kernel_look(SLBD_KERNEL_DELAY);
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

static void slbd_kernel_disconnect(void)
{
	if (ev_is_active(&slbd_kernel_io))
		ev_io_stop(slbd_kernel_loop, &slbd_kernel_io);
	slb_nl_close(&slbd_kernel_events);
	slb_nl_close(&slbd_kernel_nl);
	slbd_kernel_there = false;
}

/* Returns NULL, or what is wrong. */
static const char *slbd_kernel_connect(void)
{
	int fd;

	if (slb_nl_open(&slbd_kernel_nl, &slb_nl_slb))
		return slbd_kernel_nl.words;
	if (slbd_kernel_listen(&slbd_kernel_events)) {
		slbd_kernel_disconnect();
		return slbd_kernel_events.words;
	}
	fd = mnl_socket_get_fd(slbd_kernel_events.sock);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	ev_io_init(&slbd_kernel_io, slbd_kernel_read, fd, EV_READ);
	ev_io_start(slbd_kernel_loop, &slbd_kernel_io);
	slbd_kernel_there = true;
	return NULL;
}

/* What the module is to have is put back; until that is done it is tried again. */
static void slbd_kernel_restore(void)
{
	slbd_kernel_bare = slbd_kernel_ops->back();
	if (slbd_kernel_bare)
		slbd_kernel_look(SLBD_KERNEL_RESTORE);
}

/* The number that the module has as a family; no two have the same. 0 is none. */
static __u16 slbd_kernel_family(void)
{
	struct slb_nl nl;
	__u16 id;

	if (slb_nl_open_loaded(&nl, &slb_nl_slb))
		return 0;
	id = nl.id;
	slb_nl_close(&nl);
	return id;
}

/* The module may have been removed, loaded, or both. Returns false if it is the one that it was. */
static bool slbd_kernel_replaced(void)
{
	__u16 id = slbd_kernel_family();

	if (slbd_kernel_there && id == slbd_kernel_nl.id)
		return false;
	if (slbd_kernel_there) {
		slbd_log(LOG_WARNING, "the slb module was removed: nothing is balanced until it is loaded again");
		slbd_kernel_disconnect();
		slbd_health_forget();
	}
	if (!id || slbd_kernel_connect()) {
		slbd_kernel_look(SLBD_KERNEL_AGAIN);
		return true;
	}
	slbd_log(LOG_NOTICE, "the slb module is loaded again");
	slbd_kernel_restore();
	return true;
}

static void slbd_kernel_moved(void)
{
	slbd_kernel_replaced();
}

/* Doubt that proves to be wrong has kept nobody from what was to be done. */
static void slbd_kernel_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	bool doubt = slbd_kernel_doubt;

	(void)loop;
	(void)timer;
	(void)events;
	slbd_kernel_doubt = false;
	if ((doubt || !slbd_kernel_there) && slbd_kernel_replaced())
		return;
	if (slbd_kernel_bare)
		slbd_kernel_restore();
	else
		slbd_kernel_ops->changed();
}

/* What was asked for is not there: that may be the module itself. */
static void slbd_kernel_missing(void)
{
	slbd_kernel_doubt = true;
	slbd_kernel_look(SLBD_KERNEL_DELAY);
}

static void slbd_kernel_addresses(void)
{
	slbd_kernel_look(SLBD_KERNEL_DELAY);
}

/**
 * slbd_kernel_open() - open the way to the module and hear of changes
 * @loop: the event loop
 * @ops: whom to tell
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_kernel_open(struct ev_loop *loop, const struct slbd_kernel_ops *ops)
{
	const char *wrong;

	slbd_kernel_loop = loop;
	slbd_kernel_ops = ops;
	ev_init(&slbd_kernel_timer, slbd_kernel_due);
	if (slbd_family_open(loop, slbd_kernel_moved) ||
	    slbd_local_open(loop, slbd_kernel_addresses))
		return -1;
	wrong = slbd_kernel_connect();
	if (wrong)
		slbd_log(LOG_ERR, "%s", wrong);
	return wrong ? -1 : 0;
}

/** slbd_kernel_close() - close the way to the module */
void slbd_kernel_close(void)
{
	slbd_family_close();
	slbd_local_close();
	slbd_kernel_disconnect();
	if (ev_is_active(&slbd_kernel_timer))
		ev_timer_stop(slbd_kernel_loop, &slbd_kernel_timer);
}

static void slbd_kernel_check_group(const struct slb_group *group)
{
	struct slb_nl *nl = &slbd_kernel_nl;
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_GROUP_NEW, NLM_F_REPLACE);

	mnl_attr_put_strz(nlh, SLB_A_GROUP_NAME, group->name);
	mnl_attr_put_u8(nlh, SLB_A_GROUP_CHECKED, 1);
	if (slb_nl_talk(nl, NULL, NULL))
		slbd_log(LOG_ERR, "group %s: %s", group->name, nl->words);
}

static void slbd_kernel_check_svc(const struct slb_svc *svc)
{
	struct slb_svc change = { .key = svc->key, .given = SLB_GIVEN(SLB_A_SVC_CHECKED) };
	char key[SLB_OBJECT_TEXT];

	change.value[SLB_A_SVC_CHECKED] = 1;
	if (slb_svc_send(&slbd_kernel_nl, SLB_CMD_SVC_NEW, NLM_F_REPLACE, &change))
		slbd_log(LOG_ERR, "%s: %s", slb_svc_key_text(key, &svc->key), slbd_kernel_nl.words);
}

/**
 * slbd_kernel_checked() - see to it that new servers of groups with checks are unproved
 * @config: what the module has
 */
void slbd_kernel_checked(const struct slb_config *config)
{
	const struct slb_svc_key none = {};
	const struct slb_group *group;
	const struct slb_svc *svc;
	size_t i;

	for (i = 0; i < config->group_count; i++) {
		group = &config->group[i];
		if (!group->value[SLB_A_GROUP_CHECKED] && slbd_health_checks(group->name, &none))
			slbd_kernel_check_group(group);
	}
	for (i = 0; i < config->svc_count; i++) {
		svc = &config->svc[i];
		if (!*svc->group && !svc->value[SLB_A_SVC_CHECKED] &&
		    slbd_health_checks("", &svc->key))
			slbd_kernel_check_svc(svc);
	}
}

/**
 * slbd_kernel_load() - fetch what there is to check
 * @config: result, to be freed by slb_config_free()
 *
 * Return: 0, or -1 after saying what is wrong; it is tried again then.
 */
int slbd_kernel_load(struct slb_config *config)
{
	int err;

	if (!slbd_kernel_there)
		return -1;
	err = slb_config_load(&slbd_kernel_nl, config, SLB_LOAD_SERVICES | SLB_LOAD_LADDRS);
	if (!err) {
		slbd_kernel_bare = false;
		return 0;
	}
	if (err == -ENOENT) {
		slbd_kernel_doubt = true;
		slbd_kernel_look(SLBD_KERNEL_AGAIN);
		return -1;
	}
	slbd_log(LOG_ERR, "the configuration cannot be read: %s", slbd_kernel_nl.words);
	slbd_kernel_look(SLBD_KERNEL_AGAIN);
	return -1;
}

/* What the module takes for a text: no control characters; others' words may have any. */
static void slbd_kernel_words(char *words, const char *text)
{
	unsigned int i;

	for (i = 0; text[i] && i < SLB_COMMENT_MAX; i++)
		words[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	words[i] = '\0';
}

/**
 * slbd_kernel_health() - tell the module that a server is up or down
 * @subject: the server
 * @down: its state
 * @reason: why
 *
 * Return: 0, or -1 after saying what is wrong; nothing is wrong with a server that is gone, and of a
 *	module that is gone that has been said.
 */
int slbd_kernel_health(const struct slbd_subject *subject, bool down, const char *reason)
{
	struct slb_srv srv = { .svc = subject->svc, .end = subject->end };
	char end[SLB_END_TEXT];
	int err;

	if (!slbd_kernel_there)
		return -1;
	strcpy(srv.group, subject->group);
	slbd_kernel_words(srv.reason, reason);
	srv.value[SLB_A_SRV_DOWN] = down;
	srv.given = SLB_GIVEN(SLB_A_SRV_DOWN);
	err = slb_srv_send(&slbd_kernel_nl, SLB_CMD_SRV_NEW, NLM_F_REPLACE, &srv);
	if (err == -ENOENT)
		slbd_kernel_missing();
	else if (err)
		slbd_log(LOG_ERR, "the module does not take %s as %s: %s",
			 slb_end_text(end, &subject->end), down ? "down" : "up",
			 slbd_kernel_nl.words);
	return err ? -1 : 0;
}
