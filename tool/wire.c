// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family's requests and answers: what all objects have in common.
 *
 * Answers are read with care: an attribute that is missing or of another length than expected is as
 * if it were 0, so that no answer can make the tool read where there is nothing.
 */
#include <arpa/inet.h>
#include <string.h>

#include "wire.h"

/**
 * slb_addr_put() - add an address to a request
 * @nlh: the request
 * @type: the attribute
 * @addr: the address
 */
void slb_addr_put(struct nlmsghdr *nlh, __u16 type, const struct slb_addr *addr)
{
	mnl_attr_put(nlh, type, addr->len, addr->b);
}

/**
 * slb_addr_get() - read an address from an answer
 * @addr: result, empty if there is none
 * @attr: the attribute, or NULL
 */
void slb_addr_get(struct slb_addr *addr, const struct nlattr *attr)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	memset(addr, 0, sizeof(*addr));
	if (len != 4 && len != 16)
		return;
	addr->len = len;
	memcpy(addr->b, mnl_attr_get_payload(attr), len);
}

/**
 * slb_end_get() - read an address and a port from an answer
 * @end: result
 * @addr: attribute of the address, or NULL
 * @port: attribute of the port, or NULL
 */
void slb_end_get(struct slb_end *end, const struct nlattr *addr, const struct nlattr *port)
{
	slb_addr_get(&end->addr, addr);
	end->port = ntohs(slb_nl_number(port));
}

/**
 * slb_string_get() - read a text from an answer
 * @buf: result, empty if there is none
 * @size: bytes in @buf; what does not fit is cut off
 * @attr: the attribute, or NULL
 */
void slb_string_get(char *buf, size_t size, const struct nlattr *attr)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(buf, mnl_attr_get_payload(attr), len);
	buf[len] = '\0';
}

/**
 * slb_prefix_put() - add a prefix to a request
 * @nlh: the request
 * @type: attribute that holds the prefix
 * @addr_type: attribute of the address inside
 * @len_type: attribute of the length inside
 * @prefix: the prefix
 */
void slb_prefix_put(struct nlmsghdr *nlh, __u16 type, __u16 addr_type, __u16 len_type,
		    const struct slb_prefix *prefix)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	slb_addr_put(nlh, addr_type, &prefix->addr);
	mnl_attr_put_u8(nlh, len_type, prefix->len);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * slb_prefix_get() - read a prefix from an answer
 * @prefix: result
 * @addr: attribute of the address
 * @len: attribute of the length
 *
 * Return: whether there was one.
 */
bool slb_prefix_get(struct slb_prefix *prefix, const struct nlattr *addr, const struct nlattr *len)
{
	slb_addr_get(&prefix->addr, addr);
	prefix->len = slb_nl_number(len);
	return prefix->addr.len && prefix->len <= prefix->addr.len * 8;
}

/**
 * slb_stats_get() - read statistics from an answer
 * @stats: result
 * @nest: the attribute, or NULL
 */
void slb_stats_get(struct slb_stats *stats, const struct nlattr *nest)
{
	const struct nlattr *attrs[SLB_A_STATS_MAX + 1];
	unsigned int i;

	if (!nest)
		return;
	slb_nl_index_nest(nest, attrs, SLB_A_STATS_MAX);
	for (i = 0; i <= SLB_A_STATS_MAX; i++)
		stats->value[i] = slb_nl_number(attrs[i]);
}

/**
 * slb_plain_send() - send a request that is nothing but a command
 * @nl: the family
 * @cmd: SLB_CMD_FLUSH or SLB_CMD_ZERO
 *
 * Return: 0 or a negative errno.
 */
int slb_plain_send(struct slb_nl *nl, __u8 cmd)
{
	slb_nl_request(nl, cmd, 0);
	return slb_nl_talk(nl, NULL, NULL);
}
