// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing slb.conf. The configuration comes as the lines of -S; the options of each become the keys
 * of slbconf.c's table, its plain words and its place in the order of -S the rest.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "slbconf.h"

/**
 * struct slb_saved - a line of -S, taken apart
 * @command: its command
 * @section: that of its object
 * @opt: its options
 * @value: their arguments
 * @count: entries in @opt
 * @word: its plain words
 * @word_count: entries in @word
 */
struct slb_saved {
	const struct slb_command	*command;
	const struct slb_section	*section;
	const struct slb_option		*opt[SLB_SLOTS];
	const char			*value[SLB_SLOTS];
	size_t				count;
	char				**word;
	size_t				word_count;
};

static bool slb_text_is_plain(const char *text)
{
	const char *c;

	if (!isalnum((unsigned char)*text) && *text != '/')
		return false;
	for (c = text; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("._/:+@=%[]- ", *c)) ||
		    (*c == ':' && (!c[1] || c[1] == ' ')))
			return false;
	return c[-1] != ' ';
}

/* Characters that YAML takes for the end of a line or does not take, in UTF-8. */
static const char *slb_text_odd(const char *c)
{
	static const struct {
		const char	*bytes;
		const char	*escape;
	} odd[] = {
		{ "\xe2\x80\xa8", "\\L" }, { "\xe2\x80\xa9", "\\P" },
		{ "\xef\xbb\xbf", "\\uFEFF" }, { "\xef\xbf\xbe", "\\uFFFE" },
		{ "\xef\xbf\xbf", "\\uFFFF" },
	};
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		if (!strncmp(c, odd[i].bytes, strlen(odd[i].bytes)))
			return odd[i].escape;
	return NULL;
}

/**
 * slb_slbconf_text() - print a text as a value of YAML
 * @text: UTF-8
 */
void slb_slbconf_text(const char *text)
{
	const char *odd;
	const char *c;

	if (slb_text_is_plain(text)) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (c = text; *c; c++) {
		odd = slb_text_odd(c);
		if (odd) {
			fputs(odd, stdout);
			c += 2;
		} else if (*c == '"' || *c == '\\') {
			printf("\\%c", *c);
		} else if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			printf("\\x%02x", *c);
		} else if (*c == '\xc2' && (unsigned char)c[1] < 0xa0 && c[1]) {
			printf("\\x%02x", (unsigned char)*++c);
		} else {
			putchar(*c);
		}
	}
	putchar('"');
}

static void slb_saved_list(const char *text)
{
	const char *end;
	const char *joint = "";
	char part[256];

	fputs(" [", stdout);
	for (; text; text = *end ? end + 1 : NULL) {
		end = text + strcspn(text, ",");
		snprintf(part, sizeof(part), "%.*s", (int)(end - text), text);
		/* Brackets are the list's here. */
		printf(strpbrk(part, "[]") ? "%s\"%s\"" : "%s%s", joint, part);
		joint = ", ";
	}
	fputs("]\n", stdout);
}

static void slb_saved_pairs(int indent, const char *text)
{
	const char *value;
	const char *end;

	putchar('\n');
	for (; text; text = *end ? end + 1 : NULL) {
		end = text + strcspn(text, ",");
		value = strchr(text, '=') + 1;
		printf("%*s%.*s: %.*s\n", indent, "", (int)(value - 1 - text), text,
		       (int)(end - value), value);
	}
}

static void slb_saved_value(const char *value)
{
	putchar(' ');
	slb_slbconf_text(value);
	putchar('\n');
}

/* An option becomes a key with a value. */
static void slb_saved_option(const struct slb_saved *saved, size_t i, int indent)
{
	const struct slb_option *opt = saved->opt[i];
	const struct slb_key *key = slb_key_of(saved->command, opt);
	const char *value = saved->value[i];

	if (key && (key->kind == SLB_KEY_CHECK || !strcmp(key->name, "address")))
		return;
	printf("%*s%s:", indent, "", key ? key->name : opt->name);
	if (key && key->kind == SLB_KEY_CHOICE)
		slb_saved_value(key->word[strcmp(key->option, opt->name) != 0]);
	else if (key && key->kind == SLB_KEY_LIST && value)
		slb_saved_list(value);
	else if (key && key->kind == SLB_KEY_PAIRS)
		slb_saved_pairs(indent + 2, value);
	else
		slb_saved_value(value ? value : "off");
}

/* What names a service, or the object's first word or address. */
static void slb_saved_name(const struct slb_saved *saved)
{
	bool ipv6 = false;
	char text[512] = "";
	size_t i;

	for (i = 0; i < saved->count; i++)
		ipv6 |= saved->opt[i]->slot == SLB_SLOT_IPV6;
	for (i = 0; i < saved->count; i++) {
		if (saved->opt[i]->slot == SLB_SLOT_SERVER)
			snprintf(text, sizeof(text), "%s", saved->value[i]);
		else if (saved->opt[i]->slot == SLB_SLOT_SERVICE)
			snprintf(text, sizeof(text), "%.*s %s%s",
				 (int)strcspn(saved->opt[i]->name, "-"), saved->opt[i]->name,
				 saved->value[i], ipv6 ? " ipv6" : "");
	}
	slb_slbconf_text(saved->word_count ? saved->word[0] : text);
	putchar('\n');
}

