// SPDX-License-Identifier: GPL-2.0-only
/* How servers are checked, as a plain struct: defaults, equality, words about it. */
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "check.h"

static const struct slb_name slbd_check_names[] = {
	[SLBD_CHECK_NONE] = { "none" },
	[SLBD_CHECK_MANUAL] = { "manual" },
	[SLBD_CHECK_TCP] = { "tcp" },
	[SLBD_CHECK_SYN] = { "syn" },
	[SLBD_CHECK_HTTP] = { "http" },
	[SLBD_CHECK_HTTPS] = { "https" },
	[SLBD_CHECK_UDP] = { "udp" },
	[SLBD_CHECK_DNS] = { "dns" },
	[SLBD_CHECK_PING] = { "ping" },
	[SLBD_CHECK_EXEC] = { "exec" },
};

const struct slb_words slbd_check_types = { slbd_check_names, SLBD_CHECK_TYPES };

static char *slbd_strdup(const char *text)
{
	return text ? strcpy(slb_mem_grow(NULL, strlen(text) + 1), text) : NULL;
}

static struct slbd_bytes *slbd_bytes_dup(const struct slbd_bytes *bytes)
{
	return bytes ? memcpy(slb_mem_grow(NULL, sizeof(*bytes)), bytes, sizeof(*bytes)) : NULL;
}

/**
 * slbd_check_init() - the defaults of a type
 * @conf: the answer; holds nothing that is to be freed yet
 * @type: the type
 */
void slbd_check_init(struct slbd_check_conf *conf, enum slbd_check_type type)
{
	unsigned int code;

	memset(conf, 0, sizeof(*conf));
	conf->type = type;
	conf->rise = 3;
	conf->fall = 3;
	conf->ping = true;
	for (code = 200; code < 400; code++)
		conf->code[code / 32] |= 1U << code % 32;
}

/**
 * slbd_check_copy() - a copy that lives by itself
 * @to: the answer
 * @from: what to copy
 */
void slbd_check_copy(struct slbd_check_conf *to, const struct slbd_check_conf *from)
{
	size_t i;

	*to = *from;
	to->path = slbd_strdup(from->path);
	to->host = slbd_strdup(from->host);
	to->body = slbd_strdup(from->body);
	to->ca = slbd_strdup(from->ca);
	to->sni = slbd_strdup(from->sni);
	to->query = slbd_strdup(from->query);
	to->request = slbd_bytes_dup(from->request);
	to->expect = slbd_bytes_dup(from->expect);
	to->arg = NULL;
	if (from->arg_count)
		to->arg = slb_mem_grow(NULL, from->arg_count * sizeof(*to->arg));
	for (i = 0; i < from->arg_count; i++)
		to->arg[i] = slbd_strdup(from->arg[i]);
}

/**
 * slbd_check_args_free() - forget the program that a check runs
 * @conf: the check
 */
void slbd_check_args_free(struct slbd_check_conf *conf)
{
	while (conf->arg_count)
		free(conf->arg[--conf->arg_count]);
	free(conf->arg);
	conf->arg = NULL;
}

/**
 * slbd_check_free() - free what a check's configuration holds
 * @conf: the configuration; empty afterwards
 */
void slbd_check_free(struct slbd_check_conf *conf)
{
	free(conf->path);
	free(conf->host);
	free(conf->body);
	free(conf->ca);
	free(conf->sni);
	free(conf->query);
	free(conf->request);
	free(conf->expect);
	slbd_check_args_free(conf);
	memset(conf, 0, sizeof(*conf));
}

static bool slbd_text_is_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool slbd_bytes_are_equal(const struct slbd_bytes *a, const struct slbd_bytes *b)
{
	return a == b || (a && b && a->len == b->len && !memcmp(a->b, b->b, a->len));
}

static bool slbd_args_are_equal(const struct slbd_check_conf *a, const struct slbd_check_conf *b)
{
	size_t i;

	if (a->arg_count != b->arg_count)
		return false;
	for (i = 0; i < a->arg_count; i++)
		if (strcmp(a->arg[i], b->arg[i]))
			return false;
	return true;
}

/* All but texts. */
static bool slbd_plain_is_equal(const struct slbd_check_conf *a, const struct slbd_check_conf *b)
{
	return a->type == b->type && slbd_check_interval(a) == slbd_check_interval(b) &&
	       slbd_check_timeout(a) == slbd_check_timeout(b) && a->rise == b->rise &&
	       a->fall == b->fall && !slb_addr_compare(&a->addr, &b->addr) && a->port == b->port &&
	       !slb_addr_compare(&a->source, &b->source) && a->mark == b->mark && a->vrf == b->vrf &&
	       a->method == b->method && a->http10 == b->http10 && a->verify == b->verify &&
	       a->ping == b->ping && !memcmp(a->code, b->code, sizeof(a->code));
}

/**
 * slbd_check_is_equal() - would two checks do the same?
 * @a: first
 * @b: second
 *
 * Return: true if one can stand for both.
 */
bool slbd_check_is_equal(const struct slbd_check_conf *a, const struct slbd_check_conf *b)
{
	return slbd_plain_is_equal(a, b) && slbd_text_is_equal(a->path, b->path) &&
	       slbd_text_is_equal(a->host, b->host) && slbd_text_is_equal(a->body, b->body) &&
	       slbd_text_is_equal(a->ca, b->ca) && slbd_text_is_equal(a->sni, b->sni) &&
	       slbd_text_is_equal(a->query, b->query) &&
	       slbd_bytes_are_equal(a->request, b->request) &&
	       slbd_bytes_are_equal(a->expect, b->expect) && slbd_args_are_equal(a, b);
}

