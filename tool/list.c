// SPDX-License-Identifier: GPL-2.0-only
/* The view of services and their servers. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "list.h"
#include "out.h"
#include "slb_names_gen.h"

/* The columns of --stats, in ipvsadm's order; the rest is printed where it is not 0. */
static const __u16 slb_stats_columns[] = {
	SLB_A_STATS_CONNS, SLB_A_STATS_IN_PKTS, SLB_A_STATS_OUT_PKTS, SLB_A_STATS_IN_BYTES,
	SLB_A_STATS_OUT_BYTES,
};

static const __u16 slb_stats_rest[] = {
	SLB_A_STATS_SYN_UNANSWERED, SLB_A_STATS_SYN_RESET, SLB_A_STATS_SERVER_RST,
	SLB_A_STATS_CLIENT_RST, SLB_A_STATS_IDLE_RESET, SLB_A_STATS_DENIED_PKTS,
	SLB_A_STATS_DENIED_BYTES,
	SLB_A_STATS_LIMIT_CONNS,
	SLB_A_STATS_LIMIT_RATE, SLB_A_STATS_LIMIT_CLIENT, SLB_A_STATS_LIMIT_SERVER,
	SLB_A_STATS_IN_LIMITED, SLB_A_STATS_OUT_LIMITED,
};

/* What the servers of a service have together. */
struct slb_share {
	__u64	weight;
	__u64	conns;
	__u64	active;
};

static bool slb_list_rate;	/* counters are those of a second */

static const char *slb_forward_text(__u32 fwd)
{
	switch (fwd) {
	case SLB_FWD_FULLNAT:
		return "FullNAT";
	case SLB_FWD_NAT:
		return "NAT";
	default:
		return "unknown";
	}
}

/* A number in nine columns, shortened as ipvsadm does unless it is to be exact. */
static void slb_number_print(__u64 number, bool exact)
{
	static const char units[] = " KMGT";
	unsigned int unit = 0;

	if (exact) {
		slb_out_text(" %14llu", number);
		return;
	}
	for (; number >= 100000000 && unit < sizeof(units) - 2; number /= 1000)
		unit++;
	if (unit)
		slb_out_text(" %7llu%c", number, units[unit]);
	else
		slb_out_text(" %8llu", number);
}

/* With @rate the values are those of a second. */
static void slb_stats_print(const struct slb_stats *stats, bool exact, bool rate)
{
	const char *name;
	bool any = false;
	size_t i;

	slb_out_object(rate ? "rate" : "stats");
	for (i = 0; i < MNL_ARRAY_SIZE(slb_stats_columns); i++) {
		slb_number_print(stats->value[slb_stats_columns[i]], exact);
		slb_out_u64(slb_stats_attrs.attr[slb_stats_columns[i]].name, NULL,
			    stats->value[slb_stats_columns[i]]);
	}
	for (i = 0; i < MNL_ARRAY_SIZE(slb_stats_rest); i++) {
		name = slb_stats_attrs.attr[slb_stats_rest[i]].name;
		slb_out_u64(name, NULL, stats->value[slb_stats_rest[i]]);
		if (rate || !stats->value[slb_stats_rest[i]])
			continue;
		slb_out_text("%s%s %llu", any ? ", " : "\n       ", name,
			     stats->value[slb_stats_rest[i]]);
		any = true;
	}
	slb_out_close();
	slb_out_text("\n");
}

/**
 * slb_pool_print() - print the name of a pool
 * @fmt: printf() format with one string, or NULL
 * @pool: the name; the empty one is the default pool
 *
 * It may hold any bytes; the terminal is not to obey them.
 */
void slb_pool_print(const char *fmt, const char *pool)
{
	char clean[SLB_NAME_MAX + 1];
	size_t i;

	for (i = 0; pool[i] && i < sizeof(clean) - 1; i++)
		clean[i] = (unsigned char)pool[i] < 0x20 || pool[i] == 0x7f ? '?' : pool[i];
	clean[i] = '\0';
	slb_out_str("pool", NULL, pool);
	slb_out_str(NULL, fmt, *clean ? clean : "-");
}

static void slb_svc_acl_view(const struct slb_svc *svc, bool flags)
{
	int i;

	slb_out_array("acl");
	for (i = 0; i < SLB_ACL_MODE_COUNT && *svc->acl[i]; i++)
		slb_out_str("", flags ? i ? ",%s" : " acl=%s" : NULL, svc->acl[i]);
	slb_out_close();
}

