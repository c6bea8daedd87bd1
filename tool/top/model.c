// SPDX-License-Identifier: GPL-2.0-only
/* Readings of services and servers, and what two of them say together. */
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "../list.h"
#include "top.h"

static const __u16 slb_top_counts[SLB_TOP_COUNTS] = {
	[SLB_TOP_C_CONNS] = SLB_A_STATS_CONNS,
	[SLB_TOP_C_IN_PKTS] = SLB_A_STATS_IN_PKTS,
	[SLB_TOP_C_OUT_PKTS] = SLB_A_STATS_OUT_PKTS,
	[SLB_TOP_C_IN_BYTES] = SLB_A_STATS_IN_BYTES,
	[SLB_TOP_C_OUT_BYTES] = SLB_A_STATS_OUT_BYTES,
};

static char *slb_top_keep(const char *text)
{
	return *text ? strcpy(slb_mem_grow(NULL, strlen(text) + 1), text) : NULL;
}

static void slb_top_counts_take(struct slb_top_row *row, const struct slb_stats *stats)
{
	int i;

	for (i = 0; i < SLB_TOP_COUNTS; i++)
		row->count[i] = stats->value[slb_top_counts[i]];
}

/**
 * slb_top_svc_add() - add a service to a reading
 * @now: the reading
 * @svc: the service
 */
void slb_top_svc_add(struct slb_top_reading *now, const struct slb_svc *svc)
{
	struct slb_top_row *row;

	now->svc = slb_list_add(now->svc, &now->svc_count, sizeof(*now->svc));
	row = &now->svc[now->svc_count - 1];
	row->key.svc = svc->key;
	row->label = slb_top_keep(svc->label.name);
	row->uses = slb_top_keep(svc->group);
	row->enabled = svc->value[SLB_A_SVC_ENABLED];
	row->scheduler = svc->value[SLB_A_SVC_SCHED];
	slb_top_counts_take(row, &svc->stats);
}

static enum slb_top_state slb_top_srv_state(const struct slb_srv *srv)
{
	if (srv->value[SLB_A_SRV_DRAINING])
		return SLB_TOP_DRAINING;
	if (srv->value[SLB_A_SRV_DOWN])
		return SLB_TOP_DOWN;
	if (srv->value[SLB_A_SRV_UNPROVED])
		return SLB_TOP_UNPROVED;
	if (!srv->value[SLB_A_SRV_WEIGHT])
		return SLB_TOP_WEIGHT0;
	return srv->value[SLB_A_SRV_STANDBY] ? SLB_TOP_STANDBY : SLB_TOP_UP;
}

/**
 * slb_top_srv_add() - add a server to a reading
 * @now: the reading
 * @srv: the server
 */
void slb_top_srv_add(struct slb_top_reading *now, const struct slb_srv *srv)
{
	struct slb_top_row *row;

	now->srv = slb_list_add(now->srv, &now->srv_count, sizeof(*now->srv));
	row = &now->srv[now->srv_count - 1];
	strcpy(row->key.group, srv->group);
	row->key.svc = srv->svc;
	row->key.end = srv->end;
	row->label = slb_top_keep(srv->label.name);
	row->reason = slb_top_keep(srv->reason);
	row->state = slb_top_srv_state(srv);
	row->weight = srv->value[SLB_A_SRV_WEIGHT];
	row->active = srv->value[SLB_A_SRV_ACTIVE];
	row->inactive = srv->value[SLB_A_SRV_INACTIVE];
	slb_top_counts_take(row, &srv->stats);
}

static void slb_top_rows_free(struct slb_top_row *row, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(row[i].label);
		free(row[i].reason);
		free(row[i].uses);
		free(row[i].history);
	}
	free(row);
}

/**
 * slb_top_reading_free() - free what a reading holds and make it empty
 * @now: the reading
 */
void slb_top_reading_free(struct slb_top_reading *now)
{
	slb_top_rows_free(now->svc, now->svc_count);
	slb_top_rows_free(now->srv, now->srv_count);
	memset(now, 0, sizeof(*now));
}

