// SPDX-License-Identifier: GPL-2.0-only
/*
 * First packets of many connections, in the namespace "wire" of rig:
 *
 *	flood DEV FIRST COUNT
 *
 * Connection n is, by n's lowest bits, TCP or UDP and IPv4 or IPv6; its client is made from the rest:
 * 10.9.x.y or fd00:9::x:y, ports 1024 to 1073. TCP ones stay half open. Prints packets and seconds.
 */
#include "ends.h"
#include <linux/if_packet.h>
#include <net/if.h>

#define SERVICE4	0x0a000050u	/* 10.0.0.80 */

struct frame {
	uint8_t byte[14 + 40 + 20];
	size_t len, l4;
	bool v6, udp;
};

static const uint8_t ether[12] = { 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 2 };

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint16_t checksum(uint32_t sum, const uint8_t *at, size_t len)
{
	for (; len; at += 2, len -= 2)
		sum += at[0] << 8 | at[1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void frame_init(struct frame *f, bool v6, bool udp)
{
	uint8_t *ip = f->byte + 14, *l4;
	size_t l4len = udp ? 8 : 20;

	memset(f, 0, sizeof(*f));
	memcpy(f->byte, ether, sizeof(ether));
	put16(f->byte + 12, v6 ? 0x86dd : 0x0800);
	f->v6 = v6;
	f->udp = udp;
	f->l4 = 14 + (v6 ? 40 : 20);
	f->len = f->l4 + l4len;
	l4 = f->byte + f->l4;
	if (v6) {
		ip[0] = 0x60;
		put16(ip + 4, l4len);
		ip[6] = udp ? IPPROTO_UDP : IPPROTO_TCP;
		ip[7] = 64;
		put32(ip + 8, 0xfd000009);
		put32(ip + 24, 0xfd000000);
		ip[39] = 0x80;
	} else {
		ip[0] = 0x45;
		put16(ip + 2, 20 + l4len);
		ip[6] = 0x40;
		ip[8] = 64;
		ip[9] = udp ? IPPROTO_UDP : IPPROTO_TCP;
		put32(ip + 16, SERVICE4);
	}
	put16(l4 + 2, 80);
	if (udp) {
		put16(l4 + 4, l4len);
	} else {
		l4[7] = 1;
		l4[12] = 5 << 4;
		l4[13] = 2;
		put16(l4 + 14, 65000);
	}
}

static void frame_fill(struct frame *f, unsigned long n)
{
	uint8_t *ip = f->byte + 14, *l4 = f->byte + f->l4, *sum = l4 + (f->udp ? 6 : 16);
	uint32_t host = n / 50 + 2;
	size_t addrs = f->v6 ? 8 : 12;

	put16(l4, 1024 + n % 50);
	if (f->v6) {
		put16(ip + 22, host);
	} else {
		put32(ip + 12, 0x0a090000 + host);
		put16(ip + 10, 0);
		put16(ip + 10, checksum(0, ip, 20));
	}
	put16(sum, 0);
	put16(sum, checksum(f->len - f->l4 + (f->udp ? IPPROTO_UDP : IPPROTO_TCP), ip + addrs,
			    f->len - 14 - addrs));
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct frame frames[4];
	unsigned long n, first, count;
	double begun;
	int fd, i;

	if (argc != 4)
		return 2;
	first = strtoul(argv[2], NULL, 0);
	count = strtoul(argv[3], NULL, 0);
	to.sll_ifindex = if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		die("%s", argv[1]);
	for (i = 0; i < 4; i++)
		frame_init(&frames[i], i & 1, i & 2);
	begun = now();
	for (n = first; n < first + count; n++) {
		struct frame *f = &frames[n & 3];

		frame_fill(f, n >> 2);
		while (send(fd, f->byte, f->len, 0) < 0)
			if (errno != ENOBUFS)
				die("packet %lu", n);
	}
	printf("sent %lu seconds %.2f\n", count, now() - begun);
	return 0;
}
