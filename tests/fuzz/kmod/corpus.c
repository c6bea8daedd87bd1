// SPDX-License-Identifier: GPL-2.0-only
/* The recorded conversations, read once. */
#include <linux/kernel_read_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "fuzz.h"

struct fuzz_script *fuzz_scripts;
u32 fuzz_script_count;
static void *fuzz_file;

/* One record at @at; its end, or 0. */
static size_t fuzz_corpus_record(const u8 *file, size_t len, size_t at)
{
	const struct fuzz_rec *rec = (const void *)(file + at);
	size_t size;
	int i;

	if (len - at < sizeof(*rec))
		return 0;
	size = struct_size(rec, fix, rec->fixes);
	if (len - at < size || rec->len > FUZZ_MAX || len - at - size < rec->len)
		return 0;
	for (i = 0; i < rec->fixes; i++)
		if (rec->fix[i].kind >= FUZZ_KINDS || rec->fix[i].at + 4 > rec->len)
			return 0;
	for (i = 0; i < ARRAY_SIZE(rec->sum); i++)
		if (rec->sum[i] != FUZZ_NONE && rec->sum[i] + 2 > rec->len)
			return 0;
	return at + ALIGN(size + rec->len, 4);
}

static int fuzz_corpus_parse(const u8 *file, size_t len)
{
	const struct fuzz_file *head = (const void *)file;
	size_t at = sizeof(*head);
	u32 i, k;

	if (len < at || memcmp(head->magic, FUZZ_MAGIC, 4) || !head->flows || head->flows > 10000)
		return -EINVAL;
	fuzz_scripts = kvcalloc(head->flows, sizeof(*fuzz_scripts), GFP_KERNEL);
	if (!fuzz_scripts)
		return -ENOMEM;
	for (i = 0; i < head->flows; i++) {
		const struct fuzz_file_flow *flow = (const void *)(file + at);
		struct fuzz_script *script = &fuzz_scripts[i];

		if (len - at < sizeof(*flow) || !flow->records)
			return -EINVAL;
		at += sizeof(*flow);
		script->name = flow->name;
		script->recs = flow->records;
		script->v6 = flow->v6;
		script->proto = flow->proto;
		script->rec = kvcalloc(flow->records, sizeof(*script->rec), GFP_KERNEL);
		fuzz_script_count = i + 1;
		if (!script->rec)
			return -ENOMEM;
		for (k = 0; k < flow->records; k++) {
			script->rec[k] = (const void *)(file + at);
			at = at < len ? fuzz_corpus_record(file, len, at) : 0;
			if (!at)
				return -EINVAL;
		}
	}
	return 0;
}

/**
 * fuzz_corpus_load() - read the file that corpus.py wrote
 * @path: its name
 *
 * Return: 0 or a negative error.
 */
int fuzz_corpus_load(const char *path)
{
	ssize_t len;
	int err;

	len = kernel_read_file_from_path(path, 0, &fuzz_file, SIZE_MAX, NULL, READING_FIRMWARE);
	if (len < 0)
		return len;
	err = fuzz_corpus_parse(fuzz_file, len);
	if (err)
		fuzz_corpus_free();
	return err;
}

/**
 * fuzz_corpus_free() - forget it
 */
void fuzz_corpus_free(void)
{
	u32 i;

	for (i = 0; i < fuzz_script_count; i++)
		kvfree(fuzz_scripts[i].rec);
	kvfree(fuzz_scripts);
	vfree(fuzz_file);
	fuzz_scripts = NULL;
	fuzz_file = NULL;
	fuzz_script_count = 0;
}
