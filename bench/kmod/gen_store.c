// SPDX-License-Identifier: GPL-2.0-only
/* Many flows. A UDP flow is stored as what cannot be computed from its number: the server and
 * the port that were chosen for it. TCP flows are stored whole.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/vmalloc.h>
#include "gen_row.h"

enum gen_store_amount {
	GEN_STORE_WHOLE_MAX	= 65535,
	GEN_PORTS		= 65536
};

/* The part of a UDP flow that was learned. */
struct gen_brief {
	u16	server;
	__be16	sport;
};

static struct {
	struct gen_flow		*whole;
	struct gen_brief	*brief;
	u16			*index;		/* by server and port: flow's number + 1 */
	struct gen_flow		flow;		/* the brief one that is in use */
	u32			size;
	u32			count;
	u32			base;
	u32			resets;
	u8			v6;
	bool			timestamps;
	u8			proto;
} gen_store;

/**
 * gen_store_close() - forget all flows
 */
void gen_store_close(void)
{
	gen_dev_expect(NULL);
	vfree(gen_store.whole);
	vfree(gen_store.brief);
	vfree(gen_store.index);
	memset(&gen_store, 0, sizeof(gen_store));
}

/**
 * gen_store_open() - get room for flows, and numbers for them; flows stored before are forgotten
 * @run: family, protocol and options
 * @n: how many
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error.
 */
int gen_store_open(const struct gen_run *run, u32 n)
{
	gen_store_close();
	if (run->row->proto == IPPROTO_TCP) {
		if (n > GEN_STORE_WHOLE_MAX)
			return -E2BIG;
		gen_store.whole = vzalloc(array_size(n, sizeof(*gen_store.whole)));
	} else {
		gen_store.brief = vzalloc(array_size(n, sizeof(*gen_store.brief)));
	}
	if (!gen_store.whole && !gen_store.brief)
		return -ENOMEM;
	gen_store.size = n;
	gen_store.base = gen_flow_reserve(n);
	gen_store.v6 = run->v6;
	gen_store.proto = run->row->proto;
	gen_store.timestamps = run->row->timestamps;
	return 0;
}

/**
 * gen_store_count() - how many flows are stored
 *
 * Return: their number.
 */
u32 gen_store_count(void)
{
	return gen_store.count;
}

/**
 * gen_store_bytes() - memory that the stored flows take
 *
 * Return: bytes.
 */
u64 gen_store_bytes(void)
{
	return PAGE_ALIGN((u64)gen_store.size * (gen_store.whole ? sizeof(*gen_store.whole) :
								   sizeof(*gen_store.brief)));
}

/**
 * gen_store_has() - are there flows of a row's kind?
 * @run: the row
 *
 * Return: true if so.
 */
bool gen_store_has(const struct gen_run *run)
{
	return gen_store.count && gen_store.v6 == run->v6 &&
	       gen_store.proto == run->row->proto &&
	       gen_store.timestamps == run->row->timestamps;
}

/**
 * gen_store_new() - a flow that has not been used yet
 * @i: its number; numbers come in order from 0
 *
 * Return: the flow, good until the next call.
 */
struct gen_flow *gen_store_new(u32 i)
{
	struct gen_flow *flow = gen_store.whole ? gen_store.whole + i : &gen_store.flow;

	gen_flow_init_nr(flow, gen_store.base + i, gen_store.v6, gen_store.proto,
			 gen_store.timestamps, false);
	gen_store.count = i + 1;
	return flow;
}

/* The number of the server that a flow was sent to. */
static u32 gen_store_server(const struct gen_flow *flow)
{
	const union nf_inet_addr *addr = &flow->side[GEN_TO_CLIENT].tuple.src;
	const union nf_inet_addr *first = &gen_conf.server[flow->v6];

	if (flow->v6)
		return ntohl(addr->ip6[3]) - ntohl(first->ip6[3]);
	return ntohl(addr->ip) - ntohl(first->ip);
}

/**
 * gen_store_put() - store what was learned of a flow
 * @i: the number that the last gen_store_new() had
 */
void gen_store_put(u32 i)
{
	if (gen_store.whole)
		return;
	gen_store.brief[i].server = gen_store_server(&gen_store.flow);
	gen_store.brief[i].sport = gen_store.flow.side[GEN_TO_CLIENT].tuple.dport;
}

