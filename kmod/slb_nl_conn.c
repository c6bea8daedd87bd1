// SPDX-License-Identifier: GPL-2.0-only
/* The netlink commands that dump and end connections, and what messages say about one. */

#include "slb_alloc.h"
#include "slb_nl.h"
#include "slb_pkt.h"

#define SLB_NL_CONN_BUCKETS	1024	/* looked at between two offers of the CPU */

/* What a request asks for: each address if @tb has it. */
struct slb_nl_conn_filter {
	struct slb_prefix client;
	struct in6_addr	svc;
	struct in6_addr	srv;
	bool		svc_v6;
	bool		srv_v6;
	struct nlattr	**tb;
};

/* A connection as the message shows it, whatever its family. */
struct slb_nl_conn {
	struct in6_addr	client;
	struct in6_addr	svc;
	struct in6_addr	laddr;
	struct in6_addr	srv;
	bool		v6;
};

struct slb_nl_conn_dump {
	struct sk_buff			*skb;
	struct netlink_callback		*cb;
	struct slb_nl_conn_filter	filter;
};

static int slb_nl_conn_filter_read(struct slb_nl_conn_filter *f, struct nlattr **tb,
				   struct netlink_ext_ack *extack)
{
	int err = 0;

	f->tb = tb;
	if (tb[SLB_A_CONN_SVC_ADDR])
		err = slb_nl_addr(tb[SLB_A_CONN_SVC_ADDR], extack, &f->svc, &f->svc_v6);
	if (!err && tb[SLB_A_CONN_SRV_ADDR])
		err = slb_nl_addr(tb[SLB_A_CONN_SRV_ADDR], extack, &f->srv, &f->srv_v6);
	if (!err && tb[SLB_A_CONN_CLIENT_ADDR])
		err = slb_nl_prefix_of(tb[SLB_A_CONN_CLIENT_ADDR], tb[SLB_A_CONN_CLIENT_LEN], extack,
				       &f->client);
	else if (!err && tb[SLB_A_CONN_CLIENT_LEN])
		err = slb_nl_refuse(extack, tb[SLB_A_CONN_CLIENT_LEN], -EINVAL,
				    "a prefix length needs the client's address");
	if (!err && tb[SLB_A_CONN_SVC_PORT_LAST] && !tb[SLB_A_CONN_SVC_PORT])
		err = slb_nl_refuse(extack, tb[SLB_A_CONN_SVC_PORT_LAST], -EINVAL,
				    "a range of ports needs its first");
	return err;
}

static bool slb_nl_conn_u8_differs(const struct nlattr *attr, u8 value)
{
	return attr && nla_get_u8(attr) != value;
}

static bool slb_nl_conn_port_differs(const struct nlattr *attr, __be16 port)
{
	return attr && nla_get_be16(attr) != port;
}

/* A range's ports, or one; 0 is any. */
static bool slb_nl_conn_svc_port_differs(struct nlattr **tb, __be16 port)
{
	const struct nlattr *first = tb[SLB_A_CONN_SVC_PORT];
	const struct nlattr *last = tb[SLB_A_CONN_SVC_PORT_LAST];

	if (!first || !nla_get_be16(first))
		return false;
	if (!last)
		return nla_get_be16(first) != port;
	return ntohs(port) < ntohs(nla_get_be16(first)) || ntohs(port) > ntohs(nla_get_be16(last));
}

static bool slb_nl_conn_matches(const struct slb_nl_conn_filter *f, const struct slb_conn *conn,
				const struct slb_way *orig, const struct slb_nl_conn *view)
{
	struct nlattr **tb = f->tb;

	if (slb_nl_conn_u8_differs(tb[SLB_A_CONN_PROTO], slb_scope_proto(orig->scope)) ||
	    slb_nl_conn_u8_differs(tb[SLB_A_CONN_STATE], READ_ONCE(orig->state)) ||
	    slb_nl_conn_port_differs(tb[SLB_A_CONN_CLIENT_PORT], orig->sport) ||
	    slb_nl_conn_svc_port_differs(tb, orig->dport) ||
	    slb_nl_conn_port_differs(tb[SLB_A_CONN_SRV_PORT], orig->new_dport))
		return false;
	if (tb[SLB_A_CONN_VRF] && nla_get_u32(tb[SLB_A_CONN_VRF]) != conn->svc->key.vrf)
		return false;
	if (tb[SLB_A_CONN_FWMARK] && nla_get_u32(tb[SLB_A_CONN_FWMARK]) != conn->svc->key.mark)
		return false;
	if (tb[SLB_A_CONN_CLIENT_ADDR] &&
	    (f->client.v6 != view->v6 ||
	     !ipv6_prefix_equal(&f->client.addr, &view->client, f->client.len)))
		return false;
	if (tb[SLB_A_CONN_SVC_ADDR] && (f->svc_v6 != view->v6 ||
					!ipv6_addr_equal(&f->svc, &view->svc)))
		return false;
	return !tb[SLB_A_CONN_SRV_ADDR] || (f->srv_v6 == view->v6 &&
					    ipv6_addr_equal(&f->srv, &view->srv));
}

