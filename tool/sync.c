// SPDX-License-Identifier: GPL-2.0-only
/*
 * --sync and --check: the difference between a file and what there is.
 *
 * What there is comes in the form of -S and is understood like the file, so both are lines about
 * objects. Lines about the same object are equal if they read the same once everything that was
 * left out is filled in. Whatever -S and -R know can be compared so.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "file.h"

/**
 * struct slb_change - what is to be done
 * @line: of the file, or for a deletion of what there is
 * @command: how it is to be done
 * @have: what there is of the object, NULL if it is added
 * @claim: it differs in the owner only
 * @later: refused at first: something stands in its way that is to be deleted
 * @done: it is done
 */
struct slb_change {
	const struct slb_line		*line;
	const struct slb_command	*command;
	const struct slb_line		*have;
	bool				claim;
	bool				later;
	bool				done;
};

/**
 * struct slb_diff - the difference
 * @want: the file
 * @owned: delete only what slb.conf once had, the rest is none of the file's business
 * @have: what there is
 * @text: what there is, in the form of -S
 * @health: servers, with what is known of their health, if any is to be deleted
 * @change: what is to be done: additions and changes in the order of the file, then deletions in
 *	the reverse order of -S, so that what refers to others goes before them
 * @count: entries in @change
 */
struct slb_diff {
	struct slb_file		*want;
	bool			owned;
	struct slb_file		have;
	char			*text;
	struct slb_config	health;
	struct slb_change	*change;
	size_t			count;
};

/* The command for an object of the same kind, in what does something else to it. */
static const struct slb_command *slb_sync_command(const struct slb_command *like, enum slb_act act)
{
	const struct slb_command *command;

	for (command = slb_commands; command->name; command++)
		if (command->object == like->object && command->act == act)
			return command;
	return NULL;
}

/* What a line comes to, with its defaults filled in. */
static void slb_sync_req(const struct slb_line *line, struct slb_req *req)
{
	slb_file_req(line, req);
	if (line->command->act == SLB_ACT_ADD && line->command->object->fill)
		line->command->object->fill(req);
}

static char *slb_sync_text(const struct slb_line *line)
{
	FILE *terminal = stdout;
	struct slb_req req;
	char *text = NULL;
	size_t len;

	slb_sync_req(line, &req);
	stdout = open_memstream(&text, &len);
	if (stdout) {
		slb_conf_req_print(&req);
		fclose(stdout);
	}
	stdout = terminal;
	return text;
}

/* Takes the owner out, which every line has that is filled, before anything that people write. */
static void slb_sync_disown(char *text)
{
	static const char option[] = " --owner ";
	char *owner = strstr(text, option);
	size_t len;

	if (!owner)
		return;
	len = strlen(option) + strcspn(owner + strlen(option), " ");
	memmove(owner, owner + len, strlen(owner + len) + 1);
}

/* Whether two lines come to the same, but for what is told in @claim: only the owner differs. */
static bool slb_sync_equal(const struct slb_line *a, const struct slb_line *b, bool *claim)
{
	char *text_a = slb_sync_text(a);
	char *text_b = slb_sync_text(b);
	bool equal = text_a && text_b && !strcmp(text_a, text_b);

	*claim = false;
	if (text_a && text_b && !equal) {
		slb_sync_disown(text_a);
		slb_sync_disown(text_b);
		*claim = !strcmp(text_a, text_b);
	}
	free(text_a);
	free(text_b);
	return equal;
}

static void slb_sync_add(struct slb_diff *diff, const struct slb_line *line,
			 const struct slb_line *have, const struct slb_command *command)
{
	struct slb_change *change;

	diff->change = slb_list_add(diff->change, &diff->count, sizeof(*diff->change));
	change = &diff->change[diff->count - 1];
	change->line = line;
	change->have = have;
	change->command = command;
}

