// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of the same flows from every CPU at once, both directions, in the namespace "wire" of rig:
 *
 *	collide [-t SECONDS] [-f FLOWS] [-w WINDOW] [-s LEAST,MOST] [-x FILE]
 *
 * A thread on each CPU sends what clients send into "cw" and what servers send into "sw"; a veth hands a
 * packet to the CPU it was sent from, so the balancer works on it there. All threads draw from the
 * same WINDOW of flows, which moves over all FLOWS in LEAST to MOST milliseconds, another time in each
 * round: so a flow lives through its packets from several CPUs, rests for about as long as the
 * timeouts under test, and is met again just as it expires. Flow N uses IPv6 if N & 1, UDP if
 * N & 6 is 6, TCP timestamps if N & 8, and the service on port 81 instead of 80 if N & 16.
 *
 * TCP flows go through SYN, SYN/ACK, data, FIN and sometimes RST, hardly in order. A packet's window
 * (UDP: its data) names its flow, which is how the local port is learnt from what arrives on the
 * servers' side. Nobody looks at the checksum of TCP and UDP.
 *
 * Ends after SECONDS or when FILE exists, and prints what it did.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FLOWS_MAX	65000
#define BURST		16
#define FRAME		256
#define DATA		10

enum phase { OPENING, ANSWERED, DATA_FLOWS, MORE_DATA, EVEN_MORE, CLOSING, CLOSED, PHASES };

struct flow {
	uint32_t isn;		/* client's */
	uint32_t sisn;		/* server's */
	uint32_t seen_isn;	/* client's, as the server knows it */
	uint32_t told[2];	/* bytes that client and server have sent */
	uint16_t lport;		/* network byte order; 0 until learnt */
	uint8_t server;		/* last byte of its address */
	uint8_t laddr;		/* likewise */
	uint8_t phase;
};

struct thread {
	pthread_t id;
	int cpu;
	int tx[2];		/* cw, sw */
	int rx;
	uint64_t rand;
	unsigned long sent, failed, learnt;
	struct mmsghdr msg[2][BURST];
	struct iovec iov[2][BURST];
	uint8_t frame[2][BURST][FRAME];
	int n[2];
};

/* Threads race on these, which is all right: any mixture is a packet to be survived. */
static struct flow flows[FLOWS_MAX];
static unsigned int nr_flows = 256, window = 16;
static unsigned int least = 1000, most = 2500;
static unsigned int base;
static double end;
static const char *stop_file;
static int stopping;

#define get(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define set(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	int err = errno;
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(": %s\n", strerror(err));
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static uint32_t draw(struct thread *t)
{
	t->rand ^= t->rand << 13;
	t->rand ^= t->rand >> 7;
	t->rand ^= t->rand << 17;
	return t->rand >> 16;
}

static bool is_udp(unsigned int f)
{
	return (f & 6) == 6;
}

static int packet_socket(const char *dev, int protocol)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(dev),
	};
	int cpu_fanout = 1 | PACKET_FANOUT_CPU << 16, one = 1;
	struct timeval wait = { 0, 100000 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		die("packet socket");
	if (!protocol && (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) ||
			  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait))))
		die("PACKET_QDISC_BYPASS");
	if (!sll.sll_ifindex || bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("bind to %s", dev);
	/* A packet to the socket of the CPU that brings it. */
	if (protocol && setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &cpu_fanout, sizeof(cpu_fanout)))
		die("PACKET_FANOUT");
	return fd;
}

