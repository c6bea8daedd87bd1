// SPDX-License-Identifier: GPL-2.0-only
/*
 * -R: a file of commands is understood as a whole, then executed in its order. What a line adds may
 * exist already; it becomes what the line says. What the file does not name stays as it is.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "file.h"
#include "slbconf.h"

/**
 * slb_file_free() - free what a file holds
 * @file: the file
 */
void slb_file_free(struct slb_file *file)
{
	const struct slb_object *object;
	size_t i;
	int n;

	for (i = 0; i < file->line_count; i++) {
		object = file->line[i].command->object;
		if (object->drop)
			object->drop(file->line[i].part[0]);
		for (n = 0; n < SLB_PARTS; n++)
			free(file->line[i].part[n]);
	}
	for (i = 0; i < file->name_count; i++)
		free(file->names[i]);
	free(file->names);
	free(file->line);
}

/* Keeps a command until the whole file has been understood. */
static void slb_file_keep(struct slb_file *file, struct slb_req *req,
			  const struct slb_err_place *at)
{
	const struct slb_object *object = req->command->object;
	struct slb_line *line;
	int n;

	file->line = slb_list_add(file->line, &file->line_count, sizeof(*file->line));
	line = &file->line[file->line_count - 1];
	line->command = req->command;
	line->seen = req->seen;
	line->at = *at;
	for (n = 0; n < SLB_PARTS && object->part[n].size; n++) {
		line->part[n] = slb_mem_grow(NULL, object->part[n].size);
		memcpy(line->part[n], (char *)req + object->part[n].at, object->part[n].size);
	}
	if (object->kept)
		object->kept(req);
}

/**
 * slb_file_req() - the command that was kept
 * @line: the line
 * @req: result; it shares what the line holds and is not to be freed
 */
void slb_file_req(const struct slb_line *line, struct slb_req *req)
{
	const struct slb_object *object = line->command->object;
	int n;

	memset(req, 0, sizeof(*req));
	req->command = line->command;
	req->seen = line->seen;
	for (n = 0; n < SLB_PARTS && object->part[n].size; n++)
		memcpy((char *)req + object->part[n].at, line->part[n], object->part[n].size);
}

static int slb_file_hex(const char *text)
{
	char digits[3] = { text[0], text[0] ? text[1] : '\0', '\0' };

	if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
		return -1;
	return strtol(digits, NULL, 16);
}

/*
 * Takes the next word off a line, in place: blanks divide words, quotes hold them together, a
 * backslash takes away the meaning of the next character and \xHH is a byte. Returns what is wrong.
 */
static const char *slb_file_word(char **line, char **word)
{
	bool quoted = false;
	char *from = *line;
	char *to;
	int byte;

	while (isspace((unsigned char)*from))
		from++;
	*word = NULL;
	if (!*from || *from == '#') {
		*line = from;
		return NULL;
	}
	*word = from;
	for (to = from; *from && (quoted || !isspace((unsigned char)*from)); from++) {
		if (*from == '"') {
			quoted = !quoted;
		} else if (*from != '\\') {
			*to++ = *from;
		} else if (from[1] == 'x') {
			byte = slb_file_hex(from + 2);
			if (byte <= 0)
				return "\\x wants two digits that are not both 0";
			*to++ = byte;
			from += 3;
		} else if (from[1]) {
			*to++ = *++from;
		} else {
			return "nothing follows the backslash";
		}
	}
	if (quoted)
		return "a quote is not closed";
	*line = *from ? from + 1 : from;
	*to = '\0';
	return NULL;
}

/**
 * slb_file_words() - take a line apart
 * @words: result, which ends with NULL; room for half as many as @text has bytes, and two
 * @text: the line, changed in place
 *
 * Return: how many words, or -1 after saying what is wrong.
 */
int slb_file_words(char **words, char *text)
{
	const char *wrong;
	int count = 0;

	do {
		wrong = slb_file_word(&text, &words[count]);
		if (wrong) {
			slb_err_print("%s", wrong);
			return -1;
		}
	} while (words[count++]);
	return count - 1;
}