/* A file to be compared says what there is to be, not what is to be done. */
static int slb_sync_check(const struct slb_file *file, const struct slb_req *req)
{
	const struct slb_line *line;
	char buf[64];
	size_t i;

	for (i = 0; i < file->line_count; i++) {
		line = &file->line[i];
		if (line->command->id == SLB_DO_SET || line->command->id == SLB_DO_CLEAR)
			continue;
		if (line->command->act == SLB_ACT_ADD && line->command->object->compare &&
		    !(line->seen & line->command->object->unclear))
			continue;
		slb_err_at_place(&line->at);
		slb_err_print("%s: %s takes lines as --save writes them",
			      slb_command_text(buf, line->command), req->command->name);
		slb_err_at(NULL, 0);
		return -1;
	}
	return 0;
}

static int slb_sync_qsort(const void *a, const void *b)
{
	const struct slb_line * const *line_a = a;
	const struct slb_line * const *line_b = b;

	return slb_line_compare(*line_a, *line_b);
}

/* The adding lines of what there is, sorted, to be found by bsearch(). */
static const struct slb_line **slb_sync_index(const struct slb_file *file, size_t *count)
{
	const struct slb_line **index = slb_mem_grow(NULL, (file->line_count + 1) * sizeof(*index));
	size_t i;

	*count = 0;
	for (i = 0; i < file->line_count; i++)
		if (file->line[i].command->act == SLB_ACT_ADD)
			index[(*count)++] = &file->line[i];
	if (*count)
		qsort(index, *count, sizeof(*index), slb_sync_qsort);
	return index;
}

static const struct slb_line *slb_sync_find(const struct slb_line **index, size_t count,
					    const struct slb_line *line)
{
	const struct slb_line **found;

	found = count ? bsearch(&line, index, count, sizeof(*index), slb_sync_qsort) : NULL;
	return found ? *found : NULL;
}

/* Settings of a line that differ from those there are. */
static void slb_sync_set(struct slb_diff *diff, struct slb_line *line)
{
	size_t i;

	for (i = 0; i < diff->have.line_count; i++)
		if (diff->have.line[i].command->id == SLB_DO_SET &&
		    slb_set_reduce(line->part[0], diff->have.line[i].part[0]))
			slb_sync_add(diff, line, &diff->have.line[i], line->command);
}

/* -S names the owner only if it is not the hand. */
static bool slb_sync_may_delete(const struct slb_diff *diff, const struct slb_line *have)
{
	return !diff->owned || have->seen & SLB_SLOT(SLB_SLOT_OWNER);
}

static void slb_sync_compare(struct slb_diff *diff)
{
	const struct slb_line *line;
	const struct slb_line *have;
	const struct slb_line **index;
	size_t count;
	bool claim;
	size_t i;

	index = slb_sync_index(&diff->have, &count);
	for (i = 0; i < diff->want->line_count; i++) {
		line = &diff->want->line[i];
		if (line->command->id == SLB_DO_SET)
			slb_sync_set(diff, &diff->want->line[i]);
		if (line->command->act != SLB_ACT_ADD)
			continue;
		have = slb_sync_find(index, count, line);
		if (!have) {
			slb_sync_add(diff, line, NULL, line->command);
		} else if (!slb_sync_equal(line, have, &claim)) {
			slb_sync_add(diff, line, have,
				     slb_sync_command(line->command, SLB_ACT_EDIT));
			diff->change[diff->count - 1].claim = claim && diff->owned;
		}
	}
	free(index);
	index = slb_sync_index(diff->want, &count);
	for (i = diff->have.line_count; i-- > 0;) {
		line = &diff->have.line[i];
		if (line->command->act == SLB_ACT_ADD && slb_sync_may_delete(diff, line) &&
		    !slb_sync_find(index, count, line))
			slb_sync_add(diff, line, line,
				     slb_sync_command(line->command, SLB_ACT_DEL));
	}
	free(index);
}

