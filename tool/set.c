// SPDX-License-Identifier: GPL-2.0-only
/* Settings of the namespace: the words of --set, requests and answers, line of -S and view. */
#include <ctype.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "err.h"
#include "list.h"
#include "object.h"
#include "out.h"

const struct slb_field slb_set_fields[] = {
	{ .name = "idle-reset", .attr = SLB_A_SET_IDLE_RESET, .kind = SLB_FIELD_SWITCH, .dflt = 1 },
	{ .name = "reclaim-unanswered", .attr = SLB_A_SET_RECLAIM_UNANSWERED, .wide = true,
	  .min = 1, .max = 3600, .dflt = 3 },
	{ .name = "reclaim-udp", .attr = SLB_A_SET_RECLAIM_UDP, .wide = true, .min = 1,
	  .max = 3600, .dflt = 10 },
	{ .name = "conn-max", .attr = SLB_A_SET_CONN_MAX, .wide = true, .max = 0xffffffff },
	{ .name = "reset-rate", .attr = SLB_A_SET_RESET_RATE, .wide = true, .max = 1000000,
	  .dflt = 1000 },
	{ .name = "persist-max", .attr = SLB_A_SET_PERSIST_MAX, .wide = true, .max = 4194304,
	  .dflt = 262144 },
	{ .name = "fastpath-force", .attr = SLB_A_SET_FASTPATH_FORCE, .kind = SLB_FIELD_SWITCH },
	{ .name = "accounting", .attr = SLB_A_SET_ACCOUNTING, .kind = SLB_FIELD_SWITCH },
	{}
};

static const char *slb_arg_trusted(struct slb_settings *set, const char *part)
{
	const char *wrong;

	set->trusted = slb_mem_grow(set->trusted, (set->trusted_count + 1) *
				    sizeof(*set->trusted));
	wrong = slb_prefix_parse(&set->trusted[set->trusted_count], part);
	if (!wrong)
		set->trusted_count++;
	return wrong;
}

/* As the kernel judges names of interfaces. */
static const char *slb_arg_ifname_wrong(const struct slb_settings *set, const char *name)
{
	size_t i;

	if (!*name)
		return "the name is missing";
	if (strlen(name) >= IFNAMSIZ)
		return "the name is too long";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "no interface can have that name";
	for (i = 0; name[i]; i++)
		if (name[i] == '/' || name[i] == ':' || isspace((unsigned char)name[i]))
			return "no interface can have that name";
	for (i = 0; i < set->fastpath_count; i++)
		if (!strcmp(set->fastpath[i], name))
			return "it is named twice";
	return set->fastpath_count == SLB_FASTPATH_MAX ? "too many interfaces" : NULL;
}

static const char *slb_arg_fastpath(struct slb_settings *set, const char *part)
{
	const char *wrong = slb_arg_ifname_wrong(set, part);

	if (!wrong)
		strcpy(set->fastpath[set->fastpath_count++], part);
	return wrong;
}

/* The settings that are lists; @add takes one more, or says what is wrong. */
static const struct {
	const char	*name;
	__u16		attr;
	const char	*(*add)(struct slb_settings *set, const char *part);
} slb_arg_lists[] = {
	{ "toa-trusted", SLB_A_SET_TOA_TRUSTED, slb_arg_trusted },
	{ "fastpath", SLB_A_SET_FASTPATH, slb_arg_fastpath },
	{}
};

/* "none", or some with commas between them. */
static int slb_arg_list(struct slb_settings *set, size_t list, const char *text)
{
	char *copy = strdup(text);
	const char *wrong = NULL;
	char *rest = copy;
	char *part;

	set->given |= SLB_GIVEN(slb_arg_lists[list].attr);
	while (!wrong && rest && strcmp(text, "none")) {
		part = strsep(&rest, ",");
		wrong = slb_arg_lists[list].add(set, part);
		if (wrong)
			slb_err_print("%s: `%s': %s", slb_arg_lists[list].name, part, wrong);
	}
	free(copy);
	return wrong ? -1 : 0;
}

