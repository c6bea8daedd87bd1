// SPDX-License-Identifier: GPL-2.0-only
/* The plain structs of model.h: their fields' tables, order, defaults and lists. */
#include <libmnl/libmnl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "model.h"
#include "slb_names_gen.h"

static const struct slb_words slb_scheds = { slb_sched_names, SLB_SCHED_COUNT };
static const struct slb_words slb_fwds = { slb_fwd_names, SLB_FWD_COUNT };
static const struct slb_words slb_stamps = { slb_timestamps_names, SLB_TIMESTAMPS_COUNT };
static const struct slb_words slb_unknowns = { slb_unknown_names, SLB_UNKNOWN_COUNT };
const struct slb_words slb_states = { slb_state_names, SLB_STATE_COUNT };

/* In the order in which -S writes them; the pool and the timeouts follow. */
const struct slb_field slb_svc_fields[] = {
	{ .name = "scheduler", .attr = SLB_A_SVC_SCHED, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_SCHED_WLC, .words = &slb_scheds },
	{ .name = "enabled", .attr = SLB_A_SVC_ENABLED, .kind = SLB_FIELD_SWITCH, .dflt = 1 },
	{ .name = "toa", .attr = SLB_A_SVC_TOA, .kind = SLB_FIELD_SWITCH, .tcp = true, .dflt = 1 },
	{ .name = "toa-kind", .attr = SLB_A_SVC_TOA_KIND, .tcp = true, .min = 2, .max = 255,
	  .dflt = 254 },
	{ .name = "timestamps", .attr = SLB_A_SVC_TIMESTAMPS, .kind = SLB_FIELD_WORD, .tcp = true,
	  .dflt = SLB_TIMESTAMPS_TRANSLATE, .words = &slb_stamps },
	{ .name = "unknown", .attr = SLB_A_SVC_UNKNOWN, .kind = SLB_FIELD_WORD, .tcp = true,
	  .dflt = SLB_UNKNOWN_RESET, .words = &slb_unknowns },
	{ .name = "idle", .attr = SLB_A_SVC_IDLE, .wide = true, .min = 10, .max = 4000,
	  .zero = true },
	{}
};

const struct slb_field slb_srv_fields[] = {
	{ .name = "weight", .attr = SLB_A_SRV_WEIGHT, .wide = true, .max = SLB_WEIGHT_MAX,
	  .dflt = 1 },
	{ .name = "forward", .attr = SLB_A_SRV_FWD, .kind = SLB_FIELD_WORD,
	  .dflt = SLB_FWD_FULLNAT, .words = &slb_fwds },
	{}
};

const struct slb_field slb_set_fields[] = {
	{ .name = "idle-reset", .attr = SLB_A_SET_IDLE_RESET, .kind = SLB_FIELD_SWITCH, .dflt = 1 },
	{ .name = "reclaim-unanswered", .attr = SLB_A_SET_RECLAIM_UNANSWERED, .wide = true,
	  .min = 1, .max = 3600, .dflt = 3 },
	{ .name = "reclaim-udp", .attr = SLB_A_SET_RECLAIM_UDP, .wide = true, .min = 1,
	  .max = 3600, .dflt = 10 },
	{ .name = "conn-max", .attr = SLB_A_SET_CONN_MAX, .wide = true, .max = 0xffffffff },
	{ .name = "reset-rate", .attr = SLB_A_SET_RESET_RATE, .wide = true, .max = 1000000,
	  .dflt = 1000 },
	{ .name = "fastpath-force", .attr = SLB_A_SET_FASTPATH_FORCE, .kind = SLB_FIELD_SWITCH },
	{}
};

/* In --set 0 is not allowed; in a service it takes the namespace's. */
#define SLB_TO(_name, _attr) \
	{ .name = (_name), .attr = (_attr), .wide = true, .min = 1, .max = SLB_TO_LIMIT, \
	  .zero = true }
#define SLB_TO_LIMIT	14400

