// SPDX-License-Identifier: GPL-2.0-only
/* slb.conf as a whole: the files that it is made of, its settings, and what refers to what. */
#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "slbconf.h"
#include "slbd/check.h"

static const char *slb_slbconf_name(struct slb_file *file, const char *name)
{
	char *copy = strcpy(slb_mem_grow(NULL, strlen(name) + 1), name);

	file->names = slb_list_add(file->names, &file->name_count, sizeof(*file->names));
	file->names[file->name_count - 1] = copy;
	return copy;
}

static bool slb_slbconf_is_section(const char *name)
{
	const struct slb_section *section;

	for (section = slb_sections; section->name; section++)
		if (!strcmp(section->name, name))
			return true;
	return !strcmp(name, "include") || !strcmp(name, "settings") || !strcmp(name, "checks") ||
	       !strcmp(name, "metrics");
}

/* What stands at the top of a file. */
static int slb_slbconf_top(struct slb_yaml *yaml, bool first)
{
	yaml_node_t *root = yaml_document_get_root_node(&yaml->doc);
	const char *key;
	size_t i;

	if (!root && !first)
		return 0;
	if (!root) {
		slb_err_print("%s: the file is empty; `services: []' says that there are to be none",
			      yaml->name);
		return -1;
	}
	if (slb_yaml_keys(yaml, root))
		return -1;
	for (i = 0; i < slb_yaml_count(root); i++) {
		key = slb_yaml_text(yaml, slb_yaml_key(yaml, root, i));
		if (!slb_slbconf_is_section(key))
			return slb_yaml_wrong(yaml, slb_yaml_key(yaml, root, i),
					      "there is no section `%s'", key);
	}
	return 0;
}

static const yaml_node_t *slb_slbconf_part(struct slb_yaml *yaml, const char *name)
{
	const yaml_node_t *root = yaml_document_get_root_node(&yaml->doc);

	return root ? slb_yaml_find(yaml, root, name) : NULL;
}

static int slb_slbconf_load(struct slb_slbconf *conf, const char *name, struct slb_yaml *from,
			    const yaml_node_t *node)
{
	bool terminal = !node && !strcmp(name, "-");
	FILE *stream = terminal ? stdin : fopen(name, "re");
	struct slb_yaml *yaml;
	size_t i;
	int ret;

	if (!stream && node)
		return slb_yaml_wrong(from, node, "%s: %s", name, strerror(errno));
	if (!stream) {
		slb_err_print("%s: %s", name, strerror(errno));
		return -1;
	}
	yaml = slb_mem_grow(NULL, sizeof(*yaml));
	conf->yaml = slb_list_add(conf->yaml, &conf->yaml_count, sizeof(*conf->yaml));
	conf->yaml[conf->yaml_count - 1] = yaml;
	ret = slb_yaml_load(yaml, slb_slbconf_name(conf->file, terminal ? "stdin" : name), stream);
	if (!terminal)
		fclose(stream);
	for (i = 0; node && i < conf->yaml_count - 1 && !ret; i++)
		if (conf->yaml[i]->dev == yaml->dev && conf->yaml[i]->ino == yaml->ino)
			ret = slb_yaml_wrong(from, node, "%s is read already", name);
	return ret ? ret : slb_slbconf_top(yaml, !node);
}

/* A pattern is relative to the file that it stands in. */
static char *slb_slbconf_pattern(const struct slb_yaml *yaml, const char *text)
{
	char *copy = strdup(yaml->name);
	char *pattern = NULL;

	if (copy && *text != '/' && strchr(yaml->name, '/')) {
		if (asprintf(&pattern, "%s/%s", dirname(copy), text) < 0)
			pattern = NULL;
	} else {
		pattern = strdup(text);
	}
	free(copy);
	if (!pattern)
		slb_err_print("out of memory");
	return pattern;
}

static int slb_slbconf_errno;

/* A directory that cannot be read may have files: only one that is not there has none. */
static int slb_slbconf_unread(const char *name, int err)
{
	(void)name;
	slb_slbconf_errno = err;
	return err != ENOENT;
}

static int slb_slbconf_glob(struct slb_slbconf *conf, struct slb_yaml *yaml,
			    const yaml_node_t *node)
{
	const char *text = slb_yaml_text(yaml, node);
	char *pattern = text ? slb_slbconf_pattern(yaml, text) : NULL;
	glob_t found = {};
	size_t i;
	int ret;

	if (!pattern)
		return -1;
	/* That a pattern has no files is all right, but not that a file is missing. */
	ret = glob(pattern, strpbrk(pattern, "*?[") ? 0 : GLOB_NOCHECK, slb_slbconf_unread,
		   &found);
	if (ret == GLOB_NOMATCH)
		ret = 0;
	if (ret)
		ret = slb_yaml_wrong(yaml, node, "%s: %s", pattern,
				     ret == GLOB_NOSPACE ? "out of memory" : strerror(slb_slbconf_errno));
	for (i = 0; i < found.gl_pathc && !ret; i++)
		ret = slb_slbconf_load(conf, found.gl_pathv[i], yaml, node);
	globfree(&found);
	free(pattern);
	return ret;
}

