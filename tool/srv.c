// SPDX-License-Identifier: GPL-2.0-only
/* Servers: their options, requests and answers, and their lines of -S. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"
#include "slb_names_gen.h"

static const struct slb_words slb_fwds = { slb_fwd_names, SLB_FWD_COUNT };

const struct slb_field slb_srv_fields[] = {
	{ .name = "weight", .attr = SLB_A_SRV_WEIGHT, .wide = true, .max = SLB_WEIGHT_MAX,
	  .dflt = 1 },
	{ .name = "forward", .attr = SLB_A_SRV_FWD, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_FWD_FULLNAT, .words = &slb_fwds },
	{ .name = "priority", .attr = SLB_A_SRV_PRIORITY, .max = SLB_TIERS - 1 },
	{ .name = "owner", .attr = SLB_A_SRV_OWNER, .kind = SLB_FIELD_WORD, .words = &slb_owners },
	{}
};

/**
 * slb_srv_compare() - order of two servers: group, service, address, port
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_srv_compare(const struct slb_srv *a, const struct slb_srv *b)
{
	int order = strcmp(a->group, b->group);

	if (!order)
		order = slb_svc_key_compare(&a->svc, &b->svc);
	return order ? order : slb_end_compare(&a->end, &b->end);
}

/**
 * slb_arg_server() - -r and --server
 * @req: the command line
 * @opt: the option
 * @text: ADDR[:PORT]; without a port, or with port 0, it is the service's, and if that has several
 *	the one that the client asks for
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_server(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	bool filter = req->command->object == &slb_object_conns ||
		      req->command->id == SLB_DO_PERSIST_FLUSH;
	struct slb_end *end = filter ? &req->filter.srv : &req->srv.end;
	const struct slb_svc_key *key = &req->svc.key;
	const char *wrong;
	__u16 last;

	wrong = slb_ports_parse(end, &last, text, key->proto, key->end.addr.len);
	if (!wrong && last != end->port)
		wrong = "a server has one port";
	if (wrong)
		return slb_arg_wrong(opt, text, wrong);
	if (!filter && !end->port && key->last == key->end.port)
		end->port = key->end.port;
	if (slb_end_colon(text))
		req->srv.given |= SLB_GIVEN(SLB_A_SRV_PORT);
	return 0;
}

/**
 * slb_arg_weight() - -w
 * @req: the command line
 * @opt: the option
 * @text: the weight
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_weight(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const struct slb_field *field = slb_field_find(slb_srv_fields, opt->name);
	const char *range = slb_field_parse(field, &req->srv.value[field->attr], text);

	req->srv.given |= SLB_GIVEN(field->attr);
	return range ? slb_arg_not("-w", text, range) : 0;
}

/**
 * slb_arg_forward() - -b and -m
 * @req: the command line
 * @opt: the option
 * @text: not used
 *
 * Return: 0.
 */
int slb_arg_forward(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	(void)text;
	req->srv.value[SLB_A_SRV_FWD] = opt->letter == 'm' ? SLB_FWD_NAT : SLB_FWD_FULLNAT;
	req->srv.given |= SLB_GIVEN(SLB_A_SRV_FWD);
	return 0;
}

/**
 * slb_arg_srv_field() - the options named after a field of servers
 * @req: the command line
 * @opt: the option
 * @text: the value
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_srv_field(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const struct slb_field *field = slb_field_find(slb_srv_fields, opt->name);
	const char *range = slb_field_parse(field, &req->srv.value[field->attr], text);
	char buf[64];

	req->srv.given |= SLB_GIVEN(field->attr);
	return range ? slb_arg_not(slb_option_text(buf, opt), text, range) : 0;
}

/**
 * slb_arg_down() - --down and --up
 * @req: the command line
 * @opt: the option
 * @text: not used
 *
 * Return: 0.
 */
int slb_arg_down(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	(void)text;
	req->srv.value[SLB_A_SRV_DOWN] = !strcmp(opt->name, "down");
	req->srv.given |= SLB_GIVEN(SLB_A_SRV_DOWN);
	return 0;
}

/**
 * slb_arg_reason() - --reason
 * @req: the command line
 * @opt: the option
 * @text: why the server is down or up
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_reason(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	if (strlen(text) >= sizeof(req->srv.reason))
		return slb_arg_wrong(opt, text, "the text is longer than 255 characters");
	strcpy(req->srv.reason, text);
	return 0;
}

/**
 * slb_srv_owner_put() - say in a request whose server it is about
 * @nlh: the request
 * @srv: the server
 */
