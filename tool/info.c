// SPDX-License-Identifier: GPL-2.0-only
/* The module: version, limits and live objects, counters and why packets were dropped. */
#include <linux/genetlink.h>
#include <string.h>

#include "list.h"
#include "out.h"
#include "slb_names_gen.h"

static void slb_fast_get(struct slb_fast_state *fast, const struct nlattr *nest)
{
	const struct nlattr *attrs[SLB_A_FAST_MAX + 1];

	slb_nl_index_nest(nest, attrs, SLB_A_FAST_MAX);
	slb_string_get(fast->name, sizeof(fast->name), attrs[SLB_A_FAST_NAME]);
	fast->state[0] = slb_nl_number(attrs[SLB_A_FAST_STATE4]);
	fast->state[1] = slb_nl_number(attrs[SLB_A_FAST_STATE6]);
	slb_string_get(fast->hook[0], sizeof(fast->hook[0]), attrs[SLB_A_FAST_HOOK4]);
	slb_string_get(fast->hook[1], sizeof(fast->hook[1]), attrs[SLB_A_FAST_HOOK6]);
}

/**
 * slb_info_get() - read the module's version and object counts from an answer
 * @info: result, empty so far
 * @nlh: the message
 */
void slb_info_get(struct slb_info *info, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_INFO_MAX + 1];
	const struct nlattr *attr;
	unsigned int i;

	slb_nl_index(nlh, attrs, SLB_A_INFO_MAX);
	slb_string_get(info->version, sizeof(info->version), attrs[SLB_A_INFO_VERSION]);
	for (i = 0; i <= SLB_A_INFO_MAX; i++)
		if (i != SLB_A_INFO_VERSION && i != SLB_A_INFO_FASTPATH)
			info->value[i] = slb_nl_number(attrs[i]);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == SLB_A_INFO_FASTPATH &&
		    info->fast_count < SLB_FASTPATH_MAX)
			slb_fast_get(&info->fast[info->fast_count++], attr);
}

static int slb_info_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_info_get(data, nlh);
	return 0;
}

/**
 * slb_info_fetch() - fetch the module's version and object counts
 * @nl: the family
 * @info: result
 *
 * Return: 0 or a negative errno.
 */
int slb_info_fetch(struct slb_nl *nl, struct slb_info *info)
{
	memset(info, 0, sizeof(*info));
	slb_nl_request(nl, SLB_CMD_INFO_GET, 0);
	return slb_nl_talk(nl, slb_info_answer, info);
}

/* A newer module knows more counters than we do, an older one fewer. */
static void slb_numbers_get(__u64 *value, size_t count, const struct nlattr *attr)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len > count * sizeof(*value))
		len = count * sizeof(*value);
	if (len)
		memcpy(value, mnl_attr_get_payload(attr), len);
}

/**
 * slb_counters_get() - read the namespace's counters from an answer
 * @counters: result, empty so far
 * @nlh: the message
 */
void slb_counters_get(struct slb_counters *counters, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_CTR_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_CTR_MAX);
	slb_numbers_get(counters->count, SLB_COUNT_COUNT, attrs[SLB_A_CTR_COUNTS]);
	slb_numbers_get(counters->drop, SLB_DROP_COUNT, attrs[SLB_A_CTR_DROPS]);
}

static int slb_counters_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_counters_get(data, nlh);
	return 0;
}

/**
 * slb_counters_fetch() - fetch the namespace's counters
 * @nl: the family
 * @counters: result
 *
 * Return: 0 or a negative errno.
 */
int slb_counters_fetch(struct slb_nl *nl, struct slb_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	slb_nl_request(nl, SLB_CMD_COUNTER_GET, 0);
	return slb_nl_talk(nl, slb_counters_answer, counters);
}