static void slb_nl_conn_view(const struct slb_conn *conn, struct slb_nl_conn *view)
{
	const struct slb_way *orig;

	memset(view, 0, sizeof(*view));
	view->v6 = slb_conn_is_v6(conn);
	orig = slb_conn_way(conn, SLB_DIR_ORIG);
	if (view->v6) {
		view->client = *slb_way_addr6(orig, 0);
		view->svc = *slb_way_addr6(orig, 1);
		view->laddr = *slb_way_addr6(orig, 2);
		view->srv = *slb_way_addr6(orig, 3);
	} else {
		view->client.s6_addr32[0] = orig->addr[0];
		view->svc.s6_addr32[0] = orig->addr[1];
		view->laddr.s6_addr32[0] = orig->addr[2];
		view->srv.s6_addr32[0] = orig->addr[3];
	}
}

/* Seconds until the connection ends if no packet comes. */
static u32 slb_nl_conn_expires(const struct slb_conn *conn)
{
	u16 timeout = slb_conn_timeout(conn);
	u16 idle = slb_conn_idle(conn, slb_tick_now());

	return idle < timeout ? slb_tick_to_s(timeout - idle) : 0;
}

/**
 * slb_nl_conn_put_ends() - write who talks to whom, and the state
 * @skb: the message
 * @conn: the entry
 *
 * Context: any, inside RCU.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_conn_put_ends(struct sk_buff *skb, const struct slb_conn *conn)
{
	const struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	u32 vrf = conn->svc->key.vrf;
	struct slb_nl_conn view;

	slb_nl_conn_view(conn, &view);
	if (nla_put_u8(skb, SLB_A_CONN_PROTO, slb_scope_proto(orig->scope)) ||
	    slb_nl_put_addr(skb, SLB_A_CONN_CLIENT_ADDR, &view.client, view.v6) ||
	    nla_put_be16(skb, SLB_A_CONN_CLIENT_PORT, orig->sport) ||
	    slb_nl_put_addr(skb, SLB_A_CONN_SVC_ADDR, &view.svc, view.v6) ||
	    nla_put_be16(skb, SLB_A_CONN_SVC_PORT, orig->dport) ||
	    (vrf && nla_put_u32(skb, SLB_A_CONN_VRF, vrf)) ||
	    (conn->svc->key.mark && nla_put_u32(skb, SLB_A_CONN_FWMARK, conn->svc->key.mark)) ||
	    slb_nl_put_addr(skb, SLB_A_CONN_LADDR, &view.laddr, view.v6) ||
	    nla_put_be16(skb, SLB_A_CONN_LPORT, orig->new_sport) ||
	    slb_nl_put_addr(skb, SLB_A_CONN_SRV_ADDR, &view.srv, view.v6) ||
	    nla_put_be16(skb, SLB_A_CONN_SRV_PORT, orig->new_dport) ||
	    nla_put_u8(skb, SLB_A_CONN_STATE, READ_ONCE(orig->state)))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_conn_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SLB_A_CONN_PAD);
}

/**
 * slb_nl_conn_put_sums() - write how long it lasts and, where it counts, what it has carried
 * @skb: the message
 * @conn: the entry
 *
 * Context: any, inside RCU.
 * Return: 0 or -EMSGSIZE.
 */
int slb_nl_conn_put_sums(struct sk_buff *skb, const struct slb_conn *conn)
{
	const struct slb_acct *acct = slb_conn_acct(conn);

	if (slb_nl_conn_put_u64(skb, SLB_A_CONN_DURATION, slb_conn_age_ms(conn)))
		return -EMSGSIZE;
	if (!test_bit(SLB_CONN_ACCT, &conn->flags))
		return 0;
	if (slb_nl_conn_put_u64(skb, SLB_A_CONN_IN_PKTS, atomic64_read(&acct->pkts[0])) ||
	    slb_nl_conn_put_u64(skb, SLB_A_CONN_OUT_PKTS, atomic64_read(&acct->pkts[1])) ||
	    slb_nl_conn_put_u64(skb, SLB_A_CONN_IN_BYTES, atomic64_read(&acct->bytes[0])) ||
	    slb_nl_conn_put_u64(skb, SLB_A_CONN_OUT_BYTES, atomic64_read(&acct->bytes[1])))
		return -EMSGSIZE;
	return 0;
}

