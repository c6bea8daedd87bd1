// SPDX-License-Identifier: GPL-2.0-only
/*
 * import keepalived: virtual servers with their real servers and checks, and groups of local
 * addresses of the fullNAT forks, become slb.conf. What cannot be carried over is told.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "conf.h"
#include "err.h"
#include "keepalived.h"

#define SLB_KA_RANGE	256	/* addresses of a range */

static const char *slb_ka_file;

/* What was told: a virtual server may become several services, and its delay several checks'. */
static struct {
	char	**text;
	size_t	count;
} slb_ka_told;

static bool slb_ka_tell(unsigned int line, const char *text)
{
	char *note = NULL;
	size_t i;

	if (asprintf(&note, "%u %s", line, text) < 0)
		return true;
	for (i = slb_ka_told.count; i-- > 0;) {
		if (strcmp(slb_ka_told.text[i], note))
			continue;
		free(note);
		return false;
	}
	slb_ka_told.text = slb_list_add(slb_ka_told.text, &slb_ka_told.count,
					sizeof(*slb_ka_told.text));
	slb_ka_told.text[slb_ka_told.count - 1] = note;
	return true;
}

static void slb_ka_told_free(void)
{
	while (slb_ka_told.count)
		free(slb_ka_told.text[--slb_ka_told.count]);
	free(slb_ka_told.text);
	slb_ka_told.text = NULL;
}

__printf(2, 3) static void slb_ka_lost(const struct slb_ka *ka, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	char *c;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	if (!slb_ka_tell(ka->line, text))
		return;
	slb_err_at(slb_ka_file, ka->line);
	slb_err_warn("not carried over: %s", text);
	slb_err_at(NULL, 0);
}

