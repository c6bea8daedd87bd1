// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks the module for all that has numbers, and the checks. Each turn of the event loop takes what the
 * kernel hands over at once, some fifty objects of a dump, or looks at so many checks, so that
 * probes and their answers come in between however many services there are.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../object.h"
#include "../slb_names_gen.h"
#include "../wire.h"
#include "health.h"
#include "log.h"
#include "metrics.h"
#include "subject.h"

#define SLBD_COLLECT_TRIES	5	/* of what changes of the configuration interrupt */
#define SLBD_COLLECT_PAUSE	0.1	/* seconds before the second try, twice as many before the third... */
#define SLBD_BUCKET_BYTES	8	/* a pointer of the module's */
#define SLBD_COLLECT_CHECKS	256	/* servers looked at in one turn */

enum slbd_srv_state {
	SLBD_STATE_UP,
	SLBD_STATE_STANDBY,
	SLBD_STATE_UNPROVED,
	SLBD_STATE_DOWN,
	SLBD_STATE_DRAINING,
	SLBD_STATES
};

static const char *const slbd_state_text[SLBD_STATES] = {
	"up", "standby", "unproved", "down", "draining",
};

static struct {
	struct ev_loop	*loop;
	struct slb_nl	nl;
	struct slbd_snap *snap;		/* NULL while nobody asks */
	ev_io		io;
	ev_timer	turn;
	ev_timer	pause;
	unsigned int	step;
	unsigned int	tries;
	size_t		subject;	/* the next one */
	unsigned int	subjects;	/* which of them: slbd_health_generation() */
	__u64		states[SLBD_STATES];
	__u64		conns[2];	/* IPv4, IPv6 */
	double		began;
	time_t		start;		/* of the daemon */
	bool		up;
	bool		dry;
	void		(*done)(struct slbd_snap *snap);
} slbd_collect_now;

static int slbd_collect_info(const struct nlmsghdr *nlh, void *data)
{
	struct slbd_snap *snap = data;
	struct slb_info info = {};
	__u64 *value;

	slb_info_get(&info, nlh);
	value = slbd_snap_row(snap, SLBD_OF_MODULE);
	memcpy(value, info.value, sizeof(info.value));
	value = slbd_snap_row(snap, SLBD_OF_BUILD);
	value[0] = 1;
	slbd_snap_label(snap, "version", SLB_RELEASE);
	slbd_snap_label(snap, "module", info.version);
	return 0;
}

static int slbd_collect_counters(const struct nlmsghdr *nlh, void *data)
{
	struct slb_counters counters = {};
	struct slbd_snap *snap = data;
	unsigned int i;

	slb_counters_get(&counters, nlh);
	memcpy(slbd_snap_row(snap, SLBD_OF_COUNT), counters.count, sizeof(counters.count));
	for (i = SLB_DROP_NONE + 1; i < SLB_DROP_COUNT; i++) {
		*slbd_snap_row(snap, SLBD_OF_DROP) = counters.drop[i];
		slbd_snap_label(snap, "reason", slb_drop_names[i].name);
	}
	return 0;
}

static int slbd_collect_limit(const struct nlmsghdr *nlh, void *data)
{
	struct slbd_snap *snap = data;
	struct slb_limit limit = {};
	__u64 *value;

	slb_limit_get(&limit, nlh);
	value = slbd_snap_row(snap, SLBD_OF_LIMIT);
	slbd_snap_label(snap, "limit", limit.limits.name);
	value[SLBD_LIMIT_NOW] = limit.limits.value[SLB_A_LIM_NOW];
	value[SLBD_LIMIT_MAX_CONNS] = limit.limits.value[SLB_A_LIM_CONNS] ?: SLBD_NO_VALUE;
	value[SLBD_LIMIT_MAX_RATE] = limit.limits.value[SLB_A_LIM_RATE] ?: SLBD_NO_VALUE;
	value[SLBD_LIMIT_REFUSED_CONNS] = limit.refused_conns;
	value[SLBD_LIMIT_REFUSED_RATE] = limit.refused_rate;
	return 0;
}

