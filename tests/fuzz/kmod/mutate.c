// SPDX-License-Identifier: GPL-2.0-only
/* What is done to a packet, and how its lengths and checksums are made right again, because the
 * kernel's own checks would keep the rest away from the balancer.
 */
#include <linux/icmpv6.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>
#include "fuzz.h"

/* Layer 4's offset and protocol, as far as the packet tells; 0 if it does not. */
static u32 fuzz_l4(const struct fuzz_pkt *pkt, u8 *proto)
{
	const u8 *data = pkt->data;
	u32 at, step;

	*proto = 0;
	if (!pkt->v6) {
		at = pkt->len >= sizeof(struct iphdr) ? (data[0] & 15) * 4 : 0;
		*proto = at ? data[9] : 0;
		return at >= sizeof(struct iphdr) && at < pkt->len ? at : 0;
	}
	at = sizeof(struct ipv6hdr);
	if (pkt->len <= at)
		return 0;
	*proto = data[6];
	while (*proto == IPPROTO_HOPOPTS || *proto == IPPROTO_DSTOPTS ||
	       *proto == IPPROTO_ROUTING || *proto == IPPROTO_FRAGMENT) {
		if (at + 8 >= pkt->len)
			return 0;
		step = 8 + (*proto == IPPROTO_FRAGMENT ? 0 : data[at + 1] * 8);
		*proto = data[at];
		at += step;
	}
	return at < pkt->len ? at : 0;
}

/* Bytes move, or appear. */
static void fuzz_move(struct fuzz_pkt *pkt, u32 at, int by)
{
	if (by > 0 && pkt->len + by > FUZZ_MAX)
		return;
	if (by < 0 && at + -by > pkt->len)
		by = -(int)(pkt->len - at);
	if (by < 0) {
		memmove(pkt->data + at, pkt->data + at - by, pkt->len - at + by);
	} else {
		memmove(pkt->data + at + by, pkt->data + at, pkt->len - at);
		memset(pkt->data + at, 0, by);
	}
	pkt->len += by;
}

static u32 fuzz_place(struct fuzz_rng *rng, const struct fuzz_pkt *pkt)
{
	return fuzz_below(rng, fuzz_one_in(rng, 8) ? pkt->len : min(pkt->len, 100U));
}

static void fuzz_bits(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	int n = 1 + fuzz_below(rng, 4);

	while (n--)
		pkt->data[fuzz_place(rng, pkt)] ^= 1 << fuzz_below(rng, 8);
}

static void fuzz_byte(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u8 bytes[] = {
		0, 1, 2, 4, 5, 6, 15, 17, 20, 40, 44, 58, 60, 0x7f, 0x80, 0xff
	};

	pkt->data[fuzz_place(rng, pkt)] = bytes[fuzz_below(rng, sizeof(bytes))];
}

static void fuzz_word(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u16 words[] = {
		0, 1, 7, 8, 20, 40, 60, 576, 1500, 0x7fff, 0x8000, 0xfffe, 0xffff,
	};
	u32 at = fuzz_place(rng, pkt) & ~1U;
	__be16 word = htons(words[fuzz_below(rng, ARRAY_SIZE(words))]);

	if (fuzz_one_in(rng, 4))
		word = htons(pkt->len - 2 + fuzz_below(rng, 5));
	if (at + 2 <= pkt->len)
		memcpy(pkt->data + at, &word, 2);
}

static void fuzz_cut(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	pkt->len = fuzz_place(rng, pkt) + 1;
}

static void fuzz_grow(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	u32 n = fuzz_one_in(rng, 16) ? fuzz_below(rng, 20000) : fuzz_below(rng, 64);

	n = min(n, FUZZ_MAX - pkt->len);
	memset(pkt->data + pkt->len, fuzz_u32(rng), n);
	pkt->len += n;
}

static void fuzz_shift(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	fuzz_move(pkt, fuzz_place(rng, pkt), (int)fuzz_below(rng, 49) - 24);
}

