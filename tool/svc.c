// SPDX-License-Identifier: GPL-2.0-only
/* Services: their options, requests and answers, and their lines of -S. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"
#include "slb_names_gen.h"

static const struct slb_words slb_scheds = { slb_sched_names, SLB_SCHED_COUNT };
static const struct slb_words slb_stamps = { slb_timestamps_names, SLB_TIMESTAMPS_COUNT };
static const struct slb_words slb_on_downs = { slb_on_down_names, SLB_ON_DOWN_COUNT };
static const struct slb_words slb_all_downs = { slb_all_down_names, SLB_ALL_DOWN_COUNT };
static const struct slb_words slb_unknowns = { slb_unknown_names, SLB_UNKNOWN_COUNT };

/* In the order in which -S writes them; the pool and the timeouts follow. */
const struct slb_field slb_svc_fields[] = {
	{ .name = "scheduler", .attr = SLB_A_SVC_SCHED, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_SCHED_WLC, .words = &slb_scheds },
	{ .name = "enabled", .attr = SLB_A_SVC_ENABLED, .kind = SLB_FIELD_SWITCH, .dflt = 1 },
	{ .name = "toa", .attr = SLB_A_SVC_TOA, .kind = SLB_FIELD_SWITCH, .tcp = true, .dflt = 1 },
	{ .name = "toa-kind", .attr = SLB_A_SVC_TOA_KIND, .tcp = true, .min = 2, .max = 255,
	  .dflt = 254 },
	{ .name = "timestamps", .attr = SLB_A_SVC_TIMESTAMPS, .kind = SLB_FIELD_WORD, .tcp = true,
	  .dflt = SLB_TIMESTAMPS_TRANSLATE, .words = &slb_stamps },
	{ .name = "unknown", .attr = SLB_A_SVC_UNKNOWN, .kind = SLB_FIELD_WORD, .tcp = true,
	  .dflt = SLB_UNKNOWN_RESET, .words = &slb_unknowns },
	{ .name = "idle", .attr = SLB_A_SVC_IDLE, .wide = true, .min = 10, .max = 4000,
	  .zero = true },
	{ .name = "zero-delay", .attr = SLB_A_SVC_ZERO_DELAY, .wide = true, .kind = SLB_FIELD_DELAY,
	  .max = SLB_DELAY_MAX, .dflt = SLB_DELAY_KEEP },
	{ .name = "removal-delay", .attr = SLB_A_SVC_REMOVAL_DELAY, .wide = true,
	  .kind = SLB_FIELD_DELAY, .max = SLB_DELAY_MAX },
	{ .name = "on-down", .attr = SLB_A_SVC_ON_DOWN, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_ON_DOWN_KEEP, .words = &slb_on_downs },
	{ .name = "min-alive", .attr = SLB_A_SVC_MIN_ALIVE, .wide = true, .min = 1, .max = 65535,
	  .dflt = 1 },
	{ .name = "slow-start", .attr = SLB_A_SVC_SLOW_START, .wide = true, .max = 3600 },
	{ .name = "all-down", .attr = SLB_A_SVC_ALL_DOWN, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_ALL_DOWN_RESET, .words = &slb_all_downs },
	{ .name = "checked", .attr = SLB_A_SVC_CHECKED, .kind = SLB_FIELD_SWITCH, .max = 1 },
	{ .name = "table-size", .attr = SLB_A_SVC_TABLE_SIZE, .wide = true, .min = 251,
	  .max = 1048573, .dflt = 65537 },
	{ .name = "owner", .attr = SLB_A_SVC_OWNER, .kind = SLB_FIELD_WORD, .words = &slb_owners },
	{}
};

