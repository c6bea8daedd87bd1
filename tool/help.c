// SPDX-License-Identifier: GPL-2.0-only
/* What the tables of commands and options say about themselves: help, synopsis, completion. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "list.h"
#include "opts.h"

#define SLB_HELP_WIDTH	72

/* The slots a command has, each once, in the order of the table of options. */
static bool slb_help_first(const struct slb_option *opt, const struct slb_command *command)
{
	const struct slb_option *before;

	if (!(opt->may & SLB_DO(command->id)) || !opt->help)
		return false;
	for (before = slb_options; before < opt; before++)
		if (before->slot == opt->slot && before->may & SLB_DO(command->id) && before->help)
			return false;
	return true;
}

/* Adds a part to a line that is broken at @width columns and indented then. */
static unsigned int slb_help_part(unsigned int at, const char *part, const char *indent)
{
	unsigned int len = strlen(part);

	if (at && at + 1 + len > SLB_HELP_WIDTH) {
		printf("\n%s", indent);
		at = strlen(indent);
	} else if (at) {
		putchar(' ');
		at++;
	}
	fputs(part, stdout);
	return at + len;
}

/* "slbadm -A|--add-service -t|-u ADDR:PORT [-s METHOD] ..." */
static void slb_help_usage(const struct slb_command *command, const char *indent)
{
	const struct slb_option *opt;
	bool word_done = false;
	char part[160];
	char text[128];
	unsigned int at;
	bool must;

	at = slb_help_part(0, "slbadm", "");
	if (command->letter)
		snprintf(part, sizeof(part), "-%c|%s%s", command->letter, command->dashes,
			 command->name);
	else
		snprintf(part, sizeof(part), "%s%s", command->dashes, command->name);
	at = slb_help_part(at, part, indent);
	if (command->word && command->word_slot == SLB_SLOTS)
		at = slb_help_part(at, command->word, indent);
	for (opt = slb_options; opt->name; opt++) {
		if (!slb_help_first(opt, command))
			continue;
		must = command->must & SLB_SLOT(opt->slot);
		if (command->word && command->word_slot == opt->slot && word_done)
			continue;
		word_done |= command->word && command->word_slot == opt->slot;
		slb_slot_text(text, sizeof(text), command, opt->slot);
		snprintf(part, sizeof(part), must ? "%s" : "[%s]", text);
		at = slb_help_part(at, part, indent);
	}
	putchar('\n');
}

static void slb_help_options(const struct slb_command *command)
{
	const struct slb_option *opt;
	char text[96];

	for (opt = slb_options; opt->name; opt++) {
		if (!(opt->may & SLB_DO(command->id)) || !opt->help)
			continue;
		snprintf(text, sizeof(text), "%s%c%s--%s%s%s", opt->letter ? "-" : "",
			 opt->letter ? opt->letter : ' ', opt->letter ? ", " : "   ", opt->name,
			 opt->arg ? " " : "", opt->arg ? opt->arg : "");
		printf("  %-38s %s\n", text, opt->help);
	}
}

static void slb_help_settings(void)
{
	const struct slb_field *field;
	char range[128];

	printf("\nSettings:\n");
	for (field = slb_to_fields; field->name; field++)
		printf("  %-19s timeout, a number from %u to %u seconds\n", field->name,
		       field->min, field->max);
	for (field = slb_set_fields; field->name; field++)
		printf("  %-19s %s\n", field->name, slb_field_range(field, range, sizeof(range)));
	printf("  %-19s PREFIX[,PREFIX...] or none\n", "toa-trusted");
	printf("  %-19s INTERFACE[,INTERFACE...] or none\n", "fastpath");
}

/* Help about a command, or an overview. */
static void slb_help_print(const struct slb_command *topic)
{
	const struct slb_command *command;

	if (topic) {
		while (!topic->help)
			topic--;
		printf("Usage: ");
		slb_help_usage(topic, "           ");
		printf("\nTo %s.\n\n", topic->help);
		slb_help_options(topic);
		if (topic->id == SLB_DO_SET)
			slb_help_settings();
		if (topic->id == SLB_DO_TOA) {
			printf("\nVerbs:\n");
			slb_toa_help(false);
		}
		return;
	}
	printf("slbadm configures the slb load balancer. Without a command it lists.\n\n");
	for (command = slb_commands; command->name; command++) {
		if (!command->help)
			continue;
		slb_help_usage(command, "        ");
		printf("    %s\n", command->help);
	}
	printf("\n`slbadm --help COMMAND' explains a command's options, slbadm(8) everything.\n");
}

