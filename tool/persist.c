// SPDX-License-Identifier: GPL-2.0-only
/* Persistence: a service's options, what is remembered, and how to forget it. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"

#define SLB_PERSIST_TIME	300	/* without a value, as in ipvsadm */
#define SLB_PERSIST_TIME_MAX	86400

static __u32 slb_persist_whole(const struct slb_svc *svc)
{
	return svc->key.end.addr.len * 8;
}

/**
 * slb_arg_persist() - -p and --no-persist
 * @req: the command line
 * @opt: the option
 * @text: seconds; NULL is the usual time
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_persist(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	__u32 *value = &req->svc.value[SLB_A_SVC_PERSIST];

	req->svc.given |= SLB_GIVEN(SLB_A_SVC_PERSIST);
	*value = opt->arg ? SLB_PERSIST_TIME : 0;
	if (!text || slb_number_parse(value, text, 1, SLB_PERSIST_TIME_MAX))
		return 0;
	return slb_arg_not("-p", text, "a number from 1 to 86400");
}

/* The number of leading ones, or 0 if there are other ones. */
static __u32 slb_mask_len(__u32 mask)
{
	__u32 len = 0;

	while (len < 32 && mask & 0x80000000U >> len)
		len++;
	return len && (len == 32 || !(mask << len)) ? len : 0;
}

/**
 * slb_arg_netmask() - -M
 * @req: the command line
 * @opt: the option
 * @text: a mask of IPv4 such as 255.255.255.0, or a prefix length
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_netmask(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	__u32 *len = &req->svc.value[SLB_A_SVC_PERSIST_LEN];
	struct in_addr mask;

	req->svc.given |= SLB_GIVEN(SLB_A_SVC_PERSIST_LEN);
	if (slb_number_parse(len, text, 1, slb_persist_whole(&req->svc)))
		return 0;
	if (req->svc.key.end.addr.len != 4)
		return slb_arg_wrong(opt, text, "the prefix length is not a number from 1 to 128");
	*len = inet_pton(AF_INET, text, &mask) == 1 ? slb_mask_len(ntohl(mask.s_addr)) : 0;
	return *len ? 0 : slb_arg_wrong(opt, text, "not a netmask, nor a number from 1 to 32");
}

/**
 * slb_svc_persist_default() - give what was not said of a service's persistence its default
 * @svc: the service
 */
void slb_svc_persist_default(struct slb_svc *svc)
{
	if (!(svc->given & SLB_GIVEN(SLB_A_SVC_PERSIST_LEN)))
		svc->value[SLB_A_SVC_PERSIST_LEN] = slb_persist_whole(svc);
	svc->given |= SLB_GIVEN(SLB_A_SVC_PERSIST) | SLB_GIVEN(SLB_A_SVC_PERSIST_LEN);
}

/**
 * slb_svc_persist_put() - add a service's persistence to a request, if it is given
 * @nlh: the request
 * @svc: the service
 */
void slb_svc_persist_put(struct nlmsghdr *nlh, const struct slb_svc *svc)
{
	if (svc->given & SLB_GIVEN(SLB_A_SVC_PERSIST))
		mnl_attr_put_u32(nlh, SLB_A_SVC_PERSIST, svc->value[SLB_A_SVC_PERSIST]);
	if (svc->given & SLB_GIVEN(SLB_A_SVC_PERSIST_LEN))
		mnl_attr_put_u8(nlh, SLB_A_SVC_PERSIST_LEN, svc->value[SLB_A_SVC_PERSIST_LEN]);
}

/**
 * slb_svc_persist_get() - read a service's persistence from an answer
 * @svc: the service; its key is known
 * @attrs: the attributes by number
 */
void slb_svc_persist_get(struct slb_svc *svc, const struct nlattr **attrs)
{
	svc->value[SLB_A_SVC_PERSIST] = slb_nl_number(attrs[SLB_A_SVC_PERSIST]);
	svc->value[SLB_A_SVC_PERSIST_LEN] = slb_nl_number(attrs[SLB_A_SVC_PERSIST_LEN]);
	if (svc->value[SLB_A_SVC_PERSIST])
		svc->given |= SLB_GIVEN(SLB_A_SVC_PERSIST);
	if (svc->value[SLB_A_SVC_PERSIST_LEN] != slb_persist_whole(svc))
		svc->given |= SLB_GIVEN(SLB_A_SVC_PERSIST_LEN);
}

