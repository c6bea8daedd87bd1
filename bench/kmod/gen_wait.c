// SPDX-License-Identifier: GPL-2.0-only
/* Rows about what an operator's commands cost the packets: how long does a softirq, which is where packets
 * are handled, wait while a program of the guest goes through all connections? A timer asks for one
 * again and again; the longest wait is the longest stretch that kept interrupts or softirqs out.
 */
#include <linux/hrtimer.h>
#include <linux/in.h>
#include <linux/interrupt.h>
#include <linux/kmod.h>
#include "gen_row.h"

#define GEN_WAIT_EVERY_NS	(20 * NSEC_PER_USEC)

static struct {
	struct hrtimer		timer;
	struct tasklet_struct	tasklet;
	u64			due;	/* when the timer should have fired; 0: none is waited for */
	u64			max;
	u64			n;
} gen_wait;

static void gen_wait_over(struct tasklet_struct *tasklet)
{
	u64 waited = ktime_get_ns() - gen_wait.due;

	gen_wait.max = max(gen_wait.max, waited);
	gen_wait.n++;
	gen_wait.due = 0;
}

static enum hrtimer_restart gen_wait_begin(struct hrtimer *timer)
{
	if (!gen_wait.due) {
		gen_wait.due = ktime_to_ns(hrtimer_get_expires(timer));
		tasklet_hi_schedule(&gen_wait.tasklet);
	}
	hrtimer_forward_now(timer, ns_to_ktime(GEN_WAIT_EVERY_NS));
	return HRTIMER_RESTART;
}

/**
 * gen_row_walk() - the longest wait of a softirq while the guest's command of this row's name runs
 * @run: the row
 *
 * One nanosecond is one instruction. The timer's own interrupt, some thousand of them, is in the figure.
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int gen_row_walk(const struct gen_run *run)
{
	char *argv[4] = { "/bench/walk.sh", (char *)run->row->suffix + 1,
			 run->row->proto == IPPROTO_TCP ? "-t" : "-u", NULL };
	char *envp[2] = { "PATH=/bin:/sbin:/usr/sbin", NULL };
	u64 begun, took;
	int err;

	gen_wait.due = 0;
	gen_wait.max = 0;
	gen_wait.n = 0;
	tasklet_setup(&gen_wait.tasklet, gen_wait_over);
	hrtimer_init(&gen_wait.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	gen_wait.timer.function = gen_wait_begin;
	hrtimer_start(&gen_wait.timer, ns_to_ktime(GEN_WAIT_EVERY_NS), HRTIMER_MODE_REL_HARD);
	begun = ktime_get_ns();
	err = call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC);
	took = ktime_get_ns() - begun;
	hrtimer_cancel(&gen_wait.timer);
	tasklet_kill(&gen_wait.tasklet);
	if (err)
		return err < 0 ? err : -ECHILD;
	gen_result("\"n\":%llu,\"wait\":%llu,\"took\":%llu", gen_wait.n, gen_wait.max, took);
	return 0;
}

/**
 * gen_row_resets() - the same while the guest's command resets TCP connections at both ends
 * @run: the row; opens the flows, too
 *
 * Each RST is checked.
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int gen_row_resets(const struct gen_run *run)
{
	struct gen_sum sum;
	int err;

	err = gen_load_open(run, false, false, &sum);
	if (!err)
		err = gen_store_expect_resets();
	if (!err)
		err = gen_row_walk(run);
	if (!err)
		gen_result(",\"resets\":%u", gen_store_resets());
	if (!err && (gen_check_error()[0] || gen_store_resets() != 2 * gen_conf.conns))
		err = -EIO;
	gen_store_close();
	return err;
}