const struct slb_field slb_to_fields[] = {
	SLB_TO("syn-sent", SLB_A_TO_SYN_SENT),
	SLB_TO("syn-recv", SLB_A_TO_SYN_RECV),
	SLB_TO("established", SLB_A_TO_ESTABLISHED),
	SLB_TO("fin-wait", SLB_A_TO_FIN_WAIT),
	SLB_TO("close-wait", SLB_A_TO_CLOSE_WAIT),
	SLB_TO("last-ack", SLB_A_TO_LAST_ACK),
	SLB_TO("time-wait", SLB_A_TO_TIME_WAIT),
	SLB_TO("close", SLB_A_TO_CLOSE),
	SLB_TO("udp", SLB_A_TO_UDP),
	{}
};

/**
 * slb_field_find() - find a field by its name
 * @fields: table that ends with an empty entry
 * @name: the name
 *
 * Return: the field or NULL.
 */
const struct slb_field *slb_field_find(const struct slb_field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (!strcmp(fields->name, name))
			return fields;
	return NULL;
}

/**
 * slb_field_range() - say which values a field takes
 * @field: the field
 * @buf: room for the text
 * @size: bytes in @buf
 *
 * Return: @buf.
 */
const char *slb_field_range(const struct slb_field *field, char *buf, size_t size)
{
	size_t used = 0;
	unsigned int i;

	switch (field->kind) {
	case SLB_FIELD_SWITCH:
		snprintf(buf, size, "on or off");
		break;
	case SLB_FIELD_WORD:
		snprintf(buf, size, "one of");
		for (i = 0; i < field->words->count; i++) {
			used = strlen(buf);
			snprintf(buf + used, size - used, "%s %s", i ? "," : "",
				 field->words->word[i].name);
		}
		break;
	default:
		snprintf(buf, size, "a number from %u to %u%s", field->min, field->max,
			 field->zero && field->min ? ", or 0" : "");
	}
	return buf;
}

/**
 * slb_field_parse() - read a field's value
 * @field: the field
 * @value: result
 * @text: what the user wrote
 *
 * Return: NULL, or what @text should have been; valid until the next call.
 */
const char *slb_field_parse(const struct slb_field *field, __u32 *value, const char *text)
{
	static char range[256];
	unsigned int i;

	switch (field->kind) {
	case SLB_FIELD_SWITCH:
		if (!strcmp(text, "on") || !strcmp(text, "off")) {
			*value = text[1] == 'n';
			return NULL;
		}
		break;
	case SLB_FIELD_WORD:
		for (i = 0; i < field->words->count; i++) {
			if (!strcmp(text, field->words->word[i].name)) {
				*value = i;
				return NULL;
			}
		}
		break;
	default:
		if (slb_number_parse(value, text, field->min, field->max) ||
		    (field->zero && slb_number_parse(value, text, 0, 0)))
			return NULL;
	}
	return slb_field_range(field, range, sizeof(range));
}

/**
 * slb_field_text() - write a field's value as slb_field_parse() reads it
 * @field: the field
 * @value: the value
 * @buf: room for the text
 * @size: bytes in @buf
 *
 * Return: the text.
 */
const char *slb_field_text(const struct slb_field *field, __u32 value, char *buf, size_t size)
{
	switch (field->kind) {
	case SLB_FIELD_SWITCH:
		return value ? "on" : "off";
	case SLB_FIELD_WORD:
		if (value < field->words->count)
			return slb_word(field->words, value);
		break;		/* a newer module's word that this tool does not know */
	default:
		break;
	}
	snprintf(buf, size, "%u", value);
	return buf;
}

/**
 * slb_word() - the name of an enumeration's value
 * @words: the names
 * @value: the value
 *
 * Return: its name, "unknown" for a value newer than this tool.
 */
const char *slb_word(const struct slb_words *words, unsigned int value)
{
	const char *name = value < words->count ? words->word[value].name : NULL;

	return name ? name : "unknown";
}

/**
 * slb_proto_text() - the name of a protocol
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 *
 * Return: "tcp", "udp" or "unknown".
 */
const char *slb_proto_text(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "unknown";
	}
}

