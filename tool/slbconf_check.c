// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of slb.conf. Where one is wanted stands its type, the name of an entry of the section
 * `checks', or a mapping of settings, which may begin with what another check has (`use').
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "slbconf.h"
#include "slbd/check.h"

/* The entry of the section `checks' of any file that has this name. */
static const yaml_node_t *slb_check_named(struct slb_slbconf *conf, const char *name,
					  struct slb_yaml **in)
{
	const yaml_node_t *list;
	const yaml_node_t *root;
	const yaml_node_t *item;
	const yaml_node_t *text;
	size_t i, j;

	for (i = 0; i < conf->yaml_count; i++) {
		*in = conf->yaml[i];
		root = yaml_document_get_root_node(&(*in)->doc);
		list = root ? slb_yaml_find(*in, root, "checks") : NULL;
		for (j = 0; list && j < slb_yaml_count(list); j++) {
			item = slb_yaml_item(*in, list, j);
			text = slb_yaml_find(*in, item, "name");
			if (!strcmp((const char *)text->data.scalar.value, name))
				return item;
		}
	}
	return NULL;
}

static int slb_check_value(struct slb_yaml *yaml, struct slbd_check_conf *check, const char *name,
			   const yaml_node_t *node)
{
	const char *wrong = NULL;
	const char *text;
	char *joint;
	size_t len;
	FILE *out;
	size_t i;

	if (node->type == YAML_MAPPING_NODE)
		return slb_yaml_wrong(yaml, node, "a value is expected, not a mapping");
	/* One that was used had a program of its own. */
	if (!strcmp(name, "command"))
		slbd_check_args_free(check);
	if (node->type == YAML_SCALAR_NODE) {
		text = slb_yaml_text(yaml, node);
		wrong = text ? slbd_check_set(check, name, text) : NULL;
		return !text ? -1 : wrong ? slb_yaml_wrong(yaml, node, "%s: %s", name, wrong) : 0;
	}
	out = open_memstream(&joint, &len);
	if (!out)
		return slb_yaml_wrong(yaml, node, "out of memory");
	for (i = 0; i < slb_yaml_count(node) && !wrong; i++) {
		text = slb_yaml_text(yaml, slb_yaml_item(yaml, node, i));
		if (!text)
			break;
		/* The words of a command come one by one, anything else as one. */
		if (!strcmp(name, "command"))
			wrong = slbd_check_set(check, name, text);
		else
			fprintf(out, "%s%s", i ? "," : "", text);
	}
	fclose(out);
	if (!wrong && i == slb_yaml_count(node) && strcmp(name, "command"))
		wrong = slbd_check_set(check, name, joint);
	free(joint);
	if (wrong)
		return slb_yaml_wrong(yaml, node, "%s: %s", name, wrong);
	return i == slb_yaml_count(node) ? 0 : -1;
}

static int slb_check_read(struct slb_slbconf *conf, struct slb_yaml *yaml,
			  struct slbd_check_conf *check, const yaml_node_t *node, bool named);

/* A type, or the name of a check. */
static int slb_check_word(struct slb_slbconf *conf, struct slb_yaml *yaml,
			  struct slbd_check_conf *check, const yaml_node_t *node, bool named)
{
	const char *text = slb_yaml_text(yaml, node);
	const yaml_node_t *item;
	struct slb_yaml *in;
	const char *wrong;

	if (!text)
		return -1;
	item = named ? NULL : slb_check_named(conf, text, &in);
	if (item)
		return slb_check_read(conf, in, check, item, true);
	wrong = slbd_check_set(check, "type", text);
	if (!wrong)
		return 0;
	return slb_yaml_wrong(yaml, node, "`%s': there is no check of this name, and %s", text,
			      wrong);
}

/* The type, or what another check has, comes before everything else. */
static int slb_check_begin(struct slb_slbconf *conf, struct slb_yaml *yaml,
			   struct slbd_check_conf *check, const yaml_node_t *node, bool named)
{
	const yaml_node_t *type = slb_yaml_find(yaml, node, "type");
	const yaml_node_t *use = slb_yaml_find(yaml, node, "use");

