// SPDX-License-Identifier: GPL-2.0-only
/* Conversations: who talks, what the recorded packets look like between these two, and errors
 * about what came out.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include "fuzz.h"

struct fuzz_flow *fuzz_flows;

/* Clients of the two kinds of conversation have nothing in common that a few bits could change. */
static struct in6_addr fuzz_flow_client(struct fuzz_rng *rng, const struct fuzz_flow *flow, bool v6)
{
	u32 n = fuzz_one_in(rng, 4) && !flow->strict ? fuzz_below(rng, 4) : fuzz_u32(rng) & 0x7fff;
	struct in6_addr addr = {};

	if (flow->local)
		return fuzz_addr(v6, v6 ? "fd00:c2::1" : "10.200.2.1");
	if (v6) {
		addr = fuzz_addr(true, flow->strict ? "fd00:9:b57::" : "fd00:9::");
		addr.s6_addr32[3] = htonl(n + 1);
	} else {
		addr.s6_addr32[0] = htonl((flow->strict ? 0x0ab60000 : 0x0a090000) | n);
	}
	return addr;
}

/**
 * fuzz_flow_start() - two new talkers
 * @rng: random numbers
 * @flow: their conversation
 * @slot: its place in fuzz_flows
 */
void fuzz_flow_start(struct fuzz_rng *rng, struct fuzz_flow *flow, u32 slot)
{
	struct fuzz_view *view = &flow->view[FUZZ_CLIENT];
	const struct fuzz_script *script;
	bool v6;
	int i;

	memset(flow, 0, sizeof(*flow));
	script = &fuzz_scripts[fuzz_below(rng, fuzz_script_count)];
	flow->script = script;
	flow->strict = slot < FUZZ_STRICTS;
	flow->local = slot >= FUZZ_SLOTS - 4;
	v6 = script->v6;
	view->addr[FUZZ_CADDR] = fuzz_flow_client(rng, flow, v6);
	if (v6)
		view->addr[FUZZ_SADDR] =
			fuzz_addr(true, flow->strict ? "fd00::b241:4100" : "fd00::80");
	else
		view->addr[FUZZ_SADDR] =
			fuzz_addr(false, flow->strict ? "10.0.178.65" : "10.0.0.80");
	view->addr[FUZZ_RADDR] = fuzz_addr(v6, v6 ? "fd00:9::fe" : "10.9.127.254");
	view->port[0] = htons(fuzz_one_in(rng, 4) && !flow->strict ?
			      2000 + fuzz_below(rng, 8) : 1024 + fuzz_below(rng, 64512));
	view->port[1] = htons(script->proto == IPPROTO_UDP ? 53 : 80);
	for (i = 0; i < ARRAY_SIZE(view->base); i++)
		view->base[i] = fuzz_u32(rng);
	/* Until it is learned; near the truth, so that even a guess leads somewhere. */
	flow->view[FUZZ_SERVER] = *view;
	view = &flow->view[FUZZ_SERVER];
	view->addr[FUZZ_CADDR] = fuzz_addr(v6, v6 ? "fd00:2::1" : "10.2.0.1");
	view->addr[FUZZ_SADDR] = fuzz_addr(v6, v6 ? "fd00:1::11" : "10.1.0.11");
	view->addr[FUZZ_RADDR] = fuzz_addr(v6, v6 ? "fd00:1::fe" : "10.1.255.254");
	view->port[1] = htons(script->proto == IPPROTO_UDP ? 8053 : 8080);
}

/**
 * fuzz_flow_learn() - what the servers' side calls a conversation
 * @flow: the conversation
 * @in: a client's packet
 * @out: what became of it
 */
void fuzz_flow_learn(struct fuzz_flow *flow, const struct fuzz_info *in,
		     const struct fuzz_info *out)
{
	const struct fuzz_view *client = &flow->view[FUZZ_CLIENT];
	struct fuzz_view *view = &flow->view[FUZZ_SERVER];

	view->addr[FUZZ_CADDR] = out->src;
	view->addr[FUZZ_SADDR] = out->dst;
	view->port[0] = out->sport;
	view->port[1] = out->dport;
	view->base[0] = client->base[0] + (out->seq - in->seq);
	view->base[2] = client->base[2];
	if (in->has_ts && out->has_ts)
		view->base[2] += out->tsval - in->tsval;
	flow->learned = true;
}

