// SPDX-License-Identifier: GPL-2.0-only
/* The settings of a check, by name, as files give them. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "check.h"

#define SLBD_PATH_MAX		2048
#define SLBD_HOST_MAX		261	/* a name of 255 bytes and a port */
#define SLBD_FOR(type)		(1U << (type))
#define SLBD_FOR_HTTP		(SLBD_FOR(SLBD_CHECK_HTTP) | SLBD_FOR(SLBD_CHECK_HTTPS))
#define SLBD_FOR_PROBES		(~(SLBD_FOR(SLBD_CHECK_NONE) | SLBD_FOR(SLBD_CHECK_MANUAL)))

/**
 * struct slbd_setting - a row of the table of settings
 * @name: its name
 * @types: types of checks that have it, SLBD_FOR() bits
 * @set: reads the value; returns NULL or what is wrong
 */
struct slbd_setting {
	const char	*name;
	unsigned int	types;
	const char	*(*set)(struct slbd_check_conf *conf, const char *value);
};

static void slbd_text_set(char **text, const char *value)
{
	free(*text);
	*text = strcpy(slb_mem_grow(NULL, strlen(value) + 1), value);
}

static const char *slbd_set_interval(struct slbd_check_conf *conf, const char *value)
{
	__u32 seconds;

	if (!slb_number_parse(&seconds, value, 1, 50))
		return "an interval is 1-50 seconds";
	conf->interval = seconds * 1000;
	return NULL;
}

static const char *slbd_set_timeout(struct slbd_check_conf *conf, const char *value)
{
	__u32 seconds;

	if (!slb_number_parse(&seconds, value, 1, 300))
		return "a timeout is 1-300 seconds";
	conf->timeout = seconds * 1000;
	return NULL;
}

static const char *slbd_set_rise(struct slbd_check_conf *conf, const char *value)
{
	__u32 times;

	if (!slb_number_parse(&times, value, 1, 10))
		return "successes in a row are 1-10";
	conf->rise = times;
	return NULL;
}

static const char *slbd_set_fall(struct slbd_check_conf *conf, const char *value)
{
	__u32 times;

	if (!slb_number_parse(&times, value, 1, 10))
		return "failures in a row are 1-10";
	conf->fall = times;
	return NULL;
}

static const char *slbd_set_addr(struct slbd_check_conf *conf, const char *value)
{
	return slb_addr_parse(&conf->addr, value, 0);
}

static const char *slbd_set_port(struct slbd_check_conf *conf, const char *value)
{
	return slb_port_parse(&conf->port, value, IPPROTO_TCP);
}

static const char *slbd_set_source(struct slbd_check_conf *conf, const char *value)
{
	return slb_addr_parse(&conf->source, value, 0);
}

static const char *slbd_set_mark(struct slbd_check_conf *conf, const char *value)
{
	unsigned long mark;
	char *end;

	mark = strtoul(value, &end, 0);
	if (!isdigit((unsigned char)*value) || *end || mark > UINT32_MAX)
		return "a mark is a number of 32 bits";
	conf->mark = mark;
	return NULL;
}

static const char *slbd_set_method(struct slbd_check_conf *conf, const char *value)
{
	if (strcasecmp(value, "HEAD") && strcasecmp(value, "GET"))
		return "a method is HEAD or GET";
	conf->method = strcasecmp(value, "GET") ? SLBD_HTTP_HEAD : SLBD_HTTP_GET;
	return NULL;
}

/* What would end a line of the request, or begin another. */
static bool slbd_text_is_plain(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 127)
			return false;
	return true;
}

static const char *slbd_set_path(struct slbd_check_conf *conf, const char *value)
{
	if (*value != '/')
		return "a path begins with `/'";
	if (strlen(value) > SLBD_PATH_MAX)
		return "a path has at most 2048 bytes";
	if (!slbd_text_is_plain(value) || strchr(value, ' '))
		return "a path has neither blanks nor control characters";
	slbd_text_set(&conf->path, value);
	return NULL;
}

