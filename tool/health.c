// SPDX-License-Identifier: GPL-2.0-only
/* health: which servers are up and which are not, since when and why, and which slbd cannot check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "list.h"
#include "out.h"

/**
 * struct slb_doubts - what slbd says of servers that it cannot check
 * @line: whose server, server and reason, with tabs between; sorted
 * @count: entries in @line
 */
struct slb_doubts {
	char	**line;
	size_t	count;
};

static void slb_doubts_add(const char *line, void *data)
{
	struct slb_doubts *doubts = data;
	char *copy = strcpy(slb_mem_grow(NULL, strlen(line) + 1), line);

	doubts->line = slb_list_add(doubts->line, &doubts->count, sizeof(*doubts->line));
	doubts->line[doubts->count - 1] = copy;
}

static int slb_doubts_qsort(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

static int slb_doubts_find(const void *key, const void *line)
{
	return strncmp(key, *(char * const *)line, strlen(key));
}

/* Where no slbd runs there is nothing to be told. */
static void slb_doubts_load(struct slb_doubts *doubts)
{
	slb_control_ask(SLB_CONTROL_HEALTH, slb_doubts_add, doubts);
	if (doubts->count)
		qsort(doubts->line, doubts->count, sizeof(*doubts->line), slb_doubts_qsort);
}

static void slb_doubts_free(struct slb_doubts *doubts)
{
	size_t i;

	for (i = 0; i < doubts->count; i++)
		free(doubts->line[i]);
	free(doubts->line);
}

/**
 * slb_health_owner_text() - whose server it is
 * @buf: SLB_OBJECT_TEXT bytes for the answer
 * @group: the named group, or empty
 * @svc: without @group: the service that has the group for its own
 *
 * Return: @buf.
 */
const char *slb_health_owner_text(char *buf, const char *group, const struct slb_svc_key *svc)
{
	if (!*group)
		return slb_svc_key_text(buf, svc);
	snprintf(buf, SLB_OBJECT_TEXT, "group %s", group);
	return buf;
}

static void slb_health_doubt(const struct slb_doubts *doubts, const struct slb_srv *srv)
{
	char key[SLB_OBJECT_TEXT + SLB_END_TEXT + 2];
	char owner[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];
	char **found;

	if (!doubts->count)
		return;
	snprintf(key, sizeof(key), "%s\t%s\t",
		 slb_health_owner_text(owner, srv->group, &srv->svc), slb_end_text(end, &srv->end));
	found = bsearch(key, doubts->line, doubts->count, sizeof(*doubts->line), slb_doubts_find);
	if (found)
		slb_out_str("unchecked", "; cannot be checked: %s", *found + strlen(key));
}

static const char *slb_health_state(const struct slb_srv *srv)
{
	if (srv->value[SLB_A_SRV_DOWN])
		return "down";
	return srv->value[SLB_A_SRV_UNPROVED] ? "unproved" : "up";
}

static const char *slb_health_since(char *buf, size_t size, const struct slb_srv *srv)
{
	__u32 s = srv->value[SLB_A_SRV_SINCE];

	if (!(srv->given & SLB_GIVEN(SLB_A_SRV_SINCE)))
		snprintf(buf, size, "-");
	else if (s < 60)
		snprintf(buf, size, "%us", s);
	else if (s < 3600)
		snprintf(buf, size, "%um%us", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, size, "%uh%um", s / 3600, s / 60 % 60);
	else
		snprintf(buf, size, "%ud%uh", s / 86400, s / 3600 % 24);
	return buf;
}

static void slb_health_owner(const struct slb_srv *srv)
{
	if (*srv->group)
		slb_out_str("group", "group %s", srv->group);
	else
		slb_svc_key_print(&srv->svc, 0);
}

static void slb_health_print(const struct slb_srv *srv, const struct slb_doubts *doubts)
{
	char since[32];

	slb_out_object(NULL);
	slb_out_ports("address", "port", 28, &srv->end, srv->end.port, srv->svc.proto);
	slb_out_str("state", " %-8s", slb_health_state(srv));
	slb_out_str(NULL, " %-7s", slb_health_since(since, sizeof(since), srv));
	if (srv->given & SLB_GIVEN(SLB_A_SRV_SINCE))
		slb_out_u64("since", NULL, srv->value[SLB_A_SRV_SINCE]);
	slb_out_text(" ");
	/* A service has an address and a port too. */
	if (!*srv->group)
		slb_out_object("service");
	slb_health_owner(srv);
	if (!*srv->group)
		slb_out_close();
	if (*srv->reason)
		slb_out_str("reason", ": %s", srv->reason);
	slb_health_doubt(doubts, srv);
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_health_list() - print the health of all servers
 * @nl: the family
 * @req: the command line
 *
 * Return: 0 or a negative errno.
 */
int slb_health_list(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_config config;
	int err = slb_config_load(nl, &config, SLB_LOAD_SERVICES);
	struct slb_doubts doubts = {};
	size_t i;

	(void)req;
	if (err)
		return err;
	slb_doubts_load(&doubts);
	slb_out_text("%-28s %-8s %-7s %s\n", "Server", "State", "Since", "Of: reason");
	slb_out_array("servers");
	for (i = 0; i < config.srv_count; i++)
		if (!config.srv[i].value[SLB_A_SRV_DRAINING])
			slb_health_print(&config.srv[i], &doubts);
	slb_out_close();
	slb_doubts_free(&doubts);
	slb_config_free(&config);
	return 0;
}

/**
 * slb_health_event() - print that a server went up or down
 * @nlh: the message
 */
void slb_health_event(const struct nlmsghdr *nlh)
{
	struct slb_srv srv = {};

	slb_srv_get(&srv, nlh);
	slb_out_str("event", "%-8s ", "health");
	slb_health_owner(&srv);
	slb_out_text(" -> ");
	slb_out_end_point("server", "server-port", 0, &srv.end, srv.svc.proto);
	slb_out_str("state", " %s", slb_health_state(&srv));
	if (*srv.reason)
		slb_out_str("reason", ": %s", srv.reason);
	slb_out_text("\n");
}