static int slbd_collect_laddr(const struct nlmsghdr *nlh, void *data)
{
	struct slbd_snap *snap = data;
	struct slb_laddr laddr = {};
	char text[SLB_END_TEXT];
	__u64 *value;

	slb_laddr_get(&laddr, nlh);
	value = slbd_snap_row(snap, SLBD_OF_LADDR);
	slbd_snap_label(snap, "pool", laddr.pool);
	slbd_snap_label(snap, "address", slb_addr_text(text, &laddr.addr));
	if (laddr.value[SLB_A_LADDR_VRF])
		slbd_snap_label(snap, "vrf", slb_vrf_text(text, laddr.value[SLB_A_LADDR_VRF]));
	value[SLBD_LADDR_PORTS] = laddr.value[SLB_A_LADDR_PORTS];
	value[SLBD_LADDR_LEASES] = laddr.value[SLB_A_LADDR_LEASES];
	value[SLBD_LADDR_EXHAUSTED] = laddr.exhausted;
	value[SLBD_LADDR_RECLAIMED] = laddr.reclaimed;
	return 0;
}

static void slbd_collect_svc_info(struct slbd_snap *snap, const struct slb_svc *svc,
				  const char *text)
{
	char sched[16];

	*slbd_snap_row(snap, SLBD_OF_SVC_INFO) = 1;
	slbd_snap_label(snap, "service", text);
	if (*svc->label.name)
		slbd_snap_label(snap, "name", svc->label.name);
	if (*svc->group)
		slbd_snap_label(snap, "group", svc->group);
	if (*svc->pool)
		slbd_snap_label(snap, "pool", svc->pool);
	if (*svc->limits.name)
		slbd_snap_label(snap, "limit", svc->limits.name);
	if (!*svc->group)
		slbd_snap_label(snap, "scheduler",
				slb_field_text(slb_field_find(slb_svc_fields, "scheduler"),
					       svc->value[SLB_A_SVC_SCHED], sched, sizeof(sched)));
}

static int slbd_collect_svc(const struct nlmsghdr *nlh, void *data)
{
	struct slbd_snap *snap = data;
	char text[SLB_OBJECT_TEXT];
	struct slb_svc svc = {};
	__u64 *value;

	slb_svc_get(&svc, nlh);
	value = slbd_snap_row(snap, SLBD_OF_SVC);
	slbd_snap_label(snap, "service", slb_svc_key_text(text, &svc.key));
	memcpy(value, svc.stats.value, sizeof(svc.stats.value));
	value[SLBD_SVC_ENABLED] = svc.value[SLB_A_SVC_ENABLED];
	value[SLBD_SVC_SERVERS] = svc.value[SLB_A_SVC_SERVERS];
	value[SLBD_SVC_CONNS] = svc.value[SLB_A_SVC_CONNS];
	slbd_collect_now.conns[svc.key.end.addr.len == 16] += svc.value[SLB_A_SVC_CONNS];
	value[SLBD_SVC_MAX_CONNS] = svc.limits.value[SLB_A_LIM_CONNS] ?: SLBD_NO_VALUE;
	value[SLBD_SVC_MAX_RATE] = svc.limits.value[SLB_A_LIM_RATE] ?: SLBD_NO_VALUE;
	slbd_collect_svc_info(snap, &svc, text);
	return 0;
}

static enum slbd_srv_state slbd_collect_state(const struct slb_srv *srv)
{
	if (srv->value[SLB_A_SRV_DRAINING])
		return SLBD_STATE_DRAINING;
	if (srv->value[SLB_A_SRV_DOWN])
		return SLBD_STATE_DOWN;
	if (srv->value[SLB_A_SRV_UNPROVED])
		return SLBD_STATE_UNPROVED;
	return srv->value[SLB_A_SRV_STANDBY] ? SLBD_STATE_STANDBY : SLBD_STATE_UP;
}

