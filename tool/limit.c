// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits: of services and servers, and the named ones that services share. Their options, requests
 * and answers, lines of -S and view.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"

#define SLB_LIM_CONNS_MAX	2147483647
#define SLB_LIM_RATE_MAX	10000000
#define SLB_LIM_KBIT_MIN	1000
#define SLB_LIM_KBIT_MAX	100000000

/* Who can have a limit. */
#define SLB_LIM_SVC	0x1
#define SLB_LIM_SRV	0x2
#define SLB_LIM_NAMED	0x4

/**
 * struct slb_lim - a numeric limit
 * @name: long option and JSON key
 * @attr: attribute and index into value[]
 * @who: SLB_LIM_*
 * @kind: how the value is written
 * @max: largest value
 * @dflt: value in force when it was never given
 * @letter: short option, or 0
 */
struct slb_lim {
	const char	*name;
	__u16		attr;
	unsigned int	who;
	enum { SLB_LIM_COUNT, SLB_LIM_LENGTH, SLB_LIM_KBIT } kind;
	__u32		max;
	__u32		dflt;
	char		letter;
};

/* In the order in which -S writes them; the named limit follows. */
static const struct slb_lim slb_lims[] = {
	{ "max-conns", SLB_A_LIM_CONNS, SLB_LIM_SVC | SLB_LIM_NAMED, .max = SLB_LIM_CONNS_MAX },
	{ "u-threshold", SLB_A_LIM_CONNS, SLB_LIM_SRV, .max = SLB_LIM_CONNS_MAX, .letter = 'x' },
	{ "l-threshold", SLB_A_LIM_CONNS_LOW, SLB_LIM_SRV, .max = SLB_LIM_CONNS_MAX,
	  .letter = 'y' },
	{ "max-rate", SLB_A_LIM_RATE, SLB_LIM_SVC | SLB_LIM_SRV | SLB_LIM_NAMED,
	  .max = SLB_LIM_RATE_MAX },
	{ "client-conns", SLB_A_LIM_CLIENT_CONNS, SLB_LIM_SVC, .max = SLB_LIM_CONNS_MAX },
	{ "client-rate", SLB_A_LIM_CLIENT_RATE, SLB_LIM_SVC, .max = SLB_LIM_RATE_MAX },
	{ "client-prefix4", SLB_A_LIM_CLIENT_LEN4, SLB_LIM_SVC, SLB_LIM_LENGTH, 32, 32 },
	{ "client-prefix6", SLB_A_LIM_CLIENT_LEN6, SLB_LIM_SVC, SLB_LIM_LENGTH, 128, 64 },
	{ "bandwidth-in", SLB_A_LIM_BANDWIDTH_IN, SLB_LIM_SVC, SLB_LIM_KBIT, SLB_LIM_KBIT_MAX },
	{ "bandwidth-out", SLB_A_LIM_BANDWIDTH_OUT, SLB_LIM_SVC, SLB_LIM_KBIT, SLB_LIM_KBIT_MAX },
	{}
};

/* Pairs of connections and new connections a second; the size is the number of connections. */
static const struct {
	const char	*name;
	__u32		conns;
	__u32		rate;
} slb_profiles[] = {
	{ "5k", 5000, 3000 },
	{ "50k", 50000, 5000 },
	{ "100k", 100000, 10000 },
	{ "200k", 200000, 20000 },
	{ "500k", 500000, 50000 },
	{ "1M", 1000000, 100000 },
};

static bool slb_req_is_svc(const struct slb_req *req)
{
	return req->command->id == SLB_DO_SVC_ADD || req->command->id == SLB_DO_SVC_EDIT;
}

static bool slb_req_is_srv(const struct slb_req *req)
{
	return req->command->id == SLB_DO_SRV_ADD || req->command->id == SLB_DO_SRV_EDIT;
}

static struct slb_limits *slb_req_limits(struct slb_req *req)
{
	return slb_req_is_svc(req) ? &req->svc.limits :
	       slb_req_is_srv(req) ? &req->srv.limits : &req->limit.limits;
}

/* A number with a unit of thousands behind it, such as 10k, 3M or 1G; nothing smaller is lost. */
static bool slb_unit_parse(__u64 *value, const char *text)
{
	static const char units[] = "kMGT";
	char *end;
	const char *unit;
	size_t i;

	if (!isdigit((unsigned char)*text) || strspn(text, "0123456789") > 12)
		return false;
	*value = strtoull(text, &end, 10);
	if (!*end)
		return true;
	unit = strchr(*end == 'K' ? "k" : units, *end == 'K' ? 'k' : *end);
	if (!unit || end[1])
		return false;
	for (i = 0; i <= (size_t)(*end == 'K' ? 0 : unit - units); i++) {
		if (*value > 100000000000000000ULL)
			return false;
		*value *= 1000;
	}
	return true;
}

