// SPDX-License-Identifier: GPL-2.0-only
/* Conversations: UDP question and answer, and TCP from handshake to close. Every packet is
 * injected at its sender's device and checked where it comes out.
 */
#include <linux/ip.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "gen.h"

/* Numbers the flows; clients' addresses and ports follow from it. */
static u32 gen_flow_next;

/* 65536 clients in a scattered order, and the way back. */
#define GEN_SCATTER		40503u
#define GEN_SCATTER_INVERSE	30599u

/**
 * gen_flow_reserve() - numbers for flows
 * @n: how many
 *
 * Return: the first of them.
 */
u32 gen_flow_reserve(u32 n)
{
	gen_flow_next += n;
	return gen_flow_next - n;
}

/**
 * gen_flow_nr() - which of 65536 flows in a row a client's address belongs to
 * @client: the address
 * @v6: family
 * @base: the first flow's number
 *
 * Return: the flow's number, less @base.
 */
u32 gen_flow_nr(const union nf_inet_addr *client, u8 v6, u32 base)
{
	const union nf_inet_addr *first = &gen_conf.client[v6];
	u32 n = v6 ? ntohl(client->ip6[3]) - ntohl(first->ip6[3]) :
		     ntohl(client->ip) - ntohl(first->ip);

	return (n * GEN_SCATTER_INVERSE - base) & 0xffff;
}

/**
 * gen_flow_init_nr() - a flow that no packet has been sent of
 * @flow: the flow
 * @n: its number; address and port of the client follow from it
 * @v6: 1 for IPv6
 * @proto: IPPROTO_UDP or IPPROTO_TCP
 * @timestamps: use the TCP timestamp option
 * @bystander: send it past the services
 */
void gen_flow_init_nr(struct gen_flow *flow, u32 n, u8 v6, u8 proto, bool timestamps,
		      bool bystander)
{
	struct gen_tuple *t = &flow->side[GEN_TO_SERVER].tuple;
	const struct gen_conf *conf = &gen_conf;

	memset(flow, 0, sizeof(*flow));
	flow->v6 = v6;
	flow->proto = proto;
	flow->timestamps = timestamps;
	flow->bystander = bystander;
	flow->side[GEN_TO_SERVER].seq = n * 2654435761u;
	flow->side[GEN_TO_CLIENT].seq = n * 2246822519u;
	flow->side[GEN_TO_SERVER].tsval = n * 1000003u;
	flow->side[GEN_TO_CLIENT].tsval = n * 7919u + 77;

	/* Odd multipliers permute the range: scattered, and no two flows alike. */
	gen_addr_add(&t->src, &conf->client[v6], v6, (n * GEN_SCATTER) & 0xffff);
	t->sport = htons(10000 + n % 50000 * 7919 % 50000);
	if (bystander) {
		gen_addr_add(&t->dst, &conf->other[v6], v6, n % conf->servers);
		t->dport = conf->rport;
	} else if (conf->direct) {
		gen_addr_add(&t->dst, &conf->server[v6], v6, n % conf->servers);
		t->dport = conf->rport;
	} else {
		t->dst = conf->vip[v6];
		t->dport = conf->vport;
	}
}

/**
 * gen_flow_init() - a flow from a client not used before
 * @flow: the flow
 * @v6: 1 for IPv6
 * @proto: IPPROTO_UDP or IPPROTO_TCP
 * @timestamps: use the TCP timestamp option
 * @bystander: send it past the services
 */
void gen_flow_init(struct gen_flow *flow, u8 v6, u8 proto, bool timestamps, bool bystander)
{
	gen_flow_init_nr(flow, gen_flow_reserve(1), v6, proto, timestamps, bystander);
}

struct gen_sending {
	struct gen_pkt	pkt;
	bool		measure;
	u32		*cost;
};

static long gen_flow_send_here(void *arg)
{
	const struct gen_sending *sending = arg;
	const struct gen_pkt *pkt = &sending->pkt;
	struct gen_side *side = &pkt->flow->side[pkt->dir];
	struct sk_buff_head out;
	struct sk_buff *skb;
	u32 spent;
	int err;

	skb = gen_pkt_build(pkt);
	if (!skb)
		return -ENOMEM;
	__skb_queue_head_init(&out);
	spent = gen_dev_inject(skb, sending->measure, &out);
	if (sending->cost)
		*sending->cost += spent;
	err = gen_check(pkt, &out);
	side->seq += pkt->payload + !!(pkt->flags & GEN_SYN) + !!(pkt->flags & GEN_FIN);
	return err;
}

