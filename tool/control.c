// SPDX-License-Identifier: GPL-2.0-only
/* The way to slbd; reload has it read its file again, and tells what it said. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "conf.h"
#include "control.h"
#include "err.h"

#define SLB_CONTROL_PATIENCE	2	/* seconds */

/**
 * slb_control_dir() - where the socket is
 *
 * Return: the directory.
 */
const char *slb_control_dir(void)
{
	const char *dir = secure_getenv(SLB_CONTROL_ENV);

	return dir && *dir ? dir : SLB_CONTROL_DIR;
}

/**
 * slb_control_name() - the name of slbd's file for this network namespace
 * @to: the answer
 * @ending: of the name
 *
 * Return: 0 or a negative errno.
 */
int slb_control_name(struct sockaddr_un *to, const char *ending)
{
	struct stat here;
	int len;

	if (stat("/proc/self/ns/net", &here))
		return -errno;
	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	len = snprintf(to->sun_path, sizeof(to->sun_path), "%s/slbd-%ju.%s", slb_control_dir(),
		       (uintmax_t)here.st_ino, ending);
	return len < (int)sizeof(to->sun_path) ? 0 : -ENAMETOOLONG;
}

/*
 * Returns a file descriptor, or a negative errno: -ECONNREFUSED if there is no slbd. One who listens and takes
 * nobody in does not hold us up, nor one who does not answer, unless @long_work may take as long as it does.
 */
static int slb_control_connect(bool long_work)
{
	struct timeval patience = { .tv_sec = SLB_CONTROL_PATIENCE };
	struct sockaddr_un to;
	int err = slb_control_name(&to, "socket");
	int fd;

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!long_work)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	err = errno == ENOENT ? -ECONNREFUSED : -errno;
	close(fd);
	return err;
}

/* The lines, without what a terminal would obey, and the status behind them. */
static int slb_control_answer(FILE *stream, void (*each)(const char *line, void *data), void *data)
{
	char *line = NULL;
	size_t size = 0;
	int ret = SLB_EXIT_REFUSED;
	ssize_t len;
	char *c;

	while ((len = getline(&line, &size, stream)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		for (c = line; *c; c++)
			if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
				*c = '?';
		if (strlen(line) == 1 && *line >= '0' && *line <= '2')
			ret = *line - '0';
		else
			each(line, data);
	}
	free(line);
	return ret;
}

/**
 * slb_control_ask() - ask slbd
 * @request: SLB_CONTROL_*
 * @each: called for each line of the answer
 * @data: for @each
 *
 * Return: SLB_EXIT_*, or a negative errno: -ECONNREFUSED if there is no slbd.
 */
int slb_control_ask(const char *request, void (*each)(const char *line, void *data), void *data)
{
	int fd = slb_control_connect(!strcmp(request, SLB_CONTROL_RELOAD));
	FILE *stream;
	int ret;

	if (fd < 0)
		return fd;
	stream = fdopen(fd, "r");
	if (stream && send(fd, request, strlen(request), MSG_NOSIGNAL) >= 0)
		ret = slb_control_answer(stream, each, data);
	else
		ret = -errno;
	if (stream)
		fclose(stream);
	else
		close(fd);
	return ret;
}

static void slb_control_said(const char *line, void *data)
{
	(void)data;
	slb_err_print("slbd: %s", line);
}

/**
 * slb_control_reload() - have slbd read its file again
 * @req: the command line
 *
 * Return: SLB_EXIT_*.
 */
int slb_control_reload(const struct slb_req *req)
{
	int ret = slb_control_ask(SLB_CONTROL_RELOAD, slb_control_said, NULL);

	if (ret >= 0)
		return ret;
	slb_err_print("%s: %s", req->command->name, ret == -ECONNREFUSED ?
		      "slbd does not run here; --sync --conf does without it" : strerror(-ret));
	return SLB_EXIT_REFUSED;
}