/* The mask as ipvsadm writes it. */
static const char *slb_mask_text(char *buf, size_t size, const struct slb_svc *svc)
{
	__u32 len = svc->value[SLB_A_SVC_PERSIST_LEN];
	struct in_addr mask;

	if (svc->key.end.addr.len != 4 || !len || len > 32) {
		snprintf(buf, size, "%u", len);
		return buf;
	}
	mask.s_addr = htonl(~0U << (32 - len));
	inet_ntop(AF_INET, &mask, buf, size);
	return buf;
}

/**
 * slb_svc_persist_print() - print a service's persistence as -S does, if it is given
 * @svc: the service
 */
void slb_svc_persist_print(const struct slb_svc *svc)
{
	char mask[SLB_END_TEXT];

	if (svc->given & SLB_GIVEN(SLB_A_SVC_PERSIST)) {
		if (svc->value[SLB_A_SVC_PERSIST])
			printf(" -p %u", svc->value[SLB_A_SVC_PERSIST]);
		else
			printf(" --no-persist");
	}
	if (svc->given & SLB_GIVEN(SLB_A_SVC_PERSIST_LEN))
		printf(" -M %s", slb_mask_text(mask, sizeof(mask), svc));
}

/**
 * slb_svc_persist_view() - print a service's persistence in a list
 * @svc: the service
 * @flags: in text, too
 */
void slb_svc_persist_view(const struct slb_svc *svc, bool flags)
{
	char mask[SLB_END_TEXT];

	slb_out_u64("persistent", NULL, svc->value[SLB_A_SVC_PERSIST]);
	slb_out_u64("persistent-len", NULL, svc->value[SLB_A_SVC_PERSIST_LEN]);
	if (!flags || !svc->value[SLB_A_SVC_PERSIST])
		return;
	slb_out_text(" persistent %u", svc->value[SLB_A_SVC_PERSIST]);
	if (svc->given & SLB_GIVEN(SLB_A_SVC_PERSIST_LEN))
		slb_out_text(" mask %s", slb_mask_text(mask, sizeof(mask), svc));
}

static void slb_persist_filter_put(struct nlmsghdr *nlh, const struct slb_filter *filter)
{
	if (filter->svc.proto) {
		mnl_attr_put_u8(nlh, SLB_A_PERSIST_PROTO, filter->svc.proto);
		slb_addr_put(nlh, SLB_A_PERSIST_SVC_ADDR, &filter->svc.end.addr);
		mnl_attr_put_u16(nlh, SLB_A_PERSIST_SVC_PORT, htons(filter->svc.end.port));
		mnl_attr_put_u16(nlh, SLB_A_PERSIST_SVC_PORT_LAST, htons(filter->svc.last));
	} else if (filter->svc.mark) {
		mnl_attr_put_u32(nlh, SLB_A_PERSIST_FWMARK, filter->svc.mark);
		if (filter->svc.end.addr.len == 16)
			mnl_attr_put(nlh, SLB_A_PERSIST_IPV6, 0, NULL);
	}
	if (filter->svc.vrf)
		mnl_attr_put_u32(nlh, SLB_A_PERSIST_VRF, filter->svc.vrf);
	if (filter->client.addr.len) {
		slb_addr_put(nlh, SLB_A_PERSIST_CLIENT_ADDR, &filter->client.addr);
		mnl_attr_put_u8(nlh, SLB_A_PERSIST_CLIENT_LEN, filter->client.len);
	}
	if (filter->srv.addr.len)
		slb_addr_put(nlh, SLB_A_PERSIST_SRV_ADDR, &filter->srv.addr);
	if (filter->srv.port)
		mnl_attr_put_u16(nlh, SLB_A_PERSIST_SRV_PORT, htons(filter->srv.port));
}

