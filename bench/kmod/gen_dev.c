// SPDX-License-Identifier: GPL-2.0-only
/* The two devices of the generator, the timed way in and the sink at the way out.
 *
 * A packet enters by netif_receive_skb(), as from a driver's poll function, and leaves by
 * ndo_start_xmit(). Softirqs are held off in between, so the difference of two readings of
 * the time stamp counter, less the time inside the sink, is the cost of the path under
 * test. The guest's counter is QEMU's count of executed instructions.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <asm/msr.h>
#include "gen.h"

/* Long no-operations that the plugins know by their displacement, see plugin.h. */
static __always_inline void gen_mark_on(void)
{
	asm volatile(".byte 0x0f,0x1f,0x84,0x00,0x61,0xbe,0xb0,0x51" : : : "memory");
}

static __always_inline void gen_mark_off(void)
{
	asm volatile(".byte 0x0f,0x1f,0x84,0x00,0xd0,0xe9,0xb0,0x51" : : : "memory");
}

static __always_inline void gen_mark_reset(void)
{
	asm volatile(".byte 0x0f,0x1f,0x84,0x00,0x11,0xaa,0xb0,0x51" : : : "memory");
}

static __always_inline void gen_mark_report(void)
{
	asm volatile(".byte 0x0f,0x1f,0x84,0x00,0x22,0xaa,0xb0,0x51" : : : "memory");
}

/* Index: direction of the packets that enter there. */
static struct net_device *gen_devs[GEN_DIRS];

static struct {
	struct sk_buff_head	*out;		/* the sink's; NULL: none expected */
	u64			sink;		/* instructions spent in the sink */
	void			(*stray)(struct sk_buff *skb);	/* gets packets nobody asked for */
	u32			overhead;	/* of an empty measurement */
	u32			reports;	/* of the model */
	int			cpu;		/* where the packet is on its way */
	bool			measure;	/* switch the profiler on and off */
} gen_state;

/* Neighbour discovery and the like, or what the balancer sends of its own. */
static void gen_dev_unasked(struct sk_buff *skb)
{
	if (gen_state.stray)
		gen_state.stray(skb);
	else
		dev_kfree_skb_any(skb);
}

static netdev_tx_t gen_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	u64 start = rdtsc();

	/* The other CPU may send something of its own while a packet is on its way. */
	if (gen_state.out && gen_state.cpu == smp_processor_id()) {
		if (gen_state.measure)
			gen_mark_off();
		__skb_queue_tail(gen_state.out, skb);
		gen_state.sink += rdtsc() - start;
		/* Nothing of the generator's is written behind the mark. */
		if (gen_state.measure)
			gen_mark_on();
		return NETDEV_TX_OK;
	}
	gen_dev_unasked(skb);
	gen_trace_exclude(rdtsc() - start);
	return NETDEV_TX_OK;
}

static const struct net_device_ops gen_dev_ops = {
	.ndo_start_xmit		= gen_dev_xmit,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

static void gen_dev_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &gen_dev_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA | NETIF_F_LLTX;
	dev->hw_features |= dev->features;
}

/**
 * gen_dev() - the device at which packets of a direction enter
 * @dir: the direction
 *
 * Return: the device; packets of that direction leave by the other one.
 */
struct net_device *gen_dev(enum gen_dir dir)
{
	return gen_devs[dir];
}

/**
 * gen_dev_expect() - packets come out unasked
 * @stray: consumes them, softirqs off; NULL: they are thrown away
 */
void gen_dev_expect(void (*stray)(struct sk_buff *skb))
{
	local_bh_disable();
	gen_state.stray = stray;
	local_bh_enable();
}

/**
 * gen_dev_inject() - hand a packet to the stack and collect what it sends
 * @skb: the packet, its device and protocol set; consumed
 * @measure: the profiler shall count this one
 * @out: empty queue, gets what comes out
 *
 * Context: process context; softirqs are off meanwhile and pending ones run at the end.
 * Return: instructions spent between the driver's hand-over and the driver's transmit.
 */
u32 gen_dev_inject(struct sk_buff *skb, bool measure, struct sk_buff_head *out)
{
	bool quiet = gen_conf.cpu >= 0;	/* with two CPUs, time is not virtual: no ticks */
	unsigned long flags;
	u64 start;
	u64 end;

	local_bh_disable();
	if (quiet)
		local_irq_save(flags);
	gen_state.out = out;
	gen_state.cpu = smp_processor_id();
	gen_state.sink = 0;
	gen_state.measure = measure;
	if (measure)
		gen_mark_on();
	start = rdtsc();
	netif_receive_skb(skb);
	end = rdtsc();
	if (measure)
		gen_mark_off();
	if (quiet)
		local_irq_restore(flags);
	gen_state.measure = false;
	gen_state.out = NULL;
	end -= start + gen_state.sink + gen_state.overhead;
	local_bh_enable();
	return end;
}

/**
 * gen_dev_profile() - the plugins shall count all that is executed, not only packets' ways
 * @on: from now on; false: no longer
 */
void gen_dev_profile(bool on)
{
	if (on)
		gen_mark_on();
	else
		gen_mark_off();
}

/**
 * gen_dev_model_reset() - what the model has counted so far was for warming up
 */
void gen_dev_model_reset(void)
{
	gen_mark_reset();
}

/**
 * gen_dev_model_report() - the model writes down what it has counted
 *
 * Return: the number of the model's report, from 0.
 */
u32 gen_dev_model_report(void)
{
	gen_mark_report();
	return gen_state.reports++;
}

static u32 gen_dev_overhead(void)
{
	u64 start = rdtsc();

	return rdtsc() - start;
}

static struct net_device *gen_dev_create(const char *name, u8 last)
{
	u8 mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0, last };
	struct net_device *dev;
	int err;

	dev = alloc_netdev(0, name, NET_NAME_USER, gen_dev_setup);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	eth_hw_addr_set(dev, mac);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return ERR_PTR(err);
	}
	return dev;
}

/**
 * gen_dev_init() - create both devices
 *
 * Return: 0 or a negative error.
 */
int gen_dev_init(void)
{
	struct net_device *dev;

	dev = gen_dev_create("cli0", 1);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	gen_devs[GEN_TO_SERVER] = dev;
	dev = gen_dev_create("srv0", 2);
	if (IS_ERR(dev)) {
		unregister_netdev(gen_devs[GEN_TO_SERVER]);
		return PTR_ERR(dev);
	}
	gen_devs[GEN_TO_CLIENT] = dev;
	gen_state.overhead = gen_dev_overhead();
	return 0;
}

/**
 * gen_dev_exit() - remove both devices
 */
void gen_dev_exit(void)
{
	unregister_netdev(gen_devs[GEN_TO_CLIENT]);
	unregister_netdev(gen_devs[GEN_TO_SERVER]);
}
