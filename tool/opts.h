/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line. The two tables of table.c say all there is: commands and options. Parsing, which
 * option is legal with which command, --help, completion and the manual's synopsis derive from
 * them. A line of a restore file is a command line too.
 */
#ifndef SLB_OPTS_H
#define SLB_OPTS_H

#include <linux/types.h>
#include <stdbool.h>

#include "model.h"
#include "wire.h"

enum slb_do {
	SLB_DO_SVC_ADD,
	SLB_DO_SVC_EDIT,
	SLB_DO_SVC_DEL,
	SLB_DO_SRV_ADD,
	SLB_DO_SRV_EDIT,
	SLB_DO_SRV_DEL,
	SLB_DO_LADDR_ADD,
	SLB_DO_LADDR_EDIT,
	SLB_DO_LADDR_DEL,
	SLB_DO_LADDR_LIST,
	SLB_DO_LIST,
	SLB_DO_ZERO,
	SLB_DO_CLEAR,
	SLB_DO_SAVE,
	SLB_DO_RESTORE,
	SLB_DO_SET,
	SLB_DO_INFO,
	SLB_DO_VERSION,
	SLB_DO_TOA,
	SLB_DO_HELP,
	SLB_DO_ACL_ADD,
	SLB_DO_ACL_EDIT,
	SLB_DO_ACL_EXTEND,
	SLB_DO_ACL_SHRINK,
	SLB_DO_ACL_DEL,
	SLB_DO_ACL_LIST,
	SLB_DO_GROUP_ADD,
	SLB_DO_GROUP_EDIT,
	SLB_DO_GROUP_DEL,
	SLB_DO_PERSIST_FLUSH,
	SLB_DO_LIMIT_ADD,
	SLB_DO_LIMIT_EDIT,
	SLB_DO_LIMIT_DEL,
	SLB_DO_LIMIT_LIST,
	SLB_DO_KILL,
	SLB_DO_MONITOR,
	SLB_DO_SYNC,
	SLB_DO_CHECK,
	SLB_DO_EXPLAIN,
	SLB_DO_DRAIN,
	SLB_DO_RELOAD,
	SLB_DO_IMPORT,
	SLB_DO_HEALTH,
	SLB_DO_TOP,
};

#define SLB_DO(command)	(1ULL << (command))

/*
 * What an option sets. A command takes one option for each; they are parsed in this order, so that
 * a server can take over its service's port and family.
 */
enum slb_slot {
	SLB_SLOT_SERVICE,
	SLB_SLOT_IPV6,
	SLB_SLOT_VRF,
	SLB_SLOT_GROUP,
	SLB_SLOT_PROTO,
	SLB_SLOT_SERVER,
	SLB_SLOT_LOCAL,
	SLB_SLOT_SCHED,
	SLB_SLOT_SCHED_FLAGS,
	SLB_SLOT_SLOW_START,
	SLB_SLOT_TABLE_SIZE,
	SLB_SLOT_ALL_DOWN,
	SLB_SLOT_CHECKED,
	SLB_SLOT_ENABLED,
	SLB_SLOT_TOA,
	SLB_SLOT_TOA_KIND,
	SLB_SLOT_TIMESTAMPS,
	SLB_SLOT_UNKNOWN,
	SLB_SLOT_IDLE,
	SLB_SLOT_TIMEOUTS,
	SLB_SLOT_POOL,
	SLB_SLOT_FORWARD,
	SLB_SLOT_WEIGHT,
	SLB_SLOT_PORTS,
	SLB_SLOT_DEDICATED,
	SLB_SLOT_CONNS,
	SLB_SLOT_CLIENT,
	SLB_SLOT_STATE,
	SLB_SLOT_STATS,
	SLB_SLOT_EXACT,
	SLB_SLOT_NUMERIC,
	SLB_SLOT_JSON,
	SLB_SLOT_DRY_RUN,
	SLB_SLOT_ACL,
	SLB_SLOT_ACL_MODE,
	SLB_SLOT_FILE,
	SLB_SLOT_PURGE,
	SLB_SLOT_ENTRIES,
	SLB_SLOT_GROUPS,
	SLB_SLOT_PERSIST,
	SLB_SLOT_NETMASK,
	SLB_SLOT_BONDS,
	SLB_SLOT_CLIENTS,
	SLB_SLOT_MAX_CONNS,
	SLB_SLOT_CONNS_LOW,
	SLB_SLOT_MAX_RATE,
	SLB_SLOT_PROFILE,	/* behind the two that it stands for */
	SLB_SLOT_LIMIT,
	SLB_SLOT_CLIENT_CONNS,
	SLB_SLOT_CLIENT_RATE,
	SLB_SLOT_CLIENT_LEN4,
	SLB_SLOT_CLIENT_LEN6,
	SLB_SLOT_BANDWIDTH_IN,
	SLB_SLOT_BANDWIDTH_OUT,
	SLB_SLOT_ALL,
	SLB_SLOT_RATE,
	SLB_SLOT_SHARE,
	SLB_SLOT_WATCH,
	SLB_SLOT_NAME,
	SLB_SLOT_COMMENT,
	SLB_SLOT_ZERO_DELAY,
	SLB_SLOT_REMOVAL_DELAY,
	SLB_SLOT_ON_DOWN,
	SLB_SLOT_MIN_ALIVE,
	SLB_SLOT_PRIORITY,
	SLB_SLOT_DOWN,
	SLB_SLOT_REASON,
	SLB_SLOT_WAIT,
	SLB_SLOT_OWNER,
	SLB_SLOT_CONF,
	SLB_SLOT_OTHER,		/* of ipvsadm only, refused */
	SLB_SLOTS
};

/* The type of a set of slots. */
#define slb_slots	unsigned __int128