static int slb_lim_parse(const struct slb_lim *lim, const struct slb_option *opt, __u32 *value,
			 const char *text)
{
	__u64 number;
	char wrong[96];

	if (lim->kind == SLB_LIM_KBIT) {
		if (slb_unit_parse(&number, text) && !(number % 1000) &&
		    (!number || (number / 1000 >= SLB_LIM_KBIT_MIN &&
				 number / 1000 <= SLB_LIM_KBIT_MAX))) {
			*value = number / 1000;
			return 0;
		}
		return slb_arg_wrong(opt, text,
				     "not a bandwidth from 1M to 100G, in bit/s and whole k, or 0");
	}
	if (lim->kind == SLB_LIM_LENGTH ? slb_number_parse(value, text, 0, lim->max) :
					  slb_unit_parse(&number, text) && number <= lim->max) {
		if (lim->kind == SLB_LIM_COUNT)
			*value = number;
		return 0;
	}
	snprintf(wrong, sizeof(wrong), "not a number from 0 to %u", lim->max);
	return slb_arg_wrong(opt, text, wrong);
}

/**
 * slb_arg_lim() - the options named after a limit
 * @req: the command line
 * @opt: the option
 * @text: the value
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_lim(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_limits *limits = slb_req_limits(req);
	const struct slb_lim *lim = slb_lims;

	while (strcmp(lim->name, opt->name))
		lim++;
	limits->given |= SLB_GIVEN(lim->attr);
	return slb_lim_parse(lim, opt, &limits->value[lim->attr], text);
}

/**
 * slb_arg_profile() - --profile
 * @req: the command line
 * @opt: the option
 * @text: name of the profile
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_profile(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_limits *limits = slb_req_limits(req);
	size_t i;

	if (slb_req_has(req, SLB_SLOT_MAX_CONNS) || slb_req_has(req, SLB_SLOT_MAX_RATE)) {
		slb_err_print("--profile sets what --max-conns and --max-rate set");
		return -1;
	}
	for (i = 0; i < MNL_ARRAY_SIZE(slb_profiles); i++) {
		if (strcmp(text, slb_profiles[i].name))
			continue;
		limits->value[SLB_A_LIM_CONNS] = slb_profiles[i].conns;
		limits->value[SLB_A_LIM_RATE] = slb_profiles[i].rate;
		limits->given |= SLB_GIVEN(SLB_A_LIM_CONNS) | SLB_GIVEN(SLB_A_LIM_RATE);
		return 0;
	}
	return slb_arg_wrong(opt, text, "not one of 5k, 50k, 100k, 200k, 500k, 1M");
}

/**
 * slb_arg_limit() - --limit
 * @req: the command line
 * @opt: the option
 * @text: name of a limit; the empty one is none
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_limit(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	if (strlen(text) > SLB_NAME_MAX)
		return slb_arg_wrong(opt, text, "the name is longer than 80 bytes");
	strcpy(req->svc.limits.name, text);
	req->svc.limits.given |= SLB_GIVEN(SLB_A_LIM_NAME);
	return 0;
}

/**
 * slb_limits_put() - add the limits that are given to a request
 * @nlh: the request
 * @type: attribute that holds them
 * @limits: the limits
 */
void slb_limits_put(struct nlmsghdr *nlh, __u16 type, const struct slb_limits *limits)
{
	const struct slb_lim *lim;
	struct nlattr *nest;
	__u64 given = limits->given;

	if (!given)
		return;
	nest = mnl_attr_nest_start(nlh, type);
	for (lim = slb_lims; lim->name; lim++) {
		if (!(given & SLB_GIVEN(lim->attr)))
			continue;
		given &= ~SLB_GIVEN(lim->attr);
		if (lim->kind == SLB_LIM_LENGTH)
			mnl_attr_put_u8(nlh, lim->attr, limits->value[lim->attr]);
		else
			mnl_attr_put_u32(nlh, lim->attr, limits->value[lim->attr]);
	}
	if (given & SLB_GIVEN(SLB_A_LIM_NAME))
		mnl_attr_put_strz(nlh, SLB_A_LIM_NAME, limits->name);
	mnl_attr_nest_end(nlh, nest);
}

