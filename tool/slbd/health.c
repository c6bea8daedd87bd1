// SPDX-License-Identifier: GPL-2.0-only
/*
 * The servers that are there, and when each is up or down. What the module says of a server is where
 * it begins: after a restart nothing changes until a check says otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "../list.h"
#include "check.h"
#include "echo.h"
#include "health.h"
#include "http.h"
#include "kernel.h"
#include "local.h"
#include "log.h"
#include "metrics.h"
#include "notify.h"
#include "syn.h"
#include "subject.h"

static struct slbd_conf slbd_health_conf;
static struct slbd_subject **slbd_subjects;	/* sorted */
static size_t slbd_subject_count;
static unsigned int slbd_subject_generation;
static bool slbd_health_dry;

/**
 * slbd_health_init() - begin
 * @dry: the servers are those of the file
 */
void slbd_health_init(bool dry)
{
	slbd_health_dry = dry;
}

static const char *slbd_subject_owner(char *buf, const struct slbd_subject *subject)
{
	return slb_health_owner_text(buf, subject->group, &subject->svc);
}

/* One line for each change of state, with its reason. */
static void slbd_health_say(const struct slbd_subject *subject, bool down, const char *reason)
{
	char text[2 * SLB_OBJECT_TEXT];
	char owner[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];
	const struct slbd_field field[] = {
		{ "MESSAGE_ID", down ? SLBD_LOG_ID_DOWN : SLBD_LOG_ID_UP },
		{ *subject->group ? "SLB_GROUP" : "SLB_SERVICE",
		  *subject->group ? subject->group : owner },
		{ "SLB_SERVER", end },
		{ "SLB_STATE", down ? "down" : "up" },
		{ "SLB_REASON", reason },
		{}
	};

	slbd_subject_owner(owner, subject);
	slb_end_text(end, &subject->end);
	snprintf(text, sizeof(text), "%s -> %s is %s: %s", owner, end, down ? "down" : "up", reason);
	slbd_log_fields(down ? LOG_WARNING : LOG_NOTICE, field, text);
}

static void slbd_health_set(struct slbd_subject *subject, bool down, const char *reason)
{
	if (!slbd_health_dry && slbd_kernel_health(subject, down, reason))
		return;
	subject->down = down;
	subject->unproved = false;
	slbd_health_say(subject, down, reason);
	slbd_notify_changed();
}

/**
 * slbd_health_count() - how many servers there are
 * @down: result: how many of them are down
 *
 * Return: how many, with checks or without.
 */
size_t slbd_health_count(size_t *down)
{
	size_t i;

	*down = 0;
	for (i = 0; i < slbd_subject_count; i++)
		*down += slbd_subjects[i]->down;
	return slbd_subject_count;
}

/* Has the check said enough to change what is known of a server? */
static void slbd_health_judge(struct slbd_subject *subject, const struct slbd_check *check)
{
	if (!subject->down && check->failed >= check->conf.fall)
		slbd_health_set(subject, true, check->reason);
	else if (subject->unproved && check->ok)
		slbd_health_set(subject, false, check->reason);
	else if (subject->down && check->ok >= check->conf.rise)
		slbd_health_set(subject, false, check->reason);
}

/**
 * slbd_health_result() - a probe of a check has ended
 * @check: the check
 * @result: SLBD_OK or SLBD_FAILED
 */
void slbd_health_result(struct slbd_check *check, enum slbd_result result)
{
	struct slbd_subject *subject;
	struct slb_end to = { .addr = check->conf.addr, .port = check->conf.port };
	char end[SLB_END_TEXT];

	if (result == SLBD_FAILED && slbd_log_wants(LOG_DEBUG))
		slbd_log(LOG_DEBUG, "%s %s: %s, %u of %u",
			 slb_word(&slbd_check_types, check->conf.type), slb_end_text(end, &to),
			 check->reason, check->failed, check->conf.fall);
	for (subject = check->subject; subject; subject = subject->next) {
		slbd_tally_add(subject->tally, check->took);
		slbd_health_judge(subject, check);
	}
}

