// SPDX-License-Identifier: GPL-2.0-only
/* Module load and unload. */

#include <linux/module.h>
#include "selftest/selftest.h"
#include "slb_alloc.h"
#include "slb_fast.h"
#include "slb_lro.h"
#include "slb_net.h"
#include "slb_nl_gen.h"

static int __init slb_main_init(void)
{
	int err;

	err = slb_selftest_run();
	if (err)
		return err;
	err = slb_conn_cache_init();
	if (err)
		return err;
	err = slb_persist_cache_init();
	if (err)
		goto err_cache;
	err = slb_net_register();
	if (err)
		goto err_persist;
	err = slb_lro_init();
	if (err)
		goto err_net;
	err = slb_fast_rival_init();
	if (err)
		goto err_lro;
	err = slb_fast_dev_init();
	if (err)
		goto err_rival;
	err = slb_nl_acl_init();
	if (err)
		goto err_fast;
	err = slb_attempt(-ENOMEM, genl_register_family(&slb_nl_family));
	if (err)
		goto err_acl;
	pr_info("version %s loaded\n", SLB_RELEASE);
	return 0;

err_acl:
	slb_nl_acl_exit();
err_fast:
	slb_fast_dev_exit();
err_rival:
	slb_fast_rival_exit();
err_lro:
	slb_lro_exit();
err_net:
	slb_net_unregister();
err_persist:
	slb_persist_cache_exit();
err_cache:
	slb_conn_cache_exit();
	return err;
}

static void __exit slb_main_exit(void)
{
	genl_unregister_family(&slb_nl_family);
	slb_nl_acl_exit();
	slb_fast_dev_exit();
	slb_fast_rival_exit();
	slb_lro_exit();
	slb_net_unregister();
	rcu_barrier();	/* callbacks that have counted their object but not yet returned */
	slb_persist_cache_exit();
	slb_conn_cache_exit();
	pr_info("unloaded\n");
}

module_init(slb_main_init);
module_exit(slb_main_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Layer-4 load balancer");
MODULE_VERSION(SLB_RELEASE);
MODULE_ALIAS_GENL_FAMILY(SLB_FAMILY_NAME);

#ifdef SLB_SELFTEST
#include "selftest/run.c"
#endif
