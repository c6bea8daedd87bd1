// SPDX-License-Identifier: GPL-2.0-only
/* Tests of slb_open: the ports that stand in for a client's own. */
#include "check.h"

/* All in the range, no two the same, and not those of the client's next port. */
static void slb_ot_ports(int *fails, u32 sport)
{
	u16 port[SLB_OPEN_PORTS];
	unsigned int i, j;

	for (i = 0; i < SLB_OPEN_PORTS; i++) {
		port[i] = ntohs(slb_open_port(htons(sport), i));
		slb_check(fails, port[i] >= SLB_OPEN_PORT_FIRST && port[i] <= SLB_OPEN_PORT_LAST);
		for (j = 0; j < i; j++)
			slb_check(fails, port[i] != port[j]);
		for (j = 0; j <= i; j++)
			slb_check(fails, slb_open_port(htons(sport ^ 1), j) != htons(port[i]));
	}
}

/* A client that is the server itself, or whose address means nothing elsewhere. */
static void slb_ot_near(int *fails)
{
	struct slb_ep_key ep = { .addr.s6_addr32[0] = htonl(0x0a010001) };
	struct slb_pkt pkt = {};

	pkt.tuple.v4[0] = htonl(0x0a010001);
	slb_check(fails, slb_open_is_near(&pkt, &ep));
	pkt.tuple.v4[0] = htonl(0x0a010002);
	slb_check(fails, !slb_open_is_near(&pkt, &ep));
	pkt.tuple.v4[0] = htonl(INADDR_LOOPBACK);
	slb_check(fails, slb_open_is_near(&pkt, &ep));

	pkt.v6 = true;
	pkt.tuple.v6[0] = in6addr_loopback;
	slb_check(fails, slb_open_is_near(&pkt, &ep));
	pkt.tuple.v6[0] = (struct in6_addr){ .s6_addr = { 0xfe, 0x80, [15] = 1 } };
	slb_check(fails, slb_open_is_near(&pkt, &ep));
	pkt.tuple.v6[0] = (struct in6_addr){ .s6_addr = { 0xfd, 0x00, [15] = 1 } };
	slb_check(fails, !slb_open_is_near(&pkt, &ep));
	ep.addr = pkt.tuple.v6[0];
	slb_check(fails, slb_open_is_near(&pkt, &ep));
}

/**
 * slb_selftest_open() - tests of slb_open
 *
 * Context: module load.
 * Return: how many expectations were broken.
 */
int slb_selftest_open(void)
{
	int fails = 0;
	u32 sport;

	for (sport = 0; sport < 65536; sport += 7)
		slb_ot_ports(&fails, sport);
	slb_ot_ports(&fails, 65535);
	slb_ot_near(&fails);
	return fails;
}
