// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the commands of the generic netlink family share, and those that concern the namespace as
 * a whole. Values that the generated policies cannot judge are judged here; each refusal has a
 * sentence and names the attribute.
 */
#include <linux/netdevice.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include "slb_alloc.h"
#include "slb_nl.h"

/**
 * slb_nl_addr() - read an address
 * @attr: 4 or 16 bytes
 * @extack: for the sentence
 * @addr: the answer, IPv4 in the first word
 * @v6: the answer
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int slb_nl_addr(const struct nlattr *attr, struct netlink_ext_ack *extack, struct in6_addr *addr,
		bool *v6)
{
	int len = nla_len(attr);

	if (len != sizeof(struct in_addr) && len != sizeof(struct in6_addr))
		return slb_nl_refuse(extack, attr, -EINVAL, "an address has 4 or 16 bytes");
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(attr), len);
	*v6 = len == sizeof(struct in6_addr);
	return 0;
}

static bool slb_nl_addr_is_loopback(const struct in6_addr *addr, bool v6)
{
	return v6 ? ipv6_addr_loopback(addr) : ipv4_is_loopback(addr->s6_addr32[0]);
}

/* Multicast, broadcast, unspecified, or of a form that means another address. */
static bool slb_nl_addr_is_odd(const struct in6_addr *addr, bool v6)
{
	__be32 v4 = addr->s6_addr32[0];

	if (v6)
		return ipv6_addr_any(addr) || ipv6_addr_is_multicast(addr) ||
		       ipv6_addr_v4mapped(addr);
	return ipv4_is_zeronet(v4) || ipv4_is_multicast(v4) || ipv4_is_lbcast(v4);
}

/**
 * slb_nl_unicast() - may a service, server or local address have an address?
 * @attr: the attribute to blame
 * @extack: for the sentence
 * @addr: IPv4 in the first word
 * @v6: family
 * @loopback: loopback addresses are allowed
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int slb_nl_unicast(const struct nlattr *attr, struct netlink_ext_ack *extack,
		   const struct in6_addr *addr, bool v6, bool loopback)
{
	if (slb_nl_addr_is_odd(addr, v6))
		return slb_nl_refuse(extack, attr, -EINVAL, "not a unicast address");
	if (v6 && ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL)
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "a link-local address is not supported");
	if (!loopback && slb_nl_addr_is_loopback(addr, v6))
		return slb_nl_refuse(extack, attr, -EINVAL, "a loopback address is not reachable");
	return 0;
}

static bool slb_nl_addr_is_local(struct net *net, const struct in6_addr *addr, bool v6, u32 vrf)
{
	bool local = false;
#if IS_ENABLED(CONFIG_IPV6)
	struct flowi6 fl6 = {
		.daddr = *addr,
		.flowi6_oif = vrf,
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
	};
	struct dst_entry *dst;
#endif

	if (!v6)
		return inet_addr_type_table(net, addr->s6_addr32[0],
					    l3mdev_fib_table_by_index(net, vrf) ?:
					    RT_TABLE_LOCAL) == RTN_LOCAL;
#if IS_ENABLED(CONFIG_IPV6)
	dst = ip6_route_output(net, NULL, &fl6);
	local = !dst->error && ((struct rt6_info *)dst)->rt6i_flags & RTF_LOCAL;
	dst_release(dst);
#endif
	return local;
}

/**
 * slb_nl_warn_foreign() - say if an address is not the host's
 * @info: the request
 * @addr: IPv4 in the first word
 * @v6: family
 * @vrf: its VRF
 *
 * A warning only: the address may be added later, or its packets be routed here without it.
 *
 * Context: process.
 */
void slb_nl_warn_foreign(struct genl_info *info, const struct in6_addr *addr, bool v6, u32 vrf)
{
	if (!slb_nl_addr_is_local(genl_info_net(info), addr, v6, vrf))
		GENL_SET_ERR_MSG(info, "warning: the address is not local, route its packets here");
}

/**
 * slb_nl_vrf() - read a VRF that must exist
 * @attr: interface index; NULL and 0 mean the main one
 * @info: the request
 * @vrf: the answer
 *
 * Context: process.
 * Return: 0 or -ENODEV.
 */
