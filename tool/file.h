/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of commands: read as a whole, then executed (-R) or compared with what there is (--sync). */
#ifndef SLB_FILE_H
#define SLB_FILE_H

#include <stdio.h>

#include "err.h"
#include "object.h"

/**
 * struct slb_line - a command of a restore file
 * @command: the command
 * @seen: slots that were filled
 * @at: where it stands
 * @part: what it says of its object, as the object's kind keeps it
 */
struct slb_line {
	const struct slb_command	*command;
	slb_slots			seen;
	struct slb_err_place		at;
	void				*part[SLB_PARTS];
};

/* A file of commands, in its order. */
struct slb_file {
	const char		*name;
	struct slb_line		*line;
	size_t			line_count;
	char			**names;	/* of the files that it is made of, if it owns them */
	size_t			name_count;
};

int slb_file_words(char **words, char *text);
int slb_file_add(struct slb_file *file, int count, char **words, const struct slb_err_place *at,
		 bool fullnat);
int slb_file_open(struct slb_file *file, const struct slb_req *req);
int slb_file_read(struct slb_file *file, FILE *stream, bool fullnat);
/* What slb_sync_file() does with the changes. */
enum slb_sync_how {
	SLB_SYNC_COUNT,
	SLB_SYNC_PRINT,
	SLB_SYNC_APPLY,
};

int slb_sync_file(struct slb_nl *nl, struct slb_file *want, bool owned, enum slb_sync_how how,
		  size_t *changes);
int slb_file_unique(const struct slb_file *file);
void slb_file_req(const struct slb_line *line, struct slb_req *req);
int slb_line_compare(const struct slb_line *a, const struct slb_line *b);
void slb_file_free(struct slb_file *file);

#endif
