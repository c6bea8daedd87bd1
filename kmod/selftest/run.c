// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the tests that stand at the foot of the files they test, and reports in KTAP. A new one
 * needs its declaration in check.h and a line here.
 */
#include "check.h"

static const struct {
	const char	*name;
	int		(*run)(void);
} slb_selftests[] = {
	{ "pkt",	slb_selftest_pkt },
	{ "quote",	slb_selftest_quote },
	{ "csum",	slb_selftest_csum },
	{ "tcpopt",	slb_selftest_tcpopt },
	{ "state",	slb_selftest_state },
	{ "table",	slb_selftest_table },
	{ "wheel",	slb_selftest_wheel },
	{ "lease",	slb_selftest_lease },
	{ "open",	slb_selftest_open },
	{ "filter",	slb_selftest_filter },
	{ "sched",	slb_selftest_sched },
	{ "acl",	slb_selftest_acl },
	{ "xmit",	slb_selftest_xmit },
	{ "gcra",	slb_selftest_gcra },
};

static bool slb_selftest_wanted = true;
module_param_named(selftest, slb_selftest_wanted, bool, 0400);
MODULE_PARM_DESC(selftest, "run the self tests at load");

/**
 * slb_selftest_run() - run every test, unless the parameter "selftest" says no
 *
 * Context: module load, before anything is registered.
 * Return: 0, or -ENOTRECOVERABLE if one failed, so that the module does not load.
 */
int slb_selftest_run(void)
{
	int failed = 0;
	size_t i;

	if (!slb_selftest_wanted)
		return 0;
	pr_info("KTAP version 1\n");
	pr_info("1..%zu\n", ARRAY_SIZE(slb_selftests));
	for (i = 0; i < ARRAY_SIZE(slb_selftests); i++) {
		bool bad = slb_selftests[i].run();

		failed += bad;
		pr_info("%sok %zu %s\n", bad ? "not " : "", i + 1, slb_selftests[i].name);
	}
	pr_info("%zu passed, %d failed\n", ARRAY_SIZE(slb_selftests) - failed, failed);
	return failed ? -ENOTRECOVERABLE : 0;
}