/**
 * slb_arg_svc_field() - the options named after a field of services
 * @req: the command line
 * @opt: the option
 * @text: the value
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_svc_field(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const struct slb_field *field = slb_field_find(slb_svc_fields, opt->name);
	struct slb_svc *svc = &req->svc;
	const char *range;
	char buf[64];

	slb_option_text(buf, opt);
	range = slb_field_parse(field, &svc->value[field->attr], text);
	if (range)
		return slb_arg_not(buf, text, range);
	if (field->tcp && !slb_svc_key_has_tcp(&svc->key)) {
		slb_err_print("%s is for TCP services", buf);
		return -1;
	}
	svc->given |= SLB_GIVEN(field->attr);
	return 0;
}

/**
 * slb_arg_enabled() - --enable and --disable
 * @req: the command line
 * @opt: the option
 * @text: not used
 *
 * Return: 0.
 */
int slb_arg_enabled(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	(void)text;
	req->svc.value[SLB_A_SVC_ENABLED] = !strcmp(opt->name, "enable");
	req->svc.given |= SLB_GIVEN(SLB_A_SVC_ENABLED);
	return 0;
}

/**
 * slb_arg_timeouts() - --timeout of services
 * @req: the command line
 * @opt: the option
 * @text: STATE=SECONDS,...
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_timeouts(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const struct slb_field *field;
	char *copy = strdup(text);
	char *rest = copy;
	char *value;
	char *part;
	int ret = 0;

	while (!ret && rest) {
		part = strsep(&rest, ",");
		value = strchr(part, '=');
		if (!value) {
			ret = slb_arg_wrong(opt, part, "not STATE=SECONDS");
			break;
		}
		*value++ = '\0';
		field = slb_field_find(slb_to_fields, part);
		if (field)
			ret = slb_arg_timeout(&req->svc.timeouts, field, value, true);
		else
			ret = slb_arg_wrong(opt, part, "there is no such state with a timeout");
	}
	free(copy);
	req->svc.given |= SLB_GIVEN(SLB_A_SVC_TIMEOUTS);
	return ret;
}

/**
 * slb_svc_send() - send a request about a service
 * @nl: the family
 * @cmd: SLB_CMD_SVC_NEW, SLB_CMD_SVC_DEL or SLB_CMD_ZERO
 * @flags: NLM_F_CREATE, EXCL, REPLACE
 * @svc: the service; only its key where @cmd takes no more
 *
 * Return: 0 or a negative errno.
 */
int slb_svc_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_svc *svc)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);

	slb_svc_key_put(nlh, &svc->key);
	if (cmd == SLB_CMD_SVC_NEW) {
		slb_fields_put(nlh, slb_svc_fields, svc->given, svc->value);
		if (svc->given & SLB_GIVEN(SLB_A_SVC_POOL))
			mnl_attr_put_strz(nlh, SLB_A_SVC_POOL, svc->pool);
		if (svc->given & SLB_GIVEN(SLB_A_SVC_GROUP))
			mnl_attr_put_strz(nlh, SLB_A_SVC_GROUP, svc->group);
		slb_timeouts_put(nlh, SLB_A_SVC_TIMEOUTS, &svc->timeouts);
		slb_svc_acl_put(nlh, svc);
		slb_svc_persist_put(nlh, svc);
		slb_limits_put(nlh, SLB_A_SVC_LIMITS, &svc->limits);
		slb_label_put(nlh, &svc->label, SLB_A_SVC_NAME, SLB_A_SVC_COMMENT);
	}
	return slb_nl_talk(nl, NULL, NULL);
}

/**
 * slb_svc_get() - read a service from an answer or a message
 * @svc: result, empty so far; of one that is deleted only the key comes
 * @nlh: the message
 */
