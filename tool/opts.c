// SPDX-License-Identifier: GPL-2.0-only
/* The tables of commands and options, and the parser that follows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "opts.h"

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
#define RESTORE	SLB_DO(SLB_DO_RESTORE)
#define CHANGES	(SVCS | SRVS | LADDRS | ZERO | SLB_DO(SLB_DO_CLEAR) | SLB_DO(SLB_DO_SET) | RESTORE)
#define VIEWS	(LIST | LOCALS | SLB_DO(SLB_DO_SET) | SLB_DO(SLB_DO_INFO) | \
		 SLB_DO(SLB_DO_VERSION) | SLB_DO(SLB_DO_TOA))

#define NEED_SVC	SLB_SLOT(SLB_SLOT_SERVICE)
#define NEED_SRV	(NEED_SVC | SLB_SLOT(SLB_SLOT_SERVER))
#define NEED_LOCAL	SLB_SLOT(SLB_SLOT_LOCAL)

const struct slb_command slb_commands[] = {
	{ .id = SLB_DO_SVC_ADD, .letter = 'A', .name = "add-service", .dashes = "--",
	  .must = NEED_SVC, .help = "add a service", .batch = true },
	{ .id = SLB_DO_SVC_EDIT, .letter = 'E', .name = "edit-service", .dashes = "--",
	  .must = NEED_SVC, .help = "change a service in what is given", .batch = true },
	{ .id = SLB_DO_SVC_DEL, .letter = 'D', .name = "delete-service", .dashes = "--",
	  .must = NEED_SVC, .help = "delete a service and reset its connections",
	  .batch = true },
	{ .id = SLB_DO_SRV_ADD, .letter = 'a', .name = "add-server", .dashes = "--",
	  .must = NEED_SRV, .help = "add a server to a service", .batch = true },
	{ .id = SLB_DO_SRV_EDIT, .letter = 'e', .name = "edit-server", .dashes = "--",
	  .must = NEED_SRV, .help = "change a server in what is given", .batch = true },
	{ .id = SLB_DO_SRV_DEL, .letter = 'd', .name = "delete-server", .dashes = "--",
	  .must = NEED_SRV, .help = "delete a server and reset its connections",
	  .batch = true },
	{ .id = SLB_DO_LADDR_ADD, .letter = 'P', .name = "add-laddr", .dashes = "--",
	  .must = NEED_LOCAL, .word = "ADDR", .words = 1, .word_slot = SLB_SLOT_LOCAL,
	  .help = "add a local address, the source of fullNAT towards servers", .batch = true },
	{ .id = SLB_DO_LADDR_EDIT, .name = "edit-laddr", .dashes = "--", .must = NEED_LOCAL,
	  .word = "ADDR", .words = 1, .word_slot = SLB_SLOT_LOCAL,
	  .help = "change a local address in what is given", .batch = true },
	{ .id = SLB_DO_LADDR_DEL, .letter = 'Q', .name = "del-laddr", .dashes = "--",
	  .must = NEED_LOCAL, .word = "ADDR", .words = 1, .word_slot = SLB_SLOT_LOCAL,
	  .help = "delete a local address; its connections go on to their end", .batch = true },
	{ .id = SLB_DO_LADDR_LIST, .letter = 'G', .name = "get-laddr", .dashes = "--",
	  .help = "list the local addresses with their leases" },
	{ .id = SLB_DO_LIST, .letter = 'L', .name = "list", .dashes = "--",
	  .help = "list services and servers, or connections" },
	{ .id = SLB_DO_LIST, .letter = 'l', .name = "list", .dashes = "--" },
	{ .id = SLB_DO_ZERO, .letter = 'Z', .name = "zero", .dashes = "--",
	  .help = "set the counters of a service, or all, to zero", .batch = true },
	{ .id = SLB_DO_CLEAR, .letter = 'C', .name = "clear", .dashes = "--",
	  .help = "delete all services and local addresses", .batch = true },
	{ .id = SLB_DO_SAVE, .letter = 'S', .name = "save", .dashes = "--",
	  .help = "print the configuration, one command in a line" },
	{ .id = SLB_DO_RESTORE, .letter = 'R', .name = "restore", .dashes = "--",
	  .word = "[FILE]", .words = 1, .word_slot = SLB_SLOTS,
	  .help = "execute the commands of a file or of the standard input" },
	{ .id = SLB_DO_SET, .name = "set", .dashes = "--", .word = "[KEY=VALUE]...",
	  .words = 1000, .word_slot = SLB_SLOTS,
	  .help = "change settings; without any, print all", .batch = true },
	{ .id = SLB_DO_SET, .name = "settings", .dashes = "--", .word = "[KEY=VALUE]...",
	  .words = 1000, .word_slot = SLB_SLOTS, .batch = true },
	{ .id = SLB_DO_INFO, .name = "info", .dashes = "",
	  .help = "print the module's limits and its live objects" },
	{ .id = SLB_DO_VERSION, .name = "version", .dashes = "--",
	  .help = "print the versions of module and tool" },
	{ .id = SLB_DO_TOA, .name = "toa", .dashes = "", .word = "[VERB [WORD]...]",
	  .words = 1100, .word_slot = SLB_SLOTS,
	  .help = "look at or change the receiver of client addresses on a server" },
	{ .id = SLB_DO_HELP, .letter = 'h', .name = "help", .dashes = "--", .word = "[COMMAND]",
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

#define NO_PERSISTENCE	"persistence is not available in this version"
#define NO_THRESHOLD	"connection limits of servers are not available in this version"
#define NO_FLAGS	"no scheduling method of this version has flags"

/* Options that -R -b overlooks. */
static const char slb_no_routing[] =
	"slb forwards by translation: fullNAT (-b) or nat (-m); -R -b takes all servers as fullNAT";

