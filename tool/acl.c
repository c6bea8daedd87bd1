// SPDX-License-Identifier: GPL-2.0-only
/* Access lists: their commands, requests and answers, lines of -S and view. */
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
#include "slb_names_gen.h"

/* A request goes on in the next one when there is no room for one more prefix, the name and all else. */
#define SLB_ACL_REQUEST	(32 * 1024)

/* Prefixes in a line of -S; such a line goes on in the next one. */
#define SLB_ACL_LINE	6

static int slb_prefix_compare(const void *a, const void *b)
{
	const struct slb_prefix *prefix_a = a;
	const struct slb_prefix *prefix_b = b;
	int order = slb_addr_compare(&prefix_a->addr, &prefix_b->addr);

	return order ? order : (int)prefix_a->len - (int)prefix_b->len;
}

static struct slb_prefix *slb_acl_prefix_add(struct slb_acl *acl)
{
	acl->prefix = slb_list_add(acl->prefix, &acl->prefix_count, sizeof(*acl->prefix));
	return &acl->prefix[acl->prefix_count - 1];
}

/* Why a name cannot be that of an access list; the kernel judges likewise. */
static const char *slb_acl_name_wrong(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("._:-", *c)))
			return "a name is made of letters, digits, '.', '_', ':' and '-'";
	if (!*name)
		return "the name is missing";
	if (*name == '-')
		return "a name does not begin with '-'";
	return strlen(name) > SLB_NAME_MAX ? "the name is longer than 80 bytes" : NULL;
}

/**
 * slb_arg_acl() - --acl and --no-acl of services
 * @req: the command line
 * @opt: the option
 * @text: NAME[,NAME]; not used by --no-acl
 *
 * Return: 0, or -1 after saying what is wrong.
 */
int slb_arg_acl(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	const char *comma = text ? strchr(text, ',') : NULL;
	struct slb_svc *svc = &req->svc;
	const char *whole = text;
	const char *wrong = NULL;
	size_t len;
	int i;

	svc->given |= SLB_GIVEN(SLB_A_SVC_ACL);
	for (i = 0; text && !wrong; i++) {
		len = comma ? (size_t)(comma - text) : strlen(text);
		if (i == SLB_ACL_MODE_COUNT || len > SLB_NAME_MAX) {
			wrong = i == SLB_ACL_MODE_COUNT ?
					"a service takes one list that allows and one that denies" :
					"the name is longer than 80 bytes";
			break;
		}
		memcpy(svc->acl[i], text, len);
		svc->acl[i][len] = '\0';
		wrong = slb_acl_name_wrong(svc->acl[i]);
		text = comma ? comma + 1 : NULL;
		comma = text ? strchr(text, ',') : NULL;
	}
	return wrong ? slb_arg_wrong(opt, whole, wrong) : 0;
}

/**
 * slb_arg_acl_mode() - --allow and --deny
 * @req: the command line
 * @opt: the option
 * @text: not used
 *
 * Return: 0.
 */
int slb_arg_acl_mode(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	(void)text;
	req->acl.value[SLB_A_ACL_MODE] = strcmp(opt->name, "deny") ? SLB_ACL_MODE_ALLOW
								   : SLB_ACL_MODE_DENY;
	req->acl.given |= SLB_GIVEN(SLB_A_ACL_MODE);
	return 0;
}

/**
 * slb_svc_acl_put() - add a service's access lists to a request, if they are given
 * @nlh: the request
 * @svc: the service
 */
void slb_svc_acl_put(struct nlmsghdr *nlh, const struct slb_svc *svc)
{
	int i;

	if (svc->given & SLB_GIVEN(SLB_A_SVC_PURGE))
		mnl_attr_put(nlh, SLB_A_SVC_PURGE, 0, NULL);
	if (!(svc->given & SLB_GIVEN(SLB_A_SVC_ACL)))
		return;
	if (!*svc->acl[0])
		mnl_attr_put(nlh, SLB_A_SVC_ACL_NONE, 0, NULL);
	for (i = 0; i < SLB_ACL_MODE_COUNT && *svc->acl[i]; i++)
		mnl_attr_put_strz(nlh, SLB_A_SVC_ACL, svc->acl[i]);
}