/* Files are appended to the list while it is walked, so that they may include others. */
static int slb_slbconf_include(struct slb_slbconf *conf)
{
	const yaml_node_t *list;
	struct slb_yaml *yaml;
	size_t i, j;

	for (i = 0; i < conf->yaml_count; i++) {
		yaml = conf->yaml[i];
		list = slb_slbconf_part(yaml, "include");
		for (j = 0; list && j < slb_yaml_count(list); j++)
			if (slb_slbconf_glob(conf, yaml, slb_yaml_item(yaml, list, j)))
				return -1;
	}
	return 0;
}

/* The words of one setting; a list becomes one with commas. */
static int slb_slbconf_setting(struct slb_slbconf *conf, struct slb_yaml *yaml,
			       const yaml_node_t *key, const yaml_node_t *node)
{
	const char *name = slb_yaml_text(yaml, key);
	const struct slb_field *field = slb_field_find(slb_set_fields, name);
	struct slb_err_place at = slb_yaml_place(yaml, node);
	const char *text;
	char *word;
	size_t len;
	FILE *out;
	size_t i;

	if (node->type == YAML_MAPPING_NODE)
		return slb_yaml_wrong(yaml, node, "a value is expected, not a mapping");
	out = open_memstream(&word, &len);
	if (!out)
		return slb_yaml_wrong(yaml, node, "out of memory");
	fprintf(out, "%s=", name);
	for (i = 0; i < slb_yaml_count(node); i++) {
		text = slb_yaml_text(yaml, slb_yaml_item(yaml, node, i));
		if (!text)
			break;
		if (field && field->kind == SLB_FIELD_SWITCH)
			text = !strcmp(text, "true") || !strcmp(text, "yes") ? "on" :
			       !strcmp(text, "false") || !strcmp(text, "no") ? "off" : text;
		fprintf(out, "%s%s", i ? "," : "", text);
	}
	if (!i)
		fprintf(out, node->type == YAML_SEQUENCE_NODE ? "none" : "");
	fclose(out);
	if (i == slb_yaml_count(node))
		slb_slbconf_word(conf, &at, NULL, word);
	free(word);
	return i == slb_yaml_count(node) ? 0 : -1;
}

/* Those of all files are one line, so that none can be given twice. */
static int slb_slbconf_settings(struct slb_slbconf *conf)
{
	struct slb_err_place at = {};
	const yaml_node_t *node;
	struct slb_yaml *yaml;
	size_t i, j;

	for (i = 0; i < conf->yaml_count; i++) {
		yaml = conf->yaml[i];
		node = slb_slbconf_part(yaml, "settings");
		if (!node || slb_yaml_is_null(node))
			continue;
		if (slb_yaml_keys(yaml, node))
			return -1;
		for (j = 0; j < slb_yaml_count(node); j++) {
			if (!conf->count) {
				at = slb_yaml_place(yaml, node);
				slb_slbconf_word(conf, &at, "set", NULL);
			}
			if (slb_slbconf_setting(conf, yaml, slb_yaml_key(yaml, node, j),
						slb_yaml_value(yaml, node, j)))
				return -1;
		}
	}
	return conf->count ? slb_slbconf_line(conf, &at) : 0;
}

/* Where slbd is to be asked for metrics; one of the files says so. */
static int slb_slbconf_metrics(struct slb_slbconf *conf)
{
	const yaml_node_t *node;
	bool given = false;
	const char *wrong;
	const char *text;
	size_t i;

	for (i = 0; i < conf->yaml_count; i++) {
		node = slb_slbconf_part(conf->yaml[i], "metrics");
		if (!node)
			continue;
		if (given)
			return slb_yaml_wrong(conf->yaml[i], node, "metrics: another file says where");
		given = true;
		if (node->type != YAML_SCALAR_NODE)
			return slb_yaml_wrong(conf->yaml[i], node,
					      "metrics: a port, an address with a port, or off is expected");
		text = slb_yaml_text(conf->yaml[i], node);
		if (!text)
			return -1;
		if (slb_yaml_is_null(node) || !strcmp(text, "no") || !strcmp(text, "false"))
			text = "off";
		wrong = slb_local_parse(&conf->checks->metrics, text);
		if (wrong)
			return slb_yaml_wrong(conf->yaml[i], node, "metrics: `%s': %s", text, wrong);
	}
	return 0;
}

static int slb_slbconf_sections(struct slb_slbconf *conf)
{
	const struct slb_section *section;
	const yaml_node_t *list;
	size_t i;

	for (section = slb_sections; section->name; section++) {
		for (i = 0; i < conf->yaml_count; i++) {
			list = slb_slbconf_part(conf->yaml[i], section->name);
			if (list && slb_slbconf_section(conf, conf->yaml[i], section, list))
				return -1;
		}
	}
	return 0;
}

