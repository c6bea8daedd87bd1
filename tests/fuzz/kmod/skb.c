// SPDX-License-Identifier: GPL-2.0-only
/* From bytes to an skb of some shape, two devices, and three ways in: as from a driver, through
 * GRO, and as from the host itself.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include "fuzz.h"

/* What a device may be able to send by itself; changes from round to round. */
#define FUZZ_FEATURES	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | \
			 NETIF_F_TSO_ECN | NETIF_F_TSO_MANGLEID | NETIF_F_GSO_UDP_L4 | \
			 NETIF_F_FRAGLIST | NETIF_F_GSO_ROBUST | NETIF_F_RXCSUM)
#define FUZZ_RX		(NETIF_F_GRO_FRAGLIST | NETIF_F_GRO_UDP_FWD)

struct fuzz_dev {
	struct napi_struct	napi;
	struct sk_buff_head	rx;
	enum fuzz_side		side;
	bool			polled;
};

static struct net_device *fuzz_devs[FUZZ_SIDES];

static netdev_tx_t fuzz_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fuzz_dev *fd = netdev_priv(dev);

	fuzz.out++;
	if (fuzz.queue) {
		skb_orphan(skb);
		skb_dst_drop(skb);
		nf_reset_ct(skb);
		__skb_queue_tail(fuzz.queue, skb);
		return NETDEV_TX_OK;
	}
	fuzz_check_stray(skb, fd->side);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static int fuzz_dev_poll(struct napi_struct *napi, int budget)
{
	struct fuzz_dev *fd = container_of(napi, struct fuzz_dev, napi);
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&fd->rx)))
		napi_gro_receive(napi, skb);
	fd->polled = true;
	napi_complete_done(napi, 0);
	return 0;
}

static int fuzz_dev_open(struct net_device *dev)
{
	struct fuzz_dev *fd = netdev_priv(dev);

	napi_enable(&fd->napi);
	return 0;
}

static int fuzz_dev_stop(struct net_device *dev)
{
	struct fuzz_dev *fd = netdev_priv(dev);

	napi_disable(&fd->napi);
	__skb_queue_purge(&fd->rx);
	return 0;
}

static const struct net_device_ops fuzz_dev_ops = {
	.ndo_open		= fuzz_dev_open,
	.ndo_stop		= fuzz_dev_stop,
	.ndo_start_xmit		= fuzz_dev_xmit,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

static void fuzz_dev_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &fuzz_dev_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= FUZZ_FEATURES | NETIF_F_HIGHDMA | NETIF_F_GRO | NETIF_F_GSO;
	dev->hw_features |= FUZZ_FEATURES | FUZZ_RX;
}

static int fuzz_dev_create(enum fuzz_side side, const char *name)
{
	u8 mac[ETH_ALEN] = { 0x02, 0, 0, 0xf, 0, side + 1 };
	struct net_device *dev;
	struct fuzz_dev *fd;
	int err;

	dev = alloc_netdev(sizeof(*fd), name, NET_NAME_USER, fuzz_dev_setup);
	if (!dev)
		return -ENOMEM;
	fd = netdev_priv(dev);
	fd->side = side;
	__skb_queue_head_init(&fd->rx);
	netif_napi_add(dev, &fd->napi, fuzz_dev_poll);
	eth_hw_addr_set(dev, mac);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	fuzz_devs[side] = dev;
	return 0;
}

/**
 * fuzz_dev_init() - make both devices
 *
 * Return: 0 or a negative error.
 */
int fuzz_dev_init(void)
{
	int err = fuzz_dev_create(FUZZ_CLIENT, "c0");

	if (err)
		return err;
	err = fuzz_dev_create(FUZZ_SERVER, "s0");
	if (err)
		unregister_netdev(fuzz_devs[FUZZ_CLIENT]);
	return err;
}

/**
 * fuzz_dev_exit() - remove them
 */
void fuzz_dev_exit(void)
{
	unregister_netdev(fuzz_devs[FUZZ_SERVER]);
	unregister_netdev(fuzz_devs[FUZZ_CLIENT]);
}

/**
 * fuzz_dev_net() - the namespace of the devices
 *
 * Return: the balancer's namespace, or NULL when they are not up in one.
 */