const struct slb_option slb_options[] = {
	OPT('t', "tcp-service", "ADDR:PORT", SERVICE, SVCS | SRVS | LADDRS | LOCALS | LIST | ZERO,
	    service, "TCP service; IPv6 addresses stand in brackets"),
	OPT('u', "udp-service", "ADDR:PORT", SERVICE, SVCS | SRVS | LADDRS | LOCALS | LIST | ZERO,
	    service, "UDP service"),
	OPT('r', "real-server", "ADDR[:PORT]", SERVER, SRVS, server,
	    "server; without a port it is the service's"),
	OPT('z', "local-address", "ADDR", LOCAL, LADDRS, local,
	    "the local address, another way to say ADDR; with -t or -u in that service's pool"),
	OPT(0, "vrf", "DEV", VRF, SVCS | SRVS | LADDRS | LIST | ZERO, vrf,
	    "VRF device of the service, or of the local address"),
	OPT('s', "scheduler", "METHOD", SCHED, SVC, svc_field,
	    "scheduling method: rr, wrr or wlc (default)"),
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
	OPT('b', "fullnat", NULL, FORWARD, SRV, forward,
	    "translate both addresses and ports (default)"),
	OPT('m', "masquerading", NULL, FORWARD, SRV, forward,
	    "nat: keep the client's address; the server's route leads back through here"),
	OPT('w', "weight", "WEIGHT", WEIGHT, SRV, weight,
	    "share of new connections, 0-65535 (default 1); 0 takes none"),
	OPT(0, "ports", "FIRST-LAST", PORTS, LADDR, ports,
	    "ports to lease (default 1024-60999)"),
	OPT(0, "dedicated", NULL, DEDICATED, LADDR, dedicated,
	    "the host itself does not use the address: lease ip_local_port_range too"),
	OPT(0, "shared", NULL, DEDICATED, LADDR, dedicated,
	    "the host uses the address too (default)"),
	FLAG('c', "connections", CONNS, LIST, "list the connections"),
	FLAG('c', "connection", CONNS, LIST, NULL),
	OPT(0, "client", "PREFIX", CLIENT, LIST, client, "connections of clients in this prefix"),
	OPT(0, "server", "ADDR[:PORT]", SERVER, LIST, server, "connections to this server"),
	OPT(0, "state", "NAME", STATE, LIST, state, "connections in this state"),
	FLAG(0, "stats", STATS, LIST, "print counters, and why packets were dropped"),
	FLAG(0, "exact", EXACT, LIST, "do not shorten large numbers"),
	FLAG(0, "timeout", TIMEOUTS, LIST, "print the timeouts"),
	FLAG('n', "numeric", NUMERIC, LIST | LOCALS | SAVE,
	     "print numbers, not names of hosts and ports"),
	FLAG(0, "json", JSON, VIEWS, "print JSON"),
	FLAG('b', "fullnat", FORWARD, RESTORE,
	     "take every server as fullNAT, also with -g, -i, -m"),
	FLAG(0, "dry-run", DRY_RUN, CHANGES, "say what would be done, and do nothing"),
	NOT('f', "fwmark-service", "FWMARK", SVCS | SRVS | LADDRS | LOCALS | LIST | ZERO,
	    "services by firewall mark are not available in this version"),
	NOT(0, "sctp-service", "ADDR:PORT", SVCS | SRVS | LIST | ZERO,
	    "there are TCP and UDP only"),
	NOT('p', "persistent", NULL, SVC, NO_PERSISTENCE),
	NOT('M', "netmask", NULL, SVC, NO_PERSISTENCE),
	NOT(0, "pe", NULL, SVC, NO_PERSISTENCE),
	NOT('o', "ops", NULL, SVC, "one-packet scheduling is not available in this version"),
	NOT('b', "sched-flags", NULL, SVC, NO_FLAGS),
	NOT('x', "u-threshold", NULL, SRV, NO_THRESHOLD),
	NOT('y', "l-threshold", NULL, SRV, NO_THRESHOLD),
	NOT('g', "gatewaying", NULL, SRV, slb_no_routing),
	NOT('i', "ipip", NULL, SRV, slb_no_routing),
	NOT(0, "tun-type", "TYPE", SRV, slb_no_routing),
	NOT(0, "tun-port", "PORT", SRV, slb_no_routing),
	NOT(0, "tun-nocsum", NULL, SRV, slb_no_routing),
	NOT(0, "tun-csum", NULL, SRV, slb_no_routing),
	NOT(0, "tun-remcsum", NULL, SRV, slb_no_routing),
	NOT(0, "rate", NULL, LIST, "rates are not available in this version"),
	{}
};