/**
 * slb_svc_acl_get() - read a service's access lists from an answer
 * @svc: gets their names
 * @nlh: the answer
 */
void slb_svc_acl_get(struct slb_svc *svc, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	int i = 0;

	svc->given |= SLB_GIVEN(SLB_A_SVC_ACL);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == SLB_A_SVC_ACL && i < SLB_ACL_MODE_COUNT)
			slb_string_get(svc->acl[i++], sizeof(svc->acl[0]), attr);
}

/**
 * slb_svc_acl_print() - print a service's access lists as -S does, if they are given
 * @svc: the service
 */
void slb_svc_acl_print(const struct slb_svc *svc)
{
	if (!(svc->given & SLB_GIVEN(SLB_A_SVC_ACL)))
		return;
	if (!*svc->acl[0])
		printf(" --no-acl");
	else
		printf(" --acl %s%s%s", svc->acl[0], *svc->acl[1] ? "," : "", svc->acl[1]);
}

/* A line of a file of prefixes: blanks and what stands behind # do not count. */
static int slb_acl_line(struct slb_acl *acl, char *line)
{
	const char *wrong;
	char *word;

	line[strcspn(line, "#\n")] = '\0';
	while ((word = strsep(&line, " \t\r,"))) {
		if (!*word)
			continue;
		wrong = slb_prefix_parse(slb_acl_prefix_add(acl), word);
		if (wrong) {
			slb_err_print("`%s': %s", word, wrong);
			return -1;
		}
	}
	return 0;
}

/**
 * slb_arg_file() - --file: prefixes, as many in a line as one likes
 * @req: the command line
 * @opt: the option
 * @text: the file; "-" is the standard input
 *
 * Return: 0, or -1 after saying what is wrong, and in which line.
 */
int slb_arg_file(struct slb_req *req, const struct slb_option *opt, const char *text)
{
	FILE *stream = strcmp(text, "-") ? fopen(text, "re") : stdin;
	unsigned int number = 0;
	struct slb_err_place at;
	char *line = NULL;
	size_t size = 0;
	ssize_t len = 0;
	int ret = 0;

	if (!stream)
		return slb_arg_wrong(opt, text, strerror(errno));
	req->acl.given |= SLB_GIVEN(SLB_A_ACL_PREFIX);
	at = slb_err_at_get();
	while (!ret && (len = getline(&line, &size, stream)) >= 0) {
		slb_err_at(text, ++number);
		if (strlen(line) != (size_t)len) {
			slb_err_print("a byte is 0");
			ret = -1;
		} else {
			ret = slb_acl_line(&req->acl, line);
		}
	}
	slb_err_at(at.file, at.line);
	free(line);
	if (!ret && ferror(stream))
		ret = slb_arg_wrong(opt, text, strerror(errno));
	if (stream != stdin)
		fclose(stream);
	return ret;
}

/* The plain words are the name and the prefixes. */
static int slb_acl_req_finish(struct slb_req *req)
{
	struct slb_acl *acl = &req->acl;
	const char *wrong;
	int i;

	if (!req->word_count && req->command->act == SLB_ACT_NONE)
		return 0;
	wrong = req->word_count ? slb_acl_name_wrong(req->word[0]) : "the name is missing";
	if (wrong) {
		slb_err_print("access list `%s': %s", req->word_count ? req->word[0] : "", wrong);
		return -1;
	}
	strcpy(acl->name, req->word[0]);
	for (i = 1; i < req->word_count; i++) {
		acl->given |= SLB_GIVEN(SLB_A_ACL_PREFIX);
		slb_err_word(req->word[i]);
		wrong = slb_prefix_parse(slb_acl_prefix_add(acl), req->word[i]);
		if (wrong) {
			slb_err_print("access list %s: `%s': %s", acl->name, req->word[i], wrong);
			return -1;
		}
	}
	if (req->command->id == SLB_DO_ACL_EXTEND)
		acl->value[SLB_A_ACL_OP] = SLB_ACL_OP_ADD;
	if (req->command->id == SLB_DO_ACL_SHRINK)
		acl->value[SLB_A_ACL_OP] = SLB_ACL_OP_REMOVE;
	/* An edit that gives no prefixes changes none. */
	if (req->command->id == SLB_DO_ACL_EDIT && !(acl->given & SLB_GIVEN(SLB_A_ACL_PREFIX)))
		acl->value[SLB_A_ACL_OP] = SLB_ACL_OP_ADD;
	if (acl->prefix_count)
		qsort(acl->prefix, acl->prefix_count, sizeof(*acl->prefix), slb_prefix_compare);
	return 0;
}

