// SPDX-License-Identifier: GPL-2.0-only
/* slb.conf: its sections and keys, and how an object becomes a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "slbconf.h"

#define SVC	SLB_DO(SLB_DO_SVC_ADD)
#define SRV	SLB_DO(SLB_DO_SRV_ADD)
#define LADDR	SLB_DO(SLB_DO_LADDR_ADD)
#define ACL	SLB_DO(SLB_DO_ACL_ADD)
#define GROUP	SLB_DO(SLB_DO_GROUP_ADD)
#define LIMIT	SLB_DO(SLB_DO_LIMIT_ADD)

/* In the order in which they are read and written: what is referred to comes first. */
const struct slb_section slb_sections[] = {
	{ .name = "laddrs", .add = SLB_DO_LADDR_ADD, .key = "address", .alone = true },
	{ .name = "acls", .add = SLB_DO_ACL_ADD, .key = "name" },
	{ .name = "groups", .add = SLB_DO_GROUP_ADD, .key = "name" },
	{ .name = "limits", .add = SLB_DO_LIMIT_ADD, .key = "name" },
	{ .name = "services", .add = SLB_DO_SVC_ADD, .key = "listen" },
	{}
};

const struct slb_section slb_section_srv = {
	.name = "servers", .add = SLB_DO_SRV_ADD, .key = "address", .alone = true,
};

/* All other keys are the long options of the commands, with their arguments. */
static const struct slb_key slb_keys[] = {
	{ "listen", SVC, SLB_KEY_LISTEN },
	{ "servers", SVC | GROUP, SLB_KEY_SERVERS },
	{ "check", SVC | GROUP | SRV, SLB_KEY_CHECK },
	{ "name", GROUP | ACL | LIMIT, SLB_KEY_WORD },
	{ "address", LADDR, SLB_KEY_WORD },
	{ "address", SRV, SLB_KEY_OPTION, "real-server" },
	{ "prefixes", ACL, SLB_KEY_WORDS },
	{ "mode", ACL, SLB_KEY_CHOICE, "allow", "deny", { "allow", "deny" } },
	{ "enabled", SVC, SLB_KEY_CHOICE, "enable", "disable", { "on", "off" } },
	{ "dedicated", LADDR, SLB_KEY_CHOICE, "dedicated", "shared", { "on", "off" } },
	{ "forward", SRV, SLB_KEY_CHOICE, "fullnat", "masquerading", { "fullnat", "nat" } },
	{ "acl", SVC, SLB_KEY_LIST, "acl", "no-acl" },
	{ "sched-flags", SVC, SLB_KEY_LIST, "sched-flags" },
	{ "persistent", SVC, SLB_KEY_MAYBE, "persistent", "no-persist" },
	{ "timeout", SVC, SLB_KEY_PAIRS, "timeout" },
	{ "max-conns", SRV, SLB_KEY_OPTION, "u-threshold" },
	{ "low-conns", SRV, SLB_KEY_OPTION, "l-threshold" },
	/* Said by what the object is in, or not to be said. */
	{ "tcp-service", ~0ULL, SLB_KEY_NONE },
	{ "udp-service", ~0ULL, SLB_KEY_NONE },
	{ "fwmark-service", ~0ULL, SLB_KEY_NONE },
	{ "real-server", ~0ULL, SLB_KEY_NONE },
	{ "local-address", ~0ULL, SLB_KEY_NONE },
	{ "owner", ~0ULL, SLB_KEY_NONE },
	{ "group", SRV, SLB_KEY_NONE },
	{ "vrf", SRV, SLB_KEY_NONE },
	{}
};

/* What names the object that a server belongs to. */
struct slb_parent {
	const struct slb_section	*section;
	const yaml_node_t		*name;
	const yaml_node_t		*vrf;
};

/**
 * slb_section_command() - the command that adds an object
 * @section: the object's section
 *
 * Return: the command.
 */
const struct slb_command *slb_section_command(const struct slb_section *section)
{
	const struct slb_command *command = slb_commands;

	while (command->id != section->add)
		command++;
	return command;
}

/**
 * slb_key_find() - find a key that is not simply a long option
 * @from: a key to go on behind, or NULL
 * @command: the command that adds the object
 * @name: the key; NULL is any
 *
 * Return: the key or NULL.
 */
