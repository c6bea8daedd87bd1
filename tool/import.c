// SPDX-License-Identifier: GPL-2.0-only
/*
 * import keepalived: virtual servers with their real servers and checks, and groups of local
 * addresses of the fullNAT forks, become slb.conf. What cannot be carried over is told.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "conf.h"
#include "err.h"
#include "import.h"

#define SLB_KA_RANGE	256	/* addresses of a range */

static const char * const slb_ka_srv_known[] = {
	"weight", "uthreshold", "lthreshold", "HTTP_GET", "SSL_GET", "TCP_CHECK", "UDP_CHECK",
	"DNS_CHECK", "PING_CHECK", "MISC_CHECK", "retry", "delay_loop", NULL
};

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

	slb_ka_tell_of(name);
	slb_err_at(name, 1);
	ret = slb_ka_read(&top, text);
	slb_err_at(NULL, 0);
	slb_ka_judge(text);
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
