// SPDX-License-Identifier: GPL-2.0-only
/* slbadm top: readings from the module. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../conf.h"
#include "../err.h"
#include "../list.h"
#include "top.h"

/* How often a dump that changes interrupted is begun anew, before what came is taken as it is. */
#define SLB_TOP_TRIES	3

#define SLB_TOP_SECONDS	2	/* between two readings, unless said otherwise */

static void slb_top_svc_each(const struct slb_svc *svc, void *data)
{
	slb_top_svc_add(data, svc);
}

static void slb_top_srv_each(const struct slb_srv *srv, void *data)
{
	slb_top_srv_add(data, srv);
}

static int slb_top_dump(struct slb_nl *nl, struct slb_top_reading *now)
{
	int err;

	now->ms = slb_rate_now_ms();
	err = slb_svc_walk(nl, slb_top_svc_each, now);
	return err ? err : slb_srv_walk(nl, slb_top_srv_each, now);
}

static int slb_top_ask(struct slb_nl *nl, struct slb_top_reading *now)
{
	int tries = SLB_TOP_TRIES;
	struct slb_info info;
	int err;

	do {
		slb_top_reading_free(now);
		err = slb_top_dump(nl, now);
	} while (err == -EINTR && --tries);
	if (err && err != -EINTR)
		return err;
	err = slb_info_fetch(nl, &info);
	memcpy(now->version, info.version, sizeof(now->version));
	now->conns = info.value[SLB_A_INFO_CONNS];
	return err;
}

/* A module that was taken out is looked for each time. */
static int slb_top_read(struct slb_top_source *source, struct slb_top_reading *now)
{
	struct slb_nl *nl = source->data;
	int err;

	if (nl->sock) {
		err = slb_top_ask(nl, now);
		if (!err)
			return 0;
		slb_top_reading_free(now);
		snprintf(source->words, sizeof(source->words), "%s", nl->words);
		slb_nl_close(nl);
	}
	/* That there is no module says more than what became of a request. */
	if (slb_nl_open_loaded(nl, &slb_nl_slb))
		snprintf(source->words, sizeof(source->words), "%s", nl->words);
	else if (!slb_top_ask(nl, now))
		return 0;
	slb_top_reading_free(now);
	return -EAGAIN;
}

/**
 * slb_top_run() - show services and servers on the whole terminal until the user has enough
 * @req: the command line
 *
 * Return: SLB_EXIT_*.
 */
int slb_top_run(const struct slb_req *req)
{
	struct slb_nl nl = {};
	struct slb_top_source source = { .read = slb_top_read, .data = &nl };
	int ret;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		slb_err_print("top: the standard %s is no terminal; `slbadm -L --rate' prints what happens in a second",
			      isatty(STDOUT_FILENO) ? "input" : "output");
		return SLB_EXIT_REFUSED;
	}
	if (slb_req_open(&nl, req))
		return SLB_EXIT_REFUSED;
	ret = slb_top_loop(&source, req->seconds ? req->seconds : SLB_TOP_SECONDS);
	slb_nl_close(&nl);
	return ret;
}