const struct slb_key *slb_key_find(const struct slb_key *from, const struct slb_command *command,
				   const char *name)
{
	const struct slb_key *key;

	for (key = from ? from + 1 : slb_keys; key->name; key++)
		if (key->may & SLB_DO(command->id) && (!name || !strcmp(key->name, name)))
			return key;
	return NULL;
}

/**
 * slb_key_of() - the key that becomes an option
 * @command: the command that adds the object
 * @opt: the option
 *
 * Return: the key, or NULL if it is that of the option's own name.
 */
const struct slb_key *slb_key_of(const struct slb_command *command, const struct slb_option *opt)
{
	const struct slb_key *key = NULL;

	while ((key = slb_key_find(key, command, NULL)))
		if ((key->option && !strcmp(key->option, opt->name)) ||
		    (key->other && !strcmp(key->other, opt->name)))
			return key;
	return NULL;
}

/**
 * slb_slbconf_word() - append a word to the line that is made
 * @conf: the file
 * @at: where it stands
 * @option: the long option, or NULL for a plain word
 * @value: its argument, NULL if it has none; or the plain word
 */
void slb_slbconf_word(struct slb_slbconf *conf, const struct slb_err_place *at, const char *option,
		      const char *value)
{
	size_t size = (option ? strlen(option) + 3 : 0) + (value ? strlen(value) : 0) + 1;
	char *word = slb_mem_grow(NULL, size);

	snprintf(word, size, "%s%s%s%s", option ? "--" : "", option ? option : "",
		 option && value ? "=" : "", value ? value : "");
	if (conf->count == conf->room) {
		conf->room = conf->room ? 2 * conf->room : 16;
		conf->word = slb_mem_grow(conf->word, conf->room * sizeof(*conf->word));
		conf->at = slb_mem_grow(conf->at, conf->room * sizeof(*conf->at));
	}
	conf->word[conf->count] = word;
	conf->at[conf->count++] = *at;
}

static void slb_slbconf_forget(struct slb_slbconf *conf)
{
	while (conf->count)
		free(conf->word[--conf->count]);
}

static bool slb_slbconf_find(const char *word, struct slb_err_place *place, const void *data)
{
	const struct slb_slbconf *conf = data;
	size_t i;

	for (i = 0; i < conf->count; i++) {
		if (word < conf->word[i] || word > conf->word[i] + strlen(conf->word[i]))
			continue;
		*place = conf->at[i];
		return true;
	}
	return false;
}

/**
 * slb_slbconf_line() - the words so far are a line
 * @conf: the file; it has no words afterwards
 * @at: where the object stands
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_slbconf_line(struct slb_slbconf *conf, const struct slb_err_place *at)
{
	int ret;

	slb_err_at_place(at);
	slb_err_words(slb_slbconf_find, conf);
	ret = slb_file_add(conf->file, conf->count, conf->word, at, false);
	slb_err_words(NULL, NULL);
	slb_err_at(NULL, 0);
	slb_slbconf_forget(conf);
	return ret;
}

/* A choice of on and off may also be made in YAML's words. */
static bool slb_key_is(const char *text, const char *word)
{
	if (!strcmp(word, "on"))
		return !strcmp(text, "on") || !strcmp(text, "true") || !strcmp(text, "yes");
	if (!strcmp(word, "off"))
		return !strcmp(text, "off") || !strcmp(text, "false") || !strcmp(text, "no");
	return !strcmp(text, word);
}

static int slb_key_choice(struct slb_slbconf *conf, struct slb_yaml *yaml,
			  const struct slb_key *key, const yaml_node_t *node)
{
	struct slb_err_place at = slb_yaml_place(yaml, node);
	const char *text = slb_yaml_text(yaml, node);

	if (!text)
		return -1;
	if (!slb_key_is(text, key->word[0]) && !slb_key_is(text, key->word[1]))
		return slb_yaml_wrong(yaml, node, "%s: `%s' is neither %s nor %s", key->name, text,
				      key->word[0], key->word[1]);
	slb_slbconf_word(conf, &at, slb_key_is(text, key->word[0]) ? key->option : key->other, NULL);
	return 0;
}

