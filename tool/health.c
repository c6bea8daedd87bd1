// SPDX-License-Identifier: GPL-2.0-only
/* health: which servers are up and which are not, since when and why. */
#include <stdio.h>

#include "list.h"
#include "out.h"

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

static void slb_health_print(const struct slb_srv *srv)
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
	size_t i;

	(void)req;
	if (err)
		return err;
	slb_out_text("%-28s %-8s %-7s %s\n", "Server", "State", "Since", "Of: reason");
	slb_out_array("servers");
	for (i = 0; i < config.srv_count; i++)
		if (!config.srv[i].value[SLB_A_SRV_DRAINING])
			slb_health_print(&config.srv[i]);
	slb_out_close();
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
