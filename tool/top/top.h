/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slbadm top. read.c asks the kernel, model.c makes rates, histories and the list that is shown of two
 * readings, text.c writes numbers and bars, draw.c puts them on the screen, loop.c waits for keys and time.
 * All but draw.c and loop.c know nothing of terminals.
 */
#ifndef SLB_TOP_H
#define SLB_TOP_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "../model.h"

#define SLB_TOP_HISTORY	20	/* readings that bars show */
#define SLB_TOP_NUMBER	8	/* bytes of a number's text: 6 columns at most */
#define SLB_TOP_FILTER	80	/* bytes of a filter */
#define SLB_TOP_TEXT	4096	/* bytes of what is known of a row, as one text */

/* What is counted; the first four are histories, too. */
enum slb_top_sort {
	SLB_TOP_CONNS,
	SLB_TOP_PKTS,
	SLB_TOP_BITS,
	SLB_TOP_ACTIVE,
	SLB_TOP_METRICS,
	SLB_TOP_NAME = SLB_TOP_METRICS,
	SLB_TOP_STATE,
	SLB_TOP_SORTS
};

/* From well to unwell. */
enum slb_top_state {
	SLB_TOP_UP,
	SLB_TOP_WEIGHT0,
	SLB_TOP_STANDBY,
	SLB_TOP_DRAINING,
	SLB_TOP_UNPROVED,
	SLB_TOP_DOWN,
};

enum slb_top_view {
	SLB_TOP_SERVICES,
	SLB_TOP_SERVERS,
};

/**
 * struct slb_top_key - what names a row
 * @group: the named group of a server, else empty
 * @svc: the service, of a server without @group the one that it belongs to
 * @end: the server; without address it is a service
 */
struct slb_top_key {
	char			group[SLB_NAME_MAX + 1];
	struct slb_svc_key	svc;
	struct slb_end		end;
};

/* Counters that make rates. */
enum slb_top_count {
	SLB_TOP_C_CONNS,
	SLB_TOP_C_IN_PKTS,
	SLB_TOP_C_OUT_PKTS,
	SLB_TOP_C_IN_BYTES,
	SLB_TOP_C_OUT_BYTES,
	SLB_TOP_COUNTS
};

/**
 * struct slb_top_row - a service or a server
 * @key: which
 * @label: what people call it, or NULL
 * @reason: why a server is up or down, or NULL
 * @uses: the named group of a service, or NULL
 * @state: of a server
 * @enabled: of a service
 * @scheduler: of a service with a group of its own
 * @weight: of a server
 * @up: servers of a service that are up
 * @all: its servers, but for those that drain
 * @active: connections of a server, or of all of a service's servers
 * @inactive: likewise
 * @count: counters as they were read
 * @rate: what they count in a second, from the second reading on
 * @history: SLB_TOP_METRICS rings of SLB_TOP_HISTORY; NULL while all is 0
 */
struct slb_top_row {
	struct slb_top_key	key;
	char			*label;
	char			*reason;
	char			*uses;
	enum slb_top_state	state;
	bool			enabled;
	__u32			scheduler;
	__u32			weight;
	__u32			up;
	__u32			all;
	__u64			active;
	__u64			inactive;
	__u64			count[SLB_TOP_COUNTS];
	__u64			rate[SLB_TOP_COUNTS];
	float			*history;
};

/**
 * struct slb_top_reading - everything at one time
 * @svc: services
 * @svc_count: entries in @svc
 * @srv: servers
 * @srv_count: entries in @srv
 * @version: the module's
 * @conns: live connections
 * @ms: when it was, by a clock that never goes back
 */
struct slb_top_reading {
	struct slb_top_row	*svc;
	size_t			svc_count;
	struct slb_top_row	*srv;
	size_t			srv_count;
	char			version[64];
	__u64			conns;
	__u64			ms;
};

/**
 * struct slb_top_source - where readings come from
 * @read: fills an empty reading in; 0 or a negative errno
 * @words: why @read failed
 * @data: its own
 */
struct slb_top_source {
	int		(*read)(struct slb_top_source *source, struct slb_top_reading *now);
	char		words[512];
	void		*data;
};

/**
 * struct slb_top - all that is known, and what of it is shown
 * @now: the last reading
 * @readings: how many there were since the last that failed
 * @head: place of the last one in the rings
 * @total: sums of all services; @up and @all count servers
 * @sick: services with a server that is not up, or with none
 * @words: why there is no reading, or empty
 * @view: what is listed
 * @of: the service whose servers are listed, if @opened
 * @opened: only those
 * @sort: order
 * @metric: what the bars show
 * @reverse: the other way round
 * @unwell: only what is not well
 * @filter: only rows whose text has this, or empty
 * @shown: the list
 * @shown_count: entries in @shown
 * @cursor: index in @shown
 * @cursor_key: the row there, which the cursor follows once it was moved
 * @moved: it was
 * @first: index in @shown of the first row on the screen
 */
struct slb_top {
	struct slb_top_reading	now;
	unsigned int		readings;
	unsigned int		head;
	struct slb_top_row	total;
	size_t			sick;
	char			words[512];
	enum slb_top_view	view;
	struct slb_top_key	of;
	bool			opened;
	enum slb_top_sort	sort;
	enum slb_top_sort	metric;
	bool			reverse;
	bool			unwell;
	char			filter[SLB_TOP_FILTER];
	struct slb_top_row	**shown;
	size_t			shown_count;
	size_t			cursor;
	struct slb_top_key	cursor_key;
	bool			moved;
	size_t			first;
};

/* model.c */
void slb_top_svc_add(struct slb_top_reading *now, const struct slb_svc *svc);
void slb_top_srv_add(struct slb_top_reading *now, const struct slb_srv *srv);
void slb_top_reading_free(struct slb_top_reading *now);
void slb_top_take(struct slb_top *top, struct slb_top_reading *now);
void slb_top_fail(struct slb_top *top, const char *words);
void slb_top_free(struct slb_top *top);
bool slb_top_is_svc(const struct slb_top_row *row);
bool slb_top_is_well(const struct slb_top_row *row);
__u64 slb_top_metric(const struct slb_top_row *row, enum slb_top_sort metric);
bool slb_top_same(const struct slb_top_key *a, const struct slb_top_key *b);

/* choose.c */
void slb_top_choose(struct slb_top *top);
void slb_top_move(struct slb_top *top, long by);
void slb_top_fit(struct slb_top *top, size_t lines);
void slb_top_sort_by(struct slb_top *top, enum slb_top_sort sort);
bool slb_top_open(struct slb_top *top);
bool slb_top_back(struct slb_top *top);

/* text.c */
const char *slb_top_number(char *buf, __u64 value);
const char *slb_top_short(char *buf, size_t size, const char *text, size_t columns);
void slb_top_bar(unsigned char *level, size_t columns, const float *ring, unsigned int head,
		 unsigned int levels);
const char *slb_top_name(char *buf, size_t size, const struct slb_top_row *row);
const char *slb_top_state(char *buf, size_t size, const struct slb_top_row *row);
const char *slb_top_text(char *buf, size_t size, const struct slb_top_row *row);

/* draw.c */
int slb_top_screen_begin(void);
void slb_top_screen_end(void);
size_t slb_top_lines(void);
void slb_top_draw(struct slb_top *top, unsigned int seconds, bool still, const char *prompt);
void slb_top_help(void);

/* loop.c */
int slb_top_loop(struct slb_top_source *source, unsigned int seconds);

#endif
