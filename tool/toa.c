// SPDX-License-Identifier: GPL-2.0-only
/* `slbadm toa': the receiver of client addresses, on a server. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/slb_toa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "list.h"
#include "out.h"
#include "slb_toa_names_gen.h"

struct slb_toa_state {
	char			version[64];
	__u64			prefix_count;
	__u64			clients;
	__u64			clients_max;
	unsigned char		kind[SLB_TOA_KINDS_MAX];
	size_t			kind_count;
	struct slb_prefix	*prefix;
	size_t			prefixes;
	__u64			count[SLB_TOA_COUNT_COUNT];
};

static int slb_toa_info_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_TOA_A_INFO_MAX + 1];
	struct slb_toa_state *state = data;

	slb_nl_index(nlh, attrs, SLB_TOA_A_INFO_MAX);
	if (attrs[SLB_TOA_A_INFO_VERSION])
		snprintf(state->version, sizeof(state->version), "%.*s",
			 (int)mnl_attr_get_payload_len(attrs[SLB_TOA_A_INFO_VERSION]),
			 mnl_attr_get_str(attrs[SLB_TOA_A_INFO_VERSION]));
	state->prefix_count = slb_nl_number(attrs[SLB_TOA_A_INFO_PREFIXES]);
	state->clients = slb_nl_number(attrs[SLB_TOA_A_INFO_CLIENTS]);
	return 0;
}

static int slb_toa_settings_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_TOA_A_SET_MAX + 1];
	struct slb_toa_state *state = data;
	const struct nlattr *kinds;

	slb_nl_index(nlh, attrs, SLB_TOA_A_SET_MAX);
	state->clients_max = slb_nl_number(attrs[SLB_TOA_A_SET_CLIENTS_MAX]);
	kinds = attrs[SLB_TOA_A_SET_KINDS];
	if (!kinds)
		return 0;
	state->kind_count = mnl_attr_get_payload_len(kinds);
	if (state->kind_count > sizeof(state->kind))
		state->kind_count = sizeof(state->kind);
	memcpy(state->kind, mnl_attr_get_payload(kinds), state->kind_count);
	return 0;
}

static int slb_toa_trust_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *parts[SLB_TOA_A_PREFIX_MAX + 1];
	struct slb_toa_state *state = data;
	struct slb_prefix *prefix;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != SLB_TOA_A_TRUST_PREFIX)
			continue;
		slb_nl_index_nest(attr, parts, SLB_TOA_A_PREFIX_MAX);
		state->prefix = slb_mem_grow(state->prefix,
					     (state->prefixes + 1) * sizeof(*state->prefix));
		prefix = &state->prefix[state->prefixes];
		if (slb_prefix_get(prefix, parts[SLB_TOA_A_PREFIX_ADDR],
				   parts[SLB_TOA_A_PREFIX_LEN]))
			state->prefixes++;
	}
	return 0;
}

static int slb_toa_counter_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_TOA_A_CTR_MAX + 1];
	struct slb_toa_state *state = data;
	const struct nlattr *counts;
	size_t len;

	slb_nl_index(nlh, attrs, SLB_TOA_A_CTR_MAX);
	counts = attrs[SLB_TOA_A_CTR_COUNTS];
	len = counts ? mnl_attr_get_payload_len(counts) : 0;
	if (len > sizeof(state->count))
		len = sizeof(state->count);
	if (len)
		memcpy(state->count, mnl_attr_get_payload(counts), len);
	return 0;
}

static int slb_toa_order(const void *a, const void *b)
{
	const struct slb_prefix *prefix_a = a;
	const struct slb_prefix *prefix_b = b;
	int order = slb_addr_compare(&prefix_a->addr, &prefix_b->addr);

	return order ? order : prefix_a->len - prefix_b->len;
}

static int slb_toa_fetch_trust(struct slb_nl *nl, struct slb_toa_state *state)
{
	int tries = SLB_NL_TRIES;
	int err;

	do {
		state->prefixes = 0;
		slb_nl_request(nl, SLB_TOA_CMD_TRUST_GET, NLM_F_DUMP);
		err = slb_nl_talk(nl, slb_toa_trust_answer, state);
	} while (err == -EINTR && --tries);
	if (err == -EINTR)
		snprintf(nl->words, sizeof(nl->words), "the list kept changing while it was read");
	if (!err && state->prefixes)
		qsort(state->prefix, state->prefixes, sizeof(*state->prefix), slb_toa_order);
	return err;
}

static int slb_toa_fetch_settings(struct slb_nl *nl, struct slb_toa_state *state)
{
	slb_nl_request(nl, SLB_TOA_CMD_SETTINGS_GET, 0);
	return slb_nl_talk(nl, slb_toa_settings_answer, state);
}

static void slb_toa_show_print(const struct slb_toa_state *state)
{
	char text[SLB_END_TEXT];
	size_t i;

	slb_out_str("version", "slb_toa %s\n", state->version);
	slb_out_text("kinds       ");
	slb_out_array("kinds");
	for (i = 0; i < state->kind_count; i++)
		slb_out_u64("", i ? ",%llu" : "%llu", state->kind[i]);
	slb_out_close();
	slb_out_u64("clients", "\nclients     %llu\n", state->clients);
	slb_out_u64("clients-max", "clients-max %llu\n", state->clients_max);
	slb_out_text("trusted     %s", state->prefixes ? "" : "none");
	slb_out_array("trusted");
	for (i = 0; i < state->prefixes; i++)
		slb_out_str("", i ? "\n            %s" : "%s",
			    slb_prefix_text(text, &state->prefix[i]));
	slb_out_close();
	slb_out_text("\n");
}

static int slb_toa_show(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_toa_state state = {};
	int err;

	slb_nl_request(nl, SLB_TOA_CMD_INFO_GET, 0);
	err = slb_nl_talk(nl, slb_toa_info_answer, &state);
	if (!err)
		err = slb_toa_fetch_settings(nl, &state);
	if (!err)
		err = slb_toa_fetch_trust(nl, &state);
	if (!err) {
		slb_out_begin(slb_req_has(req, SLB_SLOT_JSON), true);
		slb_toa_show_print(&state);
		err = slb_out_end();
	}
	free(state.prefix);
	return err;
}

static int slb_toa_stats(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_toa_state state = {};
	size_t i;
	int err;

	slb_nl_request(nl, SLB_TOA_CMD_COUNTER_GET, 0);
	err = slb_nl_talk(nl, slb_toa_counter_answer, &state);
	if (err)
		return err;
	slb_out_begin(slb_req_has(req, SLB_SLOT_JSON), true);
	slb_out_object("counters");
	for (i = 0; i < SLB_TOA_COUNT_COUNT; i++) {
		slb_out_u64(slb_toa_count_names[i].name, NULL, state.count[i]);
		slb_out_text("%-14s %12llu  %s\n", slb_toa_count_names[i].name, state.count[i],
			     slb_toa_count_names[i].text);
	}
	return slb_out_end();
}

static int slb_toa_prefix(struct slb_prefix *prefix, const char *text)
{
	const char *wrong = slb_prefix_parse(prefix, text);

	if (!wrong)
		return 0;
	slb_err_print("toa: `%s': %s", text, wrong);
	return -1;
}

/* One request with the prefixes of the words behind the verb. */
static int slb_toa_trust(struct slb_nl *nl, __u8 cmd, __u16 flags, char **words, int count)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);
	struct slb_prefix prefix;
	int i;

	for (i = 0; i < count; i++) {
		if (nlh->nlmsg_len > SLB_NL_REQUEST - 64) {
			snprintf(nl->words, sizeof(nl->words), "too many prefixes");
			return -E2BIG;
		}
		slb_prefix_parse(&prefix, words[i]);	/* was tried before */
		slb_prefix_put(nlh, SLB_TOA_A_TRUST_PREFIX, SLB_TOA_A_PREFIX_ADDR,
			       SLB_TOA_A_PREFIX_LEN, &prefix);
	}
	return slb_nl_talk(nl, NULL, NULL);
}

