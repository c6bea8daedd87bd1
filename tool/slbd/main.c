// SPDX-License-Identifier: GPL-2.0-only
/* slbd: checks the servers of the balancer and takes sick ones out. */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "conf.h"
#include "detach.h"
#include "health.h"
#include "kernel.h"
#include "limits.h"
#include "log.h"
#include "metrics.h"
#include "notify.h"
#include "../slbconf.h"
#include "../slb_names_gen.h"

/**
 * struct slbd_options - the command line
 * @config: slb.conf, or NULL
 * @checks: file of lines with checks, or NULL
 * @pidfile: or NULL; all of them by their whole paths
 * @metrics: where they are to be had; if given, whatever the file says
 * @log: where messages go
 * @level: LOG_*
 * @hurry: time passes so much faster for checks
 * @foreground: stay there
 * @dry: check the servers that the file names, and tell nobody
 */
struct slbd_options {
	char			*config;
	char			*checks;
	char			*pidfile;
	struct slb_end		metrics;
	bool			metrics_given;
	enum slbd_log_to	log;
	int			level;
	__u32			hurry;
	bool			foreground;
	bool			dry;
};

static struct slbd_options slbd_options = { .level = LOG_INFO, .hurry = 1 };
static struct {
	ev_signal	term, intr, hup;
} slbd_signals;

static const char slbd_usage[] =
	"usage: slbd [OPTION]...\n"
	"\n"
	"  -c, --config FILE     the file, /etc/slb/slb.conf unless another or --checks is given\n"
	"      --check FILE      say whether a file is right, and end\n"
	"  --checks FILE         how to check the servers of services and groups made by slbadm\n"
	"  --metrics [ADDR:]PORT have metrics for Prometheus there, of 127.0.0.1 by default; or off\n"
	"  -f, --foreground      do not become a daemon; messages go to stderr\n"
	"  -l, --log WHERE       stderr, syslog or journal\n"
	"  -d, --debug           tell each probe that fails and each that has another result\n"
	"  -p, --pidfile FILE    write the process's number there\n"
	"  -n, --dry-run         check the servers that the file names, without the module\n"
	"      --programs N      at most N programs of checks run at once; 64 unless another is given\n"
	"      --hurry N         checks are N times faster, for tests\n"
	"  -V, --version         print the version\n"
	"  -h, --help            print this\n";

