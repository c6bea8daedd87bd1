// SPDX-License-Identifier: GPL-2.0-only
/* Local addresses: their options, requests and answers, lines of -S and view. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"

/**
 * slb_laddr_compare() - order of two local addresses: pool, address, VRF
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_laddr_compare(const struct slb_laddr *a, const struct slb_laddr *b)
{
	__u32 vrf_a = a->value[SLB_A_LADDR_VRF];
	__u32 vrf_b = b->value[SLB_A_LADDR_VRF];
	int order = strcmp(a->pool, b->pool);

	if (!order)
		order = slb_addr_compare(&a->addr, &b->addr);
	if (order)
		return order;
	return vrf_a < vrf_b ? -1 : vrf_a > vrf_b;
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
 * slb_laddr_send() - send a request about a local address
 * @nl: the family
 * @cmd: SLB_CMD_LADDR_NEW or SLB_CMD_LADDR_DEL
 * @flags: NLM_F_CREATE, EXCL, REPLACE
 * @laddr: the local address; only its key where @cmd takes no more
 *
 * Return: 0 or a negative errno.
 */
int slb_laddr_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_laddr *laddr)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);

	if (*laddr->pool)
		mnl_attr_put_strz(nlh, SLB_A_LADDR_POOL, laddr->pool);
	slb_addr_put(nlh, SLB_A_LADDR_ADDR, &laddr->addr);
	if (laddr->value[SLB_A_LADDR_VRF])
		mnl_attr_put_u32(nlh, SLB_A_LADDR_VRF, laddr->value[SLB_A_LADDR_VRF]);
	if (cmd == SLB_CMD_LADDR_NEW && laddr->given & SLB_GIVEN(SLB_A_LADDR_DEDICATED))
		mnl_attr_put_u8(nlh, SLB_A_LADDR_DEDICATED, laddr->value[SLB_A_LADDR_DEDICATED]);
	if (cmd == SLB_CMD_LADDR_NEW && laddr->given & SLB_GIVEN(SLB_A_LADDR_PORT_FIRST)) {
		mnl_attr_put_u16(nlh, SLB_A_LADDR_PORT_FIRST,
				 laddr->value[SLB_A_LADDR_PORT_FIRST]);
		mnl_attr_put_u16(nlh, SLB_A_LADDR_PORT_LAST, laddr->value[SLB_A_LADDR_PORT_LAST]);
	}
	if (cmd == SLB_CMD_LADDR_NEW && laddr->given & SLB_GIVEN(SLB_A_LADDR_OWNER))
		mnl_attr_put_u8(nlh, SLB_A_LADDR_OWNER, laddr->value[SLB_A_LADDR_OWNER]);
	return slb_nl_talk(nl, NULL, NULL);
}

/**
 * slb_laddr_get() - read a local address from an answer or a message
 * @laddr: result, empty so far; of one that is deleted only the key comes
 * @nlh: the message
 */
void slb_laddr_get(struct slb_laddr *laddr, const struct nlmsghdr *nlh)
{
	static const __u16 numbers[] = {
		SLB_A_LADDR_VRF, SLB_A_LADDR_DEDICATED, SLB_A_LADDR_PORT_FIRST,
		SLB_A_LADDR_PORT_LAST, SLB_A_LADDR_LEASES, SLB_A_LADDR_OWNER, SLB_A_LADDR_PORTS,
	};
	const struct nlattr *attrs[SLB_A_LADDR_MAX + 1];
	size_t i;

	slb_nl_index(nlh, attrs, SLB_A_LADDR_MAX);
	slb_addr_get(&laddr->addr, attrs[SLB_A_LADDR_ADDR]);
	slb_string_get(laddr->pool, sizeof(laddr->pool), attrs[SLB_A_LADDR_POOL]);
	for (i = 0; i < MNL_ARRAY_SIZE(numbers); i++)
		laddr->value[numbers[i]] = slb_nl_number(attrs[numbers[i]]);
	if (attrs[SLB_A_LADDR_DEDICATED])
		laddr->given |= SLB_GIVEN(SLB_A_LADDR_DEDICATED);
	laddr->value[SLB_A_LADDR_DYING] = !!attrs[SLB_A_LADDR_DYING];
	laddr->exhausted = slb_nl_number(attrs[SLB_A_LADDR_EXHAUSTED]);
	laddr->reclaimed = slb_nl_number(attrs[SLB_A_LADDR_RECLAIMED]);
}

static int slb_laddr_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_laddr_get(slb_config_laddr_add(data), nlh);
	return 0;
}

static void slb_conf_laddr_print(const struct slb_laddr *laddr)
{
	char addr[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];

	printf(" %s", slb_addr_text(addr, &laddr->addr));
	if (*laddr->pool) {
		printf(" --pool ");
		slb_conf_word_print(laddr->pool);
	}
	if (laddr->value[SLB_A_LADDR_VRF])
		printf(" --vrf %s", slb_vrf_text(vrf, laddr->value[SLB_A_LADDR_VRF]));
	if (laddr->given & SLB_GIVEN(SLB_A_LADDR_PORT_FIRST))
		printf(" --ports %u-%u", laddr->value[SLB_A_LADDR_PORT_FIRST],
		       laddr->value[SLB_A_LADDR_PORT_LAST]);
	if (laddr->given & SLB_GIVEN(SLB_A_LADDR_DEDICATED))
		printf(" --%s", laddr->value[SLB_A_LADDR_DEDICATED] ? "dedicated" : "shared");
	if (laddr->given & SLB_GIVEN(SLB_A_LADDR_OWNER))
		slb_conf_owner_print(laddr->value[SLB_A_LADDR_OWNER]);
}

