// SPDX-License-Identifier: GPL-2.0-only
/* How the module gets to see connections: ftrace hooks on four functions.
 *
 *   tcp_init_transfer	entry	a connection is up; record its client
 *   inet_sock_destruct	entry	a socket goes; forget its client
 *   inet_getname	redirect	somebody asks for an address; report
 *   inet6_getname	redirect	the same
 *
 * The two redirects are taken only by calls that may have something to report:
 * those continue in a wrapper of ours, which calls the function itself, lets
 * it through its own hook by its return address, and mends the answer.
 *
 * Nothing is written to any socket and no pointer of the kernel is changed.
 * What unloading has to wait for:
 *   - CPUs and tasks inside a hook: unregister_ftrace_function() does;
 *   - tasks sent to a wrapper that have not entered it yet: they are runnable,
 *     synchronize_rcu_tasks() waits until they block or leave the kernel;
 *   - tasks that sleep inside a wrapper for the socket's lock: these are
 *     counted, and there may be no end to it but the lock's owner's;
 *   - tasks that have counted themselves out and not returned yet: as before.
 */
#include <linux/bpf.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <net/inet_common.h>
#include <net/ipv6.h>
#include "slb_alloc.h"
#include "toa_conn.h"
#include "toa_hook.h"

/* Without the cheap way of handing over arguments the hook asks for all of the
 * registers. PERMANENT: kernel.ftrace_enabled cannot be cleared under us.
 */
#define SLB_TOA_HOOK_FLAGS \
	(FTRACE_OPS_FL_PERMANENT | \
	 (IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) ? \
	  0 : FTRACE_OPS_FL_SAVE_REGS))

#define SLB_TOA_DRAIN_POLL_MS	100
#define SLB_TOA_DRAIN_REPORT	(10 * MSEC_PER_SEC / SLB_TOA_DRAIN_POLL_MS)

/**
 * struct slb_toa_hook - a function of the kernel that is hooked
 * @function: its name
 * @wrapper: where calls continue, for redirects
 * @ops: ftrace's part
 */
struct slb_toa_hook {
	const char		*function;
	void			*wrapper;
	struct ftrace_ops	ops;
};

/* Tasks inside the wrappers; only the sum over all CPUs means something. */
static DEFINE_PER_CPU(int, slb_toa_hook_inside);

static void notrace slb_toa_hook_accept(unsigned long ip,
					unsigned long parent_ip,
					struct ftrace_ops *ops,
					struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	int event = ftrace_regs_get_argument(fregs, 1);
	struct sk_buff *skb = (void *)ftrace_regs_get_argument(fregs, 2);

	/* A socket that was disconnected and is used again keeps its cookie. */
	slb_toa_conn_forget(sk);
	if (event == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB && skb)
		slb_toa_conn_accept(sk, skb);
}

static void notrace slb_toa_hook_destruct(unsigned long ip,
					  unsigned long parent_ip,
					  struct ftrace_ops *ops,
					  struct ftrace_regs *fregs)
{
	slb_toa_conn_forget((void *)ftrace_regs_get_argument(fregs, 0));
}

static void notrace slb_toa_hook_getname(unsigned long ip,
					 unsigned long parent_ip,
					 struct ftrace_ops *ops,
					 struct ftrace_regs *fregs)
{
	struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	int peer = ftrace_regs_get_argument(fregs, 2);

	/* The socket's own address, an in-kernel user, or nothing recorded. */
	if (!peer || !sock->file || !atomic64_read(&sock->sk->sk_cookie))
		return;
	/* The wrapper's own call. */
	if (within_module(parent_ip, THIS_MODULE))
		return;
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)
		container_of(ops, struct slb_toa_hook, ops)->wrapper);
}

static int notrace slb_toa_inet_getname(struct socket *sock,
					struct sockaddr *addr, int peer)
{
	int len;

	this_cpu_inc(slb_toa_hook_inside);
	len = inet_getname(sock, addr, peer);
	if (len >= 0)
		slb_toa_conn_report(sock->sk, addr);
	this_cpu_dec(slb_toa_hook_inside);
	return len;
}

static int notrace slb_toa_inet6_getname(struct socket *sock,
					 struct sockaddr *addr, int peer)
{
	int len;

	this_cpu_inc(slb_toa_hook_inside);
	len = inet6_getname(sock, addr, peer);
	if (len >= 0)
		slb_toa_conn_report(sock->sk, addr);
	this_cpu_dec(slb_toa_hook_inside);
	return len;
}