/* A server is called by its group or its service, and by its address. */
static void slbd_collect_owner(struct slbd_snap *snap, const char *group,
			       const struct slb_svc_key *svc)
{
	char text[SLB_OBJECT_TEXT];

	slbd_snap_label(snap, *group ? "group" : "service",
			*group ? group : slb_svc_key_text(text, svc));
}

static void slbd_collect_srv_info(struct slbd_snap *snap, const struct slb_srv *srv,
				  enum slbd_srv_state state, const char *end)
{
	*slbd_snap_row(snap, SLBD_OF_SRV_INFO) = 1;
	slbd_collect_owner(snap, srv->group, &srv->svc);
	slbd_snap_label(snap, "server", end);
	if (*srv->label.name)
		slbd_snap_label(snap, "name", srv->label.name);
	slbd_snap_label(snap, "forward", srv->value[SLB_A_SRV_FWD] == SLB_FWD_NAT ? "nat" : "fullnat");
	slbd_snap_label(snap, "state", slbd_state_text[state]);
}

static int slbd_collect_srv(const struct nlmsghdr *nlh, void *data)
{
	struct slbd_snap *snap = data;
	enum slbd_srv_state state;
	struct slb_srv srv = {};
	char end[SLB_END_TEXT];
	__u64 *value;

	slb_srv_get(&srv, nlh);
	state = slbd_collect_state(&srv);
	slbd_collect_now.states[state]++;
	slb_end_text(end, &srv.end);
	value = slbd_snap_row(snap, SLBD_OF_SRV);
	slbd_collect_owner(snap, srv.group, &srv.svc);
	slbd_snap_label(snap, "server", end);
	memcpy(value, srv.stats.value, sizeof(srv.stats.value));
	value[SLBD_SRV_UP] = !srv.value[SLB_A_SRV_DOWN] && !srv.value[SLB_A_SRV_UNPROVED];
	value[SLBD_SRV_WEIGHT] = srv.value[SLB_A_SRV_WEIGHT];
	value[SLBD_SRV_ACTIVE] = srv.value[SLB_A_SRV_ACTIVE];
	value[SLBD_SRV_INACTIVE] = srv.value[SLB_A_SRV_INACTIVE];
	value[SLBD_SRV_MAX_CONNS] = srv.limits.value[SLB_A_LIM_CONNS] ?: SLBD_NO_VALUE;
	slbd_collect_srv_info(snap, &srv, state, end);
	return 0;
}

/**
 * struct slbd_step - a request
 * @cmd: command
 * @flags: NLM_F_*
 * @answer: takes each answer
 * @class: what it makes rows of; reset before the request is made again
 * @more: likewise, or the same
 */
static const struct slbd_step {
	__u8		cmd;
	__u16		flags;
	int		(*answer)(const struct nlmsghdr *nlh, void *data);
	enum slbd_class	class;
	enum slbd_class	more;
} slbd_steps[] = {
	{ SLB_CMD_INFO_GET, 0, slbd_collect_info, SLBD_OF_MODULE, SLBD_OF_BUILD },
	{ SLB_CMD_COUNTER_GET, 0, slbd_collect_counters, SLBD_OF_COUNT, SLBD_OF_DROP },
	{ SLB_CMD_LIMIT_GET, NLM_F_DUMP, slbd_collect_limit, SLBD_OF_LIMIT, SLBD_OF_LIMIT },
	{ SLB_CMD_LADDR_GET, NLM_F_DUMP, slbd_collect_laddr, SLBD_OF_LADDR, SLBD_OF_LADDR },
	{ SLB_CMD_SVC_GET, NLM_F_DUMP, slbd_collect_svc, SLBD_OF_SVC, SLBD_OF_SVC_INFO },
	{ SLB_CMD_SRV_GET, NLM_F_DUMP, slbd_collect_srv, SLBD_OF_SRV, SLBD_OF_SRV_INFO },
};

#define SLBD_STEPS	MNL_ARRAY_SIZE(slbd_steps)