/* What was not given gets its default; @who tells what there is to give. */
static void slb_limits_fill(struct slb_limits *limits, unsigned int who)
{
	const struct slb_lim *lim;

	for (lim = slb_lims; lim->name; lim++) {
		if (!(lim->who & who) || limits->given & SLB_GIVEN(lim->attr))
			continue;
		limits->given |= SLB_GIVEN(lim->attr);
		limits->value[lim->attr] = lim->dflt;
	}
	if (who == SLB_LIM_SVC)
		limits->given |= SLB_GIVEN(SLB_A_LIM_NAME);
}

/**
 * slb_limits_default() - give the limits that were not given their default
 * @limits: the limits
 * @srv: of a server, else of a service
 */
void slb_limits_default(struct slb_limits *limits, bool srv)
{
	slb_limits_fill(limits, srv ? SLB_LIM_SRV : SLB_LIM_SVC);
}

/**
 * slb_limits_get() - read limits from an answer
 * @limits: result; what the answer lacks has its default
 * @nest: the attribute, or NULL
 * @srv: of a server, else of a service
 */
void slb_limits_get(struct slb_limits *limits, const struct nlattr *nest, bool srv)
{
	const struct nlattr *attrs[SLB_A_LIM_MAX + 1];
	const struct slb_lim *lim;

	if (nest) {
		slb_nl_index_nest(nest, attrs, SLB_A_LIM_MAX);
		for (lim = slb_lims; lim->name; lim++) {
			if (!attrs[lim->attr])
				continue;
			limits->given |= SLB_GIVEN(lim->attr);
			limits->value[lim->attr] = slb_nl_number(attrs[lim->attr]);
		}
		limits->value[SLB_A_LIM_NOW] = slb_nl_number(attrs[SLB_A_LIM_NOW]);
		slb_string_get(limits->name, sizeof(limits->name), attrs[SLB_A_LIM_NAME]);
	}
	slb_limits_default(limits, srv);
}

/* A value as slb_lim_parse() reads it. */
static const char *slb_lim_text(const struct slb_lim *lim, __u32 value, char *buf, size_t size)
{
	if (lim->kind != SLB_LIM_KBIT || !value)
		snprintf(buf, size, "%u", value);
	else if (!(value % 1000000))
		snprintf(buf, size, "%uG", value / 1000000);
	else if (!(value % 1000))
		snprintf(buf, size, "%uM", value / 1000);
	else
		snprintf(buf, size, "%uk", value);
	return buf;
}

static void slb_conf_lims_print(const struct slb_limits *limits, unsigned int who)
{
	const struct slb_lim *lim;
	char buf[16];

	for (lim = slb_lims; lim->name; lim++) {
		if (!(lim->who & who) || !(limits->given & SLB_GIVEN(lim->attr)))
			continue;
		slb_lim_text(lim, limits->value[lim->attr], buf, sizeof(buf));
		if (lim->letter)
			printf(" -%c %s", lim->letter, buf);
		else
			printf(" --%s %s", lim->name, buf);
	}
}

/**
 * slb_conf_limits_print() - print the limits that are given as -S does
 * @limits: the limits
 * @srv: of a server, else of a service
 */
void slb_conf_limits_print(const struct slb_limits *limits, bool srv)
{
	slb_conf_lims_print(limits, srv ? SLB_LIM_SRV : SLB_LIM_SVC);
	if (!srv && limits->given & SLB_GIVEN(SLB_A_LIM_NAME)) {
		printf(" --limit ");
		slb_conf_word_print(limits->name);
	}
}

/**
 * slb_conf_limits_shorten() - forget limits that are at their default
 * @limits: the limits
 */
void slb_conf_limits_shorten(struct slb_limits *limits)
{
	const struct slb_lim *lim;

	for (lim = slb_lims; lim->name; lim++)
		if (limits->value[lim->attr] == lim->dflt)
			limits->given &= ~SLB_GIVEN(lim->attr);
	if (!*limits->name)
		limits->given &= ~SLB_GIVEN(SLB_A_LIM_NAME);
}

/**
 * slb_limits_print() - print limits
 * @limits: the limits
 * @srv: of a server, else of a service
 * @flags: whether text names those that are not at their default
 */
