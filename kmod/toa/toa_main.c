// SPDX-License-Identifier: GPL-2.0-only
/* Load and unload of the receiver, and its module parameters. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <uapi/linux/slb.h>
#include "slb_alloc.h"
#include "toa_hook.h"
#include "toa_net.h"
#include "toa_nl.h"
#include "toa_sockopt.h"
#include "toa_store.h"

#define SLB_TOA_KIND_DEFAULT	254
#define SLB_TOA_PARAM_PREFIXES	256

static char *trusted[SLB_TOA_PARAM_PREFIXES];
static unsigned int nr_trusted;
module_param_array(trusted, charp, &nr_trusted, 0444);
MODULE_PARM_DESC(trusted, "prefixes of the balancers to believe, for the initial network namespace: ADDRESS[/LENGTH],...");

/* Read here, not by the core, which would not say what is allowed. */
static char *kinds = __stringify(SLB_TOA_KIND_DEFAULT);
module_param(kinds, charp, 0444);
MODULE_PARM_DESC(kinds, "TCP option kinds to recognise, for namespaces that do not set their own: KIND,... (default 254)");

static int __init slb_toa_main_kind(const char *text, size_t len, u8 *kind)
{
	char number[8];

	if (len >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, len);
	number[len] = 0;
	return kstrtou8(number, 0, kind);
}

static int __init slb_toa_main_kinds(u64 *packed)
{
	u8 list[SLB_TOA_KINDS_MAX];
	const char *next = kinds;
	unsigned int nr = 0;
	int err = 0;
	size_t len;

	for (;;) {
		len = strcspn(next, ",");
		err = nr < ARRAY_SIZE(list) ? slb_toa_main_kind(next, len, &list[nr++]) : -E2BIG;
		next += len;
		if (err || !*next)
			break;
		next++;
	}
	err = err ?: slb_toa_kinds_pack(packed, list, nr);
	if (err)
		pr_err("parameter kinds: '%s' is not a list of 1 to %u different numbers from 0 to 255 that TCP itself does not use\n",
		       kinds, SLB_TOA_KINDS_MAX);
	return err;
}

/* Put the parameter's prefixes into the initial network namespace's list. */
static int __init slb_toa_main_trust(void)
{
	struct slb_toa_net *tn = slb_toa_net(&init_net);
	struct slb_toa_prefix *list;
	struct slb_toa_trust *trust;
	unsigned int i;
	int err = 0;

	if (!nr_trusted)
		return 0;

	list = slb_alloc(kcalloc(nr_trusted, sizeof(*list), GFP_KERNEL));
	if (!list)
		return -ENOMEM;
	for (i = 0; i < nr_trusted; i++) {
		err = slb_toa_prefix_parse(&list[i], trusted[i]);
		if (err) {
			pr_err("parameter trusted: '%s' is not a prefix ADDRESS[/LENGTH] of up to 32 or 128 bits with none set behind them\n",
			       trusted[i]);
			goto out_list;
		}
	}

	trust = slb_toa_trust_create(list, nr_trusted);
	if (!trust) {
		err = -ENOMEM;
		goto out_list;
	}
	mutex_lock(&tn->cfg_mutex);
	slb_toa_net_trust_swap_locked(tn, trust);
	mutex_unlock(&tn->cfg_mutex);

out_list:
	kfree(list);
	return err;
}

static int __init slb_toa_main_init(void)
{
	u64 packed;
	int err;

	err = slb_toa_main_kinds(&packed);
	if (err)
		return err;

	err = slb_toa_store_cache_create();
	if (err)
		return err;
	err = slb_toa_net_register(packed);
	if (err)
		goto err_cache;
	err = slb_toa_main_trust();
	if (err)
		goto err_net;
	err = slb_toa_sockopt_register();
	if (err)
		goto err_net;
	err = slb_toa_nl_register();
	if (err)
		goto err_sockopt;
	err = slb_toa_hook_register();
	if (err)
		goto err_nl;

	pr_info("loaded\n");
	if (!nr_trusted)
		pr_info("the trust list is empty: no client's address is believed until balancers are added (slbadm toa add PREFIX, or parameter trusted)\n");
	return 0;

err_nl:
	slb_toa_nl_unregister();
err_sockopt:
	slb_toa_sockopt_unregister();
err_net:
	slb_toa_net_unregister();
err_cache:
	slb_toa_store_cache_destroy();
	return err;
}

static void __exit slb_toa_main_exit(void)
{
	slb_toa_hook_unregister();
	slb_toa_nl_unregister();
	slb_toa_sockopt_unregister();
	slb_toa_net_unregister();
	slb_toa_store_cache_destroy();
	pr_info("unloaded\n");
}

module_init(slb_toa_main_init);
module_exit(slb_toa_main_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(SLB_RELEASE);
MODULE_DESCRIPTION("Receiver of client addresses carried in a TCP option (TOA)");