/**
 * struct slb_scan - a command line while it is taken apart
 * @req: what becomes of it
 * @by: the option that filled each slot
 * @text: its argument
 * @argc: words left
 * @argv: the words
 * @fullnat: overlook forwarding modes that slb does not have
 */
struct slb_scan {
	struct slb_req			*req;
	const struct slb_option		*by[SLB_SLOTS];
	const char			*text[SLB_SLOTS];
	int				argc;
	char				**argv;
	bool				fullnat;
};

/**
 * slb_req_has() - whether the user gave something
 * @req: the command line
 * @slot: what
 *
 * Return: true if so.
 */
bool slb_req_has(const struct slb_req *req, enum slb_slot slot)
{
	return req->seen & SLB_SLOT(slot);
}

/**
 * slb_command_find() - find a command
 * @letter: its letter, or 0 to go by @name
 * @name: its name
 * @dashes: what must stand before the name: "--", or "" for a plain word
 *
 * Return: the command or NULL.
 */
const struct slb_command *slb_command_find(char letter, const char *name, const char *dashes)
{
	const struct slb_command *command;

	for (command = slb_commands; command->name; command++) {
		if (letter ? command->letter == letter :
			     !strcmp(command->name, name) && !strcmp(command->dashes, dashes))
			return command;
	}
	return NULL;
}

/**
 * slb_option_find() - find an option
 * @command: command that it is wanted for; NULL for any
 * @letter: its letter, or 0 to go by @name
 * @name: its long name
 *
 * Return: the option that is legal with @command, else one that is not, else NULL.
 */
const struct slb_option *slb_option_find(const struct slb_command *command, char letter,
					 const char *name)
{
	const struct slb_option *other = NULL;
	const struct slb_option *opt;

	for (opt = slb_options; opt->name; opt++) {
		if (letter ? opt->letter != letter : strcmp(opt->name, name))
			continue;
		if (command && opt->may & SLB_DO(command->id))
			return opt;
		if (!other || (!command && other->arg && !opt->arg))
			other = opt;
	}
	return other;
}

/**
 * slb_command_text() - name a command as the user knows it
 * @buf: 64 bytes
 * @command: the command
 *
 * Return: @buf, such as "-A (--add-service)".
 */
const char *slb_command_text(char *buf, const struct slb_command *command)
{
	if (command->letter)
		snprintf(buf, 64, "-%c (%s%s)", command->letter, command->dashes, command->name);
	else
		snprintf(buf, 64, "%s%s", command->dashes, command->name);
	return buf;
}

/**
 * slb_option_text() - name an option as the user knows it
 * @buf: 64 bytes
 * @opt: the option
 *
 * Return: @buf, such as "-t" or "--toa-kind".
 */
const char *slb_option_text(char *buf, const struct slb_option *opt)
{
	if (opt->letter)
		snprintf(buf, 64, "-%c", opt->letter);
	else
		snprintf(buf, 64, "--%s", opt->name);
	return buf;
}