static int slb_arg_setting(struct slb_settings *set, const char *key, const char *value)
{
	const struct slb_field *field;
	size_t list = 0;
	const char *range;
	__u16 attr;

	field = slb_field_find(slb_to_fields, key);
	if (field)
		return slb_arg_timeout(&set->timeouts, field, value, false);
	field = slb_field_find(slb_set_fields, key);
	while (slb_arg_lists[list].name && strcmp(key, slb_arg_lists[list].name))
		list++;
	if (!field && !slb_arg_lists[list].name) {
		slb_err_print("there is no setting `%s'", key);
		return -1;
	}
	attr = field ? field->attr : slb_arg_lists[list].attr;
	if (set->given & SLB_GIVEN(attr)) {
		slb_err_print("%s was given twice", key);
		return -1;
	}
	if (!field)
		return slb_arg_list(set, list, value);
	set->given |= SLB_GIVEN(attr);
	range = slb_field_parse(field, &set->value[attr], value);
	return range ? slb_arg_not(key, value, range) : 0;
}

/* As ipvsadm has it: --set TCP TCPFIN UDP, where 0 leaves a timeout as it is. */
static int slb_arg_three(struct slb_req *req)
{
	static const char * const keys[] = { "established", "fin-wait", "udp" };
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(req->word[i], "0"))
			continue;
		if (slb_arg_setting(&req->set, keys[i], req->word[i]))
			return -1;
	}
	return 0;
}

/* The words behind --set. */
static int slb_arg_settings(struct slb_req *req)
{
	char key[32];
	char *value;
	int i;

	if (req->word_count == 3 && !strchr(req->word[0], '='))
		return slb_arg_three(req);
	for (i = 0; i < req->word_count; i++) {
		slb_err_word(req->word[i]);
		value = strchr(req->word[i], '=');
		if (!value) {
			slb_err_print("`%s' is not KEY=VALUE", req->word[i]);
			return -1;
		}
		snprintf(key, sizeof(key), "%.*s", (int)(value - req->word[i]), req->word[i]);
		if (slb_arg_setting(&req->set, key, value + 1))
			return -1;
	}
	return 0;
}

/**
 * slb_settings_send() - change the settings that are given
 * @nl: the family
 * @settings: the settings
 *
 * Return: 0 or a negative errno.
 */
int slb_settings_send(struct slb_nl *nl, const struct slb_settings *settings)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_SETTINGS_SET, 0);
	size_t i;

	slb_timeouts_put(nlh, SLB_A_SET_TIMEOUTS, &settings->timeouts);
	slb_fields_put(nlh, slb_set_fields, settings->given, settings->value);
	if (settings->given & SLB_GIVEN(SLB_A_SET_TOA_TRUSTED) && !settings->trusted_count)
		mnl_attr_put(nlh, SLB_A_SET_TOA_TRUSTED_NONE, 0, NULL);
	for (i = 0; i < settings->trusted_count; i++) {
		if (nlh->nlmsg_len > SLB_NL_REQUEST - 64) {
			snprintf(nl->words, sizeof(nl->words), "too many prefixes");
			return -E2BIG;
		}
		slb_prefix_put(nlh, SLB_A_SET_TOA_TRUSTED, SLB_A_PREFIX_ADDR, SLB_A_PREFIX_LEN,
			       &settings->trusted[i]);
	}
	if (settings->given & SLB_GIVEN(SLB_A_SET_FASTPATH) && !settings->fastpath_count)
		mnl_attr_put(nlh, SLB_A_SET_FASTPATH_NONE, 0, NULL);
	for (i = 0; i < settings->fastpath_count; i++)
		if (!mnl_attr_put_strz_check(nlh, SLB_NL_REQUEST, SLB_A_SET_FASTPATH,
					     settings->fastpath[i])) {
			snprintf(nl->words, sizeof(nl->words), "too many prefixes and interfaces");
			return -E2BIG;
		}
	return slb_nl_talk(nl, NULL, NULL);
}

