/* SPDX-License-Identifier: GPL-2.0-only */
/* YAML files, whose every value knows where it stands. */
#ifndef SLB_YAMLFILE_H
#define SLB_YAMLFILE_H

#include <stdio.h>
#include <sys/types.h>
#include <yaml.h>

#include "err.h"

/**
 * struct slb_yaml - a file
 * @name: its name, for messages
 * @dev: its file system
 * @ino: and number there
 * @doc: what it holds
 * @loaded: @doc is to be freed
 */
struct slb_yaml {
	const char	*name;
	dev_t		dev;
	ino_t		ino;
	yaml_document_t	doc;
	bool		loaded;
};

int slb_yaml_load(struct slb_yaml *yaml, const char *name, FILE *stream);
void slb_yaml_free(struct slb_yaml *yaml);

struct slb_err_place slb_yaml_place(const struct slb_yaml *yaml, const yaml_node_t *node);
__printf(3, 4) int slb_yaml_wrong(const struct slb_yaml *yaml, const yaml_node_t *node,
				  const char *fmt, ...);
const char *slb_yaml_text(const struct slb_yaml *yaml, const yaml_node_t *node);
bool slb_yaml_is_null(const yaml_node_t *node);
size_t slb_yaml_count(const yaml_node_t *node);
const yaml_node_t *slb_yaml_item(struct slb_yaml *yaml, const yaml_node_t *node, size_t i);
const yaml_node_t *slb_yaml_key(struct slb_yaml *yaml, const yaml_node_t *node, size_t i);
const yaml_node_t *slb_yaml_value(struct slb_yaml *yaml, const yaml_node_t *node, size_t i);
const yaml_node_t *slb_yaml_find(struct slb_yaml *yaml, const yaml_node_t *node, const char *key);
int slb_yaml_keys(struct slb_yaml *yaml, const yaml_node_t *node);

#endif