static const char *slb_acl_req_text(char *buf, const struct slb_req *req)
{
	if (req->command->act == SLB_ACT_NONE)
		return req->command->name;
	snprintf(buf, SLB_OBJECT_TEXT, "%s %s", req->command->verb, req->acl.name);
	return buf;
}

static struct nlmsghdr *slb_acl_request(struct slb_nl *nl, const struct slb_acl *acl, __u16 flags)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_ACL_NEW, flags);

	mnl_attr_put_strz(nlh, SLB_A_ACL_NAME, acl->name);
	if (acl->given & SLB_GIVEN(SLB_A_ACL_MODE))
		mnl_attr_put_u8(nlh, SLB_A_ACL_MODE, acl->value[SLB_A_ACL_MODE]);
	mnl_attr_put_u8(nlh, SLB_A_ACL_OP, acl->value[SLB_A_ACL_OP]);
	if (acl->given & SLB_GIVEN(SLB_A_ACL_OWNER))
		mnl_attr_put_u8(nlh, SLB_A_ACL_OWNER, acl->value[SLB_A_ACL_OWNER]);
	return nlh;
}

/* What does not fit into one request goes in several, and the last one publishes all. */
static int slb_acl_send(struct slb_nl *nl, const struct slb_acl *acl, __u16 flags, bool purge)
{
	struct nlmsghdr *nlh = slb_acl_request(nl, acl, flags);
	size_t i;
	int err;

	for (i = 0; i < acl->prefix_count; i++) {
		if (nlh->nlmsg_len > SLB_ACL_REQUEST) {
			mnl_attr_put(nlh, SLB_A_ACL_MORE, 0, NULL);
			err = slb_nl_talk(nl, NULL, NULL);
			if (err)
				return err;
			nlh = slb_acl_request(nl, acl, flags);
		}
		slb_prefix_put(nlh, SLB_A_ACL_PREFIX, SLB_A_PREFIX_ADDR, SLB_A_PREFIX_LEN,
			       &acl->prefix[i]);
	}
	if (purge)
		mnl_attr_put(nlh, SLB_A_ACL_PURGE, 0, NULL);
	return slb_nl_talk(nl, NULL, NULL);
}

static int slb_acl_req_send(struct slb_nl *nl, struct slb_req *req, __u16 flags)
{
	struct nlmsghdr *nlh;

	if (req->command->act != SLB_ACT_DEL)
		return slb_acl_send(nl, &req->acl, flags, slb_req_has(req, SLB_SLOT_PURGE));
	nlh = slb_nl_request(nl, SLB_CMD_ACL_DEL, 0);
	mnl_attr_put_strz(nlh, SLB_A_ACL_NAME, req->acl.name);
	return slb_nl_talk(nl, NULL, NULL);
}

static void slb_acl_print(const struct slb_acl *acl)
{
	char text[SLB_END_TEXT];
	size_t i;

	printf(" %s", acl->name);
	if (acl->given & SLB_GIVEN(SLB_A_ACL_MODE))
		printf(" --%s", acl->value[SLB_A_ACL_MODE] == SLB_ACL_MODE_DENY ? "deny" : "allow");
	if (acl->given & SLB_GIVEN(SLB_A_ACL_OWNER))
		slb_conf_owner_print(acl->value[SLB_A_ACL_OWNER]);
	for (i = 0; i < acl->prefix_count; i++) {
		/* Few stay in the line of the command. */
		if (acl->prefix_count > SLB_ACL_LINE && i % SLB_ACL_LINE == 0)
			printf(" \\\n");
		printf(" %s", slb_prefix_text(text, &acl->prefix[i]));
	}
}

static void slb_acl_req_print(const struct slb_req *req)
{
	slb_acl_print(&req->acl);
	/* Given, and empty: the prefixes go. */
	if (req->acl.given & SLB_GIVEN(SLB_A_ACL_PREFIX) && !req->acl.prefix_count &&
	    req->command->id == SLB_DO_ACL_EDIT)
		printf(" --file /dev/null");
	if (slb_req_has(req, SLB_SLOT_PURGE))
		printf(" --purge");
}