/**
 * gen_flow_send() - send one packet of a flow through the system under test
 * @flow: the flow
 * @dir: direction
 * @flags: TCP flags
 * @payload: bytes
 * @measure: let the profiler count it
 * @cost: instructions are added to this; may be NULL
 *
 * Return: 0, or a negative error; gen_check_error() says what was wrong.
 */
int gen_flow_send(struct gen_flow *flow, enum gen_dir dir, u8 flags, u16 payload,
		  bool measure, u32 *cost)
{
	struct gen_sending sending = {
		.pkt = { .flow = flow, .dir = dir, .flags = flags, .payload = payload },
		.measure = measure,
		.cost = cost,
	};
	int err;

	if (gen_conf.cpu < 0)
		err = gen_flow_send_here(&sending);
	else
		err = work_on_cpu(gen_conf.cpu, gen_flow_send_here, &sending);
	cond_resched();
	return err;
}

struct gen_step {
	enum gen_dir	dir;
	u8		flags;
	u16		payload;
};

/* The first GEN_STEPS_OPEN leave an established connection that was answered. */
#define GEN_STEPS_OPEN 7
#define GEN_STEPS_SHAKE 3
#define GEN_STEPS_TALK 5
static const struct gen_step gen_steps[] = {
	{ GEN_TO_SERVER, GEN_SYN,		0 },
	{ GEN_TO_CLIENT, GEN_SYN | GEN_ACK,	0 },
	{ GEN_TO_SERVER, GEN_ACK,		0 },
	{ GEN_TO_SERVER, GEN_ACK | GEN_PSH,	GEN_REQUEST },
	{ GEN_TO_CLIENT, GEN_ACK,		0 },
	{ GEN_TO_CLIENT, GEN_ACK | GEN_PSH,	GEN_RESPONSE },
	{ GEN_TO_SERVER, GEN_ACK,		0 },
	{ GEN_TO_SERVER, GEN_ACK | GEN_FIN,	0 },
	{ GEN_TO_CLIENT, GEN_ACK,		0 },
	{ GEN_TO_CLIENT, GEN_ACK | GEN_FIN,	0 },
	{ GEN_TO_SERVER, GEN_ACK,		0 },
};

static int gen_flow_steps(struct gen_flow *flow, u32 n, bool measure, u32 *cost)
{
	const struct gen_step *step;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < n; i++) {
		step = &gen_steps[i];
		err = gen_flow_send(flow, step->dir, step->flags, step->payload, measure, cost);
	}
	return err;
}

/**
 * gen_flow_open() - bring a new flow to where both sides have talked
 * @flow: the flow, initialised
 *
 * Return: 0 or a negative error.
 */
int gen_flow_open(struct gen_flow *flow)
{
	int err;

	if (flow->proto == IPPROTO_TCP)
		return gen_flow_steps(flow, GEN_STEPS_OPEN, false, NULL);
	err = gen_flow_send(flow, GEN_TO_SERVER, 0, GEN_UDP_PAYLOAD, false, NULL);
	if (err)
		return err;
	return gen_flow_send(flow, GEN_TO_CLIENT, 0, GEN_UDP_PAYLOAD, false, NULL);
}

/**
 * gen_flow_shake() - the beginning of a TCP connection
 * @flow: the flow, initialised
 * @talk: not the handshake only, a request and its acknowledgment too
 * @measure: let the profiler count the SYN
 * @cost: instructions of the SYN are added to this
 *
 * Return: 0 or a negative error.
 */
int gen_flow_shake(struct gen_flow *flow, bool talk, bool measure, u32 *cost)
{
	const struct gen_step *step;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < (talk ? GEN_STEPS_TALK : GEN_STEPS_SHAKE); i++) {
		step = &gen_steps[i];
		err = gen_flow_send(flow, step->dir, step->flags, step->payload, measure && !i,
				    i ? NULL : cost);
	}
	return err;
}

/**
 * gen_flow_life() - a TCP connection of eleven packets
 * @flow: the flow, initialised
 * @measure: let the profiler count it
 * @cost: instructions of all packets are added to this
 *
 * Return: 0 or a negative error.
 */
int gen_flow_life(struct gen_flow *flow, bool measure, u32 *cost)
{
	return gen_flow_steps(flow, ARRAY_SIZE(gen_steps), measure, cost);
}