	if (use && named)
		return slb_yaml_wrong(yaml, use, "a check with a name uses no other");
	if (use && type)
		return slb_yaml_wrong(yaml, type, "the type is that of the check that is used");
	if (!use && !type)
		return slb_yaml_wrong(yaml, node, "the type of the check is missing");
	return use ? slb_check_word(conf, yaml, check, use, false)
		   : slb_check_value(yaml, check, "type", type);
}

static int slb_check_read(struct slb_slbconf *conf, struct slb_yaml *yaml,
			  struct slbd_check_conf *check, const yaml_node_t *node, bool named)
{
	const char *wrong;
	const char *name;
	size_t i;

	if (node->type == YAML_SCALAR_NODE)
		return slb_check_word(conf, yaml, check, node, named);
	if (slb_yaml_keys(yaml, node) || slb_check_begin(conf, yaml, check, node, named))
		return -1;
	for (i = 0; i < slb_yaml_count(node); i++) {
		name = slb_yaml_text(yaml, slb_yaml_key(yaml, node, i));
		if (!strcmp(name, "type") || !strcmp(name, "use") ||
		    (named && !strcmp(name, "name")))
			continue;
		wrong = slbd_check_has(check, name);
		if (wrong)
			return slb_yaml_wrong(yaml, slb_yaml_key(yaml, node, i), "%s: %s", name,
					      wrong);
		if (slb_check_value(yaml, check, name, slb_yaml_value(yaml, node, i)))
			return -1;
	}
	wrong = slbd_check_wrong(check);
	return wrong ? slb_yaml_wrong(yaml, node, "%s", wrong) : 0;
}

/* The group that was read last, or the own one of the service. */
static struct slbd_conf_group *slb_check_group(struct slbd_conf *checks, const char *group,
					       const struct slb_svc_key *svc)
{
	struct slbd_conf_group *last;

	last = checks->group_count ? &checks->group[checks->group_count - 1] : NULL;
	if (last && !strcmp(last->group, group) && !slb_svc_key_compare(&last->svc, svc))
		return last;
	last = slbd_conf_group_add(checks);
	strcpy(last->group, group);
	last->svc = *svc;
	slbd_check_init(&last->check, SLBD_CHECK_MANUAL);
	return last;
}

/* New servers of a group with a check wait for their first success, unless the file says otherwise. */
static void slb_check_waits(const struct slb_line *line, const struct slbd_check_conf *check)
{
	struct slb_group *group = line->part[0];
	struct slb_svc *svc = line->part[0];

	if (!slbd_check_probes(check))
		return;
	if (line->command->id == SLB_DO_SVC_ADD && !(svc->given & SLB_GIVEN(SLB_A_SVC_CHECKED))) {
		svc->given |= SLB_GIVEN(SLB_A_SVC_CHECKED);
		svc->value[SLB_A_SVC_CHECKED] = 1;
	}
	if (line->command->id == SLB_DO_GROUP_ADD && !(group->given & SLB_GIVEN(SLB_A_GROUP_CHECKED))) {
		group->given |= SLB_GIVEN(SLB_A_GROUP_CHECKED);
		group->value[SLB_A_GROUP_CHECKED] = 1;
	}
}