void slb_srv_owner_put(struct nlmsghdr *nlh, const struct slb_srv *srv)
{
	struct nlattr *nest;

	if (*srv->group) {
		mnl_attr_put_strz(nlh, SLB_A_SRV_GROUP, srv->group);
		return;
	}
	nest = mnl_attr_nest_start(nlh, SLB_A_SRV_SERVICE);
	slb_svc_key_put(nlh, &srv->svc);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * slb_srv_send() - send a request about a server
 * @nl: the family
 * @cmd: SLB_CMD_SRV_NEW or SLB_CMD_SRV_DEL
 * @flags: NLM_F_CREATE, EXCL, REPLACE
 * @srv: the server; only its key where @cmd takes no more
 *
 * Return: 0 or a negative errno.
 */
int slb_srv_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_srv *srv)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);

	slb_srv_owner_put(nlh, srv);
	slb_addr_put(nlh, SLB_A_SRV_ADDR, &srv->end.addr);
	mnl_attr_put_u16(nlh, SLB_A_SRV_PORT, htons(srv->end.port));
	if (cmd == SLB_CMD_SRV_NEW) {
		slb_fields_put(nlh, slb_srv_fields, srv->given, srv->value);
		slb_limits_put(nlh, SLB_A_SRV_LIMITS, &srv->limits);
		slb_label_put(nlh, &srv->label, SLB_A_SRV_NAME, SLB_A_SRV_COMMENT);
		if (srv->given & SLB_GIVEN(SLB_A_SRV_DOWN))
			mnl_attr_put_u8(nlh, SLB_A_SRV_DOWN, srv->value[SLB_A_SRV_DOWN]);
		if (*srv->reason)
			mnl_attr_put_strz(nlh, SLB_A_SRV_REASON, srv->reason);
	}
	return slb_nl_talk(nl, NULL, NULL);
}

/**
 * slb_srv_get() - read a server from an answer or a message
 * @srv: result, empty so far; of one that is deleted only the key comes
 * @nlh: the message
 */
void slb_srv_get(struct slb_srv *srv, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_SRV_MAX + 1];
	const struct nlattr *key[SLB_A_SVC_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_SRV_MAX);
	if (attrs[SLB_A_SRV_SERVICE]) {
		slb_nl_index_nest(attrs[SLB_A_SRV_SERVICE], key, SLB_A_SVC_MAX);
		slb_svc_key_get(&srv->svc, key);
	}
	slb_string_get(srv->group, sizeof(srv->group), attrs[SLB_A_SRV_GROUP]);
	slb_end_get(&srv->end, attrs[SLB_A_SRV_ADDR], attrs[SLB_A_SRV_PORT]);
	slb_fields_get(slb_srv_fields, &srv->given, srv->value, attrs);
	slb_label_get(&srv->label, attrs[SLB_A_SRV_NAME], attrs[SLB_A_SRV_COMMENT]);
	srv->value[SLB_A_SRV_DOWN] = slb_nl_number(attrs[SLB_A_SRV_DOWN]);
	srv->value[SLB_A_SRV_UNPROVED] = !!attrs[SLB_A_SRV_UNPROVED];
	srv->value[SLB_A_SRV_SINCE] = slb_nl_number(attrs[SLB_A_SRV_SINCE]);
	if (attrs[SLB_A_SRV_SINCE])
		srv->given |= SLB_GIVEN(SLB_A_SRV_SINCE);
	slb_string_get(srv->reason, sizeof(srv->reason), attrs[SLB_A_SRV_REASON]);
	srv->value[SLB_A_SRV_DRAINING] = !!attrs[SLB_A_SRV_DRAINING];
	srv->value[SLB_A_SRV_STANDBY] = !!attrs[SLB_A_SRV_STANDBY];
	srv->value[SLB_A_SRV_LEFT] = attrs[SLB_A_SRV_LEFT] ?
				     slb_nl_number(attrs[SLB_A_SRV_LEFT]) : SLB_DELAY_KEEP;
	srv->value[SLB_A_SRV_ACTIVE] = slb_nl_number(attrs[SLB_A_SRV_ACTIVE]);
	srv->value[SLB_A_SRV_INACTIVE] = slb_nl_number(attrs[SLB_A_SRV_INACTIVE]);
	srv->value[SLB_A_SRV_RAMP] = slb_nl_number(attrs[SLB_A_SRV_RAMP]);
	slb_stats_get(&srv->stats, attrs[SLB_A_SRV_STATS]);
	slb_limits_get(&srv->limits, attrs[SLB_A_SRV_LIMITS], true);
}

static int slb_srv_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_srv_get(slb_config_srv_add(data), nlh);
	return 0;
}

/**
 * slb_conf_srv_print() - print a server as -S does, behind the command's letter
 * @srv: the server
 */
