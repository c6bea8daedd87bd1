// SPDX-License-Identifier: GPL-2.0-only
/* Connections: filters and view. They are printed as they come: a million takes no memory. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"
#include "slb_names_gen.h"

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

struct slb_conn_each {
	void	(*each)(const struct slb_conn *conn, void *data);
	void	*data;
};

/**
 * slb_conn_get() - read a connection from a message
 * @conn: result
 * @nlh: the message
 */
void slb_conn_get(struct slb_conn *conn, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_CONN_MAX + 1];

	memset(conn, 0, sizeof(*conn));
	slb_nl_index(nlh, attrs, SLB_A_CONN_MAX);
	conn->svc.proto = slb_nl_number(attrs[SLB_A_CONN_PROTO]);
	conn->svc.vrf = slb_nl_number(attrs[SLB_A_CONN_VRF]);
	conn->svc.mark = slb_nl_number(attrs[SLB_A_CONN_FWMARK]);
	slb_end_get(&conn->svc.end, attrs[SLB_A_CONN_SVC_ADDR], attrs[SLB_A_CONN_SVC_PORT]);
	slb_end_get(&conn->client, attrs[SLB_A_CONN_CLIENT_ADDR], attrs[SLB_A_CONN_CLIENT_PORT]);
	slb_end_get(&conn->laddr, attrs[SLB_A_CONN_LADDR], attrs[SLB_A_CONN_LPORT]);
	slb_end_get(&conn->srv, attrs[SLB_A_CONN_SRV_ADDR], attrs[SLB_A_CONN_SRV_PORT]);
	conn->state = slb_nl_number(attrs[SLB_A_CONN_STATE]);
	conn->expires = slb_nl_number(attrs[SLB_A_CONN_EXPIRES]);
	conn->seq_shift = slb_nl_number(attrs[SLB_A_CONN_SEQ_SHIFT]);
	conn->ts_shift = slb_nl_number(attrs[SLB_A_CONN_TS_SHIFT]);
	conn->toa_pending = attrs[SLB_A_CONN_TOA_PENDING];
	conn->reason = slb_nl_number(attrs[SLB_A_CONN_REASON]);
	conn->duration = slb_nl_number(attrs[SLB_A_CONN_DURATION]);
	conn->counted = attrs[SLB_A_CONN_IN_PKTS];
	conn->pkts[0] = slb_nl_number(attrs[SLB_A_CONN_IN_PKTS]);
	conn->pkts[1] = slb_nl_number(attrs[SLB_A_CONN_OUT_PKTS]);
	conn->bytes[0] = slb_nl_number(attrs[SLB_A_CONN_IN_BYTES]);
	conn->bytes[1] = slb_nl_number(attrs[SLB_A_CONN_OUT_BYTES]);
}

static int slb_conn_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct slb_conn_each *each = data;
	struct slb_conn conn;

	slb_conn_get(&conn, nlh);
	each->each(&conn, each->data);
	return 0;
}

static void slb_filter_put(struct nlmsghdr *nlh, const struct slb_filter *filter)
{
	if (filter->svc.proto) {
		mnl_attr_put_u8(nlh, SLB_A_CONN_PROTO, filter->svc.proto);
		slb_addr_put(nlh, SLB_A_CONN_SVC_ADDR, &filter->svc.end.addr);
		mnl_attr_put_u16(nlh, SLB_A_CONN_SVC_PORT, htons(filter->svc.end.port));
		if (filter->svc.last != filter->svc.end.port)
			mnl_attr_put_u16(nlh, SLB_A_CONN_SVC_PORT_LAST, htons(filter->svc.last));
	} else if (filter->svc.mark) {
		mnl_attr_put_u32(nlh, SLB_A_CONN_FWMARK, filter->svc.mark);
	}
	if (filter->svc.vrf)
		mnl_attr_put_u32(nlh, SLB_A_CONN_VRF, filter->svc.vrf);
	if (filter->client.addr.len) {
		slb_addr_put(nlh, SLB_A_CONN_CLIENT_ADDR, &filter->client.addr);
		mnl_attr_put_u8(nlh, SLB_A_CONN_CLIENT_LEN, filter->client.len);
	} else if (filter->svc.mark) {	/* one mark is that of two services: any client of this family */
		slb_addr_put(nlh, SLB_A_CONN_CLIENT_ADDR, &filter->svc.end.addr);
		mnl_attr_put_u8(nlh, SLB_A_CONN_CLIENT_LEN, 0);
	}
	if (filter->srv.addr.len)
		slb_addr_put(nlh, SLB_A_CONN_SRV_ADDR, &filter->srv.addr);
	if (filter->srv.port)
		mnl_attr_put_u16(nlh, SLB_A_CONN_SRV_PORT, htons(filter->srv.port));
	if (filter->state >= 0)
		mnl_attr_put_u8(nlh, SLB_A_CONN_STATE, filter->state);
}

