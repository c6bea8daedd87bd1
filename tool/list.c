// SPDX-License-Identifier: GPL-2.0-only
/* Views of services and servers, local addresses, settings and counters. */
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
	SLB_A_STATS_CLIENT_RST, SLB_A_STATS_IDLE_RESET,
};

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

static const char *slb_proto_column(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	default:
		return "?";
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

static void slb_stats_print(const struct slb_stats *stats, bool exact)
{
	const char *name;
	bool any = false;
	size_t i;

	slb_out_object("stats");
	for (i = 0; i < MNL_ARRAY_SIZE(slb_stats_columns); i++) {
		slb_number_print(stats->value[slb_stats_columns[i]], exact);
		slb_out_u64(slb_stats_attrs.attr[slb_stats_columns[i]].name, NULL,
			    stats->value[slb_stats_columns[i]]);
	}
	for (i = 0; i < MNL_ARRAY_SIZE(slb_stats_rest); i++) {
		name = slb_stats_attrs.attr[slb_stats_rest[i]].name;
		slb_out_u64(name, NULL, stats->value[slb_stats_rest[i]]);
		if (!stats->value[slb_stats_rest[i]])
			continue;
		slb_out_text("%s%s %llu", any ? ", " : "\n       ", name,
			     stats->value[slb_stats_rest[i]]);
		any = true;
	}
	slb_out_close();
	slb_out_text("\n");
}

/* One setting, named as in the options; text names it only where it is not at its default. */
static void slb_field_print(const struct slb_field *field, __u32 value, bool flags)
{
	char text[64];
	char buf[16];

	switch (field->kind) {
	case SLB_FIELD_SWITCH:
		slb_out_bool(field->name, value);
		break;
	case SLB_FIELD_WORD:
		slb_out_str(field->name, NULL, slb_field_text(field, value, buf, sizeof(buf)));
		break;
	default:
		slb_out_u64(field->name, NULL, value);
	}
	if (!flags || value == field->dflt)
		return;
	snprintf(text, sizeof(text), " %s=%s", field->name,
		 slb_field_text(field, value, buf, sizeof(buf)));
	slb_out_text("%s", text);
}

static void slb_timeouts_print(const struct slb_timeouts *timeouts, bool flags)
{
	const struct slb_field *field;

	slb_out_object("timeouts");
	for (field = slb_to_fields; field->name; field++)
		slb_field_print(field, timeouts->value[field->attr], flags);
	slb_out_close();
}

/* A pool's name may hold anything; the terminal is not to obey it. */
static void slb_pool_print(const char *fmt, const char *pool)
{
	char clean[SLB_NAME_MAX + 1];
	size_t i;

	for (i = 0; pool[i] && i < sizeof(clean) - 1; i++)
		clean[i] = (unsigned char)pool[i] < 0x20 || pool[i] == 0x7f ? '?' : pool[i];
	clean[i] = '\0';
	slb_out_str("pool", NULL, pool);
	slb_out_str(NULL, fmt, *clean ? clean : "-");
}

static void slb_svc_key_print(const struct slb_svc_key *key, int width)
{
	slb_out_str("proto", NULL, slb_proto_text(key->proto));
	slb_out_text("%-4s ", slb_proto_column(key->proto));
	slb_out_end_point("address", "port", width, &key->end, key->proto);
}

static void slb_svc_print(const struct slb_svc *svc, bool stats, bool exact)
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
		if (!field->tcp || svc->key.proto == IPPROTO_TCP)
			slb_field_print(field, svc->value[field->attr], !stats);
	slb_pool_print(*svc->pool && !stats ? " pool=%s" : NULL, svc->pool);
	slb_timeouts_print(&svc->timeouts, !stats);
	if (stats)
		slb_stats_print(&svc->stats, exact);
	else
		slb_out_text("\n");
}