void slb_svc_get(struct slb_svc *svc, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_SVC_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_SVC_MAX);
	slb_svc_key_get(&svc->key, attrs);
	slb_fields_get(slb_svc_fields, &svc->given, svc->value, attrs);
	svc->value[SLB_A_SVC_SERVERS] = slb_nl_number(attrs[SLB_A_SVC_SERVERS]);
	svc->value[SLB_A_SVC_CONNS] = slb_nl_number(attrs[SLB_A_SVC_CONNS]);
	slb_string_get(svc->pool, sizeof(svc->pool), attrs[SLB_A_SVC_POOL]);
	slb_svc_acl_get(svc, nlh);
	slb_label_get(&svc->label, attrs[SLB_A_SVC_NAME], attrs[SLB_A_SVC_COMMENT]);
	slb_string_get(svc->group, sizeof(svc->group), attrs[SLB_A_SVC_GROUP]);
	slb_svc_persist_get(svc, attrs);
	slb_timeouts_get(&svc->timeouts, attrs[SLB_A_SVC_TIMEOUTS]);
	slb_limits_get(&svc->limits, attrs[SLB_A_SVC_LIMITS], false);
	slb_stats_get(&svc->stats, attrs[SLB_A_SVC_STATS]);
}

static int slb_svc_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_svc_get(slb_config_svc_add(data), nlh);
	return 0;
}

static int slb_svc_fetch_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_svc_get(data, nlh);
	return 0;
}

/**
 * slb_svc_fetch() - fetch one service
 * @nl: the family
 * @svc: only its key is set; the rest is filled in
 *
 * Return: 0 or a negative errno.
 */
int slb_svc_fetch(struct slb_nl *nl, struct slb_svc *svc)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_SVC_GET, 0);

	slb_svc_key_put(nlh, &svc->key);
	return slb_nl_talk(nl, slb_svc_fetch_answer, svc);
}

static void slb_conf_svc_print(const struct slb_svc *svc)
{
	const struct slb_field *field;
	const char *text;
	char buf[16];

	slb_conf_key_print(&svc->key);
	for (field = slb_svc_fields; field->name; field++) {
		if (!(svc->given & SLB_GIVEN(field->attr)))
			continue;
		text = slb_field_text(field, svc->value[field->attr], buf, sizeof(buf));
		if (field->attr == SLB_A_SVC_SCHED)
			printf(" -s %s", text);
		else if (field->attr == SLB_A_SVC_ENABLED)
			printf(" --%s", svc->value[field->attr] ? "enable" : "disable");
		else
			printf(" --%s %s", field->name, text);
	}
	if (svc->given & SLB_GIVEN(SLB_A_SVC_GROUP)) {
		printf(" --group ");
		slb_conf_word_print(svc->group);
	}
	slb_svc_persist_print(svc);
	slb_conf_timeouts_print(&svc->timeouts);
	slb_conf_limits_print(&svc->limits, false);
	if (svc->given & SLB_GIVEN(SLB_A_SVC_POOL)) {
		printf(" --pool ");
		slb_conf_word_print(svc->pool);
	}
	slb_svc_acl_print(svc);
	slb_conf_label_print(&svc->label);
}

/* Settings of the group, which are a service's to say only of its own. */
#define SLB_SVC_OWN	(SLB_GIVEN(SLB_A_SVC_SCHED) | SLB_GIVEN(SLB_A_SVC_ZERO_DELAY) | \
			 SLB_GIVEN(SLB_A_SVC_REMOVAL_DELAY) | SLB_GIVEN(SLB_A_SVC_ON_DOWN) | \
			 SLB_GIVEN(SLB_A_SVC_MIN_ALIVE) | SLB_GIVEN(SLB_A_SVC_SLOW_START) | \
			 SLB_GIVEN(SLB_A_SVC_ALL_DOWN) | SLB_GIVEN(SLB_A_SVC_CHECKED) | \
			 SLB_GIVEN(SLB_A_SVC_TABLE_SIZE))

/**
 * slb_svc_field_is_own() - whether a field is the service's, not its named group's
 * @svc: the service
 * @field: the field
 *
 * Return: true if so.
 */
bool slb_svc_field_is_own(const struct slb_svc *svc, const struct slb_field *field)
{
	return !*svc->group || !(SLB_GIVEN(field->attr) & SLB_SVC_OWN);
}