void slb_conf_srv_print(const struct slb_srv *srv)
{
	char end[SLB_END_TEXT];

	if (*srv->group) {
		printf(" --group ");
		slb_conf_word_print(srv->group);
	} else {
		slb_conf_key_print(&srv->svc);
	}
	printf(" -r %s", slb_ports_text(end, &srv->end, srv->end.port));
	if (srv->given & SLB_GIVEN(SLB_A_SRV_FWD))
		printf(" -%c", srv->value[SLB_A_SRV_FWD] == SLB_FWD_NAT ? 'm' : 'b');
	if (srv->given & SLB_GIVEN(SLB_A_SRV_WEIGHT))
		printf(" -w %u", srv->value[SLB_A_SRV_WEIGHT]);
	slb_conf_limits_print(&srv->limits, true);
	if (srv->given & SLB_GIVEN(SLB_A_SRV_PRIORITY))
		printf(" --priority %u", srv->value[SLB_A_SRV_PRIORITY]);
	if (srv->given & SLB_GIVEN(SLB_A_SRV_DOWN))
		printf(" --%s", srv->value[SLB_A_SRV_DOWN] ? "down" : "up");
	if (srv->given & SLB_GIVEN(SLB_A_SRV_OWNER))
		slb_conf_owner_print(srv->value[SLB_A_SRV_OWNER]);
	if (srv->given & SLB_GIVEN(SLB_A_SRV_DOWN) && *srv->reason) {
		printf(" --reason ");
		slb_conf_word_print(srv->reason);
	}
	slb_conf_label_print(&srv->label);
}

/**
 * slb_conf_srv_save() - print a server's line of -S
 * @srv: the server; what is at its default is taken out
 *
 * One that was removed and drains has none. Whether it is down is no configuration.
 */
void slb_conf_srv_save(struct slb_srv *srv)
{
	if (srv->value[SLB_A_SRV_DRAINING])
		return;
	if (!srv->value[SLB_A_SRV_PRIORITY])
		srv->given &= ~SLB_GIVEN(SLB_A_SRV_PRIORITY);
	if (!srv->value[SLB_A_SRV_OWNER])
		srv->given &= ~SLB_GIVEN(SLB_A_SRV_OWNER);
	slb_conf_limits_shorten(&srv->limits);
	printf("-a");
	slb_conf_srv_print(srv);
	putchar('\n');
}

/**
 * slb_srv_default() - give everything that was not given its default
 * @srv: the server
 */
void slb_srv_default(struct slb_srv *srv)
{
	slb_field_default(slb_srv_fields, &srv->given, srv->value, false);
	slb_limits_default(&srv->limits, true);
	slb_label_default(&srv->label);
}

/**
 * slb_config_srv_add() - append a server
 * @config: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slb_srv *slb_config_srv_add(struct slb_config *config)
{
	config->srv = slb_list_add(config->srv, &config->srv_count, sizeof(*config->srv));
	return &config->srv[config->srv_count - 1];
}

/**
 * slb_config_srv_is_of() - whether a server is of a service's own group, for walks over both sorted lists
 * @config: the configuration
 * @srv: index of the server; may be behind the last
 * @svc: index of the service
 *
 * Return: true if there is such a server and it does.
 */
bool slb_config_srv_is_of(const struct slb_config *config, size_t srv, size_t svc)
{
	return srv < config->srv_count && !*config->srv[srv].group &&
	       !slb_svc_key_compare(&config->srv[srv].svc, &config->svc[svc].key);
}

/*
 * Services and servers come in two dumps, and a change between the two shows in neither. It shows
 * in the numbers of servers: a server of a service that is not listed would end every walk. Those of
 * named groups follow.
 */
static bool slb_srv_whole(const struct slb_config *config)
{
	size_t srv = 0;
	size_t first;
	size_t i;

	for (i = 0; i < config->svc_count; i++) {
		for (first = srv; slb_config_srv_is_of(config, srv, i); srv++)
			;
		if (!*config->svc[i].group &&
		    srv - first != config->svc[i].value[SLB_A_SVC_SERVERS])
			return false;
	}
	return srv == config->srv_count || *config->srv[srv].group;
}

static int slb_srv_qsort(const void *a, const void *b)
{
	return slb_srv_compare(a, b);
}

static int slb_srv_req_finish(struct slb_req *req)
{
	char text[128];
	char buf[64];

	req->srv.svc = req->svc.key;
	strcpy(req->srv.group, req->group.name);
	if (*req->srv.reason && !slb_req_has(req, SLB_SLOT_DOWN)) {
		slb_err_print("--reason needs --down or --up");
		return -1;
	}
	if (slb_req_has(req, SLB_SLOT_GROUP) && slb_req_has(req, SLB_SLOT_SERVICE)) {
		slb_err_print("--group and a service exclude each other");
		return -1;
	}
	if (slb_req_has(req, SLB_SLOT_GROUP) && !(req->srv.given & SLB_GIVEN(SLB_A_SRV_PORT))) {
		slb_err_print("-r: the server's port is missing");
		return -1;
	}
	if (slb_req_has(req, SLB_SLOT_GROUP) || slb_req_has(req, SLB_SLOT_SERVICE))
		return 0;
	slb_slot_text(text, sizeof(text), req->command, SLB_SLOT_SERVICE);
	slb_err_print("%s needs %s or --group NAME", slb_command_text(buf, req->command), text);
	return -1;
}

