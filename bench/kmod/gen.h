/* SPDX-License-Identifier: GPL-2.0-only */
/* slbgen: builds packets, hands them to the stack under test, swallows and checks what
 * comes out, and counts the instructions in between. One instance per guest, driven by
 * one task at a time (gen_main.c's mutex), so nothing here takes a lock.
 */
#ifndef _SLBGEN_H
#define _SLBGEN_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/types.h>

enum gen_dir {
	GEN_TO_SERVER,
	GEN_TO_CLIENT,
	GEN_DIRS
};

enum gen_size {
	GEN_UDP_PAYLOAD		= 64,
	GEN_TCP_PAYLOAD		= 1400,
	GEN_REQUEST		= 200,
	GEN_RESPONSE		= 1000,
	GEN_PAYLOAD_MAX		= 1400,
	GEN_ERROR_MAX		= 160
};

/**
 * struct gen_conf - who is who
 * @vip: service address; index 0 is IPv4, 1 is IPv6, here and below
 * @laddr: the address that source translation uses towards servers
 * @client: first client; a flow's client is this plus its number
 * @server: first server
 * @other: first address behind the balancer that no service leads to
 * @vport: the service's port
 * @rport: the servers' port
 * @servers: how many servers there are
 * @conns: how many connections the rows about many connections open
 * @wait: seconds in which all of them end by their timeouts
 * @answer: UDP flows of the rows about many connections are answered
 * @model: the model of caches runs: what warms up is to be counted, too
 * @cpu: the CPU that packets are made, injected and checked on; negative: whichever it is
 * @direct: clients talk to the servers without a service (plain forwarding)
 * @snat: the servers must see @laddr, not the client
 */
struct gen_conf {
	union nf_inet_addr	vip[2];
	union nf_inet_addr	laddr[2];
	union nf_inet_addr	client[2];
	union nf_inet_addr	server[2];
	union nf_inet_addr	other[2];
	__be16			vport;
	__be16			rport;
	u32			servers;
	u32			conns;
	u32			wait;
	bool			answer;
	bool			model;
	int			cpu;
	bool			direct;
	bool			snat;
};

struct gen_tuple {
	union nf_inet_addr	src;
	union nf_inet_addr	dst;
	__be16			sport;
	__be16			dport;
};

/**
 * struct gen_side - one end of a flow, in the numbers that end uses itself
 * @tuple: the packets it sends
 * @seq: its next TCP sequence number
 * @tsval: its next TCP timestamp
 * @seq_shift: added to @seq on the way to the other end; learned from its SYN
 * @ts_shift: added to @tsval on the way to the other end; learned from its SYN
 */
struct gen_side {
	struct gen_tuple	tuple;
	u32			seq;
	u32			tsval;
	u32			seq_shift;
	u32			ts_shift;
};

/**
 * struct gen_flow - a conversation between a client and a server
 * @side: the sender of packets in each direction
 * @v6: 1 for IPv6, 0 for IPv4: the index into struct gen_conf's addresses
 * @proto: IPPROTO_UDP or IPPROTO_TCP
 * @timestamps: TCP packets carry the timestamp option
 * @bystander: addressed past every service
 * @learned: what the server sees is known
 */
struct gen_flow {
	struct gen_side		side[GEN_DIRS];
	u8			v6;
	u8			proto;
	bool			timestamps;
	bool			bystander;
	bool			learned;
};

/**
 * struct gen_pkt - a packet to send
 * @flow: its flow
 * @dir: its direction
 * @flags: the TCP flags, as in byte 13 of the header
 * @payload: bytes after the transport header
 * @made: the balancer made it itself
 */
struct gen_pkt {
	struct gen_flow		*flow;
	enum gen_dir		dir;
	u8			flags;
	u16			payload;
	bool			made;
};

enum gen_tcp_flag {
	GEN_FIN			= 0x01,
	GEN_SYN			= 0x02,
	GEN_RST			= 0x04,
	GEN_PSH			= 0x08,
	GEN_ACK			= 0x10
};

extern struct gen_conf gen_conf;
extern u8 gen_pattern[GEN_PAYLOAD_MAX];	/* what every payload begins with */

/* gen_dev.c */
int gen_dev_init(void);
void gen_dev_exit(void);
struct net_device *gen_dev(enum gen_dir dir);
void gen_dev_profile(bool on);
void gen_dev_model_reset(void);
u32 gen_dev_model_report(void);
u32 gen_dev_inject(struct sk_buff *skb, bool measure, struct sk_buff_head *out);
void gen_dev_expect(void (*stray)(struct sk_buff *skb));

/* gen_pkt.c */
struct sk_buff *gen_pkt_build(const struct gen_pkt *pkt);
void gen_addr_add(union nf_inet_addr *addr, const union nf_inet_addr *base, u8 v6, u32 n);
u32 gen_tcp_options(const struct gen_pkt *pkt, u8 *to);
u32 gen_pkt_ack(const struct gen_pkt *pkt);
u32 gen_pkt_tsecr(const struct gen_pkt *pkt);

/* gen_check.c */
int gen_check(const struct gen_pkt *pkt, struct sk_buff_head *out);
const char *gen_check_error(void);
void gen_check_reset(void);
u64 gen_check_toa(void);

/* gen_flow.c */
void gen_flow_init_nr(struct gen_flow *flow, u32 n, u8 v6, u8 proto, bool timestamps,
		      bool bystander);
u32 gen_flow_reserve(u32 n);
u32 gen_flow_nr(const union nf_inet_addr *client, u8 v6, u32 base);
void gen_flow_init(struct gen_flow *flow, u8 v6, u8 proto, bool timestamps, bool bystander);
int gen_flow_send(struct gen_flow *flow, enum gen_dir dir, u8 flags, u16 payload,
		  bool measure, u32 *cost);
int gen_flow_open(struct gen_flow *flow);
int gen_flow_shake(struct gen_flow *flow, bool talk, bool measure, u32 *cost);
int gen_flow_life(struct gen_flow *flow, bool measure, u32 *cost);

/* gen_trace.c */

/**
 * struct gen_load - what was done in a stretch of time
 * @busy: instructions
 * @softirq: the longest run of one softirq, in instructions
 * @wakeups: how often the CPU left its idle state
 */
struct gen_load {
	u64	busy;
	u64	softirq;
	u64	wakeups;
};

int gen_trace_start(void);
void gen_trace_stop(struct gen_load *load);
void gen_trace_exclude(u64 instructions);
void gen_trace_own_begin(void);
void gen_trace_own_end(void);

/* gen_row.c */
int gen_row_run(const char *name);
const char *gen_row_results(void);
int gen_row_init(void);
void gen_row_exit(void);

#endif /* _SLBGEN_H */
