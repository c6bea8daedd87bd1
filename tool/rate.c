// SPDX-License-Identifier: GPL-2.0-only
/* What happens in a second: two readings of the counters, and the view that is repeated. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "list.h"
#include "out.h"

/**
 * slb_rate_now_ms() - the time by a clock that never goes back
 *
 * Return: milliseconds.
 */
__u64 slb_rate_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/**
 * slb_rate() - what a counter counts in a second
 * @now: its value
 * @before: its value before; if it was higher, the counter was set to zero in between
 * @ms: milliseconds between the two, not 0
 *
 * Return: counts in a second, rounded.
 */
__u64 slb_rate(__u64 now, __u64 before, __u64 ms)
{
	return ((now - (before <= now ? before : 0)) * 1000 + ms / 2) / ms;
}

static void slb_rate_stats(struct slb_stats *now, const struct slb_stats *before, __u64 ms)
{
	int i;

	for (i = 0; i <= SLB_A_STATS_MAX; i++)
		now->value[i] = slb_rate(now->value[i], before ? before->value[i] : 0, ms);
}

/* Both lists are sorted; what has come since began at 0. */
static void slb_rate_take(struct slb_config *now, const struct slb_config *before, __u64 ms)
{
	size_t at = 0;
	size_t i;
	int order;

	for (i = 0; i < now->svc_count; i++) {
		order = 1;
		while (at < before->svc_count && (order = slb_svc_key_compare(&before->svc[at].key,
									 &now->svc[i].key)) < 0)
			at++;
		slb_rate_stats(&now->svc[i].stats, order ? NULL : &before->svc[at].stats, ms);
	}
	for (i = 0, at = 0; i < now->srv_count; i++) {
		order = 1;
		while (at < before->srv_count && (order = slb_srv_compare(&before->srv[at],
								     &now->srv[i])) < 0)
			at++;
		slb_rate_stats(&now->srv[i].stats, order ? NULL : &before->srv[at].stats, ms);
	}
}

/**
 * slb_rate_load() - fetch services and servers with what they count in a second
 * @nl: the family
 * @config: result, to be freed by slb_config_free()
 * @seconds: between the two readings
 *
 * Return: 0 or a negative errno.
 */
int slb_rate_load(struct slb_nl *nl, struct slb_config *config, unsigned int seconds)
{
	struct slb_config before;
	__u64 begin = slb_rate_now_ms();
	int err;

	err = slb_config_load(nl, &before, SLB_LOAD_SERVICES);
	if (err)
		return err;
	sleep(seconds);
	err = slb_config_load(nl, config, SLB_LOAD_SERVICES);
	if (!err)
		slb_rate_take(config, &before, slb_rate_now_ms() - begin + 1);
	slb_config_free(&before);
	return err;
}

/**
 * slb_watch() - print a view again and again, until it fails or cannot be written
 * @nl: the family
 * @req: the command line
 *
 * On a terminal each view takes the place of the one before; JSON is one document for each.
 *
 * Return: 0 or a negative errno.
 */
int slb_watch(struct slb_nl *nl, const struct slb_req *req)
{
	bool json = slb_req_has(req, SLB_SLOT_JSON);
	int err;

	for (;;) {
		if (!json && isatty(STDOUT_FILENO))
			printf("\033[H\033[2J");
		slb_out_begin(json, slb_req_has(req, SLB_SLOT_NUMERIC));
		err = req->command->view(nl, req);
		if (slb_out_end() || err)
			return err;
		if (!slb_req_has(req, SLB_SLOT_RATE))
			sleep(req->seconds);
	}
}