static void slbd_collect_again(void)
{
	ev_timer_set(&slbd_collect_now.turn, 0, 0);
	ev_timer_start(slbd_collect_now.loop, &slbd_collect_now.turn);
}

/* The module has said all, or nothing: what the daemon itself knows follows. */
static void slbd_collect_leave(void)
{
	if (ev_is_active(&slbd_collect_now.io))
		ev_io_stop(slbd_collect_now.loop, &slbd_collect_now.io);
	slbd_collect_now.tries = 0;
	slb_nl_close(&slbd_collect_now.nl);
	slbd_collect_now.step = SLBD_STEPS;
	slbd_collect_again();
}

static void slbd_collect_failed(int err)
{
	unsigned int i = 0;

	/* It answers: what it has told as a whole stays. */
	if (err == -EINTR) {
		slbd_log(LOG_INFO, "metrics without all of the module's: its configuration changes all the time");
		slbd_collect_now.up = true;
		i = slbd_collect_now.step;
	} else {
		slbd_log(LOG_INFO, "metrics without the module: %s", slbd_collect_now.nl.words);
	}
	for (; i < SLBD_STEPS; i++) {
		slbd_snap_reset(slbd_collect_now.snap, slbd_steps[i].class);
		slbd_snap_reset(slbd_collect_now.snap, slbd_steps[i].more);
	}
	slbd_collect_leave();
}

static void slbd_collect_ask(void)
{
	const struct slbd_step *step = &slbd_steps[slbd_collect_now.step];
	int err;

	if (step->class == SLBD_OF_SVC)
		memset(slbd_collect_now.conns, 0, sizeof(slbd_collect_now.conns));
	memset(slbd_collect_now.states, 0, sizeof(slbd_collect_now.states));
	slbd_snap_reset(slbd_collect_now.snap, step->class);
	slbd_snap_reset(slbd_collect_now.snap, step->more);
	slb_nl_request(&slbd_collect_now.nl, step->cmd, step->flags);
	err = slb_nl_send(&slbd_collect_now.nl);
	if (err)
		slbd_collect_failed(err);
}

static void slbd_collect_go_on(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_io_start(loop, &slbd_collect_now.io);
	slbd_collect_ask();
}

/* A dump was interrupted by a change, which seldom comes alone. */
static void slbd_collect_pause(void)
{
	ev_io_stop(slbd_collect_now.loop, &slbd_collect_now.io);
	ev_timer_set(&slbd_collect_now.pause, slbd_collect_now.tries * SLBD_COLLECT_PAUSE, 0);
	ev_timer_start(slbd_collect_now.loop, &slbd_collect_now.pause);
}

static void slbd_collect_states(struct slbd_snap *snap)
{
	unsigned int i;

	for (i = 0; i < SLBD_STATES; i++) {
		*slbd_snap_row(snap, SLBD_OF_STATE) = slbd_collect_now.states[i];
		slbd_snap_label(snap, "state", slbd_state_text[i]);
	}
}

static void slbd_collect_use(struct slbd_snap *snap)
{
	const __u64 *info = snap->rows[SLBD_OF_MODULE].value;

	*slbd_snap_row(snap, SLBD_OF_MEMORY) =
		slbd_collect_now.conns[0] * info[SLB_A_INFO_CONN_BYTES4] +
		slbd_collect_now.conns[1] * info[SLB_A_INFO_CONN_BYTES6];
	slbd_snap_label(snap, "of", "connections");
	*slbd_snap_row(snap, SLBD_OF_MEMORY) = info[SLB_A_INFO_BUCKETS] * SLBD_BUCKET_BYTES;
	slbd_snap_label(snap, "of", "table");
}