/**
 * slb_vrf_text() - the name of a VRF
 * @buf: SLB_VRF_TEXT bytes
 * @vrf: interface index of the VRF device
 *
 * Return: @buf, with the number if the device is gone.
 */
const char *slb_vrf_text(char *buf, __u32 vrf)
{
	if (!if_indextoname(vrf, buf))
		snprintf(buf, SLB_VRF_TEXT, "%u", vrf);
	return buf;
}

/**
 * slb_svc_key_text() - name a service for a message
 * @buf: SLB_OBJECT_TEXT bytes
 * @key: the service
 *
 * Return: @buf, such as "tcp 10.0.0.80:80".
 */
const char *slb_svc_key_text(char *buf, const struct slb_svc_key *key)
{
	char end[SLB_END_TEXT];
	char vrf[SLB_VRF_TEXT];

	snprintf(buf, SLB_OBJECT_TEXT, "%s %s%s%s", slb_proto_text(key->proto),
		 slb_end_text(end, &key->end), key->vrf ? " vrf " : "",
		 key->vrf ? slb_vrf_text(vrf, key->vrf) : "");
	return buf;
}

/**
 * slb_svc_key_compare() - order of two services: protocol, address, port, VRF
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_svc_key_compare(const struct slb_svc_key *a, const struct slb_svc_key *b)
{
	int order;

	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	order = slb_end_compare(&a->end, &b->end);
	if (order)
		return order;
	return a->vrf < b->vrf ? -1 : a->vrf > b->vrf;
}

/**
 * slb_srv_compare() - order of two servers: service, address, port
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_srv_compare(const struct slb_srv *a, const struct slb_srv *b)
{
	int order = slb_svc_key_compare(&a->svc, &b->svc);

	return order ? order : slb_end_compare(&a->end, &b->end);
}

/**
 * slb_laddr_compare() - order of two local addresses: pool, address, VRF
 * @a: first
 * @b: second
 *
 * Return: less than, equal to or greater than 0.
 */
int slb_laddr_compare(const struct slb_laddr *a, const struct slb_laddr *b)
{
	__u32 vrf_a = a->value[SLB_A_LADDR_VRF];
	__u32 vrf_b = b->value[SLB_A_LADDR_VRF];
	int order = strcmp(a->pool, b->pool);

	if (!order)
		order = slb_addr_compare(&a->addr, &b->addr);
	if (order)
		return order;
	return vrf_a < vrf_b ? -1 : vrf_a > vrf_b;
}

static void slb_field_default(const struct slb_field *field, __u32 *given, __u32 *value, bool tcp)
{
	for (; field->name; field++) {
		if (*given & SLB_GIVEN(field->attr) || (field->tcp && !tcp))
			continue;
		*given |= SLB_GIVEN(field->attr);
		value[field->attr] = field->dflt;
	}
}

/**
 * slb_svc_default() - give everything that was not given its default
 * @svc: the service
 *
 * So that a line of a restore file means the same whatever the service was before.
 */
void slb_svc_default(struct slb_svc *svc)
{
	const struct slb_field *field;

	slb_field_default(slb_svc_fields, &svc->given, svc->value, svc->key.proto == IPPROTO_TCP);
	for (field = slb_to_fields; field->name; field++)
		svc->timeouts.given |= SLB_GIVEN(field->attr);
	svc->given |= SLB_GIVEN(SLB_A_SVC_POOL) | SLB_GIVEN(SLB_A_SVC_TIMEOUTS);
}

/**
 * slb_srv_default() - give everything that was not given its default
 * @srv: the server
 */
void slb_srv_default(struct slb_srv *srv)
{
	slb_field_default(slb_srv_fields, &srv->given, srv->value, false);
}

/**
 * slb_laddr_default() - give everything that was not given its default
 * @laddr: the local address
 */