/**
 * slb_file_add() - understand a command and keep it
 * @file: where
 * @count: words
 * @words: the words
 * @at: where they stand; the file's name must live as long as @file
 * @fullnat: take every server as fullNAT
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_file_add(struct slb_file *file, int count, char **words, const struct slb_err_place *at,
		 bool fullnat)
{
	struct slb_req req;
	char buf[64];
	int ret;

	ret = slb_req_parse(&req, count, words, fullnat);
	if (!ret && (!req.command->batch || slb_req_has(&req, SLB_SLOT_DRY_RUN) ||
		     (req.command->id == SLB_DO_SET && !req.word_count))) {
		slb_err_print("%s changes nothing and has no place in a file",
			      slb_command_text(buf, req.command));
		ret = -1;
	}
	if (!ret)
		slb_file_keep(file, &req, at);
	slb_req_free(&req);
	return ret;
}

static int slb_file_line(struct slb_file *file, char *text, unsigned int number, bool fullnat)
{
	/* At most every second character begins a word. */
	char **words = slb_mem_grow(NULL, (strlen(text) / 2 + 2) * sizeof(*words));
	struct slb_err_place at = { .file = file->name, .line = number };
	int ret = slb_file_words(words, text);

	if (ret > 0)
		ret = slb_file_add(file, ret, words, &at, fullnat);
	free(words);
	return ret;
}

/* Whether a line, which has its newline, ends with a backslash, not in a comment, and so goes on. */
static bool slb_file_goes_on(const char *text, size_t len)
{
	size_t backslashes = 0;
	const char *c;

	if (len < 2 || text[--len] != '\n' || text[len - 1] != '\\')
		return false;
	for (c = strchr(text, '#'); c; c = strchr(c + 1, '#'))
		if (c == text || isspace((unsigned char)c[-1]))
			return false;
	while (len && text[--len] == '\\')
		backslashes++;
	return backslashes & 1;
}

/* The next line with those it goes on in; its length, or -1 at the end. */
static ssize_t slb_file_getline(char **text, size_t *size, FILE *stream, unsigned int *lines)
{
	ssize_t len = getline(text, size, stream);
	char *more = NULL;
	size_t more_size = 0;
	size_t room = 0;
	ssize_t add;

	*lines = 1;
	while (len > 0 && slb_file_goes_on(*text, len) &&
	       (add = getline(&more, &more_size, stream)) >= 0) {
		if (room < (size_t)(len + add + 1)) {
			room = 2 * (len + add + 1);
			*text = slb_mem_grow(*text, room);
			*size = room;
		}
		memcpy(*text + len - 2, more, add + 1);
		len += add - 2;
		(*lines)++;
	}
	free(more);
	return len;
}

/**
 * slb_file_read() - understand a file as a whole
 * @file: its name is set; the rest is filled in
 * @stream: where it comes from
 * @fullnat: take every server as fullNAT
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_file_read(struct slb_file *file, FILE *stream, bool fullnat)
{
	unsigned int number = 1;
	unsigned int lines;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int ret = 0;

	for (; !ret && (len = slb_file_getline(&text, &size, stream, &lines)) >= 0; number += lines) {
		slb_err_at(file->name, number);
		if (strlen(text) != (size_t)len) {
			slb_err_print("a byte is 0");
			ret = -1;
		} else {
			text[strcspn(text, "\n")] = '\0';
			ret = slb_file_line(file, text, number, fullnat);
		}
	}
	slb_err_at(NULL, 0);
	free(text);
	if (!ret && ferror(stream)) {
		slb_err_print("%s: %s", file->name, strerror(errno));
		ret = -1;
	}
	return ret;
}

/**
 * slb_line_compare() - order of two lines by the object that they are about
 * @a: first
 * @b: second
 *
 * Lines of the same kind stand together, those about the same object next to each other.
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_line_compare(const struct slb_line *a, const struct slb_line *b)
{
	const struct slb_object *object = a->command->object;

	if (object != b->command->object)
		return object < b->command->object ? -1 : 1;
	return object->compare(a->part[0], b->part[0]);
}

static int slb_line_qsort(const void *a, const void *b)
{
	const struct slb_line * const *line_a = a;
	const struct slb_line * const *line_b = b;
	int order = slb_line_compare(*line_a, *line_b);

	if (order)
		return order;
	return *line_a < *line_b ? -1 : *line_a > *line_b;
}

/* Collects the adding lines; returns how many, 0 if one deletes and could make room for another. */
static size_t slb_file_added(const struct slb_file *file, const struct slb_line **added)
{
	const struct slb_line *line;
	size_t count = 0;
	size_t i;

	for (i = 0; i < file->line_count; i++) {
		line = &file->line[i];
		if (line->command->act == SLB_ACT_DEL || line->command->id == SLB_DO_CLEAR)
			return 0;
		if (line->command->act == SLB_ACT_ADD && line->command->object->compare &&
		    !(line->seen & line->command->object->unclear))
			added[count++] = line;
	}
	return count;
}

