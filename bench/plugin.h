/* SPDX-License-Identifier: GPL-2.0-only */
/* Debian ships no header for QEMU's TCG plugins, so the part of the interface (version 1) that is
 * used here is declared by hand; and slbgen's marks.
 */
#ifndef _BENCH_PLUGIN_H
#define _BENCH_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned int vcpu, uint32_t info, uint64_t vaddr,
						 void *data),
				      int flags, int rw, void *data);
bool qemu_plugin_mem_is_store(uint32_t info);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
				    void (*cb)(qemu_plugin_id_t id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#define KERNEL_START	0xffffffff80000000ull
#define KERNEL_DATA	0xffff800000000000ull
#define PLUGIN_MEM_RW	3

/* Long no-operations with a displacement of their own; as kmod/gen_dev.c has them. */
enum plugin_mark {
	MARK_NONE,
	MARK_ON		= 0x51b0be61,	/* the path under test begins */
	MARK_OFF	= 0x51b0e9d0,	/* and ends */
	MARK_RESET	= 0x51b0aa11,	/* what was counted so far is forgotten */
	MARK_REPORT	= 0x51b0aa22	/* write down what was counted */
};

static inline enum plugin_mark plugin_mark(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nop[] = { 0x0f, 0x1f, 0x84, 0x00 };
	const uint8_t *code = qemu_plugin_insn_data(insn);
	uint32_t mark;

	if (qemu_plugin_insn_size(insn) != sizeof(nop) + sizeof(mark) ||
	    memcmp(code, nop, sizeof(nop)))
		return MARK_NONE;
	memcpy(&mark, code + sizeof(nop), sizeof(mark));
	switch (mark) {
	case MARK_ON:
	case MARK_OFF:
	case MARK_RESET:
	case MARK_REPORT:
		return mark;
	}
	return MARK_NONE;
}

#endif