void slb_laddr_default(struct slb_laddr *laddr)
{
	if (!(laddr->given & SLB_GIVEN(SLB_A_LADDR_PORT_FIRST))) {
		laddr->value[SLB_A_LADDR_PORT_FIRST] = SLB_LPORT_FIRST;
		laddr->value[SLB_A_LADDR_PORT_LAST] = SLB_LPORT_LAST;
	}
	laddr->given |= SLB_GIVEN(SLB_A_LADDR_DEDICATED) | SLB_GIVEN(SLB_A_LADDR_PORT_FIRST) |
			SLB_GIVEN(SLB_A_LADDR_PORT_LAST);
}

/* Lists double; @count is how many entries are in use. */
static void *slb_list_add(void *list, size_t *count, size_t size)
{
	char *entry;

	if (!(*count & (*count - 1)))
		list = slb_mem_grow(list, (*count ? *count * 2 : 1) * size);
	entry = (char *)list + *count * size;
	memset(entry, 0, size);
	(*count)++;
	return list;
}

/**
 * slb_config_svc_add() - append a service
 * @config: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slb_svc *slb_config_svc_add(struct slb_config *config)
{
	config->svc = slb_list_add(config->svc, &config->svc_count, sizeof(*config->svc));
	return &config->svc[config->svc_count - 1];
}

/**
 * slb_config_srv_add() - append a server
 * @config: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slb_srv *slb_config_srv_add(struct slb_config *config)
{
	config->srv = slb_list_add(config->srv, &config->srv_count, sizeof(*config->srv));
	return &config->srv[config->srv_count - 1];
}

/**
 * slb_config_laddr_add() - append a local address
 * @config: the configuration
 *
 * Return: the new, empty entry; valid until the next one is appended.
 */
struct slb_laddr *slb_config_laddr_add(struct slb_config *config)
{
	config->laddr = slb_list_add(config->laddr, &config->laddr_count, sizeof(*config->laddr));
	return &config->laddr[config->laddr_count - 1];
}

static int slb_svc_qsort(const void *a, const void *b)
{
	const struct slb_svc *svc_a = a;
	const struct slb_svc *svc_b = b;

	return slb_svc_key_compare(&svc_a->key, &svc_b->key);
}

static int slb_srv_qsort(const void *a, const void *b)
{
	return slb_srv_compare(a, b);
}

static int slb_laddr_qsort(const void *a, const void *b)
{
	return slb_laddr_compare(a, b);
}

/**
 * slb_config_sort() - bring all lists into their order
 * @config: the configuration
 */
void slb_config_sort(struct slb_config *config)
{
	if (config->svc_count)
		qsort(config->svc, config->svc_count, sizeof(*config->svc), slb_svc_qsort);
	if (config->srv_count)
		qsort(config->srv, config->srv_count, sizeof(*config->srv), slb_srv_qsort);
	if (config->laddr_count)
		qsort(config->laddr, config->laddr_count, sizeof(*config->laddr),
		      slb_laddr_qsort);
}

/**
 * slb_config_srv_is_of() - whether a server belongs to a service, for walks over both sorted lists
 * @config: the configuration
 * @srv: index of the server; may be behind the last
 * @svc: index of the service
 *
 * Return: true if there is such a server and it does.
 */
bool slb_config_srv_is_of(const struct slb_config *config, size_t srv, size_t svc)
{
	return srv < config->srv_count &&
	       !slb_svc_key_compare(&config->srv[srv].svc, &config->svc[svc].key);
}

/**
 * slb_fastpath_text() - the list of interfaces as --set takes it
 * @text: SLB_FASTPATH_TEXT bytes
 * @set: the settings
 *
 * Return: @text.
 */
const char *slb_fastpath_text(char *text, const struct slb_settings *set)
{
	char *end = text;
	size_t i;

	for (i = 0; i < set->fastpath_count; i++)
		end += sprintf(end, "%s%s", i ? "," : "", set->fastpath[i]);
	return set->fastpath_count ? text : strcpy(text, "none");
}

/**
 * slb_config_free() - free what a configuration holds and make it empty
 * @config: the configuration
 */
void slb_config_free(struct slb_config *config)
{
	free(config->svc);
	free(config->srv);
	free(config->laddr);
	free(config->settings.trusted);
	memset(config, 0, sizeof(*config));
}
