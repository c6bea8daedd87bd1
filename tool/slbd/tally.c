// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long checks take: a histogram for each service or group, which stays while it has servers. One for
 * each server would be many lines that hardly anybody reads.
 */
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "metrics.h"
#include "subject.h"

/* Seconds, as they are written. */
const char *const slbd_tally_bound[SLBD_TALLY_BOUNDS] = {
	"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5",
	"5", "10",
};

/* The same in seconds. */
static const double slbd_tally_seconds[SLBD_TALLY_BOUNDS] = {
	0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
};

/* Those in use, in the order of the servers they belong to. */
static struct slbd_tally_of {
	char			group[SLB_NAME_MAX + 1];
	struct slb_svc_key	svc;
	struct slbd_tally	*tally;
} *slbd_tallies;
static size_t slbd_tally_count;

/**
 * slbd_tally_add() - a check has ended
 * @tally: of its group
 * @took: seconds
 */
void slbd_tally_add(struct slbd_tally *tally, double took)
{
	unsigned int i;

	for (i = 0; i < SLBD_TALLY_BOUNDS && took > slbd_tally_seconds[i]; i++)
		;
	if (i < SLBD_TALLY_BOUNDS)
		tally->bucket[i]++;
	tally->count++;
	tally->sum += took;
}

static int slbd_tally_order(const struct slbd_tally_of *of, const struct slbd_subject *subject)
{
	int order = strcmp(of->group, subject->group);

	return order ? order : slb_svc_key_compare(&of->svc, &subject->svc);
}

/**
 * slbd_tallies_take() - there are other servers now
 * @subject: all of them, sorted; each is given its group's
 * @count: how many
 *
 * Groups that are still there go on counting.
 */
void slbd_tallies_take(struct slbd_subject **subject, size_t count)
{
	struct slbd_tally_of *old = slbd_tallies;
	size_t old_count = slbd_tally_count;
	struct slbd_tally_of *last = NULL;
	size_t at = 0;
	size_t i;

	slbd_tallies = NULL;
	slbd_tally_count = 0;
	for (i = 0; i < count; i++) {
		if (last && !slbd_tally_order(last, subject[i])) {
			subject[i]->tally = last->tally;
			continue;
		}
		for (; at < old_count && slbd_tally_order(&old[at], subject[i]) < 0; at++)
			free(old[at].tally);
		slbd_tallies = slb_list_add(slbd_tallies, &slbd_tally_count, sizeof(*slbd_tallies));
		last = &slbd_tallies[slbd_tally_count - 1];
		strcpy(last->group, subject[i]->group);
		last->svc = subject[i]->svc;
		if (at < old_count && !slbd_tally_order(&old[at], subject[i])) {
			last->tally = old[at++].tally;
		} else {
			last->tally = slb_mem_grow(NULL, sizeof(*last->tally));
			memset(last->tally, 0, sizeof(*last->tally));
		}
		subject[i]->tally = last->tally;
	}
	for (; at < old_count; at++)
		free(old[at].tally);
	free(old);
}