/* Forgets what is at its default, so that lines stay short. */
static void slb_conf_svc_shorten(struct slb_svc *svc)
{
	const struct slb_field *field;

	for (field = slb_svc_fields; field->name; field++)
		if (field->attr != SLB_A_SVC_SCHED &&
		    ((field->tcp && !slb_svc_key_has_tcp(&svc->key)) ||
		     svc->value[field->attr] == field->dflt))
			svc->given &= ~SLB_GIVEN(field->attr);
	for (field = slb_to_fields; field->name; field++)
		if (!svc->timeouts.value[field->attr])
			svc->timeouts.given &= ~SLB_GIVEN(field->attr);
	if (!*svc->acl[0])
		svc->given &= ~SLB_GIVEN(SLB_A_SVC_ACL);
	slb_conf_limits_shorten(&svc->limits);
	if (*svc->pool)
		svc->given |= SLB_GIVEN(SLB_A_SVC_POOL);
	if (*svc->group)
		svc->given |= SLB_GIVEN(SLB_A_SVC_GROUP);
	if (*svc->group)
		svc->given &= ~SLB_SVC_OWN;
}

/**
 * slb_svc_default() - give everything that was not given its default
 * @svc: the service
 *
 * So that a line of a restore file means the same whatever the service was before.
 */
void slb_svc_default(struct slb_svc *svc)
{
	const struct slb_field *field;
	__u64 given = svc->given;

	slb_field_default(slb_svc_fields, &svc->given, svc->value,
			  slb_svc_key_has_tcp(&svc->key));
	slb_svc_persist_default(svc);
	for (field = slb_to_fields; field->name; field++)
		svc->timeouts.given |= SLB_GIVEN(field->attr);
	svc->given |= SLB_GIVEN(SLB_A_SVC_POOL) | SLB_GIVEN(SLB_A_SVC_TIMEOUTS) |
		      SLB_GIVEN(SLB_A_SVC_ACL) | SLB_GIVEN(SLB_A_SVC_GROUP);
	slb_limits_default(&svc->limits, false);
	if (*svc->group)	/* what the user gave is for the kernel to refuse */
		svc->given &= ~SLB_SVC_OWN | given;
	slb_label_default(&svc->label);
}

/**
 * slb_config_svc_add() - append a service
 * @config: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slb_svc *slb_config_svc_add(struct slb_config *config)
{
	config->svc = slb_list_add(config->svc, &config->svc_count, sizeof(*config->svc));
	return &config->svc[config->svc_count - 1];
}

static int slb_svc_qsort(const void *a, const void *b)
{
	const struct slb_svc *svc_a = a;
	const struct slb_svc *svc_b = b;

	return slb_svc_key_compare(&svc_a->key, &svc_b->key);
}

static const char *slb_svc_req_text(char *buf, const struct slb_req *req)
{
	char key[SLB_OBJECT_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "%s %.200s", req->command->verb,
		 slb_svc_key_text(key, &req->svc.key));
	return buf;
}

static int slb_svc_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	int err;

	if (slb_req_has(req, SLB_SLOT_PURGE))
		req->svc.given |= SLB_GIVEN(SLB_A_SVC_PURGE);
	if (req->command->act == SLB_ACT_DEL)
		return slb_svc_send(nl, SLB_CMD_SVC_DEL, 0, &req->svc);
	err = slb_svc_send(nl, SLB_CMD_SVC_NEW, flags, &req->svc);
	if (!err && req->command->act == SLB_ACT_ADD)
		slb_listen_warn(&req->svc.key);
	return err;
}

static void slb_svc_req_print(const struct slb_req *req)
{
	slb_conf_svc_print(&req->svc);
	if (slb_req_has(req, SLB_SLOT_PURGE))
		printf(" --purge");
}

static void slb_svc_req_fill(struct slb_req *req)
{
	slb_svc_default(&req->svc);
}

struct slb_svc_walk {
	void	(*each)(const struct slb_svc *svc, void *data);
	void	*data;
};

static int slb_svc_walk_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct slb_svc_walk *walk = data;
	struct slb_svc svc = {};

	slb_svc_get(&svc, nlh);
	walk->each(&svc, walk->data);
	return 0;
}

/**
 * slb_svc_walk() - fetch all services, without keeping them
 * @nl: the family
 * @each: called for each
 * @data: for @each
 *
 * Return: 0 or a negative errno; -EINTR: some may have been left out, or came twice.
 */