/* A text as a value of YAML, wherever it stands. */
static void slb_ka_text(FILE *out, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	fputc('"', out);
	for (; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < 0x20 || *c >= 0x7f)
			fprintf(out, "\\x%02x", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

/* A number of a statement, brought into a range. */
static bool slb_ka_number(const struct slb_ka *ka, __u32 min, __u32 max, __u32 *value)
{
	const char *text = slb_ka_word(ka, 1);

	if (!ka)
		return false;
	/* Delays may have fractions. */
	*value = strtoul(text, NULL, 10);
	if (*text < '0' || *text > '9') {
		slb_ka_lost(ka, "%s `%s'", slb_ka_word(ka, 0), text);
		return false;
	}
	if (*value < min || *value > max)
		slb_ka_lost(ka, "%s %s: it is %u-%u", slb_ka_word(ka, 0), text, min, max);
	*value = *value < min ? min : *value > max ? max : *value;
	return true;
}

static void slb_ka_option(FILE *out, const struct slb_ka *in, const char *keyword,
			  const char *name, __u32 min, __u32 max)
{
	__u32 value;

	if (slb_ka_number(slb_ka_find(in, keyword), min, max, &value))
		fprintf(out, ", %s: %u", name, value);
}

static void slb_ka_option_text(FILE *out, const struct slb_ka *in, const char *keyword,
			       const char *name)
{
	const struct slb_ka *ka = slb_ka_find(in, keyword);

	if (!ka || !*slb_ka_word(ka, 1))
		return;
	fprintf(out, ", %s: ", name);
	slb_ka_text(out, slb_ka_word(ka, 1));
}

/* Tells the statements of a block that are in none of the lists. */
static void slb_ka_rest(const struct slb_ka *in, const char * const *known)
{
	const struct slb_ka *ka;
	size_t i, j;

	for (i = 0; i < in->part_count; i++) {
		ka = &in->part[i];
		for (j = 0; known[j] && strcmp(known[j], slb_ka_word(ka, 0)); j++)
			;
		if (!known[j])
			slb_ka_lost(ka, "%s", slb_ka_word(ka, 0));
	}
}

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

/* Retries are failures that do not count yet. */
static void slb_ka_retry(FILE *out, const struct slb_ka *check, const struct slb_ka *svc)
{
	const struct slb_ka *retry = slb_ka_find(check, "nb_get_retry");
	__u32 value;

	if (!retry)
		retry = slb_ka_find(check, "retry");
	if (!retry)
		retry = slb_ka_find(svc, "retry");
	if (slb_ka_number(retry, 0, 9, &value))
		fprintf(out, ", fall: %u", value + 1);
	fprintf(out, ", rise: 1");
}

/* A check as one value; NULL if it cannot be one. */
static char *slb_ka_check(const struct slb_ka *check, const struct slb_ka *svc, size_t kind)
{
	const struct slb_ka *loop = slb_ka_find(check, "delay_loop") ? check : svc;
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
	slb_ka_retry(out, check, svc);
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

static const char * const slb_ka_srv_known[] = {
	"weight", "uthreshold", "lthreshold", "HTTP_GET", "SSL_GET", "TCP_CHECK", "UDP_CHECK",
	"DNS_CHECK", "PING_CHECK", "MISC_CHECK", NULL
};

static char *slb_ka_srv_check(const struct slb_ka *srv, const struct slb_ka *svc)
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
			text = slb_ka_check(&srv->part[i], svc, kind);
	}
	return text;
}

/* What real_server and sorry_server have in common: an address of the family @like, and a port. */
static void slb_ka_srv(FILE *out, const struct slb_ka *srv, const struct slb_ka *svc, __u8 like,
		       bool sorry)
{
	const char *kind = slb_ka_word(slb_ka_find(svc, "lb_kind"), 1);
	struct slb_end end = {};
	char text[SLB_END_TEXT];
	__u32 port = 0;
	__u32 value;
	char *check;

	if (!*kind)
		kind = slb_ka_word(slb_ka_find(svc, "lvs_method"), 1);
	if (slb_addr_parse(&end.addr, slb_ka_word(srv, 1), like) || end.addr.len != like ||
	    (srv->count > 2 && !slb_number_parse(&port, srv->word[2], 0, 65535))) {
		slb_ka_lost(srv, "%s %s %s: no address and port of the service's family",
			    slb_ka_word(srv, 0), slb_ka_word(srv, 1), slb_ka_word(srv, 2));
		return;
	}
	end.port = port;
	fprintf(out, "      - address: \"%s\"\n", port ? slb_end_text(text, &end) :
		slb_addr_text(text, &end.addr));
	if (slb_ka_number(slb_ka_find(srv, "weight"), 0, 65535, &value))
		fprintf(out, "        weight: %u\n", value);
	if (!strcmp(kind, "NAT"))
		fprintf(out, "        forward: nat\n");
	if (sorry)
		fprintf(out, "        priority: 1\n");
	if (slb_ka_number(slb_ka_find(srv, "uthreshold"), 0, 0x7fffffff, &value))
		fprintf(out, "        max-conns: %u\n", value);
	if (slb_ka_number(slb_ka_find(srv, "lthreshold"), 0, 0x7fffffff, &value))
		fprintf(out, "        low-conns: %u\n", value);
	check = slb_ka_srv_check(srv, svc);
	if (check)
		fprintf(out, "        check: %s\n", check);
	free(check);
	slb_ka_rest(srv, slb_ka_srv_known);
}

/* The methods that there are by the same name. */
static void slb_ka_scheduler(FILE *out, const struct slb_ka *svc)
{
	static const char * const same[] = { "rr", "wrr", "lc", "wlc", "sh", "mh", "fo", NULL };
	const struct slb_ka *ka = slb_ka_find(svc, "lb_algo");
	int i;

	if (!ka)
		ka = slb_ka_find(svc, "lvs_sched");
	if (!ka)
		return;
	for (i = 0; same[i] && strcmp(same[i], slb_ka_word(ka, 1)); i++)
		;
	if (same[i])
		fprintf(out, "    scheduler: %s\n", same[i]);
	else
		slb_ka_lost(ka, "the method %s; it is wlc now", slb_ka_word(ka, 1));
}

static void slb_ka_kind(const struct slb_ka *svc)
{
	const struct slb_ka *ka = slb_ka_find(svc, "lb_kind");

	if (!ka)
		ka = slb_ka_find(svc, "lvs_method");
	if (ka && strcmp(slb_ka_word(ka, 1), "NAT") && strcmp(slb_ka_word(ka, 1), "FNAT") &&
	    strcmp(slb_ka_word(ka, 1), "FULLNAT"))
		slb_ka_lost(ka, "forwarding by %s; it is fullNAT now", slb_ka_word(ka, 1));
}

static const char * const slb_ka_svc_known[] = {
	"lb_algo", "lvs_sched", "lb_kind", "lvs_method", "protocol", "persistence_timeout",
	"persistence_granularity", "delay_loop", "retry", "virtualhost", "laddr_group_name",
	"established_timeout", "real_server", "sorry_server", NULL
};

/* A service that listens to @listen; its servers are of the family that @like is the length of. */
static void slb_ka_service(FILE *out, const struct slb_ka *svc, const char *listen, __u8 like)
{
	const struct slb_ka *ka;
	bool any = false;
	__u32 value;
	size_t i;

	fprintf(out, "  - listen: \"%s\"\n", listen);
	slb_ka_scheduler(out, svc);
	slb_ka_kind(svc);
	ka = slb_ka_find(svc, "persistence_timeout");
	if (ka && ka->count == 1)
		fprintf(out, "    persistent: on\n");
	else if (slb_ka_number(ka, 1, 86400, &value))
		fprintf(out, "    persistent: %u\n", value);
	ka = slb_ka_find(svc, "persistence_granularity");
	if (ka) {
		fprintf(out, "    netmask: ");
		slb_ka_text(out, slb_ka_word(ka, 1));
		fputc('\n', out);
	}
	if (slb_ka_number(slb_ka_find(svc, "established_timeout"), 0, 14400, &value))
		fprintf(out, "    timeout: {established: %u}\n", value);
	ka = slb_ka_find(svc, "laddr_group_name");
	if (ka) {
		fprintf(out, "    pool: ");
		slb_ka_text(out, slb_ka_word(ka, 1));
		fputc('\n', out);
	}
	for (i = 0; i < svc->part_count; i++) {
		ka = &svc->part[i];
		if (strcmp(slb_ka_word(ka, 0), "real_server") &&
		    strcmp(slb_ka_word(ka, 0), "sorry_server"))
			continue;
		fputs(any ? "" : "    servers:\n", out);
		any = true;
		slb_ka_srv(out, ka, svc, like, *slb_ka_word(ka, 0) == 's');
	}
	slb_ka_rest(svc, slb_ka_svc_known);
}

/*
 * The addresses of ADDR or ADDR-LAST, where LAST is the end of the last one: to 255, with IPv6 in
 * hexadecimal digits. Returns how many; 0 if it is no such thing.
 */
static unsigned int slb_ka_range(const char *text, struct slb_addr *first)
{
	const char *dash = strchr(text, '-');
	char host[SLB_END_TEXT] = "";
	unsigned long last;
	unsigned int from;
	char *end;

	if (!dash)
		return !slb_addr_parse(first, text, 0);
	if ((size_t)(dash - text) >= sizeof(host))
		return 0;
	memcpy(host, text, dash - text);
	if (slb_addr_parse(first, host, 0))
		return 0;
	last = strtoul(dash + 1, &end, first->len == 4 ? 10 : 16);
	from = first->b[first->len - 1];
	if (first->len == 16)
		from |= first->b[14] << 8;
	if (*end || end == dash + 1 || last < from || last > (first->len == 4 ? 255 : 65535) ||
	    last - from >= SLB_KA_RANGE)
		return 0;
	return last - from + 1;
}

static void slb_ka_next(struct slb_addr *addr)
{
	if (!++addr->b[addr->len - 1] && addr->len == 16)
		addr->b[14]++;
}

/* A service by address and port, or by mark, from the words of @at behind @skip. */
static void slb_ka_listen(FILE *out, const struct slb_ka *svc, const struct slb_ka *at, size_t skip)
{
	const char *proto = slb_ka_word(slb_ka_find(svc, "protocol"), 1);
	const struct slb_ka *srv = slb_ka_find(svc, "real_server");
	char listen[SLB_END_TEXT + 8];
	char text[SLB_END_TEXT];
	struct slb_addr like = {};
	struct slb_end end = {};
	unsigned int count;
	__u32 number = 0;

	if (*proto && strcmp(proto, "TCP") && strcmp(proto, "UDP")) {
		slb_ka_lost(svc, "a virtual server of %s", proto);
		return;
	}
	if (!strcmp(slb_ka_word(at, skip), "fwmark") &&
	    slb_number_parse(&number, slb_ka_word(at, skip + 1), 1, 0xffffffff)) {
		if (srv)
			slb_addr_parse(&like, slb_ka_word(srv, 1), 0);
		snprintf(listen, sizeof(listen), "fwmark %u%s", number,
			 like.len == 16 ? " ipv6" : "");
		slb_ka_service(out, svc, listen, like.len == 16 ? 16 : 4);
		return;
	}
	count = slb_ka_range(slb_ka_word(at, skip), &end.addr);
	if (!count || (at->count > skip + 1 && !slb_number_parse(&number, at->word[skip + 1], 0, 65535))) {
		slb_ka_lost(at, "`%s %s': no address and port", slb_ka_word(at, skip),
			    slb_ka_word(at, skip + 1));
		return;
	}
	end.port = number;
	for (; count; count--, slb_ka_next(&end.addr)) {
		snprintf(listen, sizeof(listen), "%s %s", *proto == 'U' ? "udp" : "tcp",
			 slb_ports_text(text, &end, end.port));
		slb_ka_service(out, svc, listen, end.addr.len);
	}
}

/* A virtual server; one of a group is a service for each entry. */
static void slb_ka_virtual(FILE *out, const struct slb_ka *top, const struct slb_ka *svc)
{
	const struct slb_ka *group;
	size_t i, j;

	if (strcmp(slb_ka_word(svc, 1), "group")) {
		slb_ka_listen(out, svc, svc, 1);
		return;
	}
	for (i = 0; i < top->part_count; i++) {
		group = &top->part[i];
		if (strcmp(slb_ka_word(group, 0), "virtual_server_group") ||
		    strcmp(slb_ka_word(group, 1), slb_ka_word(svc, 2)))
			continue;
		for (j = 0; j < group->part_count; j++)
			slb_ka_listen(out, svc, &group->part[j], 0);
		return;
	}
	slb_ka_lost(svc, "there is no virtual_server_group %s", slb_ka_word(svc, 2));
}

/* The local addresses of a fullNAT fork; the group's name is the pool's. */
static void slb_ka_laddrs(FILE *out, const struct slb_ka *group)
{
	char text[SLB_END_TEXT];
	struct slb_addr addr;
	bool any = false;
	unsigned int n;
	size_t i;

	for (i = 0; i < group->part_count; i++) {
		n = slb_ka_range(slb_ka_word(&group->part[i], 0), &addr);
		if (!n)
			slb_ka_lost(&group->part[i], "`%s': no address",
				    slb_ka_word(&group->part[i], 0));
		for (; n; n--, slb_ka_next(&addr), any = true)
			fprintf(out, "%s\"%s\"", any ? ", " : "  - address: [",
				slb_addr_text(text, &addr));
	}
	if (!any)
		return;
	fprintf(out, "]\n    pool: ");
	slb_ka_text(out, slb_ka_word(group, 1));
	fputc('\n', out);
}

static void slb_ka_convert(FILE *out, const struct slb_ka *top)
{
	static const char * const known[] = {
		"virtual_server", "virtual_server_group", "local_address_group", NULL
	};
	const char *head = "\nladdrs:\n";
	size_t i;

	fprintf(out, "# From keepalived.conf, by slbadm import.\n");
	for (i = 0; i < top->part_count; i++) {
		if (strcmp(slb_ka_word(&top->part[i], 0), "local_address_group"))
			continue;
		fputs(head, out);
		head = "";
		slb_ka_laddrs(out, &top->part[i]);
	}
	fprintf(out, "\nservices:\n");
	for (i = 0; i < top->part_count; i++)
		if (!strcmp(slb_ka_word(&top->part[i], 0), "virtual_server"))
			slb_ka_virtual(out, top, &top->part[i]);
	slb_ka_rest(top, known);
}

/**
 * slb_ka_import() - print a keepalived.conf in the form of slb.conf
 * @name: its name, for messages
 * @text: the file; what cannot be carried over is told
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_ka_import(const char *name, char *text)
{
	struct slb_ka top;
	char *result = NULL;
	size_t len;
	FILE *out;
	int ret;

	slb_ka_file = name;
	slb_err_at(name, 1);
	ret = slb_ka_read(&top, text);
	slb_err_at(NULL, 0);
	out = ret ? NULL : open_memstream(&result, &len);
	if (out) {
		slb_ka_convert(out, &top);
		fclose(out);
		fputs(result, stdout);
	}
	free(result);
	slb_ka_told_free();
	slb_ka_free(&top);
	return out ? 0 : -1;
}

/**
 * slb_import() - print another program's configuration in the form of slb.conf
 * @req: the command line: the program, and the file or "-"
 *
 * Return: SLB_EXIT_*.
 */
int slb_import(const struct slb_req *req)
{
	const char *name = req->word_count > 1 ? req->word[1] : "-";
	FILE *stream = stdin;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int ret;

	if (!req->word_count || strcmp(req->word[0], "keepalived")) {
		slb_err_print("import takes keepalived, and its file");
		return SLB_EXIT_USAGE;
	}
	if (strcmp(name, "-"))
		stream = fopen(name, "re");
	else
		name = "stdin";
	if (!stream) {
		slb_err_print("%s: %s", name, strerror(errno));
		return SLB_EXIT_REFUSED;
	}
	len = getdelim(&text, &size, '\0', stream);
	if (len < 0 || (size_t)len != strlen(text)) {
		slb_err_print("%s: %s", name, len < 0 ? "there is nothing" : "a byte is 0");
		ret = SLB_EXIT_USAGE;
	} else {
		ret = slb_ka_import(name, text) ? SLB_EXIT_USAGE : SLB_EXIT_DONE;
	}
	free(text);
	if (stream != stdin)
		fclose(stream);
	return ret;
}