static void slb_srv_print(const struct slb_srv *srv, bool stats, bool exact)
{
	__u32 fwd = srv->value[SLB_A_SRV_FWD];

	slb_out_object(NULL);
	slb_out_text("  -> ");
	slb_out_end_point("address", "port", 28, &srv->end, srv->svc.proto);
	slb_out_str(NULL, stats ? NULL : " %-7s", slb_forward_text(fwd));
	slb_out_str("forward", NULL, slb_fwd_names[fwd < SLB_FWD_COUNT ? fwd : 0].name);
	slb_out_u64("weight", stats ? NULL : " %-6llu", srv->value[SLB_A_SRV_WEIGHT]);
	slb_out_u64("active", stats ? NULL : " %-10llu", srv->value[SLB_A_SRV_ACTIVE]);
	slb_out_u64("inactive", stats ? NULL : " %llu\n", srv->value[SLB_A_SRV_INACTIVE]);
	if (stats)
		slb_stats_print(&srv->stats, exact);
	slb_out_close();
}

static void slb_services_print(const struct slb_config *config, const struct slb_req *req)
{
	bool stats = slb_req_has(req, SLB_SLOT_STATS);
	bool exact = slb_req_has(req, SLB_SLOT_EXACT);
	bool one = slb_req_has(req, SLB_SLOT_SERVICE);
	size_t srv = 0;
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
		for (; slb_config_srv_is_of(config, srv, i); srv++)
			if (shown)
				slb_srv_print(&config->srv[srv], stats, exact);
		if (shown) {
			slb_out_close();
			slb_out_close();
		}
	}
	slb_out_close();
}

static void slb_names_print(const char *key, const char *title, const struct slb_name *names,
			    const __u64 *value, size_t count, size_t first)
{
	bool any = false;
	size_t i;

	slb_out_object(key);
	for (i = first; i < count; i++) {
		slb_out_u64(names[i].name, NULL, value[i]);
		if (!value[i])
			continue;
		slb_out_text("%s  %-16s %14llu  %s\n", any ? "" : title, names[i].name, value[i],
			     names[i].text);
		any = true;
	}
	slb_out_close();
}

static int slb_counters_print(struct slb_nl *nl)
{
	struct slb_counters counters;
	int err;

	err = slb_counters_fetch(nl, &counters);
	if (err)
		return err;
	slb_names_print("counters", "Counters\n", slb_count_names, counters.count,
			SLB_COUNT_COUNT, 0);
	slb_names_print("drops", "Dropped packets\n", slb_drop_names, counters.drop,
			SLB_DROP_COUNT, SLB_DROP_NONE + 1);
	return 0;
}

static void slb_services_head(const struct slb_info *info, bool stats, bool exact)
{
	int width = exact ? 15 : 9;

	slb_out_text("slb %s (services=%llu servers=%llu connections=%llu)\n", info->version,
		     info->value[SLB_A_INFO_SERVICES], info->value[SLB_A_INFO_SERVERS],
		     info->value[SLB_A_INFO_CONNS]);
	if (stats)
		slb_out_text("%-33s%*s%*s%*s%*s%*s\n", "Prot LocalAddress:Port", width, "Conns",
			     width, "InPkts", width, "OutPkts", width, "InBytes", width,
			     "OutBytes");
	else
		slb_out_text("Prot LocalAddress:Port Scheduler Flags\n");
	slb_out_text("  -> RemoteAddress:Port%s\n",
		     stats ? "" : "           Forward Weight ActiveConn InActConn");
}

/**
 * slb_list_services() - print services with their servers
 * @nl: the family
 * @req: the command line: one service or all, with counters or without
 *
 * Return: 0 or a negative errno.
 */
int slb_list_services(struct slb_nl *nl, const struct slb_req *req)
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
	err = slb_info_fetch(nl, &info);
	if (!err)
		err = slb_config_load(nl, &config, SLB_LOAD_SERVICES);
	if (err)
		return err;
	slb_services_head(&info, stats, slb_req_has(req, SLB_SLOT_EXACT));
	slb_services_print(&config, req);
	slb_config_free(&config);
	if (stats && !slb_req_has(req, SLB_SLOT_SERVICE))
		err = slb_counters_print(nl);
	return err;
}

