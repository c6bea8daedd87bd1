// SPDX-License-Identifier: GPL-2.0-only
/* Messages on stderr. Each begins with the program's name, in a restore file also with file and line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

/* Where the command being worked on stands; line 0 is the command line itself. */
static struct slb_err_place slb_err_here;

/* The word of it that is looked at, and who knows where words stand. */
static const char *slb_err_looked;
static bool (*slb_err_find)(const char *word, struct slb_err_place *place, const void *data);
static const void *slb_err_data;

static void (*slb_err_print_to)(const char *text);

/**
 * slb_err_to() - have messages elsewhere than on stderr
 * @print: takes each, without the program's name and the newline; NULL is stderr
 *
 * Return: what took them before.
 */
void (*slb_err_to(void (*print)(const char *text)))(const char *text)
{
	void (*before)(const char *text) = slb_err_print_to;

	slb_err_print_to = print;
	return before;
}

/**
 * slb_err_at() - say where the words come from that messages are about
 * @file: name of the restore file; must live until the next call
 * @line: line in @file, from 1; 0 for the command line
 */
void slb_err_at(const char *file, unsigned int line)
{
	slb_err_here = (struct slb_err_place) { .file = file, .line = line };
}

/**
 * slb_err_at_place() - say where the words come from, to the column
 * @place: the place; its file's name must live until the next call
 */
void slb_err_at_place(const struct slb_err_place *place)
{
	slb_err_here = *place;
}

/**
 * slb_err_words() - say who knows where each word of a command stands
 * @find: whether @word, or what it is a part of, has a place, and which; NULL: nobody knows
 * @data: for @find
 */
void slb_err_words(bool (*find)(const char *word, struct slb_err_place *place, const void *data),
		   const void *data)
{
	slb_err_find = find;
	slb_err_data = data;
	slb_err_looked = NULL;
}

/**
 * slb_err_word() - say which word messages are about
 * @word: the word, or a part of it; NULL is the whole command
 */
void slb_err_word(const char *word)
{
	slb_err_looked = word;
}

/**
 * slb_err_at_get() - what slb_err_at() was told last
 *
 * Return: the place, to come back to.
 */
struct slb_err_place slb_err_at_get(void)
{
	return slb_err_here;
}

static void slb_err_vprint(const char *kind, const char *fmt, va_list ap)
{
	struct slb_err_place at = slb_err_here;
	char place[512] = "";
	char text[1536];

	if (slb_err_find && slb_err_looked)
		slb_err_find(slb_err_looked, &at, slb_err_data);
	if (at.column)
		snprintf(place, sizeof(place), "%s:%u:%u: ", at.file, at.line, at.column);
	else if (at.line)
		snprintf(place, sizeof(place), "%s:%u: ", at.file, at.line);
	fflush(stdout);
	if (slb_err_print_to) {
		int len = snprintf(text, sizeof(text), "%s%s", place, kind);

		vsnprintf(text + len, sizeof(text) - len, fmt, ap);
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