/* The entries of a list, or the keys and values of a mapping, as one text; NULL after words. */
static char *slb_key_join(struct slb_yaml *yaml, const yaml_node_t *node, bool pairs)
{
	const char *key;
	const char *value;
	char *text = NULL;
	size_t len;
	FILE *out;
	size_t i;

	if (pairs && slb_yaml_keys(yaml, node))
		return NULL;
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	for (i = 0; i < slb_yaml_count(node); i++) {
		key = pairs ? slb_yaml_text(yaml, slb_yaml_key(yaml, node, i)) : "";
		value = slb_yaml_text(yaml, pairs ? slb_yaml_value(yaml, node, i)
						  : slb_yaml_item(yaml, node, i));
		if (!key || !value)
			break;
		fprintf(out, "%s%s%s%s", i ? "," : "", key, pairs ? "=" : "", value);
	}
	fclose(out);
	if (text && i == slb_yaml_count(node))
		return text;
	free(text);
	return NULL;
}

/* What YAML has for on and off is for options that take just these. */
static const char *slb_key_switch(const struct slb_slbconf *conf, const char *option,
				  const char *text)
{
	const struct slb_command *command = slb_command_find(0, conf->word[0] + 2, "--");
	const struct slb_option *opt = slb_option_find(command, 0, option);

	if (!opt || !opt->arg || strcmp(opt->arg, "on|off"))
		return text;
	return slb_key_is(text, "on") ? "on" : slb_key_is(text, "off") ? "off" : text;
}

/* An option with one argument; what "off" means if @key has another option. */
static int slb_key_option(struct slb_slbconf *conf, struct slb_yaml *yaml, const char *option,
			  const struct slb_key *key, const yaml_node_t *node)
{
	enum slb_key_kind kind = key ? key->kind : SLB_KEY_OPTION;
	struct slb_err_place at = slb_yaml_place(yaml, node);
	const char *text = NULL;
	char *joint = NULL;

	if ((kind == SLB_KEY_LIST && node->type == YAML_SEQUENCE_NODE) || kind == SLB_KEY_PAIRS)
		text = joint = slb_key_join(yaml, node, kind == SLB_KEY_PAIRS);
	else
		text = slb_yaml_text(yaml, node);
	if (!text)
		return -1;
	if (key && key->other && (!*text || slb_key_is(text, "off") || !strcmp(text, "none")))
		slb_slbconf_word(conf, &at, key->other, NULL);
	else if (kind == SLB_KEY_MAYBE && slb_key_is(text, "on"))
		slb_slbconf_word(conf, &at, option, NULL);
	else if (*text || !joint)
		slb_slbconf_word(conf, &at, option, slb_key_switch(conf, option, text));
	free(joint);
	return 0;
}

static int slb_key_words(struct slb_slbconf *conf, struct slb_yaml *yaml, const yaml_node_t *node)
{
	struct slb_err_place at;
	const yaml_node_t *item;
	const char *text;
	size_t i;

	for (i = 0; i < slb_yaml_count(node); i++) {
		item = slb_yaml_item(yaml, node, i);
		text = slb_yaml_text(yaml, item);
		if (!text)
			return -1;
		at = slb_yaml_place(yaml, item);
		slb_slbconf_word(conf, &at, NULL, text);
	}
	return 0;
}

/* tcp ADDR:PORT, udp ADDR:PORT, fwmark MARK or fwmark MARK ipv6. */
static int slb_key_listen(struct slb_slbconf *conf, struct slb_yaml *yaml, const yaml_node_t *node)
{
	struct slb_err_place at = slb_yaml_place(yaml, node);
	const char *text = slb_yaml_text(yaml, node);
	char proto[sizeof("fwmark")] = "";
	char option[32];
	char *rest;
	char *six;
	size_t len;

	if (!text)
		return -1;
	len = strcspn(text, " \t");
	if (len < sizeof(proto))
		memcpy(proto, text, len);
	if (strcmp(proto, "tcp") && strcmp(proto, "udp") && strcmp(proto, "fwmark"))
		return slb_yaml_wrong(yaml, node,
				      "`%s' is not tcp ADDR:PORT, udp ADDR:PORT or fwmark MARK", text);
	snprintf(option, sizeof(option), "%s-service", proto);
	rest = strcpy(slb_mem_grow(NULL, strlen(text) + 1), text + len + strspn(text + len, " \t"));
	six = strstr(rest, " ipv6");
	if (*proto == 'f' && six && !six[5]) {
		*six = '\0';
		slb_slbconf_word(conf, &at, "ipv6", NULL);
	}
	slb_slbconf_word(conf, &at, option, rest);
	free(rest);
	return 0;
}

