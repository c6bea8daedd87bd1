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

#define SLB_FILE_WORDS	1100	/* in a line; "--set toa-trusted=..." is two */

/**
 * struct slb_line - a command of a restore file
 * @command: the command
 * @seen: slots that were filled
 * @number: line in the file
 * @svc: index into the file's services, if the command is about one
 * @object: index into the file's servers or local addresses
 */
struct slb_line {
	const struct slb_command	*command;
	__u32				seen;
	unsigned int			number;
	size_t				svc;
	size_t				object;
};

struct slb_file {
	const char		*name;
	struct slb_config	config;		/* objects in the order of the file */
	struct slb_settings	*set;
	size_t			set_count;
	struct slb_line		*line;
	size_t			line_count;
};

static void slb_file_free(struct slb_file *file)
{
	size_t i;

	for (i = 0; i < file->set_count; i++)
		free(file->set[i].trusted);
	free(file->set);
	free(file->line);
	slb_config_free(&file->config);
}

static void slb_file_keep_svc(struct slb_file *file, struct slb_line *line,
			      const struct slb_req *req)
{
	*slb_config_svc_add(&file->config) = req->svc;
	line->svc = file->config.svc_count - 1;
}

/* Keeps a command until the whole file has been understood. */
static void slb_file_keep(struct slb_file *file, struct slb_req *req, unsigned int number)
{
	struct slb_line *line;

	file->line = slb_mem_grow(file->line, (file->line_count + 1) * sizeof(*file->line));
	line = &file->line[file->line_count++];
	memset(line, 0, sizeof(*line));
	line->command = req->command;
	line->seen = req->seen;
	line->number = number;
	switch (req->command->id) {
	case SLB_DO_SRV_ADD:
	case SLB_DO_SRV_EDIT:
	case SLB_DO_SRV_DEL:
		*slb_config_srv_add(&file->config) = req->srv;
		line->object = file->config.srv_count - 1;
		break;
	case SLB_DO_SET:
		file->set = slb_mem_grow(file->set, (file->set_count + 1) * sizeof(*file->set));
		file->set[file->set_count] = req->set;
		req->set.trusted = NULL;	/* now the file's */
		line->object = file->set_count++;
		break;
	case SLB_DO_LADDR_ADD:
	case SLB_DO_LADDR_EDIT:
	case SLB_DO_LADDR_DEL:
		*slb_config_laddr_add(&file->config) = req->laddr;
		line->object = file->config.laddr_count - 1;
		slb_file_keep_svc(file, line, req);	/* its pool may be that of a service */
		break;
	default:
		slb_file_keep_svc(file, line, req);
	}
}

