// SPDX-License-Identifier: GPL-2.0-only
/* Names and comments that people give services, groups and servers; whose an object is. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "list.h"
#include "object.h"
#include "out.h"

static struct slb_label *slb_label_of(struct slb_req *req)
{
	if (req->command->object == &slb_object_svc)
		return &req->svc.label;
	return req->command->object == &slb_object_srv ? &req->srv.label : &req->group.label;
}

/**
 * slb_arg_name() - --name
 * @req: the command line
 * @opt: the option
 * @text: the name; the empty one takes it away
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_name(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_label *label = slb_label_of(req);

	if (strlen(text) >= sizeof(label->name))
		return slb_arg_wrong(opt, text, "the name is longer than 80 characters");
	strcpy(label->name, text);
	label->name_given = true;
	return 0;
}

/**
 * slb_arg_comment() - --comment
 * @req: the command line
 * @opt: the option
 * @text: the comment; the empty one takes it away
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_comment(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	struct slb_label *label = slb_label_of(req);

	if (strlen(text) >= sizeof(label->comment))
		return slb_arg_wrong(opt, text, "the comment is longer than 255 characters");
	strcpy(label->comment, text);
	label->comment_given = true;
	return 0;
}

/**
 * slb_label_put() - add name and comment to a request, if they are given
 * @nlh: the request
 * @label: the texts
 * @name: attribute of the name; 0 is none
 * @comment: attribute of the comment
 */
void slb_label_put(struct nlmsghdr *nlh, const struct slb_label *label, __u16 name, __u16 comment)
{
	if (label->name_given && name)
		mnl_attr_put_strz(nlh, name, label->name);
	if (label->comment_given)
		mnl_attr_put_strz(nlh, comment, label->comment);
}

/**
 * slb_label_get() - read name and comment from an answer
 * @label: result
 * @name: attribute, or NULL
 * @comment: attribute, or NULL
 */
void slb_label_get(struct slb_label *label, const struct nlattr *name, const struct nlattr *comment)
{
	slb_string_get(label->name, sizeof(label->name), name);
	slb_string_get(label->comment, sizeof(label->comment), comment);
	label->name_given = *label->name;
	label->comment_given = *label->comment;
}

/**
 * slb_label_default() - what was not given is empty
 * @label: the texts
 */
void slb_label_default(struct slb_label *label)
{
	label->name_given = true;
	label->comment_given = true;
}

/**
 * slb_conf_label_print() - print name and comment as -S does, if they are given
 * @label: the texts
 */
void slb_conf_label_print(const struct slb_label *label)
{
	if (label->name_given) {
		printf(" --name ");
		slb_conf_word_print(label->name);
	}
	if (label->comment_given) {
		printf(" --comment ");
		slb_conf_word_print(label->comment);
	}
}

/**
 * slb_label_print() - print name and comment behind the other flags of a list
 * @label: the texts
 * @flags: whether text has them too
 */
void slb_label_print(const struct slb_label *label, bool flags)
{
	if (*label->name)
		slb_out_str("name", flags ? " name=\"%s\"" : NULL, label->name);
	if (*label->comment)
		slb_out_str("comment", flags ? " comment=\"%s\"" : NULL, label->comment);
}

static const struct slb_field slb_owner_field = {
	.name = "owner", .kind = SLB_FIELD_WORD, .words = &slb_owners,
};

/**
 * slb_arg_owner() - --owner of what has no table of fields
 * @req: the command line
 * @opt: the option
 * @text: the owner
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_owner(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	char buf[64];
	const char *range;
	__u32 owner = 0;

	range = slb_field_parse(&slb_owner_field, &owner, text);
	if (range)
		return slb_arg_not(slb_option_text(buf, opt), text, range);
	req->laddr.value[SLB_A_LADDR_OWNER] = owner;
	req->laddr.given |= SLB_GIVEN(SLB_A_LADDR_OWNER);
	req->acl.value[SLB_A_ACL_OWNER] = owner;
	req->acl.given |= SLB_GIVEN(SLB_A_ACL_OWNER);
	req->limit.owner = owner;
	req->limit.given |= SLB_GIVEN(SLB_A_LIMIT_OWNER);
	return 0;
}

/**
 * slb_conf_owner_print() - print whose an object is as -S does
 * @owner: enum slb_owner
 */
void slb_conf_owner_print(__u32 owner)
{
	printf(" --owner %s", slb_word(&slb_owners, owner));
}

/**
 * slb_owner_print() - print whose an object is in a list
 * @owner: enum slb_owner; text tells only one that is not by hand
 */
void slb_owner_print(__u32 owner)
{
	slb_field_print(&slb_owner_field, owner, true);
}