static int slb_sync_load(struct slb_diff *diff, struct slb_nl *nl)
{
	FILE *terminal = stdout;
	FILE *stream;
	size_t len;
	int err;

	stdout = open_memstream(&diff->text, &len);
	if (!stdout) {
		stdout = terminal;
		return -ENOMEM;
	}
	err = slb_conf_save(nl, NULL);
	fclose(stdout);
	stdout = terminal;
	if (err) {
		slb_err_print("the configuration cannot be read: %s", nl->words);
		return err;
	}
	diff->have.name = "kernel";
	stream = fmemopen(diff->text, len, "r");
	if (!stream)
		return len ? -ENOMEM : 0;
	err = slb_file_read(&diff->have, stream, false);
	fclose(stream);
	return err;
}

static void slb_change_req(const struct slb_change *change, struct slb_req *req)
{
	slb_sync_req(change->line, req);
	req->command = change->command;
}

static int slb_change_apply(struct slb_nl *nl, struct slb_change *change, bool may_wait)
{
	struct slb_req req;
	int err;

	slb_change_req(change, &req);
	if (change->line != change->have)
		slb_err_at_place(&change->line->at);
	err = req.command->object->send(nl, &req, slb_req_flags(&req));
	if (may_wait)
		change->later = err == -EEXIST || err == -EBUSY || err == -EADDRINUSE;
	change->done = !err;
	err = may_wait && change->later ? 0 : slb_req_said(nl, &req, err);
	slb_err_at(NULL, 0);
	return err;
}

/* A server that comes back is up or down as it was; one that had to prove itself has to again. */
static void slb_sync_heal(const struct slb_diff *diff, struct slb_srv *srv)
{
	const struct slb_config *health = &diff->health;
	const struct slb_srv *was = NULL;

	if (health->srv_count)
		was = bsearch(srv, health->srv, health->srv_count, sizeof(*srv),
			      slb_object_srv.compare);
	if (!was || was->value[SLB_A_SRV_UNPROVED])
		return;
	srv->value[SLB_A_SRV_DOWN] = was->value[SLB_A_SRV_DOWN];
	srv->given |= SLB_GIVEN(SLB_A_SRV_DOWN);
	strcpy(srv->reason, was->reason);
}

/* The reverse of a change: what was added goes, what there was is as it was. */
static int slb_change_undo(const struct slb_diff *diff, struct slb_nl *nl,
			   const struct slb_change *change)
{
	struct slb_req req;

	if (change->have)
		slb_sync_req(change->have, &req);
	else
		slb_sync_req(change->line, &req);
	if (!change->have)
		req.command = slb_sync_command(req.command, SLB_ACT_DEL);
	else if (change->have != change->line && req.command->act == SLB_ACT_ADD)
		req.command = slb_sync_command(req.command, SLB_ACT_EDIT);
	if (req.command->id == SLB_DO_SRV_ADD)
		slb_sync_heal(diff, &req.srv);
	return slb_req_apply(nl, &req, slb_req_flags(&req));
}

/* One change was refused; those before it are taken back. */
static void slb_sync_undo(const struct slb_diff *diff, struct slb_nl *nl)
{
	bool whole = true;
	size_t i;
	int pass;

	/* Deletions, and what waited for them, came last. */
	for (pass = 0; pass < 2; pass++)
		for (i = diff->count; i-- > 0;)
			if (diff->change[i].done && diff->change[i].later == !pass)
				whole &= !slb_change_undo(diff, nl, &diff->change[i]);
	slb_err_print(whole ? "nothing was changed" : "not all of the changes could be taken back");
}

/* What a deleted server loses that no line says. */
static int slb_sync_health(struct slb_diff *diff, struct slb_nl *nl)
{
	size_t i;
	int err;

	for (i = 0; i < diff->count; i++)
		if (diff->change[i].command->id == SLB_DO_SRV_DEL)
			break;
	if (i == diff->count)
		return 0;
	err = slb_config_load(nl, &diff->health, SLB_LOAD_SERVICES);
	if (err)
		slb_err_print("the configuration cannot be read: %s", nl->words);
	return err;
}

/*
 * New servers come before old ones go, so that there is always one; where an old object is in the
 * way of a new one, the new one waits.
 */
