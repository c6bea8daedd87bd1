// SPDX-License-Identifier: GPL-2.0-only
/* slb_toa_test.ko: the receiver's parts that need no ftrace, tested where the
 * sanitizers are. Loading runs the tests and fails when one does. With the
 * parameter listen it runs none but is an in-kernel server in the namespace of
 * whoever loads it.
 */
#include <linux/module.h>
#include "toa_test.h"

static unsigned int rounds = 1000;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how long the random tests go on");

static ushort listen;
module_param(listen, ushort, 0444);
MODULE_PARM_DESC(listen, "TCP port of the in-kernel server");

static const struct {
	const char	*name;
	bool		(*run)(unsigned int rounds);
} slb_toa_tests[] = {
	{ "parse", slb_toa_test_parse },
	{ "store", slb_toa_test_store },
	{ "trust", slb_toa_test_trust },
};

static int __init slb_toa_test_init(void)
{
	bool all = true;
	unsigned int i;

	if (listen)
		return slb_toa_test_listen(listen);

	pr_info("KTAP version 1\n");
	pr_info("1..%zu\n", ARRAY_SIZE(slb_toa_tests));
	for (i = 0; i < ARRAY_SIZE(slb_toa_tests); i++) {
		bool good = slb_toa_tests[i].run(rounds);

		pr_info("%sok %u %s\n", good ? "" : "not ", i + 1,
			slb_toa_tests[i].name);
		all &= good;
	}
	return all ? 0 : -ENOTRECOVERABLE;
}

static void __exit slb_toa_test_exit(void)
{
	slb_toa_test_listen_stop();
}

module_init(slb_toa_test_init);
module_exit(slb_toa_test_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Self tests of slb_toa");
