/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slb.conf: a YAML file that says what there is to be. One table has its keys; reading turns each
 * object into the line of -S that means the same, writing turns such lines into objects.
 */
#ifndef SLB_SLBCONF_H
#define SLB_SLBCONF_H

#include "file.h"
#include "yamlfile.h"

#define SLB_SLBCONF_FILE	"/etc/slb/slb.conf"

/* What becomes of the value of a key. */
enum slb_key_kind {
	SLB_KEY_OPTION,		/* the option's argument */
	SLB_KEY_CHOICE,		/* one of two words, each of them an option */
	SLB_KEY_MAYBE,		/* the option's argument, or the other option if it is "off" or nothing */
	SLB_KEY_LIST,		/* the same of a list, with commas */
	SLB_KEY_PAIRS,		/* the option's argument KEY=VALUE,... of a mapping */
	SLB_KEY_WORD,		/* a plain word */
	SLB_KEY_WORDS,		/* plain words, of a list */
	SLB_KEY_LISTEN,		/* what names a service */
	SLB_KEY_SERVERS,	/* a list of servers */
	SLB_KEY_CHECK,		/* slbd's business */
	SLB_KEY_NONE,		/* there is no such key, though there is such an option */
};

/**
 * struct slb_key - a key that is not simply the long option of the same name
 * @name: the key
 * @may: commands whose objects have it, SLB_DO() bits
 * @kind: what becomes of its value
 * @option: the long option
 * @other: the long option of the choice's second word, or of none
 * @word: the words of a choice
 */
struct slb_key {
	const char		*name;
	__u64			may;
	enum slb_key_kind	kind;
	const char		*option;
	const char		*other;
	const char		*word[2];
};

/**
 * struct slb_section - a part of the file
 * @name: the key at the top
 * @add: the command that adds one of its objects
 * @key: the key that names an object; it alone may stand for the whole mapping if @alone
 * @alone: see @key
 */
struct slb_section {
	const char	*name;
	enum slb_do	add;
	const char	*key;
	bool		alone;
};

/**
 * struct slb_slbconf - a file while it is read
 * @file: the lines it becomes
 * @yaml: it and what it includes
 * @yaml_count: entries in @yaml
 * @word: words of the line that is made
 * @at: where each stands
 * @count: entries in @word
 * @room: entries that fit
 * @checks: what slbd checks, or NULL
 */
struct slb_slbconf {
	struct slb_file		*file;
	struct slb_yaml		**yaml;
	size_t			yaml_count;
	char			**word;
	struct slb_err_place	*at;
	size_t			count;
	size_t			room;
	struct slbd_conf	*checks;
};

extern const struct slb_section slb_sections[];
extern const struct slb_section slb_section_srv;

/* slbconf.c */
const struct slb_command *slb_section_command(const struct slb_section *section);
const struct slb_key *slb_key_find(const struct slb_key *from, const struct slb_command *command,
				   const char *name);
const struct slb_key *slb_key_of(const struct slb_command *command, const struct slb_option *opt);
void slb_slbconf_word(struct slb_slbconf *conf, const struct slb_err_place *at, const char *option,
		      const char *value);
int slb_slbconf_line(struct slb_slbconf *conf, const struct slb_err_place *at);
int slb_slbconf_section(struct slb_slbconf *conf, struct slb_yaml *yaml,
			const struct slb_section *section, const yaml_node_t *list);

/* slbconf_file.c */
int slb_slbconf_read(struct slb_file *file, const char *name, struct slbd_conf *checks);
int slb_slbconf_open(struct slb_file *file, const char *name);

/* slbconf_check.c */
int slb_slbconf_checks(struct slb_slbconf *conf);
int slb_slbconf_check(struct slb_slbconf *conf, struct slb_yaml *yaml, const yaml_node_t *node);

/* slbconf_save.c */
int slb_slbconf_save(struct slb_nl *nl);
int slb_slbconf_lines(char *text);
void slb_slbconf_text(const char *text);

#endif
