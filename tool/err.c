// SPDX-License-Identifier: GPL-2.0-only
/* Messages on stderr. Each begins with the program's name, in a restore file also with file and line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

/* Where the command being worked on stands; line 0 is the command line itself. */
static const char *slb_err_file;
static unsigned int slb_err_line;
static void (*slb_err_print_to)(const char *text);

/**
 * slb_err_to() - have messages elsewhere than on stderr
 * @print: takes each, without the program's name and the newline
 */
void slb_err_to(void (*print)(const char *text))
{
	slb_err_print_to = print;
}

/**
 * slb_err_at() - say where the words come from that messages are about
 * @file: name of the restore file; must live until the next call
 * @line: line in @file, from 1; 0 for the command line
 */
void slb_err_at(const char *file, unsigned int line)
{
	slb_err_file = file;
	slb_err_line = line;
}

/**
 * slb_err_at_get() - what slb_err_at() was told last
 *
 * Return: the place, to come back to.
 */
struct slb_err_place slb_err_at_get(void)
{
	return (struct slb_err_place) { .file = slb_err_file, .line = slb_err_line };
}

static void slb_err_vprint(const char *kind, const char *fmt, va_list ap)
{
	char place[512] = "";
	char text[1536];

	if (slb_err_line)
		snprintf(place, sizeof(place), "%s:%u: ", slb_err_file, slb_err_line);
	fflush(stdout);
	if (slb_err_print_to) {
		int at = snprintf(text, sizeof(text), "%s%s", place, kind);

		vsnprintf(text + at, sizeof(text) - at, fmt, ap);
		slb_err_print_to(text);
		return;
	}
	fprintf(stderr, "%s: %s%s", program_invocation_short_name, place, kind);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

/**
 * slb_err_print() - print an error
 * @fmt: printf format of the sentence, without the newline
 */
void slb_err_print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	slb_err_vprint("", fmt, ap);
	va_end(ap);
}

/**
 * slb_err_warn() - print a warning; it does not change the exit status
 * @fmt: printf format of the sentence, without the newline
 */
void slb_err_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	slb_err_vprint("warning: ", fmt, ap);
	va_end(ap);
}

/**
 * slb_mem_grow() - realloc() that does not return when memory runs out
 * @mem: memory to grow, or NULL
 * @size: bytes wanted
 *
 * Return: the memory; never NULL.
 */
void *slb_mem_grow(void *mem, size_t size)
{
	void *grown = realloc(mem, size ? size : 1);

	if (!grown) {
		slb_err_print("out of memory");
		exit(SLB_EXIT_REFUSED);
	}
	return grown;
}
