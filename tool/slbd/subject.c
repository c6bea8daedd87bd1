// SPDX-License-Identifier: GPL-2.0-only
/* The servers that are to be checked: of the module's configuration, or of the file alone. */
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "local.h"
#include "sched.h"
#include "subject.h"

/**
 * slbd_subject_compare() - order of two servers: group, service, address, port
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slbd_subject_compare(const struct slbd_subject *a, const struct slbd_subject *b)
{
	int order = strcmp(a->group, b->group);

	if (!order)
		order = slb_svc_key_compare(&a->svc, &b->svc);
	return order ? order : slb_end_compare(&a->end, &b->end);
}

/**
 * slbd_subject_new() - a server as the daemon keeps it
 * @srv: as the module tells it
 *
 * Return: the server, to be freed.
 */
struct slbd_subject *slbd_subject_new(const struct slb_srv *srv)
{
	struct slbd_subject *subject = slb_mem_grow(NULL, sizeof(*subject));

	memset(subject, 0, sizeof(*subject));
	strcpy(subject->group, srv->group);
	if (!*srv->group)
		subject->svc = srv->svc;
	subject->end = srv->end;
	subject->down = srv->value[SLB_A_SRV_DOWN];
	subject->unproved = srv->value[SLB_A_SRV_UNPROVED];
	return subject;
}

/**
 * slbd_subject_adopt() - a server is still there: its check goes over
 * @old: as it was; loses the check
 * @subject: as it is
 *
 * If somebody else has changed its state, what the check knows so far counts no longer.
 */
void slbd_subject_adopt(struct slbd_subject *old, struct slbd_subject *subject)
{
	struct slbd_subject **at;

	subject->wrong = old->wrong;
	if (!old->check)
		return;
	for (at = &old->check->subject; *at != old; at = &(*at)->next)
		;
	*at = subject;
	subject->next = old->next;
	subject->check = old->check;
	old->check = NULL;
	if (old->down == subject->down)
		return;
	subject->check->ok = 0;
	subject->check->failed = 0;
}

/*
 * The first of a pool, of the family, that this host has, or else the first; the list is sorted by pool.
 * The addresses of a balancer that stands by are another's.
 */
static const struct slb_laddr *slbd_laddr_of(const struct slb_config *config, const char *pool,
					     __u8 len, bool *local)
{
	const struct slb_laddr *first = NULL;
	const struct slb_laddr *laddr;
	size_t i;

	*local = true;
	for (i = 0; i < config->laddr_count; i++) {
		laddr = &config->laddr[i];
		if (strcmp(laddr->pool, pool) || laddr->addr.len != len)
			continue;
		if (slbd_local_has(&laddr->addr, laddr->value[SLB_A_LADDR_VRF]))
			return laddr;
		if (!first)
			first = laddr;
	}
	*local = false;
	return first;
}

/**
 * struct slbd_pool_of - the pool that serves a group; sorted by the group's name
 * @group: the named group
 * @pool: pool of the first service that uses it
 */
struct slbd_pool_of {
	const char	*group;
	const char	*pool;
};

static int slbd_pool_of_compare(const void *a, const void *b)
{
	const struct slbd_pool_of *pool_a = a;
	const struct slbd_pool_of *pool_b = b;

	return strcmp(pool_a->group, pool_b->group);
}

static int slbd_svc_key_find(const void *key, const void *svc)
{
	return slb_svc_key_compare(key, &((const struct slb_svc *)svc)->key);
}

static const char *slbd_subject_pool(const struct slb_config *config,
				     const struct slbd_pool_of *pools, size_t pool_count,
				     const struct slbd_subject *subject)
{
	const struct slbd_pool_of key = { .group = subject->group };
	const struct slbd_pool_of *found = NULL;
	const struct slb_svc *svc = NULL;

	if (*subject->group) {
		if (pool_count)
			found = bsearch(&key, pools, pool_count, sizeof(key), slbd_pool_of_compare);
		return found ? found->pool : "";
	}
	if (config->svc_count)
		svc = bsearch(&subject->svc, config->svc, config->svc_count, sizeof(*svc),
			      slbd_svc_key_find);
	return svc ? svc->pool : "";
}

/* Neighbours have the same pool as a rule. */
static void slbd_subjects_source(const struct slb_config *config, struct slbd_subject **subject,
				 size_t count, const struct slbd_pool_of *pools, size_t pool_count)
{
	const struct slb_laddr *laddr = NULL;
	const char *last = NULL;
	__u8 last_len = 0;
	bool local = false;
	const char *pool;
	size_t i;

	for (i = 0; i < count; i++) {
		pool = slbd_subject_pool(config, pools, pool_count, subject[i]);
		if (!last || strcmp(last, pool) || last_len != subject[i]->end.addr.len) {
			last = pool;
			last_len = subject[i]->end.addr.len;
			laddr = slbd_laddr_of(config, pool, last_len, &local);
		}
		if (!laddr)
			continue;
		if (local)
			subject[i]->source = laddr->addr;
		subject[i]->vrf = laddr->value[SLB_A_LADDR_VRF];
	}
}

/**
 * slbd_subjects_of_config() - the servers that the module has
 * @config: services, servers and local addresses
 * @count: how many
 *
 * Return: pointers to them, to be freed, as they are.
 */
struct slbd_subject **slbd_subjects_of_config(const struct slb_config *config, size_t *count)
{
	struct slbd_subject **subject;
	struct slbd_pool_of *pools;
	size_t pool_count = 0;
	size_t i;

	subject = slb_mem_grow(NULL, config->srv_count * sizeof(*subject));
	pools = slb_mem_grow(NULL, config->svc_count * sizeof(*pools));
	*count = 0;
	for (i = 0; i < config->srv_count; i++)
		if (!config->srv[i].value[SLB_A_SRV_DRAINING])
			subject[(*count)++] = slbd_subject_new(&config->srv[i]);
	for (i = 0; i < config->svc_count; i++)
		if (*config->svc[i].group)
			pools[pool_count++] = (struct slbd_pool_of) {
				.group = config->svc[i].group, .pool = config->svc[i].pool,
			};
	if (pool_count)
		qsort(pools, pool_count, sizeof(*pools), slbd_pool_of_compare);
	slbd_subjects_source(config, subject, *count, pools, pool_count);
	free(pools);
	return subject;
}

/**
 * slbd_subjects_of_conf() - the servers that a file names
 * @conf: the file
 * @count: how many
 *
 * Return: pointers to them, to be freed, as they are.
 */
struct slbd_subject **slbd_subjects_of_conf(const struct slbd_conf *conf, size_t *count)
{
	struct slbd_subject **subject = NULL;
	const struct slbd_conf_group *group;
	struct slb_srv srv = {};
	size_t i;
	size_t j;

	*count = 0;
	for (i = 0; i < conf->group_count; i++) {
		group = &conf->group[i];
		strcpy(srv.group, group->group);
		srv.svc = group->svc;
		for (j = 0; j < group->srv_count; j++) {
			srv.end = group->srv[j].end;
			subject = slb_list_add(subject, count, sizeof(*subject));
			subject[*count - 1] = slbd_subject_new(&srv);
			subject[*count - 1]->unproved = true;
		}
	}
	return subject;
}
