// SPDX-License-Identifier: GPL-2.0-only
/* The two families that the programs speak, and the versions of both sides. */
#include "list.h"
#include "out.h"
#include "err.h"
#include "slb_names_gen.h"
#include "slb_toa_names_gen.h"
#include <linux/slb_toa.h>

const struct slb_nl_family slb_nl_slb = {
	.name = SLB_FAMILY_NAME, .version = SLB_FAMILY_VERSION, .cmd = slb_cmd_names,
	.cmd_count = MNL_ARRAY_SIZE(slb_cmd_names),
};

const struct slb_nl_family slb_nl_toa = {
	.name = SLB_TOA_FAMILY_NAME, .version = SLB_TOA_FAMILY_VERSION, .cmd = slb_toa_cmd_names,
	.cmd_count = MNL_ARRAY_SIZE(slb_toa_cmd_names),
};

/**
 * slb_main_version() - print the versions of tool and module
 * @req: the command line
 *
 * Return: SLB_EXIT_DONE.
 */
int slb_main_version(const struct slb_req *req)
{
	struct slb_nl nl;
	bool loaded;

	loaded = !slb_nl_open_loaded(&nl, &slb_nl_slb);
	slb_out_begin(slb_req_has(req, SLB_SLOT_JSON), true);
	slb_list_version(&nl, loaded);
	slb_out_end();
	slb_nl_close(&nl);
	return SLB_EXIT_DONE;
}