static void fuzz_ip_field(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u8 protos[] = { 0, 1, 6, 17, 43, 44, 47, 50, 51, 58, 59, 60, 132, 255 };
	u8 *data = pkt->data;

	switch (fuzz_below(rng, 6)) {
	case 0:
		data[0] = (data[0] & 0xf0) | fuzz_below(rng, 16);
		break;
	case 1:
		data[1] = fuzz_u32(rng);
		break;
	case 2:
		data[pkt->v6 ? 6 : 9] = protos[fuzz_below(rng, sizeof(protos))];
		break;
	case 3:
		data[pkt->v6 ? 7 : 8] = fuzz_below(rng, 3);
		break;
	case 4:	/* length */
		data[pkt->v6 ? 5 : 3] += (int)fuzz_below(rng, 17) - 8;
		break;
	case 5:	/* fragments, or a flow label */
		data[pkt->v6 ? 2 : 6] = fuzz_u32(rng);
		data[pkt->v6 ? 3 : 7] = fuzz_one_in(rng, 2) ? 0 : fuzz_below(rng, 255);
		break;
	}
}

static void fuzz_addrs(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	u32 size = pkt->v6 ? 16 : 4, at = pkt->v6 ? 8 : 12;
	u8 tmp[16];

	if (fuzz_one_in(rng, 3)) {
		memcpy(tmp, pkt->data + at, size);
		memcpy(pkt->data + at, pkt->data + at + size, size);
		memcpy(pkt->data + at + size, tmp, size);
	} else {
		memcpy(pkt->data + at + fuzz_below(rng, 2) * size, fuzz_some_addr(rng, pkt->v6),
		       size);
	}
}

/* Options that somebody knows, and some that nobody does, of right and of wrong length. */
static u32 fuzz_option(struct fuzz_rng *rng, u8 *opt, u32 room)
{
	static const u8 kinds[][2] = {
		{ 0, 0 }, { 1, 0 }, { 1, 0 }, { 2, 4 }, { 3, 3 }, { 4, 2 }, { 5, 10 },
		{ 5, 18 }, { 5, 26 }, { 5, 34 }, { 8, 10 }, { 19, 18 }, { 28, 4 }, { 29, 16 },
		{ 30, 12 }, { 34, 2 }, { 34, 10 }, { 253, 8 }, { 253, 20 }, { 254, 8 },
		{ 254, 20 }, { 254, 6 }, { 200, 5 },
	};
	const u8 *kind = kinds[fuzz_below(rng, ARRAY_SIZE(kinds))];
	u32 len = kind[1] ?: 1, i;

	if (len > room) {
		opt[0] = TCPOPT_NOP;
		return 1;
	}
	opt[0] = kind[0];
	if (len > 1)
		opt[1] = fuzz_one_in(rng, 12) ? fuzz_below(rng, 44) : len;
	for (i = 2; i < len; i++)
		opt[i] = fuzz_u32(rng);
	return len;
}

static void fuzz_tcp_options(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	u32 l4, old, len = fuzz_below(rng, 11) * 4, at;
	u8 proto, opt[40];

	l4 = fuzz_l4(pkt, &proto);
	if (!l4 || proto != IPPROTO_TCP || l4 + 20 > pkt->len)
		return;
	old = (pkt->data[l4 + 12] >> 4) * 4;
	if (old < 20 || l4 + old > pkt->len)
		return;
	fuzz_move(pkt, l4 + 20, (int)len - (int)(old - 20));
	for (at = 0; at < len;)
		at += fuzz_option(rng, opt + at, len - at);
	if (l4 + 20 + len > pkt->len)
		return;
	memcpy(pkt->data + l4 + 20, opt, len);
	pkt->data[l4 + 12] = (20 + len) / 4 << 4;
	/* The checksum starts where it did. */
}

static void fuzz_tcp_field(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u8 flags[] = {
		TCPHDR_SYN,
		TCPHDR_SYN | TCPHDR_ACK,
		TCPHDR_ACK,
		TCPHDR_RST,
		TCPHDR_RST | TCPHDR_ACK,
		TCPHDR_FIN | TCPHDR_ACK,
		TCPHDR_FIN,
		0,
		0xff,
		TCPHDR_SYN | TCPHDR_FIN,
		TCPHDR_SYN | TCPHDR_RST,
		TCPHDR_ACK | TCPHDR_URG,
		TCPHDR_SYN | TCPHDR_ECE | TCPHDR_CWR,
	};
	u8 proto, *th;
	u32 l4 = fuzz_l4(pkt, &proto);

	if (!l4 || proto != IPPROTO_TCP || l4 + 20 > pkt->len)
		return;
	th = pkt->data + l4;
	switch (fuzz_below(rng, 4)) {
	case 0:
		th[12] = fuzz_below(rng, 16) << 4;
		break;
	case 1:
		th[13] = flags[fuzz_below(rng, sizeof(flags))];
		break;
	case 2:	/* a little off, or far */
		th[fuzz_one_in(rng, 2) ? 7 : 11] += (int)fuzz_below(rng, 5) - 2;
		break;
	case 3:
		th[fuzz_one_in(rng, 2) ? 4 : 8] += fuzz_u32(rng);
		break;
	}
}

