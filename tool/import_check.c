// SPDX-License-Identifier: GPL-2.0-only
/* Checks of keepalived.conf as those of slb.conf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "import.h"

/* How checks of one kind are called here, and what they know there. */
static const struct {
	const char	*name;
	const char	*type;
	const char	*known[20];
} slb_ka_checks[] = {
	{ "HTTP_GET", "http", { "url", "virtualhost", "http_protocol", "connect_ip", "connect_port",
	  "bindto", "connect_timeout", "fwmark", "nb_get_retry", "retry", "delay_loop", NULL } },
	{ "SSL_GET", "https", { "url", "virtualhost", "http_protocol", "connect_ip", "connect_port",
	  "bindto", "connect_timeout", "fwmark", "nb_get_retry", "retry", "delay_loop", "enable_sni",
	  NULL } },
	{ "TCP_CHECK", "tcp", { "connect_ip", "connect_port", "bindto", "connect_timeout", "fwmark",
	  "retry", "delay_loop", NULL } },
	{ "UDP_CHECK", "udp", { "connect_ip", "connect_port", "bindto", "connect_timeout", "fwmark",
	  "retry", "delay_loop", "payload", NULL } },
	{ "DNS_CHECK", "dns", { "connect_ip", "connect_port", "bindto", "connect_timeout", "fwmark",
	  "retry", "delay_loop", "name", NULL } },
	{ "PING_CHECK", "ping", { "connect_ip", "bindto", "connect_timeout", "fwmark", "retry",
	  "delay_loop", NULL } },
	{ "MISC_CHECK", "exec", { "misc_path", "misc_timeout", "retry", "delay_loop", NULL } },
	{}
};

/* The first url; a digest of the page is not compared. */
static void slb_ka_url(FILE *out, const struct slb_ka *check, const struct slb_ka *svc)
{
	static const char * const known[] = { "path", "status_code", "virtualhost", NULL };
	const struct slb_ka *url = NULL;
	const struct slb_ka *code;
	size_t i;

	for (i = check->part_count; i-- > 0;) {
		if (strcmp(slb_ka_word(&check->part[i], 0), "url"))
			continue;
		if (url)
			slb_ka_lost(url, "a further url");
		url = &check->part[i];
	}
	fprintf(out, ", method: GET");
	if (!url)
		return;
	slb_ka_rest(url, known);
	if (*slb_ka_word(slb_ka_find(url, "path"), 1) == '/')
		slb_ka_option_text(out, url, "path", "path");
	code = slb_ka_find(url, "status_code");
	if (code)
		fprintf(out, ", codes: [");
	for (i = 1; code && i < code->count; i++) {
		fputs(i > 1 ? ", " : "", out);
		slb_ka_text(out, code->word[i]);
	}
	fputs(code ? "]" : "", out);
	slb_ka_option_text(out, slb_ka_find(url, "virtualhost") ? url :
			   slb_ka_find(check, "virtualhost") ? check : svc, "virtualhost", "host");
}

/* The command is one text there, and its words here. */
static bool slb_ka_command(FILE *out, const struct slb_ka *check)
{
	const struct slb_ka *path = slb_ka_find(check, "misc_path");
	const char *joint = ", command: [";
	char *copy;
	char *rest;
	char *word;
	size_t i;

	if (!path || *slb_ka_word(path, 1) != '/') {
		slb_ka_lost(path ? path : check, "a program without its whole path");
		return false;
	}
	for (i = 1; i < path->count; i++) {
		copy = strcpy(slb_mem_grow(NULL, strlen(path->word[i]) + 1), path->word[i]);
		for (rest = copy; (word = strsep(&rest, " \t"));) {
			if (!*word)
				continue;
			fputs(joint, out);
			slb_ka_text(out, word);
			joint = ", ";
		}
		free(copy);
	}
	fputs("]", out);
	return true;
}

/* Where a statement stands that a check takes from its server, or from the virtual server, if it has none. */
static const struct slb_ka *slb_ka_nearest(const struct slb_ka *check, const struct slb_ka *srv,
					   const struct slb_ka *svc, const char *keyword)
{
	if (slb_ka_find(check, keyword))
		return check;
	return slb_ka_find(srv, keyword) ? srv : svc;
}

/* Retries are failures that do not count yet. */
static void slb_ka_retry(FILE *out, const struct slb_ka *check, const struct slb_ka *srv,
			 const struct slb_ka *svc)
{
	const struct slb_ka *retry = slb_ka_find(check, "nb_get_retry");
	__u32 value;

	if (!retry)
		retry = slb_ka_find(slb_ka_nearest(check, srv, svc, "retry"), "retry");
	if (slb_ka_number(retry, 0, 9, &value))
		fprintf(out, ", fall: %u", value + 1);
	fprintf(out, ", rise: 1");
}

/* A check as one value; NULL if it cannot be one. */
static char *slb_ka_check(const struct slb_ka *check, const struct slb_ka *srv,
			  const struct slb_ka *svc, size_t kind)
{
	const struct slb_ka *loop = slb_ka_nearest(check, srv, svc, "delay_loop");
	const char *type = slb_ka_checks[kind].type;
	char *text = NULL;
	bool whole = true;
	size_t len;
	FILE *out;

	slb_ka_rest(check, slb_ka_checks[kind].known);
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	fprintf(out, "{type: %s", type);
	slb_ka_option(out, loop, "delay_loop", "interval", 1, 50);
	slb_ka_retry(out, check, srv, svc);
	slb_ka_option(out, check, *type == 'e' ? "misc_timeout" : "connect_timeout", "timeout", 1,
		      300);
	if (*type == 'e') {
		whole = slb_ka_command(out, check);
	} else {
		if (strcmp(type, "ping"))
			slb_ka_option(out, check, "connect_port", "port", 1, 65535);
		slb_ka_option_text(out, check, "connect_ip", "address");
		slb_ka_option_text(out, check, "bindto", "source");
		slb_ka_option(out, check, "fwmark", "mark", 0, 0xffffffff);
	}
	if (*type == 'h')
		slb_ka_url(out, check, svc);
	if (*type == 'h' && !strcmp(slb_ka_word(slb_ka_find(check, "http_protocol"), 1), "1.0"))
		fprintf(out, ", version: \"1.0\"");
	if (!strcmp(type, "udp"))
		slb_ka_option_text(out, check, "payload", "request");
	if (!strcmp(type, "dns"))
		slb_ka_option_text(out, check, "name", "query");
	fputs("}", out);
	fclose(out);
	if (whole)
		return text;
	free(text);
	return NULL;
}

/**
 * slb_ka_srv_check() - the check of a server as one value of YAML
 * @srv: the server's block
 * @svc: the virtual server's
 *
 * Return: the text, to be freed, or NULL if there is none.
 */
char *slb_ka_srv_check(const struct slb_ka *srv, const struct slb_ka *svc)
{
	char *text = NULL;
	size_t i, kind;

	for (i = 0; i < srv->part_count; i++) {
		for (kind = 0; slb_ka_checks[kind].name; kind++)
			if (!strcmp(slb_ka_checks[kind].name, slb_ka_word(&srv->part[i], 0)))
				break;
		if (!slb_ka_checks[kind].name)
			continue;
		if (text)
			slb_ka_lost(&srv->part[i], "a further check");
		else
			text = slb_ka_check(&srv->part[i], srv, svc, kind);
	}
	return text;
}