static void slb_laddr_print(const struct slb_laddr *laddr)
{
	char vrf[SLB_VRF_TEXT];
	char ports[16];

	snprintf(ports, sizeof(ports), "%u-%u", laddr->value[SLB_A_LADDR_PORT_FIRST],
		 laddr->value[SLB_A_LADDR_PORT_LAST]);
	slb_out_object(NULL);
	slb_pool_print("%-10s ", laddr->pool);
	slb_out_addr("address", 24, &laddr->addr);
	slb_out_u64("port-first", NULL, laddr->value[SLB_A_LADDR_PORT_FIRST]);
	slb_out_u64("port-last", NULL, laddr->value[SLB_A_LADDR_PORT_LAST]);
	slb_out_text(" %-12s", ports);
	slb_out_u64("leases", " %8llu", laddr->value[SLB_A_LADDR_LEASES]);
	slb_out_u64("exhausted", " %9llu", laddr->exhausted);
	slb_out_u64("reclaimed", " %9llu", laddr->reclaimed);
	slb_out_bool("dedicated", laddr->value[SLB_A_LADDR_DEDICATED]);
	slb_out_bool("dying", laddr->value[SLB_A_LADDR_DYING]);
	slb_out_text("%s%s", laddr->value[SLB_A_LADDR_DEDICATED] ? " dedicated" : "",
		     laddr->value[SLB_A_LADDR_DYING] ? " dying" : "");
	if (laddr->value[SLB_A_LADDR_VRF])
		slb_out_str("vrf", " vrf=%s", slb_vrf_text(vrf, laddr->value[SLB_A_LADDR_VRF]));
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_list_laddrs() - print local addresses
 * @nl: the family
 * @req: the command line: those of one pool, of the pool of one service, or all
 *
 * Return: 0 or a negative errno.
 */
int slb_list_laddrs(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_svc svc = { .key = req->svc.key };
	const char *pool = NULL;
	struct slb_config config;
	size_t i;
	int err;

	if (slb_req_has(req, SLB_SLOT_SERVICE)) {
		err = slb_svc_fetch(nl, &svc);
		if (err)
			return err;
		pool = svc.pool;
	} else if (slb_req_has(req, SLB_SLOT_POOL)) {
		pool = req->laddr.pool;
	}
	err = slb_config_load(nl, &config, SLB_LOAD_LADDRS);
	if (err)
		return err;
	slb_out_text("%-10s %-24s %-12s %8s %9s %9s Flags\n", "Pool", "LocalAddress", "Ports",
		     "Leases", "Exhausted", "Reclaimed");
	slb_out_array("laddrs");
	for (i = 0; i < config.laddr_count; i++)
		if (!pool || !strcmp(pool, config.laddr[i].pool))
			slb_laddr_print(&config.laddr[i]);
	slb_out_close();
	slb_config_free(&config);
	return 0;
}

static void slb_setting_print(const struct slb_field *field, __u32 value)
{
	char buf[16];

	slb_field_print(field, value, false);
	slb_out_text("%s=%s\n", field->name, slb_field_text(field, value, buf, sizeof(buf)));
}

/**
 * slb_list_settings() - print all settings, as --set takes them
 * @nl: the family
 *
 * Return: 0 or a negative errno.
 */
int slb_list_settings(struct slb_nl *nl)
{
	const struct slb_field *field;
	struct slb_settings *set;
	struct slb_config config;
	char text[SLB_END_TEXT];
	size_t i;
	int err;

	err = slb_config_load(nl, &config, SLB_LOAD_SETTINGS);
	if (err)
		return err;
	set = &config.settings;
	slb_out_object("settings");
	for (field = slb_to_fields; field->name; field++)
		slb_setting_print(field, set->timeouts.value[field->attr]);
	for (field = slb_set_fields; field->name; field++)
		slb_setting_print(field, set->value[field->attr]);
	slb_out_text("toa-trusted=%s", set->trusted_count ? "" : "none");
	slb_out_array("toa-trusted");
	for (i = 0; i < set->trusted_count; i++)
		slb_out_str("", i ? ",%s" : "%s", slb_prefix_text(text, &set->trusted[i]));
	slb_out_close();
	slb_out_text("\nfastpath=%s", set->fastpath_count ? "" : "none");
	slb_out_array("fastpath");
	for (i = 0; i < set->fastpath_count; i++)
		slb_out_str("", i ? ",%s" : "%s", set->fastpath[i]);
	slb_out_close();
	slb_out_text("\n");
	slb_out_close();
	slb_config_free(&config);
	return 0;
}

/**
 * slb_list_timeouts() - print the three timeouts that ipvsadm -L --timeout prints
 * @nl: the family
 *
 * Return: 0 or a negative errno.
 */
int slb_list_timeouts(struct slb_nl *nl)
{
	struct slb_config config;
	const __u32 *value;
	int err;

	if (slb_out_json())
		return slb_list_settings(nl);
	err = slb_config_load(nl, &config, SLB_LOAD_SETTINGS);
	if (err)
		return err;
	value = config.settings.timeouts.value;
	slb_out_text("Timeout (tcp tcpfin udp): %u %u %u\n", value[SLB_A_TO_ESTABLISHED],
		     value[SLB_A_TO_FIN_WAIT], value[SLB_A_TO_UDP]);
	slb_config_free(&config);
	return 0;
}

/**
 * slb_list_version() - print the versions of tool and module
 * @nl: the family, if it is there
 * @loaded: whether it is there
 */
void slb_list_version(struct slb_nl *nl, bool loaded)
{
	struct slb_info info;

	slb_out_str("tool", "slbadm %s\n", SLB_RELEASE);
	if (!loaded || slb_info_fetch(nl, &info)) {
		slb_out_str(NULL, "slb    %s\n", nl->words);
		slb_out_bool("loaded", false);
		return;
	}
	slb_out_bool("loaded", true);
	slb_out_str("module", "slb    %s\n", info.version);
}

static void slb_fast_state_print(const struct slb_fast_state *fast, int v6)
{
	const struct slb_name *name = fast->state[v6] < SLB_FAST_COUNT ?
				      &slb_fast_names[fast->state[v6]] : NULL;

	slb_out_text(v6 ? ", IPv6 %s" : "IPv4 %s", fast->state[v6] == SLB_FAST_ON ? "" : "off: ");
	slb_out_str(v6 ? "ipv6" : "ipv4", "%s", name ? name->name : "unknown");
	if (fast->state[v6] != SLB_FAST_HOOK)
		return;
	slb_out_text(" ");
	slb_out_str(v6 ? "hook6" : "hook4", "%s", fast->hook[v6]);
}

static void slb_fast_print(const struct slb_fast_state *fast)
{
	slb_out_object(NULL);
	slb_out_text("%-12s ", "fastpath");
	slb_out_str("name", "%s: ", fast->name);
	slb_fast_state_print(fast, 0);
	slb_fast_state_print(fast, 1);
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_list_info() - print the module's limits and live objects
 * @nl: the family
 *
 * Return: 0 or a negative errno.
 */
int slb_list_info(struct slb_nl *nl)
{
	struct slb_info info;
	__u16 attr;
	size_t i;
	int err;

	err = slb_info_fetch(nl, &info);
	if (err)
		return err;
	slb_out_str("tool", "tool         %s\n", SLB_RELEASE);
	slb_out_str("module", "module       %s\n", info.version);
	for (attr = SLB_A_INFO_VERSION + 1; attr <= SLB_A_INFO_MAX; attr++) {
		if (attr == SLB_A_INFO_PAD || attr == SLB_A_INFO_FASTPATH)
			continue;
		slb_out_text("%-12s ", slb_info_attrs.attr[attr].name);
		slb_out_u64(slb_info_attrs.attr[attr].name, "%llu\n", info.value[attr]);
	}
	slb_out_array("fastpath");
	for (i = 0; i < info.fast_count; i++)
		slb_fast_print(&info.fast[i]);
	slb_out_close();
	return 0;
}
