// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of options that several kinds of objects have. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "object.h"

/**
 * slb_arg_wrong() - say what is wrong with an argument
 * @opt: the option
 * @text: its argument
 * @wrong: what is wrong
 *
 * Return: -1.
 */
int slb_arg_wrong(const struct slb_option *opt, const char *text, const char *wrong)
{
	char buf[64];

	slb_err_print("%s: `%s': %s", slb_option_text(buf, opt), text, wrong);
	return -1;
}

/**
 * slb_arg_not() - say what an argument should have been
 * @name: option or key as the user knows it
 * @text: the argument
 * @range: what it should have been
 *
 * Return: -1.
 */
int slb_arg_not(const char *name, const char *text, const char *range)
{
	slb_err_print("%s: `%s' is not %s", name, text, range);
	return -1;
}

/**
 * slb_arg_vrf() - --vrf
 * @req: the command line
 * @opt: the option
 * @text: name or number of the device
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_vrf(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	__u32 vrf = if_nametoindex(text);

	if (!vrf && !slb_number_parse(&vrf, text, 1, 0x7fffffff))
		return slb_arg_wrong(opt, text, "there is no such device");
	if (req->command->object == &slb_object_laddr)
		req->laddr.value[SLB_A_LADDR_VRF] = vrf;
	else
		req->svc.key.vrf = vrf;
	return 0;
}

/**
 * slb_arg_watch() - --watch
 * @req: the command line
 * @opt: the option
 * @text: seconds; without any the default
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_watch(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	req->seconds = 2;
	if (text && !slb_number_parse(&req->seconds, text, 1, 86400))
		return slb_arg_wrong(opt, text, "not a number of seconds from 1 to 86400");
	return 0;
}

/**
 * slb_arg_pool() - --pool
 * @req: the command line
 * @opt: the option
 * @text: name; the empty one is the default pool
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_pool(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	if (strlen(text) > SLB_NAME_MAX)
		return slb_arg_wrong(opt, text, "the name is longer than 80 bytes");
	if (req->command->object == &slb_object_svc)
		strcpy(req->svc.pool, text);
	else
		strcpy(req->laddr.pool, text);
	req->svc.given |= SLB_GIVEN(SLB_A_SVC_POOL);
	return 0;
}
