// SPDX-License-Identifier: GPL-2.0-only
/* The parser of command lines, which follows the tables of table.c. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "object.h"

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
	if (opt->refuse && !(scan->fullnat && opt->refuse == slb_opt_no_routing)) {
		slb_err_print("%s: %s", a, opt->refuse);
		return -1;
	}
	if (opt->arg && !scan->req->command) {
		slb_err_print("%s comes before the command", a);
		return -1;
	}
	if (opt->arg && !text && (!opt->maybe || (scan->argc && isdigit((unsigned char)**scan->argv)))) {
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
		slb_err_word(word);
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
	slb_err_word(NULL);
	return 0;
}

static void slb_slot_add(char *buf, size_t size, const char *joint, const char *text)
{
	strncat(buf, joint, size - strlen(buf) - 1);
	strncat(buf, text, size - strlen(buf) - 1);
}

/**
 * slb_slot_text() - say which options fill a slot
 * @buf: room for the text, empty if there are none
 * @size: bytes in @buf
 * @command: command that they are wanted for
 * @slot: the slot
 *
 * The text is such as "-t|-u ADDR:PORT|-f MARK".
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
		if (arg && (!opt->arg || strcmp(arg, opt->arg)))
			slb_slot_add(buf, size, " ", arg);
		slb_slot_add(buf, size, *buf ? "|" : "", slb_option_text(name, opt));
		arg = opt->arg;
	}
	if (arg)
		slb_slot_add(buf, size, " ", arg);
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
	const struct slb_object *object = scan->req->command->object;
	const struct slb_option *opt;
	int slot;

	for (slot = 0; slot < SLB_SLOTS; slot++) {
		opt = scan->by[slot];
		if (!opt)
			continue;
		scan->req->seen |= SLB_SLOT(slot);
		slb_err_word(scan->text[slot]);
		if (opt->parse && opt->parse(scan->req, opt, scan->text[slot]))
			return -1;
	}
	slb_err_word(NULL);
	return object && object->finish ? object->finish(scan->req) : 0;
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
	free(req->acl.prefix);
	req->word = NULL;
	req->set.trusted = NULL;
	req->acl.prefix = NULL;
}