int slb_nl_vrf(const struct nlattr *attr, struct genl_info *info, u32 *vrf)
{
	struct net_device *dev;
	bool good;

	*vrf = attr ? nla_get_u32(attr) : 0;
	if (!*vrf)
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(genl_info_net(info), *vrf);
	good = dev && netif_is_l3_master(dev);
	rcu_read_unlock();
	if (!good)
		return slb_nl_refuse(info->extack, attr, -ENODEV, "no VRF device has this index");
	return 0;
}

/* isalnum() takes Latin-1's letters too, which are no UTF-8, hence no JSON. */
static bool slb_nl_name_is_plain(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("._:-", *c)))
			return false;
	return true;
}

/**
 * slb_nl_name() - read a name by which others will refer to an object
 * @attr: the name
 * @extack: for the sentence
 * @name: the answer, SLB_NAME_MAX + 1 bytes, not empty
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int slb_nl_name(const struct nlattr *attr, struct netlink_ext_ack *extack, char *name)
{
	nla_strscpy(name, attr, SLB_NAME_MAX + 1);
	if (!name[0])
		return slb_nl_refuse(extack, attr, -EINVAL, "the name is empty");
	if (!slb_nl_name_is_plain(name))
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "a name is made of letters, digits, '.', '_', ':' and '-'");
	if (name[0] == '-')
		return slb_nl_refuse(extack, attr, -EINVAL, "a name does not begin with '-'");
	return 0;
}

/**
 * slb_nl_pool_name() - read the name of a pool
 * @attr: the name; NULL means the default pool
 * @extack: for the sentence
 * @name: the answer, SLB_NAME_MAX + 1 bytes
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int slb_nl_pool_name(const struct nlattr *attr, struct netlink_ext_ack *extack, char *name)
{
	name[0] = '\0';
	if (!attr)
		return 0;
	nla_strscpy(name, attr, SLB_NAME_MAX + 1);
	if (!slb_nl_name_is_plain(name))
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "a pool's name is made of letters, digits, '.', '_', ':' and '-'");
	if (name[0] == '-')
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "a pool's name does not begin with '-'");
	return 0;
}

static const u8 slb_nl_timeout_attr[SLB_STATE_COUNT] = {
	[SLB_STATE_SYN_SENT]	= SLB_A_TO_SYN_SENT,
	[SLB_STATE_SYN_RECV]	= SLB_A_TO_SYN_RECV,
	[SLB_STATE_ESTABLISHED]	= SLB_A_TO_ESTABLISHED,
	[SLB_STATE_FIN_WAIT]	= SLB_A_TO_FIN_WAIT,
	[SLB_STATE_CLOSE_WAIT]	= SLB_A_TO_CLOSE_WAIT,
	[SLB_STATE_LAST_ACK]	= SLB_A_TO_LAST_ACK,
	[SLB_STATE_TIME_WAIT]	= SLB_A_TO_TIME_WAIT,
	[SLB_STATE_CLOSE]	= SLB_A_TO_CLOSE,
	[SLB_STATE_UDP]		= SLB_A_TO_UDP,
};

/**
 * slb_nl_timeouts() - read the timeouts that are given
 * @attr: nest of enum slb_a_to, checked by its policy
 * @extack: for the sentence
 * @timeout_s: by state; only the given ones are written
 * @least: smallest that is allowed, seconds
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int slb_nl_timeouts(const struct nlattr *attr, struct netlink_ext_ack *extack, u32 *timeout_s,
		    u32 least)
{
	struct nlattr *tb[SLB_A_TO_MAX + 1];
	int err, state;

	err = nla_parse_nested(tb, SLB_A_TO_MAX, attr, NULL, extack);
	if (err)
		return err;
	for (state = 0; state < SLB_STATE_COUNT; state++) {
		const struct nlattr *to = tb[slb_nl_timeout_attr[state]];

		if (!slb_nl_timeout_attr[state] || !to)
			continue;
		if (nla_get_u32(to) < least)
			return slb_nl_refuse(extack, to, -EINVAL, "a timeout is 1-14400 seconds");
		timeout_s[state] = nla_get_u32(to);
	}
	/* A SYN that is not judged yet waits as long as one that was sent. */
	timeout_s[SLB_STATE_NONE] = timeout_s[SLB_STATE_SYN_SENT];
	return 0;
}