struct net *fuzz_dev_net(void)
{
	struct net *net = dev_net(fuzz_devs[FUZZ_CLIENT]);

	if (net != dev_net(fuzz_devs[FUZZ_SERVER]) || !netif_running(fuzz_devs[FUZZ_CLIENT]) ||
	    !netif_running(fuzz_devs[FUZZ_SERVER]))
		return NULL;
	return net;
}

/**
 * fuzz_dev_is() - is it the device of a side?
 * @dev: a device
 * @side: the side
 *
 * Return: true if so.
 */
bool fuzz_dev_is(const struct net_device *dev, enum fuzz_side side)
{
	return dev == fuzz_devs[side];
}

/**
 * fuzz_dev_features() - have the devices able to do something else
 * @rng: random numbers
 */
void fuzz_dev_features(struct fuzz_rng *rng)
{
	netdev_features_t keep, rx;
	int side;

	rtnl_lock();
	for (side = 0; side < FUZZ_SIDES; side++) {
		keep = fuzz_one_in(rng, 2) ? FUZZ_FEATURES : fuzz_one_in(rng, 3) ? 0
		     : (u64)fuzz_u32(rng) << 32 | fuzz_u32(rng);
		rx = fuzz_one_in(rng, 2) ? 0 : fuzz_one_in(rng, 2) ? FUZZ_RX : NETIF_F_GRO_UDP_FWD;
		fuzz_devs[side]->wanted_features = NETIF_F_GRO | NETIF_F_GSO | NETIF_F_HIGHDMA |
						   (FUZZ_FEATURES & keep) | rx;
		netdev_change_features(fuzz_devs[side]);
	}
	rtnl_unlock();
}

static bool fuzz_add_page(struct fuzz_rng *rng, struct sk_buff *skb, const u8 *data, u32 len)
{
	u32 offset = fuzz_one_in(rng, 2) ? 0 : fuzz_below(rng, PAGE_SIZE - len + 1);
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return false;
	memcpy(page_address(page) + offset, data, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, offset, len, PAGE_SIZE);
	return true;
}

/* Pages, of whatever fill as long as there are enough of them. */
static bool fuzz_add_pages(struct fuzz_rng *rng, struct sk_buff *skb, const u8 *data, u32 len)
{
	u32 room = MAX_SKB_FRAGS, step;

	while (len) {
		step = min_t(u32, len, PAGE_SIZE);
		if (len <= (room - 1) * PAGE_SIZE && fuzz_one_in(rng, 2))
			step = 1 + fuzz_below(rng, step);
		if (!room-- || !fuzz_add_page(rng, skb, data, step))
			return false;
		data += step;
		len -= step;
	}
	return true;
}

/* A list of skbs, as reassembly makes it. */
static bool fuzz_add_list(struct fuzz_rng *rng, struct sk_buff *skb, const u8 *data, u32 len)
{
	struct sk_buff **last = &skb_shinfo(skb)->frag_list, *part;
	u32 step;

	while (len) {
		step = 1 + fuzz_below(rng, min(len, 1480U));
		part = alloc_skb(64 + step, GFP_KERNEL);
		if (!part)
			return false;
		skb_reserve(part, fuzz_below(rng, 65));
		skb_put_data(part, data, step);
		*last = part;
		last = &part->next;
		skb->len += step;
		skb->data_len += step;
		skb->truesize += part->truesize;
		data += step;
		len -= step;
	}
	return true;
}

static struct sk_buff *fuzz_skb(struct fuzz_rng *rng, const struct fuzz_pkt *pkt, bool local)
{
	u32 head = fuzz_one_in(rng, 3) ? 0 : fuzz_one_in(rng, 2) ? 64 : fuzz_below(rng, 128);
	u32 tail = fuzz_one_in(rng, 3) ? 0 : fuzz_below(rng, 128);
	u32 linear = pkt->len, ether = local ? 0 : ETH_HLEN;
	bool list = !pkt->has_vnet && fuzz_one_in(rng, 6);
	struct sk_buff *skb;
	struct ethhdr *eth;

