// SPDX-License-Identifier: GPL-2.0-only
/* YAML files, by libyaml: every value knows its line and column, so that messages can say them. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "yamlfile.h"

/**
 * slb_yaml_place() - where a value stands
 * @yaml: the file
 * @node: the value
 *
 * Return: the place; lines and columns begin with 1.
 */
struct slb_err_place slb_yaml_place(const struct slb_yaml *yaml, const yaml_node_t *node)
{
	return (struct slb_err_place) {
		.file = yaml->name,
		.line = node->start_mark.line + 1,
		.column = node->start_mark.column + 1,
	};
}

/**
 * slb_yaml_wrong() - say what is wrong with a value, and where it stands
 * @yaml: the file
 * @node: the value
 * @fmt: printf() format of the sentence
 *
 * Return: -1.
 */
int slb_yaml_wrong(const struct slb_yaml *yaml, const yaml_node_t *node, const char *fmt, ...)
{
	struct slb_err_place old = slb_err_at_get();
	struct slb_err_place place = slb_yaml_place(yaml, node);
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	slb_err_word(NULL);
	slb_err_at_place(&place);
	slb_err_print("%s", text);
	slb_err_at_place(&old);
	return -1;
}

static int slb_yaml_refuse(const struct slb_yaml *yaml, const yaml_parser_t *parser)
{
	struct slb_err_place old = slb_err_at_get();
	struct slb_err_place place = {
		.file = yaml->name,
		.line = parser->problem_mark.line + 1,
		.column = parser->problem_mark.column + 1,
	};

	slb_err_at_place(&place);
	slb_err_print("%s%s%s", parser->context ? parser->context : "",
		      parser->context ? ": " : "",
		      parser->problem ? parser->problem : "this is no YAML");
	slb_err_at_place(&old);
	return -1;
}

/* What follows the first document is not ours. */
static int slb_yaml_end(const struct slb_yaml *yaml, yaml_parser_t *parser)
{
	yaml_document_t more;
	yaml_node_t *root;
	int ret = 0;

	if (!yaml_parser_load(parser, &more))
		return slb_yaml_refuse(yaml, parser);
	root = yaml_document_get_root_node(&more);
	if (root)
		ret = slb_yaml_wrong(yaml, root, "a second document: a file is one");
	yaml_document_delete(&more);
	return ret;
}

/**
 * slb_yaml_load() - read a file
 * @yaml: result, to be freed by slb_yaml_free() also when this fails
 * @name: the file's name; must live as long as @yaml
 * @stream: the file
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_yaml_load(struct slb_yaml *yaml, const char *name, FILE *stream)
{
	struct stat stat;
	yaml_parser_t parser;
	int ret = 0;

	memset(yaml, 0, sizeof(*yaml));
	yaml->name = name;
	if (!fstat(fileno(stream), &stat)) {
		yaml->dev = stat.st_dev;
		yaml->ino = stat.st_ino;
	}
	if (!yaml_parser_initialize(&parser)) {
		slb_err_print("out of memory");
		return -1;
	}
	yaml_parser_set_input_file(&parser, stream);
	if (yaml_parser_load(&parser, &yaml->doc))
		yaml->loaded = true;
	else
		ret = slb_yaml_refuse(yaml, &parser);
	if (!ret && yaml_document_get_root_node(&yaml->doc))
		ret = slb_yaml_end(yaml, &parser);
	yaml_parser_delete(&parser);
	return ret;
}

/**
 * slb_yaml_free() - free what a file holds
 * @yaml: the file
 */
void slb_yaml_free(struct slb_yaml *yaml)
{
	if (yaml->loaded)
		yaml_document_delete(&yaml->doc);
	yaml->loaded = false;
}

/**
 * slb_yaml_text() - a value that is one text
 * @yaml: the file
 * @node: the value
 *
 * Return: the text, or NULL after saying what is wrong. It lives as long as @yaml.
 */
