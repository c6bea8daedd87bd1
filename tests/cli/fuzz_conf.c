// SPDX-License-Identifier: GPL-2.0-only
/*
 * Feeds the readers of slb.conf and keepalived.conf with whatever libFuzzer thinks of. What is
 * understood of slb.conf, written as slb.conf, must be the same when it is read again. The first byte
 * chooses.
 */
#include <glob.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "keepalived.h"
#include "object.h"
#include "slbconf.h"

/* No file is to be read, and no name server asked. */
int glob(const char *pattern, int flags, int (*err)(const char *path, int no), glob_t *found)
{
	(void)pattern;
	(void)flags;
	(void)err;
	(void)found;
	return GLOB_NOMATCH;
}

void globfree(glob_t *found)
{
	(void)found;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **res)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)res;
	return EAI_NONAME;
}

static void fuzz_quiet(const char *text)
{
	(void)text;
}

/* The lines of a file; NULL if it is not understood. */
static char *fuzz_lines(const char *data, size_t size)
{
	FILE *terminal = stdout;
	FILE *input = stdin;
	struct slb_file file;
	struct slb_req req;
	char *text = NULL;
	size_t len;
	size_t i;

	stdin = fmemopen((void *)data, size, "r");
	if (!stdin) {
		stdin = input;
		return NULL;
	}
	if (!slb_slbconf_read(&file, "-", NULL)) {
		stdout = open_memstream(&text, &len);
		for (i = 0; i < file.line_count; i++) {
			slb_file_req(&file.line[i], &req);
			slb_conf_req_print(&req);
		}
		fclose(stdout);
		stdout = terminal;
	}
	slb_file_free(&file);
	fclose(stdin);
	stdin = input;
	return text;
}

static void fuzz_conf(const char *data, size_t size)
{
	char *first = fuzz_lines(data, size);
	FILE *terminal = stdout;
	char *second = NULL;
	char *conf = NULL;
	char *lines;
	size_t len;

	if (!first || !*first) {
		free(first);
		return;
	}
	lines = strdup(first);
	stdout = open_memstream(&conf, &len);
	slb_slbconf_lines(lines);
	fclose(stdout);
	stdout = terminal;
	second = fuzz_lines(conf, strlen(conf));
	if (!second || strcmp(first, second)) {
		fprintf(stderr, "in:\n%s\nconf:\n%s\nout:\n%s\n", first, conf,
			second ? second : "(refused)");
		abort();
	}
	free(second);
	free(conf);
	free(lines);
	free(first);
}

static void fuzz_keepalived(const char *data, size_t size)
{
	char *text = strndup(data, size);
	FILE *terminal = stdout;
	char *conf = NULL;
	size_t len;

	stdout = open_memstream(&conf, &len);
	slb_ka_import("fuzz", text);
	fclose(stdout);
	stdout = terminal;
	free(conf);
	free(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	slb_err_to(fuzz_quiet);
	if (!size)
		return 0;
	if (*data & 1)
		fuzz_keepalived((const char *)data + 1, size - 1);
	else
		fuzz_conf((const char *)data + 1, size - 1);
	return 0;
}
