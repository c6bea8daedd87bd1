// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metrics by name, and the text that says what they are: Prometheus' format 0.0.4. All lines of a
 * family stand together, so the text is written family by family from the rows of a snap, and only as
 * much at a time as is read.
 */
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "../slb_names_gen.h"
#include "metrics.h"

#define SLBD_METRIC_SERIES	6
#define SLBD_METRIC_NAME	64
#define SLBD_READER_LINE	(SLBD_METRIC_NAME + 64)	/* of a line, besides its labels */

enum slbd_type {
	SLBD_GAUGE,
	SLBD_COUNTER,
	SLBD_HISTOGRAM,
};

/**
 * struct slbd_metric - a metric
 * @name: its name
 * @help: a sentence
 * @class: what has it
 * @type: what Prometheus may do with it
 * @micro: the numbers are microseconds, the lines have seconds
 * @series: a line of each row: further labels, if any, and which number; until one without labels
 */
struct slbd_metric {
	const char	*name;
	const char	*help;
	enum slbd_class	class;
	enum slbd_type	type;
	bool		micro;
	struct {
		const char	*label;
		unsigned int	value;
	} series[SLBD_METRIC_SERIES];
};

#define ONE(_value)	.series = { { "", (_value) } }
#define BOTH_WAYS(_in, _out) \
	.series = { { "direction=\"in\"", (_in) }, { "direction=\"out\"", (_out) } }
#define RESETS \
	.series = { { "by=\"client\"", SLB_A_STATS_CLIENT_RST }, \
		    { "by=\"server\"", SLB_A_STATS_SERVER_RST }, \
		    { "by=\"idle\"", SLB_A_STATS_IDLE_RESET } }

#define SELF(_name, _type, _value, _help) \
	{ .name = (_name), .help = (_help), .class = SLBD_OF_SELF, .type = (_type), ONE(_value) }