/* What the name, the place or the reader says. */
static bool slb_saved_is_implied(const struct slb_saved *saved, const struct slb_option *opt)
{
	bool srv = saved->command->id == SLB_DO_SRV_ADD;

	return opt->slot == SLB_SLOT_SERVICE || opt->slot == SLB_SLOT_IPV6 ||
	       opt->slot == SLB_SLOT_SERVER || opt->slot == SLB_SLOT_OWNER ||
	       (srv && (opt->slot == SLB_SLOT_GROUP || opt->slot == SLB_SLOT_VRF));
}

static void slb_saved_print(const struct slb_saved *saved, int indent)
{
	size_t i;

	printf("%*s- %s: ", indent, "", saved->section->key);
	slb_saved_name(saved);
	for (i = 0; i < saved->count; i++)
		if (!slb_saved_is_implied(saved, saved->opt[i]))
			slb_saved_option(saved, i, indent + 2);
	if (saved->word_count > 1)
		printf("%*sprefixes:\n", indent + 2, "");
	for (i = 1; i < saved->word_count; i++) {
		printf("%*s- ", indent + 4, "");
		slb_slbconf_text(saved->word[i]);
		putchar('\n');
	}
}

/* All settings, one in a line. */
static void slb_saved_settings(char **word)
{
	char *value;

	puts("settings:");
	for (; *word; word++) {
		value = strchr(*word, '=');
		*value++ = '\0';
		printf("  %s:", *word);
		if (strchr(value, ','))
			slb_saved_list(value);
		else
			slb_saved_value(value);
	}
}

static const struct slb_command *slb_saved_command(const char *word)
{
	if (!strncmp(word, "--", 2))
		return slb_command_find(0, word + 2, "--");
	return slb_command_find(word[1], "", "");
}

/*
 * -S writes the argument of an option as a word of its own, and a name behind the command. The words
 * that are no options are gathered at the front of @words.
 */
static void slb_saved_scan(struct slb_saved *saved, char **words)
{
	const struct slb_option *opt;
	char **from = words + 1;

	memset(saved, 0, sizeof(*saved));
	saved->command = slb_saved_command(*words);
	saved->word = words;
	if (saved->command->words && *from)
		words[saved->word_count++] = *from++;
	while (*from) {
		if (**from != '-') {
			words[saved->word_count++] = *from++;
			continue;
		}
		opt = (*from)[1] == '-' ? slb_option_find(saved->command, 0, *from + 2)
					: slb_option_find(saved->command, (*from)[1], "");
		from++;
		saved->opt[saved->count] = opt;
		saved->value[saved->count++] = opt->arg ? *from++ : NULL;
	}
}

/* Servers stand behind the object that they belong to. */
static void slb_saved_object(struct slb_saved *saved, const struct slb_section **last, bool *servers)
{
	const struct slb_section *section = slb_sections;

	while (section->name && section->add != saved->command->id)
		section++;
	saved->section = section->name ? section : &slb_section_srv;
	if (section->name) {
		if (*last != section)
			printf("\n%s:\n", section->name);
		*last = section;
		slb_saved_print(saved, 2);
	} else {
		if (!*servers)
			puts("    servers:");
		slb_saved_print(saved, 6);
	}
	*servers = !section->name;
}

/* A line of -S that goes on in the next is one. */
static void slb_saved_unfold(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == '\n')
			text++;
		else
			*to++ = *text;
	}
	*to = '\0';
}

/**
 * slb_slbconf_lines() - print lines of -S in the form of slb.conf
 * @text: the lines, changed in place
 *
 * Return: 0, or a negative errno after saying what is wrong.
 */
int slb_slbconf_lines(char *text)
{
	const struct slb_section *section = NULL;
	struct slb_saved saved;
	bool servers = false;
	char **words;
	char *line;
	int count;

	puts("# What slb is configured with, see slb.conf(5).");
	slb_saved_unfold(text);
	while ((line = strsep(&text, "\n"))) {
		words = slb_mem_grow(NULL, (strlen(line) / 2 + 2) * sizeof(*words));
		count = slb_file_words(words, line);
		if (count > 0 && !strcmp(*words, "--set")) {
			slb_saved_settings(words + 1);
		} else if (count > 0) {
			slb_saved_scan(&saved, words);
			slb_saved_object(&saved, &section, &servers);
		}
		free(words);
		if (count < 0)
			return -EINVAL;
	}
	return 0;
}

/**
 * slb_slbconf_save() - print the configuration in the form of slb.conf
 * @nl: the family
 *
 * Return: 0, or a negative errno, in which case nothing was printed and @nl says why.
 */
int slb_slbconf_save(struct slb_nl *nl)
{
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len;
	int err;

	stdout = open_memstream(&text, &len);
	if (!stdout) {
		stdout = terminal;
		snprintf(nl->words, sizeof(nl->words), "out of memory");
		return -ENOMEM;
	}
	err = slb_conf_save(nl, NULL);
	fclose(stdout);
	stdout = terminal;
	if (!err)
		err = slb_slbconf_lines(text);
	free(text);
	return err;
}