/* The command that was kept, with everything an adding line leaves out at its default. */
static void slb_file_req(const struct slb_file *file, const struct slb_line *line,
			 struct slb_req *req)
{
	memset(req, 0, sizeof(*req));
	req->command = line->command;
	req->seen = line->seen;
	switch (req->command->id) {
	case SLB_DO_SRV_ADD:
	case SLB_DO_SRV_EDIT:
	case SLB_DO_SRV_DEL:
		req->srv = file->config.srv[line->object];
		break;
	case SLB_DO_SET:
		req->set = file->set[line->object];
		break;
	case SLB_DO_LADDR_ADD:
	case SLB_DO_LADDR_EDIT:
	case SLB_DO_LADDR_DEL:
		req->laddr = file->config.laddr[line->object];
		req->svc = file->config.svc[line->svc];
		break;
	default:
		req->svc = file->config.svc[line->svc];
	}
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

static int slb_file_line(struct slb_file *file, char *text, unsigned int number, bool fullnat)
{
	char *words[SLB_FILE_WORDS];
	const char *wrong = NULL;
	struct slb_req req;
	char buf[64];
	int count = 0;
	int ret;

	do {
		if (count == SLB_FILE_WORDS) {
			slb_err_print("too many words");
			return -1;
		}
		wrong = slb_file_word(&text, &words[count]);
		if (wrong) {
			slb_err_print("%s", wrong);
			return -1;
		}
	} while (words[count++]);
	count--;
	if (!count)
		return 0;
	ret = slb_req_parse(&req, count, words, fullnat);
	if (!ret && (!req.command->batch || slb_req_has(&req, SLB_SLOT_DRY_RUN) ||
		     (req.command->id == SLB_DO_SET && !req.word_count))) {
		slb_err_print("%s changes nothing and has no place in a file",
			      slb_command_text(buf, req.command));
		ret = -1;
	}
	if (!ret)
		slb_file_keep(file, &req, number);
	slb_req_free(&req);
	return ret;
}

static int slb_file_read(struct slb_file *file, FILE *stream, bool fullnat)
{
	unsigned int number = 0;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int ret = 0;

	while (!ret && (len = getline(&text, &size, stream)) >= 0) {
		slb_err_at(file->name, ++number);
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

/* An object that a line adds. */
struct slb_added {
	enum slb_do	id;
	const void	*object;
	unsigned int	number;
};

static int slb_added_compare(const struct slb_added *a, const struct slb_added *b)
{
	const struct slb_svc *svc_a = a->object;
	const struct slb_svc *svc_b = b->object;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->id == SLB_DO_SVC_ADD)
		return slb_svc_key_compare(&svc_a->key, &svc_b->key);
	if (a->id == SLB_DO_SRV_ADD)
		return slb_srv_compare(a->object, b->object);
	return slb_laddr_compare(a->object, b->object);
}

static int slb_added_qsort(const void *a, const void *b)
{
	const struct slb_added *added_a = a;
	const struct slb_added *added_b = b;
	int order = slb_added_compare(a, b);

	return order ? order : (int)added_a->number - (int)added_b->number;
}

/* Collects the adding lines; returns how many, 0 if one deletes and could make room for another. */
static size_t slb_file_added(const struct slb_file *file, struct slb_added *added)
{
	const struct slb_line *line;
	size_t count = 0;
	size_t i;

	for (i = 0; i < file->line_count; i++) {
		line = &file->line[i];
		added[count].id = line->command->id;
		added[count].number = line->number;
		switch (line->command->id) {
		case SLB_DO_SVC_ADD:
			added[count++].object = &file->config.svc[line->svc];
			break;
		case SLB_DO_SRV_ADD:
			added[count++].object = &file->config.srv[line->object];
			break;
		case SLB_DO_LADDR_ADD:
			if (!(line->seen & SLB_SLOT(SLB_SLOT_SERVICE)))
				added[count++].object = &file->config.laddr[line->object];
			break;
		case SLB_DO_SVC_DEL:
		case SLB_DO_SRV_DEL:
		case SLB_DO_LADDR_DEL:
		case SLB_DO_CLEAR:
			return 0;
		default:
			break;
		}
	}
	return count;
}

/* No two lines may add the same object: the second would silently win over the first. */
static int slb_file_unique(const struct slb_file *file)
{
	struct slb_added *added;
	size_t count;
	size_t i;
	int ret = 0;

	added = slb_mem_grow(NULL, (file->line_count + 1) * sizeof(*added));
	count = slb_file_added(file, added);
	qsort(added, count, sizeof(*added), slb_added_qsort);
	for (i = 1; i < count && !ret; i++) {
		if (slb_added_compare(&added[i - 1], &added[i]))
			continue;
		slb_err_at(file->name, added[i].number);
		slb_err_print("line %u adds the same", added[i - 1].number);
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
		slb_file_req(file, &file->line[i], &req);
		flags = slb_req_flags(&req);
		if (flags & NLM_F_CREATE)
			flags = NLM_F_CREATE | NLM_F_REPLACE;
		if (req.command->id == SLB_DO_SVC_ADD)
			slb_svc_default(&req.svc);
		if (req.command->id == SLB_DO_SRV_ADD)
			slb_srv_default(&req.srv);
		if (req.command->id == SLB_DO_LADDR_ADD)
			slb_laddr_default(&req.laddr);
		slb_err_at(file->name, file->line[i].number);
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
		slb_file_req(file, &file->line[i], &req);
		slb_conf_req_print(&req);
	}
}

/**
 * slb_conf_restore() - execute the commands of a file
 * @nl: not opened yet
 * @req: the command line
 *
 * The file is understood as a whole before the first command is executed.
 *
 * Return: SLB_EXIT_*.
 */
int slb_conf_restore(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_file file = { .name = "stdin" };
	int ret = SLB_EXIT_USAGE;
	FILE *stream = stdin;

	if (req->word_count && strcmp(req->word[0], "-")) {
		file.name = req->word[0];
		stream = fopen(file.name, "re");
		if (!stream) {
			slb_err_print("restore: %s: %s", file.name, strerror(errno));
			return SLB_EXIT_REFUSED;
		}
	}
	if (!slb_file_read(&file, stream, slb_req_has(req, SLB_SLOT_FORWARD)) &&
	    !slb_file_unique(&file)) {
		ret = SLB_EXIT_DONE;
		if (slb_req_has(req, SLB_SLOT_DRY_RUN))
			slb_file_print(&file);
		else if (slb_req_open(nl, req) || slb_file_apply(&file, nl))
			ret = SLB_EXIT_REFUSED;
	}
	if (stream != stdin)
		fclose(stream);
	slb_file_free(&file);
	return ret;
}