/**
 * slb_top_is_svc() - whether a row is a service
 * @row: the row
 *
 * Return: true for a service, false for a server.
 */
bool slb_top_is_svc(const struct slb_top_row *row)
{
	return !row->key.end.addr.len;
}

/**
 * slb_top_is_well() - whether nobody need look at a row
 * @row: the row
 *
 * Return: true if a service has servers and all are up, or a server is up or meant not to serve.
 */
bool slb_top_is_well(const struct slb_top_row *row)
{
	if (slb_top_is_svc(row))
		return row->all && row->up == row->all;
	return row->state < SLB_TOP_UNPROVED;
}

/**
 * slb_top_metric() - a number that rows are sorted by and bars are made of
 * @row: the row
 * @metric: which, below SLB_TOP_METRICS
 *
 * Return: the number; what passes both ways is added up.
 */
__u64 slb_top_metric(const struct slb_top_row *row, enum slb_top_sort metric)
{
	switch (metric) {
	case SLB_TOP_CONNS:
		return row->rate[SLB_TOP_C_CONNS];
	case SLB_TOP_PKTS:
		return row->rate[SLB_TOP_C_IN_PKTS] + row->rate[SLB_TOP_C_OUT_PKTS];
	case SLB_TOP_BITS:
		return 8 * (row->rate[SLB_TOP_C_IN_BYTES] + row->rate[SLB_TOP_C_OUT_BYTES]);
	default:
		return row->active;
	}
}

/* Groups first have no name; a service comes before its servers. */
static int slb_top_key_compare(const struct slb_top_key *a, const struct slb_top_key *b)
{
	int order = strcmp(a->group, b->group);

	if (!order)
		order = slb_svc_key_compare(&a->svc, &b->svc);
	return order ? order : slb_end_compare(&a->end, &b->end);
}

/**
 * slb_top_same() - whether two keys name the same row
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool slb_top_same(const struct slb_top_key *a, const struct slb_top_key *b)
{
	return !slb_top_key_compare(a, b);
}

static int slb_top_row_qsort(const void *a, const void *b)
{
	const struct slb_top_row *row_a = a;
	const struct slb_top_row *row_b = b;

	return slb_top_key_compare(&row_a->key, &row_b->key);
}

/* Servers of a service's own group, or of a named one, have together. */
static void slb_top_srv_sum(struct slb_top_row *svc, const struct slb_top_row *srv)
{
	svc->up += srv->state < SLB_TOP_DRAINING;
	svc->all += srv->state != SLB_TOP_DRAINING;
	svc->active += srv->active;
	svc->inactive += srv->inactive;
}

