// SPDX-License-Identifier: GPL-2.0-only
/* What the arguments of options mean. Each function says what is wrong and returns -1 then. */
#include <ctype.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "opts.h"

static int slb_arg_wrong(const struct slb_option *opt, const char *text, const char *wrong)
{
	char buf[64];

	slb_err_print("%s: `%s': %s", slb_option_text(buf, opt), text, wrong);
	return -1;
}

static int slb_arg_not(const char *name, const char *text, const char *range)
{
	slb_err_print("%s: `%s' is not %s", name, text, range);
	return -1;
}

/**
 * slb_arg_service() - -t and -u
 * @req: the command line
 * @opt: the option
 * @text: ADDR:PORT
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_service(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_svc_key *key = &req->svc.key;
	const char *wrong;

	key->proto = opt->letter == 'u' ? IPPROTO_UDP : IPPROTO_TCP;
	wrong = slb_end_parse(&key->end, text, key->proto, 0);
	if (!wrong && !key->end.port)
		wrong = "the port is missing";
	return wrong ? slb_arg_wrong(opt, text, wrong) : 0;
}

/**
 * slb_arg_server() - -r and --server
 * @req: the command line
 * @opt: the option
 * @text: ADDR[:PORT]
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_server(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	bool filter = req->command->id == SLB_DO_LIST;
	struct slb_end *end = filter ? &req->filter.srv : &req->srv.end;
	const char *wrong;

	wrong = slb_end_parse(end, text, req->svc.key.proto, req->svc.key.end.addr.len);
	if (wrong)
		return slb_arg_wrong(opt, text, wrong);
	if (!filter && !end->port)
		end->port = req->svc.key.end.port;
	return 0;
}

/**
 * slb_arg_local() - -z and the address of -P and -Q
 * @req: the command line
 * @opt: the option
 * @text: ADDR
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_local(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const char *wrong = slb_addr_parse(&req->laddr.addr, text, req->svc.key.end.addr.len);

	return wrong ? slb_arg_wrong(opt, text, wrong) : 0;
}

/**
 * slb_arg_vrf() - --vrf
 * @req: the command line
 * @opt: the option
 * @text: name or number of the device
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_vrf(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	__u32 vrf = if_nametoindex(text);

	if (!vrf && !slb_number_parse(&vrf, text, 1, 0x7fffffff))
		return slb_arg_wrong(opt, text, "there is no such device");
	switch (req->command->id) {
	case SLB_DO_LADDR_ADD:
	case SLB_DO_LADDR_EDIT:
	case SLB_DO_LADDR_DEL:
		req->laddr.value[SLB_A_LADDR_VRF] = vrf;
		break;
	default:
		req->svc.key.vrf = vrf;
	}
	return 0;
}

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
	if (field->tcp && svc->key.proto != IPPROTO_TCP) {
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

/* Reads one KEY=VALUE of timeouts; @zero says whether 0 means the namespace's. */
static int slb_arg_timeout(struct slb_timeouts *timeouts, const struct slb_field *field,
			   const char *text, bool zero)
{
	struct slb_field strict = *field;
	const char *range;

	strict.zero = zero;
	range = slb_field_parse(&strict, &timeouts->value[field->attr], text);
	if (range)
		return slb_arg_not(field->name, text, range);
	if (timeouts->given & SLB_GIVEN(field->attr)) {
		slb_err_print("%s was given twice", field->name);
		return -1;
	}
	timeouts->given |= SLB_GIVEN(field->attr);
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
 * slb_arg_pool() - --pool
 * @req: the command line
 * @opt: the option
 * @text: name; the empty one is the default pool
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_pool(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	bool svc = req->command->id == SLB_DO_SVC_ADD || req->command->id == SLB_DO_SVC_EDIT;

	if (strlen(text) > SLB_NAME_MAX)
		return slb_arg_wrong(opt, text, "the name is longer than 80 bytes");
	if (svc)
		strcpy(req->svc.pool, text);
	else
		strcpy(req->laddr.pool, text);
	req->svc.given |= SLB_GIVEN(SLB_A_SVC_POOL);
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
 * slb_arg_ports() - --ports
 * @req: the command line
 * @opt: the option
 * @text: FIRST-LAST, or one port
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_ports(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_laddr *laddr = &req->laddr;
	const char *dash = strchr(text, '-');
	char first[16] = "";
	__u32 from;
	__u32 to;

	if (!dash)
		dash = text + strlen(text);
	if ((size_t)(dash - text) < sizeof(first))
		memcpy(first, text, dash - text);
	if (!slb_number_parse(&from, first, SLB_LPORT_FIRST, SLB_LPORT_LAST))
		return slb_arg_wrong(opt, text, "ports are numbers from 1024 to 60999");
	to = from;
	if (*dash && !slb_number_parse(&to, dash + 1, SLB_LPORT_FIRST, SLB_LPORT_LAST))
		return slb_arg_wrong(opt, text, "ports are numbers from 1024 to 60999");
	if (to < from)
		return slb_arg_wrong(opt, text, "the last port comes before the first");
	laddr->value[SLB_A_LADDR_PORT_FIRST] = from;
	laddr->value[SLB_A_LADDR_PORT_LAST] = to;
	laddr->given |= SLB_GIVEN(SLB_A_LADDR_PORT_FIRST) | SLB_GIVEN(SLB_A_LADDR_PORT_LAST);
	return 0;
}

/**
 * slb_arg_dedicated() - --dedicated and --shared
 * @req: the command line
 * @opt: the option
 * @text: not used
 *
 * Return: 0.
 */
int slb_arg_dedicated(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	(void)text;
	req->laddr.value[SLB_A_LADDR_DEDICATED] = !strcmp(opt->name, "dedicated");
	req->laddr.given |= SLB_GIVEN(SLB_A_LADDR_DEDICATED);
	return 0;
}

/**
 * slb_arg_client() - --client
 * @req: the command line
 * @opt: the option
 * @text: ADDR[/LEN]
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_client(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const char *wrong = slb_prefix_parse(&req->filter.client, text);

	return wrong ? slb_arg_wrong(opt, text, wrong) : 0;
}

/**
 * slb_arg_state() - --state
 * @req: the command line
 * @opt: the option
 * @text: the state's name, in any case and with dashes or underscores
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_state(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	char name[32] = "";
	unsigned int i;

	for (i = 0; text[i] && i < sizeof(name) - 1; i++)
		name[i] = text[i] == '_' ? '-' : text[i];
	for (i = 0; i < slb_states.count; i++) {
		if (!strcasecmp(name, slb_word(&slb_states, i))) {
			req->filter.state = i;
			return 0;
		}
	}
	return slb_arg_wrong(opt, text, "there is no such state");
}

static int slb_arg_trusted(struct slb_settings *set, const char *text)
{
	char *copy = strdup(text);
	const char *wrong = NULL;
	char *rest = copy;
	char *part;

	set->given |= SLB_GIVEN(SLB_A_SET_TOA_TRUSTED);
	while (rest && strcmp(text, "none")) {
		part = strsep(&rest, ",");
		set->trusted = slb_mem_grow(set->trusted, (set->trusted_count + 1) *
					    sizeof(*set->trusted));
		wrong = slb_prefix_parse(&set->trusted[set->trusted_count], part);
		if (wrong) {
			slb_err_print("toa-trusted: `%s': %s", part, wrong);
			break;
		}
		set->trusted_count++;
	}
	free(copy);
	return wrong ? -1 : 0;
}

/* As the kernel judges names of interfaces. */
static const char *slb_arg_ifname_wrong(const struct slb_settings *set, const char *name)
{
	size_t i;

	if (!*name)
		return "the name is missing";
	if (strlen(name) >= IFNAMSIZ)
		return "the name is too long";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "no interface can have that name";
	for (i = 0; name[i]; i++)
		if (name[i] == '/' || name[i] == ':' || isspace((unsigned char)name[i]))
			return "no interface can have that name";
	for (i = 0; i < set->fastpath_count; i++)
		if (!strcmp(set->fastpath[i], name))
			return "it is named twice";
	return set->fastpath_count == SLB_FASTPATH_MAX ? "too many interfaces" : NULL;
}

static int slb_arg_fastpath(struct slb_settings *set, const char *text)
{
	char *copy = strdup(text);
	const char *wrong = NULL;
	char *rest = copy;
	char *part;

	set->given |= SLB_GIVEN(SLB_A_SET_FASTPATH);
	while (rest && strcmp(text, "none")) {
		part = strsep(&rest, ",");
		wrong = slb_arg_ifname_wrong(set, part);
		if (wrong) {
			slb_err_print("fastpath: `%s': %s", part, wrong);
			break;
		}
		strcpy(set->fastpath[set->fastpath_count++], part);
	}
	free(copy);
	return wrong ? -1 : 0;
}

/* The settings that are lists. */
static const struct {
	const char	*name;
	__u16		attr;
	int		(*parse)(struct slb_settings *set, const char *text);
} slb_arg_lists[] = {
	{ "toa-trusted", SLB_A_SET_TOA_TRUSTED, slb_arg_trusted },
	{ "fastpath", SLB_A_SET_FASTPATH, slb_arg_fastpath },
	{}
};

static int slb_arg_setting(struct slb_settings *set, const char *key, const char *value)
{
	const struct slb_field *field;
	size_t list = 0;
	const char *range;
	__u16 attr;

	field = slb_field_find(slb_to_fields, key);
	if (field)
		return slb_arg_timeout(&set->timeouts, field, value, false);
	field = slb_field_find(slb_set_fields, key);
	while (slb_arg_lists[list].name && strcmp(key, slb_arg_lists[list].name))
		list++;
	if (!field && !slb_arg_lists[list].name) {
		slb_err_print("there is no setting `%s'", key);
		return -1;
	}
	attr = field ? field->attr : slb_arg_lists[list].attr;
	if (set->given & SLB_GIVEN(attr)) {
		slb_err_print("%s was given twice", key);
		return -1;
	}
	if (!field)
		return slb_arg_lists[list].parse(set, value);
	set->given |= SLB_GIVEN(attr);
	range = slb_field_parse(field, &set->value[attr], value);
	return range ? slb_arg_not(key, value, range) : 0;
}

/* As ipvsadm has it: --set TCP TCPFIN UDP, where 0 leaves a timeout as it is. */
static int slb_arg_three(struct slb_req *req)
{
	static const char * const keys[] = { "established", "fin-wait", "udp" };
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(req->word[i], "0"))
			continue;
		if (slb_arg_setting(&req->set, keys[i], req->word[i]))
			return -1;
	}
	return 0;
}