void slb_limits_print(const struct slb_limits *limits, bool srv, bool flags)
{
	unsigned int who = srv ? SLB_LIM_SRV : SLB_LIM_SVC;
	const struct slb_lim *lim;
	char buf[16];
	__u32 value;

	slb_out_object("limits");
	for (lim = slb_lims; lim->name; lim++) {
		if (!(lim->who & who))
			continue;
		value = limits->value[lim->attr];
		slb_out_u64(lim->name, NULL, lim->kind == SLB_LIM_KBIT ? value * 1000ULL : value);
		if (flags && value != lim->dflt)
			slb_out_text(" %s=%s", lim->name, slb_lim_text(lim, value, buf, sizeof(buf)));
	}
	if (!srv) {
		slb_out_str("limit", flags && *limits->name ? " limit=%s" : NULL, limits->name);
		slb_out_u64("counted", NULL, limits->value[SLB_A_LIM_NOW]);
	}
	slb_out_close();
}

/**
 * slb_limit_get() - read a named limit from an answer or a message
 * @limit: result, empty so far; of one that is deleted only the name comes
 * @nlh: the message
 */
void slb_limit_get(struct slb_limit *limit, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_LIMIT_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_LIMIT_MAX);
	slb_string_get(limit->limits.name, sizeof(limit->limits.name), attrs[SLB_A_LIMIT_NAME]);
	limit->limits.given = attrs[SLB_A_LIMIT_CONNS] ? SLB_GIVEN(SLB_A_LIM_CONNS) : 0;
	limit->limits.value[SLB_A_LIM_CONNS] = slb_nl_number(attrs[SLB_A_LIMIT_CONNS]);
	limit->limits.value[SLB_A_LIM_RATE] = slb_nl_number(attrs[SLB_A_LIMIT_RATE]);
	limit->limits.value[SLB_A_LIM_NOW] = slb_nl_number(attrs[SLB_A_LIMIT_NOW]);
	limit->owner = slb_nl_number(attrs[SLB_A_LIMIT_OWNER]);
	limit->given = limit->owner ? SLB_GIVEN(SLB_A_LIMIT_OWNER) : 0;
	limit->services = slb_nl_number(attrs[SLB_A_LIMIT_SERVICES]);
	limit->refused_conns = slb_nl_number(attrs[SLB_A_LIMIT_LIMIT_CONNS]);
	limit->refused_rate = slb_nl_number(attrs[SLB_A_LIMIT_LIMIT_RATE]);
}

static int slb_limit_answer(const struct nlmsghdr *nlh, void *data)
{
	struct slb_config *config = data;

	config->limit = slb_list_add(config->limit, &config->limit_count, sizeof(*config->limit));
	slb_limit_get(&config->limit[config->limit_count - 1], nlh);
	return 0;
}

static void slb_limit_print(const struct slb_limit *limit)
{
	slb_out_str("name", "%-20s", limit->limits.name);
	slb_out_u64("max-conns", " %10llu", limit->limits.value[SLB_A_LIM_CONNS]);
	slb_out_u64("max-rate", " %10llu", limit->limits.value[SLB_A_LIM_RATE]);
	slb_out_u64("services", " %8llu", limit->services);
	slb_out_u64("counted", " %10llu", limit->limits.value[SLB_A_LIM_NOW]);
	slb_out_u64("limit-conns", " %12llu", limit->refused_conns);
	slb_out_u64("limit-rate", " %12llu", limit->refused_rate);
	slb_owner_print(limit->owner);
	slb_out_text("\n");
}

static void slb_limit_event(const struct nlmsghdr *nlh)
{
	struct slb_limit limit = {};

	slb_limit_get(&limit, nlh);
	slb_out_str("event", "%-8s ", "limit");
	if (limit.limits.given) {
		slb_limit_print(&limit);
		return;
	}
	slb_out_str("name", "%s", limit.limits.name);
	slb_out_bool("deleted", true);
	slb_out_text(" deleted\n");
}

/**
 * slb_list_limits() - print the named limits
 * @nl: the family
 * @req: the command line
 *
 * Return: 0 or a negative errno.
 */
int slb_list_limits(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_config config;
	size_t i;
	int err;

	(void)req;
	err = slb_config_load(nl, &config, SLB_LOAD_LIMITS);
	if (err)
		return err;
	slb_out_text("%-20s %10s %10s %8s %10s %12s %12s\n", "Limit", "MaxConns", "MaxRate",
		     "Services", "Counted", "RefusedConns", "RefusedRate");
	slb_out_array("limits");
	for (i = 0; i < config.limit_count; i++) {
		slb_out_object(NULL);
		slb_limit_print(&config.limit[i]);
		slb_out_close();
	}
	slb_out_close();
	slb_config_free(&config);
	return 0;
}