static int slb_conn_kill_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_CONN_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_CONN_MAX);
	*(__u64 *)data = slb_nl_number(attrs[SLB_A_CONN_ENDED]);
	return 0;
}

/**
 * slb_conn_kill() - end connections
 * @nl: the family
 * @req: the command line, which says which ones
 * @ended: how many were ended
 *
 * Return: 0 or a negative errno.
 */
int slb_conn_kill(struct slb_nl *nl, const struct slb_req *req, __u64 *ended)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_CONN_DEL, 0);

	slb_filter_put(nlh, &req->filter);
	if (slb_req_has(req, SLB_SLOT_ALL))
		mnl_attr_put(nlh, SLB_A_CONN_ALL, 0, NULL);
	return slb_nl_talk(nl, slb_conn_kill_answer, ended);
}

/**
 * slb_conn_walk() - go over the connections as the kernel sends them
 * @nl: the family
 * @filter: which ones
 * @each: called for each
 * @data: for @each
 *
 * Return: 0 or a negative errno.
 */
int slb_conn_walk(struct slb_nl *nl, const struct slb_filter *filter,
		  void (*each)(const struct slb_conn *conn, void *data), void *data)
{
	struct slb_conn_each context = { .each = each, .data = data };
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_CONN_GET, NLM_F_DUMP);
	int err;

	slb_filter_put(nlh, filter);
	err = slb_nl_talk(nl, slb_conn_answer, &context);
	/* The table may change meanwhile; what lives through that is listed all the same. */
	return err == -EINTR ? 0 : err;
}

/* The state as ipvsadm writes it, "TIME_WAIT" for "time-wait". */
static const char *slb_state_column(char *buf, size_t size, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i < size - 1; i++)
		buf[i] = name[i] == '-' ? '_' : toupper((unsigned char)name[i]);
	buf[i] = '\0';
	return buf;
}

/* How long, and what it has carried where that is counted; @text: for people too. */
static void slb_conn_sums_print(const struct slb_conn *conn, bool text)
{
	slb_out_u64("duration-ms", NULL, conn->duration);
	if (text)
		slb_out_text(" %llu.%03llu s", conn->duration / 1000, conn->duration % 1000);
	if (!conn->counted)
		return;
	slb_out_u64("in-pkts", text ? ", in %llu packets" : NULL, conn->pkts[0]);
	slb_out_u64("in-bytes", text ? " %llu bytes" : NULL, conn->bytes[0]);
	slb_out_u64("out-pkts", text ? ", out %llu packets" : NULL, conn->pkts[1]);
	slb_out_u64("out-bytes", text ? " %llu bytes" : NULL, conn->bytes[1]);
}