static int slb_toa_add(struct slb_nl *nl, const struct slb_req *req)
{
	return slb_toa_trust(nl, SLB_TOA_CMD_TRUST_NEW, NLM_F_CREATE | NLM_F_EXCL, req->word + 1,
			     1);
}

static int slb_toa_del(struct slb_nl *nl, const struct slb_req *req)
{
	return slb_toa_trust(nl, SLB_TOA_CMD_TRUST_DEL, 0, req->word + 1, 1);
}

static int slb_toa_replace(struct slb_nl *nl, const struct slb_req *req)
{
	return slb_toa_trust(nl, SLB_TOA_CMD_TRUST_SET, 0, req->word + 1, req->word_count - 1);
}

static int slb_toa_flush(struct slb_nl *nl, const struct slb_req *req)
{
	(void)req;
	return slb_toa_trust(nl, SLB_TOA_CMD_TRUST_SET, 0, NULL, 0);
}

/* Reads kinds=N,... and clients-max=N; adds them to the request if there is one. */
static int slb_toa_setting(struct nlmsghdr *nlh, const char *text)
{
	unsigned char kind[SLB_TOA_KINDS_MAX];
	size_t count = 0;
	char part[16];
	size_t len;
	__u32 number;

	if (!strncmp(text, "clients-max=", 12)) {
		if (!slb_number_parse(&number, text + 12, 1, SLB_TOA_CLIENTS_MAX)) {
			slb_err_print("toa: clients-max: `%s' is not a number from 1 to %u",
				      text + 12, SLB_TOA_CLIENTS_MAX);
			return -1;
		}
		if (nlh)
			mnl_attr_put_u32(nlh, SLB_TOA_A_SET_CLIENTS_MAX, number);
		return 0;
	}
	if (strncmp(text, "kinds=", 6)) {
		slb_err_print("toa: `%s' is neither kinds=N,... nor clients-max=N", text);
		return -1;
	}
	for (text += 5; *text; text += len) {
		text++;
		len = strcspn(text, ",");
		snprintf(part, sizeof(part), "%.*s", (int)len, text);
		if (len >= sizeof(part) || !slb_number_parse(&number, part, 2, 254)) {
			slb_err_print("toa: kinds: `%.*s' is not a number from 2 to 254", (int)len,
				      text);
			return -1;
		}
		if (count == sizeof(kind)) {
			slb_err_print("toa: kinds: there are more than %zu", sizeof(kind));
			return -1;
		}
		kind[count++] = number;
	}
	if (nlh)
		mnl_attr_put(nlh, SLB_TOA_A_SET_KINDS, count, kind);
	return 0;
}

