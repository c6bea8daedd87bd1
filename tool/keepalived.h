/* SPDX-License-Identifier: GPL-2.0-only */
/* keepalived.conf as a tree of statements. */
#ifndef SLB_KEEPALIVED_H
#define SLB_KEEPALIVED_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct slb_ka - a statement: words, and the statements of its block
 * @word: the words; the first is the keyword
 * @count: entries in @word
 * @line: where it stands
 * @part: the statements in its block
 * @part_count: entries in @part
 */
struct slb_ka {
	char		**word;
	size_t		count;
	unsigned int	line;
	struct slb_ka	*part;
	size_t		part_count;
};

int slb_ka_read(struct slb_ka *top, char *text);
void slb_ka_free(struct slb_ka *ka);
const struct slb_ka *slb_ka_find(const struct slb_ka *ka, const char *keyword);
const char *slb_ka_word(const struct slb_ka *ka, size_t i);
int slb_ka_import(const char *name, char *text);

#endif