static int slb_scan_command(struct slb_scan *scan, const struct slb_command *command)
{
	const struct slb_command *now = scan->req->command;
	char a[64];
	char b[64];

	if (now && command->id == SLB_DO_HELP) {
		scan->req->topic = now;
		scan->req->command = command;
		return 0;
	}
	if (now && now->id == SLB_DO_HELP && !scan->req->topic) {
		scan->req->topic = command;
		return 0;
	}
	if (now) {
		slb_err_print("%s and %s are two commands", slb_command_text(a, now),
			      slb_command_text(b, command));
		return -1;
	}
	scan->req->command = command;
	return 0;
}

/* Fills a slot with an option and, if it takes one, the next word as its argument. */
static int slb_scan_fill(struct slb_scan *scan, const struct slb_option *opt, const char *text)
{
	const struct slb_option *before = scan->by[opt->slot];
	char a[64];
	char b[64];

	slb_option_text(a, opt);
	if (opt->refuse && scan->req->command && !(opt->may & SLB_DO(scan->req->command->id))) {
		slb_err_print("%s is not an option of %s", a,
			      slb_command_text(b, scan->req->command));
		return -1;
	}
	if (opt->refuse && !(scan->fullnat && opt->refuse == slb_no_routing)) {
		slb_err_print("%s: %s", a, opt->refuse);
		return -1;
	}
	if (opt->arg && !scan->req->command) {
		slb_err_print("%s comes before the command", a);
		return -1;
	}
	if (opt->arg && !text) {
		if (!scan->argc) {
			slb_err_print("%s needs an argument: %s", a, opt->arg);
			return -1;
		}
		scan->argc--;
		text = *scan->argv++;
	}
	if (opt->refuse)
		return 0;
	if (before == opt) {
		slb_err_print("%s was given twice", a);
		return -1;
	}
	if (before) {
		slb_err_print("%s and %s exclude each other", slb_option_text(b, before), a);
		return -1;
	}
	scan->by[opt->slot] = opt;
	scan->text[opt->slot] = text;
	return 0;
}

static int slb_scan_long(struct slb_scan *scan, char *word)
{
	const struct slb_command *command;
	const struct slb_option *opt;
	char *value = strchr(word, '=');
	int ret = 0;

	if (value)
		*value = '\0';
	command = slb_command_find(0, word, "--");
	opt = slb_option_find(scan->req->command, 0, word);
	if (!command && !opt) {
		slb_err_print("there is no option --%s", word);
		ret = -1;
	} else if (value && (command || (!opt->arg && !opt->refuse))) {
		slb_err_print("--%s takes no argument", word);
		ret = -1;
	} else if (command) {
		ret = slb_scan_command(scan, command);
	} else {
		ret = slb_scan_fill(scan, opt, value ? value + 1 : NULL);
	}
	if (value)
		*value = '=';
	return ret;
}

static int slb_scan_short(struct slb_scan *scan, const char *word)
{
	const struct slb_command *command;
	const struct slb_option *opt;

	for (; *word; word++) {
		command = slb_command_find(*word, "", "");
		opt = slb_option_find(scan->req->command, *word, "");
		if (command) {
			if (slb_scan_command(scan, command))
				return -1;
			continue;
		}
		if (!opt) {
			slb_err_print("there is no option -%c", *word);
			return -1;
		}
		if (slb_scan_fill(scan, opt, opt->arg && word[1] ? word + 1 : NULL))
			return -1;
		if (opt->arg)
			break;
	}
	return 0;
}

static int slb_scan_word(struct slb_scan *scan, char *word)
{
	const struct slb_command *command = scan->req->command;
	const struct slb_option *local;
	char buf[64];

	if (!command) {
		command = slb_command_find(0, word, "");
		if (command)
			return slb_scan_command(scan, command);
		slb_err_print("there is no command `%s'", word);
		return -1;
	}
	if (command->id == SLB_DO_HELP && !scan->req->topic) {
		scan->req->topic = slb_command_find(0, word, "");
		if (!scan->req->topic)
			scan->req->topic = slb_command_find(0, word, "--");
		if (scan->req->topic)
			return 0;
		slb_err_print("there is no command `%s'", word);
		return -1;
	}
	if (command->words && command->word_slot == SLB_SLOTS &&
	    scan->req->word_count < command->words) {
		scan->req->word[scan->req->word_count++] = word;
		return 0;
	}
	local = command->words ? slb_option_find(command, 'z', "") : NULL;
	if (local && command->word_slot == local->slot && !scan->by[local->slot])
		return slb_scan_fill(scan, local, word);
	slb_err_print("%s does not take `%s'", slb_command_text(buf, command), word);
	return -1;
}