static void slbd_subject_uncheck(struct slbd_subject *subject)
{
	struct slbd_subject **at;

	if (!subject->check)
		return;
	for (at = &subject->check->subject; *at != subject; at = &(*at)->next)
		;
	*at = subject->next;
	slbd_check_put(subject->check);
	subject->check = NULL;
}

/* Equal to what it was: it goes on. */
static void slbd_subject_check(struct slbd_subject *subject, const struct slbd_check_conf *conf)
{
	if (subject->check && slbd_check_is_equal(&subject->check->conf, conf))
		return;
	slbd_subject_uncheck(subject);
	subject->check = slbd_check_get(conf);
	subject->next = subject->check->subject;
	subject->check->subject = subject;
}

static int slbd_conf_group_compare(const void *a, const void *b)
{
	const struct slbd_conf_group *group_a = a;
	const struct slbd_conf_group *group_b = b;
	int order = strcmp(group_a->group, group_b->group);

	return order ? order : slb_svc_key_compare(&group_a->svc, &group_b->svc);
}

static int slbd_conf_srv_compare(const void *a, const void *b)
{
	const struct slbd_conf_srv *srv_a = a;
	const struct slbd_conf_srv *srv_b = b;

	return slb_end_compare(&srv_a->end, &srv_b->end);
}

static const struct slbd_conf_group *slbd_health_group(const char *name,
						       const struct slb_svc_key *svc)
{
	struct slbd_conf_group key = { .svc = *svc };

	strcpy(key.group, name);
	if (*name)
		memset(&key.svc, 0, sizeof(key.svc));
	if (!slbd_health_conf.group_count)
		return NULL;
	return bsearch(&key, slbd_health_conf.group, slbd_health_conf.group_count, sizeof(key),
		       slbd_conf_group_compare);
}

/**
 * slbd_health_checks() - does a group have a check that probes?
 * @name: the named group, or empty
 * @svc: the service that has the group for its own, if it has no name
 *
 * Return: true if so.
 */
bool slbd_health_checks(const char *name, const struct slb_svc_key *svc)
{
	const struct slbd_conf_group *group = slbd_health_group(name, svc);

	return group && slbd_check_probes(&group->check);
}

/* How a server is to be checked, or NULL if nobody says. */
static const struct slbd_check_conf *slbd_health_how(const struct slbd_subject *subject)
{
	const struct slbd_conf_group *group = slbd_health_group(subject->group, &subject->svc);
	struct slbd_conf_srv key = { .end = subject->end };
	const struct slbd_conf_srv *srv = NULL;

	if (!group)
		return NULL;
	if (group->srv_count)
		srv = bsearch(&key, group->srv, group->srv_count, sizeof(key),
			      slbd_conf_srv_compare);
	return srv ? &srv->check : &group->check;
}

/* Fills in where the probes go and where they come from; NULL, or why there can be none. */
static const char *slbd_subject_resolve(const struct slbd_subject *subject,
					struct slbd_check_conf *conf)
{
	bool port = conf->type != SLBD_CHECK_PING && conf->type != SLBD_CHECK_EXEC;

	if (!conf->addr.len)
		conf->addr = subject->end.addr;
	if (!conf->port && conf->type != SLBD_CHECK_PING)
		conf->port = subject->end.port;
	if (port && !conf->port)
		return "it has no port of its own; set one for its check";
	if (!conf->source.len && subject->source.len == conf->addr.len)
		conf->source = subject->source;
	if (conf->source.len && conf->source.len != conf->addr.len)
		return "source and address are of different families";
	conf->vrf = subject->vrf;
	if (conf->source.len && conf->type != SLBD_CHECK_EXEC &&
	    !slbd_local_has(&conf->source, conf->vrf))
		return "the source of its check is no address of this host";
	return NULL;
}

/* That a server cannot be checked is said once. */
static void slbd_subject_refuse(struct slbd_subject *subject, const char *wrong)
{
	char owner[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];

	if (wrong && wrong != subject->wrong)
		slbd_log(LOG_ERR, "%s -> %s cannot be checked: %s",
			 slbd_subject_owner(owner, subject), slb_end_text(end, &subject->end), wrong);
	subject->wrong = wrong;
}

