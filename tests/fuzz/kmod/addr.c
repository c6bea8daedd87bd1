// SPDX-License-Identifier: GPL-2.0-only
/* Who is who; 10_packets.sh sets the balancer up accordingly. An IPv4 address is the first four
 * bytes of a struct in6_addr.
 */
#include <linux/inet.h>
#include <net/ipv6.h>
#include "fuzz.h"

static const char * const fuzz_vips[2][2] = {
	{ "10.0.0.80", "10.0.178.65" }, { "fd00::80", "fd00::b241:4100" },
};

static const char * const fuzz_laddrs[2][2] = {
	{ "10.2.0.1", "10.2.0.2" }, { "fd00:2::1", "fd00:2::2" },
};

static const char * const fuzz_owns[2][3] = {
	{ "10.200.1.1", "10.200.2.1", "10.0.0.81" }, { "fd00:c1::1", "fd00:c2::1", "fd00::81" },
};

/* What a host may stumble over. */
static const char * const fuzz_odd[2][11] = {
	{
		"0.0.0.0", "255.255.255.255", "127.0.0.1", "224.0.0.1", "240.0.0.1", "169.254.1.1",
		"10.1.0.11", "10.1.0.12", "10.9.0.1", "10.200.1.2", "10.200.1.3",
	}, {
		"::", "::1", "ff02::1", "ff02::2", "fe80::1", "::ffff:10.0.0.80",
		"fd00:1::11", "fd00:1::12", "fd00:9::1", "fd00:c1::2", "2001:db8::1",
	},
};

/* Parsed: services, local addresses, own, odd. */
static struct in6_addr fuzz_known[2][2 + 2 + 3 + 11];

/**
 * fuzz_addr() - an address from its text
 * @v6: family
 * @text: the text
 *
 * Return: the address.
 */
struct in6_addr fuzz_addr(bool v6, const char *text)
{
	struct in6_addr addr = {};

	if (v6)
		in6_pton(text, -1, addr.s6_addr, -1, NULL);
	else
		in4_pton(text, -1, addr.s6_addr, -1, NULL);
	return addr;
}

/**
 * fuzz_addr_init() - parse them all
 */
void fuzz_addr_init(void)
{
	int v6, i;

	for (v6 = 0; v6 < 2; v6++) {
		for (i = 0; i < 2; i++) {
			fuzz_known[v6][i] = fuzz_addr(v6, fuzz_vips[v6][i]);
			fuzz_known[v6][2 + i] = fuzz_addr(v6, fuzz_laddrs[v6][i]);
		}
		for (i = 0; i < ARRAY_SIZE(fuzz_owns[0]); i++)
			fuzz_known[v6][4 + i] = fuzz_addr(v6, fuzz_owns[v6][i]);
		for (i = 0; i < ARRAY_SIZE(fuzz_odd[0]); i++)
			fuzz_known[v6][7 + i] = fuzz_addr(v6, fuzz_odd[v6][i]);
	}
}

static bool fuzz_is(bool v6, const struct in6_addr *addr, int first)
{
	return ipv6_addr_equal(addr, &fuzz_known[v6][first]) ||
	       ipv6_addr_equal(addr, &fuzz_known[v6][first + 1]);
}

/**
 * fuzz_is_vip() - is it the address of a service?
 * @v6: family
 * @addr: address
 *
 * Return: true if so.
 */
bool fuzz_is_vip(bool v6, const struct in6_addr *addr)
{
	return fuzz_is(v6, addr, 0);
}

/**
 * fuzz_is_laddr() - is it a local address?
 * @v6: family
 * @addr: address
 *
 * Return: true if so.
 */
bool fuzz_is_laddr(bool v6, const struct in6_addr *addr)
{
	return fuzz_is(v6, addr, 2);
}

/**
 * fuzz_is_own() - is it one of the balancer, of whatever purpose?
 * @v6: family
 * @addr: address
 *
 * Return: true if so.
 */
bool fuzz_is_own(bool v6, const struct in6_addr *addr)
{
	return fuzz_is(v6, addr, 0) || fuzz_is(v6, addr, 2) || fuzz_is(v6, addr, 4) ||
	       ipv6_addr_equal(addr, &fuzz_known[v6][6]) ||
	       (v6 && ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) ||
	       (v6 && ipv6_addr_any(addr));
}

/**
 * fuzz_is_device() - is it one that is for the host alone?
 * @v6: family
 * @addr: address
 *
 * Return: true if so.
 */
bool fuzz_is_device(bool v6, const struct in6_addr *addr)
{
	return fuzz_is(v6, addr, 4) || (v6 && ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL);
}

/**
 * fuzz_is_server() - is it in the servers' networks?
 * @v6: family
 * @addr: address
 *
 * Return: true if so.
 */
bool fuzz_is_server(bool v6, const struct in6_addr *addr)
{
	if (v6)
		return addr->s6_addr32[0] == htonl(0xfd000001);
	return (addr->s6_addr32[0] & htonl(0xffff0000)) == htonl(0x0a010000);
}

/**
 * fuzz_is_client() - is it in the clients' networks?
 * @v6: family
 * @addr: address
 *
 * Return: true if so.
 */
bool fuzz_is_client(bool v6, const struct in6_addr *addr)
{
	if (v6)
		return addr->s6_addr32[0] == htonl(0xfd000009);
	return (addr->s6_addr32[0] & htonl(0xffff0000)) == htonl(0x0a090000) ||
	       (addr->s6_addr32[0] & htonl(0xffff0000)) == htonl(0x0ab60000);
}

/**
 * fuzz_some_addr() - an address that means something
 * @rng: random numbers
 * @v6: family
 *
 * Return: the address; never that of the service that is left in peace.
 */
const struct in6_addr *fuzz_some_addr(struct fuzz_rng *rng, bool v6)
{
	u32 i = fuzz_below(rng, ARRAY_SIZE(fuzz_known[0]));

	return &fuzz_known[v6][i == 1 ? 0 : i];
}
