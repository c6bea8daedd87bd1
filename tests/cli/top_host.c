// SPDX-License-Identifier: GPL-2.0-only
/*
 * slbadm top without the module: readings are those of a file, which is read anew each time. Its lines:
 *
 *   ms N               when it is
 *   conns N            live connections
 *   fail WORDS         there is no reading
 *   many N             N services with two servers each
 *   COUNTERS -A|-a ... a service or a server, as slbadm adds it, with its connections, packets from clients,
 *                      packets from servers, bytes from clients, bytes from servers, active and inactive
 *                      connections
 *
 * With --pure it prints what pure functions make of its other arguments.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tool/err.h"
#include "../../tool/list.h"
#include "../../tool/top/top.h"

#define MOST_WORDS	40
#define COUNTERS	7
#define SPACE		"\n "

static const __u16 counters[] = {
	SLB_A_STATS_CONNS, SLB_A_STATS_IN_PKTS, SLB_A_STATS_OUT_PKTS, SLB_A_STATS_IN_BYTES,
	SLB_A_STATS_OUT_BYTES,
};

static void add(struct slb_top_reading *now, const __u64 *number, int argc, char **argv)
{
	struct slb_req req;
	int i;

	if (slb_req_parse(&req, argc, argv, false))
		exit(SLB_EXIT_USAGE);
	for (i = 0; i < (int)(sizeof(counters) / sizeof(*counters)); i++) {
		req.svc.stats.value[counters[i]] = number[i];
		req.srv.stats.value[counters[i]] = number[i];
	}
	if (req.command->id == SLB_DO_SVC_ADD) {
		slb_svc_default(&req.svc);
		slb_top_svc_add(now, &req.svc);
	} else {
		slb_srv_default(&req.srv);
		req.srv.value[SLB_A_SRV_ACTIVE] = number[i];
		req.srv.value[SLB_A_SRV_INACTIVE] = number[i + 1];
		slb_top_srv_add(now, &req.srv);
	}
	slb_req_free(&req);
}

static void many(struct slb_top_reading *now, unsigned int count)
{
	struct slb_svc svc = { .key = { .proto = IPPROTO_TCP, .end.addr.len = 4 } };
	unsigned int i;
	__u32 addr;
	int s;

	svc.value[SLB_A_SVC_ENABLED] = 1;
	for (i = 0; i < count; i++) {
		struct slb_srv srv = { .value[SLB_A_SRV_WEIGHT] = 1 };

		addr = htonl(0x0a000000 + i);
		memcpy(svc.key.end.addr.b, &addr, 4);
		svc.key.end.port = 80;
		svc.key.last = 80;
		svc.stats.value[SLB_A_STATS_CONNS] = now->ms * i;
		slb_top_svc_add(now, &svc);
		srv.svc = svc.key;
		srv.end = svc.key.end;
		for (s = 0; s < 2; s++) {
			srv.end.port = 8080 + s;
			slb_top_srv_add(now, &srv);
		}
	}
}

static void line_read(struct slb_top_reading *now, char *line)
{
	char *argv[MOST_WORDS] = { strtok(line, SPACE) };
	__u64 number[COUNTERS];
	int argc = 1;
	int i;

	while (argc < MOST_WORDS && (argv[argc] = strtok(NULL, SPACE)))
		argc++;
	if (!strcmp(argv[0], "ms"))
		now->ms = strtoull(argv[1], NULL, 0);
	else if (!strcmp(argv[0], "conns"))
		now->conns = strtoull(argv[1], NULL, 0);
	else if (!strcmp(argv[0], "many"))
		many(now, atoi(argv[1]));
	else
		for (i = 0; i < COUNTERS; i++)
			number[i] = strtoull(argv[i], NULL, 0);
	if (argc > COUNTERS)
		add(now, number, argc - COUNTERS, argv + COUNTERS);
}

static int file_read(struct slb_top_source *source, struct slb_top_reading *now)
{
	FILE *stream = fopen(source->data, "r");
	char line[1024];
	int err = 0;

	strcpy(now->version, "test");
	while (stream && fgets(line, sizeof(line), stream)) {
		if (!strncmp(line, "fail ", 5)) {
			snprintf(source->words, sizeof(source->words), "%s", strtok(line + 5, "\n"));
			err = -EAGAIN;
		} else {
			line_read(now, line);
		}
	}
	if (!stream || fclose(stream))
		exit(SLB_EXIT_USAGE);
	if (err)
		slb_top_reading_free(now);
	return err;
}

static void pure(const char *what, const char *text, const char *more)
{
	float ring[SLB_TOP_HISTORY] = {};
	unsigned char level[SLB_TOP_HISTORY];
	char buf[SLB_OBJECT_TEXT];
	unsigned int head = 0;
	int columns;
	int i;

	if (!strcmp(what, "number")) {
		puts(slb_top_number(buf, strtoull(text, NULL, 0)));
	} else if (!strcmp(what, "short")) {
		puts(slb_top_short(buf, sizeof(buf), text, atoi(more)));
	} else {
		columns = atoi(more);
		for (; *text; text = strchr(text, ',') ? strchr(text, ',') + 1 : "") {
			head = (head + 1) % SLB_TOP_HISTORY;
			ring[head] = strtof(text, NULL);
		}
		slb_top_bar(level, columns, ring, head, 8);
		for (i = 0; i < columns; i++)
			putchar('0' + level[i]);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct slb_top_source source = { .read = file_read, .data = argv[1] };
	int i;

	if (argc > 2 && !strcmp(argv[1], "--pure")) {
		for (i = 2; i + 2 < argc; i += 3)
			pure(argv[i], argv[i + 1], argv[i + 2]);
		return SLB_EXIT_DONE;
	}
	return slb_top_loop(&source, argc > 2 ? atoi(argv[2]) : 3600);
}
