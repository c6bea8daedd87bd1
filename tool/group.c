// SPDX-License-Identifier: GPL-2.0-only
/* Named groups of servers: their options, requests and answers, their lines of -S, their view. */
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

static const struct slb_words slb_on_downs = { slb_on_down_names, SLB_ON_DOWN_COUNT };
static const struct slb_words slb_all_downs = { slb_all_down_names, SLB_ALL_DOWN_COUNT };

/* In the order in which -S writes them, behind the protocol. */
const struct slb_field slb_group_fields[] = {
	{ .name = "scheduler", .attr = SLB_A_GROUP_SCHED, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_SCHED_WLC, .words = &slb_scheds },
	{ .name = "zero-delay", .attr = SLB_A_GROUP_ZERO_DELAY, .wide = true, .kind = SLB_FIELD_DELAY,
	  .max = SLB_DELAY_MAX, .dflt = SLB_DELAY_KEEP },
	{ .name = "removal-delay", .attr = SLB_A_GROUP_REMOVAL_DELAY, .wide = true,
	  .kind = SLB_FIELD_DELAY, .max = SLB_DELAY_MAX },
	{ .name = "on-down", .attr = SLB_A_GROUP_ON_DOWN, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_ON_DOWN_KEEP, .words = &slb_on_downs },
	{ .name = "min-alive", .attr = SLB_A_GROUP_MIN_ALIVE, .wide = true, .min = 1, .max = 65535,
	  .dflt = 1 },
	{ .name = "slow-start", .attr = SLB_A_GROUP_SLOW_START, .wide = true, .max = 3600 },
	{ .name = "all-down", .attr = SLB_A_GROUP_ALL_DOWN, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_ALL_DOWN_RESET, .words = &slb_all_downs },
	{ .name = "checked", .attr = SLB_A_GROUP_CHECKED, .kind = SLB_FIELD_SWITCH, .max = 1 },
	{ .name = "table-size", .attr = SLB_A_GROUP_TABLE_SIZE, .wide = true, .min = 251,
	  .max = 1048573, .dflt = 65537 },
	{ .name = "owner", .attr = SLB_A_GROUP_OWNER, .kind = SLB_FIELD_WORD, .words = &slb_owners },
	{}
};

static int slb_group_compare(const void *a, const void *b)
{
	const struct slb_group *group_a = a;
	const struct slb_group *group_b = b;

	return strcmp(group_a->name, group_b->name);
}

/* As the kernel judges names. */
static const char *slb_group_name_wrong(const char *name)
{
	if (!*name)
		return "the name is empty";
	return strlen(name) > SLB_NAME_MAX ? "the name is longer than 80 bytes" : NULL;
}