/* Whether an option of the command is a key of its own. */
static const struct slb_option *slb_key_plain(const struct slb_command *command, const char *name)
{
	const struct slb_option *opt = slb_option_find(command, 0, name);

	if (!opt || !(opt->may & SLB_DO(command->id)) || !opt->arg || opt->refuse)
		return NULL;
	return opt;
}

static int slb_key_read(struct slb_slbconf *conf, struct slb_yaml *yaml,
			const struct slb_command *command, const yaml_node_t *name,
			const yaml_node_t *node)
{
	const struct slb_key *key = slb_key_find(NULL, command, slb_yaml_text(yaml, name));
	const struct slb_option *opt;

	if (!key || key->kind == SLB_KEY_NONE) {
		opt = key ? NULL : slb_key_plain(command, slb_yaml_text(yaml, name));
		if (!opt)
			return slb_yaml_wrong(yaml, name, "there is no key `%s' here",
					      slb_yaml_text(yaml, name));
		return slb_key_option(conf, yaml, opt->name, NULL, node);
	}
	switch (key->kind) {
	case SLB_KEY_CHOICE:
		return slb_key_choice(conf, yaml, key, node);
	case SLB_KEY_LISTEN:
		return slb_key_listen(conf, yaml, node);
	case SLB_KEY_WORD:
	case SLB_KEY_WORDS:
	case SLB_KEY_SERVERS:
	case SLB_KEY_CHECK:
		return 0;	/* later */
	default:
		return slb_key_option(conf, yaml, key->option, key, node);
	}
}

/* The keys that become options. */
static int slb_object_options(struct slb_slbconf *conf, struct slb_yaml *yaml,
			      const struct slb_command *command, const yaml_node_t *node)
{
	size_t i;

	for (i = 0; i < slb_yaml_count(node); i++)
		if (slb_key_read(conf, yaml, command, slb_yaml_key(yaml, node, i),
				 slb_yaml_value(yaml, node, i)))
			return -1;
	return 0;
}

/* The value that becomes plain words, first what names the object. */
static int slb_object_words(struct slb_slbconf *conf, struct slb_yaml *yaml,
			    const struct slb_section *section, const yaml_node_t *node,
			    const yaml_node_t *name)
{
	const struct slb_key *key = slb_key_find(NULL, slb_section_command(section), section->key);
	struct slb_err_place at = slb_yaml_place(yaml, name);
	const yaml_node_t *more;

	if (key->kind == SLB_KEY_OPTION) {
		/* Of a mapping the options have it. */
		if (name == node)
			return slb_key_option(conf, yaml, key->option, key, name);
		return 0;
	}
	if (key->kind != SLB_KEY_WORD)
		return 0;
	slb_slbconf_word(conf, &at, "", NULL);	/* "--": what follows is no option */
	if (name->type != YAML_SCALAR_NODE)
		return slb_yaml_text(yaml, name) ? 0 : -1;
	if (slb_key_words(conf, yaml, name))
		return -1;
	more = section->add == SLB_DO_ACL_ADD ? slb_yaml_find(yaml, node, "prefixes") : NULL;
	return more ? slb_key_words(conf, yaml, more) : 0;
}

static int slb_object_parent(struct slb_slbconf *conf, struct slb_yaml *yaml,
			     const struct slb_parent *parent)
{
	struct slb_err_place at;
	const char *text;

	if (!parent)
		return 0;
	at = slb_yaml_place(yaml, parent->name);
	if (parent->section->add == SLB_DO_SVC_ADD && slb_key_listen(conf, yaml, parent->name))
		return -1;
	text = slb_yaml_text(yaml, parent->name);
	if (parent->section->add == SLB_DO_GROUP_ADD)
		slb_slbconf_word(conf, &at, "group", text);
	if (parent->vrf)
		slb_slbconf_word(conf, &at, "vrf", slb_yaml_text(yaml, parent->vrf));
	return 0;
}