/* A checksum follows a change of what it covers. */
static void fuzz_flow_sum(const struct fuzz_rec *rec, bool udp, u8 *data, int slot, __be32 from,
			  __be32 to)
{
	bool partial = slot == 1 && rec->flags & FUZZ_PARTIAL;
	__sum16 check;

	if (rec->sum[slot] == FUZZ_NONE)
		return;
	memcpy(&check, data + rec->sum[slot], sizeof(check));
	if (udp && slot & 1 && !check && !partial)
		return;
	if (partial)
		check = (__force __sum16)~(__force u16)check;
	csum_replace4(&check, from, to);
	if (partial)
		check = (__force __sum16)~(__force u16)check;
	else if (udp && slot & 1 && !check)
		check = CSUM_MANGLED_0;
	memcpy(data + rec->sum[slot], &check, sizeof(check));
}

static void fuzz_flow_put(const struct fuzz_rec *rec, bool udp, u8 *data,
			  const struct fuzz_fix *fix, const void *value, u32 len)
{
	__be32 from, to;
	u32 i, k, step;

	for (i = 0; i < len; i += step) {
		step = min(len - i, 4U);
		from = 0;
		to = 0;
		memcpy(&from, data + fix->at + i, step);
		memcpy(&to, value + i, step);
		for (k = 0; k < ARRAY_SIZE(rec->sum); k++)
			if (fix->sums & BIT(k))
				fuzz_flow_sum(rec, udp, data, k, from, to);
	}
	memcpy(data + fix->at, value, len);
}

static void fuzz_flow_icmp(const struct fuzz_rec *rec, bool v6, u8 *data)
{
	u32 l4 = rec->sum[1] - 2, len = rec->len - l4;
	struct ipv6hdr *ip6h = (void *)data;
	__sum16 check = 0;
	__wsum sum;

	memcpy(data + l4 + 2, &check, sizeof(check));
	sum = csum_partial(data + l4, len, 0);
	check = v6 ? csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_ICMPV6, sum)
		   : csum_fold(sum);
	memcpy(data + l4 + 2, &check, sizeof(check));
}

/**
 * fuzz_flow_record() - a recorded packet between these talkers
 * @flow: the conversation
 * @rec: the packet
 * @pkt: @data is filled and the rest set
 */
void fuzz_flow_record(const struct fuzz_flow *flow, const struct fuzz_rec *rec,
		      struct fuzz_pkt *pkt)
{
	const struct fuzz_view *view = &flow->view[rec->dir];
	bool udp = flow->script->proto == IPPROTO_UDP;
	bool v6 = flow->script->v6;
	const struct fuzz_fix *fix;
	__be32 number;
	int i;

	memcpy(pkt->data, fuzz_rec_data(rec), rec->len);
	for (i = 0; i < rec->fixes; i++) {
		fix = &rec->fix[i];
		if (fix->kind <= FUZZ_RADDR) {
			fuzz_flow_put(rec, udp, pkt->data, fix, &view->addr[fix->kind],
				      v6 ? 16 : 4);
		} else if (fix->kind <= FUZZ_SPORT) {
			fuzz_flow_put(rec, udp, pkt->data, fix,
				      &view->port[fix->kind - FUZZ_CPORT], 2);
		} else {
			memcpy(&number, pkt->data + fix->at, sizeof(number));
			number = htonl(ntohl(number) + view->base[fix->kind - FUZZ_CSEQ]);
			fuzz_flow_put(rec, udp, pkt->data, fix, &number, sizeof(number));
		}
	}
	if (rec->flags & FUZZ_ICMP)
		fuzz_flow_icmp(rec, v6, pkt->data);
	pkt->len = rec->len;
	pkt->v6 = v6;
	pkt->side = flow->local && rec->dir == FUZZ_CLIENT ? FUZZ_LOCAL : rec->dir;
	pkt->valid = true;
	memcpy(&pkt->vnet, rec->vnet, sizeof(pkt->vnet));
	pkt->has_vnet = pkt->vnet.flags || pkt->vnet.gso_type;
}

static void fuzz_flow_head4(struct fuzz_pkt *pkt, u8 proto, const struct in6_addr *src,
			    const struct in6_addr *dst)
{
	struct iphdr *iph = (void *)pkt->data;

	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 60;
	iph->protocol = proto;
	iph->saddr = src->s6_addr32[0];
	iph->daddr = dst->s6_addr32[0];
}

static void fuzz_flow_head6(struct fuzz_pkt *pkt, u8 proto, const struct in6_addr *src,
			    const struct in6_addr *dst)
{
	struct ipv6hdr *ip6h = (void *)pkt->data;

	memset(ip6h, 0, sizeof(*ip6h));
	ip6h->version = 6;
	ip6h->hop_limit = 60;
	ip6h->nexthdr = proto;
	ip6h->saddr = *src;
	ip6h->daddr = *dst;
}

/**
 * fuzz_flow_random() - a packet of any content to where something lives
 * @rng: random numbers
 * @flow: some conversation
 * @pkt: filled
 */