/* Names of one kind, to be found by bsearch(). */
struct slb_refs {
	const char	**name;
	size_t		count;
};

static int slb_refs_qsort(const void *a, const void *b)
{
	return strcmp(*(const char * const *)a, *(const char * const *)b);
}

static const char *slb_refs_name(const struct slb_line *line)
{
	switch (line->command->id) {
	case SLB_DO_GROUP_ADD:
		return ((const struct slb_group *)line->part[0])->name;
	case SLB_DO_ACL_ADD:
		return ((const struct slb_acl *)line->part[0])->name;
	case SLB_DO_LIMIT_ADD:
		return ((const struct slb_limit *)line->part[0])->limits.name;
	default:
		return NULL;
	}
}

static void slb_refs_collect(struct slb_refs *refs, const struct slb_file *file, enum slb_do add)
{
	size_t i;

	for (i = 0; i < file->line_count; i++) {
		if (file->line[i].command->id != add)
			continue;
		refs->name = slb_list_add(refs->name, &refs->count, sizeof(*refs->name));
		refs->name[refs->count - 1] = slb_refs_name(&file->line[i]);
	}
	if (refs->count)
		qsort(refs->name, refs->count, sizeof(*refs->name), slb_refs_qsort);
}

static int slb_refs_check(const struct slb_refs *refs, const struct slb_line *line,
			  const char *kind, const char *name)
{
	if (!*name || (refs->count && bsearch(&name, refs->name, refs->count, sizeof(*refs->name),
					      slb_refs_qsort)))
		return 0;
	slb_err_at_place(&line->at);
	slb_err_print("there is no %s `%s' in the file", kind, name);
	slb_err_at(NULL, 0);
	return -1;
}

/* What services refer to is in the file, so that it means the same wherever it is read. */
static int slb_slbconf_refs(const struct slb_file *file)
{
	struct slb_refs groups = {}, acls = {}, limits = {};
	const struct slb_svc *svc;
	int ret = 0;
	size_t i;
	int n;

	slb_refs_collect(&groups, file, SLB_DO_GROUP_ADD);
	slb_refs_collect(&acls, file, SLB_DO_ACL_ADD);
	slb_refs_collect(&limits, file, SLB_DO_LIMIT_ADD);
	for (i = 0; i < file->line_count && !ret; i++) {
		if (file->line[i].command->id != SLB_DO_SVC_ADD)
			continue;
		svc = file->line[i].part[0];
		ret = slb_refs_check(&groups, &file->line[i], "group", svc->group) ||
		      slb_refs_check(&limits, &file->line[i], "limit", svc->limits.name);
		for (n = 0; n < SLB_ACL_MODE_COUNT && !ret; n++)
			ret = slb_refs_check(&acls, &file->line[i], "access list", svc->acl[n]);
	}
	free(groups.name);
	free(acls.name);
	free(limits.name);
	return ret ? -1 : 0;
}

static void slb_slbconf_free(struct slb_slbconf *conf)
{
	size_t i;

	for (i = 0; i < conf->yaml_count; i++) {
		slb_yaml_free(conf->yaml[i]);
		free(conf->yaml[i]);
	}
	free(conf->yaml);
	for (i = 0; i < conf->count; i++)
		free(conf->word[i]);
	free(conf->word);
	free(conf->at);
}

/**
 * slb_slbconf_read() - understand slb.conf as a whole
 * @file: result, to be freed by slb_file_free() also when this fails
 * @name: the file; "-" is the standard input
 * @checks: what slbd is to check, to be freed by slbd_conf_free(); NULL: it is only judged
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_slbconf_read(struct slb_file *file, const char *name, struct slbd_conf *checks)
{
	struct slbd_conf unused = {};
	struct slb_slbconf conf = { .file = file, .checks = checks ? checks : &unused };
	int ret;

	memset(file, 0, sizeof(*file));
	ret = slb_slbconf_load(&conf, name, NULL, NULL);
	if (!ret)
		file->name = file->names[0];
	if (!ret)
		ret = slb_slbconf_include(&conf) || slb_slbconf_checks(&conf) ||
		      slb_slbconf_metrics(&conf) || slb_slbconf_settings(&conf) ||
		      slb_slbconf_sections(&conf) || slb_file_unique(file) ||
		      slb_slbconf_refs(file);
	slb_slbconf_free(&conf);
	slbd_conf_free(&unused);
	return ret ? -1 : 0;
}

/**
 * slb_slbconf_open() - understand slb.conf, for a command
 * @file: result, to be freed by slb_file_free() also when this fails
 * @name: the file; "-" is the standard input
 *
 * Return: SLB_EXIT_DONE, or SLB_EXIT_USAGE after saying what is wrong.
 */
int slb_slbconf_open(struct slb_file *file, const char *name)
{
	return slb_slbconf_read(file, name, NULL) ? SLB_EXIT_USAGE : SLB_EXIT_DONE;
}