static const struct option slbd_longopts[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", required_argument, NULL, 'k' },
	{ "checks", required_argument, NULL, 'C' },
	{ "metrics", required_argument, NULL, 'M' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "log", required_argument, NULL, 'l' },
	{ "debug", no_argument, NULL, 'd' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "programs", required_argument, NULL, 'P' },
	{ "hurry", required_argument, NULL, 'H' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{}
};

static int slbd_option_log(const char *text)
{
	static const char * const where[] = {
		[SLBD_LOG_STDERR] = "stderr", [SLBD_LOG_SYSLOG] = "syslog",
		[SLBD_LOG_JOURNAL] = "journal",
	};
	unsigned int i;

	for (i = SLBD_LOG_STDERR; i <= SLBD_LOG_JOURNAL; i++) {
		if (strcmp(where[i], text))
			continue;
		slbd_options.log = i;
		return 0;
	}
	slb_err_print("--log: `%s' is not stderr, syslog or journal", text);
	return -1;
}

static int slbd_option_programs(const char *text)
{
	__u32 most;

	if (!slb_number_parse(&most, text, 1, 10000)) {
		slb_err_print("--programs: `%s' is not 1-10000", text);
		return SLB_EXIT_USAGE;
	}
	slbd_limits_programs_set(most);
	return -1;
}

/*
 * A daemon has another directory, and reads its file again. Links are followed when it is read, since
 * they may lead elsewhere then. Returns what slbd_option() does.
 */
static int slbd_option_path(char **path, const char *text)
{
	char *dir = *text == '/' ? NULL : getcwd(NULL, 0);

	if (*text != '/' && !dir) {
		slb_err_print("%s: %s", text, strerror(errno));
		return SLB_EXIT_REFUSED;
	}
	free(*path);
	if (asprintf(path, "%s%s%s", dir ? dir : "", dir ? "/" : "", text) < 0) {
		slb_err_print("out of memory");
		exit(SLB_EXIT_REFUSED);
	}
	free(dir);
	return -1;
}

static int slbd_option_metrics(const char *text)
{
	const char *wrong = slb_local_parse(&slbd_options.metrics, text);

	slbd_options.metrics_given = true;
	if (wrong)
		slb_err_print("--metrics: `%s': %s", text, wrong);
	return wrong ? SLB_EXIT_USAGE : -1;
}

/* One option; returns -1 if all is well, else the program's exit status. */
static int slbd_option(int opt)
{
	switch (opt) {
	case 'c':
		return slbd_option_path(&slbd_options.config, optarg);
	case 'k':
		return slbd_conf_judge(optarg);
	case 'C':
		return slbd_option_path(&slbd_options.checks, optarg);
	case 'M':
		return slbd_option_metrics(optarg);
	case 'f':
		slbd_options.foreground = true;
		return -1;
	case 'l':
		return slbd_option_log(optarg) ? SLB_EXIT_USAGE : -1;
	case 'd':
		slbd_options.level = LOG_DEBUG;
		return -1;
	case 'p':
		return slbd_option_path(&slbd_options.pidfile, optarg);
	case 'n':
		slbd_options.dry = true;
		return -1;
	case 'P':
		return slbd_option_programs(optarg);
	case 'H':
		if (slb_number_parse(&slbd_options.hurry, optarg, 1, 1000))
			return -1;
		slb_err_print("--hurry: `%s' is not 1-1000", optarg);
		return SLB_EXIT_USAGE;
	case 'V':
		printf("slbd %s\n", SLB_RELEASE);
		return SLB_EXIT_DONE;
	case 'h':
		fputs(slbd_usage, stdout);
		return SLB_EXIT_DONE;
	default:
		fputs("Try `slbd --help'.\n", stderr);
		return SLB_EXIT_USAGE;
	}
}

static int slbd_parse(int argc, char **argv)
{
	int ret = -1;
	int opt;

	while (ret < 0 && (opt = getopt_long(argc, argv, "c:fl:dp:nVh", slbd_longopts, NULL)) >= 0)
		ret = slbd_option(opt);
	if (ret < 0 && optind < argc) {
		slb_err_print("`%s': there are no plain words", argv[optind]);
		ret = SLB_EXIT_USAGE;
	}
	return ret;
}

/* What there is to be, and what is to be checked. */
static int slbd_read(struct slb_file *file, struct slbd_conf *conf)
{
	memset(file, 0, sizeof(*file));
	memset(conf, 0, sizeof(*conf));
	if (slbd_options.config) {
		if (slbd_conf_read(slbd_options.config, file, conf))
			return -1;
		if (slbd_options.dry)
			slbd_conf_name(file, conf);
		return 0;
	}
	return slbd_options.checks ? slbd_lines_read(slbd_options.checks, conf) : 0;
}

static int slbd_metrics_prepare(const struct slbd_conf *conf)
{
	return slbd_endpoint_prepare(slbd_options.metrics_given ? &slbd_options.metrics :
				     &conf->metrics);
}

/* A file that is wrong, or that the kernel refuses, changes nothing. */
static int slbd_reload(void)
{
	struct slbd_conf conf;
	struct slb_file file;
	int ret;

	slbd_notify_reloading();
	ret = slbd_read(&file, &conf);
	if (!ret)
		ret = slbd_metrics_prepare(&conf);
	if (!ret && slbd_options.config && !slbd_options.dry)
		ret = slbd_conf_apply(&file);
	if (ret) {
		slbd_endpoint_cancel();
		slbd_log(LOG_ERR, "what was read before stays in force");
	} else {
		slbd_endpoint_commit(ev_default_loop(0));
		slbd_checks_apply(&conf);
		slbd_log(LOG_NOTICE, "reloaded");
	}
	slb_file_free(&file);
	slbd_conf_free(&conf);
	slbd_notify_ready();
	return ret;
}

static void slbd_hup(struct ev_loop *loop, ev_signal *sig, int events)
{
	(void)loop;
	(void)sig;
	(void)events;
	slbd_reload();
}

static void slbd_end(struct ev_loop *loop, ev_signal *sig, int events)
{
	(void)events;
	slbd_log(LOG_NOTICE, "ends by signal %d; traffic goes on", sig->signum);
	ev_break(loop, EVBREAK_ALL);
}

static void slbd_signals_start(struct ev_loop *loop)
{
	signal(SIGPIPE, SIG_IGN);
	ev_signal_init(&slbd_signals.term, slbd_end, SIGTERM);
	ev_signal_init(&slbd_signals.intr, slbd_end, SIGINT);
	ev_signal_init(&slbd_signals.hup, slbd_hup, SIGHUP);
	ev_signal_start(loop, &slbd_signals.term);
	ev_signal_start(loop, &slbd_signals.intr);
	ev_signal_start(loop, &slbd_signals.hup);
}

static int slbd_pidfile_write(void)
{
	FILE *stream;
	bool bad;

	if (!slbd_options.pidfile)
		return 0;
	stream = fopen(slbd_options.pidfile, "we");
	bad = !stream || fprintf(stream, "%d\n", getpid()) < 0;
	if (stream && fclose(stream))
		bad = true;
	if (bad)
		slbd_log(LOG_ERR, "%s: %s", slbd_options.pidfile, strerror(errno));
	return bad ? -1 : 0;
}

static const struct slbd_kernel_ops slbd_module_ops = {
	.changed = slbd_health_changed, .back = slbd_reload,
};

/* Whatever can go wrong ends the daemon before it says that it is ready. */
static int slbd_start(struct ev_loop *loop, struct slb_file *file, const struct slbd_conf *conf)
{
	if (!slbd_options.dry && slbd_control_open(loop, slbd_reload))
		return -1;
	if (slbd_metrics_prepare(conf))
		return -1;
	if (!slbd_options.dry && slbd_options.config && slbd_conf_apply(file))
		return -1;
	slb_file_free(file);
	memset(file, 0, sizeof(*file));
	if (!slbd_options.dry && slbd_kernel_open(loop, &slbd_module_ops))
		return -1;
	slbd_sched_init(loop, slbd_options.hurry);
	slbd_health_init(slbd_options.dry);
	slbd_checks_apply(conf);
	slbd_collect_init(loop, slbd_options.dry);
	slbd_endpoint_commit(loop);
	return slbd_pidfile_write();
}

static int slbd_main(struct slb_file *file, const struct slbd_conf *conf)
{
	struct ev_loop *loop;
	int ret;

	/* Before the loop: libev's file descriptors must be the child's own. */
	ret = slbd_options.foreground ? 0 : slbd_detach();
	if (ret) {
		slbd_log(LOG_ERR, "cannot become a daemon: %s", strerror(-ret));
		return SLB_EXIT_REFUSED;
	}
	slbd_limits_raise();
	slbd_limits_drop();
	loop = ev_default_loop(EVFLAG_AUTO);
	if (!loop) {
		slbd_log(LOG_ERR, "there is no event loop");
		return SLB_EXIT_REFUSED;
	}
	slbd_signals_start(loop);
	ret = slbd_start(loop, file, conf);
	if (!ret) {
		slbd_log(LOG_NOTICE, "slbd %s is ready", SLB_RELEASE);
		slbd_notify_begin(loop);
		slbd_notify_ready();
		slbd_detach_ready(slbd_options.log == SLBD_LOG_STDERR);
		ev_run(loop, 0);
		slbd_notify_end(loop);
		if (slbd_options.pidfile)
			unlink(slbd_options.pidfile);
	}
	slbd_endpoint_close();
	slbd_health_free();
	slbd_kernel_close();
	slbd_control_close();
	ev_loop_destroy(loop);
	return ret ? SLB_EXIT_REFUSED : SLB_EXIT_DONE;
}

/* Who has no such file has slbadm. */
static char *slbd_default(void)
{
	if (access(SLB_SLBCONF_FILE, F_OK) && errno == ENOENT)
		return NULL;
	return strcpy(slb_mem_grow(NULL, sizeof(SLB_SLBCONF_FILE)), SLB_SLBCONF_FILE);
}

int main(int argc, char **argv)
{
	struct slbd_conf conf;
	struct slb_file file;
	int ret;

	slbd_detach_fill();
	ret = slbd_parse(argc, argv);
	if (ret >= 0)
		return ret;
	if (slbd_options.config && slbd_options.checks) {
		slb_err_print("--config and --checks exclude each other: the file has the checks");
		return SLB_EXIT_USAGE;
	}
	if (!slbd_options.config && !slbd_options.checks)
		slbd_options.config = slbd_default();
	if (slbd_options.dry && !slbd_options.checks && !slbd_options.config) {
		slb_err_print("--dry-run needs --checks FILE or --config FILE");
		return SLB_EXIT_USAGE;
	}
	if (slbd_read(&file, &conf))
		return SLB_EXIT_REFUSED;
	slbd_log_init(slbd_options.log, slbd_options.foreground, slbd_options.level);
	ret = slbd_main(&file, &conf);
	slb_file_free(&file);
	slbd_conf_free(&conf);
	free(slbd_options.config);
	free(slbd_options.checks);
	free(slbd_options.pidfile);
	return ret;
}
