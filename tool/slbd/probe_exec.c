// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec: a program's exit status, 0 is healthy. It finds the server in its environment: SLB_ADDRESS,
 * SLB_PORT, SLB_FAMILY; it and what it has started end with the timeout.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sched.h"

/**
 * struct slbd_exec - a probe
 * @child: the program
 */
struct slbd_exec {
	ev_child	child;
};

static void slbd_exec_ended(struct ev_loop *loop, ev_child *child, int events)
{
	struct slbd_check *check = child->data;
	int status = child->rstatus;

	(void)events;
	ev_child_stop(loop, child);
	if (WIFSIGNALED(status))
		slbd_probe_done(check, SLBD_FAILED, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		slbd_probe_done(check, SLBD_FAILED, "exit status %d", WEXITSTATUS(status));
	else
		slbd_probe_done(check, SLBD_OK, "exit status 0");
}

static int slbd_exec_attr(posix_spawnattr_t *attr)
{
	sigset_t set;

	posix_spawnattr_init(attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(attr, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(attr, &set);
	posix_spawnattr_setpgroup(attr, 0);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF);
}

/* The server, for the program. */
static void slbd_exec_environment(char *env[5], const struct slbd_check_conf *conf)
{
	static char text[4][SLB_END_TEXT + 16];
	char addr[SLB_END_TEXT];

	snprintf(text[0], sizeof(text[0]), "SLB_ADDRESS=%s", slb_addr_text(addr, &conf->addr));
	snprintf(text[1], sizeof(text[1]), "SLB_PORT=%u", conf->port);
	snprintf(text[2], sizeof(text[2]), "SLB_FAMILY=%s", conf->addr.len == 4 ? "inet" : "inet6");
	strcpy(text[3], "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	env[0] = text[0];
	env[1] = text[1];
	env[2] = text[2];
	env[3] = text[3];
	env[4] = NULL;
}

static int slbd_exec_spawn(pid_t *pid, const struct slbd_check_conf *conf)
{
	posix_spawn_file_actions_t files;
	char *arg[SLBD_CHECK_ARGS + 1];
	posix_spawnattr_t attr;
	char *env[5];
	int err;

	memcpy(arg, conf->arg, conf->arg_count * sizeof(*arg));
	arg[conf->arg_count] = NULL;
	slbd_exec_environment(env, conf);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	slbd_exec_attr(&attr);
	err = posix_spawn(pid, arg[0], &files, &attr, arg, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return err;
}

static void slbd_exec_start(struct slbd_check *check)
{
	struct slbd_exec *exec = check->probe;
	pid_t pid;
	int err = slbd_exec_spawn(&pid, &check->conf);

	if (err) {
		/* A program that is not there is no server's fault. */
		slbd_probe_done(check, SLBD_UNKNOWN, "%s: %s", check->conf.arg[0], strerror(err));
		return;
	}
	ev_child_init(&exec->child, slbd_exec_ended, pid, 0);
	exec->child.data = check;
	ev_child_start(slbd_loop, &exec->child);
}

/* The loop takes note of the end of children that nobody watches. */
static void slbd_exec_stop(struct slbd_check *check)
{
	struct slbd_exec *exec = check->probe;

	kill(-exec->child.pid, SIGKILL);
	ev_child_stop(slbd_loop, &exec->child);
}

const struct slbd_probe_ops slbd_probe_exec = {
	.size = sizeof(struct slbd_exec), .start = slbd_exec_start, .stop = slbd_exec_stop,
};
