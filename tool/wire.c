// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family's requests and answers.
 *
 * Answers are read with care: an attribute that is missing or of another length than expected is as
 * if it were 0, so that no answer can make the tool read where there is nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "wire.h"

static void slb_addr_put(struct nlmsghdr *nlh, __u16 type, const struct slb_addr *addr)
{
	mnl_attr_put(nlh, type, addr->len, addr->b);
}

static void slb_addr_get(struct slb_addr *addr, const struct nlattr *attr)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	memset(addr, 0, sizeof(*addr));
	if (len != 4 && len != 16)
		return;
	addr->len = len;
	memcpy(addr->b, mnl_attr_get_payload(attr), len);
}

static void slb_end_get(struct slb_end *end, const struct nlattr *addr, const struct nlattr *port)
{
	slb_addr_get(&end->addr, addr);
	end->port = ntohs(slb_nl_number(port));
}

static void slb_string_get(char *buf, size_t size, const struct nlattr *attr)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(buf, mnl_attr_get_payload(attr), len);
	buf[len] = '\0';
}

/**
 * slb_prefix_put() - add a prefix to a request
 * @nlh: the request
 * @type: attribute that holds the prefix
 * @addr_type: attribute of the address inside
 * @len_type: attribute of the length inside
 * @prefix: the prefix
 */
void slb_prefix_put(struct nlmsghdr *nlh, __u16 type, __u16 addr_type, __u16 len_type,
		    const struct slb_prefix *prefix)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	slb_addr_put(nlh, addr_type, &prefix->addr);
	mnl_attr_put_u8(nlh, len_type, prefix->len);
	mnl_attr_nest_end(nlh, nest);
}

/**
 * slb_prefix_get() - read a prefix from an answer
 * @prefix: result
 * @addr: attribute of the address
 * @len: attribute of the length
 *
 * Return: whether there was one.
 */
bool slb_prefix_get(struct slb_prefix *prefix, const struct nlattr *addr, const struct nlattr *len)
{
	slb_addr_get(&prefix->addr, addr);
	prefix->len = slb_nl_number(len);
	return prefix->addr.len && prefix->len <= prefix->addr.len * 8;
}