/* In the order of registering: what is recorded can be forgotten, and what is
 * reported has been recorded.
 */
static struct slb_toa_hook slb_toa_hooks[] = {
	{
		.function	= "inet_sock_destruct",
		.ops.func	= slb_toa_hook_destruct,
		.ops.flags	= SLB_TOA_HOOK_FLAGS,
	}, {
		.function	= "tcp_init_transfer",
		.ops.func	= slb_toa_hook_accept,
		.ops.flags	= SLB_TOA_HOOK_FLAGS,
	}, {
		.function	= "inet_getname",
		.wrapper	= slb_toa_inet_getname,
		.ops.func	= slb_toa_hook_getname,
		.ops.flags	= SLB_TOA_HOOK_FLAGS | FTRACE_OPS_FL_IPMODIFY,
	}, {
		.function	= "inet6_getname",
		.wrapper	= slb_toa_inet6_getname,
		.ops.func	= slb_toa_hook_getname,
		.ops.flags	= SLB_TOA_HOOK_FLAGS | FTRACE_OPS_FL_IPMODIFY,
	},
};

static void slb_toa_hook_complain(const struct slb_toa_hook *hook, int err)
{
	switch (err) {
	case -EBUSY:
		pr_err("cannot hook %s: kernel.ftrace_enabled is 0, or a live patch or another module has redirected the function\n",
		       hook->function);
		break;
	case -ENODEV:
		pr_err("cannot hook %s: ftrace is disabled in this kernel\n",
		       hook->function);
		break;
	case -EINVAL:
		pr_err("cannot hook %s: this kernel has no such function that ftrace could hook\n",
		       hook->function);
		break;
	default:
		pr_err("cannot hook %s: error %d\n", hook->function, err);
	}
}

static int slb_toa_hook_add(struct slb_toa_hook *hook)
{
	unsigned char *name = (unsigned char *)hook->function;
	int err;

	err = slb_attempt(-ENOMEM, ftrace_set_filter(&hook->ops, name,
						     strlen(hook->function), 1));
	if (!err)
		err = slb_attempt(-ENOMEM,
				  register_ftrace_function(&hook->ops));
	if (err) {
		ftrace_free_filter(&hook->ops);
		slb_toa_hook_complain(hook, err);
	}
	return err;
}

static void slb_toa_hook_del(struct slb_toa_hook *hook)
{
	int err = unregister_ftrace_function(&hook->ops);

	/* Only when ftrace has shut itself down after a fault of its own. */
	if (err)
		pr_err("%s stays hooked, error %d\n", hook->function, err);
	ftrace_free_filter(&hook->ops);
}

static int slb_toa_hook_count_inside(void)
{
	int sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(slb_toa_hook_inside, cpu));
	return sum;
}

/* No call is redirected any more; see the top of the file for the three steps.
 * From the second step on tasks only count themselves out, and a task's entry
 * was counted before its exit, so the sum cannot be 0 too early.
 */
static void slb_toa_hook_drain(void)
{
	unsigned int polls = 0;
	int inside;

	synchronize_rcu_tasks();
	while ((inside = slb_toa_hook_count_inside())) {
		if (!(++polls % SLB_TOA_DRAIN_REPORT))
			pr_info("unloading waits for %d getpeername() or accept() calls that wait for their sockets\n",
				inside);
		msleep(SLB_TOA_DRAIN_POLL_MS);
	}
	synchronize_rcu_tasks();
}

static void slb_toa_hook_del_first(unsigned int nr)
{
	while (nr--)
		slb_toa_hook_del(&slb_toa_hooks[nr]);
	slb_toa_hook_drain();
	/* Entry hooks that ran in interrupts. */
	synchronize_rcu();
}

/**
 * slb_toa_hook_register() - start to see connections
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error, with a message in the log.
 */
int __init slb_toa_hook_register(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(slb_toa_hooks); i++) {
		err = slb_toa_hook_add(&slb_toa_hooks[i]);
		if (err)
			goto err_hooks;
	}
	return 0;

err_hooks:
	slb_toa_hook_del_first(i);
	return err;
}

/**
 * slb_toa_hook_unregister() - see no more; nothing runs in this file afterwards
 *
 * Context: process, sleeps until the last reporting call has returned.
 */
void slb_toa_hook_unregister(void)
{
	slb_toa_hook_del_first(ARRAY_SIZE(slb_toa_hooks));
}