int slb_svc_walk(struct slb_nl *nl, void (*each)(const struct slb_svc *svc, void *data), void *data)
{
	struct slb_svc_walk walk = { .each = each, .data = data };

	slb_nl_request(nl, SLB_CMD_SVC_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_svc_walk_answer, &walk);
}

static int slb_svc_dump(struct slb_nl *nl, struct slb_config *config)
{
	slb_nl_request(nl, SLB_CMD_SVC_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_svc_answer, config);
}

static void slb_svc_sort(struct slb_config *config)
{
	if (config->svc_count)
		qsort(config->svc, config->svc_count, sizeof(*config->svc), slb_svc_qsort);
}

/* Each service is followed by its servers. */
static void slb_svc_save(struct slb_config *config)
{
	size_t srv = 0;
	size_t i;

	for (i = 0; i < config->svc_count; i++) {
		printf("-A");
		slb_conf_svc_shorten(&config->svc[i]);
		slb_conf_svc_print(&config->svc[i]);
		putchar('\n');
		for (; slb_config_srv_is_of(config, srv, i); srv++)
			slb_conf_srv_save(&config->srv[srv]);
	}
}

static void slb_svc_free(struct slb_config *config)
{
	free(config->svc);
}

/* One that is deleted comes with its key only. */
static void slb_svc_event(const struct nlmsghdr *nlh)
{
	struct slb_svc svc = {};

	slb_svc_get(&svc, nlh);
	slb_out_str("event", "%-8s ", "service");
	if (svc.given & SLB_GIVEN(SLB_A_SVC_SCHED)) {
		slb_svc_print(&svc, false, false);
		return;
	}
	slb_svc_key_print(&svc.key, 0);
	slb_out_bool("deleted", true);
	slb_out_text(" deleted\n");
}

const struct slb_object slb_object_svc = {
	.part = { SLB_PART(svc) }, .text = slb_svc_req_text, .send = slb_svc_req_send,
	.print = slb_svc_req_print, .fill = slb_svc_req_fill, .compare = slb_svc_qsort,
	.load = SLB_LOAD_SERVICES, .dump = slb_svc_dump, .sort = slb_svc_sort,
	.save = slb_svc_save, .free = slb_svc_free, .ntf = SLB_CMD_SVC_NTF,
	.event = slb_svc_event,
};

/* What is about one service or about everything. */
static const char *slb_all_req_text(char *buf, const struct slb_req *req)
{
	if (!slb_req_has(req, SLB_SLOT_SERVICE))
		return req->command->name;
	return slb_svc_req_text(buf, req);
}

static int slb_all_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	(void)flags;
	if (req->command->id == SLB_DO_CLEAR)
		return slb_plain_send(nl, SLB_CMD_FLUSH);
	if (slb_req_has(req, SLB_SLOT_SERVICE))
		return slb_svc_send(nl, SLB_CMD_ZERO, 0, &req->svc);
	return slb_plain_send(nl, SLB_CMD_ZERO);
}

static void slb_all_req_print(const struct slb_req *req)
{
	if (slb_req_has(req, SLB_SLOT_SERVICE))
		slb_conf_key_print(&req->svc.key);
}

const struct slb_object slb_object_all = {
	.part = { SLB_PART(svc) }, .text = slb_all_req_text, .send = slb_all_req_send,
	.print = slb_all_req_print,
};