/**
 * slb_help_run() - print help
 * @req: the command line: about one command, or none for an overview
 *
 * Return: SLB_EXIT_DONE.
 */
int slb_help_run(const struct slb_req *req)
{
	slb_help_print(req->topic);
	return SLB_EXIT_DONE;
}

/**
 * slb_help_try() - point to the help after a mistake
 * @topic: the command that was meant, if it is known
 */
void slb_help_try(const struct slb_command *topic)
{
	fputs("Try `slbadm --help", stderr);
	if (topic && topic->letter)
		fprintf(stderr, " -%c", topic->letter);
	else if (topic)
		fprintf(stderr, " %s%s", topic->dashes, topic->name);
	fputs("'.\n", stderr);
}

/**
 * slb_help_synopsis() - print one usage line for each command, for the manual page
 */
void slb_help_synopsis(void)
{
	const struct slb_command *command;

	for (command = slb_commands; command->name; command++)
		if (command->help)
			slb_help_usage(command, "        ");
}

/* Prints candidates that the text "a|b|c" names. */
static void slb_complete_choice(const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		putchar(*c == '|' ? '\n' : *c);
	putchar('\n');
}

static void slb_complete_words(const struct slb_words *words)
{
	unsigned int i;

	for (i = 0; i < words->count; i++)
		if (words->word[i].name)
			puts(words->word[i].name);
}

/* What the module knows; if it cannot be asked, nothing is proposed. */
static void slb_complete_objects(enum slb_slot slot, __u8 proto)
{
	struct slb_config config;
	char text[SLB_END_TEXT];
	struct slb_nl nl;
	size_t i;

	if (slb_nl_open_loaded(&nl, &slb_nl_slb))
		return;
	if (!slb_config_load(&nl, &config, SLB_LOAD_SERVICES | SLB_LOAD_LADDRS)) {
		for (i = 0; slot == SLB_SLOT_SERVICE && i < config.svc_count; i++)
			if (config.svc[i].key.proto == proto)
				puts(slb_listen_text(text, &config.svc[i].key));
		for (i = 0; slot == SLB_SLOT_SERVER && i < config.srv_count; i++)
			puts(slb_ports_text(text, &config.srv[i].end, config.srv[i].end.port));
		for (i = 0; slot == SLB_SLOT_LOCAL && i < config.laddr_count; i++)
			puts(slb_addr_text(text, &config.laddr[i].addr));
		for (i = 0; slot == SLB_SLOT_POOL && i < config.laddr_count; i++)
			if (*config.laddr[i].pool)
				puts(config.laddr[i].pool);
		for (i = 0; slot == SLB_SLOT_GROUP && i < config.group_count; i++)
			puts(config.group[i].name);
		slb_config_free(&config);
	}
	slb_nl_close(&nl);
}

static void slb_complete_fields(const struct slb_field *field)
{
	for (; field->name; field++)
		printf("%s=\n", field->name);
}

static void slb_complete_argument(const struct slb_option *opt)
{
	switch (opt->slot) {
	case SLB_SLOT_SCHED:
		slb_complete_words(slb_field_find(slb_svc_fields, "scheduler")->words);
		break;
	case SLB_SLOT_STATE:
		slb_complete_words(&slb_states);
		break;
	case SLB_SLOT_TIMEOUTS:
		slb_complete_fields(slb_to_fields);
		break;
	case SLB_SLOT_TOA:
	case SLB_SLOT_TIMESTAMPS:
	case SLB_SLOT_UNKNOWN:
	case SLB_SLOT_PROTO:
		slb_complete_choice(opt->arg);
		break;
	case SLB_SLOT_SERVICE:
	case SLB_SLOT_SERVER:
	case SLB_SLOT_LOCAL:
	case SLB_SLOT_POOL:
	case SLB_SLOT_GROUP:
		slb_complete_objects(opt->slot, opt->letter == 'f' ? 0 :
				     opt->letter == 'u' ? SLB_PROTO_UDP : SLB_PROTO_TCP);
		break;
	default:
		break;
	}
}

