// SPDX-License-Identifier: GPL-2.0-only
/* slbadm: understands the command line, hands it to what executes it, and ends with its status. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"

static int slb_main_change(struct slb_req *req)
{
	struct slb_nl nl;
	int err;

	if (slb_req_has(req, SLB_SLOT_DRY_RUN)) {
		slb_conf_req_print(req);
		return SLB_EXIT_DONE;
	}
	if (slb_req_open(&nl, req))
		return SLB_EXIT_REFUSED;
	err = slb_req_apply(&nl, req, slb_req_flags(req));
	slb_nl_close(&nl);
	return err ? SLB_EXIT_REFUSED : SLB_EXIT_DONE;
}

static int slb_main_view(const struct slb_req *req)
{
	char text[SLB_OBJECT_TEXT];
	struct slb_nl nl;
	int err;

	if (slb_req_open(&nl, req))
		return SLB_EXIT_REFUSED;
	if (req->command->id == SLB_DO_SAVE) {
		err = slb_conf_save(&nl, req);	/* neither of the two forms */
	} else if (slb_req_has(req, SLB_SLOT_WATCH)) {
		err = slb_watch(&nl, req);
	} else {
		slb_out_begin(slb_req_has(req, SLB_SLOT_JSON), slb_req_has(req, SLB_SLOT_NUMERIC));
		err = req->command->view(&nl, req);
		slb_out_end();
	}
	if (err)
		slb_err_print("%s: %s", slb_req_text(text, req), nl.words);
	slb_nl_close(&nl);
	return err ? SLB_EXIT_REFUSED : SLB_EXIT_DONE;
}

static int slb_main_run(struct slb_req *req)
{
	const struct slb_command *command = req->command;

	if (command->run)
		return command->run(req);
	/* --set with words changes something. */
	if (command->view && !(req->word_count && command->object && command->object->send))
		return slb_main_view(req);
	return slb_main_change(req);
}

int main(int argc, char **argv)
{
	char list[] = "-L";
	char *word = list;
	struct slb_req req;
	int ret;

	argc--;
	argv++;
	if (argc && !strcmp(*argv, "--complete"))
		return slb_help_complete(argc - 1, argv + 1);
	if (argc == 1 && !strcmp(*argv, "--synopsis")) {
		slb_help_synopsis();
		return SLB_EXIT_DONE;
	}
	if (argc <= 0) {
		argc = 1;
		argv = &word;
	}
	if (slb_req_parse(&req, argc, argv, false)) {
		slb_help_try(req.command);
		ret = SLB_EXIT_USAGE;
	} else {
		ret = slb_main_run(&req);
	}
	slb_req_free(&req);
	if ((fflush(stdout) || ferror(stdout)) && ret == SLB_EXIT_DONE) {
		slb_err_print("cannot write the output");
		ret = SLB_EXIT_REFUSED;
	}
	return ret;
}