const char *slb_yaml_text(const struct slb_yaml *yaml, const yaml_node_t *node)
{
	if (node->type != YAML_SCALAR_NODE) {
		slb_yaml_wrong(yaml, node, "one value is expected, not a %s",
			       node->type == YAML_SEQUENCE_NODE ? "list" : "mapping");
		return NULL;
	}
	if (strlen((const char *)node->data.scalar.value) != node->data.scalar.length) {
		slb_yaml_wrong(yaml, node, "a byte is 0");
		return NULL;
	}
	return (const char *)node->data.scalar.value;
}

/**
 * slb_yaml_is_null() - whether nothing was written
 * @node: the value
 *
 * Return: true if so.
 */
bool slb_yaml_is_null(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/**
 * slb_yaml_count() - how many entries a value has
 * @node: a list, or a mapping; one text counts as a list with one entry, nothing as none
 *
 * Return: how many.
 */
size_t slb_yaml_count(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_SEQUENCE_NODE:
		return node->data.sequence.items.top - node->data.sequence.items.start;
	case YAML_MAPPING_NODE:
		return node->data.mapping.pairs.top - node->data.mapping.pairs.start;
	default:
		return !slb_yaml_is_null(node);
	}
}

/**
 * slb_yaml_item() - an entry of a list
 * @yaml: the file
 * @node: the list; what is none is its own only entry
 * @i: which
 *
 * Return: the entry.
 */
const yaml_node_t *slb_yaml_item(struct slb_yaml *yaml, const yaml_node_t *node, size_t i)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return node;
	return yaml_document_get_node(&yaml->doc, node->data.sequence.items.start[i]);
}

/**
 * slb_yaml_key() - a key of a mapping
 * @yaml: the file
 * @node: the mapping
 * @i: which
 *
 * Return: the key.
 */
const yaml_node_t *slb_yaml_key(struct slb_yaml *yaml, const yaml_node_t *node, size_t i)
{
	return yaml_document_get_node(&yaml->doc, node->data.mapping.pairs.start[i].key);
}

/**
 * slb_yaml_value() - a value of a mapping
 * @yaml: the file
 * @node: the mapping
 * @i: which
 *
 * Return: the value.
 */
const yaml_node_t *slb_yaml_value(struct slb_yaml *yaml, const yaml_node_t *node, size_t i)
{
	return yaml_document_get_node(&yaml->doc, node->data.mapping.pairs.start[i].value);
}

/**
 * slb_yaml_find() - the value of a key
 * @yaml: the file
 * @node: a mapping that slb_yaml_keys() has judged
 * @key: the key
 *
 * Return: the value, or NULL.
 */
const yaml_node_t *slb_yaml_find(struct slb_yaml *yaml, const yaml_node_t *node, const char *key)
{
	size_t i;

	for (i = 0; i < slb_yaml_count(node); i++)
		if (!strcmp((const char *)slb_yaml_key(yaml, node, i)->data.scalar.value, key))
			return slb_yaml_value(yaml, node, i);
	return NULL;
}

/**
 * slb_yaml_keys() - judge whether a value is a mapping whose keys are texts, each of them once
 * @yaml: the file
 * @node: the value
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_yaml_keys(struct slb_yaml *yaml, const yaml_node_t *node)
{
	const yaml_node_t *key;
	const char *text;
	size_t i;
	size_t j;

	if (node->type != YAML_MAPPING_NODE)
		return slb_yaml_wrong(yaml, node, "a mapping of keys to values is expected");
	for (i = 0; i < slb_yaml_count(node); i++) {
		key = slb_yaml_key(yaml, node, i);
		text = slb_yaml_text(yaml, key);
		if (!text)
			return -1;
		for (j = 0; j < i; j++)
			if (!strcmp(text, (const char *)slb_yaml_key(yaml, node, j)->
						  data.scalar.value))
				return slb_yaml_wrong(yaml, key, "`%s' stands here twice", text);
		if (i == 1000)
			return slb_yaml_wrong(yaml, key, "there are more than 1000 keys");
	}
	return 0;
}