static void slb_fields_put(struct nlmsghdr *nlh, const struct slb_field *field, __u32 given,
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

static void slb_fields_get(const struct slb_field *field, __u32 *given, __u32 *value,
			   const struct nlattr **attrs)
{
	for (; field->name; field++) {
		if (!attrs[field->attr])
			continue;
		*given |= SLB_GIVEN(field->attr);
		value[field->attr] = slb_nl_number(attrs[field->attr]);
	}
}

static void slb_timeouts_put(struct nlmsghdr *nlh, __u16 type, const struct slb_timeouts *timeouts)
{
	struct nlattr *nest;

	if (!timeouts->given)
		return;
	nest = mnl_attr_nest_start(nlh, type);
	slb_fields_put(nlh, slb_to_fields, timeouts->given, timeouts->value);
	mnl_attr_nest_end(nlh, nest);
}

static void slb_timeouts_get(struct slb_timeouts *timeouts, const struct nlattr *nest)
{
	const struct nlattr *attrs[SLB_A_TO_MAX + 1];

	if (!nest)
		return;
	slb_nl_index_nest(nest, attrs, SLB_A_TO_MAX);
	slb_fields_get(slb_to_fields, &timeouts->given, timeouts->value, attrs);
}

static void slb_stats_get(struct slb_stats *stats, const struct nlattr *nest)
{
	const struct nlattr *attrs[SLB_A_STATS_MAX + 1];
	unsigned int i;

	if (!nest)
		return;
	slb_nl_index_nest(nest, attrs, SLB_A_STATS_MAX);
	for (i = 0; i <= SLB_A_STATS_MAX; i++)
		stats->value[i] = slb_nl_number(attrs[i]);
}

static void slb_svc_key_put(struct nlmsghdr *nlh, const struct slb_svc_key *key)
{
	mnl_attr_put_u8(nlh, SLB_A_SVC_PROTO, key->proto);
	slb_addr_put(nlh, SLB_A_SVC_ADDR, &key->end.addr);
	mnl_attr_put_u16(nlh, SLB_A_SVC_PORT, htons(key->end.port));
	if (key->vrf)
		mnl_attr_put_u32(nlh, SLB_A_SVC_VRF, key->vrf);
}

static void slb_svc_key_get(struct slb_svc_key *key, const struct nlattr **attrs)
{
	key->proto = slb_nl_number(attrs[SLB_A_SVC_PROTO]);
	slb_end_get(&key->end, attrs[SLB_A_SVC_ADDR], attrs[SLB_A_SVC_PORT]);
	key->vrf = slb_nl_number(attrs[SLB_A_SVC_VRF]);
}

/**
 * slb_svc_send() - send a request about a service
 * @nl: the family
 * @cmd: SLB_CMD_SVC_NEW, SLB_CMD_SVC_DEL or SLB_CMD_ZERO
 * @flags: NLM_F_CREATE, EXCL, REPLACE
 * @svc: the service; only its key where @cmd takes no more
 *
 * Return: 0 or a negative errno.
 */
int slb_svc_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_svc *svc)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);

	slb_svc_key_put(nlh, &svc->key);
	if (cmd == SLB_CMD_SVC_NEW) {
		slb_fields_put(nlh, slb_svc_fields, svc->given, svc->value);
		if (svc->given & SLB_GIVEN(SLB_A_SVC_POOL))
			mnl_attr_put_strz(nlh, SLB_A_SVC_POOL, svc->pool);
		slb_timeouts_put(nlh, SLB_A_SVC_TIMEOUTS, &svc->timeouts);
	}
	return slb_nl_talk(nl, NULL, NULL);
}

/**
 * slb_srv_send() - send a request about a server
 * @nl: the family
 * @cmd: SLB_CMD_SRV_NEW or SLB_CMD_SRV_DEL
 * @flags: NLM_F_CREATE, EXCL, REPLACE
 * @srv: the server; only its key where @cmd takes no more
 *
 * Return: 0 or a negative errno.
 */
int slb_srv_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_srv *srv)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SLB_A_SRV_SERVICE);

	slb_svc_key_put(nlh, &srv->svc);
	mnl_attr_nest_end(nlh, nest);
	slb_addr_put(nlh, SLB_A_SRV_ADDR, &srv->end.addr);
	mnl_attr_put_u16(nlh, SLB_A_SRV_PORT, htons(srv->end.port));
	if (cmd == SLB_CMD_SRV_NEW)
		slb_fields_put(nlh, slb_srv_fields, srv->given, srv->value);
	return slb_nl_talk(nl, NULL, NULL);
}

/**
 * slb_laddr_send() - send a request about a local address
 * @nl: the family
 * @cmd: SLB_CMD_LADDR_NEW or SLB_CMD_LADDR_DEL
 * @flags: NLM_F_CREATE, EXCL, REPLACE
 * @laddr: the local address; only its key where @cmd takes no more
 *
 * Return: 0 or a negative errno.
 */
int slb_laddr_send(struct slb_nl *nl, __u8 cmd, __u16 flags, const struct slb_laddr *laddr)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, cmd, flags);

	if (*laddr->pool)
		mnl_attr_put_strz(nlh, SLB_A_LADDR_POOL, laddr->pool);
	slb_addr_put(nlh, SLB_A_LADDR_ADDR, &laddr->addr);
	if (laddr->value[SLB_A_LADDR_VRF])
		mnl_attr_put_u32(nlh, SLB_A_LADDR_VRF, laddr->value[SLB_A_LADDR_VRF]);
	if (cmd == SLB_CMD_LADDR_NEW && laddr->given & SLB_GIVEN(SLB_A_LADDR_DEDICATED))
		mnl_attr_put_u8(nlh, SLB_A_LADDR_DEDICATED, laddr->value[SLB_A_LADDR_DEDICATED]);
	if (cmd == SLB_CMD_LADDR_NEW && laddr->given & SLB_GIVEN(SLB_A_LADDR_PORT_FIRST)) {
		mnl_attr_put_u16(nlh, SLB_A_LADDR_PORT_FIRST,
				 laddr->value[SLB_A_LADDR_PORT_FIRST]);
		mnl_attr_put_u16(nlh, SLB_A_LADDR_PORT_LAST, laddr->value[SLB_A_LADDR_PORT_LAST]);
	}
	return slb_nl_talk(nl, NULL, NULL);
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