/* A service by mark: the mark stands where an address would. */
static int slb_nl_mark_key(struct nlattr **tb, struct netlink_ext_ack *extack,
			   struct slb_svc_key *key)
{
	static const u8 others[] = {
		SLB_A_SVC_PROTO, SLB_A_SVC_ADDR, SLB_A_SVC_PORT, SLB_A_SVC_PORT_LAST,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (tb[others[i]])
			return slb_nl_refuse(extack, tb[others[i]], -EINVAL,
					     "a service by mark has no protocol, address and port");
	key->mark = nla_get_u32(tb[SLB_A_SVC_FWMARK]);
	key->addr.s6_addr32[0] = (__force __be32)key->mark;
	key->v6 = !!tb[SLB_A_SVC_IPV6];
	return 0;
}

static int slb_nl_ports(struct nlattr **tb, struct netlink_ext_ack *extack,
			struct slb_svc_key *key)
{
	const struct nlattr *last = tb[SLB_A_SVC_PORT_LAST];

	key->port = nla_get_be16(tb[SLB_A_SVC_PORT]);
	key->last = last ? nla_get_be16(last) : key->port;
	if (last && !key->port)
		return slb_nl_refuse(extack, last, -EINVAL, "port 0 is all ports, and no range");
	if (ntohs(key->last) < ntohs(key->port))
		return slb_nl_refuse(extack, last, -EINVAL, "the last port comes before the first");
	return 0;
}

/**
 * slb_nl_svc_key() - read what names a service
 * @tb: attributes by enum slb_a_svc
 * @nest: the attribute they are in; NULL: the request itself
 * @extack: for the sentence
 * @key: the answer
 *
 * Context: any.
 * Return: 0 or a negative error.
 */
int slb_nl_svc_key(struct nlattr **tb, const struct nlattr *nest, struct netlink_ext_ack *extack,
		   struct slb_svc_key *key)
{
	bool v6;
	int err;

	memset(key, 0, sizeof(*key));
	key->vrf = tb[SLB_A_SVC_VRF] ? nla_get_u32(tb[SLB_A_SVC_VRF]) : 0;
	if (tb[SLB_A_SVC_FWMARK])
		return slb_nl_mark_key(tb, extack, key);
	if (tb[SLB_A_SVC_IPV6])
		return slb_nl_refuse(extack, tb[SLB_A_SVC_IPV6], -EINVAL,
				     "an address tells its family itself");
	if (slb_nl_missing(extack, nest, tb, SLB_A_SVC_PROTO,
			   "the service's protocol is missing") ||
	    slb_nl_missing(extack, nest, tb, SLB_A_SVC_ADDR, "the service's address is missing") ||
	    slb_nl_missing(extack, nest, tb, SLB_A_SVC_PORT, "the service's port is missing"))
		return -EINVAL;
	key->proto = nla_get_u8(tb[SLB_A_SVC_PROTO]);
	if (key->proto != SLB_PROTO_TCP && key->proto != SLB_PROTO_UDP)
		return slb_nl_refuse(extack, tb[SLB_A_SVC_PROTO], -EPROTONOSUPPORT,
				     "the protocol is neither TCP nor UDP");
	err = slb_nl_addr(tb[SLB_A_SVC_ADDR], extack, &key->addr, &v6);
	if (err)
		return err;
	key->v6 = v6;
	return slb_nl_ports(tb, extack, key);
}

/**
 * slb_nl_has_svc_key() - is any of what names a service given?
 * @tb: attributes by enum slb_a_svc
 *
 * Context: any.
 * Return: true if so.
 */
bool slb_nl_has_svc_key(struct nlattr **tb)
{
	return tb[SLB_A_SVC_PROTO] || tb[SLB_A_SVC_ADDR] || tb[SLB_A_SVC_PORT] ||
	       tb[SLB_A_SVC_VRF] || tb[SLB_A_SVC_PORT_LAST] || tb[SLB_A_SVC_FWMARK] ||
	       tb[SLB_A_SVC_IPV6];
}

/**
 * slb_nl_svc_find_locked() - find a service that must exist
 * @sn: the namespace's balancer
 * @key: its key
 * @extack: for the sentence
 * @attr: the attribute to blame
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: the service, or NULL when -ENOENT is to be returned.
 */
struct slb_svc *slb_nl_svc_find_locked(struct slb_net *sn, const struct slb_svc_key *key,
				       struct netlink_ext_ack *extack, const struct nlattr *attr)
{
	struct slb_svc *svc = slb_svc_find_locked(sn, key);

