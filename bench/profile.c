// SPDX-License-Identifier: GPL-2.0-only
/* QEMU TCG plugin: how often each kernel instruction ran between slbgen's marks.
 *
 *   -plugin profile.so,out=FILE
 *
 * writes lines "ADDRESS COUNT". Debian ships no header for plugins, so the part of QEMU's
 * plugin interface (version 1) that is used here is declared by hand.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;

struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

#define EXPORT __attribute__((visibility("default")))

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int vcpu, void *data),
					  int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int vcpu, void *data),
					    int flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
				    void (*cb)(qemu_plugin_id_t id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;

/* Instructions that are executed together. */
struct block {
	struct block	*next;
	uint64_t	count;
	size_t		n;
	uint64_t	vaddr[];
};

#define KERNEL_START 0xffffffff80000000ull

/* As gen_mark_on() and gen_mark_off() in kmod/gen_dev.c have them. */
static const uint8_t mark_on[] = { 0x0f, 0x1f, 0x84, 0x00, 0x61, 0xbe, 0xb0, 0x51 };
static const uint8_t mark_off[] = { 0x0f, 0x1f, 0x84, 0x00, 0xd0, 0xe9, 0xb0, 0x51 };

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

static bool is_mark(const struct qemu_plugin_insn *insn, const uint8_t *mark)
{
	return qemu_plugin_insn_size(insn) == sizeof(mark_on) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark_on));
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
		marked |= is_mark(insn, mark_on) || is_mark(insn, mark_off);
	}
	if (!marked) {
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, block_new(tb, 0, n));
		return;
	}
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		if (is_mark(insn, mark_on))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, 0, &counting);
		else if (is_mark(insn, mark_off))
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