	if (local)
		head = max_t(u32, head, LL_MAX_HEADER);
	else if (list || pkt->len > 4000 || fuzz_one_in(rng, 3))
		linear = fuzz_one_in(rng, 4) ? 0 : fuzz_below(rng, min(pkt->len, 200U) + 1);
	skb = alloc_skb(head + ether + linear + tail, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	if (ether) {
		eth = skb_put(skb, ETH_HLEN);
		ether_addr_copy(eth->h_dest, fuzz_devs[pkt->side]->dev_addr);
		eth_zero_addr(eth->h_source);
		eth->h_source[0] = 2;
		eth->h_proto = htons(pkt->v6 ? ETH_P_IPV6 : ETH_P_IP);
		if (!pkt->valid && fuzz_one_in(rng, 64))
			eth->h_dest[5] ^= 1 + fuzz_below(rng, 3);
		if (!pkt->valid && fuzz_one_in(rng, 64))
			eth_broadcast_addr(eth->h_dest);
	}
	skb_put_data(skb, pkt->data, linear);
	if (list ? !fuzz_add_list(rng, skb, pkt->data + linear, pkt->len - linear)
		 : !fuzz_add_pages(rng, skb, pkt->data + linear, pkt->len - linear)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->protocol = htons(pkt->v6 ? ETH_P_IPV6 : ETH_P_IP);
	return skb;
}

/* What a driver or a guest tells about the packet. */
static bool fuzz_dress(struct fuzz_rng *rng, struct sk_buff *skb, const struct fuzz_pkt *pkt)
{
	if (pkt->has_vnet) {
		skb_reset_network_header(skb);
		if (virtio_net_hdr_to_skb(skb, &pkt->vnet, true))
			return false;
	} else if (fuzz_one_in(rng, 2)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = fuzz_below(rng, 4);
	} else if (fuzz_one_in(rng, 2)) {
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = skb_checksum(skb, 0, skb->len, 0);
	}
	if (fuzz_one_in(rng, 16))
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), fuzz_below(rng, 8) << 13);
	if (fuzz_one_in(rng, 16))
		skb->mark = fuzz_below(rng, 3);
	if (fuzz_one_in(rng, 4))
		skb_set_hash(skb, fuzz_u32(rng), PKT_HASH_TYPE_L4);
	if (fuzz_one_in(rng, 4))
		skb->tstamp = ktime_get_real();
	skb->priority = fuzz_below(rng, 8);
	return true;
}

/* Cut up as a network card would get it, and put together again. */
static void fuzz_gro(struct sk_buff *skb, struct net_device *dev)
{
	struct fuzz_dev *fd = netdev_priv(dev);
	struct sk_buff *seg, *next;

	seg = skb;
	if (skb_is_gso(skb)) {
		__skb_push(skb, ETH_HLEN);
		seg = skb_gso_segment(skb, NETIF_F_SG);
		if (IS_ERR_OR_NULL(seg)) {
			fuzz.refused++;
			kfree_skb(skb);
			return;
		}
		consume_skb(skb);
	}
	fuzz.gro++;
	local_bh_disable();
	skb_list_walk_safe(seg, seg, next) {
		skb_mark_not_on_list(seg);
		if (seg != skb)
			seg->protocol = eth_type_trans(seg, dev);
		seg->dev = dev;
		__skb_queue_tail(&fd->rx, seg);
	}
	fd->polled = false;
	napi_schedule(&fd->napi);
	local_bh_enable();
	while (!READ_ONCE(fd->polled))
		cond_resched();
}

/* The data of a clone belongs to somebody else. */
static void fuzz_compare(const struct sk_buff *clone, const struct fuzz_pkt *pkt)
{
	u32 at, i, len;
	u8 bytes[64];

	for (at = 0; at < pkt->len; at += len) {
		len = min_t(u32, pkt->len - at, sizeof(bytes));
		if (skb_copy_bits(clone, at, bytes, len))
			return;
		for (i = 0; i < len; i++)
			if (bytes[i] != pkt->data[at + i])
				fuzz_fail("byte %u of a packet that others hold was changed", at + i);
	}
}