/**
 * gen_store_get() - a stored flow
 * @i: its number
 *
 * Return: the flow, good until the next call.
 */
struct gen_flow *gen_store_get(u32 i)
{
	const struct gen_conf *conf = &gen_conf;
	struct gen_flow *flow = &gen_store.flow;
	struct gen_tuple *t = &flow->side[GEN_TO_CLIENT].tuple;
	u8 v6 = gen_store.v6;

	if (gen_store.whole)
		return gen_store.whole + i;
	gen_flow_init_nr(flow, gen_store.base + i, v6, gen_store.proto, gen_store.timestamps, false);
	gen_addr_add(&t->src, &conf->server[v6], v6, gen_store.brief[i].server);
	t->dst = conf->snat ? conf->laddr[v6] : flow->side[GEN_TO_SERVER].tuple.src;
	t->sport = conf->rport;
	t->dport = gen_store.brief[i].sport;
	flow->learned = true;
	return flow;
}

/* The flow that a RST is for, and the RST's direction. */
static struct gen_flow *gen_store_of_reset(struct sk_buff *skb, u8 *dir)
{
	union nf_inet_addr addr = {};
	struct gen_flow *flow = gen_store.whole;	/* stands for its servers in gen_store_server() */
	struct gen_flow to = { .v6 = gen_store.v6 };
	struct tcphdr *th;
	u32 i;

	*dir = skb->dev == gen_dev(GEN_TO_SERVER) ? GEN_TO_CLIENT : GEN_TO_SERVER;
	if (gen_store.v6) {
		addr.in6 = ((struct ipv6hdr *)(skb->data + ETH_HLEN))->daddr;
		th = (void *)(skb->data + ETH_HLEN + sizeof(struct ipv6hdr));
	} else {
		addr.ip = ((struct iphdr *)(skb->data + ETH_HLEN))->daddr;
		th = (void *)(skb->data + ETH_HLEN + sizeof(struct iphdr));
	}
	if (*dir == GEN_TO_CLIENT) {
		i = gen_flow_nr(&addr, gen_store.v6, gen_store.base);
	} else {
		to.side[GEN_TO_CLIENT].tuple.src = addr;
		i = gen_store_server(&to);
		if (i >= gen_conf.servers)
			return NULL;
		i = gen_store.index[i * GEN_PORTS + ntohs(th->source)] - 1u;
	}
	return i < gen_store.count ? flow + i : NULL;
}

/* A packet that nobody asked for must be one of the two RSTs of an expiring connection. */
static void gen_store_stray(struct sk_buff *skb)
{
	struct gen_pkt pkt = { .flags = GEN_RST | GEN_ACK, .made = true };
	struct sk_buff_head out;
	u8 dir;

	__skb_queue_head_init(&out);
	__skb_queue_tail(&out, skb);
	pkt.flow = gen_store_of_reset(skb, &dir);
	if (!pkt.flow) {
		pkt.flow = gen_store.whole;
		__skb_queue_tail(&out, skb_get(skb));	/* two are too many: it is refused */
	}
	pkt.dir = dir;
	gen_check(&pkt, &out);
	gen_store.resets++;
}

/**
 * gen_store_expect_resets() - what comes out from now on are RSTs of the stored TCP flows
 *
 * Each is checked; gen_check_error() tells what was wrong.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int gen_store_expect_resets(void)
{
	u32 i;

	gen_store.index = vzalloc(array3_size(gen_conf.servers, GEN_PORTS,
					      sizeof(*gen_store.index)));
	if (!gen_store.index)
		return -ENOMEM;
	for (i = 0; i < gen_store.count; i++) {
		const struct gen_flow *flow = gen_store.whole + i;
		u16 port = ntohs(flow->side[GEN_TO_CLIENT].tuple.dport);

		gen_store.index[gen_store_server(flow) * GEN_PORTS + port] = i + 1;
	}
	gen_dev_expect(gen_store_stray);
	return 0;
}

/**
 * gen_store_resets() - RSTs that came out
 *
 * Return: how many, right or wrong.
 */
u32 gen_store_resets(void)
{
	return gen_store.resets;
}
