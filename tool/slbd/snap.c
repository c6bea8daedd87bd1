// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the metrics are written from: for each object a row of numbers, and its labels in the form of the
 * answer. A service takes some 300 bytes, so that 50 000 of them can be held while somebody reads slowly.
 */
#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "metrics.h"

static unsigned int slbd_snaps;

static const unsigned int slbd_snap_stride[SLBD_CLASSES] = {
	[SLBD_OF_SELF] = SLBD_SELF_VALUES,
	[SLBD_OF_MODULE] = SLB_A_INFO_MAX + 1,
	[SLBD_OF_BUILD] = 1,
	[SLBD_OF_STATE] = 1,
	[SLBD_OF_MEMORY] = 1,
	[SLBD_OF_DROP] = 1,
	[SLBD_OF_COUNT] = SLB_COUNT_COUNT,
	[SLBD_OF_SVC] = SLBD_SVC_VALUES,
	[SLBD_OF_SVC_INFO] = 1,
	[SLBD_OF_SRV] = SLBD_SRV_VALUES,
	[SLBD_OF_SRV_INFO] = 1,
	[SLBD_OF_LADDR] = SLBD_LADDR_VALUES,
	[SLBD_OF_LIMIT] = SLBD_LIMIT_VALUES,
	[SLBD_OF_CHECK] = SLBD_CHECK_VALUES,
	[SLBD_OF_OWNER] = SLBD_OWNER_VALUES,
};

/**
 * slbd_snap_new() - begin
 *
 * Return: an empty one, one reference.
 */
struct slbd_snap *slbd_snap_new(void)
{
	struct slbd_snap *snap = slb_mem_grow(NULL, sizeof(*snap));

	memset(snap, 0, sizeof(*snap));
	snap->refs = 1;
	slbd_snaps++;
	return snap;
}

/**
 * slbd_snap_put() - put a reference
 * @snap: freed with its last one
 */
void slbd_snap_put(struct slbd_snap *snap)
{
	unsigned int i;

	if (--snap->refs)
		return;
	for (i = 0; i < SLBD_CLASSES; i++) {
		free(snap->rows[i].value);
		free(snap->rows[i].label);
	}
	free(snap->label);
	free(snap);
	slbd_snaps--;
}

/**
 * slbd_snap_count() - how many there are
 *
 * Return: the number.
 */
unsigned int slbd_snap_count(void)
{
	return slbd_snaps;
}

/**
 * slbd_snap_values() - how many numbers a row has
 * @class: its class
 *
 * Return: the number.
 */
unsigned int slbd_snap_values(enum slbd_class class)
{
	return slbd_snap_stride[class];
}

static void slbd_snap_roomy(struct slbd_snap *snap, size_t more)
{
	if (snap->label_room - snap->label_len >= more)
		return;
	snap->label_room = 2 * snap->label_room + more + 256;
	snap->label = slb_mem_grow(snap->label, snap->label_room);
}

/**
 * slbd_snap_row() - append a row
 * @snap: to this
 * @class: of what
 *
 * Return: its numbers, all 0; valid until the next row of the class. slbd_snap_label() gives it labels.
 */
__u64 *slbd_snap_row(struct slbd_snap *snap, enum slbd_class class)
{
	unsigned int stride = slbd_snap_stride[class];
	struct slbd_rows *rows = &snap->rows[class];
	__u64 *value;

	if (rows->count == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 1;
		rows->value = slb_mem_grow(rows->value, rows->room * stride * sizeof(*value));
		rows->label = slb_mem_grow(rows->label, rows->room * sizeof(*rows->label));
	}
	slbd_snap_roomy(snap, 1);
	rows->label[rows->count] = snap->label_len;
	snap->label[snap->label_len++] = '\0';
	value = rows->value + rows->count++ * stride;
	memset(value, 0, stride * sizeof(*value));
	return value;
}

/* Bytes of the character at the beginning of a text that is UTF-8, else 0 (RFC 3629, section 4). */
static size_t slbd_utf8(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t len = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;
	size_t i;

	for (i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

static char *slbd_snap_escape(char *to, const char *text)
{
	size_t len;

	while (*text) {
		len = slbd_utf8(text);
		if (!len) {
			*to++ = '?';
			text++;
			continue;
		}
		if (*text == '\\' || *text == '"' || *text == '\n')
			*to++ = '\\';
		if (*text == '\n')
			*to++ = 'n';
		else
			to = mempcpy(to, text, len);
		text += len;
	}
	return to;
}

/**
 * slbd_snap_label() - give the row that was appended last a label
 * @snap: where
 * @name: the label
 * @value: any text; what is not UTF-8 becomes question marks
 */
void slbd_snap_label(struct slbd_snap *snap, const char *name, const char *value)
{
	char *to;

	slbd_snap_roomy(snap, strlen(name) + 2 * strlen(value) + 5);
	to = snap->label + snap->label_len - 1;
	if (snap->label_len > 1 && to[-1])
		*to++ = ',';
	to = stpcpy(to, name);
	to = stpcpy(to, "=\"");
	to = slbd_snap_escape(to, value);
	to = stpcpy(to, "\"");
	snap->label_len = to - snap->label + 1;
}

/**
 * slbd_snap_reset() - forget the rows of a class
 * @snap: where
 * @class: of what
 */
void slbd_snap_reset(struct slbd_snap *snap, enum slbd_class class)
{
	snap->rows[class].count = 0;
}
