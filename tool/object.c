// SPDX-License-Identifier: GPL-2.0-only
/* What commands do, by the kind of object they are about, and the whole configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "object.h"

const struct slb_object * const slb_objects[] = {
	&slb_object_set,
	&slb_object_laddr,
	&slb_object_acl,
	&slb_object_group,
	&slb_object_limit,
	&slb_object_svc,
	&slb_object_srv,
	NULL
};

/**
 * slb_req_text() - say what a command line wants, for messages about it
 * @buf: SLB_OBJECT_TEXT bytes
 * @req: the command line
 *
 * Return: a text such as "add server 10.1.0.11:8080 to tcp 10.0.0.80:80".
 */
const char *slb_req_text(char *buf, const struct slb_req *req)
{
	const struct slb_object *object = req->command->object;

	return object && object->text ? object->text(buf, req) : req->command->name;
}

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
	return req->command->act == SLB_ACT_EDIT ? NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL;
}

/**
 * slb_req_said() - pass on what the kernel said to a command
 * @nl: the family
 * @req: the command
 * @err: 0 or a negative errno
 *
 * Return: @err.
 */
int slb_req_said(struct slb_nl *nl, const struct slb_req *req, int err)
{
	char text[SLB_OBJECT_TEXT];

	if (err)
		slb_err_print("%s: %s", slb_req_text(text, req), nl->words);
	else if (*nl->words)
		slb_err_warn("%s: %s", slb_req_text(text, req), nl->words);
	return err;
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
	return slb_req_said(nl, req, req->command->object->send(nl, req, flags));
}

/**
 * slb_config_sort() - bring all lists into their order
 * @config: the configuration
 */
void slb_config_sort(struct slb_config *config)
{
	const struct slb_object * const *object;

	for (object = slb_objects; *object; object++)
		if ((*object)->sort)
			(*object)->sort(config);
}

/**
 * slb_config_free() - free what a configuration holds and make it empty
 * @config: the configuration
 */
void slb_config_free(struct slb_config *config)
{
	const struct slb_object * const *object;

	for (object = slb_objects; *object; object++)
		if ((*object)->free)
			(*object)->free(config);
	memset(config, 0, sizeof(*config));
}

static int slb_config_dump(struct slb_nl *nl, struct slb_config *config, unsigned int what)
{
	const struct slb_object * const *object;
	int err = 0;

	for (object = slb_objects; *object && !err; object++)
		if ((*object)->load & what)
			err = (*object)->dump(nl, config);
	slb_config_sort(config);
	for (object = slb_objects; *object && !err; object++)
		if ((*object)->load & what && (*object)->whole && !(*object)->whole(config))
			err = -EINTR;
	return err;
}

/**
 * slb_config_load() - fetch the configuration, sorted
 * @nl: the family
 * @config: result, to be freed by slb_config_free()
 * @what: SLB_LOAD_*
 *
 * Return: 0 or a negative errno; -EINTR if it changed again and again while it was read.
 */
int slb_config_load(struct slb_nl *nl, struct slb_config *config, unsigned int what)
{
	int tries = SLB_NL_TRIES;
	int err;

	memset(config, 0, sizeof(*config));
	do {
		slb_config_free(config);
		err = slb_config_dump(nl, config, what);
	} while (err == -EINTR && --tries);
	if (err == -EINTR)
		snprintf(nl->words, sizeof(nl->words),
			 "the configuration kept changing while it was read");
	if (err)
		slb_config_free(config);
	return err;
}