/**
 * slb_arg_group() - --group
 * @req: the command line
 * @opt: the option
 * @text: name; for a service the empty one means its own group
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_group(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const char *wrong = slb_group_name_wrong(text);

	if (req->command->object == &slb_object_svc && !*text)
		wrong = NULL;
	if (wrong)
		return slb_arg_wrong(opt, text, wrong);
	strcpy(req->group.name, text);
	if (req->command->object == &slb_object_svc)
		strcpy(req->svc.group, text);
	req->svc.given |= SLB_GIVEN(SLB_A_SVC_GROUP);
	return 0;
}

/**
 * slb_arg_proto() - --proto
 * @req: the command line
 * @opt: the option
 * @text: tcp or udp
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_proto(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	char buf[64];

	if (strcmp(text, "tcp") && strcmp(text, "udp"))
		return slb_arg_not(slb_option_text(buf, opt), text, "tcp or udp");
	req->group.value[SLB_A_GROUP_PROTO] = *text == 't' ? IPPROTO_TCP : IPPROTO_UDP;
	req->group.given |= SLB_GIVEN(SLB_A_GROUP_PROTO);
	return 0;
}

/**
 * slb_arg_group_field() - the options named after a field of groups
 * @req: the command line
 * @opt: the option
 * @text: the value
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_group_field(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const struct slb_field *field = slb_field_find(slb_group_fields, opt->name);
	const char *range = slb_field_parse(field, &req->group.value[field->attr], text);
	char buf[64];

	req->group.given |= SLB_GIVEN(field->attr);
	return range ? slb_arg_not(slb_option_text(buf, opt), text, range) : 0;
}

static int slb_group_req_finish(struct slb_req *req)
{
	const char *wrong = req->word_count ? slb_group_name_wrong(req->word[0])
					    : "the name is missing";
	char buf[64];

	if (wrong) {
		slb_err_print("%s: %s", slb_command_text(buf, req->command), wrong);
		return -1;
	}
	strcpy(req->group.name, req->word[0]);
	return 0;
}

static const char *slb_group_req_text(char *buf, const struct slb_req *req)
{
	snprintf(buf, SLB_OBJECT_TEXT, "%s %s", req->command->verb, req->group.name);
	return buf;
}

static int slb_group_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	const struct slb_group *group = &req->group;
	struct nlmsghdr *nlh;

	if (req->command->act == SLB_ACT_DEL)
		nlh = slb_nl_request(nl, SLB_CMD_GROUP_DEL, 0);
	else
		nlh = slb_nl_request(nl, SLB_CMD_GROUP_NEW, flags);
	mnl_attr_put_strz(nlh, SLB_A_GROUP_NAME, group->name);
	if (req->command->act == SLB_ACT_DEL)
		return slb_nl_talk(nl, NULL, NULL);
	if (group->given & SLB_GIVEN(SLB_A_GROUP_PROTO))
		mnl_attr_put_u8(nlh, SLB_A_GROUP_PROTO, group->value[SLB_A_GROUP_PROTO]);
	else if (req->command->act == SLB_ACT_ADD)
		mnl_attr_put_u8(nlh, SLB_A_GROUP_PROTO, IPPROTO_TCP);
	slb_fields_put(nlh, slb_group_fields, group->given, group->value);
	slb_label_put(nlh, &group->label, 0, SLB_A_GROUP_COMMENT);
	return slb_nl_talk(nl, NULL, NULL);
}

static void slb_group_print(const struct slb_group *group)
{
	const struct slb_field *field;
	char buf[16];

	putchar(' ');
	slb_conf_word_print(group->name);
	if (group->given & SLB_GIVEN(SLB_A_GROUP_PROTO))
		printf(" --proto %s", slb_proto_text(group->value[SLB_A_GROUP_PROTO]));
	for (field = slb_group_fields; field->name; field++) {
		if (!(group->given & SLB_GIVEN(field->attr)))
			continue;
		if (field->attr == SLB_A_GROUP_SCHED)
			printf(" -s ");
		else
			printf(" --%s ", field->name);
		printf("%s", slb_field_text(field, group->value[field->attr], buf, sizeof(buf)));
	}
	slb_conf_label_print(&group->label);
}

static void slb_group_req_print(const struct slb_req *req)
{
	slb_group_print(&req->group);
}

static void slb_group_req_fill(struct slb_req *req)
{
	slb_field_default(slb_group_fields, &req->group.given, req->group.value, true);
	if (!(req->group.given & SLB_GIVEN(SLB_A_GROUP_PROTO)))
		req->group.value[SLB_A_GROUP_PROTO] = IPPROTO_TCP;
	req->group.given |= SLB_GIVEN(SLB_A_GROUP_PROTO);
	req->group.label.comment_given = true;
}

static void slb_group_get(struct slb_group *group, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_GROUP_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_GROUP_MAX);
	slb_string_get(group->name, sizeof(group->name), attrs[SLB_A_GROUP_NAME]);
	group->value[SLB_A_GROUP_PROTO] = slb_nl_number(attrs[SLB_A_GROUP_PROTO]);
	group->given |= SLB_GIVEN(SLB_A_GROUP_PROTO);
	group->value[SLB_A_GROUP_SERVERS] = slb_nl_number(attrs[SLB_A_GROUP_SERVERS]);
	group->value[SLB_A_GROUP_SERVICES] = slb_nl_number(attrs[SLB_A_GROUP_SERVICES]);
	group->value[SLB_A_GROUP_TIER] = slb_nl_number(attrs[SLB_A_GROUP_TIER]);
	slb_label_get(&group->label, NULL, attrs[SLB_A_GROUP_COMMENT]);
	slb_fields_get(slb_group_fields, &group->given, group->value, attrs);
}

static int slb_group_answer(const struct nlmsghdr *nlh, void *data)
{
	struct slb_config *config = data;

	config->group = slb_list_add(config->group, &config->group_count, sizeof(*config->group));
	slb_group_get(&config->group[config->group_count - 1], nlh);
	return 0;
}

static int slb_group_dump(struct slb_nl *nl, struct slb_config *config)
{
	slb_nl_request(nl, SLB_CMD_GROUP_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_group_answer, config);
}

static void slb_group_sort(struct slb_config *config)
{
	if (config->group_count)
		qsort(config->group, config->group_count, sizeof(*config->group),
		      slb_group_compare);
}

/* Where the servers of named groups begin: behind those of services. */
static size_t slb_group_first_srv(const struct slb_config *config)
{
	size_t srv = 0;

	while (srv < config->srv_count && !*config->srv[srv].group)
		srv++;
	return srv;
}

static bool slb_group_has_srv(const struct slb_config *config, size_t srv, size_t group)
{
	return srv < config->srv_count &&
	       !strcmp(config->srv[srv].group, config->group[group].name);
}

