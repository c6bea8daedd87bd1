// SPDX-License-Identifier: GPL-2.0-only
/* Which servers are there, and how each of them is checked. */
#include <string.h>

#include "check.h"
#include "health.h"
#include "kernel.h"
#include "log.h"

static struct slbd_conf slbd_health_conf;
static bool slbd_health_dry;

/**
 * slbd_health_init() - begin
 * @dry: the servers are those of the file
 */
void slbd_health_init(bool dry)
{
	slbd_health_dry = dry;
}

/** slbd_health_changed() - services, servers or local addresses have changed */
void slbd_health_changed(void)
{
	struct slb_config config;

	if (slbd_health_dry || slbd_kernel_load(&config))
		return;
	slbd_log(LOG_DEBUG, "%zu servers", config.srv_count);
	slb_config_free(&config);
}

static void slbd_conf_copy(struct slbd_conf *to, const struct slbd_conf *from)
{
	const struct slbd_conf_group *group;
	struct slbd_conf_group *copy;
	struct slbd_conf_srv *srv;
	size_t i;
	size_t j;

	for (i = 0; i < from->group_count; i++) {
		group = &from->group[i];
		copy = slbd_conf_group_add(to);
		strcpy(copy->group, group->group);
		copy->svc = group->svc;
		slbd_check_copy(&copy->check, &group->check);
		for (j = 0; j < group->srv_count; j++) {
			srv = slbd_conf_srv_add(copy);
			srv->end = group->srv[j].end;
			slbd_check_copy(&srv->check, &group->srv[j].check);
		}
	}
}

static void slbd_conf_say(const struct slbd_conf_group *group)
{
	char key[SLB_OBJECT_TEXT];
	char text[SLBD_CHECK_TEXT];

	if (!*group->group)
		slb_svc_key_text(key, &group->svc);
	slbd_log(LOG_INFO, "%s%s: %s", *group->group ? "group " : "",
		 *group->group ? group->group : key, slbd_check_text(text, &group->check));
}

/**
 * slbd_checks_apply() - check what is said here from now on
 * @conf: the checks; copied
 *
 * Those that stay equal go on where they are.
 */
void slbd_checks_apply(const struct slbd_conf *conf)
{
	size_t i;

	slbd_conf_free(&slbd_health_conf);
	slbd_conf_copy(&slbd_health_conf, conf);
	for (i = 0; i < conf->group_count; i++)
		slbd_conf_say(&conf->group[i]);
	slbd_health_changed();
}

/** slbd_health_free() - forget everything; what the module knows stays */
void slbd_health_free(void)
{
	slbd_conf_free(&slbd_health_conf);
}
