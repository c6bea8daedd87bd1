// SPDX-License-Identifier: GPL-2.0-only
/*
 * What names a service: an address with a port, a range of ports or all of them, or a mark. Reading,
 * printing, comparing, and the two ends of the wire.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"

/* Ports whose protocols carry addresses and ports in their data. */
static const struct {
	__u16		port;
	__u8		proto;		/* 0: both */
	const char	*name;
} slb_listen_odd[] = {
	{ 21, IPPROTO_TCP, "FTP" },
	{ 69, IPPROTO_UDP, "TFTP" },
	{ 1720, IPPROTO_TCP, "H.323" },
	{ 5060, 0, "SIP" },
	{ 5061, 0, "SIP" },
	{}
};

/**
 * slb_listen_warn() - say what a service that was added will not do
 * @key: the service
 *
 * Of all ports, or of a mark, nobody knows what they are for.
 */
void slb_listen_warn(const struct slb_svc_key *key)
{
	char text[SLB_OBJECT_TEXT];
	const char *last = NULL;
	int i;

	for (i = 0; slb_listen_odd[i].port; i++) {
		if (slb_listen_odd[i].port < key->end.port || slb_listen_odd[i].port > key->last ||
		    (slb_listen_odd[i].proto && slb_listen_odd[i].proto != key->proto) ||
		    (last && !strcmp(last, slb_listen_odd[i].name)))
			continue;
		last = slb_listen_odd[i].name;
		slb_err_warn("add service %s: %s tells addresses in its data, which stay as they are",
			     slb_svc_key_text(text, key), last);
	}
}

static bool slb_ports_are_range(const char *port)
{
	size_t first = strspn(port, "0123456789");
	size_t last = port[first] == '-' ? strspn(port + first + 1, "0123456789") : 0;

	return first && last && !port[first + 1 + last];
}

static const char *slb_range_parse(struct slb_end *end, __u16 *last, const char *port)
{
	const char *dash = strchr(port, '-');
	char first[16] = "";
	__u32 from;
	__u32 to;

	if ((size_t)(dash - port) < sizeof(first))
		memcpy(first, port, dash - port);
	if (!slb_number_parse(&from, first, 1, 65535) ||
	    !slb_number_parse(&to, dash + 1, 1, 65535))
		return "the ports are not numbers from 1 to 65535";
	if (to < from)
		return "the last port comes before the first";
	end->port = from;
	*last = to;
	return NULL;
}

/**
 * slb_ports_parse() - read ADDR:PORT, ADDR:FIRST-LAST, ADDR:0 or ADDR
 * @end: result; its port is 0 if @text names 0 or none
 * @last: result, the last port
 * @text: IPv6 stands in brackets where a port follows
 * @proto: IPPROTO_TCP or IPPROTO_UDP, for the names of ports
 * @like: as in slb_addr_parse()
 *
 * Return: NULL, or what is wrong.
 */
const char *slb_ports_parse(struct slb_end *end, __u16 *last, const char *text, __u8 proto,
			    __u8 like)
{
	const char *colon = slb_end_colon(text);
	struct slb_end read = {};
	const char *wrong;
	__u16 to = 0;
	char host[256];

	if (!colon || (strcmp(colon + 1, "0") && !slb_ports_are_range(colon + 1))) {
		wrong = slb_end_parse(&read, text, proto, like);
		to = read.port;
	} else {
		if ((size_t)(colon - text) >= sizeof(host))
			return "the address is too long";
		memcpy(host, text, colon - text);
		host[colon - text] = '\0';
		wrong = slb_addr_parse(&read.addr, host, like);
		if (!wrong && strcmp(colon + 1, "0"))
			wrong = slb_range_parse(&read, &to, colon + 1);
	}
	if (wrong)
		return wrong;
	*end = read;
	*last = to;
	return NULL;
}

/**
 * slb_ports_text() - print an address with its ports as numbers, as slb_ports_parse() reads them
 * @buf: SLB_END_TEXT bytes
 * @end: the address and the port; 0 is all
 * @last: the last port, that of @end if there is one
 *
 * Return: @buf.
 */
const char *slb_ports_text(char *buf, const struct slb_end *end, __u16 last)
{
	char addr[SLB_END_TEXT];
	const char *form = "%.64s:%u";

	if (end->port && last == end->port)
		return slb_end_text(buf, end);
	if (end->addr.len == 16)
		form = "[%.64s]:%u";
	snprintf(buf, SLB_END_TEXT, form, slb_addr_text(addr, &end->addr), end->port);
	if (end->port)
		snprintf(buf + strlen(buf), SLB_END_TEXT - strlen(buf), "-%u", last);
	return buf;
}

/**
 * slb_listen_text() - print what names a service, but for protocol and VRF
 * @buf: SLB_END_TEXT bytes
 * @key: the service
 *
 * Return: @buf, such as "10.0.0.80:8000-8999", or "1" for a mark.
 */
const char *slb_listen_text(char *buf, const struct slb_svc_key *key)
{
	if (!key->mark)
		return slb_ports_text(buf, &key->end, key->last);
	snprintf(buf, SLB_END_TEXT, "%u", key->mark);
	return buf;
}

static bool slb_listen_is_marked6(const struct slb_svc_key *key)
{
	return key->mark && key->end.addr.len == 16;
}

/**
 * slb_svc_key_text() - name a service for a message
 * @buf: SLB_OBJECT_TEXT bytes
 * @key: the service
 *
 * Return: @buf, such as "tcp 10.0.0.80:80" or "fwmark 1".
 */
