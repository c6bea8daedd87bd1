// SPDX-License-Identifier: GPL-2.0-only
/* ipvsadm's flags of scheduling methods, in terms of ours. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "opts.h"
#include "slb_names_gen.h"

/* Fallback is what slb always does: a server that takes no new connections is passed over. */
static const struct {
	const char	*flag;
	const char	*other;
	__u32		method;
	__u32		becomes;
} slb_sched_flags[] = {
	{ "sh-fallback", "flag-1", SLB_SCHED_SH, SLB_SCHED_SH },
	{ "sh-port", "flag-2", SLB_SCHED_SH, SLB_SCHED_SH_PORT },
	{ "mh-fallback", "flag-1", SLB_SCHED_MH, SLB_SCHED_MH },
	{ "mh-port", "flag-2", SLB_SCHED_MH, SLB_SCHED_MH_PORT },
	{}
};

/* The method that @method is without flags. */
static __u32 slb_sched_plain(__u32 method)
{
	size_t i;

	for (i = 0; slb_sched_flags[i].flag; i++)
		if (slb_sched_flags[i].becomes == method)
			return slb_sched_flags[i].method;
	return method;
}

static int slb_sched_flag(__u32 *method, const char *flag, size_t len)
{
	__u32 plain = slb_sched_plain(*method);
	size_t i;

	for (i = 0; slb_sched_flags[i].flag; i++) {
		const char *a = slb_sched_flags[i].flag;
		const char *b = slb_sched_flags[i].other;

		if ((strlen(a) != len || strncmp(a, flag, len)) &&
		    (strlen(b) != len || strncmp(b, flag, len)))
			continue;
		if (slb_sched_flags[i].method != plain)
			continue;
		if (slb_sched_flags[i].becomes != plain)
			*method = slb_sched_flags[i].becomes;
		return 0;
	}
	slb_err_print("-b: `%.*s' is not a flag of %s", (int)len, flag,
		      slb_sched_names[plain].name);
	return -1;
}

/**
 * slb_arg_sched_flags() - -b of services
 * @req: the command line
 * @opt: the option
 * @text: FLAG,...
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_sched_flags(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	__u32 *method = &req->svc.value[SLB_A_SVC_SCHED];
	size_t len;

	(void)opt;
	if (!(req->svc.given & SLB_GIVEN(SLB_A_SVC_SCHED))) {
		slb_err_print("-b: flags need their method: -s sh or -s mh");
		return -1;
	}
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (slb_sched_flag(method, text, len))
			return -1;
		if (!text[len])
			return 0;
	}
}
