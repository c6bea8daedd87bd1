// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, bars and names in few columns. */
#include <stdio.h>
#include <string.h>

#include "../slb_names_gen.h"
#include "top.h"

/**
 * slb_top_number() - a number in at most 6 columns
 * @buf: SLB_TOP_NUMBER bytes
 * @value: the number
 *
 * Return: @buf, such as 9999, 12.3k or 1.05M; digits that do not fit are cut off.
 */
const char *slb_top_number(char *buf, __u64 value)
{
	static const char units[] = " kMGTPE";
	__u64 scale = 1;
	int unit = 0;

	if (value < 10000) {
		snprintf(buf, SLB_TOP_NUMBER, "%llu", value);
		return buf;
	}
	while (value / scale >= 1000) {
		scale *= 1000;
		unit++;
	}
	/* Hundredths of the unit. */
	value /= scale / 100;
	if (value < 1000)
		snprintf(buf, SLB_TOP_NUMBER, "%llu.%02llu%c", value / 100, value % 100,
			 units[unit]);
	else if (value < 10000)
		snprintf(buf, SLB_TOP_NUMBER, "%llu.%llu%c", value / 100, value / 10 % 10,
			 units[unit]);
	else
		snprintf(buf, SLB_TOP_NUMBER, "%llu%c", value / 100 % 1000, units[unit]);
	return buf;
}

/**
 * slb_top_short() - a text of ASCII in few columns
 * @buf: result
 * @size: bytes of @buf
 * @text: the text
 * @columns: how many there are
 *
 * Return: @buf; of a longer text with dots for its middle, so that an address keeps its port.
 */
const char *slb_top_short(char *buf, size_t size, const char *text, size_t columns)
{
	size_t len = strlen(text);
	size_t tail;

	if (columns >= size)
		columns = size - 1;
	if (len <= columns) {
		strcpy(buf, text);
		return buf;
	}
	tail = columns > 2 ? (columns - 2) / 2 : 0;
	memcpy(buf, text, columns - tail);
	if (columns > 2)
		memcpy(buf + columns - tail - 2, "..", 2);
	memcpy(buf + columns - tail, text + len - tail, tail);
	buf[columns] = '\0';
	return buf;
}

/**
 * slb_top_bar() - a history as a row of heights
 * @level: result: @columns heights, 0 for 0, else 1 to @levels; the highest of them is @levels
 * @columns: how many of the last readings, up to SLB_TOP_HISTORY; the last one is the last
 * @ring: the history, or NULL
 * @head: place of the last reading in it
 * @levels: how many heights there are
 */
void slb_top_bar(unsigned char *level, size_t columns, const float *ring, unsigned int head,
		 unsigned int levels)
{
	float most = 0;
	float value;
	size_t i;

	memset(level, 0, columns);
	for (i = 0; ring && i < columns; i++) {
		value = ring[(head + SLB_TOP_HISTORY - i) % SLB_TOP_HISTORY];
		most = value > most ? value : most;
	}
	for (i = 0; most > 0 && i < columns; i++) {
		value = ring[(head + SLB_TOP_HISTORY - i) % SLB_TOP_HISTORY];
		if (value > 0)
			level[columns - 1 - i] = 1 + (unsigned char)(value / most * (levels - 1) + 0.5f);
	}
}

/**
 * slb_top_name() - how a row is called
 * @buf: result
 * @size: bytes of @buf
 * @row: the row
 *
 * Return: @buf, a service's protocol, address and port, or a server's address and port; ASCII.
 */
const char *slb_top_name(char *buf, size_t size, const struct slb_top_row *row)
{
	char text[SLB_OBJECT_TEXT];

	if (slb_top_is_svc(row))
		slb_svc_key_text(text, &row->key.svc);
	else
		slb_ports_text(text, &row->key.end, row->key.end.port);
	snprintf(buf, size, "%s", text);
	return buf;
}

/**
 * slb_top_state() - how a row is, in at most 9 columns
 * @buf: result
 * @size: bytes of @buf
 * @row: the row
 *
 * Return: @buf, for a service how many of its servers are up.
 */
const char *slb_top_state(char *buf, size_t size, const struct slb_top_row *row)
{
	static const char * const state[] = {
		[SLB_TOP_UP] = "up", [SLB_TOP_WEIGHT0] = "weight 0", [SLB_TOP_STANDBY] = "standby",
		[SLB_TOP_DRAINING] = "draining", [SLB_TOP_UNPROVED] = "unproved",
		[SLB_TOP_DOWN] = "down",
	};

	if (!slb_top_is_svc(row))
		snprintf(buf, size, "%s", state[row->state]);
	else if (!row->enabled)
		snprintf(buf, size, "disabled");
	else if (!row->all)
		snprintf(buf, size, "no server");
	else if (row->all > 999)
		snprintf(buf, size, "%u up", row->up);
	else
		snprintf(buf, size, "%u/%u up", row->up, row->all);
	return buf;
}

/* What belongs to a service: its scheduler or group; to a server: whose it is. */
static const char *slb_top_belongs(char *buf, size_t size, const struct slb_top_row *row)
{
	char text[SLB_OBJECT_TEXT];
	const char *method;

	if (!slb_top_is_svc(row) && *row->key.group) {
		snprintf(buf, size, "of group %s", row->key.group);
	} else if (!slb_top_is_svc(row)) {
		snprintf(buf, size, "of %s", slb_svc_key_text(text, &row->key.svc));
	} else if (row->uses) {
		snprintf(buf, size, "group %s", row->uses);
	} else {
		method = row->scheduler < SLB_SCHED_COUNT ? slb_sched_names[row->scheduler].name : NULL;
		snprintf(buf, size, "%s", method ? method : "");
	}
	return buf;
}

/**
 * slb_top_text() - everything about a row that is not a number that changes
 * @buf: result
 * @size: bytes of @buf, at least SLB_TOP_TEXT
 * @row: the row
 *
 * Filters look for parts of it. It may hold any bytes.
 *
 * Return: @buf.
 */
const char *slb_top_text(char *buf, size_t size, const struct slb_top_row *row)
{
	char belongs[SLB_OBJECT_TEXT];
	char name[SLB_OBJECT_TEXT];
	char state[32];

	slb_top_name(name, sizeof(name), row);
	slb_top_belongs(belongs, sizeof(belongs), row);
	slb_top_state(state, sizeof(state), row);
	snprintf(buf, size, "%s %s%s%s %s%s%s", name, belongs, row->label ? " " : "",
		 row->label ? row->label : "", state, row->reason ? ": " : "",
		 row->reason ? row->reason : "");
	return buf;
}