/* The slots that are full with an option; with an address there is nothing to say of the family. */
static slb_slots slb_complete_fills(const struct slb_option *opt)
{
	slb_slots slots = opt ? SLB_SLOT(opt->slot) : 0;

	if (slots & SLB_SLOT(SLB_SLOT_SERVICE) && opt->letter != 'f')
		slots |= SLB_SLOT(SLB_SLOT_IPV6);
	return slots;
}

/* Which of the words before the last is the command, and which slots they fill. */
static const struct slb_command *slb_complete_scan(int argc, char **argv, slb_slots *seen,
						   const struct slb_option **waiting)
{
	const struct slb_command *command = NULL;
	const struct slb_command *found;
	const struct slb_option *opt;
	const char *c;
	int i;

	for (i = 0; i < argc; i++) {
		*waiting = NULL;
		found = slb_command_find(0, argv[i] + strspn(argv[i], "-"),
					 argv[i][0] == '-' ? "--" : "");
		if (found && (argv[i][0] != '-' || argv[i][1] == '-')) {
			command = found;
			continue;
		}
		opt = NULL;
		if (!strncmp(argv[i], "--", 2)) {
			opt = slb_option_find(command, 0, argv[i] + 2);
		} else if (argv[i][0] == '-') {
			for (c = argv[i] + 1; *c; c++) {
				found = slb_command_find(*c, "", "");
				command = found ? found : command;
				opt = found ? NULL : slb_option_find(command, *c, "");
				*seen |= slb_complete_fills(opt);
			}
		}
		if (!opt)
			continue;
		*seen |= slb_complete_fills(opt);
		if (opt->maybe)
			continue;
		if (opt->arg && i + 1 == argc)
			*waiting = opt;
		else if (opt->arg)
			i++;
	}
	return command;
}

static void slb_complete_commands(void)
{
	const struct slb_command *command;

	for (command = slb_commands; command->name; command++) {
		if (!command->help)
			continue;
		if (command->letter)
			printf("-%c\n", command->letter);
		printf("%s%s\n", command->dashes, command->name);
	}
}

static void slb_complete_plain(const struct slb_command *command, int words)
{
	if (command->word_slot == SLB_SLOT_LOCAL && command->words &&
	    command->id != SLB_DO_LADDR_ADD)
		slb_complete_objects(SLB_SLOT_LOCAL, 0);
	if (command->id == SLB_DO_GROUP_EDIT || command->id == SLB_DO_GROUP_DEL)
		slb_complete_objects(SLB_SLOT_GROUP, 0);
	if (command->id == SLB_DO_HELP)
		slb_complete_commands();
	if (command->id == SLB_DO_TOA && words <= 1)
		slb_toa_help(true);
	if (command->id == SLB_DO_SET) {
		slb_complete_fields(slb_to_fields);
		slb_complete_fields(slb_set_fields);
		printf("toa-trusted=\n");
		printf("fastpath=\n");
	}
}

/**
 * slb_help_complete() - print what could stand as the last word, for the shell
 * @argc: words in @argv
 * @argv: the command line so far without the program's name; the last word may be begun or empty
 *
 * Return: SLB_EXIT_DONE.
 */
int slb_help_complete(int argc, char **argv)
{
	const struct slb_option *waiting = NULL;
	const struct slb_command *command;
	const struct slb_option *opt;
	slb_slots seen = 0;

	command = slb_complete_scan(argc ? argc - 1 : 0, argv, &seen, &waiting);
	if (waiting) {
		slb_complete_argument(waiting);
		return 0;
	}
	if (!command) {
		slb_complete_commands();
		return 0;
	}
	slb_complete_plain(command, argc - 1);
	for (opt = slb_options; opt->name; opt++) {
		if (!(opt->may & SLB_DO(command->id)) || !opt->help ||
		    seen & SLB_SLOT(opt->slot))
			continue;
		if (opt->letter)
			printf("-%c\n", opt->letter);
		printf("--%s\n", opt->name);
	}
	return 0;
}
