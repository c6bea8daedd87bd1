// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet is made before it is changed: its own, with room, and without a sum of all of it,
 * which only a network card gives and which would no longer be true.
 */
#include "check.h"

static struct sk_buff *slb_xt_make(u8 ip_summed)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reset_network_header(skb);
	skb_put_zero(skb, sizeof(struct ipv6hdr) + sizeof(struct tcphdr));
	skb->dev = init_net.loopback_dev;
	skb->protocol = htons(ETH_P_IPV6);
	skb->ip_summed = ip_summed;
	skb->csum = 0x1234;
	return skb;
}

/* @summed: of a packet as it comes, @want: as it must be when it is changed. */
static void slb_xt_row(int *fails, u8 summed, u8 want, bool local, bool cloned)
{
	struct dst_entry dst = { .dev = init_net.loopback_dev };
	struct slb_pkt pkt = { .v6 = true, .in = init_net.loopback_dev, .local = local };
	struct sk_buff *skb = slb_xt_make(summed);
	struct sk_buff *other = NULL;
	int err;

	slb_check(fails, skb);
	if (!skb)
		return;
	if (cloned)
		other = skb_clone(skb, GFP_KERNEL);
	pkt.skb = skb;
	pkt.toa_len = 20;
	local_bh_disable();
	rcu_read_lock();
	err = slb_xmit_prepare(&pkt, &dst);
	rcu_read_unlock();
	local_bh_enable();
	slb_check(fails, !err);
	slb_check(fails, skb->ip_summed == want);
	slb_check(fails, !skb_cloned(skb));
	slb_check(fails, skb_headroom(skb) >= LL_RESERVED_SPACE(dst.dev) + 20);
	kfree_skb(other);
	kfree_skb(skb);
}

int slb_selftest_xmit(void)
{
	int fails = 0;

	slb_xt_row(&fails, CHECKSUM_COMPLETE, CHECKSUM_NONE, false, false);
	slb_xt_row(&fails, CHECKSUM_COMPLETE, CHECKSUM_NONE, false, true);
	slb_xt_row(&fails, CHECKSUM_NONE, CHECKSUM_NONE, false, false);
	slb_xt_row(&fails, CHECKSUM_UNNECESSARY, CHECKSUM_UNNECESSARY, false, true);
	slb_xt_row(&fails, CHECKSUM_PARTIAL, CHECKSUM_PARTIAL, false, true);
	slb_xt_row(&fails, CHECKSUM_PARTIAL, CHECKSUM_PARTIAL, true, false);
	return fails;
}