static void slb_conf_laddr_shorten(struct slb_laddr *laddr)
{
	laddr->given = 0;
	if (laddr->value[SLB_A_LADDR_PORT_FIRST] != SLB_LPORT_FIRST ||
	    laddr->value[SLB_A_LADDR_PORT_LAST] != SLB_LPORT_LAST)
		laddr->given |= SLB_GIVEN(SLB_A_LADDR_PORT_FIRST);
	if (laddr->value[SLB_A_LADDR_DEDICATED])
		laddr->given |= SLB_GIVEN(SLB_A_LADDR_DEDICATED);
	if (laddr->value[SLB_A_LADDR_OWNER])
		laddr->given |= SLB_GIVEN(SLB_A_LADDR_OWNER);
}

/**
 * slb_laddr_default() - give everything that was not given its default
 * @laddr: the local address
 */
void slb_laddr_default(struct slb_laddr *laddr)
{
	if (!(laddr->given & SLB_GIVEN(SLB_A_LADDR_PORT_FIRST))) {
		laddr->value[SLB_A_LADDR_PORT_FIRST] = SLB_LPORT_FIRST;
		laddr->value[SLB_A_LADDR_PORT_LAST] = SLB_LPORT_LAST;
	}
	laddr->given |= SLB_GIVEN(SLB_A_LADDR_DEDICATED) | SLB_GIVEN(SLB_A_LADDR_PORT_FIRST) |
			SLB_GIVEN(SLB_A_LADDR_PORT_LAST) | SLB_GIVEN(SLB_A_LADDR_OWNER);
}

/**
 * slb_config_laddr_add() - append a local address
 * @config: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slb_laddr *slb_config_laddr_add(struct slb_config *config)
{
	config->laddr = slb_list_add(config->laddr, &config->laddr_count, sizeof(*config->laddr));
	return &config->laddr[config->laddr_count - 1];
}

static int slb_laddr_qsort(const void *a, const void *b)
{
	return slb_laddr_compare(a, b);
}

/* A local address that was given with a service goes to that service's pool. */
static int slb_req_pool(struct slb_nl *nl, struct slb_req *req)
{
	struct slb_svc svc = { .key = req->svc.key };
	int err;

	if (!slb_req_has(req, SLB_SLOT_SERVICE))
		return 0;
	err = slb_svc_fetch(nl, &svc);
	if (!err)
		strcpy(req->laddr.pool, svc.pool);
	return err;
}