static int slb_settings_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_SET_MAX + 1];
	const struct nlattr *parts[SLB_A_PREFIX_MAX + 1];
	struct slb_settings *settings = data;
	const struct nlattr *attr;
	size_t count = 0;

	slb_nl_index(nlh, attrs, SLB_A_SET_MAX);
	slb_timeouts_get(&settings->timeouts, attrs[SLB_A_SET_TIMEOUTS]);
	slb_fields_get(slb_set_fields, &settings->given, settings->value, attrs);
	settings->given |= SLB_GIVEN(SLB_A_SET_TOA_TRUSTED);
	settings->given |= SLB_GIVEN(SLB_A_SET_FASTPATH);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == SLB_A_SET_FASTPATH &&
		    settings->fastpath_count < SLB_FASTPATH_MAX)
			slb_string_get(settings->fastpath[settings->fastpath_count++], IFNAMSIZ,
				       attr);
		if (mnl_attr_get_type(attr) != SLB_A_SET_TOA_TRUSTED)
			continue;
		slb_nl_index_nest(attr, parts, SLB_A_PREFIX_MAX);
		settings->trusted = slb_mem_grow(settings->trusted,
						 (count + 1) * sizeof(*settings->trusted));
		if (slb_prefix_get(&settings->trusted[count], parts[SLB_A_PREFIX_ADDR],
				   parts[SLB_A_PREFIX_LEN]))
			count++;
	}
	settings->trusted_count = count;
	return 0;
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

static void slb_conf_set_print(const struct slb_settings *set)
{
	const struct slb_field *field;
	char names[SLB_FASTPATH_TEXT];
	char text[SLB_END_TEXT];
	size_t i;

	for (field = slb_to_fields; field->name; field++)
		if (set->timeouts.given & SLB_GIVEN(field->attr))
			printf(" %s=%u", field->name, set->timeouts.value[field->attr]);
	for (field = slb_set_fields; field->name; field++)
		if (set->given & SLB_GIVEN(field->attr))
			printf(" %s=%s", field->name, slb_field_text(field, set->value[field->attr],
								     text, sizeof(text)));
	if (set->given & SLB_GIVEN(SLB_A_SET_TOA_TRUSTED)) {
		printf(" toa-trusted=%s", set->trusted_count ? "" : "none");
		for (i = 0; i < set->trusted_count; i++)
			printf("%s%s", i ? "," : "", slb_prefix_text(text, &set->trusted[i]));
	}
	if (set->given & SLB_GIVEN(SLB_A_SET_FASTPATH)) {
		printf(" fastpath=");
		slb_conf_word_print(slb_fastpath_text(names, set));
	}
}

static void slb_setting_print(const struct slb_field *field, __u32 value)
{
	char buf[16];

	slb_field_print(field, value, false);
	slb_out_text("%s=%s\n", field->name, slb_field_text(field, value, buf, sizeof(buf)));
}

/**
 * slb_list_settings() - print all settings, as --set takes them
 * @nl: the family
 * @req: not used
 *
 * Return: 0 or a negative errno.
 */
int slb_list_settings(struct slb_nl *nl, const struct slb_req *req)
{
	const struct slb_field *field;
	struct slb_settings *set;
	struct slb_config config;
	char text[SLB_END_TEXT];
	size_t i;
	int err;

	(void)req;
	err = slb_config_load(nl, &config, SLB_LOAD_SETTINGS);
	if (err)
		return err;
	set = &config.settings;
	slb_out_object("settings");
	for (field = slb_to_fields; field->name; field++)
		slb_setting_print(field, set->timeouts.value[field->attr]);
	for (field = slb_set_fields; field->name; field++)
		slb_setting_print(field, set->value[field->attr]);
	slb_out_text("toa-trusted=%s", set->trusted_count ? "" : "none");
	slb_out_array("toa-trusted");
	for (i = 0; i < set->trusted_count; i++)
		slb_out_str("", i ? ",%s" : "%s", slb_prefix_text(text, &set->trusted[i]));
	slb_out_close();
	slb_out_text("\nfastpath=%s", set->fastpath_count ? "" : "none");
	slb_out_array("fastpath");
	for (i = 0; i < set->fastpath_count; i++)
		slb_out_str("", i ? ",%s" : "%s", set->fastpath[i]);
	slb_out_close();
	slb_out_text("\n");
	slb_out_close();
	slb_config_free(&config);
	return 0;
}