/* The first server that is not before @key. */
static size_t slb_top_srv_find(const struct slb_top_reading *now, const struct slb_top_key *key)
{
	size_t last = now->srv_count;
	size_t first = 0;
	size_t middle;

	while (first < last) {
		middle = first + (last - first) / 2;
		if (slb_top_key_compare(&now->srv[middle].key, key) < 0)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

/* Servers of named groups stand together, and those of a service do. */
static void slb_top_svc_sum(const struct slb_top_reading *now, struct slb_top_row *svc)
{
	struct slb_top_key key = {};
	size_t i;

	if (svc->uses)
		strcpy(key.group, svc->uses);
	else
		key.svc = svc->key.svc;
	for (i = slb_top_srv_find(now, &key); i < now->srv_count; i++) {
		if (strcmp(now->srv[i].key.group, key.group) ||
		    (!svc->uses && slb_svc_key_compare(&now->srv[i].key.svc, &key.svc)))
			break;
		slb_top_srv_sum(svc, &now->srv[i]);
	}
}

static void slb_top_history(struct slb_top_row *row, unsigned int head)
{
	enum slb_top_sort metric;
	bool any = row->history;

	for (metric = 0; metric < SLB_TOP_METRICS; metric++)
		any |= slb_top_metric(row, metric);
	if (!any)
		return;
	if (!row->history) {
		row->history = slb_mem_grow(NULL, SLB_TOP_METRICS * SLB_TOP_HISTORY *
					    sizeof(*row->history));
		memset(row->history, 0, SLB_TOP_METRICS * SLB_TOP_HISTORY * sizeof(*row->history));
	}
	for (metric = 0; metric < SLB_TOP_METRICS; metric++)
		row->history[metric * SLB_TOP_HISTORY + head] = slb_top_metric(row, metric);
}

/*
 * Both lists are sorted. What was not there the last time has no rate yet: it may have been left out of a
 * dump that changes interrupted, and its counters may be old.
 */
static void slb_top_rates(struct slb_top *top, struct slb_top_row *now, size_t count,
			  struct slb_top_row *before, size_t before_count, __u64 ms)
{
	size_t at = 0;
	size_t i;
	int c;

	for (i = 0; i < count; i++) {
		while (at < before_count && slb_top_key_compare(&before[at].key, &now[i].key) < 0)
			at++;
		if (at < before_count && slb_top_same(&before[at].key, &now[i].key)) {
			now[i].history = before[at].history;
			before[at].history = NULL;
			for (c = 0; c < SLB_TOP_COUNTS; c++)
				now[i].rate[c] = slb_rate(now[i].count[c], before[at].count[c], ms);
		}
		slb_top_history(&now[i], top->head);
	}
}

static void slb_top_total(struct slb_top *top)
{
	struct slb_top_row *total = &top->total;
	float *history = total->history;
	size_t i;
	int c;

	memset(total, 0, sizeof(*total));
	total->history = history;
	top->sick = 0;
	for (i = 0; i < top->now.svc_count; i++) {
		top->sick += !slb_top_is_well(&top->now.svc[i]);
		for (c = 0; c < SLB_TOP_COUNTS; c++)
			total->rate[c] += top->now.svc[i].rate[c];
	}
	for (i = 0; i < top->now.srv_count; i++)
		slb_top_srv_sum(total, &top->now.srv[i]);
}

/**
 * slb_top_take() - take a reading over
 * @top: what is known
 * @now: the reading, in any order; it is empty then
 *
 * The first one, and the first after one that failed, has no rates.
 */
void slb_top_take(struct slb_top *top, struct slb_top_reading *now)
{
	struct slb_top_reading before = top->now;
	__u64 ms = now->ms > before.ms ? now->ms - before.ms : 1;
	size_t i;

	if (now->svc_count)
		qsort(now->svc, now->svc_count, sizeof(*now->svc), slb_top_row_qsort);
	if (now->srv_count)
		qsort(now->srv, now->srv_count, sizeof(*now->srv), slb_top_row_qsort);
	for (i = 0; i < now->svc_count; i++)
		slb_top_svc_sum(now, &now->svc[i]);
	top->head = (top->head + 1) % SLB_TOP_HISTORY;
	if (top->readings) {
		slb_top_rates(top, now->svc, now->svc_count, before.svc, before.svc_count, ms);
		slb_top_rates(top, now->srv, now->srv_count, before.srv, before.srv_count, ms);
	}
	slb_top_reading_free(&before);
	top->now = *now;
	memset(now, 0, sizeof(*now));
	slb_top_total(top);
	if (top->readings)
		slb_top_history(&top->total, top->head);
	top->readings++;
	top->words[0] = '\0';
	slb_top_choose(top);
}

/**
 * slb_top_fail() - forget everything, because there is no reading
 * @top: what is known
 * @words: why
 */
void slb_top_fail(struct slb_top *top, const char *words)
{
	slb_top_reading_free(&top->now);
	top->readings = 0;
	free(top->total.history);
	memset(&top->total, 0, sizeof(top->total));
	top->sick = 0;
	strncpy(top->words, words, sizeof(top->words) - 1);
	slb_top_choose(top);
}

/**
 * slb_top_free() - free all
 * @top: what is known
 */
void slb_top_free(struct slb_top *top)
{
	slb_top_reading_free(&top->now);
	free(top->total.history);
	free(top->shown);
}