	if (!svc)
		NL_SET_ERR_MSG_ATTR(extack, attr, "no such service");
	return svc;
}

/**
 * slb_nl_put_addr() - write an address
 * @skb: the message
 * @type: attribute
 * @addr: IPv4 in the first word
 * @v6: family
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_addr(struct sk_buff *skb, int type, const struct in6_addr *addr, bool v6)
{
	return nla_put(skb, type, v6 ? sizeof(struct in6_addr) : sizeof(struct in_addr), addr);
}

/**
 * slb_nl_prefix_of() - read a prefix from two attributes
 * @addr: the address
 * @len: length in bits, u8; NULL is the whole address
 * @extack: for the sentence
 * @prefix: the answer
 *
 * Context: any.
 * Return: 0 or a negative error.
 */
int slb_nl_prefix_of(const struct nlattr *addr, const struct nlattr *len,
		     struct netlink_ext_ack *extack, struct slb_prefix *prefix)
{
	struct in6_addr whole;
	bool v6;
	int err;

	err = slb_nl_addr(addr, extack, &whole, &v6);
	if (err)
		return err;
	prefix->v6 = v6;
	prefix->len = v6 ? 128 : 32;
	if (len && nla_get_u8(len) > prefix->len)
		return slb_nl_refuse(extack, len, -ERANGE, "the prefix is longer than an address");
	if (len)
		prefix->len = nla_get_u8(len);
	ipv6_addr_prefix(&prefix->addr, &whole, prefix->len);
	if (!ipv6_addr_equal(&prefix->addr, &whole))
		return slb_nl_refuse(extack, addr, -EINVAL,
				     "the address has bits set behind its prefix");
	return 0;
}

/**
 * slb_nl_prefix() - read a prefix
 * @attr: nest of enum slb_a_prefix, checked by its policy
 * @extack: for the sentence
 * @prefix: the answer
 *
 * Context: any.
 * Return: 0 or a negative error.
 */
int slb_nl_prefix(const struct nlattr *attr, struct netlink_ext_ack *extack,
		  struct slb_prefix *prefix)
{
	struct nlattr *tb[SLB_A_PREFIX_MAX + 1];
	int err;