/**
 * slb_list_timeouts() - print the three timeouts that ipvsadm -L --timeout prints
 * @nl: the family
 *
 * Return: 0 or a negative errno.
 */
int slb_list_timeouts(struct slb_nl *nl)
{
	struct slb_config config;
	const __u32 *value;
	int err;

	if (slb_out_json())
		return slb_list_settings(nl, NULL);
	err = slb_config_load(nl, &config, SLB_LOAD_SETTINGS);
	if (err)
		return err;
	value = config.settings.timeouts.value;
	slb_out_text("Timeout (tcp tcpfin udp): %u %u %u\n", value[SLB_A_TO_ESTABLISHED],
		     value[SLB_A_TO_FIN_WAIT], value[SLB_A_TO_UDP]);
	slb_config_free(&config);
	return 0;
}

static bool slb_set_trusted_differ(const struct slb_settings *a, const struct slb_settings *b)
{
	size_t i;

	if (a->trusted_count != b->trusted_count)
		return true;
	for (i = 0; i < a->trusted_count; i++)
		if (a->trusted[i].len != b->trusted[i].len ||
		    slb_addr_compare(&a->trusted[i].addr, &b->trusted[i].addr))
			return true;
	return false;
}

static bool slb_set_fastpath_differ(const struct slb_settings *a, const struct slb_settings *b)
{
	char text_a[SLB_FASTPATH_TEXT];
	char text_b[SLB_FASTPATH_TEXT];

	return strcmp(slb_fastpath_text(text_a, a), slb_fastpath_text(text_b, b));
}

/* Takes the fields out of @given that have the same value in both. */
static void slb_set_reduce_fields(const struct slb_field *field, __u64 *given, const __u32 *want,
				  const __u32 *have)
{
	for (; field->name; field++)
		if (want[field->attr] == have[field->attr])
			*given &= ~SLB_GIVEN(field->attr);
}

/**
 * slb_set_reduce() - leave only the settings that differ from those in force
 * @want: the settings
 * @have: those in force
 *
 * Return: whether any are left.
 */
bool slb_set_reduce(struct slb_settings *want, const struct slb_settings *have)
{
	slb_set_reduce_fields(slb_to_fields, &want->timeouts.given, want->timeouts.value,
			      have->timeouts.value);
	slb_set_reduce_fields(slb_set_fields, &want->given, want->value, have->value);
	if (!slb_set_trusted_differ(want, have))
		want->given &= ~SLB_GIVEN(SLB_A_SET_TOA_TRUSTED);
	if (!slb_set_fastpath_differ(want, have))
		want->given &= ~SLB_GIVEN(SLB_A_SET_FASTPATH);
	return want->given || want->timeouts.given;
}

static int slb_set_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	(void)flags;
	return slb_settings_send(nl, &req->set);
}

static void slb_set_req_print(const struct slb_req *req)
{
	if (!req->set.given && !req->set.timeouts.given)
		printf(" 0 0 0");	/* the one way to set nothing */
	slb_conf_set_print(&req->set);
}

static void slb_set_req_kept(struct slb_req *req)
{
	req->set.trusted = NULL;
}

static void slb_set_req_drop(void *part)
{
	struct slb_settings *set = part;

	free(set->trusted);
}

static int slb_set_dump(struct slb_nl *nl, struct slb_config *config)
{
	slb_nl_request(nl, SLB_CMD_SETTINGS_GET, 0);
	return slb_nl_talk(nl, slb_settings_answer, &config->settings);
}

static void slb_set_save(struct slb_config *config)
{
	printf("--set");
	slb_conf_set_print(&config->settings);
	putchar('\n');
}

static void slb_set_free(struct slb_config *config)
{
	free(config->settings.trusted);
}

const struct slb_object slb_object_set = {
	.part = { SLB_PART(set) }, .finish = slb_arg_settings, .send = slb_set_req_send,
	.print = slb_set_req_print, .kept = slb_set_req_kept, .drop = slb_set_req_drop,
	.load = SLB_LOAD_SETTINGS, .dump = slb_set_dump, .save = slb_set_save,
	.free = slb_set_free,
};