void fuzz_flow_random(struct fuzz_rng *rng, const struct fuzz_flow *flow, struct fuzz_pkt *pkt)
{
	static const u8 protos[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6,
		IPPROTO_SCTP, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS, IPPROTO_ROUTING,
		IPPROTO_HOPOPTS, IPPROTO_ESP, IPPROTO_AH, IPPROTO_NONE,
	};
	const struct fuzz_view *view;
	struct in6_addr src, dst;
	u32 head, i;
	u8 proto;

	pkt->v6 = flow->script->v6;
	pkt->side = fuzz_below(rng, FUZZ_SIDES);
	pkt->valid = false;
	pkt->has_vnet = false;
	head = pkt->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	pkt->len = head + (fuzz_one_in(rng, 8) ? fuzz_below(rng, 3000) : fuzz_below(rng, 120));
	for (i = 0; i < pkt->len; i++)
		pkt->data[i] = fuzz_u32(rng);
	view = &flow->view[pkt->side];
	src = fuzz_one_in(rng, 8) ? *fuzz_some_addr(rng, pkt->v6) : view->addr[pkt->side];
	dst = fuzz_one_in(rng, 8) ? *fuzz_some_addr(rng, pkt->v6) : view->addr[!pkt->side];
	proto = fuzz_one_in(rng, 16) ? fuzz_u32(rng) : protos[fuzz_below(rng, ARRAY_SIZE(protos))];
	if (pkt->v6)
		fuzz_flow_head6(pkt, proto, &src, &dst);
	else
		fuzz_flow_head4(pkt, proto, &src, &dst);
	if (pkt->len >= head + 4 && !fuzz_one_in(rng, 4)) {
		memcpy(pkt->data + head, &view->port[pkt->side], 2);
		memcpy(pkt->data + head + 2, &view->port[!pkt->side], 2);
	}
	fuzz_repair(pkt, true, fuzz_one_in(rng, 2));
}

/* Type, code and the word behind the checksum of an error. */
static void fuzz_flow_error(struct fuzz_rng *rng, bool v6, u8 *icmp)
{
	static const u8 types[2][4] = {
		{ ICMP_DEST_UNREACH, ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB, ICMP_DEST_UNREACH },
		{ ICMPV6_DEST_UNREACH, ICMPV6_TIME_EXCEED, ICMPV6_PARAMPROB, ICMPV6_PKT_TOOBIG },
	};
	static const u16 mtus[] = {
		0, 1, 67, 68, 296, 576, 1279, 1280, 1281, 1400, 1499, 1500, 65535,
	};
	__be16 mtu = htons(mtus[fuzz_below(rng, ARRAY_SIZE(mtus))]);

	memset(icmp, 0, 8);
	icmp[0] = fuzz_one_in(rng, 16) ? fuzz_u32(rng) : types[v6][fuzz_below(rng, 4)];
	icmp[1] = icmp[0] == ICMPV6_PKT_TOOBIG ? 0 : fuzz_below(rng, 16);
	if (!v6 && icmp[0] == ICMP_DEST_UNREACH && fuzz_one_in(rng, 2))
		icmp[1] = ICMP_FRAG_NEEDED;
	memcpy(icmp + 6, &mtu, sizeof(mtu));
	if (fuzz_one_in(rng, 8))	/* a length, as RFC 4884 has it */
		icmp[v6 ? 4 : 5] = fuzz_below(rng, 40);
}

/**
 * fuzz_flow_quote() - an error about what came out last
 * @rng: random numbers
 * @flow: the conversation
 * @pkt: filled
 *
 * Return: false if nothing came out yet.
 */
bool fuzz_flow_quote(struct fuzz_rng *rng, const struct fuzz_flow *flow, struct fuzz_pkt *pkt)
{
	enum fuzz_side side = fuzz_below(rng, FUZZ_SIDES);
	const u8 *head = flow->head[side];
	struct in6_addr src, dst = {};
	u32 len = flow->head_len[side], at, size;
	bool v6 = flow->script->v6;

	if (!len)
		return false;
	if (fuzz_one_in(rng, 4))
		len = fuzz_below(rng, len + 1);
	at = v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	size = v6 ? 16 : 4;
	src = flow->view[side].addr[fuzz_one_in(rng, 2) ? FUZZ_RADDR : side];
	memcpy(&dst, head + (v6 ? 8 : 12), size);
	pkt->v6 = v6;
	pkt->side = side;
	pkt->valid = false;
	pkt->has_vnet = false;
	pkt->len = at + 8 + len;
	memcpy(pkt->data + at + 8, head, len);
	fuzz_flow_error(rng, v6, pkt->data + at);
	if (v6)
		fuzz_flow_head6(pkt, IPPROTO_ICMPV6, &src, &dst);
	else
		fuzz_flow_head4(pkt, IPPROTO_ICMP, &src, &dst);
	fuzz_repair(pkt, true, true);
	return true;
}