static int slb_limit_req_finish(struct slb_req *req)
{
	char buf[64];

	if (req->command->act == SLB_ACT_NONE)
		return 0;
	if (!req->word_count) {
		slb_err_print("%s needs NAME", slb_command_text(buf, req->command));
		return -1;
	}
	if (strlen(req->word[0]) > SLB_NAME_MAX) {
		slb_err_print("`%s': the name is longer than 80 bytes", req->word[0]);
		return -1;
	}
	strcpy(req->limit.limits.name, req->word[0]);
	return 0;
}

static const char *slb_limit_req_text(char *buf, const struct slb_req *req)
{
	if (req->command->act == SLB_ACT_NONE)
		return req->command->name;
	snprintf(buf, SLB_OBJECT_TEXT, "%s %s", req->command->verb, req->limit.limits.name);
	return buf;
}

static int slb_limit_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	const struct slb_limits *limits = &req->limit.limits;
	bool del = req->command->act == SLB_ACT_DEL;
	struct nlmsghdr *nlh;

	nlh = slb_nl_request(nl, del ? SLB_CMD_LIMIT_DEL : SLB_CMD_LIMIT_NEW, del ? 0 : flags);
	mnl_attr_put_strz(nlh, SLB_A_LIMIT_NAME, limits->name);
	if (del)
		return slb_nl_talk(nl, NULL, NULL);
	if (limits->given & SLB_GIVEN(SLB_A_LIM_CONNS))
		mnl_attr_put_u32(nlh, SLB_A_LIMIT_CONNS, limits->value[SLB_A_LIM_CONNS]);
	if (limits->given & SLB_GIVEN(SLB_A_LIM_RATE))
		mnl_attr_put_u32(nlh, SLB_A_LIMIT_RATE, limits->value[SLB_A_LIM_RATE]);
	if (req->limit.given & SLB_GIVEN(SLB_A_LIMIT_OWNER))
		mnl_attr_put_u8(nlh, SLB_A_LIMIT_OWNER, req->limit.owner);
	return slb_nl_talk(nl, NULL, NULL);
}

static void slb_conf_limit_print(const struct slb_limit *limit)
{
	putchar(' ');
	slb_conf_word_print(limit->limits.name);
	slb_conf_lims_print(&limit->limits, SLB_LIM_NAMED);
	if (limit->given & SLB_GIVEN(SLB_A_LIMIT_OWNER))
		slb_conf_owner_print(limit->owner);
}

static void slb_limit_req_print(const struct slb_req *req)
{
	slb_conf_limit_print(&req->limit);
}

static void slb_limit_req_fill(struct slb_req *req)
{
	slb_limits_fill(&req->limit.limits, SLB_LIM_NAMED);
	req->limit.given |= SLB_GIVEN(SLB_A_LIMIT_OWNER);
}

static int slb_limit_compare(const void *a, const void *b)
{
	const struct slb_limit *limit_a = a;
	const struct slb_limit *limit_b = b;

	return strcmp(limit_a->limits.name, limit_b->limits.name);
}

static int slb_limit_dump(struct slb_nl *nl, struct slb_config *config)
{
	slb_nl_request(nl, SLB_CMD_LIMIT_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_limit_answer, config);
}

static void slb_limit_sort(struct slb_config *config)
{
	if (config->limit_count)
		qsort(config->limit, config->limit_count, sizeof(*config->limit),
		      slb_limit_compare);
}

static void slb_limit_save(struct slb_config *config)
{
	size_t i;

	for (i = 0; i < config->limit_count; i++) {
		printf("--add-limit");
		config->limit[i].limits.given = SLB_GIVEN(SLB_A_LIM_CONNS) |
						SLB_GIVEN(SLB_A_LIM_RATE);
		slb_conf_limits_shorten(&config->limit[i].limits);
		slb_conf_limit_print(&config->limit[i]);
		putchar('\n');
	}
}

static void slb_limit_free(struct slb_config *config)
{
	free(config->limit);
}

const struct slb_object slb_object_limit = {
	.part = { SLB_PART(limit) }, .finish = slb_limit_req_finish, .text = slb_limit_req_text,
	.send = slb_limit_req_send, .print = slb_limit_req_print, .fill = slb_limit_req_fill,
	.compare = slb_limit_compare, .load = SLB_LOAD_LIMITS, .dump = slb_limit_dump,
	.sort = slb_limit_sort, .save = slb_limit_save, .free = slb_limit_free, .ntf = SLB_CMD_LIMIT_NTF,
	.event = slb_limit_event,
};
