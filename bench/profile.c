// SPDX-License-Identifier: GPL-2.0-only
/* QEMU TCG plugin: how often each kernel instruction ran between slbgen's marks.
 *
 *   -plugin profile.so,out=FILE
 *
 * writes lines "ADDRESS COUNT".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plugin.h"

EXPORT int qemu_plugin_version = 1;

/* Instructions that are executed together. */
struct block {
	struct block	*next;
	uint64_t	count;
	size_t		n;
	uint64_t	vaddr[];
};

static struct block *blocks;
static bool counting;
static char *out;

static void on_block(unsigned int vcpu, void *data)
{
	struct block *block = data;

	(void)vcpu;
	if (counting)
		block->count++;
}

static void on_mark(unsigned int vcpu, void *data)
{
	(void)vcpu;
	counting = data;
}

static struct block *block_new(const struct qemu_plugin_tb *tb, size_t from, size_t n)
{
	struct block *block = malloc(sizeof(*block) + n * sizeof(block->vaddr[0]));
	size_t i;

	if (!block)
		abort();
	block->count = 0;
	block->n = n;
	for (i = 0; i < n; i++)
		block->vaddr[i] = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, from + i));
	block->next = blocks;
	blocks = block;
	return block;
}

/* A block with a mark in it is counted instruction by instruction, others as a whole. */
static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	bool marked = false;
	size_t i;

	(void)id;
	if (!n || qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)) < KERNEL_START)
		return;
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		marked |= plugin_mark(insn) == MARK_ON || plugin_mark(insn) == MARK_OFF;
	}
	if (!marked) {
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, block_new(tb, 0, n));
		return;
	}
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		if (plugin_mark(insn) == MARK_ON)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, 0, &counting);
		else if (plugin_mark(insn) == MARK_OFF)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, 0, NULL);
		else
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_block, 0,
							       block_new(tb, i, 1));
	}
}

static void on_exit_write(qemu_plugin_id_t id, void *data)
{
	struct block *block;
	FILE *file = fopen(out, "w");
	size_t i;

	(void)id;
	(void)data;
	if (!file) {
		perror(out);
		return;
	}
	for (block = blocks; block; block = block->next)
		for (i = 0; block->count && i < block->n; i++)
			fprintf(file, "%" PRIx64 " %" PRIu64 "\n", block->vaddr[i], block->count);
	fclose(file);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			       int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	if (!out) {
		fputs("profile.so: out=FILE is missing\n", stderr);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_write, NULL);
	return 0;
}
