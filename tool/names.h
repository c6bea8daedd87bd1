/* SPDX-License-Identifier: GPL-2.0-only */
/* The shapes of the generated tables of names. */
#ifndef SLB_NAMES_H
#define SLB_NAMES_H

/* An enum's entry: its name in the specification and a sentence about it; holes have no name. */
struct slb_name {
	const char *name;
	const char *text;
};

struct slb_attr_set;

/* An attribute, by number; number 0 and holes have no name. */
struct slb_attr_name {
	const char *name;
	const struct slb_attr_set *nested;	/* what a nest holds */
};

struct slb_attr_set {
	const struct slb_attr_name *attr;
	unsigned int count;			/* length of @attr */
};

/* A command, by number, and the set its top-level attributes are from. */
struct slb_cmd_name {
	const char *name;
	const struct slb_attr_set *set;
};

#endif