static void slbd_collect_read(struct ev_loop *loop, ev_io *io, int events)
{
	int ret = slb_nl_step(&slbd_collect_now.nl, slbd_steps[slbd_collect_now.step].answer,
			      slbd_collect_now.snap);

	(void)loop;
	(void)io;
	(void)events;
	if (ret > 0)
		return;
	if (ret == -EINTR && ++slbd_collect_now.tries < SLBD_COLLECT_TRIES) {
		slbd_collect_pause();
		return;
	}
	if (ret) {
		slbd_collect_failed(ret);
		return;
	}
	slbd_collect_now.tries = 0;
	if (++slbd_collect_now.step < SLBD_STEPS) {
		slbd_collect_ask();
		return;
	}
	slbd_collect_states(slbd_collect_now.snap);
	slbd_collect_use(slbd_collect_now.snap);
	slbd_collect_now.up = true;
	slbd_collect_leave();
}

static void slbd_collect_open(void)
{
	struct slb_nl *nl = &slbd_collect_now.nl;
	int fd;

	slbd_collect_now.step = 0;
	slbd_collect_now.tries = 0;
	slbd_collect_now.up = false;
	if (slbd_collect_now.dry) {
		slbd_collect_leave();
		return;
	}
	/* Anew each time: the module may have been unloaded and loaded, which gives it another number. */
	if (slb_nl_open_loaded(nl, &slb_nl_slb)) {
		slbd_collect_failed(0);
		return;
	}
	fd = mnl_socket_get_fd(nl->sock);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	ev_io_init(&slbd_collect_now.io, slbd_collect_read, fd, EV_READ);
	ev_io_start(slbd_collect_now.loop, &slbd_collect_now.io);
	slbd_collect_ask();
}

static void slbd_collect_tally(struct slbd_snap *snap, const struct slbd_subject *subject)
{
	__u64 *value = slbd_snap_row(snap, SLBD_OF_OWNER);
	__u64 sum = 0;
	unsigned int i;

	slbd_collect_owner(snap, subject->group, &subject->svc);
	for (i = 0; i < SLBD_TALLY_BOUNDS; i++) {
		sum += subject->tally->bucket[i];
		value[SLBD_OWNER_BUCKET + i] = sum;
	}
	value[SLBD_OWNER_COUNT] = subject->tally->count;
	value[SLBD_OWNER_SUM] = subject->tally->sum * 1e6;
}

static void slbd_collect_subject(struct slbd_snap *snap, const struct slbd_subject *subject)
{
	const struct slbd_check *check = subject->check;
	__u64 *value = slbd_snap_row(snap, SLBD_OF_CHECK);
	char end[SLB_END_TEXT];

	slbd_collect_owner(snap, subject->group, &subject->svc);
	slbd_snap_label(snap, "server", slb_end_text(end, &subject->end));
	value[SLBD_CHECK_OK] = check->results[SLBD_OK];
	value[SLBD_CHECK_FAILED] = check->results[SLBD_FAILED];
	value[SLBD_CHECK_UNKNOWN] = check->results[SLBD_UNKNOWN];
	value[SLBD_CHECK_TOOK] = SLBD_NO_VALUE;
	if (check->results[SLBD_OK] + check->results[SLBD_FAILED] + check->results[SLBD_UNKNOWN])
		value[SLBD_CHECK_TOOK] = check->took * 1e6;
}

/*
 * Some more of the checks; true at their end. They may have become others since the last turn; where they do again and
 * again there are none.
 */
static bool slbd_collect_checks(struct slbd_snap *snap)
{
	static const struct slbd_tally *last;
	const struct slbd_subject *subject;
	unsigned int i;

	if (!slbd_collect_now.subject || slbd_collect_now.subjects != slbd_health_generation()) {
		slbd_snap_reset(snap, SLBD_OF_CHECK);
		slbd_snap_reset(snap, SLBD_OF_OWNER);
		if (slbd_collect_now.tries++ == SLBD_COLLECT_TRIES)
			return true;
		slbd_collect_now.subjects = slbd_health_generation();
		slbd_collect_now.subject = 0;
		last = NULL;
	}
	for (i = 0; i < SLBD_COLLECT_CHECKS; i++) {
		subject = slbd_health_subject(slbd_collect_now.subject);
		if (!subject)
			return true;
		slbd_collect_now.subject++;
		if (!subject->check)
			continue;
		slbd_collect_subject(snap, subject);
		if (subject->tally != last)
			slbd_collect_tally(snap, subject);
		last = subject->tally;
	}
	return false;
}