/**
 * slb_arg_settings() - the words behind --set
 * @req: the command line
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_settings(struct slb_req *req)
{
	char key[32];
	char *value;
	int i;

	if (req->word_count == 3 && !strchr(req->word[0], '='))
		return slb_arg_three(req);
	for (i = 0; i < req->word_count; i++) {
		value = strchr(req->word[i], '=');
		if (!value) {
			slb_err_print("`%s' is not KEY=VALUE", req->word[i]);
			return -1;
		}
		snprintf(key, sizeof(key), "%.*s", (int)(value - req->word[i]), req->word[i]);
		if (slb_arg_setting(&req->set, key, value + 1))
			return -1;
	}
	return 0;
}

/**
 * slb_arg_finish() - what can be judged only when all options are known
 * @req: the command line
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_finish(struct slb_req *req)
{
	switch (req->command->id) {
	case SLB_DO_SRV_ADD:
	case SLB_DO_SRV_EDIT:
	case SLB_DO_SRV_DEL:
		req->srv.svc = req->svc.key;
		return 0;
	case SLB_DO_LADDR_ADD:
	case SLB_DO_LADDR_EDIT:
	case SLB_DO_LADDR_DEL:
	case SLB_DO_LADDR_LIST:
		if (!slb_req_has(req, SLB_SLOT_SERVICE) || !slb_req_has(req, SLB_SLOT_POOL))
			return 0;
		slb_err_print("--pool and a service, which has a pool, exclude each other");
		return -1;
	case SLB_DO_LIST:
		req->filter.svc = req->svc.key;
		return 0;
	case SLB_DO_SET:
		return slb_arg_settings(req);
	default:
		return 0;
	}
}

static const char *slb_req_laddr_text(char *buf, const struct slb_req *req, const char *verb,
				      const char *joint)
{
	char addr[SLB_END_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "%s local address %s%s%s", verb,
		 slb_addr_text(addr, &req->laddr.addr), *req->laddr.pool ? joint : "",
		 req->laddr.pool);
	return buf;
}

static const char *slb_req_srv_text(char *buf, const struct slb_req *req, const char *verb,
				    const char *joint)
{
	char key[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "%s server %.80s %s %.200s", verb,
		 slb_end_text(end, &req->srv.end), joint, slb_svc_key_text(key, &req->srv.svc));
	return buf;
}

static const char *slb_req_svc_text(char *buf, const struct slb_req *req, const char *verb)
{
	char key[SLB_OBJECT_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "%s %.200s", verb, slb_svc_key_text(key, &req->svc.key));
	return buf;
}

/**
 * slb_req_text() - say what a command line wants, for messages about it
 * @buf: SLB_OBJECT_TEXT bytes
 * @req: the command line
 *
 * Return: a text such as "add server 10.1.0.11:8080 to tcp 10.0.0.80:80".
 */