const char *slb_svc_key_text(char *buf, const struct slb_svc_key *key)
{
	char end[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "%s %s%s%s%s",
		 key->mark ? "fwmark" : slb_proto_text(key->proto), slb_listen_text(end, key),
		 slb_listen_is_marked6(key) ? " ipv6" : "", key->vrf ? " vrf " : "",
		 key->vrf ? slb_vrf_text(vrf, key->vrf) : "");
	return buf;
}

/**
 * slb_svc_key_compare() - order of two services: protocol, mark, address, ports, VRF
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_svc_key_compare(const struct slb_svc_key *a, const struct slb_svc_key *b)
{
	int order;

	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	if (a->mark != b->mark)
		return a->mark < b->mark ? -1 : 1;
	order = slb_end_compare(&a->end, &b->end);
	if (!order)
		order = (int)a->last - (int)b->last;
	if (order)
		return order;
	return a->vrf < b->vrf ? -1 : a->vrf > b->vrf;
}

/**
 * slb_arg_service() - -t and -u
 * @req: the command line
 * @opt: the option
 * @text: ADDR:PORT[-LAST]
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_service(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_svc_key *key = &req->svc.key;
	const char *wrong;

	key->proto = opt->letter == 'u' ? IPPROTO_UDP : IPPROTO_TCP;
	wrong = slb_ports_parse(&key->end, &key->last, text, key->proto, 0);
	if (!wrong && !slb_end_colon(text))
		wrong = "the port is missing";
	return wrong ? slb_arg_wrong(opt, text, wrong) : 0;
}

/**
 * slb_arg_fwmark() - -f
 * @req: the command line
 * @opt: the option
 * @text: the mark
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_fwmark(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_svc_key *key = &req->svc.key;

	if (!slb_number_parse(&key->mark, text, 1, 0xffffffff))
		return slb_arg_wrong(opt, text, "a mark is a number from 1 to 4294967295");
	key->end.addr.len = 4;
	return 0;
}

/**
 * slb_arg_ipv6() - -6
 * @req: the command line
 * @opt: the option
 * @text: not used
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_ipv6(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	char buf[64];

	(void)text;
	if (!req->svc.key.mark) {
		slb_err_print("%s goes with -f; an address tells its family itself",
			      slb_option_text(buf, opt));
		return -1;
	}
	req->svc.key.end.addr.len = 16;
	return 0;
}

/**
 * slb_svc_key_put() - add a service's name to a request
 * @nlh: the request
 * @key: the service
 */
void slb_svc_key_put(struct nlmsghdr *nlh, const struct slb_svc_key *key)
{
	if (key->mark) {
		mnl_attr_put_u32(nlh, SLB_A_SVC_FWMARK, key->mark);
		if (slb_listen_is_marked6(key))
			mnl_attr_put(nlh, SLB_A_SVC_IPV6, 0, NULL);
	} else {
		mnl_attr_put_u8(nlh, SLB_A_SVC_PROTO, key->proto);
		slb_addr_put(nlh, SLB_A_SVC_ADDR, &key->end.addr);
		mnl_attr_put_u16(nlh, SLB_A_SVC_PORT, htons(key->end.port));
		if (key->last != key->end.port)
			mnl_attr_put_u16(nlh, SLB_A_SVC_PORT_LAST, htons(key->last));
	}
	if (key->vrf)
		mnl_attr_put_u32(nlh, SLB_A_SVC_VRF, key->vrf);
}

/**
 * slb_svc_key_get() - read a service's name from an answer
 * @key: result
 * @attrs: the attributes of the service by number
 */
void slb_svc_key_get(struct slb_svc_key *key, const struct nlattr **attrs)
{
	const struct nlattr *last = attrs[SLB_A_SVC_PORT_LAST];

	key->proto = slb_nl_number(attrs[SLB_A_SVC_PROTO]);
	slb_end_get(&key->end, attrs[SLB_A_SVC_ADDR], attrs[SLB_A_SVC_PORT]);
	key->last = last ? ntohs(slb_nl_number(last)) : key->end.port;
	key->mark = slb_nl_number(attrs[SLB_A_SVC_FWMARK]);
	if (key->mark)
		key->end.addr.len = attrs[SLB_A_SVC_IPV6] ? 16 : 4;
	key->vrf = slb_nl_number(attrs[SLB_A_SVC_VRF]);
}

/**
 * slb_conf_key_print() - print a service's name as -S does
 * @key: the service
 */
void slb_conf_key_print(const struct slb_svc_key *key)
{
	char end[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];
	char letter = key->proto == IPPROTO_UDP ? 'u' : 't';

	printf(" -%c %s%s", key->mark ? 'f' : letter, slb_listen_text(end, key),
	       slb_listen_is_marked6(key) ? " -6" : "");
	if (key->vrf)
		printf(" --vrf %s", slb_vrf_text(vrf, key->vrf));
}

static const char *slb_proto_column(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	default:
		return "?";
	}
}

/**
 * slb_svc_key_print() - print a service's name as -L does
 * @key: the service
 * @width: columns that it fills at least
 */
void slb_svc_key_print(const struct slb_svc_key *key, int width)
{
	char text[32];

	if (!key->mark) {
		slb_out_str("proto", NULL, slb_proto_text(key->proto));
		slb_out_text("%-4s ", slb_proto_column(key->proto));
		slb_out_ports("address", "port", width, &key->end, key->last, key->proto);
		return;
	}
	snprintf(text, sizeof(text), "%u%s", key->mark, slb_listen_is_marked6(key) ? " IPv6" : "");
	slb_out_text("FWM  %-*s", width, text);
	slb_out_u64("fwmark", NULL, key->mark);
	slb_out_str("family", NULL, slb_listen_is_marked6(key) ? "ipv6" : "ipv4");
}
