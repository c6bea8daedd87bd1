// SPDX-License-Identifier: GPL-2.0-only
/* Numeric attributes that have the same name everywhere: their values as text and on the wire. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "opts.h"
#include "out.h"

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
		snprintf(buf, size, "a number from %u to %u%s%s", field->min, field->max,
			 field->zero && field->min ? ", or 0" : "",
			 field->kind == SLB_FIELD_DELAY ? ", or keep" : "");
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
	case SLB_FIELD_DELAY:
		*value = SLB_DELAY_KEEP;
		if (!strcmp(text, "keep") ||
		    slb_number_parse(value, text, field->min, field->max))
			return NULL;
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
	case SLB_FIELD_DELAY:
		if (value == SLB_DELAY_KEEP)
			return "keep";
		break;
	default:
		break;
	}
	snprintf(buf, size, "%u", value);
	return buf;
}

/**
 * slb_field_default() - give the fields that were not given their default
 * @field: table of the fields
 * @given: SLB_GIVEN() bits
 * @value: values by attribute
 * @tcp: take in those that mean something to TCP only
 */
void slb_field_default(const struct slb_field *field, __u64 *given, __u32 *value, bool tcp)
{
	for (; field->name; field++) {
		if (*given & SLB_GIVEN(field->attr) || (field->tcp && !tcp))
			continue;
		*given |= SLB_GIVEN(field->attr);
		value[field->attr] = field->dflt;
	}
}

/**
 * slb_field_print() - print a field, named as in the options
 * @field: the field
 * @value: its value
 * @flags: whether text names it; where it is not at its default
 */
void slb_field_print(const struct slb_field *field, __u32 value, bool flags)
{
	char text[64];
	char buf[16];

	switch (field->kind) {
	case SLB_FIELD_SWITCH:
		slb_out_bool(field->name, value);
		break;
	case SLB_FIELD_WORD:
	case SLB_FIELD_DELAY:
		slb_out_str(field->name, NULL, slb_field_text(field, value, buf, sizeof(buf)));
		break;
	default:
		slb_out_u64(field->name, NULL, value);
	}
	if (!flags || value == field->dflt)
		return;
	snprintf(text, sizeof(text), " %s=%s", field->name,
		 slb_field_text(field, value, buf, sizeof(buf)));
	slb_out_text("%s", text);
}

/**
 * slb_fields_put() - add the fields that are given to a request
 * @nlh: the request
 * @field: table of the fields
 * @given: SLB_GIVEN() bits
 * @value: values by attribute
 */
void slb_fields_put(struct nlmsghdr *nlh, const struct slb_field *field, __u64 given,
			   const __u32 *value)
{
	for (; field->name; field++) {
		if (!(given & SLB_GIVEN(field->attr)))
			continue;
		if (field->wide)
			mnl_attr_put_u32(nlh, field->attr, value[field->attr]);
		else
			mnl_attr_put_u8(nlh, field->attr, value[field->attr]);
	}
}

/**
 * slb_fields_get() - read fields from an answer
 * @field: table of the fields
 * @given: gets a SLB_GIVEN() bit for each that is there
 * @value: gets the values
 * @attrs: the attributes by number
 */
void slb_fields_get(const struct slb_field *field, __u64 *given, __u32 *value,
			   const struct nlattr **attrs)
{
	for (; field->name; field++) {
		if (!attrs[field->attr])
			continue;
		*given |= SLB_GIVEN(field->attr);
		value[field->attr] = slb_nl_number(attrs[field->attr]);
	}
}

/**
 * slb_timeouts_put() - add the timeouts that are given to a request
 * @nlh: the request
 * @type: attribute that holds them
 * @timeouts: the timeouts
 */
void slb_timeouts_put(struct nlmsghdr *nlh, __u16 type, const struct slb_timeouts *timeouts)
{
	struct nlattr *nest;

	if (!timeouts->given)
		return;
	nest = mnl_attr_nest_start(nlh, type);
	slb_fields_put(nlh, slb_to_fields, timeouts->given, timeouts->value);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * slb_timeouts_get() - read timeouts from an answer
 * @timeouts: result
 * @nest: the attribute, or NULL
 */
void slb_timeouts_get(struct slb_timeouts *timeouts, const struct nlattr *nest)
{
	const struct nlattr *attrs[SLB_A_TO_MAX + 1];

	if (!nest)
		return;
	slb_nl_index_nest(nest, attrs, SLB_A_TO_MAX);
	slb_fields_get(slb_to_fields, &timeouts->given, timeouts->value, attrs);
}

/**
 * slb_timeouts_print() - print timeouts
 * @timeouts: the timeouts
 * @flags: whether text names those that are not 0
 */
void slb_timeouts_print(const struct slb_timeouts *timeouts, bool flags)
{
	const struct slb_field *field;

	slb_out_object("timeouts");
	for (field = slb_to_fields; field->name; field++)
		slb_field_print(field, timeouts->value[field->attr], flags);
	slb_out_close();
}

/**
 * slb_conf_timeouts_print() - print the timeouts that are given as -S does
 * @timeouts: the timeouts
 */
void slb_conf_timeouts_print(const struct slb_timeouts *timeouts)
{
	const struct slb_field *field;
	const char *joint = " --timeout ";

	for (field = slb_to_fields; field->name; field++) {
		if (!(timeouts->given & SLB_GIVEN(field->attr)))
			continue;
		printf("%s%s=%u", joint, field->name, timeouts->value[field->attr]);
		joint = ",";
	}
}

/**
 * slb_arg_timeout() - read one KEY=VALUE of timeouts
 * @timeouts: result
 * @field: the timeout
 * @text: the value
 * @zero: 0 is allowed and means the namespace's
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_timeout(struct slb_timeouts *timeouts, const struct slb_field *field,
			   const char *text, bool zero)
{
	struct slb_field strict = *field;
	const char *range;

	strict.zero = zero;
	range = slb_field_parse(&strict, &timeouts->value[field->attr], text);
	if (range)
		return slb_arg_not(field->name, text, range);
	if (timeouts->given & SLB_GIVEN(field->attr)) {
		slb_err_print("%s was given twice", field->name);
		return -1;
	}
	timeouts->given |= SLB_GIVEN(field->attr);
	return 0;
}
