// SPDX-License-Identifier: GPL-2.0-only
/*
 * slb.conf: understood as a whole, then the kernel is made what it says by the difference, so that
 * what is equal, and whatever traffic it has, is left alone.
 */
#include <string.h>

#include "../slbconf.h"
#include "conf.h"
#include "log.h"

/**
 * slbd_conf_read() - understand slb.conf
 * @name: the file
 * @file: result: what there is to be, to be freed by slb_file_free()
 * @conf: result: what is to be checked, to be freed by slbd_conf_free()
 *
 * Return: 0, or -1 after saying what is wrong; both are empty then.
 */
int slbd_conf_read(const char *name, struct slb_file *file, struct slbd_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	if (!slb_slbconf_read(file, name, conf))
		return 0;
	slb_file_free(file);
	slbd_conf_free(conf);
	memset(file, 0, sizeof(*file));
	memset(conf, 0, sizeof(*conf));
	return -1;
}

/**
 * slbd_conf_apply() - make the kernel's configuration what the file says
 * @file: the file
 *
 * Objects that others made stay, unless the file has them too.
 *
 * Return: 0, or -1 after saying what is wrong; then all is as it was.
 */
int slbd_conf_apply(struct slb_file *file)
{
	struct slb_nl nl;
	size_t changes;
	int err;

	err = slb_nl_open(&nl, &slb_nl_slb);
	if (err) {
		slb_err_print("%s: %s", file->name, nl.words);
		return -1;
	}
	err = slb_sync_file(&nl, file, true, SLB_SYNC_APPLY, &changes);
	slb_nl_close(&nl);
	if (err)
		return -1;
	slbd_log(LOG_NOTICE, "%s: changes that were made: %zu", file->name, changes);
	return 0;
}

/**
 * slbd_conf_judge() - slbd --check
 * @name: the file
 *
 * Return: SLB_EXIT_DONE, or SLB_EXIT_USAGE after saying what is wrong.
 */
int slbd_conf_judge(const char *name)
{
	size_t services = 0;
	size_t servers = 0;
	struct slbd_conf conf;
	struct slb_file file;
	size_t i;

	if (slbd_conf_read(name, &file, &conf))
		return SLB_EXIT_USAGE;
	for (i = 0; i < file.line_count; i++) {
		services += file.line[i].command->id == SLB_DO_SVC_ADD;
		servers += file.line[i].command->id == SLB_DO_SRV_ADD;
	}
	printf("%s is right: services %zu, servers %zu, checked groups %zu\n", name, services,
	       servers, conf.group_count);
	slb_file_free(&file);
	slbd_conf_free(&conf);
	return SLB_EXIT_DONE;
}

static struct slbd_conf_group *slbd_conf_group_of(struct slbd_conf *conf, const struct slb_srv *srv)
{
	size_t i;

	for (i = 0; i < conf->group_count; i++)
		if (!strcmp(conf->group[i].group, srv->group) &&
		    (*srv->group || !slb_svc_key_compare(&conf->group[i].svc, &srv->svc)))
			return &conf->group[i];
	return NULL;
}

/**
 * slbd_conf_name() - name every server in the checks of its group
 * @file: what there is to be
 * @conf: what is to be checked
 *
 * For when there is no module to ask which servers a group has.
 */
void slbd_conf_name(const struct slb_file *file, struct slbd_conf *conf)
{
	struct slbd_conf_group *group;
	const struct slb_srv *srv;
	struct slbd_conf_srv *own;
	size_t i, j;

	for (i = 0; i < file->line_count; i++) {
		srv = file->line[i].part[0];
		group = file->line[i].command->id == SLB_DO_SRV_ADD ?
			slbd_conf_group_of(conf, srv) : NULL;
		for (j = 0; group && j < group->srv_count; j++)
			if (!slb_end_compare(&group->srv[j].end, &srv->end))
				group = NULL;
		if (!group)
			continue;
		own = slbd_conf_srv_add(group);
		own->end = srv->end;
		slbd_check_copy(&own->check, &group->check);
	}
}