static void fuzz_receive(struct fuzz_rng *rng, struct sk_buff *skb, struct net_device *dev,
			 const struct fuzz_pkt *pkt)
{
	struct sk_buff *other = NULL;
	bool clone = fuzz_one_in(rng, 6);
	struct fuzz_info info;

	/*
	 * When something with a list of skbs, as a datagram that was put together, leaves in
	 * fragments, the kernel writes their headers in front of the list's data, whoever has it.
	 */
	if (skb_has_frag_list(skb) || !fuzz_parse(pkt->data, pkt->len, pkt->v6, &info) ||
	    info.fragment)
		clone = false;
	if (skb_is_gso(skb) ? pkt->valid && fuzz_one_in(rng, 2) : fuzz_one_in(rng, 8)) {
		if (skb_is_gso(skb) || skb->ip_summed != CHECKSUM_PARTIAL) {
			fuzz_gro(skb, dev);
			return;
		}
	}
	if (clone)
		other = skb_clone(skb, GFP_KERNEL);
	else if (fuzz_one_in(rng, 8))
		other = skb_get(skb);
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
	if (other && clone)
		fuzz_compare(other, pkt);
	kfree_skb(other);
}

static struct dst_entry *fuzz_route(const struct fuzz_pkt *pkt)
{
	const struct ipv6hdr *ip6h = (void *)pkt->data;
	const struct iphdr *iph = (void *)pkt->data;
	struct flowi6 fl6 = {};
	struct flowi4 fl4 = {};
	struct dst_entry *dst;
	struct rtable *rt;

	if (pkt->v6) {
		fl6.daddr = ip6h->daddr;
		dst = ip6_route_output(fuzz.net, NULL, &fl6);
		if (!dst->error)
			return dst;
		dst_release(dst);
		return NULL;
	}
	fl4.daddr = iph->daddr;
	rt = ip_route_output_key(fuzz.net, &fl4);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

static int fuzz_local_done(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return dst_output(net, sk, skb);
}

/* As a raw socket's that writes its own header (IP_HDRINCL), which is always linear. */
static void fuzz_inject_local(struct fuzz_rng *rng, struct fuzz_pkt *pkt)
{
	struct iphdr *iph = (void *)pkt->data;
	struct dst_entry *dst;
	struct sk_buff *skb;

	if (pkt->len < (pkt->v6 ? 40 : 20) || (!pkt->valid && pkt->len > 1500))
		return;
	if (!pkt->v6) {
		if (iph->ihl < 5 || iph->ihl * 4 > pkt->len)
			return;
		iph->tot_len = htons(pkt->len);
		ip_send_check(iph);
	}
	pkt->has_vnet &= pkt->valid;
	dst = fuzz_route(pkt);
	if (!dst)
		return;
	skb = fuzz_skb(rng, pkt, true);
	if (!skb) {
		dst_release(dst);
		return;
	}
	fuzz.local++;
	skb_reset_network_header(skb);
	if (pkt->has_vnet && virtio_net_hdr_to_skb(skb, &pkt->vnet, true)) {
		dst_release(dst);
		kfree_skb(skb);
		return;
	}
	skb_set_transport_header(skb, pkt->v6 ? 40 : iph->ihl * 4);
	skb_dst_set(skb, dst);
	skb->dev = dst->dev;
	local_bh_disable();
	NF_HOOK(pkt->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4, NF_INET_LOCAL_OUT, fuzz.net, NULL, skb, NULL,
		skb->dev, fuzz_local_done);
	local_bh_enable();
}

/**
 * fuzz_inject() - send a packet on its way
 * @rng: random numbers
 * @pkt: the packet
 * @out: gets what comes out meanwhile
 *
 * Context: process.
 */
void fuzz_inject(struct fuzz_rng *rng, struct fuzz_pkt *pkt, struct sk_buff_head *out)
{
	struct net_device *dev;
	struct sk_buff *skb;

	fuzz.sent++;
	fuzz.injecting = pkt->side;
	fuzz.queue = out;
	if (pkt->side == FUZZ_LOCAL) {
		fuzz_inject_local(rng, pkt);
		fuzz.queue = NULL;
		return;
	}
	dev = fuzz_devs[pkt->side];
	skb = fuzz_skb(rng, pkt, false);
	if (skb) {
		skb->protocol = eth_type_trans(skb, dev);
		if (fuzz_dress(rng, skb, pkt)) {
			fuzz_receive(rng, skb, dev, pkt);
		} else {
			fuzz.refused++;
			kfree_skb(skb);
		}
	}
	fuzz.queue = NULL;
}
