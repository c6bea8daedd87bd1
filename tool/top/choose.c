// SPDX-License-Identifier: GPL-2.0-only
/* Which rows are listed, in which order, and where the cursor is. */
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "top.h"

static bool slb_top_is_of(const struct slb_top *top, const struct slb_top_row *srv,
			  const struct slb_top_row *svc)
{
	if (svc && svc->uses)
		return !strcmp(srv->key.group, svc->uses);
	return !*srv->key.group && !slb_svc_key_compare(&srv->key.svc, &top->of.svc);
}

/* Letters' cases do not matter. */
static bool slb_top_matches(const struct slb_top *top, const struct slb_top_row *row)
{
	char text[SLB_TOP_TEXT];

	if (top->unwell && slb_top_is_well(row))
		return false;
	return !*top->filter || strcasestr(slb_top_text(text, sizeof(text), row), top->filter);
}

/* How unwell a row is. */
static __u64 slb_top_badness(const struct slb_top_row *row)
{
	if (!slb_top_is_svc(row))
		return row->state;
	if (!row->up)
		return 1ULL << 32 | row->all;
	return row->all - row->up;
}

/* Returns a negative number if @a is listed before @b. */
static int slb_top_order(const void *a, const void *b, void *data)
{
	const struct slb_top_row *row_a = *(struct slb_top_row * const *)a;
	const struct slb_top_row *row_b = *(struct slb_top_row * const *)b;
	const struct slb_top *top = data;
	int turn = top->reverse ? -1 : 1;
	__u64 value_a = 0;
	__u64 value_b = 0;

	if (top->sort == SLB_TOP_STATE) {
		value_a = slb_top_badness(row_a);
		value_b = slb_top_badness(row_b);
	} else if (top->sort < SLB_TOP_METRICS) {
		value_a = slb_top_metric(row_a, top->sort);
		value_b = slb_top_metric(row_b, top->sort);
	}
	if (value_a != value_b)
		return value_a > value_b ? -turn : turn;
	/* Both are of one list, which is sorted by name. */
	if (row_a == row_b)
		return 0;
	return (row_a < row_b ? -1 : 1) * (top->sort == SLB_TOP_NAME ? turn : 1);
}

static const struct slb_top_row *slb_top_opened(const struct slb_top *top)
{
	size_t i;

	for (i = 0; top->opened && i < top->now.svc_count; i++)
		if (slb_top_same(&top->now.svc[i].key, &top->of))
			return &top->now.svc[i];
	return NULL;
}

/* The cursor stays on the row that it was moved to, as long as that is listed. */
static void slb_top_follow(struct slb_top *top)
{
	size_t i;

	if (!top->moved)
		top->cursor = 0;
	for (i = 0; top->moved && i < top->shown_count; i++) {
		if (!slb_top_same(&top->shown[i]->key, &top->cursor_key))
			continue;
		top->cursor = i;
		return;
	}
	if (top->cursor >= top->shown_count)
		top->cursor = top->shown_count ? top->shown_count - 1 : 0;
}

/**
 * slb_top_choose() - make the list anew, after a reading or a change of what is wanted
 * @top: what is known
 */
void slb_top_choose(struct slb_top *top)
{
	bool srvs = top->view == SLB_TOP_SERVERS;
	const struct slb_top_row *svc = slb_top_opened(top);
	struct slb_top_row *row = srvs ? top->now.srv : top->now.svc;
	size_t count = srvs ? top->now.srv_count : top->now.svc_count;
	size_t i;

	top->shown = slb_mem_grow(top->shown, count * sizeof(*top->shown));
	top->shown_count = 0;
	for (i = 0; i < count; i++) {
		if (top->opened && !slb_top_is_of(top, &row[i], svc))
			continue;
		if (slb_top_matches(top, &row[i]))
			top->shown[top->shown_count++] = &row[i];
	}
	if (top->shown_count)
		qsort_r(top->shown, top->shown_count, sizeof(*top->shown), slb_top_order, top);
	slb_top_follow(top);
}

/**
 * slb_top_move() - move the cursor
 * @top: what is known
 * @by: rows, down or (negative) up; it stops at the ends
 *
 * In the first row it stays in the first row, whichever that will be.
 */
void slb_top_move(struct slb_top *top, long by)
{
	long last = (long)top->shown_count - 1;
	long to = (long)top->cursor + by;

	if (last < 0)
		return;
	if (to > last)
		to = last;
	top->cursor = to < 0 ? 0 : to;
	top->moved = top->cursor;
	top->cursor_key = top->shown[top->cursor]->key;
}

/**
 * slb_top_fit() - scroll until the cursor is on the screen
 * @top: what is known
 * @lines: rows that the screen has room for
 */
void slb_top_fit(struct slb_top *top, size_t lines)
{
	size_t most = top->shown_count > lines ? top->shown_count - lines : 0;

	if (top->first > top->cursor)
		top->first = top->cursor;
	if (lines && top->cursor >= top->first + lines)
		top->first = top->cursor - lines + 1;
	if (top->first > most)
		top->first = most;
}

/**
 * slb_top_sort_by() - change the order
 * @top: what is known
 * @sort: order
 */
void slb_top_sort_by(struct slb_top *top, enum slb_top_sort sort)
{
	top->sort = sort;
	top->reverse = false;
	if (sort < SLB_TOP_METRICS)
		top->metric = sort;
	slb_top_choose(top);
}

static void slb_top_show(struct slb_top *top, enum slb_top_view view, bool opened)
{
	top->view = view;
	top->opened = opened;
	top->moved = false;
	top->filter[0] = '\0';
	top->unwell = false;
	slb_top_choose(top);
}

/**
 * slb_top_open() - list the servers of the service under the cursor, or all if there is none
 * @top: what is known
 *
 * Return: false if servers are listed already.
 */
bool slb_top_open(struct slb_top *top)
{
	if (top->view == SLB_TOP_SERVERS)
		return false;
	if (top->cursor < top->shown_count)
		top->of = top->shown[top->cursor]->key;
	slb_top_show(top, SLB_TOP_SERVERS, top->cursor < top->shown_count);
	return true;
}

/**
 * slb_top_back() - list the services, with the cursor on the one that was opened
 * @top: what is known
 *
 * Return: false if they are listed already.
 */
bool slb_top_back(struct slb_top *top)
{
	bool opened = top->opened;

	if (top->view == SLB_TOP_SERVICES)
		return false;
	slb_top_show(top, SLB_TOP_SERVICES, false);
	if (opened) {
		top->moved = true;
		top->cursor_key = top->of;
		slb_top_follow(top);
	}
	return true;
}