static uint16_t ip_sum(const struct iphdr *iph)
{
	const uint16_t *p = (const uint16_t *)iph;
	uint32_t sum = 0;
	int i;

	for (i = 0; i < 10; i++)
		sum += p[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/*
 * Ethernet and IP for @len bytes behind them. Side 0 is the client's. Returns where these begin.
 * Addresses as in tests/net/helpers: 10.9.0.2 and fd00:9::2 are the client, .80 the service.
 */
static uint8_t *fill_ip(uint8_t *frame, const struct flow *flow, unsigned int f, int side, int len)
{
	uint8_t server = get(flow->server), laddr = get(flow->laddr);
	struct ether_header *eth = (struct ether_header *)frame;
	struct ip6_hdr *ip6h = (struct ip6_hdr *)(eth + 1);
	struct iphdr *iph = (struct iphdr *)(eth + 1);
	uint8_t proto = is_udp(f) ? IPPROTO_UDP : IPPROTO_TCP;

	memcpy(eth->ether_dhost, (uint8_t[]) { 2, 0, 0, 0, side + 1, 1 }, 6);
	memcpy(eth->ether_shost, (uint8_t[]) { 2, 0, 0, 0, side + 1, 2 }, 6);
	eth->ether_type = htons(f & 1 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	if (f & 1) {
		*ip6h = (struct ip6_hdr) {
			.ip6_flow = htonl(6u << 28), .ip6_plen = htons(len), .ip6_nxt = proto, .ip6_hlim = 64,
		};
		ip6h->ip6_src.s6_addr[0] = 0xfd;
		ip6h->ip6_src.s6_addr[3] = side ? 1 : 9;
		ip6h->ip6_src.s6_addr[15] = side ? server : 2;
		ip6h->ip6_dst.s6_addr[0] = 0xfd;
		ip6h->ip6_dst.s6_addr[3] = side ? 2 : 0;
		ip6h->ip6_dst.s6_addr[15] = side ? laddr : 0x80;
		return (uint8_t *)(ip6h + 1);
	}
	*iph = (struct iphdr) {
		.version = 4, .ihl = 5, .tot_len = htons(sizeof(*iph) + len), .ttl = 64, .protocol = proto,
		.frag_off = htons(IP_DF),
		.saddr = htonl(side ? 0x0a010000u | server : 0x0a090002u),
		.daddr = htonl(side ? 0x0a020000u | laddr : 0x0a000050u),
	};
	iph->check = ip_sum(iph);
	return (uint8_t *)(iph + 1);
}

static int fill_options(uint8_t *opt, unsigned int f, int flags)
{
	static const uint8_t syn[] = { 2, 4, 5, 0xb4, 4, 2, 1, 1 };
	uint32_t ms = (uint32_t)(now() * 1000);
	int n = 0;

	if (flags & TH_SYN) {
		memcpy(opt, syn, sizeof(syn));
		n = sizeof(syn);
	}
	if (f & 8) {
		memcpy(opt + n, (uint8_t[]) { 1, 1, 8, 10 }, 4);
		ms = htonl(ms);
		memcpy(opt + n + 4, &ms, 4);
		ms = flags & TH_ACK ? ms : 0;
		memcpy(opt + n + 8, &ms, 4);
		n += 12;
	}
	return n;
}

static uint8_t *next_frame(struct thread *t, int side)
{
	return t->frame[side][t->n[side]];
}

static void flush(struct thread *t, int side)
{
	int done = 0, n;

	while (done < t->n[side]) {
		n = sendmmsg(t->tx[side], t->msg[side] + done, t->n[side] - done, 0);
		if (n <= 0) {
			t->failed++;	/* the device went: the next one */
			n = 1;
		} else {
			t->sent += n;
		}
		done += n;
	}
	t->n[side] = 0;
}

static void push(struct thread *t, int side, const uint8_t *tail)
{
	int i = t->n[side]++;

	t->iov[side][i].iov_len = tail - t->frame[side][i];
	if (t->n[side] == BURST)
		flush(t, side);
}

static void send_udp(struct thread *t, unsigned int f, int side)
{
	uint16_t vport = htons(f & 16 ? 81 : 80), cport = htons(1024 + f % 60000);
	struct flow *flow = &flows[f];
	uint16_t lport = get(flow->lport);
	struct udphdr *uh;

	if (side && !lport)
		return;
	uh = (struct udphdr *)fill_ip(next_frame(t, side), flow, f, side, sizeof(*uh) + DATA);
	uh->source = side ? htons(8080) : cport;
	uh->dest = side ? lport : vport;
	uh->len = htons(sizeof(*uh) + DATA);
	uh->check = 0x1234;
	memset(uh + 1, 0, DATA);
	memcpy(uh + 1, &f, sizeof(f));
	push(t, side, (uint8_t *)(uh + 1) + DATA);
}

/* @offset: how much of its stream the sender has sent before, likewise @acked. */
static void send_tcp(struct thread *t, unsigned int f, int side, int flags, uint32_t offset,
		     uint32_t acked, int len)
{
	uint16_t vport = htons(f & 16 ? 81 : 80), cport = htons(1024 + f % 60000);
	struct flow *flow = &flows[f];
	uint16_t lport = get(flow->lport);
	uint8_t opt[40], *l4;
	struct tcphdr *th;
	int optlen = fill_options(opt, f, flags);

	if (side && !lport)
		return;
	l4 = fill_ip(next_frame(t, side), flow, f, side, sizeof(*th) + optlen + len);
	th = (struct tcphdr *)l4;
	memset(th, 0, sizeof(*th));
	th->source = side ? htons(8080) : cport;
	th->dest = side ? lport : vport;
	th->seq = htonl(get(*(side ? &flow->sisn : &flow->isn)) + offset);
	th->ack_seq = flags & TH_ACK ? htonl(get(*(side ? &flow->seen_isn : &flow->sisn)) + acked) : 0;
	th->doff = 5 + optlen / 4;
	th->th_flags = flags;
	th->window = htons(f + 1);
	th->check = 0x1234;
	memcpy(th + 1, opt, optlen);
	memset(l4 + sizeof(*th) + optlen, 'x', len);
	push(t, side, l4 + sizeof(*th) + optlen + len);
}

/* A packet or two that fit the flow's phase, most of the time. */
static void send_flow(struct thread *t, unsigned int f)
{
	struct flow *flow = &flows[f];
	uint32_t r = draw(t);
	uint32_t told[2] = { get(flow->told[0]), get(flow->told[1]) };
	int side = r & 1, phase = get(flow->phase);

	if (is_udp(f)) {
		send_udp(t, f, 0);
		send_udp(t, f, side);
		return;
	}
	if (!(r >> 1 & 15))
		phase = r >> 5 & 7;
	switch (phase) {
	case OPENING:
		if (!(r >> 8 & 3)) {
			set(flow->isn, draw(t));
			set(flow->sisn, draw(t));
			set(flow->told[0], 0);
			set(flow->told[1], 0);
		}
		send_tcp(t, f, 0, TH_SYN, 0, 0, 0);
		break;
	case ANSWERED:
		send_tcp(t, f, 1, TH_SYN | TH_ACK, 0, 1, 0);
		send_tcp(t, f, 0, TH_ACK, 1, 1, 0);
		break;
	case CLOSING:
		send_tcp(t, f, side, TH_FIN | TH_ACK, 1 + told[side], 1 + told[!side], 0);
		send_tcp(t, f, !side, TH_FIN | TH_ACK, 1 + told[!side], 2 + told[side], 0);
		break;
	case CLOSED:
		if (r >> 10 & 1)
			send_tcp(t, f, side, TH_ACK, 2 + told[side], 2 + told[!side], 0);
		else if (r >> 11 & 1)
			send_tcp(t, f, side, TH_RST | TH_ACK, 1 + told[side], 1 + told[!side], 0);
		else
			send_tcp(t, f, 0, TH_SYN, told[0] + 100000, 0, 0);	/* afresh */
		break;
	default:
		send_tcp(t, f, 0, TH_ACK | TH_PUSH, 1 + told[0], 1 + told[1], DATA);
		send_tcp(t, f, 1, TH_ACK | TH_PUSH, 1 + told[1], 1 + told[0] + DATA, DATA);
		set(flow->told[0], told[0] + DATA);
		set(flow->told[1], told[1] + DATA);
		if (!(r >> 12 & 63))
			send_tcp(t, f, side, TH_RST, 1 + told[side], 0, 0);
	}
	if (r >> 20 & 1)
		set(flow->phase, (get(flow->phase) + 1) % PHASES);
}

/* What arrives at a server tells where its answers are to go. */
static void learn(struct thread *t, const uint8_t *frame, int len)
{
	const struct ether_header *eth = (const struct ether_header *)frame;
	const struct ip6_hdr *ip6h = (const struct ip6_hdr *)(eth + 1);
	const struct iphdr *iph = (const struct iphdr *)(eth + 1);
	bool v6 = eth->ether_type == htons(ETHERTYPE_IPV6);
	const struct tcphdr *th = v6 ? (const void *)(ip6h + 1) : (const void *)(iph + 1);
	const struct udphdr *uh = (const void *)th;
	uint8_t proto = v6 ? ip6h->ip6_nxt : iph->protocol;
	unsigned int f = 0;
	struct flow *flow;

	if (len < 14 + 20 + 8 + DATA + (v6 ? 20 : 0) ||
	    (!v6 && eth->ether_type != htons(ETHERTYPE_IP)))
		return;
	if (proto == IPPROTO_UDP)
		memcpy(&f, uh + 1, sizeof(f));
	else if (proto == IPPROTO_TCP)
		f = ntohs(th->window) - 1u;
	else
		return;
	if (f >= nr_flows)
		return;
	flow = &flows[f];
	set(flow->server, v6 ? ip6h->ip6_dst.s6_addr[15] : ntohl(iph->daddr) & 0xff);
	set(flow->laddr, v6 ? ip6h->ip6_src.s6_addr[15] : ntohl(iph->saddr) & 0xff);
	set(flow->lport, uh->source);
	if (proto == IPPROTO_TCP && th->syn)
		set(flow->seen_isn, ntohl(th->seq));
	t->learnt++;
}

static void listen_side(struct thread *t)
{
	uint8_t frame[128];
	ssize_t len;
	int i;

	for (i = 0; i < 2 * BURST; i++) {
		len = recv(t->rx, frame, sizeof(frame), MSG_DONTWAIT);
		if (len < 0)
			return;
		learn(t, frame, (int)len);
	}
}

static void *run(void *arg)
{
	struct thread *t = arg;
	struct timespec pause = { 0, 1000000 };
	cpu_set_t cpus;
	int i, side;

	CPU_ZERO(&cpus);
	CPU_SET(t->cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("CPU %d", t->cpu);
	t->rand = 88172645463325252ull + t->cpu * 7919;
	t->tx[0] = packet_socket("cw", 0);
	t->tx[1] = packet_socket("sw", 0);
	t->rx = packet_socket("sw", ETH_P_ALL);
	for (side = 0; side < 2; side++) {
		for (i = 0; i < BURST; i++) {
			t->iov[side][i].iov_base = t->frame[side][i];
			t->msg[side][i].msg_hdr.msg_iov = &t->iov[side][i];
			t->msg[side][i].msg_hdr.msg_iovlen = 1;
		}
	}
	while (!get(stopping)) {
		for (i = 0; i < 8; i++)
			send_flow(t, (get(base) + draw(t) % window) % nr_flows);
		flush(t, 0);
		flush(t, 1);
		listen_side(t);
		nanosleep(&pause, NULL);	/* others want to run too */
	}
	return NULL;
}

/* Moves the window, round after round. */
static unsigned int conduct(void)
{
	struct timespec pause = { 0, 2000000 };
	unsigned int rounds;
	double begun, span;

	for (rounds = 0; ; rounds++) {
		span = (least + (most > least ? (unsigned int)rand() % (most - least) : 0)) / 1e3;
		begun = now();
		while (now() < begun + span) {
			set(base, (unsigned int)((now() - begun) / span * nr_flows));
			if (now() > end || (stop_file && !access(stop_file, F_OK))) {
				set(stopping, 1);
				return rounds;
			}
			nanosleep(&pause, NULL);
		}
	}
}

int main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	struct thread *threads = calloc(cpus, sizeof(*threads));
	unsigned long sent = 0, failed = 0, learnt = 0;
	double seconds = 10;
	unsigned int rounds;
	int opt;

	while ((opt = getopt(argc, argv, "t:f:w:s:x:")) > 0) {
		if (opt == 't')
			seconds = atof(optarg);
		else if (opt == 'f')
			nr_flows = atoi(optarg);
		else if (opt == 'w')
			window = atoi(optarg);
		else if (opt == 's' && sscanf(optarg, "%u,%u", &least, &most) == 2)
			;
		else if (opt == 'x')
			stop_file = optarg;
		else
			return 2;
	}
	if (nr_flows < 1 || nr_flows > FLOWS_MAX || window < 1 || !threads)
		return 2;
	end = now() + seconds;
	for (i = 0; i < cpus; i++) {
		threads[i].cpu = (int)i;
		if (pthread_create(&threads[i].id, NULL, run, &threads[i]))
			die("thread");
	}
	rounds = conduct();
	for (i = 0; i < cpus; i++) {
		pthread_join(threads[i].id, NULL);
		sent += threads[i].sent;
		failed += threads[i].failed;
		learnt += threads[i].learnt;
	}
	printf("sent %lu failed %lu learnt %lu rounds %u cpus %ld\n", sent, failed, learnt, rounds, cpus);
	return !sent;
}
