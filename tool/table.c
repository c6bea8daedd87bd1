// SPDX-License-Identifier: GPL-2.0-only
/* The tables of commands and options. */
#include "conf.h"
#include "list.h"
#include "object.h"

#define SVC	(SLB_DO(SLB_DO_SVC_ADD) | SLB_DO(SLB_DO_SVC_EDIT))
#define SRV	(SLB_DO(SLB_DO_SRV_ADD) | SLB_DO(SLB_DO_SRV_EDIT))
#define SVCS	(SVC | SLB_DO(SLB_DO_SVC_DEL))
#define SRVS	(SRV | SLB_DO(SLB_DO_SRV_DEL))
#define LADDR	(SLB_DO(SLB_DO_LADDR_ADD) | SLB_DO(SLB_DO_LADDR_EDIT))
#define LADDRS	(LADDR | SLB_DO(SLB_DO_LADDR_DEL))
#define LIST	SLB_DO(SLB_DO_LIST)
#define LOCALS	SLB_DO(SLB_DO_LADDR_LIST)
#define ZERO	SLB_DO(SLB_DO_ZERO)
#define SAVE	SLB_DO(SLB_DO_SAVE)
#define KILL	SLB_DO(SLB_DO_KILL)
#define SYNC	SLB_DO(SLB_DO_SYNC)
#define EXPLAIN	SLB_DO(SLB_DO_EXPLAIN)
#define MONITOR	SLB_DO(SLB_DO_MONITOR)
#define RESTORE	SLB_DO(SLB_DO_RESTORE)
#define ACL_GIVES	(SLB_DO(SLB_DO_ACL_ADD) | SLB_DO(SLB_DO_ACL_EDIT) | SLB_DO(SLB_DO_ACL_EXTEND) | \
			 SLB_DO(SLB_DO_ACL_SHRINK))
#define ACL_CHANGES	(ACL_GIVES & ~SLB_DO(SLB_DO_ACL_ADD))
#define ACL_MODES	(SLB_DO(SLB_DO_ACL_ADD) | SLB_DO(SLB_DO_ACL_EDIT))
#define ACLS	SLB_DO(SLB_DO_ACL_LIST)
#define FORGET	SLB_DO(SLB_DO_PERSIST_FLUSH)
#define GROUP	(SLB_DO(SLB_DO_GROUP_ADD) | SLB_DO(SLB_DO_GROUP_EDIT))
#define GROUPS	(GROUP | SLB_DO(SLB_DO_GROUP_DEL))
#define LIMIT	(SLB_DO(SLB_DO_LIMIT_ADD) | SLB_DO(SLB_DO_LIMIT_EDIT))
#define LIMITS	(LIMIT | SLB_DO(SLB_DO_LIMIT_DEL))
#define CHANGES	(LIMITS | FORGET | SVCS | GROUPS | SRVS | LADDRS | ACL_GIVES | SLB_DO(SLB_DO_ACL_DEL) | \
		 ZERO | SLB_DO(SLB_DO_CLEAR) | SLB_DO(SLB_DO_SET) | RESTORE | SYNC)
#define VIEWS	(LIST | LOCALS | ACLS | SLB_DO(SLB_DO_LIMIT_LIST) | SLB_DO(SLB_DO_SET) | \
		 SLB_DO(SLB_DO_INFO) | SLB_DO(SLB_DO_VERSION) | SLB_DO(SLB_DO_TOA) | KILL | \
		 MONITOR | EXPLAIN)

#define NEED_SVC	SLB_SLOT(SLB_SLOT_SERVICE)
#define NEED_SRV	SLB_SLOT(SLB_SLOT_SERVER)
#define NEED_LOCAL	SLB_SLOT(SLB_SLOT_LOCAL)

/* More than any line has. */
#define ACL_WORDS(_word)	.word = (_word), .words = 0x7fffffff, .word_slot = SLB_SLOTS