/**
 * slb_file_unique() - no two lines may add the same object: the second would win over the first
 * @file: the file
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_file_unique(const struct slb_file *file)
{
	const struct slb_line **added;
	size_t count;
	size_t i;
	int ret = 0;

	added = slb_mem_grow(NULL, (file->line_count + 1) * sizeof(*added));
	count = slb_file_added(file, added);
	qsort(added, count, sizeof(*added), slb_line_qsort);
	for (i = 1; i < count && !ret; i++) {
		if (slb_line_compare(added[i - 1], added[i]))
			continue;
		slb_err_at_place(&added[i]->at);
		if (added[i]->at.file == added[i - 1]->at.file)
			slb_err_print("line %u adds the same", added[i - 1]->at.line);
		else
			slb_err_print("line %u of %s adds the same", added[i - 1]->at.line,
				      added[i - 1]->at.file);
		slb_err_at(NULL, 0);
		ret = -1;
	}
	free(added);
	return ret;
}

static int slb_file_apply(const struct slb_file *file, struct slb_nl *nl)
{
	struct slb_req req;
	int err = 0;
	__u16 flags;
	size_t i;

	for (i = 0; !err && i < file->line_count; i++) {
		slb_file_req(&file->line[i], &req);
		flags = slb_req_flags(&req);
		if (flags & NLM_F_CREATE)
			flags = NLM_F_CREATE | NLM_F_REPLACE;
		if (req.command->act == SLB_ACT_ADD && req.command->object->fill)
			req.command->object->fill(&req);
		slb_err_at_place(&file->line[i].at);
		err = slb_req_apply(nl, &req, flags);
	}
	slb_err_at(NULL, 0);
	return err;
}

static void slb_file_print(const struct slb_file *file)
{
	struct slb_req req;
	size_t i;

	for (i = 0; i < file->line_count; i++) {
		slb_file_req(&file->line[i], &req);
		slb_conf_req_print(&req);
	}
}

/**
 * slb_file_open() - understand the file that a command names
 * @file: result, to be freed by slb_file_free() also when this fails
 * @req: the command line; its first word is the file, "-" or none the standard input; with --conf
 *	none is /etc/slb/slb.conf
 *
 * Return: SLB_EXIT_DONE, or SLB_EXIT_* after saying what is wrong.
 */
int slb_file_open(struct slb_file *file, const struct slb_req *req)
{
	FILE *stream = stdin;
	int ret;

	if (slb_req_has(req, SLB_SLOT_CONF))
		return slb_slbconf_open(file, req->word_count ? req->word[0] : SLB_SLBCONF_FILE);
	memset(file, 0, sizeof(*file));
	file->name = "stdin";
	if (req->word_count && strcmp(req->word[0], "-")) {
		file->name = req->word[0];
		stream = fopen(file->name, "re");
		if (!stream) {
			slb_err_print("%s: %s: %s", req->command->name, file->name,
				      strerror(errno));
			return SLB_EXIT_REFUSED;
		}
	}
	ret = slb_file_read(file, stream, slb_req_has(req, SLB_SLOT_FORWARD));
	if (!ret)
		ret = slb_file_unique(file);
	if (stream != stdin)
		fclose(stream);
	return ret ? SLB_EXIT_USAGE : SLB_EXIT_DONE;
}

/**
 * slb_conf_restore() - execute the commands of a file
 * @req: the command line
 *
 * The file is understood as a whole before the first command is executed.
 *
 * Return: SLB_EXIT_*.
 */
int slb_conf_restore(const struct slb_req *req)
{
	struct slb_nl nl = {};
	struct slb_file file;
	int ret;

	ret = slb_file_open(&file, req);
	if (ret == SLB_EXIT_DONE && slb_req_has(req, SLB_SLOT_DRY_RUN))
		slb_file_print(&file);
	else if (ret == SLB_EXIT_DONE && (slb_req_open(&nl, req) || slb_file_apply(&file, &nl)))
		ret = SLB_EXIT_REFUSED;
	slb_nl_close(&nl);
	slb_file_free(&file);
	return ret;
}