static void fuzz_udp_field(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	u8 proto;
	u32 l4 = fuzz_l4(pkt, &proto);
	__be16 len;

	if (!l4 || proto != IPPROTO_UDP || l4 + 8 > pkt->len)
		return;
	len = htons(fuzz_one_in(rng, 2) ? fuzz_below(rng, 10)
					: pkt->len - l4 - 4 + fuzz_below(rng, 9));
	memcpy(pkt->data + l4 + (fuzz_one_in(rng, 4) ? 6 : 4), &len, 2);
}

static void fuzz_ip_options(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u8 opts[][4] = {
		{ 7, 11, 4 }, { 68, 12, 5, 0 }, { 68, 20, 9, 1 }, { 68, 36, 5, 3 },
		{ 131, 7, 4 }, { 137, 7, 4 }, { 148, 4, 0 }, { 130, 11, 0 }, { 134, 8, 0 },
		{ 1, 1, 1 }, { 0 }, { 33, 5, 0 },
	};
	u32 n = (1 + fuzz_below(rng, 10)) * 4, at, i, step;
	u8 *opt;

	if (pkt->len < 20 || (pkt->data[0] & 15) != 5)
		return;
	fuzz_move(pkt, 20, n);
	opt = pkt->data + 20;
	pkt->data[0] = 0x45 + n / 4;
	for (at = 0; at + 4 <= n; at += step) {
		memcpy(opt + at, opts[fuzz_below(rng, ARRAY_SIZE(opts))], 4);
		step = opt[at] > 1 ? max_t(u32, opt[at + 1], 1) : 1;
		for (i = at + 4; i < min(at + step, n); i++)
			opt[i] = fuzz_u32(rng);
		if (fuzz_one_in(rng, 8))
			opt[at + 1] = fuzz_u32(rng);
	}
}

static void fuzz_ext_headers(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u8 kinds[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING,
		IPPROTO_FRAGMENT, IPPROTO_AH, IPPROTO_MH, IPPROTO_NONE,
	};
	int n = 1 + fuzz_below(rng, fuzz_one_in(rng, 8) ? 8 : 3);
	u32 len, i;
	u8 *ext;

	while (n-- && pkt->len >= 40) {
		len = fuzz_one_in(rng, 16) ? fuzz_below(rng, 256) : fuzz_below(rng, 3);
		fuzz_move(pkt, 40, 8 + len * 8);
		ext = pkt->data + 40;
		if (pkt->len < 48 + len * 8)
			return;
		ext[0] = pkt->data[6];
		ext[1] = fuzz_one_in(rng, 16) ? fuzz_u32(rng) : len;
		ext[2] = 1;	/* PadN over all of it, if it fits */
		ext[3] = min(len * 8 + 4, 255U);
		if (fuzz_one_in(rng, 3))
			for (i = 2; i < 8 + len * 8; i++)
				ext[i] = fuzz_u32(rng);
		pkt->data[6] = kinds[fuzz_below(rng, sizeof(kinds))];
		if (pkt->data[6] == IPPROTO_FRAGMENT)
			ext[1] = 0;
		if (pkt->data[6] == IPPROTO_FRAGMENT && !fuzz_one_in(rng, 4))
			ext[2] = 0, ext[3] = fuzz_below(rng, 2);
	}
}

/* The end of another recorded packet. */
static void fuzz_splice(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	const struct fuzz_script *script = &fuzz_scripts[fuzz_below(rng, fuzz_script_count)];
	const struct fuzz_rec *rec = script->rec[fuzz_below(rng, script->recs)];
	u32 at = min(fuzz_place(rng, pkt), rec->len - 1);

	memcpy(pkt->data + at, fuzz_rec_data(rec) + at, rec->len - at);
	pkt->len = rec->len;
}