static int slb_nl_conn_put(struct sk_buff *skb, const struct slb_conn *conn,
			   const struct slb_way *orig)
{
	if (slb_nl_conn_put_ends(skb, conn) || slb_nl_conn_put_sums(skb, conn) ||
	    nla_put_u32(skb, SLB_A_CONN_EXPIRES, slb_nl_conn_expires(conn)))
		return -EMSGSIZE;
	if (slb_scope_proto(orig->scope) != IPPROTO_TCP)
		return 0;
	if (nla_put_u32(skb, SLB_A_CONN_SEQ_SHIFT, orig->seq_shift) ||
	    nla_put_u32(skb, SLB_A_CONN_TS_SHIFT, orig->ts_shift) ||
	    (READ_ONCE(orig->bits) & SLB_WAY_TOA && nla_put_flag(skb, SLB_A_CONN_TOA_PENDING)))
		return -EMSGSIZE;
	return 0;
}

/* Returns false when the message is full; the walk comes back to this connection. */
static bool slb_nl_conn_visit(struct slb_conn *conn, void *arg)
{
	const struct slb_way *orig = slb_conn_way(conn, SLB_DIR_ORIG);
	struct slb_nl_conn_dump *dump = arg;
	struct netlink_callback *cb = dump->cb;
	struct sk_buff *skb = dump->skb;
	struct slb_nl_conn view;
	void *hdr;

	slb_nl_conn_view(conn, &view);
	if (!slb_nl_conn_matches(&dump->filter, conn, orig, &view))
		return true;
	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &slb_nl_family,
			  NLM_F_MULTI, SLB_CMD_CONN_GET);
	if (!hdr)
		return false;
	if (slb_nl_conn_put(skb, conn, orig)) {
		genlmsg_cancel(skb, hdr);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

/**
 * slb_nl_conn_get_dumpit() - SLB_CMD_CONN_GET
 * @skb: the answer
 * @cb: the dump; its context is the cursor of slb_table_walk()
 *
 * Takes no lock but the table's, a bucket at a time, so packets and configuration go on.
 *
 * Context: process.
 * Return: bytes written, 0 at the end, or a negative error.
 */
int slb_nl_conn_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct slb_net *sn = slb_net(sock_net(cb->skb->sk));
	struct slb_nl_conn_dump dump = { .skb = skb, .cb = cb };
	u64 *cursor = (u64 *)cb->ctx;
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	err = slb_nl_conn_filter_read(&dump.filter, genl_info_dump(cb)->attrs, cb->extack);
	if (err)
		return err;
	/* An empty message would end the dump: look on until something is in it or all was seen. */
	while (!slb_table_walk(&sn->table, cursor, SLB_NL_CONN_BUCKETS, slb_nl_conn_visit, &dump)) {
		if (skb->len)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return skb->len;
}

static bool slb_nl_conn_is_meant(const struct slb_conn *conn, const void *arg)
{
	struct slb_nl_conn view;

	slb_nl_conn_view(conn, &view);
	return slb_nl_conn_matches(arg, conn, slb_conn_way(conn, SLB_DIR_ORIG), &view);
}

/* A request without a filter must say that it means all. */
static int slb_nl_conn_del_check(struct genl_info *info)
{
	bool filter = false;
	int i;

	for (i = 1; i <= SLB_A_CONN_MAX; i++)
		filter |= i != SLB_A_CONN_ALL && info->attrs[i];
	if (filter && info->attrs[SLB_A_CONN_ALL])
		return slb_nl_refuse(info->extack, info->attrs[SLB_A_CONN_ALL], -EINVAL,
				     "a filter is given and all are to be ended");
	if (!filter && !info->attrs[SLB_A_CONN_ALL])
		return slb_nl_refuse(info->extack, NULL, -EINVAL,
				     "no filter says which connections to end");
	return 0;
}

/**
 * slb_nl_conn_del_doit() - SLB_CMD_CONN_DEL
 * @skb: the request
 * @info: the request
 *
 * Context: process; sleeps.
 * Return: 0 or a negative error.
 */
int slb_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct slb_net *sn = slb_nl_net(info);
	struct slb_nl_conn_filter filter;
	struct sk_buff *reply;
	u32 ended = 0;
	void *hdr;
	int err;

	err = slb_nl_conn_del_check(info) ?:
	      slb_nl_conn_filter_read(&filter, info->attrs, info->extack);
	if (err)
		return err;
	/* Before anything is ended: whoever asks is to learn how many. */
	reply = slb_nl_reply_new(info, 0, SLB_CMD_CONN_DEL, &hdr);
	if (!reply)
		return -ENOMEM;
	if (smp_load_acquire(&sn->counters))	/* pairs with slb_net_alloc(): there is a table */
		ended = slb_conn_kill_matching(sn, slb_nl_conn_is_meant, &filter);
	return slb_nl_reply_send(info, reply, hdr, nla_put_u32(reply, SLB_A_CONN_ENDED, ended));
}
