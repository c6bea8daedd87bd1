// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses, endpoints and prefixes of both families.
 *
 * The _parse functions return NULL when the text was understood, else the sentence that says what
 * is wrong with it; they never touch the result then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "addr.h"

static int slb_addr_family(__u8 len)
{
	switch (len) {
	case 4:
		return AF_INET;
	case 16:
		return AF_INET6;
	default:
		return AF_UNSPEC;
	}
}

/**
 * slb_number_parse() - read a decimal number
 * @value: result
 * @text: nothing but digits
 * @min: smallest number allowed
 * @max: largest number allowed
 *
 * Return: whether @text is such a number.
 */
bool slb_number_parse(__u32 *value, const char *text, __u32 min, __u32 max)
{
	unsigned long long number;

	if (!*text || strlen(text) > 10 || text[strspn(text, "0123456789")])
		return false;
	number = strtoull(text, NULL, 10);
	if (number < min || number > max)
		return false;
	*value = number;
	return true;
}

static const char *slb_addr_resolve(struct slb_addr *addr, const char *text, __u8 like)
{
	struct addrinfo hints = { .ai_family = slb_addr_family(like), .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	const void *bytes;
	int err;

	err = getaddrinfo(text, NULL, &hints, &found);
	if (err)
		return err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err);
	if (found->ai_family == AF_INET) {
		bytes = &((struct sockaddr_in *)found->ai_addr)->sin_addr;
		addr->len = 4;
	} else {
		bytes = &((struct sockaddr_in6 *)found->ai_addr)->sin6_addr;
		addr->len = 16;
	}
	memcpy(addr->b, bytes, addr->len);
	freeaddrinfo(found);
	return NULL;
}

/* A host name has a letter and nothing that belongs to an address only. */
static bool slb_addr_is_name(const char *text)
{
	static const char digits[] = "0123456789.";

	return text[strspn(text, digits)] && !strpbrk(text, ":%/ \t");
}

/**
 * slb_addr_parse() - read an address or a host name
 * @addr: result
 * @text: an IPv4 address, an IPv6 address with or without brackets, or a host name
 * @like: 4 or 16 looks a host name up in that family only; 0 in both
 *
 * Return: NULL, or what is wrong.
 */
const char *slb_addr_parse(struct slb_addr *addr, const char *text, __u8 like)
{
	struct slb_addr read = {};
	size_t len = strlen(text);
	const char *wrong;
	char bare[256];

	if (!len)
		return "the address is missing";
	if (len >= sizeof(bare))
		return "the address is too long";
	if (*text == '[') {
		if (text[len - 1] != ']')
			return "`]' is missing";
		memcpy(bare, text + 1, len - 2);
		bare[len - 2] = '\0';
		if (inet_pton(AF_INET6, bare, read.b) != 1)
			return "there is no IPv6 address in the brackets";
		read.len = 16;
	} else if (inet_pton(AF_INET, text, read.b) == 1) {
		read.len = 4;
	} else if (inet_pton(AF_INET6, text, read.b) == 1) {
		read.len = 16;
	} else if (slb_addr_is_name(text)) {
		wrong = slb_addr_resolve(&read, text, like);
		if (wrong)
			return wrong;
	} else {
		return "not an address";
	}
	*addr = read;
	return NULL;
}

/**
 * slb_port_parse() - read a port
 * @port: result, host byte order
 * @text: a number from 1 to 65535 or the name of a service
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 *
 * Return: NULL, or what is wrong.
 */
const char *slb_port_parse(__u16 *port, const char *text, __u8 proto)
{
	struct servent *service;
	__u32 number;

	if (!*text)
		return "the port is missing";
	if (slb_number_parse(&number, text, 1, 65535)) {
		*port = number;
		return NULL;
	}
	if (!text[strspn(text, "0123456789-")])
		return "the port is not a number from 1 to 65535";
	service = getservbyname(text, proto == IPPROTO_UDP ? "udp" : "tcp");
	if (!service)
		return "there is no service of that name";
	*port = ntohs(service->s_port);
	return NULL;
}