/* What a guest may tell of checksums and segments, true or not. */
static void fuzz_vnet(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	static const u8 types[] = { 0, 1, 3, 4, 5, 1 | 0x80, 4 | 0x80, 2, 0xff };
	struct virtio_net_hdr *vnet = &pkt->vnet;
	u8 proto;

	if (!pkt->has_vnet) {
		memset(vnet, 0, sizeof(*vnet));
		pkt->has_vnet = true;
		vnet->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		vnet->csum_start = fuzz_l4(pkt, &proto);
		vnet->csum_offset = proto == IPPROTO_UDP ? 6 : 16;
		vnet->hdr_len = vnet->csum_start + 20;
	}
	switch (fuzz_below(rng, 6)) {
	case 0:
		vnet->csum_start = fuzz_below(rng, 200);
		break;
	case 1:
		vnet->csum_offset = fuzz_below(rng, fuzz_one_in(rng, 4) ? 65536 : 40);
		break;
	case 2:
		vnet->gso_type = types[fuzz_below(rng, sizeof(types))];
		vnet->gso_size = vnet->gso_size ?: 500;
		break;
	case 3:
		vnet->gso_size = fuzz_below(rng, fuzz_one_in(rng, 2) ? 64 : 2000);
		break;
	case 4:
		vnet->flags ^= 1 << fuzz_below(rng, 3);
		break;
	case 5:
		vnet->hdr_len = fuzz_below(rng, 2000);
		break;
	}
}

static void (* const fuzz_changes[])(struct fuzz_rng *rng, struct fuzz_pkt *pkt) = {
	fuzz_bits, fuzz_bits, fuzz_byte, fuzz_word,
	fuzz_cut, fuzz_grow, fuzz_shift, fuzz_ip_field,
	fuzz_addrs, fuzz_tcp_options, fuzz_tcp_options, fuzz_tcp_field,
	fuzz_tcp_field, fuzz_tcp_field, fuzz_udp_field, NULL,
	NULL, fuzz_splice, fuzz_vnet,
};

/**
 * fuzz_repair() - make lengths and checksums right
 * @pkt: the packet
 * @l3: the IP header's
 * @l4: the checksum behind it, unless a device is to complete it
 */
void fuzz_repair(struct fuzz_pkt *pkt, bool l3, bool l4)
{
	struct ipv6hdr *ip6h = (void *)pkt->data;
	struct iphdr *iph = (void *)pkt->data;
	u32 at, len, off;
	__sum16 check = 0;
	__wsum sum;
	u8 proto;

	if (l3 && pkt->v6 && pkt->len >= sizeof(*ip6h)) {
		ip6h->version = 6;
		ip6h->payload_len = htons(pkt->len - sizeof(*ip6h));
	} else if (l3 && !pkt->v6 && pkt->len >= sizeof(*iph)) {
		iph->version = 4;
		if (iph->ihl < 5 || iph->ihl * 4 > pkt->len)
			iph->ihl = 5;
		iph->tot_len = htons(pkt->len);
		ip_send_check(iph);
	}
	at = fuzz_l4(pkt, &proto);
	off = proto == IPPROTO_TCP ? 16 : proto == IPPROTO_UDP ? 6 : 2;
	len = pkt->len - at;
	if (!l4 || !at || len < off + 2 || (pkt->has_vnet && pkt->vnet.flags & 1))
		return;
	memcpy(pkt->data + at + off, &check, 2);
	sum = csum_partial(pkt->data + at, len, 0);
	if (pkt->v6)
		check = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, proto, sum);
	else if (proto == IPPROTO_ICMP)
		check = csum_fold(sum);
	else
		check = csum_tcpudp_magic(iph->saddr, iph->daddr, len, proto, sum);
	memcpy(pkt->data + at + off, &check, 2);
}

/**
 * fuzz_mutate() - change a packet in one to four ways
 * @rng: random numbers
 * @pkt: the packet
 */
void fuzz_mutate(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	int n = 1 + fuzz_below(rng, fuzz_one_in(rng, 2) ? 4 : 1);
	u32 which, need = pkt->v6 ? 40 : 20;

	pkt->valid = false;
	while (n-- && pkt->len >= need) {
		which = fuzz_below(rng, ARRAY_SIZE(fuzz_changes));
		if (fuzz_changes[which])
			fuzz_changes[which](rng, pkt);
		else if (pkt->v6)
			fuzz_ext_headers(rng, pkt);
		else
			fuzz_ip_options(rng, pkt);
	}
	fuzz_repair(pkt, !fuzz_one_in(rng, 10), fuzz_one_in(rng, 2));
	if (fuzz_one_in(rng, 24))
		pkt->side = fuzz_below(rng, FUZZ_SIDES + 1);
}
