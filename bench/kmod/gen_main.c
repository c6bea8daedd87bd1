// SPDX-License-Identifier: GPL-2.0-only
/* slbgen: the benchmark's packet generator. Parameters say who is who; the name of a row
 * written to /proc/slbgen runs it; reading gives the results.
 */
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include "gen.h"

struct gen_conf gen_conf = {
	.vport = cpu_to_be16(80),
	.rport = cpu_to_be16(8080),
	.cpu = -1,
};

u8 gen_pattern[GEN_PAYLOAD_MAX];

/* Serialises runs: flows, samples and results exist once. */
static DEFINE_MUTEX(gen_mutex);

static char *vip[2];
module_param_array(vip, charp, NULL, 0444);
MODULE_PARM_DESC(vip, "service address, IPv4 and IPv6");
static char *laddr[2];
module_param_array(laddr, charp, NULL, 0444);
MODULE_PARM_DESC(laddr, "local address towards servers");
static char *client[2];
module_param_array(client, charp, NULL, 0444);
MODULE_PARM_DESC(client, "first client");
static char *server[2];
module_param_array(server, charp, NULL, 0444);
MODULE_PARM_DESC(server, "first server");
static char *other[2];
module_param_array(other, charp, NULL, 0444);
MODULE_PARM_DESC(other, "first destination that no service leads to");
static unsigned int servers = 100;
module_param(servers, uint, 0444);
MODULE_PARM_DESC(servers, "number of servers");

static unsigned int conns = 50000;
module_param(conns, uint, 0444);
MODULE_PARM_DESC(conns, "connections of the rows about many connections");
static unsigned int wait = 180;
module_param(wait, uint, 0444);
MODULE_PARM_DESC(wait, "seconds in which all of them end");

static bool answer = true;
module_param(answer, bool, 0444);
MODULE_PARM_DESC(answer, "answer UDP flows of the rows about many connections");

static bool model;
module_param(model, bool, 0444);
MODULE_PARM_DESC(model, "packets that warm up are shown to the model of caches");

static int gen_parse(union nf_inet_addr to[2], char *const text[2])
{
	if (!text[0] || !in4_pton(text[0], -1, (u8 *)&to[0].ip, -1, NULL))
		return -EINVAL;
	if (!text[1] || !in6_pton(text[1], -1, to[1].in6.s6_addr, -1, NULL))
		return -EINVAL;
	return 0;
}

/* "direct", "nat" and "fullnat" tell what translation to expect; else a row's name. */
static int gen_command(const char *word)
{
	if (!strcmp(word, "direct") || !strcmp(word, "nat") || !strcmp(word, "fullnat")) {
		gen_conf.direct = !strcmp(word, "direct");
		gen_conf.snat = !strcmp(word, "fullnat");
		return 0;
	}
	return gen_row_run(word);
}

static ssize_t gen_proc_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char word[32];
	int err;

	if (len >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, buf, len))
		return -EFAULT;
	word[len] = '\0';
	mutex_lock(&gen_mutex);
	err = gen_command(strim(word));
	mutex_unlock(&gen_mutex);
	return err ?: len;
}

static int gen_proc_show(struct seq_file *m, void *v)
{
	mutex_lock(&gen_mutex);
	seq_puts(m, gen_row_results());
	mutex_unlock(&gen_mutex);
	return 0;
}

static int gen_proc_open(struct inode *inode, struct file *file)
{
	return single_open(file, gen_proc_show, NULL);
}

static const struct proc_ops gen_proc_ops = {
	.proc_open	= gen_proc_open,
	.proc_read	= seq_read,
	.proc_write	= gen_proc_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static int __init gen_init(void)
{
	u32 i;
	int err;

	for (i = 0; i < GEN_PAYLOAD_MAX; i++)
		gen_pattern[i] = i * 31 + (i >> 8);
	gen_conf.servers = servers;
	gen_conf.conns = conns;
	gen_conf.wait = wait;
	gen_conf.answer = answer;
	gen_conf.model = model;
	if (!servers || !conns || gen_parse(gen_conf.vip, vip) || gen_parse(gen_conf.laddr, laddr) ||
	    gen_parse(gen_conf.client, client) || gen_parse(gen_conf.server, server) ||
	    gen_parse(gen_conf.other, other)) {
		pr_err("needs vip=, laddr=, client=, server= and other=, each IPv4,IPv6\n");
		return -EINVAL;
	}
	err = gen_row_init();
	if (err)
		return err;
	err = gen_dev_init();
	if (err)
		goto err_row;
	err = -ENOMEM;
	if (!proc_create("slbgen", 0600, NULL, &gen_proc_ops))
		goto err_dev;
	return 0;

err_dev:
	gen_dev_exit();
err_row:
	gen_row_exit();
	return err;
}

static void __exit gen_exit(void)
{
	remove_proc_entry("slbgen", NULL);
	gen_dev_exit();
	gen_row_exit();
}

module_init(gen_init);
module_exit(gen_exit);
MODULE_DESCRIPTION("slb benchmark: packet generator, for tests only");
MODULE_LICENSE("GPL");