static void slb_acl_req_kept(struct slb_req *req)
{
	req->acl.prefix = NULL;
}

static void slb_acl_drop(void *part)
{
	struct slb_acl *acl = part;

	free(acl->prefix);
}

static void slb_acl_req_fill(struct slb_req *req)
{
	req->acl.given |= SLB_GIVEN(SLB_A_ACL_OWNER);
}

static int slb_acl_compare(const void *a, const void *b)
{
	const struct slb_acl *acl_a = a;
	const struct slb_acl *acl_b = b;

	return strcmp(acl_a->name, acl_b->name);
}

static void slb_acl_get(struct slb_acl *acl, const struct nlmsghdr *nlh)
{
	static const __u16 numbers[] = { SLB_A_ACL_MODE, SLB_A_ACL_ENTRIES, SLB_A_ACL_SERVICES,
					 SLB_A_ACL_OWNER };
	const struct nlattr *attrs[SLB_A_ACL_MAX + 1];
	size_t i;

	slb_nl_index(nlh, attrs, SLB_A_ACL_MAX);
	slb_string_get(acl->name, sizeof(acl->name), attrs[SLB_A_ACL_NAME]);
	for (i = 0; i < MNL_ARRAY_SIZE(numbers); i++)
		acl->value[numbers[i]] = slb_nl_number(attrs[numbers[i]]);
	acl->given = attrs[SLB_A_ACL_MODE] ? SLB_GIVEN(SLB_A_ACL_MODE) : 0;
}

static int slb_acl_answer(const struct nlmsghdr *nlh, void *data)
{
	struct slb_config *config = data;

	config->acl = slb_list_add(config->acl, &config->acl_count, sizeof(*config->acl));
	slb_acl_get(&config->acl[config->acl_count - 1], nlh);
	return 0;
}

/* Some prefixes of a list, which was answered before; the lists are not sorted yet. */
static int slb_acl_entry_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *parts[SLB_A_PREFIX_MAX + 1];
	const struct nlattr *attrs[SLB_A_ACL_MAX + 1];
	struct slb_config *config = data;
	struct slb_acl *acl = NULL;
	const struct nlattr *attr;
	struct slb_prefix prefix;
	char name[SLB_NAME_MAX + 1];
	size_t i;

	slb_nl_index(nlh, attrs, SLB_A_ACL_MAX);
	slb_string_get(name, sizeof(name), attrs[SLB_A_ACL_NAME]);
	for (i = 0; i < config->acl_count; i++)
		if (!strcmp(config->acl[i].name, name))
			acl = &config->acl[i];
	if (!acl)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != SLB_A_ACL_PREFIX)
			continue;
		slb_nl_index_nest(attr, parts, SLB_A_PREFIX_MAX);
		if (slb_prefix_get(&prefix, parts[SLB_A_PREFIX_ADDR], parts[SLB_A_PREFIX_LEN]))
			*slb_acl_prefix_add(acl) = prefix;
	}
	return 0;
}

static int slb_acl_dump(struct slb_nl *nl, struct slb_config *config)
{
	int err;

	slb_nl_request(nl, SLB_CMD_ACL_GET, NLM_F_DUMP);
	err = slb_nl_talk(nl, slb_acl_answer, config);
	if (err || !config->acl_count)
		return err;
	slb_nl_request(nl, SLB_CMD_ACL_ENTRY_GET, NLM_F_DUMP);
	return slb_nl_talk(nl, slb_acl_entry_answer, config);
}

/* The prefixes come in the kernel's order, which is ours. */
static void slb_acl_sort(struct slb_config *config)
{
	if (config->acl_count)
		qsort(config->acl, config->acl_count, sizeof(*config->acl), slb_acl_compare);
}

static bool slb_acl_whole(const struct slb_config *config)
{
	size_t i;

	for (i = 0; i < config->acl_count; i++)
		if (config->acl[i].prefix_count != config->acl[i].value[SLB_A_ACL_ENTRIES])
			return false;
	return true;
}