/**
 * slb_plain_send() - send a request that is nothing but a command
 * @nl: the family
 * @cmd: SLB_CMD_FLUSH or SLB_CMD_ZERO
 *
 * Return: 0 or a negative errno.
 */
int slb_plain_send(struct slb_nl *nl, __u8 cmd)
{
	slb_nl_request(nl, cmd, 0);
	return slb_nl_talk(nl, NULL, NULL);
}

static void slb_svc_get(struct slb_svc *svc, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs[SLB_A_SVC_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_SVC_MAX);
	slb_svc_key_get(&svc->key, attrs);
	slb_fields_get(slb_svc_fields, &svc->given, svc->value, attrs);
	svc->value[SLB_A_SVC_SERVERS] = slb_nl_number(attrs[SLB_A_SVC_SERVERS]);
	slb_string_get(svc->pool, sizeof(svc->pool), attrs[SLB_A_SVC_POOL]);
	slb_timeouts_get(&svc->timeouts, attrs[SLB_A_SVC_TIMEOUTS]);
	slb_stats_get(&svc->stats, attrs[SLB_A_SVC_STATS]);
}

static int slb_svc_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_svc_get(slb_config_svc_add(data), nlh);
	return 0;
}

static int slb_srv_answer(const struct nlmsghdr *nlh, void *data)
{
	struct slb_srv *srv = slb_config_srv_add(data);
	const struct nlattr *attrs[SLB_A_SRV_MAX + 1];
	const struct nlattr *key[SLB_A_SVC_MAX + 1];

	slb_nl_index(nlh, attrs, SLB_A_SRV_MAX);
	if (attrs[SLB_A_SRV_SERVICE]) {
		slb_nl_index_nest(attrs[SLB_A_SRV_SERVICE], key, SLB_A_SVC_MAX);
		slb_svc_key_get(&srv->svc, key);
	}
	slb_end_get(&srv->end, attrs[SLB_A_SRV_ADDR], attrs[SLB_A_SRV_PORT]);
	slb_fields_get(slb_srv_fields, &srv->given, srv->value, attrs);
	srv->value[SLB_A_SRV_ACTIVE] = slb_nl_number(attrs[SLB_A_SRV_ACTIVE]);
	srv->value[SLB_A_SRV_INACTIVE] = slb_nl_number(attrs[SLB_A_SRV_INACTIVE]);
	slb_stats_get(&srv->stats, attrs[SLB_A_SRV_STATS]);
	return 0;
}

