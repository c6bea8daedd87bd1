// SPDX-License-Identifier: GPL-2.0-only
/* What a guest does that nobody injects: timers, garbage collection, workers. Counted are all
 * instructions of a stretch of time except those between going idle and the next interrupt, those
 * of the generator's own bursts and those of its sink. The longest run of one softirq is noted.
 *
 * The few instructions from the halt to the interrupt's handler are not seen, about a hundred per
 * wake-up, in any mode.
 */
#include <linux/interrupt.h>
#include <linux/tracepoint.h>
#include <asm/msr.h>
#include <trace/events/power.h>
#include "gen.h"

static struct {
	bool	on;
	bool	idle;
	bool	own;		/* the generator's burst runs, preemption off */
	u32	depth;		/* hard and soft interrupts that nest */
	u64	start;
	u64	idle_start;
	u64	own_start;
	u64	own_sys;	/* @sys when the burst began */
	u64	sys_start;
	u64	sys;		/* spent in interrupts of both kinds */
	u64	excluded;
	u64	softirq_start;
	u64	softirq_excluded;
	u64	softirq_max;
	u64	halted;
	u64	wakeups;
} gen_trace;

static void gen_trace_wake(void)
{
	if (!gen_trace.idle)
		return;
	gen_trace.idle = false;
	gen_trace.halted += rdtsc() - gen_trace.idle_start;
	gen_trace.wakeups++;
}

static void gen_trace_sys_enter(void)
{
	if (!gen_trace.depth++)
		gen_trace.sys_start = rdtsc();
}

static void gen_trace_sys_leave(void)
{
	/* It was entered before the tracing began. */
	if (!gen_trace.depth)
		return;
	if (!--gen_trace.depth)
		gen_trace.sys += rdtsc() - gen_trace.sys_start;
}

static void gen_trace_idle(void *data, unsigned int state, unsigned int cpu)
{
	if (state == PWR_EVENT_EXIT) {
		gen_trace_wake();
		return;
	}
	gen_trace.idle = true;
	gen_trace.idle_start = rdtsc();
}

static void gen_trace_timer_entry(void *data, int vector)
{
	gen_trace_wake();
	gen_trace_sys_enter();
}

static void gen_trace_timer_exit(void *data, int vector)
{
	gen_trace_sys_leave();
}

static void gen_trace_irq_entry(void *data, int irq, struct irqaction *action)
{
	gen_trace_wake();
	gen_trace_sys_enter();
}

static void gen_trace_irq_exit(void *data, int irq, struct irqaction *action, int ret)
{
	gen_trace_sys_leave();
}

static void gen_trace_softirq_entry(void *data, unsigned int vec)
{
	gen_trace_sys_enter();
	gen_trace.softirq_excluded = gen_trace.excluded;
	gen_trace.softirq_start = rdtsc();
}

static void gen_trace_softirq_exit(void *data, unsigned int vec)
{
	u64 run = rdtsc() - gen_trace.softirq_start;

	if (gen_trace.depth) {
		run -= gen_trace.excluded - gen_trace.softirq_excluded;
		gen_trace.softirq_max = max(gen_trace.softirq_max, run);
	}
	gen_trace_sys_leave();
}

static struct {
	const char		*name;
	void			*probe;
	struct tracepoint	*tp;
} gen_probes[] = {
	{ "cpu_idle",		gen_trace_idle },
	{ "local_timer_entry",	gen_trace_timer_entry },
	{ "local_timer_exit",	gen_trace_timer_exit },
	{ "irq_handler_entry",	gen_trace_irq_entry },
	{ "irq_handler_exit",	gen_trace_irq_exit },
	{ "softirq_entry",	gen_trace_softirq_entry },
	{ "softirq_exit",	gen_trace_softirq_exit },
};

static void gen_trace_match(struct tracepoint *tp, void *priv)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gen_probes); i++)
		if (!strcmp(tp->name, gen_probes[i].name))
			gen_probes[i].tp = tp;
}

static void gen_trace_unregister(u32 n)
{
	while (n--)
		tracepoint_probe_unregister(gen_probes[n].tp, gen_probes[n].probe, NULL);
	tracepoint_synchronize_unregister();
}

/**
 * gen_trace_start() - begin to count
 *
 * Context: process, one at a time.
 * Return: 0 or a negative error.
 */
int gen_trace_start(void)
{
	u32 i;
	int err;

	for_each_kernel_tracepoint(gen_trace_match, NULL);
	memset(&gen_trace, 0, sizeof(gen_trace));
	for (i = 0; i < ARRAY_SIZE(gen_probes); i++) {
		err = gen_probes[i].tp ? tracepoint_probe_register(gen_probes[i].tp,
								   gen_probes[i].probe, NULL) :
					 -ENOENT;
		if (err) {
			pr_err("tracepoint %s: error %d\n", gen_probes[i].name, err);
			gen_trace_unregister(i);
			return err;
		}
	}
	gen_trace.on = true;
	gen_trace.start = rdtsc();
	return 0;
}

/**
 * gen_trace_stop() - end counting
 * @load: what there was to count
 *
 * Context: process.
 */
void gen_trace_stop(struct gen_load *load)
{
	u64 end = rdtsc();

	gen_trace.on = false;
	load->busy = end - gen_trace.start - gen_trace.halted - gen_trace.excluded;
	load->softirq = gen_trace.softirq_max;
	load->wakeups = gen_trace.wakeups;
	gen_trace_unregister(ARRAY_SIZE(gen_probes));
}

/**
 * gen_trace_exclude() - these were the generator's own
 * @instructions: not to be counted
 */
void gen_trace_exclude(u64 instructions)
{
	if (gen_trace.on && !gen_trace.own)
		gen_trace.excluded += instructions;
}

/**
 * gen_trace_own_begin() - a burst of packets begins, nothing of which is to be counted
 *
 * Interrupts, softirqs among them, are counted nevertheless. Preemption is off until
 * gen_trace_own_end().
 */
void gen_trace_own_begin(void)
{
	preempt_disable();
	gen_trace.own_sys = gen_trace.sys;
	gen_trace.own_start = rdtsc();
	gen_trace.own = true;
}

/**
 * gen_trace_own_end() - the burst is over
 */
void gen_trace_own_end(void)
{
	u64 spent = rdtsc() - gen_trace.own_start;

	gen_trace.own = false;
	gen_trace.excluded += spent - (gen_trace.sys - gen_trace.own_sys);
	preempt_enable();
}