static int slb_toa_set(struct slb_nl *nl, const struct slb_req *req)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_TOA_CMD_SETTINGS_SET, 0);
	int i;

	for (i = 1; i < req->word_count; i++)
		slb_toa_setting(nlh, req->word[i]);
	return slb_nl_talk(nl, NULL, NULL);
}

/* The verbs: how many words may follow, what those are, and what is done. */
static const struct slb_toa_verb {
	const char	*name;
	int		min;
	int		max;
	enum { SLB_TOA_NOTHING, SLB_TOA_PREFIXES, SLB_TOA_SETTINGS } words;
	int		(*run)(struct slb_nl *nl, const struct slb_req *req);
	const char	*usage;
	const char	*help;
} slb_toa_verbs[] = {
	{ "show", 0, 0, SLB_TOA_NOTHING, slb_toa_show, "", "print settings and trusted prefixes" },
	{ "add", 1, 1, SLB_TOA_PREFIXES, slb_toa_add, "PREFIX",
	  "believe balancers in PREFIX" },
	{ "del", 1, 1, SLB_TOA_PREFIXES, slb_toa_del, "PREFIX", "believe them no more" },
	{ "replace", 1, SLB_TOA_TRUST_MAX, SLB_TOA_PREFIXES, slb_toa_replace, "PREFIX...",
	  "believe balancers in these prefixes only" },
	{ "flush", 0, 0, SLB_TOA_NOTHING, slb_toa_flush, "", "believe nobody" },
	{ "stats", 0, 0, SLB_TOA_NOTHING, slb_toa_stats, "", "print counters" },
	{ "set", 1, 2, SLB_TOA_SETTINGS, slb_toa_set, "kinds=N,...|clients-max=N",
	  "change settings" },
};

/**
 * slb_toa_help() - print the verbs of `slbadm toa'
 * @names: only their names
 */
void slb_toa_help(bool names)
{
	const struct slb_toa_verb *verb;
	char buf[64];
	size_t i;

	for (i = 0; i < MNL_ARRAY_SIZE(slb_toa_verbs); i++) {
		verb = &slb_toa_verbs[i];
		if (names) {
			puts(verb->name);
			continue;
		}
		snprintf(buf, sizeof(buf), "%s %s", verb->name, verb->usage);
		printf("  %-32s %s\n", buf, verb->help);
	}
}

static const struct slb_toa_verb *slb_toa_understand(const struct slb_req *req)
{
	const char *name = req->word_count ? req->word[0] : "show";
	int count = req->word_count ? req->word_count - 1 : 0;
	const struct slb_toa_verb *verb = NULL;
	struct slb_prefix prefix;
	int wrong = 0;
	size_t i;
	int word;

	for (i = 0; i < MNL_ARRAY_SIZE(slb_toa_verbs); i++)
		if (!strcmp(name, slb_toa_verbs[i].name))
			verb = &slb_toa_verbs[i];
	if (!verb) {
		slb_err_print("toa: there is no verb `%s'", name);
		return NULL;
	}
	if (count < verb->min) {
		slb_err_print("toa %s needs %s", name, verb->usage);
		return NULL;
	}
	if (count > verb->max) {
		slb_err_print("toa %s does not take `%s'", name, req->word[verb->max + 1]);
		return NULL;
	}
	for (word = 1; word < req->word_count && !wrong; word++)
		wrong = verb->words == SLB_TOA_PREFIXES ?
				slb_toa_prefix(&prefix, req->word[word]) :
				slb_toa_setting(NULL, req->word[word]);
	return wrong ? NULL : verb;
}

/**
 * slb_toa_run() - execute `slbadm toa'
 * @req: the command line
 *
 * Return: SLB_EXIT_*.
 */
int slb_toa_run(const struct slb_req *req)
{
	const struct slb_toa_verb *verb = slb_toa_understand(req);
	const char *object;
	struct slb_nl nl;
	int err;

	if (!verb)
		return SLB_EXIT_USAGE;
	object = req->word_count > 1 ? req->word[1] : "";
	err = slb_nl_open(&nl, &slb_nl_toa);
	if (!err)
		err = verb->run(&nl, req);
	if (err)
		slb_err_print("toa %s%s%s: %s", verb->name, *object ? " " : "", object, nl.words);
	slb_nl_close(&nl);
	return err ? SLB_EXIT_REFUSED : SLB_EXIT_DONE;
}