static int slb_sync_apply(struct slb_diff *diff, struct slb_nl *nl)
{
	int err = slb_sync_health(diff, nl);
	size_t i;

	if (err)
		return err;
	for (i = 0; i < diff->count && !err; i++)
		err = slb_change_apply(nl, &diff->change[i], true);
	for (i = 0; i < diff->count && !err; i++)
		if (diff->change[i].later)
			err = slb_change_apply(nl, &diff->change[i], false);
	if (err)
		slb_sync_undo(diff, nl);
	return err;
}

static void slb_sync_print(const struct slb_diff *diff)
{
	struct slb_req req;
	size_t claims = 0;
	size_t i;

	for (i = 0; i < diff->count; i++) {
		claims += diff->change[i].claim;
		if (diff->change[i].claim)
			continue;
		slb_change_req(&diff->change[i], &req);
		slb_conf_req_print(&req);
	}
	if (claims)
		printf("# objects made by hand that become the file's: %zu\n", claims);
}

static void slb_diff_free(struct slb_diff *diff)
{
	slb_file_free(&diff->have);
	slb_config_free(&diff->health);
	free(diff->change);
	free(diff->text);
}

/**
 * slb_sync_file() - make the configuration what a file says
 * @nl: the family
 * @want: the file, all of whose lines add objects or set something
 * @owned: delete only what slb.conf once had; else all that the file does not have
 * @how: SLB_SYNC_*
 * @changes: how many there were to make; that an object becomes the file's is none
 *
 * What is equal is left alone. When the kernel refuses a change, those before it are taken back.
 *
 * Return: 0, or a negative errno after saying what is wrong.
 */
int slb_sync_file(struct slb_nl *nl, struct slb_file *want, bool owned, enum slb_sync_how how,
		  size_t *changes)
{
	struct slb_diff diff = { .want = want, .owned = owned };
	size_t i;
	int err;

	*changes = 0;
	err = slb_sync_load(&diff, nl);
	if (!err) {
		slb_sync_compare(&diff);
		for (i = 0; i < diff.count; i++)
			*changes += !diff.change[i].claim;
		if (how == SLB_SYNC_PRINT)
			slb_sync_print(&diff);
		if (how == SLB_SYNC_APPLY)
			err = slb_sync_apply(&diff, nl);
	}
	slb_diff_free(&diff);
	return err;
}

/* The file that the command names, understood and fit to be compared. */
static int slb_sync_open(struct slb_file *want, const struct slb_req *req)
{
	int ret;

	ret = slb_file_open(want, req);
	if (ret == SLB_EXIT_DONE && !slb_req_has(req, SLB_SLOT_CONF) && slb_sync_check(want, req))
		ret = SLB_EXIT_USAGE;
	return ret;
}

/**
 * slb_sync() - make the configuration what a file says, or say what that would change
 * @req: the command line: --sync or --check
 *
 * Objects that the file does not name are deleted, with --conf only those that it once named;
 * settings that it does not name stay.
 *
 * Return: SLB_EXIT_*; of --check SLB_EXIT_REFUSED if something would change, and SLB_EXIT_USAGE for
 *	whatever kept it from finding out.
 */
int slb_sync(const struct slb_req *req)
{
	bool check = req->command->id == SLB_DO_CHECK;
	struct slb_file want = {};
	struct slb_nl nl = {};
	size_t changes = 0;
	int ret;

	ret = slb_sync_open(&want, req);
	if (ret == SLB_EXIT_DONE &&
	    (slb_req_open(&nl, req) ||
	     slb_sync_file(&nl, &want, slb_req_has(req, SLB_SLOT_CONF),
			   check || slb_req_has(req, SLB_SLOT_DRY_RUN) ? SLB_SYNC_PRINT
								       : SLB_SYNC_APPLY,
			   &changes)))
		ret = SLB_EXIT_REFUSED;
	if (check && ret != SLB_EXIT_DONE)
		ret = SLB_EXIT_USAGE;
	else if (check && changes)
		ret = SLB_EXIT_REFUSED;
	slb_nl_close(&nl);
	slb_file_free(&want);
	return ret;
}