/**
 * slbd_check_hash() - a number that equal checks have in common
 * @conf: the check, with address and port of the server
 *
 * Return: the number.
 */
__u32 slbd_check_hash(const struct slbd_check_conf *conf)
{
	__u32 hash = 2166136261U;
	unsigned int i;

	for (i = 0; i < conf->addr.len; i++)
		hash = (hash ^ conf->addr.b[i]) * 16777619U;
	hash = (hash ^ conf->port) * 16777619U;
	return (hash ^ conf->type) * 16777619U;
}

static bool slbd_check_is_udp(const struct slbd_check_conf *conf)
{
	return conf->type == SLBD_CHECK_UDP || conf->type == SLBD_CHECK_DNS;
}

/**
 * slbd_check_interval() - how often a server is probed
 * @conf: the check
 *
 * Return: milliseconds from one probe to the next.
 */
__u32 slbd_check_interval(const struct slbd_check_conf *conf)
{
	if (conf->interval)
		return conf->interval;
	return slbd_check_is_udp(conf) ? 5000 : 2000;
}

/**
 * slbd_check_timeout() - how long a probe may take
 * @conf: the check
 *
 * Return: milliseconds.
 */
__u32 slbd_check_timeout(const struct slbd_check_conf *conf)
{
	if (conf->timeout)
		return conf->timeout;
	return slbd_check_is_udp(conf) ? 10000 : 5000;
}

/**
 * slbd_check_worst() - how long a dead server may go unnoticed
 * @conf: the check
 *
 * There is one probe at a time. One that times out delays the next to the first regular moment behind
 * it. A server that dies when a probe has just been answered is met by the next one an interval
 * later; but an empty UDP probe counts as answered when its time is over.
 *
 * Return: milliseconds until the probe that decides has failed.
 */
__u64 slbd_check_worst(const struct slbd_check_conf *conf)
{
	__u64 interval = slbd_check_interval(conf);
	__u64 timeout = slbd_check_timeout(conf);
	__u64 period = (timeout + interval - 1) / interval * interval;
	bool silent = conf->type == SLBD_CHECK_UDP && !conf->expect;

	return (silent ? period : interval) + (conf->fall - 1) * period + timeout;
}

/**
 * slbd_check_probes() - whether a check sends anything
 * @conf: the check
 *
 * Return: false for none and manual.
 */
bool slbd_check_probes(const struct slbd_check_conf *conf)
{
	return conf->type != SLBD_CHECK_NONE && conf->type != SLBD_CHECK_MANUAL;
}

/* Milliseconds as seconds, with decimals where there are any. */
static int slbd_seconds(char *buf, size_t size, const char *before, __u64 ms)
{
	if (ms % 1000)
		return snprintf(buf, size, "%s%.3g s", before, ms / 1000.0);
	return snprintf(buf, size, "%s%llu s", before, ms / 1000);
}

/**
 * slbd_check_text() - a check in words, with the longest time until a dead server is noticed
 * @buf: SLBD_CHECK_TEXT bytes
 * @conf: the check
 *
 * Return: @buf.
 */
const char *slbd_check_text(char *buf, const struct slbd_check_conf *conf)
{
	const char *type = slb_word(&slbd_check_types, conf->type);
	size_t size = SLBD_CHECK_TEXT;
	int at;

	at = snprintf(buf, size, "%s", type);
	if (!slbd_check_probes(conf))
		return buf;
	at += slbd_seconds(buf + at, size - at, " every ", slbd_check_interval(conf));
	at += slbd_seconds(buf + at, size - at, ", timeout ", slbd_check_timeout(conf));
	at += snprintf(buf + at, size - at, ", rise %u, fall %u", conf->rise, conf->fall);
	slbd_seconds(buf + at, size - at, ": a dead server is noticed after at most ",
		     slbd_check_worst(conf));
	return buf;
}

/**
 * slbd_conf_group_add() - append a group
 * @conf: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slbd_conf_group *slbd_conf_group_add(struct slbd_conf *conf)
{
	conf->group = slb_list_add(conf->group, &conf->group_count, sizeof(*conf->group));
	return &conf->group[conf->group_count - 1];
}

/**
 * slbd_conf_srv_add() - append a server that is checked in its own way
 * @group: its group
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slbd_conf_srv *slbd_conf_srv_add(struct slbd_conf_group *group)
{
	group->srv = slb_list_add(group->srv, &group->srv_count, sizeof(*group->srv));
	return &group->srv[group->srv_count - 1];
}

/**
 * slbd_conf_free() - free what a configuration holds
 * @conf: the configuration; empty afterwards
 */
void slbd_conf_free(struct slbd_conf *conf)
{
	size_t i;
	size_t j;

	for (i = 0; i < conf->group_count; i++) {
		for (j = 0; j < conf->group[i].srv_count; j++)
			slbd_check_free(&conf->group[i].srv[j].check);
		free(conf->group[i].srv);
		slbd_check_free(&conf->group[i].check);
	}
	free(conf->group);
	memset(conf, 0, sizeof(*conf));
}