static void slb_names_print(const char *key, const char *title, const struct slb_name *names,
			    const __u64 *value, size_t count, size_t first)
{
	bool any = false;
	size_t i;

	slb_out_object(key);
	for (i = first; i < count; i++) {
		slb_out_u64(names[i].name, NULL, value[i]);
		if (!value[i])
			continue;
		slb_out_text("%s  %-16s %14llu  %s\n", any ? "" : title, names[i].name, value[i],
			     names[i].text);
		any = true;
	}
	slb_out_close();
}

/**
 * slb_counters_print() - print the counters and the drop reasons that are not 0
 * @nl: the family
 *
 * Return: 0 or a negative errno.
 */
int slb_counters_print(struct slb_nl *nl)
{
	struct slb_counters counters;
	int err;

	err = slb_counters_fetch(nl, &counters);
	if (err)
		return err;
	slb_names_print("counters", "Counters\n", slb_count_names, counters.count,
			SLB_COUNT_COUNT, 0);
	slb_names_print("drops", "Dropped packets\n", slb_drop_names, counters.drop,
			SLB_DROP_COUNT, SLB_DROP_NONE + 1);
	return 0;
}

/**
 * slb_list_version() - print the versions of tool and module
 * @nl: the family, if it is there
 * @loaded: whether it is there
 */
void slb_list_version(struct slb_nl *nl, bool loaded)
{
	struct slb_info info;

	slb_out_str("tool", "slbadm %s\n", SLB_RELEASE);
	if (!loaded || slb_info_fetch(nl, &info)) {
		slb_out_str(NULL, "slb    %s\n", nl->words);
		slb_out_bool("loaded", false);
		return;
	}
	slb_out_bool("loaded", true);
	slb_out_str("module", "slb    %s\n", info.version);
}

static void slb_fast_state_print(const struct slb_fast_state *fast, int v6)
{
	const struct slb_name *name = fast->state[v6] < SLB_FAST_COUNT ?
				      &slb_fast_names[fast->state[v6]] : NULL;

	slb_out_text(v6 ? ", IPv6 %s" : "IPv4 %s", fast->state[v6] == SLB_FAST_ON ? "" : "off: ");
	slb_out_str(v6 ? "ipv6" : "ipv4", "%s", name ? name->name : "unknown");
	if (fast->state[v6] != SLB_FAST_HOOK)
		return;
	slb_out_text(" ");
	slb_out_str(v6 ? "hook6" : "hook4", "%s", fast->hook[v6]);
}

static void slb_fast_print(const struct slb_fast_state *fast)
{
	slb_out_object(NULL);
	slb_out_text("%-12s ", "fastpath");
	slb_out_str("name", "%s: ", fast->name);
	slb_fast_state_print(fast, 0);
	slb_fast_state_print(fast, 1);
	slb_out_text("\n");
	slb_out_close();
}

/**
 * slb_list_info() - print the module's limits and live objects
 * @nl: the family
 * @req: not used
 *
 * Return: 0 or a negative errno.
 */
int slb_list_info(struct slb_nl *nl, const struct slb_req *req)
{
	struct slb_info info;
	__u16 attr;
	size_t i;
	int err;

	(void)req;
	err = slb_info_fetch(nl, &info);
	if (err)
		return err;
	slb_out_str("tool", "tool         %s\n", SLB_RELEASE);
	slb_out_str("module", "module       %s\n", info.version);
	for (attr = SLB_A_INFO_VERSION + 1; attr <= SLB_A_INFO_MAX; attr++) {
		if (attr == SLB_A_INFO_PAD || attr == SLB_A_INFO_FASTPATH)
			continue;
		slb_out_text("%-12s ", slb_info_attrs.attr[attr].name);
		slb_out_u64(slb_info_attrs.attr[attr].name, "%llu\n", info.value[attr]);
	}
	slb_out_array("fastpath");
	for (i = 0; i < info.fast_count; i++)
		slb_fast_print(&info.fast[i]);
	slb_out_close();
	return 0;
}