static const char *slbd_set_host(struct slbd_check_conf *conf, const char *value)
{
	if (!*value || strlen(value) > SLBD_HOST_MAX || !slbd_text_is_plain(value) ||
	    strpbrk(value, " /@?#"))
		return "there is no host name";
	slbd_text_set(&conf->host, value);
	return NULL;
}

static const char *slbd_set_sni(struct slbd_check_conf *conf, const char *value)
{
	if (!*value || strlen(value) > SLBD_HOST_MAX || !slbd_text_is_plain(value) ||
	    strpbrk(value, " /@?#:"))
		return "there is no host name";
	slbd_text_set(&conf->sni, value);
	return NULL;
}

static const char *slbd_set_version(struct slbd_check_conf *conf, const char *value)
{
	if (strcmp(value, "1.0") && strcmp(value, "1.1"))
		return "a version is 1.0 or 1.1";
	conf->http10 = !strcmp(value, "1.0");
	return NULL;
}

/* One of 2xx, 204 and 200-204. */
static bool slbd_code_range(const char *word, __u32 *first, __u32 *last)
{
	char text[8] = {};

	if (strlen(word) == 3 && *word >= '1' && *word <= '5' && !strcasecmp(word + 1, "xx")) {
		*first = (*word - '0') * 100;
		*last = *first + 99;
		return true;
	}
	if (strlen(word) == 3) {
		*last = 0;
		if (!slb_number_parse(first, word, 100, SLBD_CODE_MAX - 1))
			return false;
		*last = *first;
		return true;
	}
	if (strlen(word) != 7 || word[3] != '-')
		return false;
	memcpy(text, word, 3);
	return slb_number_parse(first, text, 100, SLBD_CODE_MAX - 1) &&
	       slb_number_parse(last, word + 4, *first, SLBD_CODE_MAX - 1);
}

static const char *slbd_set_codes(struct slbd_check_conf *conf, const char *value)
{
	__u32 code[(SLBD_CODE_MAX + 31) / 32] = {};
	char text[256];
	char *save;
	char *word;
	__u32 first;
	__u32 last;

	if (!*value || strlen(value) >= sizeof(text))
		return "codes are a list such as 2xx,301,400-404";
	strcpy(text, value);
	for (word = strtok_r(text, ", ", &save); word; word = strtok_r(NULL, ", ", &save)) {
		if (!slbd_code_range(word, &first, &last))
			return "codes are a list such as 2xx,301,400-404";
		for (; first <= last; first++)
			code[first / 32] |= 1U << first % 32;
	}
	memcpy(conf->code, code, sizeof(code));
	return NULL;
}

static const char *slbd_set_body(struct slbd_check_conf *conf, const char *value)
{
	if (!*value || strlen(value) > SLBD_CHECK_BYTES)
		return "the text has 1-1024 bytes";
	slbd_text_set(&conf->body, value);
	conf->method = SLBD_HTTP_GET;
	return NULL;
}

static const char *slbd_switch(bool *to, const char *value)
{
	if (!strcmp(value, "on") || !strcmp(value, "true") || !strcmp(value, "yes"))
		*to = true;
	else if (!strcmp(value, "off") || !strcmp(value, "false") || !strcmp(value, "no"))
		*to = false;
	else
		return "it is on or off";
	return NULL;
}

static const char *slbd_set_verify(struct slbd_check_conf *conf, const char *value)
{
	return slbd_switch(&conf->verify, value);
}

static const char *slbd_set_ca(struct slbd_check_conf *conf, const char *value)
{
	if (!*value)
		return "the file is missing";
	slbd_text_set(&conf->ca, value);
	conf->verify = true;
	return NULL;
}

static const char *slbd_set_ping(struct slbd_check_conf *conf, const char *value)
{
	return slbd_switch(&conf->ping, value);
}