static int slb_laddr_answer(const struct nlmsghdr *nlh, void *data)
{
	static const __u16 numbers[] = {
		SLB_A_LADDR_VRF, SLB_A_LADDR_DEDICATED, SLB_A_LADDR_PORT_FIRST,
		SLB_A_LADDR_PORT_LAST, SLB_A_LADDR_LEASES,
	};
	struct slb_laddr *laddr = slb_config_laddr_add(data);
	const struct nlattr *attrs[SLB_A_LADDR_MAX + 1];
	size_t i;

	slb_nl_index(nlh, attrs, SLB_A_LADDR_MAX);
	slb_addr_get(&laddr->addr, attrs[SLB_A_LADDR_ADDR]);
	slb_string_get(laddr->pool, sizeof(laddr->pool), attrs[SLB_A_LADDR_POOL]);
	for (i = 0; i < MNL_ARRAY_SIZE(numbers); i++)
		laddr->value[numbers[i]] = slb_nl_number(attrs[numbers[i]]);
	laddr->value[SLB_A_LADDR_DYING] = !!attrs[SLB_A_LADDR_DYING];
	laddr->exhausted = slb_nl_number(attrs[SLB_A_LADDR_EXHAUSTED]);
	laddr->reclaimed = slb_nl_number(attrs[SLB_A_LADDR_RECLAIMED]);
	return 0;
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

static int slb_svc_fetch_answer(const struct nlmsghdr *nlh, void *data)
{
	slb_svc_get(data, nlh);
	return 0;
}

/**
 * slb_svc_fetch() - fetch one service
 * @nl: the family
 * @svc: only its key is set; the rest is filled in
 *
 * Return: 0 or a negative errno.
 */
int slb_svc_fetch(struct slb_nl *nl, struct slb_svc *svc)
{
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_SVC_GET, 0);

	slb_svc_key_put(nlh, &svc->key);
	return slb_nl_talk(nl, slb_svc_fetch_answer, svc);
}

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

static int slb_info_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_INFO_MAX + 1];
	struct slb_info *info = data;
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

static int slb_counters_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_CTR_MAX + 1];
	struct slb_counters *counters = data;

	slb_nl_index(nlh, attrs, SLB_A_CTR_MAX);
	slb_numbers_get(counters->count, SLB_COUNT_COUNT, attrs[SLB_A_CTR_COUNTS]);
	slb_numbers_get(counters->drop, SLB_DROP_COUNT, attrs[SLB_A_CTR_DROPS]);
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

/*
 * Services and servers come in two dumps, and a change between the two shows in neither. It shows
 * in the numbers of servers: a server of a service that is not listed would end every walk.
 */
static bool slb_config_is_whole(const struct slb_config *config)
{
	size_t srv = 0;
	size_t first;
	size_t i;

	for (i = 0; i < config->svc_count; i++) {
		for (first = srv; slb_config_srv_is_of(config, srv, i); srv++)
			;
		if (srv - first != config->svc[i].value[SLB_A_SVC_SERVERS])
			return false;
	}
	return srv == config->srv_count;
}

static int slb_config_dump(struct slb_nl *nl, struct slb_config *config, unsigned int what)
{
	int err = 0;

	if (what & SLB_LOAD_SERVICES) {
		slb_nl_request(nl, SLB_CMD_SVC_GET, NLM_F_DUMP);
		err = slb_nl_talk(nl, slb_svc_answer, config);
		if (err)
			return err;
		slb_nl_request(nl, SLB_CMD_SRV_GET, NLM_F_DUMP);
		err = slb_nl_talk(nl, slb_srv_answer, config);
		if (err)
			return err;
	}
	if (what & SLB_LOAD_LADDRS) {
		slb_nl_request(nl, SLB_CMD_LADDR_GET, NLM_F_DUMP);
		err = slb_nl_talk(nl, slb_laddr_answer, config);
		if (err)
			return err;
	}
	if (what & SLB_LOAD_SETTINGS) {
		slb_nl_request(nl, SLB_CMD_SETTINGS_GET, 0);
		err = slb_nl_talk(nl, slb_settings_answer, &config->settings);
	}
	return err;
}

/**
 * slb_config_load() - fetch the configuration, sorted
 * @nl: the family
 * @config: result, to be freed by slb_config_free()
 * @what: SLB_LOAD_*
 *
 * Return: 0 or a negative errno; -EINTR if it changed again and again while it was read.
 */
int slb_config_load(struct slb_nl *nl, struct slb_config *config, unsigned int what)
{
	int tries = SLB_NL_TRIES;
	int err;

	memset(config, 0, sizeof(*config));
	do {
		slb_config_free(config);
		err = slb_config_dump(nl, config, what);
		slb_config_sort(config);
		if (!err && !slb_config_is_whole(config))
			err = -EINTR;
	} while (err == -EINTR && --tries);
	if (err == -EINTR)
		snprintf(nl->words, sizeof(nl->words),
			 "the configuration kept changing while it was read");
	if (err)
		slb_config_free(config);
	return err;
}

