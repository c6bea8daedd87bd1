// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of services and groups that are configured by slbadm: a file of lines, each a service, a
 * group or a server of one as slbadm names them, and settings.
 *
 *	-t 10.0.0.80:80 type=http path=/alive interval=5
 *	-t 10.0.0.80:80 -r 10.1.0.11:8080 type=tcp
 *	--group web type=tcp
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "../opts.h"
#include "check.h"

#define SLBD_LINE_WORDS		128

/**
 * struct slbd_line - a line, in words
 * @word: those before the settings; the first is for the command
 * @word_count: entries in @word
 * @setting: NAME=VALUE
 * @setting_count: entries in @setting
 * @srv: a server is named
 */
struct slbd_line {
	char	*word[SLBD_LINE_WORDS];
	int	word_count;
	char	*setting[SLBD_LINE_WORDS];
	int	setting_count;
	bool	srv;
};

/* Takes the next word off, in place: quotes hold blanks, a backslash the next character. */
static char *slbd_line_word(char **at)
{
	bool quoted = false;
	char *from = *at;
	char *word;
	char *to;

	while (isspace((unsigned char)*from))
		from++;
	if (!*from || *from == '#')
		return NULL;
	word = from;
	for (to = from; *from && (quoted || !isspace((unsigned char)*from)); from++) {
		if (*from == '"') {
			quoted = !quoted;
			continue;
		}
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*at = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static int slbd_line_split(struct slbd_line *line, char *text)
{
	char *word;

	memset(line, 0, sizeof(*line));
	line->word_count = 1;
	while ((word = slbd_line_word(&text))) {
		if (line->word_count == SLBD_LINE_WORDS || line->setting_count == SLBD_LINE_WORDS) {
			slb_err_print("there are too many words");
			return -1;
		}
		if (*word != '-' && strchr(word, '=')) {
			line->setting[line->setting_count++] = word;
			continue;
		}
		if (line->setting_count) {
			slb_err_print("`%s': a setting is NAME=VALUE", word);
			return -1;
		}
		line->srv |= !strcmp(word, "-r") || !strcmp(word, "--server");
		line->word[line->word_count++] = word;
	}
	return 0;
}

/* Whose check it is; slbadm's own parser of the options. */
static int slbd_line_key(struct slbd_line *line, struct slb_srv *srv)
{
	struct slb_req req;
	int ret;

	memset(srv, 0, sizeof(*srv));
	if (!line->srv && line->word_count == 3 && !strcmp(line->word[1], "--group")) {
		if (!*line->word[2] || strlen(line->word[2]) > SLB_NAME_MAX) {
			slb_err_print("the name of a group has 1-80 bytes");
			return -1;
		}
		strcpy(srv->group, line->word[2]);
		return 0;
	}
	line->word[0] = line->srv ? "-e" : "-E";
	ret = slb_req_parse(&req, line->word_count, line->word, false);
	if (!ret && line->srv)
		*srv = req.srv;
	else if (!ret)
		srv->svc = req.svc.key;
	slb_req_free(&req);
	return ret;
}

static struct slbd_conf_group *slbd_conf_group_find(struct slbd_conf *conf,
						    const struct slb_srv *srv)
{
	size_t i;

	for (i = 0; i < conf->group_count; i++)
		if (!strcmp(conf->group[i].group, srv->group) &&
		    !slb_svc_key_compare(&conf->group[i].svc, &srv->svc))
			return &conf->group[i];
	return NULL;
}

/* Where a line's check belongs; NULL if it has one. */
static struct slbd_check_conf *slbd_line_place(struct slbd_conf *conf, const struct slb_srv *srv,
					       bool is_srv)
{
	struct slbd_conf_group *group = slbd_conf_group_find(conf, srv);
	struct slbd_conf_srv *own;
	size_t i;

	if (!group) {
		group = slbd_conf_group_add(conf);
		strcpy(group->group, srv->group);
		group->svc = srv->svc;
		slbd_check_init(&group->check, SLBD_CHECK_MANUAL);
		if (!is_srv)
			return &group->check;
	} else if (!is_srv) {
		return NULL;
	}
	for (i = 0; i < group->srv_count; i++)
		if (!slb_end_compare(&group->srv[i].end, &srv->end))
			return NULL;
	own = slbd_conf_srv_add(group);
	own->end = srv->end;
	slbd_check_init(&own->check, SLBD_CHECK_MANUAL);
	return &own->check;
}

static int slbd_line_set(const struct slbd_line *line, struct slbd_check_conf *check)
{
	const char *wrong;
	char *value;
	int i;

	for (i = 0; i < line->setting_count; i++) {
		value = strchr(line->setting[i], '=');
		*value++ = '\0';
		wrong = slbd_check_set(check, line->setting[i], value);
		if (wrong) {
			slb_err_print("%s `%s': %s", line->setting[i], value, wrong);
			return -1;
		}
	}
	wrong = slbd_check_wrong(check);
	if (wrong)
		slb_err_print("%s", wrong);
	return wrong ? -1 : 0;
}

static int slbd_line_read(struct slbd_conf *conf, char *text)
{
	struct slbd_check_conf *check;
	struct slbd_line line;
	struct slb_srv srv;

	if (slbd_line_split(&line, text))
		return -1;
	if (line.word_count == 1 && !line.setting_count)
		return 0;
	if (line.word_count == 1 || !line.setting_count) {
		slb_err_print("a line is a service or group, and settings of its check");
		return -1;
	}
	if (slbd_line_key(&line, &srv))
		return -1;
	check = slbd_line_place(conf, &srv, line.srv);
	if (!check) {
		slb_err_print("a line above is about the same");
		return -1;
	}
	return slbd_line_set(&line, check);
}

/**
 * slbd_lines_read() - read a file of checks
 * @file: its name
 * @conf: filled in; empty if this fails
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slbd_lines_read(const char *file, struct slbd_conf *conf)
{
	FILE *stream = fopen(file, "re");
	unsigned int number = 0;
	char *text = NULL;
	size_t size = 0;
	int ret = 0;

	memset(conf, 0, sizeof(*conf));
	if (!stream) {
		slb_err_print("%s: %s", file, strerror(errno));
		return -1;
	}
	while (!ret && getline(&text, &size, stream) >= 0) {
		slb_err_at(file, ++number);
		ret = slbd_line_read(conf, text);
	}
	slb_err_at(NULL, 0);
	if (!ret && ferror(stream)) {
		slb_err_print("%s: %s", file, strerror(errno));
		ret = -1;
	}
	if (ret)
		slbd_conf_free(conf);
	free(text);
	fclose(stream);
	return ret;
}
