// SPDX-License-Identifier: GPL-2.0-only
/* drain: gives a server weight 0 and waits until its connections have ended. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"

#define SLB_DRAIN_LOOK_US	250000

/**
 * struct slb_drain - a server that is looked after
 * @srv: which one
 * @found: it was in the last answer
 * @left: connections it has
 */
struct slb_drain {
	const struct slb_srv	*srv;
	bool			found;
	__u64			left;
};

/**
 * slb_arg_wait() - --wait
 * @req: the command line
 * @opt: the option
 * @text: seconds
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_wait(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	char buf[64];

	if (slb_number_parse(&req->wait, text, 0, 86400))
		return 0;
	return slb_arg_not(slb_option_text(buf, opt), text, "a number from 0 to 86400");
}

static int slb_drain_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_SRV_MAX + 1];
	struct slb_drain *drain = data;
	struct slb_end end;

	slb_nl_index(nlh, attrs, SLB_A_SRV_MAX);
	slb_end_get(&end, attrs[SLB_A_SRV_ADDR], attrs[SLB_A_SRV_PORT]);
	if (slb_end_compare(&end, &drain->srv->end))
		return 0;
	drain->found = true;
	drain->left = slb_nl_number(attrs[SLB_A_SRV_ACTIVE]) +
		      slb_nl_number(attrs[SLB_A_SRV_INACTIVE]);
	return 0;
}

static int slb_drain_look(struct slb_nl *nl, struct slb_drain *drain)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_SRV_GET, NLM_F_DUMP);

	drain->found = false;
	drain->left = 0;
	slb_srv_owner_put(nlh, drain->srv);
	return slb_nl_talk(nl, slb_drain_answer, drain);
}

/* Until it is empty or somebody else has removed it; returns SLB_EXIT_*. */
static int slb_drain_wait(struct slb_nl *nl, const struct slb_req *req, const char *text)
{
	struct slb_drain drain = { .srv = &req->srv };
	time_t end = time(NULL) + req->wait;
	__u64 shown = ~0ULL;
	int err;

	for (;;) {
		err = slb_drain_look(nl, &drain);
		if (err == -EINTR)
			continue;	/* the configuration changed meanwhile */
		if (err) {
			slb_err_print("%s: %s", text, nl->words);
			return SLB_EXIT_REFUSED;
		}
		if (drain.left != shown)
			printf("%llu connection%s left\n", (unsigned long long)drain.left,
			       drain.left == 1 ? "" : "s");
		shown = drain.left;
		fflush(stdout);
		if (!drain.left)
			return SLB_EXIT_DONE;
		if (slb_req_has(req, SLB_SLOT_WAIT) && time(NULL) >= end)
			break;
		usleep(SLB_DRAIN_LOOK_US);
	}
	slb_err_print("%s: connections left after %u seconds: %llu", text, req->wait,
		      (unsigned long long)drain.left);
	return SLB_EXIT_REFUSED;
}

/**
 * slb_drain_run() - drain
 * @req: the command line
 *
 * Return: SLB_EXIT_*.
 */
int slb_drain_run(const struct slb_req *req)
{
	struct slb_srv srv = req->srv;
	char text[SLB_OBJECT_TEXT];
	struct slb_nl nl;
	int ret = SLB_EXIT_REFUSED;

	if (slb_req_open(&nl, req))
		return ret;
	slb_req_text(text, req);
	srv.value[SLB_A_SRV_WEIGHT] = 0;
	srv.given = SLB_GIVEN(SLB_A_SRV_WEIGHT);
	if (slb_srv_send(&nl, SLB_CMD_SRV_NEW, NLM_F_REPLACE, &srv))
		slb_err_print("%s: %s", text, nl.words);
	else
		ret = slb_drain_wait(&nl, req, text);
	slb_nl_close(&nl);
	return ret;
}