static int slb_persist_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_PERSIST_MAX + 1];
	struct slb_prefix client = {};
	const struct nlattr *last;
	struct slb_end svc, srv;
	__u32 mark;
	char text[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];
	__u64 expires;
	__u8 proto;

	(void)data;
	slb_nl_index(nlh, attrs, SLB_A_PERSIST_MAX);
	proto = slb_nl_number(attrs[SLB_A_PERSIST_PROTO]);
	expires = slb_nl_number(attrs[SLB_A_PERSIST_EXPIRES]);
	slb_prefix_get(&client, attrs[SLB_A_PERSIST_CLIENT_ADDR], attrs[SLB_A_PERSIST_CLIENT_LEN]);
	slb_end_get(&svc, attrs[SLB_A_PERSIST_SVC_ADDR], attrs[SLB_A_PERSIST_SVC_PORT]);
	slb_end_get(&srv, attrs[SLB_A_PERSIST_SRV_ADDR], attrs[SLB_A_PERSIST_SRV_PORT]);
	last = attrs[SLB_A_PERSIST_SVC_PORT_LAST];
	mark = slb_nl_number(attrs[SLB_A_PERSIST_FWMARK]);
	slb_out_object(NULL);
	if (!mark)
		slb_out_str("proto", NULL, slb_proto_text(proto));
	slb_out_text("%-3s %02llu:%02llu  ", mark ? "FWM" : proto == IPPROTO_UDP ? "UDP" : "TCP",
		     expires / 60, expires % 60);
	slb_out_u64("expires", NULL, expires);
	slb_out_str("client", "%-21s ", slb_prefix_text(text, &client));
	if (mark)
		slb_out_u64("fwmark", "%-21llu", mark);
	else
		slb_out_ports("address", "port", 21, &svc, last ? ntohs(slb_nl_number(last)) :
			      svc.port, proto);
	slb_out_text(" ");
	slb_out_ports("server", "server-port", 0, &srv, srv.port, proto);
	if (attrs[SLB_A_PERSIST_VRF])
		slb_out_str("vrf", " vrf=%s",
			    slb_vrf_text(vrf, slb_nl_number(attrs[SLB_A_PERSIST_VRF])));
	slb_out_text("\n");
	slb_out_close();
	return 0;
}

/**
 * slb_list_persist() - print what persistence remembers
 * @nl: the family
 * @req: the command line, which says of whom
 *
 * Return: 0 or a negative errno.
 */
int slb_list_persist(struct slb_nl *nl, const struct slb_req *req)
{
	struct nlmsghdr *nlh;
	int err;

	slb_out_text("%-3s %-6s %-21s %-21s %s\n", "pro", "expire", "client", "service", "server");
	slb_out_array("persistence");
	nlh = slb_nl_request(nl, SLB_CMD_PERSIST_GET, NLM_F_DUMP);
	slb_persist_filter_put(nlh, &req->filter);
	err = slb_nl_talk(nl, slb_persist_answer, NULL);
	slb_out_close();
	return err;
}

static int slb_persist_req_finish(struct slb_req *req)
{
	req->filter.svc = req->svc.key;
	return 0;
}

static int slb_persist_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_PERSIST_FLUSH, 0);

	(void)flags;
	slb_persist_filter_put(nlh, &req->filter);
	return slb_nl_talk(nl, NULL, NULL);
}

static void slb_persist_req_print(const struct slb_req *req)
{
	char text[SLB_END_TEXT];

	if (slb_req_has(req, SLB_SLOT_SERVICE))
		slb_conf_key_print(&req->svc.key);
	if (slb_req_has(req, SLB_SLOT_CLIENT))
		printf(" --client %s", slb_prefix_text(text, &req->filter.client));
	if (slb_req_has(req, SLB_SLOT_SERVER))
		printf(" --server %s", slb_end_text(text, &req->filter.srv));
}

/* What is remembered, to be forgotten. */
const struct slb_object slb_object_persist = {
	.part = { SLB_PART(filter), SLB_PART(svc) }, .finish = slb_persist_req_finish,
	.send = slb_persist_req_send, .print = slb_persist_req_print,
};
