// SPDX-License-Identifier: GPL-2.0-only
/* QEMU TCG plugin: a model of caches, fed with what the kernel fetches, reads and writes between
 * slbgen's marks.
 *
 *   -plugin model.so,model=cache,out=FILE
 *	one CPU: first-level caches of 32 KiB for instructions and data, 8 ways, and a last level of
 *	4 MiB, 16 ways; lines of 64 bytes, the least recently used one leaves
 *   -plugin model.so,model=lines,out=FILE
 *	several CPUs with caches that hold everything: how often a line that another CPU has changed
 *	is read, or one that another CPU has is written
 *
 * Each report mark appends a line of JSON to FILE. With sites=FILE, it also writes lines "ADDRESS
 * COUNT" there: which instructions' reads and writes missed the last level, or met another CPU's line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "plugin.h"

#define LINE_SHIFT	6
#define CPUS		2

EXPORT int qemu_plugin_version = 1;

struct cache {
	unsigned int	sets;
	unsigned int	ways;
	uint64_t	*line;		/* sets x ways, most recent first; 0 is none */
	uint64_t	misses;
};

/* Lines that were touched, by open addressing; grows. */
struct seen {
	uint64_t	line;
	uint8_t		holders;	/* bit per CPU */
	bool		dirty;		/* the only holder has changed it */
};

/* What one instruction, or several that run together, fetch. */
struct code {
	uint64_t	first;
	uint64_t	last;
	size_t		n;
};

/* An instruction that reads or writes. */
struct site {
	struct site	*next;
	uint64_t	vaddr;
	uint64_t	count;
};

static struct cache l1i = { .sets = 64, .ways = 8 };
static struct cache l1d = { .sets = 64, .ways = 8 };
static struct cache last = { .sets = 4096, .ways = 16 };
static struct seen *seen;
static size_t seen_size;
static size_t seen_count;
static uint64_t bounces;
static uint64_t instructions;
static bool counting[CPUS];
static bool model_lines;
static FILE *out;
static struct site *sites;
static const char *sites_path;

static void *alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

/* Returns true if it was there. */
static bool cache_access(struct cache *c, uint64_t line)
{
	uint64_t *set = c->line + line % c->sets * c->ways;
	unsigned int i;

	for (i = 0; i < c->ways - 1 && set[i] != line; i++)
		;
	if (set[i] == line) {
		memmove(set + 1, set, i * sizeof(*set));
		set[0] = line;
		return true;
	}
	memmove(set + 1, set, (c->ways - 1) * sizeof(*set));
	set[0] = line;
	c->misses++;
	return false;
}

static struct seen *seen_slot(struct seen *table, size_t size, uint64_t line)
{
	size_t i = line * 0x9e3779b97f4a7c15ull >> 20;

	for (i %= size; table[i].line && table[i].line != line; i = (i + 1) % size)
		;
	return table + i;
}

static void seen_grow(void)
{
	size_t size = seen_size ? seen_size * 2 : 1 << 16;
	struct seen *table = alloc(size, sizeof(*table));
	size_t i;

	for (i = 0; i < seen_size; i++)
		if (seen[i].line)
			*seen_slot(table, size, seen[i].line) = seen[i];
	free(seen);
	seen = table;
	seen_size = size;
}

static void seen_access(unsigned int cpu, uint64_t line, bool store)
{
	uint8_t me = 1 << cpu;
	struct seen *s;

	if (2 * (seen_count + 1) > seen_size)
		seen_grow();
	s = seen_slot(seen, seen_size, line);
	if (!s->line) {
		s->line = line;
		seen_count++;
	}
	if (store) {
		bounces += !!(s->holders & ~me);
		s->holders = me;
		s->dirty = true;
	} else if (!(s->holders & me)) {
		bounces += s->dirty;
		s->holders |= me;
		s->dirty = false;
	}
}