/* One line; @name is the value that names the object, of several the one that is meant. */
static int slb_object_line(struct slb_slbconf *conf, struct slb_yaml *yaml,
			   const struct slb_section *section, const struct slb_parent *parent,
			   const yaml_node_t *node, const yaml_node_t *name)
{
	const struct slb_command *command = slb_section_command(section);
	struct slb_err_place at = slb_yaml_place(yaml, node);
	int ret;

	slb_slbconf_word(conf, &at, command->name, NULL);
	slb_slbconf_word(conf, &at, "owner", "conf");
	ret = slb_object_parent(conf, yaml, parent);
	if (!ret && name != node)
		ret = slb_object_options(conf, yaml, command, node);
	if (!ret)
		ret = slb_object_words(conf, yaml, section, node, name);
	if (!ret)
		return slb_slbconf_line(conf, &at);
	slb_slbconf_forget(conf);
	return ret;
}

static int slb_object_read(struct slb_slbconf *conf, struct slb_yaml *yaml,
			   const struct slb_section *section, const struct slb_parent *parent,
			   const yaml_node_t *node);

static int slb_object_servers(struct slb_slbconf *conf, struct slb_yaml *yaml,
			      const struct slb_section *section, const yaml_node_t *node)
{
	const yaml_node_t *list = slb_yaml_find(yaml, node, "servers");
	struct slb_parent parent = {
		.section = section,
		.name = slb_yaml_find(yaml, node, section->key),
		.vrf = slb_yaml_find(yaml, node, "vrf"),
	};
	size_t i;

	if (!list)
		return 0;
	if (list->type == YAML_MAPPING_NODE)
		return slb_yaml_wrong(yaml, list, "a list of servers is expected");
	for (i = 0; i < slb_yaml_count(list); i++)
		if (slb_object_read(conf, yaml, &slb_section_srv, &parent,
				    slb_yaml_item(yaml, list, i)))
			return -1;
	return 0;
}

static int slb_object_read(struct slb_slbconf *conf, struct slb_yaml *yaml,
			   const struct slb_section *section, const struct slb_parent *parent,
			   const yaml_node_t *node)
{
	const yaml_node_t *check;
	const yaml_node_t *name;
	size_t i;

	if (section->alone && node->type == YAML_SCALAR_NODE)
		return slb_object_line(conf, yaml, section, parent, node, node);
	if (slb_yaml_keys(yaml, node))
		return -1;
	name = slb_yaml_find(yaml, node, section->key);
	if (!name)
		return slb_yaml_wrong(yaml, node, "`%s' is missing", section->key);
	/* Several local addresses may have everything else in common. */
	if (section->add == SLB_DO_LADDR_ADD && !slb_yaml_count(name))
		return slb_yaml_wrong(yaml, name, "there is no address");
	for (i = 0; i < (section->add == SLB_DO_LADDR_ADD ? slb_yaml_count(name) : 1); i++)
		if (slb_object_line(conf, yaml, section, parent, node,
				    section->add == SLB_DO_LADDR_ADD ? slb_yaml_item(yaml, name, i)
								     : name))
			return -1;
	check = slb_key_find(NULL, slb_section_command(section), "check") ?
		slb_yaml_find(yaml, node, "check") : NULL;
	if (check && slb_slbconf_check(conf, yaml, check))
		return -1;
	return section == &slb_section_srv ? 0 : slb_object_servers(conf, yaml, section, node);
}

/**
 * slb_slbconf_section() - read the objects of a section
 * @conf: the file
 * @yaml: the part of it
 * @section: the section
 * @list: its objects
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_slbconf_section(struct slb_slbconf *conf, struct slb_yaml *yaml,
			const struct slb_section *section, const yaml_node_t *list)
{
	size_t i;

	if (list->type != YAML_SEQUENCE_NODE && !slb_yaml_is_null(list))
		return slb_yaml_wrong(yaml, list, "%s: a list is expected", section->name);
	for (i = 0; i < slb_yaml_count(list); i++)
		if (slb_object_read(conf, yaml, section, NULL, slb_yaml_item(yaml, list, i)))
			return -1;
	return 0;
}