const struct slb_command slb_commands[] = {
	{ .id = SLB_DO_SVC_ADD, .letter = 'A', .name = "add-service", .dashes = "--",
	  .object = &slb_object_svc, .act = SLB_ACT_ADD, .verb = "add service",
	  .must = NEED_SVC, .help = "add a service", .batch = true },
	{ .id = SLB_DO_SVC_EDIT, .letter = 'E', .name = "edit-service", .dashes = "--",
	  .object = &slb_object_svc, .act = SLB_ACT_EDIT, .verb = "edit service",
	  .must = NEED_SVC, .help = "change a service in what is given", .batch = true },
	{ .id = SLB_DO_SVC_DEL, .letter = 'D', .name = "delete-service", .dashes = "--",
	  .object = &slb_object_svc, .act = SLB_ACT_DEL, .verb = "delete service",
	  .must = NEED_SVC, .help = "delete a service and reset its connections",
	  .batch = true },
	{ .id = SLB_DO_SRV_ADD, .letter = 'a', .name = "add-server", .dashes = "--",
	  .object = &slb_object_srv, .act = SLB_ACT_ADD, .verb = "add server",
	  .must = NEED_SRV, .help = "add a server to a service or group", .batch = true },
	{ .id = SLB_DO_SRV_EDIT, .letter = 'e', .name = "edit-server", .dashes = "--",
	  .object = &slb_object_srv, .act = SLB_ACT_EDIT, .verb = "edit server",
	  .must = NEED_SRV, .help = "change a server in what is given", .batch = true },
	{ .id = SLB_DO_SRV_DEL, .letter = 'd', .name = "delete-server", .dashes = "--",
	  .object = &slb_object_srv, .act = SLB_ACT_DEL, .verb = "delete server",
	  .must = NEED_SRV, .help = "delete a server and reset its connections",
	  .batch = true },
	{ .id = SLB_DO_GROUP_ADD, .name = "add-group", .dashes = "--",
	  .object = &slb_object_group, .act = SLB_ACT_ADD, .verb = "add group",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "add a named group of servers, for services to share", .batch = true },
	{ .id = SLB_DO_GROUP_EDIT, .name = "edit-group", .dashes = "--",
	  .object = &slb_object_group, .act = SLB_ACT_EDIT, .verb = "edit group",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "change a group in what is given", .batch = true },
	{ .id = SLB_DO_GROUP_DEL, .name = "delete-group", .dashes = "--",
	  .object = &slb_object_group, .act = SLB_ACT_DEL, .verb = "delete group",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "delete a group that no service uses, and its servers", .batch = true },
	{ .id = SLB_DO_LADDR_ADD, .letter = 'P', .name = "add-laddr", .dashes = "--",
	  .object = &slb_object_laddr, .act = SLB_ACT_ADD, .verb = "add local address",
	  .must = NEED_LOCAL, .word = "ADDR", .words = 1, .word_slot = SLB_SLOT_LOCAL,
	  .help = "add a local address, the source of fullNAT towards servers", .batch = true },
	{ .id = SLB_DO_LADDR_EDIT, .name = "edit-laddr", .dashes = "--",
	  .object = &slb_object_laddr, .act = SLB_ACT_EDIT, .verb = "edit local address",
	  .must = NEED_LOCAL, .word = "ADDR", .words = 1, .word_slot = SLB_SLOT_LOCAL,
	  .help = "change a local address in what is given", .batch = true },
	{ .id = SLB_DO_LADDR_DEL, .letter = 'Q', .name = "del-laddr", .dashes = "--",
	  .object = &slb_object_laddr, .act = SLB_ACT_DEL, .verb = "delete local address",
	  .must = NEED_LOCAL, .word = "ADDR", .words = 1, .word_slot = SLB_SLOT_LOCAL,
	  .help = "delete a local address; its connections go on to their end", .batch = true },
	{ .id = SLB_DO_LADDR_LIST, .letter = 'G', .name = "get-laddr", .dashes = "--",
	  .object = &slb_object_laddr, .view = slb_list_laddrs,
	  .help = "list the local addresses with their leases" },
	{ .id = SLB_DO_ACL_ADD, .name = "add-acl", .dashes = "--",
	  .object = &slb_object_acl, .act = SLB_ACT_ADD, .verb = "add access list",
	  .must = SLB_SLOT(SLB_SLOT_ACL_MODE), ACL_WORDS("NAME [PREFIX]..."),
	  .help = "add an access list, whose members pass (--allow) or do not (--deny)",
	  .batch = true },
	{ .id = SLB_DO_ACL_EDIT, .name = "edit-acl", .dashes = "--",
	  .object = &slb_object_acl, .act = SLB_ACT_EDIT, .verb = "edit access list",
	  ACL_WORDS("NAME [PREFIX]..."),
	  .help = "change an access list; prefixes that are given replace all it has",
	  .batch = true },
	{ .id = SLB_DO_ACL_EXTEND, .name = "extend-acl", .dashes = "--",
	  .object = &slb_object_acl, .act = SLB_ACT_EDIT, .verb = "extend access list",
	  ACL_WORDS("NAME [PREFIX]..."), .help = "add prefixes to an access list", .batch = true },
	{ .id = SLB_DO_ACL_SHRINK, .name = "shrink-acl", .dashes = "--",
	  .object = &slb_object_acl, .act = SLB_ACT_EDIT, .verb = "shrink access list",
	  ACL_WORDS("NAME [PREFIX]..."), .help = "take prefixes out of an access list",
	  .batch = true },
	{ .id = SLB_DO_ACL_DEL, .name = "del-acl", .dashes = "--",
	  .object = &slb_object_acl, .act = SLB_ACT_DEL, .verb = "delete access list",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "delete an access list that no service uses", .batch = true },
	{ .id = SLB_DO_ACL_LIST, .name = "get-acl", .dashes = "--",
	  .object = &slb_object_acls, .view = slb_list_acls, .word = "[NAME]", .words = 1,
	  .word_slot = SLB_SLOTS, .help = "list the access lists" },
	{ .id = SLB_DO_LIMIT_ADD, .name = "add-limit", .dashes = "--",
	  .object = &slb_object_limit, .act = SLB_ACT_ADD, .verb = "add limit",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "add a limit that services share", .batch = true },
	{ .id = SLB_DO_LIMIT_EDIT, .name = "edit-limit", .dashes = "--",
	  .object = &slb_object_limit, .act = SLB_ACT_EDIT, .verb = "edit limit",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "change a limit in what is given", .batch = true },
	{ .id = SLB_DO_LIMIT_DEL, .name = "del-limit", .dashes = "--",
	  .object = &slb_object_limit, .act = SLB_ACT_DEL, .verb = "delete limit",
	  .word = "NAME", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "delete a limit that no service uses", .batch = true },
	{ .id = SLB_DO_LIMIT_LIST, .name = "list-limits", .dashes = "--",
	  .object = &slb_object_limit, .view = slb_list_limits,
	  .help = "list the limits that services share, and what they count" },
	{ .id = SLB_DO_LIST, .letter = 'L', .name = "list", .dashes = "--",
	  .object = &slb_object_conns, .verb = "list", .view = slb_list,
	  .help = "list services and servers, or connections" },
	{ .id = SLB_DO_LIST, .letter = 'l', .name = "list", .dashes = "--",
	  .object = &slb_object_conns, .verb = "list", .view = slb_list },
	{ .id = SLB_DO_PERSIST_FLUSH, .name = "flush-persistence", .dashes = "--",
	  .object = &slb_object_persist, .act = SLB_ACT_NONE,
	  .help = "forget what persistence remembers; connections go on", .batch = true },
	{ .id = SLB_DO_ZERO, .letter = 'Z', .name = "zero", .dashes = "--",
	  .object = &slb_object_all, .verb = "zero",
	  .help = "set the counters of a service, or all, to zero", .batch = true },
	{ .id = SLB_DO_CLEAR, .letter = 'C', .name = "clear", .dashes = "--",
	  .object = &slb_object_all,
	  .help = "delete all services, groups, access lists, local addresses and named limits", .batch = true },
	{ .id = SLB_DO_SAVE, .letter = 'S', .name = "save", .dashes = "--",
	  .view = slb_conf_save,
	  .help = "print the configuration, one command in a line" },
	{ .id = SLB_DO_RESTORE, .letter = 'R', .name = "restore", .dashes = "--",
	  .run = slb_conf_restore,
	  .word = "[FILE]", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "execute the commands of a file or of the standard input" },
	{ .id = SLB_DO_SYNC, .name = "sync", .dashes = "--", .run = slb_sync,
	  .word = "[FILE]", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "make the configuration what a file says, touching only what differs" },
	{ .id = SLB_DO_CHECK, .name = "check", .dashes = "--", .run = slb_sync,
	  .word = "[FILE]", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "print what --sync would change; status 1 if anything" },
	{ .id = SLB_DO_SET, .name = "set", .dashes = "--",
	  .object = &slb_object_set, .view = slb_list_settings, .word = "[KEY=VALUE]...",
	  .words = 1000, .word_slot = SLB_SLOTS,
	  .help = "change settings; without any, print all", .batch = true },
	{ .id = SLB_DO_SET, .name = "settings", .dashes = "--",
	  .object = &slb_object_set, .view = slb_list_settings, .word = "[KEY=VALUE]...",
	  .words = 1000, .word_slot = SLB_SLOTS, .batch = true },
	{ .id = SLB_DO_KILL, .name = "kill", .dashes = "",
	  .object = &slb_object_conns, .verb = "kill connections of", .view = slb_kill,
	  .help = "end the connections that match, with a reset to both ends" },
	{ .id = SLB_DO_EXPLAIN, .name = "explain", .dashes = "", .object = &slb_object_explain,
	  .view = slb_explain, .word = "CLIENT[:PORT]", .words = 2, .word_slot = SLB_SLOTS,
	  .help = "say which server a new connection would get, and why" },
	{ .id = SLB_DO_MONITOR, .name = "monitor", .dashes = "", .run = slb_monitor,
	  .help = "print changes of the configuration, or connections, as they happen" },
	{ .id = SLB_DO_INFO, .name = "info", .dashes = "",
	  .view = slb_list_info,
	  .help = "print the module's limits and its live objects" },
	{ .id = SLB_DO_VERSION, .name = "version", .dashes = "--",
	  .run = slb_main_version,
	  .help = "print the versions of module and tool" },
	{ .id = SLB_DO_TOA, .name = "toa", .dashes = "",
	  .run = slb_toa_run, .word = "[VERB [WORD]...]",
	  .words = 1100, .word_slot = SLB_SLOTS,
	  .help = "look at or change the receiver of client addresses on a server" },
	{ .id = SLB_DO_HELP, .letter = 'h', .name = "help", .dashes = "--",
	  .run = slb_help_run, .word = "[COMMAND]",
	  .words = 1, .word_slot = SLB_SLOTS, .help = "print help, about one command if given" },
	{}
};

