// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration as commands. -S writes lines that -R reads; nothing but defaults is left out,
 * and -R gives what a line leaves out its default, so that a line means the same whatever was there
 * before.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "object.h"
#include "slbconf.h"

/* Whether a word means itself without quotes. */
static bool slb_conf_word_is_plain(const char *word)
{
	const char *c;

	for (c = word; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("._:/@+,=%-", *c)))
			return false;
	return *word;
}

/**
 * slb_conf_word_print() - print a word so that -R reads it again, whatever bytes it has
 * @word: the word
 */
void slb_conf_word_print(const char *word)
{
	const unsigned char *c = (const unsigned char *)word;

	if (slb_conf_word_is_plain(word)) {
		fputs(word, stdout);
		return;
	}
	putchar('"');
	for (; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			printf("\\x%02x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

/**
 * slb_conf_req_print() - print a command in the form that -S uses
 * @req: the command
 */
void slb_conf_req_print(const struct slb_req *req)
{
	if (req->command->letter)
		printf("-%c", req->command->letter);
	else
		printf("%s%s", req->command->dashes, req->command->name);
	if (req->command->object->print)
		req->command->object->print(req);
	putchar('\n');
}

/**
 * slb_conf_save() - print the configuration as commands
 * @nl: the family
 * @req: the command line, which says in which form; NULL: as commands
 *
 * Return: 0, or a negative errno, in which case nothing was printed and @nl says why.
 */
int slb_conf_save(struct slb_nl *nl, const struct slb_req *req)
{
	const struct slb_object * const *object;
	struct slb_config config;
	int err;

	if (req && slb_req_has(req, SLB_SLOT_CONF))
		return slb_slbconf_save(nl);
	err = slb_config_load(nl, &config, SLB_LOAD_ALL);
	if (err)
		return err;
	for (object = slb_objects; *object; object++)
		if ((*object)->save)
			(*object)->save(&config);
	slb_config_free(&config);
	return 0;
}