/**
 * slb_svc_print() - print a service
 * @svc: the service
 * @stats: its counters instead of what it is set to
 * @exact: do not shorten large numbers
 */
void slb_svc_print(const struct slb_svc *svc, bool stats, bool exact)
{
	const struct slb_field *field = slb_svc_fields;
	char vrf[SLB_VRF_TEXT];
	char buf[16];

	slb_svc_key_print(&svc->key, stats ? 28 : 0);
	slb_out_str(field->name, stats ? NULL : " %s",
		    slb_field_text(field, svc->value[field->attr], buf, sizeof(buf)));
	if (svc->key.vrf)
		slb_out_str("vrf", stats ? NULL : " vrf=%s", slb_vrf_text(vrf, svc->key.vrf));
	for (field++; field->name; field++)
		if (!field->tcp || slb_svc_key_has_tcp(&svc->key))
			slb_field_print(field, svc->value[field->attr],
					!stats && slb_svc_field_is_own(svc, field));
	if (*svc->group)
		slb_out_str("group", stats ? NULL : " group=%s", svc->group);
	slb_pool_print(*svc->pool && !stats ? " pool=%s" : NULL, svc->pool);
	slb_svc_persist_view(svc, !stats);
	slb_svc_acl_view(svc, !stats);
	slb_timeouts_print(&svc->timeouts, !stats);
	slb_limits_print(&svc->limits, false, !stats);
	slb_label_print(&svc->label, !stats);
	if (stats)
		slb_stats_print(&svc->stats, exact, slb_list_rate);
	else
		slb_out_text("\n");
}

/* What text says only where it is not as usual. */
static void slb_srv_state_print(const struct slb_srv *srv, bool flags)
{
	static const struct {
		const char	*name;
		__u16		attr;
	} states[] = {
		{ "down", SLB_A_SRV_DOWN }, { "standby", SLB_A_SRV_STANDBY },
		{ "draining", SLB_A_SRV_DRAINING }, { "unproved", SLB_A_SRV_UNPROVED },
	};
	size_t i;

	slb_out_u64("priority", flags && srv->value[SLB_A_SRV_PRIORITY] ? " priority=%llu" : NULL,
		    srv->value[SLB_A_SRV_PRIORITY]);
	for (i = 0; i < MNL_ARRAY_SIZE(states); i++) {
		slb_out_bool(states[i].name, srv->value[states[i].attr]);
		if (flags && srv->value[states[i].attr])
			slb_out_text(" %s", states[i].name);
	}
	if (*srv->reason)
		slb_out_str("reason", flags && srv->value[SLB_A_SRV_DOWN] ? " reason=\"%s\"" : NULL,
			    srv->reason);
	if (srv->given & SLB_GIVEN(SLB_A_SRV_SINCE))
		slb_out_u64("since", NULL, srv->value[SLB_A_SRV_SINCE]);
	if (srv->value[SLB_A_SRV_LEFT] != SLB_DELAY_KEEP)
		slb_out_u64("left", flags ? " left=%llu" : NULL, srv->value[SLB_A_SRV_LEFT]);
	slb_field_print(slb_field_find(slb_srv_fields, "owner"), srv->value[SLB_A_SRV_OWNER], flags);
	slb_label_print(&srv->label, flags);
}

/**
 * slb_list_srv() - print a server
 * @srv: the server
 * @req: the command line: with counters or without
 */
void slb_list_srv(const struct slb_srv *srv, const struct slb_req *req)
{
	bool stats = slb_req_has(req, SLB_SLOT_STATS) || slb_list_rate;
	__u32 fwd = srv->value[SLB_A_SRV_FWD];

	slb_out_object(NULL);
	slb_out_text("  -> ");
	slb_out_ports("address", "port", 28, &srv->end, srv->end.port, srv->svc.proto);
	slb_out_str(NULL, stats ? NULL : " %-7s", slb_forward_text(fwd));
	slb_out_str("forward", NULL, slb_fwd_names[fwd < SLB_FWD_COUNT ? fwd : 0].name);
	slb_out_u64("weight", stats ? NULL : " %-6llu", srv->value[SLB_A_SRV_WEIGHT]);
	slb_out_u64("active", stats ? NULL : " %-10llu", srv->value[SLB_A_SRV_ACTIVE]);
	slb_out_u64("inactive", stats ? NULL : " %llu", srv->value[SLB_A_SRV_INACTIVE]);
	slb_limits_print(&srv->limits, true, !stats);
	slb_srv_state_print(srv, !stats);
	if (srv->value[SLB_A_SRV_RAMP])
		slb_out_u64("ramp", stats ? NULL : " ramp=%llu%%", srv->value[SLB_A_SRV_RAMP]);
	if (stats)
		slb_stats_print(&srv->stats, slb_req_has(req, SLB_SLOT_EXACT),
				slb_list_rate);
	else
		slb_out_text("\n");
	slb_out_close();
}

