// SPDX-License-Identifier: GPL-2.0-only
/*
 * First datagrams of many clients, from every CPU at once, sent into a device:
 *
 *	shares DEV DSTMAC VIP PORT COUNT
 *
 * Each client has an address and a port of its own below 10.9.0.0/16 or fd00:9::/32. Half of COUNT comes
 * from one thread and half from another, bound to two CPUs if there are two; a veth hands a packet to
 * the CPU it was sent from. UDP checksums are 0 with IPv4, with IPv6 right.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS	2
#define DATA	8

static unsigned int ifindex, count, port;
static unsigned char mac[6], vip[16];
static int v6;

static uint32_t sum(const void *data, size_t len, uint32_t acc)
{
	const uint16_t *word = data;

	for (; len; len -= 2)
		acc += *word++;
	return acc;
}

static uint16_t fold(uint32_t acc)
{
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	return ~acc;
}

static size_t fill_v4(uint8_t *at, uint32_t client)
{
	struct iphdr *ip = (struct iphdr *)at;

	*ip = (struct iphdr) {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.tot_len = htons(sizeof(*ip) + sizeof(struct udphdr) + DATA),
		.saddr = htonl(0x0a090100 + client),
	};
	memcpy(&ip->daddr, vip, 4);
	ip->check = fold(sum(ip, sizeof(*ip), 0));
	return sizeof(*ip);
}

static size_t fill_v6(uint8_t *at, uint32_t client)
{
	struct ip6_hdr *ip = (struct ip6_hdr *)at;
	uint32_t low = htonl(client);

	*ip = (struct ip6_hdr) { .ip6_flow = htonl(6U << 28), .ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64,
				 .ip6_plen = htons(sizeof(struct udphdr) + DATA) };
	inet_pton(AF_INET6, "fd00:9:1::", &ip->ip6_src);
	memcpy(&ip->ip6_src.s6_addr[12], &low, sizeof(low));
	memcpy(&ip->ip6_dst, vip, 16);
	return sizeof(*ip);
}

static size_t fill(uint8_t *frame, uint32_t client)
{
	struct ether_header *eth = (struct ether_header *)frame;
	uint8_t *at = frame + sizeof(*eth);
	size_t ip = v6 ? fill_v6(at, client) : fill_v4(at, client);
	struct udphdr *udp = (struct udphdr *)(at + ip);

	memset(eth, 0, sizeof(*eth));
	memcpy(eth->ether_dhost, mac, sizeof(mac));
	memcpy(eth->ether_shost, mac, sizeof(mac));
	eth->ether_shost[5] ^= 3;
	eth->ether_type = htons(v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	*udp = (struct udphdr) { .source = htons(20000 + client), .dest = htons(port),
				 .len = htons(sizeof(*udp) + DATA) };
	memset(udp + 1, 'x', DATA);
	if (v6)
		udp->check = fold(sum(at + 8, 32, sum(udp, sizeof(*udp) + DATA,
						      htons(sizeof(*udp) + DATA) + htons(IPPROTO_UDP))));
	return sizeof(*eth) + ip + sizeof(*udp) + DATA;
}

static void *run(void *arg)
{
	uintptr_t me = (uintptr_t)arg;
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	uint8_t frame[128];
	cpu_set_t set;
	uint32_t i;

	CPU_ZERO(&set);
	CPU_SET(me % sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (i = me; i < count; i += THREADS) {
		size_t len = fill(frame, i);

		while (sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
			if (errno != ENOBUFS && errno != EAGAIN)
				return "cannot send";
			usleep(1000);
		}
	}
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	void *failed = NULL;
	uintptr_t i;

	if (argc != 6 || sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
				&mac[3], &mac[4], &mac[5]) != 6)
		return 2;
	ifindex = if_nametoindex(argv[1]);
	v6 = !!strchr(argv[3], ':');
	port = atoi(argv[4]);
	count = atoi(argv[5]);
	if (!ifindex || inet_pton(v6 ? AF_INET6 : AF_INET, argv[3], vip) != 1 || !count || count > 40000)
		return 2;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, run, (void *)i))
			return 1;
	for (i = 0; i < THREADS; i++) {
		void *said;

		pthread_join(thread[i], &said);
		failed = said ? said : failed;
	}
	if (failed)
		fprintf(stderr, "%s\n", (char *)failed);
	return !!failed;
}