static void slb_laddr_print(const struct slb_laddr *laddr)
{
	char vrf[SLB_VRF_TEXT];
	char ports[16];

	snprintf(ports, sizeof(ports), "%u-%u", laddr->value[SLB_A_LADDR_PORT_FIRST],
		 laddr->value[SLB_A_LADDR_PORT_LAST]);
	slb_out_object(NULL);
	slb_pool_print("%-10s ", laddr->pool);
	slb_out_addr("address", 24, &laddr->addr);
	slb_out_u64("port-first", NULL, laddr->value[SLB_A_LADDR_PORT_FIRST]);
	slb_out_u64("port-last", NULL, laddr->value[SLB_A_LADDR_PORT_LAST]);
	slb_out_text(" %-12s", ports);
	slb_out_u64("leases", " %8llu", laddr->value[SLB_A_LADDR_LEASES]);
	slb_out_u64("exhausted", " %9llu", laddr->exhausted);
	slb_out_u64("reclaimed", " %9llu", laddr->reclaimed);
	slb_out_bool("dedicated", laddr->value[SLB_A_LADDR_DEDICATED]);
	slb_out_bool("dying", laddr->value[SLB_A_LADDR_DYING]);
	slb_out_text("%s%s", laddr->value[SLB_A_LADDR_DEDICATED] ? " dedicated" : "",
		     laddr->value[SLB_A_LADDR_DYING] ? " dying" : "");
	if (laddr->value[SLB_A_LADDR_VRF])
		slb_out_str("vrf", " vrf=%s", slb_vrf_text(vrf, laddr->value[SLB_A_LADDR_VRF]));
	slb_owner_print(laddr->value[SLB_A_LADDR_OWNER]);
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_list_laddrs() - print local addresses
 * @nl: the family
 * @req: the command line: those of one pool, of the pool of one service, or all
 *
 * Return: 0 or a negative errno.
 */
int slb_list_laddrs(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_svc svc = { .key = req->svc.key };
	const char *pool = NULL;
	struct slb_config config;
	size_t i;
	int err;

	if (slb_req_has(req, SLB_SLOT_SERVICE)) {
		err = slb_svc_fetch(nl, &svc);
		if (err)
			return err;
		pool = svc.pool;
	} else if (slb_req_has(req, SLB_SLOT_POOL)) {
		pool = req->laddr.pool;
	}
	err = slb_config_load(nl, &config, SLB_LOAD_LADDRS);
	if (err)
		return err;
	slb_out_text("%-10s %-24s %-12s %8s %9s %9s Flags\n", "Pool", "LocalAddress", "Ports",
		     "Leases", "Exhausted", "Reclaimed");
	slb_out_array("laddrs");
	for (i = 0; i < config.laddr_count; i++)
		if (!pool || !strcmp(pool, config.laddr[i].pool))
			slb_laddr_print(&config.laddr[i]);
	slb_out_close();
	slb_config_free(&config);
	return 0;
}

static int slb_laddr_req_finish(struct slb_req *req)
{
	if (!slb_req_has(req, SLB_SLOT_SERVICE) || !slb_req_has(req, SLB_SLOT_POOL))
		return 0;
	slb_err_print("--pool and a service, which has a pool, exclude each other");
	return -1;
}

static const char *slb_laddr_req_text(char *buf, const struct slb_req *req)
{
	static const char * const joint[] = {
		[SLB_ACT_ADD] = " to pool ", [SLB_ACT_EDIT] = " of pool ",
		[SLB_ACT_DEL] = " from pool ",
	};
	char addr[SLB_END_TEXT];

	if (req->command->act == SLB_ACT_NONE)
		return req->command->name;
	snprintf(buf, SLB_OBJECT_TEXT, "%s %s%s%s", req->command->verb,
		 slb_addr_text(addr, &req->laddr.addr),
		 *req->laddr.pool ? joint[req->command->act] : "", req->laddr.pool);
	return buf;
}

static int slb_laddr_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	int err = slb_req_pool(nl, req);

	if (err)
		return err;
	if (req->command->act == SLB_ACT_DEL)
		return slb_laddr_send(nl, SLB_CMD_LADDR_DEL, 0, &req->laddr);
	return slb_laddr_send(nl, SLB_CMD_LADDR_NEW, flags, &req->laddr);
}

static void slb_laddr_req_print(const struct slb_req *req)
{
	slb_conf_laddr_print(&req->laddr);
	if (slb_req_has(req, SLB_SLOT_SERVICE))
		slb_conf_key_print(&req->svc.key);
}

static void slb_laddr_req_fill(struct slb_req *req)
{
	slb_laddr_default(&req->laddr);
}

static int slb_laddr_dump(struct slb_nl *nl, struct slb_config *config)
{
	slb_nl_request(nl, SLB_CMD_LADDR_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_laddr_answer, config);
}

static void slb_laddr_sort(struct slb_config *config)
{
	if (config->laddr_count)
		qsort(config->laddr, config->laddr_count, sizeof(*config->laddr),
		      slb_laddr_qsort);
}

static void slb_laddr_save(struct slb_config *config)
{
	size_t i;

	for (i = 0; i < config->laddr_count; i++) {
		if (config->laddr[i].value[SLB_A_LADDR_DYING])
			continue;
		printf("-P");
		slb_conf_laddr_shorten(&config->laddr[i]);
		slb_conf_laddr_print(&config->laddr[i]);
		putchar('\n');
	}
}

static void slb_laddr_free(struct slb_config *config)
{
	free(config->laddr);
}

/* One that is deleted comes with its key only. */
static void slb_laddr_event(const struct nlmsghdr *nlh)
{
	struct slb_laddr laddr = {};

	slb_laddr_get(&laddr, nlh);
	slb_out_str("event", "%-8s ", "laddr");
	slb_out_addr("address", 0, &laddr.addr);
	slb_pool_print(" pool %s", laddr.pool);
	if (laddr.given & SLB_GIVEN(SLB_A_LADDR_DEDICATED)) {
		slb_out_u64("port-first", " ports %llu", laddr.value[SLB_A_LADDR_PORT_FIRST]);
		slb_out_u64("port-last", "-%llu", laddr.value[SLB_A_LADDR_PORT_LAST]);
		slb_out_bool("dedicated", laddr.value[SLB_A_LADDR_DEDICATED]);
	} else {
		slb_out_bool("deleted", true);
		slb_out_text(" deleted");
	}
	slb_out_text("\n");
}

/* With a service its pool is meant, which is known only when the line is executed. */
const struct slb_object slb_object_laddr = {
	.part = { SLB_PART(laddr), SLB_PART(svc) }, .unclear = SLB_SLOT(SLB_SLOT_SERVICE),
	.finish = slb_laddr_req_finish, .text = slb_laddr_req_text, .send = slb_laddr_req_send,
	.print = slb_laddr_req_print, .fill = slb_laddr_req_fill, .compare = slb_laddr_qsort,
	.load = SLB_LOAD_LADDRS, .dump = slb_laddr_dump, .sort = slb_laddr_sort,
	.save = slb_laddr_save, .free = slb_laddr_free, .ntf = SLB_CMD_LADDR_NTF,
	.event = slb_laddr_event,
};