/**
 * slb_slbconf_check() - read the check of the object that was read last
 * @conf: the file
 * @yaml: the part of it
 * @node: the check
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_slbconf_check(struct slb_slbconf *conf, struct slb_yaml *yaml, const yaml_node_t *node)
{
	const struct slb_line *line = &conf->file->line[conf->file->line_count - 1];
	static const struct slb_svc_key none;
	struct slbd_check_conf *check;
	struct slbd_conf_group *group;
	const struct slb_svc *svc;
	const struct slb_srv *srv;
	struct slbd_conf_srv *own;

	switch (line->command->id) {
	case SLB_DO_SRV_ADD:
		srv = line->part[0];
		group = slb_check_group(conf->checks, srv->group, *srv->group ? &none : &srv->svc);
		own = slbd_conf_srv_add(group);
		own->end = srv->end;
		check = &own->check;
		break;
	case SLB_DO_SVC_ADD:
		svc = line->part[0];
		if (*svc->group)
			return slb_yaml_wrong(yaml, node, "the check belongs to the group");
		check = &slb_check_group(conf->checks, "", &svc->key)->check;
		break;
	default:
		check = &slb_check_group(conf->checks,
					 ((const struct slb_group *)line->part[0])->name,
					 &none)->check;
	}
	/* A service that stands there twice has one already; it is refused later. */
	slbd_check_free(check);
	slbd_check_init(check, SLBD_CHECK_MANUAL);
	if (slb_check_read(conf, yaml, check, node, false))
		return -1;
	slb_check_waits(line, check);
	return 0;
}

/* A name is said once, and is not that of a type. */
static int slb_check_name(struct slb_slbconf *conf, struct slb_yaml *yaml, const yaml_node_t *node)
{
	const yaml_node_t *name = slb_yaml_find(yaml, node, "name");
	struct slb_yaml *in;
	const char *text;
	unsigned int i;

	if (!name)
		return slb_yaml_wrong(yaml, node, "`name' is missing");
	text = slb_yaml_text(yaml, name);
	if (!text)
		return -1;
	for (i = 0; i < slbd_check_types.count; i++)
		if (!strcmp(slb_word(&slbd_check_types, i), text))
			return slb_yaml_wrong(yaml, name, "`%s' is a type", text);
	/* It is the first one that is found; all of them are judged before any is looked for. */
	return slb_check_named(conf, text, &in) == node ? 0 :
	       slb_yaml_wrong(yaml, name, "there is another check `%s'", text);
}

/* Whether the entries of `checks' have names. */
static int slb_checks_shape(struct slb_yaml *yaml, const yaml_node_t *list)
{
	const yaml_node_t *item;
	const yaml_node_t *name;
	size_t i;

	if (list->type != YAML_SEQUENCE_NODE && !slb_yaml_is_null(list))
		return slb_yaml_wrong(yaml, list, "checks: a list is expected");
	for (i = 0; i < slb_yaml_count(list); i++) {
		item = slb_yaml_item(yaml, list, i);
		if (slb_yaml_keys(yaml, item))
			return -1;
		name = slb_yaml_find(yaml, item, "name");
		if (!name)
			return slb_yaml_wrong(yaml, item, "`name' is missing");
		if (!slb_yaml_text(yaml, name))
			return -1;
	}
	return 0;
}

/**
 * slb_slbconf_checks() - judge the checks that have a name, used or not
 * @conf: the file
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_slbconf_checks(struct slb_slbconf *conf)
{
	struct slbd_check_conf check;
	const yaml_node_t *list;
	const yaml_node_t *root;
	const yaml_node_t *item;
	struct slb_yaml *yaml;
	bool judge = false;
	size_t i, j;
	int ret = 0;

	do {
		for (i = 0; i < conf->yaml_count && !ret; i++) {
			yaml = conf->yaml[i];
			root = yaml_document_get_root_node(&yaml->doc);
			list = root ? slb_yaml_find(yaml, root, "checks") : NULL;
			if (list && !judge)
				ret = slb_checks_shape(yaml, list);
			for (j = 0; list && judge && !ret && j < slb_yaml_count(list); j++) {
				item = slb_yaml_item(yaml, list, j);
				slbd_check_init(&check, SLBD_CHECK_MANUAL);
				ret = slb_check_name(conf, yaml, item) ||
				      slb_check_read(conf, yaml, &check, item, true);
				slbd_check_free(&check);
			}
		}
		judge = !judge;
	} while (judge && !ret);
	return ret ? -1 : 0;
}