static void slb_conn_print(const struct slb_conn *conn, void *data)
{
	__u8 proto = conn->svc.proto;
	const char *state = slb_word(&slb_states, conn->state);
	char vrf[SLB_VRF_TEXT];
	char buf[24];

	(void)data;
	slb_out_object(NULL);
	slb_out_str("proto", NULL, slb_proto_text(proto));
	slb_out_text("%-3s ", proto == IPPROTO_UDP ? "UDP" : "TCP");
	slb_out_text("%02u:%02u  ", conn->expires / 60, conn->expires % 60);
	slb_out_u64("expires", NULL, conn->expires);
	slb_out_str("state", NULL, state);
	slb_out_text("%-11s ", slb_state_column(buf, sizeof(buf), state));
	slb_out_end_point("client", "client-port", 21, &conn->client, proto);
	slb_out_text(" ");
	slb_out_end_point("address", "port", 21, &conn->svc.end, proto);
	slb_out_text(" ");
	slb_out_end_point("laddr", "lport", 21, &conn->laddr, proto);
	slb_out_text(" ");
	slb_out_end_point("server", "server-port", 0, &conn->srv, proto);
	if (conn->svc.vrf)
		slb_out_str("vrf", " vrf=%s", slb_vrf_text(vrf, conn->svc.vrf));
	if (conn->svc.mark)
		slb_out_u64("fwmark", " fwmark=%llu", conn->svc.mark);
	slb_out_u64("seq-shift", NULL, conn->seq_shift);
	slb_out_u64("ts-shift", NULL, conn->ts_shift);
	slb_out_bool("toa-pending", conn->toa_pending);
	slb_conn_sums_print(conn, false);
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_list_conns() - print connections
 * @nl: the family
 * @req: the command line, which says which ones
 *
 * Return: 0 or a negative errno.
 */
int slb_list_conns(struct slb_nl *nl, const struct slb_req *req)
{
	int err;

	slb_out_text("slb connection entries\n");
	slb_out_text("%-3s %-6s %-11s %-21s %-21s %-21s %s\n", "pro", "expire", "state", "client",
		     "service", "local", "server");
	slb_out_array("connections");
	err = slb_conn_walk(nl, &req->filter, slb_conn_print, NULL);
	slb_out_close();
	return err;
}

/**
 * slb_conn_event() - print a message of the flow log
 * @nlh: SLB_CMD_CONN_OPEN_NTF or SLB_CMD_CONN_CLOSE_NTF
 * @closed: the latter
 */
void slb_conn_event(const struct nlmsghdr *nlh, bool closed)
{
	struct slb_conn conn;
	char vrf[SLB_VRF_TEXT];
	__u8 proto;

	slb_conn_get(&conn, nlh);
	proto = conn.svc.proto;
	slb_out_str("event", "%-6s ", closed ? "close" : "open");
	slb_out_str("proto", "%s ", slb_proto_text(proto));
	slb_out_end_point("client", "client-port", 0, &conn.client, proto);
	slb_out_text(" -> ");
	slb_out_end_point("address", "port", 0, &conn.svc.end, proto);
	if (conn.svc.vrf)
		slb_out_str("vrf", " vrf=%s", slb_vrf_text(vrf, conn.svc.vrf));
	slb_out_text(", ");
	slb_out_end_point("laddr", "lport", 0, &conn.laddr, proto);
	slb_out_text(" -> ");
	slb_out_end_point("server", "server-port", 0, &conn.srv, proto);
	if (closed) {
		slb_out_str("reason", ", %s", slb_word(&slb_ends, conn.reason));
		slb_out_text(" after");
		slb_conn_sums_print(&conn, true);
	}
	slb_out_text("\n");
}

/**
 * slb_kill() - end connections and say how many
 * @nl: the family
 * @req: the command line, which says which ones
 *
 * Return: 0 or a negative errno.
 */
int slb_kill(struct slb_nl *nl, const struct slb_req *req)
{
	__u64 ended = 0;
	int err;

	err = slb_conn_kill(nl, req, &ended);
	if (!err)
		slb_out_u64("ended", "%llu connections ended\n", ended);
	return err;
}

static int slb_conns_req_finish(struct slb_req *req)
{
	req->filter.svc = req->svc.key;
	return 0;
}

static const char *slb_conns_req_text(char *buf, const struct slb_req *req)
{
	return slb_object_all.text(buf, req);
}

const struct slb_object slb_object_conns = {
	.finish = slb_conns_req_finish, .text = slb_conns_req_text,
};