/* See slb_srv_whole(): here it is the servers of named groups. */
static bool slb_group_whole(const struct slb_config *config)
{
	size_t srv = slb_group_first_srv(config);
	size_t first;
	size_t i;

	for (i = 0; i < config->group_count; i++) {
		for (first = srv; slb_group_has_srv(config, srv, i); srv++)
			;
		if (srv - first != config->group[i].value[SLB_A_GROUP_SERVERS])
			return false;
	}
	return srv == config->srv_count;
}

/* Each group is followed by its servers, and all of them by the services. */
static void slb_group_save(struct slb_config *config)
{
	size_t srv = slb_group_first_srv(config);
	const struct slb_field *field;
	struct slb_group *group;
	size_t i;

	for (i = 0; i < config->group_count; i++) {
		group = &config->group[i];
		for (field = slb_group_fields; field->name; field++)
			if (field->attr != SLB_A_GROUP_SCHED &&
			    group->value[field->attr] == field->dflt)
				group->given &= ~SLB_GIVEN(field->attr);
		printf("--add-group");
		slb_group_print(group);
		putchar('\n');
		for (; slb_group_has_srv(config, srv, i); srv++)
			slb_conf_srv_save(&config->srv[srv]);
	}
}

static void slb_group_free(struct slb_config *config)
{
	free(config->group);
}

static void slb_group_head_print(const struct slb_group *group)
{
	const struct slb_field *field = slb_group_fields;
	char buf[16];

	slb_out_str("name", "%s", group->name);
	slb_out_str("proto", " %s", slb_proto_text(group->value[SLB_A_GROUP_PROTO]));
	slb_out_str(field->name, " %s",
		    slb_field_text(field, group->value[field->attr], buf, sizeof(buf)));
	for (field++; field->name; field++)
		slb_field_print(field, group->value[field->attr], true);
	slb_out_u64("services", " services=%llu", group->value[SLB_A_GROUP_SERVICES]);
	slb_out_u64("tier", group->value[SLB_A_GROUP_TIER] ? " tier=%llu" : NULL,
		    group->value[SLB_A_GROUP_TIER]);
	slb_label_print(&group->label, true);
	slb_out_text("\n");
}

static void slb_group_event(const struct nlmsghdr *nlh)
{
	struct slb_group group = {};

	slb_group_get(&group, nlh);
	slb_out_str("event", "%-8s ", "group");
	if (group.given & SLB_GIVEN(SLB_A_GROUP_SCHED)) {
		slb_group_head_print(&group);
		return;
	}
	slb_out_str("name", "%s", group.name);
	slb_out_bool("deleted", true);
	slb_out_text(" deleted\n");
}

const struct slb_object slb_object_group = {
	.part = { SLB_PART(group) }, .finish = slb_group_req_finish, .text = slb_group_req_text,
	.send = slb_group_req_send, .print = slb_group_req_print, .fill = slb_group_req_fill,
	.compare = slb_group_compare, .load = SLB_LOAD_SERVICES, .dump = slb_group_dump,
	.sort = slb_group_sort, .whole = slb_group_whole, .save = slb_group_save,
	.free = slb_group_free, .ntf = SLB_CMD_GROUP_NTF, .event = slb_group_event,
};

/**
 * slb_list_groups() - print named groups with their servers
 * @nl: the family
 * @req: the command line: one group or all, with counters or without
 *
 * Return: 0 or a negative errno.
 */
int slb_list_groups(struct slb_nl *nl, const struct slb_req *req)
{
	bool one = slb_req_has(req, SLB_SLOT_GROUP);
	struct slb_config config;
	struct nlmsghdr *nlh;
	size_t srv;
	bool shown;
	size_t i;
	int err;

	/* The kernel says it in its own words if there is no such group. */
	if (one) {
		nlh = slb_nl_request(nl, SLB_CMD_GROUP_GET, 0);
		mnl_attr_put_strz(nlh, SLB_A_GROUP_NAME, req->group.name);
		err = slb_nl_talk(nl, NULL, NULL);
		if (err)
			return err;
	}
	err = slb_config_load(nl, &config, SLB_LOAD_SERVICES);
	if (err)
		return err;
	slb_out_text("Group Prot Scheduler Flags\n");
	slb_list_servers_head(req);
	slb_out_array("groups");
	srv = slb_group_first_srv(&config);
	for (i = 0; i < config.group_count; i++) {
		shown = !one || !strcmp(config.group[i].name, req->group.name);
		if (shown) {
			slb_out_object(NULL);
			slb_group_head_print(&config.group[i]);
			slb_out_array("servers");
		}
		for (; slb_group_has_srv(&config, srv, i); srv++) {
			config.srv[srv].svc.proto = config.group[i].value[SLB_A_GROUP_PROTO];
			if (shown)
				slb_list_srv(&config.srv[srv], req);
		}
		if (shown) {
			slb_out_close();
			slb_out_close();
		}
	}
	slb_out_close();
	slb_config_free(&config);
	return 0;
}