static int slbd_hex(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static const char *slbd_bytes_hex(struct slbd_bytes *bytes, const char *text)
{
	int high;
	int low;

	for (;;) {
		while (*text == ' ' || *text == ':')
			text++;
		if (!*text)
			return NULL;
		high = slbd_hex(text[0]);
		low = high < 0 ? -1 : slbd_hex(text[1]);
		if (low < 0)
			return "hex: is followed by pairs of hexadecimal digits";
		if (bytes->len == sizeof(bytes->b))
			return "there are more than 1024 bytes";
		bytes->b[bytes->len++] = high << 4 | low;
		text += 2;
	}
}

static const char *slbd_bytes_set(struct slbd_bytes **to, const char *value)
{
	struct slbd_bytes *bytes = slb_mem_grow(NULL, sizeof(*bytes));
	const char *wrong = NULL;

	memset(bytes, 0, sizeof(*bytes));
	if (!strncmp(value, "hex:", 4)) {
		wrong = slbd_bytes_hex(bytes, value + 4);
	} else if (strlen(value) > sizeof(bytes->b)) {
		wrong = "there are more than 1024 bytes";
	} else {
		bytes->len = strlen(value);
		memcpy(bytes->b, value, bytes->len);
	}
	if (!wrong && !bytes->len)
		wrong = "it is empty";
	if (wrong) {
		free(bytes);
		return wrong;
	}
	free(*to);
	*to = bytes;
	return NULL;
}

static const char *slbd_set_request(struct slbd_check_conf *conf, const char *value)
{
	return slbd_bytes_set(&conf->request, value);
}

static const char *slbd_set_expect(struct slbd_check_conf *conf, const char *value)
{
	return slbd_bytes_set(&conf->expect, value);
}

static const char *slbd_set_query(struct slbd_check_conf *conf, const char *value)
{
	const char *label = value;
	const char *c;

	if (!*value || strlen(value) > 253)
		return "a name has 1-253 bytes";
	for (c = value; *c; c++) {
		if (*c != '.')
			continue;
		if ((c == label && strcmp(value, ".")) || c - label > 63)
			return "between two dots are 1-63 bytes";
		label = c + 1;
	}
	if (c - label > 63)
		return "between two dots are 1-63 bytes";
	slbd_text_set(&conf->query, value);
	return NULL;
}

static const char *slbd_set_type(struct slbd_check_conf *conf, const char *value)
{
	struct slbd_check_conf old = *conf;
	unsigned int i;

	for (i = 0; i < SLBD_CHECK_TYPES; i++) {
		if (strcmp(slb_word(&slbd_check_types, i), value))
			continue;
		slbd_check_free(&old);
		slbd_check_init(conf, i);
		return NULL;
	}
	return "a type is none, manual, tcp, syn, http, https, udp, dns, ping or exec";
}

static const struct slbd_setting slbd_settings[] = {
	{ "type", ~0U, slbd_set_type },
	{ "interval", SLBD_FOR_PROBES, slbd_set_interval },
	{ "timeout", SLBD_FOR_PROBES, slbd_set_timeout },
	{ "rise", SLBD_FOR_PROBES, slbd_set_rise },
	{ "fall", SLBD_FOR_PROBES, slbd_set_fall },
	{ "address", SLBD_FOR_PROBES, slbd_set_addr },
	{ "port", SLBD_FOR_PROBES & ~SLBD_FOR(SLBD_CHECK_PING), slbd_set_port },
	{ "source", SLBD_FOR_PROBES & ~SLBD_FOR(SLBD_CHECK_EXEC), slbd_set_source },
	{ "mark", SLBD_FOR_PROBES & ~SLBD_FOR(SLBD_CHECK_EXEC), slbd_set_mark },
	{ "method", SLBD_FOR_HTTP, slbd_set_method },
	{ "path", SLBD_FOR_HTTP, slbd_set_path },
	{ "host", SLBD_FOR_HTTP, slbd_set_host },
	{ "version", SLBD_FOR_HTTP, slbd_set_version },
	{ "codes", SLBD_FOR_HTTP, slbd_set_codes },
	{ "body", SLBD_FOR_HTTP, slbd_set_body },
	{ "verify", SLBD_FOR(SLBD_CHECK_HTTPS), slbd_set_verify },
	{ "ca", SLBD_FOR(SLBD_CHECK_HTTPS), slbd_set_ca },
	{ "sni", SLBD_FOR(SLBD_CHECK_HTTPS), slbd_set_sni },
	{ "ping", SLBD_FOR(SLBD_CHECK_UDP) | SLBD_FOR(SLBD_CHECK_DNS), slbd_set_ping },
	{ "request", SLBD_FOR(SLBD_CHECK_UDP), slbd_set_request },
	{ "expect", SLBD_FOR(SLBD_CHECK_UDP), slbd_set_expect },
	{ "query", SLBD_FOR(SLBD_CHECK_DNS), slbd_set_query },
	{ "command", SLBD_FOR(SLBD_CHECK_EXEC), slbd_check_arg_add },
	{}
};

/**
 * slbd_check_has() - whether checks of a type have a setting
 * @conf: the check
 * @name: the setting's name
 *
 * Return: NULL, or what is wrong.
 */
const char *slbd_check_has(const struct slbd_check_conf *conf, const char *name)
{
	const struct slbd_setting *setting;

	for (setting = slbd_settings; setting->name; setting++)
		if (!strcmp(setting->name, name))
			return setting->types & SLBD_FOR(conf->type) ?
				NULL : "checks of this type have no such setting";
	return "there is no such setting";
}

/**
 * slbd_check_set() - a setting of a check
 * @conf: the check; slbd_check_init() was called. The type comes first: it sets all to its defaults
 * @name: the setting's name
 * @value: its value; a list is one text with commas, bytes are a text, or "hex:" and digits; each
 *	value of "command" is a further word of it
 *
 * Return: NULL, or what is wrong.
 */
const char *slbd_check_set(struct slbd_check_conf *conf, const char *name, const char *value)
{
	const struct slbd_setting *setting;

	for (setting = slbd_settings; setting->name; setting++) {
		if (strcmp(setting->name, name))
			continue;
		if (!(setting->types & SLBD_FOR(conf->type)))
			return "checks of this type have no such setting";
		return setting->set(conf, value);
	}
	return "there is no such setting";
}

/**
 * slbd_check_arg_add() - a word of the program that a check runs
 * @conf: the check
 * @word: the program first, then its arguments
 *
 * Return: NULL, or what is wrong.
 */
const char *slbd_check_arg_add(struct slbd_check_conf *conf, const char *word)
{
	if (!conf->arg_count && *word != '/')
		return "a program is named by its whole path";
	if (conf->arg_count == SLBD_CHECK_ARGS)
		return "there are more than 64 words";
	conf->arg = slb_list_add(conf->arg, &conf->arg_count, sizeof(*conf->arg));
	slbd_text_set(&conf->arg[conf->arg_count - 1], word);
	return NULL;
}

/**
 * slbd_check_wrong() - judge a check as a whole
 * @conf: all of its settings are set
 *
 * Return: NULL, or what is wrong.
 */
const char *slbd_check_wrong(const struct slbd_check_conf *conf)
{
	if (conf->type == SLBD_CHECK_EXEC && !conf->arg_count)
		return "the command is missing";
	if (conf->expect && !conf->request)
		return "an answer is expected, and there is no request";
	if (conf->body && conf->method == SLBD_HTTP_HEAD)
		return "the answer to HEAD has no text";
	if (conf->addr.len && conf->source.len && conf->addr.len != conf->source.len)
		return "address and source are of different families";
	return NULL;
}
