/* SPDX-License-Identifier: GPL-2.0-only */
/* slb_fuzz: sends recorded, changed and invented packets through the balancer's hooks and looks at
 * what comes out. One instance, driven by one task at a time (fuzz_main.c's mutex).
 *
 * A run is divided into rounds. What a packet of a round is, follows from the seed, the round and
 * the packet's number alone, so a round can be repeated.
 */
#ifndef _SLB_FUZZ_H
#define _SLB_FUZZ_H

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>
#include "corpus.h"

#define FUZZ_ROUND	4096	/* packets of a round; packets.py says so too */
#define FUZZ_MAX	65535	/* longest packet */
#define FUZZ_SLOTS	48	/* conversations at a time */
#define FUZZ_STRICTS	12	/* of those, left in peace and looked at closely */
#define FUZZ_HEAD	160	/* bytes kept of a packet that came out */

enum fuzz_side {
	FUZZ_CLIENT,		/* what comes from clients, and goes to them */
	FUZZ_SERVER,
	FUZZ_SIDES,
	FUZZ_LOCAL = FUZZ_SIDES	/* what the host sends itself */
};

/* Random numbers: xorshift64*, good enough and cheap under the sanitizers. */
struct fuzz_rng {
	u64	s;
};

u64 fuzz_hash(u64 a, u64 b);

static inline u32 fuzz_u32(struct fuzz_rng *rng)
{
	rng->s ^= rng->s >> 12;
	rng->s ^= rng->s << 25;
	rng->s ^= rng->s >> 27;
	return (rng->s * 0x2545f4914f6cdd1dULL) >> 32;
}

/* Below @n. */
static inline u32 fuzz_below(struct fuzz_rng *rng, u32 n)
{
	return n ? ((u64)fuzz_u32(rng) * n) >> 32 : 0;
}

static inline bool fuzz_one_in(struct fuzz_rng *rng, u32 n)
{
	return !fuzz_below(rng, n);
}

/**
 * struct fuzz_script - a recorded conversation
 * @name: file name
 * @rec: its packets
 * @recs: how many
 * @v6: family
 * @proto: IPPROTO_TCP, IPPROTO_UDP or 0
 */
struct fuzz_script {
	const char		*name;
	const struct fuzz_rec	**rec;
	u16			recs;
	u8			v6;
	u8			proto;
};

static inline const u8 *fuzz_rec_data(const struct fuzz_rec *rec)
{
	return (const u8 *)(rec->fix + rec->fixes);
}

/**
 * struct fuzz_view - what one side calls things
 * @addr: client, server, router: enum fuzz_kind
 * @port: client, server
 * @base: first numbers: client's and server's sequence, client's and server's timestamps
 */
struct fuzz_view {
	struct in6_addr	addr[3];
	__be16		port[2];
	u32		base[4];
};

/**
 * struct fuzz_flow - a conversation under way
 * @script: what is said
 * @view: by side where packets enter
 * @pos: next packet
 * @strict: nothing but @script is sent, and everything must come out
 * @local: the host is the client
 * @learned: what the servers' side is called is known
 * @head: of what came out last, by side where it did
 * @head_len: its bytes
 */
struct fuzz_flow {
	const struct fuzz_script	*script;
	struct fuzz_view		view[FUZZ_SIDES];
	u16				pos;
	bool				strict;
	bool				local;
	bool				learned;
	u16				head_len[FUZZ_SIDES];
	u8				head[FUZZ_SIDES][FUZZ_HEAD];
};

/**
 * struct fuzz_pkt - a packet to send
 * @data: bytes from layer 3 on
 * @len: how many
 * @v6: what its Ethernet header says
 * @side: where it enters
 * @vnet: goes with it
 * @has_vnet: @vnet is valid
 * @valid: as a kernel sent it; its checksums are right
 */
struct fuzz_pkt {
	u8			*data;
	u32			len;
	bool			v6;
	enum fuzz_side		side;
	struct virtio_net_hdr	vnet;
	bool			has_vnet;
	bool			valid;
};

