// SPDX-License-Identifier: GPL-2.0-only
/* Reads keepalived.conf: words, one statement in a line, blocks in braces, comments behind # and !. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "keepalived.h"
#include "model.h"

#define SLB_KA_DEPTH	16

/* A text while it is read. */
struct slb_ka_scan {
	char		*at;
	const char	*file;
	unsigned int	line;
};

static void slb_ka_comment(struct slb_ka_scan *scan)
{
	scan->at += strcspn(scan->at, "\n");
}

/* What separates words of one statement. */
static void slb_ka_blanks(struct slb_ka_scan *scan)
{
	scan->at += strspn(scan->at, " \t\r\v\f");
	if (*scan->at == '#' || *scan->at == '!')
		slb_ka_comment(scan);
}

/* What separates statements. */
static void slb_ka_lines(struct slb_ka_scan *scan)
{
	for (slb_ka_blanks(scan); *scan->at == '\n'; slb_ka_blanks(scan)) {
		scan->at++;
		scan->line++;
	}
}

static char *slb_ka_copy(const char *from, size_t len)
{
	char *word = slb_mem_grow(NULL, len + 1);

	memcpy(word, from, len);
	word[len] = '\0';
	return word;
}

/* A quoted word may hold blanks and braces. */
static void slb_ka_word_add(struct slb_ka_scan *scan, struct slb_ka *ka)
{
	const char *from = scan->at;
	size_t len;

	if (*from == '"') {
		from++;
		len = strcspn(from, "\"\n");
		scan->at += len + 1 + (from[len] == '"');
	} else {
		len = strcspn(from, " \t\r\v\f\n{}");
		scan->at += len;
	}
	ka->word = slb_list_add(ka->word, &ka->count, sizeof(*ka->word));
	ka->word[ka->count - 1] = slb_ka_copy(from, len);
}

static int slb_ka_wrong(const struct slb_ka_scan *scan, const char *wrong)
{
	slb_err_at(slb_err_at_get().file, scan->line);
	slb_err_print("%s", wrong);
	return -1;
}

/* The statements up to the end of the block, or of the text at the top. */
static int slb_ka_block(struct slb_ka_scan *scan, struct slb_ka *ka, unsigned int depth)
{
	struct slb_ka *part;

	if (depth == SLB_KA_DEPTH)
		return slb_ka_wrong(scan, "there are too many blocks in blocks");
	for (slb_ka_lines(scan); *scan->at && *scan->at != '}'; slb_ka_lines(scan)) {
		ka->part = slb_list_add(ka->part, &ka->part_count, sizeof(*ka->part));
		part = &ka->part[ka->part_count - 1];
		part->line = scan->line;
		for (slb_ka_blanks(scan); *scan->at && !strchr("\n{}", *scan->at); slb_ka_blanks(scan))
			slb_ka_word_add(scan, part);
		/* The brace may stand in a line of its own. */
		slb_ka_lines(scan);
		if (*scan->at != '{')
			continue;
		scan->at++;
		if (slb_ka_block(scan, part, depth + 1))
			return -1;
	}
	if (!depth)
		return *scan->at ? slb_ka_wrong(scan, "a block ends that has not begun") : 0;
	if (!*scan->at)
		return slb_ka_wrong(scan, "a block does not end");
	scan->at++;
	return 0;
}

/**
 * slb_ka_read() - understand the form of a file
 * @top: result: its block is the file; to be freed by slb_ka_free() also when this fails
 * @text: the file
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_ka_read(struct slb_ka *top, char *text)
{
	struct slb_ka_scan scan = { .at = text, .line = 1 };

	memset(top, 0, sizeof(*top));
	return slb_ka_block(&scan, top, 0);
}

/**
 * slb_ka_free() - free what a statement holds
 * @ka: the statement
 */
void slb_ka_free(struct slb_ka *ka)
{
	size_t i;

	for (i = 0; i < ka->count; i++)
		free(ka->word[i]);
	free(ka->word);
	for (i = 0; i < ka->part_count; i++)
		slb_ka_free(&ka->part[i]);
	free(ka->part);
}

/**
 * slb_ka_word() - a word of a statement
 * @ka: the statement, or NULL
 * @i: which
 *
 * Return: the word, "" if there are not so many.
 */
const char *slb_ka_word(const struct slb_ka *ka, size_t i)
{
	return ka && i < ka->count ? ka->word[i] : "";
}

/**
 * slb_ka_find() - a statement in a block
 * @ka: the statement that has the block
 * @keyword: its keyword
 *
 * Return: the last one, which is in force, or NULL.
 */
const struct slb_ka *slb_ka_find(const struct slb_ka *ka, const char *keyword)
{
	const struct slb_ka *found = NULL;
	size_t i;

	for (i = 0; i < ka->part_count; i++)
		if (!strcmp(slb_ka_word(&ka->part[i], 0), keyword))
			found = &ka->part[i];
	return found;
}