#define MODULE(_name, _type, _value, _help) \
	{ .name = (_name), .help = (_help), .class = SLBD_OF_MODULE, .type = (_type), \
	  ONE(SLB_A_INFO_##_value) }

/* The counters of the namespace, which the family's specification names, follow. */
static const struct slbd_metric slbd_metrics[] = {
	SELF("slb_up", SLBD_GAUGE, SLBD_SELF_UP,
	     "Whether the module answered; if not there are only the metrics of slbd itself."),
	{ "slb_build_info", "Versions of slbd and of the module.", SLBD_OF_BUILD, ONE(0) },
	MODULE("slb_services", SLBD_GAUGE, SERVICES, "Services."),
	{ "slb_servers", "Servers by state: unproved and down ones are unhealthy.", SLBD_OF_STATE,
	  ONE(0) },
	MODULE("slb_laddrs", SLBD_GAUGE, LADDRS, "Local addresses."),
	MODULE("slb_access_lists", SLBD_GAUGE, ACLS, "Access lists."),
	MODULE("slb_connections", SLBD_GAUGE, CONNS, "Connections in the table."),
	MODULE("slb_persistent_clients", SLBD_GAUGE, PERSISTENT,
	       "Client prefixes that persistence remembers."),
	MODULE("slb_limited_clients", SLBD_GAUGE, LIMIT_CLIENTS,
	       "Client prefixes that a limit keeps count of."),
	MODULE("slb_table_buckets", SLBD_GAUGE, BUCKETS, "Buckets of the connection table."),
	{ "slb_memory_bytes", "Memory of the connections that services have, and of their table.",
	  SLBD_OF_MEMORY, ONE(0) },
	{ "slb_connection_size_bytes", "Memory that a connection takes.", SLBD_OF_MODULE,
	  .series = { { "family=\"ipv4\"", SLB_A_INFO_CONN_BYTES4 },
		      { "family=\"ipv6\"", SLB_A_INFO_CONN_BYTES6 } } },
	MODULE("slb_objects_created_total", SLBD_COUNTER, CREATED,
	       "Services, servers, local addresses, lease maps and connections ever made."),
	MODULE("slb_objects_destroyed_total", SLBD_COUNTER, DESTROYED, "Those of them that were freed."),
	{ "slb_dropped_packets_total", "Packets that were dropped or refused, by reason.",
	  SLBD_OF_DROP, SLBD_COUNTER, ONE(0) },

	{ "slb_service_info", "A service: its name, group, pool, limit and scheduler.",
	  SLBD_OF_SVC_INFO, ONE(0) },
	{ "slb_service_enabled", "Whether the service takes new connections.", SLBD_OF_SVC,
	  ONE(SLBD_SVC_ENABLED) },
	{ "slb_service_servers", "Servers of the service.", SLBD_OF_SVC, ONE(SLBD_SVC_SERVERS) },
	{ "slb_service_connections", "Connections in every state.", SLBD_OF_SVC,
	  ONE(SLBD_SVC_CONNS) },
	{ "slb_service_connections_total", "Connections opened.", SLBD_OF_SVC, SLBD_COUNTER,
	  ONE(SLB_A_STATS_CONNS) },
	{ "slb_service_packets_total", "Packets from clients (in) and from servers (out).",
	  SLBD_OF_SVC, SLBD_COUNTER, BOTH_WAYS(SLB_A_STATS_IN_PKTS, SLB_A_STATS_OUT_PKTS) },
	{ "slb_service_bytes_total", "Bytes of those packets, layer 3.", SLBD_OF_SVC, SLBD_COUNTER,
	  BOTH_WAYS(SLB_A_STATS_IN_BYTES, SLB_A_STATS_OUT_BYTES) },
	{ "slb_service_resets_total", "Established connections that were reset, by whom.",
	  SLBD_OF_SVC, SLBD_COUNTER, RESETS },
	{ "slb_service_syn_unanswered_total", "SYNs that no server answered.", SLBD_OF_SVC,
	  SLBD_COUNTER, ONE(SLB_A_STATS_SYN_UNANSWERED) },
	{ "slb_service_syn_refused_total", "SYNs that a server answered by a RST.", SLBD_OF_SVC,
	  SLBD_COUNTER, ONE(SLB_A_STATS_SYN_RESET) },
	{ "slb_service_denied_packets_total", "Packets of clients that an access list keeps out.",
	  SLBD_OF_SVC, SLBD_COUNTER, ONE(SLB_A_STATS_DENIED_PKTS) },
	{ "slb_service_denied_bytes_total", "Bytes of those packets, layer 3.", SLBD_OF_SVC,
	  SLBD_COUNTER, ONE(SLB_A_STATS_DENIED_BYTES) },
	{ "slb_service_refused_connections_total", "Connections that a limit refused.", SLBD_OF_SVC,
	  SLBD_COUNTER,
	  .series = { { "limit=\"conns\"", SLB_A_STATS_LIMIT_CONNS },
		      { "limit=\"rate\"", SLB_A_STATS_LIMIT_RATE },
		      { "limit=\"client\"", SLB_A_STATS_LIMIT_CLIENT },
		      { "limit=\"server\"", SLB_A_STATS_LIMIT_SERVER } } },
	{ "slb_service_limited_packets_total", "Packets dropped because of the service's bandwidth.",
	  SLBD_OF_SVC, SLBD_COUNTER, BOTH_WAYS(SLB_A_STATS_IN_LIMITED, SLB_A_STATS_OUT_LIMITED) },
	{ "slb_service_max_connections", "Most connections allowed, where there is such a limit.",
	  SLBD_OF_SVC, ONE(SLBD_SVC_MAX_CONNS) },
	{ "slb_service_max_rate", "Most new connections a second allowed, where there is such a limit.",
	  SLBD_OF_SVC, ONE(SLBD_SVC_MAX_RATE) },

	{ "slb_server_info", "A server: its name, forwarding mode and state.", SLBD_OF_SRV_INFO,
	  ONE(0) },
	{ "slb_server_up", "Whether the server is healthy: neither down nor unproved.", SLBD_OF_SRV,
	  ONE(SLBD_SRV_UP) },
	{ "slb_server_weight", "The server's weight.", SLBD_OF_SRV, ONE(SLBD_SRV_WEIGHT) },
	{ "slb_server_connections", "Connections: established ones and UDP flows (active), and others.",
	  SLBD_OF_SRV,
	  .series = { { "state=\"active\"", SLBD_SRV_ACTIVE },
		      { "state=\"inactive\"", SLBD_SRV_INACTIVE } } },
	{ "slb_server_connections_total", "Connections opened.", SLBD_OF_SRV, SLBD_COUNTER,
	  ONE(SLB_A_STATS_CONNS) },
	{ "slb_server_packets_total", "Packets to the server (in) and from it (out).", SLBD_OF_SRV,
	  SLBD_COUNTER, BOTH_WAYS(SLB_A_STATS_IN_PKTS, SLB_A_STATS_OUT_PKTS) },
	{ "slb_server_bytes_total", "Bytes of those packets, layer 3.", SLBD_OF_SRV, SLBD_COUNTER,
	  BOTH_WAYS(SLB_A_STATS_IN_BYTES, SLB_A_STATS_OUT_BYTES) },
	{ "slb_server_resets_total", "Established connections that were reset, by whom.",
	  SLBD_OF_SRV, SLBD_COUNTER, RESETS },
	{ "slb_server_syn_unanswered_total", "SYNs that the server did not answer.", SLBD_OF_SRV,
	  SLBD_COUNTER, ONE(SLB_A_STATS_SYN_UNANSWERED) },
	{ "slb_server_syn_refused_total", "SYNs that the server answered by a RST.", SLBD_OF_SRV,
	  SLBD_COUNTER, ONE(SLB_A_STATS_SYN_RESET) },
	{ "slb_server_refused_connections_total", "Connections that a limit of the server kept away.",
	  SLBD_OF_SRV, SLBD_COUNTER,
	  .series = { { "limit=\"conns\"", SLB_A_STATS_LIMIT_CONNS },
		      { "limit=\"rate\"", SLB_A_STATS_LIMIT_RATE } } },
	{ "slb_server_max_connections", "Most connections allowed, where there is such a limit.",
	  SLBD_OF_SRV, ONE(SLBD_SRV_MAX_CONNS) },

	{ "slb_laddr_ports", "Ports that may be in use towards each server.", SLBD_OF_LADDR,
	  ONE(SLBD_LADDR_PORTS) },
	{ "slb_laddr_leases", "Ports in use, towards all servers together.", SLBD_OF_LADDR,
	  ONE(SLBD_LADDR_LEASES) },
	{ "slb_laddr_exhausted_total", "Connections refused for want of a port.", SLBD_OF_LADDR,
	  SLBD_COUNTER, ONE(SLBD_LADDR_EXHAUSTED) },
	{ "slb_laddr_reclaimed_total", "Ports taken back from closing or unanswered connections.",
	  SLBD_OF_LADDR, SLBD_COUNTER, ONE(SLBD_LADDR_RECLAIMED) },

	{ "slb_limit_connections", "Connections that the named limit counts.", SLBD_OF_LIMIT,
	  ONE(SLBD_LIMIT_NOW) },
	{ "slb_limit_max_connections", "Most connections it allows, if it limits them.", SLBD_OF_LIMIT,
	  ONE(SLBD_LIMIT_MAX_CONNS) },
	{ "slb_limit_max_rate", "Most new connections a second it allows, if it limits them.",
	  SLBD_OF_LIMIT, ONE(SLBD_LIMIT_MAX_RATE) },
	{ "slb_limit_refused_connections_total", "Connections that it refused.", SLBD_OF_LIMIT,
	  SLBD_COUNTER,
	  .series = { { "reason=\"conns\"", SLBD_LIMIT_REFUSED_CONNS },
		      { "reason=\"rate\"", SLBD_LIMIT_REFUSED_RATE } } },

	{ "slb_check_results_total",
	  "Checks of the server by result; unknown is slbd's own trouble and counts neither way.",
	  SLBD_OF_CHECK, SLBD_COUNTER,
	  .series = { { "result=\"ok\"", SLBD_CHECK_OK }, { "result=\"failed\"", SLBD_CHECK_FAILED },
		      { "result=\"unknown\"", SLBD_CHECK_UNKNOWN } } },
	{ "slb_check_last_duration_seconds", "How long the last check of the server took.",
	  SLBD_OF_CHECK, .micro = true, ONE(SLBD_CHECK_TOOK) },
	{ "slb_check_duration_seconds", "How long checks took, of all servers of a service or group.",
	  SLBD_OF_OWNER, SLBD_HISTOGRAM, true },

	SELF("slb_checks", SLBD_GAUGE, SLBD_SELF_CHECKS, "Different checks that slbd makes."),
	SELF("slb_checks_running", SLBD_GAUGE, SLBD_SELF_RUNNING, "Checks that are under way."),
	{ "slb_collect_duration_seconds", "How long it took to collect these numbers.", SLBD_OF_SELF,
	  .micro = true, ONE(SLBD_SELF_COLLECT) },
	{ "process_cpu_seconds_total", "Processor time that slbd has used.", SLBD_OF_SELF,
	  SLBD_COUNTER, true, ONE(SLBD_SELF_CPU) },
	SELF("process_resident_memory_bytes", SLBD_GAUGE, SLBD_SELF_MEMORY, "Memory that slbd has."),
	SELF("process_start_time_seconds", SLBD_GAUGE, SLBD_SELF_START,
	     "When slbd was started, since 1970."),
};

#define SLBD_METRICS	MNL_ARRAY_SIZE(slbd_metrics)

/**
 * struct slbd_reader - how much of a snap was read as text
 * @snap: the snap, one reference
 * @family: the family that is written
 * @count: it, if it is one of the namespace's counters
 * @name: its name then
 * @row: the next one of its class
 * @begun: its first lines are written
 * @text: what is not read yet
 * @at: where that begins
 * @len: where it ends
 * @room: bytes that fit
 */
struct slbd_reader {
	struct slbd_snap	*snap;
	size_t			family;
	struct slbd_metric	count;
	char			name[SLBD_METRIC_NAME];
	size_t			row;
	bool			begun;
	char			*text;
	size_t			at;
	size_t			len;
	size_t			room;
};

/**
 * slbd_reader_new() - read a snap as text
 * @snap: the snap
 *
 * Return: the reader, at its beginning.
 */
struct slbd_reader *slbd_reader_new(struct slbd_snap *snap)
{
	struct slbd_reader *reader = slb_mem_grow(NULL, sizeof(*reader));

	memset(reader, 0, sizeof(*reader));
	reader->snap = snap;
	snap->refs++;
	return reader;
}

/**
 * slbd_reader_free() - that was enough
 * @reader: the reader
 */
void slbd_reader_free(struct slbd_reader *reader)
{
	slbd_snap_put(reader->snap);
	free(reader->text);
	free(reader);
}

/* The counters of the namespace are named and explained by the specification of the family. */
static const struct slbd_metric *slbd_reader_count(struct slbd_reader *reader, unsigned int count)
{
	char *c;

	snprintf(reader->name, sizeof(reader->name), "slb_%s_total", slb_count_names[count].name);
	for (c = reader->name; *c; c++)
		if (*c == '-')
			*c = '_';
	reader->count = (struct slbd_metric) {
		.name = reader->name, .help = slb_count_names[count].text, .class = SLBD_OF_COUNT,
		.type = SLBD_COUNTER, ONE(count),
	};
	return &reader->count;
}

static const struct slbd_metric *slbd_reader_family(struct slbd_reader *reader)
{
	if (reader->family < SLBD_METRICS)
		return &slbd_metrics[reader->family];
	if (reader->family < SLBD_METRICS + SLB_COUNT_COUNT)
		return slbd_reader_count(reader, reader->family - SLBD_METRICS);
	return NULL;
}

static char *slbd_reader_room(struct slbd_reader *reader, size_t more)
{
	if (reader->room - reader->len < more) {
		reader->room = 2 * reader->room + more;
		reader->text = slb_mem_grow(reader->text, reader->room);
	}
	return reader->text + reader->len;
}

static void slbd_reader_head(struct slbd_reader *reader, const struct slbd_metric *family)
{
	static const char *const types[] = {
		[SLBD_GAUGE] = "gauge", [SLBD_COUNTER] = "counter", [SLBD_HISTOGRAM] = "histogram",
	};
	size_t more = strlen(family->help) + 2 * SLBD_READER_LINE;
	char *to = slbd_reader_room(reader, more);

	reader->len += snprintf(to, more, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
				family->name, types[family->type]);
}

/* One line; @suffix is of the name, @extra further labels. */
static void slbd_reader_line(struct slbd_reader *reader, const struct slbd_metric *family,
			     const char *label, const char *suffix, const char *extra,
			     __u64 value, bool micro)
{
	size_t more = SLBD_READER_LINE + strlen(label) + strlen(extra);
	bool some = *label || *extra;
	char *to;

	if (value == SLBD_NO_VALUE)
		return;
	to = slbd_reader_room(reader, more);
	reader->len += snprintf(to, more, "%s%s%s%s%s%s%s ", family->name, suffix, some ? "{" : "",
				label, *label && *extra ? "," : "", extra, some ? "}" : "");
	to = slbd_reader_room(reader, SLBD_READER_LINE);
	reader->len += micro ? sprintf(to, "%" PRIu64 ".%06" PRIu64 "\n", (uint64_t)value / 1000000,
				       (uint64_t)value % 1000000)
			     : sprintf(to, "%" PRIu64 "\n", (uint64_t)value);
}

static void slbd_reader_histogram(struct slbd_reader *reader, const struct slbd_metric *family,
				  const char *label, const __u64 *value)
{
	char extra[32];
	unsigned int i;

	for (i = 0; i < SLBD_TALLY_BOUNDS; i++) {
		snprintf(extra, sizeof(extra), "le=\"%s\"", slbd_tally_bound[i]);
		slbd_reader_line(reader, family, label, "_bucket", extra,
				 value[SLBD_OWNER_BUCKET + i], false);
	}
	slbd_reader_line(reader, family, label, "_bucket", "le=\"+Inf\"", value[SLBD_OWNER_COUNT], false);
	slbd_reader_line(reader, family, label, "_sum", "", value[SLBD_OWNER_SUM], family->micro);
	slbd_reader_line(reader, family, label, "_count", "", value[SLBD_OWNER_COUNT], false);
}

static void slbd_reader_row(struct slbd_reader *reader, const struct slbd_metric *family)
{
	const struct slbd_rows *rows = &reader->snap->rows[family->class];
	const __u64 *value = rows->value + reader->row * slbd_snap_values(family->class);
	const char *label = reader->snap->label + rows->label[reader->row];
	unsigned int i;

	if (family->type == SLBD_HISTOGRAM)
		slbd_reader_histogram(reader, family, label, value);
	for (i = 0; i < SLBD_METRIC_SERIES && family->series[i].label; i++)
		slbd_reader_line(reader, family, label, "", family->series[i].label,
				 value[family->series[i].value], family->micro);
	reader->row++;
}

/* Some more lines; false at the end. */
static bool slbd_reader_more(struct slbd_reader *reader)
{
	const struct slbd_metric *family = slbd_reader_family(reader);

	if (!family)
		return false;
	if (!reader->begun) {
		slbd_reader_head(reader, family);
		reader->begun = true;
	} else if (reader->row < reader->snap->rows[family->class].count) {
		slbd_reader_row(reader, family);
	} else {
		reader->family++;
		reader->row = 0;
		reader->begun = false;
	}
	return true;
}

/**
 * slbd_reader_read() - go on with the text
 * @reader: the reader
 * @buf: result
 * @max: bytes that fit, at least 1
 *
 * Return: bytes written; 0 at the end.
 */
size_t slbd_reader_read(struct slbd_reader *reader, char *buf, size_t max)
{
	size_t len;

	if (reader->at) {
		memmove(reader->text, reader->text + reader->at, reader->len - reader->at);
		reader->len -= reader->at;
		reader->at = 0;
	}
	while (reader->len < max && slbd_reader_more(reader))
		;
	len = reader->len < max ? reader->len : max;
	memcpy(buf, reader->text, len);
	reader->at = len;
	return len;
}
