// SPDX-License-Identifier: GPL-2.0-only
/* slb_fuzz: /proc/slb_fuzz takes "SEED ROUND FROM TO", sends these packets of the round, and tells
 * how much was sent and what went wrong. When the kernel panics it says at which packet.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "fuzz.h"

struct fuzz_state fuzz;

static DEFINE_MUTEX(fuzz_mutex);	/* one run at a time */
static u8 *fuzz_data;			/* the packet that is made */
static char *corpus;
module_param(corpus, charp, 0444);
MODULE_PARM_DESC(corpus, "file that corpus.py wrote");
static bool show;
module_param(show, bool, 0644);
MODULE_PARM_DESC(show, "print each packet before it is sent");

/**
 * fuzz_hash() - two numbers become one that looks random
 * @a: a number
 * @b: a number
 *
 * Return: never 0.
 */
u64 fuzz_hash(u64 a, u64 b)
{
	u64 h = a * 0x9e3779b97f4a7c15ULL ^ (b + 0x632be59bd9b4e019ULL);

	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ h >> 27) * 0x94d049bb133111ebULL;
	return (h ^ h >> 31) ?: 1;
}

/**
 * fuzz_fail() - something is wrong
 * @format: what
 *
 * The first thing is kept.
 */
void fuzz_fail(const char *format, ...)
{
	va_list args;

	if (fuzz.failure[0])
		return;
	va_start(args, format);
	vscnprintf(fuzz.failure, sizeof(fuzz.failure), format, args);
	va_end(args);
	pr_err("--replay %llu:%llu: %s\n", fuzz.seed,
	       fuzz.round * FUZZ_ROUND + fuzz.packet, fuzz.failure);
}

static void fuzz_show(const struct fuzz_flow *flow, const struct fuzz_pkt *pkt)
{
	pr_info("packet %u of %s: side %u, %s%s, %u bytes, vnet %*ph, %s\n", fuzz.packet,
		flow->script->name, pkt->side, pkt->valid ? "valid" : "changed",
		flow->strict ? ", strict" : "", pkt->len, 10, pkt->has_vnet ? &pkt->vnet : NULL,
		pkt->v6 ? "IPv6" : "IPv4");
	print_hex_dump(KERN_INFO, "slb_fuzz: ", DUMP_PREFIX_OFFSET, 32, 1, pkt->data,
		       min(pkt->len, 192U), false);
}

/* The next packet of a conversation that is left in peace, of those that must come out. */
static bool fuzz_next_strict(struct fuzz_rng *rng, struct fuzz_flow *flow, u32 slot,
			     struct fuzz_pkt *pkt)
{
	const struct fuzz_rec *rec;
	int tries;

	for (tries = 0; tries < 64; tries++) {
		if (!flow->script || flow->pos >= flow->script->recs) {
			fuzz_flow_start(rng, flow, slot);
			/* A SYN that asks for authentication is refused. */
			if (strstarts(flow->script->name, "tcp_md5"))
				flow->script = NULL;
			continue;
		}
		rec = flow->script->rec[flow->pos++];
		if (!(rec->flags & FUZZ_STRICT) || (rec->dir == FUZZ_SERVER && !flow->learned))
			continue;
		fuzz_flow_record(flow, rec, pkt);
		return true;
	}
	return false;
}

/* The next packet of any other: the next in turn, changed, made up, or an error about one. */
static bool fuzz_next(struct fuzz_rng *rng, struct fuzz_flow *flow, u32 slot, struct fuzz_pkt *pkt)
{
	u32 what = fuzz_below(rng, 100), pos;

	if (!flow->script || flow->pos >= flow->script->recs || what == 99)
		fuzz_flow_start(rng, flow, slot);
	if (what < 35) {
		fuzz_flow_record(flow, flow->script->rec[flow->pos++], pkt);
		return true;
	}
	if (what < 86) {
		pos = flow->pos + fuzz_below(rng, 6);
		pos = min_t(u32, pos < 3 ? 0 : pos - 3, flow->script->recs - 1);
		fuzz_flow_record(flow, flow->script->rec[pos], pkt);
		fuzz_mutate(rng, pkt);
		return true;
	}
	if (what < 93) {
		fuzz_flow_random(rng, flow, pkt);
		return true;
	}
	if (!fuzz_flow_quote(rng, flow, pkt))
		return false;
	if (fuzz_one_in(rng, 3))
		fuzz_mutate(rng, pkt);
	return true;
}