/**
 * slb_end_colon() - find the colon between an address and a port
 * @text: as in slb_end_parse()
 *
 * Return: the colon, or NULL if there is no port.
 */
const char *slb_end_colon(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (colon && *text == '[' && colon[-1] != ']')
		return NULL;		/* it belongs to the address */
	if (colon && *text != '[' && strchr(text, ':') != colon)
		return NULL;		/* IPv6 without brackets has no port */
	return colon;
}

/**
 * slb_end_parse() - read ADDR:PORT or ADDR
 * @end: result; its port is 0 if @text names none
 * @text: IPv6 stands in brackets where a port follows
 * @proto: IPPROTO_TCP or IPPROTO_UDP, for the names of ports
 * @like: as in slb_addr_parse()
 *
 * Return: NULL, or what is wrong.
 */
const char *slb_end_parse(struct slb_end *end, const char *text, __u8 proto, __u8 like)
{
	struct slb_end read = {};
	const char *colon = slb_end_colon(text);
	const char *wrong;
	char host[256];

	if (!colon) {
		wrong = slb_addr_parse(&read.addr, text, like);
	} else {
		if ((size_t)(colon - text) >= sizeof(host))
			return "the address is too long";
		memcpy(host, text, colon - text);
		host[colon - text] = '\0';
		wrong = slb_addr_parse(&read.addr, host, like);
		if (!wrong)
			wrong = slb_port_parse(&read.port, colon + 1, proto);
	}
	if (wrong)
		return wrong;
	*end = read;
	return NULL;
}

/**
 * slb_local_parse() - read where on this host something is to be
 * @end: result; port 0 if it is to be nowhere
 * @text: PORT, which is one of 127.0.0.1, or ADDR:PORT, or "off"
 *
 * Return: NULL, or what is wrong.
 */
const char *slb_local_parse(struct slb_end *end, const char *text)
{
	struct slb_end read = {};
	const char *wrong;
	__u32 port;

	if (slb_number_parse(&port, text, 1, 65535)) {
		read = (struct slb_end) { .addr = { .len = 4, .b = { 127, 0, 0, 1 } }, .port = port };
	} else if (strcmp(text, "off")) {
		wrong = slb_end_parse(&read, text, IPPROTO_TCP, 0);
		if (wrong)
			return wrong;
		if (!read.port)
			return "the port is missing";
	}
	*end = read;
	return NULL;
}

/**
 * slb_prefix_parse() - read ADDR/LEN or ADDR
 * @prefix: result
 * @text: an address of either family, a whole one without the length
 *
 * Return: NULL, or what is wrong.
 */
const char *slb_prefix_parse(struct slb_prefix *prefix, const char *text)
{
	const char *slash = strchr(text, '/');
	struct slb_prefix read = {};
	const char *wrong;
	char host[256];
	size_t host_len;
	unsigned int i;
	__u32 len;

	host_len = slash ? (size_t)(slash - text) : strlen(text);
	if (host_len >= sizeof(host))
		return "the address is too long";
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	wrong = slb_addr_parse(&read.addr, host, 0);
	if (wrong)
		return wrong;
	len = read.addr.len * 8;
	if (slash && !slb_number_parse(&len, slash + 1, 0, len))
		return read.addr.len == 4 ? "the prefix length is not a number from 0 to 32" :
					    "the prefix length is not a number from 0 to 128";
	for (i = len; i < read.addr.len * 8U; i++)
		if (read.addr.b[i / 8] & 0x80 >> i % 8)
			return "bits are set behind the prefix";
	read.len = len;
	*prefix = read;
	return NULL;
}

/**
 * slb_addr_compare() - order of two addresses: IPv4 first, then by value
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_addr_compare(const struct slb_addr *a, const struct slb_addr *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->b, b->b, a->len);
}

/**
 * slb_end_compare() - order of two endpoints: by address, then by port
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_end_compare(const struct slb_end *a, const struct slb_end *b)
{
	int order = slb_addr_compare(&a->addr, &b->addr);

	return order ? order : (int)a->port - (int)b->port;
}

/**
 * slb_addr_text() - print an address as a number, without brackets
 * @buf: SLB_END_TEXT bytes
 * @addr: the address
 *
 * Return: @buf.
 */
