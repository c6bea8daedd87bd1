// SPDX-License-Identifier: GPL-2.0-only
/* reload: has slbd read its file again, and tells what it said. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf.h"
#include "control.h"
#include "err.h"

/**
 * slb_control_socket() - the socket by which slbd is spoken to
 * @listen_there: be slbd, else connect to it
 *
 * Return: its file descriptor, or a negative errno: -EADDRINUSE if there is a slbd already,
 *	-ECONNREFUSED if there is none.
 */
int slb_control_socket(bool listen_there)
{
	static const char name[] = "slb/slbd";
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + sizeof(name);
	int type = SOCK_STREAM | SOCK_CLOEXEC | (listen_there ? SOCK_NONBLOCK : 0);
	struct timeval patience = { .tv_sec = 5 };
	int fd = socket(AF_UNIX, type, 0);
	int err;

	if (fd < 0)
		return -errno;
	/* A name that begins with a zero byte is no file's. */
	memcpy(to.sun_path + 1, name, sizeof(name) - 1);
	/* One who listens and takes nobody in does not hold us up. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (listen_there)
		err = bind(fd, (struct sockaddr *)&to, len) || listen(fd, 4);
	else
		err = connect(fd, (struct sockaddr *)&to, len);
	if (!err)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The messages, without what a terminal would obey, and the status behind them. */
static int slb_control_answer(FILE *stream)
{
	char *line = NULL;
	size_t size = 0;
	int ret = SLB_EXIT_REFUSED;
	ssize_t len;
	char *c;

	while ((len = getline(&line, &size, stream)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		for (c = line; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				*c = '?';
		if (strlen(line) == 1 && *line >= '0' && *line <= '2')
			ret = *line - '0';
		else
			slb_err_print("slbd: %s", line);
	}
	free(line);
	return ret;
}

/**
 * slb_control_reload() - have slbd read its file again
 * @req: the command line
 *
 * Return: SLB_EXIT_*.
 */
int slb_control_reload(const struct slb_req *req)
{
	int fd = slb_control_socket(false);
	FILE *stream;
	int ret;

	if (fd < 0) {
		slb_err_print("%s: %s", req->command->name, fd == -ECONNREFUSED ?
			      "slbd does not run here; --sync --conf does without it" :
			      strerror(-fd));
		return SLB_EXIT_REFUSED;
	}
	stream = fdopen(fd, "r");
	if (!stream || send(fd, SLB_CONTROL_RELOAD, strlen(SLB_CONTROL_RELOAD), MSG_NOSIGNAL) < 0) {
		slb_err_print("%s: %s", req->command->name, strerror(errno));
		if (stream)
			fclose(stream);
		else
			close(fd);
		return SLB_EXIT_REFUSED;
	}
	ret = slb_control_answer(stream);
	fclose(stream);
	return ret;
}
