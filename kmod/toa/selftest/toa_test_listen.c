// SPDX-License-Identifier: GPL-2.0-only
/* A server inside the kernel: says in the log whom it takes its peers for. */
#include <linux/err.h>
#include <linux/in.h>
#include <linux/kthread.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "toa_test.h"

static struct task_struct *slb_toa_test_server;
static struct socket *slb_toa_test_sock;

static int slb_toa_test_serve(void *unused)
{
	struct sockaddr_storage peer;
	struct socket *conn;

	while (!kthread_should_stop()) {
		if (kernel_accept(slb_toa_test_sock, &conn, O_NONBLOCK)) {
			schedule_timeout_interruptible(HZ / 20);
			continue;
		}
		if (kernel_getpeername(conn, (struct sockaddr *)&peer) > 0)
			pr_info("peer %pISpc\n", &peer);
		sock_release(conn);
	}
	return 0;
}

/**
 * slb_toa_test_listen() - start the server
 * @port: TCP port, in the caller's network namespace
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error.
 */
int slb_toa_test_listen(u16 port)
{
	struct sockaddr_in addr = {
		.sin_family	= AF_INET,
		.sin_port	= htons(port),
	};
	int err;

	err = sock_create_kern(current->nsproxy->net_ns, AF_INET, SOCK_STREAM,
			       IPPROTO_TCP, &slb_toa_test_sock);
	if (err)
		return err;
	sock_set_reuseaddr(slb_toa_test_sock->sk);
	err = kernel_bind(slb_toa_test_sock, (struct sockaddr *)&addr,
			  sizeof(addr));
	if (!err)
		err = kernel_listen(slb_toa_test_sock, 16);
	if (err)
		goto err_sock;

	slb_toa_test_server = kthread_run(slb_toa_test_serve, NULL,
					  "slb_toa_test");
	err = PTR_ERR_OR_ZERO(slb_toa_test_server);
	if (err)
		goto err_sock;
	return 0;

err_sock:
	slb_toa_test_server = NULL;
	sock_release(slb_toa_test_sock);
	return err;
}

/**
 * slb_toa_test_listen_stop() - stop the server if it runs
 *
 * Context: process, may sleep.
 */
void slb_toa_test_listen_stop(void)
{
	if (!slb_toa_test_server)
		return;
	kthread_stop(slb_toa_test_server);
	sock_release(slb_toa_test_sock);
}