#define SLB_SLOT(slot)	((slb_slots)1 << (slot))
_Static_assert(SLB_SLOTS <= 128, "an option has no bit");

/* What a command does to its object. */
enum slb_act {
	SLB_ACT_NONE,
	SLB_ACT_ADD,
	SLB_ACT_EDIT,
	SLB_ACT_DEL,
};

struct slb_object;
struct slb_req;

/**
 * struct slb_command - a row of the table of commands
 * @id: the command
 * @letter: short option, or 0
 * @name: long option; a bare word if there are no dashes before it in @dashes
 * @dashes: "--" or ""
 * @object: kind of the object it is about, or NULL
 * @act: what it does to it
 * @verb: its text in messages, in front of the object's name
 * @view: prints what is asked for, if there are no words, or the command changes nothing; returns 0
 *	or a negative errno, @nl says why then
 * @run: does it all itself and returns SLB_EXIT_*; else the object's functions are used
 * @must: slots without which the command makes no sense
 * @word: how its plain words are called in the help, NULL if it takes none
 * @words: how many plain words it takes at most
 * @word_slot: the first plain word fills this slot; SLB_SLOTS if words are just kept
 * @help: one line; NULL for another name of the command above
 * @batch: may stand in a restore file
 */
struct slb_command {
	enum slb_do	id;
	char		letter;
	const char	*name;
	const char	*dashes;
	const struct slb_object *object;
	enum slb_act	act;
	const char	*verb;
	int		(*view)(struct slb_nl *nl, const struct slb_req *req);
	int		(*run)(const struct slb_req *req);
	slb_slots	must;
	const char	*word;
	int		words;
	enum slb_slot	word_slot;
	const char	*help;
	bool		batch;
};

/**
 * struct slb_option - a row of the table of options
 * @letter: short option, or 0
 * @name: long option, or NULL
 * @arg: how its argument is called in the help, NULL if it takes none
 * @maybe: the argument may be missing; the next word is taken for it if it begins with a digit
 * @slot: what it sets
 * @may: commands that it is legal with, SLB_DO() bits
 * @parse: reads the argument; NULL for an option whose presence says all. It prints what is wrong
 *	and returns non-zero if the argument is not understood.
 * @help: one line; NULL for another name of the option above
 * @refuse: why there is no such option, for those that users of ipvsadm know
 */
struct slb_option {
	char		letter;
	const char	*name;
	const char	*arg;
	bool		maybe;
	enum slb_slot	slot;
	__u64		may;
	int		(*parse)(struct slb_req *req, const struct slb_option *opt,
				 const char *text);
	const char	*help;
	const char	*refuse;
};

/**
 * struct slb_req - a command line, understood
 * @command: what to do
 * @seen: slots that were filled
 * @svc: the service and what was said of it
 * @srv: the server
 * @laddr: the local address
 * @group: the named group
 * @set: settings
 * @acl: the access list
 * @limit: the named limit
 * @filter: of connections
 * @wait: seconds
 * @word: plain words that fill no slot; they live as long as the arguments
 * @word_count: entries in @word
 * @seconds: between two views
 * @topic: command that help is wanted for, or NULL
 */
struct slb_req {
	const struct slb_command	*command;
	slb_slots			seen;
	struct slb_svc			svc;
	struct slb_srv			srv;
	struct slb_laddr		laddr;
	struct slb_group		group;
	struct slb_settings		set;
	struct slb_acl			acl;
	struct slb_limit		limit;
	struct slb_filter		filter;
	__u32				wait;
	char				**word;
	int				word_count;
	__u32				seconds;
	const struct slb_command	*topic;
};

extern const struct slb_command slb_commands[];
extern const struct slb_option slb_options[];

/* Why there are no -g, -i and tunnels; -R -b overlooks these options. */
extern const char slb_opt_no_routing[];

int slb_req_parse(struct slb_req *req, int argc, char **argv, bool fullnat);
void slb_req_free(struct slb_req *req);
bool slb_req_has(const struct slb_req *req, enum slb_slot slot);
const char *slb_req_text(char *buf, const struct slb_req *req);

const char *slb_command_text(char *buf, const struct slb_command *command);
const char *slb_option_text(char *buf, const struct slb_option *opt);
void slb_slot_text(char *buf, size_t size, const struct slb_command *command,
		   enum slb_slot slot);
const struct slb_option *slb_option_find(const struct slb_command *command, char letter,
					 const char *name);
const struct slb_command *slb_command_find(char letter, const char *name, const char *dashes);

/* What an argument means. Each says what is wrong and returns -1 then. */
int slb_arg_wrong(const struct slb_option *opt, const char *text, const char *wrong);
int slb_arg_not(const char *name, const char *text, const char *range);
int slb_arg_timeout(struct slb_timeouts *timeouts, const struct slb_field *field,
		    const char *text, bool zero);
int slb_arg_service(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_fwmark(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_ipv6(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_server(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_local(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_group(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_group_field(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_name(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_owner(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_comment(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_wait(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_down(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_reason(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_srv_field(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_proto(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_vrf(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_sched_flags(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_svc_field(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_enabled(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_timeouts(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_pool(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_weight(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_forward(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_ports(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_dedicated(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_acl(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_acl_mode(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_file(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_persist(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_netmask(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_client(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_lim(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_profile(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_limit(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_watch(struct slb_req *req, const struct slb_option *opt, const char *text);
int slb_arg_state(struct slb_req *req, const struct slb_option *opt, const char *text);

/* help.c */
int slb_help_run(const struct slb_req *req);
void slb_help_synopsis(void);
void slb_help_try(const struct slb_command *topic);
int slb_help_complete(int argc, char **argv);

#endif