static void slbd_subject_apply(struct slbd_subject *subject)
{
	const struct slbd_check_conf *how = slbd_health_how(subject);
	const char *wrong = NULL;
	struct slbd_check_conf conf;

	if (how && slbd_check_probes(how)) {
		conf = *how;	/* borrows its texts */
		wrong = slbd_subject_resolve(subject, &conf);
		if (!wrong) {
			subject->wrong = NULL;
			slbd_subject_check(subject, &conf);
			/* An equal check, or one from before, may know already. */
			slbd_health_judge(subject, subject->check);
			return;
		}
	}
	slbd_subject_refuse(subject, wrong);
	slbd_subject_uncheck(subject);
	if (how && how->type == SLBD_CHECK_NONE && (subject->down || subject->unproved))
		slbd_health_set(subject, false, "not checked");
}

/* What was known of servers that are still there. */
static void slbd_subjects_merge(struct slbd_subject **subject, size_t count)
{
	struct slbd_subject *old;
	size_t at = 0;
	size_t i;
	int order;

	for (i = 0; i < slbd_subject_count; i++) {
		old = slbd_subjects[i];
		order = 1;
		while (at < count && (order = slbd_subject_compare(subject[at], old)) < 0)
			at++;
		if (at < count && !order)
			slbd_subject_adopt(old, subject[at]);
		slbd_subject_uncheck(old);
		free(old);
	}
	free(slbd_subjects);
	slbd_subjects = subject;
	slbd_subject_count = count;
	slbd_subject_generation++;
	slbd_tallies_take(subject, count);
}

static int slbd_subject_qsort(const void *a, const void *b)
{
	return slbd_subject_compare(*(struct slbd_subject * const *)a,
				    *(struct slbd_subject * const *)b);
}

static void slbd_subjects_take(struct slbd_subject **subject, size_t count)
{
	size_t i;

	if (count)
		qsort(subject, count, sizeof(*subject), slbd_subject_qsort);
	slbd_subjects_merge(subject, count);
	for (i = 0; i < count; i++)
		slbd_subject_apply(subject[i]);
	slbd_sched_limit();
}

/** slbd_health_changed() - services, servers or local addresses may have changed */
void slbd_health_changed(void)
{
	struct slbd_subject **subject;
	struct slb_config config;
	size_t count;

	slbd_local_forget();
	if (slbd_health_dry) {
		subject = slbd_subjects_of_conf(&slbd_health_conf, &count);
		slbd_subjects_take(subject, count);
		return;
	}
	if (slbd_kernel_load(&config))
		return;
	slbd_kernel_checked(&config);
	subject = slbd_subjects_of_config(&config, &count);
	slb_config_free(&config);
	slbd_subjects_take(subject, count);
}

/**
 * slbd_health_knows() - is a message of the module no news?
 * @srv: the server that it is about
 *
 * Return: true if all that matters is as it was.
 */
bool slbd_health_knows(const struct slb_srv *srv)
{
	struct slbd_subject *key = slbd_subject_new(srv);
	struct slbd_subject **found = NULL;
	bool knows;

	if (slbd_subject_count)
		found = bsearch(&key, slbd_subjects, slbd_subject_count, sizeof(key),
				slbd_subject_qsort);
	knows = found && (*found)->down == key->down && (*found)->unproved == key->unproved;
	free(key);
	return knows && srv->given & SLB_GIVEN(SLB_A_SRV_WEIGHT) &&
	       !srv->value[SLB_A_SRV_DRAINING];
}

/* Why nothing is known of a server's health, though it is to be checked, or NULL. */
static const char *slbd_subject_doubt(const struct slbd_subject *subject)
{
	const struct slbd_check *check = subject->check;

	if (subject->wrong)
		return subject->wrong;
	if (check && check->last == SLBD_UNKNOWN)
		return check->reason;
	return check && check->waits ? "its probe waits for others to end" : NULL;
}

/**
 * slbd_health_doubts() - tell which servers cannot be checked, for slbadm
 * @out: gets a line for each: service or group, server, and why, with tabs between
 */
