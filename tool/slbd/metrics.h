/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metrics, from the module and the checks to the text that Prometheus reads.
 *
 * An answer is made in three steps, none of which keeps the checks waiting: collect.c asks the module
 * and keeps what it hears as rows of numbers (snap.c), one part of a dump per turn of the loop;
 * metric.c writes them as text, family by family, as fast as whoever asked reads; endpoint.c speaks HTTP.
 */
#ifndef SLBD_METRICS_H
#define SLBD_METRICS_H

#include <linux/slb.h>
#include <stdbool.h>
#include <stddef.h>

#include "../addr.h"

struct ev_loop;
struct slbd_subject;

/* What has numbers; each class has rows of its own. */
enum slbd_class {
	SLBD_OF_SELF,		/* by enum slbd_self; one row */
	SLBD_OF_MODULE,		/* by SLB_A_INFO_*; one row, none if there is no module */
	SLBD_OF_BUILD,		/* label only */
	SLBD_OF_STATE,		/* servers by state */
	SLBD_OF_MEMORY,		/* what takes it */
	SLBD_OF_DROP,		/* a reason */
	SLBD_OF_COUNT,		/* by SLB_COUNT_*; one row */
	SLBD_OF_SVC,		/* by SLB_A_STATS_*, then by enum slbd_svc_value */
	SLBD_OF_SVC_INFO,	/* label only */
	SLBD_OF_SRV,		/* by SLB_A_STATS_*, then by enum slbd_srv_value */
	SLBD_OF_SRV_INFO,	/* label only */
	SLBD_OF_LADDR,		/* by enum slbd_laddr_value */
	SLBD_OF_LIMIT,		/* by enum slbd_limit_value */
	SLBD_OF_CHECK,		/* by enum slbd_check_value; a server */
	SLBD_OF_OWNER,		/* by enum slbd_owner_value; a service or group with checks */
	SLBD_CLASSES
};

enum slbd_self {
	SLBD_SELF_UP,
	SLBD_SELF_COLLECT,	/* microseconds */
	SLBD_SELF_CHECKS,
	SLBD_SELF_RUNNING,
	SLBD_SELF_CPU,		/* microseconds */
	SLBD_SELF_MEMORY,
	SLBD_SELF_START,
	SLBD_SELF_VALUES
};

enum slbd_svc_value {
	SLBD_SVC_ENABLED = SLB_A_STATS_MAX + 1,
	SLBD_SVC_SERVERS,
	SLBD_SVC_CONNS,
	SLBD_SVC_MAX_CONNS,
	SLBD_SVC_MAX_RATE,
	SLBD_SVC_VALUES
};

enum slbd_srv_value {
	SLBD_SRV_UP = SLB_A_STATS_MAX + 1,
	SLBD_SRV_WEIGHT,
	SLBD_SRV_ACTIVE,
	SLBD_SRV_INACTIVE,
	SLBD_SRV_MAX_CONNS,
	SLBD_SRV_VALUES
};

enum slbd_laddr_value {
	SLBD_LADDR_PORTS,
	SLBD_LADDR_LEASES,
	SLBD_LADDR_EXHAUSTED,
	SLBD_LADDR_RECLAIMED,
	SLBD_LADDR_VALUES
};

enum slbd_limit_value {
	SLBD_LIMIT_NOW,
	SLBD_LIMIT_MAX_CONNS,
	SLBD_LIMIT_MAX_RATE,
	SLBD_LIMIT_REFUSED_CONNS,
	SLBD_LIMIT_REFUSED_RATE,
	SLBD_LIMIT_VALUES
};

enum slbd_check_value {
	SLBD_CHECK_OK,
	SLBD_CHECK_FAILED,
	SLBD_CHECK_UNKNOWN,
	SLBD_CHECK_TOOK,	/* microseconds */
	SLBD_CHECK_VALUES
};

#define SLBD_TALLY_BOUNDS	14	/* of the histogram; longer ones are in the last bucket */

enum slbd_owner_value {
	SLBD_OWNER_BUCKET,
	SLBD_OWNER_COUNT = SLBD_TALLY_BOUNDS,
	SLBD_OWNER_SUM,		/* microseconds */
	SLBD_OWNER_VALUES
};

/* In place of a number: there is none, and no line for it. */
#define SLBD_NO_VALUE	(~0ULL)

/**
 * struct slbd_rows - what is known of a class
 * @value: all numbers, row by row
 * @label: where the labels of each row begin in the snap's
 * @count: rows
 * @room: rows that fit
 */
struct slbd_rows {
	__u64	*value;
	size_t	*label;
	size_t	count;
	size_t	room;
};

/**
 * struct slbd_snap - everything at one time
 * @refs: who looks at it
 * @rows: by class
 * @label: labels of all rows, written as in the answer, each behind the other with its zero
 * @label_len: bytes in use
 * @label_room: bytes that fit
 */
struct slbd_snap {
	unsigned int		refs;
	struct slbd_rows	rows[SLBD_CLASSES];
	char			*label;
	size_t			label_len;
	size_t			label_room;
};

/* snap.c */
struct slbd_snap *slbd_snap_new(void);
void slbd_snap_put(struct slbd_snap *snap);
unsigned int slbd_snap_count(void);
unsigned int slbd_snap_values(enum slbd_class class);
__u64 *slbd_snap_row(struct slbd_snap *snap, enum slbd_class class);
void slbd_snap_label(struct slbd_snap *snap, const char *name, const char *value);
void slbd_snap_reset(struct slbd_snap *snap, enum slbd_class class);

/* collect.c */
void slbd_collect_init(struct ev_loop *loop, bool dry);
void slbd_collect(void (*done)(struct slbd_snap *snap));
void slbd_collect_end(void);

/* tally.c */

/**
 * struct slbd_tally - how long the checks of a service or group took
 * @bucket: how many, by bound; the last is for those that took longer
 * @count: all of them
 * @sum: seconds
 */
struct slbd_tally {
	__u64	bucket[SLBD_TALLY_BOUNDS];
	__u64	count;
	double	sum;
};

extern const char *const slbd_tally_bound[SLBD_TALLY_BOUNDS];

void slbd_tally_add(struct slbd_tally *tally, double took);
void slbd_tallies_take(struct slbd_subject **subject, size_t count);

/* metric.c */
struct slbd_reader;

struct slbd_reader *slbd_reader_new(struct slbd_snap *snap);
size_t slbd_reader_read(struct slbd_reader *reader, char *buf, size_t max);
void slbd_reader_free(struct slbd_reader *reader);

/* endpoint.c */
int slbd_endpoint_prepare(const struct slb_end *at);
void slbd_endpoint_commit(struct ev_loop *loop);
void slbd_endpoint_cancel(void);
void slbd_endpoint_close(void);

#endif
