// SPDX-License-Identifier: GPL-2.0-only
/* monitor: what changes, as it happens; one line, or one JSON object, for each. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"
#include "slb_names_gen.h"
#include <linux/genetlink.h>

static void slb_monitor_begin(const struct slb_req *req)
{
	struct timespec now;
	struct tm tm;
	char text[32];
	size_t len;

	/* Names are not looked up: the lines would come later than what they are about. */
	slb_out_begin(slb_req_has(req, SLB_SLOT_JSON), true);
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	len = strftime(text, sizeof(text), "%F %T", &tm);
	snprintf(text + len, sizeof(text) - len, ".%03ld", now.tv_nsec / 1000000);
	slb_out_str("time", "%s ", text);
}

static void slb_monitor_word(const char *event, const char *text)
{
	slb_out_str("event", NULL, event);
	slb_out_text("%s\n", text);
}

static void slb_monitor_lost(const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_CONN_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_CONN_MAX);
	slb_out_str("event", "%-6s ", "lost");
	slb_out_u64("lost", "%llu messages were not sent for lack of room\n",
		    slb_nl_number(attrs[SLB_A_CONN_LOST]));
}

/* Of what has no line of its own, or comes from a newer module, at least that it changed. */
static void slb_monitor_other(__u8 cmd)
{
	const char *name = cmd <= SLB_CMD_MAX ? slb_cmd_names[cmd].name : NULL;

	slb_out_str("event", "%s\n", name ? name : "unknown");
}

static void slb_monitor_message(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct slb_object * const *object;

	for (object = slb_objects; *object; object++) {
		if ((*object)->ntf == genl->cmd && (*object)->event) {
			(*object)->event(nlh);
			return;
		}
	}
	switch (genl->cmd) {
	case SLB_CMD_CONN_OPEN_NTF:
	case SLB_CMD_CONN_CLOSE_NTF:
		slb_conn_event(nlh, genl->cmd == SLB_CMD_CONN_CLOSE_NTF);
		break;
	case SLB_CMD_CONN_LOST_NTF:
		slb_monitor_lost(nlh);
		break;
	case SLB_CMD_HEALTH_NTF:
		slb_health_event(nlh);
		break;
	case SLB_CMD_SETTINGS_NTF:
		slb_monitor_word("settings", "settings changed");
		break;
	case SLB_CMD_FLUSH_NTF:
		slb_monitor_word("flush", "everything deleted");
		break;
	default:
		slb_monitor_other(genl->cmd);
	}
}

static int slb_monitor_each(const struct nlmsghdr *nlh, void *data)
{
	if (nlh && mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return 0;
	slb_monitor_begin(data);
	if (nlh)
		slb_monitor_message(nlh);
	else
		slb_monitor_word("overrun", "messages were lost: they come faster than they are read");
	return slb_out_end();
}

/* The kernel hears of a new listener to connections within this time. */
#define SLB_MONITOR_HEARD_US	500000

/**
 * slb_monitor() - print what happens until somebody ends it
 * @req: the command line: the configuration, or connections
 *
 * Return: SLB_EXIT_*.
 */
int slb_monitor(const struct slb_req *req)
{
	struct slb_nl nl;
	int err;

	if (slb_nl_open(&nl, &slb_nl_slb)) {
		slb_err_print("monitor: %s", nl.words);
		return SLB_EXIT_REFUSED;
	}
	if (slb_req_has(req, SLB_SLOT_CONNS)) {
		err = slb_nl_join(&nl, SLB_MCGRP_CONN);
		if (!err)
			usleep(SLB_MONITOR_HEARD_US);
	} else {
		err = slb_nl_join(&nl, SLB_MCGRP_CONFIG);
		if (!err)
			err = slb_nl_join(&nl, SLB_MCGRP_HEALTH);
	}
	if (!err) {
		slb_monitor_begin(req);
		slb_monitor_word("start", "start");
		slb_out_end();
		err = slb_nl_listen(&nl, slb_monitor_each, (void *)req);
	}
	if (err < 0 && *nl.words)
		slb_err_print("monitor: %s", nl.words);
	slb_nl_close(&nl);
	return err ? SLB_EXIT_REFUSED : SLB_EXIT_DONE;
}
