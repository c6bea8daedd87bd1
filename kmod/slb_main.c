// SPDX-License-Identifier: GPL-2.0-only
/* Module load and unload. */

#include <linux/module.h>

static int __init slb_main_init(void)
{
	pr_info("loaded\n");
	return 0;
}

static void __exit slb_main_exit(void)
{
	pr_info("unloaded\n");
}

module_init(slb_main_init);
module_exit(slb_main_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Layer-4 load balancer");
