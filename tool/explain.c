// SPDX-License-Identifier: GPL-2.0-only
/* explain: which server a new connection would get, and why; nothing is opened. */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"
#include "slb_names_gen.h"

static const struct slb_words slb_steps = { slb_step_names, SLB_STEP_COUNT };
static const struct slb_words slb_drops = { slb_drop_names, SLB_DROP_COUNT };

static void slb_explain_step(const struct nlattr *nest)
{
	const struct nlattr *attrs[SLB_A_STEP_MAX + 1];
	char text[128];
	unsigned int drop;

	slb_nl_index_nest(nest, attrs, SLB_A_STEP_MAX);
	slb_string_get(text, sizeof(text), attrs[SLB_A_STEP_TEXT]);
	drop = slb_nl_number(attrs[SLB_A_STEP_DROP]);
	slb_out_object(NULL);
	slb_out_str("step", "%-10s ", slb_word(&slb_steps, slb_nl_number(attrs[SLB_A_STEP_STEP])));
	slb_out_str("text", "%s", text);
	if (drop) {
		slb_out_str("drop", " (%s", slb_word(&slb_drops, drop));
		slb_out_text(": %s)", drop < SLB_DROP_COUNT ? slb_drop_names[drop].text : "");
	}
	slb_out_text("\n");
	slb_out_close();
}

static int slb_explain_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_EXPLAIN_MAX + 1];
	const struct slb_req *req = data;
	const struct nlattr *attr;
	struct slb_end srv;
	unsigned int drop;

	slb_nl_index(nlh, attrs, SLB_A_EXPLAIN_MAX);
	slb_out_array("steps");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == SLB_A_EXPLAIN_STEP)
			slb_explain_step(attr);
	slb_out_close();
	drop = slb_nl_number(attrs[SLB_A_EXPLAIN_DROP]);
	slb_out_str("drop", NULL, drop ? slb_word(&slb_drops, drop) : "none");
	if (drop || !attrs[SLB_A_EXPLAIN_SRV_ADDR]) {
		slb_out_text("=> no server\n");
		return 0;
	}
	slb_end_get(&srv, attrs[SLB_A_EXPLAIN_SRV_ADDR], attrs[SLB_A_EXPLAIN_SRV_PORT]);
	slb_out_text("=> ");
	slb_out_end_point("server", "server-port", 0, &srv, req->svc.key.proto);
	slb_out_text("\n");
	return 0;
}

/**
 * slb_explain() - print what would become of a new connection
 * @nl: the family
 * @req: the command line: client and service
 *
 * Return: 0 or a negative errno.
 */
int slb_explain(struct slb_nl *nl, const struct slb_req *req)
{
	const struct slb_svc_key *key = &req->svc.key;
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_EXPLAIN, 0);

	mnl_attr_put_u8(nlh, SLB_A_EXPLAIN_PROTO, key->proto);
	slb_addr_put(nlh, SLB_A_EXPLAIN_CLIENT_ADDR, &req->srv.end.addr);
	mnl_attr_put_u16(nlh, SLB_A_EXPLAIN_CLIENT_PORT, htons(req->srv.end.port));
	if (key->mark)
		mnl_attr_put_u32(nlh, SLB_A_EXPLAIN_FWMARK, key->mark);
	if (!key->mark || req->word_count == 2) {
		slb_addr_put(nlh, SLB_A_EXPLAIN_SVC_ADDR, &key->end.addr);
		mnl_attr_put_u16(nlh, SLB_A_EXPLAIN_SVC_PORT, htons(key->end.port));
	}
	if (key->vrf)
		mnl_attr_put_u32(nlh, SLB_A_EXPLAIN_VRF, key->vrf);
	return slb_nl_talk(nl, slb_explain_answer, (void *)req);
}

/*
 * The client is the first word. A second one is what it asks for: the service, for TCP; or the address
 * and port of a packet with a mark.
 */
static int slb_explain_service(struct slb_req *req)
{
	const struct slb_option *tcp = slb_option_find(req->command, 't', "");
	struct slb_svc_key *key = &req->svc.key;
	bool given = slb_req_has(req, SLB_SLOT_SERVICE);

	if (!req->word_count || req->word_count + (given && !key->mark) > 2 ||
	    (req->word_count == 1 && !given)) {
		slb_err_print("explain needs CLIENT[:PORT] and a service, -t or -u ADDR:PORT or -f MARK");
		return -1;
	}
	if (slb_req_has(req, SLB_SLOT_PROTO) && !key->mark) {
		slb_err_print("explain: --proto goes with -f");
		return -1;
	}
	if (req->word_count == 2 && slb_arg_service(req, tcp, req->word[1]))
		return -1;
	if (key->mark)
		key->proto = req->group.value[SLB_A_GROUP_PROTO] ?: IPPROTO_TCP;
	if (key->last == key->end.port && (key->last || (key->mark && req->word_count == 1)))
		return 0;
	slb_err_print("explain looks at one port: give the one that the client asks for");
	return -1;
}

static int slb_explain_finish(struct slb_req *req)
{
	const char *wrong;

	if (slb_explain_service(req))
		return -1;
	wrong = slb_end_parse(&req->srv.end, req->word[0], req->svc.key.proto,
			      req->svc.key.mark ? 0 : req->svc.key.end.addr.len);
	if (wrong) {
		slb_err_print("client `%s': %s", req->word[0], wrong);
		return -1;
	}
	return 0;
}

static const char *slb_explain_text(char *buf, const struct slb_req *req)
{
	char key[SLB_OBJECT_TEXT];
	char end[SLB_END_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "explain %.80s to %.200s",
		 slb_end_text(end, &req->srv.end), slb_svc_key_text(key, &req->svc.key));
	return buf;
}

const struct slb_object slb_object_explain = {
	.finish = slb_explain_finish, .text = slb_explain_text,
};
