// SPDX-License-Identifier: GPL-2.0-only
/* Output as text or as JSON. The state of the one document being written lives here. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "out.h"

#define SLB_OUT_DEPTH	8

static bool slb_out_is_json;
static bool slb_out_numeric;
static char slb_out_closer[SLB_OUT_DEPTH];	/* what closes each open level */
static unsigned int slb_out_level;
static bool slb_out_first;			/* nothing printed yet in this level */

static void slb_out_quote(const char *value)
{
	const unsigned char *c;

	putchar('"');
	for (c = (const unsigned char *)value; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

/* Begins a JSON value: the comma before it and, inside an object, its key. */
static void slb_out_key(const char *key)
{
	if (!slb_out_first)
		putchar(',');
	slb_out_first = false;
	if (slb_out_level && slb_out_closer[slb_out_level - 1] == '}') {
		slb_out_quote(key);
		putchar(':');
	}
}

static void slb_out_open(const char *key, char opener, char closer)
{
	if (!slb_out_is_json || slb_out_level == SLB_OUT_DEPTH)
		return;
	slb_out_key(key);
	putchar(opener);
	slb_out_closer[slb_out_level++] = closer;
	slb_out_first = true;
}

/**
 * slb_out_begin() - start the document
 * @json: print JSON, else text
 * @numeric: do not look up the names of hosts and services (JSON never has them)
 */
void slb_out_begin(bool json, bool numeric)
{
	slb_out_is_json = json;
	slb_out_numeric = numeric;
	slb_out_level = 0;
	slb_out_first = true;
	slb_out_object(NULL);
}

/**
 * slb_out_end() - finish the document
 *
 * Return: 0, or -1 if it could not be written.
 */
int slb_out_end(void)
{
	while (slb_out_level)
		slb_out_close();
	if (slb_out_is_json)
		putchar('\n');
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

/**
 * slb_out_json() - which form is being printed
 *
 * Return: true for JSON.
 */
bool slb_out_json(void)
{
	return slb_out_is_json;
}

/**
 * slb_out_object() - open an object
 * @key: its key; ignored inside an array
 */
void slb_out_object(const char *key)
{
	slb_out_open(key, '{', '}');
}

/**
 * slb_out_array() - open an array
 * @key: its key; ignored inside an array
 */
void slb_out_array(const char *key)
{
	slb_out_open(key, '[', ']');
}

/**
 * slb_out_close() - close the innermost object or array
 */
void slb_out_close(void)
{
	if (!slb_out_level)
		return;
	putchar(slb_out_closer[--slb_out_level]);
	slb_out_first = false;
}

/**
 * slb_out_text() - print what only people read
 * @fmt: printf format
 */
void slb_out_text(const char *fmt, ...)
{
	va_list ap;

	if (slb_out_is_json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/**
 * slb_out_str() - print a string
 * @key: JSON key, or NULL
 * @fmt: text format with one %s, or NULL
 * @value: the string
 */
void slb_out_str(const char *key, const char *fmt, const char *value)
{
	if (slb_out_is_json) {
		if (!key)
			return;
		slb_out_key(key);
		slb_out_quote(value);
	} else if (fmt) {
		printf(fmt, value);
	}
}

/**
 * slb_out_u64() - print a number
 * @key: JSON key, or NULL
 * @fmt: text format with one %llu, or NULL
 * @value: the number
 */
void slb_out_u64(const char *key, const char *fmt, __u64 value)
{
	if (slb_out_is_json) {
		if (!key)
			return;
		slb_out_key(key);
		printf("%llu", value);
	} else if (fmt) {
		printf(fmt, value);
	}
}

/**
 * slb_out_bool() - print true or false in JSON; text says such things in its own words
 * @key: JSON key
 * @value: the value
 */
void slb_out_bool(const char *key, bool value)
{
	if (!slb_out_is_json)
		return;
	slb_out_key(key);
	fputs(value ? "true" : "false", stdout);
}

/**
 * slb_out_end_point() - print an address with its port
 * @addr_key: JSON key of the address
 * @port_key: JSON key of the port, or NULL to leave the port out
 * @width: columns that the text fills at least
 * @end: the endpoint
 * @proto: IPPROTO_TCP or IPPROTO_UDP, for the port's name
 */
void slb_out_end_point(const char *addr_key, const char *port_key, int width,
		       const struct slb_end *end, __u8 proto)
{
	char buf[SLB_END_TEXT];

	if (slb_out_is_json) {
		slb_out_str(addr_key, NULL, slb_addr_text(buf, &end->addr));
		if (port_key)
			slb_out_u64(port_key, NULL, end->port);
		return;
	}
	if (slb_out_numeric)
		slb_end_text(buf, end);
	else
		slb_end_name(buf, end, proto);
	printf("%-*s", width, buf);
}

/**
 * slb_out_ports() - print an address with one port, several or all
 * @addr_key: JSON key of the address
 * @port_key: JSON key of the port, or of the first; that of the last is "port-last"
 * @width: columns that the text fills at least
 * @end: the address and the port; 0 is all
 * @last: the last port, that of @end if there is one
 * @proto: IPPROTO_TCP or IPPROTO_UDP, for the port's name
 */
void slb_out_ports(const char *addr_key, const char *port_key, int width,
		   const struct slb_end *end, __u16 last, __u8 proto)
{
	struct slb_end bare = { .addr = end->addr };
	char name[SLB_END_TEXT];
	char buf[SLB_END_TEXT];

	if (slb_out_is_json || (end->port && last == end->port)) {
		slb_out_end_point(addr_key, port_key, width, end, proto);
		if (last != end->port)
			slb_out_u64("port-last", NULL, last);
		return;
	}
	slb_ports_text(buf, end, last);
	if (!slb_out_numeric && !strchr(slb_end_name(name, &bare, proto), ':'))
		snprintf(buf, sizeof(buf), end->port ? "%.255s:%u-%u" : "%.255s:%u", name, end->port,
			 last);
	printf("%-*s", width, buf);
}

/**
 * slb_out_addr() - print an address
 * @key: JSON key
 * @width: columns that the text fills at least
 * @addr: the address
 */
void slb_out_addr(const char *key, int width, const struct slb_addr *addr)
{
	struct slb_end end = { .addr = *addr };

	slb_out_end_point(key, NULL, width, &end, 0);
}
