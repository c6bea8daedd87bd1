/* SPDX-License-Identifier: GPL-2.0-only */
/* How slbadm speaks to the user when something is wrong, and how it ends. */
#ifndef SLB_ERR_H
#define SLB_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define __printf(fmt, args)	__attribute((__format__(__printf__, fmt, args)))

enum slb_exit {
	SLB_EXIT_DONE = 0,
	SLB_EXIT_REFUSED = 1,
	SLB_EXIT_USAGE = 2,
};

/* A place in a file; line 0 is the command line, column 0 the whole line. */
struct slb_err_place {
	const char	*file;
	unsigned int	line;
	unsigned int	column;
};

void (*slb_err_to(void (*print)(const char *text)))(const char *text);
void slb_err_at(const char *file, unsigned int line);
void slb_err_at_place(const struct slb_err_place *place);
void slb_err_words(bool (*find)(const char *word, struct slb_err_place *place, const void *data),
		   const void *data);
void slb_err_word(const char *word);
struct slb_err_place slb_err_at_get(void);
__printf(1, 2) void slb_err_print(const char *fmt, ...);
__printf(1, 2) void slb_err_warn(const char *fmt, ...);
void *slb_mem_grow(void *mem, size_t size);

#endif