/* What a packet's headers say. */
struct fuzz_info {
	struct in6_addr	src;
	struct in6_addr	dst;
	__be16		sport;
	__be16		dport;
	u32		seq;
	u32		ack;
	u32		tsval;
	u32		tsecr;
	u32		len;	/* what the IP header says */
	u32		l4;
	u32		payload;
	u8		proto;
	u8		flags;
	bool		v6;
	bool		fragment;
	bool		has_l4;
	bool		has_ts;
};

/**
 * struct fuzz_state - the run
 * @seed: of the run
 * @round: number
 * @packet: number in the round
 * @queue: what comes out is put there; NULL: looked at and thrown away at once
 * @injecting: side of the packet that is on its way
 * @net: the balancer's
 * @failure: what went wrong, or empty
 */
struct fuzz_state {
	u64			seed;
	u64			round;
	u32			packet;
	struct sk_buff_head	*queue;
	enum fuzz_side		injecting;
	struct net		*net;
	char			failure[400];
	u64			sent;
	u64			valid;
	u64			changed;
	u64			out;
	u64			strict;
	u64			strict_new;
	u64			refused;
	u64			local;
	u64			gro;
};

extern struct fuzz_state fuzz;

void fuzz_fail(const char *format, ...) __printf(1, 2);

/* corpus.c */
extern struct fuzz_script *fuzz_scripts;
extern u32 fuzz_script_count;
int fuzz_corpus_load(const char *path);
void fuzz_corpus_free(void);

/* flow.c */
extern struct fuzz_flow *fuzz_flows;
void fuzz_flow_start(struct fuzz_rng *rng, struct fuzz_flow *flow, u32 slot);
void fuzz_flow_record(const struct fuzz_flow *flow, const struct fuzz_rec *rec,
		      struct fuzz_pkt *pkt);
void fuzz_flow_random(struct fuzz_rng *rng, const struct fuzz_flow *flow, struct fuzz_pkt *pkt);
bool fuzz_flow_quote(struct fuzz_rng *rng, const struct fuzz_flow *flow, struct fuzz_pkt *pkt);
void fuzz_flow_learn(struct fuzz_flow *flow, const struct fuzz_info *in,
		     const struct fuzz_info *out);

/* addr.c */
struct in6_addr fuzz_addr(bool v6, const char *text);
bool fuzz_is_own(bool v6, const struct in6_addr *addr);
bool fuzz_is_vip(bool v6, const struct in6_addr *addr);
bool fuzz_is_laddr(bool v6, const struct in6_addr *addr);
bool fuzz_is_device(bool v6, const struct in6_addr *addr);
bool fuzz_is_server(bool v6, const struct in6_addr *addr);
bool fuzz_is_client(bool v6, const struct in6_addr *addr);
const struct in6_addr *fuzz_some_addr(struct fuzz_rng *rng, bool v6);
void fuzz_addr_init(void);

/* mutate.c */
void fuzz_mutate(struct fuzz_rng *rng, struct fuzz_pkt *pkt);
void fuzz_repair(struct fuzz_pkt *pkt, bool l3, bool l4);

/* skb.c */
int fuzz_dev_init(void);
void fuzz_dev_exit(void);
void fuzz_dev_features(struct fuzz_rng *rng);
struct net *fuzz_dev_net(void);
bool fuzz_dev_is(const struct net_device *dev, enum fuzz_side side);
void fuzz_inject(struct fuzz_rng *rng, struct fuzz_pkt *pkt, struct sk_buff_head *out);

/* check.c */
bool fuzz_parse(const u8 *data, u32 len, bool v6, struct fuzz_info *info);
void fuzz_check_stray(struct sk_buff *skb, enum fuzz_side side);
void fuzz_check(struct fuzz_flow *flow, const struct fuzz_pkt *pkt, bool strict,
		struct sk_buff_head *out);
int fuzz_check_init(void);
void fuzz_check_exit(void);

#endif