void slbd_health_doubts(FILE *out)
{
	char owner[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];
	const char *doubt;
	size_t i;

	for (i = 0; i < slbd_subject_count; i++) {
		doubt = slbd_subject_doubt(slbd_subjects[i]);
		if (doubt)
			fprintf(out, "%s\t%s\t%s\n", slbd_subject_owner(owner, slbd_subjects[i]),
				slb_end_text(end, &slbd_subjects[i]->end), doubt);
	}
}

/**
 * slbd_health_forget() - the module is gone, and with it what it knew
 *
 * Checks go on: when it is back, it hears at once what they know.
 */
void slbd_health_forget(void)
{
	size_t i;

	for (i = 0; i < slbd_subject_count; i++) {
		slbd_subjects[i]->down = false;
		slbd_subjects[i]->unproved = true;
	}
}

/**
 * slbd_health_generation() - which servers there are
 *
 * Return: another number whenever slbd_health_subject() has others.
 */
unsigned int slbd_health_generation(void)
{
	return slbd_subject_generation;
}

/**
 * slbd_health_subject() - one of the servers
 * @i: its index in their order: group, service, address, port
 *
 * Return: the server, valid until the generation changes, or NULL behind the last.
 */
const struct slbd_subject *slbd_health_subject(size_t i)
{
	return i < slbd_subject_count ? slbd_subjects[i] : NULL;
}

static void slbd_conf_copy(struct slbd_conf *to, const struct slbd_conf *from)
{
	const struct slbd_conf_group *group;
	struct slbd_conf_group *copy;
	struct slbd_conf_srv *srv;
	size_t i;
	size_t j;

	for (i = 0; i < from->group_count; i++) {
		group = &from->group[i];
		copy = slbd_conf_group_add(to);
		strcpy(copy->group, group->group);
		copy->svc = group->svc;
		slbd_check_copy(&copy->check, &group->check);
		for (j = 0; j < group->srv_count; j++) {
			srv = slbd_conf_srv_add(copy);
			srv->end = group->srv[j].end;
			slbd_check_copy(&srv->check, &group->srv[j].check);
		}
		if (copy->srv_count)
			qsort(copy->srv, copy->srv_count, sizeof(*copy->srv), slbd_conf_srv_compare);
	}
	if (to->group_count)
		qsort(to->group, to->group_count, sizeof(*to->group), slbd_conf_group_compare);
}

static void slbd_conf_say(const struct slbd_conf_group *group)
{
	char text[SLBD_CHECK_TEXT];
	char key[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];
	const char *name = group->group;
	size_t i;

	if (!*name)
		name = slb_svc_key_text(key, &group->svc);
	slbd_log(LOG_INFO, "%s%s: %s", *group->group ? "group " : "", name,
		 slbd_check_text(text, &group->check));
	for (i = 0; i < group->srv_count; i++)
		slbd_log(LOG_INFO, "%s%s -> %s: %s", *group->group ? "group " : "", name,
			 slb_end_text(end, &group->srv[i].end),
			 slbd_check_text(text, &group->srv[i].check));
}

/**
 * slbd_checks_apply() - check what is said here from now on
 * @conf: the checks; copied
 *
 * Those that stay equal go on where they are.
 */
void slbd_checks_apply(const struct slbd_conf *conf)
{
	size_t i;

	slbd_conf_free(&slbd_health_conf);
	slbd_conf_copy(&slbd_health_conf, conf);
	for (i = 0; i < slbd_health_conf.group_count; i++)
		slbd_conf_say(&slbd_health_conf.group[i]);
	slbd_health_changed();
	slbd_log(LOG_INFO, "%zu servers, %zu different checks", slbd_subject_count,
		 slbd_sched_checks());
}

/** slbd_health_free() - end all checks; what the module knows stays */
void slbd_health_free(void)
{
	slbd_subjects_merge(NULL, 0);
	slbd_local_forget();
	slbd_conf_free(&slbd_health_conf);
	slbd_echo_end();
	slbd_syn_end();
	slbd_http_end();
}