struct slb_conn_each {
	void	(*each)(const struct slb_conn *conn, void *data);
	void	*data;
};

static int slb_conn_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attrs[SLB_A_CONN_MAX + 1];
	const struct slb_conn_each *each = data;
	struct slb_conn conn = {};

	slb_nl_index(nlh, attrs, SLB_A_CONN_MAX);
	conn.svc.proto = slb_nl_number(attrs[SLB_A_CONN_PROTO]);
	conn.svc.vrf = slb_nl_number(attrs[SLB_A_CONN_VRF]);
	slb_end_get(&conn.svc.end, attrs[SLB_A_CONN_SVC_ADDR], attrs[SLB_A_CONN_SVC_PORT]);
	slb_end_get(&conn.client, attrs[SLB_A_CONN_CLIENT_ADDR], attrs[SLB_A_CONN_CLIENT_PORT]);
	slb_end_get(&conn.laddr, attrs[SLB_A_CONN_LADDR], attrs[SLB_A_CONN_LPORT]);
	slb_end_get(&conn.srv, attrs[SLB_A_CONN_SRV_ADDR], attrs[SLB_A_CONN_SRV_PORT]);
	conn.state = slb_nl_number(attrs[SLB_A_CONN_STATE]);
	conn.expires = slb_nl_number(attrs[SLB_A_CONN_EXPIRES]);
	conn.seq_shift = slb_nl_number(attrs[SLB_A_CONN_SEQ_SHIFT]);
	conn.ts_shift = slb_nl_number(attrs[SLB_A_CONN_TS_SHIFT]);
	conn.toa_pending = attrs[SLB_A_CONN_TOA_PENDING];
	each->each(&conn, each->data);
	return 0;
}

/**
 * slb_conn_walk() - go over the connections as the kernel sends them
 * @nl: the family
 * @filter: which ones
 * @each: called for each
 * @data: for @each
 *
 * Return: 0 or a negative errno.
 */
int slb_conn_walk(struct slb_nl *nl, const struct slb_filter *filter,
		  void (*each)(const struct slb_conn *conn, void *data), void *data)
{
	struct slb_conn_each context = { .each = each, .data = data };
	struct nlmsghdr *nlh = slb_nl_request(nl, SLB_CMD_CONN_GET, NLM_F_DUMP);
	int err;

	if (filter->svc.proto) {
		mnl_attr_put_u8(nlh, SLB_A_CONN_PROTO, filter->svc.proto);
		slb_addr_put(nlh, SLB_A_CONN_SVC_ADDR, &filter->svc.end.addr);
		mnl_attr_put_u16(nlh, SLB_A_CONN_SVC_PORT, htons(filter->svc.end.port));
		if (filter->svc.vrf)
			mnl_attr_put_u32(nlh, SLB_A_CONN_VRF, filter->svc.vrf);
	}
	if (filter->client.addr.len) {
		slb_addr_put(nlh, SLB_A_CONN_CLIENT_ADDR, &filter->client.addr);
		mnl_attr_put_u8(nlh, SLB_A_CONN_CLIENT_LEN, filter->client.len);
	}
	if (filter->srv.addr.len)
		slb_addr_put(nlh, SLB_A_CONN_SRV_ADDR, &filter->srv.addr);
	if (filter->srv.port)
		mnl_attr_put_u16(nlh, SLB_A_CONN_SRV_PORT, htons(filter->srv.port));
	if (filter->state >= 0)
		mnl_attr_put_u8(nlh, SLB_A_CONN_STATE, filter->state);
	err = slb_nl_talk(nl, slb_conn_answer, &context);
	/* The table may change meanwhile; what lives through that is listed all the same. */
	return err == -EINTR ? 0 : err;
}