static const char *slb_srv_req_text(char *buf, const struct slb_req *req)
{
	static const char * const joint[] = {
		[SLB_ACT_NONE] = "of", [SLB_ACT_ADD] = "to", [SLB_ACT_EDIT] = "of", [SLB_ACT_DEL] = "from",
	};
	char key[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];

	if (*req->srv.group)
		snprintf(key, sizeof(key), "group %s", req->srv.group);
	else
		slb_svc_key_text(key, &req->srv.svc);
	snprintf(buf, SLB_OBJECT_TEXT, "%s %.80s %s %.200s", req->command->verb,
		 slb_ports_text(end, &req->srv.end, req->srv.end.port), joint[req->command->act],
		 key);
	return buf;
}

static int slb_srv_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	if (req->command->act == SLB_ACT_DEL)
		return slb_srv_send(nl, SLB_CMD_SRV_DEL, 0, &req->srv);
	return slb_srv_send(nl, SLB_CMD_SRV_NEW, flags, &req->srv);
}

static void slb_srv_req_print(const struct slb_req *req)
{
	slb_conf_srv_print(&req->srv);
}

static void slb_srv_req_fill(struct slb_req *req)
{
	slb_srv_default(&req->srv);
}

struct slb_srv_walk {
	void	(*each)(const struct slb_srv *srv, void *data);
	void	*data;
};

static int slb_srv_walk_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct slb_srv_walk *walk = data;
	struct slb_srv srv = {};

	slb_srv_get(&srv, nlh);
	walk->each(&srv, walk->data);
	return 0;
}

/**
 * slb_srv_walk() - fetch all servers, without keeping them
 * @nl: the family
 * @each: called for each
 * @data: for @each
 *
 * Return: 0 or a negative errno; -EINTR: some may have been left out, or came twice.
 */
int slb_srv_walk(struct slb_nl *nl, void (*each)(const struct slb_srv *srv, void *data), void *data)
{
	struct slb_srv_walk walk = { .each = each, .data = data };

	slb_nl_request(nl, SLB_CMD_SRV_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_srv_walk_answer, &walk);
}

static int slb_srv_dump(struct slb_nl *nl, struct slb_config *config)
{
	slb_nl_request(nl, SLB_CMD_SRV_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_srv_answer, config);
}

static void slb_srv_sort(struct slb_config *config)
{
	if (config->srv_count)
		qsort(config->srv, config->srv_count, sizeof(*config->srv), slb_srv_qsort);
}

static void slb_srv_free(struct slb_config *config)
{
	free(config->srv);
}

/* One that is deleted comes with its key only. */
static void slb_srv_event(const struct nlmsghdr *nlh)
{
	struct slb_srv srv = {};
	char buf[16];

	slb_srv_get(&srv, nlh);
	slb_out_str("event", "%-8s ", "server");
	if (*srv.group)
		slb_out_str("group", "group %s", srv.group);
	else
		slb_svc_key_print(&srv.svc, 0);
	slb_out_text(" -> ");
	slb_out_end_point("server", "server-port", 0, &srv.end, srv.svc.proto);
	if (srv.given & SLB_GIVEN(SLB_A_SRV_WEIGHT)) {
		slb_out_u64("weight", " weight %llu", srv.value[SLB_A_SRV_WEIGHT]);
		slb_out_str("forward", " %s",
			    slb_field_text(slb_field_find(slb_srv_fields, "forward"),
					   srv.value[SLB_A_SRV_FWD], buf, sizeof(buf)));
	} else {
		slb_out_bool("deleted", true);
		slb_out_text(" deleted");
	}
	slb_out_text("\n");
}

const struct slb_object slb_object_srv = {
	.part = { SLB_PART(srv) }, .finish = slb_srv_req_finish, .text = slb_srv_req_text,
	.send = slb_srv_req_send, .print = slb_srv_req_print, .fill = slb_srv_req_fill,
	.compare = slb_srv_qsort, .load = SLB_LOAD_SERVICES, .dump = slb_srv_dump,
	.sort = slb_srv_sort, .whole = slb_srv_whole, .free = slb_srv_free,
	.ntf = SLB_CMD_SRV_NTF, .event = slb_srv_event,
};
