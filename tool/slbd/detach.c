// SPDX-License-Identifier: GPL-2.0-only
/*
 * Becoming a daemon. Whoever started it waits until it serves; what goes wrong before is also said on
 * stderr, and is the exit status.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../err.h"
#include "detach.h"

static int slbd_detach_pipe = -1;

/* Ends with the daemon's word that it serves, or with its exit status. */
static void __attribute__((noreturn)) slbd_detach_wait(int fd, pid_t child)
{
	int status = 0;
	ssize_t len;
	char word;

	do {
		len = read(fd, &word, 1);
	} while (len < 0 && errno == EINTR);
	if (len == 1)
		_exit(SLB_EXIT_DONE);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		slb_err_print("ended by signal %d before it was ready", WTERMSIG(status));
	_exit(WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : SLB_EXIT_REFUSED);
}

static void slbd_detach_null(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || null == fd)
		return;
	dup2(null, fd);
	close(null);
}

/**
 * slbd_detach_fill() - who was started without standard input, output or error gets what leads nowhere
 *
 * Otherwise the first files that are opened would take their numbers, and what is written to stderr.
 */
void slbd_detach_fill(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/**
 * slbd_detach() - become a daemon; who called goes on in a child
 *
 * Return: 0, or a negative errno, in the process that was started.
 */
int slbd_detach(void)
{
	int fd[2];
	pid_t child;

	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (child) {
		close(fd[1]);
		slbd_detach_wait(fd[0], child);
	}
	close(fd[0]);
	slbd_detach_pipe = fd[1];
	if (setsid() < 0 || chdir("/"))
		return -errno;
	slbd_detach_null(STDIN_FILENO);
	slbd_detach_null(STDOUT_FILENO);
	return 0;
}

/**
 * slbd_detach_waits() - does whoever started the daemon still wait?
 *
 * Return: true if messages reach them on stderr.
 */
bool slbd_detach_waits(void)
{
	return slbd_detach_pipe >= 0;
}

/**
 * slbd_detach_ready() - the daemon serves: whoever started it need not wait longer
 * @keep_stderr: messages go on going there
 */
void slbd_detach_ready(bool keep_stderr)
{
	if (slbd_detach_pipe < 0)
		return;
	if (!keep_stderr)
		slbd_detach_null(STDERR_FILENO);
	/* Who no longer waits need not know. */
	if (write(slbd_detach_pipe, "", 1) < 0)
		errno = 0;
	close(slbd_detach_pipe);
	slbd_detach_pipe = -1;
}
