// SPDX-License-Identifier: GPL-2.0-only
/* Executes a command that changes something, from the command line or from a restore file. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "err.h"

/**
 * slb_req_open() - open the way to the module for a command
 * @nl: filled in
 * @req: the command line, for the message when that fails
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_req_open(struct slb_nl *nl, const struct slb_req *req)
{
	char text[SLB_OBJECT_TEXT];

	if (!slb_nl_open(nl, &slb_nl_slb))
		return 0;
	slb_err_print("%s: %s", slb_req_text(text, req), nl->words);
	return -1;
}

/**
 * slb_req_flags() - how a command is to treat what exists
 * @req: the command line
 *
 * Return: NLM_F_* of a "new" request.
 */
__u16 slb_req_flags(const struct slb_req *req)
{
	switch (req->command->id) {
	case SLB_DO_SVC_EDIT:
	case SLB_DO_SRV_EDIT:
	case SLB_DO_LADDR_EDIT:
		return NLM_F_REPLACE;
	default:
		return NLM_F_CREATE | NLM_F_EXCL;
	}
}

/* A local address that was given with a service goes to that service's pool. */
static int slb_req_pool(struct slb_nl *nl, struct slb_req *req)
{
	struct slb_svc svc = { .key = req->svc.key };
	int err;

	if (!slb_req_has(req, SLB_SLOT_SERVICE))
		return 0;
	err = slb_svc_fetch(nl, &svc);
	if (!err)
		strcpy(req->laddr.pool, svc.pool);
	return err;
}

static int slb_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	int err;

	switch (req->command->id) {
	case SLB_DO_SVC_ADD:
	case SLB_DO_SVC_EDIT:
		return slb_svc_send(nl, SLB_CMD_SVC_NEW, flags, &req->svc);
	case SLB_DO_SVC_DEL:
		return slb_svc_send(nl, SLB_CMD_SVC_DEL, 0, &req->svc);
	case SLB_DO_SRV_ADD:
	case SLB_DO_SRV_EDIT:
		return slb_srv_send(nl, SLB_CMD_SRV_NEW, flags, &req->srv);
	case SLB_DO_SRV_DEL:
		return slb_srv_send(nl, SLB_CMD_SRV_DEL, 0, &req->srv);
	case SLB_DO_LADDR_ADD:
	case SLB_DO_LADDR_EDIT:
		err = slb_req_pool(nl, req);
		return err ? err : slb_laddr_send(nl, SLB_CMD_LADDR_NEW, flags, &req->laddr);
	case SLB_DO_LADDR_DEL:
		err = slb_req_pool(nl, req);
		return err ? err : slb_laddr_send(nl, SLB_CMD_LADDR_DEL, 0, &req->laddr);
	case SLB_DO_ZERO:
		return slb_req_has(req, SLB_SLOT_SERVICE) ?
			       slb_svc_send(nl, SLB_CMD_ZERO, 0, &req->svc) :
			       slb_plain_send(nl, SLB_CMD_ZERO);
	case SLB_DO_CLEAR:
		return slb_plain_send(nl, SLB_CMD_FLUSH);
	case SLB_DO_SET:
		return slb_settings_send(nl, &req->set);
	default:
		return 0;
	}
}

/**
 * slb_req_apply() - execute a command that changes something
 * @nl: the family
 * @req: the command
 * @flags: NLM_F_* for commands that add or change an object
 *
 * Return: 0, or a negative errno after saying what is wrong.
 */
int slb_req_apply(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	int err = slb_req_send(nl, req, flags);
	char text[SLB_OBJECT_TEXT];

	if (err)
		slb_err_print("%s: %s", slb_req_text(text, req), nl->words);
	else if (*nl->words)
		slb_err_warn("%s: %s", slb_req_text(text, req), nl->words);
	return err;
}