const char *slb_addr_text(char *buf, const struct slb_addr *addr)
{
	if (!addr->len || !inet_ntop(slb_addr_family(addr->len), addr->b, buf, SLB_END_TEXT))
		strcpy(buf, "-");
	return buf;
}

/**
 * slb_end_text() - print an endpoint as numbers, in the form that slb_end_parse() reads
 * @buf: SLB_END_TEXT bytes
 * @end: the endpoint; without a port only its address is printed
 *
 * Return: @buf.
 */
const char *slb_end_text(char *buf, const struct slb_end *end)
{
	char text[SLB_END_TEXT];
	bool v6 = end->addr.len == 16;

	slb_addr_text(text, &end->addr);
	if (end->port)
		snprintf(buf, SLB_END_TEXT, "%s%.64s%s:%u", v6 ? "[" : "", text, v6 ? "]" : "",
			 end->port);
	else
		snprintf(buf, SLB_END_TEXT, "%.64s", text);
	return buf;
}

/* Asks once in a row for the name of the same address, which is the order of all our lists. */
static const char *slb_addr_name(const struct slb_addr *addr)
{
	static struct slb_addr last;
	static char name[256];
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr *sa;
	socklen_t len;

	if (last.len && !slb_addr_compare(addr, &last))
		return *name ? name : NULL;
	if (addr->len == 4) {
		memcpy(&sin.sin_addr, addr->b, 4);
		sa = (struct sockaddr *)&sin;
		len = sizeof(sin);
	} else {
		memcpy(&sin6.sin6_addr, addr->b, 16);
		sa = (struct sockaddr *)&sin6;
		len = sizeof(sin6);
	}
	if (getnameinfo(sa, len, name, sizeof(name), NULL, 0, NI_NAMEREQD))
		*name = '\0';
	last = *addr;
	return *name ? name : NULL;
}

/**
 * slb_end_name() - print an endpoint with the names of host and service, as far as there are any
 * @buf: SLB_END_TEXT bytes
 * @end: the endpoint
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 *
 * Return: @buf.
 */
const char *slb_end_name(char *buf, const struct slb_end *end, __u8 proto)
{
	const char *host = slb_addr_name(&end->addr);
	struct servent *service = NULL;
	struct slb_end bare = *end;
	char text[SLB_END_TEXT];
	char number[8];

	if (!end->port && !host)
		return slb_end_text(buf, end);
	if (!end->port) {
		snprintf(buf, SLB_END_TEXT, "%s", host);
		return buf;
	}
	service = getservbyport(htons(end->port), proto == IPPROTO_UDP ? "udp" : "tcp");
	if (!host) {
		bare.port = 0;
		slb_end_text(text, &bare);
		snprintf(buf, SLB_END_TEXT, end->addr.len == 16 ? "[%.64s]:" : "%.64s:", text);
	} else {
		snprintf(buf, SLB_END_TEXT, "%.255s:", host);
	}
	snprintf(number, sizeof(number), "%u", end->port);
	strncat(buf, service ? service->s_name : number, SLB_END_TEXT - strlen(buf) - 1);
	return buf;
}

/**
 * slb_prefix_text() - print a prefix, in the form that slb_prefix_parse() reads
 * @buf: SLB_END_TEXT bytes
 * @prefix: the prefix; the length is left out where it is the whole address
 *
 * Return: @buf.
 */
const char *slb_prefix_text(char *buf, const struct slb_prefix *prefix)
{
	char text[SLB_END_TEXT];

	slb_addr_text(text, &prefix->addr);
	if (prefix->len == prefix->addr.len * 8)
		snprintf(buf, SLB_END_TEXT, "%.64s", text);
	else
		snprintf(buf, SLB_END_TEXT, "%.64s/%u", text, prefix->len);
	return buf;
}