static void on_mem(unsigned int cpu, uint32_t info, uint64_t vaddr, void *data)
{
	uint64_t end = vaddr + (1u << qemu_plugin_mem_size_shift(info)) - 1;
	uint64_t before = last.misses + bounces;
	struct site *site = data;
	uint64_t line;

	if (!counting[cpu] || vaddr < KERNEL_DATA)
		return;
	for (line = vaddr >> LINE_SHIFT; line <= end >> LINE_SHIFT; line++) {
		if (model_lines)
			seen_access(cpu, line, qemu_plugin_mem_is_store(info));
		else if (!cache_access(&l1d, line))
			cache_access(&last, line);
	}
	site->count += last.misses + bounces - before;
}

static void on_code(unsigned int cpu, void *data)
{
	const struct code *code = data;
	uint64_t line;

	if (!counting[cpu])
		return;
	instructions += code->n;
	for (line = code->first; !model_lines && line <= code->last; line++)
		if (!cache_access(&l1i, line))
			cache_access(&last, line);
}

static void write_sites(void)
{
	FILE *file = sites_path ? fopen(sites_path, "w") : NULL;
	struct site *site;

	if (!file)
		return;
	for (site = sites; site; site = site->next)
		if (site->count)
			fprintf(file, "%" PRIx64 " %" PRIu64 "\n", site->vaddr, site->count);
	fclose(file);
}

static void reset(void)
{
	struct site *site;

	for (site = sites; site; site = site->next)
		site->count = 0;
	l1i.misses = 0;
	l1d.misses = 0;
	last.misses = 0;
	bounces = 0;
	instructions = 0;
}

static void on_mark(unsigned int cpu, void *data)
{
	switch ((enum plugin_mark)(uintptr_t)data) {
	case MARK_ON:
		counting[cpu] = true;
		break;
	case MARK_OFF:
		counting[cpu] = false;
		break;
	case MARK_REPORT:
		fprintf(out, "{\"instructions\":%" PRIu64, instructions);
		if (model_lines)
			fprintf(out, ",\"bounces\":%" PRIu64 "}\n", bounces);
		else
			fprintf(out, ",\"l1i\":%" PRIu64 ",\"l1d\":%" PRIu64 ",\"last\":%" PRIu64 "}\n",
				l1i.misses, l1d.misses, last.misses);
		fflush(out);
		write_sites();
		/* fall through */
	case MARK_RESET:
		reset();
		break;
	case MARK_NONE:
		break;
	}
}

static struct code *code_new(const struct qemu_plugin_tb *tb, size_t from, size_t n)
{
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, from + n - 1);
	struct code *code = alloc(1, sizeof(*code));

	code->first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, from)) >> LINE_SHIFT;
	code->last = (qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end) - 1) >> LINE_SHIFT;
	code->n = n;
	return code;
}

static struct site *site_new(const struct qemu_plugin_insn *insn)
{
	struct site *site = alloc(1, sizeof(*site));

	site->vaddr = qemu_plugin_insn_vaddr(insn);
	site->next = sites;
	sites = site;
	return site;
}

/* A block with a mark in it is looked at instruction by instruction, others as a whole. */
static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	bool marked = false;
	size_t i;

	(void)id;
	if (!n || qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)) < KERNEL_START)
		return;
	for (i = 0; i < n; i++)
		marked |= plugin_mark(qemu_plugin_tb_get_insn(tb, i)) != MARK_NONE;
	if (!marked)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_code, 0, code_new(tb, 0, n));
	for (i = 0; i < n; i++) {
		enum plugin_mark mark;

		insn = qemu_plugin_tb_get_insn(tb, i);
		mark = plugin_mark(insn);
		if (mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, 0,
							       (void *)(uintptr_t)mark);
		else if (marked)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_code, 0, code_new(tb, i, 1));
		qemu_plugin_register_vcpu_mem_cb(insn, on_mem, 0, PLUGIN_MEM_RW, site_new(insn));
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			       int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strncmp(argv[i], "sites=", 6))
			sites_path = strdup(argv[i] + 6);
		else if (!strcmp(argv[i], "model=lines"))
			model_lines = true;
	}
	if (!out) {
		fputs("model.so: out=FILE is missing or cannot be written\n", stderr);
		return -1;
	}
	l1i.line = alloc(l1i.sets * l1i.ways, sizeof(*l1i.line));
	l1d.line = alloc(l1d.sets * l1d.ways, sizeof(*l1d.line));
	last.line = alloc(last.sets * last.ways, sizeof(*last.line));
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