/* Hundredths of a per cent; 0 of nothing is 0. */
static void slb_share_print(const char *key, __u64 part, __u64 whole)
{
	__u64 share = whole ? part * 10000 / whole : 0;
	char text[32];

	snprintf(text, sizeof(text), "%llu.%02llu", share / 100, share % 100);
	slb_out_str(key, " %7s", text);
}

/* A server's part of what its service's servers have together. */
static void slb_share_srv_print(const struct slb_srv *srv, const struct slb_share *all)
{
	slb_out_object(NULL);
	slb_out_text("  -> ");
	slb_out_end_point("address", "port", 28, &srv->end, srv->svc.proto);
	slb_out_u64("weight", " %6llu", srv->value[SLB_A_SRV_WEIGHT]);
	slb_share_print("weight-share", srv->value[SLB_A_SRV_WEIGHT], all->weight);
	slb_out_u64("new", " %12llu", srv->stats.value[SLB_A_STATS_CONNS]);
	slb_share_print("new-share", srv->stats.value[SLB_A_STATS_CONNS], all->conns);
	slb_out_u64("active", " %10llu", srv->value[SLB_A_SRV_ACTIVE]);
	slb_share_print("active-share", srv->value[SLB_A_SRV_ACTIVE], all->active);
	slb_out_text("\n");
	slb_out_close();
}

static void slb_share_add(struct slb_share *all, const struct slb_srv *srv)
{
	all->weight += srv->value[SLB_A_SRV_WEIGHT];
	all->conns += srv->stats.value[SLB_A_STATS_CONNS];
	all->active += srv->value[SLB_A_SRV_ACTIVE];
}

/* A service is asked for by itself and uses a named group: that one's servers. */
static void slb_group_srvs_print(const struct slb_config *config, const char *group,
				 const struct slb_req *req)
{
	bool share = slb_req_has(req, SLB_SLOT_SHARE);
	struct slb_share all = {};
	size_t i;

	for (i = 0; *group && i < config->srv_count; i++)
		if (!strcmp(config->srv[i].group, group))
			slb_share_add(&all, &config->srv[i]);
	for (i = 0; *group && i < config->srv_count; i++)
		if (!strcmp(config->srv[i].group, group) && share)
			slb_share_srv_print(&config->srv[i], &all);
		else if (!strcmp(config->srv[i].group, group))
			slb_list_srv(&config->srv[i], req);
}

static void slb_services_print(const struct slb_config *config, const struct slb_req *req)
{
	bool stats = slb_req_has(req, SLB_SLOT_STATS) || slb_list_rate;
	bool exact = slb_req_has(req, SLB_SLOT_EXACT);
	bool one = slb_req_has(req, SLB_SLOT_SERVICE);
	bool share = slb_req_has(req, SLB_SLOT_SHARE);
	struct slb_share all;
	size_t srv = 0;
	size_t first;
	bool shown;
	size_t i;

	slb_out_array("services");
	for (i = 0; i < config->svc_count; i++) {
		shown = !one || !slb_svc_key_compare(&config->svc[i].key, &req->svc.key);
		if (shown) {
			slb_out_object(NULL);
			slb_svc_print(&config->svc[i], stats, exact);
			slb_out_array("servers");
		}
		memset(&all, 0, sizeof(all));
		for (first = srv; slb_config_srv_is_of(config, srv, i); srv++)
			slb_share_add(&all, &config->srv[srv]);
		srv = first;
		for (; slb_config_srv_is_of(config, srv, i); srv++)
			if (shown && share)
				slb_share_srv_print(&config->srv[srv], &all);
			else if (shown)
				slb_list_srv(&config->srv[srv], req);
		if (one && shown)
			slb_group_srvs_print(config, config->svc[i].group, req);
		if (shown) {
			slb_out_close();
			slb_out_close();
		}
	}
	slb_out_close();
}

/**
 * slb_list_servers_head() - print the titles of servers' columns
 * @req: the command line: with counters or without
 */