const char *slb_req_text(char *buf, const struct slb_req *req)
{
	bool svc = slb_req_has(req, SLB_SLOT_SERVICE);

	switch (req->command->id) {
	case SLB_DO_SVC_ADD:
		return slb_req_svc_text(buf, req, "add service");
	case SLB_DO_SVC_EDIT:
		return slb_req_svc_text(buf, req, "edit service");
	case SLB_DO_SVC_DEL:
		return slb_req_svc_text(buf, req, "delete service");
	case SLB_DO_SRV_ADD:
		return slb_req_srv_text(buf, req, "add", "to");
	case SLB_DO_SRV_EDIT:
		return slb_req_srv_text(buf, req, "edit", "of");
	case SLB_DO_SRV_DEL:
		return slb_req_srv_text(buf, req, "delete", "from");
	case SLB_DO_LADDR_ADD:
		return slb_req_laddr_text(buf, req, "add", " to pool ");
	case SLB_DO_LADDR_EDIT:
		return slb_req_laddr_text(buf, req, "edit", " of pool ");
	case SLB_DO_LADDR_DEL:
		return slb_req_laddr_text(buf, req, "delete", " from pool ");
	case SLB_DO_LIST:
		return svc ? slb_req_svc_text(buf, req, "list") : "list";
	case SLB_DO_ZERO:
		return svc ? slb_req_svc_text(buf, req, "zero") : "zero";
	default:
		return req->command->name;
	}
}
