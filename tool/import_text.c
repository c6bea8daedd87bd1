// SPDX-License-Identifier: GPL-2.0-only
/* What slbadm import prints and tells: texts and numbers of keepalived.conf as YAML. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "err.h"
#include "import.h"
#include "model.h"

static const char *slb_ka_file;

/**
 * slb_ka_tell_of() - say which file messages are about
 * @name: its name; must live as long as they
 */
void slb_ka_tell_of(const char *name)
{
	slb_ka_file = name;
}

/* What was told: a virtual server may become several services, and its delay several checks'. */
static struct {
	char	**text;
	size_t	count;
} slb_ka_told;

static bool slb_ka_tell(unsigned int line, const char *text)
{
	char *note = NULL;
	size_t i;

	if (asprintf(&note, "%u %s", line, text) < 0)
		return true;
	for (i = slb_ka_told.count; i-- > 0;) {
		if (strcmp(slb_ka_told.text[i], note))
			continue;
		free(note);
		return false;
	}
	slb_ka_told.text = slb_list_add(slb_ka_told.text, &slb_ka_told.count,
					sizeof(*slb_ka_told.text));
	slb_ka_told.text[slb_ka_told.count - 1] = note;
	return true;
}

/** slb_ka_told_free() - forget what was told */
void slb_ka_told_free(void)
{
	while (slb_ka_told.count)
		free(slb_ka_told.text[--slb_ka_told.count]);
	free(slb_ka_told.text);
	slb_ka_told.text = NULL;
}

/**
 * slb_ka_lost() - tell that something is not carried over; once
 * @ka: the statement
 * @fmt: printf format of what it is
 */
void slb_ka_lost(const struct slb_ka *ka, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	char *c;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	if (!slb_ka_tell(ka->line, text))
		return;
	slb_err_at(slb_ka_file, ka->line);
	slb_err_warn("not carried over: %s", text);
	slb_err_at(NULL, 0);
}

/* Bytes of the character at @text, and its number; 0 if it is none of UTF-8. */
static size_t slb_ka_char(const unsigned char *text, __u32 *number)
{
	static const __u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = *text < 0x80 ? 1 : *text >> 5 == 6 ? 2 : *text >> 4 == 14 ? 3 : *text >> 3 == 30 ? 4 : 0;
	size_t i;

	*number = len == 1 ? *text : len ? *text & (0x7f >> len) : 0;
	for (i = 1; i < len; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		*number = *number << 6 | (text[i] & 0x3f);
	}
	if (!len || *number < least[len] || *number > 0x10ffff || *number >> 11 == 0x1b)
		return 0;
	return len;
}

/**
 * slb_ka_text() - print a text as a value of YAML, wherever it stands
 * @out: where to
 * @text: the text; bytes that are no UTF-8 are taken for Latin-1
 */
void slb_ka_text(FILE *out, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	__u32 number;
	size_t len;

	fputc('"', out);
	for (; *c; c += len) {
		len = slb_ka_char(c, &number);
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (!len || number < 0x20 || (number >= 0x7f && number < 0xa0))
			fprintf(out, "\\x%02x", len ? number : *c);
		else if (number >> 12 == 0xf)	/* some of these are no characters */
			fprintf(out, "\\u%04x", number);
		else
			fwrite(c, 1, len, out);
		len = len ? len : 1;
	}
	fputc('"', out);
}

/**
 * slb_ka_judge() - tell the first line that is not UTF-8
 * @text: the file
 */
void slb_ka_judge(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	struct slb_ka at = { .line = 1 };
	__u32 number;
	size_t len;

	for (; *c; c += len) {
		at.line += *c == '\n';
		len = slb_ka_char(c, &number);
		if (len)
			continue;
		slb_ka_lost(&at, "bytes that are not UTF-8; they are taken for Latin-1");
		return;
	}
}

/**
 * slb_ka_number() - read a number of a statement
 * @ka: the statement, or NULL
 * @min: smallest; smaller ones become it, which is told
 * @max: largest, likewise
 * @value: the number
 *
 * Return: false if there is none.
 */
bool slb_ka_number(const struct slb_ka *ka, __u32 min, __u32 max, __u32 *value)
{
	const char *text = slb_ka_word(ka, 1);

	if (!ka)
		return false;
	/* Delays may have fractions. */
	*value = strtoul(text, NULL, 10);
	if (*text < '0' || *text > '9') {
		slb_ka_lost(ka, "%s `%s'", slb_ka_word(ka, 0), text);
		return false;
	}
	if (*value < min || *value > max)
		slb_ka_lost(ka, "%s %s: it is %u-%u", slb_ka_word(ka, 0), text, min, max);
	*value = *value < min ? min : *value > max ? max : *value;
	return true;
}

/**
 * slb_ka_option() - print a number of a block as a further pair of a mapping
 * @out: where to
 * @in: the block
 * @keyword: the statement's keyword
 * @name: the pair's name
 * @min: as slb_ka_number() has it
 * @max: likewise
 */
void slb_ka_option(FILE *out, const struct slb_ka *in, const char *keyword,
		   const char *name, __u32 min, __u32 max)
{
	__u32 value;

	if (slb_ka_number(slb_ka_find(in, keyword), min, max, &value))
		fprintf(out, ", %s: %u", name, value);
}

/**
 * slb_ka_option_text() - print a text of a block as a further pair of a mapping
 * @out: where to
 * @in: the block
 * @keyword: the statement's keyword
 * @name: the pair's name
 */
void slb_ka_option_text(FILE *out, const struct slb_ka *in, const char *keyword,
			const char *name)
{
	const struct slb_ka *ka = slb_ka_find(in, keyword);

	if (!ka || !*slb_ka_word(ka, 1))
		return;
	fprintf(out, ", %s: ", name);
	slb_ka_text(out, slb_ka_word(ka, 1));
}

/**
 * slb_ka_rest() - tell the statements of a block that are not known
 * @in: the block
 * @known: keywords; ends with NULL
 */
void slb_ka_rest(const struct slb_ka *in, const char * const *known)
{
	const struct slb_ka *ka;
	size_t i, j;

	for (i = 0; i < in->part_count; i++) {
		ka = &in->part[i];
		for (j = 0; known[j] && strcmp(known[j], slb_ka_word(ka, 0)); j++)
			;
		if (!known[j])
			slb_ka_lost(ka, "%s", slb_ka_word(ka, 0));
	}
}