/* An option whose presence says all. */
#define FLAG(_letter, _name, _slot, _may, _help) \
	{ .letter = (_letter), .name = (_name), .slot = SLB_SLOT_##_slot, .may = (_may), \
	  .help = (_help) }

/* An option that has an argument or makes a choice. */
#define OPT(_letter, _name, _arg, _slot, _may, _parse, _help) \
	{ .letter = (_letter), .name = (_name), .arg = (_arg), .slot = SLB_SLOT_##_slot, \
	  .may = (_may), .parse = slb_arg_##_parse, .help = (_help) }

/* An option of ipvsadm that there is not. */
#define NOT(_letter, _name, _arg, _may, _why) \
	{ .letter = (_letter), .name = (_name), .arg = (_arg), .slot = SLB_SLOT_OTHER, \
	  .may = (_may), .refuse = (_why) }


/* Options that -R -b overlooks. */
const char slb_opt_no_routing[] =
	"slb forwards by translation: fullNAT (-b) or nat (-m); -R -b takes all servers as fullNAT";

const struct slb_option slb_options[] = {
	OPT('t', "tcp-service", "ADDR:PORT", SERVICE,
	    SVCS | SRVS | LADDRS | LOCALS | LIST | ZERO | FORGET | KILL | EXPLAIN,
	    service, "TCP service; IPv6 addresses stand in brackets"),
	OPT('u', "udp-service", "ADDR:PORT", SERVICE,
	    SVCS | SRVS | LADDRS | LOCALS | LIST | ZERO | FORGET | KILL | EXPLAIN,
	    service, "UDP service"),
	OPT('r', "real-server", "ADDR[:PORT]", SERVER, SRVS, server,
	    "server; without a port it is the service's"),
	OPT('z', "local-address", "ADDR", LOCAL, LADDRS, local,
	    "the local address, another way to say ADDR; with -t or -u in that service's pool"),
	OPT(0, "vrf", "DEV", VRF,
	    SVCS | SRVS | LADDRS | LIST | ZERO | FORGET | KILL | EXPLAIN, vrf,
	    "VRF device of the service, or of the local address"),
	OPT('s', "scheduler", "METHOD", SCHED, SVC, svc_field,
	    "scheduling method: rr, wrr, wlc (default), lc, sh, sh-port, mh, mh-port, fo or p2c"),
	OPT('b', "sched-flags", "FLAG,...", SCHED_FLAGS, SVC, sched_flags,
	    "with -s sh: sh-port, sh-fallback; with -s mh: mh-port, mh-fallback"),
	OPT(0, "group", "NAME", GROUP, SVC, group,
	    "use this named group of servers; the empty name is the service's own"),
	OPT(0, "group", "NAME", GROUP, SRVS, group, "server of this named group"),
	OPT(0, "group", "NAME", GROUP, LIST, group, "list this named group"),
	OPT(0, "proto", "tcp|udp", PROTO, GROUP, proto,
	    "protocol of the group's servers (default tcp)"),
	OPT('s', "scheduler", "METHOD", SCHED, GROUP, group_field,
	    "scheduling method: rr, wrr, wlc (default), lc, sh, sh-port, mh, mh-port, fo or p2c"),
	OPT(0, "enable", NULL, ENABLED, SVC, enabled, "take new connections (default)"),
	OPT(0, "disable", NULL, ENABLED, SVC, enabled, "refuse new connections, keep the old"),
	OPT(0, "toa", "on|off", TOA, SVC, svc_field,
	    "tell the servers the client's address in a TCP option (default on)"),
	OPT(0, "toa-kind", "N", TOA_KIND, SVC, svc_field, "kind of that option (default 254)"),
	OPT(0, "timestamps", "translate|remove|keep", TIMESTAMPS, SVC, svc_field,
	    "what becomes of TCP timestamps (default translate)"),
	OPT(0, "unknown", "reset|drop|pass", UNKNOWN, SVC, svc_field,
	    "answer to TCP packets that fit no connection (default reset)"),
	OPT(0, "idle", "SECONDS", IDLE, SVC, svc_field,
	    "idle time of connections, 10-4000 s; 0 takes the one of --set"),
	OPT(0, "timeout", "STATE=SECONDS,...", TIMEOUTS, SVC, timeouts,
	    "timeouts by state; 0 takes the one of --set"),
	OPT(0, "pool", "NAME", POOL, SVC | LADDRS | LOCALS, pool,
	    "pool of local addresses (default: the one without a name)"),
	OPT(0, "no-persist", NULL, PERSIST, SVC, persist, "each connection chooses anew (default)"),
	{ .letter = 'p', .name = "persistent", .arg = "[SECONDS]", .maybe = true,
	  .slot = SLB_SLOT_PERSIST, .may = SVC, .parse = slb_arg_persist,
	  .help = "a client's next connection goes to the server of its last, for 1-86400 s (300)" },
	OPT('M', "netmask", "MASK|BITS", NETMASK, SVC, netmask,
	    "how much of the client's address counts for that (default all)"),
	OPT(0, "no-acl", NULL, ACL, SVC, acl, "no access list (default)"),
	OPT(0, "acl", "NAME[,NAME]", ACL, SVC, acl,
	    "access lists: one that allows, one that denies, or both; who is denied gets no answer"),
	FLAG(0, "purge", PURGE, SLB_DO(SLB_DO_SVC_EDIT) | ACL_CHANGES,
	     "reset the connections of clients that access lists now keep out"),
	OPT(0, "allow", NULL, ACL_MODE, ACL_MODES, acl_mode, "members of the list pass, nobody else"),
	OPT(0, "deny", NULL, ACL_MODE, ACL_MODES, acl_mode, "members of the list do not pass"),
	OPT(0, "file", "FILE", FILE, ACL_GIVES, file,
	    "prefixes from a file, or from the standard input (-); # begins a comment"),
	FLAG(0, "entries", ENTRIES, ACLS, "list the prefixes too"),
	OPT('b', "fullnat", NULL, FORWARD, SRV, forward,
	    "translate both addresses and ports (default)"),
	OPT('m', "masquerading", NULL, FORWARD, SRV, forward,
	    "nat: keep the client's address; the server's route leads back through here"),
	OPT('w', "weight", "WEIGHT", WEIGHT, SRV, weight,
	    "share of new connections, 0-65535 (default 1); 0 takes none"),
	OPT(0, "max-conns", "N", MAX_CONNS, SVC | LIMIT, lim,
	    "most connections at a time, such as 5000 or 1M; 0 is no limit (default)"),
	OPT('x', "u-threshold", "N", MAX_CONNS, SRV, lim,
	    "most connections at a time; 0 is no limit (default)"),
	OPT('y', "l-threshold", "N", CONNS_LOW, SRV, lim,
	    "a server that had its most takes new ones below this (default 3/4 of it)"),
	OPT(0, "max-rate", "N", MAX_RATE, SVC | SRV | LIMIT, lim,
	    "most new connections a second; 0 is no limit (default)"),
	OPT(0, "profile", "5k|50k|100k|200k|500k|1M", PROFILE, SVC | LIMIT, profile,
	    "--max-conns and --max-rate, by the usual pairs"),
	OPT(0, "limit", "NAME", LIMIT, SVC, limit,
	    "a limit that the service shares with others; \"\" is none"),
	OPT(0, "client-conns", "N", CLIENT_CONNS, SVC, lim,
	    "most connections at a time of each client prefix; 0 is no limit (default)"),
	OPT(0, "client-rate", "N", CLIENT_RATE, SVC, lim,
	    "most new connections a second of each client prefix; 0 is no limit (default)"),
	OPT(0, "client-prefix4", "LEN", CLIENT_LEN4, SVC, lim,
	    "length of these prefixes, IPv4 (default 32)"),
	OPT(0, "client-prefix6", "LEN", CLIENT_LEN6, SVC, lim,
	    "length of these prefixes, IPv6 (default 64)"),
	OPT(0, "bandwidth-in", "RATE", BANDWIDTH_IN, SVC, lim,
	    "bit/s from clients, such as 10M or 1G; 0 is no limit (default)"),
	OPT(0, "bandwidth-out", "RATE", BANDWIDTH_OUT, SVC, lim,
	    "bit/s from servers; 0 is no limit (default)"),
	OPT(0, "ports", "FIRST-LAST", PORTS, LADDR, ports,
	    "ports to lease (default 1024-60999)"),
	OPT(0, "dedicated", NULL, DEDICATED, LADDR, dedicated,
	    "the host itself does not use the address: lease ip_local_port_range too"),
	OPT(0, "shared", NULL, DEDICATED, LADDR, dedicated,
	    "the host uses the address too (default)"),
	FLAG('c', "connections", CONNS, LIST, "list the connections"),
	FLAG('c', "connections", CONNS, MONITOR, "print connections as they open and end"),
	FLAG('c', "connection", CONNS, LIST, NULL),
	OPT(0, "client", "PREFIX", CLIENT, LIST | FORGET | KILL, client, "only those of clients in this prefix"),
	OPT(0, "server", "ADDR[:PORT]", SERVER, LIST | FORGET | KILL, server, "only those to this server"),
	OPT(0, "state", "NAME", STATE, LIST | KILL, state, "connections in this state"),
	FLAG(0, "all", ALL, KILL, "all connections"),
	FLAG(0, "groups", GROUPS, LIST, "list the named groups with their servers"),
	FLAG(0, "persistence", BONDS, LIST, "list what persistence remembers"),
	FLAG(0, "persistent-conn", BONDS, LIST, NULL),
	FLAG(0, "stats", STATS, LIST, "print counters, and why packets were dropped"),
	FLAG(0, "rate", RATE, LIST, "print what happens in a second"),
	FLAG(0, "share", SHARE, LIST,
	     "print each server's share of weights, new and present connections"),
	{ .name = "watch", .arg = "[SECONDS]", .maybe = true, .slot = SLB_SLOT_WATCH, .may = LIST,
	  .parse = slb_arg_watch, .help = "list again every so many seconds (default 2)" },
	FLAG(0, "exact", EXACT, LIST, "do not shorten large numbers"),
	FLAG(0, "timeout", TIMEOUTS, LIST, "print the timeouts"),
	FLAG('n', "numeric", NUMERIC, LIST | LOCALS | SAVE | EXPLAIN,
	     "print numbers, not names of hosts and ports"),
	FLAG(0, "json", JSON, VIEWS, "print JSON"),
	FLAG('b', "fullnat", FORWARD, RESTORE | SYNC | SLB_DO(SLB_DO_CHECK),
	     "take every server as fullNAT, also with -g, -i, -m"),
	FLAG(0, "dry-run", DRY_RUN, CHANGES, "say what would be done, and do nothing"),
	NOT('f', "fwmark-service", "FWMARK", SVCS | SRVS | LADDRS | LOCALS | LIST | ZERO,
	    "services by firewall mark are not available in this version"),
	NOT(0, "sctp-service", "ADDR:PORT", SVCS | SRVS | LIST | ZERO,
	    "there are TCP and UDP only"),
	NOT(0, "pe", "ENGINE", SVC, "persistence goes by the client's address only"),
	NOT('o', "ops", NULL, SVC, "one-packet scheduling is not available in this version"),
	NOT('g', "gatewaying", NULL, SRV, slb_opt_no_routing),
	NOT('i', "ipip", NULL, SRV, slb_opt_no_routing),
	NOT(0, "tun-type", "TYPE", SRV, slb_opt_no_routing),
	NOT(0, "tun-port", "PORT", SRV, slb_opt_no_routing),
	NOT(0, "tun-nocsum", NULL, SRV, slb_opt_no_routing),
	NOT(0, "tun-csum", NULL, SRV, slb_opt_no_routing),
	NOT(0, "tun-remcsum", NULL, SRV, slb_opt_no_routing),
	{}
};
