/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of objects: services, servers, local addresses... Each has a file of its own that says in a
 * struct slb_object what commands about it do; rows of table.c's commands point to it. A new kind is
 * such a file, a row in object.c's slb_objects if -S writes it, and its rows in table.c.
 */
#ifndef SLB_OBJECT_H
#define SLB_OBJECT_H

#include "opts.h"

/* A member of struct slb_req that commands about an object fill in. */
struct slb_part {
	size_t	at;
	size_t	size;
};

#define SLB_PART(_member) \
	{ .at = offsetof(struct slb_req, _member), .size = sizeof(((struct slb_req *)0)->_member) }

#define SLB_PARTS	3

/**
 * struct slb_object - a kind of objects; each function may be missing
 * @part: what a restore file keeps of a command; the first part names the object
 * @unclear: a line of a restore file that fills these slots does not say by itself which object it
 *	means
 * @finish: judges what can be judged only when all options are known; returns 0, or -1 after saying
 *	what is wrong
 * @text: writes to SLB_OBJECT_TEXT bytes what a command wants, for messages about it
 * @send: sends the request; 0 or a negative errno
 * @print: prints the command as -S does, behind its letter or name
 * @kept: a restore file keeps the parts; the command must no longer free what they point to
 * @drop: frees what a kept first part points to
 * @fill: gives everything an adding line leaves out its default
 * @compare: order of two first parts by what names the object
 * @load: SLB_LOAD_* that asks for these objects
 * @dump: fetches all of them to the configuration; 0 or a negative errno
 * @sort: brings them into their order
 * @whole: whether what came in several dumps fits together
 * @save: prints them as commands; may change them before
 * @free: frees them
 * @ntf: command of the message that announces a change of one of them
 * @event: prints such a message
 */
struct slb_object {
	struct slb_part	part[SLB_PARTS];
	slb_slots	unclear;
	int		(*finish)(struct slb_req *req);
	const char	*(*text)(char *buf, const struct slb_req *req);
	int		(*send)(struct slb_nl *nl, struct slb_req *req, __u16 flags);
	void		(*print)(const struct slb_req *req);
	void		(*kept)(struct slb_req *req);
	void		(*drop)(void *part);
	void		(*fill)(struct slb_req *req);
	int		(*compare)(const void *a, const void *b);

	unsigned int	load;
	int		(*dump)(struct slb_nl *nl, struct slb_config *config);
	void		(*sort)(struct slb_config *config);
	bool		(*whole)(const struct slb_config *config);
	void		(*save)(struct slb_config *config);
	void		(*free)(struct slb_config *config);

	__u8		ntf;
	void		(*event)(const struct nlmsghdr *nlh);
};

/* In the order in which -S writes them; ends with NULL. */
extern const struct slb_object * const slb_objects[];

extern const struct slb_object slb_object_set;
extern const struct slb_object slb_object_laddr;
extern const struct slb_object slb_object_acl;
extern const struct slb_object slb_object_acls;
extern const struct slb_object slb_object_group;
extern const struct slb_object slb_object_persist;
extern const struct slb_object slb_object_svc;
extern const struct slb_object slb_object_srv;
extern const struct slb_object slb_object_limit;
extern const struct slb_object slb_object_all;
extern const struct slb_object slb_object_conns;
extern const struct slb_object slb_object_explain;

#endif