static void slb_acl_save(struct slb_config *config)
{
	size_t i;

	for (i = 0; i < config->acl_count; i++) {
		printf("--add-acl");
		if (config->acl[i].value[SLB_A_ACL_OWNER])
			config->acl[i].given |= SLB_GIVEN(SLB_A_ACL_OWNER);
		slb_acl_print(&config->acl[i]);
		putchar('\n');
	}
}

static void slb_acl_free(struct slb_config *config)
{
	size_t i;

	for (i = 0; i < config->acl_count; i++)
		free(config->acl[i].prefix);
	free(config->acl);
}

static void slb_acl_head_print(const struct slb_acl *acl)
{
	__u32 mode = acl->value[SLB_A_ACL_MODE];

	slb_out_str("name", "%-24s ", acl->name);
	slb_out_str("mode", "%-5s ", mode < SLB_ACL_MODE_COUNT ? slb_acl_mode_names[mode].name
							       : "unknown");
	slb_out_u64("entries", "%8llu ", acl->value[SLB_A_ACL_ENTRIES]);
	slb_out_u64("services", "%8llu", acl->value[SLB_A_ACL_SERVICES]);
	slb_owner_print(acl->value[SLB_A_ACL_OWNER]);
	slb_out_text("\n");
}

static void slb_acl_event(const struct nlmsghdr *nlh)
{
	struct slb_acl acl = {};

	slb_acl_get(&acl, nlh);
	slb_out_str("event", "%-8s ", "acl");
	if (acl.given) {
		slb_acl_head_print(&acl);
		return;
	}
	slb_out_str("name", "%s", acl.name);
	slb_out_bool("deleted", true);
	slb_out_text(" deleted\n");
}

static void slb_acl_view(const struct slb_acl *acl, bool entries)
{
	char text[SLB_END_TEXT];
	size_t i;

	slb_out_object(NULL);
	slb_acl_head_print(acl);
	if (entries) {
		slb_out_array("prefixes");
		for (i = 0; i < acl->prefix_count; i++)
			slb_out_str("", "  %s\n", slb_prefix_text(text, &acl->prefix[i]));
		slb_out_close();
	}
	slb_out_close();
}

/**
 * slb_list_acls() - print access lists
 * @nl: the family
 * @req: the command line: one or all, with their prefixes or without
 *
 * Return: 0 or a negative errno.
 */
int slb_list_acls(struct slb_nl *nl, const struct slb_req *req)
{
	bool entries = slb_req_has(req, SLB_SLOT_ENTRIES);
	struct slb_config config = {};
	bool found = !*req->acl.name;
	size_t i;
	int err;

	if (entries) {
		err = slb_config_load(nl, &config, SLB_LOAD_ACLS);
	} else {
		slb_nl_request(nl, SLB_CMD_ACL_GET, NLM_F_DUMP);
		err = slb_nl_talk(nl, slb_acl_answer, &config);
		slb_acl_sort(&config);
	}
	for (i = 0; i < config.acl_count; i++)
		found |= !strcmp(req->acl.name, config.acl[i].name);
	if (!err && !found) {
		snprintf(nl->words, sizeof(nl->words), "no such access list");
		err = -ENOENT;
	}
	if (!err) {
		slb_out_text("%-24s %-5s %8s %8s\n", "AccessList", "Mode", "Entries", "Services");
		slb_out_array("acls");
		for (i = 0; i < config.acl_count; i++)
			if (!*req->acl.name || !strcmp(req->acl.name, config.acl[i].name))
				slb_acl_view(&config.acl[i], entries);
		slb_out_close();
	}
	slb_config_free(&config);
	return err;
}

const struct slb_object slb_object_acl = {
	.part = { SLB_PART(acl) }, .finish = slb_acl_req_finish, .text = slb_acl_req_text,
	.send = slb_acl_req_send, .print = slb_acl_req_print, .kept = slb_acl_req_kept,
	.drop = slb_acl_drop, .fill = slb_acl_req_fill, .compare = slb_acl_compare,
	.load = SLB_LOAD_ACLS, .dump = slb_acl_dump, .sort = slb_acl_sort, .whole = slb_acl_whole,
	.save = slb_acl_save, .free = slb_acl_free, .ntf = SLB_CMD_ACL_NTF,
	.event = slb_acl_event,
};

/* Their view, which changes nothing. */
const struct slb_object slb_object_acls = {
	.finish = slb_acl_req_finish,
};
