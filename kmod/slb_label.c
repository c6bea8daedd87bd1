// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and comments that people give services, groups and servers. Nothing refers to them; they
 * are UTF-8 without control characters, so that terminals and JSON can show them.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "slb_alloc.h"
#include "slb_nl.h"

/* Bytes of the character at @c, 0 if it is none, or one that is not for printing. */
static unsigned int slb_label_char(const u8 *c)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int n, i;
	u32 code;

	if (c[0] < 0x80)
		return c[0] >= 0x20 && c[0] != 0x7f;
	n = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	if (c[0] < 0xc0 || c[0] >= 0xf8)
		return 0;
	code = c[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((c[i] & 0xc0) != 0x80)	/* the terminating zero too */
			return 0;
		code = code << 6 | (c[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || code < 0xa0)
		return 0;
	return n;
}

/* Characters in @text, or -1. */
static int slb_label_len(const char *text)
{
	unsigned int n;
	int len = 0;

	for (; *text; text += n, len++) {
		n = slb_label_char((const u8 *)text);
		if (!n)
			return -1;
	}
	return len;
}

static int slb_label_text(const struct nlattr *attr, struct netlink_ext_ack *extack, char **text,
			  int longest)
{
	int len;

	*text = NULL;
	if (!attr)
		return 0;
	*text = slb_alloc(nla_strdup(attr, SLB_GFP_CONFIG));
	if (!*text)
		return slb_nl_refuse(extack, attr, -ENOMEM, "no memory for the text");
	len = slb_label_len(*text);
	if (len < 0)
		return slb_nl_refuse(extack, attr, -EINVAL,
				     "the text is not UTF-8, or has control characters");
	if (len > longest)
		return slb_nl_refuse(extack, attr, -ERANGE, "the text is too long");
	return 0;
}

/**
 * slb_label_read() - read a name and a comment
 * @new: the answer, to be freed by slb_label_free() also when this fails
 * @name: attribute, or NULL
 * @comment: attribute, or NULL
 * @extack: for the sentence
 *
 * Context: process; sleeps.
 * Return: 0 or a negative error.
 */
int slb_label_read(struct slb_label *new, const struct nlattr *name, const struct nlattr *comment,
		   struct netlink_ext_ack *extack)
{
	new->comment = NULL;
	return slb_label_text(name, extack, &new->name, SLB_NAME_MAX) ?:
	       slb_label_text(comment, extack, &new->comment, SLB_COMMENT_MAX);
}

static void slb_label_take(char **have, char **new)
{
	if (!*new)
		return;
	swap(*have, *new);
	if (**have)
		return;
	kfree(*have);		/* an empty one takes away what was there */
	*have = NULL;
}

/**
 * slb_label_change_locked() - take over what was given
 * @have: the object's
 * @new: from slb_label_read()
 *
 * Context: process, caller holds sn->cfg_mutex.
 */
void slb_label_change_locked(struct slb_label *have, struct slb_label *new)
{
	slb_label_take(&have->name, &new->name);
	slb_label_take(&have->comment, &new->comment);
}

/**
 * slb_label_free() - free the texts
 * @label: whose; nobody reads it any more
 *
 * Context: any.
 */
void slb_label_free(struct slb_label *label)
{
	kfree(label->name);
	kfree(label->comment);
}

/**
 * slb_label_put_locked() - write name and comment
 * @skb: the message
 * @label: what is not given is not written
 * @name: attribute
 * @comment: attribute
 *
 * Context: process, caller holds sn->cfg_mutex.
 * Return: 0 or -EMSGSIZE.
 */
int slb_label_put_locked(struct sk_buff *skb, const struct slb_label *label, int name, int comment)
{
	if ((label->name && nla_put_string(skb, name, label->name)) ||
	    (label->comment && nla_put_string(skb, comment, label->comment)))
		return -EMSGSIZE;
	return 0;
}
