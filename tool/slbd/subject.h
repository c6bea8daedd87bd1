/* SPDX-License-Identifier: GPL-2.0-only */
/* A server of a group, as the daemon keeps it. */
#ifndef SLBD_SUBJECT_H
#define SLBD_SUBJECT_H

#include "check.h"

struct slbd_check;
struct slbd_tally;

/**
 * struct slbd_subject - a server of a group
 * @group: the named group, or empty
 * @svc: without @group: the service that has the group for its own
 * @end: the server
 * @source: a local address of the pool that serves it; length 0 if this host has none
 * @vrf: of the pool's addresses
 * @down: as the module has it
 * @unproved: as the module has it
 * @wrong: why it cannot be checked, or NULL
 * @check: how it is checked, or NULL
 * @tally: how long the checks of its group take; set as soon as it is one of those that are kept
 * @next: in the check's list
 */
struct slbd_subject {
	char			group[SLB_NAME_MAX + 1];
	struct slb_svc_key	svc;
	struct slb_end		end;
	struct slb_addr		source;
	__u32			vrf;
	bool			down;
	bool			unproved;
	const char		*wrong;
	struct slbd_check	*check;
	struct slbd_tally	*tally;
	struct slbd_subject	*next;
};

int slbd_subject_compare(const struct slbd_subject *a, const struct slbd_subject *b);
struct slbd_subject *slbd_subject_new(const struct slb_srv *srv);
void slbd_subject_adopt(struct slbd_subject *old, struct slbd_subject *subject);
struct slbd_subject **slbd_subjects_of_config(const struct slb_config *config, size_t *count);
struct slbd_subject **slbd_subjects_of_conf(const struct slbd_conf *conf, size_t *count);

#endif