void slb_list_servers_head(const struct slb_req *req)
{
	const char *columns = "           Forward Weight ActiveConn InActConn";

	if (slb_req_has(req, SLB_SLOT_STATS) || slb_list_rate)
		columns = "";
	else if (slb_req_has(req, SLB_SLOT_SHARE))
		columns = "           Weight  Share%          New  Share% ActiveConn  Share%";
	slb_out_text("  -> RemoteAddress:Port%s\n", columns);
}

static void slb_services_head(const struct slb_info *info, const struct slb_req *req)
{
	bool stats = slb_req_has(req, SLB_SLOT_STATS) || slb_list_rate;
	int width = slb_req_has(req, SLB_SLOT_EXACT) ? 15 : 9;

	slb_out_text("slb %s (services=%llu servers=%llu connections=%llu)\n", info->version,
		     info->value[SLB_A_INFO_SERVICES], info->value[SLB_A_INFO_SERVERS],
		     info->value[SLB_A_INFO_CONNS]);
	if (stats && slb_list_rate)
		slb_out_text("%-33s%*s%*s%*s%*s%*s\n", "Prot LocalAddress:Port", width, "CPS",
			     width, "InPPS", width, "OutPPS", width, "InBPS", width, "OutBPS");
	else if (stats)
		slb_out_text("%-33s%*s%*s%*s%*s%*s\n", "Prot LocalAddress:Port", width, "Conns",
			     width, "InPkts", width, "OutPkts", width, "InBytes", width,
			     "OutBytes");
	else
		slb_out_text("Prot LocalAddress:Port Scheduler Flags\n");
}

/* One service or all, with counters or without. */
static int slb_list_services(struct slb_nl *nl, const struct slb_req *req)
{
	bool stats = slb_req_has(req, SLB_SLOT_STATS);
	struct slb_svc svc = { .key = req->svc.key };
	struct slb_config config;
	struct slb_info info;
	int err;

	/* The kernel says it in its own words if there is no such service. */
	if (slb_req_has(req, SLB_SLOT_SERVICE)) {
		err = slb_svc_fetch(nl, &svc);
		if (err)
			return err;
	}
	slb_list_rate = slb_req_has(req, SLB_SLOT_RATE);
	err = slb_info_fetch(nl, &info);
	if (!err && slb_list_rate)
		err = slb_rate_load(nl, &config, slb_req_has(req, SLB_SLOT_WATCH) ? req->seconds : 1);
	else if (!err)
		err = slb_config_load(nl, &config, SLB_LOAD_SERVICES);
	if (err)
		return err;
	slb_services_head(&info, req);
	slb_list_servers_head(req);
	slb_services_print(&config, req);
	slb_config_free(&config);
	if (stats && !slb_req_has(req, SLB_SLOT_SERVICE))
		err = slb_counters_print(nl);
	return err;
}

/* --stats, --rate and --share are three tables. */
static int slb_list_check(struct slb_nl *nl, const struct slb_req *req)
{
	if (slb_req_has(req, SLB_SLOT_STATS) + slb_req_has(req, SLB_SLOT_RATE) +
	    slb_req_has(req, SLB_SLOT_SHARE) <= 1)
		return 0;
	snprintf(nl->words, sizeof(nl->words), "--stats, --rate and --share exclude each other");
	return -EINVAL;
}

/**
 * slb_list() - print what -L is asked for
 * @nl: the family
 * @req: the command line
 *
 * Return: 0 or a negative errno.
 */
int slb_list(struct slb_nl *nl, const struct slb_req *req)
{
	int err = slb_list_check(nl, req);

	if (err)
		return err;
	if (slb_req_has(req, SLB_SLOT_BONDS))
		return slb_list_persist(nl, req);
	if (slb_req_has(req, SLB_SLOT_CLIENTS))
		return slb_list_clients(nl, req);
	if (slb_req_has(req, SLB_SLOT_CONNS) || slb_req_has(req, SLB_SLOT_CLIENT) ||
	    slb_req_has(req, SLB_SLOT_SERVER) || slb_req_has(req, SLB_SLOT_STATE))
		return slb_list_conns(nl, req);
	if (slb_req_has(req, SLB_SLOT_TIMEOUTS))
		return slb_list_timeouts(nl);
	if (slb_req_has(req, SLB_SLOT_GROUPS) || slb_req_has(req, SLB_SLOT_GROUP))
		return slb_list_groups(nl, req);
	return slb_list_services(nl, req);
}
