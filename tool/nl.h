/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transport: requests to one generic netlink family and the kernel's words about them.
 *
 * Functions that talk return 0 or a negative errno; what went wrong is then a sentence in @words.
 */
#ifndef SLB_NL_H
#define SLB_NL_H

#include <libmnl/libmnl.h>
#include <linux/types.h>
#include <stdbool.h>

#include "names.h"

/* Room for a request: the longest is a list of a thousand prefixes. */
#define SLB_NL_REQUEST	65536

/* How often a dump that the configuration's changes interrupt is begun anew. */
#define SLB_NL_TRIES	50

/**
 * struct slb_nl_family - what the tool knows of a family
 * @name: its name, which is also the module's
 * @version: version spoken
 * @cmd: its commands by number
 * @cmd_count: entries in @cmd
 */
struct slb_nl_family {
	const char			*name;
	__u8				version;
	const struct slb_cmd_name	*cmd;
	unsigned int			cmd_count;
};

struct slb_nl {
	const struct slb_nl_family	*family;
	struct mnl_socket		*sock;
	__u16				id;		/* family's number, from the controller */
	__u32				seq;
	char				words[512];	/* why the last talk failed, or a warning */
	char				*tx;
	char				*rx;
	int				err;		/* of whoever takes the answer */
	bool				intr;		/* the dump was interrupted */
};

extern const struct slb_nl_family slb_nl_slb;
extern const struct slb_nl_family slb_nl_toa;

bool slb_nl_names(const struct slb_nl_family *family, const struct nlattr **attrs);
int slb_nl_open(struct slb_nl *nl, const struct slb_nl_family *family);
int slb_nl_open_loaded(struct slb_nl *nl, const struct slb_nl_family *family);
void slb_nl_close(struct slb_nl *nl);

int slb_nl_join(struct slb_nl *nl, const char *group);
void slb_nl_roomy(struct slb_nl *nl);
int slb_nl_take(struct slb_nl *nl, int (*each)(const struct nlmsghdr *nlh, void *data), void *data);
int slb_nl_listen(struct slb_nl *nl, int (*each)(const struct nlmsghdr *nlh, void *data),
		  void *data);

struct nlmsghdr *slb_nl_request(struct slb_nl *nl, __u8 cmd, __u16 flags);
int slb_nl_send(struct slb_nl *nl);
int slb_nl_step(struct slb_nl *nl, int (*answer)(const struct nlmsghdr *nlh, void *data),
		void *data);
int slb_nl_talk(struct slb_nl *nl, int (*answer)(const struct nlmsghdr *nlh, void *data),
		void *data);

void slb_nl_index(const struct nlmsghdr *nlh, const struct nlattr **attrs, __u16 max);
void slb_nl_index_nest(const struct nlattr *nest, const struct nlattr **attrs, __u16 max);
__u64 slb_nl_number(const struct nlattr *attr);

#endif