static void fuzz_step(void)
{
	struct fuzz_rng rng = { .s = fuzz_hash(fuzz_hash(fuzz.seed, fuzz.round), fuzz.packet) };
	struct fuzz_pkt pkt = { .data = fuzz_data };
	u32 slot = fuzz_below(&rng, FUZZ_SLOTS);
	struct fuzz_flow *flow = &fuzz_flows[slot];
	bool strict = slot < FUZZ_STRICTS;
	struct sk_buff_head out;

	if (strict ? !fuzz_next_strict(&rng, flow, slot, &pkt) : !fuzz_next(&rng, flow, slot, &pkt))
		return;
	if (pkt.valid)
		fuzz.valid++;
	else
		fuzz.changed++;
	if (strict && !flow->learned)
		fuzz.strict_new++;
	if (show)
		fuzz_show(flow, &pkt);
	__skb_queue_head_init(&out);
	fuzz_inject(&rng, &pkt, &out);
	fuzz_check(flow, &pkt, strict, &out);
}

static int fuzz_run(u64 seed, u64 round, u32 from, u32 to)
{
	struct fuzz_rng rng = { .s = fuzz_hash(seed, ~round) };

	fuzz.net = fuzz_dev_net();
	if (!fuzz.net)
		return -ENETDOWN;
	fuzz.seed = seed;
	fuzz.round = round;
	if (!from) {
		memset(fuzz_flows, 0, FUZZ_SLOTS * sizeof(*fuzz_flows));
		fuzz_dev_features(&rng);
	}
	for (fuzz.packet = from; fuzz.packet < to && !fuzz.failure[0]; fuzz.packet++) {
		fuzz_step();
		cond_resched();
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static ssize_t fuzz_proc_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u64 seed, round;
	char line[80];
	u32 from, to;
	int err;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	if (sscanf(line, "%llu %llu %u %u", &seed, &round, &from, &to) != 4 || to > FUZZ_ROUND)
		return -EINVAL;
	mutex_lock(&fuzz_mutex);
	err = fuzz_run(seed, round, from, to);
	mutex_unlock(&fuzz_mutex);
	return err ?: len;
}

static int fuzz_proc_show(struct seq_file *m, void *v)
{
	mutex_lock(&fuzz_mutex);
	seq_printf(m, "sent %llu\nvalid %llu\nchanged %llu\nout %llu\nstrict %llu\n",
		   fuzz.sent, fuzz.valid, fuzz.changed, fuzz.out, fuzz.strict);
	seq_printf(m, "strict-flows %llu\nrefused %llu\nlocal %llu\ngro %llu\nfailure %s\n",
		   fuzz.strict_new, fuzz.refused, fuzz.local, fuzz.gro, fuzz.failure);
	fuzz.failure[0] = '\0';
	mutex_unlock(&fuzz_mutex);
	return 0;
}

static int fuzz_proc_open(struct inode *inode, struct file *file)
{
	return single_open(file, fuzz_proc_show, NULL);
}

static const struct proc_ops fuzz_proc_ops = {
	.proc_open	= fuzz_proc_open,
	.proc_read	= seq_read,
	.proc_write	= fuzz_proc_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static int fuzz_panic(struct notifier_block *nb, unsigned long event, void *ptr)
{
	pr_emerg("again: tests/fuzz/10_packets.sh --replay %llu:%llu\n", fuzz.seed,
		 fuzz.round * FUZZ_ROUND + fuzz.packet);
	return NOTIFY_DONE;
}

static struct notifier_block fuzz_panic_block = {
	.notifier_call	= fuzz_panic,
	.priority	= INT_MAX,
};

static int fuzz_alloc(void)
{
	fuzz_data = vzalloc(2 * (FUZZ_MAX + 1));
	fuzz_flows = kvcalloc(FUZZ_SLOTS, sizeof(*fuzz_flows), GFP_KERNEL);
	return fuzz_data && fuzz_flows && !fuzz_check_init() ? 0 : -ENOMEM;
}

static void fuzz_free(void)
{
	fuzz_check_exit();
	kvfree(fuzz_flows);
	vfree(fuzz_data);
	fuzz_corpus_free();
}

static int __init fuzz_init(void)
{
	int err;

	fuzz_addr_init();
	err = corpus ? fuzz_corpus_load(corpus) : -EINVAL;
	if (err) {
		pr_err("cannot read corpus=%s: %d\n", corpus, err);
		return err;
	}
	err = fuzz_alloc();
	if (!err)
		err = fuzz_dev_init();
	if (err)
		goto err_free;
	err = -ENOMEM;
	if (!proc_create("slb_fuzz", 0600, NULL, &fuzz_proc_ops))
		goto err_dev;
	atomic_notifier_chain_register(&panic_notifier_list, &fuzz_panic_block);
	return 0;

err_dev:
	fuzz_dev_exit();
err_free:
	fuzz_free();
	return err;
}

static void __exit fuzz_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &fuzz_panic_block);
	remove_proc_entry("slb_fuzz", NULL);
	fuzz_dev_exit();
	fuzz_free();
}

module_init(fuzz_init);
module_exit(fuzz_exit);
MODULE_DESCRIPTION("slb's packet fuzzer, for tests only");
MODULE_LICENSE("GPL");
