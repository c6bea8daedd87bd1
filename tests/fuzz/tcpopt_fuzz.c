// SPDX-License-Identifier: GPL-2.0-only
/* Feeds kmod/slb_tcpopt.c with whatever libFuzzer thinks of, and compares it with the self test's
 * twin. Built without libFuzzer it runs the self tests, deeper than a kernel has time for.
 */
#include "slb_tcpopt.c"

/* Input: a request's 16 bytes, then the block. Blocks of any length up to 40 are walked. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct slb_topt t = {};
	struct slb_tcpopt_req *req = &t.req;
	u8 kind;

	if (size < 16 || size > 16 + SLB_TCPOPT_MAX)
		return 0;
	memcpy(&req->shift.tsval, data, 4);
	memcpy(&req->shift.tsecr, data + 4, 4);
	memcpy(&req->shift.sack, data + 6, 4);
	memcpy(&req->mss, data + 10, 2);
	req->shift.toa_kind = data[12];
	kind = data[12] <= TCPOPT_FASTOPEN ? 254 : data[12];
	req->flags = data[13];
	req->room = data[14];
	if (data[15] % 3 == 1)
		slb_tcpopt_toa4_set(req, kind, htons(54321), htonl(0xc0a8030b));
	else if (data[15] % 3 == 2)
		slb_tcpopt_toa6_set(req, kind, htons(54321), &in6addr_loopback);
	memcpy(t.in, data + 16, size - 16);
	t.out = malloc(SLB_TCPOPT_MAX);
	if (!t.out)
		abort();
	slb_topt_case(&t, size - 16);
	free(t.out);
	if (t.fails)
		abort();
	return 0;
}

#ifndef SLB_LIBFUZZER
int main(void)
{
	int tcpopt = slb_selftest_tcpopt(), csum = slb_selftest_csum();

	printf("1..2\n");
	printf("%sok 1 tcpopt: every sequence of %d options, as the twin says\n",
	       tcpopt ? "not " : "", SLB_TOPT_DEPTH);
	printf("%sok 2 csum: random packets, as summed in full\n", csum ? "not " : "");
	return tcpopt || csum;
}
#endif