static int slb_scan_all(struct slb_scan *scan)
{
	bool plain = false;
	char *word;
	int ret;

	while (scan->argc) {
		scan->argc--;
		word = *scan->argv++;
		if (!plain && !strcmp(word, "--")) {
			plain = true;
			continue;
		}
		if (!plain && !strncmp(word, "--", 2))
			ret = slb_scan_long(scan, word + 2);
		else if (!plain && word[0] == '-' && word[1])
			ret = slb_scan_short(scan, word + 1);
		else
			ret = slb_scan_word(scan, word);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * slb_slot_text() - say which options fill a slot
 * @buf: room for the text, empty if there are none
 * @size: bytes in @buf
 * @command: command that they are wanted for
 * @slot: the slot
 *
 * The text is such as "-t|-u ADDR:PORT".
 */
void slb_slot_text(char *buf, size_t size, const struct slb_command *command,
		   enum slb_slot slot)
{
	const struct slb_option *opt;
	const char *arg = NULL;
	char name[64];

	*buf = '\0';
	if (command->words && command->word_slot == slot) {
		snprintf(buf, size, "%s", command->word);
		return;
	}
	for (opt = slb_options; opt->name; opt++) {
		if (opt->slot != slot || !(opt->may & SLB_DO(command->id)) || !opt->help)
			continue;
		if (*buf)
			strncat(buf, "|", size - strlen(buf) - 1);
		strncat(buf, slb_option_text(name, opt), size - strlen(buf) - 1);
		arg = opt->arg;
	}
	if (arg) {
		strncat(buf, " ", size - strlen(buf) - 1);
		strncat(buf, arg, size - strlen(buf) - 1);
	}
}

static int slb_scan_legal(const struct slb_scan *scan)
{
	const struct slb_command *command = scan->req->command;
	const struct slb_option *opt;
	char text[128];
	char a[64];
	int slot;

	for (slot = 0; slot < SLB_SLOTS; slot++) {
		opt = scan->by[slot];
		if (opt && !(opt->may & SLB_DO(command->id))) {
			slb_err_print("%s is not an option of %s", slb_option_text(text, opt),
				      slb_command_text(a, command));
			return -1;
		}
		if (!opt && command->must & SLB_SLOT(slot)) {
			slb_slot_text(text, sizeof(text), command, slot);
			slb_err_print("%s needs %s", slb_command_text(a, command), text);
			return -1;
		}
	}
	return 0;
}

static int slb_scan_parse(struct slb_scan *scan)
{
	const struct slb_option *opt;
	int slot;

	for (slot = 0; slot < SLB_SLOTS; slot++) {
		opt = scan->by[slot];
		if (!opt)
			continue;
		scan->req->seen |= SLB_SLOT(slot);
		if (opt->parse && opt->parse(scan->req, opt, scan->text[slot]))
			return -1;
	}
	return slb_arg_finish(scan->req);
}

/**
 * slb_req_parse() - understand a command line
 * @req: result, to be freed by slb_req_free() also when this fails
 * @argc: words in @argv
 * @argv: the words, without the program's name; they must live as long as @req
 * @fullnat: take every server as fullNAT, whatever its options say
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_req_parse(struct slb_req *req, int argc, char **argv, bool fullnat)
{
	struct slb_scan scan = { .req = req, .argc = argc, .argv = argv, .fullnat = fullnat };

	memset(req, 0, sizeof(*req));
	req->filter.state = -1;
	req->word = slb_mem_grow(NULL, (argc + 1) * sizeof(*req->word));
	if (slb_scan_all(&scan))
		return -1;
	if (!req->command) {
		slb_err_print("which command?");
		return -1;
	}
	if (req->command->id == SLB_DO_HELP)
		return 0;
	if (slb_scan_legal(&scan) || slb_scan_parse(&scan))
		return -1;
	if (fullnat && req->command->id == SLB_DO_SRV_ADD)
		req->srv.given |= SLB_GIVEN(SLB_A_SRV_FWD);
	if (fullnat)
		req->srv.value[SLB_A_SRV_FWD] = SLB_FWD_FULLNAT;
	return 0;
}

/**
 * slb_req_free() - free what a command line holds
 * @req: the command line
 */
void slb_req_free(struct slb_req *req)
{
	free(req->word);
	free(req->set.trusted);
	req->word = NULL;
	req->set.trusted = NULL;
}