	err = nla_parse_nested(tb, SLB_A_PREFIX_MAX, attr, NULL, extack);
	if (err)
		return err;
	if (slb_nl_missing(extack, attr, tb, SLB_A_PREFIX_ADDR,
			   "the prefix's address is missing") ||
	    slb_nl_missing(extack, attr, tb, SLB_A_PREFIX_LEN, "the prefix's length is missing"))
		return -EINVAL;
	return slb_nl_prefix_of(tb[SLB_A_PREFIX_ADDR], tb[SLB_A_PREFIX_LEN], extack, prefix);
}

/**
 * slb_nl_put_prefix() - write a prefix, or nothing of it
 * @skb: the message
 * @type: attribute
 * @prefix: the prefix
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_prefix(struct sk_buff *skb, int type, const struct slb_prefix *prefix)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (slb_nl_put_addr(skb, SLB_A_PREFIX_ADDR, &prefix->addr, prefix->v6) ||
	    nla_put_u8(skb, SLB_A_PREFIX_LEN, prefix->len)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * slb_nl_put_svc_key() - write what names a service
 * @skb: the message, inside the service or its nest
 * @key: the key
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_svc_key(struct sk_buff *skb, const struct slb_svc_key *key)
{
	if (key->vrf && nla_put_u32(skb, SLB_A_SVC_VRF, key->vrf))
		return -EMSGSIZE;
	if (key->mark)
		return nla_put_u32(skb, SLB_A_SVC_FWMARK, key->mark) ?:
		       key->v6 ? nla_put_flag(skb, SLB_A_SVC_IPV6) : 0;
	if (nla_put_u8(skb, SLB_A_SVC_PROTO, key->proto) ||
	    slb_nl_put_addr(skb, SLB_A_SVC_ADDR, &key->addr, key->v6) ||
	    nla_put_be16(skb, SLB_A_SVC_PORT, key->port) ||
	    (key->last != key->port && nla_put_be16(skb, SLB_A_SVC_PORT_LAST, key->last)))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_put_count(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SLB_A_STATS_PAD);
}

/**
 * slb_nl_put_stats() - write a service's or server's counters
 * @skb: the message
 * @type: attribute
 * @stats: per CPU
 * @base: sums at the last zeroing
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_stats(struct sk_buff *skb, int type, const struct slb_stats __percpu *stats,
		     const struct slb_stats *base)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	struct slb_stats sum;

	if (!nest)
		return -EMSGSIZE;
	slb_stats_since(stats, base, &sum);
	if (slb_nl_put_count(skb, SLB_A_STATS_CONNS, sum.conns) ||
	    slb_nl_put_count(skb, SLB_A_STATS_IN_PKTS, sum.pkts[SLB_DIR_ORIG]) ||
	    slb_nl_put_count(skb, SLB_A_STATS_OUT_PKTS, sum.pkts[SLB_DIR_REPLY]) ||
	    slb_nl_put_count(skb, SLB_A_STATS_IN_BYTES, sum.bytes[SLB_DIR_ORIG]) ||
	    slb_nl_put_count(skb, SLB_A_STATS_OUT_BYTES, sum.bytes[SLB_DIR_REPLY]) ||
	    slb_nl_put_count(skb, SLB_A_STATS_SYN_UNANSWERED, sum.syn_unanswered) ||
	    slb_nl_put_count(skb, SLB_A_STATS_SYN_RESET, sum.syn_reset) ||
	    slb_nl_put_count(skb, SLB_A_STATS_SERVER_RST, sum.server_rst) ||
	    slb_nl_put_count(skb, SLB_A_STATS_CLIENT_RST, sum.client_rst) ||
	    slb_nl_put_count(skb, SLB_A_STATS_IDLE_RESET, sum.idle_reset) ||
	    slb_nl_put_count(skb, SLB_A_STATS_DENIED_PKTS, sum.denied_pkts) ||
	    slb_nl_put_count(skb, SLB_A_STATS_DENIED_BYTES, sum.denied_bytes) ||
	    slb_nl_put_count(skb, SLB_A_STATS_LIMIT_CONNS, sum.limit_conns) ||
	    slb_nl_put_count(skb, SLB_A_STATS_LIMIT_RATE, sum.limit_rate) ||
	    slb_nl_put_count(skb, SLB_A_STATS_LIMIT_CLIENT, sum.limit_client) ||
	    slb_nl_put_count(skb, SLB_A_STATS_LIMIT_SERVER, sum.limit_server) ||
	    slb_nl_put_count(skb, SLB_A_STATS_IN_LIMITED, sum.limited[SLB_DIR_ORIG]) ||
	    slb_nl_put_count(skb, SLB_A_STATS_OUT_LIMITED, sum.limited[SLB_DIR_REPLY]))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * slb_nl_put_timeouts() - write timeouts
 * @skb: the message
 * @type: attribute
 * @timeout_s: by state
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_put_timeouts(struct sk_buff *skb, int type, const u32 *timeout_s)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int state;

	if (!nest)
		return -EMSGSIZE;
	for (state = 0; state < SLB_STATE_COUNT; state++)
		if (slb_nl_timeout_attr[state] &&
		    nla_put_u32(skb, slb_nl_timeout_attr[state], timeout_s[state]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * slb_nl_reply_new() - begin the answer to a request
 * @info: the request
 * @extra: bytes beyond what any object takes
 * @cmd: enum slb_cmd
 * @hdr: for slb_nl_reply_send()
 *
 * Context: process.
 * Return: the message, or NULL if there is no memory, with the sentence said.
 */
struct sk_buff *slb_nl_reply_new(struct genl_info *info, size_t extra, u8 cmd, void **hdr)
{
	struct sk_buff *skb = slb_alloc(genlmsg_new(GENLMSG_DEFAULT_SIZE + extra, GFP_KERNEL));

	if (!skb) {
		GENL_SET_ERR_MSG(info, "no memory for the answer");
		return NULL;
	}
	*hdr = genlmsg_put_reply(skb, info, &slb_nl_family, 0, cmd);
	return skb;
}

/**
 * slb_nl_reply_send() - finish and send an answer, or drop it
 * @info: the request
 * @skb: the answer; NULL: there is none for lack of memory
 * @hdr: from slb_nl_reply_new()
 * @err: 0, or why the answer is not complete
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int slb_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr, int err)
{
	if (!skb)
		return -ENOMEM;
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		return slb_nl_refuse(info->extack, NULL, err, "the answer does not fit a message");
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}