/* Bytes of memory in use. */
static __u64 slbd_collect_memory(void)
{
	unsigned long pages = 0;
	FILE *stream = fopen("/proc/self/statm", "re");

	if (!stream)
		return SLBD_NO_VALUE;
	if (fscanf(stream, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(stream);
	return pages ? (__u64)pages * sysconf(_SC_PAGESIZE) : SLBD_NO_VALUE;
}

static void slbd_collect_self(struct slbd_snap *snap)
{
	__u64 *value = slbd_snap_row(snap, SLBD_OF_SELF);
	struct rusage usage;

	value[SLBD_SELF_UP] = slbd_collect_now.up;
	value[SLBD_SELF_COLLECT] = (slbd_now() - slbd_collect_now.began) * 1e6;
	value[SLBD_SELF_CHECKS] = slbd_sched_checks();
	value[SLBD_SELF_RUNNING] = slbd_sched_probes();
	value[SLBD_SELF_MEMORY] = slbd_collect_memory();
	value[SLBD_SELF_CPU] = SLBD_NO_VALUE;
	if (!getrusage(RUSAGE_SELF, &usage))
		value[SLBD_SELF_CPU] = usage.ru_utime.tv_sec * 1000000ULL + usage.ru_utime.tv_usec +
				       usage.ru_stime.tv_sec * 1000000ULL + usage.ru_stime.tv_usec;
	value[SLBD_SELF_START] = slbd_collect_now.start;
}

static void slbd_collect_turn(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct slbd_snap *snap = slbd_collect_now.snap;

	(void)loop;
	(void)timer;
	(void)events;
	if (slbd_collect_now.step < SLBD_STEPS) {
		slbd_collect_open();
		return;
	}
	if (!slbd_collect_checks(snap)) {
		slbd_collect_again();
		return;
	}
	slbd_collect_self(snap);
	slbd_collect_now.snap = NULL;
	slbd_collect_now.done(snap);
	slbd_snap_put(snap);
}

/**
 * slbd_collect_init() - begin
 * @loop: the event loop
 * @dry: there is no module
 */
void slbd_collect_init(struct ev_loop *loop, bool dry)
{
	slbd_collect_now.loop = loop;
	slbd_collect_now.dry = dry;
	slbd_collect_now.start = time(NULL);
	ev_init(&slbd_collect_now.turn, slbd_collect_turn);
	ev_init(&slbd_collect_now.pause, slbd_collect_go_on);
	ev_init(&slbd_collect_now.io, slbd_collect_read);
}

/**
 * slbd_collect() - have all numbers
 * @done: gets them, not before this returns; takes a reference if it keeps them
 *
 * Whoever asks meanwhile gets the same, so there is one @done.
 */
void slbd_collect(void (*done)(struct slbd_snap *snap))
{
	slbd_collect_now.done = done;
	if (slbd_collect_now.snap)
		return;
	slbd_collect_now.snap = slbd_snap_new();
	slbd_collect_now.step = 0;
	slbd_collect_now.subject = 0;
	slbd_collect_now.began = slbd_now();
	slbd_collect_again();
}

/** slbd_collect_end() - nobody wants them any more */
void slbd_collect_end(void)
{
	if (!slbd_collect_now.snap)
		return;
	ev_timer_stop(slbd_collect_now.loop, &slbd_collect_now.turn);
	ev_timer_stop(slbd_collect_now.loop, &slbd_collect_now.pause);
	if (ev_is_active(&slbd_collect_now.io))
		ev_io_stop(slbd_collect_now.loop, &slbd_collect_now.io);
	slb_nl_close(&slbd_collect_now.nl);
	slbd_snap_put(slbd_collect_now.snap);
	slbd_collect_now.snap = NULL;
}
